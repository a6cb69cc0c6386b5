//! What is kept for a time only: it goes when its time is over, nothing else goes, and who comes back later is told.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use std::time::Duration;

use common::{App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::{Socket, operator_ticket, resume};
use switchboard_server::config::LogConfig;
use switchboard_server::upkeep;

common::on_both_databases! {
    old_events_go_and_the_newest_stays,
    a_long_log_is_cut,
    visitors_logs_end_as_well,
    results_and_burnt_ids_are_forgotten_in_time,
    ended_sign_ins_go_and_others_stay,
    it_gives_way_to_who_works_there,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn kept(days: u64, events: u64) -> LogConfig {
    LogConfig {
        age: Duration::from_secs(days * 24 * 60 * 60),
        events,
        audit_age: Duration::from_secs(365 * 24 * 60 * 60),
    }
}

async fn tidy(app: &App, logs: &LogConfig) {
    upkeep::tidy(&app.state.db, app.state.clock.now(), logs)
        .await
        .expect("tidied up");
}

/// The log's epoch and head, as its owner is told.
async fn log(app: &App, token: &str) -> (String, u64) {
    let ticket = operator_ticket(app, token).await;
    let (_, welcome) = Socket::hello(app, &ticket, Value::Null).await;
    let text = |name: &str| welcome[name].as_str().expect("a text").to_owned();
    (text("epoch"), text("head").parse().expect("an offset"))
}

async fn events_after(app: &App, token: &str, epoch: &str, offset: u64) -> common::Answer {
    app.get(&format!("/api/events?after={offset}&epoch={epoch}&limit=200"))
        .bearer(token)
        .send()
        .await
}

async fn old_events_go_and_the_newest_stays(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Long ago").await;
    let (mut socket, welcome) = Socket::operator(app, &owner).await;
    app.say(&chat.token, "The last word").await;
    let mut last = socket.event("message.created").await;
    // The conversation's own event follows its message or goes before it; the newest of all counts.
    let head = log(app, &owner).await.1;
    while socket::number(&last["offset"]) != head {
        last = socket.event("conversation.updated").await;
    }
    let epoch = welcome["epoch"].as_str().expect("an epoch").to_owned();
    let before = app.number("SELECT COUNT(*) FROM events").await;
    tidy(app, &kept(7, 100_000)).await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM events").await,
        before,
        "all are young"
    );

    app.execute(&format!("UPDATE events SET at = at - {}", 7 * DAY_MS))
        .await;
    tidy(app, &kept(7, 100_000)).await;
    let accounts = app.number("SELECT COUNT(*) FROM accounts WHERE head > 0").await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM events").await,
        accounts,
        "the newest of each"
    );

    // Who has the newest event is told that nothing followed; who lacks one before it has lost the place.
    let id = last["id"].as_str();
    let ticket = operator_ticket(app, &owner).await;
    let (_, welcome) = Socket::hello(app, &ticket, resume(&epoch, &head.to_string(), id)).await;
    assert_eq!(welcome["mode"], "replay");
    assert_eq!(events_after(app, &owner, &epoch, head - 1).await.status, 200);
    events_after(app, &owner, &epoch, head - 2)
        .await
        .problem(410, "position_lost");

    // The log goes on behind it.
    app.say(&chat.token, "Still there").await;
    let page = events_after(app, &owner, &epoch, head).await;
    let events = page.json["events"].as_array().expect("events");
    assert_eq!(events[0]["offset"], (head + 1).to_string());
}

async fn a_long_log_is_cut(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("One").await;
    for n in 0..6 {
        app.say(&chat.token, &format!("Line {n}")).await;
    }
    let (epoch, head) = log(app, &owner).await;
    tidy(app, &kept(7, 4)).await;
    assert_eq!(events_after(app, &owner, &epoch, head - 4).await.status, 200);
    events_after(app, &owner, &epoch, head - 5)
        .await
        .problem(410, "position_lost");
    tidy(app, &kept(7, 4)).await;
    assert_eq!(
        events_after(app, &owner, &epoch, head - 4).await.status,
        200,
        "once is enough"
    );
}

async fn visitors_logs_end_as_well(app: &App) {
    let chat = app.chatting_visitor("Long ago").await;
    let quiet = app.chatting_visitor("Just now").await;
    app.execute(&format!(
        "UPDATE visitor_events SET at = at - {} WHERE visitor_id IN \
         (SELECT visitor_id FROM conversations WHERE id = '{}')",
        7 * DAY_MS,
        chat.conversation
    ))
    .await;
    let of = |conversation: &str| {
        format!("SELECT COUNT(*) FROM visitor_events WHERE conversation_id = '{conversation}'")
    };
    let young = app.number(&of(&quiet.conversation)).await;
    tidy(app, &kept(7, 100_000)).await;
    assert_eq!(app.number(&of(&chat.conversation)).await, 0);
    assert_eq!(app.number(&of(&quiet.conversation)).await, young);
    let sql = "SELECT COUNT(*) FROM visitors WHERE log_floor > 0";
    assert_eq!(app.number(sql).await, 1, "its floor follows");
    // What was said is not the log's: it stays.
    let said = app.get("/api/visitor/messages").bearer(&chat.token).send().await;
    assert!(said.text.contains("Long ago"), "{}", said.text);
    app.say(&chat.token, "Still there").await;
    assert!(app.number(&of(&chat.conversation)).await > 0);
}

