//! Drafts in their object store: by their place as a key, each as JSON.

use js_sys::{Array, Function, Reflect};
use switchboard_contract::decode;
use switchboard_contract::ids::MemberId;
use switchboard_engine::drafts::kept::{Answer, Op, Write, plan};
use switchboard_engine::drafts::{Draft, Kind, Place};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbObjectStore, IdbTransaction};

use super::Fault;
use super::database::{DRAFTS, META, SET_ASIDE};
use super::transaction::{Done, begin, meta, result, within_one};

/// Carries out one operation. It counts as done once the browser has it, not the disk: it is asked for several times a
/// second, and what is typed survives the tab as well.
pub async fn carry_out(database: IdbDatabase, member: MemberId, op: Op) -> Result<Done<Answer>, Fault> {
    let stores = [DRAFTS, META, SET_ASIDE];
    let transaction = begin(&database, &stores, "relaxed").map_err(|error| Fault::of(&error))?;
    within_one(&transaction, read_and_write(&transaction, member, op)).await
}

async fn read_and_write(
    transaction: &IdbTransaction,
    member: MemberId,
    op: Op,
) -> Result<Done<Answer>, Fault> {
    let store = |name| transaction.object_store(name).map_err(|error| Fault::of(&error));
    let (drafts, beside, aside) = (store(DRAFTS)?, store(META)?, store(SET_ASIDE)?);
    let owner = meta(&beside).await?.and_then(|meta| meta.owner);
    let keys: Vec<JsValue> = match op.places() {
        Some(places) => places.map(key).collect(),
        None => Array::from(&result(drafts.get_all_keys()).await?).to_vec(),
    };
    let (mut there, mut set_aside) = (Vec::new(), 0);
    for key in keys {
        let record = result(drafts.get(&key)).await?;
        if record.is_undefined() {
            continue;
        }
        match read(&key, &record) {
            Some(draft) => there.push(draft),
            None => {
                // Moved to where it is in nobody's way.
                let moved = aside.add(&record).and_then(|_| drafts.delete(&key));
                moved.map_err(|error| Fault::of(&error))?;
                set_aside += 1;
            }
        }
    }
    let (writes, answer) = plan(member, op, owner, there);
    for write in &writes {
        match write {
            Write::Put(draft) => put(&drafts, draft)?,
            Write::Delete(place) => {
                drafts.delete(&key(*place)).map_err(|error| Fault::of(&error))?;
            }
        }
    }
    Ok(Done { answer, set_aside })
}

/// Asks for all writes within this call and for nothing else, so that they end although the page does.
pub fn put_now(database: &IdbDatabase, drafts: &[Draft]) -> Result<(), Fault> {
    let failed = |error: JsValue| Fault::of(&error);
    let transaction = begin(database, &[DRAFTS], "relaxed").map_err(failed)?;
    let store = transaction.object_store(DRAFTS).map_err(failed)?;
    for draft in drafts {
        put(&store, draft)?;
    }
    // Browsers that do not know it commit by themselves a little later.
    let commit = Reflect::get(&transaction, &JsValue::from_str("commit"));
    if let Some(commit) = commit.ok().and_then(|commit| commit.dyn_into::<Function>().ok()) {
        commit.call0(&transaction).map_err(failed)?;
    }
    Ok(())
}

fn put(store: &IdbObjectStore, draft: &Draft) -> Result<(), Fault> {
    let text = serde_json::to_string(draft).map_err(|_| Fault::FAILED)?;
    store
        .put_with_key(&JsValue::from_str(&text), &key(draft.place))
        .map(drop)
        .map_err(|error| Fault::of(&error))
}

/// A place as a key.
fn key(place: Place) -> JsValue {
    let kind = match place.kind {
        Kind::Reply => "reply",
        Kind::Note => "note",
    };
    JsValue::from_str(&format!("{}/{kind}", place.conversation))
}

/// The draft of a record, if it is one that this program can read and stands where it belongs.
fn read(at: &JsValue, record: &JsValue) -> Option<Draft> {
    let draft: Draft = decode(&record.as_string()?).ok()?;
    (key(draft.place) == *at).then_some(draft)
}
