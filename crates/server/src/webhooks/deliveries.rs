//! What became of each event: `GET /api/webhooks/{id}/deliveries`, `POST …/{deliveryId}/redeliver`, `POST /api/webhooks/{id}/test`.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use serde_json::json;
use switchboard_contract::auth::Role;
use switchboard_contract::ids::{EventId, WebhookDeliveryId, WebhookId};
use switchboard_contract::position::Offset;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::webhooks::{WebhookDelivery, WebhookDeliveryList, WebhookPayload};

use super::advance::payload;
use super::rows::{self, Stored};
use super::send;
use crate::auth::{Operator, throttle};
use crate::db::Tx;
use crate::events::{self, StoredEvent};
use crate::http::IdPath;
use crate::ids;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// A webhook and one of its deliveries, in the path.
pub(crate) struct DeliveryPath(WebhookId, WebhookDeliveryId);

impl<S: Send + Sync> FromRequestParts<S> for DeliveryPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let unknown = || ApiError::not_found("delivery");
        let Path((webhook, delivery)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| unknown())?;
        Ok(Self(
            webhook.parse().map_err(|_| unknown())?,
            delivery.parse().map_err(|_| unknown())?,
        ))
    }
}

/// The newest deliveries.
pub(crate) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebhookId>,
) -> ApiResult<Json<WebhookDeliveryList>> {
    operator.require(Role::Admin)?;
    let items = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                rows::own(tx, operator.account_id, id).await?;
                rows::deliveries(tx, id).await
            })
        })
        .await?;
    Ok(Json(WebhookDeliveryList { items }))
}

/// Sends an event of type `test`, now.
pub(crate) async fn test(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebhookId>,
) -> ApiResult<Json<WebhookDelivery>> {
    operator.require(Role::Admin)?;
    let account = operator.account_id;
    let webhook = state
        .db
        .read(move |tx| Box::pin(async move { rows::own(tx, account, id).await }))
        .await?;
    let at = state.clock.now();
    let test = WebhookPayload {
        id: ids::new::<EventId>(at)?,
        kind: "test".to_owned(),
        at,
        website_id: webhook.wire.website_id,
        conversation_id: None,
        data: json!({"webhookId": id}),
    };
    try_now(&state, &operator, webhook, test, None).await
}

/// Sends an event again, now, outside of the order.
pub(crate) async fn redeliver(
    State(state): State<AppState>,
    operator: Operator,
    DeliveryPath(id, delivery): DeliveryPath,
) -> ApiResult<Json<WebhookDelivery>> {
    operator.require(Role::Admin)?;
    let account = operator.account_id;
    let (webhook, found, offset) = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let webhook = rows::own(tx, account, id).await?;
                let stored = rows::delivery(tx, id, delivery).await?;
                let offset = stored.offset.ok_or_else(gone)?;
                let event = event_at(tx, &webhook, offset).await?;
                if event.id != stored.wire.event_id {
                    return Err(gone());
                }
                // As it was told, whatever the webhook is told of now.
                let mut as_then = webhook.wire.clone();
                as_then.website_id = None;
                as_then.events = switchboard_contract::webhooks::WebhookEvent::ALL.to_vec();
                let found = payload(&as_then, &event)?.ok_or_else(gone)?;
                Ok((webhook, found, offset))
            })
        })
        .await?;
    try_now(&state, &operator, webhook, found, Some(offset)).await
}

async fn event_at(tx: &mut Tx, webhook: &Stored, offset: Offset) -> ApiResult<StoredEvent> {
    let stream = StreamKey::Account(webhook.account);
    let log = events::log(tx, stream).await?.ok_or_else(gone)?;
    if offset <= log.floor {
        return Err(gone());
    }
    let before = Offset(offset.0.saturating_sub(1));
    events::after(tx, stream, before, 1)
        .await?
        .into_iter()
        .next()
        .ok_or_else(gone)
}

fn gone() -> ApiError {
    ApiError::new(
        ProblemCode::Gone,
        "The log no longer has what this event told: it is too old, was deleted, or was a test.",
    )
}

async fn try_now(
    state: &AppState,
    operator: &Operator,
    webhook: Stored,
    payload: WebhookPayload,
    offset: Option<Offset>,
) -> ApiResult<Json<WebhookDelivery>> {
    throttle::hit(
        &state.db,
        vec![throttle::WEBHOOK_TRIES.account(&state.keys, operator.account_id)],
    )
    .await?;
    let id = webhook.wire.id;
    let tried = send::send(
        &webhook.wire.url,
        send::reach(&state.config),
        &send::secret(&state.keys, id),
        &payload,
        state.clock.now(),
    )
    .await?;
    let delivery = state
        .db
        .write(move |tx| {
            Box::pin(async move { rows::note(tx, id, (payload.id, &payload.kind, offset), &tried).await })
        })
        .await?;
    Ok(Json(delivery))
}
