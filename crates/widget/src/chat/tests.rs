//! The chat against a script of answers: what the server and the loader would say.

mod files;
mod pre_chat;
mod rating;
mod typing;

use serde_json::{Value, json};
use switchboard_contract::ids::MessageId;
use switchboard_contract::time::Timestamp;

use super::*;
use crate::bridge::{self, Call};
use crate::rows::{Content, Delivery, Side};

const VISITOR: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const OTHER: &str = "01890a5d-ac96-774b-bcce-b302099a8058";
const CONVERSATION: &str = "01890a5d-ac96-774b-bcce-b302099a0001";

struct Frame {
    chat: Chat,
    now: Now,
    out: Vec<Effect>,
}

impl Frame {
    fn new(remembered: Remembered) -> Self {
        let mut frame = Self {
            chat: Chat::new("tab".to_owned(), 7, remembered),
            now: Now::default(),
            out: Vec::new(),
        };
        frame.step(Event::Start);
        frame
    }

    fn step(&mut self, event: Event) {
        self.chat.step(self.now, event, &mut self.out);
    }

    fn session(&mut self, visitor: &str) {
        let message =
            json!({"session": {"code": "code", "visitor": visitor, "widget": {"greeting": "Hello"}}});
        let message = bridge::read(&message.to_string()).expect("a session");
        self.step(Event::Host(message));
    }

    /// The oldest request for `path` that was not taken yet.
    fn request(&mut self, path: &str) -> Request {
        let found = self
            .out
            .iter()
            .position(|effect| matches!(effect, Effect::Request(request) if request.path == path));
        let Some(Effect::Request(request)) = found.map(|index| self.out.remove(index)) else {
            panic!("no request for {path} in {:?}", self.out)
        };
        request
    }

    fn asks_for(&self, path: &str) -> bool {
        self.out
            .iter()
            .any(|effect| matches!(effect, Effect::Request(request) if request.path == path))
    }

    fn answer(&mut self, request: &Request, status: u16, body: Value) {
        self.step(Event::Answer {
            id: request.id,
            status,
            body: body.to_string(),
        });
    }

    fn submit(&mut self, text: &str) -> MessageId {
        self.now.wall = self.now.wall.plus_millis(1);
        self.step(Event::Submit {
            random: [3; 10],
            text: text.to_owned(),
            files: Vec::new(),
        });
        MessageId::from_parts(self.now.wall, [3; 10])
    }

    /// Opens the socket that is asked for and says `welcome`.
    fn connect(&mut self, mode: &str, head: u64) -> u64 {
        let ticket = self.request("/api/visitor/ticket");
        self.answer(&ticket, 200, json!({"ticket": "t", "expiresInMs": 30_000}));
        let generation = self
            .out
            .iter()
            .rev()
            .find_map(|effect| match effect {
                Effect::OpenSocket(generation) => Some(*generation),
                _ => None,
            })
            .expect("a socket");
        self.step(Event::Link(socket::Event::Opened { generation }));
        self.frame(
            generation,
            json!({"t": "welcome", "session": "s", "epoch": "e", "head": head.to_string(), "mode": mode,
                "heartbeatMs": 8_000, "tokenExpiresInMs": 600_000, "serverTime": "2026-11-22T09:30:00.000Z",
                "limits": {"maxFrameBytes": 65_536}}),
        );
        generation
    }

    fn frame(&mut self, generation: u64, frame: Value) {
        let text = frame.to_string();
        self.step(Event::Link(socket::Event::Frame { generation, text }));
    }

    fn event(&mut self, generation: u64, offset: u64, message: Value) {
        self.frame(
            generation,
            json!({"t": "event", "offset": offset.to_string(), "prev": (offset - 1).to_string(),
                "type": "message.created", "id": VISITOR, "at": "2026-11-22T09:30:00.000Z", "body": message}),
        );
    }

    /// Lets the newest timer of a kind run out.
    fn run_out(&mut self, kind: socket::TimerKind) {
        let found = self.out.iter().rev().find_map(|effect| match effect {
            Effect::SetTimer(Timer::Socket(timer), after_ms) if timer.kind == kind => {
                Some((*timer, *after_ms))
            }
            _ => None,
        });
        let (timer, after_ms) = found.expect("a timer");
        self.now.monotonic += after_ms;
        self.step(Event::Timer(Timer::Socket(timer)));
    }

