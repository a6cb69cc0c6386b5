//! The member's own profile, address and sessions.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod socket;

use accounts::{
    HOUR, MINUTE, advance, call, get, letter, letters, login, mailed_token, me, new_owner, post, with_cookie,
};
use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;
use switchboard_server::seed::DEMO_PASSWORD;

common::on_both_databases! {
    a_profile_is_changed_in_parts,
    an_old_version_is_a_conflict,
    bad_profiles_are_said_by_field,
    what_a_member_is_told_of_is_kept_with_them,
    bad_notifications_are_said_by_field,
    sessions_are_listed_with_device_and_place,
    sessions_are_ended_one_by_one,
    a_revoked_session_ends_within_seconds,
    a_thief_of_a_refresh_token_is_noticed_on_every_device,
    signing_out_everywhere_ends_every_session,
    a_spent_cookie_speaks_for_nobody,
    a_new_address_counts_once_it_is_verified,
    a_known_address_is_told_in_its_own_inbox_only,
    changing_the_address_needs_the_password,
}

/// The smallest PNG that says it is one.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAAA";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

async fn patch(app: &App, token: &str, body: Value) -> Answer {
    call(app, Method::PATCH, "/api/auth/me", token, body).await
}

async fn a_profile_is_changed_in_parts(app: &App) {
    let token = app.token(AGENT).await;
    let owner = app.token(OWNER).await;
    let (mut colleague, _) = Socket::operator(app, &owner).await;
    let before = me(app, &token).await.json;
    let preferences = json!({"theme": "dark", "density": "compact", "motion": "reduced", "locale": "ar", "undoSend": "ten_seconds"});
    let changed = patch(
        app,
        &token,
        json!({"name": " Ada Agent ", "avatarUrl": PICTURE, "availability": "away", "preferences": preferences}),
    )
    .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.json["name"], "Ada Agent");
    assert_eq!(changed.json["preferences"], preferences);
    assert_eq!(
        changed.json["version"].as_u64(),
        before["version"].as_u64().map(|version| version + 1)
    );
    assert_eq!(me(app, &token).await.json, changed.json);

    let event = colleague.event("member.updated").await;
    assert_eq!(event["body"]["name"], "Ada Agent");
    assert_eq!(event["body"]["avatarUrl"], PICTURE);

    let away = patch(app, &token, json!({"avatarUrl": null})).await;
    assert_eq!(away.json.get("avatarUrl"), None, "{}", away.text);
    assert_eq!(away.json["name"], "Ada Agent", "absent fields stay");
    let nothing = patch(app, &token, json!({})).await;
    assert_eq!(nothing.json, away.json, "and nothing is nothing");
}

async fn an_old_version_is_a_conflict(app: &App) {
    let token = app.token(AGENT).await;
    let update = |version: &str, name: &str| {
        app.call(Method::PATCH, "/api/auth/me")
            .bearer(&token)
            .header("if-match", version)
            .json(&json!({"name": name}))
            .send()
    };
    let version = me(app, &token).await.json["version"].to_string();
    let quoted = format!("\"{version}\"");
    let (one, other) = tokio::join!(update(&quoted, "One"), update(&quoted, "Other"));
    let (won, lost) = if one.status == 200 {
        (one, other)
    } else {
        (other, one)
    };
    assert_eq!(won.status, 200, "{}", won.text);
    assert_eq!(lost.problem(409, "conflict")["current"], won.json);
    for bad in [version.as_str(), "\"x\"", "nonsense"] {
        update(bad, "Three").await.problem(400, "bad_request");
    }
    assert_eq!(update("*", "Three").await.status, 200);
}

async fn bad_profiles_are_said_by_field(app: &App) {
    let token = app.token(AGENT).await;
    let long = "x".repeat(101);
    let svg = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0i";
    for (field, body) in [
        ("name", json!({"name": " "})),
        ("name", json!({"name": long})),
        ("name", json!({"name": "a\r\nb"})),
        ("avatarUrl", json!({"avatarUrl": svg})),
        ("avatarUrl", json!({"avatarUrl": "javascript:alert(1)"})),
        (
            "avatarUrl",
            json!({"avatarUrl": format!("{PICTURE}{}", "AAAA".repeat(22_000))}),
        ),
        ("availability", json!({"availability": "asleep"})),
        ("preferences.theme", json!({"preferences": {"theme": "loud"}})),
        ("preferences.motion", json!({"preferences": {"motion": "wild"}})),
        (
            "preferences.undoSend",
            json!({"preferences": {"undoSend": "never"}}),
        ),
        ("preferences.locale", json!({"preferences": {"locale": "../en"}})),
    ] {
        let answer = patch(app, &token, body).await;
        let fields = &answer.problem(422, "validation_failed")["fields"];
        assert!(fields[field][0].is_string(), "{field}: {fields}");
    }
    let huge = json!({"avatarUrl": format!("{PICTURE}{}", "AAAA".repeat(70_000))});
    patch(app, &token, huge).await.problem(413, "body_too_large");
    assert_eq!(me(app, &token).await.json["name"], "Adam Agent");
}

