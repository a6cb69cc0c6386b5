//! The browser's side of the frame: turns callbacks into the machine's inputs and its effects into calls.
//!
//! | module | holds |
//! | --- | --- |
//! | [`http`], [`link`] | requests, the WebSocket |
//! | [`store`] | storage that may be missing |
//! | [`view`], [`log`], [`dom`] | the document |

mod dom;
mod http;
mod link;
mod log;
mod store;
mod view;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, Function};
use switchboard_contract::ids::MessageId;
use switchboard_contract::time::Timestamp;
use switchboard_contract::validate;
use switchboard_engine::Now;
use switchboard_engine::socket::{self, Identity};
use wasm_bindgen::prelude::*;
use web_sys::{
    Document, Event, EventTarget, KeyboardEvent, MessageEvent, Performance, VisibilityState, Window,
};

use crate::bridge::{self, ToHost};
use crate::chat::{Chat, Effect, Input, Timer};
use crate::texts;
use link::Link;
use store::Store;
use view::{Action, View};

const CLIENT: &str = concat!("widget/", env!("CARGO_PKG_VERSION"));

/// What the browser offers, fetched once.
struct Browser {
    window: Window,
    document: Document,
    performance: Performance,
}

impl Browser {
    fn new() -> Result<Self, JsValue> {
        let window = web_sys::window().ok_or("no window")?;
        Ok(Self {
            document: window.document().ok_or("no document")?,
            performance: window.performance().ok_or("no clock")?,
            window,
        })
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clocks in milliseconds"
    )]
    fn now(&self) -> Now {
        Now {
            monotonic: self.performance.now() as u64,
            wall: Timestamp::from_millis(js_sys::Date::now() as i64),
        }
    }

    fn random<const N: usize>(&self) -> Result<[u8; N], JsValue> {
        let mut bytes = [0; N];
        self.window
            .crypto()?
            .get_random_values_with_u8_array(&mut bytes)?;
        Ok(bytes)
    }
}

/// The page that frames this one. Its policy lets only the website's pages do that; the loader names which one it is.
struct Host {
    window: JsValue,
    origin: String,
}

impl Host {
    fn new(window: &Window) -> Result<Self, JsValue> {
        let hash = window.location().hash()?;
        let origin = js_sys::decode_uri_component(hash.trim_start_matches('#'))?;
        Ok(Self {
            window: window.parent()?.map_or(JsValue::NULL, JsValue::from),
            origin: origin.into(),
        })
    }

    fn tell(&self, message: ToHost) {
        if let Some(window) = self
            .window
            .dyn_ref::<Window>()
            .or_else(|| Some(self.window.unchecked_ref()))
        {
            // Refused only for an origin that is none; then no answer comes either, and the view says so.
            let _ = window.post_message(&bridge::write(message).into(), &self.origin);
        }
    }

    fn sent(&self, event: &MessageEvent) -> bool {
        event.origin() == self.origin && event.source().is_some_and(|source| *source == self.window)
    }
}

struct Parts {
    browser: Browser,
    chat: Chat,
    view: View,
    store: Store,
    host: Host,
    link: Option<Link>,
    listeners: Vec<Closure<dyn FnMut(Event)>>,
}

/// The running frame. Inputs wait in a queue, so that a callback in the middle of a step never meets a borrowed machine.
pub(crate) struct App {
    queue: RefCell<VecDeque<Input>>,
    parts: RefCell<Parts>,
}

type Shared = Rc<App>;

/// Starts the frame.
///
/// # Errors
/// When the browser lacks what the chat needs; `boot.js` then says that it is not available.
#[wasm_bindgen(start)]
pub fn start() -> Result<(), JsValue> {
    let browser = Browser::new()?;
    let navigator = browser.window.navigator();
    let languages: Vec<String> = navigator
        .languages()
        .iter()
        .filter_map(|tag| tag.as_string())
        .collect();
    let texts = texts::preferred(languages.iter().map(String::as_str));
    let path = browser.window.location().pathname()?;
    let store = Store::new(&browser.window, path.rsplit('/').next().unwrap_or_default());
    let tab: [u8; 8] = browser.random()?;
    let identity = Identity {
        client: CLIENT.to_owned(),
        tab: u64::from_le_bytes(tab).to_string(),
    };
    let chat = Chat::new(identity, u64::from_le_bytes(browser.random()?));
    let view = View::new(&browser.document, texts, &store.draft())?;
    let (kept, queued) = (store.kept(), store.queue());
    let app = Rc::new(App {
        queue: RefCell::default(),
        parts: RefCell::new(Parts {
            host: Host::new(&browser.window)?,
            browser,
            chat,
            view,
            store,
            link: None,
            listeners: Vec::new(),
        }),
    });
    listen(&app)?;
    app.dispatch(Input::Start { kept, queued });
    Ok(())
}

