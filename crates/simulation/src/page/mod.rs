//! One page of the dashboard as its shells make it: the session with its token, the calls with their repetition after a 401,
//! and the desk. It carries out what the engine's machines ask for, as `src/auth`, `src/api` and `src/chat` do in a browser,
//! and decides nothing.
//!
//! | module | is |
//! | --- | --- |
//! | [`session`] | the shell of `engine::refresh` |
//! | [`desk`] | the shell of `engine::desk` |

pub mod desk;
pub mod session;

use std::collections::BTreeMap;
use switchboard_contract::auth::RefreshRequest;
use switchboard_engine::refresh::Renewals;

use switchboard_contract::ids::{ActionId, ConversationId, MemberId, MessageId};
use switchboard_contract::live_chat::{ConversationChange, Visibility};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::time::Timestamp;
use switchboard_engine::Now;
use switchboard_engine::archive;
use switchboard_engine::desk::TimerKind;
use switchboard_engine::random::Random;
use switchboard_engine::retry::{self, Failure};
use switchboard_engine::socket;
use switchboard_engine::store::{Answer, Op, StoreError};

use crate::server::{Request, Response};
use session::Session;

/// Why a call has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Cut, refused, or no network.
    Network,
    /// None came in time.
    TimedOut,
}

/// What a tab tells the others of its browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Here is a token.
    Token {
        /// Its number.
        generation: u64,
        /// What is left of its life, in milliseconds.
        expires_in_ms: u64,
        /// The token.
        token: String,
        /// Whose.
        member: MemberId,
    },
    /// Has anyone a token newer than this number?
    Ask {
        /// What the asking tab has.
        generation: u64,
    },
    /// Someone signed out.
    SignedOut,
    /// A bulletin of the desk, on the channel of this person.
    Bulletin(MemberId, String),
}

/// What a timer is for; setting one replaces the one of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerFor {
    /// The session.
    Session,
    /// The desk.
    Desk(TimerKind),
    /// The person reads a warning.
    Warned,
    /// The next try of a call.
    Retry(u64),
}

/// Which lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockName {
    /// Whoever has it renews the token.
    Session,
    /// Whoever has it may lead.
    Leader,
}

/// What is kept on the device about the session, for all tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// Who is signed in.
    pub member: Option<MemberId>,
    /// The newest token's number.
    pub generation: u64,
    /// A sign-out that the server has not heard.
    pub leaving: bool,
    /// The renewals that got no answer.
    pub renewals: Renewals,
}

/// What happens to a page.
#[derive(Clone, Debug)]
pub enum News {
    /// It starts.
    Start,
    /// The person does something.
    Act(Act),
    /// A call ended.
    Answered(u64, Result<Response, NoAnswer>),
    /// The socket opened.
    Opened(u64),
    /// A frame came.
    Frame(u64, String),
    /// The socket closed.
    Closed(u64, u16),
    /// A timer ran out.
    Timer(TimerFor, u64),
    /// A lock was granted.
    Locked(LockName, u64),
    /// The store answered.
    Stored(u64, Result<Answer, StoreError>),
    /// The browser keeps what was seen, or does not.
    Archived(u64, Result<archive::Answer, StoreError>),
    /// What an earlier visit kept.
    Found(u64, Option<Box<archive::Kept>>),
    /// Another tab says something.
    Heard(Said),
    /// The network may be back, or the machine woke up.
    Awake,
    /// The network is gone.
    NetworkDown,
    /// The page is shown or hidden.
    Shown(bool),
}

/// What the person does.
#[derive(Clone, Debug)]
pub enum Act {
    /// A sign-in succeeded.
    SignedIn {
        /// Who.
        member: MemberId,
        /// The token.
        access: String,
        /// Its life in milliseconds.
        expires_in_ms: u64,
    },
    /// Signs out.
    SignOut,
    /// Writes.
    Write {
        /// Where.
        conversation: ConversationId,
        /// A new id.
        id: MessageId,
        /// The text.
        content: String,
        /// Who sees it.
        visibility: Visibility,
        /// So many milliseconds it is held back.
        hold_ms: u32,
    },
    /// Changes a conversation.
    Change {
        /// A new id.
        id: ActionId,
        /// Which.
        conversation: ConversationId,
        /// What becomes of it.
        set: ConversationChange,
    },
    /// Deletes a conversation; a new id for that.
    Delete(ActionId, ConversationId),
    /// Opens a thread.
    Open(ConversationId),
    /// Leaves it.
    Leave(ConversationId),
    /// Has read to its end; a new id for the mark.
    Read(ActionId, ConversationId),
    /// Tries a blocked one again.
    Retry(ActionId),
    /// Gives one up.
    Discard(ActionId),
    /// Lets go at once what is held back.
    SendNow,
    /// Tries again to load what could not be loaded.
    TryAgain,
}

