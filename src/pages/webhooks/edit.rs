//! Adds a webhook, or changes one.

use std::rc::Rc;

use switchboard_contract::ids::WebhookId;
use switchboard_contract::validate::Violation;
use switchboard_contract::webhooks::{
    ChangeWebhook, CreateWebhook, Webhook, WebhookEvent, WebhookState, webhook_url,
};
use switchboard_contract::website::Website;
use switchboard_engine::form::Field;
use yew::prelude::*;

use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::{now, random_bytes};
use crate::forms::{Choice, FormField, FormHandle, FormOptions, FormSelect, FormTrouble, Switch, use_form};
use crate::i18n::t;
use crate::query::asks::{self, topic};
use crate::query::use_query_client;
use crate::scoped;
use crate::ui::{Checkbox, Dialog, Icon, IconName, IconSize};

const URL: &str = "url";
const EVENTS: &str = "events";
const WEBSITE: &str = "websiteId";
const ACTIVE: &str = "active";
const ON: &str = "on";
/// What the form holds for every website.
const EVERY: &str = "every";

const OPTIONS: FormOptions = FormOptions {
    prefix: "webhook",
    draft: None,
    label: |field| match field {
        EVENTS => t("webhooks.events"),
        WEBSITE => t("visitors.website"),
        ACTIVE => t("webhooks.switched_on"),
        _ => t("webhooks.address"),
    },
};

fn event_text(event: WebhookEvent) -> AttrValue {
    match event {
        WebhookEvent::ConversationCreated => t("webhooks.event_conversation_created"),
        WebhookEvent::ConversationUpdated => t("webhooks.event_conversation_updated"),
        WebhookEvent::ConversationDeleted => t("webhooks.event_conversation_deleted"),
        WebhookEvent::MessageCreated => t("webhooks.event_message_created"),
        WebhookEvent::MessageUpdated => t("webhooks.event_message_updated"),
        WebhookEvent::VisitorUpdated => t("webhooks.event_visitor_updated"),
        WebhookEvent::VisitorDeleted => t("webhooks.event_visitor_deleted"),
        WebhookEvent::WebsiteStatus | WebhookEvent::Unknown => t("webhooks.event_website_status"),
    }
}

fn some_event(text: &str) -> Result<(), Violation> {
    if text.trim().is_empty() {
        Err(Violation::Required)
    } else {
        Ok(())
    }
}

fn words(events: &[WebhookEvent]) -> String {
    let words: Vec<&str> = events.iter().map(|event| WebhookEvent::as_str(*event)).collect();
    words.join(" ")
}

/// The events that are chosen: their words, with spaces between.
fn chosen(form: &FormHandle) -> Vec<WebhookEvent> {
    let text = form.value(EVENTS);
    WebhookEvent::ALL
        .into_iter()
        .filter(|event| text.split_whitespace().any(|word| word == event.as_str()))
        .collect()
}

