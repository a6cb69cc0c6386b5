//! What messages, operators and time do to a conversation (`protocol.md` *Lifecycle*). Which steps an operator's change
//! takes is decided by [`super::change`].

use std::collections::BTreeSet;

use switchboard_contract::ids::{LabelId, MemberId};
use switchboard_contract::live_chat::{ConversationStatus, MessageType, Priority, Rating, Visibility};
use switchboard_contract::time::Timestamp;

use crate::rating::Rated;

/// The part of a conversation that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Whether it is going on.
    pub status: ConversationStatus,
    /// Whether it is archived; then it is closed.
    pub is_archived: bool,
    /// Where the window until archiving begins.
    pub closed_at: Option<Timestamp>,
    /// When it was first closed: closing again does not change it.
    pub first_closed_at: Option<Timestamp>,
    /// How often it was opened again.
    pub reopened: u64,
    /// Where the window until deletion begins.
    pub archived_at: Option<Timestamp>,
    /// The operator in charge.
    pub assignee_id: Option<MemberId>,
    /// Nobody could take it when it began: it waits for the first who can. Whoever assigns it by hand, also to nobody, ends that.
    pub awaits_assignee: bool,
    /// What the visitor thought of it.
    pub rating: Option<Rating>,
    /// What the visitor said with that.
    pub rating_comment: Option<String>,
    /// How often that was changed.
    pub rating_changes: u64,
    /// The team's labels.
    pub labels: BTreeSet<LabelId>,
    /// How urgent it is.
    pub priority: Priority,
    /// Hidden from the open ones until then.
    pub snoozed_until: Option<Timestamp>,
    /// The team has read everything up to this `seq`.
    pub team_read_seq: u64,
    /// The visitor has read everything up to this public `seq`.
    pub visitor_read_seq: u64,
    /// When the last public message from a person was sent.
    pub last_message_at: Timestamp,
    /// That message's text.
    pub last_message: String,
    /// Public messages from people.
    pub message_count: u64,
    /// The last message's `seq`.
    pub last_seq: u64,
    /// The last public message's `seq`, counting public ones only.
    pub last_public_seq: u64,
    /// When it closes by itself.
    pub auto_close_at: Option<Timestamp>,
    /// Visitor messages that no operator has read.
    pub unread_count: u64,
    /// The `seq` of the first of them.
    pub unread_from: Option<u64>,
    /// Since when the visitor waits.
    pub waiting_since: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}

/// What a conversation needs to know of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added<'a> {
    /// Who it is from.
    pub kind: MessageType,
    /// Who sees it.
    pub visibility: Visibility,
    /// Its text.
    pub content: &'a str,
    /// Whether a person wrote it: automation answers nobody's wait.
    pub by_person: bool,
}

/// The visitor's messages after a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many.
    pub count: u64,
    /// The first one's `seq`.
    pub from: Option<u64>,
}

/// One step of a conversation's life, or of its handling. Each is told by an event of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Open again.
    Reopen,
    /// Over.
    Close,
    /// Put away; it is closed.
    Archive,
    /// Back from the archive, closed; both windows begin anew.
    Unarchive,
    /// In this operator's charge, or nobody's.
    Assign(Option<MemberId>),
    /// Other labels.
    Label {
        /// Put on.
        add: BTreeSet<LabelId>,
        /// Taken off.
        remove: BTreeSet<LabelId>,
    },
    /// As urgent as this.
    Prioritise(Priority),
    /// Hidden until then, or no longer.
    Snooze(Option<Timestamp>),
}

/// A message's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counting every message.
    pub seq: u64,
    /// Counting public ones; none for a note.
    pub public_seq: Option<u64>,
}

