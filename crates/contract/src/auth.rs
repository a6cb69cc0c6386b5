//! Sign-in, sessions and members (`/api/auth/*`, `/api/team/*`).

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, MemberId};

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Sees and answers the websites assigned to them.
    Agent,
    /// Manages websites, members and settings.
    Admin,
    /// Everything, the account itself included.
    Owner,
    /// A role that this build does not know; treated as the weakest.
    #[serde(other)]
    Unknown,
}

/// Whether a member takes conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Availability {
    /// Takes conversations.
    #[default]
    Available,
    /// Signed in, takes none.
    Away,
    /// Not here.
    Offline,
    /// A value that this build does not know.
    #[serde(other)]
    Unknown,
}

/// `POST /api/auth/login`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// The member's address; compared without case.
    pub email: String,
    /// The password as typed.
    pub password: String,
    /// 30 days when true, until the browser closes when false.
    #[serde(default)]
    pub keep_signed_in: bool,
}

impl std::fmt::Debug for LoginRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginRequest").finish_non_exhaustive()
    }
}

/// The signed-in member: `GET /api/auth/me`, and `user` of [`AccessGrant`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The member.
    pub id: MemberId,
    /// The account that the member belongs to.
    pub account_id: AccountId,
    /// The account's name (the company).
    pub account_name: String,
    /// Full name.
    pub name: String,
    /// Address used to sign in.
    pub email: String,
    /// What the member may do.
    pub role: Role,
    /// A picture, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Whether the member takes conversations.
    #[serde(default)]
    pub availability: Availability,
}

/// The answer of `login`, `login/totp` and `refresh`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessGrant {
    /// Sent as `Authorization: Bearer`; kept in memory only.
    pub access_token: String,
    /// How long it lives, in milliseconds from the answer.
    pub expires_in_ms: u64,
    /// Whose it is.
    pub user: Me,
}

impl std::fmt::Debug for AccessGrant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessGrant")
            .field("expires_in_ms", &self.expires_in_ms)
            .field("user", &self.user.id)
            .finish_non_exhaustive()
    }
}
