//! How the durations of a metric are distributed: a histogram.

use std::rc::Rc;

use switchboard_contract::analytics::{AnalyticsQuery, Histogram, HistogramStep, Metric, Unit};
use yew::prelude::*;

use super::as_table::use_as_table;
use super::values::metric_name;
use crate::i18n::{duration_short, number, t, t_with};
use crate::query::{asks, use_query};
use crate::scoped;
use crate::ui::{Chart, ChartPoints, Loading, Skeleton, Table, view_query};

/// Props for [`Steps`].
#[derive(Properties, PartialEq)]
pub struct StepsProps {
    /// The report.
    pub query: AnalyticsQuery,
    /// A duration.
    pub metric: Metric,
    /// The list of a step is asked for.
    pub on_pick: Callback<(HistogramStep, AttrValue)>,
}

/// Whole seconds, as steps have them.
#[allow(clippy::cast_possible_truncation)]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}

/// A step in words, such as `1 min to 2 min`.
fn step_name(step: &HistogramStep) -> AttrValue {
    let from = duration_short(whole(step.least));
    match step.below.map(|below| duration_short(whole(below))) {
        Some(below) if step.least > 0.0 => t_with("reports.step", &[("from", &from), ("to", &below)]),
        Some(below) => t_with("reports.step_below", &[("to", &below)]),
        None => t_with("reports.step_from", &[("from", &from)]),
    }
}

/// What can be seen of it, in a sentence.
fn summary(steps: &[HistogramStep]) -> AttrValue {
    let total: u64 = steps.iter().map(|step| step.count).sum();
    // Of equal ones the first.
    let Some(most) = steps
        .iter()
        .rev()
        .max_by_key(|step| step.count)
        .filter(|_| total > 0)
    else {
        return t("chart.nothing");
    };
    t_with(
        "reports.steps_summary",
        &[
            ("total", &number(total)),
            ("step", &step_name(most)),
            ("count", &number(most.count)),
        ],
    )
}

/// The histogram, and the same numbers as a table.
#[component]
pub fn Steps(props: &StepsProps) -> Html {
    let class = scoped!(
        r#"
        .waiting {
            block-size: calc(208px + 3rem + var(--space-2));
        }
        "#
    );
    let metric = props.metric;
    let histogram = use_query(asks::histogram(&props.query, metric));
    let found = histogram.data.as_ref().map(|data| data.value.steps.clone());
    let points = use_memo(found, |found| {
        let found = found.as_deref().unwrap_or_default();
        // Counts stay far below 2⁵³.
        #[allow(clippy::cast_precision_loss)]
        let points = ChartPoints::new(found.iter().map(|step| Some(step.count as f64)), None);
        points
    });
    let name = t_with("reports.by_step", &[("metric", &metric_name(metric))]);
    let (has_table, table_button) = use_as_table(&name);
    let ready = |found: &Histogram| {
        let steps: Rc<[HistogramStep]> = found.steps.as_slice().into();
        let name_of = |text: fn(&HistogramStep) -> AttrValue| {
            let steps = steps.clone();
            Callback::from(move |index: usize| steps.get(index).map_or_else(AttrValue::default, text))
        };
        let on_pick = {
            let (steps, on_pick) = (steps.clone(), props.on_pick.clone());
            Callback::from(move |index: usize| {
                if let Some(step) = steps.get(index).filter(|step| step.count > 0) {
                    on_pick.emit((*step, step_name(step)));
                }
            })
        };
        html! {
            <div>
                <Chart
                    name={name.clone()}
                    summary={summary(&steps)}
                    points={(*points).clone()}
                    unit={Unit::Count}
                    has_bars=true
                    time_of={name_of(step_name)}
                    short_time_of={name_of(|step| duration_short(whole(step.least)).into())}
                    text_of={Callback::from(|value: Option<f64>| AttrValue::from(number(value.map_or(0, |value| value as u64))))}
                    {on_pick}
                >
                    { table_button.clone() }
                </Chart>
                if has_table {
                    { view_steps(&name, &steps, &props.on_pick) }
                } else {
                    <span hidden=true />
                }
            </div>
        }
    };
    let skeleton = || {
        html! {
            <Loading label={t("reports.steps_loading")}>
                <div class="waiting"><Skeleton inline="100%" block="100%" /></div>
            </Loading>
        }
    };
    html! {
        <div {class}>{ view_query(&histogram, &t("reports.steps_failed"), skeleton, ready) }</div>
    }
}

fn view_steps(
    name: &AttrValue,
    steps: &[HistogramStep],
    on_pick: &Callback<(HistogramStep, AttrValue)>,
) -> Html {
    html! {
        <Table label={name.clone()} tight=true>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{ t("reports.duration") }</th>
                    <th role="columnheader" class="end">{ t("reports.count") }</th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                { for steps.iter().map(|step| {
                    let (label, text) = (step_name(step), number(step.count));
                    let onclick = {
                        let picked = (*step, label.clone());
                        on_pick.reform(move |_: MouseEvent| picked.clone())
                    };
                    html! {
                        <tr role="row" key={whole(step.least)}>
                            <td role="cell">{ label.clone() }</td>
                            <td role="cell" class="end" data-label={t("reports.count")}>
                                if step.count > 0 {
                                    <button type="button" class="text-btn" {onclick} aria-label={t_with("reports.show_behind", &[("value", &text), ("metric", &label)])}>{ text.clone() }</button>
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
