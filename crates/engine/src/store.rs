//! The durable queue of what the person did and the server has not confirmed, shared by all tabs of a browser
//! (`protocol.md` *Sending*).
//!
//! A shell keeps one [`Meta`] and the [`Entry`]s, and carries out each [`Op`] in one transaction: it reads the meta and the
//! entries in the operation's [`Op::scope`], calls [`plan`], writes what that says, and hands the answer on once the
//! transaction is durable. Nothing about the queue is decided anywhere else, so that two tabs cannot come to different ends.
//!
//! Who leads is told by a *term*: [`Op::Claim`] raises it, and what an earlier leader still writes is refused
//! ([`Answer::Fenced`]), however long it slept.

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{ActionId, ConversationId, MemberId, MessageId};
use switchboard_contract::live_chat::{ConversationChange, Visibility};
use switchboard_contract::problem::Problem;
use switchboard_contract::time::Timestamp;

use crate::planted::{self, Bug};

/// What the person did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Action {
    /// Wrote a message; its id is the entry's.
    Send(Draft),
    /// Changed the conversation: its status, its operator, its labels.
    Change(ConversationChange),
    /// Read everything up to this message.
    Read {
        /// Its `seq`.
        seq: u64,
    },
}

/// What the person wrote.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// The text.
    pub content: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// The newest `seq` on the screen when it was sent.
    pub seen_seq: u64,
}

impl std::fmt::Debug for Draft {
    /// Leaves out the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("visibility", &self.visibility)
            .field("seen_seq", &self.seen_seq)
            .finish_non_exhaustive()
    }
}

/// What is kept in order among itself: everything that changes one conversation, and apart from it how far it was read,
/// which must not wait behind a refused reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lane {
    /// The conversation.
    pub conversation: ConversationId,
    /// Which of its two lanes.
    pub kind: LaneKind,
}

/// A conversation's lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LaneKind {
    /// Messages and changes.
    Write,
    /// Read marks.
    Read,
}

/// How an entry stands, as far as it has to survive the tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// To be sent.
    Waiting,
    /// The server refused it; the person decides.
    Blocked(Box<Problem>),
    /// The person gave it up, and the server, which may have it, is to be told.
    TakingBack,
}

/// One action that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Chosen by the tab where it was done; a message's id is the same UUID.
    pub id: ActionId,
    /// Where it waits.
    pub lane: Lane,
    /// What was done.
    pub action: Action,
    /// When.
    pub queued_at: Timestamp,
    /// Its place among all entries; given by [`plan`].
    #[serde(default)]
    pub position: u64,
    /// The message that was queued before it in its lane and may not be stored yet; given by [`plan`].
    #[serde(default)]
    pub after: Option<ActionId>,
    /// How it stands.
    pub standing: Standing,
    /// The person wants a closed conversation reopened for it.
    #[serde(default)]
    pub reopen: bool,
    /// Counts its changes: of two copies the one with the higher number is the newer.
    #[serde(default)]
    pub revision: u32,
}

impl Entry {
    /// An action that was just done.
    #[must_use]
    pub fn new(id: ActionId, conversation: ConversationId, action: Action, queued_at: Timestamp) -> Self {
        let kind = match action {
            Action::Read { .. } => LaneKind::Read,
            Action::Send(_) | Action::Change(_) => LaneKind::Write,
        };
        Self {
            id,
            lane: Lane { conversation, kind },
            action,
            queued_at,
            position: 0,
            after: None,
            standing: Standing::Waiting,
            reopen: false,
            revision: 0,
        }
    }

    /// The message's id, where it is one.
    #[must_use]
    pub const fn message_id(&self) -> Option<MessageId> {
        match self.action {
            Action::Send(_) => Some(message_id(self.id)),
            Action::Change(_) | Action::Read { .. } => None,
        }
    }
}

/// The id of the message that an action sends.
#[must_use]
pub const fn message_id(id: ActionId) -> MessageId {
    MessageId::from_uuid(id.as_uuid())
}

/// The action that sends a message.
#[must_use]
pub const fn action_id(id: MessageId) -> ActionId {
    ActionId::from_uuid(id.as_uuid())
}

