//! Sign-in, refresh, sign-out.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::{AGENT, Answer, App, OWNER};
use serde_json::json;
use switchboard_server::seed::DEMO_PASSWORD;

common::on_both_databases! {
    signing_in_answers_a_token_and_a_cookie,
    wrong_password_and_unknown_address_look_the_same,
    guessing_is_slowed_down,
    refreshing_rotates_and_a_lost_answer_can_be_repeated,
    a_spent_token_ends_the_session_for_everybody,
    any_ancestor_older_than_the_parent_ends_the_session,
    a_held_up_request_that_its_browser_named_ends_nothing,
    sessions_end_at_their_absolute_life,
    signing_out_ends_the_session_at_once,
    access_tokens_expire,
    foreign_pages_are_refused,
    trusted_pages_get_cors,
}

async fn login(app: &App, email: &str, password: &str) -> Answer {
    app.post("/api/auth/login")
        .json(&json!({"email": email, "password": password}))
        .send()
        .await
}

async fn refresh(app: &App, cookie: &str) -> Answer {
    cookie_call(app, "/api/auth/refresh", cookie).await
}

async fn cookie_call(app: &App, path: &str, cookie: &str) -> Answer {
    app.post(path)
        .header("cookie", cookie)
        .header("origin", &app.base)
        .header("x-switchboard", "1")
        .send()
        .await
}

async fn me(app: &App, token: &str) -> Answer {
    app.get("/api/auth/me").bearer(token).send().await
}

