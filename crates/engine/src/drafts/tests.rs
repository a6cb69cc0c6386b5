//! Tests of drafts in several tabs.

use std::collections::VecDeque;

use proptest::prelude::*;
use switchboard_contract::ids::MemberId;
use switchboard_contract::time::Timestamp;

use super::kept::{Answer, MAX_BYTES, MAX_DRAFTS, MAX_EMPTIED, Op, Write, plan};
use super::*;

fn conversation(number: u8) -> ConversationId {
    ConversationId::from_parts(Timestamp::from_millis(1), [number; 10])
}

fn member(number: u8) -> MemberId {
    MemberId::from_parts(Timestamp::from_millis(1), [number; 10])
}

fn reply(number: u8) -> Place {
    Place {
        conversation: conversation(number),
        kind: Kind::Reply,
    }
}

fn note(number: u8) -> Place {
    Place {
        kind: Kind::Note,
        ..reply(number)
    }
}

fn drive(drafts: &mut Drafts, event: Event) -> Vec<Effect> {
    let mut out = Vec::new();
    drafts.step(event, &mut out);
    out
}

fn typed(drafts: &mut Drafts, place: Place, text: &str) -> Vec<Effect> {
    let text = text.to_owned();
    drive(drafts, Event::Typed { place, text })
}

fn written(effects: Vec<Effect>) -> Vec<Draft> {
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Write(drafts) => Some(drafts),
            _ => None,
        })
        .flatten()
        .collect()
}

/// Types in one tab and tells the other.
fn tell(from: &mut Drafts, to: &mut Drafts, place: Place, text: &str) {
    typed(from, place, text);
    hear(from, to);
}

fn hear(from: &mut Drafts, to: &mut Drafts) {
    for draft in written(drive(from, Event::Flush)) {
        drive(to, Event::Heard(draft));
    }
}

fn two() -> (Drafts, Drafts) {
    (Drafts::new("left".to_owned()), Drafts::new("right".to_owned()))
}

#[test]
fn what_is_typed_is_kept_once_in_a_while_and_when_the_page_goes() {
    let (mut tab, _) = two();
    let timer = Effect::SetTimer {
        generation: 1,
        after_ms: KEEP_AFTER_MS,
    };
    assert_eq!(typed(&mut tab, reply(1), "H"), [timer]);
    assert_eq!(typed(&mut tab, reply(1), "He"), []);
    assert_eq!(typed(&mut tab, reply(1), "He"), []);
    let kept = written(drive(&mut tab, Event::Timer { generation: 1 }));
    assert_eq!(
        kept.iter().map(|draft| draft.text.as_str()).collect::<Vec<_>>(),
        ["He"]
    );
    assert_eq!(drive(&mut tab, Event::Timer { generation: 1 }), []);
    typed(&mut tab, note(1), "only us");
    assert_eq!(written(drive(&mut tab, Event::Flush)).len(), 1);
    assert_eq!(drive(&mut tab, Event::Timer { generation: 2 }), []);
    assert_eq!(tab.newest(conversation(1)), Some(Kind::Note));
    assert_eq!(tab.text(reply(1)), "He");
    assert_eq!(tab.newest(conversation(2)), None);
}

#[test]
fn what_the_store_has_not_confirmed_is_kept_again_when_the_page_goes() {
    let (mut tab, mut other) = two();
    typed(&mut tab, reply(1), "Half a wo");
    let asked = written(drive(&mut tab, Event::Timer { generation: 1 }));
    // A page that is only hidden has time to hear of it.
    assert_eq!(drive(&mut tab, Event::Flush), []);
    assert_eq!(written(drive(&mut tab, Event::Leave)), asked);
    for draft in asked.clone() {
        drive(&mut other, Event::Heard(draft));
    }
    assert_eq!(drive(&mut other, Event::Leave), [], "it is not this tab's");
    let newer = Vec::new();
    drive(&mut tab, Event::Kept { drafts: asked, newer });
    assert_eq!(drive(&mut tab, Event::Leave), []);
}

