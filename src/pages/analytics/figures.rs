//! Figures of a range in one ruled strip, each with its change and a way to what stands behind it.

use switchboard_contract::analytics::{Metric, Overview};
use yew::prelude::*;

use super::definition::Defined;
use super::values::{Delta, beside, metric_name, value_text};
use crate::browser::now;
use crate::i18n::{t, t_with};
use crate::query::Query;
use crate::scoped;
use crate::ui::{Loading, Skeleton};

/// A day on which clocks are put back, in milliseconds.
const LONGEST_DAY_MS: i64 = 25 * 3_600_000;

/// Props for [`MetricFigures`].
#[derive(Properties, PartialEq)]
pub struct MetricFiguresProps {
    /// What the figures are about.
    pub label: AttrValue,
    /// The figures.
    pub overview: Query<Overview>,
    /// Which of them, from the start of the line.
    pub metrics: &'static [Metric],
    /// Whether they stand beside those of the time before.
    pub compares: bool,
    /// What stands behind a number is asked for.
    pub on_pick: Callback<Metric>,
}

/// The strip. Each number is an element of its own.
#[component]
pub fn MetricFigures(props: &MetricFiguresProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));
        gap: 1px;
        overflow: visible;
        border-block: 1px solid var(--line);
        background: var(--line);

        .figure {
            display: grid;
            align-content: start;
            gap: var(--space-1);
            min-inline-size: 0;
            padding: var(--space-4) var(--space-4);
            background: var(--surface);
        }
        dt {
            min-inline-size: 0;
            color: var(--text-2);
            white-space: nowrap;
        }
        .value {
            block-size: var(--lh-24);
            font-size: var(--text-24);
            line-height: var(--lh-24);
            font-weight: var(--weight-strong);
            font-variant-numeric: var(--numeric);
            letter-spacing: var(--tracking-display);
            white-space: nowrap;
        }
        .value button {
            padding: 0;
            border-radius: var(--radius-xs);
            color: inherit;
            font: inherit;
            letter-spacing: inherit;
        }
        .value button:hover {
            color: var(--accent-text);
            text-decoration: underline;
            text-underline-offset: 3px;
            text-decoration-thickness: 1px;
        }
        .detail {
            min-block-size: var(--lh-12);
            color: var(--text-3);
            font-size: var(--text-12);
            line-height: var(--lh-12);
            font-variant-numeric: var(--numeric);
        }
        @media (max-width: 640px) {
            grid-template-columns: repeat(2, minmax(0, 1fr));

            .figure {
                padding: var(--space-3);
            }
            .value {
                font-size: var(--text-20);
            }
        }
        "#
    );
    html! {
        <dl {class} aria-label={props.label.clone()}>
            { for props.metrics.iter().map(|metric| html! {
                <div class="figure" key={metric.to_string()}>
                    <dt><Defined metric={*metric} place="figures" /></dt>
                    { figure(props, *metric) }
                </div>
            }) }
        </dl>
    }
}

fn figure(props: &MetricFiguresProps, metric: Metric) -> Html {
    let name = metric_name(metric);
    let Some(data) = &props.overview.data else {
        let body = if props.overview.error.is_some() {
            html! { <><span aria-hidden="true">{ "–" }</span><span class="sr">{ t("overview.no_figure") }</span></> }
        } else {
            html! {
                <Loading label={t_with("overview.figure_loading", &[("figure", &name)])}>
                    <Skeleton inline="3rem" block="1.5rem" />
                </Loading>
            }
        };
        return html! { <><dd class="value">{ body }</dd><dd class="detail" /><dd class="detail" /></> };
    };
    let overview = &data.value;
    let reading = overview.current.reading(metric);
    let text = value_text(metric, reading.value);
    let before = overview.previous.reading(metric).value;
    let has_list = metric != Metric::Visitors && overview.current.occurrences(metric) > 0;
    let onclick = props.on_pick.reform(move |_: MouseEvent| metric);
    html! {
        <>
            <dd class="value">
                if has_list {
                    <button type="button" {onclick} aria-label={t_with("reports.show_behind", &[("value", &text), ("metric", &name)])}>{ text }</button>
                } else {
                    { text }
                }
            </dd>
            <dd class="detail">
                if props.compares && is_one_unfinished_day(overview) {
                    { t_with("reports.was", &[("value", &value_text(metric, before))]) }
                } else if props.compares {
                    <Delta {metric} current={reading.value} previous={before} />
                }
            </dd>
            <dd class="detail">{ beside(metric, &overview.current, reading) }</dd>
        </>
    }
}

/// The range is a day that is not over: set against a whole one its figures would only seem to have fallen.
fn is_one_unfinished_day(overview: &Overview) -> bool {
    let period = overview.period;
    period.until > now().wall && period.until.as_millis() - period.from.as_millis() <= LONGEST_DAY_MS
}
