//! The thread under pages, events and the answers to sending.

use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{LiveChatMessage, MessagePage, MessageType};
use switchboard_contract::position::{Epoch, Position};
use switchboard_contract::realtime::{EventPage, EventType, LogEvent};
use switchboard_engine::Now;
use switchboard_engine::thread::Thread;
use switchboard_engine::{outbox, stream};

use super::answers::Purpose;
use super::rating::Standing;
use super::{Chat, Effect};
use crate::bridge::ToHost;
use crate::json;

/// Whether data as of `have` holds everything up to `needed`. Positions of other epochs cannot be compared.
fn covers(have: &Position, needed: &Position) -> bool {
    have.epoch == needed.epoch && have.offset >= needed.offset
}

impl Chat {
    /// There is no continuity up to this position: history has to reflect it.
    pub(super) fn on_snapshot(&mut self, position: Position, out: &mut Vec<Effect>) {
        if self
            .reflected
            .as_ref()
            .is_some_and(|have| covers(have, &position))
        {
            return;
        }
        if self.reflected.is_some() {
            // A load that began before the cut may tell of another generation of the log.
            self.requests.retain(|(_, purpose)| *purpose != Purpose::Newest);
        }
        self.want(position, out);
    }

    /// History must be loaded, and reflect at least this position.
    fn want(&mut self, position: Position, out: &mut Vec<Effect>) {
        let further = self
            .wanted
            .as_ref()
            .is_none_or(|wanted| !covers(wanted, &position));
        if further {
            self.wanted = Some(position);
        }
        self.load_newest(out);
    }

    pub(super) fn on_log_event(&mut self, now: Now, event: LogEvent, out: &mut Vec<Effect>) {
        let Some(epoch) = self.link.position().map(|position| position.epoch) else {
            return;
        };
        let position = Position {
            epoch,
            offset: event.offset,
        };
        match event.kind {
            EventType::MessageCreated | EventType::MessageUpdated => {
                let message = event.body.and_then(json::of::<LiveChatMessage>);
                match message {
                    Some(message) => self.take_in(now, message, &position, out),
                    None => self.want(position, out),
                }
            }
            EventType::ConversationCreated | EventType::ConversationUpdated => {
                self.hears_standing(event.body);
            }
            EventType::ConversationDeleted => {
                if self.conversation.is_some() && self.conversation == event.conversation_id {
                    // It goes from the screen at once; whatever is there instead is loaded.
                    self.thread = Thread::default();
                    self.ahead.clear();
                    self.no_longer_types(None);
                    (self.noted, self.seen, self.marked) = (0, 0, 0);
                    self.becomes(None);
                    self.stands(None);
                }
                self.want(position, out);
            }
            _ => {}
        }
    }

    /// The conversation is `next` now: over, where there was one and is none.
    fn becomes(&mut self, next: Option<ConversationId>) {
        self.over = next.is_none() && (self.over || self.conversation.is_some());
        self.conversation = next;
        self.dirty = true;
    }

    /// Takes in one stored message. One that does not continue what is there is shown at the end until history is loaded.
    pub(super) fn take_in(
        &mut self,
        now: Now,
        message: LiveChatMessage,
        position: &Position,
        out: &mut Vec<Effect>,
    ) {
        let id = message.id;
        self.wrote(&message);
        let same_epoch = self.epoch.as_ref().is_none_or(|epoch| *epoch == position.epoch);
        let same = self
            .conversation
            .is_none_or(|conversation| conversation == message.conversation_id);
        let earlier = self
            .thread
            .oldest_seq()
            .is_some_and(|oldest| message.seq < oldest);
        if same && same_epoch && earlier {
            return;
        }
        let message = Rc::new(message);
        if same && same_epoch {
            self.thread.put_one((*message).clone(), position.offset);
        }
        if self.thread.contains(id) {
            (self.conversation, self.over) = (Some(message.conversation_id), false);
            self.note_new(out);
        } else {
            self.ahead.retain(|other| other.id != id);
            self.ahead.push(message);
            self.want(position.clone(), out);
        }
        self.settle(now, out);
        self.on_outbox(now, outbox::Event::Seen { id }, out);
    }

