//! What others do until it runs out, and what they believe of the person here.

mod properties;

use std::collections::BTreeSet;

use serde_json::json;
use switchboard_contract::realtime::{PRESENCE_TTL_MS, Sender, SignalType, TYPING_TTL_MS, VIEWING_TTL_MS};
use switchboard_contract::time::Timestamp;

use super::*;

fn conversation(n: u8) -> ConversationId {
    ConversationId::from_parts(Timestamp::from_millis(1), [n; 10])
}

fn member(n: u8) -> MemberId {
    MemberId::from_parts(Timestamp::from_millis(2), [n; 10])
}

const ME: u8 = 0;
const VISITOR: &str = "visitor";

fn now(monotonic: u64) -> Now {
    Now {
        monotonic,
        wall: Timestamp::default(),
    }
}

fn signal(kind: SignalType, place: Option<u8>, who: &str, ttl_ms: u64, body: serde_json::Value) -> Signal {
    let side = if who == VISITOR {
        SenderKind::Visitor
    } else {
        SenderKind::Member
    };
    Signal {
        kind,
        conversation_id: place.map(conversation),
        who: who.to_owned(),
        sender: Some(Sender {
            kind: side,
            id: Some(who.to_owned()),
            name: Some("Mira".to_owned()),
        }),
        ttl_ms,
        body: Some(body),
    }
}

/// A tab, its timer, and what those at the other end of its connection believe.
struct Tab {
    machine: Awareness,
    at: u64,
    timer: Option<(u64, u64)>,
    told: Vec<(u64, Signal)>,
    changed: BTreeSet<ConversationId>,
    presence_changed: bool,
    shared: usize,
}

impl Tab {
    fn new() -> Self {
        let mut tab = Self {
            machine: Awareness::default(),
            at: 0,
            timer: None,
            told: Vec::new(),
            changed: BTreeSet::new(),
            presence_changed: false,
            shared: 0,
        };
        tab.step(Event::Begin {
            me: member(ME),
            availability: Availability::Available,
        });
        tab.step(Event::Leads(true));
        tab
    }

    fn step(&mut self, event: Event) {
        let mut out = Vec::new();
        self.machine.step(now(self.at), event, &mut out);
        for effect in out {
            match effect {
                Effect::Tell(signal) => self.told.push((self.at, signal)),
                Effect::InUse => self.shared += 1,
                Effect::Changed {
                    conversations,
                    presence,
                } => {
                    assert!(presence || !conversations.is_empty(), "a change of nothing");
                    self.changed.extend(conversations);
                    self.presence_changed |= presence;
                }
                Effect::SetTimer { generation, after_ms } => {
                    assert!(after_ms > 0, "what is due now was done now");
                    self.timer = Some((generation, self.at + after_ms));
                }
            }
        }
    }

    /// Lets time pass, timers included.
    fn pass(&mut self, ms: u64) {
        let end = self.at + ms;
        while let Some((generation, due)) = self.timer.filter(|(_, due)| *due <= end) {
            self.timer = None;
            self.at = due;
            self.step(Event::Timer { generation });
        }
        self.at = end;
    }

    fn typing(&self, place: u8) -> Vec<&str> {
        let typists = self.machine.typing(conversation(place));
        typists.map(|typist| &*typist.person.id).collect()
    }

    fn viewing(&self, place: u8) -> Vec<&str> {
        let viewers = self.machine.viewing(conversation(place));
        viewers.map(|viewer| &*viewer.id).collect()
    }

    fn hears(&mut self, kind: SignalType, place: u8, who: &str, ttl_ms: u64) {
        self.step(Event::Heard(signal(kind, Some(place), who, ttl_ms, json!(null))));
    }

    fn types(&mut self, place: u8, visibility: Visibility) {
        self.step(Event::Typed {
            conversation: conversation(place),
            visibility,
        });
    }

    /// What was told since the last look: kind, conversation, time to live.
    fn take_told(&mut self) -> Vec<(SignalType, Option<ConversationId>, u64)> {
        let told = std::mem::take(&mut self.told);
        told.into_iter()
            .map(|(_, signal)| (signal.kind, signal.conversation_id, signal.ttl_ms))
            .collect()
    }
}

