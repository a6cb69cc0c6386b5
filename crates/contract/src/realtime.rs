//! The WebSocket `GET /api/realtime`, subprotocol [`SUBPROTOCOL`], and the same log over REST (`GET /api/events`).

mod signal;

pub use signal::{
    MAX_DRAFT_CHARS, PRESENCE_TTL_MS, PresenceBody, Sender, SenderKind, Signal, SignalType, TYPING_TTL_MS,
    TypingBody, VIEWING_TTL_MS,
};

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{ConversationId, EventId};
use crate::position::{Epoch, Offset};
use crate::time::Timestamp;

/// Offered and chosen in `Sec-WebSocket-Protocol`.
pub const SUBPROTOCOL: &str = "switchboard.v1";
/// Largest frame in bytes, either way; a larger event travels with `body: null` and is fetched.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;
/// How often the server pings, in milliseconds, unless `welcome` says otherwise.
pub const HEARTBEAT_MS: u64 = 8_000;
/// How long the first frame may take, in milliseconds.
pub const HELLO_TIMEOUT_MS: u64 = 5_000;
/// How long a ticket lives, in milliseconds.
pub const TICKET_TTL_MS: u64 = 30_000;

/// `POST /api/realtime/ticket` and `POST /api/visitor/ticket`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// Goes into the first frame; single use.
    pub ticket: String,
    /// How long it lives, in milliseconds.
    pub expires_in_ms: u64,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("expires_in_ms", &self.expires_in_ms)
            .finish_non_exhaustive()
    }
}

/// Where a client wants to go on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resume {
    /// The log's generation that the client knows.
    pub epoch: Epoch,
    /// The last event that the client applied.
    pub offset: Offset,
    /// That event's id, so that a restored log is noticed; absent at offset 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EventId>,
}

/// How a stream goes on after `hello`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Every event after the `resume` position follows.
    Replay,
    /// The position is taken from `head`; lists and entities must be fetched anew. Unknown modes mean this too.
    #[serde(other)]
    Snapshot,
}

/// What the server allows on a socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketLimits {
    /// Largest frame in bytes.
    pub max_frame_bytes: u64,
}

/// Frames from the client.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ClientFrame {
    /// The first frame.
    Hello {
        /// From [`Ticket`].
        ticket: String,
        /// The program and its version, such as `dashboard/0.1.0`.
        client: String,
        /// The tab; opaque.
        tab: String,
        /// Where to go on from; null for a snapshot.
        resume: Option<Resume>,
    },
    /// Everything up to here is applied.
    Ack {
        /// The applied offset.
        offset: Offset,
    },
    /// Answers `ping`.
    Pong {
        /// The ping's number.
        n: u64,
    },
    /// Asks for `pong`: a probe after sleep, and the measure of the round trip.
    Ping {
        /// Its number.
        n: u64,
    },
    /// Typing, viewing, presence.
    Signal(Signal),
    /// Extends the socket's authorisation.
    Auth {
        /// A new ticket.
        ticket: String,
    },
    /// A frame that this build does not know.
    #[serde(other)]
    Unknown,
}

impl fmt::Debug for ClientFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hello { resume, tab, .. } => f
                .debug_struct("Hello")
                .field("tab", tab)
                .field("resume", resume)
                .finish_non_exhaustive(),
            Self::Ack { offset } => f.debug_struct("Ack").field("offset", offset).finish(),
            Self::Pong { n } => f.debug_struct("Pong").field("n", n).finish(),
            Self::Ping { n } => f.debug_struct("Ping").field("n", n).finish(),
            Self::Signal(signal) => f.debug_tuple("Signal").field(signal).finish(),
            Self::Auth { .. } => f.write_str("Auth"),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

