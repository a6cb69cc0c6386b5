//! People on the sites: who is there, what is known of them, what operators and websites change, blocking, export, erasure.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod socket;

use accounts::{call, get, new_member};
use common::{AGENT, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;
use sqlx::{AssertSqlSafe, Row as _};
use switchboard_contract::live_chat::MAX_PAGES;
use switchboard_server::db::Dialect;

common::on_both_databases! {
    the_list_says_where_people_are_and_who_talks_with_them,
    the_list_is_searched_and_filtered,
    pages_seen_are_kept_in_order_and_bounded,
    a_visit_ends_after_a_pause,
    the_country_comes_from_the_proxy,
    an_identity_is_changed_by_version,
    what_is_wrong_with_an_identity_is_said_by_field,
    everyone_hears_of_a_change,
    a_website_proves_who_somebody_is,
    a_wrong_proof_changes_nothing,
    attributes_are_merged_and_bounded,
    a_blocked_visitor_is_refused_and_what_goes_on_is_closed,
    notes_are_their_authors,
    an_export_holds_everything,
    erasing_leaves_nothing,
    only_those_who_manage_the_team_erase,
    nothing_of_another_account_can_be_reached,
}

/// A text that nothing else holds.
const CANARY: &str = "canary-93c1";

/// A visitor's token and id.
async fn visitor(app: &App) -> (String, String) {
    let visit = app.visit().await;
    (visit.at("/visitorToken"), visit.at("/user/id"))
}

async fn look_at(app: &App, token: &str, page: &str, title: &str) {
    let answer = call(
        app,
        Method::POST,
        "/api/visitor/page",
        token,
        json!({"page": page, "pageTitle": title}),
    )
    .await;
    assert!((200..300).contains(&answer.status), "{}", answer.text);
}

async fn details(app: &App, token: &str, id: &str) -> Value {
    let answer = get(app, &format!("/api/visitors/{id}"), token).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

/// The member's id.
async fn me(app: &App, token: &str) -> String {
    get(app, "/api/auth/me", token).await.at("/id")
}

/// The first column of every row.
async fn texts(app: &App, sql: &str) -> Vec<String> {
    let sql = sql.to_owned();
    app.state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(tx.conn()).await?;
                Ok(rows.iter().map(|row| row.get(0)).collect())
            })
        })
        .await
        .expect("rows")
}

/// Where a text stands in the database.
async fn places_of(app: &App, text: &str) -> Vec<String> {
    let columns = match app.state.db.dialect() {
        Dialect::Sqlite => {
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.type = 'TEXT'"
        }
        Dialect::Postgres => {
            "SELECT table_name::text || '.' || column_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'text'"
        }
    };
    let mut found = Vec::new();
    for place in texts(app, columns).await {
        let (table, column) = place.split_once('.').expect("a table and a column");
        let sql = format!("SELECT {column} FROM {table} WHERE {column} LIKE '%{text}%'");
        if !texts(app, &sql).await.is_empty() {
            found.push(place);
        }
    }
    found
}

async fn the_list_says_where_people_are_and_who_talks_with_them(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("Hello").await;
    let (quiet_token, quiet) = visitor(app).await;
    look_at(app, &quiet_token, "https://shop.example/boots", "Boots").await;
    let mine = json!({"actionId": new_id(), "items": [{"id": chat.conversation}], "set": {"assigneeId": me(app, &agent).await}});
    let path = "/api/live-chat/conversations";
    assert_eq!(call(app, Method::PATCH, path, &agent, mine).await.status, 200);
    let list = get(app, "/api/visitors?online=true", &agent).await.json;
    let (items, visits) = (&list["items"], &list["visits"]);
    let at = |id: &str| {
        let items = items.as_array().expect("items");
        items.iter().position(|item| item["id"] == id).expect("listed")
    };
    let quiet = at(&quiet);
    assert_eq!(items[quiet]["pageTitle"], "Boots");
    assert_eq!(visits[quiet]["userId"], items[quiet]["id"]);
    assert_eq!(visits[quiet].get("conversation"), None);
    assert!(visits[quiet]["startedAt"].is_string() && visits[quiet]["websiteId"].is_string());
    let talking = visits
        .as_array()
        .expect("visits")
        .iter()
        .find(|visit| visit["conversation"]["id"] == chat.conversation.as_str())
        .expect("the one who talks");
    assert_eq!(talking["conversation"]["assigneeId"], me(app, &agent).await);
    assert_eq!(talking["conversation"]["lastMessage"], "Hello");
    // Whoever beats no more has left.
    app.state.clock.advance(131_000);
    look_at(app, &quiet_token, "https://shop.example/boots", "Boots").await;
    let list = get(app, "/api/visitors?online=true", &agent).await.json;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
}

