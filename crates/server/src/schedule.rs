//! What happens by time: every work that comes again by itself, in one list, and the loop that they share.
//!
//! Of several servers on one database one does a work at a time: it claims it for a while, holds the claim on as long as it lives, and
//! lets go of it when it stops. That saves the others the effort and nothing more: each step is taken under locks of its own and looks
//! again at what it found, so that a server that was thought to be dead does no harm when it wakes up. An SQLite file has one server,
//! which claims nothing.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Row as _;
use switchboard_contract::time::Timestamp;
use tokio::time::MissedTickBehavior;

use crate::clock::Clock;
use crate::db::{Db, Dialect, Tx, columns};
use crate::live_chat::attachments::sweep;
use crate::live_chat::{lifecycle, search};
use crate::problem::ApiResult;
use crate::state::AppState;
use crate::visitor::follow_up;
use crate::website::{erase, silence};
use crate::{analytics, upkeep, webhooks};

/// How long a claim holds, in milliseconds: so long after a server has died the next one goes on.
const HOLDS_MS: i64 = 15_000;
/// What is left of a claim when it is held on, in milliseconds.
const HOLD_ON_MS: i64 = 10_000;
/// How long to wait after a failure of what goes on until it is done.
const PAUSE: Duration = Duration::from_secs(5);
/// How often to look whether another server is done with it, or gone.
const LOOK: Duration = Duration::from_secs(5);

/// Begins everything that happens by time, until the database is closed.
pub(crate) fn begin(state: &AppState) {
    let work = |name| Work::new(&state.db, &state.clock, state.hub.node(), name);

    // Steps of conversations' lives; each comes at most this late.
    let (db, clock) = (state.db.clone(), state.clock.clone());
    work("lifecycle").again(Duration::from_secs(1), move || {
        let (db, now) = (db.clone(), clock.now());
        async move { lifecycle::advance(&db, now).await }
    });
    let (db, clock) = (state.db.clone(), state.clock.clone());
    work("silence").again(Duration::from_secs(5), move || {
        let (db, now) = (db.clone(), clock.now());
        async move { silence::advance(&db, now).await }
    });
    let (db, clock) = (state.db.clone(), state.clock.clone());
    work("erase-websites").again(Duration::from_secs(2), move || {
        let (db, now) = (db.clone(), clock.now());
        async move { erase::empty_all(&db, now).await }
    });
    let (db, clock) = (state.db.clone(), state.clock.clone());
    work("pack-days").again(Duration::from_secs(20), move || {
        let (db, now) = (db.clone(), clock.now());
        async move { analytics::days::pack_resting(&db, now).await }
    });
    let (db, clock, mailer) = (state.db.clone(), state.clock.clone(), Arc::clone(&state.mailer));
    let url: Arc<str> = state.config.public_url.as_str().into();
    work("follow-up").again(Duration::from_secs(2), move || {
        let (db, now, mailer, url) = (db.clone(), clock.now(), Arc::clone(&mailer), Arc::clone(&url));
        async move {
            if follow_up::write(&db, now, &url).await? > 0 {
                mailer.wake();
            }
            Ok(())
        }
    });
    let (db, clock, logs) = (state.db.clone(), state.clock.clone(), state.config.logs.clone());
    work("upkeep").again(Duration::from_secs(10 * 60), move || {
        let (db, now, logs) = (db.clone(), clock.now(), logs.clone());
        async move { upkeep::tidy(&db, now, &logs).await }
    });
    let clock = state.clock.clone();
    let sender = webhooks::advance::Sender {
        db: state.db.clone(),
        clock: state.clock.clone(),
        keys: Arc::clone(&state.keys),
        config: Arc::clone(&state.config),
        mailer: Arc::clone(&state.mailer),
    };
    work("webhooks").again(Duration::from_secs(1), move || {
        let (sender, now) = (sender.clone(), clock.now());
        async move { webhooks::advance::advance(&sender, now).await }
    });
    let (db, clock, files) = (state.db.clone(), state.clock.clone(), Arc::clone(&state.files));
    work("sweep-files").again(Duration::from_secs(2), move || {
        let (db, now, files) = (db.clone(), clock.now(), Arc::clone(&files));
        async move { sweep::tidy(&db, &files, now).await }
    });

    let db = state.db.clone();
    work("index-older").until_done(move || {
        let db = db.clone();
        async move { search::backlog::step(&db).await }
    });
    let db = state.db.clone();
    work("count-older").until_done(move || {
        let db = db.clone();
        async move { analytics::backlog::step(&db).await }
    });
}

