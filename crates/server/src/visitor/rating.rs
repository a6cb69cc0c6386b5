//! `POST /api/visitor/rating`: what the visitor thought of a conversation that is over.

use axum::Json;
use axum::extract::State;
use switchboard_contract::live_chat::Rating;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate::{Checks, Violation};
use switchboard_contract::visitor::{MAX_RATING_COMMENT_CHARS, RateConversation, VisitorConversation};
use switchboard_domain::rating::{self, Refusal};

use crate::auth::VisitorCaller;
use crate::db::{Lock, Tx};
use crate::http::ApiJson;
use crate::live_chat::ledger::Ledger;
use crate::live_chat::rows;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;

/// Takes a rating; the same again changes nothing.
pub(crate) async fn rate(
    State(state): State<AppState>,
    caller: VisitorCaller,
    ApiJson(request): ApiJson<RateConversation>,
) -> ApiResult<Json<VisitorConversation>> {
    let known = match request.rating {
        Rating::Good | Rating::Bad => Ok(()),
        Rating::Unknown => Err(Violation::Choice),
    };
    let comment = request.comment.as_deref().unwrap_or_default();
    let fits = if comment.chars().count() > MAX_RATING_COMMENT_CHARS {
        Err(Violation::TooLong(MAX_RATING_COMMENT_CHARS))
    } else {
        Ok(())
    };
    Checks::default()
        .field("rating", known)
        .field("comment", fits)
        .finish()?;
    let conversation = state
        .db
        .write(move |tx| Box::pin(async move { store(tx, &caller, request).await }))
        .await?;
    Ok(Json(conversation))
}

async fn store(
    tx: &mut Tx,
    caller: &VisitorCaller,
    request: RateConversation,
) -> ApiResult<VisitorConversation> {
    let unknown = || ApiError::not_found("conversation");
    tx.lock(Lock::Visitor(caller.visitor_id)).await?;
    let id = match request.conversation_id {
        Some(id) => id,
        None => rows::latest_of_visitor(tx, caller.visitor_id)
            .await?
            .map(|latest| latest.wire.id)
            .ok_or_else(unknown)?,
    };
    tx.lock(Lock::Conversation(id)).await?;
    let conversation = rows::conversation(tx, caller.account_id, id)
        .await?
        .filter(|found| found.wire.user_id == caller.visitor_id)
        .ok_or_else(unknown)?;
    let rated = rating::decide(&conversation.state(), request.rating, request.comment);
    let refused = |detail: &str| -> ApiResult<ApiError> {
        let current = serde_json::to_value(conversation.as_visitor_sees_it())?;
        Ok(ApiError::new(ProblemCode::Conflict, detail).with_current(current))
    };
    match rated {
        Ok(None) => Ok(conversation.as_visitor_sees_it()),
        Ok(Some(rated)) => {
            let mut ledger = Ledger::resume(tx, caller.account_id, conversation);
            ledger.rate(&rated)?;
            Ok(ledger.store(tx).await?.visitor_conversation)
        }
        Err(Refusal::Open) => Err(refused(
            "The conversation is going on: rate it once it is closed.",
        )?),
        Err(Refusal::Changed) => Err(refused("A rating can be changed once, and this one was.")?),
    }
}
