//! The model's answers to the cases that the server's own tests put to it.
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use switchboard_contract::auth::RefreshRequest;

use switchboard_contract::auth::Role;
use switchboard_contract::ids::{ActionId, ConversationId, MemberId, MessageId, VisitorId, WebsiteId};
use switchboard_contract::live_chat::{
    ChangeConversations, ConversationChange, ConversationRef, ConversationStatus, MarkRead, SendMessage,
    Visibility,
};
use switchboard_contract::position::Offset;
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::realtime::{ClientFrame, Mode, Resume, ServerFrame, close};
use switchboard_contract::time::Timestamp;
use switchboard_engine::inbox::Shelf;

use super::sessions::Ended;
use super::{Credentials, Database, Limits, Request, Response, Sent, Server};

struct Bench {
    server: Server,
    now: Timestamp,
    website: WebsiteId,
    visitor: VisitorId,
    me: MemberId,
    mine: Credentials,
    theirs: Credentials,
    conversation: ConversationId,
    next: u8,
    sent: Vec<Sent>,
}

impl Bench {
    fn new() -> Self {
        let now = Timestamp::from_millis(1_000_000);
        let mut database = Database::new(7);
        let website = WebsiteId::from_parts(now, [9; 10]);
        let visitor = database.add_visitor(now, website);
        let me = database.add_member(now, "Me", Role::Agent, &[website]);
        let colleague = database.add_member(now, "Colleague", Role::Admin, &[]);
        let mut server = Server::new(Limits::default(), database);
        let mine = credentials(server.sign_in(now, me));
        let theirs = credentials(server.sign_in(now, colleague));
        let mut bench = Self {
            server,
            now,
            website,
            visitor,
            me,
            mine,
            theirs,
            conversation: ConversationId::from_parts(now, [0; 10]),
            next: 0,
            sent: Vec::new(),
        };
        bench.conversation = bench.visitor_writes("hello");
        bench
    }

    fn id(&mut self) -> MessageId {
        self.next += 1;
        MessageId::from_parts(self.now, [self.next; 10])
    }

    fn visitor_writes(&mut self, text: &str) -> ConversationId {
        let id = self.id();
        let kept = self
            .server
            .database
            .visitor_writes(self.now, self.visitor, id, text);
        kept.expect("a visitor gets through").message.conversation_id
    }

    fn draft(&mut self, text: &str) -> SendMessage {
        SendMessage {
            id: self.id(),
            conversation_id: self.conversation,
            content: text.to_owned(),
            visibility: Visibility::Public,
            attachments: Vec::new(),
            mentions: Vec::new(),
            after_id: None,
            seen_seq: None,
            force: false,
            reopen: false,
        }
    }

    fn call(&mut self, credentials: &Credentials, request: Request) -> Response {
        self.server
            .call(self.now, 0, credentials, request, &mut self.sent)
            .expect("answered at once")
    }

    fn send(&mut self, message: &SendMessage) -> Response {
        let mine = self.mine.clone();
        self.call(&mine, Request::Send(Box::new(message.clone())))
    }

    fn change(&mut self, set: ConversationChange) -> ChangeConversations {
        self.next += 1;
        ChangeConversations {
            action_id: ActionId::from_parts(self.now, [self.next; 10]),
            items: vec![ConversationRef {
                id: self.conversation,
                version: None,
                action_id: None,
            }],
            set,
        }
    }

    fn close(&mut self) {
        let change = self.change(ConversationChange {
            status: Some(ConversationStatus::Closed),
            ..ConversationChange::default()
        });
        let mine = self.mine.clone();
        self.call(&mine, Request::Change(Box::new(change)));
    }

    fn hello(&mut self, socket: u64, resume: Option<Resume>) -> Vec<ServerFrame> {
        let mine = self.mine.clone();
        let Response::Ticket(ticket) = self.call(&mine, Request::Ticket) else {
            panic!("no ticket")
        };
        self.server.open(self.now, socket);
        self.frame(
            socket,
            &ClientFrame::Hello {
                ticket,
                client: String::new(),
                tab: String::new(),
                resume,
            },
        )
    }

