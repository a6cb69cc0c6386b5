//! What deleting a conversation takes, and what stays of it (`protocol.md` *Deletion*): its id for a while, so that what
//! still comes for it is told that it is gone; and its places in the logs, without what they said.

use serde_json::Value;
use switchboard_contract::auth::Role;
use switchboard_contract::ids::{ConversationId, WebsiteId};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::realtime::{EventType, LogEvent};
use switchboard_contract::time::Timestamp;

use crate::audience::{Audience, Rights};
use crate::ledger::NewEvent;
use crate::stored::StoredConversation;
use crate::team;

/// How long the id of a deleted conversation is remembered, in milliseconds: 90 days.
pub const REMEMBERED_MS: i64 = 90 * 24 * 60 * 60 * 1_000;

/// What is remembered of a deleted conversation beside its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// Where it was: who does not see this website is told of nothing.
    pub website_id: WebsiteId,
    /// When it was deleted.
    pub deleted_at: Timestamp,
}

impl Tombstone {
    /// Whether it still counts.
    #[must_use]
    pub fn stands(&self, now: Timestamp) -> bool {
        now < self.deleted_at.plus_millis(REMEMBERED_MS)
    }
}

/// What there is under the id of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A conversation of this website.
    Stored(WebsiteId),
    /// One that was deleted.
    Deleted(Tombstone),
    /// Nothing, or nothing of the caller's account.
    Nothing,
}

/// What happens to a conversation that somebody wants deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is deleted.
    Delete,
    /// It was deleted before: the answer is the same.
    Repeat,
    /// Nothing happens.
    Refuse(Refusal),
}

/// Why a conversation is not deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The caller's role does not allow it.
    Role,
    /// It does not exist for the caller.
    Missing,
}

impl Refusal {
    /// What the caller is told.
    #[must_use]
    pub fn problem(self) -> Problem {
        match self {
            Self::Role => Problem::new(
                ProblemCode::Forbidden,
                "Only owners and admins delete conversations; ask one of them.",
            ),
            Self::Missing => Problem::new(ProblemCode::NotFound, "There is no such conversation."),
        }
    }
}

/// Decides what happens to a conversation that a member of this role and these rights wants deleted.
#[must_use]
pub fn decide(role: Role, rights: &Rights, found: Found, now: Timestamp) -> Verdict {
    if !team::manages(role) {
        return Verdict::Refuse(Refusal::Role);
    }
    match found {
        Found::Stored(website) if rights.allow(website) => Verdict::Delete,
        Found::Deleted(tombstone) if tombstone.stands(now) && rights.allow(tombstone.website_id) => {
            Verdict::Repeat
        }
        _ => Verdict::Refuse(Refusal::Missing),
    }
}

/// What is answered to a message for a conversation that is not stored: gone where it was deleted, else there is none.
#[must_use]
pub fn refuse_message(tombstone: Option<&Tombstone>, rights: &Rights, now: Timestamp) -> Problem {
    let deleted =
        tombstone.is_some_and(|tombstone| tombstone.stands(now) && rights.allow(tombstone.website_id));
    if deleted {
        Problem::new(
            ProblemCode::Gone,
            "The conversation was deleted; nothing can be added to it.",
        )
    } else {
        Refusal::Missing.problem()
    }
}

/// What stays of a conversation, and who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Erasure {
    /// Remembered under its id.
    pub tombstone: Tombstone,
    /// For the account's log, after everything there was redacted.
    pub event: NewEvent,
    /// For the visitor's log, likewise.
    pub visitor_event: NewEvent,
}

/// What deleting `stored` now comes to. Kept results of actions say [`crate::change::missing`] of it from now on, and what
/// reports keep of it ([`crate::analytics::fact`]) no longer says which one it was.
#[must_use]
pub fn erase(stored: &StoredConversation, now: Timestamp) -> Erasure {
    let wire = &stored.wire;
    let event = NewEvent {
        kind: EventType::ConversationDeleted,
        conversation_id: Some(wire.id),
        audience: Audience::Website(wire.website_id),
        seq: None,
        body: Value::Null,
    };
    Erasure {
        tombstone: Tombstone {
            website_id: wire.website_id,
            deleted_at: now,
        },
        visitor_event: NewEvent {
            audience: Audience::Everyone,
            ..event.clone()
        },
        event,
    }
}

