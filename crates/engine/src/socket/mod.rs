//! The realtime connection (`protocol.md` *Realtime*): one WebSocket at a time, kept alive and renewed. What it brings of the
//! log goes to the [`stream`](crate::stream).
//!
//! ```text
//! Idle ─start→ Ticketing → Opening → Hello → Live ⇄ Probing
//!                 ↑__________ Backoff ←__________|      Polling: sockets are blocked, the API answers
//!                                                       Offline: the network is known to be down
//!                                                       Terminal: only a new start helps
//! ```

mod interface;
mod watch;

use std::collections::BTreeMap;

use switchboard_contract::position::Offset;
use switchboard_contract::realtime::{
    ClientFrame, HEARTBEAT_MS, MAX_FRAME_BYTES, Mode, Resume, ServerFrame, close,
};

use crate::Now;
use crate::random::Random;
use crate::stream;

pub use interface::{Effect, Event, Identity, Status, TicketError, Timer, TimerKind};

/// Getting a ticket, opening and being welcomed may each take this long.
const STEP_TIMEOUT_MS: u64 = 10_000;
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
    /// Where the stream stands.
    resume: Option<Resume>,
    /// How far this connection has told the log; the server takes no acknowledgement beyond it.
    told: Offset,
    acknowledged: Offset,
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
            last_step: None,
            ticket: None,
            renewal: None,
            resume: None,
            told: Offset(0),
            acknowledged: Offset(0),
            last_frame: 0,
            heartbeat_ms: HEARTBEAT_MS,
            retry_floor_ms: None,
            probe_number: 0,
        }
    }

    /// What to show of the connection.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
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
            Event::At(resume) => {
                self.resume = resume;
                self.acknowledge_later(now, out);
            }
            Event::Lost => {
                self.resume = None;
                if !self.is_at_rest() {
                    self.connect(now, out);
                }
            }
            Event::Polled { reached, brought } => self.on_polled(now, reached, brought, out),
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
        if self.is_at_rest() {
            self.attempt = 0;
            self.resume = resume;
            self.connect(now, out);
        }
    }

    fn stop(&mut self, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.state = State::Idle;
        self.resume = None;
    }

    fn connect(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.drop_link(out);
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
        if matches!(self.state, State::Live { .. } | State::Polling { .. }) {
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
                self.back_off(now, out);
            }
            Err(TicketError::Unreachable) => self.back_off(now, out),
        }
    }

    fn on_opened(&mut self, now: Now, generation: u64, out: &mut Vec<Effect>) {
        if generation != self.generation || self.state != State::Opening {
            return;
        }
        let Some(ticket) = self.ticket.take() else { return };
        self.state = State::Hello;
        let hello = ClientFrame::Hello {
            ticket,
            client: self.identity.client.clone(),
            tab: self.identity.tab.clone(),
            resume: self.resume.clone(),
        };
        self.send(&hello, out);
        self.set_timer(now, TimerKind::Step, STEP_TIMEOUT_MS, out);
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
                ServerFrame::Welcome { .. } => self.on_welcome(now, frame, out),
                ServerFrame::Bye { retry_ms, .. } => self.retry_floor_ms = Some(retry_ms),
                _ => {}
            }
            return;
        }
        if let State::Live { probe_since, .. } = &mut self.state {
            *probe_since = None;
        }
        match frame {
            ServerFrame::Event(event) => {
                self.told = self.told.max(event.offset);
                out.push(Effect::Stream(stream::Event::Arrived(event)));
                self.acknowledge_later(now, out);
            }
            ServerFrame::CaughtUp { offset } => {
                self.told = self.told.max(offset);
                out.push(Effect::Stream(stream::Event::CaughtUp(offset)));
                self.acknowledge_later(now, out);
            }
            ServerFrame::Ping { n, head } => {
                self.send(&ClientFrame::Pong { n }, out);
                out.push(Effect::Stream(stream::Event::Head(head)));
            }
            ServerFrame::Resync { .. } => out.push(Effect::Stream(stream::Event::Resync)),
            ServerFrame::Signal(signal) => out.push(Effect::Signal(signal)),
            ServerFrame::Authed { token_expires_in_ms } => {
                self.schedule_renewal(now, token_expires_in_ms, out);
            }
            ServerFrame::Bye { retry_ms, .. } => self.retry_floor_ms = Some(retry_ms),
            ServerFrame::Welcome { .. } | ServerFrame::Pong { .. } | ServerFrame::Unknown => {}
        }
    }

    fn on_welcome(&mut self, now: Now, welcome: ServerFrame, out: &mut Vec<Effect>) {
        let ServerFrame::Welcome {
            epoch,
            head,
            mode,
            heartbeat_ms,
            token_expires_in_ms,
            ..
        } = welcome
        else {
            return;
        };
        self.timers.remove(&TimerKind::Step);
        self.heartbeat_ms = heartbeat_ms.max(1);
        self.retry_floor_ms = None;
        self.failed_upgrades = 0;
        self.state = State::Live {
            since: now.monotonic,
            probe_since: None,
        };
        let resumed = self.resume.as_ref().filter(|resume| resume.epoch == epoch);
        self.told = match resumed {
            Some(resume) if mode == Mode::Replay => resume.offset,
            _ => head,
        };
        self.acknowledged = self.told;
        out.push(Effect::Stream(stream::Event::Welcome { epoch, head, mode }));
        self.watch_heartbeat(now, out);
        self.schedule_renewal(now, token_expires_in_ms, out);
    }

    /// What is applied of what this connection told. A difference may have led further: that is not acknowledged here.
    fn acknowledgeable(&self) -> Offset {
        let applied = self.resume.as_ref().map_or(Offset(0), |resume| resume.offset);
        applied.min(self.told)
    }

    fn acknowledge_later(&mut self, now: Now, out: &mut Vec<Effect>) {
        if matches!(self.state, State::Live { .. })
            && self.acknowledgeable() > self.acknowledged
            && !self.timers.contains_key(&TimerKind::Ack)
        {
            self.set_timer(now, TimerKind::Ack, ACK_MS, out);
        }
    }

    /// Rule 8: the log over REST, until sockets work.
    fn start_polling(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.attempt = 0;
        self.set_timer(now, TimerKind::Upgrade, UPGRADE_EVERY_MS, out);
        self.poll(now, POLL_WAIT_MS, out);
    }

    fn poll(&mut self, now: Now, wait_ms: u64, out: &mut Vec<Effect>) {
        self.state = State::Polling { asked: now.monotonic };
        self.timers.remove(&TimerKind::Poll);
        self.set_timer(now, TimerKind::Step, wait_ms + STEP_TIMEOUT_MS, out);
        out.push(Effect::Stream(stream::Event::Poll { wait_ms }));
    }

    fn on_polled(&mut self, now: Now, reached: bool, brought: bool, out: &mut Vec<Effect>) {
        let State::Polling { asked } = self.state else {
            return;
        };
        self.timers.remove(&TimerKind::Step);
        if !reached {
            self.back_off(now, out);
            return;
        }
        let pause = POLL_PAUSE_MS.saturating_sub(now.monotonic.saturating_sub(asked));
        self.set_timer(now, TimerKind::Poll, if brought { 0 } else { pause }, out);
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
