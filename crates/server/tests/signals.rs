//! Typing, viewing and presence: told to those concerned, bounded, and gone by themselves.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use std::time::Duration;

use common::{AGENT, Answer, App, OWNER};
use serde_json::{Value, json};
use socket::Socket;
use switchboard_server::db::Dialect;

common::on_both_databases! {
    drafts_are_for_operators_of_the_website,
    drafts_stay_with_visitors_unless_the_website_shares_them,
    a_frame_without_a_socket_tells_of_typing,
    typing_without_a_socket_is_bounded,
    notes_in_the_making_are_the_teams_own,
    viewing_is_the_teams_own,
    what_is_over_is_told,
    a_flood_of_signals_ends_with_the_latest,
    a_colleague_who_comes_is_announced,
    availability_follows_what_is_set_and_said,
}

fn signal(kind: &str, conversation: &str, ttl_ms: u64, body: Value) -> Value {
    json!({"t": "signal", "type": kind, "conversationId": conversation, "ttlMs": ttl_ms, "body": body})
}

/// The next signal; nothing else may come before it.
async fn heard(socket: &mut Socket) -> Value {
    let frame = socket.frame().await;
    assert_eq!(frame["t"], "signal", "{frame}");
    frame
}

/// Nothing is on its way to this socket.
async fn hears_nothing(socket: &mut Socket) {
    socket.send(&json!({"t": "ping", "n": 77})).await;
    let frame = socket.frame().await;
    assert_eq!(frame, json!({"t": "pong", "n": 77}));
}

async fn operator(app: &App, email: &str) -> (Answer, Socket) {
    let signed_in = app.sign_in(email).await;
    let (socket, _) = Socket::operator(app, &signed_in.at("/accessToken")).await;
    (signed_in, socket)
}

async fn drafts_are_for_operators_of_the_website(app: &App) {
    let chat = app.chatting_visitor("Hello").await;
    let other = app.chatting_visitor("Me too").await;
    let stranger = app.second_account("owner@other.test").await;
    let (_, mut owner) = operator(app, OWNER).await;
    let (mut strangers, _) = Socket::operator(app, &stranger.token).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    let (mut others, _) = Socket::visitor(app, &other.token).await;
    app.execute("UPDATE visitors SET name = 'Vera'").await;
    app.execute("DELETE FROM member_websites").await;
    let (_, mut agent) = operator(app, AGENT).await;

    let draft = json!({"text": "Do you ship to\u{202e} <b>", "secret": 1});
    visitor
        .send(&signal("typing", &chat.conversation, 5_000, draft))
        .await;
    let told = heard(&mut owner).await;
    assert_eq!(
        told["body"],
        json!({"text": "Do you ship to\u{202e} <b>"}),
        "only what belongs there"
    );
    assert_eq!(told["conversationId"], chat.conversation);
    assert_eq!(
        (&told["ttlMs"], &told["sender"]["kind"], &told["sender"]["name"]),
        (&json!(5_000), &json!("visitor"), &json!("Vera"))
    );
    assert_eq!(told["who"], told["sender"]["id"]);

    // Whatever is not a draft is told as typing without one.
    for (body, expected) in [
        (
            json!({"text": "é".repeat(5_000)}),
            json!({"text": "é".repeat(1_000)}),
        ),
        (json!({"text": 7}), Value::Null),
        (json!([1]), Value::Null),
        (json!({"text": ""}), json!({"text": ""})),
    ] {
        visitor
            .send(&signal("typing", &chat.conversation, u64::MAX, body))
            .await;
        let told = heard(&mut owner).await;
        assert_eq!((&told["body"], &told["ttlMs"]), (&expected, &json!(10_000)));
    }
    // Somebody else's conversation is not theirs to type in, nor to hear of.
    others
        .send(&signal("typing", &chat.conversation, 5_000, json!({"text": "x"})))
        .await;
    for socket in [&mut agent, &mut strangers, &mut others, &mut visitor, &mut owner] {
        hears_nothing(socket).await;
    }
}

