//! Registering, verifying an address, signing in before and after.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;

use accounts::{
    HOUR, MINUTE, OTHER_PASSWORD, PASSWORD, advance, letter, letters, login, mailed_token, post, register,
};
use common::{App, OWNER};
use serde_json::json;

common::on_both_databases! {
    an_account_begins_with_its_link,
    links_work_once_and_for_a_day,
    a_known_address_is_told_in_its_own_inbox_only,
    what_was_typed_with_the_link_counts,
    the_mail_can_be_asked_for_again_after_a_while,
    bad_input_is_said_by_its_field,
    floods_are_slowed_down,
    foreign_pages_are_refused,
    nothing_typed_reaches_a_header_or_a_stranger,
}

const ROSA: &str = "rosa@harbour.example";

async fn an_account_begins_with_its_link(app: &App) {
    let registered = register(app, " Rosa@Harbour.Example ").await;
    assert_eq!((registered.status, registered.text.as_str()), (201, ""));
    login(app, ROSA, PASSWORD).await.problem(403, "email_unverified");
    login(app, ROSA, OTHER_PASSWORD)
        .await
        .problem(401, "invalid_credentials");

    let token = mailed_token(app, ROSA, "/verify-email").await;
    let verified = post(app, "/api/auth/verify-email", json!({"token": token})).await;
    assert_eq!(verified.status, 204, "{}", verified.text);
    let signed_in = login(app, ROSA, PASSWORD).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    let user = &signed_in.json["user"];
    assert_eq!(
        (&user["name"], &user["accountName"]),
        (&json!("Rosa Vidal"), &json!("Harbour Books"))
    );
    assert_eq!((&user["role"], &user["email"]), (&json!("owner"), &json!(ROSA)));
    let sites = accounts::get(app, "/api/websites", &signed_in.at("/accessToken")).await;
    assert_eq!(sites.json["total"], 0, "an account of its own: {}", sites.text);
}

async fn links_work_once_and_for_a_day(app: &App) {
    register(app, ROSA).await;
    let token = mailed_token(app, ROSA, "/verify-email").await;
    advance(app, 24 * HOUR).await;
    let verify = |token: String| post(app, "/api/auth/verify-email", json!({"token": token}));
    verify(token).await.problem(410, "gone");
    login(app, ROSA, PASSWORD)
        .await
        .problem(401, "invalid_credentials");

    register(app, ROSA).await;
    let token = mailed_token(app, ROSA, "/verify-email").await;
    advance(app, 24 * HOUR - MINUTE).await;
    assert_eq!(verify(token.clone()).await.status, 204);
    verify(token).await.problem(410, "gone");
    for forged in ["", "x", &"A".repeat(43)] {
        verify(forged.to_owned()).await.problem(410, "gone");
    }
}

async fn a_known_address_is_told_in_its_own_inbox_only(app: &App) {
    let known = register(app, OWNER).await;
    let unknown = register(app, ROSA).await;
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
    assert_eq!(
        letter(app, OWNER).await["subject"],
        "You already have a Switchboard account"
    );
    assert_eq!(
        letter(app, ROSA).await["subject"],
        "Verify your email for Switchboard"
    );
    // Whoever tried it cannot sign in with the password that was typed.
    login(app, OWNER, PASSWORD)
        .await
        .problem(401, "invalid_credentials");
    assert_eq!(app.sign_in(OWNER).await.status, 200, "nothing has changed");
}

async fn what_was_typed_with_the_link_counts(app: &App) {
    let body = |password: &str| json!({"name": "Rosa Vidal", "company": "Harbour Books", "email": ROSA, "password": password});
    post(app, "/api/auth/register", body(PASSWORD)).await;
    let own = mailed_token(app, ROSA, "/verify-email").await;
    // Someone else registers the same address with a password of their own.
    post(app, "/api/auth/register", body(OTHER_PASSWORD)).await;
    let others = mailed_token(app, ROSA, "/verify-email").await;
    assert_eq!(
        post(app, "/api/auth/verify-email", json!({"token": own}))
            .await
            .status,
        204
    );
    assert_eq!(login(app, ROSA, PASSWORD).await.status, 200);
    login(app, ROSA, OTHER_PASSWORD)
        .await
        .problem(401, "invalid_credentials");
    let late = post(app, "/api/auth/verify-email", json!({"token": others})).await;
    late.problem(410, "gone");
}

