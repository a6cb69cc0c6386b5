//! `POST /api/visitor/pre-chat`: what the visitor answers before the first message. Name and address become the visitor's,
//! answers to questions of the website's own become attributes. Nothing of it is proved.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use switchboard_contract::visitor::{SetAttributes, VisitorUser};
use switchboard_contract::website::widget::{AnswerPreChat, PreChatField, PreChatForm, PreChatKind};

use super::identify::{load, paced};
use crate::auth::VisitorCaller;
use crate::db::{Lock, Tx};
use crate::http::ApiJson;
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

/// Takes the answers.
pub(crate) async fn answer(
    State(state): State<AppState>,
    caller: VisitorCaller,
    ApiJson(request): ApiJson<AnswerPreChat>,
) -> ApiResult<Json<VisitorUser>> {
    paced(&state, &caller)?;
    let user = state
        .db
        .write(move |tx| Box::pin(async move { take(tx, &caller, &request).await }))
        .await?;
    Ok(Json(user))
}

async fn take(tx: &mut Tx, caller: &VisitorCaller, request: &AnswerPreChat) -> ApiResult<VisitorUser> {
    tx.lock(Lock::Visitor(caller.visitor_id)).await?;
    let website = website::rows::by_id(tx, caller.website_id)
        .await?
        .ok_or_else(|| ApiError::not_found("website"))?;
    let (before, _) = load(tx, caller.visitor_id).await?;
    let known = VisitorUser {
        id: before.id,
        name: before.name.clone(),
        email: before.email.clone(),
    };
    let asked: Vec<PreChatField> = Some(website.widget.pre_chat_form)
        .filter(|form| form.is_on)
        .and_then(|form| unanswered(form, &known))
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
    if user != before {
        user.version += 1;
        identity::store(tx, &user).await?;
        identity::tell(tx, caller.account_id, caller.website_id, caller.visitor_id).await?;
    }
    Ok(VisitorUser {
        id: user.id,
        name: user.name,
        email: user.email,
    })
}
