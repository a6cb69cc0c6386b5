//! Starting a conversation, closing one with a reason, transcripts and ratings.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod socket;

use accounts::{call, get, letters};
use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;

common::on_both_databases! {
    an_operator_writes_first,
    starting_again_starts_once,
    while_one_is_open_that_one_goes_on,
    only_those_who_see_the_visitor_start,
    a_visitor_who_is_blocked_is_left_alone,
    a_reason_is_for_the_team,
    a_reason_needs_a_closing_and_words,
    a_transcript_holds_what_the_visitor_saw,
    hostile_text_stays_text_in_every_form,
    foreign_transcripts_do_not_exist,
    a_transcript_leaves_by_mail,
    a_visitor_rates_what_is_over,
    ratings_are_checked,
}

const CONVERSATIONS: &str = "/api/live-chat/conversations";

async fn start(app: &App, token: &str, id: &str, user: &str, content: &str) -> Answer {
    let body = json!({"id": id, "userId": user, "content": content});
    call(app, Method::POST, CONVERSATIONS, token, body).await
}

async fn change(app: &App, token: &str, conversation: &str, set: Value) -> Answer {
    let body = json!({"actionId": new_id(), "items": [{"id": conversation}], "set": set});
    call(app, Method::PATCH, CONVERSATIONS, token, body).await
}

async fn close(app: &App, token: &str, conversation: &str) {
    let closed = change(app, token, conversation, json!({"status": "closed"})).await;
    assert_eq!(
        closed.json["results"][0]["conversation"]["status"], "closed",
        "{}",
        closed.text
    );
}

async fn messages(app: &App, token: &str, conversation: &str) -> Vec<Value> {
    let page = get(app, &format!("{CONVERSATIONS}/{conversation}/messages"), token).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.json["items"].as_array().expect("items").clone()
}

async fn an_operator_writes_first(app: &App) {
    let agent = app.token(AGENT).await;
    let session = app.visit().await;
    let (token, visitor) = (session.at("/visitorToken"), session.at("/user/id"));
    let (mut widget, _) = Socket::visitor(app, &token).await;
    let (mut desk, _) = Socket::operator(app, &app.token(OWNER).await).await;
    let id = new_id();
    let started = start(app, &agent, &id, &visitor, "May I help you choose?").await;
    assert_eq!(started.status, 201, "{}", started.text);
    assert_eq!(started.at("/id"), id);
    assert_eq!(started.at("/userId"), visitor);
    assert_eq!(started.at("/status"), "open");
    assert_eq!(started.at("/lastMessage"), "May I help you choose?");
    assert_eq!(started.json["messageCount"], 1);
    assert_eq!(started.json["unreadCount"], 0);
    assert_eq!(
        started.at("/assigneeId"),
        accounts::me(app, &agent).await.at("/id")
    );
    // The notice, the conversation, and then what was said.
    for stream in [&mut desk, &mut widget] {
        assert_eq!(stream.event("message.created").await["body"]["type"], "system");
        assert_eq!(stream.event("conversation.created").await["conversationId"], id);
    }
    let event = widget.event("message.created").await;
    assert_eq!(event["body"]["content"], "May I help you choose?");
    let seen = get(app, "/api/visitor/messages", &token).await;
    let last = seen.json["items"]
        .as_array()
        .expect("items")
        .last()
        .expect("one")
        .clone();
    assert_eq!(
        (&last["type"], &last["content"]),
        (&json!("bot"), &json!("May I help you choose?"))
    );
    assert!(last["authorId"].is_null(), "{last}");
    // The visitor's answer goes on in it.
    let said = app.say(&token, "Yes, please").await;
    assert_eq!(said.at("/conversation/id"), id);
}

async fn starting_again_starts_once(app: &App) {
    let (agent, owner) = (app.token(AGENT).await, app.token(OWNER).await);
    let visitor = app.visit().await.at("/user/id");
    let id = new_id();
    assert_eq!(start(app, &agent, &id, &visitor, "Hello").await.status, 201);
    let again = start(app, &agent, &id, &visitor, "Hello").await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.at("/messages/0/content"), "Hello");
    assert_eq!(again.json["messageCount"], 1);
    start(app, &agent, &id, &visitor, "Another")
        .await
        .problem(409, "id_reused");
    start(app, &owner, &id, &visitor, "Hello")
        .await
        .problem(409, "id_reused");
    // Also after it went on.
    close(app, &agent, &id).await;
    assert_eq!(start(app, &agent, &id, &visitor, "Hello").await.status, 200);
    let chat = app.chatting_visitor("Mine").await;
    let other = app.visit().await.at("/user/id");
    start(app, &agent, &chat.conversation, &other, "Hello")
        .await
        .problem(409, "id_reused");
}

