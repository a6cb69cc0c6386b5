//! Reports (`protocol.md` *Analytics*). What a metric is, and how occurrences are tallied, is decided by
//! `switchboard_contract::analytics` and `switchboard_domain::analytics`; here facts are kept and found.
//!
//! | module | holds |
//! | --- | --- |
//! | [`ingest`], [`visits`] | what chat and page beats call: facts are written in the transaction of what happens |
//! | [`backlog`] | counts what was there before |
//! | `rows`, [`days`] | facts as rows; the facts of a range, packed by day |
//! | `ask` | what is asked, by whom, of which websites |
//! | `reports`, `tables`, `export` | the routes |
//! | `tell` | live figures: `metrics` signals |

mod ask;
pub mod backlog;
pub mod days;
mod export;
pub(crate) mod ingest;
mod reports;
mod rows;
mod tables;
mod tell;
pub(crate) mod visits;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use switchboard_contract::ids::AccountId;
use switchboard_domain::analytics::fact::Fact;

use crate::db::{Db, Tx};
use crate::problem::ApiResult;
use crate::realtime::hub::Hub;
use crate::state::AppState;

/// Keeps a fact that was made up.
///
/// # Errors
/// The database's failure.
pub(crate) async fn keep_generated(tx: &mut Tx, account: AccountId, fact: &Fact) -> ApiResult<()> {
    rows::put(tx, account, fact).await?;
    days::changed(tx, fact).await
}

/// The routes of reports.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/analytics/overview", get(reports::overview))
        .route("/api/analytics/series", get(reports::series))
        .route("/api/analytics/heatmap", get(reports::heatmap))
        .route("/api/analytics/histogram", get(reports::histogram))
        .route("/api/analytics/breakdown", get(tables::breakdown))
        .route("/api/analytics/conversations", get(tables::rows))
        .route("/api/analytics/export.csv", get(export::csv))
}

/// Tells live figures to the sockets of this server until the database is closed.
pub(crate) fn start(db: &Db, hub: &Arc<Hub>) {
    tokio::spawn(tell::run(db.clone(), Arc::clone(hub)));
}
