//! The program as a person starts it: each mistake is one line that says what to do, and a code that is not 0.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("switchboard-cli-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard-server"));
    for (name, _) in std::env::vars() {
        if name.starts_with("SWITCHBOARD_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command
        .current_dir(folder)
        .env("SWITCHBOARD_ADDR", "127.0.0.1:0")
        .env("RUST_LOG", "error");
    command
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the program runs")
}

/// The one line of a refusal.
#[track_caller]
fn refusal(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).expect("text");
    assert!(!output.status.success(), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[test]
fn bad_variables_stop_the_start() {
    let folder = Folder::new();
    for (name, value) in [
        ("SWITCHBOARD_ADDR", "here"),
        ("DATABASE_URL", "mysql://x/y"),
        ("SWITCHBOARD_ACCESS_TTL", "5x"),
        ("SWITCHBOARD_DASHBOARD_DIR", "nowhere"),
        ("SWITCHBOARD_DEMO", "perhaps"),
    ] {
        let line = refusal(&run(program(&folder.0).env(name, value)));
        assert!(line.contains(name), "{line}");
    }
}

#[test]
fn a_taken_port_is_named() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = taken.local_addr().expect("an address").to_string();
    let line = refusal(&run(program(&folder.0).env("SWITCHBOARD_ADDR", &addr)));
    assert!(
        line.contains(&addr) && line.contains("SWITCHBOARD_ADDR"),
        "{line}"
    );
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    let file = folder.0.join("file");
    std::fs::write(&file, "").expect("a file in the way");
    let line = refusal(&run(
        program(&folder.0).env("SWITCHBOARD_DATA_DIR", file.join("data"))
    ));
    assert!(line.contains("SWITCHBOARD_DATA_DIR"), "{line}");
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let folder = Folder::new();
    std::fs::write(folder.0.join("notes.txt"), "not a database, ".repeat(1_000)).expect("a file");
    let line = refusal(&run(program(&folder.0).env("DATABASE_URL", "sqlite://notes.txt")));
    assert!(line.contains("DATABASE_URL"), "{line}");
}

#[test]
fn commands_do_what_they_say() {
    let folder = Folder::new();
    let help = run(program(&folder.0).arg("--help"));
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("SWITCHBOARD_DEMO"));
    let headers = run(program(&folder.0).args(["headers", "--api", "https://api.example.com"]));
    let headers = String::from_utf8_lossy(&headers.stdout).into_owned();
    assert!(headers.contains("wss://api.example.com"), "{headers}");
    let document = run(program(&folder.0).arg("openapi"));
    assert!(
        document.stdout.starts_with(b"{"),
        "the document, and nothing before it"
    );
    assert!(run(program(&folder.0).arg("migrate")).status.success());
    assert!(folder.0.join("switchboard-data/switchboard.sqlite").is_file());
    assert!(
        run(program(&folder.0).args(["backup", "kept.tar"]))
            .status
            .success()
    );
    let restore = |data: &str| {
        let mut command = program(&folder.0);
        command
            .env("SWITCHBOARD_DATA_DIR", data)
            .args(["restore", "kept.tar"]);
        run(&mut command)
    };
    assert!(restore("other-data").status.success());
    assert!(folder.0.join("other-data/switchboard.sqlite").is_file());
    let line = refusal(&restore("other-data"));
    assert!(line.contains("already"), "{line}");
    let line = refusal(&run(program(&folder.0).args([
        "generate",
        "--conversations",
        "1",
        "--messages",
        "1",
        "--days",
        "1",
        "--seed",
        "1",
    ])));
    assert!(line.contains("SWITCHBOARD_DEMO"), "{line}");
    let line = refusal(&run(program(&folder.0).arg("serve-please")));
    assert!(line.contains("serve-please"), "{line}");
}

/// A started server, ended with the test.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn it_says_where_it_listens_and_stops_when_told() {
    let folder = Folder::new();
    let mut server = Started(
        program(&folder.0)
            .env("SWITCHBOARD_DEMO", "1")
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts"),
    );
    let mut output = BufReader::new(server.0.stdout.take().expect("its output"));
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    let addr = line
        .trim()
        .strip_prefix("Switchboard listens on http://")
        .unwrap_or_else(|| panic!("{line}"))
        .to_owned();
    assert!(!addr.ends_with(":0"), "the real port: {addr}");
    std::net::TcpStream::connect(&addr).expect("it listens");

    let stopped = Command::new("kill")
        .args(["-TERM", &server.0.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(stopped.success());
    assert!(server.0.wait().expect("it ends").success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("the rest");
    assert_eq!(rest, "");
}
