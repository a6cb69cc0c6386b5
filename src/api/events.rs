//! `/events`: the event log over REST.

use switchboard_contract::position::Position;
use switchboard_contract::realtime::EventPage;

use super::{Api, ApiError, Call};

impl Api {
    /// `GET /events`: what happened after a position.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] with `position_lost` when the log no longer reaches back to it.
    pub async fn events(&self, after: &Position) -> Result<EventPage, ApiError> {
        let call = Call::get("/events")
            .query("after", after.offset)
            .query("epoch", &after.epoch.0)
            .once();
        self.call(call).await
    }
}
