//! What reports answer.

use serde::{Deserialize, Serialize};

use super::metrics::{Metric, Unit};
use crate::ids::{ConversationId, FunnelId, LabelId, MemberId, WebsiteId};
use crate::position::Position;
use crate::time::Timestamp;

/// How durations are distributed, in seconds; all of them absent where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spread {
    /// Half of them are at most this, by nearest rank.
    #[serde(default)]
    pub median: Option<f64>,
    /// Nine of ten are at most this, by nearest rank.
    #[serde(default)]
    pub p90: Option<f64>,
    /// The mean, to the millisecond.
    #[serde(default)]
    pub mean: Option<f64>,
    /// How many there are.
    #[serde(default)]
    pub count: u64,
}

/// One number of a metric: a count, a share, or the median of a distribution that stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reading {
    /// The number; absent where nothing was measured.
    #[serde(default)]
    pub value: Option<f64>,
    /// The whole distribution, of durations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
}

/// Every metric of one range.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// Conversations that began.
    pub conversations: u64,
    /// First response.
    pub first_response_seconds: Spread,
    /// First response in business hours.
    pub first_response_seconds_business: Spread,
    /// Unanswered.
    pub unanswered: u64,
    /// Reply time.
    pub reply_seconds: Spread,
    /// Reply time in business hours.
    pub reply_seconds_business: Spread,
    /// Time to close.
    pub resolution_seconds: Spread,
    /// Time to close in business hours.
    pub resolution_seconds_business: Spread,
    /// Reopened.
    pub reopened: u64,
    /// Good ratings divided by ratings; absent without any.
    pub satisfaction: Option<f64>,
    /// Ratings.
    pub ratings: u64,
    /// Requests for a rating.
    pub rating_requests: u64,
    /// Missed.
    pub missed: u64,
    /// Messages.
    pub messages: u64,
    /// Visitors; absent where the report is narrowed to an operator or a label, which visitors have none of.
    pub visitors: Option<u64>,
}

impl Figures {
    /// The number of one metric, as series and tables tell it.
    #[must_use]
    pub fn reading(&self, metric: Metric) -> Reading {
        // Counts stay far below 2⁵³.
        #[allow(clippy::cast_precision_loss)]
        let count = |count: u64| Reading {
            value: Some(count as f64),
            spread: None,
        };
        let spread = |spread: Spread| Reading {
            value: spread.median,
            spread: Some(spread),
        };
        match metric {
            Metric::Conversations => count(self.conversations),
            Metric::FirstResponseSeconds => spread(self.first_response_seconds),
            Metric::FirstResponseSecondsBusiness => spread(self.first_response_seconds_business),
            Metric::Unanswered => count(self.unanswered),
            Metric::ReplySeconds => spread(self.reply_seconds),
            Metric::ReplySecondsBusiness => spread(self.reply_seconds_business),
            Metric::ResolutionSeconds => spread(self.resolution_seconds),
            Metric::ResolutionSecondsBusiness => spread(self.resolution_seconds_business),
            Metric::Reopened => count(self.reopened),
            Metric::Satisfaction => Reading {
                value: self.satisfaction,
                spread: None,
            },
            Metric::Ratings => count(self.ratings),
            Metric::RatingRequests => count(self.rating_requests),
            Metric::Missed => count(self.missed),
            Metric::Messages => count(self.messages),
            Metric::Visitors => self.visitors.map(count).unwrap_or_default(),
            Metric::Unknown => Reading::default(),
        }
    }

    /// How many occurrences stand behind a metric: as many rows does its list have, or, of messages, do its rows add up to.
    #[must_use]
    pub fn occurrences(&self, metric: Metric) -> u64 {
        let reading = self.reading(metric);
        match (metric, metric.unit()) {
            (Metric::Satisfaction, _) => self.ratings,
            (_, Unit::Seconds) => reading.spread.map_or(0, |spread| spread.count),
            // Read back from a count.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            _ => reading.value.unwrap_or(0.0) as u64,
        }
    }
}

/// Two instants, the second of which is no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Period {
    /// Where it begins.
    pub from: Timestamp,
    /// Where it has ended.
    pub until: Timestamp,
}

/// What is going on at this moment, whatever the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RightNow {
    /// Conversations that are open.
    pub open: u64,
    /// Open ones whose visitor waits for an answer.
    pub waiting: u64,
    /// People on the websites.
    pub visitors: u64,
}

