//! Files that are attached and not sent, in their object store: by their id as a key, each `{about, content}`, what is known of it as
//! JSON and its content beside it.

use js_sys::{Array, Object, Reflect};
use switchboard_contract::decode;
use switchboard_contract::ids::{AttachmentId, MemberId};
use switchboard_engine::attached::Attached;
use switchboard_engine::attached::kept::{Answer, Op, Write, plan};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, IdbDatabase, IdbObjectStore, IdbTransaction};

use super::Fault;
use super::database::{ATTACHED, META, SET_ASIDE};
use super::files::Blobs;
use super::transaction::{Done, begin, meta, result, within_one};

/// What came of an operation, and the contents of what it names.
pub type Answered = (Answer, Blobs);

/// Carries out one operation; `content` is that of the file it keeps. On an error nothing of it was done.
pub async fn carry_out(
    database: IdbDatabase,
    member: MemberId,
    op: Op,
    content: Option<Blob>,
) -> Result<Done<Answered>, Fault> {
    let stores = [ATTACHED, META, SET_ASIDE];
    let transaction = begin(&database, &stores, "strict").map_err(|error| Fault::of(&error))?;
    within_one(&transaction, read_and_write(&transaction, member, op, content)).await
}

async fn read_and_write(
    transaction: &IdbTransaction,
    member: MemberId,
    op: Op,
    content: Option<Blob>,
) -> Result<Done<Answered>, Fault> {
    let store = |name| transaction.object_store(name).map_err(|error| Fault::of(&error));
    let (attached, beside, aside) = (store(ATTACHED)?, store(META)?, store(SET_ASIDE)?);
    let owner = meta(&beside).await?.and_then(|meta| meta.owner);
    let keys = Array::from(&result(attached.get_all_keys()).await?);
    let records = Array::from(&result(attached.get_all()).await?);
    let (mut there, mut contents, mut set_aside) = (Vec::new(), Blobs::new(), 0);
    for (key, record) in keys.iter().zip(records.iter()) {
        match read(&key, &record) {
            Some((known, blob)) => {
                contents.push((known.file.id, blob));
                there.push(known);
            }
            None => {
                // Moved to where it is in nobody's way.
                let moved = aside.add(&record).and_then(|_| attached.delete(&key));
                moved.map_err(|error| Fault::of(&error))?;
                set_aside += 1;
            }
        }
    }
    let (writes, answer) = plan(member, op, owner, there);
    for write in &writes {
        match write {
            Write::Put(file) => put(&attached, file, content.as_ref())?,
            Write::Delete(id) => delete(&attached, *id)?,
        }
    }
    match &answer {
        Answer::Read(files) => contents.retain(|(id, _)| files.iter().any(|known| known.file.id == *id)),
        Answer::Done | Answer::NoRoom | Answer::Foreign => contents.clear(),
    }
    Ok(Done {
        answer: (answer, contents),
        set_aside,
    })
}

fn put(store: &IdbObjectStore, file: &Attached, content: Option<&Blob>) -> Result<(), Fault> {
    let record = Object::new();
    let about = serde_json::to_string(file).map_err(|_| Fault::FAILED)?;
    let content = content.ok_or(Fault::FAILED)?;
    for (name, value) in [
        ("about", &JsValue::from_str(&about)),
        ("content", content.as_ref()),
    ] {
        Reflect::set(&record, &JsValue::from_str(name), value).map_err(|_| Fault::FAILED)?;
    }
    store
        .put_with_key(&record, &key(file.file.id))
        .map(drop)
        .map_err(|error| Fault::of(&error))
}

/// Asks to let a file go.
pub fn delete(store: &IdbObjectStore, id: AttachmentId) -> Result<(), Fault> {
    store
        .delete(&key(id))
        .map(drop)
        .map_err(|error| Fault::of(&error))
}

fn key(id: AttachmentId) -> JsValue {
    JsValue::from_str(&id.to_string())
}

/// The file of a record, if it is one that this program can read and stands where it belongs.
fn read(at: &JsValue, record: &JsValue) -> Option<(Attached, Blob)> {
    let field = |name| Reflect::get(record, &JsValue::from_str(name)).ok();
    let known: Attached = decode(&field("about")?.as_string()?).ok()?;
    let content = field("content")?.dyn_into().ok()?;
    (key(known.file.id) == *at).then_some((known, content))
}
