//! Conversations find who is in charge by their website's rule: in turn, up to a cap, never someone who is away, and never twice the
//! same turn.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod socket;

use std::time::Duration;

use accounts::{call, get, me, new_member};
use common::{AGENT, App, ChattingVisitor, OWNER, new_id};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;
use sqlx::Row as _;
use switchboard_server::live_chat::assign;

common::on_both_databases! {
    by_hand_nobody_is_put_in_charge,
    each_who_is_available_has_a_turn,
    the_least_busy_goes_first,
    nobody_away_is_chosen_and_what_waits_is_handed_out_later,
    a_cap_holds_and_the_next_free_one_gets_it,
    the_smaller_cap_holds_of_the_websites_and_ones_own,
    who_does_not_see_the_website_gets_nothing,
    what_reopens_with_nobody_in_charge_is_handed_out,
    what_an_operator_reopens_is_handed_out_unless_they_decide,
    what_is_left_to_nobody_by_hand_stays_so,
    arrivals_at_the_same_moment_have_different_turns,
    a_socket_makes_its_member_available,
    who_polls_is_there_also_between_two_polls,
    the_rule_is_checked_and_conflicts_by_version,
}

async fn website(app: &App, token: &str) -> Value {
    let list = get(app, "/api/websites?page=1&pageSize=1", token).await;
    list.json["items"][0].clone()
}

/// Sets the rule of the demo website.
async fn rule(app: &App, mode: &str, cap: Option<u32>) {
    let owner = app.token(OWNER).await;
    let site = website(app, &owner).await;
    let path = format!("/api/websites/{}", site["id"].as_str().expect("an id"));
    let body = json!({"assignment": {"mode": mode, "cap": cap}});
    let changed = call(app, Method::PATCH, &path, &owner, body).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.json["assignment"]["mode"], mode);
    // What the demo began with is nobody's work here.
    app.execute("UPDATE conversations SET status = 'closed', auto_close_at = NULL WHERE status = 'open'")
        .await;
}

async fn id_of(app: &App, email: &str) -> String {
    me(app, &app.token(email).await).await.at("/id")
}

/// Another server says how a member is.
async fn says(app: &App, member: &str, availability: &str) {
    app.execute(&format!(
        "DELETE FROM attendance WHERE server = 'other' AND member_id = '{member}'"
    ))
    .await;
    app.execute(&format!(
        "INSERT INTO attendance (server, member_id, account_id, availability, until_at) \
         SELECT 'other', id, account_id, '{availability}', 9000000000000000 FROM members WHERE id = '{member}'"
    ))
    .await;
}

async fn both_available(app: &App) -> (String, String) {
    let (owner, agent) = (id_of(app, OWNER).await, id_of(app, AGENT).await);
    says(app, &owner, "available").await;
    says(app, &agent, "available").await;
    (owner, agent)
}

