//! `GET /api/events?waitMs=`: the log for those who cannot open a socket.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use std::time::Duration;

use common::{AGENT, Answer, App, OWNER};
use serde_json::{Value, json};
use socket::{Socket, number};
use switchboard_contract::ids::AccountId;
use switchboard_server::realtime::hub::StreamKey;

common::on_both_databases! {
    a_waiting_request_hears_the_next_event,
    what_is_there_is_answered_at_once,
    nothing_is_answered_when_the_time_is_up,
    what_may_not_be_seen_is_passed_over,
    signals_are_told_while_waiting,
    revoked_sessions_and_changed_rights_end_the_wait,
    whoever_hangs_up_stops_the_work,
    a_drain_ends_the_wait,
    polls_chain_like_the_socket,
    bad_waits_are_refused,
}

/// A position of the account's log.
#[derive(Clone)]
struct Position {
    epoch: String,
    offset: String,
}

async fn head(app: &App, token: &str) -> Position {
    let list = app
        .get("/api/live-chat/conversations?limit=1")
        .bearer(token)
        .send()
        .await;
    Position {
        epoch: list.at("/asOf/epoch"),
        offset: list.at("/asOf/offset"),
    }
}

async fn poll(app: &App, token: &str, from: &Position, wait_ms: u32) -> Answer {
    let path = format!(
        "/api/events?after={}&epoch={}&waitMs={wait_ms}",
        from.offset, from.epoch
    );
    app.get(&path).bearer(token).send().await
}

async fn stream(app: &App, email: &str) -> StreamKey {
    let account: AccountId = app
        .sign_in(email)
        .await
        .at("/user/accountId")
        .parse()
        .expect("an id");
    StreamKey::Account(account)
}

/// Waits until so many follow the account's log.
async fn followers(app: &App, key: StreamKey, count: usize) {
    let waited = async {
        while app.state.hub.followers(key) != count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited)
        .await
        .expect("in time");
}

fn contents(page: &Answer) -> Vec<Value> {
    let events = page.json["events"]
        .as_array()
        .unwrap_or_else(|| panic!("{}", page.text));
    events
        .iter()
        .map(|event| event["body"]["content"].clone())
        .collect()
}

async fn a_waiting_request_hears_the_next_event(app: &App) {
    let agent = app.token(AGENT).await;
    let key = stream(app, AGENT).await;
    let chat = app.chatting_visitor("One").await;
    let from = head(app, &agent).await;
    let (page, said) = tokio::join!(poll(app, &agent, &from, 25_000), async {
        followers(app, key, 1).await;
        app.say(&chat.token, "Two").await
    });
    assert_eq!(said.status, 201);
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(contents(&page)[0], "Two");
    assert_eq!(page.json["events"][0]["prev"], json!(from.offset));
}

async fn what_is_there_is_answered_at_once(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("One").await;
    let from = head(app, &agent).await;
    app.say(&chat.token, "Two").await;
    let waited = poll(app, &agent, &from, 25_000).await;
    let plain = poll(app, &agent, &from, 0).await;
    assert_eq!(waited.json, plain.json);
    assert_eq!(plain.json.get("signals"), None);
}

async fn nothing_is_answered_when_the_time_is_up(app: &App) {
    let agent = app.token(AGENT).await;
    let from = head(app, &agent).await;
    let page = poll(app, &agent, &from, 50).await;
    assert_eq!(page.json["events"], json!([]), "{}", page.text);
    assert_eq!(
        (&page.json["head"], &page.json["hasMore"]),
        (&json!(from.offset), &json!(false))
    );
}

async fn what_may_not_be_seen_is_passed_over(app: &App) {
    app.visit().await;
    let agent = app.token(AGENT).await;
    let owner = app.token(OWNER).await;
    let key = stream(app, AGENT).await;
    app.execute("DELETE FROM member_websites").await;
    let from = head(app, &agent).await;
    let (page, label) = tokio::join!(poll(app, &agent, &from, 25_000), async {
        followers(app, key, 1).await;
        app.chatting_visitor("Not for agents").await;
        app.post("/api/live-chat/labels")
            .bearer(&owner)
            .json(&json!({"id": common::new_id(), "name": "For everybody"}))
            .send()
            .await
    });
    assert_eq!(label.status, 201);
    let events = page.json["events"].as_array().expect("events");
    assert_eq!(events.len(), 1, "{}", page.text);
    assert_eq!(events[0]["type"], "label.created");
    assert_eq!(
        events[0]["prev"],
        json!(from.offset),
        "the chain skips what is hidden"
    );
    // When only hidden things happened, the position moves all the same.
    let from = head(app, &agent).await;
    app.chatting_visitor("Nor this").await;
    let page = poll(app, &agent, &from, 50).await;
    assert_eq!(page.json["events"], json!([]));
    assert_eq!(
        number(&page.json["head"]),
        from.offset.parse::<u64>().expect("a number") + 4
    );
}

