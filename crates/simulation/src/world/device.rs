//! What the browser does for its tabs besides the network: timers, locks, the store, words between them.

use switchboard_contract::ids::MemberId;
use switchboard_engine::store::{Answer, Op, StoreError};

use super::browser::Transaction;
use super::{Happening, World};
use crate::page::{LockName, News, Page, Said, TimerFor};

impl World {
    /// Lets a tab take in what happened, now or when it moves again.
    pub(super) fn tell(&mut self, tab: usize, incarnation: u32, news: News) {
        let still = self.browser.stands_still(tab, self.now);
        let slot = &mut self.browser.tabs[tab];
        if slot.incarnation != incarnation || slot.page.is_none() {
            return;
        }
        if still || !slot.pending.is_empty() {
            slot.pending.push(news);
            return;
        }
        self.step(tab, news);
    }

    /// A tab moves again: what happened meanwhile comes first, in order.
    pub(super) fn thaw(&mut self, tab: usize) {
        if self.browser.stands_still(tab, self.now) {
            return;
        }
        let pending = std::mem::take(&mut self.browser.tabs[tab].pending);
        let incarnation = self.browser.tabs[tab].incarnation;
        for news in pending {
            let slot = &self.browser.tabs[tab];
            if slot.page.is_some() && slot.incarnation == incarnation {
                self.step(tab, news);
            }
        }
    }

    fn step(&mut self, tab: usize, news: News) {
        let clocks = self.browser.clocks(self.now);
        let hint = self.browser.hint.clone();
        let mut wishes = Vec::new();
        self.log(|| format!("tab {tab} <- {news:?}"));
        let Some(page) = &mut self.browser.tabs[tab].page else {
            return;
        };
        page.step(clocks, hint, news, &mut wishes);
        for wish in wishes {
            if let Some(left) = &mut self.browser.tabs[tab].kill_after {
                if *left == 0 {
                    self.counters.count("tab killed between two effects");
                    self.kill(tab);
                    let at = self.now + 1_000;
                    self.agenda.at(at, Happening::Reopen(tab));
                    return;
                }
                *left -= 1;
            }
            self.log(|| format!("tab {tab} -> {wish:?}"));
            self.run_wish(tab, wish);
        }
        self.watch(tab);
    }

    pub(super) fn set_timer(&mut self, tab: usize, what: TimerFor, generation: u64, after: u64) {
        let due = self.browser.monotonic(self.now) + after;
        let slot = &mut self.browser.tabs[tab];
        slot.timers.insert(what, (generation, due));
        let incarnation = slot.incarnation;
        let at = self.now.saturating_add(after);
        self.agenda
            .at(at, Happening::Timer(tab, incarnation, what, generation));
    }

    pub(super) fn timer(&mut self, tab: usize, incarnation: u32, what: TimerFor, generation: u64) {
        let monotonic = self.browser.monotonic(self.now);
        let slot = &mut self.browser.tabs[tab];
        if slot.incarnation != incarnation {
            return;
        }
        let Some((current, due)) = slot.timers.get(&what).copied() else {
            return;
        };
        if current != generation {
            return;
        }
        if due > monotonic {
            // The monotonic clock stood still meanwhile.
            self.agenda.at(
                self.now + (due - monotonic),
                Happening::Timer(tab, incarnation, what, generation),
            );
            return;
        }
        slot.timers.remove(&what);
        self.tell(tab, incarnation, News::Timer(what, generation));
    }

    pub(super) fn request_lock(&mut self, tab: usize, name: LockName, generation: u64) {
        let incarnation = self.browser.tabs[tab].incarnation;
        let queue = self.browser.locks.entry(name).or_default();
        queue.push_back((tab, incarnation, generation));
        if queue.len() == 1 {
            self.grant(name);
        }
    }

    pub(super) fn release_lock(&mut self, tab: usize, name: LockName, generation: u64) {
        let incarnation = self.browser.tabs[tab].incarnation;
        self.forget_locks(name, |held| held == (tab, incarnation, generation));
    }

    fn forget_locks(&mut self, name: LockName, goes: impl Fn((usize, u32, u64)) -> bool) {
        let queue = self.browser.locks.entry(name).or_default();
        let first = queue.front().copied();
        queue.retain(|held| !goes(*held));
        let now_first = queue.front().copied();
        if now_first.is_some() && now_first != first {
            self.grant(name);
        }
    }

    fn grant(&mut self, name: LockName) {
        let Some((tab, incarnation, generation)) = self
            .browser
            .locks
            .get(&name)
            .and_then(|queue| queue.front())
            .copied()
        else {
            return;
        };
        let at = self.now + 1 + self.random.up_to(4);
        self.agenda
            .at(at, Happening::Granted(tab, incarnation, name, generation));
    }

    pub(super) fn granted(&mut self, tab: usize, incarnation: u32, name: LockName, generation: u64) {
        let holds = self
            .browser
            .locks
            .get(&name)
            .and_then(|queue| queue.front())
            .is_some_and(|held| *held == (tab, incarnation, generation));
        if holds {
            self.tell(tab, incarnation, News::Locked(name, generation));
        }
    }

    pub(super) fn ask_store(&mut self, tab: usize, request: u64, owner: MemberId, op: Op) {
        let incarnation = self.browser.tabs[tab].incarnation;
        self.browser.transactions.push_back(Transaction {
            tab,
            incarnation,
            request,
            owner,
            op,
        });
        let at = self.now + 1 + self.random.up_to(12);
        self.agenda.at(at, Happening::StoreRuns);
    }