async fn what_a_member_is_told_of_is_kept_with_them(app: &App) {
    let token = app.token(AGENT).await;
    let usual = me(app, &token).await.json["notifications"].clone();
    assert_eq!(
        (&usual["messages"], &usual["sound"], &usual["awayAfterMinutes"]),
        (&json!("unassigned"), &json!("chime"), &json!(10))
    );
    let wanted = json!({
        "newConversations": false, "messages": "mine", "assigned": true, "mentions": false, "waitingMinutes": null, "sound": "bell", "repeat": true,
        "whileAway": false, "hideText": true, "quietHours": {"from": "22:00", "until": "07:00"},
        "mutedWebsites": [new_id()], "awayAfterMinutes": 30, "websiteTrouble": false,
    });
    let changed = patch(app, &token, json!({"notifications": wanted})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.json["notifications"], wanted);
    // On another device too, and what else is changed leaves it alone.
    let elsewhere = app.sign_in(AGENT).await;
    assert_eq!(elsewhere.json["user"]["notifications"], wanted);
    let renamed = patch(
        app,
        &token,
        json!({"name": "Ada", "preferences": {"theme": "dark"}}),
    )
    .await;
    assert_eq!(renamed.json["notifications"], wanted);
    let owner = app.token(OWNER).await;
    assert_eq!(
        me(app, &owner).await.json["notifications"],
        usual,
        "a colleague's are their own"
    );
}

async fn bad_notifications_are_said_by_field(app: &App) {
    let token = app.token(AGENT).await;
    let before = me(app, &token).await.json;
    let many: Vec<String> = (0..201).map(|_| new_id()).collect();
    for (field, bad) in [
        ("messages", json!({"messages": "some"})),
        ("sound", json!({"sound": "gong"})),
        ("waitingMinutes", json!({"waitingMinutes": 0})),
        ("waitingMinutes", json!({"waitingMinutes": 241})),
        (
            "quietHours",
            json!({"quietHours": {"from": "22:00", "until": "22:00"}}),
        ),
        (
            "quietHours",
            json!({"quietHours": {"from": "late", "until": "07:00"}}),
        ),
        ("mutedWebsites", json!({"mutedWebsites": many})),
        ("awayAfterMinutes", json!({"awayAfterMinutes": 0})),
    ] {
        let answer = patch(app, &token, json!({"notifications": bad})).await;
        let problem = answer.problem(422, "validation_failed");
        let field = format!("notifications.{field}");
        assert!(problem["fields"][&field].is_array(), "{field}: {problem}");
    }
    assert_eq!(me(app, &token).await.json, before);
}

async fn sessions(app: &App, token: &str) -> Vec<Value> {
    let answer = get(app, "/api/auth/sessions", token).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["items"].as_array().expect("a list").clone()
}

async fn sessions_are_listed_with_device_and_place(app: &App) {
    let old = app.token(AGENT).await;
    advance(app, HOUR).await;
    let signed_in = app
        .post("/api/auth/login")
        .header("user-agent", FIREFOX)
        .header("x-forwarded-for", "203.0.113.9, 198.51.100.7")
        .header("cf-ipcountry", "NO")
        .json(&json!({"email": AGENT, "password": DEMO_PASSWORD}))
        .send()
        .await;
    let token = signed_in.at("/accessToken");
    let listed = sessions(app, &token).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["device"], "Firefox 145, Linux");
    assert_eq!(listed[0]["place"], "NO");
    assert_eq!(listed[0]["current"], true);
    assert_eq!(listed[0]["id"], me(app, &token).await.json["sessionId"]);
    assert_eq!(
        (&listed[1]["device"], &listed[1]["current"]),
        (&json!("Unknown"), &json!(false))
    );
    assert_eq!(listed[1]["place"], "127.0.0.1");

    // The other one is used again, later: it comes first.
    let renewed = app.sign_in(AGENT).await;
    advance(app, 2 * MINUTE).await;
    assert_eq!(me(app, &renewed.at("/accessToken")).await.status, 200);
    let listed = sessions(app, &renewed.at("/accessToken")).await;
    assert_eq!((listed.len(), &listed[0]["current"]), (3, &json!(true)));
    assert!(
        listed[0]["lastUsedAt"].as_str() > listed[0]["createdAt"].as_str(),
        "{}",
        listed[0]
    );
    assert!(old.len() > 22);
}

