//! What a person can mend is told in the contract's words, so that the dashboard says it in the person's language.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;

use accounts::{MINUTE, PASSWORD, advance, call, invite, login, post, register, set_up_totp};
use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use switchboard_contract::validate::Violation;
use switchboard_server::seed::DEMO_PASSWORD;

common::on_both_databases! {
    passwords_and_addresses,
    codes,
    the_team,
    labels_and_pictures,
}

/// The violations that a 422 tells, by field; words that the contract does not know fail.
fn told(answer: &Answer) -> Vec<(String, Violation)> {
    let fields = answer.problem(422, "validation_failed")["fields"].as_object();
    let fields = fields.expect("messages by field");
    let mut found = Vec::new();
    for (field, messages) in fields {
        for message in messages.as_array().expect("messages") {
            let message = message.as_str().expect("text");
            let violation = Violation::told(message);
            found.push((
                field.clone(),
                violation.unwrap_or_else(|| panic!("{field}: the contract does not know “{message}”")),
            ));
        }
    }
    found
}

fn one(answer: &Answer, field: &str, violation: Violation) {
    assert_eq!(told(answer), [(field.to_owned(), violation)]);
}

async fn passwords_and_addresses(app: &App) {
    let registered = register(app, "").await;
    one(&registered, "email", Violation::Required);
    let token = app.token(AGENT).await;
    let change = |current: &str, new: &str| {
        let body = json!({"currentPassword": current, "newPassword": new});
        call(app, Method::PUT, "/api/auth/password", &token, body)
    };
    one(
        &change("not the password", PASSWORD).await,
        "currentPassword",
        Violation::WrongPassword,
    );
    one(
        &change(DEMO_PASSWORD, "short").await,
        "newPassword",
        Violation::TooShort(10),
    );
    let body = json!({"email": AGENT, "currentPassword": DEMO_PASSWORD});
    let same = call(app, Method::POST, "/api/auth/email-change", &token, body).await;
    one(&same, "email", Violation::OwnEmail);
}

async fn codes(app: &App) {
    let token = app.token(AGENT).await;
    call(app, Method::POST, "/api/auth/totp/enrol", &token, json!({})).await;
    let confirm = |code: &str| {
        let body = json!({"code": code});
        call(app, Method::POST, "/api/auth/totp/confirm", &token, body)
    };
    one(&confirm("12").await, "code", Violation::TotpCode);
    one(&confirm("000000").await, "code", Violation::WrongFirstCode);
    let (secret, _) = set_up_totp(app, &token).await;
    advance(app, MINUTE).await;
    let due = login(app, AGENT, DEMO_PASSWORD).await;
    let challenge = due.problem(401, "totp_required")["challenge"].clone();
    // Ten minutes from now.
    let later = secret.code_at(app.state.clock.now().plus_millis(600_000));
    let body = json!({"challenge": challenge, "code": later});
    let refused = post(app, "/api/auth/login/totp", body).await;
    one(&refused, "code", Violation::WrongCode);
}

async fn the_team(app: &App) {
    let owner = app.token(OWNER).await;
    let again = invite(app, &owner, AGENT, "agent", &[]).await;
    one(&again, "email", Violation::AlreadyMember);
    let unknown = invite(app, &owner, "new@demo.test", "captain", &[]).await;
    one(&unknown, "role", Violation::Choice);
    let foreign = new_id();
    let elsewhere = invite(app, &owner, "new@demo.test", "agent", &[&foreign]).await;
    one(&elsewhere, "websiteIds", Violation::ForeignWebsite);
    let many: Vec<String> = (0..201).map(|_| new_id()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let all = invite(app, &owner, "new@demo.test", "agent", &many).await;
    one(&all, "websiteIds", Violation::TooManyWebsites(200));
}

async fn labels_and_pictures(app: &App) {
    let owner = app.token(OWNER).await;
    let make = |body: Value| call(app, Method::POST, "/api/live-chat/labels", &owner, body);
    let first = make(json!({"id": new_id(), "name": "Refund"})).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let again = make(json!({"id": new_id(), "name": "refund"})).await;
    one(&again, "name", Violation::LabelTaken);
    let odd = make(json!({"id": new_id(), "name": "", "colour": "plaid"})).await;
    assert_eq!(
        told(&odd),
        [
            ("colour".to_owned(), Violation::Choice),
            ("name".to_owned(), Violation::Required),
        ]
    );
    let body = json!({"avatarUrl": "data:image/svg+xml;base64,AAAA"});
    let picture = call(app, Method::PATCH, "/api/auth/me", &owner, body).await;
    one(&picture, "avatarUrl", Violation::Picture);
}
