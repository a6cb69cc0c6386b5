//! What the cache hears, what it wants done, and what it shows.

use std::fmt;
use std::rc::Rc;

use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;

/// Which data: of one kind (`websites`), and which of that kind (the query of a list, an id).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The kind; what changes one of a kind may concern all of it.
    pub topic: Rc<str>,
    /// Which of it; empty where there is only one.
    pub part: Rc<str>,
}

impl Key {
    /// A key.
    #[must_use]
    pub fn new(topic: &str, part: &str) -> Self {
        Self {
            topic: topic.into(),
            part: part.into(),
        }
    }
}

/// Whom something concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One piece of data.
    Key(Key),
    /// All of one kind.
    Topic(Rc<str>),
    /// Everything.
    All,
}

impl Target {
    /// Whether it concerns the data under `key`.
    #[must_use]
    pub fn includes(&self, key: &Key) -> bool {
        match self {
            Self::Key(one) => one == key,
            Self::Topic(topic) => *topic == key.topic,
            Self::All => true,
        }
    }
}

/// How long data counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Milliseconds for which data is shown without asking again.
    pub fresh_ms: u64,
    /// Milliseconds for which data that nobody looks at is kept.
    pub keep_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fresh_ms: 30_000,
            keep_ms: 300_000,
        }
    }
}

/// A value with the place in the log that it reflects, where that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Fresh<V> {
    /// The value.
    pub value: V,
    /// The place.
    pub as_of: Option<Position>,
}

impl<V> Fresh<V> {
    /// A value whose place in the log is not known: what was asked for later counts as newer.
    pub const fn unplaced(value: V) -> Self {
        Self { value, as_of: None }
    }
}

/// What a mutation does to a value. It may be applied to one that has it already, and must then change nothing.
pub type Change<V> = Rc<dyn Fn(&Key, &V) -> V>;

/// What happened.
#[derive(Clone)]
pub enum Event<V, E> {
    /// Someone looks at it from now on.
    Watch {
        /// At what.
        key: Key,
        /// How long it counts.
        options: Options,
    },
    /// One of those who look at it goes.
    Unwatch {
        /// At what.
        key: Key,
    },
    /// Someone will probably look at it soon.
    Prefetch {
        /// At what.
        key: Key,
        /// How long it counts.
        options: Options,
    },
    /// A fetch ended.
    Fetched {
        /// What was fetched.
        key: Key,
        /// From [`Effect::Fetch`].
        attempt: u64,
        /// How.
        result: Result<Fresh<V>, E>,
    },
    /// The value came by another way: the answer to a mutation, an event, another tab.
    Came {
        /// What came.
        key: Key,
        /// It.
        fresh: Fresh<V>,
    },
    /// Another tab has it from the server.
    Heard {
        /// What.
        key: Key,
        /// It.
        fresh: Fresh<V>,
        /// When that tab asked for it, by the wall clock that they share.
        asked: Timestamp,
        /// When it came.
        at: Timestamp,
    },
    /// The value as an earlier visit kept it. Anything that came otherwise is newer.
    Kept {
        /// What was kept.
        key: Key,
        /// It.
        fresh: Fresh<V>,
        /// When it had come, by the wall clock.
        at: Timestamp,
    },
    /// It may have changed: ask again where someone looks.
    Invalidate(Target),
    /// Someone wants it asked again now.
    Reload {
        /// What.
        key: Key,
    },
    /// The page is looked at again, or the network is back.
    Awake,
    /// A mutation began: its change shows at once.
    Begin {
        /// Which mutation; chosen by the caller, used once.
        id: u64,
        /// What it changes.
        target: Target,
        /// How.
        change: Change<V>,
    },
    /// The server has done it. The change shows until what is known reflects it.
    Done {
        /// Which mutation.
        id: u64,
        /// Its place in the log, where it is known.
        position: Option<Position>,
    },
    /// The server has refused it, or it was given up: its change no longer shows.
    Failed {
        /// Which mutation.
        id: u64,
    },
    /// The timer set by [`Effect::SetTimer`] ran out.
    Timer {
        /// From [`Effect::SetTimer`].
        generation: u64,
    },
    /// The person is gone: nothing of theirs stays.
    Forget,
}

impl<V, E> fmt::Debug for Event<V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Watch { .. } => "Watch",
            Self::Unwatch { .. } => "Unwatch",
            Self::Prefetch { .. } => "Prefetch",
            Self::Fetched { .. } => "Fetched",
            Self::Came { .. } => "Came",
            Self::Heard { .. } => "Heard",
            Self::Kept { .. } => "Kept",
            Self::Invalidate(_) => "Invalidate",
            Self::Reload { .. } => "Reload",
            Self::Awake => "Awake",
            Self::Begin { .. } => "Begin",
            Self::Done { .. } => "Done",
            Self::Failed { .. } => "Failed",
            Self::Timer { .. } => "Timer",
            Self::Forget => "Forget",
        };
        f.write_str(name)
    }
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Fetch it; answer with [`Event::Fetched`].
    Fetch {
        /// What.
        key: Key,
        /// Goes back with the answer.
        attempt: u64,
    },
    /// Abort that fetch; it will not be answered.
    Abort {
        /// From [`Effect::Fetch`].
        attempt: u64,
    },
    /// What [`super::Cache::view`] says of it is another.
    Changed {
        /// Of what.
        key: Key,
    },
    /// A new value came from the server: keep it for the next visit, tell the other tabs.
    Confirmed {
        /// Of what.
        key: Key,
    },
    /// Call back with [`Event::Timer`]; replaces the timer before it.
    SetTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
}

/// What is known of a piece of data.
#[derive(Clone, Debug, PartialEq)]
pub struct View<V, E> {
    /// The newest good value, with what waits to be done folded over it.
    pub value: Option<V>,
    /// When it came, by the wall clock.
    pub at: Option<Timestamp>,
    /// Whether it may be out of date.
    pub is_stale: bool,
    /// Why the last fetch failed; none again once one succeeds.
    pub error: Option<E>,
    /// Whether a fetch is under way.
    pub is_fetching: bool,
}

impl<V, E> Default for View<V, E> {
    fn default() -> Self {
        Self {
            value: None,
            at: None,
            is_stale: false,
            error: None,
            is_fetching: false,
        }
    }
}
