//! Websites and their funnels. Owners and admins change them; agents read those that they are assigned to.
//!
//! | module | holds |
//! | --- | --- |
//! | [`rows`] | reading websites |
//! | [`normal`] | one spelling for domains, origins and time zones |
//! | [`list`], [`today`], [`create`], [`change`] | `/api/websites` |
//! | [`delete`], [`erase`] | deleting one, at first so that it can be undone |
//! | [`funnels`] | its named entry points |
//! | [`identity`] | the secret that proves who its visitors are |
//! | [`status`], [`silence`] | what the loader's beats say about a website, and their end |
//! | [`install`] | whether a website has the widget |
//! | [`widget`], [`attendance`] | the widget's configuration; whether people are there now |

pub mod attendance;
pub mod change;
pub mod create;
pub mod delete;
pub mod erase;
pub mod funnels;
pub mod identity;
pub mod install;
pub mod list;
mod normal;
pub mod rows;
pub mod silence;
pub mod status;
mod today;
pub mod widget;

use axum::Router;
use axum::routing::{get, patch, post};
use serde_json::Value;
use switchboard_contract::ids::{AccountId, WebsiteId};
use switchboard_contract::realtime::EventType;

use crate::db::Tx;
use crate::events::{self, Audience, NewEvent};
use crate::problem::ApiResult;
use crate::realtime::hub::StreamKey;
use crate::state::AppState;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/websites", get(list::list).post(create::create))
        .route(
            "/api/websites/{id}",
            get(change::show).patch(change::update).delete(delete::delete),
        )
        .route("/api/websites/{id}/contents", get(delete::contents))
        .route("/api/websites/{id}/restore", post(delete::restore))
        .route("/api/websites/{id}/status", get(status::history))
        .route("/api/websites/{id}/check-install", post(install::check))
        .route("/api/websites/{id}/widget", get(widget::show).put(widget::change))
        .route("/api/websites/{id}/widget/publish", post(widget::publish))
        .route("/api/websites/{id}/widget/history", get(widget::history))
        .route("/api/websites/{id}/widget/restore", post(widget::restore))
        .route("/api/widget/{publicKey}", get(widget::published))
        .route(
            "/api/websites/{id}/identity",
            get(identity::show).post(identity::renew),
        )
        .route(
            "/api/websites/{id}/funnels",
            get(funnels::list).post(funnels::create),
        )
        .route(
            "/api/websites/{id}/funnels/{funnelId}",
            patch(funnels::update).delete(funnels::delete),
        )
}

/// Tells everyone who sees the website that something of it changed.
async fn told(
    tx: &mut Tx,
    account: AccountId,
    website: WebsiteId,
    kind: EventType,
    body: Value,
) -> ApiResult<()> {
    let event = NewEvent {
        kind,
        conversation_id: None,
        audience: Audience::Website(website),
        seq: None,
        body,
    };
    events::append(tx, StreamKey::Account(account), &[event]).await?;
    Ok(())
}
