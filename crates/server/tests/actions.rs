//! What operators do to conversations: closing, archiving, assigning, snoozing, one or many at once, each exactly once.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use common::{AGENT, Answer, App, ChattingVisitor, OWNER, new_id};
use serde_json::{Value, json};
use socket::Socket;

common::on_both_databases! {
    the_lifecycle_is_told_step_by_step,
    archived_ones_come_back_closed,
    visitors_hear_what_they_may_know,
    a_repeat_gets_the_first_result,
    a_hundred_repeats_at_once_act_once,
    actions_that_are_sent_together_are_repeated_in_any_company,
    an_old_version_conflicts_with_the_current_one,
    one_bad_item_leaves_the_others_be,
    assigning_needs_a_colleague_who_sees_the_website,
    a_snooze_hides_and_ends,
    closing_races_with_writing,
    many_change_in_one_go_and_in_opposite_orders,
    bad_changes_are_told_by_field,
    foreign_conversations_do_not_change,
    results_are_for_whoever_may_still_see_them,
}

async fn change(app: &App, token: &str, ids: &[&str], set: Value) -> Answer {
    let items: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    patch(
        app,
        token,
        &json!({"actionId": new_id(), "items": items, "set": set}),
    )
    .await
}

async fn patch(app: &App, token: &str, body: &Value) -> Answer {
    app.call(reqwest::Method::PATCH, "/api/live-chat/conversations")
        .bearer(token)
        .json(body)
        .send()
        .await
}

/// The conversation of the only result.
#[track_caller]
fn changed(answer: &Answer) -> &Value {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let conversation = &answer.json["results"][0]["conversation"];
    assert!(conversation.is_object(), "{}", answer.text);
    conversation
}

/// The problem's code of one result.
#[track_caller]
fn problem(answer: &Answer, index: usize) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let code = &answer.json["results"][index]["problem"]["code"];
    code.as_str().unwrap_or_else(|| panic!("{}", answer.text))
}

async fn one(app: &App, token: &str, id: &str) -> Value {
    let path = format!("/api/live-chat/conversations/{id}");
    app.get(&path).bearer(token).send().await.json
}

/// Contents and visibilities of the notices.
async fn notices(app: &App, token: &str, id: &str) -> Vec<(String, String)> {
    let path = format!("/api/live-chat/conversations/{id}/messages?limit=200");
    let history = app.get(&path).bearer(token).send().await;
    let items = history.json["items"].as_array().expect("items").clone();
    items
        .iter()
        .filter(|item| item["type"] == "system")
        .skip(1)
        .map(|item| {
            let text = |field: &str| item[field].as_str().expect("text").to_owned();
            (text("content"), text("visibility"))
        })
        .collect()
}

async fn ids_on(app: &App, token: &str, shelf: &str) -> Vec<String> {
    let path = format!("/api/live-chat/conversations?status={shelf}&limit=200");
    let list = app.get(&path).bearer(token).send().await;
    let items = list.json["items"].as_array().expect("items").clone();
    items
        .iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}

async fn agents_chat(app: &App) -> (String, ChattingVisitor) {
    (app.token(AGENT).await, app.chatting_visitor("Hello").await)
}

