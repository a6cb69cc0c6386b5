//! What the pages share that a mail leads to: the token of the address, and what to say when it is worth nothing.

use yew::prelude::*;
use yew_router::hooks::{use_location, use_navigator};

use crate::api::ApiError;
use crate::routes::Route;

const PARAMETER: &str = "token";

/// The token in the address of the page; nothing when there is none.
#[hook]
pub fn use_link_token() -> Option<String> {
    let query = use_location()?.query::<Vec<(String, String)>>().ok()?;
    query
        .into_iter()
        .find(|(name, value)| name == PARAMETER && !value.is_empty())
        .map(|(_, value)| value)
}

/// Takes a spent token out of the address bar and the history.
#[hook]
pub fn use_forget_token(route: Route) -> Callback<()> {
    let navigator = use_navigator();
    Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.replace(&route);
        }
    })
}

/// Whether the server says that the link itself is worth nothing (any more), rather than that it cannot tell now.
#[must_use]
pub fn is_dead(error: &ApiError) -> bool {
    match error {
        ApiError::NotFound(_) | ApiError::Refused(_) => true,
        ApiError::Validation(problem) => problem.fields.contains_key(PARAMETER),
        _ => false,
    }
}
