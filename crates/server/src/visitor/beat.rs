//! Which page the visitor looks at: `POST /api/visitor/page`, and what the start of a visit shares with it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use sqlx::Row;
use switchboard_contract::ids::{AccountId, VisitorId};
use switchboard_contract::live_chat::ConversationStatus;
use switchboard_contract::realtime::EventType;
use switchboard_contract::visitor::{PageBeat, PageNoted};

use super::sessions::{MAX_ADDRESS_CHARS, MAX_TITLE_CHARS, clip, origin_of_website};
use crate::auth::VisitorCaller;
use crate::db::{Lock, Tx};
use crate::events::{self, Audience, NewEvent};
use crate::http::ApiJson;
use crate::live_chat::rows;
use crate::live_chat::search::pages;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;
use crate::website::{self, status};

/// The visitor looks at another page, or still at this one.
pub(crate) async fn page(
    State(state): State<AppState>,
    caller: VisitorCaller,
    headers: HeaderMap,
    ApiJson(beat): ApiJson<PageBeat>,
) -> ApiResult<Response> {
    let page = clip(beat.page, MAX_ADDRESS_CHARS);
    if page.is_empty() {
        return Err(ApiError::invalid_field("page", "Say which page: its address."));
    }
    let title = beat.page_title.map(|title| clip(title, MAX_TITLE_CHARS));
    let website_id = caller.website_id;
    let (website, conversation) = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                tx.lock(Lock::Visitor(caller.visitor_id)).await?;
                let moved = looks_at(tx, caller.visitor_id, &page, title).await?;
                if moved {
                    tell_operators(tx, caller.account_id, caller.visitor_id).await?;
                }
                let open = rows::latest_of_visitor(tx, caller.visitor_id)
                    .await?
                    .filter(|latest| latest.wire.status == ConversationStatus::Open)
                    .map(|latest| latest.as_visitor_sees_it());
                Ok((website::rows::by_id(tx, website_id).await?, open))
            })
        })
        .await?;
    let website = website.ok_or_else(|| ApiError::internal("a visitor without a website"))?;
    if origin_of_website(&state.config, &website.wire, &headers).is_some() {
        status::note_if_news(&state, &website.wire, status::Beat::Good).await?;
    }
    Ok(match conversation {
        Some(conversation) => Json(PageNoted { conversation }).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// Stores the page and that the visitor is there; true when it is another page than before.
async fn looks_at(tx: &mut Tx, visitor: VisitorId, page: &str, title: Option<String>) -> ApiResult<bool> {
    let before: Option<String> = sqlx::query("SELECT page FROM visitors WHERE id = $1")
        .bind(visitor.to_string())
        .fetch_one(tx.conn())
        .await?
        .try_get("page")?;
    let now = tx.now().as_millis();
    sqlx::query("UPDATE visitors SET page = $1, page_title = $2, last_seen_at = $3 WHERE id = $4")
        .bind(page.to_owned())
        .bind(title.clone())
        .bind(now)
        .bind(visitor.to_string())
        .execute(tx.conn())
        .await?;
    let moved = before.as_deref() != Some(page);
    if moved {
        pages::seen(tx, visitor, page, title.as_deref()).await?;
    }
    Ok(moved)
}

/// An event for the visitor's open conversation, whose `user` has changed; the conversation's own row has not, so its
/// version stays. Appends to the account's log, so call it last.
///
/// # Errors
/// The database's failure.
pub async fn tell_operators(tx: &mut Tx, account: AccountId, visitor: VisitorId) -> ApiResult<()> {
    let Some(latest) = rows::latest_of_visitor(tx, visitor).await? else {
        return Ok(());
    };
    tx.lock(Lock::Conversation(latest.wire.id)).await?;
    // Again, now that nobody else can change it.
    let Some(latest) = rows::conversation(tx, account, latest.wire.id).await? else {
        return Ok(());
    };
    if latest.wire.status != ConversationStatus::Open || latest.wire.is_archived {
        return Ok(());
    }
    let event = NewEvent {
        kind: EventType::ConversationUpdated,
        conversation_id: Some(latest.wire.id),
        audience: Audience::Website(latest.wire.website_id),
        seq: None,
        body: serde_json::to_value(&latest.wire)?,
    };
    events::append(tx, StreamKey::Account(account), &[event]).await?;
    Ok(())
}
