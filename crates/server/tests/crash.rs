//! The real program, killed in the middle of writing: what it acknowledged is there, once, and the log has no hole.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

const WRITERS: usize = 20;
/// Acknowledged messages before each kill.
const ENOUGH: usize = 100;
const KILLS: usize = 3;

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running program; killed like by a power cut when dropped.
struct Server {
    child: Child,
    base: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard-server"));
        for (name, _) in std::env::vars() {
            if name.starts_with("SWITCHBOARD_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        let mut child = command
            .current_dir(folder)
            .env("SWITCHBOARD_ADDR", "127.0.0.1:0")
            .env("SWITCHBOARD_DEMO", "1")
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let output = child.stdout.take().expect("an output");
        let line = BufReader::new(output)
            .lines()
            .map(|line| line.expect("text"))
            .find(|line| line.contains("listens on"))
            .expect("a line that says where it listens");
        let base = line.split_whitespace().last().expect("an address").to_owned();
        Self { child, base }
    }

    /// `kill -9`: no handler runs, nothing is flushed.
    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One visitor who writes and writes, and remembers what was acknowledged.
struct Writer {
    token: String,
    acknowledged: Vec<(String, String)>,
    /// Sent without an answer: may be there or not.
    unsure: Vec<(String, String)>,
}

impl Writer {
    async fn new(http: &reqwest::Client, base: &str) -> Self {
        let answer = http
            .post(format!("{base}/api/visitor/sessions"))
            .header("origin", base)
            .json(&json!({"publicKey": "demo-shop", "page": format!("{base}/demo/tents")}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let session: Value = answer.json().await.expect("JSON");
        Self {
            token: session["visitorToken"].as_str().expect("a token").to_owned(),
            acknowledged: Vec::new(),
            unsure: Vec::new(),
        }
    }

    async fn post(&self, http: &reqwest::Client, base: &str, id: &str, text: &str) -> Option<StatusCode> {
        let answer = http
            .post(format!("{base}/api/visitor/messages"))
            .bearer_auth(&self.token)
            .json(&json!({"id": id, "content": text}))
            .send()
            .await
            .ok()?;
        Some(answer.status())
    }

    /// Writes until the server is gone.
    async fn write(mut self, http: reqwest::Client, base: String, count: Arc<AtomicUsize>) -> Self {
        loop {
            let id = Uuid::now_v7().to_string();
            let text = format!("message {id}");
            match self.post(&http, &base, &id, &text).await {
                Some(status) => {
                    assert_eq!(status, StatusCode::CREATED);
                    self.acknowledged.push((id, text));
                    count.fetch_add(1, Ordering::Relaxed);
                }
                None => {
                    self.unsure.push((id, text));
                    return self;
                }
            }
        }
    }

    /// Sends again whatever had no answer, then compares the whole history with what was acknowledged.
    async fn check(&mut self, http: &reqwest::Client, base: &str) {
        for (id, text) in std::mem::take(&mut self.unsure) {
            let status = self.post(http, base, &id, &text).await.expect("an answer");
            assert!(matches!(status, StatusCode::OK | StatusCode::CREATED), "{status}");
            self.acknowledged.push((id, text));
        }
        let mut stored = Vec::new();
        let mut after = 0;
        loop {
            let page: Value = http
                .get(format!("{base}/api/visitor/messages?after={after}&limit=200"))
                .bearer_auth(&self.token)
                .send()
                .await
                .expect("an answer")
                .json()
                .await
                .expect("JSON");
            for item in page["items"].as_array().expect("items") {
                after += 1;
                assert_eq!(item["seq"], after, "the history has no hole");
                if item["type"] == "user" {
                    let text = |field: &str| item[field].as_str().expect("text").to_owned();
                    stored.push((text("id"), text("content")));
                }
            }
            if page["hasMoreAfter"] == false {
                break;
            }
        }
        assert_eq!(
            stored, self.acknowledged,
            "every acknowledged message once, in the order written"
        );
    }
}

/// Follows the operators' log from its beginning: dense, and one event for each message.
async fn check_log(http: &reqwest::Client, base: &str, expected: usize) {
    let signed_in: Value = http
        .post(format!("{base}/api/auth/login"))
        .json(&json!({"email": "owner@demo.test", "password": "switchboard-demo", "keepSignedIn": false}))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let token = signed_in["accessToken"].as_str().expect("a token");
    let get = async |path: String| -> Value {
        let answer = http.get(format!("{base}{path}")).bearer_auth(token).send().await;
        answer.expect("an answer").json().await.expect("JSON")
    };
    let list = get("/api/live-chat/conversations?limit=1".to_owned()).await;
    let epoch = list["asOf"]["epoch"].as_str().expect("an epoch").to_owned();
    let (mut position, mut messages) = (0_u64, 0);
    loop {
        let page = get(format!("/api/events?after={position}&epoch={epoch}")).await;
        for event in page["events"].as_array().expect("events") {
            position += 1;
            assert_eq!(event["offset"], position.to_string(), "the log has no hole");
            let written = event["type"] == "message.created" && event["body"]["type"] == "user";
            let ours = event["body"]["content"]
                .as_str()
                .is_some_and(|text| text.starts_with("message "));
            messages += usize::from(written && ours);
        }
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!(list["asOf"]["offset"], position.to_string());
    assert_eq!(messages, expected, "one event for each message");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_survives_kill_9() {
    let folder = Folder(std::env::temp_dir().join(format!("switchboard-crash-{}", Uuid::new_v4())));
    std::fs::create_dir(&folder.0).expect("a folder");
    let http = reqwest::Client::new();
    let mut server = Server::start(&folder.0);
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        writers.push(Writer::new(&http, &server.base).await);
    }
    for _ in 0..KILLS {
        let count = Arc::new(AtomicUsize::new(0));
        let writing: Vec<_> = writers
            .drain(..)
            .map(|writer| tokio::spawn(writer.write(http.clone(), server.base.clone(), Arc::clone(&count))))
            .collect();
        while count.load(Ordering::Relaxed) < ENOUGH {
            tokio::task::yield_now().await;
        }
        server.kill();
        for writer in writing {
            writers.push(writer.await.expect("a writer"));
        }
        server = Server::start(&folder.0);
        for writer in &mut writers {
            writer.check(&http, &server.base).await;
        }
        let expected = writers.iter().map(|writer| writer.acknowledged.len()).sum();
        assert!(expected >= ENOUGH);
        check_log(&http, &server.base, expected).await;
    }
    server.kill();
}
