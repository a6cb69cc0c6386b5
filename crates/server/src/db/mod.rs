//! The database behind one small interface: SQLite or Postgres, chosen by its URL, with the same SQL.
//!
//! - [`Db::read`] runs in a snapshot: everything it reads, positions included, is as of one instant.
//! - [`Db::write`] runs in a transaction and answers after the commit. On SQLite all writes pass through one task that
//!   commits several queued jobs at once (`writer`); on Postgres each is a transaction of its own.
//!
//! Lock order, everywhere: member → session → message id → canned reply → label → view → website → assignment → visitor → conversation →
//! account; several of
//! one kind by id. The account's counter, from which offsets are taken, comes last, so that offsets are allocated in
//! commit order (`protocol.md` *Realtime*, rule 1).
//!
//! Common ground of the dialects: `$1` placeholders, ids and JSON as `TEXT`, instants, counters and booleans as `BIGINT`.

pub mod columns;
pub mod lists;
mod migrate;
mod open;
mod writer;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use switchboard_contract::ids::{
    AccountId, CannedReplyId, ConversationId, LabelId, MemberId, MessageId, SessionId, ViewId, VisitorId,
    WebsiteId,
};
use switchboard_contract::time::Timestamp;

use crate::clock::Clock;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::{Hub, StreamKey};

pub use migrate::migrate;

/// Which database answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// A row to lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// A member.
    Member(MemberId),
    /// A sign-in.
    Session(SessionId),
    /// A website.
    Website(WebsiteId),
    /// A visitor.
    Visitor(VisitorId),
    /// A conversation.
    Conversation(ConversationId),
    /// A canned reply.
    CannedReply(CannedReplyId),
    /// A label.
    Label(LabelId),
    /// A saved filter.
    View(ViewId),
    /// Every conversation that has a label.
    ConversationsWithLabel(LabelId),
    /// A message's id, whether there is such a message or not.
    MessageId(MessageId),
    /// The right to hand out conversations of an account: whoever counts what each member has, counts alone.
    Assignment(AccountId),
}

/// A handle to the database; clones share it.
#[derive(Clone)]
pub struct Db {
    dialect: Dialect,
    clock: Clock,
    hub: Arc<Hub>,
    readers: AnyPool,
    /// SQLite's one writer. Postgres: none, writers take connections from the pool.
    writer: Option<Writer>,
}

/// SQLite's one writer.
#[derive(Clone)]
struct Writer {
    queue: writer::Queue,
    /// Its one connection.
    pool: AnyPool,
}

/// An open transaction.
pub struct Tx {
    inner: Transaction<'static, Any>,
    dialect: Dialect,
    now: Timestamp,
    wakes: Vec<StreamKey>,
    counted: Vec<(AccountId, WebsiteId)>,
}

impl Tx {
    /// Where statements run: `query.execute(tx.conn())`.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Which database answers: full-text indexes have a language of their own in each.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The instant of this transaction.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Lets this transaction happen at another instant: for data that is made up.
    pub const fn pretend(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Locks a row until the commit. SQLite's one writer needs nothing; see the module's lock order.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn lock(&mut self, row: Lock) -> ApiResult<()> {
        if self.dialect == Dialect::Sqlite {
            return Ok(());
        }
        let (sql, id) = match row {
            Lock::Member(id) => (
                "SELECT 1 FROM members WHERE id = $1 FOR NO KEY UPDATE",
                id.to_string(),
            ),
            Lock::Session(id) => (
                "SELECT 1 FROM sessions WHERE id = $1 FOR NO KEY UPDATE",
                id.to_string(),
            ),
            Lock::Website(id) => (
                "SELECT 1 FROM websites WHERE id = $1 FOR NO KEY UPDATE",
                id.to_string(),
            ),
            Lock::Visitor(id) => (
                "SELECT 1 FROM visitors WHERE id = $1 FOR NO KEY UPDATE",
                id.to_string(),
            ),
            Lock::Conversation(id) => (
                "SELECT 1 FROM conversations WHERE id = $1 FOR NO KEY UPDATE",
                id.to_string(),
            ),
            Lock::CannedReply(id) => (
                "SELECT 1 FROM canned_replies WHERE id = $1 FOR NO KEY UPDATE",
                id.to_string(),
            ),
            Lock::Label(id) => (
                "SELECT 1 FROM labels WHERE id = $1 FOR NO KEY UPDATE",
                id.to_string(),
            ),
            Lock::View(id) => (
                "SELECT 1 FROM views WHERE id = $1 FOR NO KEY UPDATE",
                id.to_string(),
            ),
            Lock::ConversationsWithLabel(id) => (
                "SELECT 1 FROM conversations WHERE id IN \
                 (SELECT conversation_id FROM conversation_labels WHERE label_id = $1) ORDER BY id FOR NO KEY UPDATE",
                id.to_string(),
            ),
            Lock::MessageId(id) => (
                "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended($1, 0))",
                id.to_string(),
            ),
            // Another seed than that of messages: the same digits are another lock.
            Lock::Assignment(id) => (
                "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended($1, 1))",
                id.to_string(),
            ),
        };
        sqlx::query(sql).bind(id).execute(self.conn()).await?;
        Ok(())
    }

    /// From here on this transaction fails rather than wait for somebody else's lock for longer than a blink: it may take
    /// locks in any order, as it is never the one that others wait for. SQLite's one writer waits for nobody.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn step_aside(&mut self) -> ApiResult<()> {
        if self.dialect == Dialect::Postgres {
            // Shorter than PostgreSQL's own search for deadlocks (1 s), which would end any of those who wait.
            sqlx::query("SET LOCAL lock_timeout = '300ms'")
                .execute(self.conn())
                .await?;
        }
        Ok(())
    }

