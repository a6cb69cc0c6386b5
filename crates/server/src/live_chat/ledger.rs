//! What one transaction does to one conversation, stored: the steps and their events are [`switchboard_domain::ledger`]'s.

use switchboard_contract::ids::AccountId;
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatMessage, Visibility};
use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;
use switchboard_contract::visitor::VisitorConversation;
use switchboard_domain::conversation::{Conversation, Step, Unread};
pub use switchboard_domain::ledger::Draft;
use switchboard_domain::ledger::{self, Notice};
use switchboard_domain::rating::Rated;
use switchboard_domain::stored::StoredConversation;

use super::store;
use crate::analytics::ingest;
use crate::db::Tx;
use crate::events;
use crate::ids;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;

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
    steps: ledger::Ledger,
    now: Timestamp,
}

impl Ledger {
    /// Goes on with a conversation, which the transaction has locked.
    #[must_use]
    pub fn resume(tx: &Tx, account: AccountId, stored: StoredConversation) -> Self {
        Self {
            account,
            steps: ledger::Ledger::resume(stored, tx.now()),
            now: tx.now(),
        }
    }

    /// Begins a conversation; `stored` says all but its messages.
    #[must_use]
    pub fn begin(tx: &Tx, account: AccountId, stored: StoredConversation) -> Self {
        Self {
            account,
            steps: ledger::Ledger::begin(stored, tx.now()),
            now: tx.now(),
        }
    }

    /// Lets what follows happen at another instant: for data that is made up.
    pub const fn pretend(&mut self, now: Timestamp) {
        self.now = now;
        self.steps.pretend(now);
    }

    /// Adds a message.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn add(&mut self, draft: Draft) -> ApiResult<()> {
        Ok(self.steps.add(draft)?)
    }

    /// Adds a notice from the server that everybody sees.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn notice(&mut self, text: impl Into<String>) -> ApiResult<()> {
        self.notice_to((text.into(), Visibility::Public))
    }

    /// Adds a notice from the server to those who may see it.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn notice_to(&mut self, words: (String, Visibility)) -> ApiResult<()> {
        let notice = self.numbered(words)?;
        Ok(self.steps.notice(notice)?)
    }

    /// Takes a step, told by a notice of these words to those who may see it, or by the conversation's event alone.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn take(&mut self, step: &Step, words: Option<(String, Visibility)>) -> ApiResult<()> {
        let notice = words.map(|words| self.numbered(words)).transpose()?;
        Ok(self.steps.take(step, notice)?)
    }

    fn numbered(&self, (text, visibility): (String, Visibility)) -> ApiResult<Notice> {
        Ok(Notice {
            id: ids::new(self.now)?,
            text,
            visibility,
        })
    }

    /// The team has read everything up to `seq`, after which `unread` of the visitor's messages come; false when it had
    /// before.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn read_by_team(&mut self, seq: u64, unread: Unread) -> ApiResult<bool> {
        Ok(self.steps.read_by_team(seq, unread)?)
    }

    /// The visitor has read everything up to `public_seq`; false when it had before.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn read_by_visitor(&mut self, public_seq: u64) -> ApiResult<bool> {
        Ok(self.steps.read_by_visitor(public_seq)?)
    }

    /// The visitor says what they thought of it.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn rate(&mut self, rated: &Rated) -> ApiResult<()> {
        Ok(self.steps.rate(rated)?)
    }

    /// Nobody can take it now: it waits for the first who can.
    pub const fn await_assignee(&mut self) {
        self.steps.await_assignee();
    }

    /// A stored message whose marks have moved, as it is now.
    ///
    /// # Errors
    /// Never in practice: contract types serialise.
    pub fn marked(&mut self, message: &LiveChatMessage, public_seq: Option<u64>) -> ApiResult<()> {
        Ok(self.steps.marked(message, public_seq)?)
    }

    /// The conversation as it is after the steps so far.
    #[must_use]
    pub const fn state(&self) -> &Conversation {
        self.steps.state()
    }

    /// Stores the conversation, both logs' events and the messages. The account's counter is taken last, so nothing
    /// may be locked after this. Without a step nothing is stored.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn store(self, tx: &mut Tx) -> ApiResult<Written> {
        let writes = self.steps.finish();
        let stored = writes.stored;
        if writes.is_new {
            store::insert_conversation(tx, self.account, &stored).await?;
        } else if !writes.events.is_empty() || !writes.visitor_events.is_empty() {
            store::update_conversation(tx, &stored).await?;
        }
        store::labels(tx, stored.wire.id, &writes.labels_before, &writes.labels).await?;
        let visitor = StreamKey::Visitor(stored.wire.user_id);
        let visitor_positions = events::append(tx, visitor, &writes.visitor_events).await?;
        let positions = events::append(tx, StreamKey::Account(self.account), &writes.events).await?;
        let mut entries = Vec::with_capacity(writes.messages.len());
        for entered in writes.messages {
            let lost = || ApiError::internal("an event without a position");
            let entry = Entry {
                message: entered.message,
                public_seq: entered.public_seq,
                position: positions.get(entered.event).cloned().ok_or_else(lost)?,
                visitor_position: entered
                    .visitor_event
                    .and_then(|event| visitor_positions.get(event).cloned()),
            };
            store::insert_message(tx, self.account, &entry).await?;
            entries.push(entry);
        }
        ingest::conversation(tx, self.account, &stored, &entries).await?;
        Ok(Written {
            entries,
            visitor_conversation: stored.as_visitor_sees_it(),
            conversation: stored.wire,
        })
    }
}
