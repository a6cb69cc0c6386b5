//! The chat of the person who is signed in, as components know it: what they may read, ask for and watch.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{ActionId, ConversationId, MemberId, MessageId};
use switchboard_contract::live_chat::{ConversationChange, Visibility};
use switchboard_engine::archive;
use switchboard_engine::attached;
use switchboard_engine::awareness;
use switchboard_engine::desk::{Deed, Desk, Event, Fetch};
use switchboard_engine::inbox::Filter;
use switchboard_engine::intake::Intake;
use switchboard_engine::passage::Target;
use switchboard_engine::queue::{Queued, State};
use switchboard_engine::socket::{self, Identity, Status};
use switchboard_engine::store::{Action, StoreError, action_id};
use switchboard_engine::trace::Trace;
use yew::Callback;

use super::attached::AttachedBox;
use super::carrier::Carrier;
use super::drafts::{DraftBox, Typed};
use super::files::Files;
use super::incoming::{AskedTurn, Incoming};
use super::watching::{Topic, Watchers};
use crate::api::{Api, ApiError, Retrying};
use crate::browser::{Timeout, is_shown, now, random_bytes, random_seed};
use crate::realtime::Store;
use crate::realtime::store::Notice;

/// What an earlier visit kept is waited for so long, in milliseconds: without it the server is asked for everything.
const FOUND_WITHIN_MS: u64 = 1_000;

/// A start that waits for what an earlier visit kept.
struct Beginning {
    url: String,
    owner: MemberId,
    store: Store,
    _patience: Timeout,
}

/// What one tab has of the chat.
pub(super) struct Inner {
    pub(super) desk: RefCell<Desk<ApiError>>,
    trace: RefCell<Trace<ApiError>>,
    beginning: RefCell<Option<Beginning>>,
    pub(super) carrier: RefCell<Option<Carrier>>,
    api: Api,
    next: Cell<u64>,
    pub(super) watchers: RefCell<Watchers>,
    pub(super) intake: RefCell<Intake<Incoming>>,
    pub(super) turn: RefCell<Option<AskedTurn>>,
    /// For the other tabs, not told yet.
    pub(super) words: RefCell<Vec<String>>,
    pub(super) told: Cell<u64>,
    pub(super) drafts: DraftBox,
    pub(super) attached: AttachedBox,
    pub(super) files: Files,
    /// Messages that were taken back to be changed, and who was to see them.
    returned: RefCell<BTreeMap<ConversationId, Visibility>>,
    /// Messages that this tab holds back.
    held_here: RefCell<BTreeSet<ActionId>>,
    /// Loads that failed and are tried again by themselves, with the number that their answer will name.
    pub(super) repeats: RefCell<BTreeMap<Fetch, (u64, Retrying)>>,
    pub(super) not_kept: Cell<Option<StoreError>>,
    pub(super) store_notice: Cell<Option<Notice>>,
    pub(super) foreign: Cell<Option<u64>>,
    pub(super) on_ended: Callback<()>,
}

/// The chat of the person who is signed in. Clones share it.
#[derive(Clone)]
pub struct Chat(pub(super) Rc<Inner>);

impl PartialEq for Chat {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Chat {
    /// The chat of `owner`, at rest. `on_ended` hears that the server has ended this session.
    #[must_use]
    pub fn new(api: Api, owner: MemberId, on_ended: Callback<()>) -> Self {
        let identity = Identity {
            client: concat!("dashboard/", env!("CARGO_PKG_VERSION")).to_owned(),
            tab: format!("{:016x}", random_seed()),
        };
        let tab = identity.tab.clone();
        let seed = random_seed();
        Self(Rc::new(Inner {
            trace: RefCell::new(Trace::new(&identity, owner, seed)),
            desk: RefCell::new(Desk::new(identity, owner, seed)),
            beginning: RefCell::default(),
            carrier: RefCell::default(),
            api,
            next: Cell::new(0),
            told: Cell::new(0),
            watchers: RefCell::default(),
            intake: RefCell::default(),
            turn: RefCell::default(),
            words: RefCell::default(),
            drafts: DraftBox::new(tab),
            attached: AttachedBox::default(),
            files: Files::default(),
            returned: RefCell::default(),
            held_here: RefCell::default(),
            repeats: RefCell::default(),
            not_kept: Cell::new(None),
            store_notice: Cell::new(None),
            foreign: Cell::new(None),
            on_ended,
        }))
    }

