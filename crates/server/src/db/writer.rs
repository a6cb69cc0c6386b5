//! SQLite's one writer: a task that takes jobs from a queue and commits several of them at once. Each job runs in a
//! savepoint of its own, so one that fails takes nothing with it, and hears of its result only after the commit.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::{AnyPool, Executor};
use tokio::sync::{mpsc, oneshot};

use super::{Dialect, Tx};
use crate::clock::Clock;
use crate::problem::{ApiError, ApiResult};
use crate::realtime::hub::Hub;

/// Most jobs in one commit: bounds how long the first one waits.
const GROUP: usize = 64;
/// Most jobs that may wait; a full queue makes callers wait their turn.
const WAITING: usize = 1024;

/// A job that has run and waits for the commit.
struct Ran {
    succeeded: bool,
    /// Tells the caller; true when the commit held.
    reply: Box<dyn FnOnce(bool) + Send>,
}

type Job = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Ran> + Send>;

/// The way to the writer; clones share it. The task ends when the last one is gone.
#[derive(Clone)]
pub(super) struct Queue(mpsc::Sender<Job>);

impl Queue {
    /// Starts the writer on `pool`, which has a single connection.
    pub(super) fn start(pool: AnyPool, clock: Clock, hub: Arc<Hub>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(write_all(pool, receiver, clock, hub));
        Self(sender)
    }

    /// Runs `job` and answers after its commit.
    pub(super) async fn run<T, F>(&self, job: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, ApiResult<T>> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel::<ApiResult<T>>();
        let job: Job = Box::new(move |tx| {
            Box::pin(async move {
                let result = job(tx).await;
                Ran {
                    succeeded: result.is_ok(),
                    reply: Box::new(move |committed| {
                        let answer = match result {
                            Ok(_) if !committed => Err(ApiError::unavailable("the commit failed")),
                            result => result,
                        };
                        // The caller may have gone away; the write stands all the same.
                        let _ = sender.send(answer);
                    }),
                }
            })
        });
        self.0
            .send(job)
            .await
            .map_err(|_| ApiError::unavailable("the writer has stopped"))?;
        receiver
            .await
            .map_err(|_| ApiError::unavailable("the writer dropped a job"))?
    }
}

async fn write_all(pool: AnyPool, mut jobs: mpsc::Receiver<Job>, clock: Clock, hub: Arc<Hub>) {
    while let Some(first) = jobs.recv().await {
        let tx = match pool.begin_with("BEGIN IMMEDIATE").await {
            Ok(inner) => Tx {
                inner,
                dialect: Dialect::Sqlite,
                now: clock.now(),
                wakes: Vec::new(),
                counted: Vec::new(),
            },
            // What still runs while the server ends has nothing to say.
            Err(sqlx::Error::PoolClosed) => continue,
            Err(error) => {
                // Dropping the job tells its caller that the database is not available.
                tracing::error!(%error, "cannot begin a transaction");
                continue;
            }
        };
        if let Err(error) = write_group(tx, first, &mut jobs, &clock, &hub).await {
            tracing::error!(%error, "a group of writes was rolled back");
        }
    }
    pool.close().await;
}

async fn write_group(
    mut tx: Tx,
    first: Job,
    jobs: &mut mpsc::Receiver<Job>,
    clock: &Clock,
    hub: &Hub,
) -> Result<(), sqlx::Error> {
    let mut done = Vec::new();
    let mut next = Some(first);
    let mut ran_jobs = 0;
    while let Some(job) = next {
        tx.now = clock.now();
        if let Some(ran) = run_in_savepoint(&mut tx, job).await? {
            done.push(ran);
        }
        ran_jobs += 1;
        next = if ran_jobs < GROUP {
            jobs.try_recv().ok()
        } else {
            None
        };
    }
    let committed = tx.inner.commit().await;
    for ran in done {
        (ran.reply)(committed.is_ok());
    }
    committed?;
    for stream in tx.wakes {
        hub.wake(stream);
    }
    hub.counted(tx.counted);
    Ok(())
}

/// Runs one job; none when it panicked, which its caller then hears as a failure.
async fn run_in_savepoint(tx: &mut Tx, job: Job) -> Result<Option<Ran>, sqlx::Error> {
    let (wakes, counted) = (tx.wakes.len(), tx.counted.len());
    tx.conn().execute("SAVEPOINT job").await?;
    let ran = AssertUnwindSafe(async { job(tx).await })
        .catch_unwind()
        .await
        .ok();
    if !ran.as_ref().is_some_and(|ran| ran.succeeded) {
        tx.wakes.truncate(wakes);
        tx.counted.truncate(counted);
        tx.conn().execute("ROLLBACK TO job").await?;
    }
    tx.conn().execute("RELEASE job").await?;
    Ok(ran)
}