async fn drafts_stay_with_visitors_unless_the_website_shares_them(app: &App) {
    let chat = app.chatting_visitor("Hello").await;
    let (_, mut owner) = operator(app, OWNER).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    let draft = || signal("typing", &chat.conversation, 5_000, json!({"text": "Between us"}));
    for not_sharing in [json!({}), json!({"shareDrafts": false})] {
        app.execute(&format!("UPDATE websites SET widget = '{not_sharing}'"))
            .await;
        visitor.send(&draft()).await;
        let told = heard(&mut owner).await;
        assert_eq!((&told["type"], &told["body"]), (&json!("typing"), &Value::Null));
        assert_eq!(types(app, &chat.token, json!("Between us")).await.status, 204);
        let told = heard(&mut owner).await;
        assert_eq!((&told["type"], &told["body"]), (&json!("typing"), &Value::Null));
    }
    app.execute("UPDATE websites SET widget = '{\"shareDrafts\": true}'")
        .await;
    visitor.send(&draft()).await;
    assert_eq!(heard(&mut owner).await["body"], json!({"text": "Between us"}));
}

/// Says over REST what stands in the visitor's textbox.
async fn types(app: &App, token: &str, text: Value) -> Answer {
    app.post("/api/visitor/typing")
        .bearer(token)
        .json(&json!({"text": text}))
        .send()
        .await
}

async fn a_frame_without_a_socket_tells_of_typing(app: &App) {
    let stranger = app.second_account("owner@other.test").await;
    let chat = app.chatting_visitor("Hello").await;
    let other = app.chatting_visitor("Me too").await;
    let (_, mut owner) = operator(app, OWNER).await;
    let (mut strangers, _) = Socket::operator(app, &stranger.token).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    let (mut others, _) = Socket::visitor(app, &other.token).await;
    app.execute("UPDATE visitors SET name = 'Vera'").await;

    let long = "é".repeat(5_000);
    for (text, body, ttl_ms) in [
        (json!("Do you"), json!({"text": "Do you"}), 10_000),
        (json!(long), json!({"text": "é".repeat(1_000)}), 10_000),
        (Value::Null, Value::Null, 10_000),
        (json!(""), json!({"text": ""}), 0),
    ] {
        let answer = types(app, &chat.token, text).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        let told = heard(&mut owner).await;
        assert_eq!(
            (
                &told["type"],
                &told["conversationId"],
                &told["body"],
                &told["ttlMs"]
            ),
            (&json!("typing"), &json!(chat.conversation), &body, &json!(ttl_ms))
        );
        assert_eq!(
            (&told["sender"]["kind"], &told["sender"]["name"]),
            (&json!("visitor"), &json!("Vera"))
        );
    }
    // Before the first message and after archiving nobody listens; bad bodies and foreign tokens say nothing.
    let fresh = app.visit().await.at("/visitorToken");
    assert_eq!(types(app, &fresh, json!("Hm")).await.status, 204);
    types(app, &chat.token, json!(7))
        .await
        .problem(422, "validation_failed");
    types(app, "unknown", json!("x"))
        .await
        .problem(401, "unauthenticated");
    app.execute("UPDATE conversations SET is_archived = 1").await;
    assert_eq!(types(app, &chat.token, json!("Hm")).await.status, 204);
    app.execute("UPDATE visitors SET blocked = 1").await;
    types(app, &other.token, json!("x")).await.problem(403, "blocked");
    for socket in [&mut owner, &mut strangers] {
        hears_nothing(socket).await;
    }
    for socket in [&mut visitor, &mut others] {
        socket.ends_with(4403).await;
    }
}

async fn typing_without_a_socket_is_bounded(app: &App) {
    let chat = app.chatting_visitor("Hello").await;
    let other = app.chatting_visitor("Me too").await;
    let mut refused = None;
    for n in 0..200 {
        let answer = types(app, &chat.token, json!(n.to_string())).await;
        if answer.status != 204 {
            refused = Some((n, answer));
            break;
        }
    }
    let (let_through, refused) = refused.expect("a limit");
    assert!(let_through >= 10, "{let_through}");
    refused.problem(429, "rate_limited");
    assert!(refused.header("retry-after").is_some() && refused.json["retryAfterMs"].as_u64() <= Some(500));
    assert_eq!(
        types(app, &other.token, json!("x")).await.status,
        204,
        "one visitor's flood is not another's"
    );
}

