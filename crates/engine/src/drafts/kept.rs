//! The drafts as the browser keeps them for whoever is signed in: what each operation does to what is there.
//!
//! A shell carries out each [`Op`] in one transaction: it reads the owner of the store ([`crate::store::Meta`]) and the
//! drafts of [`Op::places`], or all of them, calls [`plan`], and writes what that says. Drafts go with everything else of
//! the person when [`crate::store::Write::DeleteAll`] is written, in the same transaction.

use switchboard_contract::ids::MemberId;

use super::{Draft, Place};

/// How many drafts are kept.
pub const MAX_DRAFTS: usize = 100;
/// How many bytes all their texts may take; the newest is kept however long it is.
pub const MAX_BYTES: usize = 1 << 20;
/// How many places are remembered where something was sent.
pub const MAX_EMPTIED: usize = 200;

/// What is asked of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Everything there is; the oldest go where there are too many.
    Read,
    /// Keep these, unless newer ones of their places are there.
    Put(Vec<Draft>),
}

impl Op {
    /// Whose drafts are read first; `None`: all.
    #[must_use]
    pub fn places(&self) -> Option<impl Iterator<Item = Place> + '_> {
        match self {
            Self::Read => None,
            Self::Put(drafts) => Some(drafts.iter().map(|draft| draft.place)),
        }
    }
}

/// What the transaction writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Adds or replaces the draft of a place.
    Put(Draft),
    /// Removes it.
    Delete(Place),
}

/// What came of an operation, once it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// All drafts.
    Read(Vec<Draft>),
    /// Kept.
    Kept {
        /// Those that were asked for.
        drafts: Vec<Draft>,
        /// What was there newer.
        newer: Vec<Draft>,
    },
    /// The store is someone else's or nobody's: nothing was done.
    Foreign,
}

/// Decides what one operation of `member` does to what is kept for `owner`. `there` are the drafts of the places that the
/// operation reads.
#[must_use]
pub fn plan(member: MemberId, op: Op, owner: Option<MemberId>, there: Vec<Draft>) -> (Vec<Write>, Answer) {
    if owner != Some(member) {
        return (Vec::new(), Answer::Foreign);
    }
    match op {
        Op::Read => {
            let gone: Vec<Place> = beyond(&there).map(|draft| draft.place).collect();
            let mut drafts = there;
            drafts.retain(|draft| !gone.contains(&draft.place));
            (
                gone.into_iter().map(Write::Delete).collect(),
                Answer::Read(drafts),
            )
        }
        Op::Put(drafts) => {
            let (mut writes, mut newer) = (Vec::new(), Vec::new());
            for draft in &drafts {
                match there.iter().find(|kept| kept.place == draft.place) {
                    Some(kept) if kept.stamp > draft.stamp => newer.push(kept.clone()),
                    _ => writes.push(Write::Put(draft.clone())),
                }
            }
            (writes, Answer::Kept { drafts, newer })
        }
    }
}

/// The drafts for which there is no room: the least recently used ones, those that were emptied counted apart.
pub(super) fn beyond<'a>(drafts: impl IntoIterator<Item = &'a Draft>) -> impl Iterator<Item = &'a Draft> {
    let mut all: Vec<&Draft> = drafts.into_iter().collect();
    all.sort_by(|one, other| other.stamp.cmp(&one.stamp));
    let (mut count, mut bytes, mut emptied) = (0, 0, 0);
    all.into_iter().filter(move |draft| {
        if draft.text.is_empty() {
            emptied += 1;
            return emptied > MAX_EMPTIED;
        }
        count += 1;
        bytes += draft.text.len();
        count > 1 && (count > MAX_DRAFTS || bytes > MAX_BYTES)
    })
}
