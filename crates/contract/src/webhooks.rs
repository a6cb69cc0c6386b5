//! Webhooks (`/api/webhooks`): the server tells another one what happens, in the order of the account's log, signed, at least once.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::decode::nullable;
use crate::ids::{ConversationId, EventId, WebhookDeliveryId, WebhookId, WebsiteId};
use crate::problem::FieldErrors;
use crate::time::Timestamp;
use crate::validate::{Checks, Violation};

/// Most webhooks of an account.
pub const MAX_WEBHOOKS: usize = 20;
/// Most characters in an address.
pub const MAX_WEBHOOK_URL_CHARS: usize = 2_000;
/// The header with the signature: `t=<seconds since 1970>,v1=<hex>`, the HMAC-SHA256 of `<t>.<body>` under the webhook's secret.
pub const SIGNATURE_HEADER: &str = "Switchboard-Signature";
/// The header with the event's id: the same in every try, so that what comes twice is noticed.
pub const EVENT_HEADER: &str = "Switchboard-Event";

/// What a webhook is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WebhookEvent {
    /// A conversation began.
    #[serde(rename = "conversation.created")]
    ConversationCreated,
    /// Anything about it changed: its state, who is in charge, labels, a rating.
    #[serde(rename = "conversation.updated")]
    ConversationUpdated,
    /// It was deleted for good.
    #[serde(rename = "conversation.deleted")]
    ConversationDeleted,
    /// A message, a note or a step of the conversation.
    #[serde(rename = "message.created")]
    MessageCreated,
    /// A message was changed.
    #[serde(rename = "message.updated")]
    MessageUpdated,
    /// What is known of a person changed; the body holds their id.
    #[serde(rename = "visitor.updated")]
    VisitorUpdated,
    /// A person was erased.
    #[serde(rename = "visitor.deleted")]
    VisitorDeleted,
    /// A website's widget was first seen, went silent or came back.
    #[serde(rename = "website.status")]
    WebsiteStatus,
    /// An event that this build does not know.
    #[serde(rename = "unknown", other)]
    Unknown,
}

impl WebhookEvent {
    /// Every event that this build knows.
    pub const ALL: [Self; 8] = [
        Self::ConversationCreated,
        Self::ConversationUpdated,
        Self::ConversationDeleted,
        Self::MessageCreated,
        Self::MessageUpdated,
        Self::VisitorUpdated,
        Self::VisitorDeleted,
        Self::WebsiteStatus,
    ];

    /// Its word on the wire, which is that of the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConversationCreated => "conversation.created",
            Self::ConversationUpdated => "conversation.updated",
            Self::ConversationDeleted => "conversation.deleted",
            Self::MessageCreated => "message.created",
            Self::MessageUpdated => "message.updated",
            Self::VisitorUpdated => "visitor.updated",
            Self::VisitorDeleted => "visitor.deleted",
            Self::WebsiteStatus => "website.status",
            Self::Unknown => "unknown",
        }
    }
}

/// How a webhook stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WebhookState {
    /// Told of everything.
    Active,
    /// The last try failed; the next one comes by itself.
    Failing,
    /// Switched off, by people or after a day of failures. Switched on again it goes on where it stopped.
    Disabled,
    /// A state that this build does not know.
    #[serde(other)]
    Unknown,
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    /// The webhook.
    pub id: WebhookId,
    /// Where it is sent.
    pub url: String,
    /// What it is told of.
    pub events: Vec<WebhookEvent>,
    /// Only of this website; of every one without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_id: Option<WebsiteId>,
    /// How it stands.
    pub state: WebhookState,
    /// When the failures began that go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// When it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes by people; `If-Match`.
    pub version: u64,
}

/// `GET /api/webhooks`, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookList {
    /// The webhooks.
    pub items: Vec<Webhook>,
}

/// `POST /api/webhooks`; the same again gives the first one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateWebhook {
    /// Chosen by the sender.
    pub id: WebhookId,
    /// Where to send it.
    pub url: String,
    /// What to tell; at least one.
    pub events: Vec<WebhookEvent>,
    /// Only of this website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_id: Option<WebsiteId>,
}

