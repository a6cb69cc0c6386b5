//! Finding conversations by words, and listing them in other orders.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use common::{AGENT, Answer, App, OWNER};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};
use switchboard_contract::ids::VisitorId;
use switchboard_contract::validate::Violation;
use switchboard_server::db::Dialect;
use switchboard_server::generate::{self, Plan};
use switchboard_server::live_chat::search::{backlog, index};

common::on_both_databases! {
    messages_notes_names_and_pages_are_found,
    words_are_folded_and_the_last_one_is_a_beginning,
    each_word_may_stand_somewhere_else,
    what_was_found_is_told,
    only_words_count,
    nothing_is_found_that_the_caller_does_not_see,
    filters_and_pages_hold_for_searches,
    a_renamed_visitor_is_found_by_the_new_name,
    what_is_deleted_is_not_found,
    nothing_of_a_deleted_website_stays_in_the_index,
    what_is_older_than_the_index_is_found,
    common_words_and_long_beginnings_find_the_same,
    each_order_is_complete_page_by_page,
    a_cursor_belongs_to_its_order,
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn list(app: &App, token: &str, query: &str) -> Answer {
    let answer = app
        .get(&format!("/api/live-chat/conversations?status=all&{query}"))
        .bearer(token)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    answer
}

fn ids(answer: &Answer) -> Vec<String> {
    answer.json["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// The ids of what is found, in the list's order.
async fn found(app: &App, token: &str, text: &str) -> Vec<String> {
    ids(&list(app, token, &format!("limit=200&q={}", encoded(text))).await)
}

async fn note(app: &App, token: &str, conversation: &str, text: &str) {
    let note = app
        .reply(token, conversation, text, json!({"visibility": "internal"}))
        .await;
    assert_eq!(note.status, 201, "{}", note.text);
}

/// The visitor of a conversation, under a new name and address.
async fn rename(app: &App, conversation: &str, name: &str, email: &str) {
    let (conversation, name, email) = (conversation.to_owned(), name.to_owned(), email.to_owned());
    app.state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let id: String = sqlx::query_scalar(
                    "UPDATE visitors SET name = $1, email = $2 WHERE id = \
                     (SELECT visitor_id FROM conversations WHERE id = $3) RETURNING id",
                )
                .bind(name)
                .bind(email)
                .bind(conversation)
                .fetch_one(tx.conn())
                .await?;
                let id: VisitorId = id.parse().expect("an id");
                index::visitors(tx, &[id]).await
            })
        })
        .await
        .expect("renamed");
}

async fn number(app: &App, sql: &str) -> i64 {
    let sql = sql.to_owned();
    app.state
        .db
        .read(move |tx| {
            Box::pin(async move {
                let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(tx.conn()).await?;
                Ok(row.try_get(0)?)
            })
        })
        .await
        .expect("a number")
}

/// Entries in the index: of messages, of visitors.
async fn entries(app: &App) -> (i64, i64) {
    (
        number(app, "SELECT COUNT(*) FROM search_messages").await,
        number(app, "SELECT COUNT(*) FROM search_visitors").await,
    )
}

async fn messages_notes_names_and_pages_are_found(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("Where is my xylophone?").await;
    let id = chat.conversation.clone();
    app.reply(&agent, &id, "It left the zeppelin hangar.", json!({}))
        .await;
    note(app, &agent, &id, "Asked the quartermaster.").await;
    rename(app, &id, "Wilhelmina Quist", "w.quist@example.com").await;
    let beat = app
        .post("/api/visitor/page")
        .bearer(&chat.token)
        .header("origin", &app.base)
        .json(&json!({"page": format!("{}/demo/trombones", app.base), "pageTitle": "Brass section"}))
        .send()
        .await;
    assert_eq!(beat.status, 200, "{}", beat.text);
    for text in [
        "xylophone",
        "zeppelin",
        "quartermaster",
        "wilhelmina",
        "w.quist@example.com",
        "trombones",
        "brass",
        // The page before this one.
        "tents",
    ] {
        assert!(found(app, &agent, text).await.contains(&id), "{text}");
    }
    for text in ["xylo", "xylophones"] {
        let expected = text == "xylo";
        assert_eq!(found(app, &agent, text).await.contains(&id), expected, "{text}");
    }
    // A notice of the server is nothing that somebody said.
    assert_eq!(found(app, &agent, "started").await, Vec::<String>::new());
    assert_eq!(ids(&list(app, &agent, "limit=200&q=%20").await).len(), 5);
}

