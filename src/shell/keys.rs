//! The keys that work on every page: the command palette, the list of shortcuts, and the ways to the other pages.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::browser::{KeyPlace, Listener, document, is_covered, key_place, monotonic_ms};
use crate::routes::{Route, Section};

/// How long `g` waits for the key that says where to go, in milliseconds.
const PATIENCE_MS: f64 = 1_500.0;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wanted {
    /// The command palette, or to close it again.
    Palette,
    /// The list of shortcuts.
    Shortcuts,
    /// Another page.
    Go(Route),
}

/// The key behind `g` that leads to a section.
pub(super) const fn way_key(section: Section) -> &'static str {
    match section {
        Section::Overview => "o",
        Section::Conversations => "c",
        Section::Visitors => "v",
        Section::Websites => "w",
        Section::Analytics => "a",
        Section::Settings => "s",
    }
}

fn way(key: &str) -> Option<Route> {
    Section::ALL
        .into_iter()
        .find(|section| way_key(*section) == key)
        .map(Section::route)
}

/// A key as it was pressed.
struct Pressed<'k> {
    key: &'k str,
    /// With Control or Command and nothing else.
    has_command: bool,
    /// With any of Control, Command and Alt.
    is_modified: bool,
    /// The page hears it: nobody types, and nothing stands over the page.
    is_for_page: bool,
    /// `g` was pressed just before.
    after_g: bool,
}

fn meaning(pressed: &Pressed<'_>) -> Option<Wanted> {
    match pressed.key {
        "k" | "K" if pressed.has_command => Some(Wanted::Palette),
        _ if pressed.is_modified || !pressed.is_for_page => None,
        key if pressed.after_g => way(key).map(Wanted::Go),
        "?" => Some(Wanted::Shortcuts),
        _ => None,
    }
}

/// Hears those keys, before the page's own do.
#[hook]
pub(super) fn use_shell_keys(on_want: Callback<Wanted>) {
    let current = use_mut_ref(|| on_want.clone());
    current.replace(on_want);
    use_effect_with((), move |()| {
        let last_g = Cell::new(f64::NEG_INFINITY);
        let listener = document().map(|document| {
            Listener::capturing(&document, "keydown", move |event| {
                let Ok(event) = event.dyn_into::<KeyboardEvent>() else {
                    return;
                };
                if event.is_composing() || event.default_prevented() {
                    return;
                }
                let is_modified = event.ctrl_key() || event.meta_key() || event.alt_key();
                let is_for_page = key_place(&event) == KeyPlace::Elsewhere && !is_covered();
                let key = event.key();
                let now = monotonic_ms();
                let after_g = now - last_g.replace(f64::NEG_INFINITY) < PATIENCE_MS;
                let pressed = Pressed {
                    key: &key,
                    has_command: (event.ctrl_key() || event.meta_key())
                        && !event.alt_key()
                        && !event.shift_key(),
                    is_modified,
                    is_for_page,
                    after_g,
                };
                if let Some(wanted) = meaning(&pressed) {
                    event.prevent_default();
                    event.stop_propagation();
                    let on_want = current.borrow().clone();
                    on_want.emit(wanted);
                } else if key == "g" && is_for_page && !is_modified && !event.repeat() {
                    last_g.set(now);
                }
            })
        });
        move || drop(listener)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_page(key: &str, after_g: bool) -> Option<Wanted> {
        meaning(&Pressed {
            key,
            has_command: false,
            is_modified: false,
            is_for_page: true,
            after_g,
        })
    }

    #[test]
    fn g_leads_to_every_section() {
        for section in Section::ALL {
            let key = way_key(section);
            assert_eq!(on_page(key, true), Some(Wanted::Go(section.route())), "g {key}");
            assert_eq!(on_page(key, false), None, "{key} alone");
        }
    }

    #[test]
    fn while_someone_types_only_the_palette_is_heard() {
        let typed = |key, has_command| {
            meaning(&Pressed {
                key,
                has_command,
                is_modified: has_command,
                is_for_page: false,
                after_g: true,
            })
        };
        assert_eq!(typed("?", false), None);
        assert_eq!(typed("c", false), None);
        assert_eq!(typed("k", false), None);
        assert_eq!(typed("k", true), Some(Wanted::Palette));
        assert_eq!(on_page("?", false), Some(Wanted::Shortcuts));
    }
}