async fn advance(app: &App, millis: u32) {
    let answer = app
        .post("/dev/clock")
        .json(&json!({"advanceMs": millis}))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn signing_in_answers_a_token_and_a_cookie(app: &App) {
    let kept = app.sign_in(" Agent@Demo.test ").await;
    assert_eq!(kept.json["expiresInMs"], 600_000);
    assert_eq!(kept.json["user"]["email"], AGENT);
    assert_eq!(kept.json["user"]["role"], "agent");
    assert_eq!(kept.header("cache-control"), Some("no-store"));
    let cookie = kept.header("set-cookie").expect("a cookie");
    for part in [
        "switchboard-refresh=",
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Max-Age=",
    ] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let user = me(app, &kept.at("/accessToken")).await;
    assert_eq!(user.json, kept.json["user"]);

    let unkept = login(app, AGENT, DEMO_PASSWORD).await;
    let cookie = unkept.header("set-cookie").expect("a cookie");
    assert!(!cookie.contains("Max-Age"), "ends with the browser: {cookie}");
}

async fn wrong_password_and_unknown_address_look_the_same(app: &App) {
    let mut wrong = login(app, AGENT, "not the password").await;
    let mut unknown = login(app, "nobody@demo.test", "not the password").await;
    wrong.problem(401, "invalid_credentials");
    unknown.problem(401, "invalid_credentials");
    for answer in [&mut wrong, &mut unknown] {
        answer.json["requestId"].take();
        assert_eq!(answer.header("set-cookie"), None);
    }
    assert_eq!(wrong.json, unknown.json);

    let empty = login(app, "", "").await;
    let fields = &empty.problem(422, "validation_failed")["fields"];
    assert!(
        fields["email"][0].is_string() && fields["password"][0].is_string(),
        "{fields}"
    );
}

async fn guessing_is_slowed_down(app: &App) {
    for _ in 0..10 {
        login(app, AGENT, "wrong")
            .await
            .problem(401, "invalid_credentials");
    }
    let slowed = login(app, AGENT, DEMO_PASSWORD).await;
    let wait = slowed.problem(429, "rate_limited")["retryAfterMs"]
        .as_u64()
        .expect("a wait");
    assert!((1..=300_000).contains(&wait), "{wait}");
    let header: u64 = slowed
        .header("retry-after")
        .expect("a header")
        .parse()
        .expect("seconds");
    assert_eq!(header, wait.div_ceil(1_000));
    assert_eq!(
        login(app, OWNER, DEMO_PASSWORD).await.status,
        200,
        "others are not slowed"
    );
    advance(app, 300_000).await;
    assert_eq!(
        login(app, AGENT, DEMO_PASSWORD).await.status,
        200,
        "the wait is over"
    );
}

async fn refreshing_rotates_and_a_lost_answer_can_be_repeated(app: &App) {
    let first = app.sign_in(AGENT).await.cookie();
    let second = refresh(app, &first).await;
    assert_eq!(second.status, 200, "{}", second.text);
    assert_ne!(second.cookie(), first);
    // The answer is lost; a simulated day later the parent still gets the same successor.
    advance(app, 86_400_000).await;
    let again = refresh(app, &first).await;
    assert_eq!(again.cookie(), second.cookie());
    let third = refresh(app, &second.cookie()).await;
    assert_eq!(third.status, 200);
    assert_ne!(third.cookie(), second.cookie());
    assert_eq!(third.json["user"]["email"], AGENT);
}

async fn a_spent_token_ends_the_session_for_everybody(app: &App) {
    let first = app.sign_in(AGENT).await.cookie();
    let second = refresh(app, &first).await;
    // Using the new access token shows that the answer arrived, so the parent is soon worthless.
    assert_eq!(me(app, &second.at("/accessToken")).await.status, 200);
    advance(app, 30_001).await;
    refresh(app, &first).await.problem(401, "session_revoked");
    refresh(app, &second.cookie())
        .await
        .problem(401, "session_revoked");
    me(app, &second.at("/accessToken"))
        .await
        .problem(401, "unauthenticated");
}

async fn any_ancestor_older_than_the_parent_ends_the_session(app: &App) {
    let first = app.sign_in(AGENT).await.cookie();
    let second = refresh(app, &first).await.cookie();
    let third = refresh(app, &second).await.cookie();
    refresh(app, &first).await.problem(401, "session_revoked");
    refresh(app, &third).await.problem(401, "session_revoked");
}

async fn a_held_up_request_that_its_browser_named_ends_nothing(app: &App) {
    let id = |number: u8| format!("0190a000-0000-7000-8000-0000000000{number:02}");
    let ask = async |cookie: &str, body: serde_json::Value| {
        app.post("/api/auth/refresh")
            .header("cookie", cookie)
            .header("origin", &app.base)
            .header("x-switchboard", "1")
            .json(&body)
            .send()
            .await
    };
    let first = app.sign_in(AGENT).await.cookie();
    // Request 1 went first and is held up; the tab that sent it was closed.
    let second = ask(&first, json!({"id": id(2), "unanswered": [id(1)]})).await;
    assert_eq!(second.status, 200, "{}", second.text);
    let third = ask(&second.cookie(), json!({"id": id(3)})).await;
    advance(app, 3_600_000).await;
    let held_up = ask(&first, json!({"id": id(1)})).await;
    held_up.problem(409, "superseded");
    assert!(
        held_up.header("set-cookie").is_none(),
        "the newest cookie stays in place"
    );
    let twice = ask(&first, json!({"id": id(2), "unanswered": [id(1)]})).await;
    twice.problem(409, "superseded");
    assert_eq!(ask(&third.cookie(), json!({"id": id(4)})).await.status, 200);
    ask(&first, json!({"id": id(9)}))
        .await
        .problem(401, "session_revoked");
    ask(&first, json!({"id": "nonsense"}))
        .await
        .problem(422, "validation_failed");
}

async fn sessions_end_at_their_absolute_life(app: &App) {
    let mut cookie = app.sign_in(AGENT).await.cookie();
    let day = 86_400_000;
    for _ in 0..29 {
        advance(app, day).await;
        let answer = refresh(app, &cookie).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        cookie = answer.cookie();
    }
    advance(app, day - 60_000).await;
    let last = refresh(app, &cookie).await;
    let left = last.json["expiresInMs"].as_u64().expect("a number");
    assert!(left <= 60_000, "an access token outlives its session: {left}");
    advance(app, 60_000).await;
    refresh(app, &last.cookie()).await.problem(401, "session_ended");
    me(app, &last.at("/accessToken"))
        .await
        .problem(401, "unauthenticated");
}

async fn signing_out_ends_the_session_at_once(app: &App) {
    let signed_in = app.sign_in(AGENT).await;
    let other = app.sign_in(AGENT).await;
    let out = cookie_call(app, "/api/auth/logout", &signed_in.cookie()).await;
    assert_eq!(out.status, 204);
    assert!(
        out.header("set-cookie")
            .is_some_and(|cookie| cookie.contains("Max-Age=0"))
    );
    me(app, &signed_in.at("/accessToken"))
        .await
        .problem(401, "unauthenticated");
    refresh(app, &signed_in.cookie())
        .await
        .problem(401, "session_revoked");
    assert_eq!(
        me(app, &other.at("/accessToken")).await.status,
        200,
        "only this device"
    );
    let again = cookie_call(app, "/api/auth/logout", &signed_in.cookie()).await;
    assert_eq!(again.status, 204, "twice changes nothing");
}

async fn access_tokens_expire(app: &App) {
    let token = app.token(AGENT).await;
    advance(app, 600_000).await;
    me(app, &token).await.problem(401, "unauthenticated");
    for forged in [
        "",
        "x",
        &"A".repeat(80),
        &format!("B{}", &token[1..]),
        &token[..79],
    ] {
        me(app, forged).await.problem(401, "unauthenticated");
    }
    app.get("/api/auth/me")
        .send()
        .await
        .problem(401, "unauthenticated");
}

async fn foreign_pages_are_refused(app: &App) {
    let cookie = app.sign_in(AGENT).await.cookie();
    let origins = [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://127.0.0.1:1@evil.example",
        "http://127.0.0.1.evil.example",
    ];
    for path in ["/api/auth/refresh", "/api/auth/logout"] {
        for origin in origins {
            app.post(path)
                .header("cookie", &cookie)
                .header("origin", origin)
                .header("x-switchboard", "1")
                .send()
                .await
                .problem(403, "origin_refused");
        }
        let without_origin = app
            .post(path)
            .header("cookie", &cookie)
            .header("x-switchboard", "1");
        without_origin.send().await.problem(403, "origin_refused");
        let without_header = app
            .post(path)
            .header("cookie", &cookie)
            .header("origin", &app.base);
        without_header.send().await.problem(403, "origin_refused");
    }
    let login = app
        .post("/api/auth/login")
        .header("origin", "https://evil.example")
        .json(&json!({"email": AGENT, "password": DEMO_PASSWORD}));
    login.send().await.problem(403, "origin_refused");
    assert_eq!(refresh(app, &cookie).await.status, 200, "nothing was spent");
}

async fn trusted_pages_get_cors(app: &App) {
    let preflight = |origin: &'static str, path: &'static str| {
        app.call(reqwest::Method::OPTIONS, path)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type,if-match,x-switchboard",
            )
            .send()
    };
    let trusted = preflight("http://localhost:5173", "/api/auth/refresh").await;
    assert_eq!(
        trusted.header("access-control-allow-origin"),
        Some("http://localhost:5173")
    );
    assert_eq!(trusted.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(trusted.header("access-control-max-age"), Some("600"));
    let foreign = preflight("https://evil.example", "/api/auth/refresh").await;
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    let visitors = preflight("https://shop.example", "/api/visitor/sessions").await;
    assert_eq!(
        visitors.header("access-control-allow-origin"),
        Some("https://shop.example")
    );
    assert_eq!(visitors.header("access-control-allow-credentials"), None);
    let refused = app
        .post("/api/auth/refresh")
        .header("origin", "http://localhost:5173")
        .send()
        .await;
    assert_eq!(
        refused.header("access-control-allow-origin"),
        Some("http://localhost:5173"),
        "a page can read why it was refused"
    );
}
