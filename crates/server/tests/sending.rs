//! Operators' messages: idempotent, ordered, considerate.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::{AGENT, App, OWNER, new_id};
use serde_json::json;

common::on_both_databases! {
    the_same_again_is_the_first_result,
    a_hundred_repeats_at_once_store_one,
    an_id_cannot_be_used_for_something_else,
    an_id_races_for_two_conversations,
    a_message_waits_for_the_one_before_it,
    a_colleagues_newer_reply_is_shown_first,
    closed_conversations_reopen_only_when_asked,
    archived_conversations_take_no_messages,
    foreign_conversations_do_not_exist,
    texts_have_bounds,
    history_is_paged_by_seq,
}

async fn the_same_again_is_the_first_result(app: &App) {
    let token = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    let same = json!({"id": new_id()});
    let first = app.reply(&token, &chat.conversation, "hi", same.clone()).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(first.json["message"]["type"], "bot");
    assert_eq!(first.json["message"]["seq"], 3);
    assert_eq!(first.json["message"]["authorName"], "Adam Agent");
    app.say(&chat.token, "meanwhile").await;
    app.execute("UPDATE conversations SET status = 'closed'").await;
    let again = app.reply(&token, &chat.conversation, "hi", same).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json, first.json, "even after the conversation was closed");
}

async fn a_hundred_repeats_at_once_store_one(app: &App) {
    let token = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    let same = json!({"id": new_id()});
    let sends = (0..100).map(|_| app.reply(&token, &chat.conversation, "hi", same.clone()));
    let answers = futures_util::future::join_all(sends).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 99);
    assert!(answers.iter().all(|answer| answer.json == answers[0].json));
}

async fn an_id_cannot_be_used_for_something_else(app: &App) {
    let agent = app.token(AGENT).await;
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("hello").await;
    let other = app.chatting_visitor("hello too").await;
    let same = json!({"id": new_id()});
    assert_eq!(
        app.reply(&agent, &chat.conversation, "hi", same.clone())
            .await
            .status,
        201
    );
    app.reply(&agent, &chat.conversation, "hi!", same.clone())
        .await
        .problem(409, "id_reused");
    app.reply(&agent, &other.conversation, "hi", same.clone())
        .await
        .problem(409, "id_reused");
    app.reply(&owner, &chat.conversation, "hi", same.clone())
        .await
        .problem(409, "id_reused");
    let mut note = same.clone();
    note["visibility"] = json!("internal");
    app.reply(&agent, &chat.conversation, "hi", note)
        .await
        .problem(409, "id_reused");
    app.post("/api/visitor/messages")
        .bearer(&chat.token)
        .json(&json!({"id": same["id"], "content": "hi"}))
        .send()
        .await
        .problem(409, "id_reused");
}

async fn an_id_races_for_two_conversations(app: &App) {
    let token = app.token(AGENT).await;
    let mut chats = Vec::new();
    for _ in 0..8 {
        chats.push(app.chatting_visitor("hello").await);
    }
    let same = json!({"id": new_id()});
    let sends = chats
        .iter()
        .map(|chat| app.reply(&token, &chat.conversation, "hi", same.clone()));
    let answers = futures_util::future::join_all(sends).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "id_reused");
    }
}

async fn a_message_waits_for_the_one_before_it(app: &App) {
    let token = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    let other = app.chatting_visitor("hello too").await;
    let (first, second) = (new_id(), new_id());
    let after_first = json!({"id": second, "afterId": first});
    app.reply(&token, &chat.conversation, "two", after_first.clone())
        .await
        .problem(409, "out_of_order");
    // A message of the same id in another conversation, or by somebody else, is not the one before.
    let elsewhere = app
        .reply(&token, &other.conversation, "x", json!({}))
        .await
        .at("/message/id");
    let theirs = app.say(&chat.token, "mine").await.at("/message/id");
    for wrong in [elsewhere, theirs] {
        app.reply(&token, &chat.conversation, "two", json!({"afterId": wrong}))
            .await
            .problem(409, "out_of_order");
    }
    assert_eq!(
        app.reply(&token, &chat.conversation, "one", json!({"id": first}))
            .await
            .status,
        201
    );
    let sent = app.reply(&token, &chat.conversation, "two", after_first).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
}

