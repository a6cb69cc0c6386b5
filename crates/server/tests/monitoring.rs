//! What becomes known of websites by itself and on request: silence, whether the widget is installed, what was said today, and that
//! open pages hear of a published widget.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use std::time::Duration;

use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::{Socket, resume, visitor_ticket};
use switchboard_contract::website::SILENT_AFTER_MS;
use switchboard_server::seed::DEMO_PUBLIC_KEY;
use switchboard_server::website::silence;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

common::on_both_databases! {
    a_website_falls_silent_once,
    a_beat_comes_before_the_silence,
    beats_say_that_it_is_installed,
    the_page_says_whether_it_has_the_snippet,
    a_check_is_for_those_who_may_change_the_website,
    what_was_said_today_is_counted_by_the_websites_clock,
    open_pages_hear_of_a_published_widget,
    a_page_that_was_away_hears_of_it_when_it_is_back,
}

async fn demo(app: &App, token: &str) -> Value {
    let list = app.get("/api/websites").bearer(token).send().await;
    list.json["items"][0].clone()
}

async fn show(app: &App, token: &str, website: &Value, rest: &str) -> Value {
    let path = format!("/api/websites/{}{rest}", website["id"].as_str().expect("an id"));
    let answer = app.get(&path).bearer(token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

async fn check(app: &App, token: &str, website: &Value) -> Answer {
    let id = website["id"].as_str().expect("an id");
    let path = format!("/api/websites/{id}/check-install");
    app.post(&path).bearer(token).send().await
}

/// The states of the demo website's history, the newest first. Whoever asks signs in: the clock may have ended what was before.
async fn states(app: &App, website: &Value) -> Vec<String> {
    let history = show(app, &app.token(OWNER).await, website, "/status").await;
    let changes = history["history"].as_array().expect("a history").iter();
    changes
        .map(|change| change["state"].as_str().expect("a state").to_owned())
        .collect()
}

/// Moves the clock until `millis` after the last beat, and looks as several servers would.
async fn wait_for_silence(app: &App, millis: i64) {
    app.state
        .clock
        .advance(u32::try_from(millis).expect("a short time"));
    let now = app.state.clock.now();
    let looks = (0..8).map(|_| silence::advance(&app.state.db, now));
    for outcome in futures_util::future::join_all(looks).await {
        outcome.expect("looks");
    }
}

async fn a_website_falls_silent_once(app: &App) {
    let owner = app.token(OWNER).await;
    app.visit().await;
    let website = demo(app, &owner).await;
    wait_for_silence(app, SILENT_AFTER_MS - 60_000).await;
    assert_eq!(states(app, &website).await, ["online"]);
    let (mut socket, _) = Socket::operator(app, &app.token(OWNER).await).await;
    wait_for_silence(app, 60_000).await;
    let told = socket.event("website.status").await;
    assert_eq!(told["body"]["status"]["state"], "silent");
    assert!(
        told["body"]["status"]["lastSeenAt"].is_string(),
        "when it was heard last"
    );
    assert_eq!(states(app, &website).await, ["silent", "online"]);
    let events = "SELECT COUNT(*) FROM events WHERE kind = 'website.status' AND body LIKE '%silent%'";
    assert_eq!(app.number(events).await, 1);
    app.visit().await;
    assert_eq!(
        socket.event("website.status").await["body"]["status"]["state"],
        "online"
    );
    assert_eq!(states(app, &website).await, ["online", "silent", "online"]);
}

async fn a_beat_comes_before_the_silence(app: &App) {
    let owner = app.token(OWNER).await;
    let token = app.visit().await.at("/visitorToken");
    let website = demo(app, &owner).await;
    wait_for_silence(app, SILENT_AFTER_MS - 60_000).await;
    let page = json!({"page": format!("{}/demo/tents", app.base)});
    let beat = app
        .post("/api/visitor/page")
        .bearer(&token)
        .header("origin", &app.base);
    assert_eq!(beat.json(&page).send().await.status, 204);
    wait_for_silence(app, 120_000).await;
    assert_eq!(states(app, &website).await, ["online"]);
    // One that is deleted tells nobody of anything.
    let path = format!("/api/websites/{}", website["id"].as_str().expect("an id"));
    let deleted = app.call(Method::DELETE, &path).bearer(&app.token(OWNER).await);
    assert_eq!(deleted.send().await.status, 204);
    wait_for_silence(app, SILENT_AFTER_MS).await;
    let events = "SELECT COUNT(*) FROM events WHERE kind = 'website.status' AND body LIKE '%silent%'";
    assert_eq!(app.number(events).await, 0);
}

async fn beats_say_that_it_is_installed(app: &App) {
    let owner = app.token(OWNER).await;
    app.visit().await;
    let website = demo(app, &owner).await;
    let found = check(app, &owner, &website).await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(
        (found.at("/outcome"), found.at("/status/state")),
        ("working".to_owned(), "online".to_owned())
    );
    let foreign = app
        .post("/api/visitor/sessions")
        .header("origin", "https://evil.example")
        .json(&json!({"publicKey": DEMO_PUBLIC_KEY, "page": "https://evil.example/", "locale": "en"}));
    foreign.send().await.problem(403, "origin_refused");
    let refused = check(app, &owner, &website).await;
    assert_eq!(refused.at("/outcome"), "origin_refused");
    assert!(refused.at("/reason").contains("evil.example"), "{}", refused.text);
}

/// Lets the demo website's first page be this, on a port of its own.
async fn first_page(app: &App, owner: &str, html: String) -> Value {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut read = [0; 1_024];
            let _ = stream.read(&mut read).await;
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                html.len()
            );
            let _ = stream.write_all(format!("{head}{html}").as_bytes()).await;
        }
    });
    let website = demo(app, owner).await;
    let path = format!("/api/websites/{}", website["id"].as_str().expect("an id"));
    let origins =
        json!({"allowedOrigins": ["https://elsewhere.example", format!("http://localhost:{port}")]});
    let change = app.call(Method::PATCH, &path).bearer(owner).json(&origins);
    let changed = change.send().await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    changed.json
}

