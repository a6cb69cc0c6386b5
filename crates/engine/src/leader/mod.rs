//! Which tab of a browser leads: holds the connection and sends what waits in the store.
//!
//! ```text
//! Seeking ─lock→ claim ─term→ Leading ─higher term heard, or fenced→ Following
//!    └─Here→ Following ─lock and nobody there, silence, Yours→ claim → Leading
//! ```
//!
//! - The store's **term** is the truth: raised by each claim, named by each write of a leader, refused once a higher one
//!   exists. Two tabs that think that they lead do no harm, and the lower term gives way when it hears of the higher one.
//! - The **lock** tells of a death: the browser grants it to the next tab that waits. Every tab but its holder waits for it.
//!   A tab that gets it while another leads passes it on, until the leader has it.
//! - **Words** find out the rest: whether the holder is frozen, whether a shown tab should lead in place of a hidden one, and,
//!   where there are no locks, everything.

mod interface;
mod words;

use crate::Now;
use crate::random::Random;

pub use interface::{Effect, Event, Word};

/// A leader that does not answer for this long is taken to be frozen.
const ASK_MS: u64 = 1_000;
/// The same when the lock was granted: most likely it is dead.
const VERIFY_MS: u64 = 600;
/// A leader without the lock tells this often that it lives, because nobody would notice its death.
const BEAT_MS: u64 = 500;
/// Silence of a leader without the lock that means its death.
const SILENCE_MS: u64 = 1_300;
/// After a silence of this long the leader is asked whether it lives: by tabs that are shown, and by hidden ones.
const WATCH_SHOWN_MS: u64 = 4_000;
const WATCH_HIDDEN_MS: u64 = 20_000;
/// A tab is shown for this long before it wants to lead in place of a hidden one.
const WANT_MS: u64 = 1_000;
/// When a leader leaves, this is how long its successor by the lock has before the others claim.
const GONE_MS: u64 = 500;
/// A store that does not answer for this long is none.
const CLAIM_MS: u64 = 4_000;
/// Not all tabs claim at once, and those that are shown do first.
const SPREAD_MS: u64 = 150;
/// A timer that comes this late says that the page was frozen: what it heard meanwhile comes after it.
const LATE_MS: u64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Idle,
    Seeking,
    Following,
    Leading { term: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lock {
    No,
    Requested { generation: u64 },
    Held,
}

/// The leader as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    term: u64,
    tab: String,
    shown: bool,
    locked: bool,
}

#[derive(Clone, Copy, Debug)]
struct Claim {
    generation: u64,
    until: u64,
}

#[derive(Clone, Copy, Debug)]
struct Alarm {
    generation: u64,
    at: u64,
}

/// The machine. See the module's documentation.
#[derive(Debug)]
pub struct Leader {
    tab: String,
    random: Random,
    role: Role,
    shown: bool,
    lock: Lock,
    known: Option<Known>,
    /// Nobody led when last heard of: who gets the lock need not ask.
    vacant: bool,
    claim: Option<Claim>,
    /// The highest term that the store was seen to hold.
    floor: u64,
    /// The store has failed this tab, and has not worked since: it leads only where nobody else does.
    storeless: bool,
    /// The leader was asked and is taken to be gone at this time.
    asked_until: Option<u64>,
    /// Its silence is looked into at this time.
    watch_at: Option<u64>,
    /// This tab asks to lead at this time.
    want_at: Option<u64>,
    /// This tab, leading without the lock, says so again at this time.
    beat_at: Option<u64>,
    /// This tab has let another one claim and lets no second one before this time.
    granted_until: u64,
    generation: u64,
    alarm: Option<Alarm>,
    /// The last timer came too late to be believed.
    was_late: bool,
}

impl Leader {
    /// At rest. `tab` names this tab to the others, `seed` spreads claims.
    #[must_use]
    pub fn new(tab: String, seed: u64) -> Self {
        Self {
            tab,
            random: Random::from_seed(seed),
            role: Role::Idle,
            shown: true,
            lock: Lock::No,
            known: None,
            vacant: true,
            claim: None,
            floor: 0,
            storeless: false,
            asked_until: None,
            watch_at: None,
            want_at: None,
            beat_at: None,
            granted_until: 0,
            generation: 0,
            alarm: None,
            was_late: false,
        }
    }

    /// The term in which this tab leads.
    #[must_use]
    pub const fn term(&self) -> Option<u64> {
        match self.role {
            Role::Leading { term } => Some(term),
            _ => None,
        }
    }

