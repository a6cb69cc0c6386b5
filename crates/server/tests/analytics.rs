//! Reports: what happens is counted, card and chart and table and file and list agree, whatever way the facts are kept.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod common;
mod socket;

use std::collections::BTreeSet;
use std::time::Instant;

use accounts::{advance, call, get, new_member};
use common::{AGENT, App, OWNER, SecondAccount, new_id};
use reqwest::Method;
use serde_json::{Value, json};
use socket::Socket;
use switchboard_server::analytics::{backlog, days};
use switchboard_server::website::erase;

common::on_both_databases! {
    what_happens_is_counted,
    card_chart_table_file_and_list_agree,
    rows_packs_and_a_recount_say_the_same,
    what_is_deleted_still_counts_and_is_nobodys,
    an_erased_person_stays_a_number,
    pages_countries_and_devices_are_of_visitors,
    a_list_is_paged_while_more_comes,
    what_cannot_be_asked_is_said,
    nothing_of_others_is_counted,
    whoever_looks_hears_once_a_second,
}

/// An account in which nothing has happened.
struct Fresh {
    account: SecondAccount,
}

const EMAIL: &str = "other@demo.test";

impl Fresh {
    async fn new(app: &App) -> Self {
        Self {
            account: app.second_account(EMAIL).await,
        }
    }

    fn token(&self) -> &str {
        &self.account.token
    }

    /// A visitor's token and id.
    async fn visit(&self, app: &App, page: &str) -> (String, String) {
        let visit = app
            .post("/api/visitor/sessions")
            .header("origin", "https://other.example")
            .json(&json!({
                "publicKey": self.account.public_key, "page": page, "pageTitle": "Page", "locale": "en-GB",
            }))
            .send()
            .await;
        assert_eq!(visit.status, 200, "{}", visit.text);
        (visit.at("/visitorToken"), visit.at("/user/id"))
    }

    /// A new visitor writes: their token and the conversation.
    async fn chat(&self, app: &App) -> (String, String) {
        let (token, _) = self.visit(app, "https://other.example/").await;
        let said = app.say(&token, "Hello?").await;
        assert_eq!(said.status, 201, "{}", said.text);
        (token, said.at("/conversation/id"))
    }

    async fn reply(&self, app: &App, conversation: &str) {
        let answer = app
            .reply(self.token(), conversation, "Hi", json!({"reopen": true}))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }

