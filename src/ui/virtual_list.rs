//! A list as long as it likes: only the rows near what is seen stand in the page.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::Range;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::before_paint::use_before_paint;
use super::row_window::{Seen, moved};
use crate::browser::{Listener, ResizeWatch, focus, focused};
use crate::scoped;

/// Props for [`VirtualList`].
#[derive(Properties, PartialEq)]
pub struct VirtualListProps<K: PartialEq> {
    /// The accessible name.
    pub label: AttrValue,
    /// What the rows are about, in order, each once.
    pub keys: Rc<[K]>,
    /// Draws a row; its height is the custom property `--row-block`.
    pub view: Callback<K, Html>,
    /// Whether there are more that are not loaded.
    #[prop_or_default]
    pub has_more: bool,
    /// This row always stands in the page, and is scrolled to when it becomes this one.
    #[prop_or_default]
    pub revealed: Option<K>,
    /// The element around the list that scrolls.
    pub scroller: NodeRef,
}

/// What was drawn last.
struct Drawn<K> {
    keys: Rc<[K]>,
    seen: Seen,
    scroll_top: i32,
    revealed: Option<K>,
}

impl<K: Copy + Eq> Drawn<K> {
    /// What is seen keeps its place when rows came in or left above it; a row that is revealed comes into sight.
    fn follow(&mut self, list: &Element, scroller: &Element, keys: &Rc<[K]>, revealed: Option<K>) {
        if !Rc::ptr_eq(&self.keys, keys) {
            if self.seen.has_left_top() {
                let rows = self.seen.rows(self.keys.len());
                let by = moved(&self.keys[rows.clone()], rows.start, keys);
                scroll_by(scroller, by as f64 * self.seen.row);
            }
            self.keys = keys.clone();
        }
        self.measure(list, scroller);
        if self.revealed != revealed
            && let Some(row) = revealed.and_then(|key| keys.iter().position(|known| *known == key))
        {
            scroll_by(scroller, self.seen.reveal(row));
            self.measure(list, scroller);
        }
        // One that is not there yet is not waited for: it would move the list under somebody's eyes.
        self.revealed = revealed;
    }

    /// Out of sight nothing is measured: then it stays as it was when it was seen last.
    fn measure(&mut self, list: &Element, scroller: &Element) {
        let count = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let (rows, frame) = (
            list.get_bounding_client_rect(),
            scroller.get_bounding_client_rect(),
        );
        let seen = Seen {
            top: frame.top() - rows.top(),
            height: f64::from(scroller.client_height()),
            row: rows.height() / f64::from(count.max(1)),
        };
        if seen.is_measured() {
            (self.seen, self.scroll_top) = (seen, scroller.scroll_top());
        }
    }

    fn range(&self) -> Range<usize> {
        self.seen.drawn(self.keys.len())
    }
}

fn scroll_by(scroller: &Element, pixels: f64) {
    let by = pixels.round() as i32;
    if by != 0 {
        scroller.set_scroll_top(scroller.scroll_top() + by);
    }
}

/// What has the focus in a row: the row's key as text, and which of the things in the row.
fn focus_in(list: Option<&Element>) -> Option<(String, String)> {
    let (list, focused) = (list?, focused()?);
    let row = focused.closest("[data-row]").ok().flatten()?;
    let inside = list.contains(Some(row.as_ref())).then(|| focused.tag_name());
    Some((row.get_attribute("data-row")?, inside?))
}

/// Puts the focus back where it was, and scrolls nothing.
fn focus_again(list: &Element, scroller: &Element, (row, tag): &(String, String)) {
    let is_lost = focused().is_none_or(|element| element.tag_name() == "BODY");
    let selector = format!("[data-row='{row}'] {tag}");
    if let Some(element) = list.query_selector(&selector).ok().flatten().filter(|_| is_lost) {
        let top = scroller.scroll_top();
        focus(&element);
        scroller.set_scroll_top(top);
    }
}

