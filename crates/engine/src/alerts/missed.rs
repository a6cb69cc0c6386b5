//! What happened where the log has a hole for this device: it was away for longer than the server tells of, or the server has begun
//! another log. Who wrote meanwhile is seen by the conversations as they are now.

use std::collections::BTreeSet;
use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{ConversationStatus, LiveChatConversation, MessageType};
use switchboard_contract::position::Position;
use switchboard_contract::time::Timestamp;

use super::gathered::Item;
use super::{Alerts, Kind, MAX_KEPT};
use crate::Now;

/// A hole, until it is known what happened in it.
pub(super) struct Hole {
    /// When the newest of what was told before it happened, by the server's clock.
    since: Timestamp,
    /// Of these something was told after it.
    told: BTreeSet<ConversationId>,
}

impl Hole {
    pub(super) fn note_told(&mut self, conversations: &[ConversationId]) {
        self.told.extend(conversations);
    }
}

impl Alerts {
    /// Events go on behind a hole. Where nothing was ever told, nothing is missed.
    pub(super) fn on_hole(&mut self) {
        let since = self.mark.as_ref().and_then(|mark| mark.at);
        if let Some(since) = since.filter(|_| self.hole.is_none()) {
            self.hole = Some(Hole {
                since,
                told: BTreeSet::new(),
            });
        }
    }

    /// These are open now. The tab that leads tells what is unread and came since; how many of the unread messages did, nobody
    /// can say any more: all of them are counted.
    pub(super) fn on_missed(
        &mut self,
        now: Now,
        at: &Position,
        conversations: Vec<Rc<LiveChatConversation>>,
    ) {
        let Some(hole) = self.hole.take().filter(|_| self.leads) else {
            return;
        };
        for conversation in conversations {
            let id = conversation.id;
            let happened_at = conversation.last_message_at;
            let is_news = happened_at > hole.since
                && conversation.status == ConversationStatus::Open
                && conversation.unread_count > 0
                && conversation
                    .messages
                    .last()
                    .is_none_or(|message| message.kind == MessageType::User);
            if !is_news || hole.told.contains(&id) || self.gathered.has(id) {
                continue;
            }
            let began = conversation.started_at > hole.since;
            let message = conversation.messages.last().cloned().map(Rc::new);
            let unread = usize::try_from(conversation.unread_count).unwrap_or(MAX_KEPT);
            for n in 0..unread.min(MAX_KEPT) {
                let kind = if began && n == 0 { Kind::New } else { Kind::Message };
                let item = Item {
                    at: at.clone(),
                    kind,
                    happened_at,
                    message: message.clone(),
                };
                self.gathered.add(now.monotonic, id, item);
            }
            self.newest_at = self.newest_at.max(Some(happened_at));
            self.gathered.know(conversation);
        }
    }
}
