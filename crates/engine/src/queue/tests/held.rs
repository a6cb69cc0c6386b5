//! What the person holds back for some seconds, to think again.

use super::*;

const HOLD_MS: u32 = 5_000;

fn held(n: u8) -> Event {
    Event::Do(Box::new(Entry {
        hold_ms: Some(HOLD_MS),
        ..reply(n, "text")
    }))
}

/// What a tab posts at an instant when nothing else happens.
fn posted(browser: &mut Browser, tab: usize, now: Now) -> Vec<ActionId> {
    let mut out = Vec::new();
    browser.tabs[tab].step(now, Event::Wake, &mut out);
    out.into_iter()
        .filter_map(|effect| match effect {
            Effect::Post { entry, .. } => Some(entry.id),
            _ => None,
        })
        .collect()
}

#[test]
fn a_held_reply_is_kept_at_once_and_goes_out_when_its_time_comes() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(1, held(1));
    browser.step(1, done(2));
    assert_eq!(browser.store.entries.len(), 2);
    assert_eq!(browser.states(0)[0], (action(1), State::Waiting));
    assert!(browser.posted.is_empty());
    assert_eq!(posted(&mut browser, 0, at(4_999)), []);
    assert_eq!(posted(&mut browser, 0, at(5_000)), [action(1)]);
}

#[test]
fn whoever_leads_after_a_crash_waits_for_the_rest_and_never_longer() {
    let mut browser = Browser::new(1);
    browser.step(0, held(1));
    let claimed = |browser: &mut Browser, now: Now| {
        let Answer::Claimed { term, entries, next } = browser.store.run(member(1), Op::Claim) else {
            panic!("claims")
        };
        browser.tabs[0] = Queue::new(member(1), 9);
        let waiting = Some(Waiting { entries, next });
        browser.tabs[0].step(now, Event::Lead { term, waiting }, &mut Vec::new());
    };
    let clocks = |monotonic, wall| Now {
        monotonic,
        wall: Timestamp::from_millis(wall),
    };
    // The wall clock, and where it was set back or ahead meanwhile.
    for (wall, rest) in [(3_000, 2_000), (-86_400_000, 5_000)] {
        claimed(&mut browser, clocks(70_000, wall));
        let early = clocks(70_000 + rest - 1, wall);
        assert_eq!(posted(&mut browser, 0, early), []);
        let due = clocks(70_000 + rest, wall);
        assert_eq!(posted(&mut browser, 0, due), [action(1)]);
    }
    browser.tabs[0] = Queue::new(member(1), 9);
    let Answer::Claimed { term, entries, next } = browser.store.run(member(1), Op::Claim) else {
        panic!("claims")
    };
    let (waiting, mut out) = (Some(Waiting { entries, next }), Vec::new());
    browser.tabs[0].step(
        clocks(70_000, 86_400_000),
        Event::Lead { term, waiting },
        &mut out,
    );
    assert!(out.iter().any(|effect| matches!(effect, Effect::Post { .. })));
}

#[test]
fn any_tab_lets_a_held_reply_go_at_once() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(1, held(1));
    let again = Event::Again {
        id: action(1),
        reopen: false,
        seen_seq: 0,
    };
    browser.step(1, again);
    assert_eq!(browser.posted.len(), 1);
    assert_eq!(browser.store.entries[0].hold_ms, None);
}

#[test]
fn a_held_reply_that_is_given_up_is_taken_back_and_never_sent() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(1, held(1));
    browser.step(1, done(2));
    browser.step(1, Event::Discard(action(1)));
    let attempt = browser.taken.pop().expect("is taken back");
    assert!(browser.posted.is_empty());
    browser.attempted(attempt, Outcome::TakenBack);
    let (_, _, entry) = browser.posted.pop().expect("the next one goes");
    assert_eq!((entry.id, entry.after), (action(2), None));
}

#[test]
fn what_the_browser_has_no_room_for_is_held_back_as_well() {
    let mut browser = Browser::new(1);
    browser.full = true;
    browser.step(0, held(1));
    assert!(browser.posted.is_empty());
    assert_eq!(posted(&mut browser, 0, at(5_000)), [action(1)]);
}

#[test]
fn what_is_let_go_as_the_page_goes_does_not_wait_for_the_store() {
    let mut browser = Browser::new(1);
    browser.lead(0);
    browser.step(0, held(1));
    let again = Event::Again {
        id: action(1),
        reopen: false,
        seen_seq: 0,
    };
    let mut out = Vec::new();
    browser.tabs[0].step(at(0), again, &mut out);
    assert!(out.iter().any(|effect| matches!(effect, Effect::Post { .. })));
}
