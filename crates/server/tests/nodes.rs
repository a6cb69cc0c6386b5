//! Three servers on one PostgreSQL database: what happens at one is heard at the others, what is due is done by one of them, limits
//! hold for all together, and one that dies takes nothing with it.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;
mod socket;

use std::time::Duration;

use common::{AGENT, App, OWNER, new_id};
use futures_util::future::join_all;
use serde_json::{Value, json};
use socket::{Socket, hello, operator_ticket};
use switchboard_server::config::Config;
use switchboard_server::db::Dialect;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(30);

struct Nodes {
    a: App,
    b: App,
    c: App,
    /// What `c` runs in.
    of_c: Option<Runtime>,
}

impl Nodes {
    async fn start(adjust: impl Fn(&mut Config) + Clone + Send + 'static) -> Self {
        let a = App::start_with(Dialect::Postgres, adjust.clone()).await;
        let b = a.beside(adjust.clone()).await;
        let (c, of_c) = a.killable_beside(adjust).await;
        Self {
            a,
            b,
            c,
            of_c: Some(of_c),
        }
    }

    /// Ends the third server like a power cut: no task goes on, every connection is closed.
    fn kill_c(&mut self) {
        if let Some(runtime) = self.of_c.take() {
            runtime.shutdown_background();
        }
    }

    async fn close(mut self) {
        self.kill_c();
        self.b.state.db.close().await;
        self.a.close().await;
    }
}

/// Waits until a statement finds as much.
async fn eventually(app: &App, sql: &str, expected: i64) {
    let found = async {
        while app.number(sql).await != expected {
            sleep(Duration::from_millis(50)).await;
        }
    };
    if timeout(PATIENCE, found).await.is_err() {
        panic!("{sql} is {} and not {expected}", app.number(sql).await);
    }
}

/// Ids of the visitors' messages that a socket is told of, until there are so many.
async fn told(socket: &mut Socket, seen: &mut Vec<String>, count: usize) {
    let all = async {
        while seen.len() < count {
            let frame = socket.frame().await;
            if frame["t"] == "event" {
                socket.send(&json!({"t": "ack", "offset": frame["offset"]})).await;
                if frame["type"] == "message.created" && frame["body"]["type"] == "user" {
                    seen.push(frame["body"]["id"].as_str().expect("an id").to_owned());
                }
            }
        }
    };
    if timeout(PATIENCE, all).await.is_err() {
        panic!("{} of {count} messages were told", seen.len());
    }
}