async fn sessions_are_ended_one_by_one(app: &App) {
    let here = app.token(AGENT).await;
    let there = app.sign_in(AGENT).await;
    let owner = app.token(OWNER).await;
    let other = me(app, &there.at("/accessToken")).await.at("/sessionId");
    let end = async |token: &str, id: &str| {
        let path = format!("/api/auth/sessions/{id}");
        call(app, Method::DELETE, &path, token, json!({})).await
    };
    let path = format!("/api/auth/sessions/{other}");
    for (token, path) in [(&owner, path.as_str()), (&here, "/api/auth/sessions/nonsense")] {
        call(app, Method::DELETE, path, token, json!({}))
            .await
            .problem(404, "not_found");
    }
    end(&here, &new_id()).await.problem(404, "not_found");
    assert_eq!(
        me(app, &there.at("/accessToken")).await.status,
        200,
        "nothing was ended"
    );

    assert_eq!(end(&here, &other).await.status, 204);
    me(app, &there.at("/accessToken"))
        .await
        .problem(401, "unauthenticated");
    with_cookie(app, "/api/auth/refresh", &there.cookie(), None)
        .await
        .problem(401, "session_revoked");
    end(&here, &other).await.problem(404, "not_found");
    assert_eq!(sessions(app, &here).await.len(), 1);
}

async fn a_revoked_session_ends_within_seconds(app: &App) {
    let here = app.token(AGENT).await;
    let there = app.token(AGENT).await;
    let owner = app.token(OWNER).await;
    let id = me(app, &there).await.at("/sessionId");
    let (mut watching, _) = Socket::operator(app, &here).await;
    let (mut colleague, _) = Socket::operator(app, &owner).await;
    let (mut ending, _) = Socket::operator(app, &there).await;
    let began = std::time::Instant::now();
    call(
        app,
        Method::DELETE,
        &format!("/api/auth/sessions/{id}"),
        &here,
        json!({}),
    )
    .await;
    ending.ends_with(4401).await;
    assert!(
        began.elapsed() < std::time::Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(watching.event("session.revoked").await["body"], json!({"id": id}));
    // A colleague hears of nothing: what comes next is another thing.
    patch(app, &here, json!({"name": "Ada"})).await;
    loop {
        let frame = colleague.frame().await;
        if frame["t"] == "event" {
            assert_eq!(
                (&frame["type"], &frame["body"]["name"]),
                (&json!("member.updated"), &json!("Ada"))
            );
            break;
        }
    }
}

async fn a_thief_of_a_refresh_token_is_noticed_on_every_device(app: &App) {
    let stolen = app.sign_in(AGENT).await;
    let here = app.token(AGENT).await;
    let refreshed = with_cookie(app, "/api/auth/refresh", &stolen.cookie(), None).await;
    let token = refreshed.at("/accessToken");
    let id = me(app, &token).await.at("/sessionId");
    advance(app, 30_001).await;
    let (mut watching, _) = Socket::operator(app, &here).await;
    with_cookie(app, "/api/auth/refresh", &stolen.cookie(), None)
        .await
        .problem(401, "session_revoked");
    assert_eq!(watching.event("session.revoked").await["body"], json!({"id": id}));
    assert_eq!(sessions(app, &here).await.len(), 1, "the family is gone");
}

async fn signing_out_everywhere_ends_every_session(app: &App) {
    let here = app.sign_in(AGENT).await;
    let there = app.sign_in(AGENT).await;
    let owner = app.token(OWNER).await;
    let out = with_cookie(
        app,
        "/api/auth/logout",
        &here.cookie(),
        Some(json!({"everywhere": true})),
    )
    .await;
    assert_eq!(out.status, 204, "{}", out.text);
    for answer in [&here, &there] {
        me(app, &answer.at("/accessToken"))
            .await
            .problem(401, "unauthenticated");
    }
    assert_eq!(me(app, &owner).await.status, 200, "others stay");
    let not_json = app
        .post("/api/auth/logout")
        .header("cookie", &here.cookie())
        .header("origin", &app.base)
        .header("x-switchboard", "1");
    not_json
        .body("text/plain", "everywhere")
        .send()
        .await
        .problem(415, "unsupported_media_type");
}

async fn a_spent_cookie_speaks_for_nobody(app: &App) {
    let stolen = app.sign_in(AGENT).await;
    let other = app.token(AGENT).await;
    with_cookie(app, "/api/auth/logout", &stolen.cookie(), None).await;
    let out = with_cookie(
        app,
        "/api/auth/logout",
        &stolen.cookie(),
        Some(json!({"everywhere": true})),
    )
    .await;
    assert_eq!(out.status, 204);
    assert_eq!(me(app, &other).await.status, 200);
}

const NEW: &str = "ada@harbour.example";

async fn change_email(app: &App, token: &str, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "currentPassword": password});
    call(app, Method::POST, "/api/auth/email-change", token, body).await
}

