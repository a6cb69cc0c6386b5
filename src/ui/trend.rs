//! A trend: a small line without a scale, for the way that a number went. Where there is more to see, it leads to a [`super::Chart`].

use std::fmt::Write as _;

use switchboard_contract::analytics::Unit;
use switchboard_engine::chart::{Plot, Pyramid, Shape, Span, scale};
use yew::prelude::*;

use crate::scoped;

/// Units of the drawing; it is stretched to the room that there is.
const SIZE: (f64, f64) = (200.0, 40.0);

/// Props for [`Trend`].
#[derive(Properties, PartialEq)]
pub struct TrendProps {
    /// What it shows: the name of the picture.
    pub name: AttrValue,
    /// What can be seen of it, in a sentence.
    pub summary: AttrValue,
    /// The numbers, as they follow each other; a gap where nothing was measured.
    pub values: Vec<Option<f64>>,
    /// What they count.
    pub unit: Unit,
}

/// The line.
#[component]
pub fn Trend(props: &TrendProps) -> Html {
    let class = scoped!(
        r#"
        position: relative;
        block-size: 2.75rem;
        min-inline-size: 0;

        svg {
            position: absolute;
            inset: 0;
            inline-size: 100%;
            block-size: 100%;
            overflow: visible;
        }
        &:dir(rtl) svg {
            transform: scaleX(-1);
        }
        .line {
            fill: none;
            stroke: var(--chart-1);
            stroke-width: 1.75;
            stroke-linejoin: round;
            stroke-linecap: round;
            vector-effect: non-scaling-stroke;
        }
        .area {
            fill: var(--chart-1);
            opacity: 0.12;
        }
        .ground {
            stroke: var(--chart-grid);
            vector-effect: non-scaling-stroke;
        }
        .last {
            position: absolute;
            inline-size: 7px;
            block-size: 7px;
            margin: -3.5px;
            border-radius: 50%;
            background: var(--chart-1);
            box-shadow: 0 0 0 2px var(--surface);
        }
        "#
    );
    let points = Pyramid::new(props.values.iter().copied());
    let count = props.values.len();
    let most = points.extremes(0..count).map_or(0.0, |found| found.most);
    let scale = scale(props.unit, most, 2);
    let lines = match Plot::new(&points, Shape::Line, Span::whole(count), &scale, SIZE) {
        Plot::Lines(lines) => lines,
        // Asked for as lines.
        Plot::Bars(_) => Vec::new(),
    };
    let last = lines.last().and_then(|line| line.last()).copied();
    let (line, area) = (path(&lines, false), path(&lines, true));
    html! {
        <div {class} role="img" aria-label={format!("{}. {}", props.name, props.summary)}>
            <svg viewBox={format!("0 0 {} {}", SIZE.0, SIZE.1)} preserveAspectRatio="none" aria-hidden="true">
                <path class="ground" d={format!("M0 {0}H{1}", SIZE.1, SIZE.0)} />
                <path class="area" d={area} />
                <path class="line" d={line} />
            </svg>
            if let Some((x, y)) = last {
                <span class="last" style={format!("inset-inline-start: {:.2}%; inset-block-start: {:.2}%", x / SIZE.0 * 100.0, y / SIZE.1 * 100.0)} />
            }
        </div>
    }
}

/// Lines as a path; down to the ground where they are an area.
fn path(lines: &[Vec<(f64, f64)>], is_area: bool) -> String {
    let mut path = String::new();
    for line in lines {
        let (Some((start, _)), Some((end, _))) = (line.first(), line.last()) else {
            continue;
        };
        if is_area {
            // Writing to a text does not fail.
            let _ = write!(path, "M{start:.1} {}", SIZE.1);
        }
        for (index, (x, y)) in line.iter().enumerate() {
            let letter = if index == 0 && !is_area { 'M' } else { 'L' };
            let _ = write!(path, "{letter}{x:.1} {y:.1}");
        }
        if is_area {
            let _ = write!(path, "L{end:.1} {}Z", SIZE.1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_begins_another_line_and_another_area() {
        let lines = [vec![(0.0, 10.0), (10.0, 20.0)], vec![(30.0, 5.0)]];
        assert_eq!(path(&lines, false), "M0.0 10.0L10.0 20.0M30.0 5.0");
        assert_eq!(
            path(&lines, true),
            "M0.0 40L0.0 10.0L10.0 20.0L10.0 40ZM30.0 40L30.0 5.0L30.0 40Z"
        );
    }
}
