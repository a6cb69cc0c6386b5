//! Who of a team is there, in the database, so that every server on it can tell: each writes what its own connections say, when
//! that changes and again before it stops to hold, and reads what the others have written, when they tell that it changed and every two
//! seconds. What a server wrote that is gone ends by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Row as _};
use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{AccountId, MemberId};
use switchboard_contract::realtime::PRESENCE_TTL_MS;
use switchboard_contract::time::Timestamp;
use tokio::time::{Instant, MissedTickBehavior};

use super::hub::Hub;
use super::presence::{self, Elsewhere};
use crate::clock::Clock;
use crate::db::{Db, Dialect, Tx, columns, lists};
use crate::problem::ApiResult;

/// How long what is written holds, in milliseconds.
const HOLDS_MS: i64 = 20_000;
/// After how long it is written again, in milliseconds.
const AGAIN_MS: i64 = 6_000;
/// How often to look whether it is time for that, and at what others have written without a word.
const EVERY: Duration = Duration::from_secs(2);
/// How often those are told again whom only other servers know.
const TOLD_AGAIN: Duration = Duration::from_millis(PRESENCE_TTL_MS / 2);

type Roll = BTreeMap<MemberId, (AccountId, Availability)>;

/// What this server has written.
#[derive(Debug, Default)]
struct Written {
    roll: Roll,
    at: Option<Timestamp>,
}

/// Writes who is here, and reads who is elsewhere, until the database is closed. Who has gone elsewhere is told after `grace`.
pub(crate) async fn run(db: Db, clock: Clock, hub: Arc<Hub>, grace: Duration) {
    let shared = db.dialect() == Dialect::Postgres;
    if !shared && let Err(error) = db.write(|tx| Box::pin(forget_all(tx))).await {
        tracing::warn!(%error, "who was there before the start is forgotten a little later");
    }
    let mut written = Written::default();
    let mut told = Instant::now();
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Which teams to read; all of them without a scope.
        let scope = tokio::select! {
            _ = ticks.tick() => Some(BTreeSet::new()),
            () = hub.presence().changed() => None,
            accounts = hub.attendance() => Some(accounts),
        };
        if db.is_closed() {
            return;
        }
        match tell(&db, clock.now(), hub.node(), hub.presence().all(), &mut written).await {
            Ok(changed) => hub.outgoing().attendance(changed),
            Err(error) => tracing::warn!(%error, "who is there was not written; it is tried again"),
        }
        if let Some(scope) = scope.filter(|_| shared) {
            let scope = Some(scope).filter(|scope| !scope.is_empty());
            match elsewhere(&db, hub.node(), scope.clone()).await {
                Ok(roll) => presence::hear(&hub, scope.as_ref(), roll, grace),
                Err(error) => tracing::warn!(%error, "who is there on other servers was not read"),
            }
            if told.elapsed() >= TOLD_AGAIN {
                told = Instant::now();
                presence::tell_strangers(&hub);
            }
        }
    }
}

/// Writes what of `roll` differs from what stands there, and all of it where that soon will not hold any more; the teams in which
/// something differs.
async fn tell(
    db: &Db,
    now: Timestamp,
    server: &str,
    roll: Roll,
    written: &mut Written,
) -> ApiResult<BTreeSet<AccountId>> {
    let is_old = written
        .at
        .is_none_or(|at| now.as_millis() - at.as_millis() >= AGAIN_MS);
    if roll == written.roll && (roll.is_empty() || !is_old) {
        return Ok(BTreeSet::new());
    }
    let gone: Vec<(MemberId, AccountId)> = written
        .roll
        .iter()
        .filter(|(member, (account, _))| roll.get(member).is_none_or(|(now, _)| now != account))
        .map(|(member, (account, _))| (*member, *account))
        .collect();
    let new: Roll = roll
        .iter()
        .filter(|(member, said)| written.roll.get(member) != Some(said))
        .map(|(member, said)| (*member, *said))
        .collect();
    let changed = gone
        .iter()
        .map(|(_, account)| *account)
        .chain(new.values().map(|(account, _)| *account))
        .collect();
    let (server, stands) = (server.to_owned(), roll.clone());
    db.write(move |tx| Box::pin(async move { put(tx, &server, &stands, &new, &gone, is_old).await }))
        .await?;
    let at = if is_old { Some(now) } else { written.at };
    *written = Written { roll, at };
    Ok(changed)
}

