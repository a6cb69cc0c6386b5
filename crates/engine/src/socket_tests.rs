use super::*;
use proptest::prelude::*;
use switchboard_contract::realtime::EventType;
use switchboard_contract::time::Timestamp;

fn at(monotonic: u64) -> Now {
    Now {
        monotonic,
        wall: Timestamp::default(),
    }
}

fn machine() -> Socket {
    Socket::new(
        Identity {
            client: "test/1".into(),
            tab: "a".into(),
        },
        7,
    )
}

fn step(socket: &mut Socket, monotonic: u64, event: Event) -> Vec<Effect> {
    let mut out = Vec::new();
    socket.step(at(monotonic), event, &mut out);
    out
}

fn generation(effects: &[Effect]) -> u64 {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::FetchTicket { generation } | Effect::Open { generation } => Some(*generation),
            _ => None,
        })
        .expect("a ticket or an opening")
}

fn timer(effects: &[Effect], kind: TimerKind) -> (Timer, u64) {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::SetTimer { timer, after_ms } if timer.kind == kind => Some((*timer, *after_ms)),
            _ => None,
        })
        .unwrap_or_else(|| panic!("a timer of kind {kind:?} in {effects:?}"))
}

fn sent(effects: &[Effect]) -> Vec<ClientFrame> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send { text, .. } => Some(serde_json::from_str(text).expect("a frame")),
            _ => None,
        })
        .collect()
}

fn applied(effects: &[Effect]) -> Vec<u64> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Apply(event) => Some(event.offset.0),
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

