//! What outlives the page. The frame's storage is apart for each website that embeds it; where the browser gives none, or
//! it is full, the chat works on without: the loader's code brings the visitor back.

use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::{Storage, Window};

use crate::chat::{Kept, Queued};

pub(super) struct Store {
    /// For every tab.
    local: Option<Storage>,
    /// For this tab.
    session: Option<Storage>,
    key: String,
    queue_key: String,
    draft_key: String,
}

impl Store {
    pub(super) fn new(window: &Window, public_key: &str) -> Self {
        let key = "switchboard:".to_owned() + public_key;
        Self {
            local: window.local_storage().ok().flatten(),
            session: window.session_storage().ok().flatten(),
            queue_key: key.clone() + ":queue",
            draft_key: key.clone() + ":draft",
            key,
        }
    }

    pub(super) fn kept(&self) -> Option<Kept> {
        read(self.local.as_ref(), &self.key)
    }

    pub(super) fn keep(&self, kept: Option<&Kept>) {
        write(self.local.as_ref(), &self.key, kept);
    }

    pub(super) fn queue(&self) -> Vec<Queued> {
        read(self.session.as_ref(), &self.queue_key).unwrap_or_default()
    }

    pub(super) fn keep_queue(&self, queue: &[Queued]) {
        write(
            self.session.as_ref(),
            &self.queue_key,
            Some(queue).filter(|queue| !queue.is_empty()),
        );
    }

    pub(super) fn draft(&self) -> String {
        text(self.session.as_ref(), &self.draft_key).unwrap_or_default()
    }

    pub(super) fn set_draft(&self, draft: &str) {
        put(
            self.session.as_ref(),
            &self.draft_key,
            Some(draft).filter(|draft| !draft.is_empty()),
        );
    }
}

fn text(storage: Option<&Storage>, key: &str) -> Option<String> {
    storage?.get_item(key).ok().flatten()
}

fn read<T: DeserializeOwned>(storage: Option<&Storage>, key: &str) -> Option<T> {
    serde_json::from_str(&text(storage, key)?).ok()
}

fn write<T: Serialize + ?Sized>(storage: Option<&Storage>, key: &str, value: Option<&T>) {
    put(
        storage,
        key,
        value
            .and_then(|value| serde_json::to_string(value).ok())
            .as_deref(),
    );
}

fn put(storage: Option<&Storage>, key: &str, value: Option<&str>) {
    if let Some(storage) = storage {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}
