//! Charts: numbers by time or by step, as bars, as a stack of parts or as a line, and beside them those of the time before. What is drawn is decided by `switchboard_engine::chart`; texts are
//! HTML over the canvas, so that they are the page's own.

mod paint;
mod sheet;

use std::rc::Rc;

use switchboard_contract::analytics::Unit;
use switchboard_engine::chart::{Plot, Pyramid, Scale, Shape, Span, Step, labelled, scale, stacked, stepped};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, KeyboardEvent, WheelEvent};
use yew::prelude::*;

use crate::browser::{Listener, LooksWatch, ResizeWatch, is_right_to_left, pixel_ratio};
use crate::i18n::t;
use crate::scoped;
use paint::{Ink, Look, Picture};
use sheet::Sheet;

/// How high the plot is, in pixels: there from the start, so that nothing moves.
const HEIGHT: f64 = 208.0;
/// About so many lines of the grid.
const LINES: u32 = 4;
/// A label of the time takes so much room, in pixels.
const LABEL_ROOM: f64 = 84.0;
/// One press of a key, or one notch of a wheel, shows so much of what was shown.
const ZOOM: f64 = 0.7;
/// A press that moves further than this drags the chart, in pixels.
const DRAG_FROM: f64 = 4.0;

/// The numbers of a chart, as they follow each other. Equal to itself alone: comparing a million of them would cost more than drawing.
#[derive(Clone)]
pub struct ChartPoints(Rc<(Pyramid, usize)>);

impl ChartPoints {
    /// `partial_from` is the first point that is not over yet.
    pub fn new(values: impl IntoIterator<Item = Option<f64>>, partial_from: Option<usize>) -> Self {
        let points = Pyramid::new(values);
        let partial_from = partial_from.unwrap_or(points.values().len());
        Self(Rc::new((points, partial_from)))
    }

    fn points(&self) -> &Pyramid {
        &self.0.0
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.points().values().len()
    }

    fn is_partial(&self, point: usize) -> bool {
        point >= self.0.1
    }
}

impl PartialEq for ChartPoints {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Numbers that stand beside or within those of a chart.
#[derive(Clone, PartialEq)]
pub struct ChartLayer {
    /// What tells them apart.
    pub name: AttrValue,
    /// A number for each point of the chart.
    pub points: ChartPoints,
}

/// Props for [`Chart`].
#[derive(Properties, PartialEq)]
pub struct ChartProps {
    /// What it shows: the name of the picture.
    pub name: AttrValue,
    /// What can be seen of it, in a sentence.
    pub summary: AttrValue,
    /// The numbers.
    pub points: ChartPoints,
    /// What they count.
    pub unit: Unit,
    /// Whether they add up, and stand as bars.
    #[prop_or_default]
    pub has_bars: bool,
    /// What they add up from, from the ground: a stack. Empty for a whole.
    #[prop_or_default]
    pub parts: Rc<[ChartLayer]>,
    /// The same of the time before, which is drawn as a thin line.
    #[prop_or_default]
    pub before: Option<ChartLayer>,
    /// When a point was, in full.
    pub time_of: Callback<usize, AttrValue>,
    /// The same as short as it can be.
    pub short_time_of: Callback<usize, AttrValue>,
    /// A number as it is read.
    pub text_of: Callback<Option<f64>, AttrValue>,
    /// A point was pressed, or Enter with the cursor on it.
    #[prop_or_default]
    pub on_pick: Option<Callback<usize>>,
    /// What stands below it, such as the way to its table.
    #[prop_or_default]
    pub children: Html,
}

/// A press on the plot that is not over.
struct Press {
    /// Where it began, as a share of the width.
    from: f64,
    /// What was shown then.
    span: Span,
    /// The point at which the cursor stood then.
    shown: Option<usize>,
    /// It has moved.
    is_drag: bool,
}

/// The plot's width, and how often what decides its look has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Screen {
    width: f64,
    looks: u32,
}

