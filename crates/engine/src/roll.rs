//! Which entries of a long log are drawn, so that there are never many, and where its reader is, so that nothing moves.
//!
//! The reader's place is an entry and how far below the upper edge of what is seen that begins, or the log's end. It is no
//! distance from the start: what comes in, goes or turns out to be higher than thought above the reader changes nothing of it.
//! Heights are in CSS pixels; those of entries that were never drawn are guessed.

use std::collections::BTreeMap;
use std::ops::Range;

/// What an entry that was never drawn is thought to be high.
pub const GUESS: f64 = 56.0;
/// So much is drawn above and below what is seen.
pub const MARGIN: f64 = 400.0;
/// Less than this above or below what is seen: more has to be drawn.
const LEAST_MARGIN: f64 = 160.0;
/// Of an entry at the lower edge so much has to show for it to be seen.
const SLIVER: f64 = 16.0;
/// What is seen before it was measured.
const GUESSED_HEIGHT: f64 = 900.0;
/// A log of so many entries is drawn whole.
const WHOLE: usize = 60;
/// Heights of so many entries more than there are do no harm.
const SPARE: usize = 500;

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place<K> {
    /// At the end, also when something comes in there.
    End,
    /// So far below the upper edge begins this entry; above it where that is negative.
    At(K, f64),
}

/// Entries that are drawn, and the room of those before them that are not.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// The room, in pixels.
    pub gap: f64,
    /// The entries' places.
    pub entries: Range<usize>,
}

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// In order; what has to stay drawn may stand apart.
    pub stretches: Vec<Stretch>,
    /// The room of what follows.
    pub after: f64,
}

/// A log's heights and reader. See the module's documentation.
#[derive(Clone, Debug)]
pub struct Roll<K> {
    heights: BTreeMap<K, f64>,
    place: Place<K>,
    seen: f64,
}

impl<K> Default for Roll<K> {
    fn default() -> Self {
        Self {
            heights: BTreeMap::new(),
            place: Place::End,
            seen: GUESSED_HEIGHT,
        }
    }
}

impl<K: Copy + Ord> Roll<K> {
    /// Where the reader is.
    #[must_use]
    pub const fn place(&self) -> Place<K> {
        self.place
    }

    /// The reader goes there.
    pub const fn go(&mut self, place: Place<K>) {
        self.place = place;
    }

    /// How much is seen, in pixels.
    #[must_use]
    pub const fn seen(&self) -> f64 {
        self.seen
    }

    /// So much is seen.
    pub const fn set_seen(&mut self, height: f64) {
        self.seen = height;
    }

    /// An entry was drawn, and is so high.
    pub fn measured(&mut self, key: K, height: f64) {
        self.heights.insert(key, height);
    }

    /// Everything may be of another height now.
    pub fn forget_heights(&mut self) {
        self.heights.clear();
    }

    /// The log has no other entries than these.
    pub fn tidy(&mut self, keys: &[K]) {
        if self.heights.len() > keys.len() + SPARE {
            let known = |key: &K| Some((*key, *self.heights.get(key)?));
            self.heights = keys.iter().filter_map(known).collect();
        }
    }

    fn height(&self, key: &K) -> f64 {
        self.heights.get(key).copied().unwrap_or(GUESS)
    }

    fn height_of(&self, keys: &[K]) -> f64 {
        keys.iter().map(|key| self.height(key)).sum()
    }

    /// From the start of the first entry to the upper edge of what is seen.
    fn top(&self, keys: &[K]) -> f64 {
        let end = || (self.height_of(keys) - self.seen).max(0.0);
        match self.place {
            Place::End => end(),
            Place::At(key, offset) => match keys.iter().position(|known| *known == key) {
                Some(index) => self.height_of(&keys[..index]) - offset,
                None => end(),
            },
        }
    }

    /// The entries between two heights.
    fn between(&self, keys: &[K], from: f64, to: f64) -> Range<usize> {
        let mut bottom = 0.0;
        let mut range = keys.len()..keys.len();
        for (index, key) in keys.iter().enumerate() {
            let top = bottom;
            bottom += self.height(key);
            if range.start == keys.len() && bottom > from {
                range.start = index;
            }
            if top >= to {
                range.end = index;
                break;
            }
        }
        range.start.min(range.end)..range.end
    }

