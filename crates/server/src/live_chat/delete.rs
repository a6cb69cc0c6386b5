//! `DELETE /api/live-chat/conversations/{id}` (`protocol.md` *Deletion*): messages, labels and everything that was said goes,
//! also from the logs and from kept results, in one transaction. What stays is decided by `switchboard_domain::deletion`.

use axum::extract::State;
use axum::http::StatusCode;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::ids::{AccountId, ActionId, ConversationId};
use switchboard_domain::change;
use switchboard_domain::deletion::{self, Erasure, Found, Verdict};
use switchboard_domain::stored::StoredConversation;

use super::actions::{self, Begun};
use super::search::index;
use super::{attachments, rows, tombstones};
use crate::analytics::ingest;
use crate::audit::Deed;
use crate::auth::{Operator, keys};
use crate::db::{Lock, Tx};
use crate::events;
use crate::http::{IdPath, Params};
use crate::problem::ApiResult;
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Deletes a conversation: 204, and the same again for as long as its id is remembered.
pub(crate) async fn delete(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<ConversationId>,
    params: Params,
) -> ApiResult<StatusCode> {
    let action = params.parsed("actionId", "an action's id")?;
    state
        .db
        .write(move |tx| Box::pin(async move { act(tx, &operator, id, action).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn act(
    tx: &mut Tx,
    operator: &Operator,
    id: ConversationId,
    action: Option<ActionId>,
) -> ApiResult<()> {
    let account = operator.account_id;
    let (stored, verdict) = look(tx, operator, id).await?;
    if let Verdict::Refuse(refusal) = verdict {
        return Err(refusal.problem().into());
    }
    if let Some(action) = action {
        let digest = keys::hash(&serde_json::to_string(&("delete", id))?);
        let begun = actions::begin(tx, operator.member_id, &operator.rights, action, &digest).await?;
        if let Begun::Done(..) = begun {
            return Ok(());
        }
    }
    if let Some(stored) = stored {
        tx.lock(Lock::Visitor(stored.wire.user_id)).await?;
        tx.lock(Lock::Conversation(id)).await?;
        // Again, now that nobody else can change it, or has deleted it.
        if let (Some(stored), Verdict::Delete) = look(tx, operator, id).await? {
            Deed::new(AuditKind::ConversationDeleted)
                .to_id(id)
                .on(stored.wire.website_id)
                .by(tx, operator)
                .await?;
            erase(tx, account, &stored).await?;
        }
    }
    if let Some(action) = action {
        let position = events::position(tx, StreamKey::Account(account)).await?;
        actions::keep(tx, operator.member_id, action, &[], position.offset).await?;
    }
    Ok(())
}

/// Takes a conversation whose website was deleted; nothing where it is gone already.
///
/// # Errors
/// The database's failure.
pub(crate) async fn erase_of_website(tx: &mut Tx, account: AccountId, id: ConversationId) -> ApiResult<()> {
    let Some(stored) = rows::conversation(tx, account, id).await? else {
        return Ok(());
    };
    tx.lock(Lock::Visitor(stored.wire.user_id)).await?;
    tx.lock(Lock::Conversation(id)).await?;
    // Again, now that nobody else can change it, or has deleted it.
    match rows::conversation(tx, account, id).await? {
        Some(stored) => erase(tx, account, &stored).await,
        None => Ok(()),
    }
}

/// The conversation, where it is stored, and what is to happen to it.
async fn look(
    tx: &mut Tx,
    operator: &Operator,
    id: ConversationId,
) -> ApiResult<(Option<StoredConversation>, Verdict)> {
    let stored = rows::conversation(tx, operator.account_id, id).await?;
    let found = match &stored {
        Some(stored) => Found::Stored(stored.wire.website_id),
        None => tombstones::find(tx, operator.account_id, id)
            .await?
            .map_or(Found::Nothing, Found::Deleted),
    };
    let verdict = deletion::decide(operator.role, &operator.rights, found, tx.now());
    Ok((stored, verdict))
}

/// Takes the conversation, which the transaction has locked together with its visitor. The account's counter is taken last.
pub(super) async fn erase(tx: &mut Tx, account: AccountId, stored: &StoredConversation) -> ApiResult<()> {
    let id = stored.wire.id;
    let fact = ingest::what_stays(tx, stored).await?;
    let Erasure {
        tombstone,
        event,
        visitor_event,
    } = deletion::erase(stored, tx.now());
    tombstones::put(tx, account, id, tombstone).await?;
    redact_results(tx, id).await?;
    index::forget_conversation(tx, id).await?;
    attachments::rows::forget_conversation(tx, id).await?;
    for sql in [
        // Every place in the logs stays, `deletion::redact` for stored rows.
        "UPDATE events SET body = NULL WHERE conversation_id = $1",
        "DELETE FROM conversation_labels WHERE conversation_id = $1",
        "DELETE FROM messages WHERE conversation_id = $1",
        "DELETE FROM conversations WHERE id = $1",
    ] {
        sqlx::query(sql).bind(id.to_string()).execute(tx.conn()).await?;
    }
    sqlx::query("UPDATE visitor_events SET body = NULL WHERE visitor_id = $1 AND conversation_id = $2")
        .bind(stored.wire.user_id.to_string())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    events::append(tx, StreamKey::Visitor(stored.wire.user_id), &[visitor_event]).await?;
    events::append(tx, StreamKey::Account(account), &[event]).await?;
    ingest::deleted(tx, account, &fact).await
}

/// What kept results of actions say of the conversation: a repeat is told that there is none.
async fn redact_results(tx: &mut Tx, id: ConversationId) -> ApiResult<()> {
    sqlx::query("UPDATE action_results SET body = $1, website_id = NULL WHERE conversation_id = $2")
        .bind(serde_json::to_string(&change::missing(id))?)
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}
