//! The shell of [`switchboard_engine::desk`], as `src/chat` and `src/realtime` are in a browser.

use std::rc::Rc;

use switchboard_contract::ids::{AttachmentId, ConversationId, MemberId, MessageId};
use switchboard_contract::live_chat::{LiveChatConversation, MarkRead};
use switchboard_contract::position::Position;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::time::Timestamp;
use switchboard_engine::Now;
use switchboard_engine::archive;
use switchboard_engine::desk::{self, Attempt, Deed, Desk, Effect, Event, Fetch, Fetched, Row, Timer};
use switchboard_engine::inbox::Filter;
use switchboard_engine::outbox::Outcome;
use switchboard_engine::queue::Queued;
use switchboard_engine::refresh::SignedOut;
use switchboard_engine::socket::{self, Identity, Status, TicketError};
use switchboard_engine::store::{Answer, File, StoreError, action_id};
use switchboard_engine::stream::DifferenceError;
use switchboard_engine::thread::Thread;

use super::{Act, Failed, LockName, Said, TimerFor, Wish};
use crate::server::{Request, Response};

/// What a call of the desk is for. `desk` numbers the sign-in that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Purpose {
    desk: u32,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Ticket(u64),
    Difference(u64),
    Load(u64),
    Post(u64),
}

/// What the desk is told.
#[derive(Clone, Debug)]
pub(super) enum News {
    SignedIn(MemberId),
    Authorised,
    SignedOut(SignedOut),
    Act(Act),
    Answered(Purpose, Result<Response, Failed>),
    Opened(u64),
    Frame(u64, String),
    Closed(u64, u16),
    /// What the browser reports of itself.
    Link(socket::Event),
    Timer(desk::TimerKind, u64),
    /// The person has read a warning.
    Warned(u64),
    Locked(u64),
    Stored(u64, Result<Answer, StoreError>),
    Archived(u64, Result<archive::Answer, StoreError>),
    Found(u64, Option<Box<archive::Kept>>),
    Heard(String),
}

/// What the desk asks for.
#[derive(Debug)]
pub(super) enum Asked {
    Call {
        purpose: Purpose,
        request: Request,
        /// Whether the way to the API may try it again by itself.
        repeatable: bool,
    },
    /// Nobody waits for what was asked any more.
    Abandon(Purpose),
    /// The server has ended the session.
    Ended,
    Browser(Wish),
}

/// How long a person takes to read a warning, in milliseconds.
const WARNING_MS: u64 = 1_000;

/// See the module's documentation.
#[derive(Debug)]
pub struct DeskShell {
    tab: String,
    seed: u64,
    number: u32,
    desk: Option<Desk<()>>,
    /// Whose it is.
    member: Option<MemberId>,
    lock: u64,
    signed_in: bool,
    /// Waits for what an earlier visit kept.
    beginning: bool,
    /// What the store holds of someone else was told of, and the person is asked.
    foreign: bool,
    /// Counts those warnings.
    warned: u64,
    open: Option<ConversationId>,
    arrived: Vec<MessageId>,
    not_kept: Option<StoreError>,
}

impl DeskShell {
    pub(super) fn new(tab: &str, seed: u64) -> Self {
        Self {
            tab: tab.to_owned(),
            seed,
            number: 0,
            desk: None,
            member: None,
            lock: 0,
            signed_in: false,
            beginning: false,
            foreign: false,
            warned: 0,
            open: None,
            arrived: Vec::new(),
            not_kept: None,
        }
    }

