//! One-use tickets: what a socket shows instead of a token, so that no token ever stands in an address or a log.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use sqlx::Row;
use switchboard_contract::ids::{SessionId, VisitorId};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::{TICKET_TTL_MS, Ticket};

use crate::auth::{Operator, VisitorCaller, keys};
use crate::db::{Db, columns};
use crate::http::origin::is_trusted;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Whose ticket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Bearer {
    /// An operator's sign-in.
    Session(SessionId),
    /// A visitor.
    Visitor(VisitorId),
}

/// A ticket for the dashboard's socket.
///
/// # Errors
/// 401 without an access token, 403 for a foreign origin.
pub(crate) async fn for_operator(
    State(state): State<AppState>,
    operator: Operator,
    headers: HeaderMap,
) -> ApiResult<Json<Ticket>> {
    let origin = allowed_origin(&headers, |origin| is_trusted(&state.config, origin))?;
    issue(&state.db, Bearer::Session(operator.session_id), origin).await
}

/// A ticket for the chat frame's socket.
///
/// # Errors
/// 401 without a visitor token, 403 for a foreign origin or a blocked visitor.
pub(crate) async fn for_visitor(
    State(state): State<AppState>,
    visitor: VisitorCaller,
    headers: HeaderMap,
) -> ApiResult<Json<Ticket>> {
    let origin = allowed_origin(&headers, |origin| state.config.allows_visitors_from(origin))?;
    issue(&state.db, Bearer::Visitor(visitor.visitor_id), origin).await
}

/// The request's `Origin`, when there is exactly one and it is allowed.
pub(super) fn allowed_origin(headers: &HeaderMap, allowed: impl Fn(&str) -> bool) -> ApiResult<String> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (
        origins.next().and_then(|value| value.to_str().ok()),
        origins.next(),
    ) {
        (Some(origin), None) if allowed(origin) => Ok(origin.to_owned()),
        _ => Err(ApiError::new(
            ProblemCode::OriginRefused,
            "Call from the server's own pages, or add this origin to SWITCHBOARD_ALLOWED_ORIGINS.",
        )),
    }
}

async fn issue(db: &Db, bearer: Bearer, origin: String) -> ApiResult<Json<Ticket>> {
    let ticket = keys::new_secret()?;
    let hash = keys::hash(&ticket);
    let (session, visitor) = match bearer {
        Bearer::Session(id) => (Some(id.to_string()), None),
        Bearer::Visitor(id) => (None, Some(id.to_string())),
    };
    db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now();
            sqlx::query("DELETE FROM tickets WHERE expires_at <= $1")
                .bind(now.as_millis())
                .execute(tx.conn())
                .await?;
            sqlx::query(
                "INSERT INTO tickets (hash, session_id, visitor_id, origin, expires_at) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(hash)
            .bind(session)
            .bind(visitor)
            .bind(origin)
            .bind(now.plus_millis(TICKET_TTL_MS.cast_signed()).as_millis())
            .execute(tx.conn())
            .await?;
            Ok(())
        })
    })
    .await?;
    Ok(Json(Ticket {
        ticket,
        expires_in_ms: TICKET_TTL_MS,
    }))
}

/// Takes a ticket: whose it is, or none when it is unknown, used, expired or another origin's. It is spent either way.
pub(super) async fn redeem(db: &Db, ticket: &str, origin: &str) -> ApiResult<Option<Bearer>> {
    let hash = keys::hash(ticket);
    let origin = origin.to_owned();
    db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now();
            let row = sqlx::query(
                "DELETE FROM tickets WHERE hash = $1 RETURNING session_id, visitor_id, origin, expires_at",
            )
            .bind(hash)
            .fetch_optional(tx.conn())
            .await?;
            let Some(row) = row else { return Ok(None) };
            if row.try_get::<String, _>("origin")? != origin || columns::instant(&row, "expires_at")? <= now {
                return Ok(None);
            }
            let session = columns::maybe_id(&row, "session_id")?.map(Bearer::Session);
            let visitor = columns::maybe_id(&row, "visitor_id")?.map(Bearer::Visitor);
            Ok(session.or(visitor))
        })
    })
    .await
}
