//! Identifiers: one newtype a kind, so that a message's id can never be passed where a conversation's is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(Uuid);

        impl $name {
            /// Builds a UUIDv7 from an instant and ten random bytes; pure, so that machines without a random
            /// source of their own can make ids.
            #[must_use]
            pub fn from_parts(at: Timestamp, random: [u8; 10]) -> Self {
                let millis = u64::try_from(at.as_millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// Wraps an existing UUID.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// One customer of the hosted API.
    AccountId
);
id!(
    /// A person signed in to the dashboard.
    MemberId
);
id!(
    /// One sign-in of a member on one device; the family of its refresh tokens.
    SessionId
);
id!(
    /// A site that embeds the widget.
    WebsiteId
);
id!(
    /// A named entry point of a website.
    FunnelId
);
id!(
    /// A person on a website; `userId` on the wire.
    VisitorId
);
id!(
    /// One chat session.
    ConversationId
);
id!(
    /// One message; chosen by its sender.
    MessageId
);
id!(
    /// One entry of an event log.
    EventId
);
id!(
    /// A change that may wait in an outbox; a repeat with the same id returns the first result.
    ActionId
);
id!(
    /// One request for a new access token, chosen by the browser that makes it.
    RenewalId
);
id!(
    /// A label that operators put on conversations.
    LabelId
);
id!(
    /// A text that operators use again.
    CannedReplyId
);
id!(
    /// A saved filter of the list of conversations.
    ViewId
);
id!(
    /// One entry of the audit log.
    AuditEntryId
);
id!(
    /// A token by which programs call the API.
    ApiTokenId
);
id!(
    /// Another server that is told what happens.
    WebhookId
);
id!(
    /// One event of a webhook, however often it is tried.
    WebhookDeliveryId
);
id!(
    /// A file sent with a message.
    AttachmentId
);
id!(
    /// What an operator wrote about a person on a website.
    VisitorNoteId
);
