//! The browser shell of [`switchboard_engine::store`], [`switchboard_engine::drafts::kept`] and
//! [`switchboard_engine::attached::kept`]: it keeps the queue of waiting actions, the drafts and the attached files in IndexedDB
//! and carries out one operation after the other, each in a transaction of its own. What an operation does is decided by the
//! engine's `plan`.
//!
//! | file | holds |
//! | --- | --- |
//! | `mod.rs` | the queue of operations, and what people are told when the browser does not play along |
//! | `database.rs` | opening and losing the database |
//! | `transaction.rs` | one operation in one transaction |
//! | `record.rs` | how entries are written down |
//! | `drafts.rs` | the same for drafts |
//! | `archive.rs` | the same for what was seen |
//! | `files.rs` | the files of messages that wait |
//! | `attached.rs` | the files that are attached and not sent |

mod archive;
mod attached;
mod database;
mod drafts;
mod files;
mod record;
mod transaction;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::Reflect;
use switchboard_contract::ids::{ActionId, AttachmentId, MemberId};
use switchboard_engine::archive::{self as seen, Found, MAX_BYTES, Part, less_room};
use switchboard_engine::attached::kept as attaching;
use switchboard_engine::drafts::{Draft, kept};
use switchboard_engine::store::{Answer, Op, StoreError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DomException, IdbDatabase, StorageManager};
use yew::Callback;

use crate::browser::{answered, window};
use attached::Answered;
use database::{Database, Opener};
pub use files::Blobs;

/// What the person should know about the store, said once until it works again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// So many entries could not be read. They are set aside, and the others go on.
    SetAside(usize),
    /// So much of what was kept of an earlier visit could not be read. It is loaded anew.
    Lost(u64),
    /// There is little room: only what was seen last is kept for the next visit.
    Narrow,
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

thread_local! {
    /// What is asked of all stores of this page and not done.
    static UNDER_WAY: Cell<usize> = const { Cell::new(0) };
}

/// How much is asked of all stores of this page and not done, also of those that were dropped: for tests, which leave nothing
/// behind.
#[must_use]
pub fn under_way() -> usize {
    UNDER_WAY.get()
}

type Done<A> = Box<dyn FnOnce(Result<A, StoreError>)>;

/// What is asked, and who hears its end.
enum Job {
    Queue(MemberId, Op, Blobs, Done<Answer>),
    File(MemberId, ActionId, AttachmentId, Done<Option<Blob>>),
    Drafts(MemberId, kept::Op, Done<kept::Answer>),
    Attached(MemberId, attaching::Op, Option<Blob>, Done<Answered>),
    Archive(MemberId, seen::Op, Done<seen::Answer>),
    ReadArchive(MemberId, Part, Done<Found>),
}

