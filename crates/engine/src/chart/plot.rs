//! What is drawn of the points that are on the screen.

use super::{Pyramid, Scale, Span};

/// A bar narrower than this, in pixels, is drawn as a line with the others.
const NARROWEST: f64 = 3.0;
/// Between two bars stands this share of their room.
const GAP: f64 = 0.25;
const WIDEST: f64 = 48.0;

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As a line: what is measured at each point.
    Line,
    /// As bars: what adds up; as a line where there is no room for bars.
    Bars,
}

/// A bar, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Of which point.
    pub point: usize,
    /// Its starting edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Plot {
    /// Bars.
    Bars(Vec<Bar>),
    /// Lines, each from gap to gap: points in pixels. A line of one point is a dot.
    Lines(Vec<Vec<(f64, f64)>>),
}

impl Plot {
    /// What is drawn of the points in `span`, in `width` and `height` pixels. Where several points share a pixel's column, the least and
    /// the most of them are kept.
    #[must_use]
    pub fn new(
        points: &Pyramid,
        shape: Shape,
        span: Span,
        scale: &Scale,
        (width, height): (f64, f64),
    ) -> Self {
        let slot = width / span.length();
        let y = |value: f64| height - (value / scale.top).clamp(0.0, 1.0) * height;
        let x = |point: usize| span.place(point) * width;
        let shown = span.points(points.values().len());
        if shape == Shape::Bars && slot >= NARROWEST {
            let across = (slot * (1.0 - GAP)).min(WIDEST);
            let bar = |point: usize| {
                let value = points.values()[point].filter(|value| *value > 0.0)?;
                Some(Bar {
                    point,
                    x: x(point) - across / 2.0,
                    y: y(value),
                    width: across,
                    height: height - y(value),
                })
            };
            return Self::Bars(shown.filter_map(bar).collect());
        }
        if slot >= 1.0 {
            // With one more on each side: the line goes on beyond the edges.
            let more = shown.start.saturating_sub(1)..(shown.end + 1).min(points.values().len());
            let measured = more.map(|point| points.values()[point].map(|value| (x(point), y(value))));
            return Self::Lines(runs(measured));
        }
        Self::Lines(columns(points, span, width, y))
    }
}

/// Lines of what stands without a gap.
fn runs(points: impl Iterator<Item = Option<(f64, f64)>>) -> Vec<Vec<(f64, f64)>> {
    let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut is_open = false;
    for point in points {
        match (point, lines.last_mut()) {
            (Some(point), Some(line)) if is_open => line.push(point),
            (Some(point), _) => lines.push(vec![point]),
            (None, _) => {}
        }
        is_open = point.is_some();
    }
    lines
}

