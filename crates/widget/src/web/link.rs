//! Requests, the WebSocket and timers.

use js_sys::Function;
use switchboard_contract::realtime::SUBPROTOCOL;
use switchboard_engine::socket::TimerKind;
use wasm_bindgen::prelude::*;
use web_sys::{Location, Performance, WebSocket, Window, XmlHttpRequest};

use crate::chat::{Request, Timer};

/// A request without an answer for this long has failed, in milliseconds.
const REQUEST_TIMEOUT_MS: u32 = 15_000;
/// One for each kind of timer.
const SLOTS: usize = 11;

/// What connects the chat to the server and to time.
pub(super) struct Link {
    performance: Performance,
    listener: Function,
    requests: Vec<(u64, XmlHttpRequest)>,
    socket: Option<(u64, WebSocket)>,
    timers: [Option<(Timer, i32)>; SLOTS],
}

impl Link {
    pub(super) fn new(window: &Window, listener: Function) -> Result<Self, JsValue> {
        Ok(Self {
            performance: window.performance().ok_or("no clock")?,
            listener,
            requests: Vec::new(),
            socket: None,
            timers: [None; SLOTS],
        })
    }

    /// Milliseconds since the document began; never goes back.
    pub(super) fn monotonic(&self) -> u64 {
        self.performance.now() as u64
    }

    pub(super) fn send_request(&mut self, request: &Request, token: Option<&str>) {
        if let Ok(sent) = self.try_request(request, token) {
            self.requests.push((request.id, sent));
        }
    }

    fn try_request(&self, request: &Request, token: Option<&str>) -> Result<XmlHttpRequest, JsValue> {
        let sent = XmlHttpRequest::new()?;
        let method = if request.body.is_some() { "POST" } else { "GET" };
        sent.open_with_async(method, &request.path, true)?;
        sent.set_timeout(REQUEST_TIMEOUT_MS);
        if let Some(token) = token.filter(|_| request.authorised) {
            let mut bearer = String::from("Bearer ");
            bearer.push_str(token);
            sent.set_request_header("authorization", &bearer)?;
        }
        if request.body.is_some() {
            sent.set_request_header("content-type", "application/json")?;
        }
        sent.set_onloadend(Some(&self.listener));
        sent.send_with_opt_str(request.body.as_deref())?;
        Ok(sent)
    }

    /// The id, status and body of the request that `target` is; status 0 when there was no answer.
    pub(super) fn answer(&mut self, target: Option<&JsValue>) -> Option<(u64, u16, String)> {
        let target = target?;
        let index = self
            .requests
            .iter()
            .position(|(_, sent)| AsRef::<JsValue>::as_ref(sent) == target)?;
        let (id, sent) = self.requests.swap_remove(index);
        let body = sent.response_text().ok().flatten().unwrap_or_default();
        Some((id, sent.status().unwrap_or(0), body))
    }

    /// Opens a WebSocket. One that cannot be opened is noticed by the machine's own time limit.
    pub(super) fn open_socket(&mut self, location: &Location, generation: u64) {
        self.drop_socket();
        if let Ok(socket) = self.try_socket(location) {
            self.socket = Some((generation, socket));
        }
    }

    fn try_socket(&self, location: &Location) -> Result<WebSocket, JsValue> {
        // `http` becomes `ws`, `https` becomes `wss`.
        let origin = location.origin()?;
        let mut address = String::from("ws");
        address.push_str(origin.strip_prefix("http").ok_or("not a web page")?);
        address.push_str("/api/realtime");
        let socket = WebSocket::new_with_str(&address, SUBPROTOCOL)?;
        let listener = Some(&self.listener);
        socket.set_onopen(listener);
        socket.set_onmessage(listener);
        socket.set_onclose(listener);
        Ok(socket)
    }

    pub(super) fn is_socket(&self, target: Option<&JsValue>) -> bool {
        let socket = self
            .socket
            .as_ref()
            .map(|(_, socket)| AsRef::<JsValue>::as_ref(socket));
        socket.is_some() && socket == target
    }

    pub(super) fn generation(&self) -> Option<u64> {
        self.socket.as_ref().map(|(generation, _)| *generation)
    }

    pub(super) fn send_frame(&self, generation: u64, text: &str) {
        if let Some((_, socket)) = self.socket.as_ref().filter(|(current, _)| *current == generation)
            // A browser complains of what is sent once it closes, which is reported by itself.
            && socket.ready_state() == WebSocket::OPEN
        {
            let _ = socket.send_with_str(text);
        }
    }

    pub(super) fn close_socket(&mut self, generation: u64) {
        if self.generation() == Some(generation) {
            self.drop_socket();
        }
    }

    fn drop_socket(&mut self) {
        if let Some((_, socket)) = self.socket.take() {
            socket.set_onopen(None);
            socket.set_onmessage(None);
            socket.set_onclose(None);
            let _ = socket.close();
        }
    }

    pub(super) fn set_timer(&mut self, window: &Window, timer: Timer, after_ms: u64) {
        let slot = slot(timer);
        if let Some((_, handle)) = self.timers[slot].take() {
            window.clear_timeout_with_handle(handle);
        }
        let after = i32::try_from(after_ms).unwrap_or(i32::MAX);
        let number = JsValue::from_f64(slot as f64);
        let handle =
            window.set_timeout_with_callback_and_timeout_and_arguments_1(&self.listener, after, &number);
        self.timers[slot] = handle.ok().map(|handle| (timer, handle));
    }

    /// The timer of a slot that ran out.
    pub(super) fn timer(&mut self, slot: f64) -> Option<Timer> {
        let entry = self.timers.get_mut(slot as usize)?;
        entry.take().map(|(timer, _)| timer)
    }
}

const fn slot(timer: Timer) -> usize {
    match timer {
        Timer::Socket(timer) => match timer.kind {
            TimerKind::Reconnect => 0,
            TimerKind::Step => 1,
            TimerKind::Heartbeat => 2,
            TimerKind::Ack => 4,
            TimerKind::Renew => 5,
            TimerKind::Poll => 6,
            TimerKind::Upgrade => 7,
        },
        Timer::Stream(_) => 3,
        Timer::Outbox(_) => 8,
        Timer::Retry(_) => 9,
        Timer::Typing(_) => 10,
    }
}
