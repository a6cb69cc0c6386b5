//! `POST /api/visitor/typing`: the visitor writes, told by a frame that has no socket.

use axum::extract::State;
use axum::http::StatusCode;
use switchboard_contract::visitor::VisitorTyping;

use crate::auth::VisitorCaller;
use crate::http::ApiJson;
use crate::live_chat::rows;
use crate::problem::{ApiError, ApiResult};
use crate::realtime;
use crate::state::AppState;
use crate::website;

/// Tells the team. Before there is a conversation nobody listens, and nothing is told.
///
/// # Errors
/// 429 for more than some words a second.
pub(crate) async fn tell(
    State(state): State<AppState>,
    caller: VisitorCaller,
    ApiJson(request): ApiJson<VisitorTyping>,
) -> ApiResult<StatusCode> {
    state.hub.visitor_may_type(caller.visitor_id).map_err(|wait| {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        ApiError::rate_limited("Say at most twice a second that the visitor types.", wait_ms)
    })?;
    let (visitor, website) = (caller.visitor_id, caller.website_id);
    let (latest, website) = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let latest = rows::latest_of_visitor(tx, visitor).await?;
                Ok((latest, website::rows::by_id(tx, website).await?))
            })
        })
        .await?;
    let shares_drafts = website.is_some_and(|website| website.widget.share_drafts);
    if let Some(latest) = latest.filter(|latest| !latest.wire.is_archived) {
        realtime::visitor_types(&state.hub, &caller, &latest.wire, request.text, shares_drafts);
    }
    Ok(StatusCode::NO_CONTENT)
}
