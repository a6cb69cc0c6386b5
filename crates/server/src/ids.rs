//! New ids: UUIDv7 of the database's clock and the system's randomness.

use switchboard_contract::ids::{
    AccountId, ApiTokenId, AuditEntryId, ConversationId, EventId, FunnelId, MemberId, MessageId, SessionId,
    VisitorId, WebhookDeliveryId, WebsiteId,
};
use switchboard_contract::time::Timestamp;

use crate::problem::{ApiError, ApiResult};

/// Ids that the server makes.
pub trait MadeHere: Sized {
    /// An id of the instant and the random bytes.
    fn make(at: Timestamp, random: [u8; 10]) -> Self;
}

macro_rules! made_here {
    ($($id:ident),*) => {
        $(impl MadeHere for $id {
            fn make(at: Timestamp, random: [u8; 10]) -> Self {
                Self::from_parts(at, random)
            }
        })*
    };
}

made_here!(
    AccountId,
    ApiTokenId,
    AuditEntryId,
    ConversationId,
    EventId,
    FunnelId,
    MemberId,
    MessageId,
    SessionId,
    VisitorId,
    WebhookDeliveryId,
    WebsiteId
);

/// A new id.
///
/// # Errors
/// When the system has no randomness.
pub fn new<T: MadeHere>(at: Timestamp) -> ApiResult<T> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|error| ApiError::unavailable(error.to_string()))?;
    Ok(T::make(at, random))
}