    fn frame(&mut self, socket: u64, frame: &ClientFrame) -> Vec<ServerFrame> {
        let text = serde_json::to_string(frame).expect("serialises");
        self.server.receive(self.now, socket, &text, &mut self.sent);
        self.heard(socket)
    }

    /// What was sent on a socket since the last look; a close is a `bye` here.
    fn heard(&mut self, of: u64) -> Vec<ServerFrame> {
        std::mem::take(&mut self.sent)
            .into_iter()
            .filter_map(|sent| match sent {
                Sent::Frame { socket, text } if socket == of => {
                    Some(serde_json::from_str(&text).expect("a frame"))
                }
                Sent::Close { socket, code } if socket == of => Some(ServerFrame::Bye { code, retry_ms: 0 }),
                _ => None,
            })
            .collect()
    }

    fn tick(&mut self, millis: i64) {
        self.now = self.now.plus_millis(millis);
        self.server.tick(self.now, &mut self.sent);
    }
}

fn credentials(granted: Response) -> Credentials {
    let Response::Refreshed { access, cookie, .. } = granted else {
        panic!("{granted:?}")
    };
    Credentials {
        access: Some(access),
        cookie: Some(cookie),
    }
}

fn code(response: &Response) -> Option<ProblemCode> {
    match response {
        Response::Problem(problem) => Some(problem.code),
        _ => None,
    }
}

fn offsets(frames: &[ServerFrame]) -> Vec<(u64, u64)> {
    frames
        .iter()
        .filter_map(|frame| match frame {
            ServerFrame::Event(event) => Some((event.prev.0, event.offset.0)),
            ServerFrame::CaughtUp { offset, .. } => Some((offset.0, offset.0)),
            _ => None,
        })
        .collect()
}

#[test]
fn the_same_again_is_the_first_result() {
    let mut bench = Bench::new();
    let message = bench.draft("hi");
    let first = bench.send(&message);
    let Response::Sent(result) = &first else {
        panic!("{first:?}")
    };
    assert_eq!(result.message.seq, 3, "a notice and the visitor's come before");
    bench.visitor_writes("meanwhile");
    bench.close();
    assert_eq!(bench.send(&message), first);
    let other = SendMessage {
        content: "ho".to_owned(),
        ..message
    };
    assert_eq!(code(&bench.send(&other)), Some(ProblemCode::IdReused));
}

#[test]
fn a_message_waits_for_the_one_before_it() {
    let mut bench = Bench::new();
    let first = bench.draft("one");
    let second = SendMessage {
        after_id: Some(first.id),
        ..bench.draft("two")
    };
    assert_eq!(code(&bench.send(&second)), Some(ProblemCode::OutOfOrder));
    bench.send(&first);
    assert_eq!(code(&bench.send(&second)), None);
}

#[test]
fn a_colleagues_newer_reply_is_shown_first() {
    let mut bench = Bench::new();
    let reply = bench.draft("I have it");
    let theirs = bench.theirs.clone();
    bench.call(&theirs, Request::Send(Box::new(reply.clone())));
    let mine = SendMessage {
        seen_seq: Some(2),
        ..bench.draft("so have I")
    };
    let refused = bench.send(&mine);
    let Response::Problem(problem) = &refused else {
        panic!("{refused:?}")
    };
    assert_eq!(problem.code, ProblemCode::NewerReply);
    let current = problem.current.as_ref().expect("the reply");
    assert_eq!(current["id"], reply.id.to_string());
    let seen = SendMessage {
        seen_seq: Some(3),
        ..mine
    };
    assert_eq!(code(&bench.send(&seen)), None);
}

#[test]
fn closed_conversations_reopen_only_when_asked() {
    let mut bench = Bench::new();
    bench.close();
    let message = bench.draft("still there?");
    assert_eq!(code(&bench.send(&message)), Some(ProblemCode::ConversationClosed));
    let reopening = SendMessage {
        reopen: true,
        ..message
    };
    assert_eq!(code(&bench.send(&reopening)), None);
    let status = bench.server.database.conversations[&bench.conversation]
        .wire
        .status;
    assert_eq!(status, ConversationStatus::Open);
}

