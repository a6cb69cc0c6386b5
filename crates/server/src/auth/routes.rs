//! `POST /api/auth/login · refresh · logout` and `GET /api/auth/me`.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use sqlx::Row;
use switchboard_contract::auth::{AccessGrant, LoginRequest, Me, Preferences};
use switchboard_contract::ids::{MemberId, SessionId};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::time::Timestamp;
use switchboard_contract::validate::{self, Checks};

use super::operator::AccessClaims;
use super::refresh_cookie::{self, Keep, RefreshToken};
use super::throttle::{self, Subject};
use super::{Operator, password};
use crate::db::{Lock, Tx, columns};
use crate::domain::rotation::{self, Family, Refresh};
use crate::http::{ApiJson, origin};
use crate::ids;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// The routes of this file.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/auth/login", post(login))
        .route("/api/auth/refresh", post(refresh))
        .route("/api/auth/logout", post(logout))
        .route("/api/auth/me", get(me))
}

/// What an answer with tokens is made of.
struct Grant {
    user: Me,
    token: RefreshToken,
    expires_at: Timestamp,
    keep: bool,
}

/// Signs in with email and password.
pub(crate) async fn login(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    ApiJson(request): ApiJson<LoginRequest>,
) -> ApiResult<Response> {
    origin::refuse_foreign(&state.config, &headers)?;
    Checks::default()
        .field("email", validate::email(&request.email))
        .field("password", validate::entered_password(&request.password))
        .finish()?;
    let email = request.email.trim().to_lowercase();
    let subject = Subject::new(&state.keys, peer.ip(), &email);
    throttle::check(&state.db, subject.clone(), state.clock.now()).await?;

    let found = find_member(&state, email).await?;
    let (member_id, stored) = found.map_or((None, None), |(id, hash)| (Some(id), Some(hash)));
    let fits = password::verify(request.password, stored).await?;
    let Some(member_id) = member_id.filter(|_| fits) else {
        throttle::count(&state.db, subject).await?;
        return Err(ApiError::new(
            ProblemCode::InvalidCredentials,
            "Check the address and the password, and try again.",
        ));
    };
    throttle::forget(&state.db, subject).await?;

    let lifetime = i64::try_from(state.config.refresh_ttl.as_millis()).unwrap_or(i64::MAX);
    let keep = request.keep_signed_in;
    let grant = state
        .db
        .write(move |tx| Box::pin(async move { begin_session(tx, member_id, keep, lifetime).await }))
        .await?;
    answer(&state, grant)
}

/// Hands out a new access token for the refresh cookie.
pub(crate) async fn refresh(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    origin::guard_cookie(&state.config, &headers)?;
    let token = refresh_cookie::read(&state.config, &state.keys, &headers).ok_or_else(session_ended)?;
    // Revoking is a change that must hold although the caller is refused, so it is not an error inside.
    let grant = state
        .db
        .write(move |tx| Box::pin(async move { refresh_session(tx, token).await }))
        .await?
        .ok_or_else(session_ended)?;
    answer(&state, grant)
}

