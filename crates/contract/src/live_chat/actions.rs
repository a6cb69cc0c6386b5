//! What operators do to conversations besides writing: changing and reading them.

use serde::{Deserialize, Serialize};

use super::{ConversationStatus, LiveChatConversation, Priority};
use crate::decode::nullable;
use crate::ids::{ActionId, ConversationId, LabelId, MemberId};
use crate::position::Position;
use crate::problem::Problem;
use crate::time::Timestamp;

/// Most conversations that one [`ChangeConversations`] names.
pub const MAX_CHANGED: usize = 200;
/// Most labels that one [`ChangeConversations`] adds, or takes off.
pub const MAX_CHANGED_LABELS: usize = 50;
/// Most characters (Unicode scalar values) in [`ConversationChange::close_reason`].
pub const MAX_CLOSE_REASON_CHARS: usize = 500;

/// `PATCH /api/live-chat/conversations`: changes one conversation or many. Sent again with the same `actionId` and
/// content, it answers its first result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeConversations {
    /// Chosen by the sender.
    pub action_id: ActionId,
    /// Which ones; 1 to [`MAX_CHANGED`], each once.
    pub items: Vec<ConversationRef>,
    /// What becomes of them.
    pub set: ConversationChange,
}

impl ChangeConversations {
    /// The actions of this request, in the order of their first items, each with its items.
    #[must_use]
    pub fn actions(&self) -> Vec<(ActionId, Vec<ConversationRef>)> {
        let mut actions: Vec<(ActionId, Vec<ConversationRef>)> = Vec::new();
        for item in &self.items {
            let action = item.action_id.unwrap_or(self.action_id);
            // The same, whichever request it comes in.
            let item = ConversationRef {
                action_id: None,
                ..*item
            };
            match actions.iter_mut().find(|(known, _)| *known == action) {
                Some((_, items)) => items.push(item),
                None => actions.push((action, vec![item])),
            }
        }
        actions
    }
}

/// A conversation to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationRef {
    /// The conversation.
    pub id: ConversationId,
    /// The version that the change is meant for; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The action that this change is, where several are sent together: then it has a result of its own, and may be repeated
    /// in other company. Absent: that of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_id: Option<ActionId>,
}

/// What becomes of conversations; what is absent stays. For `assigneeId` and `snoozedUntil` null is a value: nobody, not
/// snoozed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationChange {
    /// Opens or closes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ConversationStatus>,
    /// Why it is closed, for the team: 1 to [`MAX_CLOSE_REASON_CHARS`] characters, only with the status `closed`. The visitor
    /// never hears of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_reason: Option<String>,
    /// Archives it, closing an open one first, or takes it out of the archive, closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_archived: Option<bool>,
    /// The operator in charge; null for nobody.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<MemberId>))]
    pub assignee_id: Option<Option<MemberId>>,
    /// Labels to put on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_labels: Vec<LabelId>,
    /// Labels to take off it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_labels: Vec<LabelId>,
    /// Hides an open one until then; null ends that.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Timestamp>))]
    pub snoozed_until: Option<Option<Timestamp>>,
    /// How urgent it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
}

/// The answer of `PATCH /api/live-chat/conversations`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeResults {
    /// One for each item, in their order.
    pub results: Vec<ChangeResult>,
    /// A position in the log that every conversation among them reflects.
    pub position: Position,
}

/// What became of one conversation: either field, never both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeResult {
    /// The conversation that was asked for.
    pub id: ConversationId,
    /// As it is after the change, without messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<LiveChatConversation>,
    /// Why it was left as it is; for `conflict`, `current` holds the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// `POST /api/live-chat/conversations/{id}/read`: the team has read everything up to here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkRead {
    /// The newest `seq` that was read; one past the last message means all of them.
    pub seq: u64,
}

/// The answer of `POST /api/live-chat/conversations/{id}/read`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadResult {
    /// As it is now, without messages.
    pub conversation: LiveChatConversation,
    /// The position in the log that it reflects.
    pub position: Position,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_of_their_own_action_or_of_the_requests() {
        let id = |n: i64| ConversationId::from_parts(Timestamp::from_millis(n), [1; 10]);
        let action = |n: i64| ActionId::from_parts(Timestamp::from_millis(n), [2; 10]);
        let item = |n: i64, action_id| ConversationRef {
            id: id(n),
            version: None,
            action_id,
        };
        let request = ChangeConversations {
            action_id: action(1),
            items: vec![item(1, None), item(2, Some(action(2))), item(3, None)],
            set: ConversationChange::default(),
        };
        assert_eq!(
            request.actions(),
            [
                (action(1), vec![item(1, None), item(3, None)]),
                (action(2), vec![item(2, None)])
            ]
        );
    }

    #[test]
    fn null_and_absent_are_told_apart() {
        let read = |json: &str| serde_json::from_str::<ConversationChange>(json).expect("reads");
        assert_eq!(read("{}"), ConversationChange::default());
        let nobody = read(r#"{"assigneeId":null}"#);
        assert_eq!((nobody.assignee_id, nobody.snoozed_until), (Some(None), None));
        let awake = read(r#"{"snoozedUntil":null}"#);
        assert_eq!((awake.assignee_id, awake.snoozed_until), (None, Some(None)));
        for json in [
            "{}",
            r#"{"assigneeId":null}"#,
            r#"{"snoozedUntil":"2026-11-22T09:30:00.000Z"}"#,
            r#"{"status":"closed","isArchived":false,"priority":"high"}"#,
        ] {
            assert_eq!(serde_json::to_string(&read(json)).expect("writes"), json);
        }
    }
}
