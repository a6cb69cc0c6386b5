//! Sign-ins: beginning and ending them, and `GET /api/auth/sessions`, `DELETE /api/auth/sessions/{id}`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sqlx::Row;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::{AccessGrant, Me, RevokedSession, Session, SessionList};
use switchboard_contract::ids::{AccountId, MemberId, SessionId};
use switchboard_contract::realtime::EventType;
use switchboard_contract::time::Timestamp;

use super::me::load_me;
use super::operator::{AccessClaims, Operator};
use super::refresh_cookie::{self, Keep, RefreshToken};
use crate::audit::Deed;
use crate::db::{Tx, columns};
use crate::events::{self, Audience, NewEvent};
use crate::http::{Client, IdPath};
use crate::ids;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// What an answer with tokens is made of.
pub(super) struct Grant {
    pub(super) user: Me,
    pub(super) token: RefreshToken,
    pub(super) expires_at: Timestamp,
    pub(super) keep: bool,
}

/// A sign-in that is about to begin.
pub(super) struct NewSession {
    pub(super) member_id: MemberId,
    pub(super) keep: bool,
    pub(super) client: Client,
    /// How long it lives, however often it is refreshed, in milliseconds.
    pub(super) lifetime_ms: i64,
}

impl NewSession {
    pub(super) fn new(state: &AppState, member_id: MemberId, keep: bool, client: Client) -> Self {
        Self {
            member_id,
            keep,
            client,
            lifetime_ms: i64::try_from(state.config.refresh_ttl.as_millis()).unwrap_or(i64::MAX),
        }
    }
}

/// Begins a session.
pub(super) async fn begin(tx: &mut Tx, new: NewSession) -> ApiResult<Grant> {
    let now = tx.now();
    let session_id: SessionId = ids::new(now)?;
    let expires_at = now.plus_millis(new.lifetime_ms);
    sqlx::query(
        "INSERT INTO sessions (id, member_id, keep, generation, created_at, last_used_at, expires_at, device, place) \
         VALUES ($1, $2, $3, 1, $4, $4, $5, $6, $7)",
    )
    .bind(session_id.to_string())
    .bind(new.member_id.to_string())
    .bind(i64::from(new.keep))
    .bind(now.as_millis())
    .bind(expires_at.as_millis())
    .bind(new.client.device)
    .bind(new.client.place)
    .execute(tx.conn())
    .await?;
    Ok(Grant {
        user: load_me(tx, new.member_id, session_id).await?,
        token: RefreshToken {
            session_id,
            generation: 1,
        },
        expires_at,
        keep: new.keep,
    })
}

/// Which sessions of a member end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// This one.
    One(SessionId),
    /// Every other one.
    AllBut(SessionId),
    /// Every one.
    All,
}

/// Ends sessions of a member; those that hold are told to the member's other devices, and their sockets close. Appends
/// to the account's log: last in a transaction (see `db`, lock order). Answers how many ended.
pub(crate) async fn revoke(
    tx: &mut Tx,
    account: AccountId,
    member: MemberId,
    which: Which,
) -> ApiResult<usize> {
    let ended = end(tx, member, which).await?;
    let events = ended
        .iter()
        .map(|id| {
            Ok(NewEvent {
                kind: EventType::SessionRevoked,
                conversation_id: None,
                audience: Audience::Member(member),
                seq: None,
                body: serde_json::to_value(RevokedSession { id: *id })?,
            })
        })
        .collect::<ApiResult<Vec<_>>>()?;
    events::append(tx, StreamKey::Account(account), &events).await?;
    Ok(ended.len())
}

async fn end(tx: &mut Tx, member: MemberId, which: Which) -> ApiResult<Vec<SessionId>> {
    const ENDS: &str = "UPDATE sessions SET revoked_at = $1 WHERE member_id = $2 AND revoked_at IS NULL";
    let now = tx.now().as_millis();
    let (only, spared) = match which {
        Which::One(id) => (Some(id.to_string()), None),
        Which::AllBut(id) => (None, Some(id.to_string())),
        Which::All => (None, None),
    };
    let rows = match (only, spared) {
        (Some(only), _) => {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "{ENDS} AND id = $3 RETURNING id, expires_at"
            )))
            .bind(now)
            .bind(member.to_string())
            .bind(only)
            .fetch_all(tx.conn())
            .await?
        }
        (None, spared) => {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "{ENDS} AND id <> $3 RETURNING id, expires_at"
            )))
            .bind(now)
            .bind(member.to_string())
            .bind(spared.unwrap_or_default())
            .fetch_all(tx.conn())
            .await?
        }
    };
    let mut ended = Vec::new();
    for row in &rows {
        // A session that had ended by itself is no news.
        if row.try_get::<i64, _>("expires_at")? > now {
            ended.push(columns::id(row, "id")?);
        }
    }
    Ok(ended)
}

/// The answer with tokens. The access token lives no longer than the session.
pub(super) fn answer(state: &AppState, grant: Grant) -> ApiResult<Response> {
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

/// The member's sessions that hold, latest use first.
pub(crate) async fn list(State(state): State<AppState>, operator: Operator) -> ApiResult<Json<SessionList>> {
    let items = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                sqlx::query(
                    "SELECT id, device, place, created_at, last_used_at, expires_at FROM sessions \
                     WHERE member_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY last_used_at DESC, id DESC",
                )
                .bind(operator.member_id.to_string())
                .bind(tx.now().as_millis())
                .fetch_all(tx.conn())
                .await?
                .iter()
                .map(|row| {
                    let id = columns::id(row, "id")?;
                    Ok(Session {
                        id,
                        device: row.try_get("device")?,
                        place: row.try_get("place")?,
                        created_at: columns::instant(row, "created_at")?,
                        last_used_at: columns::instant(row, "last_used_at")?,
                        expires_at: columns::instant(row, "expires_at")?,
                        current: id == operator.session_id,
                    })
                })
                .collect()
            })
        })
        .await?;
    Ok(Json(SessionList { items }))
}

/// Ends one of the member's sessions, this one included.
pub(crate) async fn delete(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(session): IdPath<SessionId>,
) -> ApiResult<StatusCode> {
    let ended = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let (account, member) = (operator.account_id, operator.member_id);
                let ended = revoke(tx, account, member, Which::One(session)).await?;
                if ended > 0 {
                    Deed::new(AuditKind::SessionEnded)
                        .to_id(session)
                        .by(tx, &operator)
                        .await?;
                }
                Ok(ended)
            })
        })
        .await?;
    if ended == 0 {
        return Err(ApiError::not_found("session"));
    }
    Ok(StatusCode::NO_CONTENT)
}
