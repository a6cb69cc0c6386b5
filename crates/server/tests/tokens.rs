//! API tokens: made by owners and admins, told once, held as a hash, kept to their scopes and to what their member may do now, ended
//! by time, by revoking and with their member. `access.rs` tries every operation with one.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;

use accounts::{HOUR, advance, call, get, new_member};
use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};

common::on_both_databases! {
    a_secret_is_told_once_and_stored_nowhere,
    a_token_does_what_its_scopes_say_and_no_more,
    it_has_the_rights_of_its_member_as_they_are_now,
    it_ends_by_time_by_revoking_and_with_its_member,
    what_is_no_token_is_refused,
    it_calls_only_so_often,
    what_it_changes_names_it_in_the_audit_log,
}

async fn make(app: &App, token: &str, scopes: &[&str], more: Value) -> Answer {
    let mut body = json!({"name": "Reporting", "scopes": scopes});
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    call(app, Method::POST, "/api/tokens", token, body).await
}

/// The secret of a new token.
async fn secret(app: &App, token: &str, scopes: &[&str]) -> String {
    let made = make(app, token, scopes, json!({})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.at("/secret")
}

async fn a_secret_is_told_once_and_stored_nowhere(app: &App) {
    let owner = app.token(OWNER).await;
    let made = make(
        app,
        &owner,
        &["websites:read", "websites:read"],
        json!({"name": " Till "}),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.headers["cache-control"], "no-store");
    let secret = made.at("/secret");
    assert!(secret.starts_with("sb_") && secret.len() >= 43, "{secret}");
    assert_eq!(made.json["token"]["name"], "Till");
    assert_eq!(
        made.json["token"]["scopes"],
        json!(["websites:read"]),
        "each once"
    );
    assert!(secret.ends_with(&made.at("/token/hint")));
    let list = get(app, "/api/tokens", &owner).await;
    assert_eq!(list.json["items"], json!([made.json["token"]]));
    assert!(!list.text.contains(&secret[3..]));
    let log = get(app, "/api/audit?kind=token.created", &owner).await;
    assert_eq!(log.json["items"][0]["subject"]["name"], "Till");
    assert!(!log.text.contains(&secret[3..]));
    let found = app
        .number(&format!(
            "SELECT COUNT(*) FROM api_tokens WHERE hash LIKE '%{0}%' OR name LIKE '%{0}%'",
            &secret[3..]
        ))
        .await;
    assert_eq!(found, 0);
    // Another account neither sees nor revokes it.
    let other = app.second_account("other@demo.test").await;
    assert_eq!(
        get(app, "/api/tokens", &other.token).await.json["items"],
        json!([])
    );
    let path = format!("/api/tokens/{}", made.at("/token/id"));
    call(app, Method::DELETE, &path, &other.token, json!(null))
        .await
        .problem(404, "not_found");
    for (field, body) in [
        ("name", json!({"name": " "})),
        ("scopes", json!({"scopes": []})),
        ("scopes", json!({"scopes": ["everything"]})),
        ("expiresAt", json!({"expiresAt": "2020-01-01T00:00:00Z"})),
    ] {
        let refused = make(app, &owner, &["websites:read"], body).await;
        assert!(
            refused.problem(422, "validation_failed")["fields"][field].is_array(),
            "{}",
            refused.text
        );
    }
}

async fn a_token_does_what_its_scopes_say_and_no_more(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Is it there?").await;
    let reads = secret(app, &owner, &["conversations:read"]).await;
    let writes = secret(app, &owner, &["conversations:write"]).await;
    let thread = format!("/api/live-chat/conversations/{}/messages", chat.conversation);
    let page = get(app, &thread, &reads).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Is it there?"), "{}", page.text);
    let refused = get(app, &thread, &writes).await;
    refused.problem(403, "forbidden");
    assert!(refused.text.contains("conversations:read"), "{}", refused.text);
    app.reply(&reads, &chat.conversation, "No", json!({}))
        .await
        .problem(403, "forbidden");
    let sent = app.reply(&writes, &chat.conversation, "It is.", json!({})).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let all = secret(
        app,
        &owner,
        &[
            "conversations:read",
            "conversations:write",
            "websites:write",
            "visitors:write",
        ],
    )
    .await;
    for path in [
        "/api/auth/me",
        "/api/team/members",
        "/api/tokens",
        "/api/audit",
        "/api/events?after=0",
    ] {
        get(app, path, &all).await.problem(403, "forbidden");
    }
    call(app, Method::POST, "/api/realtime/ticket", &all, json!(null))
        .await
        .problem(403, "forbidden");
    make(app, &all, &["websites:read"], json!({}))
        .await
        .problem(403, "forbidden");
}

async fn it_has_the_rights_of_its_member_as_they_are_now(app: &App) {
    let owner = app.token(OWNER).await;
    let (admin, admin_token) = new_member(app, &owner, "admin@demo.test", "admin").await;
    let token = secret(app, &admin_token, &["websites:read", "websites:write"]).await;
    let websites = get(app, "/api/websites", &token).await;
    let site = websites.at("/items/0/id");
    let path = format!("/api/websites/{site}");
    let renamed = call(app, Method::PATCH, &path, &token, json!({"name": "By a program"})).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    let member = format!("/api/team/members/{admin}");
    let demoted = call(
        app,
        Method::PATCH,
        &member,
        &owner,
        json!({"role": "agent", "websiteIds": []}),
    )
    .await;
    assert_eq!(demoted.status, 200, "{}", demoted.text);
    call(app, Method::PATCH, &path, &token, json!({"name": "Again"}))
        .await
        .problem(403, "forbidden");
    assert_eq!(get(app, "/api/websites", &token).await.json["total"], 0);
    let agent = app.token(AGENT).await;
    make(app, &agent, &["websites:read"], json!({}))
        .await
        .problem(403, "forbidden");
    get(app, "/api/tokens", &agent).await.problem(403, "forbidden");
    let (_, second) = new_member(app, &owner, "second@demo.test", "admin").await;
    let strict = secret(app, &second, &["websites:read"]).await;
    app.execute("UPDATE accounts SET require_totp = 1").await;
    get(app, "/api/websites", &strict)
        .await
        .problem(403, "totp_enrolment_due");
}

async fn it_ends_by_time_by_revoking_and_with_its_member(app: &App) {
    let owner = app.token(OWNER).await;
    let path = "/api/websites";
    let first = make(app, &owner, &["websites:read"], json!({})).await;
    let (id, revoked) = (first.at("/token/id"), first.at("/secret"));
    assert_eq!(get(app, path, &revoked).await.status, 200);
    let used = get(app, "/api/tokens", &owner).await;
    assert!(used.json["items"][0]["lastUsedAt"].is_string(), "{}", used.text);
    let delete = format!("/api/tokens/{id}");
    assert_eq!(
        call(app, Method::DELETE, &delete, &owner, json!(null))
            .await
            .status,
        204
    );
    get(app, path, &revoked).await.problem(401, "unauthenticated");
    call(app, Method::DELETE, &delete, &owner, json!(null))
        .await
        .problem(404, "not_found");

    let (admin, admin_token) = new_member(app, &owner, "admin@demo.test", "admin").await;
    let gone = secret(app, &admin_token, &["websites:read"]).await;
    assert_eq!(get(app, path, &gone).await.status, 200);
    let removed = call(
        app,
        Method::DELETE,
        &format!("/api/team/members/{admin}"),
        &owner,
        json!(null),
    )
    .await;
    assert_eq!(removed.status, 204, "{}", removed.text);
    get(app, path, &gone).await.problem(401, "unauthenticated");
    assert_eq!(get(app, "/api/tokens", &owner).await.json["items"], json!([]));

    let soon = app.state.clock.now().plus_millis(30 * 60 * 1_000).to_string();
    let made = make(app, &owner, &["websites:read"], json!({"expiresAt": soon})).await;
    let over = made.at("/secret");
    assert_eq!(get(app, path, &over).await.status, 200);
    advance(app, HOUR).await;
    get(app, path, &over).await.problem(401, "unauthenticated");
    let fresh = app.token(OWNER).await;
    assert_eq!(
        get(app, "/api/tokens", &fresh).await.at("/items/0/id"),
        made.at("/token/id"),
        "still listed"
    );
}

async fn what_is_no_token_is_refused(app: &App) {
    let owner = app.token(OWNER).await;
    let good = secret(app, &owner, &["websites:read"]).await;
    let other_letter = if good.ends_with('A') { 'B' } else { 'A' };
    let changed = format!("{}{other_letter}", &good[..good.len() - 1]);
    for bad in [
        "sb_",
        "sb_nonsense",
        changed.as_str(),
        good.trim_start_matches("sb_"),
    ] {
        get(app, "/api/websites", bad)
            .await
            .problem(401, "unauthenticated");
    }
    // Neither for visitors nor in an address.
    app.get("/api/visitor/messages")
        .bearer(&good)
        .send()
        .await
        .problem(401, "unauthenticated");
    app.get(&format!("/api/websites?access_token={good}"))
        .send()
        .await
        .problem(401, "unauthenticated");
}

async fn it_calls_only_so_often(app: &App) {
    let owner = app.token(OWNER).await;
    let token = secret(app, &owner, &["websites:read"]).await;
    let other = secret(app, &owner, &["websites:read"]).await;
    assert_eq!(get(app, "/api/websites", &token).await.status, 200);
    app.execute("UPDATE tries SET hits = 600").await;
    let refused = get(app, "/api/websites", &token).await;
    refused.problem(429, "rate_limited");
    assert_eq!(
        get(app, "/api/websites", &other).await.status,
        200,
        "each by itself"
    );
    advance(app, 61_000).await;
    assert_eq!(get(app, "/api/websites", &token).await.status, 200);
}

async fn what_it_changes_names_it_in_the_audit_log(app: &App) {
    let owner = app.token(OWNER).await;
    let token = secret(app, &owner, &["conversations:write"]).await;
    let label = json!({"id": new_id(), "name": "By a program", "colour": "red"});
    let made = call(app, Method::POST, "/api/live-chat/labels", &token, label).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let entry = &get(app, "/api/audit?kind=label.created", &owner).await.json["items"][0];
    assert_eq!(entry["device"], "API token Reporting");
    assert!(entry["memberName"].is_string());
}
