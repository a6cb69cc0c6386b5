//! Figures, charts, the hours of the week and histograms.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use sqlx::AssertSqlSafe;
use switchboard_contract::analytics::{
    Dimension, Heatmap, HeatmapCell, Histogram, Metric, Overview, Period, Reading, RightNow, Series,
    SeriesPart, SeriesPoint, Unit,
};
use switchboard_contract::live_chat::ONLINE_MS;
use switchboard_domain::analytics::tally::{self, Occurrence};

use super::ask::{self, Ask, Scope};
use super::tables;
use crate::auth::Operator;
use crate::db::{Tx, columns, lists};
use crate::events;
use crate::http::Params;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Every figure of a range and of the one before.
pub(crate) async fn overview(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<Overview>> {
    let ask = Ask::from_params(&params)?;
    Ok(Json(overview_of(&state, operator, ask).await?))
}

pub(super) async fn overview_of(state: &AppState, operator: Operator, ask: Ask) -> ApiResult<Overview> {
    let (period, before) = (ask.range.period(), ask.range.previous().period());
    let filter = ask.filter();
    let (facts, visitors, right_now, as_of) = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let scope = ask.scope(tx, &operator).await?;
                let both = Period {
                    from: before.from,
                    until: period.until,
                };
                let facts = scope.facts(tx, both).await?;
                let visitors = match ask.visited(&scope) {
                    Some(visited) => {
                        let current = visited.count(tx, period).await?;
                        (Some(current), Some(visited.count(tx, before).await?))
                    }
                    None => (None, None),
                };
                let right_now = right_now(tx, &ask, &scope).await?;
                let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
                Ok((facts, visitors, right_now, as_of))
            })
        })
        .await?;
    let (mut current, mut previous) = ask::beside(move || {
        (
            tally::figures(&facts, &filter, period),
            tally::figures(&facts, &filter, before),
        )
    })
    .await?;
    (current.visitors, previous.visitors) = visitors;
    Ok(Overview {
        current,
        previous,
        period,
        previous_period: before,
        right_now,
        as_of,
    })
}

/// What is going on on the websites that are asked for.
async fn right_now(tx: &mut Tx, ask: &Ask, scope: &Scope) -> ApiResult<RightNow> {
    let online = tx.now().as_millis() - ONLINE_MS;
    let mut found = RightNow::default();
    for ids in lists::chunks(&scope.websites) {
        // A funnel's id is one of ours, written by us.
        let funnel = ask
            .funnel()
            .map_or_else(String::new, |id| format!(" AND funnel_id = '{id}'"));
        let places = lists::places(&ids);
        let conversations = format!(
            "SELECT COUNT(*) AS open, COUNT(waiting_since) AS waiting FROM conversations \
             WHERE website_id IN ({places}) AND status = 'open' AND is_archived = 0{funnel}"
        );
        let visitors = format!(
            "SELECT COUNT(*) AS visitors FROM visitors WHERE website_id IN ({places}) AND last_seen_at > {online}{funnel}"
        );
        let bound = |sql: String| {
            ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| {
                query.bind(id.to_string())
            })
        };
        let row = bound(conversations).fetch_one(tx.conn()).await?;
        found.open += columns::count(&row, "open")?;
        found.waiting += columns::count(&row, "waiting")?;
        let row = bound(visitors).fetch_one(tx.conn()).await?;
        found.visitors += columns::count(&row, "visitors")?;
    }
    Ok(found)
}

