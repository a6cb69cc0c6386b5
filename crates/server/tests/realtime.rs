//! The socket as operators and visitors meet it: what arrives, in which order, and what never does.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use common::{AGENT, App, OWNER};
use serde_json::{Value, json};
use socket::{Socket, number, operator_ticket, resume};

common::on_both_databases! {
    an_operator_hears_what_a_visitor_writes,
    a_visitor_hears_the_public_part_only,
    a_reconnection_replays_exactly_what_was_missed,
    no_continuity_no_replay,
    the_log_outlives_the_server,
    rights_decide_what_is_heard,
    rights_that_change_are_noticed,
    signing_out_closes_the_socket,
    blocked_visitors_are_cut_off,
    typing_reaches_those_concerned,
    a_connection_that_brought_nothing_is_resumed_as_well,
    a_hundred_writers_make_one_chain,
    a_drain_says_when_to_come_back,
}

async fn an_operator_hears_what_a_visitor_writes(app: &App) {
    // The first visit of all is news of its own: the website is online.
    app.visit().await;
    let agent = app.token(AGENT).await;
    let (mut socket, welcome) = Socket::operator(app, &agent).await;
    assert_eq!(welcome["mode"], "snapshot");
    assert_eq!(welcome["limits"]["maxFrameBytes"], 65_536);
    assert_eq!(welcome["tokenExpiresInMs"], 600_000);

    let visitor = app.chatting_visitor("Is the tent waterproof?").await;
    let started = socket.event("message.created").await;
    assert_eq!(started["body"]["type"], "system", "{started}");
    assert_eq!(started["conversationId"], visitor.conversation);
    socket.event("conversation.created").await;
    let written = socket.event("message.created").await;
    assert_eq!(written["body"]["content"], "Is the tent waterproof?");
    assert_eq!(written["seq"], written["body"]["seq"]);
    let conversation = socket.event("conversation.updated").await;
    assert_eq!(conversation["body"]["lastMessage"], "Is the tent waterproof?");
    assert_eq!(conversation["body"]["messages"], json!([]));

    let sent = app.reply(&agent, &visitor.conversation, "Yes.", json!({})).await;
    let echo = socket.event("message.created").await;
    assert_eq!(
        echo["body"]["id"], sent.json["message"]["id"],
        "the echo has the sender's id"
    );
    assert_eq!(echo["offset"], sent.json["position"]["offset"]);
}

async fn a_visitor_hears_the_public_part_only(app: &App) {
    let agent = app.token(AGENT).await;
    let visitor = app.chatting_visitor("Hello?").await;
    let (mut socket, welcome) = Socket::visitor(app, &visitor.token).await;
    let other = app.chatting_visitor("Someone else's business").await;
    app.reply(&agent, &other.conversation, "To someone else", json!({}))
        .await;
    app.reply(
        &agent,
        &visitor.conversation,
        "Only for the team",
        json!({"visibility": "internal"}),
    )
    .await;
    app.reply(&agent, &visitor.conversation, "How can I help?", json!({}))
        .await;

    let heard = socket.event("message.created").await;
    assert_eq!(heard["body"]["content"], "How can I help?");
    assert_eq!(
        number(&heard["prev"]),
        number(&welcome["head"]),
        "nothing tells of what lies between"
    );
    assert_eq!(heard["seq"], 3, "the note is not counted: {heard}");
    assert_eq!(heard["body"]["seq"], 3);
    assert_eq!(heard["body"].get("authorId"), None);
    let conversation = socket.event("conversation.updated").await;
    for hidden in [
        "assigneeId",
        "labels",
        "unreadCount",
        "user",
        "priority",
        "messageCount",
    ] {
        assert_eq!(conversation["body"].get(hidden), None, "{conversation}");
    }
}

async fn a_reconnection_replays_exactly_what_was_missed(app: &App) {
    let agent = app.token(AGENT).await;
    let visitor = app.chatting_visitor("One").await;
    let (mut socket, welcome) = Socket::operator(app, &agent).await;
    app.say(&visitor.token, "Two").await;
    let last = socket.event("message.created").await;
    drop(socket);

    for text in ["Three", "Four"] {
        app.say(&visitor.token, text).await;
    }
    let from = resume(
        welcome["epoch"].as_str().expect("an epoch"),
        last["offset"].as_str().expect("an offset"),
        last["id"].as_str(),
    );
    let ticket = operator_ticket(app, &agent).await;
    let (mut again, welcome) = Socket::hello(app, &ticket, from).await;
    assert_eq!(welcome["mode"], "replay");
    assert_eq!(number(&welcome["head"]), number(&last["offset"]) + 5);
    again.event("conversation.updated").await;
    assert_eq!(again.event("message.created").await["body"]["content"], "Three");
    again.event("conversation.updated").await;
    assert_eq!(again.event("message.created").await["body"]["content"], "Four");
    let end = again.event("conversation.updated").await;
    assert_eq!(end["offset"], welcome["head"]);

    // The same page of the log over REST is the same.
    let page = app
        .get(&format!(
            "/api/events?epoch={}&after={}",
            welcome["epoch"].as_str().expect("an epoch"),
            last["offset"].as_str().expect("an offset")
        ))
        .bearer(&agent)
        .send()
        .await;
    let mut over_rest = page.json["events"]
        .as_array()
        .expect("events")
        .last()
        .expect("one")
        .clone();
    over_rest["t"] = json!("event");
    assert_eq!(over_rest, end);
}

