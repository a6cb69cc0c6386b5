//! What matters now and is never replayed: typing, viewing, presence, live figures.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::auth::Availability;
use crate::ids::ConversationId;

/// Most characters of a visitor's draft in a `typing` signal; a longer one is cut.
pub const MAX_DRAFT_CHARS: usize = 1_000;
/// Longest time that `typing` holds, in milliseconds; it is told again while it lasts.
pub const TYPING_TTL_MS: u64 = 10_000;
/// Longest time that `viewing` holds, in milliseconds; it is told again while it lasts.
pub const VIEWING_TTL_MS: u64 = 30_000;
/// Longest time that `presence` holds, in milliseconds; it is told again while it lasts.
pub const PRESENCE_TTL_MS: u64 = 60_000;

/// What a signal tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SignalType {
    /// Someone writes. A visitor's body, where the website shares drafts, is a [`TypingBody`], told to operators only; a member sends
    /// `{"visibility": "internal"}` while writing a note, so that the visitor is not told.
    Typing,
    /// Someone looks at a conversation.
    Viewing,
    /// A member's availability: a [`PresenceBody`]. A client may say its own; the server tells the best of all of a
    /// member's connections, and `offline` when there is none.
    Presence,
    /// Figures of a website have changed: a [`MetricsBody`](crate::analytics::MetricsBody). Only the server tells it, once a second at most.
    Metrics,
    /// The website's widget looks or speaks otherwise from now on: told to visitors, with what each of them gets
    /// (`VisitorWidget`) as the body.
    Widget,
    /// A type that this build does not know.
    #[serde(other)]
    Unknown,
}

/// The body of a visitor's `typing`.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TypingBody {
    /// What stands in the visitor's text box: at most [`MAX_DRAFT_CHARS`] characters.
    #[serde(default)]
    pub text: String,
}

impl fmt::Debug for TypingBody {
    /// Leaves out the draft.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypingBody")
    }
}

/// The body of `presence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PresenceBody {
    /// Whether the member takes conversations.
    #[serde(default)]
    pub availability: Availability,
}

/// Which side someone is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SenderKind {
    /// A member of the team.
    Member,
    /// A person on a website.
    Visitor,
    /// A kind that this build does not know.
    #[serde(other)]
    Unknown,
}

/// Whose signal it is, as far as the receiver may know; filled in by the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sender {
    /// Which side.
    pub kind: SenderKind,
    /// The member's or visitor's id; visitors are told none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name as it is shown, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Something that matters now and is never replayed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signal {
    /// What it tells of.
    #[serde(rename = "type")]
    pub kind: SignalType,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Whose: an id for operators, a name for visitors; filled in by the server.
    #[serde(default)]
    pub who: String,
    /// Whose, in parts; filled in by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// For how long it holds, in milliseconds; 0 when it is over. A member's own `presence` of 0 takes back what was said:
    /// what is set counts again.
    #[serde(default)]
    pub ttl_ms: u64,
    /// More, by type.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub body: Option<Value>,
}

impl fmt::Debug for Signal {
    /// Leaves out the body, which may hold a draft.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("kind", &self.kind)
            .field("conversation_id", &self.conversation_id)
            .field("ttl_ms", &self.ttl_ms)
            .finish_non_exhaustive()
    }
}
