//! Webhooks: which other servers are told what happens, and what became of it. For owners and admins.

mod deleting;
mod edit;
mod log;
mod row;

use switchboard_contract::page::MAX_LIMIT;
use switchboard_contract::webhooks::{Webhook, WebhookList};
use yew::prelude::*;

use super::settings::{SettingsPage, SettingsSection, use_focus_kept};
use crate::auth::use_me;
use crate::i18n::t;
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::ui::{Button, ButtonKind, EmptyState, IconName, Link, Loading, Skeleton, Table, view_query};
use deleting::Delete;
use edit::Edit;
use log::Deliveries;
use row::{head, row};

/// Which dialog is open.
#[derive(Clone, PartialEq)]
enum Open {
    Add,
    Change(Webhook),
    Log(Webhook),
    Delete(Webhook),
}

/// The page. Agents who come by its address are told whom it is for.
#[component]
pub fn Webhooks() -> Html {
    let me = use_me();
    if !Route::Webhooks.is_for(me.role) {
        return html! {
            <SettingsPage route={Route::Webhooks} lead={t("webhooks.lead")}>
                <EmptyState icon={IconName::Lock} title={t("webhooks.forbidden")} text={t("webhooks.forbidden_text")}>
                    <Link class="btn" to={Route::Profile}>{ t("verify.to_profile") }</Link>
                </EmptyState>
            </SettingsPage>
        };
    }
    html! { <List /> }
}

#[component]
fn List() -> Html {
    let list = use_query(asks::webhooks());
    let websites = use_query(asks::websites(1, MAX_LIMIT));
    let websites = websites
        .data
        .map(|data| data.value.items.clone())
        .unwrap_or_default();
    let root = use_focus_kept(list.data.as_ref().map_or(0, |data| data.value.items.len()));
    let open = use_state(|| None::<Open>);
    let on_open = {
        let open = open.setter();
        Callback::from(move |what: Open| open.set(Some(what)))
    };
    let on_close = {
        let open = open.setter();
        Callback::from(move |()| open.set(None))
    };
    let ready = |found: &WebhookList| {
        if found.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Send} title={t("webhooks.empty")} text={t("webhooks.empty_text")} />
            };
        }
        html! {
            <Table label={t("webhooks.heading")} fixed=true>
                { head() }
                <tbody role="rowgroup">
                    { for found.items.iter().map(|webhook| row(webhook, &websites, &on_open)) }
                </tbody>
            </Table>
        }
    };
    let dialog = open.as_ref().map(|open| match open {
        Open::Add => html! { <Edit key="add" websites={websites.clone()} {on_close} /> },
        Open::Change(webhook) => html! {
            <Edit key={webhook.id.to_string()} webhook={Some(webhook.clone())} websites={websites.clone()} {on_close} />
        },
        Open::Log(webhook) => {
            html! { <Deliveries key={format!("log-{}", webhook.id)} webhook={webhook.clone()} {on_close} /> }
        }
        Open::Delete(webhook) => {
            html! { <Delete key={format!("delete-{}", webhook.id)} webhook={webhook.clone()} {on_close} /> }
        }
    });
    let tools = html! {
        <Button kind={ButtonKind::Primary} icon={IconName::Plus} onclick={on_open.reform(|_: MouseEvent| Open::Add)}>
            { t("webhooks.add") }
        </Button>
    };
    html! {
        <SettingsPage route={Route::Webhooks} lead={t("webhooks.lead")}>
            <SettingsSection id="webhooks" {root} title={t("webhooks.all")} about={t("webhooks.about")} wide=true {tools}>
                <div>{ view_query(&list, &t("webhooks.failed"), skeleton, ready) }</div>
                <div>{ dialog }</div>
            </SettingsSection>
        </SettingsPage>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("webhooks.loading")}>
            <Table label="" fixed=true>
                { head() }
                <tbody role="rowgroup">
                    { for (0..2).map(|row| html! {
                        <tr key={row}>
                            <td><Skeleton inline="14rem" /></td>
                            <td><Skeleton inline="9rem" /></td>
                            <td><Skeleton inline="4rem" /></td>
                            <td><Skeleton inline="1.5rem" /></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}
