//! What the browser tests share: mounting a component, waiting for what it shows, and answering its requests where they
//! leave the program, at `fetch`.

// Each test file is a program of its own and uses a part of this.
#![allow(dead_code, clippy::expect_used)]

pub mod inbox;
pub mod store;

use std::cell::RefCell;
use std::rc::Rc;

use switchboard::auth::Session;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, HtmlInputElement, Request, Response, ResponseInit};
use yew::html::BaseComponent;
use yew::{AppHandle, Renderer};

/// Removes what an earlier test left in the local storage.
pub fn forget_storage() {
    let storage = web_sys::window().expect("a window").local_storage();
    storage
        .expect("allowed")
        .expect("there")
        .clear()
        .expect("cleared");
}

/// Signs an agent in who exists in tests only.
pub async fn sign_in(session: &Session) {
    let grant = serde_json::json!({
        "accessToken": "token",
        "expiresInMs": 600_000,
        "user": {
            "id": "01890a5d-ac96-774b-bcce-b302099a8057",
            "accountId": "01890a5d-ac96-774b-bcce-b302099a8058",
            "accountName": "Example",
            "name": "Example Person",
            "email": "person@example.com",
            "role": "agent",
            "preferences": {"undoSend": "off"},
        },
    });
    session.adopt(serde_json::from_value(grant).expect("a grant"));
    flush().await;
}

/// A request as the program made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query with its `?`; empty without one.
    pub query: String,
    /// `Authorization`, if it was sent.
    pub authorization: Option<String>,
    /// `X-Switchboard`, if it was sent.
    pub switchboard: Option<String>,
}

/// What comes back.
pub enum Answer {
    /// A status and a body.
    Json(u16, serde_json::Value),
    /// The connection breaks.
    Cut,
    /// Nothing, ever.
    Silence,
}

type Respond = dyn Fn(&Seen) -> Answer;

/// Answers every request of the program until it is dropped.
pub struct FakeServer {
    original: JsValue,
    seen: Rc<RefCell<Vec<Seen>>>,
    requests: Rc<RefCell<Vec<Request>>>,
    _fetch: Closure<dyn FnMut(Request) -> js_sys::Promise>,
}

impl FakeServer {
    pub fn install(respond: impl Fn(&Seen) -> Answer + 'static) -> Self {
        let respond: Rc<Respond> = Rc::new(respond);
        let seen = Rc::new(RefCell::new(Vec::new()));
        let requests = Rc::new(RefCell::new(Vec::new()));
        let (log, kept) = (seen.clone(), requests.clone());
        let fetch = Closure::<dyn FnMut(Request) -> js_sys::Promise>::new(move |request: Request| {
            let url = web_sys::Url::new(&request.url()).expect("an absolute address");
            let header = |name: &str| request.headers().get(name).expect("a valid name");
            let call = Seen {
                method: request.method(),
                path: url.pathname(),
                query: url.search(),
                authorization: header("Authorization"),
                switchboard: header("X-Switchboard"),
            };
            log.borrow_mut().push(call.clone());
            kept.borrow_mut().push(request);
            match respond(&call) {
                Answer::Json(status, body) => {
                    js_sys::Promise::resolve(&JsValue::from(response(status, &body)))
                }
                Answer::Cut => js_sys::Promise::reject(&js_sys::TypeError::new("Failed to fetch")),
                Answer::Silence => js_sys::Promise::new(&mut |_, _| {}),
            }
        });
        let global = js_sys::global();
        let name = JsValue::from_str("fetch");
        let original = js_sys::Reflect::get(&global, &name).expect("fetch exists");
        js_sys::Reflect::set(&global, &name, fetch.as_ref()).expect("fetch can be replaced");
        Self {
            original,
            seen,
            requests,
            _fetch: fetch,
        }
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.borrow().clone()
    }

    /// How many requests went to `path`.
    pub fn count(&self, path: &str) -> usize {
        self.seen.borrow().iter().filter(|seen| seen.path == path).count()
    }

    /// Whether the last request to `path` was given up by the program.
    pub fn last_is_aborted(&self, path: &str) -> bool {
        let seen = self.seen.borrow();
        let last = seen.iter().rposition(|seen| seen.path == path);
        let requests = self.requests.borrow();
        last.and_then(|place| requests.get(place))
            .is_some_and(|request| request.signal().aborted())
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        let _ = js_sys::Reflect::set(&js_sys::global(), &JsValue::from_str("fetch"), &self.original);
    }
}

fn response(status: u16, body: &serde_json::Value) -> Response {
    let init = ResponseInit::new();
    init.set_status(status);
    let text = body.to_string();
    // 204 may not have a body.
    let text = (status != 204).then_some(text.as_str());
    Response::new_with_opt_str_and_init(text, &init).expect("a response")
}

/// A mounted component in an element of its own; taken down when it is dropped.
pub struct Mounted<C: BaseComponent> {
    pub root: Element,
    handle: Option<AppHandle<C>>,
}

pub fn document() -> Document {
    web_sys::window()
        .expect("a window")
        .document()
        .expect("a document")
}

pub async fn mount<C: BaseComponent>(props: C::Properties) -> Mounted<C> {
    let root = document().create_element("div").expect("an element");
    document()
        .body()
        .expect("a body")
        .append_child(&root)
        .expect("appended");
    let handle = Renderer::<C>::with_root_and_props(root.clone(), props).render();
    flush().await;
    Mounted {
        root,
        handle: Some(handle),
    }
}

