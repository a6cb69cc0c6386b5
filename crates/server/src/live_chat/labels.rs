//! `/api/live-chat/labels`: the team's labels. Every member may make one; admins change and delete them.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::json;
use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::Role;
use switchboard_contract::ids::{AccountId, LabelId, MemberId};
use switchboard_contract::live_chat::{
    ChangeLabel, CreateLabel, Label, LabelColour, LabelContents, LabelList, label_name,
};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::EventType;
use switchboard_contract::validate::{Checks, Violation};

use crate::audit::Deed;
use crate::auth::Operator;
use crate::db::{Lock, Tx, columns};
use crate::events::{self, Audience, NewEvent};
use crate::http::{ApiJson, IdPath};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

const LABEL: &str = "id, author_id, name, colour, created_at, updated_at, version";

/// All labels of the account, by name.
pub(crate) async fn list(State(state): State<AppState>, operator: Operator) -> ApiResult<Json<LabelList>> {
    let account = operator.account_id;
    let list = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let as_of = events::position(tx, StreamKey::Account(account)).await?;
                let sql = format!("SELECT {LABEL} FROM labels WHERE account_id = $1 ORDER BY name_key");
                let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
                    .bind(account.to_string())
                    .fetch_all(tx.conn())
                    .await?;
                let items = rows
                    .iter()
                    .map(|row| read(row).map(|stored| stored.wire))
                    .collect::<ApiResult<_>>()?;
                Ok(LabelList { items, as_of })
            })
        })
        .await?;
    Ok(Json(list))
}

/// Makes a label: 201 the first time, 200 for a repeat.
pub(crate) async fn create(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(mut request): ApiJson<CreateLabel>,
) -> ApiResult<(StatusCode, Json<Label>)> {
    request.name = request.name.trim().to_owned();
    check(Some(&request.name), Some(request.colour))?;
    let (status, label) = state
        .db
        .write(move |tx| Box::pin(async move { add(tx, &operator, request).await }))
        .await?;
    Ok((status, Json(label)))
}

async fn add(tx: &mut Tx, operator: &Operator, request: CreateLabel) -> ApiResult<(StatusCode, Label)> {
    if let Some(known) = by_id(tx, operator.account_id, request.id).await? {
        let same = known.author == operator.member_id
            && known.wire.version == 1
            && (&known.wire.name, known.wire.colour) == (&request.name, request.colour);
        return if same {
            Ok((StatusCode::OK, known.wire))
        } else {
            Err(id_reused())
        };
    }
    let now = tx.now();
    let label = Label {
        id: request.id,
        name: request.name,
        colour: request.colour,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let stored = sqlx::query(
        "INSERT INTO labels (id, account_id, author_id, name, name_key, colour, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING",
    )
    .bind(label.id.to_string())
    .bind(operator.account_id.to_string())
    .bind(operator.member_id.to_string())
    .bind(label.name.clone())
    .bind(name_key(&label.name))
    .bind(columns::to_word(&label.colour)?)
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    if stored.rows_affected() == 0 {
        return Err(if name_taken(tx, operator.account_id, &label).await? {
            taken()
        } else {
            // Another account's, or stored a moment ago: a repeat finds out.
            id_reused()
        });
    }
    Deed::new(AuditKind::LabelCreated)
        .to(label.id, label.name.clone())
        .by(tx, operator)
        .await?;
    tell(tx, operator.account_id, EventType::LabelCreated, json!(label)).await?;
    Ok((StatusCode::CREATED, label))
}

/// Changes a label, for every conversation that has it.
pub(crate) async fn change(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<LabelId>,
    headers: HeaderMap,
    ApiJson(mut request): ApiJson<ChangeLabel>,
) -> ApiResult<Json<Label>> {
    manages(&operator)?;
    let version = if_match(&headers)?;
    request.name = request.name.map(|name| name.trim().to_owned());
    check(request.name.as_deref(), request.colour)?;
    let label = state
        .db
        .write(move |tx| Box::pin(async move { rename(tx, &operator, id, version, request).await }))
        .await?;
    Ok(Json(label))
}

async fn rename(
    tx: &mut Tx,
    operator: &Operator,
    id: LabelId,
    version: Option<u64>,
    request: ChangeLabel,
) -> ApiResult<Label> {
    let account = operator.account_id;
    tx.lock(Lock::Label(id)).await?;
    let mut label = by_id(tx, account, id)
        .await?
        .ok_or_else(|| ApiError::not_found("label"))?
        .wire;
    if version.is_some_and(|version| version != label.version) {
        return Err(ApiError::new(
            ProblemCode::Conflict,
            "Look at the label as it is now, in `current`.",
        )
        .with_current(serde_json::to_value(&label)?));
    }
    let before = label.clone();
    label.name = request.name.unwrap_or(label.name);
    label.colour = request.colour.unwrap_or(label.colour);
    if label == before {
        return Ok(label);
    }
    label.updated_at = tx.now();
    label.version += 1;
    sqlx::query(
        "UPDATE labels SET name = $1, name_key = $2, colour = $3, updated_at = $4, version = $5 WHERE id = $6",
    )
    .bind(label.name.clone())
    .bind(name_key(&label.name))
    .bind(columns::to_word(&label.colour)?)
    .bind(label.updated_at.as_millis())
    .bind(columns::to_count(label.version)?)
    .bind(id.to_string())
    .execute(tx.conn())
    .await
    .map_err(|error| match error {
        sqlx::Error::Database(error) if error.is_unique_violation() => taken(),
        error => error.into(),
    })?;
    Deed::new(AuditKind::LabelChanged)
        .to(id, label.name.clone())
        .change(AuditField::Name, before.name, &label.name)
        .change(
            AuditField::Colour,
            columns::to_word(&before.colour)?,
            columns::to_word(&label.colour)?,
        )
        .by(tx, operator)
        .await?;
    tell(tx, account, EventType::LabelUpdated, json!(label)).await?;
    Ok(label)
}

/// What deleting a label takes it off.
pub(crate) async fn contents(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<LabelId>,
) -> ApiResult<Json<LabelContents>> {
    manages(&operator)?;
    let account = operator.account_id;
    let contents = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                if by_id(tx, account, id).await?.is_none() {
                    return Err(ApiError::not_found("label"));
                }
                let row =
                    sqlx::query("SELECT COUNT(*) AS carried FROM conversation_labels WHERE label_id = $1")
                        .bind(id.to_string())
                        .fetch_one(tx.conn())
                        .await?;
                Ok(LabelContents {
                    conversations: columns::count(&row, "carried")?,
                })
            })
        })
        .await?;
    Ok(Json(contents))
}

