//! The OpenAPI document: every route of the API with what it takes, answers and refuses. The shapes are the contract's;
//! the routes are listed in [`routes`], and a test compares that list with the router.
//!
//! | module | holds |
//! | --- | --- |
//! | [`routes`], [`accounts`], [`actions`], [`analytics`], [`attachments`], [`audit`], [`replies`], [`tokens`], [`webhooks`], [`visitors`], [`websites`] | the list |
//! | [`describe`] | the words in which it is written |
//! | [`exact`] | what serde knows and the derived schemas do not say |

mod accounts;
mod actions;
mod analytics;
mod attachments;
mod audit;
mod describe;
mod exact;
mod replies;
mod routes;
mod tokens;
mod visitors;
mod webhooks;
mod websites;

use serde_json::Value;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder};

use crate::config::ConfigError;
use describe::Schemas;

fn described() -> OpenApi {
    let mut schemas = Schemas::default();
    let mut paths = PathsBuilder::new();
    for route in routes::all() {
        paths = paths.path(route.path(), route.item(&mut schemas));
    }
    let components = schemas
        .components()
        .security_scheme(
            "access",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("The access token of a signed-in member."))
                    .build(),
            ),
        )
        .security_scheme(
            "token",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some(
                        "The secret of an API token, `sb_…`, with the scope that is named.",
                    ))
                    .build(),
            ),
        )
        .security_scheme(
            "visitor",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("The token of a visitor."))
                    .build(),
            ),
        )
        .security_scheme(
            "refresh",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                "__Host-switchboard-refresh",
                "The refresh cookie; such calls also send `X-Switchboard: 1`.",
            ))),
        )
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Switchboard")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Live chat for the people who answer a website's visitors. JSON in camelCase; ids are UUIDs, instants RFC 3339 \
                     in UTC with milliseconds, offsets of the event log are strings. Errors are `application/problem+json`.",
                )),
        )
        .paths(paths)
        .components(Some(components))
        .build()
}

/// The document.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn document() -> Result<Value, ConfigError> {
    let mut document =
        serde_json::to_value(described()).map_err(|error| ConfigError::new(format!("openapi: {error}")))?;
    exact::tell(&mut document);
    // Whatever features other crates of a build switch on, the document stays the same.
    document.sort_all_objects();
    Ok(document)
}

/// The document as it is checked in: indented JSON that ends with a newline.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn printed() -> Result<String, ConfigError> {
    serde_json::to_string_pretty(&document()?)
        .map(|json| json + "\n")
        .map_err(|error| ConfigError::new(format!("openapi: {error}")))
}
