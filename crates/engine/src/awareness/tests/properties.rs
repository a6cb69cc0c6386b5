//! Whatever happens, nobody is shown for longer than was told, and others know what is true without being flooded.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// The server takes one signal of a type about a conversation in this time and makes others wait.
const SERVER_SPACING_MS: u64 = 250;
/// How long others may be wrong about the person here: one spacing, and one more where an end has to be told first.
const LATE_MS: u64 = 2_000;

/// What may happen to a tab.
#[derive(Clone, Debug)]
enum Happening {
    Pass(u64),
    Heard {
        kind: SignalType,
        place: u8,
        who: u8,
        ttl_ms: u64,
    },
    Wrote {
        place: u8,
        who: u8,
    },
    Typed {
        place: u8,
        internal: bool,
    },
    /// A key every half second.
    TypesOn {
        place: u8,
        keys: u8,
    },
    Emptied(u8),
    Viewing(Option<u8>),
    Used,
    Set(Availability),
    Connected,
}

fn happening() -> impl Strategy<Value = Happening> {
    let kind = prop_oneof![Just(SignalType::Typing), Just(SignalType::Viewing)];
    let set = prop_oneof![
        Just(Availability::Available),
        Just(Availability::Away),
        Just(Availability::Offline)
    ];
    prop_oneof![
        5 => (0_u64..3_000).prop_map(Happening::Pass),
        1 => (0_u64..AWAY_AFTER_MS * 2).prop_map(Happening::Pass),
        4 => (kind, 0_u8..2, 1_u8..3, 0_u64..60_000)
            .prop_map(|(kind, place, who, ttl_ms)| Happening::Heard { kind, place, who, ttl_ms }),
        1 => (0_u8..2, 1_u8..3).prop_map(|(place, who)| Happening::Wrote { place, who }),
        4 => (0_u8..2, any::<bool>()).prop_map(|(place, internal)| Happening::Typed { place, internal }),
        1 => (0_u8..2, 1_u8..60).prop_map(|(place, keys)| Happening::TypesOn { place, keys }),
        1 => (0_u8..2).prop_map(Happening::Emptied),
        2 => proptest::option::of(0_u8..3).prop_map(Happening::Viewing),
        1 => Just(Happening::Used),
        1 => set.prop_map(Happening::Set),
        1 => Just(Happening::Connected),
    ]
}

/// What is true of the person here, and since when.
#[derive(Default)]
struct Truth {
    typing: BTreeMap<u8, (u64, Visibility)>,
    viewing: Option<u8>,
    used_at: u64,
    set: Availability,
    changed_at: u64,
}

impl Truth {
    /// A key is pressed. Where that changes nothing, others have to know what they knew.
    fn types(&mut self, tab: &mut Tab, place: u8, visibility: Visibility) {
        let lasting = self
            .typing
            .get(&place)
            .is_some_and(|(until, before)| *until > tab.at && *before == visibility);
        tab.types(place, visibility);
        self.typing.insert(place, (tab.at + STILL_TYPING_MS, visibility));
        self.used_at = tab.at;
        if !lasting {
            self.changed_at = tab.at;
        }
    }
}

