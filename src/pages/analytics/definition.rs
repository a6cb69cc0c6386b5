//! What a metric is, on hover and on focus.

use switchboard_contract::analytics::Metric;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::values::metric_words;
use crate::scoped;

/// Props for [`Defined`].
#[derive(Properties, PartialEq)]
pub struct DefinedProps {
    /// Which one.
    pub metric: Metric,
    /// Tells apart several places of one page that define the same.
    pub place: AttrValue,
    /// What it is called here, where not by its name.
    #[prop_or_default]
    pub label: Option<AttrValue>,
}

/// The name of a metric. What it is and how it is computed stands below it while the pointer or the focus rests on it; Escape puts
/// that away.
#[component]
pub fn Defined(props: &DefinedProps) -> Html {
    let class = scoped!(
        r#"
        position: relative;
        display: inline-block;
        max-inline-size: 100%;

        .term {
            max-inline-size: 100%;
            padding: 0;
            overflow: hidden;
            color: inherit;
            font: inherit;
            text-align: start;
            text-overflow: ellipsis;
            white-space: nowrap;
            text-decoration: underline dotted var(--line-control) 1px;
            text-underline-offset: 0.1875rem;
            cursor: help;
        }
        .tip {
            position: absolute;
            inset-block-start: calc(100% + var(--space-1));
            inset-inline-start: 0;
            z-index: var(--z-sticky);
            display: none;
            gap: var(--space-1);
            inline-size: min(20rem, 80vw);
            padding: var(--space-3);
            border-radius: var(--radius-m);
            background: var(--surface-raised);
            box-shadow: var(--elevation-2);
            color: var(--text);
            font-size: var(--text-12);
            line-height: var(--lh-12);
            font-weight: var(--weight-normal);
            white-space: normal;
        }
        &:not(.is-away):hover .tip, &:not(.is-away) .term:focus-visible + .tip {
            display: grid;
        }
        .tip span + span {
            color: var(--text-2);
        }
        @media print {
            .term {
                text-decoration: none;
            }
        }
        "#
    );
    let is_away = use_state_eq(|| false);
    let (name, definition, computation) = metric_words(props.metric);
    let name = props.label.clone().unwrap_or(name);
    let id = format!("definition-{}-{}", props.place, props.metric);
    let onkeydown = {
        let is_away = is_away.setter();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                is_away.set(true);
            }
        })
    };
    let back = {
        let is_away = is_away.setter();
        Callback::from(move |()| is_away.set(false))
    };
    html! {
        <span
            class={classes!(class, is_away.then_some("is-away"))}
            {onkeydown}
            onmouseenter={back.reform(|_: MouseEvent| ())}
            onfocusout={back.reform(|_: FocusEvent| ())}
        >
            <button type="button" class="term" aria-describedby={id.clone()}>{ name }</button>
            <span class="tip" role="tooltip" {id}>
                <span>{ definition }</span>
                <span>{ computation }</span>
            </span>
        </span>
    }
}
