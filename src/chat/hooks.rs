//! What components read of the chat.

use std::cell::Cell;
use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::{LiveChatConversation, LiveChatMessage, Visibility};
use switchboard_contract::time::Timestamp;
use switchboard_engine::desk::{Aim, Desk, Fetch, Row};
use switchboard_engine::queue::{Queued, State};
use switchboard_engine::socket::Status;
use switchboard_engine::thread::Thread;
use yew::prelude::*;

use super::{Chat, Topic, Typed};
use crate::api::{ApiError, Retrying};
use crate::browser::{Listener, document, is_shown};

/// The chat itself: the same handle as long as someone is signed in.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_chat() -> Chat {
    let Some(chat) = use_context::<Chat>() else {
        panic!("a ChatProvider has to stand above this component")
    };
    chat
}

/// Draws the component again whenever `topic` changes, also when it did between a drawing and the effect after it: the
/// framework lets the browser do other things in between.
#[hook]
pub(super) fn use_topic(chat: &Chat, topic: Topic) {
    let update = use_force_update();
    let told = chat.told();
    use_effect_with((chat.clone(), topic), move |(chat, topic)| {
        if chat.told() != told {
            update.force_update();
        }
        let subscription = chat.watch(*topic, Callback::from(move |()| update.force_update()));
        move || drop(subscription)
    });
}

/// One conversation, kept live; `None` while it is not known.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_conversation(id: ConversationId) -> Option<Rc<LiveChatConversation>> {
    let chat = use_chat();
    use_topic(&chat, Topic::Conversation(id));
    chat.read(|desk| desk.conversation(id))
}

/// Why one conversation could not be loaded, and what to give to [`Chat::reload`]; and that this is tried again by itself.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_conversation_trouble(id: ConversationId) -> (Option<(ApiError, Fetch)>, Option<Retrying>) {
    let chat = use_chat();
    use_topic(&chat, Topic::Thread(id));
    let error = chat.read(|desk| {
        desk.conversation_error(id)
            .map(|(error, fetch)| (error.clone(), fetch.clone()))
    });
    (error, chat.repeated_conversation(id))
}

/// What waits for one conversation besides messages, in the order done.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_changes(id: ConversationId) -> Vec<Queued> {
    let chat = use_chat();
    use_topic(&chat, Topic::Conversation(id));
    chat.read(|desk| desk.changes(id).collect())
}

/// How a conversation's changes stand, for where there is no room to tell each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// None waits longer than a request takes.
    Nothing,
    /// At least one waits for the connection, or for a new sign-in.
    Change,
    /// At least one was refused.
    Refused,
}

/// How a conversation's changes stand.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_waiting(id: ConversationId) -> Waiting {
    let chat = use_chat();
    let changes = use_changes(id);
    let connected = is_connected(&chat);
    if changes
        .iter()
        .any(|queued| matches!(queued.state, State::Blocked(_)))
    {
        Waiting::Refused
    } else if changes
        .iter()
        .any(|queued| !connected || queued.state == State::NeedsAuth)
    {
        Waiting::Change
    } else {
        Waiting::Nothing
    }
}

/// Counts how often the connection has come back while the component was there: what failed without it may be tried again.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_reconnections() -> u32 {
    let chat = use_chat();
    let count = use_state_eq(|| 0_u32);
    let setter = count.setter();
    use_effect_with(chat, move |chat| {
        let (seen, watched) = (Cell::new((is_connected(chat), 0_u32)), chat.clone());
        let tell = move |()| {
            let (was_connected, before) = seen.get();
            let now = is_connected(&watched);
            let times = before + u32::from(now && !was_connected);
            seen.set((now, times));
            setter.set(times);
        };
        let subscription = chat.watch(Topic::Status, Callback::from(tell));
        move || drop(subscription)
    });
    *count
}

fn is_connected(chat: &Chat) -> bool {
    matches!(chat.status(), Status::Live | Status::Polling)
}

/// Everything that waits to be sent, in the order done; drawn again too when the connection changes.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_queue() -> Vec<Queued> {
    let chat = use_chat();
    use_topic(&chat, Topic::Queue);
    use_topic(&chat, Topic::Status);
    chat.queue()
}

/// A count of the texts that came back into a conversation's composer by [`Chat::edit`], and who was to see the last one.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_returned(id: ConversationId) -> (u32, Option<Visibility>) {
    let chat = use_chat();
    use_topic(&chat, Topic::Draft(id));
    let last = use_mut_ref(|| (0_u32, None::<Visibility>));
    let mut last = last.borrow_mut();
    if let Some(visibility) = chat.take_returned(id) {
        *last = (last.0 + 1, Some(visibility));
    }
    *last
}

/// Counts how often what is typed in a conversation was changed from elsewhere ([`Chat::composing`]). The text box is
/// released when the component goes.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_composing(id: ConversationId) -> u32 {
    let chat = use_chat();
    let revision = use_state(|| 0_u32);
    let (count, shown) = (use_mut_ref(|| 0_u32), chat.composing(id));
    let setter = revision.setter();
    use_effect_with((chat, id), move |(chat, id)| {
        let (chat, id) = (chat.clone(), *id);
        let tell = move || {
            *count.borrow_mut() += 1;
            setter.set(*count.borrow());
        };
        if chat.composing(id) != shown {
            tell();
        }
        let subscription = chat.watch(Topic::Draft(id), Callback::from(move |()| tell()));
        move || {
            drop(subscription);
            chat.release_draft(id);
        }
    });
    *revision
}

