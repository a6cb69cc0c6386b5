//! What was seen, in its object store: the index and each entry as JSON under their names.

use js_sys::Array;
use switchboard_contract::ids::MemberId;
use switchboard_engine::archive::{Answer, Found, Op, Part, Write, plan, sort_out};
use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbObjectStore};

use super::Fault;
use super::database::{ARCHIVE, META};
use super::transaction::{Done, begin, meta, result, within_one};

/// The name of the index; no entry has one like it.
const INDEX: &str = "index";

/// Carries out one operation, with room for so many bytes. It counts as done once the browser has it, not the disk: the
/// server has what is lost.
pub async fn carry_out(
    database: IdbDatabase,
    owner: MemberId,
    op: Op,
    room: u64,
) -> Result<Done<Answer>, Fault> {
    let transaction = begin(&database, &[ARCHIVE, META], "relaxed").map_err(|error| Fault::of(&error))?;
    let store = |name| transaction.object_store(name).map_err(|error| Fault::of(&error));
    let (archive, beside) = (store(ARCHIVE)?, store(META)?);
    within_one(&transaction, async {
        let meta = meta(&beside).await?.unwrap_or_default();
        let index = index(&archive).await?;
        let (writes, answer) = plan(owner, op, &meta, index.as_deref(), room);
        put(&archive, writes)?;
        Ok(Done { answer, set_aside: 0 })
    })
    .await
}

/// Lets go of all that was seen; answers whether there was anything. Nothing is written: a full disk takes no index either.
pub async fn make_room(database: IdbDatabase) -> Result<Done<bool>, Fault> {
    let transaction = begin(&database, &[ARCHIVE], "relaxed").map_err(|error| Fault::of(&error))?;
    let archive = transaction
        .object_store(ARCHIVE)
        .map_err(|error| Fault::of(&error))?;
    within_one(&transaction, async {
        let answer = index(&archive).await?.is_some();
        if answer {
            put(&archive, vec![Write::Clear])?;
        }
        Ok(Done { answer, set_aside: 0 })
    })
    .await
}

/// Reads one part, and deletes what of it cannot be read.
pub async fn read(database: IdbDatabase, owner: MemberId, part: Part) -> Result<Done<Found>, Fault> {
    let transaction = begin(&database, &[ARCHIVE, META], "relaxed").map_err(|error| Fault::of(&error))?;
    let store = |name| transaction.object_store(name).map_err(|error| Fault::of(&error));
    let (archive, beside) = (store(ARCHIVE)?, store(META)?);
    within_one(&transaction, async {
        let meta = meta(&beside).await?.unwrap_or_default();
        let index = index(&archive).await?;
        let names = Array::from(&result(archive.get_all_keys()).await?);
        let texts = Array::from(&result(archive.get_all()).await?);
        let records = names
            .iter()
            .zip(texts.iter())
            .filter_map(|(name, text)| Some((name.as_string()?, text.as_string())))
            .filter(|(name, _)| name != INDEX);
        let (writes, answer) = sort_out(owner, &meta, index.as_deref(), records, part);
        put(&archive, writes)?;
        Ok(Done { answer, set_aside: 0 })
    })
    .await
}

/// The index, as it is written; what is no text cannot be read as one either.
async fn index(archive: &IdbObjectStore) -> Result<Option<String>, Fault> {
    let kept = result(archive.get(&JsValue::from_str(INDEX))).await?;
    Ok((!kept.is_undefined()).then(|| kept.as_string().unwrap_or_default()))
}

/// Asks for the writes. Whether they succeed shows at the transaction's end: one that fails aborts all of it.
fn put(archive: &IdbObjectStore, writes: Vec<Write>) -> Result<(), Fault> {
    let put =
        |name: &str, text: &str| archive.put_with_key(&JsValue::from_str(text), &JsValue::from_str(name));
    for write in writes {
        let asked = match write {
            Write::Index(index) => {
                let text = serde_json::to_string(&index).map_err(|_| Fault::FAILED)?;
                put(INDEX, &text)
            }
            Write::Put(key, text) => put(&key.to_string(), &text),
            Write::Delete(name) => archive.delete(&JsValue::from_str(&name)),
            Write::Clear => archive.clear(),
        };
        asked.map_err(|error| Fault::of(&error))?;
    }
    Ok(())
}
