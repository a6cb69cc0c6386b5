//! The messages of the visitor's conversation, and how far they are read.

use std::rc::Rc;

use switchboard_contract::ids::{ConversationId, MessageId, VisitorId};
use switchboard_contract::live_chat::{LiveChatMessage, MessagePage, MessageType};
use switchboard_contract::position::{Offset, Position};
use switchboard_contract::realtime::{EventType, LogEvent};
use switchboard_engine::Now;
use switchboard_engine::outbox;
use switchboard_engine::thread::Thread;

use super::{Chat, Effect, Seen};
use crate::bridge::ToHost;

/// What the server has said of the conversation.
#[derive(Debug, Default)]
pub struct Talk {
    visitor: Option<VisitorId>,
    conversation: Option<ConversationId>,
    thread: Thread,
    /// Confirmed ones that the thread cannot take yet, since some before them have not arrived.
    ahead: Vec<Rc<LiveChatMessage>>,
    as_of: Option<Position>,
    loading_earlier: bool,
}

impl Talk {
    /// The messages, in order.
    pub fn messages(&self) -> impl Iterator<Item = &Rc<LiveChatMessage>> {
        self.thread.messages().chain(&self.ahead)
    }

    /// Whether the newest messages were loaded.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        self.thread.is_loaded()
    }

    /// Whether there are earlier messages to load.
    #[must_use]
    pub const fn has_earlier(&self) -> bool {
        self.thread.has_more_before()
    }

    /// Whether earlier messages are on their way.
    #[must_use]
    pub const fn is_loading_earlier(&self) -> bool {
        self.loading_earlier
    }

    /// Whether the server has this message.
    #[must_use]
    pub fn has(&self, id: MessageId) -> bool {
        self.thread.contains(id) || self.ahead.iter().any(|message| message.id == id)
    }

    /// Forgets what belongs to somebody else.
    pub(super) fn belong_to(&mut self, visitor: VisitorId) {
        if self.visitor != Some(visitor) {
            *self = Self {
                visitor: Some(visitor),
                ..Self::default()
            };
        }
    }

    /// Whether everything up to `position` is in what was loaded.
    pub(super) fn covers(&self, position: &Position) -> bool {
        self.as_of
            .as_ref()
            .is_some_and(|as_of| as_of.epoch == position.epoch && as_of.offset >= position.offset)
    }

    /// The `seq` before which to load; none when there is nothing earlier or it is on its way.
    pub(super) fn begin_earlier(&mut self) -> Option<u64> {
        if self.loading_earlier || !self.has_earlier() {
            return None;
        }
        self.loading_earlier = true;
        self.thread.oldest_seq()
    }

    /// The visitor's latest conversation is the one that is shown.
    fn turn_to(&mut self, conversation: ConversationId) {
        if self.conversation != Some(conversation) {
            *self = Self {
                visitor: self.visitor,
                conversation: Some(conversation),
                ..Self::default()
            };
        }
    }

    /// Takes in one message; false when the newest ones have to be loaded to close a hole before it.
    fn put(&mut self, message: LiveChatMessage, as_of: Offset) -> bool {
        self.turn_to(message.conversation_id);
        let fits = self.thread.is_loaded() && message.seq <= self.thread.newest_seq() + 1;
        if fits {
            self.thread.put_one(message, as_of);
            self.settle();
        } else {
            self.ahead.retain(|other| other.id != message.id);
            self.ahead.push(Rc::new(message));
            self.ahead.sort_by_key(|message| message.seq);
        }
        fits
    }

    fn settle(&mut self) {
        let thread = &self.thread;
        self.ahead.retain(|message| !thread.contains(message.id));
    }

    fn newest_seq(&self) -> u64 {
        self.ahead
            .last()
            .map_or(self.thread.newest_seq(), |message| message.seq)
    }
}

