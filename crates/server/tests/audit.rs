//! The audit log: every change that an owner may want to know of leaves an entry in its own transaction, with who, what, when and from
//! where; owners alone read it, page by page and as a file; nothing that was said stands in it; it is kept for a time.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;

use std::time::Duration;

use accounts::{OTHER_PASSWORD, call, get, invite, mailed_token, new_member};
use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use switchboard_server::seed::DEMO_PASSWORD;
use switchboard_server::upkeep;

common::on_both_databases! {
    each_change_leaves_one_entry,
    changes_of_websites_say_what,
    sign_in_security_is_noted,
    people_are_noted_by_id_and_nothing_that_was_said_stands_there,
    what_fails_or_changes_nothing_leaves_none,
    owners_read_it_narrowed_and_page_by_page,
    it_is_a_file_that_is_no_formula,
    it_is_kept_for_its_time,
}

async fn entries(app: &App, token: &str, query: &str) -> Vec<Value> {
    let page = get(app, &format!("/api/audit?{query}"), token).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.json["items"].as_array().expect("items").clone()
}

/// The newest entry.
async fn newest(app: &App, token: &str) -> Value {
    entries(app, token, "limit=1").await.remove(0)
}

#[track_caller]
fn done(answer: &Answer) -> &Answer {
    assert!(
        (200..300).contains(&answer.status),
        "{}: {}",
        answer.status,
        answer.text
    );
    answer
}

async fn each_change_leaves_one_entry(app: &App) {
    let owner = app.token(OWNER).await;
    let website = get(app, "/api/websites", &owner).await.at("/items/0/id");
    let before = entries(app, &owner, "limit=200").await.len();
    let send = |method: Method, path: String, body: Value| {
        let owner = owner.clone();
        async move { call(app, method, &path, &owner, body).await }
    };

    done(&invite(app, &owner, "new@demo.test", "agent", &[&website]).await);
    let token = mailed_token(app, "new@demo.test", "/accept-invitation").await;
    let body = json!({"name": "Nia New", "password": OTHER_PASSWORD});
    let path = format!("/api/team/invitations/{token}/accept");
    done(&app.post(&path).json(&body).send().await);
    let members = get(app, "/api/team/members", &owner).await;
    let member = members.json["items"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["email"] == "new@demo.test"))
        .and_then(|one| one["id"].as_str())
        .expect("joined")
        .to_owned();
    let path = format!("/api/team/members/{member}");
    done(
        &send(
            Method::PATCH,
            path.clone(),
            json!({"role": "admin", "loadCap": 3}),
        )
        .await,
    );
    done(&send(Method::DELETE, path, json!(null)).await);
    let invited = done(&invite(app, &owner, "late@demo.test", "agent", &[]).await).at("/id");
    done(
        &send(
            Method::DELETE,
            format!("/api/team/members/{invited}"),
            json!(null),
        )
        .await,
    );

    let id = new_id();
    let label = json!({"id": id, "name": "Refund", "colour": "red"});
    done(&send(Method::POST, "/api/live-chat/labels".to_owned(), label).await);
    let path = format!("/api/live-chat/labels/{id}");
    done(&send(Method::PATCH, path.clone(), json!({"name": "Money back"})).await);
    done(&send(Method::DELETE, path, json!(null)).await);

    let id = new_id();
    let reply =
        json!({"id": id, "shortcut": "hi", "title": "Hi", "content": "Hello there", "scope": "shared"});
    done(&send(Method::POST, "/api/live-chat/canned-replies".to_owned(), reply).await);
    let path = format!("/api/live-chat/canned-replies/{id}");
    done(&send(Method::PATCH, path.clone(), json!({"content": "Good day"})).await);
    done(&send(Method::DELETE, path, json!(null)).await);

    let id = new_id();
    let view = json!({"id": id, "name": "Mine", "isShared": true});
    done(&send(Method::POST, "/api/live-chat/views".to_owned(), view).await);
    let path = format!("/api/live-chat/views/{id}");
    done(&send(Method::PATCH, path.clone(), json!({"name": "Ours"})).await);
    done(&send(Method::DELETE, path, json!(null)).await);

    let noted = entries(app, &owner, "limit=200").await;
    let kinds: Vec<&str> = noted[..noted.len() - before]
        .iter()
        .rev()
        .filter_map(|entry| entry["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "member.invited",
            "member.joined",
            "member.changed",
            "member.removed",
            "member.invited",
            "invitation.withdrawn",
            "label.created",
            "label.changed",
            "label.deleted",
            "canned_reply.created",
            "canned_reply.changed",
            "canned_reply.deleted",
            "view.created",
            "view.changed",
            "view.deleted",
        ]
    );
    let of = |kind: &str| noted.iter().find(|entry| entry["kind"] == kind).expect("noted");
    let joined = of("member.joined");
    assert_eq!(
        (&joined["memberName"], &joined["memberId"]),
        (&json!("Nia New"), &json!(member))
    );
    let changed = of("member.changed");
    assert_eq!(changed["subject"], json!({"id": member, "name": "Nia New"}));
    assert_eq!(
        changed["changes"],
        json!([
            {"field": "role", "before": "agent", "after": "admin"},
            {"field": "load_cap", "before": "-", "after": "3"},
        ])
    );
    assert_eq!(changed["place"], "127.0.0.1");
    assert!(changed["device"].is_string(), "{changed}");
    let mine = get(app, "/api/auth/me", &owner).await;
    assert_eq!(changed["memberId"], mine.json["id"]);
    assert_eq!(of("label.changed")["changes"][0]["before"], "Refund");
    assert_eq!(
        of("canned_reply.changed")["changes"],
        json!([{"field": "content"}]),
        "not what it says"
    );
}

