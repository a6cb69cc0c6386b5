//! Members and invitations: who may do what to whom.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod socket;

use accounts::{
    HOUR, OTHER_PASSWORD, PASSWORD, accept, advance, call, get, invite, letter, login, mailed_token, me,
    new_member, new_owner, post, register, signed_in,
};
use common::{AGENT, Answer, App, OWNER};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;

common::on_both_databases! {
    an_invitation_makes_a_member,
    invitations_work_once_and_for_a_week,
    inviting_again_replaces_the_link,
    an_address_has_one_account,
    nobody_gives_more_than_they_have,
    an_account_keeps_an_owner,
    rights_follow_role_and_websites,
    removing_ends_everything_but_the_name,
    an_old_version_is_a_conflict,
    a_load_cap_is_an_admins_to_set_and_is_kept_by_who_joins,
    bad_input_is_said_by_its_field,
}

const ADMIN: &str = "admin@demo.test";
const NEW: &str = "jonas@demo.test";

async fn members(app: &App, token: &str) -> Vec<Value> {
    let answer = get(app, "/api/team/members", token).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["items"].as_array().expect("a list").clone()
}

async fn id_of(app: &App, token: &str, email: &str) -> String {
    let all = members(app, token).await;
    let member = all
        .iter()
        .find(|member| member["email"] == email)
        .expect("a member");
    member["id"].as_str().expect("an id").to_owned()
}

async fn change(app: &App, token: &str, id: &str, body: Value) -> Answer {
    call(
        app,
        Method::PATCH,
        &format!("/api/team/members/{id}"),
        token,
        body,
    )
    .await
}

async fn remove(app: &App, token: &str, id: &str) -> Answer {
    call(
        app,
        Method::DELETE,
        &format!("/api/team/members/{id}"),
        token,
        json!({}),
    )
    .await
}

async fn website(app: &App, token: &str) -> String {
    get(app, "/api/websites", token).await.at("/items/0/id")
}

async fn an_invitation_makes_a_member(app: &App) {
    let owner = app.token(OWNER).await;
    let site = website(app, &owner).await;
    let agent = app.token(AGENT).await;
    let (mut colleague, _) = Socket::operator(app, &agent).await;
    let invited = invite(app, &owner, " Jonas@Demo.test ", "agent", &[&site]).await;
    assert_eq!(invited.status, 201, "{}", invited.text);
    assert_eq!(
        (&invited.json["status"], &invited.json["email"]),
        (&json!("invited"), &json!(NEW))
    );
    assert_eq!(invited.json["websiteIds"], json!([site]));
    assert_eq!(
        colleague.event("member.created").await["body"]["id"],
        invited.json["id"]
    );

    let mail = letter(app, NEW).await;
    assert!(
        mail["text"]
            .as_str()
            .is_some_and(|text| text.contains("Olga Owner") && text.contains("Demo company"))
    );
    let token = mailed_token(app, NEW, "/accept-invitation").await;
    let shown = app.get(&format!("/api/team/invitations/{token}")).send().await;
    assert_eq!(
        shown.json,
        json!({"accountName": "Demo company", "email": NEW, "invitedBy": "Olga Owner", "role": "agent"})
    );
    assert_eq!(accept(app, &token).await.status, 204);
    assert_eq!(
        colleague.event("member.updated").await["body"]["status"],
        "active"
    );
    let joined = login(app, NEW, PASSWORD).await;
    assert_eq!(
        joined.json["user"]["id"], invited.json["id"],
        "invited and member are one"
    );
    assert_eq!(website(app, &joined.at("/accessToken")).await, site);
    let names: Vec<Value> = members(app, &agent)
        .await
        .iter()
        .map(|member| member["name"].clone())
        .collect();
    assert_eq!(names, ["Adam Agent", "Jonas Weiss", "Olga Owner"]);
}

