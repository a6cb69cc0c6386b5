//! Delivered and read marks, and messages that are taken back.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use common::{AGENT, Answer, App, ChattingVisitor, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::{Socket, number};

common::on_both_databases! {
    the_teams_mark_moves_forward_only,
    an_answer_counts_as_read,
    a_hundred_marks_at_once_end_at_the_highest,
    visitors_marks_reach_operators_few_at_a_time,
    acknowledged_messages_are_delivered,
    fetched_messages_are_delivered,
    bad_and_foreign_marks_change_nothing,
    what_was_never_stored_can_be_taken_back,
    a_message_is_sent_or_taken_back_never_both,
}

async fn read(app: &App, token: &str, conversation: &str, seq: u64) -> Answer {
    app.post(&format!("/api/live-chat/conversations/{conversation}/read"))
        .bearer(token)
        .json(&json!({"seq": seq}))
        .send()
        .await
}

async fn visitor_reads(app: &App, chat: &ChattingVisitor, body: Value) -> Answer {
    app.post("/api/visitor/read")
        .bearer(&chat.token)
        .json(&body)
        .send()
        .await
}

async fn messages(app: &App, token: &str, conversation: &str) -> Vec<Value> {
    let path = format!("/api/live-chat/conversations/{conversation}/messages?limit=200");
    let page = app.get(&path).bearer(token).send().await;
    page.json["items"].as_array().expect("items").clone()
}

/// The `seq` of the messages of a type that have a mark.
async fn marked(app: &App, token: &str, conversation: &str, kind: &str, mark: &str) -> Vec<u64> {
    let items = messages(app, token, conversation).await;
    let of_kind = items
        .iter()
        .filter(|item| item["type"] == kind && item[mark].is_string());
    of_kind.map(|item| item["seq"].as_u64().expect("a seq")).collect()
}

/// How many messages nobody has read, and where they begin.
fn unread(conversation: &Value) -> (u64, Option<u64>) {
    let number = |name: &str| conversation.get(name).and_then(Value::as_u64);
    (number("unreadCount").expect("a count"), number("unreadFrom"))
}

async fn the_teams_mark_moves_forward_only(app: &App) {
    let agent = app.token(AGENT).await;
    // 1 is the notice; the visitor's are 2 to 5.
    let chat = app.chatting_visitor("one").await;
    for text in ["two", "three", "four"] {
        app.say(&chat.token, text).await;
    }
    let (mut socket, _) = Socket::operator(app, &agent).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    let answer = read(app, &agent, &chat.conversation, 3).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(unread(&answer.json["conversation"]), (2, Some(4)));
    let told = socket.event("conversation.read").await;
    assert_eq!(told["body"], answer.json["conversation"]);
    let newest = socket.event("message.updated").await;
    assert_eq!(
        (&newest["seq"], newest["body"]["readAt"].is_string()),
        (&json!(3), true)
    );
    assert_eq!(newest["offset"], answer.json["position"]["offset"]);
    let seen = visitor.event("message.updated").await;
    assert!(
        seen["body"]["readAt"].is_string() && seen["body"].get("authorId").is_none(),
        "{seen}"
    );
    assert_eq!(
        marked(app, &agent, &chat.conversation, "user", "readAt").await,
        [2, 3]
    );

    for seq in [3, 1, 0] {
        let stale = read(app, &agent, &chat.conversation, seq).await;
        assert_eq!(
            stale.json, answer.json,
            "{seq}: nothing moves back, nothing is told"
        );
    }
    let rest = read(app, &agent, &chat.conversation, u64::MAX).await;
    assert_eq!(unread(&rest.json["conversation"]), (0, None));
    socket.event("conversation.read").await;
    assert_eq!(socket.event("message.updated").await["seq"], 5);
    let list = app
        .get("/api/live-chat/conversations?unread=true")
        .bearer(&agent)
        .send()
        .await;
    assert!(!list.text.contains(&chat.conversation));
    app.say(&chat.token, "five").await;
    let again = app
        .get("/api/live-chat/conversations?unread=true")
        .bearer(&agent)
        .send()
        .await;
    assert_eq!(unread(&again.json["items"][0]), (1, Some(6)));
}

async fn an_answer_counts_as_read(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("one").await;
    app.say(&chat.token, "two").await;
    app.reply(&agent, &chat.conversation, "answer", json!({})).await;
    app.say(&chat.token, "three").await;
    // A mark from before the answer does not make read messages unread.
    let stale = read(app, &agent, &chat.conversation, 2).await;
    assert_eq!(unread(&stale.json["conversation"]), (1, Some(5)));
    let all = read(app, &agent, &chat.conversation, 5).await;
    assert_eq!(all.json["conversation"]["unreadCount"], 0);
    assert_eq!(
        marked(app, &agent, &chat.conversation, "user", "readAt").await,
        [2, 3, 5]
    );
}

