//! What is being loaded, and why the last load failed. Loads of one place replace each other.

use std::collections::BTreeMap;

use switchboard_contract::ids::ConversationId;

use super::Fetch;
use crate::inbox::Filter;

/// What a load belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    List(Filter),
    Thread(ConversationId),
    Passage(ConversationId),
    Conversation(ConversationId),
}

impl Fetch {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::List { filter, .. } => Place::List(filter.clone()),
            Self::Messages { conversation, .. } => Place::Thread(*conversation),
            Self::Passage { conversation, .. } => Place::Passage(*conversation),
            Self::Conversation(id) => Place::Conversation(*id),
        }
    }
}

/// How loading something stands. `E` is kept to be shown.
#[derive(Clone, Debug)]
struct Loading<E> {
    fetch: Fetch,
    generation: Option<u64>,
    error: Option<E>,
}

#[derive(Debug)]
pub(super) struct Loads<E> {
    places: BTreeMap<Place, Loading<E>>,
    generation: u64,
}

impl<E> Default for Loads<E> {
    fn default() -> Self {
        Self {
            places: BTreeMap::new(),
            generation: 0,
        }
    }
}

impl<E: Clone> Loads<E> {
    pub(super) fn is_under_way(&self, place: &Place) -> bool {
        self.under_way(place).is_some()
    }

    /// What is being loaded there.
    pub(super) fn under_way(&self, place: &Place) -> Option<&Fetch> {
        let loading = self.places.get(place)?;
        loading.generation.is_some().then_some(&loading.fetch)
    }

    /// Whether messages of any thread are on their way.
    pub(super) fn is_any_thread_under_way(&self) -> bool {
        self.places
            .iter()
            .any(|(place, loading)| matches!(place, Place::Thread(_)) && loading.generation.is_some())
    }

    pub(super) fn is_known(&self, place: &Place) -> bool {
        self.places.contains_key(place)
    }

    pub(super) fn error(&self, place: &Place) -> Option<(&E, &Fetch)> {
        let loading = self.places.get(place)?;
        loading.error.as_ref().map(|error| (error, &loading.fetch))
    }

    /// Begins a load; gives what its answer has to name. The last error stays until it ends.
    pub(super) fn begin(&mut self, fetch: Fetch) -> u64 {
        self.generation += 1;
        let place = fetch.place();
        let error = self.places.remove(&place).and_then(|before| before.error);
        let loading = Loading {
            fetch,
            generation: Some(self.generation),
            error,
        };
        self.places.insert(place, loading);
        self.generation
    }

    /// The newest load's number.
    pub(super) const fn newest(&self) -> u64 {
        self.generation
    }

    /// Ends a load; `None` if another one has replaced it.
    pub(super) fn end(&mut self, generation: u64, error: Option<E>) -> Option<Fetch> {
        let loading = self
            .places
            .values_mut()
            .find(|loading| loading.generation == Some(generation))?;
        loading.generation = None;
        loading.error = error;
        let fetch = loading.fetch.clone();
        if loading.error.is_none() && matches!(fetch, Fetch::Conversation(_)) {
            self.places.remove(&fetch.place());
        }
        Some(fetch)
    }

    pub(super) fn forget(&mut self, place: &Place) {
        self.places.remove(place);
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
    }

    /// Conversations that are being loaded by themselves.
    pub(super) fn conversations(&self) -> Vec<ConversationId> {
        let under_way = self
            .places
            .iter()
            .filter(|(_, loading)| loading.generation.is_some());
        under_way
            .filter_map(|(place, _)| match place {
                Place::Conversation(id) => Some(*id),
                Place::List(_) | Place::Thread(_) | Place::Passage(_) => None,
            })
            .collect()
    }

    pub(super) fn failed(&self) -> Vec<Fetch> {
        self.places
            .values()
            .filter(|loading| loading.error.is_some() && loading.generation.is_none())
            .map(|loading| loading.fetch.clone())
            .collect()
    }
}
