//! One metric by time: against the time before, and split by what it adds up from.

use std::rc::Rc;

use switchboard_contract::analytics::{
    AnalyticsQuery, Dimension, Interval, Metric, Series, SeriesPart, SeriesPoint, Unit,
};
use switchboard_contract::time::Timestamp;
use switchboard_engine::chart::shares;
use yew::prelude::*;

use super::as_table::use_as_table;
use super::names::key_name;
use super::values::{metric_name, point_label, point_short, value_text};
use crate::i18n::{t, t_with};
use crate::query::{asks, use_query};
use crate::scoped;
use crate::ui::{Chart, ChartLayer, ChartPoints, Loading, Skeleton, Table, view_query, view_trouble};

/// Parts that have a colour of their own; the rest is one.
const PARTS: usize = 7;

/// Props for [`Points`].
#[derive(Properties, PartialEq)]
pub struct PointsProps {
    /// The report.
    pub query: AnalyticsQuery,
    /// Of what.
    pub metric: Metric,
    /// How much time a point stands for.
    pub interval: Interval,
    /// The same report of the time before, where it stands beside.
    #[prop_or_default]
    pub before: Option<AnalyticsQuery>,
    /// What the numbers are split by.
    #[prop_or_default]
    pub split: Option<Dimension>,
    /// The list of a point is asked for.
    pub on_pick: Callback<SeriesPoint>,
}

/// The parts of a series as layers of a chart: the largest at the ground, the smaller ones together on top.
fn layers(by: Dimension, parts: &[SeriesPart]) -> Rc<[ChartLayer]> {
    // Counts stay far below 2⁵³.
    #[allow(clippy::cast_precision_loss)]
    let values = |part: &SeriesPart| part.values.iter().map(|value| *value as f64).collect::<Vec<_>>();
    let totals: Vec<f64> = parts.iter().map(|part| values(part).iter().sum()).collect();
    let shown = shares(&totals, PARTS);
    let named: Vec<usize> = shown.iter().filter_map(|share| share.of).collect();
    let layer = |name: AttrValue, values: Vec<f64>| ChartLayer {
        name,
        points: ChartPoints::new(values.into_iter().map(Some), None),
    };
    let all = shown.iter().map(|share| match share.of {
        Some(place) => {
            let part = &parts[place];
            let name = key_name(by, part.key.as_deref(), part.name.as_deref());
            layer(name, values(part))
        }
        None => {
            let mut rest: Vec<f64> = Vec::new();
            for (_, part) in parts
                .iter()
                .enumerate()
                .filter(|(place, _)| !named.contains(place))
            {
                let values = values(part);
                rest.resize(values.len(), 0.0);
                for (sum, value) in rest.iter_mut().zip(values) {
                    *sum += value;
                }
            }
            layer(t("chart.others"), rest)
        }
    });
    all.collect()
}

/// What can be seen of a metric by time, in a sentence.
pub(super) fn summary(
    metric: Metric,
    points: &[SeriesPoint],
    time_of: impl Fn(&SeriesPoint) -> String,
) -> AttrValue {
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
        ..
    } = props;
    let (metric, interval, split) = (*metric, *interval, props.split);
    let series = use_query(asks::series(query, metric, interval, split));
    let earlier = props.before.as_ref();
    let earlier = use_query(earlier.map(|before| asks::series(before, metric, interval, None)));
    let name = t_with("reports.by_time", &[("metric", &metric_name(metric))]);
    let (has_table, table_button) = use_as_table(&name);
    let found = series.data.as_ref().map(|data| data.value.points.clone());
    let points = use_memo(found, |found| {
        let found = found.as_deref().unwrap_or_default();
        // Only the newest ones may not be over: a first one that the range cuts off is as whole as the range.
        let is_over = found.iter().rposition(|point| !point.is_partial);
        let values = found.iter().map(|point| point.reading.value);
        ChartPoints::new(values, Some(is_over.map_or(0, |last| last + 1)))
    });
    let found = series.data.as_ref().map(|data| data.value.parts.clone());
    let parts = use_memo((split, found), |(split, found)| match (split, found) {
        (Some(by), Some(found)) => layers(*by, found),
        _ => Rc::default(),
    });
    let found = earlier.data.as_ref().map(|data| data.value.points.clone());
    let before = use_memo((found, points.clone()), |(found, points)| {
        let found = found.as_ref()?;
        // Months and days of changed clocks have more or fewer points than what stands beside them.
        let values = found
            .iter()
            .map(|point| point.reading.value)
            .chain(std::iter::repeat(None));
        Some(ChartLayer {
            name: t("chart.before"),
            points: ChartPoints::new(values.take(points.count()), None),
        })
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
        html! {
            <div>
                <Chart
                    name={name.clone()}
                    summary={summary(metric, &all, &time_of)}
                    points={(*points).clone()}
                    unit={metric.unit()}
                    has_bars={metric.unit() == Unit::Count}
                    parts={(*parts).clone()}
                    before={(*before).clone()}
                    time_of={of_point(point_label)}
                    short_time_of={of_point(point_short)}
                    text_of={Callback::from(move |value| value_text(metric, value))}
                    on_pick={on_point}
                >
                    { table_button.clone() }
                </Chart>
                if has_table {
                    <div class="as-table" tabindex="0" role="group" aria-label={name.clone()}>
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
        <div {class}>
            <div>{ view_query(&series, &t("reports.points_failed"), skeleton, ready) }</div>
            <div>
                if series.error.is_none() {
                    { view_trouble(&earlier, &t("reports.earlier_failed")) }
                }
            </div>
        </div>
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
