//! A hole in what was heard: whatever is shown afterwards is asked for anew, also what was on no list meanwhile.

use super::*;
use crate::bulletin::{Merged, Word};

fn list(items: Vec<LiveChatConversation>, as_of: u64) -> Fetched {
    Fetched::List(CursorPage {
        items,
        next_cursor: None,
        has_more: false,
        as_of: position(as_of),
    })
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
    let out = browser.step(Event::Show(Shelf::Open));
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
    let out = browser.step(Event::Show(Shelf::Open));
    answer_lists(&mut browser, &out, &list(vec![conversation(1)], 3));
    browser.step(Event::Open(id()));
    let out = browser.step(Event::Reload(Fetch::List {
        shelf: Shelf::Open,
        cursor: None,
    }));
    let out = answer_lists(&mut browser, &out, &list(Vec::new(), 9));
    assert!(loads_the_conversation(&out));
}

#[test]
fn a_load_that_is_older_than_where_events_go_on_is_asked_for_again() {
    let mut browser = Browser::new(2);
    let out = browser.step_tab(1, Event::Show(Shelf::Open));
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
