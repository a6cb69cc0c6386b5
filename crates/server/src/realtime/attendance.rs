//! Who of a team is there, in the database, so that every server on it can tell: each writes what its own connections say, when
//! that changes and again before it stops to hold. What a server wrote that is gone ends by itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{AccountId, MemberId};
use switchboard_contract::time::Timestamp;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::hub::Hub;
use crate::clock::Clock;
use crate::db::{Db, Dialect, Tx, columns};
use crate::problem::ApiResult;

/// How long what is written holds, in milliseconds.
const HOLDS_MS: i64 = 20_000;
/// After how long it is written again, in milliseconds.
const AGAIN_MS: i64 = 6_000;
/// How often to look whether it is time for that.
const EVERY: Duration = Duration::from_secs(1);

type Roll = BTreeMap<MemberId, (AccountId, Availability)>;

/// What this server has written.
#[derive(Debug, Default)]
struct Written {
    roll: Roll,
    at: Option<Timestamp>,
}

/// Writes who is there until the database is closed.
pub(crate) async fn run(db: Db, clock: Clock, hub: Arc<Hub>) {
    let server = Uuid::new_v4().to_string();
    if db.dialect() == Dialect::Sqlite
        && let Err(error) = db.write(|tx| Box::pin(forget_all(tx))).await
    {
        tracing::warn!(%error, "who was there before the start is forgotten a little later");
    }
    let mut written = Written::default();
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = hub.presence().changed() => {}
        }
        if db.is_closed() {
            return;
        }
        if let Err(error) = tell(&db, clock.now(), &server, hub.presence().all(), &mut written).await {
            tracing::warn!(%error, "who is there was not written; it is tried again");
        }
    }
}

/// Writes `roll` where it differs from what stands there, or soon will not hold any more.
async fn tell(db: &Db, now: Timestamp, server: &str, roll: Roll, written: &mut Written) -> ApiResult<()> {
    let is_old = written
        .at
        .is_none_or(|at| now.as_millis() - at.as_millis() >= AGAIN_MS);
    if roll == written.roll && (roll.is_empty() || !is_old) {
        return Ok(());
    }
    let (server, stands) = (server.to_owned(), roll.clone());
    db.write(move |tx| Box::pin(async move { put(tx, &server, &stands).await }))
        .await?;
    *written = Written { roll, at: Some(now) };
    Ok(())
}

async fn put(tx: &mut Tx, server: &str, roll: &Roll) -> ApiResult<()> {
    let now = tx.now();
    sqlx::query("DELETE FROM attendance WHERE server = $1 OR until_at <= $2")
        .bind(server.to_owned())
        .bind(now.as_millis())
        .execute(tx.conn())
        .await?;
    for (member, (account, availability)) in roll {
        sqlx::query(
            "INSERT INTO attendance (server, member_id, account_id, availability, until_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(server.to_owned())
        .bind(member.to_string())
        .bind(account.to_string())
        .bind(columns::to_word(availability)?)
        .bind(now.plus_millis(HOLDS_MS).as_millis())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// A file has one server: whoever it knew of is gone with the one before.
async fn forget_all(tx: &mut Tx) -> ApiResult<()> {
    sqlx::query("DELETE FROM attendance").execute(tx.conn()).await?;
    Ok(())
}