/// Props for [`Edit`].
#[derive(Properties, PartialEq)]
pub(super) struct EditProps {
    /// The one to change; none to add one.
    #[prop_or_default]
    pub webhook: Option<Webhook>,
    /// The account's websites.
    pub websites: Vec<Website>,
    /// Done, or given up.
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub(super) fn Edit(props: &EditProps) -> Html {
    let (api, client) = (use_api(), use_query_client());
    let known = props.webhook.clone();
    // Chosen once: a try whose answer was lost adds it once.
    let new_id = *use_memo((), |()| WebhookId::from_parts(now().wall, random_bytes()));
    // Of the webhook as last seen; the server tells a newer one when it refuses.
    let version = use_mut_ref(|| known.as_ref().map_or(0, |webhook| webhook.version));
    let form = use_form(OPTIONS, || {
        let url = known.as_ref().map(|webhook| webhook.url.clone());
        let events = known.as_ref().map_or_else(
            || words(&[WebhookEvent::ConversationCreated, WebhookEvent::MessageCreated]),
            |webhook| words(&webhook.events),
        );
        let website = known.as_ref().and_then(|webhook| webhook.website_id);
        let is_on = known
            .as_ref()
            .is_none_or(|webhook| webhook.state != WebhookState::Disabled);
        vec![
            Field::text(URL, webhook_url).holding(url.unwrap_or_default()),
            Field::text(EVENTS, some_event).holding(events),
            Field::choice(WEBSITE).holding(website.map_or_else(|| EVERY.to_owned(), |id| id.to_string())),
            Field::choice(ACTIVE).holding(if is_on { ON } else { "off" }),
        ]
    });
    let field = use_node_ref();
    let send = {
        let (known, version) = (known.clone(), version.clone());
        Rc::new(move |form: &FormHandle| {
            let (api, known, version) = (api.clone(), known.clone(), version.clone());
            let url = form.value(URL).trim().to_owned();
            let (events, website_id) = (chosen(form), form.value(WEBSITE).parse().ok());
            let active = form.value(ACTIVE) == ON;
            let changed = [URL, EVENTS, WEBSITE, ACTIVE].map(|field| form.is_changed(field));
            async move {
                let Some(known) = known else {
                    let request = CreateWebhook {
                        id: new_id,
                        url,
                        events,
                        website_id,
                    };
                    return api.create_webhook(&request).await;
                };
                let change = ChangeWebhook {
                    url: changed[0].then_some(url),
                    events: changed[1].then_some(events),
                    website_id: changed[2].then_some(website_id),
                    active: changed[3].then_some(active),
                };
                let seen = *version.borrow();
                let outcome = api.change_webhook(known.id, &change, seen).await;
                if let Some(current) = outcome.as_ref().err().and_then(newer) {
                    // Saving again then says: over that one.
                    *version.borrow_mut() = current.version;
                }
                outcome
            }
        })
    };
    let then = {
        let on_close = props.on_close.clone();
        Callback::from(move |_: Webhook| {
            client.invalidate(asks::all(topic::WEBHOOKS));
            on_close.emit(());
        })
    };
    let onsubmit = {
        let send = send.clone();
        form.onsubmit(move |form: &FormHandle| send(form), then.clone())
    };
    let on_confirm = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&*send, then.clone()))
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-2);
        min-inline-size: 0;
        padding: 0;
        border: 0;

        legend {
            padding: 0;
            margin-block-end: var(--space-1);
            font-weight: var(--weight-medium);
        }
        "#
    );
    let picked = chosen(&form);
    let event_box = |event: WebhookEvent| {
        let (form, picked) = (form.clone(), picked.clone());
        let is_on = picked.contains(&event);
        let onchange = Callback::from(move |on: bool| {
            let next: Vec<WebhookEvent> = WebhookEvent::ALL
                .into_iter()
                .filter(|known| {
                    if *known == event {
                        on
                    } else {
                        picked.contains(known)
                    }
                })
                .collect();
            form.set(EVENTS, words(&next));
        });
        html! {
            <Checkbox key={event.as_str()} label={event_text(event)} name={event.as_str()} checked={is_on} {onchange} />
        }
    };
    let websites = props.websites.iter().map(|website| Choice {
        value: website.id.to_string().into(),
        text: website.name.clone().into(),
    });
    let every = Choice {
        value: EVERY.into(),
        text: t("visitors.all_websites"),
    };
    let choices: Vec<Choice> = std::iter::once(every).chain(websites).collect();
    let on_switch = {
        let form = form.clone();
        Callback::from(move |on: bool| form.set(ACTIVE, if on { ON } else { "off" }))
    };
    let conflict = form.failure().as_ref().and_then(newer).is_some();
    let missing = form.error(EVENTS);
    let title = if known.is_some() {
        t("webhooks.change")
    } else {
        t("webhooks.add")
    };
    html! {
        <Dialog
            {title}
            confirm={t("settings.save")}
            busy={form.is_sending()}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} title={conflict.then(|| t("webhooks.conflict"))} />
                <FormField form={form.clone()} name={URL} kind="url" autocomplete="off" hint={t("webhooks.address_hint")} node_ref={field} />
                <fieldset {class} id={form.id(EVENTS)} tabindex="-1" aria-describedby="webhook-events-wrong">
                    <legend>{ t("webhooks.events") }</legend>
                    { for WebhookEvent::ALL.into_iter().map(event_box) }
                    <div id="webhook-events-wrong">
                        if let Some(missing) = missing {
                            <p class="error-text">
                                <Icon name={IconName::Alert} size={IconSize::Small} />
                                <span>{ missing }</span>
                            </p>
                        }
                    </div>
                </fieldset>
                <FormSelect form={form.clone()} name={WEBSITE} {choices} />
                <div>
                    if known.is_some() {
                        <Switch
                            id="webhook-active"
                            label={t("webhooks.switched_on")}
                            hint={t("webhooks.switched_on_hint")}
                            on={form.value(ACTIVE) == ON}
                            onchange={on_switch}
                        />
                    }
                </div>
            </form>
        </Dialog>
    }
}

/// The webhook as it is now, when that is why a change was refused.
fn newer(error: &ApiError) -> Option<Webhook> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    serde::Deserialize::deserialize(problem.current.as_ref()?).ok()
}
