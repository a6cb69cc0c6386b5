//! An operator's desk: everything that one tab knows and does, put together.
//!
//! Here stands what follows from what: a snapshot makes every open list and thread load anew, a message that is seen leaves
//! the queue, a live connection wakes it, and what this tab learns first it tells the others. `E` is the shell's error, kept
//! to be shown; nothing is decided by it.
//!
//! ```text
//! this tab leads:    socket → stream → inbox        queue → server
//!                               ↓ tells               ↑ store, other tabs
//! another tab does:  its words → stream → inbox     queue shows what waits
//! ```

mod actions;
mod archiving;
mod batches;
mod fetching;
mod interface;
mod keeping;
mod lists;
mod loading;
mod news;
mod people;
mod reading;
mod tabs;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{AttachmentId, ConversationId, MemberId};
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::position::Position;
use switchboard_contract::realtime::{EventType, LogEvent, close};

use crate::Now;
use crate::awareness::{self, Awareness};
use crate::bulletin::{Told, Word};
use crate::health::Health;
use crate::inbox::{Changes, Filter, Inbox};
use crate::leader::Leader;
use crate::link::{self, Link};
use crate::pending;
use crate::planted::{self, Bug};
use crate::queue::{self, Queue, Queued};
use crate::socket::{self, Identity, Status};
use crate::store::{Action, action_id};
use crate::stream;
use crate::thread::Thread;

pub use interface::{Aim, Attempt, Deed, Effect, Event, Fetch, Fetched, Request, Row, Timer, TimerKind};

use actions::Posted;
use archiving::Archiving;
use batches::Batches;
use keeping::{Keeping, Question};
use lists::Lists;
use loading::{Loads, Place};
use reading::Wish;

/// The machine. See the module's documentation.
#[derive(Debug)]
pub struct Desk<E> {
    owner: MemberId,
    tab: String,
    link: Link,
    leader: Leader,
    leads: bool,
    /// How the leader's connection stands, where that is another tab.
    told: Status,
    told_health: Option<Health>,
    keeping: Keeping,
    /// The sign-in may be over, or another one than before.
    doubted: bool,
    /// What waited when this tab claimed the lead.
    claimed: Option<queue::Waiting>,
    /// What only the desk asked the store for: how to go on with its answer.
    asked: BTreeMap<u64, Question>,
    request: u64,
    queue: Queue,
    posted: BTreeMap<u64, Posted>,
    batches: Batches,
    /// Files of waiting messages that the server has.
    uploaded: BTreeSet<AttachmentId>,
    /// Conversations that are deleted as soon as the server hears of it.
    deleting: BTreeSet<ConversationId>,
    /// Those that the person has deleted.
    deleted_here: BTreeSet<ConversationId>,
    inbox: Inbox,
    loads: Loads<E>,
    /// Conversations of which something happened while they were being loaded, that only a load can tell.
    outrun: BTreeSet<ConversationId>,
    /// The newest load when one told this tab where events go on, and where that is.
    began: Option<(u64, Position)>,
    /// From here on everything was heard; none where that is not known yet.
    whole_from: Option<Position>,
    /// The person's rights may have changed, and the connection may still bring what they allowed before.
    rights_doubted: bool,
    hole: news::HoleTold,
    lists: Lists,
    open: BTreeSet<ConversationId>,
    /// Where the person wants to read in open threads.
    aims: BTreeMap<ConversationId, Wish>,
    /// Counts them: whoever follows them tells one from the next by it.
    aimed: u64,
    /// The newest message of each conversation that has stood on the screen: further down may be what nobody has read.
    on_screen: BTreeMap<ConversationId, u64>,
    /// How far each conversation was marked as read here.
    marked: BTreeMap<ConversationId, u64>,
    /// Threads whose marks are asked for page by page: where the last page had to end, and how many there were.
    asked_marks: BTreeMap<ConversationId, (u64, u32)>,
    awareness: Awareness,
    archiving: Archiving,
    /// What the person has set: it outlasts a stop.
    availability: Availability,
}

