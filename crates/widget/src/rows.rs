//! The log as it is shown, message by message.

use std::rc::Rc;

use switchboard_contract::ids::MessageId;
use switchboard_contract::live_chat::{Attachment, LiveChatMessage, MessageType};
use switchboard_contract::problem::Problem;
use switchboard_contract::time::Timestamp;
use switchboard_engine::outbox::{Item, State};
use switchboard_engine::thread::Thread;

use crate::chat::Said;

/// Messages of one person further apart than this, in milliseconds, say their time anew.
const GROUP_MS: i64 = 5 * 60 * 1_000;

/// Tells rows apart from one drawing to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The website's first line.
    Greeting,
    /// A message, from the moment that it is typed.
    Message(MessageId),
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// At the start of the line.
    Team,
    /// At the end of the line.
    Visitor,
    /// In the middle.
    Notice,
}

/// How a visitor's message stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// Not the visitor's.
    None,
    /// On its way.
    Sending,
    /// The server has it.
    Sent,
    /// An operator has read it.
    Read,
    /// The server refused it.
    NotSent(Rc<Problem>),
}

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Not from the server.
    Own(Rc<str>),
    /// What waits to be sent.
    Said(Rc<Said>),
    /// A stored message.
    Stored(Rc<LiveChatMessage>),
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Tells it from others.
    pub key: Key,
    /// Where it stands.
    pub side: Side,
    /// What it says.
    pub content: Content,
    /// When it was sent.
    pub at: Option<Timestamp>,
    /// How it stands.
    pub delivery: Delivery,
    /// Whether it is the first of its group.
    pub opens: bool,
    /// Whether it is the last of its group, which says who and when.
    pub ends: bool,
}

impl Row {
    /// The text; never markup.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Own(text) => text,
            Content::Said(said) => &said.content,
            Content::Stored(message) => &message.content,
        }
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> &[Attachment] {
        match &self.content {
            Content::Own(_) => &[],
            Content::Said(said) => &said.files,
            Content::Stored(message) => &message.attachments,
        }
    }

    /// Who wrote it, when that is known by name.
    #[must_use]
    pub fn author(&self) -> Option<&str> {
        match &self.content {
            Content::Stored(message) if self.side == Side::Team => message.author_name.as_deref(),
            _ => None,
        }
    }

    fn stored(message: &Rc<LiveChatMessage>) -> Self {
        let (side, delivery) = match message.kind {
            MessageType::User if message.read_at.is_some() => (Side::Visitor, Delivery::Read),
            MessageType::User => (Side::Visitor, Delivery::Sent),
            MessageType::Bot => (Side::Team, Delivery::None),
            MessageType::System | MessageType::Unknown => (Side::Notice, Delivery::None),
        };
        Self {
            key: Key::Message(message.id),
            side,
            content: Content::Stored(Rc::clone(message)),
            at: Some(message.created_at),
            delivery,
            opens: true,
            ends: true,
        }
    }

    fn queued(item: &Item<MessageId, Rc<Said>>) -> Self {
        Self {
            key: Key::Message(item.id),
            side: Side::Visitor,
            content: Content::Said(Rc::clone(&item.payload)),
            at: Some(item.queued_at),
            delivery: match &item.state {
                State::Blocked(problem) => Delivery::NotSent(Rc::clone(problem)),
                State::Queued | State::InFlight | State::NeedsAuth => Delivery::Sending,
            },
            opens: true,
            ends: true,
        }
    }

    /// Whether `next` goes on with what this one began.
    fn continues(&self, next: &Self) -> bool {
        let near = match (self.at, next.at) {
            (Some(at), Some(next)) => next.as_millis().saturating_sub(at.as_millis()) < GROUP_MS,
            _ => false,
        };
        let same_state = std::mem::discriminant(&self.delivery) == std::mem::discriminant(&next.delivery);
        near && same_state
            && self.side == next.side
            && self.side != Side::Notice
            && !matches!(self.delivery, Delivery::NotSent(_))
            && self.author() == next.author()
    }
}

/// The rows in order: greeting, stored messages, stored ones that history does not hold yet, what waits.
#[must_use]
pub fn rows<'a>(
    greeting: Option<Rc<str>>,
    thread: &Thread,
    ahead: &[Rc<LiveChatMessage>],
    queued: impl Iterator<Item = &'a Item<MessageId, Rc<Said>>>,
) -> Vec<Row> {
    let greeting = greeting.map(|text| Row {
        key: Key::Greeting,
        side: Side::Team,
        content: Content::Own(text),
        at: None,
        delivery: Delivery::None,
        opens: true,
        ends: true,
    });
    let mut rows: Vec<Row> = greeting
        .into_iter()
        .chain(thread.messages().map(Row::stored))
        .chain(ahead.iter().map(Row::stored))
        .collect();
    for item in queued {
        if rows.iter().rev().all(|row| row.key != Key::Message(item.id)) {
            rows.push(Row::queued(item));
        }
    }
    for index in 1..rows.len() {
        let joined = rows[index - 1].continues(&rows[index]);
        rows[index - 1].ends = !joined;
        rows[index].opens = !joined;
    }
    rows
}