/// The chart.
#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let count = props.points.count();
    let plot = use_node_ref();
    let screen = use_screen(&plot);
    let (span, set_span) = use_span(&props.name, count, &plot);
    let at = use_state_eq(|| None::<usize>);
    let by_key = use_state_eq(|| false);
    let cursor = at.filter(|at| *at < count && span.points(count).contains(at));
    let most = |points: &ChartPoints| {
        let found = points.points().extremes(span.points(points.count().min(count)));
        found.map_or(0.0, |found| found.most)
    };
    let most = props
        .before
        .iter()
        .map(|before| most(&before.points))
        .fold(most(&props.points), f64::max);
    let scale = use_memo((props.unit, most), |(unit, most)| scale(*unit, *most, LINES));
    let heights: Rc<[f64]> = scale
        .ticks
        .iter()
        .map(|tick| HEIGHT - tick / scale.top * HEIGHT)
        .collect();
    let layers = use_layers(props);
    use_painted(&plot, props, &layers, (screen, span), &scale, &heights);

    let onkeydown = {
        let (at, by_key, set_span) = (at.clone(), by_key.clone(), set_span.clone());
        let on_pick = props.on_pick.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let (back, on) = if is_right_to_left() {
                (Step::On, Step::Back)
            } else {
                (Step::Back, Step::On)
            };
            let middle = cursor.map_or(0.5, |cursor| span.place(cursor));
            let step = match event.key().as_str() {
                "ArrowLeft" => back,
                "ArrowRight" => on,
                "PageUp" => Step::FarBack,
                "PageDown" => Step::FarOn,
                "Home" => Step::First,
                "End" => Step::Last,
                "+" | "=" => return set_span.emit(span.zoomed(middle, ZOOM, count)),
                "-" => return set_span.emit(span.zoomed(middle, 1.0 / ZOOM, count)),
                "0" => return set_span.emit(Span::whole(count)),
                "Escape" => return at.set(None),
                "Enter" => {
                    if let (Some(cursor), Some(on_pick)) = (cursor, &on_pick) {
                        event.prevent_default();
                        on_pick.emit(cursor);
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            if let Some(next) = stepped(cursor, step, span, count) {
                set_span.emit(span.showing(next, count));
                by_key.set(true);
                at.set(Some(next));
            }
        })
    };
    let pressed = use_mut_ref(|| None::<Press>);
    let onpointermove = {
        let (plot, at, by_key, pressed, set_span) = (
            plot.clone(),
            at.clone(),
            by_key.clone(),
            pressed.clone(),
            set_span.clone(),
        );
        Callback::from(move |event: PointerEvent| {
            let Some((share, width)) = share_of_width(&plot, f64::from(event.client_x())) else {
                return;
            };
            if let Some(press) = pressed.borrow_mut().as_mut() {
                press.is_drag |= (share - press.from).abs() * width > DRAG_FROM;
                if press.is_drag && span != Span::whole(count) {
                    set_span.emit(press.span.panned(press.from - share, count));
                    return;
                }
            }
            by_key.set(false);
            at.set(span.at(share, count));
        })
    };
    let onpointerdown = {
        let (plot, pressed) = (plot.clone(), pressed.clone());
        Callback::from(move |event: PointerEvent| {
            let share = share_of_width(&plot, f64::from(event.client_x())).filter(|_| event.button() == 0);
            *pressed.borrow_mut() = share.map(|(from, _)| Press {
                from,
                span,
                shown: cursor,
                is_drag: false,
            });
        })
    };
    let onpointerup = {
        let (plot, pressed, on_pick) = (plot.clone(), pressed.clone(), props.on_pick.clone());
        let at = at.clone();
        Callback::from(move |event: PointerEvent| {
            let press = pressed.borrow_mut().take().filter(|press| !press.is_drag);
            let share = share_of_width(&plot, f64::from(event.client_x()));
            if let (Some(press), Some((share, _)), Some(on_pick)) = (press, share, &on_pick)
                && let Some(point) = span.at(share, count)
            {
                // A finger shows the number first, and picks it by another tap.
                if event.pointer_type() == "touch" && press.shown != Some(point) {
                    at.set(Some(point));
                } else {
                    on_pick.emit(point);
                }
            }
        })
    };
    let leave = {
        let at = at.setter();
        move || {
            pressed.borrow_mut().take();
            at.set(None);
        }
    };
    let onpointerleave = {
        let leave = leave.clone();
        Callback::from(move |event: PointerEvent| {
            // A finger that is lifted leaves as well: what it showed stays.
            if event.pointer_type() != "touch" {
                leave();
            }
        })
    };
    let onblur = Callback::from(move |_: FocusEvent| leave());

    let told = cursor.map(|point| {
        let value = props.text_of.emit(props.points.points().values()[point]);
        Told {
            value,
            time: props.time_of.emit(point),
            is_partial: props.points.is_partial(point),
            beside: beside(props, point),
        }
    });
    let said = told.as_ref().filter(|_| *by_key);
    let said = said.map_or_else(AttrValue::default, |told| told.sentence().into());
    let labels: Rc<[usize]> = labelled(span, count, screen.width, LABEL_ROOM).into();
    let is_zoomed = span != Span::whole(count);
    let reset = set_span.reform(move |_: MouseEvent| Span::whole(count));
    let save = {
        let (plot, name, before) = (plot.clone(), props.name.clone(), props.before.clone());
        let (parts, text_of, short_time_of) = (
            props.parts.clone(),
            props.text_of.clone(),
            props.short_time_of.clone(),
        );
        let (ticks, heights, labels) = (scale.ticks.clone(), heights.clone(), labels.clone());
        Callback::from(move |_: MouseEvent| {
            let Some(element) = plot.cast::<Element>() else {
                return;
            };
            let inks = inks(&parts, before.as_ref());
            Sheet {
                title: &name,
                ticks: ticks
                    .iter()
                    .zip(&*heights)
                    .map(|(tick, height)| (text_of.emit(Some(*tick)), *height))
                    .collect(),
                times: labels
                    .iter()
                    .map(|point| (short_time_of.emit(*point), span.place(*point)))
                    .collect(),
                legend: inks,
                width: screen.width,
                height: HEIGHT,
            }
            .save(&element);
        })
    };
    html! {
        <div class={class()}>
            <div class="chart-scale" aria-hidden="true">
                { for scale.ticks.iter().zip(&*heights).map(|(tick, height)| html! {
                    <span key={tick.to_string()} style={format!("inset-block-start: {height:.1}px")}>{ props.text_of.emit(Some(*tick)) }</span>
                }) }
            </div>
            <div
                class="chart-plot"
                ref={plot}
                role="img"
                aria-label={format!("{}. {}", props.name, props.summary)}
                aria-keyshortcuts="ArrowLeft ArrowRight Home End + - 0"
                tabindex="0"
                {onkeydown}
                {onpointermove}
                {onpointerdown}
                {onpointerup}
                {onpointerleave}
                {onblur}
            >
                <canvas aria-hidden="true" />
                { view_cursor(cursor, span, told.as_ref()) }
            </div>
            <div class="chart-times" aria-hidden="true">
                { for labels.iter().copied().map(|point| html! {
                    <span key={point} style={format!("inset-inline-start: {:.2}%", span.place(point) * 100.0)}>{ props.short_time_of.emit(point) }</span>
                }) }
            </div>
            <p class="sr" role="status">{ said }</p>
            { view_legend(&inks(&props.parts, props.before.as_ref())) }
            <div class="chart-foot">
                { props.children.clone() }
                <button type="button" class="text-btn" onclick={save}>{ t("chart.save_picture") }</button>
                if is_zoomed {
                    <button type="button" class="text-btn chart-reset" onclick={reset}>{ t("chart.reset") }</button>
                } else {
                    <span hidden=true />
                }
            </div>
        </div>
    }
}

