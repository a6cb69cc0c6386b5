use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use switchboard_contract::ids::{ConversationId, FunnelId, LabelId, MemberId, WebsiteId};
use switchboard_contract::live_chat::{LiveChatConversation, Priority};
use switchboard_contract::page::CursorPage;
use switchboard_contract::realtime::LogEvent;
use switchboard_contract::time::Timestamp;

use super::{conversation, deleted, id, position, query, updated};
use crate::inbox::{Assignee, Filter, Inbox, List, Shelf, Sort, SortKey, Words};

const SHELVES: [Shelf; 5] = [
    Shelf::Open,
    Shelf::Snoozed,
    Shelf::Closed,
    Shelf::Archived,
    Shelf::All,
];

fn zero() -> Timestamp {
    Timestamp::from_millis(0)
}

fn website(n: u8) -> WebsiteId {
    WebsiteId::from_parts(zero(), [n; 10])
}

fn funnel(n: u8) -> FunnelId {
    FunnelId::from_parts(zero(), [n; 10])
}

fn member(n: u8) -> MemberId {
    MemberId::from_parts(zero(), [n; 10])
}

fn label(n: u8) -> LabelId {
    LabelId::from_parts(zero(), [n; 10])
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let part = |n: u8| prop::option::weighted(0.3, 0..n);
    let sorts = [Sort::Newest, Sort::Oldest, Sort::Waiting, Sort::Priority];
    (
        prop::sample::select(&SHELVES[..]),
        part(2),
        part(2),
        part(3),
        part(2),
        prop::bool::weighted(0.2),
        prop::sample::select(sorts.to_vec()),
    )
        .prop_map(|(shelf, site, entry, assignee, tag, unread, sort)| Filter {
            shelf,
            website: site.map(website),
            funnel: entry.map(funnel),
            assignee: assignee.map(|n| match n {
                0 => Assignee::Nobody,
                n => Assignee::Member(member(n)),
            }),
            label: tag.map(label),
            unread,
            sort,
            search: Words::default(),
        })
}

/// A conversation in any state; few values each, so that they meet.
fn any_conversation() -> impl Strategy<Value = LiveChatConversation> {
    let priorities = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
    (
        (0_u8..8, 1_i64..20, prop::sample::select(&SHELVES[..4])),
        (0_u8..2, 0_u8..2, prop::option::of(1_u8..3)),
        prop::collection::vec(0_u8..2, 0..3),
        (0_u64..2, prop::option::of(1_i64..9)),
        prop::sample::select(priorities.to_vec()),
    )
        .prop_map(
            |((n, at, shelf), (site, entry, assignee), labels, (unread, waits), priority)| {
                LiveChatConversation {
                    website_id: website(site),
                    funnel_id: funnel(entry),
                    assignee_id: assignee.map(member),
                    labels: labels.into_iter().map(label).collect(),
                    unread_count: unread,
                    waiting_since: waits.map(Timestamp::from_millis),
                    priority,
                    ..conversation(n, at, shelf)
                }
            },
        )
}

/// What happens; lists are named by their number.
#[derive(Clone, Debug)]
enum Step {
    Change(Box<LiveChatConversation>),
    Delete(u8),
    /// The oldest event that is on its way comes in.
    Hear,
    AskFirst(usize),
    /// An answer comes in: not always the oldest one.
    Answer(usize),
    AskNext(usize),
    /// What is on its way is never heard: whatever is loaded is asked for anew.
    Lose,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => any_conversation().prop_map(|conversation| Step::Change(Box::new(conversation))),
        1 => (0_u8..8).prop_map(Step::Delete),
        6 => Just(Step::Hear),
        2 => (0_usize..3).prop_map(Step::AskFirst),
        3 => (0_usize..3).prop_map(Step::Answer),
        2 => (0_usize..3).prop_map(Step::AskNext),
        1 => Just(Step::Lose),
    ]
}

/// The server, the events that are on their way, the answers that are, and the inbox.
struct Bench {
    filters: Vec<Filter>,
    limit: usize,
    server: BTreeMap<ConversationId, LiveChatConversation>,
    gone: BTreeSet<ConversationId>,
    head: u64,
    events: VecDeque<LogEvent>,
    /// The list, the page, and the place that it was asked from.
    answers: Vec<(usize, CursorPage<LiveChatConversation>, Option<SortKey>)>,
    /// Lists that may hold what changed unheard, with what they showed that has not.
    doubted: BTreeMap<usize, Vec<ConversationId>>,
    inbox: Inbox,
}

impl Bench {
    fn ask(&mut self, list: usize, after: Option<SortKey>) {
        let page = query(&self.server, &self.filters[list], self.limit, after, self.head);
        // One load of a list replaces the one before.
        self.answers.retain(|(of, ..)| *of != list);
        self.answers.push((list, page, after));
    }

    fn reached(&self, list: usize) -> Option<SortKey> {
        self.inbox.lists.get(&self.filters[list]).and_then(List::reached)
    }

