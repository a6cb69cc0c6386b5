//! Deleting conversations: what goes, what stays, who hears of it, and what comes for it afterwards.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod socket;

use std::collections::BTreeMap;

use accounts::{get, new_member};
use common::{AGENT, Answer, App, ChattingVisitor, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;
use sqlx::{Column as _, Row as _};
use switchboard_contract::time::Timestamp;
use switchboard_server::db::Dialect;
use switchboard_server::upkeep;

common::on_both_databases! {
    it_is_gone_and_a_repeat_is_told_the_same,
    nothing_that_was_said_stays_anywhere,
    the_logs_stay_dense_and_say_nothing,
    team_and_visitor_hear_of_it,
    a_kept_result_says_nothing,
    only_those_who_manage_the_team_delete,
    an_action_id_stands_for_one_deletion,
    what_still_comes_for_it_is_refused,
    its_visitor_begins_another_one,
    a_visitors_lost_message_does_not_come_back,
    it_is_forgotten_after_ninety_days,
    reports_keep_what_they_count,
    it_races_with_messages_and_closing,
}

/// A text that nothing else holds.
const CANARY: &str = "canary7f3a";

fn path(id: &str) -> String {
    format!("/api/live-chat/conversations/{id}")
}

async fn delete(app: &App, token: &str, id: &str) -> Answer {
    app.call(Method::DELETE, &path(id)).bearer(token).send().await
}

async fn close(app: &App, token: &str, id: &str, action: &str) -> Answer {
    app.call(Method::PATCH, "/api/live-chat/conversations")
        .bearer(token)
        .json(&json!({"actionId": action, "items": [{"id": id}], "set": {"status": "closed"}}))
        .send()
        .await
}

/// An owner's token and a conversation in which both sides said the canary.
async fn talk(app: &App) -> (String, ChattingVisitor) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor(&format!("Hello {CANARY}")).await;
    let reply = app
        .reply(&owner, &chat.conversation, &format!("Hi {CANARY}"), json!({}))
        .await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let note = json!({"visibility": "internal"});
    let note = app
        .reply(&owner, &chat.conversation, &format!("Note {CANARY}"), note)
        .await;
    assert_eq!(note.status, 201, "{}", note.text);
    (owner, chat)
}

/// The columns that hold text, table by table.
async fn texts(app: &App) -> Vec<(String, String)> {
    let sql = match app.state.db.dialect() {
        Dialect::Sqlite => {
            // The columns of full-text indexes have no type.
            "SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND (c.type = 'TEXT' OR c.type = '')"
        }
        Dialect::Postgres => {
            "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type IN ('text', 'tsvector')"
        }
    };
    app.state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let rows = sqlx::query(sql).fetch_all(tx.conn()).await?;
                Ok(rows.iter().map(|row| (row.get("t"), row.get("c"))).collect())
            })
        })
        .await
        .expect("columns")
}

