//! `/live-chat/views`.

use switchboard_contract::ids::ViewId;
use switchboard_contract::live_chat::{ChangeView, CreateView, View, ViewList};

use super::{Api, ApiError, Call};

impl Api {
    /// `GET /live-chat/views`: the person's own and the shared ones, in their order.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn views(&self) -> Result<ViewList, ApiError> {
        self.call(Call::get("/live-chat/views")).await
    }

    /// `POST /live-chat/views`: saved under the id that the caller chose; the same again gives the first one.
    ///
    /// # Errors
    /// [`ApiError::Validation`], [`ApiError::Forbidden`] for shared ones of agents.
    pub async fn create_view(&self, view: &CreateView) -> Result<View, ApiError> {
        self.call(Call::post("/live-chat/views").json(view)?).await
    }

    /// `PATCH /live-chat/views/{id}`, only when the view still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the view as it is now, [`ApiError::Forbidden`] for shared ones of agents,
    /// [`ApiError::Validation`].
    pub async fn change_view(&self, id: ViewId, change: &ChangeView, version: u64) -> Result<View, ApiError> {
        let call = Call::patch(format!("/live-chat/views/{id}"))
            .if_match(version)
            .json(change)?;
        self.call(call).await
    }

    /// `DELETE /live-chat/views/{id}`.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for shared ones of agents, [`ApiError::NotFound`] when it is gone already.
    pub async fn delete_view(&self, id: ViewId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/live-chat/views/{id}")))
            .await
    }
}
