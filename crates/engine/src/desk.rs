//! An operator's desk: the connection, the outbox and the inbox of one tab, put together.
//!
//! Here stands what follows from what: a snapshot makes every open list and thread load anew, a message that is seen leaves
//! the outbox, a live connection wakes it. `E` is the shell's error, kept to be shown; nothing is decided by it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::{
    LiveChatConversation, LiveChatMessage, MessagePage, SendMessage, SendResult, Visibility,
};
use switchboard_contract::page::CursorPage;
use switchboard_contract::position::Offset;

use crate::Now;
use crate::inbox::{Changes, Inbox, Shelf};
use crate::link::{self, Link};
use crate::outbox::{self, Item, Outbox, Outcome};
use crate::socket::{self, Identity, Status};
use crate::stream;
use crate::thread::Thread;

/// What the person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The text.
    pub content: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// The newest `seq` on the screen when it was sent.
    seen_seq: u64,
}

/// Something that is loaded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fetch {
    /// A page of a list; the first one without a cursor.
    List {
        /// Which list.
        shelf: Shelf,
        /// `nextCursor` of the page before.
        cursor: Option<String>,
    },
    /// A page of a thread; the newest one without `before`.
    Messages {
        /// Which thread.
        conversation: ConversationId,
        /// Only messages with a smaller `seq`.
        before: Option<u64>,
    },
    /// One conversation by itself.
    Conversation(ConversationId),
}

