//! A store that has failed is tried again after a while, until it works: what other tabs keep waits for a leader who can read
//! it, and what a sign-out leaves behind has to go.

use super::tabs::Asked;
use super::{Desk, Effect, Timer, TimerKind};
use crate::random::Random;
use crate::store::{Op, StoreError};

/// The first retry comes within this, in milliseconds; the ones after it within twice the time of the one before.
const BASE_MS: u64 = 500;
const CAP_MS: u64 = 8_000;

/// How the store stands, as far as this tab knows.
#[derive(Debug)]
pub(super) struct Keeping {
    random: Random,
    /// Which sign-in the store belongs to, once it was opened.
    sign_in: Option<u64>,
    /// What has to be asked once more.
    again: Option<Op>,
    tries: u32,
    generation: u64,
    timer: Option<u64>,
}

impl Keeping {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            random: Random::from_seed(seed),
            sign_in: None,
            again: None,
            tries: 0,
            generation: 0,
            timer: None,
        }
    }

    /// Nothing is asked once more.
    fn rest(&mut self) {
        (self.again, self.timer, self.tries) = (None, None, 0);
    }
}

impl<E: Clone> Desk<E> {
    pub(super) fn open_store(&mut self, erase: bool, out: &mut Vec<Effect>) {
        self.keeping.rest();
        let op = Op::Open { erase };
        self.keeping.again = Some(op.clone());
        self.ask(op, Asked::Open, out);
    }

    /// The store is nobody's: the browser has dropped everything, or the sign-in has ended in another tab.
    pub(super) fn reopen_store(&mut self, out: &mut Vec<Effect>) {
        self.keeping.rest();
        self.keeping.again = Some(self.reopening());
        self.try_store_again(out);
    }

    const fn reopening(&self) -> Op {
        match self.keeping.sign_in {
            Some(sign_in) => Op::Reopen { sign_in },
            None => Op::Open { erase: false },
        }
    }

    /// The store is open, for the sign-in of this number.
    pub(super) fn on_opened(&mut self, sign_in: u64) {
        self.keeping.rest();
        self.keeping.sign_in = Some(sign_in);
    }

    /// The sign-in is over: nothing of it may stay, and nothing of a later one may go.
    pub(super) fn end_store(&mut self, out: &mut Vec<Effect>) {
        self.keeping.rest();
        let op = match self.keeping.sign_in {
            Some(sign_in) => Op::End { sign_in },
            None => Op::Clear,
        };
        self.keeping.again = Some(op.clone());
        self.ask(op, Asked::End, out);
    }

    /// This tab asks nothing of the store any more, and is not waiting for it either.
    pub(super) fn close_store(&mut self) {
        self.keeping.rest();
    }

    pub(super) fn on_store_failed(&mut self, asked: Asked, error: StoreError, out: &mut Vec<Effect>) {
        if error == StoreError::Full && matches!(asked, Asked::Queue(_)) {
            // It works. Whether there is room shows when something is to be kept.
            return;
        }
        if asked == Asked::Open && self.keeping.tries == 0 {
            out.push(Effect::NotKept(error));
        }
        if self.keeping.again.is_none() {
            self.keeping.again = Some(self.reopening());
        }
        self.set_store_timer(out);
    }

    /// What is to be asked again is asked after a while.
    pub(super) fn set_store_timer(&mut self, out: &mut Vec<Effect>) {
        if self.keeping.timer.is_some() {
            return;
        }
        let after_ms = self
            .keeping
            .random
            .full_jitter(self.keeping.tries, BASE_MS, CAP_MS);
        self.keeping.tries = self.keeping.tries.saturating_add(1);
        self.keeping.generation += 1;
        let generation = self.keeping.generation;
        self.keeping.timer = Some(generation);
        out.push(Effect::SetTimer {
            timer: Timer {
                kind: TimerKind::Store,
                generation,
            },
            after_ms,
        });
    }

    pub(super) fn on_store_timer(&mut self, generation: u64, out: &mut Vec<Effect>) {
        if self.keeping.timer == Some(generation) {
            self.try_store_again(out);
        }
    }

    /// Asks at once for what failed before, where anything did.
    pub(super) fn try_store_again(&mut self, out: &mut Vec<Effect>) {
        self.keeping.timer = None;
        match self.keeping.again.clone() {
            Some(op @ (Op::Open { .. } | Op::Reopen { .. })) => self.ask(op, Asked::Open, out),
            Some(op) => self.ask(op, Asked::End, out),
            None => {}
        }
    }
}
