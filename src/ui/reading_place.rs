//! Where a reader is in something that scrolls, so that nothing moves under their eyes.

use switchboard_engine::roll::{Drawn, Place, Roll};
use web_sys::{Element, Node};
use yew::prelude::*;

use super::before_paint::use_before_paint;
use crate::browser::{ResizeWatch, focus};

/// Within this distance of the end the reader counts as being there, in pixels.
const AT_END: i32 = 48;
/// The start or the end is near when this much is left, in pixels.
const NEAR: i32 = 400;
/// An entry that is gone to stands so much of the height below the upper edge.
const AIMED_AT: f64 = 0.25;
/// Less than this is no movement, in pixels.
const STILL: f64 = 0.25;

/// Calls back whenever scrolling comes near the end of a list.
#[hook]
pub fn use_near_end(on_near_end: Callback<()>) -> Callback<Event> {
    use_callback(on_near_end, |event: Event, on_near_end| {
        if let Some(list) = event.target_dyn_into::<Element>()
            && list.scroll_height() - list.scroll_top() - list.client_height() < NEAR
        {
            on_near_end.emit(());
        }
    })
}

/// A log that grows at both ends.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntries<K> {
    /// Its entries, in order.
    pub keys: Vec<K>,
    /// The last one was written by the reader, who wants to see it.
    pub last_is_own: bool,
    /// It ends with the newest one: a reader who is there stays there.
    pub is_whole: bool,
    /// Where the reader wants to go, with a number that tells one wish from the next.
    pub aim: Option<(u64, K)>,
    /// Whether this one lies above what is seen is told.
    pub watched: Option<K>,
}

/// From [`use_reading_place`].
#[derive(Clone)]
pub struct ReadingPlace {
    /// For the element that scrolls.
    pub node: NodeRef,
    /// For the element that holds the entries, and nothing else but one element for each gap of [`ReadingPlace::drawn`].
    pub entries: NodeRef,
    /// What is drawn, and how high the gaps are.
    pub drawn: Drawn,
    /// For the element that scrolls.
    pub onscroll: Callback<Event>,
    /// For the element that holds the entries: one with the focus stays drawn.
    pub onfocusin: Callback<FocusEvent>,
    /// For the element that holds the entries.
    pub onfocusout: Callback<FocusEvent>,
    /// Whether the reader is elsewhere than at the end.
    pub is_away: bool,
    /// Whether [`LogEntries::watched`] lies above what is seen.
    pub is_watched_above: bool,
    /// Goes to the end of what is there.
    pub to_end: Callback<()>,
}

struct Reading<K> {
    roll: Roll<K>,
    keys: Vec<K>,
    drawn: Drawn,
    is_whole: bool,
    /// The entry that has the focus.
    kept: Option<K>,
    followed: u64,
    size: (i32, i32),
    /// Whether the reader was put where they are since it was drawn last.
    is_settled: bool,
    /// Where a reader at the end was put, as the element counts it.
    put: Option<i32>,
}

impl<K: Copy + Ord> Reading<K> {
    fn take_in(&mut self, log: &LogEntries<K>) {
        let came_in = log.keys.last() != self.keys.last();
        if came_in && log.last_is_own {
            self.roll.go(Place::End);
        }
        if let Place::At(key, _) = self.roll.place()
            && !log.keys.contains(&key)
        {
            self.roll.go(Place::End);
        }
        if let Some((number, key)) = log.aim
            && number != self.followed
            && log.keys.contains(&key)
        {
            self.followed = number;
            self.roll.go(Place::At(key, self.roll.seen() * AIMED_AT));
        }
        self.keys.clone_from(&log.keys);
        self.is_whole = log.is_whole;
        self.roll.tidy(&self.keys);
        self.drawn = self.roll.draw(&self.keys, self.kept);
        self.is_settled = false;
    }

