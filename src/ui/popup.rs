//! What opens below a button: the part that menus and panels share.

use wasm_bindgen::JsCast;
use web_sys::{Element, Node};
use yew::prelude::*;

use crate::browser::{Listener, document, focus_node};

/// Something that opens below a button; from [`use_popup`].
#[derive(Clone)]
pub struct Popup {
    /// Whether it is open.
    pub is_open: bool,
    /// Holds the button and what opens: a press or a focus elsewhere closes it.
    pub root: NodeRef,
    /// The button, which gets the focus back.
    pub button: NodeRef,
    setter: UseStateSetter<bool>,
}

impl Popup {
    /// Opens it.
    pub fn open(&self) {
        self.setter.set(true);
    }

    /// Closes it and gives the focus back to the button.
    pub fn close(&self) {
        self.setter.set(false);
        focus_node(&self.button);
    }

    /// Closes it and leaves the focus where it is going.
    pub fn leave(&self) {
        self.setter.set(false);
    }

    /// What the button does.
    #[must_use]
    pub fn toggle(&self) -> Callback<MouseEvent> {
        let (setter, is_open) = (self.setter.clone(), self.is_open);
        Callback::from(move |_: MouseEvent| setter.set(!is_open))
    }
}

/// Whether something below a button is open. It closes when a press or the focus goes elsewhere.
#[hook]
pub fn use_popup() -> Popup {
    let open = use_state(|| false);
    let root = use_node_ref();
    let button = use_node_ref();
    {
        let root = root.clone();
        let setter = open.setter();
        use_effect_with(*open, move |is_open| {
            let listeners = document().filter(|_| *is_open).map(|document| {
                ["pointerdown", "focusin"].map(|event| {
                    let (root, setter) = (root.clone(), setter.clone());
                    Listener::capturing(&document, event, move |event| {
                        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                        let inside = root
                            .cast::<Element>()
                            .is_some_and(|root| root.contains(target.as_ref()));
                        if !inside {
                            setter.set(false);
                        }
                    })
                })
            });
            move || drop(listeners)
        });
    }
    Popup {
        is_open: *open,
        root,
        button,
        setter: open.setter(),
    }
}
