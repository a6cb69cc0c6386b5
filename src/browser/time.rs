//! Waiting: for a while, for an event, for a future with a limit.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

use super::{Listener, window};

/// Calls back once after some milliseconds, unless it is dropped before.
pub struct Timeout {
    id: i32,
    _callback: Closure<dyn FnMut()>,
}

impl Timeout {
    /// Starts the wait. More than 2³¹ − 1 ms (24 days) counts as that.
    pub fn new(millis: u64, callback: impl FnOnce() + 'static) -> Self {
        let mut callback = Some(callback);
        let closure = Closure::new(move || {
            if let Some(callback) = callback.take() {
                callback();
            }
        });
        let id = window()
            .and_then(|window| {
                window
                    .set_timeout_with_callback_and_timeout_and_arguments_0(
                        closure.as_ref().unchecked_ref(),
                        i32::try_from(millis).unwrap_or(i32::MAX),
                    )
                    .ok()
            })
            .unwrap_or_default();
        Self {
            id,
            _callback: closure,
        }
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        if let Some(window) = window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}

/// Calls back again and again, every so many milliseconds, until it is dropped.
pub struct Interval {
    id: i32,
    _callback: Closure<dyn FnMut()>,
}

impl Interval {
    /// Starts ticking; the first call comes after one period.
    pub fn new(millis: u64, callback: impl FnMut() + 'static) -> Self {
        let closure = Closure::<dyn FnMut()>::new(callback);
        let id = window()
            .and_then(|window| {
                window
                    .set_interval_with_callback_and_timeout_and_arguments_0(
                        closure.as_ref().unchecked_ref(),
                        i32::try_from(millis).unwrap_or(i32::MAX),
                    )
                    .ok()
            })
            .unwrap_or_default();
        Self {
            id,
            _callback: closure,
        }
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        if let Some(window) = window() {
            window.clear_interval_with_handle(self.id);
        }
    }
}

/// Where a callback leaves what a future waits for.
struct Slot<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

impl<T> Slot<T> {
    fn new() -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self {
            value: None,
            waker: None,
        }))
    }

    /// Keeps the first value and wakes whoever waits for it.
    fn fill(slot: &RefCell<Self>, value: T) {
        let waker = {
            let mut slot = slot.borrow_mut();
            slot.value.get_or_insert(value);
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll(slot: &RefCell<Self>, cx: &Context<'_>) -> Poll<T> {
        let mut slot = slot.borrow_mut();
        match slot.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                slot.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// A future that ends after some milliseconds. Dropping it stops the wait.
pub struct Sleep {
    slot: Rc<RefCell<Slot<()>>>,
    _timeout: Timeout,
}

/// Waits for some milliseconds.
#[must_use]
pub fn sleep(millis: u64) -> Sleep {
    let slot = Slot::new();
    let ring = slot.clone();
    let timeout = Timeout::new(millis, move || Slot::fill(&ring, ()));
    Sleep {
        slot,
        _timeout: timeout,
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Slot::poll(&self.slot, cx)
    }
}

/// A wait that can be ended before its time. It tells whether it went by unbroken.
pub struct Grace {
    slot: Rc<RefCell<Slot<bool>>>,
    _timeout: Timeout,
}

/// Waits for some milliseconds, or until the callback is called.
#[must_use]
pub fn grace(millis: u64) -> (Grace, yew::Callback<()>) {
    let slot = Slot::new();
    let (ring, end) = (slot.clone(), slot.clone());
    let timeout = Timeout::new(millis, move || Slot::fill(&ring, true));
    let grace = Grace {
        slot,
        _timeout: timeout,
    };
    (grace, yew::Callback::from(move |()| Slot::fill(&end, false)))
}

impl Future for Grace {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        Slot::poll(&self.slot, cx)
    }
}

/// A future that ends with what a callback is given.
pub struct Answered<T>(Rc<RefCell<Slot<T>>>);

/// Waits for a value, and how to give it.
pub fn answered<T>() -> (Answered<T>, impl FnOnce(T)) {
    let slot = Slot::new();
    let give = slot.clone();
    (Answered(slot), move |value| Slot::fill(&give, value))
}

impl<T> Future for Answered<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Slot::poll(&self.0, cx)
    }
}

/// A future that ends with the first of some events. Dropping it stops listening.
pub struct Happening {
    slot: Rc<RefCell<Slot<Event>>>,
    _listeners: Vec<Listener>,
}

/// Waits for the first of `events` on `target`, from now on.
#[must_use]
pub fn happening(target: &EventTarget, events: &[&'static str]) -> Happening {
    let slot = Slot::new();
    let listeners = events
        .iter()
        .map(|event| {
            let slot = slot.clone();
            Listener::new(target, event, move |event| Slot::fill(&slot, event))
        })
        .collect();
    Happening {
        slot,
        _listeners: listeners,
    }
}

impl Future for Happening {
    type Output = Event;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Event> {
        Slot::poll(&self.slot, cx)
    }
}

/// The future's value, or `None` when it takes longer than `millis`.
pub async fn within<F: Future>(millis: u64, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut limit = pin!(sleep(millis));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => limit.as_mut().poll(cx).map(|()| None),
    })
    .await
}