    /// The drawn entries with their elements: before each stretch stands its gap.
    fn elements(&self, entries: &Element) -> Vec<(K, Element)> {
        let children = entries.children();
        let mut place = 0;
        let mut found = Vec::new();
        for stretch in &self.drawn.stretches {
            place += 1;
            for index in stretch.entries.clone() {
                found.extend(self.keys.get(index).copied().zip(children.item(place)));
                place += 1;
            }
        }
        found
    }

    fn measure(&mut self, log: &Element, entries: &Element) {
        self.size = (log.client_width(), log.client_height());
        self.roll.set_seen(f64::from(self.size.1));
        for (key, element) in self.elements(entries) {
            self.roll
                .measured(key, element.get_bounding_client_rect().height());
        }
    }

    /// Puts the reader back where they were.
    fn restore(&mut self, log: &Element, entries: &Element) {
        self.is_settled = true;
        let Place::At(key, offset) = self.roll.place() else {
            log.set_scroll_top(log.scroll_height());
            self.put = Some(log.scroll_top());
            return;
        };
        let elements = self.elements(entries);
        if let Some((_, element)) = elements.iter().find(|(known, _)| *known == key) {
            let moved = top_of(element) - top_of(log) - offset;
            if moved.abs() > STILL {
                log.scroll_by_with_x_and_y(0.0, moved);
            }
        }
    }

    /// The reader has scrolled.
    fn follow(&mut self, log: &Element, entries: &Element) {
        let top = log.scroll_top();
        let is_put = self.put.replace(top) == Some(top);
        if is_put && self.roll.place() == Place::End {
            // They stand where they were put, and something below has become higher since.
            return;
        }
        let left = log.scroll_height() - top - log.client_height();
        if self.is_whole && left <= AT_END {
            self.roll.go(Place::End);
            return;
        }
        let upper = top_of(log);
        let mut seen = self.elements(entries).into_iter().filter(|(_, element)| {
            let shape = element.get_bounding_client_rect();
            shape.bottom() > upper && shape.top() < upper + self.roll.seen()
        });
        let first = seen.next();
        // The outermost one may become less high when others come in before it: it may have stood below a date of its own.
        let first = match seen.next() {
            Some(second) if first.as_ref().map(|(key, _)| key) == self.keys.first() => Some(second),
            _ => first,
        };
        match first {
            Some((key, element)) => self.roll.go(Place::At(key, top_of(&element) - upper)),
            None => self.roll.scrolled_to(&self.keys, upper - top_of(entries)),
        }
    }

    fn is_away(&self) -> bool {
        !self.is_whole || self.roll.place() != Place::End
    }

    fn is_enough(&self) -> bool {
        self.roll.is_enough(&self.keys, &self.drawn)
    }
}

fn top_of(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}

