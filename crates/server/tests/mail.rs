//! Mail leaves by SMTP, and nothing is lost while the mail server is down.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod smtp_sink;

use accounts::{advance, login, post, register};
use common::App;
use serde_json::json;
use smtp_sink::SmtpSink;
use switchboard_server::db::Dialect;

const ROSA: &str = "rosa@harbour.example";

/// Makes each `async fn name(dialect: Dialect)` a test on each database.
macro_rules! with_a_mail_server {
    ($($name:ident),* $(,)?) => {
        mod delivered_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Dialect::Sqlite).await; })*
        }
        mod delivered_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Dialect::Postgres).await; })*
        }
    };
}

with_a_mail_server! {
    a_letter_leaves,
    a_refused_letter_is_tried_again,
    a_letter_refused_for_good_is_dropped,
    a_mail_server_that_is_down_loses_nothing,
}

common::on_both_databases! {
    without_a_mail_server_letters_wait,
}

async fn without_a_mail_server_letters_wait(app: &App) {
    register(app, ROSA).await;
    register(app, "second@harbour.example").await;
    let letter = accounts::letter(app, ROSA).await;
    assert_eq!(letter["subject"], "Verify your email for Switchboard");
    let links = letter["links"].as_array().expect("links");
    let text = letter["text"].as_str().expect("a text");
    assert!(
        !links.is_empty()
            && links
                .iter()
                .all(|link| text.contains(link.as_str().expect("a link")))
    );
    let page = app.get("/dev/mailbox").send().await;
    assert!(page.text.contains(ROSA), "{}", page.text);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    // A week later nobody can do anything with it, and it goes with the next one.
    advance(app, 7 * 24 * accounts::HOUR).await;
    register(app, "third@harbour.example").await;
    assert_eq!(queued(app).await, 1);
}

async fn app_with(dialect: Dialect, sink: &SmtpSink) -> App {
    let url = sink.url();
    App::start_with(dialect, |config| config.smtp_url = Some(url)).await
}

/// Letters that have not left.
async fn queued(app: &App) -> i64 {
    app.state
        .db
        .read(|tx| {
            Box::pin(async move {
                Ok(
                    sqlx::query_scalar("SELECT COUNT(*) FROM mails WHERE due_at IS NOT NULL")
                        .fetch_one(tx.conn())
                        .await?,
                )
            })
        })
        .await
        .expect("counts")
}

/// Waits until the queue is empty.
async fn emptied(app: &App) {
    let patience = std::time::Duration::from_secs(30);
    tokio::time::timeout(patience, async {
        while queued(app).await > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the queue empties in time");
}

async fn a_letter_leaves(dialect: Dialect) {
    let mut sink = SmtpSink::start().await;
    let app = app_with(dialect, &sink).await;
    assert_eq!(register(&app, ROSA).await.status, 201);
    let letter = sink.next().await;
    assert_eq!(letter.to, [ROSA]);
    assert_eq!(letter.from, "no-reply@localhost");
    assert_eq!(letter.header("To"), Some(ROSA));
    assert_eq!(
        letter.header("Subject"),
        Some("Verify your email for Switchboard")
    );
    assert_eq!(letter.header("Auto-Submitted"), Some("auto-generated"));
    assert!(
        letter
            .header("Content-Type")
            .is_some_and(|kind| kind.starts_with("text/plain"))
    );
    assert!(letter.header("Message-ID").is_some() && letter.header("Date").is_some());
    let link = letter
        .text()
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{}/verify-email?token=", app.base)))
        .expect("the link on a line of its own")
        .to_owned();
    assert_eq!(
        post(&app, "/api/auth/verify-email", json!({"token": link}))
            .await
            .status,
        204
    );
    assert_eq!(login(&app, ROSA, accounts::PASSWORD).await.status, 200);
    emptied(&app).await;
    app.close().await;
}

async fn a_refused_letter_is_tried_again(dialect: Dialect) {
    let mut sink = SmtpSink::start().await;
    sink.refuse(&["451 greylisted", "535 who are you"]);
    let app = app_with(dialect, &sink).await;
    register(&app, ROSA).await;
    for wait in [5_000, 10_000] {
        sink.refused().await;
        assert!(sink.is_empty());
        advance(&app, wait).await;
    }
    let letter = sink.next().await;
    assert_eq!(letter.to, [ROSA]);
    emptied(&app).await;
    assert!(sink.is_empty(), "it left once");
    app.close().await;
}

async fn a_letter_refused_for_good_is_dropped(dialect: Dialect) {
    let mut sink = SmtpSink::start().await;
    sink.refuse(&["550 no such mailbox"]);
    let app = app_with(dialect, &sink).await;
    register(&app, "nobody@harbour.example").await;
    sink.refused().await;
    emptied(&app).await;
    // The next one is not held up by it.
    register(&app, ROSA).await;
    assert_eq!(sink.next().await.to, [ROSA]);
    app.close().await;
}

async fn a_mail_server_that_is_down_loses_nothing(dialect: Dialect) {
    let sink = SmtpSink::start().await;
    let app = app_with(dialect, &sink).await;
    let address = sink.address();
    drop(sink);
    register(&app, ROSA).await;
    register(&app, "second@harbour.example").await;
    assert_eq!(queued(&app).await, 2);
    let mut sink = SmtpSink::start_at(address).await;
    advance(&app, 15 * 60_000).await;
    let mut reached = [sink.next().await.to, sink.next().await.to];
    reached.sort();
    assert_eq!(reached, [[ROSA], ["second@harbour.example"]]);
    emptied(&app).await;
    app.close().await;
}
