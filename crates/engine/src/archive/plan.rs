//! What each operation does to what is kept.

use std::collections::BTreeMap;

use switchboard_contract::decode;
use switchboard_contract::ids::MemberId;

use super::{Age, Answer, Entry, Index, Key, LogWrite, MAX_ENTRIES, Op, Place, Text, VERSION, Write};
use crate::store::Meta;

/// Decides what one operation of `owner` does to what is kept, beside a queue with this meta; `index` is the kept one as it
/// is written. Texts of more than `room` bytes altogether are not kept.
#[must_use]
pub fn plan(owner: MemberId, op: Op, meta: &Meta, index: Option<&str>, room: u64) -> (Vec<Write>, Answer) {
    if meta.owner != Some(owner) {
        return (Vec::new(), Answer::Foreign);
    }
    let mut writes = Vec::new();
    let index = match read_index(index) {
        Read::Newer => return (Vec::new(), Answer::Newer),
        Read::Index(index) => index,
        Read::Unreadable => {
            // Nobody knows what the texts are.
            writes.push(Write::Clear);
            empty()
        }
    };
    let mut draft = Draft {
        index,
        texts: BTreeMap::new(),
        gone: Vec::new(),
    };
    let answer = match op {
        Op::Log(write) => draft.log(*write, meta.term),
        Op::Value { key, text, age } => draft.value(key, text, age),
        Op::Drop(key) => {
            draft.drop_entry(&key);
            Answer::Kept { evicted: 0 }
        }
    };
    if !matches!(answer, Answer::Kept { .. }) {
        return (writes, answer);
    }
    let evicted = draft.evict(room);
    let Draft { index, texts, gone } = draft;
    writes.extend(gone.iter().map(Key::to_string).map(Write::Delete));
    writes.extend(texts.into_iter().map(|(key, text)| Write::Put(key, text)));
    writes.push(Write::Index(index));
    (writes, Answer::Kept { evicted })
}

/// An index as it was read.
pub(super) enum Read {
    Index(Index),
    /// Written by a newer program.
    Newer,
    Unreadable,
}

fn empty() -> Index {
    Index {
        version: VERSION,
        ..Index::default()
    }
}

pub(super) fn read_index(text: Option<&str>) -> Read {
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let Some(text) = text else {
        return Read::Index(empty());
    };
    match decode::<Version>(text) {
        Ok(Version { version }) if version > VERSION => Read::Newer,
        // No earlier form was ever written.
        Ok(Version { version: VERSION }) => decode(text).map_or(Read::Unreadable, Read::Index),
        _ => Read::Unreadable,
    }
}

/// What is being decided.
struct Draft {
    index: Index,
    texts: BTreeMap<Key, String>,
    gone: Vec<Key>,
}

impl Draft {
    fn log(&mut self, write: LogWrite, term: u64) -> Answer {
        if write.term < term {
            return Answer::Fenced;
        }
        let LogWrite {
            since,
            place,
            changes,
            touched,
            ..
        } = write;
        if self
            .index
            .place
            .as_ref()
            .is_some_and(|kept| is_ahead(kept, &place))
        {
            return Answer::Older;
        }
        // What the leader does not write is as it was only where it would know otherwise.
        let heard_from = self
            .index
            .place
            .as_ref()
            .map(|kept| &kept.position)
            .filter(|kept| kept.epoch == since.epoch && kept.offset >= since.offset)
            .map(|kept| kept.offset);
        let stays = |key: &Key| {
            heard_from.is_some_and(|from| {
                key.conversation()
                    .and_then(|id| touched.get(&id))
                    .is_none_or(|touched| *touched <= from)
            })
        };
        let lost: Vec<Key> = self
            .index
            .entries
            .keys()
            .filter(|key| key.is_of_log() && !changes.contains_key(*key) && !stays(key))
            .cloned()
            .collect();
        for key in lost {
            self.drop_entry(&key);
        }
        for (key, text) in changes {
            match text {
                Some(Text { text, is_used }) => self.put(key, text, is_used, None),
                None => self.drop_entry(&key),
            }
        }
        self.index.place = Some(place);
        Answer::Kept { evicted: 0 }
    }

    fn value(&mut self, key: Key, text: String, age: Age) -> Answer {
        let known = self.index.entries.get(&key).and_then(|entry| entry.age.as_ref());
        if key.is_of_log() || known.is_some_and(|known| !age.is_newer_than(known)) {
            return Answer::Older;
        }
        self.put(key, text, true, Some(age));
        Answer::Kept { evicted: 0 }
    }

    fn put(&mut self, key: Key, text: String, is_used: bool, age: Option<Age>) {
        let before = self.index.entries.get(&key).map(|entry| entry.used);
        let used = match before {
            Some(used) if !is_used => used,
            _ => {
                self.index.uses += 1;
                self.index.uses
            }
        };
        let bytes = (key.to_string().len() + text.len()) as u64;
        self.index.entries.insert(key.clone(), Entry { bytes, used, age });
        self.texts.insert(key, text);
    }

    fn drop_entry(&mut self, key: &Key) {
        if self.index.entries.remove(key).is_some() && self.texts.remove(key).is_none() {
            self.gone.push(key.clone());
        }
    }

    /// Lets go of what was used longest ago until the rest fits; says how many entries that were.
    fn evict(&mut self, room: u64) -> u64 {
        let mut bytes: u64 = self.index.entries.values().map(|entry| entry.bytes).sum();
        let mut count = self.index.entries.len();
        if bytes <= room && count <= MAX_ENTRIES {
            return 0;
        }
        let mut by_use: Vec<(u64, Key, u64)> = self
            .index
            .entries
            .iter()
            .map(|(key, entry)| (entry.used, key.clone(), entry.bytes))
            .collect();
        by_use.sort();
        let mut evicted = 0;
        for (_, key, size) in by_use {
            if bytes <= room && count <= MAX_ENTRIES {
                break;
            }
            self.index.entries.remove(&key);
            // It may be there from before as well.
            self.texts.remove(&key);
            self.gone.push(key);
            (bytes, count, evicted) = (bytes - size, count - 1, evicted + 1);
        }
        evicted
    }
}

/// Whether what is kept reflects more than what is to be written. Of two generations of the log the one that is heard of later
/// counts: only a leader writes, and its term was looked at.
fn is_ahead(kept: &Place, place: &Place) -> bool {
    kept.position.epoch == place.position.epoch && kept.position.offset > place.position.offset
}
