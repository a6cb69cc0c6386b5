//! Typing and viewing: told to the people whom they concern, forgotten when their time is up.

use switchboard_contract::ids::ConversationId;
use switchboard_contract::realtime::{Signal, SignalType};

use super::hub::{Hub, Relayed, StreamKey};
use super::subscriber::{Place, Subscriber};

/// Longest time that a signal may hold, in milliseconds; it is told again while it lasts.
const MAX_TTL_MS: u64 = 10_000;

/// The conversation that a client's signal is about, when it is one that is told on.
pub(super) fn concerns(subscriber: &Subscriber, signal: &Signal) -> Option<ConversationId> {
    match (signal.kind, subscriber) {
        (SignalType::Typing, _) | (SignalType::Viewing, Subscriber::Operator(_)) => signal.conversation_id,
        // Presence and figures are the server's to tell.
        _ => None,
    }
}

/// Tells `signal`, sent by the socket `from`, to the team and, where it is theirs to know, to the visitor. What a client
/// claims of itself is replaced by what the server knows.
pub(super) fn relay(hub: &Hub, from: u64, sender: &Subscriber, signal: &Signal, place: Place) {
    let told = |who: String| Relayed {
        from,
        website: place.website,
        signal: Signal {
            kind: signal.kind,
            conversation_id: signal.conversation_id,
            who,
            sender: None,
            ttl_ms: signal.ttl_ms.min(MAX_TTL_MS),
            body: None,
        },
    };
    match sender {
        Subscriber::Operator(operator) => {
            hub.signal(
                StreamKey::Account(operator.account_id),
                told(operator.member_id.to_string()),
            );
            if signal.kind == SignalType::Typing {
                // Visitors are told names, as above messages, and no ids.
                hub.signal(StreamKey::Visitor(place.visitor), told(operator.name.clone()));
            }
        }
        Subscriber::Visitor(visitor) => {
            hub.signal(
                StreamKey::Account(visitor.account_id),
                told(visitor.visitor_id.to_string()),
            );
        }
    }
}
