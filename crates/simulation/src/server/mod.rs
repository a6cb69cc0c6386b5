//! The model of the API server: the same calls, frames and rules as the real one, over plain data.
//!
//! Every decision is `switchboard_domain`'s, which the real handlers call as well. What stands here is what a database and a
//! socket do for them: keeping, finding, sending. Nothing is random and nothing waits: time is passed in, and what is to be
//! sent is handed out.
//!
//! | module | holds |
//! | --- | --- |
//! | [`database`] | what survives a restart, and how a transaction is written |
//! | [`messages`] | sending, taking back, visitors' messages |
//! | [`changes`] | operators' changes, read marks, deletion, what time does |
//! | [`reading`] | lists, threads, the log over REST |
//! | [`sessions`] | sign-in, access tokens, refresh, tickets |
//! | [`sockets`] | the live sockets |

pub mod changes;
pub mod database;
pub mod messages;
pub mod reading;
pub mod sessions;
pub mod sockets;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use switchboard_contract::auth::RefreshRequest;

use switchboard_contract::ids::{ActionId, AttachmentId, ConversationId, MemberId, MessageId, SessionId};
use switchboard_contract::live_chat::{
    ChangeConversations, ChangeResults, LiveChatConversation, MarkRead, MessagePage, ReadResult, SendMessage,
    SendResult,
};
use switchboard_contract::page::CursorPage;
use switchboard_contract::position::{Epoch, Offset};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::realtime::EventPage;
use switchboard_contract::time::Timestamp;
use switchboard_engine::inbox::Shelf;
use switchboard_engine::passage::Part;

pub use database::Database;
use sessions::RefreshToken;
use sockets::Connection;

/// How long things live and how much is allowed; the real server's defaults, but for tokens that end while someone watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// An access token's life, in milliseconds.
    pub access_ms: i64,
    /// A session's life, in milliseconds.
    pub session_ms: i64,
    /// Pings come this often, in milliseconds.
    pub heartbeat_ms: i64,
    /// A client that answers nothing for this long after a ping is gone, in milliseconds.
    pub dead_after_ms: i64,
    /// `hello` has to come within this, in milliseconds.
    pub hello_ms: i64,
    /// Rights are looked at again this often, in milliseconds.
    pub recheck_ms: i64,
    /// A full window may wait for an acknowledgement this long, in milliseconds.
    pub ack_ms: i64,
    /// Bytes that may be unacknowledged on one socket.
    pub window_bytes: usize,
    /// Events that the log keeps.
    pub kept_events: u64,
    /// A longer backlog is not replayed.
    pub backlog: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            access_ms: 60_000,
            session_ms: 30 * 24 * 3_600_000,
            heartbeat_ms: 8_000,
            dead_after_ms: 5_000,
            hello_ms: 5_000,
            recheck_ms: 2_000,
            ack_ms: 10_000,
            window_bytes: 64 * 1024,
            kept_events: 400,
            backlog: 200,
        }
    }
}

/// A call of the API.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// `POST /api/auth/refresh`.
    Refresh(RefreshRequest),
    /// `POST /api/auth/logout`.
    Logout,
    /// `POST /api/realtime/ticket`.
    Ticket,
    /// `POST /api/live-chat/messages`.
    Send(Box<SendMessage>),
    /// `POST /api/live-chat/attachments`, for which message of the caller.
    Upload(ActionId, ConversationId, AttachmentId),
    /// `DELETE /api/live-chat/messages/{id}`.
    TakeBack(MessageId),
    /// `PATCH /api/live-chat/conversations`.
    Change(Box<ChangeConversations>),
    /// `DELETE /api/live-chat/conversations/{id}`, as which action of the caller.
    Delete(ConversationId, ActionId),
    /// `POST /api/live-chat/conversations/{id}/read`.
    Read(ConversationId, MarkRead),
    /// `GET /api/events`.
    Events {
        /// Of which epoch.
        epoch: Epoch,
        /// After which offset.
        after: Offset,
        /// How long to wait for something to tell, in milliseconds.
        wait_ms: u64,
    },
    /// `GET /api/live-chat/conversations`.
    List {
        /// Which list.
        shelf: Shelf,
        /// Where the page before ended.
        cursor: Option<String>,
    },
    /// `GET /api/live-chat/conversations/{id}`.
    Conversation(ConversationId),
    /// `GET /api/live-chat/conversations/{id}/messages`.
    Messages {
        /// Of which conversation.
        conversation: ConversationId,
        /// Only those with a smaller `seq`.
        before: Option<u64>,
    },
    /// The same, away from the newest ones.
    Passage {
        /// Of which conversation.
        conversation: ConversationId,
        /// Which page.
        part: Part,
    },
}

/// What authenticates a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The access token.
    pub access: Option<String>,
    /// The refresh cookie.
    pub cookie: Option<RefreshToken>,
}

/// The answer to a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// A new access token and the cookie that comes with it.
    Refreshed {
        /// The token.
        access: String,
        /// Its life in milliseconds.
        expires_in_ms: u64,
        /// The cookie.
        cookie: RefreshToken,
        /// Who is signed in.
        member: MemberId,
    },
    /// 204.
    Done,
    /// 204: the conversation is deleted.
    Deleted,
    /// A ticket.
    Ticket(String),
    /// A message that is stored.
    Sent(Box<SendResult>),
    /// A file that is kept.
    Uploaded,
    /// What became of a change.
    Changed(Box<ChangeResults>),
    /// A conversation that was read.
    Read(Box<ReadResult>),
    /// A stretch of the log.
    Events(EventPage),
    /// A page of a list.
    List(CursorPage<LiveChatConversation>),
    /// One conversation.
    Conversation(Box<LiveChatConversation>),
    /// A page of a thread.
    Messages(MessagePage),
    /// Anything outside 2xx.
    Problem(Box<Problem>),
}

