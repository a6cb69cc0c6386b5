//! The visitor's side: visits, the frame's code, messages, the public projection.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::{AGENT, App, OWNER, new_id};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard_server::seed::DEMO_PUBLIC_KEY;

common::on_both_databases! {
    a_visit_begins_and_goes_on,
    the_frame_gets_its_token_once,
    foreign_origins_are_refused_and_shown,
    a_first_message_begins_the_conversation,
    two_first_messages_begin_one_conversation,
    repeats_and_reuse,
    writing_reopens_or_begins_anew,
    nothing_of_notes_can_be_inferred,
    blocked_visitors_are_told,
    page_beats_move_the_visitor,
    tokens_are_told_apart,
    a_flood_is_slowed_down_until_the_website_vouches,
}

async fn start(app: &App, origin: Option<&str>, more: Value) -> common::Answer {
    let mut body = json!({"publicKey": DEMO_PUBLIC_KEY});
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    let call = app.post("/api/visitor/sessions").json(&body);
    match origin {
        Some(origin) => call.header("origin", origin).send().await,
        None => call.send().await,
    }
}

async fn history(app: &App, token: &str) -> common::Answer {
    app.get("/api/visitor/messages").bearer(token).send().await
}

async fn status(app: &App) -> Value {
    let token = app.token(OWNER).await;
    app.get("/api/websites").bearer(&token).send().await.json["items"][0]["status"].clone()
}

async fn a_visit_begins_and_goes_on(app: &App) {
    let first = app.visit().await;
    assert!(first.at("/visitorToken").len() >= 43, "256 bits");
    assert_eq!(first.json.get("conversation"), None);
    assert_eq!(first.json["widget"]["greeting"], "Hello! How can we help?");
    assert_eq!(
        first.header("access-control-allow-origin"),
        Some(app.base.as_str())
    );
    assert_eq!(status(app).await["state"], "online");

    let token = first.at("/visitorToken");
    let sent = app.say(&token, "hello").await;
    let back = start(app, Some(&app.base), json!({"visitorToken": token})).await;
    assert_eq!(back.json["user"], first.json["user"]);
    assert_eq!(back.at("/visitorToken"), token);
    assert_eq!(back.json["conversation"], sent.json["conversation"]);
    let unknown = start(app, Some(&app.base), json!({"visitorToken": "unknown"})).await;
    assert_eq!(unknown.status, 200);
    assert_ne!(unknown.json["user"]["id"], first.json["user"]["id"]);
    start(app, Some(&app.base), json!({"publicKey": "none"}))
        .await
        .problem(404, "not_found");
}

async fn the_frame_gets_its_token_once(app: &App) {
    let session = app.visit().await;
    let trade = |code: String| {
        app.post("/api/visitor/frame")
            .json(&json!({"frameCode": code}))
            .send()
    };
    let code = session.at("/frameCode");
    let frame = trade(code.clone()).await;
    assert_eq!(frame.status, 200, "{}", frame.text);
    assert_eq!(frame.json["user"], session.json["user"]);
    assert_eq!(frame.json.get("frameCode"), None);
    assert_eq!(history(app, &frame.at("/visitorToken")).await.status, 200);
    trade(code).await.problem(401, "unauthenticated");
    trade("made up".to_owned()).await.problem(401, "unauthenticated");
    let late = app.visit().await;
    app.state.clock.advance(60_000);
    trade(late.at("/frameCode")).await.problem(401, "unauthenticated");
}

