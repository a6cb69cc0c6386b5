//! A store that fails, and one that another sign-in has taken over.

use super::*;
use crate::bulletin::{Told, Word};

/// The timer of the store among `out`.
fn store_timer(out: &[Effect]) -> Option<Timer> {
    out.iter().rev().find_map(|effect| match effect {
        Effect::SetTimer { timer, .. } if timer.kind == TimerKind::Store => Some(*timer),
        _ => None,
    })
}

/// The first tab's patience with a store that answers nothing comes to its end; gives how long that took.
fn wait_in_vain(browser: &mut Browser) -> (u64, Vec<Effect>) {
    let began = browser.now.monotonic;
    let mut out = Vec::new();
    while let Some((timer, due)) = browser.patience.take() {
        browser.now.monotonic = browser.now.monotonic.max(due);
        out.extend(browser.step(Event::Timer(timer)));
    }
    (browser.now.monotonic - began, out)
}

fn waiting(browser: &mut Browser, n: u8) {
    let mut entry = crate::store::tests::reply(n, "text 7");
    entry.lane.conversation = id();
    let appended = browser.store.run(member(1), Op::Append(Box::new(entry)));
    assert!(matches!(appended, Answer::Appended { .. }));
}

#[test]
fn a_leader_whose_store_has_failed_sends_what_is_kept_there_once_it_works() {
    let mut browser = Browser::with_store(1, true);
    assert!(browser.tabs[0].leads());
    browser.failing = false;
    browser.store.run(member(1), Op::Open { erase: false });
    waiting(&mut browser, 7);
    browser.failing = true;
    // It fails once more, and is asked again all the same.
    let out = browser.step(Event::Link(socket::Event::Awake));
    let timer = store_timer(&out).expect("tries again");
    browser.failing = false;
    let out = browser.step(Event::Timer(timer));
    assert_eq!(sends(&out).pop().expect("sends").1.content, "text 7");
    assert_eq!(browser.store.meta.term, 1, "under a term");
    assert!(
        store_timer(&browser.step(Event::Timer(timer))).is_none(),
        "and rests"
    );
}

#[test]
fn a_sign_out_is_told_to_a_store_that_fails_until_it_hears() {
    let mut browser = Browser::new(1);
    browser.send(0, 7);
    browser.failing = true;
    let out = browser.step(Event::Forget);
    assert_eq!(browser.store.entries.len(), 1);
    let timer = store_timer(&out).expect("tries again");
    let timer = store_timer(&browser.step(Event::Timer(timer))).expect("and again");
    browser.failing = false;
    browser.step(Event::Timer(timer));
    assert!(browser.store.entries.is_empty());
}

#[test]
fn a_tab_that_slept_through_a_sign_out_forgets_nothing_of_the_next_sign_in() {
    let mut browser = Browser::new(1);
    browser.store.run(member(1), Op::Clear);
    browser.store.run(member(1), Op::Open { erase: false });
    waiting(&mut browser, 7);
    browser.step(Event::Forget);
    assert_eq!(browser.store.entries.len(), 1);
    assert_eq!(browser.store.meta.owner, Some(member(1)));
}

/// The probe by which a tab learns whether its sign-in holds.
fn asks_for_ticket(out: &[Effect]) -> Option<u64> {
    out.iter().find_map(|effect| match effect {
        Effect::Link(socket::Effect::FetchTicket { generation }) => Some(*generation),
        _ => None,
    })
}

#[test]
fn the_end_of_the_leaders_sign_in_is_believed_by_the_server_s_word_alone() {
    let mut browser = Browser::new(2);
    browser.send(0, 7);
    assert_eq!(browser.tabs[1].queue().len(), 1);
    // The other tab has slept while the person signs out and in again.
    browser.store.run(member(1), Op::Clear);
    browser.store.run(member(1), Op::Open { erase: false });
    waiting(&mut browser, 8);
    let word = Word::Status(Told::SignedOut);
    let from = browser.tabs[0].tab.clone();
    let out = browser.step_tab(1, Event::Heard(Box::new(Bulletin { from, word })));
    let generation = asks_for_ticket(&out).expect("asks the server");
    assert_ne!(browser.tabs[1].status(), Status::SignedOut);
    let result = Ok("t".into());
    let ticket = socket::Event::Ticket { generation, result };
    browser.step_tab(1, Event::Link(ticket));
    let left: Vec<ActionId> = browser.tabs[1].queue().all().map(|one| one.entry.id).collect();
    assert_eq!(left, [crate::store::tests::action(8)], "as the store has it now");
}

