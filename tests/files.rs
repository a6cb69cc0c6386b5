//! Files in a real IndexedDB: those of messages that wait, kept with their entry, all of it or nothing, and gone with it; and those
//! that are attached and not sent.

#![allow(clippy::expect_used)]

mod support;

use js_sys::Array;
use switchboard::browser::{answered, now, random_bytes};
use switchboard::realtime::store::Notice;
use switchboard_contract::ids::AttachmentId;
use switchboard_contract::time::Timestamp;
use switchboard_engine::attached::{Attached, kept as attaching};
use switchboard_engine::store::{Action, Answer, Entry, File, Op, StoreError};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Blob;

use support::store::{Desk, conversation, delete_database, member, raw, replace, reply, tamper};

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

/// A file that is attached, and its content.
fn attached(content: &str) -> (Attached, Blob) {
    let content = blob(content);
    let file = File {
        id: AttachmentId::from_parts(Timestamp::default(), random_bytes()),
        name: "a.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        size: content.size() as u64,
    };
    let attached = Attached {
        conversation: conversation(1),
        file,
        at: now().wall,
        place: 0,
    };
    (attached, content)
}

async fn attach(
    desk: &Desk,
    who: u8,
    (attached, content): (Attached, Blob),
) -> Result<attaching::Answer, StoreError> {
    ask(desk, who, attaching::Op::Put(attached), Some(content))
        .await
        .map(|(answer, _)| answer)
}

async fn ask(
    desk: &Desk,
    who: u8,
    op: attaching::Op,
    content: Option<Blob>,
) -> Result<(attaching::Answer, Vec<(AttachmentId, Blob)>), StoreError> {
    let (answer, give) = answered();
    desk.store.run_attached(member(who), op, content, give);
    answer.await
}

/// Ids and contents of what is attached.
async fn there(desk: &Desk) -> Vec<(AttachmentId, String)> {
    let now = now().wall;
    let (_, contents) = ask(desk, 1, attaching::Op::Read { now }, None)
        .await
        .expect("reads");
    let mut read = Vec::new();
    for (id, blob) in contents {
        let text = JsFuture::from(blob.text()).await.expect("reads");
        read.push((id, text.as_string().expect("text")));
    }
    read
}

#[wasm_bindgen_test]
async fn what_is_attached_outlives_the_tab_and_is_the_messages_once_that_is_kept() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    let ((one, first), (two, second)) = (attached("one"), attached("two"));
    for file in [(one.clone(), first.clone()), (two.clone(), second)] {
        assert_eq!(attach(&desk, 1, file).await, Ok(attaching::Answer::Done));
    }
    drop(desk);

    let desk = Desk::new();
    let mut read = there(&desk).await;
    read.sort_by(|(_, one), (_, other)| one.cmp(other));
    assert_eq!(
        read,
        [(one.file.id, "one".to_owned()), (two.file.id, "two".to_owned())]
    );
    let mut entry = reply("with one of them");
    if let Action::Send(draft) = &mut entry.action {
        draft.attachments = vec![one.file.clone()];
    }
    append(&desk, &entry, vec![(one.file.id, first)])
        .await
        .expect("kept");
    assert_eq!(there(&desk).await, [(two.file.id, "two".to_owned())]);
    assert_eq!(kept(&desk, 1, &entry, one.file.id).await.as_deref(), Some("one"));
    ask(&desk, 1, attaching::Op::Delete(vec![two.file.id]), None)
        .await
        .expect("deleted");
    assert_eq!(raw("attached").await.length(), 0);
}

#[wasm_bindgen_test]
async fn what_is_attached_stays_where_its_message_could_not_be_kept() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    let (file, content) = attached("one");
    attach(&desk, 1, (file.clone(), content.clone()))
        .await
        .expect("kept");
    let mut entry = reply("no room");
    if let Action::Send(draft) = &mut entry.action {
        draft.attachments = vec![file.file.clone()];
    }
    {
        let _full = replace(
            "IDBObjectStore",
            "put",
            "if (given[0] instanceof Blob) throw new DOMException('', 'QuotaExceededError'); return original.apply(this, given);",
        );
        let answer = append(&desk, &entry, vec![(file.file.id, content)]).await;
        assert_eq!(answer, Err(StoreError::Full));
    }
    assert_eq!(there(&desk).await, [(file.file.id, "one".to_owned())]);
}

#[wasm_bindgen_test]
async fn what_is_attached_goes_with_the_person() {
    delete_database().await;
    let desk = Desk::new();
    assert_eq!(
        attach(&desk, 1, attached("nobody's")).await,
        Ok(attaching::Answer::Foreign)
    );
    desk.opened().await;
    assert_eq!(
        attach(&desk, 1, attached("private")).await,
        Ok(attaching::Answer::Done)
    );
    assert_eq!(
        attach(&desk, 2, attached("foreign")).await,
        Ok(attaching::Answer::Foreign)
    );
    let now = now().wall;
    let read = ask(&desk, 2, attaching::Op::Read { now }, None).await;
    assert_eq!(read, Ok((attaching::Answer::Foreign, Vec::new())));
    desk.run(Op::Clear).await.expect("forgotten");
    assert_eq!(raw("attached").await.length(), 0);
}

#[wasm_bindgen_test]
async fn an_attached_file_that_cannot_be_read_is_set_aside() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    let (file, content) = attached("good");
    attach(&desk, 1, (file.clone(), content)).await.expect("kept");
    tamper("attached", |store| {
        let key = JsValue::from_str("somewhere/else");
        store.put_with_key(&JsValue::from_str("{"), &key).expect("put");
    })
    .await;
    assert_eq!(there(&desk).await, [(file.file.id, "good".to_owned())]);
    assert_eq!(desk.notices(), [Notice::SetAside(1)]);
    assert_eq!(raw("attached").await.length(), 1);
}
