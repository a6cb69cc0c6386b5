//! How much of an event log is kept (`protocol.md` *Realtime*, rule 3): so many days, or so many events, whichever is less.

use switchboard_contract::position::Offset;

use crate::replay::Log;

/// Which offset is to be the last that is no longer kept: the log's floor after trimming. `expired` is the newest event that
/// is too old, `limit` how many events are kept at most. Never below the floor as it is.
///
/// The newest event always stays: its id shows a client that has it that nothing followed. Without it the quietest accounts
/// would fetch everything anew at each connection.
#[must_use]
pub fn floor(log: &Log, expired: Option<Offset>, limit: u64) -> Offset {
    let by_age = expired.map_or(0, |offset| offset.0);
    let by_count = log.head.0.saturating_sub(limit);
    let newest = log.head.0.saturating_sub(1);
    Offset(by_age.max(by_count).min(newest).max(log.floor.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::position::Epoch;

    fn log(head: u64, floor: u64) -> Log {
        Log {
            epoch: Epoch("e".into()),
            head: Offset(head),
            floor: Offset(floor),
        }
    }

    #[test]
    fn whichever_is_less() {
        assert_eq!(floor(&log(100, 0), None, 1_000), Offset(0), "young and few");
        assert_eq!(
            floor(&log(100, 0), Some(Offset(40)), 1_000),
            Offset(40),
            "too old"
        );
        assert_eq!(floor(&log(100, 0), None, 30), Offset(70), "too many");
        assert_eq!(floor(&log(100, 0), Some(Offset(40)), 30), Offset(70));
        assert_eq!(floor(&log(100, 0), Some(Offset(80)), 30), Offset(80));
    }

    #[test]
    fn the_newest_event_stays_and_the_floor_never_sinks() {
        assert_eq!(floor(&log(100, 0), Some(Offset(100)), 1_000), Offset(99));
        assert_eq!(floor(&log(100, 0), None, 0), Offset(99));
        assert_eq!(floor(&log(0, 0), None, 1_000), Offset(0), "an empty log");
        assert_eq!(floor(&log(100, 60), Some(Offset(40)), 1_000), Offset(60));
        assert_eq!(
            floor(&log(100, 100), None, 1_000),
            Offset(100),
            "generated rows have no events"
        );
    }
}
