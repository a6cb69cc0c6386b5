//! The conversations page as a whole, in a browser: list, thread and places, against answers given at `fetch`. There is no
//! WebSocket here: the journeys have one.

#![allow(clippy::expect_used)]

mod support;

use std::cell::Cell;
use std::rc::Rc;

use serde_json::json;
use switchboard::app::App;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlTextAreaElement};

use support::inbox::{
    as_of, conversation, conversation_id, leave, list, messages, open, path_and_query, respond, until_row,
};
use support::{Answer, FakeServer, Mounted, Seen, document, flush, focused, press};

wasm_bindgen_test_configure!(run_in_browser);

/// The server finds one for boots that this device does not know, and nothing else.
fn finds(seen: &Seen) -> Answer {
    if seen.path != "/api/live-chat/conversations" || !seen.query.contains("q=") {
        return respond(seen);
    }
    if seen.query.contains("q=stoves") {
        list(&[
            conversation(4, "Fourth Visitor", "something else"),
            conversation(1, "First Visitor", "about stoves"),
        ])
    } else {
        list(&[])
    }
}

const ROWS: &str = "ul[aria-label='Conversations'] > li";

#[wasm_bindgen_test]
async fn a_search_shows_what_is_here_at_once_and_what_the_server_finds_below() {
    let _server = FakeServer::install(finds);
    let page = open("/conversations").await;
    until_row(&page, "about boots").await;
    assert_eq!(page.count(ROWS), 2);

    page.fill("input[type='search']", "stoves").await;
    assert_eq!(page.count(ROWS), 1, "at once");
    until_row(&page, "Fourth Visitor").await;
    assert_eq!(page.count(ROWS), 2);
    assert!(page.text(ROWS).contains("First Visitor"), "it stays above");
    assert_eq!(path_and_query(), "/conversations?q=stoves");

    page.fill("input[type='search']", "nothing like it").await;
    page.until("that nothing is found", |page| {
        page.text("[role='tabpanel']").contains("nothing like it")
    })
    .await;
    page.fill("input[type='search']", "").await;
    // The one that was found is open too, and stands on the list from now on.
    page.until("the list", |page| page.count(ROWS) == 3).await;
    page.until("the address of the list", |_| {
        path_and_query() == "/conversations"
    })
    .await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn tabs_and_filters_stand_in_the_address() {
    let server = FakeServer::install(respond);
    let page = open("/conversations").await;
    until_row(&page, "about boots").await;
    page.click("button[aria-label='Filter']").await;
    page.click("[role='menuitemcheckbox']").await;
    page.click("button[aria-label='Filter']").await;
    page.click("[role='group'] > button:nth-of-type(6)").await;
    page.click("[role='menuitemradio']:nth-of-type(2)").await;
    assert_eq!(path_and_query(), "/conversations?unread=true&sort=oldest");
    page.until("the words for what is set", |page| {
        page.find("ul[aria-label='Filters']").is_some_and(|chips| {
            chips.inner_text().contains("Unread") && chips.inner_text().contains("Oldest first")
        })
    })
    .await;
    page.until("that nothing fits", |page| {
        page.text("[role='tabpanel']")
            .contains("No conversation fits the filters")
    })
    .await;
    page.click("button[aria-label='Clear filter: Unread']").await;
    until_row(&page, "about boots").await;
    page.until("the oldest first", |page| {
        page.text(ROWS).contains("First Visitor")
    })
    .await;
    page.click("ul[aria-label='Filters'] .text-btn").await;
    page.until("the newest first", |page| {
        page.text(ROWS).contains("Second Visitor")
    })
    .await;
    assert_eq!(path_and_query(), "/conversations");

    page.get("[role='tab'][aria-selected='true']")
        .focus()
        .expect("focused");
    press("ArrowRight", false).await;
    until_row(&page, "Closed Visitor").await;
    assert_eq!(path_and_query(), "/conversations?status=closed");
    assert_eq!(focused(), "Closed");
    for asked in ["status=closed", "unread=true", "sort=oldest"] {
        assert!(
            server.seen().iter().any(|seen| seen.query.contains(asked)),
            "{asked}"
        );
    }
    leave(page).await;
}

#[wasm_bindgen_test]
async fn what_a_search_found_stands_below_its_row_as_text_and_leads_to_the_message() {
    const SNIPPET: &str = "about <b>boots</b> & boots";
    let _server = FakeServer::install(|seen: &Seen| {
        if seen.path == "/api/live-chat/conversations" && seen.query.contains("q=boots") {
            let found = json!({
                "conversationId": conversation_id(1), "foundIn": "note", "seq": 12, "snippet": SNIPPET,
                "marks": [{"start": 9, "end": 14}, {"start": 21, "end": 26}],
            });
            let items = [conversation(1, "First Visitor", "about stoves")];
            return Answer::Json(
                200,
                json!({"items": items, "hasMore": false, "asOf": as_of(), "matches": [found]}),
            );
        }
        respond(seen)
    });
    let page = open("/conversations?q=boots").await;
    page.until("what was found", |page| page.count(".conv-found mark") == 2)
        .await;
    assert_eq!(page.text(".conv-found bdi"), SNIPPET);
    assert_eq!(page.text(".conv-found mark"), "boots");
    assert!(page.text(".conv-found").starts_with("Note:"));
    assert_eq!(page.count(".conv-found b"), 0, "text stays text");
    page.click("a.conv").await;
    let expected = format!("/conversations/{}?q=boots&message=12", conversation_id(1));
    page.until("the message's address", |_| path_and_query() == expected)
        .await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn several_are_chosen_and_closed_at_once() {
    let server = FakeServer::install(respond);
    let page = open("/conversations").await;
    until_row(&page, "about boots").await;
    page.click("input[aria-label='Select Second Visitor']").await;
    assert!(page.text("[role='toolbar']").contains("1 selected"));
    page.click("[role='toolbar'] .text-btn").await;
    assert!(page.text("[role='toolbar']").contains("2 selected"));
    press("Escape", false).await;
    assert!(page.find("[role='toolbar']").is_none());

    page.get("a.conv").focus().expect("focused");
    press("x", false).await;
    assert!(page.text("[role='toolbar']").contains("1 selected"));
    page.click("[role='toolbar'] button[aria-label='Close']").await;
    assert!(page.find("[role='toolbar']").is_none());
    page.until("what was done", |page| {
        let told = page.root.text_content().unwrap_or_default();
        told.contains("once you are online") || told.contains("Closed 1 conversation")
    })
    .await;
    drop(server);
    leave(page).await;
}

#[wasm_bindgen_test]
async fn a_list_that_fails_says_so_and_comes_on_retry() {
    let broken = Rc::new(Cell::new(true));
    let is_broken = broken.clone();
    let _server = FakeServer::install(move |seen: &Seen| match seen.path.as_str() {
        "/api/live-chat/conversations" if is_broken.get() => {
            Answer::Json(503, json!({"code": "unavailable", "status": 503}))
        }
        _ => respond(seen),
    });
    let page = open("/conversations").await;
    page.until("the failure", |page| {
        page.find("[role='tabpanel']")
            .is_some_and(|panel| panel.inner_text().contains("could not be loaded"))
    })
    .await;
    broken.set(false);
    page.click("[role='tabpanel'] button").await;
    until_row(&page, "about boots").await;
    leave(page).await;
}

/// Where a message stands on the screen.
fn top_of(page: &Mounted<App>, text: &str) -> Option<f64> {
    let bubbles = page.root.query_selector_all(".bubble").expect("a valid selector");
    (0..bubbles.length())
        .filter_map(|place| bubbles.get(place))
        .find(|bubble| bubble.text_content().as_deref() == Some(text))
        .and_then(|bubble| bubble.dyn_into::<Element>().ok())
        .map(|bubble| bubble.get_bounding_client_rect().top())
}

fn is_at_end(log: &Element) -> bool {
    log.scroll_height() - log.scroll_top() - log.client_height() < 2
}

#[wasm_bindgen_test]
async fn a_link_leads_to_what_was_unread_however_far_up_that_is() {
    let _server = FakeServer::install(|seen: &Seen| {
        let one = format!("/api/live-chat/conversations/{}", conversation_id(1));
        if seen.path == one
            || (seen.path == "/api/live-chat/conversations" && seen.query.contains("status=open"))
        {
            let mut unread = conversation(1, "First Visitor", "about stoves");
            (unread["unreadCount"], unread["unreadFrom"]) = (json!(78), json!(3));
            return if seen.path == one {
                Answer::Json(200, unread)
            } else {
                list(&[unread])
            };
        }
        if seen.path.ends_with("/messages") && seen.query.contains("around=") {
            return messages("before=51");
        }
        respond(seen)
    });
    let page = open(&format!("/conversations/{}", conversation_id(1))).await;
    page.until("the newest message", |page| top_of(page, "message 80").is_some())
        .await;
    assert!(page.find(".day-new").is_none(), "it is not loaded");
    page.click(".log-first button").await;
    page.until("the line above the first one", |page| {
        page.find("[data-seq='3'] .day-new").is_some()
    })
    .await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn a_reader_stays_where_they_are_and_sees_what_they_send() {
    let server = FakeServer::install(respond);
    let page = open(&format!("/conversations/{}", conversation_id(1))).await;
    page.until("the newest message", |page| top_of(page, "message 80").is_some())
        .await;
    let log: Element = page.get("[role='log']").into();
    assert!(
        log.scroll_height() > log.client_height(),
        "there is something to scroll"
    );
    page.until("the end", |_| is_at_end(&log)).await;

    log.set_scroll_top(0);
    // The browser tells of scrolling with its next frame; until then nothing is loaded.
    page.until("earlier messages", |page| top_of(page, "message 30").is_some())
        .await;
    let top = top_of(&page, "message 31").expect("still there");
    let frame = log.get_bounding_client_rect().top();
    assert!(
        top >= frame && top < frame + 200.0,
        "what stood at the top of the log ({frame}) stands at {top}",
    );
    assert!(server.seen().iter().any(|seen| seen.query.contains("before=31")));

    let area: HtmlTextAreaElement = page.get("textarea").unchecked_into();
    area.set_value("my answer");
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    let event = web_sys::Event::new_with_event_init_dict("input", &init).expect("an event");
    area.dispatch_event(&event).expect("dispatched");
    flush().await;
    area.focus().expect("focused");
    press("Enter", false).await;
    assert!(
        page.text("[role='log']").contains("my answer"),
        "in the same frame"
    );
    assert!(page.text("[role='log']").contains("Pending"));
    assert!(is_at_end(&log), "what is sent is seen");
    assert_eq!(area.value(), "");

    // A longer text makes the log smaller: its end stays in view.
    area.set_value("1\n2\n3\n4\n5\n6");
    let event = web_sys::Event::new_with_event_init_dict("input", &init).expect("an event");
    area.dispatch_event(&event).expect("dispatched");
    flush().await;
    page.until("the end of a smaller log", |_| is_at_end(&log)).await;

    // The browser tells of a scroll that was not the reader's when something below is drawn already: they have not moved.
    let below = document().create_element("div").expect("an element");
    below
        .set_attribute("style", "block-size: 300px; flex: none")
        .expect("set");
    log.append_child(&below).expect("appended");
    assert!(!is_at_end(&log));
    log.dispatch_event(&web_sys::Event::new("scroll").expect("an event"))
        .expect("dispatched");
    area.set_value("1");
    let event = web_sys::Event::new_with_event_init_dict("input", &init).expect("an event");
    area.dispatch_event(&event).expect("dispatched");
    flush().await;
    page.until("the end of a larger log", |_| is_at_end(&log)).await;
    leave(page).await;
}

#[wasm_bindgen_test]
async fn a_conversation_that_is_gone_says_so() {
    let _server = FakeServer::install(|seen: &Seen| {
        if seen.path.contains(&conversation_id(1)) {
            Answer::Json(404, json!({"code": "not_found", "status": 404}))
        } else {
            respond(seen)
        }
    });
    let page = open(&format!("/conversations/{}", conversation_id(1))).await;
    page.until("the message", |page| {
        page.find(".pane-thread")
            .is_some_and(|pane| pane.inner_text().contains("This conversation is not there"))
    })
    .await;
    until_row(&page, "about boots").await;
    leave(page).await;
}
