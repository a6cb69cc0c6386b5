//! Who is drawn again, and when: a component names what it shows, what changes is marked, and one call draws all that is
//! marked, each component once however often its part has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};

use switchboard_contract::ids::{AttachmentId, ConversationId};
use switchboard_contract::live_chat::LiveChatMessage;
use switchboard_engine::alerts::News;
use switchboard_engine::inbox::{Changes, Elsewhere};
use yew::Callback;

use super::Chat;
use super::shell::Inner;

/// What a component wants to be drawn again for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The state of the connection.
    Status,
    /// What waits to be sent, anywhere, and whether the browser keeps it.
    Queue,
    /// The order and membership of lists, and how loading them stands.
    Lists,
    /// One conversation's own fields.
    Conversation(ConversationId),
    /// One conversation's messages, queued ones included, and how loading them stands.
    Thread(ConversationId),
    /// What is typed in one conversation was changed from elsewhere.
    Draft(ConversationId),
    /// Whether something is typed in one conversation and not sent, for lists.
    DraftWaits(ConversationId),
    /// What is attached in one conversation and not sent.
    Files(ConversationId),
    /// How far one file has come.
    Upload(AttachmentId),
    /// Any conversation: for counts over all of them.
    Any,
    /// Who types in one conversation or looks at it.
    People(ConversationId),
    /// Who of the team is there.
    Presence,
    /// What the chat does not hold itself, and has heard to have changed.
    Elsewhere(Elsewhere),
}

struct Watcher {
    topic: Topic,
    tell: Callback<()>,
}

/// Who wants to be told of what.
#[derive(Default)]
pub(super) struct Watchers {
    next: u64,
    by_number: BTreeMap<u64, Watcher>,
    listeners: BTreeMap<u64, Callback<Rc<LiveChatMessage>>>,
    /// Those who hear what the person may be told of.
    newsreaders: BTreeMap<u64, Callback<News>>,
    /// Those whose part has changed since they were drawn.
    due: BTreeSet<u64>,
}

impl Watchers {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
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
            let mut watchers = inner.watchers.borrow_mut();
            let watcher = watchers.by_number.remove(&self.number);
            let listener = watchers.listeners.remove(&self.number);
            let newsreader = watchers.newsreaders.remove(&self.number);
            // Whatever they hold may end subscriptions of its own.
            drop(watchers);
            drop((watcher, listener, newsreader));
        }
    }
}

impl Chat {
    /// Tells `tell` of each change of `topic` until the subscription is dropped.
    #[must_use]
    pub fn watch(&self, topic: Topic, tell: Callback<()>) -> Subscription {
        let mut watchers = self.0.watchers.borrow_mut();
        let number = watchers.number();
        watchers.by_number.insert(number, Watcher { topic, tell });
        self.subscription(number)
    }

    /// Tells `tell` of each message that comes in.
    #[must_use]
    pub fn watch_arrivals(&self, tell: Callback<Rc<LiveChatMessage>>) -> Subscription {
        let mut watchers = self.0.watchers.borrow_mut();
        let number = watchers.number();
        watchers.listeners.insert(number, tell);
        self.subscription(number)
    }

    /// Tells `tell` of everything that the person may be told of, in the order of the log.
    #[must_use]
    pub fn watch_news(&self, tell: Callback<News>) -> Subscription {
        let mut watchers = self.0.watchers.borrow_mut();
        let number = watchers.number();
        watchers.newsreaders.insert(number, tell);
        self.subscription(number)
    }

    pub(super) fn tell_news(&self, news: &News) {
        let readers: Vec<_> = self.0.watchers.borrow().newsreaders.values().cloned().collect();
        for tell in readers {
            tell.emit(news.clone());
        }
    }

    fn subscription(&self, number: u64) -> Subscription {
        Subscription {
            chat: Rc::downgrade(&self.0),
            number,
        }
    }

    pub(super) fn changed(&self, changes: &Changes) {
        self.mark(|topic| match topic {
            Topic::Status
            | Topic::Queue
            | Topic::Draft(_)
            | Topic::DraftWaits(_)
            | Topic::Files(_)
            | Topic::Upload(_)
            | Topic::People(_)
            | Topic::Presence => false,
            Topic::Lists => changes.lists,
            Topic::Conversation(id) => changes.conversations.contains(&id),
            Topic::Thread(id) => changes.threads.contains(&id),
            Topic::Any => changes.lists || !changes.conversations.is_empty(),
            Topic::Elsewhere(what) => changes.elsewhere.contains(&what),
        });
        for message in &changes.arrived {
            let listeners: Vec<_> = self.0.watchers.borrow().listeners.values().cloned().collect();
            for tell in listeners {
                tell.emit(message.clone());
            }
        }
    }

    /// Something has changed that concerns these: they are drawn with the next [`Chat::draw`].
    pub(super) fn mark(&self, concerns: impl Fn(Topic) -> bool) {
        self.0.told.set(self.0.told.get().wrapping_add(1));
        let mut watchers = self.0.watchers.borrow_mut();
        let Watchers { by_number, due, .. } = &mut *watchers;
        let concerned = by_number.iter().filter(|(_, watcher)| concerns(watcher.topic));
        due.extend(concerned.map(|(number, _)| *number));
    }

    /// Counts changes, to find out whether one came between drawing and watching.
    pub(super) fn told(&self) -> u64 {
        self.0.told.get()
    }

    /// Draws what has changed.
    pub(super) fn draw(&self) {
        self.draw_of(|_| true);
    }

    /// Draws what has changed of the messages on the screen; the rest is for a later [`Chat::draw`].
    pub(super) fn draw_threads(&self) {
        self.draw_of(|topic| matches!(topic, Topic::Thread(_)));
    }

    fn draw_of(&self, wanted: impl Fn(Topic) -> bool) {
        let due: Vec<u64> = {
            let mut watchers = self.0.watchers.borrow_mut();
            let Watchers { by_number, due, .. } = &mut *watchers;
            let is_wanted = |number: &u64| by_number.get(number).is_none_or(|watcher| wanted(watcher.topic));
            let now = due.iter().copied().filter(is_wanted).collect();
            due.retain(|number| !is_wanted(number));
            now
        };
        for number in due {
            let watchers = self.0.watchers.borrow();
            let tell = watchers
                .by_number
                .get(&number)
                .map(|watcher| watcher.tell.clone());
            drop(watchers);
            if let Some(tell) = tell {
                tell.emit(());
            }
        }
    }

    /// Something has changed that concerns these: they are drawn at once.
    pub(super) fn tell(&self, concerns: impl Fn(Topic) -> bool) {
        self.mark(concerns);
        self.draw();
    }
}
