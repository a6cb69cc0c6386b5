//! The account's websites.

use switchboard_contract::website::{Website, WebsiteState};
use yew::prelude::*;

use crate::browser::now;
use crate::i18n::{date_long, number, relative, t, t_with};
use crate::query::asks::{self, WEBSITES_PER_PAGE};
use crate::query::{use_kept, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{
    Avatar, Button, EmptyState, IconName, Loading, PageHead, Skeleton, Status, Table, view_query,
};

/// A website's state as icon and word.
pub fn website_status(state: WebsiteState) -> Html {
    let (icon, tone, text) = match state {
        WebsiteState::Online => (IconName::Ok, Some("success"), t("website.online")),
        WebsiteState::Degraded => (IconName::Warn, Some("warning"), t("website.degraded")),
        WebsiteState::Silent => (IconName::Alert, Some("danger"), t("website.silent")),
        WebsiteState::NeverSeen => (IconName::Info, None, t("website.never_seen")),
        WebsiteState::Unknown => (IconName::Info, None, t("website.unknown_state")),
    };
    html! { <Status {icon} {tone} {text} /> }
}

/// Why it is in that state, or since when.
fn status_detail(website: &Website) -> AttrValue {
    let status = &website.status;
    match (&status.reason, status.last_seen_at) {
        (Some(reason), _) => AttrValue::from(reason.clone()),
        (None, Some(at)) => t_with("website.seen", &[("age", &relative(at, now().wall))]),
        (None, None) => t("website.no_beat"),
    }
}

/// The page.
#[component]
pub fn Websites() -> Html {
    let page = use_state(|| 1_u32);
    let list = use_query(asks::websites(*page, WEBSITES_PER_PAGE));
    let list = use_kept(list);
    let total = list.data.as_ref().map(|data| data.value.total);
    let class = scoped!(
        r#"
        max-inline-size: var(--measure-page);
        margin-inline: auto;
        padding-block: var(--space-2);

        .stale {
            padding: var(--space-1) var(--space-6) var(--space-2);
        }
        .paging {
            display: flex;
            flex-wrap: wrap;
            align-items: center;
            gap: var(--space-2);
            padding: var(--space-3) var(--space-6);
            color: var(--text-2);
        }

        @media (max-width: 900px) {
            .paging, .stale {
                padding-inline: var(--space-4);
            }
        }
        "#
    );
    let go = |to: u32| {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.set(to))
    };
    let ready = |found: &switchboard_contract::page::NumberedPage<Website>| {
        if found.total == 0 {
            return html! {
                <EmptyState icon={IconName::Globe} title={t("websites.empty")} text={t("websites.empty_text")} />
            };
        }
        let pages = found.total.div_ceil(u64::from(found.page_size.max(1))).max(1);
        let at = u64::from(found.page);
        html! {
            <>
                <Table label={t("websites.heading")} inset=true>
                    { head() }
                    <tbody role="rowgroup">{ for found.items.iter().map(website_row) }</tbody>
                </Table>
                if pages > 1 {
                    <nav class="paging" aria-label={t("websites.pages")}>
                        <span class="num">
                            { t_with("websites.page_of", &[("page", &number(at)), ("pages", &number(pages))]) }
                        </span>
                        <Button class="push" icon={IconName::Left} disabled={at <= 1} onclick={go(found.page.saturating_sub(1).max(1))}>
                            { t("websites.previous") }
                        </Button>
                        <Button icon={IconName::Right} disabled={at >= pages} onclick={go(found.page + 1)}>
                            { t("websites.next") }
                        </Button>
                    </nav>
                }
            </>
        }
    };
    html! {
        <>
            <PageHead heading={Route::Websites.heading()} aside={total.map(|total| AttrValue::from(number(total)))} />
            <div {class}>{ view_query(&list, &t("websites.failed"), skeleton, ready) }</div>
        </>
    }
}

fn website_row(website: &Website) -> Html {
    let detail = status_detail(website);
    html! {
        <tr role="row" key={website.id.to_string()}>
            <td role="cell">
                <div class="cell-main">
                    <Avatar id={website.id.to_string()} name={website.name.clone()} size="1.75rem" site=true />
                    <div>
                        <bdi class="truncate strong" title={website.name.clone()}>{ website.name.clone() }</bdi>
                        <div class="meta truncate">{ website.domain.clone() }</div>
                    </div>
                </div>
            </td>
            <td role="cell" data-label={t("websites.column_status")}>
                <div>
                    { website_status(website.status.state) }
                    <div class="meta truncate" title={detail.clone()}>{ detail.clone() }</div>
                </div>
            </td>
            <td role="cell" data-label={t("websites.column_zone")} class="text-2">{ website.timezone.clone() }</td>
            <td role="cell" data-label={t("websites.column_added")} class="end text-2">{ date_long(website.created_at) }</td>
        </tr>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("websites.loading")}>
            <Table label="" inset=true>
                { head() }
                <tbody role="rowgroup">
                    { for (0..4).map(|row| html! {
                        <tr key={row}>
                            <td><div class="cell-main"><Skeleton inline="1.75rem" block="1.75rem" /><Skeleton inline="9rem" /></div></td>
                            <td><Skeleton inline="5rem" /></td>
                            <td><Skeleton inline="7rem" /></td>
                            <td><Skeleton inline="6rem" /></td>
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
                <th role="columnheader">{ t("websites.column_website") }</th>
                <th role="columnheader">{ t("websites.column_status") }</th>
                <th role="columnheader">{ t("websites.column_zone") }</th>
                <th role="columnheader" class="end">{ t("websites.column_added") }</th>
            </tr>
        </thead>
    }
}
