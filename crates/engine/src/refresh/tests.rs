use super::*;
use proptest::prelude::*;
use std::collections::VecDeque;
use switchboard_contract::time::Timestamp;

fn at(monotonic: u64) -> Now {
    Now {
        monotonic,
        wall: Timestamp::from_millis(monotonic.cast_signed()),
    }
}

fn raw_step(machine: &mut Refresh, monotonic: u64, event: Event) -> Vec<Effect> {
    let mut out = Vec::new();
    machine.step(at(monotonic), event, &mut out);
    out
}

/// A step after which nothing is on its way any more from the tab that held the lock.
fn step(machine: &mut Refresh, monotonic: u64, event: Event) -> Vec<Effect> {
    let out = raw_step(machine, monotonic, event);
    let Event::Locked {
        attempt,
        hinted,
        leaving,
    } = event
    else {
        return out;
    };
    let [
        Effect::SetTimer {
            generation,
            after_ms: SETTLE_MS,
        },
    ] = out[..]
    else {
        return out;
    };
    let out = raw_step(machine, monotonic, Event::Timer { generation });
    assert_eq!(out, [Effect::Look { attempt }]);
    let looked = Event::Looked {
        attempt,
        hinted,
        leaving,
    };
    raw_step(machine, monotonic, looked)
}

#[test]
fn who_has_a_token_looks_for_a_newer_one_a_moment_after_the_lock() {
    let begun = || {
        let mut machine = signed_in();
        let attempt = attempt(&step(&mut machine, 5, Event::Rejected { token: 1 }));
        let (due, after) = timer(&raw_step(&mut machine, 10, locked(attempt, 1)));
        assert_eq!(after, SETTLE_MS, "nothing is asked yet");
        (machine, attempt, due)
    };
    let (mut machine, held, _) = begun();
    let handed_over = Event::Peer {
        token: 2,
        expires_in_ms: 600_000,
    };
    let out = raw_step(&mut machine, 50, handed_over);
    assert!(out.contains(&Effect::Unlock { attempt: held }), "{out:?}");
    assert!(out.contains(&Effect::Ready { token: 2 }), "it was on its way");

    for (hinted, leaving, wanted) in [
        (1, false, Effect::Refresh { attempt: 0 }),
        (2, false, Effect::AskPeers { token: 1 }),
        (1, true, Effect::SignedOut(SignedOut::Here)),
    ] {
        let (mut machine, attempt, due) = begun();
        assert_eq!(raw_step(&mut machine, 110, due), [Effect::Look { attempt }]);
        let looked = Event::Looked {
            attempt,
            hinted,
            leaving,
        };
        let wanted = match wanted {
            Effect::Refresh { .. } => Effect::Refresh { attempt },
            wanted => wanted,
        };
        let out = raw_step(&mut machine, 110, looked);
        assert!(out.contains(&wanted), "{out:?}");
    }
    let mut fresh = Refresh::new(1);
    let restore = Event::Restore {
        hinted: true,
        leaving: false,
    };
    let attempt = attempt(&raw_step(&mut fresh, 0, restore));
    let out = raw_step(&mut fresh, 1, locked(attempt, 0));
    assert!(
        out.contains(&Effect::Refresh { attempt }),
        "a page that has just started waits for nothing"
    );
}

fn signed_in() -> Refresh {
    let mut machine = Refresh::new(1);
    step(
        &mut machine,
        0,
        Event::SignedIn {
            expires_in_ms: 600_000,
            hinted: 0,
        },
    );
    machine
}

