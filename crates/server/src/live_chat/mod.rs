//! Conversations, messages and people, for operators (`protocol.md` *Live chat*). The visitor's side reads and writes
//! the same rows through [`rows`], [`history`] and [`ledger`].
//!
//! | module | holds |
//! | --- | --- |
//! | [`rows`] | reading conversations, messages and visitors |
//! | [`ledger`] | everything that one transaction does to one conversation, events included |
//! | [`lookups`] | what has to be known before a message is accepted |
//! | [`conversations`], [`history`], [`send`], [`people`] | the routes |

pub mod conversations;
pub mod history;
pub mod ledger;
pub mod lookups;
pub mod people;
pub mod rows;
pub mod send;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/live-chat/conversations", get(conversations::list))
        .route("/api/live-chat/conversations/{id}", get(conversations::one))
        .route("/api/live-chat/conversations/{id}/messages", get(history::list))
        .route("/api/live-chat/messages", post(send::send))
        .route("/api/visitors", get(people::list))
}
