mod closed;
mod held;

use super::*;
use crate::outbox::Outcome;
use crate::store::tests::{action, conversation, member, reply};
use crate::store::{Action, Draft, message_id};
use proptest::prelude::*;
use switchboard_contract::live_chat::Visibility;
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::time::Timestamp;

fn at(monotonic: u64) -> Now {
    Now {
        monotonic,
        wall: Timestamp::from_millis(monotonic.cast_signed()),
    }
}

/// Tabs of one browser around one store; what is told reaches every other tab at once.
struct Browser {
    store: Records,
    full: bool,
    failing: bool,
    tabs: Vec<Queue>,
    posted: Vec<(usize, u64, Entry)>,
    taken: Vec<(usize, u64, Entry)>,
}

impl Browser {
    fn new(tabs: usize) -> Self {
        let mut store = Records::default();
        store.run(member(1), Op::Open { erase: false });
        Self {
            store,
            full: false,
            failing: false,
            tabs: (0..tabs).map(|n| Queue::new(member(1), n as u64)).collect(),
            posted: Vec::new(),
            taken: Vec::new(),
        }
    }

    fn step(&mut self, tab: usize, event: Event) {
        let mut out = Vec::new();
        self.tabs[tab].step(at(0), event, &mut out);
        for effect in out {
            match effect {
                Effect::Store { request, op } => {
                    let result = if self.failing {
                        Err(StoreError::Failed)
                    } else if self.full && matches!(op, Op::Append(_)) {
                        Err(StoreError::Full)
                    } else {
                        Ok(self.store.run(member(1), op))
                    };
                    self.step(tab, Event::Answered { request, result });
                }
                Effect::Tell(change) => {
                    for other in (0..self.tabs.len()).filter(|other| *other != tab) {
                        self.step(other, Event::Heard(change.clone()));
                    }
                }
                Effect::Post { generation, entry } => self.posted.push((tab, generation, *entry)),
                Effect::TakeBack { generation, entry } => self.taken.push((tab, generation, *entry)),
                Effect::Abandon { generation } => {
                    self.posted
                        .retain(|(by, posted, _)| (*by, *posted) != (tab, generation));
                }
                Effect::SetTimer { .. }
                | Effect::Changed(_)
                | Effect::Fenced { .. }
                | Effect::Foreign
                | Effect::Dropped => {}
            }
        }
    }

    fn lead(&mut self, tab: usize) {
        let Answer::Claimed { term, entries, next } = self.store.run(member(1), Op::Claim) else {
            panic!("claims")
        };
        let waiting = Some(Waiting { entries, next });
        self.step(tab, Event::Lead { term, waiting });
    }

    fn states(&self, tab: usize) -> Vec<(ActionId, State)> {
        self.tabs[tab]
            .all()
            .map(|queued| (queued.entry.id, queued.state))
            .collect()
    }

    fn attempted(&mut self, (tab, generation, _): (usize, u64, Entry), outcome: Outcome) {
        self.step(tab, Event::Attempted { generation, outcome });
    }
}

fn refused(code: ProblemCode) -> Outcome {
    Outcome::Refused(Rc::new(Problem::new(code, "why")))
}

fn done(n: u8) -> Event {
    Event::Do(Box::new(reply(n, "text")))
}

#[test]
fn what_was_kept_after_the_claim_is_not_missing_in_its_answer() {
    let mut browser = Browser::new(2);
    let Answer::Claimed { term, entries, next } = browser.store.run(member(1), Op::Claim) else {
        panic!("claims")
    };
    browser.step(1, done(1));
    let waiting = Some(Waiting { entries, next });
    browser.step(0, Event::Lead { term, waiting });
    assert_eq!(browser.states(0).len(), 1);
    assert_eq!(browser.posted.len(), 1);
}

#[test]
fn what_a_dead_leader_let_go_of_without_a_word_goes_when_the_next_one_leads() {
    let mut browser = Browser::new(3);
    browser.step(0, done(1));
    let lane = browser.store.entries[0].lane;
    let id = action(1);
    let term = None;
    browser.store.run(member(1), Op::Remove { term, id, lane });
    browser.tabs[1] = Queue::new(member(1), 9);
    browser.lead(1);
    assert!(browser.states(2).is_empty());
}

