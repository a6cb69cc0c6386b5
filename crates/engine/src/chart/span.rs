//! Which points are on the screen, and ways among them.

use std::ops::Range;

/// So few points are still worth a screen.
const FEWEST: f64 = 4.0;
/// Between labels stand so many points: what people count in, days and weeks among it.
const STRIDES: [usize; 12] = [1, 2, 3, 4, 5, 7, 10, 14, 21, 28, 50, 100];

/// A run of points, with parts of points at its ends: the whole of 30 points is from 0 to 30.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Where it begins.
    pub from: f64,
    /// Where it ends; above `from`.
    pub to: f64,
}

#[allow(clippy::cast_precision_loss, reason = "points are far fewer than 2⁵²")]
const fn as_length(count: usize) -> f64 {
    count as f64
}

/// The whole number at or below `value`; 0 where that is below 0.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 or above, and far below 2⁵²"
)]
fn floored(value: f64) -> usize {
    value.max(0.0) as usize
}

impl Span {
    /// All of `count` points.
    #[must_use]
    pub fn whole(count: usize) -> Self {
        Self {
            from: 0.0,
            to: as_length(count.max(1)),
        }
    }

    /// How many points it holds.
    #[must_use]
    pub fn length(&self) -> f64 {
        self.to - self.from
    }

    /// The points of which any part is in it.
    #[must_use]
    pub fn points(&self, count: usize) -> Range<usize> {
        let end = floored(self.to.ceil()).min(count);
        floored(self.from).min(end)..end
    }

    /// Shows `factor` times as much, with what lies at `share` of the width staying there.
    #[must_use]
    pub fn zoomed(&self, share: f64, factor: f64, count: usize) -> Self {
        let whole = Self::whole(count);
        let length = (self.length() * factor).clamp(FEWEST.min(whole.length()), whole.length());
        let at = self.from + self.length() * share;
        Self {
            from: at - length * share,
            to: at - length * share + length,
        }
        .within(whole)
    }

    /// Moves on by `share` of what is shown.
    #[must_use]
    pub fn panned(&self, share: f64, count: usize) -> Self {
        let by = self.length() * share;
        Self {
            from: self.from + by,
            to: self.to + by,
        }
        .within(Self::whole(count))
    }

    /// Moved as little as possible so that a point is in it.
    #[must_use]
    pub fn showing(&self, point: usize, count: usize) -> Self {
        let (start, end) = (as_length(point), as_length(point + 1));
        let by = if start < self.from {
            start - self.from
        } else {
            (end - self.to).max(0.0)
        };
        self.panned(by / self.length(), count)
    }

    fn within(self, whole: Self) -> Self {
        let length = self.length().min(whole.length());
        let from = self.from.clamp(whole.from, whole.to - length);
        Self {
            from,
            to: from + length,
        }
    }

    /// Where the middle of a point stands, as a share of the width.
    #[must_use]
    pub fn place(&self, point: usize) -> f64 {
        (as_length(point) + 0.5 - self.from) / self.length()
    }

    /// The point at a share of the width.
    #[must_use]
    pub fn at(&self, share: f64, count: usize) -> Option<usize> {
        let last = count.checked_sub(1)?;
        Some(floored(self.from + share.clamp(0.0, 1.0) * self.length()).min(last))
    }
}

/// A way of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the point before.
    Back,
    /// To the next point.
    On,
    /// Back by a tenth of what is shown.
    FarBack,
    /// On by a tenth of what is shown.
    FarOn,
    /// To the first point.
    First,
    /// To the last point.
    Last,
}

/// Where the cursor stands after a step; the first one leads to the last point, which is the newest. `None` where there is no point.
#[must_use]
pub fn stepped(at: Option<usize>, step: Step, span: Span, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let far = floored(span.length() / 10.0).max(1);
    Some(match (step, at) {
        (Step::First, _) => 0,
        (Step::Last, _) | (_, None) => last,
        (Step::Back, Some(at)) => at.saturating_sub(1),
        (Step::On, Some(at)) => (at + 1).min(last),
        (Step::FarBack, Some(at)) => at.saturating_sub(far),
        (Step::FarOn, Some(at)) => (at + far).min(last),
    })
}

/// Points whose labels have room in `width` pixels where each takes `room`: evenly apart, none beyond an edge.
#[must_use]
pub fn labelled(span: Span, count: usize, width: f64, room: f64) -> Vec<usize> {
    let slot = width / span.length();
    if !(slot.is_finite() && slot > 0.0 && room > 0.0) {
        return Vec::new();
    }
    let least = room / slot;
    let hundreds = floored((least / 100.0).ceil()).max(1) * 100;
    let stride = STRIDES
        .into_iter()
        .find(|stride| as_length(*stride) >= least)
        .unwrap_or(hundreds);
    let has_room = |point: &usize| {
        let middle = span.place(*point) * width;
        middle >= room / 2.0 - slot / 2.0 && middle <= width - room / 2.0 + slot / 2.0
    };
    let all = span.points(count);
    let first = all.start.div_ceil(stride) * stride;
    (first..all.end).step_by(stride).filter(has_room).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let span = Span::whole(100).zoomed(0.25, 0.5, 100);
        assert_eq!(span, Span { from: 12.5, to: 62.5 });
        assert_eq!(span.zoomed(0.0, 100.0, 100), Span::whole(100), "no more than all");
        assert_eq!(
            Span::whole(3).zoomed(0.5, 0.1, 3),
            Span::whole(3),
            "few points are all shown"
        );
        assert_eq!(
            span.panned(10.0, 100),
            Span {
                from: 50.0,
                to: 100.0
            },
            "not beyond the end"
        );
    }

    #[test]
    fn keys_lead_from_the_newest_point() {
        let all = Span::whole(30);
        assert_eq!(stepped(None, Step::Back, all, 30), Some(29));
        assert_eq!(stepped(Some(29), Step::On, all, 30), Some(29));
        assert_eq!(stepped(Some(10), Step::FarBack, all, 30), Some(7));
        assert_eq!(stepped(Some(10), Step::First, all, 30), Some(0));
        assert_eq!(stepped(None, Step::Back, Span::whole(0), 0), None);
    }

    #[test]
    fn labels_have_room() {
        assert_eq!(labelled(Span::whole(7), 7, 700.0, 80.0), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(labelled(Span::whole(30), 30, 360.0, 80.0), [7, 14, 21], "weeks");
        assert!(
            labelled(Span::whole(30), 30, 0.0, 80.0).is_empty(),
            "before it is measured"
        );
    }

    proptest! {
        #[test]
        fn a_span_stays_within_its_points(
            count in 1..100_000_usize,
            moves in prop::collection::vec((0.0..1.0_f64, 0.1..10.0_f64, -2.0..2.0_f64), 0..20),
            width in 1.0..4_000.0_f64,
            room in 20.0..200.0_f64,
        ) {
            let mut span = Span::whole(count);
            for (share, factor, by) in moves {
                span = span.zoomed(share, factor, count).panned(by, count);
                prop_assert!(span.from >= 0.0 && span.to <= Span::whole(count).to + 1e-6 && span.length() > 0.0);
                let point = span.at(share, count).expect("a point");
                prop_assert!(point < count);
                let shown = span.showing(count / 2, count);
                prop_assert!(shown.points(count).contains(&(count / 2)));
            }
            let labels = labelled(span, count, width, room);
            let apart = |pair: &[usize]| (span.place(pair[1]) - span.place(pair[0])) * width;
            prop_assert!(labels.windows(2).all(|pair| apart(pair) >= room - 1e-6));
        }
    }
}
