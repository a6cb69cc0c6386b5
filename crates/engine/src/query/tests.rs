use super::*;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::rc::Rc;
use switchboard_contract::position::{Epoch, Offset};
use switchboard_contract::time::Timestamp;

type Value = Rc<BTreeMap<u8, u8>>;
type Queries = Cache<Value, &'static str>;

fn at(monotonic: u64) -> Now {
    Now {
        monotonic,
        wall: Timestamp::from_millis(monotonic.cast_signed()),
    }
}

fn place(offset: u64) -> Option<Position> {
    Some(Position {
        epoch: Epoch("e1".into()),
        offset: Offset(offset),
    })
}

fn key() -> Key {
    Key::new("websites", "")
}

fn value(pairs: &[(u8, u8)]) -> Value {
    Rc::new(pairs.iter().copied().collect())
}

fn fresh(pairs: &[(u8, u8)], as_of: Option<Position>) -> Fresh<Value> {
    Fresh {
        value: value(pairs),
        as_of,
    }
}

fn step(cache: &mut Queries, now: u64, event: Event<Value, &'static str>) -> Vec<Effect> {
    let mut out = Vec::new();
    cache.step(at(now), event, &mut out);
    out
}

fn watch() -> Event<Value, &'static str> {
    Event::Watch {
        key: key(),
        options: Options::default(),
    }
}

fn attempt(out: &[Effect]) -> Option<u64> {
    out.iter().find_map(|effect| match effect {
        Effect::Fetch { attempt, .. } => Some(*attempt),
        _ => None,
    })
}

fn fetched(attempt: u64, result: Result<Fresh<Value>, &'static str>) -> Event<Value, &'static str> {
    Event::Fetched {
        key: key(),
        attempt,
        result,
    }
}

fn set(field: u8, to: u8) -> Change<Value> {
    Rc::new(move |_, value| {
        let mut value = (**value).clone();
        value.insert(field, to);
        Rc::new(value)
    })
}

fn begin(id: u64, field: u8, to: u8) -> Event<Value, &'static str> {
    Event::Begin {
        id,
        target: Target::Topic("websites".into()),
        change: set(field, to),
    }
}

fn shown(cache: &Queries) -> Value {
    cache.view(at(0), &key()).value.expect("a value")
}

/// A cache that holds `pairs`, looked at.
fn holding(pairs: &[(u8, u8)], as_of: Option<Position>) -> Queries {
    let mut cache = Queries::default();
    let out = step(&mut cache, 0, watch());
    let attempt = attempt(&out).expect("a fetch");
    step(&mut cache, 10, fetched(attempt, Ok(fresh(pairs, as_of))));
    cache
}

#[test]
fn many_who_look_cause_one_fetch() {
    let mut cache = Queries::default();
    let first = attempt(&step(&mut cache, 0, watch())).expect("a fetch");
    assert_eq!(attempt(&step(&mut cache, 1, watch())), None);
    let out = step(&mut cache, 5, fetched(first, Ok(fresh(&[(1, 1)], None))));
    assert!(out.contains(&Effect::Confirmed { key: key() }));
    assert_eq!(attempt(&step(&mut cache, 6, watch())), None, "it is fresh");
    let view = cache.view(at(6), &key());
    assert!(!view.is_stale && !view.is_fetching && view.value.is_some());
}

#[test]
fn what_has_aged_is_shown_and_asked_again() {
    let mut cache = holding(&[(1, 1)], None);
    assert_eq!(attempt(&step(&mut cache, 30_009, Event::Awake)), None);
    let again = attempt(&step(&mut cache, 30_010, Event::Awake)).expect("a fetch");
    let view = cache.view(at(30_010), &key());
    assert!(view.is_stale && view.is_fetching);
    assert_eq!(view.value, Some(value(&[(1, 1)])));
    step(&mut cache, 30_020, fetched(again, Err("offline")));
    let view = cache.view(at(30_020), &key());
    assert_eq!(
        (view.value, view.error),
        (Some(value(&[(1, 1)])), Some("offline")),
        "the last good value is kept"
    );
    let again = attempt(&step(&mut cache, 30_030, Event::Awake)).expect("a fetch");
    step(&mut cache, 30_040, fetched(again, Ok(fresh(&[(1, 2)], None))));
    assert_eq!(cache.view(at(30_040), &key()).error, None);
}

