use super::*;
use proptest::prelude::*;
use switchboard_contract::ids::MessageId;

type Machine = Outbox<u8, MessageId, &'static str>;
type In = Event<u8, MessageId, &'static str>;
type Out = Vec<Effect<u8, MessageId, &'static str>>;

fn at(monotonic: u64) -> Now {
    Now {
        monotonic,
        wall: Timestamp::from_millis(monotonic.cast_signed()),
    }
}

fn id(n: u8) -> MessageId {
    MessageId::from_parts(Timestamp::from_millis(i64::from(n)), [n; 10])
}

fn step(outbox: &mut Machine, monotonic: u64, event: In) -> Out {
    let mut out = Vec::new();
    outbox.step(at(monotonic), event, &mut out);
    out
}

fn enqueue(outbox: &mut Machine, lane: u8, n: u8) -> Out {
    step(
        outbox,
        0,
        Event::Enqueue {
            lane,
            id: id(n),
            payload: "hello",
            kept: None,
        },
    )
}

fn posts(out: &Out) -> Vec<(u64, MessageId, Option<MessageId>)> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Post {
                generation,
                id,
                after,
                ..
            } => Some((*generation, *id, *after)),
            _ => None,
        })
        .collect()
}

fn attempted(outbox: &mut Machine, monotonic: u64, generation: u64, outcome: Outcome) -> Out {
    step(outbox, monotonic, Event::Attempted { generation, outcome })
}

fn refused(code: ProblemCode) -> Outcome {
    Outcome::Refused(Rc::new(Problem::new(code, "why")))
}

#[test]
fn a_lane_sends_one_at_a_time_in_the_order_typed() {
    let mut outbox = Machine::new(1);
    let first = posts(&enqueue(&mut outbox, 0, 1));
    assert_eq!((first[0].1, first[0].2), (id(1), None));
    assert!(
        posts(&enqueue(&mut outbox, 0, 2)).is_empty(),
        "waits for the first"
    );
    assert_eq!(
        posts(&enqueue(&mut outbox, 1, 3)).len(),
        1,
        "another lane does not wait"
    );
    let second = posts(&attempted(&mut outbox, 5, first[0].0, Outcome::Stored));
    assert_eq!((second[0].1, second[0].2), (id(2), Some(id(1))));
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_id() {
    let mut outbox = Machine::new(1);
    let (generation, ..) = posts(&enqueue(&mut outbox, 0, 1))[0];
    let out = attempted(&mut outbox, 10, generation, Outcome::Unsure { wait_ms: 100 });
    let Some(Effect::SetTimer {
        generation: timer,
        after_ms,
    }) = out.last()
    else {
        panic!("{out:?}")
    };
    assert!((100..=600).contains(after_ms));
    let again = posts(&step(
        &mut outbox,
        10 + after_ms,
        Event::Timer { generation: *timer },
    ));
    assert_eq!((again.len(), again[0].1), (1, id(1)));
    assert!(
        posts(&attempted(&mut outbox, 900, generation, Outcome::Stored)).is_empty(),
        "an old attempt's answer"
    );
    assert_eq!(outbox.len(), 1);
}

#[test]
fn a_message_seen_on_the_server_is_done_whatever_its_attempt_says() {
    let mut outbox = Machine::new(1);
    let (generation, ..) = posts(&enqueue(&mut outbox, 0, 1))[0];
    step(&mut outbox, 5, Event::Seen { id: id(1) });
    assert!(outbox.is_empty());
    assert!(attempted(&mut outbox, 6, generation, Outcome::Unsure { wait_ms: 0 }).is_empty());
}

#[test]
fn a_refused_message_blocks_its_lane_until_the_person_decides() {
    let mut outbox = Machine::new(1);
    let (generation, ..) = posts(&enqueue(&mut outbox, 0, 1))[0];
    enqueue(&mut outbox, 0, 2);
    assert!(
        posts(&attempted(
            &mut outbox,
            5,
            generation,
            refused(ProblemCode::NewerReply)
        ))
        .is_empty()
    );
    let again = posts(&step(&mut outbox, 6, Event::Retry { id: id(1) }));
    assert_eq!(again[0].1, id(1));
    attempted(
        &mut outbox,
        7,
        again[0].0,
        refused(ProblemCode::ConversationClosed),
    );
    let next = posts(&step(&mut outbox, 8, Event::Discard { id: id(1) }));
    assert_eq!(
        (next[0].1, next[0].2),
        (id(2), None),
        "relinked past the one given up"
    );
}

#[test]
fn what_the_server_may_have_is_not_given_up() {
    let mut outbox = Machine::new(1);
    let (generation, ..) = posts(&enqueue(&mut outbox, 0, 1))[0];
    step(&mut outbox, 1, Event::Discard { id: id(1) });
    attempted(&mut outbox, 2, generation, Outcome::Unsure { wait_ms: 0 });
    step(&mut outbox, 3, Event::Discard { id: id(1) });
    assert_eq!(outbox.len(), 1);
}

#[test]
fn a_message_out_of_order_waits_for_its_predecessor() {
    let mut outbox = Machine::new(1);
    let (generation, ..) = posts(&enqueue(&mut outbox, 0, 1))[0];
    attempted(&mut outbox, 5, generation, refused(ProblemCode::OutOfOrder));
    assert_eq!(outbox.lane(&0).next().expect("queued").state, State::Queued);
}

#[test]
fn an_expired_token_waits_for_the_new_one() {
    let mut outbox = Machine::new(1);
    let (generation, ..) = posts(&enqueue(&mut outbox, 0, 1))[0];
    let out = attempted(&mut outbox, 5, generation, Outcome::NeedsAuth);
    assert!(posts(&out).is_empty() && !out.iter().any(|effect| matches!(effect, Effect::SetTimer { .. })));
    assert_eq!(posts(&step(&mut outbox, 6, Event::Wake)).len(), 1);
}

fn take_backs(out: &Out) -> Vec<u64> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::TakeBack { generation, .. } => Some(*generation),
            _ => None,
        })
        .collect()
}

