//! The socket against bad, slow and silent clients: each ends with its own close code, and nothing stored is harmed.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use std::time::Duration;

use common::{AGENT, App};
use serde_json::{Value, json};
use socket::{Socket, hello, number, open, operator_ticket, visitor_ticket};
use switchboard_server::db::Dialect;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

common::on_both_databases! {
    foreign_origins_are_refused_before_anything,
    tickets_open_one_socket_once,
    frames_that_break_the_protocol_end_it,
    live_sockets_end_at_bad_frames,
    what_is_unknown_is_ignored,
}

const PROTOCOL: Option<&str> = Some("switchboard.v1");

async fn foreign_origins_are_refused_before_anything(app: &App) {
    let agent = app.token(AGENT).await;
    let visitor = app.chatting_visitor("Hello").await;
    let look_alike = format!("{}.evil.example", app.base);
    let user_part = app.base.replace("http://", "http://evil.example@");
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some(look_alike.as_str()),
        Some(user_part.as_str()),
        Some("http://localhost.evil.example"),
        Some("file://"),
    ] {
        let Err((status, body)) = open(app, origin, PROTOCOL).await else {
            panic!("{origin:?} was let in")
        };
        assert_eq!(status, 403, "{origin:?}");
        assert!(body.contains("origin_refused"), "{origin:?}: {body}");
        for (path, token) in [
            ("/api/realtime/ticket", &agent),
            ("/api/visitor/ticket", &visitor.token),
        ] {
            let mut call = app.post(path).bearer(token);
            if let Some(origin) = origin {
                call = call.header("origin", origin);
            }
            call.send().await.problem(403, "origin_refused");
        }
    }
    // Only the server's own pages speak for visitors, whoever else may speak for operators.
    app.post("/api/visitor/ticket")
        .bearer(&visitor.token)
        .header("origin", "http://127.0.0.1:1")
        .send()
        .await
        .problem(403, "origin_refused");

    let Err((status, body)) = open(app, Some(&app.base), None).await else {
        panic!("without the subprotocol")
    };
    assert_eq!(status, 400, "{body}");
    app.get("/api/realtime")
        .header("origin", &app.base)
        .send()
        .await
        .problem(400, "bad_request");
    app.post("/api/realtime/ticket")
        .header("origin", &app.base)
        .send()
        .await
        .problem(401, "unauthenticated");
}

async fn tickets_open_one_socket_once(app: &App) {
    let agent = app.token(AGENT).await;
    let ticket = operator_ticket(app, &agent).await;
    let (first, _) = Socket::hello(app, &ticket, Value::Null).await;
    let mut second = Socket::silent(app).await;
    second.send(&hello(&ticket, Value::Null)).await;
    second.ends_with(4104).await;
    drop(first);

    let mut made_up = Socket::silent(app).await;
    made_up.send(&hello("made-up", Value::Null)).await;
    made_up.ends_with(4104).await;

    // A ticket belongs to the origin that it was fetched from, and is spent by the attempt.
    let ticket = operator_ticket(app, &agent).await;
    let twin = app.base.replace("127.0.0.1", "localhost");
    let Ok(mut elsewhere) = open(app, Some(&twin), PROTOCOL).await else {
        panic!("an allowed origin")
    };
    elsewhere.send(&hello(&ticket, Value::Null)).await;
    elsewhere.ends_with(4104).await;
    let mut back = Socket::silent(app).await;
    back.send(&hello(&ticket, Value::Null)).await;
    back.ends_with(4104).await;

    let ticket = operator_ticket(app, &agent).await;
    app.state.clock.advance(30_000);
    let mut late = Socket::silent(app).await;
    late.send(&hello(&ticket, Value::Null)).await;
    late.ends_with(4104).await;

    // Whoever signed out between ticket and hello does not come in.
    let signed_in = app.sign_in(AGENT).await;
    let ticket = operator_ticket(app, &signed_in.at("/accessToken")).await;
    app.execute("UPDATE sessions SET revoked_at = 1").await;
    let mut revoked = Socket::silent(app).await;
    revoked.send(&hello(&ticket, Value::Null)).await;
    revoked.ends_with(4401).await;
}

