//! Asking for the password again before a change that a borrowed session must not make.

use sqlx::Row;
use switchboard_contract::validate::{self, Checks, Violation};

use super::{Operator, password, throttle};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Checks the caller's own password, given as `currentPassword`.
///
/// # Errors
/// 422 when it is wrong, 429 after too many wrong ones.
pub(super) async fn password(state: &AppState, operator: &Operator, typed: String) -> ApiResult<()> {
    Checks::default()
        .field("currentPassword", validate::entered_password(&typed))
        .finish()?;
    let member = operator.member_id;
    let counter = throttle::CONFIRM.member(&state.keys, member);
    throttle::hit(&state.db, vec![counter.clone()]).await?;
    let stored: String = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                Ok(sqlx::query("SELECT password_hash FROM members WHERE id = $1")
                    .bind(member.to_string())
                    .fetch_one(tx.conn())
                    .await?
                    .try_get("password_hash")?)
            })
        })
        .await?;
    if !password::verify(typed, Some(stored)).await? {
        return Err(ApiError::invalid_field(
            "currentPassword",
            Violation::WrongPassword,
        ));
    }
    state
        .db
        .write(move |tx| Box::pin(async move { throttle::forget(tx, &[counter]).await }))
        .await
}