    /// What to draw of these entries; `kept` stays drawn wherever it is.
    #[must_use]
    pub fn draw(&self, keys: &[K], kept: Option<K>) -> Drawn {
        let top = self.top(keys);
        let near = if keys.len() <= WHOLE {
            0..keys.len()
        } else {
            self.between(keys, top - MARGIN, top + self.seen + MARGIN)
        };
        let kept = kept.and_then(|kept| keys.iter().position(|key| *key == kept));
        let mut ranges = vec![near.clone()];
        match kept {
            Some(place) if place < near.start => ranges.insert(0, place..place + 1),
            Some(place) if place >= near.end => ranges.push(place..place + 1),
            _ => {}
        }
        let mut end = 0;
        let stretches = ranges.into_iter().map(|entries| {
            let gap = self.height_of(&keys[end..entries.start]);
            end = entries.end;
            Stretch { gap, entries }
        });
        Drawn {
            stretches: stretches.collect(),
            after: self.height_of(&keys[end..]),
        }
    }

    /// Whether enough is drawn around what is seen.
    #[must_use]
    pub fn is_enough(&self, keys: &[K], drawn: &Drawn) -> bool {
        let top = self.top(keys);
        let needed = self.between(keys, top - LEAST_MARGIN, top + self.seen + LEAST_MARGIN);
        drawn
            .stretches
            .iter()
            .any(|stretch| stretch.entries.start <= needed.start && needed.end <= stretch.entries.end)
    }

    /// The reader has scrolled so far from the start of the first entry, to where nothing is drawn.
    pub fn scrolled_to(&mut self, keys: &[K], top: f64) {
        let index = self
            .between(keys, top, top + self.seen)
            .start
            .min(keys.len().saturating_sub(1));
        if let Some(key) = keys.get(index) {
            self.place = Place::At(*key, self.height_of(&keys[..index]) - top);
        }
    }

    /// How much of the log lies above what is seen, and below.
    #[must_use]
    pub fn beyond(&self, keys: &[K]) -> (f64, f64) {
        let top = self.top(keys);
        (top, self.height_of(keys) - top - self.seen)
    }

    /// The last entry of which more than a sliver is seen.
    #[must_use]
    pub fn last_seen(&self, keys: &[K]) -> Option<K> {
        let top = self.top(keys);
        let seen = self.between(keys, top, top + self.seen - SLIVER);
        keys.get(seen).and_then(<[K]>::last).copied()
    }