/// A frame with this opcode and these bytes, whatever they are.
fn raw(opcode: Data, bytes: &[u8]) -> Message {
    Message::Frame(Frame::message(bytes.to_vec(), OpCode::Data(opcode), true))
}

fn broken() -> Vec<(&'static str, Message)> {
    vec![
        ("not JSON", Message::text("hello")),
        ("truncated", Message::text(r#"{"t":"hello","ticket":"#)),
        ("no type", Message::text(r#"{"ticket":"x"}"#)),
        ("an array", Message::text("[1]")),
        ("too deep", Message::text("[".repeat(5_000))),
        ("binary", Message::binary(br#"{"t":"pong","n":1}"#.to_vec())),
        ("not UTF-8", raw(Data::Text, &[b'"', 0xc3, 0x28, b'"'])),
        (
            "just too large",
            Message::text(format!("\"{}\"", "x".repeat(65_536))),
        ),
        ("far too large", Message::text("x".repeat(200_000))),
        ("a reserved opcode", raw(Data::Reserved(3), b"x")),
    ]
}

async fn frames_that_break_the_protocol_end_it(app: &App) {
    for (what, message) in broken() {
        let mut socket = Socket::silent(app).await;
        socket.send_raw(message).await;
        println!("{what}: {}", socket.ends_with(4400).await);
    }
    let mut cut = Socket::silent(app).await;
    cut.try_send(Message::text("x".repeat(4_000_000))).await;
    cut.ends().await;

    let mut out_of_turn = Socket::silent(app).await;
    out_of_turn.send(&json!({"t": "pong", "n": 1})).await;
    out_of_turn.ends_with(4400).await;
}

async fn live_sockets_end_at_bad_frames(app: &App) {
    let visitor = app.chatting_visitor("Hello").await;
    let live = || async { Socket::visitor(app, &visitor.token).await };
    for (what, message) in broken() {
        let (mut socket, _) = live().await;
        socket.send_raw(message).await;
        println!("{what}: {}", socket.ends_with(4400).await);
    }
    let (mut twice, _) = live().await;
    let ticket = visitor_ticket(app, &visitor.token).await;
    twice.send(&hello(&ticket, Value::Null)).await;
    twice.ends_with(4400).await;

    let (mut forged, welcome) = live().await;
    let ahead = number(&welcome["head"]) + 1;
    forged
        .send(&json!({"t": "ack", "offset": ahead.to_string()}))
        .await;
    forged.ends_with(4400).await;

    let (mut foreign, _) = live().await;
    let agent = app.token(AGENT).await;
    let ticket = operator_ticket(app, &agent).await;
    foreign.send(&json!({"t": "auth", "ticket": ticket})).await;
    foreign.ends_with(4104).await;

    let (mut flood, _) = live().await;
    for n in 0..1_000 {
        flood.send(&json!({"t": "pong", "n": n})).await;
    }
    flood.ends_with(4429).await;

    // All that left the log as it was.
    let (mut socket, _) = live().await;
    app.say(&visitor.token, "Still here").await;
    assert_eq!(
        socket.event("message.created").await["body"]["content"],
        "Still here"
    );
}

async fn what_is_unknown_is_ignored(app: &App) {
    let agent = app.token(AGENT).await;
    let mut socket = Socket::silent(app).await;
    socket
        .send(&json!({"t": "invented.later", "x": [1, {"y": null}]}))
        .await;
    let ticket = operator_ticket(app, &agent).await;
    let mut first = hello(&ticket, Value::Null);
    first["later"] = json!({"a": 1});
    socket.send(&first).await;
    assert_eq!(socket.frame().await["t"], "welcome");
    socket.send(&json!({"t": "invented.later"})).await;
    socket.send(&json!({"t": "signal", "type": "invented"})).await;
    socket.send_raw(Message::Ping(vec![1].into())).await;
    socket.send(&json!({"t": "ping", "n": 2})).await;
    assert_eq!(socket.frame().await, json!({"t": "pong", "n": 2}));
}

/// Both databases again, with settings of one test's own.
macro_rules! with_settings {
    ($($name:ident: $adjust:expr;)*) => {
        mod quick_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let app = super::App::start_with(super::Dialect::Sqlite, $adjust).await;
                super::$name(&app).await;
                app.close().await;
            })*
        }
        mod quick_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let app = super::App::start_with(super::Dialect::Postgres, $adjust).await;
                super::$name(&app).await;
                app.close().await;
            })*
        }
    };
}

