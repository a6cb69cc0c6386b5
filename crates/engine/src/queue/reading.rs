//! What is shown of the queue.

use std::rc::Rc;

use switchboard_contract::ids::{ActionId, ConversationId};
use switchboard_contract::live_chat::ConversationChange;

use super::{Queue, Queued, State};
use crate::outbox;
use crate::store::{Action, Entry, Lane, LaneKind, Standing};

impl Queue {
    /// Everything that waits, in the order done; read marks are left out, nobody waits for them.
    pub fn all(&self) -> impl Iterator<Item = Queued> {
        let mut all: Vec<Queued> = self
            .kept
            .values()
            .flatten()
            .map(|entry| (entry, true))
            .chain(self.unsaved.entries.iter().map(|entry| (entry, false)))
            .filter(|(entry, _)| entry.lane.kind == LaneKind::Write && !self.done.contains(&entry.id))
            .map(|(entry, kept)| self.queued(entry, kept))
            .collect();
        all.sort_by_key(|queued| queued.entry.position);
        let saving = self
            .saving
            .iter()
            .filter(|entry| entry.lane.kind == LaneKind::Write);
        all.into_iter().chain(saving.map(|entry| Queued {
            entry: entry.clone(),
            state: State::Saving,
            kept: false,
        }))
    }

    /// What waits in one conversation, in the order done.
    pub fn of(&self, conversation: ConversationId) -> impl Iterator<Item = Queued> {
        self.all()
            .filter(move |queued| queued.entry.lane.conversation == conversation)
    }

    /// Whether a change of this content is being kept, of whichever conversation.
    #[must_use]
    pub fn is_saving_change(&self, set: &ConversationChange) -> bool {
        self.saving
            .iter()
            .any(|entry| matches!(&entry.action, Action::Change(known) if known == set))
    }

    /// Whether a conversation is deleted as soon as the server hears of it.
    #[must_use]
    pub fn is_deleting(&self, conversation: ConversationId) -> bool {
        let lane = Lane {
            conversation,
            kind: LaneKind::Write,
        };
        let refused = |entry: &Entry| {
            let item = self.outbox.item(entry.id);
            item.is_some_and(|item| matches!(item.state, outbox::State::Blocked(_)))
        };
        self.kept
            .get(&lane)
            .into_iter()
            .flatten()
            .chain(&self.unsaved.entries)
            .chain(&self.saving)
            .filter(|entry| entry.lane == lane)
            .filter(|entry| entry.action == Action::Delete && entry.standing == Standing::Waiting)
            .any(|entry| !refused(entry))
    }

    /// How far a conversation was read here, while the server does not know it yet.
    #[must_use]
    pub fn read_up_to(&self, conversation: ConversationId) -> Option<u64> {
        let lane = Lane {
            conversation,
            kind: LaneKind::Read,
        };
        self.kept
            .get(&lane)
            .into_iter()
            .flatten()
            .chain(&self.unsaved.entries)
            .chain(&self.saving)
            .filter(|entry| entry.lane == lane && !self.done.contains(&entry.id))
            .filter_map(|entry| match entry.action {
                Action::Read { seq } => Some(seq),
                _ => None,
            })
            .max()
    }

    /// Whether something waits that the browser could not keep.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        self.unsaved
            .entries
            .iter()
            .any(|entry| entry.lane.kind == LaneKind::Write)
    }

    /// Whether this attempt is still waited for.
    #[must_use]
    pub fn is_attempting(&self, generation: u64) -> bool {
        self.outbox.is_on_its_way(generation)
    }

    /// How many bytes of files wait.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        let all = self.all();
        all.flat_map(|queued| {
            queued
                .entry
                .files()
                .iter()
                .map(|file| file.size)
                .collect::<Vec<_>>()
        })
        .sum()
    }

    /// How many actions wait; read marks are not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all().count()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One that waits.
    #[must_use]
    pub fn entry(&self, id: ActionId) -> Option<&Entry> {
        self.kept
            .values()
            .flatten()
            .chain(&self.unsaved.entries)
            .chain(&self.saving)
            .find(|entry| entry.id == id)
    }

    fn queued(&self, entry: &Entry, kept: bool) -> Queued {
        let state = match (
            &entry.standing,
            self.outbox.item(entry.id).map(|item| &item.state),
        ) {
            (Standing::Blocked(problem), _) => State::Blocked(Rc::new((**problem).clone())),
            (Standing::TakingBack, _) => State::TakingBack,
            (Standing::Waiting, Some(outbox::State::Blocked(problem))) => State::Blocked(problem.clone()),
            (Standing::Waiting, Some(outbox::State::InFlight)) => State::Sending,
            (Standing::Waiting, Some(outbox::State::NeedsAuth)) => State::NeedsAuth,
            (Standing::Waiting, Some(outbox::State::Queued) | None) => State::Waiting,
        };
        Queued {
            entry: entry.clone(),
            state,
            kept,
        }
    }
}
