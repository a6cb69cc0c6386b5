//! What a browser keeps of the last visit, in a real IndexedDB: shown where the API is down, read past what is broken, and made
//! smaller where there is no room.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use serde_json::json;
use switchboard::app::{App, AppProps};
use switchboard::auth::Hint;
use switchboard::config::Config;
use switchboard::query::asks;
use switchboard::realtime::store::Notice;
use switchboard::storage;
use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;
use switchboard_engine::archive::{Age, Answer, Found, Key, LogWrite, Op, Part, Place, Text};
use switchboard_engine::inbox::{KeptList, Shelf};
use switchboard_engine::store;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use support::inbox::{ID, as_of, at, conversation, conversation_id, dress, forget_kept, leave, until_row};
use support::store::{Desk, raw, replace, reply, tamper};
use support::{FakeServer, Mounted, mount};

wasm_bindgen_test_configure!(run_in_browser);

fn owner() -> MemberId {
    ID.parse().expect("an id")
}

/// What a call with an answer brings.
async fn asked<T: 'static>(ask: impl FnOnce(Box<dyn FnOnce(T)>)) -> T {
    let answer = Rc::new(RefCell::new(None));
    let mut ask = Some(ask);
    let promise = Promise::new(&mut |resolve, _| {
        let slot = answer.clone();
        let done = move |result| {
            *slot.borrow_mut() = Some(result);
            resolve.call0(&JsValue::UNDEFINED).expect("resolved");
        };
        if let Some(ask) = ask.take() {
            ask(Box::new(done));
        }
    });
    JsFuture::from(promise).await.expect("never rejected");
    answer.borrow_mut().take().expect("an answer")
}

async fn keep(desk: &Desk, op: Op) -> Answer {
    asked(|done| desk.store.run_archive(owner(), op, done))
        .await
        .expect("a store that works")
}

async fn found(desk: &Desk) -> Found {
    asked(|done| desk.store.read_archive(owner(), Part::All, done))
        .await
        .expect("a store that works")
}

fn age(minute: i64) -> Age {
    Age {
        asked: at(minute),
        came: at(minute),
        as_of: None,
    }
}

fn value(topic: &str, part: &str, value: &serde_json::Value, minute: i64) -> Op {
    Op::Value {
        key: Key::Value(topic.to_owned(), part.to_owned()),
        text: value.to_string(),
        age: age(minute),
    }
}

fn seen(n: u8, name: &str, last: &str) -> (Key, Option<Text>) {
    let id: ConversationId = conversation_id(n).parse().expect("an id");
    let kept = json!({"conversation": conversation(n, name, last), "asOf": "9"});
    let text = Text {
        text: kept.to_string(),
        is_used: true,
    };
    (Key::Conversation(id), Some(text))
}

fn write() -> Op {
    let position: Position = serde_json::from_value(as_of()).expect("a position");
    let list = KeptList {
        shelf: Shelf::Open,
        end: None,
    };
    let list = Text {
        text: serde_json::to_string(&list).expect("written"),
        is_used: true,
    };
    Op::Log(Box::new(LogWrite {
        term: 0,
        since: position.clone(),
        place: Place {
            resume: serde_json::from_value(as_of()).expect("a place"),
            position,
            at: at(0),
        },
        changes: [
            seen(1, "First Visitor", "about stoves"),
            seen(2, "Second Visitor", "about boots"),
            (Key::List(Shelf::Open), Some(list)),
        ]
        .into(),
        touched: std::collections::BTreeMap::new(),
    }))
}

/// A device on which someone has worked before, and is still signed in.
async fn after_a_visit() -> Desk {
    forget_kept().await;
    let desk = Desk::new();
    let opened = desk.ask(owner(), store::Op::Open { erase: false }).await;
    assert!(matches!(opened, Ok(store::Answer::Opened { .. })));
    assert_eq!(keep(&desk, write()).await, Answer::Kept { evicted: 0 });
    let me = json!({
        "id": ID, "accountId": ID, "accountName": "Example", "name": "Example Person", "preferences": {"undoSend": "off"},
        "email": "person@example.com", "role": "agent",
    });
    let website = json!({
        "id": ID, "name": "Example shop", "domain": "shop.example", "allowedOrigins": [], "timezone": "UTC", "publicKey": "pk",
        "autoCloseAfter": null, "archiveAfter": null, "deleteAfter": null,
        "status": {"state": "online", "lastSeenAt": at(0).to_string()},
        "createdAt": at(0).to_string(), "updatedAt": at(0).to_string(), "version": 1,
    });
    let websites = json!({"items": [website], "page": 1, "pageSize": 25, "total": 1});
    keep(&desk, value("me", "", &me, 1)).await;
    keep(
        &desk,
        value(
            "websites",
            &asks::websites(1, asks::WEBSITES_PER_PAGE).key().part,
            &websites,
            1,
        ),
    )
    .await;
    let hint = Hint {
        user_id: owner(),
        expires_at: Timestamp::default(),
    };
    assert!(storage::SESSION.set(&hint));
    desk
}

async fn open_at(path: &str) -> Mounted<App> {
    dress();
    let history = web_sys::window().expect("a window").history().expect("allowed");
    history
        .replace_state_with_url(&JsValue::NULL, "", Some(path))
        .expect("same origin");
    let config = Config {
        service_worker: false,
        api_base_url: "/api".into(),
        realtime_url: None,
        environment: None,
    };
    mount::<App>(AppProps { config }).await
}

