//! What is remembered of deleted conversations: their ids, and those of what their visitors wrote.

use switchboard_contract::ids::{AccountId, ConversationId, MessageId};
use switchboard_domain::deletion::{REMEMBERED_MS, Tombstone};

use crate::db::{Tx, columns};
use crate::problem::ApiResult;

/// What is remembered of a conversation of this account. Whether it still counts is [`Tombstone::stands`]'s to say.
///
/// # Errors
/// The database's failure.
pub async fn find(tx: &mut Tx, account: AccountId, id: ConversationId) -> ApiResult<Option<Tombstone>> {
    sqlx::query(
        "SELECT website_id, deleted_at FROM conversation_tombstones \
         WHERE conversation_id = $1 AND account_id = $2",
    )
    .bind(id.to_string())
    .bind(account.to_string())
    .fetch_optional(tx.conn())
    .await?
    .map(|row| {
        Ok(Tombstone {
            website_id: columns::id(&row, "website_id")?,
            deleted_at: columns::instant(&row, "deleted_at")?,
        })
    })
    .transpose()
}

/// Whether a visitor's message was stored in a conversation that is deleted by now and still remembered.
///
/// # Errors
/// The database's failure.
pub async fn holds_message(tx: &mut Tx, account: AccountId, id: MessageId) -> ApiResult<bool> {
    let since = tx.now().plus_millis(-REMEMBERED_MS);
    let row = sqlx::query(
        "SELECT 1 FROM message_tombstones m JOIN conversation_tombstones c USING (conversation_id) \
         WHERE m.account_id = $1 AND m.id = $2 AND c.deleted_at > $3",
    )
    .bind(account.to_string())
    .bind(id.to_string())
    .bind(since.as_millis())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.is_some())
}

/// Remembers a conversation and what its visitor wrote, whose rows are still there.
///
/// # Errors
/// The database's failure.
pub(super) async fn put(
    tx: &mut Tx,
    account: AccountId,
    id: ConversationId,
    tombstone: Tombstone,
) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO conversation_tombstones (conversation_id, account_id, website_id, deleted_at) \
         VALUES ($1, $2, $3, $4)",
    )
    .bind(id.to_string())
    .bind(account.to_string())
    .bind(tombstone.website_id.to_string())
    .bind(tombstone.deleted_at.as_millis())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "INSERT INTO message_tombstones (account_id, id, conversation_id) \
         SELECT account_id, id, conversation_id FROM messages WHERE conversation_id = $1 AND kind = 'user'",
    )
    .bind(id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}
