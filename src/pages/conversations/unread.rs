//! Where the messages begin that nobody of the team had read when the conversation was opened.

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_engine::desk::Row;
use yew::prelude::*;

use crate::chat::{ThreadView, use_conversation};

/// The first message that nobody of the team had read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FirstUnread {
    /// Its number.
    pub seq: u64,
    /// The message; none where it is not among the rows.
    pub id: Option<MessageId>,
    /// Whether the rows begin behind it.
    pub is_before_rows: bool,
}

/// What was unread when the conversation was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Opened {
    /// That is not known yet.
    #[default]
    Unknown,
    /// Everything from this message on.
    Unread(u64),
    /// Nothing.
    AllRead,
}

impl Opened {
    fn look(&mut self, conversation: &LiveChatConversation, is_fresh: bool) {
        if *self == Self::Unknown {
            match conversation.unread_from {
                Some(seq) => *self = Self::Unread(seq),
                None if is_fresh => *self = Self::AllRead,
                None => {}
            }
        }
    }
}

/// Where the unread messages of a conversation begin, however far up that is.
#[hook]
pub(super) fn use_first_unread(id: ConversationId, thread: &ThreadView) -> Option<FirstUnread> {
    let conversation = use_conversation(id);
    let opened = use_mut_ref(Opened::default);
    if let Some(conversation) = &conversation {
        let is_fresh = thread.is_loaded && thread.kept_at.is_none();
        opened.borrow_mut().look(conversation, is_fresh);
    }
    match *opened.borrow() {
        Opened::Unread(seq) => Some(among(&thread.rows, seq)),
        Opened::Unknown | Opened::AllRead => None,
    }
}

fn among(rows: &[Row], seq: u64) -> FirstUnread {
    let number = |row: &Row| match row {
        Row::Stored(message) => Some(message.seq),
        // What waits stands behind everything that is stored.
        Row::Queued(_) => None,
    };
    let place = rows.partition_point(|row| number(row).is_some_and(|known| known < seq));
    let message = rows.get(place).and_then(|row| match row {
        Row::Stored(message) if message.seq == seq => Some(message.id),
        _ => None,
    });
    FirstUnread {
        seq,
        id: message,
        is_before_rows: rows.first().and_then(number).is_some_and(|first| first > seq),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use switchboard_contract::live_chat::{LiveChatMessage, MessageType, Visibility};
    use switchboard_contract::time::Timestamp;

    use super::*;

    fn rows(seqs: std::ops::RangeInclusive<u64>) -> Vec<Row> {
        let message = |seq: u64| LiveChatMessage {
            id: MessageId::from_parts(Timestamp::from_millis(seq.cast_signed()), [1; 10]),
            conversation_id: ConversationId::from_parts(Timestamp::default(), [2; 10]),
            seq,
            kind: MessageType::User,
            content: String::new(),
            author_id: None,
            author_name: None,
            visibility: Visibility::Public,
            attachments: Vec::new(),
            mentions: Vec::new(),
            created_at: Timestamp::default(),
            delivered_at: None,
            read_at: None,
        };
        seqs.map(|seq| Row::Stored(Rc::new(message(seq)))).collect()
    }

    #[test]
    fn it_is_found_among_the_rows_or_lies_before_them() {
        let id = |seq: u64| MessageId::from_parts(Timestamp::from_millis(seq.cast_signed()), [1; 10]);
        for (seq, found, is_before_rows) in [
            (7, Some(id(7)), false),
            (9, Some(id(9)), false),
            (4, None, true),
            (12, None, false),
        ] {
            let expected = FirstUnread {
                seq,
                id: found,
                is_before_rows,
            };
            assert_eq!(among(&rows(7..=10), seq), expected);
        }
        assert_eq!(among(&[], 3).id, None);
    }
}
