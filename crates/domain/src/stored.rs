//! A conversation as it is stored: what travels, and what only the server knows of it.

use switchboard_contract::ids::{ConversationId, FunnelId, WebsiteId};
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatUser};
use switchboard_contract::time::Timestamp;
use switchboard_contract::visitor::VisitorConversation;

use crate::conversation::Conversation;
use crate::projection;

/// A conversation as operators see it, and what the wire does not tell.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredConversation {
    /// As it travels, without messages.
    pub wire: LiveChatConversation,
    /// The last message's `seq`.
    pub last_seq: u64,
    /// The last public message's `seq`.
    pub last_public_seq: u64,
    /// The website's window in milliseconds.
    pub auto_close_ms: Option<i64>,
    /// It waits for the first who can take it.
    pub awaits_assignee: bool,
    /// How often the visitor has changed the rating.
    pub rating_changes: u64,
    /// Where the window until archiving begins.
    pub closed_at: Option<Timestamp>,
    /// When it was first closed.
    pub first_closed_at: Option<Timestamp>,
    /// How often it was opened again.
    pub reopened: u64,
    /// Where the window until deletion begins.
    pub archived_at: Option<Timestamp>,
    /// The team has read everything up to this `seq`.
    pub team_read_seq: u64,
    /// The visitor has read everything up to this public `seq`.
    pub visitor_read_seq: u64,
}

impl StoredConversation {
    /// A conversation that begins `now`, before its first message and before it is stored.
    #[must_use]
    pub fn begin(
        now: Timestamp,
        id: ConversationId,
        user: LiveChatUser,
        website_id: WebsiteId,
        funnel_id: FunnelId,
        funnel_name: String,
        auto_close_ms: Option<i64>,
    ) -> Self {
        let state = Conversation {
            // What nobody ever writes in does not stay open for ever.
            auto_close_at: auto_close_ms.map(|window| now.plus_millis(window)),
            ..Conversation::begin(now)
        };
        Self {
            wire: LiveChatConversation {
                id,
                user_id: user.id,
                user,
                funnel_id,
                funnel_name,
                website_id,
                status: state.status,
                started_at: now,
                last_message_at: state.last_message_at,
                last_message: state.last_message,
                message_count: state.message_count,
                messages: Vec::new(),
                auto_close_at: state.auto_close_at,
                is_archived: false,
                assignee_id: None,
                labels: Vec::new(),
                priority: state.priority,
                snoozed_until: state.snoozed_until,
                unread_count: state.unread_count,
                unread_from: state.unread_from,
                waiting_since: state.waiting_since,
                rating: None,
                rating_comment: None,
                created_at: now,
                updated_at: now,
                version: state.version,
            },
            last_seq: state.last_seq,
            last_public_seq: state.last_public_seq,
            auto_close_ms,
            awaits_assignee: state.awaits_assignee,
            rating_changes: state.rating_changes,
            closed_at: state.closed_at,
            first_closed_at: state.first_closed_at,
            reopened: state.reopened,
            archived_at: state.archived_at,
            team_read_seq: state.team_read_seq,
            visitor_read_seq: state.visitor_read_seq,
        }
    }

    /// As its visitor sees it.
    #[must_use]
    pub fn as_visitor_sees_it(&self) -> VisitorConversation {
        let wire = &self.wire;
        projection::conversation(
            wire.id,
            wire.status,
            wire.started_at,
            self.last_public_seq,
            self.visitor_read_seq,
            wire.rating,
        )
    }

    /// The part that changes.
    #[must_use]
    pub fn state(&self) -> Conversation {
        Conversation {
            status: self.wire.status,
            is_archived: self.wire.is_archived,
            closed_at: self.closed_at,
            first_closed_at: self.first_closed_at,
            reopened: self.reopened,
            archived_at: self.archived_at,
            assignee_id: self.wire.assignee_id,
            awaits_assignee: self.awaits_assignee,
            rating: self.wire.rating,
            rating_comment: self.wire.rating_comment.clone(),
            rating_changes: self.rating_changes,
            labels: self.wire.labels.iter().copied().collect(),
            priority: self.wire.priority,
            snoozed_until: self.wire.snoozed_until,
            team_read_seq: self.team_read_seq,
            visitor_read_seq: self.visitor_read_seq,
            last_message_at: self.wire.last_message_at,
            last_message: self.wire.last_message.clone(),
            message_count: self.wire.message_count,
            last_seq: self.last_seq,
            last_public_seq: self.last_public_seq,
            auto_close_at: self.wire.auto_close_at,
            unread_count: self.wire.unread_count,
            unread_from: self.wire.unread_from,
            waiting_since: self.wire.waiting_since,
            updated_at: self.wire.updated_at,
            version: self.wire.version,
        }
    }

    /// Takes over what changed.
    pub fn follow(&mut self, state: &Conversation) {
        let wire = &mut self.wire;
        wire.status = state.status;
        wire.is_archived = state.is_archived;
        wire.assignee_id = state.assignee_id;
        wire.rating = state.rating;
        wire.rating_comment.clone_from(&state.rating_comment);
        wire.labels = state.labels.iter().copied().collect();
        wire.priority = state.priority;
        wire.snoozed_until = state.snoozed_until;
        wire.last_message_at = state.last_message_at;
        wire.last_message.clone_from(&state.last_message);
        wire.message_count = state.message_count;
        wire.auto_close_at = state.auto_close_at;
        (wire.unread_count, wire.unread_from) = (state.unread_count, state.unread_from);
        wire.waiting_since = state.waiting_since;
        wire.updated_at = state.updated_at;
        wire.version = state.version;
        self.last_seq = state.last_seq;
        self.last_public_seq = state.last_public_seq;
        self.awaits_assignee = state.awaits_assignee;
        self.rating_changes = state.rating_changes;
        self.closed_at = state.closed_at;
        self.first_closed_at = state.first_closed_at;
        self.reopened = state.reopened;
        self.archived_at = state.archived_at;
        self.team_read_seq = state.team_read_seq;
        self.visitor_read_seq = state.visitor_read_seq;
    }
}
