//! What of the log is told on as news: in every tab, in order, and never one's own doing.

use serde_json::{Value, json};
use switchboard_contract::live_chat::{LiveChatMessage, MessageType};

use super::*;
use crate::alerts::Fact;

const ME: u8 = 1;
const COLLEAGUE: u8 = 5;

/// The log goes on after 9.
struct Log(u64);

impl Log {
    fn event(&mut self, kind: &str, body: &Value) -> Value {
        self.0 += 1;
        json!({"t": "event", "offset": self.0.to_string(), "prev": (self.0 - 1).to_string(), "type": kind,
            "conversationId": id(), "id": action(u8::try_from(self.0).expect("few")),
            "at": "2026-11-22T09:30:00.000Z", "body": body})
    }

    fn conversation(&mut self, assignee: Option<u8>) -> Value {
        let mut body = crate::inbox::tests::conversation(1, 1, Shelf::Open);
        (body.id, body.assignee_id, body.unread_count) = (id(), assignee.map(member), 1);
        self.event(
            "conversation.updated",
            &serde_json::to_value(body).expect("writes"),
        )
    }

    fn message(&mut self, message: &LiveChatMessage) -> Value {
        self.event("message.created", &serde_json::to_value(message).expect("writes"))
    }
}

fn facts(out: &[Effect]) -> Vec<(u64, Fact)> {
    let news = out.iter().filter_map(|effect| match effect {
        Effect::News(news) => Some((news.at.offset.0, news.fact.clone())),
        _ => None,
    });
    news.collect()
}

fn was_mine(out: &[Effect]) -> Option<bool> {
    facts(out).into_iter().find_map(|(_, fact)| match fact {
        Fact::Conversation { was_mine, .. } => was_mine,
        _ => None,
    })
}

#[test]
fn what_visitors_write_and_notes_that_name_the_person_are_news_in_every_tab() {
    let mut browser = Browser::new(2);
    browser.go_live("replay");
    let mut log = Log(9);
    let note = LiveChatMessage {
        kind: MessageType::Bot,
        author_id: Some(member(COLLEAGUE)),
        visibility: Visibility::Internal,
        mentions: vec![member(ME)],
        ..message(4)
    };
    let own = LiveChatMessage {
        author_id: Some(member(ME)),
        ..note.clone()
    };
    let plain = LiveChatMessage {
        mentions: Vec::new(),
        ..note.clone()
    };
    let mut told = Vec::new();
    for message in [&message(3), &note, &own, &plain] {
        let frame = log.message(message);
        told.extend(facts(&browser.frame(&frame)));
    }
    assert_eq!(
        told.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(),
        [10, 11]
    );
    assert!(matches!(&told[0].1, Fact::Message(message) if message.seq == 3));
    let others: Vec<Effect> = browser.wanted.iter().map(|(_, effect)| effect.clone()).collect();
    let mut others = facts(&others);
    others.retain(|(_, fact)| *fact != Fact::Hole);
    assert_eq!(others.len(), 2);
}

#[test]
fn a_message_behind_a_hole_in_its_thread_is_news_all_the_same() {
    let mut browser = Browser::new(1);
    browser.go_live("replay");
    let out = browser.step(Event::Open(id()));
    browser.load(0, &out, 0, 2);
    let frame = Log(9).message(&message(7));
    assert_eq!(facts(&browser.frame(&frame)).len(), 1);
}

#[test]
fn whose_a_conversation_was_is_told_as_far_as_it_is_known() {
    let mut browser = Browser::new(1);
    browser.go_live("replay");
    let mut log = Log(9);
    let frame = log.conversation(Some(ME));
    assert_eq!(was_mine(&browser.frame(&frame)), None, "nothing was known of it");
    let frame = log.conversation(Some(COLLEAGUE));
    assert_eq!(was_mine(&browser.frame(&frame)), Some(true));
    let frame = log.conversation(Some(ME));
    assert_eq!(was_mine(&browser.frame(&frame)), Some(false));
    // What the person has done here and the server has not confirmed yet is their own doing.
    let frame = log.conversation(None);
    browser.frame(&frame);
    let set = ConversationChange {
        assignee_id: Some(Some(member(ME))),
        ..ConversationChange::default()
    };
    browser.step(Event::Do {
        id: action(200),
        conversation: id(),
        deed: Deed::Change(set),
    });
    let frame = log.conversation(Some(ME));
    assert_eq!(was_mine(&browser.frame(&frame)), Some(true));
    let frame = log.event("conversation.deleted", &Value::Null);
    assert_eq!(facts(&browser.frame(&frame))[0].1, Fact::Gone(id()));
}

#[test]
fn behind_a_hole_the_open_list_says_what_was_missed_and_no_other_load_does() {
    let mut browser = Browser::new(1);
    let filter = Filter::from(Shelf::Open);
    browser.step(Event::Show(filter.clone()));
    let told = browser.go_live("snapshot");
    assert_eq!(facts(&told).first().map(|(_, fact)| fact), Some(&Fact::Hole));
    let (generation, _) = loads(&told)
        .into_iter()
        .find(|(_, fetch)| matches!(fetch, Fetch::List { .. }))
        .expect("asks for it");
    let conversation = crate::inbox::tests::conversation(1, 1, Shelf::Open);
    let page = Fetched::List(
        CursorPage {
            items: vec![conversation.clone()],
            next_cursor: None,
            has_more: false,
            as_of: position(9),
        }
        .into(),
    );
    let result = Ok(page);
    let out = browser.step(Event::Loaded {
        generation,
        result: result.clone(),
    });
    match &facts(&out)[..] {
        [(_, Fact::Missed(open))] => assert_eq!(open[0].id, conversation.id),
        other => panic!("what was missed, not {other:?}"),
    }
    let cursor = None;
    let out = browser.step(Event::Reload(Fetch::List { filter, cursor }));
    let (generation, _) = loads(&out).pop().expect("asks again");
    assert!(facts(&browser.step(Event::Loaded { generation, result })).is_empty());
}

#[test]
fn what_a_websites_pages_tell_is_news() {
    let mut browser = Browser::new(1);
    browser.go_live("replay");
    let at = "2026-11-22T09:30:00.000Z";
    let website = json!({
        "id": member(ME), "name": "Shop", "domain": "shop.example", "allowedOrigins": [], "timezone": "UTC", "publicKey": "k",
        "status": {"state": "silent"}, "createdAt": at, "updatedAt": at, "version": 1,
    });
    let mut log = Log(9);
    let frame = log.event("website.status", &website);
    let told = facts(&browser.frame(&frame));
    assert!(matches!(&told[..], [(_, Fact::Website(website))] if website.name == "Shop"));
    let frame = log.event("website.updated", &website);
    assert!(facts(&browser.frame(&frame)).is_empty());
}
