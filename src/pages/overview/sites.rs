//! Whether the widget is alive on each website.

use switchboard_contract::page::NumberedPage;
use switchboard_contract::website::Website;
use yew::prelude::*;

use crate::i18n::t;
use crate::pages::websites::website_status;
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::ui::{EmptyState, IconName, Link, Loading, Skeleton, Table, view_query};

const ROWS: u32 = 8;

/// The section.
#[component]
pub fn Sites() -> Html {
    let websites = use_query(asks::websites(1, ROWS));
    let ready = |page: &NumberedPage<Website>| {
        if page.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Globe} title={t("websites.empty")} text={t("websites.empty_text")} />
            };
        }
        html! {
            <Table label={t("overview.sites")} tight=true>
                { head() }
                <tbody role="rowgroup">
                    { for page.items.iter().map(|website| html! {
                        <tr role="row" key={website.id.to_string()}>
                            <td role="cell">
                                <bdi class="truncate strong" title={website.domain.clone()}>{ website.name.clone() }</bdi>
                            </td>
                            <td role="cell" data-label={t("websites.column_status")}>
                                { website_status(website.status.state) }
                            </td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        }
    };
    html! {
        <section aria-labelledby="sites-heading">
            <div class="section-head">
                <h2 id="sites-heading">{ t("overview.sites") }</h2>
                <Link class="link push" to={Route::Websites}>{ t("overview.all_sites") }</Link>
            </div>
            <div>{ view_query(&websites, &t("websites.failed"), skeleton, ready) }</div>
        </section>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("websites.loading")}>
            <Table label="" tight=true>
                { head() }
                <tbody role="rowgroup">
                    { for (0..3).map(|row| html! {
                        <tr key={row}>
                            <td><Skeleton inline="8rem" /></td>
                            <td><Skeleton inline="5rem" /></td>
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
            </tr>
        </thead>
    }
}