/// Takes out what an event said, where it belongs to a deleted conversation. Its place, id and type stay.
pub fn redact(event: &mut LogEvent, deleted: ConversationId) {
    if event.conversation_id == Some(deleted) {
        event.body = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use switchboard_contract::ids::EventId;
    use switchboard_contract::position::Offset;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn website(n: u8) -> WebsiteId {
        WebsiteId::from_parts(at(0), [n; 10])
    }

    fn tombstone() -> Tombstone {
        Tombstone {
            website_id: website(1),
            deleted_at: at(1_000),
        }
    }

    #[test]
    fn only_those_who_manage_the_team_delete() {
        for found in [
            Found::Stored(website(1)),
            Found::Deleted(tombstone()),
            Found::Nothing,
        ] {
            for role in [Role::Agent, Role::Unknown] {
                assert_eq!(
                    decide(role, &Rights::All, found, at(1_001)),
                    Verdict::Refuse(Refusal::Role)
                );
            }
        }
        for role in [Role::Admin, Role::Owner] {
            let decide = |found| decide(role, &Rights::All, found, at(1_001));
            assert_eq!(decide(Found::Stored(website(1))), Verdict::Delete);
            assert_eq!(decide(Found::Deleted(tombstone())), Verdict::Repeat);
            assert_eq!(decide(Found::Nothing), Verdict::Refuse(Refusal::Missing));
        }
    }

    #[test]
    fn what_was_deleted_is_remembered_for_ninety_days() {
        let last = at(1_000 + REMEMBERED_MS - 1);
        let over = last.plus_millis(1);
        let found = Found::Deleted(tombstone());
        assert_eq!(decide(Role::Admin, &Rights::All, found, last), Verdict::Repeat);
        assert_eq!(
            decide(Role::Admin, &Rights::All, found, over),
            Verdict::Refuse(Refusal::Missing)
        );
        let code = |now| refuse_message(Some(&tombstone()), &Rights::All, now).code;
        assert_eq!(
            (code(last), code(over)),
            (ProblemCode::Gone, ProblemCode::NotFound)
        );
    }

    #[test]
    fn who_does_not_see_the_website_learns_nothing() {
        let others = Rights::Websites(BTreeSet::from([website(2)]));
        for found in [Found::Stored(website(1)), Found::Deleted(tombstone())] {
            assert_eq!(
                decide(Role::Admin, &others, found, at(1_001)),
                Verdict::Refuse(Refusal::Missing)
            );
        }
        let told = refuse_message(Some(&tombstone()), &others, at(1_001));
        let never = refuse_message(None, &Rights::All, at(1_001));
        assert_eq!((told.code, &told.detail), (ProblemCode::NotFound, &never.detail));
    }

    #[test]
    fn events_of_others_keep_what_they_say() {
        let id = |n| ConversationId::from_parts(at(0), [n; 10]);
        let event = |conversation_id| LogEvent {
            offset: Offset(1),
            prev: Offset(0),
            kind: EventType::MessageCreated,
            conversation_id,
            seq: Some(1),
            id: EventId::from_parts(at(0), [0; 10]),
            at: at(0),
            body: Some(Value::Bool(true)),
        };
        for (conversation, body) in [
            (Some(id(1)), None),
            (Some(id(2)), Some(Value::Bool(true))),
            (None, Some(Value::Bool(true))),
        ] {
            let mut event = event(conversation);
            redact(&mut event, id(1));
            assert_eq!(event.body, body);
            assert_eq!((event.kind, event.seq), (EventType::MessageCreated, Some(1)));
        }
    }
}
