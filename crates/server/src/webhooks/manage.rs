//! `/api/webhooks`: for owners and admins.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::Role;
use switchboard_contract::ids::{WebhookId, WebsiteId};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate::Violation;
use switchboard_contract::webhooks::{
    ChangeWebhook, CreateWebhook, MAX_WEBHOOKS, Webhook, WebhookEvent, WebhookList, WebhookSecret,
};

use super::{rows, send};
use crate::audit::Deed;
use crate::auth::{Operator, keys};
use crate::config::Config;
use crate::db::{Lock, Tx, columns};
use crate::events;
use crate::http::{ApiJson, IdPath, IfMatch};
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;
use crate::website::rows as websites;

/// The account's webhooks.
pub(crate) async fn list(State(state): State<AppState>, operator: Operator) -> ApiResult<Json<WebhookList>> {
    operator.require(Role::Admin)?;
    let account = operator.account_id;
    let items = state
        .db
        .read(move |tx| Box::pin(async move { rows::all(tx, account).await }))
        .await?;
    Ok(Json(WebhookList {
        items: items.into_iter().map(|stored| stored.wire).collect(),
    }))
}

/// Where it leads is looked at with every try; what can be seen at once is said at once.
fn check_scheme(config: &Config, url: &str) -> ApiResult<()> {
    if !config.webhooks_anywhere && !url.starts_with("https://") {
        return Err(ApiError::invalid_field("url", Violation::Choice));
    }
    Ok(())
}

fn tidied(mut events: Vec<WebhookEvent>) -> Vec<WebhookEvent> {
    events.sort_unstable();
    events.dedup();
    events
}

/// Adds one, which is told of what happens from now on: 201 the first time, 200 for a repeat.
pub(crate) async fn create(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(mut request): ApiJson<CreateWebhook>,
) -> ApiResult<(StatusCode, Json<Webhook>)> {
    operator.require(Role::Admin)?;
    request.url = request.url.trim().to_owned();
    request.check()?;
    check_scheme(&state.config, &request.url)?;
    request.events = tidied(request.events);
    let (status, webhook) = state
        .db
        .write(move |tx| Box::pin(async move { add(tx, &operator, request).await }))
        .await?;
    Ok((status, Json(webhook)))
}

async fn add(tx: &mut Tx, operator: &Operator, request: CreateWebhook) -> ApiResult<(StatusCode, Webhook)> {
    let account = operator.account_id;
    // Two that come at once are counted one after the other.
    tx.lock(Lock::Member(operator.member_id)).await?;
    let digest = keys::hash(&serde_json::to_string(&request)?);
    if let Some(known) = rows::by_id(tx, request.id).await? {
        let same = known.account == account && known.author == operator.member_id && known.digest == digest;
        return if same {
            Ok((StatusCode::OK, known.wire))
        } else {
            Err(ApiError::new(
                ProblemCode::IdReused,
                "Add the webhook with a new id.",
            ))
        };
    }
    if rows::all(tx, account).await?.len() >= MAX_WEBHOOKS {
        return Err(ApiError::invalid_field("url", Violation::TooMany(MAX_WEBHOOKS)));
    }
    known_website(tx, operator, request.website_id).await?;
    let now = tx.now();
    let head = events::position(tx, StreamKey::Account(account)).await?.offset;
    let stored = sqlx::query(
        "INSERT INTO webhooks (id, account_id, author_id, digest, url, events, website_id, position, next_try_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING",
    )
    .bind(request.id.to_string())
    .bind(account.to_string())
    .bind(operator.member_id.to_string())
    .bind(digest)
    .bind(request.url.clone())
    .bind(serde_json::to_string(&request.events)?)
    .bind(request.website_id.map(|id| id.to_string()))
    .bind(columns::to_count(head.0)?)
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    if stored.rows_affected() == 0 {
        return Err(ApiError::new(
            ProblemCode::IdReused,
            "Add the webhook with a new id.",
        ));
    }
    noted(
        AuditKind::WebhookCreated,
        request.id,
        &request.url,
        request.website_id,
    )
    .by(tx, operator)
    .await?;
    let webhook = rows::own(tx, account, request.id).await?.wire;
    Ok((StatusCode::CREATED, webhook))
}

/// What is noted of a change. An address may hold a secret behind its host.
fn noted(kind: AuditKind, id: WebhookId, url: &str, website: Option<WebsiteId>) -> Deed {
    let deed = Deed::new(kind).to(id, origin(url));
    match website {
        Some(website) => deed.on(website),
        None => deed,
    }
}

