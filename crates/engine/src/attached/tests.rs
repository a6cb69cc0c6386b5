//! Tests of attached files in several tabs over one store.

use switchboard_contract::ids::MemberId;

use super::kept::{Answer, MAX_AGE_MS, Op, Write, plan};
use super::*;
use crate::store::MAX_KEPT_BYTES;

fn conversation(number: u8) -> ConversationId {
    ConversationId::from_parts(Timestamp::from_millis(1), [number; 10])
}

fn member(number: u8) -> MemberId {
    MemberId::from_parts(Timestamp::from_millis(1), [number; 10])
}

fn file(number: u8) -> File {
    File {
        id: AttachmentId::from_parts(Timestamp::from_millis(1), [number; 10]),
        name: format!("{number}.txt"),
        media_type: "text/plain".to_owned(),
        size: u64::from(number),
    }
}

/// What one browser keeps.
#[derive(Default)]
struct Device {
    kept: Vec<Attached>,
}

impl Device {
    fn run(&mut self, op: Op) -> Answer {
        let (writes, answer) = plan(member(1), op, Some(member(1)), self.kept.clone());
        for write in writes {
            match write {
                Write::Put(attached) => self.kept.push(attached),
                Write::Delete(id) => self.kept.retain(|attached| attached.file.id != id),
            }
        }
        answer
    }

    /// What the queue does with a message that is kept.
    fn append(&mut self, files: &[File]) {
        self.kept
            .retain(|attached| files.iter().all(|file| file.id != attached.file.id));
    }
}

/// Carries one event of `tab` out to its end and lets the `others` hear of it.
fn drive(device: &mut Device, tab: &mut AttachedFiles, others: &mut [&mut AttachedFiles], event: Event) {
    let mut events = vec![event];
    while let Some(event) = events.pop() {
        let mut effects = Vec::new();
        tab.step(event, &mut effects);
        for effect in effects {
            match effect {
                Effect::Keep(attached) => {
                    let id = attached.file.id;
                    if device.run(Op::Put(attached)) == Answer::Done {
                        events.push(Event::Kept(id));
                    }
                }
                Effect::Release(ids) => {
                    device.run(Op::Delete(ids));
                    events.push(Event::Released);
                }
                Effect::Read => {
                    let now = Timestamp::from_millis(1);
                    if let Answer::Read(there) = device.run(Op::Read { now }) {
                        events.push(Event::Read(there));
                    }
                }
                Effect::Tell(Word::Changed) => {
                    for other in &mut *others {
                        drive(device, other, &mut [], Event::Sync);
                    }
                }
                Effect::Tell(_) | Effect::Changed(_) => {}
            }
        }
    }
}

fn added(conversation: ConversationId, files: Vec<File>) -> Event {
    Event::Added {
        conversation,
        files,
        at: Timestamp::from_millis(1),
    }
}

fn names(tab: &AttachedFiles, number: u8) -> Vec<&str> {
    tab.of(conversation(number))
        .map(|file| file.name.as_str())
        .collect()
}

#[test]
fn what_is_attached_is_there_after_a_reload_and_in_the_other_tab_in_its_order() {
    let (mut device, mut left, mut right) = <(Device, AttachedFiles, AttachedFiles)>::default();
    let files = vec![file(3), file(1), file(2)];
    drive(
        &mut device,
        &mut left,
        &mut [&mut right],
        added(conversation(1), files),
    );
    let mut reloaded = AttachedFiles::default();
    drive(&mut device, &mut reloaded, &mut [], Event::Sync);
    for tab in [&left, &right, &reloaded] {
        assert_eq!(names(tab, 1), ["3.txt", "1.txt", "2.txt"]);
        assert!(names(tab, 2).is_empty());
        assert_eq!(tab.bytes_beside(conversation(2)), 6);
        assert_eq!(tab.bytes_beside(conversation(1)), 0);
        assert!(tab.has(file(1).id) && !tab.has(file(4).id));
    }
}

#[test]
fn what_is_taken_away_in_one_tab_goes_in_all() {
    let (mut device, mut left, mut right) = <(Device, AttachedFiles, AttachedFiles)>::default();
    let files = vec![file(1), file(2)];
    drive(
        &mut device,
        &mut left,
        &mut [&mut right],
        added(conversation(1), files),
    );
    let event = Event::Removed(conversation(1), file(1).id);
    drive(&mut device, &mut right, &mut [&mut left], event);
    assert_eq!(
        (names(&left, 1), names(&right, 1)),
        (vec!["2.txt"], vec!["2.txt"])
    );
    let event = Event::Gone(conversation(1));
    drive(&mut device, &mut left, &mut [&mut right], event);
    assert!(names(&left, 1).is_empty() && names(&right, 1).is_empty());
    assert!(device.kept.is_empty());
}