async fn changes_of_websites_say_what(app: &App) {
    let owner = app.token(OWNER).await;
    let id = new_id();
    let body = json!({"id": id, "name": "Shop", "domain": "shop.example", "timezone": "Europe/Lisbon"});
    done(&call(app, Method::POST, "/api/websites", &owner, body).await);
    assert_eq!(newest(app, &owner).await["kind"], "website.created");
    let path = format!("/api/websites/{id}");
    let body = json!({"name": "Big shop", "autoCloseAfter": 600});
    done(&call(app, Method::PATCH, &path, &owner, body).await);
    let entry = newest(app, &owner).await;
    assert_eq!(
        (&entry["kind"], &entry["websiteId"]),
        (&json!("website.changed"), &json!(id))
    );
    assert_eq!(
        entry["changes"],
        json!([{"field": "name", "before": "Shop", "after": "Big shop"}, {"field": "auto_close_after"}])
    );
    done(
        &call(
            app,
            Method::POST,
            &format!("{path}/identity"),
            &owner,
            json!(null),
        )
        .await,
    );
    assert_eq!(newest(app, &owner).await["kind"], "website.identity_renewed");

    let funnels = format!("{path}/funnels");
    let funnel = json!({"id": new_id(), "name": "Sales"});
    let made = call(app, Method::POST, &funnels, &owner, funnel).await;
    assert_eq!(
        newest(app, &owner).await["kind"],
        "funnel.created",
        "{}",
        made.text
    );
    let funnel = format!("{funnels}/{}", made.at("/id"));
    done(
        &call(
            app,
            Method::PATCH,
            &funnel,
            &owner,
            json!({"greeting": "Welcome"}),
        )
        .await,
    );
    let entry = newest(app, &owner).await;
    assert_eq!(entry["changes"], json!([{"field": "greeting"}]), "{entry}");
    done(&call(app, Method::DELETE, &funnel, &owner, json!(null)).await);
    assert_eq!(newest(app, &owner).await["kind"], "funnel.deleted");

    let widget = format!("{path}/widget");
    let mut draft = get(app, &widget, &owner).await.json["draft"].clone();
    draft["title"] = json!("Ask us");
    let saved = call(app, Method::PUT, &widget, &owner, draft).await;
    done(&saved);
    assert_eq!(
        newest(app, &owner).await["kind"],
        "funnel.deleted",
        "a draft reaches nobody"
    );
    done(
        &call(
            app,
            Method::POST,
            &format!("{widget}/publish"),
            &owner,
            json!(null),
        )
        .await,
    );
    assert_eq!(newest(app, &owner).await["kind"], "widget.published");

    done(&call(app, Method::DELETE, &path, &owner, json!(null)).await);
    assert_eq!(newest(app, &owner).await["kind"], "website.deleted");
    done(&call(app, Method::POST, &format!("{path}/restore"), &owner, json!(null)).await);
    assert_eq!(newest(app, &owner).await["kind"], "website.restored");
}