impl CreateWebhook {
    /// Every rule but those of addresses that only the server can judge.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        Checks::default()
            .field("url", webhook_url(&self.url))
            .field("events", webhook_events(&self.events))
            .finish()
    }
}

/// `PATCH /api/webhooks/{id}`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeWebhook {
    /// Another address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Other events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<WebhookEvent>>,
    /// Another website; null for every one.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<WebsiteId>))]
    pub website_id: Option<Option<WebsiteId>>,
    /// Switched on or off. On begins where it stopped, at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

impl ChangeWebhook {
    /// The rules of what is there.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self) -> Result<(), FieldErrors> {
        Checks::default()
            .field("url", self.url.as_deref().map_or(Ok(()), webhook_url))
            .field("events", self.events.as_deref().map_or(Ok(()), webhook_events))
            .finish()
    }
}

/// An address that a webhook may have, as far as its letters tell: the server looks at where it leads with every try.
///
/// # Errors
/// What is wrong with it.
pub fn webhook_url(text: &str) -> Result<(), Violation> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Violation::Required);
    }
    if text.chars().count() > MAX_WEBHOOK_URL_CHARS {
        return Err(Violation::TooLong(MAX_WEBHOOK_URL_CHARS));
    }
    let behind = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let host = behind
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .unwrap_or_default();
    // A name and a password in an address end up in logs.
    if host.is_empty() || host.contains('@') || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Violation::Choice);
    }
    Ok(())
}

/// What a webhook is told of.
///
/// # Errors
/// What is wrong with it.
pub fn webhook_events(events: &[WebhookEvent]) -> Result<(), Violation> {
    if events.is_empty() {
        Err(Violation::Required)
    } else if events.contains(&WebhookEvent::Unknown) {
        Err(Violation::Choice)
    } else {
        Ok(())
    }
}

/// What is sent: the body of the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookPayload {
    /// The event: the same in every try.
    pub id: EventId,
    /// What happened: one of [`WebhookEvent`], or `test`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Which website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_id: Option<WebsiteId>,
    /// Which conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The whole thing after the change, as the API has it.
    pub data: Value,
}

/// What became of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookDelivery {
    /// The delivery.
    pub id: WebhookDeliveryId,
    /// The event.
    pub event_id: EventId,
    /// What happened: one of [`WebhookEvent`], or `test`.
    pub event: String,
    /// When it was first tried.
    pub created_at: Timestamp,
    /// When it was last tried.
    pub tried_at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Whether it was taken: answered with a status from 200 to 299.
    pub delivered: bool,
    /// The last answer's status; none where nothing answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The beginning of the last answer without what looks like a secret or an address, or why there was none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// How long the last try took, in milliseconds.
    pub took_ms: u64,
}

/// `GET /api/webhooks/{id}/deliveries`: of the last seven days, the newest 100 first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookDeliveryList {
    /// The deliveries.
    pub items: Vec<WebhookDelivery>,
}

/// `GET /api/webhooks/{id}/secret`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookSecret {
    /// What signatures are made with.
    pub secret: String,
}

impl std::fmt::Debug for WebhookSecret {
    /// Holds a secret: tells its kind only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookSecret").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;
    use crate::realtime::EventType;

    #[test]
    fn every_event_is_one_of_the_log() {
        for event in WebhookEvent::ALL {
            assert_eq!(serde_json::to_value(event).expect("writes"), event.as_str());
            let of_log: EventType = serde_json::from_value(event.as_str().into()).expect("reads");
            assert_ne!(of_log, EventType::Unknown, "{}", event.as_str());
        }
    }

    #[test]
    fn addresses_are_of_the_web_and_hold_no_password() {
        for good in [
            "https://example.com/hook?a=1",
            "http://127.0.0.1:9000/",
            "https://[2a00::1]/x",
        ] {
            assert_eq!(webhook_url(good), Ok(()), "{good}");
        }
        for bad in [
            "ftp://example.com",
            "https://",
            "javascript:alert(1)",
            "https://me:secret@example.com/",
            "https://a b/",
        ] {
            assert_eq!(webhook_url(bad), Err(Violation::Choice), "{bad}");
        }
        assert_eq!(webhook_url(" "), Err(Violation::Required));
    }
}
