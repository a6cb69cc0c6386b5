//! `/visitors`: people on the sites.

use switchboard_contract::ids::{VisitorId, VisitorNoteId, WebsiteId};
use switchboard_contract::live_chat::{
    BlockVisitor, ChangeVisitor, ChangeVisitorNote, CreateVisitorNote, LiveChatUser, VisitorDetails,
    VisitorNote, VisitorPage,
};
use switchboard_contract::visitor::IdentitySecret;

use super::{Api, ApiError, Call};

/// Which people to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitorQuery {
    /// Only on this website.
    pub website: Option<WebsiteId>,
    /// Part of a name, an address or a page; empty for everyone.
    pub search: String,
}

impl Api {
    /// `GET /visitors?online=true`: those who are on a website now and fit, last seen first.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn visitors_online(&self, query: &VisitorQuery) -> Result<VisitorPage, ApiError> {
        let search = Some(query.search.clone()).filter(|search| !search.is_empty());
        let call = Call::get("/visitors")
            .query("online", true)
            .query_opt("websiteId", query.website)
            .query_opt("q", search);
        self.call(call).await
    }

    /// `GET /visitors/{id}`.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], also for somebody who was erased.
    pub async fn visitor(&self, id: VisitorId) -> Result<VisitorDetails, ApiError> {
        self.call(Call::get(format!("/visitors/{id}"))).await
    }

    /// `PATCH /visitors/{id}`, only when the person still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the person as they are now, [`ApiError::Validation`].
    pub async fn change_visitor(
        &self,
        id: VisitorId,
        change: &ChangeVisitor,
        version: u64,
    ) -> Result<LiveChatUser, ApiError> {
        let call = Call::patch(format!("/visitors/{id}"))
            .if_match(version)
            .json(change)?;
        self.call(call).await
    }

    /// `POST /visitors/{id}/block`: blocks somebody, or takes it back.
    ///
    /// # Errors
    /// [`ApiError::Validation`] for a reason that is too long.
    pub async fn block_visitor(&self, id: VisitorId, block: &BlockVisitor) -> Result<LiveChatUser, ApiError> {
        let call = Call::post(format!("/visitors/{id}/block")).json(block)?;
        self.call(call).await
    }

    /// `GET /visitors/{id}/export`: everything that is known of somebody, as the text of a file of JSON.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], also for somebody who was erased.
    pub async fn export_visitor(&self, id: VisitorId) -> Result<String, ApiError> {
        self.text(&Call::get(format!("/visitors/{id}/export"))).await
    }

    /// `DELETE /visitors/{id}`: erases somebody with everything that was said, for good.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents.
    pub async fn erase_visitor(&self, id: VisitorId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/visitors/{id}"))).await
    }

    /// `POST /visitors/{id}/notes`: written under the id that the caller chose; the same again gives the first one.
    ///
    /// # Errors
    /// [`ApiError::Validation`], also where there are too many notes.
    pub async fn create_visitor_note(
        &self,
        visitor: VisitorId,
        note: &CreateVisitorNote,
    ) -> Result<VisitorNote, ApiError> {
        let call = Call::post(format!("/visitors/{visitor}/notes")).json(note)?;
        self.call(call).await
    }

    /// `PATCH /visitors/{id}/notes/{id}`, only when the note still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the note as it is now, [`ApiError::Forbidden`] for a colleague's, [`ApiError::Validation`].
    pub async fn change_visitor_note(
        &self,
        visitor: VisitorId,
        id: VisitorNoteId,
        change: &ChangeVisitorNote,
        version: u64,
    ) -> Result<VisitorNote, ApiError> {
        let call = Call::patch(format!("/visitors/{visitor}/notes/{id}"))
            .if_match(version)
            .json(change)?;
        self.call(call).await
    }

    /// `DELETE /visitors/{id}/notes/{id}`.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for a colleague's, [`ApiError::NotFound`] when it is gone already.
    pub async fn delete_visitor_note(&self, visitor: VisitorId, id: VisitorNoteId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/visitors/{visitor}/notes/{id}")))
            .await
    }

    /// `GET /websites/{id}/identity`: the secret with which a website proves who its visitors are.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents.
    pub async fn identity_secret(&self, website: WebsiteId) -> Result<IdentitySecret, ApiError> {
        self.call(Call::get(format!("/websites/{website}/identity")))
            .await
    }

    /// `POST /websites/{id}/identity`: another secret; the one before proves nothing from then on.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents.
    pub async fn renew_identity_secret(&self, website: WebsiteId) -> Result<IdentitySecret, ApiError> {
        self.call(Call::post(format!("/websites/{website}/identity")))
            .await
    }
}
