//! What can be done with a message that waits: it can be called back to be changed, and sent at once where it is held back.

use switchboard_contract::ids::MessageId;
use switchboard_engine::queue::{Queued, State};
use switchboard_engine::store::message_id;
use yew::prelude::*;

use crate::browser::now;
use crate::i18n::t;

/// The buttons under it, as long as no attempt is on its way.
pub(super) fn view_acts(queued: &Queued, on_edit: &Callback<MessageId>, on_release: &Callback<()>) -> Html {
    if !matches!(queued.state, State::Saving | State::Waiting) {
        return html! { <span hidden=true /> };
    }
    let id = message_id(queued.entry.id);
    let onclick = on_edit.reform(move |_: MouseEvent| id);
    let is_held = queued.entry.held_for(now().wall) > 0;
    let on_send = on_release.reform(|_: MouseEvent| ());
    html! {
        <span class="row">
            <button class="text-btn" type="button" {onclick}>{ t("message.edit") }</button>
            <span hidden={!is_held}>
                if is_held {
                    <button class="text-btn text-btn-quiet" type="button" onclick={on_send}>{ t("message.send_now") }</button>
                }
            </span>
        </span>
    }
}
