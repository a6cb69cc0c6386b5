//! What the website asks before the first message.

use switchboard_contract::validate::Violation;

use super::*;

impl Frame {
    /// A visit to a website that asks two things, with this history.
    fn asked(messages: Vec<Value>) -> Self {
        let mut frame = Self::new(Remembered {
            kept: Some(kept()),
            waiting: Vec::new(),
        });
        let form = json!({"isOn": true, "intro": "Hello", "fields": [
            {"key": "name", "kind": "name", "label": "Your name", "isRequired": true},
            {"key": "email", "kind": "email", "label": "Your address"},
        ]});
        let message =
            json!({"session": {"code": "code", "visitor": VISITOR, "widget": {"preChatForm": form}}});
        let message = bridge::read(&message.to_string()).expect("a session");
        frame.step(Event::Host(message));
        let load = frame.request("/api/visitor/messages");
        let last = messages.len() as u64;
        frame.answer(&load, 200, page(last, messages));
        frame
    }

    fn answers(&mut self, given: &[&str]) {
        self.step(Event::Answers(
            given.iter().map(|text| (*text).to_owned()).collect(),
        ));
    }

    fn faults(&self) -> Vec<Option<Violation>> {
        self.chat
            .asking()
            .map(|asking| asking.faults.to_vec())
            .unwrap_or_default()
    }
}

#[test]
fn answers_are_judged_before_they_are_sent() {
    let mut frame = Frame::asked(vec![]);
    frame.answers(&["", "nobody"]);
    assert_eq!(
        frame.faults(),
        [Some(Violation::Required), Some(Violation::Email)]
    );
    assert!(!frame.asks_for("/api/visitor/pre-chat"));
    frame.answers(&["Jane", ""]);
    assert_eq!(frame.faults(), [None, None]);
    let request = frame.request("/api/visitor/pre-chat");
    frame.answers(&["Jane", ""]);
    assert!(!frame.asks_for("/api/visitor/pre-chat"), "one at a time");
    let body: Value = serde_json::from_str(request.body.as_deref().expect("a body")).expect("JSON");
    assert_eq!(body, json!({"answers": {"name": "Jane", "email": ""}}));
    frame.answer(&request, 200, json!({"id": VISITOR}));
    assert_eq!(frame.chat.asking(), None);
}

#[test]
fn what_does_not_get_through_can_be_tried_again() {
    let mut frame = Frame::asked(vec![]);
    for (status, said) in [(0, ""), (422, "Not like that.")] {
        frame.answers(&["Jane", ""]);
        let request = frame.request("/api/visitor/pre-chat");
        frame.answer(
            &request,
            status,
            json!({"status": 422, "code": "validation_failed", "detail": "Not like that."}),
        );
        assert_eq!(frame.chat.asking().and_then(|asking| asking.failed), Some(said));
    }
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