#[test]
fn what_was_seen_and_is_refused_since_its_conversation_went_shows_in_every_tab() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(1, done(1));
    browser.step(1, Event::Seen(action(1)));
    assert!(browser.states(1).is_empty(), "it shows as stored");
    let attempt = browser.posted.pop().expect("sends it once more");
    browser.attempted(attempt, refused(ProblemCode::Gone));
    assert!(matches!(browser.states(1)[..], [(_, State::Blocked(_))]));
}

#[test]
fn what_was_refused_and_is_seen_all_the_same_holds_nothing_back_whoever_saw_it() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(1, done(1));
    let attempt = browser.posted.pop().expect("sends");
    browser.attempted(attempt, refused(ProblemCode::ConversationClosed));
    browser.step(1, done(2));
    assert!(browser.posted.is_empty(), "it waits behind the refused one");
    browser.step(1, Event::Seen(action(1)));
    assert_eq!(browser.store.entries.len(), 1);
    let (tab, _, entry) = browser.posted.pop().expect("goes on");
    assert_eq!((tab, entry.id), (0, action(2)));
}

#[test]
fn what_was_given_up_while_the_store_failed_stays_so_when_the_tab_that_led_is_gone() {
    let mut browser = Browser::new(2);
    browser.lead(1);
    browser.step(1, done(1));
    browser.failing = true;
    browser.step(1, Event::Discard(action(1)));
    assert!(matches!(browser.states(0)[..], [(_, State::TakingBack)]));
    browser.failing = false;
    browser.tabs[1] = Queue::new(member(1), 9);
    browser.lead(1);
    let (entries, next) = (browser.store.entries.clone(), browser.store.meta.next);
    browser.step(
        0,
        Event::Opened {
            waiting: Waiting { entries, next },
            settled: true,
        },
    );
    assert!(matches!(browser.states(1)[..], [(_, State::TakingBack)]));
    assert_eq!(browser.store.entries[0].standing, Standing::TakingBack);
}

#[test]
fn what_was_decided_while_the_store_hung_is_older_than_what_is_decided_once_it_works() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.failing = true;
    browser.step(0, done(1));
    for _ in 0..2 {
        let attempt = browser.posted.pop().expect("sends it itself");
        browser.attempted(attempt, refused(ProblemCode::ConversationArchived));
        let again = Event::Again {
            id: action(1),
            reopen: false,
            seen_seq: 0,
        };
        browser.step(0, again);
    }
    let attempt = browser.posted.pop().expect("tries again");
    browser.attempted(attempt, refused(ProblemCode::ConversationArchived));
    // It is kept after all, as it was asked for first.
    browser.failing = false;
    let op = Op::Append(Box::new(reply(1, "text")));
    browser.store.run(member(1), op);
    let (entries, next) = (browser.store.entries.clone(), browser.store.meta.next);
    browser.step(
        0,
        Event::Opened {
            waiting: Waiting { entries, next },
            settled: true,
        },
    );
    assert!(
        matches!(browser.states(1)[..], [(_, State::Blocked(_))]),
        "the other tab hears how it stands"
    );
    browser.step(1, Event::Discard(action(1)));
    assert_eq!(browser.taken.len(), 1, "whoever leads takes it back");
}

#[test]
fn a_reply_is_stored_before_it_is_sent_and_sent_by_the_tab_that_leads() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    let mut out = Vec::new();
    browser.tabs[1].step(at(0), done(1), &mut out);
    assert!(
        matches!(out[..], [Effect::Changed(_), Effect::Store { .. }]),
        "{out:?}"
    );
    let Effect::Store { request, op } = out.remove(1) else {
        panic!()
    };
    let answer = browser.store.run(member(1), op);
    browser.step(
        1,
        Event::Answered {
            request,
            result: Ok(answer),
        },
    );
    assert_eq!(browser.posted.len(), 1);
    assert_eq!(browser.posted[0].0, 0);
    assert_eq!(browser.states(1), [(action(1), State::Waiting)]);
    let post = browser.posted.remove(0);
    browser.attempted(post, Outcome::Stored);
    assert!(browser.tabs.iter().all(Queue::is_empty));
    assert!(browser.store.entries.is_empty());
}

