//! The routes of API tokens.

use switchboard_contract::problem::ProblemCode as Code;
use switchboard_contract::tokens::{ApiTokenList, CreateApiToken, CreatedApiToken};

use super::describe::{Caller, Route};

const TAG: &str = "tokens";

/// The list.
pub(super) fn all() -> Vec<Route> {
    vec![
        Route::get("/api/tokens", TAG, "The account's API tokens, newest first. For owners and admins")
            .caller(Caller::Operator)
            .answers::<ApiTokenList>(200, "Those that were not revoked")
            .refuses(&[Code::Forbidden]),
        Route::post(
            "/api/tokens",
            TAG,
            "Makes a token that acts for the caller, within its scopes. Its secret is told this once. For owners and admins",
        )
        .caller(Caller::Operator)
        .takes::<CreateApiToken>()
        .answers::<CreatedApiToken>(201, "Made")
        .refuses(&[Code::Forbidden]),
        Route::delete("/api/tokens/{id}", TAG, "Revokes a token. For owners and admins")
            .caller(Caller::Operator)
            .id("id", "The token")
            .answers_empty(204, "Revoked")
            .refuses(&[Code::Forbidden]),
    ]
}
