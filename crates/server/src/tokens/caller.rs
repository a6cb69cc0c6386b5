//! The operator behind a call with a token.

use axum::extract::{FromRequestParts as _, MatchedPath};
use axum::http::request::Parts;
use sqlx::Row;
use switchboard_contract::ids::{ApiTokenId, MemberId, SessionId};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::time::Timestamp;
use switchboard_contract::tokens::{ApiScope, TOKEN_PREFIX};

use super::reach;
use crate::audit::Whence;
use crate::auth::{Operator, keys, throttle};
use crate::db::{Tx, columns};
use crate::http::Client;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// How exactly the last use is known, in milliseconds: not every call writes.
const USE_RESOLUTION_MS: i64 = 60_000;

/// Whether it is a token of this kind, good or not.
pub fn is_one(bearer: &str) -> bool {
    bearer.starts_with(TOKEN_PREFIX)
}

struct Found {
    id: ApiTokenId,
    name: String,
    member: MemberId,
    scopes: Vec<ApiScope>,
    last_used_at: Option<Timestamp>,
}

/// The member whom the token acts for, where it holds and reaches this call.
///
/// # Errors
/// 401 for one that is unknown, revoked or over, or whose member is gone; 403 where it does not reach; 429 when it calls too often.
pub async fn operator(parts: &mut Parts, state: &AppState, secret: &str) -> ApiResult<Operator> {
    let hash = keys::hash(secret);
    let found = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let Some(found) = find(tx, &hash).await? else {
                    return Ok(None);
                };
                // In the place of the sign-in stands the token, which no session has as its id.
                let session = SessionId::from_uuid(found.id.as_uuid());
                let operator = Operator::load_member(tx, found.member, session).await?;
                Ok(operator.map(|operator| (found, operator)))
            })
        })
        .await?;
    let (found, mut operator) = found.ok_or_else(ApiError::unauthenticated)?;
    throttle::hit(&state.db, vec![throttle::API_TOKEN.token(&state.keys, found.id)]).await?;
    let path = MatchedPath::from_request_parts(parts, state)
        .await
        .map_err(ApiError::internal)?;
    let needed = reach::scope_of(&parts.method, path.as_str());
    match needed {
        Some(scope) if found.scopes.contains(&scope) => {}
        Some(scope) => {
            return Err(refused(format!(
                "This token lacks the scope `{}`.",
                scope.as_str()
            )));
        }
        None => {
            return Err(refused(
                "No token reaches this: it is for people who are signed in.".to_owned(),
            ));
        }
    }
    let now = state.clock.now();
    if found
        .last_used_at
        .is_none_or(|at| now >= at.plus_millis(USE_RESOLUTION_MS))
    {
        note_use(state, found.id).await?;
    }
    let client = Client::from_request_parts(parts, state).await?;
    operator.whence = Some(Whence {
        device: format!("API token {}", found.name),
        place: client.place,
    });
    Ok(operator)
}

fn refused(detail: String) -> ApiError {
    ApiError::new(ProblemCode::Forbidden, detail)
}

async fn find(tx: &mut Tx, hash: &str) -> ApiResult<Option<Found>> {
    let now = tx.now();
    sqlx::query(
        "SELECT id, name, member_id, scopes, last_used_at FROM api_tokens \
         WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(hash.to_owned())
    .bind(now.as_millis())
    .fetch_optional(tx.conn())
    .await?
    .map(|row| {
        Ok(Found {
            id: columns::id(&row, "id")?,
            name: row.try_get("name")?,
            member: columns::id(&row, "member_id")?,
            scopes: columns::json(&row, "scopes")?,
            last_used_at: columns::maybe_instant(&row, "last_used_at")?,
        })
    })
    .transpose()
}

async fn note_use(state: &AppState, id: ApiTokenId) -> ApiResult<()> {
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                sqlx::query("UPDATE api_tokens SET last_used_at = $1 WHERE id = $2")
                    .bind(tx.now().as_millis())
                    .bind(id.to_string())
                    .execute(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await
}
