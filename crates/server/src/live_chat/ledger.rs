//! Everything that one transaction does to one conversation: messages, the conversation's row, and an event for each
//! step on the account's log and, where the visitor may know, on the visitor's.

use std::collections::BTreeSet;

use serde_json::json;
use switchboard_contract::ids::{AccountId, LabelId, MessageId};
use switchboard_contract::live_chat::{
    Attachment, LiveChatConversation, LiveChatMessage, MessageType, Visibility,
};
use switchboard_contract::position::Position;
use switchboard_contract::realtime::EventType;
use switchboard_contract::time::Timestamp;
use switchboard_contract::visitor::VisitorConversation;
use switchboard_domain::accept::Author;
use switchboard_domain::conversation::{Added, Conversation, Step};
use switchboard_domain::projection;

use super::rows::StoredConversation;
use super::store;
use crate::db::Tx;
use crate::events::{self, Audience, NewEvent};
use crate::ids;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;

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
}

/// A message that was stored, and where its events stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// As operators see it.
    pub message: LiveChatMessage,
    /// Its place for the visitor; none for a note.
    pub public_seq: Option<u64>,
    /// Where its event stands in the account's log.
    pub position: Position,
    /// Where its event stands in the visitor's; none for a note.
    pub visitor_position: Option<Position>,
}

/// What was stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The messages, in order.
    pub entries: Vec<Entry>,
    /// The conversation after all of them.
    pub conversation: LiveChatConversation,
    /// The same as its visitor sees it.
    pub visitor_conversation: VisitorConversation,
}

/// The steps so far.
pub struct Ledger {
    account: AccountId,
    stored: StoredConversation,
    state: Conversation,
    now: Timestamp,
    is_new: bool,
    labels_before: BTreeSet<LabelId>,
    messages: Vec<(LiveChatMessage, Option<u64>)>,
    /// By message: which event is its own, on either log.
    places: Vec<(usize, Option<usize>)>,
    events: Vec<NewEvent>,
    visitor_events: Vec<NewEvent>,
}

impl Ledger {
    /// Goes on with a conversation, which the transaction has locked.
    #[must_use]
    pub fn resume(tx: &Tx, account: AccountId, stored: StoredConversation) -> Self {
        Self::new(tx, account, stored, false)
    }

    /// Begins a conversation; `stored` says all but its messages.
    #[must_use]
    pub fn begin(tx: &Tx, account: AccountId, stored: StoredConversation) -> Self {
        Self::new(tx, account, stored, true)
    }

    fn new(tx: &Tx, account: AccountId, stored: StoredConversation, is_new: bool) -> Self {
        Self {
            account,
            state: stored.state(),
            labels_before: stored.wire.labels.iter().copied().collect(),
            stored,
            now: tx.now(),
            is_new,
            messages: Vec::new(),
            places: Vec::new(),
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
    pub fn add(&mut self, draft: Draft) -> ApiResult<()> {
        let kind = match draft.author {
            Author::Operator(_) => MessageType::Bot,
            Author::Visitor(_) => MessageType::User,
            Author::System => MessageType::System,
        };
        let added = Added {
            kind,
            visibility: draft.visibility,
            content: &draft.content,
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
        self.messages.push((message, place.public_seq));
        self.places.push((event, visitor_event));
        self.conversation_changed(EventType::ConversationUpdated, visitor_event.is_some())
    }

    /// Adds a notice from the server that everybody sees.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn notice(&mut self, text: impl Into<String>) -> ApiResult<()> {
        self.notice_for(Visibility::Public, text)
    }

    fn notice_for(&mut self, visibility: Visibility, text: impl Into<String>) -> ApiResult<()> {
        let id = ids::new(self.now)?;
        self.add(Draft {
            id,
            author: Author::System,
            author_name: None,
            content: text.into(),
            visibility,
            attachments: Vec::new(),
        })
    }

    /// Takes a step, told by a notice of these words to those who may see it, or by the conversation's event alone.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn take(&mut self, step: &Step, words: Option<(String, Visibility)>) -> ApiResult<()> {
        self.state.take(step, self.now, self.stored.auto_close_ms);
        match words {
            Some((text, visibility)) => self.notice_for(visibility, text),
            None => self.conversation_changed(EventType::ConversationUpdated, false),
        }
    }

    /// The team has read everything up to `seq`, after which `unread` of the visitor's messages come; false when it had
    /// before.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn read_by_team(&mut self, seq: u64, unread: u64) -> ApiResult<bool> {
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
    pub fn read_by_visitor(&mut self, public_seq: u64) -> ApiResult<bool> {
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

    /// A stored message whose marks have moved, as it is now: an event for the team and, for one of the visitor's own,
    /// for the visitor.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn marked(&mut self, message: &LiveChatMessage, public_seq: Option<u64>) -> ApiResult<()> {
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

    /// Stores the conversation, both logs' events and the messages. The account's counter is taken last, so nothing
    /// may be locked after this. Without a step nothing is stored.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn store(mut self, tx: &mut Tx) -> ApiResult<Written> {
        self.stored.follow(&self.state);
        if self.is_new {
            store::insert_conversation(tx, self.account, &self.stored).await?;
        } else if !self.events.is_empty() || !self.visitor_events.is_empty() {
            store::update_conversation(tx, &self.stored).await?;
        }
        store::labels(tx, self.stored.wire.id, &self.labels_before, &self.state.labels).await?;
        let visitor = StreamKey::Visitor(self.stored.wire.user_id);
        let visitor_positions = events::append(tx, visitor, &self.visitor_events).await?;
        let positions = events::append(tx, StreamKey::Account(self.account), &self.events).await?;
        let mut entries = Vec::with_capacity(self.messages.len());
        for ((message, public_seq), (event, visitor_event)) in self.messages.into_iter().zip(&self.places) {
            let lost = || ApiError::internal("an event without a position");
            let entry = Entry {
                message,
                public_seq,
                position: positions.get(*event).cloned().ok_or_else(lost)?,
                visitor_position: visitor_event.and_then(|event| visitor_positions.get(event).cloned()),
            };
            store::insert_message(tx, self.account, &entry).await?;
            entries.push(entry);
        }
        Ok(Written {
            entries,
            visitor_conversation: self.stored.as_visitor_sees_it(),
            conversation: self.stored.wire,
        })
    }

    fn message_event(&self, kind: EventType, message: &LiveChatMessage) -> ApiResult<NewEvent> {
        Ok(NewEvent {
            kind,
            conversation_id: Some(message.conversation_id),
            audience: Audience::Website(self.stored.wire.website_id),
            seq: Some(message.seq),
            body: serde_json::to_value(message)?,
        })
    }

    /// One event with the conversation as it is after this step.
    fn conversation_changed(&mut self, kind: EventType, visitor_may_know: bool) -> ApiResult<()> {
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
