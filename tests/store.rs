//! The queue of waiting actions in a real IndexedDB.

#![allow(clippy::expect_used)]

mod support;

use js_sys::{Object, Reflect};
use switchboard::browser::{happening, sleep};
use switchboard::realtime::store::Notice;
use switchboard_engine::store::{Answer, Op, StoreError};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use support::Replaced;
use support::store::{
    DATABASE, Desk, conversation, delete_database, done, factory, get, member, open_raw, raw, replace, reply,
    tamper, text,
};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn what_was_asked_is_done_in_that_order_and_outlives_the_tab() {
    delete_database().await;
    let desk = Desk::new();
    let open = desk.ask(member(1), Op::Open { erase: false });
    let asked: Vec<_> = ["one", "two", "three"]
        .map(|text| desk.ask(member(1), Op::Append(Box::new(reply(text)))))
        .into_iter()
        .collect();
    open.await.expect("opened");
    for append in asked {
        append.await.expect("kept");
    }
    assert!(desk.notices().is_empty());
    drop(desk);

    let entries = Desk::new().opened().await;
    assert_eq!(
        entries.iter().map(text).collect::<Vec<_>>(),
        ["one", "two", "three"]
    );
    assert_eq!(entries[2].after, Some(entries[1].id));
}

#[wasm_bindgen_test]
async fn two_tabs_at_once_keep_one_order() {
    delete_database().await;
    let (left, right) = (Desk::new(), Desk::new());
    left.opened().await;
    let mut asked = Vec::new();
    for n in 0..25 {
        for desk in [&left, &right] {
            asked.push(desk.ask(member(1), Op::Append(Box::new(reply(&n.to_string())))));
        }
    }
    for append in asked {
        append.await.expect("kept");
    }
    let entries = right.opened().await;
    let positions: Vec<u64> = entries.iter().map(|entry| entry.position).collect();
    assert_eq!(positions, (0..50).collect::<Vec<_>>());
    for pair in entries.windows(2) {
        assert_eq!(pair[1].after, Some(pair[0].id), "each names the one before it");
    }
}

#[wasm_bindgen_test]
async fn a_leader_that_slept_is_refused() {
    delete_database().await;
    let (old, new) = (Desk::new(), Desk::new());
    old.opened().await;
    let entry = old.append(reply("one")).await;
    let Ok(Answer::Claimed { term: first, .. }) = old.run(Op::Claim).await else {
        panic!("leads")
    };
    let Ok(Answer::Claimed { term: second, .. }) = new.run(Op::Claim).await else {
        panic!("leads")
    };
    let remove = |term| Op::Remove {
        term: Some(term),
        id: entry.id,
        lane: entry.lane,
    };
    assert_eq!(old.run(remove(first)).await, Ok(Answer::Fenced { term: second }));
    assert_eq!(new.opened().await.len(), 1, "nothing was removed");
    assert!(matches!(
        new.run(remove(second)).await,
        Ok(Answer::Removed { .. })
    ));
}

#[wasm_bindgen_test]
async fn transactions_are_durable_and_cover_the_whole_queue() {
    delete_database().await;
    let log = js_sys::Array::new();
    Reflect::set(&js_sys::global(), &JsValue::from_str("begunTransactions"), &log).expect("set");
    let _watched = replace(
        "IDBDatabase",
        "transaction",
        "const begun = original.apply(this, given); begunTransactions.push(`${begun.mode} ${begun.durability}`); return begun;",
    );
    let desk = Desk::new();
    desk.opened().await;
    desk.append(reply("one")).await;
    let begun: Vec<_> = log.iter().map(|mode| mode.as_string().expect("text")).collect();
    assert_eq!(begun, ["readwrite strict", "readwrite strict"]);
}