impl Fetch {
    /// What it belongs to: loads of one place replace each other.
    fn place(&self) -> Place {
        match self {
            Self::List { shelf, .. } => Place::Shelf(*shelf),
            Self::Messages { conversation, .. } => Place::Thread(*conversation),
            Self::Conversation(id) => Place::Conversation(*id),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Shelf(Shelf),
    Thread(ConversationId),
    Conversation(ConversationId),
}

/// What a load brought.
#[derive(Clone, Debug)]
pub enum Fetched {
    /// For [`Fetch::List`].
    List(CursorPage<LiveChatConversation>),
    /// For [`Fetch::Messages`].
    Messages(MessagePage),
    /// For [`Fetch::Conversation`].
    Conversation(Box<LiveChatConversation>),
    /// It is gone, or was never this person's to see.
    Missing,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event<E> {
    /// Someone is signed in.
    Start,
    /// Signed out, or the page goes.
    Stop,
    /// The connection's shell reports.
    Link(link::Event),
    /// A list is on the screen.
    Show(Shelf),
    /// A thread is on the screen.
    Open(ConversationId),
    /// It no longer is.
    Close(ConversationId),
    /// The end of what is loaded of a list was reached.
    MoreOfList(Shelf),
    /// The start of what is loaded of a thread was reached.
    MoreOfThread(ConversationId),
    /// Try a failed load again.
    Reload(Fetch),
    /// The person sent something.
    Send {
        /// Where.
        conversation: ConversationId,
        /// A new id.
        id: MessageId,
        /// The text.
        content: String,
        /// Who sees it.
        visibility: Visibility,
    },
    /// The end of a thread is before the person's eyes: what is there is read.
    Seen(ConversationId),
    /// The server could not be told that a conversation was read.
    MarkFailed(ConversationId),
    /// The person wants a refused message tried again, and means it: a closed conversation reopens, a colleague's newer
    /// reply is passed over.
    Retry(MessageId),
    /// The person gives a message up.
    Discard(MessageId),
    /// An attempt to send ended.
    Attempted {
        /// From [`Effect::Post`].
        generation: u64,
        /// How.
        outcome: Attempt,
    },
    /// The outbox's timer ran out.
    OutboxTimer {
        /// From [`Effect::SetOutboxTimer`].
        generation: u64,
    },
    /// A new access token is there.
    Authorised,
    /// A load ended.
    Loaded {
        /// From [`Effect::Load`].
        generation: u64,
        /// What it brought.
        result: Result<Fetched, E>,
    },
}

/// How an attempt to send ended.
#[derive(Clone, Debug)]
pub enum Attempt {
    /// The server has it.
    Stored(Box<SendResult>),
    /// Anything else.
    Failed(Outcome),
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// For the connection's shell; never `Apply`, `Moved`, `Snapshot` or `Status`.
    Link(link::Effect),
    /// Load this; answer with [`Event::Loaded`].
    Load {
        /// Goes back with the answer.
        generation: u64,
        /// What.
        fetch: Fetch,
    },
    /// Send this; answer with [`Event::Attempted`].
    Post {
        /// Goes back with the answer.
        generation: u64,
        /// The request.
        message: Box<SendMessage>,
    },
    /// Tell the server that everything up to `seq` was read; report a failure with [`Event::MarkFailed`].
    MarkRead {
        /// Where.
        conversation: ConversationId,
        /// The newest message that was seen.
        seq: u64,
    },
    /// Call back with [`Event::OutboxTimer`]; replaces the timer before it.
    SetOutboxTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// Draw these anew.
    Changed(Changes),
    /// A list's or thread's loading state has changed.
    LoadingChanged,
    /// The state of the connection has changed.
    Status(Status),
}

/// How loading something stands.
#[derive(Clone, Debug)]
struct Loading<E> {
    fetch: Fetch,
    generation: Option<u64>,
    error: Option<E>,
}

/// The machine. See the module's documentation.
#[derive(Debug)]
pub struct Desk<E> {
    link: Link,
    outbox: Outbox<ConversationId, Draft>,
    inbox: Inbox,
    loading: BTreeMap<Place, Loading<E>>,
    shown: BTreeSet<Shelf>,
    open: BTreeSet<ConversationId>,
    /// The read marks that the server was told of.
    marked: BTreeMap<ConversationId, u64>,
    generation: u64,
}

impl<E: Clone> Desk<E> {
    /// A desk at rest.
    #[must_use]
    pub fn new(identity: Identity, seed: u64) -> Self {
        Self {
            link: Link::new(identity, seed),
            outbox: Outbox::new(seed.rotate_left(32)),
            inbox: Inbox::default(),
            loading: BTreeMap::new(),
            shown: BTreeSet::new(),
            open: BTreeSet::new(),
            marked: BTreeMap::new(),
            generation: 0,
        }
    }

    /// Conversations, lists and threads.
    #[must_use]
    pub const fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// What waits to be sent in a conversation, in the order typed.
    pub fn queued(&self, conversation: ConversationId) -> impl Iterator<Item = &Item<Draft>> {
        self.outbox.lane(&conversation)
    }

    /// How many messages wait to be sent.
    #[must_use]
    pub fn queue_len(&self) -> usize {
        self.outbox.len()
    }

    /// The state of the connection.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.link.status()
    }

    /// Whether a list is being loaded.
    #[must_use]
    pub fn is_list_loading(&self, shelf: Shelf) -> bool {
        self.is_loading(Place::Shelf(shelf))
    }

    /// Why a list's last load failed, and what to try again.
    #[must_use]
    pub fn list_error(&self, shelf: Shelf) -> Option<(&E, &Fetch)> {
        self.error(Place::Shelf(shelf))
    }

    /// Whether messages of a thread are being loaded.
    #[must_use]
    pub fn is_thread_loading(&self, conversation: ConversationId) -> bool {
        self.is_loading(Place::Thread(conversation))
    }

    /// Why a thread's last load failed, and what to try again.
    #[must_use]
    pub fn thread_error(&self, conversation: ConversationId) -> Option<(&E, &Fetch)> {
        self.error(Place::Thread(conversation))
    }

    fn is_loading(&self, place: Place) -> bool {
        self.loading
            .get(&place)
            .is_some_and(|loading| loading.generation.is_some())
    }

    fn error(&self, place: Place) -> Option<(&E, &Fetch)> {
        let loading = self.loading.get(&place)?;
        loading.error.as_ref().map(|error| (error, &loading.fetch))
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event<E>, out: &mut Vec<Effect>) {
        match event {
            Event::Start => {
                self.on_link(now, link::Event::Start(None), out);
                self.on_link(now, link::Event::Lead, out);
            }
            Event::Stop => {
                self.on_link(now, link::Event::Stop, out);
                self.on_outbox(now, outbox::Event::Clear, out);
                self.inbox = Inbox::default();
                self.loading.clear();
                self.marked.clear();
            }
            Event::Link(event) => self.on_link(now, event, out),
            Event::Show(shelf) => {
                self.shown.insert(shelf);
                if !self.inbox.is_loaded(shelf) && !self.loading.contains_key(&Place::Shelf(shelf)) {
                    self.load(Fetch::List { shelf, cursor: None }, out);
                }
            }
            Event::Open(id) => {
                self.open.insert(id);
                if self.inbox.conversation(id).is_none() {
                    self.load(Fetch::Conversation(id), out);
                }
                // What was loaded before may have a hole since: a closed thread takes in no events that do not touch it.
                self.load(
                    Fetch::Messages {
                        conversation: id,
                        before: None,
                    },
                    out,
                );
            }
            Event::Close(id) => {
                self.open.remove(&id);
                self.loading.remove(&Place::Thread(id));
            }
            Event::MoreOfList(shelf) => {
                if let Some(cursor) = self.inbox.next_cursor(shelf)
                    && !self.is_list_loading(shelf)
                {
                    self.load(
                        Fetch::List {
                            shelf,
                            cursor: Some(cursor.to_owned()),
                        },
                        out,
                    );
                }
            }
            Event::MoreOfThread(id) => {
                if let Some(thread) = self.inbox.thread(id)
                    && thread.has_more_before()
                    && !self.is_thread_loading(id)
                {
                    let before = thread.oldest_seq();
                    self.load(
                        Fetch::Messages {
                            conversation: id,
                            before,
                        },
                        out,
                    );
                }
            }
            Event::Reload(fetch) => self.load(fetch, out),
            Event::Send {
                conversation,
                id,
                content,
                visibility,
            } => {
                let seen_seq = self.inbox.thread(conversation).map_or(0, Thread::newest_seq);
                let payload = Draft {
                    content,
                    visibility,
                    seen_seq,
                };
                self.on_outbox(
                    now,
                    outbox::Event::Enqueue {
                        lane: conversation,
                        id,
                        payload,
                    },
                    out,
                );
            }
            Event::Seen(id) => self.mark_read(id, out),
            Event::MarkFailed(id) => {
                self.marked.remove(&id);
            }
            Event::Retry(id) => self.on_outbox(now, outbox::Event::Retry { id, force: true }, out),
            Event::Discard(id) => self.on_outbox(now, outbox::Event::Discard { id }, out),
            Event::Attempted { generation, outcome } => self.on_attempted(now, generation, outcome, out),
            Event::OutboxTimer { generation } => {
                self.on_outbox(now, outbox::Event::Timer { generation }, out)
            }
            Event::Authorised => self.on_outbox(now, outbox::Event::Wake, out),
            Event::Loaded { generation, result } => self.on_loaded(now, generation, result, out),
        }
    }

    fn on_link(&mut self, now: Now, event: link::Event, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.link.step(now, event, &mut effects);
        for effect in effects {
            match effect {
                link::Effect::Stream(stream::Effect::Apply(event)) => match self.inbox.apply(&event) {
                    Ok(changes) => self.changed(now, changes, out),
                    Err(unreadable) => {
                        if let Some(id) = unreadable.conversation {
                            self.load_anew(id, out);
                        }
                    }
                },
                link::Effect::Stream(stream::Effect::Moved { .. }) => {}
                link::Effect::Stream(stream::Effect::Snapshot(_)) => self.load_all_anew(out),
                link::Effect::Socket(socket::Effect::Status(status)) => {
                    out.push(Effect::Status(status));
                    if matches!(status, Status::Live | Status::Polling) {
                        self.on_outbox(now, outbox::Event::Wake, out);
                        self.retry_failed_loads(out);
                    }
                }
                effect => out.push(Effect::Link(effect)),
            }
        }
    }

    fn on_outbox(&mut self, now: Now, event: outbox::Event<ConversationId, Draft>, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.outbox.step(now, event, &mut effects);
        let mut threads = BTreeSet::new();
        for effect in effects {
            match effect {
                outbox::Effect::Post {
                    generation,
                    lane,
                    id,
                    payload,
                    after,
                    force,
                } => {
                    let message = SendMessage {
                        id,
                        conversation_id: lane,
                        content: payload.content,
                        visibility: payload.visibility,
                        attachments: Vec::new(),
                        after_id: after,
                        seen_seq: Some(payload.seen_seq).filter(|_| payload.visibility == Visibility::Public),
                        force,
                        reopen: force,
                    };
                    out.push(Effect::Post {
                        generation,
                        message: Box::new(message),
                    });
                }
                outbox::Effect::SetTimer { generation, after_ms } => {
                    out.push(Effect::SetOutboxTimer { generation, after_ms });
                }
                outbox::Effect::Changed { lane } => {
                    threads.insert(lane);
                }
            }
        }
        if !threads.is_empty() {
            out.push(Effect::Changed(Changes {
                threads,
                ..Changes::default()
            }));
        }
    }

    fn on_attempted(&mut self, now: Now, generation: u64, outcome: Attempt, out: &mut Vec<Effect>) {
        let outcome = match outcome {
            Attempt::Failed(outcome) => outcome,
            Attempt::Stored(result) => {
                // First the bubble that is stored, then the end of the one that waits: none is missing in between.
                let changes = self.inbox.merge_sent(result.message, &result.position);
                self.changed(now, changes, out);
                Outcome::Stored
            }
        };
        self.on_outbox(now, outbox::Event::Attempted { generation, outcome }, out);
    }

    /// One call for each new message that is seen, and none where nothing is unread.
    fn mark_read(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        let unread = self
            .inbox
            .conversation(id)
            .is_some_and(|known| known.unread_count > 0);
        let seq = self.inbox.thread(id).map_or(0, Thread::newest_seq);
        if unread && seq > self.marked.get(&id).copied().unwrap_or(0) {
            self.marked.insert(id, seq);
            out.push(Effect::MarkRead {
                conversation: id,
                seq,
            });
        }
    }

    fn changed(&mut self, now: Now, changes: Changes, out: &mut Vec<Effect>) {
        for id in &changes.stored {
            self.on_outbox(now, outbox::Event::Seen { id: *id }, out);
        }
        if changes != Changes::default() {
            out.push(Effect::Changed(changes));
        }
    }

    fn load(&mut self, fetch: Fetch, out: &mut Vec<Effect>) {
        self.generation += 1;
        let error = self
            .loading
            .remove(&fetch.place())
            .and_then(|before| before.error);
        let loading = Loading {
            fetch: fetch.clone(),
            generation: Some(self.generation),
            error,
        };
        self.loading.insert(fetch.place(), loading);
        out.push(Effect::Load {
            generation: self.generation,
            fetch,
        });
        out.push(Effect::LoadingChanged);
    }

    fn load_anew(&mut self, id: ConversationId, out: &mut Vec<Effect>) {
        self.load(Fetch::Conversation(id), out);
        if self.open.contains(&id) {
            self.load(
                Fetch::Messages {
                    conversation: id,
                    before: None,
                },
                out,
            );
        }
    }

    /// Rule 3: without continuity everything on the screen is fetched in place.
    fn load_all_anew(&mut self, out: &mut Vec<Effect>) {
        for shelf in self.shown.clone() {
            self.load(Fetch::List { shelf, cursor: None }, out);
        }
        for id in self.open.clone() {
            self.load_anew(id, out);
        }
    }

    fn retry_failed_loads(&mut self, out: &mut Vec<Effect>) {
        let failed: Vec<Fetch> = self
            .loading
            .values()
            .filter(|loading| loading.error.is_some() && loading.generation.is_none())
            .map(|loading| loading.fetch.clone())
            .collect();
        for fetch in failed {
            self.load(fetch, out);
        }
    }

    fn on_loaded(&mut self, now: Now, generation: u64, result: Result<Fetched, E>, out: &mut Vec<Effect>) {
        let Some(loading) = self
            .loading
            .values_mut()
            .find(|loading| loading.generation == Some(generation))
        else {
            return;
        };
        loading.generation = None;
        let fetch = loading.fetch.clone();
        loading.error = result.as_ref().err().cloned();
        if let Ok(Fetched::List(CursorPage { as_of, .. }) | Fetched::Messages(MessagePage { as_of, .. })) =
            &result
        {
            self.on_link(now, stream::Event::Loaded(as_of.clone()).into(), out);
        }
        if let Ok(fetched) = result {
            if matches!(fetch, Fetch::Conversation(_)) {
                self.loading.remove(&fetch.place());
            }
            let changes = self.merge(&fetch, fetched);
            self.changed(now, changes, out);
        }
        out.push(Effect::LoadingChanged);
    }

    fn merge(&mut self, fetch: &Fetch, fetched: Fetched) -> Changes {
        match (fetch, fetched) {
            (Fetch::List { shelf, cursor }, Fetched::List(page)) => {
                self.inbox.merge_page(*shelf, page, cursor.is_none())
            }
            (
                Fetch::Messages {
                    conversation,
                    before: None,
                },
                Fetched::Messages(page),
            ) => self.inbox.merge_newest_messages(*conversation, page),
            (
                Fetch::Messages {
                    conversation,
                    before: Some(_),
                },
                Fetched::Messages(page),
            ) => self.inbox.merge_messages_before(*conversation, page),
            // Read without a position: older than any event since.
            (Fetch::Conversation(_), Fetched::Conversation(conversation)) => {
                self.inbox.merge_conversation(*conversation, Offset(0))
            }
            (Fetch::Conversation(id) | Fetch::Messages { conversation: id, .. }, Fetched::Missing) => {
                self.inbox.set_missing(*id)
            }
            _ => Changes::default(),
        }
    }
}

/// What a thread shows: stored messages and, after them, what waits to be sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// On the server.
    Stored(Rc<LiveChatMessage>),
    /// Not confirmed yet.
    Queued(Item<Draft>),
}

impl<E: Clone> Desk<E> {
    /// The rows of a thread in order.
    #[must_use]
    pub fn rows(&self, conversation: ConversationId) -> Vec<Row> {
        let thread = self.inbox.thread(conversation);
        let stored = thread
            .into_iter()
            .flat_map(Thread::messages)
            .cloned()
            .map(Row::Stored);
        let queued = self
            .queued(conversation)
            .filter(|item| thread.is_none_or(|thread| !thread.contains(item.id)))
            .cloned()
            .map(Row::Queued);
        stored.chain(queued).collect()
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
