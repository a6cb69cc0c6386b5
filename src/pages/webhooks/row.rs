//! One webhook in the table.

use switchboard_contract::webhooks::{Webhook, WebhookEvent, WebhookState};
use switchboard_contract::website::Website;
use yew::prelude::*;

use super::Open;
use crate::browser::now;
use crate::i18n::{relative, t, t_with};
use crate::ui::{Icon, IconName, Menu, MenuItem};

/// The columns.
pub(super) fn head() -> Html {
    html! {
        <>
            <colgroup>
                <col />
                <col style="inline-size: 14rem" />
                <col style="inline-size: 10rem" />
                <col style="inline-size: 3rem" />
            </colgroup>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{ t("webhooks.address") }</th>
                    <th role="columnheader">{ t("webhooks.events") }</th>
                    <th role="columnheader">{ t("webhooks.state") }</th>
                    <th role="columnheader"><span class="sr">{ t("team.acts_column") }</span></th>
                </tr>
            </thead>
        </>
    }
}

fn state_text(webhook: &Webhook) -> AttrValue {
    match webhook.state {
        WebhookState::Active | WebhookState::Unknown => t("webhooks.active"),
        WebhookState::Failing => t("webhooks.failing"),
        WebhookState::Disabled => t("webhooks.off"),
    }
}

/// The row.
pub(super) fn row(webhook: &Webhook, websites: &[Website], on_open: &Callback<Open>) -> Html {
    let events: Vec<&str> = webhook
        .events
        .iter()
        .map(|event| WebhookEvent::as_str(*event))
        .collect();
    let events = events.join(", ");
    let of = match webhook.website_id {
        None => t("visitors.all_websites"),
        Some(id) => websites.iter().find(|website| website.id == id).map_or_else(
            || t("webhooks.other_website"),
            |website| website.name.clone().into(),
        ),
    };
    let is_well = webhook.state == WebhookState::Active;
    let since = webhook
        .failing_since
        .map(|at| t_with("webhooks.since", &[("time", &relative(at, now().wall))]));
    let act = |what: fn(Webhook) -> Open| {
        let (on_open, webhook) = (on_open.clone(), webhook.clone());
        Callback::from(move |()| on_open.emit(what(webhook.clone())))
    };
    let items = vec![
        MenuItem {
            key: "log",
            text: t("webhooks.deliveries"),
            icon: IconName::Clock,
            on_choose: act(Open::Log),
        },
        MenuItem {
            key: "change",
            text: t("webhooks.change"),
            icon: IconName::Edit,
            on_choose: act(Open::Change),
        },
        MenuItem {
            key: "delete",
            text: t("webhooks.delete"),
            icon: IconName::Trash,
            on_choose: act(Open::Delete),
        },
    ];
    html! {
        <tr role="row" key={webhook.id.to_string()}>
            <td role="cell">
                <bdi dir="ltr" class="truncate strong" title={webhook.url.clone()}>{ webhook.url.clone() }</bdi>
                <bdi class="meta truncate">{ of }</bdi>
            </td>
            <td role="cell" data-label={t("webhooks.events")} class="text-2 truncate" title={events.clone()}>
                <bdi dir="ltr">{ events.clone() }</bdi>
            </td>
            <td role="cell" data-label={t("webhooks.state")}>
                <span class={if is_well { "text-2" } else { "late" }}>{ state_text(webhook) }</span>
                if let Some(since) = since {
                    <span class="meta truncate">{ since }</span>
                }
            </td>
            <td role="cell" class="td-corner end">
                <Menu label={t_with("team.acts", &[("name", &webhook.url)])} {items}><Icon name={IconName::More} /></Menu>
            </td>
        </tr>
    }
}