/// What a page asks of its browser.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Make a call; answer with [`News::Answered`].
    Call {
        /// Its number.
        call: u64,
        /// The access token.
        access: Option<String>,
        /// What is asked.
        request: Request,
    },
    /// Forget a call.
    Abort(u64),
    /// Open a socket; abandon an older one.
    Open(u64),
    /// Send a frame on the socket of this generation.
    Send(u64, String),
    /// Close it and stop listening to it.
    Abandon(u64),
    /// Call back after so many milliseconds.
    Timer(TimerFor, u64, u64),
    /// Ask for a lock.
    Lock(LockName, u64),
    /// Let it go, or stop asking for it.
    Unlock(LockName, u64),
    /// Carry this out in one transaction, in the order asked; answer with [`News::Stored`].
    Store(u64, MemberId, Op),
    /// Keep this of what was seen; answer with [`News::Archived`].
    Archive(u64, MemberId, archive::Op),
    /// Read what an earlier visit kept; answer with [`News::Found`].
    Recall(u64, MemberId),
    /// Tell the other tabs.
    Say(Said),
    /// Keep this about the session.
    Keep(Hint),
}

/// Whether anybody is signed in, as the page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// The session of an earlier visit is being taken up.
    Restoring,
    /// This member.
    In(MemberId),
    /// Nobody.
    Out(switchboard_engine::refresh::SignedOut),
}

/// What a call is for.
#[derive(Clone, Debug, PartialEq)]
enum Purpose {
    Refresh { attempt: u64, request: RefreshRequest },
    Logout { attempt: u64 },
    Desk(desk::Purpose),
}

/// A call on its way, or waiting for a token or its next try.
#[derive(Clone, Debug)]
struct Call {
    purpose: Purpose,
    request: Request,
    /// The number of the token that it was made with.
    token: u64,
    tries: u32,
    replays: u32,
    /// Whether it may be tried again by itself.
    repeatable: bool,
    timer: Option<u64>,
}

/// Why a call failed, as the dashboard's `ApiError` tells failures apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Failed {
    /// Nobody is signed in, or the token is not accepted.
    SignedOut,
    /// No answer, or none in time.
    NoAnswer,
    /// Too many; wait this long, in milliseconds.
    RateLimited(u64),
    /// 5xx.
    Server(Box<Problem>),
    /// Anything else.
    Refused(Box<Problem>),
}

/// A call that is answered 401 is made again with another token so often. Once is not enough: the next one may come from
/// a tab that has slept, and have ended as well.
const MAX_REPLAYS: u32 = 3;

/// The page. See the module's documentation.
#[derive(Debug)]
pub struct Page {
    session: Session,
    desk: desk::DeskShell,
    calls: BTreeMap<u64, Call>,
    /// What the device keeps, as this step finds it.
    hint: Hint,
    next_call: u64,
    generation: u64,
    random: Random,
}

impl Page {
    /// A page that has not started; its calls are numbered from `first_call`.
    #[must_use]
    pub fn new(tab: &str, seed: u64, first_call: u64) -> Self {
        let mut random = Random::from_seed(seed);
        Self {
            session: Session::new(random.next()),
            desk: desk::DeskShell::new(tab, random.next()),
            calls: BTreeMap::new(),
            hint: Hint::default(),
            next_call: first_call,
            generation: 0,
            random,
        }
    }

    /// Whether anybody is signed in.
    #[must_use]
    pub const fn signed(&self) -> Signed {
        self.session.signed
    }

    /// The token in hand.
    #[must_use]
    pub fn access(&self) -> Option<&str> {
        self.session.token.as_ref().map(|(_, token)| token.as_str())
    }

    /// What is shown.
    #[must_use]
    pub const fn desk(&self) -> &desk::DeskShell {
        &self.desk
    }

    /// What is shown, to take out what was announced.
    pub const fn desk_mut(&mut self) -> &mut desk::DeskShell {
        &mut self.desk
    }

    /// Calls that are on their way or wait.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// Takes in what happened and says what to do. `hint` is what the device keeps now.
    pub fn step(&mut self, now: Now, hint: Hint, news: News, out: &mut Vec<Wish>) {
        self.hint = hint;
        self.take_in(now, news, out);
        self.settle(now, out);
    }

