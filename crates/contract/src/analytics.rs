//! Reports (`protocol.md` *Analytics*): what is measured, how it is asked for, and how it is answered.
//!
//! Every number is a tally of occurrences: a conversation that began, an answer that came, a message that was sent. A card, the
//! points of its chart, the rows of its table, its file and the list behind it tally the same ones, so that they agree.

mod answers;
mod metrics;
mod query;

pub use answers::{
    AnalyticsRow, AnalyticsRows, Breakdown, BreakdownRow, Figures, Heatmap, HeatmapCell, MetricsBody,
    Overview, Period, Reading, RightNow, Series, SeriesPoint, Spread,
};
pub use metrics::{Aspect, DEFINITIONS, Definition, Metric, Unit};
pub use query::{AnalyticsQuery, Dimension, Interval, Report};

/// Most points of a series: an interval that makes more of a range is refused.
pub const MAX_POINTS: usize = 5_000;
/// Most years that a range may have.
pub const MAX_YEARS: i32 = 5;
/// How long a `metrics` signal holds, in milliseconds.
pub const METRICS_TTL_MS: u64 = 5_000;
