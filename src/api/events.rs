//! `/events`: the event log over REST.

use switchboard_contract::position::Position;
use switchboard_contract::realtime::EventPage;

use super::{Api, ApiError, Call};

impl Api {
    /// `GET /events`: what happened after a position. The server may wait up to `wait_ms` for something to tell;
    /// `idle` says that nobody uses this device meanwhile.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] with `position_lost` when the log no longer reaches back to it.
    pub async fn events(&self, after: &Position, wait_ms: u64, idle: bool) -> Result<EventPage, ApiError> {
        let call = Call::get("/events")
            .query("after", after.offset)
            .query("epoch", &after.epoch.0)
            .query_opt("waitMs", (wait_ms > 0).then_some(wait_ms))
            .query_opt("idle", (wait_ms > 0 && idle).then_some(true))
            .patient(wait_ms)
            .once();
        self.call(call).await
    }
}
