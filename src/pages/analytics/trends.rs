//! The way of a few metrics over the last days, small: for pages that are about something else.

use switchboard_contract::analytics::{Interval, Metric, Series, SeriesPoint};
use switchboard_contract::ids::WebsiteId;
use switchboard_engine::reports::Preset;
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use super::points::summary;
use super::values::{metric_name, point_label, value_text};
use super::wanted::report_link;
use crate::i18n::{t, t_with};
use crate::query::asks::{self, of_preset};
use crate::query::{Query, use_asked_again, use_query};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Loading, Skeleton, Trend, view_trouble};

const DAYS: Preset = Preset::Last30;
/// A month moves slowly: it is asked for again so often, in milliseconds.
const EVERY_MS: u64 = 300_000;

/// Props for [`MetricTrends`].
#[derive(Properties, PartialEq)]
pub struct MetricTrendsProps {
    /// Of this website alone.
    #[prop_or_default]
    pub website: Option<WebsiteId>,
}

/// What people ask, how long they wait and how many come, by day over the last 30, each with the way to its report.
#[component]
pub fn MetricTrends(props: &MetricTrendsProps) -> Html {
    let class = scoped!(
        r#"
        .trends {
            display: grid;
            grid-template-columns: repeat(3, minmax(0, 1fr));
            gap: var(--space-4) var(--space-8);
        }
        .trend {
            display: grid;
            gap: var(--space-2);
            min-inline-size: 0;
        }
        .trend-head {
            display: flex;
            align-items: baseline;
            justify-content: space-between;
            gap: var(--space-2);
        }
        .trend-head > button {
            min-block-size: 1.5rem;
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
            block-size: 2.75rem;
        }

        @media (max-width: 760px) {
            .trends {
                grid-template-columns: minmax(0, 1fr);
            }
        }
        "#
    );
    let website = props.website;
    let query = of_preset(DAYS, website);
    let conversations = use_query(asks::trend(&query, Metric::Conversations));
    let first_response = use_query(asks::trend(&query, Metric::FirstResponseSeconds));
    let visitors = use_query(asks::trend(&query, Metric::Visitors));
    use_asked_again(&conversations, EVERY_MS);
    use_asked_again(&first_response, EVERY_MS);
    use_asked_again(&visitors, EVERY_MS);
    let all = [
        (Metric::Conversations, conversations),
        (Metric::FirstResponseSeconds, first_response),
        (Metric::Visitors, visitors),
    ];
    let navigator = use_navigator();
    let on_open = Callback::from(move |metric: Metric| {
        if let Some(navigator) = &navigator {
            // A list of pairs always has a query form.
            let _ = navigator.push_with_query(&Route::Analytics, report_link(DAYS, website, metric));
        }
    });
    // Said once, and tried again together: what one of them is refused all are.
    let failed: Vec<&Query<Series>> = all
        .iter()
        .map(|(_, series)| series)
        .filter(|series| series.error.is_some())
        .collect();
    let said = Query {
        reload: {
            let reloads: Vec<Callback<()>> = failed.iter().map(|series| series.reload.clone()).collect();
            Callback::from(move |()| reloads.iter().for_each(|reload| reload.emit(())))
        },
        ..failed
            .first()
            .map_or_else(|| all[0].1.clone(), |series| Query::clone(series))
    };
    html! {
        <div {class}>
            <div>{ view_trouble(&said, &t("reports.points_failed")) }</div>
            <div class="trends">
                { for all.iter().map(|(metric, series)| html! {
                    <div class="trend" key={metric.to_string()}>{ view_trend(*metric, series, &query.tz, &on_open) }</div>
                }) }
            </div>
        </div>
    }
}

fn view_trend(metric: Metric, series: &Query<Series>, zone: &str, on_open: &Callback<Metric>) -> Html {
    let name = t_with("reports.by_time", &[("metric", &metric_name(metric))]);
    let onclick = on_open.reform(move |_: MouseEvent| metric);
    let points = series.data.as_ref().map(|data| &data.value.points);
    let most = points.and_then(|points| {
        let values = points.iter().filter_map(|point| point.reading.value);
        values.reduce(f64::max)
    });
    let most = most.map_or_else(AttrValue::default, |most| {
        t_with("chart.at_most", &[("value", &value_text(metric, Some(most)))])
    });
    let time_of = |point: &SeriesPoint| point_label(point.at, Interval::Day, zone);
    html! {
        <>
            <div class="trend-head">
                <button type="button" {onclick} aria-label={t_with("reports.open", &[("metric", &name)])}>{ metric_name(metric) }</button>
                <span>{ most }</span>
            </div>
            <div class="trend-room">
                if let Some(points) = points {
                    <Trend
                        {name}
                        summary={summary(metric, points, time_of)}
                        values={points.iter().map(|point| point.reading.value).collect::<Vec<_>>()}
                        unit={metric.unit()}
                    />
                } else if series.error.is_none() {
                    <Loading label={t_with("overview.figure_loading", &[("figure", &name)])}>
                        <Skeleton inline="100%" block="2.75rem" />
                    </Loading>
                }
            </div>
        </>
    }
}
