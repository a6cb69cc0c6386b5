//! The realtime connection (`protocol.md` *Realtime*): one WebSocket at a time, kept alive and renewed. What it brings of the
//! log goes to the [`stream`].
//!
//! ```text
//! Idle ─start→ Ticketing → Opening → Hello → Live ⇄ Probing
//!                 ↑__________ Backoff ←__________|      Polling: sockets are blocked, the API answers
//!                                                       Offline: the network is known to be down
//!                                                       Terminal: only a new start helps
//! ```

mod frames;
mod interface;
mod polling;
mod watch;

use std::collections::BTreeMap;

use switchboard_contract::position::Offset;
use switchboard_contract::realtime::{ClientFrame, HEARTBEAT_MS, Resume, close};

use crate::Now;
use crate::health::{Health, LossReason, Record};
use crate::random::Random;
use crate::stream;

pub use interface::{Effect, Event, Identity, Status, TicketError, Timer, TimerKind};

/// Getting a ticket, opening and being welcomed may each take this long.
const STEP_TIMEOUT_MS: u64 = 10_000;
/// A connection that held this long makes the next failure the first one again.
const STABLE_MS: u64 = 10_000;
const FIRST_TRY_MS: u64 = 1_000;
const BACKOFF_BASE_MS: u64 = 500;
const BACKOFF_CAP_VISIBLE_MS: u64 = 5_000;
const BACKOFF_CAP_HIDDEN_MS: u64 = 20_000;
const DEFAULT_WAIT_MS: u64 = 5_000;
/// Rule 8: after this many upgrades that failed although a ticket was to be had, the log is read over REST instead.
const UPGRADES_BEFORE_POLLING: u32 = 3;

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

