//! The few browser calls that the rest of the dashboard needs, owned and cleaned up: timers, listeners, focus, the clipboard.
//!
//! Pages and components use these instead of `web_sys`, so that what must be released on unmount is released by `Drop`.
//!
//! | file | holds |
//! | --- | --- |
//! | `mod.rs` | the window, its clocks, listeners, focus |
//! | `time.rs` | waiting |
//! | `canvas.rs` | canvases, and what decides how they look |
//! | `embedded.rs` | pages in iframes |
//! | `files.rs` | files that a person gives to the page |
//! | `frame.rs` | the page's frames |
//! | `keys.rs` | whom keys are for |
//! | `local.rs` | times of day where the person is |
//! | `task.rs` | futures that stop with whoever started them |
//! | `lock.rs` | Web Locks |
//! | `service_worker.rs` | what answers for the site when there is no network |
//! | `saving.rs` | the clipboard, files that the person saves |
//! | `workers.rs` | scripts that run beside the page |

mod canvas;
mod embedded;
mod files;
mod frame;
mod keys;
mod local;
mod lock;
mod saving;
mod service_worker;
mod task;
mod time;
mod workers;
mod zones;

use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::{
    Document, Element, Event, EventTarget, HtmlElement, MutationObserver, MutationObserverInit,
    ResizeObserver, Url, Window,
};

pub use canvas::{Anchor, LooksWatch, Paper, pixel_ratio, style_of};
pub use embedded::{post_to_frame, use_frame_messages};
pub use files::{BlobUrl, Chosen, chosen_files, drags_files, dropped_files, pasted_files};
pub use frame::Frame;
pub use keys::{KeyPlace, has_command_key, is_covered, key_place};
pub use local::{LocalTime, local_time, start_of_day, today, utc_offset_minutes};
pub use lock::Lock;
pub use saving::{copy_text, download, save_blob, save_url};
pub use service_worker::{
    WorkerNews, ask_to_be_woken, hear_worker, install_worker, look_for_newer_build, own_build, reload,
};
pub use task::{Task, TaskSlot, use_task};
pub use time::{
    Answered, Grace, Happening, Interval, Sleep, Timeout, answered, grace, happening, sleep, within,
};
pub use workers::start_worker;
pub use zones::{day_in, own_time_zone, time_zones};

/// The window. `None` only where there is no page, such as in a worker.
#[must_use]
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The page's document.
#[must_use]
pub fn document() -> Option<Document> {
    window().and_then(|window| window.document())
}

/// Milliseconds since the page was opened; never goes back and does not follow the wall clock.
#[must_use]
pub fn monotonic_ms() -> f64 {
    window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

/// Both clocks at this moment, as the engine's machines take them.
#[must_use]
pub fn now() -> switchboard_engine::Now {
    switchboard_engine::Now {
        monotonic: monotonic_ms() as u64,
        wall: switchboard_contract::time::Timestamp::from_millis(js_sys::Date::now() as i64),
    }
}

/// A seed from the platform's random source, for jitter.
#[must_use]
pub fn random_seed() -> u64 {
    u64::from_le_bytes(random_bytes())
}

/// Random bytes from the platform's random source.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    if let Some(crypto) = window().and_then(|window| window.crypto().ok()) {
        // Fails only for more than 65,536 bytes at once.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
}

/// Whether the browser believes that it has a network. `true` promises nothing; `false` is certain.
#[must_use]
pub fn is_online() -> bool {
    window().is_none_or(|window| window.navigator().on_line())
}

/// Whether the page is shown, not in a background tab.
#[must_use]
pub fn is_shown() -> bool {
    document().is_none_or(|document| !document.hidden())
}

/// Whether the page has the keyboard: its window is the one that the person works in.
#[must_use]
pub fn has_focus() -> bool {
    document().is_some_and(|document| document.has_focus().unwrap_or(false))
}

