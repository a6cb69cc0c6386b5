//! What the loader's beats say about a website (`website.status` events), and how it came to that.

use axum::Json;
use axum::extract::State;
use sqlx::Row;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::realtime::EventType;
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::changes::MAX_STATUS_CHANGES;
use switchboard_contract::website::{
    Website, WebsiteState, WebsiteStatus, WebsiteStatusChange, WebsiteStatusHistory,
};

use super::rows::{self, StoredWebsite};
use super::told;
use crate::auth::Operator;
use crate::db::{Lock, Tx, columns};
use crate::http::IdPath;
use crate::problem::ApiResult;
use crate::state::AppState;

pub use switchboard_domain::website::Beat;
use switchboard_domain::website::{after_beat, says_the_same};

/// `GET /api/websites/{id}/status`.
pub(crate) async fn history(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
) -> ApiResult<Json<WebsiteStatusHistory>> {
    let history = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let status = rows::visible(tx, &operator, id).await?.wire.status;
                let rows = sqlx::query(
                    "SELECT at, state, reason FROM website_states WHERE website_id = $1 ORDER BY number DESC LIMIT $2",
                )
                .bind(id.to_string())
                .bind(i64::from(MAX_STATUS_CHANGES))
                .fetch_all(tx.conn())
                .await?;
                let history = rows
                    .iter()
                    .map(|row| {
                        Ok(WebsiteStatusChange {
                            at: columns::instant(row, "at")?,
                            state: columns::word(row, "state")?,
                            reason: row.try_get("reason")?,
                        })
                    })
                    .collect::<ApiResult<_>>()?;
                Ok(WebsiteStatusHistory { status, history })
            })
        })
        .await?;
    Ok(Json(history))
}

/// A website's row is written at most this often, in milliseconds, while nothing but the time changes.
const FRESH_MS: i64 = 30_000;

/// Whether `beat` says something new about a website, or the last one is long ago.
fn is_news(status: &WebsiteStatus, beat: &Beat, now: Timestamp) -> bool {
    let fresh = status
        .last_seen_at
        .is_some_and(|seen| now < seen.plus_millis(FRESH_MS));
    !fresh || !says_the_same(status, &after_beat(beat, now))
}

/// Notes a beat, in a transaction of its own, unless `website` as it was just read says the same already.
///
/// # Errors
/// The database's failure.
pub async fn note_if_news(state: &AppState, website: &Website, beat: Beat) -> ApiResult<()> {
    if !is_news(&website.status, &beat, state.clock.now()) {
        return Ok(());
    }
    let id = website.id;
    state
        .db
        .write(move |tx| Box::pin(async move { note(tx, id, &beat).await }))
        .await
}

/// Stores a beat.
async fn note(tx: &mut Tx, website: WebsiteId, beat: &Beat) -> ApiResult<()> {
    tx.lock(Lock::Website(website)).await?;
    let Some(stored) = rows::by_id(tx, website).await? else {
        return Ok(());
    };
    let status = after_beat(beat, tx.now());
    becomes(tx, stored, status).await
}

/// Stores what a website, which is locked, is like now; a place in its history and an event only when the state or its reason
/// changes.
pub(super) async fn becomes(tx: &mut Tx, mut stored: StoredWebsite, status: WebsiteStatus) -> ApiResult<()> {
    let website = stored.wire.id;
    let changed = !says_the_same(&stored.wire.status, &status);
    sqlx::query(
        "UPDATE websites SET state = $1, state_reason = $2, state_trouble = $3, last_seen_at = $4 WHERE id = $5",
    )
    .bind(columns::to_word(&status.state)?)
    .bind(status.reason.clone())
    .bind(status.trouble.as_ref().map(columns::to_word).transpose()?)
    .bind(status.last_seen_at.map(Timestamp::as_millis))
    .bind(website.to_string())
    .execute(tx.conn())
    .await?;
    if changed {
        keep(tx, website, status.state, status.reason.as_deref()).await?;
        stored.wire.status = status;
        let body = serde_json::to_value(&stored.wire)?;
        told(tx, stored.account_id, website, EventType::WebsiteStatus, body).await?;
    }
    Ok(())
}

/// Adds to the history and lets go of what nobody is shown. The website is locked: numbers are dense.
async fn keep(tx: &mut Tx, website: WebsiteId, state: WebsiteState, reason: Option<&str>) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO website_states (website_id, number, at, state, reason) \
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4 FROM website_states WHERE website_id = $1",
    )
    .bind(website.to_string())
    .bind(tx.now().as_millis())
    .bind(columns::to_word(&state)?)
    .bind(reason.map(str::to_owned))
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "DELETE FROM website_states WHERE website_id = $1 \
         AND number <= (SELECT MAX(s.number) FROM website_states s WHERE s.website_id = $1) - $2",
    )
    .bind(website.to_string())
    .bind(i64::from(MAX_STATUS_CHANGES))
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::website::WebsiteTrouble;

    #[test]
    fn only_news_is_written() {
        let now = Timestamp::from_millis(1_000_000);
        let online = WebsiteStatus {
            state: WebsiteState::Online,
            last_seen_at: Some(now),
            reason: None,
            trouble: None,
        };
        let bad = Beat::Bad {
            trouble: WebsiteTrouble::OriginRefused,
            reason: "foreign".to_owned(),
        };
        assert!(is_news(&WebsiteStatus::default(), &Beat::Good, now));
        assert!(!is_news(&online, &Beat::Good, now.plus_millis(FRESH_MS - 1)));
        assert!(is_news(&online, &Beat::Good, now.plus_millis(FRESH_MS)));
        assert!(is_news(&online, &bad, now));
    }
}
