//! What happens is counted in the transaction in which it happens: chat calls this and knows nothing else of reports.

use switchboard_contract::ids::{AccountId, ConversationId, WebsiteId};
use switchboard_domain::analytics::business::Calendar;
use switchboard_domain::analytics::fact::{Fact, Line};
use switchboard_domain::stored::StoredConversation;

use super::{days, rows};
use crate::db::{Tx, columns};
use crate::live_chat::ledger::Entry;
use crate::problem::ApiResult;

/// Counts what a transaction did to a conversation: `entries` are the messages that it stored. To be called when all of it is
/// stored.
///
/// # Errors
/// The database's failure.
pub(crate) async fn conversation(
    tx: &mut Tx,
    account: AccountId,
    stored: &StoredConversation,
    entries: &[Entry],
) -> ApiResult<()> {
    let Some(before) = rows::of_conversation(tx, stored.wire.id).await? else {
        return begin(tx, account, stored).await;
    };
    // Most of what happens to a conversation ends no wait.
    let is_first_close = before.first_closed_at.is_none() && stored.first_closed_at.is_some();
    let calendar = if entries.is_empty() && !is_first_close {
        Calendar::default()
    } else {
        calendar(tx, stored.wire.website_id).await?
    };
    let mut fact = before.clone();
    for entry in entries {
        let message = &entry.message;
        fact.add(
            Line {
                kind: message.kind,
                visibility: message.visibility,
                author_id: message.author_id,
                at: message.created_at,
            },
            &calendar,
        );
    }
    fact.follow(stored, &calendar);
    if fact == before {
        return Ok(());
    }
    keep(tx, account, &fact).await
}

/// Counts a conversation of which nothing is kept yet, from all that was said in it.
///
/// # Errors
/// The database's failure.
pub(super) async fn begin(tx: &mut Tx, account: AccountId, stored: &StoredConversation) -> ApiResult<()> {
    let fact = from_its_messages(tx, stored).await?;
    keep(tx, account, &fact).await
}

async fn from_its_messages(tx: &mut Tx, stored: &StoredConversation) -> ApiResult<Fact> {
    let calendar = calendar(tx, stored.wire.website_id).await?;
    let lines = lines(tx, stored.wire.id).await?;
    Ok(Fact::of(stored, lines, &calendar))
}

async fn keep(tx: &mut Tx, account: AccountId, fact: &Fact) -> ApiResult<()> {
    rows::put(tx, account, fact).await?;
    days::changed(tx, fact).await?;
    tx.counted_after_commit(account, fact.website_id);
    Ok(())
}

/// What stays of a conversation that is about to be deleted, while its messages are there.
///
/// # Errors
/// The database's failure.
pub(crate) async fn what_stays(tx: &mut Tx, stored: &StoredConversation) -> ApiResult<Fact> {
    match rows::of_conversation(tx, stored.wire.id).await? {
        Some(mut fact) => {
            fact.follow(stored, &calendar(tx, stored.wire.website_id).await?);
            Ok(fact)
        }
        None => from_its_messages(tx, stored).await,
    }
}

/// Lets go of which conversation it was: what it counted for stays. To be called when all else is deleted and told, as the account's
/// counter comes before the days of reports.
///
/// # Errors
/// The database's failure.
pub(crate) async fn deleted(tx: &mut Tx, account: AccountId, fact: &Fact) -> ApiResult<()> {
    rows::put(tx, account, fact).await?;
    if let Some(id) = fact.conversation_id {
        rows::let_go(tx, id).await?;
    }
    days::changed(tx, fact).await?;
    tx.counted_after_commit(account, fact.website_id);
    Ok(())
}

/// The website's hours as they are now.
async fn calendar(tx: &mut Tx, website: WebsiteId) -> ApiResult<Calendar> {
    let row = sqlx::query("SELECT timezone, business_hours FROM websites WHERE id = $1")
        .bind(website.to_string())
        .fetch_optional(tx.conn())
        .await?;
    match row {
        Some(row) => {
            let timezone: String = sqlx::Row::try_get(&row, "timezone")?;
            Ok(Calendar::new(&timezone, columns::json(&row, "business_hours")?))
        }
        None => Ok(Calendar::default()),
    }
}

/// The conversation's messages in order, as far as reports count them.
async fn lines(tx: &mut Tx, id: ConversationId) -> ApiResult<Vec<Line>> {
    let rows = sqlx::query(
        "SELECT kind, visibility, author_id, created_at FROM messages WHERE conversation_id = $1 ORDER BY seq",
    )
    .bind(id.to_string())
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                kind: columns::word(row, "kind")?,
                visibility: columns::word(row, "visibility")?,
                author_id: columns::maybe_id(row, "author_id")?,
                at: columns::instant(row, "created_at")?,
            })
        })
        .collect()
}
