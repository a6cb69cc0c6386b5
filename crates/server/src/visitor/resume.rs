//! `/c/{link}`: where the link of a letter leads, a page with nothing but the chat. The link works for a week and stands for
//! the conversation's visitor; each opening hands out a token of its own, and ends the one before.
//!
//! Opening the page does nothing yet, as mail programs open links too: its script asks for the session.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use switchboard_contract::ids::VisitorId;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::visitor::{ResumeChat, VisitorSession};

use super::sessions::{frame_code, session};
use crate::auth::{VisitorCaller, keys};
use crate::db::{Tx, columns};
use crate::http::ApiJson;
use crate::problem::{ApiError, ApiResult};
use crate::security_headers;
use crate::state::AppState;
use crate::website;

/// How long a link works, in milliseconds.
const LINK_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

const PAGE: &str = include_str!("../../resume/page.html");
const SCRIPT: &str = include_str!("../../resume/page.js");

/// A new link to the chat of a visitor; answers its last part. Links that have ended go on the way.
///
/// # Errors
/// The database's failure, or no randomness.
pub(super) async fn new_link(tx: &mut Tx, visitor: VisitorId) -> ApiResult<String> {
    let link = keys::new_secret()?;
    let now = tx.now();
    sqlx::query("DELETE FROM chat_links WHERE expires_at <= $1")
        .bind(now.as_millis())
        .execute(tx.conn())
        .await?;
    sqlx::query("INSERT INTO chat_links (hash, visitor_id, expires_at) VALUES ($1, $2, $3)")
        .bind(keys::hash(&link))
        .bind(visitor.to_string())
        .bind(now.plus_millis(LINK_MS).as_millis())
        .execute(tx.conn())
        .await?;
    Ok(link)
}

/// The page, the same for every link: whether one works its script finds out.
pub(crate) async fn page(State(state): State<AppState>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut response = (headers, PAGE).into_response();
    security_headers::apply(
        response.headers_mut(),
        security_headers::resume_page(state.config.is_https()),
    );
    response
}

/// Its script.
pub(crate) async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, SCRIPT).into_response()
}

/// Opens a link: a session with a code for the frame.
pub(crate) async fn open(
    State(state): State<AppState>,
    ApiJson(request): ApiJson<ResumeChat>,
) -> ApiResult<Json<VisitorSession>> {
    let session = state
        .db
        .write(move |tx| Box::pin(async move { begin(tx, &request.link).await }))
        .await?;
    Ok(Json(session))
}

async fn begin(tx: &mut Tx, link: &str) -> ApiResult<VisitorSession> {
    let over = || {
        ApiError::new(
            ProblemCode::Gone,
            "This link is too old. Open the chat on the website to go on.",
        )
    };
    let token = keys::new_secret()?;
    let row = sqlx::query(
        "UPDATE chat_links SET token_hash = $1 WHERE hash = $2 AND expires_at > $3 RETURNING visitor_id",
    )
    .bind(keys::hash(&token))
    .bind(keys::hash(link))
    .bind(tx.now().as_millis())
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(over)?;
    let visitor: VisitorId = columns::id(&row, "visitor_id")?;
    let caller = VisitorCaller::load(tx, visitor).await?.ok_or_else(over)?;
    if caller.blocked {
        return Err(VisitorCaller::refused());
    }
    let website = website::rows::by_id(tx, caller.website_id)
        .await?
        .ok_or_else(over)?;
    let code = frame_code(tx, visitor, &token).await?;
    let mut session = session(tx, visitor, token, &website).await?;
    session.frame_code = Some(code);
    session.public_key = Some(website.wire.public_key);
    Ok(session)
}
