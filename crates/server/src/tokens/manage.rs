//! `GET` and `POST /api/tokens`, `DELETE /api/tokens/{id}`: for owners and admins.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::Role;
use switchboard_contract::ids::ApiTokenId;
use switchboard_contract::tokens::{
    ApiScope, ApiToken, ApiTokenList, CreateApiToken, CreatedApiToken, MAX_TOKENS, TOKEN_PREFIX,
};
use switchboard_contract::validate::Violation;

use crate::audit::Deed;
use crate::auth::{Operator, keys};
use crate::db::{Lock, Tx, columns};
use crate::http::{ApiJson, IdPath};
use crate::ids;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// How long a token that has ended by itself is listed, in milliseconds.
const LISTED_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// How many characters of the secret are told again.
const HINT_CHARS: usize = 4;

/// The account's tokens.
pub(crate) async fn list(State(state): State<AppState>, operator: Operator) -> ApiResult<Json<ApiTokenList>> {
    operator.require(Role::Admin)?;
    let items = state
        .db
        .read(move |tx| Box::pin(async move { all(tx, &operator).await }))
        .await?;
    Ok(Json(ApiTokenList { items }))
}

async fn all(tx: &mut Tx, operator: &Operator) -> ApiResult<Vec<ApiToken>> {
    let since = tx.now().plus_millis(-LISTED_MS);
    sqlx::query(
        "SELECT t.id, t.name, t.hint, t.scopes, t.member_id, m.name AS member_name, t.created_at, t.expires_at, t.last_used_at \
         FROM api_tokens t JOIN members m ON m.id = t.member_id WHERE t.account_id = $1 AND t.revoked_at IS NULL \
         AND m.removed_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) ORDER BY t.created_at DESC, t.id DESC",
    )
    .bind(operator.account_id.to_string())
    .bind(since.as_millis())
    .fetch_all(tx.conn())
    .await?
    .iter()
    .map(read)
    .collect()
}

fn read(row: &AnyRow) -> ApiResult<ApiToken> {
    Ok(ApiToken {
        id: columns::id(row, "id")?,
        name: row.try_get("name")?,
        hint: row.try_get("hint")?,
        scopes: columns::json(row, "scopes")?,
        member_id: columns::id(row, "member_id")?,
        member_name: row.try_get("member_name")?,
        created_at: columns::instant(row, "created_at")?,
        expires_at: columns::maybe_instant(row, "expires_at")?,
        last_used_at: columns::maybe_instant(row, "last_used_at")?,
    })
}

/// Makes one that acts for the caller. The answer is the only place where its secret ever stands.
pub(crate) async fn create(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(mut request): ApiJson<CreateApiToken>,
) -> ApiResult<(StatusCode, [(HeaderName, &'static str); 1], Json<CreatedApiToken>)> {
    operator.require(Role::Admin)?;
    request.check(state.clock.now())?;
    request.name = request.name.trim().to_owned();
    request.scopes.sort_unstable();
    request.scopes.dedup();
    let secret = format!("{TOKEN_PREFIX}{}", keys::new_secret()?);
    let stored = secret.clone();
    let token = state
        .db
        .write(move |tx| Box::pin(async move { store(tx, &operator, request, &stored).await }))
        .await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((
        StatusCode::CREATED,
        headers,
        Json(CreatedApiToken { token, secret }),
    ))
}

async fn store(
    tx: &mut Tx,
    operator: &Operator,
    request: CreateApiToken,
    secret: &str,
) -> ApiResult<ApiToken> {
    // Two that come at once are counted one after the other.
    tx.lock(Lock::Member(operator.member_id)).await?;
    if all(tx, operator).await?.len() >= MAX_TOKENS {
        return Err(ApiError::invalid_field("name", Violation::TooMany(MAX_TOKENS)));
    }
    let now = tx.now();
    let token = ApiToken {
        id: ids::new(now)?,
        name: request.name,
        hint: secret.chars().skip(secret.len() - HINT_CHARS).collect(),
        scopes: request.scopes,
        member_id: operator.member_id,
        member_name: operator.name.clone(),
        created_at: now,
        expires_at: request.expires_at,
        last_used_at: None,
    };
    sqlx::query(
        "INSERT INTO api_tokens (id, account_id, member_id, name, hash, hint, scopes, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(token.id.to_string())
    .bind(operator.account_id.to_string())
    .bind(token.member_id.to_string())
    .bind(token.name.clone())
    .bind(keys::hash(secret))
    .bind(token.hint.clone())
    .bind(serde_json::to_string(&token.scopes)?)
    .bind(now.as_millis())
    .bind(token.expires_at.map(|at| at.as_millis()))
    .execute(tx.conn())
    .await?;
    let words: Vec<&str> = token
        .scopes
        .iter()
        .map(|scope| ApiScope::as_str(*scope))
        .collect();
    Deed::new(AuditKind::TokenCreated)
        .to(token.id, token.name.clone())
        .change(AuditField::Scopes, "-", words.join(", "))
        .by(tx, operator)
        .await?;
    Ok(token)
}

/// Revokes one: it proves nothing from then on.
pub(crate) async fn revoke(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<ApiTokenId>,
) -> ApiResult<StatusCode> {
    operator.require(Role::Admin)?;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = sqlx::query(
                    "UPDATE api_tokens SET revoked_at = $1 WHERE id = $2 AND account_id = $3 AND revoked_at IS NULL \
                     RETURNING name",
                )
                .bind(tx.now().as_millis())
                .bind(id.to_string())
                .bind(operator.account_id.to_string())
                .fetch_optional(tx.conn())
                .await?
                .ok_or_else(|| ApiError::not_found("token"))?;
                Deed::new(AuditKind::TokenRevoked)
                    .to(id, row.try_get::<String, _>("name")?)
                    .by(tx, &operator)
                    .await
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
