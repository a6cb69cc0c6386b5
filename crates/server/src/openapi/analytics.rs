//! The routes of reports.

use switchboard_contract::analytics::{AnalyticsRows, Breakdown, Heatmap, Histogram, Overview, Series};
use switchboard_contract::problem::ProblemCode as Code;
use utoipa::openapi::schema::Type::{Integer, Number, String as Text};

use super::describe::{Caller, Route};

const TAG: &str = "analytics";

type Parameter = (&'static str, utoipa::openapi::schema::Type, &'static str);

/// What every report takes.
const RANGE: [Parameter; 7] = [
    ("from", Text, "The first day in `tz`, `YYYY-MM-DD`"),
    (
        "to",
        Text,
        "The last day in `tz`, which is part of the range; at most 5 years",
    ),
    (
        "tz",
        Text,
        "The time zone whose days these are, such as `Europe/Berlin`; a day may have 23 or 25 hours",
    ),
    ("websiteId", Text, "Only this website"),
    ("funnelId", Text, "Only this funnel"),
    (
        "operatorId",
        Text,
        "Only this operator's: whose a number is, is part of each metric's definition",
    ),
    ("label", Text, "Only conversations with this label"),
];

const METRIC: Parameter = (
    "metric",
    Text,
    "`conversations`, `firstResponseSeconds`, `unanswered`, `replySeconds`, `resolutionSeconds`, `reopened`, `satisfaction`, `ratings`, \
     `ratingRequests`, `missed`, `messages` or `visitors`; durations also with `Business` behind: within business hours",
);
const INTERVAL: Parameter = (
    "interval",
    Text,
    "`hour`, `day` (unless given), `week` or `month`",
);
const BY: Parameter = (
    "by",
    Text,
    "`website`, `funnel`, `agent`, `label`, `page`, `country` or `device`",
);
const SPLIT: Parameter = (
    "by",
    Text,
    "`website`, `funnel` or `agent`: also what each of them adds to the points, of counts but `visitors`",
);
const SINCE: Parameter = (
    "since",
    Text,
    "Only from this instant in RFC 3339 on, such as a point of a chart",
);
const BEFORE: Parameter = ("before", Text, "Only before this instant in RFC 3339");

/// The list.
pub(super) fn all() -> Vec<Route> {
    let report = |path, summary, more: &[Parameter]| {
        let parameters: Vec<Parameter> = RANGE.iter().chain(more).cloned().collect();
        Route::get(path, TAG, summary)
            .caller(Caller::Operator)
            .query(&parameters)
            .refuses(&[Code::NotFound, Code::ValidationFailed])
    };
    vec![
        report("/api/analytics/overview", "Every figure of a range and of as many days right before it", &[])
            .answers::<Overview>(200, "The figures"),
        report("/api/analytics/series", "One metric by time", &[METRIC, INTERVAL, SPLIT])
            .answers::<Series>(200, "A point for each interval, also where nothing happened"),
        report("/api/analytics/heatmap", "One metric by hour of the week", &[METRIC])
            .answers::<Heatmap>(200, "All 168 hours"),
        report("/api/analytics/histogram", "How the durations of a metric are distributed", &[METRIC, SINCE, BEFORE])
            .answers::<Histogram>(200, "Every step, also where there is none"),
        report("/api/analytics/breakdown", "Every metric by website, funnel, operator or label; visitors by page, country or device", &[BY, SINCE, BEFORE])
            .answers::<Breakdown>(200, "The table"),
        report(
            "/api/analytics/conversations",
            "The rows behind any number, the newest first",
            &[
                METRIC,
                SINCE,
                BEFORE,
                ("weekday", Integer, "Only of this day of the week in `tz`, 1 for Monday to 7 for Sunday"),
                ("hour", Integer, "Only of this hour of the day in `tz`, 0 to 23"),
                ("least", Number, "Only of so many seconds at least, such as a step of a histogram"),
                ("below", Number, "Only of less than so many seconds"),
                ("limit", Integer, "1 to 200, 50 unless given"),
                ("cursor", Text, "`nextCursor` of the page before"),
            ],
        )
        .answers::<AnalyticsRows>(200, "One page"),
        report(
            "/api/analytics/export.csv",
            "What a report shows, as a file of comma-separated values",
            &[
                (
                    "report",
                    Text,
                    "`overview`, `series`, `breakdown`, `conversations` (a row for each conversation) or `rows` (those behind a number); \
                     the other parameters are that report's",
                ),
                METRIC,
                INTERVAL,
                BY,
                SINCE,
                BEFORE,
            ],
        )
        .answers_file(200, "The file"),
    ]
}