async fn words_are_folded_and_the_last_one_is_a_beginning(app: &App) {
    let agent = app.token(AGENT).await;
    let texts = [
        "Où est l'Écharpe bleue?",
        "Die Straße ist gesperrt",
        "Χρειάζομαι βοήθεια",
        "こんにちは、在庫はありますか",
        "배송이 늦어요",
        "क्या यह बारिश में चलेगा",
        "أين طَرْدِي",
        "สวัสดีครับ",
    ];
    let mut chats = Vec::new();
    for text in texts {
        chats.push(app.chatting_visitor(text).await.conversation);
    }
    for (text, place) in [
        ("echarpe", Some(0)),
        ("ÉCHAR", Some(0)),
        ("echar bleue", None),
        ("bleue echar", Some(0)),
        ("echar ", None),
        ("strasse", Some(1)),
        ("STRASS", Some(1)),
        ("βοηθ", Some(2)),
        ("在庫", Some(3)),
        ("庫在", None),
        ("あります", Some(3)),
        ("배송", Some(4)),
        ("बारिश", Some(5)),
        ("طردي", Some(6)),
        ("สวัสดี", Some(7)),
    ] {
        let expected: Vec<String> = place
            .map(|place: usize| chats[place].clone())
            .into_iter()
            .collect();
        assert_eq!(found(app, &agent, text).await, expected, "{text}");
    }
}

async fn each_word_may_stand_somewhere_else(app: &App) {
    let agent = app.token(AGENT).await;
    let first = app.chatting_visitor("my xylophone is late").await.conversation;
    let second = app.chatting_visitor("my xylophone is here").await.conversation;
    app.reply(&agent, &first, "I will ask the zeppelin.", json!({}))
        .await;
    rename(app, &second, "Wilhelmina", "w@example.com").await;
    assert_eq!(found(app, &agent, "zeppelin xylophone").await, [first]);
    assert_eq!(found(app, &agent, "wilhelmina late").await, Vec::<String>::new());
    assert_eq!(found(app, &agent, "wilhelmina xylo").await, [second]);
}

async fn what_was_found_is_told(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("one Xylophone").await;
    let id = chat.conversation.clone();
    app.reply(&agent, &id, "Which xylophone?\nThe blue?", json!({}))
        .await;
    note(app, &agent, &id, "A quartermaster's joke").await;
    rename(app, &id, "Wilhelmina Quist", "w@example.com").await;
    let answer = |text: &'static str| {
        let token = agent.clone();
        async move { list(app, &token, &format!("q={}", encoded(text))).await }
    };
    let by_message = answer("xyl").await;
    let expected = json!([{
        "conversationId": id,
        "foundIn": "message",
        "messageId": by_message.json["matches"][0]["messageId"],
        "seq": by_message.json["matches"][0]["seq"],
        "snippet": "Which xylophone? The blue?",
        "marks": [{"start": 6, "end": 9}],
    }]);
    assert_eq!(by_message.json["matches"], expected);
    let messages = app
        .get(&format!("/api/live-chat/conversations/{id}/messages"))
        .bearer(&agent)
        .send()
        .await;
    let named = messages.json["items"]
        .as_array()
        .expect("messages")
        .iter()
        .find(|message| message["id"] == by_message.json["matches"][0]["messageId"])
        .expect("the message");
    assert_eq!(named["seq"], by_message.json["matches"][0]["seq"]);
    assert!(named["content"].as_str().expect("text").starts_with("Which"));

    let by_note = answer("quartermaster").await.json["matches"][0].clone();
    assert_eq!(by_note["foundIn"], "note");
    let by_name = answer("quist").await.json["matches"][0].clone();
    assert_eq!(
        by_name,
        json!({
            "conversationId": id,
            "foundIn": "name",
            "snippet": "Wilhelmina Quist",
            "marks": [{"start": 11, "end": 16}],
        })
    );
    // The oldest message holds both words, the newest one only one of them.
    let both = answer("one xylophone").await.json["matches"][0].clone();
    assert_eq!(both["snippet"], "one Xylophone");
    let in_page = answer("tents wilhelmina").await.json["matches"][0].clone();
    assert_eq!(in_page["foundIn"], "name");
    let without = list(app, &agent, "limit=1").await;
    assert_eq!(without.json.get("matches"), None);
}

