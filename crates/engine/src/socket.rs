//! The realtime connection (`protocol.md` *Realtime*): one WebSocket at a time, kept alive, resumed, and its events put in
//! order.
//!
//! ```text
//! Idle ─start→ Ticketing → Opening → Hello → Live ⇄ Probing
//!                 ↑__________ Backoff ←__________|      Polling: sockets are blocked, the API answers
//!                                                       Offline: the network is known to be down
//!                                                       Terminal: only a new start helps
//! ```

use std::collections::BTreeMap;

use switchboard_contract::ids::EventId;
use switchboard_contract::position::{Epoch, Offset, Position};
use switchboard_contract::realtime::{
    ClientFrame, EventPage, HEARTBEAT_MS, LogEvent, MAX_FRAME_BYTES, Mode, Resume, ServerFrame, Signal, close,
};

use crate::Now;
use crate::random::Random;

/// Silence after a due heartbeat that means the link is dead.
const HEARTBEAT_GRACE_MS: u64 = 5_000;
/// Getting a ticket, opening and being welcomed may each take this long.
const STEP_TIMEOUT_MS: u64 = 10_000;
/// A probe after wake-up may take this long.
const PROBE_MS: u64 = 3_000;
/// Events out of order wait this long for the missing ones before the difference is fetched.
const GAP_MS: u64 = 500;
/// Events are acknowledged together.
const ACK_MS: u64 = 250;
/// A connection that held this long makes the next failure the first one again.
const STABLE_MS: u64 = 10_000;
const FIRST_TRY_MS: u64 = 1_000;
const BACKOFF_BASE_MS: u64 = 500;
const BACKOFF_CAP_VISIBLE_MS: u64 = 5_000;
const BACKOFF_CAP_HIDDEN_MS: u64 = 20_000;
const DEFAULT_WAIT_MS: u64 = 5_000;
/// Rule 8: after this many upgrades that failed although a ticket was to be had, the log is read over REST instead.
const UPGRADES_BEFORE_POLLING: u32 = 3;
/// How long the server may keep a poll open when there is nothing to tell.
const POLL_WAIT_MS: u64 = 25_000;
/// Two polls that brought nothing are at least this far apart, also where the server does not wait.
const POLL_PAUSE_MS: u64 = 2_000;
/// While polling, an upgrade is tried again this often.
const UPGRADE_EVERY_MS: u64 = 5 * 60_000;
/// More events than this out of order are not kept: the difference brings them.
const MAX_HELD: usize = 1_000;

/// What a timer is for. Setting one replaces the one of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKind {
    /// The next try of a connection.
    Reconnect,
    /// A ticket, an opening or a welcome is overdue.
    Step,
    /// Looks whether the link is still alive.
    Heartbeat,
    /// Missing events have had their time.
    Gap,
    /// Acknowledge what was applied.
    Ack,
    /// The authorisation is due for renewal.
    Renew,
    /// The next poll.
    Poll,
    /// While polling: try whether sockets work by now.
    Upgrade,
}

/// A timer as the shell keeps it: comes back in [`Event::Timer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    /// What it is for.
    pub kind: TimerKind,
    /// Tells an old timer from the current one.
    pub generation: u64,
}