    pub(super) fn merge_newest(
        &mut self,
        now: Now,
        page: MessagePage,
        standing: Option<Standing>,
        out: &mut Vec<Effect>,
    ) {
        let stale = self
            .wanted
            .as_ref()
            .is_some_and(|wanted| wanted.epoch == page.as_of.epoch && !covers(&page.as_of, wanted));
        if stale {
            return self.load_newest(out);
        }
        let conversation = page.items.first().map(|message| message.conversation_id);
        let is_first = !self.thread.is_loaded();
        if !self.is_epoch(&page.as_of.epoch) || self.conversation != conversation {
            self.thread = Thread::default();
            (self.noted, self.seen, self.marked) = (0, 0, 0);
        }
        self.becomes(conversation);
        let read_seq = standing.as_ref().map(|standing| standing.read_seq);
        self.stands(standing);
        self.epoch = Some(page.as_of.epoch.clone());
        self.reflected = Some(page.as_of.clone());
        self.wanted = None;
        self.ahead.clear();
        let as_of = page.as_of.clone();
        self.thread.merge_newest(page);
        if is_first {
            self.noted = self.thread.newest_seq();
            // Storage that forgets is no reason to call old answers new: the server knows what was read.
            self.seen = self
                .visit
                .as_ref()
                .and_then(|visit| visit.seen)
                .filter(|(seen_in, _)| Some(*seen_in) == conversation)
                .map_or(read_seq.unwrap_or(self.noted), |(_, seq)| seq);
        }
        self.note_new(out);
        self.settle(now, out);
        self.dirty = true;
        let event = match self.polling.take() {
            Some(generation) => stream::Event::Difference {
                generation,
                result: Ok(up_to(as_of)),
            },
            None => stream::Event::Loaded(as_of),
        };
        self.on_link(now, event.into(), out);
    }

    /// The newest page could not be loaded: a poll that waits for it has failed.
    pub(super) fn newest_failed(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.dirty = true;
        if let Some(generation) = self.polling.take() {
            let result = Err(stream::DifferenceError::Unreachable);
            self.on_link(now, stream::Event::Difference { generation, result }.into(), out);
        }
    }

    fn is_epoch(&self, epoch: &Epoch) -> bool {
        self.epoch.as_ref() == Some(epoch)
    }

    pub(super) fn merge_earlier(&mut self, page: MessagePage) {
        let same = page
            .items
            .first()
            .is_none_or(|message| Some(message.conversation_id) == self.conversation);
        if same && self.is_epoch(&page.as_of.epoch) {
            self.thread.merge_before(page);
        }
        self.dirty = true;
    }

    /// What is in the thread now waits nowhere else.
    fn settle(&mut self, now: Now, out: &mut Vec<Effect>) {
        let thread = &self.thread;
        self.ahead.retain(|message| !thread.contains(message.id));
        let seen: Vec<_> = self
            .outbox
            .lane(&())
            .map(|item| item.id)
            .filter(|id| thread.contains(*id))
            .collect();
        for id in seen {
            self.on_outbox(now, outbox::Event::Seen { id }, out);
        }
        self.dirty = true;
    }

    /// Announces new answers and counts those that nobody sees.
    fn note_new(&mut self, out: &mut Vec<Effect>) {
        let answers = self
            .thread
            .messages()
            .rev()
            .take_while(|message| message.seq > self.noted)
            .filter(|message| message.kind == MessageType::Bot);
        let mut answers: Vec<_> = answers.cloned().collect();
        answers.reverse();
        if !answers.is_empty() && self.widget.sound && !(self.shown && self.visible) {
            out.push(Effect::Sound);
        }
        out.extend(answers.into_iter().map(Effect::Announce));
        self.noted = self.thread.newest_seq();
        self.note_seen(out);
    }

    /// Tells the loader how many answers wait to be read.
    pub(super) fn note_seen(&mut self, out: &mut Vec<Effect>) {
        if self.shown && self.visible && self.thread.is_loaded() {
            self.seen = self.thread.newest_seq();
            let seen = self.conversation.map(|conversation| (conversation, self.seen));
            if let Some(visit) = self.visit.as_mut().filter(|visit| visit.seen != seen) {
                visit.seen = seen;
                out.push(Effect::KeepVisit);
            }
            if let Some(seq) = self.newest_unmarked()
                && !self.needs_session
            {
                self.mark_read(seq, out);
            }
        }
        let unread = self
            .thread
            .messages()
            .rev()
            .take_while(|message| message.seq > self.seen)
            .filter(|message| message.kind == MessageType::Bot)
            .count() as u64;
        if unread != self.unread {
            self.unread = unread;
            out.push(Effect::Tell(ToHost::Unread(unread)));
        }
    }

    /// The newest answer that the team does not know to be read.
    fn newest_unmarked(&self) -> Option<u64> {
        let mut newest_first = self.thread.messages().rev();
        let answer = newest_first.find(|message| message.kind == MessageType::Bot)?;
        (answer.read_at.is_none() && answer.seq > self.marked).then_some(answer.seq)
    }
}

/// What a page of events would be that brings nothing but the position.
fn up_to(position: Position) -> EventPage {
    EventPage {
        epoch: position.epoch,
        events: Vec::new(),
        head: position.offset,
        has_more: false,
        signals: Vec::new(),
    }
}
