//! The browser behind the chat: turns effects into calls and callbacks into events, and decides nothing.
//!
//! One closure listens to everything, owned by the app for the life of the document; events are told apart by their type,
//! timers by their slot.

mod files;
mod form;
mod link;
mod prose;
mod rate;
mod store;
mod view;

use std::cell::RefCell;
use std::rc::Rc;

use switchboard_contract::ids::{AttachmentId, MessageId};
use switchboard_contract::live_chat::Rating;
use switchboard_contract::time::Timestamp;
use switchboard_engine::Now;
use switchboard_engine::socket;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{
    CloseEvent, Crypto, Document, Element, Event as DomEvent, KeyboardEvent, MessageEvent, VisibilityState,
    Window,
};

use crate::bridge::{self, ToHost};
use crate::chat::{Chat, Effect, Event, Notice};
use crate::{json, texts};
use files::Files;
use link::Link;
use store::{Draft, Store};
use view::View;

/// Receives every event and every timer.
type Listener = Closure<dyn Fn(JsValue)>;

struct App {
    window: Window,
    document: Document,
    parent: Window,
    host_origin: String,
    crypto: Crypto,
    chat: Chat,
    link: Link,
    files: Files,
    store: Store,
    view: View,
}

thread_local! {
    /// Alive as long as the document; the listener reaches it here.
    static APP: RefCell<Option<(App, Rc<Listener>)>> = const { RefCell::new(None) };
}

/// Starts the chat in this document.
///
/// # Errors
/// When the browser lacks what the chat needs, or the page was not opened by a loader.
#[wasm_bindgen(start)]
pub fn start() -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let document = window.document().ok_or("no document")?;
    let location = window.location();
    // The loader names its page's origin behind the `#`; who may frame this document at all is for its policy to say.
    let host_origin = js_sys::decode_uri_component(location.hash()?.get(1..).unwrap_or_default())?.into();
    let parent = window.parent()?.filter(|parent| *parent != window);
    let parent = parent.ok_or("opened without its loader")?;
    let path = location.pathname()?;
    let public_key = path.rfind('/').map_or("", |slash| &path[slash + 1..]);

    let languages = window.navigator().languages();
    let languages: Vec<String> = languages.iter().filter_map(|tag| tag.as_string()).collect();
    let texts = texts::preferred(languages.iter().map(String::as_str));

    let listener: Rc<Listener> = Rc::new(Closure::new(|value: JsValue| on_callback(&value)));
    let call = listener.as_ref().as_ref().unchecked_ref::<js_sys::Function>();
    for name in ["message", "online", "offline"] {
        window.add_event_listener_with_callback(name, call)?;
    }
    for name in [
        "keydown",
        "click",
        "submit",
        "input",
        "change",
        "paste",
        "dragover",
        "drop",
        "visibilitychange",
    ] {
        document.add_event_listener_with_callback(name, call)?;
    }

    let crypto = window.crypto()?;
    let store = Store::open(&window, public_key);
    let seed = u64::from_le_bytes(random(&crypto)?);
    let tab: [u8; 10] = random(&crypto)?;
    let tab = MessageId::from_parts(Timestamp::default(), tab).to_string();
    let answers = json::read(&store.draft(Draft::Answers)).unwrap_or_default();
    let view = View::new(&document, texts, &store.draft(Draft::Text), answers)?;
    let mut files = Files::new(&document, texts, call.clone(), &view.composer)?;
    files.put_back(json::read(&store.draft(Draft::Files)).unwrap_or_default());
    let app = App {
        files,
        link: Link::new(&window, call.clone())?,
        chat: Chat::new(tab, seed, store.remembered()),
        window,
        document,
        parent,
        host_origin,
        crypto,
        store,
        view,
    };
    APP.with_borrow_mut(|slot| *slot = Some((app, listener)));
    with_app(|app| app.step(Event::Start));
    Ok(())
}

/// An event that the app itself causes while it draws, such as the `change` of a field that goes with the cursor in it, says
/// nothing that it does not know: it is left out.
fn with_app(act: impl FnOnce(&mut App)) {
    APP.with(|slot| {
        if let Ok(mut slot) = slot.try_borrow_mut()
            && let Some((app, _)) = &mut *slot
        {
            act(app);
        }
    });
}

fn on_callback(value: &JsValue) {
    with_app(|app| match value.as_f64() {
        Some(slot) => {
            if let Some(timer) = app.link.timer(slot) {
                app.step(Event::Timer(timer));
            }
        }
        None => app.on_event(value.unchecked_ref()),
    });
}

/// Random bytes fit for ids.
fn random<const N: usize>(crypto: &Crypto) -> Result<[u8; N], JsValue> {
    let mut bytes = [0; N];
    crypto.get_random_values_with_u8_array(&mut bytes)?;
    Ok(bytes)
}

