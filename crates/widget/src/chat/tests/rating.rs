//! What is asked once a conversation is over, and what the server knows to be read.

use switchboard_contract::live_chat::Rating;

use super::*;

const ELSEWHERE: &str = "01890a5d-ac96-774b-bcce-b302099a0002";

fn standing(status: &str, rating: Value) -> Value {
    json!({"id": CONVERSATION, "status": status, "startedAt": "2026-11-22T09:30:00.000Z", "lastSeq": 1, "readSeq": 0,
        "rating": rating})
}

impl Frame {
    fn conversation(&mut self, generation: u64, offset: u64, body: Value) {
        self.frame(
            generation,
            json!({"t": "event", "offset": offset.to_string(), "prev": (offset - 1).to_string(),
                "type": "conversation.updated", "id": VISITOR, "at": "2026-11-22T09:30:00.000Z", "body": body}),
        );
    }

    fn rate(&mut self, rating: Option<Rating>, comment: &str) {
        self.step(Event::Rate {
            rating,
            comment: comment.to_owned(),
        });
    }

    fn rated(&mut self) -> Value {
        let body = self.out.iter().rev().find_map(|effect| match effect {
            Effect::Request(request) if request.path == "/api/visitor/rating" => request.body.clone(),
            _ => None,
        });
        serde_json::from_str(&body.expect("asked")).expect("JSON")
    }
}

/// A conversation of one answer that is over.
fn over() -> (Frame, u64) {
    let (mut frame, generation) = live(vec![message(id(1), 1, "bot", "Hi")]);
    assert_eq!(frame.chat.question(), None);
    frame.conversation(generation, 2, standing("closed", Value::Null));
    (frame, generation)
}

#[test]
fn it_is_asked_when_the_conversation_closes_and_not_when_it_goes_on() {
    let (mut frame, generation) = over();
    assert_eq!(frame.chat.question().map(|question| question.rating), Some(None));
    frame.conversation(generation, 3, standing("open", Value::Null));
    assert_eq!(frame.chat.question(), None);
    frame.rate(Some(Rating::Good), "");
    assert!(!frame.asks_for("/api/visitor/rating"), "nothing was asked");
}

#[test]
fn an_answer_is_sent_once_and_words_may_follow() {
    let (mut frame, _) = over();
    frame.rate(Some(Rating::Good), "");
    frame.rate(Some(Rating::Good), "");
    let request = frame.request("/api/visitor/rating");
    assert!(!frame.asks_for("/api/visitor/rating"), "one at a time");
    assert!(request.authorised);
    let body = request.body.as_deref().expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body, json!({"rating": "good", "conversationId": CONVERSATION}));
    frame.answer(&request, 200, standing("closed", json!("good")));
    let question = frame.chat.question().expect("still asked");
    assert_eq!((question.rating, question.commented), (Some(Rating::Good), false));
    frame.rate(None, "  so quick  ");
    assert_eq!(
        frame.rated(),
        json!({"rating": "good", "comment": "so quick", "conversationId": CONVERSATION})
    );
    let request = frame.request("/api/visitor/rating");
    frame.answer(&request, 200, standing("closed", json!("good")));
    assert!(frame.chat.question().is_some_and(|question| question.commented));
}

#[test]
fn what_does_not_get_through_can_be_tried_again() {
    let (mut frame, _) = over();
    frame.rate(Some(Rating::Bad), "");
    let request = frame.request("/api/visitor/rating");
    frame.answer(&request, 0, Value::Null);
    assert_eq!(
        frame.chat.question().and_then(|question| question.failed),
        Some("")
    );
    frame.rate(Some(Rating::Bad), "");
    assert_eq!(frame.chat.question().and_then(|question| question.failed), None);
    let request = frame.request("/api/visitor/rating");
    let refusal = json!({"status": 409, "code": "conflict", "detail": "Once only."});
    frame.answer(&request, 409, refusal);
    assert_eq!(
        frame.chat.question().and_then(|question| question.failed),
        Some("Once only.")
    );
}

#[test]
fn a_page_of_messages_tells_how_the_conversation_stands_and_what_was_rated_is_not_asked_again() {
    for (rating, is_asked) in [(Value::Null, true), (json!("bad"), false)] {
        let mut frame = Frame::new(Remembered {
            kept: Some(kept()),
            ..Remembered::default()
        });
        frame.session(VISITOR);
        let load = frame.request("/api/visitor/messages");
        let mut items = page(1, vec![message(id(1), 1, "bot", "Hi")]);
        items["conversation"] = standing("closed", rating);
        frame.answer(&load, 200, items);
        assert_eq!(frame.chat.question().is_some(), is_asked);
    }
}

#[test]
fn what_the_server_does_not_know_to_be_read_waits_to_be_read() {
    for (stands, unread) in [(Some(standing("open", Value::Null)), Some(1)), (None, None)] {
        let mut frame = Frame::new(Remembered {
            kept: Some(kept()),
            ..Remembered::default()
        });
        frame.session(VISITOR);
        let load = frame.request("/api/visitor/messages");
        let mut items = page(1, vec![message(id(1), 1, "bot", "May I help?")]);
        if let Some(stands) = stands {
            items["conversation"] = stands;
        }
        frame.answer(&load, 200, items);
        let told = frame.told().into_iter().find_map(|told| match told {
            ToHost::Unread(count) => Some(count),
            _ => None,
        });
        assert_eq!(told, unread, "nobody has seen it: {}", unread.is_some());
    }
}

#[test]
fn another_conversation_is_no_reason_to_ask() {
    let (mut frame, generation) = over();
    let mut other = standing("closed", Value::Null);
    other["id"] = json!(ELSEWHERE);
    frame.conversation(generation, 3, other);
    assert_eq!(frame.chat.question(), None);
}
