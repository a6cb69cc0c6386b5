//! The wire contract of the Switchboard API: types, validation rules and error codes, shared by the server, the
//! dashboard and the widget. No I/O, no clock, no UI.
//!
//! | module | holds |
//! | --- | --- |
//! | [`ids`] | a newtype for each kind of identifier |
//! | [`time`], [`position`] | instants and log positions as they travel |
//! | [`problem`] | `application/problem+json` and its codes |
//! | [`page`] | cursor lists and page lists |
//! | [`analytics`] | reports: metrics and their definitions, queries, answers |
//! | [`audit`] | who changed what, for owners |
//! | [`auth`] | sign-in, sessions, members |
//! | [`notifications`] | what a member is told of, and how |
//! | [`website`] | websites, funnels and the widget's configuration |
//! | [`live_chat`] | conversations, messages and the people on the sites |
//! | [`visitor`] | the visitor's side of the API |
//! | [`realtime`] | frames of the WebSocket, events, signals, close codes |
//! | [`tokens`] | API tokens and their scopes |
//! | [`webhooks`] | what other servers are told |
//! | [`password`] | the rule for new passwords and an estimate of their strength |
//! | [`validate`] | rules that forms and handlers share |
//!
//! Unknown fields are ignored and unknown enum values decode as `Unknown`, so that an old dashboard survives a newer API.

pub mod analytics;
pub mod audit;
pub mod auth;
mod decode;
pub mod ids;
pub mod live_chat;
pub mod notifications;
pub mod page;
pub mod password;
pub mod position;
pub mod problem;
pub mod realtime;
pub mod time;
pub mod tokens;
pub mod validate;
pub mod visitor;
pub mod webhooks;
pub mod website;

pub use decode::decode;