async fn the_mail_can_be_asked_for_again_after_a_while(app: &App) {
    register(app, ROSA).await;
    let first = mailed_token(app, ROSA, "/verify-email").await;
    let resend = |email: &'static str| post(app, "/api/auth/resend-verification", json!({"email": email}));
    let again = resend(ROSA).await;
    assert_eq!((again.status, again.text.as_str()), (204, ""));
    let second = mailed_token(app, ROSA, "/verify-email").await;
    assert_ne!(first, second);
    let early = resend(ROSA).await;
    let wait = early.problem(429, "rate_limited")["retryAfterMs"].as_u64();
    assert!(wait.is_some_and(|wait| (1..=60_000).contains(&wait)), "{wait:?}");
    // An unknown address and a member's look the same, the wait included.
    for email in ["nobody@harbour.example", OWNER] {
        assert_eq!(resend(email).await.status, 204, "{email}");
        resend(email).await.problem(429, "rate_limited");
        assert_eq!(letters(app, email).await.len(), 0, "{email}");
    }
    advance(app, MINUTE).await;
    assert_eq!(resend(ROSA).await.status, 204);
    let third = mailed_token(app, ROSA, "/verify-email").await;
    for old in [first, second] {
        post(app, "/api/auth/verify-email", json!({"token": old}))
            .await
            .problem(410, "gone");
    }
    assert_eq!(
        post(app, "/api/auth/verify-email", json!({"token": third}))
            .await
            .status,
        204
    );
}

async fn bad_input_is_said_by_its_field(app: &App) {
    let empty = post(
        app,
        "/api/auth/register",
        json!({"name": "", "company": " ", "email": "", "password": ""}),
    )
    .await;
    let fields = &empty.problem(422, "validation_failed")["fields"];
    for field in ["name", "company", "email", "password"] {
        assert!(fields[field][0].is_string(), "{field} in {fields}");
    }
    for password in [
        "short",
        "password2024!",
        "harbour-books",
        "rosa@harbour.example",
        "aaaaaaaaaaaa",
    ] {
        let body =
            json!({"name": "Rosa Vidal", "company": "Harbour Books", "email": ROSA, "password": password});
        let answer = post(app, "/api/auth/register", body).await;
        let fields = &answer.problem(422, "validation_failed")["fields"];
        assert_eq!(
            fields.as_object().map(|fields| fields.len()),
            Some(1),
            "{password}: {fields}"
        );
        assert!(fields["password"][0].is_string(), "{password}: {fields}");
        assert!(
            !answer.text.contains(password),
            "a password is never repeated: {}",
            answer.text
        );
    }
    for email in [
        "rosa",
        "rosa@harbour.example\r\nbcc: all@example.com",
        "<rosa@harbour.example>",
        "a@b, c@d",
    ] {
        let body =
            json!({"name": "Rosa Vidal", "company": "Harbour Books", "email": email, "password": PASSWORD});
        let answer = post(app, "/api/auth/register", body).await;
        assert!(
            answer.problem(422, "validation_failed")["fields"]["email"][0].is_string(),
            "{email}"
        );
    }
    post(app, "/api/auth/verify-email", json!({}))
        .await
        .problem(422, "validation_failed");
}

async fn floods_are_slowed_down(app: &App) {
    for _ in 0..5 {
        assert_eq!(register(app, ROSA).await.status, 201);
    }
    register(app, ROSA).await.problem(429, "rate_limited");
    for number in 0..14 {
        assert_eq!(
            register(app, &format!("rosa{number}@harbour.example"))
                .await
                .status,
            201
        );
    }
    register(app, "another@harbour.example")
        .await
        .problem(429, "rate_limited");
    advance(app, HOUR).await;
    assert_eq!(register(app, "another@harbour.example").await.status, 201);
}

async fn foreign_pages_are_refused(app: &App) {
    let calls = [
        (
            "/api/auth/register",
            json!({"name": "R", "company": "H", "email": ROSA, "password": PASSWORD}),
        ),
        ("/api/auth/verify-email", json!({"token": "x"})),
        ("/api/auth/resend-verification", json!({"email": ROSA})),
        ("/api/auth/forgot-password", json!({"email": ROSA})),
        (
            "/api/auth/reset-password",
            json!({"token": "x", "password": PASSWORD}),
        ),
        (
            "/api/auth/login/totp",
            json!({"challenge": "x", "code": "123456"}),
        ),
    ];
    for (path, body) in calls {
        let answer = app
            .post(path)
            .header("origin", "https://evil.example")
            .json(&body)
            .send()
            .await;
        answer.problem(403, "origin_refused");
    }
    assert_eq!(letters(app, ROSA).await.len(), 0);
}

async fn nothing_typed_reaches_a_header_or_a_stranger(app: &App) {
    let body = json!({
        "name": "Win a prize at http://evil.example",
        "company": "Click http://evil.example",
        "email": "stranger@harbour.example",
        "password": PASSWORD,
    });
    assert_eq!(post(app, "/api/auth/register", body).await.status, 201);
    let letter = letter(app, "stranger@harbour.example").await;
    assert!(!letter.to_string().contains("evil"), "{letter}");
    let page = app.get("/dev/mailbox").send().await;
    assert!(
        page.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
    );
    assert!(page.text.contains("stranger@harbour.example"), "{}", page.text);
}