#[test]
fn a_store_that_another_tab_has_ended_is_opened_again_once_the_server_says_that_the_sign_in_holds() {
    let mut browser = Browser::new(1);
    browser.store.run(member(1), Op::End { sign_in: 1 });
    let out = browser.send(0, 7);
    assert_eq!(browser.store.meta.owner, None, "it is not this tab's to take");
    let generation = asks_for_ticket(&out).expect("asks the server");
    let result = Ok("t".into());
    let ticket = socket::Event::Ticket { generation, result };
    browser.step(Event::Link(ticket));
    assert_eq!(browser.store.meta.owner, Some(member(1)));
}

#[test]
fn the_answer_to_what_a_tab_sent_of_its_own_is_heard_when_another_tab_turns_out_to_lead() {
    let mut browser = Browser::with_store(1, true);
    let out = browser.send(0, 1);
    let (generation, sent) = sends(&out).pop().expect("sends what cannot be kept");
    let word = Word::Leader(crate::leader::Word::Here {
        term: 9,
        shown: true,
        locked: true,
    });
    let from = "another".to_owned();
    let out = browser.step(Event::Heard(Box::new(Bulletin { from, word })));
    assert!(!browser.tabs[0].leads());
    let generation = sends(&out).pop().map_or(generation, |(again, _)| again);
    browser.step(stored(generation, &sent));
    assert!(browser.tabs[0].queue().is_empty());
}

#[test]
fn a_store_that_never_answers_holds_nothing_up_for_longer_than_a_moment() {
    let mut browser = Browser::new(1);
    browser.hanging = true;
    let out = browser.send(0, 7);
    assert!(sends(&out).is_empty(), "it may be kept yet");
    let (_, out) = wait_in_vain(&mut browser);
    assert!(out.contains(&Effect::NotKept(StoreError::Silent)));
    let (generation, sent) = sends(&out).pop().expect("sends it all the same");
    let second = browser.send(0, 8);
    assert!(
        browser.tabs[0].queue().all().all(|queued| !queued.kept),
        "behind what is only here"
    );
    // It is kept after all, and stands as the tab knows it.
    browser.answer();
    let kept: Vec<bool> = browser.tabs[0].queue().all().map(|queued| queued.kept).collect();
    assert_eq!(kept, [true, false], "{second:?}");
    let out = browser.step(stored(generation, &sent));
    assert!(browser.store.entries.is_empty(), "and is let go of there");
    assert_eq!(sends(&out).pop().expect("the next one").1.content, "text 8");
}

#[test]
fn what_is_done_while_the_store_is_known_to_hang_waits_shorter() {
    let mut browser = Browser::new(1);
    browser.hanging = true;
    browser.send(0, 5);
    wait_in_vain(&mut browser);
    let elsewhere = Event::Do {
        id: action(6),
        conversation: ConversationId::from_parts(Timestamp::default(), [9; 10]),
        deed: Deed::Change(ConversationChange::default()),
    };
    let out = browser.step(elsewhere);
    assert!(requests(&out).is_empty());
    let (waited, out) = wait_in_vain(&mut browser);
    assert!(waited < 1_000, "{waited}");
    assert_eq!(requests(&out).len(), 1);
}

#[test]
fn what_is_done_while_a_store_hangs_that_was_never_read_waits_for_what_is_kept_there() {
    let mut browser = Browser::with_store(0, false);
    browser.store.run(member(1), Op::Open { erase: false });
    waiting(&mut browser, 6);
    browser.hanging = true;
    browser.open_tab(0, member(1));
    browser.step(Event::Start { erase: false });
    browser.send(0, 8);
    let (timer, due) = browser.patience.expect("waits");
    browser.now.monotonic = due;
    let out = browser.step(Event::Timer(timer));
    assert!(out.contains(&Effect::NotKept(StoreError::Silent)), "it is told");
    assert!(sends(&out).is_empty());
    let (_, sent) = sends(&browser.answer()).remove(0);
    assert_eq!(sent.content, "text 7", "kept first");
    // A store that never answers holds nothing up for good.
    let mut browser = Browser::with_store(0, false);
    browser.hanging = true;
    browser.open_tab(0, member(1));
    browser.step(Event::Start { erase: false });
    browser.send(0, 8);
    let (waited, out) = wait_in_vain(&mut browser);
    assert_eq!((waited, sends(&out).len()), (30_000, 1));
}