/// Ends the session of the refresh cookie. Doing it again changes nothing.
pub(crate) async fn logout(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    origin::guard_cookie(&state.config, &headers)?;
    if let Some(token) = refresh_cookie::read(&state.config, &state.keys, &headers) {
        let account = state
            .db
            .write(move |tx| {
                Box::pin(async move {
                    revoke(tx, token.session_id).await?;
                    Operator::account_of(tx, token.session_id).await
                })
            })
            .await?;
        if let Some(account) = account {
            // Sockets of the session look again and close.
            state.hub.wake(StreamKey::Account(account));
        }
    }
    let cookie = refresh_cookie::clear(&state.config)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// The signed-in member.
pub(crate) async fn me(State(state): State<AppState>, operator: Operator) -> ApiResult<Json<Me>> {
    let me = state
        .db
        .read(move |tx| Box::pin(async move { load_me(tx, operator.member_id).await }))
        .await?;
    Ok(Json(me))
}

async fn find_member(state: &AppState, email: String) -> ApiResult<Option<(MemberId, String)>> {
    state
        .db
        .read(move |tx| {
            Box::pin(async move {
                sqlx::query("SELECT id, password_hash FROM members WHERE email = $1")
                    .bind(email)
                    .fetch_optional(tx.conn())
                    .await?
                    .map(|row| Ok((columns::id(&row, "id")?, row.try_get("password_hash")?)))
                    .transpose()
            })
        })
        .await
}

async fn begin_session(tx: &mut Tx, member_id: MemberId, keep: bool, lifetime: i64) -> ApiResult<Grant> {
    let now = tx.now();
    let session_id: SessionId = ids::new(now)?;
    let expires_at = now.plus_millis(lifetime);
    sqlx::query(
        "INSERT INTO sessions (id, member_id, keep, generation, generation_at, created_at, expires_at) \
         VALUES ($1, $2, $3, 1, $4, $4, $5)",
    )
    .bind(session_id.to_string())
    .bind(member_id.to_string())
    .bind(i64::from(keep))
    .bind(now.as_millis())
    .bind(expires_at.as_millis())
    .execute(tx.conn())
    .await?;
    Ok(Grant {
        user: load_me(tx, member_id).await?,
        token: RefreshToken {
            session_id,
            generation: 1,
        },
        expires_at,
        keep,
    })
}

/// The grant that `token` is worth; none when the session is over.
async fn refresh_session(tx: &mut Tx, token: RefreshToken) -> ApiResult<Option<Grant>> {
    tx.lock(Lock::Session(token.session_id)).await?;
    let row = sqlx::query(
        "SELECT member_id, keep, generation, generation_at, generation_used_at, expires_at, revoked_at \
         FROM sessions WHERE id = $1",
    )
    .bind(token.session_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let family = Family {
        generation: u32::try_from(columns::count(&row, "generation")?).map_err(ApiError::internal)?,
        generation_at: columns::instant(&row, "generation_at")?,
        generation_used_at: columns::maybe_instant(&row, "generation_used_at")?,
        expires_at: columns::instant(&row, "expires_at")?,
        revoked: columns::maybe_instant(&row, "revoked_at")?.is_some(),
    };
    let generation = match rotation::decide(&family, token.generation, tx.now()) {
        Refresh::Rotate { to } => {
            sqlx::query(
                "UPDATE sessions SET generation = $1, generation_at = $2, generation_used_at = NULL WHERE id = $3",
            )
            .bind(i64::from(to))
            .bind(tx.now().as_millis())
            .bind(token.session_id.to_string())
            .execute(tx.conn())
            .await?;
            to
        }
        Refresh::Again => family.generation,
        Refresh::Revoke => {
            tracing::warn!(session = %token.session_id, "a spent refresh token came back: session revoked");
            revoke(tx, token.session_id).await?;
            return Ok(None);
        }
        Refresh::Ended => return Ok(None),
    };
    Ok(Some(Grant {
        user: load_me(tx, columns::id(&row, "member_id")?).await?,
        token: RefreshToken {
            session_id: token.session_id,
            generation,
        },
        expires_at: family.expires_at,
        keep: columns::flag(&row, "keep")?,
    }))
}

async fn revoke(tx: &mut Tx, session_id: SessionId) -> ApiResult<()> {
    sqlx::query("UPDATE sessions SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
        .bind(tx.now().as_millis())
        .bind(session_id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn load_me(tx: &mut Tx, member_id: MemberId) -> ApiResult<Me> {
    let row = sqlx::query(
        "SELECT m.id, m.account_id, a.name AS account_name, m.name, m.email, m.role, m.avatar_url, m.availability \
         FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.id = $1",
    )
    .bind(member_id.to_string())
    .fetch_one(tx.conn())
    .await?;
    Ok(Me {
        id: columns::id(&row, "id")?,
        account_id: columns::id(&row, "account_id")?,
        account_name: row.try_get("account_name")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        role: columns::word(&row, "role")?,
        avatar_url: row.try_get("avatar_url")?,
        availability: columns::word(&row, "availability")?,
        preferences: Preferences::default(),
        totp_enabled: false,
        totp_enrolment_due: false,
        session_id: None,
        pending_email: None,
        version: 0,
    })
}

/// The access token lives no longer than the session.
fn answer(state: &AppState, grant: Grant) -> ApiResult<Response> {
    let now = state.clock.now();
    let left = grant.expires_at.as_millis() - now.as_millis();
    let lifetime = i64::try_from(state.config.access_ttl.as_millis())
        .unwrap_or(i64::MAX)
        .min(left);
    let access_token = AccessClaims {
        session_id: grant.token.session_id,
        generation: grant.token.generation,
        expires_at: now.plus_millis(lifetime),
    }
    .sign(&state.keys);
    let keep = if grant.keep {
        Keep::Seconds(left / 1_000)
    } else {
        Keep::UntilClosed
    };
    let cookie = refresh_cookie::set(&state.config, &state.keys, grant.token, keep)?;
    let body = AccessGrant {
        access_token,
        expires_in_ms: u64::try_from(lifetime).unwrap_or(0),
        user: grant.user,
    };
    let headers = [
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Json(body)).into_response())
}

fn session_ended() -> ApiError {
    ApiError::new(ProblemCode::SessionEnded, "Sign in again.")
}
