//! What time does to conversations: on time, once, told to everybody, also after a restart and while somebody writes.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod socket;

use accounts::get;
use common::{App, ChattingVisitor, OWNER};
use serde_json::{Value, json};
use socket::Socket;
use switchboard_server::live_chat::lifecycle;

common::on_both_databases! {
    it_closes_at_its_time_and_says_so,
    whoever_writes_keeps_it_open,
    it_is_archived_and_then_deleted,
    without_windows_it_stays,
    coming_back_from_the_archive_begins_the_windows_anew,
    what_was_due_while_the_server_was_away_is_done,
    many_servers_take_each_step_once,
    a_message_at_the_last_moment_wins,
}

const HOUR_MS: u32 = 60 * 60 * 1_000;

fn path(id: &str) -> String {
    format!("/api/live-chat/conversations/{id}")
}

/// The windows of every website, in hours.
async fn windows(app: &App, close: u32, archive: Option<u32>, delete: Option<u32>) {
    let seconds = |hours: Option<u32>| hours.map_or("NULL".to_owned(), |hours| (hours * 3_600).to_string());
    app.execute(&format!(
        "UPDATE websites SET auto_close_after = {}, archive_after = {}, delete_after = {}",
        close * 3_600,
        seconds(archive),
        seconds(delete)
    ))
    .await;
}

async fn later(app: &App, millis: u32) {
    app.state.clock.advance(millis);
    lifecycle::advance(&app.state.db, app.state.clock.now())
        .await
        .expect("every step is taken");
}

/// The system's messages of a conversation that hold `words`.
async fn notices(app: &App, chat: &ChattingVisitor, words: &str) -> i64 {
    let sql = format!(
        "SELECT COUNT(*) FROM messages WHERE conversation_id = '{}' AND kind = 'system' AND content LIKE '%{words}%'",
        chat.conversation
    );
    app.number(&sql).await
}

