//! The chat: conversations, messages and the outbox of the person who is signed in, kept live.
//!
//! [`Chat`] is the browser shell of [`switchboard_engine::desk`]; components read it through the hooks below and are drawn
//! again only when their own list, row, thread or status changes.
//!
//! | hook | for |
//! | --- | --- |
//! | [`use_live_chat`] | one list and what can be done with it |
//! | [`use_conversation`] | one conversation, such as a row |
//! | [`use_thread`] | the messages of one conversation |
//! | [`use_read_mark`] | telling that a conversation was read |
//! | [`use_arrivals`] | messages as they come in, to be announced |
//! | [`use_queue`], [`use_changes`], [`use_waiting`] | what waits to be sent |
//! | [`use_unsent`] | how much of it would be lost by leaving |
//! | [`use_directory`] | the names of members and labels |

mod carrier;
mod directory;
mod hooks;
mod provider;
mod shell;
mod unsent;

pub use directory::{Directory, use_directory};
pub use hooks::{
    LiveChat, ThreadView, Waiting, use_arrivals, use_changes, use_chat, use_conversation, use_live_chat,
    use_queue, use_read_mark, use_returned, use_thread, use_waiting,
};
pub use provider::{ChatProvider, ChatProviderProps};
pub use shell::{Chat, Topic};
pub use unsent::{Unsent, count_kept, forget_kept, use_unsent};
