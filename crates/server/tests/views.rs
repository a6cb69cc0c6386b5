//! Saved filters of the list of conversations.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use switchboard_contract::validate::Violation;

common::on_both_databases! {
    a_view_is_made_changed_and_deleted,
    the_same_again_gives_the_first_one,
    views_are_of_one_person_or_shared,
    only_those_who_manage_share,
    an_old_version_is_told_of_the_new_one,
    bad_views_are_told_by_field,
    other_accounts_see_nothing,
    there_is_an_end_to_them,
}

const PATH: &str = "/api/live-chat/views";

async fn save(app: &App, token: &str, body: Value) -> Answer {
    app.post(PATH).bearer(token).json(&body).send().await
}

async fn list(app: &App, token: &str) -> Vec<Value> {
    let answer = app.get(PATH).bearer(token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.json["asOf"]["offset"].is_string());
    answer.json["items"].as_array().expect("items").clone()
}

async fn change(app: &App, token: &str, id: &str, version: &str, body: Value) -> Answer {
    app.call(Method::PATCH, &format!("{PATH}/{id}"))
        .bearer(token)
        .header("if-match", &format!("\"{version}\""))
        .json(&body)
        .send()
        .await
}

async fn delete(app: &App, token: &str, id: &str) -> Answer {
    app.call(Method::DELETE, &format!("{PATH}/{id}"))
        .bearer(token)
        .send()
        .await
}

fn names(views: &[Value]) -> Vec<&str> {
    views.iter().filter_map(|view| view["name"].as_str()).collect()
}

async fn a_view_is_made_changed_and_deleted(app: &App) {
    let agent = app.token(AGENT).await;
    let id = new_id();
    let filter =
        json!({"status": "closed", "assignee": "me", "unread": true, "q": "refund", "sort": "oldest"});
    let made = save(
        app,
        &agent,
        json!({"id": id, "name": " Refunds ", "filter": filter}),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json["name"], "Refunds");
    assert_eq!(made.json["filter"], filter);
    assert_eq!(
        (&made.json["position"], &made.json["version"]),
        (&json!(0), &json!(1))
    );
    let second = save(
        app,
        &agent,
        json!({"id": new_id(), "name": "All", "filter": {"status": "all"}}),
    )
    .await;
    assert_eq!(second.json["position"], 1);
    let changed = change(
        app,
        &agent,
        &id,
        "1",
        json!({"name": "Money back", "position": 7}),
    )
    .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.json["filter"], filter);
    assert_eq!(changed.json["version"], 2);
    assert_eq!(names(&list(app, &agent).await), ["All", "Money back"]);
    let same = change(app, &agent, &id, "2", json!({"name": "Money back"})).await;
    assert_eq!(same.json["version"], 2);
    assert_eq!(delete(app, &agent, &id).await.status, 204);
    delete(app, &agent, &id).await.problem(404, "not_found");
    assert_eq!(names(&list(app, &agent).await), ["All"]);
}

async fn the_same_again_gives_the_first_one(app: &App) {
    let (agent, owner) = (app.token(AGENT).await, app.token(OWNER).await);
    let id = new_id();
    let body = json!({"id": id, "name": "Refunds", "filter": {"q": "refund"}});
    let first = save(app, &agent, body.clone()).await;
    let again = save(app, &agent, body.clone()).await;
    assert_eq!((again.status, &again.json), (200, &first.json));
    change(app, &agent, &id, "1", json!({"name": "Other"})).await;
    let late = save(app, &agent, body.clone()).await;
    assert_eq!((late.status, late.at("/name")), (200, "Other".to_owned()));
    let other = json!({"id": id, "name": "Refunds", "filter": {}});
    save(app, &agent, other).await.problem(409, "id_reused");
    save(app, &owner, body).await.problem(409, "id_reused");
    // Deleted, it may be saved again: that is how a deletion is undone.
    delete(app, &agent, &id).await;
    let back = json!({"id": id, "name": "Other", "filter": {"q": "refund"}, "position": 3});
    let back = save(app, &agent, back).await;
    assert_eq!((back.status, &back.json["position"]), (201, &json!(3)));
}

