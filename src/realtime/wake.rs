//! Signs that the world may have changed while this page was not looking: the network, the page's visibility, sleep. What
//! follows from them is the engine's to decide.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use switchboard_engine::Now;
use wasm_bindgen::JsCast;
use web_sys::PageTransitionEvent;
use yew::Callback;

use crate::browser::{Interval, Listener, document, is_shown, now, window};

/// How often a page that is shown looks at its clocks, in milliseconds.
const TICK_MS: u64 = 2_000;
/// How far the clocks may be apart, or a look be late, before the machine counts as having slept, in milliseconds.
const SLEPT_MS: u64 = 3_000;

/// What the page noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The network is back, or the page or the machine has slept: nothing that was true before needs to be true.
    Awake,
    /// The browser is certain that there is no network.
    NetworkDown,
    /// The page is shown, or hidden.
    Shown(bool),
}

/// Reports signs until its last clone is dropped.
#[derive(Clone)]
pub struct Wake {
    inner: Rc<Inner>,
}

struct Inner {
    on_sign: Callback<Sign>,
    seen: Cell<Now>,
    tick: RefCell<Option<Interval>>,
    listeners: RefCell<Vec<Listener>>,
}

impl Wake {
    /// Reports to `on_sign`.
    #[must_use]
    pub fn new(on_sign: Callback<Sign>) -> Self {
        let inner = Rc::new(Inner {
            on_sign,
            seen: Cell::new(now()),
            tick: RefCell::default(),
            listeners: RefCell::default(),
        });
        inner.listen();
        inner.watch_clocks(is_shown());
        Self { inner }
    }

    /// Compares the clocks and reports [`Sign::Awake`] if they tell of a sleep. To be called when a timer rings, before what
    /// it stands for: a timer that was set before the sleep says nothing about the world after it.
    pub fn look(&self) {
        self.inner.look(None);
    }
}

impl Inner {
    fn listen(self: &Rc<Self>) {
        let on = |event: fn(&Self, &web_sys::Event)| {
            let inner = Rc::downgrade(self);
            move |happened: web_sys::Event| {
                if let Some(inner) = Weak::upgrade(&inner) {
                    event(&inner, &happened);
                }
            }
        };
        let mut listeners = Vec::new();
        if let Some(window) = window() {
            listeners.push(Listener::new(&window, "online", on(|inner, _| inner.awake())));
            listeners.push(Listener::new(
                &window,
                "offline",
                on(|inner, _| inner.on_sign.emit(Sign::NetworkDown)),
            ));
            // Out of the browser's cache of pages, as it was when the person left it.
            let shown_again = |inner: &Self, happened: &web_sys::Event| {
                let page = happened.dyn_ref::<PageTransitionEvent>();
                if page.is_some_and(PageTransitionEvent::persisted) {
                    inner.awake();
                }
            };
            listeners.push(Listener::new(&window, "pageshow", on(shown_again)));
        }
        if let Some(document) = document() {
            let inner = Rc::downgrade(self);
            listeners.push(Listener::new(&document, "visibilitychange", move |_| {
                if let Some(inner) = inner.upgrade() {
                    inner.watch_clocks(is_shown());
                    inner.look(None);
                    inner.on_sign.emit(Sign::Shown(is_shown()));
                }
            }));
            // A page that is put to sleep may not have been told that it is hidden.
            listeners.push(Listener::new(
                &document,
                "freeze",
                on(|inner, _| inner.on_sign.emit(Sign::Shown(false))),
            ));
            let resumed = |inner: &Self, _: &web_sys::Event| {
                inner.awake();
                inner.on_sign.emit(Sign::Shown(is_shown()));
            };
            listeners.push(Listener::new(&document, "resume", on(resumed)));
        }
        *self.listeners.borrow_mut() = listeners;
    }

    /// Looks at the clocks again and again while the page is shown. A hidden page does not need it: its machine may sleep as
    /// long as nobody waits for it, and its timers look too.
    fn watch_clocks(self: &Rc<Self>, shown: bool) {
        let tick = shown.then(|| {
            let inner = Rc::downgrade(self);
            Interval::new(TICK_MS, move || {
                if let Some(inner) = inner.upgrade() {
                    inner.look(Some(TICK_MS));
                }
            })
        });
        let before = self.tick.replace(tick);
        drop(before);
    }

    fn awake(&self) {
        self.seen.set(now());
        self.on_sign.emit(Sign::Awake);
    }

    fn look(&self, expected_ms: Option<u64>) {
        let now = now();
        if slept(self.seen.replace(now), now, expected_ms) {
            self.on_sign.emit(Sign::Awake);
        }
    }
}

/// Whether the machine slept between two looks. `expected_ms` is the time that was to pass, if it is known: some machines let
/// the monotonic clock run on while they sleep.
fn slept(before: Now, now: Now, expected_ms: Option<u64>) -> bool {
    let passed = now.monotonic.saturating_sub(before.monotonic);
    let by_wall = now.wall.as_millis() - before.wall.as_millis();
    let jumped = by_wall > (passed + SLEPT_MS) as i64;
    let late = expected_ms.is_some_and(|expected| passed > expected + SLEPT_MS);
    jumped || late
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::time::Timestamp;

    fn at(monotonic: u64, wall: i64) -> Now {
        Now {
            monotonic,
            wall: Timestamp::from_millis(wall),
        }
    }

    #[test]
    fn a_wall_clock_that_ran_ahead_tells_of_a_sleep() {
        let before = at(10_000, 1_000_000);
        assert!(slept(before, at(12_000, 1_060_000), Some(TICK_MS)));
        assert!(slept(before, at(12_000, 1_060_000), None));
        assert!(!slept(before, at(12_000, 1_004_900), Some(TICK_MS)));
        assert!(
            !slept(before, at(70_000, 1_060_000), None),
            "a timer that was long"
        );
    }

    #[test]
    fn a_late_look_tells_of_a_sleep_in_which_both_clocks_ran() {
        assert!(slept(at(0, 0), at(60_000, 60_000), Some(TICK_MS)));
        assert!(!slept(at(0, 0), at(4_900, 4_900), Some(TICK_MS)));
    }

    #[test]
    fn a_wall_clock_that_is_set_back_is_no_sleep() {
        assert!(!slept(at(10_000, 1_000_000), at(12_000, 0), Some(TICK_MS)));
    }
}
