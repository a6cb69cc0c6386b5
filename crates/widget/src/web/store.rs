//! What outlives a page: the visitor's token and what is undelivered in `localStorage`, drafts in `sessionStorage`.
//! Browsers partition both by the website. Where they are refused, the loader's page keeps for the frame (`frame/boot.js` puts
//! that in their place); where that does not answer, all of it lives in memory for as long as the page.

use switchboard_contract::ids::MessageId;
use web_sys::{Storage, Window};

use crate::chat::{Kept, Remembered};
use crate::json;

/// What is not sent yet and comes back with the page.
#[derive(Clone, Copy)]
pub(super) enum Draft {
    /// The textbox.
    Text,
    /// Answers to what is asked before the first message: a list of texts in JSON.
    Answers,
    /// Files that are attached and that the server has: a list of them in JSON.
    Files,
}

impl Draft {
    const fn name(self) -> &'static str {
        match self {
            Self::Text => "draft",
            Self::Answers => "answering",
            Self::Files => "files",
        }
    }
}

pub(super) struct Store {
    local: Option<Storage>,
    session: Option<Storage>,
    prefix: String,
}

impl Store {
    pub(super) fn open(window: &Window, public_key: &str) -> Self {
        let mut prefix = String::from("switchboard/");
        prefix.push_str(public_key);
        Self {
            local: window.local_storage().ok().flatten(),
            session: window.session_storage().ok().flatten(),
            prefix,
        }
    }

    fn key(&self, name: &str) -> String {
        let mut key = self.prefix.clone();
        key.push('/');
        key.push_str(name);
        key
    }

    pub(super) fn remembered(&self) -> Remembered {
        let Some(local) = &self.local else {
            return Remembered::default();
        };
        let kept = get(local, &self.key("visit")).and_then(|json| json::read(&json));
        let waiting_prefix = self.key("waiting/");
        let count = local.length().unwrap_or(0);
        let mut waiting: Vec<(MessageId, _)> = (0..count)
            .filter_map(|index| local.key(index).ok().flatten())
            .filter_map(|key| {
                let id: MessageId = key.strip_prefix(&waiting_prefix)?.parse().ok()?;
                let json = get(local, &key)?;
                Some((id, json::read(&json)?))
            })
            .collect();
        // Ids begin with the time: the order typed. By hand: a few messages need no sorting library.
        for end in 1..waiting.len() {
            for index in (0..end).rev() {
                if waiting[index].0 > waiting[index + 1].0 {
                    waiting.swap(index, index + 1);
                }
            }
        }
        let answers = get(local, &self.key("answers")).and_then(|json| json::read(&json));
        Remembered {
            kept,
            answers,
            waiting,
        }
    }

    pub(super) fn keep_visit(&self, visit: Option<&Kept>) {
        let json = visit.and_then(|visit| serde_json::to_string(visit).ok());
        put(self.local.as_ref(), &self.key("visit"), json.as_deref());
    }

    pub(super) fn keep_waiting(&self, id: MessageId, json: Option<&str>) {
        let mut key = self.key("waiting/");
        key.push_str(&id.to_string());
        put(self.local.as_ref(), &key, json);
    }

    pub(super) fn keep_answers(&self, json: Option<&str>) {
        put(self.local.as_ref(), &self.key("answers"), json);
    }

    pub(super) fn draft(&self, of: Draft) -> String {
        let session = self.session.as_ref();
        session
            .and_then(|session| get(session, &self.key(of.name())))
            .unwrap_or_default()
    }

    pub(super) fn keep_draft(&self, of: Draft, text: &str) {
        let text = Some(text).filter(|text| !text.is_empty());
        put(self.session.as_ref(), &self.key(of.name()), text);
    }
}

fn get(storage: &Storage, key: &str) -> Option<String> {
    storage.get_item(key).ok().flatten()
}

/// A full or refused storage costs nothing but what it is for: the chat goes on in memory.
fn put(storage: Option<&Storage>, key: &str, value: Option<&str>) {
    if let Some(storage) = storage {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}
