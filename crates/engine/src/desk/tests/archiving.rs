//! What is kept for the next visit, and a start with it.

use super::*;
use crate::archive::{self, Kept, MAX_BYTES, Op as Write, Part};
use crate::bulletin::Word;
use switchboard_contract::realtime::Resume;

fn timers(out: &[Effect]) -> Vec<Timer> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::SetTimer { timer, .. } if timer.kind == TimerKind::Archive => Some(*timer),
            _ => None,
        })
        .collect()
}

fn writes(out: &[Effect]) -> Vec<(u64, Write)> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Archive { request, op, .. } => Some((*request, op.clone())),
            _ => None,
        })
        .collect()
}

fn conversation(n: u8) -> LiveChatConversation {
    crate::inbox::tests::conversation(n, i64::from(n), Shelf::Open)
}

/// Everything that is asked for comes.
fn answer(browser: &mut Browser, out: Vec<Effect>) {
    for (generation, fetch) in loads(&out) {
        let fetched = match fetch {
            Fetch::List { .. } => Fetched::List(
                CursorPage {
                    items: vec![conversation(1), conversation(2)],
                    next_cursor: None,
                    has_more: false,
                    as_of: position(9),
                }
                .into(),
            ),
            Fetch::Conversation(_) => Fetched::Conversation(Box::new(conversation(1))),
            Fetch::Messages { conversation, .. } | Fetch::Passage { conversation, .. } => {
                of(conversation, page(3))
            }
        };
        let result = Ok(fetched);
        browser.step(Event::Loaded { generation, result });
    }
}

/// The same messages in this conversation.
fn of(conversation: ConversationId, fetched: Fetched) -> Fetched {
    match fetched {
        Fetched::Messages(mut page) => {
            for message in &mut page.items {
                message.conversation_id = conversation;
            }
            Fetched::Messages(page)
        }
        other => other,
    }
}

/// A tab that leads and shows the list.
fn at_work() -> Browser {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Show(Shelf::Open.into()));
    answer(&mut browser, out);
    let out = browser.go_live("snapshot");
    answer(&mut browser, out);
    browser
}

/// The write that the timer brings about, whichever it is.
fn ring(browser: &mut Browser) -> Vec<(u64, Write)> {
    let kind = TimerKind::Archive;
    (1..20)
        .flat_map(|generation| writes(&browser.step(Event::Timer(Timer { kind, generation }))))
        .collect()
}

/// Keeps what is to be kept; what a later visit finds.
fn keep(browser: &mut Browser, wanted: Vec<(u64, Write)>) -> Option<Kept> {
    for (request, op) in wanted {
        let meta = browser.store.meta.clone();
        let result = Ok(browser.store.archive.run(member(1), op, &meta, MAX_BYTES));
        browser.step(Event::Archived { request, result });
    }
    let meta = browser.store.meta.clone();
    browser.store.archive.read(member(1), &meta, Part::Log).log
}

#[test]
fn a_leader_writes_what_has_changed_and_no_more_often_than_planned() {
    let mut browser = at_work();
    let wanted = ring(&mut browser);
    assert_eq!(wanted.len(), 1);
    let kept = keep(&mut browser, wanted).expect("kept");
    assert_eq!(
        (kept.conversations.len(), kept.place.position.clone()),
        (2, position(9))
    );
    // Nothing has changed since.
    assert!(writes(&browser.step(Event::Link(socket::Event::Shown(false)))).is_empty());
    let event = |offset: u64, n: u8| {
        let event = crate::inbox::tests::updated(offset, &conversation(n));
        serde_json::json!({"t": "event", "offset": offset.to_string(), "prev": (offset - 1).to_string(),
            "type": "conversation.updated", "conversationId": event.conversation_id, "id": event.id,
            "at": event.at, "body": event.body})
    };
    let mut out = browser.frame(&event(10, 3));
    out.extend(browser.frame(&event(11, 3)));
    assert_eq!(timers(&out).len(), 1, "one timer at a time");
    // A page that is hidden may be gone next.
    let wanted = writes(&browser.step(Event::Link(socket::Event::Shown(false))));
    let kept = keep(&mut browser, wanted).expect("kept");
    assert_eq!(
        (kept.conversations.len(), kept.place.position.offset),
        (3, Offset(11))
    );
}

