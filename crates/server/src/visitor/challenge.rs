//! `POST /api/visitor/challenge`: a visitor who writes too much is slowed down, and their website may show that they are a person. How
//! it finds that out is its own affair: the widget hands the challenge to the page, the page's server proves it with the secret
//! that it proves identities with. A website that does nothing about it has visitors who wait.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use subtle::ConstantTimeEq as _;
use switchboard_contract::ids::VisitorId;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::time::Timestamp;
use switchboard_contract::visitor::SolveChallenge;

use super::flood::{self, slowed};
use super::identify::{paced, proves, secret};
use crate::auth::VisitorCaller;
use crate::auth::keys::{self, Keys, Purpose};
use crate::http::{ApiJson, Client};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// How long a challenge can be solved, in milliseconds.
const SOLVABLE_MS: i64 = 5 * 60 * 1_000;

/// Lets a visitor write, or says how long to wait and what would prove that they are a person.
pub(super) fn may_write(state: &AppState, caller: &VisitorCaller, client: &Client) -> ApiResult<()> {
    let told = |wait: Duration| {
        let ends = state.clock.now().plus_millis(SOLVABLE_MS);
        let mut error = slowed(
            "You are sending more than can be taken right now. It goes on in a moment.",
            wait,
        );
        if let ApiError::Problem(problem) = &mut error {
            problem.challenge = Some(challenge(&state.keys, caller.visitor_id, ends));
        }
        error
    };
    state
        .flood
        .may_write(caller.visitor_id, client.address)
        .map_err(told)
}

/// A challenge of this visitor that ends then: `<milliseconds>.<MAC>`.
fn challenge(keys: &Keys, visitor: VisitorId, ends: Timestamp) -> String {
    let mac = keys.mac(
        Purpose::Challenge,
        &[visitor.as_uuid().as_bytes(), &ends.as_millis().to_be_bytes()],
    );
    format!("{}.{}", ends.as_millis(), keys::encode(&mac))
}

/// When a challenge ends, if it is one of this visitor's.
fn ends(keys: &Keys, visitor: VisitorId, text: &str) -> Option<Timestamp> {
    let ends = Timestamp::from_millis(text.split('.').next()?.parse().ok()?);
    let own = challenge(keys, visitor, ends);
    bool::from(own.as_bytes().ct_eq(text.as_bytes())).then_some(ends)
}

/// Takes a proof: 204, and the visitor may write on.
pub(crate) async fn solve(
    State(state): State<AppState>,
    caller: VisitorCaller,
    client: Client,
    ApiJson(request): ApiJson<SolveChallenge>,
) -> ApiResult<StatusCode> {
    paced(&state, &caller)?;
    let now = state.clock.now();
    let over = || {
        ApiError::new(
            ProblemCode::Gone,
            "This challenge is over: it works once, for five minutes.",
        )
    };
    let ends = ends(&state.keys, caller.visitor_id, &request.challenge)
        .filter(|ends| *ends > now)
        .ok_or_else(over)?;
    let (keys, website) = (state.keys.clone(), caller.website_id);
    let secret = state
        .db
        .read(move |tx| Box::pin(async move { secret(tx, &keys, website).await }))
        .await?;
    if !proves(&secret, &request.challenge, &request.proof) {
        return Err(ApiError::new(
            ProblemCode::Forbidden,
            "`proof` does not prove `challenge`: send HMAC-SHA-256 of it under the website's identity secret, as hexadecimal digits.",
        ));
    }
    let visitor = caller.visitor_id;
    let is_first = state
        .db
        .write(move |tx| Box::pin(flood::solve(tx, visitor, ends)))
        .await?;
    if !is_first {
        return Err(over());
    }
    state.flood.forgive(visitor, client.address);
    Ok(StatusCode::NO_CONTENT)
}
