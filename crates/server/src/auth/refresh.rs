//! `POST /api/auth/refresh` and `logout`: the calls that the refresh cookie authenticates.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use switchboard_contract::auth::LogoutRequest;
use switchboard_contract::ids::{AccountId, MemberId, SessionId};
use switchboard_contract::problem::ProblemCode;
use switchboard_domain::rotation::{self, Family, Refresh};

use super::me::load_me;
use super::refresh_cookie::{self, RefreshToken};
use super::sessions::{self, Grant, Which};
use crate::db::{Lock, Tx, columns};
use crate::http::{Client, MaybeJson, origin};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Hands out a new access token for the refresh cookie.
pub(crate) async fn refresh(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
) -> ApiResult<Response> {
    origin::guard_cookie(&state.config, &headers)?;
    let token = refresh_cookie::read(&state.config, &state.keys, &headers).ok_or_else(session_ended)?;
    // Revoking is a change that must hold although the caller is refused, so it is not an error inside.
    let grant = state
        .db
        .write(move |tx| Box::pin(async move { rotate(tx, token, client).await }))
        .await?
        .ok_or_else(session_ended)?;
    sessions::answer(&state, grant)
}

/// Ends the session of the refresh cookie, or every session of its member. Doing it again changes nothing.
pub(crate) async fn logout(
    State(state): State<AppState>,
    headers: HeaderMap,
    MaybeJson(request): MaybeJson<LogoutRequest>,
) -> ApiResult<Response> {
    origin::guard_cookie(&state.config, &headers)?;
    if let Some(token) = refresh_cookie::read(&state.config, &state.keys, &headers) {
        state
            .db
            .write(move |tx| Box::pin(async move { end(tx, token, request.everywhere).await }))
            .await?;
    }
    let cookie = refresh_cookie::clear(&state.config)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

async fn end(tx: &mut Tx, token: RefreshToken, everywhere: bool) -> ApiResult<()> {
    let row = sqlx::query(
        "SELECT s.revoked_at, s.expires_at, m.id, m.account_id FROM sessions s JOIN members m ON m.id = s.member_id \
         WHERE s.id = $1",
    )
    .bind(token.session_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(()) };
    let over = columns::maybe_instant(&row, "revoked_at")?.is_some()
        || columns::instant(&row, "expires_at")? <= tx.now();
    // A cookie whose own session is over speaks for nobody else's.
    if over {
        return Ok(());
    }
    let which = if everywhere {
        Which::All
    } else {
        Which::One(token.session_id)
    };
    let (account, member) = (columns::id(&row, "account_id")?, columns::id(&row, "id")?);
    sessions::revoke(tx, account, member, which).await?;
    Ok(())
}

/// The grant that `token` is worth; none when the session is over.
async fn rotate(tx: &mut Tx, token: RefreshToken, client: Client) -> ApiResult<Option<Grant>> {
    tx.lock(Lock::Session(token.session_id)).await?;
    let row = sqlx::query(
        "SELECT s.member_id, m.account_id, s.keep, s.generation, s.generation_at, s.generation_used_at, s.expires_at, \
         s.revoked_at FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.id = $1 AND m.removed_at IS NULL",
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
    let member: MemberId = columns::id(&row, "member_id")?;
    let generation = match rotation::decide(&family, token.generation, tx.now()) {
        Refresh::Rotate { to } => {
            advance(tx, token.session_id, to).await?;
            to
        }
        Refresh::Again => family.generation,
        Refresh::Revoke => {
            tracing::warn!(session = %token.session_id, "a spent refresh token came back: session revoked");
            let account: AccountId = columns::id(&row, "account_id")?;
            sessions::revoke(tx, account, member, Which::One(token.session_id)).await?;
            return Ok(None);
        }
        Refresh::Ended => return Ok(None),
    };
    note_use(tx, token.session_id, client).await?;
    Ok(Some(Grant {
        user: load_me(tx, member, token.session_id).await?,
        token: RefreshToken {
            session_id: token.session_id,
            generation,
        },
        expires_at: family.expires_at,
        keep: columns::flag(&row, "keep")?,
    }))
}

async fn advance(tx: &mut Tx, session: SessionId, to: u32) -> ApiResult<()> {
    sqlx::query(
        "UPDATE sessions SET generation = $1, generation_at = $2, generation_used_at = NULL WHERE id = $3",
    )
    .bind(i64::from(to))
    .bind(tx.now().as_millis())
    .bind(session.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What the list of sessions shows: laptops move.
async fn note_use(tx: &mut Tx, session: SessionId, client: Client) -> ApiResult<()> {
    sqlx::query("UPDATE sessions SET last_used_at = $1, device = $2, place = $3 WHERE id = $4")
        .bind(tx.now().as_millis())
        .bind(client.device)
        .bind(client.place)
        .bind(session.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn session_ended() -> ApiError {
    ApiError::new(ProblemCode::SessionEnded, "Sign in again.")
}
