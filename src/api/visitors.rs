//! `/visitors`: people on the sites.

use switchboard_contract::live_chat::LiveChatUser;
use switchboard_contract::page::CursorPage;

use super::{Api, ApiError, Call};

impl Api {
    /// `GET /visitors?online=true`: those who are on a website now.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn visitors_online(&self, cursor: Option<&str>) -> Result<CursorPage<LiveChatUser>, ApiError> {
        let call = Call::get("/visitors")
            .query("online", true)
            .query_opt("cursor", cursor);
        self.call(call).await
    }
}
