//! When to renew the access token, and what is a sign-out (`protocol.md` *Auth*).
//!
//! The machine knows tokens by generation only; the shell keeps the token itself, in memory. All tabs of a browser share one
//! refresh cookie, so they take turns: a Web Lock, the generation of the newest token in a hint that every tab can read, and
//! the token itself handed over between tabs. Renewal comes at 80 % of the life by the monotonic clock, or when a request was
//! refused. A network failure is never a sign-out; only a definite refusal is.
//!
//! ```text
//! SignedOut ─restore→ Locking → Settling → Asking → Refreshing ─granted→ Ready ─80 %, 401→ Locking
//!                        ↑_______________ Waiting ←──no answer──┘     Leaving: a sign-out that the server has not heard
//! ```

mod interface;
mod renewals;

pub use interface::{Effect, Event, Outcome, SignedOut};
pub use renewals::Renewals;

use crate::Now;
use crate::planted::{self, Bug};
use crate::random::Random;

const BASE_MS: u64 = 500;
const CAP_MS: u64 = 10_000;
/// A frozen tab may hold the lock; beyond this wait the renewal goes without it, which rotation by parent makes harmless.
pub const LOCK_WAIT_MS: u64 = 4_000;
/// What the tab that held the lock has written and handed over comes by other ways than the lock, and may come after it: a tab
/// that still has a token waits so long, in milliseconds, before it believes that there is no newer one.
pub const SETTLE_MS: u64 = 100;
/// How long the other tabs have to hand over a token that the hint says exists.
pub const PEER_WAIT_MS: u64 = 1_000;
/// A renewal may take this long; then it is aborted, and only then the lock is let go.
pub const REFRESH_TIMEOUT_MS: u64 = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    SignedOut,
    Ready,
    Locking {
        attempt: u64,
    },
    /// The lock is held, and what its last holder told may still be on its way.
    Settling {
        attempt: u64,
    },
    /// The lock is held and the hint says that another tab has a newer token.
    Asking {
        attempt: u64,
    },
    Refreshing {
        attempt: u64,
    },
    /// The last attempt got no answer.
    Waiting,
    /// A sign-out that the server has not heard; `attempt` when it is being told.
    Leaving {
        attempt: Option<u64>,
    },
}

/// The machine. See the module's documentation.
#[derive(Debug)]
pub struct Refresh {
    state: State,
    random: Random,
    token: u64,
    /// The hint's generation as last read; the next token is newer than both.
    hinted: u64,
    /// The same when the renewal that is on its way was asked for.
    asked_with: u64,
    /// The renewal that was granted last may have put an older cookie over a newer one.
    cookie_doubted: bool,
    /// Tokens up to here belong to a session that was left: one handed over late is not taken.
    left: u64,
    granted: Now,
    life_ms: u64,
    tries: u32,
    counter: u64,
    timer: u64,
}