async fn read(app: &App, conversation: &str) -> Value {
    let owner = app.token(OWNER).await;
    let answer = get(
        app,
        &format!("/api/live-chat/conversations/{conversation}"),
        &owner,
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

/// Who is in charge; null for nobody.
async fn in_charge(app: &App, chat: &ChattingVisitor) -> Value {
    read(app, &chat.conversation).await["assigneeId"].clone()
}

async fn set(app: &App, conversation: &str, set: Value) {
    let owner = app.token(OWNER).await;
    let body = json!({"actionId": new_id(), "items": [{"id": conversation}], "set": set});
    let answer = call(app, Method::PATCH, "/api/live-chat/conversations", &owner, body).await;
    assert!(
        answer.json["results"][0]["conversation"].is_object(),
        "{}",
        answer.text
    );
}

async fn hand_out(app: &App) {
    assign::hand_out_waiting(&app.state.db, app.state.clock.now())
        .await
        .expect("what waits is handed out");
}

async fn by_hand_nobody_is_put_in_charge(app: &App) {
    both_available(app).await;
    let chat = app.chatting_visitor("Hello").await;
    hand_out(app).await;
    assert_eq!(in_charge(app, &chat).await, Value::Null);
}

async fn each_who_is_available_has_a_turn(app: &App) {
    rule(app, "round_robin", None).await;
    let (owner, agent) = both_available(app).await;
    let mut got = Vec::new();
    for _ in 0..4 {
        let chat = app.chatting_visitor("Hello").await;
        got.push(in_charge(app, &chat).await);
    }
    let of = |who: &str| got.iter().filter(|id| **id == who).count();
    assert_eq!((of(&owner), of(&agent)), (2, 2), "{got:?}");
    assert_ne!(got[0], got[1]);
    let chat = app.chatting_visitor("Hello").await;
    let token = app.token(OWNER).await;
    let history = get(
        app,
        &format!("/api/live-chat/conversations/{}/messages", chat.conversation),
        &token,
    )
    .await;
    let notice = history.json["items"]
        .as_array()
        .expect("items")
        .last()
        .expect("one");
    assert_eq!(
        (&notice["type"], &notice["visibility"]),
        (&json!("system"), &json!("internal"))
    );
    let seen = get(app, "/api/visitor/messages", &chat.token).await;
    assert!(!seen.text.contains("Assigned"), "{}", seen.text);
    assert!(!seen.text.contains("assignee"), "{}", seen.text);
}

async fn the_least_busy_goes_first(app: &App) {
    rule(app, "least_busy", None).await;
    let (owner, agent) = both_available(app).await;
    let first = app.chatting_visitor("One").await;
    let busy = in_charge(app, &first).await;
    let other = if busy == owner.as_str() { &agent } else { &owner };
    let second = app.chatting_visitor("Two").await;
    assert_eq!(in_charge(app, &second).await, other.as_str());
    set(app, &second.conversation, json!({"status": "closed"})).await;
    let third = app.chatting_visitor("Three").await;
    assert_eq!(
        in_charge(app, &third).await,
        other.as_str(),
        "whose other one is over"
    );
}

async fn nobody_away_is_chosen_and_what_waits_is_handed_out_later(app: &App) {
    rule(app, "round_robin", None).await;
    let (owner, agent) = (id_of(app, OWNER).await, id_of(app, AGENT).await);
    says(app, &owner, "away").await;
    let first = app.chatting_visitor("Is anyone there?").await;
    let second = app.chatting_visitor("And for me?").await;
    hand_out(app).await;
    assert_eq!(in_charge(app, &first).await, Value::Null);
    says(app, &agent, "available").await;
    hand_out(app).await;
    assert_eq!(in_charge(app, &first).await, agent.as_str());
    assert_eq!(in_charge(app, &second).await, agent.as_str());
    // What a server said that is gone holds no more.
    app.execute("UPDATE attendance SET until_at = 1").await;
    let third = app.chatting_visitor("Too late").await;
    hand_out(app).await;
    assert_eq!(in_charge(app, &third).await, Value::Null);
}

async fn a_cap_holds_and_the_next_free_one_gets_it(app: &App) {
    rule(app, "round_robin", Some(1)).await;
    let (owner, agent) = both_available(app).await;
    let first = app.chatting_visitor("One").await;
    let second = app.chatting_visitor("Two").await;
    let third = app.chatting_visitor("Three").await;
    hand_out(app).await;
    let both = [in_charge(app, &first).await, in_charge(app, &second).await];
    assert!(
        both.contains(&json!(owner)) && both.contains(&json!(agent)),
        "{both:?}"
    );
    assert_eq!(in_charge(app, &third).await, Value::Null);
    set(app, &first.conversation, json!({"status": "closed"})).await;
    hand_out(app).await;
    assert_eq!(in_charge(app, &third).await, both[0]);
}

async fn the_smaller_cap_holds_of_the_websites_and_ones_own(app: &App) {
    rule(app, "round_robin", None).await;
    let (owner, agent) = both_available(app).await;
    let token = app.token(OWNER).await;
    let path = format!("/api/team/members/{agent}");
    let capped = call(app, Method::PATCH, &path, &token, json!({"loadCap": 1})).await;
    assert_eq!(capped.json["loadCap"], 1, "{}", capped.text);
    let mut given = Vec::new();
    for text in ["One", "Two", "Three", "Four"] {
        let chat = app.chatting_visitor(text).await;
        given.push(in_charge(app, &chat).await);
    }
    let count = |who: &str| given.iter().filter(|id| **id == json!(who)).count();
    assert_eq!((count(&agent), count(&owner)), (1, 3), "{given:?}");
    // The website's is the smaller one now, for the owner.
    let site = website(app, &token).await;
    let path = format!("/api/websites/{}", site["id"].as_str().expect("an id"));
    let body = json!({"assignment": {"mode": "round_robin", "cap": 3}});
    assert_eq!(call(app, Method::PATCH, &path, &token, body).await.status, 200);
    let waiting = app.chatting_visitor("Five").await;
    hand_out(app).await;
    assert_eq!(in_charge(app, &waiting).await, Value::Null);
    let path = format!("/api/team/members/{agent}");
    let freed = call(app, Method::PATCH, &path, &token, json!({"loadCap": null})).await;
    assert_eq!(freed.json["loadCap"], Value::Null, "{}", freed.text);
    hand_out(app).await;
    assert_eq!(in_charge(app, &waiting).await, agent.as_str());
}

async fn who_does_not_see_the_website_gets_nothing(app: &App) {
    rule(app, "round_robin", None).await;
    let owner = app.token(OWNER).await;
    let (newcomer, _) = new_member(app, &owner, "jonas@demo.test", "agent").await;
    says(app, &newcomer, "available").await;
    let other = app.second_account("owner@other.test").await;
    let stranger = me(app, &other.token).await.at("/id");
    says(app, &stranger, "available").await;
    let chat = app.chatting_visitor("Hello").await;
    hand_out(app).await;
    assert_eq!(in_charge(app, &chat).await, Value::Null);
}

async fn what_reopens_with_nobody_in_charge_is_handed_out(app: &App) {
    rule(app, "round_robin", None).await;
    let chat = app.chatting_visitor("Hello").await;
    set(app, &chat.conversation, json!({"status": "closed"})).await;
    let agent = id_of(app, AGENT).await;
    says(app, &agent, "available").await;
    hand_out(app).await;
    assert_eq!(
        in_charge(app, &chat).await,
        Value::Null,
        "nobody is needed for what is over"
    );
    assert_eq!(app.say(&chat.token, "One more thing").await.status, 201);
    assert_eq!(in_charge(app, &chat).await, agent.as_str());
    // Whoever was in charge stays.
    set(app, &chat.conversation, json!({"status": "closed"})).await;
    says(app, &agent, "away").await;
    says(app, &id_of(app, OWNER).await, "available").await;
    assert_eq!(app.say(&chat.token, "And another").await.status, 201);
    assert_eq!(in_charge(app, &chat).await, agent.as_str());
}

async fn what_an_operator_reopens_is_handed_out_unless_they_decide(app: &App) {
    rule(app, "round_robin", None).await;
    let mut chats = Vec::new();
    for text in ["One", "Two", "Three"] {
        let chat = app.chatting_visitor(text).await;
        set(app, &chat.conversation, json!({"status": "closed"})).await;
        chats.push(chat);
    }
    let owner = app.token(OWNER).await;
    set(app, &chats[0].conversation, json!({"status": "open"})).await;
    app.reply(
        &owner,
        &chats[1].conversation,
        "Still there?",
        json!({"reopen": true}),
    )
    .await;
    set(
        app,
        &chats[2].conversation,
        json!({"status": "open", "assigneeId": null}),
    )
    .await;
    let agent = id_of(app, AGENT).await;
    says(app, &agent, "available").await;
    hand_out(app).await;
    for (chat, expected) in chats.iter().zip([json!(agent), json!(agent), Value::Null]) {
        let now = read(app, &chat.conversation).await;
        assert_eq!((&now["status"], &now["assigneeId"]), (&json!("open"), &expected));
    }
}

async fn what_is_left_to_nobody_by_hand_stays_so(app: &App) {
    rule(app, "round_robin", None).await;
    let waits = app.chatting_visitor("Hello").await;
    set(
        app,
        &waits.conversation,
        json!({"assigneeId": id_of(app, OWNER).await}),
    )
    .await;
    set(app, &waits.conversation, json!({"assigneeId": null})).await;
    both_available(app).await;
    let chat = app.chatting_visitor("Hello").await;
    assert!(in_charge(app, &chat).await.is_string());
    set(app, &chat.conversation, json!({"assigneeId": null})).await;
    hand_out(app).await;
    assert_eq!(in_charge(app, &chat).await, Value::Null);
    assert_eq!(in_charge(app, &waits).await, Value::Null);
}

async fn arrivals_at_the_same_moment_have_different_turns(app: &App) {
    rule(app, "least_busy", Some(4)).await;
    let (owner, agent) = both_available(app).await;
    let arrivals = join_all((0..10).map(|_| app.chatting_visitor("All at once"))).await;
    let mut got = Vec::new();
    for chat in &arrivals {
        got.push(in_charge(app, chat).await);
    }
    let of = |who: &Value| got.iter().filter(|id| *id == who).count();
    assert_eq!(
        (of(&json!(owner)), of(&json!(agent)), of(&Value::Null)),
        (4, 4, 2),
        "{got:?}"
    );
}

async fn a_socket_makes_its_member_available(app: &App) {
    rule(app, "round_robin", None).await;
    let agent = id_of(app, AGENT).await;
    let token = app.token(AGENT).await;
    let (mut socket, _) = Socket::operator(app, &token).await;
    present(app, &agent, true).await;
    let chat = app.chatting_visitor("Hello").await;
    assert_eq!(in_charge(app, &chat).await, agent.as_str());
    socket
        .send(&json!({"t": "signal", "type": "presence", "ttlMs": 60_000, "body": {"availability": "away"}}))
        .await;
    present(app, &agent, false).await;
    let later = app.chatting_visitor("Hello again").await;
    hand_out(app).await;
    assert_eq!(in_charge(app, &later).await, Value::Null);
}

async fn who_polls_is_there_also_between_two_polls(app: &App) {
    rule(app, "round_robin", None).await;
    let agent = id_of(app, AGENT).await;
    let token = app.token(AGENT).await;
    let poll = |more: &'static str| {
        let token = token.clone();
        async move {
            let list = get(app, "/api/live-chat/conversations?limit=1", &token).await;
            let (offset, epoch) = (list.at("/asOf/offset"), list.at("/asOf/epoch"));
            let path = format!("/api/events?after={offset}&epoch={epoch}{more}");
            let answer = get(app, &path, &token).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
    };
    // Asking once is no being there.
    poll("").await;
    let chat = app.chatting_visitor("Nobody there?").await;
    assert_eq!(in_charge(app, &chat).await, Value::Null);
    set(app, &chat.conversation, json!({"status": "closed"})).await;

    poll("&waitMs=50").await;
    present(app, &agent, true).await;
    let chat = app.chatting_visitor("Hello").await;
    assert_eq!(
        in_charge(app, &chat).await,
        agent.as_str(),
        "the next poll comes soon"
    );
    // Nobody uses the device any more.
    poll("&waitMs=50&idle=true").await;
    present(app, &agent, false).await;
    let later = app.chatting_visitor("Hello again").await;
    assert_eq!(in_charge(app, &later).await, Value::Null);
    let refused = get(app, "/api/events?after=0&epoch=x&waitMs=50&idle=perhaps", &token).await;
    refused.problem(400, "bad_request");
}

/// Waits until it is known, or no longer so, that a member is available.
async fn present(app: &App, member: &str, wanted: bool) {
    let member = member.to_owned();
    let seen = async {
        loop {
            let member = member.clone();
            let is_there = app
                .state
                .db
                .read(move |tx| {
                    Box::pin(async move {
                        let row = sqlx::query(
                            "SELECT COUNT(*) FROM attendance WHERE member_id = $1 AND availability = 'available'",
                        )
                        .bind(member)
                        .fetch_one(tx.conn())
                        .await?;
                        Ok(row.try_get::<i64, _>(0)? > 0)
                    })
                })
                .await
                .expect("reads");
            if is_there == wanted {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen)
        .await
        .expect("in time");
}

async fn the_rule_is_checked_and_conflicts_by_version(app: &App) {
    let owner = app.token(OWNER).await;
    let site = website(app, &owner).await;
    assert_eq!(site["assignment"], json!({"mode": "manual"}));
    let path = format!("/api/websites/{}", site["id"].as_str().expect("an id"));
    for bad in [
        json!({"mode": "round_robin", "cap": 0}),
        json!({"mode": "round_robin", "cap": 1_001}),
        json!({"mode": "by_skill"}),
    ] {
        let answer = call(app, Method::PATCH, &path, &owner, json!({"assignment": bad})).await;
        let problem = answer.problem(422, "validation_failed");
        assert!(problem["fields"]["assignment"].is_array(), "{problem}");
    }
    let agent = app.token(AGENT).await;
    let body = json!({"assignment": {"mode": "round_robin"}});
    call(app, Method::PATCH, &path, &agent, body.clone())
        .await
        .problem(403, "forbidden");
    let other = app.second_account("owner@other.test").await;
    call(app, Method::PATCH, &path, &other.token, body.clone())
        .await
        .problem(404, "not_found");
    assert_eq!(call(app, Method::PATCH, &path, &owner, body).await.status, 200);
    let late = app
        .call(Method::PATCH, &path)
        .bearer(&owner)
        .header("if-match", &format!("\"{}\"", site["version"]))
        .json(&json!({"assignment": {"mode": "least_busy"}}))
        .send()
        .await;
    let problem = late.problem(409, "conflict");
    assert_eq!(problem["current"]["assignment"]["mode"], "round_robin");
}
