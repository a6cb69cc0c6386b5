use super::*;
use proptest::prelude::*;
use switchboard_contract::realtime::{EventPage, EventType};
use switchboard_contract::time::Timestamp;

fn step(stream: &mut Stream, event: Event) -> Vec<Effect> {
    let mut out = Vec::new();
    stream.step(Now::default(), event, &mut out);
    out
}

fn position(offset: u64) -> Position {
    Position {
        epoch: Epoch("e".into()),
        offset: Offset(offset),
    }
}

fn log_event(offset: u64, prev: u64) -> LogEvent {
    LogEvent {
        offset: Offset(offset),
        prev: Offset(prev),
        kind: EventType::MessageCreated,
        conversation_id: None,
        seq: None,
        id: EventId::from_parts(Timestamp::from_millis(offset.cast_signed()), [0; 10]),
        at: Timestamp::default(),
        body: None,
    }
}

fn told(offset: u64, prev: u64) -> Event {
    Event::Told(Told::Event {
        epoch: Epoch("e".into()),
        event: log_event(offset, prev),
    })
}

fn moved(from: u64, to: u64) -> Event {
    Event::Told(Told::Moved {
        from: Offset(from),
        to: position(to),
        id: None,
    })
}

fn anew(offset: u64, id: Option<EventId>) -> Event {
    let Position { epoch, offset } = position(offset);
    Event::Told(Told::Anew(Resume { epoch, offset, id }))
}

fn applied(out: &[Effect]) -> Vec<u64> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Apply(event) => Some(event.offset.0),
            _ => None,
        })
        .collect()
}

