//! Sign-in, sessions and members (`/api/auth/*`, `/api/team/*`).

use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::{AccountId, MemberId, RenewalId, SessionId, WebsiteId};
use crate::notifications::Notifications;
use crate::time::Timestamp;
use crate::validate::Violation;
use crate::website::MAX_ASSIGNMENT_CAP;

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

macro_rules! secret_debug {
    ($($name:ident),* $(,)?) => {
        $(impl std::fmt::Debug for $name {
            /// Holds a secret: tells its kind only.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}

secret_debug!(
    RegisterRequest,
    LoginRequest,
    TotpLoginRequest,
    TokenRequest,
    ResetPasswordRequest,
    ChangePasswordRequest,
    ChangeEmailRequest,
    TotpEnrolment,
    TotpCodeRequest,
    DisableTotpRequest,
    RecoveryCodes,
    AcceptInvitationRequest,
);

/// `POST /api/auth/register`: a new account with its owner. Answers 201 whether or not the address is known, and sends mail.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisterRequest {
    /// Full name.
    pub name: String,
    /// The account's name.
    pub company: String,
    /// The owner's address.
    pub email: String,
    /// A new password (`validate::new_password`).
    pub password: String,
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

/// `POST /api/auth/login/totp`, after `login` answered 401 `totp_required`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpLoginRequest {
    /// `challenge` of the problem; single use once it succeeds, 5 minutes.
    pub challenge: String,
    /// Six digits, or a recovery code.
    pub code: String,
}

/// `POST /api/auth/verify-email`: the token of a verification mail, of a registration or a change of address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRequest {
    /// From the mail's link; single use.
    pub token: String,
}

/// `POST /api/auth/forgot-password` and `resend-verification`. Both answer 204 whether or not the address is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmailRequest {
    /// Where the mail goes.
    pub email: String,
}

/// `POST /api/auth/reset-password`: ends every session of the member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetPasswordRequest {
    /// From the mail's link; single use, 30 minutes.
    pub token: String,
    /// A new password.
    pub password: String,
}

/// `PUT /api/auth/password`: ends every other session of the member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePasswordRequest {
    /// The password until now.
    pub current_password: String,
    /// A new password.
    pub new_password: String,
}

/// `POST /api/auth/email-change`: mails the new address; the change takes effect with `verify-email`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeEmailRequest {
    /// The new address.
    pub email: String,
    /// The password, to be sure who asks.
    pub current_password: String,
}

/// How many earlier requests of a renewal count: more than the tabs of a browser make in a bad moment, so that none that is held
/// up is forgotten.
pub const MAX_UNANSWERED: usize = 32;

/// `POST /api/auth/refresh`; the body may be left out. A browser that names its requests is not taken for a thief when one of
/// them was held up on its way and arrives after later ones.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshRequest {
    /// This request.
    pub id: Option<RenewalId>,
    /// Earlier requests of this browser that got no answer and may still arrive, the newest last. The newest 32 count.
    pub unanswered: Vec<RenewalId>,
}

/// `POST /api/auth/logout`; an empty body means this session only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogoutRequest {
    /// End every session of the member.
    pub everywhere: bool,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
    /// A theme that this build does not know; shown as the system says.
    #[serde(other)]
    Unknown,
}

/// How much room a row takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Density {
    /// The usual.
    #[default]
    Comfortable,
    /// More rows on a screen.
    Compact,
    /// A density that this build does not know; shown as the usual.
    #[serde(other)]
    Unknown,
}

/// Whether things move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Motion {
    /// As the system says.
    #[default]
    System,
    /// As little as possible, whatever the system says.
    Reduced,
    /// A choice that this build does not know; as the system says.
    #[serde(other)]
    Unknown,
}

/// What a member likes; follows the person across devices.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preferences {
    /// Light or dark.
    pub theme: Theme,
    /// How much room a row takes.
    pub density: Density,
    /// Whether things move.
    pub motion: Motion,
    /// BCP 47; absent = as the browser says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// How long a reply can be called back.
    pub undo_send: UndoSend,
}

/// How long a reply is held back on the device where it was written, so that its author can think again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum UndoSend {
    /// Not at all.
    Off,
    /// For five seconds.
    #[default]
    FiveSeconds,
    /// For ten seconds.
    TenSeconds,
    /// A choice that this build does not know; as if none were made.
    #[serde(other)]
    Unknown,
}

impl UndoSend {
    /// In milliseconds.
    #[must_use]
    pub const fn hold_ms(self) -> u32 {
        match self {
            Self::Off => 0,
            Self::FiveSeconds | Self::Unknown => 5_000,
            Self::TenSeconds => 10_000,
        }
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
    /// A picture as a `data:` URL (`validate::avatar`), when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Whether the member takes conversations.
    #[serde(default)]
    pub availability: Availability,
    /// What the member likes.
    #[serde(default)]
    pub preferences: Preferences,
    /// What the member is told of, and how.
    #[serde(default)]
    pub notifications: Notifications,
    /// Whether a second factor is set up.
    #[serde(default)]
    pub totp_enabled: bool,
    /// The account requires a second factor and the member has none: only setting one up, `me` and `logout` are allowed.
    #[serde(default)]
    pub totp_enrolment_due: bool,
    /// The session that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// An address that waits for its verification mail to be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_email: Option<String>,
    /// Counts changes; `If-Match`.
    #[serde(default)]
    pub version: u64,
}

/// `PATCH /api/auth/me`: absent fields stay.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMe {
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A picture as a `data:` URL; null removes it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub avatar_url: Option<Option<String>>,
    /// Whether the member takes conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    /// All preferences together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferences: Option<Preferences>,
    /// What the member is told of, all of it together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Notifications>,
}

