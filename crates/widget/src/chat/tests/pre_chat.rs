//! What the website asks before the first message.

use switchboard_contract::validate::Violation;

use super::*;

impl Frame {
    /// A visit to a website that asks two things, with what an earlier page could not deliver, and this history.
    fn asked_after(answers: Option<KeptAnswers>, messages: Vec<Value>) -> Self {
        let mut frame = Self::new(Remembered {
            kept: Some(kept()),
            answers,
            ..Remembered::default()
        });
        frame.asks(VISITOR);
        let load = frame.request("/api/visitor/messages");
        let last = messages.len() as u64;
        frame.answer(&load, 200, page(last, messages));
        frame
    }

    fn asked(messages: Vec<Value>) -> Self {
        Self::asked_after(None, messages)
    }

    fn asks(&mut self, visitor: &str) {
        let form = json!({"isOn": true, "intro": "Hello", "fields": [
            {"key": "name", "kind": "name", "label": "Your name", "isRequired": true},
            {"key": "email", "kind": "email", "label": "Your address"},
        ]});
        let message =
            json!({"session": {"code": "code", "visitor": visitor, "widget": {"preChatForm": form}}});
        let message = bridge::read(&message.to_string()).expect("a session");
        self.step(Event::Host(message));
    }

    fn answers(&mut self, given: &[&str]) {
        self.step(Event::Answers {
            random: [4; 10],
            given: given.iter().map(|text| (*text).to_owned()).collect(),
        });
    }

    fn faults(&self) -> Vec<Option<Fault>> {
        self.chat
            .asking()
            .map(|asking| asking.faults.to_vec())
            .unwrap_or_default()
    }

    /// The newest answers that were to be kept.
    fn kept_answers(&self) -> Option<KeptAnswers> {
        let kept = self.out.iter().rev().find_map(|effect| match effect {
            Effect::KeepAnswers(json) => Some(json),
            _ => None,
        });
        kept.map(|json| serde_json::from_str(json).expect("reads"))
    }

    fn posts(&self) -> bool {
        self.out.iter().any(|effect| {
            matches!(effect, Effect::Request(request)
                if request.path == "/api/visitor/messages" && request.body.is_some())
        })
    }
}

fn body_of(request: &Request) -> Value {
    serde_json::from_str(request.body.as_deref().expect("a body")).expect("JSON")
}

#[test]
fn answers_are_judged_before_they_are_sent() {
    let mut frame = Frame::asked(vec![]);
    frame.answers(&["", "nobody"]);
    assert_eq!(
        frame.faults(),
        [
            Some(Fault::Rule(Violation::Required)),
            Some(Fault::Rule(Violation::Email))
        ]
    );
    assert!(!frame.asks_for("/api/visitor/pre-chat"));
    frame.answers(&["Jane", ""]);
    assert_eq!(frame.chat.asking(), None, "the textbox is there at once");
    let request = frame.request("/api/visitor/pre-chat");
    frame.answers(&["Jane", ""]);
    assert!(!frame.asks_for("/api/visitor/pre-chat"), "one at a time");
    let body = body_of(&request);
    assert_eq!(body["answers"], json!({"name": "Jane", "email": ""}));
    assert!(body["actionId"].is_string(), "{body}");
    frame.answer(&request, 200, json!({"id": VISITOR}));
    assert_eq!(frame.chat.asking(), None);
    assert!(frame.out.contains(&Effect::ForgetAnswers));
}

#[test]
fn what_is_written_meanwhile_waits_for_the_answers() {
    let mut frame = Frame::asked(vec![]);
    frame.answers(&["Jane", ""]);
    let request = frame.request("/api/visitor/pre-chat");
    frame.submit("Hello?");
    assert!(!frame.posts());
    frame.answer(&request, 200, json!({"id": VISITOR}));
    assert!(frame.posts());
}

#[test]
fn what_does_not_get_through_is_kept_and_tried_again_as_it_was() {
    let mut frame = Frame::asked(vec![]);
    frame.answers(&["Jane", ""]);
    let first = frame.request("/api/visitor/pre-chat");
    let kept = frame.kept_answers().expect("kept before it was sent");
    frame.answer(&first, 0, json!(""));
    assert_eq!(frame.chat.asking(), None);
    let retry = frame.chat.retry.expect("a timer");
    frame.step(Event::Timer(Timer::Retry(retry)));
    assert_eq!(frame.request("/api/visitor/pre-chat").body, first.body);
    // The page is loaded again.
    let mut next = Frame::asked_after(Some(kept.clone()), vec![]);
    assert_eq!(next.chat.asking(), None);
    assert_eq!(next.request("/api/visitor/pre-chat").body, first.body);
    // Another person at the same browser.
    let mut other = Frame::new(Remembered {
        answers: Some(kept),
        ..Remembered::default()
    });
    other.asks(OTHER);
    assert!(other.out.contains(&Effect::ForgetAnswers));
    assert!(other.chat.asking().is_some());
}

#[test]
fn what_the_server_refuses_is_asked_again_with_its_words_and_what_was_typed() {
    let mut frame = Frame::asked(vec![]);
    frame.answers(&["Jane", ""]);
    let request = frame.request("/api/visitor/pre-chat");
    let sent = frame.submit("Hello?");
    frame.answer(
        &request,
        422,
        json!({"code": "validation_failed", "detail": "Not like that.", "fields": {"name": ["Another name."]}}),
    );
    let asking = frame.chat.asking().expect("asks again");
    assert_eq!(asking.failed, Some("Not like that."));
    assert_eq!(
        asking.faults,
        [Some(Fault::Said("Another name.".to_owned())), None]
    );
    assert_eq!(asking.given, ["Jane", ""]);
    assert!(frame.out.contains(&Effect::ForgetAnswers));
    assert!(!frame.posts(), "nothing is written before");
    frame.answers(&["June", ""]);
    let again = frame.request("/api/visitor/pre-chat");
    frame.answer(&again, 200, json!({"id": VISITOR}));
    assert!(frame.posts());
    assert_eq!(
        frame.chat.rows().last().map(|row| row.key),
        Some(crate::rows::Key::Message(sent))
    );
}

#[test]
fn nobody_is_asked_once_something_was_said() {
    let frame = Frame::asked(vec![message(id(1), 1, "bot", "May I help?")]);
    assert_eq!(frame.chat.asking(), None);
}

#[test]
fn a_sound_tells_of_answers_that_nobody_sees() {
    for (sound, shown, heard) in [(true, false, true), (true, true, false), (false, false, false)] {
        let (mut frame, generation) = live(vec![]);
        frame.chat.widget.sound = sound;
        frame.step(Event::Host(FromHost::Shown(bridge::Shown {
            shown,
            focus: false,
        })));
        frame.event(generation, 1, message(id(1), 1, "bot", "Hi"));
        let is_heard = frame.out.contains(&Effect::Sound);
        assert_eq!(is_heard, heard, "sound {sound}, shown {shown}");
    }
}
