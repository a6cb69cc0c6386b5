//! `GET` and `PATCH /api/websites/{id}`.

use axum::Json;
use axum::extract::State;
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::Role;
use switchboard_contract::ids::{AccountId, WebsiteId};
use switchboard_contract::realtime::EventType;
use switchboard_contract::validate::Violation;
use switchboard_contract::website::{UpdateWebsite, Website};

use super::{normal, rows, told};
use crate::audit::Deed;
use crate::auth::Operator;
use crate::db::{Lock, Tx, columns};
use crate::http::{ApiJson, IdPath, IfMatch};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// One website that the caller may see.
pub(crate) async fn show(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
) -> ApiResult<Json<Website>> {
    let website = state
        .db
        .read(move |tx| Box::pin(async move { rows::visible(tx, &operator, id).await }))
        .await?;
    Ok(Json(website.wire))
}

/// Changes a website's settings: for owners and admins.
pub(crate) async fn update(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
    if_match: IfMatch,
    ApiJson(request): ApiJson<UpdateWebsite>,
) -> ApiResult<Json<Website>> {
    operator.require(Role::Admin)?;
    request.check()?;
    let request = normalised(request)?;
    let website = state
        .db
        .write(move |tx| Box::pin(async move { apply(tx, &operator, id, if_match, request).await }))
        .await?;
    Ok(Json(website))
}

fn normalised(mut request: UpdateWebsite) -> ApiResult<UpdateWebsite> {
    let refused = |field: &'static str| move |broken: Violation| ApiError::invalid_field(field, broken);
    request.name = request.name.map(|name| name.trim().to_owned());
    request.domain = request
        .domain
        .map(|text| normal::domain(&text).map_err(refused("domain")))
        .transpose()?;
    request.timezone = request
        .timezone
        .map(|text| normal::timezone(&text).map_err(refused("timezone")))
        .transpose()?;
    request.allowed_origins = request
        .allowed_origins
        .map(|all| normal::origins(&all).map_err(refused("allowedOrigins")))
        .transpose()?;
    request.business_hours = request
        .business_hours
        .map(|hours| hours.map(|hours| hours.tidied()));
    Ok(request)
}

async fn apply(
    tx: &mut Tx,
    operator: &Operator,
    id: WebsiteId,
    if_match: IfMatch,
    request: UpdateWebsite,
) -> ApiResult<Website> {
    tx.lock(Lock::Website(id)).await?;
    let before = rows::visible(tx, operator, id).await?.wire;
    if_match.check(before.version, &before)?;
    let mut website = before.clone();
    take(&mut website, request);
    if website == before {
        return Ok(website);
    }
    website.updated_at = tx.now();
    website.version += 1;
    store(tx, &website).await?;
    Deed::new(AuditKind::WebsiteChanged)
        .to(id, website.name.clone())
        .on(id)
        .change(AuditField::Name, &before.name, &website.name)
        .change(AuditField::Domain, &before.domain, &website.domain)
        .change(AuditField::Timezone, &before.timezone, &website.timezone)
        .changed(
            AuditField::AllowedOrigins,
            &before.allowed_origins,
            &website.allowed_origins,
        )
        .changed(
            AuditField::BusinessHours,
            &before.business_hours,
            &website.business_hours,
        )
        .changed(
            AuditField::AutoCloseAfter,
            &before.auto_close_after,
            &website.auto_close_after,
        )
        .changed(
            AuditField::ArchiveAfter,
            &before.archive_after,
            &website.archive_after,
        )
        .changed(
            AuditField::DeleteAfter,
            &before.delete_after,
            &website.delete_after,
        )
        .changed(AuditField::Assignment, &before.assignment, &website.assignment)
        .by(tx, operator)
        .await?;
    announce(tx, operator.account_id, &website).await?;
    Ok(website)
}

fn take(website: &mut Website, request: UpdateWebsite) {
    fn put<T>(place: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *place = value;
        }
    }
    put(&mut website.name, request.name);
    put(&mut website.domain, request.domain);
    put(&mut website.timezone, request.timezone);
    put(&mut website.allowed_origins, request.allowed_origins);
    put(&mut website.business_hours, request.business_hours);
    put(&mut website.auto_close_after, request.auto_close_after);
    put(&mut website.archive_after, request.archive_after);
    put(&mut website.delete_after, request.delete_after);
    put(&mut website.assignment, request.assignment);
}

async fn store(tx: &mut Tx, website: &Website) -> ApiResult<()> {
    sqlx::query(
        "UPDATE websites SET name = $1, domain = $2, allowed_origins = $3, timezone = $4, business_hours = $5, \
         auto_close_after = $6, archive_after = $7, delete_after = $8, assignment = $9, assignment_cap = $10, \
         updated_at = $11, version = $12 WHERE id = $13",
    )
    .bind(website.name.clone())
    .bind(website.domain.clone())
    .bind(serde_json::to_string(&website.allowed_origins)?)
    .bind(website.timezone.clone())
    .bind(serde_json::to_string(&website.business_hours)?)
    .bind(website.auto_close_after.map(i64::from))
    .bind(website.archive_after.map(i64::from))
    .bind(website.delete_after.map(i64::from))
    .bind(columns::to_word(&website.assignment.mode)?)
    .bind(website.assignment.cap.map(i64::from))
    .bind(website.updated_at.as_millis())
    .bind(columns::to_count(website.version)?)
    .bind(website.id.to_string())
    .execute(tx.conn())
    .await
    .map_err(rows::domain_clash)?;
    Ok(())
}

async fn announce(tx: &mut Tx, account: AccountId, website: &Website) -> ApiResult<()> {
    let body = serde_json::to_value(website)?;
    told(tx, account, website.id, EventType::WebsiteUpdated, body).await
}
