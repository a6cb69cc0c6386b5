//! The people on the sites, for operators: `/api/visitors` (`protocol.md` *Live chat*).
//!
//! | module | holds |
//! | --- | --- |
//! | [`rows`] | finding somebody, and reading what belongs to them |
//! | [`list`] | who is there |
//! | [`details`] | everything about one person, for the panel and as an export |
//! | [`identity`] | name, address and phone; who is told of a change |
//! | [`block`] | whoever may no longer write |
//! | [`notes`] | what the team writes about somebody |
//! | [`erase`] | everything about a person goes |

pub mod block;
pub mod details;
pub mod erase;
pub mod identity;
pub mod list;
pub mod notes;
pub mod rows;

use axum::Router;
use axum::routing::{get, patch, post};

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/visitors", get(list::list))
        .route(
            "/api/visitors/{id}",
            get(details::show).patch(identity::change).delete(erase::erase),
        )
        .route("/api/visitors/{id}/block", post(block::block))
        .route("/api/visitors/{id}/export", get(details::export))
        .route("/api/visitors/{id}/notes", post(notes::create))
        .route(
            "/api/visitors/{id}/notes/{noteId}",
            patch(notes::change).delete(notes::delete),
        )
}