#[wasm_bindgen_test]
async fn a_disk_without_room_keeps_nothing_of_the_operation() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    desk.append(reply("one")).await;
    {
        // The entry is written, its place in the order is not.
        let _full = replace(
            "IDBObjectStore",
            "put",
            "if (this.name === 'meta') throw new DOMException('no room', 'QuotaExceededError'); return original.apply(this, given);",
        );
        let refused = desk.run(Op::Append(Box::new(reply("two")))).await;
        assert_eq!(refused, Err(StoreError::Full));
    }
    assert_eq!(desk.opened().await.len(), 1, "not even the entry");
    assert_eq!(desk.append(reply("three")).await.position, 1);
}

#[wasm_bindgen_test]
async fn a_transaction_that_the_browser_gives_up_is_reported_and_undone() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    {
        // Every write has succeeded by then, but none is on the disk.
        let _gives_up = replace(
            "IDBObjectStore",
            "put",
            "const asked = original.apply(this, given); if (this.name === 'meta') asked.addEventListener('success', () => this.transaction.abort()); return asked;",
        );
        let refused = desk.run(Op::Append(Box::new(reply("one")))).await;
        assert_eq!(refused, Err(StoreError::Failed));
    }
    assert!(desk.opened().await.is_empty());
}

#[wasm_bindgen_test]
async fn an_entry_that_cannot_be_read_is_set_aside_and_nobody_waits_for_it() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    let one = desk.append(reply("one")).await;
    let two = desk.append(reply("two")).await;
    let three = desk.append(reply("three")).await;
    assert_eq!(three.after, Some(two.id));
    tamper("outbox", |outbox| {
        let record = Object::new();
        for (name, value) in [
            ("id", two.id.to_string()),
            ("lane", format!("{}/write", conversation(1))),
            ("entry", "{\"half\": ".to_owned()),
        ] {
            Reflect::set(&record, &JsValue::from_str(name), &JsValue::from_str(&value)).expect("set");
        }
        outbox.put(&record).expect("asked");
    })
    .await;

    let left = desk.opened().await;
    assert_eq!(left.iter().map(text).collect::<Vec<_>>(), ["one", "three"]);
    assert_eq!(left[1].after, Some(one.id));
    assert_eq!(desk.notices(), [Notice::SetAside(1)]);
    assert_eq!(raw("setAside").await.length(), 1, "kept, out of the way");
    assert_eq!(desk.opened().await[1].after, Some(one.id), "for good");
    assert_eq!(desk.notices().len(), 1, "and said once");
}

#[wasm_bindgen_test]
async fn a_meta_that_cannot_be_read_loses_neither_entries_nor_their_order() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    desk.append(reply("one")).await;
    desk.append(reply("two")).await;
    tamper("meta", |meta| {
        let key = JsValue::from_str("queue");
        meta.put_with_key(&JsValue::from_f64(7.0), &key).expect("asked");
    })
    .await;
    let answer = desk.run(Op::Open { erase: false }).await;
    assert_eq!(
        answer,
        Ok(Answer::Foreign {
            entries: 2,
            owned: false,
        }),
        "whose they are is not known"
    );
    assert_eq!(raw("outbox").await.length(), 2);
    let meta = raw("meta").await.get(0).as_string().expect("text");
    assert!(meta.contains("\"next\":2"), "{meta}");
}

#[wasm_bindgen_test]
async fn forgetting_leaves_nothing_to_read() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    desk.append(reply("canary")).await;
    tamper("setAside", |aside| {
        aside.add(&JsValue::from_str("canary")).expect("asked");
    })
    .await;
    // The last word of a store that goes.
    desk.store
        .run(member(1), Op::Append(Box::new(reply("canary"))), |_| {});
    desk.store.run(member(1), Op::Clear, |_| {});
    drop(desk);

    let mut left = u32::MAX;
    for _ in 0..200 {
        left = raw("outbox").await.length() + raw("setAside").await.length();
        if left == 0 {
            break;
        }
    }
    assert_eq!(left, 0);
}

