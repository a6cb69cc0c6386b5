//! What the engine's machines use of the browser: other tabs, timers, signs of waking.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Reflect;
use switchboard::browser::{document, download, sleep, window};
use switchboard::realtime::tabs::Tabs;
use switchboard::realtime::timers::Timers;
use switchboard::realtime::wake::{Sign, Wake};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Event, EventTarget, HtmlAnchorElement};
use yew::Callback;

use support::Replaced;

wasm_bindgen_test_configure!(run_in_browser);

/// A list that callbacks write to.
struct Log<T>(Rc<RefCell<Vec<T>>>);

impl<T: Clone + PartialEq + std::fmt::Debug + 'static> Log<T> {
    fn new() -> Self {
        Self(Rc::default())
    }

    fn callback(&self) -> Callback<T> {
        let log = self.0.clone();
        Callback::from(move |value| log.borrow_mut().push(value))
    }

    fn push(&self, value: T) -> impl FnOnce() + 'static {
        let log = self.0.clone();
        move || log.borrow_mut().push(value)
    }

    fn all(&self) -> Vec<T> {
        self.0.borrow().clone()
    }

    async fn until(&self, expected: &[T]) {
        for _ in 0..500 {
            if self.all() == expected {
                return;
            }
            sleep(10).await;
        }
        panic!("waited in vain for {expected:?}; heard: {:?}", self.all());
    }
}

/// Workers start from `address`, a script that may use `path`; `started` may do something to each `worker`.
///
/// What it answers with is an instance of the browser's own class, which the program asks for.
fn workers_from(address: &str, started: &str) -> Replaced {
    Replaced::global(
        "Worker",
        &format!(
            "Object.defineProperty(function (path) {{ const worker = new original({address}); {started}; return worker; }}, 'prototype', {{ value: original.prototype }})"
        ),
    )
}

/// The bundle serves the scripts at the root; the test's page has the sources.
fn workers_from_the_sources() -> Replaced {
    workers_from("`/assets${path}`", "")
}

fn tell(target: &EventTarget, event: &str) {
    target
        .dispatch_event(&Event::new(event).expect("an event"))
        .expect("told");
}

#[wasm_bindgen_test]
async fn tabs_hear_each_other_and_not_themselves() {
    let (left, right, other) = (Log::new(), Log::new(), Log::new());
    let tab = |name: &str, heard: &Log<String>| Tabs::new(name, heard.callback(), Callback::noop());
    let (a, b, _c) = (tab("one", &left), tab("one", &right), tab("two", &other));
    a.say("first");
    a.say("second");
    right.until(&["first".to_owned(), "second".to_owned()]).await;
    b.say("answer");
    left.until(&["answer".to_owned()]).await;
    assert!(other.all().is_empty());
}

#[wasm_bindgen_test]
async fn the_lock_goes_to_the_next_tab_when_its_holder_goes() {
    let locked = Log::new();
    let tab = || Tabs::new("lock", Callback::noop(), locked.callback());
    let (a, b, c) = (tab(), tab(), tab());
    a.request(1);
    locked.until(&[1]).await;
    b.request(2);
    c.request(3);
    // Asked again: the earlier question counts no longer.
    b.request(4);
    drop(a);
    locked.until(&[1, 3]).await;
    c.release();
    locked.until(&[1, 3, 4]).await;
}

#[wasm_bindgen_test]
async fn without_locks_a_tab_waits_for_nobody() {
    let locked = Log::new();
    let navigator: JsValue = window().expect("a window").navigator().into();
    let _hidden = Replaced::by_nothing(&navigator, "locks");
    let tabs = Tabs::new("none", Callback::noop(), locked.callback());
    tabs.request(1);
    assert!(locked.all().is_empty(), "not within the call");
    locked.until(&[1]).await;
    tabs.request(2);
    tabs.release();
    tabs.request(3);
    locked.until(&[1, 3]).await;
}

#[wasm_bindgen_test]
async fn timers_ring_once_in_their_order_and_can_be_replaced_and_stopped() {
    let _sources = workers_from_the_sources();
    let rung = Log::new();
    let timers = Timers::new();
    timers.set('c', 60, rung.push("c"));
    timers.set('a', 5, rung.push("never"));
    timers.set('a', 30, rung.push("a"));
    timers.set('b', 10, rung.push("never"));
    timers.cancel('b');
    let others = Timers::new();
    others.set('a', 20, rung.push("never"));
    drop(others);
    rung.until(&["a", "c"]).await;
    sleep_past_all().await;
    assert_eq!(rung.all(), ["a", "c"], "each once");
}

/// Until a timer that was set after all the others has rung.
async fn sleep_past_all() {
    let rung = Log::new();
    let timers = Timers::new();
    timers.set((), 100, rung.push(()));
    rung.until(&[()]).await;
}

