//! Webhooks: events come in the order of the log, signed, at least once; what is not taken is tried again and holds up what follows;
//! after a day of failures it is switched off and its maker is told; nothing is sent to addresses of one's own network.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use accounts::{HOUR, advance, call, get, letters};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use common::{Answer, App, OWNER, new_id};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard_server::db::Dialect;

/// As [`common::on_both_databases`], with webhooks that may go to this machine.
macro_rules! with_receivers {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::run(super::Dialect::Sqlite, async |app| super::$name(app).await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::run(super::Dialect::Postgres, async |app| super::$name(app).await).await;
            })*
        }
    };
}

with_receivers! {
    events_come_signed_and_in_order,
    what_is_not_taken_is_tried_again_and_holds_up_what_follows,
    only_what_was_asked_for_is_told,
    after_a_day_it_is_switched_off_and_goes_on_where_it_stopped,
    a_test_and_an_old_event_are_sent_by_hand,
    what_was_deleted_is_not_told,
    changes_are_judged_and_noted,
}

mod as_set_up {
    use super::nothing_is_sent_to_ones_own_network;

    crate::common::on_both_databases! {
        nothing_is_sent_to_ones_own_network,
    }
}

async fn run(dialect: Dialect, test: impl AsyncFn(&App)) {
    let app = App::start_with(dialect, |config| config.webhooks_anywhere = true).await;
    test(&app).await;
    app.close().await;
}

/// What a receiver was sent.
#[derive(Clone, Debug)]
struct Got {
    event: String,
    signature: String,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// What came, and the status that is answered.
type Book = (Vec<Got>, u16);

/// Another server: keeps what it is sent and answers as it is told.
struct Receiver {
    url: String,
    state: Arc<Mutex<Book>>,
}

async fn take(
    State(state): State<Arc<Mutex<Book>>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    let text = |name: &str| headers[name].to_str().expect("text").to_owned();
    let mut state = state.lock().expect("not poisoned");
    state.0.push(Got {
        event: text("switchboard-event"),
        signature: text("switchboard-signature"),
        body: String::from_utf8(body.to_vec()).expect("text"),
    });
    let status = StatusCode::from_u16(state.1).expect("a status");
    (status, "so it is, says key_0123456789abcdefghijklmn")
}

impl Receiver {
    async fn start() -> Self {
        let state = Arc::new(Mutex::new((Vec::new(), 200)));
        let router = Router::new()
            .route("/in", post(take))
            .with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}/in", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    fn answers(&self, status: u16) {
        self.state.lock().expect("not poisoned").1 = status;
    }

    fn got(&self) -> Vec<Got> {
        self.state.lock().expect("not poisoned").0.clone()
    }

