//! One thing that others are told of while it lasts: at once, again before it runs out, and once more when it is over; never
//! more often than the listener takes.

/// How often something is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// Least time from one telling to the next, in milliseconds.
    pub spacing_ms: u64,
    /// While it lasts it is told again this often, in milliseconds: less than what was told holds for.
    pub again_ms: u64,
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<T> {
    /// This is so.
    So(T),
    /// What was told last is over.
    Over(T),
}

/// What is to be told and what was.
#[derive(Clone, Debug)]
pub struct Telling<T> {
    wish: Option<T>,
    told: Option<T>,
    told_at: Option<u64>,
    /// The others may or may not have heard what was told last.
    is_doubtful: bool,
}

impl<T> Default for Telling<T> {
    fn default() -> Self {
        Self {
            wish: None,
            told: None,
            told_at: None,
            is_doubtful: false,
        }
    }
}

impl<T: Clone + PartialEq> Telling<T> {
    /// From now on this is so, or nothing is.
    pub fn set(&mut self, wish: Option<T>) {
        self.wish = wish;
    }

    /// What the others were told and may still believe.
    #[must_use]
    pub const fn told(&self) -> Option<&T> {
        self.told.as_ref()
    }

    /// The others may not have heard, or may have forgotten: what was told, or its end, has to be told again.
    pub fn doubt(&mut self) {
        self.is_doubtful = self.told.is_some();
    }

    /// When there is something to tell, in milliseconds of the monotonic clock; `None` while there is nothing.
    #[must_use]
    pub fn due(&self, rhythm: Rhythm) -> Option<u64> {
        let after = |wait: u64| self.told_at.map_or(0, |at| at.saturating_add(wait));
        if self.wish != self.told || self.is_doubtful {
            Some(after(rhythm.spacing_ms))
        } else if self.wish.is_some() {
            Some(after(rhythm.again_ms))
        } else {
            None
        }
    }

    /// What has to be told at `now`, in milliseconds of the monotonic clock; it counts as told.
    pub fn take(&mut self, now: u64, rhythm: Rhythm) -> Option<Word<T>> {
        if self.due(rhythm).is_none_or(|due| now < due) {
            return None;
        }
        self.told_at = Some(now);
        self.is_doubtful = false;
        let before = std::mem::replace(&mut self.told, self.wish.clone());
        match &self.wish {
            Some(wish) => Some(Word::So(wish.clone())),
            None => before.map(Word::Over),
        }
    }

    /// Whether it can be forgotten: nothing lasts, and the next telling would be free.
    #[must_use]
    pub fn is_over(&self, now: u64, rhythm: Rhythm) -> bool {
        let free = self
            .told_at
            .is_none_or(|at| now >= at.saturating_add(rhythm.spacing_ms));
        self.wish.is_none() && self.told.is_none() && free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RHYTHM: Rhythm = Rhythm {
        spacing_ms: 1_000,
        again_ms: 6_000,
    };

    #[test]
    fn told_at_once_then_again_then_over() {
        let mut telling = Telling::default();
        assert_eq!(telling.due(RHYTHM), None);
        telling.set(Some("a"));
        assert_eq!(telling.take(5, RHYTHM), Some(Word::So("a")));
        assert_eq!(telling.take(6_004, RHYTHM), None);
        assert_eq!(telling.take(6_005, RHYTHM), Some(Word::So("a")));
        telling.set(None);
        assert_eq!(telling.take(7_004, RHYTHM), None, "too soon");
        assert_eq!(telling.take(7_005, RHYTHM), Some(Word::Over("a")));
        assert!(!telling.is_over(7_006, RHYTHM) && telling.is_over(8_005, RHYTHM));
    }

    #[test]
    fn what_passed_before_it_could_be_told_is_not_told() {
        let mut telling = Telling::default();
        telling.set(Some("a"));
        telling.take(0, RHYTHM);
        for wish in [Some("b"), None, Some("a")] {
            telling.set(wish);
        }
        assert_eq!(telling.take(1_000, RHYTHM), None, "it is as it was told");
        telling.doubt();
        assert_eq!(
            telling.take(1_000, RHYTHM),
            Some(Word::So("a")),
            "unless nobody heard it"
        );
        telling.doubt();
        telling.set(None);
        assert_eq!(
            telling.take(2_000, RHYTHM),
            Some(Word::Over("a")),
            "some may have"
        );
        telling.doubt();
        assert_eq!(telling.due(RHYTHM), None, "nothing to repeat");
    }
}
