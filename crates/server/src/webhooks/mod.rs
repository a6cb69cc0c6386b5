//! Webhooks: another server is told what happens, in the order of the account's log, signed, at least once.
//!
//! | module | holds |
//! | --- | --- |
//! | [`manage`] | `/api/webhooks`: adding, listing, changing, deleting |
//! | [`deliveries`] | what became of each event; tests, and sending one again |
//! | [`advance`] | the work that time brings: what is due is sent |
//! | [`send`] | one request: where it may go, its signature, what is told of the answer |
//! | [`rows`] | reading and writing |

pub mod advance;
mod deliveries;
mod manage;
mod rows;
mod send;

use axum::Router;
use axum::routing::{get, patch, post};

use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/webhooks", get(manage::list).post(manage::create))
        .route("/api/webhooks/{id}", patch(manage::update).delete(manage::delete))
        .route("/api/webhooks/{id}/secret", get(manage::secret))
        .route("/api/webhooks/{id}/deliveries", get(deliveries::list))
        .route("/api/webhooks/{id}/test", post(deliveries::test))
        .route(
            "/api/webhooks/{id}/deliveries/{deliveryId}/redeliver",
            post(deliveries::redeliver),
        )
}
