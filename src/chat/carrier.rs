//! Carries out what the desk asks for: calls, timers, the socket, the store, the other tabs. It decides nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::MemberId;
use switchboard_contract::problem::ProblemCode;
use switchboard_engine::attached;
use switchboard_engine::desk::{Attempt, Effect, Event, Fetch, Fetched, Request, TimerKind};
use switchboard_engine::outbox::Outcome;
use switchboard_engine::passage::Part;
use switchboard_engine::socket::{self, Status};
use switchboard_engine::store::Answer;
use switchboard_engine::stream::DifferenceError;
use yew::Callback;

use super::shell::Inner;
use super::{Chat, Topic, files};
use crate::api::{Api, ApiError, Around};
use crate::browser::Task;
use crate::realtime::store::Notice;
use crate::realtime::{Sign, Socket, Store, Tabs, Timers, Wake};

/// Conversations in one page of a list.
const LIST_PAGE: u32 = 50;
/// Messages in one page of a thread.
const THREAD_PAGE: u32 = 50;

/// What the desk's wishes are carried out with; everything stops when it is dropped.
pub(super) struct Carrier {
    api: Api,
    owner: MemberId,
    socket: Socket,
    store: Store,
    tabs: Tabs,
    timers: Timers<TimerKind>,
    wake: Wake,
    tasks: RefCell<BTreeMap<Work, Task>>,
}

/// What is under way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    /// What [`Effect::Post`] of this generation asked for.
    Post(u64),
    /// Anything else, counted.
    Other(u64),
}

impl Carrier {
    pub(super) fn new(chat: &Rc<Inner>, api: Api, url: String, owner: MemberId, store: Store) -> Self {
        let report = {
            let chat = Rc::downgrade(chat);
            move |event: Event<ApiError>| {
                if let Some(inner) = chat.upgrade() {
                    Chat(inner).drive(event);
                }
            }
        };
        let on_socket = {
            let chat = Rc::downgrade(chat);
            Callback::from(move |event| {
                if let Some(inner) = chat.upgrade() {
                    Chat(inner).take_in(event);
                }
            })
        };
        let on_heard = {
            let chat = Rc::downgrade(chat);
            Callback::from(move |words: String| {
                if let Some(inner) = chat.upgrade() {
                    Chat(inner).take_in_words(&words);
                }
            })
        };
        let on_locked = {
            let report = report.clone();
            Callback::from(move |generation| report(Event::Locked { generation }))
        };
        let on_sign = Callback::from(move |sign| {
            report(Event::Link(match sign {
                Sign::Awake => socket::Event::Awake,
                Sign::NetworkDown => socket::Event::NetworkDown,
                Sign::Shown(shown) => socket::Event::Shown(shown),
            }));
        });
        Self {
            socket: Socket::new(api.clone(), url, on_socket),
            store,
            tabs: Tabs::new(&format!("switchboard.tabs.{owner}"), on_heard, on_locked),
            timers: Timers::new(),
            wake: Wake::new(on_sign),
            tasks: RefCell::default(),
            owner,
            api,
        }
    }

    /// Where the browser keeps the files of entries, and whose they are.
    pub(super) fn kept_files(&self) -> (Store, MemberId) {
        (self.store.clone(), self.owner)
    }

    /// Tells all other tabs.
    pub(super) fn tell(&self, words: &str) {
        self.tabs.say(words);
    }
}

