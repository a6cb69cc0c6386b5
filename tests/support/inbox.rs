//! The inbox as a whole for tests: its API, answered at `fetch`, and the way into it.

use serde_json::{Value, json};
use switchboard::app::{App, AppProps};
use switchboard::browser::happening;
use switchboard::config::Config;
use switchboard::realtime::store::under_way;
use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::time::Timestamp;
use wasm_bindgen::JsValue;

use super::{Answer, Mounted, Seen, document, mount};

/// Everybody and everything whose id does not matter.
pub const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
/// Messages in the whole thread; a page holds 50.
pub const LAST_SEQ: u64 = 80;

pub fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_795_339_800_000 + minute * 60_000)
}

pub fn conversation_id(n: u8) -> String {
    ConversationId::from_parts(at(0), [n; 10]).to_string()
}

pub fn conversation(n: u8, name: &str, last: &str) -> Value {
    json!({
        "id": conversation_id(n), "userId": ID, "funnelId": ID, "funnelName": "Website chat", "websiteId": ID,
        "user": {"id": ID, "name": name, "firstSeenAt": at(0).to_string(), "lastSeenAt": at(0).to_string()},
        "status": "open", "startedAt": at(0).to_string(), "lastMessageAt": at(i64::from(n)).to_string(),
        "lastMessage": last, "messageCount": 1, "createdAt": at(0).to_string(), "updatedAt": at(0).to_string(),
        "version": 1,
    })
}

/// What is known of a visitor besides the conversation.
pub fn visitor_details(name: &str) -> Value {
    json!({
        "user": {"id": ID, "name": name, "firstSeenAt": at(0).to_string(), "lastSeenAt": at(0).to_string(), "version": 1},
        "websiteId": ID, "visitStartedAt": at(0).to_string(), "asOf": as_of(),
        "pages": [{"url": "https://shop.example/tents", "title": "Tents", "at": at(0).to_string(), "until": at(2).to_string()}],
        "notes": [], "conversations": [],
    })
}

pub fn as_of() -> Value {
    json!({"epoch": "e", "offset": "9"})
}

pub fn list(items: &[Value]) -> Answer {
    Answer::Json(200, json!({"items": items, "hasMore": false, "asOf": as_of()}))
}

pub fn messages(query: &str) -> Answer {
    let before = query
        .split(['?', '&'])
        .find_map(|pair| pair.strip_prefix("before="))
        .map_or(LAST_SEQ + 1, |before| before.parse().expect("a number"));
    let first = before.saturating_sub(50).max(1);
    let items: Vec<Value> = (first..before)
        .map(|seq| {
            let id = MessageId::from_parts(at(0), [u8::try_from(seq).expect("small"); 10]);
            json!({
                "id": id.to_string(), "conversationId": conversation_id(1), "seq": seq, "type": "user",
                "content": format!("message {seq}"), "createdAt": at(i64::try_from(seq).expect("small")).to_string(),
            })
        })
        .collect();
    let page = json!({
        "items": items, "hasMoreBefore": first > 1, "hasMoreAfter": before <= LAST_SEQ, "asOf": as_of(),
    });
    Answer::Json(200, page)
}

/// Everything as it should be.
pub fn respond(seen: &Seen) -> Answer {
    let one = format!("/api/live-chat/conversations/{}", conversation_id(1));
    match seen.path.as_str() {
        "/api/auth/login" | "/api/auth/refresh" => {
            let user = json!({
                "id": ID, "accountId": ID, "accountName": "Example", "name": "Example Person", "preferences": {"undoSend": "off"},
                "email": "person@example.com", "role": "agent",
            });
            Answer::Json(
                200,
                json!({"accessToken": "t", "expiresInMs": 600_000, "user": user}),
            )
        }
        "/api/live-chat/conversations" if seen.query.contains("status=open") => list(&[
            conversation(2, "Second Visitor", "about boots"),
            conversation(1, "First Visitor", "about stoves"),
        ]),
        "/api/live-chat/conversations" => {
            let mut closed = conversation(3, "Closed Visitor", "goodbye");
            closed["status"] = json!("closed");
            list(&[closed])
        }
        path if path == format!("{one}/messages") => messages(&seen.query),
        path if path == one => Answer::Json(200, conversation(1, "First Visitor", "about stoves")),
        "/api/live-chat/messages" => Answer::Silence,
        path if path == format!("/api/visitors/{ID}") => Answer::Json(200, visitor_details("First Visitor")),
        _ => Answer::Cut,
    }
}

/// The page as it is served: its height and its styles decide what scrolls.
pub fn dress() {
    if document().get_element_by_id("dress").is_some() {
        return;
    }
    let style = document().create_element("style").expect("an element");
    style.set_id("dress");
    let sheets = [
        include_str!("../../styles/tokens.css"),
        include_str!("../../styles/base.css"),
    ];
    style.set_text_content(Some(&sheets.concat()));
    document()
        .document_element()
        .expect("a root")
        .append_child(&style)
        .expect("appended");
}

pub async fn open(path: &str) -> Mounted<App> {
    dress();
    let window = web_sys::window().expect("a window");
    let history = window.history().expect("allowed");
    history
        .replace_state_with_url(&JsValue::NULL, "", Some(path))
        .expect("same origin");
    let config = Config {
        service_worker: false,
        api_base_url: "/api".into(),
        realtime_url: None,
        environment: None,
    };
    let page = mount::<App>(AppProps { config }).await;
    page.until("sign-in", |page| {
        page.find("#email").is_some() || page.find("#page-heading").is_some()
    })
    .await;
    if page.find("#email").is_some() {
        page.fill("#email", "person@example.com").await;
        page.fill("#password", "right").await;
        page.click("button[type='submit']").await;
    }
    page
}

pub fn path_and_query() -> String {
    let location = web_sys::window().expect("a window").location();
    format!(
        "{}{}",
        location.pathname().expect("a path"),
        location.search().expect("a query")
    )
}

pub async fn until_row(page: &Mounted<App>, text: &str) {
    page.until(text, |page| {
        page.find("ul[aria-label='Conversations']")
            .is_some_and(|list| list.inner_text().contains(text))
    })
    .await;
}

/// Takes the page down and leaves nothing on the device for the test after it.
pub async fn leave(page: Mounted<App>) {
    close(page).await;
    forget_kept().await;
}

/// Removes what is kept on the device.
pub async fn forget_kept() {
    let factory = web_sys::window().expect("a window").indexed_db();
    let request = factory
        .expect("allowed")
        .expect("there")
        .delete_database("switchboard")
        .expect("asked");
    happening(&request, &["success", "error"]).await;
}

/// Takes the page down; what waits stays on the device. What it has asked of the browser's storage is done before this is over.
pub async fn close(page: Mounted<App>) {
    page.destroy().await;
    assert!(
        super::until(|| under_way() == 0).await,
        "the storage is never done"
    );
    super::forget_storage();
}
