//! What waits to be sent, as far as leaving is concerned.

use switchboard_contract::ids::MemberId;
use switchboard_engine::queue::{Queued, State};
use switchboard_engine::store::{Action, Answer, Op};
use yew::prelude::*;

use super::hooks::use_topic;
use super::{Chat, Topic};
use crate::realtime::Store;

/// How much would be lost. Read marks do not count: nobody misses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct QueueCount {
    /// Replies, notes and changes that go out by themselves as soon as they can.
    pub unsent: u64,
    /// Those that the server refused: the person decides about each.
    pub blocked: u64,
}

impl QueueCount {
    /// Both together.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.unsent + self.blocked
    }

    fn of(queue: impl IntoIterator<Item = Queued>) -> Self {
        let mut waiting = Self::default();
        for queued in queue {
            match (&queued.entry.action, &queued.state) {
                (Action::Read { .. }, _) => {}
                (_, State::Blocked(_)) => waiting.blocked += 1,
                _ => waiting.unsent += 1,
            }
        }
        waiting
    }
}

impl Chat {
    /// What waits now.
    #[must_use]
    pub fn queue_count(&self) -> QueueCount {
        self.read(|desk| QueueCount::of(desk.queue().all()))
    }
}

/// What waits, kept up to date; nothing where there is no chat.
#[hook]
pub fn use_queue_count(chat: Option<&Chat>) -> QueueCount {
    let update = use_force_update();
    use_effect_with(chat.cloned(), move |chat| {
        let subscription = chat
            .as_ref()
            .map(|chat| chat.watch(Topic::Queue, Callback::from(move |()| update.force_update())));
        move || drop(subscription)
    });
    chat.map(Chat::queue_count).unwrap_or_default()
}

/// How many actions of another person wait on this device, while that is undecided.
#[hook]
pub fn use_foreign(chat: &Chat) -> Option<u64> {
    use_topic(chat, Topic::Queue);
    chat.foreign()
}

/// Tells `then` what this browser keeps for `owner`, for pages without a chat. What cannot be read counts as nothing: it
/// could not be sent either.
pub fn count_kept(owner: MemberId, then: impl FnOnce(QueueCount) + 'static) {
    Store::open(Callback::noop()).run(owner, Op::Open { erase: false }, move |result| {
        let entries = match result {
            Ok(Answer::Opened { entries, .. }) => entries,
            _ => Vec::new(),
        };
        let unsent = entries
            .iter()
            .filter(|entry| !matches!(entry.action, Action::Read { .. }))
            .count();
        then(QueueCount {
            unsent: unsent as u64,
            blocked: 0,
        });
    });
}

/// Erases what this browser keeps for `owner`, for pages without a chat, and tells `then` once nothing is left of it. Where
/// the browser keeps nothing or does not let go of it, `then` is never called.
pub fn forget_kept(owner: MemberId, then: impl FnOnce() + 'static) {
    Store::open(Callback::noop()).run(owner, Op::Clear, move |result| {
        if matches!(result, Ok(Answer::Cleared { .. } | Answer::Foreign { .. })) {
            then();
        }
    });
}