    /// The tab whose word about the log counts: the leader that this tab follows.
    #[must_use]
    pub fn followed(&self) -> Option<&str> {
        let follows = self.role == Role::Following;
        self.known
            .as_ref()
            .filter(|_| follows)
            .map(|known| known.tab.as_str())
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        let now = now.monotonic;
        match event {
            Event::Shown(shown) => self.on_shown(now, shown, out),
            Event::Start => {
                if self.role == Role::Idle {
                    self.role = Role::Seeking;
                    self.vacant = true;
                    self.request_lock(out);
                    self.ask(now, ASK_MS, out);
                }
            }
            Event::Read { term } => self.on_read(now, term, out),
            _ if self.role == Role::Idle => {}
            Event::Stop => self.stop(out),
            Event::Locked { generation } => self.on_locked(now, generation, out),
            Event::Claimed { generation, term } => self.on_claimed(now, generation, term, out),
            Event::ClaimFailed { generation } => {
                if self.claim.is_some_and(|claim| claim.generation == generation) {
                    self.on_no_store(now, out);
                } else if self.role == (Role::Leading { term: 0 }) {
                    self.storeless = true;
                }
            }
            Event::StoreWorks => self.on_store_works(now, out),
            Event::Fenced { term } => self.on_fenced(now, term, out),
            Event::Heard { from, word } => self.on_heard(now, from, word, out),
            Event::Awake => self.on_awake(now, out),
            Event::Timer { generation } => self.on_timer(now, generation, out),
        }
        self.set_alarm(now, out);
    }

    fn stop(&mut self, out: &mut Vec<Effect>) {
        if self.term().is_some() {
            out.push(Effect::Say(Word::Gone));
        }
        self.drop_lock(out);
        self.role = Role::Idle;
        (self.known, self.claim, self.beat_at) = (None, None, None);
        self.rest();
    }

    /// Nothing is awaited of a leader.
    fn rest(&mut self) {
        (self.asked_until, self.watch_at, self.want_at) = (None, None, None);
    }

    fn request_lock(&mut self, out: &mut Vec<Effect>) {
        if self.lock == Lock::No {
            self.generation += 1;
            let generation = self.generation;
            self.lock = Lock::Requested { generation };
            out.push(Effect::RequestLock { generation });
        }
    }

    fn drop_lock(&mut self, out: &mut Vec<Effect>) {
        if self.lock != Lock::No {
            self.lock = Lock::No;
            out.push(Effect::ReleaseLock);
        }
    }

    fn claim(&mut self, now: u64, out: &mut Vec<Effect>) {
        self.rest();
        self.generation += 1;
        self.claim = Some(Claim {
            generation: self.generation,
            until: now + CLAIM_MS,
        });
        out.push(Effect::Claim {
            generation: self.generation,
        });
    }

    /// Whoever led is dead or frozen.
    fn take_over(&mut self, now: u64, out: &mut Vec<Effect>) {
        self.known = None;
        self.claim(now, out);
    }

    fn on_locked(&mut self, now: u64, generation: u64, out: &mut Vec<Effect>) {
        if self.lock != (Lock::Requested { generation }) {
            return;
        }
        self.lock = Lock::Held;
        match self.role {
            Role::Leading { .. } => self.say_here(now, out),
            _ if self.claim.is_some() => {}
            _ if self.vacant => self.take_over(now, out),
            // The leader let it go, or died, or there are no locks here.
            _ if self.asked_until.is_none() => self.ask(now, VERIFY_MS, out),
            _ => {}
        }
    }

    fn on_claimed(&mut self, now: u64, generation: u64, term: u64, out: &mut Vec<Effect>) {
        if self.role == (Role::Leading { term: 0 }) {
            // It has led without a store until now, and nothing but its term changes.
            self.storeless = false;
            self.role = Role::Leading { term };
            out.push(Effect::Lead { term });
            return self.say_here(now, out);
        }
        let given_up = self.claim.is_none() && self.term().is_none();
        let is_expected = self.claim.is_some_and(|claim| claim.generation == generation);
        // One that was given up because the store hung was carried out all the same: whoever led before can write no more.
        if !is_expected && !given_up {
            return;
        }
        self.claim = None;
        self.storeless = false;
        let outdone = term < self.floor || self.known.as_ref().is_some_and(|known| known.term > term);
        if outdone {
            self.follow(now, out);
        } else {
            self.lead(now, term, out);
        }
    }

    fn on_no_store(&mut self, now: u64, out: &mut Vec<Effect>) {
        self.claim = None;
        self.storeless = true;
        if self.known.is_some() {
            self.follow(now, out);
        } else {
            self.lead(now, 0, out);
        }
    }

    /// Whoever leads without a term gets one; whoever follows may want the lead again.
    fn on_store_works(&mut self, now: u64, out: &mut Vec<Effect>) {
        if !std::mem::replace(&mut self.storeless, false) {
            return;
        }
        match self.role {
            Role::Leading { term: 0 } => {
                self.generation += 1;
                out.push(Effect::Claim {
                    generation: self.generation,
                });
            }
            Role::Following if self.claim.is_none() && self.asked_until.is_none() => self.follow(now, out),
            _ => {}
        }
    }

    fn lead(&mut self, now: u64, term: u64, out: &mut Vec<Effect>) {
        self.rest();
        self.known = None;
        self.vacant = false;
        self.role = Role::Leading { term };
        out.push(Effect::Lead { term });
        self.request_lock(out);
        self.say_here(now, out);
    }

