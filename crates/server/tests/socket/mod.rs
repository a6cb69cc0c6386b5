//! A client of the realtime socket that checks what every stream must keep: `prev` joins each event to the one before.

#![allow(
    dead_code,
    missing_docs,
    reason = "each test binary uses its own part of the harness"
)]

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::common::App;

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A position in a log, as `hello` resumes from it.
pub fn resume(epoch: &str, offset: &str, id: Option<&str>) -> Value {
    let mut resume = json!({"epoch": epoch, "offset": offset});
    if let Some(id) = id {
        resume["id"] = id.into();
    }
    resume
}

/// An operator's ticket, as the dashboard on the server's own origin gets it.
pub async fn operator_ticket(app: &App, token: &str) -> String {
    let answer = app
        .post("/api/realtime/ticket")
        .bearer(token)
        .header("origin", &app.base)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["expiresInMs"], 30_000);
    answer.at("/ticket")
}

/// A visitor's ticket, as the frame gets it.
pub async fn visitor_ticket(app: &App, token: &str) -> String {
    let answer = app
        .post("/api/visitor/ticket")
        .bearer(token)
        .header("origin", &app.base)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.at("/ticket")
}

/// Asks for the upgrade; the status when it is refused.
pub async fn open(
    app: &App,
    origin: Option<&str>,
    protocol: Option<&str>,
) -> Result<Socket, (StatusCode, String)> {
    let mut request = app.socket_url().into_client_request().expect("a request");
    let headers = request.headers_mut();
    if let Some(origin) = origin {
        headers.insert("origin", HeaderValue::from_str(origin).expect("a header"));
    }
    if let Some(protocol) = protocol {
        headers.insert(
            "sec-websocket-protocol",
            HeaderValue::from_str(protocol).expect("a header"),
        );
    }
    match timeout(PATIENCE, connect_async(request))
        .await
        .expect("an answer")
    {
        Ok((inner, _)) => Ok(Socket {
            inner,
            position: None,
            newest: None,
            shows_presence: false,
            shows_metrics: false,
        }),
        Err(Error::Http(response)) => {
            let body = response.body().clone().unwrap_or_default();
            Err((response.status(), String::from_utf8_lossy(&body).into_owned()))
        }
        Err(error) => panic!("{error}"),
    }
}

/// A connected client.
pub struct Socket {
    inner: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The offset that the next event's `prev` must be.
    position: Option<u64>,
    /// Offset and id of the newest event.
    newest: Option<(String, String)>,
    /// Whether frames that tell who is there are shown; they come at any time.
    pub shows_presence: bool,
    /// Whether frames that tell of changed figures are shown; they come within a second of what changes them.
    pub shows_metrics: bool,
}

impl Socket {
    /// A socket that has said nothing yet.
    pub async fn silent(app: &App) -> Self {
        open(app, Some(&app.base), Some("switchboard.v1"))
            .await
            .unwrap_or_else(|(status, body)| panic!("{status} {body}"))
    }

    /// A socket that said `hello`; answers `welcome` too.
    pub async fn hello(app: &App, ticket: &str, resume: Value) -> (Self, Value) {
        let mut socket = Self::silent(app).await;
        socket.send(&hello(ticket, resume.clone())).await;
        let welcome = socket.frame().await;
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        let start = match welcome["mode"].as_str() {
            Some("replay") => number(&resume["offset"]),
            Some("snapshot") => number(&welcome["head"]),
            mode => panic!("{mode:?}"),
        };
        socket.position = Some(start);
        (socket, welcome)
    }

    /// A live socket of an operator.
    pub async fn operator(app: &App, token: &str) -> (Self, Value) {
        Self::hello(app, &operator_ticket(app, token).await, Value::Null).await
    }

    /// A live socket of a visitor.
    pub async fn visitor(app: &App, token: &str) -> (Self, Value) {
        Self::hello(app, &visitor_ticket(app, token).await, Value::Null).await
    }

