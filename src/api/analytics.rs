//! `/analytics`: reports.

use switchboard_contract::analytics::{
    AnalyticsQuery, AnalyticsRows, Breakdown, Dimension, Heatmap, Histogram, Interval, Metric, Overview,
    Report, Series,
};
use switchboard_contract::time::Timestamp;

use super::{Api, ApiError, Call};

/// The parameters that every report takes.
fn about(call: Call, query: &AnalyticsQuery) -> Call {
    let pairs = query.pairs().into_iter();
    pairs.fold(call, |call, (name, value)| call.query(name, value))
}

/// What a list or a file is about beside the range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Behind {
    /// Which number.
    pub metric: Option<Metric>,
    /// How much time a point stands for, of a chart.
    pub interval: Option<Interval>,
    /// What there is a row for each of, of a table.
    pub by: Option<Dimension>,
    /// Only from here on, such as one point of a chart.
    pub since: Option<Timestamp>,
    /// Only before this.
    pub before: Option<Timestamp>,
    /// Only of this day of the week, 1 for Monday to 7 for Sunday, and hour of the day.
    pub hour_of_week: Option<(u8, u8)>,
    /// Only from so many seconds on, of durations.
    pub least: Option<u32>,
    /// Only of less than so many seconds.
    pub below: Option<u32>,
}

impl Behind {
    fn add(self, call: Call) -> Call {
        call.query_opt("metric", self.metric)
            .query_opt("interval", self.interval)
            .query_opt("by", self.by)
            .query_opt("since", self.since)
            .query_opt("before", self.before)
            .query_opt("weekday", self.hour_of_week.map(|(weekday, _)| weekday))
            .query_opt("hour", self.hour_of_week.map(|(_, hour)| hour))
            .query_opt("least", self.least)
            .query_opt("below", self.below)
    }
}

impl Api {
    /// `GET /analytics/overview`: every figure of a range and of the one before.
    ///
    /// # Errors
    /// [`ApiError::Validation`] for what is no range, [`ApiError::NotFound`] for a filter that names nothing.
    pub async fn analytics_overview(&self, query: &AnalyticsQuery) -> Result<Overview, ApiError> {
        self.call(about(Call::get("/analytics/overview"), query)).await
    }

    /// `GET /analytics/series`: one metric by time, and by what else it is to be split.
    ///
    /// # Errors
    /// As [`Api::analytics_overview`]; also for an interval that makes too many points, and for what does not add up.
    pub async fn analytics_series(
        &self,
        query: &AnalyticsQuery,
        metric: Metric,
        interval: Interval,
        by: Option<Dimension>,
    ) -> Result<Series, ApiError> {
        let call = Call::get("/analytics/series")
            .query("metric", metric)
            .query("interval", interval)
            .query_opt("by", by);
        self.call(about(call, query)).await
    }

    /// `GET /analytics/histogram`: how the durations of a metric are distributed.
    ///
    /// # Errors
    /// As [`Api::analytics_overview`]; also for a metric that is no duration.
    pub async fn analytics_histogram(
        &self,
        query: &AnalyticsQuery,
        metric: Metric,
    ) -> Result<Histogram, ApiError> {
        let call = Call::get("/analytics/histogram").query("metric", metric);
        self.call(about(call, query)).await
    }

    /// `GET /analytics/heatmap`: one metric by hour of the week.
    ///
    /// # Errors
    /// As [`Api::analytics_overview`].
    pub async fn analytics_heatmap(
        &self,
        query: &AnalyticsQuery,
        metric: Metric,
    ) -> Result<Heatmap, ApiError> {
        let call = Call::get("/analytics/heatmap").query("metric", metric);
        self.call(about(call, query)).await
    }

    /// `GET /analytics/breakdown`: a table.
    ///
    /// # Errors
    /// As [`Api::analytics_overview`].
    pub async fn analytics_breakdown(
        &self,
        query: &AnalyticsQuery,
        by: Dimension,
    ) -> Result<Breakdown, ApiError> {
        let call = Call::get("/analytics/breakdown").query("by", by);
        self.call(about(call, query)).await
    }

    /// `GET /analytics/conversations`: the rows behind a number, page by page.
    ///
    /// # Errors
    /// As [`Api::analytics_overview`].
    pub async fn analytics_rows(
        &self,
        query: &AnalyticsQuery,
        behind: Behind,
        cursor: Option<String>,
    ) -> Result<AnalyticsRows, ApiError> {
        let call = behind.add(Call::get("/analytics/conversations"));
        self.call(about(call.query_opt("cursor", cursor), query)).await
    }

    /// `GET /analytics/export.csv`: what a report shows, as the text of a file.
    ///
    /// # Errors
    /// As [`Api::analytics_overview`].
    pub async fn analytics_file(
        &self,
        query: &AnalyticsQuery,
        report: Report,
        behind: Behind,
    ) -> Result<String, ApiError> {
        let call = behind.add(Call::get("/analytics/export.csv").query("report", report));
        self.text(&about(call, query)).await
    }
}