#[test]
fn what_was_never_sent_is_given_up_at_once() {
    let mut outbox = Machine::new(1);
    enqueue(&mut outbox, 0, 1);
    enqueue(&mut outbox, 0, 2);
    let out = step(&mut outbox, 1, Event::TakeBack { id: id(2) });
    assert!(out.contains(&Effect::Ended {
        id: id(2),
        end: End::GivenUp
    }));
}

#[test]
fn what_was_attempted_is_taken_back_on_the_server_before_it_is_let_go() {
    let mut outbox = Machine::new(1);
    let (generation, ..) = posts(&enqueue(&mut outbox, 0, 1))[0];
    enqueue(&mut outbox, 0, 2);
    let out = step(&mut outbox, 1, Event::TakeBack { id: id(1) });
    assert!(take_backs(&out).is_empty(), "the attempt's answer comes first");
    let out = attempted(&mut outbox, 2, generation, Outcome::NeedsAuth);
    assert!(take_backs(&out).is_empty() && posts(&out).is_empty());
    let back = take_backs(&step(&mut outbox, 3, Event::Wake));
    assert_eq!(back.len(), 1);
    let out = attempted(&mut outbox, 4, back[0], Outcome::TakenBack);
    assert!(out.contains(&Effect::Ended {
        id: id(1),
        end: End::GivenUp
    }));
    assert_eq!(
        posts(&out)[0].2,
        None,
        "the next one does not wait for what never comes"
    );
}

#[test]
fn a_message_that_was_stored_after_all_is_not_given_up() {
    let mut outbox = Machine::new(1);
    let (generation, ..) = posts(&enqueue(&mut outbox, 0, 1))[0];
    step(&mut outbox, 1, Event::TakeBack { id: id(1) });
    let out = attempted(&mut outbox, 2, generation, Outcome::Stored);
    assert!(out.contains(&Effect::Ended {
        id: id(1),
        end: End::Stored
    }));
}

