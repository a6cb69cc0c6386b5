//! `GET /api/visitors/{id}` and `…/export`: everything about one person.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use sqlx::AssertSqlSafe;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::ids::{ConversationId, VisitorId};
use switchboard_contract::live_chat::{
    ExportedConversation, LiveChatMessage, MAX_PAGES, VisitorDetails, VisitorExport,
};

use super::rows::{self, StoredVisitor};
use crate::audit::Deed;
use crate::auth::Operator;
use crate::db::Tx;
use crate::events;
use crate::http::IdPath;
use crate::live_chat::rows::{self as conversations, MESSAGE};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Pages and conversations that the panel shows.
const SHOWN: u32 = 50;

/// One person with the newest pages, the notes and the newest conversations.
pub(crate) async fn show(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<VisitorId>,
) -> ApiResult<Json<VisitorDetails>> {
    let details = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let stored = rows::visible(tx, &operator, id).await?;
                details(tx, &operator, stored, SHOWN, SHOWN).await
            })
        })
        .await?;
    Ok(Json(details))
}

async fn details(
    tx: &mut Tx,
    operator: &Operator,
    stored: StoredVisitor,
    most_pages: u32,
    most_conversations: u32,
) -> ApiResult<VisitorDetails> {
    let id = stored.user.id;
    Ok(VisitorDetails {
        pages: rows::pages(tx, id, most_pages).await?,
        notes: rows::notes(tx, id).await?,
        conversations: rows::gists(tx, id, most_conversations).await?,
        as_of: events::position(tx, StreamKey::Account(operator.account_id)).await?,
        user: stored.user,
        website_id: stored.website_id,
        visit_started_at: stored.visit_started_at,
        block_reason: stored.block_reason,
    })
}

/// Everything that is known of the person, as a file of JSON.
pub(crate) async fn export(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<VisitorId>,
) -> ApiResult<Response> {
    let exporter = operator.clone();
    let export = state
        .db
        .read(move |tx| Box::pin(async move { whole(tx, &operator, id).await }))
        .await?;
    // Noted before anything leaves.
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let website = rows::visible(tx, &exporter, id).await?.website_id;
                Deed::new(AuditKind::VisitorExported)
                    .to_id(id)
                    .on(website)
                    .by(tx, &exporter)
                    .await
            })
        })
        .await?;
    let headers = [
        // The name holds the id only: what people are called does not belong into headers.
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"visitor-{id}.json\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Json(export)).into_response())
}

async fn whole(tx: &mut Tx, operator: &Operator, id: VisitorId) -> ApiResult<VisitorExport> {
    let stored = rows::visible(tx, operator, id).await?;
    let most_pages = u32::try_from(MAX_PAGES).unwrap_or(u32::MAX);
    // One person's conversations are few; the number bounds a parameter of the statement, not what people have.
    let visitor = details(tx, operator, stored, most_pages, i32::MAX.unsigned_abs()).await?;
    let mut exported = Vec::with_capacity(visitor.conversations.len());
    for gist in visitor.conversations.iter().rev() {
        let conversation = conversations::conversation(tx, operator.account_id, gist.id)
            .await?
            .ok_or_else(|| ApiError::internal("a conversation that is listed and not there"))?;
        exported.push(ExportedConversation {
            conversation: conversation.wire,
            messages: messages(tx, gist.id).await?,
        });
    }
    Ok(VisitorExport {
        exported_at: tx.now(),
        visitor,
        conversations: exported,
    })
}

async fn messages(tx: &mut Tx, id: ConversationId) -> ApiResult<Vec<LiveChatMessage>> {
    let sql = format!("SELECT {MESSAGE} FROM messages m WHERE m.conversation_id = $1 ORDER BY m.seq");
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(|row| Ok(conversations::read_message(row)?.0))
        .collect()
}