impl Refresh {
    /// A machine for a page on which nobody is signed in.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            state: State::SignedOut,
            random: Random::from_seed(seed),
            token: 0,
            hinted: 0,
            asked_with: 0,
            cookie_doubted: false,
            left: 0,
            granted: Now::default(),
            life_ms: 0,
            tries: 0,
            counter: 0,
            timer: 0,
        }
    }

    /// The generation of the token in hand; 0 when there is none.
    #[must_use]
    pub const fn token(&self) -> u64 {
        self.token
    }

    /// Tokens up to this generation belong to a session that has ended here; what the hint says of a later one stays.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.left
    }

    /// Whether a sign-out waits to be told to the server: a sign-in has to wait for it.
    #[must_use]
    pub const fn is_leaving(&self) -> bool {
        matches!(self.state, State::Leaving { .. })
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Restore { leaving: true, .. } if self.state == State::SignedOut => {
                out.push(Effect::SignedOut(SignedOut::Here));
                self.tell_logout(out);
            }
            Event::Restore { hinted: true, .. } if self.state == State::SignedOut => self.lock(out),
            Event::Restore { .. } if self.state == State::SignedOut => {
                out.push(Effect::SignedOut(SignedOut::Never));
            }
            Event::SignedIn {
                expires_in_ms,
                hinted,
            } => {
                self.let_go(out);
                self.hinted = self.hinted.max(hinted);
                self.grant(now, self.token.max(self.hinted) + 1, expires_in_ms, out);
                out.push(Effect::Share {
                    token: self.token,
                    expires_in_ms,
                });
            }
            Event::Rejected { token } if self.state == State::Ready => {
                if token < self.token {
                    // A newer token is in hand already: the caller just tries again with it.
                    out.push(Effect::Ready { token: self.token });
                } else {
                    self.lock(out);
                }
            }
            Event::Locked {
                attempt,
                hinted,
                leaving,
            } if self.state == (State::Locking { attempt }) => {
                self.on_locked(attempt, hinted, leaving, out);
            }
            Event::Looked {
                attempt,
                hinted,
                leaving,
            } if self.state == (State::Settling { attempt }) => {
                self.on_looked(attempt, hinted, leaving, out);
            }
            Event::Attempted { attempt, outcome } if self.state == (State::Refreshing { attempt }) => {
                self.on_attempted(now, attempt, outcome, out);
            }
            Event::Peer { token, expires_in_ms } => self.on_peer(now, token, expires_in_ms, out),
            Event::PeerAsks { token } if self.state == State::Ready && self.token > token => {
                let passed = now.monotonic.saturating_sub(self.granted.monotonic);
                let expires_in_ms = self.life_ms.saturating_sub(passed);
                if expires_in_ms > 0 {
                    out.push(Effect::Share {
                        token: self.token,
                        expires_in_ms,
                    });
                }
            }
            Event::SignOut => {
                if !self.is_leaving() {
                    out.push(Effect::Leave);
                    self.sign_out(SignedOut::Here, out);
                    self.tell_logout(out);
                }
            }
            Event::PeerSignedOut { since } => {
                if !matches!(self.state, State::SignedOut | State::Leaving { .. }) {
                    self.on_peer_signed_out(since, out);
                }
            }
            // The next renewal tells whether it is this one.
            Event::Revoked if self.state == State::Ready => self.lock(out),
            Event::Hinted { hinted } => self.hinted = self.hinted.max(hinted),
            Event::LoggedOut { attempt, heard }
                if self.state
                    == (State::Leaving {
                        attempt: Some(attempt),
                    }) =>
            {
                if heard {
                    self.state = State::SignedOut;
                    self.timer = 0;
                    out.push(Effect::Left);
                } else {
                    self.state = State::Leaving { attempt: None };
                    self.wait(0, out);
                }
            }
            Event::Left if self.is_leaving() => {
                self.state = State::SignedOut;
                self.timer = 0;
            }
            Event::Timer { generation } if generation == self.timer => self.on_due(now, out),
            Event::Awake => self.on_awake(now, out),
            // Out of date, or without meaning in this state.
            Event::Restore { .. }
            | Event::Rejected { .. }
            | Event::Locked { .. }
            | Event::Looked { .. }
            | Event::Attempted { .. }
            | Event::PeerAsks { .. }
            | Event::Revoked
            | Event::LoggedOut { .. }
            | Event::Left
            | Event::Timer { .. } => {}
        }
    }

    fn lock(&mut self, out: &mut Vec<Effect>) {
        self.counter += 1;
        self.state = State::Locking {
            attempt: self.counter,
        };
        out.push(Effect::Lock {
            attempt: self.counter,
        });
        self.set_timer(LOCK_WAIT_MS, out);
    }

    fn on_locked(&mut self, attempt: u64, hinted: u64, leaving: bool, out: &mut Vec<Effect>) {
        // A page that has just started has nothing that could be out of date.
        let may_be_old = self.token > 0 && hinted <= self.token && !leaving;
        if may_be_old && !planted::on(Bug::RefreshWithoutRereading) {
            self.hinted = self.hinted.max(hinted);
            self.state = State::Settling { attempt };
            self.set_timer(SETTLE_MS, out);
        } else {
            self.on_looked(attempt, hinted, leaving, out);
        }
    }

    fn on_looked(&mut self, attempt: u64, hinted: u64, leaving: bool, out: &mut Vec<Effect>) {
        self.hinted = self.hinted.max(hinted);
        if leaving {
            // While the marker stands no tab renews.
            self.sign_out_from(attempt, SignedOut::Here, out);
        } else if hinted > self.token && self.token > 0 && !planted::on(Bug::RefreshWithoutRereading) {
            // A page that has just started asks nobody: its peers may all be closed, and the hint outlives them.
            self.state = State::Asking { attempt };
            out.push(Effect::AskPeers { token: self.token });
            self.set_timer(PEER_WAIT_MS, out);
        } else {
            self.refresh(attempt, out);
        }
    }

    fn refresh(&mut self, attempt: u64, out: &mut Vec<Effect>) {
        self.asked_with = self.hinted;
        self.state = State::Refreshing { attempt };
        out.push(if std::mem::take(&mut self.cookie_doubted) {
            Effect::RefreshAgain { attempt }
        } else {
            Effect::Refresh { attempt }
        });
        self.set_timer(REFRESH_TIMEOUT_MS, out);
    }

    fn on_attempted(&mut self, now: Now, attempt: u64, outcome: Outcome, out: &mut Vec<Effect>) {
        match outcome {
            Outcome::Granted { expires_in_ms } => {
                let is_overtaken = self.hinted > self.asked_with;
                self.grant(now, self.token.max(self.hinted) + 1, expires_in_ms, out);
                // Before the lock goes: the next tab finds the token on its way.
                out.push(Effect::Share {
                    token: self.token,
                    expires_in_ms,
                });
                out.push(Effect::Unlock { attempt });
                if is_overtaken {
                    // Another tab had its answer first: this later one may have put an older cookie over a newer one. Asked at
                    // once, the server still takes that for a lost answer and puts it right. It must not count as a renewal of
                    // its own: yet another tab's answer may be on its way, and would be one more behind.
                    self.cookie_doubted = true;
                    self.lock(out);
                }
            }
            // Another tab has got a token since, by a later cookie or a later sign-in: this was not about that one.
            Outcome::Refused | Outcome::Revoked if self.hinted > self.asked_with => {
                out.push(Effect::Unlock { attempt });
                self.lock(out);
            }
            Outcome::Refused => self.sign_out_from(attempt, SignedOut::Expired, out),
            Outcome::Revoked => self.sign_out_from(attempt, SignedOut::Revoked, out),
            Outcome::Left => self.sign_out_from(attempt, SignedOut::Here, out),
            Outcome::Unsure { .. } if planted::on(Bug::OfflineSignsOut) => {
                self.sign_out_from(attempt, SignedOut::Expired, out);
            }
            Outcome::Unsure { wait_ms } => {
                self.state = State::Waiting;
                out.push(Effect::Unlock { attempt });
                self.wait(wait_ms, out);
            }
        }
    }

    fn on_peer(&mut self, now: Now, token: u64, expires_in_ms: u64, out: &mut Vec<Effect>) {
        self.hinted = self.hinted.max(token);
        // One that is not the newest was handed over a while ago, to a tab that slept; by now somebody else may be signed in. A
        // renewal on its way ends by itself: its answer is newer than any token handed over before it.
        if token < self.hinted
            || token <= self.token.max(self.left)
            || matches!(self.state, State::Refreshing { .. } | State::Leaving { .. })
        {
            return;
        }
        self.let_go(out);
        self.grant(now, token, expires_in_ms, out);
    }

    fn on_peer_signed_out(&mut self, since: Option<u64>, out: &mut Vec<Effect>) {
        match since {
            None => self.sign_out(SignedOut::Here, out),
            // This tab is in the later session already.
            Some(hinted) if self.token >= hinted => {}
            Some(hinted) => {
                // What else is known of tokens may be of the later session, which goes on and is this tab's as well.
                let left = self.left.max(self.token);
                self.sign_out(SignedOut::Here, out);
                self.left = left;
                self.hinted = self.hinted.max(hinted);
                self.lock(out);
            }
        }
    }

    fn on_due(&mut self, now: Now, out: &mut Vec<Effect>) {
        match self.state {
            // The lock may be held by a frozen tab; never steal, go without.
            State::Locking { attempt } => {
                out.push(Effect::Unlock { attempt });
                self.refresh(attempt, out);
            }
            State::Settling { attempt } => out.push(Effect::Look { attempt }),
            State::Asking { attempt } => self.refresh(attempt, out),
            State::Refreshing { attempt } => {
                out.push(Effect::AbortRefresh { attempt });
                out.push(Effect::Unlock { attempt });
                self.state = State::Waiting;
                self.wait(0, out);
            }
            State::Waiting => self.lock(out),
            State::Ready => match self.renew_in(now) {
                0 => self.lock(out),
                left => self.set_timer(left, out),
            },
            State::Leaving { attempt: None } => self.tell_logout(out),
            State::SignedOut | State::Leaving { .. } => {}
        }
    }

    fn on_awake(&mut self, now: Now, out: &mut Vec<Effect>) {
        match self.state {
            State::Waiting => self.lock(out),
            State::Leaving { attempt: None } => self.tell_logout(out),
            State::Ready => {
                // Some monotonic clocks stand still while the machine sleeps; a wall clock that jumps costs one renewal.
                let slept = now.wall.as_millis().saturating_sub(self.granted.wall.as_millis());
                if self.renew_in(now) == 0 || u64::try_from(slept).is_ok_and(|slept| slept >= self.life_ms) {
                    self.lock(out);
                }
            }
            _ => {}
        }
    }

    /// Milliseconds until 80 % of the token's life have passed.
    fn renew_in(&self, now: Now) -> u64 {
        let passed = now.monotonic.saturating_sub(self.granted.monotonic);
        (self.life_ms.saturating_mul(4) / 5).saturating_sub(passed)
    }

    fn grant(&mut self, now: Now, token: u64, expires_in_ms: u64, out: &mut Vec<Effect>) {
        self.state = State::Ready;
        self.tries = 0;
        self.cookie_doubted = false;
        self.token = token;
        self.hinted = self.hinted.max(token);
        self.granted = now;
        self.life_ms = expires_in_ms;
        self.set_timer(self.renew_in(now), out);
        out.push(Effect::Ready { token });
    }

    /// Leaves whatever was on its way.
    fn let_go(&mut self, out: &mut Vec<Effect>) {
        match self.state {
            State::Locking { attempt } | State::Settling { attempt } | State::Asking { attempt } => {
                out.push(Effect::Unlock { attempt });
            }
            State::Refreshing { attempt } => {
                out.push(Effect::AbortRefresh { attempt });
                out.push(Effect::Unlock { attempt });
            }
            _ => {}
        }
    }

    fn sign_out_from(&mut self, attempt: u64, reason: SignedOut, out: &mut Vec<Effect>) {
        out.push(Effect::Unlock { attempt });
        self.state = State::SignedOut;
        self.sign_out(reason, out);
    }

    fn sign_out(&mut self, reason: SignedOut, out: &mut Vec<Effect>) {
        self.let_go(out);
        self.state = State::SignedOut;
        self.cookie_doubted = false;
        self.left = self.hinted.max(self.token);
        self.token = 0;
        self.timer = 0;
        self.tries = 0;
        out.push(Effect::SignedOut(reason));
    }

    fn tell_logout(&mut self, out: &mut Vec<Effect>) {
        self.counter += 1;
        self.state = State::Leaving {
            attempt: Some(self.counter),
        };
        out.push(Effect::Logout {
            attempt: self.counter,
        });
    }

    fn wait(&mut self, at_least: u64, out: &mut Vec<Effect>) {
        let wait = at_least + self.random.full_jitter(self.tries, BASE_MS, CAP_MS);
        self.tries = self.tries.saturating_add(1);
        self.set_timer(wait, out);
    }

    fn set_timer(&mut self, after_ms: u64, out: &mut Vec<Effect>) {
        self.counter += 1;
        self.timer = self.counter;
        out.push(Effect::SetTimer {
            generation: self.timer,
            after_ms,
        });
    }
}

#[cfg(test)]
mod tests;
