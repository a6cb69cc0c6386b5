//! `POST /api/visitor/read`: what the visitor has read. Operators see it on their messages.

use axum::extract::State;
use axum::http::StatusCode;
use switchboard_contract::live_chat::MessageType;
use switchboard_contract::visitor::VisitorRead;

use crate::auth::VisitorCaller;
use crate::db::{Lock, Tx};
use crate::http::ApiJson;
use crate::live_chat::ledger::Ledger;
use crate::live_chat::marks::{self, Mark, UpTo};
use crate::live_chat::rows;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Marks a conversation of the visitor's read up to a public `seq`. The mark only moves forward.
pub(crate) async fn mark(
    State(state): State<AppState>,
    caller: VisitorCaller,
    ApiJson(request): ApiJson<VisitorRead>,
) -> ApiResult<StatusCode> {
    state
        .db
        .write(move |tx| Box::pin(async move { read(tx, &caller, &request).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn read(tx: &mut Tx, caller: &VisitorCaller, request: &VisitorRead) -> ApiResult<()> {
    let account = caller.account_id;
    tx.lock(Lock::Visitor(caller.visitor_id)).await?;
    let id = match request.conversation_id {
        Some(id) => id,
        None => match rows::latest_of_visitor(tx, caller.visitor_id).await? {
            Some(latest) => latest.wire.id,
            // Nothing was written yet, so everything is read.
            None => return Ok(()),
        },
    };
    let mine = rows::conversation(tx, account, id)
        .await?
        .is_some_and(|found| found.wire.user_id == caller.visitor_id);
    if !mine {
        return Err(ApiError::not_found("conversation"));
    }
    tx.lock(Lock::Conversation(id)).await?;
    // Again, now that nobody else can change it.
    let Some(conversation) = rows::conversation(tx, account, id).await? else {
        return Err(ApiError::not_found("conversation"));
    };
    let mut ledger = Ledger::resume(tx, account, conversation);
    if ledger.read_by_visitor(request.seq)? {
        let up_to = UpTo::PublicSeq(ledger.state().visitor_read_seq);
        let newest = marks::set(tx, id, MessageType::Bot, up_to, Mark::Read).await?;
        if let Some((newest, public_seq)) = newest {
            ledger.marked(&newest, public_seq)?;
        }
        ledger.store(tx).await?;
    }
    Ok(())
}
