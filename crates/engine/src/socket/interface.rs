//! What goes into the socket and what comes out.

use serde::{Deserialize, Serialize};
use switchboard_contract::position::Offset;
use switchboard_contract::realtime::{Resume, Signal};

use crate::stream;

/// What a timer is for. Setting one replaces the one of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimerKind {
    /// The next try of a connection.
    Reconnect,
    /// A ticket, an opening, a welcome or the answer of a poll is overdue.
    Step,
    /// Looks whether the link is still alive.
    Heartbeat,
    /// Acknowledge what was applied.
    Ack,
    /// The authorisation is due for renewal.
    Renew,
    /// The next poll.
    Poll,
    /// While polling: try whether sockets work by now.
    Upgrade,
}

/// A timer as the shell keeps it: comes back in [`Event::Timer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// What it is for.
    pub kind: TimerKind,
    /// Tells an old timer from the current one.
    pub generation: u64,
}

/// Why a ticket was not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TicketError {
    /// No answer, or one that passes.
    Unreachable,
    /// The session has definitely ended.
    SignedOut,
    /// Wait this long, in milliseconds.
    RateLimited(u64),
}

/// What happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// Someone is signed in: connect, resuming from a stored position if there is one.
    Start(Option<Resume>),
    /// Signed out, or the page goes: close and forget.
    Stop,
    /// The answer of `POST …/ticket`.
    Ticket {
        /// From [`Effect::FetchTicket`].
        generation: u64,
        /// The ticket, or why there is none.
        result: Result<String, TicketError>,
    },
    /// The WebSocket is open.
    Opened {
        /// From [`Effect::Open`].
        generation: u64,
    },
    /// A text frame arrived.
    Frame {
        /// From [`Effect::Open`].
        generation: u64,
        /// Its text.
        text: String,
    },
    /// The WebSocket is closed, or could not be opened.
    Closed {
        /// From [`Effect::Open`].
        generation: u64,
        /// The close code; 1006 when there was none.
        code: u16,
    },
    /// A timer set by [`Effect::SetTimer`] ran out.
    Timer(Timer),
    /// The stream's position has changed: the next connection resumes from there, and the server is told of it.
    At {
        /// What the next connection asks for.
        resume: Option<Resume>,
        /// How far it has applied.
        applied: Offset,
    },
    /// The stream has no use for its position: only a new connection helps.
    Lost,
    /// A poll ended.
    Polled {
        /// Whether the server answered.
        reached: bool,
        /// Whether it brought anything.
        brought: bool,
    },
    /// The browser says that the network is there, or that the page woke up: look before trusting a timer. A clock that
    /// jumped is noticed by any step.
    Awake,
    /// The browser says that the network is gone.
    NetworkDown,
    /// The page is shown (`true`) or hidden.
    Shown(bool),
    /// Whether the round trip is measured, with each heartbeat, because someone wants to know.
    Measure(bool),
    /// Something to tell others, sent if there is a link now.
    Signal(Signal),
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Effect {
    /// Ask for a ticket; answer with [`Event::Ticket`].
    FetchTicket {
        /// Goes back with the answer.
        generation: u64,
    },
    /// Open a WebSocket; abandon an older one.
    Open {
        /// Goes back with what it reports.
        generation: u64,
    },
    /// Send a text frame on the WebSocket of this generation.
    Send {
        /// From [`Effect::Open`].
        generation: u64,
        /// The frame.
        text: String,
    },
    /// Close the WebSocket of this generation and stop listening to it.
    Abandon {
        /// From [`Effect::Open`].
        generation: u64,
    },
    /// Call back with [`Event::Timer`]; replaces the timer of the same kind.
    SetTimer {
        /// Goes back when it runs out.
        timer: Timer,
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// For the stream: what the socket brought of the log, that it is gone, or that it is time to poll.
    Stream(stream::Event),
    /// Someone types, looks, comes or goes.
    Signal(Signal),
    /// The state to show has changed.
    Status(Status),
}

/// What to show of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Status {
    /// Not started.
    Idle,
    /// The first connection is on its way.
    Connecting,
    /// Everything arrives at once.
    Live,
    /// Everything arrives, by asking again and again: sockets are blocked.
    Polling,
    /// Waiting for the next try, which comes at this monotonic time.
    Reconnecting {
        /// Milliseconds, as in [`crate::Now::monotonic`].
        at: u64,
    },
    /// The browser has no network.
    Offline,
    /// This session ended elsewhere.
    SignedOut,
    /// The account refuses this client.
    Refused,
    /// This program is too old for the server.
    UpdateNeeded,
}

/// What names this client to the server.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The program and its version, such as `dashboard/0.1.0`.
    pub client: String,
    /// The tab; opaque.
    pub tab: String,
}
