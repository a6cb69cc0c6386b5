use super::*;
use switchboard_contract::problem::ProblemCode;

pub fn member(n: u8) -> MemberId {
    MemberId::from_parts(Timestamp::from_millis(i64::from(n)), [n; 10])
}

pub fn action(n: u8) -> ActionId {
    ActionId::from_parts(Timestamp::from_millis(i64::from(n)), [n; 10])
}

pub fn conversation(n: u8) -> ConversationId {
    ConversationId::from_parts(Timestamp::from_millis(i64::from(n)), [n; 10])
}

pub fn reply(n: u8, content: &str) -> Entry {
    let draft = Draft {
        content: content.to_owned(),
        visibility: Visibility::Public,
        seen_seq: 1,
        mentions: Vec::new(),
        attachments: Vec::new(),
    };
    Entry::new(
        action(n),
        conversation(1),
        Action::Send(draft),
        Timestamp::default(),
    )
}

fn opened() -> Records {
    let mut shelf = Records::default();
    shelf.run(member(1), Op::Open { erase: false });
    shelf
}

fn append(shelf: &mut Records, entry: Entry) -> Answer {
    shelf.run(member(1), Op::Append(Box::new(entry)))
}

#[test]
fn a_message_names_the_one_that_waits_before_it() {
    let mut shelf = opened();
    append(&mut shelf, reply(1, "one"));
    let close = Entry::new(
        action(2),
        conversation(1),
        Action::Change(ConversationChange::default()),
        Timestamp::default(),
    );
    append(&mut shelf, close);
    let Answer::Appended { entry, .. } = append(&mut shelf, reply(3, "two")) else {
        panic!("kept")
    };
    assert_eq!(
        (entry.after, entry.position),
        (Some(action(1)), 2),
        "a change is no message"
    );
    shelf.run(
        member(1),
        Op::Remove {
            term: None,
            id: action(1),
            lane: entry.lane,
        },
    );
    let two = shelf
        .entries
        .iter()
        .find(|known| known.id == action(3))
        .expect("waits");
    assert_eq!((two.after, two.revision), (None, 1));
}

#[test]
fn the_same_action_is_kept_once() {
    let mut shelf = opened();
    let first = append(&mut shelf, reply(1, "one"));
    assert_eq!(append(&mut shelf, reply(1, "one")), first);
    assert_eq!(shelf.entries.len(), 1);
}

#[test]
fn a_read_mark_replaces_those_that_wait() {
    let mut shelf = opened();
    append(&mut shelf, reply(1, "one"));
    for (n, seq) in [(2, 4), (3, 9)] {
        let read = Entry::new(
            action(n),
            conversation(1),
            Action::Read { seq },
            Timestamp::default(),
        );
        append(&mut shelf, read);
    }
    let ids: Vec<_> = shelf.entries.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [action(1), action(3)]);
}

#[test]
fn an_earlier_leader_writes_nothing() {
    let mut shelf = opened();
    append(&mut shelf, reply(1, "one"));
    let lane = shelf.entries[0].lane;
    let claim = |shelf: &mut Records| match shelf.run(member(1), Op::Claim) {
        Answer::Claimed { term, .. } => term,
        other => panic!("{other:?}"),
    };
    let (old, new) = (claim(&mut shelf), claim(&mut shelf));
    assert!(new > old);
    let remove = |term| Op::Remove {
        term: Some(term),
        id: action(1),
        lane,
    };
    assert_eq!(shelf.run(member(1), remove(old)), Answer::Fenced { term: new });
    assert_eq!(shelf.entries.len(), 1);
    assert!(matches!(
        shelf.run(member(1), remove(new)),
        Answer::Removed { .. }
    ));
}

#[test]
fn what_waits_for_one_person_is_never_another_persons() {
    let mut shelf = opened();
    append(&mut shelf, reply(1, "one"));
    assert_eq!(
        shelf.run(member(2), Op::Open { erase: false }),
        Answer::Foreign {
            entries: 1,
            owned: true
        }
    );
    assert_eq!(
        shelf.run(member(2), Op::Claim),
        Answer::Foreign {
            entries: 1,
            owned: true
        }
    );
    assert_eq!(
        shelf.run(member(2), Op::Open { erase: true }),
        Answer::Opened {
            entries: Vec::new(),
            next: 1,
            erased: 1,
            sign_in: 2,
            term: 0
        }
    );
    assert_eq!(
        append(&mut shelf, reply(2, "late")),
        Answer::Foreign {
            entries: 0,
            owned: true
        }
    );
}