/// Lets go of what this server has claimed, so that the next one goes on at once.
///
/// # Errors
/// The database's failure.
pub async fn let_go(db: &Db, node: &str) -> ApiResult<()> {
    if db.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let node = node.to_owned();
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query("DELETE FROM claims WHERE node = $1")
                .bind(node)
                .execute(tx.conn())
                .await?;
            Ok(())
        })
    })
    .await
}

/// A work that one server does at a time.
struct Work {
    db: Db,
    clock: Clock,
    node: String,
    name: &'static str,
    /// Until when this server's claim holds.
    until: Option<Timestamp>,
}

impl Work {
    fn new(db: &Db, clock: &Clock, node: &str, name: &'static str) -> Self {
        Self {
            db: db.clone(),
            clock: clock.clone(),
            node: node.to_owned(),
            name,
            until: None,
        }
    }

    /// Takes a step every so often. One that fails is tried again with the next look.
    fn again<S, F>(mut self, every: Duration, step: S)
    where
        S: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = ApiResult<()>> + Send + 'static,
    {
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                if self.db.is_closed() {
                    return;
                }
                if let Err(error) = self.step(&step).await {
                    tracing::warn!(%error, work = self.name, "what is due was not all done; the next look goes on");
                }
            }
        });
    }

    /// Takes one step after the other until there is none left.
    fn until_done<S, F>(mut self, step: S)
    where
        S: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = ApiResult<bool>> + Send + 'static,
    {
        tokio::spawn(async move {
            while !self.db.is_closed() {
                match self.step(&step).await {
                    Ok(Some(true)) => {}
                    Ok(Some(false)) => return,
                    Ok(None) => tokio::time::sleep(LOOK).await,
                    Err(error) => {
                        tracing::warn!(%error, work = self.name, "not all of it is done yet; it goes on in a moment");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        });
    }

    /// Takes a step if this server has the work, and holds the claim on meanwhile; none when another server has it.
    async fn step<S, F, T>(&mut self, step: &S) -> ApiResult<Option<T>>
    where
        S: Fn() -> F,
        F: Future<Output = ApiResult<T>>,
    {
        if !self.is_ours().await? {
            return Ok(None);
        }
        let mut running = pin!(step());
        loop {
            let pause = tokio::time::sleep(Duration::from_millis(HOLD_ON_MS.unsigned_abs() / 2));
            tokio::select! {
                done = &mut running => return done.map(Some),
                () = pause => if !self.is_ours().await? {
                    return Ok(None);
                }
            }
        }
    }

    /// Whether this server has the work, now and for a while.
    async fn is_ours(&mut self) -> ApiResult<bool> {
        if self.db.dialect() == Dialect::Sqlite {
            return Ok(true);
        }
        let now = self.clock.now();
        if self
            .until
            .is_some_and(|until| until.as_millis() - now.as_millis() > HOLD_ON_MS)
        {
            return Ok(true);
        }
        let (node, name) = (self.node.clone(), self.name);
        // A look writes nothing, and mostly it is all that the others do.
        let is_taken = self.until.is_none() && {
            let node = node.clone();
            self.db
                .read(move |tx| Box::pin(async move { is_taken(tx, &node, name).await }))
                .await?
        };
        self.until = None;
        if !is_taken {
            self.until = self
                .db
                .write(move |tx| Box::pin(async move { claim(tx, &node, name).await }))
                .await?;
        }
        Ok(self.until.is_some())
    }
}

async fn is_taken(tx: &mut Tx, node: &str, work: &str) -> ApiResult<bool> {
    let row = sqlx::query("SELECT node, until_at FROM claims WHERE work = $1")
        .bind(work.to_owned())
        .fetch_optional(tx.conn())
        .await?;
    let Some(row) = row else { return Ok(false) };
    Ok(row.try_get::<String, _>("node")? != node && columns::instant(&row, "until_at")? > tx.now())
}

/// Claims a work, or holds it on: until when that holds; none when another server was first.
async fn claim(tx: &mut Tx, node: &str, work: &str) -> ApiResult<Option<Timestamp>> {
    let now = tx.now();
    let until = now.plus_millis(HOLDS_MS);
    let claimed = sqlx::query(
        "INSERT INTO claims (work, node, until_at) VALUES ($1, $2, $3) ON CONFLICT (work) DO UPDATE \
         SET node = excluded.node, until_at = excluded.until_at WHERE claims.node = excluded.node OR claims.until_at <= $4",
    )
    .bind(work.to_owned())
    .bind(node.to_owned())
    .bind(until.as_millis())
    .bind(now.as_millis())
    .execute(tx.conn())
    .await?;
    Ok((claimed.rows_affected() == 1).then_some(until))
}
