//! Carries out what the engine's attached files ask for: the store, the other tabs, and the files' contents.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use switchboard_contract::ids::{AttachmentId, ConversationId, MemberId};
use switchboard_contract::live_chat::{file_name, is_picture};
use switchboard_engine::attached::kept::{Answer, Op};
use switchboard_engine::attached::{AttachedFiles, Effect, Event, Word};
use switchboard_engine::store::{Entry, File, Unfit, fits};
use web_sys::Blob;
use yew::Callback;
use yew::prelude::*;

use super::carrier::Carrier;
use super::hooks::use_topic;
use super::shell::Inner;
use super::{Chat, Topic, use_chat};
use crate::browser::{BlobUrl, Chosen, Listener, document, is_shown, now, random_bytes};
use crate::realtime::{Store, Tabs};

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
    pub(super) fn new(file: File, blob: Blob) -> Self {
        let preview = is_picture(&file.media_type).then(|| BlobUrl::of(&blob)).flatten();
        Self { file, blob, preview }
    }

    pub(super) const fn blob(&self) -> &Blob {
        &self.blob
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

/// The attached files of a tab, and what they are kept and told with while the chat runs.
#[derive(Default)]
pub(super) struct AttachedBox {
    machine: RefCell<AttachedFiles>,
    /// Those of the machine, with their contents.
    held: RefCell<BTreeMap<AttachmentId, Picked>>,
    lines: RefCell<Option<Lines>>,
}

struct Lines {
    owner: MemberId,
    store: Store,
    tabs: Tabs,
    _listener: Option<Listener>,
}

impl Lines {
    fn tell(&self, word: &Word) {
        if let Ok(words) = serde_json::to_string(word) {
            self.tabs.say(&words);
        }
    }
}

impl Chat {
    /// Reads what is kept and listens to the other tabs, until [`Chat::stop_attached`].
    pub(super) fn start_attached(&self, owner: MemberId, store: Store) {
        let chat = Rc::downgrade(&self.0);
        let on_heard = {
            let chat = chat.clone();
            Callback::from(move |words: String| {
                let Some(inner) = chat.upgrade() else { return };
                match serde_json::from_str(&words) {
                    Ok(Word::Changed) => Self(inner).attached_event(Event::Sync),
                    Ok(Word::Left { file, share }) => Self(inner).heard_of_upload(file, Some(share)),
                    Ok(Word::Ended(file)) => Self(inner).heard_of_upload(file, None),
                    // Of a newer program: what it has kept is read when the page is looked at again.
                    Err(_) => {}
                }
            })
        };
        let listener = document().map(|document| {
            Listener::new(&document, "visibilitychange", move |_| {
                if is_shown() {
                    report(&chat, Event::Sync);
                }
            })
        });
        *self.0.attached.lines.borrow_mut() = Some(Lines {
            owner,
            store,
            tabs: Tabs::new(&format!("switchboard.files.{owner}"), on_heard, Callback::noop()),
            _listener: listener,
        });
        self.attached_event(Event::Sync);
    }

    /// Forgets in this tab what is attached; what is kept is there for the same person.
    pub(super) fn stop_attached(&self) {
        drop(self.0.attached.lines.borrow_mut().take());
        *self.0.attached.machine.borrow_mut() = AttachedFiles::default();
        self.0.attached.held.borrow_mut().clear();
    }

    /// Tells the other tabs of files.
    pub(super) fn tell_files(&self, word: &Word) {
        if let Some(lines) = &*self.0.attached.lines.borrow() {
            lines.tell(word);
        }
    }

    /// Attaches files to what is written in a conversation; says of each that does not fit what it is called, and why.
    pub fn attach(&self, conversation: ConversationId, chosen: Vec<Chosen>) -> Vec<(String, Unfit)> {
        let (mut added, mut refused) = (Vec::new(), Vec::new());
        {
            let machine = self.0.attached.machine.borrow();
            let mut files: Vec<File> = machine.of(conversation).cloned().collect();
            let queued = self.read(|desk| desk.queue().file_bytes());
            let beside = queued + machine.bytes_beside(conversation);
            for chosen in chosen {
                match fits(chosen.size, &files, beside) {
                    Ok(()) => {
                        let picked = Picked::of(chosen);
                        files.push(picked.file.clone());
                        added.push(picked);
                    }
                    Err(unfit) => refused.push((file_name(&chosen.name), unfit)),
                }
            }
        }
        self.add_files(conversation, added);
        refused
    }

    fn add_files(&self, conversation: ConversationId, added: Vec<Picked>) {
        if added.is_empty() {
            return;
        }
        let files = added.iter().map(|picked| picked.file.clone()).collect();
        let held = added.into_iter().map(|picked| (picked.file.id, picked));
        self.0.attached.held.borrow_mut().extend(held);
        self.attached_event(Event::Added {
            conversation,
            files,
            at: now().wall,
        });
    }

    /// Takes an attached file away again.
    pub fn detach(&self, conversation: ConversationId, id: AttachmentId) {
        self.attached_event(Event::Removed(conversation, id));
    }

    /// What is attached in a conversation and not sent.
    #[must_use]
    pub fn attached(&self, conversation: ConversationId) -> Vec<Picked> {
        let machine = self.0.attached.machine.borrow();
        let held = self.0.attached.held.borrow();
        let files = machine.of(conversation);
        files.filter_map(|file| held.get(&file.id).cloned()).collect()
    }

    /// Takes what is attached, to be sent.
    pub(super) fn take_attached(&self, conversation: ConversationId) -> Vec<File> {
        let picked = self.attached(conversation);
        if picked.is_empty() {
            return Vec::new();
        }
        let files = picked.iter().map(|picked| picked.file.clone()).collect();
        self.hold_files(picked);
        self.attached_event(Event::Taken(conversation));
        files
    }

    /// Attaches the files of a message again that is called back.
    pub(super) fn attach_again(&self, entry: &Entry) {
        let conversation = entry.lane.conversation;
        for file in entry.files().to_vec() {
            let (held, chat, id) = (self.held_blob(file.id), self.clone(), file.id);
            let again = move |blob: Option<Blob>| {
                let Some(blob) = blob else { return };
                // The server may keep the first one under its id: this is another one.
                let file = File {
                    id: AttachmentId::from_parts(now().wall, random_bytes()),
                    ..file
                };
                chat.add_files(conversation, vec![Picked::new(file, blob)]);
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

    /// Lets the machine take one event and carries out what it asks for.
    pub(super) fn attached_event(&self, event: Event) {
        let mut effects = Vec::new();
        self.0.attached.machine.borrow_mut().step(event, &mut effects);
        let mut is_marked = false;
        for effect in effects {
            match effect {
                Effect::Changed(id) => {
                    is_marked = true;
                    self.mark(|topic| topic == Topic::Files(id));
                }
                Effect::Tell(word) => self.tell_files(&word),
                Effect::Read => self.ask_attached(Op::Read { now: now().wall }),
                Effect::Release(ids) => self.ask_attached(Op::Delete(ids)),
                Effect::Keep(attached) => self.ask_attached(Op::Put(attached)),
            }
        }
        let machine = self.0.attached.machine.borrow();
        let mut held = self.0.attached.held.borrow_mut();
        held.retain(|id, _| machine.has(*id));
        drop((machine, held));
        if is_marked {
            self.draw();
        }
    }

    fn ask_attached(&self, op: Op) {
        let lines = self.0.attached.lines.borrow();
        let Some(lines) = &*lines else { return };
        let (put, content) = match &op {
            Op::Put(attached) => {
                let id = attached.file.id;
                let held = self.0.attached.held.borrow();
                let Some(picked) = held.get(&id) else { return };
                (Some(id), Some(picked.blob.clone()))
            }
            Op::Read { .. } | Op::Delete(_) => (None, None),
        };
        let chat = Rc::downgrade(&self.0);
        let done = move |result| match result {
            Ok((Answer::Read(there), contents)) => {
                let Some(inner) = chat.upgrade() else { return };
                let mut held = inner.attached.held.borrow_mut();
                for (id, blob) in contents {
                    if let Some(known) = there.iter().find(|known| known.file.id == id) {
                        held.entry(id)
                            .or_insert_with(|| Picked::new(known.file.clone(), blob));
                    }
                }
                drop(held);
                Self(inner).attached_event(Event::Read(there));
            }
            Ok((Answer::Done, _)) => report(&chat, put.map_or(Event::Released, Event::Kept)),
            // Where nothing can be kept, what is attached lives in its tab, as drafts do; the queue's notice says so.
            Ok((Answer::NoRoom | Answer::Foreign, _)) | Err(_) => {}
        };
        lines.store.run_attached(lines.owner, op, content, done);
    }
}

fn report(chat: &Weak<Inner>, event: Event) {
    if let Some(inner) = chat.upgrade() {
        Chat(inner).attached_event(event);
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
