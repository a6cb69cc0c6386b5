//! One conversation in the list.

use std::rc::Rc;

use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::SearchMatch;
use switchboard_contract::realtime::SenderKind;
use yew::prelude::*;

use super::filter::address_of;
use super::found::view_found;
use super::timer::{ConversationTimer, ConversationTimerProps};
use crate::browser::now;
use crate::chat::{Waiting, use_conversation, use_typing, use_waiting, use_waiting_draft};
use crate::i18n::{day_and_time, list_time, number, t, t_with};
use crate::people::{rating_name, visitor_name};
use crate::ui::{Avatar, Icon, IconName, IconSize};

/// Props for [`ConversationRow`].
#[derive(Properties, PartialEq)]
pub(super) struct ConversationRowProps {
    /// Which one.
    pub id: ConversationId,
    /// Whether it is open beside the list.
    pub selected: bool,
    /// Whether it is chosen, with others.
    pub chosen: bool,
    /// What a search found in it.
    pub found: Option<Rc<SearchMatch>>,
    /// Shared by all rows: it is opened, at a message where one was found.
    pub on_open: Callback<(ConversationId, Option<u64>)>,
    /// Shared by all rows: it is chosen, or not any more; `true` for all from the last one that was.
    pub on_choose: Callback<(ConversationId, bool)>,
}

/// A row; drawn again only when its own conversation changes.
#[component]
pub(super) fn ConversationRow(props: &ConversationRowProps) -> Html {
    let id = props.id;
    let conversation = use_conversation(id);
    let typing = use_typing(id)
        .iter()
        .any(|typist| typist.person.kind == SenderKind::Visitor);
    let draft = use_waiting_draft(id).map(|typed| AttrValue::from(beginning(&typed.text)));
    let (waiting_icon, waiting_text) = match use_waiting(id) {
        Waiting::Nothing => (IconName::Clock, None),
        Waiting::Change => (IconName::Clock, Some(t("conversation.change_waits"))),
        Waiting::Refused => (IconName::Alert, Some(t("conversation.change_refused"))),
    };
    let seq = props.found.as_ref().and_then(|found| found.seq);
    let onclick = use_callback(
        (props.on_open.clone(), seq),
        move |event: MouseEvent, (on_open, seq)| {
            if event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key() {
                return;
            }
            event.prevent_default();
            on_open.emit((id, *seq));
        },
    );
    let on_choose = use_callback(props.on_choose.clone(), move |event: MouseEvent, on_choose| {
        on_choose.emit((id, event.shift_key()));
    });
    let Some(conversation) = conversation else {
        return html! { <span hidden=true /> };
    };
    let name = visitor_name(&conversation.user);
    let unread = conversation.unread_count;
    let at = conversation.last_message_at;
    let timer = ConversationTimerProps::of(&conversation).brief();
    html! {
        <>
        <input
            class="conv-choose"
            type="checkbox"
            aria-label={t_with("bulk.choose", &[("name", &name)])}
            checked={props.chosen}
            onclick={on_choose}
        />
        <a
            class={classes!("conv", (unread > 0).then_some("is-unread"), props.chosen.then_some("is-chosen"))}
            href={address_of(id, seq)}
            aria-current={props.selected.then_some("true")}
            {onclick}
        >
            <Avatar
                id={conversation.user_id.to_string()}
                name={conversation.user.name.clone().unwrap_or_default()}
            />
            <div class="conv-body">
                <div class="conv-line">
                    <bdi class="conv-name truncate" title={name.clone()}>{ name.clone() }</bdi>
                    <time class="conv-time" datetime={at.to_string()} title={day_and_time(at)}>
                        { list_time(at, now().wall) }
                    </time>
                </div>
                <div class="conv-line">
                    <span class={classes!("conv-text", "truncate", typing.then_some("is-typing"))} title={draft.clone().unwrap_or_else(|| conversation.last_message.clone().into())}>
                        if typing {
                            { t("typing.row") }
                        } else if let Some(draft) = draft {
                            <span class="conv-draft">{ t("conversation.draft") }</span>{ " " }<bdi>{ draft }</bdi>
                        } else {
                            <bdi>{ conversation.last_message.clone() }</bdi>
                        }
                    </span>
                    <span class="conv-unread">
                        if unread > 0 {
                            <span class="count"><span class="sr">{ t("conversation.unread") }{ " " }</span>{ number(unread) }</span>
                        }
                    </span>
                </div>
                <div>
                    if let Some(found) = &props.found {
                        { view_found(found) }
                    }
                </div>
                <div class="conv-meta">
                    <span class="chip" title={conversation.funnel_name.clone()}>
                        <span class="sr">{ t("conversation.funnel") }{ " " }</span><bdi>{ conversation.funnel_name.clone() }</bdi>
                    </span>
                    <span class="conv-rating" hidden={conversation.rating.is_none()}>
                        { conversation.rating.map(rating_name).unwrap_or_default() }
                    </span>
                    <span class="push"></span>
                    <span
                        class={classes!("conv-waits", (waiting_icon == IconName::Alert).then_some("is-refused"))}
                        hidden={waiting_text.is_none()}
                        title={waiting_text.clone()}
                    >
                        <Icon name={waiting_icon} size={IconSize::Small} />
                        <span class="sr">{ waiting_text }</span>
                    </span>
                    <ConversationTimer ..timer />
                </div>
            </div>
        </a>
        </>
    }
}

/// As much of a draft as a row has room for.
fn beginning(text: &str) -> String {
    const ROOM: usize = 200;
    text.trim().chars().take(ROOM).collect()
}
