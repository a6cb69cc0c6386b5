//! The visitor's chat. A website's page loads `loader/loader.js`, which shows a button and, once opened, an iframe; this
//! crate is the program inside that iframe.
//!
//! | module | holds |
//! | --- | --- |
//! | [`chat`] | what the frame does: a machine over the engine's socket, outbox and thread; no I/O |
//! | [`rows`] | the log as it is shown, message by message |
//! | [`bridge`] | what frame and loader tell each other |
//! | [`texts`] | what people read, by language |
//! | `widget` | what the chat looks like and says, as the loader hands it over |
//! | `json` | one way to read JSON |
//! | `web` | the browser: requests, the WebSocket, storage, the document; decides nothing |
//!
//! Everything but `web` compiles and is tested natively.

pub mod bridge;
pub mod chat;
mod json;
pub mod rows;
pub mod texts;
#[cfg(target_arch = "wasm32")]
mod web;
mod widget;
