//! Talking with a page in an iframe.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, HtmlIFrameElement, MessageEvent, Window};
use yew::prelude::*;

use super::{Listener, window};

fn inside(frame: &NodeRef) -> Option<Window> {
    frame.cast::<HtmlIFrameElement>()?.content_window()
}

/// Posts a value, given as JSON, to the page in an iframe, if that is one of `origin`. Where there is none, nobody hears it.
pub fn post_to_frame(frame: &NodeRef, json: &str, origin: &str) {
    if let (Some(inside), Ok(value)) = (inside(frame), js_sys::JSON::parse(json)) {
        // Refused only for an origin that is none.
        let _ = inside.post_message(&value, origin);
    }
}

/// Calls back with each value, as JSON, that the page in an iframe posts here from `origin`; what others post is not heard.
#[hook]
pub fn use_frame_messages(frame: NodeRef, origin: AttrValue, on_message: Callback<String>) {
    use_effect_with((frame, origin, on_message), |(frame, origin, on_message)| {
        let (frame, origin, on_message) = (frame.clone(), origin.clone(), on_message.clone());
        let listener = window().map(|window| {
            Listener::new(&window, "message", move |event: Event| {
                let Some(event) = event.dyn_ref::<MessageEvent>() else {
                    return;
                };
                let is_inside = match (event.source(), inside(&frame)) {
                    (Some(source), Some(inside)) => *source == *AsRef::<JsValue>::as_ref(&inside),
                    _ => false,
                };
                if !is_inside || event.origin() != *origin {
                    return;
                }
                let text = js_sys::JSON::stringify(&event.data()).ok();
                if let Some(text) = text.and_then(|text| text.as_string()) {
                    on_message.emit(text);
                }
            })
        });
        move || drop(listener)
    });
}