#[test]
fn nothing_is_written_while_the_screen_is_loaded_nor_by_who_follows() {
    let mut browser = at_work();
    let loading = browser.step(Event::Open(conversation(1).id));
    assert!(ring(&mut browser).is_empty());
    answer(&mut browser, loading);
    browser.open_tab(1, member(1));
    browser.step_tab(1, Event::Start { erase: false });
    let out = browser.step_tab(1, Event::Show(Shelf::Open.into()));
    assert!(timers(&out).is_empty());
    assert!(writes(&browser.step_tab(1, Event::Link(socket::Event::Shown(false)))).is_empty());
}

#[test]
fn a_start_shows_the_last_visit_and_resumes_from_there() {
    let mut browser = at_work();
    let wanted = ring(&mut browser);
    let kept = keep(&mut browser, wanted).expect("kept");
    let mut next = Browser::with_store(0, false);
    next.store = browser.store.clone();
    next.open_tab(0, member(1));
    next.step(Event::Restore(Box::new(kept.clone())));
    assert_eq!(
        next.tabs[0].list(&Shelf::Open.into()).count(),
        2,
        "shown before anything is asked"
    );
    assert_eq!(
        next.tabs[0].list_kept_at(&Shelf::Open.into()),
        Some(kept.place.at)
    );
    let mut out = next.step(Event::Start { erase: false });
    assert_eq!(next.tabs[0].position(), Some(position(9)));
    out.extend(next.step(Event::Show(Shelf::Open.into())));
    next.go_live("replay");
    assert!(
        next.sent
            .iter()
            .any(|text| text.contains(r#""resume":{"epoch":"e","offset":"9""#)),
        "{:?}",
        next.sent
    );
    assert!(
        !loads(&next.step(Event::Open(conversation(1).id)))
            .iter()
            .any(|(_, fetch)| matches!(fetch, Fetch::Conversation(_))),
        "it is known"
    );
    answer(&mut next, out);
    assert_eq!(
        next.tabs[0].list_kept_at(&Shelf::Open.into()),
        None,
        "loaded since"
    );
    assert!(next.tabs[0].inbox().is_loaded(&Shelf::Open.into()));
}

#[test]
fn what_was_kept_is_not_shown_over_what_is_known() {
    let mut browser = at_work();
    let wanted = ring(&mut browser);
    let kept = keep(&mut browser, wanted).expect("kept");
    let mut late = Browser::new(1);
    late.step(Event::Restore(Box::new(kept)));
    assert_eq!(late.tabs[0].list(&Shelf::Open.into()).count(), 0);
}

#[test]
fn another_person_finds_nothing_of_what_was_seen() {
    let mut browser = at_work();
    let wanted = ring(&mut browser);
    assert!(keep(&mut browser, wanted).is_some());
    browser.send(0, 1);
    assert!(!browser.store.archive.is_empty());
    browser.open_tab(1, member(2));
    // What waits is the person's to decide about; what was seen goes at once.
    let out = browser.step_tab(1, Event::Start { erase: false });
    assert!(
        out.iter()
            .any(|effect| matches!(effect, Effect::Foreign { entries: 1 }))
    );
    assert!(browser.store.archive.is_empty());
}

#[test]
fn what_fails_is_tried_again_later_and_what_can_never_be_kept_is_not() {
    let mut browser = at_work();
    let (request, _) = ring(&mut browser).remove(0);
    let again = browser.step(Event::Archived {
        request,
        result: Err(StoreError::Failed),
    });
    assert_eq!(timers(&again).len(), 1);
    let (request, op) = ring(&mut browser).remove(0);
    assert!(
        matches!(op, Write::Log(write) if write.changes.len() == 5),
        "all of it"
    );
    let never = browser.step(Event::Archived {
        request,
        result: Err(StoreError::Unavailable),
    });
    assert!(timers(&never).is_empty());
    assert!(writes(&browser.step(Event::Link(socket::Event::Shown(false)))).is_empty());
    let stale = Event::Archived {
        request,
        result: Ok(archive::Answer::Older),
    };
    assert!(browser.step(stale).is_empty(), "of nothing that is asked");
}

/// A follower that shows a thread which the leader does not have, and what the leader wants for it.
fn followed() -> (Browser, ConversationId, Vec<Effect>) {
    let mut browser = at_work();
    let wanted = ring(&mut browser);
    keep(&mut browser, wanted);
    browser.open_tab(1, member(1));
    browser.step_tab(1, Event::Start { erase: false });
    browser.wanted.clear();
    let id = conversation(2).id;
    browser.step_tab(1, Event::Open(id));
    let wanted = std::mem::take(&mut browser.wanted);
    let of_leader = wanted.into_iter().filter(|(tab, _)| *tab == 0);
    (browser, id, of_leader.map(|(_, effect)| effect).collect())
}

fn shows(browser: &Browser, id: ConversationId) -> usize {
    let told = browser.heard.iter();
    told.filter(|bulletin| bulletin.word == Word::Shows(id)).count()
}

#[test]
fn what_only_a_follower_shows_is_kept_by_the_leader() {
    let (mut browser, id, wanted) = followed();
    let messages = Fetch::Messages {
        conversation: id,
        before: None,
    };
    assert_eq!(
        loads(&wanted)
            .into_iter()
            .map(|(_, fetch)| fetch)
            .collect::<Vec<_>>(),
        [messages]
    );
    let due = timers(&wanted)[0];
    assert!(
        writes(&browser.step(Event::Timer(due))).is_empty(),
        "it is on its way"
    );
    answer(&mut browser, wanted);
    let wanted = ring(&mut browser);
    let kept = keep(&mut browser, wanted).expect("kept");
    let (thread, messages) = &kept.threads[0];
    assert_eq!((*thread, messages.messages.len()), (id, 3));
    // What came after is in it too.
    let mut body = serde_json::to_value(message(4)).expect("a message");
    body["conversationId"] = serde_json::to_value(id).expect("an id");
    browser.frame(
        &serde_json::json!({"t": "event", "offset": "10", "prev": "9", "type": "message.created",
        "conversationId": id, "id": body["id"], "at": "2026-11-22T09:30:00.000Z", "body": body}),
    );
    let wanted = ring(&mut browser);
    let kept = keep(&mut browser, wanted).expect("kept");
    assert_eq!(kept.threads[0].1.messages.len(), 4);
}

#[test]
fn what_is_shown_is_told_to_each_new_leader_and_after_each_hole() {
    let (mut browser, id, _) = followed();
    assert_eq!(shows(&browser, id), 1);
    let said = |from: &str, word| {
        let from = from.to_owned();
        Event::Heard(Box::new(Bulletin { from, word }))
    };
    let resume = Resume {
        epoch: position(9).epoch,
        offset: Offset(9),
        id: None,
    };
    let anew = said("0", Word::Log(crate::stream::Told::Anew(resume)));
    browser.step_tab(1, anew.clone());
    assert_eq!(shows(&browser, id), 2, "what was known counts no more");
    let here = crate::leader::Word::Here {
        term: 9,
        shown: true,
        locked: true,
    };
    let here = said("another", Word::Leader(here));
    browser.step_tab(1, here.clone());
    assert_eq!(shows(&browser, id), 3);
    browser.step_tab(1, here);
    assert_eq!(shows(&browser, id), 3, "once");
    browser.step_tab(1, Event::Close(id));
    browser.step_tab(1, anew);
    assert_eq!(shows(&browser, id), 3);
    browser.step(Event::Open(id));
    assert_eq!(shows(&browser, id), 3, "whoever leads knows");
}
