//! Conversations, messages and the people on the sites (`/api/live-chat/*`, `/api/visitors`).

mod actions;
mod canned;
mod files;
mod handling;
mod labels;
mod people;
mod search;
mod views;

pub use actions::{
    ChangeConversations, ChangeResult, ChangeResults, ConversationChange, ConversationRef, MAX_CHANGED,
    MAX_CHANGED_LABELS, MAX_CLOSE_REASON_CHARS, MarkRead, ReadResult,
};
pub use canned::{
    CannedReply, CannedReplyList, CannedScope, ChangeCannedReply, CreateCannedReply, Expansion,
    MAX_CANNED_TITLE_CHARS, MAX_SHORTCUT_CHARS, VARIABLES, Values, Variable, canned_content, canned_title,
    expand, first_name, first_open, shortcut,
};
pub use files::{
    MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_FILE_NAME_CHARS, PICTURES, file_name, is_picture,
};
pub use handling::{
    MailTranscript, StartConversation, Transcript, TranscriptConversation, TranscriptFormat,
    TranscriptMessage,
};
pub use labels::{
    ChangeLabel, CreateLabel, Label, LabelColour, LabelContents, LabelList, MAX_LABEL_CHARS, label_name,
};
pub(crate) use people::check_identity;
pub use people::{
    BlockVisitor, ChangeVisitor, ChangeVisitorNote, ConversationGist, CreateVisitorNote,
    ExportedConversation, MAX_NOTE_CHARS, MAX_NOTES, MAX_PAGES, MAX_REASON_CHARS, MAX_VISITOR_SEARCH_CHARS,
    ONLINE_MS, PageView, Visit, VisitorDetails, VisitorExport, VisitorNote, VisitorPage, check_note,
};
pub use search::{ConversationPage, FoundIn, MAX_SEARCH_CHARS, Mark, SearchMatch};
pub use views::{
    ChangeView, CreateView, ListSort, ListStatus, MAX_VIEW_CHARS, MAX_VIEWS, View, ViewFilter, ViewList,
    view_name,
};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{
    AttachmentId, ConversationId, FunnelId, LabelId, MemberId, MessageId, VisitorId, WebsiteId,
};
use crate::position::Position;
use crate::time::Timestamp;

/// Most characters (Unicode scalar values) in one message.
pub const MAX_MESSAGE_CHARS: usize = 10_000;
/// Most members that one note names.
pub const MAX_MENTIONS: usize = 50;

/// Whether a conversation is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ConversationStatus {
    /// Going on.
    Open,
    /// Ended; a visitor's message reopens it.
    Closed,
    /// A status that this build does not know.
    #[serde(other)]
    Unknown,
}

/// How urgent a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Priority {
    /// Can wait.
    Low,
    /// The usual.
    #[default]
    Normal,
    /// Before others.
    High,
    /// First of all.
    Urgent,
    /// A priority that this build does not know.
    #[serde(other)]
    Unknown,
}

/// What the visitor thought of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Rating {
    /// Positive.
    Good,
    /// Negative.
    Bad,
    /// A rating that this build does not know.
    #[serde(other)]
    Unknown,
}

/// Who a message is from, and the side it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MessageType {
    /// From an operator or automation; at the start of the line.
    Bot,
    /// From the visitor; at the end of the line.
    User,
    /// A notice; centred.
    System,
    /// A type that this build does not know; shown as a notice.
    #[serde(other)]
    Unknown,
}

/// Who sees a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Visibility {
    /// The visitor and the team.
    #[default]
    Public,
    /// The team: an internal note. Anything unknown is read as this, so that it can never leak.
    #[serde(other)]
    Internal,
}

/// A file sent with a message, and the answer of `POST /api/live-chat/attachments` and `POST /api/visitor/attachments`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// The file.
    pub id: AttachmentId,
    /// Its name, as [`file_name`] has it.
    pub name: String,
    /// Its media type as its content tells it; `application/octet-stream` where that could do harm or is not known.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// A picture's width in pixels, so that its room is kept before it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// A picture's height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

