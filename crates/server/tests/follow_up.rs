//! Letters to those who have left before they were answered, and the way back from them.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;

use accounts::{call, get, post};
use common::{AGENT, Answer, App, ChattingVisitor};
use reqwest::Method;
use serde_json::{Value, json};
use switchboard_server::visitor::follow_up;

common::on_both_databases! {
    whoever_has_left_gets_one_letter,
    nobody_is_written_to_without_need,
    two_servers_write_one_letter,
    what_was_said_stays_text,
    the_link_leads_back,
    a_link_stands_for_one_browser_and_one_week,
    blocked_and_erased_people_get_nothing,
}

const ADDRESS: &str = "zoe@harbour.example";
const MINUTE: u32 = 60_000;

/// A visitor with an address who has asked something.
async fn asked(app: &App, agent: &str) -> (ChattingVisitor, String) {
    let chat = app.chatting_visitor("Do you have it in green?").await;
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let id = get(app, &path, agent).await.at("/userId");
    let change = json!({"email": ADDRESS});
    let changed = call(app, Method::PATCH, &format!("/api/visitors/{id}"), agent, change).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    (chat, id)
}

async fn reply(app: &App, chat: &ChattingVisitor, text: &str) {
    // Access tokens end sooner than these stories.
    let agent = app.token(AGENT).await;
    let sent = app.reply(&agent, &chat.conversation, text, json!({})).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
}

/// Lets time pass, and everything that is due by then happen.
async fn pass(app: &App, minutes: u32) {
    app.state.clock.advance(minutes * MINUTE);
    follow_up::write(&app.state.db, app.state.clock.now(), &app.base)
        .await
        .expect("written");
}

/// The letters to the visitor, newest first.
async fn letters(app: &App) -> Vec<Value> {
    let answer = app
        .get("/dev/mailbox")
        .header("accept", "application/json")
        .send()
        .await;
    let all = answer.json.as_array().expect("letters").clone();
    all.into_iter().filter(|letter| letter["to"] == ADDRESS).collect()
}

/// The last part of the newest letter's link.
async fn link(app: &App) -> String {
    let letters = letters(app).await;
    let link = letters[0]["links"][0].as_str().expect("a link").to_owned();
    let link = link
        .strip_prefix(&format!("{}/c/", app.base))
        .expect("leads here");
    link.to_owned()
}

async fn open(app: &App, link: &str) -> Answer {
    post(app, "/api/visitor/resume", json!({"link": link})).await
}

async fn whoever_has_left_gets_one_letter(app: &App) {
    let agent = app.token(AGENT).await;
    let (chat, _) = asked(app, &agent).await;
    app.state.clock.advance(3 * MINUTE);
    reply(app, &chat, "Yes, in green").await;
    pass(app, 1).await;
    assert_eq!(letters(app).await.len(), 0, "it may still be read");
    reply(app, &chat, "And in blue").await;
    pass(app, 2).await;
    let told = letters(app).await;
    assert_eq!(told.len(), 1);
    let text = told[0]["text"].as_str().expect("a text");
    let (green, blue) = (
        text.find("Yes, in green").expect("both"),
        text.find("And in blue").expect("both"),
    );
    assert!(green < blue, "in order: {text}");
    assert!(
        !text.contains("Do you have it in green?"),
        "nothing of what the visitor typed: {text}"
    );
    pass(app, 60).await;
    assert_eq!(letters(app).await.len(), 1, "once");
    reply(app, &chat, "In red too").await;
    pass(app, 3).await;
    let told = letters(app).await;
    assert_eq!(told.len(), 2);
    let text = told[0]["text"].as_str().expect("a text");
    assert!(
        text.contains("In red too") && !text.contains("in green"),
        "only what is new: {text}"
    );
}

async fn nobody_is_written_to_without_need(app: &App) {
    let agent = app.token(AGENT).await;
    // Somebody without an address.
    let nameless = app.chatting_visitor("Hello").await;
    reply(app, &nameless, "Hello").await;
    let (chat, _) = asked(app, &agent).await;
    // A note, and an answer that is read.
    app.reply(
        &agent,
        &chat.conversation,
        "A note",
        json!({"visibility": "internal"}),
    )
    .await;
    reply(app, &chat, "Yes").await;
    let read = json!({"seq": 100});
    assert_eq!(
        call(app, Method::POST, "/api/visitor/read", &chat.token, read)
            .await
            .status,
        204
    );
    pass(app, 5).await;
    assert_eq!(letters(app).await, Vec::<Value>::new());
    // An answer while the person is on the website.
    reply(app, &chat, "Still there?").await;
    app.state.clock.advance(MINUTE);
    let beat = json!({"page": "https://shop.example/a"});
    let beat = call(app, Method::POST, "/api/visitor/page", &chat.token, beat).await;
    assert!((200..300).contains(&beat.status), "{}", beat.text);
    pass(app, 1).await;
    assert_eq!(letters(app).await, Vec::<Value>::new());
    // Whoever writes has seen what stood above.
    assert_eq!(app.say(&chat.token, "Yes I am").await.status, 201);
    pass(app, 10).await;
    assert_eq!(letters(app).await, Vec::<Value>::new());
    // An address that nothing can be sent to.
    let agent = app.token(AGENT).await;
    let path = format!("/api/live-chat/conversations/{}", nameless.conversation);
    let id = get(app, &path, &agent).await.at("/userId");
    let change = json!({"email": "zoe@[192.0.2.1]"});
    let changed = call(app, Method::PATCH, &format!("/api/visitors/{id}"), &agent, change).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    reply(app, &nameless, "Anybody?").await;
    pass(app, 10).await;
    let all = app
        .get("/dev/mailbox")
        .header("accept", "application/json")
        .send()
        .await;
    assert_eq!(all.json, json!([]));
}

