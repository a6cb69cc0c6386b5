//! What is kept for a time only goes when its time is over: the tails of the event logs, results of actions, ids of what was
//! deleted or taken back, sign-ins that have ended by themselves, old entries of the audit log.
//!
//! Several servers on one database may do so at once. Nobody ever waits long for this work ([`Tx::step_aside`]): where
//! somebody else holds a row that it needs, it gives up and comes again.

use sqlx::Row;
use switchboard_contract::ids::{AccountId, VisitorId};
use switchboard_contract::position::{Epoch, Offset};
use switchboard_contract::time::Timestamp;
use switchboard_domain::deletion::REMEMBERED_MS;
use switchboard_domain::replay::Log;
use switchboard_domain::retention;

use crate::config::LogConfig;
use crate::db::{Db, Tx, columns};
use crate::live_chat::{actions, take_back};
use crate::problem::ApiResult;

/// Rows that go in one transaction: SQLite's one writer is soon free again.
const BATCH: u32 = 1_000;
/// Visitors whose logs are trimmed in one transaction.
const VISITORS: u32 = 50;
/// How long a sign-in is kept after its end, in milliseconds: no browser sends its cookie anymore.
const ENDED_SESSION_MS: i64 = 2 * 24 * 60 * 60 * 1_000;

/// How long it is kept what became of a webhook's event, in milliseconds.
const DELIVERY_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// What goes by its age: a statement with the newest instant that is too old and a number of rows, and how long it is kept,
/// in milliseconds.
const BY_AGE: [(&str, i64); 8] = [
    (
        "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE created_at <= $1 LIMIT $2)",
        DELIVERY_MS,
    ),
    (
        "DELETE FROM visitor_actions WHERE (visitor_id, id) IN \
         (SELECT visitor_id, id FROM visitor_actions WHERE created_at <= $1 LIMIT $2)",
        actions::KEPT_MS,
    ),
    (
        "DELETE FROM actions WHERE (member_id, id) IN \
         (SELECT member_id, id FROM actions WHERE created_at <= $1 LIMIT $2)",
        actions::KEPT_MS,
    ),
    (
        "DELETE FROM burnt_messages WHERE (member_id, id) IN \
         (SELECT member_id, id FROM burnt_messages WHERE created_at <= $1 LIMIT $2)",
        take_back::KEPT_MS,
    ),
    (
        "DELETE FROM conversation_tombstones WHERE conversation_id IN \
         (SELECT conversation_id FROM conversation_tombstones WHERE deleted_at <= $1 LIMIT $2)",
        REMEMBERED_MS,
    ),
    (
        "DELETE FROM visitor_tombstones WHERE visitor_id IN \
         (SELECT visitor_id FROM visitor_tombstones WHERE erased_at <= $1 LIMIT $2)",
        REMEMBERED_MS,
    ),
    (
        "DELETE FROM solved_challenges WHERE visitor_id IN \
         (SELECT visitor_id FROM solved_challenges WHERE ends_at <= $1 LIMIT $2)",
        0,
    ),
    (
        "DELETE FROM sessions WHERE id IN (SELECT s.id FROM sessions s WHERE s.expires_at <= $1 \
         AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.session_id = s.id) LIMIT $2)",
        ENDED_SESSION_MS,
    ),
];

/// The same of the audit log, which is kept for as long as is configured.
const AUDIT: &str = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at <= $1 LIMIT $2)";

