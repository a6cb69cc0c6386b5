//! `/live-chat/canned-replies`.

use switchboard_contract::ids::CannedReplyId;
use switchboard_contract::live_chat::{CannedReply, CannedReplyList, ChangeCannedReply, CreateCannedReply};

use super::{Api, ApiError, Call};

impl Api {
    /// `GET /live-chat/canned-replies`: the team's and the person's own, by shortcut.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn canned_replies(&self) -> Result<CannedReplyList, ApiError> {
        self.call(Call::get("/live-chat/canned-replies")).await
    }

    /// `POST /live-chat/canned-replies`: made under the id that the caller chose; the same again gives the first one.
    ///
    /// # Errors
    /// [`ApiError::Validation`], also for a shortcut that another one has; [`ApiError::Forbidden`] where an agent makes one
    /// for the team.
    pub async fn create_canned_reply(&self, reply: &CreateCannedReply) -> Result<CannedReply, ApiError> {
        self.call(Call::post("/live-chat/canned-replies").json(reply)?)
            .await
    }

    /// `PATCH /live-chat/canned-replies/{id}`, only when it still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the reply as it is now, [`ApiError::Forbidden`], [`ApiError::Validation`].
    pub async fn change_canned_reply(
        &self,
        id: CannedReplyId,
        change: &ChangeCannedReply,
        version: u64,
    ) -> Result<CannedReply, ApiError> {
        let call = Call::patch(format!("/live-chat/canned-replies/{id}"))
            .if_match(version)
            .json(change)?;
        self.call(call).await
    }

    /// `DELETE /live-chat/canned-replies/{id}`.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`], [`ApiError::NotFound`] when it is gone already.
    pub async fn delete_canned_reply(&self, id: CannedReplyId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/live-chat/canned-replies/{id}")))
            .await
    }
}
