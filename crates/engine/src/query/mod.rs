//! What was asked of the server, kept for everyone who looks at it: shown at once and asked again behind it, fetched once
//! however many look, never replaced by something older, and kept when a fetch fails.
//!
//! What a person does shows before the server has confirmed it: a mutation's change is folded over the confirmed value, and
//! stays until what is known reflects it. Nothing is rolled back; a change that was refused is no longer folded.
//!
//! Two values of the same data are compared by their place in the log where both are known, otherwise by when they were asked
//! for (`protocol.md` *Realtime*, rule 4).

mod interface;

pub use interface::{Change, Effect, Event, Fresh, Key, Options, Target, View};

use std::cmp::Ordering;
use std::collections::BTreeMap;

use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;

use crate::Now;
use crate::archive::Age;

/// The newest good value.
#[derive(Debug)]
struct Known<V> {
    confirmed: Fresh<V>,
    /// With what waits folded over it.
    shown: V,
    /// When it was asked for, or came by itself; 0 when an earlier visit kept it.
    order: u64,
    /// The same by the wall clock, which the tabs of a browser share.
    asked: Timestamp,
    came: Now,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fetching {
    attempt: u64,
    /// When it began, by the wall clock.
    asked: Timestamp,
    /// It may have changed since the fetch began.
    again: bool,
}

#[derive(Debug)]
struct Entry<V, E> {
    watchers: u32,
    /// When nobody looked anymore, or it was prefetched.
    left: u64,
    options: Options,
    known: Option<Known<V>>,
    error: Option<E>,
    fetching: Option<Fetching>,
    /// It may have changed since it came.
    stale: bool,
}

struct Mutation<V> {
    id: u64,
    target: Target,
    change: Change<V>,
    /// Once the server has done it: from when on and from which place on a value reflects it.
    done: Option<(u64, Option<Position>)>,
}

/// The cache. `V` is cheap to clone, as an `Rc` is.
pub struct Cache<V, E> {
    entries: BTreeMap<Key, Entry<V, E>>,
    /// In the order of their beginning.
    mutations: Vec<Mutation<V>>,
    /// Numbers fetches and whatever comes otherwise, in order.
    counter: u64,
    timer: u64,
    /// The wall clock at this step.
    wall: Timestamp,
}

impl<V, E> Default for Cache<V, E> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            mutations: Vec::new(),
            counter: 0,
            timer: 0,
            wall: Timestamp::default(),
        }
    }
}

impl<V, E> std::fmt::Debug for Cache<V, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache")
            .field("keys", &self.entries.keys())
            .field("mutations", &self.mutations.len())
            .finish_non_exhaustive()
    }
}

impl<V: Clone + PartialEq, E: Clone> Cache<V, E> {
    /// What is known of `key`.
    #[must_use]
    pub fn view(&self, now: Now, key: &Key) -> View<V, E> {
        let Some(entry) = self.entries.get(key) else {
            return View::default();
        };
        View {
            value: entry.known.as_ref().map(|known| known.shown.clone()),
            at: entry.known.as_ref().map(|known| known.came.wall),
            is_stale: entry.known.is_some() && entry.is_due(now),
            error: entry.error.clone(),
            is_fetching: entry.fetching.is_some(),
        }
    }

    /// The value of `key` as the server has confirmed it.
    #[must_use]
    pub fn confirmed(&self, key: &Key) -> Option<&Fresh<V>> {
        self.entries
            .get(key)?
            .known
            .as_ref()
            .map(|known| &known.confirmed)
    }

    /// How new the confirmed value of `key` is.
    #[must_use]
    pub fn age(&self, key: &Key) -> Option<Age> {
        let known = self.entries.get(key)?.known.as_ref()?;
        Some(Age {
            asked: known.asked,
            came: known.came.wall,
            as_of: known.confirmed.as_of.clone(),
        })
    }

