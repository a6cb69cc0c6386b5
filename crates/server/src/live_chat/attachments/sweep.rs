//! Takes files away that nobody needs any more: those whose rows are gone, what was uploaded and never sent, and at a start what
//! a crash has left behind.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use switchboard_contract::time::Timestamp;
use uuid::Uuid;

use super::files::FileStore;
use super::rows;
use crate::db::Db;
use crate::problem::{ApiError, ApiResult};

/// Files that are taken away before the next look at the clock.
const BATCH: u32 = 100;
/// How long a file waits to be sent, in milliseconds: a day.
pub const UNSENT_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long a file without a row may be one that is just being uploaded.
const UNDER_WAY: Duration = Duration::from_secs(60 * 60);

/// Looks once, at a start, for what a crash has left behind.
pub(crate) async fn at_start(db: Db, files: Arc<dyn FileStore>) {
    if let Err(error) = orphans(&db, &files, SystemTime::now()).await {
        tracing::warn!(%error, "the files were not looked through; the next start tries again");
    }
}

/// Takes away what nobody needs at `now`.
///
/// # Errors
/// The failure of the database or of the store of files. What was taken away until then stays away.
pub async fn tidy(db: &Db, files: &Arc<dyn FileStore>, now: Timestamp) -> ApiResult<()> {
    let before = now.plus_millis(-UNSENT_MS);
    // Looked at first: a look changes nothing, and most of the time there is nothing.
    if db.read(move |tx| Box::pin(rows::has_unsent(tx, before))).await? {
        while db
            .write(move |tx| Box::pin(rows::forget_unsent(tx, before, BATCH)))
            .await?
            > 0
        {}
    }
    loop {
        let doomed = db.read(move |tx| Box::pin(rows::doomed(tx, BATCH))).await?;
        if doomed.is_empty() {
            return Ok(());
        }
        for file in doomed {
            files.remove(&file).await.map_err(ApiError::unavailable)?;
            db.write(move |tx| Box::pin(async move { rows::removed(tx, &file).await }))
                .await?;
        }
    }
}

/// Removes files that no row names and that nobody can be uploading at `now` any more.
///
/// # Errors
/// The failure of the database or of the store of files.
pub async fn orphans(db: &Db, files: &Arc<dyn FileStore>, now: SystemTime) -> ApiResult<()> {
    let all = files.all().await.map_err(ApiError::unavailable)?;
    let old = all.into_iter().filter(|kept| {
        now.duration_since(kept.written_at)
            .is_ok_and(|age| age > UNDER_WAY)
    });
    let old: Vec<String> = old.map(|kept| kept.name).collect();
    let named: Vec<Uuid> = old.iter().filter_map(|name| name.parse().ok()).collect();
    let known = db
        .read(move |tx| Box::pin(async move { rows::known(tx, &named).await }))
        .await?;
    for name in old {
        if !name.parse().is_ok_and(|name| known.contains(&name)) {
            files.remove(&name).await.map_err(ApiError::unavailable)?;
        }
    }
    Ok(())
}