impl std::fmt::Debug for Attachment {
    /// Leaves out the name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment")
            .field("id", &self.id)
            .field("media_type", &self.media_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// A person on a website.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveChatUser {
    /// The person.
    pub id: VisitorId,
    /// As given by the person or the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// As given by the person or the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// As given by the person or the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A picture, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Whether the site vouched for the identity (HMAC).
    #[serde(default)]
    pub verified: bool,
    /// BCP 47, as the browser says.
    #[serde(default)]
    pub locale: String,
    /// IANA time zone, as the browser says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Such as `Firefox 145`.
    #[serde(default)]
    pub browser: String,
    /// Such as `Android`.
    #[serde(default)]
    pub os: String,
    /// `desktop`, `phone` or `tablet`.
    #[serde(default)]
    pub device: String,
    /// ISO 3166 code, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The page looked at now: its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The title of [`Self::page`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_title: Option<String>,
    /// Where the person came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// Custom attributes set by the site's snippet.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// First beat.
    pub first_seen_at: Timestamp,
    /// Latest beat.
    pub last_seen_at: Timestamp,
    /// Whether an operator blocked the person.
    #[serde(default)]
    pub blocked: bool,
    /// Counts changes of the identity (name, email, phone) and of blocking; `If-Match`. Where the person is does not count.
    #[serde(default)]
    pub version: u64,
}

/// One chat session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveChatConversation {
    /// The conversation.
    pub id: ConversationId,
    /// The visitor's id.
    pub user_id: VisitorId,
    /// The visitor.
    pub user: LiveChatUser,
    /// The funnel in which it started.
    pub funnel_id: FunnelId,
    /// That funnel's name.
    pub funnel_name: String,
    /// The website in which it started.
    pub website_id: WebsiteId,
    /// Whether it is going on.
    pub status: ConversationStatus,
    /// When the visitor first acted.
    pub started_at: Timestamp,
    /// When the last public message was sent; `startedAt` before there is one.
    pub last_message_at: Timestamp,
    /// The last public message's text; empty before there is one.
    pub last_message: String,
    /// Public messages from people: `bot` and `user`.
    pub message_count: u64,
    /// In lists at most the newest one.
    #[serde(default)]
    pub messages: Vec<LiveChatMessage>,
    /// When it closes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_close_at: Option<Timestamp>,
    /// Whether it is archived.
    #[serde(default)]
    pub is_archived: bool,
    /// The operator in charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<MemberId>,
    /// The team's labels.
    #[serde(default)]
    pub labels: Vec<LabelId>,
    /// How urgent it is.
    #[serde(default)]
    pub priority: Priority,
    /// Hidden from the open ones until then; absent when it is not. A visitor's message ends it at once, and its end
    /// by time is an event too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Timestamp>,
    /// Visitor messages that no operator has read.
    #[serde(default)]
    pub unread_count: u64,
    /// The `seq` of the first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_from: Option<u64>,
    /// Since when the visitor waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// What the visitor thought of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// What the visitor said about it, with the rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating_comment: Option<String>,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}

/// One message. `seq` is dense in its conversation and is the order; the id's time never is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveChatMessage {
    /// Chosen by the sender.
    pub id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Its place, from 1. On the visitor's side only public messages are counted.
    pub seq: u64,
    /// Who it is from.
    #[serde(rename = "type")]
    pub kind: MessageType,
    /// Its text; never markup.
    pub content: String,
    /// The operator who wrote it (never told to visitors).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_id: Option<MemberId>,
    /// The author's name as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// Who sees it.
    #[serde(default)]
    pub visibility: Visibility,
    /// Files sent with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// The members whom an internal note names, each once; its text names them as `@Name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<MemberId>,
    /// When the server stored it.
    pub created_at: Timestamp,
    /// When the other side received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// When the other side read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
}

impl LiveChatMessage {
    /// What it says in one line of a list or a notice: its text, or the name of its first file where it has none.
    #[must_use]
    pub fn gist(&self) -> &str {
        match self.attachments.first() {
            Some(file) if self.content.trim().is_empty() => &file.name,
            _ => &self.content,
        }
    }
}

/// History by `seq`: `GET …/{id}/messages` and `GET /api/visitor/messages`; ascending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagePage {
    /// The messages, ascending by `seq`.
    pub items: Vec<LiveChatMessage>,
    /// Whether there are earlier ones.
    pub has_more_before: bool,
    /// Whether there are later ones.
    pub has_more_after: bool,
    /// The log position that every item reflects.
    pub as_of: Position,
}

/// `POST /api/live-chat/messages` (`protocol.md` *Sending*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendMessage {
    /// Chosen by the sender; a repeat with the same content returns the first result.
    pub id: MessageId,
    /// Where it goes.
    pub conversation_id: ConversationId,
    /// Its text.
    pub content: String,
    /// Who sees it.
    #[serde(default)]
    pub visibility: Visibility,
    /// Files that the sender uploaded for this conversation and has not sent yet, at most [`MAX_ATTACHMENTS`]. With a file
    /// the text may be empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentId>,
    /// Members whom an internal note names, at most [`MAX_MENTIONS`]; refused in what a visitor reads. Who is not in the team
    /// any more is left out. No part of the content by which a repeat is known: the text is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<MemberId>,
    /// The message that the same outbox queued before it in this conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_id: Option<MessageId>,
    /// The newest `seq` that the operator's screen showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_seq: Option<u64>,
    /// Send although a colleague replied in the meantime.
    #[serde(default)]
    pub force: bool,
    /// Reopen a closed conversation.
    #[serde(default)]
    pub reopen: bool,
}

/// The answer of `POST /api/live-chat/messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendResult {
    /// The message as stored.
    pub message: LiveChatMessage,
    /// Where its event stands in the log.
    pub position: Position,
}