async fn sign_in_security_is_noted(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let other = app.sign_in(AGENT).await.at("/accessToken");
    let other = get(app, "/api/auth/me", &other).await.at("/sessionId");
    done(
        &call(
            app,
            Method::DELETE,
            &format!("/api/auth/sessions/{other}"),
            &agent,
            json!(null),
        )
        .await,
    );
    let entry = newest(app, &owner).await;
    assert_eq!(
        (&entry["kind"], &entry["subject"]["id"]),
        (&json!("session.ended"), &json!(other))
    );

    let body = json!({"currentPassword": DEMO_PASSWORD, "newPassword": OTHER_PASSWORD});
    done(&call(app, Method::PUT, "/api/auth/password", &agent, body).await);
    let entry = newest(app, &owner).await;
    assert_eq!(entry["kind"], "password.changed");
    assert!(!entry.to_string().contains(OTHER_PASSWORD));

    done(&accounts::post(app, "/api/auth/forgot-password", json!({"email": AGENT})).await);
    let token = mailed_token(app, AGENT, "/reset-password").await;
    let body = json!({"token": token, "password": "a third good password"});
    done(&accounts::post(app, "/api/auth/reset-password", body).await);
    let entry = newest(app, &owner).await;
    assert_eq!(entry["kind"], "password.reset");
    assert_eq!(entry["place"], "127.0.0.1");

    let path = "/api/team/security";
    done(&call(app, Method::PATCH, path, &owner, json!({"requireTotp": false})).await);
    assert_eq!(newest(app, &owner).await["kind"], "password.reset", "as it was");
    done(
        &call(
            app,
            Method::POST,
            "/api/auth/email-change",
            &owner,
            json!({
                "email": "boss@demo.test", "currentPassword": DEMO_PASSWORD,
            }),
        )
        .await,
    );
    let token = mailed_token(app, "boss@demo.test", "/verify-email").await;
    done(&accounts::post(app, "/api/auth/verify-email", json!({"token": token})).await);
    let entry = newest(app, &owner).await;
    assert_eq!(entry["kind"], "email.changed");
    assert!(!entry.to_string().contains("boss@demo.test"), "{entry}");

    done(&call(app, Method::PATCH, path, &owner, json!({"requireTotp": true})).await);
    let told = app
        .number("SELECT COUNT(*) FROM audit WHERE kind = 'team.security_changed'")
        .await;
    assert_eq!(told, 1);
}

async fn people_are_noted_by_id_and_nothing_that_was_said_stands_there(app: &App) {
    let owner = app.token(OWNER).await;
    let visit = app.visit().await;
    let (visitor, token) = (visit.at("/user/id"), visit.at("/visitorToken"));
    let said = app.say(&token, "My card number is 4111").await;
    let conversation = said.at("/conversation/id");
    let path = format!("/api/visitors/{visitor}");
    let name = json!({"name": "Secretive Sam", "email": "sam@home.example"});
    done(&call(app, Method::PATCH, &path, &owner, name).await);
    let body = json!({"blocked": true, "reason": "rude to Mira"});
    done(&call(app, Method::POST, &format!("{path}/block"), &owner, body).await);
    let body = json!({"blocked": true, "reason": "very rude"});
    done(&call(app, Method::POST, &format!("{path}/block"), &owner, body).await);
    done(
        &call(
            app,
            Method::POST,
            &format!("{path}/block"),
            &owner,
            json!({"blocked": false}),
        )
        .await,
    );
    done(&get(app, &format!("{path}/export"), &owner).await);
    let path_of_it = format!("/api/live-chat/conversations/{conversation}");
    for _ in 0..2 {
        done(&call(app, Method::DELETE, &path_of_it, &owner, json!(null)).await);
        done(&call(app, Method::DELETE, &path, &owner, json!(null)).await);
    }
    let noted = entries(app, &owner, "limit=5").await;
    let kinds: Vec<&str> = noted.iter().filter_map(|entry| entry["kind"].as_str()).collect();
    assert_eq!(
        kinds,
        [
            "visitor.erased",
            "conversation.deleted",
            "visitor.exported",
            "visitor.unblocked",
            "visitor.blocked",
        ]
    );
    assert_eq!(noted[0]["subject"], json!({"id": visitor}));
    assert_eq!(noted[1]["subject"], json!({"id": conversation}));
    let everything = get(app, "/api/audit/export.csv", &owner).await.text;
    for secret in ["4111", "Secretive", "sam@home", "rude"] {
        assert!(!everything.contains(secret), "{secret} stands in {everything}");
    }
}

