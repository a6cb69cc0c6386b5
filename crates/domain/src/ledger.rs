//! Everything that one transaction does to one conversation: messages, the conversation itself, and an event for each step
//! on the account's log and, where the visitor may know, on the visitor's.

use std::collections::BTreeSet;

use serde_json::{Error, Value, json};
use switchboard_contract::ids::{ConversationId, LabelId, MemberId, MessageId};
use switchboard_contract::live_chat::{Attachment, LiveChatMessage, MessageType, Visibility};
use switchboard_contract::realtime::EventType;
use switchboard_contract::time::Timestamp;

use crate::accept::Author;
use crate::audience::Audience;
use crate::conversation::{Added, Conversation, Step, Unread};
use crate::projection;
use crate::rating::Rated;
use crate::stored::StoredConversation;

/// A message to add.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Author,
    /// The name shown beside it.
    pub author_name: Option<String>,
    /// Its text.
    pub content: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// Whom it names.
    pub mentions: Vec<MemberId>,
}

/// A notice from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id, made by the caller.
    pub id: MessageId,
    /// Its text.
    pub text: String,
    /// Who sees it.
    pub visibility: Visibility,
}

/// An event that is about to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// What changed.
    pub kind: EventType,
    /// The conversation that it belongs to.
    pub conversation_id: Option<ConversationId>,
    /// Who may see it.
    pub audience: Audience,
    /// The message's place, for message events.
    pub seq: Option<u64>,
    /// The whole resource after the change.
    pub body: Value,
}

/// A message that was added, and which of the steps' events are its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Entered {
    /// As operators see it.
    pub message: LiveChatMessage,
    /// Its place for the visitor; none for a note.
    pub public_seq: Option<u64>,
    /// Its event among those for the account.
    pub event: usize,
    /// Its event among those for the visitor; none for a note.
    pub visitor_event: Option<usize>,
}

/// What is to be stored, all of it or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Writes {
    /// The conversation after all steps.
    pub stored: StoredConversation,
    /// Whether it begins here.
    pub is_new: bool,
    /// Its labels before the first step.
    pub labels_before: BTreeSet<LabelId>,
    /// Its labels now.
    pub labels: BTreeSet<LabelId>,
    /// The messages, in order.
    pub messages: Vec<Entered>,
    /// For the account's log, in order.
    pub events: Vec<NewEvent>,
    /// For the visitor's log, in order.
    pub visitor_events: Vec<NewEvent>,
}

/// The steps so far.
#[derive(Clone, Debug)]
pub struct Ledger {
    stored: StoredConversation,
    state: Conversation,
    now: Timestamp,
    is_new: bool,
    labels_before: BTreeSet<LabelId>,
    messages: Vec<Entered>,
    events: Vec<NewEvent>,
    visitor_events: Vec<NewEvent>,
}

/// What a list shows of a message: its text, or the name of its first file where it has none.
fn gist(draft: &Draft) -> &str {
    match draft.attachments.first() {
        Some(file) if draft.content.trim().is_empty() => &file.name,
        _ => &draft.content,
    }
}

impl Ledger {
    /// Goes on with a conversation that nobody else can change meanwhile.
    #[must_use]
    pub fn resume(stored: StoredConversation, now: Timestamp) -> Self {
        Self::new(stored, now, false)
    }

    /// Begins a conversation; `stored` says all but its messages.
    #[must_use]
    pub fn begin(stored: StoredConversation, now: Timestamp) -> Self {
        Self::new(stored, now, true)
    }

    fn new(stored: StoredConversation, now: Timestamp, is_new: bool) -> Self {
        Self {
            state: stored.state(),
            labels_before: stored.wire.labels.iter().copied().collect(),
            stored,
            now,
            is_new,
            messages: Vec::new(),
            events: Vec::new(),
            visitor_events: Vec::new(),
        }
    }

    /// Lets what follows happen at another instant: for data that is made up.
    pub const fn pretend(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Adds a message.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn add(&mut self, draft: Draft) -> Result<(), Error> {
        let kind = match draft.author {
            Author::Operator(_) => MessageType::Bot,
            Author::Visitor(_) => MessageType::User,
            Author::System => MessageType::System,
        };
        let added = Added {
            kind,
            visibility: draft.visibility,
            content: gist(&draft),
            by_person: true,
        };
        let place = self.state.add(added, self.now, self.stored.auto_close_ms);
        let message = LiveChatMessage {
            id: draft.id,
            conversation_id: self.stored.wire.id,
            seq: place.seq,
            kind,
            content: draft.content,
            author_id: match draft.author {
                Author::Operator(id) => Some(id),
                Author::Visitor(_) | Author::System => None,
            },
            author_name: draft.author_name,
            visibility: draft.visibility,
            attachments: draft.attachments,
            mentions: draft.mentions,
            created_at: self.now,
            delivered_at: None,
            read_at: None,
        };
        let event = self.events.len();
        self.events
            .push(self.message_event(EventType::MessageCreated, &message)?);
        let visitor_event = match projection::message(&message, place.public_seq) {
            None => None,
            Some(seen) => {
                let event = self.visitor_events.len();
                self.visitor_events
                    .push(self.message_event(EventType::MessageCreated, &seen)?);
                Some(event)
            }
        };
        self.messages.push(Entered {
            message,
            public_seq: place.public_seq,
            event,
            visitor_event,
        });
        self.conversation_changed(EventType::ConversationUpdated, visitor_event.is_some())
    }

    /// Adds a notice from the server.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn notice(&mut self, notice: Notice) -> Result<(), Error> {
        self.add(Draft {
            id: notice.id,
            author: Author::System,
            author_name: None,
            content: notice.text,
            visibility: notice.visibility,
            attachments: Vec::new(),
            mentions: Vec::new(),
        })
    }