    /// Whether an entry ends above what is seen.
    #[must_use]
    pub fn is_above(&self, keys: &[K], key: K) -> bool {
        let Some(index) = keys.iter().position(|known| *known == key) else {
            return false;
        };
        self.height_of(&keys[..=index]) <= self.top(keys)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(range: Range<u32>) -> Vec<u32> {
        range.collect()
    }

    fn entries(drawn: &Drawn) -> Vec<usize> {
        drawn
            .stretches
            .iter()
            .flat_map(|stretch| stretch.entries.clone())
            .collect()
    }

    #[test]
    fn only_what_is_near_is_drawn() {
        let keys = keys(0..100_000);
        let mut roll = Roll::default();
        let drawn = roll.draw(&keys, None);
        assert!(entries(&drawn).len() < 30);
        assert_eq!(entries(&drawn).last(), Some(&99_999));
        roll.scrolled_to(&keys, 1_000.0 * GUESS);
        assert!(!roll.is_enough(&keys, &drawn));
        let drawn = roll.draw(&keys, None);
        assert!(roll.is_enough(&keys, &drawn) && entries(&drawn).contains(&1_000));
        let room: f64 = drawn.stretches.iter().map(|stretch| stretch.gap).sum::<f64>() + drawn.after;
        let drawn_room = entries(&drawn).len() as f64 * GUESS;
        assert!((room + drawn_room - 100_000.0 * GUESS).abs() < 0.5);
    }

    #[test]
    fn the_last_one_that_is_seen_is_told() {
        let keys = keys(0..100);
        let mut roll = Roll::default();
        roll.set_seen(4.0 * GUESS);
        assert_eq!(roll.last_seen(&keys), Some(99), "at the end");
        roll.scrolled_to(&keys, 50.0 * GUESS);
        assert_eq!(roll.last_seen(&keys), Some(53));
        roll.scrolled_to(&keys, 50.0 * GUESS + 4.0);
        assert_eq!(roll.last_seen(&keys), Some(53), "a sliver is not seen");
        roll.scrolled_to(&keys, 50.0 * GUESS + 40.0);
        assert_eq!(roll.last_seen(&keys), Some(54));
        assert_eq!(roll.last_seen(&[]), None);
    }

    #[test]
    fn what_has_the_focus_stays_drawn() {
        let keys = keys(0..1_000);
        let mut roll = Roll::default();
        for kept in [3, 999] {
            roll.scrolled_to(&keys, 500.0 * GUESS);
            let drawn = roll.draw(&keys, Some(kept));
            assert!(entries(&drawn).contains(&(kept as usize)));
            assert_eq!(drawn.stretches.len(), 2);
            assert!(roll.is_enough(&keys, &drawn));
        }
    }

    #[test]
    fn a_reader_at_the_end_stays_there() {
        let mut roll = Roll::default();
        roll.set_seen(500.0);
        let drawn = roll.draw(&keys(0..10), None);
        assert_eq!(entries(&drawn).len(), 10, "a short log is drawn whole");
        assert!(roll.is_enough(&keys(0..10), &drawn));
        assert!(!roll.is_enough(&keys(0..20), &drawn));
        assert_eq!(roll.beyond(&keys(0..20)).1, 0.0);
    }

    #[test]
    fn what_is_gone_has_no_height() {
        let mut roll = Roll::default();
        (0..2_000).for_each(|key| roll.measured(key, 10.0));
        roll.tidy(&keys(0..1_000));
        assert_eq!(roll.height_of(&keys(0..1_000)), 10_000.0);
        assert_eq!(roll.heights.len(), 1_000);
        roll.forget_heights();
        assert_eq!(roll.height_of(&[1]), GUESS);
    }

    #[test]
    fn a_reader_whose_entry_is_gone_is_at_the_end() {
        let mut roll = Roll::default();
        roll.go(Place::At(50, 10.0));
        assert_eq!(roll.beyond(&keys(100..300)).1, 0.0);
        assert!(roll.is_above(&keys(100..300), 100) && !roll.is_above(&keys(100..300), 299));
    }

    proptest! {
        /// Whatever comes in above or below, and however high entries turn out to be: the entry that is read stays where it is,
        /// and what is seen is drawn.
        #[test]
        fn nothing_moves(
            top in 0.0..50_000.0_f64,
            seen in 100.0..2_000.0_f64,
            above in 0_u32..300,
            below in 0_u32..300,
            heights in prop::collection::vec((0_u32..1_600, 8.0..900.0_f64), 0..60),
        ) {
            let before = keys(500..1_000);
            let mut roll = Roll::default();
            roll.set_seen(seen);
            roll.scrolled_to(&before, top.min(500.0 * GUESS - seen));
            let Place::At(key, offset) = roll.place() else { return Ok(()) };
            prop_assert!(offset <= 0.0 && offset > -GUESS, "it is the first that is seen: {offset}");
            let after = keys(500 - above..1_000 + below);
            for (key, height) in heights {
                roll.measured(key, height);
            }
            prop_assert_eq!(roll.place(), Place::At(key, offset));
            let drawn = roll.draw(&after, None);
            prop_assert!(roll.is_enough(&after, &drawn));
            let index = (key - (500 - above)) as usize;
            prop_assert!(entries(&drawn).contains(&index));
            let upper = roll.height_of(&after[..index]);
            prop_assert!((upper - offset - roll.beyond(&after).0).abs() < 0.01);
        }
    }
}