/// Tells a field that is null from one that is absent.
fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
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

/// One sign-in of the member: `GET /api/auth/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// Browser and system, such as `Firefox 145, Android`.
    pub device: String,
    /// Country or network address, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// Its last request.
    pub last_used_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Whether it is the one that asked.
    pub current: bool,
}

/// `GET /api/auth/sessions`, latest use first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionList {
    /// The sessions that have not ended.
    pub items: Vec<Session>,
}

/// The body of the event `session.revoked`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokedSession {
    /// The session that ended.
    pub id: SessionId,
}

/// The body of the event `member.deleted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemovedMember {
    /// The member who left.
    pub id: MemberId,
}

/// `POST /api/auth/totp/enrol`: a secret that waits for `confirm`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpEnrolment {
    /// Base32, for typing.
    pub secret: String,
    /// `otpauth://totp/…`, for a QR code or a link.
    pub uri: String,
    /// The URI as a QR code: rows of `0` and `1`, without a quiet zone.
    pub qr: Vec<String>,
}

/// `POST /api/auth/totp/confirm`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpCodeRequest {
    /// Six digits.
    pub code: String,
}

/// `POST /api/auth/totp/disable`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DisableTotpRequest {
    /// The password, to be sure who asks.
    pub current_password: String,
}

/// The answer of `POST /api/auth/totp/confirm`: shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Each works once instead of a code.
    pub recovery_codes: Vec<String>,
}

/// Whether a member has joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MemberStatus {
    /// Can sign in.
    Active,
    /// Has not accepted the invitation yet.
    Invited,
    /// A status that this build does not know.
    #[serde(other)]
    Unknown,
}

/// Someone of the account's team: `GET /api/team/members`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// The member.
    pub id: MemberId,
    /// Full name; empty while invited.
    pub name: String,
    /// Address used to sign in.
    pub email: String,
    /// What the member may do.
    pub role: Role,
    /// Whether the member has joined.
    pub status: MemberStatus,
    /// Websites that an agent sees; admins and owners see all.
    #[serde(default)]
    pub website_ids: Vec<WebsiteId>,
    /// A picture as a `data:` URL, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Whether the member takes conversations.
    #[serde(default)]
    pub availability: Availability,
    /// With this many open conversations the member is given no other by a website's rule, nor beyond the rule's own cap: 1 to
    /// [`MAX_ASSIGNMENT_CAP`]; absent = only the rule's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_cap: Option<u32>,
    /// Whether a second factor is set up.
    #[serde(default)]
    pub totp_enabled: bool,
    /// Latest use of any session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Timestamp>,
    /// When the row was made.
    pub created_at: Timestamp,
    /// Counts changes; `If-Match`.
    pub version: u64,
}

/// `GET /api/team/members`, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberList {
    /// Everyone, those invited included.
    pub items: Vec<Member>,
}

/// `POST /api/team/invitations` (and `POST /api/team/members`, the same): answers 201 with the invited [`Member`], sends mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteRequest {
    /// Where the invitation goes.
    pub email: String,
    /// What the member may do; no higher than the inviter's own.
    pub role: Role,
    /// Websites that an agent sees.
    #[serde(default)]
    pub website_ids: Vec<WebsiteId>,
}

/// `GET /api/team/invitations/{token}`: what the page shows before accepting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// The account's name.
    pub account_name: String,
    /// Who is invited.
    pub email: String,
    /// Who invites.
    pub invited_by: String,
    /// What the member will be.
    pub role: Role,
}

/// `POST /api/team/invitations/{token}/accept`: answers 204; the person then signs in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptInvitationRequest {
    /// Full name.
    pub name: String,
    /// A new password.
    pub password: String,
}

/// `PATCH /api/team/members/{id}`: absent fields stay.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMember {
    /// What the member may do; only owners make or unmake owners, and one owner always remains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Websites that an agent sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_ids: Option<Vec<WebsiteId>>,
    /// See [`Member::load_cap`]; null takes it away.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub load_cap: Option<Option<u32>>,
}

impl UpdateMember {
    /// The rules of its fields that can be judged without knowing more.
    ///
    /// # Errors
    /// The rule that the load cap breaks.
    pub fn check_load_cap(&self) -> Result<(), Violation> {
        match self.load_cap.flatten() {
            Some(cap) if cap == 0 || cap > MAX_ASSIGNMENT_CAP => Err(Violation::Cap),
            _ => Ok(()),
        }
    }
}

/// `GET` and `PATCH /api/team/security`: owners change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountSecurity {
    /// Every member needs a second factor.
    pub require_totp: bool,
}
