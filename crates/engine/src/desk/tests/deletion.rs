//! Conversations that are deleted, here and by colleagues.

use super::*;
use serde_json::json;

fn delete(n: u8) -> Event<&'static str> {
    Event::Do {
        id: action(n),
        conversation: id(),
        deed: Deed::Delete,
    }
}

/// A browser whose tabs have the thread open and the list of open conversations on the screen.
fn browser(tabs: u8) -> Browser {
    let mut browser = Browser::new(tabs);
    browser.go_live("replay");
    for tab in 0..usize::from(tabs) {
        let out = browser.step_tab(tab, Event::Show(Shelf::Open.into()));
        let (generation, _) = loads(&out).pop().expect("loads the list");
        let mut item = crate::inbox::tests::conversation(1, 1, Shelf::Open);
        item.id = id();
        let list = CursorPage {
            items: vec![item],
            next_cursor: None,
            has_more: false,
            as_of: position(9),
        };
        let result = Ok(Fetched::List(list.into()));
        browser.step_tab(tab, Event::Loaded { generation, result });
        let out = browser.step_tab(tab, Event::Open(id()));
        browser.load(tab, &out, 0, 2);
    }
    browser
}

fn shown(browser: &Browser, tab: usize) -> usize {
    browser.tabs[tab].list(&Shelf::Open.into()).count()
}

/// The leader hears events without a body.
fn hear(browser: &mut Browser, first: u64, kind: &str, count: u64) -> Vec<Effect> {
    (first..first + count)
        .flat_map(|offset| {
            browser.frame(
                &json!({"t": "event", "offset": offset.to_string(), "prev": (offset - 1).to_string(),
                "type": kind, "conversationId": id(), "id": action(9), "at": "2026-11-22T09:30:00.000Z",
                "body": null}),
            )
        })
        .collect()
}

#[test]
fn it_leaves_every_list_at_once_and_stays_away() {
    let mut browser = browser(2);
    let out = browser.step(delete(7));
    let changes = out
        .iter()
        .any(|effect| matches!(effect, Effect::Changed(changes) if changes.lists));
    assert!(changes, "lists are drawn again");
    assert_eq!((shown(&browser, 0), shown(&browser, 1)), (0, 0));
    let (generation, request) = requests(&out).pop().expect("asks the server");
    let conversation = id();
    assert_eq!(
        request,
        Request::Delete {
            conversation,
            id: action(7)
        }
    );
    let outcome = Attempt::Deleted;
    browser.step(Event::Attempted { generation, outcome });
    for tab in 0..2 {
        let desk = &browser.tabs[tab];
        assert!(
            desk.queue().is_empty() && desk.inbox().is_deleted(id()),
            "tab {tab}"
        );
        assert!(
            desk.conversation(id()).is_none() && shown(&browser, tab) == 0,
            "tab {tab}"
        );
    }
    // A list that was asked for before comes late.
    let fetch = Fetch::Conversation(id());
    let out = browser.step(Event::Reload(fetch));
    browser.load(0, &out, 0, 2);
    assert!(browser.tabs[0].conversation(id()).is_none());
}

#[test]
fn a_refused_deletion_brings_it_back_with_the_reason() {
    let mut browser = browser(1);
    let (generation, _) = requests(&browser.step(delete(7))).pop().expect("asks");
    let outcome = refused(Problem::new(ProblemCode::Forbidden, "no"));
    let out = browser.step(Event::Attempted { generation, outcome });
    assert!(
        out.iter()
            .any(|effect| matches!(effect, Effect::Changed(changes) if changes.lists))
    );
    assert_eq!(shown(&browser, 0), 1);
    let told = browser.tabs[0].changes(id()).next().expect("a refused deletion");
    assert!(matches!(told.state, crate::queue::State::Blocked(_)));
    browser.step(Event::Discard(action(7)));
    assert!(browser.tabs[0].queue().is_empty());
}

#[test]
fn what_is_not_there_needs_no_deleting() {
    let mut browser = browser(1);
    let (generation, _) = requests(&browser.step(delete(7))).pop().expect("asks");
    let outcome = refused(Problem::new(ProblemCode::NotFound, "none"));
    browser.step(Event::Attempted { generation, outcome });
    assert!(browser.tabs[0].queue().is_empty() && shown(&browser, 0) == 0);
}

/// A refused reply, another one and a change wait, and then the conversation is deleted; gives the request for that.
fn delete_with_a_queue(browser: &mut Browser) -> (u64, Request) {
    let (generation, _) = sends(&browser.send(0, 5)).pop().expect("sends");
    let outcome = refused(Problem::new(ProblemCode::NewerReply, "newer"));
    browser.step(Event::Attempted { generation, outcome });
    browser.send(0, 6);
    browser.step(Event::Do {
        id: action(8),
        conversation: id(),
        deed: Deed::Change(ConversationChange::default()),
    });
    let mut asked = requests(&browser.step(delete(7)));
    assert_eq!(asked.len(), 1, "it waits for nothing that waits there");
    assert!(matches!(asked[0].1, Request::Delete { .. }));
    asked.remove(0)
}