/// What is told of a point.
struct Told {
    value: AttrValue,
    time: AttrValue,
    is_partial: bool,
    /// Its parts that are there, and the time before.
    beside: Vec<(Ink, AttrValue, AttrValue)>,
}

impl Told {
    fn sentence(&self) -> String {
        let mut text = format!("{}: {}", self.time, self.value);
        for (_, name, value) in &self.beside {
            text.push_str(&format!(", {name} {value}"));
        }
        if self.is_partial {
            text.push_str(&format!(", {}", t("reports.partial")));
        }
        text
    }
}

/// What stands beside the number of a point: the largest part is drawn lowest and told last, as the eye meets them.
fn beside(props: &ChartProps, point: usize) -> Vec<(Ink, AttrValue, AttrValue)> {
    let number = |layer: &ChartLayer| layer.points.points().values().get(point).copied().flatten();
    let part = |(index, part): (usize, &ChartLayer)| {
        let value = number(part).filter(|value| *value > 0.0)?;
        Some((
            Ink::Part(index),
            part.name.clone(),
            props.text_of.emit(Some(value)),
        ))
    };
    let parts = props.parts.iter().enumerate().rev().filter_map(part);
    let before = props.before.iter().map(|before| {
        let value = props.text_of.emit(number(before));
        (Ink::Before, before.name.clone(), value)
    });
    parts.chain(before).collect()
}

