//! The browser shell of the engine's machines for a live connection. It decides nothing.
//!
//! | module | carries out |
//! | --- | --- |
//! | this one | [`switchboard_engine::socket`]: the WebSocket and the two REST calls |
//! | [`store`] | [`switchboard_engine::store`]: the queue of waiting actions, in IndexedDB |
//! | [`tabs`] | what tabs tell each other, and the lock that one of them holds |
//! | [`timers`] | waiting, punctual in hidden pages too |
//! | [`wake`] | signs of the network, the page's visibility and sleep |

mod address;
pub mod store;
pub mod tabs;
pub mod timers;
pub mod wake;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::SUBPROTOCOL;
use switchboard_engine::socket::{DifferenceError, Effect, Event, TicketError, Timer, TimerKind};
use wasm_bindgen::JsCast;
use web_sys::{CloseEvent, MessageEvent, WebSocket};
use yew::Callback;

use crate::api::{Api, ApiError};
use crate::browser::{Listener, Task};
use timers::Timers;
use wake::{Sign, Wake};

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
    on_event: Callback<Event>,
    socket: RefCell<Option<OpenSocket>>,
    timers: Timers<TimerKind>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    next_task: Cell<u64>,
    wake: RefCell<Option<Rc<Wake>>>,
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
    pub fn new(api: Api, url: String, on_event: Callback<Event>) -> Self {
        let inner = Rc::new(Inner {
            api,
            url,
            on_event,
            socket: RefCell::default(),
            timers: Timers::new(),
            tasks: RefCell::default(),
            next_task: Cell::new(0),
            wake: RefCell::default(),
        });
        inner.listen();
        Self { inner }
    }

    /// Does what the machine asks for. What it asks of the data (`Apply`, `Snapshot`, `Status`, `Signal`) is not for here.
    pub fn run(&self, effect: Effect) {
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
            Effect::FetchDifference {
                generation,
                after,
                wait_ms,
            } => inner.fetch_difference(generation, after, wait_ms),
            Effect::Apply(_) | Effect::Snapshot(_) | Effect::Status(_) | Effect::Signal(_) => {}
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.inner.wake.borrow_mut().take();
        self.inner.socket.borrow_mut().take();
        self.inner.timers.clear();
        self.inner.tasks.borrow_mut().clear();
    }
}

impl Inner {
    fn listen(self: &Rc<Self>) {
        let inner = Rc::downgrade(self);
        let wake = Wake::new(Callback::from(move |sign| {
            if let Some(inner) = inner.upgrade() {
                inner.on_event.emit(match sign {
                    Sign::Awake => Event::Awake,
                    Sign::NetworkDown => Event::NetworkDown,
                    Sign::Shown(shown) => Event::Shown(shown),
                });
            }
        }));
        *self.wake.borrow_mut() = Some(Rc::new(wake));
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
                    inner.on_event.emit(event);
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
        self.timers.set(timer.kind, after_ms, move || {
            if let Some(inner) = inner.upgrade() {
                inner.look();
                inner.on_event.emit(Event::Timer(timer));
            }
        });
    }

    /// Reports a sleep before the timer that rings after it.
    fn look(&self) {
        let wake = self.wake.borrow().clone();
        if let Some(wake) = wake {
            wake.look();
        }
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
            Event::Difference { generation, result }
        });
    }

    fn report_later(self: &Rc<Self>, event: Event) {
        self.spawn(async move { event });
    }

    fn spawn(self: &Rc<Self>, work: impl Future<Output = Event> + 'static) {
        let number = self.next_task.get();
        self.next_task.set(number + 1);
        let inner = Rc::downgrade(self);
        let task = Task::spawn(async move {
            let event = work.await;
            if let Some(inner) = inner.upgrade() {
                let done = inner.tasks.borrow_mut().remove(&number);
                inner.on_event.emit(event);
                drop(done);
            }
        });
        self.tasks.borrow_mut().insert(number, task);
    }
}
