use super::{Effect, Link};
use crate::Now;
use crate::socket::{Effect as Do, Event, Identity, Status, TicketError, Timer, TimerKind};
use crate::stream::{DifferenceError, Effect as Log, Event as LogWord, Told};
use proptest::prelude::*;
use switchboard_contract::ids::EventId;
use switchboard_contract::position::{Epoch, Offset, Position};
use switchboard_contract::realtime::{
    ClientFrame, EventPage, EventType, LogEvent, MAX_FRAME_BYTES, Resume, ServerFrame, close,
};
use switchboard_contract::time::Timestamp;

fn at(monotonic: u64) -> Now {
    Now {
        monotonic,
        wall: Timestamp::default(),
    }
}

fn machine() -> Link {
    Link::new(
        Identity {
            client: "test/1".into(),
            tab: "a".into(),
        },
        7,
    )
}

fn step(link: &mut Link, monotonic: u64, event: impl Into<super::Event>) -> Vec<Effect> {
    let mut out = Vec::new();
    link.step(at(monotonic), event.into(), &mut out);
    out
}

/// Someone is signed in, and this tab leads.
fn start(link: &mut Link) -> Vec<Effect> {
    let mut out = step(link, 0, super::Event::Start(None));
    out.extend(step(link, 0, super::Event::Lead));
    out
}

fn generation(effects: &[Effect]) -> u64 {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Socket(Do::FetchTicket { generation } | Do::Open { generation }) => Some(*generation),
            _ => None,
        })
        .expect("a ticket or an opening")
}

fn timer(effects: &[Effect], kind: TimerKind) -> (Timer, u64) {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Socket(Do::SetTimer { timer, after_ms }) if timer.kind == kind => {
                Some((*timer, *after_ms))
            }
            _ => None,
        })
        .unwrap_or_else(|| panic!("a timer of kind {kind:?} in {effects:?}"))
}

fn gap(effects: &[Effect]) -> (u64, u64) {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Stream(Log::SetTimer { generation, after_ms }) => Some((*generation, *after_ms)),
            _ => None,
        })
        .unwrap_or_else(|| panic!("a wait for what is missing in {effects:?}"))
}

fn sent(effects: &[Effect]) -> Vec<ClientFrame> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Socket(Do::Send { text, .. }) => Some(serde_json::from_str(text).expect("a frame")),
            _ => None,
        })
        .collect()
}

fn applied(effects: &[Effect]) -> Vec<u64> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Stream(Log::Apply(event)) => Some(event.offset.0),
            _ => None,
        })
        .collect()
}

fn welcome(mode: &str, head: u64) -> String {
    format!(
        r#"{{"t":"welcome","session":"s","epoch":"e","head":"{head}","mode":"{mode}","heartbeatMs":8000,
        "tokenExpiresInMs":600000,"serverTime":"2026-11-22T09:30:00.000Z","limits":{{"maxFrameBytes":65536}}}}"#
    )
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

fn frame(event: LogEvent) -> String {
    serde_json::to_string(&ServerFrame::Event(event)).expect("serialises")
}

