//! Setting a second factor up, signing in with it, taking it away, and an account that requires it.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod socket;

use accounts::{
    HOUR, MINUTE, PASSWORD, advance, call, get, login, me, new_member, new_owner, post, set_up_totp,
    with_cookie,
};
use common::{AGENT, Answer, App, OWNER};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;
use switchboard_server::seed::DEMO_PASSWORD;
use switchboard_server::totp::Secret;

common::on_both_databases! {
    a_code_is_needed_from_the_first_one_on,
    no_code_works_twice,
    recovery_codes_work_once_each,
    challenges_end_and_bear_few_guesses,
    guesses_over_many_challenges_are_slowed_down,
    setting_up_needs_a_right_code,
    taking_it_away_needs_the_password,
    an_account_may_require_it,
}

async fn challenge(app: &App, email: &str) -> String {
    let due = login(app, email, DEMO_PASSWORD).await;
    due.problem(401, "totp_required");
    assert_eq!(due.header("set-cookie"), None);
    due.at("/challenge")
}

async fn finish(app: &App, challenge: &str, code: &str) -> Answer {
    post(
        app,
        "/api/auth/login/totp",
        json!({"challenge": challenge, "code": code}),
    )
    .await
}

fn code(app: &App, secret: &Secret) -> String {
    secret.code_at(app.state.clock.now())
}

async fn a_code_is_needed_from_the_first_one_on(app: &App) {
    let token = app.token(AGENT).await;
    assert_eq!(me(app, &token).await.json["totpEnabled"], false);
    let (secret, _) = set_up_totp(app, &token).await;
    assert_eq!(
        me(app, &token).await.json["totpEnabled"],
        true,
        "this session goes on"
    );

    advance(app, MINUTE).await;
    let challenge = challenge(app, AGENT).await;
    let signed_in = finish(app, &challenge, &code(app, &secret)).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    assert_eq!(signed_in.json["user"]["email"], AGENT);
    assert!(
        signed_in
            .header("set-cookie")
            .is_some_and(|cookie| cookie.contains("Max-Age=")),
        "keepSignedIn of the first step counts"
    );
    assert_eq!(me(app, &signed_in.at("/accessToken")).await.status, 200);
    finish(app, &challenge, &code(app, &secret))
        .await
        .problem(410, "gone");
    login(app, AGENT, "not the password")
        .await
        .problem(401, "invalid_credentials");
}

async fn no_code_works_twice(app: &App) {
    let (secret, _) = set_up_totp(app, &app.token(AGENT).await).await;
    // The code that confirmed the set-up is spent.
    let first = challenge(app, AGENT).await;
    let spent = finish(app, &first, &code(app, &secret)).await;
    assert!(spent.problem(422, "validation_failed")["fields"]["code"][0].is_string());
    advance(app, MINUTE).await;
    let now = code(app, &secret);
    let both = [challenge(app, AGENT).await, challenge(app, AGENT).await];
    let (one, other) = tokio::join!(finish(app, &both[0], &now), finish(app, &both[1], &now));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422], "{} {}", one.text, other.text);
}

async fn recovery_codes_work_once_each(app: &App) {
    let (_, codes) = set_up_totp(app, &app.token(AGENT).await).await;
    assert_eq!(codes.len(), 10);
    let typed = codes[0].to_uppercase().replace('-', " ");
    assert_eq!(
        finish(app, &challenge(app, AGENT).await, &typed).await.status,
        200
    );
    finish(app, &challenge(app, AGENT).await, &codes[0])
        .await
        .problem(422, "validation_failed");
    assert_eq!(
        finish(app, &challenge(app, AGENT).await, &codes[1]).await.status,
        200
    );
    let stored = stored_codes(app).await;
    assert_eq!(stored.len(), 8);
    assert!(
        codes.iter().all(|code| !stored.contains(code)),
        "only hashes are stored"
    );
}

async fn stored_codes(app: &App) -> Vec<String> {
    app.state
        .db
        .read(|tx| {
            Box::pin(async move {
                Ok(sqlx::query_scalar("SELECT hash FROM recovery_codes")
                    .fetch_all(tx.conn())
                    .await?)
            })
        })
        .await
        .expect("reads")
}

async fn challenges_end_and_bear_few_guesses(app: &App) {
    let (secret, codes) = set_up_totp(app, &app.token(AGENT).await).await;
    let late = challenge(app, AGENT).await;
    advance(app, 5 * MINUTE).await;
    finish(app, &late, &code(app, &secret)).await.problem(410, "gone");

    let guessed = challenge(app, AGENT).await;
    for _ in 0..5 {
        finish(app, &guessed, "000000")
            .await
            .problem(422, "validation_failed");
    }
    finish(app, &guessed, &codes[0]).await.problem(410, "gone");
    for forged in ["", "x"] {
        finish(app, forged, "123456").await.problem(410, "gone");
    }
    finish(app, "x", "12").await.problem(422, "validation_failed");
}