async fn the_lifecycle_is_told_step_by_step(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let (mut socket, _) = Socket::operator(app, &agent).await;
    let before = one(app, &agent, &chat.conversation).await;

    // Archiving an open one closes it first: two steps, a notice and the conversation's event each.
    let answer = change(app, &agent, &[&chat.conversation], json!({"isArchived": true})).await;
    let archived = changed(&answer);
    assert_eq!(
        (&archived["status"], &archived["isArchived"]),
        (&json!("closed"), &json!(true))
    );
    assert_eq!(archived.get("autoCloseAt"), None, "{archived}");
    assert_eq!(
        archived["messageCount"], before["messageCount"],
        "notices are not counted"
    );
    assert_eq!(archived["lastMessageAt"], before["lastMessageAt"]);
    let closes = socket.event("message.created").await;
    assert_eq!(closes["body"]["content"], "Adam Agent closed the conversation");
    let closed = socket.event("conversation.updated").await;
    assert_eq!(
        (&closed["body"]["status"], &closed["body"]["isArchived"]),
        (&json!("closed"), &json!(false))
    );
    let archives = socket.event("message.created").await;
    assert_eq!(archives["body"]["visibility"], "internal");
    let last = socket.event("conversation.updated").await;
    assert_eq!(last["body"], *archived, "the answer is the fold of the events");
    assert_eq!(last["offset"], answer.json["position"]["offset"]);
    assert_eq!(
        ids_on(app, &agent, "archived").await,
        [chat.conversation.as_str()]
    );
    assert_eq!(
        notices(app, &agent, &chat.conversation).await,
        [
            (
                "Adam Agent closed the conversation".to_owned(),
                "public".to_owned()
            ),
            (
                "Adam Agent archived the conversation".to_owned(),
                "internal".to_owned()
            ),
        ]
    );

    // What is so already is no step: no event, no version.
    let again = change(app, &agent, &[&chat.conversation], json!({"isArchived": true})).await;
    assert_eq!(changed(&again)["version"], archived["version"]);
    assert_eq!(again.json["position"], answer.json["position"]);
}

async fn archived_ones_come_back_closed(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let ids = [chat.conversation.as_str()];
    change(app, &agent, &ids, json!({"isArchived": true})).await;
    assert_eq!(
        problem(&change(app, &agent, &ids, json!({"status": "open"})).await, 0),
        "conversation_archived"
    );
    let back = change(app, &agent, &ids, json!({"isArchived": false})).await;
    assert_eq!(
        (&changed(&back)["status"], &changed(&back)["isArchived"]),
        (&json!("closed"), &json!(false))
    );
    let open = change(app, &agent, &ids, json!({"status": "open", "priority": "urgent"})).await;
    assert_eq!(
        (&changed(&open)["status"], &changed(&open)["priority"]),
        (&json!("open"), &json!("urgent"))
    );
    assert!(
        changed(&open)["autoCloseAt"].is_string(),
        "the window begins anew"
    );
    let told = notices(app, &agent, &chat.conversation).await;
    assert_eq!(told.len(), 4, "{told:?}");
}

async fn visitors_hear_what_they_may_know(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let owner_id = app.sign_in(OWNER).await.at("/user/id");
    let (mut visitor, _) = Socket::visitor(app, &chat.token).await;
    let ids = [chat.conversation.as_str()];
    let until = app.state.clock.now().plus_millis(3_600_000).to_string();
    let unseen = json!({"assigneeId": owner_id, "priority": "high", "snoozedUntil": until});
    changed(&change(app, &agent, &ids, unseen).await);
    changed(&change(app, &agent, &ids, json!({"isArchived": true})).await);
    let told = visitor.event("message.created").await;
    assert_eq!(told["body"]["content"], "Adam Agent closed the conversation");
    let seen = visitor.event("conversation.updated").await;
    let mut fields: Vec<&String> = seen["body"].as_object().expect("an object").keys().collect();
    fields.sort();
    assert_eq!(fields, ["id", "lastSeq", "readSeq", "startedAt", "status"]);
    assert_eq!(seen["body"]["status"], "closed");
    visitor.send(&json!({"t": "ping", "n": 1})).await;
    assert_eq!(visitor.frame().await["t"], "pong", "and nothing of the archive");
    // Writing again starts another conversation.
    let next = app.say(&chat.token, "One more thing").await;
    assert_ne!(next.at("/conversation/id"), chat.conversation);
}

