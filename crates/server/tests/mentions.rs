//! Members whom internal notes name.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::{AGENT, App, OWNER, new_id};
use serde_json::{Value, json};

common::on_both_databases! {
    a_note_names_members_of_the_team,
    what_a_visitor_reads_names_nobody,
    who_is_not_in_the_team_is_left_out,
}

async fn id_of(app: &App, token: &str) -> Value {
    app.get("/api/auth/me").bearer(token).send().await.json["id"].clone()
}

async fn a_note_names_members_of_the_team(app: &App) {
    let (agent, owner) = (app.token(AGENT).await, app.token(OWNER).await);
    let (adam, olga) = (id_of(app, &agent).await, id_of(app, &owner).await);
    let chat = app.chatting_visitor("hello").await;
    let note = json!({"id": new_id(), "visibility": "internal", "mentions": [olga, adam, olga]});
    let first = app
        .reply(&agent, &chat.conversation, "@Olga look", note.clone())
        .await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(
        first.json["message"]["mentions"],
        json!([olga, adam]),
        "each once, in order"
    );
    let path = format!("/api/live-chat/conversations/{}/messages", chat.conversation);
    let history = app.get(&path).bearer(&owner).send().await;
    let items = history.json["items"].as_array().expect("items");
    assert_eq!(items.last().expect("the note"), &first.json["message"]);
    let mut other = note;
    other["mentions"] = json!([]);
    let again = app.reply(&agent, &chat.conversation, "@Olga look", other).await;
    assert_eq!(
        (again.status, &again.json),
        (200, &first.json),
        "the text is what is the same"
    );
}

async fn what_a_visitor_reads_names_nobody(app: &App) {
    let agent = app.token(AGENT).await;
    let adam = id_of(app, &agent).await;
    let chat = app.chatting_visitor("hello").await;
    for (visibility, mentions) in [
        ("public", json!([adam])),
        ("internal", Value::from(vec![adam.clone(); 51])),
    ] {
        let more = json!({"id": new_id(), "visibility": visibility, "mentions": mentions});
        let refused = app.reply(&agent, &chat.conversation, "@Adam", more).await;
        assert!(refused.problem(422, "validation_failed")["fields"]["mentions"].is_array());
    }
    let plain = app
        .reply(&agent, &chat.conversation, "hi", json!({"id": new_id()}))
        .await;
    assert!(plain.json["message"].get("mentions").is_none());
}

async fn who_is_not_in_the_team_is_left_out(app: &App) {
    let (agent, owner) = (app.token(AGENT).await, app.token(OWNER).await);
    let olga = id_of(app, &owner).await;
    let stranger = app.second_account("owner@other.test").await;
    let foreign = id_of(app, &stranger.token).await;
    let chat = app.chatting_visitor("hello").await;
    let note = json!({"id": new_id(), "visibility": "internal", "mentions": [foreign, new_id(), olga]});
    let stored = app.reply(&agent, &chat.conversation, "@all", note).await;
    assert_eq!(
        stored.json["message"]["mentions"],
        json!([olga]),
        "{}",
        stored.text
    );
}