    async fn set(&self, app: &App, conversation: &str, change: Value) {
        let body = json!({"actionId": new_id(), "items": [{"id": conversation}], "set": change});
        let path = "/api/live-chat/conversations";
        let answer = call(app, Method::PATCH, path, self.token(), body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// A report of yesterday to tomorrow, whatever the time is when the test runs.
    async fn report(&self, app: &App, report: &str, more: &str) -> Value {
        let answer = get(app, &path(app, report, more), self.token()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    }
}

/// A day by the server's clock, so many from today.
fn day(app: &App, days: i64) -> String {
    let at = app.state.clock.now().plus_millis(days * 86_400_000).to_string();
    at[..10].to_owned()
}

fn path(app: &App, report: &str, more: &str) -> String {
    let (from, to) = (day(app, -1), day(app, 1));
    format!("/api/analytics/{report}?from={from}&to={to}&tz=UTC{more}")
}

fn number(value: &Value) -> u64 {
    value.as_f64().map_or(0, |number| number as u64)
}

async fn what_happens_is_counted(app: &App) {
    let fresh = Fresh::new(app).await;
    let (visitor, conversation) = fresh.chat(app).await;
    let (_, unanswered) = fresh.chat(app).await;
    advance(app, 60_000).await;
    fresh.reply(app, &conversation).await;
    let overview = fresh.report(app, "overview", "").await;
    let current = &overview["current"];
    assert_eq!(number(&current["conversations"]), 2, "{overview}");
    assert_eq!(number(&current["unanswered"]), 1);
    assert_eq!(
        (number(&current["messages"]), number(&current["visitors"])),
        (3, 2)
    );
    let first = &current["firstResponseSeconds"];
    let median = first["median"].as_f64().expect("a median");
    assert!(
        (60.0..70.0).contains(&median),
        "a minute and the test's own time: {median}"
    );
    assert_eq!((number(&first["count"]), &first["p90"]), (1, &first["median"]));
    assert_eq!(current["firstResponseSecondsBusiness"], *first, "always open");
    assert_eq!(
        overview["rightNow"],
        json!({"open": 2, "waiting": 1, "visitors": 2})
    );
    assert_eq!(number(&overview["previous"]["conversations"]), 0);

    fresh.set(app, &conversation, json!({"status": "closed"})).await;
    fresh.set(app, &unanswered, json!({"status": "closed"})).await;
    let rated = json!({"conversationId": conversation, "rating": "good"});
    let rated = call(app, Method::POST, "/api/visitor/rating", &visitor, rated).await;
    assert_eq!(rated.status, 200, "{}", rated.text);
    let overview = fresh.report(app, "overview", "").await;
    let current = &overview["current"];
    let counts = ["missed", "ratings", "ratingRequests", "reopened"].map(|name| number(&current[name]));
    assert_eq!(counts, [1, 1, 1, 0], "{current}");
    assert_eq!(current["satisfaction"], json!(1.0));
    assert_eq!(number(&current["resolutionSeconds"]["count"]), 2);
    assert_eq!(overview["rightNow"]["open"], json!(0));
    // Writing to what is closed opens it again.
    app.say(&visitor, "One more thing").await;
    let overview = fresh.report(app, "overview", "").await;
    assert_eq!(number(&overview["current"]["reopened"]), 1);
    assert_eq!(number(&overview["current"]["conversations"]), 2, "the same ones");
}

/// Some conversations that go in different ways, the same each time.
async fn history(app: &App, fresh: &Fresh) {
    let (_, second) = new_member(app, fresh.token(), "second@demo.test", "admin").await;
    let me = accounts::me(app, &second).await.at("/id");
    let label = json!({"id": new_id(), "name": "Urgent", "colour": "blue"});
    let label = call(app, Method::POST, "/api/live-chat/labels", fresh.token(), label)
        .await
        .at("/id");
    for n in 0..9_u32 {
        let (visitor, conversation) = fresh.chat(app).await;
        if n % 2 == 0 {
            fresh.set(app, &conversation, json!({"addLabels": [label]})).await;
        }
        advance(app, 1_000 * (n + 1)).await;
        if n % 3 != 0 {
            fresh.reply(app, &conversation).await;
        }
        if n % 3 == 2 {
            fresh.set(app, &conversation, json!({"assigneeId": me})).await;
            app.say(&visitor, "And?").await;
            advance(app, 2_000).await;
            let answer = app.reply(&second, &conversation, "Yes", json!({})).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        if n % 4 < 2 {
            fresh.set(app, &conversation, json!({"status": "closed"})).await;
        }
        if n % 4 == 1 {
            let rating = if n == 1 { "good" } else { "bad" };
            let body = json!({"conversationId": conversation, "rating": rating});
            let rated = call(app, Method::POST, "/api/visitor/rating", &visitor, body).await;
            assert_eq!(rated.status, 200, "{}", rated.text);
        }
        if n == 4 {
            app.say(&visitor, "Again").await;
        }
    }
}

const METRICS: [&str; 14] = [
    "conversations",
    "firstResponseSeconds",
    "firstResponseSecondsBusiness",
    "unanswered",
    "replySeconds",
    "replySecondsBusiness",
    "resolutionSeconds",
    "resolutionSecondsBusiness",
    "reopened",
    "satisfaction",
    "ratings",
    "ratingRequests",
    "missed",
    "messages",
];

/// How many occurrences stand behind a reading of a series, a heat map or the like.
fn behind(point: &Value) -> u64 {
    match point.get("spread") {
        Some(spread) => number(&spread["count"]),
        None => number(&point["value"]),
    }
}

async fn card_chart_table_file_and_list_agree(app: &App) {
    let fresh = Fresh::new(app).await;
    history(app, &fresh).await;
    let me = accounts::me(app, fresh.token()).await.at("/id");
    for filter in [String::new(), format!("&operatorId={me}")] {
        let card = fresh.report(app, "overview", &filter).await["current"].clone();
        let by_website = fresh
            .report(app, "breakdown", &format!("{filter}&by=website"))
            .await;
        let by_agent = fresh
            .report(app, "breakdown", &format!("{filter}&by=agent"))
            .await;
        for metric in METRICS {
            let of = |figures: &Value| match (metric, &figures[metric]) {
                ("satisfaction", _) => number(&figures["ratings"]),
                (_, Value::Object(spread)) => number(&spread["count"]),
                (_, count) => number(count),
            };
            let all = of(&card);
            let more = format!("{filter}&metric={metric}");
            let list = fresh
                .report(app, "conversations", &format!("{more}&limit=200"))
                .await;
            let items = list["items"].as_array().expect("items");
            let listed = match metric {
                "messages" => items.iter().map(|row| number(&row["value"])).sum(),
                _ => items.len() as u64,
            };
            assert_eq!(listed, all, "{metric}{filter}: {list}");
            assert_eq!(number(&list["total"]), items.len() as u64);
            for by in [&by_website, &by_agent] {
                let rows = by["rows"].as_array().expect("rows");
                assert_eq!(
                    rows.iter().map(|row| of(&row["figures"])).sum::<u64>(),
                    all,
                    "{metric}"
                );
            }
            let file = get(
                app,
                &path(app, "export.csv", &format!("{more}&report=rows")),
                fresh.token(),
            )
            .await;
            assert_eq!(
                file.text.lines().count(),
                items.len() + 1,
                "{metric}: {}",
                file.text
            );
            if metric.contains("Seconds") {
                let steps = fresh.report(app, "histogram", &more).await;
                let steps = steps["steps"].as_array().expect("steps").clone();
                let counted: u64 = steps.iter().map(|step| number(&step["count"])).sum();
                assert_eq!(counted, all, "{metric} by step");
                for step in steps {
                    let below = step["below"].as_f64();
                    let below = below.map_or_else(String::new, |below| format!("&below={below}"));
                    let part = format!("{more}&least={}{below}", step["least"]);
                    let list = fresh.report(app, "conversations", &part).await;
                    assert_eq!(number(&list["total"]), number(&step["count"]), "{metric}: {step}");
                }
            }
            if metric == "satisfaction" {
                continue;
            }
            for interval in ["hour", "day", "week", "month"] {
                let chart = fresh
                    .report(app, "series", &format!("{more}&interval={interval}"))
                    .await;
                let points = chart["points"].as_array().expect("points");
                assert_eq!(
                    points.iter().map(behind).sum::<u64>(),
                    all,
                    "{metric} by {interval}"
                );
                if interval == "day" && !metric.contains("Seconds") {
                    parts_add_up(app, &fresh, &format!("{more}&interval={interval}"), points).await;
                }
            }
            let week = fresh.report(app, "heatmap", &more).await;
            let cells = week["cells"].as_array().expect("cells");
            assert_eq!(
                (cells.len(), cells.iter().map(behind).sum::<u64>()),
                (168, all),
                "{metric}"
            );
            let busy = cells.iter().find(|cell| behind(cell) > 0);
            if let Some(cell) = busy.filter(|_| metric != "messages") {
                let part = format!("{more}&weekday={}&hour={}", cell["weekday"], cell["hour"]);
                let list = fresh.report(app, "conversations", &part).await;
                assert_eq!(number(&list["total"]), behind(cell), "{metric}: {cell}");
            }
        }
    }
    let card = fresh.report(app, "overview", "").await["current"].clone();
    // Nine; those of n = 0, 3 and 6 unanswered; n = 0, 1, 4, 5 and 8 closed, of which 0 is missed; 1 and 5 rated; 4 opened again.
    let counts = ["conversations", "unanswered", "missed", "ratings", "reopened"];
    assert_eq!(counts.map(|name| number(&card[name])), [9, 3, 1, 2, 1], "{card}");
    assert_eq!(card["satisfaction"], json!(0.5));
    // One answer each to six, and three more.
    assert_eq!(number(&card["replySeconds"]["count"]), 9);
    // Nine first messages, six answers, three times two more, and one again.
    assert_eq!((number(&card["messages"]), number(&card["visitors"])), (22, 9));
    let file = get(
        app,
        &path(app, "export.csv", "&report=conversations"),
        fresh.token(),
    )
    .await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(
        file.header("content-disposition")
            .is_some_and(|name| name.starts_with("attachment"))
    );
    assert_eq!(
        file.text.lines().count(),
        10,
        "a head and a line each: {}",
        file.text
    );
    let file = get(app, &path(app, "export.csv", "&report=overview"), fresh.token()).await;
    assert!(file.text.contains("\r\nConversations,9,"), "{}", file.text);
    let file = get(
        app,
        &path(app, "export.csv", "&report=series&metric=conversations&by=agent"),
        fresh.token(),
    )
    .await;
    let lines: Vec<Vec<&str>> = file.text.lines().map(|line| line.split(',').collect()).collect();
    let count = |line: &[&str], from: usize| -> u64 {
        line[from..]
            .iter()
            .map(|cell| cell.parse::<u64>().expect("a number"))
            .sum()
    };
    assert_eq!(lines[0].len(), 7, "whose they are, and nobody's: {}", file.text);
    for line in &lines[1..] {
        assert_eq!(count(&line[..4], 3), count(line, 4), "{line:?}");
    }
    for more in ["&report=series&metric=visitors", "&report=breakdown&by=label"] {
        let file = get(app, &path(app, "export.csv", more), fresh.token()).await;
        assert_eq!(file.status, 200, "{}", file.text);
    }
}

/// What websites, funnels and operators add to the points is what the points are.
async fn parts_add_up(app: &App, fresh: &Fresh, more: &str, points: &[Value]) {
    for by in ["website", "funnel", "agent"] {
        let chart = fresh.report(app, "series", &format!("{more}&by={by}")).await;
        let parts = chart["parts"].as_array().cloned().unwrap_or_default();
        for (place, point) in points.iter().enumerate() {
            let sum: u64 = parts.iter().map(|part| number(&part["values"][place])).sum();
            assert_eq!(sum, behind(point), "{more} by {by} at {point}");
        }
    }
}

/// Everything that reports say, without the place in the log.
async fn everything(app: &App, fresh: &Fresh) -> Vec<Value> {
    let mut told = Vec::new();
    let mut asks = vec![
        ("overview", String::new()),
        ("conversations", "&metric=messages&limit=200".to_owned()),
    ];
    asks.extend(METRICS.map(|metric| ("series", format!("&interval=hour&metric={metric}"))));
    asks.extend(["website", "funnel", "agent", "label"].map(|by| ("breakdown", format!("&by={by}"))));
    for (report, more) in asks {
        let mut answer = fresh.report(app, report, &more).await;
        if let Value::Object(fields) = &mut answer {
            fields.remove("asOf");
        }
        told.push(answer);
    }
    told
}

async fn packed(app: &App) -> i64 {
    app.number("SELECT COUNT(*) FROM fact_days WHERE packed IS NOT NULL")
        .await
}

async fn rows_packs_and_a_recount_say_the_same(app: &App) {
    let fresh = Fresh::new(app).await;
    history(app, &fresh).await;
    let rows = everything(app, &fresh).await;
    // Ten minutes later everything rests.
    let later = app.state.clock.now().plus_millis(600_000);
    let pack = || async { days::pack_resting(&app.state.db, later).await.expect("packed") };
    pack().await;
    assert!(packed(app).await > 0);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM fact_days WHERE packed IS NULL")
            .await,
        0
    );
    assert_eq!(everything(app, &fresh).await, rows, "from packs");
    // The rows are not looked at then.
    app.execute("UPDATE conversation_facts SET reopened = reopened + 1")
        .await;
    assert_eq!(everything(app, &fresh).await, rows, "from packs alone");
    app.execute("UPDATE conversation_facts SET reopened = reopened - 1")
        .await;
    days::rebuild(&app.state.db).await.expect("rebuilt");
    assert_eq!(packed(app).await, 0);
    assert_eq!(everything(app, &fresh).await, rows, "rebuilt");
    pack().await;
    assert_eq!(everything(app, &fresh).await, rows, "rebuilt and packed");
    // A change takes the pack away.
    let (_, conversation) = fresh.chat(app).await;
    fresh.reply(app, &conversation).await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM fact_days WHERE packed IS NULL")
            .await,
        1
    );
    let rows = everything(app, &fresh).await;
    // As if nothing had been counted until now.
    for statement in [
        "DELETE FROM conversation_facts WHERE conversation_id IS NOT NULL",
        "DELETE FROM fact_days",
        "INSERT INTO conversations_to_count (conversation_id) SELECT id FROM conversations",
    ] {
        app.execute(statement).await;
    }
    while backlog::step(&app.state.db).await.expect("counted") {}
    assert_eq!(everything(app, &fresh).await, rows, "counted anew");
}

async fn what_is_deleted_still_counts_and_is_nobodys(app: &App) {
    let fresh = Fresh::new(app).await;
    let (_, conversation) = fresh.chat(app).await;
    fresh.reply(app, &conversation).await;
    let later = app.state.clock.now().plus_millis(600_000);
    days::pack_resting(&app.state.db, later).await.expect("packed");
    let before = fresh.report(app, "overview", "").await["current"].clone();
    let path = format!("/api/live-chat/conversations/{conversation}");
    let gone = call(app, Method::DELETE, &path, fresh.token(), Value::Null).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(fresh.report(app, "overview", "").await["current"], before);
    let list = fresh.report(app, "conversations", "&metric=conversations").await;
    assert_eq!(list["total"], json!(1));
    assert_eq!(list["items"][0].get("conversationId"), None, "{list}");
    for round in 0..2 {
        let told = fresh
            .report(app, "conversations", "&metric=messages")
            .await
            .to_string();
        assert!(!told.contains(&conversation), "{round}: {told}");
        let kept =
            format!("SELECT COUNT(*) FROM conversation_facts WHERE conversation_id = '{conversation}'");
        assert_eq!(app.number(&kept).await, 0);
        let later = app.state.clock.now().plus_millis(600_000);
        days::pack_resting(&app.state.db, later).await.expect("packed");
    }
}

async fn an_erased_person_stays_a_number(app: &App) {
    let fresh = Fresh::new(app).await;
    let (first, id) = fresh.visit(app, "https://other.example/mine-alone").await;
    let (second, _) = fresh.visit(app, "https://other.example/").await;
    for (token, page) in [(&first, "/shared"), (&second, "/shared?of=someone")] {
        let page = json!({"page": format!("https://other.example{page}"), "pageTitle": "Shared"});
        let answer = call(app, Method::POST, "/api/visitor/page", token, page).await;
        assert!(answer.status < 300, "{}", answer.text);
    }
    app.say(&first, "Hello?").await;
    let (_, loner) = fresh.visit(app, "https://other.example/seen-by-one").await;
    let before = fresh.report(app, "overview", "").await["current"].clone();
    assert_eq!(
        (number(&before["visitors"]), number(&before["conversations"])),
        (3, 1)
    );
    for id in [id, loner] {
        let gone = call(
            app,
            Method::DELETE,
            &format!("/api/visitors/{id}"),
            fresh.token(),
            Value::Null,
        )
        .await;
        assert_eq!(gone.status, 204, "{}", gone.text);
    }
    assert_eq!(fresh.report(app, "overview", "").await["current"], before);
    let pages = fresh.report(app, "breakdown", "&by=page").await;
    let rows = pages["rows"].as_array().expect("rows");
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row["key"].as_str(), number(&row["views"])))
        .collect();
    let expected = [(None, 2), (Some("/shared"), 2), (Some("/"), 1)];
    assert_eq!(
        told, expected,
        "which pages nobody else saw is forgotten: {pages}"
    );
    let nobodys = "SELECT COUNT(DISTINCT f.visitor) FROM visit_facts f \
        WHERE NOT EXISTS (SELECT 1 FROM visitors v WHERE v.fact_key = f.visitor)";
    assert_eq!(app.number(nobodys).await, 2, "whose they were is forgotten too");
    // Of a website that goes no page is left, and how many were there.
    let path = format!("/api/websites/{}", fresh.account.website);
    let gone = call(app, Method::DELETE, &path, fresh.token(), Value::Null).await;
    assert!(gone.status < 300, "{}", gone.text);
    app.state.clock.advance(86_400_000);
    let now = app.state.clock.now();
    erase::empty_all(&app.state.db, now).await.expect("emptied");
    let left = |what: &str| {
        format!(
            "SELECT COUNT(DISTINCT f.visitor) FROM visit_facts f JOIN websites w ON w.id = f.website_id \
             WHERE w.emptied_at IS NOT NULL AND {what}"
        )
    };
    assert_eq!(app.number(&left("f.page <> ''")).await, 0);
    assert_eq!(app.number(&left("f.page = ''")).await, 3);
}

