//! Timers, and what to make of the silence: whether the link lives, whether the machine slept.

use switchboard_contract::realtime::ClientFrame;

use super::polling::POLL_WAIT_MS;
use super::{Due, Effect, Socket, State, Timer, TimerKind};
use crate::Now;
use crate::health::LossReason;

/// Silence after a due heartbeat that means the link is dead.
const HEARTBEAT_GRACE_MS: u64 = 5_000;
/// A probe after wake-up may take this long.
pub(super) const PROBE_MS: u64 = 3_000;
/// While polling, what a probe lets the server wait.
const PROBE_WAIT_MS: u64 = 1_000;
/// A clock that ran this far ahead of the other, or a timer this late, means that the machine or the page was asleep.
const JUMP_MS: u64 = 3_000;

impl Socket {
    /// Rule 6: some systems stop the monotonic clock while they sleep, so timers and the silence that they measure know
    /// nothing of the night. The wall clock does.
    pub(super) fn compare_clocks(&mut self, now: Now, out: &mut Vec<Effect>) {
        let Some(before) = self.last_step.replace(now) else {
            return;
        };
        let wall = now.wall.as_millis().saturating_sub(before.wall.as_millis());
        let counted = now.monotonic.saturating_sub(before.monotonic);
        let slept = u64::try_from(wall).unwrap_or(0).saturating_sub(counted);
        if slept <= JUMP_MS {
            return;
        }
        // The authorisation went on ageing.
        if let Some(renew) = self.timers.get(&TimerKind::Renew) {
            let left = renew.at.saturating_sub(now.monotonic).saturating_sub(slept);
            self.set_timer(now, TimerKind::Renew, left, out);
        }
        match self.state {
            // One that was sent before the sleep may have been answered into nothing.
            State::Live { .. } => self.probe(now, out),
            State::Offline => {}
            _ => self.on_awake(now, out),
        }
    }

    pub(super) fn on_awake(&mut self, now: Now, out: &mut Vec<Effect>) {
        match self.state {
            State::Live {
                probe_since: None, ..
            } => self.probe(now, out),
            State::Ticketing | State::Opening | State::Hello => {
                // Begun on a network that may be gone.
                let overdue = now.monotonic + PROBE_MS;
                if self
                    .timers
                    .get(&TimerKind::Step)
                    .is_none_or(|due| due.at > overdue)
                {
                    self.set_timer(now, TimerKind::Step, PROBE_MS, out);
                }
                if self.polled_beside.is_some() {
                    self.poll(now, PROBE_WAIT_MS, out);
                }
            }
            State::Backoff | State::Offline => {
                self.attempt = 0;
                self.connect(now, out);
            }
            State::Polling { .. } => self.poll(now, PROBE_WAIT_MS, out),
            State::Live { .. } | State::Idle | State::Terminal(_) => {}
        }
    }

    pub(super) fn on_network_down(&mut self, now: Now, out: &mut Vec<Effect>) {
        if self.is_at_rest() {
            return;
        }
        self.record.lost(now, LossReason::NetworkDown);
        self.drop_link(out);
        self.state = State::Offline;
    }

    pub(super) fn on_shown(&mut self, now: Now, shown: bool, out: &mut Vec<Effect>) {
        self.shown = shown;
        if shown
            && matches!(
                self.state,
                State::Live { .. } | State::Backoff | State::Polling { .. }
            )
        {
            self.on_awake(now, out);
        }
    }

    fn probe(&mut self, now: Now, out: &mut Vec<Effect>) {
        if let State::Live { probe_since, .. } = &mut self.state {
            *probe_since = Some(now.monotonic);
            self.ping(now, out);
            self.set_timer(now, TimerKind::Heartbeat, PROBE_MS, out);
        }
    }

    fn ping(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.ping_number += 1;
        self.record.pinged(now, self.ping_number);
        self.send(&ClientFrame::Ping { n: self.ping_number }, out);
    }

    /// Finds out how long a frame takes there and back.
    pub(super) fn measure(&mut self, now: Now, out: &mut Vec<Effect>) {
        if matches!(self.state, State::Live { .. }) && !self.record.is_measuring() {
            self.ping(now, out);
        }
    }

    pub(super) fn watch_heartbeat(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.set_timer(
            now,
            TimerKind::Heartbeat,
            self.heartbeat_ms + HEARTBEAT_GRACE_MS,
            out,
        );
    }

    /// Rule 9: in band, at 80 % of the authorisation's life.
    pub(super) fn schedule_renewal(&mut self, now: Now, expires_ms: u64, out: &mut Vec<Effect>) {
        self.set_timer(now, TimerKind::Renew, expires_ms.saturating_mul(4) / 5, out);
    }

    pub(super) fn on_timer(&mut self, now: Now, timer: Timer, out: &mut Vec<Effect>) {
        let Some(due) = self.timers.get(&timer.kind).copied() else {
            return;
        };
        if due.generation != timer.generation {
            return;
        }
        self.timers.remove(&timer.kind);
        // A page that was frozen gets its timers before what has arrived meanwhile.
        let late = !due.again && now.monotonic > due.at.saturating_add(JUMP_MS);
        match timer.kind {
            TimerKind::Reconnect => self.connect(now, out),
            TimerKind::Upgrade => self.try_upgrade(now, out),
            TimerKind::Step if late => {
                self.set_timer(now, TimerKind::Step, PROBE_MS, out);
                self.timers
                    .entry(TimerKind::Step)
                    .and_modify(|due| due.again = true);
            }
            TimerKind::Step => self.back_off(now, LossReason::Overdue, out),
            TimerKind::Heartbeat => self.on_heartbeat_check(now, late, out),
            TimerKind::Ack => {
                if matches!(self.state, State::Live { .. }) {
                    self.acknowledge(out);
                }
            }
            TimerKind::Poll => self.poll(now, POLL_WAIT_MS, out),
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
    fn on_heartbeat_check(&mut self, now: Now, late: bool, out: &mut Vec<Effect>) {
        let State::Live { probe_since, .. } = self.state else {
            return;
        };
        let (silent_since, allowed) = match probe_since {
            Some(since) => (since, PROBE_MS),
            None => (self.last_frame, self.heartbeat_ms + HEARTBEAT_GRACE_MS),
        };
        let silence = now.monotonic.saturating_sub(silent_since);
        if silence < allowed {
            self.set_timer(now, TimerKind::Heartbeat, allowed - silence, out);
        } else if late && probe_since.is_none() {
            self.probe(now, out);
        } else {
            self.back_off(now, LossReason::Silent, out);
        }
    }

    pub(super) fn set_timer(&mut self, now: Now, kind: TimerKind, after_ms: u64, out: &mut Vec<Effect>) {
        self.timer_generation += 1;
        let due = Due {
            generation: self.timer_generation,
            at: now.monotonic.saturating_add(after_ms),
            again: false,
        };
        self.timers.insert(kind, due);
        out.push(Effect::SetTimer {
            timer: Timer {
                kind,
                generation: due.generation,
            },
            after_ms,
        });
    }
}