async fn a_repeat_gets_the_first_result(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let owner = app.token(OWNER).await;
    let gone = new_id();
    let action = json!({
        "actionId": new_id(),
        "items": [{"id": chat.conversation}, {"id": gone}],
        "set": {"status": "closed"},
    });
    let first = patch(app, &agent, &action).await;
    assert_eq!(problem(&first, 1), "not_found");
    app.say(&chat.token, "Wait!").await;
    let again = patch(app, &agent, &action).await;
    assert_eq!(
        (again.status, &again.json),
        (200, &first.json),
        "although it was reopened since"
    );
    assert_eq!(
        one(app, &agent, &chat.conversation).await["status"],
        "open",
        "nothing was done again"
    );

    for (field, other) in [
        ("set", json!({"status": "open"})),
        ("items", json!([{"id": chat.conversation}])),
    ] {
        let mut reused = action.clone();
        reused[field] = other;
        patch(app, &agent, &reused).await.problem(409, "id_reused");
    }
    // Ids are their author's: somebody else's action of the same id is another one.
    let theirs = patch(app, &owner, &action).await;
    assert_eq!(changed(&theirs)["status"], "closed");
    assert_ne!(theirs.json, first.json);

    // Kept for 30 days, and then done anew.
    app.say(&chat.token, "Still there?").await;
    for _ in 0..30 {
        app.state.clock.advance(86_400_000);
    }
    switchboard_server::upkeep::tidy(&app.state.db, app.state.clock.now(), &app.state.config.logs)
        .await
        .expect("tidied up");
    let agent = app.token(AGENT).await;
    let late = patch(app, &agent, &action).await;
    assert_eq!(changed(&late)["status"], "closed");
    assert_ne!(late.json, first.json);
}

async fn a_hundred_repeats_at_once_act_once(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let action = json!({
        "actionId": new_id(), "items": [{"id": chat.conversation}], "set": {"isArchived": true},
    });
    let answers = futures_util::future::join_all((0..100).map(|_| patch(app, &agent, &action))).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.json), (200, &answers[0].json));
    }
    assert_eq!(notices(app, &agent, &chat.conversation).await.len(), 2);
}

async fn actions_that_are_sent_together_are_repeated_in_any_company(app: &App) {
    let agent = app.token(AGENT).await;
    let mut items = Vec::new();
    for text in ["One", "Two", "Three"] {
        let chat = app.chatting_visitor(text).await;
        items.push(json!({"id": chat.conversation, "actionId": new_id()}));
    }
    let close = |items: &[Value], set: Value| json!({"actionId": new_id(), "items": items, "set": set});
    let closed = || json!({"status": "closed"});
    let offset = |answer: &Answer| {
        let text = answer.json["position"]["offset"].as_str().expect("an offset");
        text.parse::<u64>().expect("a number")
    };
    let versions = |answer: &Answer| {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let results = answer.json["results"].as_array().expect("results").clone();
        let version = |result: &Value| (result["id"].clone(), result["conversation"]["version"].clone());
        results.iter().map(version).collect::<Vec<_>>()
    };
    let first = patch(app, &agent, &close(&items[..2], closed())).await;
    let done = versions(&first);
    assert_eq!(done.len(), 2);
    for item in &items[..2] {
        let id = item["id"].as_str().expect("an id");
        assert_eq!(one(app, &agent, id).await["status"], "closed");
        // By itself, as the request of that action alone.
        let alone = json!({"actionId": item["actionId"], "items": [{"id": id}], "set": closed()});
        let again = patch(app, &agent, &alone).await;
        assert!(done.contains(&versions(&again)[0]), "{}", again.text);
        assert!(offset(&again) <= offset(&first), "as of then");
    }
    // With one that is new: that one is done, the other one is not done again.
    let mixed = patch(app, &agent, &close(&items[1..], closed())).await;
    assert_eq!(versions(&mixed)[0], done[1]);
    let third = items[2]["id"].as_str().expect("an id");
    assert_eq!(one(app, &agent, third).await["status"], "closed");
    assert_eq!(offset(&mixed), offset(&first), "as of the oldest result");
    let reused = patch(app, &agent, &close(&items[..1], json!({"status": "open"}))).await;
    assert_eq!((reused.status, &reused.json["code"]), (409, &json!("id_reused")));
}

async fn an_old_version_conflicts_with_the_current_one(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let seen = one(app, &agent, &chat.conversation).await["version"].clone();
    app.say(&chat.token, "More").await;
    let with_version = |version: &Value| {
        json!({
            "actionId": new_id(),
            "items": [{"id": chat.conversation, "version": version}],
            "set": {"status": "closed"},
        })
    };
    let refused = patch(app, &agent, &with_version(&seen)).await;
    assert_eq!(problem(&refused, 0), "conflict");
    let current = &refused.json["results"][0]["problem"]["current"];
    assert_eq!(
        (&current["status"], &current["lastMessage"]),
        (&json!("open"), &json!("More"))
    );
    let done = patch(app, &agent, &with_version(&current["version"])).await;
    assert_eq!(changed(&done)["status"], "closed");

    // Of many with the same version one wins.
    let version = changed(&done)["version"].clone();
    let racers = (0..20).map(|n| {
        let mut body = with_version(&version);
        body["set"] = json!({"priority": if n % 2 == 0 { "high" } else { "low" }});
        body
    });
    let bodies: Vec<Value> = racers.collect();
    let answers = futures_util::future::join_all(bodies.iter().map(|body| patch(app, &agent, body))).await;
    let won = answers
        .iter()
        .filter(|answer| answer.json["results"][0]["conversation"].is_object())
        .count();
    assert_eq!(won, 1);
}

