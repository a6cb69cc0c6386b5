//! The least and the most of any run of points, without looking at each of them.

use std::ops::Range;

/// So many of one level are one of the next.
const FAN: usize = 16;

/// The least and the most among some points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extremes {
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Extremes {
    fn of(value: f64) -> Self {
        Self {
            least: value,
            most: value,
        }
    }

    fn with(self, other: Self) -> Self {
        Self {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }
}

fn joined(all: impl Iterator<Item = Option<Extremes>>) -> Option<Extremes> {
    all.flatten().reduce(Extremes::with)
}

/// Points with their extremes by runs of 16, of 256, and so on: a million points cost 70,000 more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pyramid {
    values: Vec<Option<f64>>,
    levels: Vec<Vec<Option<Extremes>>>,
}

impl Pyramid {
    /// Takes points as they follow each other. What is no finite number counts as not measured.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let values: Vec<Option<f64>> = values
            .into_iter()
            .map(|value| value.filter(|value| value.is_finite()))
            .collect();
        let mut levels: Vec<Vec<Option<Extremes>>> = Vec::new();
        let mut level: Vec<Option<Extremes>> = values
            .chunks(FAN)
            .map(|run| joined(run.iter().map(|value| value.map(Extremes::of))))
            .collect();
        while level.len() > 1 {
            let next = level.chunks(FAN).map(|run| joined(run.iter().copied())).collect();
            levels.push(std::mem::replace(&mut level, next));
        }
        levels.push(level);
        Self { values, levels }
    }

    /// The points.
    #[must_use]
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }

    /// The extremes of a run of points; `None` where nothing was measured. What lies beyond the points is left out.
    #[must_use]
    pub fn extremes(&self, range: Range<usize>) -> Option<Extremes> {
        let end = range.end.min(self.values.len());
        let start = range.start.min(end);
        self.within(None, start..end)
    }

    /// `level` is `None` for the points themselves; `range` counts what stands on that level.
    fn within(&self, level: Option<usize>, range: Range<usize>) -> Option<Extremes> {
        let one_by_one = |range: Range<usize>| match level {
            None => joined(self.values[range].iter().map(|value| value.map(Extremes::of))),
            Some(level) => joined(self.levels[level][range].iter().copied()),
        };
        let (first, last) = (range.start.div_ceil(FAN), range.end / FAN);
        if last <= first {
            return one_by_one(range);
        }
        let above = level.map_or(0, |level| level + 1);
        joined(
            [
                one_by_one(range.start..first * FAN),
                self.within(Some(above), first..last),
                one_by_one(last * FAN..range.end),
            ]
            .into_iter(),
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_extremes_are_those_of_the_points(
            values in prop::collection::vec(prop::option::weighted(0.8, -1e9..1e9_f64), 0..1_200),
            at in 0.0..1.0_f64,
            length in 0..1_200_usize,
        ) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let start = (values.len() as f64 * at) as usize;
            let end = (start + length).min(values.len());
            let measured: Vec<f64> = values[start..end].iter().copied().flatten().collect();
            let expected = measured.iter().copied().map(Extremes::of).reduce(Extremes::with);
            prop_assert_eq!(Pyramid::new(values.iter().copied()).extremes(start..start + length), expected);
        }
    }

    #[test]
    fn what_is_no_number_was_not_measured() {
        assert_eq!(
            Pyramid::new([Some(f64::NAN), Some(f64::INFINITY), None]).extremes(0..9),
            None
        );
        assert_eq!(Pyramid::default().extremes(0..1), None);
    }
}
