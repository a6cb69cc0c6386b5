//! `GET` and `PATCH /api/team/security`: whether every member needs a second factor.

use axum::Json;
use axum::extract::State;
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::{AccountSecurity, Role};

use crate::audit::Deed;
use crate::auth::Operator;
use crate::db::columns;
use crate::http::ApiJson;
use crate::problem::ApiResult;
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// What the account requires.
pub(crate) async fn show(
    State(state): State<AppState>,
    operator: Operator,
) -> ApiResult<Json<AccountSecurity>> {
    let require_totp = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let row = sqlx::query("SELECT require_totp FROM accounts WHERE id = $1")
                    .bind(operator.account_id.to_string())
                    .fetch_one(tx.conn())
                    .await?;
                columns::flag(&row, "require_totp")
            })
        })
        .await?;
    Ok(Json(AccountSecurity { require_totp }))
}

/// Changes it. Members without a second factor may from then on only set one up; the caller too.
pub(crate) async fn update(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(update): ApiJson<AccountSecurity>,
) -> ApiResult<Json<AccountSecurity>> {
    operator.require(Role::Owner)?;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let changed =
                    sqlx::query("UPDATE accounts SET require_totp = $1 WHERE id = $2 AND require_totp <> $1")
                        .bind(i64::from(update.require_totp))
                        .bind(operator.account_id.to_string())
                        .execute(tx.conn())
                        .await?;
                if changed.rows_affected() == 0 {
                    return Ok(());
                }
                Deed::new(AuditKind::TeamSecurityChanged)
                    .change(AuditField::RequireTotp, !update.require_totp, update.require_totp)
                    .by(tx, &operator)
                    .await?;
                // Open sockets look again at what they may see.
                tx.wake_after_commit(StreamKey::Account(operator.account_id));
                Ok(())
            })
        })
        .await?;
    Ok(Json(update))
}