/// What a legend tells apart: nothing where there is one series alone.
fn inks(parts: &[ChartLayer], before: Option<&ChartLayer>) -> Vec<(Ink, AttrValue)> {
    let parts = parts.iter().enumerate();
    parts
        .map(|(index, part)| (Ink::Part(index), part.name.clone()))
        .chain(before.map(|before| (Ink::Before, before.name.clone())))
        .collect()
}

fn view_legend(inks: &[(Ink, AttrValue)]) -> Html {
    if inks.is_empty() {
        return html! { <span hidden=true /> };
    }
    html! {
        <ul class="chart-legend" role="list">
            { for inks.iter().map(|(ink, name)| html! {
                <li key={ink.token()}>{ view_swatch(*ink) }<bdi>{ name.clone() }</bdi></li>
            }) }
        </ul>
    }
}

fn view_swatch(ink: Ink) -> Html {
    let class = classes!("chart-swatch", (ink == Ink::Before).then_some("is-line"));
    html! { <span {class} style={format!("background: var({})", ink.token())} aria-hidden="true" /> }
}

fn view_cursor(cursor: Option<usize>, span: Span, told: Option<&Told>) -> Html {
    let (Some(cursor), Some(told)) = (cursor, told) else {
        return html! { <span hidden=true /> };
    };
    let share = span.place(cursor);
    // Towards the middle, where there is room.
    let side = if share > 0.5 { "is-before" } else { "is-behind" };
    html! {
        <div class={classes!("chart-cursor", side)} style={format!("inset-inline-start: {:.2}%", share * 100.0)}>
            <div class="chart-tip">
                <span class="chart-value">{ told.value.clone() }</span>
                <span>{ told.time.clone() }</span>
                { for told.beside.iter().map(|(ink, name, value)| html! {
                    <span class="chart-beside" key={ink.token()}>{ view_swatch(*ink) }<bdi class="truncate">{ name.clone() }</bdi><b>{ value.clone() }</b></span>
                }) }
                if told.is_partial {
                    <span key="partial">{ t("reports.partial") }</span>
                }
            </div>
        </div>
    }
}

/// Where a place of the window lies on an element, as a share of its width from where reading starts; and that width.
fn share_of_width(node: &NodeRef, x: f64) -> Option<(f64, f64)> {
    let frame = node.cast::<Element>()?.get_bounding_client_rect();
    let share = (x - frame.left()) / frame.width();
    let share = if is_right_to_left() { 1.0 - share } else { share };
    share.is_finite().then_some((share, frame.width()))
}

