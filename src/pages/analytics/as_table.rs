//! The numbers of a chart as a table, once somebody asks for it.

use yew::prelude::*;

use crate::i18n::t;

/// Whether the table of the chart called `name` is shown, and the button that shows or hides it.
#[hook]
pub fn use_as_table(name: &AttrValue) -> (bool, Html) {
    let is_shown = use_state_eq(|| false);
    let text = if *is_shown {
        t("chart.hide_table")
    } else {
        t("chart.show_table")
    };
    let (expanded, label) = (is_shown.to_string(), format!("{text}: {name}"));
    let onclick = {
        let is_shown = is_shown.clone();
        Callback::from(move |_: MouseEvent| is_shown.set(!*is_shown))
    };
    let button = html! { <button type="button" class="text-btn" aria-expanded={expanded} aria-label={label} {onclick}>{ text }</button> };
    (*is_shown, button)
}