async fn invitations_work_once_and_for_a_week(app: &App) {
    let owner = app.token(OWNER).await;
    invite(app, &owner, NEW, "agent", &[]).await;
    let token = mailed_token(app, NEW, "/accept-invitation").await;
    assert_eq!(accept(app, &token).await.status, 204);
    accept(app, &token).await.problem(410, "gone");
    app.get(&format!("/api/team/invitations/{token}"))
        .send()
        .await
        .problem(410, "gone");

    let late = "late@demo.test";
    invite(app, &owner, late, "agent", &[]).await;
    let token = mailed_token(app, late, "/accept-invitation").await;
    advance(app, 7 * 24 * HOUR).await;
    accept(app, &token).await.problem(410, "gone");
    for forged in ["x", "%00", "..%2F..%2Fauth"] {
        let answer = app.get(&format!("/api/team/invitations/{forged}")).send().await;
        answer.problem(410, "gone");
    }
}

async fn inviting_again_replaces_the_link(app: &App) {
    let owner = app.token(OWNER).await;
    let first = invite(app, &owner, NEW, "agent", &[]).await;
    let old = mailed_token(app, NEW, "/accept-invitation").await;
    let second = invite(app, &owner, NEW, "admin", &[]).await;
    assert_eq!((second.status, &second.json["id"]), (200, &first.json["id"]));
    assert_eq!(second.json["role"], "admin");
    accept(app, &old).await.problem(410, "gone");
    let new = mailed_token(app, NEW, "/accept-invitation").await;

    // Someone who is invited can be changed and taken out like a member.
    let id = first.at("/id");
    assert_eq!(
        change(app, &owner, &id, json!({"role": "agent"})).await.json["role"],
        "agent"
    );
    assert_eq!(remove(app, &owner, &id).await.status, 204);
    accept(app, &new).await.problem(410, "gone");
    remove(app, &owner, &id).await.problem(404, "not_found");
}

async fn an_address_has_one_account(app: &App) {
    let owner = app.token(OWNER).await;
    let known = invite(app, &owner, AGENT, "agent", &[]).await;
    assert!(known.problem(422, "validation_failed")["fields"]["email"][0].is_string());
    // Another account's member can be invited like anybody: that the address is known is told to its holder only.
    let elsewhere = "rosa@harbour.example";
    new_owner(app, elsewhere).await;
    assert_eq!(invite(app, &owner, elsewhere, "agent", &[]).await.status, 201);
    let token = mailed_token(app, elsewhere, "/accept-invitation").await;
    accept(app, &token).await.problem(409, "address_in_use");
    // Whoever registers and is invited is what they accept first.
    register(app, NEW).await;
    let verify = mailed_token(app, NEW, "/verify-email").await;
    invite(app, &owner, NEW, "agent", &[]).await;
    let token = mailed_token(app, NEW, "/accept-invitation").await;
    assert_eq!(accept(app, &token).await.status, 204);
    post(app, "/api/auth/verify-email", json!({"token": verify}))
        .await
        .problem(410, "gone");
    assert_eq!(login(app, NEW, PASSWORD).await.json["user"]["role"], "agent");
}

async fn nobody_gives_more_than_they_have(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let (admin_id, admin) = new_member(app, &owner, ADMIN, "admin").await;
    let owner_id = id_of(app, &owner, OWNER).await;
    let agent_id = id_of(app, &owner, AGENT).await;

    invite(app, &agent, NEW, "agent", &[])
        .await
        .problem(403, "forbidden");
    invite(app, &admin, NEW, "owner", &[])
        .await
        .problem(403, "forbidden");
    change(app, &agent, &agent_id, json!({"role": "owner"}))
        .await
        .problem(403, "forbidden");
    change(app, &admin, &agent_id, json!({"role": "owner"}))
        .await
        .problem(403, "forbidden");
    change(app, &admin, &admin_id, json!({"role": "owner"}))
        .await
        .problem(403, "forbidden");
    change(app, &admin, &owner_id, json!({"role": "agent"}))
        .await
        .problem(403, "forbidden");
    remove(app, &admin, &owner_id).await.problem(403, "forbidden");
    remove(app, &agent, &admin_id).await.problem(403, "forbidden");
    // An invitation of an owner is an owner's matter.
    let invited = invite(app, &owner, NEW, "owner", &[]).await;
    invite(app, &admin, NEW, "agent", &[])
        .await
        .problem(403, "forbidden");
    remove(app, &admin, &invited.at("/id"))
        .await
        .problem(403, "forbidden");

    assert_eq!(
        change(app, &admin, &agent_id, json!({"role": "admin"}))
            .await
            .status,
        200
    );
    assert_eq!(
        change(app, &owner, &agent_id, json!({"role": "owner"}))
            .await
            .status,
        200
    );
    assert_eq!(me(app, &agent).await.json["role"], "owner");
}

