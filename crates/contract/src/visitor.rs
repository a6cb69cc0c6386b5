//! The visitor's side of the API (`/api/visitor/*`): what the loader and the frame speak. Nothing here tells of notes,
//! labels, assignment or other visitors.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::{AttachmentId, ConversationId, FunnelId, MessageId, VisitorId};
use crate::live_chat::{self, ConversationStatus, LiveChatMessage, MessagePage, Rating};
use crate::position::Position;
use crate::problem::FieldErrors;
use crate::time::Timestamp;
use crate::validate::{Checks, Violation};
use crate::website::VisitorWidget;
use crate::website::widget::launcher::LauncherLook;

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
    /// What the chat looks like and says to this visitor, by the published configuration.
    pub widget: VisitorWidget,
    /// What the button on the website looks like.
    #[serde(default)]
    pub launcher: LauncherLook,
    /// One-use code for the frame, 60 s; only from `sessions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_code: Option<String>,
    /// Names the website; only from `resume`, whose caller does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
}

/// `GET /api/websites/{id}/identity`, for owners and admins.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentitySecret {
    /// Key of the HMAC that proves who a visitor is ([`Identify`]); never for a browser.
    pub secret: String,
}

impl std::fmt::Debug for IdentitySecret {
    /// Leaves out the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentitySecret")
    }
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
    /// Files that the visitor uploaded and has not sent yet, at most
    /// [`MAX_ATTACHMENTS`](crate::live_chat::MAX_ATTACHMENTS). With a file the text may be empty.
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

/// The answer of `POST /api/visitor/pre-chat`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreChatAnswered {
    /// The visitor, with what they said of themselves.
    pub user: VisitorUser,
    /// The conversation, which the answers have begun.
    pub conversation: VisitorConversation,
}

/// `POST /api/visitor/challenge`: the website shows that a visitor who was slowed down is a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SolveChallenge {
    /// From the problem that slowed the visitor down; works once, for some minutes.
    pub challenge: String,
    /// HMAC-SHA-256 of `challenge` under the website's identity secret, in hexadecimal digits; made on the website's own server,
    /// once that has found out in its own way that the visitor is a person.
    pub proof: String,
}

impl std::fmt::Debug for SolveChallenge {
    /// Leaves out the proof.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SolveChallenge")
    }
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

/// Most attributes of one visitor.
pub const MAX_ATTRIBUTES: usize = 50;
/// Most characters in an attribute's name.
pub const MAX_ATTRIBUTE_NAME_CHARS: usize = 64;
/// Most characters in an attribute's value.
pub const MAX_ATTRIBUTE_VALUE_CHARS: usize = 1_000;
/// Most characters in the id under which a website knows a person.
pub const MAX_EXTERNAL_ID_CHARS: usize = 200;

/// `POST /api/visitor/identify`: the website vouches for who the visitor is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identify {
    /// Under which the website knows the person.
    pub id: String,
    /// HMAC-SHA-256 of `id` under the website's identity secret, in hexadecimal digits; made on the website's own server.
    pub hash: String,
    /// The name; what is absent stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl std::fmt::Debug for Identify {
    /// Leaves out the proof and the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identify")
    }
}

impl Identify {
    /// Every rule of the details; whether the proof holds only the server can judge.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        live_chat::check_identity(self.name.as_deref(), self.email.as_deref(), self.phone.as_deref())?;
        let id = if self.id.is_empty() {
            Err(Violation::Required)
        } else if self.id.chars().count() > MAX_EXTERNAL_ID_CHARS {
            Err(Violation::TooLong(MAX_EXTERNAL_ID_CHARS))
        } else {
            Ok(())
        };
        Checks::default().field("id", id).finish()
    }
}

/// `POST /api/visitor/attributes`: what the website tells of the visitor, shown to operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetAttributes {
    /// Values by name, at most [`MAX_ATTRIBUTES`] with those that are known already; null takes one away, what is not named
    /// stays.
    pub attributes: BTreeMap<String, Option<String>>,
}

