//! Where values go beside the pages of this tab: into what the browser keeps for the next visit, and to the other tabs.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::decode;
use switchboard_contract::ids::MemberId;
use switchboard_engine::archive::{self, Age, Op};
use switchboard_engine::query::{Key, Target};
use yew::Callback;

use crate::realtime::{Store, Tabs};

/// What one tab tells the others.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Word {
    /// The server has confirmed a value.
    Confirmed {
        /// Which.
        topic: String,
        part: String,
        /// The value.
        text: String,
        /// How new it is.
        age: Age,
    },
    /// Something was changed: one piece of data, all of a topic, or everything.
    Changed {
        topic: Option<String>,
        part: Option<String>,
    },
}

impl Word {
    pub(super) fn changed(target: &Target) -> Self {
        let (topic, part) = match target {
            Target::Key(key) => (Some(&key.topic), Some(&key.part)),
            Target::Topic(topic) => (Some(topic), None),
            Target::All => (None, None),
        };
        let text = |text: &Rc<str>| text.to_string();
        Self::Changed {
            topic: topic.map(text),
            part: part.map(text),
        }
    }

    /// What has changed, where it is that.
    pub(super) fn target(topic: Option<&str>, part: Option<&str>) -> Target {
        match (topic, part) {
            (Some(topic), Some(part)) => Target::Key(Key::new(topic, part)),
            (Some(topic), None) => Target::Topic(topic.into()),
            (None, _) => Target::All,
        }
    }
}

/// A person's store and the way to their other tabs.
pub(super) struct Outside {
    owner: MemberId,
    store: Store,
    tabs: Tabs,
}

impl Outside {
    pub(super) fn new(owner: MemberId, store: Store, on_word: impl Fn(Word) + 'static) -> Self {
        // What cannot be read is from a tab of another version.
        let on_heard = Callback::from(move |text: String| {
            if let Ok(word) = decode(&text) {
                on_word(word);
            }
        });
        Self {
            tabs: Tabs::new(
                &format!("switchboard.queries.{owner}"),
                on_heard,
                Callback::noop(),
            ),
            owner,
            store,
        }
    }

    pub(super) fn keep(&self, key: &Key, text: String, age: Age) {
        let key = archive::Key::from(key);
        // Where nothing can be kept, the next visit asks the server.
        self.store
            .run_archive(self.owner, Op::Value { key, text, age }, drop);
    }

    /// What was kept cannot be read as what it should be.
    pub(super) fn lose(&self, key: &Key) {
        let op = Op::Drop(archive::Key::from(key));
        self.store.run_archive(self.owner, op, drop);
        self.store.tell_lost(1);
    }

    pub(super) fn tell(&self, word: &Word) {
        if let Ok(text) = serde_json::to_string(word) {
            self.tabs.say(&text);
        }
    }
}
