//! What goes into the desk and what comes out.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{ActionId, ConversationId, MemberId, MessageId};
use switchboard_contract::live_chat::{
    ChangeConversations, ChangeResults, ConversationChange, ConversationPage, LiveChatConversation,
    LiveChatMessage, MessagePage, ReadResult, SendMessage, SendResult, Visibility,
};
use switchboard_contract::position::Position;
use switchboard_contract::realtime::EventPage;

use crate::archive::{self, Kept};
use crate::awareness;
use crate::bulletin::Bulletin;
use crate::inbox::{Changes, Filter};
use crate::outbox::Outcome;
use crate::passage::{Part, Target};
use crate::queue::Queued;
use crate::socket::{self, Status};
use crate::store::{Answer, File, Op, StoreError};
use crate::stream::DifferenceError;

/// Something that is loaded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fetch {
    /// A page of a list; the first one without a cursor.
    List {
        /// Which list.
        filter: Filter,
        /// `nextCursor` of the page before.
        cursor: Option<String>,
    },
    /// A page of a thread; the newest one without `before`.
    Messages {
        /// Which thread.
        conversation: ConversationId,
        /// Only messages with a smaller `seq`.
        before: Option<u64>,
    },
    /// A page of a thread away from its newest messages.
    Passage {
        /// Which thread.
        conversation: ConversationId,
        /// Which page.
        part: Part,
    },
    /// One conversation by itself.
    Conversation(ConversationId),
}

/// What a load brought.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fetched {
    /// For [`Fetch::List`].
    List(ConversationPage),
    /// For [`Fetch::Messages`] and [`Fetch::Passage`].
    Messages(MessagePage),
    /// For [`Fetch::Conversation`].
    Conversation(Box<LiveChatConversation>),
    /// It is gone, or was never this person's to see.
    Missing,
}

