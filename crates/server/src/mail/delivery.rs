//! Empties the queue. Several servers may do so on one database: a letter is claimed before it is sent, for long enough to
//! send it, so it leaves once unless a server dies in between; then it may leave twice, with one Message-ID.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Row;
use sqlx::any::AnyRow;
use tokio::sync::Notify;
use uuid::Uuid;

use super::smtp::{Failure, Smtp};
use super::{Mail, Queued};
use crate::clock::Clock;
use crate::db::{Db, columns};
use crate::problem::ApiResult;

/// How often the queue is looked at unasked: for retries, and for letters that another server queued.
const POLL: Duration = Duration::from_secs(1);
/// How long a claim holds, in milliseconds.
const CLAIM_MS: i64 = 2 * 60 * 1_000;
/// A letter older than this is dropped, in milliseconds: its links have ended.
const GIVE_UP_MS: i64 = 3 * 24 * 60 * 60 * 1_000;
/// The first wait before a retry; it doubles up to [`MAX_WAIT_MS`].
const FIRST_WAIT_MS: i64 = 5_000;
const MAX_WAIT_MS: i64 = 15 * 60 * 1_000;

/// Delivers for ever.
pub(super) async fn run(db: Db, clock: Clock, smtp: Smtp, wake: Arc<Notify>) {
    loop {
        if let Err(error) = deliver_due(&db, &clock, &smtp).await {
            tracing::warn!(%error, "the mail queue cannot be read");
        }
        // Either way the queue is looked at again; a time-out is not a failure.
        let _ = tokio::time::timeout(POLL, wake.notified()).await;
    }
}

/// Sends everything that is due.
async fn deliver_due(db: &Db, clock: &Clock, smtp: &Smtp) -> ApiResult<()> {
    while is_due(db).await? {
        let Some(queued) = claim(db).await? else {
            return Ok(());
        };
        let mail = queued.id;
        match smtp.send(&queued).await {
            Ok(()) => {
                tracing::info!(%mail, "a letter left");
                remove(db, mail).await?;
            }
            Err(Failure::Never(status)) => {
                tracing::warn!(%mail, status, "a letter was refused for good and is dropped");
                remove(db, mail).await?;
            }
            Err(Failure::Later(status)) if clock.now().as_millis() - queued.created_at >= GIVE_UP_MS => {
                tracing::warn!(%mail, status, "a letter could not leave for three days and is dropped");
                remove(db, mail).await?;
            }
            Err(Failure::Later(status)) => {
                let wait = wait_ms(queued.attempts);
                tracing::warn!(%mail, status, wait_ms = wait, "a letter did not leave and waits");
                postpone(db, mail, wait).await?;
            }
        }
    }
    Ok(())
}

/// The wait after this many failures, in milliseconds.
fn wait_ms(attempts: u32) -> i64 {
    let doubled = 1_i64.checked_shl(attempts.saturating_sub(1)).unwrap_or(i64::MAX);
    FIRST_WAIT_MS.saturating_mul(doubled.max(1)).min(MAX_WAIT_MS)
}

/// A look that does not disturb the writer.
async fn is_due(db: &Db) -> ApiResult<bool> {
    db.read(move |tx| {
        Box::pin(async move {
            let now = tx.now().as_millis();
            let due = sqlx::query("SELECT id FROM mails WHERE due_at <= $1 LIMIT 1")
                .bind(now)
                .fetch_optional(tx.conn())
                .await?;
            Ok(due.is_some())
        })
    })
    .await
}

async fn claim(db: &Db) -> ApiResult<Option<Queued>> {
    db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().as_millis();
            // Of two servers the second finds `due_at` moved and claims nothing.
            sqlx::query(
                "UPDATE mails SET due_at = $1, attempts = attempts + 1 \
                 WHERE id = (SELECT id FROM mails WHERE due_at <= $2 ORDER BY due_at, created_at LIMIT 1) AND due_at <= $2 \
                 RETURNING id, recipient, subject, body, links, html, created_at, attempts",
            )
            .bind(now + CLAIM_MS)
            .bind(now)
            .fetch_optional(tx.conn())
            .await?
            .map(|row| read(&row))
            .transpose()
        })
    })
    .await
}

pub(super) fn read(row: &AnyRow) -> ApiResult<Queued> {
    Ok(Queued {
        id: columns::id(row, "id")?,
        mail: Mail {
            to: row.try_get("recipient")?,
            subject: row.try_get("subject")?,
            text: row.try_get("body")?,
            links: columns::json(row, "links")?,
            html: row.try_get("html")?,
        },
        created_at: row.try_get("created_at")?,
        attempts: u32::try_from(columns::count(row, "attempts")?).unwrap_or(u32::MAX),
    })
}

async fn remove(db: &Db, mail: Uuid) -> ApiResult<()> {
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query("DELETE FROM mails WHERE id = $1")
                .bind(mail.to_string())
                .execute(tx.conn())
                .await?;
            Ok(())
        })
    })
    .await
}

async fn postpone(db: &Db, mail: Uuid, wait: i64) -> ApiResult<()> {
    db.write(move |tx| {
        Box::pin(async move {
            let due = tx.now().as_millis() + wait;
            sqlx::query("UPDATE mails SET due_at = $1 WHERE id = $2")
                .bind(due)
                .bind(mail.to_string())
                .execute(tx.conn())
                .await?;
            Ok(())
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        assert_eq!(wait_ms(1), 5_000);
        assert_eq!(wait_ms(2), 10_000);
        assert_eq!(wait_ms(8), 640_000);
        assert_eq!(wait_ms(9), MAX_WAIT_MS);
        assert_eq!(wait_ms(200), MAX_WAIT_MS);
    }
}