struct Inner {
    opener: Opener,
    database: RefCell<Option<Database>>,
    jobs: RefCell<VecDeque<Job>>,
    working: Cell<bool>,
    on_notice: Callback<Notice>,
    told: Cell<Option<Notice>>,
    asked_to_persist: Cell<bool>,
    /// Bytes of what was seen that there is room for.
    room: Cell<u64>,
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
            room: Cell::new(MAX_BYTES),
        }))
    }

    /// Carries out one operation of `owner`, after those that were asked before; `done` hears its end once it is durable, or
    /// why nothing of it was done. It is never called before this function has returned.
    pub fn run(&self, owner: MemberId, op: Op, done: impl FnOnce(Result<Answer, StoreError>) + 'static) {
        self.run_with(owner, op, Blobs::new(), done);
    }

    /// The same for an entry that is to be kept with these files: all of it or nothing.
    pub fn run_with(
        &self,
        owner: MemberId,
        op: Op,
        files: Blobs,
        done: impl FnOnce(Result<Answer, StoreError>) + 'static,
    ) {
        self.enqueue(Job::Queue(owner, op, files, Box::new(done)));
    }

    /// Reads a file of an entry of `owner`; `None` where there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn file(
        &self,
        owner: MemberId,
        entry: ActionId,
        file: AttachmentId,
    ) -> Result<Option<Blob>, StoreError> {
        let (answer, give) = answered();
        self.enqueue(Job::File(owner, entry, file, Box::new(give)));
        answer.await
    }

    /// The same for drafts of `owner`.
    pub fn run_drafts(
        &self,
        owner: MemberId,
        op: kept::Op,
        done: impl FnOnce(Result<kept::Answer, StoreError>) + 'static,
    ) {
        self.enqueue(Job::Drafts(owner, op, Box::new(done)));
    }

    /// The same for files that `owner` has attached; `content` is that of the file to keep. What was read comes with its contents.
    pub fn run_attached(
        &self,
        owner: MemberId,
        op: attaching::Op,
        content: Option<Blob>,
        done: impl FnOnce(Result<Answered, StoreError>) + 'static,
    ) {
        self.enqueue(Job::Attached(owner, op, content, Box::new(done)));
    }

    /// The same for what `owner` has seen. Where the browser has no more room, less is kept.
    pub fn run_archive(
        &self,
        owner: MemberId,
        op: seen::Op,
        done: impl FnOnce(Result<seen::Answer, StoreError>) + 'static,
    ) {
        self.enqueue(Job::Archive(owner, op, Box::new(done)));
    }

    /// Reads what an earlier visit of `owner` has kept.
    pub fn read_archive(
        &self,
        owner: MemberId,
        part: Part,
        done: impl FnOnce(Result<Found, StoreError>) + 'static,
    ) {
        self.enqueue(Job::ReadArchive(owner, part, Box::new(done)));
    }

    /// Something that was kept turned out to be unreadable.
    pub fn tell_lost(&self, count: u64) {
        self.0.on_notice.emit(Notice::Lost(count));
    }

    /// Keeps drafts within this call, for a page that may be gone when it returns: nothing can be read first, so a newer one
    /// of another tab may be overwritten, which that tab mends when it looks again. Nothing happens where the database is
    /// not open.
    pub fn put_drafts_now(&self, drafts: &[Draft]) {
        let handle = self.0.database.borrow().as_ref().map(Database::handle);
        if let Some(handle) = handle {
            // Whether it succeeds is not heard anymore.
            let _ = drafts::put_now(&handle, drafts);
        }
    }

    fn enqueue(&self, job: Job) {
        self.0.jobs.borrow_mut().push_back(job);
        UNDER_WAY.set(UNDER_WAY.get() + 1);
        if self.0.working.replace(true) {
            return;
        }
        let inner = self.0.clone();
        // Not a `Task`: signing out asks to forget everything and drops the store.
        wasm_bindgen_futures::spawn_local(async move {
            loop {
                let job = inner.jobs.borrow_mut().pop_front();
                match job {
                    None => break,
                    Some(Job::File(owner, entry, file, done)) => {
                        let work = |database| files::read(database, owner, entry, file);
                        done(inner.carry_out(work).await);
                    }
                    Some(Job::Queue(owner, op, files, done)) => {
                        let is_append = matches!(op, Op::Append(_));
                        let work =
                            |database| transaction::carry_out(database, owner, op.clone(), files.clone());
                        let result = inner.carry_out_first(work).await;
                        if is_append && result.is_ok() && !inner.asked_to_persist.replace(true) {
                            ask_to_persist();
                        }
                        done(result);
                    }
                    Some(Job::Drafts(owner, op, done)) => {
                        let work = |database| drafts::carry_out(database, owner, op.clone());
                        done(inner.carry_out_first(work).await);
                    }
                    Some(Job::Attached(owner, op, content, done)) => {
                        let work =
                            |database| attached::carry_out(database, owner, op.clone(), content.clone());
                        done(inner.carry_out_first(work).await);
                    }
                    Some(Job::Archive(owner, op, done)) => done(inner.archive(owner, op).await),
                    Some(Job::ReadArchive(owner, part, done)) => {
                        let work = |database| archive::read(database, owner, part);
                        let found = inner.carry_out(work).await;
                        match &found {
                            Ok(found) if found.is_newer => inner.tell(Some(Notice::Newer)),
                            Ok(found) if found.unreadable > 0 => {
                                inner.on_notice.emit(Notice::Lost(found.unreadable));
                            }
                            _ => {}
                        }
                        done(found);
                    }
                }
                UNDER_WAY.set(UNDER_WAY.get() - 1);
            }
            inner.working.set(false);
        });
    }
}

impl Inner {
    /// What a person did or typed comes before what they have seen: where there is no room for it, that goes, and it is tried
    /// once more.
    async fn carry_out_first<A, W>(&self, work: impl Fn(IdbDatabase) -> W) -> Result<A, StoreError>
    where
        W: Future<Output = Result<transaction::Done<A>, Fault>>,
    {
        let result = self.carry_out(&work).await;
        if !matches!(result, Err(StoreError::Full)) || self.carry_out(archive::make_room).await != Ok(true) {
            return result;
        }
        self.narrow();
        self.carry_out(work).await
    }

    /// Less of what was seen is kept from now on; says whether that is worth trying. The person is told the first time.
    fn narrow(&self) -> bool {
        let room = self.room.get();
        let Some(less) = less_room(room) else { return false };
        self.room.set(less);
        if room == MAX_BYTES {
            self.on_notice.emit(Notice::Narrow);
        }
        true
    }

    /// Keeps less, until that fits.
    async fn archive(&self, owner: MemberId, op: seen::Op) -> Result<seen::Answer, StoreError> {
        loop {
            let room = self.room.get();
            let work = |database| archive::carry_out(database, owner, op.clone(), room);
            let result = self.carry_out(work).await;
            if result != Err(StoreError::Full) || !self.narrow() {
                return result;
            }
        }
    }

    async fn carry_out<A, W>(&self, work: impl Fn(IdbDatabase) -> W) -> Result<A, StoreError>
    where
        W: Future<Output = Result<transaction::Done<A>, Fault>>,
    {
        let mut result = self.attempt(&work).await;
        if matches!(result, Err(Fault { closed: true, .. })) {
            // Deleted with the site's data, or closed by the browser: what opens now is another one.
            self.database.borrow_mut().take();
            result = self.attempt(&work).await;
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

    async fn attempt<A, W>(&self, work: impl Fn(IdbDatabase) -> W) -> Result<A, Fault>
    where
        W: Future<Output = Result<transaction::Done<A>, Fault>>,
    {
        let lost = self.database.borrow().as_ref().is_none_or(Database::is_lost);
        if lost {
            // The old one is closed before the new one is asked for.
            self.database.borrow_mut().take();
            let opened = self.opener.open().await?;
            *self.database.borrow_mut() = Some(opened);
        }
        let handle = self.database.borrow().as_ref().map(Database::handle);
        let done = work(handle.ok_or(Fault::FAILED)?).await?;
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
