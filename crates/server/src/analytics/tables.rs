//! Tables, and the lists behind numbers.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::State;
use switchboard_contract::analytics::{
    AnalyticsRow, AnalyticsRows, Breakdown, BreakdownRow, Dimension, Figures, Metric,
};
use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;
use switchboard_domain::analytics::calendar::Zone;
use switchboard_domain::analytics::tally::{self, Occurrence};

use super::ask::{self, Ask, Scope};
use super::visits::Column;
use crate::auth::Operator;
use crate::events;
use crate::http::Params;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Names by id of what tables are about.
pub(super) const WEBSITE_NAMES: &str = "SELECT id, name FROM websites WHERE account_id = $1 AND name <> ''";
/// The same of funnels.
pub(super) const FUNNEL_NAMES: &str = "SELECT f.id, f.name FROM funnels f JOIN websites w ON w.id = f.website_id \
    WHERE w.account_id = $1";
/// The same of members.
pub(super) const MEMBER_NAMES: &str = "SELECT id, name FROM members WHERE account_id = $1";
/// The same of labels.
pub(super) const LABEL_NAMES: &str = "SELECT id, name FROM labels WHERE account_id = $1";

/// A table.
pub(crate) async fn breakdown(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<Breakdown>> {
    Ok(Json(breakdown_of(&state, operator, &params).await?))
}

pub(super) async fn breakdown_of(
    state: &AppState,
    operator: Operator,
    params: &Params,
) -> ApiResult<Breakdown> {
    const WORDS: &str = "website, funnel, agent, label, page, country and device";
    let ask = Ask::from_params(params)?;
    let by: Dimension = params
        .word("by", WORDS)?
        .ok_or_else(|| ApiError::bad_parameter("by", format!("expected one of {WORDS}.")))?;
    if by.is_of_visitors() {
        ask.suits(Metric::Visitors)?;
    }
    let names = names_of(by);
    let column = match by {
        Dimension::Website => Some(Column::Website),
        Dimension::Funnel => Some(Column::Funnel),
        Dimension::Page => Some(Column::Page),
        Dimension::Country => Some(Column::Country),
        Dimension::Device => Some(Column::Device),
        Dimension::Agent | Dimension::Label => None,
    };
    let (filter, period) = (ask.filter(), ask.period);
    let (facts, visits, names, as_of) = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let scope = ask.scope(tx, &operator).await?;
                let facts = if by.is_of_visitors() {
                    Vec::new()
                } else {
                    scope.facts(tx, period).await?
                };
                let visits = match (ask.visited(&scope), column) {
                    (Some(visited), Some(column)) => Some(visited.by(tx, period, column).await?),
                    _ => None,
                };
                let names = match names {
                    Some(sql) => Scope::names(tx, sql, &operator).await?,
                    None => HashMap::new(),
                };
                let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
                Ok((facts, visits, names, as_of))
            })
        })
        .await?;
    let rows = ask::beside(move || {
        let figures = tally::breakdown(&facts, &filter, period, |occurrence| keys(by, occurrence));
        table(by, figures, visits, &names)
    })
    .await?;
    Ok(Breakdown { rows, as_of })
}

/// What the ids of a dimension are called.
pub(super) const fn names_of(by: Dimension) -> Option<&'static str> {
    match by {
        Dimension::Website => Some(WEBSITE_NAMES),
        Dimension::Funnel => Some(FUNNEL_NAMES),
        Dimension::Agent => Some(MEMBER_NAMES),
        Dimension::Label => Some(LABEL_NAMES),
        Dimension::Page | Dimension::Country | Dimension::Device => None,
    }
}

/// What an occurrence counts under.
pub(super) fn keys(by: Dimension, occurrence: &Occurrence<'_>) -> Vec<Option<String>> {
    let fact = occurrence.fact;
    match by {
        Dimension::Website => vec![Some(fact.website_id.to_string())],
        Dimension::Funnel => vec![Some(fact.funnel_id.to_string())],
        Dimension::Agent => vec![occurrence.operator.map(|id| id.to_string())],
        Dimension::Label if fact.labels.is_empty() => vec![None],
        Dimension::Label => fact.labels.iter().map(|id| Some(id.to_string())).collect(),
        Dimension::Page | Dimension::Country | Dimension::Device => Vec::new(),
    }
}

fn table(
    by: Dimension,
    figures: BTreeMap<Option<String>, Figures>,
    visits: Option<Vec<(Option<String>, u64, u64)>>,
    names: &HashMap<String, String>,
) -> Vec<BreakdownRow> {
    let row = |(key, figures): (Option<String>, Figures)| BreakdownRow {
        name: key.as_ref().and_then(|key| names.get(key).cloned()),
        key,
        figures,
        views: None,
    };
    let mut rows: Vec<BreakdownRow> = figures.into_iter().map(row).collect();
    if let Some(visits) = visits {
        for row in &mut rows {
            row.figures.visitors = Some(0);
        }
        for (key, people, views) in visits {
            let place = rows.iter().position(|row| row.key == key).unwrap_or_else(|| {
                rows.push(row((key, Figures::default())));
                rows.len() - 1
            });
            if let Some(row) = rows.get_mut(place) {
                row.figures.visitors = Some(people);
                row.views = (by == Dimension::Page).then_some(views);
            }
        }
    }
    rows.sort_by(|a, b| {
        let weight = |row: &BreakdownRow| (row.figures.conversations, row.views, row.figures.visitors);
        weight(b).cmp(&weight(a)).then_with(|| a.key.cmp(&b.key))
    });
    rows
}

