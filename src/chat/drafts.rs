//! Carries out what the engine's drafts ask for: the store, the other tabs, a timer, and the moment before the page goes.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_contract::live_chat::Visibility;
use switchboard_engine::attached;
use switchboard_engine::drafts::kept::{Answer, Op};
use switchboard_engine::drafts::{Draft, Drafts, Effect, Event, Kind, Place};
use yew::Callback;

use super::shell::Inner;
use super::{Chat, Topic};
use crate::browser::{Listener, Timeout, document, is_shown, window};
use crate::realtime::{Store, Tabs};
use crate::storage::LEFT_DRAFTS;

/// What was typed and not sent.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Typed {
    /// The text.
    pub text: String,
    /// Who was to see it: a note comes back as a note.
    pub visibility: Visibility,
}

/// What the text box of a conversation starts from, and follows when it is typed elsewhere.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Composing {
    /// What is typed as a reply.
    pub reply: String,
    /// What is typed as a note.
    pub note: String,
    /// What was typed last.
    pub visibility: Visibility,
    /// Texts that were typed elsewhere too and are not shown: of the reply, of the note.
    pub others: [Option<String>; 2],
}

impl Composing {
    /// What is typed for these readers.
    #[must_use]
    pub fn text(&self, visibility: Visibility) -> &str {
        match visibility {
            Visibility::Public => &self.reply,
            Visibility::Internal => &self.note,
        }
    }

    /// What else was typed for these readers.
    #[must_use]
    pub fn other(&self, visibility: Visibility) -> Option<&str> {
        let [reply, note] = &self.others;
        match visibility {
            Visibility::Public => reply.as_deref(),
            Visibility::Internal => note.as_deref(),
        }
    }
}

/// The drafts of a tab, and what they are kept and told with while the chat runs.
pub(super) struct DraftBox {
    machine: RefCell<Drafts>,
    lines: RefCell<Option<Lines>>,
    tab: String,
}

struct Lines {
    owner: MemberId,
    store: Store,
    tabs: Tabs,
    timer: RefCell<Option<Timeout>>,
    _listeners: Vec<Listener>,
}

impl DraftBox {
    pub(super) fn new(tab: String) -> Self {
        Self {
            machine: RefCell::new(Drafts::new(tab.clone())),
            lines: RefCell::default(),
            tab,
        }
    }
}

/// What pages of this person left behind, which then is no longer there.
fn take_left(owner: MemberId) -> Vec<Draft> {
    match LEFT_DRAFTS.get() {
        Some((member, drafts)) if member == owner => {
            LEFT_DRAFTS.delete();
            drafts
        }
        _ => Vec::new(),
    }
}

const fn place(conversation: ConversationId, visibility: Visibility) -> Place {
    Place {
        conversation,
        kind: Kind::of(visibility),
    }
}

impl Chat {
    /// Reads what is kept and listens to the other tabs, until [`Chat::stop_drafts`].
    pub(super) fn start_drafts(&self, owner: MemberId, store: Store) {
        let chat = Rc::downgrade(&self.0);
        let on_heard = {
            let chat = chat.clone();
            Callback::from(move |words: String| {
                let drafts: Vec<Draft> = serde_json::from_str(&words).unwrap_or_default();
                for draft in drafts {
                    report(&chat, Event::Heard(draft));
                }
            })
        };
        let mut listeners = Vec::new();
        if let Some(document) = document() {
            let chat = chat.clone();
            listeners.push(Listener::new(&document, "visibilitychange", move |_| {
                report(&chat, if is_shown() { Event::Sync } else { Event::Flush });
            }));
        }
        if let Some(window) = window() {
            listeners.push(Listener::new(&window, "pagehide", move |_| {
                if let Some(inner) = chat.upgrade() {
                    Chat(inner).leave_page();
                }
            }));
        }
        let lines = Lines {
            owner,
            store,
            tabs: Tabs::new(&format!("switchboard.drafts.{owner}"), on_heard, Callback::noop()),
            timer: RefCell::default(),
            _listeners: listeners,
        };
        *self.0.drafts.lines.borrow_mut() = Some(lines);
        // Known before the store is read, which then keeps what it has not.
        for draft in take_left(owner) {
            self.draft_event(Event::Heard(draft));
        }
        self.draft_event(Event::Sync);
    }

    /// Keeps what is typed, and forgets it in this tab.
    pub(super) fn stop_drafts(&self) {
        self.draft_event(Event::Flush);
        drop(self.0.drafts.lines.borrow_mut().take());
        *self.0.drafts.machine.borrow_mut() = Drafts::new(self.0.drafts.tab.clone());
    }

    /// The same without keeping: the person goes, and everything of theirs with them.
    pub(super) fn drop_drafts(&self) {
        drop(self.0.drafts.lines.borrow_mut().take());
        *self.0.drafts.machine.borrow_mut() = Drafts::new(self.0.drafts.tab.clone());
    }

    /// The store has become this person's.
    pub(super) fn read_drafts(&self) {
        self.draft_event(Event::Sync);
    }