/// Brings a machine to Live at head 10 and returns its socket's generation.
fn live(socket: &mut Socket) -> u64 {
    let out = step(socket, 0, Event::Start(None));
    let generation = generation(&out);
    step(
        socket,
        0,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    step(socket, 0, Event::Opened { generation });
    let out = step(
        socket,
        0,
        Event::Frame {
            generation,
            text: welcome("snapshot", 10),
        },
    );
    assert!(out.contains(&Effect::Snapshot(Some(Position {
        epoch: Epoch("e".into()),
        offset: Offset(10)
    }))));
    assert_eq!(socket.status(), Status::Live);
    generation
}

fn event(socket: &mut Socket, generation: u64, offset: u64, prev: u64) -> Vec<Effect> {
    step(
        socket,
        1,
        Event::Frame {
            generation,
            text: frame(log_event(offset, prev)),
        },
    )
}

#[test]
fn hello_carries_the_ticket_and_no_position_at_first() {
    let mut socket = machine();
    let generation = generation(&step(&mut socket, 0, Event::Start(None)));
    step(
        &mut socket,
        0,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    let frames = sent(&step(&mut socket, 0, Event::Opened { generation }));
    assert!(
        matches!(&frames[..], [ClientFrame::Hello { ticket, resume: None, .. }] if ticket == "t"),
        "{frames:?}"
    );
}

#[test]
fn events_are_applied_once_and_in_order() {
    let mut socket = machine();
    let generation = live(&mut socket);
    assert_eq!(applied(&event(&mut socket, generation, 11, 10)), [11]);
    assert_eq!(
        applied(&event(&mut socket, generation, 11, 10)),
        [0_u64; 0],
        "a duplicate"
    );
    assert_eq!(
        applied(&event(&mut socket, generation, 14, 13)),
        [0_u64; 0],
        "held"
    );
    assert_eq!(applied(&event(&mut socket, generation, 12, 11)), [12]);
    assert_eq!(
        applied(&event(&mut socket, generation, 13, 12)),
        [13, 14],
        "the held one follows"
    );
}

#[test]
fn a_gap_is_filled_by_the_difference() {
    let mut socket = machine();
    let generation = live(&mut socket);
    let (gap, after_ms) = timer(&event(&mut socket, generation, 13, 12), TimerKind::Gap);
    assert_eq!(after_ms, GAP_MS);
    let out = step(&mut socket, 600, Event::Timer(gap));
    let Some(Effect::FetchDifference {
        generation: fetch,
        after,
        wait_ms: 0,
    }) = out.first()
    else {
        panic!("{out:?}")
    };
    assert_eq!(after.offset, Offset(10));
    let page = EventPage {
        epoch: Epoch("e".into()),
        events: vec![log_event(11, 10), log_event(12, 11)],
        head: Offset(12),
        has_more: false,
        signals: Vec::new(),
    };
    let out = step(
        &mut socket,
        700,
        Event::Difference {
            generation: *fetch,
            result: Ok(page),
        },
    );
    assert_eq!(applied(&out), [11, 12, 13]);
}

#[test]
fn a_lost_tail_is_seen_by_the_ping() {
    let mut socket = machine();
    let generation = live(&mut socket);
    let out = step(
        &mut socket,
        1,
        Event::Frame {
            generation,
            text: r#"{"t":"ping","n":4,"head":"12"}"#.into(),
        },
    );
    assert_eq!(sent(&out), [ClientFrame::Pong { n: 4 }]);
    timer(&out, TimerKind::Gap);
}

#[test]
fn reconnecting_resumes_from_the_applied_event() {
    let mut socket = machine();
    let generation = live(&mut socket);
    event(&mut socket, generation, 11, 10);
    let out = step(
        &mut socket,
        50,
        Event::Closed {
            generation,
            code: 1006,
        },
    );
    let (reconnect, wait) = timer(&out, TimerKind::Reconnect);
    assert!(wait <= FIRST_TRY_MS);
    assert!(matches!(socket.status(), Status::Reconnecting { at } if at == 50 + wait));
    let generation = self::generation(&step(&mut socket, 50 + wait, Event::Timer(reconnect)));
    step(
        &mut socket,
        60,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    let frames = sent(&step(&mut socket, 60, Event::Opened { generation }));
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
        &mut socket,
        70,
        Event::Frame {
            generation,
            text: welcome("replay", 12),
        },
    );
    assert!(
        !out.iter().any(|effect| matches!(effect, Effect::Snapshot(_))),
        "continuity was kept"
    );
    assert_eq!(applied(&event(&mut socket, generation, 12, 11)), [12]);
}

#[test]
fn a_dead_socket_is_abandoned_by_generation() {
    let mut socket = machine();
    let old = live(&mut socket);
    step(
        &mut socket,
        50,
        Event::Closed {
            generation: old,
            code: 1006,
        },
    );
    assert!(
        step(
            &mut socket,
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
            &mut socket,
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
    let mut socket = machine();
    let out = step(&mut socket, 0, Event::Start(None));
    let generation = generation(&out);
    step(
        &mut socket,
        0,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    step(&mut socket, 0, Event::Opened { generation });
    let (check, after) = timer(
        &step(
            &mut socket,
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
        &mut socket,
        9_000,
        Event::Frame {
            generation,
            text: frame(log_event(1, 0)),
        },
    );
    let (check, after) = timer(
        &step(&mut socket, 13_000, Event::Timer(check)),
        TimerKind::Heartbeat,
    );
    assert_eq!(after, 9_000, "13 s after the last frame");
    step(&mut socket, 22_000, Event::Timer(check));
    assert!(matches!(socket.status(), Status::Reconnecting { .. }));
}

#[test]
fn waking_up_probes_instead_of_reconnecting_blindly() {
    let mut socket = machine();
    let generation = live(&mut socket);
    let out = step(&mut socket, 60_000, Event::Awake);
    assert_eq!(sent(&out), [ClientFrame::Ping { n: 1 }]);
    let (check, after) = timer(&out, TimerKind::Heartbeat);
    assert_eq!(after, PROBE_MS);
    step(
        &mut socket,
        60_100,
        Event::Frame {
            generation,
            text: r#"{"t":"pong","n":1}"#.into(),
        },
    );
    step(&mut socket, 63_000, Event::Timer(check));
    assert_eq!(socket.status(), Status::Live);
    let (check, _) = timer(&step(&mut socket, 70_000, Event::Awake), TimerKind::Heartbeat);
    step(&mut socket, 73_000, Event::Timer(check));
    assert!(
        matches!(socket.status(), Status::Reconnecting { .. }),
        "no answer in three seconds"
    );
}

#[test]
fn close_codes() {
    for (code, status) in [
        (close::REVOKED, Status::SignedOut),
        (close::FORBIDDEN, Status::Refused),
        (close::TOO_OLD, Status::UpdateNeeded),
    ] {
        let mut socket = machine();
        let generation = live(&mut socket);
        let out = step(&mut socket, 5, Event::Closed { generation, code });
        assert_eq!(socket.status(), status);
        assert!(
            !out.iter().any(|effect| matches!(effect, Effect::SetTimer { .. })),
            "{code} must not reconnect"
        );
    }
    for code in [close::BAD_FRAME, close::TOO_MANY] {
        let mut socket = machine();
        let generation = live(&mut socket);
        let out = step(&mut socket, 5, Event::Closed { generation, code });
        assert!(timer(&out, TimerKind::Reconnect).1 >= DEFAULT_WAIT_MS);
    }
    let mut socket = machine();
    let generation = live(&mut socket);
    step(
        &mut socket,
        4,
        Event::Frame {
            generation,
            text: r#"{"t":"bye","code":4101,"retryMs":2500}"#.into(),
        },
    );
    let out = step(
        &mut socket,
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
fn the_authorisation_is_renewed_in_band() {
    let mut socket = machine();
    let generation = self::generation(&step(&mut socket, 0, Event::Start(None)));
    step(
        &mut socket,
        0,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    step(&mut socket, 0, Event::Opened { generation });
    let (renew, after) = timer(
        &step(
            &mut socket,
            0,
            Event::Frame {
                generation,
                text: welcome("replay", 0),
            },
        ),
        TimerKind::Renew,
    );
    assert_eq!(after, 480_000, "80 % of ten minutes");
    let fetch = self::generation(&step(&mut socket, 480_000, Event::Timer(renew)));
    let out = step(
        &mut socket,
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
    let mut socket = machine();
    let generation = generation(&step(&mut socket, 0, Event::Start(None)));
    let out = step(
        &mut socket,
        1,
        Event::Ticket {
            generation,
            result: Err(TicketError::Unreachable),
        },
    );
    let (reconnect, _) = timer(&out, TimerKind::Reconnect);
    let generation = self::generation(&step(&mut socket, 2, Event::Timer(reconnect)));
    step(
        &mut socket,
        3,
        Event::Ticket {
            generation,
            result: Err(TicketError::SignedOut),
        },
    );
    assert_eq!(socket.status(), Status::SignedOut);
}

/// Three tickets, three upgrades that never open.
fn blocked(socket: &mut Socket) -> Vec<Effect> {
    let mut out = step(socket, 0, Event::Start(None));
    for attempt in 0..3 {
        let generation = generation(&out);
        step(
            socket,
            attempt,
            Event::Ticket {
                generation,
                result: Ok("t".into()),
            },
        );
        out = step(
            socket,
            attempt,
            Event::Closed {
                generation,
                code: 1006,
            },
        );
        if attempt < 2 {
            let (reconnect, _) = timer(&out, TimerKind::Reconnect);
            out = step(socket, attempt, Event::Timer(reconnect));
        }
    }
    out
}

fn poll(out: &[Effect]) -> (u64, Position, u64) {
    let found = out.iter().find_map(|effect| match effect {
        Effect::FetchDifference {
            generation,
            after,
            wait_ms,
        } => Some((*generation, after.clone(), *wait_ms)),
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
    let mut socket = machine();
    let out = blocked(&mut socket);
    assert_eq!(socket.status(), Status::Polling);
    assert!(
        out.contains(&Effect::Snapshot(None)),
        "no socket has ever told a position"
    );
    let (upgrade, after_ms) = timer(&out, TimerKind::Upgrade);
    assert_eq!(after_ms, UPGRADE_EVERY_MS);

    let position = Position {
        epoch: Epoch("e".into()),
        offset: Offset(10),
    };
    let (generation, after, wait_ms) = poll(&step(&mut socket, 10, Event::Loaded(position.clone())));
    assert_eq!((after, wait_ms), (position, POLL_WAIT_MS));
    let out = step(
        &mut socket,
        900,
        Event::Difference {
            generation,
            result: polled(11, vec![log_event(11, 10)]),
        },
    );
    assert_eq!(applied(&out), [11]);
    let (next, pause) = timer(&out, TimerKind::Poll);
    assert_eq!(pause, 0, "there may be more");
    let (generation, after, _) = poll(&step(&mut socket, 900, Event::Timer(next)));
    assert_eq!(after.offset, Offset(11));
    let out = step(
        &mut socket,
        1_000,
        Event::Difference {
            generation,
            result: polled(11, vec![]),
        },
    );
    assert_eq!(
        timer(&out, TimerKind::Poll).1,
        POLL_PAUSE_MS - 100,
        "a server that does not wait is not hammered"
    );

    let generation = self::generation(&step(&mut socket, 300_000, Event::Timer(upgrade)));
    step(
        &mut socket,
        300_001,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    let frames = sent(&step(&mut socket, 300_002, Event::Opened { generation }));
    assert!(
        matches!(&frames[..], [ClientFrame::Hello { resume: Some(resume), .. }] if resume.offset == Offset(11))
    );
    step(
        &mut socket,
        300_003,
        Event::Frame {
            generation,
            text: welcome("replay", 11),
        },
    );
    assert_eq!(socket.status(), Status::Live);
}

#[test]
fn an_upgrade_that_fails_again_goes_back_to_polling_at_once() {
    let mut socket = machine();
    let (upgrade, _) = timer(&blocked(&mut socket), TimerKind::Upgrade);
    let generation = generation(&step(&mut socket, 300_000, Event::Timer(upgrade)));
    step(
        &mut socket,
        300_001,
        Event::Ticket {
            generation,
            result: Ok("t".into()),
        },
    );
    step(
        &mut socket,
        300_002,
        Event::Closed {
            generation,
            code: 1006,
        },
    );
    assert_eq!(socket.status(), Status::Polling);
}

#[test]
fn a_server_that_is_gone_is_not_polled() {
    let mut socket = machine();
    blocked(&mut socket);
    let position = Position {
        epoch: Epoch("e".into()),
        offset: Offset(10),
    };
    let (generation, ..) = poll(&step(&mut socket, 10, Event::Loaded(position)));
    step(
        &mut socket,
        20,
        Event::Difference {
            generation,
            result: Err(DifferenceError::Unreachable),
        },
    );
    assert!(matches!(socket.status(), Status::Reconnecting { .. }));
}

#[test]
fn a_position_that_is_lost_while_polling_is_told_by_the_next_load() {
    let mut socket = machine();
    blocked(&mut socket);
    let position = |offset| Position {
        epoch: Epoch("e".into()),
        offset: Offset(offset),
    };
    let (generation, ..) = poll(&step(&mut socket, 10, Event::Loaded(position(10))));
    let lost = Event::Difference {
        generation,
        result: Err(DifferenceError::PositionLost),
    };
    assert!(step(&mut socket, 20, lost).contains(&Effect::Snapshot(None)));
    let (_, after, _) = poll(&step(&mut socket, 30, Event::Loaded(position(90))));
    assert_eq!(after.offset, Offset(90));
}

#[test]
fn an_unreadable_frame_is_fetched_again() {
    for text in ["not json", "{\"t\":\"event\"}", &"x".repeat(MAX_FRAME_BYTES + 1)] {
        let mut socket = machine();
        let generation = live(&mut socket);
        let position = socket.position();
        step(
            &mut socket,
            5,
            Event::Frame {
                generation,
                text: text.to_owned(),
            },
        );
        assert!(matches!(socket.status(), Status::Reconnecting { .. }));
        assert_eq!(socket.position(), position, "nothing was skipped");
    }
}

proptest! {
    /// Whatever a network does to a stream — loss, repetition, another order — each event is applied once, in order,
    /// and nothing is applied over a hole.
    #[test]
    fn any_delivery_gives_a_prefix_in_order(delivered in prop::collection::vec(11_u64..40, 0..120)) {
        let mut socket = machine();
        let generation = live(&mut socket);
        let mut seen = Vec::new();
        for offset in delivered {
            seen.extend(applied(&event(&mut socket, generation, offset, offset - 1)));
        }
        let expected: Vec<u64> = (11..11 + seen.len() as u64).collect();
        prop_assert_eq!(seen, expected);
    }
}
