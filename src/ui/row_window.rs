//! Which rows of a long list are drawn, and by how much the list moves so that nobody's eyes have to: arithmetic, without a
//! page.

use std::collections::BTreeMap;
use std::ops::Range;

/// So many rows are drawn before anything was measured.
const UNMEASURED: usize = 32;
/// At least so many rows are drawn above and below what is seen.
const MARGIN: usize = 8;
/// What is drawn changes by so many rows at once, so that most steps of scrolling draw nothing.
const STEP: usize = 4;
/// A row that was pushed aside is looked for this near to where it was before all others are looked through.
const NEAR: usize = 256;

/// What is seen of a list of rows of one height; all in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct Seen {
    /// From the top of the first row to the top of what is seen; negative while something stands above the list.
    pub(super) top: f64,
    /// The height of what is seen.
    pub(super) height: f64,
    /// The height of a row.
    pub(super) row: f64,
}

impl Seen {
    /// Whether it was measured of something that is shown.
    pub(super) fn is_measured(&self) -> bool {
        self.height > 0.0 && self.row > 0.0
    }

    /// Whether the list was scrolled away from its beginning: then rows that come in above it push what is seen.
    pub(super) fn has_left_top(&self) -> bool {
        self.is_measured() && self.top > self.row / 2.0
    }

    /// The rows that are seen, at least in part.
    pub(super) fn rows(&self, count: usize) -> Range<usize> {
        if !self.is_measured() {
            return 0..count.min(UNMEASURED);
        }
        let first = (self.top / self.row).floor().max(0.0) as usize;
        let end = ((self.top + self.height) / self.row).ceil().max(0.0) as usize;
        first.min(count)..end.min(count)
    }

    /// The rows that are drawn: what is seen, and on either side as much again.
    pub(super) fn drawn(&self, count: usize) -> Range<usize> {
        let rows = self.rows(count);
        if !self.is_measured() {
            return rows;
        }
        // The same at each step of scrolling, however many rows are seen in part.
        let margin = ((self.height / self.row).ceil() as usize).max(MARGIN);
        let start = rows.start.saturating_sub(margin) / STEP * STEP;
        let end = (rows.end + margin).div_ceil(STEP) * STEP;
        start..end.min(count)
    }

    /// How far to scroll so that a row is seen whole; 0 where it is.
    pub(super) fn reveal(&self, row: usize) -> f64 {
        if !self.is_measured() {
            return 0.0;
        }
        let start = row as f64 * self.row;
        let below = start + self.row - (self.top + self.height);
        if start < self.top {
            start - self.top
        } else {
            below.max(0.0)
        }
    }
}

/// By how many rows what was seen has been moved: as the topmost row that another one that was seen moved with. A row that went
/// elsewhere by itself, such as to the top because something came in there, takes nobody along.
///
/// `seen` are the keys that were seen, the first of them as row `from`; `after` are all keys now.
pub(super) fn moved<K: Copy + Eq>(seen: &[K], from: usize, after: &[K]) -> isize {
    let shifts: Vec<isize> = seen
        .iter()
        .enumerate()
        .filter_map(|(place, key)| {
            let was = from + place;
            let now = find_near(*key, was, after)?;
            Some(isize::try_from(now).ok()? - isize::try_from(was).ok()?)
        })
        .collect();
    let mut together: BTreeMap<isize, usize> = BTreeMap::new();
    for shift in &shifts {
        *together.entry(*shift).or_default() += 1;
    }
    let shared = shifts
        .iter()
        .find(|shift| together.get(shift).is_some_and(|rows| *rows > 1));
    shared.or(shifts.first()).copied().unwrap_or(0)
}

/// Where a key stands, looked for around where it stood.
fn find_near<K: Copy + Eq>(key: K, was: usize, keys: &[K]) -> Option<usize> {
    let near = was.saturating_sub(NEAR)..keys.len().min(was.saturating_add(NEAR));
    let found = keys
        .get(near.clone())
        .and_then(|keys| keys.iter().position(|known| *known == key));
    found
        .map(|place| near.start + place)
        .or_else(|| keys.iter().position(|known| *known == key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seen(top: f64) -> Seen {
        Seen {
            top,
            height: 700.0,
            row: 70.0,
        }
    }

    #[test]
    fn as_much_is_drawn_on_either_side_as_is_seen() {
        assert_eq!(seen(0.0).rows(100_000), 0..10);
        assert_eq!(seen(0.0).drawn(100_000), 0..20);
        let deep = seen(3_500_035.0);
        assert_eq!(deep.rows(100_000), 50_000..50_011);
        assert_eq!(deep.drawn(100_000), 49_988..50_024);
        assert_eq!(seen(-40.0).rows(100_000), 0..10, "something stands above");
    }

    #[test]
    fn few_steps_of_scrolling_draw_anything() {
        let drawn = |top: f64| seen(top).drawn(100_000);
        let steps = (0..280_u32).map(|step| drawn(70_000.0 + f64::from(step)));
        let mut different: Vec<_> = steps.collect();
        different.dedup();
        assert!(different.len() <= 3, "{different:?}");
    }

    #[test]
    fn nothing_is_drawn_that_is_not_there() {
        assert_eq!(seen(0.0).drawn(3), 0..3);
        assert_eq!(seen(0.0).drawn(0), 0..0);
        // The list became shorter than where it was scrolled to.
        assert_eq!(seen(70_000.0).rows(30), 30..30);
        assert!(seen(70_000.0).drawn(30).end == 30);
        assert_eq!(Seen::default().drawn(100_000), 0..UNMEASURED);
    }

    #[test]
    fn a_row_is_revealed_by_the_shortest_way() {
        let here = seen(700.0);
        assert!(here.reveal(12).abs() < f64::EPSILON, "it is seen");
        assert!((here.reveal(9) - -70.0).abs() < f64::EPSILON, "one row up");
        assert!((here.reveal(20) - 70.0).abs() < f64::EPSILON, "one row down");
    }

    #[test]
    fn what_comes_in_above_moves_what_is_seen() {
        let before: Vec<u32> = (0..100).collect();
        let above: Vec<u32> = [900, 901].into_iter().chain(0..100).collect();
        assert_eq!(moved(&before[20..30], 20, &above), 2);
        // One from below goes to the top.
        let up: Vec<u32> = [60]
            .into_iter()
            .chain((0..100).filter(|key| *key != 60))
            .collect();
        assert_eq!(moved(&before[20..30], 20, &up), 1);
        // One from above does.
        let up: Vec<u32> = [5].into_iter().chain((0..100).filter(|key| *key != 5)).collect();
        assert_eq!(moved(&before[20..30], 20, &up), 0);
    }

    #[test]
    fn the_topmost_row_takes_nobody_along_when_it_leaves() {
        let before: Vec<u32> = (0..1_000).collect();
        let up: Vec<u32> = [600]
            .into_iter()
            .chain((0..1_000).filter(|key| *key != 600))
            .collect();
        assert_eq!(moved(&before[600..610], 600, &up), 0);
        let gone: Vec<u32> = (0..1_000).filter(|key| *key != 600).collect();
        assert_eq!(moved(&before[600..610], 600, &gone), -1, "what followed moves up");
        assert_eq!(moved::<u32>(&[], 0, &gone), 0);
        assert_eq!(moved(&before[600..610], 600, &[]), 0, "nothing is left");
    }
}