/// Takes away everything whose time is over at `now`.
///
/// # Errors
/// The database's failure, also that somebody else works on the same rows. What was taken away until then stays away.
pub async fn tidy(db: &Db, now: Timestamp, logs: &LogConfig) -> ApiResult<()> {
    let age = i64::try_from(logs.age.as_millis()).unwrap_or(i64::MAX);
    let cutoff = now.plus_millis(age.saturating_neg());
    let limit = logs.events;
    let long = db
        .read(move |tx| Box::pin(async move { long_logs(tx, cutoff, limit).await }))
        .await?;
    for (account, from, to) in long {
        let mut reached = from.0;
        while reached < to.0 {
            reached = to.0.min(reached + u64::from(BATCH));
            db.write(move |tx| Box::pin(trim(tx, account, Offset(reached))))
                .await?;
        }
    }
    while db.write(move |tx| Box::pin(trim_visitors(tx, cutoff))).await? > 0 {}
    let audit = i64::try_from(logs.audit_age.as_millis()).unwrap_or(i64::MAX);
    for (sql, kept) in BY_AGE.into_iter().chain([(AUDIT, audit)]) {
        let before = now.plus_millis(kept.saturating_neg());
        while db.write(move |tx| Box::pin(remove(tx, sql, before))).await? > 0 {}
    }
    Ok(())
}

/// Accounts whose log is longer than it is kept, with its floor as it is and as it is to be.
async fn long_logs(
    tx: &mut Tx,
    cutoff: Timestamp,
    limit: u64,
) -> ApiResult<Vec<(AccountId, Offset, Offset)>> {
    let rows = sqlx::query(
        "SELECT a.id, a.epoch, a.head, a.log_floor, (SELECT MAX(e.log_offset) FROM events e \
         WHERE e.account_id = a.id AND e.at <= $1) AS expired FROM accounts a",
    )
    .bind(cutoff.as_millis())
    .fetch_all(tx.conn())
    .await?;
    let mut long = Vec::new();
    for row in &rows {
        let log = Log {
            epoch: Epoch(row.try_get("epoch")?),
            head: Offset(columns::count(row, "head")?),
            floor: Offset(columns::count(row, "log_floor")?),
        };
        let expired = columns::maybe_count(row, "expired")?.map(Offset);
        let floor = retention::floor(&log, expired, limit);
        if floor > log.floor {
            long.push((columns::id(row, "id")?, log.floor, floor));
        }
    }
    Ok(long)
}

async fn trim(tx: &mut Tx, account: AccountId, floor: Offset) -> ApiResult<()> {
    tx.step_aside().await?;
    let floor = columns::to_count(floor.0)?;
    for sql in [
        "DELETE FROM events WHERE account_id = $1 AND log_offset <= $2",
        "UPDATE accounts SET log_floor = $2 WHERE id = $1 AND log_floor < $2",
    ] {
        sqlx::query(sql)
            .bind(account.to_string())
            .bind(floor)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Trims the logs of some visitors; answers of how many. A visitor who comes back after that fetches one page, so that
/// nothing of what is too old needs to stay, and how much one person writes needs no bound of its own.
async fn trim_visitors(tx: &mut Tx, cutoff: Timestamp) -> ApiResult<usize> {
    tx.step_aside().await?;
    let rows = sqlx::query(
        "SELECT visitor_id, MAX(log_offset) AS expired FROM visitor_events WHERE at <= $1 \
         GROUP BY visitor_id ORDER BY visitor_id LIMIT $2",
    )
    .bind(cutoff.as_millis())
    .bind(i64::from(VISITORS))
    .fetch_all(tx.conn())
    .await?;
    for row in &rows {
        let visitor: VisitorId = columns::id(row, "visitor_id")?;
        let floor = columns::to_count(columns::count(row, "expired")?)?;
        for sql in [
            "DELETE FROM visitor_events WHERE visitor_id = $1 AND log_offset <= $2",
            "UPDATE visitors SET log_floor = $2 WHERE id = $1 AND log_floor < $2",
        ] {
            sqlx::query(sql)
                .bind(visitor.to_string())
                .bind(floor)
                .execute(tx.conn())
                .await?;
        }
    }
    Ok(rows.len())
}

async fn remove(tx: &mut Tx, sql: &'static str, before: Timestamp) -> ApiResult<u64> {
    tx.step_aside().await?;
    let gone = sqlx::query(sql)
        .bind(before.as_millis())
        .bind(i64::from(BATCH))
        .execute(tx.conn())
        .await?;
    Ok(gone.rows_affected())
}
