//! Checking whether a website has the widget, in a browser: each outcome says what to do, and so does a check that fails.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};
use switchboard::app::App;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use support::inbox::{ID, at, forget_kept, leave, open, respond};
use support::{Answer, FakeServer, Mounted, Seen};

wasm_bindgen_test_configure!(run_in_browser);

const BUTTON: &str = ".check-install button";
/// What the check came to.
const CAME: &str = ".check-install .came";

fn website() -> Value {
    let at = at(0).to_string();
    json!({
        "id": ID, "name": "Shop", "domain": "shop.example", "allowedOrigins": ["https://shop.example"], "timezone": "UTC",
        "publicKey": "k", "status": {"state": "never_seen"}, "createdAt": at, "updatedAt": at, "version": 1,
    })
}

/// An owner's dashboard; what the check is answered with stands in the cell, or the connection breaks.
fn serve(check: Rc<RefCell<Option<Value>>>) -> FakeServer {
    FakeServer::install(move |seen: &Seen| {
        let path = seen.path.as_str();
        if path.ends_with("/check-install") {
            return check
                .borrow()
                .clone()
                .map_or(Answer::Cut, |found| Answer::Json(200, found));
        }
        if path == format!("/api/websites/{ID}") {
            return Answer::Json(200, website());
        }
        if path.ends_with("/status") {
            return Answer::Json(200, json!({"status": {"state": "never_seen"}, "history": []}));
        }
        match (path, respond(seen)) {
            ("/api/auth/login" | "/api/auth/refresh", Answer::Json(200, mut grant)) => {
                grant["user"]["role"] = json!("owner");
                Answer::Json(200, grant)
            }
            (_, answer) => answer,
        }
    })
}

async fn says(page: &Mounted<App>, text: &str) {
    page.until(text, |page| {
        page.find(CAME)
            .is_some_and(|element| element.inner_text().contains(text))
    })
    .await;
}

#[wasm_bindgen_test]
async fn every_outcome_says_what_to_do() {
    forget_kept().await;
    let outcome = |outcome: &str, reason: Option<&str>| {
        Some(json!({
            "at": at(0).to_string(), "outcome": outcome, "status": {"state": "never_seen"},
            "page": "https://shop.example/", "reason": reason,
        }))
    };
    let check = Rc::new(RefCell::new(outcome("working", None)));
    let _server = serve(Rc::clone(&check));
    let page = open(&format!("/websites/{ID}")).await;
    page.until("the check", |page| page.find(BUTTON).is_some()).await;
    for (name, reason, title, act) in [
        ("working", None, "installed and works", "right now"),
        (
            "snippet_found",
            None,
            "stands on https://shop.example/",
            "Open that page",
        ),
        (
            "origin_refused",
            Some("A page of https://other.example loads it."),
            "may not load",
            "https://other.example loads it. If that page is yours",
        ),
        ("other_key", None, "the snippet of another website", "Replace it"),
        ("not_found", None, "does not stand in the text", "Put the line in"),
        (
            "unreachable",
            Some("It answers with status 503."),
            "does not answer with a page",
            "status 503. Correct the domain",
        ),
        (
            "out_of_reach",
            None,
            "cannot be looked at from here",
            "Only public pages",
        ),
        (
            "asleep",
            None,
            "cannot read what the check came to",
            "Reload the page",
        ),
    ] {
        *check.borrow_mut() = outcome(name, reason);
        page.click(BUTTON).await;
        says(&page, title).await;
        says(&page, act).await;
    }
    *check.borrow_mut() = None;
    page.click(BUTTON).await;
    says(&page, "The installation could not be checked.").await;
    *check.borrow_mut() = outcome("working", None);
    page.click(BUTTON).await;
    says(&page, "installed and works").await;
    leave(page).await;
}