    /// The state of the connection.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.desk.as_ref().map(Desk::status)
    }

    /// Whether this tab leads.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.desk.as_ref().is_some_and(Desk::leads)
    }

    /// The position up to which events are applied.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.desk.as_ref()?.position()
    }

    /// Whose desk it is: tabs of one person hear each other.
    #[must_use]
    pub const fn person(&self) -> Option<MemberId> {
        self.member
    }

    /// The sign-in that is being shown.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// What waits.
    pub fn queued(&self) -> impl Iterator<Item = Queued> {
        self.desk.iter().flat_map(|desk| desk.queue().all())
    }

    /// The open thread.
    #[must_use]
    pub const fn open(&self) -> Option<ConversationId> {
        self.open
    }

    /// The rows of a thread.
    #[must_use]
    pub fn rows(&self, conversation: ConversationId) -> Vec<Row> {
        self.desk
            .as_ref()
            .map(|desk| desk.rows(conversation))
            .unwrap_or_default()
    }

    /// One conversation as the server has confirmed it.
    #[must_use]
    pub fn confirmed(&self, id: ConversationId) -> Option<&Rc<LiveChatConversation>> {
        self.desk.as_ref()?.inbox().conversation(id)
    }

    /// The list on the screen, as far as it is loaded, and whether there is more.
    #[must_use]
    pub fn list(&self) -> Option<(Vec<ConversationId>, bool)> {
        let inbox = self.desk.as_ref()?.inbox();
        let open = Filter::default();
        inbox
            .is_loaded(&open)
            .then(|| (inbox.list(&open).collect(), inbox.next_cursor(&open).is_some()))
    }

    /// Messages that were announced since the last look.
    pub fn announced(&mut self) -> Vec<MessageId> {
        std::mem::take(&mut self.arrived)
    }

    /// What the person is told of a browser that does not keep what is done.
    #[must_use]
    pub const fn not_kept(&self) -> Option<StoreError> {
        self.not_kept
    }

    pub(super) fn step(&mut self, now: Now, news: News, out: &mut Vec<Asked>) {
        if self.beginning && !self.is_to_begin(now, &news, out) {
            return;
        }
        let event = match news {
            News::SignedIn(member) => return self.sign_in(member, out),
            News::Authorised => Event::Authorised,
            News::SignedOut(reason) => {
                self.open = None;
                self.signed_in = false;
                match reason {
                    // Stores wait for the same person.
                    SignedOut::Expired => Event::Stop,
                    SignedOut::Never | SignedOut::Here | SignedOut::Revoked => Event::Forget,
                }
            }
            News::Act(Act::TryAgain) => return self.try_again(now, out),
            News::Act(act) => {
                self.look(now, &act, out);
                match self.deed(act) {
                    Some(event) => event,
                    None => return,
                }
            }
            News::Answered(purpose, answer) if purpose.desk == self.number => ended(purpose.what, answer),
            News::Answered(..) => return,
            News::Opened(number) => match self.own(number) {
                Some(generation) => Event::Link(socket::Event::Opened { generation }),
                None => return,
            },
            News::Frame(number, text) => match self.own(number) {
                Some(generation) => Event::Link(socket::Event::Frame { generation, text }),
                None => return,
            },
            News::Closed(number, code) => match self.own(number) {
                Some(generation) => Event::Link(socket::Event::Closed { generation, code }),
                None => return,
            },
            News::Link(event) => Event::Link(event),
            News::Timer(kind, number) => match self.own(number) {
                Some(generation) => Event::Timer(Timer { kind, generation }),
                None => return,
            },
            News::Warned(number) => return self.goes_on(now, number, out),
            News::Locked(number) => match self.own(number) {
                Some(generation) => Event::Locked { generation },
                None => return,
            },
            News::Stored(number, result) => match self.own(number) {
                Some(request) => Event::Stored { request, result },
                None => return,
            },
            News::Archived(number, result) => match self.own(number) {
                Some(request) => Event::Archived { request, result },
                None => return,
            },
            // Too late, or of an earlier sign-in.
            News::Found(..) => return,
            News::Heard(text) => match serde_json::from_str(&text) {
                Ok(bulletin) => Event::Heard(Box::new(bulletin)),
                Err(_) => return,
            },
        };
        self.drive(now, event, out);
        if std::mem::take(&mut self.foreign) && self.signed_in {
            self.warned += 1;
            let number = self.tagged(self.warned);
            out.push(Asked::Browser(Wish::Timer(TimerFor::Warned, number, WARNING_MS)));
        }
    }

    /// The person has read that something of somebody else waits here, and goes on.
    fn goes_on(&mut self, now: Now, number: u64, out: &mut Vec<Asked>) {
        if self.signed_in && number == self.tagged(self.warned) {
            self.drive(now, Event::Start { erase: true }, out);
        }
    }

    fn sign_in(&mut self, member: MemberId, out: &mut Vec<Asked>) {
        self.number += 1;
        self.member = Some(member);
        self.signed_in = true;
        self.not_kept = None;
        let identity = Identity {
            client: "simulation".to_owned(),
            tab: self.tab.clone(),
        };
        self.desk = Some(Desk::new(identity, member, self.seed ^ u64::from(self.number)));
        self.beginning = true;
        out.push(Asked::Browser(Wish::Recall(self.tagged(0), member)));
    }

    /// While what was kept is waited for, nothing else is there yet that could hear anything. Whether the news is for the desk
    /// as it is now.
    fn is_to_begin(&mut self, now: Now, news: &News, out: &mut Vec<Asked>) -> bool {
        match news {
            News::SignedIn(_) => true,
            News::Found(number, kept) if self.own(*number).is_some() => {
                self.begin(now, kept.clone(), out);
                false
            }
            // What a person does is not kept waiting, and what is kept goes also where it was not read.
            News::Act(_) | News::SignedOut(SignedOut::Never | SignedOut::Here | SignedOut::Revoked) => {
                self.begin(now, None, out);
                true
            }
            News::SignedOut(SignedOut::Expired) => {
                self.beginning = false;
                true
            }
            _ => false,
        }
    }

    fn begin(&mut self, now: Now, kept: Option<Box<archive::Kept>>, out: &mut Vec<Asked>) {
        self.beginning = false;
        if let Some(kept) = kept {
            self.drive(now, Event::Restore(kept), out);
        }
        self.drive(now, Event::Start { erase: false }, out);
        self.drive(now, Event::Show(Filter::default()), out);
        // The page stands below a key that names the person: of a next one it is made anew, at the same address.
        if let Some(open) = self.open {
            self.drive(now, Event::Open(open), out);
        }
    }

    fn try_again(&mut self, now: Now, out: &mut Vec<Asked>) {
        let Some(desk) = &self.desk else { return };
        let list = desk.list_error(&Filter::default());
        let thread = self.open.and_then(|open| desk.thread_error(open));
        let failed: Vec<Fetch> = list
            .into_iter()
            .chain(thread)
            .map(|(_, fetch)| fetch.clone())
            .collect();
        for fetch in failed {
            self.drive(now, Event::Reload(fetch), out);
        }
    }

    /// Who writes or reads in a thread has its end before their eyes.
    fn look(&mut self, now: Now, act: &Act, out: &mut Vec<Asked>) {
        let (Act::Write { conversation, .. } | Act::Read(_, conversation)) = act else {
            return;
        };
        let conversation = *conversation;
        let thread = self
            .desk
            .as_ref()
            .and_then(|desk| desk.inbox().thread(conversation));
        if let Some(up_to) = thread.map(Thread::newest_seq) {
            self.drive(now, Event::OnScreen { conversation, up_to }, out);
        }
    }

    fn deed(&mut self, act: Act) -> Option<Event<()>> {
        let done = |id, conversation, deed| Event::Do {
            id,
            conversation,
            deed,
        };
        Some(match act {
            Act::Write {
                conversation,
                id,
                content,
                visibility,
                hold_ms,
            } => {
                let deed = Deed::Send {
                    content,
                    visibility,
                    mentions: Vec::new(),
                    attachments: files_of(id),
                    hold_ms,
                };
                done(action_id(id), conversation, deed)
            }
            Act::Change {
                id,
                conversation,
                set,
            } => done(id, conversation, Deed::Change(set)),
            Act::Delete(id, conversation) => done(id, conversation, Deed::Delete),
            Act::Open(id) => {
                self.open = Some(id);
                Event::Open(id)
            }
            Act::Leave(id) => {
                self.open = None;
                Event::Close(id)
            }
            Act::Read(id, conversation) => Event::Seen { id, conversation },
            Act::Retry(id) => Event::Retry(id),
            Act::Discard(id) => Event::Discard(id),
            Act::SendNow => Event::Release(None),
            Act::SignedIn { .. } | Act::SignOut | Act::TryAgain => return None,
        })
    }

    /// What a machine of this sign-in counts, told apart from what those of earlier ones counted.
    fn tagged(&self, generation: u64) -> u64 {
        u64::from(self.number) << 32 | generation
    }

    /// What it was before, unless it is an earlier sign-in's.
    fn own(&self, number: u64) -> Option<u64> {
        (number >> 32 == u64::from(self.number)).then_some(number & 0xffff_ffff)
    }

    fn drive(&mut self, now: Now, event: Event<()>, out: &mut Vec<Asked>) {
        let Some(desk) = &mut self.desk else { return };
        let mut effects = Vec::new();
        desk.step(now, event, &mut effects);
        for effect in effects {
            self.run(effect, out);
        }
    }

    fn run(&mut self, effect: Effect, out: &mut Vec<Asked>) {
        let call = |what, request, repeatable| Asked::Call {
            purpose: Purpose {
                desk: self.number,
                what,
            },
            request,
            repeatable,
        };
        out.push(match effect {
            Effect::Link(effect) => match effect {
                socket::Effect::FetchTicket { generation } => {
                    call(What::Ticket(generation), Request::Ticket, false)
                }
                socket::Effect::Open { generation } => Asked::Browser(Wish::Open(self.tagged(generation))),
                socket::Effect::Send { generation, text } => {
                    Asked::Browser(Wish::Send(self.tagged(generation), text))
                }
                socket::Effect::Abandon { generation } => {
                    Asked::Browser(Wish::Abandon(self.tagged(generation)))
                }
                // Never handed out.
                socket::Effect::SetTimer { .. }
                | socket::Effect::Stream(_)
                | socket::Effect::Signal(_)
                | socket::Effect::Status(_) => return,
            },
            Effect::FetchDifference {
                generation,
                after,
                wait_ms,
            } => call(
                What::Difference(generation),
                Request::Events {
                    epoch: after.epoch,
                    after: after.offset,
                    wait_ms,
                },
                // A poll that fails is asked again by the engine, which may try a socket first.
                wait_ms == 0,
            ),
            Effect::Store { request, owner, op } => {
                Asked::Browser(Wish::Store(self.tagged(request), owner, op))
            }
            Effect::Archive { request, owner, op } => {
                Asked::Browser(Wish::Archive(self.tagged(request), owner, op))
            }
            Effect::RequestLock { generation } => {
                self.lock = self.tagged(generation);
                Asked::Browser(Wish::Lock(LockName::Leader, self.lock))
            }
            Effect::ReleaseLock => Asked::Browser(Wish::Unlock(LockName::Leader, self.lock)),
            Effect::Tell(bulletin) => match serde_json::to_string(&bulletin) {
                Ok(text) => match self.member {
                    Some(person) => Asked::Browser(Wish::Say(Said::Bulletin(person, text))),
                    None => return,
                },
                Err(_) => return,
            },
            Effect::Load { generation, fetch } => call(What::Load(generation), load(fetch), true),
            Effect::Post { generation, request } => call(What::Post(generation), post(request), false),
            Effect::Abandon { generation } => Asked::Abandon(Purpose {
                what: What::Post(generation),
                desk: self.number,
            }),
            Effect::SetTimer { timer, after_ms } => Asked::Browser(Wish::Timer(
                TimerFor::Desk(timer.kind),
                self.tagged(timer.generation),
                after_ms,
            )),
            Effect::Changed(changes) => {
                self.arrived
                    .extend(changes.arrived.iter().map(|message| message.id));
                return;
            }
            Effect::Status(Status::SignedOut) => Asked::Ended,
            Effect::Foreign { .. } => {
                self.foreign = true;
                return;
            }
            Effect::NotKept(error) => {
                self.not_kept = Some(error);
                return;
            }
            Effect::Kept => {
                self.not_kept = None;
                return;
            }
            Effect::QueueChanged
            | Effect::Deleted(_)
            | Effect::LoadingChanged
            | Effect::PeopleChanged { .. }
            | Effect::Status(_) => return,
        });
    }
}

