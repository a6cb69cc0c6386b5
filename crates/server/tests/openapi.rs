//! The OpenAPI document against the checked-in copy and against the router.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::App;
use switchboard_server::openapi;

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/openapi.json");

common::on_both_databases! {
    every_route_is_documented_and_every_document_has_its_route,
}

#[test]
fn the_checked_in_document_is_the_programs() {
    let checked_in = std::fs::read_to_string(CHECKED_IN).unwrap_or_default();
    assert!(
        checked_in == openapi::printed().expect("writes"),
        "docs/api/openapi.json is not what the program prints; run `cargo xtask generate` and check in the result"
    );
}

async fn every_route_is_documented_and_every_document_has_its_route(app: &App) {
    let served: BTreeSet<String> = routes(&format!("{:?}", switchboard_server::router(app.state.clone())))
        .into_iter()
        .filter(|route| {
            !route.contains('*')
                && (route.contains(" /api/") || route.ends_with('z') || route.ends_with(" /metrics"))
        })
        .collect();
    assert!(
        served.contains("POST /api/live-chat/messages"),
        "the router's description reads: {served:?}"
    );
    let document = openapi::document().expect("writes");
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys() {
            documented.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    assert_eq!(served, documented);
}

/// `METHOD /path` of every route, read from the router's description of itself: there is no other way to ask it. Each
/// route's number stands once before its methods and once before its path.
fn routes(description: &str) -> BTreeSet<String> {
    let mut methods = BTreeMap::new();
    let mut paths = BTreeMap::new();
    // The fallbacks that follow have numbers of their own.
    let described = description.split("fallback_router").next().unwrap_or_default();
    for piece in described.split("RouteId(").skip(1) {
        let Some((number, rest)) = piece.split_once("): ") else {
            continue;
        };
        if let Some(path) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
            paths.insert(number.to_owned(), path.to_owned());
        } else if let Some((_, allowed)) = rest.split_once("allow_header: Bytes(b\"") {
            let allowed = allowed.split('"').next().unwrap_or_default();
            methods.insert(number.to_owned(), allowed.to_owned());
        }
    }
    methods
        .iter()
        .filter_map(|(number, allowed)| Some((allowed, paths.get(number)?)))
        .flat_map(|(allowed, path)| {
            allowed
                .split(',')
                .filter(|method| *method != "HEAD")
                .map(move |method| format!("{method} {path}"))
        })
        .collect()
}
