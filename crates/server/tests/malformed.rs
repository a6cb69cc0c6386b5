//! Requests that are wrong in form: each is a problem that says what to do, and nothing is stored.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::{AGENT, App, new_id};
use reqwest::Method;
use serde_json::json;

common::on_both_databases! {
    bodies_are_read_strictly,
    routes_and_methods_that_do_not_exist,
    ids_in_paths_lead_nowhere_unless_they_exist,
    every_answer_has_a_request_id,
    defects_are_not_explained_to_callers,
}

/// Routes that take a body, with who may call them.
const WITH_BODY: &[(&str, &str)] = &[
    ("/api/auth/login", "nobody"),
    ("/api/live-chat/conversations", "operator"),
    ("/api/live-chat/messages", "operator"),
    ("/api/live-chat/labels", "operator"),
    ("/api/visitor/sessions", "nobody"),
    ("/api/visitor/frame", "nobody"),
    ("/api/visitor/messages", "visitor"),
    ("/api/visitor/page", "visitor"),
    ("/api/visitor/rating", "visitor"),
    ("/api/visitor/read", "visitor"),
    ("/api/visitor/typing", "visitor"),
];

async fn bodies_are_read_strictly(app: &App) {
    let operator = app.token(AGENT).await;
    let visitor = app.visit().await.at("/visitorToken");
    for (path, who) in WITH_BODY {
        let call = || {
            let call = app.post(path);
            match *who {
                "operator" => call.bearer(&operator),
                "visitor" => call.bearer(&visitor),
                _ => call,
            }
        };
        for not_json in [
            "",
            "{",
            "{\"id\":",
            "nonsense",
            "{} {}",
            "\u{feff}{}",
            "{\"a\":\"\\ud800\"}",
        ] {
            let answer = call().body("application/json", not_json).send().await;
            answer.problem(400, "malformed_json");
        }
        let truncated = call()
            .body("application/json", b"{\"a\":\"\xe2\x82\"}".to_vec())
            .send()
            .await;
        truncated.problem(400, "malformed_json");
        let deep = "[".repeat(100_000);
        call()
            .body("application/json", deep)
            .send()
            .await
            .problem(400, "malformed_json");
        for other_shape in ["[]", "null", "7", "{}", "{\"id\":7}"] {
            let answer = call().body("application/json", other_shape).send().await;
            let fields = &answer.problem(422, "validation_failed")["fields"];
            assert!(
                fields.as_object().is_some_and(|fields| !fields.is_empty()),
                "{path} {other_shape}"
            );
        }
        for media_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
        ] {
            let answer = call().body(media_type, "{}").send().await;
            answer.problem(415, "unsupported_media_type");
        }
        let large = format!("{{\"x\":\"{}\"}}", "a".repeat(256 * 1024));
        call()
            .body("application/json", large)
            .send()
            .await
            .problem(413, "body_too_large");
    }
    let with_charset = app
        .post("/api/auth/login")
        .body(
            "application/json; charset=utf-8",
            json!({"email": "a@b", "password": "x"}).to_string(),
        )
        .send()
        .await;
    with_charset.problem(401, "invalid_credentials");
    let bad_id = app
        .post("/api/live-chat/messages")
        .bearer(&operator)
        .json(&json!({"id": "x", "conversationId": new_id(), "content": "hi"}))
        .send()
        .await;
    assert!(bad_id.problem(422, "validation_failed")["fields"]["id"].is_array());
}

async fn routes_and_methods_that_do_not_exist(app: &App) {
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/live-chat",
        "/api/auth/login/x",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            app.call(method, path).send().await.problem(404, "not_found");
        }
    }
    for (method, path) in [
        (Method::GET, "/api/auth/login"),
        (Method::DELETE, "/api/live-chat/conversations"),
        (Method::PUT, "/api/live-chat/messages"),
        (Method::POST, "/api/events"),
        (Method::GET, "/api/visitor/page"),
    ] {
        let answer = app.call(method, path).send().await;
        answer.problem(405, "method_not_allowed");
        assert!(answer.header("allow").is_some(), "{path}");
    }
}

async fn ids_in_paths_lead_nowhere_unless_they_exist(app: &App) {
    let token = app.token(AGENT).await;
    for id in [
        "x",
        "%00",
        "%ff",
        "..%2f..",
        "1 OR 1=1",
        "00000000-0000-0000-0000-000000000000",
        &new_id(),
    ] {
        for tail in ["", "/messages"] {
            let path = format!("/api/live-chat/conversations/{id}{tail}");
            app.get(&path)
                .bearer(&token)
                .send()
                .await
                .problem(404, "not_found");
        }
    }
}

async fn every_answer_has_a_request_id(app: &App) {
    let token = app.token(AGENT).await;
    let first = app.get("/api/auth/me").bearer(&token).send().await;
    let second = app.get("/api/auth/me").bearer(&token).send().await;
    let id = first.header("x-request-id").expect("an id");
    assert_eq!(id.len(), 36);
    assert_ne!(Some(id), second.header("x-request-id"));
}

async fn defects_are_not_explained_to_callers(app: &App) {
    let token = app.token(AGENT).await;
    app.execute("UPDATE visitors SET attributes = 'not json'").await;
    let answer = app
        .get("/api/live-chat/conversations")
        .bearer(&token)
        .send()
        .await;
    let problem = answer.problem(500, "internal");
    for internals in ["attributes", "column", "json", "sql", "SELECT", "expected"] {
        assert!(
            !problem["detail"].as_str().expect("text").contains(internals),
            "{problem}"
        );
    }
}
