//! A box to search in what stands below it.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Icon, IconName};

/// Props for [`SearchField`].
#[derive(Properties, PartialEq)]
pub struct SearchFieldProps {
    /// The accessible name.
    pub label: AttrValue,
    /// What it holds.
    pub value: AttrValue,
    /// Shown while it is empty.
    #[prop_or_default]
    pub hint: AttrValue,
    /// Each change.
    pub on_input: Callback<String>,
}

/// The box.
#[component]
pub fn SearchField(props: &SearchFieldProps) -> Html {
    let oninput = props.on_input.reform(|event: InputEvent| {
        event
            .target_dyn_into::<HtmlInputElement>()
            .map_or_else(String::new, |input| input.value())
    });
    html! {
        <div class="field-wrap">
            <Icon name={IconName::Search} />
            <input
                class="field field-quiet"
                type="search"
                aria-label={props.label.clone()}
                placeholder={props.hint.clone()}
                value={props.value.clone()}
                {oninput}
            />
        </div>
    }
}
