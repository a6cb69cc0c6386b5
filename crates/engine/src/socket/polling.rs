//! Rule 8: the log over REST, until sockets work.

use super::{Effect, STEP_TIMEOUT_MS, Socket, State, TimerKind, UPGRADES_BEFORE_POLLING};
use crate::Now;
use crate::health::LossReason;
use crate::stream;

/// How long the server may keep a poll open when there is nothing to tell.
pub(super) const POLL_WAIT_MS: u64 = 25_000;
/// Two polls that brought nothing are at least this far apart, also where the server does not wait.
const POLL_PAUSE_MS: u64 = 2_000;
/// While polling, an upgrade is tried again this soon, and each time after twice as long: a wire that broke in the middle of
/// three attempts looks like one on which sockets are blocked, and mends sooner.
const FIRST_UPGRADE_MS: u64 = 10_000;
/// The longest time from one such try to the next.
const UPGRADE_EVERY_MS: u64 = 5 * 60_000;

impl Socket {
    pub(super) fn start_polling(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.drop_link(out);
        self.attempt = 0;
        self.plan_upgrade(now, out);
        self.poll(now, POLL_WAIT_MS, out);
    }

    fn plan_upgrade(&mut self, now: Now, out: &mut Vec<Effect>) {
        let doubled = self.failed_upgrades.saturating_sub(UPGRADES_BEFORE_POLLING);
        let wait = FIRST_UPGRADE_MS.saturating_mul(2_u64.saturating_pow(doubled));
        let wait = wait.min(UPGRADE_EVERY_MS) + self.retry_floor_ms.take().unwrap_or(0);
        self.set_timer(now, TimerKind::Upgrade, wait, out);
    }

    pub(super) fn poll(&mut self, now: Now, wait_ms: u64, out: &mut Vec<Effect>) {
        self.timers.remove(&TimerKind::Poll);
        if let Some(asked) = &mut self.polled_beside {
            *asked = now.monotonic;
        } else {
            self.state = State::Polling { asked: now.monotonic };
            self.set_timer(now, TimerKind::Step, wait_ms + STEP_TIMEOUT_MS, out);
        }
        out.push(Effect::Stream(stream::Event::Poll { wait_ms }));
    }

    pub(super) fn on_polled(&mut self, now: Now, reached: bool, brought: bool, out: &mut Vec<Effect>) {
        let asked = match (self.state, self.polled_beside) {
            (State::Polling { asked }, _) => {
                self.timers.remove(&TimerKind::Step);
                asked
            }
            (_, Some(asked)) => asked,
            _ => return,
        };
        if reached {
            let pause = POLL_PAUSE_MS.saturating_sub(now.monotonic.saturating_sub(asked));
            self.set_timer(now, TimerKind::Poll, if brought { 0 } else { pause }, out);
        } else if self.polled_beside.take().is_none() {
            self.back_off(now, LossReason::Unreachable, out);
        }
    }

    /// Polling goes on until the socket brings what it would: a wire that swallows the try costs nothing.
    pub(super) fn try_upgrade(&mut self, now: Now, out: &mut Vec<Effect>) {
        if let State::Polling { asked } = self.state {
            self.polled_beside = Some(asked);
            self.ask_ticket(now, out);
        }
    }

    /// The socket that was tried came to nothing.
    pub(super) fn go_on_polling(&mut self, now: Now, asked: u64, out: &mut Vec<Effect>) {
        if matches!(self.state, State::Opening | State::Hello) {
            self.failed_upgrades = self.failed_upgrades.saturating_add(1);
            out.push(Effect::Abandon {
                generation: self.generation,
            });
        }
        self.generation += 1;
        (self.ticket, self.polled_beside) = (None, None);
        self.state = State::Polling { asked };
        if self.timers.contains_key(&TimerKind::Poll) {
            self.timers.remove(&TimerKind::Step);
        } else {
            let overdue = asked + POLL_WAIT_MS + STEP_TIMEOUT_MS;
            let left = overdue.saturating_sub(now.monotonic);
            self.set_timer(now, TimerKind::Step, left, out);
        }
        self.plan_upgrade(now, out);
    }
}
