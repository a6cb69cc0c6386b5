//! The canvas of a chart: the one place that draws, through plotters.

use plotters::prelude::{DrawingBackend, RGBAColor, ShapeStyle};
use plotters_canvas::CanvasBackend;
use switchboard_engine::chart::{Bar, Plot};
use web_sys::{Element, HtmlCanvasElement};

use crate::browser::{Paper, style_of};

/// plotters counts in whole numbers: so many of its units are a CSS pixel.
const UNITS: f64 = 32.0;
const LINE: f64 = 2.0;
const THIN: f64 = 1.5;
const DOT: f64 = 2.5;
const ROUNDING: f64 = 3.0;
/// What is not over yet is drawn so much fainter.
const FAINT: f64 = 0.4;
const SERIES: [&str; 8] = [
    "--chart-1",
    "--chart-2",
    "--chart-3",
    "--chart-4",
    "--chart-5",
    "--chart-6",
    "--chart-7",
    "--chart-8",
];

/// What tells the layers of a chart apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// The series, or a part of it: counted from 0, as the legend does.
    Part(usize),
    /// The time before.
    Before,
}

impl Ink {
    /// The token of its colour.
    pub(super) fn token(self) -> &'static str {
        match self {
            Self::Part(part) => SERIES[part % SERIES.len()],
            Self::Before => "--chart-compare",
        }
    }

    fn width(self) -> f64 {
        match self {
            Self::Part(_) => LINE,
            Self::Before => THIN,
        }
    }
}

/// The colours of a chart.
#[derive(Clone, Debug)]
pub(super) struct Look {
    series: [RGBAColor; SERIES.len()],
    before: RGBAColor,
    grid: RGBAColor,
    ground: RGBAColor,
    surface: RGBAColor,
}

impl Look {
    /// Those of the theme that holds for an element.
    pub(super) fn of(element: &Element) -> Self {
        let colour = |token: &str| colour(&style_of(element, token));
        Self {
            series: SERIES.map(colour),
            before: colour(Ink::Before.token()),
            grid: colour("--chart-grid"),
            ground: colour("--chart-axis"),
            surface: colour("--surface"),
        }
    }

    fn ink(&self, ink: Ink) -> RGBAColor {
        match ink {
            Ink::Part(part) => self.series[part % SERIES.len()],
            Ink::Before => self.before,
        }
    }
}

/// A colour such as `#4052c2`; what is written otherwise is a middle grey, which shows on every surface.
fn colour(css: &str) -> RGBAColor {
    let hex = css.strip_prefix('#').unwrap_or_default();
    let part = |at: usize| {
        hex.get(at..at + 2)
            .and_then(|part| u8::from_str_radix(part, 16).ok())
    };
    match (part(0), part(2), part(4)) {
        (Some(red), Some(green), Some(blue)) => RGBAColor(red, green, blue, 1.0),
        _ => RGBAColor(128, 128, 128, 1.0),
    }
}

fn faint(colour: RGBAColor) -> RGBAColor {
    RGBAColor(colour.0, colour.1, colour.2, FAINT)
}

/// What is drawn, and at which size in CSS pixels.
pub(super) struct Picture<'a> {
    /// From the back to the front.
    pub(super) layers: &'a [(Plot, Ink)],
    /// Heights of the grid's lines.
    pub(super) grid: &'a [f64],
    /// From this place on, across, nothing is over yet.
    pub(super) partial_from: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) ratio: f64,
    /// Runs from right to left.
    pub(super) is_mirrored: bool,
}

type Place = (i32, i32);