    fn take_in(&mut self, now: Now, news: News, out: &mut Vec<Wish>) {
        match news {
            News::Start => self.restore(now, out),
            News::Act(act) => self.act(now, act, out),
            News::Answered(call, answer) => self.answered(now, call, answer, out),
            News::Timer(TimerFor::Retry(call), generation) => {
                let due = self
                    .calls
                    .get(&call)
                    .is_some_and(|call| call.timer == Some(generation));
                if due {
                    self.make(call, out);
                }
            }
            News::Timer(TimerFor::Session, generation) => {
                let event = switchboard_engine::refresh::Event::Timer { generation };
                self.drive_session(now, event, out);
            }
            News::Locked(LockName::Session, attempt) => {
                let event = switchboard_engine::refresh::Event::Locked {
                    attempt,
                    hinted: self.hint.generation,
                    leaving: self.hint.leaving,
                };
                self.drive_session(now, event, out);
            }
            News::Heard(Said::Bulletin(person, text)) => {
                if self.desk.person() == Some(person) {
                    self.desk_news(now, desk::News::Heard(text), out);
                }
            }
            News::Heard(said) => self.on_said(now, said, out),
            News::Awake | News::Shown(_) => {
                self.drive_session(now, switchboard_engine::refresh::Event::Awake, out);
                self.link(
                    now,
                    match news {
                        News::Shown(shown) => socket::Event::Shown(shown),
                        _ => socket::Event::Awake,
                    },
                    out,
                );
            }
            News::Opened(generation) => self.desk_news(now, desk::News::Opened(generation), out),
            News::Frame(generation, text) => self.desk_news(now, desk::News::Frame(generation, text), out),
            News::Closed(generation, code) => {
                self.desk_news(now, desk::News::Closed(generation, code), out);
            }
            News::NetworkDown => self.link(now, socket::Event::NetworkDown, out),
            News::Timer(TimerFor::Warned, number) => self.desk_news(now, desk::News::Warned(number), out),
            News::Timer(TimerFor::Desk(kind), generation) => {
                self.desk_news(now, desk::News::Timer(kind, generation), out);
            }
            News::Locked(LockName::Leader, generation) => {
                self.desk_news(now, desk::News::Locked(generation), out);
            }
            News::Stored(request, result) => {
                self.desk_news(now, desk::News::Stored(request, result), out);
            }
            News::Archived(request, result) => {
                self.desk_news(now, desk::News::Archived(request, result), out);
            }
            News::Found(request, kept) => self.desk_news(now, desk::News::Found(request, kept), out),
        }
    }

    fn link(&mut self, now: Now, event: socket::Event, out: &mut Vec<Wish>) {
        self.desk_news(now, desk::News::Link(event), out);
    }

    fn act(&mut self, now: Now, act: Act, out: &mut Vec<Wish>) {
        match act {
            Act::SignedIn {
                member,
                access,
                expires_in_ms,
            } => self.signed_in(now, member, access, expires_in_ms, out),
            Act::SignOut => {
                self.drive_session(now, switchboard_engine::refresh::Event::SignOut, out);
            }
            act => self.desk_news(now, desk::News::Act(act), out),
        }
    }

    /// Lets the desk take in what happened, and carries out what it asks for.
    fn desk_news(&mut self, now: Now, news: desk::News, out: &mut Vec<Wish>) {
        let mut wishes = Vec::new();
        self.desk.step(now, news, &mut wishes);
        let mut ended = false;
        for wish in wishes {
            match wish {
                desk::Asked::Call {
                    purpose,
                    request,
                    repeatable,
                } => {
                    self.call(Purpose::Desk(purpose), request, repeatable, out);
                }
                desk::Asked::Abandon(purpose) => self.abandon_calls(&Purpose::Desk(purpose), out),
                desk::Asked::Ended => ended = true,
                desk::Asked::Browser(wish) => out.push(wish),
            }
        }
        if ended {
            self.drive_session(now, switchboard_engine::refresh::Event::Revoked, out);
        }
    }

    fn call(&mut self, purpose: Purpose, request: Request, repeatable: bool, out: &mut Vec<Wish>) {
        let number = self.next_call;
        self.next_call += 1;
        let call = Call {
            purpose,
            request,
            token: 0,
            tries: 0,
            replays: 0,
            repeatable,
            timer: None,
        };
        self.calls.insert(number, call);
        self.make(number, out);
    }