/// Waits for something that is not a component's; whether it came.
pub async fn until(condition: impl Fn() -> bool) -> bool {
    for _ in 0..800 {
        if condition() {
            return true;
        }
        switchboard::browser::sleep(10).await;
        flush().await;
    }
    false
}

/// What stands in a field.
pub fn value<C: BaseComponent>(page: &Mounted<C>, selector: &str) -> String {
    page.get(selector).unchecked_into::<HtmlInputElement>().value()
}

/// Lets everything that is scheduled happen.
pub async fn flush() {
    yew::scheduler::flush().await;
}

impl<C: BaseComponent> Mounted<C> {
    /// The first element that fits.
    pub fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.root
            .query_selector(selector)
            .expect("a valid selector")
            .map(|element| element.dyn_into().expect("an HTML element"))
    }

    /// The first element that fits, which has to be there.
    pub fn get(&self, selector: &str) -> HtmlElement {
        self.find(selector)
            .unwrap_or_else(|| panic!("nothing fits {selector} in {}", self.root.inner_html()))
    }

    /// How many elements fit.
    pub fn count(&self, selector: &str) -> u32 {
        self.root
            .query_selector_all(selector)
            .expect("a valid selector")
            .length()
    }

    /// The text of the first element that fits.
    pub fn text(&self, selector: &str) -> String {
        self.get(selector).text_content().unwrap_or_default()
    }

    /// Types into a field, as a person does.
    pub async fn fill(&self, selector: &str, text: &str) {
        let input: HtmlInputElement = self.get(selector).unchecked_into();
        input.set_value(text);
        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        let event = web_sys::Event::new_with_event_init_dict("input", &init).expect("an event");
        input.dispatch_event(&event).expect("dispatched");
        flush().await;
    }

    /// Presses the first element that fits.
    pub async fn click(&self, selector: &str) {
        self.get(selector).click();
        flush().await;
    }

    /// Waits until the component shows something.
    pub async fn until(&self, what: &str, condition: impl Fn(&Self) -> bool) {
        for _ in 0..500 {
            if condition(self) {
                return;
            }
            switchboard::browser::sleep(10).await;
            flush().await;
        }
        panic!("waited in vain for {what}; shown: {}", self.root.inner_html());
    }

    /// Takes the component down now.
    pub async fn destroy(mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
        }
        flush().await;
        self.root.remove();
    }
}

impl<C: BaseComponent> Drop for Mounted<C> {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
            self.root.remove();
        }
    }
}

/// Presses a key where the focus is.
pub async fn press(key: &str, shift: bool) {
    let init = web_sys::KeyboardEventInit::new();
    init.set_key(key);
    init.set_shift_key(shift);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event =
        web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event");
    let target = document().active_element().expect("something has the focus");
    target.dispatch_event(&event).expect("dispatched");
    flush().await;
}

/// The text or the accessible name of what has the focus.
pub fn focused() -> String {
    let element = document().active_element().expect("something has the focus");
    element
        .get_attribute("aria-label")
        .or_else(|| element.get_attribute("id").filter(|id| !id.is_empty()))
        .or_else(|| element.text_content())
        .unwrap_or_default()
}

/// Replaces a property of the browser until it is dropped.
pub struct Replaced {
    object: js_sys::Object,
    name: &'static str,
    before: JsValue,
}

impl Replaced {
    /// Puts the value of `expression`, a script that may use `original`, in the property's place.
    pub fn new(object: &JsValue, name: &'static str, expression: &str) -> Self {
        let original = js_sys::Reflect::get(object, &JsValue::from_str(name)).expect("a property");
        let value = js_sys::Function::new_with_args("original", &format!("return {expression}"))
            .call1(&JsValue::UNDEFINED, &original)
            .expect("a value");
        Self::by(object, name, &value)
    }

    /// The same for a property of the page itself.
    pub fn global(name: &'static str, expression: &str) -> Self {
        Self::new(&js_sys::global(), name, expression)
    }

    /// Hides the property, as in a browser that does not have it.
    pub fn by_nothing(object: &JsValue, name: &'static str) -> Self {
        Self::by(object, name, &JsValue::UNDEFINED)
    }

    fn by(object: &JsValue, name: &'static str, value: &JsValue) -> Self {
        let object: js_sys::Object = object.clone().unchecked_into();
        let key = JsValue::from_str(name);
        let before = js_sys::Reflect::get_own_property_descriptor(&object, &key).expect("an object");
        let descriptor = js_sys::Object::new();
        for (name, value) in [
            ("value", value),
            ("configurable", &JsValue::TRUE),
            ("writable", &JsValue::TRUE),
        ] {
            js_sys::Reflect::set(&descriptor, &JsValue::from_str(name), value).expect("set");
        }
        let defined = js_sys::Reflect::define_property(&object, &key, &descriptor).expect("an object");
        assert!(defined, "{name} cannot be replaced");
        Self { object, name, before }
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        let key = JsValue::from_str(self.name);
        // What the object only inherits shows again by itself.
        let _ = js_sys::Reflect::delete_property(&self.object, &key);
        if self.before.is_object() {
            let _ = js_sys::Reflect::define_property(&self.object, &key, self.before.unchecked_ref());
        }
    }
}