/// What is kept beside the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// Whose entries these are.
    #[serde(default)]
    pub owner: Option<MemberId>,
    /// The term of whoever leads; raised with each claim, never lowered.
    #[serde(default)]
    pub term: u64,
    /// The position of the next entry.
    #[serde(default)]
    pub next: u64,
}

impl Meta {
    /// What can be said of a queue whose meta could not be read: new entries come after the ones there are, whose owner is
    /// unknown.
    #[must_use]
    pub fn rebuilt(entries: &[Entry]) -> Self {
        Self {
            next: entries.iter().map(|entry| entry.position + 1).max().unwrap_or(0),
            ..Self::default()
        }
    }
}

/// What is asked of the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Op {
    /// Someone is signed in: look what waits.
    Open {
        /// Erase what waits for someone else instead of answering [`Answer::Foreign`].
        erase: bool,
    },
    /// Keep an action at the end of its lane.
    Append(Box<Entry>),
    /// Keep that an entry now stands otherwise.
    Change {
        /// The leader's term, where it is the leader that says so and not the person.
        term: Option<u64>,
        /// Which entry.
        id: ActionId,
        /// Where it waits.
        lane: Lane,
        /// What became of it.
        to: To,
    },
    /// Let an entry go: it is done, or given up.
    Remove {
        /// The leader's term; none for one that the tab kept for itself.
        term: Option<u64>,
        /// Which entry.
        id: ActionId,
        /// Where it waits.
        lane: Lane,
    },
    /// Lead from now on.
    Claim,
    /// Signed out: forget everything, the person too.
    Clear,
}

/// What becomes of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum To {
    /// The server refused it.
    Blocked(Box<Problem>),
    /// The person wants it tried again, knowing what came in between.
    Again {
        /// A closed conversation is to be reopened for it.
        reopen: bool,
        /// The newest `seq` that the person has seen by now: it counts for everything that waits in the lane.
        seen_seq: u64,
    },
    /// The person gives it up.
    TakingBack,
}

/// Which entries an operation reads; it always reads the meta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of one lane.
    Lane(Lane),
    /// All of them.
    All,
}

impl Op {
    /// Which entries it reads.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::Append(entry) => Scope::Lane(entry.lane),
            Self::Change { lane, .. } | Self::Remove { lane, .. } => Scope::Lane(*lane),
            Self::Open { .. } | Self::Claim | Self::Clear => Scope::All,
        }
    }
}

/// What the transaction writes.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Replaces the meta.
    Meta(Meta),
    /// Adds or replaces one entry.
    Put(Box<Entry>),
    /// Deletes one entry.
    Delete(ActionId),
    /// Deletes all of them.
    DeleteAll,
}

/// What came of an operation, once it is durable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Answer {
    /// Opened: what waits, in order.
    Opened {
        /// The entries.
        entries: Vec<Entry>,
        /// How many of another person were erased.
        erased: u64,
    },
    /// It is someone else's, and nothing was done.
    Foreign {
        /// How many entries wait for that person.
        entries: u64,
        /// Whether it is anyone's: after a sign-out, or where the browser has dropped everything, it is nobody's.
        owned: bool,
    },
    /// Kept.
    Appended {
        /// As it is kept.
        entry: Box<Entry>,
        /// Read marks that it stands for, gone now.
        superseded: Vec<ActionId>,
    },
    /// Changed.
    Changed {
        /// Which entry was meant.
        id: ActionId,
        /// It and what changed with it, as they are now.
        entries: Vec<Entry>,
    },
    /// Gone.
    Removed {
        /// Which entry.
        id: ActionId,
        /// Those that named it as the one before them, as they are now.
        relinked: Vec<Entry>,
    },
    /// There is no such entry: another tab was faster.
    Missing(ActionId),
    /// Someone leads in a later term.
    Fenced {
        /// The term.
        term: u64,
    },
    /// Leads.
    Claimed {
        /// The term.
        term: u64,
        /// What waits, in order.
        entries: Vec<Entry>,
    },
    /// Everything is forgotten.
    Cleared {
        /// How many entries there were.
        entries: u64,
    },
}