async fn results_and_burnt_ids_are_forgotten_in_time(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Hello").await;
    let action = new_id();
    let close = || {
        app.call(Method::PATCH, "/api/live-chat/conversations")
            .bearer(&owner)
            .json(&json!({"actionId": action, "items": [{"id": chat.conversation}], "set": {"status": "closed"}}))
            .send()
    };
    assert_eq!(close().await.status, 200);
    let burnt = format!("/api/live-chat/messages/{}", new_id());
    assert_eq!(
        app.call(Method::DELETE, &burnt)
            .bearer(&owner)
            .send()
            .await
            .status,
        204
    );
    for (table, days) in [("actions", 30), ("burnt_messages", 90)] {
        let count = format!("SELECT COUNT(*) FROM {table}");
        app.execute(&format!(
            "UPDATE {table} SET created_at = created_at - {}",
            days * DAY_MS - 60_000
        ))
        .await;
        tidy(app, &kept(7, 100_000)).await;
        assert_eq!(app.number(&count).await, 1, "{table}: a minute is left");
        app.execute(&format!("UPDATE {table} SET created_at = created_at - 60000"))
            .await;
        tidy(app, &kept(7, 100_000)).await;
        assert_eq!(app.number(&count).await, 0, "{table}");
    }
    assert_eq!(
        app.number("SELECT COUNT(*) FROM action_results").await,
        0,
        "with its action"
    );
}

async fn ended_sign_ins_go_and_others_stay(app: &App) {
    let ended = app.token(OWNER).await;
    let stays = app.token(OWNER).await;
    let sessions = app.get("/api/auth/sessions").bearer(&ended).send().await;
    let current = sessions.json["items"]
        .as_array()
        .or(sessions.json.as_array())
        .expect("sessions")
        .iter()
        .find(|session| session["current"] == true)
        .and_then(|session| session["id"].as_str())
        .expect("the current one")
        .to_owned();
    // A ticket that was never used holds on to its session until it has gone itself.
    operator_ticket(app, &ended).await;
    let now = app.state.clock.now().as_millis();
    app.execute(&format!(
        "UPDATE sessions SET expires_at = {} WHERE id = '{current}'",
        now - 2 * DAY_MS
    ))
    .await;
    tidy(app, &kept(7, 100_000)).await;
    let all = "SELECT COUNT(*) FROM sessions";
    assert_eq!(app.number(all).await, 2);
    app.execute("DELETE FROM tickets").await;
    tidy(app, &kept(7, 100_000)).await;
    assert_eq!(app.number(all).await, 1);
    app.get("/api/auth/me")
        .bearer(&ended)
        .send()
        .await
        .problem(401, "unauthenticated");
    assert_eq!(app.get("/api/auth/me").bearer(&stays).send().await.status, 200);
}

/// On PostgreSQL it fails rather than wait for a row that somebody else holds; SQLite has one writer and no such case.
async fn it_gives_way_to_who_works_there(app: &App) {
    let chat = app.chatting_visitor("Long ago").await;
    app.execute(&format!("UPDATE events SET at = at - {}", 7 * DAY_MS))
        .await;
    let db = app.state.db.clone();
    let logs = kept(7, 100_000);
    let now = app.state.clock.now();
    let outcome = app
        .state
        .db
        .write(move |tx| {
            Box::pin(async move {
                sqlx::query("UPDATE events SET body = NULL WHERE conversation_id = $1")
                    .bind(chat.conversation)
                    .execute(tx.conn())
                    .await?;
                match db.dialect() {
                    switchboard_server::db::Dialect::Sqlite => Ok(None),
                    switchboard_server::db::Dialect::Postgres => {
                        Ok(Some(upkeep::tidy(&db, now, &logs).await.is_err()))
                    }
                }
            })
        })
        .await
        .expect("the other's work is done");
    assert_ne!(outcome, Some(false), "it gave way");
    tidy(app, &kept(7, 100_000)).await;
    let accounts = app.number("SELECT COUNT(*) FROM accounts WHERE head > 0").await;
    assert_eq!(app.number("SELECT COUNT(*) FROM events").await, accounts);
}
