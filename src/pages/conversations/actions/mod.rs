//! What can be done with a conversation besides answering: the buttons in the thread's head. The less room there is, the more
//! of them stand in one menu; closing always has its button.

mod act;
mod closing;
mod groups;
mod labels;
mod snooze;
mod transcript;
mod transfer;

use std::rc::Rc;

use switchboard_contract::auth::Role;
use switchboard_contract::live_chat::{ConversationStatus, LiveChatConversation};
use yew::prelude::*;

use super::deleting::AskToDelete;
use super::keys::{Key, use_keys};
use crate::auth::use_me;
use crate::browser::press_first_shown;
use crate::chat::{Directory, use_directory, use_presences};
use crate::deeds::Names;
use crate::i18n::{t, t_with};
use crate::people::visitor_name;
use crate::ui::{Avatar, Button, Icon, IconButton, IconName, Menu, MenuChoice, MenuGroup};

use act::{Act, use_act};
use closing::AskWhy;
use groups::{assignees, priorities};
pub(super) use labels::Labels;
use labels::label_group;
use snooze::snoozes;
use transcript::Transcript;
use transfer::Transfer;

/// Props for [`Actions`].
#[derive(Properties, PartialEq)]
pub(super) struct ActionsProps {
    /// The conversation, with what waits for it.
    pub conversation: Rc<LiveChatConversation>,
    /// Asks something before it is done.
    pub on_ask: Callback<Question>,
}

/// What is asked before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Why it is closed.
    Reason,
    /// Who gets it, and what they should know.
    Transfer,
    /// In which form what was said is wanted.
    Transcript,
    /// Whether to delete it.
    Delete,
}

/// Props for [`Asked`].
#[derive(Properties, PartialEq)]
pub(super) struct AskedProps {
    /// What.
    pub question: Question,
    /// Of which conversation.
    pub conversation: Rc<LiveChatConversation>,
    /// It is being deleted.
    pub on_deleted: Callback<()>,
    /// It was answered, or is left as it is.
    pub on_close: Callback<()>,
}

/// The dialog that asks. It stands outside of the head, whose size would hold it.
#[component]
pub(super) fn Asked(props: &AskedProps) -> Html {
    let act = use_act(&props.conversation);
    let (conversation, on_close) = (props.conversation.clone(), props.on_close.clone());
    match props.question {
        Question::Reason => html! { <AskWhy {act} {on_close} /> },
        Question::Transfer => html! { <Transfer {conversation} {act} {on_close} /> },
        Question::Transcript => html! { <Transcript {conversation} {on_close} /> },
        Question::Delete => {
            let on_deleted = props.on_deleted.clone();
            let on_delete = Callback::from(move |()| {
                act.delete();
                on_deleted.emit(());
            });
            let name = visitor_name(&conversation.user);
            html! { <AskToDelete {name} {on_delete} on_cancel={on_close} /> }
        }
    }
}

/// Where in the menu for everything the person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    All,
    Assign,
    Labels,
    Snooze,
    Priority,
}

/// The buttons.
#[component]
pub(super) fn Actions(props: &ActionsProps) -> Html {
    let conversation = &props.conversation;
    let directory = use_directory();
    let act = use_act(conversation);
    let presences = use_presences();
    // The others have every act as a button of its own where there is room.
    let me = use_me();
    let may_delete = matches!(me.role, Role::Owner | Role::Admin);
    let root = use_node_ref();
    let on_key = {
        let (act, root) = (act.clone(), root.clone());
        Callback::from(move |key| match key {
            Key::Close => {
                act.toggle_open();
                true
            }
            Key::Assign => press_first_shown(&root, ".act-assign > button, .act-more > button"),
            _ => false,
        })
    };
    use_keys(on_key);
    let is_open = conversation.status == ConversationStatus::Open;
    let (archive_text, archive_icon) = archive_words(conversation);
    let on_menu = {
        let directory = directory.clone();
        Callback::from(move |opened: bool| {
            if opened {
                directory.refresh();
            }
        })
    };
    let toggle_open = {
        let act = act.clone();
        Callback::from(move |_: MouseEvent| act.toggle_open())
    };
    let toggle_archived = {
        let act = act.clone();
        Callback::from(move |_: MouseEvent| act.toggle_archived())
    };
    let (close_text, close_label, close_icon) = if is_open {
        (t("actions.close_short"), t("actions.close"), IconName::Check)
    } else {
        (t("actions.reopen_short"), t("actions.reopen"), IconName::Refresh)
    };
    html! {
        <div class="acts" ref={root}>
            <Menu
                class="act-mid act-assign"
                label={t("actions.assign")}
                button={classes!("btn", "btn-quiet")}
                title={t("actions.assign_key")}
                description={assigned(conversation, &directory)}
                groups={assignees(conversation, &directory, &presences, &act)}
                on_open={on_menu.clone()}
            >
                <AssigneeMark conversation={conversation.clone()} />
                <span class="act-text">{ t("actions.assign") }</span>
            </Menu>
            <Menu class="act-wide" label={t("actions.labels")} title={t("actions.labels")} groups={vec![label_group(conversation, &directory, &act)]} on_open={on_menu.clone()}>
                <Icon name={IconName::Tag} />
            </Menu>
            <Menu class="act-wide" label={t("actions.snooze")} title={t("actions.snooze")} groups={vec![snoozes(conversation, &act)]}>
                <Icon name={IconName::Moon} />
            </Menu>
            <Menu class="act-wide" label={t("actions.priority")} title={t("actions.priority")} groups={vec![priorities(conversation, &act)]}>
                <Icon name={IconName::UpDown} />
            </Menu>
            <IconButton class="act-mid" icon={archive_icon} label={archive_text} onclick={toggle_archived} />
            <More
                {conversation}
                {directory}
                {act}
                {on_menu}
                {may_delete}
                on_ask={props.on_ask.clone()}
            />
            <Button class="act-close" icon={close_icon} label={close_label.clone()} onclick={toggle_open}>
                <span class="act-close-text">{ close_text }</span>
            </Button>
        </div>
    }
}

