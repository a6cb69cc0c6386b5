//! One field of a form.

use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::FormHandle;
use super::renewed::{use_renewed, view_renewed};
use crate::i18n::t;
use crate::scoped;
use crate::ui::{Field, Icon, IconName, IconSize};

/// Props for [`FormField`].
#[derive(Properties, PartialEq)]
pub struct FormFieldProps {
    /// The form.
    pub form: FormHandle,
    /// Which field of it.
    pub name: &'static str,
    /// `text`, `email` or `password`.
    #[prop_or(AttrValue::Static("text"))]
    pub kind: AttrValue,
    /// The `autocomplete` token.
    #[prop_or_default]
    pub autocomplete: Option<AttrValue>,
    /// A sentence below it.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// 40 px high, for entry pages.
    #[prop_or_default]
    pub large: bool,
    /// At the end of the label's line.
    #[prop_or_default]
    pub aside: Html,
    /// For focus.
    #[prop_or_default]
    pub node_ref: NodeRef,
}

/// A text field of a form.
#[component]
pub fn FormField(props: &FormFieldProps) -> Html {
    let (form, name) = (&props.form, props.name);
    let is_renewed = use_renewed(form, name);
    let aside = html! { <>{ props.aside.clone() }{ view_renewed(is_renewed) }</> };
    html! {
        <Field
            class={classes!(is_renewed.then_some("is-renewed"))}
            id={form.id(name)}
            {name}
            kind={props.kind.clone()}
            label={form.label(name)}
            autocomplete={props.autocomplete.clone()}
            value={form.value(name)}
            hint={if form.is_validating(name) { Some(t("form.validating")) } else { props.hint.clone() }}
            error={form.error(name)}
            oninput={form.setter(name)}
            onblur={form.leaver(name)}
            large={props.large}
            {aside}
            node_ref={props.node_ref.clone()}
        />
    }
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What the form holds.
    pub value: AttrValue,
    /// What the person reads.
    pub text: AttrValue,
}

/// Props for [`SelectField`].
#[derive(Properties, PartialEq)]
pub struct SelectFieldProps {
    /// The element's id.
    pub id: AttrValue,
    /// What is asked for.
    pub label: AttrValue,
    /// What is chosen.
    pub value: AttrValue,
    /// What there is to choose.
    pub choices: Vec<Choice>,
    /// Another one was chosen.
    pub onchange: Callback<String>,
    /// A sentence below it.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// At the end of the label's line.
    #[prop_or_default]
    pub aside: Html,
    /// More classes of the whole.
    #[prop_or_default]
    pub class: Classes,
}

/// One of several, from the browser's own list.
#[component]
pub fn SelectField(props: &SelectFieldProps) -> Html {
    let class = scoped!(
        r#"
        position: relative;
        display: inline-grid;
        align-items: center;
        inline-size: 100%;

        select {
            appearance: none;
            padding-inline-end: 1.75rem;
            cursor: pointer;
            text-overflow: ellipsis;
        }
        & > .icon {
            position: absolute;
            inset-inline-end: 0.5rem;
            color: var(--text-3);
            pointer-events: none;
        }
        "#
    );
    let onchange = {
        let onchange = props.onchange.clone();
        Callback::from(move |event: Event| {
            if let Some(select) = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
            {
                onchange.emit(select.value());
            }
        })
    };
    let hint_id = format!("{}-message", props.id);
    html! {
        <div class={classes!("form-item", props.class.clone())}>
            <div class="row">
                <label class="label" for={props.id.clone()}>{ props.label.clone() }</label>
                { props.aside.clone() }
            </div>
            <div {class}>
                <select
                    class="field"
                    id={props.id.clone()}
                    aria-describedby={props.hint.is_some().then(|| hint_id.clone())}
                    {onchange}
                >
                    { for props.choices.iter().map(|choice| html! {
                        <option
                            key={choice.value.to_string()}
                            value={choice.value.clone()}
                            selected={choice.value == props.value}
                        >
                            { choice.text.clone() }
                        </option>
                    }) }
                </select>
                <Icon name={IconName::Down} size={IconSize::Small} />
            </div>
            <div id={hint_id}>
                if let Some(hint) = &props.hint {
                    <p class="hint">{ hint.clone() }</p>
                }
            </div>
        </div>
    }
}

/// Props for [`FormSelect`].
#[derive(Properties, PartialEq)]
pub struct FormSelectProps {
    /// The form.
    pub form: FormHandle,
    /// Which field of it.
    pub name: &'static str,
    /// What there is to choose.
    pub choices: Vec<Choice>,
    /// A sentence below it.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
}

/// A field of a form that holds one of several.
#[component]
pub fn FormSelect(props: &FormSelectProps) -> Html {
    let (form, name) = (&props.form, props.name);
    let is_renewed = use_renewed(form, name);
    html! {
        <SelectField
            class={classes!(is_renewed.then_some("is-renewed"))}
            aside={view_renewed(is_renewed)}
            id={form.id(name)}
            label={form.label(name)}
            value={form.value(name)}
            choices={props.choices.clone()}
            onchange={form.setter(name)}
            hint={props.hint.clone()}
        />
    }
}

/// Props for [`Segments`].
#[derive(Properties, PartialEq)]
pub struct SegmentsProps {
    /// The group's name in the page; unique.
    pub name: AttrValue,
    /// What is asked for.
    pub label: AttrValue,
    /// What is chosen.
    pub value: AttrValue,
    /// What there is to choose.
    pub choices: Vec<Choice>,
    /// Another one was chosen.
    pub onchange: Callback<AttrValue>,
}

/// One of a few, side by side. Native radio buttons below: arrows go between them.
#[component]
pub fn Segments(props: &SegmentsProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-1);
        justify-items: start;

        .segments {
            display: inline-flex;
            flex-wrap: wrap;
            gap: 2px;
            padding: 2px;
            border-radius: var(--radius-s);
            background: var(--well);
        }
        label {
            position: relative;
            display: inline-flex;
            align-items: center;
            min-block-size: 1.75rem;
            padding-inline: var(--space-3);
            border-radius: var(--radius-xs);
            color: var(--text-2);
            font-weight: var(--weight-medium);
            cursor: pointer;
        }
        label:hover {
            color: var(--text);
        }
        label:has(:checked) {
            background: var(--thumb);
            color: var(--text);
            box-shadow: 0 1px 2px rgb(0 0 0 / 0.1);
        }
        label:has(:focus-visible) {
            outline: var(--focus-width) solid var(--focus);
            outline-offset: var(--focus-offset);
        }
        input {
            position: absolute;
            inset: 0;
            inline-size: 100%;
            block-size: 100%;
            margin: 0;
            opacity: 0;
            cursor: pointer;
        }
        @media (forced-colors: active) {
            label:has(:checked) {
                outline: 2px solid Highlight;
            }
        }
        "#
    );
    html! {
        <fieldset {class}>
            <legend class="label">{ props.label.clone() }</legend>
            <div class="segments">
                { for props.choices.iter().map(|choice| {
                    let onchange = props.onchange.clone();
                    let value = choice.value.clone();
                    html! {
                        <label key={choice.value.to_string()}>
                            <input
                                type="radio"
                                name={props.name.clone()}
                                value={choice.value.clone()}
                                checked={choice.value == props.value}
                                onchange={Callback::from(move |_: Event| onchange.emit(value.clone()))}
                            />
                            { choice.text.clone() }
                        </label>
                    }
                }) }
            </div>
        </fieldset>
    }
}
