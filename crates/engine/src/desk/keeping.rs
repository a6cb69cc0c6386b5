//! A store that has failed is tried again after a while, until it works: what other tabs keep waits for a leader who can read
//! it, and what a sign-out leaves behind has to go.

use std::collections::BTreeSet;

use super::tabs::Asked;
use super::{Desk, Effect, Timer, TimerKind};
use crate::Now;
use crate::leader;
use crate::random::Random;
use crate::store::{Answer, Op, StoreError};

/// The first retry comes within this, in milliseconds; the ones after it within twice the time of the one before.
const BASE_MS: u64 = 500;
const CAP_MS: u64 = 8_000;
/// A store that does not answer for this long is taken not to: what was asked lives in this tab, and goes on from here.
const PATIENCE_MS: u64 = 4_000;
/// The same once something else is overdue.
const SHORT_PATIENCE_MS: u64 = 500;
/// The same for what is to be kept while the store has not been read: it may hold what was done earlier, which goes first.
const UNREAD_PATIENCE_MS: u64 = 30_000;
/// A timer that comes this late says that the page was frozen: the answer may come right after it.
const LATE_MS: u64 = 1_000;

/// Something that was asked of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) asked: Asked,
    /// Something is to be kept.
    appends: bool,
    /// When its answer is overdue, by the monotonic clock.
    due: u64,
}

/// How the store stands, as far as this tab knows.
#[derive(Debug)]
pub(super) struct Keeping {
    random: Random,
    /// Which sign-in the store belongs to, once it was opened.
    sign_in: Option<u64>,
    /// Until when what is to be kept waits for the store to be read.
    unread_until: Option<u64>,
    /// What has to be asked once more.
    again: Option<Op>,
    tries: u32,
    generation: u64,
    timer: Option<u64>,
    /// The monotonic time of this step.
    now: u64,
    /// The timer of the answers, and when it is due.
    watch: Option<(u64, u64)>,
    /// That timer came too late to be believed.
    was_late: bool,
    /// Why the store cannot be used, by its last answer.
    closed: Option<StoreError>,
    /// Why what was done last could not be kept.
    lost: Option<StoreError>,
    /// The newest of these reasons: it holds for what is in this tab only.
    reason: StoreError,
    /// What the person was told.
    told: Option<StoreError>,
    /// What was asked and is no longer waited for: the first sign that the store works again are its answers.
    silent: BTreeSet<u64>,
}

impl Keeping {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            random: Random::from_seed(seed),
            sign_in: None,
            unread_until: None,
            again: None,
            tries: 0,
            generation: 0,
            timer: None,
            now: 0,
            watch: None,
            was_late: false,
            closed: None,
            lost: None,
            reason: StoreError::Failed,
            told: None,
            silent: BTreeSet::new(),
        }
    }

    pub(super) const fn look_at_the_clock(&mut self, now: Now) {
        self.now = now.monotonic;
    }

    pub(super) fn question(&self, asked: Asked, op: &Op) -> Question {
        let patience = if self.silent.is_empty() {
            PATIENCE_MS
        } else {
            SHORT_PATIENCE_MS
        };
        let appends = matches!(op, Op::Append(_));
        let due = self.now + patience;
        Question {
            asked,
            appends,
            due: self
                .unread_until
                .filter(|_| appends)
                .map_or(due, |until| due.max(until)),
        }
    }

    /// Nobody listens to what was asked before, and what became of it concerns nobody.
    pub(super) fn forget(&mut self) {
        self.silent.clear();
        (self.closed, self.lost) = (None, None);
    }

    /// Whether nothing is under way that is no longer waited for.
    pub(super) fn is_settled(&self) -> bool {
        self.silent.is_empty()
    }

    /// What an answer says of the store. That it fails to let go of something, or to note a decision, leaves nothing in this
    /// tab only.
    pub(super) fn note(&mut self, question: Question, result: &Result<Answer, StoreError>) {
        match result {
            _ if question.asked == Asked::End => {}
            Ok(Answer::Foreign { .. }) => {}
            Ok(Answer::Appended { .. }) => (self.closed, self.lost) = (None, None),
            // Whether there is room shows when something is to be kept.
            Ok(_) => {
                self.closed = None;
                self.lost = self.lost.filter(|error| *error == StoreError::Full);
            }
            Err(error) if question.appends => (self.lost, self.reason) = (Some(*error), *error),
            Err(error @ (StoreError::Unavailable | StoreError::Silent)) => {
                (self.closed, self.reason) = (Some(*error), *error);
            }
            Err(error) if question.asked == Asked::Open => {
                (self.closed, self.reason) = (Some(*error), *error)
            }
            Err(_) => {}
        }
    }

    /// Nothing is asked once more.
    fn rest(&mut self) {
        (self.again, self.timer, self.tries) = (None, None, 0);
    }
}