/// Deletes a label and takes it off every conversation, all told by one event.
pub(crate) async fn delete(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<LabelId>,
) -> ApiResult<StatusCode> {
    manages(&operator)?;
    state
        .db
        .write(move |tx| Box::pin(async move { remove(tx, &operator, id).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(tx: &mut Tx, operator: &Operator, id: LabelId) -> ApiResult<()> {
    let account = operator.account_id;
    tx.lock(Lock::Label(id)).await?;
    let label = by_id(tx, account, id)
        .await?
        .ok_or_else(|| ApiError::not_found("label"))?
        .wire;
    Deed::new(AuditKind::LabelDeleted)
        .to(id, label.name)
        .by(tx, operator)
        .await?;
    // Whatever event follows of these conversations comes after this one and no longer names the label.
    tx.lock(Lock::ConversationsWithLabel(id)).await?;
    for sql in [
        "DELETE FROM conversation_labels WHERE label_id = $1",
        "DELETE FROM labels WHERE id = $1",
    ] {
        sqlx::query(sql).bind(id.to_string()).execute(tx.conn()).await?;
    }
    tell(tx, account, EventType::LabelDeleted, json!({"id": id})).await
}

struct Stored {
    wire: Label,
    author: MemberId,
}

async fn by_id(tx: &mut Tx, account: AccountId, id: LabelId) -> ApiResult<Option<Stored>> {
    let sql = format!("SELECT {LABEL} FROM labels WHERE id = $1 AND account_id = $2");
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
    Ok(Stored {
        wire: Label {
            id: columns::id(row, "id")?,
            name: row.try_get("name")?,
            colour: columns::word(row, "colour")?,
            created_at: columns::instant(row, "created_at")?,
            updated_at: columns::instant(row, "updated_at")?,
            version: columns::count(row, "version")?,
        },
        author: columns::id(row, "author_id")?,
    })
}

async fn name_taken(tx: &mut Tx, account: AccountId, label: &Label) -> ApiResult<bool> {
    let row = sqlx::query("SELECT 1 FROM labels WHERE account_id = $1 AND name_key = $2 AND id <> $3")
        .bind(account.to_string())
        .bind(name_key(&label.name))
        .bind(label.id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}

/// Labels are the whole account's: every member hears of them.
async fn tell(tx: &mut Tx, account: AccountId, kind: EventType, body: serde_json::Value) -> ApiResult<()> {
    let event = NewEvent {
        kind,
        conversation_id: None,
        audience: Audience::Everyone,
        seq: None,
        body,
    };
    events::append(tx, StreamKey::Account(account), &[event]).await?;
    Ok(())
}

fn name_key(name: &str) -> String {
    name.to_lowercase()
}

fn check(name: Option<&str>, colour: Option<LabelColour>) -> ApiResult<()> {
    let name = name.map_or(Ok(()), label_name);
    let colour = match colour {
        Some(LabelColour::Unknown) => Err(Violation::Choice),
        _ => Ok(()),
    };
    Ok(Checks::default()
        .field("name", name)
        .field("colour", colour)
        .finish()?)
}

fn manages(operator: &Operator) -> ApiResult<()> {
    if matches!(operator.role, Role::Owner | Role::Admin) {
        Ok(())
    } else {
        Err(ApiError::new(
            ProblemCode::Forbidden,
            "Only owners and admins change and delete labels; ask one of them.",
        ))
    }
}

/// The version of `If-Match: "<version>"`; none without the header.
fn if_match(headers: &HeaderMap) -> ApiResult<Option<u64>> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok())
        .map(Some)
        .ok_or_else(|| {
            ApiError::new(
                ProblemCode::BadRequest,
                "`If-Match` holds the label's version in quotes, such as \"3\".",
            )
        })
}

fn taken() -> ApiError {
    ApiError::invalid_field("name", Violation::LabelTaken)
}

fn id_reused() -> ApiError {
    ApiError::new(ProblemCode::IdReused, "Make the label with a new id.")
}
