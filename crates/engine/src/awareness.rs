//! Who types, who looks at a conversation, who is there: of others until it runs out, and what this tab tells of its own
//! person (`protocol.md` *Realtime*, signals).
//!
//! What is told of oneself comes out as [`Effect::Tell`]; a tab without a socket hands it to the tab that has it, and every
//! tab that hears so of another tab of the same browser takes it in as [`Event::Heard`], with an empty `who`.

mod others;
mod own;

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_contract::live_chat::{MessageType, Visibility};
use switchboard_contract::notifications::AWAY_AFTER_MINUTES;
use switchboard_contract::realtime::{EventType, LogEvent, SenderKind, Signal};

use crate::Now;
use others::{Changes, Others};
use own::Own;

/// Without a key for this long nobody types any more, in milliseconds.
pub const STILL_TYPING_MS: u64 = 5_000;
/// Without any use for this long a member who is available is away, in milliseconds, where the person has set nothing else.
pub const AWAY_AFTER_MS: u64 = AWAY_AFTER_MINUTES as u64 * 60_000;

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// Someone is signed in, who has set this availability.
    Begin {
        /// The person here.
        me: MemberId,
        /// As it is set.
        availability: Availability,
    },
    /// Someone tells something: over the socket, or another tab of this browser, whose word has an empty `who`.
    Heard(Signal),
    /// A message arrived: whoever wrote it types no more.
    Wrote {
        /// Where.
        conversation: ConversationId,
        /// Who.
        by: Writer,
    },
    /// The person here wrote on; the textbox is not empty.
    Typed {
        /// Where.
        conversation: ConversationId,
        /// For whom.
        visibility: Visibility,
    },
    /// The textbox is empty: the text was sent or deleted.
    Emptied(ConversationId),
    /// The person here looks at this conversation, or at none.
    Viewing(Option<ConversationId>),
    /// The person has set this availability, here or elsewhere.
    Available(Availability),
    /// Without any use for this long, in milliseconds, the person wants to count as away.
    AwayAfter(u64),
    /// The person used this tab.
    Used,
    /// The person used another tab of this browser.
    UsedElsewhere,
    /// This tab speaks for the browser: it alone says that the person is away.
    Leads(bool),
    /// There is a new connection for what this tab tells: those at its other end know nothing yet.
    Connected,
    /// The timer of [`Effect::SetTimer`] ran out.
    Timer {
        /// From the effect.
        generation: u64,
    },
    /// Signed out: nothing of anybody stays.
    Forget,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Writer {
    /// The conversation's visitor.
    Visitor,
    /// A member.
    Member(MemberId),
}

impl Writer {
    /// Who wrote the message that an event brings; none for other events, notices and automation.
    #[must_use]
    pub fn of(event: &LogEvent) -> Option<Self> {
        if event.kind != EventType::MessageCreated {
            return None;
        }
        let message = event.body.as_ref()?;
        match MessageType::deserialize(message.get("type")?).ok()? {
            MessageType::User => Some(Self::Visitor),
            MessageType::Bot => message.get("authorId")?.as_str()?.parse().ok().map(Self::Member),
            MessageType::System | MessageType::Unknown => None,
        }
    }
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell the server; nothing is lost when there is no connection.
    Tell(Signal),
    /// Tell the browser's other tabs that the person is here: [`Event::UsedElsewhere`].
    InUse,
    /// Something that can be read has changed.
    Changed {
        /// Where somebody began or ended to type or to look.
        conversations: BTreeSet<ConversationId>,
        /// Whether somebody's availability changed.
        presence: bool,
    },
    /// Call back with [`Event::Timer`]; replaces the one before.
    SetTimer {
        /// Goes back when it runs out.
        generation: u64,
        /// In how many milliseconds.
        after_ms: u64,
    },
}

/// Somebody who types or looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Which side.
    pub kind: SenderKind,
    /// The member's or visitor's id.
    pub id: Rc<str>,
    /// As it is shown, where there is one.
    pub name: Option<Rc<str>>,
}

