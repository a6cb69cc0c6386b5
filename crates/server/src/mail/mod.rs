//! Mail. What a handler sends is queued in the transaction of what causes it and leaves later, so nothing is lost while the
//! mail server is down, and nothing is sent for a change that was rolled back.
//!
//! | module | holds |
//! | --- | --- |
//! | [`letters`] | every text that is sent |
//! | [`smtp`] | composing a message and handing it to a mail server |
//! | [`delivery`] | the task that empties the queue, with retries |
//! | [`mailbox`] | `/dev/mailbox`, where developers read the queue in demo mode |
//!
//! Without `SWITCHBOARD_SMTP_URL` mail stays in the queue. Letters hold tokens: a row is deleted once its letter has left.

mod delivery;
pub mod letters;
mod mailbox;
mod smtp;

use std::fmt;
use std::sync::Arc;

use switchboard_contract::ids::VisitorId;
use switchboard_contract::validate::{self, Violation};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::db::{Db, Tx};
use crate::problem::{ApiError, ApiResult};

pub(crate) use mailbox::router;
pub use smtp::is_deliverable;

/// How long a letter waits in the queue, in milliseconds: its links have ended long before.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// A letter to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// The subject: one line.
    pub subject: String,
    /// Plain text; the links stand in it.
    pub text: String,
    /// The links in the text that the letter is about.
    pub links: Vec<String>,
    /// The same as a page, for programs that show one; whoever makes it has escaped what people wrote.
    pub html: Option<String>,
}

impl fmt::Debug for Mail {
    /// Letters hold tokens and addresses: tells the subject only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// Delivers what is queued, as long as it lives.
pub struct Mailer {
    wake: Arc<Notify>,
    task: Option<JoinHandle<()>>,
}

impl Mailer {
    /// Starts to deliver by SMTP where it is configured.
    ///
    /// # Errors
    /// One line about `SWITCHBOARD_SMTP_URL` or the sender's address.
    pub fn start(config: &Config, db: Db, clock: Clock) -> Result<Self, ConfigError> {
        let wake = Arc::new(Notify::new());
        let task = match &config.smtp_url {
            Some(url) => {
                let smtp = smtp::Smtp::new(url, &config.public_url)?;
                Some(tokio::spawn(delivery::run(db, clock, smtp, Arc::clone(&wake))))
            }
            None => {
                if !config.demo {
                    tracing::warn!("SWITCHBOARD_SMTP_URL is not set: mail waits in the database until it is");
                }
                None
            }
        };
        Ok(Self { wake, task })
    }

    /// Looks at the queue now; called after the commit of something that queued a letter.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}

impl Drop for Mailer {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            // A letter on its way stays in the queue and is sent by the next start.
            task.abort();
        }
    }
}

/// An address that mail can be sent to.
///
/// # Errors
/// The rule that `text` breaks.
pub fn check_address(text: &str) -> Result<(), Violation> {
    validate::email(text)?;
    if is_deliverable(text.trim()) {
        Ok(())
    } else {
        Err(Violation::Email)
    }
}

/// Queues a letter in the caller's transaction; call [`Mailer::wake`] after the commit.
///
/// # Errors
/// The database's failure.
pub async fn queue(tx: &mut Tx, mail: Mail) -> ApiResult<()> {
    let due_at = tx.now().as_millis();
    store(tx, mail, Some(due_at), None).await
}

/// The same for somebody on a website: a letter that waits goes with them when they are erased.
///
/// # Errors
/// The database's failure.
pub async fn queue_for_visitor(tx: &mut Tx, mail: Mail, visitor: VisitorId) -> ApiResult<()> {
    let due_at = tx.now().as_millis();
    store(tx, mail, Some(due_at), Some(visitor)).await
}

/// Queues a letter if it is `real`, and otherwise one to nobody that never leaves: an answer to someone who asks about an
/// unknown address must not be quicker than the one about a known address.
///
/// # Errors
/// The database's failure.
pub async fn queue_or_pretend(tx: &mut Tx, mail: Mail, real: bool) -> ApiResult<()> {
    if real {
        return queue(tx, mail).await;
    }
    let nobody = Mail {
        to: String::new(),
        ..mail
    };
    store(tx, nobody, None, None).await
}

async fn store(tx: &mut Tx, mail: Mail, due_at: Option<i64>, visitor: Option<VisitorId>) -> ApiResult<()> {
    let now = tx.now().as_millis();
    sqlx::query("DELETE FROM mails WHERE created_at <= $1")
        .bind(now - KEPT_MS)
        .execute(tx.conn())
        .await?;
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|error| ApiError::unavailable(error.to_string()))?;
    let id = uuid::Builder::from_unix_timestamp_millis(u64::try_from(now).unwrap_or(0), &random).into_uuid();
    sqlx::query(
        "INSERT INTO mails (id, recipient, subject, body, links, created_at, due_at, attempts, html, visitor_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)",
    )
    .bind(id.to_string())
    .bind(mail.to)
    .bind(mail.subject)
    .bind(mail.text)
    .bind(serde_json::to_string(&mail.links)?)
    .bind(now)
    .bind(due_at)
    .bind(mail.html)
    .bind(visitor.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A letter as it lies in the queue.
struct Queued {
    id: Uuid,
    mail: Mail,
    /// Milliseconds since 1970.
    created_at: i64,
    /// Tries begun so far.
    attempts: u32,
}