    fn texts(&self) -> Vec<String> {
        self.chat.rows().iter().map(|row| row.text().to_owned()).collect()
    }

    fn told(&self) -> Vec<ToHost> {
        let told = self.out.iter().filter_map(|effect| match effect {
            Effect::Tell(message) => Some(message.clone()),
            _ => None,
        });
        told.collect()
    }
}

fn message(id: MessageId, seq: u64, kind: &str, text: &str) -> Value {
    json!({"id": id, "conversationId": CONVERSATION, "seq": seq, "type": kind, "content": text,
        "createdAt": "2026-11-22T09:30:00.000Z"})
}

fn id(n: u8) -> MessageId {
    MessageId::from_parts(Timestamp::from_millis(1), [n; 10])
}

fn page(as_of: u64, items: Vec<Value>) -> Value {
    json!({"items": items, "hasMoreBefore": false, "hasMoreAfter": false,
        "asOf": {"epoch": "e", "offset": as_of.to_string()}})
}

fn kept() -> Kept {
    Kept {
        visitor: VISITOR.parse().expect("an id"),
        token: "token".to_owned(),
        seen: None,
    }
}

/// A visit that is live, with `items` in its history.
fn live(items: Vec<Value>) -> (Frame, u64) {
    let mut frame = Frame::new(Remembered {
        kept: Some(kept()),
        ..Remembered::default()
    });
    frame.session(VISITOR);
    let head = items.len() as u64;
    let load = frame.request("/api/visitor/messages");
    frame.answer(&load, 200, page(head, items));
    let generation = frame.connect("snapshot", head);
    frame.out.clear();
    (frame, generation)
}

