//! The event logs: the account's and each visitor's (`protocol.md` *Realtime*, rule 1). Sockets and `GET /api/events`
//! read them; every change appends to them.

pub mod routes;

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::{AccountId, ConversationId, EventId};
use switchboard_contract::position::{Epoch, Offset, Position};
use switchboard_contract::realtime::{EventType, LogEvent};
use switchboard_contract::time::Timestamp;
use switchboard_domain::allocate::allocate;
pub use switchboard_domain::audience::Audience;
use switchboard_domain::flow::Entry;
pub use switchboard_domain::ledger::NewEvent;
use switchboard_domain::replay::Log;

use crate::db::{Tx, columns, lists};
use crate::ids;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::StreamKey;

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its place.
    pub offset: Offset,
    /// The event.
    pub id: EventId,
    /// What changed.
    pub kind: EventType,
    /// The conversation that it belongs to.
    pub conversation_id: Option<ConversationId>,
    /// Who may see it; everyone in a visitor's log.
    pub audience: Audience,
    /// The message's place, for message events.
    pub seq: Option<u64>,
    /// When it was stored.
    pub at: Timestamp,
    /// The whole resource after the change, as JSON text; none when it was deleted.
    pub body: Option<String>,
}

impl StoredEvent {
    /// The event as it travels; its `prev` is filled in when it is sent.
    ///
    /// # Errors
    /// When the stored body does not read.
    pub fn into_entry(self) -> ApiResult<Entry> {
        Ok(Entry {
            audience: self.audience,
            event: LogEvent {
                offset: self.offset,
                prev: Offset::default(),
                kind: self.kind,
                conversation_id: self.conversation_id,
                seq: self.seq,
                id: self.id,
                at: self.at,
                body: self.body.as_deref().map(serde_json::from_str).transpose()?,
            },
        })
    }
}

/// Appends `events` to the log of `stream`, in order, and wakes its readers after the commit; answers where each one
/// stands. The log's counter is locked from here to the commit: call it for the account last of all, so that offsets are
/// allocated in commit order and no lock is waited for while holding it.
///
/// # Errors
/// The database's failure, or no such stream.
pub async fn append(tx: &mut Tx, stream: StreamKey, events: &[NewEvent]) -> ApiResult<Vec<Position>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let (count_sql, owner) = match stream {
        StreamKey::Account(id) => (
            "UPDATE accounts SET head = head + $1 WHERE id = $2 RETURNING head, epoch",
            id.to_string(),
        ),
        StreamKey::Visitor(id) => (
            "UPDATE visitors SET head = head + $1 WHERE id = $2 \
             RETURNING head, (SELECT a.epoch FROM accounts a WHERE a.id = visitors.account_id) AS epoch",
            id.to_string(),
        ),
    };
    let count = events.len() as u64;
    let row = sqlx::query(count_sql)
        .bind(columns::to_count(count)?)
        .bind(owner.clone())
        .fetch_optional(tx.conn())
        .await?
        .ok_or_else(|| ApiError::internal("a log without its owner"))?;
    let epoch = Epoch(row.try_get("epoch")?);
    let new_head = Offset(columns::count(&row, "head")?);
    let offsets: Vec<Offset> = allocate(new_head, count).collect();

    let sql = insert_sql(stream, events.len());
    let at = tx.now();
    let mut insert = sqlx::query(AssertSqlSafe(sql));
    for (event, offset) in events.iter().zip(&offsets) {
        insert = insert
            .bind(owner.clone())
            .bind(columns::to_count(offset.0)?)
            .bind(ids::new::<EventId>(at)?.to_string())
            .bind(columns::to_word(&event.kind)?)
            .bind(event.conversation_id.map(|id| id.to_string()))
            .bind(event.seq.map(columns::to_count).transpose()?)
            .bind(at.as_millis())
            .bind(event.body.to_string());
        if matches!(stream, StreamKey::Account(_)) {
            let (website, member) = match event.audience {
                Audience::Everyone => (None, None),
                Audience::Website(id) => (Some(id.to_string()), None),
                Audience::Member(id) => (None, Some(id.to_string())),
            };
            insert = insert.bind(website).bind(member);
        }
    }
    insert.execute(tx.conn()).await?;
    tx.wake_after_commit(stream);
    Ok(offsets
        .into_iter()
        .map(|offset| Position {
            epoch: epoch.clone(),
            offset,
        })
        .collect())
}

/// One statement for all rows: while it runs, every other writer of the account waits.
fn insert_sql(stream: StreamKey, rows: usize) -> String {
    let (into, width) = match stream {
        StreamKey::Account(_) => (
            "events (account_id, log_offset, id, kind, conversation_id, seq, at, body, website_id, member_id)",
            10,
        ),
        StreamKey::Visitor(_) => (
            "visitor_events (visitor_id, log_offset, id, kind, conversation_id, seq, at, body)",
            8,
        ),
    };
    let values: Vec<String> = (0..rows)
        .map(|row| {
            let places: Vec<String> = (1..=width)
                .map(|column| format!("${}", row * width + column))
                .collect();
            format!("({})", places.join(", "))
        })
        .collect();
    format!("INSERT INTO {into} VALUES {}", values.join(", "))
}

