//! The people on the sites as operators know them (`/api/visitors`): visits, pages seen, notes, identity, blocking, export.

use serde::{Deserialize, Serialize};

use super::{ConversationStatus, LiveChatConversation, LiveChatMessage, LiveChatUser};
use crate::decode::nullable;
use crate::ids::{ConversationId, MemberId, VisitorId, VisitorNoteId, WebsiteId};
use crate::position::Position;
use crate::problem::FieldErrors;
use crate::time::Timestamp;
use crate::validate::{self, Checks, Violation};

/// A visitor counts as being on a website for this long after a beat, in milliseconds: one beat may be late or lost.
pub const ONLINE_MS: i64 = 130_000;
/// Most pages that are remembered of one visitor; the newest stay.
pub const MAX_PAGES: usize = 200;
/// Most characters in a note about a visitor.
pub const MAX_NOTE_CHARS: usize = 5_000;
/// Most notes about one visitor.
pub const MAX_NOTES: usize = 200;
/// Most characters in the reason of a block.
pub const MAX_REASON_CHARS: usize = 500;
/// Most characters in a search for visitors.
pub const MAX_VISITOR_SEARCH_CHARS: usize = 200;

/// A page of `GET /api/visitors`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorPage {
    /// The people, last seen first.
    pub items: Vec<LiveChatUser>,
    /// Their visits, in step with `items`.
    #[serde(default)]
    pub visits: Vec<Visit>,
    /// What to send as `cursor` for the next page; opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    #[serde(default)]
    pub has_more: bool,
    /// The log position that every item reflects.
    pub as_of: Position,
}

/// Where somebody is, since when, and who talks with them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Visit {
    /// Who.
    pub user_id: VisitorId,
    /// The website.
    pub website_id: WebsiteId,
    /// When this visit began: the first beat after half an hour without one.
    pub started_at: Timestamp,
    /// The conversation that is going on, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationGist>,
}

/// A conversation in a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationGist {
    /// The conversation.
    pub id: ConversationId,
    /// Whether it is going on.
    pub status: ConversationStatus,
    /// Whether it is archived.
    #[serde(default)]
    pub is_archived: bool,
    /// The operator in charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<MemberId>,
    /// When the visitor first acted.
    pub started_at: Timestamp,
    /// When the last public message was sent.
    pub last_message_at: Timestamp,
    /// That message's text.
    #[serde(default)]
    pub last_message: String,
    /// Public messages from people.
    #[serde(default)]
    pub message_count: u64,
}

/// A page that somebody looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PageView {
    /// Its address.
    pub url: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it was opened.
    pub at: Timestamp,
    /// The last beat from it, or the opening of the next page where that followed at once.
    pub until: Timestamp,
}

/// What an operator wrote about somebody, for the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorNote {
    /// The note.
    pub id: VisitorNoteId,
    /// Its text; never markup.
    pub content: String,
    /// Who wrote it.
    pub author_id: MemberId,
    /// That person's name.
    pub author_name: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; `If-Match`.
    pub version: u64,
}

/// `GET /api/visitors/{id}`: everything that the panel beside a conversation shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorDetails {
    /// The person.
    pub user: LiveChatUser,
    /// The website.
    pub website_id: WebsiteId,
    /// When the latest visit began.
    pub visit_started_at: Timestamp,
    /// Why the person was blocked, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_reason: Option<String>,
    /// The newest pages seen, the newest first.
    #[serde(default)]
    pub pages: Vec<PageView>,
    /// What the team wrote about the person, the oldest first.
    #[serde(default)]
    pub notes: Vec<VisitorNote>,
    /// The person's newest conversations, the newest first.
    #[serde(default)]
    pub conversations: Vec<ConversationGist>,
    /// The log position that all of it reflects.
    pub as_of: Position,
}

/// `PATCH /api/visitors/{id}`; what is absent stays, null takes away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeVisitor {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub name: Option<Option<String>>,
    /// The email address.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub email: Option<Option<String>>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub phone: Option<Option<String>>,
}

