//! The dashboard's pages, one file or folder each. Pages get data from [`crate::api`] and the chat, show it with
//! [`crate::ui`], and never speak to the network or the browser themselves.

mod accept_invitation;
mod analytics;
mod appearance;
mod audit;
mod auth_layout;
mod canned_replies;
mod config_problem;
mod conversations;
mod forgot_password;
mod labels;
mod latest_conversations;
mod login;
mod mail_link;
mod not_found;
mod notifications;
mod overview;
mod profile;
mod register;
mod resend;
mod reset_password;
mod security;
mod settings;
mod start;
mod team;
mod tokens;
mod verify_email;
mod visitors;
mod webhooks;
mod websites;

pub use accept_invitation::AcceptInvitation;
pub use analytics::Analytics;
pub use appearance::Appearance;
pub use audit::Audit;
pub use canned_replies::CannedReplies;
pub use config_problem::{ConfigProblem, ConfigProblemProps};
pub use conversations::{
    Aids, ChangeNotices, ChangeNoticesProps, Composer, ComposerProps, Conversations, ConversationsProps,
    Faces, FacesProps, MessageRows, MessageRowsProps, RowStretch, TypingLine, TypingLineProps, Wish,
};
pub use forgot_password::ForgotPassword;
pub use labels::Labels;
pub use login::{Login, LoginForm};
pub use not_found::{NotFound, NotFoundAlone};
pub use notifications::Notifications;
pub use overview::Overview;
pub use profile::Profile;
pub use register::{Register, RegisterForm, RegisterFormProps};
pub use reset_password::ResetPassword;
pub use security::Security;
pub use settings::{
    SaveBar, SaveBarProps, SettingsPage, SettingsPageProps, SettingsSection, SettingsSectionProps,
};
pub use team::Team;
pub use tokens::Tokens;
pub use verify_email::VerifyEmail;
pub use visitors::{Visitors, device_icon};
pub use webhooks::Webhooks;
pub use websites::{
    NewWebsite, WebsiteDetails, WebsiteDetailsProps, WebsiteSettings, WebsiteSettingsProps, WebsiteWidget,
    WebsiteWidgetProps, Websites,
};