async fn two_servers_write_one_letter(app: &App) {
    let agent = app.token(AGENT).await;
    let (chat, _) = asked(app, &agent).await;
    reply(app, &chat, "Yes").await;
    app.state.clock.advance(5 * MINUTE);
    let now = app.state.clock.now();
    let write = || follow_up::write(&app.state.db, now, &app.base);
    let written: Vec<_> = futures_util::future::join_all([write(), write(), write(), write()]).await;
    for outcome in written {
        outcome.expect("written or left to the other");
    }
    assert_eq!(letters(app).await.len(), 1);
}

async fn what_was_said_stays_text(app: &App) {
    let agent = app.token(AGENT).await;
    let (chat, _) = asked(app, &agent).await;
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "&lt;b&gt;",
        "a\r\nBcc: all@example.com",
        "\u{202e}gnp.exe",
        "line\nline",
    ];
    for text in hostile {
        reply(app, &chat, text).await;
    }
    pass(app, 5).await;
    let letter = letters(app).await[0].clone();
    let html = letter["html"].as_str().expect("a page");
    assert!(
        !html.contains("<script") && !html.contains("<img") && html.contains("&amp;lt;b&amp;gt;"),
        "{html}"
    );
    assert_eq!(letter["subject"], "You have an answer");
    assert_eq!(letter["links"].as_array().map(Vec::len), Some(1));
}

async fn the_link_leads_back(app: &App) {
    let agent = app.token(AGENT).await;
    let (chat, id) = asked(app, &agent).await;
    reply(app, &chat, "Yes, in green").await;
    pass(app, 5).await;
    let link = link(app).await;
    let page = app.get(&format!("/c/{link}")).send().await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains("frame-src 'self'") && policy.contains("script-src 'self';"),
        "{policy}"
    );
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert!(!page.text.contains(&link));
    assert_eq!(app.get("/c.js").send().await.status, 200);
    let opened = open(app, &link).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    assert_eq!(
        (opened.at("/user/id"), opened.at("/conversation/id")),
        (id, chat.conversation.clone())
    );
    let frame = app
        .get(&format!("/c/frame/{}", opened.at("/publicKey")))
        .send()
        .await;
    let policy = frame.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains(&format!("frame-ancestors {}", app.base)),
        "{policy}"
    );
    let traded = post(
        app,
        "/api/visitor/frame",
        json!({"frameCode": opened.at("/frameCode")}),
    )
    .await;
    let token = traded.at("/visitorToken");
    let sent = app.say(&token, "I take it").await;
    assert_eq!(
        (sent.status, sent.at("/conversation/id")),
        (201, chat.conversation.clone())
    );
    // The browser on the website goes on as well.
    assert_eq!(app.say(&chat.token, "From the website").await.status, 201);
    let ticket = app
        .post("/api/visitor/ticket")
        .bearer(&token)
        .header("origin", &app.base)
        .send()
        .await;
    assert_eq!(ticket.status, 200, "{}", ticket.text);
}

async fn a_link_stands_for_one_browser_and_one_week(app: &App) {
    let agent = app.token(AGENT).await;
    let (chat, _) = asked(app, &agent).await;
    reply(app, &chat, "Yes").await;
    pass(app, 5).await;
    let link = link(app).await;
    let first = open(app, &link).await.at("/visitorToken");
    let second = open(app, &link).await.at("/visitorToken");
    app.say(&first, "Hello").await.problem(401, "unauthenticated");
    assert_eq!(app.say(&second, "Hello").await.status, 201);
    for wrong in ["", "nonsense", &link[1..]] {
        open(app, wrong).await.problem(410, "gone");
    }
    app.state.clock.advance(7 * 24 * 60 * MINUTE);
    open(app, &link).await.problem(410, "gone");
    app.say(&second, "Hello").await.problem(401, "unauthenticated");
    assert_eq!(app.say(&chat.token, "Hello").await.status, 201);
}

async fn blocked_and_erased_people_get_nothing(app: &App) {
    let agent = app.token(AGENT).await;
    let (chat, id) = asked(app, &agent).await;
    reply(app, &chat, "Yes").await;
    pass(app, 5).await;
    let link = link(app).await;
    let token = open(app, &link).await.at("/visitorToken");
    let block = async |blocked: bool| {
        let path = format!("/api/visitors/{id}/block");
        call(
            app,
            Method::POST,
            &path,
            &app.token(AGENT).await,
            json!({"blocked": blocked}),
        )
        .await
    };
    assert_eq!(block(true).await.status, 200);
    open(app, &link).await.problem(403, "blocked");
    app.say(&token, "Hello").await.problem(403, "blocked");
    let more = json!({"reopen": true});
    let agent = app.token(AGENT).await;
    assert_eq!(
        app.reply(&agent, &chat.conversation, "More", more).await.status,
        201
    );
    pass(app, 5).await;
    assert_eq!(letters(app).await.len(), 1, "nobody who is blocked is written to");
    block(false).await;
    let path = format!("/api/visitors/{id}");
    let owner = app.token(common::OWNER).await;
    assert_eq!(
        app.call(Method::DELETE, &path).bearer(&owner).send().await.status,
        204
    );
    open(app, &link).await.problem(410, "gone");
    app.say(&token, "Hello").await.problem(401, "unauthenticated");
    assert_eq!(
        letters(app).await,
        Vec::<Value>::new(),
        "the letter that waits goes with the person"
    );
}