/// Scheme and host of an address.
pub(super) fn origin(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| "-".to_owned(), |url| url.origin().ascii_serialization())
}

async fn known_website(tx: &mut Tx, operator: &Operator, website: Option<WebsiteId>) -> ApiResult<()> {
    let Some(id) = website else { return Ok(()) };
    match websites::visible(tx, operator, id).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == ProblemCode::NotFound => {
            Err(ApiError::invalid_field("websiteId", Violation::Choice))
        }
        Err(error) => Err(error),
    }
}

/// Changes one; switched on again it is tried at once.
pub(crate) async fn update(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebhookId>,
    if_match: IfMatch,
    ApiJson(mut request): ApiJson<ChangeWebhook>,
) -> ApiResult<Json<Webhook>> {
    operator.require(Role::Admin)?;
    request.url = request.url.map(|url| url.trim().to_owned());
    request.check()?;
    if let Some(url) = &request.url {
        check_scheme(&state.config, url)?;
    }
    request.events = request.events.map(tidied);
    let webhook = state
        .db
        .write(move |tx| Box::pin(async move { change(tx, &operator, id, if_match, request).await }))
        .await?;
    Ok(Json(webhook))
}

async fn change(
    tx: &mut Tx,
    operator: &Operator,
    id: WebhookId,
    if_match: IfMatch,
    request: ChangeWebhook,
) -> ApiResult<Webhook> {
    let account = operator.account_id;
    let before = rows::own(tx, account, id).await?;
    if_match.check(before.wire.version, &before.wire)?;
    let url = request.url.unwrap_or_else(|| before.wire.url.clone());
    let events = request.events.unwrap_or_else(|| before.wire.events.clone());
    let website = request.website_id.unwrap_or(before.wire.website_id);
    let active = request.active.unwrap_or(before.active);
    let same = (&url, &events, website, active)
        == (
            &before.wire.url,
            &before.wire.events,
            before.wire.website_id,
            before.active,
        );
    if same {
        return Ok(before.wire);
    }
    if website != before.wire.website_id {
        known_website(tx, operator, website).await?;
    }
    // A webhook is tried anew where it was switched on or leads elsewhere.
    let now = tx.now();
    let changed = sqlx::query(
        "UPDATE webhooks SET url = $1, events = $2, website_id = $3, active = $4, tries = 0, failing_since = NULL, \
         next_try_at = $5, version = version + 1 WHERE id = $6 AND version = $7",
    )
    .bind(url.clone())
    .bind(serde_json::to_string(&events)?)
    .bind(website.map(|id| id.to_string()))
    .bind(i64::from(active))
    .bind(now.as_millis())
    .bind(id.to_string())
    .bind(columns::to_count(before.wire.version)?)
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(ApiError::new(
            ProblemCode::Conflict,
            "It was changed a moment ago; look at it again.",
        ));
    }
    noted(AuditKind::WebhookChanged, id, &url, website)
        .changed(AuditField::Address, &before.wire.url, &url)
        .changed(AuditField::Events, &before.wire.events, &events)
        .changed(AuditField::Websites, &before.wire.website_id, &website)
        .change(AuditField::Active, before.active, active)
        .by(tx, operator)
        .await?;
    Ok(rows::own(tx, account, id).await?.wire)
}

/// Deletes one with what became of its events.
pub(crate) async fn delete(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebhookId>,
) -> ApiResult<StatusCode> {
    operator.require(Role::Admin)?;
    state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let webhook = rows::own(tx, operator.account_id, id).await?.wire;
                for sql in [
                    "DELETE FROM webhook_deliveries WHERE webhook_id = $1",
                    "DELETE FROM webhooks WHERE id = $1",
                ] {
                    sqlx::query(sql).bind(id.to_string()).execute(tx.conn()).await?;
                }
                noted(AuditKind::WebhookDeleted, id, &webhook.url, webhook.website_id)
                    .by(tx, &operator)
                    .await
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What its signatures are made with.
pub(crate) async fn secret(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebhookId>,
) -> ApiResult<([(HeaderName, &'static str); 1], Json<WebhookSecret>)> {
    operator.require(Role::Admin)?;
    let account = operator.account_id;
    state
        .db
        .read(move |tx| Box::pin(async move { rows::own(tx, account, id).await }))
        .await?;
    let secret = send::secret(&state.keys, id);
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(WebhookSecret { secret }),
    ))
}
