//! What is done to conversations, and what waits, in a browser: buttons, menus, keys, the panel of the connection, and the
//! notices. There is no WebSocket here, so everything that the server does not answer waits.

#![allow(clippy::expect_used)]

mod support;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Value, json};
use switchboard::app::App;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlTextAreaElement;

use support::inbox::{
    ID, as_of, at, close, conversation, conversation_id, leave, open, path_and_query, respond, until_row,
};
use support::{Answer, FakeServer, Mounted, Seen, flush, focused, press};

wasm_bindgen_test_configure!(run_in_browser);

const COLLEAGUE: &str = "01890a5d-ac96-774b-bcce-b302099a8058";
const STRANGER: &str = "01890a5d-ac96-774b-bcce-b302099a8059";
const LABEL: &str = "01890a5d-ac96-774b-bcce-b302099a8060";

/// A member of the team; without websites it sees none.
fn member(id: &str, name: &str, websites: &[&str]) -> Value {
    json!({
        "id": id, "name": name, "email": "m@example.com", "role": "agent", "status": "active",
        "websiteIds": websites, "availability": "away", "createdAt": at(0).to_string(), "version": 1,
    })
}

fn team(seen: &Seen) -> Answer {
    match seen.path.as_str() {
        "/api/team/members" => Answer::Json(
            200,
            json!({"items": [
                member(ID, "Example Person", &[ID]), member(COLLEAGUE, "A Colleague", &[ID]), member(STRANGER, "Elsewhere", &[]),
            ]}),
        ),
        "/api/live-chat/labels" => Answer::Json(
            200,
            json!({"items": [{
                "id": LABEL, "name": "Returning", "colour": "green", "createdAt": at(0).to_string(),
                "updatedAt": at(0).to_string(), "version": 1,
            }], "asOf": as_of()}),
        ),
        _ => respond(seen),
    }
}

/// The server as it is, but for changes of conversations.
fn serve(change: impl Fn() -> Answer + 'static) -> FakeServer {
    FakeServer::install(move |seen: &Seen| {
        if seen.method == "PATCH" && seen.path == "/api/live-chat/conversations" {
            change()
        } else {
            team(seen)
        }
    })
}

async fn thread() -> Mounted<App> {
    let page = open(&format!("/conversations/{}", conversation_id(1))).await;
    page.until("the buttons", |page| page.find(".act-close").is_some())
        .await;
    until_row(&page, "about stoves").await;
    page
}

async fn until_shown(page: &Mounted<App>, selector: &str, text: &str) {
    page.until(text, |page| {
        page.find(selector)
            .is_some_and(|element| element.inner_text().contains(text))
    })
    .await;
}

async fn type_in(page: &Mounted<App>, text: &str) {
    let area: HtmlTextAreaElement = page.get("textarea").unchecked_into();
    area.set_value(text);
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    let event = web_sys::Event::new_with_event_init_dict("input", &init).expect("an event");
    area.dispatch_event(&event).expect("dispatched");
    flush().await;
    area.focus().expect("focused");
}

#[wasm_bindgen_test]
async fn closing_shows_at_once_waits_and_can_be_undone() {
    let _server = serve(|| Answer::Cut);
    let page = thread().await;
    assert_eq!(
        page.get(".act-close").get_attribute("aria-label").as_deref(),
        Some("Close conversation")
    );
    page.click(".act-close").await;
    assert_eq!(
        page.get(".act-close").get_attribute("aria-label").as_deref(),
        Some("Reopen conversation"),
        "in the same frame"
    );
    until_shown(&page, ".changes", "Will be closed once you are online.").await;
    until_shown(&page, ".conv-waits:not([hidden])", "A change waits").await;
    let toast = page.text("[role='status'] .text");
    assert!(toast.contains("First Visitor"), "{toast}");

    page.click("[role='status'] .text + span button").await;
    until_shown(&page, ".changes", "Will be reopened once you are online.").await;
    assert_eq!(
        page.get(".act-close").get_attribute("aria-label").as_deref(),
        Some("Close conversation")
    );
    leave(page).await;
}

#[wasm_bindgen_test]
async fn the_panel_lists_what_waits_and_gives_the_focus_back() {
    let _server = serve(|| Answer::Cut);
    let page = thread().await;
    let empty = page.get("#connection-waits");
    assert!(empty.hidden(), "nothing waits");
    page.click(".act-close").await;
    page.until("the count", |page| !page.get("#connection-waits").hidden())
        .await;
    assert!(page.text("#connection-waits").contains("1 action waits"));
    let status = page.text("[role='status'][aria-label='Connection']");
    assert!(!status.contains("wait"), "the words stay as they are: {status}");

    page.get("#connection-more").focus().expect("focused");
    page.click("#connection-more").await;
    assert_eq!(focused(), "connection-title");
    until_shown(&page, ".connection-panel li", "Close conversation").await;
    for part in ["First Visitor", "Waits for the connection."] {
        until_shown(&page, ".connection-panel li", part).await;
    }
    press("Escape", false).await;
    assert!(page.find(".connection-panel").is_none());
    assert_eq!(focused(), "Connection details");
    leave(page).await;
}

