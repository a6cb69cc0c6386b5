//! `/api/websites/{id}/funnels`: named entry points. Members who see the website read them; owners and admins change them.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde_json::json;
use sqlx::Row;
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::Role;
use switchboard_contract::ids::{FunnelId, WebsiteId};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::EventType;
use switchboard_contract::validate::Violation;
use switchboard_contract::website::rules::{self, MAX_FUNNELS};
use switchboard_contract::website::{CreateFunnel, Funnel, FunnelList, UpdateFunnel};
use url::Url;

use super::{rows, told};
use crate::audit::Deed;
use crate::auth::{Operator, keys};
use crate::db::{Lock, Tx, columns};
use crate::http::{ApiJson, IdPath, IfMatch};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// A website and one of its funnels, in the path; anything that is not an id leads nowhere: 404.
pub(crate) struct FunnelPath(WebsiteId, FunnelId);

impl<S: Send + Sync> FromRequestParts<S> for FunnelPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let Path((website, funnel)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| unknown())?;
        match (website.parse(), funnel.parse()) {
            (Ok(website), Ok(funnel)) => Ok(Self(website, funnel)),
            _ => Err(unknown()),
        }
    }
}

/// All of a website's, in the order in which they are tried.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(website): IdPath<WebsiteId>,
) -> ApiResult<Json<FunnelList>> {
    let items = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                rows::visible(tx, &operator, website).await?;
                of(tx, website).await
            })
        })
        .await?;
    Ok(Json(FunnelList { items }))
}

/// Adds a funnel: 201 the first time, 200 for a repeat.
pub(crate) async fn create(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(website): IdPath<WebsiteId>,
    ApiJson(request): ApiJson<CreateFunnel>,
) -> ApiResult<(StatusCode, Json<Funnel>)> {
    operator.require(Role::Admin)?;
    request.check()?;
    let digest = keys::hash(&serde_json::to_string(&(website, &request))?);
    let (status, funnel) = state
        .db
        .write(move |tx| Box::pin(async move { add(tx, &operator, website, request, digest).await }))
        .await?;
    Ok((status, Json(funnel)))
}