async fn only_words_count(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("fifty xylophones AND a NEAR miss").await;
    let id = chat.conversation;
    for text in [
        "\"xylophones\"",
        "xylophones\" OR \"x",
        "xylophones*",
        "xylophones:",
        "words:xylophones",
        "^xylophones",
        "NEAR(xylophones fifty)",
        "xylophones AND NOT fifty",
        "-xylophones",
        "+xylophones",
        "!xylophones",
        "xylophones & fifty",
        "xylophones <-> fifty",
        "'xylophones'",
        "xylophones\\",
        "%xylophones%",
        "xyl_phones",
        "'; DROP TABLE conversations; --",
        "$7 xylophones",
        "{xylophones}",
        "\u{0}xylophones",
        "(",
        "*",
        "\"",
        "🎉",
        "\u{202e}xylophones",
    ] {
        // Those whose words all stand there find it; no other one does, and none fails.
        let all_there = matches!(
            text,
            "\"xylophones\""
                | "xylophones*"
                | "xylophones:"
                | "^xylophones"
                | "NEAR(xylophones fifty)"
                | "-xylophones"
                | "+xylophones"
                | "!xylophones"
                | "xylophones & fifty"
                | "xylophones <-> fifty"
                | "'xylophones'"
                | "xylophones\\"
                | "%xylophones%"
                | "{xylophones}"
                | "\u{0}xylophones"
                | "\u{202e}xylophones"
        );
        let expected: Vec<String> = all_there.then(|| id.clone()).into_iter().collect();
        assert_eq!(found(app, &agent, text).await, expected, "{text:?}");
    }
    let long = "é".repeat(201);
    let refused = app
        .get(&format!("/api/live-chat/conversations?q={}", encoded(&long)))
        .bearer(&agent)
        .send()
        .await;
    let problem = refused.problem(422, "validation_failed");
    assert_eq!(problem["fields"]["q"], json!([Violation::TooLong(200).message()]));
    assert_eq!(found(app, &agent, &long[..400]).await, Vec::<String>::new());
}

async fn nothing_is_found_that_the_caller_does_not_see(app: &App) {
    let chat = app.chatting_visitor("a xylophone").await;
    let (owner, agent) = (app.token(OWNER).await, app.token(AGENT).await);
    let other = app.second_account("search@other.test").await;
    assert_eq!(
        found(app, &owner, "xylophone").await,
        std::slice::from_ref(&chat.conversation)
    );
    assert_eq!(
        found(app, &agent, "xylophone").await,
        std::slice::from_ref(&chat.conversation)
    );
    assert_eq!(found(app, &other.token, "xylophone").await, Vec::<String>::new());
    app.execute("DELETE FROM member_websites").await;
    assert_eq!(found(app, &agent, "xylophone").await, Vec::<String>::new());
}