#[test]
fn a_page_that_was_frozen_hears_the_answer_before_it_gives_up_waiting() {
    let mut browser = Browser::new(1);
    browser.hanging = true;
    browser.send(0, 7);
    browser.now.monotonic += 3_600_000;
    let (timer, _) = browser.patience.expect("waits");
    let out = browser.step(Event::Timer(timer));
    assert!(!out.contains(&Effect::NotKept(StoreError::Silent)));
    assert_eq!(sends(&browser.answer()).len(), 1);
    assert!(browser.tabs[0].queue().all().all(|queued| queued.kept));
}

#[test]
fn what_was_sent_before_the_store_kept_it_goes_from_there_whoever_leads_by_then() {
    let mut browser = Browser::new(1);
    browser.hanging = true;
    browser.send(0, 7);
    let (_, out) = wait_in_vain(&mut browser);
    let (generation, sent) = sends(&out).pop().expect("sends");
    browser.step(stored(generation, &sent));
    assert!(browser.tabs[0].queue().is_empty());
    // Another tab claims the lead as soon as the store moves.
    browser.unanswered.push((0, 1_000, member(1), Op::Claim));
    browser.answer();
    assert!(browser.store.entries.is_empty());
}

#[test]
fn what_was_done_before_a_store_turned_out_to_be_anothers_goes_on_with_the_person() {
    let mut browser = Browser::with_store(0, false);
    browser.store.run(member(2), Op::Open { erase: false });
    let mut entry = crate::store::tests::reply(6, "text 6");
    entry.lane.conversation = id();
    browser.store.run(member(2), Op::Append(Box::new(entry)));
    browser.hanging = true;
    browser.open_tab(0, member(1));
    browser.step(Event::Start { erase: false });
    browser.send(0, 8);
    let out = browser.answer();
    assert!(out.contains(&Effect::Foreign { entries: 1 }));
    browser.step(Event::Start { erase: true });
    let waits: Vec<ActionId> = browser.tabs[0].queue().all().map(|one| one.entry.id).collect();
    assert_eq!(waits, [action(8)]);
    assert_eq!(browser.store.entries.len(), 1, "and it is kept");
}

/// What the person is told of the store, in order.
fn told(out: &[Effect]) -> Vec<&Effect> {
    let told = |effect: &&Effect| matches!(effect, Effect::NotKept(_) | Effect::Kept);
    out.iter().filter(told).collect()
}

/// The server has stored this message of the first tab.
fn stored(generation: u64, sent: &SendMessage) -> Event<&'static str> {
    let mut stored = message(1);
    (stored.id, stored.conversation_id) = (sent.id, id());
    let outcome = Attempt::Sent(Box::new(SendResult {
        message: stored,
        position: position(10),
    }));
    Event::Attempted { generation, outcome }
}

#[test]
fn a_store_that_opens_at_the_third_try_keeps_what_is_done() {
    let mut browser = Browser::with_store(0, true);
    browser.open_tab(0, member(1));
    let out = browser.step(Event::Start { erase: false });
    assert_eq!(told(&out), [&Effect::NotKept(StoreError::Failed)]);
    let timer = store_timer(&out).expect("tries again");
    let out = browser.step(Event::Timer(timer));
    assert!(told(&out).is_empty(), "told once");
    let timer = store_timer(&out).expect("and again");
    browser.failing = false;
    assert_eq!(told(&browser.step(Event::Timer(timer))), [&Effect::Kept]);
}

#[test]
fn that_things_are_kept_again_is_told_once_nothing_lives_in_the_tab_only() {
    let mut browser = Browser::new(1);
    browser.failing = true;
    let out = browser.send(0, 7);
    assert_eq!(told(&out), [&Effect::NotKept(StoreError::Failed)]);
    let (generation, sent) = sends(&out).pop().expect("sends");
    browser.failing = false;
    let timer = store_timer(&out).expect("tries again");
    let out = browser.step(Event::Timer(timer));
    assert!(told(&out).is_empty(), "it works, and one is not kept");
    let out = browser.step(stored(generation, &sent));
    assert_eq!(told(&out), [&Effect::Kept]);
}

