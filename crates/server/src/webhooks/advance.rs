//! The work that time brings: each webhook that is behind its account's log is sent what follows, event by event. One that is not taken
//! is tried again, ever later, and everything behind it waits, so that the order holds; after a day the webhook is switched off and
//! whoever made it is told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use sqlx::Row;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::ids::{WebhookId, WebsiteId};
use switchboard_contract::position::Offset;
use switchboard_contract::time::Timestamp;
use switchboard_contract::webhooks::{Webhook, WebhookPayload};

use super::manage::origin;
use super::rows::{self, Stored};
use super::send::{self, Tried};
use crate::audit::{Author, Deed};
use crate::auth::keys::Keys;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, Tx, columns};
use crate::events::{self, Audience, StoredEvent};
use crate::mail::letters::Letters;
use crate::mail::{self, Mailer};
use crate::problem::ApiResult;
use crate::realtime::hub::StreamKey;

/// Webhooks that are sent to at the same time.
const AT_ONCE: usize = 32;
/// How long one is sent to before it is another one's turn.
const TURN: Duration = Duration::from_secs(5);
/// Events that are read at a time.
const PAGE: u32 = 100;
/// After how long without an answer that takes it a webhook is switched off, in milliseconds.
const GIVE_UP_MS: i64 = 24 * 60 * 60 * 1_000;
const SECOND_MS: i64 = 1_000;

/// How long until the next try, in milliseconds, after so many that failed.
const fn pause_ms(tries: u32) -> i64 {
    SECOND_MS
        * match tries {
            0 | 1 => 5,
            2 => 30,
            3 => 2 * 60,
            4 => 10 * 60,
            5 => 30 * 60,
            _ => 60 * 60,
        }
}

/// What sending needs.
#[derive(Clone)]
pub struct Sender {
    /// The truth.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Where secrets come from.
    pub keys: Arc<Keys>,
    /// Where it may be sent.
    pub config: Arc<Config>,
    /// Tells people of one that was switched off.
    pub mailer: Arc<Mailer>,
}

