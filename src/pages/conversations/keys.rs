//! The keys of the inbox, in one place. They do nothing while someone types, or in an open menu or dialog.

use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::browser::{KeyPlace as Place, Listener, document, is_covered, key_place};
use crate::shell::{Deed, use_deeds};

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

/// Hears the keys as long as the component is there. What is heard is done: `on_key` answers whether it did something. A key that
/// follows another at once is heard by what that one has led to: effects may run later than the next key is pressed.
#[hook]
pub(super) fn use_keys(on_key: Callback<Key, bool>) {
    let current = use_mut_ref(|| None);
    use_deeds(on_key.reform(meant));
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
                if let Some((key, on_key)) = meaning(&event.key(), key_place(&event)).zip(on_key)
                    && on_key.emit(key)
                {
                    event.prevent_default();
                }
            })
        });
        move || drop(listener)
    });
}

/// What is asked for by name means the same as its key.
fn meant(deed: Deed) -> Key {
    match deed {
        Deed::Next => Key::Next,
        Deed::Previous => Key::Previous,
        Deed::Search => Key::Search,
        Deed::Reply => Key::Reply,
        Deed::Note => Key::Note,
        Deed::Close => Key::Close,
        Deed::Assign => Key::Assign,
        Deed::Choose => Key::Choose,
    }
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
