//! The API client: one transport, one file a resource, wire types from `contract` only.
//!
//! Pages and components get an [`Api`] from [`crate::auth::use_api`] and never speak HTTP themselves. A 401 is met by one
//! renewal of the token and one repetition; callers see [`ApiError::SignedOut`] only when the session is over.

mod analytics;
mod attachments;
mod audit;
pub mod auth;
mod canned_replies;
mod common_passwords;
mod conversations;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod coverage;
mod emoji;
mod error;
mod events;
mod labels;
mod messages;
mod realtime;
pub mod team;
mod tokens;
mod transfer;
mod transport;
mod views;
mod visitors;
mod webhooks;
mod websites;

use serde::de::DeserializeOwned;
use switchboard_contract::auth::Me;
use switchboard_contract::problem::ProblemCode;
use yew::Callback;

use crate::auth::{AuthState, Session};

pub use analytics::Behind;
pub use audit::{AuditQuery, kind_word};
pub use common_passwords::{common_passwords, use_common_passwords};
pub use conversations::{ConversationQuery, StatusFilter};
pub use emoji::{Category, Emoji, EmojiList, use_emoji};
pub use error::ApiError;
pub use messages::Around;
use transport::{Answer, read};
pub use transport::{Call, Retrying, Transport};
pub use visitors::VisitorQuery;
pub use websites::WebsiteQuery;

/// The API on behalf of the person who is signed in. Clones share one session.
#[derive(Clone, PartialEq)]
pub struct Api {
    session: Session,
    on_retry: Option<Callback<Retrying>>,
}

/// A call that is answered 401 is made again with another token so often. Once is not enough: the next one may come from
/// a tab that has slept, and have ended as well.
const MAX_REPLAYS: u32 = 3;

impl Api {
    /// Calls with this session's token.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self {
            session,
            on_retry: None,
        }
    }

    /// The same API, telling `on_retry` of every failure after which a call is tried again by itself.
    #[must_use]
    pub fn telling(&self, on_retry: Callback<Retrying>) -> Self {
        Self {
            on_retry: Some(on_retry),
            ..self.clone()
        }
    }

    /// The way to the API for calls without a token.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.session.transport().telling(self.on_retry.clone())
    }

    /// The API's base URL, from which the WebSocket's address may be derived.
    #[must_use]
    pub fn base(&self) -> std::rc::Rc<str> {
        self.session.transport().base().clone()
    }

    async fn call<T: DeserializeOwned>(&self, call: Call) -> Result<T, ApiError> {
        let text = self.text(&call).await?;
        read(call.path(), &text)
    }

    async fn call_empty(&self, call: Call) -> Result<(), ApiError> {
        self.text(&call).await.map(drop)
    }

    /// The answer as it came. Boxed, so that it is compiled once and not for every kind of answer.
    fn text<'a>(&'a self, call: &'a Call) -> Answer<'a> {
        Box::pin(async move {
            let mut token = self.session.token().await?;
            let transport = self.transport();
            for _ in 0..MAX_REPLAYS {
                match transport.text(call, Some(&token.text)).await {
                    Err(ApiError::SignedOut) => token = self.session.renewed(token.generation).await?,
                    outcome => return self.noted(outcome),
                }
            }
            self.noted(transport.text(call, Some(&token.text)).await)
        })
    }

    /// Makes a call with a token, and again with another one where that is over.
    async fn with_token<T>(&self, attempt: impl AsyncFn(&str) -> Result<T, ApiError>) -> Result<T, ApiError> {
        let mut token = self.session.token().await?;
        for _ in 0..MAX_REPLAYS {
            match attempt(&token.text).await {
                Err(ApiError::SignedOut) => token = self.session.renewed(token.generation).await?,
                outcome => return outcome,
            }
        }
        attempt(&token.text).await
    }

    /// The account may begin to require a second factor while someone works: every page then leads to setting one up.
    fn noted(&self, outcome: Result<String, ApiError>) -> Result<String, ApiError> {
        let is_due = outcome
            .as_ref()
            .is_err_and(|error| error.code() == Some(ProblemCode::TotpEnrolmentDue));
        if let (true, AuthState::SignedIn(me)) = (is_due, self.session.state()) {
            self.session.update_me(Me {
                totp_enrolment_due: true,
                ..(*me).clone()
            });
        }
        outcome
    }
}