/// Somebody who types.
#[derive(Clone, PartialEq, Eq)]
pub struct Typist {
    /// Who.
    pub person: Person,
    /// What stands in a visitor's textbox, where the website allows that to be seen.
    pub draft: Option<Rc<str>>,
}

impl std::fmt::Debug for Typist {
    /// Leaves out the draft.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typist")
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

/// The machine. See the module's documentation.
#[derive(Debug, Default)]
pub struct Awareness {
    others: Others,
    own: Own,
    generation: u64,
    /// What the current timer waits for.
    due: Option<u64>,
}

impl Awareness {
    /// Who types in a conversation, the person here left out; always in the same order.
    pub fn typing(&self, conversation: ConversationId) -> impl Iterator<Item = &Typist> {
        self.others.typing(conversation)
    }

    /// Which other members look at a conversation; always in the same order.
    pub fn viewing(&self, conversation: ConversationId) -> impl Iterator<Item = &Person> {
        self.others.viewing(conversation)
    }

    /// Whether a member is there.
    #[must_use]
    pub fn availability(&self, member: MemberId) -> Availability {
        if self.own.is(member) {
            self.own.availability()
        } else {
            self.others.availability(member)
        }
    }

    /// How the person here appears to others: as it is set, or away when nobody is at the keys.
    #[must_use]
    pub fn own_availability(&self) -> Availability {
        self.own.availability()
    }

    /// All that is known of others, for a tab that comes later: what it hears so it knows as long as this one does.
    #[must_use]
    pub fn known(&self, now: Now) -> Vec<Signal> {
        self.others.known(now.monotonic)
    }

    /// Takes in one event and says what to do.
    pub fn step(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        let now = now.monotonic;
        let mut changes = Changes::default();
        let before = self.own.availability();
        self.others.expire(now, &mut changes);
        match event {
            Event::Begin { me, availability } => {
                self.own.begin(now, me, availability);
                // Nobody knew until now that this is who is here.
                changes.presence = true;
            }
            Event::Heard(signal) if self.own.told(&signal) => self.own.heard(&signal),
            Event::Heard(signal) => {
                self.others.heard(now, signal, &mut changes);
                if let Some(conversation) = changes.arrived {
                    self.own.met_at(conversation);
                }
            }
            Event::Wrote { conversation, by } => self.others.wrote(conversation, by, &mut changes),
            Event::Typed {
                conversation,
                visibility,
            } => {
                self.own.typed(now, conversation, visibility);
                self.own.used(now, out);
            }
            Event::Emptied(conversation) => self.own.emptied(now, conversation),
            Event::Viewing(conversation) => self.own.looks_at(conversation),
            Event::Available(availability) => self.own.sets(availability),
            Event::AwayAfter(ms) => self.own.away_after(ms),
            Event::Used => self.own.used(now, out),
            Event::UsedElsewhere => self.own.used_elsewhere(now),
            Event::Leads(leads) => self.own.leads(leads),
            Event::Connected => self.own.connected(),
            Event::Timer { generation } if generation == self.generation => self.due = None,
            Event::Timer { .. } => {}
            Event::Forget => {
                changes = self.others.all();
                self.others = Others::default();
                self.own.forget();
            }
        }
        self.own.tell(now, out);
        changes.presence |= before != self.own.availability();
        if changes.presence || !changes.conversations.is_empty() {
            out.push(Effect::Changed {
                conversations: changes.conversations,
                presence: changes.presence,
            });
        }
        self.set_timer(now, out);
    }

    fn set_timer(&mut self, now: u64, out: &mut Vec<Effect>) {
        let due = self.others.due().into_iter().chain(self.own.due(now)).min();
        if due == self.due {
            return;
        }
        self.due = due;
        self.generation += 1;
        if let Some(due) = due {
            out.push(Effect::SetTimer {
                generation: self.generation,
                after_ms: due.saturating_sub(now),
            });
        }
    }
}

#[cfg(test)]
mod tests;