with_settings! {
    a_silent_newcomer_is_shown_out: |config| config.realtime.hello_timeout = super::Duration::from_millis(100);
    pings_are_answered_or_the_link_is_dead: |config| {
        config.realtime.heartbeat = super::Duration::from_millis(100);
        config.realtime.dead_after = super::Duration::from_millis(500);
    };
    the_authorisation_ends_unless_it_is_renewed: |config| {
        config.access_ttl = super::Duration::from_secs(2);
        config.realtime.heartbeat = super::Duration::from_secs(1);
    };
    a_slow_reader_waits_then_goes: |config| {
        config.realtime.unacked_bytes = 8 * 1024;
        config.realtime.ack_timeout = super::Duration::from_secs(1);
    };
}

async fn a_silent_newcomer_is_shown_out(app: &App) {
    Socket::silent(app).await.ends_with(4400).await;
}

async fn pings_are_answered_or_the_link_is_dead(app: &App) {
    let agent = app.token(AGENT).await;
    let (mut socket, welcome) = Socket::operator(app, &agent).await;
    assert_eq!(welcome["heartbeatMs"], 100);
    for n in 1..=10 {
        let ping = socket.unanswered_frame().await;
        assert_eq!(ping, json!({"t": "ping", "n": n, "head": welcome["head"]}));
        socket.send(&json!({"t": "pong", "n": n})).await;
    }
    socket.ends_with(1001).await;
}

async fn the_authorisation_ends_unless_it_is_renewed(app: &App) {
    let agent = app.token(AGENT).await;
    let renewal = operator_ticket(app, &agent).await;
    let (mut renewed, welcome) = Socket::operator(app, &agent).await;
    let (mut left_alone, _) = Socket::operator(app, &agent).await;
    assert_eq!(welcome["tokenExpiresInMs"], 2_000);
    // A heartbeat is half of the authorisation's life here.
    assert_eq!(renewed.unanswered_frame().await["t"], "ping");
    renewed.send(&json!({"t": "auth", "ticket": renewal})).await;
    assert_eq!(
        renewed.frame().await,
        json!({"t": "authed", "tokenExpiresInMs": 2_000})
    );
    left_alone.ends_with(4104).await;
    renewed.send(&json!({"t": "ping", "n": 1})).await;
    while renewed.frame().await != json!({"t": "pong", "n": 1}) {}
    renewed.ends_with(4104).await;
}

async fn a_slow_reader_waits_then_goes(app: &App) {
    let agent = app.token(AGENT).await;
    let visitor = app.chatting_visitor("Hello").await;
    let (mut slow, welcome) = Socket::operator(app, &agent).await;
    let text = "x".repeat(3_000);
    for _ in 0..10 {
        app.say(&visitor.token, &text).await;
    }
    // Two messages and two conversations, each with the text, are over the window.
    let mut last = Value::Null;
    for _ in 0..3 {
        last = slow.frame().await;
        assert_eq!(last["t"], "event", "{last}");
    }
    slow.send(&json!({"t": "ping", "n": 1})).await;
    assert_eq!(
        slow.frame().await["t"],
        "pong",
        "nothing more before an acknowledgement"
    );

    slow.send(&json!({"t": "ack", "offset": last["offset"]})).await;
    for _ in 0..3 {
        last = slow.frame().await;
    }
    assert_eq!(
        number(&last["offset"]),
        number(&welcome["head"]) + 6,
        "it goes on where it stopped"
    );
    slow.ends_with(4102).await;
}
