//! What a message or a reopening does to its conversation (`protocol.md` *Lifecycle*).

use switchboard_contract::live_chat::{ConversationStatus, MessageType, Visibility};
use switchboard_contract::time::Timestamp;

/// The part of a conversation that messages move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Whether it is going on.
    pub status: ConversationStatus,
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
            last_message_at: now,
            last_message: String::new(),
            message_count: 0,
            last_seq: 0,
            last_public_seq: 0,
            auto_close_at: None,
            unread_count: 0,
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
                self.waiting_since.get_or_insert(now);
            } else if message.by_person {
                // Whoever answers has read what came before.
                self.unread_count = 0;
                self.waiting_since = None;
            }
        }
        Place {
            seq: self.last_seq,
            public_seq,
        }
    }

    /// Opens it again.
    pub fn reopen(&mut self, now: Timestamp, auto_close_ms: Option<i64>) {
        self.touch(now);
        self.status = ConversationStatus::Open;
        self.auto_close_at = auto_close_ms.map(|window| now.plus_millis(window));
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
        conversation.status = ConversationStatus::Closed;
        conversation.reopen(at(50), Some(HOUR));
        assert_eq!(conversation.status, ConversationStatus::Open);
        assert_eq!(conversation.auto_close_at, Some(at(50 + HOUR)));
        conversation.reopen(at(60), None);
        assert_eq!(conversation.auto_close_at, None, "never closes by itself");
    }
}
