//! The team's labels, and labels on conversations.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;

common::on_both_databases! {
    labels_are_made_changed_and_deleted,
    every_member_hears_of_labels,
    a_repeat_makes_one_label,
    names_are_taken_whatever_their_case,
    old_versions_conflict,
    bad_labels_are_told_by_field,
    agents_make_labels_and_admins_manage_them,
    foreign_labels_do_not_exist,
    conversations_carry_labels,
    deleting_races_with_putting_on,
}

const LABELS: &str = "/api/live-chat/labels";

async fn make(app: &App, token: &str, body: &Value) -> Answer {
    app.post(LABELS).bearer(token).json(body).send().await
}

async fn made(app: &App, token: &str, name: &str) -> String {
    let answer = make(app, token, &json!({"id": new_id(), "name": name})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.at("/id")
}

async fn change(app: &App, token: &str, id: &str, version: Option<&str>, body: &Value) -> Answer {
    let call = app
        .call(Method::PATCH, &format!("{LABELS}/{id}"))
        .bearer(token)
        .json(body);
    match version {
        Some(version) => call.header("if-match", version).send().await,
        None => call.send().await,
    }
}

async fn delete(app: &App, token: &str, id: &str) -> Answer {
    app.call(Method::DELETE, &format!("{LABELS}/{id}"))
        .bearer(token)
        .send()
        .await
}

async fn list(app: &App, token: &str) -> Value {
    app.get(LABELS).bearer(token).send().await.json
}

async fn put(app: &App, token: &str, conversation: &str, set: Value) -> Answer {
    app.call(Method::PATCH, "/api/live-chat/conversations")
        .bearer(token)
        .json(&json!({"actionId": new_id(), "items": [{"id": conversation}], "set": set}))
        .send()
        .await
}

async fn labels_are_made_changed_and_deleted(app: &App) {
    let owner = app.token(OWNER).await;
    let first = make(
        app,
        &owner,
        &json!({"id": new_id(), "name": " Refund ", "colour": "red"}),
    )
    .await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(
        (first.at("/name"), first.at("/colour")),
        ("Refund".to_owned(), "red".to_owned())
    );
    let second = made(app, &owner, "bug").await;
    let all = list(app, &owner).await;
    let names: Vec<&Value> = all["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| &item["name"])
        .collect();
    assert_eq!(names, ["bug", "Refund"], "by name");

    let changed = change(
        app,
        &owner,
        &second,
        Some("\"1\""),
        &json!({"name": "Bug", "colour": "blue"}),
    )
    .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.json["version"], 2);
    let same = change(app, &owner, &second, None, &json!({"name": "Bug"})).await;
    assert_eq!(same.json, changed.json, "no change, no version");
    assert_eq!(delete(app, &owner, &second).await.status, 204);
    delete(app, &owner, &second).await.problem(404, "not_found");
    assert_eq!(list(app, &owner).await["items"], json!([first.json]));
}

async fn every_member_hears_of_labels(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let stranger = app.second_account("owner@other.test").await;
    // Labels are no website's: even an agent without one hears of them.
    app.execute("DELETE FROM member_websites").await;
    let (mut socket, welcome) = Socket::operator(app, &agent).await;
    let (mut strangers, _) = Socket::operator(app, &stranger.token).await;
    let label = make(app, &owner, &json!({"id": new_id(), "name": "Refund"})).await;
    let id = label.at("/id");
    assert_eq!(socket.event("label.created").await["body"], label.json);
    let changed = change(app, &owner, &id, None, &json!({"colour": "green"})).await;
    assert_eq!(socket.event("label.updated").await["body"], changed.json);
    delete(app, &owner, &id).await;
    let last = socket.event("label.deleted").await;
    assert_eq!(last["body"], json!({"id": id}));
    assert_eq!(list(app, &owner).await["asOf"]["offset"], last["offset"]);
    let path = format!(
        "/api/events?after={}&epoch={}",
        welcome["head"].as_str().expect("an offset"),
        welcome["epoch"].as_str().expect("an epoch")
    );
    let page = app.get(&path).bearer(&agent).send().await;
    assert_eq!(page.json["events"].as_array().expect("events").len(), 3);
    strangers.send(&json!({"t": "ping", "n": 1})).await;
    assert_eq!(strangers.frame().await["t"], "pong");
}

async fn a_repeat_makes_one_label(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let body = json!({"id": new_id(), "name": "Refund", "colour": "red"});
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
    make(app, &agent, &body).await.problem(409, "id_reused");
    let mut other = body;
    other["colour"] = json!("blue");
    make(app, &owner, &other).await.problem(409, "id_reused");
}

async fn names_are_taken_whatever_their_case(app: &App) {
    let owner = app.token(OWNER).await;
    made(app, &owner, "Größe").await;
    let other = made(app, &owner, "Other").await;
    let taken = make(app, &owner, &json!({"id": new_id(), "name": "GRÖßE"})).await;
    assert!(taken.problem(422, "validation_failed")["fields"]["name"].is_array());
    let taken = change(app, &owner, &other, None, &json!({"name": "größe "})).await;
    assert!(taken.problem(422, "validation_failed")["fields"]["name"].is_array());
    let bodies: Vec<Value> = (0..20).map(|_| json!({"id": new_id(), "name": "Race"})).collect();
    let answers = futures_util::future::join_all(bodies.iter().map(|body| make(app, &owner, body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(422, "validation_failed");
    }
    // Another account has names of its own.
    let stranger = app.second_account("owner@other.test").await;
    made(app, &stranger.token, "Race").await;
}

async fn old_versions_conflict(app: &App) {
    let owner = app.token(OWNER).await;
    let id = made(app, &owner, "Refund").await;
    change(app, &owner, &id, Some("\"1\""), &json!({"name": "Refunds"})).await;
    let refused = change(app, &owner, &id, Some("\"1\""), &json!({"name": "Money"})).await;
    assert_eq!(refused.problem(409, "conflict")["current"]["name"], "Refunds");
    for bad in ["1", "\"x\"", "W/\"1\"", "*"] {
        change(app, &owner, &id, Some(bad), &json!({"name": "Money"}))
            .await
            .problem(400, "bad_request");
    }
}

async fn bad_labels_are_told_by_field(app: &App) {
    let owner = app.token(OWNER).await;
    let id = made(app, &owner, "Refund").await;
    for (bad, field) in [
        (json!({"name": " "}), "name"),
        (json!({"name": "x".repeat(51)}), "name"),
        (json!({"name": "a\u{7}b"}), "name"),
        (json!({"name": "x", "colour": "plaid"}), "colour"),
        (json!({"name": 7}), "name"),
    ] {
        let mut whole = bad.clone();
        whole["id"] = json!(new_id());
        let refused = make(app, &owner, &whole).await;
        assert!(
            refused.problem(422, "validation_failed")["fields"][field].is_array(),
            "{bad}"
        );
        let refused = change(app, &owner, &id, None, &bad).await;
        assert!(
            refused.problem(422, "validation_failed")["fields"][field].is_array(),
            "{bad}"
        );
    }
    assert_eq!(list(app, &owner).await["items"].as_array().map(Vec::len), Some(1));
}

async fn agents_make_labels_and_admins_manage_them(app: &App) {
    let agent = app.token(AGENT).await;
    let id = made(app, &agent, "Refund").await;
    change(app, &agent, &id, None, &json!({"name": "Mine"}))
        .await
        .problem(403, "forbidden");
    delete(app, &agent, &id).await.problem(403, "forbidden");
    for method in [Method::GET, Method::POST] {
        app.call(method, LABELS)
            .send()
            .await
            .problem(401, "unauthenticated");
    }
}

async fn foreign_labels_do_not_exist(app: &App) {
    let owner = app.token(OWNER).await;
    let stranger = app.second_account("owner@other.test").await;
    let chat = app.chatting_visitor("Hello").await;
    let id = made(app, &owner, "Refund").await;
    assert_eq!(list(app, &stranger.token).await["items"], json!([]));
    change(app, &stranger.token, &id, None, &json!({"name": "x"}))
        .await
        .problem(404, "not_found");
    delete(app, &stranger.token, &id).await.problem(404, "not_found");
    make(app, &stranger.token, &json!({"id": id, "name": "Refund"}))
        .await
        .problem(409, "id_reused");
    let theirs = made(app, &stranger.token, "Theirs").await;
    let refused = put(app, &owner, &chat.conversation, json!({"addLabels": [theirs]})).await;
    assert!(refused.problem(422, "validation_failed")["fields"]["set.addLabels"].is_array());
}

async fn conversations_carry_labels(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Hello").await;
    let other = app.chatting_visitor("Me too").await;
    let (a, b) = (made(app, &owner, "A").await, made(app, &owner, "B").await);
    let (mut socket, _) = Socket::operator(app, &owner).await;
    let both = put(app, &owner, &chat.conversation, json!({"addLabels": [b, a]})).await;
    let conversation = &both.json["results"][0]["conversation"];
    assert_eq!(conversation["labels"], json!([a, b]), "{}", both.text);
    assert_eq!(socket.event("conversation.updated").await["body"], *conversation);
    put(app, &owner, &other.conversation, json!({"addLabels": [a]})).await;
    let swapped = put(
        app,
        &owner,
        &chat.conversation,
        json!({"addLabels": [b], "removeLabels": [a, new_id()]}),
    )
    .await;
    assert_eq!(swapped.json["results"][0]["conversation"]["labels"], json!([b]));

    let with = |label: &str| {
        let path = format!("/api/live-chat/conversations?label={label}");
        let call = app.get(&path).bearer(&owner);
        async move {
            let found = call.send().await;
            let items = found.json["items"].as_array().expect("items").clone();
            items
                .iter()
                .map(|item| item["id"].as_str().expect("an id").to_owned())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(with(&b).await, [chat.conversation.as_str()]);
    assert_eq!(with(&a).await, [other.conversation.as_str()]);
    app.get("/api/live-chat/conversations?label=x")
        .bearer(&owner)
        .send()
        .await
        .problem(400, "bad_request");

    // Messages keep labels; deleting a label takes it off.
    app.say(&chat.token, "More").await;
    assert_eq!(delete(app, &owner, &b).await.status, 204);
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let read = app.get(&path).bearer(&owner).send().await;
    assert_eq!(read.json["labels"], json!([]));
    assert_eq!(with(&b).await, Vec::<String>::new());
}

async fn deleting_races_with_putting_on(app: &App) {
    let owner = app.token(OWNER).await;
    let mut chats = Vec::new();
    for n in 0..8 {
        chats.push(app.chatting_visitor(&format!("{n}")).await);
    }
    for round in 0..4 {
        let label = made(app, &owner, &format!("Label {round}")).await;
        let puts = futures_util::future::join_all(
            chats
                .iter()
                .map(|chat| put(app, &owner, &chat.conversation, json!({"addLabels": [label]}))),
        );
        let says = futures_util::future::join_all(chats.iter().map(|chat| app.say(&chat.token, "meanwhile")));
        let (puts, says, deleted) = tokio::join!(puts, says, delete(app, &owner, &label));
        assert_eq!(deleted.status, 204, "{}", deleted.text);
        assert!(says.iter().all(|said| said.status == 201));
        for answer in puts {
            assert!(matches!(answer.status, 200 | 422), "{}", answer.text);
        }
        let list = app
            .get("/api/live-chat/conversations?status=all")
            .bearer(&owner)
            .send()
            .await;
        for item in list.json["items"].as_array().expect("items") {
            assert_eq!(item["labels"], json!([]), "{item}");
        }
    }
}
