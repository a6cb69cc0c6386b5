//! What the frame does: the engine's link, outbox and thread put together for one visitor. No clock, no I/O; the browser
//! shell turns [`Effect`]s into calls and callbacks into [`Event`]s.
//!
//! ```text
//! loader ─session→ kept token fits? ─yes→ visit: load history, connect, send what waits
//!                        └─no→ trade the code → visit          a 401 anywhere: ask the loader for a new session
//! ```

mod answers;
mod history;
mod interface;
mod pre_chat;
mod rating;
mod sending;
mod typing;

use std::rc::Rc;

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::LiveChatMessage;
use switchboard_contract::position::{Epoch, Position};
use switchboard_contract::website::VisitorWidget;
use switchboard_engine::Now;
use switchboard_engine::link::{self, Link};
use switchboard_engine::outbox::{self, Outbox};
use switchboard_engine::random::Random;
use switchboard_engine::socket::{self, Identity, Status};
use switchboard_engine::stream;
use switchboard_engine::thread::Thread;

use crate::bridge::{FromHost, HostSession, ToHost};
use crate::rows::{self, Row};
use answers::Purpose;
pub use interface::{Effect, Event, Kept, KeptAnswers, Notice, Remembered, Request, Said, Timer, Waiting};
use pre_chat::Answering;
pub use pre_chat::{Asking, Fault};
pub use rating::Question;
use rating::{Asked, Standing};
use typing::Typing;

const RETRY_BASE_MS: u64 = 1_000;
const RETRY_CAP_MS: u64 = 20_000;

/// The machine. See the module's documentation.
pub struct Chat {
    link: Link,
    outbox: Outbox<(), MessageId, Rc<Said>>,
    random: Random,
    next_id: u64,
    requests: Vec<(u64, Purpose)>,
    remembered: Remembered,
    widget: VisitorWidget,
    answering: Answering,
    greeting: Option<Rc<str>>,
    visit: Option<Kept>,
    /// The loader's session while its code is being traded; kept to try again when the server cannot be reached.
    trading: Option<HostSession>,
    needs_session: bool,
    failures: u32,
    retry: Option<u64>,
    refused: bool,
    /// The server has taken no message lately because there were too many.
    slowed: bool,
    failing: bool,
    shown: bool,
    /// Whether the visitor looks at this browser tab.
    visible: bool,
    thread: Thread,
    conversation: Option<ConversationId>,
    /// How the server says that the conversation stands.
    standing: Option<Standing>,
    asked: Asked,
    /// The conversation went while it was shown, and no other one has begun.
    over: bool,
    epoch: Option<Epoch>,
    /// Stored messages that the thread cannot take in before it is loaded anew.
    ahead: Vec<Rc<LiveChatMessage>>,
    /// What the next newest page must reflect.
    wanted: Option<Position>,
    reflected: Option<Position>,
    /// The poll that the next newest page answers, where sockets are blocked.
    polling: Option<u64>,
    /// The newest `seq` that was announced.
    noted: u64,
    /// The newest `seq` that was on the screen.
    seen: u64,
    /// The newest answer that the server was told of as read.
    marked: u64,
    typing: Typing,
    /// What the loader was last told.
    unread: u64,
    dirty: bool,
}

impl Chat {
    /// A chat that waits for its loader. `tab` names this frame to the server, `seed` spreads retries.
    #[must_use]
    pub fn new(tab: String, seed: u64, remembered: Remembered) -> Self {
        let identity = Identity {
            client: concat!("widget/", env!("CARGO_PKG_VERSION")).to_owned(),
            tab,
        };
        Self {
            link: Link::new(identity, seed),
            outbox: Outbox::new(seed.rotate_left(16)),
            random: Random::from_seed(seed.rotate_left(32)),
            next_id: 0,
            requests: Vec::new(),
            remembered,
            widget: VisitorWidget::default(),
            answering: Answering::default(),
            greeting: None,
            visit: None,
            trading: None,
            needs_session: false,
            failures: 0,
            retry: None,
            refused: false,
            slowed: false,
            failing: false,
            shown: false,
            visible: true,
            thread: Thread::default(),
            conversation: None,
            standing: None,
            asked: Asked::default(),
            over: false,
            epoch: None,
            ahead: Vec::new(),
            wanted: None,
            reflected: None,
            polling: None,
            noted: 0,
            seen: 0,
            marked: 0,
            typing: Typing::default(),
            unread: 0,
            dirty: true,
        }
    }

