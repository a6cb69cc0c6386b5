//! `POST /api/visitor/pre-chat`: what the visitor answers before the first message, which begins the conversation. Name and address
//! become the visitor's, answers to questions of the website's own become attributes. Nothing of it is proved.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use switchboard_contract::live_chat::LiveChatUser;
use switchboard_contract::visitor::{PreChatAnswered, SetAttributes, VisitorConversation, VisitorUser};
use switchboard_contract::website::widget::{AnswerPreChat, PreChatField, PreChatForm, PreChatKind};
use switchboard_domain::words;

use super::identify::{load, paced};
use super::{actions, messages};
use crate::auth::{VisitorCaller, keys};
use crate::db::{Lock, Tx};
use crate::http::ApiJson;
use crate::ids;
use crate::live_chat::assign::{self, Turn};
use crate::live_chat::ledger::Ledger;
use crate::live_chat::rows;
use crate::live_chat::visitors::identity;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use crate::website;

/// What is left to ask of somebody: nothing the website has told of them already; none where that is all.
pub(super) fn unanswered(mut form: PreChatForm, user: &VisitorUser) -> Option<PreChatForm> {
    form.fields.retain(|field| match field.kind {
        PreChatKind::Name => user.name.is_none(),
        PreChatKind::Email => user.email.is_none(),
        PreChatKind::Text => true,
        PreChatKind::Unknown => false,
    });
    Some(form).filter(|form| !form.fields.is_empty())
}

/// Takes the answers, once: a repeat gets the first result.
pub(crate) async fn answer(
    State(state): State<AppState>,
    caller: VisitorCaller,
    ApiJson(request): ApiJson<AnswerPreChat>,
) -> ApiResult<Json<PreChatAnswered>> {
    paced(&state, &caller)?;
    let answered = state
        .db
        .write(move |tx| Box::pin(async move { take(tx, &caller, &request).await }))
        .await?;
    Ok(Json(answered))
}

async fn take(tx: &mut Tx, caller: &VisitorCaller, request: &AnswerPreChat) -> ApiResult<PreChatAnswered> {
    let begins = rows::latest_of_visitor(tx, caller.visitor_id).await?.is_none();
    let turn = Turn::take(tx, caller.account_id, caller.website_id, begins).await?;
    tx.lock(Lock::Visitor(caller.visitor_id)).await?;
    let digest = keys::hash(&serde_json::to_string(&request.answers)?);
    if let Some(done) = actions::done(tx, caller.visitor_id, request.action_id, &digest).await? {
        return Ok(done);
    }
    let (before, _) = load(tx, caller.visitor_id).await?;
    let user = answered(tx, caller, request, &before).await?;
    let conversation = conversation(tx, caller, turn).await?;
    let result = PreChatAnswered {
        user: seen(&user),
        conversation,
    };
    actions::keep(tx, caller.visitor_id, request.action_id, digest, &result).await?;
    if user != before {
        identity::tell(tx, caller.account_id, caller.website_id, caller.visitor_id).await?;
    }
    Ok(result)
}

/// What somebody may know of themselves.
fn seen(user: &LiveChatUser) -> VisitorUser {
    VisitorUser {
        id: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
    }
}

/// Judges the answers by what was asked and stores them; answers who the visitor is now.
async fn answered(
    tx: &mut Tx,
    caller: &VisitorCaller,
    request: &AnswerPreChat,
    before: &LiveChatUser,
) -> ApiResult<LiveChatUser> {
    let website = website::rows::by_id(tx, caller.website_id)
        .await?
        .ok_or_else(|| ApiError::not_found("website"))?;
    let asked: Vec<PreChatField> = Some(website.widget.pre_chat_form)
        .filter(|form| form.is_on)
        .and_then(|form| unanswered(form, &seen(before)))
        .map(|form| form.fields)
        .unwrap_or_default();
    request.check(&asked)?;
    let mut user = before.clone();
    let mut attributes = BTreeMap::new();
    for field in &asked {
        let answer = request.answers.get(&field.key).map(|text| text.trim().to_owned());
        let Some(answer) = answer.filter(|text| !text.is_empty()) else {
            continue;
        };
        match field.kind {
            PreChatKind::Name => user.name = Some(answer),
            PreChatKind::Email => user.email = Some(answer),
            PreChatKind::Text | PreChatKind::Unknown => {
                attributes.insert(field.key.clone(), Some(answer));
            }
        }
    }
    user.attributes = SetAttributes { attributes }.applied_to(user.attributes)?;
    sqlx::query("UPDATE visitors SET pre_chat_at = COALESCE(pre_chat_at, $1), attributes = $2 WHERE id = $3")
        .bind(tx.now().as_millis())
        .bind(serde_json::to_string(&user.attributes)?)
        .bind(caller.visitor_id.to_string())
        .execute(tx.conn())
        .await?;
    if user != *before {
        user.version += 1;
        identity::store(tx, &user).await?;
    }
    Ok(user)
}

/// The visitor's conversation, which begins now unless there is one.
async fn conversation(tx: &mut Tx, caller: &VisitorCaller, turn: Turn) -> ApiResult<VisitorConversation> {
    if let Some(latest) = rows::latest_of_visitor(tx, caller.visitor_id).await? {
        return Ok(latest.as_visitor_sees_it());
    }
    let id = ids::new(tx.now())?;
    let fresh = messages::fresh(tx, caller.visitor_id, id).await?;
    let notice = words::started_on(&fresh.wire.user);
    let mut ledger = Ledger::begin(tx, caller.account_id, fresh);
    ledger.notice(notice)?;
    assign::hand_out(tx, caller.account_id, caller.website_id, turn, &mut ledger).await?;
    Ok(ledger.store(tx).await?.visitor_conversation)
}
