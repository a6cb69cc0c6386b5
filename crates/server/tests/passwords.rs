//! Forgetting, resetting and changing a password.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;

use std::time::{Duration, Instant};

use accounts::{
    HOUR, MINUTE, OTHER_PASSWORD, PASSWORD, advance, call, letter, letters, login, mailed_token, me, post,
    with_cookie,
};
use common::{AGENT, Answer, App, OWNER};
use reqwest::Method;
use serde_json::json;
use switchboard_server::seed::DEMO_PASSWORD;

common::on_both_databases! {
    a_mailed_link_chooses_a_new_password,
    links_work_once_and_for_half_an_hour,
    a_refused_password_does_not_cost_the_link,
    an_unknown_address_looks_the_same,
    known_and_unknown_addresses_take_the_same_work,
    changing_needs_the_old_one_and_ends_other_sessions,
    a_change_makes_older_links_worthless,
}

async fn forgot(app: &App, email: &str) -> Answer {
    post(app, "/api/auth/forgot-password", json!({"email": email})).await
}

async fn reset(app: &App, token: &str, password: &str) -> Answer {
    post(
        app,
        "/api/auth/reset-password",
        json!({"token": token, "password": password}),
    )
    .await
}

async fn change(app: &App, token: &str, current: &str, new: &str) -> Answer {
    let body = json!({"currentPassword": current, "newPassword": new});
    call(app, Method::PUT, "/api/auth/password", token, body).await
}

async fn a_mailed_link_chooses_a_new_password(app: &App) {
    let before = app.sign_in(AGENT).await;
    let asked = forgot(app, " Agent@Demo.test ").await;
    assert_eq!((asked.status, asked.text.as_str()), (204, ""));
    let token = mailed_token(app, AGENT, "/reset-password").await;
    assert_eq!(reset(app, &token, PASSWORD).await.status, 204);

    login(app, AGENT, DEMO_PASSWORD)
        .await
        .problem(401, "invalid_credentials");
    assert_eq!(login(app, AGENT, PASSWORD).await.status, 200);
    me(app, &before.at("/accessToken"))
        .await
        .problem(401, "unauthenticated");
    with_cookie(app, "/api/auth/refresh", &before.cookie(), None)
        .await
        .problem(401, "session_revoked");
    assert_eq!(
        letter(app, AGENT).await["subject"],
        "Your Switchboard password was changed"
    );
}

async fn links_work_once_and_for_half_an_hour(app: &App) {
    forgot(app, AGENT).await;
    let token = mailed_token(app, AGENT, "/reset-password").await;
    advance(app, 30 * MINUTE).await;
    reset(app, &token, PASSWORD).await.problem(410, "gone");

    forgot(app, AGENT).await;
    let first = mailed_token(app, AGENT, "/reset-password").await;
    advance(app, MINUTE).await;
    forgot(app, AGENT).await;
    let second = mailed_token(app, AGENT, "/reset-password").await;
    reset(app, &first, PASSWORD).await.problem(410, "gone");
    advance(app, 29 * MINUTE).await;
    assert_eq!(reset(app, &second, PASSWORD).await.status, 204);
    reset(app, &second, OTHER_PASSWORD).await.problem(410, "gone");
    assert_eq!(login(app, AGENT, PASSWORD).await.status, 200);
    // A link for one purpose is worth nothing for another.
    advance(app, HOUR).await;
    forgot(app, AGENT).await;
    let token = mailed_token(app, AGENT, "/reset-password").await;
    post(app, "/api/auth/verify-email", json!({"token": token}))
        .await
        .problem(410, "gone");
}

async fn a_refused_password_does_not_cost_the_link(app: &App) {
    forgot(app, AGENT).await;
    let token = mailed_token(app, AGENT, "/reset-password").await;
    for password in ["short", "password2024!", "agent@demo.test", "Adam-Agent-1"] {
        let refused = reset(app, &token, password).await;
        let fields = &refused.problem(422, "validation_failed")["fields"];
        assert!(fields["password"][0].is_string(), "{password}: {fields}");
    }
    assert_eq!(reset(app, &token, PASSWORD).await.status, 204);
}

