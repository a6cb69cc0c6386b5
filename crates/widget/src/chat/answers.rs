//! Requests to the API and what their answers mean.

use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use switchboard_contract::ids::MessageId;
use switchboard_contract::live_chat::{LiveChatMessage, MessagePage};
use switchboard_contract::position::Position;
use switchboard_contract::problem::{FieldErrors, Problem, ProblemCode};
use switchboard_contract::visitor::{OpenFrame, VisitorRead, VisitorSend};
use switchboard_engine::Now;
use switchboard_engine::outbox::{self, Outcome};
use switchboard_engine::socket::{self, TicketError};

use super::rating::Beside;
use super::{Chat, Effect, Kept, Request, Said};
use crate::bridge::{Call, ToHost};
use crate::json;

/// How long an answer that cannot be read is taken for a hiccup, in milliseconds.
const UNREADABLE_WAIT_MS: u64 = 5_000;

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Trade,
    Newest,
    Earlier,
    /// From the outbox, with its generation.
    Post(u64, MessageId),
    /// For the socket, with its generation.
    Ticket(u64),
    Read,
    Typing,
    /// Whether it came with words.
    Rate(bool),
    PreChat,
}

/// The part of a session that the frame needs: the loader has handed over the rest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Traded {
    visitor_token: String,
}

/// The part of the answer to a message that the frame needs.
#[derive(Deserialize)]
pub(super) struct Sent {
    message: LiveChatMessage,
    position: Position,
}

/// The part of a ticket that the frame needs.
#[derive(Deserialize)]
struct Ticket {
    ticket: String,
}

/// Why there is no result.
#[derive(Debug)]
pub(super) enum Failure {
    /// No answer, or one that passes; try again, not before this many milliseconds.
    Passing(u64),
    /// The token or code is not accepted.
    Unauthorised,
    /// The server will not do it.
    Refused(Box<Problem>),
}

/// Reads an answer.
pub(super) fn read<T: DeserializeOwned>(status: u16, body: &str) -> Result<T, Failure> {
    if (200..300).contains(&status) {
        return json::read(body).ok_or(Failure::Passing(UNREADABLE_WAIT_MS));
    }
    if status == 401 {
        return Err(Failure::Unauthorised);
    }
    let refusal: Refusal = json::read(body).unwrap_or_default();
    match status {
        0 | 408 | 429 | 500.. => Err(Failure::Passing(refusal.retry_after_ms.unwrap_or(0))),
        _ => Err(Failure::Refused(Box::new(refusal.into_problem(status)))),
    }
}

/// The parts of a problem that the chat acts on or shows.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Refusal {
    code: String,
    pub(super) detail: String,
    retry_after_ms: Option<u64>,
    challenge: Option<String>,
    /// Messages by field.
    pub(super) fields: Value,
}

impl Refusal {
    fn into_problem(self, status: u16) -> Problem {
        Problem {
            kind: String::new(),
            title: String::new(),
            status,
            detail: self.detail,
            // The only one that the outbox treats in a way of its own.
            code: if self.code == "out_of_order" {
                ProblemCode::OutOfOrder
            } else {
                ProblemCode::Unknown
            },
            fields: FieldErrors::new(),
            retry_after_ms: self.retry_after_ms,
            request_id: None,
            current: None,
            challenge: None,
        }
    }
}

impl Chat {
    pub(super) fn request(
        &mut self,
        purpose: Purpose,
        path: String,
        body: Option<String>,
        authorised: bool,
        out: &mut Vec<Effect>,
    ) {
        self.next_id += 1;
        self.requests.push((self.next_id, purpose));
        out.push(Effect::Request(Request {
            id: self.next_id,
            path,
            body,
            authorised,
        }));
    }

    fn is_asking(&self, purpose: Purpose) -> bool {
        self.requests.iter().any(|(_, asked)| *asked == purpose)
    }

    /// Trades the loader's code for a token.
    pub(super) fn trade(&mut self, out: &mut Vec<Effect>) {
        let Some(session) = &self.trading else { return };
        if self.is_asking(Purpose::Trade) {
            return;
        }
        let open = OpenFrame {
            frame_code: session.code.clone(),
        };
        let body = serde_json::to_string(&open).ok();
        self.request(Purpose::Trade, "/api/visitor/frame".to_owned(), body, false, out);
    }

    pub(super) fn ask_for_ticket(&mut self, generation: u64, out: &mut Vec<Effect>) {
        let path = "/api/visitor/ticket".to_owned();
        self.request(
            Purpose::Ticket(generation),
            path,
            Some("{}".to_owned()),
            true,
            out,
        );
    }

    pub(super) fn load_newest(&mut self, out: &mut Vec<Effect>) {
        if !self.is_asking(Purpose::Newest) {
            self.request(
                Purpose::Newest,
                "/api/visitor/messages".to_owned(),
                None,
                true,
                out,
            );
        }
    }

    pub(super) fn load_earlier(&mut self, out: &mut Vec<Effect>) {
        let Some(oldest) = self.thread.oldest_seq() else {
            return;
        };
        if self.thread.has_more_before() && !self.is_asking(Purpose::Earlier) {
            let mut path = String::from("/api/visitor/messages?before=");
            path.push_str(&oldest.to_string());
            self.request(Purpose::Earlier, path, None, true, out);
        }
    }