#[test]
fn the_end_of_one_sign_in_forgets_nothing_of_the_next() {
    let mut shelf = opened();
    append(&mut shelf, reply(1, "one"));
    let end = |sign_in| Op::End { sign_in };
    assert_eq!(shelf.run(member(1), end(1)), Answer::Cleared { entries: 1 });
    let reopened = shelf.run(member(1), Op::Reopen { sign_in: 1 });
    let nobodys = Answer::Foreign {
        entries: 0,
        owned: false,
    };
    assert_eq!(reopened, nobodys, "it has ended");
    shelf.run(member(1), Op::Open { erase: false });
    append(&mut shelf, reply(2, "two"));
    assert!(matches!(shelf.run(member(1), end(1)), Answer::Foreign { .. }));
    assert_eq!(shelf.entries.len(), 1);
    assert_eq!(shelf.run(member(1), end(2)), Answer::Cleared { entries: 1 });
}

#[test]
fn what_the_browser_has_dropped_is_opened_again() {
    let mut shelf = Records::default();
    let opened = shelf.run(member(1), Op::Reopen { sign_in: 4 });
    assert!(matches!(opened, Answer::Opened { sign_in: 5, .. }), "{opened:?}");
}

#[test]
fn signing_out_forgets_the_person_and_not_the_term() {
    let mut shelf = opened();
    append(&mut shelf, reply(1, "one"));
    shelf.run(member(1), Op::Claim);
    assert_eq!(shelf.run(member(1), Op::Clear), Answer::Cleared { entries: 1 });
    assert_eq!(
        (shelf.meta.owner, shelf.meta.term, shelf.entries.len()),
        (None, 1, 0)
    );
}

#[test]
fn deciding_raises_what_was_seen_for_the_whole_lane_and_not_what_was_given_up() {
    let mut shelf = opened();
    append(&mut shelf, reply(1, "one"));
    append(&mut shelf, reply(2, "two"));
    let lane = shelf.entries[0].lane;
    let change = |id, to| Op::Change {
        term: None,
        id,
        lane,
        to,
        known: 0,
    };
    let problem = Box::new(Problem::new(ProblemCode::NewerReply, "why"));
    shelf.run(member(1), change(action(1), To::Blocked(problem)));
    let again = To::Again {
        reopen: false,
        seen_seq: 7,
    };
    shelf.run(member(1), change(action(1), again.clone()));
    for entry in &shelf.entries {
        let Action::Send(draft) = &entry.action else {
            panic!("a message")
        };
        assert_eq!(draft.seen_seq, 7);
    }
    shelf.run(member(1), change(action(2), To::TakingBack));
    shelf.run(member(1), change(action(2), again));
    let two = shelf
        .entries
        .iter()
        .find(|entry| entry.id == action(2))
        .expect("waits");
    assert_eq!(two.standing, Standing::TakingBack);
}

#[test]
fn nobody_waits_for_a_message_that_cannot_be_read() {
    let mut shelf = opened();
    for n in 1..=4 {
        append(&mut shelf, reply(n, "text"));
    }
    let mut elsewhere = reply(5, "elsewhere");
    elsewhere.lane.conversation = conversation(2);
    append(&mut shelf, elsewhere);
    shelf
        .entries
        .retain(|entry| entry.id != action(2) && entry.id != action(3));

    let changed = relink(&mut shelf.entries, &[action(2), action(3)]);
    let [four] = changed.as_slice() else {
        panic!("one named a lost message: {changed:?}")
    };
    assert_eq!(
        (four.id, four.after, four.revision),
        (action(4), Some(action(1)), 1)
    );
    assert!(relink(&mut shelf.entries, &[action(2), action(3)]).is_empty());

    shelf.entries.retain(|entry| entry.id != action(1));
    let changed = relink(&mut shelf.entries, &[action(1)]);
    assert_eq!(changed.first().map(|entry| entry.after), Some(None));
}

#[test]
fn a_rebuilt_meta_puts_new_entries_at_the_end_and_owns_nothing() {
    let mut shelf = opened();
    append(&mut shelf, reply(1, "one"));
    append(&mut shelf, reply(2, "two"));
    let meta = Meta::rebuilt(&shelf.entries);
    assert_eq!((meta.next, meta.owner), (2, None));
    assert_eq!(Meta::rebuilt(&[]).next, 0);
}
