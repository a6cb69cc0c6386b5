//! Figures over time: not measured yet, and said so.

use yew::prelude::*;

use crate::i18n::t;
use crate::routes::Route;
use crate::ui::{EmptyState, IconName, Link, PageHead};

/// The page.
#[component]
pub fn Analytics() -> Html {
    html! {
        <>
            <PageHead heading={Route::Analytics.heading()} />
            <EmptyState icon={IconName::Chart} title={t("analytics.not_yet")} text={t("analytics.not_yet_text")}>
                <Link class="btn" to={Route::Overview}>{ t("analytics.to_overview") }</Link>
            </EmptyState>
        </>
    }
}
