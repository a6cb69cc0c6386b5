//! Blocking somebody, taking everything that is known of them along, and erasing them.

use switchboard_contract::auth::Role;
use switchboard_contract::live_chat::{BlockVisitor, LiveChatUser, MAX_REASON_CHARS};
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use crate::auth::{use_api, use_me};
use crate::browser::{download, focus_node, use_task};
use crate::i18n::{t, t_count, t_with};
use crate::people::visitor_name;
use crate::query::asks::topic;
use crate::query::{Mutating, asks, use_query_client};
use crate::routes::Route;
use crate::ui::{Button, ButtonKind, Dialog, Field, IconName, use_toasts};

/// Props for [`Acts`].
#[derive(Properties, PartialEq)]
pub(super) struct ActsProps {
    /// Who.
    pub visitor: LiveChatUser,
    /// Why the person was blocked.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    Block,
    Erase,
}

/// The buttons, and the questions behind them.
#[component]
pub(super) fn Acts(props: &ActsProps) -> Html {
    let (api, me, client, toasts, task) = (use_api(), use_me(), use_query_client(), use_toasts(), use_task());
    let asking = use_state_eq(|| None::<Asking>);
    let exporting = use_state_eq(|| false);
    let visitor = &props.visitor;
    let id = visitor.id;
    let name = visitor_name(visitor);
    let ask = |what: Option<Asking>| {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(what))
    };
    let set_blocked = {
        let (api, client, toasts, name) = (api.clone(), client.clone(), toasts.clone(), name.clone());
        Callback::from(move |(blocked, reason): (bool, Option<String>)| {
            let block = BlockVisitor { blocked, reason };
            let call = {
                let api = api.clone();
                async move { api.block_visitor(id, &block).await }
            };
            let mutating = Mutating {
                target: asks::all(topic::VISITORS),
                change: Box::new(LiveChatUser::clone),
            };
            let (toasts, told, name) = (toasts.clone(), client.clone(), name.clone());
            client.mutate(mutating, call, move |outcome| {
                match outcome {
                    Ok(_) if blocked => toasts.status(t_with("visitor.block_done", &[("name", &name)])),
                    Ok(_) => toasts.status(t_with("visitor.unblock_done", &[("name", &name)])),
                    Err(error) => toasts.alert(error.message()),
                }
                told.invalidate(asks::all(topic::VISITORS));
            });
        })
    };
    let on_block = if visitor.blocked {
        set_blocked.reform(|_: MouseEvent| (false, None))
    } else {
        ask(Some(Asking::Block)).reform(|_: MouseEvent| ())
    };
    let on_export = {
        let (exporting, toasts) = (exporting.clone(), toasts.clone());
        Callback::from(move |_: MouseEvent| {
            if *exporting {
                return;
            }
            exporting.set(true);
            let (api, toasts, exporting) = (api.clone(), toasts.clone(), exporting.setter());
            task.run(async move {
                let outcome = api.export_visitor(id).await;
                exporting.set(false);
                match outcome {
                    Ok(text) if download(&format!("visitor-{id}.json"), "application/json", &text) => {}
                    Ok(_) => toasts.alert(t("visitor.not_saved")),
                    Err(error) => toasts.alert(error.message()),
                }
            });
        })
    };
    let manages = matches!(me.role, Role::Owner | Role::Admin);
    html! {
        <div class="panel-section">
            <div hidden={props.reason.is_none()}>
                <p class="text-2">{ t_with("visitor.blocked_because", &[("reason", props.reason.as_deref().unwrap_or_default())]) }</p>
            </div>
            <div class="panel-acts">
                <Button icon={IconName::Lock} onclick={on_block}>
                    { if visitor.blocked { t("visitor.unblock") } else { t("visitor.block") } }
                </Button>
                <Button icon={IconName::Down} busy={*exporting} onclick={on_export}>{ t("visitor.export") }</Button>
                <div hidden={!manages}>
                    <Button kind={ButtonKind::Danger} onclick={ask(Some(Asking::Erase)).reform(|_: MouseEvent| ())}>{ t("visitor.erase") }</Button>
                </div>
            </div>
            <div>
                if *asking == Some(Asking::Block) {
                    <AskToBlock {name} on_cancel={ask(None)} on_block={
                        let close = ask(None);
                        Callback::from(move |reason: Option<String>| {
                            set_blocked.emit((true, reason));
                            close.emit(());
                        })
                    } />
                } else if *asking == Some(Asking::Erase) {
                    <AskToErase visitor={visitor.clone()} on_end={ask(None)} />
                }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct AskToBlockProps {
    name: AttrValue,
    on_block: Callback<Option<String>>,
    on_cancel: Callback<()>,
}

#[component]
fn AskToBlock(props: &AskToBlockProps) -> Html {
    let reason = use_state_eq(String::new);
    let field = use_node_ref();
    let is_too_long = reason.chars().count() > MAX_REASON_CHARS;
    let on_confirm = {
        let (reason, on_block, field) = (reason.clone(), props.on_block.clone(), field.clone());
        Callback::from(move |()| {
            if reason.chars().count() > MAX_REASON_CHARS {
                focus_node(&field);
                return;
            }
            on_block.emit(Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty()));
        })
    };
    let onsubmit = {
        let on_confirm = on_confirm.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            on_confirm.emit(());
        })
    };
    let error = is_too_long.then(|| {
        t_count(
            "rule.too_long",
            u64::try_from(MAX_REASON_CHARS).unwrap_or(u64::MAX),
            &[],
        )
    });
    html! {
        <Dialog
            title={t_with("visitor.block_title", &[("name", &props.name)])}
            confirm={t("visitor.block")}
            danger=true
            {on_confirm}
            on_cancel={props.on_cancel.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <p>{ t("visitor.block_text") }</p>
                <Field
                    id="block-reason"
                    name="block-reason"
                    label={t("visitor.block_reason")}
                    value={(*reason).clone()}
                    autocomplete="off"
                    {error}
                    oninput={let reason = reason.setter(); Callback::from(move |text| reason.set(text))}
                    node_ref={field}
                />
            </form>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct AskToEraseProps {
    visitor: LiveChatUser,
    on_end: Callback<()>,
}

#[component]
fn AskToErase(props: &AskToEraseProps) -> Html {
    let (api, client, toasts, navigator) = (use_api(), use_query_client(), use_toasts(), use_navigator());
    let typed = use_state_eq(String::new);
    let wrong = use_state_eq(|| false);
    let busy = use_state_eq(|| false);
    let field = use_node_ref();
    let name = visitor_name(&props.visitor);
    let oninput = {
        let (typed, wrong) = (typed.setter(), wrong.setter());
        Callback::from(move |text| {
            typed.set(text);
            wrong.set(false);
        })
    };
    let on_confirm = {
        let (typed, wrong, busy, field) = (typed.clone(), wrong.setter(), busy.clone(), field.clone());
        let (name, on_end, id) = (name.clone(), props.on_end.clone(), props.visitor.id);
        Callback::from(move |()| {
            if *busy {
                return;
            }
            if typed.trim().to_lowercase() != name.trim().to_lowercase() {
                wrong.set(true);
                focus_node(&field);
                return;
            }
            busy.set(true);
            let call = {
                let api = api.clone();
                async move { api.erase_visitor(id).await }
            };
            let mutating = Mutating {
                target: asks::all(topic::VISITORS),
                change: Box::new(LiveChatUser::clone),
            };
            let (toasts, told, name) = (toasts.clone(), client.clone(), name.clone());
            let (navigator, busy, on_end) = (navigator.clone(), busy.setter(), on_end.clone());
            client.mutate(mutating, call, move |outcome| {
                match outcome {
                    Ok(()) => {
                        toasts.status(t_with("visitor.erase_done", &[("name", &name)]));
                        on_end.emit(());
                        if let Some(navigator) = navigator {
                            navigator.push(&Route::Conversations);
                        }
                    }
                    Err(error) => {
                        busy.set(false);
                        toasts.alert(error.message());
                    }
                }
                told.invalidate(asks::all(topic::VISITORS));
            });
        })
    };
    let onsubmit = {
        let on_confirm = on_confirm.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            on_confirm.emit(());
        })
    };
    html! {
        <Dialog
            title={t_with("visitor.erase_title", &[("name", &name)])}
            confirm={t("visitor.erase_confirm")}
            danger=true
            busy={*busy}
            {on_confirm}
            on_cancel={props.on_end.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <p>{ t("visitor.erase_text") }</p>
                <p class="strong">{ t("visitor.erase_for_good") }</p>
                <Field
                    id="erase-name"
                    name="erase-name"
                    label={t_with("deleting.type_name", &[("name", &name)])}
                    value={(*typed).clone()}
                    autocomplete="off"
                    error={wrong.then(|| t("deleting.other_name"))}
                    {oninput}
                    node_ref={field}
                />
            </form>
        </Dialog>
    }
}