impl Chat {
    pub(super) fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::Changed(changes) => return self.changed(&changes),
            Effect::News(news) => return self.tell_news(&news),
            Effect::QueueChanged => {
                self.prune_files();
                return self.mark(|topic| topic == Topic::Queue);
            }
            Effect::PeopleChanged {
                conversations,
                presence,
            } => {
                return self.mark(|topic| match topic {
                    Topic::People(id) => conversations.contains(&id),
                    Topic::Presence => presence,
                    _ => false,
                });
            }
            Effect::Deleted(id) => return self.draft_gone(id),
            Effect::LoadingChanged => {
                return self.mark(|topic| matches!(topic, Topic::Lists | Topic::Thread(_)));
            }
            Effect::Status(status) => {
                self.mark(|topic| topic == Topic::Status);
                self.forget_uploads_elsewhere();
                if status == Status::SignedOut {
                    self.0.on_ended.emit(());
                }
                return;
            }
            Effect::Foreign { entries } => {
                self.0.foreign.set(Some(entries));
                return self.mark(|topic| topic == Topic::Queue);
            }
            Effect::NotKept(error) => {
                self.0.not_kept.set(Some(error));
                return self.mark(|topic| topic == Topic::Queue);
            }
            Effect::Kept => {
                self.0.not_kept.set(None);
                // What can no longer be read stays so.
                let set_aside = |notice: &Notice| matches!(notice, Notice::SetAside(_));
                self.0
                    .store_notice
                    .set(self.0.store_notice.get().filter(set_aside));
                return self.tell(|topic| topic == Topic::Queue);
            }
            _ => {}
        }
        let carrier = self.0.carrier.borrow();
        let Some(carrier) = &*carrier else { return };
        match effect {
            Effect::Link(effect) => carrier.socket.run(effect),
            Effect::FetchDifference {
                generation,
                after,
                wait_ms,
            } => {
                let api = carrier.api.clone();
                let idle = self.read(|desk| desk.own_availability() == Availability::Away);
                self.spawn(carrier, Work::Other(self.number()), async move {
                    let result =
                        api.events(&after, wait_ms, idle)
                            .await
                            .map_err(|error| match error.code() {
                                Some(ProblemCode::PositionLost) => DifferenceError::PositionLost,
                                _ => DifferenceError::Unreachable,
                            });
                    Event::Difference { generation, result }
                });
            }
            Effect::Store { request, owner, op } => {
                let chat = Rc::downgrade(&self.0);
                let files = self.0.files.blobs(&op);
                carrier.store.run_with(owner, op, files, move |result| {
                    if matches!(&result, Ok(Answer::Appended { entry, .. }) if !entry.files().is_empty())
                        && let Some(inner) = chat.upgrade()
                    {
                        Chat(inner).attached_event(attached::Event::Released);
                    }
                    report(&chat, Event::Stored { request, result });
                });
            }
            Effect::Archive { request, owner, op } => {
                let chat = Rc::downgrade(&self.0);
                carrier.store.run_archive(owner, op, move |result| {
                    report(&chat, Event::Archived { request, result });
                });
            }
            Effect::RequestLock { generation } => carrier.tabs.request(generation),
            Effect::ReleaseLock => carrier.tabs.release(),
            Effect::Tell(bulletin) => {
                if let Ok(word) = serde_json::to_string(&bulletin) {
                    self.0.words.borrow_mut().push(word);
                }
            }
            Effect::Load { generation, fetch } => {
                let api = carrier.api.telling(self.on_repeat(generation, &fetch));
                let chat = Rc::downgrade(&self.0);
                self.spawn(carrier, Work::Other(self.number()), async move {
                    let result = load(&api, &fetch).await;
                    if let Some(inner) = chat.upgrade() {
                        Chat(inner).load_ended(generation, &fetch);
                    }
                    Event::Loaded { generation, result }
                });
            }
            Effect::Post {
                generation,
                request:
                    Request::Upload {
                        id,
                        conversation,
                        file,
                    },
            } => {
                let api = carrier.api.clone();
                let kept = carrier.kept_files();
                let (held, on_progress) = (self.held_blob(file.id), self.on_progress(file.id));
                let under_way = self.upload_under_way(file.id);
                self.spawn(carrier, Work::Post(generation), async move {
                    let what = (id, conversation, &file);
                    let outcome = files::upload(&api, held, kept, what, on_progress).await;
                    drop(under_way);
                    let outcome = outcome.unwrap_or_else(|error| Attempt::Failed(outcome_of(&error)));
                    Event::Attempted { generation, outcome }
                });
            }
            Effect::Post { generation, request } => {
                let api = carrier.api.clone();
                self.spawn(carrier, Work::Post(generation), async move {
                    let outcome = attempt(&api, request).await;
                    Event::Attempted { generation, outcome }
                });
            }
            Effect::Abandon { generation } => {
                let task = carrier.tasks.borrow_mut().remove(&Work::Post(generation));
                drop(task);
            }
            Effect::SetTimer { timer, after_ms } => {
                let chat = Rc::downgrade(&self.0);
                carrier.timers.set(timer.kind, after_ms, move || {
                    look(&chat);
                    report(&chat, Event::Timer(timer));
                });
            }
            Effect::Changed(_)
            | Effect::News(_)
            | Effect::QueueChanged
            | Effect::LoadingChanged
            | Effect::PeopleChanged { .. }
            | Effect::Deleted(_)
            | Effect::Status(_)
            | Effect::Foreign { .. }
            | Effect::NotKept(_)
            | Effect::Kept => {}
        }
    }

    fn spawn(&self, carrier: &Carrier, work: Work, future: impl Future<Output = Event<ApiError>> + 'static) {
        let chat = Rc::downgrade(&self.0);
        let task = Task::spawn(async move {
            let event = future.await;
            let Some(inner) = chat.upgrade() else { return };
            let done = inner
                .carrier
                .borrow()
                .as_ref()
                .and_then(|carrier| carrier.tasks.borrow_mut().remove(&work));
            Chat(inner).drive(event);
            drop(done);
        });
        carrier.tasks.borrow_mut().insert(work, task);
    }
}