    /// What authorised requests carry.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.visit.as_ref().map(|visit| visit.token.as_str())
    }

    /// What [`Effect::KeepVisit`] stores.
    #[must_use]
    pub const fn visit(&self) -> Option<&Kept> {
        self.visit.as_ref()
    }

    /// The website's colours and words.
    #[must_use]
    pub const fn widget(&self) -> &VisitorWidget {
        &self.widget
    }

    /// Whether there are earlier messages on the server.
    #[must_use]
    pub const fn has_earlier(&self) -> bool {
        self.thread.has_more_before()
    }

    /// Whether history is there, so that an empty log means that nothing was written.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        self.thread.is_loaded()
    }

    /// The log, from the earliest message to what waits to be sent.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let greeting = self.greeting.clone().filter(|_| !self.thread.has_more_before());
        rows::rows(greeting, &self.thread, &self.ahead, self.outbox.lane(&()))
    }

    /// The line about the connection, and about what has ended.
    #[must_use]
    pub fn notice(&self) -> Notice {
        match self.link.status() {
            _ if self.refused => Notice::Refused,
            Status::Refused => Notice::Refused,
            Status::UpdateNeeded => Notice::Outdated,
            Status::Live | Status::Polling if !self.needs_session && self.slowed => Notice::Slowed,
            Status::Live | Status::Polling if !self.needs_session && self.over => Notice::Over,
            Status::Live | Status::Polling if !self.needs_session => Notice::None,
            _ if !self.failing => Notice::Connecting,
            _ if self.outbox.is_empty() && !self.answering.is_pending() => Notice::Offline,
            _ => Notice::Waits,
        }
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Start => {
                out.push(Effect::Tell(ToHost::Ready));
                self.back_off(out);
            }
            Event::Host(FromHost::Session(session)) => self.on_session(now, session, out),
            Event::Host(FromHost::Shown(shown)) => {
                self.shown = shown.shown;
                self.note_seen(out);
                if shown.shown && shown.focus {
                    out.push(Effect::Focus);
                }
            }
            Event::Host(FromHost::Refused) => {
                // Whatever still asks would be told the same.
                self.refuse();
                self.on_link(now, link::Event::Stop, out);
            }
            Event::Host(FromHost::Solved) => {
                self.slowed = false;
                self.dirty = true;
                self.on_outbox(now, outbox::Event::Wake, out);
            }
            Event::Answer { id, status, body } => self.on_answer(now, id, status, &body, out),
            Event::Link(event) => {
                if let socket::Event::Shown(visible) = event {
                    self.visible = visible;
                    self.note_seen(out);
                }
                self.on_link(now, event.into(), out);
            }
            Event::Timer(Timer::Socket(timer)) => {
                self.on_link(now, socket::Event::Timer(timer).into(), out);
            }
            Event::Timer(Timer::Stream(generation)) => {
                self.on_link(now, stream::Event::Timer { generation }.into(), out);
            }
            Event::Timer(Timer::Outbox(generation)) => {
                self.on_outbox(now, outbox::Event::Timer { generation }, out);
            }
            Event::Timer(Timer::Retry(generation)) => {
                if self.retry == Some(generation) {
                    self.retry = None;
                    self.try_again(out);
                }
            }
            Event::Timer(Timer::Typing(generation)) => self.typing_is_due(generation),
            Event::Typed(text) => self.typed(now, &text),
            Event::Submit { random, text, files } => self.submit(now, random, &text, files, out),
            Event::Retry(id) => self.on_outbox(now, outbox::Event::Retry { id }, out),
            Event::Discard(id) => self.on_outbox(now, outbox::Event::Discard { id }, out),
            Event::Earlier => self.load_earlier(out),
            Event::Answers { random, given } => self.answer(now, random, given, out),
            Event::Rate { rating, comment } => self.rate(rating, &comment, out),
        }
        self.keep_typing(now, out);
        if std::mem::take(&mut self.dirty) {
            out.push(Effect::Draw);
        }
    }

    /// The chat looks like this and says this from now on. What is typed stays.
    fn apply(&mut self, widget: VisitorWidget) {
        self.greeting = widget.greeting.as_deref().map(Rc::from);
        self.widget = widget;
        self.dirty = true;
    }

    fn on_session(&mut self, now: Now, session: HostSession, out: &mut Vec<Effect>) {
        self.find_answers(session.visitor, out);
        self.apply(session.widget.clone());
        self.refused = false;
        match &self.visit {
            Some(visit) if visit.visitor == session.visitor => {
                if !self.needs_session {
                    return;
                }
            }
            Some(_) => self.forget_visitor(now, out),
            None => {
                let kept = self.remembered.kept.take();
                if let Some(kept) = kept.filter(|kept| kept.visitor == session.visitor) {
                    self.failures = 0;
                    return self.begin(now, kept, out);
                }
            }
        }
        self.trading = Some(session);
        self.trade(out);
    }

    /// Another visitor than before: nothing of the old one stays. Only what is not sent yet does when it was the server that
    /// forgot the old one, since the person is the same.
    fn forget_visitor(&mut self, now: Now, out: &mut Vec<Effect>) {
        let queued: Vec<_> = self
            .outbox
            .lane(&())
            .map(|item| (item.id, Rc::clone(&item.payload)))
            .collect();
        self.on_outbox(now, outbox::Event::Clear, out);
        for (id, payload) in queued {
            if self.needs_session {
                // Queued anew, behind nothing: what was sent before is gone.
                let again = outbox::Event::Enqueue {
                    lane: (),
                    id,
                    payload,
                    kept: None,
                };
                self.on_outbox(now, again, out);
            } else {
                out.push(Effect::ForgetWaiting(id));
            }
        }
        self.on_link(now, link::Event::Stop, out);
        self.requests.clear();
        self.visit = None;
        self.thread = Thread::default();
        (self.conversation, self.over) = (None, false);
        self.stands(None);
        (self.epoch, self.wanted, self.reflected, self.polling) = (None, None, None, None);
        self.ahead.clear();
        (self.noted, self.seen, self.marked) = (0, 0, 0);
        self.typing = Typing::default();
        self.forget_answers(out);
        out.push(Effect::ForgetVisit);
    }

    /// There is a token: everything that needs one starts.
    fn begin(&mut self, now: Now, visit: Kept, out: &mut Vec<Effect>) {
        let visitor = visit.visitor;
        self.visit = Some(visit);
        self.trading = None;
        self.needs_session = false;
        self.retry = None;
        self.dirty = true;
        out.push(Effect::KeepVisit);
        self.load_newest(out);
        self.on_link(now, link::Event::Start(None), out);
        self.on_link(now, link::Event::Lead, out);
        for item in self.outbox.lane(&()) {
            if let Some(json) = self.waiting_json(&item.payload) {
                out.push(Effect::KeepWaiting(item.id, json));
            }
        }
        for (id, waiting) in std::mem::take(&mut self.remembered.waiting) {
            if waiting.visitor == visitor {
                let payload = Rc::new(Said {
                    content: waiting.content,
                    files: waiting.files,
                });
                self.on_outbox(
                    now,
                    outbox::Event::Enqueue {
                        lane: (),
                        id,
                        payload,
                        kept: None,
                    },
                    out,
                );
            } else {
                out.push(Effect::ForgetWaiting(id));
            }
        }
        self.send_answers(out);
        self.on_outbox(now, outbox::Event::Wake, out);
    }

    fn on_link(&mut self, now: Now, event: link::Event, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.link.step(now, event, &mut effects);
        for effect in effects {
            match effect {
                link::Effect::Socket(effect) => self.on_socket(now, effect, out),
                link::Effect::Stream(effect) => self.on_stream(now, effect, out),
            }
        }
    }

    fn on_socket(&mut self, now: Now, effect: socket::Effect, out: &mut Vec<Effect>) {
        match effect {
            socket::Effect::FetchTicket { generation } => self.ask_for_ticket(generation, out),
            socket::Effect::Open { generation } => out.push(Effect::OpenSocket(generation)),
            socket::Effect::Send { generation, text } => out.push(Effect::SendFrame(generation, text)),
            socket::Effect::Abandon { generation } => out.push(Effect::CloseSocket(generation)),
            socket::Effect::SetTimer { timer, after_ms } => {
                out.push(Effect::SetTimer(Timer::Socket(timer), after_ms));
            }
            socket::Effect::Status(status) => self.on_status(now, status, out),
            socket::Effect::Signal(signal) => self.heard(now, signal),
            socket::Effect::Stream(_) => {}
        }
    }

    fn on_stream(&mut self, now: Now, effect: stream::Effect, out: &mut Vec<Effect>) {
        match effect {
            stream::Effect::SetTimer { generation, after_ms } => {
                out.push(Effect::SetTimer(Timer::Stream(generation), after_ms));
            }
            // A visitor's log cannot be read over REST: where sockets are blocked the newest page stands for it.
            stream::Effect::FetchDifference {
                generation, wait_ms, ..
            } if wait_ms > 0 => {
                self.polling = Some(generation);
                self.load_newest(out);
            }
            // Elsewhere a new connection brings a snapshot.
            stream::Effect::FetchDifference { generation, .. } => self.on_link(
                now,
                stream::Event::Difference {
                    generation,
                    result: Err(stream::DifferenceError::PositionLost),
                }
                .into(),
                out,
            ),
            stream::Effect::Apply(event) => self.on_log_event(now, event, out),
            stream::Effect::Snapshot(Some(position)) => self.on_snapshot(position, out),
            stream::Effect::Snapshot(None) => self.load_newest(out),
            stream::Effect::Moved { .. }
            | stream::Effect::Lost
            | stream::Effect::Polled { .. }
            | stream::Effect::Signal(_) => {}
        }
    }

    fn on_status(&mut self, now: Now, status: Status, out: &mut Vec<Effect>) {
        self.dirty = true;
        match status {
            Status::Live | Status::Polling => {
                self.failing = false;
                self.on_outbox(now, outbox::Event::Wake, out);
                self.try_again(out);
                self.note_seen(out);
            }
            Status::Reconnecting { .. } | Status::Offline => self.failing = true,
            Status::SignedOut => self.ask_for_session(out),
            _ => {}
        }
    }

    /// The token is not accepted, or there is none: only the loader can get another.
    fn ask_for_session(&mut self, out: &mut Vec<Effect>) {
        self.trading = None;
        if self.refused {
            return;
        }
        if !self.needs_session {
            self.needs_session = true;
            self.dirty = true;
            out.push(Effect::ForgetVisit);
        }
        if self.retry.is_none() {
            if self.failures == 0 {
                out.push(Effect::Tell(ToHost::SessionNeeded));
            }
            self.back_off(out);
        }
    }

    fn back_off(&mut self, out: &mut Vec<Effect>) {
        if self.retry.is_some() {
            return;
        }
        let wait = RETRY_BASE_MS
            + self
                .random
                .full_jitter(self.failures, RETRY_BASE_MS, RETRY_CAP_MS);
        self.failures = self.failures.saturating_add(1);
        self.next_id += 1;
        self.retry = Some(self.next_id);
        out.push(Effect::SetTimer(Timer::Retry(self.next_id), wait));
    }

    /// What failed for want of a connection is due again.
    fn try_again(&mut self, out: &mut Vec<Effect>) {
        if self.refused {
            return;
        }
        if self.trading.is_some() {
            self.trade(out);
        } else if self.visit.is_none() || self.needs_session {
            out.push(Effect::Tell(ToHost::SessionNeeded));
            self.back_off(out);
        } else {
            if !self.thread.is_loaded() || self.wanted.is_some() {
                self.load_newest(out);
            }
            self.send_answers(out);
        }
    }
}

#[cfg(test)]
mod tests;
