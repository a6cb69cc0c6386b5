//! The facts of a range. Conversations are kept by the day of UTC on which they began; the facts of a day that rests are packed
//! in one row ([`switchboard_domain::analytics::pack`]), so that years are read in a moment. A change takes the pack away, in the
//! transaction that makes it, and the day's rows are read until it rests again. Packs can be thrown away at any time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use sqlx::{AssertSqlSafe, Row as _};
use switchboard_contract::analytics::Period;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::time::Timestamp;
use switchboard_domain::analytics::fact::Fact;
use switchboard_domain::analytics::pack;

use super::rows;
use crate::db::{Db, Tx, columns, lists};
use crate::problem::ApiResult;

/// A day of UTC, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long nothing may change until a day is packed, in milliseconds: what changes all the time is not packed all the time.
const REST_MS: i64 = 60_000;
/// Days that are packed in one go.
const BATCH: i64 = 200;

/// The day on which something began.
fn day(at: Timestamp) -> Timestamp {
    let millis = at.as_millis();
    Timestamp::from_millis(millis - millis.rem_euclid(DAY_MS))
}

/// Notes that a fact has changed, after it was stored.
///
/// # Errors
/// The database's failure.
pub(super) async fn changed(tx: &mut Tx, fact: &Fact) -> ApiResult<()> {
    // The row stays locked until the commit: who packs the day waits for it, and then sees the change.
    sqlx::query(
        "INSERT INTO fact_days (website_id, day, ends_at, changed_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (website_id, day) DO UPDATE SET packed = NULL, changed_at = excluded.changed_at, \
         ends_at = CASE WHEN excluded.ends_at > fact_days.ends_at THEN excluded.ends_at ELSE fact_days.ends_at END",
    )
    .bind(fact.website_id.to_string())
    .bind(day(fact.started_at).as_millis())
    .bind(fact.ends().as_millis())
    .bind(tx.now().as_millis())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether there are facts of a day that belong to no conversation, as those that are made up do.
///
/// # Errors
/// The database's failure.
pub(crate) async fn is_made_up(tx: &mut Tx, websites: Vec<WebsiteId>, day: Timestamp) -> ApiResult<bool> {
    for website in websites {
        let found = sqlx::query(
            "SELECT 1 FROM conversation_facts WHERE website_id = $1 AND started_at >= $2 AND started_at < $3 \
             AND conversation_id IS NULL LIMIT 1",
        )
        .bind(website.to_string())
        .bind(day.as_millis())
        .bind(day.plus_millis(DAY_MS).as_millis())
        .fetch_optional(tx.conn())
        .await?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Every fact of these websites that may count within `period`.
///
/// # Errors
/// The database's failure.
pub(super) async fn facts(tx: &mut Tx, websites: &[WebsiteId], period: Period) -> ApiResult<Vec<Fact>> {
    let mut facts = Vec::new();
    for ids in lists::chunks(websites) {
        // Numbers go into the text: places count the websites.
        let sql = format!(
            "SELECT website_id, day, packed FROM fact_days WHERE website_id IN ({}) AND day < {} AND ends_at > {} \
             ORDER BY website_id, day",
            lists::places(&ids),
            period.until.as_millis(),
            period.from.as_millis()
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &ids {
            query = query.bind(id.to_string());
        }
        for row in query.fetch_all(tx.conn()).await? {
            let website: WebsiteId = columns::id(&row, "website_id")?;
            let packed: Option<String> = row.try_get("packed")?;
            let unpacked = packed
                .and_then(|text| BASE64.decode(text).ok())
                .and_then(|bytes| pack::unpack(&bytes, website));
            match unpacked {
                Some(mut unpacked) => facts.append(&mut unpacked),
                None => {
                    let day = columns::instant(&row, "day")?;
                    facts.append(&mut rows::begun(tx, website, day, day.plus_millis(DAY_MS)).await?);
                }
            }
        }
    }
    Ok(facts)
}

/// Packs every day that has rested at `now`.
///
/// # Errors
/// The database's failure.
pub async fn pack_resting(db: &Db, now: Timestamp) -> ApiResult<()> {
    let before = now.plus_millis(-REST_MS);
    loop {
        let due = db.read(move |tx| Box::pin(resting(tx, before))).await?;
        if due.is_empty() {
            return Ok(());
        }
        for (website, day) in due {
            db.write(move |tx| Box::pin(pack_day(tx, website, day, before)))
                .await?;
        }
    }
}

async fn resting(tx: &mut Tx, before: Timestamp) -> ApiResult<Vec<(WebsiteId, Timestamp)>> {
    let rows = sqlx::query(
        "SELECT website_id, day FROM fact_days WHERE packed IS NULL AND changed_at <= $1 ORDER BY changed_at LIMIT $2",
    )
    .bind(before.as_millis())
    .bind(BATCH)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| Ok((columns::id(row, "website_id")?, columns::instant(row, "day")?)))
        .collect()
}

/// Packs a day, unless something of it has changed since `before` or somebody else has packed it.
async fn pack_day(tx: &mut Tx, website: WebsiteId, day: Timestamp, before: Timestamp) -> ApiResult<()> {
    // Whoever changes something of it has this row's lock until the commit, and what is read after it is what they wrote.
    let locked = sqlx::query(
        "UPDATE fact_days SET ends_at = ends_at WHERE website_id = $1 AND day = $2 AND packed IS NULL AND changed_at <= $3",
    )
    .bind(website.to_string())
    .bind(day.as_millis())
    .bind(before.as_millis())
    .execute(tx.conn())
    .await?;
    if locked.rows_affected() == 0 {
        return Ok(());
    }
    let facts = rows::begun(tx, website, day, day.plus_millis(DAY_MS)).await?;
    let ends = facts.iter().map(Fact::ends).max().unwrap_or(day);
    sqlx::query("UPDATE fact_days SET packed = $1, ends_at = $2 WHERE website_id = $3 AND day = $4")
        .bind(BASE64.encode(pack::pack(&facts)))
        .bind(ends.as_millis())
        .bind(website.to_string())
        .bind(day.as_millis())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Throws every pack away and makes the list of days anew from the facts: what reports say stays the same.
///
/// # Errors
/// The database's failure.
pub async fn rebuild(db: &Db) -> ApiResult<()> {
    db.write(|tx| {
        Box::pin(async move {
            sqlx::query("DELETE FROM fact_days").execute(tx.conn()).await?;
            // Until when they count is found out when they are packed.
            sqlx::query(
                "INSERT INTO fact_days (website_id, day, ends_at, changed_at) \
                 SELECT DISTINCT website_id, started_at - started_at % 86400000, 253402300800000, 0 FROM conversation_facts",
            )
            .execute(tx.conn())
            .await?;
            Ok(())
        })
    })
    .await
}