/// Sends what is due at `now`.
///
/// # Errors
/// The database's failure. What was sent until then stays sent.
pub async fn advance(sender: &Sender, now: Timestamp) -> ApiResult<()> {
    let due = sender
        .db
        .read(move |tx| Box::pin(async move { rows::due(tx, now).await }))
        .await?;
    let mut turns = futures_util::stream::iter(due)
        .map(|webhook| turn(sender, webhook))
        .buffer_unordered(AT_ONCE);
    let mut failed = None;
    while let Some(outcome) = turns.next().await {
        if let Err(error) = outcome {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// What a webhook is to be told of next.
enum Next {
    /// This event.
    Event(Box<(Offset, WebhookPayload)>),
    /// Nothing up to here.
    Nothing(Offset),
    /// It was changed or switched off meanwhile.
    Over,
}

async fn turn(sender: &Sender, mut webhook: Stored) -> ApiResult<()> {
    let begun = Instant::now();
    while begun.elapsed() < TURN {
        let known = webhook.clone();
        let next = sender
            .db
            .read(move |tx| Box::pin(async move { next(tx, &known).await }))
            .await?;
        match next {
            Next::Over => return Ok(()),
            Next::Nothing(to) => {
                if to == webhook.position {
                    return Ok(());
                }
                let known = webhook.clone();
                let moved = sender
                    .db
                    .write(move |tx| Box::pin(async move { pass(tx, &known, to).await }))
                    .await?;
                if !moved {
                    return Ok(());
                }
                webhook.position = to;
            }
            Next::Event(found) => {
                let (offset, payload) = *found;
                let id = webhook.wire.id;
                let tried = send::send(
                    &webhook.wire.url,
                    send::reach(&sender.config),
                    &send::secret(&sender.keys, id),
                    &payload,
                    sender.clock.now(),
                )
                .await?;
                let public_url = sender.config.public_url.clone();
                let known = webhook.clone();
                let taken = tried.is_taken();
                let goes_on = sender
                    .db
                    .write(move |tx| {
                        Box::pin(
                            async move { settle(tx, &known, offset, &payload, &tried, &public_url).await },
                        )
                    })
                    .await?;
                if !taken {
                    sender.mailer.wake();
                }
                if !goes_on {
                    return Ok(());
                }
                webhook.position = offset;
                webhook.tries = 0;
            }
        }
    }
    Ok(())
}

/// The next event of the log that concerns the webhook, as it is in the database now.
async fn next(tx: &mut Tx, known: &Stored) -> ApiResult<Next> {
    let Some(webhook) = rows::by_id(tx, known.wire.id).await? else {
        return Ok(Next::Over);
    };
    if !webhook.active || webhook.position != known.position || webhook.wire.version != known.wire.version {
        return Ok(Next::Over);
    }
    let stream = StreamKey::Account(webhook.account);
    let Some(log) = events::log(tx, stream).await? else {
        return Ok(Next::Over);
    };
    // What the log no longer has nobody can be told of.
    let from = webhook.position.max(log.floor);
    let page = events::after(tx, stream, from, PAGE).await?;
    let mut seen = from;
    for event in page {
        seen = event.offset;
        if let Some(payload) = payload(&webhook.wire, &event)? {
            return Ok(Next::Event(Box::new((event.offset, payload))));
        }
    }
    Ok(Next::Nothing(seen))
}

/// What a webhook is told of an event; nothing where it does not concern it, or where what it told was deleted since.
pub fn payload(webhook: &Webhook, event: &StoredEvent) -> ApiResult<Option<WebhookPayload>> {
    let word = columns::to_word(&event.kind)?;
    let website: Option<WebsiteId> = match event.audience {
        Audience::Website(id) => Some(id),
        Audience::Everyone => None,
        // What is one person's alone is nobody else's business.
        Audience::Member(_) => return Ok(None),
    };
    let is_wanted = webhook.events.iter().any(|wanted| wanted.as_str() == word)
        && (webhook.website_id.is_none() || webhook.website_id == website);
    let (true, Some(body)) = (is_wanted, &event.body) else {
        return Ok(None);
    };
    Ok(Some(WebhookPayload {
        id: event.id,
        kind: word,
        at: event.at,
        website_id: website,
        conversation_id: event.conversation_id,
        data: serde_json::from_str(body)?,
    }))
}

/// Whether a webhook is still where it was when it was read; locked from here on.
async fn is_as_known(tx: &mut Tx, id: WebhookId, position: Offset) -> ApiResult<bool> {
    let held =
        sqlx::query("UPDATE webhooks SET position = position WHERE id = $1 AND position = $2 AND active = 1")
            .bind(id.to_string())
            .bind(columns::to_count(position.0)?)
            .execute(tx.conn())
            .await?;
    Ok(held.rows_affected() == 1)
}

/// Goes past what does not concern the webhook.
async fn pass(tx: &mut Tx, webhook: &Stored, to: Offset) -> ApiResult<bool> {
    let moved = sqlx::query("UPDATE webhooks SET position = $1, tries = 0, failing_since = NULL WHERE id = $2 AND position = $3 AND active = 1")
        .bind(columns::to_count(to.0)?)
        .bind(webhook.wire.id.to_string())
        .bind(columns::to_count(webhook.position.0)?)
        .execute(tx.conn())
        .await?;
    Ok(moved.rows_affected() == 1)
}

/// Notes what came of a try; whether the next event may follow at once.
async fn settle(
    tx: &mut Tx,
    webhook: &Stored,
    offset: Offset,
    payload: &WebhookPayload,
    tried: &Tried,
    public_url: &str,
) -> ApiResult<bool> {
    let id = webhook.wire.id;
    let exists = rows::by_id(tx, id).await?.is_some();
    if exists {
        rows::note(tx, id, (payload.id, &payload.kind, Some(offset)), tried).await?;
    }
    if !is_as_known(tx, id, webhook.position).await? {
        return Ok(false);
    }
    let now = tx.now();
    if tried.is_taken() {
        sqlx::query(
            "UPDATE webhooks SET position = $1, tries = 0, failing_since = NULL, next_try_at = $2 WHERE id = $3",
        )
        .bind(columns::to_count(offset.0)?)
        .bind(now.as_millis())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
        return Ok(true);
    }
    let since = webhook.wire.failing_since.unwrap_or(now);
    let gives_up = now.as_millis() - since.as_millis() >= GIVE_UP_MS;
    let tries = webhook.tries.saturating_add(1);
    sqlx::query(
        "UPDATE webhooks SET tries = $1, failing_since = $2, next_try_at = $3, active = $4 WHERE id = $5",
    )
    .bind(i64::from(tries))
    .bind(since.as_millis())
    .bind(now.plus_millis(pause_ms(tries)).as_millis())
    .bind(i64::from(!gives_up))
    .bind(id.to_string())
    .execute(tx.conn())
    .await?;
    if gives_up {
        tell(tx, webhook, public_url).await?;
    }
    Ok(false)
}

/// Tells whoever made it, and the audit log, that it was switched off.
async fn tell(tx: &mut Tx, webhook: &Stored, public_url: &str) -> ApiResult<()> {
    Deed::new(AuditKind::WebhookDisabled)
        .to(webhook.wire.id, origin(&webhook.wire.url))
        .by(tx, Author::server(webhook.account))
        .await?;
    let author = sqlx::query("SELECT email FROM members WHERE id = $1 AND removed_at IS NULL")
        .bind(webhook.author.to_string())
        .fetch_optional(tx.conn())
        .await?;
    if let Some(author) = author {
        let to: String = author.try_get("email")?;
        mail::queue(tx, Letters { public_url }.webhook_disabled(&to)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_become_rarer_and_fill_a_day() {
        let pauses: Vec<i64> = (1..40).map(pause_ms).collect();
        assert!(pauses.is_sorted());
        let until_off = pauses.iter().scan(0, |sum, pause| {
            *sum += pause;
            Some(*sum)
        });
        let tries = until_off.take_while(|sum| *sum < GIVE_UP_MS).count();
        assert!((20..35).contains(&tries), "{tries} tries in a day");
    }
}