/// The log of `stream` as it stands; none when there is no such account or visitor.
///
/// # Errors
/// The database's failure.
pub async fn log(tx: &mut Tx, stream: StreamKey) -> ApiResult<Option<Log>> {
    let (sql, id) = match stream {
        StreamKey::Account(id) => (
            "SELECT epoch, head, log_floor FROM accounts WHERE id = $1",
            id.to_string(),
        ),
        StreamKey::Visitor(id) => (
            "SELECT a.epoch, v.head, v.log_floor FROM visitors v JOIN accounts a ON a.id = v.account_id WHERE v.id = $1",
            id.to_string(),
        ),
    };
    let row = sqlx::query(sql).bind(id).fetch_optional(tx.conn()).await?;
    row.map(|row| {
        Ok(Log {
            epoch: Epoch(row.try_get("epoch")?),
            head: Offset(columns::count(&row, "head")?),
            floor: Offset(columns::count(&row, "log_floor")?),
        })
    })
    .transpose()
}

/// Where the logs of `accounts` end.
///
/// # Errors
/// The database's failure.
pub async fn heads(tx: &mut Tx, accounts: &[AccountId]) -> ApiResult<HashMap<AccountId, Offset>> {
    let mut heads = HashMap::new();
    for ids in lists::chunks(accounts) {
        let sql = format!(
            "SELECT id, head FROM accounts WHERE id IN ({})",
            lists::places(&ids)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &ids {
            query = query.bind(id.to_string());
        }
        for row in &query.fetch_all(tx.conn()).await? {
            heads.insert(columns::id(row, "id")?, Offset(columns::count(row, "head")?));
        }
    }
    Ok(heads)
}

/// Where the log of `stream` ends: `asOf` of what the same transaction reads.
///
/// # Errors
/// The database's failure, or no such stream.
pub async fn position(tx: &mut Tx, stream: StreamKey) -> ApiResult<Position> {
    let log = log(tx, stream)
        .await?
        .ok_or_else(|| ApiError::internal("a log without its owner"))?;
    Ok(Position {
        epoch: log.epoch,
        offset: log.head,
    })
}

/// The events of `stream` after an offset, ascending and without a gap, at most `limit` of them.
///
/// # Errors
/// The database's failure, or a log that is not dense.
pub async fn after(
    tx: &mut Tx,
    stream: StreamKey,
    offset: Offset,
    limit: u32,
) -> ApiResult<Vec<StoredEvent>> {
    let (sql, id) = match stream {
        StreamKey::Account(id) => (
            "SELECT log_offset, id, kind, conversation_id, website_id, member_id, seq, at, body FROM events \
             WHERE account_id = $1 AND log_offset > $2 ORDER BY log_offset LIMIT $3",
            id.to_string(),
        ),
        StreamKey::Visitor(id) => (
            "SELECT log_offset, id, kind, conversation_id, NULL AS website_id, NULL AS member_id, seq, at, body FROM visitor_events \
             WHERE visitor_id = $1 AND log_offset > $2 ORDER BY log_offset LIMIT $3",
            id.to_string(),
        ),
    };
    let rows = sqlx::query(sql)
        .bind(id)
        .bind(columns::to_count(offset.0)?)
        .bind(i64::from(limit))
        .fetch_all(tx.conn())
        .await?;
    let events = rows.iter().map(read).collect::<ApiResult<Vec<_>>>()?;
    let mut expected = offset;
    for event in &events {
        expected = expected.next();
        if event.offset != expected {
            return Err(ApiError::internal(format!(
                "the log has a gap: {expected} is missing before {}",
                event.offset
            )));
        }
    }
    Ok(events)
}

/// The id of the event at `offset`, where the log still has it.
///
/// # Errors
/// The database's failure.
pub async fn id_at(tx: &mut Tx, stream: StreamKey, offset: Offset) -> ApiResult<Option<EventId>> {
    let (sql, id) = match stream {
        StreamKey::Account(id) => (
            "SELECT id FROM events WHERE account_id = $1 AND log_offset = $2",
            id.to_string(),
        ),
        StreamKey::Visitor(id) => (
            "SELECT id FROM visitor_events WHERE visitor_id = $1 AND log_offset = $2",
            id.to_string(),
        ),
    };
    let row = sqlx::query(sql)
        .bind(id)
        .bind(columns::to_count(offset.0)?)
        .fetch_optional(tx.conn())
        .await?;
    row.map(|row| columns::id(&row, "id")).transpose()
}

fn read(row: &AnyRow) -> ApiResult<StoredEvent> {
    Ok(StoredEvent {
        offset: Offset(columns::count(row, "log_offset")?),
        id: columns::id(row, "id")?,
        kind: columns::word(row, "kind")?,
        conversation_id: columns::maybe_id(row, "conversation_id")?,
        audience: audience(row)?,
        seq: columns::maybe_count(row, "seq")?,
        at: columns::instant(row, "at")?,
        body: row.try_get("body")?,
    })
}

fn audience(row: &AnyRow) -> ApiResult<Audience> {
    Ok(
        match (
            columns::maybe_id(row, "website_id")?,
            columns::maybe_id(row, "member_id")?,
        ) {
            (Some(website), _) => Audience::Website(website),
            (None, Some(member)) => Audience::Member(member),
            (None, None) => Audience::Everyone,
        },
    )
}
