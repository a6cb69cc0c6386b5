//! `GET /api/analytics/export.csv`: what a report shows, as a file. It is written while it is read.

use std::collections::HashMap;
use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use switchboard_contract::analytics::{
    AnalyticsRow, DEFINITIONS, Figures, Metric, Reading, Report, SeriesPoint, Spread, Unit,
};
use switchboard_contract::ids::LabelId;
use switchboard_domain::analytics::fact::Fact;
use switchboard_domain::analytics::tally::{self, Occurrence};

use super::ask::{self, Ask, Scope};
use super::{reports, tables};
use crate::auth::Operator;
use crate::http::Params;
use crate::http::csv::Line;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Lines that are written at a time.
const LINES: usize = 500;

/// A metric's number, and what else there is of a duration.
fn reading(line: Line, unit: Unit, reading: Reading) -> Line {
    let line = line.number(reading.value);
    match unit {
        Unit::Seconds => {
            let spread: Spread = reading.spread.unwrap_or_default();
            line.number(spread.p90)
                .number(spread.mean)
                .text(&spread.count.to_string())
        }
        Unit::Count | Unit::Share => line,
    }
}

/// The columns of a metric.
fn columns(metric: Metric) -> Vec<String> {
    let name = metric.definition().map_or("", |definition| definition.name);
    match metric.unit() {
        Unit::Count => vec![name.to_owned()],
        Unit::Share => vec![format!("{name} (0 to 1)")],
        Unit::Seconds => vec![
            format!("{name}, median (s)"),
            format!("{name}, 90th percentile (s)"),
            format!("{name}, mean (s)"),
            format!("{name}, count"),
        ],
    }
}

fn head(fixed: &[&str], metrics: impl IntoIterator<Item = Metric>) -> String {
    let columns: Vec<String> = metrics.into_iter().flat_map(columns).collect();
    Line::default()
        .texts(fixed.iter().copied())
        .texts(columns.iter().map(String::as_str))
        .end()
}

fn all(line: Line, figures: &Figures) -> Line {
    Metric::all().fold(line, |line, metric| {
        reading(line, metric.unit(), figures.reading(metric))
    })
}

