//! The security headers of every kind of answer, in one place: used by the server itself and printed by
//! `switchboard-server headers` for whoever serves the dashboard from a static host.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::parse_origin;
use crate::state::AppState;

/// Headers of the dashboard's files, served at the origin `own` when that is known. `api` is the API's origin when it is another one than the files'; `https` adds
/// `Strict-Transport-Security`.
#[must_use]
pub fn dashboard(own: Option<&str>, api: Option<&str>, https: bool) -> Vec<(HeaderName, String)> {
    let mut connect = String::from("connect-src 'self'");
    let mut frames = String::from("frame-src 'self'");
    // Older Safari does not count ws: as 'self', so the socket's address is spelled out.
    for origin in [own, api].into_iter().flatten() {
        connect.extend(web_socket_origin(origin).map(|socket| format!(" {socket}")));
    }
    if let Some(api) = api {
        connect.insert_str("connect-src 'self'".len(), &format!(" {api}"));
        frames.push_str(&format!(" {api}"));
    }
    let policy = [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "media-src 'self'",
        "font-src 'self'",
        &connect,
        "worker-src 'self'",
        "manifest-src 'self'",
        &frames,
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types switchboard",
    ]
    .join("; ");
    let mut headers = common(https);
    headers.extend([
        (header::CONTENT_SECURITY_POLICY, policy),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin".to_owned(),
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin".to_owned(),
        ),
        (header::X_FRAME_OPTIONS, "DENY".to_owned()),
    ]);
    headers
}

/// Headers of the chat frame's document: scripts as strict as the dashboard's, and only pages of `framed_by` may frame it.
#[must_use]
pub fn widget_frame(own: &[String], framed_by: &[String], https: bool) -> Vec<(HeaderName, String)> {
    let mut connect = String::from("connect-src 'self'");
    for origin in own {
        connect.extend(web_socket_origin(origin).map(|socket| format!(" {socket}")));
    }
    let policy = [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "media-src 'self'",
        "font-src 'self'",
        &connect,
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        &ancestors(framed_by),
        "require-trusted-types-for 'script'",
        "trusted-types switchboard",
    ]
    .join("; ");
    let mut headers = common(https);
    headers.extend([
        (header::CONTENT_SECURITY_POLICY, policy),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin".to_owned(),
        ),
    ]);
    headers
}

/// Headers of the page in which dashboards, at these origins, try a draft of the widget: its scripts, the chat's frame, and
/// nothing else.
#[must_use]
pub fn widget_preview(framed_by: &[String], https: bool) -> Vec<(HeaderName, String)> {
    let policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        &ancestors(framed_by),
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
    .join("; ");
    let mut headers = common(https);
    headers.push((header::CONTENT_SECURITY_POLICY, policy));
    headers
}

/// Who may frame a document. What a member typed is parsed again: nothing but an origin can reach the header.
fn ancestors(framed_by: &[String]) -> String {
    let origins: Vec<String> = framed_by.iter().filter_map(|text| parse_origin(text)).collect();
    if origins.is_empty() {
        "frame-ancestors 'none'".to_owned()
    } else {
        format!("frame-ancestors {}", origins.join(" "))
    }
}

/// Headers of the page to which a letter's link leads: its script, the chat's frame, and nothing else. The link stands in its
/// address, which no other page is told.
#[must_use]
pub fn resume_page(https: bool) -> Vec<(HeaderName, String)> {
    let policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'unsafe-inline'",
        "connect-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
    .join("; ");
    // What stands first counts.
    let mut headers = vec![(header::REFERRER_POLICY, "no-referrer".to_owned())];
    headers.extend(common(https));
    headers.extend([
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_FRAME_OPTIONS, "DENY".to_owned()),
        (HeaderName::from_static("x-robots-tag"), "noindex".to_owned()),
    ]);
    headers
}

/// Headers of what other sites may embed: the loader and the frame's files.
#[must_use]
pub fn embeddable(https: bool) -> Vec<(HeaderName, String)> {
    let mut headers = common(https);
    headers.push((
        HeaderName::from_static("cross-origin-resource-policy"),
        "cross-origin".to_owned(),
    ));
    headers
}

/// Headers of the API's answers: data, never a page, never kept by a cache.
#[must_use]
pub fn api(https: bool) -> Vec<(HeaderName, String)> {
    let mut headers = common(https);
    headers.extend([
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox".to_owned(),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ]);
    headers
}

/// Puts the API's headers on every answer under `/api`, and on every other answer those that it lacks of what all have.
pub(crate) async fn on_answers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api");
    let mut response = next.run(request).await;
    let https = state.config.is_https();
    apply(
        response.headers_mut(),
        if is_api { api(https) } else { common(https) },
    );
    response
}

/// Puts `headers` on an answer; those that it already has stay as its handler set them.
pub fn apply(target: &mut HeaderMap, headers: Vec<(HeaderName, String)>) {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            target.entry(name).or_insert(value);
        }
    }
}

/// The dashboard's headers as lines of `Name: value`, as a static host wants them.
#[must_use]
pub fn printed(api: &str) -> String {
    let mut text = String::new();
    for (name, value) in dashboard(None, Some(api), api.starts_with("https://")) {
        text.push_str(&format!("{}: {value}\n", title_case(name.as_str())));
    }
    text
}

fn common(https: bool) -> Vec<(HeaderName, String)> {
    let mut headers = vec![
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (
            header::REFERRER_POLICY,
            "strict-origin-when-cross-origin".to_owned(),
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()".to_owned(),
        ),
    ];
    if https {
        headers.push((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000".to_owned()));
    }
    headers
}

fn web_socket_origin(origin: &str) -> Option<String> {
    origin.strip_prefix("http").map(|rest| format!("ws{rest}"))
}

fn title_case(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        })
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(headers: &[(HeaderName, String)]) -> &str {
        headers
            .iter()
            .find(|(name, _)| name == header::CONTENT_SECURITY_POLICY)
            .map_or("", |(_, value)| value)
    }

    #[test]
    fn the_dashboard_reaches_its_api_and_nothing_else() {
        let same = dashboard(Some("http://127.0.0.1:8787"), None, false);
        assert!(policy(&same).contains("connect-src 'self' ws://127.0.0.1:8787;"));
        assert!(policy(&same).contains("frame-ancestors 'none'"));
        let text = printed("https://api.example.com");
        assert!(
            text.contains("connect-src 'self' https://api.example.com wss://api.example.com"),
            "{text}"
        );
        assert!(text.starts_with("X-Content-Type-Options: nosniff\n"), "{text}");
        assert!(text.contains("Strict-Transport-Security"), "{text}");
    }

    #[test]
    fn only_origins_reach_frame_ancestors() {
        let own = ["https://chat.example.com".to_owned()];
        let sites = [
            "https://shop.example".to_owned(),
            "https://evil.example; script-src *".to_owned(),
            "*".to_owned(),
        ];
        let headers = widget_frame(&own, &sites, true);
        assert!(
            policy(&headers).contains("frame-ancestors https://shop.example;"),
            "{}",
            policy(&headers)
        );
        assert!(!policy(&headers).contains("script-src *"));
        assert!(policy(&widget_frame(&own, &[], true)).contains("frame-ancestors 'none'"));
    }
}
