//! The visitor's side (`protocol.md` *Visitor side*): what the loader on the host page and the frame call.
//!
//! | module | holds |
//! | --- | --- |
//! | [`sessions`] | a visit begins; the frame gets its token |
//! | [`messages`] | reading and writing |
//! | [`rating`] | what the visitor thought of a conversation |
//! | [`read`] | what the visitor has read |
//! | [`typing`] | what the visitor is writing |
//! | [`beat`] | which page the visitor looks at |
//! | [`user_agent`] | browser, system and device by name |

pub mod beat;
pub mod messages;
pub mod rating;
pub mod read;
pub mod sessions;
pub mod typing;
pub mod user_agent;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/visitor/sessions", post(sessions::start))
        .route("/api/visitor/frame", post(sessions::open_frame))
        .route("/api/visitor/messages", get(messages::list).post(messages::send))
        .route("/api/visitor/page", post(beat::page))
        .route("/api/visitor/rating", post(rating::rate))
        .route("/api/visitor/read", post(read::mark))
        .route("/api/visitor/typing", post(typing::tell))
}