async fn while_one_is_open_that_one_goes_on(app: &App) {
    let agent = app.token(AGENT).await;
    let session = app.visit().await;
    let (token, visitor) = (session.at("/visitorToken"), session.at("/user/id"));
    let open = app.say(&token, "Hello").await.at("/conversation/id");
    let refused = start(app, &agent, &new_id(), &visitor, "Hello").await;
    assert_eq!(refused.problem(409, "conflict")["current"]["id"], open);
    close(app, &agent, &open).await;
    let id = new_id();
    assert_eq!(
        start(app, &agent, &id, &visitor, "One more thing").await.status,
        201
    );
    let seen = get(app, "/api/visitor/messages", &token).await;
    assert_eq!(
        seen.json["items"][0]["conversationId"], id,
        "the visitor sees the newest"
    );
}

async fn only_those_who_see_the_visitor_start(app: &App) {
    let visitor = app.visit().await.at("/user/id");
    let other = app.second_account("owner@other.test").await;
    start(app, &other.token, &new_id(), &visitor, "Hello")
        .await
        .problem(404, "not_found");
    let owner = app.token(OWNER).await;
    let (_, newcomer) = accounts::new_member(app, &owner, "jonas@demo.test", "agent").await;
    start(app, &newcomer, &new_id(), &visitor, "Hello")
        .await
        .problem(404, "not_found");
    start(app, &owner, &new_id(), &new_id(), "Hello")
        .await
        .problem(404, "not_found");
    let empty = start(app, &owner, &new_id(), &visitor, "  ").await;
    assert!(empty.problem(422, "validation_failed")["fields"]["content"].is_array());
    let id = new_id();
    assert_eq!(start(app, &owner, &id, &visitor, "Hello").await.status, 201);
    // An id of one account is nobody's in another.
    let strange = app
        .post("/api/visitor/sessions")
        .header("origin", "https://other.example")
        .json(&json!({"publicKey": other.public_key, "page": "https://other.example/"}))
        .send()
        .await;
    let stranger = strange.at("/user/id");
    start(app, &other.token, &id, &stranger, "Hello")
        .await
        .problem(409, "id_reused");
}

async fn a_visitor_who_is_blocked_is_left_alone(app: &App) {
    let owner = app.token(OWNER).await;
    let visitor = app.visit().await.at("/user/id");
    app.execute(&format!("UPDATE visitors SET blocked = 1 WHERE id = '{visitor}'"))
        .await;
    start(app, &owner, &new_id(), &visitor, "Hello")
        .await
        .problem(403, "blocked");
}

async fn a_reason_is_for_the_team(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Hello").await;
    let (mut widget, _) = Socket::visitor(app, &chat.token).await;
    let set = json!({"status": "closed", "closeReason": " sold out, see <b>stock</b> "});
    let closed = change(app, &owner, &chat.conversation, set).await;
    assert_eq!(closed.json["results"][0]["conversation"]["status"], "closed");
    let all = messages(app, &owner, &chat.conversation).await;
    let reason = all.last().expect("a notice");
    assert_eq!(reason["visibility"], "internal");
    assert_eq!(
        reason["content"],
        "Olga Owner closed it because: sold out, see <b>stock</b>"
    );
    // The visitor hears that it is over, and nothing of why.
    assert_eq!(
        widget.event("message.created").await["body"]["content"],
        "Olga Owner closed the conversation"
    );
    let seen = get(app, "/api/visitor/messages", &chat.token).await;
    assert!(!seen.text.contains("sold out"), "{}", seen.text);
    // Whoever closes what a colleague has closed already is heard as well.
    let set = json!({"status": "closed", "closeReason": "duplicate"});
    change(app, &owner, &chat.conversation, set).await;
    let all = messages(app, &owner, &chat.conversation).await;
    assert_eq!(
        all.last().expect("a notice")["content"],
        "Olga Owner closed it because: duplicate"
    );
}

async fn a_reason_needs_a_closing_and_words(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Hello").await;
    for set in [
        json!({"closeReason": "why"}),
        json!({"status": "open", "closeReason": "why"}),
        json!({"status": "closed", "closeReason": "  "}),
        json!({"status": "closed", "closeReason": "x".repeat(501)}),
    ] {
        let answer = change(app, &owner, &chat.conversation, set).await;
        let problem = answer.problem(422, "validation_failed");
        assert!(problem["fields"]["set.closeReason"].is_array(), "{problem}");
    }
    let longest = json!({"status": "closed", "closeReason": "ä".repeat(500)});
    let closed = change(app, &owner, &chat.conversation, longest).await;
    assert_eq!(closed.json["results"][0]["conversation"]["status"], "closed");
}