#[test]
fn what_is_sent_is_the_messages_and_comes_back_to_no_tab() {
    let (mut device, mut left, mut right) = <(Device, AttachedFiles, AttachedFiles)>::default();
    drive(
        &mut device,
        &mut left,
        &mut [&mut right],
        added(conversation(1), vec![file(1)]),
    );
    // A reading that began before the message was kept.
    let before = device.kept.clone();
    drive(
        &mut device,
        &mut left,
        &mut [&mut right],
        Event::Taken(conversation(1)),
    );
    drive(&mut device, &mut left, &mut [], Event::Read(before));
    assert!(names(&left, 1).is_empty());
    device.append(&[file(1)]);
    drive(&mut device, &mut right, &mut [], Event::Sync);
    assert!(names(&right, 1).is_empty());
}

#[test]
fn what_a_message_took_that_was_never_kept_goes_with_it() {
    let (mut device, mut tab) = <(Device, AttachedFiles)>::default();
    drive(
        &mut device,
        &mut tab,
        &mut [],
        added(conversation(1), vec![file(1)]),
    );
    drive(&mut device, &mut tab, &mut [], Event::Taken(conversation(1)));
    assert_eq!(device.kept.len(), 1, "a crash now brings it back");
    drive(&mut device, &mut tab, &mut [], Event::Over(vec![file(1).id]));
    assert!(device.kept.is_empty());
}

#[test]
fn what_there_is_no_room_for_stays_in_its_tab() {
    let (mut device, mut left, mut right) = <(Device, AttachedFiles, AttachedFiles)>::default();
    let large = File {
        size: MAX_KEPT_BYTES,
        ..file(1)
    };
    drive(
        &mut device,
        &mut left,
        &mut [&mut right],
        added(conversation(1), vec![large, file(2)]),
    );
    assert_eq!(names(&left, 1), ["1.txt", "2.txt"]);
    drive(&mut device, &mut left, &mut [], Event::Sync);
    assert_eq!(
        names(&left, 1),
        ["1.txt", "2.txt"],
        "what is not kept is not missed"
    );
    assert_eq!(
        names(&right, 1),
        ["1.txt"],
        "the browser has room for one of them"
    );
}

#[test]
fn what_nobody_came_back_to_goes() {
    let mut device = Device::default();
    let attached = |number, at| Attached {
        conversation: conversation(1),
        file: file(number),
        at: Timestamp::from_millis(at),
        place: 0,
    };
    device.run(Op::Put(attached(1, 0)));
    device.run(Op::Put(attached(2, 1)));
    let now = Timestamp::from_millis(MAX_AGE_MS + 1);
    assert_eq!(device.run(Op::Read { now }), Answer::Read(vec![attached(2, 1)]));
    assert_eq!(device.kept, [attached(2, 1)]);
}

#[test]
fn nobody_else_reads_or_writes_them() {
    let attached = Attached {
        conversation: conversation(1),
        file: file(1),
        at: Timestamp::from_millis(1),
        place: 0,
    };
    for owner in [None, Some(member(2))] {
        let now = Timestamp::from_millis(1);
        for op in [
            Op::Read { now },
            Op::Put(attached.clone()),
            Op::Delete(vec![file(1).id]),
        ] {
            assert_eq!(
                plan(member(1), op, owner, vec![attached.clone()]),
                (Vec::new(), Answer::Foreign)
            );
        }
    }
    assert!(!format!("{attached:?}").contains("txt"), "names are in no log");
}

#[test]
fn what_is_remembered_of_what_went_is_bounded() {
    let mut tab = AttachedFiles::default();
    for at in 0..MAX_GONE as i64 + 10 {
        let id = AttachmentId::from_parts(Timestamp::from_millis(at), [1; 10]);
        let file = File { id, ..file(1) };
        tab.step(added(conversation(1), vec![file]), &mut Vec::new());
        tab.step(Event::Taken(conversation(1)), &mut Vec::new());
    }
    assert_eq!(tab.gone.len(), MAX_GONE);
}
