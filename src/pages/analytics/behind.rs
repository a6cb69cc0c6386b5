//! The list behind a number.

use switchboard_contract::analytics::{AnalyticsQuery, AnalyticsRow, AnalyticsRows, Metric, Report, Unit};
use yew::prelude::*;

use super::export::use_export;
use super::names::Names;
use super::values::{metric_name, value_text};
use crate::api::Behind;
use crate::i18n::{day_and_time, t, t_count, t_with};
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Button, Dialog, EmptyState, IconName, Link, Loading, Skeleton, Table, view_query};

/// A number whose list is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked {
    /// Of what.
    pub metric: Metric,
    /// Which part of the report: a row of a table narrows it further.
    pub query: AnalyticsQuery,
    /// Which part of the time: a point of a chart.
    pub behind: Behind,
    /// What the part is called, such as a day or an operator; empty for the whole report.
    pub part: AttrValue,
}

/// Props for [`BehindNumber`].
#[derive(Properties, PartialEq)]
pub struct BehindNumberProps {
    /// The number.
    pub picked: Picked,
    /// What things are called.
    pub names: Names,
    /// The list is put away.
    pub on_close: Callback<()>,
}

/// The list, page by page.
#[component]
pub fn BehindNumber(props: &BehindNumberProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);
        min-inline-size: 0;

        .rows {
            max-block-size: min(28rem, 55vh);
            overflow: auto;
        }
        .paging {
            display: flex;
            align-items: center;
            gap: var(--space-2);
        }
        "#
    );
    let picked = &props.picked;
    // The way here, page by page; the last one is shown.
    let cursors = use_state_eq(Vec::<String>::new);
    let rows = use_query(asks::behind(
        &picked.query,
        picked.behind,
        cursors.last().cloned(),
    ));
    let (exporting, export) = use_export(picked.query.clone());
    let on_export = {
        let behind = picked.behind;
        Callback::from(move |()| export.emit((Report::Rows, behind)))
    };
    let name = metric_name(picked.metric);
    let title = if picked.part.is_empty() {
        name
    } else {
        t_with(
            "reports.behind_part",
            &[("metric", &name), ("part", &picked.part)],
        )
    };
    let on_next = |found: &AnalyticsRows| {
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
    let ready = |found: &AnalyticsRows| {
        if found.total == 0 {
            return html! { <EmptyState icon={IconName::Chat} title={t("reports.nothing_behind")} text={t("reports.nothing_behind_text")} /> };
        }
        let counted = if picked.metric == Metric::Messages {
            t_count("reports.quarters", found.total, &[])
        } else {
            t_count("reports.rows", found.total, &[])
        };
        html! {
            <>
                <p class="text-2 num" role="status">{ counted }</p>
                <div class="rows" tabindex="0" role="region" aria-label={title.clone()}>
                    <Table label={title.clone()} tight=true>
                        { head(picked.metric) }
                        <tbody role="rowgroup">
                            { for found.items.iter().enumerate().map(|(index, row)| html! {
                                <tr role="row" key={index}>{ cells(picked.metric, row, &props.names) }</tr>
                            }) }
                        </tbody>
                    </Table>
                </div>
                if found.has_more || !cursors.is_empty() {
                    <div class="paging">
                        <Button disabled={cursors.is_empty()} onclick={on_previous.clone()}>{ t("reports.previous_page") }</Button>
                        <Button disabled={!found.has_more} onclick={on_next(found)}>{ t("reports.next_page") }</Button>
                    </div>
                }
            </>
        }
    };
    let skeleton = || {
        html! {
            <Loading label={t("reports.behind_loading")}>
                <Table label="" tight=true>
                    { head(picked.metric) }
                    <tbody role="rowgroup">
                        { for (0..6).map(|row| html! {
                            <tr key={row}>
                                <td><Skeleton inline="9rem" /></td>
                                <td><Skeleton inline="6rem" /></td>
                                <td><Skeleton inline="6rem" /></td>
                                <td><Skeleton inline="3rem" /></td>
                            </tr>
                        }) }
                    </tbody>
                </Table>
            </Loading>
        }
    };
    html! {
        <Dialog
            title={title.clone()}
            wide=true
            confirm={t("reports.export")}
            busy={exporting.is_some()}
            on_confirm={on_export}
            cancel={t("reports.close")}
            on_cancel={props.on_close.clone()}
        >
            <div {class}>
                { view_query(&rows, &t("reports.behind_failed"), skeleton, ready) }
                { exporting.unwrap_or_else(|| html! { <span hidden=true /> }) }
            </div>
        </Dialog>
    }
}

fn head(metric: Metric) -> Html {
    html! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader">{ t("reports.conversation") }</th>
                <th role="columnheader">{ t("visitors.website") }</th>
                <th role="columnheader">{ t("reports.operator") }</th>
                <th role="columnheader" class="end">{ value_head(metric) }</th>
            </tr>
        </thead>
    }
}

/// What the numbers of a list are.
fn value_head(metric: Metric) -> AttrValue {
    match metric.unit() {
        Unit::Seconds => t("reports.duration"),
        Unit::Share => t("reports.rating"),
        Unit::Count => t("reports.count"),
    }
}

fn cells(metric: Metric, row: &AnalyticsRow, names: &Names) -> Html {
    let at = day_and_time(row.at);
    let value = match metric.unit() {
        Unit::Share if row.value > 0.5 => t("rating.good"),
        Unit::Share => t("rating.bad"),
        Unit::Seconds | Unit::Count => value_text(metric, Some(row.value)),
    };
    html! {
        <>
            <td role="cell">
                if let Some(id) = row.conversation_id {
                    <Link class="link" to={Route::Conversation { id }}>{ at }</Link>
                } else {
                    <span>{ at }{ " · " }<span class="text-3">{ t("reports.deleted_conversation") }</span></span>
                }
            </td>
            <td role="cell" data-label={t("visitors.website")}><bdi>{ names.website(row.website_id) }</bdi></td>
            <td role="cell" data-label={t("reports.operator")}><bdi>{ names.member(row.operator_id) }</bdi></td>
            <td role="cell" class="end" data-label={value_head(metric)}>{ value }</td>
        </>
    }
}
