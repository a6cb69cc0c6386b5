//! A mail server that takes letters and keeps them: enough SMTP (RFC 5321) for a client that only sends.

#![allow(missing_docs, reason = "a part of the tests")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A letter as it arrived.
#[derive(Debug)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// Headers and body, dots unstuffed.
    pub data: String,
}

impl Received {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default();
        head.split("\r\n")
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The text as a reader sees it.
    pub fn text(&self) -> String {
        let (_, body) = self.data.split_once("\r\n\r\n").expect("a body");
        match self.header("Content-Transfer-Encoding") {
            Some("quoted-printable") => unquoted(body),
            Some("7bit") => body.to_owned(),
            other => panic!("the sink does not read {other:?}"),
        }
    }
}

/// Reads quoted-printable (RFC 2045).
fn unquoted(body: &str) -> String {
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        if *first == b'=' {
            let (code, after) = more.split_at(2);
            let code = std::str::from_utf8(code).expect("ASCII");
            bytes.push(u8::from_str_radix(code, 16).expect("two digits"));
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// What is answered to the end of a letter.
type Script = Arc<Mutex<Vec<&'static str>>>;

pub struct SmtpSink {
    address: SocketAddr,
    letters: mpsc::UnboundedReceiver<Received>,
    script: Script,
    refused: Arc<Semaphore>,
    task: JoinHandle<()>,
}

impl SmtpSink {
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().expect("an address")).await
    }

    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, letters) = mpsc::unbounded_channel();
        let script = Script::default();
        let refused = Arc::new(Semaphore::new(0));
        let (answers, refusals) = (Arc::clone(&script), Arc::clone(&refused));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (sender, answers, refusals) =
                    (sender.clone(), Arc::clone(&answers), Arc::clone(&refusals));
                tokio::spawn(async move {
                    // A client that hangs up ends its own conversation only.
                    let _ = converse(stream, sender, answers, refusals).await;
                });
            }
        });
        Self {
            address,
            letters,
            script,
            refused,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers the next letters with these lines, such as `451 later`, instead of taking them.
    pub fn refuse(&self, answers: &[&'static str]) {
        self.script.lock().expect("a lock").extend(answers.iter().rev());
    }

    /// Waits for one refusal.
    pub async fn refused(&self) {
        let permit = tokio::time::timeout(PATIENCE, self.refused.acquire()).await;
        permit.expect("a refusal in time").expect("open").forget();
    }

    /// The next letter.
    pub async fn next(&mut self) -> Received {
        tokio::time::timeout(PATIENCE, self.letters.recv())
            .await
            .expect("a letter in time")
            .expect("the sink runs")
    }

    /// Whether no letter waits to be read.
    pub fn is_empty(&mut self) -> bool {
        self.letters.try_recv().is_err()
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(
    stream: TcpStream,
    letters: mpsc::UnboundedSender<Received>,
    script: Script,
    refused: Arc<Semaphore>,
) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader);
    writer.write_all(b"220 sink.test ready\r\n").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_owned();
        let upper = command.to_ascii_uppercase();
        let answer = if upper.starts_with("EHLO") {
            "250-sink.test\r\n250-8BITMIME\r\n250 SMTPUTF8"
        } else if upper.starts_with("MAIL FROM:") {
            from = mailbox(&command);
            "250 ok"
        } else if upper.starts_with("RCPT TO:") {
            to.push(mailbox(&command));
            "250 ok"
        } else if upper == "DATA" {
            writer.write_all(b"354 go on\r\n").await?;
            let data = read_data(&mut lines).await?;
            let received = Received {
                from: std::mem::take(&mut from),
                to: std::mem::take(&mut to),
                data,
            };
            let answer = script.lock().expect("a lock").pop();
            if let Some(answer) = answer {
                refused.add_permits(1);
                answer
            } else {
                let _ = letters.send(received);
                "250 taken"
            }
        } else if upper == "QUIT" {
            writer.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            "250 ok"
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

async fn read_data(lines: &mut BufReader<tokio::net::tcp::OwnedReadHalf>) -> std::io::Result<String> {
    let mut data = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

/// What stands between angle brackets.
fn mailbox(command: &str) -> String {
    let inner = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
