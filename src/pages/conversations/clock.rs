//! One browser timer for all the countdowns on the screen, however many rows there are.

use std::cell::RefCell;
use std::collections::BTreeMap;

use yew::Callback;

use crate::browser::{Timeout, now};

/// When it is due, in milliseconds of the monotonic clock, and a number that tells those due together apart.
type Key = (u64, u64);

#[derive(Default)]
struct Clock {
    alarms: BTreeMap<Key, Callback<()>>,
    next: u64,
    timeout: Option<(u64, Timeout)>,
}

thread_local! {
    static CLOCK: RefCell<Clock> = RefCell::default();
}

impl Clock {
    /// Waits for the earliest alarm.
    fn arm(&mut self) {
        let due = self.alarms.first_key_value().map(|((due, _), _)| *due);
        if due == self.timeout.as_ref().map(|(due, _)| *due) {
            return;
        }
        self.timeout = due.map(|due| {
            let wait = due.saturating_sub(now().monotonic);
            (due, Timeout::new(wait, ring))
        });
    }
}

fn ring() {
    let rung: Vec<Callback<()>> = CLOCK.with_borrow_mut(|clock| {
        let later = clock.alarms.split_off(&(now().monotonic + 1, 0));
        let due = std::mem::replace(&mut clock.alarms, later);
        clock.timeout = None;
        clock.arm();
        due.into_values().collect()
    });
    for tell in rung {
        tell.emit(());
    }
}

/// Calls back once, unless it is dropped before.
pub(super) struct Alarm(Key);

impl Alarm {
    /// Calls `tell` in so many milliseconds.
    pub(super) fn new(after_ms: u64, tell: Callback<()>) -> Self {
        CLOCK.with_borrow_mut(|clock| {
            let key = (now().monotonic + after_ms, clock.next);
            clock.next += 1;
            clock.alarms.insert(key, tell);
            clock.arm();
            Self(key)
        })
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        CLOCK.with_borrow_mut(|clock| {
            clock.alarms.remove(&self.0);
            clock.arm();
        });
    }
}
