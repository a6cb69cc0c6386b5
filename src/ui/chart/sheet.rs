//! A chart as a picture to keep: what is on the screen, with its name, its scale and its legend on one sheet.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement};
use yew::AttrValue;

use super::paint::Ink;
use crate::browser::{Anchor, Paper, is_right_to_left, style_of};

const EDGE: f64 = 24.0;
const HEAD: f64 = 40.0;
const SCALE: f64 = 64.0;
const TIMES: f64 = 28.0;
const LEGEND: f64 = 22.0;
const SWATCH: f64 = 10.0;
/// Sharp on paper as well, whatever the screen.
const RATIO: f64 = 2.0;

/// What stands on the sheet.
pub(super) struct Sheet<'a> {
    pub(super) title: &'a AttrValue,
    /// Texts of the scale, and their heights in the plot.
    pub(super) ticks: Vec<(AttrValue, f64)>,
    /// Texts of the time, and their places as shares of the width.
    pub(super) times: Vec<(AttrValue, f64)>,
    pub(super) legend: Vec<(Ink, AttrValue)>,
    /// Of the plot.
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Sheet<'_> {
    /// Lets the person save it. A browser that makes no picture leaves it: the numbers can be saved as a file.
    pub(super) fn save(&self, plot: &Element) {
        let canvas = plot.query_selector("canvas").ok().flatten();
        let Some(canvas) = canvas.and_then(|canvas| canvas.dyn_into::<HtmlCanvasElement>().ok()) else {
            return;
        };
        let across = EDGE * 2.0 + SCALE + self.width;
        let legend = LEGEND * self.legend.len() as f64;
        let down = EDGE * 2.0 + HEAD + self.height + TIMES + legend;
        let Some(paper) = Paper::sheet(across, down, RATIO) else {
            return;
        };
        let style = |name: &str| style_of(plot, name);
        let (text, weak, family) = (style("--text"), style("--text-2"), style("font-family"));
        let font = |size: u32, weight: u32| format!("{weight} {size}px {family}");
        let is_mirrored = is_right_to_left();
        let x = |x: f64| if is_mirrored { across - x } else { x };
        let (start, end) = if is_mirrored {
            (Anchor::End, Anchor::Start)
        } else {
            (Anchor::Start, Anchor::End)
        };
        let left = EDGE + SCALE;
        let top = EDGE + HEAD;
        paper.fill(&style("--surface"), (0.0, 0.0), (across, down));
        paper.write(self.title, (x(EDGE), EDGE + 12.0), &font(16, 600), &text, start);
        for (tick, height) in &self.ticks {
            paper.write(tick, (x(left - 8.0), top + height), &font(11, 400), &weak, end);
        }
        let corner = if is_mirrored { EDGE } else { left };
        paper.put(&canvas, (corner, top), (self.width, self.height));
        for (time, place) in &self.times {
            let at = (x(left + place * self.width), top + self.height + TIMES / 2.0);
            paper.write(time, at, &font(11, 400), &weak, Anchor::Middle);
        }
        for (line, (ink, name)) in self.legend.iter().enumerate() {
            let y = top + self.height + TIMES + LEGEND * (line as f64 + 0.5);
            let at = if is_mirrored { x(left) - SWATCH } else { left };
            paper.fill(&style(ink.token()), (at, y - SWATCH / 2.0), (SWATCH, SWATCH));
            paper.write(name, (x(left + SWATCH + 8.0), y), &font(12, 400), &weak, start);
        }
        paper.save(&format!("{}.png", self.title));
    }
}