/// Why an operation was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StoreError {
    /// The browser keeps nothing for this page: a private window, or storage that is switched off.
    Unavailable,
    /// There is no room left.
    Full,
    /// It failed this time.
    Failed,
}

/// A store in memory: what a tab keeps that the browser has no room for, and every browser in simulations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// See [`Meta`].
    pub meta: Meta,
    /// See [`Entry`].
    pub entries: Vec<Entry>,
}

impl Records {
    /// Carries out one operation of `owner`.
    pub fn run(&mut self, owner: MemberId, op: Op) -> Answer {
        let scope = op.scope();
        let read = self
            .entries
            .iter()
            .filter(|entry| match scope {
                Scope::All => true,
                Scope::Lane(lane) => entry.lane == lane,
            })
            .cloned()
            .collect();
        let (writes, answer) = plan(owner, op, &self.meta, read);
        for write in writes {
            self.write(write);
        }
        answer
    }

    /// Writes one thing.
    pub fn write(&mut self, write: Write) {
        match write {
            Write::Meta(meta) => self.meta = meta,
            Write::Put(entry) => match self.entries.iter_mut().find(|known| known.id == entry.id) {
                Some(known) => *known = *entry,
                None => self.entries.push(*entry),
            },
            Write::Delete(id) => self.entries.retain(|known| known.id != id),
            Write::DeleteAll => self.entries.clear(),
        }
    }
}

/// Decides what one operation of `owner` does to what is kept. `entries` are those of [`Op::scope`], in any order.
#[must_use]
pub fn plan(owner: MemberId, op: Op, meta: &Meta, mut entries: Vec<Entry>) -> (Vec<Write>, Answer) {
    entries.sort_by_key(|entry| entry.position);
    let count = entries.len() as u64;
    if let Op::Open { erase } = op {
        return open(owner, erase, meta, entries);
    }
    if meta.owner != Some(owner) {
        let owned = meta.owner.is_some();
        return (
            Vec::new(),
            Answer::Foreign {
                entries: count,
                owned,
            },
        );
    }
    if let Op::Change { term: Some(term), .. } | Op::Remove { term: Some(term), .. } = op
        && term < meta.term
        && !planted::on(Bug::NoFencing)
    {
        return (Vec::new(), Answer::Fenced { term: meta.term });
    }
    match op {
        Op::Open { .. } => (
            Vec::new(),
            Answer::Foreign {
                entries: count,
                owned: true,
            },
        ),
        Op::Append(entry) => append(*entry, meta, &entries),
        Op::Change { id, to, .. } => change(id, to, entries),
        Op::Remove { id, .. } => remove(id, entries),
        Op::Claim => {
            let term = meta.term + 1;
            let meta = Meta { term, ..meta.clone() };
            (vec![Write::Meta(meta)], Answer::Claimed { term, entries })
        }
        Op::Clear => {
            let meta = Meta {
                owner: None,
                ..meta.clone()
            };
            let answer = Answer::Cleared { entries: count };
            (vec![Write::DeleteAll, Write::Meta(meta)], answer)
        }
    }
}

fn open(owner: MemberId, erase: bool, meta: &Meta, entries: Vec<Entry>) -> (Vec<Write>, Answer) {
    if meta.owner == Some(owner) {
        return (Vec::new(), Answer::Opened { entries, erased: 0 });
    }
    let erased = entries.len() as u64;
    if erased > 0 && !erase {
        return (
            Vec::new(),
            Answer::Foreign {
                entries: erased,
                owned: meta.owner.is_some(),
            },
        );
    }
    let meta = Meta {
        owner: Some(owner),
        ..meta.clone()
    };
    let answer = Answer::Opened {
        entries: Vec::new(),
        erased,
    };
    if planted::on(Bug::OutboxKeptForOther) {
        return (vec![Write::Meta(meta)], answer);
    }
    (vec![Write::DeleteAll, Write::Meta(meta)], answer)
}

