//! `POST /api/visitors/{id}/block`: somebody may no longer write, or may again. Everything that the person's token asks for is
//! refused from then on (`VisitorCaller`); what goes on is closed.

use axum::Json;
use axum::extract::State;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::ids::VisitorId;
use switchboard_contract::live_chat::{BlockVisitor, ConversationStatus, LiveChatUser};
use switchboard_domain::conversation::Step;
use switchboard_domain::words;

use super::{identity, rows};
use crate::audit::Deed;
use crate::auth::Operator;
use crate::db::{Lock, Tx};
use crate::http::{ApiJson, IdPath};
use crate::live_chat::ledger::Ledger;
use crate::live_chat::rows as conversations;
use crate::problem::ApiResult;
use crate::state::AppState;

/// Blocks somebody or takes it back; answers the person as they are then. The same again changes nothing but the reason.
pub(crate) async fn block(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<VisitorId>,
    ApiJson(request): ApiJson<BlockVisitor>,
) -> ApiResult<Json<LiveChatUser>> {
    request.check()?;
    let user = state
        .db
        .write(move |tx| Box::pin(async move { set(tx, &operator, id, request).await }))
        .await?;
    Ok(Json(user))
}

async fn set(
    tx: &mut Tx,
    operator: &Operator,
    id: VisitorId,
    request: BlockVisitor,
) -> ApiResult<LiveChatUser> {
    tx.lock(Lock::Visitor(id)).await?;
    let stored = rows::changeable(tx, operator, id).await?;
    let reason = request
        .reason
        .map(|reason| reason.trim().to_owned())
        .filter(|reason| request.blocked && !reason.is_empty());
    if (stored.user.blocked, &stored.block_reason) == (request.blocked, &reason) {
        return Ok(stored.user);
    }
    let mut user = stored.user.clone();
    user.blocked = request.blocked;
    user.version += 1;
    sqlx::query("UPDATE visitors SET blocked = $1, block_reason = $2, version = version + 1 WHERE id = $3")
        .bind(i64::from(request.blocked))
        .bind(reason)
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    if stored.user.blocked != request.blocked {
        let kind = if request.blocked {
            AuditKind::VisitorBlocked
        } else {
            AuditKind::VisitorUnblocked
        };
        Deed::new(kind)
            .to_id(id)
            .on(stored.website_id)
            .by(tx, operator)
            .await?;
    }
    let ids = rows::conversations_of(tx, id).await?;
    for conversation in &ids {
        tx.lock(Lock::Conversation(*conversation)).await?;
    }
    if request.blocked {
        for conversation in ids {
            let Some(open) = conversations::conversation(tx, operator.account_id, conversation)
                .await?
                .filter(|stored| stored.wire.status == ConversationStatus::Open)
            else {
                continue;
            };
            let mut ledger = Ledger::resume(tx, operator.account_id, open);
            ledger.take(&Step::Close, words::of(&Step::Close, &operator.name, None))?;
            ledger.store(tx).await?;
        }
    }
    identity::tell(tx, operator.account_id, stored.website_id, id).await?;
    Ok(user)
}