#[test]
fn what_was_taken_back_never_arrives() {
    let mut bench = Bench::new();
    let mine = bench.mine.clone();
    let message = bench.draft("oh no");
    assert_eq!(bench.call(&mine, Request::TakeBack(message.id)), Response::Done);
    assert_eq!(code(&bench.send(&message)), Some(ProblemCode::Gone));
    let stored = bench.draft("fine");
    bench.send(&stored);
    let refused = bench.call(&mine, Request::TakeBack(stored.id));
    assert_eq!(code(&refused), Some(ProblemCode::AlreadySent));
    let theirs = bench.theirs.clone();
    let refused = bench.call(&theirs, Request::TakeBack(stored.id));
    assert_eq!(code(&refused), Some(ProblemCode::NotFound));
}

#[test]
fn an_action_is_done_once() {
    let mut bench = Bench::new();
    let mine = bench.mine.clone();
    let me = bench.me;
    let take = bench.change(ConversationChange {
        assignee_id: Some(Some(me)),
        ..ConversationChange::default()
    });
    let first = bench.call(&mine, Request::Change(Box::new(take.clone())));
    let head = bench.server.database.log.head;
    assert_eq!(bench.call(&mine, Request::Change(Box::new(take.clone()))), first);
    assert_eq!(bench.server.database.log.head, head, "nothing more happened");
    let other = ChangeConversations {
        set: ConversationChange {
            assignee_id: Some(None),
            ..ConversationChange::default()
        },
        ..take
    };
    let refused = bench.call(&mine, Request::Change(Box::new(other)));
    assert_eq!(code(&refused), Some(ProblemCode::IdReused));
}

#[test]
fn read_marks_move_forward_only() {
    let mut bench = Bench::new();
    let mine = bench.mine.clone();
    let id = bench.conversation;
    let Response::Read(read) = bench.call(&mine, Request::Read(id, MarkRead { seq: 2 })) else {
        panic!("not read")
    };
    assert_eq!(read.conversation.unread_count, 0);
    let head = bench.server.database.log.head;
    bench.call(&mine, Request::Read(id, MarkRead { seq: 1 }));
    assert_eq!(bench.server.database.log.head, head);
}

#[test]
fn a_deleted_conversation_is_gone_and_its_events_say_nothing() {
    let mut bench = Bench::new();
    let message = bench.draft("secret");
    bench.send(&message);
    let id = bench.conversation;
    bench.server.database.delete(bench.now, id);
    assert_eq!(code(&bench.send(&message)), Some(ProblemCode::Gone));
    let mine = bench.mine.clone();
    let read = bench.call(&mine, Request::Conversation(id));
    assert_eq!(code(&read), Some(ProblemCode::NotFound));
    let events = bench.server.database.events.values();
    assert!(
        events
            .filter(|entry| entry.event.conversation_id == Some(id))
            .all(|entry| entry.event.body.as_ref().is_none_or(serde_json::Value::is_null))
    );
}

#[test]
fn lists_are_paged_newest_first() {
    let mut bench = Bench::new();
    for _ in 0..5 {
        bench.now = bench.now.plus_millis(10);
        let visitor = bench.server.database.add_visitor(bench.now, bench.website);
        let id = bench.id();
        bench.server.database.visitor_writes(bench.now, visitor, id, "hi");
    }
    let mine = bench.mine.clone();
    let mut cursor = None;
    let mut seen = Vec::new();
    loop {
        let list = Request::List {
            shelf: Shelf::Open,
            cursor,
        };
        let Response::List(page) = bench.call(&mine, list) else {
            panic!("no list")
        };
        seen.extend(page.items.iter().map(|item| item.last_message_at));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 6);
    assert!(seen.is_sorted_by(|one, next| one > next));
}