    /// Tells after the commit that figures of this website have changed.
    pub fn counted_after_commit(&mut self, account: AccountId, website: WebsiteId) {
        if !self.counted.contains(&(account, website)) {
            self.counted.push((account, website));
        }
    }

    /// Wakes the readers of `stream` after the commit.
    pub fn wake_after_commit(&mut self, stream: StreamKey) {
        if !self.wakes.contains(&stream) {
            self.wakes.push(stream);
        }
    }
}

impl Db {
    /// Which database answers.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Runs `job` in a read-only snapshot.
    ///
    /// # Errors
    /// What `job` returns, or the database's failure.
    pub async fn read<T, F>(&self, job: F) -> ApiResult<T>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, ApiResult<T>>,
    {
        let begin = match self.dialect {
            Dialect::Sqlite => "BEGIN",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let mut tx = self.begin(begin).await?;
        let value = job(&mut tx).await?;
        tx.inner.commit().await?;
        Ok(value)
    }

    /// Runs `job` in a transaction, commits, wakes the streams that got events, and answers. An error rolls back
    /// everything that `job` did. A caller that goes away does not stop a job that has begun.
    ///
    /// # Errors
    /// What `job` returns, or the database's failure.
    pub async fn write<T, F>(&self, job: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, ApiResult<T>> + Send + 'static,
    {
        match &self.writer {
            Some(writer) => writer.queue.run(job).await,
            None => {
                let db = self.clone();
                tokio::spawn(async move { db.write_alone(job).await })
                    .await
                    .map_err(ApiError::internal)?
            }
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn ping(&self) -> ApiResult<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    /// Whether [`Db::close`] was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.readers.is_closed()
    }

    /// Waits until [`Db::close`] is called.
    pub async fn closed(&self) {
        self.readers.close_event().await;
    }

    /// Waits for transactions to end and closes every connection; later calls fail.
    pub async fn close(&self) {
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.pool.close().await;
        }
    }

    async fn write_alone<T, F>(&self, job: F) -> ApiResult<T>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, ApiResult<T>>,
    {
        let mut tx = self.begin("BEGIN").await?;
        let value = job(&mut tx).await?;
        tx.inner.commit().await?;
        for stream in tx.wakes {
            self.hub.wake(stream);
        }
        self.hub.counted(tx.counted);
        Ok(value)
    }

    /// Begins in a task of its own: a caller that goes away just then would leave the connection inside a transaction
    /// that sqlx does not know of. Dropping a transaction that has begun is safe.
    async fn begin(&self, statement: &'static str) -> ApiResult<Tx> {
        let pool = self.readers.clone();
        let inner = tokio::spawn(async move { pool.begin_with(statement).await })
            .await
            .map_err(ApiError::unavailable)??;
        Ok(Tx {
            inner,
            dialect: self.dialect,
            now: self.clock.now(),
            wakes: Vec::new(),
            counted: Vec::new(),
        })
    }
}
