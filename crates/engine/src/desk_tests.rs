use super::*;
use crate::thread::tests::message;
use switchboard_contract::position::{Epoch, Position};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::time::Timestamp;

type Machine = Desk<&'static str>;

fn step(desk: &mut Machine, event: Event<&'static str>) -> Vec<Effect> {
    let mut out = Vec::new();
    desk.step(Now::default(), event, &mut out);
    out
}

fn desk() -> Machine {
    Desk::new(
        Identity {
            client: "test/1".into(),
            tab: "a".into(),
        },
        3,
    )
}

fn id() -> ConversationId {
    message(1).conversation_id
}

fn loads(out: &[Effect]) -> Vec<(u64, Fetch)> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Load { generation, fetch } => Some((*generation, fetch.clone())),
            _ => None,
        })
        .collect()
}

fn posts(out: &[Effect]) -> Vec<(u64, SendMessage)> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Post { generation, message } => Some((*generation, (**message).clone())),
            _ => None,
        })
        .collect()
}

fn position(offset: u64) -> Position {
    Position {
        epoch: Epoch("e".into()),
        offset: Offset(offset),
    }
}

fn page(last: u64) -> Fetched {
    Fetched::Messages(MessagePage {
        items: (1..=last).map(message).collect(),
        has_more_before: false,
        has_more_after: false,
        as_of: position(last),
    })
}

fn go_live(desk: &mut Machine, mode: &str) -> Vec<Effect> {
    let ticket = |out: &[Effect]| {
        out.iter().find_map(|effect| match effect {
            Effect::Link(link::Effect::Socket(socket::Effect::FetchTicket { generation })) => {
                Some(*generation)
            }
            _ => None,
        })
    };
    let generation = ticket(&step(desk, Event::Start)).expect("asks for a ticket");
    step(
        desk,
        Event::Link(
            socket::Event::Ticket {
                generation,
                result: Ok("t".into()),
            }
            .into(),
        ),
    );
    step(desk, Event::Link(socket::Event::Opened { generation }.into()));
    let text = format!(
        r#"{{"t":"welcome","session":"s","epoch":"e","head":"9","mode":"{mode}","heartbeatMs":8000,
        "tokenExpiresInMs":600000,"serverTime":"2026-11-22T09:30:00.000Z","limits":{{"maxFrameBytes":65536}}}}"#
    );
    step(
        desk,
        Event::Link(socket::Event::Frame { generation, text }.into()),
    )
}

fn send(desk: &mut Machine, n: u8) -> Vec<Effect> {
    let id = MessageId::from_parts(Timestamp::default(), [n; 10]);
    let visibility = Visibility::Public;
    step(
        desk,
        Event::Send {
            conversation: self::id(),
            id,
            content: format!("text {n}"),
            visibility,
        },
    )
}

#[test]
fn a_snapshot_loads_what_is_on_the_screen_anew() {
    let mut desk = desk();
    step(&mut desk, Event::Show(Shelf::Open));
    step(&mut desk, Event::Open(id()));
    let fetches: Vec<Fetch> = loads(&go_live(&mut desk, "snapshot"))
        .into_iter()
        .map(|(_, fetch)| fetch)
        .collect();
    assert!(fetches.contains(&Fetch::List {
        shelf: Shelf::Open,
        cursor: None
    }));
    assert!(fetches.contains(&Fetch::Messages {
        conversation: id(),
        before: None
    }));
}

#[test]
fn a_reply_is_shown_at_once_and_stored_without_a_moment_in_which_it_is_missing() {
    let mut desk = desk();
    let (generation, _) = loads(&step(&mut desk, Event::Open(id())))
        .pop()
        .expect("loads the thread");
    step(
        &mut desk,
        Event::Loaded {
            generation,
            result: Ok(page(2)),
        },
    );
    let out = send(&mut desk, 7);
    assert!(matches!(
        desk.rows(id())[..],
        [Row::Stored(_), Row::Stored(_), Row::Queued(_)]
    ));
    let (generation, request) = posts(&out).pop().expect("sends");
    assert_eq!((request.seen_seq, request.force), (Some(2), false));
    let mut stored = message(3);
    stored.id = request.id;
    let result = Box::new(SendResult {
        message: stored,
        position: position(12),
    });
    step(
        &mut desk,
        Event::Attempted {
            generation,
            outcome: Attempt::Stored(result),
        },
    );
    assert!(matches!(
        desk.rows(id())[..],
        [Row::Stored(_), Row::Stored(_), Row::Stored(_)]
    ));
    assert_eq!(desk.queue_len(), 0);
}

