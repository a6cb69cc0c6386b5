mod archiving;
mod continuity;
mod deletion;
mod keeping;
mod people;
mod reading;
mod searching;
mod uploading;

use super::*;
use crate::bulletin::Bulletin;
use crate::inbox::Shelf;
use crate::outbox::Outcome;
use crate::store::tests::member;
use crate::store::{Answer, Op, Records, StoreError};
use crate::thread::tests::message;
use crate::trace::{self, Trace};
use serde_json::Value;
use switchboard_contract::ids::ActionId;
use switchboard_contract::live_chat::{
    ChangeResult, ChangeResults, ConversationChange, ConversationStatus, MessagePage, SendMessage,
    SendResult, Visibility,
};
use switchboard_contract::page::CursorPage;
use switchboard_contract::position::{Epoch, Offset};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::time::Timestamp;

type Machine = Desk<&'static str>;

/// The tabs of one browser: the store answers at once, fails, or hangs, the lock goes to the first that asks, the channel loses
/// nothing.
struct Browser {
    store: Records,
    failing: bool,
    hanging: bool,
    /// What was asked of the store while it hangs: the tab, its request, whose, what.
    unanswered: Vec<(usize, u64, MemberId, Op)>,
    /// How long the first tab waits for the store, and until when.
    patience: Option<(Timer, u64)>,
    tabs: Vec<Machine>,
    traces: Vec<Trace<&'static str>>,
    locked: bool,
    heard: Vec<Bulletin>,
    /// What tabs want of the network and the screen for what another one said: the tab, and what.
    wanted: Vec<(usize, Effect)>,
    /// Frames that any tab sent.
    sent: Vec<String>,
    now: Now,
}

impl Browser {
    fn new(tabs: u8) -> Self {
        Self::with_store(tabs, false)
    }

    fn with_store(tabs: u8, failing: bool) -> Self {
        let mut browser = Self {
            store: Records::default(),
            failing,
            hanging: false,
            unanswered: Vec::new(),
            patience: None,
            tabs: Vec::new(),
            traces: Vec::new(),
            locked: false,
            heard: Vec::new(),
            wanted: Vec::new(),
            sent: Vec::new(),
            now: Now::default(),
        };
        for tab in 0..tabs {
            browser.open_tab(tab, member(1));
            browser.step_tab(usize::from(tab), Event::Start { erase: false });
        }
        browser
    }

    fn open_tab(&mut self, tab: u8, owner: MemberId) {
        let identity = Identity {
            client: "test/1".into(),
            tab: tab.to_string(),
        };
        self.traces.push(Trace::new(&identity, owner, u64::from(tab)));
        self.tabs.push(Desk::new(identity, owner, u64::from(tab)));
    }

    fn step(&mut self, event: Event<&'static str>) -> Vec<Effect> {
        self.step_tab(0, event)
    }

    /// What is left for the network and the screen, of this tab alone.
    fn step_tab(&mut self, tab: usize, event: Event<&'static str>) -> Vec<Effect> {
        let mut out = Vec::new();
        self.tabs[tab].step(self.now, event.clone(), &mut out);
        self.traces[tab].record(self.now, event, &out);
        let mut rest = Vec::new();
        for effect in out {
            match effect {
                Effect::Store { request, owner, op } if self.hanging => {
                    self.unanswered.push((tab, request, owner, op));
                }
                Effect::Store { request, owner, op } => {
                    let result = if self.failing {
                        Err(StoreError::Failed)
                    } else {
                        Ok(self.store.run(owner, op))
                    };
                    rest.extend(self.step_tab(tab, Event::Stored { request, result }));
                }
                Effect::RequestLock { generation } => {
                    if !std::mem::replace(&mut self.locked, true) {
                        rest.extend(self.step_tab(tab, Event::Locked { generation }));
                    }
                }
                Effect::Tell(bulletin) => {
                    self.heard.push((*bulletin).clone());
                    for other in (0..self.tabs.len()).filter(|other| *other != tab) {
                        let wanted = self.step_tab(other, Event::Heard(bulletin.clone()));
                        self.wanted
                            .extend(wanted.into_iter().map(|effect| (other, effect)));
                    }
                }
                effect => {
                    match &effect {
                        Effect::Link(socket::Effect::Send { text, .. }) => self.sent.push(text.clone()),
                        Effect::SetTimer { timer, after_ms }
                            if timer.kind == TimerKind::Answer && tab == 0 =>
                        {
                            self.patience = Some((*timer, self.now.monotonic + after_ms));
                        }
                        _ => {}
                    }
                    rest.push(effect);
                }
            }
        }
        rest
    }