    /// Whether anything is kept or on its way for `key`.
    #[must_use]
    pub fn holds(&self, key: &Key) -> bool {
        self.entries.contains_key(key)
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event<V, E>, out: &mut Vec<Effect>) {
        self.wall = now.wall;
        match event {
            Event::Watch { key, options } => {
                let entry = self.entry(&key, options, now);
                entry.watchers += 1;
                entry.options = options;
                if entry.is_due(now) {
                    self.fetch(&key, out);
                }
            }
            Event::Unwatch { key } => self.unwatch(now, &key, out),
            Event::Prefetch { key, options } => {
                let entry = self.entry(&key, options, now);
                entry.left = now.monotonic;
                if entry.is_due(now) {
                    self.fetch(&key, out);
                }
                self.arm(now, out);
            }
            Event::Fetched { key, attempt, result } => self.fetched(now, &key, attempt, result, out),
            Event::Came { key, fresh } => {
                self.counter += 1;
                let order = self.counter;
                if self.take(now, &key, fresh, (order, now.wall), out) {
                    out.push(Effect::Confirmed { key });
                }
            }
            Event::Heard {
                key,
                fresh,
                asked,
                at,
            } => {
                let came = Now { wall: at, ..now };
                self.heard(came, &key, fresh, asked, out);
            }
            Event::Kept { key, fresh, at } => {
                let entry = self.entry(&key, Options::default(), now);
                if entry.known.is_none() {
                    entry.stale = true;
                    self.take(Now { wall: at, ..now }, &key, fresh, (0, at), out);
                }
            }
            Event::Invalidate(target) => self.invalidate(&target, out),
            Event::Reload { key } => {
                // Also where a fetch is under way: it may wait for its next try.
                if let Some(fetching) = self.entries.get_mut(&key).and_then(|entry| entry.fetching.take()) {
                    out.push(Effect::Abort {
                        attempt: fetching.attempt,
                    });
                }
                self.invalidate(&Target::Key(key), out);
            }
            Event::Awake => {
                let due: Vec<Key> = self
                    .entries
                    .iter()
                    .filter(|(_, entry)| entry.watchers > 0 && entry.is_due(now))
                    .map(|(key, _)| key.clone())
                    .collect();
                for key in due {
                    self.fetch(&key, out);
                }
            }
            Event::Begin { id, target, change } => {
                self.mutations.push(Mutation {
                    id,
                    target: target.clone(),
                    change,
                    done: None,
                });
                self.fold_all(&target, out);
            }
            Event::Done { id, position } => self.done(id, position, out),
            Event::Failed { id } => {
                if let Some(place) = self.mutations.iter().position(|one| one.id == id) {
                    let target = self.mutations.remove(place).target;
                    self.fold_all(&target, out);
                }
            }
            Event::Timer { generation } if generation == self.timer => {
                self.sweep(now);
                self.arm(now, out);
            }
            Event::Timer { .. } => {}
            Event::Forget => {
                for (key, entry) in std::mem::take(&mut self.entries) {
                    if let Some(fetching) = entry.fetching {
                        out.push(Effect::Abort {
                            attempt: fetching.attempt,
                        });
                    }
                    out.push(Effect::Changed { key });
                }
                self.mutations.clear();
            }
        }
    }

    fn entry(&mut self, key: &Key, options: Options, now: Now) -> &mut Entry<V, E> {
        self.entries.entry(key.clone()).or_insert_with(|| Entry {
            watchers: 0,
            left: now.monotonic,
            options,
            known: None,
            error: None,
            fetching: None,
            stale: false,
        })
    }

