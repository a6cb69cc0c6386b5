//! Transactions: what fails takes nothing with it, what is answered is stored, what is stored survives a restart.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::task::Poll;

use common::{AGENT, App};
use serde_json::json;
use switchboard_contract::problem::ProblemCode;
use switchboard_server::db::{Db, Dialect, Tx};
use switchboard_server::problem::{ApiError, ApiResult};

common::on_both_databases! {
    failing_jobs_take_nothing_with_them,
    a_panicking_job_stops_nobody_else,
    callers_that_go_away_stop_nothing,
    readers_that_go_away_leave_no_transaction_behind,
    reads_are_snapshots_and_write_nothing,
    a_restart_keeps_everything,
}

async fn insert(tx: &mut Tx, name: String) -> ApiResult<()> {
    sqlx::query("INSERT INTO server_keys (name, value) VALUES ($1, 'x')")
        .bind(name)
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn stored(db: &Db, prefix: &'static str) -> i64 {
    db.read(move |tx| {
        Box::pin(async move {
            Ok(
                sqlx::query_scalar("SELECT COUNT(*) FROM server_keys WHERE name LIKE $1")
                    .bind(format!("{prefix}%"))
                    .fetch_one(tx.conn())
                    .await?,
            )
        })
    })
    .await
    .expect("counts")
}

async fn failing_jobs_take_nothing_with_them(app: &App) {
    let db = &app.state.db;
    let jobs = (0..200).map(|n| async move {
        let result = db
            .write(move |tx| {
                Box::pin(async move {
                    insert(tx, format!("job-{n}")).await?;
                    match n % 4 {
                        // A decision, and a statement that the database refuses.
                        0 => Err(ApiError::not_found("thing")),
                        1 => insert(tx, format!("job-{n}")).await,
                        _ => Ok(()),
                    }
                })
            })
            .await;
        assert_eq!(result.is_ok(), n % 4 > 1, "{n}: {result:?}");
    });
    futures_util::future::join_all(jobs).await;
    assert_eq!(stored(db, "job-").await, 100);
}

async fn a_panicking_job_stops_nobody_else(app: &App) {
    let db = &app.state.db;
    let good = db.write(|tx| Box::pin(insert(tx, "good-1".to_owned())));
    let bad = db.write::<(), _>(|tx| {
        Box::pin(async move {
            insert(tx, "bad-1".to_owned()).await?;
            panic!("a defect")
        })
    });
    let also_good = db.write(|tx| Box::pin(insert(tx, "good-2".to_owned())));
    let (good, bad, also_good) = tokio::join!(good, bad, also_good);
    assert!(good.is_ok() && also_good.is_ok());
    let code = bad.expect_err("a failure").code();
    assert!(
        matches!(code, ProblemCode::Internal | ProblemCode::Unavailable),
        "{code:?}"
    );
    assert_eq!((stored(db, "good-").await, stored(db, "bad-").await), (2, 0));
}

async fn callers_that_go_away_stop_nothing(app: &App) {
    let db = &app.state.db;
    for n in 0..20 {
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let write = db.write(move |tx| {
            Box::pin(async move {
                begun.send(()).expect("somebody waits");
                insert(tx, format!("left-{n}")).await
            })
        });
        tokio::select! {
            biased;
            _ = has_begun => {}
            result = write => result.expect("stored"),
        }
    }
    // Later writes of SQLite's one writer come after all of these; on Postgres they are awaited below.
    loop {
        if stored(db, "left-").await == 20 {
            break;
        }
        tokio::task::yield_now().await;
    }
}

async fn readers_that_go_away_leave_no_transaction_behind(app: &App) {
    let db = &app.state.db;
    // Cuts the read at the first place where it has to wait, at the second, …
    for cut in 0..15 {
        let mut read = Box::pin(stored(db, "x"));
        let mut waits = 0;
        std::future::poll_fn(|context| match read.as_mut().poll(context) {
            Poll::Pending if waits < cut => {
                waits += 1;
                Poll::Pending
            }
            _ => Poll::Ready(()),
        })
        .await;
        drop(read);
        for n in 0..10 {
            db.write(move |tx| Box::pin(insert(tx, format!("after-{cut}-{n}"))))
                .await
                .expect("every connection writes");
        }
    }
}

async fn reads_are_snapshots_and_write_nothing(app: &App) {
    let db = app.state.db.clone();
    let writer = db.clone();
    db.read(move |tx| {
        Box::pin(async move {
            let count = "SELECT COUNT(*) FROM server_keys";
            let before: i64 = sqlx::query_scalar(count).fetch_one(tx.conn()).await?;
            writer
                .write(|tx| Box::pin(insert(tx, "meanwhile".to_owned())))
                .await?;
            let after: i64 = sqlx::query_scalar(count).fetch_one(tx.conn()).await?;
            assert_eq!(before, after, "one instant");
            Ok(())
        })
    })
    .await
    .expect("reads");
    let refused = db.read(|tx| Box::pin(insert(tx, "by a reader".to_owned()))).await;
    assert!(refused.is_err());
    assert_eq!(stored(&db, "by a reader").await, 0);
    assert_eq!(stored(&db, "meanwhile").await, 1);
}

async fn a_restart_keeps_everything(app: &App) {
    let token = app.token(AGENT).await;
    let chat = app.chatting_visitor("hello").await;
    let sent = app.reply(&token, &chat.conversation, "hi", json!({})).await;
    let list = app
        .get("/api/live-chat/conversations")
        .bearer(&token)
        .send()
        .await;
    let again = app.restart().await;
    let after = again
        .get("/api/live-chat/conversations")
        .bearer(&token)
        .send()
        .await;
    assert_eq!(after.json, list.json, "tokens hold, and so do epoch and offset");
    let same = json!({"id": sent.at("/message/id")});
    let repeat = again.reply(&token, &chat.conversation, "hi", same).await;
    assert_eq!((repeat.status, &repeat.json), (200, &sent.json));
    assert_eq!(again.say(&chat.token, "still me").await.status, 201);
    again.state.db.close().await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told() {
    let file = std::env::temp_dir().join(format!("switchboard-not-a-database-{}", std::process::id()));
    std::fs::write(
        &file,
        "not a database, but long enough to look like one".repeat(50),
    )
    .expect("writes");
    let url = format!("sqlite://{}", file.display());
    let opened = Db::open(&url, Default::default(), Default::default()).await;
    std::fs::remove_file(&file).expect("removes");
    let line = opened.err().expect("refused").to_string();
    assert!(
        line.contains("DATABASE_URL") && line.contains("not a database") && !line.contains('\n'),
        "{line}"
    );
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_told() {
    let app = App::start(Dialect::Sqlite).await;
    app.execute("INSERT INTO migrations (number, checksum) VALUES (9999, 'x')")
        .await;
    let url = app.state.config.database_url.clone();
    let line = Db::open(&url, Default::default(), Default::default())
        .await
        .err()
        .expect("refused")
        .to_string();
    assert!(line.contains("newer version"), "{line}");
    app.close().await;
}