/// Why a ticket was not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketError {
    /// No answer, or one that passes.
    Unreachable,
    /// The session has definitely ended.
    SignedOut,
    /// Wait this long, in milliseconds.
    RateLimited(u64),
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Someone is signed in: connect, resuming from a stored position if there is one.
    Start(Option<Resume>),
    /// Signed out, or the page goes: close and forget.
    Stop,
    /// The answer of `POST …/ticket`.
    Ticket {
        /// From [`Effect::FetchTicket`].
        generation: u64,
        /// The ticket, or why there is none.
        result: Result<String, TicketError>,
    },
    /// The WebSocket is open.
    Opened {
        /// From [`Effect::Open`].
        generation: u64,
    },
    /// A text frame arrived.
    Frame {
        /// From [`Effect::Open`].
        generation: u64,
        /// Its text.
        text: String,
    },
    /// The WebSocket is closed, or could not be opened.
    Closed {
        /// From [`Effect::Open`].
        generation: u64,
        /// The close code; 1006 when there was none.
        code: u16,
    },
    /// A timer set by [`Effect::SetTimer`] ran out.
    Timer(Timer),
    /// A snapshot of something was loaded: where polling may start when no socket has ever told a position.
    Loaded(Position),
    /// The answer of `GET /api/events`.
    Difference {
        /// From [`Effect::FetchDifference`].
        generation: u64,
        /// A page, or why there is none.
        result: Result<EventPage, DifferenceError>,
    },
    /// The browser says that the network is there, or woke up, or its clock jumped: look before trusting a timer.
    Awake,
    /// The browser says that the network is gone.
    NetworkDown,
    /// The page is shown (`true`) or hidden.
    Shown(bool),
    /// Something to tell others, sent if there is a link now.
    Signal(Signal),
}

/// Why a difference was not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceError {
    /// No answer, or one that passes.
    Unreachable,
    /// 410 `position_lost`: only a snapshot helps.
    PositionLost,
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask for a ticket; answer with [`Event::Ticket`].
    FetchTicket {
        /// Goes back with the answer.
        generation: u64,
    },
    /// Open a WebSocket; abandon an older one.
    Open {
        /// Goes back with what it reports.
        generation: u64,
    },
    /// Send a text frame on the WebSocket of this generation.
    Send {
        /// From [`Effect::Open`].
        generation: u64,
        /// The frame.
        text: String,
    },
    /// Close the WebSocket of this generation and stop listening to it.
    Abandon {
        /// From [`Effect::Open`].
        generation: u64,
    },
    /// Call back with [`Event::Timer`]; replaces the timer of the same kind.
    SetTimer {
        /// Goes back when it runs out.
        timer: Timer,
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// Fetch the events after this position; answer with [`Event::Difference`].
    FetchDifference {
        /// Goes back with the answer.
        generation: u64,
        /// The position to start after.
        after: Position,
        /// How long the server may wait for something to tell, in milliseconds.
        wait_ms: u64,
    },
    /// Apply this event to the data; they come in order, each once.
    Apply(LogEvent),
    /// There is no continuity: fetch what is shown anew, in place. The data is complete from this position on; while polling
    /// it is not known yet, and the first load tells it.
    Snapshot(Option<Position>),
    /// Someone types, looks, comes or goes.
    Signal(Signal),
    /// The state to show has changed.
    Status(Status),
}

/// What to show of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not started.
    Idle,
    /// The first connection is on its way.
    Connecting,
    /// Everything arrives at once.
    Live,
    /// Everything arrives, by asking again and again: sockets are blocked.
    Polling,
    /// Waiting for the next try, which comes at this monotonic time.
    Reconnecting {
        /// Milliseconds, as in [`Now::monotonic`].
        at: u64,
    },
    /// The browser has no network.
    Offline,
    /// This session ended elsewhere.
    SignedOut,
    /// The account refuses this client.
    Refused,
    /// This program is too old for the server.
    UpdateNeeded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Ticketing,
    Opening,
    Hello,
    Live { since: u64, probe_since: Option<u64> },
    Backoff,
    Polling { asked: u64 },
    Offline,
    Terminal(Status),
}

/// What names this client to the server.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The program and its version, such as `dashboard/0.1.0`.
    pub client: String,
    /// The tab; opaque.
    pub tab: String,
}

/// The machine. See the module's documentation.
#[derive(Debug)]
pub struct Socket {
    identity: Identity,
    random: Random,
    state: State,
    status: Status,
    shown: bool,
    attempt: u32,
    failed_upgrades: u32,
    generation: u64,
    timer_generation: u64,
    timers: BTreeMap<TimerKind, u64>,
    ticket: Option<String>,
    renewal: Option<u64>,
    fetching: Option<u64>,
    epoch: Option<Epoch>,
    applied: Offset,
    applied_id: Option<EventId>,
    held: BTreeMap<Offset, LogEvent>,
    ack_due: bool,
    last_frame: u64,
    heartbeat_ms: u64,
    retry_floor_ms: Option<u64>,
    probe_number: u64,
}

