//! Many who wait for one outcome.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

use crate::api::ApiError;

struct Round<T> {
    outcome: Option<Result<T, ApiError>>,
    wakers: Vec<Waker>,
}

impl<T> Default for Round<T> {
    fn default() -> Self {
        Self {
            outcome: None,
            wakers: Vec::new(),
        }
    }
}

/// Rounds of waiting: whoever waits now gets the next outcome, whoever comes later waits for the one after.
pub struct Waiting<T> {
    round: RefCell<Rc<RefCell<Round<T>>>>,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self {
            round: RefCell::default(),
        }
    }
}

impl<T: Clone + 'static> Waiting<T> {
    /// The outcome of the round that is going on when this is called.
    pub fn next(&self) -> impl Future<Output = Result<T, ApiError>> + use<T> {
        let round = self.round.borrow().clone();
        poll_fn(move |cx| {
            let mut round = round.borrow_mut();
            match &round.outcome {
                Some(outcome) => Poll::Ready(outcome.clone()),
                None => {
                    round.wakers.push(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
    }

    /// Ends the round with this outcome.
    pub fn settle(&self, outcome: &Result<T, ApiError>) {
        let round = self.round.replace(Rc::default());
        let wakers = {
            let mut round = round.borrow_mut();
            round.outcome = Some(outcome.clone());
            std::mem::take(&mut round.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }
}
