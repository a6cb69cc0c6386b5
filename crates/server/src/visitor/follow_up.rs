//! Replies reach those who have left: whoever gave an address and is no longer on the website gets one letter with the public
//! replies that they have not read, once the last of them is two minutes old. Nothing is sent twice: the conversation keeps up
//! to where its visitor was written to, and is locked while a letter is made.
//!
//! The address is whatever the visitor typed, so the letter holds nothing of theirs: a stranger who gets it reads a team's words
//! and no others.

use sqlx::Row as _;
use sqlx::any::AnyRow;
use switchboard_contract::ids::{AccountId, ConversationId, VisitorId};
use switchboard_contract::live_chat::{Attachment, ONLINE_MS};
use switchboard_contract::time::Timestamp;

use super::resume;
use crate::db::{Db, Lock, Tx, columns};
use crate::mail;
use crate::mail::letters::{Letters, Reply};
use crate::problem::ApiResult;

/// How long a reply waits to be read, in milliseconds.
const UNREAD_MS: i64 = 2 * 60 * 1_000;
/// What is older than this is no news anymore, in milliseconds.
const STALE_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// Conversations in one go.
const BATCH: i64 = 100;
/// Replies in one letter at most; the newest ones.
const REPLIES: i64 = 20;

/// Queues every letter that is due at `now`, at most a batch; answers how many. Links lead to `public_url`.
///
/// # Errors
/// The database's failure.
pub async fn write(db: &Db, now: Timestamp, public_url: &str) -> ApiResult<usize> {
    let due = db.read(move |tx| Box::pin(due(tx, now))).await?;
    let mut written = 0;
    for (account, visitor, conversation) in due {
        let public_url = public_url.to_owned();
        let is_written = db
            .write(move |tx| {
                Box::pin(async move { one(tx, account, visitor, conversation, &public_url).await })
            })
            .await?;
        written += usize::from(is_written);
    }
    Ok(written)
}

/// Conversations in which something may be unread by somebody who has left.
async fn due(tx: &mut Tx, now: Timestamp) -> ApiResult<Vec<(AccountId, VisitorId, ConversationId)>> {
    let rows = sqlx::query(
        "SELECT c.account_id, c.visitor_id, c.id FROM conversations c JOIN visitors v ON v.id = c.visitor_id \
         JOIN websites w ON w.id = c.website_id \
         WHERE c.last_public_seq > c.visitor_read_seq AND c.last_public_seq > c.mailed_public_seq \
         AND c.last_message_at <= $1 AND c.last_message_at > $2 AND v.last_seen_at <= $3 AND v.email IS NOT NULL \
         AND v.blocked = 0 AND w.deleted_at IS NULL ORDER BY c.last_message_at LIMIT $4",
    )
    .bind(now.plus_millis(-UNREAD_MS).as_millis())
    .bind(now.plus_millis(-STALE_MS).as_millis())
    .bind(now.plus_millis(-ONLINE_MS).as_millis())
    .bind(BATCH)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                columns::id(row, "account_id")?,
                columns::id(row, "visitor_id")?,
                columns::id(row, "id")?,
            ))
        })
        .collect()
}

/// What a letter needs to know of a conversation.
struct Left {
    email: Option<String>,
    website: String,
    /// Public messages up to here are read, answered or mailed.
    known: u64,
    last_public_seq: u64,
    is_archived: bool,
}

fn read(row: &AnyRow) -> ApiResult<Left> {
    let known = columns::count(row, "visitor_read_seq")?
        .max(columns::count(row, "mailed_public_seq")?)
        // Whoever wrote has seen what stood above.
        .max(columns::maybe_count(row, "answered")?.unwrap_or(0));
    Ok(Left {
        email: row.try_get("email")?,
        website: row.try_get("website")?,
        known,
        last_public_seq: columns::count(row, "last_public_seq")?,
        is_archived: columns::flag(row, "is_archived")?,
    })
}

/// Writes to the visitor of one conversation, if it is still due; true when a letter was queued.
async fn one(
    tx: &mut Tx,
    account: AccountId,
    visitor: VisitorId,
    conversation: ConversationId,
    public_url: &str,
) -> ApiResult<bool> {
    tx.lock(Lock::Visitor(visitor)).await?;
    tx.lock(Lock::Conversation(conversation)).await?;
    // Again, now that nobody else can change it: the visitor may be back, and another server may have written.
    let now = tx.now();
    let row = sqlx::query(
        "SELECT v.email, w.name AS website, c.visitor_read_seq, c.mailed_public_seq, c.last_public_seq, c.is_archived, \
         (SELECT MAX(m.public_seq) FROM messages m WHERE m.conversation_id = c.id AND m.kind = 'user') AS answered \
         FROM conversations c JOIN visitors v ON v.id = c.visitor_id JOIN websites w ON w.id = c.website_id \
         WHERE c.id = $1 AND c.account_id = $2 AND c.last_public_seq > c.mailed_public_seq \
         AND c.last_message_at <= $3 AND v.last_seen_at <= $4 AND v.blocked = 0",
    )
    .bind(conversation.to_string())
    .bind(account.to_string())
    .bind(now.plus_millis(-UNREAD_MS).as_millis())
    .bind(now.plus_millis(-ONLINE_MS).as_millis())
    .fetch_optional(tx.conn())
    .await?;
    let Some(left) = row.as_ref().map(read).transpose()? else {
        return Ok(false);
    };
    sqlx::query("UPDATE conversations SET mailed_public_seq = $1 WHERE id = $2")
        .bind(columns::to_count(left.last_public_seq)?)
        .bind(conversation.to_string())
        .execute(tx.conn())
        .await?;
    let Some(email) = left.email.filter(|email| mail::is_deliverable(email)) else {
        return Ok(false);
    };
    // What is archived the chat no longer shows.
    if left.is_archived {
        return Ok(false);
    }
    let replies = unread(tx, conversation, left.known).await?;
    if replies.is_empty() {
        return Ok(false);
    }
    let link = resume::new_link(tx, visitor).await?;
    let letter = Letters { public_url }.replies(&email, &left.website, &replies, &link);
    mail::queue_for_visitor(tx, letter, visitor).await?;
    Ok(true)
}

/// What people of the team wrote after `known`, in order.
async fn unread(tx: &mut Tx, conversation: ConversationId, known: u64) -> ApiResult<Vec<Reply>> {
    let rows = sqlx::query(
        "SELECT author_name, content, attachments FROM messages WHERE conversation_id = $1 AND public_seq > $2 AND kind = 'bot' \
         AND visibility = 'public' AND author_id IS NOT NULL AND read_at IS NULL ORDER BY seq DESC LIMIT $3",
    )
    .bind(conversation.to_string())
    .bind(columns::to_count(known)?)
    .bind(REPLIES)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .rev()
        .map(|row| {
            let content: String = row.try_get("content")?;
            let files: Vec<Attachment> = columns::json(row, "attachments")?;
            let lines = [content].into_iter().filter(|text| !text.is_empty());
            let lines = lines.chain(files.into_iter().map(|file| file.name));
            Ok(Reply {
                author: row
                    .try_get::<Option<String>, _>("author_name")?
                    .unwrap_or_default(),
                text: lines.collect::<Vec<_>>().join("\n"),
            })
        })
        .collect()
}
