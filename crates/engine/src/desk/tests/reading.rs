//! A thread is read away from its end.

use super::*;
use crate::desk::Aim;
use crate::passage::{Part, Target};

/// The newest messages that the server has.
const LAST: u64 = 400;

fn page_of(seqs: std::ops::RangeInclusive<u64>) -> Fetched {
    Fetched::Messages(MessagePage {
        has_more_before: *seqs.start() > 1,
        has_more_after: *seqs.end() < LAST,
        items: seqs.map(message).collect(),
        as_of: position(20),
    })
}

/// A desk with the newest ten messages of a thread open.
fn opened() -> Browser {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Open(id()));
    for (generation, fetch) in loads(&out) {
        if matches!(fetch, Fetch::Messages { .. }) {
            let result = Ok(page_of(LAST - 9..=LAST));
            browser.step(Event::Loaded { generation, result });
        }
    }
    browser
}

/// The page of a passage that is asked for.
fn asked(out: &[Effect]) -> (u64, Part) {
    let passage = |(generation, fetch)| match fetch {
        Fetch::Passage { part, .. } => Some((generation, part)),
        _ => None,
    };
    loads(out)
        .into_iter()
        .find_map(passage)
        .expect("asks for a passage")
}

fn jump(browser: &mut Browser, to: Target) -> Vec<Effect> {
    let conversation = id();
    browser.step(Event::Jump { conversation, to })
}

fn answer(browser: &mut Browser, generation: u64, seqs: std::ops::RangeInclusive<u64>) -> Vec<Effect> {
    let result = Ok(page_of(seqs));
    browser.step(Event::Loaded { generation, result })
}

fn shown(browser: &Browser) -> (u64, u64) {
    let seq = |row: &Row| match row {
        Row::Stored(message) => message.seq,
        Row::Queued(_) => u64::MAX,
    };
    let rows = browser.tabs[0].rows(id());
    (seq(rows.first().expect("rows")), seq(rows.last().expect("rows")))
}

#[test]
fn a_jump_shows_the_messages_around_and_scrolling_leads_back_to_the_end() {
    let mut browser = opened();
    let (generation, part) = asked(&jump(&mut browser, Target::Seq(100)));
    assert_eq!(part, Part::Around(100));
    assert_eq!(browser.tabs[0].aim(id()), None, "it is not there yet");
    answer(&mut browser, generation, 75..=124);
    assert_eq!(browser.tabs[0].aim(id()), Some(Aim { number: 1, seq: 100 }));
    assert_eq!(shown(&browser), (75, 124));
    assert!(!browser.tabs[0].is_at_latest(id()) && browser.tabs[0].has_more_before(id()));
    let (generation, part) = asked(&browser.step(Event::MoreOfThread(id())));
    assert_eq!(part, Part::Before(75));
    assert!(
        loads(&browser.step(Event::LaterOfThread(id()))).is_empty(),
        "one page at a time"
    );
    answer(&mut browser, generation, 25..=74);
    let (generation, part) = asked(&browser.step(Event::LaterOfThread(id())));
    assert_eq!(part, Part::After(124));
    answer(&mut browser, generation, 125..=390);
    assert_eq!(shown(&browser), (25, LAST), "the end is met");
    assert!(browser.tabs[0].is_at_latest(id()));
    assert!(loads(&browser.step(Event::LaterOfThread(id()))).is_empty());
}

#[test]
fn a_jump_to_what_is_there_asks_for_nothing() {
    let mut browser = opened();
    let (generation, _) = asked(&jump(&mut browser, Target::Seq(100)));
    answer(&mut browser, generation, 75..=124);
    assert!(loads(&jump(&mut browser, Target::Seq(110))).is_empty());
    assert_eq!(browser.tabs[0].aim(id()), Some(Aim { number: 2, seq: 110 }));
    assert!(loads(&jump(&mut browser, Target::Seq(LAST))).is_empty());
    assert!(browser.tabs[0].is_at_latest(id()));
    assert_eq!(browser.tabs[0].aim(id()), Some(Aim { number: 3, seq: LAST }));
}

#[test]
fn a_day_is_aimed_at_by_the_message_that_the_page_names() {
    let mut browser = opened();
    // Messages are as many milliseconds old as their number.
    let at = Timestamp::from_millis(200);
    let (generation, part) = asked(&jump(&mut browser, Target::At(at)));
    assert_eq!(part, Part::At(at));
    answer(&mut browser, generation, 175..=224);
    assert_eq!(browser.tabs[0].aim(id()), Some(Aim { number: 1, seq: 200 }));
    let late = Target::At(Timestamp::from_millis(5_000));
    assert!(loads(&jump(&mut browser, late)).is_empty(), "the end is known");
    assert_eq!(browser.tabs[0].aim(id()), Some(Aim { number: 2, seq: LAST }));
}

