//! Where keys go: whether somebody types, and what stands over the page.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::document;

/// Where the focus is, for who hears keys of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// In a box of several lines.
    Text,
    /// In another field, a menu or a dialog: keys are theirs.
    Taken,
    /// Anywhere else.
    Elsewhere,
}

/// Where a key was pressed.
#[must_use]
pub fn key_place(event: &KeyboardEvent) -> KeyPlace {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else {
        return KeyPlace::Elsewhere;
    };
    let is_editable = target
        .dyn_ref::<HtmlElement>()
        .is_some_and(HtmlElement::is_content_editable);
    match target.tag_name().as_str() {
        "TEXTAREA" => KeyPlace::Text,
        _ if matches!(target.closest("[role='menu'], [role='dialog']"), Ok(Some(_))) => KeyPlace::Taken,
        // A box to tick makes nothing of letters.
        "INPUT" if target.get_attribute("type").as_deref() == Some("checkbox") => KeyPlace::Elsewhere,
        "INPUT" | "SELECT" => KeyPlace::Taken,
        _ if is_editable => KeyPlace::Taken,
        _ => KeyPlace::Elsewhere,
    }
}

/// Whether a dialog stands over the page.
#[must_use]
pub fn is_covered() -> bool {
    document().is_some_and(|document| matches!(document.query_selector("[aria-modal='true']"), Ok(Some(_))))
}

/// Whether this device calls its modifier for shortcuts Command.
#[must_use]
pub fn has_command_key() -> bool {
    super::window().is_some_and(|window| {
        let platform = window.navigator().platform().unwrap_or_default();
        ["Mac", "iPhone", "iPad"]
            .iter()
            .any(|name| platform.starts_with(name))
    })
}
