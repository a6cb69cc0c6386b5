//! Marks on messages: delivered and read. They are cumulative, so one event, of the newest message that got one, tells of
//! all before it.

use switchboard_contract::ids::{AccountId, ConversationId, VisitorId};
use switchboard_contract::live_chat::{LiveChatMessage, MessageType};
use switchboard_contract::position::Offset;
use switchboard_contract::time::Timestamp;

use super::ledger::Ledger;
use super::rows::{self, MESSAGE};
use crate::db::{Db, Lock, Tx, columns};
use crate::problem::ApiResult;

/// Which mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The other side has it.
    Delivered,
    /// The other side read it.
    Read,
}

/// Up to which message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpTo {
    /// Counting every message.
    Seq(u64),
    /// Counting public ones.
    PublicSeq(u64),
}

impl UpTo {
    fn column(self) -> (&'static str, i64) {
        let number = |seq| i64::try_from(seq).unwrap_or(i64::MAX);
        match self {
            Self::Seq(seq) => ("seq", number(seq)),
            Self::PublicSeq(seq) => ("public_seq", number(seq)),
        }
    }
}

/// Marks the public messages of one type; answers the newest of them when any got its mark now.
///
/// # Errors
/// The database's failure.
pub async fn set(
    tx: &mut Tx,
    conversation: ConversationId,
    kind: MessageType,
    up_to: UpTo,
    mark: Mark,
) -> ApiResult<Option<(LiveChatMessage, Option<u64>)>> {
    let (column, number) = up_to.column();
    let kind = columns::to_word(&kind)?;
    let change = match mark {
        Mark::Delivered => "delivered_at = $1 WHERE delivered_at IS NULL",
        Mark::Read => "read_at = $1, delivered_at = COALESCE(delivered_at, $1) WHERE read_at IS NULL",
    };
    let now: Timestamp = tx.now();
    let sql = format!(
        "UPDATE messages SET {change} AND conversation_id = $2 AND kind = $3 AND visibility = 'public' AND {column} <= $4"
    );
    let marked = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(now.as_millis())
        .bind(conversation.to_string())
        .bind(kind.clone())
        .bind(number)
        .execute(tx.conn())
        .await?;
    if marked.rows_affected() == 0 {
        return Ok(None);
    }
    let sql = format!(
        "SELECT {MESSAGE} FROM messages m WHERE m.conversation_id = $1 AND m.kind = $2 AND m.visibility = 'public' \
         AND m.{column} <= $3 ORDER BY m.seq DESC LIMIT 1"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(conversation.to_string())
        .bind(kind)
        .bind(number)
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(rows::read_message)
        .transpose()
}

/// What reached a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The visitor's stream, up to this event.
    Event(Offset),
    /// The history of a conversation, up to this public `seq`.
    History(ConversationId, u64),
}

/// Notes that operators' messages reached the visitor.
///
/// # Errors
/// The database's failure.
pub async fn delivered(db: &Db, account: AccountId, visitor: VisitorId, reached: Reached) -> ApiResult<()> {
    db.write(move |tx| {
        Box::pin(async move {
            let conversations = match reached {
                Reached::Event(offset) => undelivered(tx, visitor, offset).await?,
                Reached::History(conversation, seq) => vec![(conversation, seq)],
            };
            for (conversation, _) in &conversations {
                tx.lock(Lock::Conversation(*conversation)).await?;
            }
            for (conversation, seq) in conversations {
                let up_to = UpTo::PublicSeq(seq);
                let newest = set(tx, conversation, MessageType::Bot, up_to, Mark::Delivered).await?;
                let stored = rows::conversation(tx, account, conversation).await?;
                if let (Some((newest, public_seq)), Some(stored)) = (newest, stored) {
                    let mut ledger = Ledger::resume(tx, account, stored);
                    ledger.marked(&newest, public_seq)?;
                    ledger.store(tx).await?;
                }
            }
            Ok(())
        })
    })
    .await
}

/// The visitor's conversations with operators' messages that came with events up to `offset` and are not marked, by id.
async fn undelivered(
    tx: &mut Tx,
    visitor: VisitorId,
    offset: Offset,
) -> ApiResult<Vec<(ConversationId, u64)>> {
    let rows = sqlx::query(
        "SELECT m.conversation_id, MAX(m.public_seq) AS reached FROM messages m \
         JOIN conversations c ON c.id = m.conversation_id WHERE c.visitor_id = $1 AND m.kind = 'bot' \
         AND m.visitor_event_offset <= $2 AND m.delivered_at IS NULL \
         GROUP BY m.conversation_id ORDER BY m.conversation_id",
    )
    .bind(visitor.to_string())
    .bind(i64::try_from(offset.0).unwrap_or(i64::MAX))
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                columns::id(row, "conversation_id")?,
                columns::count(row, "reached")?,
            ))
        })
        .collect()
}
