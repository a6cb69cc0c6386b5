//! `/demo`: a shop's website with the chat installed by the very snippet that the dashboard hands out. Demo mode only.
//!
//! The page loads the widget from another site than its own, `127.0.0.1` for a page on `localhost` and the other way
//! round, so that the rules for foreign origins are real.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::config::{Config, loopback_twin, parse_origin};
use crate::security_headers;
use crate::seed::DEMO_PUBLIC_KEY;
use crate::state::AppState;
use crate::widget_delivery::snippet;

const LAYOUT: &str = include_str!("../demo/shop.html");
const STYLE: &str = include_str!("../demo/shop.css");

struct Page {
    path: &'static str,
    title: &'static str,
    in_nav: bool,
    main: &'static str,
}

const PAGES: [Page; 5] = [
    Page {
        path: "/demo",
        title: "Outdoor equipment",
        in_nav: false,
        main: include_str!("../demo/home.html"),
    },
    Page {
        path: "/demo/tents",
        title: "Tents",
        in_nav: true,
        main: include_str!("../demo/tents.html"),
    },
    Page {
        path: "/demo/packs",
        title: "Packs",
        in_nav: true,
        main: include_str!("../demo/packs.html"),
    },
    Page {
        path: "/demo/stoves",
        title: "Stoves",
        in_nav: true,
        main: include_str!("../demo/stoves.html"),
    },
    Page {
        path: "/demo/delivery",
        title: "Delivery and returns",
        in_nav: true,
        main: include_str!("../demo/delivery.html"),
    },
];

/// The shop's pages in demo mode; none otherwise.
pub(crate) fn router(demo: bool) -> Router<AppState> {
    if !demo {
        return Router::new();
    }
    Router::new()
        .route("/demo", get(home))
        .route("/demo/shop.css", get(style))
        .route("/demo/{page}", get(page))
}

async fn style() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        STYLE,
    )
        .into_response()
}

async fn home(State(state): State<AppState>, headers: HeaderMap) -> Response {
    show(&state.config, &headers, "/demo")
}

async fn page(State(state): State<AppState>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    show(&state.config, &headers, &format!("/demo/{name}"))
}

fn show(config: &Config, request: &HeaderMap, path: &str) -> Response {
    let Some(page) = PAGES.iter().find(|page| page.path == path) else {
        return (StatusCode::NOT_FOUND, "The shop has no such page.").into_response();
    };
    let widget = widget_origin(config, request);
    let policy = format!(
        "default-src 'none'; script-src {widget}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         frame-src {widget}; connect-src {widget}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let mut response = (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        render(page, &widget),
    )
        .into_response();
    let mut headers = security_headers::embeddable(config.is_https());
    headers.push((header::CONTENT_SECURITY_POLICY, policy));
    security_headers::apply(response.headers_mut(), headers);
    response
}

fn render(page: &Page, widget: &str) -> String {
    let nav: String = PAGES
        .iter()
        .filter(|link| link.in_nav)
        .map(|link| {
            let current = if link.path == page.path {
                " aria-current=\"page\""
            } else {
                ""
            };
            format!("<a href=\"{}\"{current}>{}</a>", link.path, link.title)
        })
        .collect();
    LAYOUT
        .replace("{{title}}", page.title)
        .replace("{{nav}}", &nav)
        .replace("{{main}}", page.main.trim_end())
        .replace("{{snippet}}", &snippet(widget, DEMO_PUBLIC_KEY))
}

/// Where the page's widget comes from: the other name of loopback than the one that the page was asked under.
fn widget_origin(config: &Config, request: &HeaderMap) -> String {
    let asked = request
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| parse_origin(&format!("http://{host}")));
    match asked.as_deref().and_then(loopback_twin) {
        Some(twin) => twin,
        None => loopback_twin(&config.public_url).unwrap_or_else(|| config.public_url.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn pages_are_whole_and_hold_the_snippet() {
        for page in &PAGES {
            let html = render(page, "http://127.0.0.1:8787");
            assert!(!html.contains("{{"), "{}", page.path);
            assert!(html.contains(&snippet("http://127.0.0.1:8787", DEMO_PUBLIC_KEY)));
            assert!(html.contains("<h1>"), "{}", page.path);
        }
    }

    #[test]
    fn the_widget_comes_from_the_other_site() {
        let config = Config::from_lookup(|_| Ok(None)).expect("defaults");
        let asked = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            widget_origin(&config, &headers)
        };
        assert_eq!(asked("localhost:8787"), "http://127.0.0.1:8787");
        assert_eq!(asked("127.0.0.1:8787"), "http://localhost:8787");
        assert_eq!(asked("evil.example"), "http://localhost:8787");
    }
}
