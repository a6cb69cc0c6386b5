//! The page for a program that stopped: what happened, and what to do. Never a blank screen.
//!
//! After a panic nothing of the program can be trusted, so this page is built by hand, without Yew.

use std::cell::Cell;
use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, HtmlElement};

use crate::browser;
use crate::i18n::t;

thread_local! {
    static SHOWN: Cell<bool> = const { Cell::new(false) };
}

/// From now on a panic shows the page, and the console gets the same details.
///
/// Through Yew, which otherwise puts a hook of its own in the place of this one when it renders.
pub fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        let details = describe(info);
        browser::log_error(&details);
        // Panics that follow from the first would only hide it.
        if !SHOWN.replace(true) {
            show(&details);
        }
    }));
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

fn show(details: &str) {
    // Without a document there is nothing to show a page in.
    if let Some(document) = browser::document() {
        let _ = build(&document, details);
    }
}

fn build(document: &Document, details: &str) -> Option<()> {
    let body = document.body()?;
    let add = |parent: &Element, tag: &str, class: &str, text: &str| -> Option<Element> {
        let element = document.create_element(tag).ok()?;
        element.set_class_name(class);
        element.set_text_content(Some(text));
        parent.append_child(&element).ok()?;
        Some(element)
    };
    let page = document.create_element("main").ok()?;
    page.set_class_name("boot-failure");
    let heading = add(&page, "h1", "", &t("crash.heading"))?;
    heading.set_attribute("tabindex", "-1").ok()?;
    add(&page, "p", "", &t("crash.text"))?;
    let actions = add(&page, "div", "boot-failure-actions", "")?;
    let reload = add(
        &actions,
        "button",
        "btn btn-primary btn-large",
        &t("crash.reload"),
    )?;
    let copy = add(&actions, "button", "btn btn-large", &t("crash.copy"))?;
    add(&page, "pre", "boot-failure-detail", details)?;
    on_press(&reload, browser::reload);
    let (details, copied) = (details.to_owned(), copy.clone());
    on_press(&copy, move || {
        let (details, copied) = (details.clone(), copied.clone());
        wasm_bindgen_futures::spawn_local(async move {
            let text = if browser::copy_text(&details).await {
                t("crash.copied")
            } else {
                t("crash.not_copied")
            };
            copied.set_text_content(Some(&text));
        });
    });
    document.set_title(&format!("{} · Switchboard", t("crash.heading")));
    body.replace_children_with_node_1(&page);
    heading.dyn_ref::<HtmlElement>()?.focus().ok()
}

fn on_press(button: &Element, act: impl FnMut() + 'static) {
    let closure = Closure::<dyn FnMut()>::new(act);
    // The program has stopped: the page lives until it is reloaded, and so do its two buttons.
    if let Some(button) = button.dyn_ref::<HtmlElement>() {
        button.set_onclick(Some(closure.into_js_value().unchecked_ref()));
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
