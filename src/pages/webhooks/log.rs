//! What became of a webhook's events: its secret, a test, and sending one again.

use switchboard_contract::ids::WebhookDeliveryId;
use switchboard_contract::webhooks::{Webhook, WebhookDelivery, WebhookDeliveryList};
use yew::prelude::*;

use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::{copy_text, use_task};
use crate::i18n::{day_and_time, t, t_count, t_with};
use crate::query::{asks, use_query};
use crate::scoped;
use crate::ui::{
    Button, ButtonKind, Dialog, EmptyState, IconName, Loading, Skeleton, Table, use_toasts, view_query,
};

/// Props for [`Deliveries`].
#[derive(Properties, PartialEq)]
pub(super) struct DeliveriesProps {
    /// Of which one.
    pub webhook: Webhook,
    /// Put away.
    pub on_close: Callback<()>,
}

/// What runs.
#[derive(Clone, Copy, PartialEq)]
enum Running {
    Nothing,
    Test,
    Again(WebhookDeliveryId),
}

/// The dialog.
#[component]
pub(super) fn Deliveries(props: &DeliveriesProps) -> Html {
    let (api, toasts, task) = (use_api(), use_toasts(), use_task());
    let id = props.webhook.id;
    let list = use_query(asks::webhook_deliveries(id));
    let running = use_state_eq(|| Running::Nothing);
    let run = {
        let (running, reload) = (running.setter(), list.reload.clone());
        let (api, toasts, task) = (api.clone(), toasts.clone(), task.clone());
        Callback::from(move |what: Running| {
            running.set(what);
            let (running, reload) = (running.clone(), reload.clone());
            let (api, toasts) = (api.clone(), toasts.clone());
            task.run(async move {
                let outcome = match what {
                    Running::Again(delivery) => api.redeliver(id, delivery).await,
                    Running::Test | Running::Nothing => api.test_webhook(id).await,
                };
                running.set(Running::Nothing);
                match outcome {
                    Ok(done) if done.delivered => toasts.status(t("webhooks.taken")),
                    Ok(done) => {
                        toasts.alert(t_with("webhooks.not_taken", &[("answer", &answer_text(&done))]))
                    }
                    Err(ApiError::NotFound(_)) => toasts.alert(t("webhooks.gone")),
                    Err(error) => toasts.alert(error.message()),
                }
                reload.emit(());
            });
        })
    };
    let on_secret = {
        let (api, toasts) = (api, toasts);
        Callback::from(move |_: MouseEvent| {
            let (api, toasts) = (api.clone(), toasts.clone());
            task.run(async move {
                match api.webhook_secret(id).await {
                    Ok(found) if copy_text(&found.secret).await => toasts.status(t("webhooks.secret_copied")),
                    Ok(_) => toasts.alert(t("website.not_copied")),
                    Err(error) => toasts.alert(error.message()),
                }
            });
        })
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);
        min-inline-size: 0;

        .acts {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
        }
        .rows {
            max-block-size: min(28rem, 55vh);
            overflow: auto;
        }
        "#
    );
    let ready = |found: &WebhookDeliveryList| {
        if found.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Send} title={t("webhooks.none_sent")} text={t("webhooks.none_sent_text")} />
            };
        }
        html! {
            <div class="rows" tabindex="0" role="region" aria-label={t("webhooks.deliveries")}>
                <Table label={t("webhooks.deliveries")} fixed=true>
                    { head() }
                    <tbody role="rowgroup">
                        { for found.items.iter().map(|delivery| row(delivery, *running, &run)) }
                    </tbody>
                </Table>
            </div>
        }
    };
    html! {
        <Dialog
            title={t("webhooks.deliveries")}
            wide=true
            confirm={t("webhooks.test")}
            busy={*running == Running::Test}
            on_confirm={run.reform(|()| Running::Test)}
            cancel={t("reports.close")}
            on_cancel={props.on_close.clone()}
        >
            <div {class}>
                <p class="text-2"><bdi dir="ltr">{ props.webhook.url.clone() }</bdi></p>
                <div class="acts">
                    <Button icon={IconName::Copy} onclick={on_secret}>{ t("webhooks.copy_secret") }</Button>
                </div>
                { view_query(&list, &t("webhooks.deliveries_failed"), skeleton, ready) }
            </div>
        </Dialog>
    }
}

fn head() -> Html {
    html! {
        <>
            <colgroup>
                <col style="inline-size: 9.5rem" />
                <col style="inline-size: 11rem" />
                <col />
                <col style="inline-size: 7.5rem" />
            </colgroup>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{ t("audit.when") }</th>
                    <th role="columnheader">{ t("webhooks.event") }</th>
                    <th role="columnheader">{ t("webhooks.answer") }</th>
                    <th role="columnheader"><span class="sr">{ t("webhooks.again") }</span></th>
                </tr>
            </thead>
        </>
    }
}

/// Status and beginning of an answer, or why there was none.
fn answer_text(delivery: &WebhookDelivery) -> String {
    match delivery.status {
        Some(status) => format!("{status} {}", delivery.answer).trim().to_owned(),
        None => delivery.answer.clone(),
    }
}

fn row(delivery: &WebhookDelivery, running: Running, run: &Callback<Running>) -> Html {
    let answer = answer_text(delivery);
    let onclick = {
        let id = delivery.id;
        run.reform(move |_: MouseEvent| Running::Again(id))
    };
    html! {
        <tr role="row" key={delivery.id.to_string()}>
            <td role="cell"><time class="num" datetime={delivery.tried_at.to_string()}>{ day_and_time(delivery.tried_at) }</time></td>
            <td role="cell" data-label={t("webhooks.event")} class="truncate"><bdi dir="ltr">{ delivery.event.clone() }</bdi></td>
            <td role="cell" data-label={t("webhooks.answer")}>
                <bdi class={if delivery.delivered { "truncate text-2" } else { "truncate late" }} title={answer.clone()}>{ answer.clone() }</bdi>
                if delivery.tries > 1 {
                    <span class="meta">{ t_count("webhooks.tries", u64::from(delivery.tries), &[]) }</span>
                }
            </td>
            <td role="cell" class="end">
                if delivery.event != "test" {
                    <Button
                        kind={ButtonKind::Quiet}
                        busy={running == Running::Again(delivery.id)}
                        label={t_with("webhooks.again_named", &[("event", &delivery.event), ("time", &day_and_time(delivery.tried_at))])}
                        {onclick}
                    >
                        { t("webhooks.again") }
                    </Button>
                }
            </td>
        </tr>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("webhooks.deliveries_loading")}>
            <Table label="" fixed=true>
                { head() }
                <tbody role="rowgroup">
                    { for (0..4).map(|row| html! {
                        <tr key={row}>
                            <td><Skeleton inline="7rem" /></td>
                            <td><Skeleton inline="8rem" /></td>
                            <td><Skeleton inline="6rem" /></td>
                            <td><Skeleton inline="4rem" /></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}