impl ChangeVisitor {
    /// Every rule. Empty texts take away as null does.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        check_identity(
            self.name.as_ref().and_then(Option::as_deref),
            self.email.as_ref().and_then(Option::as_deref),
            self.phone.as_ref().and_then(Option::as_deref),
        )
    }
}

/// The rules of an identity's parts; absent and empty ones break none.
pub(crate) fn check_identity(
    name: Option<&str>,
    email: Option<&str>,
    phone: Option<&str>,
) -> Result<(), FieldErrors> {
    let given = |text: Option<&str>, rule: fn(&str) -> Result<(), Violation>| match text {
        Some(text) if !text.trim().is_empty() => rule(text),
        _ => Ok(()),
    };
    Checks::default()
        .field("name", given(name, validate::person_name))
        .field("email", given(email, validate::email))
        .field("phone", given(phone, validate::phone))
        .finish()
}

/// `POST /api/visitors/{id}/block`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockVisitor {
    /// Whether the person may no longer write.
    pub blocked: bool,
    /// Why, for the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl BlockVisitor {
    /// Every rule.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let reason = match &self.reason {
            Some(text) if text.chars().count() > MAX_REASON_CHARS => {
                Err(Violation::TooLong(MAX_REASON_CHARS))
            }
            _ => Ok(()),
        };
        Checks::default().field("reason", reason).finish()
    }
}

/// `POST /api/visitors/{id}/notes`. The same again gives the first result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateVisitorNote {
    /// Chosen by the sender.
    pub id: VisitorNoteId,
    /// Its text.
    pub content: String,
}

/// `PATCH /api/visitors/{id}/notes/{noteId}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeVisitorNote {
    /// Its new text.
    pub content: String,
}

/// The text of a note: something to read, within [`MAX_NOTE_CHARS`].
///
/// # Errors
/// Messages by field.
pub fn check_note(content: &str) -> Result<(), FieldErrors> {
    let outcome = if content.trim().is_empty() {
        Err(Violation::Required)
    } else if content.chars().count() > MAX_NOTE_CHARS {
        Err(Violation::TooLong(MAX_NOTE_CHARS))
    } else {
        Ok(())
    };
    Checks::default().field("content", outcome).finish()
}

/// `GET /api/visitors/{id}/export`: everything that is known of one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorExport {
    /// When it was written.
    pub exported_at: Timestamp,
    /// The person with pages and notes; its `conversations` names all of them.
    pub visitor: VisitorDetails,
    /// What was said, conversation by conversation, the oldest first.
    pub conversations: Vec<ExportedConversation>,
}

/// One conversation of a [`VisitorExport`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedConversation {
    /// The conversation.
    pub conversation: LiveChatConversation,
    /// Its messages, internal notes included, with the names of attached files.
    pub messages: Vec<LiveChatMessage>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_takes_away_and_absent_stays() {
        let change: ChangeVisitor =
            serde_json::from_str(r#"{"name":null,"email":"a@b.example"}"#).expect("reads");
        assert_eq!(change.name, Some(None));
        assert_eq!(change.email, Some(Some("a@b.example".to_owned())));
        assert_eq!(change.phone, None);
        assert_eq!(
            serde_json::to_string(&change).expect("writes"),
            r#"{"name":null,"email":"a@b.example"}"#
        );
    }

    #[test]
    fn what_is_wrong_is_said_by_its_field() {
        let change = ChangeVisitor {
            name: Some(Some("\u{202e}eve".to_owned())),
            email: Some(Some("nobody".to_owned())),
            phone: Some(Some("call me".to_owned())),
        };
        let fields = change.check().expect_err("three broken rules");
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["email", "name", "phone"]);
        let nothing = ChangeVisitor {
            name: Some(Some(" ".to_owned())),
            email: Some(None),
            phone: None,
        };
        assert_eq!(nothing.check(), Ok(()));
        assert!(check_note(" \n").is_err());
        assert!(check_note(&"é".repeat(MAX_NOTE_CHARS)).is_ok());
        assert!(check_note(&"é".repeat(MAX_NOTE_CHARS + 1)).is_err());
        let long = BlockVisitor {
            blocked: true,
            reason: Some("x".repeat(MAX_REASON_CHARS + 1)),
        };
        assert!(long.check().is_err());
    }
}