async fn views_are_of_one_person_or_shared(app: &App) {
    let (agent, owner) = (app.token(AGENT).await, app.token(OWNER).await);
    let own = new_id();
    save(app, &owner, json!({"id": own, "name": "Own"})).await;
    let shared = new_id();
    let body = json!({"id": shared, "name": "Team", "isShared": true, "filter": {"sort": "waiting"}});
    assert_eq!(save(app, &owner, body).await.status, 201);
    assert_eq!(names(&list(app, &owner).await), ["Own", "Team"]);
    assert_eq!(names(&list(app, &agent).await), ["Team"]);
    // Another person's own view is not there.
    change(app, &agent, &own, "1", json!({"name": "x"}))
        .await
        .problem(404, "not_found");
    delete(app, &agent, &own).await.problem(404, "not_found");
    change(app, &owner, &shared, "1", json!({"isShared": false})).await;
    assert_eq!(names(&list(app, &agent).await), Vec::<&str>::new());
}

async fn only_those_who_manage_share(app: &App) {
    let (agent, owner) = (app.token(AGENT).await, app.token(OWNER).await);
    let id = new_id();
    save(
        app,
        &agent,
        json!({"id": new_id(), "name": "Mine", "isShared": true}),
    )
    .await
    .problem(403, "forbidden");
    save(app, &agent, json!({"id": id, "name": "Mine"})).await;
    change(app, &agent, &id, "1", json!({"isShared": true}))
        .await
        .problem(403, "forbidden");
    let shared = new_id();
    save(
        app,
        &owner,
        json!({"id": shared, "name": "Team", "isShared": true}),
    )
    .await;
    change(app, &agent, &shared, "1", json!({"name": "x"}))
        .await
        .problem(403, "forbidden");
    delete(app, &agent, &shared).await.problem(403, "forbidden");
    assert_eq!(names(&list(app, &agent).await), ["Mine", "Team"]);
}

async fn an_old_version_is_told_of_the_new_one(app: &App) {
    let agent = app.token(AGENT).await;
    let id = new_id();
    save(app, &agent, json!({"id": id, "name": "One"})).await;
    change(app, &agent, &id, "1", json!({"name": "Two"})).await;
    let late = change(app, &agent, &id, "1", json!({"name": "Three"})).await;
    assert_eq!(late.problem(409, "conflict")["current"]["name"], "Two");
}

async fn bad_views_are_told_by_field(app: &App) {
    let agent = app.token(AGENT).await;
    let long = "é".repeat(61);
    for (name, filter, field, violation) in [
        (" ", json!({}), "name", Violation::Required),
        (long.as_str(), json!({}), "name", Violation::TooLong(60)),
        ("a\u{7}", json!({}), "name", Violation::ControlCharacters),
        ("x", json!({"status": "loud"}), "status", Violation::Choice),
        ("x", json!({"sort": "loud"}), "sort", Violation::Choice),
        ("x", json!({"assignee": "you"}), "assignee", Violation::Choice),
        ("x", json!({"q": "q".repeat(201)}), "q", Violation::TooLong(200)),
    ] {
        let refused = save(
            app,
            &agent,
            json!({"id": new_id(), "name": name, "filter": filter}),
        )
        .await;
        let fields = refused.problem(422, "validation_failed")["fields"].clone();
        assert_eq!(fields, json!({field: [violation.message()]}));
    }
    assert_eq!(list(app, &agent).await, Vec::<Value>::new());
    app.get(PATH).send().await.problem(401, "unauthenticated");
}

async fn other_accounts_see_nothing(app: &App) {
    let owner = app.token(OWNER).await;
    let other = app.second_account("views@other.test").await;
    let id = new_id();
    let body = json!({"id": id, "name": "Team", "isShared": true});
    save(app, &owner, body.clone()).await;
    assert_eq!(list(app, &other.token).await, Vec::<Value>::new());
    change(app, &other.token, &id, "1", json!({"name": "x"}))
        .await
        .problem(404, "not_found");
    delete(app, &other.token, &id).await.problem(404, "not_found");
    save(app, &other.token, body).await.problem(409, "id_reused");
}

async fn there_is_an_end_to_them(app: &App) {
    let agent = app.token(AGENT).await;
    for n in 0..100 {
        let made = save(app, &agent, json!({"id": new_id(), "name": n.to_string()})).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    let refused = save(app, &agent, json!({"id": new_id(), "name": "one more"})).await;
    let fields = refused.problem(422, "validation_failed")["fields"].clone();
    assert_eq!(fields, json!({"name": [Violation::TooManyViews(100).message()]}));
}
