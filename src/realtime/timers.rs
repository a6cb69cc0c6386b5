//! The engine's timers. Browsers let the timers of a page that is hidden run late, by up to a minute, which is long enough to
//! lose a connection; those of a worker keep time. So each timer runs twice, in a worker (`assets/timers.js`) and in the
//! page, and the first of the two rings: a worker that cannot start, or that the browser has ended, costs nothing but
//! punctuality.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker};

use crate::browser::{Listener, Timeout, start_worker};

const SCRIPT: &str = "/timers.js";

/// Timers by key; all of them are stopped when this is dropped.
pub struct Timers<K> {
    set: Rc<RefCell<BTreeMap<K, Timer>>>,
    clock: Rc<Clock>,
}

impl<K: Ord + Copy + 'static> Timers<K> {
    /// No timer yet. All of a page's timers share one worker.
    #[must_use]
    pub fn new() -> Self {
        Self {
            set: Rc::default(),
            clock: Clock::shared(),
        }
    }

    /// Calls back once after some milliseconds, in place of a timer with the same key. More than 2³¹ − 1 ms (24 days) counts
    /// as that.
    pub fn set(&self, key: K, after_ms: u64, call: impl FnOnce() + 'static) {
        let set = Rc::downgrade(&self.set);
        let timer = Timer::new(&self.clock, after_ms, move |number| {
            let Some(set) = set.upgrade() else { return };
            let rung = take_if(&set, key, |timer| timer.number == number);
            if rung.is_some() {
                drop(rung);
                call();
            }
        });
        let before = self.set.borrow_mut().insert(key, timer);
        drop(before);
    }

    /// Stops the timer with this key, if there is one.
    pub fn cancel(&self, key: K) {
        drop(take_if(&self.set, key, |_| true));
    }

    /// Stops all of them.
    pub fn clear(&self) {
        let set = std::mem::take(&mut *self.set.borrow_mut());
        drop(set);
    }
}

impl<K: Ord + Copy + 'static> Default for Timers<K> {
    fn default() -> Self {
        Self::new()
    }
}

fn take_if<K: Ord>(
    set: &RefCell<BTreeMap<K, Timer>>,
    key: K,
    condition: impl FnOnce(&Timer) -> bool,
) -> Option<Timer> {
    let mut set = set.borrow_mut();
    set.get(&key).is_some_and(condition).then(|| set.remove(&key))?
}

/// One timer; stopped when dropped.
struct Timer {
    number: u64,
    clock: Rc<Clock>,
    _in_page: Timeout,
}

impl Timer {
    fn new(clock: &Rc<Clock>, after_ms: u64, call: impl FnOnce(u64) + 'static) -> Self {
        let number = clock.next.get();
        clock.next.set(number + 1);
        clock.calls.borrow_mut().insert(number, Box::new(call));
        clock.tell(number, Some(after_ms));
        let ringing = Rc::downgrade(clock);
        let in_page = Timeout::new(after_ms, move || {
            if let Some(clock) = ringing.upgrade() {
                clock.ring(number);
            }
        });
        Self {
            number,
            clock: clock.clone(),
            _in_page: in_page,
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let call = self.clock.calls.borrow_mut().remove(&self.number);
        drop(call);
        self.clock.tell(self.number, None);
    }
}

type Call = Box<dyn FnOnce(u64)>;

/// The worker and what waits for it.
struct Clock {
    worker: Option<Worker>,
    calls: RefCell<BTreeMap<u64, Call>>,
    next: Cell<u64>,
    listener: RefCell<Option<Listener>>,
}

thread_local! {
    static SHARED: RefCell<Weak<Clock>> = RefCell::default();
}

impl Clock {
    /// The page's clock; its worker ends with the last [`Timers`].
    fn shared() -> Rc<Self> {
        SHARED.with(|shared| {
            let running = shared.borrow().upgrade();
            running.unwrap_or_else(|| {
                let clock = Self::start();
                *shared.borrow_mut() = Rc::downgrade(&clock);
                clock
            })
        })
    }

    fn start() -> Rc<Self> {
        let worker = start_worker("Worker", SCRIPT).and_then(|worker| worker.dyn_into::<Worker>().ok());
        let clock = Rc::new(Self {
            worker,
            calls: RefCell::default(),
            next: Cell::new(0),
            listener: RefCell::default(),
        });
        if let Some(worker) = &clock.worker {
            let ringing = Rc::downgrade(&clock);
            let listener = Listener::new(worker, "message", move |event| {
                let number = event
                    .dyn_ref::<MessageEvent>()
                    .and_then(|event| event.data().as_f64());
                if let (Some(clock), Some(number)) = (ringing.upgrade(), number) {
                    clock.ring(number as u64);
                }
            });
            *clock.listener.borrow_mut() = Some(listener);
        }
        clock
    }

    fn ring(&self, number: u64) {
        let call = self.calls.borrow_mut().remove(&number);
        if let Some(call) = call {
            call(number);
        }
    }

    /// Tells the worker to ring `number` after some milliseconds, or no longer.
    fn tell(&self, number: u64, after_ms: Option<u64>) {
        let Some(worker) = &self.worker else { return };
        let word = Object::new();
        let mut fields = vec![("id", number)];
        fields.extend(after_ms.map(|after| ("after", after.min(i32::MAX as u64))));
        for (name, value) in fields {
            // Fails only for what is not an object.
            let _ = Reflect::set(&word, &JsValue::from_str(name), &JsValue::from_f64(value as f64));
        }
        // Fails only for what cannot be copied.
        let _ = worker.post_message(&word);
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        if let Some(worker) = &self.worker {
            worker.terminate();
        }
    }
}
