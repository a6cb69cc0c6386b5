//! What has to be known before a message is accepted (`switchboard_domain::accept`).

use std::collections::BTreeSet;

use sqlx::Row;
use switchboard_contract::ids::{AccountId, ConversationId, MemberId, MessageId, VisitorId};
use switchboard_contract::live_chat::LiveChatMessage;
use switchboard_contract::position::{Epoch, Offset, Position};
use switchboard_domain::accept::{self, Author, SameId};

use super::ledger::Entry;
use super::rows::{self, MESSAGE};
use super::tombstones;
use crate::db::{Tx, columns, lists};
use crate::problem::ApiResult;

/// The stored message with an id, as the rule wants it and as its author gets it again.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// For `switchboard_domain::accept`.
    pub same: SameId,
    /// For the answer.
    pub entry: Entry,
}

/// The account's message with this id.
///
/// # Errors
/// The database's failure.
pub async fn by_id(tx: &mut Tx, account: AccountId, id: MessageId) -> ApiResult<Option<Known>> {
    let sql = format!(
        "SELECT {MESSAGE}, m.event_offset, m.visitor_event_offset, c.visitor_id, a.epoch FROM messages m \
         JOIN conversations c ON c.id = m.conversation_id JOIN accounts a ON a.id = m.account_id \
         WHERE m.account_id = $1 AND m.id = $2"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(account.to_string())
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (message, public_seq) = rows::read_message(&row)?;
    let visitor: VisitorId = columns::id(&row, "visitor_id")?;
    let epoch = Epoch(row.try_get("epoch")?);
    let at = |offset| Position {
        epoch: epoch.clone(),
        offset: Offset(offset),
    };
    let position = at(columns::count(&row, "event_offset")?);
    let visitor_position = columns::maybe_count(&row, "visitor_event_offset")?.map(at);
    Ok(Some(Known {
        same: SameId::of(&message, visitor),
        entry: Entry {
            message,
            public_seq,
            position,
            visitor_position,
        },
    }))
}

/// Whether the message named by `afterId` goes before; true when none is named. One that a visitor wrote in a conversation
/// that is deleted by now did.
///
/// # Errors
/// The database's failure.
pub async fn predecessor_stored(
    tx: &mut Tx,
    account: AccountId,
    author: Author,
    conversation: Option<ConversationId>,
    after: Option<MessageId>,
) -> ApiResult<bool> {
    let Some(after) = after else { return Ok(true) };
    let named = by_id(tx, account, after).await?;
    if named.is_none() && matches!(author, Author::Visitor(_)) {
        return tombstones::holds_message(tx, account, after).await;
    }
    Ok(accept::precedes(
        named.as_ref().map(|known| &known.same),
        author,
        conversation,
    ))
}

/// The newest public reply of a colleague after `seen`.
///
/// # Errors
/// The database's failure.
pub async fn newer_reply(
    tx: &mut Tx,
    conversation: ConversationId,
    me: MemberId,
    seen: Option<u64>,
) -> ApiResult<Option<LiveChatMessage>> {
    let Some(seen) = seen else { return Ok(None) };
    let sql = format!(
        "SELECT {MESSAGE} FROM messages m WHERE m.conversation_id = $1 AND m.seq > $2 AND m.kind = 'bot' \
         AND m.visibility = 'public' AND m.author_id IS NOT NULL AND m.author_id <> $3 ORDER BY m.seq DESC LIMIT 1"
    );
    // A number past every `seq` has seen everything.
    let seen = i64::try_from(seen).unwrap_or(i64::MAX);
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(conversation.to_string())
        .bind(seen)
        .bind(me.to_string())
        .fetch_optional(tx.conn())
        .await?
        .map(|row| Ok(rows::read_message(&row)?.0))
        .transpose()
}

/// Those of `ids` that are in the account's team now, each once, in their order.
///
/// # Errors
/// The database's failure.
pub async fn members_among(
    tx: &mut Tx,
    account: AccountId,
    mut ids: Vec<MemberId>,
) -> ApiResult<Vec<MemberId>> {
    let mut known = BTreeSet::<MemberId>::new();
    for piece in lists::chunks(&ids) {
        let sql = format!(
            "SELECT id FROM members WHERE id IN ({}) AND account_id = ${} AND removed_at IS NULL",
            lists::places(&piece),
            piece.len() + 1
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for id in &piece {
            query = query.bind(id.to_string());
        }
        for row in &query.bind(account.to_string()).fetch_all(tx.conn()).await? {
            known.insert(columns::id(row, "id")?);
        }
    }
    ids.retain(|id| known.remove(id));
    Ok(ids)
}