impl SetAttributes {
    /// Every rule of the parts; how many there may be is [`SetAttributes::applied_to`]'s to say.
    ///
    /// # Errors
    /// Messages by field, `attributes.<name>`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut checks = Checks::default();
        for (name, value) in &self.attributes {
            let is_plain = !name.trim().is_empty() && !name.chars().any(char::is_control);
            let value_chars = value.as_ref().map_or(0, |value| value.chars().count());
            let outcome = if !is_plain {
                Err(Violation::ControlCharacters)
            } else if name.chars().count() > MAX_ATTRIBUTE_NAME_CHARS {
                Err(Violation::TooLong(MAX_ATTRIBUTE_NAME_CHARS))
            } else if value_chars > MAX_ATTRIBUTE_VALUE_CHARS {
                Err(Violation::TooLong(MAX_ATTRIBUTE_VALUE_CHARS))
            } else {
                Ok(())
            };
            let shown: String = name.chars().take(MAX_ATTRIBUTE_NAME_CHARS).collect();
            checks = checks.field(&format!("attributes.{shown}"), outcome);
        }
        checks.finish()
    }

    /// What `known` becomes.
    ///
    /// # Errors
    /// A message for `attributes` when there would be more than [`MAX_ATTRIBUTES`].
    pub fn applied_to(
        &self,
        mut known: BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, FieldErrors> {
        for (name, value) in &self.attributes {
            match value {
                Some(value) => known.insert(name.clone(), value.clone()),
                None => known.remove(name),
            };
        }
        let outcome = if known.len() > MAX_ATTRIBUTES {
            Err(Violation::TooMany(MAX_ATTRIBUTES))
        } else {
            Ok(())
        };
        Checks::default().field("attributes", outcome).finish()?;
        Ok(known)
    }
}

/// `POST /api/visitor/resume`: the link of a letter is opened.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResumeChat {
    /// The last part of the link's address.
    pub link: String,
}

impl std::fmt::Debug for ResumeChat {
    /// Leaves out the link, which opens the conversation.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResumeChat")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[(&str, Option<&str>)]) -> SetAttributes {
        SetAttributes {
            attributes: pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
                .collect(),
        }
    }

    #[test]
    fn attributes_merge_and_null_takes_away() {
        let known = BTreeMap::from([
            ("plan".to_owned(), "free".to_owned()),
            ("seats".to_owned(), "1".to_owned()),
        ]);
        let merged = set(&[("plan", Some("pro")), ("seats", None), ("city", Some("Rome"))]).applied_to(known);
        let expected = [("city", "Rome"), ("plan", "pro")];
        assert_eq!(
            merged.expect("few"),
            expected
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into()
        );
    }

    #[test]
    fn attributes_are_bounded() {
        let many: BTreeMap<String, String> = (0..MAX_ATTRIBUTES)
            .map(|n| (n.to_string(), String::new()))
            .collect();
        assert!(set(&[("0", Some("again"))]).applied_to(many.clone()).is_ok());
        assert!(set(&[("one more", Some(""))]).applied_to(many).is_err());
        let long_name = "n".repeat(MAX_ATTRIBUTE_NAME_CHARS + 1);
        let long_value = "é".repeat(MAX_ATTRIBUTE_VALUE_CHARS + 1);
        let fits = "é".repeat(MAX_ATTRIBUTE_VALUE_CHARS);
        assert!(set(&[("plan", Some(&fits))]).check().is_ok());
        for bad in [
            (long_name.as_str(), ""),
            ("plan", long_value.as_str()),
            ("", "x"),
            ("a\u{7}", "x"),
        ] {
            assert!(set(&[(bad.0, Some(bad.1))]).check().is_err());
        }
    }

    #[test]
    fn debug_output_holds_no_proof_and_no_link() {
        let identify = Identify {
            id: "secret".into(),
            hash: "secret".into(),
            name: Some("secret".into()),
            email: None,
            phone: None,
        };
        let resume = ResumeChat {
            link: "secret".into(),
        };
        assert!(!format!("{identify:?}{resume:?}").contains("secret"));
    }
}
