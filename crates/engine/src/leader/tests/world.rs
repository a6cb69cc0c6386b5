//! A browser with tabs: a lock with its queue, a store with its term, words that are late or lost, tabs that freeze and die.

use std::collections::{BTreeMap, VecDeque};

use proptest::test_runner::TestCaseError;

use super::super::{Effect, Event, Leader};
use crate::Now;
use crate::random::Random;

/// What happens to tabs; those that do not exist are left alone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    Open {
        shown: bool,
    },
    /// Without a word.
    Kill(usize),
    /// Properly.
    Close(usize),
    Freeze(usize),
    Thaw(usize),
    Show(usize, bool),
    /// The tab writes to the store if it leads.
    Write(usize),
}

struct Tab {
    leader: Leader,
    shown: bool,
    frozen: bool,
    /// What waits until it thaws.
    missed: Vec<Event>,
    timer: Option<(u64, u64)>,
    terms: Vec<u64>,
}

pub(super) struct World {
    now: u64,
    random: Random,
    loss: u64,
    has_locks: bool,
    has_store: bool,
    term: u64,
    tabs: BTreeMap<usize, Tab>,
    opened: usize,
    holder: Option<usize>,
    queue: VecDeque<(usize, u64)>,
    /// By time and order: whom it reaches, and what.
    coming: BTreeMap<(u64, u64), (usize, Event)>,
    order: u64,
    reigns: usize,
    words: usize,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            now: 0,
            random: Random::from_seed(seed),
            loss: 0,
            has_locks: true,
            has_store: true,
            term: 0,
            tabs: BTreeMap::new(),
            opened: 0,
            holder: None,
            queue: VecDeque::new(),
            coming: BTreeMap::new(),
            order: 0,
            reigns: 0,
            words: 0,
        }
    }

    /// Loses so many words of a hundred.
    pub(super) fn losing(mut self, loss: u64) -> Self {
        self.loss = loss;
        self
    }

    pub(super) fn without_locks(mut self) -> Self {
        self.has_locks = false;
        self
    }

    pub(super) fn without_store(mut self) -> Self {
        self.has_store = false;
        self
    }

    /// The tabs that are awake and think that they lead.
    pub(super) fn leaders(&self) -> Vec<usize> {
        let leads = |tab: &&Tab| tab.leader.term().is_some() && !tab.frozen;
        self.tabs
            .iter()
            .filter(|(_, tab)| leads(tab))
            .map(|(number, _)| *number)
            .collect()
    }

    /// How often some tab began to lead.
    pub(super) fn reigns(&self) -> usize {
        self.reigns
    }

    /// How much was said.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    pub(super) fn leads_by_lock(&self, tab: usize) -> bool {
        self.holder == Some(tab)
    }

    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Open { shown } => {
                if self.tabs.len() < 6 {
                    self.open(shown);
                }
            }
            Action::Kill(tab) => self.remove(tab),
            Action::Close(tab) => {
                if self.tabs.get(&tab).is_some_and(|tab| !tab.frozen) {
                    self.deliver(tab, Event::Stop);
                    self.remove(tab);
                }
            }
            Action::Freeze(tab) => {
                if let Some(tab) = self.tabs.get_mut(&tab) {
                    tab.frozen = true;
                }
            }
            Action::Thaw(tab) => self.thaw(tab),
            Action::Show(number, shown) => {
                if let Some(tab) = self.tabs.get_mut(&number) {
                    tab.shown = shown;
                    self.deliver(number, Event::Shown(shown));
                }
            }
            Action::Write(tab) => {
                let awake = self.tabs.get(&tab).filter(|tab| !tab.frozen);
                if let Some(own) = awake.and_then(|tab| tab.leader.term())
                    && own < self.term
                    && own > 0
                {
                    self.deliver(tab, Event::Fenced { term: self.term });
                    assert_eq!(self.tabs[&tab].leader.term(), None, "a fenced one follows");
                }
            }
        }
    }

    fn open(&mut self, shown: bool) {
        let number = self.opened;
        self.opened += 1;
        let tab = Tab {
            leader: Leader::new(format!("tab {number}"), self.random.next()),
            shown,
            frozen: false,
            missed: Vec::new(),
            timer: None,
            terms: Vec::new(),
        };
        self.tabs.insert(number, tab);
        self.deliver(number, Event::Shown(shown));
        self.deliver(number, Event::Start);
    }

    fn remove(&mut self, number: usize) {
        if self.tabs.remove(&number).is_some() {
            self.leave_lock(number);
        }
    }

    /// Timers come before what waited at the door.
    fn thaw(&mut self, number: usize) {
        let Some(tab) = self.tabs.get_mut(&number).filter(|tab| tab.frozen) else {
            return;
        };
        tab.frozen = false;
        let missed = std::mem::take(&mut tab.missed);
        if let Some((generation, _)) = tab.timer.take_if(|(_, at)| *at <= self.now) {
            self.deliver(number, Event::Timer { generation });
        }
        for event in missed {
            self.deliver(number, event);
        }
        self.deliver(number, Event::Awake);
    }

    /// Lets so many milliseconds pass.
    pub(super) fn run(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            let coming = self.coming.first_key_value().map(|((at, _), _)| *at);
            let timers = self.tabs.values().filter(|tab| !tab.frozen);
            let timer = timers.filter_map(|tab| tab.timer).map(|(_, at)| at).min();
            let Some(next) = coming.into_iter().chain(timer).min().filter(|at| *at <= end) else {
                break;
            };
            self.now = self.now.max(next);
            if coming == Some(next) {
                if let Some((_, (tab, event))) = self.coming.pop_first() {
                    self.deliver(tab, event);
                }
                continue;
            }
            let due = self.tabs.iter_mut().find_map(|(number, tab)| {
                let timer = tab.timer.take_if(|(_, at)| *at <= next && !tab.frozen);
                timer.map(|(generation, _)| (*number, generation))
            });
            if let Some((tab, generation)) = due {
                self.deliver(tab, Event::Timer { generation });
            }
        }
        self.now = end;
    }

    fn deliver(&mut self, number: usize, event: Event) {
        let Some(tab) = self.tabs.get_mut(&number) else {
            return;
        };
        if tab.frozen {
            tab.missed.push(event);
            return;
        }
        let now = Now {
            monotonic: self.now,
            ..Now::default()
        };
        let mut out = Vec::new();
        tab.leader.step(now, event, &mut out);
        for effect in out {
            self.carry_out(number, effect);
        }
    }

    fn carry_out(&mut self, number: usize, effect: Effect) {
        match effect {
            Effect::RequestLock { generation } if self.has_locks => {
                self.queue.push_back((number, generation));
                self.grant();
            }
            Effect::RequestLock { generation } => self.send(number, 0, Event::Locked { generation }),
            Effect::ReleaseLock => self.leave_lock(number),
            Effect::Claim { generation } if self.has_store => {
                self.term += 1;
                let term = self.term;
                self.send(number, 60, Event::Claimed { generation, term });
            }
            Effect::Claim { generation } => self.send(number, 60, Event::ClaimFailed { generation }),
            Effect::Lead { term } => {
                self.reigns += 1;
                if let Some(tab) = self.tabs.get_mut(&number) {
                    let rises = tab.terms.last().is_none_or(|last| *last < term || term == 0);
                    assert!(rises, "{term} after {:?}", tab.terms);
                    tab.terms.push(term);
                }
            }
            Effect::Follow => {}
            Effect::Say(word) => {
                self.words += 1;
                let others: Vec<usize> = self.tabs.keys().copied().filter(|tab| *tab != number).collect();
                for other in others {
                    if self.random.up_to(99) >= self.loss {
                        let from = format!("tab {number}");
                        let word = word.clone();
                        self.send(other, 80, Event::Heard { from, word });
                    }
                }
            }
            Effect::SetTimer { generation, after_ms } => {
                if let Some(tab) = self.tabs.get_mut(&number) {
                    tab.timer = Some((generation, self.now + after_ms));
                }
            }
        }
    }

    fn send(&mut self, to: usize, most_ms: u64, event: Event) {
        self.order += 1;
        let at = self.now + self.random.up_to(most_ms);
        self.coming.insert((at, self.order), (to, event));
    }

    fn leave_lock(&mut self, number: usize) {
        self.queue.retain(|(tab, _)| *tab != number);
        if self.holder == Some(number) {
            self.holder = None;
            self.grant();
        }
    }

    fn grant(&mut self) {
        if self.holder.is_none()
            && let Some((tab, generation)) = self.queue.pop_front()
        {
            self.holder = Some(tab);
            self.send(tab, 20, Event::Locked { generation });
        }
    }

    /// What holds when nothing has happened for a while.
    pub(super) fn check_quiet(&self) -> Result<(), TestCaseError> {
        let awake: BTreeMap<_, _> = self.tabs.iter().filter(|(_, tab)| !tab.frozen).collect();
        let leaders = self.leaders();
        if awake.is_empty() {
            return Ok(());
        }
        proptest::prop_assert_eq!(leaders.len(), 1, "leaders {:?}", leaders);
        let leader = leaders[0];
        proptest::prop_assert!(
            awake[&leader].shown || awake.values().all(|tab| !tab.shown),
            "a hidden tab leads shown ones"
        );
        proptest::prop_assert_eq!(awake[&leader].leader.term(), Some(self.term));
        let name = format!("tab {leader}");
        for (number, tab) in &awake {
            if **number != leader {
                proptest::prop_assert_eq!(tab.leader.followed(), Some(name.as_str()));
            }
        }
        let frozen_holder = self
            .holder
            .is_some_and(|tab| self.tabs.get(&tab).is_some_and(|tab| tab.frozen));
        proptest::prop_assert!(
            self.holder == Some(leader) || frozen_holder,
            "{:?} has the lock, {} leads",
            self.holder,
            leader
        );
        Ok(())
    }
}
