//! Websites on which something is wrong with the widget: told of each once, until it is well again, and not soon after: one that goes
//! back and forth rings nobody's bell all day.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::position::Position;
use switchboard_contract::website::{Website, WebsiteState};

/// More are not kept in mind.
const MAX_KEPT: usize = 200;
/// A website of which something was told is not told of again for this long, in milliseconds.
const AGAIN_AFTER_MS: u64 = 30 * 60_000;

/// What may be told of websites and is not yet, and what was told.
#[derive(Default)]
pub(super) struct Websites {
    waiting: BTreeMap<WebsiteId, (Position, Rc<Website>)>,
    /// When the first and the last of them came.
    span: Option<(u64, u64)>,
    /// Of these something was told that may still stand there.
    told: BTreeSet<WebsiteId>,
    /// When it was.
    told_at: BTreeMap<WebsiteId, u64>,
}

impl Websites {
    /// Something is wrong with one, as `now` shows.
    pub(super) fn add(&mut self, now: u64, at: Position, website: Rc<Website>) {
        self.told_at
            .retain(|_, told_at| now < told_at.saturating_add(AGAIN_AFTER_MS));
        if self.told_at.contains_key(&website.id) {
            return;
        }
        if self.waiting.len() < MAX_KEPT || self.waiting.contains_key(&website.id) {
            self.waiting.insert(website.id, (at, website));
            self.span = Some((self.span.map_or(now, |(first, _)| first), now));
        }
    }

    /// It is well again. Answers whether it was told that it is not.
    pub(super) fn well(&mut self, id: WebsiteId) -> bool {
        self.waiting.remove(&id);
        self.settle();
        self.told.remove(&id)
    }

    /// Lets go of what stands at such a place.
    pub(super) fn forget(&mut self, is_told: impl Fn(&Position) -> bool) {
        self.waiting.retain(|_, (at, _)| !is_told(at));
        self.settle();
    }

    fn settle(&mut self) {
        if self.waiting.is_empty() {
            self.span = None;
        }
    }

    /// When the first and the last of what waits came; none where nothing does.
    pub(super) const fn span(&self) -> Option<(u64, u64)> {
        self.span
    }

    /// Those that are wanted, in the order of ids, told `now`; nothing waits any more.
    pub(super) fn take(&mut self, now: u64, wanted: impl Fn(&Website) -> bool) -> Vec<Rc<Website>> {
        self.span = None;
        let taken = std::mem::take(&mut self.waiting).into_values();
        let taken: Vec<_> = taken
            .map(|(_, website)| website)
            .filter(|website| wanted(website))
            .collect();
        for website in &taken {
            if self.told.len() < MAX_KEPT {
                self.told.insert(website.id);
                self.told_at.insert(website.id, now);
            }
        }
        taken
    }
}

/// Whether a website is in a state that somebody has to look at.
pub(super) fn is_in_trouble(website: &Website) -> bool {
    matches!(
        website.status.state,
        WebsiteState::Degraded | WebsiteState::Silent
    )
}