fn report(chat: &Weak<Inner>, event: Event<ApiError>) {
    if let Some(inner) = chat.upgrade() {
        Chat(inner).drive(event);
    }
}

/// A sleep is told before the timer that rings after it.
fn look(chat: &Weak<Inner>) {
    let wake = chat.upgrade().and_then(|inner| {
        inner
            .carrier
            .borrow()
            .as_ref()
            .map(|carrier| carrier.wake.clone())
    });
    if let Some(wake) = wake {
        wake.look();
    }
}

async fn load(api: &Api, fetch: &Fetch) -> Result<Fetched, ApiError> {
    // A conversation may be gone; a list that is not there is a failure like any other.
    let may_be_gone = !matches!(fetch, Fetch::List { .. });
    let answer = match fetch {
        Fetch::List { filter, cursor } => {
            let page = api.conversation_list(filter, LIST_PAGE, cursor.as_deref()).await;
            page.map(Fetched::List)
        }
        Fetch::Messages { conversation, before } => {
            let around = before.map_or(Around::Newest, Around::Before);
            api.messages(*conversation, around, THREAD_PAGE)
                .await
                .map(Fetched::Messages)
        }
        Fetch::Passage { conversation, part } => {
            let around = match *part {
                Part::Around(seq) => Around::Message(seq),
                Part::At(at) => Around::Time(at),
                Part::Before(seq) => Around::Before(seq),
                Part::After(seq) => Around::After(seq),
            };
            api.messages(*conversation, around, THREAD_PAGE)
                .await
                .map(Fetched::Messages)
        }
        Fetch::Conversation(id) => api
            .conversation(*id)
            .await
            .map(|conversation| Fetched::Conversation(Box::new(conversation))),
    };
    match answer {
        Err(ApiError::NotFound(_)) if may_be_gone => Ok(Fetched::Missing),
        answer => answer,
    }
}

async fn attempt(api: &Api, request: Request) -> Attempt {
    let answer = match request {
        Request::Upload { .. } => return Attempt::Failed(Outcome::Unsure { wait_ms: 0 }),
        Request::Send(message) => api
            .send_message(&message)
            .await
            .map(|result| Attempt::Sent(Box::new(result))),
        Request::Change(change) => api
            .change_conversations(&change)
            .await
            .map(|results| Attempt::Changed(Box::new(results))),
        Request::Read { conversation, seq } => api
            .mark_read(conversation, seq)
            .await
            .map(|result| Attempt::Read(Box::new(result))),
        Request::TakeBack(id) => api.take_back_message(id).await.map(|()| Attempt::TakenBack),
        Request::Delete { conversation, id } => api
            .delete_conversation(conversation, id)
            .await
            .map(|()| Attempt::Deleted),
    };
    answer.unwrap_or_else(|error| Attempt::Failed(outcome_of(&error)))
}

/// What a failed attempt means: whether the server may have it, and what helps.
fn outcome_of(error: &ApiError) -> Outcome {
    match error {
        ApiError::SignedOut | ApiError::InvalidCredentials => Outcome::NeedsAuth,
        ApiError::RateLimited(wait_ms) => Outcome::Unsure { wait_ms: *wait_ms },
        ApiError::Server(problem) => Outcome::Unsure {
            wait_ms: problem.retry_after_ms.unwrap_or(0),
        },
        ApiError::Offline | ApiError::TimedOut | ApiError::Undecodable(_) => Outcome::Unsure { wait_ms: 0 },
        ApiError::Forbidden(problem)
        | ApiError::NotFound(problem)
        | ApiError::Conflict(problem)
        | ApiError::Validation(problem)
        | ApiError::Refused(problem) => Outcome::Refused(problem.clone()),
    }
}
