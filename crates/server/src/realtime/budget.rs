//! How much a client may send: buckets that fill at a steady rate.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use tokio::time::Instant;

/// How much, how fast.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    /// How many may come at once.
    pub(crate) burst: u32,
    /// How long one takes to be allowed again.
    pub(crate) refill: Duration,
}

/// Frames on one socket.
pub(super) const FRAMES: Rate = Rate {
    burst: 200,
    refill: Duration::from_millis(20),
};

/// What one client has left.
#[derive(Debug)]
pub(super) struct Budget {
    left: u32,
    refilled: Instant,
}

impl Budget {
    /// A full bucket.
    pub(super) fn new(rate: Rate, now: Instant) -> Self {
        Self {
            left: rate.burst,
            refilled: now,
        }
    }

    fn refill(&mut self, rate: Rate, now: Instant) {
        let earned = (now - self.refilled).as_millis() / rate.refill.as_millis();
        let earned = u32::try_from(earned).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(earned).min(rate.burst);
        self.refilled += rate.refill.saturating_mul(earned);
    }

    /// Takes one; false when there is none left.
    pub(super) fn take(&mut self, rate: Rate, now: Instant) -> bool {
        self.refill(rate, now);
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        true
    }
}

/// Buckets by client. Full ones are forgotten now and then, since a new one is full as well.
#[derive(Debug)]
pub(crate) struct Budgets<K> {
    rate: Rate,
    buckets: HashMap<K, Budget>,
    /// So many of them are kept until full ones are looked for.
    room: usize,
}

/// The least [`Budgets::room`].
const ROOM: usize = 1_024;

impl<K: Eq + Hash> Budgets<K> {
    /// Full buckets for everyone.
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: HashMap::new(),
            room: ROOM,
        }
    }

    /// Fills the bucket of `client`.
    pub(crate) fn fill(&mut self, client: &K) {
        self.buckets.remove(client);
    }

    /// Takes one for `client`; without one left, how long until there is.
    pub(crate) fn take(&mut self, client: K, now: Instant) -> Result<(), Duration> {
        let rate = self.rate;
        if self.buckets.len() >= self.room {
            self.buckets.retain(|_, budget| {
                budget.refill(rate, now);
                budget.left < rate.burst
            });
            self.room = ROOM.max(2 * self.buckets.len());
        }
        let budget = self
            .buckets
            .entry(client)
            .or_insert_with(|| Budget::new(rate, now));
        if budget.take(rate, now) {
            Ok(())
        } else {
            Err((budget.refilled + rate.refill).saturating_duration_since(now))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_ends_and_patience_helps() {
        let start = Instant::now();
        let mut budget = Budget::new(FRAMES, start);
        assert_eq!(
            (0..1_000).filter(|_| budget.take(FRAMES, start)).count(),
            FRAMES.burst as usize
        );
        let later = start + FRAMES.refill * 3;
        assert_eq!((0..1_000).filter(|_| budget.take(FRAMES, later)).count(), 3);
        let much_later = start + Duration::from_secs(3_600);
        assert_eq!(
            (0..1_000).filter(|_| budget.take(FRAMES, much_later)).count(),
            FRAMES.burst as usize
        );
    }

    #[test]
    fn everyone_has_a_bucket_and_full_ones_are_forgotten() {
        const RATE: Rate = Rate {
            burst: 2,
            refill: Duration::from_millis(500),
        };
        let start = Instant::now();
        let mut budgets = Budgets::new(RATE);
        for client in 0..5_000 {
            assert_eq!(budgets.take(client, start), Ok(()));
        }
        assert_eq!(budgets.take(0, start), Ok(()));
        assert_eq!(budgets.take(0, start), Err(RATE.refill));
        let later = start + Duration::from_millis(400);
        assert_eq!(budgets.take(0, later), Err(Duration::from_millis(100)));
        let much_later = start + Duration::from_secs(60);
        for client in 5_000..15_000 {
            assert_eq!(budgets.take(client, much_later), Ok(()));
        }
        assert!(budgets.buckets.len() <= 10_000, "{}", budgets.buckets.len());
    }
}
