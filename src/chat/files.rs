//! Files of messages: those that wait with their messages, how far they have come, and pictures that were loaded.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::{Rc, Weak};

use switchboard_contract::ids::{ActionId, AttachmentId, ConversationId, MemberId};
use switchboard_contract::live_chat::is_picture;
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_engine::attached::{self, Word};
use switchboard_engine::desk::Attempt;
use switchboard_engine::outbox::Outcome;
use switchboard_engine::store::{File, Op};
use web_sys::Blob;
use yew::Callback;
use yew::prelude::*;

use super::attached::Picked;
use super::carrier::Carrier;
use super::hooks::use_topic;
use super::shell::Inner;
use super::{Chat, Topic, use_chat};
use crate::api::Api;
use crate::browser::BlobUrl;
use crate::realtime::Store;
use crate::realtime::store::Blobs;

/// A picture that was loaded, as long as it is shown or kept.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenPicture(BlobUrl);

impl SeenPicture {
    /// What `blob` shows. `None` where the browser has no room for it.
    #[must_use]
    pub fn of(blob: &Blob) -> Option<Self> {
        BlobUrl::of(blob).map(Self)
    }

    /// Its address within this page.
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.text()
    }
}

/// So many pictures are kept that are not shown: who scrolls back sees them at once.
const KEPT_PICTURES: usize = 40;

/// The files that this tab holds.
#[derive(Default)]
pub(super) struct Files {
    /// On their way, also those for which the browser had no room.
    waiting: RefCell<BTreeMap<AttachmentId, Picked>>,
    /// How much of each has left from here, from 0 to 1.
    progress: RefCell<BTreeMap<AttachmentId, f64>>,
    /// How much of each another tab says to have sent.
    elsewhere: RefCell<BTreeMap<AttachmentId, f64>>,
    /// Pictures that were loaded, the newest last.
    seen: RefCell<VecDeque<(AttachmentId, SeenPicture)>>,
}

impl Files {
    /// What is to be kept with an entry.
    pub(super) fn blobs(&self, op: &Op) -> Blobs {
        let Op::Append(entry) = op else {
            return Blobs::new();
        };
        let waiting = self.waiting.borrow();
        let files = entry.files().iter();
        files
            .filter_map(|file| Some((file.id, waiting.get(&file.id)?.blob().clone())))
            .collect()
    }

    /// Lets go of what no longer waits.
    fn keep_only(&self, waits: impl Fn(AttachmentId) -> bool) {
        self.waiting.borrow_mut().retain(|id, _| waits(*id));
        self.progress.borrow_mut().retain(|id, _| waits(*id));
        self.elsewhere.borrow_mut().retain(|id, _| waits(*id));
    }

    pub(super) fn clear(&self) {
        self.seen.borrow_mut().clear();
        self.keep_only(|_| false);
    }
}

impl Chat {
    /// What waits has changed: files that do no longer are let go of.
    pub(super) fn prune_files(&self) {
        let files = &self.0.files;
        let holds_none = [&files.progress, &files.elsewhere].map(|all| all.borrow().is_empty()) == [true; 2];
        if holds_none && files.waiting.borrow().is_empty() {
            return;
        }
        let waiting: BTreeSet<AttachmentId> = self.read(|desk| {
            let all = desk.queue().all();
            all.flat_map(|queued| {
                let files = queued.entry.files().iter().map(|file| file.id);
                files.collect::<Vec<_>>()
            })
            .collect()
        });
        let over: Vec<AttachmentId> = {
            let held = files.waiting.borrow();
            held.keys().filter(|id| !waiting.contains(id)).copied().collect()
        };
        files.keep_only(|id| waiting.contains(&id));
        if !over.is_empty() {
            self.attached_event(attached::Event::Over(over));
        }
    }

    /// Holds files for as long as their message waits.
    pub(super) fn hold_files(&self, picked: Vec<Picked>) {
        let mut waiting = self.0.files.waiting.borrow_mut();
        waiting.extend(picked.into_iter().map(|picked| (picked.file.id, picked)));
    }

    /// Reads what a picture that waits shows, where this tab does not hold it: another one attached it, or this one before.
    fn look_up_file(&self, entry: ActionId, file: File) {
        let kept = self.0.carrier.borrow().as_ref().map(Carrier::kept_files);
        let Some((store, owner)) = kept else { return };
        let chat = Rc::downgrade(&self.0);
        // Not a `Task`: what was found is held for the tab, whatever it shows meanwhile.
        wasm_bindgen_futures::spawn_local(async move {
            // What cannot be read is not shown; its name and size are.
            let Ok(Some(blob)) = store.file(owner, entry, file.id).await else {
                return;
            };
            let Some(inner) = chat.upgrade() else { return };
            let (chat, id) = (Self(inner), file.id);
            let waits = chat.read(|desk| desk.queue().entry(entry).is_some());
            if waits {
                chat.hold_files(vec![Picked::new(file, blob)]);
                chat.tell(|topic| topic == Topic::Upload(id));
            }
        });
    }

