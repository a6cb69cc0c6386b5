//! Hands out conversations by a website's rule (`switchboard_domain::assignment`): in the transaction in which one begins, and
//! later where nobody could take it. Whoever hands out holds the account's [`Lock::Assignment`], so that what each member has is
//! counted by one at a time, on however many servers.

use std::collections::BTreeSet;

use sqlx::Row;
use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{AccountId, ConversationId, MemberId, WebsiteId};
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::{Assignment, AssignmentMode};
use switchboard_domain::assignment::{self, Candidate};
use switchboard_domain::audience::Rights;
use switchboard_domain::conversation::Step;
use switchboard_domain::words;

use super::ledger::Ledger;
use super::rows;
use crate::db::{Db, Lock, Tx, columns};
use crate::problem::ApiResult;
use crate::website::rows::read_assignment;

/// Conversations of one website that are handed out in one go.
const BATCH: usize = 100;

/// The right to hand out one conversation of a website.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// People do it themselves.
    ByHand,
    /// The rule does, and this transaction holds the lock.
    Now(Assignment),
    /// The rule does, in a transaction of its own.
    Later,
}

impl Turn {
    /// Takes the right to hand out, where the website has a rule and `is_due`. Before visitors and conversations are locked.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn take(tx: &mut Tx, account: AccountId, website: WebsiteId, is_due: bool) -> ApiResult<Self> {
        let rule = rule(tx, website).await?;
        if rule.mode == AssignmentMode::Manual {
            return Ok(Self::ByHand);
        }
        if !is_due {
            return Ok(Self::Later);
        }
        tx.lock(Lock::Assignment(account)).await?;
        Ok(Self::Now(rule))
    }
}

async fn rule(tx: &mut Tx, website: WebsiteId) -> ApiResult<Assignment> {
    let row = sqlx::query("SELECT assignment, assignment_cap FROM websites WHERE id = $1")
        .bind(website.to_string())
        .fetch_one(tx.conn())
        .await?;
    read_assignment(&row)
}

/// Puts someone in charge of a conversation that has just begun, or begun again; where nobody can take it, it waits.
///
/// # Errors
/// The database's failure.
pub async fn hand_out(
    tx: &mut Tx,
    account: AccountId,
    website: WebsiteId,
    turn: Turn,
    ledger: &mut Ledger,
) -> ApiResult<()> {
    if !ledger.state().needs_assignee() {
        return Ok(());
    }
    match turn {
        Turn::ByHand => {}
        Turn::Later => ledger.await_assignee(),
        Turn::Now(rule) => {
            if !give(tx, account, website, rule, ledger).await? {
                ledger.await_assignee();
            }
        }
    }
    Ok(())
}

/// An operator has opened a conversation again that nobody is in charge of: where the website has a rule, it is handed out at
/// the next look. The account's lock would come after those of its visitor and its conversation, in an order nobody else keeps.
///
/// # Errors
/// The database's failure.
pub async fn leave_to_the_rule(
    tx: &mut Tx,
    account: AccountId,
    website: WebsiteId,
    ledger: &mut Ledger,
) -> ApiResult<()> {
    let turn = Turn::take(tx, account, website, false).await?;
    hand_out(tx, account, website, turn, ledger).await
}

/// Gives it to whoever is chosen; false when nobody can take it.
async fn give(
    tx: &mut Tx,
    account: AccountId,
    website: WebsiteId,
    rule: Assignment,
    ledger: &mut Ledger,
) -> ApiResult<bool> {
    let team = present(tx, account, website).await?;
    let candidates: Vec<Candidate> = team.iter().map(|(candidate, _)| candidate.clone()).collect();
    let last = last_turn(tx, website).await?;
    let Some(chosen) = assignment::choose(rule, website, &candidates, last) else {
        return Ok(false);
    };
    sqlx::query(
        "INSERT INTO assignment_turns (website_id, member_id) VALUES ($1, $2) \
         ON CONFLICT (website_id) DO UPDATE SET member_id = excluded.member_id",
    )
    .bind(website.to_string())
    .bind(chosen.to_string())
    .execute(tx.conn())
    .await?;
    let name = team
        .iter()
        .find(|(candidate, _)| candidate.id == chosen)
        .map_or("", |(_, name)| name.as_str());
    ledger.take(&Step::Assign(Some(chosen)), Some(words::assigned_by_rule(name)))?;
    Ok(true)
}

