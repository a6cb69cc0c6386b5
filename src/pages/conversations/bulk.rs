//! What is done to all chosen conversations at once. Each change is queued by itself and sent with the others: one that is refused
//! is told of in its own conversation and keeps no other from going out.

use switchboard_contract::auth::MemberStatus;
use switchboard_contract::ids::{ConversationId, LabelId, MemberId};
use switchboard_contract::live_chat::{ConversationChange, ConversationStatus, LiveChatConversation};
use switchboard_engine::socket::Status;
use yew::prelude::*;

use crate::chat::{Directory, LiveChat, use_chat, use_directory};
use crate::i18n::{t, t_count};
use crate::ui::{Icon, IconButton, IconName, Menu, MenuChoice, MenuGroup, ToastAct, use_toasts};

/// One thing that is done to many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Close,
    Reopen,
    Archive,
    Assign(Option<MemberId>),
    Label(LabelId),
}

impl Act {
    /// What changes of a conversation, and what undoes it; none where it is so already.
    fn on(self, conversation: &LiveChatConversation) -> Option<(ConversationChange, ConversationChange)> {
        let is_open = conversation.status == ConversationStatus::Open;
        let status = |status| ConversationChange {
            status: Some(status),
            ..ConversationChange::default()
        };
        let archived = |is_archived| ConversationChange {
            is_archived: Some(is_archived),
            ..ConversationChange::default()
        };
        match self {
            Self::Close if is_open => Some((
                status(ConversationStatus::Closed),
                status(ConversationStatus::Open),
            )),
            Self::Reopen if conversation.is_archived => {
                let reopened = ConversationChange {
                    is_archived: Some(false),
                    ..status(ConversationStatus::Open)
                };
                Some((reopened, archived(true)))
            }
            Self::Reopen if !is_open => Some((
                status(ConversationStatus::Open),
                status(ConversationStatus::Closed),
            )),
            Self::Archive if !conversation.is_archived => {
                let back = ConversationChange {
                    status: is_open.then_some(ConversationStatus::Open),
                    ..archived(false)
                };
                Some((archived(true), back))
            }
            Self::Assign(assignee) if conversation.assignee_id != assignee => {
                let to = |assignee_id| ConversationChange {
                    assignee_id: Some(assignee_id),
                    ..ConversationChange::default()
                };
                Some((to(assignee), to(conversation.assignee_id)))
            }
            Self::Label(label) if !conversation.labels.contains(&label) => {
                let add = ConversationChange {
                    add_labels: vec![label],
                    ..ConversationChange::default()
                };
                let remove = ConversationChange {
                    remove_labels: vec![label],
                    ..ConversationChange::default()
                };
                Some((add, remove))
            }
            Self::Close | Self::Reopen | Self::Archive | Self::Assign(_) | Self::Label(_) => None,
        }
    }

    /// Whether those it was done to leave the list, and the choice with them.
    const fn is_last(self) -> bool {
        matches!(self, Self::Close | Self::Reopen | Self::Archive)
    }

    fn told(self, count: u64, is_connected: bool) -> AttrValue {
        match (self, is_connected) {
            (Self::Close, true) => t_count("bulk.closed", count, &[]),
            (Self::Close, false) => t_count("bulk.closes_later", count, &[]),
            (Self::Reopen, true) => t_count("bulk.reopened", count, &[]),
            (Self::Reopen, false) => t_count("bulk.reopens_later", count, &[]),
            (Self::Archive, true) => t_count("bulk.archived", count, &[]),
            (Self::Archive, false) => t_count("bulk.archives_later", count, &[]),
            (Self::Assign(_), true) => t_count("bulk.assigned", count, &[]),
            (Self::Assign(_), false) => t_count("bulk.assigns_later", count, &[]),
            (Self::Label(_), true) => t_count("bulk.labelled", count, &[]),
            (Self::Label(_), false) => t_count("bulk.labels_later", count, &[]),
        }
    }
}

/// Props for [`BulkBar`].
#[derive(Properties)]
pub(super) struct BulkBarProps {
    /// The list.
    pub live: LiveChat,
    /// The conversations that are chosen; at least one.
    pub chosen: Vec<ConversationId>,
    /// Chooses all of the list.
    pub on_all: Callback<()>,
    /// Chooses none.
    pub on_none: Callback<()>,
}

impl PartialEq for BulkBarProps {
    fn eq(&self, other: &Self) -> bool {
        // What can be done with the list is the same as long as it is there.
        self.chosen == other.chosen && self.on_all == other.on_all && self.on_none == other.on_none
    }
}

