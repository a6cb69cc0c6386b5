//! What is known of others, until it runs out.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;
use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_contract::realtime::{
    PRESENCE_TTL_MS, PresenceBody, Sender, SenderKind, Signal, SignalType, TYPING_TTL_MS, TypingBody,
    VIEWING_TTL_MS,
};

use super::{Person, Typist, Writer};

/// Something that holds until a moment of the monotonic clock.
#[derive(Clone, Debug)]
struct Held<T> {
    what: T,
    until: u64,
}

impl<T> Held<T> {
    /// Holds `what` for so many milliseconds; nothing for none, which says that it is over.
    fn new(what: T, now: u64, ttl_ms: u64) -> Option<Self> {
        (ttl_ms > 0).then(|| Self {
            what,
            until: now.saturating_add(ttl_ms),
        })
    }
}

impl<T> Held<T> {
    /// The signal that brought it, with the time that is left.
    fn signal(
        &self,
        kind: SignalType,
        conversation_id: Option<ConversationId>,
        person: &Person,
        body: Option<Value>,
        now: u64,
    ) -> Signal {
        Signal {
            kind,
            conversation_id,
            who: person.id.to_string(),
            sender: Some(Sender {
                kind: person.kind,
                id: Some(person.id.to_string()),
                name: person.name.as_deref().map(str::to_owned),
            }),
            ttl_ms: self.until.saturating_sub(now),
            body,
        }
    }
}

/// By conversation, who does something there.
type Doing<T> = BTreeMap<ConversationId, BTreeMap<Rc<str>, Held<T>>>;

/// What changed in one step.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) conversations: BTreeSet<ConversationId>,
    pub(super) presence: bool,
    /// Where somebody looks now who did not before.
    pub(super) arrived: Option<ConversationId>,
}

/// Everybody but the person here.
#[derive(Debug, Default)]
pub(super) struct Others {
    typing: Doing<Typist>,
    viewing: Doing<Person>,
    present: BTreeMap<MemberId, Held<Availability>>,
}

impl Others {
    pub(super) fn typing(&self, conversation: ConversationId) -> impl Iterator<Item = &Typist> {
        let here = self.typing.get(&conversation).into_iter();
        here.flat_map(|people| people.values().map(|held| &held.what))
    }

    pub(super) fn viewing(&self, conversation: ConversationId) -> impl Iterator<Item = &Person> {
        let here = self.viewing.get(&conversation).into_iter();
        here.flat_map(|people| people.values().map(|held| &held.what))
    }

    pub(super) fn availability(&self, member: MemberId) -> Availability {
        let present = self.present.get(&member);
        present.map_or(Availability::Offline, |held| held.what)
    }

    /// Somebody tells something.
    pub(super) fn heard(&mut self, now: u64, signal: Signal, changes: &mut Changes) {
        let person = person(&signal);
        let id = Rc::clone(&person.id);
        match (signal.kind, signal.conversation_id) {
            (SignalType::Typing, Some(conversation)) => {
                let body = signal
                    .body
                    .and_then(|body| serde_json::from_value::<TypingBody>(body).ok());
                let draft = body.map(|body| Rc::from(body.text));
                let is_news = draft.is_some();
                let typist = Typist { person, draft };
                let held = Held::new(typist, now, signal.ttl_ms.min(TYPING_TTL_MS));
                put(&mut self.typing, conversation, id, held, is_news, changes);
            }
            (SignalType::Viewing, Some(conversation)) => {
                let held = Held::new(person, now, signal.ttl_ms.min(VIEWING_TTL_MS));
                let known = self.viewing.get(&conversation);
                let is_new = held.is_some() && known.is_none_or(|people| !people.contains_key(&id));
                changes.arrived = is_new.then_some(conversation);
                put(&mut self.viewing, conversation, id, held, false, changes);
            }
            (SignalType::Presence, _) => {
                let body = signal
                    .body
                    .and_then(|body| serde_json::from_value::<PresenceBody>(body).ok());
                if let (Ok(member), Some(body)) = (id.parse(), body) {
                    let ttl_ms = signal.ttl_ms.min(PRESENCE_TTL_MS);
                    self.appears(member, Held::new(body.availability, now, ttl_ms), changes);
                }
            }
            _ => {}
        }
    }