fn load(fetch: Fetch) -> Request {
    match fetch {
        Fetch::List { filter, cursor } => Request::List {
            shelf: filter.shelf,
            cursor,
        },
        Fetch::Messages { conversation, before } => Request::Messages { conversation, before },
        Fetch::Passage { conversation, part } => Request::Passage { conversation, part },
        Fetch::Conversation(id) => Request::Conversation(id),
    }
}

/// The files of a message: every third one has some.
pub fn files_of(id: MessageId) -> Vec<File> {
    let bytes = id.as_uuid().into_bytes();
    let file = |number: u8| File {
        id: AttachmentId::from_parts(Timestamp::default(), {
            let mut random = [number; 10];
            random[1..].copy_from_slice(&bytes[7..]);
            random
        }),
        name: format!("{number}.txt"),
        media_type: "text/plain".to_owned(),
        size: 1,
    };
    match bytes[15] % 3 {
        0 => (0..=bytes[14] % 2).map(file).collect(),
        _ => Vec::new(),
    }
}

fn post(request: desk::Request) -> Request {
    match request {
        desk::Request::Send(message) => Request::Send(message),
        desk::Request::Upload {
            id,
            conversation,
            file,
        } => Request::Upload(id, conversation, file.id),
        desk::Request::Change(change) => Request::Change(change),
        desk::Request::Read { conversation, seq } => Request::Read(conversation, MarkRead { seq }),
        desk::Request::TakeBack(id) => Request::TakeBack(id),
        desk::Request::Delete { conversation, id } => Request::Delete(conversation, id),
    }
}

