//! The other tabs of this browser: a channel on which each hears what the others say, and a lock that one of them holds. The
//! engine's leader machine decides what is said, and what it means to hold the lock.

use std::cell::RefCell;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};
use yew::Callback;

use crate::browser::{Listener, Lock, Task};

/// A tab's way to the others. Dropping it closes the channel and lets the lock go.
pub struct Tabs {
    name: String,
    channel: Option<BroadcastChannel>,
    on_locked: Callback<u64>,
    lock: RefCell<Option<Lock>>,
    /// The word that there is nobody to wait for, on its way.
    alone: RefCell<Option<Task>>,
    _listener: Option<Listener>,
}

impl Tabs {
    /// Joins the tabs that use the same `name`. `on_heard` gets what another tab says; `on_locked` the generation of the
    /// request that was granted.
    #[must_use]
    pub fn new(name: &str, on_heard: Callback<String>, on_locked: Callback<u64>) -> Self {
        let channel = BroadcastChannel::new(name).ok();
        let listener = channel.as_ref().map(|channel| {
            Listener::new(channel, "message", move |event| {
                let text = event
                    .dyn_ref::<MessageEvent>()
                    .and_then(|event| event.data().as_string());
                if let Some(text) = text {
                    on_heard.emit(text);
                }
            })
        });
        Self {
            name: name.to_owned(),
            channel,
            on_locked,
            lock: RefCell::default(),
            alone: RefCell::default(),
            _listener: listener,
        }
    }

    /// Tells all other tabs. Never pass tokens.
    pub fn say(&self, text: &str) {
        if let Some(channel) = &self.channel {
            // Fails only once the channel is closed.
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    }

    /// Waits for the lock, in place of an earlier request; it is held until [`Tabs::release`]. Where the browser has no locks,
    /// or no channel that a tab without the lock could hear the others on, it is granted at once.
    pub fn request(&self, generation: u64) {
        let on_locked = self.on_locked.clone();
        let lock = self.channel.as_ref().and_then(|_| {
            let on_locked = on_locked.clone();
            Lock::request(&self.name, move || on_locked.emit(generation))
        });
        // Not within this call: whoever asks is in the middle of a step.
        let word = lock
            .is_none()
            .then(|| Task::spawn(async move { on_locked.emit(generation) }));
        drop(self.lock.replace(lock));
        drop(self.alone.replace(word));
    }

    /// Lets the lock go, or no longer waits for it.
    pub fn release(&self) {
        drop(self.lock.take());
        drop(self.alone.take());
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}
