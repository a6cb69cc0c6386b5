//! What a website's pages load from here: the loader (`/widget.js`), what tells it of visitors whom the website knows
//! (`/widget/visitor.js`), the frame's document and the frame's files; and the page in which dashboards try a draft
//! (`/widget/preview`).

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use switchboard_contract::problem::{Problem, ProblemCode};

use crate::config::Config;
use crate::problem::ApiError;
use crate::security_headers;
use crate::state::AppState;
use crate::website::rows::by_public_key;

include!(concat!(env!("OUT_DIR"), "/widget_assets.rs"));

/// A file of the widget, packed at build time.
pub(crate) struct Asset {
    name: &'static str,
    content_type: &'static str,
    hash: &'static str,
    raw: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

/// How long a page may use a loader without asking again: a new release reaches every site within this.
const LOADER_CACHE: &str = "public, max-age=300";
const FOREVER: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "no-cache";

/// The routes outside `/api` that websites embed.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/widget.js", get(loader))
        .route("/widget/visitor.js", get(visitor))
        .route("/widget/frame/{public_key}", get(frame))
        .route("/widget/preview", get(preview))
        .route("/c/frame/{public_key}", get(frame_of_letter))
        .route("/widget/assets/{name}", get(asset))
        // Files that import each other by relative names stay within one version.
        .route("/widget/assets/{version}/{name}", get(versioned_asset))
}

/// The line that a website's owner pastes before `</body>`.
#[must_use]
pub fn snippet(public_url: &str, public_key: &str) -> String {
    format!(
        "<script async src=\"{}/widget.js\" data-key=\"{}\"></script>",
        escape(public_url),
        escape(public_key)
    )
}

async fn loader(State(state): State<AppState>, headers: HeaderMap) -> Response {
    deliver(&state, "loader.js", LOADER_CACHE, &headers)
}

async fn visitor(State(state): State<AppState>, headers: HeaderMap) -> Response {
    deliver(&state, "visitor.js", LOADER_CACHE, &headers)
}

async fn asset(State(state): State<AppState>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    deliver(&state, &name, REVALIDATE, &headers)
}

async fn versioned_asset(
    State(state): State<AppState>,
    Path((version, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let kept = if version == VERSION { FOREVER } else { REVALIDATE };
    deliver(&state, &name, kept, &headers)
}

/// The chat's document for a website's own pages.
async fn frame(State(state): State<AppState>, Path(public_key): Path<String>) -> Result<Response, ApiError> {
    if public_key == PREVIEW_KEY {
        return Ok(frame_document(&state, &dashboards(&state.config), PREVIEW_SCRIPT));
    }
    document(&state, public_key, Within::Website).await
}

/// The same for the page of this server to which the link of a letter leads.
async fn frame_of_letter(
    State(state): State<AppState>,
    Path(public_key): Path<String>,
) -> Result<Response, ApiError> {
    document(&state, public_key, Within::Letter).await
}

/// Whose pages may frame the chat.
enum Within {
    Website,
    Letter,
}

async fn document(state: &AppState, public_key: String, within: Within) -> Result<Response, ApiError> {
    let website = state
        .db
        .read(move |tx| Box::pin(async move { by_public_key(tx, &public_key).await }))
        .await?
        .ok_or_else(|| ApiError::not_found("website"))?
        .wire;
    let own = state.config.own_origins();
    let framed_by = match within {
        Within::Website => &website.allowed_origins,
        Within::Letter => &own,
    };
    Ok(frame_document(state, framed_by, ""))
}

/// The chat's document for pages of these origins; `script` is the name of one that comes before the chat's own, or empty.
fn frame_document(state: &AppState, framed_by: &[String], script: &str) -> Response {
    let base = format!("/widget/assets/{VERSION}");
    let first = if script.is_empty() {
        String::new()
    } else {
        format!("<script src=\"{base}/{script}\"></script>\n")
    };
    let document = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Chat</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"stylesheet\" href=\"{base}/frame.css\">\n\
         <link rel=\"modulepreload\" href=\"{base}/widget.js\">\n\
         <link rel=\"preload\" href=\"{base}/widget_bg.wasm\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n\
         {first}<script type=\"module\" src=\"{base}/frame_boot.js\"></script>\n\
         </head>\n<body></body>\n</html>\n"
    );
    let mut response = (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, REVALIDATE),
        ],
        document,
    )
        .into_response();
    let config = &state.config;
    security_headers::apply(
        response.headers_mut(),
        security_headers::widget_frame(&config.own_origins(), framed_by, config.is_https()),
    );
    response
}

