//! One list of conversations, and everything that can be done with the conversations on it.

use std::rc::Rc;

use switchboard_contract::ids::{ConversationId, LabelId, MemberId, MessageId};
use switchboard_contract::live_chat::{
    ConversationChange, ConversationStatus, LiveChatConversation, Priority, SearchMatch, Visibility,
};
use switchboard_contract::time::Timestamp;
use switchboard_engine::desk::Fetch;
use switchboard_engine::inbox::Filter;
use yew::prelude::*;

use super::hooks::use_topic;
use super::{Chat, Topic, use_chat};
use crate::api::{ApiError, Retrying};

/// One list of conversations and what can be done with it.
#[derive(Clone)]
pub struct LiveChat {
    /// The ids in the list's order; rows read the rest by [`super::use_conversation`].
    pub conversations: Rc<[ConversationId]>,
    /// Whether the first page is there.
    pub is_loaded: bool,
    /// When an earlier visit kept what is there; none once it was loaded.
    pub kept_at: Option<Timestamp>,
    /// Whether a page is on its way.
    pub is_loading: bool,
    /// Why the last load failed; what is there stays.
    pub error: Option<ApiError>,
    /// The try that is repeated by itself, if one is.
    pub retrying: Option<Retrying>,
    /// Whether there is a next page.
    pub has_more: bool,
    filter: Filter,
    failed: Option<Fetch>,
    chat: Chat,
}

impl LiveChat {
    /// Loads the next page.
    pub fn load_more(&self) {
        self.chat.more_of_list(self.filter.clone());
    }

    /// Tries the failed load again.
    pub fn reload(&self) {
        self.chat
            .reload(self.failed.clone().unwrap_or_else(|| Fetch::List {
                filter: self.filter.clone(),
                cursor: None,
            }));
    }

    /// Sends a message; it shows at once and goes out as soon as it can.
    pub fn send(&self, conversation: ConversationId, content: String, visibility: Visibility) {
        self.chat.send(conversation, content, visibility);
    }

    /// Tries a refused message again.
    pub fn retry(&self, id: MessageId) {
        self.chat.retry(id);
    }

    /// Gives a refused message up.
    pub fn discard(&self, id: MessageId) {
        self.chat.discard(id);
    }

    /// Closes a conversation, or reopens it.
    pub fn set_status(&self, conversation: ConversationId, status: ConversationStatus) {
        let set = ConversationChange {
            status: Some(status),
            ..ConversationChange::default()
        };
        self.chat.change(conversation, set);
    }

    /// Puts a conversation into the archive, or takes it out.
    pub fn archive(&self, conversation: ConversationId, is_archived: bool) {
        let set = ConversationChange {
            is_archived: Some(is_archived),
            ..ConversationChange::default()
        };
        self.chat.change(conversation, set);
    }

    /// Puts someone in charge, or nobody.
    pub fn assign(&self, conversation: ConversationId, assignee: Option<MemberId>) {
        let set = ConversationChange {
            assignee_id: Some(assignee),
            ..ConversationChange::default()
        };
        self.chat.change(conversation, set);
    }

    /// Puts a label on a conversation, or takes it off.
    pub fn label(&self, conversation: ConversationId, label: LabelId, on: bool) {
        let mut set = ConversationChange::default();
        if on {
            set.add_labels.push(label);
        } else {
            set.remove_labels.push(label);
        }
        self.chat.change(conversation, set);
    }

    /// Hides a conversation until then, or ends that.
    pub fn snooze(&self, conversation: ConversationId, until: Option<Timestamp>) {
        let set = ConversationChange {
            snoozed_until: Some(until),
            ..ConversationChange::default()
        };
        self.chat.change(conversation, set);
    }

    /// Says how urgent a conversation is.
    pub fn prioritise(&self, conversation: ConversationId, priority: Priority) {
        let set = ConversationChange {
            priority: Some(priority),
            ..ConversationChange::default()
        };
        self.chat.change(conversation, set);
    }

    /// Changes several things of a conversation in one step.
    pub fn change(&self, conversation: ConversationId, set: ConversationChange) {
        self.chat.change(conversation, set);
    }

    /// A conversation as it is now, with what waits for it.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<Rc<LiveChatConversation>> {
        self.chat.read(|desk| desk.conversation(id))
    }

    /// What a search found in a conversation; none where it was not found by the server, or nothing is searched for.
    #[must_use]
    pub fn found_in(&self, id: ConversationId) -> Option<Rc<SearchMatch>> {
        self.chat
            .read(|desk| desk.inbox().found_in(&self.filter, id).cloned())
    }

    /// The first of a list that this device holds and `wanted` picks, in its order; it looks at no more than the first few
    /// thousand.
    #[must_use]
    pub fn pick(
        &self,
        filter: &Filter,
        most: usize,
        wanted: impl Fn(&LiveChatConversation) -> bool,
    ) -> Vec<ConversationId> {
        const LOOKED_AT: usize = 2_000;
        self.chat.read(|desk| {
            let known = desk.list(filter).take(LOOKED_AT);
            let picked = known.filter(|id| desk.inbox().conversation(*id).is_some_and(|it| wanted(it)));
            picked.take(most).collect()
        })
    }
}

/// One list, kept live.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_live_chat(filter: &Filter) -> LiveChat {
    let chat = use_chat();
    use_topic(&chat, Topic::Lists);
    use_effect_with((chat.clone(), filter.clone()), |(chat, filter)| {
        chat.show(filter.clone());
        let (chat, filter) = (chat.clone(), filter.clone());
        move || chat.hide(filter)
    });
    chat.clone().read(|desk| {
        let error = desk.list_error(filter);
        LiveChat {
            conversations: desk.list(filter).collect(),
            is_loaded: desk.inbox().is_loaded(filter) || desk.inbox().is_restored(filter),
            kept_at: desk.list_kept_at(filter),
            is_loading: desk.is_list_loading(filter),
            error: error.map(|(error, _)| error.clone()),
            failed: error.map(|(_, fetch)| fetch.clone()),
            retrying: chat.repeated_list(filter),
            has_more: desk.inbox().next_cursor(filter).is_some(),
            filter: filter.clone(),
            chat,
        }
    })
}
