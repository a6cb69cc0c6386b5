//! The browser shell of [`switchboard_engine::query`]: it makes the calls, runs the timer and tells who looks, and decides
//! nothing.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};

use switchboard_contract::auth::Me;
use switchboard_contract::ids::MemberId;
use switchboard_contract::position::Position;
use switchboard_engine::archive::{self, Age};
use switchboard_engine::query::{Cache, Effect, Event, Fresh, Key, Target, View};
use yew::Callback;

use super::asks::{Ask, topic};
use super::outside::{Outside, Word};
use super::value::{Codec, Value, change_of};
use crate::api::{Api, ApiError, Retrying};
use crate::browser::{Grace, Listener, Task, Timeout, document, is_shown, now, window};
use crate::realtime::Store;

type Answer = Pin<Box<dyn Future<Output = Result<Fresh<Value>, ApiError>>>>;
type Fetcher = Rc<dyn Fn(Api) -> Answer>;

struct Watcher {
    id: u64,
    key: Key,
    on_change: Callback<()>,
}

struct Inner {
    api: Api,
    cache: RefCell<Cache<Value, ApiError>>,
    fetchers: RefCell<BTreeMap<Key, Fetcher>>,
    fetches: RefCell<BTreeMap<u64, (Key, Task)>>,
    mutations: RefCell<BTreeMap<u64, Task>>,
    retrying: RefCell<BTreeMap<Key, Retrying>>,
    watchers: RefCell<Vec<Watcher>>,
    told: Cell<u64>,
    timer: RefCell<Option<Timeout>>,
    listeners: RefCell<Vec<Listener>>,
    last_id: Cell<u64>,
    outside: RefCell<Option<Outside>>,
    /// How the values of those who look are written down, where they are.
    codecs: RefCell<BTreeMap<Key, Codec>>,
    /// What an earlier visit kept or another tab told, and nobody has looked at here yet.
    kept: RefCell<BTreeMap<Key, (String, Age)>>,
    /// The person, to be kept as soon as there is a place.
    me: RefCell<Option<Rc<Me>>>,
    /// Whether the server has confirmed anything since the sign-in.
    is_confirmed: Cell<bool>,
}

/// What one person's pages have loaded. Clones share it.
#[derive(Clone)]
pub struct QueryClient(Rc<Inner>);

impl PartialEq for QueryClient {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What a mutation changes before the server has confirmed it.
pub struct Mutating<T> {
    /// What shows the change.
    pub target: Target,
    /// The change. It may be applied to a value that has it already, and must then change nothing.
    pub change: Box<dyn Fn(&T) -> T>,
}

impl QueryClient {
    /// A client with nothing loaded.
    #[must_use]
    pub fn new(api: Api) -> Self {
        Self(Rc::new(Inner {
            api,
            cache: RefCell::default(),
            fetchers: RefCell::default(),
            fetches: RefCell::default(),
            mutations: RefCell::default(),
            retrying: RefCell::default(),
            watchers: RefCell::default(),
            told: Cell::new(0),
            timer: RefCell::default(),
            listeners: RefCell::default(),
            last_id: Cell::new(0),
            outside: RefCell::default(),
            codecs: RefCell::default(),
            kept: RefCell::default(),
            me: RefCell::default(),
            is_confirmed: Cell::new(false),
        }))
    }

    /// Asks again what is out of date whenever the page is looked at again or the network is back.
    pub(super) fn listen(&self) {
        let awake = || {
            let client = self.weak();
            move |_| {
                if is_shown() {
                    client.drive(Event::Awake);
                }
            }
        };
        let mut listeners = Vec::new();
        if let Some(window) = window() {
            listeners.push(Listener::new(&window, "focus", awake()));
            listeners.push(Listener::new(&window, "online", awake()));
        }
        if let Some(document) = document() {
            listeners.push(Listener::new(&document, "visibilitychange", awake()));
        }
        *self.0.listeners.borrow_mut() = listeners;
    }

    /// The person is gone: aborts what is on its way and forgets everything.
    pub(super) fn forget(&self) {
        self.0.listeners.borrow_mut().clear();
        self.0.mutations.borrow_mut().clear();
        self.drive(Event::Forget);
        self.0.timer.borrow_mut().take();
        self.0.fetchers.borrow_mut().clear();
        self.0.outside.borrow_mut().take();
        self.0.codecs.borrow_mut().clear();
        self.0.kept.borrow_mut().clear();
        self.0.me.borrow_mut().take();
        self.0.is_confirmed.set(false);
    }

