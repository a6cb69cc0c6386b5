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
        let doubled = self.failed_upgrades.saturating_sub(UPGRADES_BEFORE_POLLING);
        let wait = FIRST_UPGRADE_MS.saturating_mul(2_u64.saturating_pow(doubled));
        self.set_timer(now, TimerKind::Upgrade, wait.min(UPGRADE_EVERY_MS), out);
        self.poll(now, POLL_WAIT_MS, out);
    }

    pub(super) fn poll(&mut self, now: Now, wait_ms: u64, out: &mut Vec<Effect>) {
        self.state = State::Polling { asked: now.monotonic };
        self.timers.remove(&TimerKind::Poll);
        self.set_timer(now, TimerKind::Step, wait_ms + STEP_TIMEOUT_MS, out);
        out.push(Effect::Stream(stream::Event::Poll { wait_ms }));
    }

    pub(super) fn on_polled(&mut self, now: Now, reached: bool, brought: bool, out: &mut Vec<Effect>) {
        let State::Polling { asked } = self.state else {
            return;
        };
        self.timers.remove(&TimerKind::Step);
        if !reached {
            self.back_off(now, LossReason::Unreachable, out);
            return;
        }
        let pause = POLL_PAUSE_MS.saturating_sub(now.monotonic.saturating_sub(asked));
        self.set_timer(now, TimerKind::Poll, if brought { 0 } else { pause }, out);
    }
}