#[test]
fn the_next_leader_sends_what_the_last_one_left() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(0, done(1));
    browser.step(0, done(2));
    browser.lead(1);
    let posted: Vec<_> = browser
        .posted
        .iter()
        .map(|(tab, _, entry)| (*tab, entry.id))
        .collect();
    assert_eq!(
        posted,
        [(0, action(1)), (1, action(1))],
        "the same id: the server stores it once"
    );
    // The one before wakes up with an answer: what it writes is refused, and it follows.
    let late = browser.posted.remove(0);
    browser.attempted(late, Outcome::Stored);
    assert_eq!(browser.store.entries.len(), 2);
    assert!(browser.tabs[0].all().all(|queued| queued.state == State::Waiting));
    let post = browser.posted.remove(0);
    browser.attempted(post, Outcome::Stored);
    let (tab, _, entry) = browser.posted.last().expect("the next one goes out");
    assert_eq!((*tab, entry.id), (1, action(2)));
}

#[test]
fn a_refused_reply_is_refused_in_every_tab_and_any_of_them_may_decide() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(0, done(1));
    let post = browser.posted.remove(0);
    browser.attempted(post, refused(ProblemCode::NewerReply));
    assert!(matches!(browser.states(1)[..], [(_, State::Blocked(_))]));
    browser.step(
        1,
        Event::Again {
            id: action(1),
            reopen: false,
            seen_seq: 8,
        },
    );
    let Action::Send(draft) = &browser.posted[0].2.action else {
        panic!()
    };
    assert_eq!((browser.posted[0].0, draft.seen_seq), (0, 8));
}

#[test]
fn what_is_given_up_is_taken_back_first_even_by_the_next_leader() {
    let mut browser = Browser::new(3);
    browser.lead(0);
    browser.step(0, done(1));
    browser.step(0, done(2));
    browser.step(1, Event::Discard(action(1)));
    assert!(browser.taken.is_empty(), "an attempt is on its way");
    browser.lead(2);
    assert_eq!((browser.taken[0].0, browser.taken[0].2.id), (2, action(1)));
    let taken = browser.taken.remove(0);
    browser.attempted(taken, Outcome::TakenBack);
    let (_, _, next) = browser.posted.last().expect("the next one goes out");
    assert_eq!((next.id, next.after), (action(2), None));
    assert_eq!(browser.store.entries.len(), 1);
}

#[test]
fn what_the_browser_has_no_room_for_is_sent_by_its_tab_behind_what_is_kept() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(1, done(1));
    browser.full = true;
    browser.step(1, done(2));
    assert!(browser.tabs[1].has_unsaved());
    let queued: Vec<bool> = browser.tabs[1].all().map(|queued| queued.kept).collect();
    assert_eq!(queued, [true, false]);
    let (tab, _, entry) = &browser.posted[1];
    assert_eq!((*tab, entry.id, entry.after), (1, action(2), Some(action(1))));
    let post = browser.posted.remove(1);
    browser.attempted(post, Outcome::Stored);
    assert_eq!(browser.tabs[1].len(), 1);
}

#[test]
fn a_read_mark_does_not_wait_behind_a_refused_reply_and_counts_at_once() {
    let mut browser = Browser::new(1);
    browser.lead(0);
    browser.step(0, done(1));
    let post = browser.posted.remove(0);
    browser.attempted(post, refused(ProblemCode::NewerReply));
    let read = Entry::new(
        action(2),
        conversation(1),
        Action::Read { seq: 9 },
        Timestamp::default(),
    );
    browser.step(0, Event::Do(Box::new(read)));
    assert_eq!(browser.posted[0].2.action, Action::Read { seq: 9 });
    assert_eq!(browser.tabs[0].read_up_to(conversation(1)), Some(9));
    assert_eq!(browser.tabs[0].len(), 1, "nobody waits for a read mark");
}

#[test]
fn a_tab_that_hears_late_does_not_bring_back_what_is_gone() {
    let mut browser = Browser::new(1);
    browser.step(0, Event::Heard(Change::Gone(action(1))));
    browser.step(0, Event::Heard(Change::Put(vec![reply(1, "late")])));
    assert!(browser.tabs[0].is_empty());
}

#[derive(Clone, Debug)]
enum Happens {
    Reply(usize),
    Lead(usize),
    Answer(usize),
    Lose(usize),
    Refuse(usize),
    Wake(usize),
    Discard(usize, usize),
    Full(bool),
}

