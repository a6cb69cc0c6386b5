//! Which lists are kept live, and when a search is asked for again.

use std::collections::BTreeSet;

use switchboard_contract::realtime::LogEvent;

use super::loading::Place;
use super::{Desk, Effect, Fetch, Timer, TimerKind};
use crate::inbox::Filter;

/// So many lists are kept live besides the usual one and a search; of more, the one that nobody looked at for longest goes.
const MAX_LISTS: usize = 6;
/// Between something that may change what a search finds and asking again, in milliseconds: events that never stop cause one
/// query in this time.
const ASK_AGAIN_MS: u64 = 1_500;

/// The lists that somebody looks at, or did.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Those kept live; the one that was looked at last stands last.
    shown: Vec<Filter>,
    /// The search that is looked at.
    search: Option<Filter>,
    /// Lists whose end somebody reached while they were being asked for from their beginning: they go on after that.
    wants_more: BTreeSet<Filter>,
    generation: u64,
    timer: Option<u64>,
}

impl Lists {
    /// All of them, the usual one first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Filter> {
        self.shown.iter().chain(&self.search)
    }

    /// Notes that a list is looked at; gives one that is let go of for it.
    fn show(&mut self, filter: &Filter) -> Option<Filter> {
        if filter.is_search() {
            return self
                .search
                .replace(filter.clone())
                .filter(|before| before != filter);
        }
        self.shown.retain(|known| known != filter);
        self.shown.push(filter.clone());
        let usual = Filter::default();
        let others = self.shown.iter().filter(|known| **known != usual).count();
        let oldest = self.shown.iter().position(|known| *known != usual)?;
        (others > MAX_LISTS).then(|| self.shown.remove(oldest))
    }
}

impl<E: Clone> Desk<E> {
    /// A list is on the screen.
    pub(super) fn show(&mut self, filter: Filter, out: &mut Vec<Effect>) {
        if let Some(gone) = self.lists.show(&filter) {
            self.let_go(&gone);
        }
        if !self.inbox.is_loaded(&filter) && !self.loads.is_known(&Place::List(filter.clone())) {
            self.load(Fetch::List { filter, cursor: None }, out);
        }
    }

    /// It no longer is. Only a search goes with it: the others are kept live for the next look.
    pub(super) fn hide(&mut self, filter: &Filter) {
        if self.lists.search.as_ref() == Some(filter) {
            self.lists.search = None;
            self.lists.timer = None;
            self.let_go(filter);
        }
    }

    fn let_go(&mut self, filter: &Filter) {
        self.inbox.drop_list(filter);
        self.lists.wants_more.remove(filter);
        self.loads.forget(&Place::List(filter.clone()));
    }

    pub(super) fn more_of_list(&mut self, filter: Filter, out: &mut Vec<Effect>) {
        match self.loads.under_way(&Place::List(filter.clone())) {
            // The page that comes is the one that is wanted.
            Some(Fetch::List { cursor: Some(_), .. }) if self.inbox.more_again(&filter).is_none() => {}
            Some(_) => {
                self.lists.wants_more.insert(filter);
            }
            None => self.load_more(filter, out),
        }
    }

    fn load_more(&mut self, filter: Filter, out: &mut Vec<Effect>) {
        if let Some(cursor) = self.inbox.next_cursor(&filter) {
            let cursor = Some(cursor.to_owned());
            self.load(Fetch::List { filter, cursor }, out);
        }
    }

    /// An event was applied: it may change what the search finds, which only the server knows.
    pub(super) fn touch_search(&mut self, event: &LogEvent, out: &mut Vec<Effect>) {
        if self.lists.timer.is_none() && self.inbox.may_change_found(event) {
            self.plan_search(out);
        }
    }

    fn plan_search(&mut self, out: &mut Vec<Effect>) {
        self.lists.generation += 1;
        let generation = self.lists.generation;
        self.lists.timer = Some(generation);
        out.push(Effect::SetTimer {
            timer: Timer {
                kind: TimerKind::Search,
                generation,
            },
            after_ms: ASK_AGAIN_MS,
        });
    }

    pub(super) fn on_search_timer(&mut self, generation: u64, out: &mut Vec<Effect>) {
        if self.lists.timer != Some(generation) {
            return;
        }
        self.lists.timer = None;
        let Some(filter) = self.lists.search.clone() else {
            return;
        };
        if self.is_list_loading(&filter) {
            // Its answer may be from before.
            self.plan_search(out);
        } else {
            self.load(Fetch::List { filter, cursor: None }, out);
        }
    }

    /// A page of a list has ended: one that is asked for anew goes on as far as it was shown, and further if its end was reached
    /// meanwhile.
    pub(super) fn list_on(&mut self, fetch: &Fetch, is_there: bool, out: &mut Vec<Effect>) {
        let Fetch::List { filter, .. } = fetch else { return };
        if !is_there {
            self.inbox.give_up_again(filter);
            self.lists.wants_more.remove(filter);
        } else if let Some(cursor) = self.inbox.more_again(filter) {
            let (filter, cursor) = (filter.clone(), Some(cursor.to_owned()));
            self.load(Fetch::List { filter, cursor }, out);
        } else if self.lists.wants_more.remove(filter) {
            self.load_more(filter.clone(), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::{Shelf, Words};

    fn labelled(n: u8) -> Filter {
        Filter {
            label: Some(switchboard_contract::ids::LabelId::from_parts(
                switchboard_contract::time::Timestamp::from_millis(0),
                [n; 10],
            )),
            ..Filter::default()
        }
    }

    #[test]
    fn few_lists_are_kept_and_the_usual_one_always() {
        let mut lists = Lists::default();
        assert_eq!(lists.show(&Filter::default()), None);
        let most = u8::try_from(MAX_LISTS).expect("few");
        for n in 0..most {
            assert_eq!(lists.show(&labelled(n)), None, "{n}");
        }
        assert_eq!(lists.show(&labelled(0)), None, "looked at again");
        assert_eq!(
            lists.show(&Shelf::Closed.into()),
            Some(labelled(1)),
            "nobody looked at it for longest"
        );
        assert!(lists.all().any(|filter| *filter == Filter::default()));
    }

    #[test]
    fn one_search_is_kept() {
        let search = |text: &str| Filter {
            search: Words::from(text),
            ..Filter::default()
        };
        let mut lists = Lists::default();
        assert_eq!(lists.show(&search("boots")), None);
        assert_eq!(lists.show(&search("boots")), None, "the same one");
        assert_eq!(lists.show(&search("stoves")), Some(search("boots")));
    }
}
