//! Who changed what, for owners.

mod entry;
mod export;
mod filters;
mod words;

use switchboard_contract::audit::AuditPage;
use switchboard_contract::page::MAX_LIMIT;
use yew::prelude::*;

use super::settings::{SettingsPage, SettingsSection};
use crate::api::AuditQuery;
use crate::auth::use_me;
use crate::i18n::t;
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Button, EmptyState, IconName, Link, Loading, Skeleton, Table, view_query};
use entry::{head, row};
use export::use_export;
use filters::{Filters, Wanted, use_wanted};

/// The page. Whoever comes by its address and is no owner is told whom it is for.
#[component]
pub fn Audit() -> Html {
    let me = use_me();
    if !Route::Audit.is_for(me.role) {
        return html! {
            <SettingsPage route={Route::Audit} lead={t("audit.lead")}>
                <EmptyState icon={IconName::Lock} title={t("audit.forbidden")} text={t("audit.forbidden_text")}>
                    <Link class="btn" to={Route::Profile}>{ t("verify.to_profile") }</Link>
                </EmptyState>
            </SettingsPage>
        };
    }
    html! { <Entries /> }
}

/// What narrows it, and the entries page by page.
#[component]
fn Entries() -> Html {
    let wanted = use_wanted();
    let query = wanted.query();
    let (exporting, on_export) = use_export(query.clone());
    let tools = html! {
        <Button icon={IconName::Download} busy={exporting.is_some()} onclick={on_export}>{ t("audit.export") }</Button>
    };
    let key = query
        .pairs()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&");
    html! {
        <SettingsPage route={Route::Audit} lead={t("audit.lead")}>
            <SettingsSection id="audit" title={t("audit.entries")} about={t("audit.about")} wide=true {tools}>
                <div><Filters wanted={wanted.clone()} /></div>
                <div>{ exporting }</div>
                // Another question begins with its first page.
                <div><Pages {key} {query} {wanted} /></div>
            </SettingsSection>
        </SettingsPage>
    }
}

#[derive(Properties, PartialEq)]
struct PagesProps {
    query: AuditQuery,
    wanted: Wanted,
}

#[component]
fn Pages(props: &PagesProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);
        min-inline-size: 0;

        .paging {
            display: flex;
            gap: var(--space-2);
        }
        .deed {
            padding-block: var(--space-2);
            overflow-wrap: anywhere;
        }

        @media (max-width: 640px) {
            .deed {
                padding-block: 0;
            }
        }
        "#
    );
    // The way here, page by page; the last one is shown.
    let cursors = use_state_eq(Vec::<String>::new);
    let list = use_query(asks::audit(&props.query, cursors.last().cloned()));
    let websites = use_query(asks::websites(1, MAX_LIMIT));
    let websites = websites.data.map(|data| data.value.items.clone());
    let on_next = |found: &AuditPage| {
        let (cursors, next) = (cursors.clone(), found.next_cursor.clone());
        Callback::from(move |_: MouseEvent| {
            let mut way = Vec::clone(&cursors);
            way.extend(next.clone());
            cursors.set(way);
        })
    };
    let on_previous = {
        let cursors = cursors.clone();
        Callback::from(move |_: MouseEvent| {
            let mut way = Vec::clone(&cursors);
            way.pop();
            cursors.set(way);
        })
    };
    let ready = |found: &AuditPage| {
        if found.items.is_empty() {
            return if props.query == AuditQuery::default() {
                html! { <EmptyState icon={IconName::Clock} title={t("audit.empty")} text={t("audit.empty_text")} /> }
            } else {
                let clear = props.wanted.clear.reform(|_: MouseEvent| ());
                html! {
                    <EmptyState icon={IconName::Clock} title={t("audit.none_fit")} text={t("audit.none_fit_text")}>
                        <Button onclick={clear}>{ t("audit.clear") }</Button>
                    </EmptyState>
                }
            };
        }
        html! {
            <>
                <Table label={t("audit.entries")} fixed=true>
                    { head() }
                    <tbody role="rowgroup">
                        { for found.items.iter().map(|entry| row(entry, websites.as_deref())) }
                    </tbody>
                </Table>
                if found.has_more || !cursors.is_empty() {
                    <div class="paging">
                        <Button disabled={cursors.is_empty()} onclick={on_previous.clone()}>{ t("audit.newer") }</Button>
                        <Button disabled={!found.has_more} onclick={on_next(found)}>{ t("audit.older") }</Button>
                    </div>
                }
            </>
        }
    };
    html! { <div {class}>{ view_query(&list, &t("audit.failed"), skeleton, ready) }</div> }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("audit.loading")}>
            <Table label="" fixed=true>
                { head() }
                <tbody role="rowgroup">
                    { for (0..6).map(|row| html! {
                        <tr key={row}>
                            <td><Skeleton inline="8rem" /></td>
                            <td><Skeleton inline="10rem" /></td>
                            <td><Skeleton inline="6rem" /></td>
                            <td class="col-low"><Skeleton inline="6rem" /></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}
