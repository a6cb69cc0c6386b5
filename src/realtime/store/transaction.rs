//! One operation on the queue in one transaction: read, let the engine decide, write, and wait until it is durable.

use js_sys::{Array, Function, Object, Reflect};
use switchboard_contract::decode;
use switchboard_contract::ids::{ActionId, MemberId};
use switchboard_engine::store::{Answer, Entry, Meta, Op, Scope, StoreError, Write, plan, relink};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction};

use super::database::{ARCHIVE, ATTACHED, DRAFTS, FILES, LANE, META, OUTBOX, SET_ASIDE};
use super::files::{self, Blobs};
use super::{Fault, attached, record};
use crate::browser::{happening, within};

/// The key of the one record beside the entries.
const QUEUE: &str = "queue";
/// How long a transaction may take, in milliseconds, before it is given up: a tab that is stuck in one of its own holds all
/// others.
const PATIENCE_MS: u64 = 10_000;

/// What came of an operation.
pub struct Done<A = Answer> {
    pub answer: A,
    /// How many entries, drafts or attached files could not be read and were set aside.
    pub set_aside: usize,
}

/// Carries out one operation, keeping `blobs` with the entry that it keeps: they are attached no longer, but the entry's. On an error nothing of it was done.
pub async fn carry_out(database: IdbDatabase, owner: MemberId, op: Op, blobs: Blobs) -> Result<Done, Fault> {
    let stores = [OUTBOX, META, SET_ASIDE, DRAFTS, ARCHIVE, FILES, ATTACHED];
    let transaction = begin(&database, &stores, "strict").map_err(|error| Fault::of(&error))?;
    within_one(&transaction, read_and_write(&transaction, owner, op, &blobs)).await
}

/// Waits for the work on a transaction and then for its end. On an error nothing of it was done.
pub async fn within_one<T>(
    transaction: &IdbTransaction,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let mut end = happening(transaction, &["complete", "abort"]);
    let mut written = Err(Fault::FAILED);
    let ended = within(PATIENCE_MS, async {
        written = work.await;
        match &written {
            Ok(_) => Some((&mut end).await),
            Err(_) => None,
        }
    })
    .await;
    let ended = match ended.flatten() {
        Some(event) => Some(event),
        None => {
            // Refused where it has ended already or is being committed; the end says which.
            let _ = transaction.abort();
            within(PATIENCE_MS, end).await
        }
    };
    match ended {
        Some(event) if event.type_() == "complete" => written,
        _ => {
            let reason = transaction.error().map(JsValue::from);
            Err(match (reason, written) {
                (_, Err(fault)) if fault.error != StoreError::Failed || fault.closed => fault,
                (Some(reason), _) => Fault {
                    closed: false,
                    ..Fault::of(&reason)
                },
                (None, _) => Fault::FAILED,
            })
        }
    }
}

/// Starts a transaction; a `strict` one counts as complete only once the disk has it. Called by name, since the typed call with options
/// is still marked unstable; browsers that do not know the options leave them aside.
pub fn begin(database: &IdbDatabase, stores: &[&str], durability: &str) -> Result<IdbTransaction, JsValue> {
    let stores: Array = stores.iter().copied().map(JsValue::from_str).collect();
    let options = Object::new();
    Reflect::set(
        &options,
        &JsValue::from_str("durability"),
        &JsValue::from_str(durability),
    )?;
    let transaction: Function = Reflect::get(database, &JsValue::from_str("transaction"))?.dyn_into()?;
    let begun = transaction.call3(database, &stores, &JsValue::from_str("readwrite"), &options)?;
    begun.dyn_into()
}

async fn read_and_write(
    transaction: &IdbTransaction,
    owner: MemberId,
    op: Op,
    blobs: &Blobs,
) -> Result<Done, Fault> {
    let store = |name| transaction.object_store(name).map_err(|error| Fault::of(&error));
    let (outbox, beside, aside) = (store(OUTBOX)?, store(META)?, store(SET_ASIDE)?);
    let others = Others {
        aside: &aside,
        drafts: &store(DRAFTS)?,
        archive: &store(ARCHIVE)?,
        files: &store(FILES)?,
        attached: &store(ATTACHED)?,
    };

    let meta = meta(&beside).await?;
    let records = match (op.scope(), &meta) {
        (Scope::Lane(lane), Some(_)) => {
            let index = outbox.index(LANE).map_err(|error| Fault::of(&error))?;
            result(index.get_all_with_key(&record::lane_key(lane))).await?
        }
        // A meta that cannot be read is made anew from all there is.
        _ => result(outbox.get_all()).await?,
    };
    let read = sort_out(&outbox, &others, &Array::from(&records)).map_err(|error| Fault::of(&error))?;
    let mut writes = read.relinked;
    let meta = meta.unwrap_or_else(|| {
        let meta = Meta::rebuilt(&read.entries);
        writes.push(Write::Meta(meta.clone()));
        meta
    });
    let entries = match op.scope() {
        Scope::Lane(lane) => read
            .entries
            .into_iter()
            .filter(|entry| entry.lane == lane)
            .collect(),
        Scope::All => read.entries,
    };
    let (planned, answer) = plan(owner, op, &meta, entries);
    writes.extend(planned);
    for write in &writes {
        put(&outbox, &beside, &others, write)?;
    }
    if let Answer::Appended { entry, .. } = &answer {
        files::put(others.files, entry.id, blobs)?;
        for (id, _) in blobs {
            attached::delete(others.attached, *id)?;
        }
    }
    Ok(Done {
        answer,
        set_aside: read.set_aside,
    })
}

