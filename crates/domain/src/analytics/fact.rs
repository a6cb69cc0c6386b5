//! What reports keep of a conversation: no text, nothing of the visitor. It outlives the conversation, from then on without
//! its id.

use switchboard_contract::ids::{ConversationId, FunnelId, LabelId, MemberId, WebsiteId};
use switchboard_contract::live_chat::{ConversationStatus, MessageType, Rating, Visibility};
use switchboard_contract::time::Timestamp;

use super::business::Calendar;
use crate::stored::StoredConversation;

/// Messages are counted by quarters of an hour, in milliseconds: a day begins on one in every time zone.
pub const QUARTER_MS: i64 = 15 * 60 * 1_000;

/// A message as far as reports count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who wrote it.
    pub kind: MessageType,
    /// Who saw it.
    pub visibility: Visibility,
    /// The operator who wrote it; none for automation.
    pub author_id: Option<MemberId>,
    /// When.
    pub at: Timestamp,
}

/// An operator's reply to a visitor who waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The operator.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// Since when the visitor had waited: the first of their messages after the reply before.
    pub since: Timestamp,
    /// How much of the wait lay within business hours, in milliseconds; none where that was not reckoned.
    pub business_ms: Option<i64>,
}

impl Reply {
    /// How long the visitor waited, in milliseconds.
    #[must_use]
    pub fn wait_ms(&self) -> i64 {
        self.at.as_millis() - self.since.as_millis()
    }
}

/// What reports need of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Which one; none once it is deleted.
    pub conversation_id: Option<ConversationId>,
    /// Where it was.
    pub website_id: WebsiteId,
    /// How the visitor came to it.
    pub funnel_id: FunnelId,
    /// What it is labelled with.
    pub labels: Vec<LabelId>,
    /// Who is in charge.
    pub assignee_id: Option<MemberId>,
    /// Whether it is going on, or was when it was deleted.
    pub is_open: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// The visitor's first message: whose cohort it belongs to.
    pub first_message_at: Option<Timestamp>,
    /// When it was first closed after that: closing again does not change it.
    pub first_closed_at: Option<Timestamp>,
    /// How much of the time until then lay within business hours, in milliseconds; none where that was not reckoned.
    pub resolution_business_ms: Option<i64>,
    /// How often it was opened again.
    pub reopened: u64,
    /// What the visitor thought of it.
    pub rating: Option<Rating>,
    /// Whether the visitor was shown the request for a rating.
    pub is_rating_requested: bool,
    /// Since when the visitor waits for a person's reply, by the rule of [`Reply::since`]; closing does not end it.
    pub waiting_since: Option<Timestamp>,
    /// How operators replied; the first one is the first response.
    pub replies: Vec<Reply>,
    /// How many public messages were sent, by the quarter of an hour in which they were, in order.
    pub messages: Vec<(Timestamp, u64)>,
}

impl Fact {
    /// What there is to say of a conversation with these messages, in order.
    #[must_use]
    pub fn of(
        stored: &StoredConversation,
        lines: impl IntoIterator<Item = Line>,
        calendar: &Calendar,
    ) -> Self {
        let wire = &stored.wire;
        let mut fact = Self {
            conversation_id: Some(wire.id),
            website_id: wire.website_id,
            funnel_id: wire.funnel_id,
            labels: Vec::new(),
            assignee_id: None,
            is_open: true,
            started_at: wire.started_at,
            first_message_at: None,
            first_closed_at: None,
            resolution_business_ms: None,
            reopened: 0,
            rating: None,
            is_rating_requested: false,
            waiting_since: None,
            replies: Vec::new(),
            messages: Vec::new(),
        };
        for line in lines {
            fact.add(line, calendar);
        }
        fact.follow(stored, calendar);
        fact
    }

    /// Takes in a message.
    pub fn add(&mut self, line: Line, calendar: &Calendar) {
        if line.visibility != Visibility::Public {
            return;
        }
        match (line.kind, line.author_id) {
            (MessageType::User, _) => {
                self.first_message_at.get_or_insert(line.at);
                self.waiting_since.get_or_insert(line.at);
            }
            (MessageType::Bot, Some(by)) => {
                if let Some(since) = self.waiting_since.take() {
                    self.replies.push(Reply {
                        by,
                        at: line.at,
                        since,
                        business_ms: Some(calendar.open_ms(since, line.at)),
                    });
                }
            }
            // Automation does not stop the clock.
            (MessageType::Bot, None) => {}
            (MessageType::System | MessageType::Unknown, _) => return,
        }
        let millis = line.at.as_millis();
        let quarter = Timestamp::from_millis(millis - millis.rem_euclid(QUARTER_MS));
        match self.messages.binary_search_by_key(&quarter, |(at, _)| *at) {
            Ok(place) => self.messages[place].1 += 1,
            Err(place) => self.messages.insert(place, (quarter, 1)),
        }
    }

    /// Takes over what the conversation has become; after [`Fact::add`] of the messages that came with that.
    pub fn follow(&mut self, stored: &StoredConversation, calendar: &Calendar) {
        let wire = &stored.wire;
        self.funnel_id = wire.funnel_id;
        self.labels.clone_from(&wire.labels);
        self.assignee_id = wire.assignee_id;
        self.is_open = wire.status == ConversationStatus::Open;
        self.reopened = stored.reopened;
        self.rating = wire.rating;
        let has_read_all = stored.last_public_seq > 0 && stored.visitor_read_seq >= stored.last_public_seq;
        self.is_rating_requested |= wire.rating.is_some() || (!self.is_open && has_read_all);
        if let (Some(begun), None) = (self.first_message_at, self.first_closed_at) {
            let closings = [stored.first_closed_at, stored.closed_at];
            if let Some(closed) = closings.into_iter().flatten().find(|closed| *closed >= begun) {
                self.first_closed_at = Some(closed);
                self.resolution_business_ms = Some(calendar.open_ms(begun, closed));
            }
        }
    }

    /// Whose conversation it is: the one in charge, or else the one who answered first.
    #[must_use]
    pub fn in_charge(&self) -> Option<MemberId> {
        self.assignee_id
            .or_else(|| self.replies.first().map(|reply| reply.by))
    }

    /// Nothing of it counts at or after this instant.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        let last_quarter = self.messages.last().map(|(at, _)| at.plus_millis(QUARTER_MS));
        let begun = self.first_message_at.unwrap_or(self.started_at).plus_millis(1);
        last_quarter.map_or(begun, |last| last.max(begun))
    }
}