/// What the end of a call means for the desk.
fn ended(what: What, answer: Result<Response, Failed>) -> Event<()> {
    match what {
        What::Ticket(generation) => Event::Link(socket::Event::Ticket {
            generation,
            result: match answer {
                Ok(Response::Ticket(ticket)) => Ok(ticket),
                Err(Failed::SignedOut) => Err(TicketError::SignedOut),
                Err(Failed::RateLimited(wait)) => Err(TicketError::RateLimited(wait)),
                _ => Err(TicketError::Unreachable),
            },
        }),
        What::Difference(generation) => Event::Difference {
            generation,
            result: match answer {
                Ok(Response::Events(page)) => Ok(page),
                Err(Failed::Refused(problem)) if problem.code == ProblemCode::PositionLost => {
                    Err(DifferenceError::PositionLost)
                }
                _ => Err(DifferenceError::Unreachable),
            },
        },
        What::Load(generation) => Event::Loaded {
            generation,
            result: match answer {
                Ok(Response::List(page)) => Ok(Fetched::List(page.into())),
                Ok(Response::Messages(page)) => Ok(Fetched::Messages(page)),
                Ok(Response::Conversation(conversation)) => Ok(Fetched::Conversation(conversation)),
                Err(Failed::Refused(problem)) if problem.code == ProblemCode::NotFound => {
                    Ok(Fetched::Missing)
                }
                _ => Err(()),
            },
        },
        What::Post(generation) => Event::Attempted {
            generation,
            outcome: match answer {
                Ok(Response::Sent(result)) => Attempt::Sent(result),
                Ok(Response::Uploaded) => Attempt::Uploaded,
                Ok(Response::Changed(results)) => Attempt::Changed(results),
                Ok(Response::Read(result)) => Attempt::Read(result),
                Ok(Response::Done) => Attempt::TakenBack,
                Ok(Response::Deleted) => Attempt::Deleted,
                Ok(_) => Attempt::Failed(Outcome::Unsure { wait_ms: 0 }),
                Err(failed) => Attempt::Failed(outcome(failed)),
            },
        },
    }
}

/// What a failed attempt means: whether the server may have it, and what helps.
fn outcome(failed: Failed) -> Outcome {
    match failed {
        Failed::SignedOut => Outcome::NeedsAuth,
        Failed::RateLimited(wait_ms) => Outcome::Unsure { wait_ms },
        Failed::Server(problem) => Outcome::Unsure {
            wait_ms: problem.retry_after_ms.unwrap_or(0),
        },
        Failed::NoAnswer => Outcome::Unsure { wait_ms: 0 },
        Failed::Refused(problem) => Outcome::Refused(Rc::new(*problem)),
    }
}
