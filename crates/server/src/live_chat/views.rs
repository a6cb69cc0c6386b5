//! `/api/live-chat/views`: saved filters of the list of conversations. Everyone has their own; owners and admins share some with
//! the team.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::Role;
use switchboard_contract::ids::{AccountId, MemberId, ViewId};
use switchboard_contract::live_chat::{
    ChangeView, CreateView, ListSort, ListStatus, MAX_SEARCH_CHARS, MAX_VIEWS, View, ViewFilter, ViewList,
    view_name,
};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate::{Checks, Violation};

use crate::audit::Deed;
use crate::auth::{Operator, keys};
use crate::db::{Lock, Tx, columns};
use crate::events;
use crate::http::{ApiJson, IdPath, IfMatch};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

const VIEW: &str = "id, author_id, name, is_shared, filter, place, digest, created_at, updated_at, version";

/// The caller's own views and the shared ones.
pub(crate) async fn list(State(state): State<AppState>, operator: Operator) -> ApiResult<Json<ViewList>> {
    let list = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let as_of = events::position(tx, StreamKey::Account(operator.account_id)).await?;
                let sql = format!(
                    "SELECT {VIEW} FROM views WHERE account_id = $1 AND (author_id = $2 OR is_shared = 1) \
                     ORDER BY place, created_at, id"
                );
                let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
                    .bind(operator.account_id.to_string())
                    .bind(operator.member_id.to_string())
                    .fetch_all(tx.conn())
                    .await?;
                let items = rows
                    .iter()
                    .map(|row| read(row).map(|stored| stored.wire))
                    .collect::<ApiResult<_>>()?;
                Ok(ViewList { items, as_of })
            })
        })
        .await?;
    Ok(Json(list))
}

/// Makes a view: 201 the first time, 200 for a repeat.
pub(crate) async fn create(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(mut request): ApiJson<CreateView>,
) -> ApiResult<(StatusCode, Json<View>)> {
    request.name = request.name.trim().to_owned();
    check(Some(&request.name), Some(&request.filter))?;
    if request.is_shared {
        shares(&operator)?;
    }
    let (status, view) = state
        .db
        .write(move |tx| Box::pin(async move { add(tx, &operator, request).await }))
        .await?;
    Ok((status, Json(view)))
}

