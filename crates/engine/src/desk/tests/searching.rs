//! A search shows what the server found, and is asked for again when that may have changed: not for each event, and not any
//! more once nobody looks.

use super::*;
use crate::inbox::{Filter, Words};

fn boots() -> Filter {
    Filter {
        search: Words::from("boots"),
        ..Filter::default()
    }
}

fn found(ids: &[u8], next: Option<&str>) -> Fetched {
    let item = |n: &u8| crate::inbox::tests::conversation(*n, i64::from(*n), Shelf::Open);
    Fetched::List(
        CursorPage {
            items: ids.iter().map(item).collect(),
            next_cursor: next.map(str::to_owned),
            has_more: next.is_some(),
            as_of: position(9),
        }
        .into(),
    )
}

/// The loads of the search among these, with the cursor of each.
fn searches(out: &[Effect]) -> Vec<(u64, Option<String>)> {
    let of_search = |(generation, fetch)| match fetch {
        Fetch::List { filter, cursor } if filter == boots() => Some((generation, cursor)),
        _ => None,
    };
    loads(out).into_iter().filter_map(of_search).collect()
}

fn timers(out: &[Effect]) -> Vec<Timer> {
    let of_search = |effect: &Effect| match effect {
        Effect::SetTimer { timer, .. } if timer.kind == TimerKind::Search => Some(*timer),
        _ => None,
    };
    out.iter().filter_map(of_search).collect()
}

/// One conversation has changed, by the leader's connection.
fn change(browser: &mut Browser, offset: u64, n: u8) -> Vec<Effect> {
    let conversation = crate::inbox::tests::conversation(n, 50, Shelf::Open);
    browser.frame(&serde_json::json!({
        "t": "event", "offset": offset.to_string(), "prev": (offset - 1).to_string(), "type": "conversation.updated",
        "conversationId": conversation.id, "id": message(offset).id, "at": Timestamp::default(), "body": conversation,
    }))
}

impl Browser {
    fn end(&mut self, (generation, _): &(u64, Option<String>), fetched: Fetched) -> Vec<Effect> {
        self.step(Event::Loaded {
            generation: *generation,
            result: Ok(fetched),
        })
    }

    fn list_of(&self, filter: &Filter) -> Vec<ConversationId> {
        self.tabs[0].list(filter).collect()
    }
}

fn searching() -> Browser {
    let mut browser = Browser::new(1);
    browser.go_live("snapshot");
    let asked = searches(&browser.step(Event::Show(boots())));
    browser.end(&asked[0], found(&[2, 1], None));
    browser
}

#[test]
fn events_that_never_stop_ask_once_in_a_while() {
    let mut browser = searching();
    let timer = timers(&change(&mut browser, 10, 1));
    assert_eq!(timer.len(), 1, "it may no longer fit");
    for offset in 11..20 {
        let out = change(&mut browser, offset, 1);
        assert!(timers(&out).is_empty() && searches(&out).is_empty());
    }
    let asked = searches(&browser.step(Event::Timer(timer[0])));
    assert_eq!(asked.len(), 1);
    assert_eq!(
        timers(&change(&mut browser, 20, 1)).len(),
        1,
        "what comes meanwhile counts for the next time"
    );
    browser.end(&asked[0], found(&[3, 1, 2], None));
    let ids = [3, 2, 1].map(crate::inbox::tests::id);
    assert_eq!(browser.list_of(&boots()), ids, "what was there keeps its order");
}

#[test]
fn it_is_asked_again_as_far_as_it_is_shown() {
    let mut browser = Browser::new(1);
    browser.go_live("snapshot");
    let first = searches(&browser.step(Event::Show(boots())));
    browser.end(&first[0], found(&[4, 3], Some("a")));
    let more = searches(&browser.step(Event::MoreOfList(boots())));
    assert_eq!(more[0].1.as_deref(), Some("a"));
    browser.end(&more[0], found(&[2], None));
    let timer = timers(&change(&mut browser, 10, 4))[0];
    let again = searches(&browser.step(Event::Timer(timer)));
    let next = searches(&browser.end(&again[0], found(&[5, 4], Some("b"))));
    assert_eq!(next[0].1.as_deref(), Some("b"), "three are shown");
    browser.end(&next[0], found(&[3], Some("c")));
    assert_eq!(browser.list_of(&boots()), [5, 4, 3].map(crate::inbox::tests::id));
}

#[test]
fn nobody_asks_for_a_search_that_is_left() {
    let mut browser = searching();
    let timer = timers(&change(&mut browser, 10, 1))[0];
    browser.step(Event::Hide(boots()));
    assert!(searches(&browser.step(Event::Timer(timer))).is_empty());
    assert!(browser.list_of(&boots()).is_empty());
    assert_eq!(
        searches(&browser.step(Event::Show(boots()))).len(),
        1,
        "it begins anew"
    );
}