    /// Connects to the WebSocket at `url`, or lets another tab do it, and keeps everything live until [`Chat::stop`]. It begins
    /// with what an earlier visit kept of the log; `on_found` hears what else was kept, and where.
    pub fn start(
        &self,
        url: String,
        owner: MemberId,
        on_found: impl FnOnce(&Store, Vec<archive::Value>) + 'static,
    ) {
        let on_notice = {
            let chat = Rc::downgrade(&self.0);
            Callback::from(move |notice| {
                if let Some(inner) = chat.upgrade() {
                    inner.store_notice.set(Some(notice));
                    Self(inner).tell(|topic| topic == Topic::Queue);
                }
            })
        };
        let store = Store::open(on_notice);
        let patience = {
            let chat = Rc::downgrade(&self.0);
            Timeout::new(FOUND_WITHIN_MS, move || {
                if let Some(inner) = chat.upgrade() {
                    Self(inner).begin(None);
                }
            })
        };
        *self.0.beginning.borrow_mut() = Some(Beginning {
            url,
            owner,
            store: store.clone(),
            _patience: patience,
        });
        let chat = Rc::downgrade(&self.0);
        let reader = store.clone();
        reader.read_archive(owner, archive::Part::All, move |found| {
            let Some(inner) = chat.upgrade() else { return };
            let runs = inner.beginning.borrow().is_some() || inner.carrier.borrow().is_some();
            if runs {
                let found = found.unwrap_or_default();
                on_found(&store, found.values);
                Self(inner).begin(found.log);
            }
        });
    }

    /// Starts with what was found, or without it where that takes too long.
    fn begin(&self, kept: Option<archive::Kept>) {
        let Some(beginning) = self.0.beginning.borrow_mut().take() else {
            return;
        };
        let Beginning {
            url, owner, store, ..
        } = beginning;
        let carrier = Carrier::new(&self.0, self.0.api.clone(), url, owner, store.clone());
        *self.0.carrier.borrow_mut() = Some(carrier);
        // A tab may open in the background: then another one leads.
        self.drive(Event::Link(switchboard_engine::socket::Event::Shown(is_shown())));
        if let Some(kept) = kept {
            self.drive(Event::Restore(Box::new(kept)));
        }
        self.drive(Event::Start { erase: false });
        // Asked after it: by then the store is this person's, or refuses.
        self.start_drafts(owner, store.clone());
        self.start_attached(owner, store);
    }

    /// Closes the connection and forgets what is in memory; what waits is kept for the same person.
    pub fn stop(&self) {
        drop(self.0.beginning.borrow_mut().take());
        self.stop_drafts();
        self.stop_attached();
        self.drive(Event::Stop);
        self.forget_incoming();
        self.0.carrier.borrow_mut().take();
        self.0.files.clear();
        self.0.repeats.borrow_mut().clear();
        self.0.returned.borrow_mut().clear();
    }

    /// Signed out: what waits is given up. Says how many actions that were.
    pub fn forget(&self) -> usize {
        // What is kept has to go also where it was not read yet.
        self.begin(None);
        let waiting = self.queue_len();
        self.drop_drafts();
        self.stop_attached();
        self.drive(Event::Forget);
        self.0.trace.borrow_mut().clear();
        waiting
    }

    /// Erases what waits on this device for another person, and starts.
    pub fn take_over(&self) {
        self.0.foreign.set(None);
        self.drive(Event::Start { erase: true });
        self.read_drafts();
        self.attached_event(attached::Event::Sync);
        self.tell(|topic| topic == Topic::Queue);
    }

    /// How many actions of another person wait on this device: nothing is done until the person decides.
    #[must_use]
    pub fn foreign(&self) -> Option<u64> {
        self.0.foreign.get()
    }

    /// What the person should know of what the browser keeps.
    #[must_use]
    pub fn store_notice(&self) -> Option<Notice> {
        self.0.store_notice.get()
    }

    /// Why the browser does not keep what is done, if it does not.
    #[must_use]
    pub fn not_kept(&self) -> Option<StoreError> {
        self.0.not_kept.get()
    }

    /// What this tab went through, as JSON and without a word of anyone, for a report of a fault; `None` if it cannot be
    /// written.
    #[must_use]
    pub fn trace(&self) -> Option<String> {
        self.0.trace.borrow().write().ok()
    }

