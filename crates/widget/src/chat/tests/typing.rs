//! Typing on both sides, and what is read.

use super::*;

impl Frame {
    fn types(&mut self, text: &str) {
        self.step(Event::Typed(text.to_owned()));
    }

    /// Lets the newest timer of typing run out.
    fn typing_timer(&mut self) {
        let timer = self.out.iter().rev().find_map(|effect| match effect {
            Effect::SetTimer(Timer::Typing(generation), after_ms) => Some((*generation, *after_ms)),
            _ => None,
        });
        let (generation, after_ms) = timer.expect("a timer");
        self.now.monotonic += after_ms;
        self.step(Event::Timer(Timer::Typing(generation)));
    }

    /// Typing as it was told over the socket, oldest first: time to live and body.
    fn told_typing(&mut self) -> Vec<(u64, Value)> {
        let frames = self.out.iter().filter_map(|effect| match effect {
            Effect::SendFrame(_, text) => serde_json::from_str::<Value>(text).ok(),
            _ => None,
        });
        let told = frames.filter(|frame| frame["t"] == "signal");
        let told = told.map(|frame| {
            assert_eq!(
                (&frame["type"], &frame["conversationId"]),
                (&json!("typing"), &json!(CONVERSATION))
            );
            (frame["ttlMs"].as_u64().expect("a number"), frame["body"].clone())
        });
        let told = told.collect();
        self.out.retain(|effect| !matches!(effect, Effect::SendFrame(..)));
        told
    }

    fn hears(&mut self, generation: u64, who: &str, ttl_ms: u64) {
        self.frame(
            generation,
            json!({"t": "signal", "type": "typing", "conversationId": CONVERSATION, "who": who, "ttlMs": ttl_ms,
                "sender": {"kind": "member", "name": who}}),
        );
    }
}

fn one_message() -> Vec<Value> {
    vec![message(id(1), 1, "user", "Hello")]
}

#[test]
fn the_team_sees_the_draft_follow_where_the_website_shares_it() {
    let (mut frame, _) = live(one_message());
    frame.chat.widget.share_drafts = true;
    frame.types("D");
    assert_eq!(frame.told_typing(), [(10_000, json!({"text": "D"}))]);
    frame.types("Do");
    frame.types("Do y");
    assert_eq!(frame.told_typing(), [], "within a second");
    frame.typing_timer();
    assert_eq!(frame.told_typing(), [(10_000, json!({"text": "Do y"}))]);
    // Without a key it ends by itself.
    while frame.now.monotonic < 20_000 {
        frame.typing_timer();
        if let [(ttl_ms, body)] = &frame.told_typing()[..] {
            assert_eq!((*ttl_ms, body), (0, &json!({"text": ""})));
            return;
        }
    }
    panic!("never told that it is over");
}

#[test]
fn a_draft_that_is_not_shared_never_leaves_the_browser() {
    let (mut frame, _) = live(one_message());
    frame.types("Between us");
    assert_eq!(frame.told_typing(), [(10_000, Value::Null)]);
    assert!(
        frame
            .out
            .iter()
            .all(|effect| !format!("{effect:?}").contains("Between"))
    );
}

#[test]
fn a_message_that_is_sent_is_no_longer_typed() {
    let (mut frame, _) = live(one_message());
    frame.types("Hi");
    frame.now.monotonic += 2_000;
    frame.types("Hi!");
    frame.told_typing();
    frame.submit("Hi!");
    assert_eq!(frame.told_typing(), [(0, Value::Null)]);
    frame.types("   ");
    frame.now.monotonic += 2_000;
    frame.step(Event::Earlier);
    assert_eq!(frame.told_typing(), [], "blanks are nothing");
}

#[test]
fn who_types_on_right_after_sending_is_told_of_again() {
    let (mut frame, _) = live(one_message());
    frame.types("Hi");
    frame.submit("Hi");
    frame.types("One more");
    assert_eq!(frame.told_typing(), [(10_000, Value::Null)], "within a second");
    frame.typing_timer();
    assert_eq!(frame.told_typing(), [(10_000, Value::Null)]);
}

#[test]
fn before_the_first_message_nobody_listens() {
    let (mut frame, _) = live(Vec::new());
    frame.types("Hi");
    assert_eq!(frame.told_typing(), []);
}