async fn pages_countries_and_devices_are_of_visitors(app: &App) {
    let fresh = Fresh::new(app).await;
    let (first, _) = fresh.visit(app, "https://other.example/").await;
    fresh.visit(app, "https://other.example/?q=1#top").await;
    for page in ["/cart", "/", "/cart"] {
        let page = json!({"page": format!("https://other.example{page}"), "pageTitle": "Page"});
        call(app, Method::POST, "/api/visitor/page", &first, page).await;
    }
    // The same page again is no other view.
    let again = json!({"page": "https://other.example/cart", "pageTitle": "Page"});
    call(app, Method::POST, "/api/visitor/page", &first, again).await;
    let pages = fresh.report(app, "breakdown", "&by=page").await;
    let row = |n: usize| {
        let row = &pages["rows"][n];
        (
            row["key"].clone(),
            row["views"].clone(),
            row["figures"]["visitors"].clone(),
        )
    };
    assert_eq!(row(0), (json!("/"), json!(3), json!(2)), "{pages}");
    assert_eq!(row(1), (json!("/cart"), json!(2), json!(1)));
    for by in ["country", "device", "website", "funnel"] {
        let table = fresh.report(app, "breakdown", &format!("&by={by}")).await;
        assert_eq!(table["rows"][0]["figures"]["visitors"], json!(2), "{by}: {table}");
    }
    for interval in ["hour", "day", "week", "month"] {
        let chart = fresh
            .report(app, "series", &format!("&metric=visitors&interval={interval}"))
            .await;
        let points = chart["points"].as_array().expect("points");
        let most = points.iter().map(behind).max();
        assert_eq!(most, Some(2), "{interval}: {chart}");
    }
    assert_eq!(
        number(&fresh.report(app, "overview", "").await["current"]["visitors"]),
        2
    );
}

