//! The socket against frames that no honest client writes: a table of cases over a plain TCP connection, after the chapters
//! of the Autobahn suite (RFC 6455 sections 5 to 7).

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use std::time::Duration;

use common::{AGENT, App};
use serde_json::{Value, json};
use socket::operator_ticket;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

common::on_both_databases! {
    whole_messages_are_understood_however_they_are_cut,
    control_frames_are_answered_in_between,
    broken_frames_end_the_socket,
    closing_is_answered_as_it_should_be,
    what_was_broken_harmed_nothing,
}

const PATIENCE: Duration = Duration::from_secs(20);

const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;
const FIN: u8 = 0x80;

/// A frame as bytes: `first` is its first byte (FIN, reserved bits, opcode). Masked, as clients have to.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header(first, payload.len() as u64, true);
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    bytes.extend(mask);
    bytes.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    bytes
}

fn header(first: u8, length: u64, masked: bool) -> Vec<u8> {
    let mask_bit = if masked { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match length {
        0..=125 => bytes.push(mask_bit | length as u8),
        126..=0xffff => {
            bytes.push(mask_bit | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(mask_bit | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes
}

fn text(payload: &Value) -> Vec<u8> {
    frame(FIN | TEXT, payload.to_string().as_bytes())
}

fn close(payload: &[u8]) -> Vec<u8> {
    frame(FIN | CLOSE, payload)
}

/// A close frame's payload.
fn code(code: u16, reason: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes(), reason].concat()
}

/// What the server sent.
#[derive(Debug, PartialEq)]
enum Heard {
    Text(Value),
    Pong(Vec<u8>),
    /// The code, when there is one.
    Close(Option<u16>),
    /// The connection is at its end.
    End,
}

/// A client that writes bytes.
struct Raw(TcpStream);

impl Raw {
    /// A live socket: upgraded, `hello` said, `welcome` heard.
    async fn live(app: &App, token: &str) -> Self {
        let ticket = operator_ticket(app, token).await;
        let mut raw = Self::upgraded(app).await;
        raw.write(&text(&socket::hello(&ticket, Value::Null))).await;
        let Heard::Text(welcome) = raw.heard().await else {
            panic!("a welcome")
        };
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        raw
    }

    async fn upgraded(app: &App) -> Self {
        let address = app.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("connects");
        let request = format!(
            "GET /api/realtime HTTP/1.1\r\nHost: {address}\r\nOrigin: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: switchboard.v1\r\n\r\n",
            app.base
        );
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.expect("an answer"));
        }
        let answer = String::from_utf8(answer).expect("text").to_lowercase();
        assert!(answer.starts_with("http/1.1 101"), "{answer}");
        assert!(answer.contains("s3pplmbitxaq9kygzzhzrbk+xoo="), "{answer}");
        Self(stream)
    }

    /// Writes; the server may have stopped reading.
    async fn write(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// The next frame. The server never masks, never fragments, never sets reserved bits. Who is there and pings of the
    /// protocol are of no interest here.
    async fn heard(&mut self) -> Heard {
        loop {
            let heard = timeout(PATIENCE, self.read()).await.expect("in time");
            match &heard {
                Some(Heard::Text(frame)) if frame["t"] == "ping" || frame["type"] == "presence" => {}
                _ => return heard.unwrap_or(Heard::End),
            }
        }
    }

    async fn read(&mut self) -> Option<Heard> {
        let first = self.0.read_u8().await.ok()?;
        let second = self.0.read_u8().await.ok()?;
        assert_eq!((first & 0x70, second & 0x80, first & FIN), (0, 0, FIN));
        let length = match second & 0x7f {
            126 => self.0.read_u16().await.ok()? as usize,
            127 => usize::try_from(self.0.read_u64().await.ok()?).expect("a size"),
            length => length as usize,
        };
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).await.ok()?;
        Some(match first & 0x0f {
            TEXT => Heard::Text(serde_json::from_slice(&payload).expect("JSON")),
            PONG => Heard::Pong(payload),
            CLOSE => Heard::Close(payload.first_chunk().map(|code| u16::from_be_bytes(*code))),
            other => panic!("opcode {other}"),
        })
    }

    /// The close code that ends it, after `bye` where there is one.
    async fn ends(&mut self) -> Option<u16> {
        loop {
            match self.heard().await {
                Heard::Close(code) => return code,
                Heard::End => return None,
                Heard::Text(bye) => assert_eq!(bye["t"], "bye", "{bye}"),
                Heard::Pong(_) => {}
            }
        }
    }
}

fn ping_frame(n: u64) -> Vec<u8> {
    json!({"t": "ping", "n": n}).to_string().into_bytes()
}

fn pong_frame(n: u64) -> Heard {
    Heard::Text(json!({"t": "pong", "n": n}))
}

async fn whole_messages_are_understood_however_they_are_cut(app: &App) {
    let token = app.token(AGENT).await;
    let mut raw = Raw::live(app, &token).await;
    let whole = ping_frame(1);
    raw.write(&frame(FIN | TEXT, &whole)).await;
    assert_eq!(raw.heard().await, pong_frame(1), "in one frame");

    let (head, tail) = whole.split_at(5);
    raw.write(&[frame(TEXT, head), frame(FIN | CONTINUATION, tail)].concat())
        .await;
    assert_eq!(raw.heard().await, pong_frame(1), "in two");

    let mut bytewise = frame(TEXT, b"");
    for byte in &whole {
        bytewise.extend(frame(CONTINUATION, &[*byte]));
    }
    bytewise.extend(frame(FIN | CONTINUATION, b""));
    raw.write(&bytewise).await;
    assert_eq!(
        raw.heard().await,
        pong_frame(1),
        "a byte a frame, with empty ones around"
    );

    for byte in frame(FIN | TEXT, &whole) {
        raw.write(&[byte]).await;
    }
    assert_eq!(raw.heard().await, pong_frame(1), "a byte a packet");

    // A character cut in the middle, across frames.
    let later = "{\"t\":\"later\",\"x\":\"h\u{e9}llo \u{1F680}\"}".as_bytes();
    for cut in 0..=later.len() {
        let (head, tail) = later.split_at(cut);
        raw.write(&[frame(TEXT, head), frame(FIN | CONTINUATION, tail)].concat())
            .await;
    }
    // Lengths where the header changes its form.
    for length in [125, 126, 127, 128, 65_535, 65_536] {
        let mut padded = ping_frame(length);
        padded.resize(length as usize, b' ');
        raw.write(&frame(FIN | TEXT, &padded)).await;
        assert_eq!(raw.heard().await, pong_frame(length));
    }
}

async fn control_frames_are_answered_in_between(app: &App) {
    let token = app.token(AGENT).await;
    let mut raw = Raw::live(app, &token).await;
    for payload in [&b""[..], b"hello", &[0, 0xff, 0xfe], &[0x20; 125]] {
        raw.write(&frame(FIN | PING, payload)).await;
        assert_eq!(raw.heard().await, Heard::Pong(payload.to_vec()));
    }
    // In the middle of a message, and answered before it is whole.
    let whole = ping_frame(2);
    let (head, tail) = whole.split_at(3);
    raw.write(&[frame(TEXT, head), frame(FIN | PING, b"now")].concat())
        .await;
    assert_eq!(raw.heard().await, Heard::Pong(b"now".to_vec()));
    raw.write(&[frame(FIN | PONG, b"unasked"), frame(FIN | CONTINUATION, tail)].concat())
        .await;
    assert_eq!(raw.heard().await, pong_frame(2));
    for _ in 0..5 {
        raw.write(&frame(FIN | PONG, b"unasked")).await;
    }
    raw.write(&frame(FIN | TEXT, &whole)).await;
    assert_eq!(raw.heard().await, pong_frame(2));
}

/// What ends a socket with 4400.
fn broken() -> Vec<(String, Vec<u8>)> {
    let whole = ping_frame(1);
    let (head, tail) = whole.split_at(5);
    let mut cases = Vec::new();
    let mut case = |what: String, bytes: Vec<u8>| cases.push((what, bytes));
    for reserved in [0x40, 0x20, 0x10, 0x70] {
        case(
            format!("reserved bits {reserved:#x} on text"),
            frame(FIN | reserved | TEXT, &whole),
        );
        case(
            format!("reserved bits {reserved:#x} on ping"),
            frame(FIN | reserved | PING, b""),
        );
        case(
            format!("reserved bits {reserved:#x} on close"),
            frame(FIN | reserved | CLOSE, &code(1000, b"")),
        );
    }
    for opcode in [0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF] {
        case(format!("reserved opcode {opcode:#x}"), frame(FIN | opcode, b""));
        case(
            format!("reserved opcode {opcode:#x} between fragments"),
            [frame(TEXT, head), frame(FIN | opcode, b"x")].concat(),
        );
    }
    case(
        "a continuation of nothing".into(),
        frame(FIN | CONTINUATION, &whole),
    );
    case(
        "an unfinished continuation of nothing".into(),
        frame(CONTINUATION, head),
    );
    case(
        "a new message before the last one ended".into(),
        [frame(TEXT, head), frame(FIN | TEXT, tail)].concat(),
    );
    case(
        "a continuation after the end".into(),
        [
            frame(TEXT, b"{\"t\":\"later\""),
            frame(FIN | CONTINUATION, b"}"),
            frame(FIN | CONTINUATION, tail),
        ]
        .concat(),
    );
    for control in [PING, PONG, CLOSE] {
        case(
            format!("control frame {control:#x} in fragments"),
            frame(control, b""),
        );
        case(
            format!("control frame {control:#x} over 125 bytes"),
            frame(FIN | control, &[b'a'; 126]),
        );
    }
    case("binary".into(), frame(FIN | BINARY, &whole));
    case(
        "binary in fragments".into(),
        [frame(BINARY, head), frame(FIN | CONTINUATION, tail)].concat(),
    );
    let mut unmasked = header(FIN | TEXT, whole.len() as u64, false);
    unmasked.extend(&whole);
    case("not masked".into(), unmasked);
    let mut unmasked = header(FIN | PING, 0, false);
    unmasked.push(0);
    case("a ping that is not masked".into(), unmasked);
    for (what, bytes) in [
        ("a lone continuation byte", &b"\x80"[..]),
        ("an overlong slash", b"\xc0\xaf"),
        ("an overlong null", b"\xe0\x80\x80"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("past the last character", b"\xf4\x90\x80\x80"),
        ("five bytes", b"\xf8\x88\x80\x80\x80"),
        ("a character cut short", b"\xe2\x82"),
        ("0xff", b"\xff"),
    ] {
        let quoted = [b"\"", bytes, b"\""].concat();
        case(format!("not UTF-8: {what}"), frame(FIN | TEXT, &quoted));
        let (head, tail) = quoted.split_at(2);
        case(
            format!("not UTF-8 over fragments: {what}"),
            [frame(TEXT, head), frame(FIN | CONTINUATION, tail)].concat(),
        );
        case(format!("not UTF-8 at the end: {what}"), frame(FIN | TEXT, bytes));
    }
    case("over the limit".into(), frame(FIN | TEXT, &vec![b' '; 65_537]));
    let half = vec![b' '; 40_000];
    case(
        "over the limit in fragments".into(),
        [frame(TEXT, &half), frame(FIN | CONTINUATION, &half)].concat(),
    );
    // Only announced: nothing of it is waited for.
    case(
        "far over the limit".into(),
        [header(FIN | TEXT, 1 << 30, true), vec![0; 4]].concat(),
    );
    case(
        "a length of 2^63".into(),
        [header(FIN | TEXT, 1 << 63, true), vec![0; 4]].concat(),
    );
    case("all bits set".into(), vec![0xff; 16]);
    case(
        "an HTTP request".into(),
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
    );
    cases
}

async fn broken_frames_end_the_socket(app: &App) {
    let token = app.token(AGENT).await;
    for (what, bytes) in broken() {
        let mut raw = Raw::live(app, &token).await;
        raw.write(&bytes).await;
        assert_eq!(raw.ends().await, Some(4400), "{what}");
        assert_eq!(raw.ends().await, None, "{what}: nothing after the close");
    }
    // The same before anyone said who they are.
    for (what, bytes) in broken() {
        let mut raw = Raw::upgraded(app).await;
        raw.write(&bytes).await;
        assert_eq!(raw.ends().await, Some(4400), "{what}");
    }
}

async fn closing_is_answered_as_it_should_be(app: &App) {
    let token = app.token(AGENT).await;
    let long = [b'r'; 123];
    for (what, payload, expected) in [
        ("no code", Vec::new(), None),
        ("a normal code", code(1000, b""), Some(1000)),
        ("a reason", code(1001, "d\u{e9}j\u{e0} vu".as_bytes()), Some(1001)),
        ("the longest reason", code(1000, &long), Some(1000)),
        ("an application's code", code(3000, b""), Some(3000)),
        ("a private code", code(4999, b""), Some(4999)),
        ("half a code", vec![3], Some(4400)),
        (
            "a reason that is not UTF-8",
            code(1000, b"\xce\xba\xff"),
            Some(4400),
        ),
    ] {
        let mut raw = Raw::live(app, &token).await;
        raw.write(&close(&payload)).await;
        assert_eq!(raw.ends().await, expected, "{what}");
        assert_eq!(raw.ends().await, None, "{what}: the connection ends");
    }
    for bad in [
        0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
    ] {
        let mut raw = Raw::live(app, &token).await;
        raw.write(&close(&code(bad, b""))).await;
        assert_eq!(raw.ends().await, Some(1002), "code {bad} is nobody's to send");
    }
    // What comes after a close is not read.
    let mut raw = Raw::live(app, &token).await;
    raw.write(
        &[
            close(&code(1000, b"")),
            frame(FIN | PING, b"x"),
            frame(FIN | TEXT, &ping_frame(1)),
        ]
        .concat(),
    )
    .await;
    assert_eq!(raw.heard().await, Heard::Close(Some(1000)));
    assert_eq!(raw.heard().await, Heard::End);
    // A close between fragments is a close.
    let mut raw = Raw::live(app, &token).await;
    raw.write(&[frame(TEXT, b"{"), close(&code(1000, b""))].concat())
        .await;
    assert_eq!(raw.ends().await, Some(1000));
    // So is a connection that just ends, in the middle of a frame or not.
    for bytes in [&b""[..], b"\x81", &frame(FIN | TEXT, &ping_frame(1))[..7]] {
        let mut raw = Raw::live(app, &token).await;
        raw.write(bytes).await;
        raw.0.shutdown().await.expect("shuts down");
        raw.ends().await;
    }
}

async fn what_was_broken_harmed_nothing(app: &App) {
    let token = app.token(AGENT).await;
    let chat = app.chatting_visitor("Hello").await;
    let mut honest = Raw::live(app, &token).await;
    for (_, bytes) in broken() {
        let mut raw = Raw::live(app, &token).await;
        raw.write(&bytes).await;
    }
    app.say(&chat.token, "Still here").await;
    let Heard::Text(event) = honest.heard().await else {
        panic!("an event")
    };
    assert_eq!(
        (&event["type"], &event["body"]["content"]),
        (&json!("message.created"), &json!("Still here"))
    );
    // Every socket that was broken is gone.
    drop(honest);
    timeout(PATIENCE, app.state.hub.drain())
        .await
        .expect("no socket is left");
}