impl Chat {
    /// Takes in one message, from an event or from the answer to sending it.
    pub(super) fn take(
        &mut self,
        now: Now,
        message: LiveChatMessage,
        position: Position,
        out: &mut Vec<Effect>,
    ) {
        let id = message.id;
        if !self.talk.put(message, position.offset) {
            self.load(out);
        }
        self.post(now, outbox::Event::Seen { id }, out);
        self.review(out);
        out.push(Effect::Rows);
    }

    /// Takes in the newest page.
    pub(super) fn take_newest(&mut self, now: Now, page: MessagePage, out: &mut Vec<Effect>) {
        if let Some(first) = page.items.first() {
            self.talk.turn_to(first.conversation_id);
        }
        let first_time = !self.talk.thread.is_loaded();
        let stored: Vec<_> = page.items.iter().map(|message| message.id).collect();
        self.talk.as_of = Some(page.as_of.clone());
        self.talk.thread.merge_newest(page);
        self.talk.settle();
        for id in stored {
            self.post(now, outbox::Event::Seen { id }, out);
        }
        if first_time && self.seen_seq().is_none() {
            // Storage that forgets is no reason to call old answers new.
            self.mark_seen(out);
        }
        self.review(out);
        out.push(Effect::Rows);
    }

    /// Takes in earlier messages; none when they could not be loaded.
    pub(super) fn take_earlier(&mut self, page: Option<MessagePage>, out: &mut Vec<Effect>) {
        self.talk.loading_earlier = false;
        if let Some(page) = page {
            self.talk.thread.merge_before(page);
        }
        out.push(Effect::Rows);
    }

    /// Applies one event of the visitor's stream. What is said of the conversation itself is in its notices.
    pub(super) fn apply(&mut self, now: Now, event: &LogEvent, out: &mut Vec<Effect>) {
        match event.kind {
            EventType::MessageCreated | EventType::MessageUpdated => {
                // Read from text like every other message: one reader in the program instead of two.
                let text = event.body.as_ref().map(ToString::to_string);
                let Some(message) = text.and_then(|text| serde_json::from_str::<LiveChatMessage>(&text).ok())
                else {
                    // Over the frame's limit, or from a newer server.
                    return self.load(out);
                };
                if event.kind == EventType::MessageCreated && message.kind == MessageType::Bot {
                    out.push(Effect::Announce {
                        name: message.author_name.clone(),
                        text: message.content.clone(),
                    });
                }
                let position = Position {
                    offset: event.offset,
                    ..Position::default()
                };
                self.take(now, message, position, out);
            }
            EventType::ConversationDeleted if event.conversation_id == self.talk.conversation => {
                self.talk = Talk {
                    visitor: self.talk.visitor,
                    ..Talk::default()
                };
                self.load(out);
                out.push(Effect::Rows);
            }
            _ => {}
        }
    }

    fn seen_seq(&self) -> Option<u64> {
        let seen = self.seen?;
        (Some(seen.conversation) == self.talk.conversation).then_some(seen.seq)
    }

    fn mark_seen(&mut self, out: &mut Vec<Effect>) {
        let seq = self.talk.newest_seq();
        let seen = self
            .talk
            .conversation
            .map(|conversation| Seen { conversation, seq });
        if seen.is_some() && seen != self.seen {
            self.seen = seen;
            self.keep(out);
        }
    }

    /// Counts the answers that wait to be read, and tells the loader.
    pub(super) fn review(&mut self, out: &mut Vec<Effect>) {
        if self.talk.is_loaded() && self.shown && self.visible {
            self.mark_seen(out);
        }
        let seen = self.seen_seq().unwrap_or(0);
        let unread = self
            .talk
            .messages()
            .filter(|message| message.kind == MessageType::Bot && message.seq > seen)
            .count();
        let unread = u64::try_from(unread).unwrap_or(u64::MAX);
        if unread != self.unread {
            self.unread = unread;
            out.push(Effect::Tell(ToHost::Unread(unread)));
        }
    }
}