/// The texts that wait, and whether the server has refused them.
fn texts(browser: &Browser) -> Vec<(String, bool)> {
    let texts = browser.tabs[0].queue().all().filter_map(|queued| {
        let refused = matches!(queued.state, crate::queue::State::Blocked(_));
        match queued.entry.action {
            Action::Send(draft) => Some((draft.content, refused)),
            _ => None,
        }
    });
    texts.collect()
}

#[test]
fn what_waits_there_is_refused_with_its_text_once_it_is_deleted() {
    let mut browser = browser(1);
    let (generation, _) = delete_with_a_queue(&mut browser);
    let outcome = Attempt::Deleted;
    let out = browser.step(Event::Attempted { generation, outcome });
    assert!(out.contains(&Effect::Deleted(id())), "drafts can go");
    assert!(browser.tabs[0].inbox().is_deleted(id()));
    let mut out = browser.step(Event::Discard(action(5)));
    // What was attempted is taken back, then the others have their turn.
    while let Some((generation, request)) = requests(&out).pop() {
        let outcome = match request {
            Request::TakeBack(_) => Attempt::TakenBack,
            Request::Send(_) | Request::Change(_) => refused(Problem::new(ProblemCode::Gone, "gone")),
            other => panic!("{other:?}"),
        };
        out = browser.step(Event::Attempted { generation, outcome });
    }
    assert_eq!(texts(&browser), [("text 6".to_owned(), true)]);
    let (generation, _) = requests(&browser.step(Event::Discard(action(6))))
        .pop()
        .expect("takes back");
    let outcome = Attempt::TakenBack;
    let out = browser.step(Event::Attempted { generation, outcome });
    let (generation, _) = requests(&out).pop().expect("the change");
    let outcome = refused(Problem::new(ProblemCode::NotFound, "none"));
    browser.step(Event::Attempted { generation, outcome });
    assert!(browser.tabs[0].queue().is_empty(), "a change needs no decision");
}

#[test]
fn what_waits_there_goes_on_when_the_deletion_is_refused() {
    let mut browser = browser(1);
    let (generation, _) = delete_with_a_queue(&mut browser);
    let outcome = refused(Problem::new(ProblemCode::Forbidden, "no"));
    let out = browser.step(Event::Attempted { generation, outcome });
    assert!(!out.contains(&Effect::Deleted(id())), "a draft stays");
    let waits = [("text 5".to_owned(), true), ("text 6".to_owned(), false)];
    assert_eq!(texts(&browser), waits);
    let out = browser.step(Event::Retry(action(5)));
    let (generation, sent) = sends(&out)
        .pop()
        .expect("sends, behind the refused deletion or not");
    let mut stored = message(3);
    (stored.id, stored.conversation_id) = (sent.id, id());
    let outcome = Attempt::Sent(Box::new(SendResult {
        message: stored,
        position: position(10),
    }));
    let out = browser.step(Event::Attempted { generation, outcome });
    assert_eq!(sends(&out).pop().expect("the next one").1.content, "text 6");
}

#[test]
fn a_reply_for_a_deleted_conversation_keeps_its_text() {
    let mut browser = browser(1);
    let (generation, _) = sends(&browser.send(0, 5)).pop().expect("sends");
    hear(&mut browser, 10, "conversation.deleted", 1);
    let outcome = refused(Problem::new(ProblemCode::Gone, "gone"));
    browser.step(Event::Attempted { generation, outcome });
    let rows = browser.tabs[0].rows(id());
    let [Row::Queued(queued)] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert!(matches!(&queued.entry.action, Action::Send(draft) if draft.content == "text 5"));
    assert!(queued.can_discard());
}

#[test]
fn events_without_what_they_said_are_made_up_for_by_one_load_at_a_time() {
    let mut browser = browser(1);
    let out = hear(&mut browser, 10, "message.created", 20);
    let loaded = |out: &[Effect]| {
        let loads = loads(out).into_iter();
        loads
            .filter(|(_, fetch)| *fetch == Fetch::Conversation(id()))
            .collect::<Vec<_>>()
    };
    let first = loaded(&out);
    assert_eq!(first.len(), 1, "{out:?}");
    // The answer may be older than the last of them: it is asked for once more.
    let mut known = crate::inbox::tests::conversation(1, 1, Shelf::Open);
    known.id = id();
    let (generation, result) = (first[0].0, Ok(Fetched::Conversation(Box::new(known))));
    let again = loaded(&browser.step(Event::Loaded { generation, result }));
    assert_eq!(again.len(), 1);
    let (generation, result) = (again[0].0, Ok(Fetched::Missing));
    let out = browser.step(Event::Loaded { generation, result });
    assert!(loads(&out).is_empty(), "{out:?}");
    let out = hear(&mut browser, 30, "message.created", 20);
    assert!(loads(&out).is_empty(), "what is not there is not asked for");
    hear(&mut browser, 50, "conversation.deleted", 1);
    assert!(browser.tabs[0].inbox().is_deleted(id()));
}