#[test]
fn a_draft_is_shown_until_it_runs_out_is_sent_or_deleted() {
    let mut tab = Tab::new();
    let draft = |text: &str| signal(SignalType::Typing, Some(1), VISITOR, 5_000, json!({"text": text}));
    tab.step(Event::Heard(draft("Do you")));
    tab.step(Event::Heard(draft("Do you ship")));
    let typists: Vec<_> = tab.machine.typing(conversation(1)).cloned().collect();
    assert_eq!(typists.len(), 1);
    assert_eq!(typists[0].draft.as_deref(), Some("Do you ship"));
    assert_eq!(typists[0].person.name.as_deref(), Some("Mira"));
    assert!(
        !format!("{typists:?}").contains("ship"),
        "drafts stay out of logs"
    );
    tab.pass(4_999);
    assert_eq!(tab.typing(1), [VISITOR]);
    tab.pass(1);
    assert!(tab.typing(1).is_empty() && tab.changed.contains(&conversation(1)));

    tab.step(Event::Heard(draft("Do you")));
    tab.hears(SignalType::Typing, 1, &member(5).to_string(), 5_000);
    tab.step(Event::Wrote {
        conversation: conversation(1),
        by: Writer::Visitor,
    });
    assert_eq!(
        tab.typing(1),
        [member(5).to_string()],
        "the message is there: the colleague writes on"
    );
    tab.step(Event::Wrote {
        conversation: conversation(1),
        by: Writer::Member(member(5)),
    });
    assert!(tab.typing(1).is_empty());
    tab.step(Event::Heard(draft("x")));
    tab.hears(SignalType::Typing, 1, VISITOR, 0);
    assert!(tab.typing(1).is_empty(), "nothing is left of it");
}

#[test]
fn a_forged_time_to_live_holds_no_longer_than_any() {
    let mut tab = Tab::new();
    tab.hears(SignalType::Typing, 1, VISITOR, u64::MAX);
    tab.hears(SignalType::Viewing, 1, "a", u64::MAX);
    tab.pass(TYPING_TTL_MS);
    assert!(tab.typing(1).is_empty());
    tab.pass(VIEWING_TTL_MS - TYPING_TTL_MS);
    assert!(tab.viewing(1).is_empty());
}

#[test]
fn colleagues_come_and_go() {
    let mut tab = Tab::new();
    let appears = |availability: &str, ttl_ms| {
        let body = json!({"availability": availability});
        Event::Heard(signal(
            SignalType::Presence,
            None,
            &member(5).to_string(),
            ttl_ms,
            body,
        ))
    };
    assert_eq!(tab.machine.availability(member(5)), Availability::Offline);
    tab.step(appears("away", 60_000));
    assert_eq!(tab.machine.availability(member(5)), Availability::Away);
    assert!(std::mem::take(&mut tab.presence_changed));
    tab.step(appears("away", 60_000));
    assert!(!tab.presence_changed, "nothing new");
    tab.pass(PRESENCE_TTL_MS);
    assert_eq!(
        tab.machine.availability(member(5)),
        Availability::Offline,
        "never told again"
    );
    tab.step(appears("available", 60_000));
    tab.step(appears("offline", 60_000));
    assert_eq!(tab.machine.availability(member(5)), Availability::Offline);
    assert!(tab.presence_changed);
}

#[test]
fn one_self_is_nobody_else() {
    let mut tab = Tab::new();
    let me = member(ME).to_string();
    for who in [me.as_str(), ""] {
        tab.hears(SignalType::Typing, 1, who, 5_000);
        tab.hears(SignalType::Viewing, 1, who, 5_000);
    }
    assert!(tab.typing(1).is_empty() && tab.viewing(1).is_empty() && tab.changed.is_empty());
}

#[test]
fn where_another_tab_stops_looking_this_one_says_that_it_still_does() {
    let mut tab = Tab::new();
    tab.step(Event::Viewing(Some(conversation(1))));
    tab.pass(2_000);
    assert_eq!(tab.take_told().len(), 1);
    tab.hears(SignalType::Viewing, 1, "", 0);
    assert_eq!(
        tab.take_told(),
        [(SignalType::Viewing, Some(conversation(1)), VIEWING_TTL_MS)]
    );
}

#[test]
fn whoever_comes_to_look_is_told_at_once_who_does_already() {
    let mut tab = Tab::new();
    tab.step(Event::Viewing(Some(conversation(1))));
    tab.types(1, Visibility::Public);
    tab.pass(2_000);
    tab.take_told();
    tab.hears(SignalType::Viewing, 2, "b", VIEWING_TTL_MS);
    assert_eq!(tab.take_told(), [], "they look at something else");
    tab.hears(SignalType::Viewing, 1, "b", VIEWING_TTL_MS);
    assert_eq!(
        tab.take_told(),
        [
            (SignalType::Typing, Some(conversation(1)), TYPING_TTL_MS),
            (SignalType::Viewing, Some(conversation(1)), VIEWING_TTL_MS),
        ]
    );
    tab.pass(2_000);
    tab.hears(SignalType::Viewing, 1, "b", VIEWING_TTL_MS);
    assert_eq!(
        tab.take_told(),
        [],
        "once: two who look do not answer each other for ever"
    );
}

#[test]
fn a_note_ends_what_the_visitor_was_told_first() {
    let mut tab = Tab::new();
    tab.types(1, Visibility::Public);
    tab.pass(500);
    tab.types(1, Visibility::Internal);
    tab.pass(3_000);
    let told: Vec<_> = tab
        .told
        .iter()
        .map(|(at, signal)| (*at, signal.ttl_ms, signal.body.clone()))
        .collect();
    let note = json!({"visibility": "internal"});
    assert_eq!(
        told,
        [
            (0, TYPING_TTL_MS, None),
            (1_000, 0, None),
            (2_000, TYPING_TTL_MS, Some(note))
        ]
    );
}