async fn one_bad_item_leaves_the_others_be(app: &App) {
    let (agent, good) = agents_chat(app).await;
    let put_away = app.chatting_visitor("Old").await;
    change(
        app,
        &agent,
        &[&put_away.conversation],
        json!({"isArchived": true}),
    )
    .await;
    let unknown = new_id();
    let until = app.state.clock.now().plus_millis(3_600_000).to_string();
    let answer = change(
        app,
        &agent,
        &[&put_away.conversation, &unknown, &good.conversation],
        json!({"snoozedUntil": until, "priority": "high"}),
    )
    .await;
    assert_eq!(problem(&answer, 0), "conversation_archived");
    assert_eq!(problem(&answer, 1), "not_found");
    assert_eq!(answer.json["results"][2]["conversation"]["priority"], "high");
    let untouched = one(app, &agent, &put_away.conversation).await;
    assert_eq!(untouched["priority"], "normal", "all of it or nothing");
}

async fn assigning_needs_a_colleague_who_sees_the_website(app: &App) {
    let agent = app.sign_in(AGENT).await;
    let owner = app.sign_in(OWNER).await;
    let (agent, agent_id) = (agent.at("/accessToken"), agent.at("/user/id"));
    let (owner, owner_id) = (owner.at("/accessToken"), owner.at("/user/id"));
    let stranger = app.second_account("owner@other.test").await;
    let stranger_id = app
        .get("/api/auth/me")
        .bearer(&stranger.token)
        .send()
        .await
        .at("/id");
    let chat = app.chatting_visitor("Hello").await;
    let ids = [chat.conversation.as_str()];
    for (set, assignee) in [
        (json!({"assigneeId": owner_id}), Some(&owner_id)),
        (json!({"priority": "low"}), Some(&owner_id)),
        (json!({"assigneeId": agent_id}), Some(&agent_id)),
        (json!({"assigneeId": null}), None),
    ] {
        let answer = change(app, &agent, &ids, set.clone()).await;
        assert_eq!(
            changed(&answer)["assigneeId"].as_str(),
            assignee.map(String::as_str),
            "{set}"
        );
    }
    let told = notices(app, &agent, &chat.conversation).await;
    let internal = |text: &str| (text.to_owned(), "internal".to_owned());
    assert_eq!(
        told,
        [
            internal("Adam Agent assigned the conversation to Olga Owner"),
            internal("Adam Agent took the conversation"),
            internal("Adam Agent left the conversation to nobody"),
        ]
    );
    let mine = format!("/api/live-chat/conversations?assignee={owner_id}");
    change(app, &agent, &ids, json!({"assigneeId": owner_id})).await;
    let list = app.get(&mine).bearer(&owner).send().await;
    assert_eq!(list.at("/items/0/id"), chat.conversation);

    for nobody in [&stranger_id, &new_id()] {
        let answer = change(app, &owner, &ids, json!({"assigneeId": nobody})).await;
        assert_eq!(problem(&answer, 0), "validation_failed");
        assert!(answer.json["results"][0]["problem"]["fields"]["set.assigneeId"].is_array());
    }
    app.execute("UPDATE members SET removed_at = 1 WHERE email = 'agent@demo.test'")
        .await;
    let left = change(app, &owner, &ids, json!({"assigneeId": agent_id})).await;
    assert_eq!(problem(&left, 0), "validation_failed");
    app.execute("UPDATE members SET removed_at = NULL").await;
    app.execute("DELETE FROM member_websites").await;
    let blind = change(app, &owner, &ids, json!({"assigneeId": agent_id})).await;
    assert_eq!(problem(&blind, 0), "validation_failed");
}

