//! The frame's requests and what their answers mean.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::rc::Rc;
use switchboard_contract::ids::MessageId;
use switchboard_contract::live_chat::MessagePage;
use switchboard_contract::problem::{FieldErrors, Problem, ProblemCode};
use switchboard_contract::realtime::Ticket;
use switchboard_contract::visitor::{OpenFrame, VisitorSend, VisitorSendResult, VisitorSession};
use switchboard_engine::Now;
use switchboard_engine::outbox::{self, Outcome};
use switchboard_engine::socket::{self, TicketError};

use super::{Access, BACKOFF_BASE_MS, BACKOFF_CAP_MS, Chat, Effect, Identity, Timer};

/// What a request is for: comes back with its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The visitor's token for the loader's code.
    Exchange,
    /// A ticket for the socket's attempt of this generation.
    Ticket(u64),
    /// The newest messages.
    Newest,
    /// Earlier messages.
    Earlier,
    /// To send a message: the outbox's attempt of this generation.
    Send(u64),
}

/// A request of the API.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Goes back with the answer.
    pub purpose: Purpose,
    /// Goes back with the answer.
    pub visit: u32,
    /// Path and query.
    pub path: String,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<String>,
    /// JSON to `POST`; `GET` without.
    pub body: Option<String>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("purpose", &self.purpose)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// How a request ended.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status; 0 when there was no answer.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// The body of a success, when it can be read.
    fn read<T: DeserializeOwned>(&self) -> Option<T> {
        if matches!(self.status, 200 | 201) {
            serde_json::from_str(&self.body).ok()
        } else {
            None
        }
    }

    /// What the server says went wrong; made up when a proxy answered in its place.
    fn problem(&self) -> Problem {
        serde_json::from_str(&self.body).unwrap_or_else(|_| Problem {
            kind: String::new(),
            title: String::new(),
            status: self.status,
            detail: String::new(),
            code: ProblemCode::Unknown,
            fields: FieldErrors::new(),
            retry_after_ms: None,
            request_id: None,
            current: None,
            challenge: None,
        })
    }

    fn may_pass(&self) -> bool {
        matches!(self.status, 0 | 408 | 429 | 500..)
    }

    fn wait_ms(&self) -> u64 {
        match self.status {
            429 | 503 => self.problem().retry_after_ms.unwrap_or(0),
            _ => 0,
        }
    }
}

fn json(body: &impl Serialize) -> Option<String> {
    serde_json::to_string(body).ok()
}

impl Chat {
    fn call(&self, purpose: Purpose, path: String, body: Option<String>, out: &mut Vec<Effect>) {
        let token = match purpose {
            Purpose::Exchange => None,
            _ => self.identity.as_ref().map(|identity| identity.token.clone()),
        };
        out.push(Effect::Call(Call {
            purpose,
            visit: self.visit,
            path,
            token,
            body,
        }));
    }

    pub(super) fn exchange(&self, code: String, out: &mut Vec<Effect>) {
        let body = json(&OpenFrame { frame_code: code });
        self.call(Purpose::Exchange, "/api/visitor/frame".to_owned(), body, out);
    }

    pub(super) fn fetch_ticket(&self, generation: u64, out: &mut Vec<Effect>) {
        let path = "/api/visitor/ticket".to_owned();
        self.call(Purpose::Ticket(generation), path, Some(String::new()), out);
    }

    /// Loads the newest messages.
    pub(super) fn load(&self, out: &mut Vec<Effect>) {
        self.call(Purpose::Newest, "/api/visitor/messages".to_owned(), None, out);
    }

    pub(super) fn load_earlier(&mut self, out: &mut Vec<Effect>) {
        if let Some(before) = self.talk.begin_earlier() {
            let path = "/api/visitor/messages?before=".to_owned() + &before.to_string();
            self.call(Purpose::Earlier, path, None, out);
            out.push(Effect::Rows);
        }
    }

    pub(super) fn send(
        &self,
        generation: u64,
        id: MessageId,
        content: String,
        after_id: Option<MessageId>,
        out: &mut Vec<Effect>,
    ) {
        let body = json(&VisitorSend {
            id,
            content,
            attachments: Vec::new(),
            after_id,
        });
        self.call(
            Purpose::Send(generation),
            "/api/visitor/messages".to_owned(),
            body,
            out,
        );
    }

    /// `current`: asked for under the identity that holds now.
    pub(super) fn on_answer(
        &mut self,
        now: Now,
        purpose: Purpose,
        current: bool,
        answer: &Answer,
        out: &mut Vec<Effect>,
    ) {
        if let Purpose::Send(generation) = purpose {
            return self.on_sent(now, generation, current, answer, out);
        }
        if !current {
            return;
        }
        match (purpose, answer.status) {
            // A refused exchange is answered below: the code was spent or too old.
            (Purpose::Newest | Purpose::Earlier | Purpose::Ticket(_), 401) => self.lose_access(now, out),
            (_, 403) => self.refuse(now, out),
            (Purpose::Exchange, _) => self.on_exchanged(now, answer, out),
            (Purpose::Ticket(generation), _) => {
                let result = match answer.read::<Ticket>() {
                    Some(ticket) => Ok(ticket.ticket),
                    None if answer.status == 429 => Err(TicketError::RateLimited(answer.wait_ms())),
                    None => Err(TicketError::Unreachable),
                };
                self.connect(now, socket::Event::Ticket { generation, result }, out);
            }
            (Purpose::Newest, _) => match answer.read::<MessagePage>() {
                Some(page) => {
                    self.loads = 0;
                    self.take_newest(now, page, out);
                }
                None => self.load_later(answer.wait_ms(), out),
            },
            (Purpose::Earlier, _) => self.take_earlier(answer.read(), out),
            (Purpose::Send(_), _) => {}
        }
    }

    pub(super) fn load_later(&mut self, wait_ms: u64, out: &mut Vec<Effect>) {
        let wait = wait_ms
            + self
                .random
                .full_jitter(self.loads, BACKOFF_BASE_MS, BACKOFF_CAP_MS);
        self.loads += 1;
        out.push(Effect::SetTimer(Timer::Load(self.loads), wait));
    }

    fn on_exchanged(&mut self, now: Now, answer: &Answer, out: &mut Vec<Effect>) {
        let Some(session) = answer.read::<VisitorSession>() else {
            self.access = Access::Awaiting;
            return self.ask_later(out);
        };
        self.widget = session.widget;
        out.push(Effect::Widget);
        self.identity = Some(Identity {
            visitor: session.user.id,
            token: session.visitor_token,
        });
        self.grant(now, out);
    }

    fn on_sent(&mut self, now: Now, generation: u64, current: bool, answer: &Answer, out: &mut Vec<Effect>) {
        let outcome = match answer.status {
            200 | 201 => {
                if current && let Some(result) = answer.read::<VisitorSendResult>() {
                    self.take(now, result.message, result.position, out);
                }
                Outcome::Stored
            }
            401 => Outcome::NeedsAuth,
            _ if answer.may_pass() => Outcome::Unsure {
                wait_ms: answer.wait_ms(),
            },
            _ => Outcome::Refused(Rc::new(answer.problem())),
        };
        // A success that cannot be read is one all the same: the message itself comes by the socket.
        self.post(now, outbox::Event::Attempted { generation, outcome }, out);
        if current && answer.status == 401 {
            self.lose_access(now, out);
        } else if !current {
            // Asked for as someone else: try at once as who the visitor is now.
            self.post(now, outbox::Event::Wake, out);
        }
    }
}
