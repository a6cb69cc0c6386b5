//! What is going to happen, in order of time; what happens at the same time in an order that the seed decides.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use switchboard_engine::random::Random;

#[derive(Debug)]
struct Planned<T> {
    at: u64,
    tie: u64,
    number: u64,
    item: T,
}

impl<T> Planned<T> {
    const fn key(&self) -> (u64, u64, u64) {
        (self.at, self.tie, self.number)
    }
}

impl<T> PartialEq for Planned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<T> Eq for Planned<T> {}

impl<T> PartialOrd for Planned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Planned<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// See the module's documentation. Times are milliseconds since the world began.
#[derive(Debug)]
pub struct Agenda<T> {
    heap: BinaryHeap<Reverse<Planned<T>>>,
    random: Random,
    number: u64,
}

impl<T> Agenda<T> {
    /// Nothing is planned.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            heap: BinaryHeap::new(),
            random: Random::from_seed(seed),
            number: 0,
        }
    }

    /// Plans something.
    pub fn at(&mut self, at: u64, item: T) {
        self.number += 1;
        self.heap.push(Reverse(Planned {
            at,
            tie: self.random.next(),
            number: self.number,
            item,
        }));
    }

    /// What happens next, unless it is later than `end`.
    pub fn next(&mut self, end: u64) -> Option<(u64, T)> {
        if self.heap.peek()?.0.at > end {
            return None;
        }
        let Reverse(planned) = self.heap.pop()?;
        Some((planned.at, planned.item))
    }

    /// How much is planned.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_orders_and_the_seed_breaks_ties() {
        let order = |seed| {
            let mut agenda = Agenda::new(seed);
            for item in 0..20 {
                agenda.at(5, item);
            }
            agenda.at(1, 100);
            std::iter::from_fn(|| agenda.next(9)).collect::<Vec<_>>()
        };
        assert_eq!(order(1)[0], (1, 100));
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        let mut agenda = Agenda::new(1);
        agenda.at(10, ());
        assert_eq!(agenda.next(9), None);
        assert_eq!(agenda.len(), 1);
    }
}
