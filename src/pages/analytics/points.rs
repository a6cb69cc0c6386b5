//! One metric by time, and by hour of the week.

use std::rc::Rc;

use switchboard_contract::analytics::{AnalyticsQuery, Heatmap, Interval, Metric, Series, SeriesPoint, Unit};
use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use super::values::{metric_name, point_label, point_short, value_text};
use crate::i18n::{t, t_with, weekdays_short};
use crate::query::{asks, use_query};
use crate::scoped;
use crate::ui::{Chart, ChartPoints, Loading, Skeleton, Table, view_query};

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

/// What can be seen of a metric by time, in a sentence.
fn summary(metric: Metric, points: &[SeriesPoint], time_of: impl Fn(&SeriesPoint) -> String) -> AttrValue {
    let measured = || {
        let measured = |point: &SeriesPoint| point.reading.value.map(|value| (value, *point));
        points.iter().filter_map(measured)
    };
    let by_value = |one: &(f64, SeriesPoint), other: &(f64, SeriesPoint)| one.0.total_cmp(&other.0);
    let (Some((most, most_at)), Some((least, least_at))) =
        (measured().max_by(by_value), measured().min_by(by_value))
    else {
        return t("chart.nothing");
    };
    t_with(
        "chart.highest",
        &[
            ("most", &value_text(metric, Some(most))),
            ("most_time", &time_of(&most_at)),
            ("least", &value_text(metric, Some(least))),
            ("least_time", &time_of(&least_at)),
        ],
    )
}

/// Whether a list stands behind a point.
fn has_list(metric: Metric, point: &SeriesPoint) -> bool {
    metric != Metric::Visitors && point.reading.value.is_some_and(|value| value > 0.0)
}

/// A metric by time: a chart, and the same numbers as a table.
#[component]
pub fn Points(props: &PointsProps) -> Html {
    let class = scoped!(
        r#"
        .as-table {
            max-block-size: 24rem;
            overflow: auto;
        }
        .waiting {
            block-size: calc(208px + 3rem + var(--space-2));
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
            .as-table {
                max-block-size: none;
            }
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
    let has_table = use_state_eq(|| false);
    let found = series.data.as_ref().map(|data| data.value.points.clone());
    let points = use_memo(found, |found| {
        let found = found.as_deref().unwrap_or_default();
        // Only the newest ones may not be over: a first one that the range cuts off is as whole as the range.
        let is_over = found.iter().rposition(|point| !point.is_partial);
        let values = found.iter().map(|point| point.reading.value);
        ChartPoints::new(values, Some(is_over.map_or(0, |last| last + 1)))
    });
    let ready = |found: &Series| {
        let all: Rc<[SeriesPoint]> = found.points.as_slice().into();
        let time_of = {
            let zone = query.tz.clone();
            move |point: &SeriesPoint| point_label(point.at, interval, &zone)
        };
        let of_point = |text: fn(Timestamp, Interval, &str) -> String| {
            let (all, zone) = (all.clone(), query.tz.clone());
            Callback::from(move |index: usize| {
                let point = all.get(index);
                AttrValue::from(point.map_or_else(String::new, |point| text(point.at, interval, &zone)))
            })
        };
        let on_point = {
            let (all, on_pick) = (all.clone(), on_pick.clone());
            Callback::from(move |index: usize| {
                if let Some(point) = all.get(index).filter(|point| has_list(metric, point)) {
                    on_pick.emit(*point);
                }
            })
        };
        let toggle = {
            let has_table = has_table.clone();
            Callback::from(move |_: MouseEvent| has_table.set(!*has_table))
        };
        let text = if *has_table {
            t("chart.hide_table")
        } else {
            t("chart.show_table")
        };
        html! {
            <div>
                <Chart
                    name={t_with("reports.by_time", &[("metric", &metric_name(metric))])}
                    summary={summary(metric, &all, &time_of)}
                    points={(*points).clone()}
                    unit={metric.unit()}
                    has_bars={metric.unit() == Unit::Count}
                    time_of={of_point(point_label)}
                    short_time_of={of_point(point_short)}
                    text_of={Callback::from(move |value| value_text(metric, value))}
                    on_pick={on_point}
                >
                    <button type="button" class="text-btn" aria-expanded={has_table.to_string()} onclick={toggle}>{ text }</button>
                </Chart>
                if *has_table {
                    <div class="as-table" tabindex="0" role="group" aria-label={t_with("reports.by_time", &[("metric", &metric_name(metric))])}>
                        { view_points(metric, &all, &time_of, on_pick) }
                    </div>
                } else {
                    <span hidden=true />
                }
            </div>
        }
    };
    let skeleton = || {
        html! {
            <Loading label={t("reports.points_loading")}>
                <div class="waiting"><Skeleton inline="100%" block="100%" /></div>
            </Loading>
        }
    };
    html! {
        <div {class}>{ view_query(&series, &t("reports.points_failed"), skeleton, ready) }</div>
    }
}

/// The points as a table, the newest one first.
fn view_points(
    metric: Metric,
    points: &[SeriesPoint],
    time_of: &impl Fn(&SeriesPoint) -> String,
    on_pick: &Callback<SeriesPoint>,
) -> Html {
    html! {
        <Table label={t_with("reports.by_time", &[("metric", &metric_name(metric))])} tight=true>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{ t("reports.time") }</th>
                    <th role="columnheader" class="end">{ metric_name(metric) }</th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                { for points.iter().rev().map(|point| {
                    let text = value_text(metric, point.reading.value);
                    let label = time_of(point);
                    let onclick = { let point = *point; on_pick.reform(move |_: MouseEvent| point) };
                    html! {
                        <tr role="row" key={point.at.to_string()}>
                            <td role="cell">
                                { &label }
                                if point.is_partial {
                                    <span class="text-3">{ " · " }{ t("reports.partial") }</span>
                                }
                            </td>
                            <td role="cell" class="end" data-label={metric_name(metric)}>
                                if has_list(metric, point) {
                                    <button type="button" class="pick" {onclick} aria-label={t_with("reports.show_behind", &[("value", &text), ("metric", &label)])}>{ text.clone() }</button>
                                } else {
                                    { text }
                                }
                            </td>
                        </tr>
                    }
                }) }
            </tbody>
        </Table>
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
