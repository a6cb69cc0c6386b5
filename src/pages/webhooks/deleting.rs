//! Deleting a webhook: says what that means, then does it.

use switchboard_contract::webhooks::{Webhook, WebhookList};
use yew::prelude::*;

use crate::api::ApiError;
use crate::auth::use_api;
use crate::i18n::t;
use crate::query::asks::{self, topic};
use crate::query::{Mutating, use_query_client};
use crate::ui::{Dialog, use_toasts};

/// Props for [`Delete`].
#[derive(Properties, PartialEq)]
pub(super) struct DeleteProps {
    /// Which one.
    pub webhook: Webhook,
    /// Done, or given up.
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub(super) fn Delete(props: &DeleteProps) -> Html {
    let (api, client, toasts) = (use_api(), use_query_client(), use_toasts());
    let on_confirm = {
        let (id, on_close) = (props.webhook.id, props.on_close.clone());
        Callback::from(move |()| {
            let (api, toasts) = (api.clone(), toasts.clone());
            let mutating = Mutating {
                target: switchboard_engine::query::Target::Key(asks::webhooks().key().clone()),
                change: Box::new(move |list: &WebhookList| {
                    let mut list = list.clone();
                    list.items.retain(|webhook| webhook.id != id);
                    list
                }),
            };
            let call = async move {
                match api.delete_webhook(id).await {
                    // Gone already is as good.
                    Err(ApiError::NotFound(_)) => Ok(()),
                    outcome => outcome,
                }
            };
            let told = client.clone();
            client.mutate(mutating, call, move |outcome| {
                match outcome {
                    Ok(()) => toasts.status(t("webhooks.deleted")),
                    Err(error) => toasts.alert(error.message()),
                }
                told.invalidate(asks::all(topic::WEBHOOKS));
            });
            on_close.emit(());
        })
    };
    html! {
        <Dialog
            title={t("webhooks.delete_title")}
            confirm={t("webhooks.delete")}
            danger=true
            {on_confirm}
            on_cancel={props.on_close.clone()}
        >
            <p><bdi dir="ltr">{ props.webhook.url.clone() }</bdi></p>
            <p class="text-2">{ t("webhooks.delete_text") }</p>
        </Dialog>
    }
}
