//! `/realtime/ticket`.

use switchboard_contract::realtime::Ticket;

use super::{Api, ApiError, Call};

impl Api {
    /// `POST /realtime/ticket`: opens one WebSocket, once.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn realtime_ticket(&self) -> Result<Ticket, ApiError> {
        self.call(Call::post("/realtime/ticket")).await
    }
}