/// `GET /api/analytics/overview`: every figure of a range and of the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    /// The range.
    pub current: Figures,
    /// As many days right before it.
    pub previous: Figures,
    /// The range as instants.
    pub period: Period,
    /// The one before as instants.
    pub previous_period: Period,
    /// What is going on now, on the websites and funnels asked for.
    pub right_now: RightNow,
    /// The log position that all of it reflects.
    pub as_of: Position,
}

/// One point of a series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeriesPoint {
    /// Where its interval begins.
    pub at: Timestamp,
    /// Where it ends.
    pub until: Timestamp,
    /// The interval is cut off by the range, or is not over yet.
    #[serde(default)]
    pub is_partial: bool,
    /// What was measured in it.
    #[serde(flatten)]
    pub reading: Reading,
}

/// What one website, funnel or operator adds to the points of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeriesPart {
    /// The id; absent for what belongs to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What people call it; absent where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its numbers, one for each point.
    pub values: Vec<u64>,
}

/// `GET /api/analytics/series`: one metric by time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
    /// Which one.
    pub metric: Metric,
    /// Its points, one for each interval of the range, also where nothing happened.
    pub points: Vec<SeriesPoint>,
    /// What the points add up from, where `by` asks for it: the largest first, together exactly the points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<SeriesPart>,
    /// The log position that all of it reflects.
    pub as_of: Position,
}

/// One hour of the week.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeatmapCell {
    /// The day, 1 for Monday to 7 for Sunday.
    pub weekday: u8,
    /// The hour by the range's clock, 0 to 23.
    pub hour: u8,
    /// What was measured in it, over all weeks of the range.
    #[serde(flatten)]
    pub reading: Reading,
}

/// `GET /api/analytics/heatmap`: one metric by hour of the week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Heatmap {
    /// Which one.
    pub metric: Metric,
    /// All 168 hours, from Monday's first.
    pub cells: Vec<HeatmapCell>,
    /// The log position that all of it reflects.
    pub as_of: Position,
}

/// How many durations lie within one step of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistogramStep {
    /// From so many seconds on.
    pub least: f64,
    /// Below so many; absent of the last step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// How many.
    pub count: u64,
}

/// `GET /api/analytics/histogram`: how the durations of a metric are distributed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Histogram {
    /// Which one.
    pub metric: Metric,
    /// Every step from none to days, also where there is none; together as many as the metric counts.
    pub steps: Vec<HistogramStep>,
    /// The log position that all of it reflects.
    pub as_of: Position,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BreakdownRow {
    /// The id, the page's path, the country's code or the device; absent for what has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What people call it; absent where it is gone, and of pages, countries and devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Every metric of it; of pages, countries and devices only visitors are counted.
    pub figures: Figures,
    /// How often it was opened, of pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
}

/// `GET /api/analytics/breakdown`: a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Breakdown {
    /// Its rows, those with most conversations, views or visitors first; of pages the first 1,000.
    pub rows: Vec<BreakdownRow>,
    /// The log position that all of it reflects.
    pub as_of: Position,
}

/// One occurrence behind a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnalyticsRow {
    /// When it counts: the visitor's first message or, of messages, the quarter of an hour.
    pub at: Timestamp,
    /// Its conversation; absent where that was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Where.
    pub website_id: WebsiteId,
    /// How the visitor came.
    pub funnel_id: FunnelId,
    /// Whose it is, as the metric's definition says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_id: Option<MemberId>,
    /// The conversation's labels.
    #[serde(default)]
    pub labels: Vec<LabelId>,
    /// Seconds of a duration, 1 or 0 of a rating, how many messages; else 1.
    pub value: f64,
}

/// `GET /api/analytics/conversations`: the rows behind any number, the newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnalyticsRows {
    /// One page of them.
    pub items: Vec<AnalyticsRow>,
    /// Rows on all pages.
    pub total: u64,
    /// What to send as `cursor` for the next page; opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    #[serde(default)]
    pub has_more: bool,
    /// The log position that all of it reflects.
    pub as_of: Position,
}

/// The body of a `metrics` signal: figures of this website have changed. At most one a second for each website.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricsBody {
    /// Which one.
    pub website_id: WebsiteId,
}
