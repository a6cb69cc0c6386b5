//! What the server hands to browsers besides the API: the dashboard's files, the widget, the demo shop, health.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};

use common::{Answer, App};
use serde_json::json;
use switchboard_server::db::Dialect;
use switchboard_server::generate::{self, Plan};
use switchboard_server::seed::DEMO_PUBLIC_KEY;
use switchboard_server::widget_delivery::snippet;

common::on_both_databases! {
    the_server_says_how_it_is,
    only_a_websites_pages_frame_its_chat,
    the_loader_is_cached_shortly_and_revalidated,
    the_demo_shop_loads_the_widget_from_another_site,
    generated_data_is_whole_and_repeatable,
    dropped_requests_leave_no_transaction_open,
}

async fn the_server_says_how_it_is(app: &App) {
    assert_eq!(app.get("/healthz").send().await.text, "ok\n");
    assert_eq!(app.get("/readyz").send().await.text, "ready\n");
    let figures = app.get("/metrics").send().await;
    assert_eq!(figures.status, 200, "{}", figures.text);
    for line in [
        "switchboard_http_requests_total{method=\"GET\",route=\"/readyz\",status=\"200\"} 1",
        "switchboard_database_up 1",
    ] {
        assert!(figures.text.contains(line), "{line} in {}", figures.text);
    }
    let outside = app
        .get("/metrics")
        .header("x-forwarded-for", "203.0.113.9")
        .send()
        .await;
    assert_eq!(outside.status, 404, "nobody's business outside");
    app.state.db.close().await;
    assert_eq!(app.get("/healthz").send().await.status, 200, "alive all the same");
    assert_eq!(app.get("/readyz").send().await.status, 503);
    assert!(
        app.get("/metrics")
            .send()
            .await
            .text
            .contains("switchboard_database_up 0")
    );
}

fn directive<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer
        .header("content-security-policy")
        .expect("a policy")
        .split("; ")
        .find_map(|directive| directive.strip_prefix(name))
        .unwrap_or_else(|| panic!("no {name}"))
        .trim()
}

async fn only_a_websites_pages_frame_its_chat(app: &App) {
    let other = app.second_account("owner@other.test").await;
    let frame = app
        .get(&format!("/widget/frame/{}", other.public_key))
        .send()
        .await;
    assert_eq!(frame.status, 200, "{}", frame.text);
    assert_eq!(directive(&frame, "frame-ancestors"), "https://other.example");
    assert_eq!(directive(&frame, "script-src"), "'self' 'wasm-unsafe-eval'");
    assert_eq!(frame.header("x-content-type-options"), Some("nosniff"));
    assert!(
        !frame.text.contains("<script>"),
        "no inline script: {}",
        frame.text
    );

    let frame = app.get(&format!("/widget/frame/{DEMO_PUBLIC_KEY}")).send().await;
    assert!(directive(&frame, "frame-ancestors").contains(&app.base));
    app.get("/widget/frame/nobody")
        .send()
        .await
        .problem(404, "not_found");
}

