//! The browser shell of [`switchboard_engine::socket`]: it gets tickets, opens and closes the WebSocket, and reports what
//! happened.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use switchboard_contract::realtime::SUBPROTOCOL;
use switchboard_engine::socket::{Effect, Event, TicketError};
use wasm_bindgen::JsCast;
use web_sys::{CloseEvent, MessageEvent, WebSocket};
use yew::Callback;

use crate::api::{Api, ApiError};
use crate::browser::{Listener, Task, is_online};
use crate::crash::EndsWithProgram;

/// Closed without a word, as browsers report it.
const ABNORMAL: u16 = 1006;

/// The connection's way to the browser. Dropping it closes the WebSocket and stops everything that it started.
pub struct Socket {
    inner: Rc<Inner>,
}

struct Inner {
    api: Api,
    url: String,
    on_event: Callback<Event>,
    open: RefCell<Option<OpenSocket>>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    next_task: Cell<u64>,
}

/// A WebSocket with what listens to it; closed when dropped.
struct OpenSocket {
    generation: u64,
    socket: WebSocket,
    _listeners: [Listener; 3],
    _ends: EndsWithProgram,
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        // Refused only for codes and reasons that are not allowed.
        let _ = self.socket.close();
    }
}

impl Socket {
    /// Connects to `url` when asked to, and reports to `on_event`.
    #[must_use]
    pub fn new(api: Api, url: String, on_event: Callback<Event>) -> Self {
        let inner = Rc::new(Inner {
            api,
            url,
            on_event,
            open: RefCell::default(),
            tasks: RefCell::default(),
            next_task: Cell::new(0),
        });
        Self { inner }
    }

    /// Does what the machine asks of the connection itself; timers and data are not for here.
    pub fn run(&self, effect: Effect) {
        let inner = &self.inner;
        match effect {
            Effect::FetchTicket { generation } => inner.fetch_ticket(generation),
            Effect::Open { generation } => inner.open(generation),
            Effect::Send { generation, text } => inner.send(generation, &text),
            Effect::Abandon { generation } => {
                inner
                    .open
                    .borrow_mut()
                    .take_if(|open| open.generation == generation);
            }
            Effect::SetTimer { .. } | Effect::Stream(_) | Effect::Status(_) | Effect::Signal(_) => {}
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.open.borrow_mut().take();
        self.inner.tasks.borrow_mut().clear();
    }
}

impl Inner {
    fn open(self: &Rc<Self>, generation: u64) {
        // The one before is abandoned, whatever its state.
        self.open.borrow_mut().take();
        let Ok(socket) = WebSocket::new_with_str(&self.url, SUBPROTOCOL) else {
            // Refused by a policy before any connection.
            self.spawn(async move {
                Event::Closed {
                    generation,
                    code: ABNORMAL,
                }
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
        *self.open.borrow_mut() = Some(OpenSocket {
            generation,
            _ends: EndsWithProgram::new(socket.clone()),
            socket,
            _listeners: listeners,
        });
    }

    fn send(&self, generation: u64, text: &str) {
        let open = self.open.borrow();
        let is_ready = |open: &&OpenSocket| {
            // A browser complains of what is sent once it closes, which is reported by itself.
            open.generation == generation && open.socket.ready_state() == WebSocket::OPEN
        };
        if let Some(open) = open.as_ref().filter(is_ready) {
            // Fails for no text on an open socket.
            let _ = open.socket.send_with_str(text);
        }
    }

    fn fetch_ticket(self: &Rc<Self>, generation: u64) {
        let api = self.api.clone();
        self.spawn(async move {
            let result = match api.realtime_ticket().await {
                Ok(ticket) => Ok(ticket.ticket),
                Err(ApiError::SignedOut) => Err(TicketError::SignedOut),
                Err(ApiError::RateLimited(wait)) => Err(TicketError::RateLimited(wait)),
                // A page that was opened without a network was never told that it went.
                Err(_) if !is_online() => return Event::NetworkDown,
                Err(_) => Err(TicketError::Unreachable),
            };
            Event::Ticket { generation, result }
        });
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