#[test]
fn what_nobody_looks_at_is_aborted_and_dropped_in_time() {
    let mut cache = Queries::default();
    let first = attempt(&step(&mut cache, 0, watch())).expect("a fetch");
    let out = step(&mut cache, 5, Event::Unwatch { key: key() });
    assert!(out.contains(&Effect::Abort { attempt: first }));
    let late = step(&mut cache, 6, fetched(first, Ok(fresh(&[(1, 1)], None))));
    assert!(late.is_empty(), "nobody waits for it");

    let mut cache = holding(&[(1, 1)], None);
    let out = step(&mut cache, 1_000, Event::Unwatch { key: key() });
    let Some(Effect::SetTimer { generation, after_ms }) = out.last() else {
        panic!("{out:?}")
    };
    assert_eq!(*after_ms, 300_000);
    let timer = Event::Timer {
        generation: *generation,
    };
    assert!(step(&mut cache, 301_000, timer).is_empty());
    assert_eq!(cache.view(at(301_000), &key()), View::default());
}

#[test]
fn what_is_prefetched_is_there_when_it_is_looked_at() {
    let mut cache = Queries::default();
    let prefetch = Event::Prefetch {
        key: key(),
        options: Options::default(),
    };
    let out = step(&mut cache, 0, prefetch);
    let first = attempt(&out).expect("a fetch");
    assert!(
        !out.iter().any(|effect| matches!(effect, Effect::SetTimer { .. })),
        "not before it has come"
    );
    let out = step(&mut cache, 5, fetched(first, Ok(fresh(&[(1, 1)], None))));
    assert!(out.iter().any(|effect| matches!(effect, Effect::SetTimer { .. })));
    assert_eq!(attempt(&step(&mut cache, 10, watch())), None);
}

#[test]
fn a_prefetch_that_fails_is_no_news() {
    let mut cache = Queries::default();
    let prefetch = Event::Prefetch {
        key: key(),
        options: Options::default(),
    };
    let first = attempt(&step(&mut cache, 0, prefetch)).expect("a fetch");
    step(&mut cache, 5, fetched(first, Err("offline")));
    assert_eq!(cache.view(at(6), &key()).error, None);
    assert!(attempt(&step(&mut cache, 10, watch())).is_some());
}

#[test]
fn whoever_wants_it_now_does_not_wait_for_a_fetch_that_does() {
    let mut cache = Queries::default();
    let first = attempt(&step(&mut cache, 0, watch())).expect("a fetch");
    let out = step(&mut cache, 1, Event::Reload { key: key() });
    assert!(out.contains(&Effect::Abort { attempt: first }));
    assert!(attempt(&out).is_some());
}

#[test]
fn what_changes_during_a_fetch_is_fetched_once_more() {
    let mut cache = Queries::default();
    let first = attempt(&step(&mut cache, 0, watch())).expect("a fetch");
    let everything = Event::Invalidate(Target::All);
    assert_eq!(attempt(&step(&mut cache, 1, everything)), None);
    let out = step(&mut cache, 2, fetched(first, Ok(fresh(&[(1, 1)], None))));
    assert!(attempt(&out).is_some());
}

#[test]
fn an_older_value_never_replaces_a_newer_one() {
    let mut cache = holding(&[(1, 1)], place(5));
    let again = attempt(&step(&mut cache, 20, Event::Reload { key: key() })).expect("a fetch");
    let came = Event::Came {
        key: key(),
        fresh: fresh(&[(1, 9)], place(9)),
    };
    step(&mut cache, 30, came);
    step(&mut cache, 40, fetched(again, Ok(fresh(&[(1, 7)], place(7)))));
    assert_eq!(shown(&cache), value(&[(1, 9)]));
    let kept = Event::Kept {
        key: key(),
        fresh: fresh(&[(1, 0)], place(99)),
        at: Timestamp::from_millis(0),
    };
    step(&mut cache, 50, kept);
    assert_eq!(shown(&cache), value(&[(1, 9)]), "an earlier visit's");
}

#[test]
fn what_an_earlier_visit_kept_is_shown_until_the_answer_comes() {
    let mut cache = Queries::default();
    let first = attempt(&step(&mut cache, 0, watch())).expect("a fetch");
    let kept = Event::Kept {
        key: key(),
        fresh: fresh(&[(1, 0)], place(3)),
        at: Timestamp::from_millis(-60_000),
    };
    let out = step(&mut cache, 1, kept);
    assert!(!out.contains(&Effect::Confirmed { key: key() }), "not kept again");
    let view = cache.view(at(1), &key());
    assert!(view.is_stale);
    assert_eq!(view.at, Some(Timestamp::from_millis(-60_000)));
    step(&mut cache, 2, fetched(first, Ok(fresh(&[(1, 1)], None))));
    assert_eq!(shown(&cache), value(&[(1, 1)]));
}

