//! Slows down guessing: failed sign-ins are counted by address and email, in the database, so that every node counts.

use std::net::IpAddr;

use sqlx::Row;
use switchboard_contract::time::Timestamp;

use super::keys::{self, Keys, Purpose};
use crate::db::{Db, columns};
use crate::problem::{ApiError, ApiResult};

/// Failures that are let through in one [`WINDOW_MS`].
const ALLOWED: i64 = 10;
/// How long failures are remembered, in milliseconds.
const WINDOW_MS: i64 = 5 * 60 * 1_000;

/// Whose failures are counted: a digest, so that the table holds no addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Of a caller's address and the email that was tried, in lower case.
    #[must_use]
    pub fn new(keys: &Keys, address: IpAddr, email: &str) -> Self {
        let address = address.to_canonical().to_string();
        Self(keys::encode(&keys.mac(
            Purpose::SignInCounter,
            &[address.as_bytes(), email.as_bytes()],
        )))
    }
}

/// Refuses when there were too many failures.
///
/// # Errors
/// 429 with the time to wait.
pub async fn check(db: &Db, subject: Subject, now: Timestamp) -> ApiResult<()> {
    let row = db
        .read(move |tx| {
            Box::pin(async move {
                Ok(
                    sqlx::query("SELECT since, failures FROM sign_in_failures WHERE subject = $1")
                        .bind(subject.0)
                        .fetch_optional(tx.conn())
                        .await?,
                )
            })
        })
        .await?;
    let Some(row) = row else { return Ok(()) };
    let over = columns::instant(&row, "since")?.plus_millis(WINDOW_MS);
    if row.try_get::<i64, _>("failures")? < ALLOWED || now >= over {
        return Ok(());
    }
    let wait = u64::try_from(over.as_millis() - now.as_millis()).unwrap_or(0);
    Err(ApiError::rate_limited(
        "Too many failed sign-ins. Wait, or reset the password.",
        wait,
    ))
}

/// Counts one failure.
///
/// # Errors
/// The database's failure.
pub async fn count(db: &Db, subject: Subject) -> ApiResult<()> {
    db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now().as_millis();
            sqlx::query("DELETE FROM sign_in_failures WHERE since <= $1")
                .bind(now - WINDOW_MS)
                .execute(tx.conn())
                .await?;
            sqlx::query(
                "INSERT INTO sign_in_failures (subject, since, failures) VALUES ($1, $2, 1) \
                 ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failures.failures + 1",
            )
            .bind(subject.0)
            .bind(now)
            .execute(tx.conn())
            .await?;
            Ok(())
        })
    })
    .await
}

/// Forgets the failures after a success.
///
/// # Errors
/// The database's failure.
pub async fn forget(db: &Db, subject: Subject) -> ApiResult<()> {
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query("DELETE FROM sign_in_failures WHERE subject = $1")
                .bind(subject.0)
                .execute(tx.conn())
                .await?;
            Ok(())
        })
    })
    .await
}
