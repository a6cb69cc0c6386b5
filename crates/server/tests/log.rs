//! The event log: dense, in commit order, and the same over REST as in the database.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeMap;

use common::{AGENT, App, OWNER};
use serde_json::{Value, json};

common::on_both_databases! {
    the_log_is_dense_under_a_hundred_concurrent_writers,
    events_hold_whole_resources_in_order,
    pages_of_events_chain,
    lost_positions_are_told,
    agents_skip_what_they_may_not_see,
    positions_match_what_was_read,
}

const WRITERS: usize = 100;
const CONVERSATIONS: usize = 10;
const EACH: usize = 3;

async fn head(app: &App, token: &str) -> (String, u64) {
    let list = app
        .get("/api/live-chat/conversations?limit=1")
        .bearer(token)
        .send()
        .await;
    (
        list.at("/asOf/epoch"),
        list.at("/asOf/offset").parse().expect("a number"),
    )
}

/// All events after `from`, following `head` from page to page.
async fn events_after(app: &App, token: &str, epoch: &str, from: u64) -> Vec<Value> {
    let mut position = from.to_string();
    let mut events = Vec::new();
    loop {
        let page = app
            .get(&format!("/api/events?after={position}&epoch={epoch}&limit=50"))
            .bearer(token)
            .send()
            .await;
        assert_eq!(page.status, 200, "{}", page.text);
        events.extend(page.json["events"].as_array().expect("events").clone());
        position = page.at("/head");
        if page.json["hasMore"] == false {
            return events;
        }
    }
}

fn offset(event: &Value) -> u64 {
    event["offset"].as_str().expect("text").parse().expect("a number")
}

async fn the_log_is_dense_under_a_hundred_concurrent_writers(app: &App) {
    let token = app.token(OWNER).await;
    let (epoch, begin) = head(app, &token).await;
    let mut chats = Vec::new();
    for n in 0..CONVERSATIONS {
        chats.push(app.chatting_visitor(&format!("conversation {n}")).await);
    }
    let before = head(app, &token).await.1;
    assert_eq!(
        before - begin,
        (CONVERSATIONS * 4 + 1) as u64,
        "four each, and the website's state"
    );

    // Somebody follows the log all the while: an offset that commits after a higher one would be missed here.
    let followed = async {
        let mut position = before;
        let mut seen = 0;
        while seen < WRITERS * EACH * 2 {
            for event in events_after(app, &token, &epoch, position).await {
                assert_eq!(
                    offset(&event),
                    position + 1,
                    "no hole, no repetition, no late arrival"
                );
                position += 1;
                seen += 1;
            }
        }
    };
    let writers = (0..WRITERS).map(|writer| {
        let chat = &chats[writer % CONVERSATIONS];
        let token = &token;
        async move {
            for n in 0..EACH {
                let text = format!("{writer}/{n}");
                // Both sides write, and notes are among them.
                let sent = match writer % 3 {
                    0 => app.say(&chat.token, &text).await,
                    1 => app.reply(token, &chat.conversation, &text, json!({})).await,
                    _ => {
                        let note = json!({"visibility": "internal"});
                        app.reply(token, &chat.conversation, &text, note).await
                    }
                };
                assert_eq!(sent.status, 201, "{}", sent.text);
            }
        }
    });
    tokio::join!(followed, futures_util::future::join_all(writers));

    let events = events_after(app, &token, &epoch, before).await;
    assert_eq!(events.len(), WRITERS * EACH * 2);
    // In each conversation the log tells messages in the order of `seq`.
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for event in events.iter().filter(|event| event["type"] == "message.created") {
        let conversation = event["conversationId"].as_str().expect("text").to_owned();
        let seq = event["seq"].as_u64().expect("a number");
        // The notice and the first message were there before.
        let previous = last.insert(conversation, seq).unwrap_or(2);
        assert_eq!(seq, previous + 1);
    }
    for chat in &chats {
        let path = format!(
            "/api/live-chat/conversations/{}/messages?limit=200",
            chat.conversation
        );
        let page = app.get(&path).bearer(&token).send().await;
        let items = page.json["items"].as_array().expect("items");
        let seqs: Vec<u64> = items.iter().filter_map(|item| item["seq"].as_u64()).collect();
        assert_eq!(
            seqs,
            (1..=(2 + WRITERS / CONVERSATIONS * EACH) as u64).collect::<Vec<_>>()
        );
        let public = app
            .get("/api/visitor/messages?limit=200")
            .bearer(&chat.token)
            .send()
            .await;
        let items = public.json["items"].as_array().expect("items");
        let seqs: Vec<u64> = items.iter().filter_map(|item| item["seq"].as_u64()).collect();
        assert_eq!(
            seqs,
            (1..=items.len() as u64).collect::<Vec<_>>(),
            "notes leave no gap"
        );
    }
}

