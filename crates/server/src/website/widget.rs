//! `/api/websites/{id}/widget`: the draft of the widget's configuration, its publication, and what was published before. Everyone
//! who sees the website reads the configuration; owners and admins change it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use sqlx::Row as _;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::Role;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::realtime::EventType;
use switchboard_contract::website::widget::{MAX_PUBLICATIONS, RestoreWidget, WidgetPublication};
use switchboard_contract::website::{WidgetConfig, WidgetDraft, WidgetHistory};

use super::{rows, told};
use crate::audit::Deed;
use crate::auth::{Operator, keys};
use crate::db::{Lock, Tx, columns};
use crate::http::{ApiJson, IdPath, IfMatch};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// How long others may use a published configuration without asking again.
const PUBLIC_CACHE: &str = "public, max-age=60";

/// The draft and what is published.
pub(crate) async fn show(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
) -> ApiResult<Json<WidgetDraft>> {
    let draft = state
        .db
        .read(move |tx| Box::pin(async move { load(tx, &operator, id).await }))
        .await?;
    Ok(Json(draft))
}

/// Another draft.
pub(crate) async fn change(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
    if_match: IfMatch,
    ApiJson(config): ApiJson<WidgetConfig>,
) -> ApiResult<Json<WidgetDraft>> {
    operator.require(Role::Admin)?;
    let draft = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let before = locked(tx, &operator, id, if_match).await?;
                config.check()?;
                let config = config.tidied();
                put_draft(tx, &operator, before, config).await
            })
        })
        .await?;
    Ok(Json(draft))
}

/// Visitors get the draft from now on.
pub(crate) async fn publish(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
    if_match: IfMatch,
) -> ApiResult<Json<WidgetDraft>> {
    operator.require(Role::Admin)?;
    let draft = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let before = locked(tx, &operator, id, if_match).await?;
                put_out(tx, &operator, before).await
            })
        })
        .await?;
    Ok(Json(draft))
}

/// What was published, the newest first.
pub(crate) async fn history(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
) -> ApiResult<Json<WidgetHistory>> {
    operator.require(Role::Admin)?;
    let history = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                rows::visible(tx, &operator, id).await?;
                let rows = sqlx::query(
                    "SELECT at, by_name, config FROM widget_publications WHERE website_id = $1 \
                     ORDER BY number DESC LIMIT $2",
                )
                .bind(id.to_string())
                .bind(i64::from(MAX_PUBLICATIONS))
                .fetch_all(tx.conn())
                .await?;
                let items = rows
                    .iter()
                    .map(|row| {
                        Ok(WidgetPublication {
                            at: columns::instant(row, "at")?,
                            by: row.try_get("by_name")?,
                            config: columns::json(row, "config")?,
                        })
                    })
                    .collect::<ApiResult<_>>()?;
                Ok(WidgetHistory { items })
            })
        })
        .await?;
    Ok(Json(history))
}

/// A configuration of before becomes the draft.
pub(crate) async fn restore(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
    if_match: IfMatch,
    ApiJson(request): ApiJson<RestoreWidget>,
) -> ApiResult<Json<WidgetDraft>> {
    operator.require(Role::Admin)?;
    let draft = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let before = locked(tx, &operator, id, if_match).await?;
                let row = sqlx::query(
                    "SELECT config FROM widget_publications WHERE website_id = $1 AND number = $2",
                )
                .bind(id.to_string())
                .bind(columns::to_count(request.version)?)
                .fetch_optional(tx.conn())
                .await?
                .ok_or_else(|| ApiError::not_found("publication"))?;
                let config = columns::json(&row, "config")?;
                put_draft(tx, &operator, before, config).await
            })
        })
        .await?;
    Ok(Json(draft))
}

/// What visitors get, for anyone who names the website.
pub(crate) async fn published(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: HeaderMap,
) -> ApiResult<Response> {
    let website = state
        .db
        .read(move |tx| Box::pin(async move { rows::by_public_key(tx, &key).await }))
        .await?
        .ok_or_else(|| ApiError::not_found("website"))?;
    let body = serde_json::to_string(&website.widget)?;
    let etag = format!("\"{}\"", keys::hash(&body));
    let known = request
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|list| {
            list.split(',')
                .any(|one| one.trim().trim_start_matches("W/") == etag)
        });
    let headers = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, PUBLIC_CACHE.to_owned()),
        (header::CONTENT_TYPE, "application/json".to_owned()),
    ];
    Ok(if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, body).into_response()
    })
}

