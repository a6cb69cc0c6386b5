//! Deleting a website: asks for its name, says what it takes, and offers to undo it.

use switchboard_contract::page::NumberedPage;
use switchboard_contract::website::{Website, WebsiteContents};
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use crate::auth::use_api;
use crate::browser::use_task;
use crate::i18n::{t, t_count, t_with};
use crate::query::asks::{self, topic};
use crate::query::{Mutating, use_query, use_query_client};
use crate::routes::Route;
use crate::ui::{Button, ButtonKind, Dialog, Field, Loading, Skeleton, ToastAct, use_toasts, view_query};

/// Props for [`DeleteWebsite`].
#[derive(Properties, PartialEq)]
pub struct DeleteWebsiteProps {
    /// Which one.
    pub website: Website,
    /// It is deleted: nothing of it is left to be saved.
    pub on_deleted: Callback<()>,
}

/// The button, and the dialog behind it.
#[component]
pub fn DeleteWebsite(props: &DeleteWebsiteProps) -> Html {
    let open = use_state(|| false);
    let set = |to: bool| {
        let open = open.setter();
        Callback::from(move |()| open.set(to))
    };
    let onclick = set(true).reform(|_: MouseEvent| ());
    html! {
        <div>
            <Button kind={ButtonKind::Danger} {onclick}>{ t("website_delete.heading") }</Button>
            <div>
                if *open {
                    <Ask website={props.website.clone()} on_deleted={props.on_deleted.clone()} on_close={set(false)} />
                }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct AskProps {
    website: Website,
    on_deleted: Callback<()>,
    on_close: Callback<()>,
}

#[component]
fn Ask(props: &AskProps) -> Html {
    let (api, toasts, client, navigator) = (use_api(), use_toasts(), use_query_client(), use_navigator());
    let task = use_task();
    let website = &props.website;
    let contents = use_query(asks::website_contents(website.id));
    let typed = use_state(String::new);
    let wrong = use_state(|| false);
    let busy = use_state(|| false);
    let field = use_node_ref();
    let oninput = {
        let (typed, wrong) = (typed.setter(), wrong.setter());
        Callback::from(move |text: String| {
            typed.set(text);
            wrong.set(false);
        })
    };
    let on_confirm = {
        let (typed, wrong, busy) = (typed.clone(), wrong.clone(), busy.clone());
        let (on_deleted, on_close) = (props.on_deleted.clone(), props.on_close.clone());
        let (id, name) = (website.id, website.name.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            if typed.trim() != name.trim() {
                wrong.set(true);
                return;
            }
            busy.set(true);
            let (api, toasts, client, navigator) =
                (api.clone(), toasts.clone(), client.clone(), navigator.clone());
            let (name, busy) = (name.clone(), busy.setter());
            let (on_deleted, on_close) = (on_deleted.clone(), on_close.clone());
            task.run(async move {
                if let Err(error) = api.delete_website(id).await {
                    busy.set(false);
                    toasts.alert(error.message());
                    return;
                }
                client.invalidate(asks::all(topic::WEBSITES));
                let undo = {
                    let (toasts, client, name) = (toasts.clone(), client.clone(), name.clone());
                    Callback::from(move |()| {
                        let (api, toasts, name, told) =
                            (api.clone(), toasts.clone(), name.clone(), client.clone());
                        let mutating = Mutating {
                            target: asks::all(topic::WEBSITES),
                            change: Box::new(NumberedPage::<Website>::clone),
                        };
                        // Runs to its end wherever the person goes meanwhile.
                        client.mutate(
                            mutating,
                            async move { api.restore_website(id).await },
                            move |outcome| {
                                match outcome {
                                    Ok(_) => {
                                        toasts.status(t_with("website_delete.undone", &[("name", &name)]))
                                    }
                                    Err(error) => toasts.alert(error.message()),
                                }
                                told.invalidate(asks::all(topic::WEBSITES));
                            },
                        );
                    })
                };
                toasts.status_with(
                    t_with("website_delete.done", &[("name", &name)]),
                    ToastAct {
                        about: AttrValue::from(format!("website {id}")),
                        label: t("website_delete.undo"),
                        on_choose: undo,
                    },
                );
                on_deleted.emit(());
                on_close.emit(());
                if let Some(navigator) = navigator {
                    navigator.push(&Route::Websites);
                }
            });
        })
    };
    let error = wrong.then(|| t("website_delete.wrong_name"));
    let skeleton = || html! { <Loading label={t("website.loading")}><Skeleton inline="12rem" /></Loading> };
    html! {
        <Dialog
            title={t_with("website_delete.title", &[("name", &website.name)])}
            confirm={t("website_delete.heading")}
            danger=true
            busy={*busy}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <div class="form">
                <p>{ t("website_delete.text") }</p>
                <div>{ view_query(&contents, &t("website_delete.contents_failed"), skeleton, taken) }</div>
                <Field
                    id="website-delete-name"
                    name="website-name"
                    label={t_with("website_delete.type_name", &[("name", &website.name)])}
                    value={(*typed).clone()}
                    autocomplete="off"
                    {error}
                    {oninput}
                    node_ref={field}
                />
            </div>
        </Dialog>
    }
}

/// What goes, in numbers.
fn taken(contents: &WebsiteContents) -> Html {
    html! {
        <ul>
            <li>{ t_count("website_delete.conversations", contents.conversations, &[]) }</li>
            <li>{ t_count("website_delete.visitors", contents.visitors, &[]) }</li>
            <li>{ t_count("website_delete.funnels", contents.funnels, &[]) }</li>
        </ul>
    }
}
