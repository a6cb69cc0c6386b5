//! Which pages may call (`protocol.md` *Auth*): the dashboard's origins with credentials, visitors' pages without.

use std::sync::Arc;
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use switchboard_contract::problem::ProblemCode;
use tower_http::cors::{AllowCredentials, AllowOrigin, CorsLayer};

use super::request_id::REQUEST_ID;
use crate::config::{Config, parse_origin};
use crate::problem::{ApiError, ApiResult};

/// Must be `1` on calls that the refresh cookie authenticates: a page of another site cannot set it unasked.
pub const X_SWITCHBOARD: HeaderName = HeaderName::from_static("x-switchboard");

/// How long browsers may remember a preflight's answer.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// Whether a page of `origin` may call with credentials: the public origin, the allowed ones, and in demo mode every
/// loopback origin, so that a development server on any port works.
#[must_use]
pub fn is_trusted(config: &Config, origin: &str) -> bool {
    config.own_origins().iter().any(|own| own == origin)
        || config.allowed_origins.iter().any(|allowed| allowed == origin)
        || (config.demo && is_loopback(origin))
}

fn is_loopback(origin: &str) -> bool {
    // Only the canonical spelling counts, so nothing hides behind a user name or an odd port.
    parse_origin(origin).is_some_and(|parsed| parsed == origin)
        && url::Url::parse(origin).is_ok_and(|url| match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        })
}

/// The request's `Origin`, when it is text.
#[must_use]
pub fn of(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN)?.to_str().ok()
}

/// Refuses calls from foreign pages; a call without `Origin` comes from no page at all.
///
/// # Errors
/// 403 `origin_refused`.
pub fn refuse_foreign(config: &Config, headers: &HeaderMap) -> ApiResult<()> {
    if headers.contains_key(header::ORIGIN) && !of(headers).is_some_and(|origin| is_trusted(config, origin)) {
        return Err(refused(
            "Call from the dashboard's own origin, or add this one to SWITCHBOARD_ALLOWED_ORIGINS.",
        ));
    }
    Ok(())
}

/// Guards calls that the refresh cookie authenticates: a trusted `Origin` and `X-Switchboard: 1`, both required.
///
/// # Errors
/// 403 `origin_refused`.
pub fn guard_cookie(config: &Config, headers: &HeaderMap) -> ApiResult<()> {
    refuse_foreign(config, headers)?;
    if !headers.contains_key(header::ORIGIN) {
        return Err(refused("Send the page's `Origin`."));
    }
    if headers.get(X_SWITCHBOARD).is_none_or(|value| value != "1") {
        return Err(refused("Send the header `X-Switchboard: 1`."));
    }
    Ok(())
}

fn refused(detail: &str) -> ApiError {
    ApiError::new(ProblemCode::OriginRefused, detail)
}

/// Answers browsers about calls from other origins: trusted ones with credentials; for visitors' calls every origin and
/// no credentials, because which website a page may speak for, the handler itself checks.
pub fn cors(config: Arc<Config>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, parts| {
            is_visitors(parts) || origin.to_str().is_ok_and(|origin| is_trusted(&config, origin))
        }))
        .allow_credentials(AllowCredentials::predicate(|_, parts| !is_visitors(parts)))
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            X_SWITCHBOARD,
        ])
        .expose_headers([REQUEST_ID, header::RETRY_AFTER])
        .max_age(PREFLIGHT_AGE)
}

/// What pages of any origin may ask: the handlers decide for themselves.
fn is_visitors(parts: &Parts) -> bool {
    let path = parts.uri.path();
    path.starts_with("/api/visitor/") || path.starts_with("/api/widget/") || path == "/widget/visitor.js"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_look_alikes() {
        for good in [
            "http://localhost:5173",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in [
            "null",
            "http://localhost.evil.example",
            "http://evil.example/localhost",
            "http://localhost@evil.example",
            "http://127.0.0.1.evil.example",
            "http://user@localhost:5173",
            "http://localhost:5173/",
            "",
        ] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }
}