/// How wide the plot is, and how often its look has changed.
#[hook]
fn use_screen(plot: &NodeRef) -> Screen {
    let screen = use_state_eq(Screen::default);
    let current = use_mut_ref(Screen::default);
    let plot = plot.clone();
    let setter = screen.setter();
    use_effect_with((), move |()| {
        let change = move |change: &dyn Fn(&mut Screen)| {
            change(&mut current.borrow_mut());
            setter.set(*current.borrow());
        };
        let watch = plot.cast::<Element>().map(|element| {
            let (change, measured) = (change.clone(), element.clone());
            ResizeWatch::new(&element, move || {
                let width = f64::from(measured.client_width());
                change(&|screen| screen.width = width);
            })
        });
        let looks = LooksWatch::new(move || change(&|screen| screen.looks += 1));
        move || drop((watch, looks))
    });
    *screen
}

/// Which points are shown: all of them until somebody zooms, and again when it is another chart. Control or Command with the wheel zooms
/// around the pointer.
#[hook]
fn use_span(name: &AttrValue, count: usize, plot: &NodeRef) -> (Span, Callback<Span>) {
    let of = (name.clone(), count);
    let state = use_state_eq(|| (of.clone(), Span::whole(count)));
    let span = if state.0 == of {
        state.1
    } else {
        Span::whole(count)
    };
    let set = {
        let setter = state.setter();
        Callback::from(move |span| setter.set((of.clone(), span)))
    };
    let current = use_mut_ref(|| (span, set.clone(), count));
    current.replace((span, set.clone(), count));
    let plot = plot.clone();
    use_effect_with((), move |()| {
        let listener = plot.cast::<Element>().map(|element| {
            Listener::new(&element, "wheel", move |event| {
                let Ok(event) = event.dyn_into::<WheelEvent>() else {
                    return;
                };
                if !(event.ctrl_key() || event.meta_key()) {
                    return;
                }
                event.prevent_default();
                let (span, set, count) = current.borrow().clone();
                if let Some((share, _)) = share_of_width(&plot, f64::from(event.client_x())) {
                    let factor = if event.delta_y() < 0.0 { ZOOM } else { 1.0 / ZOOM };
                    set.emit(span.zoomed(share, factor, count));
                }
            })
        });
        move || drop(listener)
    });
    (span, set)
}

/// What is drawn, from the back to the front: a stack from its top down, since each part is drawn over what stands on it.
type Layers = Vec<(ChartPoints, Shape, Ink)>;

#[hook]
fn use_layers(props: &ChartProps) -> Rc<Layers> {
    let shape = if props.has_bars { Shape::Bars } else { Shape::Line };
    let of = (
        props.points.clone(),
        props.parts.clone(),
        props.before.clone(),
        shape,
    );
    use_memo(of, |(points, parts, before, shape)| {
        let mut layers = Layers::new();
        if parts.is_empty() {
            layers.push((points.clone(), *shape, Ink::Part(0)));
        } else {
            let values: Vec<&[Option<f64>]> =
                parts.iter().map(|part| part.points.points().values()).collect();
            let sums = stacked(&values).into_iter().enumerate().rev();
            layers.extend(sums.map(|(index, sums)| (ChartPoints::new(sums, None), *shape, Ink::Part(index))));
        }
        layers.extend(
            before
                .iter()
                .map(|before| (before.points.clone(), Shape::Line, Ink::Before)),
        );
        layers
    })
}

/// Draws when what is drawn has changed, and not otherwise.
#[hook]
fn use_painted(
    plot: &NodeRef,
    props: &ChartProps,
    layers: &Rc<Layers>,
    view: (Screen, Span),
    scale: &Rc<Scale>,
    heights: &[f64],
) {
    let plot = plot.clone();
    let heights = heights.to_vec();
    let (points, layers) = (props.points.clone(), layers.clone());
    use_effect_with(
        (layers, view, scale.clone()),
        move |(layers, (screen, span), scale)| {
            let element = plot.cast::<Element>().filter(|_| screen.width > 0.0);
            let canvas = element
                .as_ref()
                .and_then(|element| element.query_selector("canvas").ok().flatten())
                .and_then(|canvas| canvas.dyn_into::<HtmlCanvasElement>().ok());
            if let (Some(element), Some(canvas)) = (element, canvas) {
                let size = (screen.width, HEIGHT);
                let partial = (span.place(points.0.1) - 0.5 / span.length()) * screen.width;
                let plots: Vec<(Plot, Ink)> = layers
                    .iter()
                    .map(|(points, shape, ink)| {
                        (Plot::new(points.points(), *shape, *span, scale, size), *ink)
                    })
                    .collect();
                let picture = Picture {
                    layers: &plots,
                    grid: &heights,
                    partial_from: partial,
                    width: screen.width,
                    height: HEIGHT,
                    ratio: pixel_ratio(),
                    is_mirrored: is_right_to_left(),
                };
                picture.paint(&canvas, &Look::of(&element));
            }
        },
    );
}