async fn the_page_says_whether_it_has_the_snippet(app: &App) {
    let owner = app.token(OWNER).await;
    let snippet = |key: &str| {
        format!(
            "<script async src=\"{}/widget.js\" data-key=\"{key}\"></script>",
            app.base
        )
    };
    for (html, outcome) in [
        (snippet(DEMO_PUBLIC_KEY), "snippet_found"),
        (snippet("another"), "other_key"),
        ("<h1>Shop</h1>".to_owned(), "not_found"),
    ] {
        let website = first_page(app, &owner, html).await;
        let found = check(app, &owner, &website).await;
        assert_eq!(found.status, 200, "{}", found.text);
        assert_eq!(found.at("/outcome"), outcome, "{}", found.text);
        assert_eq!(found.at("/status/state"), "never_seen");
        assert!(found.at("/page").starts_with("http://localhost:"));
    }
    app.execute("UPDATE websites SET allowed_origins = '[\"http://localhost:1\"]'")
        .await;
    let website = demo(app, &owner).await;
    let found = check(app, &owner, &website).await;
    assert_eq!(found.at("/outcome"), "unreachable");
    assert_eq!(found.at("/reason"), "Nothing answers there.");
}

async fn a_check_is_for_those_who_may_change_the_website(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    app.visit().await;
    let website = demo(app, &owner).await;
    check(app, &agent, &website).await.problem(403, "forbidden");
    let stranger = app.second_account("owner@other.test").await;
    check(app, &stranger.token, &website)
        .await
        .problem(404, "not_found");
    let mut answers = Vec::new();
    for _ in 0..12 {
        answers.push(check(app, &owner, &website).await);
    }
    assert!(answers[..10].iter().all(|answer| answer.status == 200));
    let refused = answers.iter().find(|answer| answer.status != 200);
    let refused = refused.expect("a program is slowed down");
    refused.problem(429, "rate_limited");
    assert!(refused.json["retryAfterMs"].is_number(), "{}", refused.text);
}

