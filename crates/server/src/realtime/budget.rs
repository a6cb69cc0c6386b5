//! How many frames a client may send: a bucket that fills at a steady rate.

use std::time::Duration;

use tokio::time::Instant;

/// Frames that may come at once.
const BURST: u32 = 200;
/// How long one frame takes to be allowed again.
const REFILL: Duration = Duration::from_millis(20);

/// The frames that one client has left.
#[derive(Debug)]
pub(super) struct Budget {
    left: u32,
    refilled: Instant,
}

impl Budget {
    /// A full bucket.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            left: BURST,
            refilled: now,
        }
    }

    /// Takes one frame; false when there is none left.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let earned = (now - self.refilled).as_millis() / REFILL.as_millis();
        let earned = u32::try_from(earned).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(earned).min(BURST);
        self.refilled += REFILL.saturating_mul(earned);
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_ends_and_patience_helps() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        assert_eq!((0..1_000).filter(|_| budget.take(start)).count(), BURST as usize);
        let later = start + REFILL * 3;
        assert_eq!((0..1_000).filter(|_| budget.take(later)).count(), 3);
        let much_later = start + Duration::from_secs(3_600);
        assert_eq!(
            (0..1_000).filter(|_| budget.take(much_later)).count(),
            BURST as usize
        );
    }
}
