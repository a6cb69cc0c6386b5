//! `POST /api/team/invitations` (and `POST /api/team/members`, the same), `GET …/{token}`, `POST …/{token}/accept`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use sqlx::Row;
use switchboard_contract::audit::{AuditField, AuditKind};
use switchboard_contract::auth::{AcceptInvitationRequest, Invitation, InviteRequest, Member, Role};
use switchboard_contract::ids::{AccountId, MemberId, WebsiteId};
use switchboard_contract::page::MAX_IDS;
use switchboard_contract::password::Personal;
use switchboard_contract::realtime::EventType;
use switchboard_contract::validate::{self, Checks, Violation};

use super::members::check_grant;
use super::rows;
use crate::audit::{Author, Deed, Whence};
use crate::auth::links::worthless;
use crate::auth::register::address_in_use;
use crate::auth::sign_in::normal_email;
use crate::auth::{Operator, keys, password, throttle};
use crate::db::{Tx, columns};
use crate::http::{ApiJson, Client, origin};
use crate::ids;
use crate::mail;
use crate::mail::letters::Letters;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// How long an invitation's link works, in milliseconds.
const LIFETIME_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Invites someone; a second invitation of the same address replaces the first.
pub(crate) async fn invite(
    State(state): State<AppState>,
    operator: Operator,
    ApiJson(request): ApiJson<InviteRequest>,
) -> ApiResult<(StatusCode, Json<Member>)> {
    operator.require(Role::Admin)?;
    Checks::default()
        .field("email", mail::check_address(&request.email))
        .finish()?;
    if request.website_ids.len() > MAX_IDS {
        return Err(ApiError::invalid_field(
            "websiteIds",
            Violation::TooManyWebsites(MAX_IDS),
        ));
    }
    check_grant(&operator, request.role)?;
    throttle::hit(
        &state.db,
        vec![throttle::CAUSED_LETTERS.account(&state.keys, operator.account_id)],
    )
    .await?;
    let public_url = state.config.public_url.clone();
    let token = keys::new_secret()?;
    let (status, member) = state
        .db
        .write(move |tx| Box::pin(async move { store(tx, &operator, request, &public_url, &token).await }))
        .await?;
    state.mailer.wake();
    Ok((status, Json(member)))
}

async fn store(
    tx: &mut Tx,
    operator: &Operator,
    request: InviteRequest,
    public_url: &str,
    token: &str,
) -> ApiResult<(StatusCode, Member)> {
    let account = operator.account_id;
    let email = normal_email(&request.email);
    rows::check_websites(tx, account, &request.website_ids).await?;
    let team = rows::team(tx, account).await?;
    let known = team.iter().find(|member| member.email == email);
    if let Some(known) = known {
        // An admin must not turn an owner's invitation of an owner into something else, or take its link over.
        check_grant(operator, known.role)?;
        if known.status != switchboard_contract::auth::MemberStatus::Invited {
            return Err(ApiError::invalid_field("email", Violation::AlreadyMember));
        }
    }
    let now = tx.now();
    let row = sqlx::query(
        "INSERT INTO invitations (id, account_id, email, role, website_ids, invited_by, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (account_id, email) DO UPDATE SET role = excluded.role, \
         website_ids = excluded.website_ids, invited_by = excluded.invited_by, token_hash = excluded.token_hash, \
         expires_at = excluded.expires_at, version = invitations.version + 1 RETURNING id",
    )
    .bind(ids::new::<MemberId>(now)?.to_string())
    .bind(account.to_string())
    .bind(email.clone())
    .bind(columns::to_word(&request.role)?)
    .bind(serde_json::to_string(&request.website_ids)?)
    .bind(operator.member_id.to_string())
    .bind(keys::hash(token))
    .bind(now.as_millis())
    .bind(now.plus_millis(LIFETIME_MS).as_millis())
    .fetch_one(tx.conn())
    .await?;
    let id: MemberId = columns::id(&row, "id")?;
    let company: String = sqlx::query("SELECT name FROM accounts WHERE id = $1")
        .bind(account.to_string())
        .fetch_one(tx.conn())
        .await?
        .try_get("name")?;
    mail::queue(
        tx,
        Letters { public_url }.invitation(&email, &operator.name, &company, token),
    )
    .await?;
    let (status, kind) = match known {
        Some(_) => (StatusCode::OK, EventType::MemberUpdated),
        None => (StatusCode::CREATED, EventType::MemberCreated),
    };
    Deed::new(AuditKind::MemberInvited)
        .to(id, email)
        .change(AuditField::Role, "-", columns::to_word(&request.role)?)
        .by(tx, operator)
        .await?;
    rows::announce(tx, account, kind, id).await?;
    let member = rows::one(tx, account, id)
        .await?
        .ok_or_else(|| ApiError::internal("an invitation that is not there"))?;
    Ok((status, member))
}