async fn events_hold_whole_resources_in_order(app: &App) {
    let token = app.token(AGENT).await;
    let (epoch, begin) = head(app, &token).await;
    let chat = app.chatting_visitor("hello").await;
    let reply = app.reply(&token, &chat.conversation, "hi", json!({})).await;
    let events = events_after(app, &token, &epoch, begin).await;
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(
        kinds,
        [
            "website.status",
            "message.created",
            "conversation.created",
            "message.created",
            "conversation.updated",
            "message.created",
            "conversation.updated",
        ]
    );
    assert_eq!(events[0]["body"]["status"]["state"], "online");
    assert_eq!(events[1]["body"]["type"], "system");
    assert_eq!(events[1]["body"]["content"], "Started on Tents");
    assert_eq!(events[2]["body"]["messageCount"], 0);
    assert_eq!(events[4]["body"]["lastMessage"], "hello");
    assert_eq!(events[4]["body"]["unreadCount"], 1);
    assert_eq!(events[5]["body"], reply.json["message"]);
    assert_eq!(events[5]["offset"], reply.json["position"]["offset"]);
    assert_eq!(events[6]["body"]["unreadCount"], 0, "whoever answers has read");

    // The last event's body is the resource as it is read, but for the newest message that lists carry.
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let mut read = app.get(&path).bearer(&token).send().await.json;
    assert_eq!(read["messages"][0], reply.json["message"]);
    read["messages"] = json!([]);
    assert_eq!(events[6]["body"], read);
}

async fn pages_of_events_chain(app: &App) {
    let token = app.token(OWNER).await;
    let (epoch, head) = head(app, &token).await;
    assert!(head > 20, "the demo data is in the log");
    let mut position = 0;
    let mut has_more = true;
    while has_more {
        let page = app
            .get(&format!("/api/events?after={position}&epoch={epoch}&limit=7"))
            .bearer(&token)
            .send()
            .await;
        for event in page.json["events"].as_array().expect("events") {
            assert_eq!(event["prev"], position.to_string());
            position += 1;
            assert_eq!(offset(event), position);
        }
        assert_eq!(page.at("/head"), position.to_string());
        has_more = page.json["hasMore"] == true;
    }
    assert_eq!(position, head);
}

async fn lost_positions_are_told(app: &App) {
    let token = app.token(OWNER).await;
    let (epoch, head) = head(app, &token).await;
    let events = |query: String| app.get(&format!("/api/events?{query}")).bearer(&token).send();
    events(format!("after=0&epoch={epoch}x"))
        .await
        .problem(410, "position_lost");
    events(format!("after={}&epoch={epoch}", head + 1))
        .await
        .problem(410, "position_lost");
    events("after=18446744073709551615&epoch=x".to_owned())
        .await
        .problem(410, "position_lost");
    app.execute("UPDATE accounts SET log_floor = 5").await;
    events(format!("after=4&epoch={epoch}"))
        .await
        .problem(410, "position_lost");
    assert_eq!(events(format!("after=5&epoch={epoch}")).await.status, 200);
    for bad in [
        "",
        "after=x&epoch=e",
        "after=-1&epoch=e",
        "after=1",
        "after=1&epoch=e&limit=0",
        "after=1&epoch=e&limit=201",
    ] {
        events(bad.to_owned()).await.problem(400, "bad_request");
    }
}

async fn agents_skip_what_they_may_not_see(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let (epoch, _) = head(app, &owner).await;
    app.execute("DELETE FROM member_websites").await;
    app.chatting_visitor("unseen").await;
    let head = head(app, &owner).await.1;
    let page = app
        .get(&format!("/api/events?after=0&epoch={epoch}&limit=200"))
        .bearer(&agent)
        .send()
        .await;
    assert_eq!(page.json["events"], json!([]));
    assert_eq!(
        page.at("/head"),
        head.to_string(),
        "the position moves all the same"
    );
    assert_eq!(events_after(app, &owner, &epoch, 0).await.len() as u64, head);
}

async fn positions_match_what_was_read(app: &App) {
    let token = app.token(OWNER).await;
    let chat = app.chatting_visitor("first").await;
    let writer = async {
        for n in 0..30 {
            let sent = app.say(&chat.token, &format!("{n}")).await;
            assert_eq!(sent.status, 201);
        }
    };
    let reader = async {
        let path = format!(
            "/api/live-chat/conversations/{}/messages?limit=200",
            chat.conversation
        );
        let first = app.get(&path).bearer(&token).send().await;
        let base: u64 = first.at("/asOf/offset").parse().expect("a number");
        let known = first.json["items"].as_array().expect("items").len() as u64;
        loop {
            let page = app.get(&path).bearer(&token).send().await;
            let items = page.json["items"].as_array().expect("items").len() as u64;
            let offset: u64 = page.at("/asOf/offset").parse().expect("a number");
            assert_eq!(
                offset - base,
                (items - known) * 2,
                "two events a message, in one snapshot"
            );
            if items == 32 {
                break;
            }
        }
    };
    tokio::join!(writer, reader);
}
