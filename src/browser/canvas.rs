//! Canvases, and what decides how they look: the screen's pixels, the theme, the direction of the page.

use js_sys::{Array, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, CanvasRenderingContext2d, Element, EventTarget, HtmlCanvasElement, MediaQueryList,
    MutationObserver, MutationObserverInit,
};

use super::{Listener, document, save_blob, window};

/// Attributes of the page's root that change how things look.
const LOOKS: [&str; 5] = ["data-theme", "data-density", "data-motion", "dir", "lang"];

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// A canvas that is painted on.
#[derive(Clone)]
pub struct Paper {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Paper {
    /// `None` where the browser gives no context, such as when it is out of memory.
    #[must_use]
    pub fn of(canvas: &HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Self {
            canvas: canvas.clone(),
            context,
        })
    }

    /// Makes the canvas so many CSS pixels large, with `ratio` of the screen's pixels to each, and wipes it.
    pub fn clear(&self, width: f64, height: f64, ratio: f64) {
        let pixels = |length: f64| (length * ratio).round().max(1.0) as u32;
        let (across, down) = (pixels(width), pixels(height));
        if (self.canvas.width(), self.canvas.height()) != (across, down) {
            // Which wipes it as well, and takes new memory: not where it has the size.
            self.canvas.set_width(across);
            self.canvas.set_height(down);
        }
        self.units(1.0);
        self.context
            .clear_rect(0.0, 0.0, f64::from(across), f64::from(down));
        self.context.set_line_join("round");
        self.context.set_line_cap("butt");
    }

    /// A new one that is on no page, so many units large, with `ratio` pixels to each. `None` where the browser gives none.
    #[must_use]
    pub fn sheet(width: f64, height: f64, ratio: f64) -> Option<Self> {
        let canvas = document()?.create_element("canvas").ok()?;
        let paper = Self::of(canvas.dyn_ref()?)?;
        paper.clear(width, height, ratio);
        paper.units(ratio);
        Some(paper)
    }

    /// Fills a rectangle from its upper left corner.
    pub fn fill(&self, colour: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
        self.context.set_fill_style_str(colour);
        self.context.fill_rect(x, y, width, height);
    }

    /// Writes a line of text, in the middle of its height at a place.
    pub fn write(&self, text: &str, (x, y): (f64, f64), font: &str, colour: &str, anchor: Anchor) {
        self.context.set_font(font);
        self.context.set_fill_style_str(colour);
        self.context.set_text_baseline("middle");
        self.context.set_text_align(match anchor {
            Anchor::Start => "left",
            Anchor::Middle => "center",
            Anchor::End => "right",
        });
        // Fails only for places that are no numbers.
        let _ = self.context.fill_text(text, x, y);
    }

    /// Puts what is on another canvas into a rectangle from its upper left corner.
    pub fn put(&self, canvas: &HtmlCanvasElement, (x, y): (f64, f64), (width, height): (f64, f64)) {
        // Fails only for a canvas without a pixel, of which there is nothing to put.
        let _ = self
            .context
            .draw_image_with_html_canvas_element_and_dw_and_dh(canvas, x, y, width, height);
    }

    /// Lets the person save what is on it as a picture called `name`.
    pub fn save(&self, name: &str) {
        let name = name.to_owned();
        let take = Closure::once_into_js(move |blob: JsValue| {
            if let Ok(blob) = blob.dyn_into::<Blob>() {
                let _ = save_blob(&name, &blob);
            }
        });
        // Fails only where the canvas holds what is of another site.
        let _ = self.canvas.to_blob(take.unchecked_ref());
    }

    /// So many of the screen's pixels are one unit from now on.
    pub fn units(&self, pixels: f64) {
        // Fails only for what is no number.
        let _ = self.context.set_transform(pixels, 0.0, 0.0, pixels, 0.0, 0.0);
    }
}

/// How many of the screen's pixels there are to a CSS pixel; whole numbers on most screens, but not where a page is zoomed.
#[must_use]
pub fn pixel_ratio() -> f64 {
    window()
        .map(|window| window.device_pixel_ratio())
        .filter(|ratio| ratio.is_finite() && *ratio > 0.0)
        .unwrap_or(1.0)
}

/// What a property of CSS comes to for an element, such as `--chart-1` or `font-family`; empty where there is none.
#[must_use]
pub fn style_of(element: &Element, property: &str) -> String {
    window()
        .and_then(|window| window.get_computed_style(element).ok().flatten())
        .and_then(|style| style.get_property_value(property).ok())
        .map(|value| value.trim().to_owned())
        .unwrap_or_default()
}

fn media(query: &str) -> Option<MediaQueryList> {
    window()?.match_media(query).ok().flatten()
}

/// Calls back when what is drawn may have to look otherwise: another theme, density or direction, another screen, a font that has
/// arrived. Until it is dropped.
pub struct LooksWatch {
    observer: Option<MutationObserver>,
    _callback: Closure<dyn FnMut()>,
    _listeners: Vec<Listener>,
}

impl LooksWatch {
    /// Watches the page.
    pub fn new(callback: impl Fn() + Clone + 'static) -> Self {
        let listen = |target: &EventTarget, event: &'static str| {
            let callback = callback.clone();
            Listener::new(target, event, move |_| callback())
        };
        let mut listeners = Vec::new();
        let ratio = format!("(resolution: {}dppx)", pixel_ratio());
        for query in ["(prefers-color-scheme: dark)", "(forced-colors: active)", &ratio] {
            listeners.extend(media(query).map(|list| listen(&list, "change")));
        }
        let fonts = document().and_then(|document| Reflect::get(&document, &JsValue::from_str("fonts")).ok());
        if let Some(fonts) = fonts.and_then(|fonts| fonts.dyn_into::<EventTarget>().ok()) {
            listeners.push(listen(&fonts, "loadingdone"));
        }
        let changed = Closure::<dyn FnMut()>::new(callback);
        let observer = MutationObserver::new(changed.as_ref().unchecked_ref()).ok();
        let root = document().and_then(|document| document.document_element());
        if let (Some(observer), Some(root)) = (&observer, root) {
            let attributes: Array = LOOKS.into_iter().map(JsValue::from_str).collect();
            let wanted = MutationObserverInit::new();
            wanted.set_attributes(true);
            wanted.set_attribute_filter(&attributes);
            let _ = observer.observe_with_options(&root, &wanted);
        }
        Self {
            observer,
            _callback: changed,
            _listeners: listeners,
        }
    }
}

impl Drop for LooksWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