fn happens() -> impl Strategy<Value = Happens> {
    let tab = 0..3_usize;
    prop_oneof![
        4 => tab.clone().prop_map(Happens::Reply),
        1 => tab.clone().prop_map(Happens::Lead),
        4 => (0..4_usize).prop_map(Happens::Answer),
        2 => (0..4_usize).prop_map(Happens::Lose),
        1 => (0..4_usize).prop_map(Happens::Refuse),
        1 => tab.clone().prop_map(Happens::Wake),
        1 => (tab, 0..20_usize).prop_map(|(tab, n)| Happens::Discard(tab, n)),
        1 => any::<bool>().prop_map(Happens::Full),
    ]
}

/// A server that stores each id once, in the order that `after` allows, and burns what is taken back.
#[derive(Default)]
struct Server {
    stored: Vec<ActionId>,
    burnt: BTreeSet<ActionId>,
}

impl Server {
    fn post(&mut self, entry: &Entry) -> Outcome {
        if self.stored.contains(&entry.id) {
            Outcome::Stored
        } else if self.burnt.contains(&entry.id) {
            refused(ProblemCode::Gone)
        } else if entry.after.is_some_and(|after| !self.stored.contains(&after)) {
            refused(ProblemCode::OutOfOrder)
        } else {
            self.stored.push(entry.id);
            Outcome::Stored
        }
    }

    fn take_back(&mut self, entry: &Entry) -> Outcome {
        if self.stored.contains(&entry.id) {
            return Outcome::Stored;
        }
        self.burnt.insert(entry.id);
        Outcome::TakenBack
    }
}

proptest! {
    /// Whatever tab leads, whatever is lost, whatever the browser has room for: each reply is on the server once, or was
    /// given up and never is, and replies of one tab keep their order.
    #[test]
    fn every_reply_is_stored_once_or_given_up_and_never_both(script in prop::collection::vec(happens(), 0..80)) {
        let mut browser = Browser::new(3);
        let mut server = Server::default();
        let mut typed: Vec<Vec<ActionId>> = vec![Vec::new(); 3];
        let mut given_up = BTreeSet::new();
        let mut n = 0_u8;
        browser.lead(0);
        let settle = |browser: &mut Browser, server: &mut Server, index: usize, fate: usize| {
            if !browser.taken.is_empty() && index.is_multiple_of(2) {
                let taken = browser.taken.remove(index % browser.taken.len());
                let outcome = if fate == 1 { Outcome::Unsure { wait_ms: 0 } } else { server.take_back(&taken.2) };
                browser.attempted(taken, outcome);
            } else if !browser.posted.is_empty() {
                let post = browser.posted.remove(index % browser.posted.len());
                let outcome = match fate {
                    0 => server.post(&post.2),
                    1 => {
                        if index.is_multiple_of(2) {
                            server.post(&post.2);
                        }
                        Outcome::Unsure { wait_ms: 0 }
                    }
                    _ if server.stored.contains(&post.2.id) => Outcome::Stored,
                    _ => refused(ProblemCode::NewerReply),
                };
                browser.attempted(post, outcome);
            }
        };
        for event in script {
            match event {
                Happens::Reply(tab) => {
                    n += 1;
                    typed[tab].push(action(n));
                    browser.step(tab, done(n));
                }
                Happens::Lead(tab) => browser.lead(tab),
                Happens::Answer(index) => settle(&mut browser, &mut server, index, 0),
                Happens::Lose(index) => settle(&mut browser, &mut server, index, 1),
                Happens::Refuse(index) => settle(&mut browser, &mut server, index, 2),
                Happens::Wake(tab) => browser.step(tab, Event::Wake),
                Happens::Discard(tab, which) => {
                    let id = browser.tabs[tab].all().nth(which).map(|queued| queued.entry.id);
                    if let Some(id) = id {
                        given_up.insert(id);
                        browser.step(tab, Event::Discard(id));
                    }
                }
                Happens::Full(full) => browser.full = full,
            }
        }
        browser.full = false;
        browser.lead(1);
        for round in 0..3_000 {
            for tab in 0..3 {
                let blocked: Vec<ActionId> = browser.tabs[tab]
                    .all()
                    .filter(|queued| matches!(queued.state, State::Blocked(_)))
                    .map(|queued| queued.entry.id)
                    .collect();
                for id in blocked {
                    browser.step(tab, Event::Again { id, reopen: false, seen_seq: 99 });
                }
                browser.step(tab, Event::Wake);
            }
            settle(&mut browser, &mut server, round, 0);
            settle(&mut browser, &mut server, round + 1, 0);
            if browser.tabs.iter().all(Queue::is_empty) {
                break;
            }
        }
        for tab in 0..3 {
            prop_assert!(browser.tabs[tab].is_empty(), "{:?}", browser.states(tab));
        }
        let typed_all: BTreeSet<ActionId> = typed.iter().flatten().copied().collect();
        for id in &typed_all {
            let stored = server.stored.contains(id);
            prop_assert!(stored || given_up.contains(id), "lost {id}");
            prop_assert!(!(stored && server.burnt.contains(id)));
        }
        prop_assert!(browser.store.entries.is_empty());
        for tab in typed {
            let places: Vec<usize> = tab.iter().filter_map(|id| server.stored.iter().position(|stored| stored == id)).collect();
            prop_assert!(places.is_sorted(), "{places:?}");
        }
    }
}

