//! What kinds of changes and fields are called.

use switchboard_contract::audit::{AuditField, AuditKind};
use yew::AttrValue;

use crate::i18n::t;

/// What was done, such as `Member invited`.
pub fn kind_text(kind: AuditKind) -> AttrValue {
    match kind {
        AuditKind::TeamSecurityChanged => t("audit.kind_team_security_changed"),
        AuditKind::MemberInvited => t("audit.kind_member_invited"),
        AuditKind::MemberJoined => t("audit.kind_member_joined"),
        AuditKind::MemberChanged => t("audit.kind_member_changed"),
        AuditKind::MemberRemoved => t("audit.kind_member_removed"),
        AuditKind::InvitationWithdrawn => t("audit.kind_invitation_withdrawn"),
        AuditKind::PasswordChanged => t("audit.kind_password_changed"),
        AuditKind::PasswordReset => t("audit.kind_password_reset"),
        AuditKind::EmailChanged => t("audit.kind_email_changed"),
        AuditKind::SecondFactorEnabled => t("audit.kind_second_factor_enabled"),
        AuditKind::SecondFactorDisabled => t("audit.kind_second_factor_disabled"),
        AuditKind::SessionEnded => t("audit.kind_session_ended"),
        AuditKind::SessionReused => t("audit.kind_session_reused"),
        AuditKind::WebsiteCreated => t("audit.kind_website_created"),
        AuditKind::WebsiteChanged => t("audit.kind_website_changed"),
        AuditKind::WebsiteDeleted => t("audit.kind_website_deleted"),
        AuditKind::WebsiteRestored => t("audit.kind_website_restored"),
        AuditKind::IdentityRenewed => t("audit.kind_identity_renewed"),
        AuditKind::WidgetPublished => t("audit.kind_widget_published"),
        AuditKind::FunnelCreated => t("audit.kind_funnel_created"),
        AuditKind::FunnelChanged => t("audit.kind_funnel_changed"),
        AuditKind::FunnelDeleted => t("audit.kind_funnel_deleted"),
        AuditKind::LabelCreated => t("audit.kind_label_created"),
        AuditKind::LabelChanged => t("audit.kind_label_changed"),
        AuditKind::LabelDeleted => t("audit.kind_label_deleted"),
        AuditKind::CannedReplyCreated => t("audit.kind_canned_reply_created"),
        AuditKind::CannedReplyChanged => t("audit.kind_canned_reply_changed"),
        AuditKind::CannedReplyDeleted => t("audit.kind_canned_reply_deleted"),
        AuditKind::ViewCreated => t("audit.kind_view_created"),
        AuditKind::ViewChanged => t("audit.kind_view_changed"),
        AuditKind::ViewDeleted => t("audit.kind_view_deleted"),
        AuditKind::ConversationDeleted => t("audit.kind_conversation_deleted"),
        AuditKind::VisitorExported => t("audit.kind_visitor_exported"),
        AuditKind::VisitorErased => t("audit.kind_visitor_erased"),
        AuditKind::VisitorBlocked => t("audit.kind_visitor_blocked"),
        AuditKind::VisitorUnblocked => t("audit.kind_visitor_unblocked"),
        AuditKind::TokenCreated => t("audit.kind_token_created"),
        AuditKind::TokenRevoked => t("audit.kind_token_revoked"),
        AuditKind::WebhookCreated => t("audit.kind_webhook_created"),
        AuditKind::WebhookChanged => t("audit.kind_webhook_changed"),
        AuditKind::WebhookDeleted => t("audit.kind_webhook_deleted"),
        AuditKind::WebhookDisabled => t("audit.kind_webhook_disabled"),
        AuditKind::Unknown => t("audit.kind_unknown"),
    }
}

/// What was changed of it, such as `Role`.
pub fn field_name(field: AuditField) -> AttrValue {
    match field {
        AuditField::Name => t("audit.field_name"),
        AuditField::Role => t("audit.field_role"),
        AuditField::Websites => t("audit.field_websites"),
        AuditField::LoadCap => t("audit.field_load_cap"),
        AuditField::RequireTotp => t("audit.field_require_totp"),
        AuditField::Domain => t("audit.field_domain"),
        AuditField::Timezone => t("audit.field_timezone"),
        AuditField::AllowedOrigins => t("audit.field_allowed_origins"),
        AuditField::BusinessHours => t("audit.field_business_hours"),
        AuditField::AutoCloseAfter => t("audit.field_auto_close_after"),
        AuditField::ArchiveAfter => t("audit.field_archive_after"),
        AuditField::DeleteAfter => t("audit.field_delete_after"),
        AuditField::Assignment => t("audit.field_assignment"),
        AuditField::Pages => t("audit.field_pages"),
        AuditField::Greeting => t("audit.field_greeting"),
        AuditField::Place => t("audit.field_place"),
        AuditField::Colour => t("audit.field_colour"),
        AuditField::Shortcut => t("audit.field_shortcut"),
        AuditField::Content => t("audit.field_content"),
        AuditField::Shared => t("audit.field_shared"),
        AuditField::Filter => t("audit.field_filter"),
        AuditField::Scopes => t("audit.field_scopes"),
        AuditField::Address => t("audit.field_address"),
        AuditField::Events => t("audit.field_events"),
        AuditField::Active => t("audit.field_active"),
        AuditField::Unknown => t("audit.field_unknown"),
    }
}
