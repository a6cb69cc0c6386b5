//! API tokens (`/api/tokens`): programs call the API with one in place of a sign-in. A token acts for the member who made it, with that
//! member's rights of the moment, and only within its scopes.

use serde::{Deserialize, Serialize};

use crate::ids::{ApiTokenId, MemberId};
use crate::problem::FieldErrors;
use crate::time::Timestamp;
use crate::validate::{Checks, Violation};

/// What every token begins with, so that it is recognised where it should not stand.
pub const TOKEN_PREFIX: &str = "sb_";
/// Most characters in a token's name.
pub const MAX_TOKEN_NAME_CHARS: usize = 60;
/// Most tokens of an account that hold.
pub const MAX_TOKENS: usize = 100;

/// A part of the API. Which calls belong to it, the API's reference says with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ApiScope {
    /// Conversations, messages, files, labels and canned replies.
    #[serde(rename = "conversations:read")]
    ConversationsRead,
    /// Writing and changing them.
    #[serde(rename = "conversations:write")]
    ConversationsWrite,
    /// People on the websites.
    #[serde(rename = "visitors:read")]
    VisitorsRead,
    /// Changing, blocking and erasing them, and notes.
    #[serde(rename = "visitors:write")]
    VisitorsWrite,
    /// Websites, their funnels and widgets.
    #[serde(rename = "websites:read")]
    WebsitesRead,
    /// Adding, changing and deleting them.
    #[serde(rename = "websites:write")]
    WebsitesWrite,
    /// Reports.
    #[serde(rename = "analytics:read")]
    AnalyticsRead,
    /// A scope that this build does not know.
    #[serde(rename = "unknown", other)]
    Unknown,
}

impl ApiScope {
    /// Every scope that this build knows.
    pub const ALL: [Self; 7] = [
        Self::ConversationsRead,
        Self::ConversationsWrite,
        Self::VisitorsRead,
        Self::VisitorsWrite,
        Self::WebsitesRead,
        Self::WebsitesWrite,
        Self::AnalyticsRead,
    ];

    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConversationsRead => "conversations:read",
            Self::ConversationsWrite => "conversations:write",
            Self::VisitorsRead => "visitors:read",
            Self::VisitorsWrite => "visitors:write",
            Self::WebsitesRead => "websites:read",
            Self::WebsitesWrite => "websites:write",
            Self::AnalyticsRead => "analytics:read",
            Self::Unknown => "unknown",
        }
    }
}

/// A token, without what it is proved by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiToken {
    /// The token.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// How the secret ends, to tell tokens apart.
    pub hint: String,
    /// What it may be used for.
    pub scopes: Vec<ApiScope>,
    /// Whom it acts for.
    pub member_id: MemberId,
    /// What they are called.
    pub member_name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself; never without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// `GET /api/tokens`: those that were not revoked, newest first; those that have ended by themselves are among them for a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiTokenList {
    /// The tokens.
    pub items: Vec<ApiToken>,
}

/// `POST /api/tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateApiToken {
    /// What it is for.
    pub name: String,
    /// What it may be used for; at least one.
    pub scopes: Vec<ApiScope>,
    /// When it ends by itself; never without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl CreateApiToken {
    /// Every rule; `now` is the server's.
    ///
    /// # Errors
    /// Messages by field.
    pub fn check(&self, now: Timestamp) -> Result<(), FieldErrors> {
        let scopes = if self.scopes.is_empty() {
            Err(Violation::Required)
        } else if self.scopes.contains(&ApiScope::Unknown) {
            Err(Violation::Choice)
        } else {
            Ok(())
        };
        let end = match self.expires_at {
            Some(at) if at <= now => Err(Violation::Choice),
            _ => Ok(()),
        };
        Checks::default()
            .field("name", token_name(&self.name))
            .field("scopes", scopes)
            .field("expiresAt", end)
            .finish()
    }
}

/// A token's name: spaces around it do not count.
///
/// # Errors
/// What is wrong with it.
pub fn token_name(text: &str) -> Result<(), Violation> {
    match text.trim() {
        "" => Err(Violation::Required),
        name if name.chars().count() > MAX_TOKEN_NAME_CHARS => Err(Violation::TooLong(MAX_TOKEN_NAME_CHARS)),
        name if name.chars().any(char::is_control) => Err(Violation::ControlCharacters),
        _ => Ok(()),
    }
}

/// The answer to `POST /api/tokens`: the only time that the secret is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedApiToken {
    /// The token.
    pub token: ApiToken,
    /// What goes behind `Authorization: Bearer`.
    pub secret: String,
}

impl std::fmt::Debug for CreatedApiToken {
    /// Holds a secret: tells the token only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedApiToken")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn scopes_travel_as_their_words() {
        for scope in ApiScope::ALL {
            assert_eq!(serde_json::to_value(scope).expect("writes"), scope.as_str());
            let read = serde_json::from_value::<ApiScope>(scope.as_str().into()).expect("reads");
            assert_eq!(read, scope);
        }
        let later = serde_json::from_value::<ApiScope>("billing:read".into()).expect("reads");
        assert_eq!(later, ApiScope::Unknown);
    }

    #[test]
    fn a_token_has_a_name_scopes_and_an_end_to_come() {
        let now = Timestamp::from_millis(1_000);
        let good = CreateApiToken {
            name: " Reporting ".to_owned(),
            scopes: vec![ApiScope::AnalyticsRead],
            expires_at: Some(Timestamp::from_millis(1_001)),
        };
        assert_eq!(good.check(now), Ok(()));
        let bad = CreateApiToken {
            name: " ".to_owned(),
            scopes: Vec::new(),
            expires_at: Some(now),
        };
        let fields = bad.check(now).expect_err("refused");
        assert_eq!(
            fields.into_keys().collect::<Vec<_>>(),
            ["expiresAt", "name", "scopes"]
        );
        let unknown = CreateApiToken {
            scopes: vec![ApiScope::Unknown],
            ..good
        };
        assert!(unknown.check(now).is_err());
    }
}