    fn take(&mut self, step: Step) {
        let changed = match &step {
            Step::Change(conversation) => Some(conversation.id),
            Step::Delete(n) => Some(id(*n)),
            _ => None,
        };
        for shown in self.doubted.values_mut() {
            shown.retain(|id| Some(*id) != changed);
        }
        match step {
            Step::Change(conversation) => {
                if !self.gone.contains(&conversation.id) {
                    self.head += 1;
                    self.events.push_back(updated(self.head, &conversation));
                    self.server.insert(conversation.id, *conversation);
                }
            }
            Step::Delete(n) => {
                if self.server.remove(&id(n)).is_some() {
                    self.head += 1;
                    self.gone.insert(id(n));
                    self.events.push_back(deleted(self.head, id(n)));
                }
            }
            Step::Hear => {
                if let Some(event) = self.events.pop_front() {
                    self.inbox.apply(&event).expect("readable");
                }
            }
            Step::AskFirst(list) => self.ask(list, None),
            Step::Answer(list) => {
                if let Some(at) = self.answers.iter().position(|(of, ..)| *of == list) {
                    let (_, page, after) = self.answers.remove(at);
                    self.inbox.merge_page(&self.filters[list], page, after.is_none());
                    if self.inbox.more_again(&self.filters[list]).is_some() {
                        self.ask(list, self.reached(list));
                    } else {
                        let shown = self.doubted.remove(&list).unwrap_or_default();
                        let now: Vec<ConversationId> = self.inbox.list(&self.filters[list]).collect();
                        assert!(
                            shown.iter().all(|id| now.contains(id)),
                            "{shown:?} became {now:?}"
                        );
                    }
                }
            }
            Step::AskNext(list) => {
                let is_on_its_way = self.answers.iter().any(|(of, ..)| *of == list);
                if let Some(reached) = self.reached(list).filter(|_| !is_on_its_way) {
                    self.ask(list, Some(reached));
                }
            }
            Step::Lose => {
                self.events.clear();
                self.answers.clear();
                self.inbox.doubt();
                for list in 0..self.filters.len() {
                    if self.inbox.is_loaded(&self.filters[list]) {
                        let is_as_known = |id: &ConversationId| {
                            self.inbox.conversation(*id).map(|known| &**known) == self.server.get(id)
                        };
                        let shown = self.inbox.list(&self.filters[list]).filter(is_as_known).collect();
                        self.doubted.insert(list, shown);
                        self.ask(list, None);
                    }
                }
            }
        }
    }

    /// Where everything has been heard, each list equals a fresh query, as far as it was loaded.
    fn check(&self) -> Result<(), TestCaseError> {
        if !self.events.is_empty() {
            return Ok(());
        }
        for (number, filter) in self.filters.iter().enumerate() {
            if self.doubted.contains_key(&number) {
                continue;
            }
            let Some(list) = self.inbox.lists.get(filter).filter(|list| list.loaded) else {
                continue;
            };
            let fresh = query(&self.server, filter, usize::MAX, None, self.head);
            let fresh: Vec<ConversationId> = fresh
                .items
                .iter()
                .filter_map(|conversation| filter.place(conversation))
                .filter(|place| list.covers(place))
                .map(|place| place.id())
                .collect();
            prop_assert_eq!(self.inbox.list(filter).collect::<Vec<_>>(), fresh, "{:?}", filter);
            for id in self.inbox.list(filter) {
                let known = self.inbox.conversation(id).map(|known| &**known);
                prop_assert_eq!(known, self.server.get(&id));
            }
        }
        Ok(())
    }
}

proptest! {
    /// Invariant 4: a live list equals a fresh query with the same filter, in what is on it and in its order, however changes, pages
    /// out of order and late events interleave; looked at whenever all was heard, while changes never stop.
    #[test]
    fn a_live_list_equals_a_fresh_query(
        filters in prop::collection::btree_set(any_filter(), 3),
        steps in prop::collection::vec(any_step(), 1..120),
        limit in 1_usize..5,
    ) {
        let mut bench = Bench {
            filters: filters.into_iter().collect(),
            limit,
            server: BTreeMap::new(),
            gone: BTreeSet::new(),
            head: 0,
            events: VecDeque::new(),
            answers: Vec::new(),
            doubted: BTreeMap::new(),
            inbox: Inbox::default(),
        };
        for step in steps {
            bench.take(step);
            bench.check()?;
        }
        while !bench.events.is_empty() {
            bench.take(Step::Hear);
        }
        bench.check()?;
        // Once all that was asked for has come, nothing is doubted any more.
        while let Some((list, ..)) = bench.answers.first() {
            bench.take(Step::Answer(*list));
        }
        prop_assert!(bench.doubted.is_empty(), "{:?}", bench.doubted);
        bench.check()?;
    }
}