async fn put(
    tx: &mut Tx,
    server: &str,
    all: &Roll,
    new: &Roll,
    gone: &[(MemberId, AccountId)],
    is_old: bool,
) -> ApiResult<()> {
    let now = tx.now();
    let until = now.plus_millis(HOLDS_MS).as_millis();
    for (member, _) in gone {
        sqlx::query("DELETE FROM attendance WHERE server = $1 AND member_id = $2")
            .bind(server.to_owned())
            .bind(member.to_string())
            .execute(tx.conn())
            .await?;
    }
    insert(tx, server, new, until).await?;
    if is_old {
        sqlx::query("DELETE FROM attendance WHERE until_at <= $1")
            .bind(now.as_millis())
            .execute(tx.conn())
            .await?;
        let held = sqlx::query("UPDATE attendance SET until_at = $1 WHERE server = $2")
            .bind(until)
            .bind(server.to_owned())
            .execute(tx.conn())
            .await?;
        // After a pause that was too long nothing stood there to hold on.
        if usize::try_from(held.rows_affected()).ok() != Some(all.len()) {
            insert(tx, server, all, until).await?;
        }
    }
    Ok(())
}

async fn insert(tx: &mut Tx, server: &str, roll: &Roll, until: i64) -> ApiResult<()> {
    for (member, (account, availability)) in roll {
        sqlx::query(
            "INSERT INTO attendance (server, member_id, account_id, availability, until_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (server, member_id) DO UPDATE SET account_id = excluded.account_id, \
             availability = excluded.availability, until_at = excluded.until_at",
        )
        .bind(server.to_owned())
        .bind(member.to_string())
        .bind(account.to_string())
        .bind(columns::to_word(availability)?)
        .bind(until)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// What the other servers say, of these accounts or of all.
async fn elsewhere(db: &Db, server: &str, scope: Option<BTreeSet<AccountId>>) -> ApiResult<Elsewhere> {
    let server = server.to_owned();
    db.read(move |tx| {
        Box::pin(async move {
            let mut roll = Elsewhere::new();
            match scope {
                None => read(tx, &server, &[], &mut roll).await?,
                Some(accounts) => {
                    let accounts: Vec<AccountId> = accounts.into_iter().collect();
                    for some in lists::chunks(&accounts) {
                        read(tx, &server, &some, &mut roll).await?;
                    }
                }
            }
            Ok(roll)
        })
    })
    .await
}

/// Adds what the other servers say of these accounts; of all when none is named.
async fn read(tx: &mut Tx, server: &str, accounts: &[AccountId], roll: &mut Elsewhere) -> ApiResult<()> {
    let named = if accounts.is_empty() {
        String::new()
    } else {
        let places: Vec<String> = (3..3 + accounts.len()).map(|place| format!("${place}")).collect();
        format!(" AND a.account_id IN ({})", places.join(", "))
    };
    let sql = format!(
        "SELECT a.account_id, a.member_id, a.availability, m.name FROM attendance a JOIN members m ON m.id = a.member_id \
         WHERE a.server <> $1 AND a.until_at > $2{named}"
    );
    let mut query = sqlx::query(AssertSqlSafe(sql))
        .bind(server.to_owned())
        .bind(tx.now().as_millis());
    for account in accounts {
        query = query.bind(account.to_string());
    }
    for row in query.fetch_all(tx.conn()).await? {
        let key = (columns::id(&row, "account_id")?, columns::id(&row, "member_id")?);
        let said: Availability = columns::word(&row, "availability")?;
        let name: String = row.try_get("name")?;
        let best = roll.entry(key).or_insert((name, said));
        best.1 = presence::best(best.1, said);
    }
    Ok(())
}

/// A file has one server: whoever it knew of is gone with the one before.
async fn forget_all(tx: &mut Tx) -> ApiResult<()> {
    sqlx::query("DELETE FROM attendance").execute(tx.conn()).await?;
    Ok(())
}
