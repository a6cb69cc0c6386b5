//! Signing in, staying signed in, signing out.
//!
//! [`Session`] is the browser shell of the engine's refresh machine; [`AuthProvider`] tells components who is signed in;
//! the guards that pick a page by that stand in [`crate::app`], by the table in [`crate::routes`].

mod hint;
mod peers;
mod provider;
pub mod return_to;
mod session;
mod waiting;

pub use hint::Hint;
pub use provider::{
    Auth, AuthProvider, AuthProviderProps, MeProvider, MeProviderProps, use_api, use_auth, use_me,
};
pub use session::{AuthState, Session, Token};