async fn a_connection_that_brought_nothing_is_resumed_as_well(app: &App) {
    app.chatting_visitor("One").await;
    let agent = app.token(AGENT).await;
    let (socket, welcome) = Socket::operator(app, &agent).await;
    assert_eq!(welcome["mode"], "snapshot");
    drop(socket);
    let text = |name: &str| welcome[name].as_str().expect("a text");
    let from = resume(text("epoch"), text("head"), Some(text("id")));
    let ticket = operator_ticket(app, &agent).await;
    let (_, welcome) = Socket::hello(app, &ticket, from).await;
    assert_eq!(welcome["mode"], "replay");
}

async fn no_continuity_no_replay(app: &App) {
    let agent = app.token(AGENT).await;
    let visitor = app.chatting_visitor("One").await;
    let (mut socket, welcome) = Socket::operator(app, &agent).await;
    app.say(&visitor.token, "Two").await;
    let event = socket.event("message.created").await;
    let epoch = welcome["epoch"].as_str().expect("an epoch");
    let offset = event["offset"].as_str().expect("an offset");
    let id = event["id"].as_str().expect("an id");
    let foreign_id = common::new_id();
    for (what, from) in [
        ("another epoch", resume("elsewhere", offset, Some(id))),
        ("another event", resume(epoch, offset, Some(&foreign_id))),
        ("no event", resume(epoch, offset, None)),
        ("past the head", resume(epoch, "999999", Some(id))),
        (
            "past every number",
            resume(epoch, "18446744073709551615", Some(id)),
        ),
    ] {
        let ticket = operator_ticket(app, &agent).await;
        let (_, welcome) = Socket::hello(app, &ticket, from).await;
        assert_eq!(welcome["mode"], "snapshot", "{what}");
    }

    // What is no longer kept cannot be replayed.
    app.execute(&format!(
        "UPDATE accounts SET log_floor = {offset} + 1 WHERE head >= {offset}"
    ))
    .await;
    let ticket = operator_ticket(app, &agent).await;
    let (_, welcome) = Socket::hello(app, &ticket, resume(epoch, offset, Some(id))).await;
    assert_eq!(welcome["mode"], "snapshot", "trimmed");
}

async fn the_log_outlives_the_server(app: &App) {
    let agent = app.token(AGENT).await;
    let visitor = app.chatting_visitor("One").await;
    let (mut socket, welcome) = Socket::operator(app, &agent).await;
    app.say(&visitor.token, "Two").await;
    let last = socket.event("message.created").await;

    let again = app.restart().await;
    again.say(&visitor.token, "Three").await;
    let from = resume(
        welcome["epoch"].as_str().expect("an epoch"),
        last["offset"].as_str().expect("an offset"),
        last["id"].as_str(),
    );
    let ticket = operator_ticket(&again, &agent).await;
    let (mut socket, welcome) = Socket::hello(&again, &ticket, from).await;
    assert_eq!(welcome["mode"], "replay");
    socket.event("conversation.updated").await;
    assert_eq!(socket.event("message.created").await["body"]["content"], "Three");
}

async fn rights_decide_what_is_heard(app: &App) {
    app.visit().await;
    let owner = app.token(OWNER).await;
    let agent = app.token(AGENT).await;
    let stranger = app.second_account("owner@other.test").await;
    app.execute("DELETE FROM member_websites").await;
    let (mut owners, _) = Socket::operator(app, &owner).await;
    let (mut agents, _) = Socket::operator(app, &agent).await;
    let (mut strangers, theirs) = Socket::operator(app, &stranger.token).await;
    assert_eq!(theirs["head"], "0");

    app.chatting_visitor("Hello").await;
    for kind in [
        "message.created",
        "conversation.created",
        "message.created",
        "conversation.updated",
    ] {
        owners.event(kind).await;
    }
    let last = owners_position(app, &owner).await;
    loop {
        let frame = agents.frame().await;
        assert_eq!(frame["t"], "caughtUp", "no event, only where the log is: {frame}");
        if number(&frame["offset"]) == last {
            break;
        }
    }
    // Nothing happened in the other account: its socket answers, and that is all it has to say.
    strangers.send(&json!({"t": "ping", "n": 1})).await;
    assert_eq!(strangers.frame().await, json!({"t": "pong", "n": 1}));
}

async fn owners_position(app: &App, owner: &str) -> u64 {
    let list = app
        .get("/api/live-chat/conversations?limit=1")
        .bearer(owner)
        .send()
        .await;
    number(&list.json["asOf"]["offset"])
}

