//! Wakes conversations whose snooze is over: an event each, so that lists change for everybody alike.

use std::time::Duration;

use switchboard_contract::ids::{AccountId, ConversationId};
use switchboard_contract::time::Timestamp;
use switchboard_domain::conversation::Step;
use tokio::time::MissedTickBehavior;

use super::ledger::Ledger;
use super::rows;
use crate::clock::Clock;
use crate::db::{Db, Lock, Tx, columns};
use crate::problem::ApiResult;

/// How often to look; a snooze ends at most this late.
const EVERY: Duration = Duration::from_secs(1);
/// Conversations woken in one go.
const BATCH: i64 = 100;

/// Looks for snoozes that are over until the database is closed. Several servers on one database may do so at once.
pub async fn run(db: Db, clock: Clock) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if db.is_closed() {
            return;
        }
        if let Err(error) = wake(&db, clock.now()).await {
            tracing::warn!(%error, "snoozed conversations were not woken");
        }
    }
}

/// Wakes those whose snooze is over at `now`.
///
/// # Errors
/// The database's failure.
pub async fn wake(db: &Db, now: Timestamp) -> ApiResult<()> {
    let due = db.read(move |tx| Box::pin(due(tx, now))).await?;
    for (account, conversation) in due {
        db.write(move |tx| Box::pin(wake_one(tx, account, conversation)))
            .await?;
    }
    Ok(())
}

async fn due(tx: &mut Tx, now: Timestamp) -> ApiResult<Vec<(AccountId, ConversationId)>> {
    let rows = sqlx::query(
        "SELECT account_id, id FROM conversations WHERE snoozed_until <= $1 ORDER BY snoozed_until LIMIT $2",
    )
    .bind(now.as_millis())
    .bind(BATCH)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| Ok((columns::id(row, "account_id")?, columns::id(row, "id")?)))
        .collect()
}

async fn wake_one(tx: &mut Tx, account: AccountId, id: ConversationId) -> ApiResult<()> {
    tx.lock(Lock::Conversation(id)).await?;
    let Some(stored) = rows::conversation(tx, account, id).await? else {
        return Ok(());
    };
    // Somebody may have woken it, or snoozed it anew, since it was looked up.
    let over = stored.wire.snoozed_until.is_some_and(|until| until <= tx.now());
    if over {
        let mut ledger = Ledger::resume(tx, account, stored);
        ledger.take(&Step::Snooze(None), None)?;
        ledger.store(tx).await?;
    }
    Ok(())
}
