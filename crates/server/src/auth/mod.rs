//! Who calls: sign-in, sessions and the tokens of operators and visitors (`protocol.md` *Auth*).
//!
//! | module | holds |
//! | --- | --- |
//! | [`keys`] | the server's key and what is derived from it; random secrets and their hashes |
//! | [`register`] | register, verify-email, resend-verification |
//! | [`sign_in`], [`second_factor`] | login, login/totp; setting a second factor up and checking its codes |
//! | [`refresh`], [`refresh_cookie`] | refresh, logout; the refresh token and how it travels |
//! | [`sessions`] | beginning, listing and ending sign-ins |
//! | [`me`], [`email_change`], [`reset`] | the member's profile, address and password |
//! | [`links`] | one-use links by mail |
//! | [`password`], [`confirm`], [`throttle`] | the rule and hashing, asking again, slowing down guesses |
//! | [`operator`] | the [`Operator`] extractor: bearer token → session, member, role, rights |
//! | [`visitor_caller`] | the [`VisitorCaller`] extractor |

mod confirm;
mod email_change;
pub mod keys;
pub(crate) mod links;
mod me;
pub mod operator;
pub mod password;
mod refresh;
pub mod refresh_cookie;
pub(crate) mod register;
mod reset;
pub(crate) mod second_factor;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub mod throttle;
pub mod visitor_caller;

use axum::Router;
use axum::routing::{delete, get, post, put};

use crate::state::AppState;

pub use operator::{Operator, Rights};
pub use visitor_caller::VisitorCaller;

/// The routes of this folder.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/auth/register", post(register::register))
        .route("/api/auth/verify-email", post(register::verify))
        .route("/api/auth/resend-verification", post(register::resend))
        .route("/api/auth/login", post(sign_in::login))
        .route("/api/auth/login/totp", post(sign_in::login_totp))
        .route("/api/auth/refresh", post(refresh::refresh))
        .route("/api/auth/logout", post(refresh::logout))
        .route("/api/auth/forgot-password", post(reset::forgot))
        .route("/api/auth/reset-password", post(reset::reset))
        .route("/api/auth/password", put(reset::replace))
        .route("/api/auth/email-change", post(email_change::change))
        .route("/api/auth/me", get(me::show).patch(me::update))
        .route("/api/auth/sessions", get(sessions::list))
        .route("/api/auth/sessions/{id}", delete(sessions::delete))
        .route("/api/auth/totp/enrol", post(second_factor::enrol))
        .route("/api/auth/totp/confirm", post(second_factor::confirm))
        .route("/api/auth/totp/disable", post(second_factor::disable))
}
