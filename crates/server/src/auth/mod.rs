//! Who calls: sign-in, sessions and the tokens of operators and visitors (`protocol.md` *Auth*).
//!
//! | module | holds |
//! | --- | --- |
//! | [`keys`] | the server's key and what is derived from it; random secrets and their hashes |
//! | [`routes`] | login, refresh, logout, me |
//! | [`password`], [`throttle`] | hashing, and slowing down guesses |
//! | [`refresh_cookie`] | the refresh token and how it travels |
//! | [`operator`] | the [`Operator`] extractor: bearer token → session, member, role, rights |
//! | [`visitor_caller`] | the [`VisitorCaller`] extractor |

pub mod keys;
pub mod operator;
pub mod password;
pub mod refresh_cookie;
pub mod routes;
pub mod throttle;
pub mod visitor_caller;

pub use operator::{Operator, Rights};
pub use visitor_caller::VisitorCaller;
