//! The audit log: who changed what, when and from where, for owners. An entry is written in the transaction of the change, so that
//! neither is there without the other.
//!
//! | module | holds |
//! | --- | --- |
//! | [`record`] | [`Author`] and [`Deed`]: writing an entry |
//! | [`list`] | `GET /api/audit`, `GET /api/audit/export.csv` |

mod list;
pub mod record;

use axum::Router;
use axum::routing::get;

use crate::state::AppState;

pub use record::{Author, Deed, Whence};

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/audit", get(list::page))
        .route("/api/audit/export.csv", get(list::csv))
}