/// The page's origin, such as `https://desk.example`; empty where there is no page.
#[must_use]
pub fn origin() -> String {
    window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// A host's name as browsers ask for it: lower case, other scripts by IDNA; none for what is no host.
#[must_use]
pub fn host_name(host: &str) -> Option<String> {
    let url = Url::new(&format!("http://{host}")).ok()?;
    Some(url.hostname()).filter(|name| !name.is_empty())
}

/// An event listener that is removed when it is dropped.
pub struct Listener {
    target: EventTarget,
    event: &'static str,
    capture: bool,
    callback: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens on `target`, in the bubbling phase.
    pub fn new(target: &EventTarget, event: &'static str, callback: impl FnMut(Event) + 'static) -> Self {
        Self::with_capture(target, event, false, callback)
    }

    /// Listens on `target`, before its descendants see the event.
    pub fn capturing(
        target: &EventTarget,
        event: &'static str,
        callback: impl FnMut(Event) + 'static,
    ) -> Self {
        Self::with_capture(target, event, true, callback)
    }

    fn with_capture(
        target: &EventTarget,
        event: &'static str,
        capture: bool,
        callback: impl FnMut(Event) + 'static,
    ) -> Self {
        let callback = Closure::<dyn FnMut(Event)>::new(callback);
        // Refused only for arguments of the wrong kind.
        let _ = target.add_event_listener_with_callback_and_bool(
            event,
            callback.as_ref().unchecked_ref(),
            capture,
        );
        Self {
            target: target.clone(),
            event,
            capture,
            callback,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback_and_bool(
            self.event,
            self.callback.as_ref().unchecked_ref(),
            self.capture,
        );
    }
}

/// Calls back when an element's size changes, and once at the start, until it is dropped.
pub struct ResizeWatch {
    observer: Option<ResizeObserver>,
    _callback: Closure<dyn FnMut()>,
}

impl ResizeWatch {
    /// Watches `element`.
    pub fn new(element: &Element, callback: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Self {
            observer,
            _callback: callback,
        }
    }
}

impl Drop for ResizeWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Calls back when something in an element has changed, before the browser paints that, until it is dropped.
pub struct MutationWatch {
    observer: Option<MutationObserver>,
    _callback: Closure<dyn FnMut()>,
}

impl MutationWatch {
    /// Watches what is in `element`, and the element itself.
    pub fn new(element: &Element, callback: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        let observer = MutationObserver::new(callback.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            let everything = MutationObserverInit::new();
            everything.set_attributes(true);
            everything.set_character_data(true);
            everything.set_child_list(true);
            everything.set_subtree(true);
            let _ = observer.observe_with_options(element, &everything);
        }
        Self {
            observer,
            _callback: callback,
        }
    }
}

impl Drop for MutationWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Whether the page is written from right to left.
#[must_use]
pub fn is_right_to_left() -> bool {
    document()
        .and_then(|document| document.document_element())
        .and_then(|root| root.get_attribute("dir"))
        .is_some_and(|direction| direction == "rtl")
}

/// Puts the focus below `root`, on what the first selector that fits anything finds, if what had the focus is gone or
/// hidden.
pub fn catch_focus(root: &yew::NodeRef, selectors: &[String]) {
    let visible = |element: &HtmlElement| element.offset_width() > 0 || element.offset_height() > 0;
    if focused().is_some_and(|element| element.tag_name() != "BODY" && visible(&element)) {
        return;
    }
    let Some(root) = root.cast::<Element>() else {
        return;
    };
    let found = selectors
        .iter()
        // Fails only for selectors that are not valid.
        .find_map(|selector| root.query_selector(selector).ok().flatten());
    if let Some(target) = found {
        focus(&target);
    }
}

/// Puts the focus on an element, if it takes it.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // Refused only for elements that are gone, where there is nothing to do.
        let _ = element.focus();
    }
}

/// Puts the focus on what a component has drawn, if it is there.
pub fn focus_node(node: &yew::NodeRef) {
    if let Some(element) = node.cast::<Element>() {
        focus(&element);
    }
}

/// The element that has the focus.
#[must_use]
pub fn focused() -> Option<HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// Focuses the first element below `root` that fits, if it can have the focus. `false` when there is none.
#[must_use]
pub fn focus_within(root: &yew::NodeRef, selector: &str) -> bool {
    let found = root
        .cast::<Element>()
        .and_then(|root| root.query_selector(selector).ok().flatten());
    if let Some(element) = &found {
        focus(element);
    }
    found.is_some()
}

/// Moves the focus by so many places among the elements below `root` that fit. Before the first of them it goes to what `before`
/// finds, and from there to the first one; behind the last it stays.
pub fn step_focus(root: &yew::NodeRef, selector: &str, before: &str, step: isize) {
    let Some(found) = root
        .cast::<Element>()
        .and_then(|root| root.query_selector_all(selector).ok())
    else {
        return;
    };
    let all: Vec<HtmlElement> = (0..found.length())
        .filter_map(|place| found.item(place)?.dyn_into().ok())
        .collect();
    let now = focused().and_then(|focused| all.iter().position(|element| *element == focused));
    let next = match now {
        None if step > 0 => Some(0),
        None => return,
        Some(now) => now.checked_add_signed(step),
    };
    match next {
        Some(next) => {
            if let Some(element) = all.get(next) {
                focus(element);
            }
        }
        None => {
            let _ = focus_within(root, before);
        }
    }
}

/// Presses the first element below `root` that fits and is shown, as the mouse would. `false` when there is none.
#[must_use]
pub fn press_first_shown(root: &yew::NodeRef, selector: &str) -> bool {
    let Some(found) = root
        .cast::<Element>()
        .and_then(|root| root.query_selector_all(selector).ok())
    else {
        return false;
    };
    let shown = (0..found.length())
        .filter_map(|place| found.item(place)?.dyn_into::<HtmlElement>().ok())
        .find(|element| element.offset_width() > 0);
    if let Some(element) = &shown {
        element.click();
    }
    shown.is_some()
}

/// Sets the document's title.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Writes a line for developers to the console. Never pass tokens or what people wrote.
pub fn log_error(line: &str) {
    web_sys::console::error_1(&JsValue::from_str(line));
}