#[wasm_bindgen_test]
async fn a_database_that_is_deleted_under_us_is_opened_anew() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    desk.append(reply("one")).await;
    // Not blocked: the store lets go of it.
    delete_database().await;
    assert!(desk.opened().await.is_empty());
    desk.append(reply("two")).await;
    assert!(desk.notices().is_empty());
}

#[wasm_bindgen_test]
async fn a_connection_that_is_closed_without_a_word_is_opened_anew() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    desk.append(reply("one")).await;
    {
        let _closes = replace(
            "IDBDatabase",
            "transaction",
            "if (!globalThis.wasClosed) { globalThis.wasClosed = true; this.close(); } return original.apply(this, given);",
        );
        let claimed = desk.run(Op::Claim).await;
        assert!(matches!(claimed, Ok(Answer::Claimed { .. })), "{claimed:?}");
    }
    assert_eq!(desk.opened().await.len(), 1);
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_version_is_left_alone_and_said_once() {
    delete_database().await;
    open_raw(Some(1_000)).await.close();
    let desk = Desk::new();
    for _ in 0..2 {
        let refused = desk.run(Op::Open { erase: true }).await;
        assert_eq!(refused, Err(StoreError::Unavailable));
    }
    assert_eq!(desk.notices(), [Notice::Newer]);
    delete_database().await;
    desk.opened().await;
}

#[wasm_bindgen_test]
async fn a_database_that_another_tab_holds_back_does_not_hold_up_the_queue() {
    delete_database().await;
    // A tab that does not let go while it is asked to.
    let stuck = open_raw(Some(1)).await;
    let deleting = factory().delete_database(DATABASE).expect("asked");
    happening(&deleting, &["blocked"]).await;

    let desk = Desk::new();
    // The store's patience, for a test.
    let hasty = Replaced::global("setTimeout", "(call, after) => original(call, after / 50)");
    let first = desk.run(Op::Open { erase: false }).await;
    drop(hasty);
    // From now on nobody waits for anything.
    let endless = Replaced::global(
        "setTimeout",
        "(call, after) => after > 0 ? 0 : original(call, after)",
    );
    let second = desk.run(Op::Claim).await;
    drop(endless);
    assert_eq!(
        (first, second),
        (Err(StoreError::Unavailable), Err(StoreError::Unavailable))
    );
    assert_eq!(desk.notices(), [Notice::Stuck]);
    stuck.close();
    done(&deleting).await;
    let again = || desk.run(Op::Open { erase: false });
    let mut left = 500;
    while again().await == Err(StoreError::Unavailable) {
        left -= 1;
        assert!(left > 0, "it opens by itself once the other tab is gone");
        sleep(10).await;
    }
    assert!(desk.opened().await.is_empty());
}

#[wasm_bindgen_test]
async fn without_storage_every_operation_says_so() {
    delete_database().await;
    let hidden = Replaced::by_nothing(&js_sys::global(), "indexedDB");
    let desk = Desk::new();
    let refused = desk.run(Op::Open { erase: false }).await;
    drop(hidden);

    assert_eq!(refused, Err(StoreError::Unavailable));
    assert_eq!(desk.notices(), [Notice::Denied]);
    desk.opened().await;
}

#[wasm_bindgen_test]
async fn the_browser_is_asked_once_to_keep_the_data() {
    delete_database().await;
    let _asked = replace(
        "StorageManager",
        "persist",
        "globalThis.timesAsked = (globalThis.timesAsked ?? 0) + 1; return Promise.reject(new Error('no'));",
    );
    let desk = Desk::new();
    desk.opened().await;
    let times = || get(&js_sys::global(), "timesAsked").as_f64().unwrap_or(0.0) as u32;
    assert_eq!(times(), 0, "not before there is something to keep");
    desk.append(reply("one")).await;
    desk.append(reply("two")).await;
    assert_eq!(times(), 1);
}
