use super::*;
use switchboard_contract::position::Epoch;
use switchboard_contract::realtime::Mode;
use switchboard_contract::time::Timestamp;

/// Both clocks, the wall's this far ahead of the other.
fn at(monotonic: u64, ahead: i64) -> Now {
    Now {
        monotonic,
        wall: Timestamp::from_millis(monotonic.cast_signed() + ahead),
    }
}

struct Tab {
    socket: Socket,
    ahead: i64,
}

impl Tab {
    fn step(&mut self, monotonic: u64, event: Event) -> Vec<Effect> {
        let mut out = Vec::new();
        self.socket.step(at(monotonic, self.ahead), event, &mut out);
        out
    }

    fn new() -> Self {
        let identity = Identity {
            client: "test/1".into(),
            tab: "a".into(),
        };
        Self {
            socket: Socket::new(identity, 7),
            ahead: 0,
        }
    }

    /// Live since the start of the clock, with the generation of its socket and its timers.
    fn live() -> (Self, u64, Vec<Effect>) {
        let mut tab = Self::new();
        let generation = tab.opening();
        tab.step(0, Event::Opened { generation });
        let text = r#"{"t":"welcome","session":"s","epoch":"e","head":"10","mode":"snapshot","heartbeatMs":8000,
            "tokenExpiresInMs":600000,"serverTime":"2026-11-22T09:30:00.000Z","limits":{"maxFrameBytes":65536}}"#;
        let out = tab.step(0, frame(generation, text));
        assert_eq!(tab.socket.status(), Status::Live);
        (tab, generation, out)
    }

    fn opening(&mut self) -> u64 {
        let out = self.step(0, Event::Start(None));
        let Some(Effect::FetchTicket { generation }) = out.first() else {
            panic!("{out:?}")
        };
        let result = Ok("t".into());
        self.step(
            0,
            Event::Ticket {
                generation: *generation,
                result,
            },
        );
        *generation
    }

    /// A connection that was asked for gets its ticket, and then fails to open.
    fn fails_to_open(&mut self, monotonic: u64, asked: &[Effect]) -> Vec<Effect> {
        let Some(Effect::FetchTicket { generation }) = asked
            .iter()
            .find(|effect| matches!(effect, Effect::FetchTicket { .. }))
        else {
            panic!("{asked:?}")
        };
        let (generation, result) = (*generation, Ok("t".into()));
        self.step(monotonic, Event::Ticket { generation, result });
        let code = 1006;
        self.step(monotonic, Event::Closed { generation, code })
    }

    /// Polls since the start of the clock: three attempts to open a socket have failed.
    fn polling() -> (Self, Vec<Effect>) {
        let mut tab = Self::new();
        let asked = tab.step(0, Event::Start(None));
        let mut out = tab.fails_to_open(0, &asked);
        for _ in 0..2 {
            let (reconnect, _) = timer(&out, TimerKind::Reconnect);
            let asked = tab.step(0, Event::Timer(reconnect));
            out = tab.fails_to_open(0, &asked);
        }
        (tab, out)
    }
}

fn frame(generation: u64, text: &str) -> Event {
    Event::Frame {
        generation,
        text: text.to_owned(),
    }
}

