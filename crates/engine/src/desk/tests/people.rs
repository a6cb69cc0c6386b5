//! Who types, looks and is there, over several tabs.

use serde_json::{Value, json};
use switchboard_contract::auth::Availability;

use super::*;

const COLLEAGUE: u8 = 5;

impl Browser {
    /// The signals that were sent since the last look: type, conversation, time to live.
    fn told(&mut self) -> Vec<(String, Value, u64)> {
        let frames = std::mem::take(&mut self.sent);
        let frames = frames
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
        frames
            .filter(|frame| frame["t"] == "signal")
            .map(|frame| {
                let kind = frame["type"].as_str().expect("a type").to_owned();
                (
                    kind,
                    frame["conversationId"].clone(),
                    frame["ttlMs"].as_u64().expect("a number"),
                )
            })
            .collect()
    }

    /// Every tab's steps follow from what happened, also without a word of what was written.
    fn plays_through(&self) {
        for trace in &self.traces {
            let text = trace.write().expect("writes");
            assert!(!text.contains("Do you"), "{text}");
            assert!(crate::trace::replay(&text).is_ok_and(|steps| steps > 3));
        }
    }

    fn typing(&self, tab: usize) -> usize {
        self.tabs[tab].typing(id()).count()
    }
}

fn types(who: &str, side: &str) -> Value {
    json!({"t": "signal", "type": "typing", "conversationId": id(), "who": who, "ttlMs": 9_000,
        "sender": {"kind": side, "id": who}})
}

fn viewing(conversation: Option<ConversationId>) -> Event<&'static str> {
    Event::Person(awareness::Event::Viewing(conversation))
}

#[test]
fn every_tab_sees_who_types_until_the_message_is_there() {
    let mut browser = Browser::new(2);
    browser.go_live("replay");
    let mut draft = types("v", "visitor");
    for text in ["Do you", "Do you?"] {
        draft["body"] = json!({"text": text});
        browser.frame(&draft);
    }
    let out = browser.frame(&draft);
    assert!(
        out.iter().any(|effect| matches!(effect, Effect::PeopleChanged { conversations, .. } if conversations.contains(&id()))),
        "{out:?}"
    );
    browser.frame(&types(&member(COLLEAGUE).to_string(), "member"));
    assert_eq!((browser.typing(0), browser.typing(1)), (2, 2));
    let mut body = serde_json::to_value(message(3)).expect("writes");
    body["type"] = json!("user");
    browser.frame(
        &json!({"t": "event", "offset": "10", "prev": "9", "type": "message.created", "conversationId": id(),
        "seq": 3, "id": action(9), "at": "2026-11-22T09:30:00.000Z", "body": body}),
    );
    for desk in &browser.tabs {
        let left: Vec<_> = desk
            .typing(id())
            .map(|typist| typist.person.id.to_string())
            .collect();
        assert_eq!(left, [member(COLLEAGUE).to_string()]);
    }
    browser.plays_through();
}

#[test]
fn a_tab_that_comes_later_learns_who_is_there() {
    let mut browser = Browser::new(1);
    browser.go_live("replay");
    browser.frame(&types("v", "visitor"));
    browser.frame(
        &json!({"t": "signal", "type": "viewing", "conversationId": id(), "who": "c", "ttlMs": 9_000}),
    );
    browser.frame(
        &json!({"t": "signal", "type": "presence", "who": member(COLLEAGUE), "ttlMs": 60_000,
        "body": {"availability": "away"}}),
    );
    browser.open_tab(1, member(1));
    browser.step_tab(1, Event::Start { erase: false });
    assert_eq!(browser.typing(1), 1);
    let desk = &browser.tabs[1];
    assert_eq!(desk.viewing(id()).count(), 1);
    assert_eq!(desk.availability(member(COLLEAGUE)), Availability::Away);
}

#[test]
fn what_a_follower_does_is_told_by_the_leader_and_looking_lasts_as_long_as_any_tab_does() {
    let mut browser = Browser::new(2);
    browser.go_live("replay");
    browser.told();
    browser.step_tab(
        1,
        Event::Person(awareness::Event::Typed {
            conversation: id(),
            visibility: Visibility::Public,
        }),
    );
    assert_eq!(browser.told(), [("typing".to_owned(), json!(id()), 10_000)]);
    assert_eq!(
        (browser.typing(0), browser.typing(1)),
        (0, 0),
        "one self is nobody else"
    );

    let looks = ("viewing".to_owned(), json!(id()), 30_000);
    for tab in 0..2 {
        browser.step_tab(tab, viewing(Some(id())));
    }
    assert_eq!(browser.told(), [looks.clone(), looks.clone()]);
    browser.now.monotonic += 2_000;
    browser.step_tab(1, viewing(None));
    assert_eq!(browser.told(), [("viewing".to_owned(), json!(id()), 0), looks]);
    browser.step(Event::Person(awareness::Event::Available(Availability::Away)));
    browser.step(Event::Person(awareness::Event::Used));
    browser.plays_through();
}

#[test]
fn a_sign_out_forgets_everybody() {
    let mut browser = Browser::new(1);
    browser.go_live("replay");
    browser.frame(&types("v", "visitor"));
    browser.step(Event::Person(awareness::Event::Available(Availability::Away)));
    browser.step(Event::Forget);
    assert_eq!(browser.typing(0), 0);
    browser.step(Event::Start { erase: false });
    assert_eq!(
        browser.tabs[0].availability(member(1)),
        Availability::Away,
        "as the person has set it"
    );
}
