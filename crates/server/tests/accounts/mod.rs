//! What tests of accounts share: the mailbox, registering, inviting, the second factor.

#![allow(
    dead_code,
    missing_docs,
    reason = "each test binary uses its own part of the harness"
)]

use reqwest::Method;
use serde_json::{Value, json};
use switchboard_server::totp::Secret;

use crate::common::{Answer, App};

/// A password that keeps the rule.
pub const PASSWORD: &str = "harvest lantern 42";
/// Another one.
pub const OTHER_PASSWORD: &str = "wintry kettle ford";

pub const MINUTE: u32 = 60_000;
pub const HOUR: u32 = 60 * MINUTE;

/// Moves the server's clock forward.
pub async fn advance(app: &App, millis: u32) {
    let answer = app
        .post("/dev/clock")
        .json(&json!({"advanceMs": millis}))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Everything that was mailed to `email`, newest first.
pub async fn letters(app: &App, email: &str) -> Vec<Value> {
    let answer = app
        .get("/dev/mailbox")
        .header("accept", "application/json")
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let all = answer.json.as_array().expect("a list").clone();
    all.into_iter().filter(|letter| letter["to"] == email).collect()
}

/// The newest letter to `email`.
pub async fn letter(app: &App, email: &str) -> Value {
    letters(app, email).await.into_iter().next().expect("a letter")
}

/// The token in the newest letter to `email`, whose link leads to `path`.
pub async fn mailed_token(app: &App, email: &str, path: &str) -> String {
    token_of(app, &letter(app, email).await, path)
}

/// The token in a letter whose link leads to `path`.
pub fn token_of(app: &App, letter: &Value, path: &str) -> String {
    let link = letter["links"][0].as_str().expect("a link");
    let token = link
        .strip_prefix(&format!("{}{path}?token=", app.base))
        .unwrap_or_else(|| panic!("{link} does not lead to {path}"));
    assert!(token.len() >= 22, "at least 128 bits: {token}");
    token.to_owned()
}

/// A call without a sign-in.
pub async fn post(app: &App, path: &str, body: Value) -> Answer {
    app.post(path).json(&body).send().await
}

/// A call of a signed-in member.
pub async fn call(app: &App, method: Method, path: &str, token: &str, body: Value) -> Answer {
    app.call(method, path).bearer(token).json(&body).send().await
}

/// A read of a signed-in member.
pub async fn get(app: &App, path: &str, token: &str) -> Answer {
    app.get(path).bearer(token).send().await
}

pub async fn login(app: &App, email: &str, password: &str) -> Answer {
    post(
        app,
        "/api/auth/login",
        json!({"email": email, "password": password, "keepSignedIn": true}),
    )
    .await
}

/// The access token of someone who signs in with [`PASSWORD`].
pub async fn signed_in(app: &App, email: &str) -> String {
    let answer = login(app, email, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.at("/accessToken")
}

pub async fn register(app: &App, email: &str) -> Answer {
    let body =
        json!({"name": "Rosa Vidal", "company": "Harbour Books", "email": email, "password": PASSWORD});
    post(app, "/api/auth/register", body).await
}

/// An owner of a new account; answers the access token.
pub async fn new_owner(app: &App, email: &str) -> String {
    let registered = register(app, email).await;
    assert_eq!(registered.status, 201, "{}", registered.text);
    let token = mailed_token(app, email, "/verify-email").await;
    let verified = post(app, "/api/auth/verify-email", json!({"token": token})).await;
    assert_eq!(verified.status, 204, "{}", verified.text);
    signed_in(app, email).await
}

/// Invites someone; answers the response.
pub async fn invite(app: &App, inviter: &str, email: &str, role: &str, websites: &[&str]) -> Answer {
    let body = json!({"email": email, "role": role, "websiteIds": websites});
    call(app, Method::POST, "/api/team/invitations", inviter, body).await
}

/// Someone invited who has accepted; answers the id and the access token.
pub async fn new_member(app: &App, inviter: &str, email: &str, role: &str) -> (String, String) {
    let invited = invite(app, inviter, email, role, &[]).await;
    assert_eq!(invited.status, 201, "{}", invited.text);
    let token = mailed_token(app, email, "/accept-invitation").await;
    let accepted = accept(app, &token).await;
    assert_eq!(accepted.status, 204, "{}", accepted.text);
    (invited.at("/id"), signed_in(app, email).await)
}

pub async fn accept(app: &App, token: &str) -> Answer {
    let path = format!("/api/team/invitations/{token}/accept");
    post(app, &path, json!({"name": "Jonas Weiss", "password": PASSWORD})).await
}

/// The member as `me`.
pub async fn me(app: &App, token: &str) -> Answer {
    get(app, "/api/auth/me", token).await
}

/// A call that the refresh cookie authenticates.
pub async fn with_cookie(app: &App, path: &str, cookie: &str, body: Option<Value>) -> Answer {
    let call = app
        .post(path)
        .header("cookie", cookie)
        .header("origin", &app.base)
        .header("x-switchboard", "1");
    match body {
        Some(body) => call.json(&body).send().await,
        None => call.send().await,
    }
}

/// Sets a second factor up; answers the authenticator and the recovery codes.
pub async fn set_up_totp(app: &App, token: &str) -> (Secret, Vec<String>) {
    let enrolled = call(app, Method::POST, "/api/auth/totp/enrol", token, json!({})).await;
    assert_eq!(enrolled.status, 200, "{}", enrolled.text);
    let secret = Secret::from_base32(&enrolled.at("/secret")).expect("a secret");
    let code = secret.code_at(app.state.clock.now());
    let confirmed = call(
        app,
        Method::POST,
        "/api/auth/totp/confirm",
        token,
        json!({"code": code}),
    )
    .await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    let codes = confirmed.json["recoveryCodes"].as_array().expect("codes");
    let codes = codes.iter().map(|code| code.as_str().expect("text").to_owned());
    (secret, codes.collect())
}
