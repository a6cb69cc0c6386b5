//! Websites and their funnels.
//!
//! | module | holds |
//! | --- | --- |
//! | [`rows`] | reading websites and funnels |
//! | [`status`] | what the loader's beats say about a website |
//! | [`list`] | `GET /api/websites` |

pub mod list;
pub mod rows;
pub mod status;

use axum::Router;
use axum::routing::get;

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new().route("/api/websites", get(list::list))
}