fn archive_words(conversation: &LiveChatConversation) -> (AttrValue, IconName) {
    if conversation.is_archived {
        (t("actions.unarchive"), IconName::Archive)
    } else {
        (t("actions.archive"), IconName::Archive)
    }
}

/// Who is in charge, for those who do not see the mark on the button.
fn assigned(conversation: &LiveChatConversation, directory: &Directory) -> AttrValue {
    match conversation.assignee_id.map(|id| directory.member(id)) {
        None => t("actions.assigned_nobody"),
        Some(None) => t("actions.assigned_me"),
        Some(Some(name)) => t_with("actions.assigned", &[("name", &name)]),
    }
}

#[derive(Properties, PartialEq)]
struct AssigneeMarkProps {
    conversation: Rc<LiveChatConversation>,
}

/// The picture of whoever is in charge.
#[component]
fn AssigneeMark(props: &AssigneeMarkProps) -> Html {
    let directory = use_directory();
    let me = use_me();
    let Some(id) = props.conversation.assignee_id else {
        return html! { <Icon name={IconName::Assign} /> };
    };
    let (name, picture) = match directory.find_member(id) {
        _ if id == me.id => (me.name.clone(), me.avatar_url.clone()),
        Some(member) => (member.name.clone(), member.avatar_url.clone()),
        None => (String::new(), None),
    };
    html! { <Avatar id={id.to_string()} {name} {picture} size="1.25rem" /> }
}

#[derive(Properties, PartialEq)]
struct MoreProps {
    conversation: Rc<LiveChatConversation>,
    directory: Directory,
    act: Act,
    on_menu: Callback<bool>,
    may_delete: bool,
    on_ask: Callback<Question>,
}

/// Everything in one menu, one page after the other.
#[component]
fn More(props: &MoreProps) -> Html {
    let page = use_state_eq(|| Page::All);
    let presences = use_presences();
    let MoreProps {
        conversation,
        directory,
        act,
        ..
    } = props;
    let on_open = {
        let setter = page.setter();
        let on_menu = props.on_menu.clone();
        Callback::from(move |opened| {
            setter.set(Page::All);
            on_menu.emit(opened);
        })
    };
    let go = |key: &'static str, text: AttrValue, icon: IconName, to: Page| {
        let setter = page.setter();
        MenuChoice {
            stays: true,
            ..MenuChoice::act(key, text, icon, Callback::from(move |()| setter.set(to)))
        }
    };
    let back = MenuGroup {
        choices: vec![go("back", t("actions.all"), IconName::Back, Page::All)],
        ..MenuGroup::default()
    };
    let after_back = |groups: Vec<MenuGroup>| [vec![back.clone()], groups].concat();
    let groups = match *page {
        Page::All => {
            let (text, icon) = archive_words(conversation);
            let act = act.clone();
            let archive = Callback::from(move |()| act.toggle_archived());
            let ask = |key: &'static str, text: AttrValue, icon: IconName, question: Question| {
                let on_choose = props.on_ask.reform(move |()| question);
                MenuChoice::act(key, text, icon, on_choose)
            };
            let reason = (conversation.status == ConversationStatus::Open).then(|| {
                ask(
                    "reason",
                    t("actions.close_ask"),
                    IconName::Check,
                    Question::Reason,
                )
            });
            let asked = reason.into_iter().chain([
                ask(
                    "transfer",
                    t("actions.transfer_ask"),
                    IconName::Assign,
                    Question::Transfer,
                ),
                ask(
                    "transcript",
                    t("actions.transcript_ask"),
                    IconName::Download,
                    Question::Transcript,
                ),
            ]);
            let asked = MenuGroup {
                choices: asked.collect(),
                ..MenuGroup::default()
            };
            let delete = props.may_delete.then(|| MenuGroup {
                choices: vec![ask(
                    "delete",
                    t("actions.delete_ask"),
                    IconName::Trash,
                    Question::Delete,
                )],
                ..MenuGroup::default()
            });
            let acts = MenuGroup {
                choices: vec![
                    go("assign", t("actions.assign"), IconName::Assign, Page::Assign),
                    go("labels", t("actions.labels"), IconName::Tag, Page::Labels),
                    go("snooze", t("actions.snooze"), IconName::Moon, Page::Snooze),
                    go(
                        "priority",
                        t("actions.priority"),
                        IconName::UpDown,
                        Page::Priority,
                    ),
                    MenuChoice::act("archive", text, icon, archive),
                ],
                ..MenuGroup::default()
            };
            [acts, asked].into_iter().chain(delete).collect()
        }
        Page::Assign => after_back(assignees(conversation, directory, &presences, act)),
        Page::Labels => after_back(vec![label_group(conversation, directory, act)]),
        Page::Snooze => after_back(vec![snoozes(conversation, act)]),
        Page::Priority => after_back(vec![priorities(conversation, act)]),
    };
    html! {
        <Menu
            class="act-more"
            label={t("actions.more")}
            title={t("actions.more")}
            {groups}
            page={*page as usize}
            {on_open}
        >
            <Icon name={IconName::More} />
        </Menu>
    }
}
