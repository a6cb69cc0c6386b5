use super::*;
use crate::inbox::Shelf;
use crate::inbox::tests::{id, position};
use proptest::prelude::*;
use std::collections::BTreeMap as Map;
use switchboard_contract::position::Epoch;

mod restoring;

pub(super) fn me() -> MemberId {
    MemberId::from_parts(Timestamp::default(), [1; 10])
}

fn other() -> MemberId {
    MemberId::from_parts(Timestamp::default(), [2; 10])
}

pub(super) fn mine(term: u64) -> Meta {
    Meta {
        owner: Some(me()),
        term,
        ..Meta::default()
    }
}

pub(super) fn place(offset: u64) -> Place {
    let position = position(offset);
    Place {
        resume: Resume {
            epoch: position.epoch.clone(),
            offset: position.offset,
            id: None,
        },
        position,
        at: Timestamp::from_millis(offset.cast_signed()),
    }
}

fn text(text: &str) -> Option<Text> {
    Some(Text {
        text: text.to_owned(),
        is_used: true,
    })
}

fn write(since: u64, at: u64, changes: impl IntoIterator<Item = (Key, Option<Text>)>) -> LogWrite {
    LogWrite {
        term: 1,
        since: position(since),
        place: place(at),
        changes: changes.into_iter().collect(),
        touched: BTreeMap::new(),
    }
}

fn log(records: &mut Records, write: LogWrite) -> Answer {
    records.run(me(), Op::Log(Box::new(write)), &mine(1), MAX_BYTES)
}

fn conversation(n: u8) -> (Key, Option<Text>) {
    let kept = KeptConversation {
        conversation: crate::inbox::tests::conversation(n, i64::from(n), Shelf::Open),
        as_of: Offset(1),
    };
    let json = serde_json::to_string(&kept).expect("written");
    (Key::Conversation(id(n)), text(&json))
}

fn age(asked: i64, offset: Option<u64>) -> Age {
    Age {
        asked: Timestamp::from_millis(asked),
        came: Timestamp::from_millis(asked + 1),
        as_of: offset.map(position),
    }
}

fn key(part: &str) -> Key {
    Key::Value("websites".to_owned(), part.to_owned())
}

fn value(records: &mut Records, part: &str, text: &str, age: Age) -> Answer {
    let op = Op::Value {
        key: key(part),
        text: text.to_owned(),
        age,
    };
    records.run(me(), op, &mine(1), MAX_BYTES)
}

fn values(records: &mut Records) -> Map<String, String> {
    let found = records.read(me(), &mine(1), Part::Values);
    found
        .values
        .into_iter()
        .map(|value| (value.part, value.text))
        .collect()
}

fn kept_conversations(records: &mut Records) -> Vec<ConversationId> {
    let found = records.read(me(), &mine(1), Part::Log).log.expect("kept");
    let mut ids: Vec<_> = found
        .conversations
        .iter()
        .map(|kept| kept.conversation.id)
        .collect();
    ids.sort();
    ids
}

const KEPT: Answer = Answer::Kept { evicted: 0 };

#[test]
fn names_are_read_as_what_they_are() {
    for key in [
        Key::List(Shelf::Closed),
        Key::Conversation(id(3)),
        Key::Thread(id(3)),
        key("1/25"),
        Key::Value("labels".to_owned(), String::new()),
    ] {
        assert_eq!(key.to_string().parse(), Ok(key.clone()));
    }
    for name in ["", "log", "log/list", "log/list/all", "log/thread/7", "index"] {
        assert_eq!(name.parse::<Key>(), Err(UnknownKey), "{name}");
    }
}

#[test]
fn an_older_value_never_replaces_a_newer_one() {
    let mut records = Records::default();
    assert_eq!(value(&mut records, "1", "\"new\"", age(20, None)), KEPT);
    assert_eq!(value(&mut records, "1", "\"old\"", age(10, None)), Answer::Older);
    assert_eq!(value(&mut records, "1", "\"same\"", age(20, None)), Answer::Older);
    assert_eq!(values(&mut records)["1"], "\"new\"");
    // Where both places are known, they count and the clocks do not.
    assert_eq!(value(&mut records, "1", "\"placed\"", age(30, Some(5))), KEPT);
    assert_eq!(
        value(&mut records, "1", "\"late\"", age(40, Some(4))),
        Answer::Older
    );
    assert_eq!(value(&mut records, "1", "\"further\"", age(25, Some(6))), KEPT);
    assert_eq!(values(&mut records)["1"], "\"further\"");
}

#[test]
fn what_is_kept_of_the_log_never_goes_back() {
    let mut records = Records::default();
    assert_eq!(log(&mut records, write(0, 9, [conversation(1)])), KEPT);
    assert_eq!(log(&mut records, write(0, 8, [conversation(2)])), Answer::Older);
    let mut late = write(0, 10, [conversation(2)]);
    late.term = 0;
    assert_eq!(log(&mut records, late), Answer::Fenced);
    assert_eq!(kept_conversations(&mut records), [id(1)]);
}