fn listen(app: &Shared) -> Result<(), JsValue> {
    let mut parts = app.parts.borrow_mut();
    let (window, document) = (parts.browser.window.clone(), parts.browser.document.clone());
    let (form, input, root) = (
        parts.view.form.clone(),
        parts.view.input.clone(),
        parts.view.root.clone(),
    );
    let mut on = |target: &EventTarget, kind: &str, handle: fn(&Shared, &Event)| {
        let app = app.clone();
        let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| handle(&app, &event));
        target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref())?;
        parts.listeners.push(closure);
        Ok::<(), JsValue>(())
    };
    on(&window, "message", |app, event| {
        let message: &MessageEvent = event.unchecked_ref();
        let trusted = app.parts.borrow().host.sent(message);
        let read = message.data().as_string().filter(|_| trusted);
        if let Some(message) = read.and_then(|text| bridge::read(&text)) {
            app.dispatch(Input::Host(message));
        }
    })?;
    on(&window, "online", |app, _| {
        app.dispatch(Input::Socket(socket::Event::Awake))
    })?;
    on(&window, "offline", |app, _| {
        app.dispatch(Input::Socket(socket::Event::NetworkDown));
    })?;
    on(&document, "visibilitychange", |app, _| {
        let visible = app.parts.borrow().browser.document.visibility_state() == VisibilityState::Visible;
        app.dispatch(Input::Visible(visible));
    })?;
    on(&form, "submit", |app, event| {
        event.prevent_default();
        app.submit();
    })?;
    on(&input, "input", |app, _| {
        let parts = app.parts.borrow();
        parts.view.explain("");
        parts.store.set_draft(&parts.view.input.value());
    })?;
    on(&root, "keydown", |app, event| {
        let key: &KeyboardEvent = event.unchecked_ref();
        // 229: the key belongs to an input method, also where `isComposing` has already ended.
        if key.is_composing() || key.key_code() == 229 {
            return;
        }
        match key.key().as_str() {
            "Escape" => app.dispatch(Input::Close),
            "Enter" if !key.shift_key() => {
                let typing = app.parts.borrow().view.is_input(event);
                if typing {
                    event.prevent_default();
                    app.submit();
                }
            }
            _ => {}
        }
    })?;
    on(&root, "click", |app, event| {
        let action = view::action(event);
        match action {
            Some(Action::Close) => app.dispatch(Input::Close),
            Some(Action::Earlier) => app.dispatch(Input::Earlier),
            Some(Action::Retry(id)) => app.dispatch(Input::Retry(id)),
            Some(Action::Discard(id)) => app.dispatch(Input::Discard(id)),
            None => {}
        }
    })
}

impl App {
    /// Takes in what happened, after what happened before it.
    fn dispatch(self: &Rc<Self>, input: Input) {
        self.queue.borrow_mut().push_back(input);
        let Ok(mut parts) = self.parts.try_borrow_mut() else {
            return;
        };
        loop {
            let next = self.queue.borrow_mut().pop_front();
            let Some(input) = next else { break };
            let mut effects = Vec::new();
            let now = parts.browser.now();
            parts.chat.step(now, input, &mut effects);
            self.perform(&mut parts, effects);
        }
    }

    fn perform(self: &Rc<Self>, parts: &mut Parts, effects: Vec<Effect>) {
        let mut rows_changed = false;
        for effect in effects {
            match effect {
                Effect::Call(call) => http::call(self, call),
                Effect::Open(generation) => parts.link = Link::open(self, &parts.browser.window, generation),
                Effect::Send(generation, text) => {
                    if let Some(link) = parts.link.as_ref().filter(|link| link.generation == generation) {
                        link.send(&text);
                    }
                }
                Effect::Abandon(generation) => {
                    parts.link.take_if(|link| link.generation == generation);
                }
                Effect::SetTimer(timer, after_ms) => self.set_timer(&parts.browser.window, timer, after_ms),
                Effect::Tell(message) => parts.host.tell(message),
                Effect::Keep(kept) => parts.store.keep(kept.as_ref()),
                Effect::KeepQueue(queue) => parts.store.keep_queue(&queue),
                Effect::Rows => rows_changed = true,
                Effect::Widget => {
                    parts.view.dress(parts.chat.widget());
                    rows_changed = true;
                }
                Effect::Announce { name, text } => parts.view.announce(name.as_deref(), &text),
                Effect::Focus => parts.view.focus(),
            }
        }
        if rows_changed {
            parts.view.show_rows(&parts.chat);
        }
        parts.view.show_status(parts.chat.status());
    }

    fn submit(self: &Rc<Self>) {
        let input = {
            let parts = self.parts.borrow();
            let text = parts.view.input.value();
            match validate::message_text(&text) {
                Ok(()) => {
                    let now = parts.browser.now().wall;
                    parts.browser.random().ok().map(|random| {
                        parts.view.clear();
                        parts.store.set_draft("");
                        Input::Submit {
                            id: MessageId::from_parts(now, random),
                            text,
                        }
                    })
                }
                Err(validate::Violation::TooLong(_)) => {
                    parts.view.explain(parts.view.texts.too_long);
                    None
                }
                Err(_) => None,
            }
        };
        if let Some(input) = input {
            self.dispatch(input);
        }
    }

    /// A replaced timer still runs out; the machine ignores it.
    fn set_timer(self: &Rc<Self>, window: &Window, timer: Timer, after_ms: u64) {
        let app = self.clone();
        let callback: Function =
            Closure::once_into_js(move || app.dispatch(Input::Timer(timer))).unchecked_into();
        let after = i32::try_from(after_ms).unwrap_or(i32::MAX);
        // Fails only in a page that is going away.
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments(&callback, after, &Array::new());
    }
}
