//! The API client: one transport, one file a resource, wire types from `contract` only.
//!
//! Pages and components get an [`Api`] from [`crate::auth::use_api`] and never speak HTTP themselves. A 401 is met by one
//! renewal of the token and one repetition; callers see [`ApiError::SignedOut`] only when the session is over.

pub mod auth;
mod common_passwords;
mod conversations;
mod error;
mod events;
mod messages;
mod realtime;
mod resource;
pub mod team;
mod transport;
mod visitors;
mod websites;

use serde::de::DeserializeOwned;

use crate::auth::Session;

pub use common_passwords::{common_passwords, use_common_passwords};
pub use conversations::{ConversationQuery, StatusFilter};
pub use error::ApiError;
pub use messages::Around;
pub use resource::{Loaded, Resource, use_resource};
pub use transport::{Call, Transport};

/// The API on behalf of the person who is signed in. Clones share one session.
#[derive(Clone, PartialEq)]
pub struct Api {
    session: Session,
}

impl Api {
    /// Calls with this session's token.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self { session }
    }

    /// The API's base URL, from which the WebSocket's address may be derived.
    #[must_use]
    pub fn base(&self) -> std::rc::Rc<str> {
        self.session.transport().base().clone()
    }

    async fn call<T: DeserializeOwned>(&self, call: Call) -> Result<T, ApiError> {
        let token = self.session.token().await?;
        match self.session.transport().call(&call, Some(&token.text)).await {
            Err(ApiError::SignedOut) => {
                let token = self.session.renewed(token.generation).await?;
                self.session.transport().call(&call, Some(&token.text)).await
            }
            outcome => outcome,
        }
    }

    async fn call_empty(&self, call: Call) -> Result<(), ApiError> {
        let token = self.session.token().await?;
        match self
            .session
            .transport()
            .call_empty(&call, Some(&token.text))
            .await
        {
            Err(ApiError::SignedOut) => {
                let token = self.session.renewed(token.generation).await?;
                self.session
                    .transport()
                    .call_empty(&call, Some(&token.text))
                    .await
            }
            outcome => outcome,
        }
    }
}
