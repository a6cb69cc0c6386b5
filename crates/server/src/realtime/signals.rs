//! Typing and viewing: told to the people whom they concern, forgotten when their time is up. A client that tells too often
//! is slowed down, and its latest word is the one that counts.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use switchboard_contract::auth::Availability;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::LiveChatConversation;
use switchboard_contract::realtime::{
    MAX_DRAFT_CHARS, PresenceBody, Sender, SenderKind, Signal, SignalType, TYPING_TTL_MS, TypingBody,
    VIEWING_TTL_MS,
};
use tokio::time::Instant;

use super::hub::{Hub, NO_SOCKET, Relayed, StreamKey};
use super::subscriber::{Place, Subscriber};
use crate::auth::VisitorCaller;
use crate::visitor::sessions::clip;

/// Least time between two signals of one type about one conversation by one client.
const EVERY: Duration = Duration::from_millis(250);
/// Whoever tells of more than this within [`EVERY`] is a program, and the rest is dropped. A browser's socket speaks for all
/// of its tabs.
const LANES: usize = 32;

/// What a client's signal asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wish {
    /// Tell the people of this conversation.
    Tell(ConversationId),
    /// The member is so.
    Presence(Availability),
}

/// What a client's signal asks for; none when it is not the client's to tell.
pub(super) fn wish(subscriber: &Subscriber, signal: &Signal) -> Option<Wish> {
    match (signal.kind, subscriber) {
        (SignalType::Typing, _) | (SignalType::Viewing, Subscriber::Operator(_)) => {
            signal.conversation_id.map(Wish::Tell)
        }
        (SignalType::Presence, Subscriber::Operator(_)) => {
            let body: PresenceBody = serde_json::from_value(signal.body.clone()?).ok()?;
            (body.availability != Availability::Unknown).then_some(Wish::Presence(body.availability))
        }
        _ => None,
    }
}

/// Lets through one signal of a type about a conversation at a time; what comes too soon waits, and the latest replaces what
/// waits.
#[derive(Debug, Default)]
pub(super) struct Pace(BTreeMap<(SignalType, Option<ConversationId>), Slot>);

#[derive(Debug)]
struct Slot {
    free_at: Instant,
    waiting: Option<Signal>,
}

impl Pace {
    /// Takes a signal; gives it back when it may go at once.
    pub(super) fn offer(&mut self, signal: Signal, now: Instant) -> Option<Signal> {
        let key = (signal.kind, signal.conversation_id);
        self.0
            .retain(|_, slot| slot.free_at > now || slot.waiting.is_some());
        if self.0.len() >= LANES && !self.0.contains_key(&key) {
            return None;
        }
        let slot = self.0.entry(key).or_insert(Slot {
            free_at: now,
            waiting: None,
        });
        if slot.free_at <= now {
            slot.free_at = now + EVERY;
            slot.waiting = None;
            Some(signal)
        } else {
            slot.waiting = Some(signal);
            None
        }
    }

    /// When the next waiting signal may go.
    pub(super) fn due(&self) -> Option<Instant> {
        let waiting = self.0.values().filter(|slot| slot.waiting.is_some());
        waiting.map(|slot| slot.free_at).min()
    }

    /// A waiting signal that may go now.
    pub(super) fn ready(&mut self, now: Instant) -> Option<Signal> {
        let slot = self
            .0
            .values_mut()
            .find(|slot| slot.free_at <= now && slot.waiting.is_some())?;
        slot.free_at = now + EVERY;
        slot.waiting.take()
    }
}

/// Tells `signal`, sent by the connection `from`, to the team and, where it is theirs to know, to the visitor. What a client
/// claims of itself is replaced by what the server knows.
pub(super) fn relay(hub: &Hub, from: u64, sender: &Subscriber, signal: &Signal, place: &Place) {
    let longest = match signal.kind {
        SignalType::Viewing => VIEWING_TTL_MS,
        _ => TYPING_TTL_MS,
    };
    let told = |who: String, sender: Sender, body: Option<Value>| Relayed {
        from,
        website: Some(place.website),
        signal: Signal {
            kind: signal.kind,
            conversation_id: signal.conversation_id,
            who,
            sender: Some(sender),
            ttl_ms: signal.ttl_ms.min(longest),
            body,
        },
    };
    match sender {
        Subscriber::Operator(operator) => {
            let id = operator.member_id.to_string();
            let whole = Sender {
                kind: SenderKind::Member,
                id: Some(id.clone()),
                name: Some(operator.name.clone()),
            };
            // Visitors are told names, as above messages, and no ids.
            let public = Sender {
                id: None,
                ..whole.clone()
            };
            hub.signal(StreamKey::Account(operator.account_id), told(id, whole, None));
            if signal.kind == SignalType::Typing && !is_note(signal) {
                hub.signal(
                    StreamKey::Visitor(place.visitor),
                    told(operator.name.clone(), public, None),
                );
            }
        }
        Subscriber::Visitor(visitor) => {
            let id = visitor.visitor_id.to_string();
            let sender = Sender {
                kind: SenderKind::Visitor,
                id: Some(id.clone()),
                name: place.visitor_name.clone(),
            };
            hub.signal(
                StreamKey::Account(visitor.account_id),
                told(id, sender, draft(signal).filter(|_| place.shares_drafts)),
            );
        }
    }
}