async fn add(
    tx: &mut Tx,
    operator: &Operator,
    website: WebsiteId,
    request: CreateFunnel,
    digest: String,
) -> ApiResult<(StatusCode, Funnel)> {
    tx.lock(Lock::Website(website)).await?;
    rows::visible(tx, operator, website).await?;
    let known = of(tx, website).await?;
    if let Some((author, made_with)) = made(tx, request.id).await? {
        let same =
            author.as_deref() == Some(operator.member_id.to_string().as_str()) && made_with == Some(digest);
        return match known.into_iter().find(|funnel| funnel.id == request.id) {
            Some(funnel) if same => Ok((StatusCode::OK, funnel)),
            None if same => Err(ApiError::new(
                ProblemCode::Gone,
                "This funnel was added and has been deleted since.",
            )),
            _ => Err(ApiError::new(
                ProblemCode::IdReused,
                "Add the funnel with a new id.",
            )),
        };
    }
    if known.len() >= MAX_FUNNELS {
        return Err(ApiError::invalid_field("name", Violation::TooMany(MAX_FUNNELS)));
    }
    let funnel = Funnel {
        id: request.id,
        website_id: website,
        name: request.name.trim().to_owned(),
        is_default: false,
        pages: trimmed(request.pages),
        greeting: worded(request.greeting),
        place: count(known.iter().filter(|funnel| !funnel.is_default)),
        version: 1,
    };
    refuse_taken_name(&known, &funnel)?;
    let stored = sqlx::query(
        "INSERT INTO funnels (id, website_id, name, is_default, author_id, digest, pages, greeting, place) \
         VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind(funnel.id.to_string())
    .bind(website.to_string())
    .bind(funnel.name.clone())
    .bind(operator.member_id.to_string())
    .bind(digest)
    .bind(serde_json::to_string(&funnel.pages)?)
    .bind(funnel.greeting.clone())
    .bind(i64::from(funnel.place))
    .execute(tx.conn())
    .await?;
    if stored.rows_affected() == 0 {
        return Err(ApiError::new(
            ProblemCode::IdReused,
            "Add the funnel with a new id.",
        ));
    }
    Deed::new(AuditKind::FunnelCreated)
        .to(funnel.id, funnel.name.clone())
        .on(website)
        .by(tx, operator)
        .await?;
    announce(tx, operator, EventType::FunnelCreated, &funnel).await?;
    Ok((StatusCode::CREATED, funnel))
}

/// Changes a funnel, or moves it in the order.
pub(crate) async fn update(
    State(state): State<AppState>,
    operator: Operator,
    FunnelPath(website, id): FunnelPath,
    if_match: IfMatch,
    ApiJson(request): ApiJson<UpdateFunnel>,
) -> ApiResult<Json<Funnel>> {
    operator.require(Role::Admin)?;
    request.check()?;
    let funnel = state
        .db
        .write(move |tx| {
            Box::pin(async move { apply(tx, &operator, (website, id), if_match, request).await })
        })
        .await?;
    Ok(Json(funnel))
}

async fn apply(
    tx: &mut Tx,
    operator: &Operator,
    (website, id): (WebsiteId, FunnelId),
    if_match: IfMatch,
    request: UpdateFunnel,
) -> ApiResult<Funnel> {
    tx.lock(Lock::Website(website)).await?;
    rows::visible(tx, operator, website).await?;
    let known = of(tx, website).await?;
    let before = known.iter().find(|funnel| funnel.id == id).ok_or_else(unknown)?;
    if_match.check(before.version, before)?;
    if before.is_default {
        let pages = request.pages.as_ref().is_some_and(|pages| !pages.is_empty());
        let place = request.place.is_some_and(|place| place != before.place);
        if pages || place {
            let field = if pages { "pages" } else { "place" };
            return Err(ApiError::invalid_field(field, Violation::DefaultFunnel));
        }
    }
    let mut funnel = before.clone();
    if let Some(name) = request.name {
        funnel.name = name.trim().to_owned();
    }
    if let Some(pages) = request.pages {
        funnel.pages = trimmed(pages);
    }
    if let Some(greeting) = request.greeting {
        funnel.greeting = worded(greeting);
    }
    refuse_taken_name(&known, &funnel)?;
    let moves = request.place.is_some_and(|place| place != before.place);
    if moves || funnel != *before {
        Deed::new(AuditKind::FunnelChanged)
            .to(id, funnel.name.clone())
            .on(website)
            .change(AuditField::Name, &before.name, &funnel.name)
            .changed(AuditField::Pages, &before.pages, &funnel.pages)
            .changed(AuditField::Greeting, &before.greeting, &funnel.greeting)
            .changed(AuditField::Place, &moves, &false)
            .by(tx, operator)
            .await?;
    }
    if funnel != *before {
        funnel.version += 1;
        sqlx::query("UPDATE funnels SET name = $1, pages = $2, greeting = $3, version = $4 WHERE id = $5")
            .bind(funnel.name.clone())
            .bind(serde_json::to_string(&funnel.pages)?)
            .bind(funnel.greeting.clone())
            .bind(columns::to_count(funnel.version)?)
            .bind(id.to_string())
            .execute(tx.conn())
            .await?;
        announce(tx, operator, EventType::FunnelUpdated, &funnel).await?;
    }
    if let (Some(place), false) = (request.place, funnel.is_default) {
        funnel.place = reorder(tx, operator, website, id, place).await?;
    }
    Ok(funnel)
}

/// Puts a funnel at `place` of the order, or at its end; answers where it stands. Each one that moves is told of.
async fn reorder(
    tx: &mut Tx,
    operator: &Operator,
    website: WebsiteId,
    id: FunnelId,
    place: u32,
) -> ApiResult<u32> {
    let mut order = of(tx, website).await?;
    order.retain(|funnel| !funnel.is_default);
    let Some(at) = order.iter().position(|funnel| funnel.id == id) else {
        return Err(unknown());
    };
    let moved = order.remove(at);
    let to = usize::try_from(place).unwrap_or(usize::MAX).min(order.len());
    order.insert(to, moved);
    for (place, mut funnel) in (0..).zip(order) {
        sqlx::query("UPDATE funnels SET place = $1 WHERE id = $2")
            .bind(i64::from(place))
            .bind(funnel.id.to_string())
            .execute(tx.conn())
            .await?;
        if funnel.place != place {
            funnel.place = place;
            announce(tx, operator, EventType::FunnelUpdated, &funnel).await?;
        }
    }
    Ok(u32::try_from(to).unwrap_or(u32::MAX))
}

/// Deletes a funnel: 204. Its conversations keep its name.
pub(crate) async fn delete(
    State(state): State<AppState>,
    operator: Operator,
    FunnelPath(website, id): FunnelPath,
) -> ApiResult<StatusCode> {
    operator.require(Role::Admin)?;
    state
        .db
        .write(move |tx| Box::pin(async move { remove(tx, &operator, website, id).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(tx: &mut Tx, operator: &Operator, website: WebsiteId, id: FunnelId) -> ApiResult<()> {
    tx.lock(Lock::Website(website)).await?;
    rows::visible(tx, operator, website).await?;
    let known = of(tx, website).await?;
    let funnel = known.iter().find(|funnel| funnel.id == id).ok_or_else(unknown)?;
    if funnel.is_default {
        return Err(ApiError::new(
            ProblemCode::DefaultFunnel,
            "Visitors enter by it where no other funnel covers the page. Rename it instead.",
        ));
    }
    sqlx::query("UPDATE funnels SET deleted_at = $1 WHERE id = $2")
        .bind(tx.now().as_millis())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Deed::new(AuditKind::FunnelDeleted)
        .to(id, funnel.name.clone())
        .on(website)
        .by(tx, operator)
        .await?;
    told(
        tx,
        operator.account_id,
        website,
        EventType::FunnelDeleted,
        json!({"id": id, "websiteId": website}),
    )
    .await
}

/// The funnel that a visitor enters: the one that was asked for if it is the website's, else the first one that covers the
/// page, else the default one.
///
/// # Errors
/// The database's failure, or a website without a default funnel.
pub async fn entered(
    tx: &mut Tx,
    website: WebsiteId,
    asked: Option<FunnelId>,
    page: Option<&str>,
) -> ApiResult<FunnelId> {
    let known = of(tx, website).await?;
    let path = page.and_then(|page| Url::parse(page).ok());
    let path = path.as_ref().map(Url::path);
    let covers =
        |funnel: &&Funnel| path.is_some_and(|path| funnel.pages.iter().any(|rule| rules::covers(rule, path)));
    known
        .iter()
        .find(|funnel| Some(funnel.id) == asked)
        .or_else(|| known.iter().find(covers))
        .or_else(|| known.iter().find(|funnel| funnel.is_default))
        .map(|funnel| funnel.id)
        .ok_or_else(|| ApiError::internal("a website without a default funnel"))
}

/// All of a website's, in the order in which they are tried.
async fn of(tx: &mut Tx, website: WebsiteId) -> ApiResult<Vec<Funnel>> {
    let rows = sqlx::query(
        "SELECT id, name, is_default, pages, greeting, version FROM funnels WHERE website_id = $1 \
         AND deleted_at IS NULL ORDER BY is_default, place, id",
    )
    .bind(website.to_string())
    .fetch_all(tx.conn())
    .await?;
    (0..)
        .zip(&rows)
        .map(|(place, row)| {
            Ok(Funnel {
                id: columns::id(row, "id")?,
                website_id: website,
                name: row.try_get("name")?,
                is_default: columns::flag(row, "is_default")?,
                pages: columns::json(row, "pages")?,
                greeting: row.try_get("greeting")?,
                place,
                version: columns::count(row, "version")?,
            })
        })
        .collect()
}

/// Who made a funnel, and with what, where there is or was one of this id.
async fn made(tx: &mut Tx, id: FunnelId) -> ApiResult<Option<(Option<String>, Option<String>)>> {
    sqlx::query("SELECT author_id, digest FROM funnels WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .map(|row| Ok((row.try_get("author_id")?, row.try_get("digest")?)))
        .transpose()
}

async fn announce(tx: &mut Tx, operator: &Operator, kind: EventType, funnel: &Funnel) -> ApiResult<()> {
    let body = serde_json::to_value(funnel)?;
    told(tx, operator.account_id, funnel.website_id, kind, body).await
}

fn refuse_taken_name(known: &[Funnel], funnel: &Funnel) -> ApiResult<()> {
    let name = funnel.name.to_lowercase();
    let is_taken = known
        .iter()
        .any(|other| other.id != funnel.id && other.name.to_lowercase() == name);
    if is_taken {
        return Err(ApiError::invalid_field("name", Violation::FunnelTaken));
    }
    Ok(())
}

fn trimmed(pages: Vec<String>) -> Vec<String> {
    pages.into_iter().map(|page| page.trim().to_owned()).collect()
}

/// A greeting of nothing is none.
fn worded(greeting: Option<String>) -> Option<String> {
    greeting
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

fn unknown() -> ApiError {
    ApiError::not_found("funnel")
}
