//! A sound that comes again until what it told of was seen.

use std::collections::BTreeSet;
use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::LiveChatConversation;

use super::MAX_KEPT;

/// From one time to the next, in milliseconds.
pub(super) const EVERY_MS: u64 = 20_000;
/// Nobody is there who would hear it once more.
pub(super) const TIMES: u32 = 10;

#[derive(Debug, Default)]
pub(super) struct Ringing {
    unseen: BTreeSet<ConversationId>,
    left: u32,
    at: u64,
}

impl Ringing {
    /// These were told with a sound, now.
    pub(super) fn begin(&mut self, now: u64, told: &[ConversationId]) {
        if told.is_empty() {
            return;
        }
        let room = MAX_KEPT.saturating_sub(self.unseen.len());
        self.unseen.extend(told.iter().take(room));
        (self.left, self.at) = (TIMES, now.saturating_add(EVERY_MS));
    }

    pub(super) fn seen(&mut self, id: ConversationId) {
        self.unseen.remove(&id);
    }

    /// Of these there is something unread; of others nobody has to be told again.
    pub(super) fn keep(&mut self, open: &[Rc<LiveChatConversation>]) {
        for conversation in open.iter().filter(|known| known.unread_count == 0) {
            self.unseen.remove(&conversation.id);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.unseen.is_empty() || self.left == 0
    }

    /// What should have sounded by now is over.
    pub(super) fn skip(&mut self, now: u64) {
        while self.due().is_some_and(|at| at <= now) {
            self.rings(now.min(self.at));
        }
    }

    /// When it sounds next.
    pub(super) fn due(&self) -> Option<u64> {
        (!self.is_over()).then_some(self.at)
    }

    /// Whether it sounds now.
    pub(super) fn rings(&mut self, now: u64) -> bool {
        let rings = self.due().is_some_and(|at| now >= at);
        if rings {
            self.left -= 1;
            self.at = now.saturating_add(EVERY_MS);
        }
        rings
    }
}