/// Tells the team what stands in a visitor's textbox, for a frame without a socket: nothing is known of it (`None`), or
/// nothing is left of it.
pub(crate) fn visitor_types(
    hub: &Hub,
    visitor: &VisitorCaller,
    latest: &LiveChatConversation,
    text: Option<String>,
    shares_drafts: bool,
) {
    let ttl_ms = match text.as_deref() {
        Some("") => 0,
        _ => TYPING_TTL_MS,
    };
    let signal = Signal {
        kind: SignalType::Typing,
        conversation_id: Some(latest.id),
        who: String::new(),
        sender: None,
        ttl_ms,
        body: text.and_then(|text| serde_json::to_value(TypingBody { text }).ok()),
    };
    let place = Place {
        website: latest.website_id,
        visitor: visitor.visitor_id,
        visitor_name: latest.user.name.clone(),
        shares_drafts,
    };
    relay(
        hub,
        NO_SOCKET,
        &Subscriber::Visitor(visitor.clone()),
        &signal,
        &place,
    );
}

/// What a visitor gets of the widget from now on.
pub(super) fn of_widget(body: Option<Value>) -> Signal {
    Signal {
        kind: SignalType::Widget,
        conversation_id: None,
        who: String::new(),
        sender: None,
        ttl_ms: 0,
        body,
    }
}

/// Whether the member writes what the visitor will not see.
fn is_note(signal: &Signal) -> bool {
    let visibility = signal.body.as_ref().and_then(|body| body.get("visibility"));
    visibility.is_some_and(|visibility| visibility != "public")
}

/// What stands in the visitor's text box, within bounds.
fn draft(signal: &Signal) -> Option<Value> {
    let body: TypingBody = serde_json::from_value(signal.body.clone()?).ok()?;
    let text = clip(body.text, MAX_DRAFT_CHARS);
    serde_json::to_value(TypingBody { text }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::time::Timestamp;

    fn signal(kind: SignalType, ttl_ms: u64) -> Signal {
        Signal {
            kind,
            conversation_id: None,
            who: String::new(),
            sender: None,
            ttl_ms,
            body: None,
        }
    }

    #[test]
    fn the_latest_word_gets_through_in_time() {
        let start = Instant::now();
        let mut pace = Pace::default();
        assert!(pace.offer(signal(SignalType::Typing, 1), start).is_some());
        assert!(
            pace.offer(signal(SignalType::Viewing, 9), start).is_some(),
            "another type"
        );
        assert_eq!(pace.due(), None);
        for ttl in 2..=5 {
            assert!(pace.offer(signal(SignalType::Typing, ttl), start).is_none());
        }
        assert_eq!(pace.due(), Some(start + EVERY));
        assert_eq!(pace.ready(start), None);
        let later = start + EVERY;
        assert_eq!(pace.ready(later).map(|signal| signal.ttl_ms), Some(5));
        assert_eq!((pace.ready(later), pace.due()), (None, None));
        assert!(
            pace.offer(signal(SignalType::Typing, 6), later).is_none(),
            "one at a time"
        );
        assert!(pace.offer(signal(SignalType::Typing, 7), later + EVERY).is_some());
        assert_eq!(pace.due(), None, "the newer word replaced what waited");
    }

    #[test]
    fn conversations_do_not_wait_for_each_other() {
        let start = Instant::now();
        let mut pace = Pace::default();
        let about = |n: u8| Signal {
            conversation_id: Some(ConversationId::from_parts(Timestamp::from_millis(0), [n; 10])),
            ..signal(SignalType::Viewing, u64::from(n))
        };
        for n in 0..100 {
            assert_eq!(
                pace.offer(about(n), start).is_some(),
                usize::from(n) < LANES,
                "{n}"
            );
        }
        assert!(pace.offer(about(7), start).is_none());
        assert_eq!(pace.ready(start + EVERY).map(|signal| signal.ttl_ms), Some(7));
        for n in 0..LANES as u64 {
            assert!(
                pace.offer(about(n as u8 + 100), start + 2 * EVERY).is_some(),
                "{n}"
            );
        }
    }
}