impl Fetched {
    /// The position that it reflects, where it names one.
    #[must_use]
    pub const fn as_of(&self) -> Option<&Position> {
        match self {
            Self::List(page) => Some(&page.as_of),
            Self::Messages(page) => Some(&page.as_of),
            Self::Conversation(_) | Self::Missing => None,
        }
    }
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Deed {
    /// Writes.
    Send {
        /// The text.
        content: String,
        /// Who sees it.
        visibility: Visibility,
        /// The members whom a note names.
        #[serde(default)]
        mentions: Vec<MemberId>,
        /// Files that go with it. The shell has them, and keeps them with the entry.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<File>,
        /// So many milliseconds it is held back, for the person to think again ([`Event::Release`]); 0 sends it at once.
        #[serde(default)]
        hold_ms: u32,
    },
    /// Changes the conversation.
    Change(ConversationChange),
    /// Deletes the conversation. What waits there waits for the end of this: it goes on where the server refuses, and is
    /// refused itself, its text kept, once the conversation is gone (`protocol.md` *Deletion*).
    Delete,
}

/// A timer as the shell keeps it; setting one replaces the one of the same [`TimerKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// What it is for.
    pub kind: TimerKind,
    /// Tells an old timer from the current one.
    pub generation: u64,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum TimerKind {
    /// The connection.
    Socket(socket::TimerKind),
    /// Missing events.
    Stream,
    /// The next attempt to send.
    Queue,
    /// The next question to a store that has failed.
    Store,
    /// An answer of the store that is overdue.
    Answer,
    /// Who leads.
    Leader,
    /// Who types, looks and is there.
    Awareness,
    /// What is kept for the next visit.
    Archive,
    /// A search that is asked for again.
    Search,
}

/// What happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    bound(serialize = "", deserialize = "E: Default")
)]
pub enum Event<E> {
    /// What an earlier visit of the same person kept, before [`Event::Start`]: it is shown at once, and events go on from
    /// there.
    Restore(Box<Kept>),
    /// The answer to [`Effect::Archive`].
    Archived {
        /// From there.
        request: u64,
        /// What came of it.
        result: Result<archive::Answer, StoreError>,
    },
    /// Someone is signed in.
    Start {
        /// Erase what waits on this device for another person.
        erase: bool,
    },
    /// The page goes, or the person does; what waits is kept for the same person.
    Stop,
    /// The person signed out: what waits is forgotten.
    Forget,
    /// The connection's shell reports; timers come by [`Event::Timer`].
    Link(socket::Event),
    /// A timer ran out.
    Timer(Timer),
    /// The person looks at how the connection fares; to be told again while it lasts, and `false` when it ends.
    Measure(bool),
    /// The answer to [`Effect::Store`].
    Stored {
        /// From there.
        request: u64,
        /// What came of it.
        result: Result<Answer, StoreError>,
    },
    /// The lock of whoever leads is this tab's.
    Locked {
        /// From [`Effect::RequestLock`].
        generation: u64,
    },
    /// Another tab told.
    Heard(Box<Bulletin>),
    /// The answer to [`Effect::FetchDifference`].
    Difference {
        /// From there.
        generation: u64,
        /// A page, or why there is none.
        result: Result<EventPage, DifferenceError>,
    },
    /// A list is on the screen.
    Show(Filter),
    /// It no longer is.
    Hide(Filter),
    /// A thread is on the screen.
    Open(ConversationId),
    /// It no longer is.
    Close(ConversationId),
    /// The end of what is loaded of a list was reached.
    MoreOfList(Filter),
    /// The start of what is shown of a thread was reached.
    MoreOfThread(ConversationId),
    /// The end of what is shown of a thread was reached, where that is not the thread's end.
    LaterOfThread(ConversationId),
    /// The person wants to read a thread at some place.
    Jump {
        /// Which thread.
        conversation: ConversationId,
        /// Where.
        to: Target,
    },
    /// The person wants to read a thread at its end.
    Latest(ConversationId),
    /// Try a failed load again.
    Reload(Fetch),
    /// The person did something.
    Do {
        /// A new id; a message gets the same.
        id: ActionId,
        /// Where.
        conversation: ConversationId,
        /// What.
        deed: Deed,
    },
    /// Messages of a thread stand before the person's eyes.
    OnScreen {
        /// Where.
        conversation: ConversationId,
        /// The `seq` of the newest of them.
        up_to: u64,
    },
    /// What has stood on the screen is read.
    Seen {
        /// A new id for the mark.
        id: ActionId,
        /// Where.
        conversation: ConversationId,
    },
    /// The person wants a refused action tried again, and means it: a closed conversation reopens, a colleague's newer
    /// reply is passed over.
    Retry(ActionId),
    /// The person gives an action up.
    Discard(ActionId),
    /// What is held back goes at once: this, or all of it.
    Release(Option<ActionId>),
    /// An attempt ended.
    Attempted {
        /// From [`Effect::Post`].
        generation: u64,
        /// How.
        outcome: Attempt,
    },
    /// The person types, looks at a conversation, uses the tab or has set their availability: `Typed`, `Emptied`, `Viewing`,
    /// `Used` and `Available`. The rest of them the desk sees to itself.
    Person(awareness::Event),
    /// A new access token is there.
    Authorised,
    /// A load ended.
    Loaded {
        /// From [`Effect::Load`].
        generation: u64,
        /// What it brought; a trace keeps that it failed, not why.
        #[serde(with = "outcome")]
        result: Result<Fetched, E>,
    },
}

/// How an attempt ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Attempt {
    /// The answer to [`Request::Upload`].
    Uploaded,
    /// The answer to [`Request::Send`].
    Sent(Box<SendResult>),
    /// The answer to [`Request::Change`].
    Changed(Box<ChangeResults>),
    /// The answer to [`Request::Read`].
    Read(Box<ReadResult>),
    /// [`Request::TakeBack`] was granted.
    TakenBack,
    /// [`Request::Delete`] was granted.
    Deleted,
    /// Anything else.
    Failed(Outcome),
}

