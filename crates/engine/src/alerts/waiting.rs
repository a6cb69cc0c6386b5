//! Visitors who wait too long: found by a look at the open conversations now and then.

use std::collections::BTreeMap;
use std::rc::Rc;

use switchboard_contract::live_chat::{ConversationStatus, LiveChatConversation};
use switchboard_contract::time::Timestamp;

use super::gathered::Item;
use super::{Alerts, Kind, MAX_KEPT, Mark};
use crate::Now;

impl Alerts {
    /// These open conversations are known.
    pub(super) fn on_looked(&mut self, now: Now, conversations: Vec<Rc<LiveChatConversation>>) {
        self.ringing.keep(&conversations);
        let Some(minutes) = self.wishes.settings.waiting_minutes else {
            return;
        };
        let Some(position) = self
            .newest
            .clone()
            .or_else(|| self.mark.as_ref().map(|mark| mark.position.clone()))
        else {
            return;
        };
        let waits = |known: &&Rc<LiveChatConversation>| {
            known.status == ConversationStatus::Open && known.snoozed_until.is_none()
        };
        let here_ms = i64::try_from(now.monotonic.saturating_sub(self.began_at)).unwrap_or(i64::MAX);
        let mut waiting = BTreeMap::new();
        for conversation in conversations.iter().filter(waits) {
            if waiting.len() == MAX_KEPT {
                break;
            }
            let Some(since) = conversation.waiting_since else {
                continue;
            };
            let told = self
                .mark
                .as_ref()
                .and_then(|mark| mark.waits.get(&conversation.id));
            let over_ms = self.age_ms(now, since) - i64::from(minutes) * 60_000;
            // What was too long before anybody was here to be told stands in the list.
            let is_old = over_ms > here_ms;
            if told == Some(&since) || is_old {
                waiting.insert(conversation.id, since);
            } else if over_ms >= 0 {
                waiting.insert(conversation.id, since);
                let item = Item {
                    at: position.clone(),
                    kind: Kind::Waiting,
                    // It is news now, however long it has lasted.
                    happened_at: Timestamp::from_millis(self.server_ms(now)),
                    message: None,
                };
                self.gathered.add(now.monotonic, conversation.id, item);
                self.gathered.know(conversation.clone());
            }
        }
        let mark = self.mark.get_or_insert_with(|| Mark {
            position,
            waits: BTreeMap::new(),
            at: None,
        });
        mark.waits = waiting;
    }
}
