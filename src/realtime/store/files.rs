//! Files of messages that wait, in their object store: each a blob, found by its entry and its own id. They come and go in the
//! transactions of their entries.

use switchboard_contract::ids::{ActionId, AttachmentId, MemberId};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbTransaction};

use super::Fault;
use super::database::{FILES, META};
use super::transaction::{Done, begin, meta, result, within_one};

/// Files to keep with an entry.
pub type Blobs = Vec<(AttachmentId, Blob)>;

/// A file of an entry; `None` where there is none, or the store is another person's.
pub async fn read(
    database: IdbDatabase,
    owner: MemberId,
    entry: ActionId,
    file: AttachmentId,
) -> Result<Done<Option<Blob>>, Fault> {
    let transaction = begin(&database, &[FILES, META], "relaxed").map_err(|error| Fault::of(&error))?;
    within_one(&transaction, find(&transaction, owner, entry, file)).await
}

async fn find(
    transaction: &IdbTransaction,
    owner: MemberId,
    entry: ActionId,
    file: AttachmentId,
) -> Result<Done<Option<Blob>>, Fault> {
    let store = |name| transaction.object_store(name).map_err(|error| Fault::of(&error));
    let (files, beside) = (store(FILES)?, store(META)?);
    let is_theirs = meta(&beside).await?.and_then(|meta| meta.owner) == Some(owner);
    let kept = result(files.get(&key(entry, file))).await?;
    Ok(Done {
        answer: kept.dyn_into().ok().filter(|_| is_theirs),
        set_aside: 0,
    })
}

/// Asks to keep the files of an entry.
pub fn put(files: &IdbObjectStore, entry: ActionId, blobs: &Blobs) -> Result<(), Fault> {
    for (file, blob) in blobs {
        files
            .put_with_key(blob, &key(entry, *file))
            .map_err(|error| Fault::of(&error))?;
    }
    Ok(())
}

/// Asks to let the files of an entry go. `entry` is its id as it stands in its record.
pub fn delete(files: &IdbObjectStore, entry: &str) -> Result<(), JsValue> {
    // Everything that begins with the id and a slash: `0` is the sign after it.
    let (from, to) = (format!("{entry}/"), format!("{entry}0"));
    let range = IdbKeyRange::bound(&JsValue::from_str(&from), &JsValue::from_str(&to))?;
    files.delete(&range).map(drop)
}

fn key(entry: ActionId, file: AttachmentId) -> JsValue {
    JsValue::from_str(&format!("{entry}/{file}"))
}
