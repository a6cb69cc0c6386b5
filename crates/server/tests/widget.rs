//! The widget's configuration: drafts, publication, what was published before, and what visitors get of it.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use common::{AGENT, Answer, App, OWNER};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;
use switchboard_server::seed::DEMO_PUBLIC_KEY;

common::on_both_databases! {
    visitors_get_what_is_published,
    two_people_do_not_overwrite_each_other,
    bad_configurations_are_told_by_field,
    what_was_published_is_restored,
    only_owners_and_admins_change_it,
    colleagues_hear_of_it,
    anyone_reads_what_is_published,
    visitors_read_their_own_language,
    hours_say_whether_people_are_there,
    visitors_are_asked_before_they_write,
    answers_begin_the_conversation,
    any_page_may_fetch_the_rest_of_the_loader,
    dashboards_frame_the_preview,
}

async fn website(app: &App, token: &str) -> String {
    let list = app.get("/api/websites").bearer(token).send().await;
    format!("/api/websites/{}", list.at("/items/0/id"))
}

async fn widget(app: &App, token: &str) -> Value {
    let path = format!("{}/widget", website(app, token).await);
    let answer = app.get(&path).bearer(token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

async fn send(app: &App, token: &str, method: Method, rest: &str, version: u64, body: &Value) -> Answer {
    let path = format!("{}/widget{rest}", website(app, token).await);
    app.call(method, &path)
        .bearer(token)
        .header("if-match", &format!("\"{version}\""))
        .json(body)
        .send()
        .await
}

/// Changes the draft and publishes it.
async fn published(app: &App, token: &str, change: impl FnOnce(&mut Value)) -> Value {
    let now = widget(app, token).await;
    let mut draft = now["draft"].clone();
    change(&mut draft);
    let version = now["version"].as_u64().expect("a version");
    let saved = send(app, token, Method::PUT, "", version, &draft).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let version = saved.json["version"].as_u64().expect("a version");
    let out = send(app, token, Method::POST, "/publish", version, &json!({})).await;
    assert_eq!(out.status, 200, "{}", out.text);
    out.json
}

async fn visit(app: &App, locale: &str) -> Value {
    let body = json!({"publicKey": DEMO_PUBLIC_KEY, "locale": locale});
    let answer = app
        .post("/api/visitor/sessions")
        .header("origin", &app.base)
        .json(&body)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

async fn visitors_get_what_is_published(app: &App) {
    let owner = app.token(OWNER).await;
    let before = widget(app, &owner).await;
    assert_eq!(before["draft"], before["published"]);
    let mut draft = before["draft"].clone();
    draft["theme"]["accent"] = json!("#0A7D4B");
    draft["launcher"]["text"] = json!(" Ask us ");
    let saved = send(app, &owner, Method::PUT, "", 1, &draft).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    assert_eq!(saved.json["version"], 2);
    assert_eq!(saved.json["draft"]["theme"]["accent"], "#0a7d4b");
    assert_eq!(
        visit(app, "en").await["widget"]["theme"]["accent"],
        "#3158cf",
        "a draft is nobody's yet"
    );
    let out = send(app, &owner, Method::POST, "/publish", 2, &json!({})).await;
    assert_eq!(out.status, 200, "{}", out.text);
    assert_eq!(out.json["published"]["version"], 2);
    let session = visit(app, "en").await;
    assert_eq!(session["widget"]["theme"]["accent"], "#0a7d4b");
    let style = session["launcher"]["style"].as_str().expect("a sheet");
    assert!(style.contains("#0a7d4b"), "{style}");
    assert_eq!(session["launcher"]["text"], "Ask us");
    // The same again is nothing new.
    let again = send(app, &owner, Method::POST, "/publish", 3, &json!({})).await;
    assert_eq!(again.json, out.json);
}

async fn two_people_do_not_overwrite_each_other(app: &App) {
    let owner = app.token(OWNER).await;
    let draft = widget(app, &owner).await["draft"].clone();
    let mut one = draft.clone();
    one["title"] = json!("One");
    assert_eq!(send(app, &owner, Method::PUT, "", 1, &one).await.status, 200);
    let mut two = draft;
    two["title"] = json!("Two");
    let refused = send(app, &owner, Method::PUT, "", 1, &two).await;
    refused.problem(409, "conflict");
    assert_eq!(refused.json["current"]["draft"]["title"], "One");
    send(app, &owner, Method::POST, "/publish", 1, &json!({}))
        .await
        .problem(409, "conflict");
    assert_eq!(widget(app, &owner).await["published"]["title"], "");
}

async fn bad_configurations_are_told_by_field(app: &App) {
    let owner = app.token(OWNER).await;
    let mut draft = widget(app, &owner).await["draft"].clone();
    draft["theme"]["accent"] = json!("#ffd500");
    draft["launcher"]["size"] = json!(10);
    draft["behaviour"]["hideOn"] = json!(["checkout"]);
    let refused = send(app, &owner, Method::PUT, "", 1, &draft).await;
    refused.problem(422, "validation_failed");
    let fields = refused.json["fields"].as_object().expect("fields");
    let names: Vec<_> = fields.keys().collect();
    assert_eq!(names, ["behaviour.hideOn", "launcher.size", "theme.accentText"]);
    let said = fields["theme.accentText"][0].as_str().expect("words");
    assert!(said.contains('#'), "a colour that would do: {said}");
    assert_eq!(widget(app, &owner).await["version"], 1, "nothing was stored");
}

async fn what_was_published_is_restored(app: &App) {
    let owner = app.token(OWNER).await;
    published(app, &owner, |draft| draft["title"] = json!("First")).await;
    let now = published(app, &owner, |draft| draft["title"] = json!("Second")).await;
    let path = format!("{}/widget/history", website(app, &owner).await);
    let history = app.get(&path).bearer(&owner).send().await;
    let items = history.json["items"].as_array().expect("items").clone();
    let titles: Vec<_> = items.iter().map(|item| item["config"]["title"].clone()).collect();
    assert_eq!(
        titles,
        ["Second", "First", ""],
        "what it began with is there as well"
    );
    assert!(items[0]["by"].is_string() && items[2]["by"].is_null());
    let version = now["version"].as_u64().expect("a version");
    let first = &items[1]["config"]["version"];
    let restored = send(
        app,
        &owner,
        Method::POST,
        "/restore",
        version,
        &json!({"version": first}),
    )
    .await;
    assert_eq!(restored.status, 200, "{}", restored.text);
    assert_eq!(restored.json["draft"]["title"], "First");
    assert_eq!(
        restored.json["published"]["title"], "Second",
        "visitors get it once it is published"
    );
    let version = restored.json["version"].as_u64().expect("a version");
    send(
        app,
        &owner,
        Method::POST,
        "/restore",
        version,
        &json!({"version": 99}),
    )
    .await
    .problem(404, "not_found");
    send(
        app,
        &owner,
        Method::POST,
        "/restore",
        1,
        &json!({"version": first}),
    )
    .await
    .problem(409, "conflict");
    let out = send(app, &owner, Method::POST, "/publish", version, &json!({})).await;
    assert_eq!(out.json["published"]["title"], "First");
    assert_eq!(out.json["published"]["version"], 4);
}

async fn only_owners_and_admins_change_it(app: &App) {
    let agent = app.token(AGENT).await;
    let draft = widget(app, &agent).await["draft"].clone();
    for (method, rest, body) in [
        (Method::PUT, "", draft.clone()),
        (Method::POST, "/publish", json!({})),
        (Method::POST, "/restore", json!({"version": 1})),
        (Method::GET, "/history", Value::Null),
    ] {
        send(app, &agent, method, rest, 1, &body)
            .await
            .problem(403, "forbidden");
    }
    let owner = app.token(OWNER).await;
    let path = format!("{}/widget", website(app, &owner).await);
    let stranger = app.second_account("owner@other.test").await;
    for (method, rest) in [
        (Method::GET, ""),
        (Method::PUT, ""),
        (Method::POST, "/publish"),
        (Method::GET, "/history"),
    ] {
        let call = app.call(method, &format!("{path}{rest}")).bearer(&stranger.token);
        call.json(&draft).send().await.problem(404, "not_found");
    }
}

async fn colleagues_hear_of_it(app: &App) {
    let owner = app.token(OWNER).await;
    let (mut socket, _) = Socket::operator(app, &owner).await;
    let id = widget(app, &owner).await["websiteId"].clone();
    published(app, &owner, |draft| draft["title"] = json!("Help")).await;
    for version in [2, 3] {
        let body = socket.event("widget.updated").await["body"].clone();
        assert_eq!(body, json!({"id": id, "version": version}));
    }
}

async fn anyone_reads_what_is_published(app: &App) {
    let owner = app.token(OWNER).await;
    let path = format!("/api/widget/{DEMO_PUBLIC_KEY}");
    let read = app
        .get(&path)
        .header("origin", "https://any.example")
        .send()
        .await;
    assert_eq!(read.status, 200, "{}", read.text);
    assert_eq!(read.json, widget(app, &owner).await["published"]);
    assert_eq!(read.header("cache-control"), Some("public, max-age=60"));
    assert_eq!(
        read.header("access-control-allow-origin"),
        Some("https://any.example")
    );
    let etag = read.header("etag").expect("an etag").to_owned();
    let known = app.get(&path).header("if-none-match", &etag).send().await;
    assert_eq!((known.status, known.text.as_str()), (304, ""));
    published(app, &owner, |draft| draft["title"] = json!("Help")).await;
    let newer = app.get(&path).header("if-none-match", &etag).send().await;
    assert_eq!((newer.status, newer.at("/title")), (200, "Help".to_owned()));
    app.get("/api/widget/none").send().await.problem(404, "not_found");
}

async fn visitors_read_their_own_language(app: &App) {
    let owner = app.token(OWNER).await;
    published(app, &owner, |draft| {
        draft["translations"]["ar"] = json!({"greeting": "مرحبا", "launcherText": "اسأل"});
    })
    .await;
    let arabic = visit(app, "ar-EG").await;
    assert_eq!(arabic["widget"]["greeting"], "مرحبا");
    assert_eq!(arabic["widget"]["rightToLeft"], true);
    assert_eq!(arabic["launcher"]["text"], "اسأل");
    let english = visit(app, "en-GB").await;
    assert_eq!(english["widget"]["greeting"], "Hello! How can we help?");
    assert_eq!(english["widget"]["rightToLeft"], false);
}

async fn hours_say_whether_people_are_there(app: &App) {
    let owner = app.token(OWNER).await;
    assert_eq!(visit(app, "en").await["widget"]["isOpen"], true);
    let never = json!({"businessHours": {"openings": [], "holidays": []}});
    let path = website(app, &owner).await;
    let changed = app
        .call(Method::PATCH, &path)
        .bearer(&owner)
        .json(&never)
        .send()
        .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    published(app, &owner, |draft| {
        draft["offlineMessage"] = json!("Back at nine.")
    })
    .await;
    let closed = visit(app, "en").await;
    assert_eq!(closed["widget"]["isOpen"], false);
    assert_eq!(closed["widget"]["offlineMessage"], "Back at nine.");
}

async fn visitors_are_asked_before_they_write(app: &App) {
    let owner = app.token(OWNER).await;
    assert_eq!(visit(app, "en").await["widget"].get("preChatForm"), None);
    published(app, &owner, |draft| {
        draft["preChatForm"] = json!({"isOn": true, "intro": "Hello", "fields": [
            {"key": "name", "kind": "name", "label": "Your name", "isRequired": true},
            {"key": "email", "kind": "email", "label": "Your address", "isRequired": false},
            {"key": "order", "kind": "text", "label": "Order number", "isRequired": false},
        ]});
    })
    .await;
    let session = visit(app, "en").await;
    let asked = session["widget"]["preChatForm"]["fields"]
        .as_array()
        .expect("questions");
    assert_eq!(asked.len(), 3);
    let token = session["visitorToken"].as_str().expect("a token");
    let id = common::new_id();
    let answer = async |id: &str, answers: Value| {
        let call = app.post("/api/visitor/pre-chat").bearer(token);
        call.json(&json!({"actionId": id, "answers": answers}))
            .send()
            .await
    };
    let refused = answer(&id, json!({"email": "nobody"})).await;
    refused.problem(422, "validation_failed");
    let fields = refused.json["fields"].as_object().expect("fields");
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["email", "name"]);
    let said = json!({"name": " Jane ", "order": "4711", "other": "x"});
    let taken = answer(&id, said.clone()).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(taken.json["user"]["name"], "Jane");
    assert_eq!(
        answer(&id, said).await.json,
        taken.json,
        "once, however often it is told"
    );
    answer(&id, json!({"name": "Jane"}))
        .await
        .problem(409, "id_reused");
    let back = json!({"publicKey": DEMO_PUBLIC_KEY, "visitorToken": token});
    let call = app.post("/api/visitor/sessions").header("origin", &app.base);
    let back = call.json(&back).send().await;
    assert_eq!(back.json["widget"].get("preChatForm"), None, "asked once");
    let visitor = format!("/api/visitors/{}", session["user"]["id"].as_str().expect("an id"));
    let known = app.get(&visitor).bearer(&owner).send().await;
    assert!(
        known.text.contains("4711") && known.text.contains("Jane"),
        "{}",
        known.text
    );
    assert!(
        !known.text.contains("\"other\""),
        "what was not asked is not kept"
    );
    app.post("/api/visitor/pre-chat")
        .json(&json!({"actionId": id, "answers": {}}))
        .send()
        .await
        .problem(401, "unauthenticated");
}

async fn answers_begin_the_conversation(app: &App) {
    let owner = app.token(OWNER).await;
    published(app, &owner, |draft| {
        draft["preChatForm"] = json!({"isOn": true, "fields": [
            {"key": "name", "kind": "name", "label": "Your name", "isRequired": true},
        ]});
    })
    .await;
    let token = app.visit().await.at("/visitorToken");
    let (mut socket, _) = Socket::operator(app, &owner).await;
    let answer = app
        .post("/api/visitor/pre-chat")
        .bearer(&token)
        .json(&json!({"actionId": common::new_id(), "answers": {"name": "Jane"}}))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let conversation = answer.at("/conversation/id");
    // The notice that it began, then the conversation as it is with it.
    socket.event("message.created").await;
    let begun = socket.event("conversation.created").await;
    assert_eq!(begun["conversationId"], conversation.as_str());
    assert_eq!(begun["body"]["user"]["name"], "Jane");
    assert_eq!(begun["body"]["status"], "open");
    assert!(
        begun["body"]["autoCloseAt"].is_string(),
        "it does not stay open for ever"
    );
    let said = app.say(&token, "Hello").await;
    assert_eq!(said.at("/conversation/id"), conversation, "it goes on there");
}

async fn dashboards_frame_the_preview(app: &App) {
    let page = app.get("/widget/preview").send().await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("data-key=\"preview\""), "{}", page.text);
    let frame = app.get("/widget/frame/preview").send().await;
    assert!(frame.text.contains("preview_frame.js"), "{}", frame.text);
    for answer in [page, frame] {
        let policy = answer
            .header("content-security-policy")
            .expect("a policy")
            .to_owned();
        assert!(
            policy.contains(&format!("frame-ancestors {}", app.base)),
            "{policy}"
        );
    }
}

async fn any_page_may_fetch_the_rest_of_the_loader(app: &App) {
    let call = app
        .get("/widget/visitor.js")
        .header("origin", "https://any.example");
    let rest = call.send().await;
    assert_eq!(rest.status, 200);
    assert_eq!(
        rest.header("access-control-allow-origin"),
        Some("https://any.example")
    );
    assert!(rest.text.contains("export default"));
}