    /// From now on what comes is kept in `store` and told to the other tabs of `owner`; `values` are what an earlier visit
    /// kept.
    pub fn attach(&self, owner: MemberId, store: &Store, values: Vec<archive::Value>) {
        let client = self.weak();
        let on_word = move |word| {
            if let Some(client) = client.upgrade() {
                client.heard(word);
            }
        };
        *self.0.outside.borrow_mut() = Some(Outside::new(owner, store.clone(), on_word));
        for value in values {
            let key = Key::new(&value.topic, &value.part);
            self.set_kept(key, value.text, value.age);
        }
        let waiting: Vec<Key> = self.0.codecs.borrow().keys().cloned().collect();
        for key in waiting {
            self.take_kept(&key);
        }
    }

    /// Keeps who is signed in, for a start without the server. It is written once the server has confirmed something: the store
    /// is this person's by then, which it is not yet when they sign in here for the first time.
    pub fn keep_me(&self, me: Rc<Me>) {
        *self.0.me.borrow_mut() = Some(me);
        if self.0.is_confirmed.get() {
            self.write_me();
        }
    }

    fn write_me(&self) {
        let outside = self.0.outside.borrow();
        let Some(outside) = &*outside else { return };
        let Some(me) = self.0.me.borrow_mut().take() else {
            return;
        };
        if let Ok(text) = serde_json::to_string(&*me) {
            let wall = now().wall;
            let age = Age {
                asked: wall,
                came: wall,
                as_of: None,
            };
            outside.keep(&Key::new(topic::ME, ""), text, age);
        }
    }

    /// What is kept of a value, for whoever looks first.
    fn set_kept(&self, key: Key, text: String, age: Age) {
        let mut kept = self.0.kept.borrow_mut();
        if kept.get(&key).is_none_or(|(_, known)| age.is_newer_than(known)) {
            kept.insert(key, (text, age));
        }
    }

    fn take_kept(&self, key: &Key) {
        let Some(codec) = self.0.codecs.borrow().get(key).copied() else {
            return;
        };
        let Some((text, age)) = self.0.kept.borrow_mut().remove(key) else {
            return;
        };
        match (codec.read)(&text) {
            Some(value) => self.drive(Event::Kept {
                key: key.clone(),
                fresh: Fresh {
                    value,
                    as_of: age.as_of,
                },
                at: age.came,
            }),
            None => {
                if let Some(outside) = &*self.0.outside.borrow() {
                    outside.lose(key);
                }
            }
        }
    }

    /// Another tab told something.
    fn heard(&self, word: Word) {
        match word {
            Word::Changed { topic, part } => {
                let target = Word::target(topic.as_deref(), part.as_deref());
                self.drive(Event::Invalidate(target));
            }
            Word::Confirmed {
                topic,
                part,
                text,
                age,
            } => {
                let key = Key::new(&topic, &part);
                let codec = self.0.codecs.borrow().get(&key).copied();
                let Some(codec) = codec else {
                    return self.set_kept(key, text, age);
                };
                // What cannot be read here is asked for when it is looked at.
                if let Some(value) = (codec.read)(&text) {
                    self.drive(Event::Heard {
                        key,
                        fresh: Fresh {
                            value,
                            as_of: age.as_of,
                        },
                        asked: age.asked,
                        at: age.came,
                    });
                }
            }
        }
    }

    /// The server has confirmed a value.
    fn confirmed(&self, key: &Key) {
        let (codecs, outside, cache) = (
            self.0.codecs.borrow(),
            self.0.outside.borrow(),
            self.0.cache.borrow(),
        );
        let value = cache.confirmed(key).map(|fresh| &fresh.value);
        let text = codecs
            .get(key)
            .zip(value)
            .and_then(|(codec, value)| (codec.write)(value));
        let (Some(outside), Some(text), Some(age)) = (&*outside, text, cache.age(key)) else {
            return;
        };
        outside.tell(&Word::Confirmed {
            topic: key.topic.to_string(),
            part: key.part.to_string(),
            text: text.clone(),
            age: age.clone(),
        });
        outside.keep(key, text, age);
        self.0.is_confirmed.set(true);
        self.write_me();
    }

