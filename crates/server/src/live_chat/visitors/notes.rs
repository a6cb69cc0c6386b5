//! `/api/visitors/{id}/notes`: what the team writes about somebody. Authors change and delete their own, owners and admins any.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use sqlx::AssertSqlSafe;
use switchboard_contract::ids::{VisitorId, VisitorNoteId, WebsiteId};
use switchboard_contract::live_chat::{
    ChangeVisitorNote, CreateVisitorNote, MAX_NOTES, VisitorNote, check_note,
};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate::Violation;
use switchboard_domain::team;

use super::identity;
use super::rows::{self, NOTE};
use crate::auth::Operator;
use crate::db::{Lock, Tx, columns};
use crate::events;
use crate::http::{ApiJson, IdPath, IfMatch};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// A visitor and a note; anything that is not an id leads nowhere: 404.
pub(crate) struct NotePath(VisitorId, VisitorNoteId);

impl<S: Send + Sync> FromRequestParts<S> for NotePath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let Path((visitor, note)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| unknown())?;
        match (visitor.parse(), note.parse()) {
            (Ok(visitor), Ok(note)) => Ok(Self(visitor, note)),
            _ => Err(unknown()),
        }
    }
}

fn unknown() -> ApiError {
    ApiError::not_found("note")
}

/// Writes a note: 201 the first time, 200 for a repeat.
pub(crate) async fn create(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(visitor): IdPath<VisitorId>,
    ApiJson(request): ApiJson<CreateVisitorNote>,
) -> ApiResult<(StatusCode, Json<VisitorNote>)> {
    check_note(&request.content)?;
    let (status, note) = state
        .db
        .write(move |tx| Box::pin(async move { add(tx, &operator, visitor, request).await }))
        .await?;
    Ok((status, Json(note)))
}

async fn add(
    tx: &mut Tx,
    operator: &Operator,
    visitor: VisitorId,
    request: CreateVisitorNote,
) -> ApiResult<(StatusCode, VisitorNote)> {
    tx.lock(Lock::Visitor(visitor)).await?;
    let website = rows::changeable(tx, operator, visitor).await?.website_id;
    let id_reused = || ApiError::new(ProblemCode::IdReused, "Write the note with a new id.");
    let known = rows::notes(tx, visitor).await?;
    if let Some(note) = known.iter().find(|note| note.id == request.id) {
        let same =
            note.author_id == operator.member_id && note.version == 1 && note.content == request.content;
        return if same {
            Ok((StatusCode::OK, note.clone()))
        } else {
            Err(id_reused())
        };
    }
    if known.len() >= MAX_NOTES {
        return Err(ApiError::invalid_field("content", Violation::TooMany(MAX_NOTES)));
    }
    let now = tx.now();
    let stored = sqlx::query(
        "INSERT INTO visitor_notes (id, account_id, visitor_id, author_id, content, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING",
    )
    .bind(request.id.to_string())
    .bind(operator.account_id.to_string())
    .bind(visitor.to_string())
    .bind(operator.member_id.to_string())
    .bind(request.content.clone())
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    if stored.rows_affected() == 0 {
        // About somebody else, perhaps of another account.
        return Err(id_reused());
    }
    tell(tx, operator, website, visitor).await?;
    let note = VisitorNote {
        id: request.id,
        content: request.content,
        author_id: operator.member_id,
        author_name: operator.name.clone(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok((StatusCode::CREATED, note))
}

/// Changes a note.
pub(crate) async fn change(
    State(state): State<AppState>,
    operator: Operator,
    NotePath(visitor, id): NotePath,
    if_match: IfMatch,
    ApiJson(request): ApiJson<ChangeVisitorNote>,
) -> ApiResult<Json<VisitorNote>> {
    check_note(&request.content)?;
    let note = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let (website, mut note) = own(tx, &operator, visitor, id).await?;
                if_match.check(note.version, &note)?;
                if note.content == request.content {
                    return Ok(note);
                }
                note.content = request.content;
                note.updated_at = tx.now();
                note.version += 1;
                sqlx::query(
                    "UPDATE visitor_notes SET content = $1, updated_at = $2, version = $3 WHERE id = $4",
                )
                .bind(note.content.clone())
                .bind(note.updated_at.as_millis())
                .bind(columns::to_count(note.version)?)
                .bind(id.to_string())
                .execute(tx.conn())
                .await?;
                tell(tx, &operator, website, visitor).await?;
                Ok(note)
            })
        })
        .await?;
    Ok(Json(note))
}

/// Deletes a note.
pub(crate) async fn delete(
    State(state): State<AppState>,
    operator: Operator,
    NotePath(visitor, id): NotePath,
) -> ApiResult<StatusCode> {
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let (website, _) = own(tx, &operator, visitor, id).await?;
                sqlx::query("DELETE FROM visitor_notes WHERE id = $1")
                    .bind(id.to_string())
                    .execute(tx.conn())
                    .await?;
                tell(tx, &operator, website, visitor).await
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A note that the operator may change, and the website; the visitor is locked from here on.
async fn own(
    tx: &mut Tx,
    operator: &Operator,
    visitor: VisitorId,
    id: VisitorNoteId,
) -> ApiResult<(WebsiteId, VisitorNote)> {
    tx.lock(Lock::Visitor(visitor)).await?;
    let website = rows::changeable(tx, operator, visitor).await?.website_id;
    let sql = format!(
        "SELECT {NOTE} FROM visitor_notes n JOIN members m ON m.id = n.author_id WHERE n.id = $1 AND n.visitor_id = $2"
    );
    let note = sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(visitor.to_string())
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(rows::read_note)
        .transpose()?
        .ok_or_else(unknown)?;
    if note.author_id != operator.member_id && !team::manages(operator.role) {
        return Err(ApiError::new(
            ProblemCode::Forbidden,
            "Only its author, owners and admins change a note; ask one of them.",
        ));
    }
    Ok((website, note))
}

async fn tell(tx: &mut Tx, operator: &Operator, website: WebsiteId, visitor: VisitorId) -> ApiResult<()> {
    let event = identity::changed(website, visitor);
    events::append(tx, StreamKey::Account(operator.account_id), &[event]).await?;
    Ok(())
}