fn timer(out: &[Effect]) -> (Event, u64) {
    let found = out.iter().rev().find_map(|effect| match effect {
        Effect::SetTimer { generation, after_ms } => Some((
            Event::Timer {
                generation: *generation,
            },
            *after_ms,
        )),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("a timer in {out:?}"))
}

fn attempt(out: &[Effect]) -> u64 {
    let found = out.iter().find_map(|effect| match effect {
        Effect::Lock { attempt }
        | Effect::Refresh { attempt }
        | Effect::RefreshAgain { attempt }
        | Effect::Logout { attempt } => Some(*attempt),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("an attempt in {out:?}"))
}

fn locked(attempt: u64, hinted: u64) -> Event {
    Event::Locked {
        attempt,
        hinted,
        leaving: false,
    }
}

#[test]
fn renews_under_the_lock_at_four_fifths_of_the_life_and_shares_before_letting_go() {
    let mut machine = Refresh::new(1);
    let (due, after) = timer(&step(
        &mut machine,
        1_000,
        Event::SignedIn {
            expires_in_ms: 600_000,
            hinted: 4,
        },
    ));
    assert_eq!(
        (after, machine.token()),
        (480_000, 5),
        "newer than any token of an earlier session"
    );
    let attempt = attempt(&step(&mut machine, 481_000, due));
    let out = step(&mut machine, 481_010, locked(attempt, 5));
    assert!(out.contains(&Effect::Refresh { attempt }));
    let granted = Event::Attempted {
        attempt,
        outcome: Outcome::Granted {
            expires_in_ms: 600_000,
        },
    };
    let out = step(&mut machine, 481_100, granted);
    let place = |wanted: Effect| {
        out.iter()
            .position(|effect| *effect == wanted)
            .unwrap_or_else(|| panic!("{wanted:?}"))
    };
    let share = place(Effect::Share {
        token: 6,
        expires_in_ms: 600_000,
    });
    assert!(place(Effect::Ready { token: 6 }) < share && share < place(Effect::Unlock { attempt }));
}

#[test]
fn many_refused_requests_cause_one_renewal() {
    let mut machine = signed_in();
    let attempt = attempt(&step(&mut machine, 5, Event::Rejected { token: 1 }));
    assert!(step(&mut machine, 6, Event::Rejected { token: 1 }).is_empty());
    step(&mut machine, 7, locked(attempt, 1));
    step(
        &mut machine,
        8,
        Event::Attempted {
            attempt,
            outcome: Outcome::Granted { expires_in_ms: 1_000 },
        },
    );
    let late = step(&mut machine, 9, Event::Rejected { token: 1 });
    assert_eq!(
        late,
        [Effect::Ready { token: 2 }],
        "an older token's 401 needs no renewal"
    );
}

#[test]
fn a_token_handed_over_makes_the_renewal_unnecessary() {
    let mut machine = signed_in();
    let attempt = attempt(&step(&mut machine, 480_000, Event::Rejected { token: 1 }));
    let out = step(
        &mut machine,
        480_100,
        Event::Peer {
            token: 2,
            expires_in_ms: 600_000,
        },
    );
    assert!(out.contains(&Effect::Unlock { attempt }) && out.contains(&Effect::Ready { token: 2 }));
    assert!(
        step(&mut machine, 480_200, locked(attempt, 2)).is_empty(),
        "the lock is no longer wanted"
    );
    assert!(
        step(
            &mut machine,
            480_300,
            Event::Peer {
                token: 1,
                expires_in_ms: 1
            }
        )
        .is_empty(),
        "an older one"
    );
}

#[test]
fn a_newer_hint_asks_the_peers_first() {
    let mut machine = signed_in();
    let attempt = attempt(&step(&mut machine, 5, Event::Rejected { token: 1 }));
    let out = step(&mut machine, 6, locked(attempt, 3));
    assert!(out.contains(&Effect::AskPeers { token: 1 }) && !out.contains(&Effect::Refresh { attempt }));
    let (due, after) = timer(&out);
    assert_eq!(after, PEER_WAIT_MS);
    assert!(
        step(&mut machine, 400, due).contains(&Effect::Refresh { attempt }),
        "nobody answered"
    );
    step(
        &mut machine,
        500,
        Event::Attempted {
            attempt,
            outcome: Outcome::Granted { expires_in_ms: 1_000 },
        },
    );
    assert_eq!(machine.token(), 4, "newer than the hint");
    let out = step(&mut machine, 600, Event::PeerAsks { token: 3 });
    assert_eq!(
        out,
        [Effect::Share {
            token: 4,
            expires_in_ms: 900
        }]
    );
}

#[test]
fn the_lock_is_waited_for_with_a_bound_and_never_stolen() {
    let mut machine = signed_in();
    let out = step(&mut machine, 5, Event::Rejected { token: 1 });
    let (due, after) = timer(&out);
    assert_eq!(after, LOCK_WAIT_MS);
    let attempt = attempt(&out);
    let out = step(&mut machine, 5 + LOCK_WAIT_MS, due);
    assert_eq!(
        out[..2],
        [Effect::Unlock { attempt }, Effect::Refresh { attempt }]
    );
}

#[test]
fn a_hanging_renewal_is_aborted_before_the_lock_is_let_go() {
    let mut machine = signed_in();
    let attempt = attempt(&step(&mut machine, 5, Event::Rejected { token: 1 }));
    let (due, _) = timer(&step(&mut machine, 6, locked(attempt, 1)));
    let out = step(&mut machine, 10_006, due);
    assert_eq!(
        out[..2],
        [Effect::AbortRefresh { attempt }, Effect::Unlock { attempt }]
    );
    assert_eq!(machine.token(), 1, "still signed in");
}

#[test]
fn only_a_definite_refusal_signs_out() {
    let mut machine = Refresh::new(1);
    let first = attempt(&step(
        &mut machine,
        0,
        Event::Restore {
            hinted: true,
            leaving: false,
        },
    ));
    step(&mut machine, 1, locked(first, 7));
    let out = step(
        &mut machine,
        2,
        Event::Attempted {
            attempt: first,
            outcome: Outcome::Unsure { wait_ms: 0 },
        },
    );
    assert!(!out.iter().any(|effect| matches!(effect, Effect::SignedOut(_))));
    let second = attempt(&step(&mut machine, 3, Event::Awake));
    step(&mut machine, 4, locked(second, 7));
    let out = step(
        &mut machine,
        5,
        Event::Attempted {
            attempt: second,
            outcome: Outcome::Refused,
        },
    );
    assert!(out.contains(&Effect::SignedOut(SignedOut::Expired)));
}

#[test]
fn a_renewal_that_ends_while_the_person_leaves_in_another_tab_is_the_same_sign_out() {
    let mut machine = signed_in();
    let attempt = attempt(&step(&mut machine, 5, Event::Rejected { token: 1 }));
    step(&mut machine, 6, locked(attempt, 1));
    let outcome = Outcome::Left;
    let out = step(&mut machine, 7, Event::Attempted { attempt, outcome });
    assert_eq!(
        out,
        [Effect::Unlock { attempt }, Effect::SignedOut(SignedOut::Here)],
        "an expiry would keep what waits"
    );
    assert_eq!(machine.token(), 0);
    // Its word comes later.
    assert!(step(&mut machine, 8, Event::PeerSignedOut { since: None }).is_empty());
}

#[test]
fn a_sign_out_offline_is_told_to_the_server_before_anything_else() {
    let mut machine = signed_in();
    let out = step(&mut machine, 5, Event::SignOut);
    assert_eq!(out[0], Effect::Leave);
    assert!(out.contains(&Effect::SignedOut(SignedOut::Here)));
    let unheard = Event::LoggedOut {
        attempt: attempt(&out),
        heard: false,
    };
    let (due, _) = timer(&step(&mut machine, 6, unheard));
    assert!(machine.is_leaving());
    assert!(
        step(
            &mut machine,
            7,
            Event::Peer {
                token: 9,
                expires_in_ms: 1_000
            }
        )
        .is_empty(),
        "no token is taken"
    );
    let out = step(&mut machine, 600, due);
    let heard = Event::LoggedOut {
        attempt: attempt(&out),
        heard: true,
    };
    assert_eq!(step(&mut machine, 700, heard), [Effect::Left]);

    let mut reloaded = Refresh::new(1);
    let out = step(
        &mut reloaded,
        0,
        Event::Restore {
            hinted: true,
            leaving: true,
        },
    );
    assert!(
        out.contains(&Effect::SignedOut(SignedOut::Here)),
        "stays signed out after a reload"
    );
    assert!(matches!(out.last(), Some(Effect::Logout { .. })));
}

#[test]
fn a_sign_in_after_an_offline_sign_out_is_not_undone_by_it() {
    let mut machine = signed_in();
    let out = step(&mut machine, 5, Event::SignOut);
    let unheard = Event::LoggedOut {
        attempt: attempt(&out),
        heard: false,
    };
    let (due, _) = timer(&step(&mut machine, 6, unheard));
    step(&mut machine, 7, Event::Left);
    step(
        &mut machine,
        8,
        Event::SignedIn {
            expires_in_ms: 600_000,
            hinted: 1,
        },
    );
    assert!(step(&mut machine, 9, due).is_empty(), "no late logout");
    assert_eq!(machine.token(), 2);
}

#[test]
fn no_tab_renews_while_the_marker_stands() {
    let mut machine = signed_in();
    let attempt = attempt(&step(&mut machine, 5, Event::Rejected { token: 1 }));
    let out = step(
        &mut machine,
        6,
        Event::Locked {
            attempt,
            hinted: 1,
            leaving: true,
        },
    );
    assert_eq!(
        out,
        [Effect::Unlock { attempt }, Effect::SignedOut(SignedOut::Here)]
    );
}

#[test]
fn a_session_that_is_said_to_be_revoked_is_asked_for_a_token() {
    let mut machine = signed_in();
    let attempt = attempt(&step(&mut machine, 5, Event::Revoked));
    step(&mut machine, 6, locked(attempt, 1));
    let refused = Event::Attempted {
        attempt,
        outcome: Outcome::Revoked,
    };
    let out = step(&mut machine, 7, refused);
    assert!(out.contains(&Effect::SignedOut(SignedOut::Revoked)), "{out:?}");
}

#[test]
fn a_refusal_of_an_earlier_sign_in_ends_no_later_one() {
    for outcome in [Outcome::Refused, Outcome::Revoked] {
        let mut machine = signed_in();
        let attempt = attempt(&step(&mut machine, 5, Event::Rejected { token: 1 }));
        step(&mut machine, 6, locked(attempt, 1));
        step(&mut machine, 7, Event::Hinted { hinted: 2 });
        let out = step(&mut machine, 7, Event::Attempted { attempt, outcome });
        let attempt = self::attempt(&out);
        let out = step(&mut machine, 8, locked(attempt, 2));
        assert!(out.contains(&Effect::AskPeers { token: 1 }), "{out:?}");
        let handed_over = Event::Peer {
            token: 2,
            expires_in_ms: 600_000,
        };
        let out = step(&mut machine, 9, handed_over);
        assert!(out.contains(&Effect::Ready { token: 2 }), "{out:?}");
    }
}

#[test]
fn an_answer_that_comes_after_another_tab_s_is_followed_by_a_renewal() {
    let mut machine = signed_in();
    let attempt = attempt(&step(&mut machine, 5, Event::Rejected { token: 1 }));
    step(&mut machine, 6, locked(attempt, 1));
    step(&mut machine, 6_000, Event::Hinted { hinted: 2 });
    let granted = Event::Attempted {
        attempt,
        outcome: Outcome::Granted {
            expires_in_ms: 600_000,
        },
    };
    let out = step(&mut machine, 6_000, granted);
    assert!(
        out.contains(&Effect::Ready { token: 3 }),
        "the token is good: {out:?}"
    );
    let again = out.iter().rev().find_map(|effect| match effect {
        Effect::Lock { attempt } => Some(*attempt),
        _ => None,
    });
    let again = again.expect("the cookie may not be");
    let out = step(&mut machine, 6_010, locked(again, 3));
    assert!(
        out.contains(&Effect::RefreshAgain { attempt: again }),
        "with the same request: {out:?}"
    );
    // That one alone.
    let granted = Event::Attempted {
        attempt: again,
        outcome: Outcome::Granted {
            expires_in_ms: 600_000,
        },
    };
    step(&mut machine, 6_020, granted);
    let next = self::attempt(&step(&mut machine, 7_000, Event::Rejected { token: 4 }));
    let out = step(&mut machine, 7_010, locked(next, 4));
    assert!(out.contains(&Effect::Refresh { attempt: next }), "{out:?}");
}

#[test]
fn a_token_that_was_handed_over_while_this_tab_slept_is_not_taken_when_there_is_a_newer_one() {
    let mut machine = signed_in();
    step(&mut machine, 5, Event::Hinted { hinted: 3 });
    let handed_over = |token| Event::Peer {
        token,
        expires_in_ms: 600_000,
    };
    assert!(step(&mut machine, 6, handed_over(2)).is_empty());
    let out = step(&mut machine, 7, handed_over(3));
    assert!(out.contains(&Effect::Ready { token: 3 }), "{out:?}");
}

#[test]
fn a_renewal_that_ends_after_the_sign_out_changes_nothing() {
    let mut machine = signed_in();
    let attempt = attempt(&step(&mut machine, 5, Event::Rejected { token: 1 }));
    step(&mut machine, 6, locked(attempt, 1));
    let out = step(&mut machine, 7, Event::PeerSignedOut { since: None });
    assert_eq!(
        out[..2],
        [Effect::AbortRefresh { attempt }, Effect::Unlock { attempt }]
    );
    let granted = Event::Attempted {
        attempt,
        outcome: Outcome::Granted { expires_in_ms: 1_000 },
    };
    assert!(step(&mut machine, 8, granted).is_empty());
    assert!(
        step(
            &mut machine,
            9,
            Event::Peer {
                token: 1,
                expires_in_ms: 1
            }
        )
        .is_empty(),
        "handed over too late"
    );
    assert_eq!(machine.token(), 0);
}

#[test]
fn a_tab_that_slept_through_a_sign_out_and_a_sign_in_goes_on_in_the_later_session() {
    let mut machine = signed_in();
    // The earlier session's last token, and how far the tokens have come.
    step(&mut machine, 5, Event::Hinted { hinted: 3 });
    let handed_over = |token| Event::Peer {
        token,
        expires_in_ms: 600_000,
    };
    assert!(step(&mut machine, 6, handed_over(2)).is_empty());
    let out = step(&mut machine, 7, Event::PeerSignedOut { since: Some(3) });
    assert!(
        matches!(
            out[..],
            [
                Effect::SignedOut(SignedOut::Here),
                Effect::Lock { .. },
                Effect::SetTimer { .. }
            ]
        ),
        "{out:?}"
    );
    assert_eq!(machine.left(), 1, "the later session's tokens are not left");
    assert!(
        step(&mut machine, 8, handed_over(2)).is_empty(),
        "of the earlier session"
    );
    let out = step(&mut machine, 9, handed_over(3));
    assert!(out.contains(&Effect::Ready { token: 3 }), "{out:?}");
    let out = step(&mut machine, 10, Event::PeerSignedOut { since: Some(3) });
    assert!(
        out.is_empty(),
        "told late, once it is in the later session: {out:?}"
    );
}

#[test]
fn wall_clocks_decide_nothing_but_a_check_after_sleep() {
    let mut machine = signed_in();
    let skewed = |days: i64| Now {
        monotonic: 1_000,
        wall: Timestamp::from_millis(days * 86_400_000),
    };
    let mut out = Vec::new();
    machine.step(skewed(-1), Event::Awake, &mut out);
    assert!(out.is_empty(), "a clock set back changes nothing");
    machine.step(skewed(1), Event::Awake, &mut out);
    assert!(
        matches!(out[..], [Effect::Lock { .. }, Effect::SetTimer { .. }]),
        "a day asleep: look first"
    );
}

/// What the tabs share: the lock, the hint, the server's rotating cookie (parent rule of `protocol.md`).
#[derive(Default)]
struct Browser {
    holder: Option<(usize, u64)>,
    waiting: VecDeque<(usize, u64)>,
    hint: u64,
    refreshes: u64,
}

proptest! {
    /// Invariant 5: however many tabs, one renewal an expiry, and no sign-out without a refusal; answers may be lost and
    /// tokens handed over late or never.
    #[test]
    fn tabs_take_turns(
        tabs in 1_usize..6,
        faults in prop::collection::vec((0_u8..8, 0_u64..400), 0..80),
        seed: u64,
    ) {
        const LIFE: u64 = 5_000;
        let mut browser = Browser::default();
        let mut machines: Vec<Refresh> = (0..tabs).map(|tab| Refresh::new(seed ^ tab as u64)).collect();
        // (due, order, tab, event)
        let mut heap: Vec<(u64, u64, usize, Event)> = vec![(0, 0, 0, Event::SignedIn { expires_in_ms: LIFE, hinted: 0 })];
        let mut faults = faults.into_iter();
        let (mut order, mut lost) = (1_u64, 0_u64);
        let mut now = 0;
        while now < 60_000 {
            heap.sort_by_key(|entry| std::cmp::Reverse((entry.0, entry.1)));
            let Some((due, _, tab, event)) = heap.pop() else { break };
            now = due;
            let mut out = Vec::new();
            machines[tab].step(at(now), event, &mut out);
            for effect in out {
                let mut push = |after: u64, tab: usize, event: Event| {
                    order += 1;
                    heap.push((now + after, order, tab, event));
                };
                match effect {
                    Effect::Lock { attempt } => browser.waiting.push_back((tab, attempt)),
                    Effect::Unlock { attempt } => {
                        browser.waiting.retain(|entry| *entry != (tab, attempt));
                        if browser.holder == Some((tab, attempt)) {
                            browser.holder = None;
                        }
                    }
                    Effect::Refresh { attempt } | Effect::RefreshAgain { attempt } => {
                        let (fault, delay) = faults.next().unwrap_or((7, 20));
                        browser.refreshes += 1;
                        let outcome = if fault == 0 {
                            lost += 1;
                            Outcome::Unsure { wait_ms: 0 }
                        } else {
                            Outcome::Granted { expires_in_ms: LIFE }
                        };
                        push(20 + delay, tab, Event::Attempted { attempt, outcome });
                    }
                    Effect::Share { token, expires_in_ms } => {
                        for other in (0..tabs).filter(|other| *other != tab) {
                            push(1, other, Event::Peer { token, expires_in_ms });
                        }
                    }
                    Effect::AskPeers { token } => {
                        for other in (0..tabs).filter(|other| *other != tab) {
                            push(1, other, Event::PeerAsks { token });
                        }
                    }
                    Effect::Ready { token } => browser.hint = browser.hint.max(token),
                    Effect::SetTimer { generation, after_ms } => push(after_ms, tab, Event::Timer { generation }),
                    Effect::Look { attempt } => {
                        push(0, tab, Event::Looked { attempt, hinted: browser.hint, leaving: false });
                    }
                    Effect::SignedOut(_) | Effect::Leave | Effect::Left | Effect::Logout { .. } => {
                        prop_assert!(false, "{effect:?} without a refusal");
                    }
                    Effect::AbortRefresh { .. } => {}
                }
            }
            if browser.holder.is_none() && let Some((tab, attempt)) = browser.waiting.pop_front() {
                browser.holder = Some((tab, attempt));
                order += 1;
                heap.push((now, order, tab, Event::Locked { attempt, hinted: browser.hint, leaving: false }));
            }
        }
        let expiries = now / (LIFE * 4 / 5) + 1;
        prop_assert!(
            browser.refreshes - lost <= expiries,
            "{} renewals ({lost} lost) for {expiries} expiries of {tabs} tabs", browser.refreshes
        );
        prop_assert!(machines.iter().all(|machine| machine.token() + 1 >= browser.hint), "everyone has the newest token");
    }
}