proptest! {
    #[test]
    fn nobody_stays_longer_than_told(happenings in prop::collection::vec(happening(), 1..60)) {
        let mut tab = Tab::new();
        let mut model: BTreeMap<(SignalType, u8, u8), u64> = BTreeMap::new();
        for happening in happenings {
            match happening {
                Happening::Pass(ms) => tab.pass(ms),
                Happening::Heard { kind, place, who, ttl_ms } => {
                    tab.hears(kind, place, &member(who).to_string(), ttl_ms);
                    let longest = if kind == SignalType::Typing { TYPING_TTL_MS } else { VIEWING_TTL_MS };
                    model.insert((kind, place, who), tab.at + ttl_ms.min(longest));
                }
                Happening::Wrote { place, who } => {
                    tab.step(Event::Wrote { conversation: conversation(place), by: Writer::Member(member(who)) });
                    model.remove(&(SignalType::Typing, place, who));
                }
                _ => continue,
            }
            for place in 0..2 {
                let expected = |kind: SignalType| -> Vec<String> {
                    (1..3)
                        .filter(|who| model.get(&(kind, place, *who)).is_some_and(|until| *until > tab.at))
                        .map(|who| member(who).to_string())
                        .collect()
                };
                prop_assert_eq!(tab.typing(place), expected(SignalType::Typing));
                prop_assert_eq!(tab.viewing(place), expected(SignalType::Viewing));
            }
        }
        tab.pass(VIEWING_TTL_MS);
        prop_assert!(tab.machine.others.due().is_none(), "nothing is kept of what ran out");
    }

    #[test]
    fn others_know_what_is_true_and_are_not_flooded(happenings in prop::collection::vec(happening(), 1..60)) {
        let mut tab = Tab::new();
        let mut truth = Truth::default();
        let mut cut = 0;
        for happening in happenings {
            match happening {
                Happening::Pass(ms) => {
                    // In small steps, so that what others believe is looked at all the time.
                    let end = tab.at + ms;
                    while tab.at < end {
                        tab.pass((end - tab.at).min(500));
                        believed(&tab, &truth, cut)?;
                    }
                    continue;
                }
                Happening::Typed { place, internal } => {
                    let visibility = if internal { Visibility::Internal } else { Visibility::Public };
                    truth.types(&mut tab, place, visibility);
                    continue;
                }
                Happening::TypesOn { place, keys } => {
                    for _ in 0..keys {
                        truth.types(&mut tab, place, Visibility::Public);
                        tab.pass(500);
                        believed(&tab, &truth, cut)?;
                    }
                    continue;
                }
                Happening::Emptied(place) => {
                    tab.step(Event::Emptied(conversation(place)));
                    truth.typing.remove(&place);
                }
                Happening::Viewing(place) => {
                    tab.step(Event::Viewing(place.map(conversation)));
                    truth.viewing = place;
                }
                Happening::Used => {
                    tab.step(Event::Used);
                    truth.used_at = tab.at;
                }
                Happening::Set(availability) => {
                    tab.step(Event::Available(availability));
                    truth.set = availability;
                }
                Happening::Connected => {
                    cut = tab.at;
                    tab.step(Event::Connected);
                }
                Happening::Heard { .. } | Happening::Wrote { .. } => continue,
            }
            truth.changed_at = tab.at;
        }
        let mut last: BTreeMap<(SignalType, Option<ConversationId>), u64> = BTreeMap::new();
        for (at, signal) in &tab.told {
            let before = last.insert((signal.kind, signal.conversation_id), *at);
            prop_assert!(before.is_none_or(|before| at - before >= SERVER_SPACING_MS), "{signal:?} at {at}");
        }
    }
}

/// Those at the other end believe the latest word until it runs out; those who came with the latest connection have heard
/// nothing from before it.
fn believed(tab: &Tab, truth: &Truth, cut: u64) -> Result<(), TestCaseError> {
    // What ends by itself is a change as well.
    let ends = truth.typing.values().map(|(until, _)| *until);
    let idle_at = truth.used_at + AWAY_AFTER_MS;
    let changes = ends.chain([idle_at, cut]).filter(|at| *at <= tab.at);
    let changed_at = changes.fold(truth.changed_at, u64::max);
    if tab.at < changed_at + LATE_MS {
        return Ok(());
    }
    for since in [0, cut] {
        let word = |kind: SignalType, place: Option<u8>| {
            let told = tab.told.iter().rev().filter(|(at, _)| *at >= since);
            let mut about = told.filter(|(_, signal)| {
                signal.kind == kind && signal.conversation_id == place.map(conversation)
            });
            let (at, signal) = about.next()?;
            (at + signal.ttl_ms > tab.at).then_some(signal)
        };
        for place in 0..3 {
            let typing = truth.typing.get(&place).filter(|(until, _)| *until > tab.at);
            let told = word(SignalType::Typing, Some(place)).map(|signal| match signal.body {
                None => Visibility::Public,
                Some(_) => Visibility::Internal,
            });
            prop_assert_eq!(
                told,
                typing.map(|(_, visibility)| *visibility),
                "typing at {}",
                tab.at
            );
            let viewing = word(SignalType::Viewing, Some(place)).is_some();
            prop_assert_eq!(
                viewing,
                truth.viewing == Some(place),
                "viewing {} at {}",
                place,
                tab.at
            );
        }
        let away = truth.set == Availability::Available && idle_at <= tab.at;
        prop_assert_eq!(
            word(SignalType::Presence, None).is_some(),
            away,
            "away at {}",
            tab.at
        );
    }
    Ok(())
}
