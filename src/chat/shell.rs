//! The shell of the desk: it makes the calls, keeps the timers, and tells those who watch.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::{LiveChatMessage, SendMessage, Visibility};
use switchboard_engine::desk::{Attempt, Desk, Effect, Event, Fetch, Fetched};
use switchboard_engine::inbox::{Changes, Shelf};
use switchboard_engine::outbox::Outcome;
use switchboard_engine::socket::{Identity, Status};
use yew::Callback;

use crate::api::{Api, ApiError, Around, ConversationQuery, StatusFilter};
use crate::browser::{Task, Timeout, now, random_bytes, random_seed};
use crate::realtime::Link;

/// Conversations in one page of a list.
const LIST_PAGE: u32 = 50;
/// Messages in one page of a thread.
const THREAD_PAGE: u32 = 50;

/// What a component wants to be drawn again for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The state of the connection.
    Status,
    /// The order and membership of lists, and how loading them stands.
    Lists,
    /// One conversation's own fields.
    Conversation(ConversationId),
    /// One conversation's messages, queued ones included, and how loading them stands.
    Thread(ConversationId),
    /// Any conversation: for counts over all of them.
    Any,
}

struct Watcher {
    topic: Topic,
    tell: Callback<()>,
}

struct Inner {
    api: Api,
    desk: RefCell<Desk<ApiError>>,
    link: RefCell<Option<Link>>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    next: Cell<u64>,
    outbox_timer: RefCell<Option<Timeout>>,
    watchers: RefCell<BTreeMap<u64, Watcher>>,
    listeners: RefCell<BTreeMap<u64, Callback<Rc<LiveChatMessage>>>>,
    drafts: RefCell<BTreeMap<ConversationId, String>>,
    on_ended: Callback<()>,
}

/// The chat of the person who is signed in. Clones share it.
#[derive(Clone)]
pub struct Chat(Rc<Inner>);

impl PartialEq for Chat {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Stops telling when it is dropped.
pub struct Subscription {
    chat: Weak<Inner>,
    number: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(inner) = self.chat.upgrade() {
            inner.watchers.borrow_mut().remove(&self.number);
            inner.listeners.borrow_mut().remove(&self.number);
        }
    }
}

impl Chat {
    /// A chat at rest. `on_ended` hears that the server has ended this session.
    #[must_use]
    pub fn new(api: Api, on_ended: Callback<()>) -> Self {
        let identity = Identity {
            client: concat!("dashboard/", env!("CARGO_PKG_VERSION")).to_owned(),
            tab: format!("{:016x}", random_seed()),
        };
        Self(Rc::new(Inner {
            api,
            desk: RefCell::new(Desk::new(identity, random_seed())),
            link: RefCell::default(),
            tasks: RefCell::default(),
            next: Cell::new(0),
            outbox_timer: RefCell::default(),
            watchers: RefCell::default(),
            listeners: RefCell::default(),
            drafts: RefCell::default(),
            on_ended,
        }))
    }

    /// Connects to the WebSocket at `url` and keeps everything live until [`Chat::stop`].
    pub fn start(&self, url: String) {
        let inner = Rc::downgrade(&self.0);
        let on_event = Callback::from(move |event| {
            if let Some(inner) = inner.upgrade() {
                Self(inner).drive(Event::Link(event));
            }
        });
        *self.0.link.borrow_mut() = Some(Link::new(self.0.api.clone(), url, on_event));
        self.drive(Event::Start);
    }

    /// Closes the connection and forgets everything.
    pub fn stop(&self) {
        self.drive(Event::Stop);
        self.0.link.borrow_mut().take();
        self.0.tasks.borrow_mut().clear();
        self.0.outbox_timer.borrow_mut().take();
        self.0.drafts.borrow_mut().clear();
    }

    /// Reads the data.
    pub fn read<T>(&self, read: impl FnOnce(&Desk<ApiError>) -> T) -> T {
        read(&self.0.desk.borrow())
    }

