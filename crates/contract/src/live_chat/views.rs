//! Saved filters of the list of conversations (`/api/live-chat/views`).

use serde::{Deserialize, Serialize};

use crate::ids::{FunnelId, LabelId, MemberId, ViewId, WebsiteId};
use crate::position::Position;
use crate::time::Timestamp;
use crate::validate::Violation;

/// Most characters in a view's name.
pub const MAX_VIEW_CHARS: usize = 60;
/// Most views that one person has made.
pub const MAX_VIEWS: usize = 100;

/// Which conversations a list holds, by their state: the parameter `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ListStatus {
    /// Going on and not snoozed.
    #[default]
    Open,
    /// Going on and snoozed.
    Snoozed,
    /// Ended and not archived.
    Closed,
    /// Archived.
    Archived,
    /// Every one.
    All,
    /// A state that this build does not know.
    #[serde(other)]
    Unknown,
}

/// The order of a list of conversations: the parameter `sort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ListSort {
    /// Newest activity first; of the same instant the greater id.
    #[default]
    Newest,
    /// Oldest activity first; of the same instant the smaller id.
    Oldest,
    /// Only those whose visitors wait, the longest first; of the same instant the smaller id.
    Waiting,
    /// Urgent ones first, of the same priority as in `newest`.
    Priority,
    /// An order that this build does not know.
    #[serde(other)]
    Unknown,
}

/// The parameters of a list of conversations; what is absent does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ViewFilter {
    /// By state; the open ones unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ListStatus>,
    /// Only of this website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_id: Option<WebsiteId>,
    /// Only of this funnel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funnel_id: Option<FunnelId>,
    /// Who is in charge: `me` (whoever looks), `none` or a member's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// Only with this label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelId>,
    /// Only with messages that no operator has read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<bool>,
    /// What is searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// The order; `newest` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<ListSort>,
}

impl ViewFilter {
    /// The same without what does not narrow it, and without what this build does not know.
    #[must_use]
    pub fn normal(mut self) -> Self {
        let status = self.status.filter(|status| *status != ListStatus::Unknown);
        self.status = status.filter(|status| *status != ListStatus::default());
        let sort = self.sort.filter(|sort| *sort != ListSort::Unknown);
        self.sort = sort.filter(|sort| *sort != ListSort::default());
        self.unread = self.unread.filter(|unread| *unread);
        self.q = self.q.filter(|text| !text.trim().is_empty());
        self.assignee = self.assignee.filter(|text| !text.is_empty());
        self
    }
}

/// A view's name: spaces around it do not count.
///
/// # Errors
/// What is wrong with it.
pub fn view_name(text: &str) -> Result<(), Violation> {
    match text.trim() {
        "" => Err(Violation::Required),
        name if name.chars().count() > MAX_VIEW_CHARS => Err(Violation::TooLong(MAX_VIEW_CHARS)),
        name if name.chars().any(char::is_control) => Err(Violation::ControlCharacters),
        _ => Ok(()),
    }
}

/// A saved filter: of one person, or shared with the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct View {
    /// The view.
    pub id: ViewId,
    /// Its name.
    pub name: String,
    /// Whether the whole team has it; owners and admins change such a view.
    #[serde(default)]
    pub is_shared: bool,
    /// Who made it.
    pub author_id: MemberId,
    /// What it lists.
    #[serde(default)]
    pub filter: ViewFilter,
    /// Where it stands among the others, the smallest first.
    #[serde(default)]
    pub position: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; `If-Match`.
    pub version: u64,
}

/// `GET /api/live-chat/views`. No event tells of changes: ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ViewList {
    /// The caller's own and the shared ones, by position, then by age.
    pub items: Vec<View>,
    /// The log position when they were read.
    pub as_of: Position,
}

/// `POST /api/live-chat/views`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateView {
    /// Chosen by the sender; a repeat with the same content returns the view.
    pub id: ViewId,
    /// Its name.
    pub name: String,
    /// Whether the whole team gets it; for owners and admins.
    #[serde(default)]
    pub is_shared: bool,
    /// What it lists.
    #[serde(default)]
    pub filter: ViewFilter,
    /// Where it stands; after all others unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
}

/// `PATCH /api/live-chat/views/{id}`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeView {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For the whole team, or for its author alone; owners and admins decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_shared: Option<bool>,
    /// Another filter, as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<ViewFilter>,
    /// Another place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_narrow_is_left_out() {
        let said = ViewFilter {
            status: Some(ListStatus::Open),
            unread: Some(false),
            q: Some(" ".to_owned()),
            sort: Some(ListSort::Newest),
            assignee: Some("me".to_owned()),
            ..ViewFilter::default()
        };
        let kept = ViewFilter {
            assignee: Some("me".to_owned()),
            ..ViewFilter::default()
        };
        assert_eq!(said.normal(), kept);
        let unknown = ViewFilter {
            status: Some(ListStatus::Unknown),
            sort: Some(ListSort::Unknown),
            ..ViewFilter::default()
        };
        assert_eq!(unknown.normal(), ViewFilter::default());
    }

    #[test]
    fn names_are_short_and_not_blank() {
        assert_eq!(view_name(" Refunds "), Ok(()));
        assert_eq!(view_name("  "), Err(Violation::Required));
        assert_eq!(view_name(&"é".repeat(60)), Ok(()));
        assert_eq!(view_name(&"é".repeat(61)), Err(Violation::TooLong(60)));
        assert_eq!(view_name("a\u{7}"), Err(Violation::ControlCharacters));
    }
}