    /// The next transaction is carried out, and durable at once; its answer takes a moment.
    pub(super) fn run_store(&mut self) {
        if self.browser.hanging_until > self.now {
            self.counters.count("store hangs");
            // A tab does not wait for ever to send what it cannot keep.
            for transaction in &self.browser.transactions {
                if let Op::Append(entry) = &transaction.op {
                    let lane = (transaction.tab, transaction.incarnation, entry.lane.conversation);
                    self.record.unkept.insert(lane);
                }
            }
            let at = self.browser.hanging_until + self.random.up_to(12);
            self.agenda.at(at, Happening::StoreRuns);
            return;
        }
        let Some(transaction) = self.browser.transactions.pop_front() else {
            return;
        };
        let Transaction {
            tab,
            incarnation,
            request,
            owner,
            op,
        } = transaction;
        let appended = match &op {
            Op::Append(entry) => Some(entry.lane.conversation),
            _ => None,
        };
        let result = if self.browser.failing_until > self.now {
            self.counters.count("store failed");
            Err(StoreError::Failed)
        } else if self.browser.full_until > self.now && appended.is_some() {
            self.counters.count("store full");
            Err(StoreError::Full)
        } else {
            let before = self.browser.store.clone();
            let answer = self.browser.store.run(owner, op.clone());
            self.check_transaction(&before, &op, &answer);
            self.check_archive();
            Ok(answer)
        };
        if let Some(conversation) = appended.filter(|_| !matches!(result, Ok(Answer::Appended { .. }))) {
            self.record.unkept.insert((tab, incarnation, conversation));
        }
        // Requests begin with the number of the sign-in that made them.
        let asker = (tab, incarnation, u32::try_from(request >> 32).unwrap_or(0));
        match result {
            Err(StoreError::Full) => drop(self.record.full.insert(asker)),
            Ok(Answer::Appended { .. }) => drop(self.record.full.remove(&asker)),
            _ => {}
        }
        if let Ok(Answer::Fenced { .. }) = result {
            self.counters.count("write of an old leader refused");
        }
        let at = self.now + 1 + self.random.up_to(6);
        self.agenda
            .at(at, Happening::StoreAnswers(tab, incarnation, request, result));
    }

    pub(super) fn say(&mut self, from: usize, said: Said) {
        if let Said::Bulletin(_, text) = &said {
            self.trace.text(text);
        }
        let at = (self.now + 1 + self.random.up_to(4)).max(self.browser.last_word + 1);
        self.browser.last_word = at;
        for tab in (0..self.browser.tabs.len()).filter(|tab| *tab != from) {
            let incarnation = self.browser.tabs[tab].incarnation;
            self.agenda
                .at(at, Happening::Heard(tab, incarnation, said.clone()));
        }
    }

    /// The person signs out here.
    pub(super) fn left(&mut self, from: usize) {
        // The marker is heard of where it is kept, whether the tab that wrote it lives to tell or not.
        let at = self.now + 1 + self.random.up_to(4);
        for tab in (0..self.browser.tabs.len()).filter(|tab| *tab != from) {
            let incarnation = self.browser.tabs[tab].incarnation;
            self.agenda
                .at(at, Happening::Heard(tab, incarnation, Said::SignedOut));
        }
        if let Some(jar) = self.browser.jar {
            self.browser.signed_out = Some((self.now, jar));
            self.record.left.insert(jar.session);
            self.agenda.at(
                self.now + super::invariants::OUT_WITHIN_MS,
                Happening::Left(jar.session),
            );
        }
        if !self.browser.store.entries.is_empty() {
            self.counters.count("signed out with a queue");
        }
    }

    pub(super) fn open_tab(&mut self, tab: usize) {
        let slot = &mut self.browser.tabs[tab];
        if slot.page.is_some() {
            return;
        }
        slot.incarnation += 1;
        // A new page begins where something was kept, and applies from there what an earlier one has applied in its own time.
        slot.position = None;
        slot.announced.clear();
        let incarnation = slot.incarnation;
        let first_call = (tab as u64) << 56 | u64::from(incarnation) << 32;
        let name = format!("tab-{tab}-{incarnation}");
        slot.page = Some(Page::new(&name, self.random.next(), first_call));
        let shown = slot.hidden_until <= self.now;
        self.tell(tab, incarnation, News::Start);
        if !shown {
            self.tell(tab, incarnation, News::Shown(false));
        }
    }

    /// The tab is gone, with everything in its memory.
    pub(super) fn kill(&mut self, tab: usize) {
        self.abandon(tab, None);
        let slot = &mut self.browser.tabs[tab];
        if slot.page.take().is_none() {
            return;
        }
        slot.killed_at = self.now;
        slot.timers.clear();
        slot.pending.clear();
        slot.calls.clear();
        slot.kill_after = None;
        let incarnation = slot.incarnation;
        for name in [LockName::Session, LockName::Leader] {
            self.forget_locks(name, |held| (held.0, held.1) == (tab, incarnation));
        }
        // A transaction that has not begun is as likely lost as not.
        let lose = self.random.up_to(1) == 0;
        if lose {
            let before = self.browser.transactions.len();
            self.browser
                .transactions
                .retain(|one| (one.tab, one.incarnation) != (tab, incarnation));
            if self.browser.transactions.len() < before {
                self.counters.count("tab killed before its transaction");
            }
        }
    }
}
