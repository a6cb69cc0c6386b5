//! Which conversations of the list are chosen, to do one thing to all of them.

use std::collections::BTreeSet;
use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use yew::Reducible;

/// The conversations that are chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    chosen: BTreeSet<ConversationId>,
    /// Chosen, or not any more, by itself: where a range begins.
    anchor: Option<ConversationId>,
}

/// What a person does with the choice.
pub(super) enum Choice {
    /// One more, or one less.
    Toggle(ConversationId),
    /// All from the last one that was chosen by itself up to this one, in the order of the list.
    UpTo(ConversationId, Rc<[ConversationId]>),
    /// All of the list, as far as it is loaded.
    All(Rc<[ConversationId]>),
    /// None.
    None,
}

impl Selection {
    /// Whether a conversation is chosen.
    pub(super) fn holds(&self, id: ConversationId) -> bool {
        self.chosen.contains(&id)
    }

    /// Whether none is.
    pub(super) fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// All of them.
    pub(super) fn ids(&self) -> impl Iterator<Item = ConversationId> {
        self.chosen.iter().copied()
    }

    fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Toggle(id) => {
                if !self.chosen.remove(&id) {
                    self.chosen.insert(id);
                }
                self.anchor = Some(id);
            }
            Choice::UpTo(id, list) => {
                let place = |wanted| list.iter().position(|known| Some(*known) == wanted);
                match (place(self.anchor), place(Some(id))) {
                    (Some(from), Some(to)) => self.chosen.extend(&list[from.min(to)..=from.max(to)]),
                    _ => self.choose(Choice::Toggle(id)),
                }
            }
            Choice::All(list) => self.chosen = list.iter().copied().collect(),
            Choice::None => *self = Self::default(),
        }
    }
}

impl Reducible for Selection {
    type Action = Choice;

    fn reduce(self: Rc<Self>, choice: Choice) -> Rc<Self> {
        let mut next = (*self).clone();
        next.choose(choice);
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use switchboard_contract::time::Timestamp;

    use super::*;

    fn id(n: u8) -> ConversationId {
        ConversationId::from_parts(Timestamp::from_millis(i64::from(n)), [n; 10])
    }

    fn after(choices: Vec<Choice>) -> Vec<ConversationId> {
        let mut selection = Selection::default();
        for choice in choices {
            selection.choose(choice);
        }
        selection.ids().collect()
    }

    fn list() -> Rc<[ConversationId]> {
        (0..9).map(id).collect()
    }

    #[test]
    fn one_is_chosen_and_not_any_more() {
        assert_eq!(
            after(vec![Choice::Toggle(id(1)), Choice::Toggle(id(2))]),
            [id(1), id(2)]
        );
        assert_eq!(after(vec![Choice::Toggle(id(1)), Choice::Toggle(id(1))]), []);
    }

    #[test]
    fn a_range_goes_either_way_from_the_last_one() {
        let down = vec![Choice::Toggle(id(2)), Choice::UpTo(id(4), list())];
        assert_eq!(after(down), [id(2), id(3), id(4)]);
        let up = vec![Choice::Toggle(id(4)), Choice::UpTo(id(2), list())];
        assert_eq!(after(up), [id(2), id(3), id(4)]);
        assert_eq!(
            after(vec![Choice::UpTo(id(3), list())]),
            [id(3)],
            "there was none before"
        );
    }

    #[test]
    fn all_of_the_list_are_chosen_however_many() {
        let many: Rc<[ConversationId]> = (0..=250).map(id).collect::<Vec<_>>().into();
        assert_eq!(after(vec![Choice::All(many)]).len(), 251);
        assert_eq!(after(vec![Choice::All(list()), Choice::None]), []);
    }
}