async fn add(tx: &mut Tx, operator: &Operator, request: CreateView) -> ApiResult<(StatusCode, View)> {
    let account = operator.account_id;
    // Two that come at once are counted one after the other.
    tx.lock(Lock::Member(operator.member_id)).await?;
    let digest = keys::hash(&serde_json::to_string(&request)?);
    if let Some(known) = by_id(tx, account, request.id).await? {
        return if known.wire.author_id == operator.member_id && known.digest == digest {
            Ok((StatusCode::OK, known.wire))
        } else {
            Err(id_reused())
        };
    }
    let row = sqlx::query(
        "SELECT COUNT(*) AS made, MAX(place) AS last FROM views WHERE account_id = $1 AND author_id = $2",
    )
    .bind(account.to_string())
    .bind(operator.member_id.to_string())
    .fetch_one(tx.conn())
    .await?;
    if columns::count(&row, "made")? >= MAX_VIEWS as u64 {
        return Err(ApiError::invalid_field(
            "name",
            Violation::TooManyViews(MAX_VIEWS),
        ));
    }
    let last = columns::maybe_count(&row, "last")?;
    let next = last.map_or(0, |last| u32::try_from(last + 1).unwrap_or(u32::MAX));
    let now = tx.now();
    let view = View {
        id: request.id,
        name: request.name,
        is_shared: request.is_shared,
        author_id: operator.member_id,
        filter: request.filter,
        position: request.position.unwrap_or(next),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let stored = sqlx::query(
        "INSERT INTO views (id, account_id, author_id, name, is_shared, filter, place, digest, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING",
    )
    .bind(view.id.to_string())
    .bind(account.to_string())
    .bind(view.author_id.to_string())
    .bind(view.name.clone())
    .bind(i64::from(view.is_shared))
    .bind(serde_json::to_string(&view.filter)?)
    .bind(i64::from(view.position))
    .bind(digest)
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    if stored.rows_affected() == 0 {
        // Another account's.
        return Err(id_reused());
    }
    if view.is_shared {
        Deed::new(AuditKind::ViewCreated)
            .to(view.id, view.name.clone())
            .by(tx, operator)
            .await?;
    }
    Ok((StatusCode::CREATED, view))
}

/// Changes a view.
pub(crate) async fn change(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<ViewId>,
    version: IfMatch,
    ApiJson(mut request): ApiJson<ChangeView>,
) -> ApiResult<Json<View>> {
    request.name = request.name.map(|name| name.trim().to_owned());
    check(request.name.as_deref(), request.filter.as_ref())?;
    let view = state
        .db
        .write(move |tx| Box::pin(async move { update(tx, &operator, id, version, request).await }))
        .await?;
    Ok(Json(view))
}

async fn update(
    tx: &mut Tx,
    operator: &Operator,
    id: ViewId,
    version: IfMatch,
    request: ChangeView,
) -> ApiResult<View> {
    let before = writable(tx, operator, id).await?;
    version.check(before.version, &before)?;
    let mut view = View {
        name: request.name.unwrap_or_else(|| before.name.clone()),
        is_shared: request.is_shared.unwrap_or(before.is_shared),
        filter: request.filter.unwrap_or_else(|| before.filter.clone()),
        position: request.position.unwrap_or(before.position),
        ..before.clone()
    };
    if view == before {
        return Ok(view);
    }
    if view.is_shared {
        shares(operator)?;
    }
    view.updated_at = tx.now();
    view.version += 1;
    sqlx::query(
        "UPDATE views SET name = $1, is_shared = $2, filter = $3, place = $4, updated_at = $5, version = $6 \
         WHERE id = $7",
    )
    .bind(view.name.clone())
    .bind(i64::from(view.is_shared))
    .bind(serde_json::to_string(&view.filter)?)
    .bind(i64::from(view.position))
    .bind(view.updated_at.as_millis())
    .bind(columns::to_count(view.version)?)
    .bind(id.to_string())
    .execute(tx.conn())
    .await?;
    if before.is_shared || view.is_shared {
        Deed::new(AuditKind::ViewChanged)
            .to(id, view.name.clone())
            .change(AuditField::Name, &before.name, &view.name)
            .change(AuditField::Shared, before.is_shared, view.is_shared)
            .changed(AuditField::Filter, &before.filter, &view.filter)
            .changed(AuditField::Place, &before.position, &view.position)
            .by(tx, operator)
            .await?;
    }
    Ok(view)
}

/// Deletes a view.
pub(crate) async fn delete(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<ViewId>,
) -> ApiResult<StatusCode> {
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let view = writable(tx, &operator, id).await?;
                sqlx::query("DELETE FROM views WHERE id = $1")
                    .bind(id.to_string())
                    .execute(tx.conn())
                    .await?;
                if view.is_shared {
                    Deed::new(AuditKind::ViewDeleted)
                        .to(id, view.name)
                        .by(tx, &operator)
                        .await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A view that the caller may change, locked.
async fn writable(tx: &mut Tx, operator: &Operator, id: ViewId) -> ApiResult<View> {
    tx.lock(Lock::View(id)).await?;
    let view = by_id(tx, operator.account_id, id)
        .await?
        .map(|stored| stored.wire)
        .filter(|view| view.is_shared || view.author_id == operator.member_id)
        .ok_or_else(|| ApiError::not_found("view"))?;
    if view.is_shared {
        shares(operator)?;
    }
    Ok(view)
}

struct Stored {
    wire: View,
    digest: String,
}

async fn by_id(tx: &mut Tx, account: AccountId, id: ViewId) -> ApiResult<Option<Stored>> {
    let sql = format!("SELECT {VIEW} FROM views WHERE id = $1 AND account_id = $2");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(account.to_string())
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

fn read(row: &AnyRow) -> ApiResult<Stored> {
    let place = columns::count(row, "place")?;
    Ok(Stored {
        wire: View {
            id: columns::id(row, "id")?,
            name: row.try_get("name")?,
            is_shared: columns::flag(row, "is_shared")?,
            author_id: columns::id::<MemberId>(row, "author_id")?,
            filter: columns::json(row, "filter")?,
            position: u32::try_from(place).map_err(ApiError::internal)?,
            created_at: columns::instant(row, "created_at")?,
            updated_at: columns::instant(row, "updated_at")?,
            version: columns::count(row, "version")?,
        },
        digest: row.try_get("digest")?,
    })
}

fn check(name: Option<&str>, filter: Option<&ViewFilter>) -> ApiResult<()> {
    let filter = filter.cloned().unwrap_or_default();
    let choice = |is_one: bool| if is_one { Ok(()) } else { Err(Violation::Choice) };
    let search = filter.q.as_deref().unwrap_or_default();
    Ok(Checks::default()
        .field("name", name.map_or(Ok(()), view_name))
        .field("status", choice(filter.status != Some(ListStatus::Unknown)))
        .field("sort", choice(filter.sort != Some(ListSort::Unknown)))
        .field(
            "assignee",
            choice(filter.assignee.as_deref().is_none_or(is_assignee)),
        )
        .field(
            "q",
            if search.chars().count() > MAX_SEARCH_CHARS {
                Err(Violation::TooLong(MAX_SEARCH_CHARS))
            } else {
                Ok(())
            },
        )
        .finish()?)
}

fn is_assignee(text: &str) -> bool {
    matches!(text, "me" | "none") || text.parse::<MemberId>().is_ok()
}

fn shares(operator: &Operator) -> ApiResult<()> {
    if matches!(operator.role, Role::Owner | Role::Admin) {
        Ok(())
    } else {
        Err(ApiError::new(
            ProblemCode::Forbidden,
            "Only owners and admins make, change and delete shared views; save one of your own, or ask one of them.",
        ))
    }
}

fn id_reused() -> ApiError {
    ApiError::new(ProblemCode::IdReused, "Save the view with a new id.")
}