/// Frames from the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ServerFrame {
    /// Answers `hello`.
    Welcome {
        /// Names this connection in logs.
        session: String,
        /// The log's generation.
        epoch: Epoch,
        /// The log's last offset.
        head: Offset,
        /// The event at `head`, where the log still has it: what a `resume` from there names, before any event came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<EventId>,
        /// How the stream goes on.
        mode: Mode,
        /// Pings come this often, in milliseconds.
        heartbeat_ms: u64,
        /// The authorisation ends in this many milliseconds.
        token_expires_in_ms: u64,
        /// The server's clock.
        server_time: Timestamp,
        /// What the server allows.
        limits: SocketLimits,
    },
    /// One change.
    Event(LogEvent),
    /// Nothing more up to this offset is visible to the caller; moves the position.
    CaughtUp {
        /// The new position.
        offset: Offset,
        /// The id of the event there, for [`Resume`]: somebody who sees little of a busy account goes on from here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<EventId>,
    },
    /// Fetch anew: rights changed.
    Resync {
        /// What to fetch; `all` when absent.
        #[serde(default)]
        scope: String,
        /// Why, for people.
        #[serde(default)]
        reason: String,
    },
    /// Asks for `pong`.
    Ping {
        /// Its number.
        n: u64,
        /// The last offset sent or skipped on this stream.
        head: Offset,
    },
    /// Answers the client's `ping`.
    Pong {
        /// The ping's number.
        n: u64,
    },
    /// Typing, viewing, presence, metrics: never replayed.
    Signal(Signal),
    /// Answers `auth`.
    Authed {
        /// The authorisation ends in this many milliseconds.
        token_expires_in_ms: u64,
    },
    /// Comes before a close.
    Bye {
        /// The close code that follows.
        code: u16,
        /// Wait at least this long, in milliseconds.
        retry_ms: u64,
    },
    /// A frame that this build does not know.
    #[serde(other)]
    Unknown,
}

/// One entry of an event log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogEvent {
    /// Its place in the log.
    pub offset: Offset,
    /// The last offset sent before it on this stream.
    pub prev: Offset,
    /// What changed, such as `message.created`.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The conversation that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The message's place, for message events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The event.
    pub id: EventId,
    /// When it was stored.
    pub at: Timestamp,
    /// The whole resource after the change; null when it is over the frame limit or deleted.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub body: Option<Value>,
}

/// What an event says changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventType {
    /// A conversation began.
    #[serde(rename = "conversation.created")]
    ConversationCreated,
    /// A conversation changed.
    #[serde(rename = "conversation.updated")]
    ConversationUpdated,
    /// A conversation was deleted.
    #[serde(rename = "conversation.deleted")]
    ConversationDeleted,
    /// The team's read mark moved; the body is the conversation.
    #[serde(rename = "conversation.read")]
    ConversationRead,
    /// A message was stored.
    #[serde(rename = "message.created")]
    MessageCreated,
    /// A message changed. `deliveredAt` and `readAt` are cumulative marks: they hold for every earlier message of the same
    /// type in its conversation that has none yet.
    #[serde(rename = "message.updated")]
    MessageUpdated,
    /// A website was added, or its deletion was undone.
    #[serde(rename = "website.created")]
    WebsiteCreated,
    /// A website's settings changed.
    #[serde(rename = "website.updated")]
    WebsiteUpdated,
    /// A website was deleted; the body holds its `id`.
    #[serde(rename = "website.deleted")]
    WebsiteDeleted,
    /// A funnel was added.
    #[serde(rename = "funnel.created")]
    FunnelCreated,
    /// A funnel changed.
    #[serde(rename = "funnel.updated")]
    FunnelUpdated,
    /// A funnel was deleted; the body holds its `id` and `websiteId`.
    #[serde(rename = "funnel.deleted")]
    FunnelDeleted,
    /// A website's state changed.
    #[serde(rename = "website.status")]
    WebsiteStatus,
    /// The widget's configuration changed, as a draft or for everyone; the body holds the website's `id` and the `version`, as
    /// configurations are long.
    #[serde(rename = "widget.updated")]
    WidgetUpdated,
    /// A label was made.
    #[serde(rename = "label.created")]
    LabelCreated,
    /// A label changed.
    #[serde(rename = "label.updated")]
    LabelUpdated,
    /// A label was deleted, and is on no conversation any more; the body holds its `id`.
    #[serde(rename = "label.deleted")]
    LabelDeleted,
    /// A canned reply was made; of a personal one only its author hears.
    #[serde(rename = "cannedReply.created")]
    CannedReplyCreated,
    /// A canned reply changed; of a personal one only its author hears.
    #[serde(rename = "cannedReply.updated")]
    CannedReplyUpdated,
    /// A canned reply was deleted; the body holds its `id`. Of a personal one only its author hears.
    #[serde(rename = "cannedReply.deleted")]
    CannedReplyDeleted,
    /// Someone joined the team or was invited.
    #[serde(rename = "member.created")]
    MemberCreated,
    /// A member changed.
    #[serde(rename = "member.updated")]
    MemberUpdated,
    /// A member left; the body names the id only.
    #[serde(rename = "member.deleted")]
    MemberDeleted,
    /// The identity of somebody on a website changed, the notes about them or whether they are blocked; the body holds the
    /// `id` only, so that the log keeps nothing of a person who is erased later.
    #[serde(rename = "visitor.updated")]
    VisitorUpdated,
    /// Somebody on a website was erased with everything that was known of them; the body holds the `id`.
    #[serde(rename = "visitor.deleted")]
    VisitorDeleted,
    /// A session was revoked; only its own member hears of it.
    #[serde(rename = "session.revoked")]
    SessionRevoked,
    /// A type that this build does not know; moves the position and changes nothing.
    #[serde(other, rename = "unknown")]
    Unknown,
}

