//! A hole in what was heard: whatever is shown afterwards is asked for anew, also what was on no list meanwhile.

use super::*;
use crate::bulletin::{Merged, Word};

fn list(items: Vec<LiveChatConversation>, as_of: u64) -> Fetched {
    Fetched::List(
        CursorPage {
            items,
            next_cursor: None,
            has_more: false,
            as_of: position(as_of),
        }
        .into(),
    )
}

fn conversation(version: u64) -> LiveChatConversation {
    let mut conversation = crate::inbox::tests::conversation(1, 1, Shelf::Open);
    (conversation.id, conversation.version) = (id(), version);
    conversation
}

/// Ends every load of `out` that is of the list.
fn answer_lists(browser: &mut Browser, out: &[Effect], page: &Fetched) -> Vec<Effect> {
    let mut rest = Vec::new();
    for (generation, fetch) in loads(out) {
        if matches!(fetch, Fetch::List { .. }) {
            let result = Ok(page.clone());
            rest.extend(browser.step(Event::Loaded { generation, result }));
        }
    }
    rest
}

fn loads_the_conversation(out: &[Effect]) -> bool {
    loads(out)
        .iter()
        .any(|(_, fetch)| *fetch == Fetch::Conversation(id()))
}

#[test]
fn what_was_on_no_list_when_continuity_was_lost_is_asked_for_when_it_is_opened() {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Show(Shelf::Open.into()));
    answer_lists(&mut browser, &out, &list(vec![conversation(1)], 3));
    let mut closed = conversation(2);
    closed.status = ConversationStatus::Closed;
    let merged = Merged {
        message: None,
        conversation: Some(closed),
        position: position(5),
    };
    let word = Word::Result(Box::new(merged));
    let from = "another".to_owned();
    browser.step(Event::Heard(Box::new(Bulletin { from, word })));
    assert!(
        !loads_the_conversation(&browser.step(Event::Open(id()))),
        "it is known"
    );
    browser.step(Event::Close(id()));
    let out = browser.go_live("snapshot");
    answer_lists(&mut browser, &out, &list(Vec::new(), 9));
    assert!(loads_the_conversation(&browser.step(Event::Open(id()))));
}

#[test]
fn what_leaves_its_list_unheard_while_it_is_open_is_asked_for() {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Show(Shelf::Open.into()));
    answer_lists(&mut browser, &out, &list(vec![conversation(1)], 3));
    browser.step(Event::Open(id()));
    let out = browser.step(Event::Reload(Fetch::List {
        filter: Shelf::Open.into(),
        cursor: None,
    }));
    let out = answer_lists(&mut browser, &out, &list(Vec::new(), 9));
    assert!(loads_the_conversation(&out));
}

#[test]
fn a_load_that_is_older_than_where_events_go_on_is_asked_for_again() {
    let mut browser = Browser::new(2);
    let out = browser.step_tab(1, Event::Show(Shelf::Open.into()));
    let (generation, _) = loads(&out).pop().expect("loads the list");
    let thread = browser.step_tab(1, Event::Open(id()));
    browser.load(1, &thread, 0, 5);
    assert_eq!(browser.tabs[1].position(), Some(position(5)));
    let result = Ok(list(vec![conversation(1)], 3));
    let out = browser.step_tab(1, Event::Loaded { generation, result });
    let (generation, fetch) = loads(&out).pop().expect("loads it again");
    assert!(matches!(fetch, Fetch::List { .. }));
    let result = Ok(list(vec![conversation(1)], 5));
    let out = browser.step_tab(1, Event::Loaded { generation, result });
    assert!(loads(&out).is_empty(), "and that is all");
}

#[test]
fn what_failed_to_load_is_loaded_with_the_next_token_although_the_connection_never_ended() {
    let mut browser = Browser::new(1);
    browser.go_live("snapshot");
    let out = browser.step(Event::Show(Shelf::Open.into()));
    let (generation, fetch) = loads(&out).pop().expect("loads the list");
    let result = Err("no token");
    assert!(loads(&browser.step(Event::Loaded { generation, result })).is_empty());
    let again = loads(&browser.step(Event::Authorised));
    assert_eq!(
        again.into_iter().map(|(_, fetch)| fetch).collect::<Vec<_>>(),
        [fetch]
    );
}

#[test]
fn a_tab_that_follows_nobody_believes_no_word_of_the_log() {
    let mut browser = Browser::new(1);
    browser.open_tab(1, member(1));
    // It has heard no answer yet, and one that led before a failover wakes up.
    let start = Event::Start { erase: false };
    let mut out = Vec::new();
    browser.tabs[1].step(browser.now, start.clone(), &mut out);
    browser.traces[1].record(browser.now, start, &out);
    let shown = browser.step_tab(1, Event::Show(Shelf::Open.into()));
    for (generation, _) in loads(&shown) {
        let result = Ok(list(Vec::new(), 9));
        browser.step_tab(1, Event::Loaded { generation, result });
    }
    assert_eq!(browser.tabs[1].position(), Some(position(9)));
    let to = Position {
        epoch: Epoch("left".into()),
        offset: Offset(40),
    };
    let word = Word::Log(stream::Told::Moved {
        from: Offset(40),
        to,
        id: None,
    });
    let from = "sleeper".to_owned();
    browser.step_tab(1, Event::Heard(Box::new(Bulletin { from, word })));
    assert_eq!(browser.tabs[1].position(), Some(position(9)));
}

