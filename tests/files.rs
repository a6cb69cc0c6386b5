//! Files of messages that wait: kept with their entry in a real IndexedDB, all of it or nothing, and gone with it.

#![allow(clippy::expect_used)]

mod support;

use js_sys::Array;
use switchboard::browser::{answered, random_bytes};
use switchboard_contract::ids::AttachmentId;
use switchboard_contract::time::Timestamp;
use switchboard_engine::store::{Action, Answer, Entry, File, Op, StoreError};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Blob;

use support::store::{Desk, delete_database, member, raw, replace, reply};

wasm_bindgen_test_configure!(run_in_browser);

fn blob(text: &str) -> Blob {
    Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text))).expect("a blob")
}

/// A reply with a file for each of `contents`, and the files.
fn reply_with(contents: &[&str]) -> (Entry, Vec<(AttachmentId, Blob)>) {
    let mut entry = reply("with files");
    let file = |content: &&str| {
        let id = AttachmentId::from_parts(Timestamp::default(), random_bytes());
        (id, blob(content))
    };
    let files: Vec<_> = contents.iter().map(file).collect();
    if let Action::Send(draft) = &mut entry.action {
        let known = |(id, blob): &(AttachmentId, Blob)| File {
            id: *id,
            name: "a.txt".to_owned(),
            media_type: "text/plain".to_owned(),
            size: blob.size() as u64,
        };
        draft.attachments = files.iter().map(known).collect();
    }
    (entry, files)
}

async fn append(desk: &Desk, entry: &Entry, files: Vec<(AttachmentId, Blob)>) -> Result<Answer, StoreError> {
    let (answer, give) = answered();
    let op = Op::Append(Box::new(entry.clone()));
    desk.store.run_with(member(1), op, files, give);
    answer.await
}

async fn kept(desk: &Desk, owner: u8, entry: &Entry, file: AttachmentId) -> Option<String> {
    let found = desk
        .store
        .file(member(owner), entry.id, file)
        .await
        .expect("reads")?;
    JsFuture::from(found.text()).await.expect("reads").as_string()
}

#[wasm_bindgen_test]
async fn a_file_outlives_the_tab_and_goes_with_its_entry() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    let (first, files) = reply_with(&["one", "two"]);
    let ids: Vec<AttachmentId> = files.iter().map(|(id, _)| *id).collect();
    append(&desk, &first, files).await.expect("kept");
    let (second, others) = reply_with(&["three"]);
    let other = others[0].0;
    append(&desk, &second, others).await.expect("kept");
    drop(desk);

    let desk = Desk::new();
    assert_eq!(desk.opened().await.len(), 2);
    assert_eq!(kept(&desk, 1, &first, ids[1]).await.as_deref(), Some("two"));
    assert_eq!(
        kept(&desk, 2, &first, ids[1]).await,
        None,
        "another person gets nothing"
    );
    assert_eq!(
        kept(&desk, 1, &second, ids[0]).await,
        None,
        "a file is its entry's"
    );
    let (id, lane) = (first.id, first.lane);
    desk.run(Op::Remove { term: None, id, lane })
        .await
        .expect("removed");
    for id in ids {
        assert_eq!(kept(&desk, 1, &first, id).await, None);
    }
    assert_eq!(kept(&desk, 1, &second, other).await.as_deref(), Some("three"));
    desk.run(Op::Clear).await.expect("forgotten");
    assert_eq!(raw("files").await.length(), 0);
}

#[wasm_bindgen_test]
async fn without_room_for_a_file_nothing_is_kept() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    let (entry, files) = reply_with(&["one"]);
    {
        let _full = replace(
            "IDBObjectStore",
            "put",
            "if (given[0] instanceof Blob) throw new DOMException('', 'QuotaExceededError'); return original.apply(this, given);",
        );
        assert_eq!(append(&desk, &entry, files).await, Err(StoreError::Full));
    }
    assert!(desk.opened().await.is_empty());
    assert_eq!(raw("files").await.length(), 0);
}