async fn a_colleagues_newer_reply_is_shown_first(app: &App) {
    let agent = app.token(AGENT).await;
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("hello").await;
    let theirs = app
        .reply(&owner, &chat.conversation, "I have it", json!({"seenSeq": 2}))
        .await;
    assert_eq!(theirs.status, 201);
    let id = json!({"id": new_id(), "seenSeq": 2});
    let refused = app.reply(&agent, &chat.conversation, "hi", id.clone()).await;
    assert_eq!(
        refused.problem(409, "newer_reply")["current"],
        theirs.json["message"]
    );
    // Notes never collide, and nobody collides with notes, visitors or themselves.
    let note = json!({"seenSeq": 2, "visibility": "internal"});
    assert_eq!(
        app.reply(&agent, &chat.conversation, "hm", note.clone())
            .await
            .status,
        201
    );
    app.say(&chat.token, "still here").await;
    assert_eq!(
        app.reply(&owner, &chat.conversation, "more", json!({"seenSeq": 3}))
            .await
            .status,
        201
    );
    assert_eq!(
        app.reply(&agent, &chat.conversation, "ok", json!({"seenSeq": 6}))
            .await
            .status,
        201
    );
    let mut forced = id;
    forced["force"] = json!(true);
    let sent = app.reply(&agent, &chat.conversation, "hi", forced).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
}