impl<E: Clone> Desk<E> {
    /// Tells the person when what is done lives in this tab only, and when that is over.
    pub(super) fn tell_keeping(&mut self, out: &mut Vec<Effect>) {
        let keeping = &mut self.keeping;
        let unsaved = self.queue.has_unsaved().then_some(keeping.reason);
        let now = keeping.lost.or(keeping.closed).or(unsaved);
        if std::mem::replace(&mut keeping.told, now) != now {
            out.push(now.map_or(Effect::Kept, Effect::NotKept));
        }
    }

    pub(super) fn open_store(&mut self, erase: bool, out: &mut Vec<Effect>) {
        self.keeping.rest();
        self.keeping.unread_until = Some(self.keeping.now + UNREAD_PATIENCE_MS);
        let op = Op::Open { erase };
        self.keeping.again = Some(op.clone());
        self.ask(op, Asked::Open, out);
    }

    /// The store is nobody's: the browser has dropped everything, or the sign-in has ended in another tab.
    pub(super) fn reopen_store(&mut self, out: &mut Vec<Effect>) {
        if self.keeping.timer.is_some() || self.asked.values().any(|question| question.asked == Asked::Open) {
            // It is asked already, or will be in a moment: each answer that says so again changes nothing.
            self.keeping.again = Some(self.reopening());
            return;
        }
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
        self.keeping.unread_until = None;
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
        if self.keeping.again.is_none() {
            self.keeping.again = Some(self.reopening());
        }
        self.set_store_timer(out);
    }

    /// What the leader's machine asks it waits for itself, and what a sign-out leaves behind has nothing to go on with.
    fn is_awaited(question: Question) -> bool {
        matches!(question.asked, Asked::Open | Asked::Queue(_))
    }

    /// One timer for whichever answer is overdue first.
    pub(super) fn await_answers(&mut self, out: &mut Vec<Effect>) {
        let awaited = self.asked.values().copied().filter(|one| Self::is_awaited(*one));
        let Some(due) = awaited.map(|one| one.due).min() else {
            return;
        };
        if self.keeping.watch.is_none_or(|(_, watched)| due < watched) {
            self.watch_answers(due.saturating_sub(self.keeping.now), out);
        }
    }

    fn watch_answers(&mut self, after_ms: u64, out: &mut Vec<Effect>) {
        self.keeping.generation += 1;
        let generation = self.keeping.generation;
        self.keeping.watch = Some((generation, self.keeping.now + after_ms));
        out.push(Effect::SetTimer {
            timer: Timer {
                kind: TimerKind::Answer,
                generation,
            },
            after_ms,
        });
    }

    pub(super) fn on_answer_timer(&mut self, now: Now, generation: u64, out: &mut Vec<Effect>) {
        let Some((_, due)) = self.keeping.watch.take_if(|(current, _)| *current == generation) else {
            return;
        };
        let is_late = now.monotonic > due + LATE_MS;
        self.keeping.was_late = is_late && !self.keeping.was_late;
        if self.keeping.was_late {
            return self.watch_answers(LATE_MS, out);
        }
        let overdue: Vec<u64> = self
            .asked
            .iter()
            .filter(|(_, one)| Self::is_awaited(**one) && one.due <= now.monotonic)
            .map(|(request, _)| *request)
            .collect();
        self.keeping.silent.extend(&overdue);
        for request in overdue {
            self.on_stored(now, request, Err(StoreError::Silent), out);
        }
        self.await_answers(out);
    }

    /// The store answers after all. What came of it is read anew: this tab has gone on without it.
    pub(super) fn on_late_answer(&mut self, now: Now, request: u64, works: bool, out: &mut Vec<Effect>) {
        if !self.keeping.silent.remove(&request) || !self.keeping.silent.is_empty() {
            return;
        }
        if works {
            self.on_leader(now, leader::Event::StoreWorks, out);
        }
        // What was read before does not tell of it; what is being read was asked for later, and does.
        let is_asked = self.asked.values().any(|question| question.asked == Asked::Open);
        if self.keeping.again.is_none() && !is_asked {
            self.keeping.again = Some(self.reopening());
        }
        self.try_store_again(out);
    }

    /// What is to be asked again is asked after a while.
    pub(super) fn set_store_timer(&mut self, out: &mut Vec<Effect>) {
        // What is asked of a store that does not answer only waits behind what was asked before.
        if self.keeping.timer.is_some() || !self.keeping.silent.is_empty() {
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
        if !self.keeping.silent.is_empty() {
            return;
        }
        match self.keeping.again.clone() {
            Some(op @ (Op::Open { .. } | Op::Reopen { .. })) => self.ask(op, Asked::Open, out),
            Some(op) => self.ask(op, Asked::End, out),
            None => {}
        }
    }
}
