//! Tabs: one of several views of the panel below.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::browser::{focus, is_right_to_left};
use crate::scoped;

/// Props for [`Tabs`].
#[derive(Properties, PartialEq)]
pub struct TabsProps {
    /// The accessible name.
    pub label: AttrValue,
    /// The texts.
    pub tabs: Vec<AttrValue>,
    /// Which one is shown, from 0.
    pub selected: usize,
    /// Another one was chosen.
    pub on_select: Callback<usize>,
    /// The panel's id.
    pub controls: AttrValue,
}

/// The tabs: one stop for the Tab key; arrows, Home and End go between them and choose.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let class = scoped!(
        r#"
        display: flex;
        gap: var(--space-4);
        padding-inline: var(--space-4);
        border-block-end: 1px solid var(--line);
        flex: none;
        overflow-x: auto;
        scrollbar-width: none;

        .tab { display: inline-flex; align-items: center; block-size: 2.25rem; color: var(--text-2); font-weight: var(--weight-medium); position: relative; white-space: nowrap; }
        .tab:hover { color: var(--text); }
        .tab[aria-selected="true"] { color: var(--text); }
        .tab[aria-selected="true"]::after { content: ""; position: absolute; inset-inline: 0; inset-block-end: 0; block-size: 2px; background: var(--accent); border-radius: 2px 2px 0 0; }
        .tab:focus-visible { outline-offset: -2px; border-radius: var(--radius-xs); }
        @media (forced-colors: active) {
            .tab[aria-selected="true"]::after { background: Highlight; }
        }
        "#
    );
    let root = use_node_ref();
    let onkeydown = {
        let (root, on_select) = (root.clone(), props.on_select.clone());
        let (current, count) = (props.selected, props.tabs.len());
        Callback::from(move |event: KeyboardEvent| {
            let Some(next) = next_tab(&event.key(), current, count) else {
                return;
            };
            event.prevent_default();
            on_select.emit(next);
            let tabs = root.cast::<Element>().map(|root| root.children());
            let tab = tabs.and_then(|tabs| tabs.item(u32::try_from(next).unwrap_or(0)));
            if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<Element>().ok()) {
                focus(&tab);
            }
        })
    };
    html! {
        <div {class} role="tablist" aria-label={props.label.clone()} ref={root} {onkeydown}>
            { for props.tabs.iter().enumerate().map(|(place, text)| {
                let on_select = props.on_select.clone();
                let selected = place == props.selected;
                html! {
                    <button
                        key={place}
                        class="tab"
                        type="button"
                        role="tab"
                        aria-selected={selected.to_string()}
                        aria-controls={props.controls.clone()}
                        tabindex={if selected { "0" } else { "-1" }}
                        onclick={Callback::from(move |_: MouseEvent| on_select.emit(place))}
                    >
                        { text.clone() }
                    </button>
                }
            }) }
        </div>
    }
}

fn next_tab(key: &str, current: usize, count: usize) -> Option<usize> {
    let forward = if is_right_to_left() {
        "ArrowLeft"
    } else {
        "ArrowRight"
    };
    match key {
        "Home" => Some(0),
        "End" => count.checked_sub(1),
        "ArrowLeft" | "ArrowRight" if count > 0 => {
            let step = if key == forward { 1 } else { count - 1 };
            Some((current + step) % count)
        }
        _ => None,
    }
}
