//! `/live-chat/conversations`.

use switchboard_contract::ids::{ActionId, ConversationId, WebsiteId};
use switchboard_contract::live_chat::{
    ChangeConversations, ChangeResults, ConversationPage, LiveChatConversation, MailTranscript, MarkRead,
    ReadResult, StartConversation, TranscriptFormat,
};
use switchboard_contract::page::CursorPage;
use switchboard_engine::inbox::Filter;

use super::{Api, ApiError, Call};

/// Which conversations a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum StatusFilter {
    /// Going on.
    #[default]
    Open,
    /// Ended, not archived.
    Closed,
    /// Archived.
    Archived,
    /// Every one.
    All,
}

impl StatusFilter {
    /// As it stands in the query.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Archived => "archived",
            Self::All => "all",
        }
    }
}

/// What to list, newest activity first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationQuery {
    /// By status.
    pub status: StatusFilter,
    /// Only of this website.
    pub website: Option<WebsiteId>,
    /// At most this many; the server's default otherwise.
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

impl Api {
    /// `GET /live-chat/conversations`: one page of the list.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn conversations(
        &self,
        query: &ConversationQuery,
    ) -> Result<CursorPage<LiveChatConversation>, ApiError> {
        let call = Call::get("/live-chat/conversations")
            .query("status", query.status.as_str())
            .query_opt("websiteId", query.website)
            .query_opt("limit", query.limit)
            .query_opt("cursor", query.cursor.as_deref());
        self.call(call).await
    }

    /// `GET /live-chat/conversations`: at most `limit` of a list, in its order, of a search with what was found; `cursor` is `nextCursor` of the page before.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn conversation_list(
        &self,
        filter: &Filter,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<ConversationPage, ApiError> {
        let call = Call::get("/live-chat/conversations");
        let parameters = filter.parameters().into_iter();
        let call = parameters.fold(call, |call, (name, value)| call.query(name, value));
        self.call(call.query("limit", limit).query_opt("cursor", cursor))
            .await
    }

    /// `GET /live-chat/conversations/{id}`.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] also for conversations of websites that the person does not see.
    pub async fn conversation(&self, id: ConversationId) -> Result<LiveChatConversation, ApiError> {
        self.call(Call::get(format!("/live-chat/conversations/{id}")))
            .await
    }

    /// `POST /live-chat/conversations`: writes to a visitor first; the same again gives the first result.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the conversation that is open with the visitor, [`ApiError::NotFound`] for visitors whom the
    /// person does not see, [`ApiError::Forbidden`] for blocked ones.
    pub async fn start_conversation(
        &self,
        start: &StartConversation,
    ) -> Result<LiveChatConversation, ApiError> {
        self.call(Call::post("/live-chat/conversations").json(start)?)
            .await
    }

    /// `GET /live-chat/conversations/{id}/transcript`: what was said, as the text of a file.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn transcript(
        &self,
        id: ConversationId,
        format: TranscriptFormat,
        notes: bool,
    ) -> Result<String, ApiError> {
        let call = Call::get(format!("/live-chat/conversations/{id}/transcript"))
            .query("format", format.as_str())
            .query("notes", notes);
        self.text(&call).await
    }

    /// `POST /live-chat/conversations/{id}/transcript/mail`: what the visitor saw, by mail.
    ///
    /// # Errors
    /// [`ApiError::Validation`], [`ApiError::RateLimited`] after many of them.
    pub async fn mail_transcript(&self, id: ConversationId, mail: &MailTranscript) -> Result<(), ApiError> {
        let call = Call::post(format!("/live-chat/conversations/{id}/transcript/mail")).json(mail)?;
        self.call_empty(call).await
    }

    /// `PATCH /live-chat/conversations`: changes one or many; the same action again gives its first result.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with `id_reused` when the action's id was used for another change. What became of each
    /// conversation stands in the results.
    pub async fn change_conversations(
        &self,
        change: &ChangeConversations,
    ) -> Result<ChangeResults, ApiError> {
        self.call(Call::patch("/live-chat/conversations").json(change)?)
            .await
    }

    /// `DELETE /live-chat/conversations/{id}`: for good; again and again the same.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents, [`ApiError::NotFound`] when there never was one, or long ago.
    pub async fn delete_conversation(&self, id: ConversationId, action: ActionId) -> Result<(), ApiError> {
        let call = Call::delete(format!("/live-chat/conversations/{id}")).query("actionId", action);
        self.call_empty(call).await
    }

    /// `POST /live-chat/conversations/{id}/read`: everything up to `seq` has been read.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn mark_read(&self, id: ConversationId, seq: u64) -> Result<ReadResult, ApiError> {
        let call = Call::post(format!("/live-chat/conversations/{id}/read")).json(&MarkRead { seq })?;
        self.call(call).await
    }
}
