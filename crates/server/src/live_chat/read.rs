//! `POST /api/live-chat/conversations/{id}/read`: the team's read mark. It only moves forward, so a repeat, or one that was
//! overtaken, changes nothing.

use axum::Json;
use axum::extract::State;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{MarkRead, MessageType, ReadResult};
use switchboard_domain::conversation::Unread;

use super::ledger::Ledger;
use super::marks::{self, Mark, UpTo};
use super::rows;
use crate::auth::Operator;
use crate::db::{Lock, Tx, columns};
use crate::events;
use crate::http::{ApiJson, IdPath};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Marks a conversation read up to a `seq`.
pub(crate) async fn mark(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<ConversationId>,
    ApiJson(request): ApiJson<MarkRead>,
) -> ApiResult<Json<ReadResult>> {
    let result = state
        .db
        .write(move |tx| Box::pin(async move { read(tx, &operator, id, request.seq).await }))
        .await?;
    Ok(Json(result))
}

async fn read(tx: &mut Tx, operator: &Operator, id: ConversationId, seq: u64) -> ApiResult<ReadResult> {
    let account = operator.account_id;
    let missing = || ApiError::not_found("conversation");
    let seen = rows::conversation(tx, account, id)
        .await?
        .filter(|found| operator.rights.allow(found.wire.website_id))
        .ok_or_else(missing)?;
    tx.lock(Lock::Visitor(seen.wire.user_id)).await?;
    tx.lock(Lock::Conversation(id)).await?;
    // Again, now that nobody else can change it.
    let conversation = rows::conversation(tx, account, id).await?.ok_or_else(missing)?;
    let unread = unread_after(tx, id, seq).await?;
    let mut ledger = Ledger::resume(tx, account, conversation);
    if ledger.read_by_team(seq, unread)? {
        let up_to = UpTo::Seq(ledger.state().team_read_seq);
        let newest = marks::set(tx, id, MessageType::User, up_to, Mark::Read).await?;
        if let Some((newest, public_seq)) = newest {
            ledger.marked(&newest, public_seq)?;
        }
    }
    let conversation = ledger.store(tx).await?.conversation;
    let position = events::position(tx, StreamKey::Account(account)).await?;
    Ok(ReadResult {
        conversation,
        position,
    })
}

/// The visitor's messages after `seq`.
async fn unread_after(tx: &mut Tx, conversation: ConversationId, seq: u64) -> ApiResult<Unread> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS unread, MIN(seq) AS first FROM messages \
         WHERE conversation_id = $1 AND kind = 'user' AND seq > $2",
    )
    .bind(conversation.to_string())
    .bind(i64::try_from(seq).unwrap_or(i64::MAX))
    .fetch_one(tx.conn())
    .await?;
    Ok(Unread {
        count: columns::count(&row, "unread")?,
        from: columns::maybe_count(&row, "first")?,
    })
}