    /// The leader is known and lives.
    fn follow(&mut self, now: u64, out: &mut Vec<Effect>) {
        if self.role != Role::Following {
            self.role = Role::Following;
            out.push(Effect::Follow);
        }
        self.beat_at = None;
        self.vacant = false;
        let spread = self.spread();
        let Some(known) = &self.known else { return };
        let patience = match (known.locked, self.shown) {
            (false, _) => SILENCE_MS,
            (true, true) => WATCH_SHOWN_MS,
            (true, false) => WATCH_HIDDEN_MS,
        };
        self.watch_at = Some(now + patience + spread);
        self.asked_until = None;
        let wanting = self.shown && !known.shown && !self.storeless;
        self.want_at = wanting.then(|| self.want_at.unwrap_or(now + WANT_MS));
        if self.lock == Lock::Held {
            let everyone_has_it = known.locked;
            self.drop_lock(out);
            if everyone_has_it {
                // There are no locks here: asking again would be answered again.
                return;
            }
            self.request_lock(out);
        }
    }

    fn on_fenced(&mut self, now: u64, term: u64, out: &mut Vec<Effect>) {
        if self.term().is_none_or(|own| own >= term) {
            return;
        }
        self.role = Role::Following;
        self.beat_at = None;
        out.push(Effect::Follow);
        self.drop_lock(out);
        self.request_lock(out);
        self.ask(now, ASK_MS, out);
    }

    /// Somebody has claimed since whoever leads here did, such as another person on this device who has left by now: nobody
    /// told of that, and what the earlier leader writes is refused.
    fn on_read(&mut self, now: u64, term: u64, out: &mut Vec<Effect>) {
        self.floor = self.floor.max(term);
        if self.term().is_some_and(|own| own > 0) {
            self.on_fenced(now, term, out);
        } else if self.known.as_ref().is_some_and(|known| self.is_over(known.term)) {
            self.known = None;
            self.rest();
            if self.role == Role::Following && self.claim.is_none() {
                self.ask(now, ASK_MS, out);
            }
        }
    }

    /// Whether a term has ended, for the store holds a later one. Whoever leads without a store has none.
    pub(super) const fn is_over(&self, term: u64) -> bool {
        term > 0 && term < self.floor
    }

    fn on_shown(&mut self, now: u64, shown: bool, out: &mut Vec<Effect>) {
        if self.shown == shown {
            return;
        }
        self.shown = shown;
        match self.role {
            Role::Leading { .. } => self.say_here(now, out),
            Role::Following if shown && self.claim.is_none() && self.asked_until.is_none() => {
                self.ask(now, ASK_MS, out);
            }
            _ => {}
        }
        if !shown {
            self.want_at = None;
        }
    }

    fn on_awake(&mut self, now: u64, out: &mut Vec<Effect>) {
        match self.role {
            // Whoever leads in a higher term answers.
            Role::Leading { .. } => self.say_here(now, out),
            _ if self.claim.is_some() || self.asked_until.is_some_and(|at| at > now) => {}
            _ => self.ask(now, ASK_MS, out),
        }
    }

    fn on_timer(&mut self, now: u64, generation: u64, out: &mut Vec<Effect>) {
        let Some(alarm) = self.alarm.take_if(|alarm| alarm.generation == generation) else {
            return;
        };
        let due = |at: Option<u64>| at.is_some_and(|at| at <= now);
        let is_late = now > alarm.at + LATE_MS;
        self.was_late = is_late && !self.was_late;
        if let Some(claim) = self.claim {
            if self.was_late {
                // The answer may have been waiting as long.
                self.claim = Some(Claim {
                    until: now + ASK_MS,
                    ..claim
                });
            } else if claim.until <= now {
                self.on_no_store(now, out);
            }
        } else if self.was_late {
            self.on_awake(now, out);
        } else if self.term().is_some() {
            if due(self.beat_at) {
                self.say_here(now, out);
            }
        } else if due(self.asked_until) {
            self.take_over(now, out);
        } else if due(self.want_at) {
            self.want_at = None;
            out.push(Effect::Say(Word::HandOver));
            self.await_leader(now, ASK_MS);
        } else if due(self.watch_at) {
            if self.known.as_ref().is_some_and(|known| known.locked) {
                self.ask(now, ASK_MS, out);
            } else {
                self.take_over(now, out);
            }
        }
    }

    /// One timer for whatever comes first.
    fn set_alarm(&mut self, now: u64, out: &mut Vec<Effect>) {
        let at = match (self.claim, self.role) {
            (Some(claim), _) => Some(claim.until),
            (None, Role::Leading { .. }) => self.beat_at,
            (None, _) => [self.asked_until, self.want_at, self.watch_at]
                .into_iter()
                .flatten()
                .min(),
        };
        if self.alarm.map(|alarm| alarm.at) == at {
            return;
        }
        self.alarm = None;
        if let Some(at) = at {
            self.generation += 1;
            let generation = self.generation;
            self.alarm = Some(Alarm { generation, at });
            out.push(Effect::SetTimer {
                generation,
                after_ms: at.saturating_sub(now),
            });
        }
    }
}

#[cfg(test)]
mod tests;
