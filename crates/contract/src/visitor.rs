//! The visitor's side of the API (`/api/visitor/*`): what the loader and the frame speak. Nothing here tells of notes,
//! labels, assignment or other visitors.

use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::{AttachmentId, ConversationId, FunnelId, MessageId, VisitorId};
use crate::live_chat::{ConversationStatus, LiveChatMessage, MessagePage, Rating};
use crate::position::Position;
use crate::time::Timestamp;
use crate::website::WidgetConfig;

/// `POST /api/visitor/sessions`, from the host page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartVisitorSession {
    /// Names the website.
    pub public_key: String,
    /// The funnel named by the snippet; the default one otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funnel: Option<FunnelId>,
    /// The host page's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The host page's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_title: Option<String>,
    /// Where the visitor came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// BCP 47, as the browser says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// IANA time zone, as the browser says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The token of an earlier visit; an unknown one starts a new visitor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor_token: Option<String>,
}

/// What a visitor may know of themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorUser {
    /// The visitor.
    pub id: VisitorId,
    /// As given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// As given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// The public projection of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorConversation {
    /// The conversation.
    pub id: ConversationId,
    /// Whether it is going on.
    pub status: ConversationStatus,
    /// When the visitor first acted.
    pub started_at: Timestamp,
    /// The last public message's `seq` (counting public ones only); 0 before there is one.
    pub last_seq: u64,
    /// The visitor has read everything up to this `seq`.
    #[serde(default)]
    pub read_seq: u64,
    /// What the visitor thought of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
}

/// The answer of `POST /api/visitor/sessions` and `POST /api/visitor/frame`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorSession {
    /// Sent as `Authorization: Bearer`.
    pub visitor_token: String,
    /// Who the visitor is.
    pub user: VisitorUser,
    /// The latest conversation that is not archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<VisitorConversation>,
    /// The published configuration.
    pub widget: WidgetConfig,
    /// One-use code for the frame, 60 s; only from `sessions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_code: Option<String>,
}

impl std::fmt::Debug for VisitorSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VisitorSession")
            .field("user", &self.user.id)
            .finish_non_exhaustive()
    }
}

/// `POST /api/visitor/frame`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenFrame {
    /// From `sessions`, handed over by `postMessage`.
    pub frame_code: String,
}

/// `POST /api/visitor/messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorSend {
    /// Chosen by the sender; a repeat with the same content returns the first result.
    pub id: MessageId,
    /// Its text.
    pub content: String,
    /// Uploaded files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentId>,
    /// The message that the same outbox queued before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_id: Option<MessageId>,
}

/// The answer of `POST /api/visitor/messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorSendResult {
    /// The message as stored.
    pub message: LiveChatMessage,
    /// Its conversation, which the message may have started or reopened.
    pub conversation: VisitorConversation,
    /// Where its event stands in the visitor's log.
    pub position: Position,
}

/// The answer of `GET /api/visitor/messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorMessages {
    /// The messages; none before there is a conversation.
    #[serde(flatten)]
    pub page: MessagePage,
    /// The conversation as of the same position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<VisitorConversation>,
}

/// The answer of `POST /api/visitor/page` while a conversation with the visitor is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PageNoted {
    /// That conversation: an operator may have begun it, so the page has something to show.
    pub conversation: VisitorConversation,
}

/// `POST /api/visitor/page`: the visitor looks at another page, or still at this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PageBeat {
    /// The host page's address.
    pub page: String,
    /// The host page's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_title: Option<String>,
}

/// `POST /api/visitor/typing`: the visitor writes, told by a frame without a socket. It is told again while it lasts, within
/// [`TYPING_TTL_MS`](crate::realtime::TYPING_TTL_MS).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorTyping {
    /// What stands in the textbox; null to say only that the visitor writes, empty when nothing is left of it. Cut to
    /// [`MAX_DRAFT_CHARS`](crate::realtime::MAX_DRAFT_CHARS), and told to operators only where the website shares drafts.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub text: Option<String>,
}

impl std::fmt::Debug for VisitorTyping {
    /// Leaves out the draft.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitorTyping")
    }
}

/// A field that may be null and may not be absent.
fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// `POST /api/visitor/read`: the visitor has read everything up to here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorRead {
    /// The newest `seq` that was read, counting public messages; one past the last means all of them.
    pub seq: u64,
    /// In which conversation; the latest one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
}

/// Most characters (Unicode scalar values) in [`RateConversation::comment`].
pub const MAX_RATING_COMMENT_CHARS: usize = 1_000;

/// `POST /api/visitor/rating`: what the visitor thought of a conversation that is over. A comment may follow the rating; after
/// that it can be changed once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateConversation {
    /// Good or bad.
    pub rating: Rating,
    /// In their own words; at most [`MAX_RATING_COMMENT_CHARS`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Which conversation; the latest one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
}

impl std::fmt::Debug for RateConversation {
    /// Leaves out the comment.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateConversation")
            .field("rating", &self.rating)
            .finish_non_exhaustive()
    }
}