async fn a_snooze_hides_and_ends(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let ids = [chat.conversation.as_str()];
    let until = app.state.clock.now().plus_millis(3_600_000).to_string();
    let snoozed = change(app, &agent, &ids, json!({"snoozedUntil": until})).await;
    assert_eq!(changed(&snoozed)["snoozedUntil"], until);
    assert!(!ids_on(app, &agent, "open").await.contains(&chat.conversation));
    assert_eq!(ids_on(app, &agent, "snoozed").await, [chat.conversation.as_str()]);
    assert!(ids_on(app, &agent, "all").await.contains(&chat.conversation));

    // By time, with an event.
    let (mut socket, _) = Socket::operator(app, &agent).await;
    app.state.clock.advance(3_600_001);
    let woken = socket.event("conversation.updated").await;
    assert_eq!(woken["body"].get("snoozedUntil"), None, "{woken}");
    let agent = app.token(AGENT).await;
    assert!(ids_on(app, &agent, "open").await.contains(&chat.conversation));
    assert!(notices(app, &agent, &chat.conversation).await.is_empty());

    // By hand, by the visitor and by closing.
    let until = app.state.clock.now().plus_millis(3_600_000).to_string();
    let snooze = || change(app, &agent, &ids, json!({"snoozedUntil": until}));
    assert!(changed(&snooze().await)["snoozedUntil"].is_string());
    let by_hand = change(app, &agent, &ids, json!({"snoozedUntil": null})).await;
    assert_eq!(changed(&by_hand).get("snoozedUntil"), None);
    snooze().await;
    app.say(&chat.token, "Hello again").await;
    assert_eq!(
        one(app, &agent, &chat.conversation).await.get("snoozedUntil"),
        None
    );
    snooze().await;
    let closed = change(app, &agent, &ids, json!({"status": "closed"})).await;
    assert_eq!(changed(&closed).get("snoozedUntil"), None);
    assert_eq!(problem(&snooze().await, 0), "conversation_closed");
}

async fn closing_races_with_writing(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let ids = [chat.conversation.as_str()];
    let closes = async {
        for _ in 0..20 {
            let answer = change(app, &agent, &ids, json!({"status": "closed"})).await;
            assert_eq!(changed(&answer)["status"], "closed");
        }
    };
    let writes = async {
        for n in 0..20 {
            let sent = app.say(&chat.token, &format!("{n}")).await;
            assert_eq!(sent.status, 201, "{}", sent.text);
            assert_eq!(sent.json["conversation"]["status"], "open");
        }
    };
    tokio::join!(closes, writes);
    let path = format!(
        "/api/live-chat/conversations/{}/messages?limit=200",
        chat.conversation
    );
    let history = app.get(&path).bearer(&agent).send().await;
    // Whatever the order was, closing and opening alternate, and nobody writes into a closed one.
    let mut open = true;
    for item in history.json["items"].as_array().expect("items") {
        match item["content"].as_str().expect("text") {
            "Adam Agent closed the conversation" => assert!(std::mem::replace(&mut open, false), "{item}"),
            "Reopened by a new message" => assert!(!std::mem::replace(&mut open, true), "{item}"),
            _ => assert!(open, "{item}"),
        }
    }
}

async fn many_change_in_one_go_and_in_opposite_orders(app: &App) {
    let agent = app.token(AGENT).await;
    let mut ids = Vec::new();
    for n in 0..12 {
        ids.push(app.chatting_visitor(&format!("{n}")).await.conversation);
    }
    let forward: Vec<&str> = ids.iter().map(String::as_str).collect();
    let backward: Vec<&str> = forward.iter().rev().copied().collect();
    let changes = (0..16).map(|n| {
        let (ids, status) = if n % 2 == 0 {
            (&forward, "closed")
        } else {
            (&backward, "open")
        };
        change(app, &agent, ids, json!({"status": status}))
    });
    for answer in futures_util::future::join_all(changes).await {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let results = answer.json["results"].as_array().expect("results");
        assert_eq!(results.len(), 12);
        let statuses: Vec<&Value> = results
            .iter()
            .map(|result| &result["conversation"]["status"])
            .collect();
        assert!(
            statuses.iter().all(|status| *status == statuses[0]),
            "{statuses:?}"
        );
    }
    let last = change(app, &agent, &backward, json!({"status": "closed"})).await;
    let order: Vec<&str> = last.json["results"]
        .as_array()
        .expect("results")
        .iter()
        .filter_map(|result| result["id"].as_str())
        .collect();
    assert_eq!(order, backward, "results in the order of the items");
}

