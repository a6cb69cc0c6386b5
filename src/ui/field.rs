//! A text field with its label, hint and error.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, InputEvent};
use yew::prelude::*;

use super::{Icon, IconButton, IconName, IconSize};
use crate::i18n::t;

/// Props for [`Field`].
#[derive(Properties, PartialEq)]
pub struct FieldProps {
    /// The input's id: unique on the page, also where an error summary leads.
    pub id: AttrValue,
    /// What is asked for.
    pub label: AttrValue,
    /// What it holds.
    pub value: AttrValue,
    /// Each change, as typed.
    pub oninput: Callback<String>,
    /// The field was left.
    #[prop_or_default]
    pub onblur: Callback<()>,
    /// The form's name for it, which password managers read.
    pub name: AttrValue,
    /// `text`, `email` or `password`; a password can be shown.
    #[prop_or(AttrValue::Static("text"))]
    pub kind: AttrValue,
    /// The `autocomplete` token.
    #[prop_or_default]
    pub autocomplete: Option<AttrValue>,
    /// A sentence below it.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// What is wrong with it; in the hint's place.
    #[prop_or_default]
    pub error: Option<AttrValue>,
    /// 40 px high, for entry pages.
    #[prop_or_default]
    pub large: bool,
    /// Stands at the end of the label's line.
    #[prop_or_default]
    pub aside: Html,
    /// For focus.
    #[prop_or_default]
    pub node_ref: NodeRef,
    /// More classes of the whole.
    #[prop_or_default]
    pub class: Classes,
}

/// A text field. Its message is tied to it, so that a screen reader reads both.
#[component]
pub fn Field(props: &FieldProps) -> Html {
    let shown = use_state(|| false);
    let oninput = {
        let oninput = props.oninput.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            {
                oninput.emit(input.value());
            }
        })
    };
    let onblur = {
        let onblur = props.onblur.clone();
        Callback::from(move |_: FocusEvent| onblur.emit(()))
    };
    let is_password = props.kind == "password";
    let kind = if is_password && *shown {
        AttrValue::Static("text")
    } else {
        props.kind.clone()
    };
    let toggle = {
        let shown = shown.clone();
        Callback::from(move |_: MouseEvent| shown.set(!*shown))
    };
    let message_id = format!("{}-message", props.id);
    let has_message = props.error.is_some() || props.hint.is_some();
    html! {
        <div class={classes!("form-item", props.class.clone())}>
            <div class="row">
                <label class="label" for={props.id.clone()}>{ props.label.clone() }</label>
                { props.aside.clone() }
            </div>
            <div class="field-wrap">
                <input
                    ref={props.node_ref.clone()}
                    class={classes!("field", props.large.then_some("field-large"), is_password.then_some("field-password"))}
                    id={props.id.clone()}
                    name={props.name.clone()}
                    type={kind}
                    inputmode={(props.kind == "email").then_some("email")}
                    autocomplete={props.autocomplete.clone()}
                    autocapitalize="none"
                    spellcheck="false"
                    value={props.value.clone()}
                    aria-invalid={props.error.is_some().then_some("true")}
                    aria-describedby={has_message.then(|| message_id.clone())}
                    {oninput}
                    {onblur}
                />
                if is_password {
                    <IconButton icon={IconName::Eye} label={t("field.show_password")} pressed={*shown} onclick={toggle} />
                }
            </div>
            <div id={message_id}>
                if let Some(error) = &props.error {
                    <p class="error-text">
                        <Icon name={IconName::Alert} size={IconSize::Small} />
                        <span>{ error.clone() }</span>
                    </p>
                } else if let Some(hint) = &props.hint {
                    <p class="hint">{ hint.clone() }</p>
                }
            </div>
        </div>
    }
}

/// Props for [`Checkbox`].
#[derive(Properties, PartialEq)]
pub struct CheckboxProps {
    /// What is chosen.
    pub label: AttrValue,
    /// The form's name for it.
    pub name: AttrValue,
    /// Whether it is on.
    pub checked: bool,
    /// Each change.
    pub onchange: Callback<bool>,
}

/// A checkbox with its label.
#[component]
pub fn Checkbox(props: &CheckboxProps) -> Html {
    let onchange = {
        let onchange = props.onchange.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            {
                onchange.emit(input.checked());
            }
        })
    };
    html! {
        <label class="check">
            <input type="checkbox" name={props.name.clone()} checked={props.checked} {onchange} />
            <span>{ props.label.clone() }</span>
        </label>
    }
}