async fn the_loader_is_cached_shortly_and_revalidated(app: &App) {
    let first = app.get("/widget.js").send().await;
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(first.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(
        first.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    let etag = first.header("etag").expect("an etag");
    let again = app.get("/widget.js").header("if-none-match", etag).send().await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));

    let packed = app
        .get("/widget.js")
        .header("accept-encoding", "gzip, br")
        .send()
        .await;
    assert_eq!(packed.header("content-encoding"), Some("br"));
    assert_eq!(
        packed.header("vary").map(|vary| vary.contains("accept-encoding")),
        Some(true)
    );

    // The frame names its files by version, which are kept for ever; any other version is asked for again.
    let frame = app.get(&format!("/widget/frame/{DEMO_PUBLIC_KEY}")).send().await;
    let boot = frame
        .text
        .split('"')
        .find(|part| part.ends_with("/frame_boot.js"))
        .expect("the start-up script")
        .to_owned();
    let kept = app.get(&boot).send().await;
    assert_eq!(
        kept.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    for path in ["/widget/assets/old/frame_boot.js", "/widget/assets/frame_boot.js"] {
        let asked = app.get(path).send().await;
        assert_eq!(
            (asked.status, asked.header("cache-control")),
            (200, Some("no-cache")),
            "{path}"
        );
    }
    app.get("/widget/assets/nothing.js")
        .send()
        .await
        .problem(404, "not_found");
}

async fn the_demo_shop_loads_the_widget_from_another_site(app: &App) {
    let twin = app.base.replace("127.0.0.1", "localhost");
    for (page, widget) in [(&app.base, &twin), (&twin, &app.base)] {
        let host = page.trim_start_matches("http://");
        for path in ["/demo", "/demo/tents"] {
            let shop = app.get(path).header("host", host).send().await;
            assert_eq!(shop.status, 200, "{path}");
            assert!(
                shop.text.contains(&snippet(widget, DEMO_PUBLIC_KEY)),
                "{path} on {page}"
            );
            assert_eq!(directive(&shop, "script-src"), widget.as_str());
        }
    }
    assert_eq!(app.get("/demo/shop.css").send().await.status, 200);
    assert_eq!(app.get("/demo/nothing").send().await.status, 404);
}

async fn generated_data_is_whole_and_repeatable(app: &App) {
    let owner = app.token(common::OWNER).await;
    let before = app
        .get("/api/live-chat/conversations?limit=1")
        .bearer(&owner)
        .send()
        .await;
    let plan = Plan {
        conversations: 120,
        messages: 7_000,
        days: 20,
        seed: 4,
    };
    generate::fill(&app.state, &plan).await.expect("fills");

    let mut conversations = 0;
    let mut messages = 0;
    let mut cursor = String::new();
    loop {
        let page = app
            .get(&format!(
                "/api/live-chat/conversations?status=all&limit=200&cursor={cursor}"
            ))
            .bearer(&owner)
            .send()
            .await;
        assert_eq!(page.status, 200, "{}", page.text);
        for item in page.json["items"].as_array().expect("items") {
            conversations += 1;
            messages += item["messages"][0]["seq"].as_u64().expect("a newest message");
        }
        match page.json["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert!(
        conversations >= 120 && messages >= 7_000,
        "{conversations} {messages}"
    );

    // Whoever followed the log before learns that something is missing.
    let position = &before.json["asOf"];
    app.get(&format!(
        "/api/events?epoch={}&after={}",
        position["epoch"].as_str().expect("an epoch"),
        position["offset"].as_str().expect("an offset")
    ))
    .bearer(&owner)
    .send()
    .await
    .problem(410, "position_lost");

    assert!(
        generate::fill(&app.state, &plan).await.is_err(),
        "the same seed makes the same rows"
    );
}

async fn dropped_requests_leave_no_transaction_open(app: &App) {
    for n in 0..300 {
        let db = app.state.db.clone();
        let read = tokio::spawn(async move {
            db.read(|tx| {
                Box::pin(async move {
                    sqlx::query("SELECT COUNT(*) FROM messages")
                        .execute(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
        });
        for _ in 0..n % 12 {
            tokio::task::yield_now().await;
        }
        read.abort();
        // Whether it was cut off or had ended, the next one is not its concern.
        let _ = read.await;
        app.execute("UPDATE accounts SET name = 'Demo'").await;
    }
}

fn dashboard() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("switchboard-dashboard-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).expect("a folder");
    for (name, text) in [
        ("index.html", "<!doctype html><title>Switchboard</title>"),
        ("config.json", "{}"),
        ("boot.js", "export {}"),
        ("switchboard-0123456789abcdef.js", "plain"),
        ("switchboard-0123456789abcdef.js.br", "packed"),
        ("switchboard-0123456789abcdef_bg.wasm", "\0asm"),
    ] {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    folder
}

#[tokio::test]
async fn the_dashboard_is_served_with_its_policy() {
    let folder = dashboard();
    let app = App::start_with(Dialect::Sqlite, |config| {
        config.dashboard_dir = Some(folder.clone());
    })
    .await;
    for path in [
        "/",
        "/login",
        "/conversations/0192f0c1-2222-7000-8000-000000000000",
        "/no/such/page",
    ] {
        let page = app.get(path).send().await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains("<title>Switchboard</title>"), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        assert_eq!(directive(&page, "default-src"), "'none'");
        assert_eq!(directive(&page, "frame-ancestors"), "'none'");
        assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"));
    }
    let script = app.get("/switchboard-0123456789abcdef.js").send().await;
    assert_eq!(
        script.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(script.text, "plain");
    let packed = app
        .get("/switchboard-0123456789abcdef.js")
        .header("accept-encoding", "br")
        .send()
        .await;
    assert_eq!(
        (packed.header("content-encoding"), packed.text.as_str()),
        (Some("br"), "packed")
    );
    let wasm = app.get("/switchboard-0123456789abcdef_bg.wasm").send().await;
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
    for path in ["/config.json", "/boot.js"] {
        assert_eq!(
            app.get(path).send().await.header("cache-control"),
            Some("no-cache"),
            "{path}"
        );
    }
    assert_eq!(app.get("/missing-0123456789abcdef.js").send().await.status, 404);
    for path in [
        "/../Cargo.toml",
        "/..%2f..%2fetc/passwd.txt",
        "/%2e%2e/secret.json",
    ] {
        assert_ne!(app.get(path).send().await.status, 200, "{path}");
    }
    let posted = app.post("/login").json(&json!({})).send().await;
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
    app.get("/api/nothing").send().await.problem(404, "not_found");
    app.close().await;
    remove(&folder);
}

#[tokio::test]
async fn nothing_of_demo_mode_is_there_otherwise() {
    let app = App::start_with(Dialect::Sqlite, |config| config.demo = false).await;
    for path in ["/demo", "/demo/tents"] {
        assert_eq!(app.get(path).send().await.status, 404, "{path}");
    }
    let clock = app.post("/dev/clock").json(&json!({"advanceMs": 1})).send().await;
    assert_eq!(clock.status, 404);
    app.close().await;
}

fn remove(folder: &Path) {
    std::fs::remove_dir_all(folder).expect("removed");
}