#[test]
fn texts_are_not_in_what_a_log_would_show() {
    let entry = reply(1, "secret words");
    assert!(!format!("{:?}", done(1)).contains("text") && !format!("{entry:?}").contains("secret"));
    let Action::Send(Draft { visibility, .. }) = entry.action else {
        panic!()
    };
    assert_eq!(
        (visibility, message_id(action(1)).as_uuid()),
        (Visibility::Public, action(1).as_uuid())
    );
}

#[test]
fn what_the_store_could_not_let_go_of_holds_nothing_up() {
    let mut browser = Browser::new(1);
    browser.lead(0);
    browser.step(0, done(1));
    browser.failing = true;
    browser.step(0, Event::Discard(action(1)));
    let post = browser.posted.remove(0);
    browser.attempted(post, refused(ProblemCode::NewerReply));
    browser.step(0, Event::Wake);
    let taken = browser.taken.remove(0);
    browser.attempted(taken, Outcome::TakenBack);
    assert!(browser.tabs[0].is_empty() && browser.store.entries.len() == 1);
    browser.failing = false;
    browser.step(0, done(2));
    let waiting: Vec<_> = browser
        .store
        .entries
        .iter()
        .map(|entry| (entry.id, entry.after))
        .collect();
    assert_eq!(waiting, [(action(2), None)]);
}

#[test]
fn a_decision_that_the_store_could_not_keep_counts_for_the_next_leader() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(0, done(1));
    browser.failing = true;
    browser.step(1, Event::Discard(action(1)));
    browser.failing = false;
    browser.lead(1);
    let taken = browser.taken.remove(0);
    assert_eq!((taken.0, taken.2.id), (1, action(1)));
    browser.attempted(taken, Outcome::TakenBack);
    assert!(browser.tabs.iter().all(Queue::is_empty) && browser.store.entries.is_empty());
}

#[test]
fn what_a_fenced_leader_has_taken_back_goes_and_nobody_sends_it_again() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(0, done(1));
    let attempt = browser.posted.pop().expect("posts");
    browser.failing = true;
    browser.step(0, Event::Discard(action(1)));
    browser.attempted(attempt, Outcome::Unsure { wait_ms: 0 });
    browser.step(0, Event::Wake);
    let taken = browser.taken.pop().expect("takes it back");
    browser.failing = false;
    // Another tab leads by now, of which this one has not heard; that one knows what the store knows.
    browser.tabs[1] = Queue::new(member(1), 9);
    browser.lead(1);
    browser.attempted(taken, Outcome::TakenBack);
    assert!(browser.store.entries.is_empty());
    let attempt = browser.posted.pop().expect("was sent again before that");
    browser.attempted(attempt, refused(ProblemCode::Gone));
    assert!(browser.tabs.iter().all(Queue::is_empty), "it is shown nowhere");
}