/// What a handler comes to.
pub type Answered<T> = Result<T, Box<Problem>>;

pub(crate) fn problem(code: ProblemCode, detail: &str) -> Box<Problem> {
    Box::new(Problem::new(code, detail))
}

/// What the server sends of its own accord.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// A frame on a socket.
    Frame {
        /// Which socket.
        socket: u64,
        /// Its text.
        text: String,
    },
    /// The end of a socket.
    Close {
        /// Which socket.
        socket: u64,
        /// Why.
        code: u16,
    },
    /// The answer to a call that waited.
    Answer {
        /// Which call.
        call: u64,
        /// Its answer.
        response: Box<Response>,
    },
}

/// A call that waits for something to tell.
#[derive(Clone, Debug)]
struct Poll {
    session: SessionId,
    epoch: Epoch,
    after: Offset,
    until: Timestamp,
    /// What the caller could see when it began to wait.
    rights: switchboard_domain::audience::Rights,
    checked_at: Timestamp,
}

/// The server. See the module's documentation.
#[derive(Clone, Debug)]
pub struct Server {
    /// How long things live.
    pub limits: Limits,
    /// What survives a restart.
    pub database: Database,
    sockets: BTreeMap<u64, Connection>,
    polls: BTreeMap<u64, Poll>,
}

impl Server {
    /// A server over `database`.
    #[must_use]
    pub const fn new(limits: Limits, database: Database) -> Self {
        Self {
            limits,
            database,
            sockets: BTreeMap::new(),
            polls: BTreeMap::new(),
        }
    }

    /// Answers a call, or keeps it waiting; then the answer comes by [`Sent::Answer`] with the number `call`.
    pub fn call(
        &mut self,
        now: Timestamp,
        call: u64,
        credentials: &Credentials,
        request: Request,
        sent: &mut Vec<Sent>,
    ) -> Option<Response> {
        let answered = match request {
            Request::Events {
                epoch,
                after,
                wait_ms,
            } if wait_ms > 0 => match self.poll(now, call, credentials, epoch, after, wait_ms) {
                Ok(None) => return None,
                Ok(Some(page)) => Ok(Response::Events(page)),
                Err(problem) => Err(problem),
            },
            request => self.answer(now, credentials, request),
        };
        self.pump(now, sent);
        Some(answered.unwrap_or_else(Response::Problem))
    }

    fn answer(&mut self, now: Timestamp, credentials: &Credentials, request: Request) -> Answered<Response> {
        match request {
            Request::Refresh(request) => return self.refresh(now, credentials.cookie, &request),
            Request::Logout => {
                self.logout(now, credentials.cookie);
                return Ok(Response::Done);
            }
            _ => {}
        }
        let caller = self.authenticate(now, credentials)?;
        Ok(match request {
            Request::Ticket => Response::Ticket(self.database.issue_ticket(now, caller.session)),
            Request::Send(message) => Response::Sent(Box::new(self.database.send(now, &caller, *message)?)),
            Request::Upload(_, conversation, file) => {
                self.database.upload(now, &caller, conversation, file)?;
                Response::Uploaded
            }
            Request::TakeBack(id) => {
                self.database.take_back(now, &caller, id)?;
                Response::Done
            }
            Request::Change(change) => {
                Response::Changed(Box::new(self.database.change(now, &caller, &change)?))
            }
            Request::Delete(id, _) => {
                self.database.delete_as(now, &caller, id)?;
                Response::Deleted
            }
            Request::Read(id, mark) => {
                Response::Read(Box::new(self.database.mark_read(now, &caller, id, mark)?))
            }
            Request::Events { epoch, after, .. } => {
                Response::Events(self.database.events(&caller, &epoch, after)?)
            }
            Request::List { shelf, cursor } => {
                Response::List(self.database.list(&caller, shelf, cursor.as_deref())?)
            }
            Request::Conversation(id) => {
                Response::Conversation(Box::new(self.database.one(&caller, id)?.wire.clone()))
            }
            Request::Messages { conversation, before } => {
                Response::Messages(self.database.history(&caller, conversation, before)?)
            }
            Request::Passage { conversation, part } => {
                Response::Messages(self.database.passage(&caller, conversation, part)?)
            }
            // Answered above: they need no access token.
            Request::Refresh(_) | Request::Logout => Response::Done,
        })
    }

    /// Lets time pass and sends what is to be sent, after whatever happened.
    pub fn tick(&mut self, now: Timestamp, sent: &mut Vec<Sent>) {
        self.database.time_passes(now, &self.limits);
        self.tick_sockets(now, sent);
        self.pump(now, sent);
    }

    /// When [`Self::tick`] is due next.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let sockets = self
            .sockets
            .values()
            .map(|connection| connection.due(&self.limits));
        let polls = self.polls.values().map(|poll| poll.due(&self.limits));
        sockets.chain(polls).chain(self.database.due()).min()
    }

    /// The process ends and starts again: sockets and waiting calls are gone, the database is not.
    pub fn restart(&mut self) {
        self.sockets.clear();
        self.polls.clear();
    }

    /// How many sockets are open.
    #[must_use]
    pub fn open_sockets(&self) -> usize {
        self.sockets.len()
    }

    fn pump(&mut self, now: Timestamp, sent: &mut Vec<Sent>) {
        self.pump_sockets(now, sent);
        self.answer_polls(now, sent);
    }
}

impl Poll {
    fn due(&self, limits: &Limits) -> Timestamp {
        self.until.min(self.checked_at.plus_millis(limits.recheck_ms))
    }
}
