//! Opening the database, and noticing that it was closed under us.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Reflect;
use switchboard_engine::store::StoreError;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DomException, Event, IdbDatabase, IdbFactory, IdbObjectStoreParameters, IdbOpenDbRequest};

use super::{Fault, Notice};
use crate::browser::{Happening, Listener, happening, within};

const NAME: &str = "switchboard";
/// Raised with each change of what is kept, also by a kind of action that earlier versions of this program cannot read: they
/// then refuse to open the database instead of setting such entries aside.
///
/// 1: the queue. 2: drafts, and what was seen, beside it. 3: files of messages. 4: files that are
/// attached and not sent.
const VERSION: u32 = 4;

/// The entries, by their id.
pub const OUTBOX: &str = "outbox";
/// An index of the entries by their lane.
pub const LANE: &str = "lane";
/// What is kept beside the entries, in one record.
pub const META: &str = "meta";
/// What is typed and not sent, by its place.
pub const DRAFTS: &str = "drafts";
/// What was seen, by its name.
pub const ARCHIVE: &str = "archive";
/// Files of entries, by entry and file.
pub const FILES: &str = "files";
/// Files that are attached and not sent, by their id.
pub const ATTACHED: &str = "attached";
/// Entries, drafts and attached files that could not be read.
pub const SET_ASIDE: &str = "setAside";

/// How long opening may take, in milliseconds: browsers let it wait for as long as another tab holds an older version.
const PATIENCE_MS: u64 = 5_000;

/// An open database; closed when dropped.
pub struct Database {
    handle: IdbDatabase,
    lost: Rc<Cell<bool>>,
    _listeners: [Listener; 2],
}

impl Database {
    fn new(handle: IdbDatabase) -> Self {
        let lost = Rc::new(Cell::new(false));
        let closed = lost.clone();
        let (asked, asking) = (lost.clone(), handle.clone());
        let listeners = [
            // By the browser: the person cleared the site's data, or the disk failed.
            Listener::new(&handle, "close", move |_| closed.set(true)),
            // Another tab wants to change or delete it, and would wait for us. A running transaction still ends.
            Listener::new(&handle, "versionchange", move |_| {
                asked.set(true);
                asking.close();
            }),
        ];
        Self {
            handle,
            lost,
            _listeners: listeners,
        }
    }

    /// Whether it was closed under us.
    pub fn is_lost(&self) -> bool {
        self.lost.get()
    }

    pub fn handle(&self) -> IdbDatabase {
        self.handle.clone()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// Opens the database, and keeps asking for it where that takes long.
#[derive(Default)]
pub struct Opener {
    waiting: RefCell<Option<Opening>>,
}

impl Opener {
    /// The database. A call that finds an earlier one still waiting fails at once instead of waiting for as long again.
    pub async fn open(&self) -> Result<Database, Fault> {
        let earlier = self.waiting.borrow_mut().take();
        let patience = if earlier.is_some() { 0 } else { PATIENCE_MS };
        let mut opening = match earlier {
            Some(opening) => opening,
            None => Opening::start()?,
        };
        match within(patience, &mut opening.end).await {
            Some(end) => opening.result(&end),
            None => {
                *self.waiting.borrow_mut() = Some(opening);
                Err(Fault::unavailable(Notice::Stuck))
            }
        }
    }
}

/// A request for the database that is not answered yet.
struct Opening {
    request: IdbOpenDbRequest,
    end: Happening,
    _upgrade: Listener,
    answered: bool,
}

impl Opening {
    fn start() -> Result<Self, Fault> {
        let factory = Reflect::get(&js_sys::global(), &JsValue::from_str("indexedDB"))
            .ok()
            .and_then(|factory| factory.dyn_into::<IdbFactory>().ok())
            .ok_or(Fault::unavailable(Notice::Denied))?;
        let request = factory
            .open_with_u32(NAME, VERSION)
            .map_err(|error| refusal(&error))?;
        let changing = request.clone();
        let upgrading = Listener::new(&request, "upgradeneeded", move |_| {
            if upgrade(&changing).is_err()
                && let Some(transaction) = changing.transaction()
            {
                // The request then ends with an error.
                let _ = transaction.abort();
            }
        });
        Ok(Self {
            end: happening(&request, &["success", "error"]),
            _upgrade: upgrading,
            request,
            answered: false,
        })
    }

    fn result(&mut self, end: &Event) -> Result<Database, Fault> {
        self.answered = true;
        if end.type_() == "success" {
            let handle = self.request.result().map_err(|error| Fault::of(&error))?;
            return Ok(Database::new(handle.unchecked_into()));
        }
        // Else the browser reports it as an error of the page's own.
        end.prevent_default();
        let error = self.request.error().ok().flatten().map(JsValue::from);
        Err(refusal(&error.unwrap_or_default()))
    }
}

impl Drop for Opening {
    /// A database that opens for nobody would keep other tabs from changing it.
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        let request = self.request.clone();
        let close = Closure::once_into_js(move || {
            if let Ok(handle) = request.result() {
                handle.unchecked_into::<IdbDatabase>().close();
            }
        });
        self.request.set_onsuccess(Some(close.unchecked_ref()));
    }
}

/// What opening failed with.
fn refusal(error: &JsValue) -> Fault {
    match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
        Some("VersionError") => Fault::unavailable(Notice::Newer),
        Some("QuotaExceededError") => Fault {
            error: StoreError::Full,
            ..Fault::FAILED
        },
        // Deleted while it was being opened.
        Some("AbortError") => Fault::FAILED,
        // Private windows and disks that cannot be written to answer in many ways.
        _ => Fault::unavailable(Notice::Denied),
    }
}

/// Makes what the database of an earlier version, or of none, does not have yet. What is there stays.
fn upgrade(request: &IdbOpenDbRequest) -> Result<(), JsValue> {
    let handle: IdbDatabase = request.result()?.unchecked_into();
    let names = handle.object_store_names();
    let lacks = |name: &str| !names.contains(name);
    if lacks(OUTBOX) {
        let by_id = IdbObjectStoreParameters::new();
        by_id.set_key_path(&JsValue::from_str("id"));
        handle
            .create_object_store_with_optional_parameters(OUTBOX, &by_id)?
            .create_index_with_str(LANE, "lane")?;
    }
    if lacks(SET_ASIDE) {
        let numbered = IdbObjectStoreParameters::new();
        numbered.set_auto_increment(true);
        handle.create_object_store_with_optional_parameters(SET_ASIDE, &numbered)?;
    }
    for name in [META, DRAFTS, ARCHIVE, FILES, ATTACHED] {
        if lacks(name) {
            handle.create_object_store(name)?;
        }
    }
    Ok(())
}
