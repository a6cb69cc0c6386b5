//! What another person left on this device is not erased without a word.

use yew::prelude::*;

use crate::auth::use_auth;
use crate::chat::{use_chat, use_foreign};
use crate::i18n::{t, t_count};
use crate::ui::Dialog;

/// Asks whoever has just signed in on a device where another person's actions wait: erase them, or leave again.
///
/// # Panics
/// Outside of a [`crate::chat::ChatProvider`].
#[component]
pub fn ForeignQueue() -> Html {
    let chat = use_chat();
    let session = use_auth().session().clone();
    let foreign = use_foreign(&chat).filter(|entries| *entries > 0);
    let on_confirm = Callback::from(move |()| chat.take_over());
    // Nothing of this person waits: there is nothing to ask.
    let on_cancel = Callback::from(move |()| session.sign_out());
    html! {
        <div>
            if let Some(entries) = foreign {
                <Dialog
                    title={t("foreign.title")}
                    confirm={t("foreign.erase")}
                    danger=true
                    {on_confirm}
                    cancel={t("account.sign_out")}
                    {on_cancel}
                >
                    <p>{ t_count("foreign.text", entries, &[]) }</p>
                </Dialog>
            }
        </div>
    }
}