    /// The store answers again, first what was asked first.
    fn answer(&mut self) -> Vec<Effect> {
        self.hanging = false;
        let asked = std::mem::take(&mut self.unanswered).into_iter();
        asked
            .flat_map(|(tab, request, owner, op)| {
                let result = Ok(self.store.run(owner, op));
                self.step_tab(tab, Event::Stored { request, result })
            })
            .collect()
    }

    fn go_live(&mut self, mode: &str) -> Vec<Effect> {
        // The ticket that was asked for at the start is the first generation that the socket gave out.
        let generation = (1..10)
            .find(|generation| {
                let out = self.step(Event::Link(socket::Event::Ticket {
                    generation: *generation,
                    result: Ok("t".into()),
                }));
                out.iter()
                    .any(|effect| matches!(effect, Effect::Link(socket::Effect::Open { .. })))
            })
            .expect("opens");
        self.step(Event::Link(socket::Event::Opened { generation }));
        let text = format!(
            r#"{{"t":"welcome","session":"s","epoch":"e","head":"9","mode":"{mode}","heartbeatMs":8000,
            "tokenExpiresInMs":600000,"serverTime":"2026-11-22T09:30:00.000Z","limits":{{"maxFrameBytes":65536}}}}"#
        );
        self.step(Event::Link(socket::Event::Frame { generation, text }))
    }

    /// A frame of the server on the leader's socket.
    fn frame(&mut self, frame: &Value) -> Vec<Effect> {
        // Frames of other generations are ignored.
        (1..10)
            .flat_map(|generation| {
                let text = frame.to_string();
                self.step(Event::Link(socket::Event::Frame { generation, text }))
            })
            .collect()
    }

    fn load(&mut self, tab: usize, out: &[Effect], unread: u64, last: u64) {
        let mut conversation = crate::inbox::tests::conversation(1, 1, Shelf::Open);
        (conversation.id, conversation.unread_count) = (id(), unread);
        for (generation, fetch) in loads(out) {
            let fetched = match fetch {
                Fetch::Conversation(_) => Fetched::Conversation(Box::new(conversation.clone())),
                _ => page(last),
            };
            let result = Ok(fetched);
            self.step_tab(tab, Event::Loaded { generation, result });
        }
    }

    fn send(&mut self, tab: usize, n: u8) -> Vec<Effect> {
        self.step_tab(
            tab,
            Event::Do {
                id: action(n),
                conversation: id(),
                deed: Deed::Send {
                    content: format!("text {n}"),
                    visibility: Visibility::Public,
                    mentions: Vec::new(),
                    attachments: Vec::new(),
                    hold_ms: 0,
                },
            },
        )
    }
}

impl Browser {
    /// Messages up to this one are on a tab's screen.
    fn look(&mut self, tab: usize, up_to: u64) {
        let conversation = id();
        self.step_tab(tab, Event::OnScreen { conversation, up_to });
    }
}

#[test]
fn what_was_not_on_the_screen_does_not_count_as_seen_by_who_replies() {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Open(id()));
    browser.load(0, &out, 0, 9);
    let seen = |out: Vec<Effect>| sends(&out).pop().and_then(|(_, request)| request.seen_seq);
    browser.look(0, 4);
    browser.look(0, 2);
    assert_eq!(
        seen(browser.send(0, 7)),
        Some(4),
        "whoever scrolls up has seen the rest"
    );
}

/// Whatever a test does, the traces of its tabs play through again, without a text of anyone.
impl Drop for Browser {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for trace in &self.traces {
            let written = trace.write().expect("writes");
            assert!(!written.contains("text 7"));
            assert!(trace::replay(&written).expect("plays through") > 0);
        }
    }
}

fn action(n: u8) -> ActionId {
    ActionId::from_parts(Timestamp::default(), [n; 10])
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

fn requests(out: &[Effect]) -> Vec<(u64, Request)> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Post { generation, request } => Some((*generation, request.clone())),
            _ => None,
        })
        .collect()
}

