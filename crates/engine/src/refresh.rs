//! When to renew the access token, and what is a sign-out (`protocol.md` *Auth*).
//!
//! The machine knows tokens by generation only; the shell keeps the token itself, in memory. Renewal comes at 80 % of the
//! life, counted by the monotonic clock, or when a request was refused; there is one at a time. A network failure is never a
//! sign-out.

use crate::Now;
use crate::random::Random;

const BASE_MS: u64 = 500;
const CAP_MS: u64 = 10_000;

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOut {
    /// No one has signed in on this device.
    Never,
    /// The person signed out here.
    Here,
    /// The server refused to renew: expired, or ended elsewhere.
    Ended,
}

/// How an attempt to renew ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new token, with its life in milliseconds.
    Granted {
        /// From now on.
        expires_in_ms: u64,
    },
    /// A definite refusal.
    Refused,
    /// No answer, or one that passes; wait at least this long, in milliseconds.
    Unsure {
        /// What the server asked for; 0 when it did not.
        wait_ms: u64,
    },
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The page starts and someone was signed in here before.
    Restore,
    /// A sign-in gave a token.
    SignedIn {
        /// From now on.
        expires_in_ms: u64,
    },
    /// A request with the token of this generation was answered 401.
    Rejected {
        /// The token's generation.
        token: u64,
    },
    /// An attempt ended.
    Attempted {
        /// From [`Effect::Refresh`].
        attempt: u64,
        /// How.
        outcome: Outcome,
    },
    /// The timer set by [`Effect::SetTimer`] ran out.
    Timer {
        /// From [`Effect::SetTimer`].
        generation: u64,
    },
    /// The network may be back, or the page woke up.
    Awake,
    /// The person signed out.
    SignOut,
}

/// What the shell has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Call `POST /api/auth/refresh`; answer with [`Event::Attempted`].
    Refresh {
        /// Goes back with the answer.
        attempt: u64,
    },
    /// Call back with [`Event::Timer`]; replaces the timer before it.
    SetTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// The token just granted is this generation: whoever waits may go on.
    Ready {
        /// The token's generation.
        token: u64,
    },
    /// Nobody is signed in any more: whoever waits gives up, and the token is forgotten.
    SignedOut(SignedOut),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    SignedOut,
    Ready,
    /// An attempt is on its way.
    Refreshing {
        attempt: u64,
    },
    /// The last attempt got no answer.
    Waiting,
}

/// The machine. See the module's documentation.
#[derive(Debug)]
pub struct Refresh {
    state: State,
    random: Random,
    token: u64,
    renew_at: u64,
    tries: u32,
    counter: u64,
    timer: u64,
}

