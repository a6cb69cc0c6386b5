//! Starting a conversation with a visitor, and what was said in one as a document.

use serde::{Deserialize, Serialize};

use super::{ConversationStatus, MessageType, Rating, Visibility};
use crate::ids::{ConversationId, VisitorId};
use crate::time::Timestamp;

/// `POST /api/live-chat/conversations`: an operator writes to a visitor first. Sent again by the same person with the same
/// content, it answers its first result.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartConversation {
    /// Chosen by the sender.
    pub id: ConversationId,
    /// With whom.
    pub user_id: VisitorId,
    /// The first message; never markup.
    pub content: String,
}

impl std::fmt::Debug for StartConversation {
    /// Leaves out what is said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StartConversation")
            .field("id", &self.id)
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// The form of a transcript: `GET /api/live-chat/conversations/{id}/transcript?format=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TranscriptFormat {
    /// Plain text.
    #[default]
    Txt,
    /// A [`Transcript`].
    Json,
    /// A page that stands alone and can be printed.
    Html,
}

impl TranscriptFormat {
    /// Every form, the plainest first.
    pub const ALL: [Self; 3] = [Self::Txt, Self::Html, Self::Json];

    /// As it stands in the query, and at the end of the file's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Json => "json",
            Self::Html => "html",
        }
    }
}

/// What was said in a conversation: `GET …/{id}/transcript?format=json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transcript {
    /// In which conversation.
    pub conversation: TranscriptConversation,
    /// The messages in their order.
    pub messages: Vec<TranscriptMessage>,
    /// When the transcript was made.
    pub made_at: Timestamp,
}

/// The conversation of a [`Transcript`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptConversation {
    /// The conversation.
    pub id: ConversationId,
    /// The website's name.
    pub website: String,
    /// The website's time zone (IANA): that of the times in the other forms.
    pub timezone: String,
    /// The visitor's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// Whether it is going on.
    pub status: ConversationStatus,
    /// What the visitor thought of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
}

/// One message of a [`Transcript`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptMessage {
    /// When it was stored.
    pub at: Timestamp,
    /// Who it is from.
    #[serde(rename = "type")]
    pub kind: MessageType,
    /// The author's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Who sees it; notes only stand in a transcript for the team.
    pub visibility: Visibility,
    /// Its text.
    pub content: String,
    /// The names of its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
}

/// `POST /api/live-chat/conversations/{id}/transcript/mail`: what the visitor saw, by mail; never a note.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailTranscript {
    /// To which address.
    pub to: String,
}

impl std::fmt::Debug for MailTranscript {
    /// Leaves out the address.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailTranscript")
    }
}