    /// A picture that was loaded before and is kept.
    #[must_use]
    pub fn seen_picture(&self, id: AttachmentId) -> Option<SeenPicture> {
        let seen = self.0.files.seen.borrow();
        seen.iter()
            .find(|(known, _)| *known == id)
            .map(|(_, picture)| picture.clone())
    }

    /// Keeps a picture that was loaded; the oldest one goes.
    pub fn keep_picture(&self, id: AttachmentId, picture: SeenPicture) {
        let mut seen = self.0.files.seen.borrow_mut();
        seen.push_back((id, picture));
        if seen.len() > KEPT_PICTURES {
            seen.pop_front();
        }
    }

    /// Reports from an upload; whole per cents are drawn, and told the other tabs.
    pub(super) fn on_progress(&self, id: AttachmentId) -> Callback<f64> {
        let chat = Rc::downgrade(&self.0);
        Callback::from(move |share: f64| {
            let Some(inner) = chat.upgrade() else { return };
            let whole = |share: f64| (share * 100.0) as u32;
            let before = inner.files.progress.borrow_mut().insert(id, share);
            if before.map(whole) != Some(whole(share)) {
                let chat = Self(inner);
                chat.tell_files(&Word::Left { file: id, share });
                chat.tell(|topic| topic == Topic::Upload(id));
            }
        })
    }

    /// Says when an upload has ended or was given up: when it is dropped.
    pub(super) fn upload_under_way(&self, id: AttachmentId) -> UnderWay {
        UnderWay {
            chat: Rc::downgrade(&self.0),
            id,
        }
    }

    /// Takes in how far another tab has come with a file; `None` once it has ended.
    pub(super) fn heard_of_upload(&self, id: AttachmentId, share: Option<f64>) {
        let mut elsewhere = self.0.files.elsewhere.borrow_mut();
        match share {
            Some(share) => elsewhere.insert(id, share),
            None => elsewhere.remove(&id),
        };
        drop(elsewhere);
        self.tell(|topic| topic == Topic::Upload(id));
    }

    /// Whoever sent files may be gone: what they told holds no more.
    pub(super) fn forget_uploads_elsewhere(&self) {
        let told = std::mem::take(&mut *self.0.files.elsewhere.borrow_mut());
        if !told.is_empty() {
            self.mark(|topic| matches!(topic, Topic::Upload(id) if told.contains_key(&id)));
        }
    }

    /// The content of a file that waits, as far as this tab holds it.
    pub(super) fn held_blob(&self, id: AttachmentId) -> Option<Blob> {
        self.0
            .files
            .waiting
            .borrow()
            .get(&id)
            .map(|picked| picked.blob().clone())
    }
}

/// An upload, for as long as it lasts.
pub(super) struct UnderWay {
    chat: Weak<Inner>,
    id: AttachmentId,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let Some(inner) = self.chat.upgrade() else { return };
        let (chat, id) = (Chat(inner), self.id);
        chat.0.files.progress.borrow_mut().remove(&id);
        chat.tell_files(&Word::Ended(id));
        chat.tell(|topic| topic == Topic::Upload(id));
    }
}

/// How much of a file of an entry that waits has left, from this tab or another one, from 0 to 1; `None` before it begins to, and
/// once the server has it. And where a picture can be seen.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_upload(entry: ActionId, file: &File) -> (Option<f64>, Option<BlobUrl>) {
    let chat = use_chat();
    let id = file.id;
    use_topic(&chat, Topic::Upload(id));
    let (progress, preview, is_held) = {
        let files = &chat.0.files;
        let own = files.progress.borrow().get(&id).copied();
        let progress = own.or_else(|| files.elsewhere.borrow().get(&id).copied());
        let waiting = files.waiting.borrow();
        let held = waiting.get(&id);
        (
            progress,
            held.and_then(|picked| picked.preview.clone()),
            held.is_some(),
        )
    };
    use_effect_with((entry, id), {
        let file = file.clone();
        move |_| {
            if !is_held && is_picture(&file.media_type) {
                chat.look_up_file(entry, file);
            }
        }
    });
    (progress, preview)
}

/// Uploads one file: from what the tab holds, or else from what the browser keeps.
pub(super) async fn upload(
    api: &Api,
    held: Option<Blob>,
    (store, owner): (Store, MemberId),
    (entry, conversation, file): (ActionId, ConversationId, &File),
    on_progress: Callback<f64>,
) -> Result<Attempt, crate::api::ApiError> {
    let blob = match held {
        Some(blob) => Some(blob),
        None => match store.file(owner, entry, file.id).await {
            Ok(blob) => blob,
            Err(_) => return Ok(Attempt::Failed(Outcome::Unsure { wait_ms: 1_000 })),
        },
    };
    let Some(blob) = blob else {
        // Nobody has it any more: the person decides what becomes of the message.
        let lost = Problem::new(ProblemCode::IdReused, "The file is not on this device any more.");
        return Ok(Attempt::Failed(Outcome::Refused(Rc::new(lost))));
    };
    on_progress.emit(0.0);
    api.upload_attachment(conversation, file.id, &file.name, &blob, on_progress)
        .await
        .map(|_| Attempt::Uploaded)
}