/// A request that carries out an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    /// `POST /api/live-chat/attachments`. Nothing is sent before its files are there; another request of the same attempt
    /// follows.
    Upload {
        /// The action with which the file is kept.
        id: ActionId,
        /// Where the message will be sent.
        conversation: ConversationId,
        /// Which file.
        file: File,
    },
    /// `POST /api/live-chat/messages`.
    Send(Box<SendMessage>),
    /// `PATCH /api/live-chat/conversations`.
    Change(Box<ChangeConversations>),
    /// `POST /api/live-chat/conversations/{id}/read`.
    Read {
        /// Where.
        conversation: ConversationId,
        /// The newest message that was seen.
        seq: u64,
    },
    /// `DELETE /api/live-chat/messages/{id}`.
    TakeBack(MessageId),
    /// `DELETE /api/live-chat/conversations/{id}`.
    Delete {
        /// Which one.
        conversation: ConversationId,
        /// The action.
        id: ActionId,
    },
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Effect {
    /// For the connection's shell: `FetchTicket`, `Open`, `Send` and `Abandon` only.
    Link(socket::Effect),
    /// Fetch the events after this position; answer with [`Event::Difference`].
    FetchDifference {
        /// Goes back with the answer.
        generation: u64,
        /// The position to start after.
        after: Position,
        /// How long the server may wait for something to tell, in milliseconds.
        wait_ms: u64,
    },
    /// Ask the store, in the order asked; answer with [`Event::Stored`].
    Store {
        /// Goes back with the answer.
        request: u64,
        /// Whose.
        owner: MemberId,
        /// What.
        op: Op,
    },
    /// Keep this for the next visit, in the order asked; answer with [`Event::Archived`].
    Archive {
        /// Goes back with the answer.
        request: u64,
        /// Whose.
        owner: MemberId,
        /// What.
        op: archive::Op,
    },
    /// Ask for the lock of whoever leads; answer with [`Event::Locked`] once it is this tab's.
    RequestLock {
        /// Goes back with the answer.
        generation: u64,
    },
    /// Let the lock go, or stop asking for it.
    ReleaseLock,
    /// Tell the other tabs.
    Tell(Box<Bulletin>),
    /// Load this; answer with [`Event::Loaded`].
    Load {
        /// Goes back with the answer.
        generation: u64,
        /// What.
        fetch: Fetch,
    },
    /// Ask the server for this; answer with [`Event::Attempted`].
    Post {
        /// Goes back with the answer.
        generation: u64,
        /// The request.
        request: Request,
    },
    /// Do not ask for this any more, if it still can be helped: nobody waits for the answer.
    Abandon {
        /// Of the [`Effect::Post`].
        generation: u64,
    },
    /// Call back with [`Event::Timer`].
    SetTimer {
        /// Goes back when it runs out.
        timer: Timer,
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// Draw these anew.
    Changed(Changes),
    /// What waits has changed, somewhere.
    QueueChanged,
    /// Somebody began or ended to type or to look in these conversations; `presence`: came, went or set their availability.
    PeopleChanged {
        /// Where.
        conversations: BTreeSet<ConversationId>,
        /// Whether somebody's availability changed.
        presence: bool,
    },
    /// A list's or thread's loading state has changed.
    LoadingChanged,
    /// The server has deleted this conversation at the person's wish: what was typed there and not sent can go.
    Deleted(ConversationId),
    /// The state of the connection has changed.
    Status(Status),
    /// What waits on this device is another person's: nothing is done until the person decides.
    Foreign {
        /// How many actions.
        entries: u64,
    },
    /// The browser cannot keep what the person does: it lives in this tab only.
    NotKept(StoreError),
    /// After [`Effect::NotKept`]: the browser keeps it again, and nothing is left that lives in this tab only.
    Kept,
}

/// Where the person wants to read, once it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    /// Counts what was wanted: the same one is followed once.
    pub number: u64,
    /// The message.
    pub seq: u64,
}

/// What a thread shows: stored messages and, after them, what waits to be sent.
#[allow(clippy::large_enum_variant, reason = "few rows of a thread wait")]
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// On the server.
    Stored(Rc<LiveChatMessage>),
    /// Not confirmed yet; always a [`crate::store::Action::Send`].
    Queued(Queued),
}

/// A load's end as a trace keeps it.
mod outcome {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Fetched;

    pub fn serialize<E, S: Serializer>(
        result: &Result<Fetched, E>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        result.as_ref().ok().serialize(serializer)
    }

    pub fn deserialize<'de, E: Default, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Result<Fetched, E>, D::Error> {
        Ok(Option::<Fetched>::deserialize(deserializer)?.ok_or_else(E::default))
    }
}
