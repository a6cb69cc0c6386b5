//! What time does to a conversation (`protocol.md` *Lifecycle*): each step leaves one state, so that whatever came first wins.

use switchboard_contract::live_chat::ConversationStatus;
use switchboard_contract::time::Timestamp;

use crate::conversation::{Conversation, Step};

/// A website's windows after the closing, in milliseconds; none: never by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// From closing to archiving.
    pub archive_ms: Option<i64>,
    /// From archiving to deletion.
    pub delete_ms: Option<i64>,
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// A step of its life, or the end of a snooze.
    Step(Step),
    /// It goes, with everything that was said.
    Delete,
}

/// What is due of a conversation `now`, if anything is; the next of several.
#[must_use]
pub fn due(conversation: &Conversation, windows: Windows, now: Timestamp) -> Option<Due> {
    let past = |begin: Option<Timestamp>, window: Option<i64>| {
        begin
            .zip(window)
            .is_some_and(|(begin, window)| begin.plus_millis(window) <= now)
    };
    let is_open = conversation.status == ConversationStatus::Open;
    if is_open && conversation.auto_close_at.is_some_and(|at| at <= now) {
        Some(Due::Step(Step::Close))
    } else if !is_open && !conversation.is_archived && past(conversation.closed_at, windows.archive_ms) {
        Some(Due::Step(Step::Archive))
    } else if conversation.is_archived && past(conversation.archived_at, windows.delete_ms) {
        Some(Due::Delete)
    } else if conversation.snoozed_until.is_some_and(|until| until <= now) {
        Some(Due::Step(Step::Snooze(None)))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::live_chat::{MessageType, Visibility};

    use crate::conversation::Added;

    const WINDOWS: Windows = Windows {
        archive_ms: Some(1_000),
        delete_ms: Some(5_000),
    };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    /// Open since 0, closing by itself at 100.
    fn open() -> Conversation {
        let mut conversation = Conversation::begin(at(0));
        let message = Added {
            kind: MessageType::User,
            visibility: Visibility::Public,
            content: "Hello",
            by_person: true,
        };
        conversation.add(message, at(0), Some(100));
        conversation
    }

    fn closed() -> Conversation {
        let mut conversation = open();
        conversation.take(&Step::Close, at(100), Some(100));
        conversation
    }

    fn archived() -> Conversation {
        let mut conversation = closed();
        conversation.take(&Step::Archive, at(1_100), Some(100));
        conversation
    }

    #[test]
    fn each_step_comes_at_the_end_of_its_window_and_not_before() {
        for (conversation, when, what) in [
            (open(), 100, Due::Step(Step::Close)),
            (closed(), 1_100, Due::Step(Step::Archive)),
            (archived(), 6_100, Due::Delete),
        ] {
            assert_eq!(due(&conversation, WINDOWS, at(when - 1)), None, "{what:?}");
            assert_eq!(due(&conversation, WINDOWS, at(when)), Some(what));
        }
    }

    #[test]
    fn without_a_window_nothing_comes_by_itself() {
        let never = Windows::default();
        assert_eq!(due(&closed(), never, at(i64::MAX / 2)), None);
        assert_eq!(due(&archived(), never, at(i64::MAX / 2)), None);
        let mut conversation = Conversation::begin(at(0));
        conversation.take(&Step::Reopen, at(0), None);
        assert_eq!(due(&conversation, WINDOWS, at(i64::MAX / 2)), None);
    }

    #[test]
    fn activity_and_unarchiving_begin_the_windows_anew() {
        let mut conversation = archived();
        conversation.take(&Step::Unarchive, at(6_000), Some(100));
        assert_eq!(due(&conversation, WINDOWS, at(6_999)), None);
        assert_eq!(
            due(&conversation, WINDOWS, at(7_000)),
            Some(Due::Step(Step::Archive))
        );
        conversation.take(&Step::Reopen, at(7_000), Some(100));
        assert_eq!(due(&conversation, WINDOWS, at(7_099)), None);
        assert_eq!(
            due(&conversation, WINDOWS, at(7_100)),
            Some(Due::Step(Step::Close))
        );
    }

    #[test]
    fn a_snooze_ends_unless_the_conversation_closes_first() {
        let mut conversation = open();
        conversation.take(&Step::Snooze(Some(at(50))), at(1), Some(100));
        assert_eq!(due(&conversation, WINDOWS, at(49)), None);
        assert_eq!(
            due(&conversation, WINDOWS, at(50)),
            Some(Due::Step(Step::Snooze(None)))
        );
        assert_eq!(
            due(&conversation, WINDOWS, at(100)),
            Some(Due::Step(Step::Close)),
            "which ends the snooze too"
        );
    }
}