    pub(super) fn view<T: 'static>(
        &self,
        key: &Key,
    ) -> (View<Value, ApiError>, Option<Rc<T>>, Option<Retrying>) {
        let view = self.0.cache.borrow().view(now(), key);
        let value = view.value.as_ref().and_then(Value::read);
        let retrying = self.0.retrying.borrow().get(key).cloned();
        (view, value, retrying)
    }

    /// Someone looks at it until the answer is dropped.
    pub(super) fn watch<T: PartialEq + 'static>(&self, ask: &Ask<T>, on_change: Callback<()>) -> Watching {
        self.register(ask);
        let id = self.next_id();
        let key = ask.key().clone();
        self.0.watchers.borrow_mut().push(Watcher {
            id,
            key: key.clone(),
            on_change,
        });
        self.drive(Event::Watch {
            key: key.clone(),
            options: ask.options(),
        });
        Watching {
            client: self.weak(),
            id,
            key,
        }
    }

    /// Someone will probably look at it soon.
    pub fn prefetch<T: PartialEq + 'static>(&self, ask: &Ask<T>) {
        self.register(ask);
        self.drive(Event::Prefetch {
            key: ask.key().clone(),
            options: ask.options(),
        });
    }

    /// Asks for it now.
    pub fn reload(&self, key: Key) {
        self.drive(Event::Reload { key });
    }

    /// It may have changed: asks again for what someone looks at.
    pub fn invalidate(&self, target: Target) {
        self.drive(Event::Invalidate(target));
    }

    /// Makes a call that changes something: the change shows at once, `then` hears how it ended. It runs to its end wherever
    /// the person goes meanwhile.
    pub fn mutate<T, R>(
        &self,
        mutating: Mutating<T>,
        call: impl Future<Output = Result<R, ApiError>> + 'static,
        then: impl FnOnce(Result<R, ApiError>) + 'static,
    ) where
        T: PartialEq + 'static,
        R: 'static,
    {
        self.perform(mutating, async move { Some(call.await) }, then);
    }

    /// The same once `grace` has gone by: until then the change shows and nothing is asked of the server. Where it is broken
    /// off, the change is gone and `then` hears nothing.
    pub fn mutate_after<T, R>(
        &self,
        grace: Grace,
        mutating: Mutating<T>,
        call: impl Future<Output = Result<R, ApiError>> + 'static,
        then: impl FnOnce(Result<R, ApiError>) + 'static,
    ) where
        T: PartialEq + 'static,
        R: 'static,
    {
        let call = async move { if grace.await { Some(call.await) } else { None } };
        self.perform(mutating, call, then);
    }

    fn perform<T, R>(
        &self,
        mutating: Mutating<T>,
        call: impl Future<Output = Option<Result<R, ApiError>>> + 'static,
        then: impl FnOnce(Result<R, ApiError>) + 'static,
    ) where
        T: PartialEq + 'static,
        R: 'static,
    {
        let id = self.next_id();
        let target = mutating.target.clone();
        self.drive(Event::Begin {
            id,
            target: mutating.target,
            change: change_of(mutating.change),
        });
        let client = self.weak();
        let task = Task::spawn(async move {
            let outcome = call.await;
            let ended = match &outcome {
                Some(Ok(_)) => Event::Done {
                    id,
                    position: None::<Position>,
                },
                Some(Err(_)) | None => Event::Failed { id },
            };
            client.drive(ended);
            if let (Some(Ok(_)), Some(client)) = (&outcome, client.upgrade())
                && let Some(outside) = &*client.0.outside.borrow()
            {
                outside.tell(&Word::changed(&target));
            }
            if matches!(outcome, Some(Err(_))) {
                // Where no answer came it may have been done all the same, and a refusal tells that something else is known here
                // than there.
                client.drive(Event::Invalidate(target));
            }
            if let Some(outcome) = outcome {
                then(outcome);
            }
            if let Some(client) = client.upgrade() {
                let task = client.0.mutations.borrow_mut().remove(&id);
                drop(task);
            }
        });
        self.0.mutations.borrow_mut().insert(id, task);
    }

    fn register<T: PartialEq + 'static>(&self, ask: &Ask<T>) {
        let (fetch, as_of) = (ask.fetcher(), ask.as_of());
        let fetcher: Fetcher = Rc::new(move |api| {
            let answer = fetch(api);
            Box::pin(async move {
                let value = answer.await?;
                Ok(Fresh {
                    as_of: as_of(&value),
                    value: Value::new(value),
                })
            })
        });
        self.0.fetchers.borrow_mut().insert(ask.key().clone(), fetcher);
        if let Some(codec) = ask.codec() {
            self.0.codecs.borrow_mut().insert(ask.key().clone(), codec);
            self.take_kept(ask.key());
        }
    }

    fn next_id(&self) -> u64 {
        self.0.last_id.set(self.0.last_id.get() + 1);
        self.0.last_id.get()
    }

    fn weak(&self) -> WeakClient {
        WeakClient(Rc::downgrade(&self.0))
    }

    fn drive(&self, event: Event<Value, ApiError>) {
        let mut effects = Vec::new();
        self.0.cache.borrow_mut().step(now(), event, &mut effects);
        let mut changed = BTreeSet::new();
        for effect in effects {
            match effect {
                Effect::Fetch { key, attempt } => self.fetch(key, attempt),
                Effect::Abort { attempt } => {
                    let fetch = self.0.fetches.borrow_mut().remove(&attempt);
                    if let Some((key, _task)) = fetch {
                        self.0.retrying.borrow_mut().remove(&key);
                    }
                }
                Effect::Changed { key } => {
                    changed.insert(key);
                }
                Effect::Confirmed { key } => self.confirmed(&key),
                Effect::SetTimer { generation, after_ms } => {
                    let client = self.weak();
                    let timer = Timeout::new(after_ms, move || client.swept(generation));
                    *self.0.timer.borrow_mut() = Some(timer);
                }
            }
        }
        self.tell(&changed);
    }

    fn fetch(&self, key: Key, attempt: u64) {
        let Some(fetcher) = self.0.fetchers.borrow().get(&key).cloned() else {
            return;
        };
        let tell = {
            let (client, key) = (self.weak(), key.clone());
            Callback::from(move |retrying| {
                if let Some(client) = client.upgrade() {
                    client.0.retrying.borrow_mut().insert(key.clone(), retrying);
                    client.tell(&BTreeSet::from([key.clone()]));
                }
            })
        };
        self.0.retrying.borrow_mut().remove(&key);
        let answer = fetcher(self.0.api.telling(tell));
        let client = self.weak();
        let of = key.clone();
        let task = Task::spawn(async move {
            let result = answer.await;
            if let Some(client) = client.upgrade() {
                client.0.retrying.borrow_mut().remove(&key);
                client.drive(Event::Fetched { key, attempt, result });
                let fetch = client.0.fetches.borrow_mut().remove(&attempt);
                drop(fetch);
            }
        });
        self.0.fetches.borrow_mut().insert(attempt, (of, task));
    }

    fn swept(&self, generation: u64) {
        self.drive(Event::Timer { generation });
        let cache = self.0.cache.borrow();
        self.0.fetchers.borrow_mut().retain(|key, _| cache.holds(key));
        self.0.codecs.borrow_mut().retain(|key, _| cache.holds(key));
    }

    /// Counts changes, to find out whether one came between drawing and watching.
    pub(super) fn told(&self) -> u64 {
        self.0.told.get()
    }

    fn tell(&self, changed: &BTreeSet<Key>) {
        self.0.told.set(self.0.told.get().wrapping_add(1));
        let told: Vec<Callback<()>> = self
            .0
            .watchers
            .borrow()
            .iter()
            .filter(|watcher| changed.contains(&watcher.key))
            .map(|watcher| watcher.on_change.clone())
            .collect();
        for on_change in told {
            on_change.emit(());
        }
    }
}

/// For what calls back later: it must not keep the client alive.
#[derive(Clone)]
struct WeakClient(Weak<Inner>);

impl WeakClient {
    fn upgrade(&self) -> Option<QueryClient> {
        self.0.upgrade().map(QueryClient)
    }

    fn drive(&self, event: Event<Value, ApiError>) {
        if let Some(client) = self.upgrade() {
            client.drive(event);
        }
    }

    fn swept(&self, generation: u64) {
        if let Some(client) = self.upgrade() {
            client.swept(generation);
        }
    }
}

/// Someone looks at a piece of data as long as this lives.
pub(super) struct Watching {
    client: WeakClient,
    id: u64,
    key: Key,
}

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(client) = self.client.upgrade() {
            client
                .0
                .watchers
                .borrow_mut()
                .retain(|watcher| watcher.id != self.id);
            client.drive(Event::Unwatch {
                key: self.key.clone(),
            });
        }
    }
}
