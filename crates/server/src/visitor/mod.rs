//! The visitor's side (`protocol.md` *Visitor side*): what the loader on the host page and the frame call.
//!
//! | module | holds |
//! | --- | --- |
//! | [`sessions`] | a visit begins; the frame gets its token |
//! | [`messages`] | reading and writing |
//! | [`rating`] | what the visitor thought of a conversation |
//! | [`pre_chat`] | what the visitor answers before they write |
//! | [`read`] | what the visitor has read |
//! | [`typing`] | what the visitor is writing |
//! | [`flood`], [`challenge`] | how much visitors may do, and how a website shows that one who did more is a person |
//! | [`actions`] | what a visitor's repeat gets again |
//! | [`beat`], [`trail`] | which page the visitor looks at, and which they have seen |
//! | [`identify`] | what the website tells of the visitor |
//! | [`follow_up`], [`resume`] | a letter about replies to somebody who has left, and the way back from it |
//! | [`user_agent`] | browser, system and device by name |

pub(crate) mod actions;
pub mod beat;
pub(crate) mod challenge;
pub(crate) mod flood;
pub mod follow_up;
pub(crate) mod identify;
pub mod messages;
pub mod pre_chat;
pub mod rating;
pub mod read;
pub mod resume;
pub mod sessions;
pub mod trail;
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
        .route("/api/visitor/pre-chat", post(pre_chat::answer))
        .route("/api/visitor/rating", post(rating::rate))
        .route("/api/visitor/identify", post(identify::identify))
        .route("/api/visitor/attributes", post(identify::attributes))
        .route("/api/visitor/challenge", post(challenge::solve))
        .route("/api/visitor/resume", post(resume::open))
        .route("/c.js", get(resume::script))
        .route("/c/{link}", get(resume::page))
        .route("/api/visitor/read", post(read::mark))
        .route("/api/visitor/typing", post(typing::tell))
}
