//! What is pressed, opened and waited for.

use yew::prelude::*;

use super::State;
use crate::routes::Route;
use crate::ui::{
    Button, ButtonKind, Checked, Dialog, IconButton, IconName, Link, Menu, MenuChoice, MenuGroup, MenuItem,
    Modal, Progress, Tabs, ToastAct, use_toasts,
};

pub(super) fn button() -> Vec<State> {
    vec![
        State::new("plain", html! { <Button>{ "Refresh" }</Button> }),
        State::new(
            "primary, with an icon",
            html! { <Button kind={ButtonKind::Primary} icon={IconName::Plus}>{ "Invite member" }</Button> },
        ),
        State::new(
            "danger",
            html! { <Button kind={ButtonKind::Danger} icon={IconName::Trash}>{ "Delete website" }</Button> },
        ),
        State::new(
            "quiet",
            html! { <Button kind={ButtonKind::Quiet}>{ "Discard" }</Button> },
        ),
        State::new(
            "busy",
            html! { <Button kind={ButtonKind::Primary} busy=true>{ "Save changes" }</Button> },
        ),
        State::new("disabled", html! { <Button disabled=true>{ "Next" }</Button> }),
        State::new(
            "pressed",
            html! { <Button pressed=true icon={IconName::Note}>{ "Internal note" }</Button> },
        ),
        State::new(
            "large",
            html! { <Button kind={ButtonKind::Primary} large=true>{ "Sign in" }</Button> },
        ),
        State::new(
            "icons only",
            html! {
                <div class="row">
                    <IconButton icon={IconName::Archive} label="Archive" />
                    <IconButton icon={IconName::Note} label="Note" pressed=true />
                    <IconButton icon={IconName::More} label="More" expanded=false />
                </div>
            },
        ),
    ]
}

pub(super) fn link() -> Vec<State> {
    vec![
        State::new(
            "in a text",
            html! { <p>{ "See " }<Link class="link" to={Route::Websites}>{ "all websites" }</Link>{ "." }</p> },
        ),
        State::new(
            "as a button",
            html! { <Link class="btn" to={Route::Overview}>{ "Go to Overview" }</Link> },
        ),
        State::new(
            "leads here",
            html! { <Link class="link" to={Route::Login} current=true>{ "This page" }</Link> },
        ),
    ]
}

pub(super) fn menu() -> Vec<State> {
    let item = |key: &'static str, icon| MenuItem {
        key,
        text: key.into(),
        icon,
        on_choose: Callback::noop(),
    };
    let items = vec![
        item("Profile", IconName::User),
        item("Sign out", IconName::Logout),
    ];
    let choice = |text: &'static str, checked| MenuChoice {
        checked,
        stays: true,
        ..MenuChoice::act(text, text.into(), IconName::Tag, Callback::noop())
    };
    let groups = vec![
        MenuGroup {
            label: "Labels".into(),
            choices: vec![
                choice("delivery", Checked::Any(true)),
                choice(
                    "a label with a name so long that it has to be cut",
                    Checked::Any(false),
                ),
            ],
            instead: None,
        },
        MenuGroup {
            label: "Priority".into(),
            choices: vec![
                choice("High", Checked::One(true)),
                choice("Normal", Checked::One(false)),
            ],
            instead: None,
        },
        MenuGroup {
            label: "Teams".into(),
            choices: Vec::new(),
            instead: Some("None yet".into()),
        },
    ];
    vec![
        State::new("acts", html! { <Menu label="Account" {items}>{ "…" }</Menu> }),
        State::new(
            "choices",
            html! { <Menu label="Change" {groups} button={classes!("btn")}>{ "Change" }</Menu> },
        ),
    ]
}

pub(super) fn tabs() -> Vec<State> {
    vec![State::new("three", html! { <SomeTabs /> })]
}

#[component]
fn SomeTabs() -> Html {
    let selected = use_state(|| 0);
    let on_select = {
        let selected = selected.clone();
        Callback::from(move |place| selected.set(place))
    };
    let tabs = ["Open", "Closed", "Archived"].map(AttrValue::Static).to_vec();
    html! {
        <div>
            <Tabs label="Status" {tabs} selected={*selected} {on_select} controls="gallery-panel" />
            <div id="gallery-panel" role="tabpanel" aria-label="Status" hidden=true></div>
        </div>
    }
}

