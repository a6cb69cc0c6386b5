//! What of the log the person may be told of; whether and how is [`crate::alerts`]' to decide.

use std::rc::Rc;

use serde::Deserialize;
use switchboard_contract::live_chat::{LiveChatMessage, MessageType};
use switchboard_contract::position::Position;
use switchboard_contract::realtime::{EventType, LogEvent};
use switchboard_contract::website::Website;

use super::{Desk, Effect};
use crate::alerts::{Fact, News};
use crate::inbox::Changes;

impl<E: Clone> Desk<E> {
    /// Whether the conversation of an event was in this person's charge before it: what the person did here and what is not
    /// confirmed yet counts, so that one's own doing is no news.
    pub(super) fn was_mine(&self, event: &LogEvent) -> Option<bool> {
        if event.kind != EventType::ConversationUpdated {
            return None;
        }
        let conversation = self.conversation(event.conversation_id?)?;
        Some(conversation.assignee_id == Some(self.owner))
    }

    /// Says what an event that was applied is news of.
    pub(super) fn tell_news(
        &self,
        event: &LogEvent,
        was_mine: Option<bool>,
        changes: &Changes,
        out: &mut Vec<Effect>,
    ) {
        let fact = match event.kind {
            EventType::MessageCreated => {
                // One behind a hole in its thread is news before the thread is whole again.
                let beyond = || {
                    LiveChatMessage::deserialize(event.body.as_ref()?)
                        .ok()
                        .map(Rc::new)
                };
                let message = changes.arrived.first().cloned().or_else(beyond);
                message.filter(|message| self.is_news(message)).map(Fact::Message)
            }
            EventType::ConversationCreated | EventType::ConversationUpdated | EventType::ConversationRead => {
                let known = event.conversation_id.and_then(|id| self.inbox.conversation(id));
                known.map(|conversation| Fact::Conversation {
                    conversation: Rc::clone(conversation),
                    began: event.kind == EventType::ConversationCreated,
                    was_mine,
                })
            }
            EventType::ConversationDeleted => event.conversation_id.map(Fact::Gone),
            EventType::WebsiteStatus => {
                let website = event.body.as_ref().map(Website::deserialize);
                website.and_then(Result::ok).map(Rc::new).map(Fact::Website)
            }
            _ => None,
        };
        let (Some(fact), Some(Position { epoch, .. })) = (fact, self.link.position()) else {
            return;
        };
        let at = Position {
            epoch,
            offset: event.offset,
        };
        out.push(Effect::News(News {
            at,
            happened_at: event.at,
            fact,
        }));
    }

    /// A visitor's message is, and a colleague's note that names this person.
    fn is_news(&self, message: &LiveChatMessage) -> bool {
        message.kind == MessageType::User
            || (message.author_id != Some(self.owner) && message.mentions.contains(&self.owner))
    }
}
