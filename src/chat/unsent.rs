//! What waits to be sent, as far as leaving is concerned.

use switchboard_contract::ids::MemberId;
use switchboard_engine::queue::{Queued, State};
use switchboard_engine::store::{Action, Answer, Op};
use yew::prelude::*;

use super::{Chat, Topic};
use crate::realtime::Store;

/// How much would be lost. Read marks do not count: nobody misses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Unsent {
    /// Replies, notes and changes that go out by themselves as soon as they can.
    pub waiting: u64,
    /// Those that the server refused: the person decides about each.
    pub blocked: u64,
}

impl Unsent {
    /// Both together.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.waiting + self.blocked
    }

    fn of(queue: impl IntoIterator<Item = Queued>) -> Self {
        let mut unsent = Self::default();
        for queued in queue {
            match (&queued.entry.action, &queued.state) {
                (Action::Read { .. }, _) => {}
                (_, State::Blocked(_)) => unsent.blocked += 1,
                _ => unsent.waiting += 1,
            }
        }
        unsent
    }
}

impl Chat {
    /// What waits now.
    #[must_use]
    pub fn unsent(&self) -> Unsent {
        self.read(|desk| Unsent::of(desk.queue().all()))
    }
}

/// What waits, kept up to date; nothing where there is no chat.
#[hook]
pub fn use_unsent(chat: Option<&Chat>) -> Unsent {
    let update = use_force_update();
    use_effect_with(chat.cloned(), move |chat| {
        let subscription = chat
            .as_ref()
            .map(|chat| chat.watch(Topic::Queue, Callback::from(move |()| update.force_update())));
        move || drop(subscription)
    });
    chat.map(Chat::unsent).unwrap_or_default()
}

/// Tells `then` what this browser keeps for `owner`, for pages without a chat. What cannot be read counts as nothing: it
/// could not be sent either.
pub fn count_kept(owner: MemberId, then: impl FnOnce(Unsent) + 'static) {
    Store::open(Callback::noop()).run(owner, Op::Open { erase: false }, move |result| {
        let entries = match result {
            Ok(Answer::Opened { entries, .. }) => entries,
            _ => Vec::new(),
        };
        let waiting = entries
            .iter()
            .filter(|entry| !matches!(entry.action, Action::Read { .. }))
            .count();
        then(Unsent {
            waiting: waiting as u64,
            blocked: 0,
        });
    });
}

/// Erases what this browser keeps for `owner`, for pages without a chat.
pub fn forget_kept(owner: MemberId) {
    Store::open(Callback::noop()).run(owner, Op::Clear, |_| {});
}
