//! Files of messages: those that are attached and not sent, those that wait with their messages, and how far they have come.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use switchboard_contract::ids::{ActionId, AttachmentId, ConversationId, MemberId};
use switchboard_contract::live_chat::{file_name, is_picture};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_engine::desk::Attempt;
use switchboard_engine::outbox::Outcome;
use switchboard_engine::store::{Entry, File, Op, Unfit, fits};
use web_sys::Blob;
use yew::Callback;
use yew::prelude::*;

use super::carrier::Carrier;
use super::hooks::use_topic;
use super::{Chat, Topic, use_chat};
use crate::api::Api;
use crate::browser::{BlobUrl, Chosen, now, random_bytes};
use crate::realtime::Store;
use crate::realtime::store::Blobs;

/// A file that a person attached.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked {
    /// What the queue knows of it.
    pub file: File,
    /// Its content.
    blob: Blob,
    /// Where a picture can be seen.
    pub preview: Option<BlobUrl>,
}

impl Picked {
    fn new(file: File, blob: Blob) -> Self {
        let preview = is_picture(&file.media_type).then(|| BlobUrl::of(&blob)).flatten();
        Self { file, blob, preview }
    }

    fn of(chosen: Chosen) -> Self {
        // What is pasted has no name, or one that says nothing.
        let file = File {
            id: AttachmentId::from_parts(now().wall, random_bytes()),
            name: file_name(&chosen.name),
            media_type: chosen.media_type,
            size: chosen.size,
        };
        Self::new(file, chosen.blob)
    }
}

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
    /// Attached and not sent.
    picked: RefCell<BTreeMap<ConversationId, Vec<Picked>>>,
    /// On their way, also those for which the browser had no room.
    waiting: RefCell<BTreeMap<AttachmentId, Picked>>,
    /// How much of each has left, from 0 to 1.
    progress: RefCell<BTreeMap<AttachmentId, f64>>,
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
            .filter_map(|file| Some((file.id, waiting.get(&file.id)?.blob.clone())))
            .collect()
    }

    /// Lets go of what no longer waits.
    fn keep_only(&self, waits: impl Fn(AttachmentId) -> bool) {
        self.waiting.borrow_mut().retain(|id, _| waits(*id));
        self.progress.borrow_mut().retain(|id, _| waits(*id));
    }

    pub(super) fn clear(&self) {
        self.picked.borrow_mut().clear();
        self.seen.borrow_mut().clear();
        self.keep_only(|_| false);
    }
}

impl Chat {
    /// Attaches files to what is written in a conversation; says of each that does not fit what it is called, and why.
    pub fn attach(&self, conversation: ConversationId, chosen: Vec<Chosen>) -> Vec<(String, Unfit)> {
        let mut refused = Vec::new();
        let queued = self.read(|desk| desk.queue().file_bytes());
        {
            let mut all = self.0.files.picked.borrow_mut();
            for chosen in chosen {
                let elsewhere: u64 = all
                    .iter()
                    .filter(|(id, _)| **id != conversation)
                    .flat_map(|(_, picked)| picked.iter().map(|picked| picked.file.size))
                    .sum();
                let here = all.entry(conversation).or_default();
                let files: Vec<File> = here.iter().map(|picked| picked.file.clone()).collect();
                match fits(chosen.size, &files, queued + elsewhere) {
                    Ok(()) => here.push(Picked::of(chosen)),
                    Err(unfit) => refused.push((file_name(&chosen.name), unfit)),
                }
            }
        }
        self.tell(|topic| topic == Topic::Files(conversation));
        refused
    }

    /// Takes an attached file away again.
    pub fn detach(&self, conversation: ConversationId, id: AttachmentId) {
        if let Some(picked) = self.0.files.picked.borrow_mut().get_mut(&conversation) {
            picked.retain(|picked| picked.file.id != id);
        }
        self.tell(|topic| topic == Topic::Files(conversation));
    }

    /// What is attached in a conversation and not sent.
    #[must_use]
    pub fn attached(&self, conversation: ConversationId) -> Vec<Picked> {
        let picked = self.0.files.picked.borrow();
        picked.get(&conversation).cloned().unwrap_or_default()
    }

