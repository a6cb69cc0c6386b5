//! What goes into the chat and what comes out of it.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::ids::{ConversationId, MessageId, VisitorId};
use switchboard_contract::live_chat::{Attachment, LiveChatMessage, Rating};
use switchboard_engine::socket;

use crate::bridge::{FromHost, ToHost};

/// A visitor's token as the frame keeps it from one page to the next.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Whose it is.
    pub visitor: VisitorId,
    /// Sent as `Authorization: Bearer`.
    pub token: String,
    /// How far the visitor has read: a conversation, and the newest `seq` seen.
    #[serde(default)]
    pub seen: Option<(ConversationId, u64)>,
}

/// A message as the frame keeps it until the server has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Who wrote it.
    pub visitor: VisitorId,
    /// Its text.
    pub content: String,
    /// Its files, which the server has.
    #[serde(default)]
    pub files: Vec<Attachment>,
}

/// What a message says until the server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its text.
    pub content: String,
    /// Its files.
    pub files: Vec<Attachment>,
}

/// Answers to what is asked before the first message, as the frame keeps them until the server has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptAnswers {
    /// Who gave them; none before the visit begins.
    pub visitor: Option<VisitorId>,
    /// What is sent, the same at every try.
    pub body: String,
    /// The answers, question by question.
    pub given: Vec<String>,
}

/// What the shell found in its storage at the start.
#[derive(Default)]
pub struct Remembered {
    /// The token of an earlier page.
    pub kept: Option<Kept>,
    /// Answers that an earlier page could not deliver.
    pub answers: Option<KeptAnswers>,
    /// Messages that an earlier page could not deliver.
    pub waiting: Vec<(MessageId, Waiting)>,
}

/// A timer as the shell keeps it; setting one replaces the one of the same slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// The socket's.
    Socket(socket::Timer),
    /// The log's, by generation.
    Stream(u64),
    /// The outbox's, by generation.
    Outbox(u64),
    /// A failed request's, by generation.
    Retry(u64),
    /// Whoever types, by generation.
    Typing(u64),
}

/// What happened.
pub enum Event {
    /// The program runs.
    Start,
    /// The loader says something.
    Host(FromHost),
    /// A request ended.
    Answer {
        /// From [`Effect::Request`].
        id: u64,
        /// The HTTP status; 0 when there was no answer.
        status: u16,
        /// The body.
        body: String,
    },
    /// The WebSocket, the network or the page's visibility.
    Link(socket::Event),
    /// A timer ran out.
    Timer(Timer),
    /// The visitor typed; the textbox holds this now.
    Typed(String),
    /// The visitor sends what was typed.
    Submit {
        /// Fresh random bytes for the message's id.
        random: [u8; 10],
        /// As typed.
        text: String,
        /// What was attached, which the server has.
        files: Vec<Attachment>,
    },
    /// The visitor wants a refused message tried again.
    Retry(MessageId),
    /// The visitor gives a refused message up.
    Discard(MessageId),
    /// The visitor wants earlier messages.
    Earlier,
    /// The visitor answers what is asked before the first message.
    Answers {
        /// Fresh random bytes for the action's id.
        random: [u8; 10],
        /// Question by question.
        given: Vec<String>,
    },
    /// The visitor says what they thought of the conversation.
    Rate {
        /// Good or bad; what was said before where only words are added.
        rating: Option<Rating>,
        /// In their own words; may be empty.
        comment: String,
    },
}

/// An HTTP request to the frame's own origin.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// Goes back with the answer.
    pub id: u64,
    /// Path and query.
    pub path: String,
    /// `POST` with this JSON; `GET` without.
    pub body: Option<String>,
    /// Whether it carries [`super::Chat::token`].
    pub authorised: bool,
}

/// What the shell has to do.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Send it; answer with [`Event::Answer`].
    Request(Request),
    /// Open a WebSocket, abandoning an older one.
    OpenSocket(u64),
    /// Send a text frame on the WebSocket of this generation.
    SendFrame(u64, String),
    /// Close the WebSocket of this generation.
    CloseSocket(u64),
    /// Call back with [`Event::Timer`] in so many milliseconds.
    SetTimer(Timer, u64),
    /// Post it to the loader.
    Tell(ToHost),
    /// Store [`super::Chat::visit`] durably.
    KeepVisit,
    /// Forget the stored visit.
    ForgetVisit,
    /// Store this message durably, as JSON of [`Waiting`].
    KeepWaiting(MessageId, String),
    /// Forget a stored message.
    ForgetWaiting(MessageId),
    /// Store these answers durably, as JSON of [`KeptAnswers`].
    KeepAnswers(String),
    /// Forget the stored answers.
    ForgetAnswers,
    /// What was typed is accepted: empty the textbox.
    Accepted,
    /// What was typed is over the limit.
    TooLong,
    /// Say this to people who do not see the screen.
    Announce(Rc<LiveChatMessage>),
    /// Make a sound: an answer came that the visitor does not see.
    Sound,
    /// Put the cursor into the textbox.
    Focus,
    /// Something that is shown has changed.
    Draw,
}

/// The line about the connection, and about what has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// All is well.
    None,
    /// The conversation is over: the next message begins another one.
    Over,
    /// The first connection is on its way.
    Connecting,
    /// No connection, nothing waits.
    Offline,
    /// No connection, and something waits.
    Waits,
    /// The visitor writes faster than the server takes.
    Slowed,
    /// The website refuses this visitor.
    Refused,
    /// The program is too old for the server.
    Outdated,
}
