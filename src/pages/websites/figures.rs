//! How a website did: its figures over the last days, each with the way to its report.

use switchboard_contract::analytics::Metric;
use switchboard_contract::ids::WebsiteId;
use switchboard_engine::reports::Preset;
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use crate::i18n::t;
use crate::pages::analytics::{MetricFigures, MetricTrends, report_link};
use crate::query::asks::{self, of_preset};
use crate::query::use_query;
use crate::routes::Route;
use crate::scoped;
use crate::ui::view_trouble;

const DAYS: Preset = Preset::Last30;
const FIGURES: &[Metric] = &[
    Metric::Conversations,
    Metric::FirstResponseSeconds,
    Metric::Missed,
    Metric::Satisfaction,
    Metric::Visitors,
];

/// Props for [`WebsiteFigures`].
#[derive(Properties, PartialEq)]
pub struct WebsiteFiguresProps {
    /// Which website.
    pub id: WebsiteId,
}

/// The section.
#[component]
pub fn WebsiteFigures(props: &WebsiteFiguresProps) -> Html {
    let class = scoped!(
        r#"
        margin-block-end: var(--space-8);

        .trends {
            padding-block-start: var(--space-4);
        }
        "#
    );
    let website = Some(props.id);
    let overview = use_query(asks::figures(&of_preset(DAYS, website)));
    let navigator = use_navigator();
    let on_pick = Callback::from(move |metric: Metric| {
        if let Some(navigator) = &navigator {
            // A list of pairs always has a query form.
            let _ = navigator.push_with_query(&Route::Analytics, report_link(DAYS, website, metric));
        }
    });
    html! {
        <section {class} aria-labelledby="website-figures">
            <div class="section-head"><h2 id="website-figures">{ t("reports.last_30") }</h2></div>
            <div>{ view_trouble(&overview, &t("reports.figures_failed")) }</div>
            <MetricFigures label={t("reports.figures")} {overview} metrics={FIGURES} compares=true {on_pick} />
            <div class="trends"><MetricTrends {website} /></div>
        </section>
    }
}