/// A timer that was set.
#[derive(Clone, Copy, Debug)]
struct Due {
    generation: u64,
    /// When it should run out, by the monotonic clock.
    at: u64,
    /// Whether it gives a second chance after one that ran out too late to be believed.
    again: bool,
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
    timers: BTreeMap<TimerKind, Due>,
    last_step: Option<Now>,
    ticket: Option<String>,
    renewal: Option<u64>,
    /// Where the next connection asks to go on.
    resume: Option<Resume>,
    /// What this connection asked to go on from.
    resumed: Option<Resume>,
    /// When the newest poll was asked for, where polling goes on while a socket is tried.
    polled_beside: Option<u64>,
    /// Where the stream stands.
    applied: Offset,
    /// How far this connection has told the log; the server takes no acknowledgement beyond it.
    told: Offset,
    acknowledged: Offset,
    last_frame: u64,
    heartbeat_ms: u64,
    retry_floor_ms: Option<u64>,
    ping_number: u64,
    measures: bool,
    record: Record,
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
            last_step: None,
            ticket: None,
            renewal: None,
            resume: None,
            resumed: None,
            polled_beside: None,
            applied: Offset(0),
            told: Offset(0),
            acknowledged: Offset(0),
            last_frame: 0,
            heartbeat_ms: HEARTBEAT_MS,
            retry_floor_ms: None,
            ping_number: 0,
            measures: false,
            record: Record::default(),
        }
    }

    /// What to show of the connection.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// How the connection fares.
    #[must_use]
    pub fn health(&self, now: Now) -> Health {
        self.record.health(now, self.applied)
    }

    /// Whether only [`Event::Start`] gets it going.
    #[must_use]
    pub const fn is_at_rest(&self) -> bool {
        matches!(self.state, State::Idle | State::Terminal(_))
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        self.compare_clocks(now, out);
        match event {
            Event::Start(resume) => self.start(now, resume, out),
            Event::Stop => self.stop(out),
            Event::Ticket { generation, result } => self.on_ticket(now, generation, result, out),
            Event::Opened { generation } => self.on_opened(now, generation, out),
            Event::Frame { generation, text } => self.on_frame(now, generation, &text, out),
            Event::Closed { generation, code } => self.on_closed(now, generation, code, out),
            Event::Timer(timer) => self.on_timer(now, timer, out),
            Event::At { resume, applied } => {
                (self.resume, self.applied) = (resume, applied);
                self.acknowledge_later(now, out);
            }
            Event::Lost => {
                (self.resume, self.applied) = (None, Offset(0));
                if !self.is_at_rest() {
                    self.record.lost(now, LossReason::PositionLost);
                    self.connect(now, out);
                }
            }
            Event::Polled { reached, brought } => self.on_polled(now, reached, brought, out),
            Event::Awake => self.on_awake(now, out),
            Event::NetworkDown => self.on_network_down(now, out),
            Event::Shown(shown) => self.on_shown(now, shown, out),
            Event::Measure(measures) => {
                self.measures = measures;
                if measures {
                    self.measure(now, out);
                }
            }
            Event::Signal(signal) => {
                if matches!(self.state, State::Live { .. }) {
                    self.send(&ClientFrame::Signal(signal), out);
                }
            }
        }
        self.publish(out);
    }

    fn start(&mut self, now: Now, resume: Option<Resume>, out: &mut Vec<Effect>) {
        if self.is_at_rest() {
            self.attempt = 0;
            self.applied = resume.as_ref().map_or(Offset(0), |resume| resume.offset);
            self.resume = resume;
            self.connect(now, out);
        }
    }

    fn stop(&mut self, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.state = State::Idle;
        (self.resume, self.applied) = (None, Offset(0));
    }

    fn connect(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.ask_ticket(now, out);
    }

    fn ask_ticket(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.generation += 1;
        self.state = State::Ticketing;
        out.push(Effect::FetchTicket {
            generation: self.generation,
        });
        self.set_timer(now, TimerKind::Step, STEP_TIMEOUT_MS, out);
    }

    /// Leaves the current link, whatever its state: nothing that it still reports counts.
    fn drop_link(&mut self, out: &mut Vec<Effect>) {
        if matches!(self.state, State::Opening | State::Hello | State::Live { .. }) {
            out.push(Effect::Abandon {
                generation: self.generation,
            });
        }
        let polled = self.polled_beside.take().is_some();
        if polled || matches!(self.state, State::Live { .. } | State::Polling { .. }) {
            out.push(Effect::Stream(stream::Event::Cut));
        }
        self.generation += 1;
        self.timers.clear();
        self.ticket = None;
        self.renewal = None;
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
                Err(_) => self.set_timer(now, TimerKind::Renew, DEFAULT_WAIT_MS, out),
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
                self.set_timer(now, TimerKind::Step, STEP_TIMEOUT_MS, out);
            }
            Err(TicketError::SignedOut) => self.end(Status::SignedOut, out),
            Err(TicketError::RateLimited(wait)) => {
                self.retry_floor_ms = Some(wait);
                self.back_off(now, LossReason::RateLimited, out);
            }
            Err(TicketError::Unreachable) => self.back_off(now, LossReason::Unreachable, out),
        }
    }

    fn on_opened(&mut self, now: Now, generation: u64, out: &mut Vec<Effect>) {
        if generation != self.generation || self.state != State::Opening {
            return;
        }
        let Some(ticket) = self.ticket.take() else { return };
        self.state = State::Hello;
        self.resumed.clone_from(&self.resume);
        let hello = ClientFrame::Hello {
            ticket,
            client: self.identity.client.clone(),
            tab: self.identity.tab.clone(),
            resume: self.resume.clone(),
        };
        self.send(&hello, out);
        self.set_timer(now, TimerKind::Step, STEP_TIMEOUT_MS, out);
    }

    fn on_closed(&mut self, now: Now, generation: u64, code: u16, out: &mut Vec<Effect>) {
        if generation != self.generation
            || !matches!(self.state, State::Opening | State::Hello | State::Live { .. })
        {
            return;
        }
        let lost = LossReason::Closed(code);
        let held = match self.state {
            State::Live { since, .. } => now.monotonic.saturating_sub(since) >= STABLE_MS,
            _ => false,
        };
        let end = match code {
            // That of the sign-in by which it was opened; there may be another one since. The next ticket tells, and at once:
            // what is shown may have to go.
            close::REVOKED if held || self.attempt == 0 => {
                self.record.lost(now, lost);
                self.attempt = 1;
                return self.connect(now, out);
            }
            close::REVOKED => return self.back_off(now, lost, out),
            close::FORBIDDEN => Status::Refused,
            close::TOO_OLD => Status::UpdateNeeded,
            close::BAD_FRAME | close::TOO_MANY => {
                self.retry_floor_ms = Some(self.retry_floor_ms.unwrap_or(DEFAULT_WAIT_MS));
                return self.back_off(now, lost, out);
            }
            _ => return self.back_off(now, lost, out),
        };
        self.record.lost(now, lost);
        self.end(end, out);
    }

    /// Rule 7: the first try after 0–1 s, then full jitter; counted anew after ten seconds live.
    fn back_off(&mut self, now: Now, reason: LossReason, out: &mut Vec<Effect>) {
        if let Some(asked) = self.polled_beside {
            return self.go_on_polling(now, asked, out);
        }
        self.record.lost(now, reason);
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
        self.set_timer(now, TimerKind::Reconnect, wait, out);
    }

    fn end(&mut self, status: Status, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.state = State::Terminal(status);
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
            State::Ticketing | State::Opening | State::Hello if self.polled_beside.is_some() => {
                Status::Polling
            }
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
mod tests;
