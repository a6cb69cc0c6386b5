//! Loads of lists and threads that have failed and are tried again by themselves, so that a page can say so.

use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_engine::desk::Fetch;
use switchboard_engine::inbox::Shelf;
use yew::Callback;

use super::{Chat, Topic};
use crate::api::Retrying;

impl Chat {
    /// Hears of each failure after which `fetch` is tried again, until [`Chat::load_ended`].
    pub(super) fn on_repeat(&self, fetch: &Fetch) -> Callback<Retrying> {
        let (chat, fetch) = (Rc::downgrade(&self.0), fetch.clone());
        Callback::from(move |retrying| {
            if let Some(inner) = chat.upgrade() {
                let chat = Self(inner);
                chat.0.repeats.borrow_mut().insert(fetch.clone(), retrying);
                chat.tell_of(&fetch);
            }
        })
    }

    /// `fetch` has ended in one way or the other.
    pub(super) fn load_ended(&self, fetch: &Fetch) {
        if self.0.repeats.borrow_mut().remove(fetch).is_some() {
            self.tell_of(fetch);
        }
    }

    fn tell_of(&self, fetch: &Fetch) {
        self.tell(|topic| match (fetch, topic) {
            (Fetch::List { .. }, Topic::Lists) => true,
            (Fetch::Messages { conversation, .. } | Fetch::Conversation(conversation), Topic::Thread(id)) => {
                *conversation == id
            }
            _ => false,
        });
    }

    /// The try that is repeated of a list, if one is.
    #[must_use]
    pub fn repeated_list(&self, shelf: Shelf) -> Option<Retrying> {
        self.repeated(|fetch| matches!(fetch, Fetch::List { shelf: of, .. } if *of == shelf))
    }

    /// The try that is repeated of a thread, if one is.
    #[must_use]
    pub fn repeated_thread(&self, id: ConversationId) -> Option<Retrying> {
        self.repeated(|fetch| match fetch {
            Fetch::Messages { conversation, .. } | Fetch::Conversation(conversation) => *conversation == id,
            Fetch::List { .. } => false,
        })
    }

    fn repeated(&self, concerns: impl Fn(&Fetch) -> bool) -> Option<Retrying> {
        let repeats = self.0.repeats.borrow();
        let found = repeats.iter().find(|(fetch, _)| concerns(fetch));
        found.map(|(_, retrying)| retrying.clone())
    }
}