#[test]
fn a_tab_that_only_shows_it_follows() {
    let (mut left, mut right) = two();
    tell(&mut left, &mut right, reply(1), "Hello");
    assert_eq!(right.text(reply(1)), "Hello");
    tell(&mut right, &mut left, reply(1), "Hello there");
    assert_eq!(
        left.text(reply(1)),
        "Hello there",
        "someone went on with what was typed here"
    );
    assert_eq!((left.other(reply(1)), right.other(reply(1))), (None, None));
    tell(&mut left, &mut right, reply(1), "");
    assert_eq!(right.text(reply(1)), "");
    assert_eq!(right.newest(conversation(1)), None);
}

#[test]
fn nothing_changes_under_the_cursor() {
    let (mut left, mut right) = two();
    typed(&mut right, reply(1), "mine");
    typed(&mut left, reply(1), "a");
    tell(&mut left, &mut right, reply(1), "theirs");
    assert_eq!(right.text(reply(1)), "mine");
    assert_eq!(right.other(reply(1)), Some("theirs"));
    drive(&mut right, Event::Take(reply(1)));
    assert_eq!(right.text(reply(1)), "theirs");
    assert_eq!(right.other(reply(1)), Some("mine"), "it can be had back");
    drive(&mut right, Event::PutAway(reply(1)));
    assert_eq!(right.other(reply(1)), None);
}

#[test]
fn what_was_not_chosen_is_there_after_the_text_box_was_gone() {
    let (mut left, mut right) = two();
    typed(&mut right, reply(1), "mine");
    typed(&mut left, reply(1), "a");
    tell(&mut left, &mut right, reply(1), "theirs");
    drive(&mut right, Event::Released(conversation(1)));
    assert_eq!(right.text(reply(1)), "theirs");
    assert_eq!(right.other(reply(1)), Some("mine"));
}

#[test]
fn sent_in_one_tab_it_is_gone_in_all() {
    let (mut left, mut right) = two();
    tell(&mut left, &mut right, reply(1), "Hello");
    for draft in written(drive(&mut right, Event::Sent(reply(1)))) {
        drive(&mut left, Event::Heard(draft));
    }
    assert_eq!(left.text(reply(1)), "");
    // What was on its way from before does not bring it back.
    let late = Draft {
        place: reply(1),
        text: "Hello".to_owned(),
        stamp: Stamp {
            count: 1,
            tab: "left".to_owned(),
        },
        after: None,
    };
    drive(&mut right, Event::Heard(late));
    assert_eq!(right.text(reply(1)), "");
}

#[test]
fn what_is_typed_on_while_another_tab_sends_stays() {
    let (mut left, mut right) = two();
    tell(&mut left, &mut right, reply(1), "Hello");
    typed(&mut left, reply(1), "Hello and more");
    let mut effects = Vec::new();
    for draft in written(drive(&mut right, Event::Sent(reply(1)))) {
        effects.extend(drive(&mut left, Event::Heard(draft)));
    }
    assert_eq!(left.text(reply(1)), "Hello and more");
    hear(&mut left, &mut right);
    assert_eq!(right.text(reply(1)), "Hello and more");
}

#[test]
fn a_deleted_conversation_has_none() {
    let (mut tab, _) = two();
    typed(&mut tab, reply(1), "a");
    typed(&mut tab, note(1), "b");
    typed(&mut tab, reply(2), "c");
    assert_eq!(written(drive(&mut tab, Event::Gone(conversation(1)))).len(), 3);
    assert_eq!(tab.newest(conversation(1)), None);
    assert_eq!(tab.text(reply(2)), "c");
}

#[test]
fn nobody_else_reads_or_writes_them() {
    let draft = Draft {
        place: reply(1),
        text: "secret".to_owned(),
        stamp: Stamp {
            count: 1,
            tab: "left".to_owned(),
        },
        after: None,
    };
    for owner in [None, Some(member(2))] {
        for op in [Op::Read, Op::Put(vec![draft.clone()])] {
            assert_eq!(
                plan(member(1), op, owner, vec![draft.clone()]),
                (Vec::new(), Answer::Foreign)
            );
        }
    }
    assert!(!format!("{draft:?} {:?}", Event::Heard(draft.clone())).contains("secret"));
}