    fn fetch(&mut self, key: &Key, out: &mut Vec<Effect>) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        if entry.fetching.is_none() {
            self.counter += 1;
            let attempt = self.counter;
            entry.fetching = Some(Fetching {
                attempt,
                asked: self.wall,
                again: false,
            });
            out.push(Effect::Fetch {
                key: key.clone(),
                attempt,
            });
            out.push(Effect::Changed { key: key.clone() });
        }
    }

    fn unwatch(&mut self, now: Now, key: &Key, out: &mut Vec<Effect>) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        entry.watchers = entry.watchers.saturating_sub(1);
        if entry.watchers > 0 {
            return;
        }
        entry.left = now.monotonic;
        if let Some(fetching) = entry.fetching.take() {
            entry.stale = true;
            out.push(Effect::Abort {
                attempt: fetching.attempt,
            });
        }
        self.arm(now, out);
    }

    fn fetched(
        &mut self,
        now: Now,
        key: &Key,
        attempt: u64,
        result: Result<Fresh<V>, E>,
        out: &mut Vec<Effect>,
    ) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        let Some(fetching) = entry.fetching.take_if(|fetching| fetching.attempt == attempt) else {
            return;
        };
        match result {
            Ok(fresh) => {
                entry.error = None;
                entry.stale = fetching.again;
                if self.take(now, key, fresh, (attempt, fetching.asked), out) {
                    out.push(Effect::Confirmed { key: key.clone() });
                }
            }
            Err(error) => {
                // Whoever comes later asks anew instead of finding an error that nobody has seen.
                entry.error = Some(error).filter(|_| entry.watchers > 0);
                entry.stale = true;
            }
        }
        out.push(Effect::Changed { key: key.clone() });
        let is_watched = self.entries.get(key).is_some_and(|entry| entry.watchers > 0);
        if !is_watched {
            self.arm(now, out);
        } else if fetching.again {
            self.fetch(key, out);
        }
    }

    /// Another tab has it: it counts unless what is known was asked for later, and tells nothing of what waits here to be
    /// done.
    fn heard(&mut self, came: Now, key: &Key, fresh: Fresh<V>, asked: Timestamp, out: &mut Vec<Effect>) {
        if self.mutations.iter().any(|one| one.target.includes(key)) {
            return self.invalidate(&Target::Key(key.clone()), out);
        }
        let age = Age {
            asked,
            came: came.wall,
            as_of: fresh.as_of.clone(),
        };
        if self.age(key).is_some_and(|known| !age.is_newer_than(&known)) {
            return;
        }
        let fetching = self.entry(key, Options::default(), came).fetching;
        let order = match fetching.filter(|fetching| fetching.asked >= asked) {
            // What is on its way here was asked for later.
            Some(fetching) => fetching.attempt - 1,
            None => {
                self.counter += 1;
                self.counter
            }
        };
        self.take(came, key, fresh, (order, asked), out);
    }

    /// Takes a value unless what is known is newer; says whether it did. `order` and the time say when it was asked for.
    fn take(
        &mut self,
        now: Now,
        key: &Key,
        fresh: Fresh<V>,
        (order, asked): (u64, Timestamp),
        out: &mut Vec<Effect>,
    ) -> bool {
        let entry = self.entry(key, Options::default(), now);
        if let Some(known) = &entry.known
            && is_older(&fresh, order, &known.confirmed, known.order)
        {
            return false;
        }
        let shown = fresh.value.clone();
        entry.known = Some(Known {
            confirmed: fresh,
            shown,
            order,
            asked,
            came: now,
        });
        self.settle();
        self.fold(key);
        out.push(Effect::Changed { key: key.clone() });
        true
    }

    fn invalidate(&mut self, target: &Target, out: &mut Vec<Effect>) {
        let mut watched = Vec::new();
        for (key, entry) in self.entries.iter_mut().filter(|(key, _)| target.includes(key)) {
            entry.stale = true;
            match &mut entry.fetching {
                Some(fetching) => fetching.again = true,
                None if entry.watchers > 0 => watched.push(key.clone()),
                None => {}
            }
        }
        for key in watched {
            self.fetch(&key, out);
        }
    }

    fn done(&mut self, id: u64, position: Option<Position>, out: &mut Vec<Effect>) {
        let order = self.counter;
        let Some(mutation) = self.mutations.iter_mut().find(|one| one.id == id) else {
            return;
        };
        mutation.done = Some((order, position));
        let target = mutation.target.clone();
        self.settle();
        self.fold_all(&target, out);
        self.invalidate(&target, out);
    }

    /// Lets go of mutations that everything known reflects.
    fn settle(&mut self) {
        let entries = &self.entries;
        self.mutations.retain(|mutation| {
            let Some((order, _)) = &mutation.done else {
                return true;
            };
            entries.iter().any(|(key, entry)| {
                let may_lack_it = entry
                    .known
                    .as_ref()
                    .is_some_and(|known| mutation.shows_over(known))
                    || entry.fetching.is_some_and(|fetching| fetching.attempt <= *order);
                mutation.target.includes(key) && may_lack_it
            })
        });
    }

    fn fold_all(&mut self, target: &Target, out: &mut Vec<Effect>) {
        let keys: Vec<Key> = self
            .entries
            .iter()
            .filter(|(key, entry)| target.includes(key) && entry.known.is_some())
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            self.fold(&key);
            out.push(Effect::Changed { key });
        }
    }

    fn fold(&mut self, key: &Key) {
        let Some(known) = self.entries.get_mut(key).and_then(|entry| entry.known.as_mut()) else {
            return;
        };
        let mut shown = known.confirmed.value.clone();
        for mutation in &self.mutations {
            if mutation.target.includes(key) && mutation.shows_over(known) {
                shown = (mutation.change)(key, &shown);
            }
        }
        // The same value stays the same allocation: whoever compares by pointer draws nothing.
        if shown != known.shown {
            known.shown = shown;
        }
    }

    /// Drops what nobody has looked at for long enough.
    fn sweep(&mut self, now: Now) {
        self.entries.retain(|_, entry| {
            entry.watchers > 0
                || entry.fetching.is_some()
                || now.monotonic < entry.left.saturating_add(entry.options.keep_ms)
        });
        self.settle();
    }

    fn arm(&mut self, now: Now, out: &mut Vec<Effect>) {
        let next = self
            .entries
            .values()
            .filter(|entry| entry.watchers == 0 && entry.fetching.is_none())
            .map(|entry| entry.left.saturating_add(entry.options.keep_ms))
            .min();
        if let Some(at) = next {
            self.timer += 1;
            out.push(Effect::SetTimer {
                generation: self.timer,
                after_ms: at.saturating_sub(now.monotonic).max(1),
            });
        }
    }
}

