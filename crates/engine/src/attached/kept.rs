//! Attached files as the browser keeps them for whoever is signed in: what each operation does to what is there.
//!
//! A shell carries out each [`Op`] in one transaction: it reads the owner of the store ([`crate::store::Meta`]) and everything that
//! is attached, calls [`plan`], and writes what that says, each file with its content. What is attached goes with everything else
//! of the person when [`crate::store::Write::DeleteAll`] is written, and with the message that takes it along when that is kept,
//! each in the same transaction.

use switchboard_contract::ids::{AttachmentId, MemberId};
use switchboard_contract::time::Timestamp;

use super::Attached;
use crate::store::MAX_KEPT_BYTES;

/// What was attached longer ago than this and never sent is let go of, in milliseconds: nobody comes back to it, and it holds the
/// room of what they attach next.
pub const MAX_AGE_MS: i64 = 30 * 86_400_000;

/// What is asked of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Everything there is; what is too old goes.
    Read {
        /// By this device's clock.
        now: Timestamp,
    },
    /// Keep this one.
    Put(Attached),
    /// Let these go.
    Delete(Vec<AttachmentId>),
}

/// What the transaction writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Adds a file.
    Put(Attached),
    /// Removes one.
    Delete(AttachmentId),
}

/// What came of an operation, once it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Everything that is attached.
    Read(Vec<Attached>),
    /// It was done.
    Done,
    /// There is no room for it: nothing was done.
    NoRoom,
    /// The store is someone else's or nobody's: nothing was done.
    Foreign,
}

/// Decides what one operation of `member` does to what is kept for `owner`. `there` is everything that is attached.
#[must_use]
pub fn plan(
    member: MemberId,
    op: Op,
    owner: Option<MemberId>,
    mut there: Vec<Attached>,
) -> (Vec<Write>, Answer) {
    if owner != Some(member) {
        return (Vec::new(), Answer::Foreign);
    }
    match op {
        Op::Read { now } => {
            let is_old = |attached: &mut Attached| now.as_millis() - attached.at.as_millis() > MAX_AGE_MS;
            let gone = there.extract_if(.., is_old);
            let writes = gone.map(|attached| Write::Delete(attached.file.id)).collect();
            (writes, Answer::Read(there))
        }
        Op::Put(attached) => {
            let beside: u64 = there
                .iter()
                .filter(|known| known.file.id != attached.file.id)
                .map(|known| known.file.size)
                .sum();
            if beside.saturating_add(attached.file.size) > MAX_KEPT_BYTES {
                return (Vec::new(), Answer::NoRoom);
            }
            (vec![Write::Put(attached)], Answer::Done)
        }
        Op::Delete(files) => (files.into_iter().map(Write::Delete).collect(), Answer::Done),
    }
}
