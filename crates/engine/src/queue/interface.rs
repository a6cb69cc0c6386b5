//! What goes into the queue, what comes out, and how an entry is shown.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{ActionId, ConversationId};
use switchboard_contract::problem::Problem;

use crate::outbox::Outcome;
use crate::store::{Action, Answer, Entry, Op, StoreError};

/// What one tab tells the others of the queue, after it is durable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Change {
    /// These are kept now, or stand otherwise.
    Put(Vec<Entry>),
    /// This one is gone.
    Gone(ActionId),
    /// By a tab that leads, when it has read the store: these are all that it holds. What it let go of may not have been told.
    Whole {
        /// The entries.
        ids: Vec<ActionId>,
        /// The position of the next one: whatever has a higher one was kept since.
        next: u64,
    },
}

/// What waits in the store at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// All of it.
    pub entries: Vec<Entry>,
    /// The position that the next entry gets.
    pub next: u64,
}

impl Waiting {
    /// What the other tabs are told of it.
    pub(super) fn whole(&self) -> Change {
        Change::Whole {
            ids: self.entries.iter().map(|entry| entry.id).collect(),
            next: self.next,
        }
    }
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The person did something.
    Do(Box<Entry>),
    /// What waited when the store was opened, for the first time or once more.
    Opened {
        /// What waits.
        waiting: Waiting,
        /// Whether the store has answered everything that it was asked.
        settled: bool,
    },
    /// The answer to [`Effect::Store`].
    Answered {
        /// From there.
        request: u64,
        /// What came of it.
        result: Result<Answer, StoreError>,
    },
    /// Another tab told.
    Heard(Change),
    /// This tab leads from now on, or got a term after all.
    Lead {
        /// The term.
        term: u64,
        /// What waits, as of its claim; none where there is no store.
        waiting: Option<Waiting>,
    },
    /// Another tab leads.
    Follow,
    /// An attempt ended.
    Attempted {
        /// From [`Effect::Post`] or [`Effect::TakeBack`].
        generation: u64,
        /// How.
        outcome: Outcome,
    },
    /// It was seen on the server.
    Seen(ActionId),
    /// The timer ran out.
    Timer {
        /// From [`Effect::SetTimer`].
        generation: u64,
    },
    /// The connection is back, or a new access token is there: try at once.
    Wake,
    /// The person wants one tried again.
    Again {
        /// Which one.
        id: ActionId,
        /// A closed conversation is to be reopened for it.
        reopen: bool,
        /// The newest `seq` that the person has seen by now.
        seen_seq: u64,
    },
    /// The person gives one up.
    Discard(ActionId),
    /// The store is another person's: nothing is sent until it is opened. What it has not kept of this person's stays in the
    /// tab until then.
    Closed,
    /// Forget what is in memory.
    Clear,
}

/// What has to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the store; answer with [`Event::Answered`].
    Store {
        /// Goes back with the answer.
        request: u64,
        /// What.
        op: Op,
    },
    /// Tell the other tabs.
    Tell(Change),
    /// Send this; answer with [`Event::Attempted`].
    Post {
        /// Goes back with the answer.
        generation: u64,
        /// What.
        entry: Box<Entry>,
    },
    /// Take this back on the server; answer with [`Event::Attempted`].
    TakeBack {
        /// Goes back with the answer.
        generation: u64,
        /// What.
        entry: Box<Entry>,
    },
    /// What [`Effect::Post`] or [`Effect::TakeBack`] asked for is not to be asked any more, if it still can be helped.
    Abandon {
        /// Of the effect that asked.
        generation: u64,
    },
    /// Call back with [`Event::Timer`]; replaces the timer before it.
    SetTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// What waits in this conversation has changed.
    Changed(ConversationId),
    /// Another tab leads in a later term.
    Fenced {
        /// The term.
        term: u64,
    },
    /// The store is someone else's by now.
    Foreign,
    /// The store is nobody's: the browser has dropped it. It has to be opened anew.
    Dropped,
}

/// How an entry stands, to be shown.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Not yet durable.
    Saving,
    /// Waits for its turn, or for the connection.
    Waiting,
    /// On its way.
    Sending,
    /// Waits for a new sign-in.
    NeedsAuth,
    /// Refused; the person decides.
    Blocked(Rc<Problem>),
    /// Given up; the server is told before it is let go.
    TakingBack,
}

/// An entry as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// What waits.
    pub entry: Entry,
    /// How it stands.
    pub state: State,
    /// Whether it survives this tab.
    pub kept: bool,
}

impl Queued {
    /// Whether the person can still give it up: what changes a conversation cannot be called back once it may have been
    /// sent, a message can.
    #[must_use]
    pub const fn can_discard(&self) -> bool {
        match self.state {
            State::Blocked(_) => true,
            State::TakingBack => false,
            _ => matches!(self.entry.action, Action::Send(_)),
        }
    }
}
