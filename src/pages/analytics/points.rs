//! One metric by time, and by hour of the week.

use std::rc::Rc;

use switchboard_contract::analytics::{AnalyticsQuery, Heatmap, Interval, Metric, Series, SeriesPoint};
use yew::prelude::*;

use super::values::{metric_name, point_label, value_text};
use crate::i18n::{t, t_with, weekdays_short};
use crate::query::{asks, use_query};
use crate::scoped;
use crate::ui::{Loading, Skeleton, Table, view_query};

/// Props for [`Points`].
#[derive(Properties, PartialEq)]
pub struct PointsProps {
    /// The report.
    pub query: AnalyticsQuery,
    /// Of what.
    pub metric: Metric,
    /// How much time a point stands for.
    pub interval: Interval,
    /// The list of a point is asked for.
    pub on_pick: Callback<SeriesPoint>,
}

/// A share of the largest as the length of a bar, in per cent.
fn length(value: Option<f64>, most: f64) -> f64 {
    value
        .filter(|_| most > 0.0)
        .map_or(0.0, |value| value / most * 100.0)
}

fn most(values: impl Iterator<Item = Option<f64>>) -> f64 {
    values.flatten().fold(0.0, f64::max)
}

/// The points, each with its number and a bar.
#[component]
pub fn Points(props: &PointsProps) -> Html {
    let class = scoped!(
        r#"
        max-block-size: 24rem;
        overflow: auto;

        .bar {
            display: block;
            min-inline-size: 0;
            block-size: 0.625rem;
            border-radius: 0 var(--radius-xs) var(--radius-xs) 0;
            background: var(--chart-1);
        }
        .is-partial .bar {
            opacity: 0.5;
        }
        td.long {
            inline-size: 55%;
        }
        .pick {
            padding: 0;
            border-radius: var(--radius-xs);
            color: var(--accent-text);
            font: inherit;
            font-weight: var(--weight-medium);
            font-variant-numeric: var(--numeric);
        }
        .pick:hover {
            text-decoration: underline;
        }
        @media print {
            max-block-size: none;
        }
        "#
    );
    let PointsProps {
        query,
        metric,
        interval,
        on_pick,
    } = props;
    let (metric, interval) = (*metric, *interval);
    let series = use_query(asks::series(query, metric, interval));
    let zone = query.tz.clone();
    let name = metric_name(metric);
    let heads = || {
        html! {
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{ t("reports.time") }</th>
                    <th role="columnheader" class="end">{ name.clone() }</th>
                    <th role="columnheader" aria-hidden="true" />
                </tr>
            </thead>
        }
    };
    let ready = |found: &Series| {
        let most = most(found.points.iter().map(|point| point.reading.value));
        html! {
            <Table label={t_with("reports.by_time", &[("metric", &metric_name(metric))])} tight=true>
                { heads() }
                <tbody role="rowgroup">
                    { for found.points.iter().rev().map(|point| {
                        let text = value_text(metric, point.reading.value);
                        let label = point_label(point.at, interval, &zone);
                        let onclick = { let point = *point; on_pick.reform(move |_: MouseEvent| point) };
                        let has_list = metric != Metric::Visitors && point.reading.value.is_some_and(|value| value > 0.0);
                        html! {
                            <tr role="row" key={point.at.to_string()} class={classes!(point.is_partial.then_some("is-partial"))}>
                                <td role="cell">
                                    { &label }
                                    if point.is_partial {
                                        <span class="text-3">{ " · " }{ t("reports.partial") }</span>
                                    }
                                </td>
                                <td role="cell" class="end" data-label={metric_name(metric)}>
                                    if has_list {
                                        <button type="button" class="pick" {onclick} aria-label={t_with("reports.show_behind", &[("value", &text), ("metric", &label)])}>{ text.clone() }</button>
                                    } else {
                                        { text }
                                    }
                                </td>
                                <td role="cell" class="long" aria-hidden="true">
                                    <span class="bar" style={format!("inline-size: {:.1}%", length(point.reading.value, most))} />
                                </td>
                            </tr>
                        }
                    }) }
                </tbody>
            </Table>
        }
    };
    let skeleton = || {
        html! {
            <Loading label={t("reports.points_loading")}>
                <Table label="" tight=true>
                    { heads() }
                    <tbody role="rowgroup">
                        { for (0..9).map(|row| html! {
                            <tr key={row}><td><Skeleton inline="7rem" /></td><td><Skeleton inline="2rem" /></td><td class="long"><Skeleton inline="70%" /></td></tr>
                        }) }
                    </tbody>
                </Table>
            </Loading>
        }
    };
    html! {
        <div {class} tabindex="0" role="group" aria-label={t_with("reports.by_time", &[("metric", &name)])}>
            { view_query(&series, &t("reports.points_failed"), skeleton, ready) }
        </div>
    }
}