/// One metric by time.
pub(crate) async fn series(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<Series>> {
    Ok(Json(series_of(&state, operator, &params).await?))
}

pub(super) async fn series_of(state: &AppState, operator: Operator, params: &Params) -> ApiResult<Series> {
    let ask = Ask::from_params(params)?;
    let metric = ask::metric(params)?;
    ask.suits(metric)?;
    let interval = ask::interval(params)?;
    let buckets = ask
        .range
        .buckets(interval)
        .map_err(|complaint| ask::refused([complaint]))?;
    let by = parts_by(params, metric)?;
    let filter = ask.filter();
    let now = state.clock.now();
    let intervals = buckets.clone();
    let (facts, visitors, names, as_of) = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let scope = ask.scope(tx, &operator).await?;
                let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
                if metric == Metric::Visitors {
                    let counts = match ask.visited(&scope) {
                        Some(visited) => visited.by_interval(tx, &intervals).await?,
                        None => Vec::new(),
                    };
                    return Ok((Vec::new(), Some(counts), HashMap::new(), as_of));
                }
                let names = match by.and_then(tables::names_of) {
                    Some(sql) => Scope::names(tx, sql, &operator).await?,
                    None => HashMap::new(),
                };
                Ok((scope.facts(tx, ask.range.period()).await?, None, names, as_of))
            })
        })
        .await?;
    let (points, parts) = ask::beside(move || {
        let parts = by.map_or_else(Vec::new, |by| {
            let key = |occurrence: &Occurrence<'_>| tables::keys(by, occurrence).into_iter().flatten().next();
            tally::parts(metric, &facts, &filter, &buckets, key)
        });
        let parts = parts.into_iter().map(|(key, values)| SeriesPart {
            name: key.as_ref().and_then(|key| names.get(key).cloned()),
            key,
            values,
        });
        let parts: Vec<SeriesPart> = parts.collect();
        let readings = match visitors {
            Some(counts) => counts.into_iter().map(counted).collect(),
            None => tally::series(metric, &facts, &filter, &buckets),
        };
        let points = buckets.iter().zip(readings).map(|(bucket, reading)| SeriesPoint {
            at: bucket.at,
            until: bucket.until,
            is_partial: bucket.is_cut || bucket.until > now,
            reading,
        });
        (points.collect(), parts)
    })
    .await?;
    Ok(Series {
        metric,
        points,
        parts,
        as_of,
    })
}

/// What the points of a series are to be split by.
fn parts_by(params: &Params, metric: Metric) -> ApiResult<Option<Dimension>> {
    const WORDS: &str = "website, funnel and agent";
    let Some(by) = params.word::<Dimension>("by", WORDS)? else {
        return Ok(None);
    };
    if !by.adds_up() {
        return Err(ApiError::bad_parameter("by", format!("expected one of {WORDS}.")));
    }
    if metric.unit() != Unit::Count || metric == Metric::Visitors {
        return Err(ApiError::invalid_field(
            "by",
            "Only counts of conversations and messages add up from parts: choose another metric or take this away.",
        ));
    }
    Ok(Some(by))
}

/// How the durations of a metric are distributed.
pub(crate) async fn histogram(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<Histogram>> {
    let ask = Ask::from_params(&params)?;
    let metric = ask::metric(&params)?;
    if metric.unit() != Unit::Seconds {
        return Err(ApiError::invalid_field(
            "metric",
            "Only durations are distributed over steps of time: choose a metric that is one, such as `firstResponseSeconds`.",
        ));
    }
    let (filter, period) = (ask.filter(), ask.period);
    let (facts, as_of) = ask.facts(&state, operator).await?;
    let steps = ask::beside(move || tally::histogram(metric, &facts, &filter, period)).await?;
    Ok(Json(Histogram { metric, steps, as_of }))
}

/// How many people, as a point.
fn counted(people: u64) -> Reading {
    let mut tally = tally::Tally::default();
    tally.add(tally::Amount::Times(people));
    tally.reading(Metric::Visitors.unit())
}

/// One metric by hour of the week.
pub(crate) async fn heatmap(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<Heatmap>> {
    let ask = Ask::from_params(&params)?;
    let metric = ask::metric(&params)?;
    if metric == Metric::Visitors {
        return Err(ApiError::invalid_field(
            "metric",
            "People on the websites are counted by hour, day, week or month, not by hour of the week: choose another metric.",
        ));
    }
    let (filter, period, zone) = (ask.filter(), ask.period, ask.range.zone().clone());
    let (facts, as_of) = ask.facts(&state, operator).await?;
    let readings = ask::beside(move || tally::heatmap(metric, &facts, &filter, period, &zone)).await?;
    let hours = (1..=7).flat_map(|weekday| (0..24).map(move |hour| (weekday, hour)));
    let cells = hours
        .zip(readings)
        .map(|((weekday, hour), reading)| HeatmapCell {
            weekday,
            hour,
            reading,
        })
        .collect();
    Ok(Json(Heatmap { metric, cells, as_of }))
}
