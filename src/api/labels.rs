//! `/live-chat/labels`.

use switchboard_contract::ids::LabelId;
use switchboard_contract::live_chat::{ChangeLabel, CreateLabel, Label, LabelContents, LabelList};

use super::{Api, ApiError, Call};

impl Api {
    /// `GET /live-chat/labels`: all of the account's, by name.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn labels(&self) -> Result<LabelList, ApiError> {
        self.call(Call::get("/live-chat/labels")).await
    }

    /// `POST /live-chat/labels`: made under the id that the caller chose; the same again gives the first one.
    ///
    /// # Errors
    /// [`ApiError::Validation`], also for a name that another label has.
    pub async fn create_label(&self, label: &CreateLabel) -> Result<Label, ApiError> {
        self.call(Call::post("/live-chat/labels").json(label)?).await
    }

    /// `PATCH /live-chat/labels/{id}`, only when the label still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the label as it is now, [`ApiError::Forbidden`] for agents, [`ApiError::Validation`].
    pub async fn change_label(
        &self,
        id: LabelId,
        change: &ChangeLabel,
        version: u64,
    ) -> Result<Label, ApiError> {
        let call = Call::patch(format!("/live-chat/labels/{id}"))
            .if_match(version)
            .json(change)?;
        self.call(call).await
    }

    /// `GET /live-chat/labels/{id}/contents`: what deleting it takes it off.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents, [`ApiError::NotFound`].
    pub async fn label_contents(&self, id: LabelId) -> Result<LabelContents, ApiError> {
        self.call(Call::get(format!("/live-chat/labels/{id}/contents")))
            .await
    }

    /// `DELETE /live-chat/labels/{id}`: takes it off every conversation as well.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents, [`ApiError::NotFound`] when it is gone already.
    pub async fn delete_label(&self, id: LabelId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/live-chat/labels/{id}")))
            .await
    }
}