    /// Asks how the connection fares, while the person looks at it.
    pub fn measure(&self, measures: bool) {
        self.drive(Event::Measure(measures));
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

    /// How many actions wait to be sent.
    #[must_use]
    pub fn queue_len(&self) -> usize {
        self.read(|desk| desk.queue().len())
    }

    /// What waits to be sent, in the order done.
    #[must_use]
    pub fn queue(&self) -> Vec<Queued> {
        self.read(|desk| desk.queue().all().collect())
    }

    /// Sends a message; it shows at once and goes out as soon as it can.
    pub fn send(&self, conversation: ConversationId, content: String, visibility: Visibility) {
        self.send_held(conversation, content, visibility, Vec::new(), 0);
    }

    /// The same with the files that are attached there, naming members, and held back for some milliseconds so that the person can call it back ([`Chat::edit`]) or
    /// let it go ([`Chat::release`]).
    pub fn send_held(
        &self,
        conversation: ConversationId,
        content: String,
        visibility: Visibility,
        mentions: Vec<MemberId>,
        hold_ms: u32,
    ) {
        let attachments = self.take_attached(conversation);
        if content.is_empty() && attachments.is_empty() {
            return;
        }
        let deed = Deed::Send {
            content,
            visibility,
            mentions,
            attachments,
            hold_ms,
        };
        let id = self.act(conversation, deed);
        if hold_ms > 0 {
            self.0.held_here.borrow_mut().insert(id);
            self.tell(|topic| topic == Topic::Queue);
        }
        self.draft_sent(conversation, visibility);
    }

    /// What is held back goes at once.
    pub fn release(&self) {
        self.drive(Event::Release(None));
    }

    /// The newest message of this tab that is still held back.
    pub(super) fn newest_held(&self) -> Option<ActionId> {
        let wall = now().wall;
        let mut held_here = self.0.held_here.borrow_mut();
        let held: Vec<ActionId> = self
            .queue()
            .into_iter()
            .filter(|queued| matches!(queued.state, State::Saving | State::Waiting))
            .filter(|queued| queued.entry.held_for(wall) > 0)
            .map(|queued| queued.entry.id)
            .collect();
        held_here.retain(|id| held.contains(id));
        held.into_iter().rev().find(|id| held_here.contains(id))
    }

    /// Changes a conversation: its status, its operator, its labels. It shows at once and goes out as soon as it can.
    pub fn change(&self, conversation: ConversationId, set: ConversationChange) {
        self.act(conversation, Deed::Change(set));
    }

    /// Puts somebody else in charge, or nobody, with a note for them where there is one: the note comes first, so that whoever gets
    /// the conversation finds it there. What is typed in the composer stays.
    pub fn hand_over(&self, conversation: ConversationId, assignee: Option<MemberId>, note: &str) {
        let note = note.trim();
        if !note.is_empty() {
            let content = note.to_owned();
            let visibility = Visibility::Internal;
            self.act(
                conversation,
                Deed::Send {
                    content,
                    visibility,
                    mentions: Vec::new(),
                    attachments: Vec::new(),
                    hold_ms: 0,
                },
            );
        }
        let set = ConversationChange {
            assignee_id: Some(assignee),
            ..ConversationChange::default()
        };
        self.act(conversation, Deed::Change(set));
    }

    /// Deletes a conversation with everything in it, for good. It leaves the screen at once. What waits to be sent there, and
    /// what was typed, stays until the server has agreed.
    pub fn delete(&self, conversation: ConversationId) {
        self.act(conversation, Deed::Delete);
    }

    fn act(&self, conversation: ConversationId, deed: Deed) -> ActionId {
        // What a person does is not kept waiting by what was kept.
        self.begin(None);
        let id = ActionId::from_parts(now().wall, random_bytes());
        self.drive(Event::Do {
            id,
            conversation,
            deed,
        });
        id
    }

    /// Tries a refused message again.
    pub fn retry(&self, id: MessageId) {
        self.retry_action(action_id(id));
    }

    /// Gives a message up that is not sent yet.
    pub fn discard(&self, id: MessageId) {
        self.discard_action(action_id(id));
    }

    /// Tries a refused action again.
    pub fn retry_action(&self, id: ActionId) {
        self.drive(Event::Retry(id));
    }

    /// Gives an action up.
    pub fn discard_action(&self, id: ActionId) {
        self.drive(Event::Discard(id));
    }

    /// Tries everything that waits at once.
    pub fn wake(&self) {
        self.drive(Event::Authorised);
    }

    /// Tries at once, at the person's wish: the connection, and what waits for it.
    pub fn try_now(&self) {
        self.drive(Event::Link(socket::Event::Awake));
        self.wake();
    }

    /// Gives a message up that is not sent yet, and puts its text before what is typed in its conversation; its files are attached
    /// there again.
    pub fn edit(&self, id: ActionId) {
        let entry = self.read(|desk| desk.queue().entry(id).cloned());
        let Some(entry) = entry else { return };
        self.attach_again(&entry);
        let (conversation, Action::Send(draft)) = (entry.lane.conversation, entry.action) else {
            return;
        };
        self.discard_action(id);
        let visibility = draft.visibility;
        let typed = self.composing(conversation);
        let texts: Vec<&str> = [draft.content.as_str(), typed.text(visibility)]
            .into_iter()
            .filter(|text| !text.trim().is_empty())
            .collect();
        let text = texts.join("\n");
        self.keep_draft(conversation, Typed { text, visibility });
        self.0
            .returned
            .borrow_mut()
            .insert(conversation, draft.visibility);
        self.tell(|topic| topic == Topic::Draft(conversation));
    }

    /// Who was to see the message whose text came back by [`Chat::edit`] since the last call.
    #[must_use]
    pub fn take_returned(&self, conversation: ConversationId) -> Option<Visibility> {
        self.0.returned.borrow_mut().remove(&conversation)
    }

    /// A list is on the screen.
    pub fn show(&self, filter: Filter) {
        self.drive(Event::Show(filter));
    }

    /// It no longer is.
    pub fn hide(&self, filter: Filter) {
        self.drive(Event::Hide(filter));
    }

    /// Loads the next page of a list.
    pub fn more_of_list(&self, filter: Filter) {
        self.drive(Event::MoreOfList(filter));
    }

    /// A thread is on the screen.
    pub fn open(&self, conversation: ConversationId) {
        self.drive(Event::Open(conversation));
    }

    /// It no longer is.
    pub fn close(&self, conversation: ConversationId) {
        self.drive(Event::Close(conversation));
    }

    /// Messages of a thread up to this `seq` are before the person's eyes.
    pub fn seen(&self, conversation: ConversationId, up_to: u64) {
        self.drive(Event::OnScreen { conversation, up_to });
        self.drive(Event::Seen {
            id: ActionId::from_parts(now().wall, random_bytes()),
            conversation,
        });
    }

    /// Loads earlier messages of a thread.
    pub fn more_of_thread(&self, conversation: ConversationId) {
        self.drive(Event::MoreOfThread(conversation));
    }

    /// Loads later messages of a thread that is not shown to its end.
    pub fn later_of_thread(&self, conversation: ConversationId) {
        self.drive(Event::LaterOfThread(conversation));
    }

    /// Shows a thread at some place of it.
    pub fn jump(&self, conversation: ConversationId, to: Target) {
        self.drive(Event::Jump { conversation, to });
    }

    /// Shows a thread at its end.
    pub fn to_latest(&self, conversation: ConversationId) {
        self.drive(Event::Latest(conversation));
    }

    /// Tries a failed load again.
    pub fn reload(&self, fetch: Fetch) {
        self.drive(Event::Reload(fetch));
    }

    /// The person writes in a conversation; `None`: the text box is empty.
    pub fn typing(&self, conversation: ConversationId, visibility: Option<Visibility>) {
        self.drive(Event::Person(match visibility {
            Some(visibility) => awareness::Event::Typed {
                conversation,
                visibility,
            },
            None => awareness::Event::Emptied(conversation),
        }));
    }

    /// The person looks at a conversation, or at none.
    pub fn looking_at(&self, conversation: Option<ConversationId>) {
        self.drive(Event::Person(awareness::Event::Viewing(conversation)));
    }

    /// The person is at this tab.
    pub fn used(&self) {
        self.drive(Event::Person(awareness::Event::Used));
    }

    /// The person has set whether they take conversations.
    pub fn available(&self, availability: Availability) {
        self.drive(Event::Person(awareness::Event::Available(availability)));
    }

    /// Without any use for this long the person wants to count as away.
    pub fn away_after(&self, minutes: u32) {
        let event = awareness::Event::AwayAfter(u64::from(minutes) * 60_000);
        self.drive(Event::Person(event));
    }

    /// Puts the cursor where a conversation is answered, as soon as that is on the screen.
    pub fn answer(&self, conversation: ConversationId) {
        self.0
            .returned
            .borrow_mut()
            .insert(conversation, Visibility::Public);
        self.tell(|topic| topic == Topic::Draft(conversation));
    }

    pub(super) fn number(&self) -> u64 {
        let number = self.0.next.get();
        self.0.next.set(number + 1);
        number
    }

    /// Takes in what does not come from the server or another tab, and draws at once what has changed.
    pub(super) fn drive(&self, event: Event<ApiError>) {
        self.step(event);
        self.post_words();
        self.draw();
    }

    /// One event after the other: what carrying one out brings about comes later, never in between.
    pub(super) fn step(&self, event: Event<ApiError>) {
        let (now, mut effects) = (now(), Vec::new());
        self.0.desk.borrow_mut().step(now, event.clone(), &mut effects);
        self.0.trace.borrow_mut().record(now, event, &effects);
        for effect in effects {
            self.carry_out(effect);
        }
    }
}
