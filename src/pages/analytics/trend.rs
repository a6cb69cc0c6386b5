//! The way of a metric over some days, small: for pages that are about something else.

use switchboard_contract::analytics::{Interval, Metric, Series};
use switchboard_contract::ids::WebsiteId;
use switchboard_engine::reports::Preset;
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use super::points::summary;
use super::values::{metric_name, point_label, value_text};
use super::wanted::{of_preset, report_link};
use crate::i18n::{t, t_with};
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Loading, Skeleton, Trend, view_query};

/// Props for [`MetricTrend`].
#[derive(Properties, PartialEq)]
pub struct MetricTrendProps {
    /// Of what.
    pub metric: Metric,
    /// Over which days.
    pub preset: Preset,
    /// Of this website alone.
    #[prop_or_default]
    pub website: Option<WebsiteId>,
}

/// The metric by day, with the way to its report.
#[component]
pub fn MetricTrend(props: &MetricTrendProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-2);
        min-inline-size: 0;

        .trend-head {
            display: flex;
            align-items: baseline;
            justify-content: space-between;
            gap: var(--space-2);
        }
        .trend-head > button {
            padding: 0;
            border-radius: var(--radius-xs);
            color: inherit;
            font: inherit;
            font-weight: var(--weight-medium);
            text-align: start;
        }
        .trend-head > button:hover {
            color: var(--accent-text);
            text-decoration: underline;
        }
        .trend-head > span {
            flex: none;
            color: var(--text-3);
            font-size: var(--text-12);
            line-height: var(--lh-12);
        }
        .trend-room {
            min-block-size: 2.75rem;
        }
        "#
    );
    let MetricTrendProps {
        metric,
        preset,
        website,
    } = *props;
    let query = of_preset(preset, website);
    let zone = query.tz.clone();
    let series = use_query(asks::series(&query, metric, Interval::Day, None));
    let name = t_with("reports.by_time", &[("metric", &metric_name(metric))]);
    let navigator = use_navigator();
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(navigator) = &navigator {
            // A list of pairs always has a query form.
            let _ = navigator.push_with_query(&Route::Analytics, report_link(preset, website, metric));
        }
    });
    let found = series.data.as_ref().map(|data| &data.value.points);
    let most = found.and_then(|points| {
        let values = points.iter().filter_map(|point| point.reading.value);
        values.reduce(f64::max)
    });
    let ready = |found: &Series| {
        let time_of = |point: &switchboard_contract::analytics::SeriesPoint| {
            point_label(point.at, Interval::Day, &zone)
        };
        html! {
            <Trend
                name={name.clone()}
                summary={summary(metric, &found.points, time_of)}
                values={found.points.iter().map(|point| point.reading.value).collect::<Vec<_>>()}
                unit={metric.unit()}
            />
        }
    };
    let skeleton = || {
        let label = t_with("overview.figure_loading", &[("figure", &name)]);
        html! { <Loading {label}><Skeleton inline="100%" block="2.75rem" /></Loading> }
    };
    html! {
        <div {class}>
            <div class="trend-head">
                <button type="button" {onclick} aria-label={t_with("reports.open", &[("metric", &name)])}>{ metric_name(metric) }</button>
                <span>{ most.map_or_else(AttrValue::default, |most| t_with("chart.at_most", &[("value", &value_text(metric, Some(most)))])) }</span>
            </div>
            <div class="trend-room">{ view_query(&series, &t("reports.points_failed"), skeleton, ready) }</div>
        </div>
    }
}