/// Keeps a reader at the end there, also when the element becomes smaller; keeps a reader further up in place, whatever comes
/// in, goes or changes its height above them, and when the element was hidden for a while. Tells what to draw, which is never
/// much more than what is seen, and tells the last entry that is seen, again and again.
#[hook]
pub fn use_reading_place<K>(
    log: &LogEntries<K>,
    on_near_start: Callback<()>,
    on_near_end: Callback<()>,
    on_seen: Callback<K>,
) -> ReadingPlace
where
    K: Copy + Ord + 'static,
{
    let (node, entries) = (use_node_ref(), use_node_ref());
    let update = use_force_update();
    let away = use_state_eq(|| false);
    let above = use_state_eq(|| false);
    let watched = use_mut_ref(|| None::<K>);
    *watched.borrow_mut() = log.watched;
    let reading = use_mut_ref(|| Reading {
        roll: Roll::default(),
        keys: Vec::new(),
        drawn: Drawn::default(),
        is_whole: true,
        kept: None,
        followed: 0,
        size: (0, 0),
        is_settled: false,
        put: None,
    });
    reading.borrow_mut().take_in(log);
    let near = use_mut_ref(|| (Callback::noop(), Callback::noop(), Callback::noop()));
    *near.borrow_mut() = (on_near_start, on_near_end, on_seen);
    // What follows from where the reader is now.
    let tell = {
        let (reading, away, above) = (reading.clone(), away.setter(), above.setter());
        use_callback((), move |(), ()| {
            let (beyond, is_away, is_above, last_seen) = {
                let reading = reading.borrow();
                let watched = *watched.borrow();
                let is_above = watched.is_some_and(|key| reading.roll.is_above(&reading.keys, key));
                let last_seen = reading.roll.last_seen(&reading.keys);
                let beyond = reading.roll.beyond(&reading.keys);
                (beyond, reading.is_away(), is_above, last_seen)
            };
            away.set(is_away);
            above.set(is_above);
            let (on_near_start, on_near_end, on_seen) = near.borrow().clone();
            if let Some(key) = last_seen {
                on_seen.emit(key);
            }
            if beyond.0 < f64::from(NEAR) {
                on_near_start.emit(());
            }
            if is_away && beyond.1 < f64::from(NEAR) {
                on_near_end.emit(());
            }
        })
    };
    let settle = {
        let (node, entries, reading) = (node.clone(), entries.clone(), reading.clone());
        let (tell, update) = (tell.clone(), update.clone());
        use_callback((), move |(), ()| {
            let Some((log, entries)) = node.cast::<Element>().zip(entries.cast::<Element>()) else {
                return;
            };
            // Without a size it is hidden, and the browser has forgotten where it was scrolled to.
            if log.client_height() == 0 {
                return;
            }
            let is_enough = {
                let mut reading = reading.borrow_mut();
                if reading.size.0 != log.client_width() {
                    reading.roll.forget_heights();
                }
                reading.measure(&log, &entries);
                reading.restore(&log, &entries);
                reading.is_enough()
            };
            if is_enough {
                tell.emit(());
            } else {
                update.force_update();
            }
        })
    };
    {
        let settle = settle.clone();
        // After every drawing: what stands there may have become higher without anything coming in.
        use_before_paint(&entries, move || settle.emit(()));
    }
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let watch = node
                .cast::<Element>()
                .map(|log| ResizeWatch::new(&log, move || settle.emit(())));
            move || drop(watch)
        });
    }
    let onscroll = {
        let (entries, reading) = (entries.clone(), reading.clone());
        use_callback((), move |event: Event, ()| {
            let Some((log, entries)) = event.target_dyn_into::<Element>().zip(entries.cast::<Element>())
            else {
                return;
            };
            let is_enough = {
                let mut reading = reading.borrow_mut();
                if !reading.is_settled || reading.size != (log.client_width(), log.client_height()) {
                    // What is drawn, or the size, is not what they scrolled in: the effect or the watch above puts them where they
                    // were or wanted to go.
                    return;
                }
                reading.follow(&log, &entries);
                reading.is_enough()
            };
            if is_enough {
                tell.emit(());
            } else {
                update.force_update();
            }
        })
    };
    let onfocusin = {
        let (entries, reading) = (entries.clone(), reading.clone());
        use_callback((), move |event: FocusEvent, ()| {
            if let Some((node, entries)) = event.target_dyn_into::<Node>().zip(entries.cast::<Element>()) {
                let mut reading = reading.borrow_mut();
                let elements = reading.elements(&entries);
                let holder = elements.iter().find(|(_, element)| element.contains(Some(&node)));
                reading.kept = holder.map(|(key, _)| *key);
            }
        })
    };
    let onfocusout = {
        let reading = reading.clone();
        use_callback((), move |_: FocusEvent, ()| reading.borrow_mut().kept = None)
    };
    let to_end = {
        let (node, reading, update) = (node.clone(), reading.clone(), use_force_update());
        use_callback((), move |(), ()| {
            reading.borrow_mut().roll.go(Place::End);
            update.force_update();
            if let Some(log) = node.cast::<Element>() {
                focus(&log);
            }
        })
    };
    let drawn = reading.borrow().drawn.clone();
    ReadingPlace {
        node,
        entries,
        drawn,
        onscroll,
        onfocusin,
        onfocusout,
        is_away: *away,
        is_watched_above: *above,
        to_end,
    }
}
