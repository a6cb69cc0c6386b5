//! The browser shell of [`switchboard_engine::store`]: it keeps the queue of waiting actions in IndexedDB and carries out one
//! operation after the other, each in a transaction of its own. What an operation does is decided by the engine's `plan`.
//!
//! | file | holds |
//! | --- | --- |
//! | `mod.rs` | the queue of operations, and what people are told when the browser does not play along |
//! | `database.rs` | opening and losing the database |
//! | `transaction.rs` | one operation in one transaction |
//! | `record.rs` | how entries are written down |

mod database;
mod record;
mod transaction;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::Reflect;
use switchboard_contract::ids::MemberId;
use switchboard_engine::store::{Answer, Op, StoreError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, StorageManager};
use yew::Callback;

use crate::browser::window;
use database::{Database, Opener};

/// What the person should know about the store, said once until it works again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// So many entries could not be read. They are set aside, and the others go on.
    SetAside(usize),
    /// A newer version of this program has changed the database: reload to get it.
    Newer,
    /// The browser keeps nothing for this page: a private window, or storage that is switched off.
    Denied,
    /// The database does not open, most likely because another tab that is stuck holds it.
    Stuck,
}

/// Why something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fault {
    error: StoreError,
    /// What to tell the person.
    notice: Option<Notice>,
    /// The database was closed under us: opening it again may help.
    closed: bool,
}

impl Fault {
    const FAILED: Self = Self {
        error: StoreError::Failed,
        notice: None,
        closed: false,
    };

    const fn unavailable(notice: Notice) -> Self {
        Self {
            error: StoreError::Unavailable,
            notice: Some(notice),
            closed: false,
        }
    }

    /// What an operation on the open database failed with.
    fn of(error: &JsValue) -> Self {
        match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
            Some("QuotaExceededError") => Self {
                error: StoreError::Full,
                ..Self::FAILED
            },
            Some("InvalidStateError") => Self {
                closed: true,
                ..Self::FAILED
            },
            _ => Self::FAILED,
        }
    }
}

type Done = Box<dyn FnOnce(Result<Answer, StoreError>)>;

struct Job {
    owner: MemberId,
    op: Op,
    done: Done,
}

struct Inner {
    opener: Opener,
    database: RefCell<Option<Database>>,
    jobs: RefCell<VecDeque<Job>>,
    working: Cell<bool>,
    on_notice: Callback<Notice>,
    told: Cell<Option<Notice>>,
    asked_to_persist: Cell<bool>,
}

/// The queue of waiting actions as this browser keeps it. Clones share it. What was asked is carried out even when the last
/// clone is dropped; then the database is closed.
#[derive(Clone)]
pub struct Store(Rc<Inner>);

impl Store {
    /// A store that opens its database with the first operation. `on_notice` hears what the person should know.
    #[must_use]
    pub fn open(on_notice: Callback<Notice>) -> Self {
        Self(Rc::new(Inner {
            opener: Opener::default(),
            database: RefCell::default(),
            jobs: RefCell::default(),
            working: Cell::new(false),
            on_notice,
            told: Cell::new(None),
            asked_to_persist: Cell::new(false),
        }))
    }

    /// Carries out one operation of `owner`, after those that were asked before; `done` hears its end once it is durable, or
    /// why nothing of it was done. It is never called before this function has returned.
    pub fn run(&self, owner: MemberId, op: Op, done: impl FnOnce(Result<Answer, StoreError>) + 'static) {
        let done = Box::new(done);
        self.0.jobs.borrow_mut().push_back(Job { owner, op, done });
        if self.0.working.replace(true) {
            return;
        }
        let inner = self.0.clone();
        // Not a `Task`: signing out asks to forget everything and drops the store.
        wasm_bindgen_futures::spawn_local(async move {
            loop {
                let job = inner.jobs.borrow_mut().pop_front();
                let Some(Job { owner, op, done }) = job else { break };
                let is_append = matches!(op, Op::Append(_));
                let result = inner.carry_out(owner, op).await;
                if is_append && result.is_ok() && !inner.asked_to_persist.replace(true) {
                    ask_to_persist();
                }
                done(result);
            }
            inner.working.set(false);
        });
    }
}

impl Inner {
    async fn carry_out(&self, owner: MemberId, op: Op) -> Result<Answer, StoreError> {
        let mut result = self.attempt(owner, op.clone()).await;
        if matches!(result, Err(Fault { closed: true, .. })) {
            // Deleted with the site's data, or closed by the browser: what opens now is another one.
            self.database.borrow_mut().take();
            result = self.attempt(owner, op).await;
        }
        match result {
            Ok(answer) => {
                self.told.set(None);
                Ok(answer)
            }
            Err(fault) => {
                self.tell(fault.notice);
                Err(fault.error)
            }
        }
    }

    async fn attempt(&self, owner: MemberId, op: Op) -> Result<Answer, Fault> {
        let lost = self.database.borrow().as_ref().is_none_or(Database::is_lost);
        if lost {
            // The old one is closed before the new one is asked for.
            self.database.borrow_mut().take();
            let opened = self.opener.open().await?;
            *self.database.borrow_mut() = Some(opened);
        }
        let handle = self.database.borrow().as_ref().map(Database::handle);
        let done = transaction::carry_out(&handle.ok_or(Fault::FAILED)?, owner, op).await?;
        if done.set_aside > 0 {
            self.on_notice.emit(Notice::SetAside(done.set_aside));
        }
        Ok(done.answer)
    }

    fn tell(&self, notice: Option<Notice>) {
        if let Some(notice) = notice
            && self.told.replace(Some(notice)) != Some(notice)
        {
            self.on_notice.emit(notice);
        }
    }
}

/// Asks the browser not to clear this site's data when it runs out of room. It may say no, and then nothing changes.
fn ask_to_persist() {
    let storage = window()
        .and_then(|window| Reflect::get(&window.navigator(), &JsValue::from_str("storage")).ok())
        // Absent where the page is not served securely.
        .and_then(|storage| storage.dyn_into::<StorageManager>().ok());
    if let Some(asked) = storage.and_then(|storage| storage.persist().ok()) {
        wasm_bindgen_futures::spawn_local(async move {
            let _ = JsFuture::from(asked).await;
        });
    }
}
