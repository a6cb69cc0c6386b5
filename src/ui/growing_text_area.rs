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
    /// Each key before anything else comes of it; what is prevented goes no further.
    #[prop_or_default]
    pub on_key: Callback<KeyboardEvent>,
    /// The cursor may stand elsewhere.
    #[prop_or_default]
    pub on_move: Callback<()>,
    /// The focus has left.
    #[prop_or_default]
    pub on_leave: Callback<()>,
    /// The id of the list that is offered for what is typed, while it is there.
    #[prop_or_default]
    pub list: Option<AttrValue>,
    /// The id of the option that is chosen next.
    #[prop_or_default]
    pub active: Option<AttrValue>,
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
        let (on_enter, on_key) = (props.on_enter.clone(), props.on_key.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.is_composing() || event.key_code() == KEY_OF_INPUT_METHOD {
                return;
            }
            on_key.emit(event.clone());
            if event.default_prevented() {
                return;
            }
            if event.key() == "Enter" && !event.shift_key() {
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
            aria-autocomplete="list"
            aria-controls={props.list.clone()}
            aria-activedescendant={props.active.clone()}
            {oninput}
            {onkeydown}
            onkeyup={props.on_move.reform(|_: KeyboardEvent| ())}
            onclick={props.on_move.reform(|_: MouseEvent| ())}
            onblur={props.on_leave.reform(|_: FocusEvent| ())}
        />
    }
}

/// What is selected in the text box of a node, in UTF-16 units: start and end.
#[must_use]
pub fn selected_text(area: &NodeRef) -> Option<(u32, u32)> {
    let area = area.cast::<HtmlTextAreaElement>()?;
    let start = area.selection_start().ok().flatten()?;
    let end = area.selection_end().ok().flatten()?;
    Some((start, end))
}

/// Selects a part of what a text box holds, in UTF-16 units.
pub fn select_text(area: &NodeRef, start: u32, end: u32) {
    if let Some(area) = area.cast::<HtmlTextAreaElement>() {
        // Refused only where there is nothing to select.
        let _ = area.set_selection_range(start, end);
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