fn sends(out: &[Effect]) -> Vec<(u64, SendMessage)> {
    requests(out)
        .into_iter()
        .filter_map(|(generation, request)| match request {
            Request::Send(message) => Some((generation, *message)),
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

fn refused(problem: Problem) -> Attempt {
    Attempt::Failed(Outcome::Refused(Rc::new(problem)))
}

#[test]
fn a_snapshot_loads_what_is_on_the_screen_anew() {
    let mut browser = Browser::new(1);
    browser.step(Event::Show(Shelf::Open.into()));
    browser.step(Event::Open(id()));
    let fetches: Vec<Fetch> = loads(&browser.go_live("snapshot"))
        .into_iter()
        .map(|(_, fetch)| fetch)
        .collect();
    assert!(fetches.contains(&Fetch::List {
        filter: Shelf::Open.into(),
        cursor: None
    }));
    assert!(fetches.contains(&Fetch::Messages {
        conversation: id(),
        before: None
    }));
}

#[test]
fn a_reply_is_shown_at_once_in_every_tab_and_stored_without_a_moment_in_which_it_is_missing() {
    let mut browser = Browser::new(2);
    for tab in 0..2 {
        let out = browser.step_tab(tab, Event::Open(id()));
        browser.load(tab, &out, 0, 2);
    }
    browser.look(0, 2);
    let out = browser.send(0, 7);
    for desk in &browser.tabs {
        assert!(matches!(
            desk.rows(id())[..],
            [Row::Stored(_), Row::Stored(_), Row::Queued(_)]
        ));
    }
    let (generation, request) = sends(&out).pop().expect("sends");
    assert_eq!((request.seen_seq, request.after_id), (Some(2), None));
    let mut stored = message(3);
    stored.id = request.id;
    let result = Box::new(SendResult {
        message: stored,
        position: position(12),
    });
    let outcome = Attempt::Sent(result);
    browser.step(Event::Attempted { generation, outcome });
    for desk in &browser.tabs {
        assert!(matches!(
            desk.rows(id())[..],
            [Row::Stored(_), Row::Stored(_), Row::Stored(_)]
        ));
        assert!(desk.queue().is_empty());
    }
}

#[test]
fn what_another_tab_does_is_sent_by_the_one_that_leads() {
    let mut browser = Browser::new(2);
    assert!(browser.tabs[0].leads() && !browser.tabs[1].leads());
    let own = browser.send(1, 7);
    assert!(requests(&own).is_empty());
    assert_eq!(browser.tabs[0].queue().len(), 1);
}

#[test]
fn followers_see_the_connection_and_the_events_of_the_leader() {
    let mut browser = Browser::new(2);
    let out = browser.step_tab(1, Event::Open(id()));
    browser.load(1, &out, 0, 2);
    browser.go_live("replay");
    assert_eq!(browser.tabs[1].status(), Status::Live);
    let event = |offset: u64, seq: u64| {
        let body = serde_json::to_value(message(seq)).expect("writes");
        let at = "2026-11-22T09:30:00.000Z";
        serde_json::json!({"t": "event", "offset": offset.to_string(), "prev": (offset - 1).to_string(),
            "type": "message.created", "conversationId": id(), "seq": seq, "id": action(9), "at": at, "body": body})
        .to_string()
    };
    // The leader was welcomed at 9.
    let generation = (1..10).find(|generation| {
        let generation = *generation;
        let text = event(10, 3);
        let out = browser.step(Event::Link(socket::Event::Frame { generation, text }));
        !out.is_empty()
    });
    assert!(generation.is_some());
    assert_eq!(browser.tabs[1].rows(id()).len(), 3);
}

#[test]
fn a_refused_reply_is_sent_again_as_the_person_insists() {
    let mut browser = Browser::new(1);
    let (generation, request) = sends(&browser.send(0, 7)).pop().expect("sends");
    let outcome = refused(Problem::new(ProblemCode::ConversationClosed, "closed"));
    browser.step(Event::Attempted { generation, outcome });
    let (generation, again) = sends(&browser.step(Event::Retry(action(7))))
        .pop()
        .expect("sends again");
    assert!(again.reopen && again.id == request.id);
    // What the person has seen by then counts, and nothing that comes later.
    let mut newer = Problem::new(ProblemCode::NewerReply, "newer");
    newer.current = Some(serde_json::json!({"seq": 31}));
    let outcome = refused(newer);
    browser.step(Event::Attempted { generation, outcome });
    let (_, again) = sends(&browser.step(Event::Retry(action(7))))
        .pop()
        .expect("sends again");
    assert_eq!((again.seen_seq, again.force), (Some(31), false));
}

#[test]
fn a_queue_goes_out_when_the_connection_is_back() {
    let mut browser = Browser::new(1);
    let (generation, request) = sends(&browser.send(0, 7)).pop().expect("sends");
    let outcome = Attempt::Failed(Outcome::Unsure { wait_ms: 60_000 });
    browser.step(Event::Attempted { generation, outcome });
    let (_, again) = sends(&browser.go_live("replay")).pop().expect("sends at once");
    assert_eq!(again.id, request.id);
}

#[test]
fn a_change_shows_at_once_and_goes_out_behind_what_was_done_before_it() {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Open(id()));
    browser.load(0, &out, 0, 2);
    let (generation, request) = sends(&browser.send(0, 7)).pop().expect("sends");
    let set = ConversationChange {
        status: Some(ConversationStatus::Closed),
        ..ConversationChange::default()
    };
    let out = browser.step(Event::Do {
        id: action(8),
        conversation: id(),
        deed: Deed::Change(set.clone()),
    });
    assert!(requests(&out).is_empty(), "the reply goes first");
    let shown = browser.tabs[0].conversation(id()).expect("known");
    assert_eq!(shown.status, ConversationStatus::Closed);
    let mut stored = message(3);
    stored.id = request.id;
    let outcome = Attempt::Sent(Box::new(SendResult {
        message: stored,
        position: position(12),
    }));
    let out = browser.step(Event::Attempted { generation, outcome });
    let (generation, request) = requests(&out).pop().expect("closes");
    let Request::Change(change) = request else {
        panic!("{request:?}")
    };
    assert_eq!((change.action_id, &change.set), (action(8), &set));
    // Somebody else was faster in a way that makes it impossible: the conversation shows what is confirmed again.
    let results = ChangeResults {
        results: vec![ChangeResult {
            id: id(),
            conversation: None,
            problem: Some(Problem::new(ProblemCode::NotFound, "gone")),
        }],
        position: position(13),
    };
    let outcome = Attempt::Changed(Box::new(results));
    browser.step(Event::Attempted { generation, outcome });
    let shown = browser.tabs[0].conversation(id()).expect("known");
    assert_eq!(shown.status, ConversationStatus::Open);
    assert_eq!(
        browser.tabs[0].changes(id()).count(),
        1,
        "and why, until the person decides"
    );
    browser.step(Event::Discard(action(8)));
    assert!(browser.tabs[0].queue().is_empty());
}

#[test]
fn what_is_given_up_is_taken_back_and_what_was_sent_after_all_stays() {
    let mut browser = Browser::new(1);
    let (generation, message) = sends(&browser.send(0, 7)).pop().expect("sends");
    let outcome = refused(Problem::new(ProblemCode::NewerReply, "newer"));
    browser.step(Event::Attempted { generation, outcome });
    let out = browser.step(Event::Discard(action(7)));
    let (generation, request) = requests(&out).pop().expect("takes it back");
    assert_eq!(request, Request::TakeBack(message.id));
    let outcome = refused(Problem::new(ProblemCode::AlreadySent, "sent"));
    let out = browser.step(Event::Attempted { generation, outcome });
    assert!(!loads(&out).is_empty() && browser.tabs[0].queue().is_empty());
}

#[test]
fn a_failed_load_keeps_its_error_until_one_succeeds_and_is_tried_again_when_live() {
    let mut browser = Browser::new(1);
    let (generation, _) = loads(&browser.step(Event::Open(id())))
        .pop()
        .expect("loads the thread");
    let result = Err("offline");
    browser.step(Event::Loaded { generation, result });
    let error = browser.tabs[0].thread_error(id()).map(|(error, _)| *error);
    assert_eq!(error, Some("offline"));
    let (generation, _) = loads(&browser.go_live("replay"))
        .into_iter()
        .rfind(|(_, fetch)| matches!(fetch, Fetch::Messages { .. }))
        .expect("tries again");
    let result = Ok(page(1));
    browser.step(Event::Loaded { generation, result });
    assert!(browser.tabs[0].thread_error(id()).is_none());
}

#[test]
fn an_overtaken_load_is_ignored() {
    let mut browser = Browser::new(1);
    let (old, _) = loads(&browser.step(Event::Open(id()))).pop().expect("loads");
    let fetch = Fetch::Messages {
        conversation: id(),
        before: None,
    };
    let (new, _) = loads(&browser.step(Event::Reload(fetch)))
        .pop()
        .expect("loads again");
    let (generation, result) = (old, Err("late"));
    browser.step(Event::Loaded { generation, result });
    let desk = &browser.tabs[0];
    assert!(desk.thread_error(id()).is_none() && desk.is_thread_loading(id()));
    let (generation, result) = (new, Ok(Fetched::Missing));
    browser.step(Event::Loaded { generation, result });
    assert!(browser.tabs[0].inbox().is_missing(id()));
}

#[test]
fn a_conversation_is_marked_read_once_for_each_message_seen_and_counts_as_read_at_once() {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Open(id()));
    browser.load(0, &out, 2, 2);
    let seen = |n| Event::Seen {
        id: action(n),
        conversation: id(),
    };
    browser.look(0, 1);
    let conversation = id();
    let out = browser.step(seen(6));
    assert_eq!(requests(&out)[0].1, Request::Read { conversation, seq: 1 });
    let shown = browser.tabs[0].conversation(id()).expect("known");
    assert_eq!(shown.unread_count, 2, "the second one was not on the screen");
    browser.look(0, 2);
    let out = browser.step(seen(7));
    assert_eq!(requests(&out)[0].1, Request::Read { conversation, seq: 2 });
    let shown = browser.tabs[0].conversation(id()).expect("known");
    assert_eq!(shown.unread_count, 0);
    assert!(requests(&browser.step(seen(8))).is_empty());
    assert_eq!(browser.store.entries.len(), 1);
    assert!(browser.tabs[0].queue().is_empty(), "nobody waits for it");
}

#[test]
fn what_waits_is_kept_when_the_page_goes_and_forgotten_at_a_sign_out() {
    let mut browser = Browser::new(1);
    let out = browser.step(Event::Open(id()));
    browser.load(0, &out, 0, 2);
    browser.send(0, 7);
    browser.step(Event::Stop);
    assert!(browser.tabs[0].rows(id()).is_empty());
    assert_eq!(browser.store.entries.len(), 1);
    browser.locked = false;
    let out = browser.step(Event::Start { erase: false });
    assert_eq!(sends(&out).pop().expect("sends what waited").1.content, "text 7");
    browser.step(Event::Forget);
    assert!(browser.store.entries.is_empty() && browser.tabs[0].queue().is_empty());
}

#[test]
fn what_waits_for_another_person_stops_everything_until_the_person_decides() {
    let mut browser = Browser::new(1);
    browser.send(0, 7);
    browser.step(Event::Stop);
    browser.locked = false;
    browser.open_tab(9, member(2));
    let out = browser.step_tab(1, Event::Start { erase: false });
    assert!(out.contains(&Effect::Foreign { entries: 1 }));
    assert!(requests(&out).is_empty() && !browser.tabs[1].leads());
    browser.locked = false;
    let out = browser.step_tab(1, Event::Start { erase: true });
    assert!(requests(&out).is_empty() && browser.tabs[1].leads());
    assert!(browser.store.entries.is_empty());
    assert!(matches!(
        browser.store.run(member(1), Op::Claim),
        Answer::Foreign { .. }
    ));
}

#[test]
fn no_bulletin_shows_a_text_in_a_log() {
    let mut browser = Browser::new(1);
    browser.send(0, 7);
    assert!(!browser.heard.is_empty());
    assert!(!format!("{:?}", browser.heard).contains("text 7"));
}

#[test]
fn what_was_shown_before_the_start_is_loaded_then() {
    let identity = Identity {
        client: "test/1".into(),
        tab: "0".into(),
    };
    let mut desk = Machine::new(identity, member(1), 1);
    let mut early = Vec::new();
    desk.step(Now::default(), Event::Show(Shelf::Open.into()), &mut early);
    desk.step(Now::default(), Event::Open(id()), &mut early);
    let mut out = Vec::new();
    desk.step(Now::default(), Event::Start { erase: false }, &mut out);
    let loaded: Vec<Fetch> = loads(&out).into_iter().map(|(_, fetch)| fetch).collect();
    let list = Fetch::List {
        filter: Shelf::Open.into(),
        cursor: None,
    };
    assert!(loaded.contains(&list), "{loaded:?}");
    assert!(loaded.contains(&Fetch::Conversation(id())), "{loaded:?}");
}

#[test]
fn a_held_reply_goes_once_the_person_lets_it_go() {
    let mut browser = Browser::new(1);
    let mention = member(3);
    let held = |n: u8, hold_ms| Event::Do {
        id: action(n),
        conversation: id(),
        deed: Deed::Send {
            content: format!("text {n}"),
            visibility: Visibility::Internal,
            mentions: vec![mention],
            attachments: Vec::new(),
            hold_ms,
        },
    };
    assert!(sends(&browser.step(held(7, 5_000))).is_empty());
    assert!(
        sends(&browser.step(Event::Authorised)).is_empty(),
        "a new token lets nothing go"
    );
    let other = Event::Release(Some(action(8)));
    assert!(sends(&browser.step(other)).is_empty(), "another one is meant");
    let (_, message) = sends(&browser.step(Event::Release(None))).pop().expect("sends");
    assert_eq!(message.mentions, [mention]);
}