async fn load(tx: &mut Tx, operator: &Operator, id: WebsiteId) -> ApiResult<WidgetDraft> {
    let published = rows::visible(tx, operator, id).await?.widget;
    let row =
        sqlx::query("SELECT widget_draft, widget_version, widget_published_at FROM websites WHERE id = $1")
            .bind(id.to_string())
            .fetch_one(tx.conn())
            .await?;
    let draft = match row.try_get::<Option<String>, _>("widget_draft")? {
        Some(text) => serde_json::from_str(&text)?,
        None => published.clone(),
    };
    Ok(WidgetDraft {
        website_id: id,
        draft,
        published,
        published_at: columns::maybe_instant(&row, "widget_published_at")?,
        version: columns::count(&row, "widget_version")?,
    })
}

/// As it is, now that nobody else can change it.
async fn locked(
    tx: &mut Tx,
    operator: &Operator,
    id: WebsiteId,
    if_match: IfMatch,
) -> ApiResult<WidgetDraft> {
    tx.lock(Lock::Website(id)).await?;
    let before = load(tx, operator, id).await?;
    if_match.check(before.version, &before)?;
    Ok(before)
}

async fn put_draft(
    tx: &mut Tx,
    operator: &Operator,
    before: WidgetDraft,
    config: WidgetConfig,
) -> ApiResult<WidgetDraft> {
    let mut after = before.clone();
    after.draft = WidgetConfig {
        // Counted by publications alone.
        version: before.published.version,
        ..config
    };
    if after == before {
        return Ok(after);
    }
    after.version += 1;
    sqlx::query("UPDATE websites SET widget_draft = $1, widget_version = $2 WHERE id = $3")
        .bind(serde_json::to_string(&after.draft)?)
        .bind(columns::to_count(after.version)?)
        .bind(after.website_id.to_string())
        .execute(tx.conn())
        .await?;
    announce(tx, operator, &after).await?;
    Ok(after)
}

async fn put_out(tx: &mut Tx, operator: &Operator, before: WidgetDraft) -> ApiResult<WidgetDraft> {
    if !before.is_changed() {
        return Ok(before);
    }
    // Whatever was stored by an older program is judged by today's rules before anyone gets it.
    before.draft.check()?;
    let now = tx.now();
    let mut after = before.clone();
    after.draft.version = before.published.version + 1;
    after.published = after.draft.clone();
    after.published_at = Some(now);
    after.version += 1;
    let website = after.website_id.to_string();
    // What the website began with has no row of its own yet.
    sqlx::query(
        "INSERT INTO widget_publications (website_id, number, at, by_name, config) \
         SELECT id, $1, created_at, NULL, widget FROM websites WHERE id = $2 ON CONFLICT DO NOTHING",
    )
    .bind(columns::to_count(before.published.version)?)
    .bind(website.clone())
    .execute(tx.conn())
    .await?;
    let config = serde_json::to_string(&after.published)?;
    sqlx::query(
        "INSERT INTO widget_publications (website_id, number, at, by_name, config) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(website.clone())
    .bind(columns::to_count(after.published.version)?)
    .bind(now.as_millis())
    .bind(operator.name.clone())
    .bind(config.clone())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "DELETE FROM widget_publications WHERE website_id = $1 \
         AND number <= (SELECT MAX(p.number) FROM widget_publications p WHERE p.website_id = $1) - $2",
    )
    .bind(website.clone())
    .bind(i64::from(MAX_PUBLICATIONS))
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "UPDATE websites SET widget = $1, widget_draft = NULL, widget_version = $2, widget_published_at = $3 WHERE id = $4",
    )
    .bind(config)
    .bind(columns::to_count(after.version)?)
    .bind(now.as_millis())
    .bind(website)
    .execute(tx.conn())
    .await?;
    let name = rows::visible(tx, operator, after.website_id).await?.wire.name;
    Deed::new(AuditKind::WidgetPublished)
        .to(after.website_id, name)
        .on(after.website_id)
        .by(tx, operator)
        .await?;
    announce(tx, operator, &after).await?;
    Ok(after)
}

async fn announce(tx: &mut Tx, operator: &Operator, after: &WidgetDraft) -> ApiResult<()> {
    let body = json!({"id": after.website_id, "version": after.version});
    told(
        tx,
        operator.account_id,
        after.website_id,
        EventType::WidgetUpdated,
        body,
    )
    .await
}
