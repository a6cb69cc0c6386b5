//! Who types, looks and is there, over the tabs of a browser: the leader hears it from the server and tells the others; what
//! a follower has to say goes out through the leader.

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_contract::realtime::{LogEvent, Signal, SignalType};

use super::{Desk, Effect, Timer, TimerKind};
use crate::Now;
use crate::awareness::{self, Person, Typist, Writer};
use crate::bulletin::Word;
use crate::inbox::{Changes, Elsewhere};
use crate::link;
use crate::socket;

impl<E: Clone> Desk<E> {
    /// Who else types in a conversation.
    pub fn typing(&self, conversation: ConversationId) -> impl Iterator<Item = &Typist> {
        self.awareness.typing(conversation)
    }

    /// Which other members look at a conversation.
    pub fn viewing(&self, conversation: ConversationId) -> impl Iterator<Item = &Person> {
        self.awareness.viewing(conversation)
    }

    /// Whether a member is there; of the person here, as others see it.
    #[must_use]
    pub fn availability(&self, member: MemberId) -> Availability {
        self.awareness.availability(member)
    }

    /// How the person here appears to others: as it is set, or away when nobody is at the keys.
    #[must_use]
    pub fn own_availability(&self) -> Availability {
        self.awareness.own_availability()
    }

    pub(super) fn on_awareness(&mut self, now: Now, event: awareness::Event, out: &mut Vec<Effect>) {
        let mut effects = Vec::new();
        self.awareness.step(now, event, &mut effects);
        for effect in effects {
            match effect {
                awareness::Effect::Tell(signal) => self.tell_of_oneself(now, signal, out),
                awareness::Effect::InUse => self.say(Word::InUse, out),
                awareness::Effect::Changed {
                    conversations,
                    presence,
                } => out.push(Effect::PeopleChanged {
                    conversations,
                    presence,
                }),
                awareness::Effect::SetTimer { generation, after_ms } => out.push(Effect::SetTimer {
                    timer: Timer {
                        kind: TimerKind::Awareness,
                        generation,
                    },
                    after_ms,
                }),
            }
        }
    }

    /// The other tabs hear it as well: one that looks at the same conversation says so when this one stops.
    fn tell_of_oneself(&mut self, now: Now, signal: Signal, out: &mut Vec<Effect>) {
        if self.leads {
            self.say(Word::Signal(signal.clone()), out);
            self.on_link(now, link::Event::Socket(socket::Event::Signal(signal)), out);
        } else {
            self.say(Word::Relay(signal), out);
        }
    }

    /// A signal from the server, which this tab's connection brought.
    pub(super) fn on_signal(&mut self, now: Now, signal: Signal, out: &mut Vec<Effect>) {
        self.say(Word::Signal(signal.clone()), out);
        self.hear_signal(now, signal, out);
    }

    /// A signal from the server, whichever tab's connection brought it.
    pub(super) fn hear_signal(&mut self, now: Now, signal: Signal, out: &mut Vec<Effect>) {
        if signal.kind == SignalType::Metrics {
            out.push(Effect::Changed(Changes {
                elsewhere: [Elsewhere::Reports].into(),
                ..Changes::default()
            }));
            return;
        }
        self.on_awareness(now, awareness::Event::Heard(signal), out);
    }

    /// A signal for the server from another tab.
    pub(super) fn on_relay(&mut self, now: Now, signal: Signal, out: &mut Vec<Effect>) {
        if self.leads {
            self.on_link(
                now,
                link::Event::Socket(socket::Event::Signal(signal.clone())),
                out,
            );
        }
        self.on_awareness(now, awareness::Event::Heard(signal), out);
    }

    /// A tab that comes later learns who does what.
    pub(super) fn tell_of_people(&self, now: Now, out: &mut Vec<Effect>) {
        for signal in self.awareness.known(now) {
            self.say(Word::Signal(signal), out);
        }
    }

    /// What an event says of whoever wrote it.
    pub(super) fn note_writer(&mut self, now: Now, event: &LogEvent, out: &mut Vec<Effect>) {
        if let (Some(conversation), Some(by)) = (event.conversation_id, Writer::of(event)) {
            self.on_awareness(now, awareness::Event::Wrote { conversation, by }, out);
        }
    }

    pub(super) fn forget_people(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.on_awareness(now, awareness::Event::Forget, out);
    }

    pub(super) fn on_person(&mut self, now: Now, event: awareness::Event, out: &mut Vec<Effect>) {
        if let awareness::Event::Available(availability) = event {
            self.availability = availability;
        }
        self.on_awareness(now, event, out);
    }

    /// Nobody is known yet but the person here.
    pub(super) fn meet(&mut self, now: Now, out: &mut Vec<Effect>) {
        let event = awareness::Event::Begin {
            me: self.owner,
            availability: self.availability,
        };
        self.on_awareness(now, event, out);
    }
}
