//! Conversations, messages and people, for operators (`protocol.md` *Live chat*). The visitor's side reads and writes
//! the same rows through [`rows`], [`history`] and [`ledger`].
//!
//! | module | holds |
//! | --- | --- |
//! | [`rows`] | reading conversations, messages and visitors |
//! | [`ledger`] | everything that one transaction does to one conversation, events included |
//! | `store` | the ledger's statements |
//! | [`words`] | the notices of steps |
//! | [`lookups`] | what has to be known before a message is accepted |
//! | [`actions`] | results that are kept for repeats |
//! | [`marks`] | delivered and read |
//! | [`tombstones`] | what is remembered of deleted conversations |
//! | [`lifecycle`] | what time does: closing, archiving, deletion, the end of a snooze |
//! | [`conversations`], [`history`], [`send`], [`take_back`], [`change`], [`delete`], [`read`], [`labels`] | the routes |
//! | [`visitors`] | the people on the sites |

pub mod actions;
pub mod change;
pub mod conversations;
pub mod delete;
pub mod history;
pub mod labels;
pub mod ledger;
pub mod lifecycle;
pub mod lookups;
pub mod marks;
pub mod read;
pub mod rows;
pub mod send;
mod store;
pub mod take_back;
pub mod tombstones;
pub mod visitors;
pub use axum::Router;
use axum::routing::{delete as on_delete, get, patch, post};

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route(
            "/api/live-chat/conversations",
            get(conversations::list).patch(change::change),
        )
        .route(
            "/api/live-chat/conversations/{id}",
            get(conversations::one).delete(delete::delete),
        )
        .route("/api/live-chat/conversations/{id}/messages", get(history::list))
        .route("/api/live-chat/conversations/{id}/read", post(read::mark))
        .route("/api/live-chat/messages", post(send::send))
        .route("/api/live-chat/messages/{id}", on_delete(take_back::take_back))
        .route("/api/live-chat/labels", get(labels::list).post(labels::create))
        .route(
            "/api/live-chat/labels/{id}",
            patch(labels::change).delete(labels::delete),
        )
        .merge(visitors::router())
}