    /// What came, once there are so many.
    async fn gets(&self, count: usize) -> Vec<Got> {
        for _ in 0..400 {
            let got = self.got();
            if got.len() >= count {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} of {count} came: {:?}", self.got().len(), self.got());
    }
}

async fn add(app: &App, token: &str, url: &str, more: Value) -> Answer {
    let mut body = json!({"id": new_id(), "url": url, "events": ["conversation.created", "message.created"]});
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    call(app, Method::POST, "/api/webhooks", token, body).await
}

/// The id of a new webhook.
async fn added(app: &App, token: &str, url: &str, more: Value) -> String {
    let made = add(app, token, url, more).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.at("/id")
}

async fn shown(app: &App, token: &str, id: &str) -> Value {
    let list = get(app, "/api/webhooks", token).await;
    let items = list.json["items"].as_array().expect("items").clone();
    items.into_iter().find(|one| one["id"] == id).expect("listed")
}

async fn deliveries(app: &App, token: &str, id: &str) -> Vec<Value> {
    let list = get(app, &format!("/api/webhooks/{id}/deliveries"), token).await;
    list.json["items"].as_array().expect("items").clone()
}

/// What was sent, once so much of it is noted: that follows the receiver's answer.
async fn noted(app: &App, token: &str, id: &str, count: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    for _ in 0..400 {
        rows = deliveries(app, token, id).await;
        if rows.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    rows
}

/// Waits until a webhook stands so.
async fn until(app: &App, token: &str, id: &str, state: &str) -> Value {
    for _ in 0..400 {
        let webhook = shown(app, token, id).await;
        if webhook["state"] == state {
            return webhook;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it is not {state}: {}", shown(app, token, id).await);
}

async fn events_come_signed_and_in_order(app: &App) {
    let owner = app.token(OWNER).await;
    app.chatting_visitor("Before it").await;
    let receiver = Receiver::start().await;
    let id = added(app, &owner, &receiver.url, json!({})).await;
    let chat = app.chatting_visitor("First").await;
    for text in ["Second", "Third", "Fourth"] {
        assert_eq!(app.say(&chat.token, text).await.status, 201);
    }
    let said = |got: &[Got]| -> Vec<String> {
        got.iter()
            .map(Got::json)
            .filter(|body| body["data"]["type"] == "user")
            .filter_map(|body| body["data"]["content"].as_str().map(str::to_owned))
            .collect()
    };
    for _ in 0..400 {
        if said(&receiver.got()).len() >= 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let got = receiver.got();
    assert_eq!(said(&got), ["First", "Second", "Third", "Fourth"], "{got:?}");
    assert!(!got.iter().any(|one| one.body.contains("Before it")));
    let created = got
        .iter()
        .map(Got::json)
        .find(|body| body["type"] == "conversation.created")
        .expect("told");
    assert_eq!(created["conversationId"], chat.conversation.as_str());
    assert!(created["websiteId"].is_string() && created["at"].is_string());
    let secret = get(app, &format!("/api/webhooks/{id}/secret"), &owner)
        .await
        .at("/secret");
    for one in &got {
        assert_eq!(one.json()["id"], one.event.as_str());
        let (at, signed) = one.signature.split_once(",v1=").expect("a signature");
        let at = at.strip_prefix("t=").expect("a time");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
        mac.update(format!("{at}.{}", one.body).as_bytes());
        let right: String = mac
            .finalize()
            .into_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(signed, right);
        let age = app.state.clock.now().as_millis() / 1_000 - at.parse::<i64>().expect("seconds");
        assert!((0..60).contains(&age), "{age}");
    }
    let listed = noted(app, &owner, &id, got.len()).await;
    assert_eq!(listed.len(), got.len());
    assert!(
        listed
            .iter()
            .all(|one| one["delivered"] == true && one["status"] == 200 && one["tries"] == 1)
    );
    assert_eq!(listed[0]["answer"], "so it is, says …");
}

async fn what_is_not_taken_is_tried_again_and_holds_up_what_follows(app: &App) {
    let owner = app.token(OWNER).await;
    let (slow, well) = (Receiver::start().await, Receiver::start().await);
    slow.answers(500);
    let failing = added(app, &owner, &slow.url, json!({"events": ["message.created"]})).await;
    added(app, &owner, &well.url, json!({"events": ["message.created"]})).await;
    let chat = app.chatting_visitor("One").await;
    app.say(&chat.token, "Two").await;
    let told = well.gets(2).await;
    let webhook = until(app, &owner, &failing, "failing").await;
    assert!(
        webhook["nextTryAt"].is_string() && webhook["failingSince"].is_string(),
        "{webhook}"
    );
    let first = deliveries(app, &owner, &failing).await;
    assert_eq!(first.len(), 1, "what follows waits: {first:?}");
    assert_eq!(
        (&first[0]["delivered"], &first[0]["status"]),
        (&json!(false), &json!(500))
    );
    advance(app, 10_000).await;
    let again = slow.gets(2).await;
    assert_eq!(again[0].event, again[1].event, "the same event, with the same id");
    assert_ne!(again[0].signature, again[1].signature, "signed anew");
    // Noted, too: its pause counts from then.
    for _ in 0..400 {
        if deliveries(app, &owner, &failing).await[0]["tries"] == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    slow.answers(204);
    advance(app, 60_000).await;
    let owner = app.token(OWNER).await;
    until(app, &owner, &failing, "active").await;
    let all = slow.gets(told.len() + 2).await;
    let order: Vec<&str> = all[2..].iter().map(|one| one.event.as_str()).collect();
    let right: Vec<&str> = told.iter().map(|one| one.event.as_str()).collect();
    assert_eq!(order, right);
    let rows = deliveries(app, &owner, &failing).await;
    let tried: Vec<&Value> = rows.iter().filter(|one| one["tries"] == 3).collect();
    assert_eq!(tried.len(), 1, "{rows:?}");
}

async fn only_what_was_asked_for_is_told(app: &App) {
    let owner = app.token(OWNER).await;
    let receiver = Receiver::start().await;
    let body = json!({"id": new_id(), "name": "Other", "domain": "other.example", "timezone": "UTC"});
    let other = call(app, Method::POST, "/api/websites", &owner, body)
        .await
        .at("/id");
    let elsewhere = json!({"events": ["message.created", "conversation.created"], "websiteId": other});
    added(app, &owner, &receiver.url, elsewhere).await;
    let all = Receiver::start().await;
    added(app, &owner, &all.url, json!({"events": ["conversation.created"]})).await;
    let label = json!({"id": new_id(), "name": "Bug", "colour": "red"});
    call(app, Method::POST, "/api/live-chat/labels", &owner, label).await;
    app.chatting_visitor("Not of the other website").await;
    app.chatting_visitor("Nor this").await;
    let got = all.gets(2).await;
    assert!(
        got.iter().all(|one| one.json()["type"] == "conversation.created"),
        "{got:?}"
    );
    assert_eq!(receiver.got().len(), 0);
    // Another account's log is another log.
    let stranger = app.second_account("other@demo.test").await;
    let theirs = Receiver::start().await;
    added(app, &stranger.token, &theirs.url, json!({})).await;
    app.chatting_visitor("Not theirs").await;
    all.gets(3).await;
    assert_eq!(theirs.got().len(), 0);
}

async fn after_a_day_it_is_switched_off_and_goes_on_where_it_stopped(app: &App) {
    let owner = app.token(OWNER).await;
    let receiver = Receiver::start().await;
    receiver.answers(503);
    let id = added(app, &owner, &receiver.url, json!({"events": ["message.created"]})).await;
    let chat = app.chatting_visitor("Kept").await;
    receiver.gets(1).await;
    until(app, &owner, &id, "failing").await;
    advance(app, 25 * HOUR).await;
    let owner = app.token(OWNER).await;
    receiver.gets(2).await;
    let off = until(app, &owner, &id, "disabled").await;
    let told = letters(app, OWNER).await;
    assert!(
        told.iter()
            .any(|letter| letter.to_string().contains("webhook was switched off")),
        "{told:?}"
    );
    let log = get(app, "/api/audit?kind=webhook.disabled", &owner).await;
    let entry = &log.json["items"][0];
    assert!(entry["memberId"].is_null(), "the server did it: {entry}");
    app.say(&chat.token, "Meanwhile").await;
    receiver.answers(200);
    let path = format!("/api/webhooks/{id}");
    let version = off["version"].as_u64().expect("a version");
    let on = app
        .call(Method::PATCH, &path)
        .bearer(&owner)
        .header("if-match", &format!("\"{version}\""))
        .json(&json!({"active": true}))
        .send()
        .await;
    assert_eq!(on.json["state"], "active", "{}", on.text);
    let got = receiver.gets(4).await;
    let contents: Vec<Value> = got[2..]
        .iter()
        .map(|one| one.json()["data"]["content"].clone())
        .collect();
    assert!(
        contents.contains(&json!("Kept")) || got[0].body.contains("Kept"),
        "{contents:?}"
    );
    for _ in 0..200 {
        if receiver.got().iter().any(|one| one.body.contains("Meanwhile")) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("what came meanwhile is not told: {:?}", receiver.got());
}

async fn a_test_and_an_old_event_are_sent_by_hand(app: &App) {
    let owner = app.token(OWNER).await;
    let receiver = Receiver::start().await;
    let id = added(
        app,
        &owner,
        &receiver.url,
        json!({"events": ["conversation.created"]}),
    )
    .await;
    let path = format!("/api/webhooks/{id}");
    let test = call(app, Method::POST, &format!("{path}/test"), &owner, json!(null)).await;
    assert_eq!(
        (test.status, &test.json["delivered"]),
        (200, &json!(true)),
        "{}",
        test.text
    );
    assert_eq!(receiver.gets(1).await[0].json()["type"], "test");
    app.chatting_visitor("Hello").await;
    receiver.gets(2).await;
    let listed = noted(app, &owner, &id, 2).await;
    let (newest, of_test) = (
        listed[0]["id"].as_str().expect("an id"),
        listed[1]["id"].as_str().expect("an id"),
    );
    receiver.answers(400);
    let again = call(
        app,
        Method::POST,
        &format!("{path}/deliveries/{newest}/redeliver"),
        &owner,
        json!(null),
    )
    .await;
    assert_eq!(
        (&again.json["delivered"], &again.json["tries"]),
        (&json!(false), &json!(2)),
        "{}",
        again.text
    );
    let got = receiver.gets(3).await;
    assert_eq!(got[1].body, got[2].body);
    assert_eq!(
        shown(app, &owner, &id).await["state"],
        "active",
        "by hand is outside of the order"
    );
    call(
        app,
        Method::POST,
        &format!("{path}/deliveries/{of_test}/redeliver"),
        &owner,
        json!(null),
    )
    .await
    .problem(410, "gone");
    let unknown = format!("{path}/deliveries/{}/redeliver", new_id());
    call(app, Method::POST, &unknown, &owner, json!(null))
        .await
        .problem(404, "not_found");
}

async fn what_was_deleted_is_not_told(app: &App) {
    let owner = app.token(OWNER).await;
    let receiver = Receiver::start().await;
    receiver.answers(500);
    let events = json!({"events": ["message.created", "conversation.deleted"]});
    let id = added(app, &owner, &receiver.url, events).await;
    let chat = app.chatting_visitor("My card number is 4111").await;
    until(app, &owner, &id, "failing").await;
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    assert_eq!(
        call(app, Method::DELETE, &path, &owner, json!(null)).await.status,
        204
    );
    receiver.answers(200);
    let before = receiver.got().len();
    advance(app, 10_000).await;
    let got = receiver.gets(before + 1).await;
    let after: Vec<Value> = got[before..].iter().map(Got::json).collect();
    assert_eq!(after.len(), 1, "{after:?}");
    assert_eq!(after[0]["type"], "conversation.deleted");
    assert!(!got[before..].iter().any(|one| one.body.contains("4111")));
    // What became of the earlier tries holds nothing of it either.
    let kept = get(app, &format!("/api/webhooks/{id}/deliveries"), &owner).await;
    assert!(!kept.text.contains("4111"));
}

async fn changes_are_judged_and_noted(app: &App) {
    let owner = app.token(OWNER).await;
    let secret_url = "https://hooks.example/T0/very-secret-path";
    let body = json!({"id": new_id(), "url": secret_url, "events": ["message.created", "message.created"]});
    let made = call(app, Method::POST, "/api/webhooks", &owner, body.clone()).await;
    assert_eq!(
        (made.status, &made.json["events"]),
        (201, &json!(["message.created"])),
        "{}",
        made.text
    );
    let again = call(app, Method::POST, "/api/webhooks", &owner, body).await;
    assert_eq!((again.status, &again.json), (200, &made.json), "a repeat");
    for (field, more) in [
        ("url", json!({"url": "https://me:pw@hooks.example/"})),
        ("url", json!({"url": "nonsense"})),
        ("events", json!({"events": []})),
        ("events", json!({"events": ["session.revoked"]})),
        ("websiteId", json!({"websiteId": new_id()})),
    ] {
        let refused = add(app, &owner, "https://hooks.example/", more).await;
        assert!(
            refused.problem(422, "validation_failed")["fields"][field].is_array(),
            "{}",
            refused.text
        );
    }
    let path = format!("/api/webhooks/{}", made.at("/id"));
    let off = call(app, Method::PATCH, &path, &owner, json!({"active": false})).await;
    assert_eq!(
        (&off.json["state"], &off.json["version"]),
        (&json!("disabled"), &json!(2)),
        "{}",
        off.text
    );
    app.call(Method::PATCH, &path)
        .bearer(&owner)
        .header("if-match", "\"1\"")
        .json(&json!({"active": true}))
        .send()
        .await
        .problem(409, "conflict");
    assert_eq!(
        call(app, Method::DELETE, &path, &owner, json!(null)).await.status,
        204
    );
    let log = get(app, "/api/audit?limit=3", &owner).await;
    let kinds: Vec<&Value> = log.json["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds, ["webhook.deleted", "webhook.changed", "webhook.created"]);
    assert!(log.text.contains("https://hooks.example") && !log.text.contains("very-secret-path"));
}

/// Here webhooks may not go to this machine.
async fn nothing_is_sent_to_ones_own_network(app: &App) {
    let owner = app.token(OWNER).await;
    let receiver = Receiver::start().await;
    let plain = add(app, &owner, &receiver.url, json!({})).await;
    assert!(plain.problem(422, "validation_failed")["fields"]["url"].is_array());
    let port = receiver
        .url
        .rsplit(':')
        .next()
        .and_then(|rest| rest.split('/').next())
        .expect("a port")
        .to_owned();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1",
        "169.254.169.254",
        "[::ffff:127.0.0.1]",
    ] {
        let id = added(app, &owner, &format!("https://{host}:{port}/in"), json!({})).await;
        let test = call(
            app,
            Method::POST,
            &format!("/api/webhooks/{id}/test"),
            &owner,
            json!(null),
        )
        .await;
        assert_eq!(
            (test.status, &test.json["delivered"]),
            (200, &json!(false)),
            "{}",
            test.text
        );
        assert!(test.json["status"].is_null());
        assert!(
            test.at("/answer").contains("does not send webhooks there"),
            "{host}: {}",
            test.text
        );
    }
    assert_eq!(receiver.got().len(), 0);
}
