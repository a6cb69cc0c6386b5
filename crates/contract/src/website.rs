//! Websites and the widget's configuration.
//!
//! | module | holds |
//! | --- | --- |
//! | [`assignment`] | who gets a conversation that begins |
//! | [`changes`] | what is asked of websites and funnels |
//! | [`hours`] | when people are there |
//! | [`install`] | whether a website has the widget |
//! | [`rules`] | what a name, a domain, an origin, … may be |
//! | [`widget`] | how the widget looks, what it says and does |

pub mod assignment;
pub mod changes;
pub mod hours;
pub mod install;
pub mod rules;
pub mod widget;

use serde::{Deserialize, Serialize};

use crate::ids::{FunnelId, WebsiteId};
use crate::time::Timestamp;

pub use assignment::{Assignment, AssignmentMode, MAX_ASSIGNMENT_CAP};
pub use changes::{
    CreateFunnel, CreateWebsite, FunnelList, UpdateFunnel, UpdateWebsite, WebsiteContents,
    WebsiteStatusChange, WebsiteStatusHistory,
};
pub use hours::{BusinessHours, Holiday, Opening, Weekday};
pub use install::{InstallCheck, InstallOutcome};
pub use widget::{VisitorWidget, WidgetConfig, WidgetDraft, WidgetHistory};

/// A website whose pages have not told of themselves for this long is silent, in milliseconds. Pages tell every quarter of a
/// minute while somebody looks at them, so this is how long nobody has.
pub const SILENT_AFTER_MS: i64 = 2 * 60 * 60 * 1_000;

/// What the loader's beats say about a website.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WebsiteState {
    /// Beats arrive.
    Online,
    /// Beats arrive and something is wrong.
    Degraded,
    /// No beat for [`SILENT_AFTER_MS`].
    Silent,
    /// No beat has ever arrived.
    #[default]
    NeverSeen,
    /// A state that this build does not know.
    #[serde(other)]
    Unknown,
}

/// What makes a website degraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WebsiteTrouble {
    /// A page of an origin that is not allowed loads its widget.
    OriginRefused,
    /// A page of its own loads a widget by a key that is not its.
    OtherKey,
    /// A trouble that this build does not know.
    #[serde(other)]
    Unknown,
}

/// A website's state with its age and reason.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebsiteStatus {
    /// The state.
    pub state: WebsiteState,
    /// When the last beat arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Timestamp>,
    /// Why it is degraded, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<WebsiteTrouble>,
}

/// A website: `GET /api/websites`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Website {
    /// The website.
    pub id: WebsiteId,
    /// Its name for people.
    pub name: String,
    /// Its host name.
    pub domain: String,
    /// Origins that may load the widget (`https://shop.example`).
    pub allowed_origins: Vec<String>,
    /// IANA time zone.
    pub timezone: String,
    /// When people are there, by the clock of `timezone`; null = always.
    #[serde(default)]
    pub business_hours: Option<BusinessHours>,
    /// Seconds without activity until a conversation closes; null = never.
    pub auto_close_after: Option<u32>,
    /// Seconds from closed to archived; null = never.
    pub archive_after: Option<u32>,
    /// Seconds from archived to deleted; null = never.
    pub delete_after: Option<u32>,
    /// Who gets a conversation that begins.
    #[serde(default)]
    pub assignment: Assignment,
    /// Names the website in its snippet; not a secret.
    pub public_key: String,
    /// What the loader's beats say.
    pub status: WebsiteStatus,
    /// Conversations whose first visitor message came today, by the clock of `timezone`; in lists only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversations_today: Option<u64>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; `If-Match`.
    pub version: u64,
}

/// A named entry point of a website.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Funnel {
    /// The funnel.
    pub id: FunnelId,
    /// Its website.
    pub website_id: WebsiteId,
    /// Its name for people.
    pub name: String,
    /// Whether visitors land here when no other funnel covers the page.
    pub is_default: bool,
    /// Which pages it covers: paths from `/`, in which `*` stands for anything.
    #[serde(default)]
    pub pages: Vec<String>,
    /// What it says first, in place of the website's own greeting.
    #[serde(default)]
    pub greeting: Option<String>,
    /// Its place in the order in which funnels are tried, from 0; the default one comes last.
    #[serde(default)]
    pub place: u32,
    /// Counts changes; `If-Match`.
    #[serde(default)]
    pub version: u64,
}