async fn closed_conversations_reopen_only_when_asked(app: &App) {
    let token = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    app.execute("UPDATE conversations SET status = 'closed', auto_close_at = NULL")
        .await;
    app.reply(&token, &chat.conversation, "hi", json!({}))
        .await
        .problem(409, "conversation_closed");
    let note = app
        .reply(
            &token,
            &chat.conversation,
            "hm",
            json!({"visibility": "internal"}),
        )
        .await;
    assert_eq!(
        note.status, 201,
        "a note needs no open conversation: {}",
        note.text
    );
    let sent = app
        .reply(&token, &chat.conversation, "hi", json!({"reopen": true}))
        .await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let read = app.get(&path).bearer(&token).send().await;
    assert_eq!(read.json["status"], "open");
    assert!(read.json["autoCloseAt"].is_string(), "the window begins anew");
    let history = app.get(&format!("{path}/messages")).bearer(&token).send().await;
    let told: Vec<&str> = history.json["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|item| item["content"].as_str())
        .collect();
    assert_eq!(
        told,
        [
            "Started on Tents",
            "hello",
            "hm",
            "Adam Agent reopened the conversation",
            "hi"
        ]
    );
}

async fn archived_conversations_take_no_messages(app: &App) {
    let token = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    app.execute("UPDATE conversations SET status = 'closed', is_archived = 1")
        .await;
    for more in [
        json!({}),
        json!({"reopen": true}),
        json!({"visibility": "internal"}),
    ] {
        app.reply(&token, &chat.conversation, "hi", more)
            .await
            .problem(409, "conversation_archived");
    }
}

async fn foreign_conversations_do_not_exist(app: &App) {
    let stranger = app.second_account("owner@other.test").await;
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let before = app.get(&path).bearer(&agent).send().await;
    for token in [&stranger.token] {
        app.get(&path)
            .bearer(token)
            .send()
            .await
            .problem(404, "not_found");
        app.get(&format!("{path}/messages"))
            .bearer(token)
            .send()
            .await
            .problem(404, "not_found");
        app.reply(token, &chat.conversation, "hi", json!({}))
            .await
            .problem(404, "not_found");
        for list in ["/api/live-chat/conversations?status=all", "/api/visitors"] {
            let list = app.get(list).bearer(token).send().await;
            assert_eq!(list.json["items"], json!([]), "{}", list.text);
        }
        let websites = app.get("/api/websites").bearer(token).send().await;
        assert_eq!(websites.json["total"], 1);
        assert_eq!(websites.at("/items/0/id"), stranger.website);
    }
    // Nor does a website that an agent is not assigned to.
    app.execute("DELETE FROM member_websites").await;
    app.get(&path)
        .bearer(&agent)
        .send()
        .await
        .problem(404, "not_found");
    app.get(&format!("{path}/messages"))
        .bearer(&agent)
        .send()
        .await
        .problem(404, "not_found");
    app.reply(&agent, &chat.conversation, "hi", json!({}))
        .await
        .problem(404, "not_found");
    for list in [
        "/api/live-chat/conversations?status=all",
        "/api/visitors",
        "/api/websites",
    ] {
        let list = app.get(list).bearer(&agent).send().await;
        assert_eq!(list.json["items"], json!([]), "{}", list.text);
    }
    let owner = app.token(OWNER).await;
    let after = app.get(&path).bearer(&owner).send().await;
    assert_eq!(after.json, before.json, "nothing was changed");
}

async fn texts_have_bounds(app: &App) {
    let token = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    for bad in [
        String::new(),
        " \n\t".to_owned(),
        "é".repeat(10_001),
        "a\0b".to_owned(),
    ] {
        let refused = app.reply(&token, &chat.conversation, &bad, json!({})).await;
        let fields = &refused.problem(422, "validation_failed")["fields"];
        assert!(fields["content"][0].is_string(), "{fields}");
    }
    let longest = "é".repeat(10_000);
    let sent = app.reply(&token, &chat.conversation, &longest, json!({})).await;
    assert_eq!(sent.at("/message/content"), longest);
    let odd = "<b>\u{202e}\u{1F469}\u{200D}\u{1F680}</b> '; DROP TABLE messages; -- \\";
    let sent = app.reply(&token, &chat.conversation, odd, json!({})).await;
    assert_eq!(sent.at("/message/content"), odd);
    let unknown_file = json!({"attachments": [new_id()]});
    let refused = app.reply(&token, &chat.conversation, "hi", unknown_file).await;
    assert!(refused.problem(422, "validation_failed")["fields"]["attachments"].is_array());
}

async fn history_is_paged_by_seq(app: &App) {
    let token = app.token(AGENT).await;
    let chat = app.chatting_visitor("1").await;
    for n in 2..=20 {
        app.say(&chat.token, &n.to_string()).await;
    }
    // The notice is 1, so messages are 2 to 21.
    let page = |query: &str| {
        let path = format!(
            "/api/live-chat/conversations/{}/messages?{query}",
            chat.conversation
        );
        app.get(&path).bearer(&token).send()
    };
    let cases = [
        ("limit=5", (17, 21), (true, false)),
        ("limit=5&before=17", (12, 16), (true, true)),
        ("limit=5&before=4", (1, 3), (false, true)),
        ("limit=5&after=3", (4, 8), (true, true)),
        ("limit=5&after=18", (19, 21), (true, false)),
        ("limit=5&around=10", (8, 12), (true, true)),
        ("limit=5&around=1", (1, 5), (false, true)),
        ("", (1, 21), (false, false)),
    ];
    for (query, (first, last), (before, after)) in cases {
        let answer = page(query).await;
        let seqs: Vec<u64> = answer.json["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter_map(|item| item["seq"].as_u64())
            .collect();
        assert_eq!(seqs, (first..=last).collect::<Vec<u64>>(), "{query}");
        assert_eq!(answer.json["hasMoreBefore"], before, "{query}");
        assert_eq!(answer.json["hasMoreAfter"], after, "{query}");
    }
    let tenth = page("limit=1&around=10").await.json["items"][0].clone();
    let at = tenth["createdAt"].as_str().expect("an instant").to_owned();
    // Several may be of one millisecond: the first of them.
    let first_of = page(&format!("limit=1&at={at}")).await.json["items"][0].clone();
    assert_eq!(first_of["createdAt"], at);
    assert!(first_of["seq"].as_u64() <= tenth["seq"].as_u64());
    let first = first_of["seq"].as_u64().expect("a number");
    let around: Vec<u64> = page(&format!("limit=5&at={at}")).await.json["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|item| item["seq"].as_u64())
        .collect();
    let from = first.saturating_sub(2).max(1);
    assert_eq!(around, (from..from + 5).collect::<Vec<u64>>());
    let early = page("limit=5&at=2001-01-01T01:00:00%2B01:00").await;
    assert_eq!(early.json["items"][0]["seq"], 1);
    let late = page("limit=5&at=2999-01-01T00:00:00Z").await;
    assert_eq!(late.json["items"][4]["seq"], 21);
    assert_eq!(late.json["hasMoreAfter"], false);
    for (query, (before, after)) in [("after=21", (true, false)), ("before=1", (false, true))] {
        let answer = page(query).await;
        assert_eq!(answer.json["items"], json!([]), "{query}");
        assert_eq!(answer.json["hasMoreBefore"], before, "{query}");
        assert_eq!(answer.json["hasMoreAfter"], after, "{query}");
    }
    for bad in [
        "before=x",
        "after=-1",
        "around=1.5",
        "before=1&after=2",
        "at=yesterday",
        "at=2026-11-22",
        "at=2026-11-22T09:30:00Z&around=2",
        "limit=0",
        "limit=201",
        "limit=x",
    ] {
        page(bad).await.problem(400, "bad_request");
    }
}
