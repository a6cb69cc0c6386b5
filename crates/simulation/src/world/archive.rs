//! What the browser keeps of what was seen: written and read in transactions of their own, beside those of the queue.

use switchboard_contract::ids::MemberId;
use switchboard_engine::archive::{Answer, Op, Part, Place};
use switchboard_engine::store::StoreError;

use super::{Happening, World};
use crate::page::News;

/// So little room that something has to go now and then.
const ROOM: u64 = 6_000;

/// What is asked of it.
#[derive(Debug)]
pub(super) enum Wanted {
    Keep(Op),
    Read,
}

/// A transaction that waits for its turn.
#[derive(Debug)]
pub(super) struct Transaction {
    tab: usize,
    incarnation: u32,
    request: u64,
    owner: MemberId,
    wanted: Wanted,
}

/// What is remembered of it, to be checked.
#[derive(Debug, Default)]
pub(super) struct Archived {
    owner: Option<MemberId>,
    place: Option<Place>,
}

impl World {
    pub(super) fn ask_archive(&mut self, tab: usize, request: u64, owner: MemberId, wanted: Wanted) {
        let incarnation = self.browser.tabs[tab].incarnation;
        self.browser.archiving.push_back(Transaction {
            tab,
            incarnation,
            request,
            owner,
            wanted,
        });
        let at = self.now + 1 + self.random.up_to(12);
        self.agenda.at(at, Happening::ArchiveRuns);
    }

    /// The next transaction is carried out; its answer takes a moment.
    pub(super) fn run_archive(&mut self) {
        let Some(transaction) = self.browser.archiving.pop_front() else {
            return;
        };
        let Transaction {
            tab,
            incarnation,
            request,
            owner,
            wanted,
        } = transaction;
        // One that has not begun when its tab is killed is lost.
        let slot = &self.browser.tabs[tab];
        if slot.incarnation != incarnation || slot.page.is_none() {
            return;
        }
        let fails = self.browser.failing_until > self.now;
        let store = &mut self.browser.store;
        let news = match wanted {
            Wanted::Read => {
                let found = store.archive.read(owner, &store.meta, Part::All);
                let kept = found.log.filter(|_| !fails);
                if found.unreadable > 0 || found.is_newer {
                    self.violate(3, format!("tab {tab} cannot read what was kept"));
                }
                if kept.is_some() {
                    self.counters.count("begun with what was kept");
                }
                News::Found(request, kept.map(Box::new))
            }
            Wanted::Keep(op) => {
                let result = if fails {
                    Err(StoreError::Failed)
                } else if self.browser.full_until > self.now {
                    Err(StoreError::Full)
                } else {
                    Ok(store.archive.run(owner, op, &store.meta, ROOM))
                };
                if let Ok(Answer::Kept { evicted }) = result {
                    self.record.archived.owner = Some(owner);
                    if evicted > 0 {
                        self.counters.count("what was kept had to go");
                    }
                }
                if result == Ok(Answer::Fenced) {
                    self.counters.count("archive of an old leader refused");
                }
                News::Archived(request, result)
            }
        };
        self.check_archive();
        let at = self.now + 1 + self.random.up_to(6);
        self.agenda
            .at(at, Happening::ArchiveAnswers(tab, incarnation, Box::new(news)));
    }

    /// 3 and 6, after each transaction of either kind: what is kept is of whom the device is, and never goes back.
    pub(super) fn check_archive(&mut self) {
        let store = &self.browser.store;
        if store.archive.is_empty() {
            self.record.archived = Archived::default();
            return;
        }
        let mut wrong = Vec::new();
        if store.meta.owner.is_none() || store.meta.owner != self.record.archived.owner {
            wrong.push((6, "what was kept is someone else's".to_owned()));
        }
        let index = store.archive.index.as_deref();
        let place = index
            .and_then(|text| serde_json::from_str::<switchboard_engine::archive::Index>(text).ok())
            .and_then(|index| index.place);
        if let (Some(before), Some(place)) = (&self.record.archived.place, &place)
            && before.position.epoch == place.position.epoch
            && before.position.offset > place.position.offset
        {
            wrong.push((
                3,
                format!(
                    "what is kept went back from {} to {}",
                    before.position.offset, place.position.offset
                ),
            ));
        }
        self.record.archived.place = place;
        for (invariant, what) in wrong {
            self.violate(invariant, what);
        }
    }
}
