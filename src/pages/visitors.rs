//! People on the sites now.

use switchboard_contract::live_chat::LiveChatUser;
use switchboard_contract::page::CursorPage;
use yew::prelude::*;

use super::start::Start;
use crate::browser::now;
use crate::i18n::{country_name, number, relative, t, t_count};
use crate::people::visitor_name;
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{
    Avatar, Button, EmptyState, Icon, IconName, IconSize, Loading, Notice, PageHead, Skeleton, Table,
    view_query,
};

/// The page.
#[component]
pub fn Visitors() -> Html {
    let list = use_query(asks::visitors_online());
    let aside = list.data.as_ref().map(|data| {
        let count = number(u64::try_from(data.value.items.len()).unwrap_or(u64::MAX));
        AttrValue::from(if data.value.has_more {
            format!("{count}+")
        } else {
            count
        })
    });
    let refresh = list.reload.reform(|_: MouseEvent| ());
    let class = scoped!(
        r#"
        max-inline-size: var(--measure-page);
        margin-inline: auto;
        padding-block: var(--space-2);

        .stale, .more {
            padding: var(--space-1) var(--space-6) var(--space-2);
        }

        @media (max-width: 900px) {
            .stale, .more {
                padding-inline: var(--space-4);
            }
        }
        "#
    );
    let ready = |found: &CursorPage<LiveChatUser>| {
        if found.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Users} title={t("visitors.empty")} text={t("visitors.empty_text")} />
            };
        }
        html! {
            <>
                <Table label={t("visitors.heading")} inset=true>
                    { head() }
                    <tbody role="rowgroup">{ for found.items.iter().map(visitor_row) }</tbody>
                </Table>
                if found.has_more {
                    <div class="more">
                        <Notice>
                            { t_count("visitors.first_only", u64::try_from(found.items.len()).unwrap_or(u64::MAX), &[]) }
                        </Notice>
                    </div>
                }
            </>
        }
    };
    html! {
        <>
            <PageHead heading={Route::Visitors.heading()} {aside}>
                <Button icon={IconName::Refresh} busy={list.is_loading} onclick={refresh}>{ t("visitors.refresh") }</Button>
            </PageHead>
            <div {class}>{ view_query(&list, &t("visitors.failed"), skeleton, ready) }</div>
        </>
    }
}

/// A device as an icon; its name is told beside it.
#[must_use]
pub fn device_icon(device: &str) -> IconName {
    match device {
        "phone" | "tablet" => IconName::Phone,
        _ => IconName::Monitor,
    }
}

fn visitor_row(visitor: &LiveChatUser) -> Html {
    let name = visitor_name(visitor);
    let page = visitor
        .page_title
        .as_ref()
        .filter(|title| !title.is_empty())
        .or(visitor.page.as_ref())
        .map_or_else(|| t("visitors.no_page"), |page| AttrValue::from(page.clone()));
    let address = visitor.page.clone().map(AttrValue::from);
    let system = [visitor.browser.as_str(), visitor.os.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let country = visitor
        .country
        .as_deref()
        .map_or_else(|| "–".to_owned(), country_name);
    html! {
        <tr role="row" key={visitor.id.to_string()}>
            <td role="cell">
                <div class="cell-main">
                    <Avatar id={visitor.id.to_string()} name={visitor.name.clone().unwrap_or_default()} size="1.75rem" />
                    <div>
                        <bdi class="truncate strong" title={name.clone()}>{ name.clone() }</bdi>
                        if let Some(email) = visitor.email.clone().filter(|email| *email != *name) {
                            <div class="meta truncate">{ email }</div>
                        }
                    </div>
                </div>
            </td>
            <td role="cell" data-label={t("visitors.column_page")} class="text-2">
                <bdi class="truncate" title={address}>{ page }</bdi>
            </td>
            <td role="cell" data-label={t("visitors.column_country")} class="text-2">{ country }</td>
            <td role="cell" data-label={t("visitors.column_browser")} class="text-2 col-low">
                <span class="row">
                    <Icon name={device_icon(&visitor.device)} size={IconSize::Small} class="text-3" />
                    <span class="truncate">{ system }</span>
                </span>
            </td>
            <td role="cell" class="end text-2 td-corner">
                { relative(visitor.last_seen_at, now().wall) }
            </td>
            <td role="cell" class="end"><Start visitor={visitor.clone()} /></td>
        </tr>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("visitors.loading")}>
            <Table label="" inset=true>
                { head() }
                <tbody role="rowgroup">
                    { for (0..6).map(|row| html! {
                        <tr key={row}>
                            <td><div class="cell-main"><Skeleton inline="1.75rem" block="1.75rem" round=true /><Skeleton inline="8rem" /></div></td>
                            <td><Skeleton inline="12rem" /></td>
                            <td><Skeleton inline="5rem" /></td>
                            <td class="col-low"><Skeleton inline="7rem" /></td>
                            <td><Skeleton inline="3rem" /></td>
                            <td><Skeleton inline="9rem" /></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}

fn head() -> Html {
    html! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader">{ t("visitors.column_visitor") }</th>
                <th role="columnheader">{ t("visitors.column_page") }</th>
                <th role="columnheader">{ t("visitors.column_country") }</th>
                <th role="columnheader" class="col-low">{ t("visitors.column_browser") }</th>
                <th role="columnheader" class="end">{ t("visitors.column_seen") }</th>
                <th role="columnheader"><span class="sr">{ t("visitors.column_act") }</span></th>
            </tr>
        </thead>
    }
}