#[test]
fn the_store_lets_go_of_the_oldest() {
    let draft = |count: u64, text: String| Draft {
        place: Place {
            conversation: ConversationId::from_parts(Timestamp::from_millis(count as i64), [1; 10]),
            kind: Kind::Reply,
        },
        text,
        stamp: Stamp {
            count,
            tab: String::new(),
        },
        after: None,
    };
    let read = |drafts: Vec<Draft>| match plan(member(1), Op::Read, Some(member(1)), drafts) {
        (writes, Answer::Read(left)) => (
            writes,
            left.iter().map(|draft| draft.stamp.count).collect::<Vec<_>>(),
        ),
        other => panic!("{other:?}"),
    };
    let many = (0..MAX_DRAFTS as u64 + 1)
        .map(|count| draft(count, "x".to_owned()))
        .collect();
    let (writes, left) = read(many);
    assert_eq!(writes, [Write::Delete(draft(0, String::new()).place)]);
    assert_eq!(left.len(), MAX_DRAFTS);
    let half = "x".repeat(MAX_BYTES / 2);
    assert_eq!(
        read((0..3).map(|count| draft(count, half.clone())).collect()).1,
        [1, 2]
    );
    assert_eq!(
        read(vec![draft(1, "x".repeat(MAX_BYTES + 1))]).1,
        [1],
        "the newest stays"
    );
    let emptied = (1..MAX_EMPTIED as u64 + 2).map(|count| draft(count, String::new()));
    let (_, left) = read([draft(0, "x".to_owned())].into_iter().chain(emptied).collect());
    assert_eq!(left.len(), MAX_EMPTIED + 1);
    assert!(left.contains(&0), "what was sent makes no room");
}

/// Two tabs of one browser over a store and a channel that may lose what is said.
struct Browser {
    tabs: [Drafts; 2],
    store: BTreeMap<Place, Draft>,
    /// What each tab has not heard yet.
    said: [VecDeque<Draft>; 2],
    asked: [VecDeque<Op>; 2],
    opened: u32,
}

impl Browser {
    fn new() -> Self {
        let (left, right) = two();
        Self {
            tabs: [left, right],
            store: BTreeMap::new(),
            said: Default::default(),
            asked: Default::default(),
            opened: 0,
        }
    }

    fn drive(&mut self, tab: usize, event: Event) {
        for effect in drive(&mut self.tabs[tab], event) {
            match effect {
                Effect::Write(drafts) => {
                    self.said[1 - tab].extend(drafts.iter().cloned());
                    self.asked[tab].push_back(Op::Put(drafts));
                }
                Effect::Read => self.asked[tab].push_back(Op::Read),
                Effect::SetTimer { .. } | Effect::Changed(_) | Effect::Listed(_) => {}
            }
        }
    }

    fn carry_out(&mut self, tab: usize) -> bool {
        let Some(op) = self.asked[tab].pop_front() else {
            return false;
        };
        let there = match op.places() {
            None => self.store.values().cloned().collect(),
            Some(places) => places
                .filter_map(|place| self.store.get(&place).cloned())
                .collect(),
        };
        let (writes, answer) = plan(member(1), op, Some(member(1)), there);
        for write in writes {
            match write {
                Write::Put(draft) => drop(self.store.insert(draft.place, draft)),
                Write::Delete(place) => drop(self.store.remove(&place)),
            }
        }
        match answer {
            Answer::Read(drafts) => self.drive(tab, Event::Read(drafts)),
            Answer::Kept { drafts, newer } => self.drive(tab, Event::Kept { drafts, newer }),
            Answer::Foreign => {}
        }
        true
    }

    fn hears(&mut self, tab: usize) -> bool {
        let Some(draft) = self.said[tab].pop_front() else {
            return false;
        };
        self.drive(tab, Event::Heard(draft));
        true
    }

    fn crash(&mut self, tab: usize) {
        self.opened += 1;
        self.tabs[tab] = Drafts::new(format!("tab {}", self.opened));
        self.said[tab].clear();
        self.asked[tab].clear();
        self.drive(tab, Event::Sync);
    }

    fn settle(&mut self) {
        loop {
            for tab in [0, 1] {
                self.drive(tab, Event::Flush);
            }
            let mut moved = false;
            for tab in [0, 1] {
                moved |= self.carry_out(tab);
                moved |= self.hears(tab);
            }
            if !moved {
                return;
            }
        }
    }

    fn drafts(&self, tab: usize) -> BTreeMap<Place, String> {
        let known = self.tabs[tab].places.iter();
        known
            .map(|(place, known)| (*place, known.draft.text.clone()))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }
}