impl Conversation {
    /// A conversation that begins `now`, before its first message.
    #[must_use]
    pub fn begin(now: Timestamp) -> Self {
        Self {
            status: ConversationStatus::Open,
            is_archived: false,
            closed_at: None,
            first_closed_at: None,
            reopened: 0,
            archived_at: None,
            assignee_id: None,
            awaits_assignee: false,
            rating: None,
            rating_comment: None,
            rating_changes: 0,
            labels: BTreeSet::new(),
            priority: Priority::Normal,
            snoozed_until: None,
            team_read_seq: 0,
            visitor_read_seq: 0,
            last_message_at: now,
            last_message: String::new(),
            message_count: 0,
            last_seq: 0,
            last_public_seq: 0,
            auto_close_at: None,
            unread_count: 0,
            unread_from: None,
            waiting_since: None,
            updated_at: now,
            version: 0,
        }
    }

    /// Takes in a message. `auto_close_ms` is the website's window. Only public messages of `bot` and `user` move
    /// the last message, the count and the closing time.
    pub fn add(&mut self, message: Added<'_>, now: Timestamp, auto_close_ms: Option<i64>) -> Place {
        self.touch(now);
        self.last_seq += 1;
        let public_seq = (message.visibility == Visibility::Public).then(|| {
            self.last_public_seq += 1;
            self.last_public_seq
        });
        let from_people = matches!(message.kind, MessageType::Bot | MessageType::User);
        if public_seq.is_some() && from_people {
            self.last_message_at = now;
            message.content.clone_into(&mut self.last_message);
            self.message_count += 1;
            if self.status == ConversationStatus::Open {
                self.auto_close_at = auto_close_ms.map(|window| now.plus_millis(window));
            }
            if message.kind == MessageType::User {
                self.unread_count += 1;
                self.unread_from.get_or_insert(self.last_seq);
                self.waiting_since.get_or_insert(now);
                // Whoever writes again is not to be hidden.
                self.snoozed_until = None;
            } else if message.by_person {
                // Whoever answers has read what came before.
                (self.unread_count, self.unread_from) = (0, None);
                self.waiting_since = None;
            }
        }
        Place {
            seq: self.last_seq,
            public_seq,
        }
    }

    /// Takes one step; `auto_close_ms` is the website's window.
    pub fn take(&mut self, step: &Step, now: Timestamp, auto_close_ms: Option<i64>) {
        self.touch(now);
        match step {
            Step::Reopen => {
                self.status = ConversationStatus::Open;
                self.closed_at = None;
                self.reopened += 1;
                self.auto_close_at = auto_close_ms.map(|window| now.plus_millis(window));
            }
            Step::Close => {
                self.status = ConversationStatus::Closed;
                self.closed_at = Some(now);
                self.first_closed_at.get_or_insert(now);
                self.auto_close_at = None;
                self.snoozed_until = None;
                self.awaits_assignee = false;
                // A conversation that is over keeps nobody waiting.
                self.waiting_since = None;
            }
            Step::Archive => {
                self.is_archived = true;
                self.archived_at = Some(now);
            }
            Step::Unarchive => {
                self.is_archived = false;
                self.archived_at = None;
                self.closed_at = Some(now);
            }
            Step::Assign(member) => {
                self.assignee_id = *member;
                self.awaits_assignee = false;
            }
            Step::Label { add, remove } => {
                self.labels.extend(add);
                self.labels.retain(|label| !remove.contains(label));
            }
            Step::Prioritise(priority) => self.priority = *priority,
            Step::Snooze(until) => self.snoozed_until = *until,
        }
    }

    /// Whether somebody has to be put in charge: it is going on and nobody is.
    #[must_use]
    pub fn needs_assignee(&self) -> bool {
        self.status == ConversationStatus::Open && self.assignee_id.is_none()
    }

    /// What the visitor thought of it, as [`crate::rating`] allows.
    pub fn rate(&mut self, rated: &Rated, now: Timestamp) {
        self.touch(now);
        self.rating = Some(rated.rating);
        self.rating_comment.clone_from(&rated.comment);
        self.rating_changes += u64::from(rated.is_change);
    }

