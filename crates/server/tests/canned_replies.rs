//! Canned replies: the team's and each member's own.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;

common::on_both_databases! {
    canned_replies_are_made_changed_and_deleted,
    a_personal_one_is_its_authors_alone,
    agents_use_the_teams_and_admins_write_them,
    a_repeat_makes_one,
    shortcuts_are_taken_within_their_scope,
    old_versions_conflict,
    bad_ones_are_told_by_field,
    foreign_ones_do_not_exist,
}

const REPLIES: &str = "/api/live-chat/canned-replies";

fn body(shortcut: &str, scope: &str) -> Value {
    json!({
        "id": new_id(),
        "shortcut": shortcut,
        "title": "Greeting",
        "content": "Hello {{visitor.firstName|there}}",
        "scope": scope,
    })
}

async fn make(app: &App, token: &str, body: &Value) -> Answer {
    app.post(REPLIES).bearer(token).json(body).send().await
}

async fn made(app: &App, token: &str, shortcut: &str, scope: &str) -> String {
    let answer = make(app, token, &body(shortcut, scope)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.at("/id")
}

async fn change(app: &App, token: &str, id: &str, version: Option<&str>, body: &Value) -> Answer {
    let call = app
        .call(Method::PATCH, &format!("{REPLIES}/{id}"))
        .bearer(token)
        .json(body);
    match version {
        Some(version) => call.header("if-match", version).send().await,
        None => call.send().await,
    }
}

async fn delete(app: &App, token: &str, id: &str) -> Answer {
    app.call(Method::DELETE, &format!("{REPLIES}/{id}"))
        .bearer(token)
        .send()
        .await
}

async fn list(app: &App, token: &str) -> Value {
    app.get(REPLIES).bearer(token).send().await.json
}

async fn shortcuts(app: &App, token: &str) -> Vec<String> {
    list(app, token).await["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["shortcut"].as_str().expect("a shortcut").to_owned())
        .collect()
}

async fn canned_replies_are_made_changed_and_deleted(app: &App) {
    let owner = app.token(OWNER).await;
    let first = make(app, &owner, &body("hello", "shared")).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(
        (first.at("/scope"), first.at("/title")),
        ("shared".to_owned(), "Greeting".to_owned())
    );
    let second = made(app, &owner, "bye", "shared").await;
    assert_eq!(shortcuts(app, &owner).await, ["bye", "hello"]);
    let changed = change(
        app,
        &owner,
        &second,
        Some("\"1\""),
        &json!({"title": " Goodbye ", "content": "See you"}),
    )
    .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(
        (changed.at("/title"), changed.at("/content")),
        ("Goodbye".to_owned(), "See you".to_owned())
    );
    assert_eq!(changed.json["version"], 2);
    let same = change(app, &owner, &second, None, &json!({"title": "Goodbye"})).await;
    assert_eq!(same.json, changed.json, "no change, no version");
    assert_eq!(delete(app, &owner, &second).await.status, 204);
    delete(app, &owner, &second).await.problem(404, "not_found");
    assert_eq!(list(app, &owner).await["items"], json!([first.json]));
}

async fn a_personal_one_is_its_authors_alone(app: &App) {
    let (owner, agent) = (app.token(OWNER).await, app.token(AGENT).await);
    let (mut owners, _) = Socket::operator(app, &owner).await;
    let (mut agents, _) = Socket::operator(app, &agent).await;
    let mine = make(app, &agent, &body("mine", "personal")).await;
    assert_eq!(mine.status, 201, "{}", mine.text);
    let id = mine.at("/id");
    assert_eq!(agents.event("cannedReply.created").await["body"], mine.json);
    assert_eq!(shortcuts(app, &owner).await, Vec::<String>::new());
    change(app, &owner, &id, None, &json!({"title": "x"}))
        .await
        .problem(404, "not_found");
    delete(app, &owner, &id).await.problem(404, "not_found");
    let changed = change(app, &agent, &id, None, &json!({"title": "Mine"})).await;
    assert_eq!(agents.event("cannedReply.updated").await["body"], changed.json);
    assert_eq!(delete(app, &agent, &id).await.status, 204);
    assert_eq!(
        agents.event("cannedReply.deleted").await["body"],
        json!({"id": id})
    );
    // The first that the owner hears of is the team's.
    let shared = make(app, &owner, &body("ours", "shared")).await;
    let heard = owners.event("cannedReply.created").await;
    assert_eq!(heard["body"], shared.json);
    assert_eq!(agents.event("cannedReply.created").await["body"], shared.json);
}

async fn agents_use_the_teams_and_admins_write_them(app: &App) {
    let (owner, agent) = (app.token(OWNER).await, app.token(AGENT).await);
    let id = made(app, &owner, "hello", "shared").await;
    assert_eq!(shortcuts(app, &agent).await, ["hello"]);
    make(app, &agent, &body("other", "shared"))
        .await
        .problem(403, "forbidden");
    change(app, &agent, &id, None, &json!({"title": "Mine"}))
        .await
        .problem(403, "forbidden");
    delete(app, &agent, &id).await.problem(403, "forbidden");
    for method in [Method::GET, Method::POST] {
        app.call(method, REPLIES)
            .send()
            .await
            .problem(401, "unauthenticated");
    }
}

async fn a_repeat_makes_one(app: &App) {
    let (owner, agent) = (app.token(OWNER).await, app.token(AGENT).await);
    let body = body("hello", "shared");
    let answers = futures_util::future::join_all((0..20).map(|_| make(app, &owner, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        // Whoever comes in the same instant may have to ask once more.
        assert!(
            answer.status == 200 || answer.json["code"] == "id_reused",
            "{}",
            answer.text
        );
    }
    let again = make(app, &owner, &body).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(list(app, &owner).await["items"], json!([again.json]));
    let mut personal = body.clone();
    personal["scope"] = json!("personal");
    make(app, &agent, &personal).await.problem(409, "id_reused");
    let mut other = body;
    other["content"] = json!("Something else");
    make(app, &owner, &other).await.problem(409, "id_reused");
}

async fn shortcuts_are_taken_within_their_scope(app: &App) {
    let (owner, agent) = (app.token(OWNER).await, app.token(AGENT).await);
    made(app, &owner, "hello", "shared").await;
    let other = made(app, &owner, "other", "shared").await;
    let taken = make(app, &owner, &body("hello", "shared")).await;
    assert!(taken.problem(422, "validation_failed")["fields"]["shortcut"].is_array());
    let taken = change(app, &owner, &other, None, &json!({"shortcut": "hello"})).await;
    assert!(taken.problem(422, "validation_failed")["fields"]["shortcut"].is_array());
    for token in [&owner, &agent] {
        made(app, token, "hello", "personal").await;
        make(app, token, &body("hello", "personal"))
            .await
            .problem(422, "validation_failed");
    }
    let bodies: Vec<Value> = (0..20).map(|_| body("race", "shared")).collect();
    let answers = futures_util::future::join_all(bodies.iter().map(|body| make(app, &owner, body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    // Another account has shortcuts of its own.
    let stranger = app.second_account("owner@other.test").await;
    made(app, &stranger.token, "hello", "shared").await;
}

async fn old_versions_conflict(app: &App) {
    let owner = app.token(OWNER).await;
    let id = made(app, &owner, "hello", "shared").await;
    change(app, &owner, &id, Some("\"1\""), &json!({"title": "Second"})).await;
    let refused = change(app, &owner, &id, Some("\"1\""), &json!({"title": "Third"})).await;
    assert_eq!(refused.problem(409, "conflict")["current"]["title"], "Second");
    change(app, &owner, &id, Some("1"), &json!({"title": "Third"}))
        .await
        .problem(400, "bad_request");
}

async fn bad_ones_are_told_by_field(app: &App) {
    let owner = app.token(OWNER).await;
    let id = made(app, &owner, "hello", "shared").await;
    for (field, bad) in [
        ("shortcut", json!("")),
        ("shortcut", json!("Hello")),
        ("shortcut", json!("x".repeat(33))),
        ("title", json!(" ")),
        ("title", json!("x".repeat(101))),
        ("content", json!(" ")),
        ("content", json!("x".repeat(10_001))),
        ("content", json!("Hi {{visitor.age}}")),
        ("content", json!(7)),
    ] {
        let mut whole = body("other", "shared");
        whole[field] = bad.clone();
        let refused = make(app, &owner, &whole).await;
        let fields = &refused.problem(422, "validation_failed")["fields"];
        assert!(fields[field].is_array(), "{field}: {bad}");
        let refused = change(app, &owner, &id, None, &json!({field: bad})).await;
        let fields = &refused.problem(422, "validation_failed")["fields"];
        assert!(fields[field].is_array(), "{field}: {bad}");
    }
    assert_eq!(shortcuts(app, &owner).await, ["hello"]);
}

async fn foreign_ones_do_not_exist(app: &App) {
    let owner = app.token(OWNER).await;
    let stranger = app.second_account("owner@other.test").await;
    let id = made(app, &owner, "hello", "shared").await;
    assert_eq!(shortcuts(app, &stranger.token).await, Vec::<String>::new());
    change(app, &stranger.token, &id, None, &json!({"title": "x"}))
        .await
        .problem(404, "not_found");
    delete(app, &stranger.token, &id).await.problem(404, "not_found");
    let mut same = body("hello", "shared");
    same["id"] = json!(id);
    make(app, &stranger.token, &same).await.problem(409, "id_reused");
}
