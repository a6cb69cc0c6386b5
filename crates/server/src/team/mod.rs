//! The team of an account: `/api/team/*` (`protocol.md` *Auth*). Who may do what is decided by `switchboard_domain::team`.
//!
//! | module | holds |
//! | --- | --- |
//! | [`rows`] | reading members and invitations, and telling the account's log about them |
//! | [`members`] | list, change, remove |
//! | [`invitations`] | invite, show, accept |
//! | [`security`] | whether the account requires a second factor |

pub mod invitations;
pub mod members;
pub mod rows;
pub mod security;

use axum::Router;
use axum::routing::{get, patch, post};

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/team/members", get(members::list).post(invitations::invite))
        .route(
            "/api/team/members/{id}",
            patch(members::update).delete(members::remove),
        )
        .route("/api/team/invitations", post(invitations::invite))
        .route("/api/team/invitations/{token}", get(invitations::show))
        .route("/api/team/invitations/{token}/accept", post(invitations::accept))
        .route("/api/team/security", get(security::show).patch(security::update))
}