async fn what_was_said_today_is_counted_by_the_websites_clock(app: &App) {
    let owner = app.token(OWNER).await;
    let today = async || {
        let website = demo(app, &app.token(OWNER).await).await;
        website["conversationsToday"].as_u64().expect("a number")
    };
    // Wherever it is noon now: midnight is far.
    let hour = app
        .state
        .clock
        .now()
        .as_millis()
        .div_euclid(3_600_000)
        .rem_euclid(24);
    let ahead = 12 - hour;
    let zone = match ahead {
        1.. => format!("Etc/GMT-{ahead}"),
        0 => "UTC".to_owned(),
        _ => format!("Etc/GMT+{}", -ahead),
    };
    app.execute(&format!("UPDATE websites SET timezone = '{zone}'"))
        .await;
    let before = today().await;
    let first = app.chatting_visitor("Hello").await;
    app.chatting_visitor("Hello again").await;
    // A conversation without a word of its visitor is none yet.
    let silent = app.visit().await.at("/user/id");
    let start = json!({"id": new_id(), "userId": silent, "content": "May I help?"});
    let started = app
        .post("/api/live-chat/conversations")
        .bearer(&owner)
        .json(&start)
        .send()
        .await;
    assert_eq!(started.status, 201, "{}", started.text);
    assert_eq!(today().await, before + 2);
    // A deleted one has happened all the same.
    let path = format!("/api/live-chat/conversations/{}", first.conversation);
    let deleted = app.call(Method::DELETE, &path).bearer(&owner).send().await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    assert_eq!(today().await, before + 2);
    // The next day begins with none.
    let day = 24 * 60 * 60 * 1_000;
    app.state.clock.advance(day);
    assert_eq!(today().await, 0);
    app.state.clock.advance(60_000);
    app.chatting_visitor("Of the day after").await;
    assert_eq!(today().await, 1);
    let owner = app.token(OWNER).await;
    let one = show(app, &owner, &demo(app, &owner).await, "").await;
    assert_eq!(one.get("conversationsToday"), None, "in lists only");
}

/// Publishes a widget with this greeting.
async fn publish(app: &App, owner: &str, greeting: &str) {
    let website = demo(app, owner).await;
    let path = format!("/api/websites/{}/widget", website["id"].as_str().expect("an id"));
    let mut draft = app.get(&path).bearer(owner).send().await.json["draft"].clone();
    draft["greeting"] = json!(greeting);
    let saved = app
        .call(Method::PUT, &path)
        .bearer(owner)
        .json(&draft)
        .send()
        .await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let published = app.post(&format!("{path}/publish")).bearer(owner).send().await;
    assert_eq!(published.status, 200, "{}", published.text);
}

/// The next word of the widget, whatever else comes.
async fn widget(socket: &mut Socket) -> Value {
    let told = async {
        loop {
            let frame = socket.frame().await;
            if frame["t"] == "signal" && frame["type"] == "widget" {
                return frame["body"].clone();
            }
        }
    };
    // Pings come all the time: they are not what is waited for.
    let told = tokio::time::timeout(Duration::from_secs(20), told).await;
    told.expect("the widget is told of")
}

async fn open_pages_hear_of_a_published_widget(app: &App) {
    let owner = app.token(OWNER).await;
    let visitor = app.chatting_visitor("Hello").await;
    let (mut socket, _) = Socket::visitor(app, &visitor.token).await;
    publish(app, &owner, "Welcome ashore").await;
    let told = widget(&mut socket).await;
    assert_eq!(told["greeting"], "Welcome ashore");
    assert_eq!(
        told.get("preChatForm").unwrap_or(&Value::Null),
        &Value::Null,
        "nobody is asked again who has written"
    );
    publish(app, &owner, "And again").await;
    assert_eq!(widget(&mut socket).await["greeting"], "And again");
}

async fn a_page_that_was_away_hears_of_it_when_it_is_back(app: &App) {
    let owner = app.token(OWNER).await;
    let visitor = app.chatting_visitor("Hello").await;
    let (socket, welcome) = Socket::visitor(app, &visitor.token).await;
    drop(socket);
    publish(app, &owner, "While you were away").await;
    app.state.clock.advance(60 * 60 * 1_000);
    let ticket = visitor_ticket(app, &visitor.token).await;
    let text = |name: &str| welcome[name].as_str().unwrap_or_default().to_owned();
    let from = resume(&text("epoch"), &text("head"), welcome["id"].as_str());
    let (mut socket, _) = Socket::hello(app, &ticket, from).await;
    assert_eq!(widget(&mut socket).await["greeting"], "While you were away");
}
