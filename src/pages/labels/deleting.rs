//! Deleting a label: says what it is taken off; it goes from the list at once, and from the server when nobody has undone it.

use switchboard_contract::live_chat::{Label, LabelContents, LabelList};
use switchboard_engine::query::Target;
use yew::prelude::*;

use super::super::settings::{UNDO_MS, offer_undo};
use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::grace;
use crate::i18n::{t, t_count, t_with};
use crate::query::asks::{self, topic};
use crate::query::{Mutating, use_query, use_query_client};
use crate::ui::{Dialog, Loading, Skeleton, use_toasts, view_query};

/// Props for [`Delete`].
#[derive(Properties, PartialEq)]
pub(super) struct DeleteProps {
    /// Which one.
    pub label: Label,
    /// Done, or given up.
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub(super) fn Delete(props: &DeleteProps) -> Html {
    let (api, client, toasts) = (use_api(), use_query_client(), use_toasts());
    let label = &props.label;
    let contents = use_query(asks::label_contents(label.id));
    let on_confirm = {
        let (id, name, on_close) = (label.id, label.name.clone(), props.on_close.clone());
        Callback::from(move |()| {
            let (grace, undo) = grace(UNDO_MS);
            let about = AttrValue::from(format!("label {id}"));
            let told = t_with("labels.deleted", &[("name", &name)]);
            offer_undo(&toasts, about.clone(), told, undo);
            let mutating = Mutating {
                target: Target::Key(asks::labels().key().clone()),
                change: Box::new(move |list: &LabelList| {
                    let mut list = list.clone();
                    list.items.retain(|label| label.id != id);
                    list
                }),
            };
            let (api, gone) = (api.clone(), toasts.clone());
            let call = async move {
                gone.withdraw(about);
                match api.delete_label(id).await {
                    // Gone already is as good.
                    Err(ApiError::NotFound(_)) => Ok(()),
                    outcome => outcome,
                }
            };
            let (toasts, told) = (toasts.clone(), client.clone());
            client.mutate_after(grace, mutating, call, move |outcome| {
                if let Err(error) = outcome {
                    toasts.alert(error.message());
                }
                told.invalidate(asks::all(topic::LABELS));
            });
            on_close.emit(());
        })
    };
    let ready =
        |found: &LabelContents| html! { <p>{ t_count("labels.carried", found.conversations, &[]) }</p> };
    let loading = || html! { <Loading label={t("labels.counting")}><Skeleton inline="70%" /></Loading> };
    html! {
        <Dialog
            title={t_with("labels.delete_title", &[("name", &label.name)])}
            confirm={t("labels.delete")}
            danger=true
            {on_confirm}
            on_cancel={props.on_close.clone()}
        >
            <div>{ view_query(&contents, &t("labels.count_failed"), loading, ready) }</div>
            <p class="text-2">{ t("labels.delete_text") }</p>
        </Dialog>
    }
}
