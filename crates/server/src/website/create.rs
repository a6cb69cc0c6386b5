//! `POST /api/websites`: for owners and admins.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::Role;
use switchboard_contract::ids::FunnelId;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::EventType;
use switchboard_contract::validate::Checks;
use switchboard_contract::website::{Assignment, CreateWebsite, Website, WebsiteStatus, WidgetConfig};

use super::rows::{self, Made};
use super::{normal, told};
use crate::audit::Deed;
use crate::auth::{Operator, keys};
use crate::db::Tx;
use crate::http::ApiJson;
use crate::ids;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// The name of the funnel that every website begins with.
const DEFAULT_FUNNEL: &str = "Website chat";

/// Adds a website: 201 the first time, 200 for a repeat.
pub(crate) async fn create(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(request): ApiJson<CreateWebsite>,
) -> ApiResult<(StatusCode, Json<Website>)> {
    operator.require(Role::Admin)?;
    request.check()?;
    let digest = keys::hash(&serde_json::to_string(&request)?);
    let request = normalised(request)?;
    let (status, website) = state
        .db
        .write(move |tx| Box::pin(async move { add(tx, &operator, request, digest).await }))
        .await?;
    Ok((status, Json(website)))
}

fn normalised(mut request: CreateWebsite) -> ApiResult<CreateWebsite> {
    let domain = normal::domain(&request.domain);
    let timezone = normal::timezone(&request.timezone);
    let origins = match (request.allowed_origins.is_empty(), &domain) {
        (true, Ok(domain)) => Ok(normal::origins_of(domain)),
        _ => normal::origins(&request.allowed_origins),
    };
    Checks::default()
        .field(
            "domain",
            domain.as_ref().map_or_else(|broken| Err(*broken), |_| Ok(())),
        )
        .field(
            "timezone",
            timezone.as_ref().map_or_else(|broken| Err(*broken), |_| Ok(())),
        )
        .field(
            "allowedOrigins",
            origins.as_ref().map_or_else(|broken| Err(*broken), |_| Ok(())),
        )
        .finish()?;
    request.name = request.name.trim().to_owned();
    request.domain = domain.unwrap_or_default();
    request.timezone = timezone.unwrap_or_default();
    request.allowed_origins = origins.unwrap_or_default();
    request.business_hours = request.business_hours.map(|hours| hours.tidied());
    Ok(request)
}

async fn add(
    tx: &mut Tx,
    operator: &Operator,
    request: CreateWebsite,
    digest: String,
) -> ApiResult<(StatusCode, Website)> {
    if let Some(made) = rows::made(tx, request.id).await? {
        return repeat(tx, operator, &made, &digest).await;
    }
    let now = tx.now();
    let website = Website {
        id: request.id,
        name: request.name,
        domain: request.domain,
        allowed_origins: request.allowed_origins,
        timezone: request.timezone,
        business_hours: request.business_hours,
        auto_close_after: request.auto_close_after,
        archive_after: request.archive_after,
        delete_after: request.delete_after,
        assignment: Assignment::default(),
        public_key: keys::new_secret()?,
        status: WebsiteStatus::default(),
        conversations_today: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let widget = WidgetConfig {
        version: 1,
        ..WidgetConfig::default()
    };
    let stored = sqlx::query(
        "INSERT INTO websites (id, account_id, author_id, digest, name, domain, allowed_origins, timezone, \
         business_hours, auto_close_after, archive_after, delete_after, public_key, widget, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15) ON CONFLICT DO NOTHING",
    )
    .bind(website.id.to_string())
    .bind(operator.account_id.to_string())
    .bind(operator.member_id.to_string())
    .bind(digest)
    .bind(website.name.clone())
    .bind(website.domain.clone())
    .bind(serde_json::to_string(&website.allowed_origins)?)
    .bind(website.timezone.clone())
    .bind(serde_json::to_string(&website.business_hours)?)
    .bind(website.auto_close_after.map(i64::from))
    .bind(website.archive_after.map(i64::from))
    .bind(website.delete_after.map(i64::from))
    .bind(website.public_key.clone())
    .bind(serde_json::to_string(&widget)?)
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    if stored.rows_affected() == 0 {
        return Err(if rows::made(tx, website.id).await?.is_some() {
            // Another account's, or stored a moment ago: a repeat finds out.
            id_reused()
        } else {
            rows::domain_taken()
        });
    }
    sqlx::query("INSERT INTO funnels (id, website_id, name, is_default) VALUES ($1, $2, $3, 1)")
        .bind(ids::new::<FunnelId>(now)?.to_string())
        .bind(website.id.to_string())
        .bind(DEFAULT_FUNNEL)
        .execute(tx.conn())
        .await?;
    Deed::new(AuditKind::WebsiteCreated)
        .to(website.id, website.name.clone())
        .on(website.id)
        .by(tx, operator)
        .await?;
    told(
        tx,
        operator.account_id,
        website.id,
        EventType::WebsiteCreated,
        serde_json::to_value(&website)?,
    )
    .await?;
    Ok((StatusCode::CREATED, website))
}

/// The id is in use: the same again gives the website, as it is now.
async fn repeat(
    tx: &mut Tx,
    operator: &Operator,
    made: &Made,
    digest: &str,
) -> ApiResult<(StatusCode, Website)> {
    let same = made.account_id == operator.account_id
        && made.author_id == Some(operator.member_id)
        && made.digest.as_deref() == Some(digest);
    if !same {
        return Err(id_reused());
    }
    match rows::by_id(tx, made.id).await? {
        Some(stored) => Ok((StatusCode::OK, stored.wire)),
        None => Err(ApiError::new(
            ProblemCode::Gone,
            "This website was added and has been deleted since.",
        )),
    }
}

fn id_reused() -> ApiError {
    ApiError::new(ProblemCode::IdReused, "Add the website with a new id.")
}
