//! Reports (`protocol.md` *Analytics*): what is measured, how it is asked for, and how it is answered.
//!
//! Every number is a tally of occurrences: a conversation that began, an answer that came, a message that was sent. A card, the
//! points of its chart, the rows of its table, its file and the list behind it tally the same ones, so that they agree.

mod answers;
mod metrics;
mod query;

pub use answers::{
    AnalyticsRow, AnalyticsRows, Breakdown, BreakdownRow, Figures, Heatmap, HeatmapCell, Histogram,
    HistogramStep, MetricsBody, Overview, Period, Reading, RightNow, Series, SeriesPart, SeriesPoint, Spread,
};
pub use metrics::{Aspect, DEFINITIONS, Definition, Metric, Unit};
pub use query::{AnalyticsQuery, Dimension, Interval, Report};

/// Most points of a series: an interval that makes more of a range is refused.
pub const MAX_POINTS: usize = 5_000;
/// Where the steps of a histogram begin, in seconds: steps that people count in.
pub const HISTOGRAM_SECONDS: [f64; 14] = [
    0.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0, 86_400.0,
    259_200.0,
];
/// Most years that a range may have.
pub const MAX_YEARS: i32 = 5;
/// How long a `metrics` signal holds, in milliseconds.
pub const METRICS_TTL_MS: u64 = 5_000;