async fn filters_and_pages_hold_for_searches(app: &App) {
    let agent = app.token(AGENT).await;
    let mut chats = Vec::new();
    for n in 0..5 {
        chats.push(app.chatting_visitor(&format!("xylophone {n}")).await.conversation);
    }
    app.execute(&format!(
        "UPDATE conversations SET status = 'closed', closed_at = 0 WHERE id = '{}'",
        chats[4]
    ))
    .await;
    let open = app
        .get("/api/live-chat/conversations?q=xylophone")
        .bearer(&agent)
        .send()
        .await;
    let newest_first: Vec<String> = chats.iter().rev().cloned().collect();
    assert_eq!(ids(&open), newest_first[1..]);
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = list(app, &agent, &format!("q=xylophone&limit=2&cursor={cursor}")).await;
        assert_eq!(
            page.json["matches"].as_array().expect("matches").len(),
            ids(&page).len()
        );
        paged.extend(ids(&page));
        if page.json["hasMore"] == false {
            break;
        }
        cursor = page.at("/nextCursor");
    }
    assert_eq!(paged, newest_first);
}

async fn a_renamed_visitor_is_found_by_the_new_name(app: &App) {
    let agent = app.token(AGENT).await;
    let id = app.chatting_visitor("hello").await.conversation;
    rename(app, &id, "Wilhelmina", "w@example.com").await;
    rename(app, &id, "Ottilie", "o@example.com").await;
    assert_eq!(found(app, &agent, "wilhelmina").await, Vec::<String>::new());
    assert_eq!(found(app, &agent, "ottilie").await, std::slice::from_ref(&id));
    // The pages stay.
    assert!(found(app, &agent, "tents").await.contains(&id));
}

async fn what_is_deleted_is_not_found(app: &App) {
    let owner = app.token(OWNER).await;
    let before = entries(app).await;
    let chat = app.chatting_visitor("a xylophone").await;
    app.reply(&owner, &chat.conversation, "Which xylophone?", json!({}))
        .await;
    assert_eq!(entries(app).await, (before.0 + 2, before.1 + 1));
    let path = format!("/api/live-chat/conversations/{}", chat.conversation);
    let deleted = app.call(Method::DELETE, &path).bearer(&owner).send().await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    // The visitor stays.
    assert_eq!(entries(app).await, (before.0, before.1 + 1));
    assert_eq!(found(app, &owner, "xylophone").await, Vec::<String>::new());
    // Whoever comes next does not get what others said.
    let next = app.chatting_visitor("hello").await.conversation;
    assert!(!found(app, &owner, "xylophone").await.contains(&next));
}

async fn nothing_of_a_deleted_website_stays_in_the_index(app: &App) {
    let owner = app.token(OWNER).await;
    app.chatting_visitor("a xylophone").await;
    let websites = app.get("/api/websites").bearer(&owner).send().await;
    let id = websites.at("/items/0/id");
    let deleted = app
        .call(Method::DELETE, &format!("/api/websites/{id}"))
        .bearer(&owner)
        .send()
        .await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    let later = app.state.clock.now().plus_millis(600_000);
    app.post("/dev/clock")
        .json(&json!({"advanceMs": 600_000}))
        .send()
        .await;
    switchboard_server::website::erase::empty_all(&app.state.db, later)
        .await
        .expect("emptied");
    assert_eq!(entries(app).await, (0, 0));
    assert_eq!(number(app, "SELECT COUNT(*) FROM pages_seen").await, 0);
}

async fn what_is_older_than_the_index_is_found(app: &App) {
    let agent = app.token(AGENT).await;
    let chat = app.chatting_visitor("a xylophone").await;
    let id = chat.conversation.clone();
    rename(app, &id, "Wilhelmina", "w@example.com").await;
    let complete = entries(app).await;
    // As an older version leaves it.
    for sql in [
        "DELETE FROM search_messages",
        "DELETE FROM search_visitors",
        "DELETE FROM pages_seen",
        "INSERT INTO conversations_to_index (conversation_id, seq) SELECT id, 0 FROM conversations",
        "INSERT INTO visitors_to_index (visitor_id) SELECT id FROM visitors",
    ] {
        app.execute(sql).await;
    }
    assert_eq!(found(app, &agent, "xylophone").await, Vec::<String>::new());
    // What comes meanwhile is indexed at once, and not twice.
    app.say(&chat.token, "another xylophone").await;
    assert_eq!(found(app, &agent, "xylophone").await, std::slice::from_ref(&id));
    while backlog::step(&app.state.db).await.expect("a slice") {}
    assert_eq!(entries(app).await, (complete.0 + 1, complete.1));
    for text in ["another xylophone", "wilhelmina", "tents a xylophone"] {
        assert!(found(app, &agent, text).await.contains(&id), "{text}");
    }
    assert!(!backlog::step(&app.state.db).await.expect("nothing is left"));
}

