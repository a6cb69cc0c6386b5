//! The same change of many conversations goes out in few requests. Each change keeps its lane and its id: whatever becomes of a
//! request, any of them can be repeated by itself or in another company.

use std::collections::BTreeMap;

use switchboard_contract::ids::{ActionId, ConversationId};
use switchboard_contract::live_chat::{
    ChangeConversations, ConversationChange, ConversationRef, MAX_CHANGED,
};

/// A change of one conversation that the queue wants sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The queue's attempt.
    pub generation: u64,
    /// What it is done once by.
    pub action: ActionId,
    /// What changes.
    pub conversation: ConversationId,
}

/// What becomes of an attempt that is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Abandoned {
    /// It is none of these.
    Unknown,
    /// It is not sent, or others go with it.
    Quietly,
    /// The request of this number has nothing else in it.
    Request(u64),
}

/// The changes that wait for company, and those on their way.
#[derive(Debug, Default)]
pub(super) struct Batches {
    gathered: Vec<(ConversationChange, Vec<Change>)>,
    /// By the number of the request, which is that of its first attempt.
    under_way: BTreeMap<u64, (ConversationChange, Vec<Change>)>,
}

impl Batches {
    pub(super) fn add(&mut self, set: ConversationChange, change: Change) {
        match self.gathered.iter_mut().find(|(known, _)| *known == set) {
            Some((_, changes)) => changes.push(change),
            None => self.gathered.push((set, vec![change])),
        }
    }

    /// The next request. What becomes the same of others that are `coming` shortly, or are on their way, is waited for.
    pub(super) fn next(
        &mut self,
        is_coming: impl Fn(&ConversationChange) -> bool,
    ) -> Option<(u64, ChangeConversations)> {
        let is_under_way = |set: &ConversationChange| self.under_way.values().any(|(known, _)| known == set);
        let place = self
            .gathered
            .iter()
            .position(|(set, _)| !is_under_way(set) && !is_coming(set))?;
        let (set, mut changes) = self.gathered.remove(place);
        if changes.len() > MAX_CHANGED {
            let rest = changes.split_off(MAX_CHANGED);
            self.gathered.insert(place, (set.clone(), rest));
        }
        let first = *changes.first()?;
        let is_alone = changes.len() == 1;
        let item = |change: &Change| ConversationRef {
            id: change.conversation,
            version: None,
            action_id: Some(change.action).filter(|_| !is_alone),
        };
        let request = ChangeConversations {
            action_id: first.action,
            items: changes.iter().map(item).collect(),
            set: set.clone(),
        };
        self.under_way.insert(first.generation, (set, changes));
        Some((first.generation, request))
    }

    /// A request has ended: what was in it and is still wanted; none where it is not one of these.
    pub(super) fn end(&mut self, request: u64) -> Option<Vec<Change>> {
        self.under_way.remove(&request).map(|(_, changes)| changes)
    }

    /// The queue wants nothing more of an attempt.
    pub(super) fn abandon(&mut self, generation: u64) -> Abandoned {
        if self.forget(|change| change.generation == generation) {
            return Abandoned::Quietly;
        }
        let found = self
            .under_way
            .iter_mut()
            .find(|(_, (_, changes))| changes.iter().any(|change| change.generation == generation));
        let Some((request, (_, changes))) = found else {
            return Abandoned::Unknown;
        };
        let request = *request;
        changes.retain(|change| change.generation != generation);
        if !changes.is_empty() {
            return Abandoned::Quietly;
        }
        self.under_way.remove(&request);
        Abandoned::Request(request)
    }

    /// The person gives a change up: it is not sent any more, unless it has been.
    pub(super) fn give_up(&mut self, action: ActionId) {
        self.forget(|change| change.action == action);
    }

    /// Takes out of what waits; says whether anything was there.
    fn forget(&mut self, is_meant: impl Fn(&Change) -> bool) -> bool {
        let mut found = false;
        for (_, changes) in &mut self.gathered {
            let before = changes.len();
            changes.retain(|change| !is_meant(change));
            found |= changes.len() < before;
        }
        self.gathered.retain(|(_, changes)| !changes.is_empty());
        found
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use switchboard_contract::live_chat::{ConversationStatus, Priority};
    use switchboard_contract::time::Timestamp;

    use super::*;

    fn change(n: u64) -> Change {
        let at = Timestamp::from_millis(n.cast_signed());
        Change {
            generation: n,
            action: ActionId::from_parts(at, [1; 10]),
            conversation: ConversationId::from_parts(at, [2; 10]),
        }
    }

    fn close() -> ConversationChange {
        ConversationChange {
            status: Some(ConversationStatus::Closed),
            ..ConversationChange::default()
        }
    }

    fn urgent() -> ConversationChange {
        ConversationChange {
            priority: Some(Priority::Urgent),
            ..ConversationChange::default()
        }
    }

    /// The request's number, and how many it names.
    fn next(batches: &mut Batches) -> Option<(u64, usize)> {
        let (request, change) = batches.next(|_| false)?;
        Some((request, change.items.len()))
    }

    #[test]
    fn one_by_itself_goes_as_it_always_did() {
        let mut batches = Batches::default();
        batches.add(close(), change(1));
        let (_, request) = batches.next(|_| false).expect("goes");
        assert_eq!(
            (request.action_id, request.items[0].action_id),
            (change(1).action, None)
        );
        assert_eq!(next(&mut batches), None);
    }

    #[test]
    fn the_same_change_waits_for_those_that_come_and_for_those_on_their_way() {
        let mut batches = Batches::default();
        for n in 1..=3 {
            batches.add(close(), change(n));
        }
        assert!(batches.next(|set| *set == close()).is_none(), "more is coming");
        let (request, first) = batches.next(|_| false).expect("goes");
        let named: Vec<_> = first.items.iter().map(|item| item.action_id).collect();
        assert_eq!(named, [1, 2, 3].map(|n| Some(change(n).action)));
        batches.add(close(), change(4));
        batches.add(close(), change(5));
        batches.add(urgent(), change(6));
        assert_eq!(
            next(&mut batches),
            Some((6, 1)),
            "another change waits for nobody"
        );
        assert_eq!(next(&mut batches), None);
        assert_eq!(batches.end(request).map(|ended| ended.len()), Some(3));
        assert_eq!(next(&mut batches), Some((4, 2)));
    }

    #[test]
    fn no_request_names_more_than_the_server_takes() {
        let mut batches = Batches::default();
        let many = MAX_CHANGED as u64 + 5;
        for n in 1..=many {
            batches.add(close(), change(n));
        }
        assert_eq!(next(&mut batches), Some((1, MAX_CHANGED)));
        batches.end(1);
        assert_eq!(next(&mut batches), Some((MAX_CHANGED as u64 + 1, 5)));
    }

    #[test]
    fn what_is_given_up_leaves_the_others() {
        let mut batches = Batches::default();
        for n in 1..=4 {
            batches.add(close(), change(n));
        }
        batches.give_up(change(4).action);
        assert_eq!(batches.abandon(3), Abandoned::Quietly, "it has not been sent");
        assert_eq!(next(&mut batches), Some((1, 2)));
        assert_eq!(batches.abandon(1), Abandoned::Quietly);
        assert_eq!(
            batches.abandon(2),
            Abandoned::Request(1),
            "nobody waits for it any more"
        );
        assert_eq!(batches.abandon(2), Abandoned::Unknown);
        assert_eq!(batches.end(1), None);
    }
}
