//! Files that are attached to what is written in a conversation and not sent: kept beside the drafts until they are sent, taken away
//! or forgotten with the person, and the same in all tabs of a browser.
//!
//! The truth is the store ([`kept`]); a tab tells the others no more than that it has changed ([`Word::Changed`]), once that is
//! durable, and they read it. What a tab has taken away or sent does not come back to it, whatever a reading that was under way
//! brings. A file that the browser has no room for lives in its tab. The queue takes a file over in the transaction that keeps
//! its message: from then on it is the message's.

pub mod kept;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{AttachmentId, ConversationId};
use switchboard_contract::time::Timestamp;

use crate::store::File;

/// How many files are remembered that went: far more than readings can be under way for.
const MAX_GONE: usize = 1_000;

/// A file that is attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attached {
    /// Where.
    pub conversation: ConversationId,
    /// Which.
    pub file: File,
    /// When, by this device's clock.
    pub at: Timestamp,
    /// Which one of those that were attached in the same moment.
    #[serde(default)]
    pub place: u32,
}

/// What tabs tell each other of files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Word {
    /// The store has changed.
    Changed,
    /// So much of a file that waits has left.
    Left {
        /// Which.
        file: AttachmentId,
        /// From 0 to 1.
        share: f64,
    },
    /// Nobody sends this file now.
    Ended(AttachmentId),
}

/// What happens to attached files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The tab opens or is looked at again, or another one has changed the store.
    Sync,
    /// The person attached these, in this order.
    Added {
        /// Where.
        conversation: ConversationId,
        /// Which.
        files: Vec<File>,
        /// When.
        at: Timestamp,
    },
    /// The person took one away.
    Removed(ConversationId, AttachmentId),
    /// They were sent: the queue has them.
    Taken(ConversationId),
    /// The messages that took these along wait no more. The queue may never have had room to keep them.
    Over(Vec<AttachmentId>),
    /// The person has deleted the conversation.
    Gone(ConversationId),
    /// The store has this one now.
    Kept(AttachmentId),
    /// Some have left the store: let go of, or kept with their message now.
    Released,
    /// Everything that the store has.
    Read(Vec<Attached>),
}

/// What the shell does.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Keep this one with its content and report [`Event::Kept`]; nothing where that fails.
    Keep(Attached),
    /// Let these go from the store and report [`Event::Released`].
    Release(Vec<AttachmentId>),
    /// Read everything and report [`Event::Read`].
    Read,
    /// Tell the other tabs.
    Tell(Word),
    /// What is attached in this conversation is another than before.
    Changed(ConversationId),
}

/// What is attached, as one tab knows it.
#[derive(Clone, Debug, Default)]
pub struct AttachedFiles {
    /// In the order attached; and whether the store has it.
    known: BTreeMap<ConversationId, Vec<(Attached, bool)>>,
    /// What was taken away or sent here.
    gone: BTreeSet<AttachmentId>,
}

impl AttachedFiles {
    /// What is attached in a conversation, in the order attached.
    pub fn of(&self, conversation: ConversationId) -> impl Iterator<Item = &File> {
        self.known
            .get(&conversation)
            .into_iter()
            .flatten()
            .map(|(attached, _)| &attached.file)
    }

    /// Whether a file is attached anywhere.
    #[must_use]
    pub fn has(&self, id: AttachmentId) -> bool {
        self.known
            .values()
            .flatten()
            .any(|(attached, _)| attached.file.id == id)
    }

    /// How many bytes are attached in other conversations.
    #[must_use]
    pub fn bytes_beside(&self, conversation: ConversationId) -> u64 {
        let others = self.known.iter().filter(|(id, _)| **id != conversation);
        others
            .flat_map(|(_, files)| files)
            .map(|(attached, _)| attached.file.size)
            .sum()
    }

    /// Takes one event.
    pub fn step(&mut self, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Sync => {
                // There may be room by now.
                let not_kept = self.known.values().flatten().filter(|(_, is_kept)| !is_kept);
                out.extend(not_kept.map(|(attached, _)| Effect::Keep(attached.clone())));
                out.push(Effect::Read);
            }
            Event::Added {
                conversation,
                files,
                at,
            } => {
                for (place, file) in (0..).zip(files) {
                    let attached = Attached {
                        conversation,
                        file,
                        at,
                        place,
                    };
                    out.push(Effect::Keep(attached.clone()));
                    self.known
                        .entry(conversation)
                        .or_default()
                        .push((attached, false));
                }
                out.push(Effect::Changed(conversation));
            }
            Event::Removed(conversation, id) => {
                let taken = self.take(conversation, |file| file.id == id);
                release(conversation, taken, out);
            }
            Event::Gone(conversation) => {
                let taken = self.take(conversation, |_| true);
                release(conversation, taken, out);
            }
            Event::Taken(conversation) => {
                self.take(conversation, |_| true);
                out.push(Effect::Changed(conversation));
            }
            Event::Over(files) => out.push(Effect::Release(files)),
            Event::Kept(id) => {
                let all = self.known.values_mut().flatten();
                for (attached, is_kept) in all {
                    *is_kept |= attached.file.id == id;
                }
                out.push(Effect::Tell(Word::Changed));
            }
            Event::Released => out.push(Effect::Tell(Word::Changed)),
            Event::Read(there) => self.read(there, out),
        }
    }

    /// Takes what is `meant` out of a conversation, for good.
    fn take(&mut self, conversation: ConversationId, meant: impl Fn(&File) -> bool) -> Vec<AttachmentId> {
        let Some(files) = self.known.get_mut(&conversation) else {
            return Vec::new();
        };
        let taken: Vec<AttachmentId> = files
            .extract_if(.., |(attached, _)| meant(&attached.file))
            .map(|(attached, _)| attached.file.id)
            .collect();
        self.gone.extend(&taken);
        while self.gone.len() > MAX_GONE {
            self.gone.pop_first();
        }
        taken
    }

    /// What the store no longer has went in another tab; what it has and is not known here came in another tab, or before.
    fn read(&mut self, there: Vec<Attached>, out: &mut Vec<Effect>) {
        let ids: BTreeSet<AttachmentId> = there.iter().map(|attached| attached.file.id).collect();
        let mut changed = BTreeSet::new();
        for (conversation, files) in &mut self.known {
            let before = files.len();
            files.retain(|(attached, is_kept)| !is_kept || ids.contains(&attached.file.id));
            if files.len() != before {
                changed.insert(*conversation);
            }
        }
        for attached in there {
            let id = attached.file.id;
            if self.gone.contains(&id) {
                continue;
            }
            let files = self.known.entry(attached.conversation).or_default();
            match files.iter_mut().find(|(known, _)| known.file.id == id) {
                Some((_, is_kept)) => *is_kept = true,
                None => {
                    changed.insert(attached.conversation);
                    files.push((attached, true));
                    files.sort_by_key(|(attached, _)| (attached.at, attached.place, attached.file.id));
                }
            }
        }
        self.known.retain(|_, files| !files.is_empty());
        out.extend(changed.into_iter().map(Effect::Changed));
    }
}

fn release(conversation: ConversationId, ids: Vec<AttachmentId>, out: &mut Vec<Effect>) {
    if !ids.is_empty() {
        out.push(Effect::Release(ids));
        out.push(Effect::Changed(conversation));
    }
}

#[cfg(test)]
mod tests;