/// `GET /api/events?after=&epoch=&limit=&waitMs=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventPage {
    /// The log's generation.
    pub epoch: Epoch,
    /// Events after the asked position, dense by `prev`.
    pub events: Vec<LogEvent>,
    /// The last offset covered by this page: the position after applying it.
    pub head: Offset,
    /// Whether there are more.
    pub has_more: bool,
    /// What was told while the request waited (`waitMs`); never replayed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
}

/// Longest `waitMs` of `GET /api/events`.
pub const MAX_WAIT_MS: u32 = 25_000;

/// Close codes of the socket (`protocol.md` *Realtime*).
pub mod close {
    /// The server drains before a restart.
    pub const DRAIN: u16 = 4101;
    /// The client does not keep up.
    pub const SLOW: u16 = 4102;
    /// The position is past the retained window.
    pub const POSITION_LOST: u16 = 4103;
    /// The ticket or the authorisation has ended.
    pub const EXPIRED: u16 = 4104;
    /// A frame that is not JSON, too large, or out of turn.
    pub const BAD_FRAME: u16 = 4400;
    /// The session is revoked.
    pub const REVOKED: u16 = 4401;
    /// The account refuses the client.
    pub const FORBIDDEN: u16 = 4403;
    /// The client is too old.
    pub const TOO_OLD: u16 = 4426;
    /// Too many sockets or frames.
    pub const TOO_MANY: u16 = 4429;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_the_shape_of_the_protocol() {
        let frame = ClientFrame::Hello {
            ticket: "t".into(),
            client: "c".into(),
            tab: "1".into(),
            resume: None,
        };
        let json = serde_json::to_string(&frame).expect("serialises");
        assert_eq!(
            json,
            r#"{"t":"hello","ticket":"t","client":"c","tab":"1","resume":null}"#
        );
        let ping: ServerFrame =
            serde_json::from_str(r#"{"t":"ping","n":3,"head":"12","new":true}"#).expect("reads");
        assert_eq!(
            ping,
            ServerFrame::Ping {
                n: 3,
                head: Offset(12)
            }
        );
        let caught_up = ServerFrame::CaughtUp {
            offset: Offset(4),
            id: None,
        };
        let text = serde_json::to_string(&caught_up).expect("serialises");
        assert_eq!(text, r#"{"t":"caughtUp","offset":"4"}"#);
        assert_eq!(
            serde_json::from_str::<ServerFrame>(&text).expect("reads"),
            caught_up
        );
    }

    #[test]
    fn unknown_frames_and_events_decode() {
        assert_eq!(
            serde_json::from_str::<ServerFrame>(r#"{"t":"later","x":1}"#).expect("reads"),
            ServerFrame::Unknown
        );
        let event = r#"{"t":"event","offset":"2","prev":"1","type":"robot.built",
            "id":"01890a5d-ac96-774b-bcce-b302099a8057","at":"2026-11-22T09:30:00.000Z","body":{"x":1}}"#;
        let ServerFrame::Event(event) = serde_json::from_str(event).expect("reads") else {
            panic!("an event")
        };
        assert_eq!(event.kind, EventType::Unknown);
        assert_eq!(event.offset, Offset(2));
    }

    #[test]
    fn debug_output_holds_no_ticket() {
        let frame = ClientFrame::Hello {
            ticket: "secret".into(),
            client: "c".into(),
            tab: "1".into(),
            resume: None,
        };
        assert!(!format!("{frame:?}").contains("secret"));
    }
}
