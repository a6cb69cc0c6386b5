//! The keys of the inbox, in one place. They do nothing while someone types, or in an open menu or dialog.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use crate::browser::{Listener, document};

/// What a key means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// `j`: the next conversation of the list.
    Next,
    /// `k`: the one before.
    Previous,
    /// `/`: search.
    Search,
    /// `r`: write a reply.
    Reply,
    /// `n`: write a note.
    Note,
    /// `e`: close, or reopen.
    Close,
    /// `a`: assign.
    Assign,
    /// `x`: choose the conversation, or not any more.
    Choose,
    /// `Esc`: one step back out.
    Back,
    /// `Esc` in the composer: stop typing.
    StopTyping,
}

/// What a key means, by its name and where the focus is.
fn meaning(key: &str, place: Place) -> Option<Key> {
    match (place, key) {
        (Place::Elsewhere, "j") => Some(Key::Next),
        (Place::Elsewhere, "k") => Some(Key::Previous),
        (Place::Elsewhere, "/") => Some(Key::Search),
        (Place::Elsewhere, "r") => Some(Key::Reply),
        (Place::Elsewhere, "n") => Some(Key::Note),
        (Place::Elsewhere, "e") => Some(Key::Close),
        (Place::Elsewhere, "a") => Some(Key::Assign),
        (Place::Elsewhere, "x") => Some(Key::Choose),
        (Place::Elsewhere, "Escape") => Some(Key::Back),
        (Place::Text, "Escape") => Some(Key::StopTyping),
        _ => None,
    }
}

/// Where the focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In a box of several lines.
    Text,
    /// In another field, a menu or a dialog: keys are theirs.
    Taken,
    /// Anywhere else.
    Elsewhere,
}

fn place(target: Option<Element>) -> Place {
    let Some(target) = target else {
        return Place::Elsewhere;
    };
    let is_editable = target
        .dyn_ref::<HtmlElement>()
        .is_some_and(HtmlElement::is_content_editable);
    match target.tag_name().as_str() {
        "TEXTAREA" => Place::Text,
        _ if matches!(target.closest("[role='menu'], [role='dialog']"), Ok(Some(_))) => Place::Taken,
        // A box to tick makes nothing of letters.
        "INPUT" if target.get_attribute("type").as_deref() == Some("checkbox") => Place::Elsewhere,
        "INPUT" | "SELECT" => Place::Taken,
        _ if is_editable => Place::Taken,
        _ => Place::Elsewhere,
    }
}

/// Whether a dialog stands over the page.
fn is_covered() -> bool {
    document().is_some_and(|document| matches!(document.query_selector("[aria-modal='true']"), Ok(Some(_))))
}

/// Hears the keys as long as the component is there. What is heard is done: `on_key` answers whether it did something. A key that
/// follows another at once is heard by what that one has led to: effects may run later than the next key is pressed.
#[hook]
pub(super) fn use_keys(on_key: Callback<Key, bool>) {
    let current = use_mut_ref(|| None);
    current.replace(Some(on_key));
    use_effect_with((), move |()| {
        let listener = document().map(|document| {
            Listener::new(&document, "keydown", move |event| {
                let Ok(event) = event.dyn_into::<KeyboardEvent>() else {
                    return;
                };
                let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
                if modified || event.is_composing() || event.default_prevented() || is_covered() {
                    return;
                }
                let on_key: Option<Callback<Key, bool>> = current.borrow().clone();
                let target = event.target().and_then(|target| target.dyn_into().ok());
                if let Some((key, on_key)) = meaning(&event.key(), place(target)).zip(on_key)
                    && on_key.emit(key)
                {
                    event.prevent_default();
                }
            })
        });
        move || drop(listener)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_nothing_while_someone_types() {
        for key in ["j", "k", "/", "r", "n", "e", "a", "x"] {
            assert!(meaning(key, Place::Elsewhere).is_some(), "{key}");
            assert_eq!(meaning(key, Place::Text), None, "{key} in the composer");
            assert_eq!(meaning(key, Place::Taken), None, "{key} in a field");
        }
        assert_eq!(meaning("Escape", Place::Text), Some(Key::StopTyping));
        assert_eq!(meaning("Escape", Place::Taken), None);
        assert_eq!(meaning("E", Place::Elsewhere), None);
    }
}
