//! What may be told and is not yet, by conversation.

use std::collections::BTreeMap;
use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatMessage};
use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;

use super::{Kind, MAX_KEPT};

/// One thing.
#[derive(Clone)]
pub(super) struct Item {
    /// Its place in the log.
    pub(super) at: Position,
    pub(super) kind: Kind,
    /// By the server's clock.
    pub(super) happened_at: Timestamp,
    pub(super) message: Option<Rc<LiveChatMessage>>,
}

/// What there is of one conversation.
#[derive(Default)]
pub(super) struct OfOne {
    pub(super) items: Vec<Item>,
    /// As it was last heard of.
    pub(super) conversation: Option<Rc<LiveChatConversation>>,
}

/// All of it.
#[derive(Default)]
pub(super) struct Gathered {
    all: BTreeMap<ConversationId, OfOne>,
    /// When the first and the last of it came, monotonic.
    span: Option<(u64, u64)>,
}

impl Gathered {
    /// Of very many conversations at once only so many are counted.
    pub(super) fn add(&mut self, now: u64, id: ConversationId, item: Item) {
        if self.all.len() >= MAX_KEPT && !self.all.contains_key(&id) {
            return;
        }
        let of_one = self.all.entry(id).or_default();
        if of_one.items.len() < MAX_KEPT {
            of_one.items.push(item);
        }
        self.span = Some((self.span.map_or(now, |(first, _)| first), now));
    }

    /// Whether there is anything of a conversation.
    pub(super) fn has(&self, id: ConversationId) -> bool {
        self.all.contains_key(&id)
    }

    /// A conversation is like this now.
    pub(super) fn know(&mut self, conversation: Rc<LiveChatConversation>) {
        if let Some(of_one) = self.all.get_mut(&conversation.id) {
            of_one.conversation = Some(conversation);
        }
    }

    pub(super) fn remove(&mut self, id: ConversationId) {
        self.all.remove(&id);
        self.settle();
    }

    /// Lets go of what stands at such a place.
    pub(super) fn forget(&mut self, is_told: impl Fn(&Position) -> bool) {
        self.all.retain(|_, of_one| {
            of_one.items.retain(|item| !is_told(&item.at));
            !of_one.items.is_empty()
        });
        self.settle();
    }

    fn settle(&mut self) {
        if self.all.is_empty() {
            self.span = None;
        }
    }

    /// When the first and the last of it came; none where there is nothing.
    pub(super) const fn span(&self) -> Option<(u64, u64)> {
        self.span
    }

    /// All of it, in the order of ids; nothing stays.
    pub(super) fn take(&mut self) -> BTreeMap<ConversationId, OfOne> {
        self.span = None;
        std::mem::take(&mut self.all)
    }
}
