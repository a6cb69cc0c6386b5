//! `POST /api/websites/{id}/check-install`: whether a website has the widget, by what its pages tell, and where they tell nothing by
//! a look at its first page.
//!
//! | module | does |
//! | --- | --- |
//! | [`fetch`] | gets the page, from public addresses only |
//! | [`snippet`] | finds the snippet in it |

mod fetch;
mod snippet;

use axum::Json;
use axum::extract::State;
use switchboard_contract::auth::Role;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::website::{InstallCheck, InstallOutcome, Website};
use switchboard_domain::website::{Look, install_by_beats, install_by_look};
use url::Url;

use super::rows;
use crate::auth::Operator;
use crate::http::IdPath;
use crate::http::outbound::Reach;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use fetch::Fetched;

/// Checks the installation; for owners and admins, a few times in a row.
pub(crate) async fn check(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
) -> ApiResult<Json<InstallCheck>> {
    operator.require(Role::Admin)?;
    let account = operator.account_id;
    let website = state
        .db
        .read(move |tx| Box::pin(async move { rows::visible(tx, &operator, id).await }))
        .await?
        .wire;
    state.hub.account_may_look(account).map_err(|wait| {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        ApiError::rate_limited(
            "The installation was checked many times just now; wait a few seconds.",
            wait_ms,
        )
    })?;
    let page = first_page(&website)?;
    let (outcome, reason) = match install_by_beats(&website.status, state.clock.now()) {
        Some(outcome) => (outcome, website.status.reason.clone()),
        None => look(&state, &website, &page).await,
    };
    Ok(Json(InstallCheck {
        at: state.clock.now(),
        outcome,
        status: website.status,
        page: page.into(),
        reason,
    }))
}

/// Where the snippet is looked for: the first page of the domain itself, by the scheme and port that its origins name.
fn first_page(website: &Website) -> ApiResult<Url> {
    let of_domain = |origin: &&String| {
        let host = Url::parse(origin)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        host.is_some_and(|host| host == website.domain)
    };
    let secure = format!("https://{}", website.domain);
    let origin = website.allowed_origins.iter().find(of_domain).unwrap_or(&secure);
    Url::parse(origin).map_err(ApiError::internal)
}

async fn look(state: &AppState, website: &Website, page: &Url) -> (InstallOutcome, Option<String>) {
    // Whoever reaches a demo server is on its machine already.
    let reach = if state.config.demo {
        Reach::Machine
    } else {
        Reach::Public
    };
    let (look, reason) = match fetch::page(page.clone(), reach).await {
        Fetched::Page { url, html } => {
            let own = state.config.own_origins();
            (snippet::look(&html, &url, &website.public_key, &own), None)
        }
        Fetched::Unreachable(reason) => (Look::Unreachable, Some(reason)),
        Fetched::OutOfReach => (Look::OutOfReach, None),
    };
    (install_by_look(look), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_domains_own() {
        let at = "2026-11-22T09:30:00.000Z";
        let website = |origins: &[&str]| -> Website {
            serde_json::from_value(serde_json::json!({
                "id": "01890a5d-ac96-774b-bcce-b302099a8057", "name": "Shop", "domain": "shop.example",
                "allowedOrigins": origins, "timezone": "UTC", "publicKey": "k", "status": {"state": "never_seen"},
                "createdAt": at, "updatedAt": at, "version": 1,
            }))
            .expect("a website")
        };
        for (origins, page) in [
            (&[][..], "https://shop.example/"),
            (
                &["https://other.example", "http://shop.example:8080"],
                "http://shop.example:8080/",
            ),
            (&["https://shop.example.evil.example"], "https://shop.example/"),
        ] {
            assert_eq!(first_page(&website(origins)).expect("a page").as_str(), page);
        }
    }
}
