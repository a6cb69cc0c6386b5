//! `/live-chat/messages` and the history of a conversation.

use switchboard_contract::ids::{ConversationId, MessageId};
use switchboard_contract::live_chat::{MessagePage, SendMessage, SendResult};
use switchboard_contract::time::Timestamp;

use super::{Api, ApiError, Call};

/// Which part of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Around {
    /// The newest messages.
    #[default]
    Newest,
    /// Those before this `seq`.
    Before(u64),
    /// Those after this `seq`.
    After(u64),
    /// Those on both sides of this `seq`, and it.
    Message(u64),
    /// Those on both sides of the first message at or after this time; the newest ones where there is none.
    Time(Timestamp),
}

impl Api {
    /// `GET /live-chat/conversations/{id}/messages`: ascending by `seq`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn messages(
        &self,
        conversation: ConversationId,
        around: Around,
        limit: u32,
    ) -> Result<MessagePage, ApiError> {
        let call =
            Call::get(format!("/live-chat/conversations/{conversation}/messages")).query("limit", limit);
        let call = match around {
            Around::Newest => call,
            Around::Before(seq) => call.query("before", seq),
            Around::After(seq) => call.query("after", seq),
            Around::Message(seq) => call.query("around", seq),
            Around::Time(at) => call.query("at", at),
        };
        self.call(call).await
    }

    /// `POST /live-chat/messages`: one try; the outbox decides about more.
    ///
    /// # Errors
    /// The code of [`ApiError::Conflict`] says why the state of things does not allow it.
    pub async fn send_message(&self, message: &SendMessage) -> Result<SendResult, ApiError> {
        self.call(Call::post("/live-chat/messages").json(message)?).await
    }

    /// `DELETE /live-chat/messages/{id}`: takes back a message that was attempted. From then on the server refuses it.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with `already_sent` when it is stored.
    pub async fn take_back_message(&self, id: MessageId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/live-chat/messages/{id}")))
            .await
    }
}
