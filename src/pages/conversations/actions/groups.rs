//! Whom a conversation can be assigned to, and how urgent it can be.

use switchboard_contract::auth::{Member, MemberStatus, Role};
use switchboard_contract::live_chat::{LiveChatConversation, Priority};
use yew::prelude::*;

use super::act::Act;
use crate::chat::{Directory, Presences};
use crate::deeds::priority_name;
use crate::i18n::t;
use crate::people::presence_text;
use crate::ui::{Avatar, Checked, IconName, MenuChoice, MenuGroup};

/// Nobody and the person at the top, then everybody else who sees the conversation's website.
pub(super) fn assignees(
    conversation: &LiveChatConversation,
    directory: &Directory,
    presences: &Presences,
    act: &Act,
) -> Vec<MenuGroup> {
    let choose = |assignee| {
        let act = act.clone();
        Callback::from(move |()| act.assign(assignee))
    };
    let me = directory.me();
    let is_on = |assignee| Checked::One(conversation.assignee_id == assignee);
    let own = [
        MenuChoice {
            checked: is_on(Some(me)),
            ..MenuChoice::act("me", t("actions.assign_me"), IconName::User, choose(Some(me)))
        },
        MenuChoice {
            checked: is_on(None),
            ..MenuChoice::act("nobody", t("actions.assign_nobody"), IconName::X, choose(None))
        },
    ];
    let members = directory.members.data.as_ref();
    let others = members.into_iter().flat_map(|members| &members.value.items);
    let others: Vec<MenuChoice> = others
        .filter(|member| member.id != me && sees(member, conversation))
        .map(|member| MenuChoice {
            key: member.id.to_string().into(),
            text: member.name.clone().into(),
            lead: html! {
                <Avatar
                    id={member.id.to_string()}
                    name={member.name.clone()}
                    picture={member.avatar_url.clone()}
                    size="1.25rem"
                />
            },
            detail: presence_text(presences.of(member.id), member.load_cap),
            checked: is_on(Some(member.id)),
            stays: false,
            on_choose: choose(Some(member.id)),
        })
        .collect();
    let instead = match (members.is_some(), directory.members.trouble()) {
        (false, None) => Some(t("actions.members_loading")),
        (false, Some(error)) => Some(error.message()),
        (true, _) if others.is_empty() => Some(t("actions.no_colleagues")),
        (true, _) => None,
    };
    vec![
        MenuGroup {
            choices: own.into(),
            ..MenuGroup::default()
        },
        MenuGroup {
            label: t("actions.colleagues"),
            choices: others,
            instead,
        },
    ]
}

/// Only someone who has joined and sees the website can be in charge.
pub(super) fn sees(member: &Member, conversation: &LiveChatConversation) -> bool {
    member.status == MemberStatus::Active
        && (member.role != Role::Agent || member.website_ids.contains(&conversation.website_id))
}

/// How urgent it can be.
pub(super) fn priorities(conversation: &LiveChatConversation, act: &Act) -> MenuGroup {
    let choices = [
        ("urgent", Priority::Urgent),
        ("high", Priority::High),
        ("normal", Priority::Normal),
        ("low", Priority::Low),
    ];
    let choices = choices.map(|(key, priority)| {
        let act = act.clone();
        let on_choose = Callback::from(move |()| act.prioritise(priority));
        MenuChoice {
            checked: Checked::One(conversation.priority == priority),
            ..MenuChoice::act(key, priority_name(priority), IconName::UpDown, on_choose)
        }
    });
    MenuGroup {
        label: t("actions.priority"),
        choices: choices.into(),
        ..MenuGroup::default()
    }
}