async fn common_words_and_long_beginnings_find_the_same(app: &App) {
    let agent = app.token(AGENT).await;
    let plan = Plan {
        conversations: 2_200,
        messages: 12_000,
        days: 30,
        seed: 5,
    };
    generate::fill(&app.state, &plan).await.expect("filled");
    let first = |text: &'static str| {
        let agent = agent.clone();
        async move {
            let answer = list(app, &agent, &format!("limit=100&q={}", encoded(text))).await;
            // Where nothing is found there are none.
            let matches = answer.json["matches"].as_array().cloned().unwrap_or_default();
            let places: Vec<Value> = matches.iter().map(|found| found["messageId"].clone()).collect();
            (ids(&answer), places)
        }
    };
    let (rare, places) = first("warehouse ").await;
    assert_eq!(rare.len(), 100);
    assert!(places.iter().all(Value::is_string));
    // Every generated visitor has seen a page under https, and every one is asked for it.
    let (all, _) = first("https ").await;
    assert_eq!(all.len(), 100);
    assert_eq!(first("https warehouse ").await.0, rare);
    assert_eq!(first("warehou").await, (rare, places));
    let (both, _) = first("https nowhere ").await;
    assert_eq!(both, Vec::<String>::new());
}

async fn each_order_is_complete_page_by_page(app: &App) {
    let agent = app.token(AGENT).await;
    let mut chats = Vec::new();
    for n in 0..8 {
        chats.push(app.chatting_visitor(&n.to_string()).await.conversation);
    }
    // Some at the same instant; one that nobody waits in.
    for (place, priority) in [(0, "low"), (1, "urgent"), (3, "high"), (4, "urgent")] {
        app.execute(&format!(
            "UPDATE conversations SET priority = '{priority}' WHERE id = '{}'",
            chats[place]
        ))
        .await;
    }
    app.execute("UPDATE conversations SET last_message_at = last_message_at / 60000 * 60000, waiting_since = waiting_since / 60000 * 60000")
        .await;
    app.execute(&format!(
        "UPDATE conversations SET waiting_since = NULL WHERE id = '{}'",
        chats[2]
    ))
    .await;
    let all = list(app, &agent, "limit=200").await.json["items"].clone();
    let all: Vec<Value> = all.as_array().expect("items").clone();
    let text = |item: &Value, field: &str| item[field].as_str().unwrap_or_default().to_owned();
    let rank = |item: &Value| {
        ["urgent", "high", "normal", "low"]
            .iter()
            .position(|word| item["priority"] == **word)
    };
    for sort in ["newest", "oldest", "waiting", "priority"] {
        let mut expected = all.clone();
        match sort {
            "newest" => expected
                .sort_by_key(|item| std::cmp::Reverse((text(item, "lastMessageAt"), text(item, "id")))),
            "oldest" => expected.sort_by_key(|item| (text(item, "lastMessageAt"), text(item, "id"))),
            "waiting" => {
                expected.retain(|item| item["waitingSince"].is_string());
                expected.sort_by_key(|item| (text(item, "waitingSince"), text(item, "id")));
            }
            _ => {
                expected
                    .sort_by_key(|item| std::cmp::Reverse((text(item, "lastMessageAt"), text(item, "id"))));
                expected.sort_by_key(rank);
            }
        }
        let expected: Vec<String> = expected.iter().map(|item| text(item, "id")).collect();
        assert!(expected.len() > 8 || sort == "waiting");
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = list(app, &agent, &format!("sort={sort}&limit=3&cursor={cursor}")).await;
            paged.extend(ids(&page));
            if page.json["hasMore"] == false {
                break;
            }
            cursor = page.at("/nextCursor");
        }
        assert_eq!(paged, expected, "{sort}");
    }
}

