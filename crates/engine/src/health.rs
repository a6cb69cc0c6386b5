//! How the connection fares, for people who want to know.

use serde::{Deserialize, Serialize};
use switchboard_contract::position::Offset;
use switchboard_contract::time::Timestamp;

use crate::Now;

/// How the connection fares at one moment. Ages instead of instants: the tabs that are told of it have clocks of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// How long the last ping took there and back, in milliseconds.
    pub round_trip_ms: Option<u64>,
    /// How long ago the last frame came, in milliseconds.
    pub frame_age_ms: Option<u64>,
    /// How long ago the last event of the log came, in milliseconds.
    pub event_age_ms: Option<u64>,
    /// How many offsets of the log the server is known to be ahead.
    pub lag: u64,
    /// How often the connection came back after it was lost.
    pub reconnects: u64,
    /// The last end of a connection, or of an attempt to get one.
    pub last_loss: Option<Loss>,
}

/// The end of a connection, or of an attempt to get one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// When, by this machine's clock.
    pub at: Timestamp,
    /// Why.
    pub reason: LossReason,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LossReason {
    /// Closed with this code; 1006 when there was none.
    Closed(u16),
    /// Nothing was heard for too long.
    Silent,
    /// A frame could not be read.
    Unreadable,
    /// A ticket, an opening, a welcome or a poll took too long.
    Overdue,
    /// The server could not be asked for a ticket, or for what is new.
    Unreachable,
    /// The server asked to wait.
    RateLimited,
    /// The browser has no network.
    NetworkDown,
    /// The position in the log was worth nothing any more.
    PositionLost,
}

/// What a socket notes for [`Health`].
#[derive(Debug, Default)]
pub(crate) struct Record {
    ping: Option<(u64, u64)>,
    round_trip_ms: Option<u64>,
    frame_at: Option<u64>,
    event_at: Option<u64>,
    head: Offset,
    welcomes: u64,
    last_loss: Option<Loss>,
}

impl Record {
    pub(crate) fn pinged(&mut self, now: Now, number: u64) {
        self.ping = Some((number, now.monotonic));
    }

    pub(crate) fn ponged(&mut self, now: Now, number: u64) {
        if let Some((_, at)) = self.ping.take_if(|(sent, _)| *sent == number) {
            self.round_trip_ms = Some(now.monotonic.saturating_sub(at));
        }
    }

    /// Whether a ping is on its way.
    pub(crate) const fn is_measuring(&self) -> bool {
        self.ping.is_some()
    }

    pub(crate) fn framed(&mut self, now: Now) {
        self.frame_at = Some(now.monotonic);
    }

    pub(crate) fn evented(&mut self, now: Now) {
        self.event_at = Some(now.monotonic);
    }

    /// The log reaches up to here.
    pub(crate) fn reached(&mut self, head: Offset) {
        self.head = self.head.max(head);
    }

    /// What is known of the log is what the welcome said: it may be another generation.
    pub(crate) fn welcomed(&mut self, head: Offset) {
        (self.head, self.ping) = (head, None);
        self.welcomes += 1;
    }

    pub(crate) fn lost(&mut self, now: Now, reason: LossReason) {
        self.ping = None;
        self.last_loss = Some(Loss { at: now.wall, reason });
    }

    pub(crate) fn health(&self, now: Now, applied: Offset) -> Health {
        let age = |at: u64| now.monotonic.saturating_sub(at);
        Health {
            round_trip_ms: self.round_trip_ms,
            frame_age_ms: self.frame_at.map(age),
            event_age_ms: self.event_at.map(age),
            lag: self.head.0.saturating_sub(applied.0),
            reconnects: self.welcomes.saturating_sub(1),
            last_loss: self.last_loss,
        }
    }
}