async fn rights_that_change_are_noticed(app: &App) {
    let agent = app.token(AGENT).await;
    let (mut socket, _) = Socket::operator(app, &agent).await;
    app.execute("DELETE FROM member_websites").await;
    let frame = socket.frame().await;
    assert_eq!(
        (&frame["t"], &frame["scope"]),
        (&json!("resync"), &json!("all")),
        "{frame}"
    );
    app.chatting_visitor("Hello").await;
    assert_eq!(socket.frame().await["t"], "caughtUp");
}

async fn signing_out_closes_the_socket(app: &App) {
    let signed_in = app.sign_in(AGENT).await;
    let (mut socket, _) = Socket::operator(app, &signed_in.at("/accessToken")).await;
    let answer = app
        .post("/api/auth/logout")
        .header("cookie", &signed_in.cookie())
        .header("origin", &app.base)
        .header("x-switchboard", "1")
        .send()
        .await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    socket.ends_with(4401).await;
}

async fn blocked_visitors_are_cut_off(app: &App) {
    let visitor = app.chatting_visitor("Spam").await;
    let (mut socket, _) = Socket::visitor(app, &visitor.token).await;
    app.execute("UPDATE visitors SET blocked = 1").await;
    socket.ends_with(4403).await;
}

fn typing(conversation: &str) -> Value {
    json!({"t": "signal", "type": "typing", "conversationId": conversation, "who": "someone else",
        "ttlMs": 3_600_000, "body": {"draft": "secret"}})
}

async fn typing_reaches_those_concerned(app: &App) {
    let owner = app.sign_in(OWNER).await;
    let agent = app.sign_in(AGENT).await;
    let stranger = app.second_account("owner@other.test").await;
    let visitor = app.chatting_visitor("Hello").await;
    let bystander = app.chatting_visitor("Me too").await;
    let (mut owners, _) = Socket::operator(app, &owner.at("/accessToken")).await;
    let (mut agents, _) = Socket::operator(app, &agent.at("/accessToken")).await;
    let (mut strangers, _) = Socket::operator(app, &stranger.token).await;
    let (mut visitors, _) = Socket::visitor(app, &visitor.token).await;
    let (mut bystanders, _) = Socket::visitor(app, &bystander.token).await;

    agents.send(&typing(&visitor.conversation)).await;
    let heard = owners.frame().await;
    assert_eq!(heard["t"], "signal", "{heard}");
    assert_eq!(heard["who"], agent.json["user"]["id"], "the server says who");
    assert_eq!((&heard["ttlMs"], &heard["body"]), (&json!(10_000), &Value::Null));
    let heard = visitors.frame().await;
    assert_eq!(heard["type"], "typing", "{heard}");
    assert_eq!(
        heard["who"], agent.json["user"]["name"],
        "visitors are told names only"
    );

    visitors.send(&typing(&visitor.conversation)).await;
    for operators in [&mut owners, &mut agents] {
        let heard = operators.frame().await;
        assert_eq!(heard["conversationId"], visitor.conversation, "{heard}");
    }

    // Who has no part in the conversation neither hears nor is heard.
    strangers.send(&typing(&visitor.conversation)).await;
    bystanders.send(&typing(&visitor.conversation)).await;
    agents.send(&json!({"t": "signal", "type": "presence"})).await;
    for socket in [
        &mut strangers,
        &mut bystanders,
        &mut owners,
        &mut agents,
        &mut visitors,
    ] {
        socket.send(&json!({"t": "ping", "n": 9})).await;
        assert_eq!(socket.frame().await, json!({"t": "pong", "n": 9}));
    }
}

async fn a_hundred_writers_make_one_chain(app: &App) {
    let agent = app.token(AGENT).await;
    let (mut socket, welcome) = Socket::operator(app, &agent).await;
    let visitor = app.chatting_visitor("First").await;
    let writers = (0..100).map(|_| app.say(&visitor.token, "At once"));
    let answers = futures_util::future::join_all(writers).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    let mut texts = Vec::new();
    let mut last = Value::Null;
    for _ in 0..204 {
        last = socket.frame().await;
        assert_eq!(last["t"], "event", "{last}");
        if last["type"] == "message.created" {
            texts.push(last["body"]["seq"].as_u64().expect("a seq"));
        }
        socket.send(&json!({"t": "ack", "offset": last["offset"]})).await;
    }
    assert_eq!(
        texts,
        (1..=102).collect::<Vec<_>>(),
        "in order, none missing, none twice"
    );
    assert_eq!(number(&last["offset"]), number(&welcome["head"]) + 204);
}

async fn a_drain_says_when_to_come_back(app: &App) {
    let agent = app.token(AGENT).await;
    let (mut socket, _) = Socket::operator(app, &agent).await;
    let drained = tokio::spawn({
        let hub = app.state.hub.clone();
        async move { hub.drain().await }
    });
    socket.ends_with(4101).await;
    drop(socket);
    drained.await.expect("every socket is gone");
}
