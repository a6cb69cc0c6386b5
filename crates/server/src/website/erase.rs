//! Erases what belonged to websites that were deleted: conversations one by one, each with its event, then the people.

use switchboard_contract::ids::{AccountId, ConversationId, WebsiteId};
use switchboard_contract::time::Timestamp;

use super::delete::{self, GRACE_MS};
use super::rows;
use crate::analytics::visits;
use crate::db::{Db, Lock, Tx, columns};
use crate::live_chat::{self, attachments, search::index};
use crate::problem::ApiResult;

/// Conversations erased of one website before the next one has its turn.
const BATCH: i64 = 100;

/// Takes a step with every website whose deletion can no longer be undone at `now`.
///
/// # Errors
/// The database's failure.
pub async fn empty_all(db: &Db, now: Timestamp) -> ApiResult<()> {
    let due = db.read(move |tx| Box::pin(due(tx, now))).await?;
    for (account, website) in due {
        let conversations = db.read(move |tx| Box::pin(conversations(tx, website))).await?;
        let is_last = conversations.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        for conversation in conversations {
            db.write(move |tx| Box::pin(live_chat::delete::erase_of_website(tx, account, conversation)))
                .await?;
        }
        if is_last {
            db.write(move |tx| Box::pin(finish(tx, website))).await?;
        }
    }
    Ok(())
}

async fn due(tx: &mut Tx, now: Timestamp) -> ApiResult<Vec<(AccountId, WebsiteId)>> {
    let rows = sqlx::query(
        "SELECT account_id, id FROM websites WHERE deleted_at <= $1 AND emptied_at IS NULL ORDER BY deleted_at",
    )
    .bind(now.plus_millis(-GRACE_MS).as_millis())
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| Ok((columns::id(row, "account_id")?, columns::id(row, "id")?)))
        .collect()
}

async fn conversations(tx: &mut Tx, website: WebsiteId) -> ApiResult<Vec<ConversationId>> {
    let rows = sqlx::query("SELECT id FROM conversations WHERE website_id = $1 ORDER BY id LIMIT $2")
        .bind(website.to_string())
        .bind(BATCH)
        .fetch_all(tx.conn())
        .await?;
    rows.iter().map(|row| columns::id(row, "id")).collect()
}

/// What is left once no conversation is: people, funnels, who is assigned. The row keeps the id.
async fn finish(tx: &mut Tx, website: WebsiteId) -> ApiResult<()> {
    tx.lock(Lock::Website(website)).await?;
    let deleted_at = rows::made(tx, website).await?.and_then(|made| made.deleted_at);
    let is_over = deleted_at.is_some_and(|at| delete::is_over(at, tx.now()));
    if !is_over || !conversations(tx, website).await?.is_empty() {
        return Ok(());
    }
    index::forget_visitors_of(tx, website).await?;
    attachments::rows::forget_visitors_of(tx, website).await?;
    visits::let_go_of_website(tx, website).await?;
    const OF_VISITORS: &str = "(SELECT id FROM visitors WHERE website_id = $1)";
    for sql in [
        format!("DELETE FROM frame_codes WHERE visitor_id IN {OF_VISITORS}"),
        format!("DELETE FROM solved_challenges WHERE visitor_id IN {OF_VISITORS}"),
        format!("DELETE FROM tickets WHERE visitor_id IN {OF_VISITORS}"),
        format!("DELETE FROM mails WHERE visitor_id IN {OF_VISITORS}"),
        format!("DELETE FROM visitor_events WHERE visitor_id IN {OF_VISITORS}"),
        "DELETE FROM visitors WHERE website_id = $1".to_owned(),
        "DELETE FROM funnels WHERE website_id = $1".to_owned(),
        "DELETE FROM member_websites WHERE website_id = $1".to_owned(),
        "DELETE FROM website_states WHERE website_id = $1".to_owned(),
        "DELETE FROM widget_publications WHERE website_id = $1".to_owned(),
        "DELETE FROM assignment_turns WHERE website_id = $1".to_owned(),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(website.to_string())
            .execute(tx.conn())
            .await?;
    }
    sqlx::query(
        "UPDATE websites SET name = '', domain = '', allowed_origins = '[]', business_hours = 'null', widget = '{}', widget_draft = NULL, \
         state_reason = NULL, state_trouble = NULL, emptied_at = $1 WHERE id = $2",
    )
    .bind(tx.now().as_millis())
    .bind(website.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}