impl Refresh {
    /// A machine for a page on which nobody is signed in.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            state: State::SignedOut,
            random: Random::from_seed(seed),
            token: 0,
            renew_at: 0,
            tries: 0,
            counter: 0,
            timer: 0,
        }
    }

    /// The generation of the token in hand; 0 before the first.
    #[must_use]
    pub const fn token(&self) -> u64 {
        self.token
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Restore if self.state == State::SignedOut => self.refresh(out),
            Event::SignedIn { expires_in_ms } => self.grant(now, expires_in_ms, out),
            Event::Rejected { token } => match self.state {
                // Another request has already brought a newer token: the caller just tries again with it.
                State::Ready if token < self.token => out.push(Effect::Ready { token: self.token }),
                State::Ready => self.refresh(out),
                State::SignedOut | State::Refreshing { .. } | State::Waiting => {}
            },
            Event::Attempted { attempt, outcome } if self.state == (State::Refreshing { attempt }) => {
                match outcome {
                    Outcome::Granted { expires_in_ms } => self.grant(now, expires_in_ms, out),
                    Outcome::Refused => self.sign_out(SignedOut::Ended, out),
                    Outcome::Unsure { wait_ms } => {
                        self.state = State::Waiting;
                        let wait = wait_ms + self.random.full_jitter(self.tries, BASE_MS, CAP_MS);
                        self.tries = self.tries.saturating_add(1);
                        self.set_timer(wait, out);
                    }
                }
            }
            Event::Timer { generation } if generation == self.timer => self.on_due(now, out),
            Event::Awake => match self.state {
                State::Waiting => self.refresh(out),
                State::Ready if now.monotonic >= self.renew_at => self.refresh(out),
                _ => {}
            },
            Event::SignOut => self.sign_out(SignedOut::Here, out),
            Event::Restore | Event::Attempted { .. } | Event::Timer { .. } => {}
        }
    }

    fn on_due(&mut self, now: Now, out: &mut Vec<Effect>) {
        match self.state {
            State::Waiting => self.refresh(out),
            State::Ready if now.monotonic >= self.renew_at => self.refresh(out),
            State::Ready => self.set_timer(self.renew_at - now.monotonic, out),
            State::SignedOut | State::Refreshing { .. } => {}
        }
    }

    fn refresh(&mut self, out: &mut Vec<Effect>) {
        self.counter += 1;
        self.state = State::Refreshing {
            attempt: self.counter,
        };
        out.push(Effect::Refresh {
            attempt: self.counter,
        });
    }

    fn grant(&mut self, now: Now, expires_in_ms: u64, out: &mut Vec<Effect>) {
        self.state = State::Ready;
        self.tries = 0;
        self.token += 1;
        let life = expires_in_ms.saturating_mul(4) / 5;
        self.renew_at = now.monotonic + life;
        self.set_timer(life, out);
        out.push(Effect::Ready { token: self.token });
    }

    fn sign_out(&mut self, reason: SignedOut, out: &mut Vec<Effect>) {
        self.state = State::SignedOut;
        self.timer = 0;
        out.push(Effect::SignedOut(reason));
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use switchboard_contract::time::Timestamp;

    fn step(machine: &mut Refresh, monotonic: u64, event: Event) -> Vec<Effect> {
        let mut out = Vec::new();
        machine.step(
            Now {
                monotonic,
                wall: Timestamp::default(),
            },
            event,
            &mut out,
        );
        out
    }

    fn signed_in() -> Refresh {
        let mut machine = Refresh::new(1);
        step(
            &mut machine,
            0,
            Event::SignedIn {
                expires_in_ms: 600_000,
            },
        );
        machine
    }

    #[test]
    fn renews_at_four_fifths_of_the_life() {
        let mut machine = Refresh::new(1);
        let out = step(
            &mut machine,
            1_000,
            Event::SignedIn {
                expires_in_ms: 600_000,
            },
        );
        let Some(Effect::SetTimer {
            generation,
            after_ms: 480_000,
        }) = out.first()
        else {
            panic!("{out:?}")
        };
        let out = step(
            &mut machine,
            481_000,
            Event::Timer {
                generation: *generation,
            },
        );
        let [Effect::Refresh { attempt }] = out[..] else {
            panic!("{out:?}")
        };
        let granted = Event::Attempted {
            attempt,
            outcome: Outcome::Granted {
                expires_in_ms: 600_000,
            },
        };
        assert!(step(&mut machine, 481_100, granted).contains(&Effect::Ready { token: 2 }));
    }

    #[test]
    fn many_refused_requests_cause_one_renewal() {
        let mut machine = signed_in();
        let out = step(&mut machine, 5, Event::Rejected { token: 1 });
        let [Effect::Refresh { attempt }] = out[..] else {
            panic!("{out:?}")
        };
        assert!(step(&mut machine, 6, Event::Rejected { token: 1 }).is_empty());
        step(
            &mut machine,
            7,
            Event::Attempted {
                attempt,
                outcome: Outcome::Granted { expires_in_ms: 1_000 },
            },
        );
        let late = step(&mut machine, 8, Event::Rejected { token: 1 });
        assert_eq!(
            late,
            [Effect::Ready { token: 2 }],
            "an older token's 401 needs no renewal"
        );
    }

    #[test]
    fn only_a_definite_refusal_signs_out() {
        let mut machine = Refresh::new(1);
        let [Effect::Refresh { attempt }] = step(&mut machine, 0, Event::Restore)[..] else {
            panic!("a renewal")
        };
        let out = step(
            &mut machine,
            1,
            Event::Attempted {
                attempt,
                outcome: Outcome::Unsure { wait_ms: 0 },
            },
        );
        assert!(matches!(out[..], [Effect::SetTimer { .. }]), "{out:?}");
        let [Effect::Refresh { attempt }] = step(&mut machine, 2, Event::Awake)[..] else {
            panic!("a renewal")
        };
        let out = step(
            &mut machine,
            3,
            Event::Attempted {
                attempt,
                outcome: Outcome::Refused,
            },
        );
        assert_eq!(out, [Effect::SignedOut(SignedOut::Ended)]);
    }

    #[test]
    fn a_renewal_that_ends_after_the_sign_out_changes_nothing() {
        let mut machine = signed_in();
        let [Effect::Refresh { attempt }] = step(&mut machine, 5, Event::Rejected { token: 1 })[..] else {
            panic!("a renewal")
        };
        assert_eq!(
            step(&mut machine, 6, Event::SignOut),
            [Effect::SignedOut(SignedOut::Here)]
        );
        let granted = Event::Attempted {
            attempt,
            outcome: Outcome::Granted { expires_in_ms: 1_000 },
        };
        assert!(step(&mut machine, 7, granted).is_empty());
    }

    proptest! {
        /// Whatever happens, at most one renewal is on its way, and only a refusal or the person signs out.
        #[test]
        fn one_renewal_at_a_time(steps in prop::collection::vec((0_u8..6, 0_u64..20_000), 1..100)) {
            let mut machine = signed_in();
            let (mut now, mut open) = (0_u64, None);
            for (kind, passed) in steps {
                now += passed;
                let event = match (kind, open) {
                    (0, _) => Event::Rejected { token: machine.token() },
                    (1, _) => Event::Awake,
                    (2, _) => Event::Timer { generation: machine.timer },
                    (3, Some(attempt)) => Event::Attempted { attempt, outcome: Outcome::Unsure { wait_ms: 0 } },
                    (_, Some(attempt)) => Event::Attempted { attempt, outcome: Outcome::Granted { expires_in_ms: passed } },
                    _ => Event::Restore,
                };
                if matches!(event, Event::Attempted { .. }) {
                    open = None;
                }
                for effect in step(&mut machine, now, event) {
                    prop_assert!(!matches!(effect, Effect::SignedOut(_)));
                    if let Effect::Refresh { attempt } = effect {
                        prop_assert!(open.is_none(), "a second renewal while one is on its way");
                        open = Some(attempt);
                    }
                }
            }
        }
    }
}
