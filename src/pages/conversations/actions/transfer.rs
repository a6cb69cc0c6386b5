//! Handing a conversation over: to whom, and what they should know, in one act.

use std::rc::Rc;

use switchboard_contract::ids::MemberId;
use switchboard_contract::live_chat::{LiveChatConversation, MAX_MESSAGE_CHARS};
use switchboard_contract::validate::Violation;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::act::Act;
use super::groups::sees;
use crate::chat::{use_directory, use_presences};
use crate::forms::{Choice, FormHandle, FormOptions, FormSelect, FormTextArea, use_form};
use crate::i18n::{t, t_with};
use crate::people::presence_text;
use crate::query::{asks, use_query};
use crate::ui::Dialog;

const TO: &str = "to";
const NOTE: &str = "note";

const OPTIONS: FormOptions = FormOptions {
    prefix: "transfer",
    draft: None,
    label: |field| match field {
        TO => t("transfer.to"),
        _ => t("transfer.note"),
    },
};

/// Props for [`Transfer`].
#[derive(Properties, PartialEq)]
pub(super) struct TransferProps {
    /// Which conversation.
    pub conversation: Rc<LiveChatConversation>,
    /// What can be done with it.
    pub act: Act,
    /// Handed over, or left as it is.
    pub on_close: Callback<()>,
}

/// Asks to whom, everybody on the website's team at the top, and for a note.
#[component]
pub(super) fn Transfer(props: &TransferProps) -> Html {
    let (directory, presences) = (use_directory(), use_presences());
    let website = use_query(asks::website(props.conversation.website_id));
    let form = use_form(OPTIONS, || vec![Field::choice(TO), Field::text(NOTE, rule)]);
    let team = match &website.data {
        Some(website) => t_with("transfer.team_of", &[("website", &website.value.name)]),
        None => t("transfer.team"),
    };
    let members = directory.members.data.as_ref();
    let colleagues = members
        .into_iter()
        .flat_map(|members| &members.value.items)
        .filter(|member| member.id != directory.me() && sees(member, &props.conversation))
        .map(|member| {
            let how = presence_text(presences.of(member.id), member.load_cap);
            Choice {
                value: AttrValue::from(member.id.to_string()),
                text: t_with("transfer.person", &[("name", &member.name), ("how", &how)]),
            }
        });
    let everybody = Choice {
        value: AttrValue::Static(""),
        text: team.clone(),
    };
    let choices: Vec<Choice> = std::iter::once(everybody).chain(colleagues).collect();
    let hint = match (members.is_some(), &directory.members.error) {
        (false, None) => Some(t("actions.members_loading")),
        (false, Some(error)) => Some(error.message()),
        (true, _) if choices.len() == 1 => Some(t("actions.no_colleagues")),
        (true, _) => None,
    };
    let send = {
        let (act, on_close, directory) = (props.act.clone(), props.on_close.clone(), directory.clone());
        move |form: &FormHandle| {
            let to: Option<MemberId> = form.value(TO).parse().ok();
            let name = to
                .and_then(|id| directory.find_member(id))
                .map_or_else(|| team.to_string(), |member| member.name.clone());
            act.hand_over(to, &name, &form.value(NOTE));
            on_close.emit(());
            async { Ok(()) }
        }
    };
    let onsubmit = form.onsubmit(send.clone(), Callback::noop());
    let on_confirm = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&send, Callback::noop()))
    };
    let field = use_node_ref();
    html! {
        <Dialog
            title={t("transfer.title")}
            confirm={t("transfer.confirm")}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormSelect form={form.clone()} name={TO} {choices} {hint} />
                <FormTextArea {form} name={NOTE} hint={t("transfer.note_hint")} node_ref={field} />
            </form>
        </Dialog>
    }
}

/// A note, which may be left out.
fn rule(text: &str) -> Result<(), Violation> {
    if text.chars().count() > MAX_MESSAGE_CHARS {
        Err(Violation::TooLong(MAX_MESSAGE_CHARS))
    } else {
        Ok(())
    }
}