#[wasm_bindgen_test]
async fn a_timer_rings_on_time_where_those_of_the_page_are_held_back() {
    let _sources = workers_from_the_sources();
    let rung = Log::new();
    let timers = Timers::new();
    {
        let _held_back = Replaced::global("setTimeout", "(call, after) => original(call, after + 3600000)");
        timers.set((), 20, rung.push(()));
    }
    rung.until(&[()]).await;
}

async fn rings_once() {
    let rung = Log::new();
    let timers = Timers::new();
    timers.set((), 10, rung.push(()));
    rung.until(&[()]).await;
}

#[wasm_bindgen_test]
async fn timers_ring_without_the_script() {
    let _broken = workers_from("'/nowhere.js'", "");
    rings_once().await;
}

#[wasm_bindgen_test]
async fn timers_ring_without_any_workers() {
    let _missing = Replaced::by_nothing(&js_sys::global(), "Worker");
    rings_once().await;
}

#[wasm_bindgen_test]
async fn the_worker_ends_with_the_last_timers() {
    let _counted = workers_from(
        "`/assets${path}`",
        "globalThis.workers = (globalThis.workers ?? 0) + 1; worker.terminate = () => { globalThis.workers -= 1; original.prototype.terminate.call(worker); }",
    );
    let running = || {
        let count = Reflect::get(&js_sys::global(), &JsValue::from_str("workers"));
        count.expect("a property").as_f64().unwrap_or(0.0) as u32
    };
    let (one, two) = (Timers::<u8>::new(), Timers::<u8>::new());
    assert_eq!(running(), 1, "one for all");
    drop(one);
    assert_eq!(running(), 1);
    two.set(1, 60_000, || {});
    drop(two);
    assert_eq!(running(), 0);
}

#[wasm_bindgen_test]
async fn a_page_notices_the_network_and_its_own_sleep() {
    let signs = Log::new();
    let wake = Wake::new(signs.callback());
    let (window, document) = (window().expect("a window"), document().expect("a document"));
    tell(&window, "offline");
    tell(&window, "online");
    tell(&document, "visibilitychange");
    tell(&document, "freeze");
    tell(&document, "resume");
    let shown = Sign::Shown(true);
    let expected = [
        Sign::NetworkDown,
        Sign::Awake,
        shown,
        Sign::Shown(false),
        Sign::Awake,
        shown,
    ];
    assert_eq!(signs.all(), expected);

    for (persisted, signs_then) in [(false, 6), (true, 7)] {
        let init = web_sys::PageTransitionEventInit::new();
        init.set_persisted(persisted);
        let event = web_sys::PageTransitionEvent::new_with_event_init_dict("pageshow", &init);
        window.dispatch_event(&event.expect("an event")).expect("told");
        assert_eq!(signs.all().len(), signs_then, "persisted: {persisted}");
    }
    drop(wake);
    tell(&window, "online");
    assert_eq!(signs.all().len(), 7, "nothing listens any more");
}

#[wasm_bindgen_test]
async fn a_wall_clock_that_jumps_ahead_is_noticed_by_itself_and_once() {
    let signs = Log::new();
    let wake = Wake::new(signs.callback());
    wake.look();
    assert!(signs.all().is_empty());
    let date = Reflect::get(&js_sys::global(), &JsValue::from_str("Date")).expect("Date");
    let _later = Replaced::new(&date, "now", "() => original.call(Date) + 86400000");
    // Without a timer: the page looks again and again.
    signs.until(&[Sign::Awake]).await;
    wake.look();
    assert_eq!(signs.all().len(), 1);
}

#[wasm_bindgen_test]
async fn a_file_to_save_has_its_name_and_its_text() {
    let saved: Rc<RefCell<Option<(String, String)>>> = Rc::default();
    let clicked = saved.clone();
    let _listener =
        switchboard::browser::Listener::capturing(&document().expect("a document"), "click", move |event| {
            event.prevent_default();
            let anchor: HtmlAnchorElement = event.target().expect("a target").unchecked_into();
            *clicked.borrow_mut() = Some((anchor.download(), anchor.href()));
        });
    assert!(download("trace.json", "application/json", "{\"grüße\": 1}"));
    let (name, url) = saved.borrow().clone().expect("clicked");
    assert_eq!(name, "trace.json");
    let answer = gloo_net::http::Request::get(&url).send().await.expect("there");
    assert_eq!(
        answer.headers().get("content-type").as_deref(),
        Some("application/json")
    );
    assert_eq!(answer.text().await.expect("text"), "{\"grüße\": 1}");
    let left = document().expect("a document").query_selector("a[download]");
    assert!(left.expect("valid").is_none(), "nothing stays in the page");
}