impl<E: Clone> Desk<E> {
    /// A desk at rest, for `owner`.
    #[must_use]
    pub fn new(identity: Identity, owner: MemberId, seed: u64) -> Self {
        let tab = identity.tab.clone();
        Self {
            owner,
            leader: Leader::new(tab.clone(), seed.rotate_left(16)),
            tab,
            link: Link::new(identity, seed),
            leads: false,
            told: Status::Idle,
            told_health: None,
            keeping: Keeping::new(seed.rotate_left(48)),
            doubted: false,
            claimed: None,
            asked: BTreeMap::new(),
            request: 0,
            queue: Queue::new(owner, seed.rotate_left(32)),
            posted: BTreeMap::new(),
            batches: Batches::default(),
            uploaded: BTreeSet::new(),
            deleting: BTreeSet::new(),
            deleted_here: BTreeSet::new(),
            inbox: Inbox::default(),
            loads: Loads::default(),
            outrun: BTreeSet::new(),
            began: None,
            whole_from: None,
            rights_doubted: false,
            hole: news::HoleTold::Untold,
            lists: Lists::default(),
            open: BTreeSet::new(),
            aims: BTreeMap::new(),
            aimed: 0,
            on_screen: BTreeMap::new(),
            marked: BTreeMap::new(),
            asked_marks: BTreeMap::new(),
            awareness: Awareness::default(),
            archiving: Archiving::default(),
            availability: Availability::default(),
        }
    }