async fn guesses_over_many_challenges_are_slowed_down(app: &App) {
    let (secret, _) = set_up_totp(app, &app.token(AGENT).await).await;
    for _ in 0..2 {
        let guessed = challenge(app, AGENT).await;
        for _ in 0..5 {
            finish(app, &guessed, "000000")
                .await
                .problem(422, "validation_failed");
        }
    }
    let slowed = challenge(app, AGENT).await;
    finish(app, &slowed, &code(app, &secret))
        .await
        .problem(429, "rate_limited");
    advance(app, HOUR).await;
    let challenge = challenge(app, AGENT).await;
    assert_eq!(finish(app, &challenge, &code(app, &secret)).await.status, 200);
}

async fn setting_up_needs_a_right_code(app: &App) {
    let token = app.token(AGENT).await;
    let confirm = |code: String| {
        call(
            app,
            Method::POST,
            "/api/auth/totp/confirm",
            &token,
            json!({"code": code}),
        )
    };
    confirm("123456".to_owned()).await.problem(410, "gone");
    let enrol = || call(app, Method::POST, "/api/auth/totp/enrol", &token, json!({}));
    let first = enrol().await;
    let second = enrol().await;
    assert_ne!(first.at("/secret"), second.at("/secret"));
    assert!(
        second
            .at("/uri")
            .starts_with("otpauth://totp/Switchboard:agent%40demo.test?secret=")
    );
    let rows = second.json["qr"].as_array().expect("rows");
    assert!(
        rows.iter()
            .all(|row| row.as_str().is_some_and(|row| row.len() == rows.len()))
    );

    let old = Secret::from_base32(&first.at("/secret")).expect("a secret");
    let new = Secret::from_base32(&second.at("/secret")).expect("a secret");
    confirm(code(app, &old)).await.problem(422, "validation_failed");
    confirm("1234".to_owned()).await.problem(422, "validation_failed");
    assert_eq!(
        app.sign_in(AGENT).await.status,
        200,
        "nothing is needed before it is confirmed"
    );
    assert_eq!(confirm(code(app, &new)).await.status, 200);
    enrol().await.problem(409, "conflict");
    confirm(code(app, &new)).await.problem(409, "conflict");
}

async fn taking_it_away_needs_the_password(app: &App) {
    let token = app.token(AGENT).await;
    set_up_totp(app, &token).await;
    let disable = async |password: &str| {
        call(
            app,
            Method::POST,
            "/api/auth/totp/disable",
            &token,
            json!({"currentPassword": password}),
        )
        .await
    };
    disable("not the password")
        .await
        .problem(422, "validation_failed");
    challenge(app, AGENT).await;
    assert_eq!(disable(DEMO_PASSWORD).await.status, 204);
    assert_eq!(app.sign_in(AGENT).await.status, 200);
    assert_eq!(stored_codes(app).await.len(), 0);
}

async fn an_account_may_require_it(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.sign_in(AGENT).await;
    let token = agent.at("/accessToken");
    let set = async |token: &str, required: Value| {
        call(
            app,
            Method::PATCH,
            "/api/team/security",
            token,
            json!({"requireTotp": required}),
        )
        .await
    };
    set(&token, json!(true)).await.problem(403, "forbidden");
    set_up_totp(app, &owner).await;
    let (mut socket, _) = Socket::operator(app, &token).await;
    assert_eq!(set(&owner, json!(true)).await.json, json!({"requireTotp": true}));
    socket.ends_with(4403).await;

    // Everything but setting one up is refused, also after a new sign-in or a refresh.
    let again = app.sign_in(AGENT).await;
    let refreshed = with_cookie(app, "/api/auth/refresh", &agent.cookie(), None).await;
    for answer in [&again, &refreshed] {
        assert_eq!(answer.json["user"]["totpEnrolmentDue"], true);
        let token = answer.at("/accessToken");
        assert_eq!(me(app, &token).await.json["totpEnrolmentDue"], true);
        for path in [
            "/api/live-chat/conversations",
            "/api/websites",
            "/api/team/members",
            "/api/auth/sessions",
        ] {
            get(app, path, &token).await.problem(403, "totp_enrolment_due");
        }
        let ticket = app
            .post("/api/realtime/ticket")
            .bearer(&token)
            .header("origin", &app.base);
        ticket.send().await.problem(403, "totp_enrolment_due");
        call(
            app,
            Method::PATCH,
            "/api/auth/me",
            &token,
            json!({"name": "Adam"}),
        )
        .await
        .problem(403, "totp_enrolment_due");
    }
    let token = again.at("/accessToken");
    set_up_totp(app, &token).await;
    assert_eq!(me(app, &token).await.json["totpEnrolmentDue"], false);
    assert_eq!(get(app, "/api/websites", &token).await.status, 200);
    let disabled = call(
        app,
        Method::POST,
        "/api/auth/totp/disable",
        &token,
        json!({"currentPassword": DEMO_PASSWORD}),
    );
    disabled.await.problem(403, "forbidden");

    // Other accounts are not concerned, and those who join are.
    let other = new_owner(app, "rosa@harbour.example").await;
    assert_eq!(get(app, "/api/websites", &other).await.status, 200);
    let (_, joined) = new_member(app, &owner, "jonas@demo.test", "agent").await;
    get(app, "/api/websites", &joined)
        .await
        .problem(403, "totp_enrolment_due");
    assert_eq!(set(&owner, json!(false)).await.status, 200);
    assert_eq!(get(app, "/api/websites", &joined).await.status, 200);
    assert_eq!(login(app, "jonas@demo.test", PASSWORD).await.status, 200);
}
