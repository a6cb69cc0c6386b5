//! Deleting a canned reply: it goes from the list at once, and from the server when nobody has undone it.

use switchboard_contract::live_chat::{CannedReply, CannedReplyList};
use yew::prelude::*;

use super::super::settings::{UNDO_MS, offer_undo};
use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::grace;
use crate::i18n::t_with;
use crate::query::asks::{self, topic};
use crate::query::{Mutating, use_query_client};
use crate::ui::use_toasts;

/// Deletes a canned reply, unless that is undone.
#[hook]
pub(super) fn use_delete() -> Callback<CannedReply> {
    let (api, client, toasts) = (use_api(), use_query_client(), use_toasts());
    Callback::from(move |reply: CannedReply| {
        let id = reply.id;
        let (grace, undo) = grace(UNDO_MS);
        let about = AttrValue::from(format!("canned reply {id}"));
        let told = t_with("canned.deleted", &[("shortcut", &reply.shortcut)]);
        offer_undo(&toasts, about.clone(), told, undo);
        let mutating = Mutating {
            target: asks::all(topic::CANNED_REPLIES),
            change: Box::new(move |list: &CannedReplyList| {
                let mut list = list.clone();
                list.items.retain(|reply| reply.id != id);
                list
            }),
        };
        let (api, toasts) = (api.clone(), toasts.clone());
        let gone = toasts.clone();
        let call = async move {
            gone.withdraw(about);
            match api.delete_canned_reply(id).await {
                // Gone already is as good.
                Err(ApiError::NotFound(_)) => Ok(()),
                outcome => outcome,
            }
        };
        client.mutate_after(grace, mutating, call, move |outcome| {
            if let Err(error) = outcome {
                toasts.alert(error.message());
            }
        });
    })
}
