//! Lists of conversations, people and websites.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::{AGENT, App, OWNER, new_id};
use serde_json::{Value, json};

common::on_both_databases! {
    the_demo_inbox_is_not_empty_and_seeded_once,
    newest_activity_comes_first_and_pages_meet,
    filters_narrow,
    bad_filters_are_told_by_name,
    people_on_the_sites_are_listed,
    websites_are_listed_and_searched,
}

async fn list(app: &App, token: &str, query: &str) -> common::Answer {
    let answer = app
        .get(&format!("/api/live-chat/conversations?{query}"))
        .bearer(token)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    answer
}

fn ids(answer: &common::Answer) -> Vec<String> {
    answer.json["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}

async fn the_demo_inbox_is_not_empty_and_seeded_once(app: &App) {
    let token = app.token(AGENT).await;
    let first = list(app, &token, "").await;
    assert_eq!(first.json["items"].as_array().expect("items").len(), 4);
    for item in first.json["items"].as_array().expect("items") {
        assert!(
            item["lastMessageAt"].as_str() >= item["startedAt"].as_str(),
            "{item}"
        );
        assert_eq!(item["messages"].as_array().expect("messages").len(), 1);
        assert_eq!(item["messages"][0]["conversationId"], item["id"]);
    }
    let restarted = app.restart().await;
    let token = restarted.token(AGENT).await;
    assert_eq!(
        list(&restarted, &token, "").await.json["items"],
        first.json["items"]
    );
    restarted.state.db.close().await;
}

async fn newest_activity_comes_first_and_pages_meet(app: &App) {
    let token = app.token(AGENT).await;
    let mut chats = Vec::new();
    for n in 0..5 {
        chats.push(app.chatting_visitor(&n.to_string()).await);
    }
    app.say(&chats[1].token, "again").await;
    let all = ids(&list(app, &token, "status=all").await);
    assert_eq!(all.len(), 9);
    assert_eq!(all[0], chats[1].conversation);

    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = list(app, &token, &format!("status=all&limit=2&cursor={cursor}")).await;
        paged.extend(ids(&page));
        if page.json["hasMore"] == false {
            assert_eq!(page.json.get("nextCursor"), None);
            break;
        }
        cursor = page.at("/nextCursor");
    }
    assert_eq!(paged, all);
}

async fn filters_narrow(app: &App) {
    let token = app.token(OWNER).await;
    let chat = app.chatting_visitor("hello").await;
    let id = chat.conversation.clone();
    let here = |query: String| {
        let (app, token, id) = (app, token.clone(), id.clone());
        async move { ids(&list(app, &token, &query).await).contains(&id) }
    };
    let conversation = app
        .get(&format!("/api/live-chat/conversations/{id}"))
        .bearer(&token)
        .send()
        .await;
    let (website, funnel) = (conversation.at("/websiteId"), conversation.at("/funnelId"));
    let me = app.get("/api/auth/me").bearer(&token).send().await.at("/id");
    for (query, expected) in [
        (String::new(), true),
        ("status=open".to_owned(), true),
        ("status=closed".to_owned(), false),
        ("status=archived".to_owned(), false),
        (format!("websiteId={website}"), true),
        (format!("websiteId={}", new_id()), false),
        (format!("funnelId={funnel}"), true),
        (format!("funnelId={}", new_id()), false),
        ("assignee=none".to_owned(), true),
        ("assignee=me".to_owned(), false),
        ("unread=true".to_owned(), true),
        ("unread=true&sort=newest&later=x".to_owned(), true),
    ] {
        assert_eq!(here(query.clone()).await, expected, "{query}");
    }
    app.execute(&format!(
        "UPDATE conversations SET assignee_id = '{me}' WHERE id = '{id}'"
    ))
    .await;
    app.reply(&token, &id, "hi", json!({})).await;
    for (query, expected) in [
        ("assignee=none".to_owned(), false),
        ("assignee=me".to_owned(), true),
        (format!("assignee={me}"), true),
        ("unread=true".to_owned(), false),
    ] {
        assert_eq!(here(query.clone()).await, expected, "{query}");
    }
    for (change, shelf) in [
        ("status = 'closed'", "closed"),
        ("status = 'closed', is_archived = 1", "archived"),
    ] {
        app.execute(&format!("UPDATE conversations SET {change} WHERE id = '{id}'"))
            .await;
        for status in ["open", "closed", "archived"] {
            assert_eq!(
                here(format!("status={status}")).await,
                status == shelf,
                "{shelf}/{status}"
            );
        }
        assert!(here("status=all".to_owned()).await);
    }
}

async fn bad_filters_are_told_by_name(app: &App) {
    let token = app.token(AGENT).await;
    for (query, name) in [
        ("status=sideways", "status"),
        ("websiteId=x", "websiteId"),
        ("funnelId=%00", "funnelId"),
        ("assignee=somebody", "assignee"),
        ("unread=perhaps", "unread"),
        ("sort=random", "sort"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=bm9uc2Vuc2U", "cursor"),
    ] {
        let answer = app
            .get(&format!("/api/live-chat/conversations?{query}"))
            .bearer(&token)
            .send()
            .await;
        let problem: &Value = answer.problem(400, "bad_request");
        assert!(problem["fields"][name].is_array(), "{query}: {problem}");
    }
}

async fn people_on_the_sites_are_listed(app: &App) {
    let token = app.token(AGENT).await;
    let session = app.visit().await;
    let people = |query: &'static str| app.get(&format!("/api/visitors{query}")).bearer(&token).send();
    let online = people("?online=true").await;
    assert_eq!(
        ids(&online),
        [session.at("/user/id")],
        "the demo's people are gone"
    );
    assert_eq!(online.json["items"][0]["pageTitle"], "Tents");
    assert_eq!(online.json["items"][0]["locale"], "en-GB");
    assert_eq!(people("").await.json["items"].as_array().map(Vec::len), Some(5));
    let first = people("?limit=3").await;
    assert_eq!(first.json["hasMore"], true);
    let path = format!("/api/visitors?limit=3&cursor={}", first.at("/nextCursor"));
    let second = app.get(&path).bearer(&token).send().await;
    assert_eq!(second.json["items"].as_array().map(Vec::len), Some(2));
    assert!(ids(&first).iter().all(|id| !ids(&second).contains(id)));
    people("?cursor=x").await.problem(400, "bad_request");
    app.state.clock.advance(131_000);
    assert_eq!(people("?online=true").await.json["items"], json!([]));
}

async fn websites_are_listed_and_searched(app: &App) {
    let token = app.token(AGENT).await;
    let websites = |query: &'static str| app.get(&format!("/api/websites{query}")).bearer(&token).send();
    let all = websites("").await;
    assert_eq!((&all.json["total"], &all.json["page"]), (&json!(1), &json!(1)));
    assert_eq!(all.json["items"][0]["publicKey"], "demo-shop");
    assert_eq!(all.json["items"][0]["status"]["state"], "never_seen");
    assert_eq!(websites("?q=DEMO").await.json["total"], 1);
    for none in ["?q=%25%25x", "?q=_", "?q=%5C", "?q=%27"] {
        assert_eq!(websites(none).await.json["total"], 0, "{none}");
    }
    let beyond = websites("?page=2").await;
    assert_eq!(
        (&beyond.json["total"], &beyond.json["items"]),
        (&json!(1), &json!([]))
    );
    for bad in ["?page=0", "?pageSize=201", "?page=x"] {
        websites(bad).await.problem(400, "bad_request");
    }
    websites("?sort=x").await.problem(422, "validation_failed");
}
