//! `POST /api/auth/refresh` and `logout`: the calls that the refresh cookie authenticates.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::{LogoutRequest, RefreshRequest};
use switchboard_contract::ids::{AccountId, MemberId, RenewalId, SessionId};
use switchboard_contract::problem::ProblemCode;
use switchboard_domain::rotation::{self, Family, Refresh};

use super::me::load_me;
use super::refresh_cookie::{self, RefreshToken};
use super::sessions::{self, Grant, Which};
use crate::audit::{Author, Deed};
use crate::db::{Lock, Tx, columns};
use crate::http::{Client, MaybeJson, origin};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Hands out a new access token for the refresh cookie.
pub(crate) async fn refresh(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    MaybeJson(request): MaybeJson<RefreshRequest>,
) -> ApiResult<Response> {
    origin::guard_cookie(&state.config, &headers)?;
    let token = refresh_cookie::read(&state.config, &state.keys, &headers)
        .ok_or_else(|| refused(ProblemCode::SessionEnded))?;
    // Revoking is a change that must hold although the caller is refused, so it is not an error inside.
    let granted = state
        .db
        .write(move |tx| Box::pin(async move { rotate(tx, token, request, client).await }))
        .await?;
    sessions::answer(&state, granted.map_err(refused)?)
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

/// The grant that `token` is worth, or why there is none.
async fn rotate(
    tx: &mut Tx,
    token: RefreshToken,
    request: RefreshRequest,
    client: Client,
) -> ApiResult<Result<Grant, ProblemCode>> {
    tx.lock(Lock::Session(token.session_id)).await?;
    let row = sqlx::query(
        "SELECT s.member_id, m.account_id, s.keep, s.generation, s.generation_used_at, s.expires_at, \
         s.revoked_at, s.renewals, m.removed_at FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.id = $1",
    )
    .bind(token.session_id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else {
        return Ok(Err(ProblemCode::SessionEnded));
    };
    let family = Family {
        generation: u32::try_from(columns::count(&row, "generation")?).map_err(ApiError::internal)?,
        generation_used_at: columns::maybe_instant(&row, "generation_used_at")?,
        expires_at: columns::instant(&row, "expires_at")?,
        renewals: columns::json::<Vec<RenewalId>>(&row, "renewals")?,
        revoked: columns::maybe_instant(&row, "revoked_at")?.is_some()
            || columns::maybe_instant(&row, "removed_at")?.is_some(),
    };
    let member: MemberId = columns::id(&row, "member_id")?;
    let generation = match rotation::decide(&family, token.generation, &request, tx.now()) {
        Refresh::Rotate { to } => {
            advance(tx, token.session_id, to).await?;
            to
        }
        Refresh::Again => family.generation,
        Refresh::Revoke => {
            tracing::warn!(session = %token.session_id, "a spent refresh token came back: session revoked");
            let account: AccountId = columns::id(&row, "account_id")?;
            sessions::revoke(tx, account, member, Which::One(token.session_id)).await?;
            // Whoever sent it may not be the member: only from where is known.
            Deed::new(AuditKind::SessionReused)
                .to(member, load_me(tx, member, token.session_id).await?.name)
                .by(tx, Author::somebody(account, client.into()))
                .await?;
            return Ok(Err(ProblemCode::SessionRevoked));
        }
        Refresh::Superseded => return Ok(Err(ProblemCode::Superseded)),
        Refresh::Revoked => return Ok(Err(ProblemCode::SessionRevoked)),
        Refresh::Ended => return Ok(Err(ProblemCode::SessionEnded)),
    };
    let renewals = rotation::remember(&family.renewals, &request);
    note_use(tx, token.session_id, client, &renewals).await?;
    Ok(Ok(Grant {
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
    sqlx::query("UPDATE sessions SET generation = $1, generation_used_at = NULL WHERE id = $2")
        .bind(i64::from(to))
        .bind(session.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What the list of sessions shows (laptops move), and which requests belong to the session's browser.
async fn note_use(tx: &mut Tx, session: SessionId, client: Client, renewals: &[RenewalId]) -> ApiResult<()> {
    sqlx::query(
        "UPDATE sessions SET last_used_at = $1, device = $2, place = $3, renewals = $4 WHERE id = $5",
    )
    .bind(tx.now().as_millis())
    .bind(client.device)
    .bind(client.place)
    .bind(serde_json::to_string(renewals).map_err(ApiError::internal)?)
    .bind(session.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn refused(code: ProblemCode) -> ApiError {
    let detail = match code {
        ProblemCode::Superseded => "Ask again with the newest cookie.",
        _ => "Sign in again.",
    };
    ApiError::new(code, detail)
}
