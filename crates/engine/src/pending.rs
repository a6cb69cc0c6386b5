//! What a conversation looks like once everything that waits for it is done: the confirmed one with the waiting actions
//! folded over it. Nothing is ever rolled back: an action that is refused is no longer folded.

use std::rc::Rc;

use switchboard_contract::live_chat::{ConversationStatus, LiveChatConversation};

use crate::queue::{Queued, State};
use crate::store::Action;

/// Folds what waits, in the order done, over a confirmed conversation; the same one where nothing changes it.
#[must_use]
pub fn fold(
    confirmed: &Rc<LiveChatConversation>,
    waiting: impl Iterator<Item = Queued>,
    read_up_to: Option<u64>,
    newest_seq: u64,
) -> Rc<LiveChatConversation> {
    let mut folded = Rc::clone(confirmed);
    for queued in waiting {
        if matches!(queued.state, State::Blocked(_) | State::TakingBack) {
            continue;
        }
        if let Action::Change(_) = &queued.entry.action {
            change(Rc::make_mut(&mut folded), &queued.entry.action);
        }
    }
    if folded.unread_count > 0 && read_up_to.is_some_and(|seq| seq >= newest_seq) {
        let folded = Rc::make_mut(&mut folded);
        (folded.unread_count, folded.unread_from) = (0, None);
    }
    folded
}

/// As the server's rules have it, as far as they show: archiving closes, labels are each on it once.
fn change(conversation: &mut LiveChatConversation, action: &Action) {
    let Action::Change(set) = action else { return };
    if let Some(is_archived) = set.is_archived {
        conversation.is_archived = is_archived;
        conversation.status = ConversationStatus::Closed;
    }
    if let Some(status) = set.status {
        conversation.status = status;
    }
    if conversation.status == ConversationStatus::Closed {
        (conversation.auto_close_at, conversation.snoozed_until) = (None, None);
    }
    if let Some(assignee) = set.assignee_id {
        conversation.assignee_id = assignee;
    }
    if let Some(priority) = set.priority {
        conversation.priority = priority;
    }
    if let Some(snoozed) = set.snoozed_until {
        conversation.snoozed_until = snoozed;
    }
    conversation
        .labels
        .retain(|label| !set.remove_labels.contains(label));
    for label in &set.add_labels {
        if !conversation.labels.contains(label) {
            conversation.labels.push(*label);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::Shelf;
    use crate::inbox::tests::conversation;
    use crate::store::Entry;
    use crate::store::tests::action;
    use switchboard_contract::live_chat::ConversationChange;
    use switchboard_contract::problem::{Problem, ProblemCode};
    use switchboard_contract::time::Timestamp;

    fn waits(n: u8, set: ConversationChange, state: State) -> Queued {
        let entry = Entry::new(
            action(n),
            conversation(1, 1, Shelf::Open).id,
            Action::Change(set),
            Timestamp::default(),
        );
        Queued {
            entry,
            state,
            kept: true,
        }
    }

    #[test]
    fn what_waits_shows_at_once_and_what_was_refused_does_not() {
        let confirmed = Rc::new(conversation(1, 1, Shelf::Open));
        let close = ConversationChange {
            status: Some(ConversationStatus::Closed),
            ..ConversationChange::default()
        };
        let folded = fold(
            &confirmed,
            [waits(1, close.clone(), State::Waiting)].into_iter(),
            None,
            0,
        );
        assert_eq!(folded.status, ConversationStatus::Closed);
        let refused = State::Blocked(Rc::new(Problem::new(ProblemCode::Gone, "why")));
        let folded = fold(&confirmed, [waits(1, close, refused)].into_iter(), None, 0);
        assert!(Rc::ptr_eq(&folded, &confirmed));
    }

    #[test]
    fn the_last_word_counts() {
        let confirmed = Rc::new(conversation(1, 1, Shelf::Open));
        let set = |is_archived| ConversationChange {
            is_archived: Some(is_archived),
            ..ConversationChange::default()
        };
        let waiting = [
            waits(1, set(true), State::Sending),
            waits(2, set(false), State::Waiting),
        ];
        let folded = fold(&confirmed, waiting.into_iter(), None, 0);
        assert_eq!(
            (folded.is_archived, folded.status),
            (false, ConversationStatus::Closed)
        );
    }

    #[test]
    fn out_of_the_archive_and_open_in_one_change() {
        let mut confirmed = conversation(1, 1, Shelf::Closed);
        confirmed.is_archived = true;
        let set = ConversationChange {
            is_archived: Some(false),
            status: Some(ConversationStatus::Open),
            ..ConversationChange::default()
        };
        let waiting = [waits(1, set, State::Waiting)];
        let folded = fold(&Rc::new(confirmed), waiting.into_iter(), None, 0);
        assert_eq!(
            (folded.is_archived, folded.status),
            (false, ConversationStatus::Open)
        );
    }

    #[test]
    fn read_here_is_read() {
        let mut unread = conversation(1, 1, Shelf::Open);
        unread.unread_count = 3;
        let confirmed = Rc::new(unread);
        assert_eq!(fold(&confirmed, std::iter::empty(), Some(4), 5).unread_count, 3);
        assert_eq!(fold(&confirmed, std::iter::empty(), Some(5), 5).unread_count, 0);
    }
}
