//! A store that is another person's, or was, when something is done.

use super::*;

fn stores(out: Vec<Effect>) -> Vec<(u64, Op)> {
    out.into_iter()
        .filter_map(|effect| match effect {
            Effect::Store { request, op } => Some((request, op)),
            _ => None,
        })
        .collect()
}

fn opened() -> Event {
    Event::Opened {
        waiting: Waiting {
            entries: Vec::new(),
            next: 0,
        },
        settled: true,
    }
}

#[test]
fn what_was_done_before_the_store_was_this_persons_is_kept_once_it_is() {
    let mut queue = Queue::new(member(1), 0);
    let mut out = Vec::new();
    queue.step(at(0), done(1), &mut out);
    queue.step(at(0), done(2), &mut out);
    let (before, _) = stores(out).pop().expect("asks to keep the first");
    queue.step(at(0), Event::Closed, &mut Vec::new());
    assert_eq!(queue.len(), 2, "both are still shown");
    let mut out = Vec::new();
    queue.step(at(0), opened(), &mut out);
    let asked = stores(out);
    assert!(
        matches!(&asked[..], [(now, Op::Append(entry))] if *now > before && entry.id == action(1)),
        "asks again, for the first alone: {asked:?}"
    );
    let mut out = Vec::new();
    queue.step(at(0), opened(), &mut out);
    assert!(stores(out).is_empty(), "and not while that is under way");
}

#[test]
fn what_could_not_be_kept_waits_for_nothing_that_went_with_the_store() {
    let mut browser = Browser::new(1);
    browser.step(0, done(1));
    browser.full = true;
    browser.step(0, done(2));
    let (_, _, entry) = browser.posted.pop().expect("sends it itself");
    assert_eq!(entry.after, Some(action(1)));
    browser.step(0, Event::Closed);
    assert_eq!(browser.states(0).len(), 1, "the kept one was the store's");
    browser.step(0, opened());
    let (_, _, entry) = browser.posted.pop().expect("sends it again");
    assert_eq!((entry.id, entry.after), (action(2), None));
}

#[test]
fn what_is_given_up_before_the_store_has_heard_of_it_is_never_kept() {
    let mut queue = Queue::new(member(1), 0);
    queue.step(at(0), done(1), &mut Vec::new());
    queue.step(at(0), done(2), &mut Vec::new());
    let mut out = Vec::new();
    queue.step(at(0), Event::Discard(action(2)), &mut out);
    assert!(stores(out).is_empty(), "it waits for the first");
    queue.step(at(0), Event::Closed, &mut Vec::new());
    queue.step(at(0), Event::Discard(action(1)), &mut Vec::new());
    let mut out = Vec::new();
    queue.step(at(0), opened(), &mut out);
    assert!(stores(out).is_empty() && queue.is_empty());
}