/// The list. What is seen stays where it is while rows come, go and change places, and what has the focus keeps it.
#[component]
pub fn VirtualList<K>(props: &VirtualListProps<K>) -> Html
where
    K: Copy + Eq + Display + 'static,
{
    let class = scoped!(
        r#"
        position: relative;
        box-sizing: border-box;
        margin: 0;
        padding: 0;
        block-size: calc(var(--rows) * var(--row-block));
        padding-block-start: calc(var(--above) * var(--row-block));

        > li { position: relative; block-size: var(--row-block); }
        > .away { position: absolute; inset-inline: 0; inset-block-start: calc(var(--at) * var(--row-block)); }
        "#
    );
    let list = use_node_ref();
    let keys = props.keys.clone();
    let range = use_state_eq(|| Seen::default().drawn(props.keys.len()));
    // The row that had the focus last stays in the page, also far from what is seen.
    let held = use_state_eq(|| None::<K>);
    let drawn = use_mut_ref(|| Drawn {
        keys: Rc::default(),
        seen: Seen::default(),
        scroll_top: 0,
        revealed: None,
    });
    // Before anything is moved in the page: what is moved loses the focus.
    let had_focus = focus_in(list.cast::<Element>().as_ref());
    {
        let placed = list.clone();
        let (list, scroller, keys, drawn) =
            (list.clone(), props.scroller.clone(), keys.clone(), drawn.clone());
        let (setter, revealed) = (range.setter(), props.revealed);
        use_before_paint(&placed, move || {
            let (Some(list), Some(scroller)) = (list.cast::<Element>(), scroller.cast::<Element>()) else {
                return;
            };
            if let Some(had_focus) = &had_focus {
                focus_again(&list, &scroller, had_focus);
            }
            let mut drawn = drawn.borrow_mut();
            drawn.follow(&list, &scroller, &keys, revealed);
            setter.set(drawn.range());
        });
    }
    use_watch(&list, &props.scroller, &drawn, range.setter());
    let onfocusin = {
        let (held, keys, list) = (held.setter(), keys.clone(), list.clone());
        let near = shown(&range, keys.len());
        Callback::from(move |_: FocusEvent| {
            let row = focus_in(list.cast::<Element>().as_ref());
            let key = row.and_then(|(row, _)| {
                let near = keys.get(near.clone())?;
                near.iter().find(|key| key.to_string() == row).copied()
            });
            if key.is_some() {
                held.set(key);
            }
        })
    };
    let count = keys.len();
    let near = shown(&range, count);
    let is_whole = near.len() == count && !props.has_more;
    let view = |place: usize, is_away: bool| {
        let key = keys[place];
        let size = if props.has_more {
            "-1".to_owned()
        } else {
            count.to_string()
        };
        html! {
            <li
                key={key.to_string()}
                data-row={key.to_string()}
                class={is_away.then_some("away")}
                style={is_away.then(|| format!("--at:{place}"))}
                aria-setsize={(!is_whole).then_some(size)}
                aria-posinset={(!is_whole).then(|| (place + 1).to_string())}
            >
                { props.view.emit(key) }
            </li>
        }
    };
    let mut away: Vec<usize> = [*held, props.revealed]
        .into_iter()
        .flatten()
        .filter_map(|key| keys.iter().position(|known| *known == key))
        .filter(|place| !near.contains(place))
        .collect();
    away.sort_unstable();
    away.dedup();
    let (above, below): (Vec<usize>, Vec<usize>) = away.into_iter().partition(|place| *place < near.start);
    let start = near.start;
    let above = above.into_iter().map(|place| (place, true));
    let below = below.into_iter().map(|place| (place, true));
    let rows = above.chain(near.map(|place| (place, false))).chain(below);
    html! {
        <ul
            {class}
            role="list"
            aria-label={props.label.clone()}
            ref={list}
            style={format!("--rows:{count};--above:{start}")}
            {onfocusin}
        >
            { for rows.map(|(place, is_away)| view(place, is_away)) }
        </ul>
    }
}

/// What is drawn of a range that was decided before the list became shorter.
fn shown(range: &Range<usize>, count: usize) -> Range<usize> {
    let end = range.end.min(count);
    range.start.min(end)..end
}

/// Draws other rows when the element around the list was scrolled or has another size. Where it was out of sight, the browser
/// has forgotten where it was scrolled to.
#[hook]
fn use_watch<K: Copy + Eq + 'static>(
    list: &NodeRef,
    scroller: &NodeRef,
    drawn: &Rc<RefCell<Drawn<K>>>,
    setter: UseStateSetter<Range<usize>>,
) {
    let (list, scroller, drawn) = (list.clone(), scroller.clone(), drawn.clone());
    use_effect_with((), move |()| {
        let watches = scroller.cast::<Element>().map(|scroller| {
            let look = {
                let (list, drawn, scroller) = (list.clone(), drawn.clone(), scroller.clone());
                move || {
                    if let Some(list) = list.cast::<Element>() {
                        let mut drawn = drawn.borrow_mut();
                        drawn.measure(&list, &scroller);
                        setter.set(drawn.range());
                    }
                }
            };
            let on_size = {
                let (look, scroller, drawn) = (look.clone(), scroller.clone(), drawn.clone());
                let was_seen = RefCell::new(true);
                move || {
                    let is_seen = scroller.client_height() > 0;
                    if !was_seen.replace(is_seen) && is_seen {
                        scroller.set_scroll_top(drawn.borrow().scroll_top);
                    }
                    look();
                }
            };
            let scrolled = Listener::new(&scroller, "scroll", move |_| look());
            (scrolled, ResizeWatch::new(&scroller, on_size))
        });
        move || drop(watches)
    });
}