#[test]
fn events_go_to_the_end_and_marks_to_all_that_is_shown() {
    let mut browser = opened();
    browser.go_live("replay");
    let (generation, _) = asked(&jump(&mut browser, Target::Seq(100)));
    answer(&mut browser, generation, 75..=124);
    let mut read = message(LAST);
    read.read_at = Some(Timestamp::from_millis(9));
    let event = |offset: u64, kind: &str, message: &switchboard_contract::live_chat::LiveChatMessage| {
        serde_json::json!({"t": "event", "offset": offset.to_string(), "prev": (offset - 1).to_string(), "type": kind,
            "conversationId": id(), "seq": message.seq, "id": action(9), "at": "2026-11-22T09:30:00.000Z",
            "body": serde_json::to_value(message).expect("writes")})
    };
    let head = browser.tabs[0].position().expect("a position").offset.0;
    browser.frame(&event(head + 1, "message.updated", &read));
    browser.frame(&event(head + 2, "message.created", &message(LAST + 1)));
    assert_eq!(shown(&browser), (75, 124));
    let rows = browser.tabs[0].rows(id());
    assert!(
        rows.iter()
            .all(|row| matches!(row, Row::Stored(message) if message.read_at.is_some()))
    );
    browser.step(Event::Latest(id()));
    assert_eq!(shown(&browser), (LAST - 9, LAST + 1));
}

#[test]
fn after_a_hole_the_place_is_loaded_anew() {
    let mut browser = opened();
    let (generation, _) = asked(&jump(&mut browser, Target::Seq(100)));
    answer(&mut browser, generation, 75..=124);
    let (generation, part) = asked(&browser.go_live("snapshot"));
    assert_eq!(part, Part::Around(100));
    assert_eq!(shown(&browser), (75, 124), "nothing goes from the screen");
    answer(&mut browser, generation, 90..=109);
    assert_eq!(shown(&browser), (90, 109));
}

#[test]
fn a_thread_that_is_closed_keeps_its_newest_messages_only() {
    let mut browser = opened();
    while browser.tabs[0].has_more_before(id()) {
        let out = browser.step(Event::MoreOfThread(id()));
        let (generation, _) = loads(&out).pop().expect("asks");
        let (first, _) = shown(&browser);
        answer(
            &mut browser,
            generation,
            first.saturating_sub(100).max(1)..=first - 1,
        );
    }
    assert_eq!(shown(&browser), (1, LAST));
    browser.step(Event::Close(id()));
    assert_eq!(shown(&browser), (LAST - 199, LAST));
    assert!(browser.tabs[0].has_more_before(id()));
}

#[test]
fn a_failed_jump_is_told_and_tried_again() {
    let mut browser = opened();
    let (generation, _) = asked(&jump(&mut browser, Target::Seq(100)));
    let result = Err("offline");
    browser.step(Event::Loaded { generation, result });
    let (error, fetch) = browser.tabs[0].thread_error(id()).expect("told");
    assert_eq!(*error, "offline");
    let again = fetch.clone();
    let (generation, _) = asked(&browser.step(Event::Reload(again)));
    answer(&mut browser, generation, 75..=124);
    assert_eq!(browser.tabs[0].aim(id()), Some(Aim { number: 1, seq: 100 }));
}

#[test]
fn what_was_wanted_before_the_start_is_loaded_then() {
    let identity = Identity {
        client: "test/1".into(),
        tab: "0".into(),
    };
    let mut desk = Machine::new(identity, member(1), 1);
    let mut early = Vec::new();
    desk.step(Now::default(), Event::Open(id()), &mut early);
    let (conversation, to) = (id(), Target::Seq(100));
    desk.step(Now::default(), Event::Jump { conversation, to }, &mut early);
    let mut out = Vec::new();
    desk.step(Now::default(), Event::Start { erase: false }, &mut out);
    assert_eq!(asked(&out).1, Part::Around(100));
}

#[test]
fn a_jump_beyond_the_end_leads_there() {
    let mut browser = Browser::new(1);
    browser.step(Event::Open(id()));
    let (generation, _) = asked(&jump(&mut browser, Target::Seq(9_000)));
    let empty = MessagePage {
        items: Vec::new(),
        has_more_before: true,
        has_more_after: false,
        as_of: position(20),
    };
    let result = Ok(Fetched::Messages(empty));
    browser.step(Event::Loaded { generation, result });
    assert!(browser.tabs[0].is_at_latest(id()));
    assert_eq!(browser.tabs[0].aim(id()), None);
}

#[test]
fn what_is_wanted_after_a_return_to_the_end_is_another_wish() {
    let mut browser = opened();
    let (generation, _) = asked(&jump(&mut browser, Target::Seq(100)));
    answer(&mut browser, generation, 75..=124);
    let first = browser.tabs[0].aim(id()).expect("wanted");
    browser.step(Event::Latest(id()));
    let (generation, _) = asked(&jump(&mut browser, Target::Seq(1)));
    answer(&mut browser, generation, 1..=50);
    let second = browser.tabs[0].aim(id()).expect("wanted");
    assert_eq!((first.seq, second.seq), (100, 1));
    assert_ne!(first.number, second.number);
}