#[test]
fn another_leader_keeps_what_it_knows_to_be_unchanged() {
    let mut records = Records::default();
    log(&mut records, write(0, 9, [1, 2, 3].map(conversation)));
    let mut next = write(9, 15, [(Key::Conversation(id(3)), None)]);
    next.touched = [(id(1), Offset(9)), (id(2), Offset(10))].into();
    assert_eq!(log(&mut records, next), KEPT);
    assert_eq!(kept_conversations(&mut records), [id(1)], "2 has changed since");
    // A leader that has not heard everything since knows nothing of the rest.
    assert_eq!(log(&mut records, write(16, 17, [conversation(4)])), KEPT);
    assert_eq!(kept_conversations(&mut records), [id(4)]);
    // Numbers of another generation of the log say nothing about those of this one.
    let mut anew = write(0, 3, [conversation(5)]);
    let epoch = Epoch("anew".into());
    (anew.since.epoch, anew.place.position.epoch) = (epoch.clone(), epoch);
    assert_eq!(log(&mut records, anew), KEPT);
    assert_eq!(kept_conversations(&mut records), [id(5)]);
}

#[test]
fn nobody_else_reads_or_writes() {
    let mut records = Records::default();
    log(&mut records, write(0, 9, [conversation(1)]));
    value(&mut records, "1", "1", age(1, None));
    let before = records.clone();
    for meta in [
        Meta::default(),
        Meta {
            owner: Some(other()),
            ..Meta::default()
        },
    ] {
        let op = Op::Log(Box::new(write(0, 10, [])));
        assert_eq!(records.run(me(), op, &meta, MAX_BYTES), Answer::Foreign);
        for part in [Part::Log, Part::Values] {
            assert_eq!(records.read(me(), &meta, part), Found::default());
        }
    }
    assert_eq!(records, before);
}

#[test]
fn what_cannot_be_read_goes_and_the_rest_works() {
    let mut records = Records::default();
    log(&mut records, write(0, 9, [1, 2].map(conversation)));
    value(&mut records, "1", "1", age(1, None));
    let broken = Key::Conversation(id(1)).to_string();
    records.entries.insert(broken.clone(), "{garbage".to_owned());
    records
        .entries
        .insert("log/nothing/of/ours".to_owned(), "{}".to_owned());
    let found = records.read(me(), &mine(1), Part::All);
    assert_eq!((found.unreadable, found.values.len()), (2, 1));
    assert_eq!(kept_conversations(&mut records), [id(2)]);
    assert_eq!(records.read(me(), &mine(1), Part::Log).unreadable, 0, "told once");
    // An entry that was lost is no longer listed.
    records.entries.remove(&key("1").to_string());
    let found = records.read(me(), &mine(1), Part::Values);
    assert_eq!((found.unreadable, found.values.len()), (1, 0));
    // Without an index nobody knows what the texts are.
    records.index = Some("garbage".to_owned());
    let found = records.read(me(), &mine(1), Part::Log);
    assert_eq!((found.unreadable, found.log), (1, None));
    assert!(records.is_empty());
    assert_eq!(log(&mut records, write(0, 3, [conversation(7)])), KEPT);
}

#[test]
fn what_a_newer_program_wrote_is_left_as_it_is() {
    let mut records = Records::default();
    log(&mut records, write(0, 9, [conversation(1)]));
    records.index = Some(r#"{"version":2,"drawers":[]}"#.to_owned());
    let before = records.clone();
    assert_eq!(log(&mut records, write(0, 10, [])), Answer::Newer);
    assert_eq!(value(&mut records, "1", "1", age(1, None)), Answer::Newer);
    assert!(records.read(me(), &mine(1), Part::Log).is_newer);
    assert_eq!(records, before);
}

#[test]
fn less_room_ends() {
    let mut room = MAX_BYTES;
    let mut tries = 0;
    while let Some(less) = less_room(room) {
        assert!(less < room);
        (room, tries) = (less, tries + 1);
    }
    assert!((1..8).contains(&tries));
}

proptest! {
    /// Whatever is kept and in whichever order: never more than there is room for, what goes was used before all that stays, and
    /// index and texts always tell the same.
    #[test]
    fn what_was_used_longest_ago_goes(
        puts in prop::collection::vec((0_u8..20, 0_usize..400, any::<bool>()), 1..60),
        room in 300_u64..3_000,
    ) {
        let mut records = Records::default();
        let mut uses: Map<Key, u64> = Map::new();
        for (at, (n, size, is_value)) in (1_u64..).zip(puts) {
            let filler = "x".repeat(size);
            let (key, op) = if is_value {
                let key = key(&n.to_string());
                let op = Op::Value { key: key.clone(), text: filler, age: age(at.cast_signed(), None) };
                (key, op)
            } else {
                let key = Key::Thread(id(n));
                (key.clone(), Op::Log(Box::new(write(0, at, [(key, text(&filler))]))))
            };
            let answer = records.run(me(), op, &mine(1), room);
            let is_kept = matches!(answer, Answer::Kept { .. });
            prop_assert!(is_kept);
            uses.insert(key, at);
            let index: Index = serde_json::from_str(records.index.as_deref().expect("kept")).expect("read");
            let listed: Vec<String> = index.entries.keys().map(Key::to_string).collect();
            let mut there: Vec<String> = records.entries.keys().cloned().collect();
            there.sort();
            let mut sorted = listed.clone();
            sorted.sort();
            prop_assert_eq!(sorted, there);
            let bytes: usize = records.entries.iter().map(|(key, text)| key.len() + text.len()).sum();
            prop_assert!(bytes as u64 <= room);
            let newest_gone = uses.iter().filter(|(key, _)| !index.entries.contains_key(*key)).map(|(_, at)| *at).max();
            let oldest_kept = uses.iter().filter(|(key, _)| index.entries.contains_key(*key)).map(|(_, at)| *at).min();
            if let (Some(gone), Some(kept)) = (newest_gone, oldest_kept) {
                prop_assert!(gone < kept, "{gone} went before {kept}");
            }
            uses.retain(|key, _| index.entries.contains_key(key));
        }
    }
}