async fn the_list_is_searched_and_filtered(app: &App) {
    let owner = app.token(OWNER).await;
    let (token, id) = visitor(app).await;
    look_at(app, &token, "https://shop.example/100%_wool!", "Wool").await;
    let change = json!({"name": "Žofie Nováková", "email": "zofie@harbour.example"});
    let path = format!("/api/visitors/{id}");
    assert_eq!(call(app, Method::PATCH, &path, &owner, change).await.status, 200);
    let found = async |query: &str| {
        let answer = get(app, &format!("/api/visitors?{query}"), &owner).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let items = answer.json["items"].as_array().expect("items").clone();
        items.iter().filter(|item| item["id"] == id.as_str()).count()
    };
    for hit in [
        "q=ofie",
        "q=HARBOUR.example",
        "q=100%25_wool!",
        "q=wool",
        "online=true&q=nov",
    ] {
        assert_eq!(found(hit).await, 1, "{hit}");
    }
    for miss in ["q=%25", "q=_ool", "q=!", "q=nobody", "q=%27%20OR%201%3D1"] {
        let expected = usize::from(miss == "q=!" || miss == "q=%25");
        assert_eq!(found(miss).await, expected, "{miss}");
    }
    let website = details(app, &owner, &id).await["websiteId"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(found(&format!("websiteId={website}")).await, 1);
    assert_eq!(found(&format!("websiteId={}", new_id())).await, 0);
    for bad in [
        "websiteId=x",
        "limit=0",
        "online=perhaps",
        &format!("q={}", "x".repeat(201)),
    ] {
        get(app, &format!("/api/visitors?{bad}"), &owner)
            .await
            .problem(400, "bad_request");
    }
}

async fn pages_seen_are_kept_in_order_and_bounded(app: &App) {
    let agent = app.token(AGENT).await;
    let (token, id) = visitor(app).await;
    let pages = async || details(app, &agent, &id).await["pages"].clone();
    let first = pages().await;
    assert_eq!(
        first.as_array().map(Vec::len),
        Some(1),
        "the page that the visit began on"
    );
    assert_eq!(first[0]["title"], "Tents");
    app.state.clock.advance(60_000);
    look_at(app, &token, &format!("{}/demo/tents", app.base), "Tents").await;
    let stayed = pages().await;
    assert_eq!(
        stayed.as_array().map(Vec::len),
        Some(1),
        "a beat is not another page"
    );
    assert_ne!(stayed[0]["until"], stayed[0]["at"]);
    app.state.clock.advance(30_000);
    look_at(app, &token, "https://shop.example/boots", "Boots").await;
    let moved = pages().await;
    assert_eq!(
        (&moved[0]["title"], &moved[1]["title"]),
        (&json!("Boots"), &json!("Tents"))
    );
    assert_eq!(
        moved[1]["until"], moved[0]["at"],
        "the next page ends the one before"
    );
    for number in 0..MAX_PAGES {
        look_at(app, &token, &format!("https://shop.example/{number}"), "").await;
    }
    let count = texts(
        app,
        &format!("SELECT url FROM visitor_pages WHERE visitor_id = '{id}' ORDER BY number"),
    )
    .await;
    assert_eq!(count.len(), MAX_PAGES);
    assert_eq!(count[0], "https://shop.example/0", "the newest stay");
}

async fn a_visit_ends_after_a_pause(app: &App) {
    let (token, id) = visitor(app).await;
    // Access tokens end sooner than visits.
    let now = async || details(app, &app.token(AGENT).await, &id).await;
    let begun = async || now().await["visitStartedAt"].clone();
    let first = begun().await;
    app.state.clock.advance(20 * 60_000);
    look_at(app, &token, "https://shop.example/a", "A").await;
    assert_eq!(begun().await, first, "still the same visit");
    app.state.clock.advance(30 * 60_000);
    look_at(app, &token, "https://shop.example/a", "A").await;
    assert_ne!(begun().await, first);
    let pages = now().await["pages"].clone();
    assert_eq!(
        pages.as_array().map(Vec::len),
        Some(3),
        "the page is seen again: {pages}"
    );
}

async fn the_country_comes_from_the_proxy(app: &App) {
    let agent = app.token(AGENT).await;
    let begin = async |country: Option<&str>, token: Option<&str>| {
        let mut body = json!({"publicKey": switchboard_server::seed::DEMO_PUBLIC_KEY});
        if let Some(token) = token {
            body["visitorToken"] = json!(token);
        }
        let call = app
            .post("/api/visitor/sessions")
            .header("origin", &app.base)
            .json(&body);
        let call = match country {
            Some(country) => call.header("cf-ipcountry", country),
            None => call,
        };
        call.send().await
    };
    let visit = begin(Some("pt"), None).await;
    let (token, id) = (visit.at("/visitorToken"), visit.at("/user/id"));
    assert_eq!(details(app, &agent, &id).await["user"]["country"], "PT");
    begin(None, Some(&token)).await;
    assert_eq!(
        details(app, &agent, &id).await["user"]["country"],
        "PT",
        "what a visit does not tell stays"
    );
    begin(Some("<script>"), Some(&token)).await;
    assert_eq!(details(app, &agent, &id).await["user"]["country"], "PT");
}

async fn an_identity_is_changed_by_version(app: &App) {
    let agent = app.token(AGENT).await;
    let (_, id) = visitor(app).await;
    let path = format!("/api/visitors/{id}");
    let change = async |version: &str, body: Value| {
        let call = app.call(Method::PATCH, &path).bearer(&agent).json(&body);
        call.header("if-match", version).send().await
    };
    let named = change("\"1\"", json!({"name": " Jane Doe ", "phone": "+49 30 1234567"})).await;
    assert_eq!(named.status, 200, "{}", named.text);
    assert_eq!(
        (&named.json["name"], &named.json["version"]),
        (&json!("Jane Doe"), &json!(2))
    );
    let late = change("\"1\"", json!({"name": "John"})).await;
    let conflict = late.problem(409, "conflict");
    assert_eq!(conflict["current"]["name"], "Jane Doe");
    assert_eq!(conflict["current"]["version"], 2);
    let same = change("\"2\"", json!({"name": "Jane Doe"})).await;
    assert_eq!(same.json["version"], 2, "nothing changed");
    let taken = change("\"2\"", json!({"phone": null, "email": ""})).await;
    assert_eq!(taken.json.get("phone"), None, "{}", taken.text);
    assert_eq!(taken.json["name"], "Jane Doe", "what is absent stays");
    assert_eq!(details(app, &agent, &id).await["user"]["version"], 3);
}

async fn what_is_wrong_with_an_identity_is_said_by_field(app: &App) {
    let agent = app.token(AGENT).await;
    let (_, id) = visitor(app).await;
    let path = format!("/api/visitors/{id}");
    let bad = json!({"name": "\u{202e}eve", "email": "nobody", "phone": "call me"});
    let refused = call(app, Method::PATCH, &path, &agent, bad).await;
    let fields = &refused.problem(422, "validation_failed")["fields"];
    for field in ["name", "email", "phone"] {
        assert!(fields[field].is_array(), "{fields}");
    }
    call(app, Method::PATCH, &path, &agent, json!({"name": 7}))
        .await
        .problem(422, "validation_failed");
    app.call(Method::PATCH, &path)
        .bearer(&agent)
        .header("if-match", "2")
        .json(&json!({"name": "x"}))
        .send()
        .await
        .problem(400, "bad_request");
    assert_eq!(details(app, &agent, &id).await["user"]["version"], 1);
}

async fn everyone_hears_of_a_change(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor("Hello").await;
    let conversation = get(
        app,
        &format!("/api/live-chat/conversations/{}", chat.conversation),
        &owner,
    )
    .await;
    let id = conversation.at("/userId");
    let agent = app.token(AGENT).await;
    let (mut socket, _) = Socket::operator(app, &agent).await;
    let path = format!("/api/visitors/{id}");
    assert_eq!(
        call(app, Method::PATCH, &path, &owner, json!({"name": "Jane"}))
            .await
            .status,
        200
    );
    let told = socket.event("conversation.updated").await;
    assert_eq!(told["body"]["user"]["name"], "Jane");
    assert_eq!(
        told["body"]["version"], conversation.json["version"],
        "the row itself has not changed"
    );
    let told = socket.event("visitor.updated").await;
    assert_eq!(told["body"], json!({"id": id}));
}

/// Sets up a proof for an id; answers it with the secret.
async fn proof(app: &App, owner: &str, website: &str, id: &str) -> (String, String) {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let secret = get(app, &format!("/api/websites/{website}/identity"), owner)
        .await
        .at("/secret");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(id.as_bytes());
    let hash = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    (hash, secret)
}

async fn a_website_proves_who_somebody_is(app: &App) {
    let owner = app.token(OWNER).await;
    let (token, id) = visitor(app).await;
    let website = details(app, &owner, &id).await["websiteId"]
        .as_str()
        .expect("an id")
        .to_owned();
    let (hash, secret) = proof(app, &owner, &website, "customer-7").await;
    let who = json!({"id": "customer-7", "hash": hash, "name": "Jane Doe", "email": "jane@harbour.example"});
    let told = call(app, Method::POST, "/api/visitor/identify", &token, who.clone()).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let user = details(app, &owner, &id).await["user"].clone();
    assert_eq!(
        (&user["verified"], &user["name"]),
        (&json!(true), &json!("Jane Doe"))
    );
    call(app, Method::POST, "/api/visitor/identify", &token, who.clone()).await;
    assert_eq!(
        details(app, &owner, &id).await["user"]["version"],
        user["version"],
        "once"
    );
    // Another secret, and the old proof is worth nothing.
    let path = format!("/api/websites/{website}/identity");
    let renewed = call(app, Method::POST, &path, &owner, json!({})).await;
    assert_ne!(renewed.at("/secret"), secret);
    call(app, Method::POST, "/api/visitor/identify", &token, who)
        .await
        .problem(403, "forbidden");
    let agent = app.token(AGENT).await;
    get(app, &path, &agent).await.problem(403, "forbidden");
    call(app, Method::POST, &path, &agent, json!({}))
        .await
        .problem(403, "forbidden");
    let stranger = app.second_account("owner@other.test").await;
    get(app, &path, &stranger.token).await.problem(404, "not_found");
    assert_eq!(
        places_of(app, &renewed.at("/secret")).await,
        Vec::<String>::new(),
        "it is derived"
    );
}

async fn a_wrong_proof_changes_nothing(app: &App) {
    let owner = app.token(OWNER).await;
    let (token, id) = visitor(app).await;
    let website = details(app, &owner, &id).await["websiteId"]
        .as_str()
        .expect("an id")
        .to_owned();
    let (hash, _) = proof(app, &owner, &website, "customer-7").await;
    let before = details(app, &owner, &id).await["user"].clone();
    for (who, hash) in [
        ("customer-8", hash.as_str()),
        ("customer-7", ""),
        ("customer-7", "00"),
    ] {
        let body = json!({"id": who, "hash": hash, "name": "Eve"});
        call(app, Method::POST, "/api/visitor/identify", &token, body)
            .await
            .problem(403, "forbidden");
    }
    let body = json!({"id": "", "hash": hash, "email": "nobody"});
    call(app, Method::POST, "/api/visitor/identify", &token, body)
        .await
        .problem(422, "validation_failed");
    assert_eq!(details(app, &owner, &id).await["user"], before);
    let body = json!({"id": "customer-7", "hash": hash});
    call(app, Method::POST, "/api/visitor/identify", "nobody", body)
        .await
        .problem(401, "unauthenticated");
}

async fn attributes_are_merged_and_bounded(app: &App) {
    let agent = app.token(AGENT).await;
    let (token, id) = visitor(app).await;
    let tell = async |attributes: Value| {
        let body = json!({"attributes": attributes});
        call(app, Method::POST, "/api/visitor/attributes", &token, body).await
    };
    assert_eq!(tell(json!({"plan": "pro", "seats": "5"})).await.status, 204);
    assert_eq!(tell(json!({"plan": "max", "seats": null})).await.status, 204);
    let known = async || details(app, &agent, &id).await["user"]["attributes"].clone();
    assert_eq!(known().await, json!({"plan": "max"}));
    let many: serde_json::Map<String, Value> = (0..50).map(|n| (format!("a{n}"), json!("x"))).collect();
    tell(Value::Object(many)).await.problem(422, "validation_failed");
    for bad in [
        json!({"": "x"}),
        json!({"n".repeat(65): "x"}),
        json!({"plan": "é".repeat(1_001)}),
        json!({"plan": 7}),
    ] {
        tell(bad).await.problem(422, "validation_failed");
    }
    assert_eq!(known().await, json!({"plan": "max"}), "refused as a whole");
    let body = json!({"attributes": {"plan": "x"}});
    call(app, Method::POST, "/api/visitor/attributes", "nobody", body)
        .await
        .problem(401, "unauthenticated");
}

async fn a_blocked_visitor_is_refused_and_what_goes_on_is_closed(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("Buy now").await;
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let id = get(app, &path, &agent).await.at("/userId");
    let block = async |blocked: bool, reason: &str| {
        let body = json!({"blocked": blocked, "reason": reason});
        call(
            app,
            Method::POST,
            &format!("/api/visitors/{id}/block"),
            &agent,
            body,
        )
        .await
    };
    let blocked = block(true, " spam ").await;
    assert_eq!(
        (blocked.status, &blocked.json["blocked"]),
        (200, &json!(true)),
        "{}",
        blocked.text
    );
    let version = blocked.json["version"].clone();
    assert_eq!(
        block(true, "spam").await.json["version"],
        version,
        "the same again"
    );
    assert_eq!(details(app, &agent, &id).await["blockReason"], "spam");
    let conversation = get(app, &path, &agent).await.json;
    assert_eq!(
        (&conversation["status"], &conversation["user"]["blocked"]),
        (&json!("closed"), &json!(true))
    );
    app.say(&chat.token, "again").await.problem(403, "blocked");
    let back = json!({"publicKey": switchboard_server::seed::DEMO_PUBLIC_KEY, "visitorToken": chat.token});
    let back = app
        .post("/api/visitor/sessions")
        .header("origin", &app.base)
        .json(&back)
        .send()
        .await;
    back.problem(403, "blocked");
    assert_eq!(block(false, "").await.json["blocked"], false);
    assert_eq!(details(app, &agent, &id).await.get("blockReason"), None);
    assert_eq!(app.say(&chat.token, "again").await.status, 201);
    block(true, &"x".repeat(501))
        .await
        .problem(422, "validation_failed");
}

async fn notes_are_their_authors(app: &App) {
    let (owner, agent) = (app.token(OWNER).await, app.token(AGENT).await);
    let (colleague_id, colleague) = new_member(app, &owner, "colleague@demo.test", "agent").await;
    app.execute(&format!(
        "INSERT INTO member_websites (member_id, website_id) SELECT '{colleague_id}', id FROM websites"
    ))
    .await;
    let (_, id) = visitor(app).await;
    let path = format!("/api/visitors/{id}/notes");
    let note = json!({"id": new_id(), "content": "Prefers email"});
    let written = call(app, Method::POST, &path, &agent, note.clone()).await;
    assert_eq!(written.status, 201, "{}", written.text);
    assert_eq!(
        call(app, Method::POST, &path, &agent, note.clone()).await.status,
        200
    );
    call(app, Method::POST, &path, &owner, note.clone())
        .await
        .problem(409, "id_reused");
    let one = format!("{path}/{}", written.at("/id"));
    let body = json!({"content": "Prefers phone"});
    call(app, Method::PATCH, &one, &colleague, body.clone())
        .await
        .problem(403, "forbidden");
    call(app, Method::DELETE, &one, &colleague, json!({}))
        .await
        .problem(403, "forbidden");
    let change = app.call(Method::PATCH, &one).bearer(&agent).json(&body);
    assert_eq!(change.header("if-match", "\"1\"").send().await.json["version"], 2);
    let late = app
        .call(Method::PATCH, &one)
        .bearer(&owner)
        .json(&json!({"content": "x"}));
    let late = late.header("if-match", "\"1\"").send().await;
    assert_eq!(
        late.problem(409, "conflict")["current"]["content"],
        "Prefers phone"
    );
    let known = details(app, &agent, &id).await["notes"].clone();
    assert_eq!(
        (known.as_array().map(Vec::len), &known[0]["content"]),
        (Some(1), &json!("Prefers phone"))
    );
    for content in ["", " \n", &"x".repeat(5_001)] {
        let body = json!({"id": new_id(), "content": content});
        call(app, Method::POST, &path, &agent, body)
            .await
            .problem(422, "validation_failed");
    }
    assert_eq!(
        call(app, Method::DELETE, &one, &owner, json!({})).await.status,
        204,
        "owners may"
    );
    call(app, Method::DELETE, &one, &owner, json!({}))
        .await
        .problem(404, "not_found");
    assert_eq!(details(app, &agent, &id).await["notes"], json!([]));
}

async fn an_export_holds_everything(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor(&format!("Hello {CANARY}")).await;
    let reply = app
        .reply(
            &agent,
            &chat.conversation,
            "A note",
            json!({"visibility": "internal"}),
        )
        .await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let id = get(app, &path, &agent).await.at("/userId");
    let note = json!({"id": new_id(), "content": "Prefers email"});
    call(
        app,
        Method::POST,
        &format!("/api/visitors/{id}/notes"),
        &agent,
        note,
    )
    .await;
    let export = get(app, &format!("/api/visitors/{id}/export"), &agent).await;
    assert_eq!(export.status, 200, "{}", export.text);
    assert!(
        export
            .header("content-disposition")
            .is_some_and(|header| header.starts_with("attachment; filename=\"visitor-"))
    );
    assert_eq!(export.header("cache-control"), Some("no-store"));
    let visitor = &export.json["visitor"];
    assert_eq!(visitor["notes"][0]["content"], "Prefers email");
    assert_eq!(visitor["pages"][0]["title"], "Tents");
    let said = &export.json["conversations"][0];
    assert_eq!(said["conversation"]["id"], chat.conversation.as_str());
    let said: Vec<_> = said["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .map(|m| m["content"].clone())
        .collect();
    assert!(
        said.contains(&json!(format!("Hello {CANARY}"))) && said.contains(&json!("A note")),
        "{said:?}"
    );
}

async fn erasing_leaves_nothing(app: &App) {
    let owner = app.token(OWNER).await;
    let chat = app.chatting_visitor(&format!("Hello {CANARY}")).await;
    app.reply(&owner, &chat.conversation, &format!("Hi {CANARY}"), json!({}))
        .await;
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let id = get(app, &path, &owner).await.at("/userId");
    look_at(
        app,
        &chat.token,
        &format!("https://shop.example/{CANARY}"),
        CANARY,
    )
    .await;
    let change = json!({"name": format!("Jane {CANARY}"), "email": format!("{CANARY}@harbour.example")});
    call(app, Method::PATCH, &format!("/api/visitors/{id}"), &owner, change).await;
    let attributes = json!({"attributes": {"plan": CANARY}});
    call(
        app,
        Method::POST,
        "/api/visitor/attributes",
        &chat.token,
        attributes,
    )
    .await;
    let note = json!({"id": new_id(), "content": CANARY});
    call(
        app,
        Method::POST,
        &format!("/api/visitors/{id}/notes"),
        &owner,
        note,
    )
    .await;
    // An earlier conversation, and a letter that waits.
    let closed =
        json!({"actionId": new_id(), "items": [{"id": chat.conversation}], "set": {"isArchived": true}});
    call(app, Method::PATCH, "/api/live-chat/conversations", &owner, closed).await;
    let second = app.say(&chat.token, &format!("Again {CANARY}")).await;
    app.reply(
        &owner,
        &second.at("/conversation/id"),
        &format!("Yes {CANARY}"),
        json!({}),
    )
    .await;
    app.state.clock.advance(5 * 60_000);
    let now = app.state.clock.now();
    let public = "https://chat.example.com";
    switchboard_server::visitor::follow_up::write(&app.state.db, now, public)
        .await
        .expect("written");
    let places = places_of(app, CANARY).await;
    for place in [
        "messages.content",
        "visitors.name",
        "visitor_pages.url",
        "visitor_notes.content",
        "mails.body",
        "events.body",
    ] {
        assert!(places.contains(&place.to_owned()), "{place} in {places:?}");
    }
    let agent = app.token(AGENT).await;
    let (mut socket, _) = Socket::operator(app, &agent).await;
    for _ in 0..2 {
        let answer = app
            .call(Method::DELETE, &format!("/api/visitors/{id}"))
            .bearer(&owner)
            .send()
            .await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (204, ""),
            "and the same again"
        );
    }
    assert_eq!(places_of(app, CANARY).await, Vec::<String>::new());
    let left = places_of(app, &id).await;
    // The audit log says who erased whom, by nothing but the id.
    let allowed = ["events.body", "visitor_tombstones.visitor_id", "audit.subject_id"];
    assert!(
        left.iter().all(|place| allowed.contains(&place.as_str())),
        "{left:?}"
    );
    for _ in 0..2 {
        assert_eq!(socket.event("conversation.deleted").await["body"], Value::Null);
    }
    assert_eq!(socket.event("visitor.deleted").await["body"], json!({"id": id}));
    get(app, &format!("/api/visitors/{id}"), &owner)
        .await
        .problem(404, "not_found");
    let change = json!({"name": "x"});
    call(app, Method::PATCH, &format!("/api/visitors/{id}"), &owner, change)
        .await
        .problem(410, "gone");
    app.say(&chat.token, "still here")
        .await
        .problem(401, "unauthenticated");
    let facts = texts(
        app,
        "SELECT website_id FROM conversation_facts WHERE conversation_id IS NULL",
    )
    .await;
    assert_eq!(facts.len(), 2, "reports keep what they count");
}

async fn only_those_who_manage_the_team_erase(app: &App) {
    let (owner, agent) = (app.token(OWNER).await, app.token(AGENT).await);
    let (_, id) = visitor(app).await;
    let erase = async |token: &str, id: &str| {
        app.call(Method::DELETE, &format!("/api/visitors/{id}"))
            .bearer(token)
            .send()
            .await
    };
    erase(&agent, &id).await.problem(403, "forbidden");
    assert_eq!(details(app, &agent, &id).await["user"]["id"], id.as_str());
    erase(&owner, &new_id()).await.problem(404, "not_found");
    erase(&owner, "nonsense").await.problem(404, "not_found");
}

async fn nothing_of_another_account_can_be_reached(app: &App) {
    let agent = app.token(AGENT).await;
    let (_, id) = visitor(app).await;
    let note = json!({"id": new_id(), "content": "Ours"});
    let path = format!("/api/visitors/{id}");
    let ours = call(app, Method::POST, &format!("{path}/notes"), &agent, note)
        .await
        .at("/id");
    let stranger = app.second_account("owner@other.test").await.token;
    let list = get(app, "/api/visitors", &stranger).await;
    assert_eq!(list.json["items"], json!([]));
    for (method, path, body) in [
        (Method::GET, path.clone(), json!({})),
        (Method::PATCH, path.clone(), json!({"name": "Eve"})),
        (Method::DELETE, path.clone(), json!({})),
        (Method::POST, format!("{path}/block"), json!({"blocked": true})),
        (Method::GET, format!("{path}/export"), json!({})),
        (
            Method::POST,
            format!("{path}/notes"),
            json!({"id": new_id(), "content": "x"}),
        ),
        (
            Method::PATCH,
            format!("{path}/notes/{ours}"),
            json!({"content": "x"}),
        ),
        (Method::DELETE, format!("{path}/notes/{ours}"), json!({})),
    ] {
        call(app, method, &path, &stranger, body)
            .await
            .problem(404, "not_found");
    }
    let now = details(app, &agent, &id).await;
    assert_eq!(
        (&now["user"]["version"], &now["notes"][0]["content"]),
        (&json!(1), &json!("Ours"))
    );
}
