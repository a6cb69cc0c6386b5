//! Where a reader is in something that scrolls, so that nothing moves under their eyes.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use crate::browser::ResizeWatch;

/// Within this distance of the end the reader counts as being there, in pixels.
const AT_END: i32 = 48;
/// The start or the end is near when this much is left, in pixels.
const NEAR: i32 = 400;

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

/// What a log that grows at both ends holds, by its outermost entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent<K> {
    /// Changes when earlier entries come in.
    pub first: Option<K>,
    /// Changes when later ones come in.
    pub last: Option<K>,
    /// The last one was written by the reader, who wants to see it.
    pub last_is_own: bool,
}

/// From [`use_reading_place`].
#[derive(Clone)]
pub struct ReadingPlace {
    /// For the element that scrolls.
    pub node: NodeRef,
    /// For the element that scrolls.
    pub onscroll: Callback<Event>,
    /// Something new came in below what is seen.
    pub has_news: bool,
    /// Goes to the end.
    pub to_end: Callback<MouseEvent>,
}

/// Where a reader is, from [`use_reader`].
#[derive(Clone)]
pub struct Reader<K>(Rc<RefCell<Reading<K>>>);

impl<K> Reader<K> {
    /// Whether they read at the end, where what comes in next is seen.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        !self.0.borrow().left_end
    }
}

struct Reading<K> {
    left_end: bool,
    /// From the end of the content to the top of what is seen, in pixels.
    from_end: i32,
    /// How much is seen, in pixels.
    height: i32,
    known: Extent<K>,
}

impl<K> Reading<K> {
    /// Puts the reader back where they were, measured from the end of the content.
    fn restore(&self, log: &Element) {
        let top = if self.left_end {
            log.scroll_height() - self.from_end
        } else {
            log.scroll_height()
        };
        log.set_scroll_top(top);
    }

    fn measure(&mut self, log: &Element) {
        self.from_end = log.scroll_height() - log.scroll_top();
        self.height = log.client_height();
    }
}

/// A reader who begins at the end.
#[hook]
pub fn use_reader<K: 'static>() -> Reader<K> {
    Reader(use_mut_ref(|| Reading {
        left_end: false,
        from_end: 0,
        height: 0,
        known: Extent {
            first: None,
            last: None,
            last_is_own: false,
        },
    }))
}

/// Keeps a reader at the end there, also when the element becomes smaller; keeps a reader further up in place, also when
/// earlier entries come in above and when the element was hidden for a while.
#[hook]
pub fn use_reading_place<K>(
    reader: &Reader<K>,
    extent: Extent<K>,
    on_near_start: Callback<()>,
) -> ReadingPlace
where
    K: Copy + PartialEq + 'static,
{
    let node = use_node_ref();
    let reading = reader.0.clone();
    let news = use_state(|| false);
    {
        let (node, reading, news) = (node.clone(), reading.clone(), news.clone());
        // After every render: what stands there may have become higher without anything coming in.
        use_effect(move || {
            let Some(log) = node.cast::<Element>() else { return };
            let mut reading = reading.borrow_mut();
            let came_in = extent.last != reading.known.last;
            if came_in && extent.last_is_own {
                reading.left_end = false;
                news.set(false);
            } else if came_in && reading.left_end {
                news.set(true);
            }
            if !reading.left_end || extent.first != reading.known.first {
                reading.restore(&log);
            }
            reading.measure(&log);
            reading.known = extent;
        });
    }
    {
        let (node, reading) = (node.clone(), reading.clone());
        use_effect_with((), move |()| {
            let watch = node.cast::<Element>().map(|log| {
                ResizeWatch::new(&log.clone(), move || {
                    // Without a size it is hidden, and the browser has forgotten where it was scrolled to.
                    if log.client_height() > 0 {
                        let mut reading = reading.borrow_mut();
                        reading.restore(&log);
                        reading.measure(&log);
                    }
                })
            });
            move || drop(watch)
        });
    }
    let onscroll = {
        let (reading, setter) = (reading.clone(), news.setter());
        use_callback(on_near_start, move |event: Event, on_near_start| {
            let Some(log) = event.target_dyn_into::<Element>() else {
                return;
            };
            let left_end = {
                let mut reading = reading.borrow_mut();
                if reading.height != log.client_height() {
                    // Not the reader's doing: the size has changed, and the watch above puts them back in this frame.
                    return;
                }
                reading.measure(&log);
                reading.left_end = reading.from_end - log.client_height() > AT_END;
                reading.left_end
            };
            if !left_end {
                setter.set(false);
            }
            if log.scroll_top() < NEAR {
                on_near_start.emit(());
            }
        })
    };
    let to_end = {
        let (node, setter) = (node.clone(), news.setter());
        use_callback((), move |_: MouseEvent, ()| {
            setter.set(false);
            if let Some(log) = node.cast::<Element>() {
                let mut reading = reading.borrow_mut();
                reading.left_end = false;
                reading.restore(&log);
                crate::browser::focus(&log);
            }
        })
    };
    ReadingPlace {
        node,
        onscroll,
        has_news: *news,
        to_end,
    }
}
