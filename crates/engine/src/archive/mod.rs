//! What a browser keeps of what was seen, so that the next visit begins with it, also where the server cannot be reached.
//!
//! Two parts share one bound in bytes, and what was used longest ago goes first:
//!
//! | part | holds | written by |
//! | --- | --- | --- |
//! | of the log | open conversations and those looked at lately, the newest messages of their threads, how far lists were loaded; all of them as of one position, which is written with them | the tab that leads |
//! | values | what pages have loaded otherwise, each with its own age | any tab |
//!
//! A shell keeps one [`Index`] and the entries as texts, and carries out each [`Op`] in one transaction with the [`Meta`] of
//! the queue: whose device it is, and who leads, is told there once for both ([`crate::store`]). Erasing the queue of a person
//! erases this with it. [`plan`] decides what is written, [`sort_out`] what is made of what is read.
//!
//! [`Meta`]: crate::store::Meta

mod keeper;
mod key;
mod plan;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::position::{Offset, Position};
use switchboard_contract::realtime::Resume;
use switchboard_contract::time::Timestamp;

use crate::inbox::KeptList;
use crate::store::Meta;
use crate::thread::KeptThread;

pub use keeper::{Ended, Keeper, LISTED, LOOKED_AT};
pub use key::{Key, UnknownKey};
pub use plan::plan;
pub use read::{Found, Part, Value, sort_out};

/// The form in which entries are written. A browser that a newer program has used is left as it is.
pub const VERSION: u32 = 1;
/// How many bytes of text are kept at most.
pub const MAX_BYTES: u64 = 8 * 1024 * 1024;
/// How many entries are kept at most: the index is read and written as a whole.
pub const MAX_ENTRIES: usize = 2_000;
/// The least room that is worth keeping anything in.
const MIN_BYTES: u64 = 64 * 1024;

/// How many bytes there is room for, after the browser has refused to keep more within `room`; none where it is not worth
/// trying again.
#[must_use]
pub fn less_room(room: u64) -> Option<u64> {
    Some(room / 4).filter(|less| *less >= MIN_BYTES)
}

/// What is kept, without the texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// [`VERSION`] of the program that wrote it.
    pub version: u32,
    /// Where the entries of the log stand, once there are any.
    #[serde(default)]
    pub place: Option<Place>,
    /// Counts uses.
    #[serde(default)]
    pub uses: u64,
    /// What there is.
    #[serde(default)]
    pub entries: BTreeMap<Key, Entry>,
}

/// What the entries of the log reflect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Everything up to here.
    pub position: Position,
    /// Where a connection asks to go on: nothing between there and the position concerned this person.
    pub resume: Resume,
    /// When that was so, by the device's clock.
    pub at: Timestamp,
}

/// What is known of an entry without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Bytes of its key and its text.
    pub bytes: u64,
    /// Its last use, counted by [`Index::uses`].
    pub used: u64,
    /// Of a value: how new it is.
    #[serde(default)]
    pub age: Option<Age>,
}

/// How new a value is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Age {
    /// When it was asked for, by the device's clock.
    pub asked: Timestamp,
    /// When it came.
    pub came: Timestamp,
    /// The place in the log that it reflects, where that is known.
    #[serde(default)]
    pub as_of: Option<Position>,
}

impl Age {
    /// Whether this is newer than another one: by their places in the log where both are known, or else by when they were
    /// asked for (`protocol.md` *Realtime*, rule 4).
    #[must_use]
    pub fn is_newer_than(&self, other: &Self) -> bool {
        match (&self.as_of, &other.as_of) {
            (Some(one), Some(two)) if one.epoch == two.epoch && one.offset != two.offset => {
                one.offset > two.offset
            }
            _ => self.asked > other.asked,
        }
    }
}

/// A conversation with the offset that it reflects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptConversation {
    /// The conversation.
    pub conversation: LiveChatConversation,
    /// What it reflects.
    pub as_of: Offset,
}

/// What a desk begins with: what an earlier visit kept of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// What all of it reflects.
    pub place: Place,
    /// The conversations.
    pub conversations: Vec<KeptConversation>,
    /// Threads of some of them, the one used last at the end.
    pub threads: Vec<(ConversationId, KeptThread)>,
    /// Lists over them.
    pub lists: Vec<KeptList>,
}

/// What is asked to be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Op {
    /// What has changed of the log.
    Log(Box<LogWrite>),
    /// One value.
    Value {
        /// Which; never one of the log.
        key: Key,
        /// As a text.
        text: String,
        /// How new it is.
        age: Age,
    },
    /// One value cannot be read by whoever knows what it is.
    Drop(Key),
}

/// What has changed of the log since the leader wrote before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogWrite {
    /// The leader's term.
    pub term: u64,
    /// The leader has heard everything since here: of what is kept as of a later position it knows whether it has changed.
    pub since: Position,
    /// What everything that is kept reflects from now on.
    pub place: Place,
    /// What is written; without a text it goes.
    pub changes: BTreeMap<Key, Option<Text>>,
    /// Where conversations were last spoken of, since [`LogWrite::since`]: those that the leader does not write go, where that
    /// is later than what is kept of them.
    pub touched: BTreeMap<ConversationId, Offset>,
}

/// An entry that is written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    /// The entry.
    pub text: String,
    /// The person has looked at it since it was last written.
    pub is_used: bool,
}

impl std::fmt::Debug for Text {
    /// Leaves out the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Text")
            .field("bytes", &self.text.len())
            .field("is_used", &self.is_used)
            .finish()
    }
}

/// What the transaction writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Replaces the index.
    Index(Index),
    /// Adds or replaces an entry.
    Put(Key, String),
    /// Deletes the entry of this name.
    Delete(String),
    /// Deletes everything, the index too.
    Clear,
}

/// What came of an operation, once its transaction has ended. Its name stands in a field of its own, as a word of the protocol
/// does: a trace keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Answer {
    /// It is kept, and so many entries had to go for it.
    Kept {
        /// How many.
        evicted: u64,
    },
    /// What is kept is as new, or newer.
    Older,
    /// Someone leads in a later term.
    Fenced,
    /// The device is someone else's, or nobody's.
    Foreign,
    /// A newer program has written here: nothing is changed.
    Newer,
}

/// An archive in memory: every browser in simulations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The index, as it is written.
    pub index: Option<String>,
    /// The entries by the texts of their keys.
    pub entries: BTreeMap<String, String>,
}

impl Records {
    /// Carries out one operation of `owner` with room for `room` bytes, beside a queue with this meta.
    pub fn run(&mut self, owner: MemberId, op: Op, meta: &Meta, room: u64) -> Answer {
        let (writes, answer) = plan(owner, op, meta, self.index.as_deref(), room);
        for write in writes {
            self.write(write);
        }
        answer
    }

    /// Reads one part for `owner`.
    pub fn read(&mut self, owner: MemberId, meta: &Meta, part: Part) -> Found {
        let records = self
            .entries
            .iter()
            .map(|(key, text)| (key.clone(), Some(text.clone())));
        let (writes, found) = sort_out(owner, meta, self.index.as_deref(), records, part);
        for write in writes {
            self.write(write);
        }
        found
    }

    /// Writes one thing.
    pub fn write(&mut self, write: Write) {
        match write {
            Write::Index(index) => self.index = serde_json::to_string(&index).ok(),
            Write::Put(key, text) => {
                self.entries.insert(key.to_string(), text);
            }
            Write::Delete(key) => {
                self.entries.remove(&key);
            }
            Write::Clear => *self = Self::default(),
        }
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_none() && self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests;