/// A reply that was refused; the store failed when the person insisted on it, and only the tab that followed knows of that.
fn insisted_on_while_the_store_failed() -> Browser {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(0, done(1));
    let attempt = browser.posted.pop().expect("posts");
    browser.attempted(attempt, refused(ProblemCode::NewerReply));
    browser.failing = true;
    let again = Event::Again {
        id: action(1),
        reopen: false,
        seen_seq: 3,
    };
    browser.step(1, again);
    browser.failing = false;
    browser.tabs[0] = Queue::new(member(1), 9);
    browser.posted.clear();
    browser
}

#[test]
fn what_the_person_insisted_on_goes_out_where_only_a_tab_that_follows_knows_of_it() {
    let mut browser = insisted_on_while_the_store_failed();
    browser.lead(0);
    assert!(browser.posted.is_empty(), "it knows the refusal only");
    let entries = browser.store.entries.clone();
    let next = browser.store.meta.next;
    browser.step(
        1,
        Event::Opened {
            waiting: Waiting { entries, next },
            settled: true,
        },
    );
    assert_eq!(browser.store.entries[0].standing, Standing::Waiting);
    assert_eq!(browser.posted.len(), 1);
}

#[test]
fn what_the_person_insisted_on_is_kept_also_by_a_leader_that_is_fenced() {
    let mut browser = insisted_on_while_the_store_failed();
    let Answer::Claimed { term, entries, next } = browser.store.run(member(1), Op::Claim) else {
        panic!("claims")
    };
    browser.lead(0);
    let waiting = Some(Waiting { entries, next });
    browser.step(1, Event::Lead { term, waiting });
    assert_eq!(browser.store.entries[0].standing, Standing::Waiting);
    assert!(browser.posted.iter().any(|(tab, ..)| *tab == 0), "by who leads");
}

#[test]
fn what_is_done_and_stands_refused_in_the_store_goes_also_from_a_tab_that_follows() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(0, done(1));
    let attempt = browser.posted.pop().expect("posts");
    browser.attempted(attempt, refused(ProblemCode::NewerReply));
    browser.failing = true;
    let again = Event::Again {
        id: action(1),
        reopen: false,
        seen_seq: 3,
    };
    browser.step(0, again);
    let attempt = browser.posted.pop().expect("posts once more");
    browser.attempted(attempt, Outcome::Stored);
    assert!(browser.tabs.iter().all(Queue::is_empty));
    browser.failing = false;
    // The tab goes with all that it could not keep; the next one to lead knows only what the store does.
    browser.tabs[0] = Queue::new(member(1), 9);
    browser.lead(0);
    let entries = browser.store.entries.clone();
    let next = browser.store.meta.next;
    browser.step(
        1,
        Event::Opened {
            waiting: Waiting { entries, next },
            settled: true,
        },
    );
    assert!(browser.store.entries.is_empty());
    assert!(browser.tabs.iter().all(Queue::is_empty));
}

#[test]
fn what_was_asked_before_this_tab_got_its_term_is_asked_again_in_it() {
    let mut browser = Browser::new(1);
    browser.step(0, done(1));
    browser.lead(0);
    let attempt = browser.posted.pop().expect("posts");
    browser.failing = true;
    browser.attempted(attempt, Outcome::Stored);
    browser.failing = false;
    // It led without a term while the store failed, and asks for what it could not do just before it has the next one.
    browser.step(
        0,
        Event::Lead {
            term: 0,
            waiting: None,
        },
    );
    let mut out = Vec::new();
    let entries = browser.store.entries.clone();
    let next = browser.store.meta.next;
    browser.tabs[0].step(
        at(0),
        Event::Opened {
            waiting: Waiting { entries, next },
            settled: true,
        },
        &mut out,
    );
    browser.lead(0);
    for effect in out {
        if let Effect::Store { request, op } = effect {
            let result = Ok(browser.store.run(member(1), op));
            browser.step(0, Event::Answered { request, result });
        }
    }
    assert!(browser.store.entries.is_empty());
    browser.step(0, done(2));
    assert_eq!(browser.posted.len(), 1, "it still leads");
}

