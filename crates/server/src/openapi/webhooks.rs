//! The routes of webhooks.

use switchboard_contract::problem::ProblemCode as Code;
use switchboard_contract::webhooks::{
    ChangeWebhook, CreateWebhook, Webhook, WebhookDelivery, WebhookDeliveryList, WebhookList, WebhookSecret,
};

use super::describe::{Caller, Route};

const TAG: &str = "webhooks";
const ID: &str = "The webhook";

/// The list.
pub(super) fn all() -> Vec<Route> {
    [
        Route::get("/api/webhooks", TAG, "The account's webhooks, the oldest first. For owners and admins, as all of these")
            .answers::<WebhookList>(200, "All of them"),
        Route::post(
            "/api/webhooks",
            TAG,
            "Adds a webhook, which is told of what happens from now on. Each event is a POST with `WebhookPayload`, signed by \
             `Switchboard-Signature`, in the order of the account's log, at least once",
        )
        .takes::<CreateWebhook>()
        .answers::<Webhook>(201, "Added")
        .answers::<Webhook>(200, "Added before")
        .refuses(&[Code::IdReused]),
        Route::patch("/api/webhooks/{id}", TAG, "Changes a webhook, or switches it on or off")
            .id("id", ID)
            .if_match()
            .takes::<ChangeWebhook>()
            .answers::<Webhook>(200, "As it is now"),
        Route::delete("/api/webhooks/{id}", TAG, "Deletes a webhook with its deliveries")
            .id("id", ID)
            .answers_empty(204, "Deleted"),
        Route::get("/api/webhooks/{id}/secret", TAG, "What its signatures are made with")
            .id("id", ID)
            .answers::<WebhookSecret>(200, "The secret"),
        Route::get("/api/webhooks/{id}/deliveries", TAG, "What became of the newest 100 events of the last seven days")
            .id("id", ID)
            .answers::<WebhookDeliveryList>(200, "The newest first"),
        Route::post("/api/webhooks/{id}/test", TAG, "Sends an event of type `test`, now")
            .id("id", ID)
            .answers::<WebhookDelivery>(200, "What came of it")
            .refuses(&[Code::RateLimited]),
        Route::post(
            "/api/webhooks/{id}/deliveries/{deliveryId}/redeliver",
            TAG,
            "Sends an event again, now, as it is in the log",
        )
        .id("id", ID)
        .id("deliveryId", "The delivery")
        .answers::<WebhookDelivery>(200, "What came of it")
        .refuses(&[Code::Gone, Code::RateLimited]),
    ]
    .into_iter()
    .map(|route| route.caller(Caller::Operator).refuses(&[Code::Forbidden]))
    .collect()
}
