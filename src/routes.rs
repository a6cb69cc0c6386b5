//! The route table, as data: every page's path, heading, section of the navigation and who may see it.

use switchboard_contract::auth::Role;
use switchboard_contract::ids::{ConversationId, WebsiteId};
use yew::AttrValue;
use yew_router::Routable;

use crate::i18n::t;
use crate::ui::IconName;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Routable)]
pub enum Route {
    /// Key figures and what is new.
    #[at("/")]
    Overview,
    /// The list of conversations.
    #[at("/conversations")]
    Conversations,
    /// One conversation, beside the list.
    #[at("/conversations/:id")]
    Conversation {
        /// Which one.
        id: ConversationId,
    },
    /// People on the sites.
    #[at("/visitors")]
    Visitors,
    /// The account's websites.
    #[at("/websites")]
    Websites,
    /// Adds one.
    #[at("/websites/new")]
    NewWebsite,
    /// One website.
    #[at("/websites/:id")]
    Website {
        /// Which one.
        id: WebsiteId,
    },
    /// How a website is set up.
    #[at("/websites/:id/settings")]
    WebsiteSettings {
        /// Which one.
        id: WebsiteId,
    },
    /// What its widget looks like, says and does.
    #[at("/websites/:id/widget")]
    WebsiteWidget {
        /// Which one.
        id: WebsiteId,
    },
    /// Figures over time.
    #[at("/analytics")]
    Analytics,
    /// The signed-in person.
    #[at("/settings/profile")]
    Profile,
    /// Who else works in the account.
    #[at("/settings/team")]
    Team,
    /// Texts that are used again.
    #[at("/settings/canned-replies")]
    CannedReplies,
    /// The team's labels.
    #[at("/settings/labels")]
    Labels,
    /// What the person is told of, and how.
    #[at("/settings/notifications")]
    Notifications,
    /// Light or dark, how dense, and in which language.
    #[at("/settings/appearance")]
    Appearance,
    /// Password, second factor and sessions.
    #[at("/settings/security")]
    Security,
    /// Programs that call the API, for owners and admins.
    #[at("/settings/tokens")]
    Tokens,
    /// Other servers that are told what happens, for owners and admins.
    #[at("/settings/webhooks")]
    Webhooks,
    /// Who changed what, for owners.
    #[at("/settings/audit")]
    Audit,
    /// Sign in.
    #[at("/login")]
    Login,
    /// A new account.
    #[at("/register")]
    Register,
    /// Where the mail to a new address leads.
    #[at("/verify-email")]
    VerifyEmail,
    /// Asks for a mail that leads to a new password.
    #[at("/forgot-password")]
    ForgotPassword,
    /// Where that mail leads.
    #[at("/reset-password")]
    ResetPassword,
    /// Where the mail to a new member leads.
    #[at("/accept-invitation")]
    AcceptInvitation,
    /// Every component in every state, in development builds only.
    #[cfg(debug_assertions)]
    #[at("/dev/gallery")]
    Gallery,
    /// Anything else.
    #[not_found]
    #[at("/404")]
    NotFound,
}

/// Who a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Someone signed in; others sign in first and come back.
    Member,
    /// Someone not signed in; others are sent home.
    Guest,
    /// Whoever holds the link of a mail, signed in or not; shown outside of the shell.
    Link,
    /// Anyone.
    Anyone,
}

/// A link of the main navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `/`
    Overview,
    /// `/conversations`
    Conversations,
    /// `/visitors`
    Visitors,
    /// `/websites`
    Websites,
    /// `/analytics`
    Analytics,
    /// `/settings/…`
    Settings,
}

impl Section {
    /// In the order of the navigation.
    pub const ALL: [Self; 6] = [
        Self::Overview,
        Self::Conversations,
        Self::Visitors,
        Self::Websites,
        Self::Analytics,
        Self::Settings,
    ];

    /// Where the link leads.
    #[must_use]
    pub const fn route(self) -> Route {
        match self {
            Self::Overview => Route::Overview,
            Self::Conversations => Route::Conversations,
            Self::Visitors => Route::Visitors,
            Self::Websites => Route::Websites,
            Self::Analytics => Route::Analytics,
            Self::Settings => Route::Profile,
        }
    }

    /// The link's text.
    #[must_use]
    pub fn label(self) -> AttrValue {
        match self {
            Self::Overview => t("nav.overview"),
            Self::Conversations => t("nav.conversations"),
            Self::Visitors => t("nav.visitors"),
            Self::Websites => t("nav.websites"),
            Self::Analytics => t("nav.analytics"),
            Self::Settings => t("nav.settings"),
        }
    }