    pub async fn send(&mut self, frame: &Value) {
        self.send_raw(Message::text(frame.to_string())).await;
    }

    pub async fn send_raw(&mut self, message: Message) {
        self.inner.send(message).await.expect("sent");
    }

    /// Where another socket goes on after the newest event that came.
    pub fn resume(&self, epoch: &str) -> Value {
        let (offset, id) = self.newest.as_ref().expect("an event");
        resume(epoch, offset, Some(id))
    }

    /// The next frame, pings answered; the chain of `prev` is checked on the way.
    pub async fn frame(&mut self) -> Value {
        loop {
            let frame = self.unanswered_frame().await;
            if frame["t"] != "ping" {
                return frame;
            }
            assert_eq!(Some(number(&frame["head"])), self.position, "{frame}");
            self.send(&json!({"t": "pong", "n": frame["n"]})).await;
        }
    }

    /// The next frame, even a ping.
    pub async fn unanswered_frame(&mut self) -> Value {
        loop {
            let frame = self.any_frame().await;
            match frame["type"].as_str() {
                Some("presence") if !self.shows_presence => {}
                Some("metrics") if !self.shows_metrics => {}
                _ => return frame,
            }
        }
    }

    async fn any_frame(&mut self) -> Value {
        let text = loop {
            let message = timeout(PATIENCE, self.inner.next())
                .await
                .expect("a frame in time")
                .expect("an open socket")
                .expect("a frame");
            match message {
                Message::Text(text) => break text,
                Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        };
        let frame: Value = serde_json::from_str(&text).expect("JSON");
        match frame["t"].as_str() {
            Some("event") => {
                assert_eq!(Some(number(&frame["prev"])), self.position, "{frame}");
                self.position = Some(number(&frame["offset"]));
                let text = |name: &str| frame[name].as_str().expect("a text").to_owned();
                self.newest = Some((text("offset"), text("id")));
            }
            Some("caughtUp") => {
                assert!(Some(number(&frame["offset"])) > self.position, "{frame}");
                self.position = Some(number(&frame["offset"]));
            }
            _ => {}
        }
        frame
    }

    /// The next event, which must be of a type; it is acknowledged.
    pub async fn event(&mut self, kind: &str) -> Value {
        let frame = self.frame().await;
        assert_eq!(
            (&frame["t"], &frame["type"]),
            (&json!("event"), &json!(kind)),
            "{frame}"
        );
        self.send(&json!({"t": "ack", "offset": frame["offset"]})).await;
        frame
    }

    /// Waits for the end, whether the server said goodbye or not.
    pub async fn ends(&mut self) {
        while let Some(Ok(_)) = timeout(PATIENCE, self.inner.next())
            .await
            .expect("an end in time")
        {}
    }

    /// Sends what the server may refuse to read to its end.
    pub async fn try_send(&mut self, message: Message) {
        let _ = self.inner.send(message).await;
    }

    /// Waits for the farewell: `bye`, then a close with a code and a reason.
    pub async fn ends_with(&mut self, code: u16) -> String {
        loop {
            let message = timeout(PATIENCE, self.inner.next())
                .await
                .expect("a close in time")
                .expect("a close frame");
            match message.expect("a close frame") {
                Message::Close(Some(close)) => {
                    assert_eq!(u16::from(close.code), code, "{}", close.reason);
                    assert!(!close.reason.is_empty());
                    return close.reason.to_string();
                }
                Message::Text(text) => {
                    let frame: Value = serde_json::from_str(&text).expect("JSON");
                    if frame["t"] == "bye" {
                        assert_eq!(frame["code"], code, "{frame}");
                    }
                }
                _ => {}
            }
        }
    }
}

/// The first frame.
pub fn hello(ticket: &str, resume: Value) -> Value {
    json!({"t": "hello", "ticket": ticket, "client": "test/1", "tab": "1", "resume": resume})
}

/// An offset.
pub fn number(offset: &Value) -> u64 {
    offset
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| panic!("an offset: {offset}"))
}