/// Props for [`Hours`].
#[derive(Properties, PartialEq)]
pub struct HoursProps {
    /// The report.
    pub query: AnalyticsQuery,
    /// Of what.
    pub metric: Metric,
}

/// The hours of the week: the more, the deeper. A table, so that each number can be read.
#[component]
pub fn Hours(props: &HoursProps) -> Html {
    let class = scoped!(
        r#"
        overflow-x: auto;

        table {
            inline-size: 100%;
            min-inline-size: 34rem;
            table-layout: fixed;
            border-collapse: separate;
            border-spacing: 2px;
        }
        th {
            color: var(--text-3);
            font-size: var(--text-11);
            font-weight: var(--weight-normal);
            text-align: start;
            white-space: nowrap;
        }
        tr > th:first-child {
            inline-size: 2.5rem;
        }
        td {
            position: relative;
            block-size: 1.625rem;
            padding: 0;
            border-radius: 2px;
            background: var(--well);
        }
        td .tint {
            position: absolute;
            inset: 0;
            border-radius: 2px;
            background: var(--chart-1);
        }
        "#
    );
    let metric = props.metric;
    let hours = use_query(asks::heatmap(&props.query, metric));
    let days = weekdays_short();
    let table = |cells: Option<Rc<Heatmap>>| {
        let most = cells.as_ref().map_or(0.0, |found| {
            most(found.cells.iter().map(|cell| cell.reading.value))
        });
        html! {
            <table aria-label={t_with("reports.by_hour", &[("metric", &metric_name(metric))])}>
                <thead>
                    <tr>
                        <th scope="col"><span class="sr">{ t("reports.day") }</span></th>
                        { for (0..24).map(|hour| html! {
                            <th key={hour} scope="col">
                                if hour % 3 == 0 { { format!("{hour:02}") } } else { <span class="sr">{ format!("{hour:02}") }</span> }
                            </th>
                        }) }
                    </tr>
                </thead>
                <tbody>
                    { for days.iter().enumerate().map(|(day, name)| html! {
                        <tr key={day}>
                            <th scope="row">{ name }</th>
                            { for (0..24).map(|hour| {
                                let cell = cells.as_ref().and_then(|found| found.cells.get(day * 24 + hour));
                                let value = cell.and_then(|cell| cell.reading.value);
                                let text = value_text(metric, value);
                                let tint = length(value, most) / 100.0;
                                html! {
                                    <td key={hour} title={format!("{name} {hour:02}:00 · {text}")}>
                                        <span class="tint" style={format!("opacity: {tint:.2}")} />
                                        <span class="sr">{ text }</span>
                                    </td>
                                }
                            }) }
                        </tr>
                    }) }
                </tbody>
            </table>
        }
    };
    let ready = |found: &Heatmap| table(Some(Rc::new(found.clone())));
    let skeleton = || html! { <Loading label={t("reports.hours_loading")}>{ table(None) }</Loading> };
    html! {
        <div {class} tabindex="0" role="group" aria-label={t_with("reports.by_hour", &[("metric", &metric_name(metric))])}>
            { view_query(&hours, &t("reports.hours_failed"), skeleton, ready) }
        </div>
    }
}
