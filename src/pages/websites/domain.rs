//! Whether another website of the account has a domain, asked while it is typed.

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::page::MAX_LIMIT;
use switchboard_contract::validate::Violation;
use switchboard_contract::website::rules;
use yew::prelude::*;

use super::values::DOMAIN;
use crate::api::{Api, WebsiteQuery};
use crate::auth::use_api;
use crate::browser::host_name;
use crate::forms::FormHandle;

/// Asks about the form's domain; what the website itself (`own`) has is not taken.
#[hook]
pub fn use_domain_asked(form: &FormHandle, own: Option<WebsiteId>) {
    let (api, form) = (use_api(), form.clone());
    use_effect_with(own, move |own| {
        let own = *own;
        form.check(DOMAIN, move |text| {
            let api = api.clone();
            async move { complaint(&api, &text, own).await }
        });
    });
}

/// What there is to say about a domain. Only the account's own websites are looked at: whoever adds one sees them all.
async fn complaint(api: &Api, text: &str, own: Option<WebsiteId>) -> Option<String> {
    let domain = host_name(rules::host_of(text))?;
    let query = WebsiteQuery {
        page: 1,
        page_size: MAX_LIMIT,
        search: domain.clone(),
        sort: String::new(),
    };
    // Where nobody answers nothing is known: the server judges it when the form is sent.
    let found = api.websites(&query).await.ok()?;
    let is_taken = found
        .items
        .iter()
        .any(|website| Some(website.id) != own && website.domain == domain);
    is_taken.then(|| Violation::DomainTaken.message())
}
