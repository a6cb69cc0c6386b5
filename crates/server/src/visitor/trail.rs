//! The pages that a visitor has seen: the newest [`MAX_PAGES`], each with how long it was looked at, as far as beats tell.

use sqlx::Row;
use switchboard_contract::ids::VisitorId;
use switchboard_contract::live_chat::MAX_PAGES;
use switchboard_contract::time::Timestamp;

use crate::analytics::visits;
use crate::db::{Tx, columns};
use crate::problem::ApiResult;

/// Without a beat for this long a visit is over, in milliseconds; the next one begins another.
pub const PAUSE_MS: i64 = 30 * 60 * 1_000;
/// Beats of one page come at most this far apart, in milliseconds: the loader's minute, and one that was lost.
const BEATS_APART_MS: i64 = 130_000;

/// The page that was noted last.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Last {
    number: u64,
    url: String,
    until: Timestamp,
}

/// What a beat comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The same page, looked at until now.
    Stay,
    /// Another page, or the same one after a pause. `left_now`: the one before was looked at until this moment.
    Move { left_now: bool },
}

fn step(last: Option<&Last>, url: &str, now: Timestamp) -> Step {
    let Some(last) = last else {
        return Step::Move { left_now: false };
    };
    let since = now.as_millis() - last.until.as_millis();
    if last.url == url && since < PAUSE_MS {
        Step::Stay
    } else {
        Step::Move {
            left_now: last.url != url && since <= BEATS_APART_MS,
        }
    }
}

/// Notes that a visitor, who is locked or new, looks at a page now.
///
/// # Errors
/// The database's failure.
pub(crate) async fn note(tx: &mut Tx, visitor: VisitorId, url: &str, title: Option<&str>) -> ApiResult<()> {
    let now = tx.now();
    let last = sqlx::query(
        "SELECT number, url, until_at FROM visitor_pages WHERE visitor_id = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(visitor.to_string())
    .fetch_optional(tx.conn())
    .await?
    .map(|row| -> ApiResult<Last> {
        Ok(Last {
            number: columns::count(&row, "number")?,
            url: row.try_get("url")?,
            until: columns::instant(&row, "until_at")?,
        })
    })
    .transpose()?;
    let number = last.as_ref().map_or(0, |last| last.number);
    let step = step(last.as_ref(), url, now);
    visits::seen(tx, visitor, url, step != Step::Stay).await?;
    if matches!(step, Step::Stay | Step::Move { left_now: true }) {
        // A page may say its title later than its address.
        let title = if step == Step::Stay { title } else { None };
        sqlx::query(
            "UPDATE visitor_pages SET until_at = $1, title = COALESCE($2, title) WHERE visitor_id = $3 AND number = $4",
        )
        .bind(now.as_millis())
        .bind(title.map(str::to_owned))
        .bind(visitor.to_string())
        .bind(columns::to_count(number)?)
        .execute(tx.conn())
        .await?;
    }
    if step == Step::Stay {
        return Ok(());
    }
    let number = number + 1;
    sqlx::query(
        "INSERT INTO visitor_pages (visitor_id, number, url, title, at, until_at) VALUES ($1, $2, $3, $4, $5, $5)",
    )
    .bind(visitor.to_string())
    .bind(columns::to_count(number)?)
    .bind(url.to_owned())
    .bind(title.map(str::to_owned))
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    if let Some(oldest) = number.checked_sub(MAX_PAGES as u64) {
        sqlx::query("DELETE FROM visitor_pages WHERE visitor_id = $1 AND number <= $2")
            .bind(visitor.to_string())
            .bind(columns::to_count(oldest)?)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Notes a beat of a visitor: they are there, and after a pause this is another visit.
///
/// # Errors
/// The database's failure.
pub(super) async fn beat(tx: &mut Tx, visitor: VisitorId) -> ApiResult<()> {
    let now = tx.now();
    sqlx::query(
        "UPDATE visitors SET visit_started_at = CASE WHEN last_seen_at <= $1 OR visit_started_at IS NULL THEN $2 \
         ELSE visit_started_at END, last_seen_at = $2 WHERE id = $3",
    )
    .bind(now.plus_millis(-PAUSE_MS).as_millis())
    .bind(now.as_millis())
    .bind(visitor.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(url: &str, until: i64) -> Last {
        Last {
            number: 1,
            url: url.to_owned(),
            until: Timestamp::from_millis(until),
        }
    }

    #[test]
    fn beats_stretch_a_page_and_another_page_ends_it() {
        let at = Timestamp::from_millis;
        assert_eq!(step(None, "/a", at(0)), Step::Move { left_now: false });
        let a = last("/a", 1_000);
        assert_eq!(step(Some(&a), "/a", at(61_000)), Step::Stay);
        assert_eq!(step(Some(&a), "/b", at(31_000)), Step::Move { left_now: true });
        let late = at(1_000 + BEATS_APART_MS + 1);
        assert_eq!(
            step(Some(&a), "/b", late),
            Step::Move { left_now: false },
            "nobody knows when the page was left"
        );
        assert_eq!(
            step(Some(&a), "/a", at(1_000 + PAUSE_MS)),
            Step::Move { left_now: false },
            "another visit"
        );
    }
}