async fn bad_changes_are_told_by_field(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let id = json!({"id": chat.conversation});
    let items = json!([id]);
    let body = |items: &Value, set: Value| json!({"actionId": new_id(), "items": items, "set": set});
    let too_many: Vec<Value> = (0..201).map(|_| json!({"id": new_id()})).collect();
    let close = json!({"status": "closed"});
    let later = |millis: i64| app.state.clock.now().plus_millis(millis).to_string();
    let label = new_id();
    for (bad, field) in [
        (body(&json!([]), close.clone()), "items"),
        (body(&json!(too_many), close.clone()), "items"),
        (body(&json!([id, id]), close.clone()), "items"),
        (body(&json!([{"id": "x"}]), close.clone()), "items[0].id"),
        (
            body(&json!([{"id": new_id(), "version": -1}]), close.clone()),
            "items[0].version",
        ),
        (body(&items, json!({})), "set"),
        (body(&items, json!({"invented": 1})), "set"),
        (body(&items, json!({"status": "asleep"})), "set.status"),
        (
            body(&items, json!({"status": "open", "isArchived": true})),
            "set.isArchived",
        ),
        (body(&items, json!({"priority": "whatever"})), "set.priority"),
        (body(&items, json!({"assigneeId": "me"})), "set.assigneeId"),
        (
            body(&items, json!({"snoozedUntil": "tomorrow"})),
            "set.snoozedUntil",
        ),
        (
            body(&items, json!({"snoozedUntil": later(367 * 86_400_000)})),
            "set.snoozedUntil",
        ),
        (body(&items, json!({"addLabels": [label]})), "set.addLabels"),
        (
            body(&items, json!({"addLabels": [label], "removeLabels": [label]})),
            "set.removeLabels",
        ),
        (json!({"actionId": new_id(), "items": items}), "set"),
        (json!({"items": items, "set": close}), "actionId"),
    ] {
        let refused = patch(app, &agent, &bad).await;
        let fields = &refused.problem(422, "validation_failed")["fields"];
        assert!(fields[field].is_array(), "{field}: {fields}");
    }
    app.call(reqwest::Method::PATCH, "/api/live-chat/conversations")
        .json(&body(&items, close))
        .send()
        .await
        .problem(401, "unauthenticated");
    // A snooze that waited in a queue until it was over changes nothing.
    let over = change(
        app,
        &agent,
        &[&chat.conversation],
        json!({"snoozedUntil": later(-1)}),
    )
    .await;
    assert_eq!(changed(&over).get("snoozedUntil"), None);
    assert_eq!(one(app, &agent, &chat.conversation).await["status"], "open");
}

async fn foreign_conversations_do_not_change(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let owner = app.token(OWNER).await;
    let stranger = app.second_account("owner@other.test").await;
    let before = one(app, &owner, &chat.conversation).await;
    app.execute("DELETE FROM member_websites").await;
    for token in [&stranger.token, &agent] {
        let refused = change(app, token, &[&chat.conversation], json!({"status": "closed"})).await;
        assert_eq!(problem(&refused, 0), "not_found");
        assert_eq!(refused.json["results"][0].get("conversation"), None);
    }
    assert_eq!(one(app, &owner, &chat.conversation).await, before);
}

async fn results_are_for_whoever_may_still_see_them(app: &App) {
    let (agent, chat) = agents_chat(app).await;
    let action = json!({
        "actionId": new_id(), "items": [{"id": chat.conversation}], "set": {"status": "closed"},
    });
    changed(&patch(app, &agent, &action).await);
    app.execute("DELETE FROM member_websites").await;
    let repeat = patch(app, &agent, &action).await;
    assert_eq!(problem(&repeat, 0), "not_found");
    assert!(!repeat.text.contains("Hello"), "{}", repeat.text);
}
