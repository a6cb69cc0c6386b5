//! The audit log (`GET /api/audit`): who changed what, when and from where. For owners.
//!
//! An entry holds no text that was written in a conversation, no secret, and of visitors the id alone, so that erasing somebody
//! leaves nothing of them here.

use serde::{Deserialize, Serialize};

use crate::ids::{AuditEntryId, MemberId, WebsiteId};
use crate::time::Timestamp;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuditKind {
    /// The team requires a second factor, or no longer does.
    #[serde(rename = "team.security_changed")]
    TeamSecurityChanged,
    /// Somebody was invited, perhaps again.
    #[serde(rename = "member.invited")]
    MemberInvited,
    /// Somebody accepted an invitation.
    #[serde(rename = "member.joined")]
    MemberJoined,
    /// Another role, other websites or another load cap.
    #[serde(rename = "member.changed")]
    MemberChanged,
    /// A member was removed.
    #[serde(rename = "member.removed")]
    MemberRemoved,
    /// An invitation was withdrawn.
    #[serde(rename = "invitation.withdrawn")]
    InvitationWithdrawn,
    /// A member replaced their password.
    #[serde(rename = "password.changed")]
    PasswordChanged,
    /// A member set a new password by a mailed link.
    #[serde(rename = "password.reset")]
    PasswordReset,
    /// A member signs in with another address.
    #[serde(rename = "email.changed")]
    EmailChanged,
    /// A member set up a second factor.
    #[serde(rename = "second_factor.enabled")]
    SecondFactorEnabled,
    /// A member took the second factor away.
    #[serde(rename = "second_factor.disabled")]
    SecondFactorDisabled,
    /// A member ended one of their sign-ins.
    #[serde(rename = "session.ended")]
    SessionEnded,
    /// A spent refresh token came back: the sign-in was ended, as somebody else may have had a copy.
    #[serde(rename = "session.reused")]
    SessionReused,
    /// A website was added.
    #[serde(rename = "website.created")]
    WebsiteCreated,
    /// Settings of a website.
    #[serde(rename = "website.changed")]
    WebsiteChanged,
    /// A website was deleted.
    #[serde(rename = "website.deleted")]
    WebsiteDeleted,
    /// A deleted website was brought back.
    #[serde(rename = "website.restored")]
    WebsiteRestored,
    /// A website proves who its visitors are with another secret.
    #[serde(rename = "website.identity_renewed")]
    IdentityRenewed,
    /// Visitors get another widget.
    #[serde(rename = "widget.published")]
    WidgetPublished,
    /// A funnel was added.
    #[serde(rename = "funnel.created")]
    FunnelCreated,
    /// A funnel was changed.
    #[serde(rename = "funnel.changed")]
    FunnelChanged,
    /// A funnel was deleted.
    #[serde(rename = "funnel.deleted")]
    FunnelDeleted,
    /// A label was made.
    #[serde(rename = "label.created")]
    LabelCreated,
    /// A label was changed.
    #[serde(rename = "label.changed")]
    LabelChanged,
    /// A label was deleted.
    #[serde(rename = "label.deleted")]
    LabelDeleted,
    /// A canned reply of the team was made.
    #[serde(rename = "canned_reply.created")]
    CannedReplyCreated,
    /// A canned reply of the team was changed.
    #[serde(rename = "canned_reply.changed")]
    CannedReplyChanged,
    /// A canned reply of the team was deleted.
    #[serde(rename = "canned_reply.deleted")]
    CannedReplyDeleted,
    /// A shared view was made.
    #[serde(rename = "view.created")]
    ViewCreated,
    /// A shared view was changed, or stopped or began to be shared.
    #[serde(rename = "view.changed")]
    ViewChanged,
    /// A shared view was deleted.
    #[serde(rename = "view.deleted")]
    ViewDeleted,
    /// A conversation was deleted.
    #[serde(rename = "conversation.deleted")]
    ConversationDeleted,
    /// Everything that is known of a visitor was downloaded.
    #[serde(rename = "visitor.exported")]
    VisitorExported,
    /// A visitor was erased.
    #[serde(rename = "visitor.erased")]
    VisitorErased,
    /// A visitor may no longer write.
    #[serde(rename = "visitor.blocked")]
    VisitorBlocked,
    /// A visitor may write again.
    #[serde(rename = "visitor.unblocked")]
    VisitorUnblocked,
    /// An API token was made.
    #[serde(rename = "token.created")]
    TokenCreated,
    /// An API token was revoked.
    #[serde(rename = "token.revoked")]
    TokenRevoked,
    /// A webhook was added.
    #[serde(rename = "webhook.created")]
    WebhookCreated,
    /// A webhook was changed, or switched on or off.
    #[serde(rename = "webhook.changed")]
    WebhookChanged,
    /// A webhook was deleted.
    #[serde(rename = "webhook.deleted")]
    WebhookDeleted,
    /// The server switched a webhook off that nothing had taken for a day.
    #[serde(rename = "webhook.disabled")]
    WebhookDisabled,
    /// Something that this build does not know.
    #[serde(rename = "unknown", other)]
    Unknown,
}