/// What was typed last in a conversation and not sent; nothing is left of it once it was.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_waiting_draft(id: ConversationId) -> Option<Typed> {
    let chat = use_chat();
    use_topic(&chat, Topic::DraftWaits(id));
    Some(chat.draft(id)).filter(|typed| !typed.text.trim().is_empty())
}

/// The messages of one conversation.
#[derive(Clone)]
pub struct ThreadView {
    /// Stored messages in order, then those that wait; only stored ones where the thread is not shown to its end.
    pub rows: Vec<Row>,
    /// Whether messages are there.
    pub is_loaded: bool,
    /// Whether the thread is shown to its end.
    pub is_at_latest: bool,
    /// The newest `seq` that is known; 0 when there is none.
    pub newest_seq: u64,
    /// Where the person wants to read, once that is among the rows.
    pub aim: Option<Aim>,
    /// When an earlier visit kept them; none once they were loaded.
    pub kept_at: Option<Timestamp>,
    /// Whether a page is on its way.
    pub is_loading: bool,
    /// Whether there are earlier messages than those.
    pub has_more_before: bool,
    /// Why the last load failed, and what to try again.
    pub error: Option<(ApiError, Fetch)>,
    /// The try that is repeated by itself, if one is.
    pub retrying: Option<Retrying>,
    /// Why the conversation is not there, where it is not.
    pub gone: Option<Gone>,
}

/// Why a conversation is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It is not this person's to see, or was deleted before anybody here looked.
    Missing,
    /// It was deleted.
    Deleted,
    /// The person has deleted it, and the server has not answered yet.
    Deleting,
}

impl Gone {
    fn of(desk: &Desk<ApiError>, id: ConversationId) -> Option<Self> {
        if desk.inbox().is_deleted(id) {
            Some(Self::Deleted)
        } else if desk.queue().is_deleting(id) {
            Some(Self::Deleting)
        } else {
            desk.inbox().is_missing(id).then_some(Self::Missing)
        }
    }
}

/// The messages of one conversation, kept live while the component is there.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_thread(id: ConversationId) -> ThreadView {
    let chat = use_chat();
    use_topic(&chat, Topic::Thread(id));
    use_effect_with((chat.clone(), id), |(chat, id)| {
        let (chat, id) = (chat.clone(), *id);
        chat.open(id);
        move || chat.close(id)
    });
    chat.read(|desk: &Desk<ApiError>| {
        let thread = desk.inbox().thread(id);
        let gone = Gone::of(desk, id);
        let mut rows = desk.rows(id);
        // Of what is gone only what could not be sent is left to be shown.
        rows.retain(|row| gone.is_none() || matches!(row, Row::Queued(_)));
        ThreadView {
            rows,
            is_loaded: thread.is_some_and(Thread::is_loaded) || !desk.is_at_latest(id),
            is_at_latest: desk.is_at_latest(id),
            newest_seq: thread.map_or(0, Thread::newest_seq),
            aim: desk.aim(id),
            kept_at: desk.thread_kept_at(id),
            is_loading: desk.is_thread_loading(id),
            has_more_before: desk.has_more_before(id),
            error: desk
                .thread_error(id)
                .map(|(error, fetch)| (error.clone(), fetch.clone())),
            retrying: chat.repeated_thread(id),
            gone,
        }
    })
}

/// Hears each message that comes in by itself.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_arrivals(tell: Callback<Rc<LiveChatMessage>>) {
    let chat = use_chat();
    use_effect_with((chat, tell), |(chat, tell)| {
        let subscription = chat.watch_arrivals(tell.clone());
        move || drop(subscription)
    });
}

/// Hears of the newest `seq` that stands on the screen. While the page is shown, what stands there is read.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_read_mark(id: ConversationId) -> Callback<u64> {
    let chat = use_chat();
    let shown = use_page_shown();
    let unread = use_conversation(id).map_or(0, |conversation| conversation.unread_count);
    let on_screen = use_mut_ref(|| None::<u64>);
    {
        let on_screen = on_screen.clone();
        // The count may come after the message, and the person after both.
        use_effect_with((chat.clone(), id, shown, unread), move |(chat, id, shown, _)| {
            let seen = *on_screen.borrow();
            if let Some(up_to) = seen.filter(|_| *shown) {
                chat.seen(*id, up_to);
            }
        });
    }
    use_callback((chat, id, shown), move |up_to: u64, (chat, id, shown)| {
        let is_further = on_screen.borrow().is_none_or(|seen| up_to > seen);
        if is_further {
            on_screen.replace(Some(up_to));
            if *shown {
                chat.seen(*id, up_to);
            }
        }
    })
}

/// Whether the page is shown, not in a background tab.
#[hook]
pub(super) fn use_page_shown() -> bool {
    let shown = use_state(is_shown);
    {
        let setter = shown.setter();
        use_effect_with((), move |()| {
            let listener = document().map(|document| {
                Listener::new(&document, "visibilitychange", move |_| setter.set(is_shown()))
            });
            move || drop(listener)
        });
    }
    *shown
}
