//! `PATCH /api/visitors/{id}`: what somebody is called and how they are reached; and who hears of such changes.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use switchboard_contract::ids::{AccountId, VisitorId, WebsiteId};
use switchboard_contract::live_chat::{ChangeVisitor, LiveChatUser};
use switchboard_contract::realtime::EventType;

use super::rows;
use crate::auth::Operator;
use crate::db::{Lock, Tx, columns};
use crate::events::{self, Audience, NewEvent};
use crate::http::{ApiJson, IdPath, IfMatch};
use crate::live_chat::rows as conversations;
use crate::live_chat::search::index;
use crate::problem::ApiResult;
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// Changes name, address or phone. Whatever the website proved before, what an operator writes is not proved.
pub(crate) async fn change(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<VisitorId>,
    if_match: IfMatch,
    ApiJson(request): ApiJson<ChangeVisitor>,
) -> ApiResult<Json<LiveChatUser>> {
    request.check()?;
    let user = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                tx.lock(Lock::Visitor(id)).await?;
                let stored = rows::changeable(tx, &operator, id).await?;
                let before = stored.user;
                if_match.check(before.version, &before)?;
                let mut user = before.clone();
                put(&mut user.name, request.name);
                put(&mut user.email, request.email);
                put(&mut user.phone, request.phone);
                if user == before {
                    return Ok(user);
                }
                user.version += 1;
                store(tx, &user).await?;
                tell(tx, operator.account_id, stored.website_id, id).await?;
                Ok(user)
            })
        })
        .await?;
    Ok(Json(user))
}

/// What was typed, without the space around it; nothing where nothing is left.
pub(crate) fn put(place: &mut Option<String>, change: Option<Option<String>>) {
    if let Some(value) = change {
        *place = value
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty());
    }
}

/// Stores identity, proof and version of somebody who is locked.
///
/// # Errors
/// The database's failure.
pub(crate) async fn store(tx: &mut Tx, user: &LiveChatUser) -> ApiResult<()> {
    sqlx::query(
        "UPDATE visitors SET name = $1, email = $2, phone = $3, verified = $4, version = $5 WHERE id = $6",
    )
    .bind(user.name.clone())
    .bind(user.email.clone())
    .bind(user.phone.clone())
    .bind(i64::from(user.verified))
    .bind(columns::to_count(user.version)?)
    .bind(user.id.to_string())
    .execute(tx.conn())
    .await?;
    index::visitors(tx, &[user.id]).await
}

/// Tells the team that somebody has changed: the person's conversations show it, so each has an event of its own, as `user` is
/// part of them; whoever shows more of the person asks for it. Appends to the account's log, so call it last. The visitor has
/// to be locked.
///
/// # Errors
/// The database's failure.
pub(crate) async fn tell(
    tx: &mut Tx,
    account: AccountId,
    website: WebsiteId,
    visitor: VisitorId,
) -> ApiResult<()> {
    let ids = rows::conversations_of(tx, visitor).await?;
    for id in &ids {
        tx.lock(Lock::Conversation(*id)).await?;
    }
    let mut told = Vec::with_capacity(ids.len() + 1);
    for id in ids {
        // As it is now that nobody else can change it.
        if let Some(stored) = conversations::conversation(tx, account, id).await? {
            told.push(NewEvent {
                kind: EventType::ConversationUpdated,
                conversation_id: Some(id),
                audience: Audience::Website(stored.wire.website_id),
                seq: None,
                body: serde_json::to_value(&stored.wire)?,
            });
        }
    }
    told.push(changed(website, visitor));
    for some in told.chunks(EVENTS_AT_ONCE) {
        events::append(tx, StreamKey::Account(account), some).await?;
    }
    Ok(())
}

/// Events in one statement: databases bound how many values it takes.
const EVENTS_AT_ONCE: usize = 200;

/// That something of somebody has changed which their conversations do not show.
pub(super) fn changed(website: WebsiteId, visitor: VisitorId) -> NewEvent {
    NewEvent {
        kind: EventType::VisitorUpdated,
        conversation_id: None,
        audience: Audience::Website(website),
        seq: None,
        body: json!({"id": visitor}),
    }
}