#[test]
fn a_change_shows_at_once_and_stays_until_what_is_known_reflects_it() {
    let mut cache = holding(&[(1, 1)], place(5));
    step(&mut cache, 20, begin(1, 1, 2));
    assert_eq!(shown(&cache), value(&[(1, 2)]));
    // An event of someone else in between: the base changes, the change stays on top.
    let came = Event::Came {
        key: key(),
        fresh: fresh(&[(1, 1), (3, 3)], place(6)),
    };
    step(&mut cache, 30, came);
    assert_eq!(shown(&cache), value(&[(1, 2), (3, 3)]));
    let done = Event::Done {
        id: 1,
        position: place(7),
    };
    let again = attempt(&step(&mut cache, 40, done)).expect("it is asked again");
    assert_eq!(shown(&cache), value(&[(1, 2), (3, 3)]), "no flicker");
    let answer = fresh(&[(1, 2), (3, 3)], place(7));
    step(&mut cache, 50, fetched(again, Ok(answer)));
    assert_eq!(shown(&cache), value(&[(1, 2), (3, 3)]));
    assert!(cache.mutations.is_empty());
}

#[test]
fn a_refused_change_leaves_what_others_did_meanwhile() {
    let mut cache = holding(&[(1, 1)], place(5));
    step(&mut cache, 20, begin(1, 1, 2));
    step(&mut cache, 21, begin(2, 2, 2));
    let came = Event::Came {
        key: key(),
        fresh: fresh(&[(1, 8)], place(6)),
    };
    step(&mut cache, 30, came);
    step(&mut cache, 40, Event::Failed { id: 1 });
    assert_eq!(shown(&cache), value(&[(1, 8), (2, 2)]));
}

#[test]
fn a_fetch_that_began_before_the_change_was_done_does_not_hide_it() {
    let mut cache = holding(&[(1, 1)], None);
    step(&mut cache, 20, begin(1, 1, 2));
    let early = attempt(&step(&mut cache, 21, Event::Reload { key: key() })).expect("a fetch");
    let done = Event::Done {
        id: 1,
        position: None,
    };
    step(&mut cache, 30, done);
    let out = step(&mut cache, 31, fetched(early, Ok(fresh(&[(1, 1)], None))));
    assert_eq!(shown(&cache), value(&[(1, 2)]));
    let late = attempt(&out).expect("it is asked once more");
    step(&mut cache, 40, fetched(late, Ok(fresh(&[(1, 2)], None))));
    assert!(cache.mutations.is_empty());
}

#[test]
fn a_first_answer_that_was_asked_for_before_a_change_was_done_does_not_hide_it() {
    let mut cache = Queries::default();
    let first = attempt(&step(&mut cache, 0, watch())).expect("a fetch");
    step(&mut cache, 1, begin(1, 1, 2));
    step(
        &mut cache,
        2,
        Event::Done {
            id: 1,
            position: None,
        },
    );
    step(&mut cache, 3, fetched(first, Ok(fresh(&[(1, 1)], None))));
    assert_eq!(shown(&cache), value(&[(1, 2)]));
}

#[test]
fn a_night_that_only_the_wall_clock_saw_ages_what_is_known() {
    let mut cache = holding(&[(1, 1)], None);
    let morning = Now {
        monotonic: 20,
        wall: Timestamp::from_millis(8 * 3_600_000),
    };
    let mut out = Vec::new();
    cache.step(morning, Event::Awake, &mut out);
    assert!(attempt(&out).is_some());
}

#[test]
fn an_unchanged_value_stays_the_same_allocation() {
    let mut cache = holding(&[(1, 1)], place(5));
    step(&mut cache, 20, begin(1, 1, 1));
    let before = shown(&cache);
    step(&mut cache, 21, Event::Failed { id: 1 });
    assert!(Rc::ptr_eq(&before, &shown(&cache)));
}

#[test]
fn nothing_of_a_person_stays() {
    let mut cache = holding(&[(1, 1)], None);
    step(&mut cache, 20, begin(1, 1, 2));
    let again = attempt(&step(&mut cache, 21, Event::Reload { key: key() })).expect("a fetch");
    let out = step(&mut cache, 30, Event::Forget);
    assert!(out.contains(&Effect::Abort { attempt: again }) && out.contains(&Effect::Changed { key: key() }));
    assert_eq!(cache.view(at(30), &key()), View::default());
    assert!(step(&mut cache, 31, fetched(again, Ok(fresh(&[(1, 1)], None)))).is_empty());
}

