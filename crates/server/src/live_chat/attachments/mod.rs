//! `POST /api/live-chat/attachments`, `POST /api/visitor/attachments`, and the files themselves.
//!
//! A file is uploaded first and sent with a message later. Its kind is what its content says, never what its sender says, and
//! whatever it holds, it is handed out as something to keep, never to run.
//!
//! | module | holds |
//! | --- | --- |
//! | [`sniff`] | what a file is, by its content |
//! | [`files`] | where files are: a folder of the data folder |
//! | [`rows`] | what is known of them |
//! | `upload`, `download` | the routes |
//! | [`sweep`] | takes away what nobody needs any more |

mod download;
pub mod files;
pub mod rows;
pub mod sniff;
pub mod sweep;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use switchboard_contract::live_chat::MAX_ATTACHMENT_BYTES;

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    let most = usize::try_from(MAX_ATTACHMENT_BYTES).unwrap_or(usize::MAX);
    let uploads = Router::new()
        .route("/api/live-chat/attachments", post(upload::by_operator))
        .route("/api/visitor/attachments", post(upload::by_visitor))
        .layer(DefaultBodyLimit::max(most));
    Router::new()
        .route("/api/live-chat/attachments/{id}", get(download::for_operator))
        .route("/api/visitor/attachments/{id}", get(download::for_visitor))
        .merge(uploads)
}
