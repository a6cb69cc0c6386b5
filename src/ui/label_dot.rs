//! A label's colour, beside its name.

use switchboard_contract::live_chat::LabelColour;
use yew::prelude::*;

use crate::scoped;

/// Props for [`LabelDot`].
#[derive(Properties, PartialEq)]
pub struct LabelDotProps {
    /// The label's colour.
    pub colour: LabelColour,
}

/// A coloured square; decorative: the name says which label it is.
#[component]
pub fn LabelDot(props: &LabelDotProps) -> Html {
    let class = scoped!(
        r#"
        flex: none;
        inline-size: 0.5rem;
        block-size: 0.5rem;
        border-radius: 2px;
        background: var(--neutral-8);

        &.label-blue { background: var(--accent); }
        &.label-green { background: var(--success-solid); }
        &.label-yellow { background: #c9a100; }
        &.label-orange { background: #d9772b; }
        &.label-red { background: var(--danger-solid); }
        &.label-purple { background: #8a63d2; }
        "#
    );
    let colour = match props.colour {
        LabelColour::Blue => "label-blue",
        LabelColour::Green => "label-green",
        LabelColour::Yellow => "label-yellow",
        LabelColour::Orange => "label-orange",
        LabelColour::Red => "label-red",
        LabelColour::Purple => "label-purple",
        LabelColour::Grey | LabelColour::Unknown => "label-grey",
    };
    html! { <span class={classes!(class, "label-dot", colour)} aria-hidden="true"></span> }
}
