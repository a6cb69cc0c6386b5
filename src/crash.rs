//! A program that stopped: it says what happened, and nothing of it runs on. Never a blank screen.
//!
//! Panics abort here: nothing is unwound, whatever was borrowed stays so, and the framework's scheduler is dead, so that no
//! page could be drawn in place of the one that failed. What may be trusted is what stands in the document and on the device:
//! `assets/boot.js`, which is no part of the program, empties the program's table of functions and puts what happened where
//! the page was. The frame around it stays; its links lead to a program that starts anew, with the drafts and the queue that
//! the device keeps.

use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, WebSocket};

use crate::browser;
use crate::i18n::t;

/// The event by which `assets/boot.js` hears of it.
const STOPPED: &str = "switchboard:stopped";

thread_local! {
    static TOLD: Cell<bool> = const { Cell::new(false) };
    static SOCKETS: RefCell<Vec<WebSocket>> = const { RefCell::new(Vec::new()) };
}

/// From now on a panic stops the program and shows what happened; the console gets the same, once.
///
/// Through Yew, which otherwise puts a hook of its own in the place of this one when it renders.
pub fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        // Panics that follow from the first would only hide it.
        if !TOLD.replace(true) {
            let report = describe(info);
            browser::log_error(&report);
            stop(&report);
        }
    }));
}

/// A connection that has to end with the program: the server would go on sending to it. Dropping this forgets it.
pub struct EndsWithProgram(WebSocket);

impl EndsWithProgram {
    /// Remembers the connection.
    #[must_use]
    pub fn new(socket: WebSocket) -> Self {
        SOCKETS.with_borrow_mut(|sockets| sockets.push(socket.clone()));
        Self(socket)
    }
}

impl Drop for EndsWithProgram {
    fn drop(&mut self) {
        SOCKETS.with_borrow_mut(|sockets| sockets.retain(|socket| *socket != self.0));
    }
}

/// The message and the place; panics of this program hold neither tokens nor what people wrote.
fn describe(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("the program stopped without a message");
    let place = info
        .location()
        .map(|place| format!(" ({}:{})", within_crate(place.file()), place.line()))
        .unwrap_or_default();
    format!("Switchboard {}: {message}{place}", env!("CARGO_PKG_VERSION"))
}

/// A source file without the folder of the machine that built it: `yew-0.23.0/src/scheduler.rs`.
fn within_crate(file: &str) -> &str {
    file.split_once("/registry/src/")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map_or(file, |(_, rest)| rest)
}

/// Hands everything over to `assets/boot.js`. Nothing can be done about what fails here.
fn stop(report: &str) {
    let detail = Object::new();
    let set = |name: &str, value: &JsValue| {
        // Fails only for objects that are sealed.
        let _ = Reflect::set(&detail, &JsValue::from_str(name), value);
    };
    for (name, text) in [
        ("heading", t("crash.heading")),
        ("text", t("crash.text")),
        ("reload", t("crash.reload")),
        ("copy", t("crash.copy")),
        ("copied", t("crash.copied")),
        ("notCopied", t("crash.not_copied")),
    ] {
        set(name, &JsValue::from_str(&text));
    }
    set("report", &JsValue::from_str(report));
    // Borrowed only if the panic came while it was changed.
    let sockets = SOCKETS.with(|sockets| {
        sockets
            .try_borrow()
            .map(|sockets| sockets.iter().collect::<Array>())
    });
    set("sockets", &sockets.unwrap_or_default());
    set("functions", &wasm_bindgen::function_table());
    let init = CustomEventInit::new();
    init.set_detail(&detail);
    let event = CustomEvent::new_with_event_init_dict(STOPPED, &init);
    if let (Ok(event), Some(window)) = (event, browser::window()) {
        let _ = window.dispatch_event(&event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_do_not_tell_of_the_machine_that_built_the_program() {
        assert_eq!(
            within_crate("/home/someone/.cargo/registry/src/index-1/yew-0.23.0/src/a.rs"),
            "yew-0.23.0/src/a.rs"
        );
        assert_eq!(within_crate("src/app.rs"), "src/app.rs");
    }
}
