//! How much one visitor, and all visitors at one address, may do. Counted in memory: a flood is soon over or soon slowed down, on
//! however many servers, and no message waits for a counter in the database.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use switchboard_contract::ids::VisitorId;
use switchboard_contract::time::Timestamp;
use tokio::time::Instant;

use crate::auth::throttle::network;
use crate::problem::ApiError;
use crate::realtime::budget::{Budgets, Rate};

/// In which a visitor may send as many messages as the server is told, in milliseconds.
const WINDOW_MS: u32 = 30_000;
/// All visitors at one address, a school or an office, may send so many times as much as one.
const VISITORS_AT_ADDRESS: u32 = 10;
/// Pages that begin a visit, or go on with one, at one address.
const VISITING: Rate = Rate {
    burst: 600,
    refill: Duration::from_millis(100),
};
/// So many solved challenges are remembered until old ones are looked for.
const SOLVED: usize = 1_024;

/// The counters.
#[derive(Debug)]
pub(crate) struct Flood {
    writing: Mutex<Budgets<VisitorId>>,
    writing_address: Mutex<Budgets<String>>,
    visiting: Mutex<Budgets<String>>,
    /// When the newest challenge ends that somebody has solved.
    solved: Mutex<HashMap<VisitorId, Timestamp>>,
}

/// So many within [`WINDOW_MS`], all at once if need be.
fn rate(messages: u32) -> Rate {
    Rate {
        burst: messages,
        refill: Duration::from_millis(u64::from(WINDOW_MS / messages.max(1)).max(1)),
    }
}

impl Flood {
    /// For visitors who may send so many messages in half a minute.
    pub(crate) fn new(messages: u32) -> Self {
        let of_address = messages.saturating_mul(VISITORS_AT_ADDRESS);
        Self {
            writing: Mutex::new(Budgets::new(rate(messages))),
            writing_address: Mutex::new(Budgets::new(rate(of_address))),
            visiting: Mutex::new(Budgets::new(VISITING)),
            solved: Mutex::default(),
        }
    }

    /// Lets a visitor write; when that is too often, how long to wait.
    pub(crate) fn may_write(&self, visitor: VisitorId, address: IpAddr) -> Result<(), Duration> {
        let now = Instant::now();
        locked(&self.writing).take(visitor, now)?;
        locked(&self.writing_address).take(network(address), now)
    }

    /// Lets a page begin a visit; when that is too often, how long to wait.
    pub(crate) fn may_visit(&self, address: IpAddr) -> Result<(), Duration> {
        locked(&self.visiting).take(network(address), Instant::now())
    }

    /// The visitor is a person: they may write on, and so may whoever is at their address. False when the challenge that ends then, or a
    /// later one, was solved before.
    pub(crate) fn forgive(
        &self,
        visitor: VisitorId,
        address: IpAddr,
        ends: Timestamp,
        now: Timestamp,
    ) -> bool {
        let mut solved = locked(&self.solved);
        if solved.get(&visitor).is_some_and(|before| *before >= ends) {
            return false;
        }
        if solved.len() >= SOLVED {
            solved.retain(|_, ends| *ends > now);
        }
        solved.insert(visitor, ends);
        locked(&self.writing).fill(&visitor);
        locked(&self.writing_address).fill(&network(address));
        true
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a page that begins too many visits is told.
pub(crate) fn visits(wait: Duration) -> ApiError {
    slowed("Many visits began at this address just now. Wait a moment.", wait)
}

/// 429 with the time to wait.
pub(crate) fn slowed(detail: &str, wait: Duration) -> ApiError {
    ApiError::rate_limited(detail, u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(n: u8) -> VisitorId {
        VisitorId::from_parts(Timestamp::default(), [n; 10])
    }

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    /// How many messages are taken of so many at once.
    fn taken(flood: &Flood, visitor: VisitorId, address: IpAddr, of: usize) -> usize {
        (0..of)
            .filter(|_| flood.may_write(visitor, address).is_ok())
            .count()
    }

    #[test]
    fn one_visitor_is_slowed_down_and_no_other() {
        let flood = Flood::new(60);
        assert_eq!(taken(&flood, visitor(1), address(1), 100), 60);
        assert_eq!(taken(&flood, visitor(2), address(1), 10), 10);
    }

    #[test]
    fn many_visitors_at_one_address_are_slowed_down() {
        let flood = Flood::new(60);
        let all: usize = (0..20).map(|n| taken(&flood, visitor(n), address(1), 60)).sum();
        assert!((600..700).contains(&all), "{all}");
        assert_eq!(taken(&flood, visitor(99), address(2), 1), 1);
    }

    #[test]
    fn a_person_goes_on_and_a_challenge_is_solved_once() {
        let flood = Flood::new(60);
        let (who, at) = (visitor(1), address(1));
        let (now, ends) = (Timestamp::from_millis(1), Timestamp::from_millis(10));
        taken(&flood, who, at, 100);
        assert!(flood.forgive(who, at, ends, now));
        assert_eq!(taken(&flood, who, at, 100), 60);
        assert!(!flood.forgive(who, at, ends, now));
        assert_eq!(taken(&flood, who, at, 100), 0);
        assert!(flood.forgive(who, at, Timestamp::from_millis(11), now));
    }
}
