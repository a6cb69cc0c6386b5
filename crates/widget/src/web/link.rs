//! One WebSocket. Dropping it closes it and stops listening.

use switchboard_contract::realtime::SUBPROTOCOL;
use switchboard_engine::socket::Event as SocketEvent;
use wasm_bindgen::prelude::*;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket, Window};

use super::Shared;
use crate::chat::Input;

/// A close without a code, as when there was never a connection.
const ABNORMAL: u16 = 1006;

pub(super) struct Link {
    pub(super) generation: u64,
    socket: WebSocket,
    _listeners: [Closure<dyn FnMut(Event)>; 3],
}

impl Link {
    pub(super) fn open(app: &Shared, window: &Window, generation: u64) -> Option<Self> {
        let opened = window.location().origin().and_then(|origin| {
            WebSocket::new_with_str(&(origin.replacen("http", "ws", 1) + "/api/realtime"), SUBPROTOCOL)
        });
        let Ok(socket) = opened else {
            app.dispatch(Input::Socket(SocketEvent::Closed {
                generation,
                code: ABNORMAL,
            }));
            return None;
        };
        let listener = |read: fn(u64, &Event) -> Option<SocketEvent>| {
            let app = app.clone();
            Closure::<dyn FnMut(Event)>::new(move |event: Event| {
                if let Some(event) = read(generation, &event) {
                    app.dispatch(Input::Socket(event));
                }
            })
        };
        let listeners = [
            listener(|generation, _| Some(SocketEvent::Opened { generation })),
            listener(|generation, event| {
                let message: &MessageEvent = event.unchecked_ref();
                let text = message.data().as_string()?;
                Some(SocketEvent::Frame { generation, text })
            }),
            listener(|generation, event| {
                let close: &CloseEvent = event.unchecked_ref();
                Some(SocketEvent::Closed {
                    generation,
                    code: close.code(),
                })
            }),
        ];
        socket.set_onopen(Some(listeners[0].as_ref().unchecked_ref()));
        socket.set_onmessage(Some(listeners[1].as_ref().unchecked_ref()));
        socket.set_onclose(Some(listeners[2].as_ref().unchecked_ref()));
        Some(Self {
            generation,
            socket,
            _listeners: listeners,
        })
    }

    pub(super) fn send(&self, text: &str) {
        // A socket that closes under the hand reports it by its own event.
        let _ = self.socket.send_with_str(text);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing a closed one changes nothing.
        let _ = self.socket.close();
    }
}
