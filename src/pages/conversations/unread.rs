//! Where the messages begin that nobody of the team had read when the conversation was opened.

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::MessageType;
use switchboard_engine::desk::Row;
use yew::prelude::*;

use crate::chat::{Chat, ThreadView, use_conversation};

/// More unread messages than this are not looked for page by page.
const MOST: u64 = 500;

/// The first message that nobody of the team had read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FirstUnread {
    /// The message.
    pub id: MessageId,
    /// Its number.
    pub seq: u64,
}

/// What was unread when the conversation was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Opened {
    /// That is not known yet.
    #[default]
    Unknown,
    /// So many of the visitor's messages up to a number.
    Unread { count: u64, up_to: u64 },
    /// It was found.
    From(FirstUnread),
    /// Nothing.
    AllRead,
}

impl Opened {
    fn look(&mut self, thread: &ThreadView, unread: Option<u64>) {
        match (&self, unread) {
            (Self::Unknown, Some(0)) if thread.is_loaded && thread.kept_at.is_none() => *self = Self::AllRead,
            (Self::Unknown, Some(count @ 1..)) if thread.is_loaded && thread.newest_seq > 0 => {
                let up_to = thread.newest_seq;
                *self = Self::Unread { count, up_to };
            }
            _ => {}
        }
        if let Self::Unread { count, up_to } = *self
            && thread.is_at_latest
            && let Some(first) = nth_from_end(&thread.rows, count, up_to)
        {
            *self = Self::From(first);
        }
    }
}

/// The visitor's message that is the `count`th from the end, without what came after `up_to`.
fn nth_from_end(rows: &[Row], count: u64, up_to: u64) -> Option<FirstUnread> {
    let theirs = rows.iter().rev().filter_map(|row| match row {
        Row::Stored(message) if message.kind == MessageType::User && message.seq <= up_to => Some(message),
        _ => None,
    });
    let message = theirs.take(usize::try_from(count).ok()?).enumerate().last()?;
    let is_it = message.0 as u64 + 1 == count;
    is_it.then_some(FirstUnread {
        id: message.1.id,
        seq: message.1.seq,
    })
}

/// Where the unread messages of a conversation begin; the page is loaded on which that is.
#[hook]
pub(super) fn use_first_unread(chat: &Chat, id: ConversationId, thread: &ThreadView) -> Option<FirstUnread> {
    let unread = use_conversation(id).map(|conversation| conversation.unread_count);
    let opened = use_mut_ref(Opened::default);
    opened.borrow_mut().look(thread, unread);
    let now = *opened.borrow();
    let is_further_up = matches!(now, Opened::Unread { count, .. } if count <= MOST)
        && thread.is_at_latest
        && thread.has_more_before
        && !thread.is_loading
        && thread.error.is_none();
    use_effect_with((chat.clone(), id, is_further_up), |(chat, id, is_further_up)| {
        if *is_further_up {
            chat.more_of_thread(*id);
        }
    });
    match now {
        Opened::From(first) => Some(first),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use switchboard_contract::live_chat::{LiveChatMessage, Visibility};
    use switchboard_contract::time::Timestamp;

    use super::*;

    fn rows(kinds: &[MessageType]) -> Vec<Row> {
        let message = |(seq, kind): (usize, &MessageType)| LiveChatMessage {
            id: MessageId::from_parts(Timestamp::default(), [seq as u8; 10]),
            conversation_id: ConversationId::from_parts(Timestamp::default(), [2; 10]),
            seq: seq as u64 + 1,
            kind: *kind,
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
        let messages = kinds.iter().enumerate().map(message);
        messages.map(|message| Row::Stored(Rc::new(message))).collect()
    }

    #[test]
    fn only_what_the_visitor_wrote_counts() {
        use MessageType::{Bot, System, User};
        let rows = rows(&[User, Bot, User, System, User, Bot, User]);
        let seq = |count, up_to| nth_from_end(&rows, count, up_to).map(|first| first.seq);
        assert_eq!(seq(1, 7), Some(7));
        assert_eq!(seq(2, 7), Some(5));
        assert_eq!(seq(2, 6), Some(3), "what came since is not meant");
        assert_eq!(seq(4, 7), Some(1));
        assert_eq!(seq(5, 7), None, "it is further up");
    }
}
