//! `/api/live-chat/canned-replies`: texts to use again. Everybody uses the team's and writes their own; owners and admins
//! write the team's.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::Role;
use switchboard_contract::ids::{AccountId, CannedReplyId};
use switchboard_contract::live_chat::{
    CannedReply, CannedReplyList, CannedScope, ChangeCannedReply, CreateCannedReply, canned_content,
    canned_title, shortcut,
};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::EventType;
use switchboard_contract::validate::{Checks, Violation};

use crate::audit::Deed;
use crate::auth::Operator;
use crate::db::{Lock, Tx, columns};
use crate::events::{self, Audience, NewEvent};
use crate::http::{ApiJson, IdPath, IfMatch};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

const REPLY: &str = "id, author_id, owner, shortcut, title, content, created_at, updated_at, version";

/// The team's and the caller's own, by shortcut.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
) -> ApiResult<Json<CannedReplyList>> {
    let list = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
                let sql = format!(
                    "SELECT {REPLY} FROM canned_replies WHERE account_id = $1 AND owner IN ('', $2) \
                     ORDER BY shortcut, owner"
                );
                let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
                    .bind(operator.account_id.to_string())
                    .bind(operator.member_id.to_string())
                    .fetch_all(tx.conn())
                    .await?;
                let items = rows.iter().map(read).collect::<ApiResult<_>>()?;
                Ok(CannedReplyList { items, as_of })
            })
        })
        .await?;
    Ok(Json(list))
}

/// Makes one: 201 the first time, 200 for a repeat.
pub(crate) async fn create(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(mut request): ApiJson<CreateCannedReply>,
) -> ApiResult<(StatusCode, Json<CannedReply>)> {
    writes(&operator, request.scope)?;
    request.title = request.title.trim().to_owned();
    Checks::default()
        .field("shortcut", shortcut(&request.shortcut))
        .field("title", canned_title(&request.title))
        .field("content", canned_content(&request.content))
        .finish()?;
    let (status, reply) = state
        .db
        .write(move |tx| Box::pin(async move { add(tx, &operator, request).await }))
        .await?;
    Ok((status, Json(reply)))
}