#[test]
fn what_comes_from_a_durable_queue_counts_as_attempted() {
    let mut outbox = Machine::new(1);
    let kept = Kept {
        place: 0,
        first: false,
        after: None,
        attempted: true,
        taking_back: true,
        blocked: None,
        hold_ms: 0,
    };
    let out = step(
        &mut outbox,
        0,
        Event::Enqueue {
            lane: 0,
            id: id(1),
            payload: "hello",
            kept: Some(kept),
        },
    );
    assert_eq!((posts(&out).len(), take_backs(&out).len()), (0, 1));
}

#[test]
fn a_lane_is_in_the_order_of_the_queue_whatever_order_it_is_heard_of_in() {
    let mut outbox = Machine::new(1);
    for (n, place) in [(2, 5), (1, 3)] {
        let kept = Kept {
            place,
            after: None,
            first: false,
            attempted: false,
            taking_back: false,
            blocked: None,
            hold_ms: 0,
        };
        let event = Event::Enqueue {
            lane: 0,
            id: id(n),
            payload: "hello",
            kept: Some(kept),
        };
        step(&mut outbox, 0, event);
    }
    let order: Vec<_> = outbox.lane(&0).map(|item| item.id).collect();
    assert_eq!(order, [id(1), id(2)]);
}

proptest! {
    /// Invariant 1 at the outbox: against a server that stores by id and loses any answer, what was typed is stored
    /// exactly once and in order, once the faults stop.
    #[test]
    fn everything_is_stored_once_and_in_order(
        faults in prop::collection::vec(0_u8..4, 0..60),
        typed in 1_u8..12,
        seed: u64,
    ) {
        let mut outbox = Machine::new(seed);
        let mut stored: Vec<MessageId> = Vec::new();
        let mut faults = faults.into_iter();
        let (mut now, mut queue, mut timers) = (0, Vec::new(), Vec::new());
        for n in 0..typed {
            let out = enqueue(&mut outbox, 0, n);
            queue.extend(posts(&out));
        }
        for _ in 0..2_000 {
            let mut out = Vec::new();
            if let Some((generation, id, after)) = queue.pop() {
                let fault = faults.next().unwrap_or(3);
                let arrives = fault != 0;
                let known = after.is_none_or(|after| stored.contains(&after));
                if arrives && known && !stored.contains(&id) {
                    stored.push(id);
                }
                let outcome = match fault {
                    0 | 1 => Outcome::Unsure { wait_ms: 0 },
                    2 => Outcome::NeedsAuth,
                    _ if !known => refused(ProblemCode::OutOfOrder),
                    _ => Outcome::Stored,
                };
                outbox.step(at(now), Event::Attempted { generation, outcome }, &mut out);
            } else if let Some((generation, due)) = timers.pop() {
                now = now.max(due);
                outbox.step(at(now), Event::Timer { generation }, &mut out);
            } else {
                outbox.step(at(now), Event::Wake, &mut out);
            }
            queue.extend(posts(&out));
            timers.extend(out.iter().filter_map(|effect| match effect {
                Effect::SetTimer { generation, after_ms } => Some((*generation, now + after_ms)),
                _ => None,
            }));
            if outbox.is_empty() {
                break;
            }
        }
        prop_assert!(outbox.is_empty());
        prop_assert_eq!(stored, (0..typed).map(id).collect::<Vec<_>>());
    }
}

#[test]
fn what_is_kept_late_goes_before_what_was_kept_after_it() {
    let mut outbox = Outbox::new(1);
    let kept = |place| {
        Some(Kept {
            place,
            after: None,
            first: false,
            attempted: false,
            taking_back: false,
            blocked: None,
            hold_ms: 0,
        })
    };
    let put = |n, place| Event::Enqueue {
        lane: 1,
        id: id(n),
        payload: "hello",
        kept: kept(place),
    };
    let out = step(&mut outbox, 0, put(1, 1));
    let (first, ..) = posts(&out)[0];
    step(&mut outbox, 0, put(2, 9));
    step(&mut outbox, 0, put(3, u64::MAX));
    let late = Event::Revised {
        id: id(3),
        payload: "hello",
        after: None,
        place: 5,
        held: false,
    };
    step(&mut outbox, 0, late);
    let out = attempted(&mut outbox, 0, first, Outcome::Stored);
    assert_eq!(posts(&out)[0].1, id(3));
}

