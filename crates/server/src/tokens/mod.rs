//! API tokens: programs call the API with one in place of a sign-in.
//!
//! | module | holds |
//! | --- | --- |
//! | [`manage`] | `/api/tokens`: making, listing, revoking |
//! | [`caller`] | the operator behind a call with a token |
//! | [`reach`] | which scope each call needs |

pub(crate) mod caller;
mod manage;
pub mod reach;

use axum::Router;
use axum::routing::{delete, get};

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/tokens", get(manage::list).post(manage::create))
        .route("/api/tokens/{id}", delete(manage::revoke))
}