async fn an_account_keeps_an_owner(app: &App) {
    let owner = app.token(OWNER).await;
    let id = id_of(app, &owner, OWNER).await;
    change(app, &owner, &id, json!({"role": "admin"}))
        .await
        .problem(409, "last_owner");
    remove(app, &owner, &id).await.problem(409, "last_owner");
    assert_eq!(me(app, &owner).await.json["role"], "owner", "nothing has changed");

    // Two owners who leave at the same moment: one stays.
    let (other_id, other) = new_member(app, &owner, NEW, "owner").await;
    let (one, two) = tokio::join!(
        change(app, &owner, &id, json!({"role": "agent"})),
        change(app, &other, &other_id, json!({"role": "agent"})),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.text, two.text);
}

async fn rights_follow_role_and_websites(app: &App) {
    let owner = app.token(OWNER).await;
    let site = website(app, &owner).await;
    let (id, token) = new_member(app, &owner, NEW, "agent").await;
    let total = async || get(app, "/api/websites", &token).await.json["total"].clone();
    assert_eq!(total().await, 0);
    let changed = change(app, &owner, &id, json!({"websiteIds": [site]})).await;
    assert_eq!(changed.json["websiteIds"], json!([site]));
    assert_eq!(total().await, 1);
    change(app, &owner, &id, json!({"websiteIds": []})).await;
    assert_eq!(total().await, 0);
    change(app, &owner, &id, json!({"role": "admin"})).await;
    assert_eq!(total().await, 1, "admins see every website");
    let (mut socket, _) = Socket::operator(app, &token).await;
    change(app, &owner, &id, json!({"role": "agent"})).await;
    socket.event("member.updated").await;
    loop {
        if socket.frame().await["t"] == "resync" {
            break;
        }
    }
    assert_eq!(total().await, 0);
}

async fn removing_ends_everything_but_the_name(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let (admin_id, admin) = new_member(app, &owner, ADMIN, "admin").await;
    invite(app, &admin, NEW, "agent", &[]).await;
    let invitation = mailed_token(app, NEW, "/accept-invitation").await;
    let visitor = app.chatting_visitor("Hello?").await;
    let sent = app
        .reply(&admin, &visitor.conversation, "Hello!", json!({}))
        .await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    app.execute(&format!(
        "UPDATE conversations SET assignee_id = '{admin_id}' WHERE id = '{}'",
        visitor.conversation
    ))
    .await;
    let (mut watching, _) = Socket::operator(app, &agent).await;
    let (mut ending, _) = Socket::operator(app, &admin).await;

    assert_eq!(remove(app, &owner, &admin_id).await.status, 204);
    ending.ends_with(4401).await;
    me(app, &admin).await.problem(401, "unauthenticated");
    login(app, ADMIN, PASSWORD)
        .await
        .problem(401, "invalid_credentials");
    let freed = watching.event("conversation.updated").await;
    assert_eq!(freed["body"].get("assigneeId"), None, "{freed}");
    assert_eq!(
        watching.event("member.deleted").await["body"],
        json!({"id": admin_id})
    );
    accept(app, &invitation).await.problem(410, "gone");
    let emails: Vec<Value> = members(app, &owner)
        .await
        .iter()
        .map(|member| member["email"].clone())
        .collect();
    assert_eq!(emails, [AGENT, OWNER]);
    let path = format!("/api/live-chat/conversations/{}/messages", visitor.conversation);
    let thread = get(app, &path, &agent).await;
    assert!(
        thread.text.contains("Jonas Weiss"),
        "the author's name stays: {}",
        thread.text
    );

    // The address is free for an account of its own.
    new_owner(app, ADMIN).await;
    assert_eq!(me(app, &signed_in(app, ADMIN).await).await.json["role"], "owner");
}

