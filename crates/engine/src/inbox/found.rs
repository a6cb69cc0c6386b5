//! What a text search found. Only the server knows what a text finds, so its list is the answer to a query, asked again
//! when something has happened that may change it (`protocol.md` *Realtime*, rule 4).
//!
//! Asked again, it is brought up to date in place: what stays keeps its order, so that nothing moves under a pointer, what
//! is new comes in where the answer has it. The server's own order comes with the next search.

use std::collections::BTreeMap;
use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::SearchMatch;

use super::Filter;

/// One search, as far as it was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) filter: Filter,
    pub(super) ids: Vec<ConversationId>,
    /// What it was in each that was found.
    pub(super) matches: BTreeMap<ConversationId, Rc<SearchMatch>>,
    pub(super) cursor: Option<String>,
    pub(super) is_loaded: bool,
    /// The pages of a query that is asked again, until there are as many as are shown.
    again: Option<Vec<ConversationId>>,
}

impl Found {
    pub(super) const fn new(filter: Filter) -> Self {
        Self {
            filter,
            ids: Vec::new(),
            matches: BTreeMap::new(),
            cursor: None,
            is_loaded: false,
            again: None,
        }
    }

    /// Takes in a page; `first` for the one without a cursor.
    pub(super) fn merge(
        &mut self,
        page: Vec<ConversationId>,
        matches: Vec<SearchMatch>,
        cursor: Option<String>,
        first: bool,
    ) {
        self.cursor = cursor;
        // What has not changed is not drawn again.
        for found in matches {
            let known = self.matches.get(&found.conversation_id);
            if known.is_none_or(|known| **known != found) {
                self.matches.insert(found.conversation_id, Rc::new(found));
            }
        }
        if !self.is_loaded {
            (self.ids, self.is_loaded) = (page, true);
            return;
        }
        if first {
            self.again = Some(page);
        } else {
            let into = self.again.as_mut().unwrap_or(&mut self.ids);
            for id in page {
                if !into.contains(&id) {
                    into.push(id);
                }
            }
        }
        if self.more_again().is_none()
            && let Some(again) = self.again.take()
        {
            self.ids = in_place(&self.ids, &again);
            let ids = &self.ids;
            self.matches.retain(|id, _| ids.contains(id));
        }
    }

    /// The next page of a query that is asked again and does not reach yet as far as what is shown.
    pub(super) fn more_again(&self) -> Option<&str> {
        let again = self.again.as_ref()?;
        self.cursor.as_deref().filter(|_| again.len() < self.ids.len())
    }

    /// The query that was under way does not end: what is shown stays, and is asked for again from its beginning.
    pub(super) fn give_up(&mut self) {
        self.again = None;
    }
}

/// What `answer` names: what was `shown` before in the order it has there, the rest behind what it follows in the answer.
fn in_place(shown: &[ConversationId], answer: &[ConversationId]) -> Vec<ConversationId> {
    let mut merged: Vec<ConversationId> = shown.iter().copied().filter(|id| answer.contains(id)).collect();
    for (place, id) in answer.iter().enumerate() {
        if !merged.contains(id) {
            let before = place.checked_sub(1).and_then(|before| answer.get(before));
            let at = before.and_then(|before| merged.iter().position(|known| known == before));
            merged.insert(at.map_or(0, |at| at + 1), *id);
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use switchboard_contract::live_chat::FoundIn;

    use super::super::tests::id;
    use super::*;

    fn ids(numbers: &[u8]) -> Vec<ConversationId> {
        numbers.iter().map(|n| id(*n)).collect()
    }

    fn matches(numbers: &[u8]) -> Vec<SearchMatch> {
        let found = |n: &u8| SearchMatch {
            conversation_id: id(*n),
            found_in: FoundIn::Message,
            message_id: None,
            seq: Some(u64::from(*n)),
            snippet: String::new(),
            marks: Vec::new(),
        };
        numbers.iter().map(found).collect()
    }

    fn found(pages: &[(&[u8], Option<&str>, bool)]) -> Found {
        let mut found = Found::new(Filter::default());
        for (page, cursor, first) in pages {
            found.merge(ids(page), matches(page), cursor.map(str::to_owned), *first);
        }
        found
    }

    #[test]
    fn what_stays_keeps_its_place_when_it_is_asked_again() {
        let found = found(&[(&[1, 2, 3], None, true), (&[3, 4, 1], None, true)]);
        assert_eq!(found.ids, ids(&[1, 3, 4]), "2 has left, 4 stands behind 3");
    }

    #[test]
    fn as_much_is_asked_again_as_is_shown() {
        let mut found = found(&[(&[1, 2], Some("a"), true), (&[3, 4], Some("b"), false)]);
        assert_eq!(found.more_again(), None, "nothing is asked again");
        found.merge(ids(&[5, 1]), matches(&[5, 1]), Some("c".into()), true);
        assert_eq!(
            (found.more_again(), &found.ids),
            (Some("c"), &ids(&[1, 2, 3, 4])),
            "all of it stays"
        );
        found.merge(ids(&[2, 3]), matches(&[2, 3]), Some("d".into()), false);
        assert_eq!(found.ids, ids(&[5, 1, 2, 3]));
        assert_eq!(found.cursor.as_deref(), Some("d"), "where the next page begins");
        let named: BTreeSet<ConversationId> = found.matches.into_keys().collect();
        assert_eq!(named, ids(&[5, 1, 2, 3]).into_iter().collect(), "4 has left");
    }
}