#[test]
fn where_sockets_are_blocked_typing_goes_by_request() {
    let mut frame = without_sockets();
    frame.chat.widget.share_drafts = true;
    frame.types("é".repeat(2_000).as_str());
    let request = frame.request("/api/visitor/typing");
    let body: Value = serde_json::from_str(request.body.as_deref().expect("a body")).expect("JSON");
    assert_eq!(body, json!({"text": "é".repeat(1_000)}));
    frame.answer(
        &request,
        429,
        json!({"code": "rate_limited", "retryAfterMs": 500}),
    );
    frame.now.monotonic += 1_000;
    frame.types("");
    let over = frame.request("/api/visitor/typing");
    assert_eq!(over.body.as_deref(), Some(r#"{"text":""}"#));
    frame.chat.widget.share_drafts = false;
    frame.now.monotonic += 1_000;
    frame.types("x");
    assert_eq!(
        frame.request("/api/visitor/typing").body.as_deref(),
        Some(r#"{"text":null}"#)
    );
}

#[test]
fn an_operator_types_until_they_write_stop_or_are_not_heard_of() {
    let (mut frame, generation) = live(one_message());
    frame.hears(generation, "Mira", 10_000);
    frame.hears(generation, "Ben", u64::MAX);
    assert_eq!(frame.chat.operator_typing(), Some("Ben"), "who began last");
    frame.hears(generation, "Mira", 0);
    assert_eq!(frame.chat.operator_typing(), Some("Ben"));
    frame.hears(generation, "Ben", 0);
    assert_eq!(frame.chat.operator_typing(), None);
    frame.hears(generation, "Ben", u64::MAX);
    frame.typing_timer();
    assert_eq!(
        frame.chat.operator_typing(),
        None,
        "no longer than any typing holds"
    );
    assert_eq!(frame.now.monotonic, 10_000);
    assert_eq!(frame.out.last(), Some(&Effect::Draw));

    frame.hears(generation, "Ben", 10_000);
    let mut answer = message(id(2), 2, "bot", "Yes");
    answer["authorName"] = json!("Mira");
    frame.event(generation, 2, answer.clone());
    assert_eq!(frame.chat.operator_typing(), Some("Ben"));
    answer["id"] = json!(id(3));
    (answer["seq"], answer["authorName"]) = (json!(3), json!("Ben"));
    frame.event(generation, 3, answer);
    assert_eq!(frame.chat.operator_typing(), None, "the message is there");

    for (kind, conversation) in [("typing", OTHER), ("viewing", CONVERSATION)] {
        let signal = json!({"t": "signal", "type": kind, "conversationId": conversation, "who": "Ben", "ttlMs": 9_000});
        frame.frame(generation, signal);
    }
    assert_eq!(frame.chat.operator_typing(), None);
}

#[test]
fn answers_that_were_seen_are_marked_as_read_once() {
    let (mut frame, generation) = live(one_message());
    frame.event(generation, 2, message(id(2), 2, "bot", "Yes"));
    assert!(!frame.asks_for("/api/visitor/read"), "nobody has looked");
    let shown = || {
        let shown = bridge::read(r#"{"shown":{"shown":true}}"#).expect("shown");
        Event::Host(shown)
    };
    frame.step(shown());
    let mark = frame.request("/api/visitor/read");
    let body: Value = serde_json::from_str(mark.body.as_deref().expect("a body")).expect("JSON");
    assert_eq!(body, json!({"seq": 2, "conversationId": CONVERSATION}));
    frame.step(shown());
    assert!(!frame.asks_for("/api/visitor/read"), "once");
    // Lost: again with the next occasion.
    frame.answer(&mark, 0, json!(null));
    assert!(!frame.asks_for("/api/visitor/read"), "not in a loop");
    frame.step(shown());
    let mark = frame.request("/api/visitor/read");
    frame.answer(&mark, 204, json!(null));
    frame.step(shown());
    assert!(!frame.asks_for("/api/visitor/read"));
}

#[test]
fn a_published_widget_is_taken_in_at_once_and_what_waits_stays() {
    let (mut frame, generation) = live(one_message());
    frame.submit("On its way");
    frame.out.clear();
    let body = json!({"greeting": "Welcome ashore", "title": "Help", "theme": {"accent": "#0a7d4b"}, "shareDrafts": true});
    frame.frame(
        generation,
        json!({"t": "signal", "type": "widget", "who": "", "ttlMs": 0, "body": body}),
    );
    assert_eq!(frame.chat.widget().theme.accent, "#0a7d4b");
    assert_eq!(frame.chat.widget().title, "Help");
    assert_eq!(frame.texts().first().map(String::as_str), Some("Welcome ashore"));
    assert_eq!(frame.texts().last().map(String::as_str), Some("On its way"));
    assert_eq!(frame.out, [Effect::Draw]);
}
