//! How a stream goes on after `hello`: replay or snapshot (`protocol.md` *Realtime*, rules 1 and 3).

use switchboard_contract::ids::EventId;
use switchboard_contract::position::{Epoch, Offset};
use switchboard_contract::realtime::Resume;

use crate::planted::{self, Bug};

/// A backlog over this many events is not replayed.
pub const BACKLOG_LIMIT: u64 = 10_000;

/// A log as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its generation.
    pub epoch: Epoch,
    /// Its last offset.
    pub head: Offset,
    /// The last offset that is no longer kept; 0 when everything is.
    pub floor: Offset,
}

/// How to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Send every event after this offset.
    Replay {
        /// The client's position.
        after: Offset,
    },
    /// The client fetches anew; the stream goes on from here.
    Snapshot {
        /// The log's head.
        at: Offset,
    },
}

/// Decides how a stream goes on. `stored` is the id of the event at the resumed offset, where the log still has it.
#[must_use]
pub fn plan(log: &Log, resume: Option<&Resume>, stored: Option<EventId>, backlog_limit: u64) -> Plan {
    let snapshot = Plan::Snapshot { at: log.head };
    let Some(resume) = resume else { return snapshot };
    let trimmed = resume.offset < log.floor && resume.epoch == log.epoch;
    if trimmed && planted::on(Bug::TrimmedReplayed) {
        return Plan::Replay { after: resume.offset };
    }
    if resume.epoch != log.epoch || !reachable(log, resume.offset) {
        return snapshot;
    }
    // The event itself at the floor is gone, so its id cannot be compared; and offset 0 has no event.
    let known = resume.offset == Offset(0) || (resume.id.is_some() && resume.id == stored);
    if !known || log.head.0 - resume.offset.0 > backlog_limit {
        return snapshot;
    }
    Plan::Replay { after: resume.offset }
}

/// Whether a client that holds the log of `epoch` up to `offset` can be told what followed.
#[must_use]
pub fn continues(log: &Log, epoch: &Epoch, offset: Offset) -> bool {
    *epoch == log.epoch && reachable(log, offset)
}

/// Whether every event after `offset` is still kept, and `offset` is not past the head.
#[must_use]
pub fn reachable(log: &Log, offset: Offset) -> bool {
    log.floor <= offset && offset <= log.head
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::time::Timestamp;

    fn event(n: u8) -> EventId {
        EventId::from_parts(Timestamp::from_millis(0), [n; 10])
    }

    fn log() -> Log {
        Log {
            epoch: Epoch("e".into()),
            head: Offset(100),
            floor: Offset(10),
        }
    }

    fn resume(offset: u64, id: Option<EventId>) -> Resume {
        Resume {
            epoch: Epoch("e".into()),
            offset: Offset(offset),
            id,
        }
    }

    const SNAPSHOT: Plan = Plan::Snapshot { at: Offset(100) };

    #[test]
    fn a_known_position_is_replayed() {
        let plan = |offset| plan(&log(), Some(&resume(offset, Some(event(1)))), Some(event(1)), 90);
        assert_eq!(plan(50), Plan::Replay { after: Offset(50) });
        assert_eq!(plan(100), Plan::Replay { after: Offset(100) });
        assert_eq!(plan(11), Plan::Replay { after: Offset(11) });
    }

    #[test]
    fn no_continuity_no_replay() {
        assert_eq!(plan(&log(), None, None, 1_000), SNAPSHOT, "no position");
        let known = resume(50, Some(event(1)));
        assert_eq!(
            plan(&log(), Some(&known), Some(event(2)), 1_000),
            SNAPSHOT,
            "another event"
        );
        assert_eq!(
            plan(&log(), Some(&known), None, 1_000),
            SNAPSHOT,
            "event not kept"
        );
        assert_eq!(
            plan(&log(), Some(&resume(50, None)), None, 1_000),
            SNAPSHOT,
            "no id"
        );
        let past = resume(101, Some(event(1)));
        assert_eq!(
            plan(&log(), Some(&past), Some(event(1)), 1_000),
            SNAPSHOT,
            "past head"
        );
        let old = resume(9, Some(event(1)));
        assert_eq!(
            plan(&log(), Some(&old), Some(event(1)), 1_000),
            SNAPSHOT,
            "trimmed"
        );
        assert_eq!(
            plan(&log(), Some(&known), Some(event(1)), 49),
            SNAPSHOT,
            "too far behind"
        );
        let mut other = known.clone();
        other.epoch = Epoch("f".into());
        assert_eq!(
            plan(&log(), Some(&other), Some(event(1)), 1_000),
            SNAPSHOT,
            "another epoch"
        );
    }

    #[test]
    fn the_beginning_needs_no_id() {
        let fresh = Log {
            floor: Offset(0),
            ..log()
        };
        let start = resume(0, None);
        assert_eq!(
            plan(&fresh, Some(&start), None, 1_000),
            Plan::Replay { after: Offset(0) }
        );
        assert_eq!(plan(&log(), Some(&start), None, 1_000), SNAPSHOT, "trimmed");
    }
}
