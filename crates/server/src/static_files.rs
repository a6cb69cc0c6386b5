//! The dashboard's files (`SWITCHBOARD_DASHBOARD_DIR`): the page for every path that a person can navigate to, hashed
//! files for ever, everything else revalidated.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;
use tower_http::services::{ServeDir, ServeFile};

use crate::config::Config;
use crate::security_headers;
use crate::state::AppState;

/// What a browser may keep for ever: its name changes with its content.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// What a browser asks for again each time.
const REVALIDATE: &str = "no-cache";

/// Answers whatever no other route took.
pub(crate) async fn serve(State(state): State<AppState>, request: Request) -> Response {
    let config = &state.config;
    let mut response = match (&config.dashboard_dir, request.method()) {
        (None, _) => plain(
            StatusCode::NOT_FOUND,
            "There is no page here. This server answers under /api; to serve the dashboard too, set SWITCHBOARD_DASHBOARD_DIR to its folder.",
        ),
        (Some(_), method) if !matches!(*method, Method::GET | Method::HEAD) => {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Pages are read with GET.");
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            response
        }
        (Some(dir), _) => file_or_page(dir, request).await,
    };
    security_headers::apply(response.headers_mut(), dashboard_headers(config));
    response
}

fn dashboard_headers(config: &Config) -> Vec<(header::HeaderName, String)> {
    security_headers::dashboard(Some(&config.public_url), None, config.is_https())
}

async fn file_or_page(dir: &std::path::Path, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (parts, _) = request.into_parts();
    let page = is_page_path(&path);
    let files = ServeDir::new(dir)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let mut served = if page {
        let index = ServeFile::new(dir.join("index.html"))
            .precompressed_br()
            .precompressed_gzip();
        index.oneshot(Request::from_parts(parts, Body::empty())).await
    } else {
        files.oneshot(Request::from_parts(parts, Body::empty())).await
    }
    .map_or_else(|never| match never {}, |response| response.map(Body::new));
    if served.status() == StatusCode::NOT_FOUND {
        return plain(StatusCode::NOT_FOUND, "There is no such file.");
    }
    let kept = if !page && is_hashed(&path) {
        FOREVER
    } else {
        REVALIDATE
    };
    served
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    served
}

/// Whether a path is one of the dashboard's own routes, whose page is `index.html`: its last part has no extension.
fn is_page_path(path: &str) -> bool {
    path == "/index.html" || path.rsplit('/').next().is_none_or(|last| !last.contains('.'))
}

/// Whether a file's name holds a content hash, as the build writes it: `switchboard-1f2e3d4c5b6a7980_bg.wasm`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.split(['-', '_'])
        .skip(1)
        .any(|part| part.len() >= 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, REVALIDATE)], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_get_the_page_and_files_do_not() {
        for page in [
            "/",
            "/index.html",
            "/login",
            "/conversations/0191-ab",
            "/settings/",
        ] {
            assert!(is_page_path(page), "{page}");
        }
        for file in ["/config.json", "/a/b.js", "/favicon.ico", "/missing.wasm"] {
            assert!(!is_page_path(file), "{file}");
        }
    }

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        for kept in [
            "/switchboard-1f2e3d4c5b6a7980_bg.wasm",
            "/styles-0123456789abcdef.css",
        ] {
            assert!(is_hashed(kept), "{kept}");
        }
        for asked in [
            "/boot.js",
            "/config.json",
            "/icon-192.png",
            "/inter-latin-variable.woff2",
        ] {
            assert!(!is_hashed(asked), "{asked}");
        }
    }
}