async fn foreign_origins_are_refused_and_shown(app: &App) {
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some("http://localhost.evil.example"),
        Some("https://127.0.0.1"),
    ] {
        start(app, origin, json!({})).await.problem(403, "origin_refused");
    }
    let degraded = status(app).await;
    assert_eq!(
        (&degraded["state"], &degraded["trouble"]),
        (&json!("degraded"), &json!("origin_refused"))
    );
    assert!(
        degraded["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("https://127.0.0.1")),
        "{degraded}"
    );
    assert_eq!(start(app, Some(&app.base), json!({})).await.status, 200);
    let online = status(app).await;
    assert_eq!(online["state"], "online");
    assert_eq!(online.get("reason"), None);
    start(app, Some(&app.base), json!({"publicKey": "none"}))
        .await
        .problem(404, "not_found");
    let keyed = status(app).await;
    assert_eq!(
        (&keyed["state"], &keyed["trouble"]),
        (&json!("degraded"), &json!("other_key")),
        "{keyed}"
    );
    assert!(
        keyed["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains(&app.base)),
        "{keyed}"
    );
    start(app, Some("https://nobodys.example"), json!({"publicKey": "none"}))
        .await
        .problem(404, "not_found");
    assert_eq!(status(app).await, keyed, "a page of nobody's concerns nobody");
    assert_eq!(start(app, Some(&app.base), json!({})).await.status, 200);
    let online = status(app).await;
    assert_eq!(
        (&online["state"], online.get("trouble")),
        (&json!("online"), None)
    );
    let twin = app.base.replace("127.0.0.1", "localhost");
    assert_eq!(start(app, Some(&twin), json!({})).await.status, 200);
    let stranger = app.second_account("owner@other.test").await;
    start(
        app,
        Some("https://shop.example"),
        json!({"publicKey": stranger.public_key}),
    )
    .await
    .problem(403, "origin_refused");
    let theirs = start(
        app,
        Some("https://other.example"),
        json!({"publicKey": stranger.public_key}),
    )
    .await;
    assert_eq!(theirs.status, 200, "{}", theirs.text);
}

async fn a_first_message_begins_the_conversation(app: &App) {
    let token = app.visit().await.at("/visitorToken");
    let empty = history(app, &token).await;
    assert_eq!(empty.json["items"], json!([]));
    assert_eq!(empty.json["asOf"]["offset"], "0");
    let sent = app.say(&token, "hello").await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    assert_eq!(sent.json["message"]["type"], "user");
    assert_eq!(sent.json["message"]["seq"], 2);
    assert_eq!(sent.json["conversation"]["lastSeq"], 2);
    assert_eq!(sent.json["position"]["offset"], "3");
    let read = history(app, &token).await;
    assert_eq!(read.json["items"][0]["content"], "Started on Tents");
    assert_eq!(read.json["items"][0]["type"], "system");
    assert_eq!(read.json["items"][1], sent.json["message"]);
    assert_eq!(read.json["asOf"]["offset"], "4");
}

async fn two_first_messages_begin_one_conversation(app: &App) {
    let token = app.visit().await.at("/visitorToken");
    let sends = (0..20).map(|n| app.say(&token, if n % 2 == 0 { "even" } else { "odd" }));
    let answers = futures_util::future::join_all(sends).await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(answer.at("/conversation/id"), answers[0].at("/conversation/id"));
    }
    let items = history(app, &token).await.json["items"].clone();
    assert_eq!(items.as_array().map(Vec::len), Some(21));
}

async fn repeats_and_reuse(app: &App) {
    let token = app.visit().await.at("/visitorToken");
    let id = new_id();
    let send = |token: &str, content: &str, after: Option<String>| {
        let mut body = json!({"id": id, "content": content});
        if let Some(after) = after {
            body["afterId"] = json!(after);
        }
        app.post("/api/visitor/messages").bearer(token).json(&body).send()
    };
    send(&token, "hello", Some(new_id()))
        .await
        .problem(409, "out_of_order");
    let first = send(&token, "hello", None).await;
    assert_eq!(first.status, 201);
    let again = send(&token, "hello", None).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json, first.json);
    send(&token, "other", None).await.problem(409, "id_reused");
    let other = app.visit().await.at("/visitorToken");
    send(&other, "hello", None).await.problem(409, "id_reused");
    let next = app
        .post("/api/visitor/messages")
        .bearer(&token)
        .json(&json!({"id": new_id(), "content": "next", "afterId": id}))
        .send()
        .await;
    assert_eq!(next.status, 201, "{}", next.text);
}

