//! Counts conversations that were there before anything was counted, slice by slice, while the server already answers. Several
//! servers on one database may do so at once.

use switchboard_contract::ids::{AccountId, ConversationId};

use super::{ingest, rows};
use crate::db::{Db, Lock, Tx, columns};
use crate::live_chat;
use crate::problem::ApiResult;

/// Conversations in one transaction: others write in between.
const SLICE: i64 = 50;

/// Counts one slice; false when nothing is left.
///
/// # Errors
/// The database's failure, also that somebody else works on the same rows.
pub async fn step(db: &Db) -> ApiResult<bool> {
    db.write(|tx| Box::pin(slice(tx))).await
}

async fn slice(tx: &mut Tx) -> ApiResult<bool> {
    tx.step_aside().await?;
    let due = sqlx::query(
        "SELECT d.conversation_id, c.account_id FROM conversations_to_count d \
         LEFT JOIN conversations c ON c.id = d.conversation_id ORDER BY d.conversation_id LIMIT $1",
    )
    .bind(SLICE)
    .fetch_all(tx.conn())
    .await?;
    for row in &due {
        let id: ConversationId = columns::id(row, "conversation_id")?;
        let account: Option<AccountId> = columns::maybe_id(row, "account_id")?;
        if let Some(account) = account {
            tx.lock(Lock::Conversation(id)).await?;
            let stored = live_chat::rows::conversation(tx, account, id).await?;
            if let (Some(stored), None) = (stored, rows::of_conversation(tx, id).await?) {
                ingest::begin(tx, account, &stored).await?;
            }
        }
        sqlx::query("DELETE FROM conversations_to_count WHERE conversation_id = $1")
            .bind(id.to_string())
            .execute(tx.conn())
            .await?;
    }
    Ok(!due.is_empty())
}
