//! `GET /api/events`: the account's log over REST, for clients that found a gap in their stream.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use switchboard_contract::page::MAX_LIMIT;
use switchboard_contract::position::{Epoch, Offset};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::{EventPage, LogEvent};

use super::{StoredEvent, after, log};
use crate::auth::{Operator, Rights};
use crate::domain::replay::reachable;
use crate::http::Params;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> Router<AppState> {
    Router::new().route("/api/events", get(list))
}

/// Events after a position, as far as the caller may see them.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    params: Params,
) -> ApiResult<Json<EventPage>> {
    let from: Offset = params
        .parsed("after", "an offset: digits")?
        .ok_or_else(|| ApiError::bad_parameter("after", "say after which offset."))?;
    let epoch = params
        .text("epoch")
        .map(|text| Epoch(text.to_owned()))
        .ok_or_else(|| ApiError::bad_parameter("epoch", "say of which epoch the offset is."))?;
    let limit = params.bounded("limit", MAX_LIMIT, MAX_LIMIT)?;
    let stream = StreamKey::Account(operator.account_id);
    let (log, events) = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let log = log(tx, stream)
                    .await?
                    .ok_or_else(|| ApiError::internal("an operator without an account"))?;
                if epoch != log.epoch || !reachable(&log, from) {
                    return Err(ApiError::new(
                        ProblemCode::PositionLost,
                        "Fetch lists and entities anew and go on from their `asOf`.",
                    ));
                }
                let events = after(tx, stream, from, limit).await?;
                Ok((log, events))
            })
        })
        .await?;
    let head = events.last().map_or(from, |event| event.offset);
    Ok(Json(EventPage {
        epoch: log.epoch,
        has_more: head < log.head,
        head,
        events: visible(events, &operator.rights, from)?,
        signals: Vec::new(),
    }))
}

/// The events that `rights` allow, chained by `prev`.
fn visible(events: Vec<StoredEvent>, rights: &Rights, from: Offset) -> ApiResult<Vec<LogEvent>> {
    let mut prev = from;
    events
        .into_iter()
        .filter(|event| event.website_id.is_none_or(|website| rights.allow(website)))
        .map(|event| {
            let before = std::mem::replace(&mut prev, event.offset);
            event.into_wire(before)
        })
        .collect()
}
