//! Sans-I/O state machines shared by the dashboard and the widget.
//!
//! Each machine is a struct with `fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>)`. It holds no clock,
//! no random source, no I/O: time and a seed are passed in, every attempt and timer carries a generation number, and what
//! comes back with an old one is ignored. A browser shell turns effects into calls and callbacks into events and decides
//! nothing. Iteration order is that of `BTreeMap`, so the same input gives the same effects.
//!
//! | module | decides |
//! | --- | --- |
//! | [`alerts`] | what the person is told of, once across all tabs, and how |
//! | [`archive`] | what a browser keeps of what was seen, for the next visit |
//! | [`attached`] | which files are attached and not sent, the same in all tabs |
//! | [`awareness`] | who types, looks and is there, and what is told of oneself |
//! | [`chart`] | what a chart shows of its numbers at a size |
//! | [`composing`] | what a text that is typed calls for, and what a choice makes of it |
//! | [`desk`] | what follows from what in an operator's tab: the machines below put together |
//! | [`drafts`] | what was typed and not sent, the same in all tabs |
//! | [`intake`] | how much of what comes in is taken in before the page is drawn again |
//! | [`leader`] | which tab of a browser holds the connection |
//! | [`link`] | how a tab's connection and its view of the log work together |
//! | [`socket`] | when to connect, what counts as alive |
//! | [`stream`] | which events to apply and in which order, what to fetch where some are missing |
//! | [`outbox`] | which queued message is sent next, and what its outcome means |
//! | [`queue`] | what waits, over all tabs: kept before it is sent, sent by the tab that leads |
//! | [`store`] | what the queue of the person's actions looks like after each transaction |
//! | [`feedback`] | which short messages stand there and until when, when a page counts as old |
//! | [`finding`] | which of many named things a few letters mean
//! | [`form`] | what is wrong with a form, when to say so, what survives a reload |
//! | [`health`] | how the connection fares, for people who want to know |
//! | [`inbox`] | conversations and lists under events and snapshots |
//! | [`thread`] | the messages of one conversation, from its end on |
//! | [`passage`] | messages of one conversation away from its end |
//! | [`prose`] | what of a message's text is a link, emphasised, a list |
//! | [`roll`] | which entries of a long log are drawn, and where its reader is |
//! | [`refresh`] | when to renew the access token, and what is a sign-out |
//! | [`trace`] | what a tab went through, without a word of anyone, to be played through again |
//! | [`query`] | what was asked of the server: shared, kept, asked again; what a person changes shows at once |
//! | [`reports`] | what a report is asked for, and what follows from its figures |
//! | [`retry`] | whether a failed request is tried again, and when |
//! | [`telling`] | when something that lasts is told to others |

pub mod alerts;
pub mod archive;
pub mod attached;
pub mod awareness;
pub mod bulletin;
pub mod chart;
pub mod composing;
pub mod desk;
pub mod drafts;
pub mod feedback;
pub mod finding;
pub mod form;
pub mod health;
pub mod inbox;
pub mod intake;
pub mod leader;
pub mod link;
pub mod outbox;
pub mod passage;
pub mod pending;
pub mod planted;
pub mod prose;
pub mod query;
pub mod queue;
pub mod random;
pub mod refresh;
pub mod reports;
pub mod retry;
pub mod roll;
pub mod socket;
pub mod store;
pub mod stream;
pub mod telling;
pub mod thread;
pub mod trace;

use serde::{Deserialize, Serialize};
use switchboard_contract::time::Timestamp;

/// The two clocks at one moment, passed into every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Now {
    /// Milliseconds since some fixed moment; never goes back. Every wait is counted in it.
    pub monotonic: u64,
    /// The machine's idea of the time; may jump. Shown to people, never used for waits.
    pub wall: Timestamp,
}