/// The public key of no website: the loader of the preview's page asks for its frame by it.
const PREVIEW_KEY: &str = "preview";
/// Answers the frame in place of the server.
const PREVIEW_SCRIPT: &str = "preview_frame.js";

/// Whose pages may frame a preview.
fn dashboards(config: &Config) -> Vec<String> {
    let mut origins = config.own_origins();
    origins.extend(config.allowed_origins.iter().cloned());
    origins
}

/// The page in which dashboards try a draft of the widget: the loader and a script that answers in place of the server.
async fn preview(State(state): State<AppState>) -> Response {
    let base = format!("/widget/assets/{VERSION}");
    let blocks = "<div></div>\n".repeat(12);
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Widget preview</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"stylesheet\" href=\"{base}/preview.css\">\n\
         <script src=\"{base}/preview.js\"></script>\n\
         <script async src=\"/widget.js\" data-key=\"{PREVIEW_KEY}\"></script>\n\
         </head>\n<body>\n{blocks}</body>\n</html>\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, REVALIDATE),
    ];
    let mut response = (headers, page).into_response();
    let config = &state.config;
    security_headers::apply(
        response.headers_mut(),
        security_headers::widget_preview(&dashboards(config), config.is_https()),
    );
    response
}

fn deliver(state: &AppState, name: &str, kept: &'static str, request: &HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return missing(name).into_response();
    };
    let etag = format!("\"{}\"", asset.hash);
    let known = request
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|list| {
            list.split(',')
                .any(|one| one.trim().trim_start_matches("W/") == etag)
        });
    let (encoding, bytes) = match accepted(request) {
        Encoding::Brotli => (Some("br"), asset.brotli),
        Encoding::Gzip => (Some("gzip"), asset.gzip),
        Encoding::Identity => (None, asset.raw),
    };
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(bytes));
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
        if let Some(encoding) = encoding {
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    security_headers::apply(headers, security_headers::embeddable(state.config.is_https()));
    response
}

fn missing(name: &str) -> ApiError {
    if matches!(name, "widget.js" | "widget_bg.wasm") {
        Problem::new(
            ProblemCode::Unavailable,
            "The widget bundle is not part of this build; build with `cargo xtask build`.",
        )
        .into()
    } else {
        Problem::new(ProblemCode::NotFound, "The widget has no such file.").into()
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

/// The smallest encoding that the request accepts; `q=0` refuses one.
fn accepted(request: &HeaderMap) -> Encoding {
    let accepts = |wanted: &str| {
        request
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|list| list.split(','))
            .any(|one| {
                let mut parts = one.split(';').map(str::trim);
                let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
                let refused = parts.any(|part| {
                    part.strip_prefix("q=")
                        .and_then(|q| q.parse::<f32>().ok())
                        .is_some_and(|q| q <= 0.0)
                });
                named && !refused
            })
    };
    if accepts("br") {
        Encoding::Brotli
    } else if accepts("gzip") {
        Encoding::Gzip
    } else {
        Encoding::Identity
    }
}

/// Text for HTML, attributes included.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(value: &str) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_str(value).expect("a header"),
        );
        accepted(&headers)
    }

    #[test]
    fn the_smallest_accepted_encoding_wins() {
        assert_eq!(encoding("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(encoding("gzip;q=1.0, br;q=0"), Encoding::Gzip);
        assert_eq!(encoding("identity"), Encoding::Identity);
    }

    #[test]
    fn the_snippet_is_one_tag_whatever_the_key_holds() {
        assert_eq!(
            snippet("https://chat.example.com", "pk_1"),
            r#"<script async src="https://chat.example.com/widget.js" data-key="pk_1"></script>"#
        );
        assert!(!snippet("https://chat.example.com", "\"><script>").contains("\"><script>"));
    }
}