async fn a_cursor_belongs_to_its_order(app: &App) {
    let agent = app.token(AGENT).await;
    let cursor = list(app, &agent, "limit=1&sort=oldest").await.at("/nextCursor");
    for (query, name) in [
        (format!("cursor={cursor}"), "cursor"),
        (format!("sort=priority&cursor={cursor}"), "cursor"),
        ("sort=loudest".to_owned(), "sort"),
        ("status=loud".to_owned(), "status"),
        ("status=unknown".to_owned(), "status"),
    ] {
        let refused = app
            .get(&format!("/api/live-chat/conversations?{query}"))
            .bearer(&agent)
            .send()
            .await;
        let problem = refused.problem(400, "bad_request");
        assert!(problem["fields"][name].is_array(), "{query}: {problem}");
    }
}

/// Words of several scripts, some of them beginnings of others.
const WORDS: &[&str] = &[
    "tent",
    "tents",
    "Tente",
    "té",
    "TÊTE",
    "Straße",
    "strasse",
    "ﬁne",
    "fine",
    "o'shea",
    "x42",
    "42nd",
    "βοήθεια",
    "ΒΟΗΘΕΙΑ",
    "підтримка",
    "شَحْن",
    "شحن",
    "שלום",
    "在庫",
    "庫は",
    "在",
    "こんにちは",
    "ガラス",
    "ｶﾞﾗｽ",
    "배송이",
    "배송",
    "बारिश",
    "สวัสดี",
    "e\u{301}te\u{301}",
    "soft\u{ad}ware",
    "a",
    "b",
    "🎉",
    "%",
    "\"",
    "*",
    "maria@example.com",
];

/// Both databases hold the same conversations and find the same for whatever is asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_find_the_same() {
    let apps = [
        App::start(Dialect::Sqlite).await,
        App::start(Dialect::Postgres).await,
    ];
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(20_261_122),
        ..Config::default()
    });
    let mut any = |most: usize| {
        let words = prop::collection::vec(prop::sample::select(WORDS), 1..=most);
        words.new_tree(&mut runner).expect("words").current()
    };
    let mut tokens = Vec::new();
    let mut chats: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    for app in &apps {
        tokens.push(app.token(OWNER).await);
    }
    for _ in 0..25 {
        let (first, second, name) = (any(6).join(" "), any(6).join(" "), any(2).join(" "));
        for (app, chats) in apps.iter().zip(&mut chats) {
            let chat = app.chatting_visitor(&first).await;
            app.say(&chat.token, &second).await;
            // The page's address has this server's port in it, which is a word too, and another one in each.
            app.execute(r#"UPDATE pages_seen SET pages = '[["https://shop.example/tents", "Tents"]]'"#)
                .await;
            rename(app, &chat.conversation, &name, "someone@example.com").await;
            chats.push(chat.conversation);
        }
    }
    let mut hits = 0;
    for _ in 0..200 {
        let words = any(3);
        let mut text = words.join(" ");
        // Often a beginning.
        let keep = text.chars().count().saturating_sub(any(3).len() - 1).max(1);
        text = text.chars().take(keep).collect();
        let mut sets = Vec::new();
        for ((app, token), chats) in apps.iter().zip(&tokens).zip(&chats) {
            let found = found(app, token, &text).await;
            let mut places: Vec<usize> = found
                .iter()
                .filter_map(|id| chats.iter().position(|known| known == id))
                .collect();
            places.sort_unstable();
            sets.push(places);
        }
        assert_eq!(sets[0], sets[1], "{text:?}");
        hits += usize::from(!sets[0].is_empty());
    }
    assert!(hits > 50, "only {hits} searches found something");
    for app in apps {
        app.close().await;
    }
}
