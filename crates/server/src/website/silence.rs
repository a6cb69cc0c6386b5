//! Websites whose pages no longer tell of themselves fall silent. Which do is `switchboard_domain::website`'s to say, of a website
//! that is locked, so that a beat that arrives first wins, and several servers on one database may look at once.

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::SILENT_AFTER_MS;
use switchboard_domain::website::after_silence;

use super::{rows, status};
use crate::db::{Db, Lock, Tx, columns};
use crate::problem::ApiResult;

/// Websites in one go.
const BATCH: i64 = 100;

/// Notes the silences that have begun by `now`, at most a batch of them.
///
/// # Errors
/// The first failure; it keeps none of the others back.
pub async fn advance(db: &Db, now: Timestamp) -> ApiResult<()> {
    let due = db.read(move |tx| Box::pin(due(tx, now))).await?;
    let mut outcome = Ok(());
    for website in due {
        outcome = outcome.and(db.write(move |tx| Box::pin(one(tx, website))).await);
    }
    outcome
}

async fn due(tx: &mut Tx, now: Timestamp) -> ApiResult<Vec<WebsiteId>> {
    let rows = sqlx::query(
        "SELECT id FROM websites WHERE state IN ('online', 'degraded') AND deleted_at IS NULL AND last_seen_at <= $1 \
         ORDER BY last_seen_at LIMIT $2",
    )
    .bind(now.plus_millis(-SILENT_AFTER_MS).as_millis())
    .bind(BATCH)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| columns::id(row, "id")).collect()
}

async fn one(tx: &mut Tx, website: WebsiteId) -> ApiResult<()> {
    tx.lock(Lock::Website(website)).await?;
    let Some(stored) = rows::by_id(tx, website).await? else {
        return Ok(());
    };
    match after_silence(&stored.wire.status, tx.now()) {
        Some(silent) => status::becomes(tx, stored, silent).await,
        None => Ok(()),
    }
}