fn columns(points: &Pyramid, span: Span, width: f64, y: impl Fn(f64) -> f64) -> Vec<Vec<(f64, f64)>> {
    let count = points.values().len();
    let share = |column: f64| span.at(column / width, count).unwrap_or(0);
    let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut is_open = false;
    let mut column = 0.0;
    while column < width {
        let end = (column + 1.0).min(width);
        let until = if end < width {
            share(end)
        } else {
            span.points(count).end
        };
        let found = points.extremes(share(column)..until.max(share(column) + 1));
        if let Some(found) = found {
            if !is_open {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut() {
                let (top, bottom) = (y(found.most), y(found.least));
                // From where the line is, first to the nearer one.
                let is_near_top = line
                    .last()
                    .is_none_or(|(_, last)| (last - top).abs() <= (last - bottom).abs());
                let ends = if is_near_top { [top, bottom] } else { [bottom, top] };
                let middle = f64::midpoint(column, end);
                line.push((middle, ends[0]));
                if found.least < found.most {
                    line.push((middle, ends[1]));
                }
            }
        }
        is_open = found.is_some();
        column = end;
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use switchboard_contract::analytics::Unit;

    use super::*;
    use crate::chart::scale;

    fn lines(plot: Plot) -> Vec<Vec<(f64, f64)>> {
        match plot {
            Plot::Lines(lines) => lines,
            Plot::Bars(bars) => panic!("bars: {bars:?}"),
        }
    }

    #[test]
    fn a_gap_ends_a_line() {
        let points = Pyramid::new([Some(1.0), Some(2.0), None, Some(4.0)]);
        let scale = scale(Unit::Count, 4.0, 4);
        let plot = Plot::new(&points, Shape::Line, Span::whole(4), &scale, (40.0, 40.0));
        assert_eq!(
            lines(plot),
            [vec![(5.0, 30.0), (15.0, 20.0)], vec![(35.0, 0.0)]],
            "a point alone is a dot"
        );
    }

    #[test]
    fn bars_stand_on_the_ground_and_nothing_has_none() {
        let points = Pyramid::new([Some(2.0), Some(0.0), None, Some(4.0)]);
        let scale = scale(Unit::Count, 4.0, 4);
        let plot = Plot::new(&points, Shape::Bars, Span::whole(4), &scale, (80.0, 40.0));
        let Plot::Bars(bars) = plot else {
            panic!("lines: {plot:?}")
        };
        let expected = |point, x, y| Bar {
            point,
            x,
            y,
            width: 15.0,
            height: 40.0 - y,
        };
        assert_eq!(bars, [expected(0, 2.5, 20.0), expected(3, 62.5, 0.0)]);
        let narrow = Plot::new(&points, Shape::Bars, Span::whole(4), &scale, (8.0, 40.0));
        assert!(matches!(narrow, Plot::Lines(_)), "no room for bars");
    }

    #[test]
    fn one_alone_among_many_that_were_not_measured_is_a_dot() {
        let points = Pyramid::new((0..10_000).map(|point| (point == 5_000).then_some(4.0)));
        let scale = scale(Unit::Count, 4.0, 4);
        let plot = Plot::new(&points, Shape::Line, Span::whole(10_000), &scale, (100.0, 40.0));
        assert_eq!(lines(plot), [vec![(50.5, 0.0)]]);
    }

    #[test]
    fn a_line_goes_on_beyond_what_is_shown() {
        let points = Pyramid::new((0..8_u32).map(|point| Some(f64::from(point))));
        let scale = scale(Unit::Count, 8.0, 4);
        let span = Span { from: 2.0, to: 6.0 };
        let drawn = lines(Plot::new(&points, Shape::Line, span, &scale, (40.0, 40.0)));
        let places: Vec<f64> = drawn[0].iter().map(|(x, _)| *x).collect();
        assert_eq!(places, [-5.0, 5.0, 15.0, 25.0, 35.0, 45.0]);
    }

    proptest! {
        /// Whatever share a column: what stands out is on the screen.
        #[test]
        fn the_extremes_are_drawn(
            values in prop::collection::vec(0.0..1_000.0_f64, 1..3_000),
            width in 20.0..900.0_f64,
        ) {
            let points = Pyramid::new(values.iter().copied().map(Some));
            let scale = scale(Unit::Count, 1_000.0, 4);
            let count = values.len();
            let drawn = lines(Plot::new(&points, Shape::Line, Span::whole(count), &scale, (width, 100.0)));
            let all: Vec<f64> = drawn.iter().flatten().map(|(_, y)| *y).collect();
            let y = |value: f64| 100.0 - value / scale.top * 100.0;
            let most = values.iter().copied().fold(0.0, f64::max);
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let has = |wanted: f64| all.iter().any(|y| (y - wanted).abs() < 1e-6);
            prop_assert!(has(y(most)), "the most");
            prop_assert!(has(y(least)), "the least");
            prop_assert!(all.len() <= 2 * (width.ceil() as usize).max(count), "no more than pixels can show");
            if count as f64 > width {
                prop_assert!(all.len() <= 2 * (width.ceil() as usize) + 2);
            }
            prop_assert!(drawn.iter().flatten().all(|(x, _)| (0.0..=width).contains(x)));
        }
    }
}
