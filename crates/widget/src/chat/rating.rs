//! How the conversation stands on the server, and what the visitor thinks of it once it is over.

use serde::Deserialize;
use serde_json::Value;
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{ConversationStatus, Rating};
use switchboard_contract::visitor::RateConversation;

use super::answers::{Failure, Purpose, read};
use super::{Chat, Effect};
use crate::json;

/// The part of a conversation that the frame needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Standing {
    pub(super) id: ConversationId,
    status: ConversationStatus,
    /// The newest `seq` that the server knows to be read.
    #[serde(default)]
    pub(super) read_seq: u64,
    #[serde(default)]
    rating: Option<Rating>,
}

/// What comes beside a page of messages.
#[derive(Default, Deserialize)]
pub(super) struct Beside {
    #[serde(default)]
    pub(super) conversation: Option<Standing>,
}

/// What is asked once a conversation is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// What the visitor has said.
    pub rating: Option<Rating>,
    /// Whether words came with it.
    pub commented: bool,
    /// Whether the answer is on its way.
    pub sending: bool,
    /// Why the last answer was not taken; empty where nobody could be reached.
    pub failed: Option<&'a str>,
}

/// What of the question only this frame knows.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Whether it was answered here: what was said on an earlier page is not asked about again.
    answered: bool,
    commented: bool,
    sending: bool,
    failed: Option<String>,
}

impl Chat {
    /// What to ask of a conversation that is over; nothing while it goes on.
    #[must_use]
    pub fn question(&self) -> Option<Question<'_>> {
        let standing = self.standing.as_ref()?;
        let is_over = self.conversation == Some(standing.id) && standing.status == ConversationStatus::Closed;
        let is_due = standing.rating.is_none() || self.asked.answered;
        (is_over && is_due).then_some(Question {
            rating: standing.rating,
            commented: self.asked.commented,
            sending: self.asked.sending,
            failed: self.asked.failed.as_deref(),
        })
    }

    /// The server says how the conversation stands.
    pub(super) fn stands(&mut self, standing: Option<Standing>) {
        let is_new = match (&self.standing, &standing) {
            (Some(before), Some(now)) => before.id != now.id || before.status != now.status,
            _ => true,
        };
        if is_new {
            self.asked = Asked::default();
        }
        self.standing = standing;
        self.dirty = true;
    }

    /// The same, in an event.
    pub(super) fn hears_standing(&mut self, body: Option<Value>) {
        if let Some(standing) = body.and_then(json::of::<Standing>) {
            self.stands(Some(standing));
        }
    }

    /// The visitor says what they think, or adds words to it.
    pub(super) fn rate(&mut self, rating: Option<Rating>, comment: &str, out: &mut Vec<Effect>) {
        let Some(question) = self.question() else { return };
        let Some(rating) = rating.or(question.rating).filter(|_| !question.sending) else {
            return;
        };
        let comment = comment.trim();
        let rate = RateConversation {
            rating,
            comment: (!comment.is_empty()).then(|| comment.to_owned()),
            conversation_id: self.conversation,
        };
        let body = serde_json::to_string(&rate).ok();
        self.asked.sending = true;
        self.asked.answered = true;
        self.asked.failed = None;
        self.dirty = true;
        let purpose = Purpose::Rate(rate.comment.is_some());
        self.request(purpose, "/api/visitor/rating".to_owned(), body, true, out);
    }

    pub(super) fn on_rated(&mut self, with_comment: bool, status: u16, body: &str, out: &mut Vec<Effect>) {
        self.asked.sending = false;
        self.dirty = true;
        match read::<Standing>(status, body) {
            Ok(standing) => {
                self.stands(Some(standing));
                self.asked.commented = with_comment;
            }
            Err(Failure::Passing(_)) => self.asked.failed = Some(String::new()),
            Err(Failure::Unauthorised) => self.ask_for_session(out),
            Err(Failure::Refused(problem)) => self.asked.failed = Some(problem.detail),
        }
    }
}
