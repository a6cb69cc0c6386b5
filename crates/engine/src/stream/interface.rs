//! What goes into the stream and what comes out.

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::EventId;
use switchboard_contract::position::{Epoch, Offset, Position};
use switchboard_contract::realtime::{EventPage, LogEvent, Mode, Resume, Signal};

/// Where events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// A socket of this tab, or its polls.
    Socket,
    /// The tab that leads.
    Leader,
}

/// What the leader tells of the log; made from the effects of its own stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// It applied this: [`Effect::Apply`].
    Event {
        /// The log's generation.
        epoch: Epoch,
        /// The event.
        event: LogEvent,
    },
    /// It passed what concerns nobody here: [`Effect::Moved`]. From an offset to the same one, it only says where it is.
    Moved {
        /// Where it came from.
        from: Offset,
        /// Where it is.
        to: Position,
        /// The event there, where it knows its id: whoever leads next can go on from it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<EventId>,
    },
    /// It had no continuity: [`Effect::Snapshot`] with a position. What is shown is stale; events go on from here.
    Anew(Resume),
}

/// Why a difference was not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DifferenceError {
    /// No answer, or one that passes.
    Unreachable,
    /// 410 `position_lost`: only a snapshot helps.
    PositionLost,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// Someone is signed in: begin at a stored position, or at none.
    Start(Option<Resume>),
    /// Signed out: forget everything.
    Stop,
    /// Events come from elsewhere from now on.
    Source(Source),
    /// The socket is gone: what it left open is answered by the next welcome.
    Cut,
    /// The socket was welcomed.
    Welcome {
        /// The log's generation.
        epoch: Epoch,
        /// The log's last offset.
        head: Offset,
        /// The event there, where the log still has it.
        #[serde(default)]
        id: Option<EventId>,
        /// How the stream goes on.
        mode: Mode,
    },
    /// The socket brought an event.
    Arrived(LogEvent),
    /// The socket said that nothing more up to here concerns this person.
    CaughtUp {
        /// Up to here.
        offset: Offset,
        /// The event there, where the server names it.
        #[serde(default)]
        id: Option<EventId>,
    },
    /// Everything up to here was sent over the socket.
    Head(Offset),
    /// What is shown is stale although the position is known: rights changed.
    Resync,
    /// The leader told of the log.
    Told(Told),
    /// A snapshot of something was loaded: where to begin when no position is known yet.
    Loaded(Position),
    /// Ask for what is new, letting the server wait: where sockets are blocked.
    Poll {
        /// How long the server may wait for something to tell, in milliseconds.
        wait_ms: u64,
    },
    /// The answer of `GET /api/events`.
    Difference {
        /// From [`Effect::FetchDifference`].
        generation: u64,
        /// A page, or why there is none.
        result: Result<EventPage, DifferenceError>,
    },
    /// The timer ran out.
    Timer {
        /// From [`Effect::SetTimer`].
        generation: u64,
    },
}

/// What follows.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Apply this event to the data; they come in order, each once.
    Apply(LogEvent),
    /// The position moved in this step; comes after what moved it.
    Moved {
        /// Since where nothing concerned this person: the last event applied in this step, or where the step began. The same
        /// offset as `to` when the position comes from elsewhere.
        from: Offset,
        /// Where it is.
        to: Position,
    },
    /// There is no continuity: fetch what is shown anew, in place. The data is complete from this position on; where none is
    /// known, the first load tells it.
    Snapshot(Option<Position>),
    /// The position is worth nothing any more: connect anew, the welcome tells another.
    Lost,
    /// Told while a poll waited.
    Signal(Signal),
    /// A poll ended.
    Polled {
        /// Whether the server answered.
        reached: bool,
        /// Whether it brought anything.
        brought: bool,
    },
    /// Fetch the events after this position; answer with [`Event::Difference`].
    FetchDifference {
        /// Goes back with the answer.
        generation: u64,
        /// The position to start after.
        after: Position,
        /// How long the server may wait for something to tell, in milliseconds.
        wait_ms: u64,
    },
    /// Call back with [`Event::Timer`]; replaces the timer before it.
    SetTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
}