    pub(super) fn post(
        &mut self,
        generation: u64,
        id: MessageId,
        said: &Said,
        after_id: Option<MessageId>,
        out: &mut Vec<Effect>,
    ) {
        let send = VisitorSend {
            id,
            content: said.content.clone(),
            attachments: said.files.iter().map(|file| file.id).collect(),
            after_id,
        };
        let body = serde_json::to_string(&send).ok();
        let path = "/api/visitor/messages".to_owned();
        self.request(Purpose::Post(generation, id), path, body, true, out);
    }

    /// The team sees which of its answers were read.
    pub(super) fn mark_read(&mut self, seq: u64, out: &mut Vec<Effect>) {
        self.marked = seq;
        let read = VisitorRead {
            seq,
            conversation_id: self.conversation,
        };
        let body = serde_json::to_string(&read).ok();
        self.request(Purpose::Read, "/api/visitor/read".to_owned(), body, true, out);
    }

    pub(super) fn on_answer(&mut self, now: Now, id: u64, status: u16, body: &str, out: &mut Vec<Effect>) {
        let Some(index) = self.requests.iter().position(|(asked, _)| *asked == id) else {
            return;
        };
        let (_, purpose) = self.requests.swap_remove(index);
        match purpose {
            Purpose::Trade => self.on_traded(now, read(status, body), out),
            Purpose::Newest => match self.checked(read::<MessagePage>(status, body), out) {
                Some(page) => {
                    let beside: Beside = json::read(body).unwrap_or_default();
                    self.merge_newest(now, page, beside.conversation, out);
                }
                None => self.newest_failed(now, out),
            },
            Purpose::Earlier => {
                if let Some(page) = self.checked(read::<MessagePage>(status, body), out) {
                    self.merge_earlier(page);
                }
            }
            Purpose::Post(generation, id) => {
                self.is_slowed(status, body, out);
                self.on_posted(now, generation, id, read(status, body), out);
            }
            Purpose::Rate(with_comment) => self.on_rated(with_comment, status, body, out),
            Purpose::PreChat => {
                self.is_slowed(status, body, out);
                self.on_answered(now, status, body, out);
            }
            // It matters only now, and is told again while it lasts.
            Purpose::Typing => {}
            Purpose::Read => {
                if !(200..300).contains(&status) {
                    self.marked = 0;
                }
            }
            Purpose::Ticket(generation) => {
                let result = match read::<Ticket>(status, body) {
                    Ok(ticket) => {
                        self.failures = 0;
                        Ok(ticket.ticket)
                    }
                    Err(Failure::Passing(0)) => Err(TicketError::Unreachable),
                    Err(Failure::Passing(wait)) => Err(TicketError::RateLimited(wait)),
                    Err(Failure::Unauthorised) => Err(TicketError::SignedOut),
                    Err(Failure::Refused(_)) => {
                        self.refuse();
                        Err(TicketError::SignedOut)
                    }
                };
                self.on_link(now, socket::Event::Ticket { generation, result }.into(), out);
            }
        }
    }

    /// The result of a load; failures are dealt with here.
    fn checked<T>(&mut self, result: Result<T, Failure>, out: &mut Vec<Effect>) -> Option<T> {
        match result {
            Ok(value) => {
                self.failures = 0;
                return Some(value);
            }
            Err(Failure::Passing(_)) => self.back_off(out),
            Err(Failure::Unauthorised) => self.ask_for_session(out),
            Err(Failure::Refused(_)) => self.refuse(),
        }
        None
    }

    /// Notes whether the server wants less of what the visitor writes, and whether their page may show it who they are.
    fn is_slowed(&mut self, status: u16, body: &str, out: &mut Vec<Effect>) {
        self.slowed = status == 429;
        let challenge = || json::read::<Refusal>(body)?.challenge;
        if self.slowed
            && let Some(challenge) = challenge()
        {
            out.push(Effect::Tell(ToHost::Call(Call::Challenge, challenge)));
        }
    }

    pub(super) fn refuse(&mut self) {
        self.refused = true;
        self.dirty = true;
    }

    fn on_traded(&mut self, now: Now, result: Result<Traded, Failure>, out: &mut Vec<Effect>) {
        match result {
            Ok(traded) => {
                let Some(session) = self.trading.take() else {
                    return;
                };
                let visit = Kept {
                    visitor: session.visitor,
                    token: traded.visitor_token,
                    seen: None,
                };
                self.begin(now, visit, out);
            }
            Err(Failure::Passing(_)) => {
                self.failing = true;
                self.dirty = true;
                self.back_off(out);
            }
            Err(Failure::Unauthorised) => self.ask_for_session(out),
            Err(Failure::Refused(_)) => {
                self.trading = None;
                self.refuse();
            }
        }
    }

    fn on_posted(
        &mut self,
        now: Now,
        generation: u64,
        id: MessageId,
        result: Result<Sent, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let outcome = match result {
            Ok(result) => {
                // First the bubble that is stored, then the end of the one that waits: none is missing in between.
                self.take_in(now, result.message, &result.position, out);
                out.push(Effect::ForgetWaiting(id));
                Outcome::Stored
            }
            Err(Failure::Passing(wait_ms)) => {
                self.dirty = true;
                Outcome::Unsure { wait_ms }
            }
            Err(Failure::Unauthorised) => {
                self.ask_for_session(out);
                Outcome::NeedsAuth
            }
            Err(Failure::Refused(problem)) => Outcome::Refused(Rc::from(problem)),
        };
        self.on_outbox(now, outbox::Event::Attempted { generation, outcome }, out);
    }
}