#[test]
fn a_refusal_that_the_store_could_not_keep_is_kept_and_told_once_it_works() {
    let mut browser = Browser::new(2);
    browser.step(0, done(1));
    browser.lead(0);
    let attempt = browser.posted.pop().expect("posts");
    browser.failing = true;
    browser.attempted(attempt, refused(ProblemCode::ConversationClosed));
    browser.failing = false;
    assert_eq!(
        browser.store.entries[0].standing,
        Standing::Waiting,
        "as far as it knows"
    );
    // A tab that comes meanwhile knows no more than the store.
    browser.tabs[1] = Queue::new(member(1), 9);
    for tab in [1, 0] {
        let entries = browser.store.entries.clone();
        let next = browser.store.meta.next;
        browser.step(
            tab,
            Event::Opened {
                waiting: Waiting { entries, next },
                settled: true,
            },
        );
    }
    assert!(matches!(browser.store.entries[0].standing, Standing::Blocked(_)));
    for tab in [0, 1] {
        assert!(
            matches!(browser.states(tab)[..], [(_, State::Blocked(_))]),
            "{tab}"
        );
    }
}

#[test]
fn what_an_ended_sign_in_left_goes_from_every_tab_unsent_when_the_leader_reads_the_store() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(0, done(1));
    browser.step(0, done(2));
    browser.posted.clear();
    browser.store.run(member(1), Op::Clear);
    browser.store.run(member(1), Op::Open { erase: false });
    let next = browser.store.meta.next;
    let waiting = Waiting {
        entries: Vec::new(),
        next,
    };
    browser.step(
        0,
        Event::Opened {
            waiting,
            settled: true,
        },
    );
    assert!(browser.posted.is_empty(), "the second one neither");
    assert!(browser.tabs.iter().all(Queue::is_empty));
}

#[test]
fn a_refusal_after_a_decision_that_the_store_could_not_keep_shows_in_every_tab() {
    let mut browser = Browser::new(2);
    browser.lead(0);
    browser.step(0, done(1));
    let attempt = browser.posted.pop().expect("posts");
    browser.attempted(attempt, refused(ProblemCode::ConversationClosed));
    browser.failing = true;
    let again = Event::Again {
        id: action(1),
        reopen: false,
        seen_seq: 1,
    };
    browser.step(1, again);
    browser.failing = false;
    let attempt = browser.posted.pop().expect("posts once more");
    browser.attempted(attempt, refused(ProblemCode::ConversationClosed));
    for tab in [0, 1] {
        let states = browser.states(tab);
        assert!(
            matches!(states[..], [(_, State::Blocked(_))]),
            "{tab}: {states:?}"
        );
    }
}

#[test]
fn what_follows_one_that_was_given_up_waits_for_nothing_where_the_store_could_not_let_go_of_it() {
    let mut browser = Browser::new(1);
    browser.lead(0);
    browser.step(0, done(1));
    browser.step(0, done(2));
    let attempt = browser.posted.pop().expect("posts");
    browser.step(0, Event::Discard(action(1)));
    browser.attempted(attempt, Outcome::Unsure { wait_ms: 0 });
    browser.step(0, Event::Wake);
    let taken = browser.taken.pop().expect("takes it back");
    browser.failing = true;
    browser.attempted(taken, Outcome::TakenBack);
    let attempt = browser.posted.pop().expect("the next one");
    browser.attempted(attempt, refused(ProblemCode::NewerReply));
    let again = Event::Again {
        id: action(2),
        reopen: false,
        seen_seq: 3,
    };
    browser.step(0, again);
    let (_, _, entry) = browser.posted.pop().expect("once more");
    assert_eq!(entry.after, None, "the server has never had the one before it");
}

#[test]
fn an_attempt_of_what_was_erased_is_abandoned() {
    let mut queue = Queue::new(member(1), 1);
    let waiting = Waiting {
        entries: vec![reply(1, "text")],
        next: 1,
    };
    let mut out = Vec::new();
    queue.step(
        at(0),
        Event::Lead {
            term: 1,
            waiting: Some(waiting),
        },
        &mut out,
    );
    let posted = out.iter().find_map(|effect| match effect {
        Effect::Post { generation, .. } => Some(*generation),
        _ => None,
    });
    let generation = posted.expect("posts");
    out.clear();
    let waiting = Waiting {
        entries: Vec::new(),
        next: 1,
    };
    let settled = true;
    queue.step(at(1), Event::Opened { waiting, settled }, &mut out);
    assert!(out.contains(&Effect::Abandon { generation }), "{out:?}");
}