    /// The link's icon.
    #[must_use]
    pub const fn icon(self) -> IconName {
        match self {
            Self::Overview => IconName::Overview,
            Self::Conversations => IconName::Chat,
            Self::Visitors => IconName::Users,
            Self::Websites => IconName::Globe,
            Self::Analytics => IconName::Chart,
            Self::Settings => IconName::Settings,
        }
    }
}

impl Route {
    /// Who the page is for.
    #[must_use]
    pub const fn access(&self) -> Access {
        match self {
            Self::Login | Self::Register | Self::ForgotPassword => Access::Guest,
            Self::VerifyEmail | Self::ResetPassword | Self::AcceptInvitation => Access::Link,
            #[cfg(debug_assertions)]
            Self::Gallery => Access::Link,
            Self::NotFound => Access::Anyone,
            Self::Overview
            | Self::Conversations
            | Self::Conversation { .. }
            | Self::Visitors
            | Self::Websites
            | Self::NewWebsite
            | Self::Website { .. }
            | Self::WebsiteSettings { .. }
            | Self::WebsiteWidget { .. }
            | Self::Analytics
            | Self::Profile
            | Self::Team
            | Self::CannedReplies
            | Self::Labels
            | Self::Notifications
            | Self::Appearance
            | Self::Security
            | Self::Tokens
            | Self::Webhooks
            | Self::Audit => Access::Member,
        }
    }

    /// Whether the page is for members of this role. The server decides for itself; this keeps people from pages that
    /// would only refuse them.
    #[must_use]
    pub const fn is_for(&self, role: Role) -> bool {
        match self {
            // A role that this build does not know counts as the weakest.
            Self::Team
            | Self::Webhooks
            | Self::Tokens
            | Self::NewWebsite
            | Self::WebsiteSettings { .. }
            | Self::WebsiteWidget { .. } => {
                matches!(role, Role::Owner | Role::Admin)
            }
            Self::Audit => matches!(role, Role::Owner),
            _ => true,
        }
    }

    /// Whether the page needs someone signed in.
    #[must_use]
    pub fn needs_member(&self) -> bool {
        self.access() == Access::Member
    }

    /// The link of the navigation that is current on this page.
    #[must_use]
    pub const fn section(&self) -> Option<Section> {
        match self {
            Self::Overview => Some(Section::Overview),
            Self::Conversations | Self::Conversation { .. } => Some(Section::Conversations),
            Self::Visitors => Some(Section::Visitors),
            Self::Websites
            | Self::NewWebsite
            | Self::Website { .. }
            | Self::WebsiteSettings { .. }
            | Self::WebsiteWidget { .. } => Some(Section::Websites),
            Self::Analytics => Some(Section::Analytics),
            Self::Profile
            | Self::Team
            | Self::CannedReplies
            | Self::Labels
            | Self::Notifications
            | Self::Appearance
            | Self::Security
            | Self::Tokens
            | Self::Webhooks
            | Self::Audit => Some(Section::Settings),
            Self::Login
            | Self::Register
            | Self::VerifyEmail
            | Self::ForgotPassword
            | Self::ResetPassword
            | Self::AcceptInvitation
            | Self::NotFound => None,
            #[cfg(debug_assertions)]
            Self::Gallery => None,
        }
    }

    /// The page's `h1`, also in the document's title.
    #[must_use]
    pub fn heading(&self) -> AttrValue {
        match self {
            Self::Overview => t("overview.heading"),
            Self::Conversations | Self::Conversation { .. } => t("conversations.heading"),
            Self::Visitors => t("visitors.heading"),
            Self::Websites => t("websites.heading"),
            Self::NewWebsite => t("website_new.heading"),
            Self::Website { .. } => t("website.heading"),
            Self::WebsiteSettings { .. } => t("website_settings.heading"),
            Self::WebsiteWidget { .. } => t("widget.heading"),
            Self::Analytics => t("analytics.heading"),
            Self::Profile => t("profile.heading"),
            Self::Team => t("team.heading"),
            Self::CannedReplies => t("canned.heading"),
            Self::Labels => t("labels.heading"),
            Self::Notifications => t("notifications.heading"),
            Self::Appearance => t("appearance.heading"),
            Self::Security => t("security.heading"),
            Self::Tokens => t("tokens.heading"),
            Self::Webhooks => t("webhooks.heading"),
            Self::Audit => t("audit.heading"),
            Self::Login => t("login.heading"),
            Self::Register => t("register.heading"),
            Self::VerifyEmail => t("verify.heading"),
            Self::ForgotPassword => t("forgot.heading"),
            Self::ResetPassword => t("reset.heading"),
            Self::AcceptInvitation => t("invitation.heading"),
            #[cfg(debug_assertions)]
            Self::Gallery => AttrValue::Static("Gallery"),
            Self::NotFound => t("not_found.heading"),
        }
    }
}