#[wasm_bindgen_test]
async fn an_empty_queue_says_what_it_is_for() {
    let _server = serve(|| Answer::Cut);
    let page = thread().await;
    page.click("#connection-more").await;
    assert!(page.text(".connection-panel").contains("Nothing waits."));
    leave(page).await;
}

fn refused() -> Answer {
    let problem = json!({"code": "conversation_archived", "status": 409});
    Answer::Json(
        200,
        json!({"results": [{"id": conversation_id(1), "problem": problem}], "position": as_of()}),
    )
}

#[wasm_bindgen_test]
async fn a_refused_change_says_why_and_is_retried_or_discarded() {
    let fails = Rc::new(Cell::new(true));
    let still = fails.clone();
    let _server = serve(move || {
        if still.get() {
            return refused();
        }
        let mut closed = conversation(1, "First Visitor", "about stoves");
        (closed["status"], closed["version"]) = (json!("closed"), json!(2));
        Answer::Json(
            200,
            json!({"results": [{"id": conversation_id(1), "conversation": closed}], "position": as_of()}),
        )
    });
    let page = thread().await;
    page.click(".act-close").await;
    until_shown(
        &page,
        ".changes [role='alert']",
        "Not closed. This conversation is archived.",
    )
    .await;
    assert_eq!(
        page.get(".act-close").get_attribute("aria-label").as_deref(),
        Some("Close conversation"),
        "what was refused is not shown as done"
    );
    until_shown(&page, ".conv-waits:not([hidden])", "A change was refused").await;

    page.click("#connection-more").await;
    until_shown(
        &page,
        ".connection-panel li.is-refused",
        "This conversation is archived.",
    )
    .await;
    page.click(".connection-panel .text-btn-quiet").await;
    page.until("it is gone", |page| page.get("#connection-waits").hidden())
        .await;

    page.click(".act-close").await;
    until_shown(&page, ".changes [role='alert']", "Not closed.").await;
    fails.set(false);
    page.click(".changes .text-btn").await;
    page.until("closed", |page| {
        page.get("#connection-waits").hidden()
            && page.get(".act-close").get_attribute("aria-label").as_deref() == Some("Reopen conversation")
    })
    .await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn someone_who_sees_the_website_is_put_in_charge() {
    let _server = serve(|| Answer::Silence);
    let page = thread().await;
    page.click(".act-assign > button").await;
    until_shown(&page, ".act-assign [role='menu']", "A Colleague").await;
    let menu = page.text(".act-assign [role='menu']");
    assert!(!menu.contains("Elsewhere"), "sees another website: {menu}");
    assert!(menu.contains("Away"), "{menu}");
    page.click(".act-assign [role='group']:last-child [role='menuitemradio']")
        .await;
    assert!(page.find(".act-assign [role='menu']").is_none());
    let description = || page.get(".act-assign > button").get_attribute("aria-description");
    assert_eq!(description().as_deref(), Some("Assigned to A Colleague"));
    leave(page).await;
}

#[wasm_bindgen_test]
async fn labels_are_checked_one_after_the_other() {
    let _server = serve(|| Answer::Silence);
    let page = thread().await;
    page.click(".labels [aria-haspopup]").await;
    until_shown(&page, ".labels [role='menu']", "Returning").await;
    let checked = || {
        page.get(".labels [role='menuitemcheckbox']")
            .get_attribute("aria-checked")
    };
    assert_eq!(checked().as_deref(), Some("false"));
    page.click(".labels [role='menuitemcheckbox']").await;
    assert_eq!(checked().as_deref(), Some("true"), "the menu stays");
    assert_eq!(page.text(".label-chip"), "Returning");
    page.click(".labels [role='menuitemcheckbox']").await;
    assert!(page.find(".label-chip").is_none());
    leave(page).await;
}

#[wasm_bindgen_test]
async fn the_inbox_is_worked_by_keys() {
    let _server = serve(|| Answer::Silence);
    let page = open("/conversations").await;
    until_row(&page, "about stoves").await;
    page.get("#page-heading").focus().expect("focused");
    press("j", false).await;
    assert_eq!(path_and_query(), format!("/conversations/{}", conversation_id(2)));
    press("j", false).await;
    assert_eq!(path_and_query(), format!("/conversations/{}", conversation_id(1)));
    press("k", false).await;
    assert_eq!(path_and_query(), format!("/conversations/{}", conversation_id(2)));
    press("j", false).await;
    page.until("the buttons", |page| page.find(".act-close").is_some())
        .await;

    press("n", false).await;
    assert_eq!(focused(), "Reply");
    assert!(page.find(".composer.is-note").is_some(), "a note");
    press("e", false).await;
    assert!(
        page.find(".changes:not([hidden])").is_none(),
        "typing closes nothing"
    );
    press("Escape", false).await;
    assert_eq!(focused(), "Messages");
    press("r", false).await;
    assert!(page.find(".composer.is-note").is_none(), "a reply");
    press("Escape", false).await;
    press("/", false).await;
    assert_eq!(focused(), "Search conversations");
    page.get(".log").focus().expect("focused");
    press("a", false).await;
    assert!(page.find(".acts [role='menu']").is_some(), "the menu of people");
    press("e", false).await;
    assert_eq!(
        page.get(".act-close").get_attribute("aria-label").as_deref(),
        Some("Close conversation"),
        "keys in a menu are its own"
    );
    press("Escape", false).await;
    page.get(".log").focus().expect("focused");
    press("e", false).await;
    assert_eq!(
        page.get(".act-close").get_attribute("aria-label").as_deref(),
        Some("Reopen conversation")
    );
    page.get(".log").focus().expect("focused");
    press("Escape", false).await;
    assert_eq!(path_and_query(), "/conversations");
    leave(page).await;
}

#[wasm_bindgen_test]
async fn a_refused_note_comes_back_as_a_note_to_be_changed() {
    let _server = FakeServer::install(|seen: &Seen| match seen.path.as_str() {
        "/api/live-chat/messages" => Answer::Json(422, json!({"code": "validation_failed", "status": 422})),
        path if path.starts_with("/api/live-chat/messages/") => Answer::Json(204, Value::Null),
        _ => team(seen),
    });
    let page = thread().await;
    page.get(".log").focus().expect("focused");
    press("n", false).await;
    type_in(&page, "only for us").await;
    press("Enter", false).await;
    until_shown(&page, "[role='log'] .delivery-failed", "Not sent.").await;
    press("r", false).await;

    page.click("#connection-more").await;
    until_shown(&page, ".connection-panel li", "Note: only for us").await;
    page.click(".connection-panel .waiting-acts .text-btn:nth-of-type(2)")
        .await;
    let area: HtmlTextAreaElement = page.get("textarea").unchecked_into();
    page.until("the text", |_| area.value() == "only for us").await;
    assert!(
        page.find(".composer.is-note").is_some(),
        "never a reply by mistake"
    );
    assert!(page.find(".connection-panel").is_none());
    assert_eq!(focused(), "Reply");
    page.until("nothing waits", |page| page.get("#connection-waits").hidden())
        .await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn another_persons_queue_is_asked_about_before_it_is_deleted() {
    let person = Rc::new(RefCell::new(ID));
    let who = person.clone();
    let _server = FakeServer::install(move |seen: &Seen| match seen.path.as_str() {
        "/api/auth/login" | "/api/auth/refresh" => {
            let user = json!({
                "id": *who.borrow(), "accountId": ID, "accountName": "Example", "name": "Example Person",
                "email": "person@example.com", "role": "agent",
            });
            Answer::Json(
                200,
                json!({"accessToken": "t", "expiresInMs": 600_000, "user": user}),
            )
        }
        "/api/live-chat/conversations" if seen.method == "PATCH" => Answer::Cut,
        _ => team(seen),
    });
    let page = thread().await;
    page.click(".act-close").await;
    until_shown(&page, ".changes", "Will be closed").await;
    page.click("#connection-more").await;
    until_shown(&page, ".connection-panel li .why", "Waits for the connection.").await;
    close(page).await;

    *person.borrow_mut() = COLLEAGUE;
    let page = open("/conversations").await;
    until_shown(&page, "h1", "1 action of another person waits on this device").await;
    assert!(page.find(".pane-list").is_none(), "nothing else is shown");
    page.click(".btn-danger").await;
    until_row(&page, "about stoves").await;
    assert!(page.get("#connection-waits").hidden());
    leave(page).await;
}

/// Takes the browser's store away until it is dropped.
struct WithoutStore(JsValue);

impl WithoutStore {
    fn begin() -> Self {
        let window = web_sys::window().expect("a window");
        let name = JsValue::from_str("indexedDB");
        let before = js_sys::Object::get_own_property_descriptor(&window, &name);
        let descriptor = js_sys::Object::new();
        js_sys::Reflect::set(&descriptor, &"configurable".into(), &true.into()).expect("set");
        js_sys::Reflect::set(&descriptor, &"value".into(), &JsValue::UNDEFINED).expect("set");
        js_sys::Object::define_property(&window, &name, &descriptor);
        Self(before)
    }
}

impl Drop for WithoutStore {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            js_sys::Object::define_property(&window, &"indexedDB".into(), self.0.unchecked_ref());
        }
    }
}

#[wasm_bindgen_test]
async fn a_browser_that_keeps_nothing_is_told_of_until_dismissed() {
    let _server = serve(|| Answer::Cut);
    let without = WithoutStore::begin();
    let page = thread().await;
    until_shown(&page, ".shell-notice", "What you do lives in this tab only.").await;
    page.click(".act-close").await;
    page.click("#connection-more").await;
    until_shown(&page, ".connection-panel li", "In this tab only").await;
    page.click(".shell-notice button").await;
    assert!(!page.text(".shell-notice").contains("tab only"));
    drop(without);
    leave(page).await;
}
