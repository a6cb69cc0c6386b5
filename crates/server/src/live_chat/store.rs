//! Writing conversations, their labels and messages. Only [`super::ledger`] calls this: every change has its events.

use std::collections::BTreeSet;

use switchboard_contract::ids::{AccountId, ConversationId, LabelId};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::time::Timestamp;
use switchboard_domain::stored::StoredConversation;

use super::ledger::Entry;
use super::search::index::{self, Said};
use crate::db::{Tx, columns};
use crate::problem::{ApiError, ApiResult};

/// Columns that change, in the order in which [`update_conversation`] and [`insert_conversation`] bind them.
const CHANGING: &[&str] = &[
    "status",
    "is_archived",
    "closed_at",
    "first_closed_at",
    "reopened",
    "archived_at",
    "assignee_id",
    "priority",
    "snoozed_until",
    "team_read_seq",
    "visitor_read_seq",
    "last_message_at",
    "last_message",
    "message_count",
    "last_seq",
    "last_public_seq",
    "auto_close_at",
    "unread_count",
    "unread_from",
    "waiting_since",
    "awaits_assignee",
    "rating",
    "rating_comment",
    "rating_changes",
    "updated_at",
    "version",
];

type Query = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

fn bind_changing(query: Query, stored: &StoredConversation) -> ApiResult<Query> {
    let wire = &stored.wire;
    let instant = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
    Ok(query
        .bind(columns::to_word(&wire.status)?)
        .bind(i64::from(wire.is_archived))
        .bind(instant(stored.closed_at))
        .bind(instant(stored.first_closed_at))
        .bind(columns::to_count(stored.reopened)?)
        .bind(instant(stored.archived_at))
        .bind(wire.assignee_id.map(|id| id.to_string()))
        .bind(columns::to_word(&wire.priority)?)
        .bind(instant(wire.snoozed_until))
        .bind(columns::to_count(stored.team_read_seq)?)
        .bind(columns::to_count(stored.visitor_read_seq)?)
        .bind(wire.last_message_at.as_millis())
        .bind(wire.last_message.clone())
        .bind(columns::to_count(wire.message_count)?)
        .bind(columns::to_count(stored.last_seq)?)
        .bind(columns::to_count(stored.last_public_seq)?)
        .bind(instant(wire.auto_close_at))
        .bind(columns::to_count(wire.unread_count)?)
        .bind(wire.unread_from.map(columns::to_count).transpose()?)
        .bind(instant(wire.waiting_since))
        .bind(i64::from(stored.awaits_assignee))
        .bind(wire.rating.as_ref().map(columns::to_word).transpose()?)
        .bind(wire.rating_comment.clone())
        .bind(columns::to_count(stored.rating_changes)?)
        .bind(wire.updated_at.as_millis())
        .bind(columns::to_count(wire.version)?))
}

/// Stores a conversation that begins.
///
/// # Errors
/// The database's failure.
pub(super) async fn insert_conversation(
    tx: &mut Tx,
    account: AccountId,
    stored: &StoredConversation,
) -> ApiResult<()> {
    let wire = &stored.wire;
    let fixed = "id, account_id, website_id, visitor_id, funnel_id, started_at, created_at";
    let places: Vec<String> = (1..=CHANGING.len() + 7)
        .map(|place| format!("${place}"))
        .collect();
    let sql = format!(
        "INSERT INTO conversations ({}, {fixed}) VALUES ({})",
        CHANGING.join(", "),
        places.join(", ")
    );
    bind_changing(sqlx::query(sqlx::AssertSqlSafe(sql)), stored)?
        .bind(wire.id.to_string())
        .bind(account.to_string())
        .bind(wire.website_id.to_string())
        .bind(wire.user_id.to_string())
        .bind(wire.funnel_id.to_string())
        .bind(wire.started_at.as_millis())
        .bind(wire.created_at.as_millis())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Stores what changed in a conversation.
///
/// # Errors
/// The database's failure.
pub(super) async fn update_conversation(tx: &mut Tx, stored: &StoredConversation) -> ApiResult<()> {
    let columns: Vec<String> = CHANGING
        .iter()
        .enumerate()
        .map(|(index, column)| format!("{column} = ${}", index + 1))
        .collect();
    let sql = format!(
        "UPDATE conversations SET {} WHERE id = ${}",
        columns.join(", "),
        CHANGING.len() + 1
    );
    bind_changing(sqlx::query(sqlx::AssertSqlSafe(sql)), stored)?
        .bind(stored.wire.id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Stores which labels came and went.
///
/// # Errors
/// The database's failure.
pub(super) async fn labels(
    tx: &mut Tx,
    conversation: ConversationId,
    before: &BTreeSet<LabelId>,
    after: &BTreeSet<LabelId>,
) -> ApiResult<()> {
    let put_on = "INSERT INTO conversation_labels (conversation_id, label_id) VALUES ($1, $2)";
    let take_off = "DELETE FROM conversation_labels WHERE conversation_id = $1 AND label_id = $2";
    let put_on = after.difference(before).map(|label| (put_on, label));
    let taken_off = before.difference(after).map(|label| (take_off, label));
    for (sql, label) in put_on.chain(taken_off) {
        sqlx::query(sql)
            .bind(conversation.to_string())
            .bind(label.to_string())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Stores a message and what it is found by.
///
/// # Errors
/// 409 when another one took its id meanwhile; the database's failure.
pub(super) async fn insert_message(tx: &mut Tx, account: AccountId, entry: &Entry) -> ApiResult<()> {
    let message = &entry.message;
    sqlx::query(
        "INSERT INTO messages (conversation_id, seq, public_seq, account_id, id, kind, content, author_id, \
         author_name, visibility, attachments, event_offset, visitor_event_offset, created_at, mentions) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(message.conversation_id.to_string())
    .bind(columns::to_count(message.seq)?)
    .bind(entry.public_seq.map(columns::to_count).transpose()?)
    .bind(account.to_string())
    .bind(message.id.to_string())
    .bind(columns::to_word(&message.kind)?)
    .bind(message.content.clone())
    .bind(message.author_id.map(|id| id.to_string()))
    .bind(message.author_name.clone())
    .bind(columns::to_word(&message.visibility)?)
    .bind(serde_json::to_string(&message.attachments)?)
    .bind(columns::to_count(entry.position.offset.0)?)
    .bind(
        entry
            .visitor_position
            .as_ref()
            .map(|position| columns::to_count(position.offset.0))
            .transpose()?,
    )
    .bind(message.created_at.as_millis())
    .bind(serde_json::to_string(&message.mentions)?)
    .execute(tx.conn())
    .await
    .map_err(|error| match error {
        // Somebody stored another message with this id since the id was looked up.
        sqlx::Error::Database(error) if error.is_unique_violation() => {
            ApiError::new(ProblemCode::IdReused, "Send it with a new id.")
        }
        error => error.into(),
    })?;
    let said = Said {
        conversation: message.conversation_id,
        seq: message.seq,
        kind: message.kind,
        content: &message.content,
    };
    index::messages(tx, &[said]).await
}