async fn notes_in_the_making_are_the_teams_own(app: &App) {
    let chat = app.chatting_visitor("Hello").await;
    let (owner_in, mut owner) = operator(app, OWNER).await;
    let (_, mut agent) = operator(app, AGENT).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    owner
        .send(&signal(
            "typing",
            &chat.conversation,
            5_000,
            json!({"visibility": "internal"}),
        ))
        .await;
    let told = heard(&mut agent).await;
    assert_eq!(
        told["sender"],
        json!({"kind": "member", "id": owner_in.at("/user/id"), "name": "Olga Owner"})
    );
    hears_nothing(&mut visitor).await;
    owner
        .send(&signal(
            "typing",
            &chat.conversation,
            5_000,
            json!({"text": "Not told", "visibility": "public"}),
        ))
        .await;
    assert_eq!(
        heard(&mut agent).await["body"],
        Value::Null,
        "colleagues' drafts are their own"
    );
    let told = heard(&mut visitor).await;
    assert_eq!(told["sender"], json!({"kind": "member", "name": "Olga Owner"}));
    assert!(!told.to_string().contains("Not told") && !told.to_string().contains(&owner_in.at("/user/id")));
}

async fn viewing_is_the_teams_own(app: &App) {
    let chat = app.chatting_visitor("Hello").await;
    let (_, mut owner) = operator(app, OWNER).await;
    let (_, mut agent) = operator(app, AGENT).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    owner
        .send(&signal("viewing", &chat.conversation, 3_600_000, Value::Null))
        .await;
    let told = heard(&mut agent).await;
    assert_eq!(
        (&told["type"], &told["ttlMs"]),
        (&json!("viewing"), &json!(30_000))
    );
    visitor
        .send(&signal("viewing", &chat.conversation, 5_000, Value::Null))
        .await;
    visitor
        .send(&signal(
            "presence",
            &chat.conversation,
            5_000,
            json!({"availability": "away"}),
        ))
        .await;
    owner
        .send(&signal("metrics", &chat.conversation, 5_000, json!({"x": 1})))
        .await;
    for socket in [&mut visitor, &mut agent, &mut owner] {
        hears_nothing(socket).await;
    }
}

async fn what_is_over_is_told(app: &App) {
    let chat = app.chatting_visitor("Hello").await;
    let other = app.chatting_visitor("Me too").await;
    let (_, mut owner) = operator(app, OWNER).await;
    let (_, mut agent) = operator(app, AGENT).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    // Going from one conversation to the next quickly loses neither the end of the one nor the beginning of the other.
    for (conversation, ttl_ms) in [
        (&chat.conversation, 30_000),
        (&chat.conversation, 0),
        (&other.conversation, 30_000),
    ] {
        owner
            .send(&signal("viewing", conversation, ttl_ms, Value::Null))
            .await;
    }
    let mut told = Vec::new();
    for _ in 0..3 {
        let signal = heard(&mut agent).await;
        told.push((signal["conversationId"].clone(), signal["ttlMs"].clone()));
    }
    let said = |conversation: &str, ttl_ms: u64| (json!(conversation), json!(ttl_ms));
    assert!(told.contains(&said(&other.conversation, 30_000)), "{told:?}");
    assert_eq!(
        told.iter()
            .filter(|(conversation, _)| *conversation == json!(chat.conversation))
            .collect::<Vec<_>>(),
        [&said(&chat.conversation, 30_000), &said(&chat.conversation, 0)]
    );
    owner
        .send(&signal("typing", &chat.conversation, 0, Value::Null))
        .await;
    for socket in [&mut agent, &mut visitor] {
        let told = heard(socket).await;
        assert_eq!((&told["type"], &told["ttlMs"]), (&json!("typing"), &json!(0)));
    }
}

async fn a_flood_of_signals_ends_with_the_latest(app: &App) {
    let chat = app.chatting_visitor("Hello").await;
    let (_, mut owner) = operator(app, OWNER).await;
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    for n in 0..100 {
        let text = format!("{n}");
        visitor
            .send(&signal(
                "typing",
                &chat.conversation,
                5_000,
                json!({"text": text}),
            ))
            .await;
    }
    let mut told = 0;
    loop {
        told += 1;
        if heard(&mut owner).await["body"]["text"] == "99" {
            break;
        }
    }
    assert!(told < 50, "{told} of 100");
    hears_nothing(&mut visitor).await;
}