#[test]
fn whoever_has_scrolled_stays_there_when_the_list_is_asked_for_anew() {
    let open = Filter::default();
    let at = |n: u8| conversation(n, i64::from(n), Shelf::Open);
    let mut server: BTreeMap<_, _> = (1..=9).map(|n| (id(n), at(n))).collect();
    let mut inbox = Inbox::default();
    let ask = |inbox: &mut Inbox, server: &BTreeMap<_, _>, offset| {
        let from = inbox.lists.get(&open).and_then(List::reached);
        let page = query(server, &open, 2, from, offset);
        inbox.merge_page(&open, page, false);
    };
    let shown = |inbox: &Inbox| inbox.list(&open).collect::<Vec<_>>();
    let numbered = |numbers: &[u8]| numbers.iter().map(|n| id(*n)).collect::<Vec<_>>();
    inbox.merge_page(&open, query(&server, &open, 2, None, 1), true);
    ask(&mut inbox, &server, 1);
    ask(&mut inbox, &server, 1);
    assert_eq!(shown(&inbox), numbered(&[9, 8, 7, 6, 5, 4]));
    // Unheard, 8 and 5 are closed and 4 is written to.
    server.remove(&id(8));
    server.remove(&id(5));
    server.insert(id(4), conversation(4, 40, Shelf::Open));
    inbox.doubt();
    inbox.merge_page(&open, query(&server, &open, 2, None, 20), true);
    assert_eq!(
        shown(&inbox),
        numbered(&[4, 9, 8, 7, 6, 5]),
        "the first page is sure"
    );
    assert!(inbox.more_again(&open).is_some());
    assert!(inbox.is_current(id(9)) && !inbox.is_current(id(6)));
    ask(&mut inbox, &server, 20);
    assert_eq!(shown(&inbox), numbered(&[4, 9, 7, 6, 5]));
    ask(&mut inbox, &server, 20);
    assert_eq!(shown(&inbox), numbered(&[4, 9, 7, 6, 3, 2]));
    assert_eq!(inbox.more_again(&open), None, "as far as was shown");
    assert!(inbox.next_cursor(&open).is_some(), "the rest by scrolling");
}

#[test]
fn of_a_list_that_is_asked_for_anew_only_what_is_sure_is_kept_for_the_next_visit() {
    let open = Filter::default();
    let server: BTreeMap<_, _> = (1..=9)
        .map(|n| (id(n), conversation(n, i64::from(n), Shelf::Open)))
        .collect();
    let mut inbox = Inbox::default();
    inbox.merge_page(&open, query(&server, &open, 6, None, 1), true);
    inbox.doubt();
    inbox.merge_page(&open, query(&server, &open, 2, None, 2), true);
    let kept = inbox.kept_list(Shelf::Open, 4).expect("loaded");
    assert_eq!(kept.end.map(|(_, last)| last), Some(id(8)));
}

fn search(text: &str) -> Filter {
    Filter {
        search: Words::from(text),
        ..Filter::default()
    }
}

fn page(items: Vec<LiveChatConversation>, offset: u64) -> CursorPage<LiveChatConversation> {
    CursorPage {
        items,
        next_cursor: None,
        has_more: false,
        as_of: position(offset),
    }
}

#[test]
fn a_search_shows_what_the_server_found_and_nothing_moves_in_it() {
    let mut inbox = Inbox::default();
    let boots = search("boots");
    let found = vec![conversation(2, 20, Shelf::Open), conversation(1, 10, Shelf::Open)];
    inbox.merge_page(&boots, page(found, 1), true);
    assert_eq!(inbox.list(&boots).collect::<Vec<_>>(), [id(2), id(1)]);
    let event = updated(2, &conversation(1, 30, Shelf::Open));
    inbox.apply(&event).expect("readable");
    assert_eq!(
        inbox.list(&boots).collect::<Vec<_>>(),
        [id(2), id(1)],
        "it stays under the pointer"
    );
    assert!(inbox.may_change_found(&event));
    inbox.apply(&deleted(3, id(2))).expect("readable");
    assert!(inbox.may_change_found(&deleted(3, id(2))));
    assert_eq!(inbox.list(&boots).collect::<Vec<_>>(), [id(1)]);
    assert_eq!(inbox.list(&search("stoves")).count(), 0, "another search");
    inbox.drop_list(&boots);
    assert!(!inbox.is_loaded(&boots));
}

#[test]
fn a_search_among_the_open_ones_is_not_asked_again_for_what_is_closed() {
    let mut inbox = Inbox::default();
    inbox.merge_page(&search("boots"), page(Vec::new(), 1), true);
    let closed = updated(2, &conversation(1, 30, Shelf::Closed));
    inbox.apply(&closed).expect("readable");
    assert!(!inbox.may_change_found(&closed));
    let open = updated(3, &conversation(2, 30, Shelf::Open));
    inbox.apply(&open).expect("readable");
    assert!(inbox.may_change_found(&open));
}