async fn a_new_address_counts_once_it_is_verified(app: &App) {
    let token = app.token(AGENT).await;
    let asked = change_email(app, &token, " Ada@Harbour.Example ", DEMO_PASSWORD).await;
    assert_eq!(asked.status, 204, "{}", asked.text);
    assert_eq!(
        letter(app, AGENT).await["subject"],
        "Your Switchboard email is about to change"
    );
    let pending = me(app, &token).await.json;
    assert_eq!(
        (&pending["email"], &pending["pendingEmail"]),
        (&json!(AGENT), &json!(NEW))
    );
    login(app, NEW, DEMO_PASSWORD)
        .await
        .problem(401, "invalid_credentials");

    let mailed = mailed_token(app, NEW, "/verify-email").await;
    let verify = || post(app, "/api/auth/verify-email", json!({"token": mailed}));
    assert_eq!(verify().await.status, 204);
    verify().await.problem(410, "gone");
    let changed = me(app, &token).await.json;
    assert_eq!(
        (&changed["email"], changed.get("pendingEmail")),
        (&json!(NEW), None)
    );
    assert_eq!(login(app, NEW, DEMO_PASSWORD).await.status, 200);
    login(app, AGENT, DEMO_PASSWORD)
        .await
        .problem(401, "invalid_credentials");

    // A day later a link is worth nothing.
    change_email(app, &token, "other@harbour.example", DEMO_PASSWORD).await;
    let late = mailed_token(app, "other@harbour.example", "/verify-email").await;
    advance(app, 24 * HOUR).await;
    post(app, "/api/auth/verify-email", json!({"token": late}))
        .await
        .problem(410, "gone");
}

async fn a_known_address_is_told_in_its_own_inbox_only(app: &App) {
    let token = app.token(AGENT).await;
    let asked = change_email(app, &token, OWNER, DEMO_PASSWORD).await;
    assert_eq!((asked.status, asked.text.as_str()), (204, ""));
    assert_eq!(
        letter(app, OWNER).await["subject"],
        "You already have a Switchboard account"
    );
    // An address that becomes somebody's before the link is followed.
    change_email(app, &token, NEW, DEMO_PASSWORD).await;
    let mailed = mailed_token(app, NEW, "/verify-email").await;
    new_owner(app, NEW).await;
    let late = post(app, "/api/auth/verify-email", json!({"token": mailed})).await;
    late.problem(409, "address_in_use");
    assert_eq!(me(app, &token).await.json["email"], AGENT);
}

async fn changing_the_address_needs_the_password(app: &App) {
    let token = app.token(AGENT).await;
    let wrong = change_email(app, &token, NEW, "not the password").await;
    assert!(wrong.problem(422, "validation_failed")["fields"]["currentPassword"][0].is_string());
    change_email(app, &token, "nonsense", DEMO_PASSWORD)
        .await
        .problem(422, "validation_failed");
    change_email(app, &token, AGENT, DEMO_PASSWORD)
        .await
        .problem(422, "validation_failed");
    assert_eq!(letters(app, NEW).await.len(), 0);
}
