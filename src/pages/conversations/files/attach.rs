//! Ways to attach files: a button, and dropping them onto the thread.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, Node};
use yew::prelude::*;

use crate::browser::{Chosen, chosen_files, drags_files, dropped_files};
use crate::i18n::t;
use crate::ui::{IconButton, IconName};

/// Props for [`AttachButton`].
#[derive(Properties, PartialEq)]
pub struct AttachButtonProps {
    /// Files were chosen.
    pub on_files: Callback<Vec<Chosen>>,
}

/// A button that asks for files.
#[component]
pub fn AttachButton(props: &AttachButtonProps) -> Html {
    let input = use_node_ref();
    let onclick = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let onchange = {
        let (input, on_files) = (input.clone(), props.on_files.clone());
        Callback::from(move |_: Event| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                on_files.emit(chosen_files(&input));
            }
        })
    };
    html! {
        <span>
            <IconButton icon={IconName::Attach} label={t("files.attach")} {onclick} />
            <input ref={input} type="file" multiple=true hidden=true {onchange} />
        </span>
    }
}

/// What an area does with files that are dragged over it.
pub struct Drop {
    /// Whether files are over it now.
    pub is_over: bool,
    /// For the area.
    pub area: NodeRef,
    /// For the area's `ondragover`.
    pub ondragover: Callback<DragEvent>,
    /// For its `ondragleave`.
    pub ondragleave: Callback<DragEvent>,
    /// For its `ondrop`.
    pub ondrop: Callback<DragEvent>,
}

/// Lets files be dropped onto an area. What else is dragged is left to the browser.
#[hook]
pub fn use_drop(on_files: &Callback<Vec<Chosen>>) -> Drop {
    let is_over = use_state_eq(|| false);
    let area = use_node_ref();
    let ondragover = use_callback(is_over.setter(), |event: DragEvent, over| {
        if drags_files(&event) {
            event.prevent_default();
            over.set(true);
        }
    });
    let ondragleave = use_callback(
        (is_over.setter(), area.clone()),
        |event: DragEvent, (over, area)| {
            // From one part of it to another it has not left.
            let to = event
                .related_target()
                .and_then(|target| target.dyn_into::<Node>().ok());
            let inside = to.is_some_and(|to| {
                area.cast::<Element>()
                    .is_some_and(|area| area.contains(Some(&to)))
            });
            if !inside {
                over.set(false);
            }
        },
    );
    let ondrop = use_callback(
        (is_over.setter(), on_files.clone()),
        |event: DragEvent, (over, on_files)| {
            if drags_files(&event) {
                event.prevent_default();
                over.set(false);
                on_files.emit(dropped_files(&event));
            }
        },
    );
    Drop {
        is_over: *is_over,
        area,
        ondragover,
        ondragleave,
        ondrop,
    }
}
