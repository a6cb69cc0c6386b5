//! What of the log the person may be told of; whether and how is [`crate::alerts`]' to decide.

use std::rc::Rc;

use serde::Deserialize;
use switchboard_contract::live_chat::{LiveChatMessage, MessageType};
use switchboard_contract::position::Position;
use switchboard_contract::realtime::{EventType, LogEvent};
use switchboard_contract::website::Website;

use super::{Desk, Effect, Fetch};
use crate::Now;
use crate::alerts::{Fact, News};
use crate::inbox::{Changes, Filter};

/// Of so many conversations at most it is looked what was missed: those with the newest activity.
const MOST_MISSED: usize = 500;

/// Whether there is a hole of which is not said yet what happened in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HoleTold {
    /// There is none.
    None,
    /// There is, and where events go on is not known yet.
    Untold,
    /// There is, and the open conversations are asked for.
    Open,
}

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

    /// Says that events go on behind a hole; once the place is known where they do.
    pub(super) fn tell_hole(&mut self, now: Now, out: &mut Vec<Effect>) {
        if let Some(at) = self.link.position() {
            self.hole = HoleTold::Open;
            out.push(Effect::News(News {
                at,
                happened_at: now.wall,
                fact: Fact::Hole,
            }));
        } else {
            self.hole = HoleTold::Untold;
        }
    }

    /// Says which conversations are open now, where that was loaded behind a hole: by them it shows what happened in it.
    pub(super) fn tell_missed(&mut self, now: Now, loaded: &Fetch, out: &mut Vec<Effect>) {
        let everything = Filter::default();
        let is_open_list = matches!(loaded, Fetch::List { filter, cursor: None } if *filter == everything);
        let Some(at) = self
            .link
            .position()
            .filter(|_| is_open_list && self.hole == HoleTold::Open)
        else {
            return;
        };
        self.hole = HoleTold::None;
        let open = self.list(&everything).take(MOST_MISSED);
        let open = open.filter_map(|id| self.inbox.conversation(id).cloned());
        let fact = Fact::Missed(open.collect());
        out.push(Effect::News(News {
            at,
            happened_at: now.wall,
            fact,
        }));
    }

    /// A visitor's message is, and a colleague's note that names this person.
    fn is_news(&self, message: &LiveChatMessage) -> bool {
        message.kind == MessageType::User
            || (message.author_id != Some(self.owner) && message.mentions.contains(&self.owner))
    }
}
