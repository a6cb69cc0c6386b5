//! The browser shell of [`switchboard_engine::link`]: it opens and closes the WebSocket, runs the timers and makes the two
//! REST calls, and reports what happened. It decides nothing.

mod address;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::SUBPROTOCOL;
use switchboard_engine::link::{self, Effect};
use switchboard_engine::socket::{self, Event, TicketError, Timer, TimerKind};
use switchboard_engine::stream::{self, DifferenceError};
use wasm_bindgen::JsCast;
use web_sys::{CloseEvent, MessageEvent, WebSocket};
use yew::Callback;

use crate::api::{Api, ApiError};
use crate::browser::{Listener, Task, Timeout, document, is_shown, window};

pub use address::realtime_url;

/// Closed without a word, as browsers report it.
const ABNORMAL: u16 = 1006;

/// The connection's way to the browser. Dropping it closes the socket and stops everything that it started.
pub struct Link {
    inner: Rc<Inner>,
}

struct Inner {
    api: Api,
    url: String,
    on_event: Callback<link::Event>,
    socket: RefCell<Option<OpenSocket>>,
    timers: RefCell<BTreeMap<TimerKind, Timeout>>,
    stream_timer: RefCell<Option<Timeout>>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    next_task: Cell<u64>,
    listeners: RefCell<Vec<Listener>>,
}

/// A WebSocket with what listens to it; closed when dropped.
struct OpenSocket {
    generation: u64,
    socket: WebSocket,
    _listeners: [Listener; 3],
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        // Refused only for codes and reasons that are not allowed.
        let _ = self.socket.close();
    }
}

impl Link {
    /// Reports to `on_event`, and from now on also that the network comes and goes and that the page is shown or hidden.
    #[must_use]
    pub fn new(api: Api, url: String, on_event: Callback<link::Event>) -> Self {
        let inner = Rc::new(Inner {
            api,
            url,
            on_event,
            socket: RefCell::default(),
            timers: RefCell::default(),
            stream_timer: RefCell::default(),
            tasks: RefCell::default(),
            next_task: Cell::new(0),
            listeners: RefCell::default(),
        });
        inner.listen();
        Self { inner }
    }

    /// Does what the machine asks for. What it asks of the data (`Apply`, `Snapshot`, `Status`, `Signal`) is not for here.
    pub fn run(&self, effect: Effect) {
        match effect {
            Effect::Socket(effect) => self.run_socket(effect),
            Effect::Stream(effect) => self.run_stream(effect),
        }
    }

    fn run_socket(&self, effect: socket::Effect) {
        use socket::Effect;
        let inner = &self.inner;
        match effect {
            Effect::FetchTicket { generation } => inner.fetch_ticket(generation),
            Effect::Open { generation } => inner.open(generation),
            Effect::Send { generation, text } => inner.send(generation, &text),
            Effect::Abandon { generation } => {
                inner
                    .socket
                    .borrow_mut()
                    .take_if(|open| open.generation == generation);
            }
            Effect::SetTimer { timer, after_ms } => inner.set_timer(timer, after_ms),
            Effect::Stream(_) | Effect::Status(_) | Effect::Signal(_) => {}
        }
    }

    fn run_stream(&self, effect: stream::Effect) {
        use stream::Effect;
        let inner = &self.inner;
        match effect {
            Effect::FetchDifference {
                generation,
                after,
                wait_ms,
            } => inner.fetch_difference(generation, after, wait_ms),
            Effect::SetTimer { generation, after_ms } => inner.set_stream_timer(generation, after_ms),
            Effect::Apply(_)
            | Effect::Moved { .. }
            | Effect::Snapshot(_)
            | Effect::Lost
            | Effect::Signal(_)
            | Effect::Polled { .. } => {}
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.inner.listeners.borrow_mut().clear();
        self.inner.socket.borrow_mut().take();
        self.inner.timers.borrow_mut().clear();
        self.inner.stream_timer.borrow_mut().take();
        self.inner.tasks.borrow_mut().clear();
    }
}

impl Inner {
    fn listen(self: &Rc<Self>) {
        let mut listeners = Vec::new();
        let report = |event: fn() -> Event| {
            let inner = Rc::downgrade(self);
            move |_| {
                if let Some(inner) = inner.upgrade() {
                    inner.on_event.emit(event().into());
                }
            }
        };
        if let Some(window) = window() {
            listeners.push(Listener::new(&window, "online", report(|| Event::Awake)));
            listeners.push(Listener::new(&window, "offline", report(|| Event::NetworkDown)));
        }
        if let Some(document) = document() {
            let shown = || Event::Shown(is_shown());
            listeners.push(Listener::new(&document, "visibilitychange", report(shown)));
        }
        *self.listeners.borrow_mut() = listeners;
    }