/// The rows behind any number.
pub(crate) async fn rows(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<AnalyticsRows>> {
    let limit = usize::try_from(params.limit()?).map_err(ApiError::internal)?;
    let after = params.text("cursor").map(Cursor::decode).transpose()?;
    let (rows, as_of) = rows_of(&state, operator, &params).await?;
    let begin = after.map_or(0, |cursor| cursor.place(&rows));
    let items: Vec<AnalyticsRow> = rows.iter().skip(begin).take(limit).cloned().collect();
    let end = begin + items.len();
    let has_more = end < rows.len();
    Ok(Json(AnalyticsRows {
        total: rows.len() as u64,
        next_cursor: has_more.then(|| Cursor::after(&rows, end).encode()),
        has_more,
        items,
        as_of,
    }))
}

/// Which of the rows: those of a cell of the week, or of a step of a histogram.
#[derive(Clone, Copy, Debug)]
struct Part {
    weekday: Option<u8>,
    hour: Option<u8>,
    least: Option<f64>,
    below: Option<f64>,
}

impl Part {
    fn from_params(params: &Params) -> ApiResult<Self> {
        let part = Self {
            weekday: params.parsed("weekday", "a day from 1 for Monday to 7 for Sunday")?,
            hour: params.parsed("hour", "an hour from 0 to 23")?,
            least: params.parsed("least", "a number of seconds")?,
            below: params.parsed("below", "a number of seconds")?,
        };
        if part.weekday.is_some_and(|day| !(1..=7).contains(&day)) {
            return Err(ApiError::bad_parameter(
                "weekday",
                "expected a day from 1 for Monday to 7 for Sunday.",
            ));
        }
        if part.hour.is_some_and(|hour| hour > 23) {
            return Err(ApiError::bad_parameter("hour", "expected an hour from 0 to 23."));
        }
        Ok(part)
    }

    fn has(&self, row: &AnalyticsRow, zone: &Zone) -> bool {
        let is_then = if self.weekday.is_none() && self.hour.is_none() {
            true
        } else {
            zone.hour_of_week(row.at).is_some_and(|(weekday, hour)| {
                self.weekday.is_none_or(|wanted| wanted == weekday)
                    && self.hour.is_none_or(|wanted| wanted == hour)
            })
        };
        is_then
            && self.least.is_none_or(|least| row.value >= least)
            && self.below.is_none_or(|below| row.value < below)
    }
}

/// Every row behind a number, the newest first.
pub(super) async fn rows_of(
    state: &AppState,
    operator: Operator,
    params: &Params,
) -> ApiResult<(Vec<AnalyticsRow>, Position)> {
    let ask = Ask::from_params(params)?;
    let metric = ask::metric(params)?;
    if metric == Metric::Visitors {
        return Err(ApiError::invalid_field(
            "metric",
            "Behind people on the websites there are no conversations: choose another metric.",
        ));
    }
    let (filter, period, zone) = (ask.filter(), ask.period, ask.range.zone().clone());
    let part = Part::from_params(params)?;
    let (facts, as_of) = ask.facts(state, operator).await?;
    let rows = ask::beside(move || {
        let rows = tally::rows(metric, &facts, &filter, period);
        let rows = rows.iter().map(Occurrence::row);
        rows.filter(|row| part.has(row, &zone)).collect()
    })
    .await?;
    Ok((rows, as_of))
}

/// Where a page ends: the instant of its last row, and how many rows of that instant have been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    at: Timestamp,
    told: usize,
}

impl Cursor {
    /// Behind the first `end` of `rows`.
    fn after(rows: &[AnalyticsRow], end: usize) -> Self {
        let at = end
            .checked_sub(1)
            .and_then(|last| rows.get(last))
            .map_or(Timestamp::default(), |row| row.at);
        let first = rows.partition_point(|row| row.at > at);
        Self {
            at,
            told: end.saturating_sub(first),
        }
    }

    /// How many of `rows` come before: what is new at the top moves nothing.
    fn place(self, rows: &[AnalyticsRow]) -> usize {
        let first = rows.partition_point(|row| row.at > self.at);
        let past = rows.partition_point(|row| row.at >= self.at);
        (first + self.told).min(past)
    }

    fn encode(self) -> String {
        format!("{}.{}", self.at.as_millis(), self.told)
    }

    fn decode(text: &str) -> ApiResult<Self> {
        let read = || {
            let (at, told) = text.split_once('.')?;
            Some(Self {
                at: Timestamp::from_millis(at.parse().ok()?),
                told: told.parse().ok()?,
            })
        };
        read().ok_or_else(|| ApiError::bad_parameter("cursor", "expected `nextCursor` of the page before."))
    }
}