fn append(mut entry: Entry, meta: &Meta, lane: &[Entry]) -> (Vec<Write>, Answer) {
    if let Some(known) = lane.iter().find(|known| known.id == entry.id) {
        let answer = Answer::Appended {
            entry: Box::new(known.clone()),
            superseded: Vec::new(),
        };
        return (Vec::new(), answer);
    }
    entry.position = meta.next;
    entry.after = lane.iter().rev().find_map(Entry::message_id).map(action_id);
    // A read mark holds for everything before it: the ones that still wait have nothing left to say.
    let superseded: Vec<ActionId> = match entry.lane.kind {
        LaneKind::Read => lane.iter().map(|known| known.id).collect(),
        LaneKind::Write => Vec::new(),
    };
    let mut writes: Vec<Write> = superseded.iter().copied().map(Write::Delete).collect();
    writes.push(Write::Put(Box::new(entry.clone())));
    writes.push(Write::Meta(Meta {
        next: meta.next + 1,
        ..meta.clone()
    }));
    let answer = Answer::Appended {
        entry: Box::new(entry),
        superseded,
    };
    (writes, answer)
}

fn change(id: ActionId, to: To, mut lane: Vec<Entry>) -> (Vec<Write>, Answer) {
    let Some(index) = lane.iter().position(|entry| entry.id == id) else {
        return (Vec::new(), Answer::Missing(id));
    };
    let before = lane.clone();
    if let To::Again { seen_seq, .. } = to {
        for entry in &mut lane {
            if let Action::Send(draft) = &mut entry.action {
                draft.seen_seq = draft.seen_seq.max(seen_seq);
            }
        }
    }
    let entry = &mut lane[index];
    match (to, &entry.standing) {
        // Given up is given up: only the server's word that it has it can change that.
        (To::Blocked(_) | To::Again { .. }, Standing::TakingBack) => {}
        (To::Blocked(problem), _) => entry.standing = Standing::Blocked(problem),
        (To::Again { reopen, .. }, _) => {
            entry.standing = Standing::Waiting;
            entry.reopen |= reopen;
        }
        (To::TakingBack, _) => entry.standing = Standing::TakingBack,
    }
    let mut entries: Vec<Entry> = lane
        .into_iter()
        .zip(before)
        .filter(|(now, then)| now != then)
        .map(|(now, _)| now)
        .collect();
    for entry in &mut entries {
        entry.revision += 1;
    }
    let writes = entries.iter().cloned().map(Box::new).map(Write::Put).collect();
    (writes, Answer::Changed { id, entries })
}

/// What named the one that goes as its predecessor names that one's predecessor instead. For a message that is stored this
/// changes nothing on the server; for one that was given up it keeps the lane from waiting for what never comes.
fn remove(id: ActionId, lane: Vec<Entry>) -> (Vec<Write>, Answer) {
    let Some(gone) = lane.iter().find(|entry| entry.id == id) else {
        return (Vec::new(), Answer::Missing(id));
    };
    let before = gone.after;
    let relinked: Vec<Entry> = lane
        .into_iter()
        .filter(|entry| entry.after == Some(id) && !planted::on(Bug::LaneNotRelinked))
        .map(|mut entry| {
            entry.after = before;
            entry.revision += 1;
            entry
        })
        .collect();
    let mut writes = vec![Write::Delete(id)];
    writes.extend(relinked.iter().cloned().map(Box::new).map(Write::Put));
    (writes, Answer::Removed { id, relinked })
}

/// Lets nobody wait for messages that are `lost`: kept, but no longer readable. What named one of them as its predecessor
/// names the message before it in its lane. Answers with the entries that changed.
pub fn relink(entries: &mut [Entry], lost: &[ActionId]) -> Vec<Entry> {
    entries.sort_by_key(|entry| entry.position);
    let mut changed = Vec::new();
    for index in 0..entries.len() {
        let (before, rest) = entries.split_at_mut(index);
        let Some(entry) = rest.first_mut() else { break };
        if entry.after.is_some_and(|after| lost.contains(&after)) {
            entry.after = before
                .iter()
                .rev()
                .filter(|earlier| earlier.lane == entry.lane)
                .find_map(Entry::message_id)
                .map(action_id);
            entry.revision += 1;
            changed.push(entry.clone());
        }
    }
    changed
}

#[cfg(test)]
#[path = "store_tests.rs"]
pub(crate) mod tests;
