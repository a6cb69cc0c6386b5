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
//! | [`assign`] | handing out by a website's rule |
//! | [`lifecycle`] | what time does: closing, archiving, deletion, the end of a snooze |
//! | [`search`] | the index of words, and what is found by it |
//! | `order` | the orders of a list |
//! | [`attachments`] | files of messages |
//! | [`start`], [`transcript`] | an operator writes first; what was said as a document |
//! | [`conversations`], [`history`], [`send`], [`take_back`], [`change`], [`delete`], [`read`], [`labels`], [`canned_replies`], [`views`] | the routes |
//! | [`visitors`] | the people on the sites |

pub mod actions;
pub mod assign;
pub mod attachments;
pub mod canned_replies;
pub mod change;
pub mod conversations;
pub mod delete;
pub mod history;
pub mod labels;
pub mod ledger;
pub mod lifecycle;
pub mod lookups;
pub mod marks;
mod order;
pub mod read;
pub mod rows;
pub mod search;
pub mod send;
pub mod start;
mod store;
pub mod take_back;
pub mod tombstones;
pub mod transcript;
pub mod views;
pub mod visitors;
pub use axum::Router;
use axum::routing::{delete as on_delete, get, patch, post};

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route(
            "/api/live-chat/conversations",
            get(conversations::list).post(start::start).patch(change::change),
        )
        .route(
            "/api/live-chat/conversations/{id}",
            get(conversations::one).delete(delete::delete),
        )
        .route("/api/live-chat/conversations/{id}/messages", get(history::list))
        .route("/api/live-chat/conversations/{id}/read", post(read::mark))
        .route(
            "/api/live-chat/conversations/{id}/transcript",
            get(transcript::download),
        )
        .route(
            "/api/live-chat/conversations/{id}/transcript/mail",
            post(transcript::mail),
        )
        .route("/api/live-chat/messages", post(send::send))
        .route("/api/live-chat/messages/{id}", on_delete(take_back::take_back))
        .route("/api/live-chat/labels", get(labels::list).post(labels::create))
        .route(
            "/api/live-chat/labels/{id}",
            patch(labels::change).delete(labels::delete),
        )
        .route("/api/live-chat/labels/{id}/contents", get(labels::contents))
        .route(
            "/api/live-chat/canned-replies",
            get(canned_replies::list).post(canned_replies::create),
        )
        .route(
            "/api/live-chat/canned-replies/{id}",
            patch(canned_replies::change).delete(canned_replies::delete),
        )
        .route("/api/live-chat/views", get(views::list).post(views::create))
        .route(
            "/api/live-chat/views/{id}",
            patch(views::change).delete(views::delete),
        )
        .merge(attachments::router())
        .merge(visitors::router())
}
