//! Loads of lists and threads that have failed and are tried again by themselves, so that a page can say so.

use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_engine::desk::Fetch;
use switchboard_engine::inbox::Filter;
use yew::Callback;

use super::{Chat, Topic};
use crate::api::Retrying;

impl Chat {
    /// Hears of each failure after which the load `generation` of `fetch` is tried again, until [`Chat::load_ended`].
    pub(super) fn on_repeat(&self, generation: u64, fetch: &Fetch) -> Callback<Retrying> {
        let (chat, fetch) = (Rc::downgrade(&self.0), fetch.clone());
        Callback::from(move |retrying| {
            if let Some(inner) = chat.upgrade() {
                let chat = Self(inner);
                chat.0
                    .repeats
                    .borrow_mut()
                    .insert(fetch.clone(), (generation, retrying));
                chat.tell_of(&fetch);
            }
        })
    }

    /// The load `generation` of `fetch` has ended in one way or the other. A later one of the same may be under way.
    pub(super) fn load_ended(&self, generation: u64, fetch: &Fetch) {
        let mut repeats = self.0.repeats.borrow_mut();
        if repeats.get(fetch).is_some_and(|(of, _)| *of == generation) {
            repeats.remove(fetch);
            drop(repeats);
            self.tell_of(fetch);
        }
    }

    fn tell_of(&self, fetch: &Fetch) {
        self.tell(|topic| match (fetch, topic) {
            (Fetch::List { .. }, Topic::Lists) => true,
            (
                Fetch::Messages { conversation, .. }
                | Fetch::Passage { conversation, .. }
                | Fetch::Conversation(conversation),
                Topic::Thread(id),
            ) => *conversation == id,
            _ => false,
        });
    }

    /// The try that is repeated of a list, if one is.
    #[must_use]
    pub fn repeated_list(&self, filter: &Filter) -> Option<Retrying> {
        self.repeated(|fetch| matches!(fetch, Fetch::List { filter: of, .. } if of == filter))
    }

    /// The try that is repeated of a thread's messages, if one is.
    #[must_use]
    pub fn repeated_thread(&self, id: ConversationId) -> Option<Retrying> {
        self.repeated(|fetch| {
            matches!(fetch, Fetch::Messages { conversation, .. } | Fetch::Passage { conversation, .. } if *conversation == id)
        })
    }

    /// The try that is repeated of a conversation by itself, if one is.
    #[must_use]
    pub fn repeated_conversation(&self, id: ConversationId) -> Option<Retrying> {
        self.repeated(|fetch| *fetch == Fetch::Conversation(id))
    }

    fn repeated(&self, concerns: impl Fn(&Fetch) -> bool) -> Option<Retrying> {
        let repeats = self.0.repeats.borrow();
        let found = repeats.iter().find(|(fetch, _)| concerns(fetch));
        found.map(|(_, (_, retrying))| retrying.clone())
    }
}