async fn signals_are_told_while_waiting(app: &App) {
    let agent = app.token(AGENT).await;
    let owner = app.token(OWNER).await;
    let key = stream(app, AGENT).await;
    let chat = app.chatting_visitor("One").await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    let from = head(app, &agent).await;
    let typing = json!({"t": "signal", "type": "typing", "conversationId": chat.conversation, "ttlMs": 5_000,
        "body": {"text": "Do you"}});
    let (page, ()) = tokio::join!(poll(app, &agent, &from, 25_000), async {
        followers(app, key, 1).await;
        visitor.send(&typing).await;
    });
    let signals = page.json["signals"].as_array().expect("signals");
    assert_eq!(signals[0]["body"], json!({"text": "Do you"}), "{}", page.text);
    assert_eq!(
        (&page.json["events"], &page.json["head"]),
        (&json!([]), &json!(from.offset))
    );

    // Not to those who may not see the website; and whoever polls is there for colleagues.
    app.execute("DELETE FROM member_websites").await;
    let (mut owners, _) = Socket::operator(app, &owner).await;
    owners.shows_presence = true;
    let from = head(app, &agent).await;
    let (page, present) = tokio::join!(poll(app, &agent, &from, 500), async {
        followers(app, key, 2).await;
        visitor.send(&typing).await;
        owners.frame().await
    });
    assert!(
        page.json
            .get("signals")
            .is_none_or(|signals| !signals.to_string().contains("Do you")),
        "{}",
        page.text
    );
    assert_eq!(present["type"], "presence", "{present}");
    assert_eq!(present["body"]["availability"], "available");
}

async fn revoked_sessions_and_changed_rights_end_the_wait(app: &App) {
    let agent = app.token(AGENT).await;
    let key = stream(app, AGENT).await;
    let from = head(app, &agent).await;
    let (page, ()) = tokio::join!(poll(app, &agent, &from, 25_000), async {
        followers(app, key, 1).await;
        app.execute("DELETE FROM member_websites").await;
    });
    page.problem(410, "position_lost");
    let (page, ()) = tokio::join!(poll(app, &agent, &from, 25_000), async {
        followers(app, key, 1).await;
        app.execute("UPDATE sessions SET revoked_at = 1").await;
    });
    page.problem(401, "unauthenticated");
}

async fn whoever_hangs_up_stops_the_work(app: &App) {
    let agent = app.token(AGENT).await;
    let key = stream(app, AGENT).await;
    let from = head(app, &agent).await;
    for _ in 0..5 {
        let mut waiting = Box::pin(poll(app, &agent, &from, 25_000));
        tokio::select! {
            page = &mut waiting => panic!("{}", page.text),
            () = followers(app, key, 1) => {}
        }
        drop(waiting);
        followers(app, key, 0).await;
    }
}

async fn a_drain_ends_the_wait(app: &App) {
    let agent = app.token(AGENT).await;
    let key = stream(app, AGENT).await;
    let from = head(app, &agent).await;
    let (page, ()) = tokio::join!(poll(app, &agent, &from, 25_000), async {
        followers(app, key, 1).await;
        app.state.hub.drain().await;
    });
    assert_eq!(page.json["events"], json!([]), "{}", page.text);
}

async fn polls_chain_like_the_socket(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("First").await;
    let mut position = head(app, &agent).await;
    let writers = async {
        let says = (0..40).map(|n| app.say(&chat.token, if n % 2 == 0 { "even" } else { "odd" }));
        futures_util::future::join_all(says).await;
    };
    let reader = async {
        let mut messages = 0;
        while messages < 40 {
            let page = poll(app, &agent, &position, 25_000).await;
            assert_eq!(page.status, 200, "{}", page.text);
            for event in page.json["events"].as_array().expect("events") {
                assert_eq!(event["prev"], json!(position.offset), "{event}");
                position.offset = event["offset"].as_str().expect("an offset").to_owned();
                messages += usize::from(event["type"] == "message.created");
            }
            assert_eq!(page.json["head"], json!(position.offset));
        }
    };
    tokio::join!(writers, reader);
}

async fn bad_waits_are_refused(app: &App) {
    let agent = app.token(AGENT).await;
    let from = head(app, &agent).await;
    for bad in ["-1", "25001", "1e3", "soon"] {
        let path = format!(
            "/api/events?after={}&epoch={}&waitMs={bad}",
            from.offset, from.epoch
        );
        let refused = app.get(&path).bearer(&agent).send().await;
        assert!(refused.problem(400, "bad_request")["fields"]["waitMs"].is_array());
    }
    let elsewhere = Position {
        epoch: "elsewhere".to_owned(),
        ..from.clone()
    };
    poll(app, &agent, &elsewhere, 25_000)
        .await
        .problem(410, "position_lost");
    let ahead = Position {
        offset: "999999".to_owned(),
        ..from.clone()
    };
    poll(app, &agent, &ahead, 25_000)
        .await
        .problem(410, "position_lost");
    let stranger = app.second_account("owner@other.test").await;
    poll(app, &stranger.token, &from, 25_000)
        .await
        .problem(410, "position_lost");
    poll(app, "nonsense", &from, 25_000)
        .await
        .problem(401, "unauthenticated");
}
