//! The labels of a conversation: the ones on it, and the menu that puts them on and takes them off.

use std::rc::Rc;

use switchboard_contract::ids::LabelId;
use switchboard_contract::live_chat::{LabelColour, LiveChatConversation};
use yew::prelude::*;

use super::act::{Act, use_act};
use crate::chat::{Directory, use_directory};
use crate::deeds::Names;
use crate::i18n::t;
use crate::ui::{Checked, Icon, IconName, LabelDot, Menu, MenuChoice, MenuGroup};

/// All of the team's labels, those on the conversation checked. Several can be chosen one after the other.
pub(super) fn label_group(
    conversation: &LiveChatConversation,
    directory: &Directory,
    act: &Act,
) -> MenuGroup {
    let labels = directory.labels.data.as_ref();
    let choices: Vec<MenuChoice> = labels
        .into_iter()
        .flat_map(|labels| &labels.value.items)
        .map(|label| {
            let (act, id) = (act.clone(), label.id);
            let is_on = conversation.labels.contains(&id);
            MenuChoice {
                key: id.to_string().into(),
                text: label.name.clone().into(),
                lead: dot(label.colour),
                detail: AttrValue::default(),
                checked: Checked::Any(is_on),
                stays: true,
                on_choose: Callback::from(move |()| act.label(id, !is_on)),
            }
        })
        .collect();
    let instead = match (labels.is_some(), directory.labels.trouble()) {
        (false, None) => Some(t("actions.labels_loading")),
        (false, Some(error)) => Some(error.message()),
        (true, _) if choices.is_empty() => Some(t("actions.no_labels")),
        (true, _) => None,
    };
    MenuGroup {
        label: t("actions.labels"),
        choices,
        instead,
    }
}

fn dot(colour: LabelColour) -> Html {
    html! { <LabelDot {colour} /> }
}

/// Props for [`Labels`].
#[derive(Properties, PartialEq)]
pub(in super::super) struct LabelsProps {
    /// The conversation, with what waits for it.
    pub conversation: Rc<LiveChatConversation>,
}

/// The labels on a conversation, and the way to change them.
#[component]
pub(in super::super) fn Labels(props: &LabelsProps) -> Html {
    let directory = use_directory();
    let act = use_act(&props.conversation);
    let on_open = {
        let directory = directory.clone();
        Callback::from(move |opened: bool| {
            if opened {
                directory.refresh();
            }
        })
    };
    let view = |id: &LabelId| {
        let colour = directory
            .find_label(*id)
            .map(|label| label.colour)
            .unwrap_or_default();
        let name = directory.label(*id);
        html! {
            <li key={id.to_string()} class="label-chip" title={name.clone()}>{ dot(colour) }<bdi class="truncate">{ name }</bdi></li>
        }
    };
    let labels = &props.conversation.labels;
    html! {
        <div class="labels">
            <ul class="label-list" role="list" aria-label={t("actions.labels")}>
                { for labels.iter().map(view) }
                <li key="change" class="label-change">
                    <Menu
                        label={t("actions.change_labels")}
                        title={t("actions.change_labels")}
                        button={if labels.is_empty() { classes!("btn", "btn-quiet") } else { classes!("icon-btn") }}
                        groups={vec![label_group(&props.conversation, &directory, &act)]}
                        {on_open}
                    >
                        <Icon name={IconName::Plus} />
                        <span hidden={!labels.is_empty()}>{ t("actions.labels") }</span>
                    </Menu>
                </li>
            </ul>
        </div>
    }
}
