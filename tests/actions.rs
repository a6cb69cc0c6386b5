//! What is done to conversations, and what waits, in a browser: buttons, menus, keys and the panel of the connection. There
//! is no WebSocket here, so everything that the server does not answer waits.

#![allow(clippy::expect_used)]

mod support;

use serde_json::{Value, json};
use switchboard::app::App;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use support::inbox::{
    ID, as_of, at, conversation_id, forget_kept, leave, open, path_and_query, respond, until_row,
};
use support::{Answer, FakeServer, Mounted, Seen, focused, press};

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
    forget_kept().await;
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
async fn discarding_in_the_panel_keeps_the_focus_there_and_escape_leaves_the_panel_only() {
    let _server = FakeServer::install(|seen: &Seen| match seen.path.as_str() {
        "/api/live-chat/messages" => Answer::Cut,
        path if path.starts_with("/api/live-chat/messages/") => Answer::Silence,
        _ => team(seen),
    });
    let page = thread().await;
    page.fill("textarea", "never mind").await;
    page.get("textarea").focus().expect("focused");
    press("Enter", false).await;
    page.click("#connection-more").await;
    until_shown(&page, ".connection-panel li", "Reply: never mind").await;
    page.get(".connection-panel .text-btn-quiet")
        .focus()
        .expect("focused");
    page.click(".connection-panel .text-btn-quiet").await;
    until_shown(&page, ".connection-panel li .why", "Being discarded").await;
    page.until("the focus is in the panel", |_| focused() == "connection-title")
        .await;
    press("Escape", false).await;
    assert!(page.find(".connection-panel").is_none());
    assert_eq!(path_and_query(), format!("/conversations/{}", conversation_id(1)));
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

#[wasm_bindgen_test]
async fn someone_who_sees_the_website_is_put_in_charge() {
    let _server = serve(|| Answer::Silence);
    let page = thread().await;
    page.click(".act-assign > button").await;
    until_shown(&page, ".act-assign [role='menu']", "A Colleague").await;
    let menu = page.text(".act-assign [role='menu']");
    assert!(!menu.contains("Elsewhere"), "sees another website: {menu}");
    // Who is there is heard over the connection, and there is none here: what a colleague has set says nothing of it.
    assert!(menu.contains("A ColleagueOffline"), "{menu}");
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

/// The server as an admin finds it; nothing that is deleted is answered.
fn serve_admin() -> FakeServer {
    FakeServer::install(|seen: &Seen| match team(seen) {
        _ if seen.method == "DELETE" => Answer::Cut,
        Answer::Json(status, mut body) if body["user"].is_object() => {
            body["user"]["role"] = json!("admin");
            Answer::Json(status, body)
        }
        answer => answer,
    })
}

const DELETE: &str = ".act-more [role='group']:last-child [role='menuitem']";

#[wasm_bindgen_test]
async fn deleting_asks_for_the_name_and_leaves_the_list_at_once() {
    let _server = serve_admin();
    let page = thread().await;
    page.click(".act-more > button").await;
    assert_eq!(page.text(DELETE), "Delete conversation…");
    page.click(DELETE).await;
    assert_eq!(focused(), "delete-name");
    assert!(page.text("[role='dialog']").contains("cannot be undone"));
    let confirm = "[role='dialog'] .foot button:last-child";
    page.fill("#delete-name", "Second Visitor").await;
    page.click(confirm).await;
    assert!(page.text("#delete-name-message").contains("another name"));
    assert_eq!(focused(), "delete-name");
    page.fill("#delete-name", " first visitor").await;
    page.click(confirm).await;
    assert!(page.find("[role='dialog']").is_none());
    assert_eq!(path_and_query(), "/conversations");
    page.until("the row goes", |page| {
        !page.text(".pane-list").contains("First Visitor")
    })
    .await;
    assert!(page.text(".pane-list").contains("Second Visitor"));
    let toast = page.text("[role='status'] .text");
    assert!(toast.contains("will be deleted"), "{toast}");
    page.click("#connection-more").await;
    page.until("what waits", |page| {
        page.text(".connection-panel").contains("Delete conversation")
    })
    .await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn agents_are_not_offered_to_delete() {
    let _server = serve(|| Answer::Cut);
    let page = thread().await;
    page.click(".act-more > button").await;
    let menu = page.text(".act-more [role='menu']");
    assert!(
        menu.contains("Transfer…") && !menu.contains("Delete conversation"),
        "{menu}"
    );
    leave(page).await;
}
