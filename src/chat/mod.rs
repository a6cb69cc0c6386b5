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
//! | [`use_read_mark`] | telling how far a conversation was read |
//! | [`use_typing`], [`use_viewers`], [`use_presence`], [`use_presences`] | who types in a conversation, looks at it, is there |
//! | [`use_looking_at`] | telling the team that one looks at a conversation |
//! | [`use_arrivals`] | messages as they come in, to be announced |
//! | [`use_composing`], [`use_waiting_draft`] | what is typed and not sent |
//! | [`use_attached`], [`use_upload`] | files that are attached, and how far they have come |
//! | [`use_reconnections`] | trying again what failed without a connection |
//! | [`use_queue`], [`use_changes`], [`use_waiting`] | what waits to be sent |
//! | [`use_directory`] | the names of members and labels |

mod attached;
mod carrier;
mod directory;
mod drafts;
mod files;
mod held;
mod hooks;
mod incoming;
mod live_chat;
mod people;
mod provider;
mod queue_count;
mod repeats;
mod shell;
mod watching;

pub use attached::{Picked, use_attached};
pub use directory::{Directory, use_directory, use_directory_when};
pub use drafts::{Composing, Typed};
pub use files::{SeenPicture, use_upload};
pub use hooks::{
    Gone, ThreadView, Waiting, use_arrivals, use_changes, use_chat, use_composing, use_conversation,
    use_conversation_trouble, use_queue, use_read_mark, use_reconnections, use_returned, use_thread,
    use_waiting, use_waiting_draft,
};
pub use live_chat::{LiveChat, use_live_chat};
pub use people::{Presences, use_looking_at, use_presence, use_presences, use_typing, use_viewers};
pub use provider::{ChatProvider, ChatProviderProps};
pub use queue_count::{QueueCount, count_kept, forget_kept, use_foreign, use_queue_count};
pub use shell::Chat;
pub use watching::{Subscription, Topic};
