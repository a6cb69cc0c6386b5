//! Something over the page that holds the keyboard until it is closed: a dialog without questions.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::dialog::{keep_inside, use_focus_inside};
use crate::scoped;

/// Props for [`Modal`].
#[derive(Properties, PartialEq)]
pub struct ModalProps {
    /// What it is called.
    pub label: AttrValue,
    /// What stands in it.
    pub children: Html,
    /// Where the focus starts.
    pub first: NodeRef,
    /// More classes, for its size.
    #[prop_or_default]
    pub class: Classes,
    /// Escape, or a press beside it.
    pub on_close: Callback<()>,
}

/// The frame. The focus stays inside and goes back to where it came from.
#[component]
pub fn Modal(props: &ModalProps) -> Html {
    let panel = use_node_ref();
    use_focus_inside(&props.first);
    let onkeydown = {
        let (panel, on_close) = (panel.clone(), props.on_close.clone());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" if !event.is_composing() => {
                event.prevent_default();
                event.stop_propagation();
                on_close.emit(());
            }
            "Tab" => {
                if let Some(panel) = panel.cast::<Element>() {
                    keep_inside(&panel, &event);
                }
            }
            _ => {}
        })
    };
    let onmousedown = {
        let (panel, on_close) = (panel.clone(), props.on_close.clone());
        Callback::from(move |event: MouseEvent| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            let inside = panel
                .cast::<Element>()
                .is_some_and(|panel| panel.contains(target.as_ref()));
            if !inside {
                event.prevent_default();
                on_close.emit(());
            }
        })
    };
    let class = scoped!(
        r#"
        position: fixed;
        inset: 0;
        z-index: var(--z-dialog);
        display: grid;
        justify-items: center;
        align-items: start;
        padding: 15dvh var(--space-4) var(--space-4);
        background: var(--scrim);

        .modal {
            display: grid;
            grid-template-rows: auto minmax(0, 1fr) auto;
            inline-size: min(36rem, 100%);
            max-block-size: min(34rem, 80dvh);
            overflow: hidden;
            border-radius: var(--radius-l);
            background: var(--surface-raised);
            box-shadow: var(--elevation-2);
            animation: modal-in var(--motion-base) var(--ease-out);
        }

        @keyframes modal-in {
            from {
                opacity: 0;
                transform: translateY(-0.25rem);
            }
        }
        @media (max-width: 640px), (max-height: 480px) {
            padding: var(--space-2);

            .modal {
                max-block-size: calc(100dvh - 2 * var(--space-2));
            }
        }
        @media (forced-colors: active) {
            .modal {
                border: 1px solid ButtonText;
            }
        }
        "#
    );
    html! {
        <div {class} {onmousedown} {onkeydown}>
            <div
                class={classes!("modal", props.class.clone())}
                ref={panel}
                role="dialog"
                aria-modal="true"
                aria-label={props.label.clone()}
            >
                { props.children.clone() }
            </div>
        </div>
    }
}