#[test]
fn a_reconnection_replays_exactly_what_was_missed() {
    let mut bench = Bench::new();
    let frames = bench.hello(1, None);
    let ServerFrame::Welcome {
        epoch, head, mode, ..
    } = frames[0].clone()
    else {
        panic!("{frames:?}")
    };
    assert_eq!((mode, head), (Mode::Snapshot, bench.server.database.log.head));
    bench.visitor_writes("one");
    bench.tick(0);
    let live = bench.heard(1);
    assert_eq!(offsets(&live), [(head.0, head.0 + 1), (head.0 + 1, head.0 + 2)]);
    bench.server.gone(1);
    let id = match &live[1] {
        ServerFrame::Event(event) => event.id,
        other => panic!("{other:?}"),
    };
    bench.visitor_writes("two");
    let resume = Resume {
        epoch,
        offset: Offset(head.0 + 2),
        id: Some(id),
    };
    let frames = bench.hello(2, Some(resume));
    assert!(matches!(
        frames[0],
        ServerFrame::Welcome {
            mode: Mode::Replay,
            ..
        }
    ));
    assert_eq!(
        offsets(&frames),
        [(head.0 + 2, head.0 + 3), (head.0 + 3, head.0 + 4)]
    );
}

#[test]
fn a_connection_that_brought_no_event_is_resumed_as_well() {
    let mut bench = Bench::new();
    let frames = bench.hello(1, None);
    let ServerFrame::Welcome { epoch, head, id, .. } = frames[0].clone() else {
        panic!("{frames:?}")
    };
    assert!(id.is_some());
    bench.server.gone(1);
    let offset = head;
    let frames = bench.hello(2, Some(Resume { epoch, offset, id }));
    assert!(
        matches!(
            frames[0],
            ServerFrame::Welcome {
                mode: Mode::Replay,
                ..
            }
        ),
        "{frames:?}"
    );
}

#[test]
fn another_epoch_is_a_snapshot_and_a_lost_position() {
    let mut bench = Bench::new();
    let frames = bench.hello(1, None);
    let ServerFrame::Welcome { epoch, head, .. } = frames[0].clone() else {
        panic!("{frames:?}")
    };
    bench.server.restart();
    bench.server.database.new_epoch(Offset(2));
    let resume = Resume {
        epoch: epoch.clone(),
        offset: head,
        id: None,
    };
    let frames = bench.hello(2, Some(resume));
    assert!(
        matches!(&frames[0], ServerFrame::Welcome { mode: Mode::Snapshot, epoch: new, .. } if *new != epoch)
    );
    let mine = bench.mine.clone();
    let lost = bench.call(
        &mine,
        Request::Events {
            epoch,
            after: head,
            wait_ms: 0,
        },
    );
    assert_eq!(code(&lost), Some(ProblemCode::PositionLost));
}

#[test]
fn what_others_may_not_see_is_passed_over() {
    let mut bench = Bench::new();
    bench.hello(1, None);
    let head = bench.server.database.log.head.0;
    let elsewhere = WebsiteId::from_parts(bench.now, [8; 10]);
    let visitor = bench.server.database.add_visitor(bench.now, elsewhere);
    let id = bench.id();
    bench
        .server
        .database
        .visitor_writes(bench.now, visitor, id, "not for you");
    bench.visitor_writes("for you");
    bench.tick(0);
    // Four events of the other site: the notice, the message, and the conversation after each.
    assert_eq!(offsets(&bench.heard(1)), [(head, head + 5), (head + 5, head + 6)]);
}

#[test]
fn changed_rights_resync_and_a_revoked_session_ends() {
    let mut bench = Bench::new();
    bench.hello(1, None);
    let member = bench.server.database.members.get_mut(&bench.me).expect("me");
    member.websites = BTreeSet::new();
    bench.tick(2_000);
    let heard = bench.heard(1);
    assert!(
        heard
            .iter()
            .any(|frame| matches!(frame, ServerFrame::Resync { .. })),
        "{heard:?}"
    );
    let session = bench.mine.cookie.expect("a cookie").session;
    bench.server.database.end(bench.now, session, Ended::Revoked);
    bench.tick(2_000);
    let heard = bench.heard(1);
    assert!(
        matches!(
            heard.last(),
            Some(ServerFrame::Bye {
                code: close::REVOKED,
                ..
            })
        ),
        "{heard:?}"
    );
    let mine = bench.mine.clone();
    let refused = bench.call(&mine, Request::Ticket);
    assert_eq!(code(&refused), Some(ProblemCode::Unauthenticated));
}