    fn appears(&mut self, member: MemberId, held: Option<Held<Availability>>, changes: &mut Changes) {
        let before = self.availability(member);
        match held.filter(|held| held.what != Availability::Offline) {
            Some(held) => self.present.insert(member, held),
            None => self.present.remove(&member),
        };
        changes.presence |= before != self.availability(member);
    }

    /// A message ends its writer's typing.
    pub(super) fn wrote(&mut self, conversation: ConversationId, by: Writer, changes: &mut Changes) {
        let Some(typists) = self.typing.get_mut(&conversation) else {
            return;
        };
        let before = typists.len();
        match by {
            Writer::Visitor => typists.retain(|_, held| held.what.person.kind != SenderKind::Visitor),
            Writer::Member(member) => {
                typists.remove(member.to_string().as_str());
            }
        }
        if typists.len() != before {
            changes.conversations.insert(conversation);
        }
    }

    /// Lets go of what has run out.
    pub(super) fn expire(&mut self, now: u64, changes: &mut Changes) {
        run_out(&mut self.typing, now, changes);
        run_out(&mut self.viewing, now, changes);
        let before = self.present.len();
        self.present.retain(|_, held| now < held.until);
        changes.presence |= self.present.len() != before;
    }

    /// Everything that [`Self::expire`] would have to tell if all had run out.
    pub(super) fn all(&self) -> Changes {
        Changes {
            conversations: self.typing.keys().chain(self.viewing.keys()).copied().collect(),
            presence: !self.present.is_empty(),
            arrived: None,
        }
    }

    /// All that is known, as signals that hold for as long as it still does.
    pub(super) fn known(&self, now: u64) -> Vec<Signal> {
        let mut known = Vec::new();
        for (conversation, people) in &self.typing {
            for held in people.values() {
                let draft = held.what.draft.as_deref().map(|text| TypingBody {
                    text: text.to_owned(),
                });
                let body = draft.and_then(|draft| serde_json::to_value(draft).ok());
                let person = &held.what.person;
                known.push(held.signal(SignalType::Typing, Some(*conversation), person, body, now));
            }
        }
        for (conversation, people) in &self.viewing {
            for held in people.values() {
                known.push(held.signal(SignalType::Viewing, Some(*conversation), &held.what, None, now));
            }
        }
        for (member, held) in &self.present {
            let person = Person {
                kind: SenderKind::Member,
                id: Rc::from(member.to_string()),
                name: None,
            };
            let body = PresenceBody {
                availability: held.what,
            };
            let body = serde_json::to_value(body).ok();
            known.push(held.signal(SignalType::Presence, None, &person, body, now));
        }
        known
    }

    /// When something runs out next.
    pub(super) fn due(&self) -> Option<u64> {
        let typing = self.typing.values().flat_map(BTreeMap::values);
        let viewing = self.viewing.values().flat_map(BTreeMap::values);
        typing
            .map(|held| held.until)
            .chain(viewing.map(|held| held.until))
            .chain(self.present.values().map(|held| held.until))
            .min()
    }
}

fn person(signal: &Signal) -> Person {
    let sender = signal.sender.as_ref();
    Person {
        kind: sender.map_or(SenderKind::Unknown, |sender| sender.kind),
        id: Rc::from(signal.who.as_str()),
        name: sender.and_then(|sender| sender.name.as_deref()).map(Rc::from),
    }
}

/// Puts in what somebody does, or takes it out when it is over. `is_news` says that it may be something else than before; no
/// text is compared, so that a trace without its texts plays through.
fn put<T>(
    doing: &mut Doing<T>,
    conversation: ConversationId,
    id: Rc<str>,
    held: Option<Held<T>>,
    is_news: bool,
    changes: &mut Changes,
) {
    let changed = match held {
        Some(held) => {
            let people = doing.entry(conversation).or_default();
            people.insert(id, held).is_none() || is_news
        }
        None => doing
            .get_mut(&conversation)
            .is_some_and(|people| people.remove(&id).is_some()),
    };
    if changed {
        changes.conversations.insert(conversation);
    }
}

fn run_out<T>(doing: &mut Doing<T>, now: u64, changes: &mut Changes) {
    doing.retain(|conversation, people| {
        let before = people.len();
        people.retain(|_, held| now < held.until);
        if people.len() != before {
            changes.conversations.insert(*conversation);
        }
        !people.is_empty()
    });
}
