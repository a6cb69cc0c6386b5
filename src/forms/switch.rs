//! A switch: on or off, at once.

use yew::prelude::*;

use crate::scoped;

/// Props for [`Switch`].
#[derive(Properties, PartialEq)]
pub struct SwitchProps {
    /// The input's id.
    pub id: AttrValue,
    /// What is switched.
    pub label: AttrValue,
    /// What it does, below the label.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// Whether it is on.
    pub on: bool,
    /// Not to be changed by this person, or not now.
    #[prop_or_default]
    pub disabled: bool,
    /// What the person wants.
    pub onchange: Callback<bool>,
}

/// A switch with its label at the start of the line. It shows what is, not what was asked for: until `on` follows, it stays.
#[component]
pub fn Switch(props: &SwitchProps) -> Html {
    let class = scoped!(
        r#"
        display: flex;
        align-items: flex-start;
        justify-content: space-between;
        gap: var(--space-4);
        min-block-size: 1.5rem;

        .words {
            display: grid;
            gap: var(--space-half);
        }
        input {
            appearance: none;
            position: relative;
            flex: none;
            inline-size: 2.75rem;
            block-size: 1.5rem;
            margin: 0;
            border: 1px solid var(--line-control);
            border-radius: var(--radius-full);
            background: var(--surface);
            cursor: pointer;
            transition: background-color var(--motion-base) var(--ease-out);
        }
        input::after {
            content: "";
            position: absolute;
            inset-block-start: 0.1875rem;
            inset-inline-start: 0.1875rem;
            inline-size: 1rem;
            block-size: 1rem;
            border-radius: 50%;
            background: var(--text-3);
            transition: inset-inline-start var(--motion-base) var(--ease-out);
        }
        input:checked {
            border-color: var(--accent);
            background: var(--accent);
        }
        input:checked::after {
            inset-inline-start: 1.4375rem;
            background: var(--text-on-solid);
        }
        input:disabled {
            border-color: var(--line-strong);
            background: var(--surface-sunken);
            cursor: default;
        }
        input:disabled::after {
            background: var(--text-disabled);
        }
        @media (forced-colors: active) {
            input {
                appearance: auto;
            }
        }
        @media (prefers-reduced-motion: reduce) {
            input, input::after {
                transition: none;
            }
        }
        "#
    );
    let onclick = {
        let (on, onchange) = (props.on, props.onchange.clone());
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            onchange.emit(!on);
        })
    };
    let hint_id = format!("{}-message", props.id);
    html! {
        <div {class}>
            <div class="words">
                <label class="label" for={props.id.clone()}>{ props.label.clone() }</label>
                <div id={hint_id.clone()}>
                    if let Some(hint) = &props.hint {
                        <p class="hint">{ hint.clone() }</p>
                    }
                </div>
            </div>
            <input
                type="checkbox"
                role="switch"
                id={props.id.clone()}
                aria-describedby={props.hint.is_some().then_some(hint_id)}
                checked={props.on}
                disabled={props.disabled}
                {onclick}
            />
        </div>
    }
}
