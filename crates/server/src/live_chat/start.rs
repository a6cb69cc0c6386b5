//! `POST /api/live-chat/conversations`: an operator writes to a visitor first.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sqlx::Row;
use switchboard_contract::ids::{ConversationId, MemberId, VisitorId};
use switchboard_contract::live_chat::{
    ConversationStatus, LiveChatConversation, StartConversation, Visibility,
};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate::{self, Checks};
use switchboard_domain::accept::Author;
use switchboard_domain::conversation::Step;
use switchboard_domain::{deletion, words};

use super::ledger::{Draft, Ledger};
use super::{conversations, rows, tombstones};
use crate::auth::{Operator, VisitorCaller, keys};
use crate::db::{Lock, Tx, columns};
use crate::http::ApiJson;
use crate::ids;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use crate::visitor::messages::fresh;

/// Starts a conversation, in the charge of who starts it: 201 the first time, 200 for a repeat. While one with the visitor is open, 409 with that one as
/// `current`: two at once would split what is said.
pub(crate) async fn start(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(request): ApiJson<StartConversation>,
) -> ApiResult<(StatusCode, Json<LiveChatConversation>)> {
    Checks::default()
        .field("content", validate::message_text(&request.content))
        .finish()?;
    let (status, conversation) = state
        .db
        .write(move |tx| Box::pin(async move { begin(tx, &operator, request).await }))
        .await?;
    Ok((status, Json(conversation)))
}

async fn begin(
    tx: &mut Tx,
    operator: &Operator,
    request: StartConversation,
) -> ApiResult<(StatusCode, LiveChatConversation)> {
    let account = operator.account_id;
    let visitor = visible_visitor(tx, operator, request.user_id).await?;
    tx.lock(Lock::Visitor(request.user_id)).await?;
    let digest = keys::hash(&serde_json::to_string(&(request.user_id, &request.content))?);
    if let Some(started) = started(tx, request.id).await? {
        if started != (Some(operator.member_id), Some(digest)) {
            return Err(id_reused());
        }
        let known = conversations::with_newest_message(tx, operator, request.id).await?;
        return Ok((StatusCode::OK, known.ok_or_else(id_reused)?));
    }
    if let Some(tombstone) = tombstones::find(tx, account, request.id).await? {
        return Err(deletion::refuse_message(Some(&tombstone), &operator.rights, tx.now()).into());
    }
    if visitor.blocked {
        return Err(ApiError::new(
            ProblemCode::Blocked,
            "This visitor is blocked. Unblock them before you write to them.",
        ));
    }
    let latest = rows::latest_of_visitor(tx, request.user_id).await?;
    if let Some(latest) = latest.filter(|latest| latest.wire.status == ConversationStatus::Open) {
        return Err(ApiError::new(
            ProblemCode::Conflict,
            "A conversation with this visitor is open: go on in that one, `current`.",
        )
        .with_current(serde_json::to_value(&latest.wire)?));
    }
    let conversation = fresh(tx, request.user_id, request.id).await?;
    let mut ledger = Ledger::begin(tx, account, conversation);
    ledger.notice(words::started_by(&operator.name))?;
    ledger.add(Draft {
        id: ids::new(tx.now())?,
        author: Author::Operator(operator.member_id),
        author_name: Some(operator.name.clone()),
        content: request.content,
        visibility: Visibility::Public,
        attachments: Vec::new(),
        mentions: Vec::new(),
    })?;
    ledger.take(&Step::Assign(Some(operator.member_id)), None)?;
    let written = ledger.store(tx).await?;
    note_start(tx, request.id, operator.member_id, &digest).await?;
    let mut conversation = written.conversation;
    conversation
        .messages
        .extend(written.entries.into_iter().last().map(|entry| entry.message));
    Ok((StatusCode::CREATED, conversation))
}

/// The visitor, where the operator sees the website: 404 otherwise, whatever the reason.
async fn visible_visitor(tx: &mut Tx, operator: &Operator, id: VisitorId) -> ApiResult<VisitorCaller> {
    VisitorCaller::load(tx, id)
        .await?
        .filter(|visitor| {
            visitor.account_id == operator.account_id && operator.rights.allow(visitor.website_id)
        })
        .ok_or_else(|| ApiError::not_found("visitor"))
}

/// Who started the conversation with this id with what, if there is one.
async fn started(tx: &mut Tx, id: ConversationId) -> ApiResult<Option<(Option<MemberId>, Option<String>)>> {
    sqlx::query("SELECT started_by, start_digest FROM conversations WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .map(|row| {
            Ok((
                columns::maybe_id(&row, "started_by")?,
                row.try_get("start_digest")?,
            ))
        })
        .transpose()
}

async fn note_start(tx: &mut Tx, id: ConversationId, member: MemberId, digest: &str) -> ApiResult<()> {
    sqlx::query("UPDATE conversations SET started_by = $1, start_digest = $2 WHERE id = $3")
        .bind(member.to_string())
        .bind(digest.to_owned())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn id_reused() -> ApiError {
    ApiError::new(ProblemCode::IdReused, "Start the conversation with a new id.")
}