fn timer(out: &[Effect], kind: TimerKind) -> (Timer, u64) {
    let found = out.iter().find_map(|effect| match effect {
        Effect::SetTimer { timer, after_ms } if timer.kind == kind => Some((*timer, *after_ms)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("a timer of kind {kind:?} in {out:?}"))
}

fn pings(out: &[Effect]) -> usize {
    out.iter()
        .filter(|effect| matches!(effect, Effect::Send { text, .. } if text.contains(r#""t":"ping""#)))
        .count()
}

fn is_reconnecting(tab: &Tab) -> bool {
    matches!(tab.socket.status(), Status::Reconnecting { .. })
}

#[test]
fn a_night_that_only_the_wall_clock_saw_is_followed_by_a_probe() {
    let (mut tab, generation, out) = Tab::live();
    let (old, _) = timer(&out, TimerKind::Heartbeat);
    tab.step(1_000, frame(generation, r#"{"t":"ping","n":1,"head":"10"}"#));
    // Eight hours, of which the monotonic clock counted two seconds.
    tab.ahead = 8 * 3_600_000;
    let out = tab.step(3_000, Event::Signal(signal()));
    assert_eq!(pings(&out), 1, "{out:?}");
    let (probe, after) = timer(&out, TimerKind::Heartbeat);
    assert_eq!(after, 3_000);
    assert!(
        tab.step(13_000, Event::Timer(old)).is_empty(),
        "the timer from before the night counts no more"
    );
    tab.step(6_000, Event::Timer(probe));
    assert!(is_reconnecting(&tab), "nobody answered");
}

#[test]
fn a_link_that_outlived_the_night_is_kept_and_its_authorisation_renewed() {
    let (mut tab, generation, _) = Tab::live();
    tab.ahead = 8 * 3_600_000;
    let out = tab.step(3_000, frame(generation, r#"{"t":"ping","n":1,"head":"10"}"#));
    assert_eq!(
        timer(&out, TimerKind::Renew).1,
        0,
        "the authorisation went on ageing"
    );
    let (probe, _) = timer(&out, TimerKind::Heartbeat);
    tab.step(3_100, frame(generation, r#"{"t":"pong","n":1}"#));
    tab.step(6_000, Event::Timer(probe));
    assert_eq!(tab.socket.status(), Status::Live);
}

#[test]
fn clocks_that_differ_a_little_or_go_back_are_no_sleep() {
    for ahead in [3_000, -86_400_000] {
        let (mut tab, generation, _) = Tab::live();
        tab.ahead = ahead;
        let out = tab.step(2_000, frame(generation, r#"{"t":"pong","n":1}"#));
        assert!(out.is_empty(), "{out:?}");
    }
}

#[test]
fn a_timer_that_comes_far_too_late_asks_before_it_gives_the_link_up() {
    let (mut tab, generation, out) = Tab::live();
    let (check, _) = timer(&out, TimerKind::Heartbeat);
    let out = tab.step(600_000, Event::Timer(check));
    assert_eq!((pings(&out), tab.socket.status()), (1, Status::Live));
    let (probe, _) = timer(&out, TimerKind::Heartbeat);
    // What arrived while the page was frozen comes after its timers.
    tab.step(600_001, frame(generation, r#"{"t":"ping","n":1,"head":"10"}"#));
    let out = tab.step(603_000, Event::Timer(probe));
    assert_eq!(tab.socket.status(), Status::Live);
    let (check, after) = timer(&out, TimerKind::Heartbeat);
    tab.step(603_000 + after, Event::Timer(check));
    assert!(is_reconnecting(&tab), "silence in time is silence");
}

#[test]
fn a_step_that_is_overdue_by_a_sleep_gets_a_second_chance_and_no_third() {
    let mut tab = Tab::new();
    let out = tab.step(0, Event::Start(None));
    let (overdue, _) = timer(&out, TimerKind::Step);
    let out = tab.step(60_000, Event::Timer(overdue));
    assert!(!is_reconnecting(&tab));
    let (again, after) = timer(&out, TimerKind::Step);
    assert_eq!(after, 3_000);
    tab.step(120_000, Event::Timer(again));
    assert!(is_reconnecting(&tab));
}

#[test]
fn an_attempt_begun_on_a_network_that_went_is_given_three_seconds() {
    let mut tab = Tab::new();
    tab.opening();
    let (step, after) = timer(&tab.step(1_000, Event::Awake), TimerKind::Step);
    assert_eq!(after, 3_000);
    tab.step(4_000, Event::Timer(step));
    assert!(is_reconnecting(&tab));
}

#[test]
fn being_woken_again_and_again_does_not_put_a_probe_off() {
    let (mut tab, _, _) = Tab::live();
    let (probe, _) = timer(&tab.step(9_000, Event::Awake), TimerKind::Heartbeat);
    for second in 0..3 {
        assert!(tab.step(10_000 + second * 900, Event::Awake).is_empty());
    }
    tab.step(12_000, Event::Timer(probe));
    assert!(is_reconnecting(&tab));
}

#[test]
fn a_poll_is_asked_anew_when_the_page_wakes_up_and_given_up_when_nothing_answers() {
    let (mut tab, out) = Tab::polling();
    assert!(
        out.contains(&Effect::Stream(stream::Event::Poll { wait_ms: 25_000 })),
        "{out:?}"
    );
    let out = tab.step(5_000, Event::Awake);
    assert!(
        out.contains(&Effect::Stream(stream::Event::Poll { wait_ms: 1_000 })),
        "{out:?}"
    );
    let (overdue, after) = timer(&out, TimerKind::Step);
    tab.step(5_000 + after, Event::Timer(overdue));
    assert!(is_reconnecting(&tab));
}

#[test]
fn while_polling_a_socket_is_tried_soon_and_then_more_and_more_seldom() {
    let (mut tab, mut out) = Tab::polling();
    let mut now = 0;
    for seconds in [10, 20, 40, 80, 160, 300, 300] {
        let (upgrade, after) = timer(&out, TimerKind::Upgrade);
        assert_eq!(after, seconds * 1_000);
        now += after;
        let asked = tab.step(now, Event::Timer(upgrade));
        out = tab.fails_to_open(now, &asked);
        assert_eq!(tab.socket.status(), Status::Polling);
    }
}

#[test]
fn what_arrives_of_the_log_goes_to_the_stream() {
    let (mut tab, generation, out) = Tab::live();
    let welcome = stream::Event::Welcome {
        epoch: Epoch("e".into()),
        head: Offset(10),
        id: None,
        mode: Mode::Snapshot,
    };
    assert!(out.contains(&Effect::Stream(welcome)));
    for (text, word) in [
        (
            r#"{"t":"caughtUp","offset":"12"}"#,
            stream::Event::CaughtUp {
                offset: Offset(12),
                id: None,
            },
        ),
        (
            r#"{"t":"resync","scope":"all","reason":"rights"}"#,
            stream::Event::Resync,
        ),
    ] {
        assert_eq!(tab.step(1, frame(generation, text)), [Effect::Stream(word)]);
    }
    let out = tab.step(
        2,
        Event::Closed {
            generation,
            code: 1006,
        },
    );
    assert!(out.contains(&Effect::Stream(stream::Event::Cut)));
}

fn signal() -> switchboard_contract::realtime::Signal {
    serde_json::from_str(r#"{"type":"viewing","who":"me","ttlMs":1000,"body":{}}"#).expect("reads")
}

fn health(tab: &Tab, monotonic: u64) -> Health {
    tab.socket.health(at(monotonic, tab.ahead))
}

#[test]
fn the_round_trip_is_measured_with_each_heartbeat_while_someone_wants_to_know() {
    let (mut tab, generation, _) = Tab::live();
    let heartbeat = frame(generation, r#"{"t":"ping","n":1,"head":"10"}"#);
    assert_eq!(pings(&tab.step(1_000, heartbeat.clone())), 0);
    assert_eq!(pings(&tab.step(2_000, Event::Measure(true))), 1);
    assert_eq!(health(&tab, 2_010).round_trip_ms, None);
    assert_eq!(pings(&tab.step(2_020, heartbeat.clone())), 0, "one is on its way");
    tab.step(2_045, frame(generation, r#"{"t":"pong","n":1}"#));
    assert_eq!(health(&tab, 2_050).round_trip_ms, Some(45));
    assert_eq!(pings(&tab.step(9_000, heartbeat)), 1);
    tab.step(9_030, frame(generation, r#"{"t":"pong","n":7}"#));
    tab.step(9_050, frame(generation, r#"{"t":"pong","n":2}"#));
    assert_eq!(
        health(&tab, 9_050).round_trip_ms,
        Some(50),
        "only its own answer counts"
    );
}

#[test]
fn health_tells_ages_lag_and_why_the_connection_was_lost() {
    let (mut tab, generation, _) = Tab::live();
    let resume = |offset| {
        let resume = Resume {
            epoch: Epoch("e".into()),
            offset: Offset(offset),
            id: None,
        };
        Event::At {
            applied: resume.offset,
            resume: Some(resume),
        }
    };
    tab.step(0, resume(10));
    let event = r#"{"t":"event","offset":"11","prev":"10","type":"message.created",
        "id":"01890a5d-ac96-774b-bcce-b302099a8057","at":"2026-11-22T09:30:00.000Z","body":null}"#;
    tab.step(1_000, frame(generation, event));
    tab.step(3_000, frame(generation, r#"{"t":"ping","n":1,"head":"14"}"#));
    let now = health(&tab, 4_000);
    assert_eq!((now.frame_age_ms, now.event_age_ms), (Some(1_000), Some(3_000)));
    assert_eq!((now.lag, now.reconnects, now.last_loss), (4, 0, None));
    tab.step(4_000, resume(14));
    assert_eq!(health(&tab, 4_000).lag, 0);
    tab.step(
        5_000,
        Event::Closed {
            generation,
            code: 4101,
        },
    );
    let loss = health(&tab, 5_000).last_loss.expect("a loss");
    assert_eq!(
        (loss.at, loss.reason),
        (Timestamp::from_millis(5_000), LossReason::Closed(4101))
    );
    tab.step(6_000, Event::NetworkDown);
    assert_eq!(
        health(&tab, 6_000).last_loss.map(|loss| loss.reason),
        Some(LossReason::NetworkDown)
    );
}
