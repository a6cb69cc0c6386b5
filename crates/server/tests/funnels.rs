//! Funnels: named entry points of a website, and which one a visitor enters by.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use common::{Answer, App, OWNER, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;
use switchboard_server::seed::DEMO_PUBLIC_KEY;

common::on_both_databases! {
    funnels_are_added_changed_and_deleted,
    funnels_are_put_in_order,
    the_default_funnel_stays,
    bad_funnels_are_told_by_field,
    visitors_enter_by_the_page,
    colleagues_hear_of_it,
}

async fn call(app: &App, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
    let call = app.call(method, path).bearer(token);
    match body {
        Some(body) => call.json(&body).send().await,
        None => call.send().await,
    }
}

/// The demo website's funnels.
async fn funnels(app: &App, token: &str) -> String {
    let list = call(app, Method::GET, "/api/websites", token, None).await;
    format!("/api/websites/{}/funnels", list.at("/items/0/id"))
}

async fn add(app: &App, token: &str, name: &str, pages: Value) -> Value {
    let body = json!({"id": new_id(), "name": name, "pages": pages});
    let path = funnels(app, token).await;
    let answer = call(app, Method::POST, &path, token, Some(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

async fn order(app: &App, token: &str) -> Vec<String> {
    let list = call(app, Method::GET, &funnels(app, token).await, token, None).await;
    let items = list.json["items"].as_array().expect("items").clone();
    for (place, item) in items.iter().enumerate() {
        assert_eq!(item["place"], place, "{item}");
    }
    items
        .iter()
        .map(|item| item["name"].as_str().expect("a name").to_owned())
        .collect()
}

async fn one(app: &App, token: &str, funnel: &Value) -> String {
    format!(
        "{}/{}",
        funnels(app, token).await,
        funnel["id"].as_str().expect("an id")
    )
}

async fn funnels_are_added_changed_and_deleted(app: &App) {
    let owner = app.token(OWNER).await;
    let path = funnels(app, &owner).await;
    let default = order(app, &owner).await.pop().expect("the default funnel");
    let body = json!({"id": new_id(), "name": " Sales ", "pages": [" /pricing "], "greeting": "Questions?"});
    let made = call(app, Method::POST, &path, &owner, Some(body.clone())).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(
        (made.at("/name"), made.at("/pages/0")),
        ("Sales".to_owned(), "/pricing".to_owned())
    );
    let again = call(app, Method::POST, &path, &owner, Some(body.clone())).await;
    assert_eq!((again.status, &again.json), (200, &made.json));
    let mut other = body.clone();
    other["name"] = json!("Other");
    call(app, Method::POST, &path, &owner, Some(other))
        .await
        .problem(409, "id_reused");
    assert_eq!(order(app, &owner).await, ["Sales", default.as_str()]);

    let sales = one(app, &owner, &made.json).await;
    let changed = app
        .call(Method::PATCH, &sales)
        .bearer(&owner)
        .header("if-match", "\"1\"")
        .json(&json!({"greeting": " "}))
        .send()
        .await;
    assert_eq!(
        (changed.status, &changed.json["greeting"]),
        (200, &Value::Null),
        "{}",
        changed.text
    );
    let stale = app
        .call(Method::PATCH, &sales)
        .bearer(&owner)
        .header("if-match", "\"1\"")
        .json(&json!({"name": "Old"}))
        .send()
        .await;
    assert_eq!(stale.problem(409, "conflict")["current"], changed.json);
    assert_eq!(call(app, Method::DELETE, &sales, &owner, None).await.status, 204);
    call(app, Method::DELETE, &sales, &owner, None)
        .await
        .problem(404, "not_found");
    call(app, Method::POST, &path, &owner, Some(body))
        .await
        .problem(410, "gone");
    assert_eq!(order(app, &owner).await, [default]);
    // Its name is free again.
    add(app, &owner, "Sales", json!([])).await;
}

async fn funnels_are_put_in_order(app: &App) {
    let owner = app.token(OWNER).await;
    let default = order(app, &owner).await.pop().expect("the default funnel");
    for name in ["A", "B"] {
        add(app, &owner, name, json!([])).await;
    }
    let third = add(app, &owner, "C", json!([])).await;
    let path = one(app, &owner, &third).await;
    let moved = call(app, Method::PATCH, &path, &owner, Some(json!({"place": 0}))).await;
    assert_eq!(
        (moved.status, &moved.json["place"]),
        (200, &json!(0)),
        "{}",
        moved.text
    );
    assert_eq!(order(app, &owner).await, ["C", "A", "B", default.as_str()]);
    let moved = call(app, Method::PATCH, &path, &owner, Some(json!({"place": 99}))).await;
    assert_eq!(moved.json["place"], 2);
    assert_eq!(order(app, &owner).await, ["A", "B", "C", default.as_str()]);
}

async fn the_default_funnel_stays(app: &App) {
    let owner = app.token(OWNER).await;
    let list = call(app, Method::GET, &funnels(app, &owner).await, &owner, None).await;
    let path = one(app, &owner, &list.json["items"][0]).await;
    call(app, Method::DELETE, &path, &owner, None)
        .await
        .problem(409, "default_funnel");
    for (field, body) in [
        ("pages", json!({"pages": ["/x"]})),
        ("place", json!({"place": 1})),
    ] {
        let refused = call(app, Method::PATCH, &path, &owner, Some(body)).await;
        assert!(refused.problem(422, "validation_failed")["fields"][field].is_array());
    }
    let renamed = call(
        app,
        Method::PATCH,
        &path,
        &owner,
        Some(json!({"name": "Everything"})),
    )
    .await;
    assert_eq!(
        (renamed.status, renamed.at("/name")),
        (200, "Everything".to_owned())
    );
}

async fn bad_funnels_are_told_by_field(app: &App) {
    let owner = app.token(OWNER).await;
    let sales = add(app, &owner, "Sales", json!([])).await;
    let other = add(app, &owner, "Other", json!([])).await;
    let (all, path) = (funnels(app, &owner).await, one(app, &owner, &other).await);
    for (field, bad) in [
        ("name", json!("")),
        ("name", json!("SALES")),
        ("pages", json!(["pricing"])),
        ("pages", json!(["/a b"])),
        ("greeting", json!("x".repeat(501))),
    ] {
        let mut body = json!({"id": new_id(), "name": "New", "pages": []});
        body[field] = bad.clone();
        let refused = call(app, Method::POST, &all, &owner, Some(body)).await;
        assert!(
            refused.problem(422, "validation_failed")["fields"][field].is_array(),
            "{field}"
        );
        let refused = call(app, Method::PATCH, &path, &owner, Some(json!({ field: bad }))).await;
        assert!(
            refused.problem(422, "validation_failed")["fields"][field].is_array(),
            "{field}"
        );
    }
    let same = one(app, &owner, &sales).await;
    let same = call(app, Method::PATCH, &same, &owner, Some(json!({"name": "sales"}))).await;
    assert_eq!(same.status, 200, "its own name is free: {}", same.text);
}

async fn visit(app: &App, page: &str, funnel: Option<&str>) -> Answer {
    let mut body =
        json!({"publicKey": DEMO_PUBLIC_KEY, "page": format!("{}{page}", app.base), "locale": "en"});
    if let Some(funnel) = funnel {
        body["funnel"] = json!(funnel);
    }
    let visit = app
        .post("/api/visitor/sessions")
        .header("origin", &app.base)
        .json(&body);
    let answer = visit.send().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

async fn visitors_enter_by_the_page(app: &App) {
    let owner = app.token(OWNER).await;
    let default = order(app, &owner).await.pop().expect("the default funnel");
    let tents = add(app, &owner, "Tents", json!(["/demo/tents*"])).await;
    let anything = add(app, &owner, "Shop", json!(["/demo/*"])).await;
    let path = one(app, &owner, &tents).await;
    call(
        app,
        Method::PATCH,
        &path,
        &owner,
        Some(json!({"greeting": "Which tent?"})),
    )
    .await;
    for (page, asked, expected) in [
        ("/demo/tents?size=2", None, "Tents"),
        ("/demo/stoves", None, "Shop"),
        ("/elsewhere", None, default.as_str()),
        ("/demo/tents", anything["id"].as_str(), "Shop"),
    ] {
        let visit = visit(app, page, asked).await;
        let said = app.say(&visit.at("/visitorToken"), "Hello").await;
        let id = said.at("/conversation/id");
        let path = format!("/api/live-chat/conversations/{id}");
        let read = call(app, Method::GET, &path, &owner, None).await;
        assert_eq!(read.at("/funnelName"), expected, "{page}");
        let greets = visit.json["widget"]["greeting"] == "Which tent?";
        assert_eq!(greets, expected == "Tents", "{page}: {}", visit.text);
    }
}

async fn colleagues_hear_of_it(app: &App) {
    let owner = app.token(OWNER).await;
    let (mut socket, _) = Socket::operator(app, &owner).await;
    add(app, &owner, "A", json!([])).await;
    let made = add(app, &owner, "B", json!([])).await;
    assert_eq!(socket.event("funnel.created").await["body"]["name"], "A");
    assert_eq!(socket.event("funnel.created").await["body"], made);
    let path = one(app, &owner, &made).await;
    call(app, Method::PATCH, &path, &owner, Some(json!({"place": 0}))).await;
    // Both have another place now.
    for name in ["B", "A"] {
        assert_eq!(socket.event("funnel.updated").await["body"]["name"], name);
    }
    call(app, Method::DELETE, &path, &owner, None).await;
    let gone = socket.event("funnel.deleted").await;
    assert_eq!(
        gone["body"],
        json!({"id": made["id"], "websiteId": made["websiteId"]})
    );
}