#[test]
fn what_goes_first_is_waited_for_and_holds_up_nothing_once_it_is_refused() {
    let mut outbox = Outbox::new(1);
    let put = |n: u8, first: bool| Event::Enqueue {
        lane: 1,
        id: id(n),
        payload: "hello",
        kept: Some(Kept {
            place: u64::from(n),
            after: None,
            first,
            attempted: false,
            taking_back: false,
            blocked: None,
            hold_ms: 0,
        }),
    };
    let out = step(&mut outbox, 0, put(1, false));
    let (on_its_way, ..) = posts(&out)[0];
    step(&mut outbox, 0, put(2, false));
    assert!(
        posts(&step(&mut outbox, 0, put(3, true))).is_empty(),
        "one at a time"
    );
    let out = attempted(&mut outbox, 0, on_its_way, refused(ProblemCode::NewerReply));
    let (generation, first, _) = posts(&out)[0];
    assert_eq!(first, id(3), "past what is blocked and what waits");
    let out = attempted(&mut outbox, 0, generation, refused(ProblemCode::Forbidden));
    assert!(posts(&out).is_empty(), "the blocked one holds its lane again");
    let out = step(&mut outbox, 0, Event::Discard { id: id(1) });
    assert_eq!(
        posts(&out)[0].1,
        id(2),
        "and the lane goes on past the refused one"
    );
    let (generation, ..) = posts(&out)[0];
    step(&mut outbox, 0, Event::Retry { id: id(3) });
    let out = attempted(&mut outbox, 0, generation, Outcome::Stored);
    assert_eq!(posts(&out)[0].1, id(3));
}

fn held(n: u8, hold_ms: u64) -> In {
    Event::Enqueue {
        lane: 1,
        id: id(n),
        payload: "hello",
        kept: Some(Kept {
            place: u64::from(n),
            after: None,
            first: false,
            attempted: true,
            taking_back: false,
            blocked: None,
            hold_ms,
        }),
    }
}

#[test]
fn what_is_held_back_goes_when_its_time_comes_and_not_because_something_wakes() {
    let mut outbox = Machine::new(1);
    let out = step(&mut outbox, 100, held(1, 5_000));
    assert!(posts(&out).is_empty());
    let Some(Effect::SetTimer { generation, after_ms }) = out.last() else {
        panic!("a timer")
    };
    assert_eq!(*after_ms, 5_000);
    assert!(
        posts(&step(&mut outbox, 200, held(2, 0))).is_empty(),
        "its lane waits"
    );
    assert!(posts(&step(&mut outbox, 300, Event::Wake)).is_empty());
    let generation = *generation;
    let out = step(&mut outbox, 5_100, Event::Timer { generation });
    let (first, sent, _) = posts(&out)[0];
    assert_eq!(sent, id(1));
    let out = attempted(&mut outbox, 5_200, first, Outcome::Stored);
    assert_eq!(posts(&out)[0].1, id(2));
}

#[test]
fn what_is_held_back_goes_at_once_when_the_person_wants_it_or_gives_it_up() {
    let revised = |held| Event::Revised {
        id: id(1),
        payload: "hello",
        after: None,
        place: 1,
        held,
    };
    let mut outbox = Machine::new(1);
    step(&mut outbox, 0, held(1, 5_000));
    assert!(posts(&step(&mut outbox, 1, revised(true))).is_empty());
    assert_eq!(posts(&step(&mut outbox, 2, revised(false))).len(), 1);
    let mut outbox = Machine::new(1);
    step(&mut outbox, 0, held(1, 5_000));
    let out = step(&mut outbox, 1, Event::TakeBack { id: id(1) });
    assert_eq!((posts(&out).len(), take_backs(&out).len()), (0, 1));
}