/// Brings a machine to Live at head 10 and returns its link's generation.
fn live(link: &mut Link) -> u64 {
    let out = start(link);
    let generation = generation(&out);
    step(
        link,
        0,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    step(link, 0, Event::Opened { generation });
    let out = step(
        link,
        0,
        Event::Frame {
            generation,
            text: welcome("snapshot", 10),
        },
    );
    assert!(out.contains(&Effect::Stream(Log::Snapshot(Some(position(10))))));
    assert_eq!(link.status(), Status::Live);
    generation
}

fn event(link: &mut Link, generation: u64, offset: u64, prev: u64) -> Vec<Effect> {
    step(
        link,
        1,
        Event::Frame {
            generation,
            text: frame(log_event(offset, prev)),
        },
    )
}

#[test]
fn hello_carries_the_ticket_and_no_position_at_first() {
    let mut link = machine();
    let generation = generation(&start(&mut link));
    step(
        &mut link,
        0,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    let frames = sent(&step(&mut link, 0, Event::Opened { generation }));
    assert!(
        matches!(&frames[..], [ClientFrame::Hello { ticket, resume: None, .. }] if ticket == "t"),
        "{frames:?}"
    );
}

#[test]
fn events_are_applied_once_and_in_order() {
    let mut link = machine();
    let generation = live(&mut link);
    assert_eq!(applied(&event(&mut link, generation, 11, 10)), [11]);
    assert_eq!(
        applied(&event(&mut link, generation, 11, 10)),
        [0_u64; 0],
        "a duplicate"
    );
    assert_eq!(applied(&event(&mut link, generation, 14, 13)), [0_u64; 0], "held");
    assert_eq!(applied(&event(&mut link, generation, 12, 11)), [12]);
    assert_eq!(
        applied(&event(&mut link, generation, 13, 12)),
        [13, 14],
        "the held one follows"
    );
}

#[test]
fn a_gap_is_filled_by_the_difference() {
    let mut link = machine();
    let generation = live(&mut link);
    let (gap, after_ms) = gap(&event(&mut link, generation, 13, 12));
    assert_eq!(after_ms, 500);
    let out = step(&mut link, 600, LogWord::Timer { generation: gap });
    let (fetch, after, wait_ms) = poll(&out);
    assert_eq!((after, wait_ms), (position(10), 0));
    let page = EventPage {
        epoch: Epoch("e".into()),
        events: vec![log_event(11, 10), log_event(12, 11)],
        head: Offset(12),
        has_more: false,
        signals: Vec::new(),
    };
    let out = step(
        &mut link,
        700,
        LogWord::Difference {
            generation: fetch,
            result: Ok(page),
        },
    );
    assert_eq!(applied(&out), [11, 12, 13]);
}

#[test]
fn a_lost_tail_is_seen_by_the_ping() {
    let mut link = machine();
    let generation = live(&mut link);
    let out = step(
        &mut link,
        1,
        Event::Frame {
            generation,
            text: r#"{"t":"ping","n":4,"head":"12"}"#.into(),
        },
    );
    assert_eq!(sent(&out), [ClientFrame::Pong { n: 4 }]);
    gap(&out);
}

#[test]
fn reconnecting_resumes_from_the_applied_event() {
    let mut link = machine();
    let generation = live(&mut link);
    event(&mut link, generation, 11, 10);
    let out = step(
        &mut link,
        50,
        Event::Closed {
            generation,
            code: 1006,
        },
    );
    let (reconnect, wait) = timer(&out, TimerKind::Reconnect);
    assert!(wait <= 1_000);
    assert!(matches!(link.status(), Status::Reconnecting { at } if at == 50 + wait));
    let generation = self::generation(&step(&mut link, 50 + wait, Event::Timer(reconnect)));
    step(
        &mut link,
        60,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    let frames = sent(&step(&mut link, 60, Event::Opened { generation }));
    let [
        ClientFrame::Hello {
            resume: Some(resume), ..
        },
    ] = &frames[..]
    else {
        panic!("{frames:?}")
    };
    assert_eq!(
        (resume.offset, resume.id),
        (Offset(11), Some(log_event(11, 10).id))
    );
    let out = step(
        &mut link,
        70,
        Event::Frame {
            generation,
            text: welcome("replay", 12),
        },
    );
    assert!(
        !out.iter()
            .any(|effect| matches!(effect, Effect::Stream(Log::Snapshot(_)))),
        "continuity was kept"
    );
    assert_eq!(link.health(at(70)).reconnects, 1);
    assert_eq!(applied(&event(&mut link, generation, 12, 11)), [12]);
}

#[test]
fn a_dead_socket_is_abandoned_by_generation() {
    let mut link = machine();
    let old = live(&mut link);
    step(
        &mut link,
        50,
        Event::Closed {
            generation: old,
            code: 1006,
        },
    );
    assert!(
        step(
            &mut link,
            51,
            Event::Frame {
                generation: old,
                text: frame(log_event(11, 10))
            }
        )
        .is_empty()
    );
    assert!(
        step(
            &mut link,
            51,
            Event::Closed {
                generation: old,
                code: 1006
            }
        )
        .is_empty()
    );
}

#[test]
fn silence_is_noticed_and_any_frame_counts_as_life() {
    let mut link = machine();
    let out = start(&mut link);
    let generation = generation(&out);
    step(
        &mut link,
        0,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    step(&mut link, 0, Event::Opened { generation });
    let (check, after) = timer(
        &step(
            &mut link,
            0,
            Event::Frame {
                generation,
                text: welcome("replay", 0),
            },
        ),
        TimerKind::Heartbeat,
    );
    assert_eq!(after, 13_000, "a heartbeat and its grace: noticed within 15 s");
    step(
        &mut link,
        9_000,
        Event::Frame {
            generation,
            text: frame(log_event(1, 0)),
        },
    );
    let (check, after) = timer(
        &step(&mut link, 13_000, Event::Timer(check)),
        TimerKind::Heartbeat,
    );
    assert_eq!(after, 9_000, "13 s after the last frame");
    step(&mut link, 22_000, Event::Timer(check));
    assert!(matches!(link.status(), Status::Reconnecting { .. }));
}

#[test]
fn waking_up_probes_instead_of_reconnecting_blindly() {
    let mut link = machine();
    let generation = live(&mut link);
    let out = step(&mut link, 60_000, Event::Awake);
    assert_eq!(sent(&out), [ClientFrame::Ping { n: 1 }]);
    let (check, after) = timer(&out, TimerKind::Heartbeat);
    assert_eq!(after, 3_000);
    step(
        &mut link,
        60_100,
        Event::Frame {
            generation,
            text: r#"{"t":"pong","n":1}"#.into(),
        },
    );
    step(&mut link, 63_000, Event::Timer(check));
    assert_eq!(link.status(), Status::Live);
    let (check, _) = timer(&step(&mut link, 70_000, Event::Awake), TimerKind::Heartbeat);
    step(&mut link, 73_000, Event::Timer(check));
    assert!(
        matches!(link.status(), Status::Reconnecting { .. }),
        "no answer in three seconds"
    );
}

#[test]
fn close_codes() {
    for (code, status) in [
        (close::FORBIDDEN, Status::Refused),
        (close::TOO_OLD, Status::UpdateNeeded),
    ] {
        let mut link = machine();
        let generation = live(&mut link);
        let out = step(&mut link, 5, Event::Closed { generation, code });
        assert_eq!(link.status(), status);
        assert!(
            !out.iter()
                .any(|effect| matches!(effect, Effect::Socket(Do::SetTimer { .. }))),
            "{code} must not reconnect"
        );
    }
    for code in [close::BAD_FRAME, close::TOO_MANY] {
        let mut link = machine();
        let generation = live(&mut link);
        let out = step(&mut link, 5, Event::Closed { generation, code });
        assert!(timer(&out, TimerKind::Reconnect).1 >= 5_000);
    }
    let mut link = machine();
    let generation = live(&mut link);
    step(
        &mut link,
        4,
        Event::Frame {
            generation,
            text: r#"{"t":"bye","code":4101,"retryMs":2500}"#.into(),
        },
    );
    let out = step(
        &mut link,
        5,
        Event::Closed {
            generation,
            code: close::DRAIN,
        },
    );
    assert!(
        timer(&out, TimerKind::Reconnect).1 >= 2_500,
        "the server spreads its clients"
    );
}

#[test]
fn a_quiet_connection_resumes_by_the_event_that_the_welcome_named() {
    let mut link = machine();
    let connect = |link: &mut Link, out: &[Effect], welcome: String| {
        let generation = generation(out);
        let result = Ok("t".into());
        step(link, 0, Event::Ticket { generation, result });
        let hello = sent(&step(link, 0, Event::Opened { generation }));
        let text = welcome;
        step(link, 0, Event::Frame { generation, text });
        (generation, hello)
    };
    let id = log_event(10, 9).id;
    let named = welcome("snapshot", 10).replace(r#""mode""#, &format!(r#""id":"{id}","mode""#));
    let out = start(&mut link);
    let (generation, _) = connect(&mut link, &out, named);
    let text = r#"{"t":"caughtUp","offset":"12"}"#.into();
    step(&mut link, 1, Event::Frame { generation, text });
    assert_eq!(link.position(), Some(position(12)));
    let code = close::DRAIN;
    let (timer, _) = timer(
        &step(&mut link, 2, Event::Closed { generation, code }),
        TimerKind::Reconnect,
    );
    let out = step(&mut link, 1_000, Event::Timer(timer));
    let (_, hello) = connect(&mut link, &out, welcome("replay", 12));
    let resume = Resume {
        epoch: Epoch("e".into()),
        offset: Offset(10),
        id: Some(id),
    };
    assert!(
        matches!(&hello[..], [ClientFrame::Hello { resume: Some(named), .. }] if *named == resume),
        "{hello:?}"
    );
    assert_eq!(link.position(), Some(position(12)), "what was passed is not lost");
}

#[test]
fn a_connection_that_was_revoked_ends_nothing_before_the_next_ticket_says_so() {
    let mut link = machine();
    let revoked = Event::Closed {
        generation: live(&mut link),
        code: close::REVOKED,
    };
    let generation = generation(&step(&mut link, 5, revoked));
    assert_eq!(link.status(), Status::Connecting);
    let result = Err(TicketError::SignedOut);
    let out = step(&mut link, 6, Event::Ticket { generation, result });
    assert_eq!(link.status(), Status::SignedOut);
    assert!(
        !out.iter()
            .any(|effect| matches!(effect, Effect::Socket(Do::SetTimer { .. }))),
        "it must not reconnect"
    );
}

#[test]
fn a_server_that_revokes_each_connection_is_not_asked_without_a_pause() {
    let mut link = machine();
    let mut generation = live(&mut link);
    let code = close::REVOKED;
    generation = self::generation(&step(&mut link, 5, Event::Closed { generation, code }));
    let result = Ok("t".into());
    step(&mut link, 6, Event::Ticket { generation, result });
    let out = step(&mut link, 7, Event::Closed { generation, code });
    timer(&out, TimerKind::Reconnect);
}

#[test]
fn the_authorisation_is_renewed_in_band() {
    let mut link = machine();
    let generation = self::generation(&start(&mut link));
    step(
        &mut link,
        0,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    step(&mut link, 0, Event::Opened { generation });
    let (renew, after) = timer(
        &step(
            &mut link,
            0,
            Event::Frame {
                generation,
                text: welcome("replay", 0),
            },
        ),
        TimerKind::Renew,
    );
    assert_eq!(after, 480_000, "80 % of ten minutes");
    let fetch = self::generation(&step(&mut link, 480_000, Event::Timer(renew)));
    let out = step(
        &mut link,
        480_010,
        Event::Ticket {
            generation: fetch,
            result: Ok("t2".into()),
        },
    );
    assert_eq!(sent(&out), [ClientFrame::Auth { ticket: "t2".into() }]);
}

#[test]
fn only_a_definite_refusal_of_the_ticket_is_a_sign_out() {
    let mut link = machine();
    let generation = generation(&start(&mut link));
    let out = step(
        &mut link,
        1,
        Event::Ticket {
            generation,
            result: Err(TicketError::Unreachable),
        },
    );
    let (reconnect, _) = timer(&out, TimerKind::Reconnect);
    let generation = self::generation(&step(&mut link, 2, Event::Timer(reconnect)));
    step(
        &mut link,
        3,
        Event::Ticket {
            generation,
            result: Err(TicketError::SignedOut),
        },
    );
    assert_eq!(link.status(), Status::SignedOut);
}

/// Three tickets, three upgrades that never open.
fn blocked(link: &mut Link) -> Vec<Effect> {
    let mut out = start(link);
    for attempt in 0..3 {
        let generation = generation(&out);
        step(
            link,
            attempt,
            Event::Ticket {
                generation,
                result: Ok("t".into()),
            },
        );
        out = step(
            link,
            attempt,
            Event::Closed {
                generation,
                code: 1006,
            },
        );
        if attempt < 2 {
            let (reconnect, _) = timer(&out, TimerKind::Reconnect);
            out = step(link, attempt, Event::Timer(reconnect));
        }
    }
    out
}

fn poll(out: &[Effect]) -> (u64, Position, u64) {
    let found = out.iter().find_map(|effect| match effect {
        Effect::Stream(Log::FetchDifference {
            generation,
            after,
            wait_ms,
        }) => Some((*generation, after.clone(), *wait_ms)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("a poll in {out:?}"))
}

fn polled(head: u64, events: Vec<LogEvent>) -> Result<EventPage, DifferenceError> {
    let mut page: EventPage =
        serde_json::from_str(r#"{"epoch":"e","events":[],"head":"0","hasMore":false}"#).expect("reads");
    (page.head, page.events) = (Offset(head), events);
    Ok(page)
}

#[test]
fn blocked_sockets_are_replaced_by_polling_until_they_work() {
    let mut link = machine();
    let out = blocked(&mut link);
    assert_eq!(link.status(), Status::Polling);
    assert!(
        out.contains(&Effect::Stream(Log::Snapshot(None))),
        "no link has ever told a position"
    );
    let (upgrade, after_ms) = timer(&out, TimerKind::Upgrade);
    assert_eq!(after_ms, 10_000);

    let position = position(10);
    let (generation, after, wait_ms) = poll(&step(&mut link, 10, LogWord::Loaded(position.clone())));
    assert_eq!((after, wait_ms), (position, 25_000));
    let out = step(
        &mut link,
        900,
        LogWord::Difference {
            generation,
            result: polled(11, vec![log_event(11, 10)]),
        },
    );
    assert_eq!(applied(&out), [11]);
    let (next, pause) = timer(&out, TimerKind::Poll);
    assert_eq!(pause, 0, "there may be more");
    let (generation, after, _) = poll(&step(&mut link, 900, Event::Timer(next)));
    assert_eq!(after.offset, Offset(11));
    let out = step(
        &mut link,
        1_000,
        LogWord::Difference {
            generation,
            result: polled(11, vec![]),
        },
    );
    assert_eq!(
        timer(&out, TimerKind::Poll).1,
        1_900,
        "a server that does not wait is not hammered"
    );

    let generation = self::generation(&step(&mut link, 10_000, Event::Timer(upgrade)));
    step(
        &mut link,
        10_001,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    let frames = sent(&step(&mut link, 10_002, Event::Opened { generation }));
    assert!(
        matches!(&frames[..], [ClientFrame::Hello { resume: Some(resume), .. }] if resume.offset == Offset(11))
    );
    step(
        &mut link,
        10_003,
        Event::Frame {
            generation,
            text: welcome("replay", 11),
        },
    );
    assert_eq!(link.status(), Status::Live);
}

#[test]
fn an_upgrade_that_fails_again_goes_back_to_polling_at_once() {
    let mut link = machine();
    let (upgrade, _) = timer(&blocked(&mut link), TimerKind::Upgrade);
    let generation = generation(&step(&mut link, 10_000, Event::Timer(upgrade)));
    step(
        &mut link,
        10_001,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    step(
        &mut link,
        10_002,
        Event::Closed {
            generation,
            code: 1006,
        },
    );
    assert_eq!(link.status(), Status::Polling);
}

#[test]
fn polling_goes_on_while_a_socket_is_tried() {
    let mut link = machine();
    let (upgrade, _) = timer(&blocked(&mut link), TimerKind::Upgrade);
    let (poll_generation, ..) = poll(&step(&mut link, 10, LogWord::Loaded(position(10))));
    let generation = self::generation(&step(&mut link, 10_000, Event::Timer(upgrade)));
    assert_eq!(link.status(), Status::Polling);
    let result = Ok("t".into());
    step(&mut link, 10_001, Event::Ticket { generation, result });
    step(&mut link, 10_002, Event::Opened { generation });
    let page = LogWord::Difference {
        generation: poll_generation,
        result: polled(11, vec![log_event(11, 10)]),
    };
    let out = step(&mut link, 10_003, page);
    assert_eq!(applied(&out), [11], "a wire that swallows the try costs nothing");
    let (next, _) = timer(&out, TimerKind::Poll);
    poll(&step(&mut link, 10_004, Event::Timer(next)));
    let text = welcome("replay", 12);
    step(&mut link, 10_005, Event::Frame { generation, text });
    assert_eq!(link.status(), Status::Live);
    let again = event(&mut link, generation, 11, 10);
    assert!(applied(&again).is_empty(), "each once");
    assert_eq!(applied(&event(&mut link, generation, 12, 11)), [12]);
    let (acknowledge, _) = timer(&again, TimerKind::Ack);
    let frames = sent(&step(&mut link, 10_300, Event::Timer(acknowledge)));
    assert!(
        matches!(frames[..], [ClientFrame::Ack { offset: Offset(12) }]),
        "what this connection told: {frames:?}"
    );
}

#[test]
fn a_poll_that_fails_while_a_socket_is_tried_leaves_the_try() {
    let mut link = machine();
    let (upgrade, _) = timer(&blocked(&mut link), TimerKind::Upgrade);
    let (poll_generation, ..) = poll(&step(&mut link, 10, LogWord::Loaded(position(10))));
    let generation = self::generation(&step(&mut link, 10_000, Event::Timer(upgrade)));
    let lost = LogWord::Difference {
        generation: poll_generation,
        result: Err(DifferenceError::Unreachable),
    };
    step(&mut link, 10_001, lost);
    assert_eq!(link.status(), Status::Connecting, "nothing is heard meanwhile");
    let result = Err(TicketError::Unreachable);
    step(&mut link, 10_002, Event::Ticket { generation, result });
    assert!(matches!(link.status(), Status::Reconnecting { .. }));
}

#[test]
fn a_try_that_hangs_is_given_up_and_the_poll_watched_again() {
    let mut link = machine();
    let (upgrade, _) = timer(&blocked(&mut link), TimerKind::Upgrade);
    poll(&step(&mut link, 10, LogWord::Loaded(position(10))));
    let out = step(&mut link, 10_000, Event::Timer(upgrade));
    let (hangs, after_ms) = timer(&out, TimerKind::Step);
    let out = step(&mut link, 10_000 + after_ms, Event::Timer(hangs));
    assert_eq!(link.status(), Status::Polling);
    let (overdue, left) = timer(&out, TimerKind::Step);
    assert!(
        left > 0 && left <= 15_010,
        "of the poll that was asked for at the start: {left}"
    );
    timer(&out, TimerKind::Upgrade);
    step(&mut link, 20_000 + left, Event::Timer(overdue));
    assert!(matches!(link.status(), Status::Reconnecting { .. }));
}

#[test]
fn a_server_that_is_gone_is_not_polled() {
    let mut link = machine();
    blocked(&mut link);
    let position = position(10);
    let (generation, ..) = poll(&step(&mut link, 10, LogWord::Loaded(position)));
    step(
        &mut link,
        20,
        LogWord::Difference {
            generation,
            result: Err(DifferenceError::Unreachable),
        },
    );
    assert!(matches!(link.status(), Status::Reconnecting { .. }));
}

#[test]
fn a_position_that_is_lost_while_polling_is_told_by_the_next_load() {
    let mut link = machine();
    blocked(&mut link);
    let (generation, ..) = poll(&step(&mut link, 10, LogWord::Loaded(position(10))));
    let lost = LogWord::Difference {
        generation,
        result: Err(DifferenceError::PositionLost),
    };
    assert!(step(&mut link, 20, lost).contains(&Effect::Stream(Log::Snapshot(None))));
    let (_, after, _) = poll(&step(&mut link, 30, LogWord::Loaded(position(90))));
    assert_eq!(after.offset, Offset(90));
}

#[test]
fn an_upgrade_after_a_lost_position_asks_for_a_snapshot() {
    let mut link = machine();
    let (upgrade, _) = timer(&blocked(&mut link), TimerKind::Upgrade);
    let (generation, ..) = poll(&step(&mut link, 10, LogWord::Loaded(position(10))));
    let result = Err(DifferenceError::PositionLost);
    step(&mut link, 20, LogWord::Difference { generation, result });
    let generation = self::generation(&step(&mut link, 300_000, Event::Timer(upgrade)));
    let result = Ok("t".into());
    step(&mut link, 300_001, Event::Ticket { generation, result });
    let frames = sent(&step(&mut link, 300_002, Event::Opened { generation }));
    assert!(
        matches!(&frames[..], [ClientFrame::Hello { resume: None, .. }]),
        "{frames:?}"
    );
}

#[test]
fn an_unreadable_frame_is_fetched_again() {
    for text in ["not json", "{\"t\":\"event\"}", &"x".repeat(MAX_FRAME_BYTES + 1)] {
        let mut link = machine();
        let generation = live(&mut link);
        let position = link.position();
        step(
            &mut link,
            5,
            Event::Frame {
                generation,
                text: text.to_owned(),
            },
        );
        assert!(matches!(link.status(), Status::Reconnecting { .. }));
        assert_eq!(link.position(), position, "nothing was skipped");
    }
}

proptest! {
    /// Whatever a network does to a stream — loss, repetition, another order — each event is applied once, in order,
    /// and nothing is applied over a hole.
    #[test]
    fn any_delivery_gives_a_prefix_in_order(delivered in prop::collection::vec(11_u64..40, 0..120)) {
        let mut link = machine();
        let generation = live(&mut link);
        let mut seen = Vec::new();
        for offset in delivered {
            seen.extend(applied(&event(&mut link, generation, offset, offset - 1)));
        }
        let expected: Vec<u64> = (11..11 + seen.len() as u64).collect();
        prop_assert_eq!(seen, expected);
    }
}

fn acknowledged(effects: &[Effect]) -> Vec<u64> {
    let acks = sent(effects).into_iter().filter_map(|frame| match frame {
        ClientFrame::Ack { offset } => Some(offset.0),
        _ => None,
    });
    acks.collect()
}

#[test]
fn what_is_applied_is_acknowledged_together() {
    let mut link = machine();
    let generation = live(&mut link);
    let (ack, _) = timer(&event(&mut link, generation, 11, 10), TimerKind::Ack);
    event(&mut link, generation, 12, 11);
    assert_eq!(acknowledged(&step(&mut link, 300, Event::Timer(ack))), [12]);
}

#[test]
fn of_a_flood_so_much_is_acknowledged_as_was_taken_in() {
    let mut link = machine();
    let generation = live(&mut link);
    let mut seen = Vec::new();
    for offset in 11..11 + 200 {
        let out = event(&mut link, generation, offset, offset - 1);
        seen.extend(acknowledged(&out));
    }
    assert_eq!(seen, [74, 138, 202], "64 places each, waiting for no timer");
}

/// The server closes a connection that acknowledges what it was never told there.
#[test]
fn what_only_the_difference_brought_is_acknowledged_when_the_socket_tells_it() {
    let mut link = machine();
    let generation = live(&mut link);
    let head = |head| Event::Frame {
        generation,
        text: format!(r#"{{"t":"ping","n":4,"head":"{head}"}}"#),
    };
    let (missing, _) = gap(&step(&mut link, 1, head(12)));
    let (fetch, ..) = poll(&step(&mut link, 600, LogWord::Timer { generation: missing }));
    let page = polled(12, vec![log_event(11, 10), log_event(12, 11)]);
    let difference = LogWord::Difference {
        generation: fetch,
        result: page,
    };
    let out = step(&mut link, 700, difference);
    assert_eq!(applied(&out), [11, 12]);
    assert!(
        !out.iter()
            .any(|effect| matches!(effect, Effect::Socket(Do::SetTimer { .. })))
    );
    let out = event(&mut link, generation, 11, 10);
    assert!(applied(&out).is_empty(), "applied before");
    let (ack, _) = timer(&out, TimerKind::Ack);
    assert_eq!(acknowledged(&step(&mut link, 1_000, Event::Timer(ack))), [11]);
}

#[test]
fn a_follower_that_leads_resumes_where_the_leader_s_words_have_led_it() {
    let mut link = machine();
    step(&mut link, 0, super::Event::Start(None));
    let out = step(&mut link, 0, super::Event::Follow);
    assert!(out.is_empty(), "a follower connects to nothing: {out:?}");
    step(&mut link, 1, LogWord::Loaded(position(10)));
    let told = LogWord::Told(Told::Event {
        epoch: Epoch("e".into()),
        event: log_event(11, 10),
    });
    assert_eq!(applied(&step(&mut link, 2, told)), [11]);
    let generation = generation(&step(&mut link, 3, super::Event::Lead));
    let ticket = Event::Ticket {
        generation,
        result: Ok("t".into()),
    };
    step(&mut link, 4, ticket);
    let frames = sent(&step(&mut link, 5, Event::Opened { generation }));
    let resumed = matches!(&frames[..], [ClientFrame::Hello { resume: Some(resume), .. }]
        if resume.offset == Offset(11) && resume.id == Some(log_event(11, 10).id));
    assert!(resumed, "{frames:?}");
}

#[test]
fn a_leader_that_follows_hangs_up_and_stays_where_it_is() {
    let mut link = machine();
    let generation = live(&mut link);
    event(&mut link, generation, 11, 10);
    let out = step(&mut link, 5, super::Event::Follow);
    assert!(
        out.contains(&Effect::Socket(Do::Abandon { generation })),
        "{out:?}"
    );
    assert_eq!(
        (link.status(), link.position()),
        (Status::Idle, Some(position(11)))
    );
    assert!(
        step(&mut link, 6, LogWord::Arrived(log_event(11, 10))).is_empty(),
        "no event twice"
    );
}