/// What is kept beside the entries; `None` where it cannot be read.
pub async fn meta(beside: &IdbObjectStore) -> Result<Option<Meta>, Fault> {
    let kept = result(beside.get(&JsValue::from_str(QUEUE))).await?;
    Ok(match kept.is_undefined() {
        true => Some(Meta::default()),
        false => kept.as_string().and_then(|text| decode(&text).ok()),
    })
}

/// What stands beside the entries, and goes with them.
struct Others<'a> {
    aside: &'a IdbObjectStore,
    drafts: &'a IdbObjectStore,
    archive: &'a IdbObjectStore,
    files: &'a IdbObjectStore,
    attached: &'a IdbObjectStore,
}

struct Read {
    entries: Vec<Entry>,
    /// What has to be written because others could not be read.
    relinked: Vec<Write>,
    set_aside: usize,
}

/// Takes the entries out of their records and moves what cannot be read to where it is in nobody's way.
fn sort_out(outbox: &IdbObjectStore, others: &Others<'_>, records: &Array) -> Result<Read, JsValue> {
    let mut entries = Vec::new();
    let mut lost: Vec<ActionId> = Vec::new();
    let mut set_aside = 0;
    for kept in records.iter() {
        if let Some(entry) = record::read(&kept) {
            entries.push(entry);
            continue;
        }
        others.aside.add(&kept)?;
        if let Some(key) = record::key(&kept) {
            outbox.delete(&key)?;
            if let Some(id) = key.as_string() {
                files::delete(others.files, &id)?;
                lost.extend(id.parse::<ActionId>().ok());
            }
        }
        set_aside += 1;
    }
    let relinked = relink(&mut entries, &lost)
        .into_iter()
        .map(|entry| Write::Put(Box::new(entry)))
        .collect();
    Ok(Read {
        entries,
        relinked,
        set_aside,
    })
}

/// Asks for one write. Whether it succeeds shows at the transaction's end: one that fails aborts all of it.
fn put(
    outbox: &IdbObjectStore,
    beside: &IdbObjectStore,
    others: &Others<'_>,
    write: &Write,
) -> Result<(), Fault> {
    let asked = match write {
        Write::Meta(meta) => {
            let text = serde_json::to_string(meta).map_err(|_| Fault::FAILED)?;
            beside.put_with_key(&JsValue::from_str(&text), &JsValue::from_str(QUEUE))
        }
        Write::Put(entry) => outbox.put(&record::write(entry).ok_or(Fault::FAILED)?),
        Write::Delete(id) => outbox
            .delete(&record::id_key(*id))
            .and_then(|asked| files::delete(others.files, &id.to_string()).map(|()| asked)),
        Write::DeleteAll => outbox
            .clear()
            .and_then(|_| others.aside.clear())
            .and_then(|_| others.drafts.clear())
            .and_then(|_| others.files.clear())
            .and_then(|_| others.attached.clear())
            .and_then(|_| others.archive.clear()),
        Write::DeleteArchive => others.archive.clear(),
    };
    asked.map(drop).map_err(|error| Fault::of(&error))
}

/// What a request answers. The code after it runs while the transaction still takes requests: it is woken from the request's
/// own event.
pub async fn result(asked: Result<IdbRequest, JsValue>) -> Result<JsValue, Fault> {
    let request = asked.map_err(|error| Fault::of(&error))?;
    let end = happening(&request, &["success", "error"]).await;
    if end.type_() == "success" {
        return request.result().map_err(|error| Fault::of(&error));
    }
    let error = request.error().ok().flatten().map(JsValue::from);
    Err(Fault::of(&error.unwrap_or_default()))
}
