//! Lists of conversations, and what was found in them (`GET /api/live-chat/conversations?q=`).

use serde::{Deserialize, Serialize};

use super::LiveChatConversation;
use crate::ids::{ConversationId, MessageId};
use crate::page::CursorPage;
use crate::position::Position;

/// Most characters (Unicode scalar values) of what is searched for.
pub const MAX_SEARCH_CHARS: usize = 200;

/// One page of conversations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationPage {
    /// The conversations, in the list's order.
    pub items: Vec<LiveChatConversation>,
    /// What to send as `cursor` for the next page, with the same filter and order; opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    #[serde(default)]
    pub has_more: bool,
    /// The log position that every item reflects.
    pub as_of: Position,
    /// Of a search: what was found, at most one for each item, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<SearchMatch>,
}

/// A page of a list in which nothing was searched for.
impl From<CursorPage<LiveChatConversation>> for ConversationPage {
    fn from(page: CursorPage<LiveChatConversation>) -> Self {
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
            has_more: page.has_more,
            as_of: page.as_of,
            matches: Vec::new(),
        }
    }
}

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FoundIn {
    /// A message that the visitor sees.
    Message,
    /// An internal note.
    Note,
    /// The visitor's name.
    Name,
    /// The visitor's email address.
    Email,
    /// The visitor's telephone number.
    Phone,
    /// The address or the title of a page that the visitor has seen.
    Page,
    /// A place that this build does not know.
    #[serde(other)]
    Unknown,
}

/// What was found in a conversation: the newest message that holds every word, or else one of them, or what is known of the
/// visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchMatch {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Where it was found.
    pub found_in: FoundIn,
    /// The message, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The message's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// A piece of the text that it was found in: plain text in one line, never markup.
    pub snippet: String,
    /// The parts of `snippet` that were looked for, in order, none over another.
    #[serde(default)]
    pub marks: Vec<Mark>,
}

/// A part of a text, in characters (Unicode scalar values) from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mark {
    /// The first character.
    pub start: u32,
    /// The one after the last.
    pub end: u32,
}