async fn a_hundred_marks_at_once_end_at_the_highest(app: &App) {
    let agent = app.token(AGENT).await;
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("one").await;
    for n in 0..20 {
        app.say(&chat.token, &format!("{n}")).await;
    }
    let marks = (0..100).map(|n| {
        let token = if n % 2 == 0 { &agent } else { &owner };
        read(app, token, &chat.conversation, n % 23)
    });
    let answers = futures_util::future::join_all(marks).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let end = read(app, &agent, &chat.conversation, 0).await;
    assert_eq!(end.json["conversation"]["unreadCount"], 0);
    assert_eq!(
        marked(app, &agent, &chat.conversation, "user", "readAt")
            .await
            .len(),
        21
    );
}

async fn visitors_marks_reach_operators_few_at_a_time(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("one").await;
    for n in 0..5 {
        app.reply(&agent, &chat.conversation, &format!("{n}"), json!({}))
            .await;
        app.reply(
            &agent,
            &chat.conversation,
            "note",
            json!({"visibility": "internal"}),
        )
        .await;
    }
    let (mut socket, _) = Socket::operator(app, &agent).await;
    let (mut other_tab, _) = Socket::visitor(app, &chat.token).await;
    // The visitor counts 1 (notice), 2 (own), 3 to 7; the third answer is 5 for them and 7 for the team.
    assert_eq!(visitor_reads(app, &chat, json!({"seq": 5})).await.status, 204);
    let told = socket.event("message.updated").await;
    assert_eq!(told["seq"], 7, "{told}");
    assert!(told["body"]["readAt"].is_string() && told["body"]["deliveredAt"].is_string());
    let conversation = other_tab.event("conversation.updated").await;
    assert_eq!(conversation["body"]["readSeq"], 5);
    assert_eq!(
        marked(app, &agent, &chat.conversation, "bot", "readAt").await,
        [3, 5, 7]
    );

    for stale in [
        json!({"seq": 5}),
        json!({"seq": 0}),
        json!({"seq": 4, "conversationId": chat.conversation}),
    ] {
        assert_eq!(visitor_reads(app, &chat, stale).await.status, 204);
    }
    assert_eq!(
        visitor_reads(app, &chat, json!({"seq": 1_000_000})).await.status,
        204
    );
    assert_eq!(
        socket.event("message.updated").await["seq"],
        11,
        "one event, and none for stale marks"
    );
    assert_eq!(
        other_tab.event("conversation.updated").await["body"]["readSeq"],
        7
    );
    assert_eq!(
        marked(app, &agent, &chat.conversation, "bot", "readAt")
            .await
            .len(),
        5,
        "notes have no marks"
    );
}

async fn acknowledged_messages_are_delivered(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("one").await;
    let (mut operators, _) = Socket::operator(app, &agent).await;
    let (mut visitors, _) = Socket::visitor(app, &chat.token).await;
    for n in 0..3 {
        app.reply(&agent, &chat.conversation, &format!("{n}"), json!({}))
            .await;
        operators.event("message.created").await;
        operators.event("conversation.updated").await;
    }
    let mut frames = Vec::new();
    for _ in 0..6 {
        frames.push(visitors.frame().await);
    }
    assert_eq!(
        marked(app, &agent, &chat.conversation, "bot", "deliveredAt").await,
        Vec::<u64>::new()
    );
    // The first two messages, then what followed them.
    visitors
        .send(&json!({"t": "ack", "offset": frames[3]["offset"]}))
        .await;
    let told = operators.event("message.updated").await;
    assert_eq!(told["seq"], 4, "{told}");
    assert!(
        told["body"]["deliveredAt"].is_string() && told["body"].get("readAt").is_none(),
        "{told}"
    );
    assert_eq!(
        marked(app, &agent, &chat.conversation, "bot", "deliveredAt").await,
        [3, 4]
    );
    visitors
        .send(&json!({"t": "ack", "offset": frames[5]["offset"]}))
        .await;
    assert_eq!(operators.event("message.updated").await["seq"], 5);
    let head = number(&frames[5]["offset"]);
    visitors.send(&json!({"t": "ping", "n": 1})).await;
    assert_eq!(
        visitors.frame().await["t"],
        "pong",
        "nothing for the visitor after {head}"
    );
}

async fn fetched_messages_are_delivered(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("one").await;
    for n in 0..3 {
        app.reply(&agent, &chat.conversation, &format!("{n}"), json!({}))
            .await;
    }
    let (mut operators, _) = Socket::operator(app, &agent).await;
    let fetch = || app.get("/api/visitor/messages").bearer(&chat.token).send();
    let page = fetch().await;
    for item in page.json["items"].as_array().expect("items") {
        let about_me = item["type"] == "user";
        assert!(
            about_me || (item.get("deliveredAt").is_none() && item.get("readAt").is_none()),
            "{item}"
        );
    }
    assert_eq!(operators.event("message.updated").await["seq"], 5);
    assert_eq!(
        marked(app, &agent, &chat.conversation, "bot", "deliveredAt").await,
        [3, 4, 5]
    );
    fetch().await;
    operators.send(&json!({"t": "ping", "n": 1})).await;
    assert_eq!(operators.frame().await["t"], "pong", "told once");
}