/// What an invitation says, before it is accepted.
pub(crate) async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> ApiResult<Json<Invitation>> {
    Ok(Json(pending(&state, token).await?))
}

async fn pending(state: &AppState, token: String) -> ApiResult<Invitation> {
    state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let row = sqlx::query(
                    "SELECT i.email, i.role, a.name AS account_name, m.name AS invited_by FROM invitations i \
                     JOIN accounts a ON a.id = i.account_id JOIN members m ON m.id = i.invited_by \
                     WHERE i.token_hash = $1 AND i.expires_at > $2",
                )
                .bind(keys::hash(&token))
                .bind(tx.now().as_millis())
                .fetch_optional(tx.conn())
                .await?
                .ok_or_else(worthless)?;
                Ok(Invitation {
                    account_name: row.try_get("account_name")?,
                    email: row.try_get("email")?,
                    invited_by: row.try_get("invited_by")?,
                    role: columns::word(&row, "role")?,
                })
            })
        })
        .await
}

/// Joins the team. The link proves the address, so there is nothing to verify.
pub(crate) async fn accept(
    State(state): State<AppState>,
    Path(token): Path<String>,
    client: Client,
    headers: HeaderMap,
    ApiJson(request): ApiJson<AcceptInvitationRequest>,
) -> ApiResult<StatusCode> {
    origin::refuse_foreign(&state.config, &headers)?;
    // Known first: hashing a password is work that only a link is worth.
    let invitation = pending(&state, token.clone()).await?;
    let personal = Personal {
        email: &invitation.email,
        name: &request.name,
        company: &invitation.account_name,
    };
    Checks::default()
        .field("name", validate::person_name(&request.name))
        .field("password", password::check_new(&request.password, &personal))
        .finish()?;
    let hash = password::hash(request.password).await?;
    let name = request.name.trim().to_owned();
    state
        .db
        .write(move |tx| Box::pin(async move { join(tx, &token, name, hash, client.into()).await }))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn join(
    tx: &mut Tx,
    token: &str,
    name: String,
    password_hash: String,
    whence: Whence,
) -> ApiResult<()> {
    let now = tx.now();
    let row = sqlx::query(
        "DELETE FROM invitations WHERE token_hash = $1 AND expires_at > $2 \
         RETURNING id, account_id, email, role, website_ids, load_cap",
    )
    .bind(keys::hash(token))
    .bind(now.as_millis())
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(worthless)?;
    let id: MemberId = columns::id(&row, "id")?;
    let account: AccountId = columns::id(&row, "account_id")?;
    let email: String = row.try_get("email")?;
    let websites: Vec<WebsiteId> = columns::json(&row, "website_ids")?;
    let joined = sqlx::query(
        "INSERT INTO members (id, account_id, name, email, password_hash, role, created_at, load_cap) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(account.to_string())
    .bind(name.clone())
    .bind(email.clone())
    .bind(password_hash)
    .bind(row.try_get::<String, _>("role")?)
    .bind(now.as_millis())
    .bind(columns::maybe_number(&row, "load_cap")?.map(i64::from))
    .execute(tx.conn())
    .await?;
    if joined.rows_affected() == 0 {
        return Err(address_in_use());
    }
    sqlx::query("DELETE FROM registrations WHERE email = $1")
        .bind(email)
        .execute(tx.conn())
        .await?;
    rows::store_websites(tx, id, &websites).await?;
    let author = Author::member(account, id, name.clone(), whence);
    Deed::new(AuditKind::MemberJoined)
        .to(id, name)
        .by(tx, author)
        .await?;
    rows::announce_update(tx, account, id).await
}
