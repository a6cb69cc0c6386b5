//! `/websites`.

use switchboard_contract::page::NumberedPage;
use switchboard_contract::website::Website;

use super::{Api, ApiError, Call};

impl Api {
    /// `GET /websites`: one numbered page, from 1.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn websites(&self, page: u32, page_size: u32) -> Result<NumberedPage<Website>, ApiError> {
        let call = Call::get("/websites")
            .query("page", page)
            .query("pageSize", page_size);
        self.call(call).await
    }
}
