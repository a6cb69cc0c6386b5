//! Websites: adding, changing, listing, deleting and undoing it, and what the loader's beats leave.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use common::{AGENT, Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;
use switchboard_contract::time::Timestamp;
use switchboard_server::website::delete::GRACE_MS;
use switchboard_server::website::erase;

common::on_both_databases! {
    a_website_is_added_once,
    what_people_type_gets_one_spelling,
    bad_websites_are_told_by_field,
    a_domain_is_of_one_website,
    a_website_is_changed,
    old_versions_conflict,
    lists_are_sorted_searched_and_paged,
    agents_read_what_they_are_assigned_to,
    colleagues_hear_of_it,
    deleting_can_be_undone,
    deleting_takes_everything,
    states_leave_a_history,
}

const WEBSITES: &str = "/api/websites";

fn shop(domain: &str) -> Value {
    json!({"id": new_id(), "name": "Shop", "domain": domain, "timezone": "Europe/Berlin"})
}

async fn add(app: &App, token: &str, body: &Value) -> Answer {
    app.post(WEBSITES).bearer(token).json(body).send().await
}

async fn added(app: &App, token: &str, domain: &str) -> Value {
    let answer = add(app, token, &shop(domain)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

fn path(website: &Value, rest: &str) -> String {
    format!("{WEBSITES}/{}{rest}", website["id"].as_str().expect("an id"))
}

async fn call(app: &App, method: Method, path: &str, token: &str) -> Answer {
    app.call(method, path).bearer(token).send().await
}

async fn change(app: &App, token: &str, website: &Value, version: u64, body: &Value) -> Answer {
    app.call(Method::PATCH, &path(website, ""))
        .bearer(token)
        .header("if-match", &format!("\"{version}\""))
        .json(body)
        .send()
        .await
}

async fn names(app: &App, token: &str, query: &str) -> Vec<String> {
    let list = call(app, Method::GET, &format!("{WEBSITES}{query}"), token).await;
    assert_eq!(list.status, 200, "{}", list.text);
    let items = list.json["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| item["domain"].as_str().expect("a domain").to_owned())
        .collect()
}

async fn a_website_is_added_once(app: &App) {
    let owner = app.token(OWNER).await;
    let body = shop("shop.example");
    let answers = futures_util::future::join_all((0..10).map(|_| add(app, &owner, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        // Whoever comes in the same instant may have to ask once more.
        assert!(
            answer.status == 200 || answer.json["code"] == "id_reused",
            "{}",
            answer.text
        );
    }
    let again = add(app, &owner, &body).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.json["status"], json!({"state": "never_seen"}));
    assert_eq!(again.json["businessHours"], Value::Null);
    assert_eq!(names(app, &owner, "?q=shop.example").await, ["shop.example"]);
    // Whatever was changed since: it is the same website.
    change(app, &owner, &again.json, 1, &json!({"name": "Renamed"})).await;
    let later = add(app, &owner, &body).await;
    assert_eq!((later.status, later.at("/name")), (200, "Renamed".to_owned()));
    let mut other = body.clone();
    other["name"] = json!("Another");
    add(app, &owner, &other).await.problem(409, "id_reused");
    let stranger = app.second_account("owner@other.test").await;
    add(app, &stranger.token, &body).await.problem(409, "id_reused");
    call(app, Method::DELETE, &path(&again.json, ""), &owner).await;
    add(app, &owner, &body).await.problem(410, "gone");
}

async fn what_people_type_gets_one_spelling(app: &App) {
    let owner = app.token(OWNER).await;
    let mut body = shop("https://München.Example/laden");
    body["name"] = json!(" Laden ");
    body["timezone"] = json!("europe/berlin");
    body["businessHours"] = json!({
        "openings": [
            {"day": "tuesday", "from": "09:00", "until": "17:00"},
            {"day": "monday", "from": "13:00", "until": "17:00"},
            {"day": "monday", "from": "09:00", "until": "12:00"},
        ],
        "holidays": [{"date": "2026-12-26"}, {"date": "2026-12-25", "name": " Christmas "}],
    });
    let made = add(app, &owner, &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(
        (made.at("/name"), made.at("/domain"), made.at("/timezone")),
        (
            "Laden".to_owned(),
            "xn--mnchen-3ya.example".to_owned(),
            "Europe/Berlin".to_owned()
        )
    );
    assert_eq!(
        made.json["allowedOrigins"],
        json!([
            "https://xn--mnchen-3ya.example",
            "https://www.xn--mnchen-3ya.example"
        ])
    );
    assert_eq!(made.at("/businessHours/openings/0/from"), "09:00");
    assert_eq!(made.at("/businessHours/openings/2/day"), "tuesday");
    assert_eq!(
        made.json["businessHours"]["holidays"][0],
        json!({"date": "2026-12-25", "name": "Christmas"})
    );
    let read = call(app, Method::GET, &path(&made.json, ""), &owner).await;
    assert_eq!(read.json, made.json);
}

async fn bad_websites_are_told_by_field(app: &App) {
    let owner = app.token(OWNER).await;
    let known = added(app, &owner, "known.example").await;
    for (field, bad) in [
        ("name", json!(" ")),
        ("name", json!("a\u{7}b")),
        ("domain", json!("shop")),
        ("domain", json!("xn--a.example")),
        ("timezone", json!("Europe/Atlantis")),
        ("timezone", json!("")),
        ("allowedOrigins", json!(["https://shop.example/path"])),
        ("autoCloseAfter", json!(0)),
        ("archiveAfter", json!(0)),
        ("deleteAfter", json!(-1)),
        (
            "businessHours",
            json!({"openings": [{"day": "monday", "from": "17:00", "until": "09:00"}]}),
        ),
        ("businessHours", json!({"holidays": [{"date": "2026-02-30"}]})),
    ] {
        let mut body = shop("bad.example");
        body[field] = bad.clone();
        let refused = add(app, &owner, &body).await;
        assert!(
            refused.problem(422, "validation_failed")["fields"][field].is_array(),
            "{field} {bad}: {}",
            refused.text
        );
        let refused = change(app, &owner, &known, 1, &json!({ field: bad })).await;
        assert!(
            refused.problem(422, "validation_failed")["fields"][field].is_array(),
            "{field} {bad}: {}",
            refused.text
        );
    }
    let refused = change(app, &owner, &known, 1, &json!({"allowedOrigins": []})).await;
    assert!(refused.problem(422, "validation_failed")["fields"]["allowedOrigins"].is_array());
    assert_eq!(names(app, &owner, "?q=bad.example").await, Vec::<String>::new());
}

async fn a_domain_is_of_one_website(app: &App) {
    let owner = app.token(OWNER).await;
    added(app, &owner, "shop.example").await;
    let other = added(app, &owner, "other.example").await;
    let taken = add(app, &owner, &shop("https://SHOP.example")).await;
    assert!(taken.problem(422, "validation_failed")["fields"]["domain"].is_array());
    let taken = change(app, &owner, &other, 1, &json!({"domain": "shop.example"})).await;
    assert!(taken.problem(422, "validation_failed")["fields"]["domain"].is_array());
    let bodies: Vec<Value> = (0..10).map(|_| shop("race.example")).collect();
    let answers = futures_util::future::join_all(bodies.iter().map(|body| add(app, &owner, body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(422, "validation_failed");
    }
    // Another account has websites of its own.
    let stranger = app.second_account("owner@other.test").await;
    added(app, &stranger.token, "shop.example").await;
}

async fn a_website_is_changed(app: &App) {
    let owner = app.token(OWNER).await;
    let website = added(app, &owner, "shop.example").await;
    let change_all = json!({
        "name": "Store", "domain": "store.example", "timezone": "UTC", "allowedOrigins": ["https://store.example"],
        "businessHours": {"openings": [{"day": "monday", "from": "09:00", "until": "17:00"}], "holidays": []},
        "autoCloseAfter": 60, "archiveAfter": 120, "deleteAfter": 180,
    });
    let changed = change(app, &owner, &website, 1, &change_all).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.json["version"], 2);
    for (name, value) in change_all.as_object().expect("an object") {
        assert_eq!(changed.json[name], *value, "{name}");
    }
    let never = change(
        app,
        &owner,
        &website,
        2,
        &json!({"deleteAfter": null, "businessHours": null}),
    )
    .await;
    assert_eq!(
        (&never.json["deleteAfter"], &never.json["businessHours"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(never.json["archiveAfter"], 120, "what is absent stays");
    let same = change(app, &owner, &website, 3, &json!({"name": "Store "})).await;
    assert_eq!(same.json["version"], 3, "no change, no version");
    assert_eq!(
        call(app, Method::GET, &path(&website, ""), &owner).await.json,
        same.json
    );
}

async fn old_versions_conflict(app: &App) {
    let owner = app.token(OWNER).await;
    let website = added(app, &owner, "shop.example").await;
    let first = change(app, &owner, &website, 1, &json!({"name": "First"})).await;
    let refused = change(app, &owner, &website, 1, &json!({"name": "Second"})).await;
    assert_eq!(refused.problem(409, "conflict")["current"], first.json);
    let names = ["A", "B", "C", "D", "E"].map(|name| json!({ "name": name }));
    let answers =
        futures_util::future::join_all(names.iter().map(|body| change(app, &owner, &website, 2, body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

async fn lists_are_sorted_searched_and_paged(app: &App) {
    let owner = app.token(OWNER).await;
    for (name, domain) in [
        ("banana", "c.example"),
        ("Apple", "b.example"),
        ("cherry 100%", "a.example"),
    ] {
        let mut body = shop(domain);
        body["name"] = json!(name);
        assert_eq!(add(app, &owner, &body).await.status, 201);
    }
    let only = "q=example&pageSize=200";
    let by = |sort: &str| format!("?{only}&sort={sort}");
    let order = names(app, &owner, &by("name")).await;
    assert_eq!(
        order,
        ["b.example", "c.example", "a.example"],
        "whatever the case"
    );
    assert_eq!(
        names(app, &owner, &by("-name")).await,
        ["a.example", "c.example", "b.example"]
    );
    assert_eq!(
        names(app, &owner, &by("domain")).await,
        ["a.example", "b.example", "c.example"]
    );
    assert_eq!(
        names(app, &owner, &by("-domain")).await,
        ["c.example", "b.example", "a.example"]
    );
    assert_eq!(
        names(app, &owner, &by("createdAt")).await,
        ["c.example", "b.example", "a.example"]
    );
    app.execute("UPDATE websites SET state = 'degraded' WHERE domain = 'b.example'")
        .await;
    app.execute("UPDATE websites SET state = 'online' WHERE domain = 'a.example'")
        .await;
    assert_eq!(
        names(app, &owner, &by("status")).await,
        ["b.example", "c.example", "a.example"]
    );
    assert_eq!(
        names(app, &owner, "?q=100%25").await,
        ["a.example"],
        "a percent sign is one"
    );
    assert_eq!(
        names(app, &owner, "?q=example&sort=domain&pageSize=2&page=2").await,
        ["c.example"]
    );
    let refused = call(app, Method::GET, &format!("{WEBSITES}?sort=colour"), &owner).await;
    assert!(refused.problem(422, "validation_failed")["fields"]["sort"].is_array());
    for bad in ["pageSize=201", "pageSize=0", "page=x"] {
        let refused = call(app, Method::GET, &format!("{WEBSITES}?{bad}"), &owner).await;
        refused.problem(400, "bad_request");
    }
}

async fn agents_read_what_they_are_assigned_to(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let website = added(app, &owner, "shop.example").await;
    assert_eq!(names(app, &agent, "?q=example").await, Vec::<String>::new());
    call(app, Method::GET, &path(&website, ""), &agent)
        .await
        .problem(404, "not_found");
    let id = website["id"].as_str().expect("an id");
    app.execute(&format!(
        "INSERT INTO member_websites (member_id, website_id) SELECT id, '{id}' FROM members WHERE email = '{AGENT}'"
    ))
    .await;
    assert_eq!(
        call(app, Method::GET, &path(&website, ""), &agent).await.json,
        website
    );
    assert_eq!(
        call(app, Method::GET, &path(&website, "/funnels"), &agent)
            .await
            .status,
        200
    );
    change(app, &agent, &website, 1, &json!({"name": "Mine"}))
        .await
        .problem(403, "forbidden");
}

async fn colleagues_hear_of_it(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let (mut socket, _) = Socket::operator(app, &owner).await;
    let (mut agents, _) = Socket::operator(app, &agent).await;
    let website = added(app, &owner, "shop.example").await;
    assert_eq!(socket.event("website.created").await["body"], website);
    let changed = change(app, &owner, &website, 1, &json!({"name": "Store"})).await;
    assert_eq!(socket.event("website.updated").await["body"], changed.json);
    call(app, Method::DELETE, &path(&website, ""), &owner).await;
    assert_eq!(
        socket.event("website.deleted").await["body"],
        json!({"id": website["id"]})
    );
    let back = call(app, Method::POST, &path(&website, "/restore"), &owner).await;
    assert_eq!(socket.event("website.created").await["body"], back.json);
    // Nobody has given it to the agent.
    agents.send(&json!({"t": "ping", "n": 1})).await;
    loop {
        let frame = agents.frame().await;
        match frame["t"].as_str() {
            Some("pong") => break,
            told => assert_eq!(told, Some("caughtUp"), "{frame}"),
        }
    }
}

async fn deleting_can_be_undone(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let visitor = app.chatting_visitor("Hello").await;
    let list = call(app, Method::GET, WEBSITES, &owner).await;
    let demo = list.json["items"][0].clone();
    let contents = call(app, Method::GET, &path(&demo, "/contents"), &owner).await;
    assert!(
        contents.json["conversations"].as_u64() > Some(0),
        "{}",
        contents.text
    );
    call(app, Method::DELETE, &path(&demo, ""), &agent)
        .await
        .problem(403, "forbidden");
    let stale = app
        .call(Method::DELETE, &path(&demo, ""))
        .bearer(&owner)
        .header("if-match", "\"99\"");
    stale.send().await.problem(409, "conflict");
    for _ in 0..2 {
        assert_eq!(
            call(app, Method::DELETE, &path(&demo, ""), &owner).await.status,
            204
        );
    }
    assert_eq!(names(app, &owner, "").await, Vec::<String>::new());
    call(app, Method::GET, &path(&demo, ""), &owner)
        .await
        .problem(404, "not_found");
    change(app, &owner, &demo, 1, &json!({"name": "x"}))
        .await
        .problem(404, "not_found");
    app.say(&visitor.token, "Anyone?")
        .await
        .problem(401, "unauthenticated");
    call(app, Method::POST, &path(&demo, "/restore"), &agent)
        .await
        .problem(403, "forbidden");
    let back = call(app, Method::POST, &path(&demo, "/restore"), &owner).await;
    assert_eq!(
        (back.status, &back.json["name"]),
        (200, &demo["name"]),
        "{}",
        back.text
    );
    let again = call(app, Method::POST, &path(&demo, "/restore"), &owner).await;
    assert_eq!(again.json, back.json);
    assert_eq!(app.say(&visitor.token, "Anyone?").await.status, 201);
    // A domain that was taken meanwhile stays with its new website.
    let website = added(app, &owner, "shop.example").await;
    call(app, Method::DELETE, &path(&website, ""), &owner).await;
    added(app, &owner, "shop.example").await;
    let refused = call(app, Method::POST, &path(&website, "/restore"), &owner).await;
    assert!(refused.problem(422, "validation_failed")["fields"]["domain"].is_array());
}

async fn deleting_takes_everything(app: &App) {
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let visitor = app.chatting_visitor("A secret word").await;
    let list = call(app, Method::GET, WEBSITES, &owner).await;
    let demo = list.json["items"][0].clone();
    let stranger = app.second_account("owner@other.test").await;
    let (mut socket, _) = Socket::operator(app, &agent).await;
    call(app, Method::DELETE, &path(&demo, ""), &owner).await;
    let grace = u32::try_from(GRACE_MS).expect("a short time");
    app.state.clock.advance(grace - 1_000);
    empty(app).await;
    let kept = format!("/api/live-chat/conversations/{}", visitor.conversation);
    assert_eq!(
        call(app, Method::GET, &kept, &owner).await.status,
        200,
        "still undone easily"
    );
    app.state.clock.advance(1_000);
    empty(app).await;
    call(app, Method::GET, &kept, &owner)
        .await
        .problem(404, "not_found");
    call(app, Method::POST, &path(&demo, "/restore"), &owner)
        .await
        .problem(410, "gone");
    let all = call(
        app,
        Method::GET,
        "/api/live-chat/conversations?status=all",
        &owner,
    )
    .await;
    assert_eq!(all.json["items"], json!([]));
    let people = call(app, Method::GET, "/api/visitors", &owner).await;
    assert_eq!(people.json["items"], json!([]));
    socket.event("website.deleted").await;
    socket.event("conversation.deleted").await;
    let log = call(app, Method::GET, "/api/events?after=0&epoch=&limit=200", &owner).await;
    assert!(!log.text.contains("A secret word"), "{}", log.text);
    assert_eq!(names(app, &stranger.token, "").await, ["other.example"]);
    assert_eq!(
        call(app, Method::DELETE, &path(&demo, ""), &owner).await.status,
        204
    );
}

async fn empty(app: &App) {
    let now: Timestamp = app.state.clock.now();
    erase::empty_all(&app.state.db, now).await.expect("empties");
}

async fn states_leave_a_history(app: &App) {
    let owner = app.token(OWNER).await;
    let list = call(app, Method::GET, WEBSITES, &owner).await;
    let demo = list.json["items"][0].clone();
    let history = call(app, Method::GET, &path(&demo, "/status"), &owner).await;
    assert_eq!(history.json["history"], json!([]));
    app.visit().await;
    app.visit().await;
    let foreign = app
        .post("/api/visitor/sessions")
        .header("origin", "https://evil.example")
        .json(&json!({
            "publicKey": demo["publicKey"], "page": "https://evil.example/", "locale": "en",
        }));
    foreign.send().await.problem(403, "origin_refused");
    app.visit().await;
    let history = call(app, Method::GET, &path(&demo, "/status"), &owner).await;
    let states: Vec<&Value> = history.json["history"]
        .as_array()
        .expect("a history")
        .iter()
        .map(|change| &change["state"])
        .collect();
    assert_eq!(
        states,
        ["online", "degraded", "online"],
        "the newest first, a repeat not told"
    );
    assert!(history.at("/history/1/reason").contains("evil.example"));
    assert_eq!(history.at("/status/state"), "online");
}
