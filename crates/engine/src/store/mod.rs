//! The durable queue of what the person did and the server has not confirmed, shared by all tabs of a browser
//! (`protocol.md` *Sending*).
//!
//! A shell keeps one [`Meta`] and the [`Entry`]s, and carries out each [`Op`] in one transaction: it reads the meta and the
//! entries in the operation's [`Op::scope`], calls [`plan`], writes what that says, and hands the answer on once the
//! transaction is durable. Nothing about the queue is decided anywhere else, so that two tabs cannot come to different ends.
//!
//! Who leads is told by a *term*: [`Op::Claim`] raises it, and what an earlier leader still writes is refused
//! ([`Answer::Fenced`]), however long it slept.

mod files;
mod plan;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{ActionId, ConversationId, MemberId, MessageId};
use switchboard_contract::live_chat::{ConversationChange, Visibility};
use switchboard_contract::problem::Problem;
use switchboard_contract::time::Timestamp;

pub use files::{File, MAX_KEPT_BYTES, Unfit, fits};
pub use plan::{plan, relink};

/// What the person did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Action {
    /// Wrote a message; its id is the entry's.
    Send(Draft),
    /// Changed the conversation: its status, its operator, its labels.
    Change(ConversationChange),
    /// Deleted the conversation.
    Delete,
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
    /// The members whom a note names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<MemberId>,
    /// Files that go with it; they are uploaded before it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<File>,
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
    /// It goes out this many milliseconds after it was done at the earliest, so that the person can think again; at once when
    /// absent. The wall clock may have been set meanwhile: nobody waits for longer than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_ms: Option<u32>,
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
            Action::Send(_) | Action::Change(_) | Action::Delete => LaneKind::Write,
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
            hold_ms: None,
            revision: 0,
        }
    }

    /// How many milliseconds it is still held back; 0 when it may go.
    #[must_use]
    pub fn held_for(&self, now: Timestamp) -> u64 {
        let (Some(hold), Standing::Waiting) = (self.hold_ms, &self.standing) else {
            return 0;
        };
        let since = now.as_millis().saturating_sub(self.queued_at.as_millis());
        // A clock that was set back has not made it wait for longer.
        u64::from(hold).saturating_sub(u64::try_from(since).unwrap_or(0))
    }

    /// The files that go with it.
    #[must_use]
    pub fn files(&self) -> &[File] {
        match &self.action {
            Action::Send(draft) => &draft.attachments,
            Action::Change(_) | Action::Delete | Action::Read { .. } => &[],
        }
    }

    /// The message's id, where it is one.
    #[must_use]
    pub const fn message_id(&self) -> Option<MessageId> {
        match self.action {
            Action::Send(_) => Some(message_id(self.id)),
            Action::Change(_) | Action::Delete | Action::Read { .. } => None,
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
    /// Counts the sign-ins that have taken the store over; never lowered.
    #[serde(default)]
    pub sign_in: u64,
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
    /// The store was opened before, and is nobody's now: look what waits, unless the sign-in has ended.
    Reopen {
        /// From [`Answer::Opened`].
        sign_in: u64,
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
        /// Its revision as the asking tab knows it: ahead of what is kept where the store has failed meanwhile.
        known: u32,
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
    /// Forget everything, the person too.
    Clear,
    /// The same at the end of one sign-in: what belongs to a later one stays.
    End {
        /// From [`Answer::Opened`].
        sign_in: u64,
    },
}

/// What becomes of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum To {
    /// The server refused it.
    Blocked(Box<Problem>),
    /// The person wants it tried again, knowing what came in between; or sent at once, where it is held back.
    Again {
        /// A closed conversation is to be reopened for it.
        reopen: bool,
        /// The newest `seq` that the person has seen by now: it counts for everything that waits in the lane.
        seen_seq: u64,
    },
    /// The person gives it up.
    TakingBack,
}

impl To {
    /// What brings an entry to where this one stands.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        match &entry.standing {
            Standing::Blocked(problem) => Self::Blocked(problem.clone()),
            Standing::TakingBack => Self::TakingBack,
            Standing::Waiting => Self::Again {
                reopen: entry.reopen,
                seen_seq: match &entry.action {
                    Action::Send(draft) => draft.seen_seq,
                    Action::Change(_) | Action::Delete | Action::Read { .. } => 0,
                },
            },
        }
    }
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
    /// The same by a leader of another term; what is not said by a leader stays as it is.
    #[must_use]
    pub fn in_term(self, term: Option<u64>) -> Self {
        match self {
            Self::Change {
                term: Some(_),
                id,
                lane,
                to,
                known,
            } => Self::Change {
                term,
                id,
                lane,
                to,
                known,
            },
            Self::Remove {
                term: Some(_),
                id,
                lane,
            } => Self::Remove { term, id, lane },
            op => op,
        }
    }

    /// Which entries it reads.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::Append(entry) => Scope::Lane(entry.lane),
            Self::Change { lane, .. } | Self::Remove { lane, .. } => Scope::Lane(*lane),
            Self::Open { .. } | Self::Reopen { .. } | Self::Claim | Self::Clear | Self::End { .. } => {
                Scope::All
            }
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
    /// Deletes all of them, and what else is kept of the person.
    DeleteAll,
    /// Deletes what is kept of what was seen ([`crate::archive`]).
    DeleteArchive,
}

/// What came of an operation, once it is durable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Answer {
    /// Opened: what waits, in order.
    Opened {
        /// The entries.
        entries: Vec<Entry>,
        /// The position of the next entry: whatever has a higher one was kept after this answer.
        next: u64,
        /// How many of another person were erased.
        erased: u64,
        /// The number of the sign-in that the store belongs to.
        sign_in: u64,
        /// The term of whoever leads by now: whoever says to lead in an earlier one does no more.
        #[serde(default)]
        term: u64,
    },
    /// It is someone else's, and nothing was done.
    Foreign {
        /// How many entries wait for that person.
        entries: u64,
        /// Whether it is anyone's: after the end of a sign-in, or where the browser has dropped everything, it is nobody's.
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
        /// The position of the next entry: whatever has a higher one was kept after this answer.
        next: u64,
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
    /// It does not answer: another tab that is stuck may hold it. It may have been carried out, or be carried out later.
    Silent,
}

/// A store in memory: what a tab keeps that the browser has no room for, and every browser in simulations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// See [`Meta`].
    pub meta: Meta,
    /// See [`Entry`].
    pub entries: Vec<Entry>,
    /// What is kept beside them of what was seen.
    pub archive: crate::archive::Records,
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
            Write::DeleteAll => {
                self.entries.clear();
                self.archive = crate::archive::Records::default();
            }
            Write::DeleteArchive => self.archive = crate::archive::Records::default(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
