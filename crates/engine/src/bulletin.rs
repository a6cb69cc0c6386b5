//! What the tabs of one browser tell each other, over a channel that only pages of this origin hear. No token is in it.

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatMessage};
use switchboard_contract::position::Position;
use switchboard_contract::realtime::Signal;

use crate::health::Health;
use crate::socket::Status;
use crate::{Now, leader, queue, stream};

/// What one tab says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bulletin {
    /// The tab.
    pub from: String,
    /// What it says.
    pub word: Word,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Word {
    /// About who leads.
    Leader(leader::Word),
    /// By the leader: about the log.
    Log(stream::Told),
    /// By the leader: how its connection stands.
    Status(Told),
    /// About what waits to be sent; durable by now.
    Queue(queue::Change),
    /// The server has answered an action: what it made of it, before its event comes.
    Result(Box<Merged>),
    /// The server has deleted this conversation, or has none: told before its event comes.
    Deleted(ConversationId),
    /// To the leader: somebody wants to know how the connection fares, or no longer does.
    Measure(bool),
    /// By the leader: how it fares.
    Health(Health),
    /// By the leader: someone types, looks, comes or goes; of the person here with an empty `who`.
    Signal(Signal),
    /// To the leader: tell the server this.
    Relay(Signal),
    /// The person uses the tab that says so.
    InUse,
    /// To the leader: this conversation is on the screen of the tab that says so, and to be kept for the next visit.
    Shows(ConversationId),
}

/// What an action came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Merged {
    /// The message, as it is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<LiveChatMessage>,
    /// The conversation, as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<LiveChatConversation>,
    /// What they reflect.
    pub position: Position,
}

/// A [`Status`] on its way to a tab whose clock begins elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Told {
    /// [`Status::Idle`] and [`Status::Connecting`].
    Connecting,
    /// [`Status::Live`].
    Live,
    /// [`Status::Polling`].
    Polling,
    /// [`Status::Reconnecting`].
    Reconnecting {
        /// In how many milliseconds.
        in_ms: u64,
    },
    /// [`Status::Offline`].
    Offline,
    /// [`Status::SignedOut`].
    SignedOut,
    /// [`Status::Refused`].
    Refused,
    /// [`Status::UpdateNeeded`].
    UpdateNeeded,
}

impl Told {
    /// How to tell a status.
    #[must_use]
    pub const fn of(status: Status, now: Now) -> Self {
        match status {
            Status::Idle | Status::Connecting => Self::Connecting,
            Status::Live => Self::Live,
            Status::Polling => Self::Polling,
            Status::Reconnecting { at } => Self::Reconnecting {
                in_ms: at.saturating_sub(now.monotonic),
            },
            Status::Offline => Self::Offline,
            Status::SignedOut => Self::SignedOut,
            Status::Refused => Self::Refused,
            Status::UpdateNeeded => Self::UpdateNeeded,
        }
    }

    /// What was told.
    #[must_use]
    pub const fn read(self, now: Now) -> Status {
        match self {
            Self::Connecting => Status::Connecting,
            Self::Live => Status::Live,
            Self::Polling => Status::Polling,
            Self::Reconnecting { in_ms } => Status::Reconnecting {
                at: now.monotonic + in_ms,
            },
            Self::Offline => Status::Offline,
            Self::SignedOut => Status::SignedOut,
            Self::Refused => Status::Refused,
            Self::UpdateNeeded => Status::UpdateNeeded,
        }
    }
}
