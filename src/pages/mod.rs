//! The dashboard's pages, one file or folder each. Pages get data from [`crate::api`] and the chat, show it with
//! [`crate::ui`], and never speak to the network or the browser themselves.

mod analytics;
mod auth_layout;
mod config_problem;
mod conversations;
mod login;
mod no_account;
mod not_found;
mod overview;
mod profile;
mod visitors;
mod websites;

pub use analytics::Analytics;
pub use config_problem::{ConfigProblem, ConfigProblemProps};
pub use conversations::{
    Composer, ComposerProps, Conversations, ConversationsProps, MessageRows, MessageRowsProps,
};
pub use login::{Login, LoginForm};
pub use no_account::{ForgotPassword, Register};
pub use not_found::{NotFound, NotFoundAlone};
pub use overview::Overview;
pub use profile::Profile;
pub use visitors::{Visitors, device_icon};
pub use websites::Websites;