/// A report as a file.
pub(crate) async fn csv(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Response> {
    const WORDS: &str = "overview, series, breakdown, conversations and rows";
    let report: Report = params
        .word("report", WORDS)?
        .ok_or_else(|| ApiError::bad_parameter("report", format!("expected one of {WORDS}.")))?;
    let ask = Ask::from_params(&params)?;
    let body = match report {
        Report::Overview => overview(&state, operator, ask).await?,
        Report::Series => series(&state, operator, &params).await?,
        Report::Breakdown => breakdown(&state, operator, &params).await?,
        Report::Conversations => conversations(&state, operator, ask).await?,
        Report::Rows => rows(&state, operator, &params).await?,
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    let text = |name: &str| params.text(name).unwrap_or_default().to_owned();
    // Days have been read by then: nothing else gets into a header.
    let disposition = format!(
        "attachment; filename=\"{report}-{}-{}.csv\"",
        text("from"),
        text("to")
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(disposition).map_err(ApiError::internal)?,
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A head and a line for each item, written some at a time.
fn written<T: Send + 'static>(
    head: String,
    items: Vec<T>,
    line: impl Fn(&T) -> String + Send + 'static,
) -> Body {
    let mut items = items.into_iter();
    let pieces = std::iter::from_fn(move || {
        let piece: String = items.by_ref().take(LINES).map(|item| line(&item)).collect();
        (!piece.is_empty()).then_some(piece)
    });
    let pieces = std::iter::once(head).chain(pieces);
    Body::from_stream(stream::iter(pieces.map(Ok::<_, Infallible>)))
}

async fn overview(state: &AppState, operator: Operator, ask: Ask) -> ApiResult<Body> {
    let overview = reports::overview_of(state, operator, ask).await?;
    let head = Line::default()
        .texts([
            "Metric",
            "Value",
            "90th percentile",
            "Mean",
            "Count",
            "Value before",
            "90th percentile before",
            "Mean before",
            "Count before",
            "Unit",
            "Definition",
        ])
        .end();
    let cells = |line: Line, reading: Reading| {
        let spread = reading.spread;
        line.number(reading.value)
            .number(spread.and_then(|spread| spread.p90))
            .number(spread.and_then(|spread| spread.mean))
            .text(&spread.map_or_else(String::new, |spread| spread.count.to_string()))
    };
    Ok(written(head, DEFINITIONS.to_vec(), move |definition| {
        let line = Line::default().text(definition.name);
        let line = cells(line, overview.current.reading(definition.metric));
        let line = cells(line, overview.previous.reading(definition.metric));
        let unit = match definition.unit {
            Unit::Count => "count",
            Unit::Seconds => "seconds; the value is the median",
            Unit::Share => "0 to 1",
        };
        line.text(unit).text(definition.definition).end()
    }))
}

async fn series(state: &AppState, operator: Operator, params: &Params) -> ApiResult<Body> {
    let series = reports::series_of(state, operator, params).await?;
    let unit = series.metric.unit();
    let fixed = ["From", "Until", "Partial"].map(str::to_owned);
    let parts = series.parts.iter().map(|part| {
        let name = part.name.as_ref().or(part.key.as_ref());
        name.map_or_else(|| "Nobody".to_owned(), String::clone)
    });
    let head: Vec<String> = fixed
        .into_iter()
        .chain(columns(series.metric))
        .chain(parts)
        .collect();
    let head = Line::default().texts(head.iter().map(String::as_str)).end();
    let parts = series.parts;
    let points: Vec<(usize, SeriesPoint)> = series.points.into_iter().enumerate().collect();
    Ok(written(head, points, move |(place, point)| {
        let line = Line::default()
            .text(&point.at.to_string())
            .text(&point.until.to_string())
            .text(if point.is_partial { "yes" } else { "no" });
        let line = reading(line, unit, point.reading);
        let values = parts.iter().filter_map(|part| part.values.get(*place));
        values
            .fold(line, |line, value| line.text(&value.to_string()))
            .end()
    }))
}

async fn breakdown(state: &AppState, operator: Operator, params: &Params) -> ApiResult<Body> {
    let table = tables::breakdown_of(state, operator, params).await?;
    let head = head(&["Key", "Name", "Views"], Metric::all());
    Ok(written(head, table.rows, |row| {
        let line = Line::default()
            .text(row.key.as_deref().unwrap_or_default())
            .text(row.name.as_deref().unwrap_or_default())
            .text(&row.views.map_or_else(String::new, |views| views.to_string()));
        all(line, &row.figures).end()
    }))
}

/// What ids are called.
#[derive(Clone, Default)]
struct Names(HashMap<String, String>);

impl Names {
    /// The name, or the id where it has none any more.
    fn of(&self, id: Option<String>) -> String {
        id.map_or_else(String::new, |id| self.0.get(&id).cloned().unwrap_or(id))
    }

    fn labels(&self, labels: &[LabelId]) -> String {
        let names: Vec<String> = labels.iter().map(|id| self.of(Some(id.to_string()))).collect();
        names.join("; ")
    }

    async fn load(state: &AppState, operator: &Operator) -> ApiResult<Self> {
        let operator = operator.clone();
        state
            .db
            .read(move |tx| {
                Box::pin(async move {
                    let mut names = HashMap::new();
                    for sql in [
                        tables::WEBSITE_NAMES,
                        tables::FUNNEL_NAMES,
                        tables::MEMBER_NAMES,
                        tables::LABEL_NAMES,
                    ] {
                        names.extend(Scope::names(tx, sql, &operator).await?);
                    }
                    Ok(Self(names))
                })
            })
            .await
    }
}

async fn rows(state: &AppState, operator: Operator, params: &Params) -> ApiResult<Body> {
    let names = Names::load(state, &operator).await?;
    let metric = ask::metric(params)?;
    let (rows, _) = tables::rows_of(state, operator, params).await?;
    let value = columns(metric).into_iter().next().unwrap_or_default();
    let head = Line::default()
        .texts(["At", "Conversation", "Website", "Funnel", "Operator", "Labels"])
        .text(&value)
        .end();
    Ok(written(head, rows, move |row: &AnalyticsRow| {
        Line::default()
            .text(&row.at.to_string())
            .text(&row.conversation_id.map_or_else(String::new, |id| id.to_string()))
            .text(&names.of(Some(row.website_id.to_string())))
            .text(&names.of(Some(row.funnel_id.to_string())))
            .text(&names.of(row.operator_id.map(|id| id.to_string())))
            .text(&names.labels(&row.labels))
            .number(Some(row.value))
            .end()
    }))
}

/// A row for each conversation of the range, with everything that is measured of it.
async fn conversations(state: &AppState, operator: Operator, ask: Ask) -> ApiResult<Body> {
    let names = Names::load(state, &operator).await?;
    let (filter, period) = (ask.filter(), ask.period);
    let facts = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let scope = ask.scope(tx, &operator).await?;
                scope.facts(tx, period).await
            })
        })
        .await?;
    let facts: Vec<Fact> = ask::beside(move || {
        tally::rows(Metric::Conversations, &facts, &filter, period)
            .iter()
            .map(|row| row.fact.clone())
            .collect()
    })
    .await?;
    let head = Line::default()
        .texts([
            "Conversation",
            "Website",
            "Funnel",
            "Operator",
            "Labels",
            "Began",
            "First message",
            "Closed",
            "First response (s)",
            "First response in business hours (s)",
            "Answers",
            "Time to close (s)",
            "Time to close in business hours (s)",
            "Times reopened",
            "Good rating",
            "Missed",
            "Messages",
        ])
        .end();
    Ok(written(head, facts, move |fact| {
        let instant = |at: Option<switchboard_contract::time::Timestamp>| {
            at.map_or_else(String::new, |at| at.to_string())
        };
        Line::default()
            .text(&fact.conversation_id.map_or_else(String::new, |id| id.to_string()))
            .text(&names.of(Some(fact.website_id.to_string())))
            .text(&names.of(Some(fact.funnel_id.to_string())))
            .text(&names.of(fact.in_charge().map(|id| id.to_string())))
            .text(&names.labels(&fact.labels))
            .text(&fact.started_at.to_string())
            .text(&instant(fact.first_message_at))
            .text(&instant(fact.first_closed_at))
            .number(one(Metric::FirstResponseSeconds, fact))
            .number(one(Metric::FirstResponseSecondsBusiness, fact))
            .text(&fact.replies.len().to_string())
            .number(one(Metric::ResolutionSeconds, fact))
            .number(one(Metric::ResolutionSecondsBusiness, fact))
            .text(&fact.reopened.to_string())
            .number(one(Metric::Satisfaction, fact))
            .text(if one(Metric::Missed, fact).is_some() {
                "yes"
            } else {
                "no"
            })
            .text(
                &fact
                    .messages
                    .iter()
                    .map(|(_, count)| count)
                    .sum::<u64>()
                    .to_string(),
            )
            .end()
    }))
}

/// What a conversation adds to a metric that it adds to once at most.
fn one(metric: Metric, fact: &Fact) -> Option<f64> {
    let mut found = None;
    tally::occurrences(metric, fact, &mut |occurrence: Occurrence<'_>| {
        found = Some(occurrence.row().value);
    });
    found
}