/// What happens in a run of the property test.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// The person changes a field; the server will or will not do it.
    Change { field: u8, to: u8, granted: bool },
    /// Someone else changes a field.
    Other { field: u8, to: u8 },
    /// The server takes the oldest call, or fetch, that is on its way.
    Arrive { of: usize },
    /// One of the answers on its way reaches the page, or is lost.
    Answer { of: usize, lost: bool },
    /// One of the events on its way reaches the page, or is lost.
    Event { of: usize, lost: bool },
    /// The page is looked at again.
    Awake,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0..4_u8, any::<u8>(), any::<bool>()).prop_map(|(field, to, granted)| Act::Change { field, to, granted }),
        2 => (0..4_u8, any::<u8>()).prop_map(|(field, to)| Act::Other { field, to }),
        4 => (0..8_usize).prop_map(|of| Act::Arrive { of }),
        4 => (0..8_usize, prop::bool::weighted(0.2)).prop_map(|(of, lost)| Act::Answer { of, lost }),
        3 => (0..8_usize, prop::bool::weighted(0.2)).prop_map(|(of, lost)| Act::Event { of, lost }),
        1 => Just(Act::Awake),
    ]
}

enum Call {
    Fetch(u64),
    Change {
        id: u64,
        field: u8,
        to: u8,
        granted: bool,
    },
}

/// A page, a server and what is on its way between them, in any order.
struct World {
    cache: Queries,
    server: BTreeMap<u8, u8>,
    offset: u64,
    placed: bool,
    calls: VecDeque<Call>,
    answers: VecDeque<Event<Value, &'static str>>,
    events: VecDeque<Fresh<Value>>,
    /// Changes that the page has begun and not heard the end of.
    open: BTreeMap<u64, (u8, u8)>,
    /// The page's last change of each field.
    newest: BTreeMap<u8, u64>,
    next: u64,
    now: u64,
}

impl World {
    fn snapshot(&self) -> Fresh<Value> {
        Fresh {
            value: Rc::new(self.server.clone()),
            as_of: self.placed.then(|| place(self.offset)).flatten(),
        }
    }

    fn drive(&mut self, event: Event<Value, &'static str>) {
        self.now += 1;
        for effect in step(&mut self.cache, self.now, event) {
            if let Effect::Fetch { attempt, .. } = effect {
                self.calls.push_back(Call::Fetch(attempt));
            }
        }
        // What the person did last to a field and has heard no end of shows.
        if let Some(value) = self.cache.view(at(self.now), &key()).value {
            for id in self.newest.values() {
                if let Some((field, to)) = self.open.get(id) {
                    assert_eq!(value.get(field), Some(to), "of {:?}", self.open);
                }
            }
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Change { field, to, granted } => {
                self.next += 1;
                let id = self.next;
                self.open.insert(id, (field, to));
                self.newest.insert(field, id);
                self.calls.push_back(Call::Change {
                    id,
                    field,
                    to,
                    granted,
                });
                self.drive(begin(id, field, to));
            }
            Act::Other { field, to } => self.change(field, to),
            Act::Arrive { of } => {
                if of < self.calls.len() {
                    let call = self.calls.remove(of);
                    call.into_iter().for_each(|call| self.arrive(call));
                }
            }
            Act::Answer { of, lost } => {
                if let Some(answer) = self.answers.remove(of) {
                    match (lost, answer) {
                        // A fetch whose answer is lost ends with an error; a mutation is repeated by its id until heard.
                        (true, Event::Fetched { key, attempt, .. }) => self.drive(Event::Fetched {
                            key,
                            attempt,
                            result: Err("lost"),
                        }),
                        (true, answer) => self.answers.push_back(answer),
                        (false, answer) => self.hear(answer),
                    }
                }
            }
            Act::Event { of, lost } => {
                if let Some(fresh) = self.events.remove(of)
                    && !lost
                {
                    self.drive(Event::Came { key: key(), fresh });
                }
            }
            Act::Awake => self.drive(Event::Awake),
        }
    }

    fn hear(&mut self, answer: Event<Value, &'static str>) {
        if let Event::Done { id, .. } | Event::Failed { id } = &answer {
            self.open.remove(id);
        }
        self.drive(answer);
    }

    fn change(&mut self, field: u8, to: u8) {
        self.server.insert(field, to);
        self.offset += 1;
        // Without a place in the log events cannot be put in order, so they only say that something has changed.
        if self.placed {
            self.events.push_back(self.snapshot());
        } else {
            self.drive(Event::Invalidate(Target::All));
        }
    }

