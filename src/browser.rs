//! The few browser calls that components need, owned and cleaned up: timers, listeners, focus, the clipboard.
//!
//! Pages and components use these instead of `web_sys`, so that what must be released on unmount is released by `Drop`.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, ResizeObserver, Window};

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

/// The page's origin, such as `https://desk.example`; empty where there is no page.
#[must_use]
pub fn origin() -> String {
    window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// The scripts of this app that may run as workers.
const WORKERS: [&str; 1] = ["/relay.js"];

/// The address of a worker's script, as the page's Trusted Types policy lets it pass; `None` for any other address.
#[must_use]
pub fn script_url(path: &str) -> Option<JsValue> {
    thread_local! {
        static POLICY: Option<JsValue> = trusted_types_policy();
    }
    if !WORKERS.contains(&path) {
        return None;
    }
    let plain = JsValue::from_str(path);
    POLICY.with(|policy| match policy {
        // The browser has no Trusted Types, so it asks for none.
        None => Some(plain.clone()),
        Some(policy) => {
            let create = js_sys::Reflect::get(policy, &JsValue::from_str("createScriptURL")).ok()?;
            let create: js_sys::Function = create.dyn_into().ok()?;
            create.call1(policy, &plain).ok()
        }
    })
}

/// The one policy that the Content-Security-Policy names. Which addresses pass is decided before it is asked.
fn trusted_types_policy() -> Option<JsValue> {
    let types = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("trustedTypes")).ok()?;
    let create = js_sys::Reflect::get(&types, &JsValue::from_str("createPolicy")).ok()?;
    let create: js_sys::Function = create.dyn_into().ok()?;
    let pass = Closure::<dyn Fn(JsValue) -> JsValue>::new(|path: JsValue| path).into_js_value();
    let rules = js_sys::Object::new();
    js_sys::Reflect::set(&rules, &JsValue::from_str("createScriptURL"), &pass).ok()?;
    create
        .call2(&types, &JsValue::from_str("switchboard"), &rules)
        .ok()
}

/// Calls back once after some milliseconds, unless it is dropped before.
pub struct Timeout {
    id: i32,
    _callback: Closure<dyn FnMut()>,
}

impl Timeout {
    /// Starts the wait. More than 2³¹ − 1 ms (24 days) counts as that.
    pub fn new(millis: u64, callback: impl FnOnce() + 'static) -> Self {
        let mut callback = Some(callback);
        let closure = Closure::new(move || {
            if let Some(callback) = callback.take() {
                callback();
            }
        });
        let id = window()
            .and_then(|window| {
                window
                    .set_timeout_with_callback_and_timeout_and_arguments_0(
                        closure.as_ref().unchecked_ref(),
                        i32::try_from(millis).unwrap_or(i32::MAX),
                    )
                    .ok()
            })
            .unwrap_or_default();
        Self {
            id,
            _callback: closure,
        }
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        if let Some(window) = window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}

/// Calls back again and again, every so many milliseconds, until it is dropped.
pub struct Interval {
    id: i32,
    _callback: Closure<dyn FnMut()>,
}

impl Interval {
    /// Starts ticking; the first call comes after one period.
    pub fn new(millis: u64, callback: impl FnMut() + 'static) -> Self {
        let closure = Closure::<dyn FnMut()>::new(callback);
        let id = window()
            .and_then(|window| {
                window
                    .set_interval_with_callback_and_timeout_and_arguments_0(
                        closure.as_ref().unchecked_ref(),
                        i32::try_from(millis).unwrap_or(i32::MAX),
                    )
                    .ok()
            })
            .unwrap_or_default();
        Self {
            id,
            _callback: closure,
        }
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        if let Some(window) = window() {
            window.clear_interval_with_handle(self.id);
        }
    }
}

#[derive(Default)]
struct Alarm {
    rang: bool,
    waker: Option<Waker>,
}

/// A future that ends after some milliseconds. Dropping it stops the wait.
pub struct Sleep {
    alarm: Rc<RefCell<Alarm>>,
    _timeout: Timeout,
}

/// Waits for some milliseconds.
#[must_use]
pub fn sleep(millis: u64) -> Sleep {
    let alarm = Rc::new(RefCell::new(Alarm::default()));
    let ring = alarm.clone();
    let timeout = Timeout::new(millis, move || {
        let waker = {
            let mut alarm = ring.borrow_mut();
            alarm.rang = true;
            alarm.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    });
    Sleep {
        alarm,
        _timeout: timeout,
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut alarm = self.alarm.borrow_mut();
        if alarm.rang {
            return Poll::Ready(());
        }
        alarm.waker = Some(cx.waker().clone());
        Poll::Pending
    }
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

/// Puts text on the clipboard. `false` when the browser refuses.
pub async fn copy_text(text: &str) -> bool {
    let Some(window) = window() else { return false };
    let navigator = window.navigator();
    // Absent where the page is not served securely.
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    if !clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text))
        .await
        .is_ok()
}

/// Loads the page anew.
pub fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
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

type Job = Rc<RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>>;

/// A future that runs by itself until it ends or this handle is dropped: what a component started stops with it.
pub struct Task {
    job: Job,
}

impl Task {
    /// Starts the future.
    pub fn spawn(future: impl Future<Output = ()> + 'static) -> Self {
        let job: Job = Rc::new(RefCell::new(Some(Box::pin(future))));
        let running = job.clone();
        wasm_bindgen_futures::spawn_local(std::future::poll_fn(move |cx| {
            // Taken out while it runs, so that the future may drop its own handle.
            let Some(mut future) = running.borrow_mut().take() else {
                return Poll::Ready(());
            };
            match future.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(()),
                Poll::Pending => {
                    // The handle's drop is the only other owner: one left means that it is gone.
                    if Rc::strong_count(&running) > 1 {
                        *running.borrow_mut() = Some(future);
                    }
                    Poll::Pending
                }
            }
        }));
        Self { job }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let future = self.job.borrow_mut().take();
        drop(future);
    }
}

/// Runs one future at a time for a component; from [`use_task`].
#[derive(Clone)]
pub struct TaskSlot(Rc<RefCell<Option<Task>>>);

impl TaskSlot {
    /// Starts the future, and stops the one before it.
    pub fn run(&self, future: impl Future<Output = ()> + 'static) {
        let task = Task::spawn(future);
        let before = self.0.borrow_mut().replace(task);
        drop(before);
    }
}

/// A place for a future that an event starts and that stops when the component goes.
///
/// A [`Task`] must not be kept in `use_state`: its future usually holds a setter, the setter holds the state, and neither
/// would ever be dropped.
#[yew::hook]
pub fn use_task() -> TaskSlot {
    let slot = yew::use_mut_ref(|| None::<Task>);
    let kept = slot.clone();
    yew::use_effect_with((), move |()| {
        move || {
            let task = kept.borrow_mut().take();
            drop(task);
        }
    });
    TaskSlot(slot)
}