impl App {
    fn now(&self) -> Now {
        Now {
            monotonic: self.link.monotonic(),
            wall: Timestamp::from_millis(js_sys::Date::now() as i64),
        }
    }

    fn on_event(&mut self, event: &DomEvent) {
        let target = event.target();
        let target: Option<&JsValue> = target.as_ref().map(AsRef::as_ref);
        match event.type_().as_str() {
            "message" if self.link.is_socket(target) => {
                let event = event.unchecked_ref::<MessageEvent>();
                // A binary frame is none of the protocol's: an empty text cannot be read, which says so to the machine.
                let text = event.data().as_string().unwrap_or_default();
                if let Some(generation) = self.link.generation() {
                    self.step(Event::Link(socket::Event::Frame { generation, text }));
                }
            }
            "message" => self.on_message(event.unchecked_ref()),
            "open" => {
                if let Some(generation) = self.link.generation().filter(|_| self.link.is_socket(target)) {
                    self.step(Event::Link(socket::Event::Opened { generation }));
                }
            }
            "close" => {
                let code = event.unchecked_ref::<CloseEvent>().code();
                if let Some(generation) = self.link.generation().filter(|_| self.link.is_socket(target)) {
                    self.step(Event::Link(socket::Event::Closed { generation, code }));
                }
            }
            "loadend" => match self.link.answer(target) {
                Some((id, status, body)) => self.step(Event::Answer { id, status, body }),
                None => {
                    let is_whole = self.files.ended(target);
                    self.keep_files();
                    if is_whole {
                        self.submit();
                    }
                }
            },
            "progress" => self.files.on_progress(target, event.unchecked_ref()),
            "dragover" if files::dragged(event).is_some() => event.prevent_default(),
            "change" | "paste" | "drop" => {
                if let Some(given) = self.files.given(event) {
                    event.prevent_default();
                    let now = self.now().wall;
                    let new_id = || Some(AttachmentId::from_parts(now, random(&self.crypto).ok()?));
                    if !self.files.take(&given, self.chat.token(), new_id) {
                        self.view.show_unfit();
                    }
                }
            }
            "online" => self.step(Event::Link(socket::Event::Awake)),
            "offline" => self.step(Event::Link(socket::Event::NetworkDown)),
            "visibilitychange" => {
                let shown = self.document.visibility_state() == VisibilityState::Visible;
                self.step(Event::Link(socket::Event::Shown(shown)));
            }
            "keydown" => self.on_key(event.unchecked_ref(), target),
            "input" if self.view.is_textbox(target) => {
                self.view.show_error(false);
                let text = self.view.typed();
                self.store.keep_draft(Draft::Text, &text);
                self.step(Event::Typed(text));
            }
            "input" => {
                if let Some(answers) = self.view.answering(target) {
                    self.store.keep_draft(Draft::Answers, &json::write(&answers));
                }
            }
            "submit" => {
                event.prevent_default();
                match self.view.answers(target) {
                    Some(given) => {
                        let Ok(random) = random(&self.crypto) else { return };
                        self.step(Event::Answers { random, given });
                        self.view.focus();
                    }
                    None => self.submit(),
                }
            }
            "click" => self.on_click(target),
            _ => {}
        }
    }

    /// Takes what the loader says, and nothing that anyone else does.
    fn on_message(&mut self, event: &MessageEvent) {
        let from_parent = event
            .source()
            .is_some_and(|source| *source == *AsRef::<JsValue>::as_ref(&self.parent));
        if !from_parent || event.origin() != self.host_origin {
            return;
        }
        let text = js_sys::JSON::stringify(&event.data())
            .ok()
            .and_then(|text| text.as_string());
        if let Some(message) = text.as_deref().and_then(bridge::read) {
            self.step(Event::Host(message));
        }
    }

    fn on_key(&mut self, event: &KeyboardEvent, target: Option<&JsValue>) {
        // While an input method composes, its keys are its own (229 where `isComposing` comes late).
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        match event.key().as_str() {
            "Escape" => self.tell(ToHost::Close),
            "Enter" if !event.shift_key() && self.view.is_textbox(target) => {
                event.prevent_default();
                self.submit();
            }
            _ => {}
        }
    }