/// The bar below the list while conversations are chosen.
#[component]
pub(super) fn BulkBar(props: &BulkBarProps) -> Html {
    let directory = use_directory();
    let (chat, toasts) = (use_chat(), use_toasts());
    let act = {
        let (live, chosen, on_none) = (props.live.clone(), props.chosen.clone(), props.on_none.clone());
        Callback::from(move |act: Act| {
            let known = chosen.iter().filter_map(|id| live.conversation(*id));
            let changes: Vec<_> = known
                .filter_map(|conversation| Some((conversation.id, act.on(&conversation)?)))
                .collect();
            if act.is_last() {
                on_none.emit(());
            }
            if changes.is_empty() {
                toasts.status(t("bulk.nothing"));
                return;
            }
            for (id, (set, _)) in &changes {
                live.change(*id, set.clone());
            }
            let connected = matches!(chat.status(), Status::Live | Status::Polling);
            let (live, text) = (live.clone(), act.told(changes.len() as u64, connected));
            let undo = ToastAct {
                about: "bulk".into(),
                label: t("actions.undo"),
                on_choose: Callback::from(move |()| {
                    for (id, (_, back)) in &changes {
                        live.change(*id, back.clone());
                    }
                }),
            };
            toasts.status_with(text, undo);
        })
    };
    let button = |icon: IconName, label: AttrValue, what: Act| {
        let onclick = act.reform(move |_: MouseEvent| what);
        html! { <IconButton {icon} {label} {onclick} /> }
    };
    let on_open = {
        let directory = directory.clone();
        Callback::from(move |opened: bool| {
            if opened {
                directory.refresh();
            }
        })
    };
    html! {
        <div class="bulk" role="toolbar" aria-label={t("bulk.toolbar")}>
            <span class="bulk-count" role="status">{ t_count("bulk.selected", props.chosen.len() as u64, &[]) }</span>
            <button class="text-btn" type="button" onclick={props.on_all.reform(|_: MouseEvent| ())}>{ t("bulk.all") }</button>
            <span class="push"></span>
            { button(IconName::Check, t("bulk.close"), Act::Close) }
            { button(IconName::Refresh, t("bulk.reopen"), Act::Reopen) }
            { button(IconName::Archive, t("bulk.archive"), Act::Archive) }
            <Menu label={t("bulk.assign")} title={t("bulk.assign")} groups={assignees(&directory, &act)} on_open={on_open.clone()}>
                <Icon name={IconName::Assign} />
            </Menu>
            <Menu label={t("bulk.label")} title={t("bulk.label")} groups={labels(&directory, &act)} {on_open}>
                <Icon name={IconName::Tag} />
            </Menu>
            <IconButton icon={IconName::X} label={t("bulk.none")} onclick={props.on_none.reform(|_: MouseEvent| ())} />
        </div>
    }
}

fn assignees(directory: &Directory, act: &Callback<Act>) -> Vec<MenuGroup> {
    let choose = |assignee| act.reform(move |()| Act::Assign(assignee));
    let me = directory.me();
    let own = vec![
        MenuChoice::act("me", t("actions.assign_me"), IconName::User, choose(Some(me))),
        MenuChoice::act("nobody", t("actions.assign_nobody"), IconName::X, choose(None)),
    ];
    let members = directory
        .members
        .data
        .iter()
        .flat_map(|members| &members.value.items);
    let others = members
        .filter(|member| member.id != me && member.status == MemberStatus::Active)
        .map(|member| {
            let name = AttrValue::from(member.name.clone());
            MenuChoice::act(
                member.id.to_string(),
                name,
                IconName::User,
                choose(Some(member.id)),
            )
        });
    vec![
        MenuGroup {
            choices: own,
            ..MenuGroup::default()
        },
        MenuGroup {
            label: t("actions.colleagues"),
            choices: others.collect(),
            instead: missing(
                directory.members.data.is_some(),
                directory.members.error.as_ref(),
                "actions.members_loading",
            ),
        },
    ]
}

fn labels(directory: &Directory, act: &Callback<Act>) -> Vec<MenuGroup> {
    let labels = directory
        .labels
        .data
        .iter()
        .flat_map(|labels| &labels.value.items);
    let choices: Vec<MenuChoice> = labels
        .map(|label| {
            let on_choose = act.reform({
                let id = label.id;
                move |()| Act::Label(id)
            });
            MenuChoice::act(
                label.id.to_string(),
                label.name.clone().into(),
                IconName::Tag,
                on_choose,
            )
        })
        .collect();
    let is_there = directory.labels.data.is_some();
    let instead = if is_there && choices.is_empty() {
        Some(t("actions.no_labels"))
    } else {
        missing(
            is_there,
            directory.labels.error.as_ref(),
            "actions.labels_loading",
        )
    };
    vec![MenuGroup {
        choices,
        instead,
        ..MenuGroup::default()
    }]
}

fn missing(is_there: bool, error: Option<&crate::api::ApiError>, loading: &'static str) -> Option<AttrValue> {
    match error {
        _ if is_there => None,
        Some(error) => Some(error.message()),
        None => Some(t(loading)),
    }
}
