//! What time does to conversations: they close, are archived and deleted at the end of their website's windows, snoozes end,
//! and those that wait for someone who can take them are handed out. Which step is due is `switchboard_domain::lifecycle`'s to say, of a conversation that is locked, so that a message
//! that arrives first wins, and several servers on one database may look at once.

use sqlx::Row;
use switchboard_contract::ids::{AccountId, ConversationId, WebsiteId};
use switchboard_contract::time::Timestamp;
use switchboard_domain::lifecycle::{self, Due, Windows};
use switchboard_domain::words;

use super::ledger::Ledger;
use super::{assign, delete, rows};
use crate::db::{Db, Lock, Tx, columns};
use crate::problem::ApiResult;

/// Conversations of one kind in one go.
const BATCH: i64 = 100;

/// Those that something may be due of: a statement each, with the instant and a number of rows.
const DUE: [&str; 4] = [
    "SELECT account_id, id FROM conversations WHERE status = 'open' AND auto_close_at <= $1 \
     ORDER BY auto_close_at LIMIT $2",
    "SELECT c.account_id, c.id FROM websites w JOIN conversations c ON c.website_id = w.id AND c.is_archived = 0 \
     AND c.closed_at <= $1 - w.archive_after * 1000 ORDER BY c.closed_at LIMIT $2",
    "SELECT c.account_id, c.id FROM websites w JOIN conversations c ON c.website_id = w.id \
     AND c.archived_at <= $1 - w.delete_after * 1000 ORDER BY c.archived_at LIMIT $2",
    "SELECT account_id, id FROM conversations WHERE snoozed_until <= $1 ORDER BY snoozed_until LIMIT $2",
];

/// Takes every step that is due at `now`, at most a batch of each kind, and hands out what waits. One that fails keeps none of the others back.
///
/// # Errors
/// The first failure.
pub async fn advance(db: &Db, now: Timestamp) -> ApiResult<()> {
    let mut outcome = Ok(());
    for sql in DUE {
        let due = db
            .read(move |tx| Box::pin(async move { candidates(tx, sql, now).await }))
            .await?;
        for (account, id) in due {
            let taken = db.write(move |tx| Box::pin(one(tx, account, id))).await;
            outcome = outcome.and(taken);
        }
    }
    outcome.and(assign::hand_out_waiting(db, now).await)
}

async fn candidates(
    tx: &mut Tx,
    sql: &'static str,
    now: Timestamp,
) -> ApiResult<Vec<(AccountId, ConversationId)>> {
    let rows = sqlx::query(sql)
        .bind(now.as_millis())
        .bind(BATCH)
        .fetch_all(tx.conn())
        .await?;
    rows.iter()
        .map(|row| Ok((columns::id(row, "account_id")?, columns::id(row, "id")?)))
        .collect()
}

/// Takes the next step that is due of one conversation, if one still is.
async fn one(tx: &mut Tx, account: AccountId, id: ConversationId) -> ApiResult<()> {
    let Some(seen) = rows::conversation(tx, account, id).await? else {
        return Ok(());
    };
    tx.lock(Lock::Visitor(seen.wire.user_id)).await?;
    tx.lock(Lock::Conversation(id)).await?;
    // Again, now that nobody else can change it.
    let Some(stored) = rows::conversation(tx, account, id).await? else {
        return Ok(());
    };
    let windows = windows(tx, stored.wire.website_id).await?;
    match lifecycle::due(&stored.state(), windows, tx.now()) {
        None => Ok(()),
        Some(Due::Delete) => delete::erase(tx, account, &stored).await,
        Some(Due::Step(step)) => {
            let mut ledger = Ledger::resume(tx, account, stored);
            ledger.take(&step, words::by_time(&step))?;
            ledger.store(tx).await?;
            Ok(())
        }
    }
}

async fn windows(tx: &mut Tx, website: WebsiteId) -> ApiResult<Windows> {
    let row = sqlx::query("SELECT archive_after, delete_after FROM websites WHERE id = $1")
        .bind(website.to_string())
        .fetch_one(tx.conn())
        .await?;
    let millis = |name: &str| -> ApiResult<Option<i64>> {
        let seconds: Option<i64> = row.try_get(name)?;
        Ok(seconds.map(|seconds| seconds.saturating_mul(1_000)))
    };
    Ok(Windows {
        archive_ms: millis("archive_after")?,
        delete_ms: millis("delete_after")?,
    })
}