#[wasm_bindgen_test]
async fn without_the_api_the_last_visit_is_shown_with_its_age() {
    let _desk = after_a_visit().await;
    let _server = FakeServer::install(|_| support::Answer::Cut);
    let page = open_at("/conversations").await;
    until_row(&page, "about stoves").await;
    assert_eq!(page.count("ul[aria-label='Conversations'] > li"), 2);
    assert!(page.text("[role='tabpanel']").contains("As you saw it"));
    leave(page).await;

    let _desk = after_a_visit().await;
    let page = open_at("/websites").await;
    page.until("the website", |page| {
        page.root.inner_html().contains("Example shop")
    })
    .await;
    page.until("its age", |page| {
        page.root.inner_html().contains("What you see is from")
    })
    .await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn what_is_broken_is_told_and_the_rest_is_shown() {
    let desk = after_a_visit().await;
    let broken = Key::Conversation(conversation_id(1).parse().expect("an id")).to_string();
    tamper("archive", |store| {
        store
            .put_with_key(&JsValue::from_str("{garbage"), &JsValue::from_str(&broken))
            .expect("asked");
        store
            .put_with_key(&JsValue::from_f64(7.0), &JsValue::from_str("value/labels/"))
            .expect("asked");
    })
    .await;
    let read = found(&desk).await;
    assert_eq!(read.unreadable, 2);
    assert_eq!(desk.notices(), [Notice::Lost(2)]);
    assert_eq!(read.log.map(|log| log.conversations.len()), Some(1));
    assert_eq!(found(&desk).await.unreadable, 0, "it is gone");

    tamper("archive", |store| {
        store
            .put_with_key(&JsValue::from_str("{garbage"), &JsValue::from_str(&broken))
            .expect("asked");
    })
    .await;
    let _server = FakeServer::install(|_| support::Answer::Cut);
    let page = open_at("/conversations").await;
    until_row(&page, "about boots").await;
    page.until("the notice", |page| {
        page.root.inner_html().contains("can no longer be read")
    })
    .await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn what_a_newer_program_wrote_stays_as_it_is() {
    let desk = after_a_visit().await;
    let index = "{\"version\":2}";
    tamper("archive", |store| {
        store
            .put_with_key(&JsValue::from_str(index), &JsValue::from_str("index"))
            .expect("asked");
    })
    .await;
    let before = raw("archive").await.length();
    assert!(found(&desk).await.is_newer);
    assert_eq!(desk.notices(), [Notice::Newer]);
    assert_eq!(
        keep(&desk, value("labels", "", &json!({}), 9)).await,
        Answer::Newer
    );
    assert_eq!(raw("archive").await.length(), before);
    forget_kept().await;
}

#[wasm_bindgen_test]
async fn without_room_less_is_kept_and_told_once() {
    let desk = after_a_visit().await;
    {
        // A disk that takes nothing large.
        let _full = replace(
            "IDBObjectStore",
            "put",
            "if (String(given[0]).length > 100000) throw new DOMException(\"full\", \"QuotaExceededError\"); return original.apply(this, given);",
        );
        let large = json!("x".repeat(150_000));
        for topic in ["members", "labels"] {
            let answer = keep(&desk, value(topic, "", &large, 9)).await;
            assert!(
                matches!(answer, Answer::Kept { evicted } if evicted > 0),
                "{answer:?}"
            );
        }
    }
    assert_eq!(desk.notices(), [Notice::Narrow], "once");
    let small = keep(&desk, value("labels", "", &json!({"items": []}), 10)).await;
    assert_eq!(small, Answer::Kept { evicted: 0 });
    forget_kept().await;
}

#[wasm_bindgen_test]
async fn what_was_done_comes_before_what_was_seen() {
    let desk = after_a_visit().await;
    assert!(raw("archive").await.length() > 0);
    // A disk that takes no action while anything stands there that was seen.
    let full = "if (this.name === 'outbox' && !globalThis.isRoomy) throw new DOMException(\"full\", \"QuotaExceededError\"); return original.apply(this, given);";
    let _put = replace("IDBObjectStore", "put", full);
    let clear = "if (this.name === 'archive') globalThis.isRoomy = true; return original.apply(this, given);";
    let _clear = replace("IDBObjectStore", "clear", clear);
    for text in ["one", "two"] {
        let kept = desk.ask(owner(), store::Op::Append(Box::new(reply(text)))).await;
        assert!(matches!(kept, Ok(store::Answer::Appended { .. })), "{kept:?}");
    }
    assert_eq!(raw("outbox").await.length(), 2);
    assert_eq!(raw("archive").await.length(), 0, "it made room");
    assert_eq!(desk.notices(), [Notice::Narrow], "once");
    // With nothing left to let go of, the answer stands as it is.
    js_sys::Reflect::set(&js_sys::global(), &"isRoomy".into(), &JsValue::FALSE).expect("set");
    let refused = desk
        .ask(owner(), store::Op::Append(Box::new(reply("three"))))
        .await;
    assert_eq!(refused, Err(store::StoreError::Full));
    assert_eq!(
        keep(&desk, write()).await,
        Answer::Kept { evicted: 0 },
        "seen again"
    );
    forget_kept().await;
}

#[wasm_bindgen_test]
async fn with_the_end_of_the_sign_in_nothing_of_it_is_left() {
    let desk = after_a_visit().await;
    assert!(raw("archive").await.length() > 0);
    let Ok(store::Answer::Opened { sign_in, .. }) = desk.ask(owner(), store::Op::Open { erase: false }).await
    else {
        panic!("opened")
    };
    desk.ask(owner(), store::Op::End { sign_in })
        .await
        .expect("ended");
    assert_eq!(raw("archive").await.length(), 0);
    assert_eq!(
        keep(&desk, write()).await,
        Answer::Foreign,
        "nor comes anything later"
    );
    forget_kept().await;
}
