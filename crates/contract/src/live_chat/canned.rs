//! Canned replies: texts that are written once and used again, with variables that stand for who is spoken to.

mod variables;

use serde::{Deserialize, Serialize};

use crate::ids::{CannedReplyId, MemberId};
use crate::position::Position;
use crate::time::Timestamp;
use crate::validate::{self, Violation};

pub use variables::{Expansion, VARIABLES, Values, Variable, expand, first_name, first_open};

/// Most characters in a canned reply's shortcut.
pub const MAX_SHORTCUT_CHARS: usize = 32;
/// Most characters in a canned reply's title.
pub const MAX_CANNED_TITLE_CHARS: usize = 100;

/// Whom a canned reply is for. The order is that in which lists show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CannedScope {
    /// The whole team uses it; owners and admins write it.
    Shared,
    /// Only its author sees and writes it. Anything unknown is read as this, so that it is never taken for the team's.
    #[default]
    #[serde(other)]
    Personal,
}

/// A text to use again (`/api/live-chat/canned-replies`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CannedReply {
    /// The reply.
    pub id: CannedReplyId,
    /// What is typed after `/`, unlike any other of its scope: see [`shortcut`].
    pub shortcut: String,
    /// What it is about, for lists.
    pub title: String,
    /// Its text, with variables such as `{{visitor.firstName|there}}`: see [`expand`].
    pub content: String,
    /// Whom it is for.
    #[serde(default)]
    pub scope: CannedScope,
    /// Who made it.
    pub author_id: MemberId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; `If-Match`.
    pub version: u64,
}

/// `GET /api/live-chat/canned-replies`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CannedReplyList {
    /// The team's and the caller's own, by shortcut.
    pub items: Vec<CannedReply>,
    /// The log position that every item reflects.
    pub as_of: Position,
}

/// `POST /api/live-chat/canned-replies`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateCannedReply {
    /// Chosen by the sender; a repeat with the same content returns the reply.
    pub id: CannedReplyId,
    /// What is typed after `/`.
    pub shortcut: String,
    /// What it is about.
    pub title: String,
    /// Its text.
    pub content: String,
    /// Whom it is for; it stays so.
    #[serde(default)]
    pub scope: CannedScope,
}

/// `PATCH /api/live-chat/canned-replies/{id}`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeCannedReply {
    /// Another shortcut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortcut: Option<String>,
    /// Another title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Another text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// What is typed after `/`: small letters of the English alphabet, digits and hyphens.
///
/// # Errors
/// The rule that `text` breaks.
pub fn shortcut(text: &str) -> Result<(), Violation> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match text.chars().count() {
        0 => Err(Violation::Required),
        _ if !text.chars().all(is_allowed) => Err(Violation::Shortcut),
        length if length > MAX_SHORTCUT_CHARS => Err(Violation::TooLong(MAX_SHORTCUT_CHARS)),
        _ => Ok(()),
    }
}

/// What a canned reply is about: one line of at most [`MAX_CANNED_TITLE_CHARS`].
///
/// # Errors
/// The rule that `text` breaks.
pub fn canned_title(text: &str) -> Result<(), Violation> {
    validate::one_line(text.trim())
}

/// A canned reply's text: what a message may hold, with no variable that this build does not know.
///
/// # Errors
/// The rule that `text` breaks.
pub fn canned_content(text: &str) -> Result<(), Violation> {
    validate::message_text(text)?;
    if variables::are_known(text) {
        Ok(())
    } else {
        Err(Violation::Variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcuts_are_short_and_plain() {
        for good in ["a", "refund-2", "-", &"x".repeat(MAX_SHORTCUT_CHARS)] {
            assert_eq!(shortcut(good), Ok(()), "{good}");
        }
        assert_eq!(shortcut(""), Err(Violation::Required));
        assert_eq!(
            shortcut(&"x".repeat(MAX_SHORTCUT_CHARS + 1)),
            Err(Violation::TooLong(MAX_SHORTCUT_CHARS))
        );
        for bad in ["Refund", "re fund", "größe", "a/b", "a_b", " a"] {
            assert_eq!(shortcut(bad), Err(Violation::Shortcut), "{bad}");
        }
    }

    #[test]
    fn only_known_variables_are_kept() {
        for good in [
            "Hello {{visitor.name}}",
            "{{ visitor.firstName | there }}",
            "a {{ b",
            "a }} b",
        ] {
            assert_eq!(canned_content(good), Ok(()), "{good}");
        }
        for bad in [
            "{{visitor.age}}",
            "{{}}",
            "{{Visitor.Name}}",
            "{{visitor.name}} {{x|y}}",
        ] {
            assert_eq!(canned_content(bad), Err(Violation::Variable), "{bad}");
        }
        assert_eq!(canned_content(" "), Err(Violation::Required));
    }

    #[test]
    fn unknown_scopes_stay_personal() {
        assert_eq!(
            serde_json::from_str::<CannedScope>(r#""galactic""#).expect("reads"),
            CannedScope::Personal
        );
    }
}
