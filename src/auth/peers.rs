//! The other tabs of this browser: tokens are handed over through a shared worker's ports, sign-outs are told by a broadcast
//! that holds nothing but the word.

use serde::{Deserialize, Serialize};
use switchboard_contract::auth::Me;
use switchboard_contract::decode;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent, MessagePort, SharedWorker};

use crate::browser::{Listener, start_worker, window};

const RELAY: &str = "/relay.js";
const CHANNEL: &str = "switchboard.session";
const SIGNED_OUT: &str = "signed-out";

/// What one tab tells the others.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Said {
    /// Here is a token.
    Token {
        /// Its number.
        generation: u64,
        /// What is left of its life, in milliseconds.
        expires_in_ms: u64,
        /// The token.
        token: String,
        /// Whose it is.
        user: Box<Me>,
    },
    /// Has anyone a token newer than this number?
    Ask {
        /// What the asking tab has.
        generation: u64,
    },
    /// Someone signed out.
    #[serde(skip)]
    SignedOut,
}

/// The way to the other tabs; closed when dropped. Where the browser has no shared workers, tokens are not handed over and
/// each tab renews for itself.
pub struct Peers {
    port: Option<MessagePort>,
    channel: Option<BroadcastChannel>,
    _listeners: Vec<Listener>,
}

impl Peers {
    /// Reports what other tabs say to `on_said`.
    pub fn new(on_said: impl Fn(Said) + Clone + 'static) -> Self {
        let mut listeners = Vec::new();
        let port = open_port();
        if let Some(port) = &port {
            let on_said = on_said.clone();
            listeners.push(Listener::new(port, "message", move |event| {
                let text = event
                    .dyn_ref::<MessageEvent>()
                    .and_then(|event| event.data().as_string());
                if let Some(said) = text.and_then(|text| decode(&text).ok()) {
                    on_said(said);
                }
            }));
            port.start();
            if let Some(window) = window() {
                let port = port.clone();
                listeners.push(Listener::new(&window, "pagehide", move |_| say_bye(&port)));
            }
        }
        let channel = BroadcastChannel::new(CHANNEL).ok();
        if let Some(channel) = &channel {
            listeners.push(Listener::new(channel, "message", move |event| {
                let word = event
                    .dyn_ref::<MessageEvent>()
                    .and_then(|event| event.data().as_string());
                if word.as_deref() == Some(SIGNED_OUT) {
                    on_said(Said::SignedOut);
                }
            }));
        }
        Self {
            port,
            channel,
            _listeners: listeners,
        }
    }

    /// Tells the other tabs.
    pub fn say(&self, said: &Said) {
        if let (Said::SignedOut, Some(channel)) = (said, &self.channel) {
            // Fails only once the channel is closed.
            let _ = channel.post_message(&JsValue::from_str(SIGNED_OUT));
            return;
        }
        if let (Some(port), Ok(text)) = (&self.port, serde_json::to_string(said)) {
            let _ = port.post_message(&JsValue::from_str(&text));
        }
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        if let Some(port) = &self.port {
            say_bye(port);
            port.close();
        }
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}

fn say_bye(port: &MessagePort) {
    let _ = port.post_message(&JsValue::from_str("bye"));
}

fn open_port() -> Option<MessagePort> {
    let worker: SharedWorker = start_worker("SharedWorker", RELAY)?.dyn_into().ok()?;
    Some(worker.port())
}
