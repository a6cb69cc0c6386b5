//! Futures that stop with whoever started them.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

type Work = Pin<Box<dyn Future<Output = ()>>>;
type Job = Rc<RefCell<Option<Work>>>;

/// A future that runs by itself until it ends or this handle is dropped: what a component started stops with it.
pub struct Task {
    job: Job,
}

impl Task {
    /// Starts the future.
    pub fn spawn(future: impl Future<Output = ()> + 'static) -> Self {
        Self::run(Box::pin(future))
    }

    /// Apart, so that it is compiled once and not for every future.
    fn run(work: Work) -> Self {
        let job: Job = Rc::new(RefCell::new(Some(work)));
        let running = job.clone();
        wasm_bindgen_futures::spawn_local(std::future::poll_fn(move |cx| {
            // Taken out while it runs, so that the future may drop its own handle.
            let Some(mut future) = running.borrow_mut().take() else {
                return Poll::Ready(());
            };
            match future.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(()),
                Poll::Pending => {
                    // The handle's drop is the only other owner: one left means that it is gone.
                    if Rc::strong_count(&running) > 1 {
                        *running.borrow_mut() = Some(future);
                    }
                    Poll::Pending
                }
            }
        }));
        Self { job }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let future = self.job.borrow_mut().take();
        drop(future);
    }
}

/// Runs one future at a time for a component; from [`use_task`].
#[derive(Clone)]
pub struct TaskSlot(Rc<RefCell<Option<Task>>>);

impl TaskSlot {
    /// Starts the future, and stops the one before it.
    pub fn run(&self, future: impl Future<Output = ()> + 'static) {
        let task = Task::spawn(future);
        let before = self.0.borrow_mut().replace(task);
        drop(before);
    }
}

/// A place for a future that an event starts and that stops when the component goes.
///
/// A [`Task`] must not be kept in `use_state`: its future usually holds a setter, the setter holds the state, and neither
/// would ever be dropped.
#[yew::hook]
pub fn use_task() -> TaskSlot {
    let slot = yew::use_mut_ref(|| None::<Task>);
    let kept = slot.clone();
    yew::use_effect_with((), move |()| {
        move || {
            let task = kept.borrow_mut().take();
            drop(task);
        }
    });
    TaskSlot(slot)
}
