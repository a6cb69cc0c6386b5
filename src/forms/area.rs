//! Several lines of text as a field of a form.

use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::FormHandle;
use super::renewed::{use_renewed, view_renewed};
use crate::ui::{Icon, IconName, IconSize};

/// Props for [`FormTextArea`].
#[derive(Properties, PartialEq)]
pub struct FormTextAreaProps {
    /// The form.
    pub form: FormHandle,
    /// Which field of it.
    pub name: &'static str,
    /// Lines shown.
    #[prop_or(3)]
    pub rows: u32,
    /// A sentence below it.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// For focus.
    #[prop_or_default]
    pub node_ref: NodeRef,
}

/// A field of several lines. Its message is tied to it, so that a screen reader reads both.
#[component]
pub fn FormTextArea(props: &FormTextAreaProps) -> Html {
    let (form, name) = (&props.form, props.name);
    let is_renewed = use_renewed(form, name);
    let (id, error) = (form.id(name), form.error(name));
    let oninput = form.setter(name).reform(|event: InputEvent| {
        event
            .target()
            .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok())
            .map_or_else(String::new, |area| area.value())
    });
    let onblur = form.leaver(name).reform(|_: FocusEvent| ());
    let message_id = format!("{id}-message");
    let has_message = error.is_some() || props.hint.is_some();
    html! {
        <div class={classes!("form-item", is_renewed.then_some("is-renewed"))}>
            <div class="row">
                <label class="label" for={id.clone()}>{ form.label(name) }</label>
                { view_renewed(is_renewed) }
            </div>
            <textarea
                class="field field-area"
                {id}
                ref={props.node_ref.clone()}
                rows={props.rows.to_string()}
                dir="auto"
                spellcheck="false"
                value={form.value(name)}
                aria-invalid={error.is_some().then_some("true")}
                aria-describedby={has_message.then(|| message_id.clone())}
                {oninput}
                {onblur}
            />
            <div id={message_id}>
                if let Some(error) = error {
                    <p class="error-text">
                        <Icon name={IconName::Alert} size={IconSize::Small} />
                        <span>{ error }</span>
                    </p>
                } else if let Some(hint) = &props.hint {
                    <p class="hint">{ hint.clone() }</p>
                }
            </div>
        </div>
    }
}