#[test]
fn what_came_between_a_change_of_rights_and_its_resync_is_loaded_anew_where_the_resync_never_came() {
    for resync in [true, false] {
        let mut browser = Browser::new(2);
        browser.step(Event::Show(Shelf::Open.into()));
        browser.step_tab(1, Event::Show(Shelf::Open.into()));
        browser.go_live("snapshot");
        let mut member_event = serde_json::json!({
            "t": "event", "offset": "10", "prev": "9", "type": "member.updated",
            "id": "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3", "at": "2026-11-22T09:30:00.000Z",
        });
        member_event["body"] = serde_json::json!({ "id": member(1).to_string() });
        assert!(!loads(&browser.frame(&member_event)).is_empty());
        if resync {
            browser.frame(&serde_json::json!({ "t": "resync", "scope": "all", "reason": "rights" }));
        }
        browser.step(Event::Link(socket::Event::NetworkDown));
        browser.heard.clear();
        browser.step(Event::Link(socket::Event::Awake));
        let out = browser.go_live("replay");
        assert_eq!(loads(&out).is_empty(), resync);
        let anew = |bulletin: &Bulletin| matches!(bulletin.word, Word::Log(stream::Told::Anew(_)));
        assert_eq!(browser.heard.iter().any(anew), !resync, "and in every tab");
    }
}

/// A thread of `1..=9` is open, and messages may have been marked unheard since; gives what is asked for first.
fn doubted(browser: &mut Browser) -> Vec<Effect> {
    let out = browser.step(Event::Open(id()));
    browser.load(0, &out, 0, 9);
    browser.go_live("snapshot")
}

/// The answer to what is asked for of the thread; gives what is asked for next.
fn answer(browser: &mut Browser, out: &[Effect], seqs: std::ops::RangeInclusive<u64>) -> Vec<Effect> {
    let is_page = |(_, fetch): &(u64, Fetch)| matches!(fetch, Fetch::Messages { .. });
    let (generation, _) = loads(out).into_iter().find(is_page).expect("asks");
    let result = Ok(Fetched::Messages(MessagePage {
        has_more_before: *seqs.start() > 1,
        has_more_after: false,
        items: seqs.map(message).collect(),
        as_of: position(20),
    }));
    browser.step(Event::Loaded { generation, result })
}

fn shown(browser: &Browser) -> usize {
    browser.tabs[0].rows(id()).len()
}

#[test]
fn marks_are_asked_for_only_while_each_page_tells_of_more() {
    let mut browser = Browser::new(1);
    let out = doubted(&mut browser);
    let out = answer(&mut browser, &out, 8..=10);
    let out = answer(&mut browser, &out, 5..=7);
    assert_eq!(shown(&browser), 10);
    // An answer that tells nothing of what comes before.
    let out = answer(&mut browser, &out, 40..=41);
    assert!(loads(&out).is_empty(), "{out:?}");
    assert_eq!(shown(&browser), 6, "the rest is loaded again by scrolling");
    let out = browser.step(Event::MoreOfThread(id()));
    answer(&mut browser, &out, 1..=4);
    assert_eq!(shown(&browser), 10);
}

#[test]
fn marks_are_not_asked_for_all_the_way_up() {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Open(id()));
    browser.load(0, &out, 0, 200);
    let out = browser.go_live("snapshot");
    let mut out = answer(&mut browser, &out, 200..=200);
    let mut pages = 0;
    while !loads(&out).is_empty() {
        pages += 1;
        out = answer(&mut browser, &out, 200 - pages..=200 - pages);
    }
    assert_eq!(pages, 20);
    assert_eq!(shown(&browser), 21);
}

/// A page of open conversations, newest first.
fn page(ids: &[u8], next: Option<&str>) -> Fetched {
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

/// From where a page of a list is asked for.
fn cursor(out: &[Effect]) -> Option<String> {
    match loads(out).pop() {
        Some((_, Fetch::List { cursor, .. })) => cursor,
        _ => None,
    }
}

#[test]
fn a_list_is_asked_for_anew_as_far_as_it_was_loaded() {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Show(Shelf::Open.into()));
    answer_lists(&mut browser, &out, &page(&[9, 8], Some("a")));
    let out = browser.step(Event::MoreOfList(Shelf::Open.into()));
    answer_lists(&mut browser, &out, &page(&[7, 6], Some("b")));
    let out = browser.go_live("snapshot");
    let out = answer_lists(&mut browser, &out, &page(&[9, 8], Some("c")));
    assert_eq!(cursor(&out).as_deref(), Some("c"));
    let shown: Vec<_> = browser.tabs[0].list(&Shelf::Open.into()).collect();
    assert_eq!(
        shown,
        [9, 8, 7, 6].map(crate::inbox::tests::id),
        "all of it stays"
    );
    let out = answer_lists(&mut browser, &out, &page(&[7, 6], Some("d")));
    assert_eq!(cursor(&out), None, "and nothing more is asked for");
}

#[test]
fn an_end_that_was_reached_while_the_list_was_asked_for_is_not_forgotten() {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Show(Shelf::Open.into()));
    answer_lists(&mut browser, &out, &page(&[9, 8], Some("a")));
    let again = browser.go_live("snapshot");
    let out = browser.step(Event::MoreOfList(Shelf::Open.into()));
    assert_eq!(cursor(&out), None, "its beginning is on the way");
    let out = answer_lists(&mut browser, &again, &page(&[9, 8], Some("b")));
    assert_eq!(cursor(&out).as_deref(), Some("b"), "and then it goes on");
    let wanted = browser.step(Event::MoreOfList(Shelf::Open.into()));
    assert!(loads(&wanted).is_empty(), "that page is on the way");
    let out = answer_lists(&mut browser, &out, &page(&[7, 6], Some("c")));
    assert_eq!(cursor(&out), None, "it was wanted once");
}