pub(super) fn dialog() -> Vec<State> {
    vec![
        State::new(
            "a question",
            html! { <SomeDialog title="Require a second factor?" confirm="Require it" /> },
        ),
        State::new(
            "loses something",
            html! { <SomeDialog title="Remove Kim Example?" confirm="Remove member" danger=true /> },
        ),
        State::new(
            "under way",
            html! { <SomeDialog title="Sign out with unsent work?" confirm="Send, then sign out" busy=true /> },
        ),
    ]
}

pub(super) fn modal() -> Vec<State> {
    vec![State::new("closed by Escape", html! { <SomeModal /> })]
}

#[component]
fn SomeModal() -> Html {
    let open = use_state(|| false);
    let first = use_node_ref();
    let set = |on: bool| {
        let open = open.setter();
        Callback::from(move |()| open.set(on))
    };
    html! {
        <div>
            <Button onclick={set(true).reform(|_: MouseEvent| ())}>{ "Open" }</Button>
            <div>
                if *open {
                    <Modal label="Something over the page" first={first.clone()} on_close={set(false)}>
                        <Button node_ref={first} onclick={set(false).reform(|_: MouseEvent| ())}>{ "Close" }</Button>
                    </Modal>
                }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SomeDialogProps {
    title: &'static str,
    confirm: &'static str,
    #[prop_or_default]
    danger: bool,
    #[prop_or_default]
    busy: bool,
}

#[component]
fn SomeDialog(props: &SomeDialogProps) -> Html {
    let open = use_state(|| false);
    let set = |on: bool| {
        let open = open.setter();
        Callback::from(move |()| open.set(on))
    };
    html! {
        <div>
            <Button onclick={set(true).reform(|_: MouseEvent| ())}>{ "Open" }</Button>
            <div>
                if *open {
                    <Dialog
                        title={props.title}
                        confirm={props.confirm}
                        danger={props.danger}
                        busy={props.busy}
                        on_confirm={set(false)}
                        on_cancel={set(false)}
                    >
                        <p>{ "Members without one can do nothing else until they have set one up." }</p>
                    </Dialog>
                }
            </div>
        </div>
    }
}

pub(super) fn toasts() -> Vec<State> {
    vec![State::new("tell something", html! { <ToastButtons /> })]
}

#[component]
fn ToastButtons() -> Html {
    let toasts = use_toasts();
    let status = {
        let toasts = toasts.clone();
        Callback::from(move |_: MouseEvent| toasts.status("Changes saved.".into()))
    };
    let act = {
        let toasts = toasts.clone();
        Callback::from(move |_: MouseEvent| {
            let act = ToastAct {
                about: "gallery".into(),
                label: "Undo".into(),
                on_choose: Callback::noop(),
            };
            toasts.status_with("Conversation with First Visitor closed.".into(), act);
        })
    };
    let alert = Callback::from(move |_: MouseEvent| {
        toasts.alert("You are still signed in. The server cannot be reached. Check your connection.".into());
    });
    html! {
        <div class="row wrap">
            <Button onclick={status}>{ "Success" }</Button>
            <Button onclick={act}>{ "With an act" }</Button>
            <Button onclick={alert}>{ "Failure" }</Button>
        </div>
    }
}

pub(super) fn progress() -> Vec<State> {
    vec![
        State::new("begins", html! { <Progress label="Sending" done={0.0} /> }),
        State::new(
            "half way, can be given up",
            html! { <Progress label="Exporting conversations" done={0.46} on_cancel={Callback::noop()} /> },
        ),
        State::new(
            "in words",
            html! { <Progress label="Uploading photo" done={0.8} detail="4 of 5" /> },
        ),
        State::new(
            "nobody knows how far",
            html! { <Progress label="Preparing the file" on_cancel={Callback::noop()} /> },
        ),
    ]
}
