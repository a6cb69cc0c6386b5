//! Seeded pseudo-random numbers for jitter: the same seed gives the same schedule.

/// SplitMix64; good enough to spread retries, not for secrets.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed; a shell passes one from the platform's random source.
    #[must_use]
    pub const fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `most`, both included.
    pub const fn up_to(&mut self, most: u64) -> u64 {
        match most.checked_add(1) {
            Some(span) => self.next() % span,
            None => self.next(),
        }
    }

    /// Full jitter: anything from nothing to `base` doubled `attempt` times, but at most `cap`; all in milliseconds.
    pub fn full_jitter(&mut self, attempt: u32, base: u64, cap: u64) -> u64 {
        let ceiling = base
            .saturating_mul(1_u64.checked_shl(attempt).unwrap_or(u64::MAX))
            .min(cap);
        self.up_to(ceiling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn jitter_stays_below_its_ceiling(seed: u64, attempt in 0_u32..200) {
            let wait = Random::from_seed(seed).full_jitter(attempt, 500, 5_000);
            prop_assert!(wait <= 5_000);
            if attempt == 0 {
                prop_assert!(wait <= 500);
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut one, mut two) = (Random::from_seed(7), Random::from_seed(7));
        assert_eq!([one.next(), one.next()], [two.next(), two.next()]);
        assert_eq!(Random::from_seed(1).up_to(0), 0);
    }
}