impl AuditKind {
    /// Every kind that this build knows, in the order of the list that people choose from.
    pub const ALL: [Self; 42] = [
        Self::MemberInvited,
        Self::MemberJoined,
        Self::MemberChanged,
        Self::MemberRemoved,
        Self::InvitationWithdrawn,
        Self::TeamSecurityChanged,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::EmailChanged,
        Self::SecondFactorEnabled,
        Self::SecondFactorDisabled,
        Self::SessionEnded,
        Self::SessionReused,
        Self::WebsiteCreated,
        Self::WebsiteChanged,
        Self::WebsiteDeleted,
        Self::WebsiteRestored,
        Self::IdentityRenewed,
        Self::WidgetPublished,
        Self::FunnelCreated,
        Self::FunnelChanged,
        Self::FunnelDeleted,
        Self::LabelCreated,
        Self::LabelChanged,
        Self::LabelDeleted,
        Self::CannedReplyCreated,
        Self::CannedReplyChanged,
        Self::CannedReplyDeleted,
        Self::ViewCreated,
        Self::ViewChanged,
        Self::ViewDeleted,
        Self::ConversationDeleted,
        Self::VisitorExported,
        Self::VisitorErased,
        Self::VisitorBlocked,
        Self::VisitorUnblocked,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::WebhookCreated,
        Self::WebhookChanged,
        Self::WebhookDeleted,
        Self::WebhookDisabled,
    ];
}

/// What of a thing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuditField {
    /// Its name.
    Name,
    /// A member's role.
    Role,
    /// A member's websites, by their number.
    Websites,
    /// How many conversations a member is given.
    LoadCap,
    /// Whether every member needs a second factor.
    RequireTotp,
    /// A website's host name.
    Domain,
    /// A website's time zone.
    Timezone,
    /// Origins that may load the widget.
    AllowedOrigins,
    /// When people are there.
    BusinessHours,
    /// How long until a conversation closes.
    AutoCloseAfter,
    /// How long until it is archived.
    ArchiveAfter,
    /// How long until it is deleted.
    DeleteAfter,
    /// How conversations are handed out.
    Assignment,
    /// Pages that a funnel covers.
    Pages,
    /// What a funnel greets with.
    Greeting,
    /// Where it stands among others.
    Place,
    /// A label's colour.
    Colour,
    /// A canned reply's shortcut.
    Shortcut,
    /// What a canned reply says.
    Content,
    /// Whether a view is shared.
    Shared,
    /// What a view lists.
    Filter,
    /// What a token may be used for.
    Scopes,
    /// Where a webhook is sent.
    Address,
    /// What a webhook is told of.
    Events,
    /// Whether it is switched on.
    Active,
    /// Something that this build does not know.
    #[serde(other)]
    Unknown,
}

/// One thing that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditChange {
    /// What of it.
    pub field: AuditField,
    /// What it was, where that is a short word: a role, a name, a colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it became, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl AuditChange {
    /// That a field changed, without saying how.
    #[must_use]
    pub const fn of(field: AuditField) -> Self {
        Self {
            field,
            before: None,
            after: None,
        }
    }

    /// That a field changed from one word to another.
    #[must_use]
    pub fn from_to(field: AuditField, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self {
            field,
            before: Some(before.into()),
            after: Some(after.into()),
        }
    }
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditSubject {
    /// Its id.
    pub id: String,
    /// What it was called then; none of conversations and visitors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// The entry.
    pub id: AuditEntryId,
    /// When it was done.
    pub at: Timestamp,
    /// What was done.
    pub kind: AuditKind,
    /// Who did it; none where the server did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_id: Option<MemberId>,
    /// What they were called then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_name: Option<String>,
    /// Browser and system, such as `Firefox 145, Android`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Country, or network address where the country is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The website that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_id: Option<WebsiteId>,
    /// What it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<AuditSubject>,
    /// What of it was changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<AuditChange>,
}

/// `GET /api/audit`, newest first.
pub type AuditPage = crate::page::CursorPage<AuditEntry>;

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own_and_reads_back() {
        let mut words = std::collections::BTreeSet::new();
        for kind in AuditKind::ALL {
            let word = serde_json::to_value(kind).expect("writes");
            assert_eq!(
                serde_json::from_value::<AuditKind>(word.clone()).expect("reads"),
                kind
            );
            assert!(words.insert(word.to_string()), "{word} is said twice");
        }
        let later = serde_json::from_value::<AuditKind>("robot.built".into()).expect("reads");
        assert_eq!(later, AuditKind::Unknown);
    }
}
