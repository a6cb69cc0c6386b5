//! A text box that is as high as what it holds.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::scoped;

/// What browsers report for keys that an input method takes.
const KEY_OF_INPUT_METHOD: u32 = 229;

/// Props for [`GrowingTextArea`].
#[derive(Properties, PartialEq)]
pub struct GrowingTextAreaProps {
    /// The accessible name.
    pub label: AttrValue,
    /// What it holds.
    pub value: AttrValue,
    /// Shown while it is empty.
    #[prop_or_default]
    pub hint: AttrValue,
    /// Whether what it holds breaks a rule.
    #[prop_or_default]
    pub invalid: bool,
    /// Each change.
    pub on_input: Callback<String>,
    /// Enter without Shift, unless an input method takes the key to end a word.
    pub on_enter: Callback<()>,
    /// For focus.
    #[prop_or_default]
    pub node_ref: NodeRef,
}

/// The box. It grows from `rows` lines up to the `max-block-size` of the style sheet around it, then it scrolls.
#[component]
pub fn GrowingTextArea(props: &GrowingTextAreaProps) -> Html {
    let area = props.node_ref.clone();
    use_effect_with((area.clone(), props.value.clone()), |(area, _)| grow(area));
    let oninput = props.on_input.reform(|event: InputEvent| {
        event
            .target_dyn_into::<HtmlTextAreaElement>()
            .map_or_else(String::new, |area| area.value())
    });
    let onkeydown = {
        let on_enter = props.on_enter.clone();
        Callback::from(move |event: KeyboardEvent| {
            let composing = event.is_composing() || event.key_code() == KEY_OF_INPUT_METHOD;
            if event.key() == "Enter" && !event.shift_key() && !composing {
                event.prevent_default();
                on_enter.emit(());
            }
        })
    };
    let class = scoped!(
        r#"
        display: block;
        inline-size: 100%;
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--line-control);
        border-radius: var(--radius-m);
        background: var(--surface);
        color: inherit;
        font: inherit;
        resize: none;

        &[aria-invalid] {
            border-color: var(--danger-line);
        }
        "#
    );
    html! {
        <textarea
            {class}
            ref={area}
            rows="2"
            dir="auto"
            aria-label={props.label.clone()}
            placeholder={props.hint.clone()}
            value={props.value.clone()}
            aria-invalid={props.invalid.then_some("true")}
            {oninput}
            {onkeydown}
        />
    }
}

fn grow(area: &NodeRef) {
    if let Some(area) = area.cast::<HtmlTextAreaElement>() {
        let style = web_sys::HtmlElement::style(&area);
        // Refused only for values that are not valid.
        let _ = style.set_property("block-size", "auto");
        let border = area.offset_height() - area.client_height();
        let _ = style.set_property("block-size", &format!("{}px", area.scroll_height() + border));
    }
}