/// Where a text stands in the database.
async fn places_of(app: &App, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (table, column) in texts(app).await {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE CAST({column} AS TEXT) LIKE '%{text}%'");
        if app.number(&sql).await > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

async fn it_is_gone_and_a_repeat_is_told_the_same(app: &App) {
    let (owner, chat) = talk(app).await;
    for _ in 0..2 {
        let answer = delete(app, &owner, &chat.conversation).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    }
    for what in ["", "/messages"] {
        let answer = get(app, &format!("{}{what}", path(&chat.conversation)), &owner).await;
        answer.problem(404, "not_found");
    }
    let list = get(app, "/api/live-chat/conversations?status=all&limit=200", &owner).await;
    assert!(!list.text.contains(&chat.conversation), "{}", list.text);
    delete(app, &owner, &new_id()).await.problem(404, "not_found");
}

async fn nothing_that_was_said_stays_anywhere(app: &App) {
    let (owner, chat) = talk(app).await;
    close(app, &owner, &chat.conversation, &new_id()).await;
    let before = places_of(app, CANARY).await;
    for place in [
        "messages.content",
        "events.body",
        "visitor_events.body",
        "action_results.body",
        "search_messages.words",
    ] {
        assert!(before.iter().any(|known| known == place), "{place} in {before:?}");
    }
    assert_eq!(delete(app, &owner, &chat.conversation).await.status, 204);
    assert_eq!(places_of(app, CANARY).await, Vec::<String>::new());
    if app.state.db.dialect() == Dialect::Sqlite {
        // Nor in what SQLite let go of: its pages are overwritten.
        let file = app.state.config.data_dir.join("test.sqlite");
        app.state.db.close().await;
        let bytes = std::fs::read(file).expect("the file");
        let canary = CANARY.as_bytes();
        assert!(
            !bytes.windows(canary.len()).any(|part| part == canary),
            "the file still says it"
        );
    }
}

/// Everything in the account's log.
async fn log(app: &App, token: &str) -> Vec<Value> {
    let list = get(app, "/api/live-chat/conversations?limit=1", token).await;
    let epoch = list.at("/asOf/epoch");
    let mut events = Vec::new();
    loop {
        let page = get(
            app,
            &format!("/api/events?after={}&epoch={epoch}&limit=200", events.len()),
            token,
        )
        .await;
        events.extend(page.json["events"].as_array().expect("events").clone());
        if page.json["hasMore"] != true {
            return events;
        }
    }
}

async fn the_logs_stay_dense_and_say_nothing(app: &App) {
    let (owner, chat) = talk(app).await;
    let kept = app.chatting_visitor("Another one").await;
    let before = log(app, &owner).await;
    delete(app, &owner, &chat.conversation).await;
    let after = log(app, &owner).await;
    assert_eq!(after.len(), before.len() + 1, "every place stays, and one is new");
    for (index, event) in after.iter().enumerate() {
        assert_eq!(event["offset"], (index + 1).to_string());
        let ours = event["conversationId"] == chat.conversation.as_str();
        assert!(!ours || event["body"].is_null(), "{event}");
        if event["conversationId"] == kept.conversation.as_str() {
            assert!(event["body"].is_object(), "{event}");
        }
    }
    for (then, now) in before.iter().zip(&after) {
        for field in ["type", "id", "at", "seq"] {
            assert_eq!(then[field], now[field]);
        }
    }
    assert_eq!(after.last().expect("an event")["type"], "conversation.deleted");
}

async fn team_and_visitor_hear_of_it(app: &App) {
    let (owner, chat) = talk(app).await;
    let agent = app.token(AGENT).await;
    let (mut colleague, _) = Socket::operator(app, &agent).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    delete(app, &owner, &chat.conversation).await;
    for socket in [&mut colleague, &mut visitor] {
        let told = socket.event("conversation.deleted").await;
        assert_eq!(told["conversationId"], chat.conversation.as_str(), "{told}");
        assert!(told["body"].is_null(), "{told}");
    }
}

async fn a_kept_result_says_nothing(app: &App) {
    let (owner, chat) = talk(app).await;
    let action = new_id();
    let first = close(app, &owner, &chat.conversation, &action).await;
    assert!(first.text.contains(CANARY), "{}", first.text);
    delete(app, &owner, &chat.conversation).await;
    let again = close(app, &owner, &chat.conversation, &action).await;
    assert_eq!(
        again.json["results"][0]["problem"]["code"], "not_found",
        "{}",
        again.text
    );
    assert_eq!(again.json["position"], first.json["position"]);
    assert!(!again.text.contains(CANARY), "{}", again.text);
}

async fn only_those_who_manage_the_team_delete(app: &App) {
    let (owner, chat) = talk(app).await;
    let agent = app.token(AGENT).await;
    delete(app, &agent, &chat.conversation)
        .await
        .problem(403, "forbidden");
    let other = app.second_account("other@demo.test").await;
    delete(app, &other.token, &chat.conversation)
        .await
        .problem(404, "not_found");
    assert_eq!(get(app, &path(&chat.conversation), &owner).await.status, 200);
    let (_, admin) = new_member(app, &owner, "admin@demo.test", "admin").await;
    assert_eq!(delete(app, &admin, &chat.conversation).await.status, 204);
    // The other account learns nothing of what was there.
    delete(app, &other.token, &chat.conversation)
        .await
        .problem(404, "not_found");
    app.reply(&other.token, &chat.conversation, "Hm", json!({}))
        .await
        .problem(404, "not_found");
}

async fn an_action_id_stands_for_one_deletion(app: &App) {
    let (owner, chat) = talk(app).await;
    let other = app.chatting_visitor("Another one").await;
    let action = new_id();
    let with = |id: &str| format!("{}?actionId={action}", path(id));
    let call = |path: String| app.call(Method::DELETE, &path).bearer(&owner);
    for _ in 0..2 {
        assert_eq!(call(with(&chat.conversation)).send().await.status, 204);
    }
    call(with(&other.conversation))
        .send()
        .await
        .problem(409, "id_reused");
    assert_eq!(get(app, &path(&other.conversation), &owner).await.status, 200);
    let changed = close(app, &owner, &other.conversation, &action).await;
    changed.problem(409, "id_reused");
    call(format!("{}?actionId=x", path(&other.conversation)))
        .send()
        .await
        .problem(400, "bad_request");
}

async fn what_still_comes_for_it_is_refused(app: &App) {
    let (owner, chat) = talk(app).await;
    let agent = app.token(AGENT).await;
    delete(app, &owner, &chat.conversation).await;
    for visibility in ["public", "internal"] {
        let late = app
            .reply(
                &agent,
                &chat.conversation,
                "Late",
                json!({"visibility": visibility, "reopen": true}),
            )
            .await;
        late.problem(410, "gone");
    }
    let changed = close(app, &agent, &chat.conversation, &new_id()).await;
    assert_eq!(
        changed.json["results"][0]["problem"]["code"], "not_found",
        "{}",
        changed.text
    );
    let read = app
        .post(&format!("{}/read", path(&chat.conversation)))
        .bearer(&agent)
        .json(&json!({"seq": 1}))
        .send()
        .await;
    read.problem(404, "not_found");
}

async fn visitor_says(app: &App, token: &str, body: Value) -> Answer {
    app.post("/api/visitor/messages")
        .bearer(token)
        .json(&body)
        .send()
        .await
}

async fn its_visitor_begins_another_one(app: &App) {
    let (owner, chat) = talk(app).await;
    let said = new_id();
    visitor_says(app, &chat.token, json!({"id": said, "content": "More"})).await;
    delete(app, &owner, &chat.conversation).await;
    let history = app.get("/api/visitor/messages").bearer(&chat.token).send().await;
    assert_eq!(history.json["items"], json!([]), "{}", history.text);
    // It was queued behind a message that is deleted by now.
    let next = json!({"id": new_id(), "content": "Still there?", "afterId": said});
    let next = visitor_says(app, &chat.token, next).await;
    assert_eq!(next.status, 201, "{}", next.text);
    assert_ne!(next.at("/conversation/id"), chat.conversation);
    assert_eq!(next.json["message"]["seq"], 2, "after the notice: {}", next.text);
    // Behind one that never came it still has to wait.
    let early = json!({"id": new_id(), "content": "Early", "afterId": new_id()});
    visitor_says(app, &chat.token, early)
        .await
        .problem(409, "out_of_order");
}

async fn a_visitors_lost_message_does_not_come_back(app: &App) {
    let (owner, chat) = talk(app).await;
    let message = json!({"id": new_id(), "content": "Lost answer"});
    assert_eq!(visitor_says(app, &chat.token, message.clone()).await.status, 201);
    delete(app, &owner, &chat.conversation).await;
    visitor_says(app, &chat.token, message).await.problem(410, "gone");
}

async fn it_is_forgotten_after_ninety_days(app: &App) {
    let (owner, chat) = talk(app).await;
    let message = json!({"id": new_id(), "content": "Lost answer"});
    assert_eq!(visitor_says(app, &chat.token, message.clone()).await.status, 201);
    delete(app, &owner, &chat.conversation).await;
    let day = 24_i64 * 60 * 60 * 1_000;
    app.execute(&format!(
        "UPDATE conversation_tombstones SET deleted_at = deleted_at - {}",
        90 * day
    ))
    .await;
    delete(app, &owner, &chat.conversation)
        .await
        .problem(404, "not_found");
    app.reply(&owner, &chat.conversation, "Late", json!({}))
        .await
        .problem(404, "not_found");
    let again = visitor_says(app, &chat.token, message).await;
    assert_eq!(again.status, 201, "its id means nothing anymore: {}", again.text);

    // Until here nothing was taken away. What is young stays.
    let next = app.chatting_visitor("Another one").await;
    delete(app, &owner, &next.conversation).await;
    upkeep::tidy(&app.state.db, app.state.clock.now(), &app.state.config.logs)
        .await
        .expect("tidied up");
    for (table, left) in [("conversation_tombstones", 1), ("message_tombstones", 1)] {
        assert_eq!(
            app.number(&format!("SELECT COUNT(*) FROM {table}")).await,
            left,
            "{table}"
        );
    }
}

/// The whole row that is kept of the only deleted conversation, by the name of its columns.
async fn fact(app: &App) -> BTreeMap<String, Value> {
    app.state
        .db
        .read(|tx| {
            Box::pin(async move {
                let row = sqlx::query("SELECT * FROM conversation_facts WHERE conversation_id IS NULL")
                    .fetch_one(tx.conn())
                    .await?;
                Ok(row
                    .columns()
                    .iter()
                    .map(|column| {
                        let name = column.name();
                        let value = match row.try_get::<Option<i64>, _>(name) {
                            Ok(number) => json!(number),
                            Err(_) => json!(row.get::<Option<String>, _>(name)),
                        };
                        (name.to_owned(), value)
                    })
                    .collect())
            })
        })
        .await
        .expect("a fact")
}

/// A value that is kept as a JSON text.
fn read(value: &Value) -> Value {
    serde_json::from_str(value.as_str().expect("a text")).expect("JSON")
}

async fn reports_keep_what_they_count(app: &App) {
    let (owner, chat) = talk(app).await;
    let id = chat.conversation.as_str();
    let me = accounts::me(app, &owner).await.at("/id");
    let label = app
        .post("/api/live-chat/labels")
        .bearer(&owner)
        .json(&json!({"id": new_id(), "name": "Delivery", "colour": "blue"}))
        .send()
        .await
        .at("/id");
    let set = async |set: Value| {
        let answer = app
            .call(Method::PATCH, "/api/live-chat/conversations")
            .bearer(&owner)
            .json(&json!({"actionId": new_id(), "items": [{"id": id}], "set": set}))
            .send()
            .await;
        assert!(
            answer.json["results"][0]["conversation"].is_object(),
            "{}",
            answer.text
        );
        answer
    };
    set(json!({"assigneeId": me, "addLabels": [label]})).await;
    set(json!({"status": "closed"})).await;
    let first_closed = app
        .number(&format!("SELECT closed_at FROM conversations WHERE id = '{id}'"))
        .await;
    // So that no two instants are the same, and none is mistaken for another.
    app.state.clock.advance(60_000);
    set(json!({"status": "open"})).await;
    app.state.clock.advance(60_000);
    set(json!({"status": "closed"})).await;
    app.execute(&format!(
        "UPDATE conversations SET rating = 'good' WHERE id = '{id}'"
    ))
    .await;
    let item = get(app, &path(id), &owner).await.json;
    let instant = |text: &Value| {
        let text = text.as_str().expect("an instant");
        Timestamp::parse(text).expect("an instant").as_millis()
    };
    let of = |column: &str| {
        let kind = if column == "first" { "user" } else { "bot" };
        format!(
            "SELECT MIN(created_at) FROM messages WHERE conversation_id = '{id}' AND kind = '{kind}' AND visibility = 'public'"
        )
    };
    let (asked, answered) = (app.number(&of("first")).await, app.number(&of("reply")).await);
    let account = accounts::me(app, &owner).await.json["accountId"].clone();
    assert_eq!(delete(app, &owner, id).await.status, 204);

    let mut fact = fact(app).await;
    let mut take = |name: &str| fact.remove(name).unwrap_or_else(|| panic!("no column {name}"));
    let kept_account = take("account_id");
    assert!(account.is_null() || account == kept_account);
    assert_eq!(take("website_id"), item["websiteId"]);
    assert_eq!(take("funnel_id"), item["funnelId"]);
    assert_eq!(read(&take("labels")), json!([label]));
    assert_eq!(take("assignee_id"), json!(me));
    assert_eq!(take("was_open"), 0);
    assert_eq!(take("started_at"), instant(&item["startedAt"]));
    assert_eq!(take("first_message_at"), asked);
    assert_eq!(take("first_closed_at"), first_closed, "the first of two");
    assert_eq!(take("reopened"), 1);
    assert_eq!(take("rating"), "good");
    let mut replies = read(&take("replies"));
    let business = replies[0]["business"].take();
    let wait = answered - asked;
    assert!(
        business.as_i64().is_some_and(|open| (0..=wait).contains(&open)),
        "{business}"
    );
    assert_eq!(
        replies,
        json!([{"by": me, "at": answered, "since": asked, "business": null}])
    );
    let open = take("resolution_business");
    assert!(
        open.as_i64()
            .is_some_and(|open| (0..=first_closed - asked).contains(&open)),
        "{open}"
    );
    assert_eq!(take("is_rating_requested"), 1, "whoever rates was asked");
    assert_eq!(
        (take("conversation_id"), take("waiting_since")),
        (Value::Null, Value::Null)
    );
    let counts = read(&take("messages"));
    let sent: i64 = counts
        .as_array()
        .expect("counts")
        .iter()
        .filter_map(|pair| pair[1].as_i64())
        .sum();
    assert_eq!(
        sent, 2,
        "neither the note nor what the system says is counted: {counts}"
    );
    assert!(fact.is_empty(), "nothing else is kept: {fact:?}");
    for secret in [id, item["userId"].as_str().expect("an id")] {
        let held = places_of(app, secret).await;
        assert!(
            held.iter().all(|place| !place.starts_with("conversation_facts")),
            "{held:?}"
        );
    }
}

async fn it_races_with_messages_and_closing(app: &App) {
    let owner = app.token(OWNER).await;
    for round in 0..8 {
        let chat = app.chatting_visitor(&format!("Round {round}")).await;
        let id = chat.conversation.as_str();
        let none = || json!({"reopen": true});
        let action = new_id();
        let (gone, again, reply, said, closed) = tokio::join!(
            delete(app, &owner, id),
            delete(app, &owner, id),
            app.reply(&owner, id, CANARY, none()),
            app.say(&chat.token, CANARY),
            close(app, &owner, id, &action),
        );
        assert_eq!(
            (gone.status, again.status),
            (204, 204),
            "{} {}",
            gone.text,
            again.text
        );
        assert!(matches!(reply.status, 201 | 410), "{}", reply.text);
        assert_eq!(closed.status, 200, "{}", closed.text);
        assert_eq!(said.status, 201, "a visitor always gets through: {}", said.text);
        get(app, &path(id), &owner).await.problem(404, "not_found");
        for table in ["messages", "conversation_labels"] {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE conversation_id = '{id}'");
            assert_eq!(app.number(&sql).await, 0, "{table}");
        }
        let deleted = "kind = 'conversation.deleted'";
        let left = format!("SELECT COUNT(*) FROM events WHERE conversation_id = '{id}' AND {deleted}");
        assert_eq!(app.number(&left).await, 1, "deleted once");
        let told = format!(
            "SELECT COUNT(*) FROM events WHERE conversation_id = '{id}' AND NOT {deleted} AND body IS NOT NULL"
        );
        assert_eq!(
            app.number(&told).await,
            0,
            "nothing after it and nothing left before it"
        );
    }
}
