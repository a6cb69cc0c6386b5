//! What stands on the desktop: one notification a conversation, a newer one in place of the older.

use std::cell::RefCell;
use std::collections::BTreeMap;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationOptions, NotificationPermission};
use yew::Callback;

use crate::browser::window;

/// Whether this page may put something on the desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It may.
    Granted,
    /// The person has refused it, in the browser's own words or settings.
    Denied,
    /// Nobody was asked yet.
    NotAsked,
    /// The browser has no such thing here.
    Unsupported,
}

impl Permission {
    /// As it is now.
    #[must_use]
    pub fn now() -> Self {
        let is_there = window().is_some_and(|window| {
            js_sys::Reflect::has(&window, &JsValue::from_str("Notification")).unwrap_or(false)
        });
        if is_there {
            Self::of(Notification::permission())
        } else {
            Self::Unsupported
        }
    }

    fn of(permission: NotificationPermission) -> Self {
        match permission {
            NotificationPermission::Granted => Self::Granted,
            NotificationPermission::Denied => Self::Denied,
            _ => Self::NotAsked,
        }
    }

    /// Asks the person, by the browser's own question; only to be called when they press something. Answers how it is afterwards.
    pub async fn ask() -> Self {
        if Self::now() == Self::NotAsked
            && let Ok(asked) = Notification::request_permission()
        {
            // What comes of it is read below, also where the question was dismissed.
            let _ = JsFuture::from(asked).await;
        }
        Self::now()
    }
}

struct Shown {
    notification: Notification,
    /// Called when it is clicked.
    _on_click: Closure<dyn FnMut(web_sys::Event)>,
}

/// The notifications that stand there, by what they are about.
#[derive(Default)]
pub(super) struct Desktop {
    shown: RefCell<BTreeMap<String, Shown>>,
}

impl Desktop {
    /// Shows one about something, in place of an earlier one about the same; a click closes it and calls back. `false` where the
    /// browser does not let it.
    pub(super) fn show(&self, about: &str, title: &str, body: &str, on_click: Callback<()>) -> bool {
        let options = NotificationOptions::new();
        options.set_body(body);
        options.set_tag(about);
        // Else a newer one about the same comes without a sign.
        let _ = js_sys::Reflect::set(&options, &JsValue::from_str("renotify"), &JsValue::TRUE);
        // The page has sounds of its own.
        options.set_silent(Some(true));
        let Ok(notification) = Notification::new_with_options(title, &options) else {
            return false;
        };
        let clicked = notification.clone();
        let on_click = Closure::<dyn FnMut(web_sys::Event)>::new(move |_| {
            if let Some(window) = window() {
                // Refused only where the browser does not let pages come forward.
                let _ = window.focus();
            }
            clicked.close();
            on_click.emit(());
        });
        notification.set_onclick(Some(on_click.as_ref().unchecked_ref()));
        let shown = Shown {
            notification,
            _on_click: on_click,
        };
        let before = self.shown.borrow_mut().insert(about.to_owned(), shown);
        if let Some(before) = before {
            before.close();
        }
        true
    }

    /// What was said about this need not stand there any more.
    pub(super) fn withdraw(&self, about: &str) {
        let before = self.shown.borrow_mut().remove(about);
        if let Some(before) = before {
            before.close();
        }
    }
}

impl Shown {
    fn close(&self) {
        self.notification.set_onclick(None);
        self.notification.close();
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.shown.borrow().values().for_each(Shown::close);
    }
}
