//! `DELETE /api/websites/{id}`, what it takes, and how it is undone.
//!
//! The server keeps what was deleted for a while, rather than the client waiting before it asks: everyone sees the
//! website go at once, a tab that is closed meanwhile changes nothing, and what it takes is decided in one place.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::Role;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::EventType;
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::{Website, WebsiteContents};

use super::{rows, told};
use crate::audit::Deed;
use crate::auth::Operator;
use crate::db::{Lock, Tx, columns};
use crate::http::{IdPath, IfMatch};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// How long a deletion can be undone, in milliseconds: the ten seconds that a page offers, and the way of a slow answer.
pub const GRACE_MS: i64 = 30_000;

/// What would go with a website.
pub(crate) async fn contents(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
) -> ApiResult<Json<WebsiteContents>> {
    operator.require(Role::Admin)?;
    let contents = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                rows::visible(tx, &operator, id).await?;
                let row = sqlx::query(
                    "SELECT (SELECT COUNT(*) FROM conversations WHERE website_id = $1) AS conversations, \
                     (SELECT COUNT(*) FROM visitors WHERE website_id = $1) AS visitors, \
                     (SELECT COUNT(*) FROM funnels WHERE website_id = $1 AND deleted_at IS NULL) AS funnels",
                )
                .bind(id.to_string())
                .fetch_one(tx.conn())
                .await?;
                Ok(WebsiteContents {
                    conversations: columns::count(&row, "conversations")?,
                    visitors: columns::count(&row, "visitors")?,
                    funnels: columns::count(&row, "funnels")?,
                })
            })
        })
        .await?;
    Ok(Json(contents))
}

/// Deletes a website: 204, and the same again.
pub(crate) async fn delete(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
    if_match: IfMatch,
) -> ApiResult<StatusCode> {
    operator.require(Role::Admin)?;
    state
        .db
        .write(move |tx| Box::pin(async move { hide(tx, &operator, id, if_match).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn hide(tx: &mut Tx, operator: &Operator, id: WebsiteId, if_match: IfMatch) -> ApiResult<()> {
    tx.lock(Lock::Website(id)).await?;
    let made = rows::made(tx, id).await?;
    if made.is_some_and(|made| made.account_id == operator.account_id && made.deleted_at.is_some()) {
        return Ok(());
    }
    let website = rows::visible(tx, operator, id).await?.wire;
    if_match.check(website.version, &website)?;
    mark(tx, id, Some(tx.now())).await?;
    Deed::new(AuditKind::WebsiteDeleted)
        .to(id, website.name)
        .on(id)
        .by(tx, operator)
        .await?;
    told(
        tx,
        operator.account_id,
        id,
        EventType::WebsiteDeleted,
        json!({"id": id}),
    )
    .await
}

/// Undoes a deletion, within [`GRACE_MS`].
pub(crate) async fn restore(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
) -> ApiResult<Json<Website>> {
    operator.require(Role::Admin)?;
    let website = state
        .db
        .write(move |tx| Box::pin(async move { bring_back(tx, &operator, id).await }))
        .await?;
    Ok(Json(website))
}

async fn bring_back(tx: &mut Tx, operator: &Operator, id: WebsiteId) -> ApiResult<Website> {
    tx.lock(Lock::Website(id)).await?;
    let made = rows::made(tx, id)
        .await?
        .filter(|made| made.account_id == operator.account_id)
        .ok_or_else(rows::unknown)?;
    let Some(deleted_at) = made.deleted_at else {
        return Ok(rows::visible(tx, operator, id).await?.wire);
    };
    if is_over(deleted_at, tx.now()) {
        return Err(ApiError::new(
            ProblemCode::Gone,
            "It was deleted too long ago, and what belonged to it is erased.",
        ));
    }
    mark(tx, id, None).await?;
    let website = rows::visible(tx, operator, id).await?.wire;
    Deed::new(AuditKind::WebsiteRestored)
        .to(id, website.name.clone())
        .on(id)
        .by(tx, operator)
        .await?;
    let body = serde_json::to_value(&website)?;
    told(tx, operator.account_id, id, EventType::WebsiteCreated, body).await?;
    Ok(website)
}

/// Whether what was deleted then can no longer be brought back.
pub(super) fn is_over(deleted_at: Timestamp, now: Timestamp) -> bool {
    deleted_at.plus_millis(GRACE_MS) <= now
}

async fn mark(tx: &mut Tx, id: WebsiteId, deleted_at: Option<Timestamp>) -> ApiResult<()> {
    sqlx::query("UPDATE websites SET deleted_at = $1, updated_at = $2, version = version + 1 WHERE id = $3")
        .bind(deleted_at.map(Timestamp::as_millis))
        .bind(tx.now().as_millis())
        .bind(id.to_string())
        .execute(tx.conn())
        .await
        .map_err(rows::domain_clash)?;
    Ok(())
}
