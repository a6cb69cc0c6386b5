//! `/live-chat/attachments`: files of messages, up and down.

use switchboard_contract::ids::{AttachmentId, ConversationId};
use switchboard_contract::live_chat::Attachment;
use web_sys::Blob;
use yew::Callback;

use super::transport::read;
use super::{Api, ApiError, Call};

impl Api {
    /// `POST /live-chat/attachments`: one try; the outbox decides about more. `on_progress` hears the share that has left, from 0
    /// to 1.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn upload_attachment(
        &self,
        conversation: ConversationId,
        id: AttachmentId,
        name: &str,
        file: &Blob,
        on_progress: Callback<f64>,
    ) -> Result<Attachment, ApiError> {
        let call = Call::post("/live-chat/attachments")
            .query("id", id)
            .query("conversationId", conversation)
            .query("name", name);
        let transport = self.transport();
        let attempt = async |token: &str| transport.upload(&call, token, file, &on_progress).await;
        let answer = self.with_token(attempt).await?;
        read(call.path(), &answer)
    }

    /// `GET /live-chat/attachments/{id}`: a file's content. One try: the person is told, and tries again.
    ///
    /// # Errors
    /// See [`ApiError`]; [`ApiError::Undecodable`] for something of another size, as a network's own page.
    pub async fn attachment(&self, file: &Attachment) -> Result<Blob, ApiError> {
        let call = Call::get(format!("/live-chat/attachments/{}", file.id));
        let transport = self.transport();
        let blob = self
            .with_token(async |token: &str| transport.blob(&call, token).await)
            .await?;
        if blob.size() as u64 == file.size {
            Ok(blob)
        } else {
            Err(ApiError::Undecodable(call.path().into()))
        }
    }
}