#[test]
fn who_writes_on_right_after_sending_is_told_of_again() {
    let mut tab = Tab::new();
    tab.types(1, Visibility::Public);
    tab.pass(300);
    // Sent: where the message arrives, it ends what was told.
    tab.step(Event::Emptied(conversation(1)));
    tab.pass(200);
    tab.types(1, Visibility::Public);
    tab.pass(500);
    let told = (SignalType::Typing, Some(conversation(1)), TYPING_TTL_MS);
    assert_eq!(tab.take_told(), [told, told]);
}

#[test]
fn nobody_at_the_keys_is_away_and_what_is_set_wins() {
    let mut tab = Tab::new();
    tab.pass(AWAY_AFTER_MS - 1);
    assert_eq!(tab.machine.own_availability(), Availability::Available);
    tab.pass(1);
    assert_eq!(tab.machine.own_availability(), Availability::Away);
    assert_eq!(tab.machine.availability(member(ME)), Availability::Away);
    assert_eq!(tab.take_told(), [(SignalType::Presence, None, PRESENCE_TTL_MS)]);
    // It is told again in time, and the end of it at once.
    tab.pass(PRESENCE_TTL_MS);
    assert_eq!(tab.take_told().len(), 1);
    tab.step(Event::Used);
    assert_eq!(tab.machine.own_availability(), Availability::Available);
    assert_eq!(tab.take_told(), [(SignalType::Presence, None, 0)]);

    tab.step(Event::Available(Availability::Offline));
    tab.pass(2 * AWAY_AFTER_MS);
    assert_eq!(tab.machine.own_availability(), Availability::Offline);
    assert_eq!(tab.take_told(), [], "the server knows what is set");
    tab.step(Event::Available(Availability::Available));
    assert_eq!(
        tab.machine.own_availability(),
        Availability::Away,
        "still nobody at the keys"
    );
}

#[test]
fn use_of_any_tab_counts_and_only_the_leader_speaks() {
    let mut tab = Tab::new();
    for _ in 0..100 {
        tab.pass(1_000);
        tab.step(Event::Used);
    }
    assert_eq!(tab.shared, 4, "told to the other tabs now and then");
    tab.pass(AWAY_AFTER_MS - 1);
    tab.step(Event::UsedElsewhere);
    tab.pass(AWAY_AFTER_MS - 1);
    assert_eq!(tab.machine.own_availability(), Availability::Available);
    tab.step(Event::Leads(false));
    tab.pass(1);
    assert_eq!(tab.machine.own_availability(), Availability::Away);
    assert_eq!(tab.take_told(), []);
    tab.step(Event::Leads(true));
    assert_eq!(tab.take_told(), [(SignalType::Presence, None, PRESENCE_TTL_MS)]);
}

#[test]
fn a_new_connection_is_told_everything() {
    let mut tab = Tab::new();
    tab.pass(AWAY_AFTER_MS);
    tab.step(Event::Viewing(Some(conversation(1))));
    tab.pass(2_000);
    tab.take_told();
    tab.step(Event::Connected);
    assert_eq!(
        tab.take_told(),
        [
            (SignalType::Viewing, Some(conversation(1)), VIEWING_TTL_MS),
            (SignalType::Presence, None, PRESENCE_TTL_MS),
        ]
    );
}

#[test]
fn nothing_of_anybody_stays() {
    let mut tab = Tab::new();
    tab.hears(SignalType::Typing, 1, VISITOR, 5_000);
    tab.step(Event::Viewing(Some(conversation(1))));
    tab.take_told();
    tab.step(Event::Forget);
    assert!(tab.typing(1).is_empty() && tab.changed.contains(&conversation(1)));
    tab.pass(3 * AWAY_AFTER_MS);
    assert_eq!(tab.take_told(), []);
    assert_eq!(tab.timer, None);
}

#[test]
fn how_long_one_is_there_without_use_is_set_by_the_person() {
    let mut tab = Tab::new();
    tab.step(Event::AwayAfter(3 * 60_000));
    tab.pass(3 * 60_000 - 1);
    assert_eq!(tab.machine.own_availability(), Availability::Available);
    tab.pass(1);
    assert_eq!(tab.machine.own_availability(), Availability::Away);
    assert_eq!(tab.take_told(), [(SignalType::Presence, None, PRESENCE_TTL_MS)]);
    tab.step(Event::AwayAfter(5 * 60_000));
    assert_eq!(
        tab.machine.own_availability(),
        Availability::Available,
        "a longer time holds at once"
    );
    // It outlasts a sign-out: the page tells it before the next sign-in begins.
    tab.step(Event::Forget);
    tab.step(Event::Begin {
        me: member(ME),
        availability: Availability::Available,
    });
    tab.pass(4 * 60_000);
    assert_eq!(tab.machine.own_availability(), Availability::Available);
}
