//! What an operator does around a conversation, in a browser: starting one, closing it with a reason, handing it over, and its
//! transcript.

#![allow(clippy::expect_used)]

mod support;

use serde_json::{Value, json};
use switchboard::app::App;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use support::inbox::{
    ID, as_of, at, conversation, conversation_id, forget_kept, leave, open, path_and_query, respond,
    until_row,
};
use support::{Answer, FakeServer, Mounted, Seen, document, focused, value};

wasm_bindgen_test_configure!(run_in_browser);

const COLLEAGUE: &str = "01890a5d-ac96-774b-bcce-b302099a8058";
const CONFIRM: &str = "[role='dialog'] .foot button:last-child";

fn member(id: &str, name: &str) -> Value {
    json!({
        "id": id, "name": name, "email": "m@example.com", "role": "agent", "status": "active", "websiteIds": [ID],
        "availability": "away", "createdAt": at(0).to_string(), "version": 1,
    })
}

/// The team and the people on the sites; what is asked of conversations is `answer`'s to say.
fn serve(answer: impl Fn(&Seen) -> Option<Answer> + 'static) -> FakeServer {
    FakeServer::install(move |seen: &Seen| {
        if let Some(answer) = answer(seen) {
            return answer;
        }
        match seen.path.as_str() {
            "/api/team/members" => Answer::Json(
                200,
                json!({"items": [member(ID, "Example Person"), member(COLLEAGUE, "A Colleague")]}),
            ),
            "/api/visitors" => {
                let visitor = conversation(1, "First Visitor", "")["user"].clone();
                Answer::Json(
                    200,
                    json!({"items": [visitor], "hasMore": false, "asOf": as_of()}),
                )
            }
            _ => respond(seen),
        }
    })
}

async fn thread() -> Mounted<App> {
    forget_kept().await;
    let page = open(&format!("/conversations/{}", conversation_id(1))).await;
    page.until("the buttons", |page| page.find(".act-close").is_some())
        .await;
    until_row(&page, "about stoves").await;
    page
}

/// Chooses from the menu for everything what opens a dialog.
async fn choose(page: &Mounted<App>, text: &str) {
    page.click(".act-more > button").await;
    let items = document()
        .query_selector_all(".act-more [role='menuitem']")
        .expect("a selector");
    for place in 0..items.length() {
        let item: web_sys::Element = items.get(place).expect("there").unchecked_into();
        if item.text_content().unwrap_or_default().contains(text) {
            item.set_attribute("data-chosen", "").expect("set");
        }
    }
    page.click("[data-chosen]").await;
    page.until(text, |page| page.find("[role='dialog']").is_some())
        .await;
}

