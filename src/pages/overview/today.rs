//! What today was about: pages that people looked at most, and who of the team is there.

use switchboard_contract::analytics::{Breakdown, Dimension};
use switchboard_contract::auth::{Availability, MemberList, MemberStatus};
use switchboard_engine::reports::Preset;
use yew::prelude::*;

use crate::chat::use_presences;
use crate::i18n::{number, t};
use crate::people::{availability_name, short_address};
use crate::query::asks::{self, of_preset};
use crate::query::use_query;
use crate::ui::{Avatar, EmptyState, IconName, Loading, Skeleton, Table, view_query};

/// Pages shown.
const PAGES: usize = 6;

/// The pages with the most visitors today.
#[component]
pub fn Busiest() -> Html {
    let pages = use_query(asks::breakdown(&of_preset(Preset::Today, None), Dimension::Page));
    let head = || {
        html! {
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{ t("overview.page") }</th>
                    <th role="columnheader" class="end">{ t("visitors.heading") }</th>
                    <th role="columnheader" class="end">{ t("reports.views") }</th>
                </tr>
            </thead>
        }
    };
    let ready = |found: &Breakdown| {
        if found.rows.is_empty() {
            return html! { <EmptyState icon={IconName::Globe} title={t("overview.no_pages")} text={t("overview.no_pages_text")} /> };
        }
        html! {
            <Table label={t("overview.busiest")} tight=true>
                { head() }
                <tbody role="rowgroup">
                    { for found.rows.iter().take(PAGES).map(|row| {
                        let page = row.key.clone().unwrap_or_default();
                        html! {
                            <tr role="row" key={page.clone()}>
                                <td role="cell"><bdi class="truncate" title={page.clone()}>{ short_address(&page).to_owned() }</bdi></td>
                                <td role="cell" class="end" data-label={t("visitors.heading")}>{ number(row.figures.visitors.unwrap_or(0)) }</td>
                                <td role="cell" class="end" data-label={t("reports.views")}>{ number(row.views.unwrap_or(0)) }</td>
                            </tr>
                        }
                    }) }
                </tbody>
            </Table>
        }
    };
    let skeleton = || {
        html! {
            <Loading label={t("overview.pages_loading")}>
                <Table label="" tight=true>
                    { head() }
                    <tbody role="rowgroup">
                        { for (0..3).map(|row| html! {
                            <tr key={row}><td><Skeleton inline="12rem" /></td><td class="end"><Skeleton inline="2rem" /></td><td class="end"><Skeleton inline="2rem" /></td></tr>
                        }) }
                    </tbody>
                </Table>
            </Loading>
        }
    };
    html! {
        <section aria-labelledby="busiest-heading">
            <div class="section-head"><h2 id="busiest-heading">{ t("overview.busiest") }</h2></div>
            <div>{ view_query(&pages, &t("overview.pages_failed"), skeleton, ready) }</div>
        </section>
    }
}

/// Who of the team is there, those who take conversations first.
#[component]
pub fn OnDuty() -> Html {
    let members = use_query(asks::members());
    let presences = use_presences();
    let ready = |found: &MemberList| {
        let there = |how: Availability| {
            let presences = presences.clone();
            found
                .items
                .iter()
                .filter(move |member| member.status == MemberStatus::Active && presences.of(member.id) == how)
        };
        let on_duty: Vec<_> = there(Availability::Available)
            .map(|member| (member, Availability::Available))
            .chain(there(Availability::Away).map(|member| (member, Availability::Away)))
            .collect();
        if on_duty.is_empty() {
            return html! { <EmptyState icon={IconName::Users} title={t("overview.nobody_there")} text={t("overview.nobody_there_text")} /> };
        }
        html! {
            <Table label={t("overview.on_duty")} tight=true>
                <tbody role="rowgroup">
                    { for on_duty.iter().map(|(member, how)| html! {
                        <tr role="row" key={member.id.to_string()}>
                            <td role="cell">
                                <span class="cell-main">
                                    <Avatar id={member.id.to_string()} name={member.name.clone()} size="1.5rem" picture={member.avatar_url.clone().map(AttrValue::from)} />
                                    <bdi class="truncate strong" title={member.name.clone()}>{ member.name.clone() }</bdi>
                                </span>
                            </td>
                            <td role="cell" class="end" data-label={t("overview.presence")}>{ availability_name(*how) }</td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        }
    };
    let skeleton = || {
        html! {
            <Loading label={t("overview.on_duty_loading")}>
                <Table label="" tight=true>
                    <tbody role="rowgroup">
                        { for (0..2).map(|row| html! {
                            <tr key={row}><td><Skeleton inline="9rem" /></td><td class="end"><Skeleton inline="4rem" /></td></tr>
                        }) }
                    </tbody>
                </Table>
            </Loading>
        }
    };
    html! {
        <section aria-labelledby="on-duty-heading">
            <div class="section-head"><h2 id="on-duty-heading">{ t("overview.on_duty") }</h2></div>
            <div>{ view_query(&members, &t("overview.on_duty_failed"), skeleton, ready) }</div>
        </section>
    }
}