fn class() -> AttrValue {
    scoped!(
        r#"
        position: relative;
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        column-gap: var(--space-2);
        padding-block-start: var(--space-2);
        font-size: var(--text-11);
        line-height: var(--lh-11);
        font-variant-numeric: var(--numeric);

        .chart-scale {
            position: relative;
            min-inline-size: 3.5rem;
            block-size: 208px;
            color: var(--text-3);
        }
        .chart-scale > span {
            position: absolute;
            inset-inline-end: 0;
            transform: translateY(-50%);
            white-space: nowrap;
        }
        .chart-plot {
            position: relative;
            min-inline-size: 0;
            block-size: 208px;
            border-radius: var(--radius-xs);
            touch-action: pan-y;
            cursor: crosshair;
        }
        canvas {
            position: absolute;
            inset: 0;
            inline-size: 100%;
            block-size: 100%;
        }
        .chart-cursor {
            position: absolute;
            inset-block: 0;
            inline-size: 0;
            border-inline-start: 1px solid var(--chart-axis);
            pointer-events: none;
        }
        .chart-tip {
            position: absolute;
            inset-block-start: var(--space-1);
            inset-inline-start: var(--space-2);
            display: grid;
            padding: var(--space-2) var(--space-3);
            border: 1px solid var(--line);
            border-radius: var(--radius-m);
            background: var(--surface-raised);
            box-shadow: var(--elevation-1);
            color: var(--text-2);
            white-space: nowrap;
        }
        .is-before .chart-tip {
            inset-inline: auto var(--space-2);
        }
        .chart-value {
            color: var(--text);
            font-size: var(--text-14);
            line-height: var(--lh-14);
            font-weight: var(--weight-medium);
        }
        .chart-times {
            position: relative;
            grid-column: 2;
            block-size: 1.5rem;
            padding-block-start: var(--space-1);
            color: var(--text-3);
            overflow: clip;
        }
        .chart-times > span {
            position: absolute;
            transform: translateX(-50%);
            white-space: nowrap;
        }
        &:dir(rtl) .chart-times > span {
            transform: translateX(50%);
        }
        .chart-beside {
            display: grid;
            grid-template-columns: auto minmax(0, 12rem) auto;
            align-items: center;
            gap: var(--space-2);
        }
        .chart-beside > b {
            margin-inline-start: auto;
            color: var(--text);
            font-weight: var(--weight-medium);
        }
        .chart-swatch {
            inline-size: 0.625rem;
            block-size: 0.625rem;
            border-radius: 2px;
            forced-color-adjust: none;
        }
        .chart-swatch.is-line {
            block-size: 2px;
            border-radius: 1px;
        }
        .chart-legend {
            grid-column: 2;
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-1) var(--space-4);
            padding-block: var(--space-1) var(--space-2);
            color: var(--text-2);
            font-size: var(--text-12);
            line-height: var(--lh-12);
        }
        .chart-legend > li {
            display: flex;
            align-items: center;
            gap: var(--space-2);
            min-inline-size: 0;
            overflow-wrap: anywhere;
        }
        .chart-foot {
            grid-column: 1 / -1;
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2) var(--space-4);
            min-block-size: 1.5rem;
            font-size: var(--text-13);
            line-height: var(--lh-13);
        }

        @media print {
            .chart-foot, .chart-cursor {
                display: none;
            }
        }
        "#
    )
}