async fn an_unknown_address_looks_the_same(app: &App) {
    for email in [AGENT, "nobody@demo.test"] {
        let asked = forgot(app, email).await;
        assert_eq!((asked.status, asked.text.as_str()), (204, ""), "{email}");
        forgot(app, email).await.problem(429, "rate_limited");
    }
    assert_eq!(letters(app, AGENT).await.len(), 1);
    assert_eq!(letters(app, "nobody@demo.test").await.len(), 0);
    assert_eq!(
        letters(app, "").await.len(),
        0,
        "what was written for nobody is not shown"
    );
    forgot(app, "nonsense").await.problem(422, "validation_failed");
}

/// Compares what differs by kind, not by chance: the rows that both leave behind, and the middle of many times with a
/// generous ratio.
async fn known_and_unknown_addresses_take_the_same_work(app: &App) {
    const ROUNDS: usize = 9;
    let rows = async |table: &str| {
        let statement = format!("SELECT COUNT(*) FROM {table}");
        let count: i64 = app
            .state
            .db
            .read(move |tx| {
                Box::pin(async move {
                    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
                        .fetch_one(tx.conn())
                        .await?)
                })
            })
            .await
            .expect("counts");
        count
    };
    let mut times = [Vec::new(), Vec::new()];
    let mut sign_ins = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let unknown = format!("nobody{round}@demo.test");
        for (side, email) in [AGENT, unknown.as_str()].into_iter().enumerate() {
            let before = (rows("links").await, rows("mails").await);
            let began = Instant::now();
            assert_eq!(forgot(app, email).await.status, 204);
            times[side].push(began.elapsed());
            let links = rows("links").await;
            assert!(
                links == before.0 + 1 || (side == 0 && links == before.0),
                "a new link replaces the old one"
            );
            assert_eq!(rows("mails").await, before.1 + 1, "{email}");
            let began = Instant::now();
            login(app, email, "not the password")
                .await
                .problem(401, "invalid_credentials");
            sign_ins[side].push(began.elapsed());
        }
        advance(app, 2 * MINUTE).await;
    }
    for [known, unknown] in [times, sign_ins] {
        let (known, unknown) = (median(known), median(unknown));
        let (slow, quick) = (known.max(unknown), known.min(unknown));
        assert!(
            slow < quick * 4 + Duration::from_millis(5),
            "known {known:?}, unknown {unknown:?}"
        );
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

async fn changing_needs_the_old_one_and_ends_other_sessions(app: &App) {
    let here = app.sign_in(AGENT).await;
    let elsewhere = app.sign_in(AGENT).await;
    let token = here.at("/accessToken");
    let wrong = change(app, &token, "not the password", PASSWORD).await;
    assert!(wrong.problem(422, "validation_failed")["fields"]["currentPassword"][0].is_string());
    let weak = change(app, &token, DEMO_PASSWORD, "password2024!").await;
    assert!(weak.problem(422, "validation_failed")["fields"]["newPassword"][0].is_string());

    assert_eq!(change(app, &token, DEMO_PASSWORD, PASSWORD).await.status, 204);
    assert_eq!(me(app, &token).await.status, 200, "this session goes on");
    assert_eq!(
        with_cookie(app, "/api/auth/refresh", &here.cookie(), None)
            .await
            .status,
        200
    );
    me(app, &elsewhere.at("/accessToken"))
        .await
        .problem(401, "unauthenticated");
    assert_eq!(login(app, AGENT, PASSWORD).await.status, 200);
    assert_eq!(
        letter(app, AGENT).await["subject"],
        "Your Switchboard password was changed"
    );

    for _ in 0..10 {
        change(app, &token, "not the password", OTHER_PASSWORD)
            .await
            .problem(422, "validation_failed");
    }
    change(app, &token, PASSWORD, OTHER_PASSWORD)
        .await
        .problem(429, "rate_limited");
}

async fn a_change_makes_older_links_worthless(app: &App) {
    forgot(app, OWNER).await;
    let mailed = mailed_token(app, OWNER, "/reset-password").await;
    let token = app.token(OWNER).await;
    assert_eq!(change(app, &token, DEMO_PASSWORD, PASSWORD).await.status, 204);
    reset(app, &mailed, OTHER_PASSWORD).await.problem(410, "gone");
}
