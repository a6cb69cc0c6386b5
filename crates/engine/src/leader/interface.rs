//! What goes into the leader machine and what comes out.

use serde::{Deserialize, Serialize};

/// What tabs tell each other about who leads; each goes to all other tabs of the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Word {
    /// Who leads?
    Ask,
    /// I do.
    Here {
        /// The term that the store gave; 0 where there is no store.
        term: u64,
        /// Whether the tab is shown.
        shown: bool,
        /// Whether it holds the lock, so that its death will be noticed by itself.
        locked: bool,
    },
    /// This tab is shown and the leader is not: let it lead.
    HandOver,
    /// Granted: this tab may claim.
    Yours {
        /// Which one.
        tab: String,
    },
    /// The one who led leaves.
    Gone,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Someone is signed in.
    Start,
    /// Signed out, or the page goes.
    Stop,
    /// The lock is this tab's. Where the browser has no locks, each request is answered so at once.
    Locked {
        /// From [`Effect::RequestLock`].
        generation: u64,
    },
    /// The store gave this tab a term.
    Claimed {
        /// From [`Effect::Claim`].
        generation: u64,
        /// Higher than any before.
        term: u64,
    },
    /// There is no store, or it does not work.
    ClaimFailed {
        /// From [`Effect::Claim`].
        generation: u64,
    },
    /// The store works again after it has failed.
    StoreWorks,
    /// The store was read.
    Read {
        /// The term that it holds.
        term: u64,
    },
    /// The store refused a write of this tab as leader.
    Fenced {
        /// The term that it holds.
        term: u64,
    },
    /// Another tab told this.
    Heard {
        /// Which tab.
        from: String,
        /// What.
        word: Word,
    },
    /// The page is shown (`true`) or hidden.
    Shown(bool),
    /// The page or the machine woke up: much may have happened.
    Awake,
    /// The timer ran out.
    Timer {
        /// From [`Effect::SetTimer`].
        generation: u64,
    },
}

/// What the shell and the desk have to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Queue for the lock; answer with [`Event::Locked`] when it is granted. Never steal it.
    RequestLock {
        /// Goes back with the answer.
        generation: u64,
    },
    /// Let the lock go, or leave the queue for it.
    ReleaseLock,
    /// Raise the store's term in one transaction; answer with [`Event::Claimed`] or [`Event::ClaimFailed`].
    Claim {
        /// Goes back with the answer.
        generation: u64,
    },
    /// This tab leads; told again when a leader that had no store gets a term after all.
    Lead {
        /// Names this reign in every write; 0 where there is no store, and then nobody is fenced.
        term: u64,
    },
    /// Another tab leads.
    Follow,
    /// Tell all other tabs.
    Say(Word),
    /// Call back with [`Event::Timer`]; replaces the timer before it.
    SetTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
}