#[test]
fn a_code_is_traded_for_a_token_and_history_loads() {
    let mut frame = Frame::new(Remembered::default());
    assert_eq!(frame.told(), [ToHost::Ready]);
    assert_eq!(frame.chat.notice(), Notice::Connecting);
    frame.session(VISITOR);
    let trade = frame.request("/api/visitor/frame");
    assert_eq!(trade.body.as_deref(), Some(r#"{"frameCode":"code"}"#));
    assert!(!trade.authorised);
    frame.answer(&trade, 200, json!({"visitorToken": "fresh"}));
    assert_eq!(frame.chat.token(), Some("fresh"));
    assert!(frame.out.contains(&Effect::KeepVisit));
    let load = frame.request("/api/visitor/messages");
    frame.answer(&load, 200, page(1, vec![message(id(1), 1, "bot", "Hi")]));
    assert_eq!(frame.texts(), ["Hello", "Hi"]);
    frame.connect("snapshot", 1);
    assert_eq!(frame.chat.notice(), Notice::None);
    assert!(
        !frame.asks_for("/api/visitor/messages"),
        "the page that came already holds everything"
    );
}

#[test]
fn a_kept_token_of_the_same_visitor_saves_the_trade() {
    let mut frame = Frame::new(Remembered {
        kept: Some(kept()),
        ..Remembered::default()
    });
    frame.session(VISITOR);
    assert_eq!(frame.chat.token(), Some("token"));
    assert!(!frame.asks_for("/api/visitor/frame"));

    let mut frame = Frame::new(Remembered {
        kept: Some(kept()),
        waiting: vec![(
            id(1),
            Waiting {
                visitor: VISITOR.parse().expect("an id"),
                content: "mine".to_owned(),
                files: Vec::new(),
            },
        )],
        ..Remembered::default()
    });
    frame.session(OTHER);
    let trade = frame.request("/api/visitor/frame");
    frame.answer(&trade, 200, json!({"visitorToken": "fresh"}));
    assert!(
        frame.out.contains(&Effect::ForgetWaiting(id(1))),
        "another person's words"
    );
    assert_eq!(frame.texts(), ["Hello"]);
}

#[test]
fn a_message_is_kept_sent_and_forgotten_once_it_is_stored() {
    let (mut frame, generation) = live(vec![message(id(1), 1, "bot", "Hi")]);
    let sent = frame.submit("  Do you have tents? ");
    assert!(
        matches!(&frame.out[0], Effect::KeepWaiting(id, json) if *id == sent && json.contains("Do you have tents?"))
    );
    assert_eq!(frame.texts(), ["Hello", "Hi", "Do you have tents?"]);
    assert_eq!(frame.chat.rows()[2].delivery, Delivery::Sending);
    let post = frame.request("/api/visitor/messages");
    assert!(
        post.body
            .as_deref()
            .is_some_and(|body| body.contains("\"Do you have tents?\""))
    );
    let stored = message(sent, 2, "user", "Do you have tents?");
    frame.answer(
        &post,
        201,
        json!({"message": stored, "conversation": {"id": CONVERSATION, "status": "open",
            "startedAt": "2026-11-22T09:30:00.000Z", "lastSeq": 2}, "position": {"epoch": "e", "offset": "2"}}),
    );
    assert!(frame.out.contains(&Effect::ForgetWaiting(sent)));
    assert_eq!(frame.chat.rows()[2].delivery, Delivery::Sent);
    frame.event(generation, 2, stored);
    assert_eq!(
        frame.texts().len(),
        3,
        "the event of one's own message adds nothing"
    );
}

#[test]
fn a_lost_answer_is_repeated_with_the_same_id() {
    let (mut frame, generation) = live(Vec::new());
    let sent = frame.submit("Hi");
    let post = frame.request("/api/visitor/messages");
    frame.answer(&post, 0, Value::Null);
    assert_eq!(frame.chat.rows()[1].delivery, Delivery::Sending);
    frame.step(Event::Link(socket::Event::Closed {
        generation,
        code: 1006,
    }));
    assert_eq!(frame.chat.notice(), Notice::Waits);
    let reconnect = frame.out.iter().find_map(|effect| match effect {
        Effect::SetTimer(Timer::Socket(timer), _) if timer.kind == socket::TimerKind::Reconnect => {
            Some(*timer)
        }
        _ => None,
    });
    frame.out.clear();
    frame.step(Event::Timer(Timer::Socket(reconnect.expect("a timer"))));
    frame.connect("replay", 0);
    let again = frame.request("/api/visitor/messages");
    assert_eq!(again.body, post.body);
    assert_eq!(frame.chat.notice(), Notice::None);
    // Seen by an event while the answer is lost for good.
    let generation = generation_of(&frame);
    frame.event(generation, 1, message(sent, 1, "user", "Hi"));
    assert_eq!(frame.chat.rows()[1].delivery, Delivery::Sent);
    assert!(frame.out.contains(&Effect::ForgetWaiting(sent)));
}

fn generation_of(frame: &Frame) -> u64 {
    let opened = frame.out.iter().rev().find_map(|effect| match effect {
        Effect::OpenSocket(generation) => Some(*generation),
        _ => None,
    });
    opened.expect("a socket")
}

#[test]
fn what_an_earlier_page_could_not_deliver_is_sent() {
    let waiting = |text: &str| Waiting {
        visitor: VISITOR.parse().expect("an id"),
        content: text.to_owned(),
        files: Vec::new(),
    };
    let mut frame = Frame::new(Remembered {
        kept: Some(kept()),
        waiting: vec![(id(1), waiting("first")), (id(2), waiting("second"))],
        ..Remembered::default()
    });
    frame.session(VISITOR);
    assert_eq!(frame.texts(), ["Hello", "first", "second"]);
    frame.request("/api/visitor/messages");
    let post = frame.request("/api/visitor/messages");
    assert!(
        post.body.is_some_and(|body| body.contains("first")),
        "one at a time"
    );
    assert!(!frame.asks_for("/api/visitor/messages"));
}

#[test]
fn what_is_typed_before_the_visit_begins_waits_and_is_kept_as_soon_as_it_can() {
    let mut frame = Frame::new(Remembered::default());
    let sent = frame.submit("Hello?");
    assert!(frame.out.contains(&Effect::Accepted));
    frame.session(VISITOR);
    let trade = frame.request("/api/visitor/frame");
    frame.answer(&trade, 200, json!({"visitorToken": "fresh"}));
    assert!(
        frame
            .out
            .iter()
            .any(|effect| matches!(effect, Effect::KeepWaiting(id, _) if *id == sent))
    );
    frame.request("/api/visitor/messages");
    assert!(frame.request("/api/visitor/messages").body.is_some());
}

#[test]
fn an_ended_token_brings_a_new_session_and_the_message_goes_out() {
    let (mut frame, _) = live(Vec::new());
    frame.submit("Hi");
    let post = frame.request("/api/visitor/messages");
    frame.answer(&post, 401, json!({"code": "unauthenticated"}));
    assert_eq!(frame.told(), [ToHost::SessionNeeded]);
    assert!(frame.out.contains(&Effect::ForgetVisit));
    frame.session(VISITOR);
    let trade = frame.request("/api/visitor/frame");
    frame.answer(&trade, 200, json!({"visitorToken": "fresh"}));
    frame.request("/api/visitor/messages");
    let again = frame.request("/api/visitor/messages");
    assert_eq!(again.body, post.body);
}

#[test]
fn a_spent_code_asks_the_loader_again_and_not_in_a_loop() {
    let mut frame = Frame::new(Remembered::default());
    frame.session(VISITOR);
    frame.out.clear();
    let trade = Request {
        id: 2,
        path: String::new(),
        body: None,
        authorised: false,
    };
    frame.answer(&trade, 401, json!({"code": "unauthenticated"}));
    assert_eq!(frame.told(), [], "the timer of the start is still running");
    assert_eq!(frame.chat.retry, Some(1));
    frame.step(Event::Timer(Timer::Retry(1)));
    assert_eq!(frame.told(), [ToHost::SessionNeeded]);
}

#[test]
fn a_refused_message_says_why_and_can_be_tried_again_or_given_up() {
    let (mut frame, _) = live(Vec::new());
    let sent = frame.submit("Hi");
    let post = frame.request("/api/visitor/messages");
    let refusal = json!({"code": "blocked", "detail": "This website takes no more messages from you."});
    frame.answer(&post, 403, refusal.clone());
    let Delivery::NotSent(problem) = &frame.chat.rows()[1].delivery else {
        panic!("refused")
    };
    assert_eq!(problem.detail, "This website takes no more messages from you.");
    frame.step(Event::Retry(sent));
    let post = frame.request("/api/visitor/messages");
    frame.answer(&post, 403, refusal);
    frame.step(Event::Discard(sent));
    assert_eq!(frame.texts(), ["Hello"]);
    assert!(frame.out.contains(&Effect::ForgetWaiting(sent)));
}

#[test]
fn nothing_and_too_much_are_not_sent() {
    let (mut frame, _) = live(Vec::new());
    frame.submit("  \n ");
    assert_eq!(frame.out, []);
    frame.submit(&"x".repeat(10_001));
    assert_eq!(frame.out, [Effect::TooLong]);
}

#[test]
fn answers_are_announced_and_counted_while_nobody_looks() {
    let (mut frame, generation) = live(vec![message(id(1), 1, "bot", "Hi")]);
    frame.step(Event::Host(FromHost::Shown(bridge::Shown {
        shown: false,
        focus: false,
    })));
    frame.event(generation, 2, message(id(2), 2, "bot", "Are you there?"));
    frame.event(generation, 3, message(id(3), 3, "system", "Closed"));
    assert_eq!(frame.told(), [ToHost::Unread(1)]);
    let announced = frame
        .out
        .iter()
        .filter(|effect| matches!(effect, Effect::Announce(_)));
    assert_eq!(announced.count(), 1);
    frame.step(Event::Host(FromHost::Shown(bridge::Shown {
        shown: true,
        focus: true,
    })));
    assert_eq!(frame.told(), [ToHost::Unread(1), ToHost::Unread(0)]);
    assert!(frame.out.contains(&Effect::Focus));
}

#[test]
fn the_first_message_stays_in_sight_until_history_holds_it() {
    let (mut frame, generation) = live(Vec::new());
    let sent = frame.submit("Hi");
    let post = frame.request("/api/visitor/messages");
    // The server put a notice before it: seq 1 is not known here yet.
    let stored = message(sent, 2, "user", "Hi");
    frame.answer(
        &post,
        201,
        json!({"message": stored, "conversation": {"id": CONVERSATION, "status": "open",
            "startedAt": "2026-11-22T09:30:00.000Z", "lastSeq": 2}, "position": {"epoch": "e", "offset": "2"}}),
    );
    assert_eq!(frame.texts(), ["Hello", "Hi"]);
    let load = frame.request("/api/visitor/messages");
    frame.event(generation, 1, message(id(1), 1, "system", "Started"));
    frame.event(generation, 2, stored.clone());
    assert_eq!(frame.texts(), ["Hello", "Started", "Hi"]);
    frame.answer(&load, 200, page(0, Vec::new()));
    assert!(
        frame.asks_for("/api/visitor/messages"),
        "an answer from before the message does not count"
    );
    assert_eq!(frame.texts(), ["Hello", "Started", "Hi"]);
    let load = frame.request("/api/visitor/messages");
    frame.answer(
        &load,
        200,
        page(2, vec![message(id(1), 1, "system", "Started"), stored]),
    );
    assert_eq!(frame.texts(), ["Hello", "Started", "Hi"]);
}

#[test]
fn another_conversation_replaces_the_thread() {
    let (mut frame, generation) = live(vec![message(id(1), 1, "bot", "Hi")]);
    let mut fresh = message(id(2), 1, "bot", "A new start");
    fresh["conversationId"] = json!(OTHER);
    frame.event(generation, 2, fresh.clone());
    assert_eq!(frame.texts(), ["Hello", "Hi", "A new start"]);
    let load = frame.request("/api/visitor/messages");
    frame.answer(&load, 200, page(2, vec![fresh]));
    assert_eq!(frame.texts(), ["Hello", "A new start"]);
}

#[test]
fn earlier_messages_come_before_and_the_greeting_stands_at_the_very_start() {
    let mut frame = Frame::new(Remembered {
        kept: Some(kept()),
        ..Remembered::default()
    });
    frame.session(VISITOR);
    let load = frame.request("/api/visitor/messages");
    let mut newest = page(2, vec![message(id(2), 2, "bot", "two")]);
    newest["hasMoreBefore"] = json!(true);
    frame.answer(&load, 200, newest);
    assert_eq!(frame.texts(), ["two"]);
    frame.step(Event::Earlier);
    let earlier = frame.request("/api/visitor/messages?before=2");
    frame.answer(&earlier, 200, page(2, vec![message(id(1), 1, "bot", "one")]));
    assert_eq!(frame.texts(), ["Hello", "one", "two"]);
    assert!(!frame.chat.has_earlier());
}

#[test]
fn another_person_on_the_same_page_finds_nothing_of_the_first() {
    let (mut frame, _) = live(vec![message(id(1), 1, "bot", "Hi")]);
    let sent = frame.submit("mine");
    frame.session(OTHER);
    assert_eq!(frame.texts(), ["Hello"]);
    assert!(frame.out.contains(&Effect::ForgetWaiting(sent)));
    assert!(frame.out.contains(&Effect::ForgetVisit));
    assert_eq!(frame.chat.token(), None);
}

#[test]
fn what_is_too_much_waits_says_so_and_the_page_may_show_who_writes() {
    let (mut frame, _) = live(Vec::new());
    let sent = frame.submit("Hi");
    let post = frame.request("/api/visitor/messages");
    frame.answer(
        &post,
        429,
        json!({"code": "rate_limited", "retryAfterMs": 60_000, "challenge": "riddle"}),
    );
    assert_eq!(frame.chat.notice(), Notice::Slowed);
    assert_eq!(frame.told(), [ToHost::Call(Call::Challenge, "riddle".to_owned())]);
    assert_eq!(frame.texts(), ["Hello", "Hi"], "what was typed stays");
    assert!(!frame.out.contains(&Effect::ForgetWaiting(sent)));
    frame.step(Event::Host(bridge::read(r#"{"solved":true}"#).expect("reads")));
    let again = frame.request("/api/visitor/messages");
    assert_eq!(again.body, post.body);
    frame.answer(
        &again,
        201,
        json!({"message": message(sent, 1, "user", "Hi"), "position": {"epoch": "e", "offset": "1"}}),
    );
    assert_eq!(frame.chat.notice(), Notice::None);
}

#[test]
fn a_page_that_is_refused_is_said_so_and_nothing_more_is_asked() {
    let (mut frame, generation) = live(Vec::new());
    frame.step(Event::Host(bridge::read(r#"{"refused":1}"#).expect("reads")));
    assert_eq!(frame.chat.notice(), Notice::Refused);
    assert!(frame.out.contains(&Effect::CloseSocket(generation)));
    frame.out.clear();
    frame.step(Event::Link(socket::Event::Closed {
        generation,
        code: 1006,
    }));
    frame.step(Event::Link(socket::Event::Awake));
    assert_eq!(frame.out, [], "no request and no timer");
}

#[test]
fn a_website_that_refuses_is_said_so_and_not_asked_again() {
    let mut frame = Frame::new(Remembered::default());
    frame.session(VISITOR);
    let trade = frame.request("/api/visitor/frame");
    frame.answer(&trade, 403, json!({"code": "blocked"}));
    assert_eq!(frame.chat.notice(), Notice::Refused);
    frame.out.clear();
    frame.step(Event::Timer(Timer::Retry(1)));
    assert_eq!(frame.out, []);
}

#[test]
fn rows_group_by_person_and_time() {
    let late = |id, seq, at: &str| {
        let mut late = message(id, seq, "bot", "x");
        late["createdAt"] = json!(at);
        late
    };
    let (frame, _) = live(vec![
        message(id(1), 1, "system", "Started"),
        message(id(2), 2, "bot", "x"),
        late(id(3), 3, "2026-11-22T09:34:59.000Z"),
        late(id(4), 4, "2026-11-22T09:40:00.000Z"),
        message(id(5), 5, "user", "x"),
    ]);
    let rows = frame.chat.rows();
    let groups: Vec<_> = rows.iter().map(|row| (row.side, row.opens, row.ends)).collect();
    assert_eq!(
        groups,
        [
            (Side::Team, true, true),
            (Side::Notice, true, true),
            (Side::Team, true, false),
            (Side::Team, false, true),
            (Side::Team, true, true),
            (Side::Visitor, true, true),
        ]
    );
    assert!(matches!(rows[0].content, Content::Own(_)));
}

#[test]
fn what_is_typed_outlives_a_server_that_forgot_the_visitor() {
    let (mut frame, generation) = live(vec![message(id(1), 1, "bot", "Hi")]);
    frame.step(Event::Link(socket::Event::Closed {
        generation,
        code: 1006,
    }));
    let sent = frame.submit("still here");
    let post = frame.request("/api/visitor/messages");
    frame.answer(&post, 401, json!({"code": "unauthenticated"}));
    frame.session(OTHER);
    assert_eq!(frame.texts(), ["Hello", "still here"]);
    assert!(!frame.out.contains(&Effect::ForgetWaiting(sent)));
    let trade = frame.request("/api/visitor/frame");
    frame.out.clear();
    frame.answer(&trade, 200, json!({"visitorToken": "another"}));
    let sent_again = frame.out.iter().rev().any(|effect| {
        matches!(effect, Effect::Request(request) if request.body.as_ref().is_some_and(|body| body.contains("still here")))
    });
    assert!(sent_again);
}

#[test]
fn how_far_the_visitor_has_read_is_kept_for_the_next_page() {
    let (mut frame, generation) = live(vec![message(id(1), 1, "bot", "Hi")]);
    let show = |shown| Event::Host(FromHost::Shown(bridge::Shown { shown, focus: false }));
    frame.step(show(true));
    frame.step(show(false));
    frame.event(generation, 2, message(id(2), 2, "bot", "Are you there?"));
    let kept = frame.chat.visit().cloned();
    assert_eq!(
        kept.as_ref().and_then(|kept| kept.seen).map(|(_, seq)| seq),
        Some(1)
    );

    let mut next = Frame::new(Remembered {
        kept,
        ..Remembered::default()
    });
    next.session(VISITOR);
    let history = next.request("/api/visitor/messages");
    let items = vec![
        message(id(1), 1, "bot", "Hi"),
        message(id(2), 2, "bot", "Are you there?"),
    ];
    next.answer(&history, 200, page(2, items));
    assert_eq!(next.told().last(), Some(&ToHost::Unread(1)));
}

#[test]
fn a_deleted_conversation_leaves_the_screen_and_the_next_message_begins_another() {
    let (mut frame, generation) = live(vec![message(id(1), 1, "bot", "Hi")]);
    frame.frame(
        generation,
        json!({"t": "event", "offset": "2", "prev": "1", "type": "conversation.deleted", "id": VISITOR,
            "conversationId": CONVERSATION, "at": "2026-11-22T09:30:00.000Z", "body": null}),
    );
    assert_eq!(frame.texts(), ["Hello"], "before anything is loaded");
    assert_eq!(frame.chat.notice(), Notice::Over);
    let load = frame.request("/api/visitor/messages");
    frame.answer(&load, 200, page(2, Vec::new()));
    assert_eq!(frame.chat.notice(), Notice::Over);
    let sent = frame.submit("Another thing");
    let post = frame.request("/api/visitor/messages");
    let mut stored = message(sent, 2, "user", "Another thing");
    stored["conversationId"] = json!(OTHER);
    frame.answer(
        &post,
        201,
        json!({"message": stored, "position": {"epoch": "e", "offset": "4"}}),
    );
    assert_eq!(frame.texts(), ["Hello", "Another thing"]);
    let load = frame.request("/api/visitor/messages");
    let mut notice = message(id(9), 1, "system", "Started");
    notice["conversationId"] = json!(OTHER);
    frame.answer(&load, 200, page(4, vec![notice, stored]));
    assert_eq!(frame.texts(), ["Hello", "Started", "Another thing"]);
    assert_eq!(frame.chat.notice(), Notice::None);
}

#[test]
fn events_that_lost_what_they_said_are_made_up_for_by_one_load() {
    let (mut frame, generation) = live(vec![message(id(1), 1, "bot", "Hi")]);
    for offset in 2..30 {
        frame.event(generation, offset, Value::Null);
    }
    let load = frame.request("/api/visitor/messages");
    assert!(!frame.asks_for("/api/visitor/messages"), "one at a time");
    frame.answer(&load, 200, page(29, Vec::new()));
    assert_eq!(frame.chat.notice(), Notice::Over, "as of the last of them");
    assert!(!frame.asks_for("/api/visitor/messages"));
}

/// A visit whose page lets no WebSocket through: three upgrades failed although tickets were to be had.
fn without_sockets() -> Frame {
    let mut frame = Frame::new(Remembered {
        kept: Some(kept()),
        ..Remembered::default()
    });
    frame.session(VISITOR);
    let load = frame.request("/api/visitor/messages");
    frame.answer(&load, 200, page(1, vec![message(id(1), 1, "bot", "Hi")]));
    for attempt in 0..3 {
        if attempt > 0 {
            frame.run_out(socket::TimerKind::Reconnect);
        }
        let ticket = frame.request("/api/visitor/ticket");
        frame.answer(&ticket, 200, json!({"ticket": "t", "expiresInMs": 30_000}));
        let opened = frame.out.iter().rev().find_map(|effect| match effect {
            Effect::OpenSocket(generation) => Some(*generation),
            _ => None,
        });
        let generation = opened.expect("a socket");
        frame.step(Event::Link(socket::Event::Closed {
            generation,
            code: 1006,
        }));
    }
    frame
}

#[test]
fn where_sockets_are_blocked_the_newest_page_is_loaded_again_and_again() {
    let mut frame = without_sockets();
    assert_eq!(frame.chat.notice(), Notice::None, "the chat works");
    let mut items = vec![message(id(1), 1, "bot", "Hi")];
    for round in 2..5_u8 {
        let poll = frame.request("/api/visitor/messages");
        let text = format!("answer {round}");
        items.push(message(id(round), u64::from(round), "bot", &text));
        frame.answer(&poll, 200, page(u64::from(round), items.clone()));
        assert_eq!(frame.texts().last(), Some(&text));
        frame.run_out(socket::TimerKind::Poll);
    }
}

#[test]
fn a_poll_that_brings_nothing_is_followed_by_a_pause() {
    let mut frame = without_sockets();
    let poll = frame.request("/api/visitor/messages");
    frame.out.clear();
    frame.answer(&poll, 200, page(1, vec![message(id(1), 1, "bot", "Hi")]));
    assert!(!frame.asks_for("/api/visitor/messages"));
    let pause = frame.out.iter().find_map(|effect| match effect {
        Effect::SetTimer(Timer::Socket(timer), after_ms) if timer.kind == socket::TimerKind::Poll => {
            Some(*after_ms)
        }
        _ => None,
    });
    assert!(pause.is_some_and(|pause| pause >= 1_000), "{pause:?}");
}

#[test]
fn a_poll_that_fails_is_a_connection_that_is_lost() {
    let mut frame = without_sockets();
    let poll = frame.request("/api/visitor/messages");
    frame.answer(&poll, 0, json!(null));
    assert_eq!(frame.chat.notice(), Notice::Offline);
    frame.run_out(socket::TimerKind::Reconnect);
    assert!(frame.asks_for("/api/visitor/ticket"), "it tries again");
}