async fn until_said(page: &Mounted<App>, selector: &str, text: &str) {
    page.until(text, |page| {
        page.find(selector)
            .is_some_and(|element| element.inner_text().contains(text))
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_reason_is_asked_for_and_may_be_left_out() {
    let _server = serve(|seen| (seen.method == "PATCH").then_some(Answer::Cut));
    let page = thread().await;
    choose(&page, "Close with a reason…").await;
    assert_eq!(focused(), "closing-closeReason");
    page.fill("#closing-closeReason", &"x".repeat(501)).await;
    page.click(CONFIRM).await;
    until_said(&page, "[role='dialog']", "Use at most 500 characters.").await;
    page.fill("#closing-closeReason", "sold out").await;
    page.click(CONFIRM).await;
    assert!(page.find("[role='dialog']").is_none());
    assert_eq!(
        page.get(".act-close").get_attribute("aria-label").as_deref(),
        Some("Reopen conversation")
    );
    until_said(&page, ".changes", "Will be closed once you are online.").await;
    page.click(".act-close").await;
    choose(&page, "Close with a reason…").await;
    page.click(CONFIRM).await;
    assert!(page.find("[role='dialog']").is_none(), "it may be left out");
    leave(page).await;
}

#[wasm_bindgen_test]
async fn handing_over_is_a_note_and_then_an_assignment() {
    let _server = serve(|seen| (seen.method == "PATCH").then_some(Answer::Cut));
    let page = thread().await;
    // What is typed in the composer is another note.
    page.fill(".composer textarea", "half a reply").await;
    choose(&page, "Transfer…").await;
    assert_eq!(focused(), "transfer-note");
    until_said(&page, "#transfer-to", "A Colleague (Offline)").await;
    let offered = page.text("#transfer-to");
    assert!(offered.starts_with("Everyone on"), "{offered}");
    assert!(!offered.contains("Example Person"), "{offered}");
    let list: web_sys::HtmlSelectElement = page.get("#transfer-to").unchecked_into();
    list.set_value(COLLEAGUE);
    list.dispatch_event(&web_sys::Event::new("change").expect("an event"))
        .expect("dispatched");
    page.fill("#transfer-note", "They asked twice.").await;
    page.click(CONFIRM).await;
    assert!(page.find("[role='dialog']").is_none());
    let description = page.get(".act-assign > button").get_attribute("aria-description");
    assert_eq!(description.as_deref(), Some("Assigned to A Colleague"));
    assert_eq!(value(&page, ".composer textarea"), "half a reply");
    page.click("#connection-more").await;
    until_said(&page, ".connection-panel", "Assign to A Colleague").await;
    let waits = page.text(".connection-panel");
    let note = waits.find("They asked twice.").expect("the note waits");
    let assignment = waits
        .find("Assign to A Colleague")
        .expect("so does the assignment");
    assert!(note < assignment, "{waits}");
    leave(page).await;
}

#[wasm_bindgen_test]
async fn a_transcript_that_fails_says_so_where_it_was_asked_for() {
    let _server = serve(|seen| {
        seen.path.contains("/transcript").then(|| {
            Answer::Json(
                403,
                json!({"status": 403, "title": "No", "code": "forbidden", "detail": "No."}),
            )
        })
    });
    let page = thread().await;
    choose(&page, "Transcript…").await;
    page.click(CONFIRM).await;
    page.until("why not", |page| {
        page.find("[role='dialog'] [role='alert']").is_some()
    })
    .await;
    page.fill("#transcript-to", "zoe").await;
    page.click("[role='dialog'] .foot button:nth-last-child(2)").await;
    until_said(&page, "#transcript-to-message", "Enter an email address").await;
    leave(page).await;
}

async fn visitors() -> Mounted<App> {
    forget_kept().await;
    let page = open("/visitors").await;
    page.until("people", |page| page.find("tbody button").is_some())
        .await;
    let name = page.text("tbody button");
    assert!(
        name.contains("Start conversation") && name.contains("First Visitor"),
        "{name}"
    );
    page.click("tbody button").await;
    assert_eq!(focused(), "start-content");
    page
}

#[wasm_bindgen_test]
async fn starting_without_a_network_says_so_and_keeps_what_was_typed() {
    let _server = serve(|_| None);
    let page = visitors().await;
    page.click(CONFIRM).await;
    until_said(&page, "#start-content-message", "Fill in this field.").await;
    page.fill("#start-content", "May I help you?").await;
    let _cut = serve(|seen| {
        (seen.method == "POST" && seen.path == "/api/live-chat/conversations").then_some(Answer::Cut)
    });
    page.click(CONFIRM).await;
    page.until("why not", |page| {
        page.find("[role='dialog'] [role='alert']").is_some()
    })
    .await;
    assert_eq!(value(&page, "#start-content"), "May I help you?");
    leave(page).await;
}

#[wasm_bindgen_test]
async fn where_one_is_open_that_one_is_shown_with_what_was_typed() {
    let _server = serve(|seen| {
        (seen.method == "POST" && seen.path == "/api/live-chat/conversations").then(|| {
            Answer::Json(
                409,
                json!({
                    "status": 409, "title": "Conflict", "code": "conflict", "detail": "One is open.",
                    "current": conversation(1, "First Visitor", "about stoves"),
                }),
            )
        })
    });
    let page = visitors().await;
    page.fill("#start-content", "May I help you?").await;
    page.click(CONFIRM).await;
    page.until("the conversation", |page| {
        page.find(".composer textarea").is_some()
    })
    .await;
    assert_eq!(path_and_query(), format!("/conversations/{}", conversation_id(1)));
    page.until("what was typed", |page| {
        value(page, ".composer textarea") == "May I help you?"
    })
    .await;
    leave(page).await;
}