async fn conversation(app: &App, chat: &ChattingVisitor) -> Value {
    // Tokens end while the clock runs ahead.
    let owner = app.token(OWNER).await;
    let answer = get(app, &path(&chat.conversation), &owner).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

async fn it_closes_at_its_time_and_says_so(app: &App) {
    windows(app, 1, None, None).await;
    let chat = app.chatting_visitor("Hello").await;
    later(app, HOUR_MS - 60_000).await;
    let open = conversation(app, &chat).await;
    assert_eq!(open["status"], "open");
    assert!(open["autoCloseAt"].is_string());
    let owner = app.token(OWNER).await;
    let (mut operator, _) = Socket::operator(app, &owner).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    later(app, 60_000).await;
    let notice = operator.event("message.created").await;
    assert_eq!(notice["body"]["type"], "system");
    assert_eq!(
        operator.event("conversation.updated").await["body"]["status"],
        "closed"
    );
    assert_eq!(visitor.event("message.created").await["body"]["type"], "system");
    assert_eq!(
        visitor.event("conversation.updated").await["body"]["status"],
        "closed"
    );
    let closed = conversation(app, &chat).await;
    assert_eq!(
        (&closed["status"], &closed["autoCloseAt"]),
        (&json!("closed"), &Value::Null)
    );
    later(app, HOUR_MS).await;
    assert_eq!(notices(app, &chat, "Closed after").await, 1);
}

async fn whoever_writes_keeps_it_open(app: &App) {
    windows(app, 2, None, None).await;
    let chat = app.chatting_visitor("Hello").await;
    later(app, HOUR_MS).await;
    app.say(&chat.token, "Still there?").await;
    later(app, HOUR_MS).await;
    assert_eq!(conversation(app, &chat).await["status"], "open");
    let owner = app.token(OWNER).await;
    app.reply(&owner, &chat.conversation, "Yes", json!({})).await;
    later(app, 2 * HOUR_MS - 60_000).await;
    // A note is not heard by the visitor and keeps nothing open.
    let owner = app.token(OWNER).await;
    app.reply(
        &owner,
        &chat.conversation,
        "Slow one",
        json!({"visibility": "internal"}),
    )
    .await;
    assert_eq!(conversation(app, &chat).await["status"], "open");
    later(app, 60_000).await;
    assert_eq!(conversation(app, &chat).await["status"], "closed");
}

async fn it_is_archived_and_then_deleted(app: &App) {
    windows(app, 1, Some(2), Some(3)).await;
    let chat = app.chatting_visitor("Hello").await;
    later(app, HOUR_MS).await;
    later(app, 2 * HOUR_MS - 60_000).await;
    assert_eq!(conversation(app, &chat).await["isArchived"], false);
    later(app, 60_000).await;
    assert_eq!(conversation(app, &chat).await["isArchived"], true);
    assert_eq!(notices(app, &chat, "Archived some time").await, 1);
    later(app, 3 * HOUR_MS - 60_000).await;
    assert_eq!(conversation(app, &chat).await["isArchived"], true);
    later(app, 60_000).await;
    let owner = app.token(OWNER).await;
    get(app, &path(&chat.conversation), &owner)
        .await
        .problem(404, "not_found");
    let of = |what: &str| {
        format!(
            "SELECT COUNT(*) FROM events WHERE conversation_id = '{}' AND {what}",
            chat.conversation
        )
    };
    assert_eq!(app.number(&of("kind = 'conversation.deleted'")).await, 1);
    assert_eq!(
        app.number(&of("body IS NOT NULL AND kind <> 'conversation.deleted'"))
            .await,
        0
    );
    let facts = app
        .number("SELECT COUNT(*) FROM conversation_facts WHERE conversation_id IS NULL")
        .await;
    let deleted = "SELECT COUNT(*) FROM events WHERE kind = 'conversation.deleted'";
    assert_eq!(facts, app.number(deleted).await, "reports keep counting each");
    // Its visitor begins another one.
    let said = app.say(&chat.token, "Hello again").await;
    assert_eq!(said.status, 201, "{}", said.text);
    assert_ne!(said.at("/conversation/id"), chat.conversation);
}

async fn without_windows_it_stays(app: &App) {
    app.execute("UPDATE websites SET auto_close_after = NULL, archive_after = NULL, delete_after = NULL")
        .await;
    let chat = app.chatting_visitor("Hello").await;
    for _ in 0..40 {
        later(app, 24 * HOUR_MS).await;
    }
    assert_eq!(conversation(app, &chat).await["status"], "open");
}

async fn coming_back_from_the_archive_begins_the_windows_anew(app: &App) {
    windows(app, 1, Some(2), Some(2)).await;
    let chat = app.chatting_visitor("Hello").await;
    later(app, HOUR_MS).await;
    later(app, 2 * HOUR_MS).await;
    later(app, HOUR_MS).await;
    let owner = app.token(OWNER).await;
    let back = app
        .call(reqwest::Method::PATCH, "/api/live-chat/conversations")
        .bearer(&owner)
        .json(&json!({
            "actionId": common::new_id(),
            "items": [{"id": chat.conversation}],
            "set": {"isArchived": false},
        }))
        .send()
        .await;
    assert_eq!(back.status, 200, "{}", back.text);
    later(app, 2 * HOUR_MS - 60_000).await;
    let closed = conversation(app, &chat).await;
    assert_eq!(
        (&closed["status"], &closed["isArchived"]),
        (&json!("closed"), &json!(false))
    );
    later(app, 60_000).await;
    assert_eq!(conversation(app, &chat).await["isArchived"], true);
}

async fn what_was_due_while_the_server_was_away_is_done(app: &App) {
    windows(app, 1, Some(1), None).await;
    let chat = app.chatting_visitor("Hello").await;
    app.execute(&format!(
        "UPDATE conversations SET auto_close_at = auto_close_at - {HOUR_MS} WHERE id = '{}'",
        chat.conversation
    ))
    .await;
    let again = app.restart().await;
    later(&again, 0).await;
    assert_eq!(conversation(&again, &chat).await["status"], "closed");
    assert_eq!(notices(&again, &chat, "Closed after").await, 1);
}

async fn many_servers_take_each_step_once(app: &App) {
    windows(app, 1, Some(1), None).await;
    let mut chats = Vec::new();
    for n in 0..5 {
        chats.push(app.chatting_visitor(&format!("Hello {n}")).await);
    }
    for _ in 0..2 {
        app.state.clock.advance(HOUR_MS);
        let now = app.state.clock.now();
        let db = &app.state.db;
        let looks = tokio::join!(
            lifecycle::advance(db, now),
            lifecycle::advance(db, now),
            lifecycle::advance(db, now)
        );
        assert!(looks.0.is_ok() && looks.1.is_ok() && looks.2.is_ok(), "{looks:?}");
    }
    for chat in &chats {
        assert_eq!(notices(app, chat, "Closed after").await, 1);
        assert_eq!(notices(app, chat, "Archived some time").await, 1);
        assert_eq!(conversation(app, chat).await["isArchived"], true);
    }
}

async fn a_message_at_the_last_moment_wins(app: &App) {
    windows(app, 1, None, None).await;
    for round in 0..6 {
        let chat = app.chatting_visitor(&format!("Round {round}")).await;
        app.state.clock.advance(HOUR_MS);
        let now = app.state.clock.now();
        let (said, looked) = tokio::join!(
            app.say(&chat.token, "Wait!"),
            lifecycle::advance(&app.state.db, now)
        );
        assert_eq!(said.status, 201, "{}", said.text);
        looked.expect("looked");
        // Whichever came first: it is open now, and what was told of it is one closing with one reopening, or neither.
        let now_open = conversation(app, &chat).await;
        assert_eq!(now_open["status"], "open", "{now_open}");
        assert_eq!(said.at("/conversation/id"), chat.conversation);
        let closings = notices(app, &chat, "Closed after").await;
        assert_eq!(notices(app, &chat, "Reopened").await, closings);
        assert!(closings <= 1);
    }
}