#[test]
fn a_store_that_does_not_let_go_or_note_a_decision_leaves_nothing_in_the_tab_only() {
    let mut browser = Browser::new(1);
    let (generation, sent) = sends(&browser.send(0, 5)).pop().expect("sends");
    browser.send(0, 6);
    browser.failing = true;
    assert!(told(&browser.step(Event::Discard(action(6)))).is_empty());
    assert!(told(&browser.step(stored(generation, &sent))).is_empty());
}

#[test]
fn what_one_sign_in_could_not_keep_is_over_with_it() {
    let mut browser = Browser::new(1);
    browser.failing = true;
    browser.send(0, 7);
    assert_eq!(told(&browser.step(Event::Stop)), [&Effect::Kept]);
    browser.failing = false;
    let out = browser.step(Event::Start { erase: false });
    assert!(told(&out).is_empty());
    assert!(told(&browser.send(0, 8)).is_empty());
}

#[test]
fn a_store_that_is_nobodys_is_asked_for_once_however_many_answers_say_so() {
    let mut browser = Browser::new(1);
    browser.store.run(member(1), Op::End { sign_in: 1 });
    browser.hanging = true;
    for n in 11..15 {
        let conversation = ConversationId::from_parts(Timestamp::default(), [n; 10]);
        browser.step(Event::Do {
            id: action(n),
            conversation,
            deed: Deed::Change(ConversationChange::default()),
        });
    }
    let out = browser.answer();
    let asked = out
        .iter()
        .filter(|effect| matches!(effect, Effect::Link(socket::Effect::FetchTicket { .. })))
        .count();
    assert_eq!(asked, 1, "{out:?}");
}

#[test]
fn what_was_typed_before_the_store_turned_out_to_be_another_persons_is_kept_when_this_one_goes_on() {
    let mut browser = Browser::new(1);
    browser.store.run(member(2), Op::Open { erase: true });
    let out = browser.send(0, 7);
    assert!(out.iter().any(|effect| matches!(effect, Effect::Foreign { .. })));
    assert_eq!(browser.tabs[0].queue().len(), 1, "it is still shown");
    browser.step(Event::Start { erase: true });
    let kept: Vec<ActionId> = browser.store.entries.iter().map(|entry| entry.id).collect();
    assert_eq!(kept, [action(7)]);
}

#[test]
fn a_leader_that_slept_through_an_end_and_a_sign_in_holds_nothing_of_the_earlier_one_back() {
    let mut browser = Browser::new(1);
    let out = browser.send(0, 7);
    let (generation, _) = sends(&out).pop().expect("sends");
    let outcome = refused(Problem::new(ProblemCode::ConversationClosed, "why"));
    browser.step(Event::Attempted { generation, outcome });
    // In another tab.
    browser.store.run(member(1), Op::End { sign_in: 1 });
    browser.store.run(member(1), Op::Open { erase: false });
    browser.step(Event::Authorised);
    let out = browser.send(0, 8);
    assert_eq!(sends(&out).pop().expect("waits for nothing").1.content, "text 8");
    assert_eq!(browser.tabs[0].queue().len(), 1);
}

/// The answer that is awaited first does not come in time.
fn overdue(browser: &mut Browser) -> Vec<Effect> {
    let (timer, due) = browser.patience.expect("waits");
    browser.now.monotonic = due;
    browser.step(Event::Timer(timer))
}

#[test]
fn what_was_sent_unkept_goes_from_a_store_that_was_read_anew_before_it_was_kept_there() {
    let mut browser = Browser::new(1);
    browser.hanging = true;
    browser.step(Event::Do {
        id: action(8),
        conversation: ConversationId::from_parts(Timestamp::default(), [9; 10]),
        deed: Deed::Change(ConversationChange::default()),
    });
    // The sign-in is renewed before that is overdue, and the store read for it; the reply is written only then.
    browser.now.monotonic += 3_700;
    browser.step(Event::Authorised);
    overdue(&mut browser);
    browser.send(0, 7);
    let out = overdue(&mut browser);
    let (generation, sent) = sends(&out).pop().expect("sends");
    browser.step(stored(generation, &sent));
    browser.answer();
    let kept: Vec<ActionId> = browser.store.entries.iter().map(|entry| entry.id).collect();
    assert_eq!(kept, [action(8)]);
}