async fn a_list_is_paged_while_more_comes(app: &App) {
    let fresh = Fresh::new(app).await;
    let mut all = BTreeSet::new();
    for _ in 0..5 {
        all.insert(fresh.chat(app).await.1);
    }
    let mut seen = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let more = format!("&metric=conversations&limit=2{cursor}");
        let page = fresh.report(app, "conversations", &more).await;
        for row in page["items"].as_array().expect("items") {
            let id = row["conversationId"].as_str().expect("an id").to_owned();
            assert!(seen.insert(id), "twice: {page}");
        }
        // What is new comes before the first page.
        fresh.chat(app).await;
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, all);
    let now = app.state.clock.now();
    let none = format!("&metric=conversations&since={now}&before={now}");
    assert_eq!(
        fresh.report(app, "conversations", &none).await["total"],
        json!(0),
        "a point of a chart"
    );
}

async fn what_cannot_be_asked_is_said(app: &App) {
    let token = app.token(OWNER).await;
    let good = "from=2026-11-01&to=2026-11-02&tz=UTC";
    for (path, field) in [
        ("overview?from=2026-11-02&to=2026-11-01&tz=UTC".to_owned(), "to"),
        ("overview?from=1976-11-02&to=2026-11-01&tz=UTC".to_owned(), "to"),
        (
            "overview?from=2026-11-01&to=2026-11-02&tz=Mars/Olympus".to_owned(),
            "tz",
        ),
        ("overview?from=yesterday&to=2026-11-02&tz=UTC".to_owned(), "from"),
        ("overview".to_owned(), "tz"),
        (
            "series?metric=messages&interval=hour&from=2022-01-01&to=2026-11-01&tz=UTC".to_owned(),
            "interval",
        ),
        (
            format!("series?metric=visitors&{good}&label={}", label(app, &token).await),
            "label",
        ),
        (format!("heatmap?metric=visitors&{good}"), "metric"),
        (format!("conversations?metric=visitors&{good}"), "metric"),
        (format!("histogram?metric=messages&{good}"), "metric"),
        (format!("series?metric=visitors&by=website&{good}"), "by"),
        (format!("series?metric=replySeconds&by=agent&{good}"), "by"),
    ] {
        let answer = get(app, &format!("/api/analytics/{path}"), &token).await;
        let problem = answer.problem(422, "validation_failed");
        let words = problem["fields"][field][0].as_str().unwrap_or_default();
        assert!(words.len() > 20, "{path}: {}", answer.text);
    }
    for (path, field) in [
        (format!("series?{good}"), "metric"),
        (format!("series?metric=happiness&{good}"), "metric"),
        (
            format!("series?metric=messages&interval=minute&{good}"),
            "interval",
        ),
        (format!("breakdown?{good}"), "by"),
        (format!("breakdown?by=mood&{good}"), "by"),
        (format!("series?metric=messages&by=label&{good}"), "by"),
        (
            format!("conversations?metric=messages&weekday=8&{good}"),
            "weekday",
        ),
        (format!("conversations?metric=messages&hour=24&{good}"), "hour"),
        (
            format!("conversations?metric=replySeconds&least=long&{good}"),
            "least",
        ),
        (format!("export.csv?report=all&{good}"), "report"),
        (format!("conversations?metric=messages&cursor=x&{good}"), "cursor"),
        (format!("overview?websiteId=x&{good}"), "websiteId"),
    ] {
        let answer = get(app, &format!("/api/analytics/{path}"), &token).await;
        let problem = answer.problem(400, "bad_request");
        assert!(problem["fields"][field][0].is_string(), "{path}: {}", answer.text);
    }
}