async fn a_colleague_who_comes_is_announced(app: &App) {
    let stranger = app.second_account("owner@other.test").await;
    let (mut strangers, _) = Socket::operator(app, &stranger.token).await;
    strangers.shows_presence = true;
    let (_, mut agent) = operator(app, AGENT).await;
    agent.shows_presence = true;
    let (owner_in, mut owner) = operator(app, OWNER).await;
    owner.shows_presence = true;
    let came = heard(&mut agent).await;
    assert_eq!(came["type"], "presence", "{came}");
    assert_eq!(came["who"], owner_in.at("/user/id"));
    assert_eq!(came["sender"]["name"], "Olga Owner");
    assert_eq!(
        (&came["body"], &came["ttlMs"]),
        (&json!({"availability": "available"}), &json!(60_000))
    );
    // Whoever comes hears who is there already.
    let there = heard(&mut owner).await;
    assert_eq!(there["sender"]["name"], "Adam Agent", "{there}");
    hears_nothing(&mut strangers).await;
}

async fn availability_follows_what_is_set_and_said(app: &App) {
    let (_, mut agent) = operator(app, AGENT).await;
    agent.shows_presence = true;
    app.execute("UPDATE members SET availability = 'away' WHERE email = 'owner@demo.test'")
        .await;
    let (_, mut laptop) = operator(app, OWNER).await;
    assert_eq!(
        heard(&mut agent).await["body"]["availability"],
        "away",
        "as it was set"
    );
    let (_, mut phone) = operator(app, OWNER).await;
    assert_eq!(heard(&mut agent).await["body"]["availability"], "away");
    let say = |availability: &str| json!({"t": "signal", "type": "presence", "ttlMs": 1_000, "body": {"availability": availability}});
    phone.send(&say("available")).await;
    assert_eq!(
        heard(&mut agent).await["body"]["availability"],
        "available",
        "the best of both"
    );
    // What was said holds for its time.
    assert_eq!(heard(&mut agent).await["body"]["availability"], "away");
    // What was said can be taken back: what is set counts at once.
    phone
        .send(&json!({"t": "signal", "type": "presence", "ttlMs": 60_000, "body": {"availability": "available"}}))
        .await;
    assert_eq!(heard(&mut agent).await["body"]["availability"], "available");
    phone
        .send(&json!({"t": "signal", "type": "presence", "ttlMs": 0, "body": {"availability": "available"}}))
        .await;
    assert_eq!(heard(&mut agent).await["body"]["availability"], "away");
    // What is set anew is told without being said.
    app.execute("UPDATE members SET availability = 'available' WHERE email = 'owner@demo.test'")
        .await;
    while heard(&mut agent).await["body"]["availability"] != "available" {}
    for bad in [
        json!({"t": "signal", "type": "presence"}),
        json!({"t": "signal", "type": "presence", "body": {"availability": "dancing"}}),
        json!({"t": "signal", "type": "presence", "body": 7}),
    ] {
        laptop.send(&bad).await;
    }
    hears_nothing(&mut laptop).await;
}

/// With a short patience, so that nobody waits for it.
async fn who_leaves_for_good_is_gone(dialect: Dialect) {
    let app = App::start_with(dialect, |config| {
        config.realtime.presence_grace = Duration::from_millis(200);
    })
    .await;
    let (_, mut agent) = operator(&app, AGENT).await;
    agent.shows_presence = true;
    let (_, first) = operator(&app, OWNER).await;
    assert_eq!(heard(&mut agent).await["body"]["availability"], "available");
    let (_, second) = operator(&app, OWNER).await;
    assert_eq!(heard(&mut agent).await["body"]["availability"], "available");
    drop(first);
    assert_eq!(
        heard(&mut agent).await["body"]["availability"],
        "available",
        "one is left"
    );
    drop(second);
    assert_eq!(heard(&mut agent).await["body"]["availability"], "offline");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_for_good_is_gone_on_sqlite() {
    who_leaves_for_good_is_gone(Dialect::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_for_good_is_gone_on_postgres() {
    who_leaves_for_good_is_gone(Dialect::Postgres).await;
}
