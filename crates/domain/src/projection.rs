//! What a visitor gets to see: nothing of notes, labels, assignment, authors' ids or the gaps that notes leave
//! (`protocol.md` *Visitor side*).

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{ConversationStatus, LiveChatMessage, MessageType, Rating, Visibility};
use switchboard_contract::time::Timestamp;
use switchboard_contract::visitor::VisitorConversation;

/// A message as its visitor sees it; none for notes. `public_seq` counts public messages only. Marks are shown on the
/// visitor's own messages: what the visitor read is in the conversation's `readSeq`.
#[must_use]
pub fn message(message: &LiveChatMessage, public_seq: Option<u64>) -> Option<LiveChatMessage> {
    let seq = public_seq?;
    let own = |mark: Option<Timestamp>| mark.filter(|_| message.kind == MessageType::User);
    (message.visibility == Visibility::Public).then(|| LiveChatMessage {
        seq,
        author_id: None,
        mentions: Vec::new(),
        delivered_at: own(message.delivered_at),
        read_at: own(message.read_at),
        ..message.clone()
    })
}

/// A conversation as its visitor sees it.
#[must_use]
pub const fn conversation(
    id: ConversationId,
    status: ConversationStatus,
    started_at: Timestamp,
    last_public_seq: u64,
    visitor_read_seq: u64,
    rating: Option<Rating>,
) -> VisitorConversation {
    VisitorConversation {
        id,
        status,
        started_at,
        last_seq: last_public_seq,
        read_seq: visitor_read_seq,
        rating,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::ids::{MemberId, MessageId};

    fn stored(visibility: Visibility) -> LiveChatMessage {
        let at = Timestamp::from_millis(0);
        LiveChatMessage {
            id: MessageId::from_parts(at, [1; 10]),
            conversation_id: ConversationId::from_parts(at, [2; 10]),
            seq: 9,
            kind: MessageType::Bot,
            content: "hello".to_owned(),
            author_id: Some(MemberId::from_parts(at, [3; 10])),
            author_name: Some("Mira".to_owned()),
            visibility,
            attachments: Vec::new(),
            mentions: vec![MemberId::from_parts(at, [4; 10])],
            created_at: at,
            delivered_at: None,
            read_at: None,
        }
    }

    #[test]
    fn public_messages_lose_their_authors_id_and_the_gaps() {
        let seen = message(&stored(Visibility::Public), Some(4)).expect("public");
        assert_eq!((seen.seq, seen.author_id), (4, None));
        assert_eq!(seen.mentions, []);
        assert_eq!(seen.author_name.as_deref(), Some("Mira"));
    }

    #[test]
    fn marks_are_shown_on_ones_own_messages_only() {
        let at = Some(Timestamp::from_millis(7));
        let marked = |kind| LiveChatMessage {
            kind,
            delivered_at: at,
            read_at: at,
            ..stored(Visibility::Public)
        };
        let marks = |kind| {
            let seen = message(&marked(kind), Some(4)).expect("public");
            (seen.delivered_at, seen.read_at)
        };
        assert_eq!(marks(MessageType::User), (at, at));
        assert_eq!(marks(MessageType::Bot), (None, None));
        assert_eq!(marks(MessageType::System), (None, None));
    }

    #[test]
    fn notes_are_never_seen() {
        assert_eq!(message(&stored(Visibility::Internal), None), None);
        assert_eq!(message(&stored(Visibility::Internal), Some(4)), None);
    }
}