    /// Makes a call with the token in hand, or leaves it waiting for one.
    fn make(&mut self, number: u64, out: &mut Vec<Wish>) {
        let Some(call) = self.calls.get_mut(&number) else {
            return;
        };
        call.timer = None;
        let access = match &call.purpose {
            Purpose::Refresh { .. } | Purpose::Logout { .. } => None,
            Purpose::Desk(_) => match (&self.session.token, self.session.signed) {
                (Some((generation, token)), _) => {
                    call.token = *generation;
                    Some(token.clone())
                }
                (None, Signed::Out(_)) => {
                    self.session.failing.push(number);
                    return;
                }
                (None, _) => {
                    self.session.waiting.push(number);
                    return;
                }
            },
        };
        call.tries += 1;
        out.push(Wish::Call {
            call: number,
            access,
            request: call.request.clone(),
        });
    }

    fn answered(&mut self, now: Now, number: u64, answer: Result<Response, NoAnswer>, out: &mut Vec<Wish>) {
        let Some(call) = self.calls.get_mut(&number) else {
            return;
        };
        let answer = failures(answer);
        if matches!(call.purpose, Purpose::Desk(_)) {
            if answer == Err(Failed::SignedOut) && call.replays < MAX_REPLAYS {
                call.replays += 1;
                let spent = call.token;
                self.renewed(now, number, spent, out);
                return;
            }
            let failure = answer.as_ref().err().and_then(repeated);
            let wait = failure
                .and_then(|failure| retry::next_wait(call.tries, call.repeatable, failure, &mut self.random));
            if let Some(wait) = wait {
                self.generation += 1;
                call.timer = Some(self.generation);
                out.push(Wish::Timer(TimerFor::Retry(number), self.generation, wait));
                return;
            }
        }
        let Some(call) = self.calls.remove(&number) else {
            return;
        };
        match call.purpose {
            Purpose::Refresh { attempt, request } => self.refreshed(now, attempt, &request, answer, out),
            Purpose::Logout { attempt } => {
                let heard = matches!(answer, Ok(_) | Err(Failed::SignedOut));
                let event = switchboard_engine::refresh::Event::LoggedOut { attempt, heard };
                self.drive_session(now, event, out);
            }
            Purpose::Desk(purpose) => {
                self.desk_news(now, desk::News::Answered(purpose, answer), out);
            }
        }
        self.settle(now, out);
    }

    /// Ends the calls that waited for a token in vain.
    fn settle(&mut self, now: Now, out: &mut Vec<Wish>) {
        while let Some(number) = self.session.failing.pop() {
            let why = match self.session.signed {
                Signed::Out(_) => Failed::SignedOut,
                Signed::Restoring | Signed::In(_) => Failed::NoAnswer,
            };
            if let Some(Call {
                purpose: Purpose::Desk(purpose),
                ..
            }) = self.calls.remove(&number)
            {
                self.desk_news(now, desk::News::Answered(purpose, Err(why)), out);
            }
        }
    }
}

/// Tells failures apart as `ApiError::from_answer` does.
fn failures(answer: Result<Response, NoAnswer>) -> Result<Response, Failed> {
    match answer {
        Ok(Response::Problem(problem)) => Err(match problem.code {
            ProblemCode::Unauthenticated | ProblemCode::SessionEnded => Failed::SignedOut,
            ProblemCode::RateLimited => Failed::RateLimited(problem.retry_after_ms.unwrap_or(0)),
            code if code.status() >= 500 => Failed::Server(problem),
            _ => Failed::Refused(problem),
        }),
        Ok(response) => Ok(response),
        Err(NoAnswer::Network | NoAnswer::TimedOut) => Err(Failed::NoAnswer),
    }
}

fn repeated(failed: &Failed) -> Option<Failure> {
    match failed {
        Failed::NoAnswer => Some(Failure::Network),
        Failed::RateLimited(wait) => Some(Failure::Status {
            status: 429,
            retry_after_ms: Some(*wait),
        }),
        Failed::Server(problem) => Some(Failure::Status {
            status: problem.status,
            retry_after_ms: problem.retry_after_ms,
        }),
        Failed::SignedOut | Failed::Refused(_) => None,
    }
}

/// A page's clocks at a moment.
#[must_use]
pub const fn at(monotonic: u64, wall: i64) -> Now {
    Now {
        monotonic,
        wall: Timestamp::from_millis(wall),
    }
}
