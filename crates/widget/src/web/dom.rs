//! Small words for building the document. Text is only ever set as text.

use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement};

/// A new element.
pub(super) fn element(document: &Document, tag: &str, class: &str) -> Result<HtmlElement, JsValue> {
    let element: HtmlElement = document.create_element(tag)?.unchecked_into();
    if !class.is_empty() {
        element.set_class_name(class);
    }
    Ok(element)
}

/// A new element that says something.
pub(super) fn labelled(
    document: &Document,
    tag: &str,
    class: &str,
    text: &str,
) -> Result<HtmlElement, JsValue> {
    let element = element(document, tag, class)?;
    element.set_text_content(Some(text));
    Ok(element)
}

/// A new button that does `action` when it is pressed.
pub(super) fn button(
    document: &Document,
    class: &str,
    text: &str,
    action: &str,
) -> Result<HtmlElement, JsValue> {
    let button = labelled(document, "button", class, text)?;
    button.set_attribute("type", "button")?;
    button.set_attribute("data-do", action)?;
    Ok(button)
}
