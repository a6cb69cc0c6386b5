//! How the last weeks went.

use switchboard_contract::analytics::Metric;
use switchboard_engine::reports::Preset;
use yew::prelude::*;

use crate::i18n::t;
use crate::pages::analytics::MetricTrend;
use crate::scoped;

const SHOWN: [Metric; 3] = [
    Metric::Conversations,
    Metric::FirstResponseSeconds,
    Metric::Visitors,
];

/// A small line for each of a few metrics, each with a way to its report.
#[component]
pub fn Trends() -> Html {
    let class = scoped!(
        r#"
        .trends {
            display: grid;
            grid-template-columns: repeat(3, minmax(0, 1fr));
            gap: var(--space-4) var(--space-8);
        }

        @media (max-width: 760px) {
            .trends {
                grid-template-columns: minmax(0, 1fr);
            }
        }
        "#
    );
    html! {
        <section {class} aria-labelledby="trends-heading">
            <div class="section-head"><h2 id="trends-heading">{ t("reports.last_30") }</h2></div>
            <div class="trends">
                { for SHOWN.iter().map(|metric| html! { <MetricTrend key={metric.to_string()} metric={*metric} preset={Preset::Last30} /> }) }
            </div>
        </section>
    }
}
