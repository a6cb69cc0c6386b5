//! A backup holds everything, is made while people write, and comes back whole in a place where there is nothing.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;

use std::path::PathBuf;

use accounts::get;
use common::{App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use switchboard_server::backup;
use switchboard_server::db::Dialect;

common::on_both_databases! {
    what_was_said_comes_back,
    nothing_is_overwritten,
}

/// A name for a file, which goes with the test.
struct Kept(PathBuf);

impl Kept {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("switchboard-backup-{}.tar", new_id())))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn conversations(app: &App) -> Value {
    let token = app.token(OWNER).await;
    let answer = get(app, "/api/live-chat/conversations?status=all&limit=200", &token).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

async fn what_was_said_comes_back(app: &App) {
    let token = app.token(OWNER).await;
    let before = conversations(app).await;
    let id = before["items"][0]["id"]
        .as_str()
        .expect("a conversation")
        .to_owned();
    let file = new_id();
    let path = format!("/api/live-chat/attachments?id={file}&conversationId={id}&name=tent.txt");
    let sent = app
        .http
        .post(format!("{}{path}", app.base))
        .bearer_auth(&token)
        .body("A tent for two")
        .send()
        .await
        .expect("an answer");
    assert_eq!(sent.status(), 201);
    let message = json!({"id": new_id(), "conversationId": id, "content": "Kept", "attachments": [file], "reopen": true});
    let said = accounts::call(app, Method::POST, "/api/live-chat/messages", &token, message).await;
    assert_eq!(said.status, 201, "{}", said.text);
    let before = conversations(app).await;
    let position = before["asOf"].clone();

    let kept = Kept::new();
    let told = backup::backup(&app.config(), &kept.0).await.expect("a backup");
    assert!(told.contains("1 files"), "{told}");
    let after = json!({"id": new_id(), "conversationId": id, "content": "Too late", "attachments": []});
    accounts::call(app, Method::POST, "/api/live-chat/messages", &token, after).await;

    let dialect = app.state.db.dialect();
    let back = App::start_from(dialect, &kept.0).await;
    let found = conversations(&back).await;
    assert_eq!(
        found["items"], before["items"],
        "as it was when the backup was made"
    );
    let token = back.token(OWNER).await;
    let download = back
        .http
        .get(format!("{}/api/live-chat/attachments/{file}", back.base))
        .bearer_auth(&token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(download.text().await.expect("text"), "A tent for two");
    assert_ne!(
        found["asOf"]["epoch"], position["epoch"],
        "another generation of the log"
    );
    let (epoch, offset) = (position["epoch"].as_str(), position["offset"].as_str());
    let (epoch, offset) = (epoch.expect("an epoch"), offset.expect("an offset"));
    let old = get(
        &back,
        &format!("/api/events?after={offset}&epoch={epoch}"),
        &token,
    )
    .await;
    old.problem(410, "position_lost");
    let history = get(
        &back,
        &format!("/api/live-chat/conversations/{id}/messages"),
        &token,
    )
    .await;
    assert!(history.text.contains("Kept") && !history.text.contains("Too late"));
    back.close().await;
}

async fn nothing_is_overwritten(app: &App) {
    let kept = Kept::new();
    let config = app.config();
    backup::backup(&config, &kept.0).await.expect("a backup");
    let again = backup::backup(&config, &kept.0)
        .await
        .expect_err("it is there")
        .to_string();
    assert!(again.contains("already"), "{again}");
    let over = backup::restore(&config, &kept.0)
        .await
        .expect_err("there is a database")
        .to_string();
    assert!(
        over.contains("already") && over.contains("DATABASE_URL"),
        "{over}"
    );
    assert!(
        !conversations(app).await["items"]
            .as_array()
            .expect("items")
            .is_empty()
    );
}

#[tokio::test]
async fn what_is_no_backup_is_named_and_nothing_is_left() {
    let folder = std::env::temp_dir().join(format!("switchboard-restore-{}", new_id()));
    let data = folder.display().to_string();
    let config = switchboard_server::config::Config::from_lookup(|name| {
        Ok((name == "SWITCHBOARD_DATA_DIR").then(|| data.clone()))
    })
    .expect("a configuration");
    let kept = Kept::new();
    std::fs::write(&kept.0, "not a backup ".repeat(200)).expect("a file");
    for file in [kept.0.clone(), folder.join("missing.tar")] {
        let line = backup::restore(&config, &file)
            .await
            .expect_err("no backup")
            .to_string();
        assert!(
            line.contains(&*file.to_string_lossy()) && !line.contains('\n'),
            "{line}"
        );
    }
    let left: Vec<_> = std::fs::read_dir(&folder).expect("the folder").collect();
    assert!(left.is_empty(), "{left:?}");
    let line = backup::backup(&config, &folder.join("kept.tar"))
        .await
        .expect_err("nothing to keep")
        .to_string();
    assert!(line.contains("no database"), "{line}");
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn a_backup_of_another_kind_of_database_is_refused() {
    let app = App::start(Dialect::Sqlite).await;
    let kept = Kept::new();
    backup::backup(&app.config(), &kept.0).await.expect("a backup");
    app.close().await;
    let Ok(server) = std::env::var("SWITCHBOARD_TEST_POSTGRES_URL") else {
        panic!("run through `cargo xtask test`, or set SWITCHBOARD_TEST_POSTGRES_URL");
    };
    let folder = std::env::temp_dir().join(format!("switchboard-restore-{}", new_id()));
    let data = folder.display().to_string();
    let config = switchboard_server::config::Config::from_lookup(|name| {
        Ok(match name {
            "SWITCHBOARD_DATA_DIR" => Some(data.clone()),
            "DATABASE_URL" => Some(server.clone()),
            _ => None,
        })
    })
    .expect("a configuration");
    let line = backup::restore(&config, &kept.0)
        .await
        .expect_err("another kind")
        .to_string();
    assert!(line.contains("SQLite"), "{line}");
    let _ = std::fs::remove_dir_all(&folder);
}