    /// What was typed last in a conversation and not sent.
    #[must_use]
    pub fn draft(&self, conversation: ConversationId) -> Typed {
        let machine = self.0.drafts.machine.borrow();
        machine
            .newest(conversation)
            .map(|kind| Typed {
                text: machine.text(Place { conversation, kind }).to_owned(),
                visibility: kind.visibility(),
            })
            .unwrap_or_default()
    }

    /// Everything that is typed in a conversation.
    #[must_use]
    pub fn composing(&self, conversation: ConversationId) -> Composing {
        let machine = self.0.drafts.machine.borrow();
        let [reply, note] = Kind::ALL.map(|kind| machine.text(Place { conversation, kind }).to_owned());
        Composing {
            reply,
            note,
            visibility: machine
                .newest(conversation)
                .map(Kind::visibility)
                .unwrap_or_default(),
            others: Kind::ALL.map(|kind| machine.other(Place { conversation, kind }).map(str::to_owned)),
        }
    }

    /// Keeps what is typed in a conversation until it is sent.
    pub fn keep_draft(&self, conversation: ConversationId, typed: Typed) {
        self.draft_event(Event::Typed {
            place: place(conversation, typed.visibility),
            text: typed.text,
        });
    }

    /// What was typed was sent.
    pub(super) fn draft_sent(&self, conversation: ConversationId, visibility: Visibility) {
        self.draft_event(Event::Sent(place(conversation, visibility)));
    }

    /// The text box of a conversation has gone from the page.
    pub fn release_draft(&self, conversation: ConversationId) {
        self.draft_event(Event::Released(conversation));
    }

    /// The person has deleted the conversation.
    pub(super) fn draft_gone(&self, conversation: ConversationId) {
        self.draft_event(Event::Gone(conversation));
        self.attached_event(attached::Event::Gone(conversation));
    }

    /// Shows the other text that was typed for these readers, or puts it away.
    pub fn settle_draft(&self, conversation: ConversationId, visibility: Visibility, takes: bool) {
        let place = place(conversation, visibility);
        self.draft_event(if takes {
            Event::Take(place)
        } else {
            Event::PutAway(place)
        });
    }

    fn leave_page(&self) {
        let mut effects = Vec::new();
        self.0
            .drafts
            .machine
            .borrow_mut()
            .step(Event::Leave, &mut effects);
        let lines = self.0.drafts.lines.borrow();
        let Some(lines) = &*lines else { return };
        for effect in effects {
            if let Effect::Write(drafts) = effect {
                lines.store.put_drafts_now(&drafts);
                lines.tell(&drafts);
                // A transaction that waits behind another one ends with the page.
                let left = take_left(lines.owner).into_iter().chain(drafts).collect();
                // Where there is no room either, the store may have got it.
                let _ = LEFT_DRAFTS.set(&(lines.owner, left));
            }
        }
    }

    fn draft_event(&self, event: Event) {
        let mut effects = Vec::new();
        self.0.drafts.machine.borrow_mut().step(event, &mut effects);
        let mut is_marked = false;
        for effect in effects {
            match effect {
                Effect::Changed(id) => {
                    is_marked = true;
                    self.mark(|topic| topic == Topic::Draft(id) || topic == Topic::DraftWaits(id));
                }
                Effect::Listed(id) => {
                    is_marked = true;
                    self.mark(|topic| topic == Topic::DraftWaits(id));
                }
                Effect::Write(drafts) => self.ask_drafts(Op::Put(drafts)),
                Effect::Read => self.ask_drafts(Op::Read),
                Effect::SetTimer { generation, after_ms } => {
                    let chat = Rc::downgrade(&self.0);
                    let ring = move || report(&chat, Event::Timer { generation });
                    if let Some(lines) = &*self.0.drafts.lines.borrow() {
                        lines.timer.replace(Some(Timeout::new(after_ms, ring)));
                    }
                }
            }
        }
        if is_marked {
            self.draw();
        }
    }

    fn ask_drafts(&self, op: Op) {
        let lines = self.0.drafts.lines.borrow();
        let Some(lines) = &*lines else { return };
        if let Op::Put(drafts) = &op {
            lines.tell(drafts);
        }
        let chat = Rc::downgrade(&self.0);
        lines
            .store
            .run_drafts(lines.owner, op, move |result| match result {
                Ok(Answer::Read(drafts)) => report(&chat, Event::Read(drafts)),
                Ok(Answer::Kept { drafts, newer }) => report(&chat, Event::Kept { drafts, newer }),
                // Where nothing can be kept, a draft lives in its tab; the queue's notice says so.
                Ok(Answer::Foreign) | Err(_) => {}
            });
    }
}

impl Lines {
    fn tell(&self, drafts: &[Draft]) {
        if let Ok(words) = serde_json::to_string(drafts) {
            self.tabs.say(&words);
        }
    }
}

fn report(chat: &Weak<Inner>, event: Event) {
    if let Some(inner) = chat.upgrade() {
        Chat(inner).draft_event(event);
    }
}
