//! Everything that one transaction does to one conversation: messages, the conversation's row, and an event for each
//! step on the account's log and, where the visitor may know, on the visitor's.

use serde_json::json;
use switchboard_contract::ids::{AccountId, MessageId};
use switchboard_contract::live_chat::{Attachment, LiveChatMessage, MessageType, Visibility};
use switchboard_contract::position::Position;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::EventType;
use switchboard_contract::time::Timestamp;
use switchboard_contract::visitor::VisitorConversation;

use super::rows::StoredConversation;
use crate::db::{Tx, columns};
use crate::domain::accept::Author;
use crate::domain::conversation::{Added, Conversation};
use crate::domain::projection;
use crate::events::{self, NewEvent};
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
    /// The conversation after all of them, as its visitor sees it.
    pub visitor_conversation: VisitorConversation,
}

/// The steps so far.
pub struct Ledger {
    account: AccountId,
    stored: StoredConversation,
    state: Conversation,
    now: Timestamp,
    is_new: bool,
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
        self.events.push(NewEvent {
            kind: EventType::MessageCreated,
            conversation_id: Some(message.conversation_id),
            website_id: self.stored.wire.website_id,
            seq: Some(message.seq),
            body: serde_json::to_value(&message)?,
        });
        let visitor_event = match projection::message(&message, place.public_seq) {
            None => None,
            Some(seen) => {
                let event = self.visitor_events.len();
                self.visitor_events.push(NewEvent {
                    kind: EventType::MessageCreated,
                    conversation_id: Some(seen.conversation_id),
                    website_id: self.stored.wire.website_id,
                    seq: Some(seen.seq),
                    body: serde_json::to_value(&seen)?,
                });
                Some(event)
            }
        };
        self.messages.push((message, place.public_seq));
        self.places.push((event, visitor_event));
        self.conversation_changed(visitor_event.is_some())
    }

    /// Adds a notice from the server that everybody sees.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn notice(&mut self, text: impl Into<String>) -> ApiResult<()> {
        let id = ids::new(self.now)?;
        self.add(Draft {
            id,
            author: Author::System,
            author_name: None,
            content: text.into(),
            visibility: Visibility::Public,
            attachments: Vec::new(),
        })
    }

    /// Opens the conversation again, with a notice that says so.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn reopen(&mut self, notice: impl Into<String>) -> ApiResult<()> {
        self.state.reopen(self.now, self.stored.auto_close_ms);
        self.notice(notice)
    }

    /// Stores the conversation, both logs' events and the messages. The account's counter is taken last, so nothing
    /// may be locked after this.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn store(mut self, tx: &mut Tx) -> ApiResult<Written> {
        if self.is_new {
            self.insert_conversation(tx).await?;
        } else {
            self.update_conversation(tx).await?;
        }
        let visitor = StreamKey::Visitor(self.stored.wire.user_id);
        let visitor_positions = events::append(tx, visitor, &self.visitor_events).await?;
        let positions = events::append(tx, StreamKey::Account(self.account), &self.events).await?;
        let mut entries = Vec::with_capacity(self.messages.len());
        let messages = std::mem::take(&mut self.messages);
        for ((message, public_seq), (event, visitor_event)) in messages.into_iter().zip(&self.places) {
            let lost = || ApiError::internal("an event without a position");
            let entry = Entry {
                message,
                public_seq,
                position: positions.get(*event).cloned().ok_or_else(lost)?,
                visitor_position: visitor_event.and_then(|event| visitor_positions.get(event).cloned()),
            };
            self.insert_message(tx, &entry).await?;
            entries.push(entry);
        }
        Ok(Written {
            entries,
            visitor_conversation: self.as_visitor_sees_it(),
        })
    }

    fn as_visitor_sees_it(&self) -> VisitorConversation {
        let wire = &self.stored.wire;
        projection::conversation(
            wire.id,
            self.state.status,
            wire.started_at,
            self.state.last_public_seq,
        )
    }

    /// One event with the conversation as it is after this step.
    fn conversation_changed(&mut self, visitor_may_know: bool) -> ApiResult<()> {
        let first = self.is_new && self.events.len() == 1;
        let kind = if first {
            EventType::ConversationCreated
        } else {
            EventType::ConversationUpdated
        };
        self.copy_state();
        let event = NewEvent {
            kind,
            conversation_id: Some(self.stored.wire.id),
            website_id: self.stored.wire.website_id,
            seq: None,
            body: serde_json::to_value(&self.stored.wire)?,
        };
        if visitor_may_know {
            self.visitor_events.push(NewEvent {
                body: json!(self.as_visitor_sees_it()),
                ..event.clone()
            });
        }
        self.events.push(event);
        Ok(())
    }

    fn copy_state(&mut self) {
        let wire = &mut self.stored.wire;
        let state = &self.state;
        wire.status = state.status;
        wire.last_message_at = state.last_message_at;
        wire.last_message.clone_from(&state.last_message);
        wire.message_count = state.message_count;
        wire.auto_close_at = state.auto_close_at;
        wire.unread_count = state.unread_count;
        wire.waiting_since = state.waiting_since;
        wire.updated_at = state.updated_at;
        wire.version = state.version;
        self.stored.last_seq = state.last_seq;
        self.stored.last_public_seq = state.last_public_seq;
    }

    async fn insert_conversation(&self, tx: &mut Tx) -> ApiResult<()> {
        let wire = &self.stored.wire;
        sqlx::query(
            "INSERT INTO conversations (id, account_id, website_id, visitor_id, funnel_id, status, started_at, \
             last_message_at, last_message, message_count, last_seq, last_public_seq, auto_close_at, unread_count, \
             waiting_since, created_at, updated_at, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        )
        .bind(wire.id.to_string())
        .bind(self.account.to_string())
        .bind(wire.website_id.to_string())
        .bind(wire.user_id.to_string())
        .bind(wire.funnel_id.to_string())
        .bind(columns::to_word(&wire.status)?)
        .bind(wire.started_at.as_millis())
        .bind(wire.last_message_at.as_millis())
        .bind(wire.last_message.clone())
        .bind(columns::to_count(wire.message_count)?)
        .bind(columns::to_count(self.stored.last_seq)?)
        .bind(columns::to_count(self.stored.last_public_seq)?)
        .bind(wire.auto_close_at.map(Timestamp::as_millis))
        .bind(columns::to_count(wire.unread_count)?)
        .bind(wire.waiting_since.map(Timestamp::as_millis))
        .bind(wire.created_at.as_millis())
        .bind(wire.updated_at.as_millis())
        .bind(columns::to_count(wire.version)?)
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    async fn update_conversation(&self, tx: &mut Tx) -> ApiResult<()> {
        let wire = &self.stored.wire;
        sqlx::query(
            "UPDATE conversations SET status = $1, last_message_at = $2, last_message = $3, message_count = $4, \
             last_seq = $5, last_public_seq = $6, auto_close_at = $7, unread_count = $8, waiting_since = $9, \
             updated_at = $10, version = $11 WHERE id = $12",
        )
        .bind(columns::to_word(&wire.status)?)
        .bind(wire.last_message_at.as_millis())
        .bind(wire.last_message.clone())
        .bind(columns::to_count(wire.message_count)?)
        .bind(columns::to_count(self.stored.last_seq)?)
        .bind(columns::to_count(self.stored.last_public_seq)?)
        .bind(wire.auto_close_at.map(Timestamp::as_millis))
        .bind(columns::to_count(wire.unread_count)?)
        .bind(wire.waiting_since.map(Timestamp::as_millis))
        .bind(wire.updated_at.as_millis())
        .bind(columns::to_count(wire.version)?)
        .bind(wire.id.to_string())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    async fn insert_message(&self, tx: &mut Tx, entry: &Entry) -> ApiResult<()> {
        let message = &entry.message;
        sqlx::query(
            "INSERT INTO messages (conversation_id, seq, public_seq, account_id, id, kind, content, author_id, \
             author_name, visibility, attachments, event_offset, visitor_event_offset, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(message.conversation_id.to_string())
        .bind(columns::to_count(message.seq)?)
        .bind(entry.public_seq.map(columns::to_count).transpose()?)
        .bind(self.account.to_string())
        .bind(message.id.to_string())
        .bind(columns::to_word(&message.kind)?)
        .bind(message.content.clone())
        .bind(message.author_id.map(|id| id.to_string()))
        .bind(message.author_name.clone())
        .bind(columns::to_word(&message.visibility)?)
        .bind(serde_json::to_string(&message.attachments)?)
        .bind(columns::to_count(entry.position.offset.0)?)
        .bind(
            entry
                .visitor_position
                .as_ref()
                .map(|position| columns::to_count(position.offset.0))
                .transpose()?,
        )
        .bind(message.created_at.as_millis())
        .execute(tx.conn())
        .await
        .map_err(|error| match error {
            // Somebody stored another message with this id since the id was looked up.
            sqlx::Error::Database(error) if error.is_unique_violation() => {
                ApiError::new(ProblemCode::IdReused, "Send it with a new id.")
            }
            error => error.into(),
        })?;
        Ok(())
    }
}