    /// The state of the connection.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.desk.borrow().status()
    }

    /// Sends a message; it shows at once and goes out as soon as it can.
    pub fn send(&self, conversation: ConversationId, content: String, visibility: Visibility) {
        let id = MessageId::from_parts(now().wall, random_bytes());
        self.drive(Event::Send {
            conversation,
            id,
            content,
            visibility,
        });
    }

    /// Tries a refused message again.
    pub fn retry(&self, id: MessageId) {
        self.drive(Event::Retry(id));
    }

    /// Gives a refused message up.
    pub fn discard(&self, id: MessageId) {
        self.drive(Event::Discard(id));
    }

    /// A list is on the screen.
    pub fn show(&self, shelf: Shelf) {
        self.drive(Event::Show(shelf));
    }

    /// Loads the next page of a list.
    pub fn more_of_list(&self, shelf: Shelf) {
        self.drive(Event::MoreOfList(shelf));
    }

    /// A thread is on the screen.
    pub fn open(&self, conversation: ConversationId) {
        self.drive(Event::Open(conversation));
    }

    /// It no longer is.
    pub fn close(&self, conversation: ConversationId) {
        self.drive(Event::Close(conversation));
    }

    /// The end of a thread is before the person's eyes.
    pub fn seen(&self, conversation: ConversationId) {
        self.drive(Event::Seen(conversation));
    }

    /// Loads earlier messages of a thread.
    pub fn more_of_thread(&self, conversation: ConversationId) {
        self.drive(Event::MoreOfThread(conversation));
    }

    /// Tries a failed load again.
    pub fn reload(&self, fetch: Fetch) {
        self.drive(Event::Reload(fetch));
    }

    /// What was typed in a conversation and not sent.
    #[must_use]
    pub fn draft(&self, conversation: ConversationId) -> String {
        self.0
            .drafts
            .borrow()
            .get(&conversation)
            .cloned()
            .unwrap_or_default()
    }

    /// Keeps what was typed in a conversation until it is opened again.
    pub fn keep_draft(&self, conversation: ConversationId, text: String) {
        let mut drafts = self.0.drafts.borrow_mut();
        if text.is_empty() {
            drafts.remove(&conversation);
        } else {
            drafts.insert(conversation, text);
        }
    }

    /// Tells `tell` of each change of `topic` until the subscription is dropped.
    #[must_use]
    pub fn watch(&self, topic: Topic, tell: Callback<()>) -> Subscription {
        let number = self.number();
        self.0
            .watchers
            .borrow_mut()
            .insert(number, Watcher { topic, tell });
        Subscription {
            chat: Rc::downgrade(&self.0),
            number,
        }
    }

    /// Tells `tell` of each message that comes in.
    #[must_use]
    pub fn watch_arrivals(&self, tell: Callback<Rc<LiveChatMessage>>) -> Subscription {
        let number = self.number();
        self.0.listeners.borrow_mut().insert(number, tell);
        Subscription {
            chat: Rc::downgrade(&self.0),
            number,
        }
    }

    fn number(&self) -> u64 {
        let number = self.0.next.get();
        self.0.next.set(number + 1);
        number
    }

    fn drive(&self, event: Event<ApiError>) {
        let mut effects = Vec::new();
        self.0.desk.borrow_mut().step(now(), event, &mut effects);
        for effect in effects {
            match effect {
                Effect::Link(effect) => {
                    if let Some(link) = &*self.0.link.borrow() {
                        link.run(effect);
                    }
                }
                Effect::Load { generation, fetch } => self.load(generation, fetch),
                Effect::Post { generation, message } => self.post(generation, message),
                Effect::MarkRead { conversation, seq } => self.mark_read(conversation, seq),
                Effect::SetOutboxTimer { generation, after_ms } => {
                    self.set_outbox_timer(generation, after_ms)
                }
                Effect::Changed(changes) => self.changed(&changes),
                Effect::LoadingChanged => {
                    self.tell(|topic| matches!(topic, Topic::Lists | Topic::Thread(_)));
                }
                Effect::Status(status) => {
                    self.tell(|topic| topic == Topic::Status);
                    if status == Status::SignedOut {
                        self.0.on_ended.emit(());
                    }
                }
            }
        }
    }

    fn mark_read(&self, conversation: ConversationId, seq: u64) {
        let api = self.0.api.clone();
        let number = self.number();
        let inner = Rc::downgrade(&self.0);
        let task = Task::spawn(async move {
            let failed = api.mark_read(conversation, seq).await.is_err();
            if let Some(inner) = inner.upgrade() {
                let done = inner.tasks.borrow_mut().remove(&number);
                if failed {
                    Self(inner).drive(Event::MarkFailed(conversation));
                }
                drop(done);
            }
        });
        self.0.tasks.borrow_mut().insert(number, task);
    }

    fn changed(&self, changes: &Changes) {
        self.tell(|topic| match topic {
            Topic::Status => false,
            Topic::Lists => changes.lists,
            Topic::Conversation(id) => changes.conversations.contains(&id),
            Topic::Thread(id) => changes.threads.contains(&id),
            Topic::Any => changes.lists || !changes.conversations.is_empty(),
        });
        for message in &changes.arrived {
            let listeners: Vec<_> = self.0.listeners.borrow().values().cloned().collect();
            for tell in listeners {
                tell.emit(message.clone());
            }
        }
    }

    fn tell(&self, concerns: impl Fn(Topic) -> bool) {
        let watchers: Vec<Callback<()>> = self
            .0
            .watchers
            .borrow()
            .values()
            .filter(|watcher| concerns(watcher.topic))
            .map(|watcher| watcher.tell.clone())
            .collect();
        for tell in watchers {
            tell.emit(());
        }
    }

    fn set_outbox_timer(&self, generation: u64, after_ms: u64) {
        let inner = Rc::downgrade(&self.0);
        let timeout = Timeout::new(after_ms, move || {
            if let Some(inner) = inner.upgrade() {
                Self(inner).drive(Event::OutboxTimer { generation });
            }
        });
        *self.0.outbox_timer.borrow_mut() = Some(timeout);
    }

    fn load(&self, generation: u64, fetch: Fetch) {
        let api = self.0.api.clone();
        self.spawn(async move {
            Event::Loaded {
                generation,
                result: load(&api, fetch).await,
            }
        });
    }

    fn post(&self, generation: u64, message: Box<SendMessage>) {
        let api = self.0.api.clone();
        self.spawn(async move {
            let outcome = match api.send_message(&message).await {
                Ok(result) => Attempt::Stored(Box::new(result)),
                Err(error) => Attempt::Failed(outcome(&error)),
            };
            Event::Attempted { generation, outcome }
        });
    }

    fn spawn(&self, work: impl Future<Output = Event<ApiError>> + 'static) {
        let number = self.number();
        let inner = Rc::downgrade(&self.0);
        let task = Task::spawn(async move {
            let event = work.await;
            if let Some(inner) = inner.upgrade() {
                let done = inner.tasks.borrow_mut().remove(&number);
                Self(inner).drive(event);
                drop(done);
            }
        });
        self.0.tasks.borrow_mut().insert(number, task);
    }
}

async fn load(api: &Api, fetch: Fetch) -> Result<Fetched, ApiError> {
    let answer = match fetch {
        Fetch::List { shelf, cursor } => {
            let status = match shelf {
                Shelf::Open => StatusFilter::Open,
                Shelf::Closed => StatusFilter::Closed,
                Shelf::Archived => StatusFilter::Archived,
            };
            let query = ConversationQuery {
                status,
                limit: Some(LIST_PAGE),
                cursor,
            };
            api.conversations(&query).await.map(Fetched::List)
        }
        Fetch::Messages { conversation, before } => {
            let around = before.map_or(Around::Newest, Around::Before);
            api.messages(conversation, around, THREAD_PAGE)
                .await
                .map(Fetched::Messages)
        }
        Fetch::Conversation(id) => api
            .conversation(id)
            .await
            .map(|conversation| Fetched::Conversation(Box::new(conversation))),
    };
    match answer {
        Err(ApiError::NotFound(_)) => Ok(Fetched::Missing),
        answer => answer,
    }
}

/// What a failed attempt means for the message: whether the server may have it, and what helps.
fn outcome(error: &ApiError) -> Outcome {
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