    fn open(self: &Rc<Self>, generation: u64) {
        // The one before is abandoned, whatever its state.
        self.socket.borrow_mut().take();
        let Ok(socket) = WebSocket::new_with_str(&self.url, SUBPROTOCOL) else {
            // Refused by a policy before any connection.
            self.report_later(Event::Closed {
                generation,
                code: ABNORMAL,
            });
            return;
        };
        let report = |event: fn(u64, &web_sys::Event) -> Option<Event>| {
            let inner = Rc::downgrade(self);
            move |happened: web_sys::Event| {
                if let (Some(inner), Some(event)) = (inner.upgrade(), event(generation, &happened)) {
                    inner.on_event.emit(event.into());
                }
            }
        };
        let listeners = [
            Listener::new(
                &socket,
                "open",
                report(|generation, _| Some(Event::Opened { generation })),
            ),
            Listener::new(
                &socket,
                "message",
                report(|generation, happened| {
                    // A frame that is not text cannot be read: it travels as an empty one, which is not JSON either.
                    let text = happened
                        .dyn_ref::<MessageEvent>()?
                        .data()
                        .as_string()
                        .unwrap_or_default();
                    Some(Event::Frame { generation, text })
                }),
            ),
            Listener::new(
                &socket,
                "close",
                report(|generation, happened| {
                    let code = happened
                        .dyn_ref::<CloseEvent>()
                        .map_or(ABNORMAL, CloseEvent::code);
                    Some(Event::Closed { generation, code })
                }),
            ),
        ];
        *self.socket.borrow_mut() = Some(OpenSocket {
            generation,
            socket,
            _listeners: listeners,
        });
    }

    fn send(&self, generation: u64, text: &str) {
        let socket = self.socket.borrow();
        if let Some(open) = socket.as_ref().filter(|open| open.generation == generation) {
            // Fails only before it is open or once it closes, which is reported by itself.
            let _ = open.socket.send_with_str(text);
        }
    }

    fn set_timer(self: &Rc<Self>, timer: Timer, after_ms: u64) {
        let inner = Rc::downgrade(self);
        let timeout = Timeout::new(after_ms, move || {
            if let Some(inner) = inner.upgrade() {
                inner.on_event.emit(Event::Timer(timer).into());
            }
        });
        self.timers.borrow_mut().insert(timer.kind, timeout);
    }

    fn set_stream_timer(self: &Rc<Self>, generation: u64, after_ms: u64) {
        let inner = Rc::downgrade(self);
        let timeout = Timeout::new(after_ms, move || {
            if let Some(inner) = inner.upgrade() {
                inner.on_event.emit(stream::Event::Timer { generation }.into());
            }
        });
        *self.stream_timer.borrow_mut() = Some(timeout);
    }

    fn fetch_ticket(self: &Rc<Self>, generation: u64) {
        let api = self.api.clone();
        self.spawn(async move {
            let result = match api.realtime_ticket().await {
                Ok(ticket) => Ok(ticket.ticket),
                Err(ApiError::SignedOut) => Err(TicketError::SignedOut),
                Err(ApiError::RateLimited(wait)) => Err(TicketError::RateLimited(wait)),
                Err(_) => Err(TicketError::Unreachable),
            };
            Event::Ticket { generation, result }
        });
    }

    fn fetch_difference(
        self: &Rc<Self>,
        generation: u64,
        after: switchboard_contract::position::Position,
        wait_ms: u64,
    ) {
        let api = self.api.clone();
        self.spawn(async move {
            let result = api
                .events(&after, wait_ms)
                .await
                .map_err(|error| match error.code() {
                    Some(ProblemCode::PositionLost) => DifferenceError::PositionLost,
                    _ => DifferenceError::Unreachable,
                });
            stream::Event::Difference { generation, result }
        });
    }

    fn report_later(self: &Rc<Self>, event: Event) {
        self.spawn(async move { event });
    }

    fn spawn<E: Into<link::Event>>(self: &Rc<Self>, work: impl Future<Output = E> + 'static) {
        let number = self.next_task.get();
        self.next_task.set(number + 1);
        let inner = Rc::downgrade(self);
        let task = Task::spawn(async move {
            let event = work.await;
            if let Some(inner) = inner.upgrade() {
                let done = inner.tasks.borrow_mut().remove(&number);
                inner.on_event.emit(event.into());
                drop(done);
            }
        });
        self.tasks.borrow_mut().insert(number, task);
    }
}