#[test]
fn silence_and_a_spent_authorisation_end_a_socket() {
    let mut bench = Bench::new();
    bench.hello(1, None);
    bench.tick(8_000);
    bench.tick(5_000);
    assert!(matches!(
        bench.heard(1).last(),
        Some(ServerFrame::Bye { code: 1001, .. })
    ));
    bench.hello(2, None);
    for _ in 0..7 {
        bench.tick(8_000);
        bench.frame(2, &ClientFrame::Pong { n: 1 });
    }
    bench.tick(4_000);
    assert!(matches!(
        bench.heard(2).last(),
        Some(ServerFrame::Bye {
            code: close::EXPIRED,
            ..
        })
    ));
}

#[test]
fn a_ticket_opens_one_socket() {
    let mut bench = Bench::new();
    let mine = bench.mine.clone();
    let Response::Ticket(ticket) = bench.call(&mine, Request::Ticket) else {
        panic!("no ticket")
    };
    let hello = ClientFrame::Hello {
        ticket,
        client: String::new(),
        tab: String::new(),
        resume: None,
    };
    bench.server.open(bench.now, 1);
    assert!(matches!(bench.frame(1, &hello)[0], ServerFrame::Welcome { .. }));
    bench.server.open(bench.now, 2);
    assert!(matches!(
        bench.frame(2, &hello)[0],
        ServerFrame::Bye {
            code: close::EXPIRED,
            ..
        }
    ));
}

#[test]
fn refresh_tokens_rotate_and_an_old_one_ends_the_family() {
    let mut bench = Bench::new();
    let first = bench.mine.clone();
    let second = credentials(bench.call(&first, Request::Refresh(RefreshRequest::default())));
    let again = credentials(bench.call(&first, Request::Refresh(RefreshRequest::default())));
    assert_eq!(again.cookie, second.cookie, "the answer may have been lost");
    bench.call(&second, Request::Ticket);
    bench.tick(30_001);
    let refused = bench.call(&first, Request::Refresh(RefreshRequest::default()));
    assert_eq!(code(&refused), Some(ProblemCode::SessionRevoked));
    let refused = bench.call(&second, Request::Ticket);
    assert_eq!(code(&refused), Some(ProblemCode::Unauthenticated));
}

#[test]
fn a_poll_waits_for_news() {
    let mut bench = Bench::new();
    let mine = bench.mine.clone();
    let position = bench.server.database.position();
    let ask = Request::Events {
        epoch: position.epoch,
        after: position.offset,
        wait_ms: 25_000,
    };
    assert_eq!(bench.server.call(bench.now, 5, &mine, ask, &mut bench.sent), None);
    bench.tick(1_000);
    assert!(bench.sent.is_empty());
    bench.visitor_writes("news");
    bench.tick(0);
    let [Sent::Answer { call: 5, response }] = &bench.sent[..] else {
        panic!("{:?}", bench.sent)
    };
    assert!(matches!(&**response, Response::Events(page) if page.events.len() == 2));
}

#[test]
fn snoozes_and_conversations_end_by_time() {
    let mut bench = Bench::new();
    let until = bench.now.plus_millis(5_000);
    let snooze = bench.change(ConversationChange {
        snoozed_until: Some(Some(until)),
        ..ConversationChange::default()
    });
    let mine = bench.mine.clone();
    bench.call(&mine, Request::Change(Box::new(snooze)));
    assert_eq!(bench.server.due(), Some(until));
    bench.tick(5_000);
    let wire = &bench.server.database.conversations[&bench.conversation].wire;
    assert_eq!(wire.snoozed_until, None);
}