    fn arrive(&mut self, call: Call) {
        let answer = match call {
            Call::Fetch(attempt) => fetched(attempt, Ok(self.snapshot())),
            Call::Change {
                id, granted: false, ..
            } => Event::Failed { id },
            Call::Change { id, field, to, .. } => {
                self.change(field, to);
                let position = self.placed.then(|| place(self.offset)).flatten();
                Event::Done { id, position }
            }
        };
        self.answers.push_back(answer);
    }

    /// Everything on its way arrives, and the page asks once more.
    fn quiet(&mut self) {
        self.drive(Event::Invalidate(Target::All));
        for _ in 0..1_000 {
            if let Some(call) = self.calls.pop_front() {
                self.arrive(call);
            } else if let Some(answer) = self.answers.pop_front() {
                self.hear(answer);
            } else if let Some(fresh) = self.events.pop_front() {
                self.drive(Event::Came { key: key(), fresh });
            } else {
                return;
            }
        }
        panic!("it never becomes quiet");
    }
}

proptest! {
    /// Any interleaving of confirmations, refusals, losses and events ends equal to the server.
    #[test]
    fn what_is_shown_becomes_what_the_server_has(placed: bool, acts in prop::collection::vec(act(), 0..60)) {
        let mut world = World {
            cache: Queries::default(),
            server: BTreeMap::new(),
            offset: 0,
            placed,
            calls: VecDeque::new(),
            answers: VecDeque::new(),
            events: VecDeque::new(),
            open: BTreeMap::new(),
            newest: BTreeMap::new(),
            next: 0,
            now: 0,
        };
        world.drive(watch());
        for act in acts {
            world.act(act);
        }
        world.quiet();
        prop_assert_eq!(&*shown(&world.cache), &world.server);
        prop_assert!(world.cache.mutations.is_empty());
        prop_assert!(world.cache.confirmed(&key()).is_some_and(|fresh| *fresh.value == world.server));
    }
}

fn heard(pairs: &[(u8, u8)], as_of: Option<Position>, asked: i64) -> Event<Value, &'static str> {
    Event::Heard {
        key: key(),
        fresh: fresh(pairs, as_of),
        asked: Timestamp::from_millis(asked),
        at: Timestamp::from_millis(asked + 5),
    }
}

#[test]
fn what_another_tab_loaded_counts_where_it_was_asked_for_later() {
    // Asked for at 0, came at 10.
    let mut cache = holding(&[(1, 1)], None);
    step(&mut cache, 20, heard(&[(1, 0)], None, -5));
    assert_eq!(shown(&cache), value(&[(1, 1)]), "older");
    let out = step(&mut cache, 30, heard(&[(1, 2)], None, 15));
    assert_eq!(shown(&cache), value(&[(1, 2)]));
    assert!(
        !out.contains(&Effect::Confirmed { key: key() }),
        "or the tabs would tell each other for ever"
    );
    assert_eq!(
        cache.age(&key()).map(|age| age.came),
        Some(Timestamp::from_millis(20)),
        "its age is that of the other tab's"
    );
    // Places in the log count more than clocks.
    let mut cache = holding(&[(1, 1)], place(5));
    step(&mut cache, 20, heard(&[(1, 0)], place(4), 15));
    assert_eq!(shown(&cache), value(&[(1, 1)]));
    step(&mut cache, 20, heard(&[(1, 2)], place(6), -5));
    assert_eq!(shown(&cache), value(&[(1, 2)]));
}

#[test]
fn what_is_on_its_way_here_counts_where_it_was_asked_for_later() {
    for (asked, expected) in [(50, 3), (70, 2)] {
        let mut cache = holding(&[(1, 1)], None);
        let out = step(&mut cache, 60, Event::Reload { key: key() });
        let reload = attempt(&out).expect("a fetch");
        step(&mut cache, 80, heard(&[(1, 2)], None, asked));
        assert_eq!(shown(&cache), value(&[(1, 2)]));
        step(&mut cache, 90, fetched(reload, Ok(fresh(&[(1, 3)], None))));
        assert_eq!(shown(&cache), value(&[(1, expected)]), "heard of {asked}");
    }
}

#[test]
fn what_is_changed_here_is_asked_for_instead_of_being_overwritten() {
    let mut cache = holding(&[(1, 1)], None);
    step(&mut cache, 20, begin(7, 1, 9));
    let out = step(&mut cache, 30, heard(&[(1, 2)], None, 25));
    assert_eq!(shown(&cache), value(&[(1, 9)]));
    assert!(attempt(&out).is_some());
}