    /// Conversations, lists and threads, as the server has confirmed them.
    #[must_use]
    pub const fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// One conversation with everything done that waits for it.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<Rc<LiveChatConversation>> {
        let confirmed = self.inbox.conversation(id)?;
        let newest = self.inbox.thread(id).map_or(0, Thread::newest_seq);
        Some(pending::fold(
            confirmed,
            self.queue.of(id),
            self.queue.read_up_to(id),
            newest,
        ))
    }

    /// What waits to be sent.
    #[must_use]
    pub const fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The position up to which events are applied here; none before it is known.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.link.position()
    }

    /// Whether this tab holds the connection for all of them.
    #[must_use]
    pub const fn leads(&self) -> bool {
        self.leads
    }

    /// The state of the connection, whichever tab holds it.
    #[must_use]
    pub const fn status(&self) -> Status {
        if self.leads { self.link.status() } else { self.told }
    }

    /// How the connection fares, as far as it is known; asked for with [`Event::Measure`].
    #[must_use]
    pub fn health(&self, now: Now) -> Option<Health> {
        if self.leads {
            Some(self.link.health(now))
        } else {
            self.told_health.clone()
        }
    }

    /// Whether a list is being loaded.
    #[must_use]
    pub fn is_list_loading(&self, filter: &Filter) -> bool {
        self.loads.is_under_way(&Place::List(filter.clone()))
    }

    /// Why a list's last load failed, and what to try again.
    #[must_use]
    pub fn list_error(&self, filter: &Filter) -> Option<(&E, &Fetch)> {
        self.loads.error(&Place::List(filter.clone()))
    }

    /// Whether messages of a thread are being loaded.
    #[must_use]
    pub fn is_thread_loading(&self, conversation: ConversationId) -> bool {
        self.loads.is_under_way(&Place::Thread(conversation))
            || self.loads.is_under_way(&Place::Passage(conversation))
    }

    /// Why the last load of a thread, or of its conversation, failed, and what to try again.
    #[must_use]
    pub fn thread_error(&self, conversation: ConversationId) -> Option<(&E, &Fetch)> {
        let passage = self.loads.error(&Place::Passage(conversation));
        let thread = passage.or_else(|| self.loads.error(&Place::Thread(conversation)));
        thread.or_else(|| self.loads.error(&Place::Conversation(conversation)))
    }

    /// Why the last load of a conversation by itself failed, and what to try again.
    #[must_use]
    pub fn conversation_error(&self, conversation: ConversationId) -> Option<(&E, &Fetch)> {
        self.loads.error(&Place::Conversation(conversation))
    }

    /// The rows of a thread in order; of one that is read away from its end, those around that place.
    #[must_use]
    pub fn rows(&self, conversation: ConversationId) -> Vec<Row> {
        if let Some(passage) = self.inbox.passage(conversation) {
            return passage.messages().cloned().map(Row::Stored).collect();
        }
        let thread = self.inbox.thread(conversation);
        let stored = thread
            .into_iter()
            .flat_map(Thread::messages)
            .cloned()
            .map(Row::Stored);
        let queued = self
            .queue
            .of(conversation)
            .filter(|queued| {
                queued
                    .entry
                    .message_id()
                    .is_some_and(|id| thread.is_none_or(|thread| !thread.contains(id)))
            })
            .map(Row::Queued);
        stored.chain(queued).collect()
    }

    /// What waits for a conversation besides messages.
    pub fn changes(&self, conversation: ConversationId) -> impl Iterator<Item = Queued> {
        self.queue
            .of(conversation)
            .filter(|queued| matches!(queued.entry.action, Action::Change(_) | Action::Delete))
    }

    /// The ids of a list in its order, without what the person has deleted.
    pub fn list(&self, filter: &Filter) -> impl Iterator<Item = ConversationId> {
        self.inbox.list(filter).filter(|id| !self.deleting.contains(id))
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event<E>, out: &mut Vec<Effect>) {
        let status = self.status();
        self.keeping.look_at_the_clock(now);
        match event {
            Event::Restore(kept) => self.restore(*kept, out),
            Event::Archived { request, result } => self.on_archived(request, result, out),
            Event::Start { erase } => self.start(now, erase, out),
            Event::Stop => self.stop(now, out),
            Event::Forget => {
                if self.leads {
                    self.say(Word::Status(Told::SignedOut), out);
                }
                self.stop(now, out);
                self.end_store(out);
            }
            Event::Link(event) => self.on_shell(now, event, out),
            Event::Timer(timer) => self.on_timer(now, timer, out),
            Event::Measure(measures) => self.measure(now, measures, out),
            Event::Stored { request, result } => self.on_stored(now, request, result, out),
            Event::Locked { generation } => self.on_locked(now, generation, out),
            Event::Heard(bulletin) => self.on_heard(now, *bulletin, out),
            Event::Difference { generation, result } => {
                let event = stream::Event::Difference { generation, result };
                self.on_link(now, link::Event::Stream(event), out);
            }
            Event::Show(filter) => self.show(filter, out),
            Event::Hide(filter) => self.hide(&filter),
            Event::Open(id) => self.open_thread(id, out),
            Event::Close(id) => {
                self.open.remove(&id);
                self.asked_marks.remove(&id);
                self.aims.remove(&id);
                self.loads.forget(&Place::Thread(id));
                self.loads.forget(&Place::Passage(id));
                self.inbox.expect_no_messages(id);
                self.inbox.shorten(id);
            }
            Event::MoreOfList(filter) => self.more_of_list(filter, out),
            Event::MoreOfThread(id) => self.more_of_thread(id, out),
            Event::LaterOfThread(id) => self.later_of_thread(id, out),
            Event::Jump { conversation, to } => self.jump(now, conversation, to, out),
            Event::Latest(id) => self.leave_passage(now, id, out),
            Event::Reload(fetch) => self.load(fetch, out),
            Event::Do {
                id,
                conversation,
                deed,
            } => self.act(now, id, conversation, deed, out),
            Event::OnScreen { conversation, up_to } => self.show_message(conversation, up_to),
            Event::Seen { id, conversation } => self.mark_read(now, id, conversation, out),
            Event::Retry(id) => self.retry(now, id, out),
            Event::Discard(id) => self.on_queue(now, queue::Event::Discard(id), out),
            Event::Release(id) => self.release(now, id, out),
            Event::Attempted { generation, outcome } => self.on_attempted(now, generation, outcome, out),
            Event::Person(event) => self.on_person(now, event, out),
            Event::Authorised => self.on_authorised(now, out),
            Event::Loaded { generation, result } => self.on_loaded(now, generation, result, out),
        }
        if self.status() != status {
            self.on_status(now, out);
        }
        self.tell_keeping(out);
    }

    fn start(&mut self, now: Now, erase: bool, out: &mut Vec<Effect>) {
        self.open_store(erase, out);
        let kept = self.take_restored();
        let resume = kept.as_ref().map(|place| place.resume.clone());
        self.on_link(now, link::Event::Start(resume), out);
        self.on_link(now, link::Event::Follow, out);
        self.told = Status::Connecting;
        self.meet(now, out);
        self.on_leader(now, crate::leader::Event::Start, out);
        // What was put on the screen before had nobody to load it, and has to come without a connection too.
        match kept {
            Some(place) => {
                self.whole_from = Some(place.position);
                self.load_screen(out);
            }
            None => self.load_all_anew(out),
        }
    }

    fn stop(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.halt(now, queue::Event::Clear, out);
    }

    /// Nothing goes on; `queue` says what becomes of what waits.
    fn halt(&mut self, now: Now, queue: queue::Event, out: &mut Vec<Effect>) {
        self.on_leader(now, crate::leader::Event::Stop, out);
        self.on_link(now, link::Event::Stop, out);
        self.on_queue(now, queue, out);
        self.close_store();
        self.keeping.forget();
        self.deleted_here.clear();
        // What was asked of the store before says nothing of it any more, but for the end of a sign-in.
        self.asked
            .retain(|_, question| question.asked == tabs::Asked::End);
        (self.leads, self.doubted) = (false, false);
        self.told = Status::Idle;
        self.claimed = None;
        self.posted.clear();
        self.batches.clear();
        self.uploaded.clear();
        self.inbox = Inbox::default();
        self.loads.clear();
        self.aims.clear();
        self.outrun.clear();
        (self.began, self.whole_from) = (None, None);
        self.rights_doubted = false;
        self.hole = news::HoleTold::Untold;
        self.on_screen.clear();
        self.marked.clear();
        self.stop_archiving();
        self.asked_marks.clear();
        self.forget_people(now, out);
    }

    fn on_timer(&mut self, now: Now, timer: Timer, out: &mut Vec<Effect>) {
        let generation = timer.generation;
        match timer.kind {
            TimerKind::Socket(kind) => {
                let event = socket::Event::Timer(socket::Timer { kind, generation });
                self.on_link(now, link::Event::Socket(event), out);
            }
            TimerKind::Stream => {
                let event = stream::Event::Timer { generation };
                self.on_link(now, link::Event::Stream(event), out);
            }
            TimerKind::Queue => self.on_queue(now, queue::Event::Timer { generation }, out),
            TimerKind::Awareness => self.on_awareness(now, awareness::Event::Timer { generation }, out),
            TimerKind::Store => self.on_store_timer(generation, out),
            TimerKind::Archive => self.on_archive_timer(now, generation, out),
            TimerKind::Answer => self.on_answer_timer(now, generation, out),
            TimerKind::Search => self.on_search_timer(generation, out),
            TimerKind::Leader => self.on_leader(now, crate::leader::Event::Timer { generation }, out),
        }
    }

    /// What the shell reports of the browser concerns the connection, and who should lead.
    fn on_shell(&mut self, now: Now, event: socket::Event, out: &mut Vec<Effect>) {
        match event {
            socket::Event::Shown(shown) => {
                if !shown {
                    // The page may be gone next.
                    self.write_archive(now, out);
                }
                self.on_leader(now, crate::leader::Event::Shown(shown), out);
            }
            // Of whichever sign-in the connection was.
            socket::Event::Closed { code, .. } => self.doubted |= code == close::REVOKED,
            socket::Event::Ticket { result: Ok(_), .. } => self.on_ticket(out),
            socket::Event::Awake => {
                self.try_store_again(out);
                self.on_leader(now, crate::leader::Event::Awake, out);
            }
            _ => {}
        }
        self.on_link(now, link::Event::Socket(event), out);
    }

    fn on_link(&mut self, now: Now, event: link::Event, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.link.step(now, event, &mut effects);
        for effect in effects {
            match effect {
                link::Effect::Socket(effect) => self.on_socket_effect(now, effect, out),
                link::Effect::Stream(effect) => self.on_stream_effect(now, effect, out),
            }
        }
    }

    fn on_socket_effect(&mut self, now: Now, effect: socket::Effect, out: &mut Vec<Effect>) {
        match effect {
            socket::Effect::SetTimer { timer, after_ms } => out.push(Effect::SetTimer {
                timer: Timer {
                    kind: TimerKind::Socket(timer.kind),
                    generation: timer.generation,
                },
                after_ms,
            }),
            socket::Effect::Signal(signal) => self.on_signal(now, signal, out),
            // Compared before and after each step, whichever tab holds the connection.
            socket::Effect::Status(_) | socket::Effect::Stream(_) => {}
            effect => out.push(Effect::Link(effect)),
        }
    }

    fn on_stream_effect(&mut self, now: Now, effect: stream::Effect, out: &mut Vec<Effect>) {
        self.tell_of_log(&effect, out);
        self.enter_epoch();
        match effect {
            stream::Effect::Apply(event) => {
                self.note_writer(now, &event, out);
                self.touch_archive(&event);
                let was_mine = self.was_mine(&event);
                match self.inbox.apply(&event) {
                    Ok(changes) => {
                        self.tell_news(&event, was_mine, &changes, out);
                        self.changed(now, changes, out);
                    }
                    Err(unreadable) => {
                        self.tell_news(&event, was_mine, &Changes::default(), out);
                        if let Some(id) = unreadable.conversation {
                            self.load_unread(id, out);
                        }
                    }
                }
                self.touch_search(&event, out);
                if self.is_about_owner(&event) {
                    self.load_all_anew(out);
                    self.rights_doubted = true;
                }
            }
            stream::Effect::Snapshot(_) => {
                self.rights_doubted = false;
                self.tell_hole(now, out);
                self.load_all_anew(out);
            }
            stream::Effect::FetchDifference {
                generation,
                after,
                wait_ms,
            } => out.push(Effect::FetchDifference {
                generation,
                after,
                wait_ms,
            }),
            stream::Effect::SetTimer { generation, after_ms } => out.push(Effect::SetTimer {
                timer: Timer {
                    kind: TimerKind::Stream,
                    generation,
                },
                after_ms,
            }),
            // Between the two machines of the link.
            stream::Effect::Moved { .. }
            | stream::Effect::Lost
            | stream::Effect::Polled { .. }
            | stream::Effect::Signal(_) => {}
        }
    }

    /// Rights that changed while nobody was connected are told by no `resync`, but by the member's event in the replay.
    fn is_about_owner(&self, event: &LogEvent) -> bool {
        let id = event.body.as_ref().and_then(|body| body.get("id"));
        event.kind == EventType::MemberUpdated
            && id
                .and_then(|id| id.as_str())
                .is_some_and(|id| id.parse() == Ok(self.owner))
    }

    /// Numbers of another generation of the log say nothing about those of this one.
    fn enter_epoch(&mut self) {
        if let Some(position) = self.link.position() {
            self.inbox.enter(&position.epoch);
        }
    }

    /// A connection that the end of a sign-in has ended goes on with the next one. The token may be that of another sign-in of
    /// this person, which began in another tab while this one slept: what waited for the earlier one is gone from the store.
    fn on_authorised(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.reopen_store(out);
        if self.leads && self.link.status() == Status::SignedOut {
            self.on_link(now, link::Event::Lead, out);
        }
        self.on_queue(now, queue::Event::Wake, out);
        // What waited for the token in vain, on a connection that never ended.
        self.load_failed(out);
    }

    fn on_status(&mut self, now: Now, out: &mut Vec<Effect>) {
        let status = self.status();
        out.push(Effect::Status(status));
        if self.leads {
            self.tell_status(now, out);
        }
        if matches!(status, Status::Live | Status::Polling) {
            self.on_awareness(now, awareness::Event::Connected, out);
            self.hear_archive(out);
            self.on_queue(now, queue::Event::Wake, out);
            // The server looks at rights now and then: what it sent between their change and its `resync` is not to be seen any
            // more, and the connection has ended before that came.
            if self.leads && self.rights_doubted {
                self.on_link(now, link::Event::Stream(stream::Event::Resync), out);
            }
            self.load_failed(out);
        }
    }

    fn changed(&mut self, now: Now, changes: Changes, out: &mut Vec<Effect>) {
        for id in &changes.stored {
            self.on_queue(now, queue::Event::Seen(action_id(*id)), out);
        }
        if planted::on(Bug::EchoWithoutId) {
            for message in &changes.arrived {
                let waits = self.queue.of(message.conversation_id).next();
                if let Some(queued) = waits.filter(|_| message.author_id == Some(self.owner)) {
                    self.on_queue(now, queue::Event::Seen(queued.entry.id), out);
                }
            }
        }
        if changes != Changes::default() {
            self.change_archive(&changes, out);
            out.push(Effect::Changed(changes));
        }
    }
}

#[cfg(test)]
mod tests;
