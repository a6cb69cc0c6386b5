//! The Switchboard API server: REST and realtime over SQLite or Postgres.
//!
//! | module | holds |
//! | --- | --- |
//! | [`config`], [`state`], [`clock`] | settings, what handlers reach, the time |
//! | [`backup`] | everything in one archive, and back |
//! | [`metrics`] | figures for Prometheus |
//! | [`problem`] | errors as `application/problem+json` |
//! | [`db`] | transactions, the one writer, migrations |
//! | [`events`] | the event logs: appending, reading |
//! | [`http`] | strict reading of requests, request ids, origins |
//! | [`auth`] | sign-in, sessions, who calls |
//! | [`totp`], [`mail`] | the second factor's arithmetic; letters and how they leave |
//! | [`team`] | members and invitations |
//! | [`live_chat`], [`website`], [`visitor`] | the routes of operators and visitors |
//! | [`audit`] | who changed what, for owners |
//! | [`tokens`] | API tokens: programs in place of people |
//! | [`webhooks`] | other servers that are told what happens |
//! | [`analytics`] | what is counted, and reports |
//! | [`realtime`] | the socket and what wakes it |
//! | [`schedule`] | what happens by time, claimed by one server at a time |
//! | [`upkeep`] | takes away what is kept for a time only |

pub mod analytics;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
mod demo;
mod dev;
pub mod events;
pub mod generate;
mod health;
pub mod http;
pub mod ids;
pub mod live_chat;
pub mod mail;
pub mod metrics;
pub mod openapi;
pub mod problem;
pub mod realtime;
pub mod schedule;
pub mod security_headers;
pub mod seed;
mod serve;
pub mod state;
mod static_files;
pub mod team;
pub mod tokens;
pub mod totp;
pub mod upkeep;
pub mod visitor;
pub mod webhooks;
pub mod website;
pub mod widget_delivery;

use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;

pub use serve::serve;

use crate::state::AppState;

/// Every route of the server. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: sign-ins are counted
/// by address.
pub fn router(state: AppState) -> Router {
    let routes = Router::new()
        .merge(auth::router())
        .merge(team::router())
        .merge(audit::router())
        .merge(tokens::router())
        .merge(webhooks::router())
        .merge(live_chat::router())
        .merge(website::router())
        .merge(analytics::router())
        .merge(events::routes::router())
        .merge(visitor::router())
        .merge(realtime::router())
        .merge(health::router())
        .merge(metrics::router())
        .merge(widget_delivery::router())
        .merge(dev::router(state.config.demo))
        .merge(demo::router(state.config.demo));
    routes
        .route("/api", any(http::unknown_route))
        .route("/api/", any(http::unknown_route))
        .route("/api/{*rest}", any(http::unknown_route))
        .fallback(static_files::serve)
        .method_not_allowed_fallback(http::unknown_method)
        .layer(CatchPanicLayer::custom(http::request_id::panicked))
        .layer(DefaultBodyLimit::max(http::MAX_BODY_BYTES))
        .layer(http::origin::cors(state.config.clone()))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            security_headers::on_answers,
        ))
        .layer(middleware::from_fn_with_state(
            state.metrics.clone(),
            http::request_id::layer,
        ))
        .with_state(state)
}
