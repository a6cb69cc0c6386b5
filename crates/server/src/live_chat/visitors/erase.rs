//! `DELETE /api/visitors/{id}`: everything about a person goes, for good, in one transaction: conversations as their deletion
//! takes them (`switchboard_domain::deletion`), pages seen, notes, identity, attributes, letters that wait, tokens. What
//! stays is the id for a while, and numbers for reports.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::Role;
use switchboard_contract::ids::VisitorId;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::EventType;

use super::rows;
use crate::analytics::visits;
use crate::audit::Deed;
use crate::auth::Operator;
use crate::db::{Lock, Tx};
use crate::events::{self, Audience, NewEvent};
use crate::http::IdPath;
use crate::live_chat::search::index;
use crate::live_chat::{attachments, delete, rows as conversations};
use crate::problem::ApiResult;
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// What belongs to somebody, in the order in which it goes; conversations are gone by then. Pages, notes and links go with the
/// row itself.
const BELONGINGS: [&str; 6] = [
    "DELETE FROM frame_codes WHERE visitor_id = $1",
    "DELETE FROM solved_challenges WHERE visitor_id = $1",
    "DELETE FROM tickets WHERE visitor_id = $1",
    "DELETE FROM mails WHERE visitor_id = $1",
    "DELETE FROM visitor_events WHERE visitor_id = $1",
    "DELETE FROM visitors WHERE id = $1",
];

/// Erases somebody: 204, and the same again for as long as the id is remembered. For owners and admins.
pub(crate) async fn erase(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<VisitorId>,
) -> ApiResult<StatusCode> {
    operator.require(Role::Admin)?;
    state
        .db
        .write(move |tx| Box::pin(async move { whole(tx, &operator, id).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn whole(tx: &mut Tx, operator: &Operator, id: VisitorId) -> ApiResult<()> {
    let account = operator.account_id;
    tx.lock(Lock::Visitor(id)).await?;
    let website = match rows::changeable(tx, operator, id).await {
        Err(error) if error.code() == ProblemCode::Gone => return Ok(()),
        found => found?.website_id,
    };
    Deed::new(AuditKind::VisitorErased)
        .to_id(id)
        .on(website)
        .by(tx, operator)
        .await?;
    let ids = rows::conversations_of(tx, id).await?;
    for conversation in &ids {
        tx.lock(Lock::Conversation(*conversation)).await?;
    }
    for conversation in ids {
        if let Some(stored) = conversations::conversation(tx, account, conversation).await? {
            delete::erase(tx, account, &stored).await?;
        }
    }
    visits::let_go(tx, id).await?;
    index::forget_visitor(tx, id).await?;
    attachments::rows::forget_visitor(tx, id).await?;
    for sql in BELONGINGS {
        sqlx::query(sql).bind(id.to_string()).execute(tx.conn()).await?;
    }
    sqlx::query(
        "INSERT INTO visitor_tombstones (visitor_id, account_id, website_id, erased_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(id.to_string())
    .bind(account.to_string())
    .bind(website.to_string())
    .bind(tx.now().as_millis())
    .execute(tx.conn())
    .await?;
    let event = NewEvent {
        kind: EventType::VisitorDeleted,
        conversation_id: None,
        audience: Audience::Website(website),
        seq: None,
        body: json!({"id": id}),
    };
    events::append(tx, StreamKey::Account(account), &[event]).await?;
    Ok(())
}
