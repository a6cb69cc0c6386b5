//! Facts of conversations as rows.

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};
use switchboard_contract::ids::{AccountId, ConversationId, MemberId, WebsiteId};
use switchboard_contract::time::Timestamp;
use switchboard_domain::analytics::fact::{Fact, Reply};

use crate::db::{Tx, columns};
use crate::problem::ApiResult;

const FACT: &str = "conversation_id, website_id, funnel_id, labels, assignee_id, was_open, started_at, first_message_at, \
    first_closed_at, resolution_business, reopened, rating, is_rating_requested, waiting_since, replies, messages";

/// What of a fact changes, in the order in which [`put`] binds it.
const CHANGING: [&str; 13] = [
    "funnel_id",
    "labels",
    "assignee_id",
    "was_open",
    "first_message_at",
    "first_closed_at",
    "resolution_business",
    "reopened",
    "rating",
    "is_rating_requested",
    "waiting_since",
    "replies",
    "messages",
];

/// A reply as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredReply {
    by: MemberId,
    at: i64,
    since: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    business: Option<i64>,
}

fn read(row: &AnyRow) -> ApiResult<Fact> {
    let replies: Vec<StoredReply> = columns::json(row, "replies")?;
    let messages: Vec<(i64, u64)> = columns::json(row, "messages")?;
    Ok(Fact {
        conversation_id: columns::maybe_id(row, "conversation_id")?,
        website_id: columns::id(row, "website_id")?,
        funnel_id: columns::id(row, "funnel_id")?,
        labels: columns::json(row, "labels")?,
        assignee_id: columns::maybe_id(row, "assignee_id")?,
        is_open: columns::flag(row, "was_open")?,
        started_at: columns::instant(row, "started_at")?,
        first_message_at: columns::maybe_instant(row, "first_message_at")?,
        first_closed_at: columns::maybe_instant(row, "first_closed_at")?,
        resolution_business_ms: row.try_get("resolution_business")?,
        reopened: columns::count(row, "reopened")?,
        rating: columns::maybe_word(row, "rating")?,
        is_rating_requested: columns::flag(row, "is_rating_requested")?,
        waiting_since: columns::maybe_instant(row, "waiting_since")?,
        replies: replies
            .into_iter()
            .map(|reply| Reply {
                by: reply.by,
                at: Timestamp::from_millis(reply.at),
                since: Timestamp::from_millis(reply.since),
                business_ms: reply.business,
            })
            .collect(),
        messages: messages
            .into_iter()
            .map(|(at, count)| (Timestamp::from_millis(at), count))
            .collect(),
    })
}

/// What is kept of a conversation.
///
/// # Errors
/// The database's failure.
pub(super) async fn of_conversation(tx: &mut Tx, id: ConversationId) -> ApiResult<Option<Fact>> {
    let sql = format!("SELECT {FACT} FROM conversation_facts WHERE conversation_id = $1");
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Conversations of a website that began from `from` on and before `until`, in their order.
///
/// # Errors
/// The database's failure.
pub(super) async fn begun(
    tx: &mut Tx,
    website: WebsiteId,
    from: Timestamp,
    until: Timestamp,
) -> ApiResult<Vec<Fact>> {
    let sql = format!(
        "SELECT {FACT} FROM conversation_facts WHERE website_id = $1 AND started_at >= $2 AND started_at < $3 \
         ORDER BY started_at, conversation_id, first_message_at, first_closed_at, messages, replies"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(website.to_string())
        .bind(from.as_millis())
        .bind(until.as_millis())
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Stores what is kept of a conversation, new or changed; of one that is deleted always as new.
///
/// # Errors
/// The database's failure.
pub(super) async fn put(tx: &mut Tx, account: AccountId, fact: &Fact) -> ApiResult<()> {
    let replies: Vec<StoredReply> = fact
        .replies
        .iter()
        .map(|reply| StoredReply {
            by: reply.by,
            at: reply.at.as_millis(),
            since: reply.since.as_millis(),
            business: reply.business_ms,
        })
        .collect();
    let messages: Vec<(i64, u64)> = fact
        .messages
        .iter()
        .map(|(at, count)| (at.as_millis(), *count))
        .collect();
    let places: Vec<String> = (1..=CHANGING.len() + 4)
        .map(|place| format!("${place}"))
        .collect();
    let updates = CHANGING.map(|column| format!("{column} = excluded.{column}"));
    let sql = format!(
        "INSERT INTO conversation_facts ({}, conversation_id, account_id, website_id, started_at) VALUES ({}) \
         ON CONFLICT (conversation_id) DO UPDATE SET {}",
        CHANGING.join(", "),
        places.join(", "),
        updates.join(", ")
    );
    let instant = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
    sqlx::query(AssertSqlSafe(sql))
        .bind(fact.funnel_id.to_string())
        .bind(serde_json::to_string(&fact.labels)?)
        .bind(fact.assignee_id.map(|id| id.to_string()))
        .bind(i64::from(fact.is_open))
        .bind(instant(fact.first_message_at))
        .bind(instant(fact.first_closed_at))
        .bind(fact.resolution_business_ms)
        .bind(columns::to_count(fact.reopened)?)
        .bind(fact.rating.as_ref().map(columns::to_word).transpose()?)
        .bind(i64::from(fact.is_rating_requested))
        .bind(instant(fact.waiting_since))
        .bind(serde_json::to_string(&replies)?)
        .bind(serde_json::to_string(&messages)?)
        .bind(fact.conversation_id.map(|id| id.to_string()))
        .bind(account.to_string())
        .bind(fact.website_id.to_string())
        .bind(fact.started_at.as_millis())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes from what is kept of a conversation which one it was.
///
/// # Errors
/// The database's failure.
pub(super) async fn let_go(tx: &mut Tx, id: ConversationId) -> ApiResult<()> {
    sqlx::query("UPDATE conversation_facts SET conversation_id = NULL WHERE conversation_id = $1")
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}