#[derive(Clone, Debug)]
enum Happens {
    Types(usize, Place, u8),
    Sends(usize, Place),
    Leaves(usize, u8),
    Takes(usize, Place),
    Flushes(usize),
    Stores(usize),
    FailsToStore(usize),
    Hears(usize),
    Misses(usize),
    Looks(usize),
    Crashes(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    let tab = 0..2_usize;
    let place = (0..3_u8, any::<bool>()).prop_map(|(n, is_note)| if is_note { note(n) } else { reply(n) });
    prop_oneof![
        6 => (tab.clone(), place.clone(), any::<u8>()).prop_map(|(tab, place, text)| Happens::Types(tab, place, text)),
        1 => (tab.clone(), place.clone()).prop_map(|(tab, place)| Happens::Sends(tab, place)),
        1 => (tab.clone(), 0..3_u8).prop_map(|(tab, n)| Happens::Leaves(tab, n)),
        1 => (tab.clone(), place).prop_map(|(tab, place)| Happens::Takes(tab, place)),
        3 => tab.clone().prop_map(Happens::Flushes),
        3 => tab.clone().prop_map(Happens::Stores),
        1 => tab.clone().prop_map(Happens::FailsToStore),
        3 => tab.clone().prop_map(Happens::Hears),
        2 => tab.clone().prop_map(Happens::Misses),
        1 => tab.clone().prop_map(Happens::Looks),
        1 => tab.prop_map(Happens::Crashes),
    ]
}

fn of_place(place: Place, text: &str) -> bool {
    text.is_empty() || text.starts_with(&format!("{place:?} "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Both tabs and the store end with the same drafts, nothing of one place stands in another, and what stands in a
    /// text box is replaced only by what was typed by someone who had seen it.
    #[test]
    fn two_tabs_end_alike(events in prop::collection::vec(happens(), 0..60)) {
        let mut browser = Browser::new();
        for event in events {
            let before = browser.tabs.each_ref().map(|tab| tab.places.clone());
            let (mut acting, mut heard) = (None, None);
            match event {
                Happens::Types(tab, place, text) => {
                    acting = Some(tab);
                    let text = format!("{place:?} {text}");
                    browser.drive(tab, Event::Typed { place, text });
                }
                Happens::Sends(tab, place) => { acting = Some(tab); browser.drive(tab, Event::Sent(place)); }
                Happens::Leaves(tab, n) => { acting = Some(tab); browser.drive(tab, Event::Released(conversation(n))); }
                Happens::Takes(tab, place) => { acting = Some(tab); browser.drive(tab, Event::Take(place)); }
                Happens::Flushes(tab) => browser.drive(tab, Event::Flush),
                Happens::Stores(tab) => drop(browser.carry_out(tab)),
                Happens::FailsToStore(tab) => drop(browser.asked[tab].pop_front()),
                Happens::Hears(tab) => {
                    heard = browser.said[tab].front().cloned();
                    browser.hears(tab);
                }
                Happens::Misses(tab) => drop(browser.said[tab].pop_front()),
                Happens::Looks(tab) => browser.drive(tab, Event::Sync),
                Happens::Crashes(tab) => { acting = Some(tab); browser.crash(tab); }
            }
            for (tab, before) in before.iter().enumerate().filter(|(tab, _)| acting != Some(*tab)) {
                for (place, known) in before {
                    let Some((mine, stamp)) = known.mine.as_ref().filter(|(text, _)| !text.is_empty()) else { continue };
                    let now = browser.tabs[tab].text(*place);
                    let by = heard.as_ref().filter(|draft| draft.place == *place);
                    prop_assert!(
                        now == mine || by.is_none_or(|draft| draft.follows(stamp)),
                        "replaced under the cursor"
                    );
                }
            }
            for tab in &browser.tabs {
                for (place, known) in &tab.places {
                    prop_assert!(of_place(*place, known.shown()));
                    prop_assert!(of_place(*place, known.other.as_deref().unwrap_or_default()));
                }
            }
        }
        for _ in 0..2 {
            for tab in [0, 1] {
                browser.drive(tab, Event::Sync);
            }
            browser.settle();
        }
        let kept: BTreeMap<Place, String> = browser.store.values()
            .map(|draft| (draft.place, draft.text.clone()))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        prop_assert_eq!(browser.drafts(0), browser.drafts(1));
        prop_assert_eq!(browser.drafts(0), kept);
    }
}