    /// The team has read everything up to `seq`, after which `unread` of the visitor's messages come. False when it had
    /// read as much before: the mark only moves forward, and never past the last message.
    pub fn read_by_team(&mut self, seq: u64, unread: Unread, now: Timestamp) -> bool {
        let seq = seq.min(self.last_seq);
        if seq <= self.team_read_seq {
            return false;
        }
        self.touch(now);
        self.team_read_seq = seq;
        // What was answered counts as read wherever the mark stands.
        if unread.count < self.unread_count {
            (self.unread_count, self.unread_from) = (unread.count, unread.from);
        }
        true
    }

    /// The visitor has read everything up to `public_seq`; false when it had before.
    pub fn read_by_visitor(&mut self, public_seq: u64) -> bool {
        let seq = public_seq.min(self.last_public_seq);
        let moved = seq > self.visitor_read_seq;
        self.visitor_read_seq = self.visitor_read_seq.max(seq);
        moved
    }

    fn touch(&mut self, now: Timestamp) {
        self.updated_at = now;
        self.version += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn added(kind: MessageType, visibility: Visibility) -> Added<'static> {
        Added {
            kind,
            visibility,
            content: "text",
            by_person: true,
        }
    }

    #[test]
    fn places_are_dense_and_notes_have_no_public_one() {
        let mut conversation = Conversation::begin(at(0));
        let mut place = |kind, visibility| {
            let place = conversation.add(added(kind, visibility), at(1), None);
            (place.seq, place.public_seq)
        };
        assert_eq!(place(MessageType::System, Visibility::Public), (1, Some(1)));
        assert_eq!(place(MessageType::User, Visibility::Public), (2, Some(2)));
        assert_eq!(place(MessageType::Bot, Visibility::Internal), (3, None));
        assert_eq!(place(MessageType::Bot, Visibility::Public), (4, Some(3)));
        assert_eq!(conversation.message_count, 2);
    }

    #[test]
    fn notes_and_notices_move_nothing() {
        let mut conversation = Conversation::begin(at(0));
        conversation.add(added(MessageType::User, Visibility::Public), at(10), Some(HOUR));
        let before = conversation.clone();
        conversation.add(added(MessageType::Bot, Visibility::Internal), at(20), Some(HOUR));
        conversation.add(added(MessageType::System, Visibility::Public), at(30), Some(HOUR));
        assert_eq!(conversation.last_message_at, at(10));
        assert_eq!(conversation.auto_close_at, Some(at(10 + HOUR)));
        assert_eq!(conversation.message_count, 1);
        assert_eq!(conversation.unread_count, 1);
        assert_eq!(conversation.waiting_since, Some(at(10)));
        assert_eq!(conversation.version, before.version + 2);
    }

    #[test]
    fn the_wait_begins_with_the_first_message_and_ends_with_a_persons_reply() {
        let mut conversation = Conversation::begin(at(0));
        conversation.add(added(MessageType::User, Visibility::Public), at(10), None);
        conversation.add(added(MessageType::User, Visibility::Public), at(20), None);
        assert_eq!(
            (conversation.waiting_since, conversation.unread_count),
            (Some(at(10)), 2)
        );
        let automatic = Added {
            by_person: false,
            ..added(MessageType::Bot, Visibility::Public)
        };
        conversation.add(automatic, at(30), None);
        assert_eq!(conversation.waiting_since, Some(at(10)));
        conversation.add(added(MessageType::Bot, Visibility::Public), at(40), None);
        assert_eq!((conversation.waiting_since, conversation.unread_count), (None, 0));
    }

    #[test]
    fn reopening_restarts_the_window() {
        let mut conversation = Conversation::begin(at(0));
        conversation.take(&Step::Close, at(40), Some(HOUR));
        assert_eq!(
            (conversation.auto_close_at, conversation.closed_at),
            (None, Some(at(40)))
        );
        conversation.take(&Step::Reopen, at(50), Some(HOUR));
        assert_eq!(conversation.status, ConversationStatus::Open);
        assert_eq!(
            (conversation.auto_close_at, conversation.closed_at),
            (Some(at(50 + HOUR)), None)
        );
        conversation.take(&Step::Reopen, at(60), None);
        assert_eq!(conversation.auto_close_at, None, "never closes by itself");
    }

