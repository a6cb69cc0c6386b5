//! How reports are asked for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{FunnelId, LabelId, MemberId, WebsiteId};

/// The range and what it is narrowed to: parameters of every report.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnalyticsQuery {
    /// The first day in `tz`, `YYYY-MM-DD`.
    pub from: String,
    /// The last day in `tz`, which is part of the range.
    pub to: String,
    /// The time zone whose days these are, such as `Europe/Berlin`.
    pub tz: String,
    /// Only this website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_id: Option<WebsiteId>,
    /// Only this funnel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funnel_id: Option<FunnelId>,
    /// Only this operator's, as each metric's definition says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_id: Option<MemberId>,
    /// Only conversations with this label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelId>,
}

impl AnalyticsQuery {
    /// The parameters that say this, by name; values are not escaped.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("from", self.from.clone()),
            ("to", self.to.clone()),
            ("tz", self.tz.clone()),
        ];
        pairs.extend(self.website_id.map(|id| ("websiteId", id.to_string())));
        pairs.extend(self.funnel_id.map(|id| ("funnelId", id.to_string())));
        pairs.extend(self.operator_id.map(|id| ("operatorId", id.to_string())));
        pairs.extend(self.label.map(|id| ("label", id.to_string())));
        pairs
    }
}

macro_rules! words {
    ($name:ident) => {
        impl fmt::Display for $name {
            /// The word on the wire.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.serialize(f)
            }
        }
    };
}

/// How much time one point of a series stands for, by the clock of the range's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Interval {
    /// An hour; one that the clock repeats is two.
    Hour,
    /// A day, of 23 to 25 hours.
    Day,
    /// A week from Monday.
    Week,
    /// A month.
    Month,
}
words!(Interval);

/// What a table has a row for each of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Dimension {
    /// Websites.
    Website,
    /// Funnels.
    Funnel,
    /// Operators.
    Agent,
    /// Labels; a conversation stands in the row of each of its own.
    Label,
    /// Pages that visitors have seen.
    Page,
    /// Countries of visitors.
    Country,
    /// Devices of visitors.
    Device,
}
words!(Dimension);

impl Dimension {
    /// Whether its rows are about people on the websites rather than about conversations.
    #[must_use]
    pub const fn is_of_visitors(self) -> bool {
        matches!(self, Self::Page | Self::Country | Self::Device)
    }

    /// Whether an occurrence stands in one row at most, so that the rows add up to the whole.
    #[must_use]
    pub const fn adds_up(self) -> bool {
        matches!(self, Self::Website | Self::Funnel | Self::Agent)
    }
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Report {
    /// Every figure, of the range and of the one before.
    Overview,
    /// One metric by time.
    Series,
    /// A table.
    Breakdown,
    /// A row for each conversation.
    Conversations,
    /// The list behind one number.
    Rows,
}
words!(Report);
