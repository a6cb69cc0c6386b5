//! What pages load and change: shared by everyone who looks at it, shown again at once, asked again behind it.
//!
//! The rules are [`switchboard_engine::query`]'s; `client.rs` carries them out. Every kind of data is described once, in
//! `asks.rs`: a component names what it wants, never how it is fetched.
//!
//! | file | holds |
//! | --- | --- |
//! | `asks.rs` | every kind of data: its key, and how it is fetched |
//! | `client.rs` | the browser shell of the engine's cache |
//! | `hooks.rs` | what components read |
//! | `outside.rs` | what is kept for the next visit, and what tabs tell each other |
//! | `value.rs` | values of any type in one cache |

pub mod asks;
mod client;
mod hooks;
mod outside;
mod value;

pub use client::{Mutating, QueryClient};
pub use hooks::{Loaded, Query, QueryProvider, use_asked_again, use_kept, use_query, use_query_client};