    #[test]
    fn unarchiving_leaves_it_closed_and_restarts_both_windows() {
        let mut conversation = Conversation::begin(at(0));
        conversation.take(&Step::Close, at(10), None);
        conversation.take(&Step::Archive, at(20), None);
        assert_eq!(
            (conversation.closed_at, conversation.archived_at),
            (Some(at(10)), Some(at(20)))
        );
        conversation.take(&Step::Unarchive, at(30), None);
        assert_eq!(conversation.status, ConversationStatus::Closed);
        assert_eq!(
            (conversation.closed_at, conversation.archived_at),
            (Some(at(30)), None)
        );
    }

    #[test]
    fn a_visitors_message_or_the_end_wakes_a_snoozed_one() {
        let mut conversation = Conversation::begin(at(0));
        conversation.take(&Step::Snooze(Some(at(100))), at(1), None);
        conversation.add(added(MessageType::Bot, Visibility::Public), at(2), None);
        assert_eq!(conversation.snoozed_until, Some(at(100)));
        conversation.add(added(MessageType::User, Visibility::Public), at(3), None);
        assert_eq!(conversation.snoozed_until, None);
        conversation.take(&Step::Snooze(Some(at(100))), at(4), None);
        conversation.take(&Step::Close, at(5), None);
        assert_eq!(
            (conversation.snoozed_until, conversation.waiting_since),
            (None, None)
        );
    }

    #[test]
    fn what_was_answered_is_read_and_the_next_one_is_the_first_again() {
        let mut conversation = Conversation::begin(at(0));
        let of = |conversation: &Conversation| (conversation.unread_count, conversation.unread_from);
        for kind in [MessageType::User, MessageType::Bot] {
            conversation.add(added(kind, Visibility::Public), at(1), None);
        }
        assert_eq!(of(&conversation), (0, None));
        for n in 2..=3 {
            conversation.add(added(MessageType::User, Visibility::Public), at(n), None);
        }
        assert_eq!(of(&conversation), (2, Some(3)));
        let later = Unread {
            count: 3,
            from: Some(1),
        };
        assert!(conversation.read_by_team(1, later, at(9)));
        assert_eq!(
            of(&conversation),
            (2, Some(3)),
            "answered wherever the mark stands"
        );
    }

    #[test]
    fn read_marks_only_move_forward_and_never_past_the_end() {
        let mut conversation = Conversation::begin(at(0));
        for n in 1..=4 {
            conversation.add(added(MessageType::User, Visibility::Public), at(n), None);
        }
        let version = conversation.version;
        let unread = |count, from| Unread { count, from };
        let of = |conversation: &Conversation| (conversation.unread_count, conversation.unread_from);
        assert_eq!(of(&conversation), (4, Some(1)));
        assert!(conversation.read_by_team(2, unread(2, Some(3)), at(9)));
        assert_eq!((conversation.team_read_seq, of(&conversation)), (2, (2, Some(3))));
        assert!(!conversation.read_by_team(1, unread(3, Some(2)), at(9)));
        assert!(!conversation.read_by_team(2, unread(2, Some(3)), at(9)));
        assert!(conversation.read_by_team(u64::MAX, unread(0, None), at(9)));
        assert_eq!((conversation.team_read_seq, of(&conversation)), (4, (0, None)));
        assert_eq!(conversation.version, version + 2);
        conversation.add(added(MessageType::Bot, Visibility::Public), at(10), None);
        assert!(conversation.read_by_visitor(u64::MAX) && !conversation.read_by_visitor(5));
        assert_eq!(conversation.visitor_read_seq, 5);
    }
}
