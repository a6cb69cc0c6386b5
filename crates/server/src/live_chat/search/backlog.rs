//! Indexes what was stored before there was an index, slice by slice, while the server already answers. Until it is done a
//! search finds what is in the index by then. Several servers on one database may do so at once.

use sqlx::Row;
use switchboard_contract::ids::{ConversationId, VisitorId};
use switchboard_contract::live_chat::MessageType;

use super::index::{self, Said};
use super::pages;
use crate::db::{Db, Lock, Tx, columns};
use crate::problem::ApiResult;

/// Messages of one conversation in one transaction.
const MESSAGES: i64 = 500;
/// Conversations or visitors in one transaction: others write in between.
const SLICE: i64 = 20;

/// Indexes one slice; false when nothing is left.
///
/// # Errors
/// The database's failure, also that somebody else works on the same rows.
pub async fn step(db: &Db) -> ApiResult<bool> {
    let conversations = db.write(|tx| Box::pin(conversations(tx))).await?;
    let visitors = db.write(|tx| Box::pin(visitors(tx))).await?;
    Ok(conversations || visitors)
}

async fn conversations(tx: &mut Tx) -> ApiResult<bool> {
    tx.step_aside().await?;
    let rows =
        sqlx::query("SELECT conversation_id FROM conversations_to_index ORDER BY conversation_id LIMIT $1")
            .bind(SLICE)
            .fetch_all(tx.conn())
            .await?;
    for row in &rows {
        let id: ConversationId = columns::id(row, "conversation_id")?;
        tx.lock(Lock::Conversation(id)).await?;
        conversation(tx, id).await?;
    }
    Ok(!rows.is_empty())
}

/// Indexes some messages of a conversation that is locked, unless somebody else has done so meanwhile.
async fn conversation(tx: &mut Tx, id: ConversationId) -> ApiResult<()> {
    let seq: Option<i64> =
        sqlx::query_scalar("SELECT seq FROM conversations_to_index WHERE conversation_id = $1")
            .bind(id.to_string())
            .fetch_optional(tx.conn())
            .await?;
    let Some(seq) = seq else { return Ok(()) };
    let rows = sqlx::query(
        "SELECT seq, kind, content FROM messages WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(id.to_string())
    .bind(seq)
    .bind(MESSAGES)
    .fetch_all(tx.conn())
    .await?;
    let mut messages: Vec<(u64, MessageType, String)> = Vec::with_capacity(rows.len());
    for row in &rows {
        messages.push((
            columns::count(row, "seq")?,
            columns::word(row, "kind")?,
            row.try_get("content")?,
        ));
    }
    let said: Vec<Said<'_>> = messages
        .iter()
        .map(|(seq, kind, content)| Said {
            conversation: id,
            seq: *seq,
            kind: *kind,
            content,
        })
        .collect();
    index::messages(tx, &said).await?;
    let is_done = i64::try_from(rows.len()).is_ok_and(|count| count < MESSAGES);
    let done = messages.last().filter(|_| !is_done);
    let query = match done {
        Some((seq, ..)) => {
            sqlx::query("UPDATE conversations_to_index SET seq = $2 WHERE conversation_id = $1")
                .bind(id.to_string())
                .bind(columns::to_count(*seq)?)
        }
        None => {
            sqlx::query("DELETE FROM conversations_to_index WHERE conversation_id = $1").bind(id.to_string())
        }
    };
    query.execute(tx.conn()).await?;
    Ok(())
}

async fn visitors(tx: &mut Tx) -> ApiResult<bool> {
    tx.step_aside().await?;
    let rows = sqlx::query("SELECT visitor_id FROM visitors_to_index ORDER BY visitor_id LIMIT $1")
        .bind(SLICE)
        .fetch_all(tx.conn())
        .await?;
    for row in &rows {
        let id: VisitorId = columns::id(row, "visitor_id")?;
        tx.lock(Lock::Visitor(id)).await?;
        visitor(tx, id).await?;
        sqlx::query("DELETE FROM visitors_to_index WHERE visitor_id = $1")
            .bind(id.to_string())
            .execute(tx.conn())
            .await?;
    }
    Ok(!rows.is_empty())
}

/// Indexes a visitor who is locked, with the page that is known.
async fn visitor(tx: &mut Tx, id: VisitorId) -> ApiResult<()> {
    let row = sqlx::query(
        "SELECT v.page, v.page_title FROM visitors v WHERE v.id = $1 \
         AND NOT EXISTS (SELECT 1 FROM pages_seen p WHERE p.visitor_id = v.id)",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let page: Option<String> = row.as_ref().map(|row| row.try_get("page")).transpose()?.flatten();
    let title: Option<String> = row
        .as_ref()
        .map(|row| row.try_get("page_title"))
        .transpose()?
        .flatten();
    match page {
        Some(page) => pages::seen(tx, id, &page, title.as_deref()).await,
        None => index::visitors(tx, &[id]).await,
    }
}