async fn what_fails_or_changes_nothing_leaves_none(app: &App) {
    let owner = app.token(OWNER).await;
    let me = get(app, "/api/auth/me", &owner).await.at("/id");
    let before = app.number("SELECT COUNT(*) FROM audit").await;
    // The only owner stays: refused after the entry was written, in the same transaction.
    call(
        app,
        Method::DELETE,
        &format!("/api/team/members/{me}"),
        &owner,
        json!(null),
    )
    .await
    .problem(409, "last_owner");
    let path = format!("/api/team/members/{me}");
    call(app, Method::PATCH, &path, &owner, json!({"role": "agent"}))
        .await
        .problem(409, "last_owner");
    done(&call(app, Method::PATCH, &path, &owner, json!({"role": "owner"})).await);
    let body =
        json!({"id": new_id(), "shortcut": "me", "title": "Mine", "content": "Mine", "scope": "personal"});
    done(&call(app, Method::POST, "/api/live-chat/canned-replies", &owner, body).await);
    let body = json!({"id": new_id(), "name": "My own"});
    done(&call(app, Method::POST, "/api/live-chat/views", &owner, body).await);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit").await, before);
}

async fn owners_read_it_narrowed_and_page_by_page(app: &App) {
    let owner = app.token(OWNER).await;
    let (admin, admin_token) = new_member(app, &owner, "admin@demo.test", "admin").await;
    for number in 0..5 {
        let label = json!({"id": new_id(), "name": format!("Label {number}"), "colour": "red"});
        let by = if number % 2 == 0 { &owner } else { &admin_token };
        done(&call(app, Method::POST, "/api/live-chat/labels", by, label).await);
    }
    let all = entries(app, &owner, "limit=200").await;
    let mut seen = Vec::new();
    let mut path = "/api/audit?limit=2".to_owned();
    loop {
        let page = get(app, &path, &owner).await;
        seen.extend(page.json["items"].as_array().expect("items").clone());
        if page.json["hasMore"] != true {
            assert!(page.json["nextCursor"].is_null());
            break;
        }
        path = format!("/api/audit?limit=2&cursor={}", page.at("/nextCursor"));
    }
    assert_eq!(seen, all, "each entry once, newest first");
    let by_admin = entries(app, &owner, &format!("memberId={admin}&kind=label.created")).await;
    assert_eq!(by_admin.len(), 2, "{by_admin:?}");
    let at = all[2]["at"].as_str().expect("an instant");
    let since = entries(app, &owner, &format!("from={at}&limit=200")).await;
    let until = entries(app, &owner, &format!("until={at}&limit=200")).await;
    assert!(since.len() >= 3 && since.len() + until.len() == all.len());
    assert!(
        entries(app, &owner, &format!("websiteId={}", new_id()))
            .await
            .is_empty()
    );
    for bad in ["kind=nonsense", "memberId=x", "from=today", "cursor=x", "limit=0"] {
        get(app, &format!("/api/audit?{bad}"), &owner)
            .await
            .problem(400, "bad_request");
    }
    get(app, "/api/audit", &admin_token)
        .await
        .problem(403, "forbidden");
    let stranger = app.second_account("other@demo.test").await;
    assert!(entries(app, &stranger.token, "").await.is_empty());
}

async fn it_is_a_file_that_is_no_formula(app: &App) {
    let owner = app.token(OWNER).await;
    let label = json!({"id": new_id(), "name": "=cmd|' /C calc'!A0", "colour": "red"});
    done(&call(app, Method::POST, "/api/live-chat/labels", &owner, label).await);
    let file = get(app, "/api/audit/export.csv?kind=label.created", &owner).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = file.text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 2, "{}", file.text);
    assert!(lines[0].starts_with("Time,Member,What,Website,"), "{}", lines[0]);
    assert!(
        lines[1].contains(",label.created,,'=cmd|' /C calc'!A0,"),
        "{}",
        lines[1]
    );
}

async fn it_is_kept_for_its_time(app: &App) {
    let owner = app.token(OWNER).await;
    let make = async |name: &str| {
        let label = json!({"id": new_id(), "name": name, "colour": "red"});
        done(&call(app, Method::POST, "/api/live-chat/labels", &owner, label).await);
    };
    make("Old").await;
    app.execute("UPDATE audit SET at = at - 8 * 24 * 3600 * 1000")
        .await;
    make("New").await;
    let mut logs = app.state.config.logs.clone();
    logs.audit_age = Duration::from_secs(9 * 24 * 60 * 60);
    let now = app.state.clock.now();
    upkeep::tidy(&app.state.db, now, &logs).await.expect("tidied up");
    assert_eq!(entries(app, &owner, "kind=label.created").await.len(), 2);
    logs.audit_age = Duration::from_secs(7 * 24 * 60 * 60);
    upkeep::tidy(&app.state.db, now, &logs).await.expect("tidied up");
    let left = entries(app, &owner, "kind=label.created").await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["subject"]["name"], "New");
}