async fn label(app: &App, token: &str) -> String {
    let label = json!({"id": new_id(), "name": "A label", "colour": "blue"});
    call(app, Method::POST, "/api/live-chat/labels", token, label)
        .await
        .at("/id")
}

async fn nothing_of_others_is_counted(app: &App) {
    let fresh = Fresh::new(app).await;
    fresh.chat(app).await;
    let (owner, agent) = (app.token(OWNER).await, app.token(AGENT).await);
    let before = get(app, &path(app, "overview", ""), &owner).await.json["current"].clone();
    fresh.chat(app).await;
    let after = get(app, &path(app, "overview", ""), &owner).await.json["current"].clone();
    assert_eq!(before, after, "another account's");
    let funnels = get(
        app,
        &format!("/api/websites/{}/funnels", fresh.account.website),
        fresh.token(),
    )
    .await;
    let foreign = [
        format!("&websiteId={}", fresh.account.website),
        format!("&funnelId={}", funnels.at("/items/0/id")),
        format!("&operatorId={}", accounts::me(app, fresh.token()).await.at("/id")),
        format!("&label={}", label(app, fresh.token()).await),
    ];
    for more in &foreign {
        for report in [
            "overview",
            "series",
            "heatmap",
            "breakdown",
            "conversations",
            "export.csv",
        ] {
            let more = format!("{more}&metric=messages&by=agent&report=overview");
            get(app, &path(app, report, &more), &owner)
                .await
                .problem(404, "not_found");
            let theirs = get(app, &path(app, report, &more), fresh.token()).await;
            assert_eq!(theirs.status, 200, "{report}{more}: {}", theirs.text);
        }
    }
    // An agent without websites sees nothing of them.
    app.chatting_visitor("Hello?").await;
    let agents = get(app, &path(app, "overview", ""), &agent).await.json;
    assert!(number(&agents["current"]["conversations"]) > 0, "{agents}");
    app.execute("DELETE FROM member_websites").await;
    let agents = get(app, &path(app, "overview", ""), &agent).await.json;
    for name in ["conversations", "messages", "visitors"] {
        assert_eq!(number(&agents["current"][name]), 0, "{name}: {agents}");
    }
    assert_eq!(
        agents["rightNow"],
        json!({"open": 0, "waiting": 0, "visitors": 0})
    );
}

