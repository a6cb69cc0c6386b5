//! What a tab knows of what has to be kept: what has changed since it was written, and where it would know of changes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::position::{Offset, Position};

use super::{Answer, Kept, Key, LogWrite, Place, Text};
use crate::inbox::{Changes, Filter, Inbox, Shelf};
use crate::store::StoreError;

/// Conversations of the open list that are kept.
pub const LISTED: usize = 200;
/// Conversations that are kept because they were looked at, with their threads.
pub const LOOKED_AT: usize = 50;
/// Conversations whose last event is remembered; beyond it what this tab does not hold counts as changed.
const MAX_TOUCHED: usize = 2_000;

/// See the module's documentation. Every tab has one, so that the next one to lead knows what to write.
#[derive(Debug)]
pub struct Keeper {
    /// Everything since here was heard; none where that is not known.
    since: Option<Position>,
    /// Where conversations were last spoken of since then.
    touched: BTreeMap<ConversationId, Offset>,
    /// What has changed since it was written.
    dirty: BTreeSet<ConversationId>,
    is_list_dirty: bool,
    /// The one looked at last at the end.
    looked_at: Vec<ConversationId>,
    /// Those looked at since they were written.
    used: BTreeSet<ConversationId>,
    /// What is kept, as far as this tab knows.
    kept: BTreeSet<ConversationId>,
    /// Of what is kept nothing is known, or it counts no longer.
    is_anew: bool,
    /// Up to where the write that is under way goes.
    writing: Option<Position>,
    /// A newer program has written: this one leaves it alone.
    is_over: bool,
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is kept, or there is nobody to keep it for.
    Done,
    /// To be tried again after a while.
    Failed,
}

impl Default for Keeper {
    fn default() -> Self {
        Self {
            since: None,
            touched: BTreeMap::new(),
            dirty: BTreeSet::new(),
            is_list_dirty: false,
            looked_at: Vec::new(),
            used: BTreeSet::new(),
            kept: BTreeSet::new(),
            is_anew: true,
            writing: None,
            is_over: false,
        }
    }
}

impl Keeper {
    /// Begins with what an earlier visit has kept.
    pub fn restore(&mut self, kept: &Kept) {
        *self = Self {
            since: Some(kept.place.position.clone()),
            looked_at: kept.threads.iter().map(|(id, _)| *id).collect(),
            kept: kept
                .conversations
                .iter()
                .map(|kept| kept.conversation.id)
                .collect(),
            is_anew: false,
            ..Self::default()
        };
    }

    /// There is a hole in what was heard; everything since `position` will be.
    pub fn begin(&mut self, position: Option<Position>) {
        self.since = position;
        self.touched.clear();
        self.forget();
    }

    /// Everything is written anew.
    fn forget(&mut self) {
        self.dirty.clear();
        self.kept.clear();
        self.is_anew = true;
    }

    /// An event speaks of a conversation.
    pub fn touch(&mut self, id: ConversationId, at: &Position) {
        self.touched.insert(id, at.offset);
        // What is kept of it may be another leader's, such as a thread that this tab does not hold.
        self.dirty.insert(id);
        if self.touched.len() > MAX_TOUCHED {
            self.begin(Some(at.clone()));
        }
    }

    /// Something of what this tab holds has changed; says whether any of it may have to be kept.
    pub fn change(&mut self, changes: &Changes) -> bool {
        self.dirty.extend(&changes.conversations);
        self.dirty.extend(&changes.threads);
        self.is_list_dirty |= changes.lists;
        changes.lists || !changes.conversations.is_empty() || !changes.threads.is_empty()
    }

    /// The person looks at a conversation.
    pub fn look(&mut self, id: ConversationId) {
        self.looked_at.retain(|known| *known != id);
        self.looked_at.push(id);
        if self.looked_at.len() > LOOKED_AT {
            self.looked_at.remove(0);
        }
        self.used.insert(id);
        self.dirty.insert(id);
    }

    /// Whether something waits to be written, and nothing is being written.
    #[must_use]
    pub fn is_due(&self) -> bool {
        let waits = self.is_list_dirty || !self.dirty.is_empty() || self.is_anew;
        waits && self.writing.is_none() && !self.is_over
    }

    /// What to write of `inbox`, which reflects `place`; none where nothing has changed. `is_sure` says of which conversations
    /// all is known.
    pub fn write(
        &mut self,
        term: u64,
        place: Place,
        inbox: &Inbox,
        is_sure: impl Fn(ConversationId) -> bool,
    ) -> Option<LogWrite> {
        let since = self.since.clone().filter(|_| self.is_due())?;
        let listed: BTreeSet<ConversationId> = inbox.list(&Filter::default()).take(LISTED).collect();
        let mut changes = BTreeMap::new();
        let mut kept = BTreeSet::new();
        for id in listed.iter().chain(&self.looked_at).copied() {
            if !is_sure(id) {
                continue;
            }
            let is_new = kept.insert(id) && !self.kept.contains(&id);
            if is_new || self.dirty.contains(&id) {
                let is_used = self.used.contains(&id);
                let conversation = inbox.kept_conversation(id);
                changes.insert(Key::Conversation(id), text(&conversation, is_used));
                let thread = inbox.thread(id).filter(|_| self.looked_at.contains(&id));
                let thread = thread.and_then(crate::thread::Thread::kept);
                changes.insert(Key::Thread(id), text(&thread, is_used));
            }
        }
        let gone = self.kept.union(&self.dirty).filter(|id| !kept.contains(id));
        for id in gone {
            changes.insert(Key::Conversation(*id), None);
            changes.insert(Key::Thread(*id), None);
        }
        let list = inbox.kept_list(Shelf::Open, LISTED);
        changes.insert(Key::List(Shelf::Open), text(&list, true));
        self.kept = kept;
        self.dirty.clear();
        self.used.clear();
        (self.is_list_dirty, self.is_anew) = (false, false);
        self.writing = Some(place.position.clone());
        Some(LogWrite {
            term,
            since,
            place,
            changes,
            touched: self.touched.clone(),
        })
    }

    /// A write ended.
    pub fn ended(&mut self, result: Result<Answer, StoreError>) -> Ended {
        let written = self.writing.take();
        match result {
            Ok(Answer::Kept { .. }) => {
                if let Some(written) = written {
                    // What is kept reflects it: no earlier word of anything counts any more.
                    self.touched.retain(|_, at| *at > written.offset);
                }
                Ended::Done
            }
            Ok(Answer::Newer) => {
                self.is_over = true;
                Ended::Done
            }
            Ok(Answer::Older | Answer::Fenced | Answer::Foreign) => {
                self.forget();
                Ended::Done
            }
            Err(error) => {
                self.forget();
                // Where nothing is ever kept, nothing is tried again.
                self.is_over = error == StoreError::Unavailable;
                if self.is_over { Ended::Done } else { Ended::Failed }
            }
        }
    }
}

fn text<T: Serialize>(entry: &Option<T>, is_used: bool) -> Option<Text> {
    let text = serde_json::to_string(entry.as_ref()?).ok()?;
    Some(Text { text, is_used })
}