async fn an_old_version_is_a_conflict(app: &App) {
    let owner = app.token(OWNER).await;
    let id = id_of(app, &owner, AGENT).await;
    let version = get(app, "/api/team/members", &owner).await.json["items"][0]["version"].clone();
    let update = |role: &'static str| {
        app.call(Method::PATCH, &format!("/api/team/members/{id}"))
            .bearer(&owner)
            .header("if-match", &format!("\"{version}\""))
            .json(&json!({"role": role}))
            .send()
    };
    let changed = update("admin").await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(
        update("agent").await.problem(409, "conflict")["current"]["role"],
        "admin"
    );
}

async fn a_load_cap_is_an_admins_to_set_and_is_kept_by_who_joins(app: &App) {
    let (owner, agent) = (app.token(OWNER).await, app.token(AGENT).await);
    let id = id_of(app, &owner, AGENT).await;
    let cap = json!({"loadCap": 5});
    change(app, &agent, &id, cap.clone())
        .await
        .problem(403, "forbidden");
    let foreign = app.second_account("other@demo.test").await;
    change(app, &foreign.token, &id, cap.clone())
        .await
        .problem(404, "not_found");
    let changed = change(app, &owner, &id, cap.clone()).await;
    assert_eq!(changed.json["loadCap"], 5, "{}", changed.text);
    let version = changed.json["version"].clone();
    assert_eq!(
        change(app, &owner, &id, cap.clone()).await.json["version"],
        version,
        "nothing to change"
    );
    let invited = invite(app, &owner, NEW, "agent", &[]).await.at("/id");
    change(app, &owner, &invited, cap).await;
    let token = mailed_token(app, NEW, "/accept-invitation").await;
    assert_eq!(accept(app, &token).await.status, 204);
    let all = members(app, &agent).await;
    let caps: Vec<Value> = all
        .iter()
        .filter(|member| member["email"] != OWNER)
        .map(|member| member["loadCap"].clone())
        .collect();
    assert_eq!(caps, [json!(5), json!(5)], "told to all of the team");
}

async fn bad_input_is_said_by_its_field(app: &App) {
    let owner = app.token(OWNER).await;
    let foreign = app.second_account("other@demo.test").await;
    let id = id_of(app, &owner, AGENT).await;
    let invitations = "/api/team/invitations";
    for (field, body) in [
        ("email", json!({"email": "nonsense", "role": "agent"})),
        ("role", json!({"email": NEW, "role": "emperor"})),
        (
            "websiteIds",
            json!({"email": NEW, "role": "agent", "websiteIds": [foreign.website]}),
        ),
    ] {
        let answer = call(app, Method::POST, invitations, &owner, body).await;
        let fields = &answer.problem(422, "validation_failed")["fields"];
        assert!(fields[field][0].is_string(), "{field}: {fields}");
    }
    for (field, body) in [
        ("role", json!({"role": "emperor"})),
        ("websiteIds", json!({"websiteIds": [foreign.website]})),
        ("loadCap", json!({"loadCap": 0})),
        ("loadCap", json!({"loadCap": 1_001})),
    ] {
        let answer = change(app, &owner, &id, body).await;
        assert!(
            answer.problem(422, "validation_failed")["fields"][field][0].is_string(),
            "{field}"
        );
    }
    invite(app, &owner, NEW, "agent", &[]).await;
    let token = mailed_token(app, NEW, "/accept-invitation").await;
    let path = format!("/api/team/invitations/{token}/accept");
    for (field, body) in [
        ("name", json!({"name": "", "password": OTHER_PASSWORD})),
        (
            "password",
            json!({"name": "Jonas Weiss", "password": "jonas-weiss-1"}),
        ),
        (
            "password",
            json!({"name": "Jonas Weiss", "password": "password2024"}),
        ),
    ] {
        let answer = post(app, &path, body).await;
        assert!(
            answer.problem(422, "validation_failed")["fields"][field][0].is_string(),
            "{field}"
        );
    }
    assert_eq!(accept(app, &token).await.status, 204, "the link was not spent");
}
