//! What a visitor gets to see: nothing of notes, labels, assignment, authors' ids or the gaps that notes leave
//! (`protocol.md` *Visitor side*).

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{ConversationStatus, LiveChatMessage, Visibility};
use switchboard_contract::time::Timestamp;
use switchboard_contract::visitor::VisitorConversation;

/// A message as its visitor sees it; none for notes. `public_seq` counts public messages only.
#[must_use]
pub fn message(message: &LiveChatMessage, public_seq: Option<u64>) -> Option<LiveChatMessage> {
    let seq = public_seq?;
    (message.visibility == Visibility::Public).then(|| LiveChatMessage {
        seq,
        author_id: None,
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
) -> VisitorConversation {
    VisitorConversation {
        id,
        status,
        started_at,
        last_seq: last_public_seq,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::ids::{MemberId, MessageId};
    use switchboard_contract::live_chat::MessageType;

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
            created_at: at,
            delivered_at: None,
            read_at: None,
        }
    }

    #[test]
    fn public_messages_lose_their_authors_id_and_the_gaps() {
        let seen = message(&stored(Visibility::Public), Some(4)).expect("public");
        assert_eq!((seen.seq, seen.author_id), (4, None));
        assert_eq!(seen.author_name.as_deref(), Some("Mira"));
    }

    #[test]
    fn notes_are_never_seen() {
        assert_eq!(message(&stored(Visibility::Internal), None), None);
        assert_eq!(message(&stored(Visibility::Internal), Some(4)), None);
    }
}