#[test]
fn a_refused_reply_is_sent_again_as_the_person_insists() {
    let mut desk = desk();
    let (generation, request) = posts(&send(&mut desk, 7)).pop().expect("sends");
    let problem = Rc::new(Problem::new(ProblemCode::ConversationClosed, "closed"));
    let outcome = Attempt::Failed(Outcome::Refused(problem));
    step(&mut desk, Event::Attempted { generation, outcome });
    let (_, again) = posts(&step(&mut desk, Event::Retry(request.id)))
        .pop()
        .expect("sends again");
    assert!(again.reopen && again.force && again.id == request.id);
}

#[test]
fn a_queue_goes_out_when_the_connection_is_back() {
    let mut desk = desk();
    let (generation, request) = posts(&send(&mut desk, 7)).pop().expect("sends");
    let outcome = Attempt::Failed(Outcome::Unsure { wait_ms: 60_000 });
    step(&mut desk, Event::Attempted { generation, outcome });
    let (_, again) = posts(&go_live(&mut desk, "replay")).pop().expect("sends at once");
    assert_eq!(again.id, request.id);
}

#[test]
fn a_failed_load_keeps_its_error_until_one_succeeds_and_is_tried_again_when_live() {
    let mut desk = desk();
    let (generation, _) = loads(&step(&mut desk, Event::Open(id())))
        .pop()
        .expect("loads the thread");
    step(
        &mut desk,
        Event::Loaded {
            generation,
            result: Err("offline"),
        },
    );
    assert_eq!(desk.thread_error(id()).map(|(error, _)| *error), Some("offline"));
    let again = loads(&go_live(&mut desk, "replay"));
    let (generation, _) = again
        .into_iter()
        .rfind(|(_, fetch)| matches!(fetch, Fetch::Messages { .. }))
        .expect("tries again");
    step(
        &mut desk,
        Event::Loaded {
            generation,
            result: Ok(page(1)),
        },
    );
    assert!(desk.thread_error(id()).is_none());
}

#[test]
fn an_overtaken_load_is_ignored() {
    let mut desk = desk();
    let (old, _) = loads(&step(&mut desk, Event::Open(id()))).pop().expect("loads");
    let fetch = Fetch::Messages {
        conversation: id(),
        before: None,
    };
    let (new, _) = loads(&step(&mut desk, Event::Reload(fetch)))
        .pop()
        .expect("loads again");
    step(
        &mut desk,
        Event::Loaded {
            generation: old,
            result: Err("late"),
        },
    );
    assert!(desk.thread_error(id()).is_none() && desk.is_thread_loading(id()));
    step(
        &mut desk,
        Event::Loaded {
            generation: new,
            result: Ok(Fetched::Missing),
        },
    );
    assert!(desk.inbox().is_missing(id()));
}

#[test]
fn a_conversation_is_marked_read_once_for_each_message_seen() {
    let mut desk = desk();
    let mut out = step(&mut desk, Event::Open(id()));
    let mut conversation = crate::inbox::tests::conversation(1, 1, Shelf::Open);
    (conversation.id, conversation.unread_count) = (id(), 2);
    for (generation, fetch) in loads(&out) {
        let fetched = match fetch {
            Fetch::Conversation(_) => Fetched::Conversation(Box::new(conversation.clone())),
            _ => page(2),
        };
        step(
            &mut desk,
            Event::Loaded {
                generation,
                result: Ok(fetched),
            },
        );
    }
    out = step(&mut desk, Event::Seen(id()));
    assert_eq!(
        out,
        [Effect::MarkRead {
            conversation: id(),
            seq: 2
        }]
    );
    assert!(
        step(&mut desk, Event::Seen(id())).is_empty(),
        "the answer is on its way"
    );
    step(&mut desk, Event::MarkFailed(id()));
    assert_eq!(
        step(&mut desk, Event::Seen(id())).len(),
        1,
        "a mark that did not arrive is made again"
    );
}

#[test]
fn signing_out_leaves_nothing() {
    let mut desk = desk();
    let (generation, _) = loads(&step(&mut desk, Event::Open(id()))).pop().expect("loads");
    step(
        &mut desk,
        Event::Loaded {
            generation,
            result: Ok(page(2)),
        },
    );
    send(&mut desk, 7);
    step(&mut desk, Event::Stop);
    assert!(desk.rows(id()).is_empty() && desk.queue_len() == 0);
}