async fn add(
    tx: &mut Tx,
    operator: &Operator,
    request: CreateCannedReply,
) -> ApiResult<(StatusCode, CannedReply)> {
    let now = tx.now();
    let reply = CannedReply {
        id: request.id,
        shortcut: request.shortcut,
        title: request.title,
        content: request.content,
        scope: request.scope,
        author_id: operator.member_id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    if let Some(known) = by_id(tx, operator, request.id).await? {
        let as_if_now = CannedReply {
            created_at: known.created_at,
            updated_at: known.updated_at,
            ..reply
        };
        return if known == as_if_now {
            Ok((StatusCode::OK, known))
        } else {
            Err(id_reused())
        };
    }
    let stored = sqlx::query(
        "INSERT INTO canned_replies (id, account_id, author_id, owner, shortcut, title, content, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT DO NOTHING",
    )
    .bind(reply.id.to_string())
    .bind(operator.account_id.to_string())
    .bind(operator.member_id.to_string())
    .bind(owner(&reply))
    .bind(reply.shortcut.clone())
    .bind(reply.title.clone())
    .bind(reply.content.clone())
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    if stored.rows_affected() == 0 {
        return Err(if shortcut_taken(tx, operator.account_id, &reply).await? {
            taken()
        } else {
            // Somebody else's, or stored a moment ago: a repeat finds out.
            id_reused()
        });
    }
    note(tx, operator, AuditKind::CannedReplyCreated, None, &reply).await?;
    tell(
        tx,
        operator.account_id,
        EventType::CannedReplyCreated,
        &reply,
        json!(reply),
    )
    .await?;
    Ok((StatusCode::CREATED, reply))
}

/// Changes one.
pub(crate) async fn change(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<CannedReplyId>,
    version: IfMatch,
    ApiJson(mut request): ApiJson<ChangeCannedReply>,
) -> ApiResult<Json<CannedReply>> {
    request.title = request.title.map(|title| title.trim().to_owned());
    let holds =
        |text: &Option<String>, rule: fn(&str) -> Result<(), Violation>| text.as_deref().map_or(Ok(()), rule);
    Checks::default()
        .field("shortcut", holds(&request.shortcut, shortcut))
        .field("title", holds(&request.title, canned_title))
        .field("content", holds(&request.content, canned_content))
        .finish()?;
    let reply = state
        .db
        .write(move |tx| Box::pin(async move { rewrite(tx, &operator, id, version, request).await }))
        .await?;
    Ok(Json(reply))
}

async fn rewrite(
    tx: &mut Tx,
    operator: &Operator,
    id: CannedReplyId,
    version: IfMatch,
    request: ChangeCannedReply,
) -> ApiResult<CannedReply> {
    let before = writable(tx, operator, id).await?;
    version.check(before.version, &before)?;
    let mut reply = before.clone();
    reply.shortcut = request.shortcut.unwrap_or(reply.shortcut);
    reply.title = request.title.unwrap_or(reply.title);
    reply.content = request.content.unwrap_or(reply.content);
    if reply == before {
        return Ok(reply);
    }
    reply.updated_at = tx.now();
    reply.version += 1;
    sqlx::query(
        "UPDATE canned_replies SET shortcut = $1, title = $2, content = $3, updated_at = $4, version = $5 WHERE id = $6",
    )
    .bind(reply.shortcut.clone())
    .bind(reply.title.clone())
    .bind(reply.content.clone())
    .bind(reply.updated_at.as_millis())
    .bind(columns::to_count(reply.version)?)
    .bind(id.to_string())
    .execute(tx.conn())
    .await
    .map_err(|error| match error {
        sqlx::Error::Database(error) if error.is_unique_violation() => taken(),
        error => error.into(),
    })?;
    note(tx, operator, AuditKind::CannedReplyChanged, Some(&before), &reply).await?;
    tell(
        tx,
        operator.account_id,
        EventType::CannedReplyUpdated,
        &reply,
        json!(reply),
    )
    .await?;
    Ok(reply)
}

/// Deletes one.
pub(crate) async fn delete(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<CannedReplyId>,
) -> ApiResult<StatusCode> {
    state
        .db
        .write(move |tx| Box::pin(async move { remove(tx, &operator, id).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(tx: &mut Tx, operator: &Operator, id: CannedReplyId) -> ApiResult<()> {
    let reply = writable(tx, operator, id).await?;
    sqlx::query("DELETE FROM canned_replies WHERE id = $1")
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    note(tx, operator, AuditKind::CannedReplyDeleted, None, &reply).await?;
    tell(
        tx,
        operator.account_id,
        EventType::CannedReplyDeleted,
        &reply,
        json!({"id": id}),
    )
    .await
}

/// One that the operator may write, locked.
async fn writable(tx: &mut Tx, operator: &Operator, id: CannedReplyId) -> ApiResult<CannedReply> {
    tx.lock(Lock::CannedReply(id)).await?;
    let reply = by_id(tx, operator, id)
        .await?
        .ok_or_else(|| ApiError::not_found("canned reply"))?;
    writes(operator, reply.scope)?;
    Ok(reply)
}

/// One that the operator may read: another member's personal one does not exist for them.
async fn by_id(tx: &mut Tx, operator: &Operator, id: CannedReplyId) -> ApiResult<Option<CannedReply>> {
    let sql =
        format!("SELECT {REPLY} FROM canned_replies WHERE id = $1 AND account_id = $2 AND owner IN ('', $3)");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(operator.account_id.to_string())
        .bind(operator.member_id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

fn read(row: &AnyRow) -> ApiResult<CannedReply> {
    let owner: String = row.try_get("owner")?;
    Ok(CannedReply {
        id: columns::id(row, "id")?,
        shortcut: row.try_get("shortcut")?,
        title: row.try_get("title")?,
        content: row.try_get("content")?,
        scope: if owner.is_empty() {
            CannedScope::Shared
        } else {
            CannedScope::Personal
        },
        author_id: columns::id(row, "author_id")?,
        created_at: columns::instant(row, "created_at")?,
        updated_at: columns::instant(row, "updated_at")?,
        version: columns::count(row, "version")?,
    })
}

/// Whom a reply belongs to, as it is stored.
fn owner(reply: &CannedReply) -> String {
    match reply.scope {
        CannedScope::Shared => String::new(),
        CannedScope::Personal => reply.author_id.to_string(),
    }
}

async fn shortcut_taken(tx: &mut Tx, account: AccountId, reply: &CannedReply) -> ApiResult<bool> {
    let row = sqlx::query(
        "SELECT 1 FROM canned_replies WHERE account_id = $1 AND owner = $2 AND shortcut = $3 AND id <> $4",
    )
    .bind(account.to_string())
    .bind(owner(reply))
    .bind(reply.shortcut.clone())
    .bind(reply.id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.is_some())
}

/// Notes what was done to one of the team; a personal one is its author's own business.
async fn note(
    tx: &mut Tx,
    operator: &Operator,
    kind: AuditKind,
    before: Option<&CannedReply>,
    reply: &CannedReply,
) -> ApiResult<()> {
    if reply.scope != CannedScope::Shared {
        return Ok(());
    }
    let before = before.unwrap_or(reply);
    Deed::new(kind)
        .to(reply.id, reply.title.clone())
        .change(AuditField::Shortcut, &before.shortcut, &reply.shortcut)
        .change(AuditField::Name, &before.title, &reply.title)
        .changed(AuditField::Content, &before.content, &reply.content)
        .by(tx, operator)
        .await
}

/// A shared one is everybody's news, a personal one its author's.
async fn tell(
    tx: &mut Tx,
    account: AccountId,
    kind: EventType,
    reply: &CannedReply,
    body: serde_json::Value,
) -> ApiResult<()> {
    let event = NewEvent {
        kind,
        conversation_id: None,
        audience: match reply.scope {
            CannedScope::Shared => Audience::Everyone,
            CannedScope::Personal => Audience::Member(reply.author_id),
        },
        seq: None,
        body,
    };
    events::append(tx, StreamKey::Account(account), &[event]).await?;
    Ok(())
}

fn writes(operator: &Operator, scope: CannedScope) -> ApiResult<()> {
    if scope == CannedScope::Personal || matches!(operator.role, Role::Owner | Role::Admin) {
        Ok(())
    } else {
        Err(ApiError::new(
            ProblemCode::Forbidden,
            "Only owners and admins write canned replies of the team; make a personal one, or ask one of them.",
        ))
    }
}

fn taken() -> ApiError {
    ApiError::invalid_field("shortcut", Violation::ShortcutTaken)
}

fn id_reused() -> ApiError {
    ApiError::new(ProblemCode::IdReused, "Make the canned reply with a new id.")
}