    /// Takes a step, told by a notice to those who may see it, or by the conversation's event alone.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn take(&mut self, step: &Step, notice: Option<Notice>) -> Result<(), Error> {
        self.state.take(step, self.now, self.stored.auto_close_ms);
        match notice {
            Some(notice) => self.notice(notice),
            None => self.conversation_changed(EventType::ConversationUpdated, false),
        }
    }

    /// The team has read everything up to `seq`, after which `unread` of the visitor's messages come; false when it had
    /// before.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn read_by_team(&mut self, seq: u64, unread: Unread) -> Result<bool, Error> {
        let moved = self.state.read_by_team(seq, unread, self.now);
        if moved {
            self.conversation_changed(EventType::ConversationRead, false)?;
        }
        Ok(moved)
    }

    /// The visitor has read everything up to `public_seq`, and hears of it on other devices; false when it had before.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn read_by_visitor(&mut self, public_seq: u64) -> Result<bool, Error> {
        let moved = self.state.read_by_visitor(public_seq);
        if moved {
            self.stored.follow(&self.state);
            self.visitor_events.push(NewEvent {
                kind: EventType::ConversationUpdated,
                conversation_id: Some(self.stored.wire.id),
                audience: Audience::Everyone,
                seq: None,
                body: json!(self.stored.as_visitor_sees_it()),
            });
        }
        Ok(moved)
    }

    /// The visitor says what they thought of it: an event for the team and for the visitor's other devices.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn rate(&mut self, rated: &Rated) -> Result<(), Error> {
        self.state.rate(rated, self.now);
        self.conversation_changed(EventType::ConversationUpdated, true)
    }

    /// Nobody can take it now: it waits for the first who can. Neither the team nor the visitor hears of that.
    pub const fn await_assignee(&mut self) {
        self.state.awaits_assignee = true;
    }

    /// A stored message whose marks have moved, as it is now: an event for the team and, for one of the visitor's own,
    /// for the visitor.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn marked(&mut self, message: &LiveChatMessage, public_seq: Option<u64>) -> Result<(), Error> {
        self.events
            .push(self.message_event(EventType::MessageUpdated, message)?);
        if message.kind == MessageType::User
            && let Some(seen) = projection::message(message, public_seq)
        {
            self.visitor_events
                .push(self.message_event(EventType::MessageUpdated, &seen)?);
        }
        Ok(())
    }

    /// The conversation as it is after the steps so far.
    #[must_use]
    pub const fn state(&self) -> &Conversation {
        &self.state
    }

    /// What all of it comes to. Without a step nothing is to be stored.
    #[must_use]
    pub fn finish(mut self) -> Writes {
        self.stored.follow(&self.state);
        Writes {
            stored: self.stored,
            is_new: self.is_new,
            labels_before: self.labels_before,
            labels: self.state.labels,
            messages: self.messages,
            events: self.events,
            visitor_events: self.visitor_events,
        }
    }

    fn message_event(&self, kind: EventType, message: &LiveChatMessage) -> Result<NewEvent, Error> {
        Ok(NewEvent {
            kind,
            conversation_id: Some(message.conversation_id),
            audience: Audience::Website(self.stored.wire.website_id),
            seq: Some(message.seq),
            body: serde_json::to_value(message)?,
        })
    }

    /// One event with the conversation as it is after this step.
    fn conversation_changed(&mut self, kind: EventType, visitor_may_know: bool) -> Result<(), Error> {
        let first = self.is_new && self.events.len() == 1;
        self.stored.follow(&self.state);
        let event = NewEvent {
            kind: if first {
                EventType::ConversationCreated
            } else {
                kind
            },
            conversation_id: Some(self.stored.wire.id),
            audience: Audience::Website(self.stored.wire.website_id),
            seq: None,
            body: serde_json::to_value(&self.stored.wire)?,
        };
        if visitor_may_know {
            self.visitor_events.push(NewEvent {
                body: json!(self.stored.as_visitor_sees_it()),
                ..event.clone()
            });
        }
        self.events.push(event);
        Ok(())
    }
}