    fn on_click(&mut self, target: Option<&JsValue>) {
        let Some(button) = target
            .and_then(|target| target.dyn_ref::<Element>())
            .and_then(|element| element.closest("button[data-act]").ok().flatten())
        else {
            return;
        };
        let message = button
            .get_attribute("data-id")
            .and_then(|id| id.parse::<MessageId>().ok());
        match (button.get_attribute("data-act").as_deref(), message) {
            (Some("close"), _) => self.tell(ToHost::Close),
            (Some("earlier"), _) => self.step(Event::Earlier),
            (Some("good"), _) => self.rate(Some(Rating::Good), String::new()),
            (Some("bad"), _) => self.rate(Some(Rating::Bad), String::new()),
            (Some("comment"), _) => self.rate(None, self.view.comment()),
            (Some("attach"), _) => self.files.choose(),
            (Some(act), None) => {
                let Some(file) = button.get_attribute("data-file") else {
                    return;
                };
                match act {
                    "again" => self.files.send(&file, self.chat.token()),
                    "detach" => {
                        self.files.detach(&file);
                        self.keep_files();
                        self.view.focus();
                    }
                    _ => {
                        let name = button.get_attribute("data-name");
                        self.files.fetch(&file, &button, name, self.chat.token());
                    }
                }
            }
            (Some("retry"), Some(id)) => self.step(Event::Retry(id)),
            (Some("discard"), Some(id)) => self.step(Event::Discard(id)),
            _ => {}
        }
    }

    fn rate(&mut self, rating: Option<Rating>, comment: String) {
        self.step(Event::Rate { rating, comment });
    }

    fn submit(&mut self) {
        let Ok(random) = random(&self.crypto) else { return };
        let text = self.view.typed();
        let Some(files) = self.files.whole() else {
            // It goes once its files are there.
            self.files.is_wanted = true;
            return self.files.send("", self.chat.token());
        };
        self.view.follow_end();
        self.step(Event::Submit { random, text, files });
    }

    /// The widget's own words are in the language of the website's: drawn anew where that is another one than was expected.
    fn speak(&mut self) {
        let language = self.chat.widget().language.as_str();
        let texts = texts::preferred([language]);
        if !language.is_empty()
            && !self.view.speaks(texts)
            && let Ok(view) = View::new(
                &self.document,
                texts,
                &self.view.typed(),
                self.view.answering(None).unwrap_or_default(),
            )
        {
            self.files.move_to(&view.composer, texts);
            self.view = view;
        }
    }

    /// What is attached and there comes back with the page.
    fn keep_files(&self) {
        let kept = self.files.kept();
        let json = if kept.is_empty() {
            String::new()
        } else {
            json::write(&kept)
        };
        self.store.keep_draft(Draft::Files, &json);
    }

    fn tell(&self, message: ToHost) {
        if let Ok(value) = js_sys::JSON::parse(&bridge::write(&message)) {
            // Fails only for an origin that is none, which no loader has.
            let _ = self.parent.post_message(&value, &self.host_origin);
        }
    }

    fn step(&mut self, event: Event) {
        let mut effects = Vec::new();
        self.chat.step(self.now(), event, &mut effects);
        for effect in effects {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Request(request) => self.link.send_request(&request, self.chat.token()),
            Effect::OpenSocket(generation) => self.link.open_socket(&self.window.location(), generation),
            Effect::SendFrame(generation, text) => self.link.send_frame(generation, &text),
            Effect::CloseSocket(generation) => self.link.close_socket(generation),
            Effect::SetTimer(timer, after_ms) => self.link.set_timer(&self.window, timer, after_ms),
            Effect::Tell(message) => self.tell(message),
            Effect::KeepVisit => self.store.keep_visit(self.chat.visit()),
            Effect::ForgetVisit => self.store.keep_visit(None),
            Effect::KeepWaiting(id, json) => self.store.keep_waiting(id, Some(&json)),
            Effect::ForgetWaiting(id) => self.store.keep_waiting(id, None),
            Effect::KeepAnswers(json) => {
                self.store.keep_answers(Some(&json));
                self.store.keep_draft(Draft::Answers, "");
            }
            Effect::ForgetAnswers => self.store.keep_answers(None),
            Effect::Accepted => {
                self.files.clear();
                self.keep_files();
                self.view.empty_textbox();
                self.store.keep_draft(Draft::Text, "");
            }
            Effect::TooLong => self.view.show_error(true),
            Effect::Announce(message) => self.view.announce(&message),
            Effect::Sound => {
                // Whoever makes it stands in `boot.js`; without it there is none.
                if let Ok(event) = DomEvent::new("sound") {
                    let _ = self.document.dispatch_event(&event);
                }
            }
            Effect::Focus => self.view.focus(),
            Effect::Draw => {
                self.speak();
                self.view.draw(&self.chat);
                for (id, picture) in self.view.pictures.split_off(0) {
                    self.files.fetch(&id, &picture, None, self.chat.token());
                }
                if self.chat.notice() == Notice::None {
                    self.files.fetch_again(self.chat.token());
                }
            }
        }
    }
}
