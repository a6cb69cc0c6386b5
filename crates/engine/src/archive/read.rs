//! What is made of what is read.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use switchboard_contract::decode;
use switchboard_contract::ids::MemberId;

use super::plan::{Read, read_index};
use super::{Age, Kept, Key, Write};
use crate::store::Meta;

/// Which part is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What reflects the one position of the log.
    Log,
    /// What pages have loaded.
    Values,
    /// Both.
    All,
}

impl Part {
    const fn holds(self, key: &Key) -> bool {
        match self {
            Self::Log => key.is_of_log(),
            Self::Values => !key.is_of_log(),
            Self::All => true,
        }
    }

    /// Whether the entry of this name belongs to it. One that has no name of ours belongs to all of them.
    fn includes(self, name: &str) -> bool {
        name.parse::<Key>()
            .map_or(self == Self::All, |key| self.holds(&key))
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Of [`Part::Log`]: what a desk begins with.
    pub log: Option<Kept>,
    /// Of [`Part::Values`]: what pages have loaded, by topic and part.
    pub values: Vec<Value>,
    /// So many entries could not be read. They are deleted: the server has what was in them.
    pub unreadable: u64,
    /// A newer program has written here: nothing was read, and nothing will be written.
    pub is_newer: bool,
}

/// A value as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    /// Its topic.
    pub topic: String,
    /// Which of it.
    pub part: String,
    /// The value.
    pub text: String,
    /// How new it is.
    pub age: Age,
}

impl std::fmt::Debug for Value {
    /// Leaves out the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Value")
            .field("topic", &self.topic)
            .field("age", &self.age)
            .finish_non_exhaustive()
    }
}

/// Makes of what is kept what it says to `owner`, and says what has to be written because some of it cannot be read. `records`
/// are the entries by their keys' texts, of this part at least; one without a text is something else.
#[must_use]
pub fn sort_out(
    owner: MemberId,
    meta: &Meta,
    index: Option<&str>,
    records: impl IntoIterator<Item = (String, Option<String>)>,
    part: Part,
) -> (Vec<Write>, Found) {
    let mut found = Found::default();
    if meta.owner != Some(owner) {
        return (Vec::new(), found);
    }
    let records = records.into_iter().filter(|(name, _)| part.includes(name));
    let mut records: Vec<(String, Option<String>)> = records.collect();
    let mut index = match read_index(index) {
        Read::Index(index) => index,
        Read::Newer => {
            found.is_newer = true;
            return (Vec::new(), found);
        }
        Read::Unreadable => {
            found.unreadable = 1.max(records.len() as u64);
            return (vec![Write::Clear], found);
        }
    };
    // The one used last at the end.
    records.sort_by_key(|(key, _)| {
        let key = key.parse::<Key>().ok();
        key.and_then(|key| index.entries.get(&key))
            .map(|entry| entry.used)
    });
    let mut sorter = Sorter::default();
    let mut missing: BTreeSet<Key> = index
        .entries
        .keys()
        .filter(|key| part.holds(key))
        .cloned()
        .collect();
    for (name, text) in records {
        let Ok(key) = name.parse::<Key>() else {
            sorter.lost.push(name);
            continue;
        };
        missing.remove(&key);
        let entry = index.entries.get(&key);
        let text = text.filter(|text| {
            // What the index says otherwise of was not written with it.
            entry.is_some_and(|entry| entry.bytes == (name.len() + text.len()) as u64)
        });
        let age = entry.and_then(|entry| entry.age.clone());
        let was_read = text.is_some_and(|text| sorter.take(&key, text, age));
        if !was_read {
            index.entries.remove(&key);
            sorter.lost.push(name);
        }
    }
    for key in missing {
        index.entries.remove(&key);
        sorter.lost.push(key.to_string());
    }
    found.unreadable = sorter.lost.len() as u64;
    let mut writes = Vec::new();
    if found.unreadable > 0 {
        let place = index.place.clone();
        writes.extend(sorter.lost.iter().cloned().map(Write::Delete));
        writes.push(Write::Index(index));
        found.log = sorter.kept(place);
    } else {
        found.log = sorter.kept(index.place);
    }
    found.values = sorter.values;
    if part == Part::Values {
        found.log = None;
    }
    (writes, found)
}

#[derive(Default)]
struct Sorter {
    conversations: Vec<super::KeptConversation>,
    threads: Vec<(
        switchboard_contract::ids::ConversationId,
        crate::thread::KeptThread,
    )>,
    lists: Vec<crate::inbox::KeptList>,
    values: Vec<Value>,
    lost: Vec<String>,
}

impl Sorter {
    /// Takes an entry in; says whether it could be read.
    fn take(&mut self, key: &Key, text: String, age: Option<Age>) -> bool {
        match key {
            Key::Conversation(id) => add(
                &mut self.conversations,
                &text,
                |kept: &super::KeptConversation| kept.conversation.id == *id,
            ),
            Key::Thread(id) => {
                let mut threads = Vec::new();
                let was_read = add(&mut threads, &text, |kept: &crate::thread::KeptThread| {
                    kept.is_of(*id)
                });
                self.threads
                    .extend(threads.into_iter().map(|thread| (*id, thread)));
                was_read
            }
            Key::List(shelf) => add(&mut self.lists, &text, |kept: &crate::inbox::KeptList| {
                kept.shelf == *shelf
            }),
            Key::Value(topic, part) => {
                let value = age.map(|age| Value {
                    topic: topic.clone(),
                    part: part.clone(),
                    text,
                    age,
                });
                let was_read = value.is_some();
                self.values.extend(value);
                was_read
            }
        }
    }

    fn kept(&mut self, place: Option<super::Place>) -> Option<Kept> {
        Some(Kept {
            place: place?,
            conversations: std::mem::take(&mut self.conversations),
            threads: std::mem::take(&mut self.threads),
            lists: std::mem::take(&mut self.lists),
        })
    }
}

fn add<T: DeserializeOwned>(to: &mut Vec<T>, text: &str, fits: impl Fn(&T) -> bool) -> bool {
    let read = decode(text).ok().filter(fits);
    let was_read = read.is_some();
    to.extend(read);
    was_read
}