async fn whoever_looks_hears_once_a_second(app: &App) {
    let fresh = Fresh::new(app).await;
    let (_, conversation) = fresh.chat(app).await;
    let owner = app.token(OWNER).await;
    let (mut stranger, _) = Socket::operator(app, &owner).await;
    let (mut socket, _) = Socket::operator(app, fresh.token()).await;
    socket.shows_metrics = true;
    stranger.shows_metrics = true;
    let begun = Instant::now();
    let mut said = 0;
    let mut heard = 0;
    // So many that more than one of them lies within a second.
    while heard < 2 {
        fresh.reply(app, &conversation).await;
        said += 1;
        loop {
            let frame = socket.frame().await;
            if frame["type"] == "metrics" {
                assert_eq!(frame["body"], json!({"websiteId": fresh.account.website}));
                heard += 1;
            } else if frame["type"] == "message.created" {
                socket.send(&json!({"t": "ack", "offset": frame["offset"]})).await;
                break;
            }
        }
    }
    let seconds = begun.elapsed().as_secs();
    assert!(heard <= seconds + 1, "{heard} in {seconds} s for {said} messages");
    assert!(said > heard, "{said} messages, {heard} signals");
    // Of another account nothing: the next that it hears is its own.
    let other = app.chatting_visitor("Hello?").await;
    let frame = loop {
        let frame = stranger.frame().await;
        if frame["type"] == "metrics" {
            break frame;
        }
    };
    assert_ne!(
        frame["body"]["websiteId"],
        json!(fresh.account.website),
        "{}",
        other.conversation
    );
}
