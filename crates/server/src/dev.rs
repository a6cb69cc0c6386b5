//! What tests and developers need and nobody else may have: in demo mode, asked from this machine.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use switchboard_contract::time::Timestamp;

use crate::http::ApiJson;
use crate::mail;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// The routes of demo mode; none otherwise.
pub(crate) fn router(demo: bool) -> Router<AppState> {
    if demo {
        Router::new()
            .route("/dev/clock", post(advance_clock))
            .merge(mail::router())
    } else {
        Router::new()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Advance {
    advance_ms: u32,
}

#[derive(Serialize)]
struct Now {
    now: Timestamp,
}

/// Moves the server's clock forward.
async fn advance_clock(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    ApiJson(body): ApiJson<Advance>,
) -> ApiResult<Json<Now>> {
    if !peer.ip().is_loopback() {
        return Err(ApiError::not_found("page"));
    }
    state.clock.advance(body.advance_ms);
    Ok(Json(Now {
        now: state.clock.now(),
    }))
}
