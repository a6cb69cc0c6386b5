//! `/webhooks`: other servers that are told what happens. For owners and admins.

use switchboard_contract::ids::{WebhookDeliveryId, WebhookId};
use switchboard_contract::webhooks::{
    ChangeWebhook, CreateWebhook, Webhook, WebhookDelivery, WebhookDeliveryList, WebhookList, WebhookSecret,
};

use super::{Api, ApiError, Call};

impl Api {
    /// `GET /webhooks`: the oldest first.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents.
    pub async fn webhooks(&self) -> Result<WebhookList, ApiError> {
        self.call(Call::get("/webhooks")).await
    }

    /// `POST /webhooks`: made under the id that the caller chose; the same again gives the first one.
    ///
    /// # Errors
    /// [`ApiError::Validation`].
    pub async fn create_webhook(&self, webhook: &CreateWebhook) -> Result<Webhook, ApiError> {
        self.call(Call::post("/webhooks").json(webhook)?).await
    }

    /// `PATCH /webhooks/{id}`, only when it still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`], [`ApiError::Validation`], [`ApiError::NotFound`].
    pub async fn change_webhook(
        &self,
        id: WebhookId,
        change: &ChangeWebhook,
        version: u64,
    ) -> Result<Webhook, ApiError> {
        let call = Call::patch(format!("/webhooks/{id}")).if_match(version);
        self.call(call.json(change)?).await
    }

    /// `DELETE /webhooks/{id}`: with what became of its events.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] when it is gone already.
    pub async fn delete_webhook(&self, id: WebhookId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/webhooks/{id}"))).await
    }

    /// `GET /webhooks/{id}/secret`: what its signatures are made with.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub async fn webhook_secret(&self, id: WebhookId) -> Result<WebhookSecret, ApiError> {
        self.call(Call::get(format!("/webhooks/{id}/secret"))).await
    }

    /// `GET /webhooks/{id}/deliveries`: the newest first.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub async fn webhook_deliveries(&self, id: WebhookId) -> Result<WebhookDeliveryList, ApiError> {
        self.call(Call::get(format!("/webhooks/{id}/deliveries"))).await
    }

    /// `POST /webhooks/{id}/test`: sends an event of type `test`, now.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], [`ApiError::RateLimited`].
    pub async fn test_webhook(&self, id: WebhookId) -> Result<WebhookDelivery, ApiError> {
        self.call(Call::post(format!("/webhooks/{id}/test"))).await
    }

    /// `POST /webhooks/{id}/deliveries/{deliveryId}/redeliver`: sends an event again, now.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] when the log no longer has it, [`ApiError::RateLimited`].
    pub async fn redeliver(
        &self,
        id: WebhookId,
        delivery: WebhookDeliveryId,
    ) -> Result<WebhookDelivery, ApiError> {
        let call = Call::post(format!("/webhooks/{id}/deliveries/{delivery}/redeliver"));
        self.call(call).await
    }
}