fn wait(out: &[Effect]) -> (u64, u64) {
    let found = out.iter().find_map(|effect| match effect {
        Effect::SetTimer { generation, after_ms } => Some((*generation, *after_ms)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("a wait in {out:?}"))
}

fn fetch(out: &[Effect]) -> u64 {
    let found = out.iter().find_map(|effect| match effect {
        Effect::FetchDifference { generation, .. } => Some(*generation),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("a difference in {out:?}"))
}

fn page(head: u64, events: Vec<LogEvent>) -> Result<EventPage, DifferenceError> {
    Ok(EventPage {
        epoch: Epoch("e".into()),
        events,
        head: Offset(head),
        has_more: false,
        signals: Vec::new(),
    })
}

fn difference(
    stream: &mut Stream,
    generation: u64,
    result: Result<EventPage, DifferenceError>,
) -> Vec<Effect> {
    step(stream, Event::Difference { generation, result })
}

/// A follower without a position.
fn lost() -> Stream {
    let mut stream = Stream::default();
    step(&mut stream, Event::Source(Source::Leader));
    step(&mut stream, Event::Start(None));
    stream
}

fn follower(offset: u64) -> Stream {
    let mut stream = lost();
    step(&mut stream, Event::Loaded(position(offset)));
    stream
}

#[test]
fn a_follower_goes_where_the_leader_went() {
    let mut stream = follower(10);
    assert_eq!(
        step(&mut stream, told(12, 10)),
        [
            Effect::Apply(log_event(12, 10)),
            Effect::Moved {
                from: Offset(12),
                to: position(12)
            }
        ]
    );
    assert!(step(&mut stream, moved(12, 12)).is_empty(), "it is there already");
    assert_eq!(
        step(&mut stream, moved(12, 15)),
        [Effect::Moved {
            from: Offset(12),
            to: position(15)
        }],
        "nothing of it concerned this person"
    );
}

#[test]
fn a_follower_that_missed_a_word_fetches_the_difference() {
    for word in [moved(15, 15), moved(11, 15), told(15, 14)] {
        let mut stream = follower(10);
        let out = step(&mut stream, word);
        assert!(applied(&out).is_empty(), "nothing is applied over a hole");
        assert_eq!(stream.position(), Some(position(10)));
        let (generation, after_ms) = wait(&out);
        assert_eq!(after_ms, 500);
        let generation = fetch(&step(&mut stream, Event::Timer { generation }));
        let events = (11..=15).map(|offset| log_event(offset, offset - 1)).collect();
        let out = difference(&mut stream, generation, page(15, events));
        assert_eq!(applied(&out), [11, 12, 13, 14, 15]);
    }
}

#[test]
fn what_comes_in_time_makes_the_difference_unnecessary() {
    let mut stream = follower(10);
    let (generation, _) = wait(&step(&mut stream, told(12, 11)));
    assert_eq!(applied(&step(&mut stream, told(11, 10))), [11, 12]);
    assert!(step(&mut stream, Event::Timer { generation }).is_empty());
    let (generation, _) = wait(&step(&mut stream, moved(14, 14)));
    assert_eq!(applied(&step(&mut stream, told(13, 12))), [13]);
    fetch(&step(&mut stream, Event::Timer { generation }));
}

#[test]
fn a_tail_that_concerned_nobody_here_is_not_fetched() {
    let mut stream = Stream::default();
    step(&mut stream, Event::Start(None));
    step(&mut stream, Event::Loaded(position(10)));
    let (generation, _) = wait(&step(&mut stream, Event::Head(Offset(12))));
    let caught_up = Event::CaughtUp {
        offset: Offset(12),
        id: None,
    };
    step(&mut stream, caught_up);
    assert!(step(&mut stream, Event::Timer { generation }).is_empty());
}

#[test]
fn what_is_told_before_the_first_load_follows_it() {
    let mut stream = lost();
    assert!(step(&mut stream, told(11, 10)).is_empty());
    assert!(step(&mut stream, told(12, 11)).is_empty());
    assert_eq!(applied(&step(&mut stream, Event::Loaded(position(10)))), [11, 12]);

    let mut stream = lost();
    step(&mut stream, moved(14, 14));
    wait(&step(&mut stream, Event::Loaded(position(10))));

    let mut stream = lost();
    step(&mut stream, told(12, 11));
    let other = Position {
        epoch: Epoch("f".into()),
        offset: Offset(11),
    };
    assert!(
        applied(&step(&mut stream, Event::Loaded(other))).is_empty(),
        "of another generation of the log"
    );
}

#[test]
fn the_leader_s_loss_of_continuity_is_its_followers_too() {
    let mut stream = follower(10);
    let out = step(&mut stream, anew(90, None));
    assert_eq!(out.first(), Some(&Effect::Snapshot(Some(position(90)))));
    assert_eq!(stream.position(), Some(position(90)));
    step(&mut stream, anew(50, None));
    assert_eq!(
        stream.position(),
        Some(position(90)),
        "within an epoch never back"
    );
    let other = Told::Event {
        epoch: Epoch("f".into()),
        event: log_event(5, 4),
    };
    let out = step(&mut stream, Event::Told(other));
    assert!(
        matches!(&out[..], [Effect::Snapshot(Some(from)), Effect::Apply(_), Effect::Moved { .. }] if from.offset == Offset(4)),
        "{out:?}"
    );
}

#[test]
fn a_follower_whose_position_is_lost_begins_at_the_next_load() {
    let mut stream = follower(10);
    let (generation, _) = wait(&step(&mut stream, moved(90, 90)));
    let generation = fetch(&step(&mut stream, Event::Timer { generation }));
    let out = difference(&mut stream, generation, Err(DifferenceError::PositionLost));
    assert_eq!(out, [Effect::Snapshot(None)]);
    step(&mut stream, Event::Loaded(position(95)));
    assert_eq!(applied(&step(&mut stream, told(96, 95))), [96]);
}

#[test]
fn a_difference_that_is_not_to_be_had_is_asked_for_ever_less_often() {
    let mut stream = follower(10);
    let (mut generation, mut after_ms) = wait(&step(&mut stream, told(12, 11)));
    let mut waits = vec![after_ms];
    for _ in 0..6 {
        let fetched = fetch(&step(&mut stream, Event::Timer { generation }));
        (generation, after_ms) = wait(&difference(
            &mut stream,
            fetched,
            Err(DifferenceError::Unreachable),
        ));
        waits.push(after_ms);
    }
    assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    let fetched = fetch(&step(&mut stream, Event::Timer { generation }));
    let out = difference(&mut stream, fetched, page(11, vec![log_event(11, 10)]));
    assert_eq!(applied(&out), [11, 12]);
    assert_eq!(
        wait(&step(&mut stream, told(20, 19))).1,
        500,
        "success starts anew"
    );
}

#[test]
fn signals_of_a_poll_are_given_on() {
    let mut stream = Stream::default();
    step(&mut stream, Event::Start(None));
    step(&mut stream, Event::Loaded(position(10)));
    let generation = fetch(&step(&mut stream, Event::Poll { wait_ms: 25_000 }));
    let signal = r#"{"type":"viewing","who":"me","ttlMs":1000,"body":{}}"#;
    let mut answer = page(10, Vec::new()).expect("a page");
    answer.signals = vec![serde_json::from_str(signal).expect("reads")];
    let out = difference(&mut stream, generation, Ok(answer));
    assert!(
        matches!(
            &out[..],
            [
                Effect::Signal(_),
                Effect::Polled {
                    reached: true,
                    brought: false
                }
            ]
        ),
        "{out:?}"
    );
}

/// One word of a leader whose log holds 11 to 40; the leader sees only the even ones.
fn word(choice: u64, offset: u64) -> Event {
    let (even, odd) = (offset / 2 * 2, offset / 2 * 2 + 1);
    match choice {
        0 => told(even, even - 2),
        1 => moved(even, even),
        2 => moved(even, odd),
        _ => moved(odd, odd),
    }
}

proptest! {
    /// Whatever is lost, repeated or late of a leader's words, a follower applies each event once, in order and over no hole,
    /// never moves back, and has everything once one difference gets through.
    #[test]
    fn any_words_give_a_prefix_in_order(start in 5_u64..10, words in prop::collection::vec((0_u64..4, 6_u64..20), 0..80)) {
        let mut stream = follower(2 * start);
        let (mut seen, mut at) = (Vec::new(), 2 * start);
        let mut pending = None;
        for (choice, half) in words {
            let out = step(&mut stream, word(choice, 2 * half));
            pending = out.iter().find_map(|effect| match effect {
                Effect::SetTimer { generation, .. } => Some(*generation),
                _ => pending,
            });
            seen.extend(applied(&out));
            let now = stream.position().expect("known").offset.0;
            prop_assert!(now >= at);
            at = now;
        }
        if let Some(generation) = pending.filter(|_| stream.is_missing()) {
            let generation = fetch(&step(&mut stream, Event::Timer { generation }));
            let events = (at / 2 + 1..=20).map(|half| log_event(2 * half, 2 * half - 2)).collect();
            seen.extend(applied(&difference(&mut stream, generation, page(40, events))));
            prop_assert!(!stream.is_missing());
        }
        let expected: Vec<u64> = (start + 1..=start + seen.len() as u64).map(|half| 2 * half).collect();
        prop_assert_eq!(seen, expected);
    }
}

#[test]
fn a_follower_without_an_event_of_its_own_goes_on_from_where_the_leader_was() {
    let id = |offset: u64| log_event(offset, 0).id;
    let moved_with = |offset: u64| {
        Event::Told(Told::Moved {
            from: Offset(offset),
            to: position(offset),
            id: Some(id(offset)),
        })
    };
    let resumes = |stream: &Stream| stream.resume().map(|resume| (resume.offset.0, resume.id));
    // The leader had to begin anew.
    let mut stream = follower(10);
    step(&mut stream, anew(90, Some(id(90))));
    assert_eq!(resumes(&stream), Some((90, Some(id(90)))));
    // It passes what concerns nobody here.
    let passed = Told::Moved {
        from: Offset(90),
        to: position(95),
        id: Some(id(95)),
    };
    step(&mut stream, Event::Told(passed));
    assert_eq!(resumes(&stream), Some((95, Some(id(95)))));
    // A tab that comes later is told where it stands, before or after its first load, which may be newer.
    for (at, offset) in [(95, 95), (90, 95), (99, 95)] {
        let mut stream = lost();
        step(&mut stream, moved_with(95));
        let out = step(&mut stream, Event::Loaded(position(at)));
        if at < offset {
            let (generation, _) = wait(&out);
            let generation = fetch(&step(&mut stream, Event::Timer { generation }));
            difference(&mut stream, generation, page(offset, Vec::new()));
        }
        assert_eq!(resumes(&stream), Some((95, Some(id(95)))), "loaded at {at}");
    }
    let mut stream = follower(10);
    step(&mut stream, moved_with(10));
    assert_eq!(resumes(&stream), Some((10, Some(id(10)))));
    // What it is not at yet proves nothing of it.
    let mut stream = follower(10);
    step(&mut stream, moved_with(20));
    assert_eq!(resumes(&stream), Some((10, None)));
}

#[test]
fn somebody_who_sees_little_goes_on_from_what_the_server_has_passed() {
    let id = log_event(40, 0).id;
    let mut stream = Stream::default();
    step(&mut stream, Event::Start(None));
    step(&mut stream, Event::Loaded(position(10)));
    let offset = Offset(40);
    step(&mut stream, Event::CaughtUp { offset, id: Some(id) });
    let resume = stream.resume().expect("a position");
    assert_eq!((resume.offset, resume.id), (offset, Some(id)));
}
