//! What people did, remembered apart from the engine: what the invariants are checked against.

use std::collections::{BTreeMap, BTreeSet};

use switchboard_contract::ids::{ActionId, ConversationId, MemberId, MessageId, SessionId};

/// A message that an operator typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) id: MessageId,
    pub(super) member: MemberId,
    pub(super) conversation: ConversationId,
    pub(super) tab: usize,
    pub(super) incarnation: u32,
    /// Which sign-in of the page.
    pub(super) desk: u32,
    /// Which sign-in of the browser.
    pub(super) session: Option<SessionId>,
    /// When, in milliseconds.
    pub(super) at: u64,
    pub(super) text: String,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// In the order typed.
    pub(super) typed: Vec<Typed>,
    /// Changes that were asked for, in the order done.
    pub(super) changed: Vec<(ActionId, MemberId)>,
    /// What a transaction has kept, and when, in milliseconds.
    pub(super) kept: BTreeMap<ActionId, u64>,
    /// Where the store could not keep something, or would not because it is somebody else's by then: tab, its opening,
    /// conversation. What follows there stays in memory too, so that the order does.
    pub(super) unkept: BTreeSet<(usize, u32, ConversationId)>,
    /// Tabs whose store had no room for what was done last: tab, its opening, its sign-in.
    pub(super) full: BTreeSet<(usize, u32, u32)>,
    /// Sign-ins that the person has ended here.
    pub(super) left: BTreeSet<SessionId>,
    /// Messages of which an attempt was made.
    pub(super) sent: BTreeSet<ActionId>,
    /// What the server refused.
    pub(super) refused: BTreeSet<ActionId>,
    /// What the person gave up.
    pub(super) given_up: BTreeSet<ActionId>,
    /// What was erased by a sign-out, a revocation or another person's sign-in.
    pub(super) erased: BTreeSet<ActionId>,
    /// Messages that were stored in conversations which are deleted by now.
    pub(super) deleted: BTreeSet<MessageId>,
    /// What the browser keeps of what was seen.
    pub(super) archived: super::archive::Archived,
    /// Calls made in the last seconds of quiet.
    pub(super) calls_in_quiet: u64,
}

/// How often something rare happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters(BTreeMap<&'static str, u64>);

impl Counters {
    /// It happened.
    pub fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    /// Adds what another run counted.
    pub fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    /// How often it happened.
    #[must_use]
    pub fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }

    /// All of them by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().map(|(what, count)| (*what, *count))
    }
}
