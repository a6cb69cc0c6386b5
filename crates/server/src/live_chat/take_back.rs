//! `DELETE /api/live-chat/messages/{id}`: takes back a message that was attempted. An id that is not stored is burnt, so that
//! an attempt which is still on its way comes to nothing.

use axum::extract::State;
use axum::http::StatusCode;
use switchboard_contract::ids::{MemberId, MessageId};
use switchboard_contract::problem::ProblemCode;
use switchboard_domain::accept::{self, Author, TakeBack};

use super::lookups;
use crate::auth::Operator;
use crate::db::{Lock, Tx};
use crate::http::IdPath;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// How long a burnt id is remembered, in milliseconds: 90 days, as long as a deleted conversation's.
pub(crate) const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1_000;

/// Takes a message back: 204, again and again, unless it is stored.
pub(crate) async fn take_back(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<MessageId>,
) -> ApiResult<StatusCode> {
    state
        .db
        .write(move |tx| Box::pin(async move { burn(tx, &operator, id).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn burn(tx: &mut Tx, operator: &Operator, id: MessageId) -> ApiResult<()> {
    tx.lock(Lock::MessageId(id)).await?;
    let known = lookups::by_id(tx, operator.account_id, id).await?;
    let author = Author::Operator(operator.member_id);
    match accept::take_back(known.as_ref().map(|known| &known.same), author) {
        TakeBack::Burn => {}
        TakeBack::AlreadySent => {
            return Err(ApiError::new(
                ProblemCode::AlreadySent,
                "The message is stored and cannot be taken back.",
            ));
        }
        TakeBack::NotTheirs => return Err(ApiError::not_found("message of yours")),
    }
    let now = tx.now();
    sqlx::query(
        "INSERT INTO burnt_messages (member_id, id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(operator.member_id.to_string())
    .bind(id.to_string())
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether `member` took the message with this id back.
///
/// # Errors
/// The database's failure.
pub async fn is_burnt(tx: &mut Tx, member: MemberId, id: MessageId) -> ApiResult<bool> {
    let row = sqlx::query("SELECT 1 FROM burnt_messages WHERE member_id = $1 AND id = $2")
        .bind(member.to_string())
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}