impl Socket {
    /// A machine at rest.
    #[must_use]
    pub fn new(identity: Identity, seed: u64) -> Self {
        Self {
            identity,
            random: Random::from_seed(seed),
            state: State::Idle,
            status: Status::Idle,
            shown: true,
            attempt: 0,
            failed_upgrades: 0,
            generation: 0,
            timer_generation: 0,
            timers: BTreeMap::new(),
            ticket: None,
            renewal: None,
            fetching: None,
            epoch: None,
            applied: Offset(0),
            applied_id: None,
            held: BTreeMap::new(),
            ack_due: false,
            last_frame: 0,
            heartbeat_ms: HEARTBEAT_MS,
            retry_floor_ms: None,
            probe_number: 0,
        }
    }

    /// The position up to which events were given out; `None` before the first welcome.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.epoch.clone().map(|epoch| Position {
            epoch,
            offset: self.applied,
        })
    }

    /// What to show of the connection.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Start(resume) => self.start(now, resume, out),
            Event::Stop => self.stop(out),
            Event::Ticket { generation, result } => self.on_ticket(now, generation, result, out),
            Event::Opened { generation } => self.on_opened(generation, out),
            Event::Frame { generation, text } => self.on_frame(now, generation, &text, out),
            Event::Closed { generation, code } => self.on_closed(now, generation, code, out),
            Event::Timer(timer) => self.on_timer(now, timer, out),
            Event::Difference { generation, result } => self.on_difference(now, generation, result, out),
            Event::Loaded(position) => self.on_loaded(now, position, out),
            Event::Awake => self.on_awake(now, out),
            Event::NetworkDown => self.on_network_down(out),
            Event::Shown(shown) => self.on_shown(now, shown, out),
            Event::Signal(signal) => {
                if matches!(self.state, State::Live { .. }) {
                    self.send(&ClientFrame::Signal(signal), out);
                }
            }
        }
        self.publish(out);
    }

    fn start(&mut self, now: Now, resume: Option<Resume>, out: &mut Vec<Effect>) {
        if !matches!(self.state, State::Idle | State::Terminal(_)) {
            return;
        }
        self.attempt = 0;
        match resume {
            Some(resume) => {
                (self.epoch, self.applied, self.applied_id) = (Some(resume.epoch), resume.offset, resume.id);
            }
            None => (self.epoch, self.applied, self.applied_id) = (None, Offset(0), None),
        }
        self.held.clear();
        self.connect(now, out);
    }

    fn stop(&mut self, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.state = State::Idle;
        (self.epoch, self.applied, self.applied_id) = (None, Offset(0), None);
        self.held.clear();
    }

    fn connect(&mut self, _now: Now, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.generation += 1;
        self.state = State::Ticketing;
        out.push(Effect::FetchTicket {
            generation: self.generation,
        });
        self.set_timer(TimerKind::Step, STEP_TIMEOUT_MS, out);
    }

    /// Leaves the current link, whatever its state: nothing that it still reports counts.
    fn drop_link(&mut self, out: &mut Vec<Effect>) {
        if matches!(self.state, State::Opening | State::Hello | State::Live { .. }) {
            out.push(Effect::Abandon {
                generation: self.generation,
            });
        }
        self.generation += 1;
        self.timers.clear();
        self.ticket = None;
        self.renewal = None;
        self.fetching = None;
        self.ack_due = false;
    }

    fn on_ticket(
        &mut self,
        now: Now,
        generation: u64,
        result: Result<String, TicketError>,
        out: &mut Vec<Effect>,
    ) {
        if self.renewal == Some(generation) {
            self.renewal = None;
            match result {
                Ok(ticket) => self.send(&ClientFrame::Auth { ticket }, out),
                Err(TicketError::SignedOut) => self.end(Status::SignedOut, out),
                Err(_) => self.set_timer(TimerKind::Renew, DEFAULT_WAIT_MS, out),
            }
            return;
        }
        if generation != self.generation || self.state != State::Ticketing {
            return;
        }
        match result {
            Ok(ticket) => {
                self.ticket = Some(ticket);
                self.state = State::Opening;
                out.push(Effect::Open { generation });
                self.set_timer(TimerKind::Step, STEP_TIMEOUT_MS, out);
            }
            Err(TicketError::SignedOut) => self.end(Status::SignedOut, out),
            Err(TicketError::RateLimited(wait)) => {
                self.retry_floor_ms = Some(wait);
                self.back_off(now, out);
            }
            Err(TicketError::Unreachable) => self.back_off(now, out),
        }
    }

    fn on_opened(&mut self, generation: u64, out: &mut Vec<Effect>) {
        if generation != self.generation || self.state != State::Opening {
            return;
        }
        let Some(ticket) = self.ticket.take() else { return };
        self.state = State::Hello;
        let resume = self.epoch.clone().map(|epoch| Resume {
            epoch,
            offset: self.applied,
            id: self.applied_id,
        });
        let hello = ClientFrame::Hello {
            ticket,
            client: self.identity.client.clone(),
            tab: self.identity.tab.clone(),
            resume,
        };
        self.send(&hello, out);
        self.set_timer(TimerKind::Step, STEP_TIMEOUT_MS, out);
    }

    fn on_frame(&mut self, now: Now, generation: u64, text: &str, out: &mut Vec<Effect>) {
        if generation != self.generation || !matches!(self.state, State::Hello | State::Live { .. }) {
            return;
        }
        self.last_frame = now.monotonic;
        let frame = if text.len() > MAX_FRAME_BYTES {
            None
        } else {
            serde_json::from_str::<ServerFrame>(text).ok()
        };
        let Some(frame) = frame else {
            // A frame that cannot be read may have been an event: the position did not move, so resuming brings it again.
            self.back_off(now, out);
            return;
        };
        if self.state == State::Hello {
            match frame {
                ServerFrame::Welcome {
                    epoch,
                    head,
                    mode,
                    heartbeat_ms,
                    token_expires_in_ms,
                    ..
                } => {
                    self.on_welcome(now, epoch, head, mode, heartbeat_ms, token_expires_in_ms, out);
                }
                ServerFrame::Bye { retry_ms, .. } => self.retry_floor_ms = Some(retry_ms),
                _ => {}
            }
            return;
        }
        if let State::Live { probe_since, .. } = &mut self.state {
            *probe_since = None;
        }
        match frame {
            ServerFrame::Event(event) => self.on_event(event, out),
            ServerFrame::CaughtUp { offset } => {
                if self.held.is_empty() && offset > self.applied {
                    self.move_to(offset, None, out);
                }
            }
            ServerFrame::Ping { n, head } => {
                self.send(&ClientFrame::Pong { n }, out);
                if head > self.applied {
                    self.await_missing(out);
                }
            }
            ServerFrame::Resync { .. } => {
                if let Some(position) = self.position() {
                    out.push(Effect::Snapshot(Some(position)));
                }
            }
            ServerFrame::Signal(signal) => out.push(Effect::Signal(signal)),
            ServerFrame::Authed { token_expires_in_ms } => self.schedule_renewal(token_expires_in_ms, out),
            ServerFrame::Bye { retry_ms, .. } => self.retry_floor_ms = Some(retry_ms),
            ServerFrame::Welcome { .. } | ServerFrame::Pong { .. } | ServerFrame::Unknown => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one frame")]
    fn on_welcome(
        &mut self,
        now: Now,
        epoch: Epoch,
        head: Offset,
        mode: Mode,
        heartbeat_ms: u64,
        expires_ms: u64,
        out: &mut Vec<Effect>,
    ) {
        self.timers.remove(&TimerKind::Step);
        self.heartbeat_ms = heartbeat_ms.max(1);
        self.retry_floor_ms = None;
        self.failed_upgrades = 0;
        self.held.clear();
        self.state = State::Live {
            since: now.monotonic,
            probe_since: None,
        };
        if mode == Mode::Snapshot || self.epoch.as_ref() != Some(&epoch) {
            self.epoch = Some(epoch.clone());
            (self.applied, self.applied_id) = (head, None);
            out.push(Effect::Snapshot(Some(Position { epoch, offset: head })));
        }
        self.set_timer(TimerKind::Heartbeat, self.heartbeat_ms + HEARTBEAT_GRACE_MS, out);
        self.schedule_renewal(expires_ms, out);
    }

    /// Rule 2: apply what continues the stream, drop what was applied, wait for what is missing.
    ///
    /// The server asserts that nothing visible lies between `prev` and `offset`, so an event continues the stream whenever
    /// `prev` is not past the applied position: the difference fetched over REST may have moved it between the two.
    fn on_event(&mut self, event: LogEvent, out: &mut Vec<Effect>) {
        if event.offset <= self.applied {
            return;
        }
        if event.prev > self.applied {
            if self.held.len() < MAX_HELD {
                self.held.insert(event.offset, event);
            }
            self.await_missing(out);
            return;
        }
        self.apply(event, out);
        self.apply_held(out);
    }

    fn apply(&mut self, event: LogEvent, out: &mut Vec<Effect>) {
        let (offset, id) = (event.offset, event.id);
        out.push(Effect::Apply(event));
        self.move_to(offset, Some(id), out);
    }

    fn apply_held(&mut self, out: &mut Vec<Effect>) {
        while let Some((_, event)) = self.held.pop_first() {
            if event.offset <= self.applied {
                continue;
            }
            if event.prev > self.applied {
                self.held.insert(event.offset, event);
                self.await_missing(out);
                return;
            }
            self.apply(event, out);
        }
        self.timers.remove(&TimerKind::Gap);
    }

    fn move_to(&mut self, offset: Offset, id: Option<EventId>, out: &mut Vec<Effect>) {
        (self.applied, self.applied_id) = (offset, id);
        if !self.ack_due {
            self.ack_due = true;
            self.set_timer(TimerKind::Ack, ACK_MS, out);
        }
    }

    fn await_missing(&mut self, out: &mut Vec<Effect>) {
        if self.fetching.is_none() && !self.timers.contains_key(&TimerKind::Gap) {
            self.set_timer(TimerKind::Gap, GAP_MS, out);
        }
    }

    fn on_difference(
        &mut self,
        now: Now,
        generation: u64,
        result: Result<EventPage, DifferenceError>,
        out: &mut Vec<Effect>,
    ) {
        if self.fetching != Some(generation) {
            return;
        }
        self.fetching = None;
        match result {
            Ok(page) if Some(&page.epoch) == self.epoch.as_ref() => {
                let before = self.applied;
                for event in page.events {
                    if event.offset > self.applied && event.prev <= self.applied {
                        self.apply(event, out);
                    }
                }
                if page.head > self.applied {
                    self.move_to(page.head, None, out);
                }
                self.apply_held(out);
                if let State::Polling { asked } = self.state {
                    let brought_nothing = self.applied == before;
                    let pause = POLL_PAUSE_MS.saturating_sub(now.monotonic.saturating_sub(asked));
                    self.set_timer(TimerKind::Poll, if brought_nothing { pause } else { 0 }, out);
                    return;
                }
                // A page that brings nothing new must not be asked for again at once: the next ping does.
                if page.has_more && self.applied > before {
                    self.fetch_difference(out);
                }
            }
            Ok(_) | Err(DifferenceError::PositionLost) => {
                // Another epoch, or past the window: forget the position, the next welcome brings a snapshot.
                (self.epoch, self.applied, self.applied_id) = (None, Offset(0), None);
                self.held.clear();
                if matches!(self.state, State::Polling { .. }) {
                    out.push(Effect::Snapshot(None));
                } else {
                    self.connect(now, out);
                }
            }
            Err(DifferenceError::Unreachable) if matches!(self.state, State::Polling { .. }) => {
                self.back_off(now, out);
            }
            Err(DifferenceError::Unreachable) => self.await_missing(out),
        }
    }

    fn fetch_difference(&mut self, out: &mut Vec<Effect>) {
        let Some(after) = self.position() else { return };
        self.timer_generation += 1;
        self.fetching = Some(self.timer_generation);
        out.push(Effect::FetchDifference {
            generation: self.timer_generation,
            after,
            wait_ms: if matches!(self.state, State::Polling { .. }) {
                POLL_WAIT_MS
            } else {
                0
            },
        });
    }

    /// Rule 8: the log over REST, until sockets work.
    fn start_polling(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.attempt = 0;
        self.state = State::Polling { asked: now.monotonic };
        self.set_timer(TimerKind::Upgrade, UPGRADE_EVERY_MS, out);
        if self.epoch.is_some() {
            self.fetch_difference(out);
        } else {
            out.push(Effect::Snapshot(None));
        }
    }

    /// Without a welcome the position of the first load is where events go on: whatever is loaded later reflects a higher one.
    fn on_loaded(&mut self, now: Now, position: Position, out: &mut Vec<Effect>) {
        if self.epoch.is_some() || matches!(self.state, State::Idle | State::Terminal(_)) {
            return;
        }
        (self.epoch, self.applied, self.applied_id) = (Some(position.epoch), position.offset, None);
        if let State::Polling { asked } = &mut self.state {
            *asked = now.monotonic;
            self.fetch_difference(out);
        }
    }

    fn on_closed(&mut self, now: Now, generation: u64, code: u16, out: &mut Vec<Effect>) {
        if generation != self.generation
            || !matches!(self.state, State::Opening | State::Hello | State::Live { .. })
        {
            return;
        }
        match code {
            close::REVOKED => self.end(Status::SignedOut, out),
            close::FORBIDDEN => self.end(Status::Refused, out),
            close::TOO_OLD => self.end(Status::UpdateNeeded, out),
            close::BAD_FRAME | close::TOO_MANY => {
                self.retry_floor_ms = Some(self.retry_floor_ms.unwrap_or(DEFAULT_WAIT_MS));
                self.back_off(now, out);
            }
            _ => self.back_off(now, out),
        }
    }

    /// Rule 7: the first try after 0–1 s, then full jitter; counted anew after ten seconds live.
    fn back_off(&mut self, now: Now, out: &mut Vec<Effect>) {
        if let State::Live { since, .. } = self.state
            && now.monotonic.saturating_sub(since) >= STABLE_MS
        {
            self.attempt = 0;
        }
        if matches!(self.state, State::Opening | State::Hello) {
            self.failed_upgrades = self.failed_upgrades.saturating_add(1);
            if self.failed_upgrades >= UPGRADES_BEFORE_POLLING {
                self.start_polling(now, out);
                return;
            }
        }
        self.drop_link(out);
        let cap = if self.shown {
            BACKOFF_CAP_VISIBLE_MS
        } else {
            BACKOFF_CAP_HIDDEN_MS
        };
        let jitter = match self.attempt {
            0 => self.random.up_to(FIRST_TRY_MS),
            tries => self.random.full_jitter(tries, BACKOFF_BASE_MS, cap),
        };
        let wait = jitter + self.retry_floor_ms.take().unwrap_or(0);
        self.attempt = self.attempt.saturating_add(1);
        self.state = State::Backoff;
        self.status = Status::Reconnecting {
            at: now.monotonic + wait,
        };
        out.push(Effect::Status(self.status));
        self.set_timer(TimerKind::Reconnect, wait, out);
    }

    fn end(&mut self, status: Status, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.state = State::Terminal(status);
    }

    fn on_timer(&mut self, now: Now, timer: Timer, out: &mut Vec<Effect>) {
        if self.timers.get(&timer.kind) != Some(&timer.generation) {
            return;
        }
        self.timers.remove(&timer.kind);
        match timer.kind {
            TimerKind::Reconnect => self.connect(now, out),
            TimerKind::Step => self.back_off(now, out),
            TimerKind::Heartbeat => self.on_heartbeat_check(now, out),
            TimerKind::Gap => self.fetch_difference(out),
            TimerKind::Ack => {
                self.ack_due = false;
                if matches!(self.state, State::Live { .. }) {
                    self.send(&ClientFrame::Ack { offset: self.applied }, out);
                }
            }
            TimerKind::Poll => {
                if let State::Polling { asked } = &mut self.state {
                    *asked = now.monotonic;
                    self.fetch_difference(out);
                }
            }
            TimerKind::Upgrade => self.connect(now, out),
            TimerKind::Renew => {
                self.timer_generation += 1;
                self.renewal = Some(self.timer_generation);
                out.push(Effect::FetchTicket {
                    generation: self.timer_generation,
                });
            }
        }
    }

    /// Any frame counts as a sign of life, so the timer only looks how long the silence has lasted.
    fn on_heartbeat_check(&mut self, now: Now, out: &mut Vec<Effect>) {
        let State::Live { probe_since, .. } = self.state else {
            return;
        };
        let (silent_since, allowed) = match probe_since {
            Some(since) => (since, PROBE_MS),
            None => (self.last_frame, self.heartbeat_ms + HEARTBEAT_GRACE_MS),
        };
        let silence = now.monotonic.saturating_sub(silent_since);
        if silence >= allowed {
            self.back_off(now, out);
        } else {
            self.set_timer(TimerKind::Heartbeat, allowed - silence, out);
        }
    }

    fn on_awake(&mut self, now: Now, out: &mut Vec<Effect>) {
        match self.state {
            State::Live { since, .. } => {
                self.state = State::Live {
                    since,
                    probe_since: Some(now.monotonic),
                };
                self.probe_number += 1;
                self.send(&ClientFrame::Ping { n: self.probe_number }, out);
                self.set_timer(TimerKind::Heartbeat, PROBE_MS, out);
            }
            State::Backoff | State::Offline => {
                self.attempt = 0;
                self.connect(now, out);
            }
            _ => {}
        }
    }

    fn on_network_down(&mut self, out: &mut Vec<Effect>) {
        if matches!(self.state, State::Idle | State::Terminal(_)) {
            return;
        }
        self.drop_link(out);
        self.state = State::Offline;
    }

    fn on_shown(&mut self, now: Now, shown: bool, out: &mut Vec<Effect>) {
        self.shown = shown;
        if shown && !matches!(self.state, State::Offline) {
            self.on_awake(now, out);
        }
    }

    /// Rule 9: in band, at 80 % of the authorisation's life.
    fn schedule_renewal(&mut self, expires_ms: u64, out: &mut Vec<Effect>) {
        self.set_timer(TimerKind::Renew, expires_ms.saturating_mul(4) / 5, out);
    }

    fn set_timer(&mut self, kind: TimerKind, after_ms: u64, out: &mut Vec<Effect>) {
        self.timer_generation += 1;
        self.timers.insert(kind, self.timer_generation);
        out.push(Effect::SetTimer {
            timer: Timer {
                kind,
                generation: self.timer_generation,
            },
            after_ms,
        });
    }

    fn send(&self, frame: &ClientFrame, out: &mut Vec<Effect>) {
        if let Ok(text) = serde_json::to_string(frame) {
            out.push(Effect::Send {
                generation: self.generation,
                text,
            });
        }
    }

    /// Tells the shell when what is shown has changed.
    fn publish(&mut self, out: &mut Vec<Effect>) {
        let status = match self.state {
            State::Idle => Status::Idle,
            State::Live { .. } => Status::Live,
            State::Polling { .. } => Status::Polling,
            State::Offline => Status::Offline,
            State::Terminal(status) => status,
            State::Ticketing | State::Opening | State::Hello => Status::Connecting,
            State::Backoff => self.status,
        };
        if status != self.status {
            self.status = status;
            out.push(Effect::Status(status));
        }
    }
}

#[cfg(test)]
#[path = "socket_tests.rs"]
mod tests;