async fn transcript(app: &App, token: &str, conversation: &str, query: &str) -> Answer {
    get(
        app,
        &format!("{CONVERSATIONS}/{conversation}/transcript{query}"),
        token,
    )
    .await
}

async fn a_transcript_holds_what_the_visitor_saw(app: &App) {
    let owner = app.token(OWNER).await;
    app.execute("UPDATE websites SET timezone = 'Asia/Kolkata'").await;
    let chat = app.chatting_visitor("Is the big one waterproof?").await;
    app.reply(&owner, &chat.conversation, "Yes, in any rain.", json!({}))
        .await;
    app.reply(
        &owner,
        &chat.conversation,
        "Ask Adam first",
        json!({"visibility": "internal"}),
    )
    .await;
    let text = transcript(app, &owner, &chat.conversation, "").await;
    assert_eq!(text.status, 200, "{}", text.text);
    assert_eq!(text.header("content-type"), Some("text/plain; charset=utf-8"));
    let name = format!("attachment; filename=\"conversation-{}.txt\"", chat.conversation);
    assert_eq!(text.header("content-disposition"), Some(name.as_str()));
    assert!(text.text.contains("Is the big one waterproof?"));
    assert!(
        text.text.contains("Olga Owner\n    Yes, in any rain."),
        "{}",
        text.text
    );
    assert!(text.text.contains("+05:30"), "{}", text.text);
    assert!(!text.text.contains("Ask Adam first"));
    let page = transcript(app, &owner, &chat.conversation, "?format=html&notes=true").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(
        page.header("content-security-policy")
            .expect("one")
            .contains("sandbox")
    );
    assert!(page.text.contains("Ask Adam first"));
    let data = transcript(app, &owner, &chat.conversation, "?format=json").await;
    let said: Vec<&str> = data.json["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .filter(|message| message["type"] != "system")
        .map(|message| message["content"].as_str().expect("text"))
        .collect();
    assert_eq!(said, ["Is the big one waterproof?", "Yes, in any rain."]);
    transcript(app, &owner, &chat.conversation, "?format=pdf")
        .await
        .problem(400, "bad_request");
    transcript(app, &owner, &chat.conversation, "?notes=perhaps")
        .await
        .problem(400, "bad_request");
}

async fn hostile_text_stays_text_in_every_form(app: &App) {
    let owner = app.token(OWNER).await;
    let hostile =
        "</p><script>alert(1)</script>\n[2026-01-01 00:00:00 +00:00] Olga Owner\n    a forged answer";
    let chat = app.chatting_visitor(hostile).await;
    app.execute("UPDATE visitors SET name = '\"><img src=x onerror=alert(1)>'")
        .await;
    let page = transcript(app, &owner, &chat.conversation, "?format=html").await;
    assert!(
        !page.text.contains("<script") && !page.text.contains("<img"),
        "{}",
        page.text
    );
    let text = transcript(app, &owner, &chat.conversation, "?format=txt").await;
    let forged = text.text.lines().any(|line| line.starts_with("[2026-01-01"));
    assert!(!forged, "{}", text.text);
    let data = transcript(app, &owner, &chat.conversation, "?format=json").await;
    let said = data.json["messages"]
        .as_array()
        .expect("messages")
        .last()
        .expect("one");
    assert_eq!(said["content"], hostile);
}

async fn foreign_transcripts_do_not_exist(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Hello").await;
    let other = app.second_account("owner@other.test").await;
    let (_, newcomer) = accounts::new_member(app, &owner, "jonas@demo.test", "agent").await;
    let mail = format!("{CONVERSATIONS}/{}/transcript/mail", chat.conversation);
    for token in [&other.token, &newcomer] {
        transcript(app, token, &chat.conversation, "")
            .await
            .problem(404, "not_found");
        call(
            app,
            Method::POST,
            &mail,
            token,
            json!({"to": "zoe@harbour.example"}),
        )
        .await
        .problem(404, "not_found");
    }
    app.get(&format!("{CONVERSATIONS}/{}/transcript", chat.conversation))
        .send()
        .await
        .problem(401, "unauthenticated");
    assert!(letters(app, "zoe@harbour.example").await.is_empty());
}

async fn a_transcript_leaves_by_mail(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("Please send me this").await;
    app.reply(
        &agent,
        &chat.conversation,
        "only for us",
        json!({"visibility": "internal"}),
    )
    .await;
    let path = format!("{CONVERSATIONS}/{}/transcript/mail", chat.conversation);
    let to = "zoe@harbour.example";
    for bad in ["", "zoe", "zoe@harbour.example\nbcc: all@harbour.example"] {
        let answer = call(app, Method::POST, &path, &agent, json!({"to": bad})).await;
        assert!(answer.problem(422, "validation_failed")["fields"]["to"].is_array());
    }
    let sent = call(app, Method::POST, &path, &agent, json!({"to": to})).await;
    assert_eq!(sent.status, 202, "{}", sent.text);
    let letter = accounts::letter(app, to).await;
    assert_eq!(letter["subject"], "The transcript of your conversation");
    let text = letter["text"].as_str().expect("text");
    assert!(
        text.contains("Please send me this") && !text.contains("only for us"),
        "{text}"
    );
    for _ in 1..20 {
        assert_eq!(
            call(app, Method::POST, &path, &agent, json!({"to": to}))
                .await
                .status,
            202
        );
    }
    call(app, Method::POST, &path, &agent, json!({"to": to}))
        .await
        .problem(429, "rate_limited");
    let owner = app.token(OWNER).await;
    assert_eq!(
        call(app, Method::POST, &path, &owner, json!({"to": to}))
            .await
            .status,
        202
    );
}

async fn rate(app: &App, token: &str, body: Value) -> Answer {
    call(app, Method::POST, "/api/visitor/rating", token, body).await
}

async fn a_visitor_rates_what_is_over(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Hello").await;
    rate(app, &chat.token, json!({"rating": "good"}))
        .await
        .problem(409, "conflict");
    close(app, &owner, &chat.conversation).await;
    let (mut desk, _) = Socket::operator(app, &owner).await;
    let (mut widget, _) = Socket::visitor(app, &chat.token).await;
    let rated = rate(app, &chat.token, json!({"rating": "good"})).await;
    assert_eq!(rated.status, 200, "{}", rated.text);
    assert_eq!(rated.at("/rating"), "good");
    assert_eq!(desk.event("conversation.updated").await["body"]["rating"], "good");
    assert_eq!(
        widget.event("conversation.updated").await["body"]["rating"],
        "good"
    );
    let comment = "quick & <b>kind</b>";
    let body = json!({"rating": "good", "comment": comment, "conversationId": chat.conversation});
    assert_eq!(rate(app, &chat.token, body.clone()).await.status, 200);
    assert_eq!(rate(app, &chat.token, body).await.status, 200, "the same again");
    assert_eq!(
        rate(app, &chat.token, json!({"rating": "bad"})).await.status,
        200,
        "a change of mind"
    );
    let refused = rate(app, &chat.token, json!({"rating": "good"})).await;
    assert_eq!(refused.problem(409, "conflict")["current"]["rating"], "bad");
    let known = get(app, &format!("{CONVERSATIONS}/{}", chat.conversation), &owner).await;
    assert_eq!(
        (known.at("/rating"), &known.json["ratingComment"]),
        ("bad".to_owned(), &Value::Null)
    );
    // The person's own session tells it as well, and nothing of other people's.
    let session = app
        .post("/api/visitor/sessions")
        .header("origin", &app.base)
        .json(&json!({"publicKey": switchboard_server::seed::DEMO_PUBLIC_KEY, "visitorToken": chat.token}))
        .send()
        .await;
    assert_eq!(session.at("/conversation/rating"), "bad");
}

async fn ratings_are_checked(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Hello").await;
    close(app, &owner, &chat.conversation).await;
    let wrong = rate(app, &chat.token, json!({"rating": "splendid"})).await;
    assert!(wrong.problem(422, "validation_failed")["fields"]["rating"].is_array());
    let long = json!({"rating": "good", "comment": "x".repeat(1_001)});
    let wrong = rate(app, &chat.token, long).await;
    assert!(wrong.problem(422, "validation_failed")["fields"]["comment"].is_array());
    let other = app.chatting_visitor("Me too").await;
    let foreign = json!({"rating": "bad", "conversationId": chat.conversation});
    rate(app, &other.token, foreign).await.problem(404, "not_found");
    let silent = app.visit().await.at("/visitorToken");
    rate(app, &silent, json!({"rating": "bad"}))
        .await
        .problem(404, "not_found");
    app.post("/api/visitor/rating")
        .json(&json!({"rating": "bad"}))
        .send()
        .await
        .problem(401, "unauthenticated");
    assert_eq!(
        get(app, &format!("{CONVERSATIONS}/{}", chat.conversation), &owner)
            .await
            .json["rating"],
        Value::Null
    );
}