    /// Takes what is attached, to be sent.
    pub(super) fn take_attached(&self, conversation: ConversationId) -> Vec<File> {
        let picked = self
            .0
            .files
            .picked
            .borrow_mut()
            .remove(&conversation)
            .unwrap_or_default();
        let files = picked.iter().map(|picked| picked.file.clone()).collect();
        let mut waiting = self.0.files.waiting.borrow_mut();
        waiting.extend(picked.into_iter().map(|picked| (picked.file.id, picked)));
        drop(waiting);
        self.mark(|topic| topic == Topic::Files(conversation));
        files
    }

    /// Attaches the files of a message again that is called back.
    pub(super) fn attach_again(&self, entry: &Entry) {
        let conversation = entry.lane.conversation;
        for file in entry.files().to_vec() {
            let held = self
                .0
                .files
                .waiting
                .borrow()
                .get(&file.id)
                .map(|picked| picked.blob.clone());
            let (chat, id) = (self.clone(), file.id);
            let again = move |blob: Option<Blob>| {
                let Some(blob) = blob else { return };
                // The server may keep the first one under its id: this is another one.
                let file = File {
                    id: AttachmentId::from_parts(now().wall, random_bytes()),
                    ..file.clone()
                };
                let mut all = chat.0.files.picked.borrow_mut();
                all.entry(conversation).or_default().push(Picked::new(file, blob));
                drop(all);
                chat.tell(|topic| topic == Topic::Files(conversation));
            };
            match held {
                Some(blob) => again(Some(blob)),
                None => {
                    let kept = self.0.carrier.borrow().as_ref().map(Carrier::kept_files);
                    let Some((store, owner)) = kept else { continue };
                    let entry = entry.id;
                    // Not a `Task`: what was called back is the person's, wherever they look meanwhile.
                    wasm_bindgen_futures::spawn_local(async move {
                        again(store.file(owner, entry, id).await.ok().flatten());
                    });
                }
            }
        }
    }

    /// What waits has changed: files that do no longer are let go of.
    pub(super) fn prune_files(&self) {
        if self.0.files.waiting.borrow().is_empty() && self.0.files.progress.borrow().is_empty() {
            return;
        }
        let waiting: Vec<AttachmentId> = self.read(|desk| {
            let all = desk.queue().all();
            all.flat_map(|queued| {
                queued
                    .entry
                    .files()
                    .iter()
                    .map(|file| file.id)
                    .collect::<Vec<_>>()
            })
            .collect()
        });
        self.0.files.keep_only(|id| waiting.contains(&id));
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

    /// Reports from an upload; whole per cents are drawn.
    pub(super) fn on_progress(&self, id: AttachmentId) -> Callback<f64> {
        let chat = Rc::downgrade(&self.0);
        Callback::from(move |share: f64| {
            let Some(inner) = chat.upgrade() else { return };
            let whole = |share: f64| (share * 100.0) as u32;
            let before = inner.files.progress.borrow_mut().insert(id, share);
            if before.map(whole) != Some(whole(share)) {
                Self(inner).tell(|topic| topic == Topic::Upload(id));
            }
        })
    }

    /// Hears that an upload has ended.
    pub(super) fn on_upload_ended(&self, id: AttachmentId) -> Callback<()> {
        let chat = Rc::downgrade(&self.0);
        Callback::from(move |()| {
            let Some(inner) = chat.upgrade() else { return };
            inner.files.progress.borrow_mut().remove(&id);
            Self(inner).tell(|topic| topic == Topic::Upload(id));
        })
    }

    /// The content of a file that waits, as far as this tab holds it.
    pub(super) fn held_blob(&self, id: AttachmentId) -> Option<Blob> {
        self.0
            .files
            .waiting
            .borrow()
            .get(&id)
            .map(|picked| picked.blob.clone())
    }
}

/// What is attached in a conversation and not sent.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_attached(id: ConversationId) -> Vec<Picked> {
    let chat = use_chat();
    use_topic(&chat, Topic::Files(id));
    chat.attached(id)
}

/// How much of a file that waits has left from here, from 0 to 1; `None` before it begins to, once the server has it, and where
/// another tab sends it. And where a picture can be seen.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_upload(id: AttachmentId) -> (Option<f64>, Option<BlobUrl>) {
    let chat = use_chat();
    use_topic(&chat, Topic::Upload(id));
    let progress = chat.0.files.progress.borrow().get(&id).copied();
    let waiting = chat.0.files.waiting.borrow();
    let preview = waiting.get(&id).and_then(|picked| picked.preview.clone());
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