impl Picture<'_> {
    fn units(length: f64) -> i32 {
        #[allow(clippy::cast_possible_truncation, reason = "lengths of a screen")]
        let units = (length * UNITS).round() as i32;
        units
    }

    fn place(&self, x: f64, y: f64) -> Place {
        let x = if self.is_mirrored { self.width - x } else { x };
        (Self::units(x), Self::units(y))
    }

    fn style(colour: RGBAColor, width: f64) -> ShapeStyle {
        ShapeStyle {
            color: colour,
            filled: true,
            stroke_width: Self::units(width).unsigned_abs(),
        }
    }

    /// Draws. A browser that refuses a stroke leaves it out; the figures stand in the table.
    pub(super) fn paint(&self, canvas: &HtmlCanvasElement, look: &Look) {
        let Some(paper) = Paper::of(canvas) else { return };
        paper.clear(self.width, self.height, self.ratio);
        paper.units(self.ratio / UNITS);
        let Some(mut backend) = CanvasBackend::with_canvas_object(canvas.clone()) else {
            return;
        };
        for (index, height) in self.grid.iter().enumerate() {
            // On the middle of a pixel of the screen, so that it is one pixel high.
            let y = ((height * self.ratio).round() - 0.5).max(0.5) / self.ratio;
            let colour = if index == 0 { look.ground } else { look.grid };
            let ends = [self.place(0.0, y), self.place(self.width, y)];
            let _ = backend.draw_path(ends, &Self::style(colour, 1.0));
        }
        let mut is_top = true;
        for (plot, ink) in self.layers {
            let colour = look.ink(*ink);
            match plot {
                Plot::Bars(bars) => {
                    for bar in bars {
                        let is_partial = bar.x + bar.width / 2.0 >= self.partial_from;
                        let outline = self.outline(*bar, is_top);
                        if is_partial {
                            // A stack is drawn over itself: what shows through would be the part above.
                            let _ = backend.fill_polygon(outline.clone(), &Self::style(look.surface, 1.0));
                        }
                        let colour = if is_partial { faint(colour) } else { colour };
                        let _ = backend.fill_polygon(outline, &Self::style(colour, 1.0));
                    }
                    is_top = false;
                }
                Plot::Lines(lines) => {
                    for line in lines {
                        self.line(&mut backend, line, colour, ink.width());
                    }
                }
            }
        }
    }

    fn line(&self, backend: &mut CanvasBackend, line: &[(f64, f64)], colour: RGBAColor, width: f64) {
        let faint = faint(colour);
        let places =
            |points: &[(f64, f64)]| points.iter().map(|(x, y)| self.place(*x, *y)).collect::<Vec<_>>();
        let over = line.partition_point(|(x, _)| *x < self.partial_from);
        if let [(x, y)] = line {
            let colour = if over == 0 { faint } else { colour };
            let radius = Self::units(DOT).unsigned_abs();
            let _ = backend.draw_circle(self.place(*x, *y), radius, &Self::style(colour, 1.0), true);
            return;
        }
        let _ = backend.draw_path(places(&line[..over]), &Self::style(colour, width));
        let rest = &line[over.saturating_sub(1)..];
        if over < line.len() {
            let _ = backend.draw_path(places(rest), &Self::style(faint, width));
        }
    }

    /// A bar; with its upper corners rounded where nothing stands on it.
    fn outline(&self, bar: Bar, is_top: bool) -> Vec<Place> {
        let radius = if is_top { ROUNDING } else { 0.0 };
        let radius = radius.min(bar.width / 2.0).min(bar.height);
        let (start, end, bottom) = (bar.x, bar.x + bar.width, bar.y + bar.height);
        let mut outline = vec![self.place(start, bottom)];
        let corner = |middle: f64, from: f64| {
            (0..=4_u8).map(move |step| {
                let angle = from + f64::from(step) / 4.0 * std::f64::consts::FRAC_PI_2;
                (
                    middle + radius * angle.cos(),
                    bar.y + radius - radius * angle.sin(),
                )
            })
        };
        // Clockwise: the angles fall from half a turn to none.
        let mut corners: Vec<(f64, f64)> = corner(end - radius, 0.0).collect();
        corners.extend(corner(start + radius, std::f64::consts::FRAC_PI_2));
        corners.reverse();
        outline.extend(corners.into_iter().map(|(x, y)| self.place(x, y)));
        outline.push(self.place(end, bottom));
        outline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_the_tokens() {
        assert_eq!(colour("#4052c2"), RGBAColor(0x40, 0x52, 0xc2, 1.0));
        assert_eq!(colour("var(--x)"), RGBAColor(128, 128, 128, 1.0));
    }
}