async fn bad_and_foreign_marks_change_nothing(app: &App) {
    let agent = app.token(AGENT).await;
    let owner = app.token(OWNER).await;
    let stranger = app.second_account("owner@other.test").await;
    let chat = app.chatting_visitor("one").await;
    let other = app.chatting_visitor("two").await;
    app.reply(&owner, &chat.conversation, "answer", json!({})).await;
    let before = messages(app, &owner, &chat.conversation).await;
    for bad in [
        json!({}),
        json!({"seq": -1}),
        json!({"seq": "2"}),
        json!({"seq": 1.5}),
        json!([]),
    ] {
        let path = format!("/api/live-chat/conversations/{}/read", chat.conversation);
        let refused = app.post(&path).bearer(&agent).json(&bad).send().await;
        refused.problem(422, "validation_failed");
        visitor_reads(app, &chat, bad)
            .await
            .problem(422, "validation_failed");
    }
    read(app, &stranger.token, &chat.conversation, 3)
        .await
        .problem(404, "not_found");
    read(app, &agent, &new_id(), 3).await.problem(404, "not_found");
    read(app, &agent, "x", 3).await.problem(404, "not_found");
    for foreign in [&chat.conversation, &new_id()] {
        visitor_reads(app, &other, json!({"seq": 3, "conversationId": foreign}))
            .await
            .problem(404, "not_found");
    }
    visitor_reads(app, &chat, json!({"seq": 3, "conversationId": "x"}))
        .await
        .problem(422, "validation_failed");
    app.execute("DELETE FROM member_websites").await;
    read(app, &agent, &chat.conversation, 3)
        .await
        .problem(404, "not_found");
    assert_eq!(messages(app, &owner, &chat.conversation).await, before);
    // Somebody without a conversation has read everything.
    let newcomer = app.visit().await.at("/visitorToken");
    let nothing = app
        .post("/api/visitor/read")
        .bearer(&newcomer)
        .json(&json!({"seq": 3}))
        .send()
        .await;
    assert_eq!(nothing.status, 204, "{}", nothing.text);
    app.post("/api/visitor/read")
        .json(&json!({"seq": 3}))
        .send()
        .await
        .problem(401, "unauthenticated");
}

async fn take_back(app: &App, token: &str, id: &str) -> Answer {
    app.call(Method::DELETE, &format!("/api/live-chat/messages/{id}"))
        .bearer(token)
        .send()
        .await
}

async fn what_was_never_stored_can_be_taken_back(app: &App) {
    let agent = app.token(AGENT).await;
    let owner = app.token(OWNER).await;
    let stranger = app.second_account("owner@other.test").await;
    let chat = app.chatting_visitor("one").await;
    let burnt = new_id();
    for _ in 0..2 {
        assert_eq!(take_back(app, &agent, &burnt).await.status, 204);
    }
    let late = app
        .reply(&agent, &chat.conversation, "late", json!({"id": burnt}))
        .await;
    late.problem(410, "gone");
    // Ids are their author's: nobody can burn somebody else's.
    let theirs = app
        .reply(&owner, &chat.conversation, "mine", json!({"id": burnt}))
        .await;
    assert_eq!(theirs.status, 201, "{}", theirs.text);
    take_back(app, &owner, &burnt).await.problem(409, "already_sent");
    take_back(app, &agent, &burnt).await.problem(404, "not_found");
    let by_visitor = app.say(&chat.token, "two").await.at("/message/id");
    take_back(app, &agent, &by_visitor)
        .await
        .problem(404, "not_found");
    // In another account there is no such message to know of.
    assert_eq!(take_back(app, &stranger.token, &by_visitor).await.status, 204);
    take_back(app, &agent, "x").await.problem(404, "not_found");
    app.call(Method::DELETE, &format!("/api/live-chat/messages/{}", new_id()))
        .send()
        .await
        .problem(401, "unauthenticated");
}

async fn a_message_is_sent_or_taken_back_never_both(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("one").await;
    for _ in 0..30 {
        let id = new_id();
        let (sent, taken) = tokio::join!(
            app.reply(&agent, &chat.conversation, "hm", json!({"id": id})),
            take_back(app, &agent, &id)
        );
        match (sent.status, taken.status) {
            (201, 409) | (410, 204) => {}
            other => panic!("{other:?} {} {}", sent.text, taken.text),
        }
    }
}
