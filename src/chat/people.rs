//! Who types, who looks at a conversation, who is there, and what others see of the person here.

use std::cell::Cell;
use std::rc::Rc;

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_engine::awareness::{Person, Typist};
use yew::prelude::*;

use super::hooks::{use_page_shown, use_topic};
use super::{Chat, Topic, use_chat};
use crate::auth::use_me;
use crate::browser::{Listener, document, is_shown, now};

/// What counts as use of the page.
const USES: [&str; 5] = [
    "pointerdown",
    "pointermove",
    "keydown",
    "wheel",
    "visibilitychange",
];
/// Use is reported this often at most, in milliseconds.
const USED_EVERY_MS: u64 = 10_000;

/// Who else types in a conversation.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_typing(conversation: ConversationId) -> Vec<Typist> {
    let chat = use_chat();
    use_topic(&chat, Topic::People(conversation));
    chat.read(|desk| desk.typing(conversation).cloned().collect())
}

/// Which other members look at a conversation.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_viewers(conversation: ConversationId) -> Vec<Person> {
    let chat = use_chat();
    use_topic(&chat, Topic::People(conversation));
    chat.read(|desk| desk.viewing(conversation).cloned().collect())
}

/// Whether a member is there; of the person here, as others see it. `None` where there is no chat: whoever has to set up a
/// second factor first is nowhere yet.
#[hook]
pub fn use_presence(member: MemberId) -> Option<Availability> {
    let chat = use_context::<Chat>();
    let update = use_force_update();
    use_effect_with(chat.clone(), move |chat| {
        let subscription = chat
            .as_ref()
            .map(|chat| chat.watch(Topic::Presence, Callback::from(move |()| update.force_update())));
        move || drop(subscription)
    });
    chat.map(|chat| chat.read(|desk| desk.availability(member)))
}

/// Who of the team is there.
#[derive(Clone, PartialEq)]
pub struct Presences(Chat);

impl Presences {
    /// Whether a member is.
    #[must_use]
    pub fn of(&self, member: MemberId) -> Availability {
        self.0.read(|desk| desk.availability(member))
    }
}

/// Who of the team is there; the component is drawn again when anybody comes or goes.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_presences() -> Presences {
    let chat = use_chat();
    use_topic(&chat, Topic::Presence);
    Presences(chat)
}

/// Tells the team that the person looks at a conversation, while the component is there and the page is shown.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_looking_at(conversation: ConversationId) {
    let chat = use_chat();
    let shown = use_page_shown();
    use_effect_with((chat, conversation, shown), |(chat, conversation, shown)| {
        let chat = chat.clone();
        chat.looking_at(Some(*conversation).filter(|_| *shown));
        move || chat.looking_at(None)
    });
}

/// Tells the team how the person is: as it is set, and whether anybody uses the page.
#[hook]
pub(super) fn use_own_presence(chat: &Chat) {
    let me = use_me();
    use_effect_with((chat.clone(), me.availability), |(chat, availability)| {
        chat.available(*availability);
    });
    let away_after = me.notifications.away_after_minutes;
    use_effect_with((chat.clone(), away_after), |(chat, minutes)| {
        chat.away_after(*minutes);
    });
    use_effect_with(chat.clone(), |chat| {
        let chat = chat.clone();
        let told_at = Rc::new(Cell::new(None::<u64>));
        let listeners = document().map(|document| {
            USES.map(|event| {
                let (chat, told_at) = (chat.clone(), told_at.clone());
                Listener::capturing(&document, event, move |_| {
                    let at = now().monotonic;
                    let is_due = told_at.get().is_none_or(|before| at >= before + USED_EVERY_MS);
                    if is_due && is_shown() {
                        told_at.set(Some(at));
                        chat.used();
                    }
                })
            })
        });
        move || drop(listeners)
    });
}
