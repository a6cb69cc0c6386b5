//! The server's clock. It follows the database's, so that several servers on one database agree, and demo mode may
//! move it forward (`POST /dev/clock`) so that tests need not wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use switchboard_contract::time::Timestamp;

/// Tells the time. Clones share one setting.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds by which the database's clock is ahead of this machine's.
    skew: Arc<AtomicI64>,
    /// Milliseconds by which [`Clock::advance`] moved the clock.
    advanced: Arc<AtomicI64>,
}

impl Clock {
    /// Now, in whole milliseconds.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let shift = self
            .skew
            .load(Ordering::Relaxed)
            .saturating_add(self.advanced.load(Ordering::Relaxed));
        machine_time().plus_millis(shift)
    }

    /// Moves the clock forward by `millis` milliseconds, for every later [`Clock::now`].
    pub fn advance(&self, millis: u32) {
        self.advanced.fetch_add(i64::from(millis), Ordering::Relaxed);
    }

    /// Follows the database's clock, which said `database_now` just now.
    pub fn follow(&self, database_now: Timestamp) {
        let skew = database_now.as_millis() - machine_time().as_millis();
        self.skew.store(skew, Ordering::Relaxed);
    }
}

fn machine_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advancing_moves_every_clone() {
        let clock = Clock::default();
        let twin = clock.clone();
        let before = twin.now();
        clock.advance(86_400_000);
        assert!(twin.now() >= before.plus_millis(86_400_000));
    }

    #[test]
    fn follows_the_database() {
        let clock = Clock::default();
        let ahead = machine_time().plus_millis(3_600_000);
        clock.follow(ahead);
        assert!(clock.now() >= ahead);
    }
}
