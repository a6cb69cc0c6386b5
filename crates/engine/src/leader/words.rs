//! What tabs tell each other, and what follows from it.

use super::{ASK_MS, BEAT_MS, Effect, GONE_MS, Known, Leader, Lock, Role, SPREAD_MS, Word};

impl Leader {
    pub(super) fn ask(&mut self, now: u64, patience_ms: u64, out: &mut Vec<Effect>) {
        out.push(Effect::Say(Word::Ask));
        self.await_leader(now, patience_ms);
    }

    pub(super) fn await_leader(&mut self, now: u64, patience_ms: u64) {
        self.asked_until = Some(now + patience_ms + self.spread());
        self.watch_at = None;
    }

    pub(super) fn spread(&mut self) -> u64 {
        let behind = if self.shown { 0 } else { SPREAD_MS };
        behind + self.random.up_to(SPREAD_MS)
    }

    pub(super) fn say_here(&mut self, now: u64, out: &mut Vec<Effect>) {
        if let Role::Leading { term } = self.role {
            let locked = self.lock == Lock::Held;
            let shown = self.shown;
            out.push(Effect::Say(Word::Here { term, shown, locked }));
            self.beat_at = (!locked).then_some(now + BEAT_MS);
        }
    }

    pub(super) fn on_heard(&mut self, now: u64, from: String, word: Word, out: &mut Vec<Effect>) {
        if from == self.tab {
            return;
        }
        match word {
            Word::Here { term, shown, locked } => {
                let known = Known {
                    term,
                    tab: from,
                    shown,
                    locked,
                };
                self.on_here(now, known, out);
            }
            Word::Ask => self.say_here(now, out),
            Word::HandOver => self.on_hand_over(now, from, out),
            Word::Yours { tab } => {
                if self.role != Role::Following || self.claim.is_some() {
                    return;
                }
                if tab == self.tab {
                    self.claim(now, out);
                } else {
                    self.want_at = None;
                    self.watch_at = Some(now + ASK_MS);
                }
            }
            Word::Gone => {
                if self.known.as_ref().is_some_and(|known| known.tab == from) {
                    self.known = None;
                    self.vacant = true;
                    self.rest();
                    self.await_leader(now, GONE_MS);
                    if self.lock == Lock::Held && self.claim.is_none() {
                        self.take_over(now, out);
                    }
                }
            }
        }
    }

    fn on_hand_over(&mut self, now: u64, from: String, out: &mut Vec<Effect>) {
        if self.term().is_none() {
            return;
        }
        if self.shown {
            self.say_here(now, out);
        } else if self.granted_until <= now {
            self.granted_until = now + ASK_MS;
            out.push(Effect::Say(Word::Yours { tab: from }));
        }
    }

    fn on_here(&mut self, now: u64, other: Known, out: &mut Vec<Effect>) {
        if let Role::Leading { term } = self.role {
            if (other.term, &other.tab) > (term, &self.tab) {
                self.known = Some(other);
                self.follow(now, out);
            } else {
                // It learns from this that its time is over.
                self.say_here(now, out);
            }
            return;
        }
        if self.is_over(other.term) {
            return;
        }
        let stale = self.known.as_ref().is_some_and(|known| {
            known.tab != other.tab && (known.term, &known.tab) > (other.term, &other.tab)
        });
        if stale {
            return;
        }
        let before = self.known.take().filter(|known| known.tab == other.tab);
        let another = before.is_none();
        // Within its reign a leader that has got the lock keeps it: a word that says otherwise is a late one.
        let locked = other.locked || before.is_some_and(|known| known.locked && known.term == other.term);
        self.known = Some(Known { locked, ..other });
        if self.claim.is_some() {
            return;
        }
        self.follow(now, out);
        if another {
            self.request_lock(out);
        }
    }
}