async fn last_turn(tx: &mut Tx, website: WebsiteId) -> ApiResult<Option<MemberId>> {
    sqlx::query("SELECT member_id FROM assignment_turns WHERE website_id = $1")
        .bind(website.to_string())
        .fetch_optional(tx.conn())
        .await?
        .map(|row| columns::id(&row, "member_id"))
        .transpose()
}

/// Those of the team who are available, with their names. What they see is told of this website only.
async fn present(tx: &mut Tx, account: AccountId, website: WebsiteId) -> ApiResult<Vec<(Candidate, String)>> {
    let now = tx.now().as_millis();
    let rows = sqlx::query(
        "SELECT m.id, m.name, m.role, m.load_cap, \
         (SELECT COUNT(*) FROM member_websites s WHERE s.member_id = m.id AND s.website_id = $1) AS sees, \
         (SELECT COUNT(*) FROM conversations c WHERE c.assignee_id = m.id AND c.status = 'open') AS open \
         FROM members m WHERE m.account_id = $2 AND m.removed_at IS NULL AND m.id IN \
         (SELECT t.member_id FROM attendance t WHERE t.account_id = $2 AND t.availability = $3 AND t.until_at > $4)",
    )
    .bind(website.to_string())
    .bind(account.to_string())
    .bind(columns::to_word(&Availability::Available)?)
    .bind(now)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            let rights = if Rights::are_all(columns::word(row, "role")?) {
                Rights::All
            } else if columns::count(row, "sees")? > 0 {
                Rights::Websites(BTreeSet::from([website]))
            } else {
                Rights::Websites(BTreeSet::new())
            };
            let candidate = Candidate {
                id: columns::id(row, "id")?,
                rights,
                availability: Availability::Available,
                open: columns::count(row, "open")?,
                load_cap: columns::maybe_number(row, "load_cap")?,
            };
            Ok((candidate, row.try_get("name")?))
        })
        .collect()
}

/// Hands out what waits, the oldest of each website first, as far as someone can take it.
///
/// # Errors
/// The first failure; it keeps no other website back.
pub async fn hand_out_waiting(db: &Db, now: Timestamp) -> ApiResult<()> {
    let websites = db
        .read(move |tx| Box::pin(async move { waiting(tx, now).await }))
        .await?;
    let mut outcome = Ok(());
    for (account, website) in websites {
        for _ in 0..BATCH {
            let given = db
                .write(move |tx| Box::pin(async move { oldest(tx, account, website).await }))
                .await;
            match given {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    outcome = outcome.and(Err(error));
                    break;
                }
            }
        }
    }
    outcome
}

/// The websites where conversations wait and someone of the team is available.
async fn waiting(tx: &mut Tx, now: Timestamp) -> ApiResult<Vec<(AccountId, WebsiteId)>> {
    let rows = sqlx::query(
        "SELECT DISTINCT w.account_id, w.id FROM conversations c JOIN websites w ON w.id = c.website_id \
         WHERE c.awaits_assignee = 1 AND w.assignment <> 'manual' AND w.deleted_at IS NULL AND EXISTS \
         (SELECT 1 FROM attendance t WHERE t.account_id = w.account_id AND t.availability = $1 AND t.until_at > $2)",
    )
    .bind(columns::to_word(&Availability::Available)?)
    .bind(now.as_millis())
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| Ok((columns::id(row, "account_id")?, columns::id(row, "id")?)))
        .collect()
}

/// Hands out the oldest that waits; false when none does, or nobody can take it.
async fn oldest(tx: &mut Tx, account: AccountId, website: WebsiteId) -> ApiResult<bool> {
    let Turn::Now(rule) = Turn::take(tx, account, website, true).await? else {
        return Ok(false);
    };
    let row = sqlx::query(
        "SELECT id FROM conversations WHERE website_id = $1 AND awaits_assignee = 1 ORDER BY started_at, id LIMIT 1",
    )
    .bind(website.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(false) };
    let id: ConversationId = columns::id(&row, "id")?;
    let Some(seen) = rows::conversation(tx, account, id).await? else {
        return Ok(false);
    };
    tx.lock(Lock::Visitor(seen.wire.user_id)).await?;
    tx.lock(Lock::Conversation(id)).await?;
    // Again, now that nobody else can change it.
    let stored = rows::conversation(tx, account, id).await?;
    let Some(stored) = stored.filter(|stored| stored.awaits_assignee && stored.state().needs_assignee())
    else {
        // Somebody took, closed or deleted it just now: the next look finds another one.
        return Ok(false);
    };
    let mut ledger = Ledger::resume(tx, account, stored);
    let given = give(tx, account, website, rule, &mut ledger).await?;
    if given {
        ledger.store(tx).await?;
    }
    Ok(given)
}