/// Sends a message to the first of these servers that takes it: the same id everywhere.
async fn send_somewhere(nodes: &[&str], http: &reqwest::Client, token: &str, id: &str) {
    let body = json!({"id": id, "content": format!("message {id}")});
    for base in nodes.iter().cycle().take(100) {
        let sent = http
            .post(format!("{base}/api/visitor/messages"))
            .bearer_auth(token)
            .json(&body)
            .timeout(Duration::from_secs(5))
            .send()
            .await;
        if sent.is_ok_and(|answer| answer.status().is_success()) {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("no server took a message");
}

const WRITERS: usize = 6;
const EACH: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_killed_under_load_and_every_event_arrives_once_in_order() {
    let mut nodes = Nodes::start(|_| {}).await;
    let owner = nodes.a.token(OWNER).await;
    let mut visitors = Vec::new();
    for _ in 0..WRITERS {
        visitors.push(nodes.a.visit().await.at("/visitorToken"));
    }
    let (mut at_a, _) = Socket::operator(&nodes.a, &owner).await;
    let (mut at_b, _) = Socket::operator(&nodes.b, &owner).await;
    let ticket = operator_ticket(&nodes.c, &owner).await;
    let (mut at_c, welcome) = Socket::hello(&nodes.c, &ticket, Value::Null).await;

    let bases = [nodes.c.base.clone(), nodes.a.base.clone(), nodes.b.base.clone()];
    let load = tokio::spawn(async move {
        let http = reqwest::Client::new();
        let writers = visitors.iter().enumerate().map(|(number, token)| {
            // Each begins at another server; those that began at the third go on at the first.
            let mut order: Vec<&str> = bases.iter().map(String::as_str).collect();
            order.rotate_left(number % 3);
            let http = http.clone();
            async move {
                let mut sent = Vec::new();
                for _ in 0..EACH {
                    let id = new_id();
                    send_somewhere(&order, &http, token, &id).await;
                    sent.push(id);
                }
                sent
            }
        });
        join_all(writers).await
    });

    let mut seen_at_c = Vec::new();
    told(&mut at_c, &mut seen_at_c, WRITERS * EACH / 4).await;
    nodes.kill_c();
    // What was on its way still arrives; then the page comes back to another server and goes on where it was.
    let position = at_c.resume(welcome["epoch"].as_str().expect("an epoch"));
    drop(at_c);
    let ticket = operator_ticket(&nodes.b, &owner).await;
    let (mut back, welcome) = Socket::hello(&nodes.b, &ticket, position).await;
    assert_eq!(welcome["mode"], "replay", "{welcome}");
    told(&mut back, &mut seen_at_c, WRITERS * EACH).await;

    let sent = load.await.expect("sent");
    let (mut seen_at_a, mut seen_at_b) = (Vec::new(), Vec::new());
    told(&mut at_a, &mut seen_at_a, WRITERS * EACH).await;
    told(&mut at_b, &mut seen_at_b, WRITERS * EACH).await;
    assert_eq!(seen_at_a, seen_at_b);
    assert_eq!(seen_at_a, seen_at_c);
    for of_one in sent {
        let mut order = seen_at_a.iter().filter(|id| of_one.contains(id));
        assert!(of_one.iter().all(|id| order.next() == Some(id)) && order.next().is_none());
    }
    nodes.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typing_viewing_and_figures_cross() {
    let nodes = Nodes::start(|_| {}).await;
    let chat = nodes.a.chatting_visitor("Hello").await;
    let (mut owner, _) = Socket::operator(&nodes.a, &nodes.a.token(OWNER).await).await;
    let (mut agent, _) = Socket::operator(&nodes.b, &nodes.a.token(AGENT).await).await;
    let (mut visitor, _) = Socket::visitor(&nodes.c, &chat.token).await;
    owner.shows_metrics = true;
    let signal = |kind: &str, body: Value| json!({"t": "signal", "type": kind, "conversationId": chat.conversation, "ttlMs": 5_000, "who": "", "body": body});
    // Longer than one notification takes.
    let draft = "ä€ ".repeat(600);
    visitor.send(&signal("typing", json!({"text": draft}))).await;
    for operator in [&mut owner, &mut agent] {
        let told = operator.frame().await;
        assert_eq!(told["type"], "typing", "{told}");
        assert_eq!(told["sender"]["kind"], "visitor", "{told}");
    }
    owner.send(&signal("viewing", Value::Null)).await;
    let told = agent.frame().await;
    assert_eq!(
        (&told["type"], &told["sender"]["kind"]),
        (&json!("viewing"), &json!("member")),
        "{told}"
    );
    agent.send(&signal("typing", Value::Null)).await;
    let told = visitor.frame().await;
    assert_eq!(
        (&told["type"], &told["sender"].get("id")),
        (&json!("typing"), &None),
        "{told}"
    );
    assert_eq!(owner.frame().await["type"], "typing");
    // Counted at one server, shown at another.
    let said = nodes.c.chatting_visitor("Another one").await;
    let figures = async { while owner.frame().await["type"] != "metrics" {} };
    timeout(PATIENCE, figures).await.expect("figures");
    drop(said);
    nodes.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_there_is_known_everywhere_and_ends_with_their_server() {
    let mut nodes = Nodes::start(|config| config.realtime.presence_grace = Duration::from_millis(100)).await;
    let (mut owner, _) = Socket::operator(&nodes.a, &nodes.a.token(OWNER).await).await;
    owner.shows_presence = true;
    let agent = nodes.a.token(AGENT).await;
    let is = async |socket: &mut Socket, name: &str, availability: &str| {
        let wanted = async {
            loop {
                let frame = socket.frame().await;
                if frame["type"] == "presence"
                    && frame["sender"]["name"] == name
                    && frame["body"]["availability"] == availability
                {
                    return;
                }
            }
        };
        timeout(PATIENCE, wanted).await.expect("told");
    };
    let name = nodes
        .a
        .get("/api/auth/me")
        .bearer(&agent)
        .send()
        .await
        .at("/name");
    let (at_c, _) = Socket::operator(&nodes.c, &agent).await;
    is(&mut owner, &name, "available").await;
    let (mut late, _) = Socket::operator(&nodes.b, &nodes.a.token(OWNER).await).await;
    late.shows_presence = true;
    is(&mut late, &name, "available").await;
    nodes.kill_c();
    drop(at_c);
    // What it wrote ends by itself; the test does not wait for that.
    nodes.a.execute("UPDATE attendance SET until_at = 0 WHERE member_id IN (SELECT id FROM members WHERE email = 'agent@demo.test')").await;
    is(&mut owner, &name, "offline").await;
    is(&mut late, &name, "offline").await;
    nodes.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_of_one_is_used_once_at_another() {
    let nodes = Nodes::start(|_| {}).await;
    let owner = nodes.a.token(OWNER).await;
    let ticket = operator_ticket(&nodes.a, &owner).await;
    let origin = Some(nodes.a.base.as_str());
    let open = async |app: &App| {
        let socket = socket::open(app, origin, Some("switchboard.v1")).await;
        let mut socket = socket.unwrap_or_else(|refused| panic!("{refused:?}"));
        socket.send(&hello(&ticket, Value::Null)).await;
        socket
    };
    assert_eq!(open(&nodes.b).await.frame().await["t"], "welcome");
    for app in [&nodes.c, &nodes.a, &nodes.b] {
        open(app).await.ends_with(4104).await;
    }
    nodes.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_for_all_together() {
    const MESSAGES: usize = 20;
    let nodes = Nodes::start(|config| config.visitor_messages = 20).await;
    let visitor = nodes.a.visit().await.at("/visitorToken");
    for _ in 0..MESSAGES {
        assert_eq!(nodes.a.say(&visitor, "again").await.status, 201);
    }
    let mut more = 0;
    while nodes.b.say(&visitor, "and again").await.status == 201 {
        more += 1;
    }
    // One is earned back every second and a half; alone the second server would take twenty.
    assert!(more < MESSAGES / 2, "{more} more");

    let guess = async |app: &App| {
        let body = json!({"email": OWNER, "password": "not the password", "keepSignedIn": false});
        app.post("/api/auth/login").json(&body).send().await.status
    };
    let mut refused = Vec::new();
    for app in [&nodes.a, &nodes.b, &nodes.c].into_iter().cycle().take(12) {
        refused.push(guess(app).await);
    }
    assert_eq!(refused[..10], [401; 10]);
    assert_eq!(refused[10..], [429; 2]);
    nodes.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_is_done_by_one_and_goes_on_when_that_one_is_gone() {
    let nodes = Nodes::start(|_| {}).await;
    let (a, b) = (&nodes.a, &nodes.b);
    let of = |app: &App| {
        format!(
            "SELECT COUNT(*) FROM claims WHERE node = '{}'",
            app.state.hub.node()
        )
    };
    eventually(a, "SELECT COUNT(*) FROM claims WHERE work = 'lifecycle'", 1).await;
    eventually(a, "SELECT COUNT(*) FROM claims WHERE work = 'pack-days'", 1).await;
    assert!(a.number(&of(a)).await > 0, "the first one claimed it");
    assert_eq!(a.number(&of(b)).await, 0, "and nobody else");
    // A rolling restart: it lets go, and the others go on at once although its claim would have held.
    a.state.close().await;
    eventually(b, &of(a), 0).await;
    eventually(b, "SELECT COUNT(*) FROM claims WHERE work = 'lifecycle'", 1).await;
    let chat = b.chatting_visitor("Who closes this?").await;
    let steps = format!(
        "SELECT COUNT(*) FROM messages WHERE conversation_id = '{}' AND kind = 'system'",
        chat.conversation
    );
    let before = b.number(&steps).await;
    b.execute(&format!(
        "UPDATE conversations SET auto_close_at = 1 WHERE id = '{}'",
        chat.conversation
    ))
    .await;
    let closed = format!(
        "SELECT COUNT(*) FROM conversations WHERE id = '{}' AND status = 'closed'",
        chat.conversation
    );
    eventually(b, &closed, 1).await;
    assert_eq!(b.number(&steps).await, before + 1, "one step, once");
    nodes.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_between_them_loses_no_event_and_is_made_anew() {
    let nodes = Nodes::start(|_| {}).await;
    let (mut owner, _) = Socket::operator(&nodes.b, &nodes.a.token(OWNER).await).await;
    nodes
        .a
        .number(
            "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query LIKE '%pg_notify%') \
             AND pid <> pg_backend_pid()",
        )
        .await;
    let chat = nodes.a.chatting_visitor("Is somebody there?").await;
    let mut seen = Vec::new();
    told(&mut owner, &mut seen, 1).await;
    // Typing is told by notifications only, and not again.
    let (mut visitor, _) = Socket::visitor(&nodes.a, &chat.token).await;
    let typing = json!({"t": "signal", "type": "typing", "conversationId": chat.conversation, "ttlMs": 5_000, "who": ""});
    let heard = async {
        loop {
            visitor.send(&typing).await;
            let next = timeout(Duration::from_millis(500), owner.frame()).await;
            if next.is_ok_and(|frame| frame["type"] == "typing") {
                return;
            }
        }
    };
    timeout(PATIENCE, heard).await.expect("heard again");
    nodes.close().await;
}