async fn writing_reopens_or_begins_anew(app: &App) {
    let chat = app.chatting_visitor("hello").await;
    app.execute("UPDATE conversations SET status = 'closed', auto_close_at = NULL")
        .await;
    let reopened = app.say(&chat.token, "me again").await;
    assert_eq!(reopened.at("/conversation/id"), chat.conversation);
    assert_eq!(reopened.json["conversation"]["status"], "open");
    let items = history(app, &chat.token).await.json["items"].clone();
    assert_eq!(items[2]["type"], "system");
    assert_eq!(items[3]["content"], "me again");

    app.execute("UPDATE conversations SET status = 'closed', is_archived = 1")
        .await;
    let gone = history(app, &chat.token).await;
    assert_eq!(gone.json["items"], json!([]));
    let before = reopened.at("/message/id");
    let anew = app
        .post("/api/visitor/messages")
        .bearer(&chat.token)
        .json(&json!({"id": new_id(), "content": "something else", "afterId": before}))
        .send()
        .await;
    assert_eq!(anew.status, 201, "{}", anew.text);
    assert_ne!(anew.at("/conversation/id"), chat.conversation);
    assert_eq!(anew.json["message"]["seq"], 2);
}

async fn nothing_of_notes_can_be_inferred(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    let note = json!({"visibility": "internal"});
    app.reply(&agent, &chat.conversation, "a secret thought", note.clone())
        .await;
    app.reply(&agent, &chat.conversation, "hi", json!({})).await;
    app.reply(&agent, &chat.conversation, "another secret", note)
        .await;
    let sent = app.say(&chat.token, "thanks").await;
    assert_eq!(sent.json["message"]["seq"], 4);
    assert_eq!(sent.json["position"]["offset"], "7");
    let read = history(app, &chat.token).await;
    let seqs: Vec<u64> = read.json["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|item| item["seq"].as_u64())
        .collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
    for hidden in ["secret", "authorId", "unread", "assignee", "internal"] {
        assert!(!read.text.contains(hidden), "{hidden} in {}", read.text);
    }
    assert_eq!(read.json["items"][2]["authorName"], "Adam Agent");
    assert_eq!(read.json["hasMoreAfter"], false);
    let after = app
        .get("/api/visitor/messages?after=2&limit=1")
        .bearer(&chat.token)
        .send()
        .await;
    assert_eq!(after.json["items"][0]["seq"], 3);
    assert_eq!(after.json["hasMoreAfter"], true);
}

async fn blocked_visitors_are_told(app: &App) {
    let chat = app.chatting_visitor("hello").await;
    app.execute("UPDATE visitors SET blocked = 1").await;
    app.say(&chat.token, "more").await.problem(403, "blocked");
    history(app, &chat.token).await.problem(403, "blocked");
    start(app, Some(&app.base), json!({"visitorToken": chat.token}))
        .await
        .problem(403, "blocked");
}

async fn page_beats_move_the_visitor(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let before = app.get(&path).bearer(&agent).send().await;
    let beat = |page: String| {
        app.post("/api/visitor/page")
            .bearer(&chat.token)
            .header("origin", &app.base)
            .json(&json!({"page": page, "pageTitle": "Stoves"}))
            .send()
    };
    let offset = |answer: &common::Answer| -> u64 { answer.at("/asOf/offset").parse().expect("a number") };
    let log = || {
        app.get("/api/live-chat/conversations?limit=1")
            .bearer(&agent)
            .send()
    };
    let head = offset(&log().await);
    let told = beat("https://shop.example/stoves".to_owned()).await;
    assert_eq!(
        told.at("/conversation/id"),
        chat.conversation,
        "there is something to show"
    );
    let after = app.get(&path).bearer(&agent).send().await;
    assert_eq!(after.json["user"]["page"], "https://shop.example/stoves");
    assert_eq!(after.json["user"]["pageTitle"], "Stoves");
    assert_eq!(
        after.json["version"], before.json["version"],
        "the conversation's own row is unchanged"
    );
    assert_eq!(offset(&log().await), head + 1, "operators are told");
    assert_eq!(beat("https://shop.example/stoves".to_owned()).await.status, 200);
    assert_eq!(offset(&log().await), head + 1, "the same page again is no news");
    beat(String::new()).await.problem(422, "validation_failed");
    let long = format!("https://shop.example/{}", "ä".repeat(5_000));
    assert_eq!(
        beat(long).await.status,
        200,
        "a long address is no reason to refuse"
    );
    let silent = app.visit().await.at("/visitorToken");
    let quiet = app
        .post("/api/visitor/page")
        .bearer(&silent)
        .json(&json!({"page": "https://shop.example/"}));
    assert_eq!(quiet.send().await.status, 204, "nothing to show");
}

async fn tokens_are_told_apart(app: &App) {
    let operator = app.token(AGENT).await;
    let visitor = app.visit().await.at("/visitorToken");
    for (method, path) in [
        (Method::GET, "/api/visitor/messages"),
        (Method::POST, "/api/visitor/messages"),
        (Method::POST, "/api/visitor/page"),
    ] {
        for token in [operator.as_str(), "", "made-up"] {
            let call = app.call(method.clone(), path).bearer(token).json(&json!({}));
            call.send().await.problem(401, "unauthenticated");
        }
    }
    for path in [
        "/api/live-chat/conversations",
        "/api/events",
        "/api/visitors",
        "/api/websites",
        "/api/auth/me",
    ] {
        app.get(path)
            .bearer(&visitor)
            .send()
            .await
            .problem(401, "unauthenticated");
    }
}

/// HMAC-SHA-256 as a website's own server makes it.
fn proof(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn a_flood_is_slowed_down_until_the_website_vouches(app: &App) {
    let owner = app.token(OWNER).await;
    let token = app.visit().await.at("/visitorToken");
    let mut refused = app.say(&token, "1").await;
    while refused.status == 201 {
        refused = app.say(&token, "more").await;
    }
    refused.problem(429, "rate_limited");
    assert!(
        refused.json["retryAfterMs"]
            .as_u64()
            .is_some_and(|wait| wait <= 500)
    );
    assert!(refused.header("retry-after").is_some());
    let challenge = refused.at("/challenge");
    let other = app.visit().await.at("/visitorToken");
    assert_eq!(app.say(&other, "Hello").await.status, 201, "nobody else waits");

    let website = app
        .get("/api/websites")
        .bearer(&owner)
        .send()
        .await
        .at("/items/0/id");
    let path = format!("/api/websites/{website}/identity");
    let secret = app.get(&path).bearer(&owner).send().await.at("/secret");
    let solve = async |token: &str, challenge: &str, proof: &str| {
        let call = app.post("/api/visitor/challenge").bearer(token);
        call.json(&json!({"challenge": challenge, "proof": proof}))
            .send()
            .await
    };
    let good = proof(&secret, &challenge);
    solve(&token, &challenge, &proof("other", &challenge))
        .await
        .problem(403, "forbidden");
    solve(&other, &challenge, &good).await.problem(410, "gone");
    solve(&token, "made up", &proof(&secret, "made up"))
        .await
        .problem(410, "gone");
    assert_eq!(solve(&token, &challenge, &good).await.status, 204);
    for _ in 0..20 {
        assert_eq!(app.say(&token, "on").await.status, 201);
    }
    solve(&token, &challenge, &good).await.problem(410, "gone");
    app.post("/api/visitor/challenge")
        .json(&json!({"challenge": challenge, "proof": good}))
        .send()
        .await
        .problem(401, "unauthenticated");

    while refused.status != 429 || refused.at("/challenge") == challenge {
        refused = app.say(&token, "more").await;
    }
    let late = refused.at("/challenge");
    app.state.clock.advance(5 * 60 * 1_000);
    solve(&token, &late, &proof(&secret, &late))
        .await
        .problem(410, "gone");
}
