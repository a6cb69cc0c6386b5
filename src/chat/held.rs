//! Replies that are held back for some seconds: the message that offers to call the newest one back.

use std::cell::Cell;
use std::rc::Rc;

use yew::prelude::*;

use super::{Chat, Topic};
use crate::browser::{Listener, document, is_shown};
use crate::i18n::t;
use crate::ui::{ToastAct, use_toasts};

/// What the message is about: there is one at a time, for the newest reply.
const ABOUT: AttrValue = AttrValue::Static("held reply");

/// Offers to call back what this tab holds back. When the page is hidden nobody can, and it goes at once.
#[hook]
pub(super) fn use_held(chat: &Chat) {
    let toasts = use_toasts();
    use_effect_with(chat.clone(), move |chat| {
        let told = Rc::new(Cell::new(None));
        let on_change = {
            let chat = chat.clone();
            Callback::from(move |()| {
                let held = chat.newest_held();
                if told.replace(held) == held {
                    return;
                }
                let Some(id) = held else {
                    toasts.withdraw(ABOUT);
                    return;
                };
                let chat = chat.clone();
                let act = ToastAct {
                    about: ABOUT,
                    label: t("actions.undo"),
                    on_choose: Callback::from(move |()| chat.edit(id)),
                };
                toasts.status_with(t("composer.sent"), act);
            })
        };
        let subscription = chat.watch(Topic::Queue, on_change);
        let chat = chat.clone();
        let listener = document().map(|document| {
            Listener::new(&document, "visibilitychange", move |_| {
                if !is_shown() {
                    chat.release();
                }
            })
        });
        move || drop((subscription, listener))
    });
}
