//! The team's labels.

use serde::{Deserialize, Serialize};

use crate::ids::LabelId;
use crate::position::Position;
use crate::time::Timestamp;
use crate::validate::Violation;

/// Most characters in a label's name.
pub const MAX_LABEL_CHARS: usize = 50;

/// A colour that labels are shown in; the dashboard's theme says how each looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LabelColour {
    /// No colour.
    #[default]
    Grey,
    /// Blue.
    Blue,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Orange.
    Orange,
    /// Red.
    Red,
    /// Purple.
    Purple,
    /// A colour that this build does not know; shown as grey.
    #[serde(other)]
    Unknown,
}

/// A label of the team (`/api/live-chat/labels`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Label {
    /// The label.
    pub id: LabelId,
    /// Its name, unlike any other label's of the account, whatever the case.
    pub name: String,
    /// Its colour.
    #[serde(default)]
    pub colour: LabelColour,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; `If-Match`.
    pub version: u64,
}

/// `GET /api/live-chat/labels`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelList {
    /// All of the account's, by name.
    pub items: Vec<Label>,
    /// The log position that every item reflects.
    pub as_of: Position,
}

/// `GET /api/live-chat/labels/{id}/contents`: what deleting a label takes it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelContents {
    /// How many conversations carry it, archived ones included.
    pub conversations: u64,
}

/// `POST /api/live-chat/labels`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateLabel {
    /// Chosen by the sender; a repeat with the same content returns the label.
    pub id: LabelId,
    /// Its name.
    pub name: String,
    /// Its colour.
    #[serde(default)]
    pub colour: LabelColour,
}

/// `PATCH /api/live-chat/labels/{id}`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeLabel {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<LabelColour>,
}

/// A label's name: one line of at most [`MAX_LABEL_CHARS`].
///
/// # Errors
/// The rule that `text` breaks.
pub fn label_name(text: &str) -> Result<(), Violation> {
    let text = text.trim();
    if text.is_empty() {
        Err(Violation::Required)
    } else if text.chars().count() > MAX_LABEL_CHARS {
        Err(Violation::TooLong(MAX_LABEL_CHARS))
    } else if text.chars().any(char::is_control) {
        Err(Violation::ControlCharacters)
    } else {
        Ok(())
    }
}
