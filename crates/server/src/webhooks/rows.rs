//! Reading and writing webhooks and deliveries.

use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::ids::{AccountId, EventId, MemberId, WebhookDeliveryId, WebhookId};
use switchboard_contract::position::Offset;
use switchboard_contract::time::Timestamp;
use switchboard_contract::webhooks::{Webhook, WebhookDelivery, WebhookState};

use super::send::Tried;
use crate::db::{Tx, columns};
use crate::ids;
use crate::problem::{ApiError, ApiResult};

/// Deliveries that are listed.
const LISTED: i64 = 100;

const WEBHOOK: &str = "id, account_id, author_id, digest, url, events, website_id, active, position, failing_since, tries, \
    next_try_at, created_at, version";
const DELIVERY: &str =
    "id, event_id, kind, log_offset, created_at, tried_at, tries, delivered, status, answer, took_ms";

/// A webhook as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub wire: Webhook,
    pub account: AccountId,
    pub author: MemberId,
    /// Of what it was made with.
    pub digest: String,
    pub active: bool,
    /// The last event of the log that is done with.
    pub position: Offset,
    /// How often the event behind it was tried.
    pub tries: u32,
}

fn read(row: &AnyRow) -> ApiResult<Stored> {
    let active = columns::flag(row, "active")?;
    let failing_since = columns::maybe_instant(row, "failing_since")?;
    Ok(Stored {
        wire: Webhook {
            id: columns::id(row, "id")?,
            url: row.try_get("url")?,
            events: columns::json(row, "events")?,
            website_id: columns::maybe_id(row, "website_id")?,
            state: match (active, failing_since) {
                (false, _) => WebhookState::Disabled,
                (true, Some(_)) => WebhookState::Failing,
                (true, None) => WebhookState::Active,
            },
            failing_since,
            next_try_at: match failing_since {
                Some(_) if active => Some(columns::instant(row, "next_try_at")?),
                _ => None,
            },
            created_at: columns::instant(row, "created_at")?,
            version: columns::count(row, "version")?,
        },
        account: columns::id(row, "account_id")?,
        author: columns::id(row, "author_id")?,
        digest: row.try_get("digest")?,
        active,
        position: Offset(columns::count(row, "position")?),
        tries: u32::try_from(columns::count(row, "tries")?).map_err(ApiError::internal)?,
    })
}

/// All of an account, the oldest first.
pub async fn all(tx: &mut Tx, account: AccountId) -> ApiResult<Vec<Stored>> {
    let sql = format!("SELECT {WEBHOOK} FROM webhooks WHERE account_id = $1 ORDER BY created_at, id");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(account.to_string())
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// One, whosever it is.
pub async fn by_id(tx: &mut Tx, id: WebhookId) -> ApiResult<Option<Stored>> {
    let sql = format!("SELECT {WEBHOOK} FROM webhooks WHERE id = $1");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// One of an account.
///
/// # Errors
/// 404 when there is none.
pub async fn own(tx: &mut Tx, account: AccountId, id: WebhookId) -> ApiResult<Stored> {
    by_id(tx, id)
        .await?
        .filter(|stored| stored.account == account)
        .ok_or_else(|| ApiError::not_found("webhook"))
}

/// Those that are on, behind their account's log and not waiting for their next try.
pub async fn due(tx: &mut Tx, now: Timestamp) -> ApiResult<Vec<Stored>> {
    let columns: Vec<String> = WEBHOOK
        .split(", ")
        .map(|name| format!("w.{}", name.trim()))
        .collect();
    let sql = format!(
        "SELECT {} FROM webhooks w JOIN accounts a ON a.id = w.account_id \
         WHERE w.active = 1 AND w.next_try_at <= $1 AND w.position < a.head ORDER BY w.next_try_at, w.id LIMIT 256",
        columns.join(", ")
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(now.as_millis())
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// A delivery and where its event stands.
pub struct StoredDelivery {
    pub wire: WebhookDelivery,
    pub offset: Option<Offset>,
}

fn read_delivery(row: &AnyRow) -> ApiResult<StoredDelivery> {
    let status = columns::maybe_count(row, "status")?;
    Ok(StoredDelivery {
        wire: WebhookDelivery {
            id: columns::id(row, "id")?,
            event_id: columns::id(row, "event_id")?,
            event: row.try_get("kind")?,
            created_at: columns::instant(row, "created_at")?,
            tried_at: columns::instant(row, "tried_at")?,
            tries: u32::try_from(columns::count(row, "tries")?).map_err(ApiError::internal)?,
            delivered: columns::flag(row, "delivered")?,
            status: status
                .map(u16::try_from)
                .transpose()
                .map_err(ApiError::internal)?,
            answer: row.try_get("answer")?,
            took_ms: columns::count(row, "took_ms")?,
        },
        offset: columns::maybe_count(row, "log_offset")?.map(Offset),
    })
}

/// The newest deliveries of a webhook.
pub async fn deliveries(tx: &mut Tx, webhook: WebhookId) -> ApiResult<Vec<WebhookDelivery>> {
    let sql = format!(
        "SELECT {DELIVERY} FROM webhook_deliveries WHERE webhook_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(webhook.to_string())
        .bind(LISTED)
        .fetch_all(tx.conn())
        .await?
        .iter()
        .map(|row| Ok(read_delivery(row)?.wire))
        .collect()
}

/// One delivery of a webhook.
///
/// # Errors
/// 404 when there is none.
pub async fn delivery(tx: &mut Tx, webhook: WebhookId, id: WebhookDeliveryId) -> ApiResult<StoredDelivery> {
    let sql = format!("SELECT {DELIVERY} FROM webhook_deliveries WHERE webhook_id = $1 AND id = $2");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(webhook.to_string())
        .bind(id.to_string())
        .fetch_optional(tx.conn())
        .await?
        .as_ref()
        .map(read_delivery)
        .transpose()?
        .ok_or_else(|| ApiError::not_found("delivery"))
}

/// Notes a try: the first of an event makes its row, any other counts.
pub async fn note(
    tx: &mut Tx,
    webhook: WebhookId,
    event: (EventId, &str, Option<Offset>),
    tried: &Tried,
) -> ApiResult<WebhookDelivery> {
    let (event_id, kind, offset) = event;
    let now = tx.now();
    let sql = format!(
        "INSERT INTO webhook_deliveries (id, webhook_id, event_id, kind, log_offset, created_at, tried_at, tries, delivered, \
         status, answer, took_ms) VALUES ($1, $2, $3, $4, $5, $6, $6, 1, $7, $8, $9, $10) \
         ON CONFLICT (webhook_id, event_id) DO UPDATE SET tried_at = excluded.tried_at, tries = webhook_deliveries.tries + 1, \
         delivered = excluded.delivered, status = excluded.status, answer = excluded.answer, took_ms = excluded.took_ms \
         RETURNING {DELIVERY}"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(ids::new::<WebhookDeliveryId>(now)?.to_string())
        .bind(webhook.to_string())
        .bind(event_id.to_string())
        .bind(kind.to_owned())
        .bind(offset.map(|offset| columns::to_count(offset.0)).transpose()?)
        .bind(now.as_millis())
        .bind(i64::from(tried.is_taken()))
        .bind(tried.status.map(i64::from))
        .bind(tried.answer.clone())
        .bind(columns::to_count(tried.took_ms)?)
        .fetch_one(tx.conn())
        .await?;
    Ok(read_delivery(&row)?.wire)
}