impl<V, E> Entry<V, E> {
    /// Whether it has to be asked (again). Some monotonic clocks stand still while the machine sleeps; a wall clock that jumps
    /// costs one fetch.
    fn is_due(&self, now: Now) -> bool {
        self.stale
            || self.known.as_ref().is_none_or(|known| {
                let passed = now.monotonic.saturating_sub(known.came.monotonic);
                let slept = now.wall.as_millis().saturating_sub(known.came.wall.as_millis());
                passed >= self.options.fresh_ms
                    || u64::try_from(slept).is_ok_and(|slept| slept >= self.options.fresh_ms)
            })
    }
}

impl<V> Mutation<V> {
    /// Whether `known` may not reflect it yet.
    fn shows_over(&self, known: &Known<V>) -> bool {
        let Some((order, position)) = &self.done else {
            return true;
        };
        match (position, &known.confirmed.as_of) {
            (Some(done), Some(as_of)) if done.epoch == as_of.epoch => as_of.offset < done.offset,
            _ => known.order <= *order,
        }
    }
}

/// Whether a value is older than the one known.
fn is_older<V>(fresh: &Fresh<V>, order: u64, known: &Fresh<V>, known_order: u64) -> bool {
    let by_place = match (&fresh.as_of, &known.as_of) {
        (Some(fresh), Some(known)) if fresh.epoch == known.epoch => fresh.offset.cmp(&known.offset),
        _ => Ordering::Equal,
    };
    match by_place {
        Ordering::Less => true,
        Ordering::Greater => false,
        Ordering::Equal => order < known_order,
    }
}

#[cfg(test)]
mod tests;
