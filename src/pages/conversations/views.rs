//! The menu of saved views: shows one of them, saves what is shown, renames and deletes the one that is shown. Which list is
//! shown stands in the address, so that a view is an address under a name.

use std::rc::Rc;

use switchboard_contract::auth::Role;
use switchboard_contract::ids::ViewId;
use switchboard_contract::live_chat::{ChangeView, CreateView, View, ViewFilter, ViewList, view_name};
use switchboard_engine::form::Field;
use yew::prelude::*;
use yew_router::hooks::{use_location, use_navigator};

use crate::api::{Api, ApiError};
use crate::auth::{use_api, use_me};
use crate::browser::{now, random_bytes};
use crate::forms::{FormField, FormHandle, FormOptions, FormTrouble, use_form};
use crate::i18n::{t, t_with};
use crate::query::asks::{self, topic};
use crate::query::{Mutating, Query, QueryClient, use_query, use_query_client};
use crate::routes::Route;
use crate::ui::{
    Checkbox, Checked, Dialog, Icon, IconName, Menu, MenuChoice, MenuGroup, ToastAct, Toasts, use_toasts,
};

const NAME: &str = "name";
const SHARED: &str = "shared";

const OPTIONS: FormOptions = FormOptions {
    prefix: "view",
    draft: None,
    label: |_| t("views.name"),
};

/// The dialog that is open: to save what is shown, or to change a view.
#[derive(Clone, PartialEq)]
enum Open {
    Save(ViewFilter),
    Change(View),
}

/// The list that the address asks for.
#[hook]
fn use_shown() -> ViewFilter {
    use_location()
        .and_then(|location| location.query::<ViewFilter>().ok())
        .unwrap_or_default()
        .normal()
}

/// The button and its menu.
#[component]
pub(super) fn Views() -> Html {
    let (api, client, toasts, me) = (use_api(), use_query_client(), use_toasts(), use_me());
    let navigator = use_navigator();
    let shown = use_shown();
    let manages = matches!(me.role, Role::Owner | Role::Admin);
    // Asked for once somebody looks.
    let wanted = use_state_eq(|| false);
    let views = use_query(wanted.then(asks::views));
    let open = use_state(|| None::<Open>);
    let on_open = {
        let wanted = wanted.setter();
        Callback::from(move |is_open: bool| {
            if is_open {
                wanted.set(true);
            }
        })
    };
    let ask = |what: Open| {
        let open = open.setter();
        Callback::from(move |()| open.set(Some(what.clone())))
    };
    let on_close = {
        let open = open.setter();
        Callback::from(move |()| open.set(None))
    };
    let on_show = Callback::from(move |filter: ViewFilter| {
        if let Some(navigator) = &navigator {
            // Texts and words always have a query form.
            let _ = navigator.push_with_query(&Route::Conversations, filter);
        }
    });
    let items: &[View] = views.data.as_ref().map_or(&[], |data| &data.value.items);
    let current = items.iter().find(|view| view.filter.clone().normal() == shown);
    let mut acts = vec![MenuChoice::act(
        "save",
        t("views.save"),
        IconName::Plus,
        ask(Open::Save(shown.clone())),
    )];
    if let Some(view) = current.filter(|view| manages || !view.is_shared) {
        let remove = {
            let (deleting, view) = (Deleting { api, client, toasts }, view.clone());
            Callback::from(move |()| deleting.delete(view.clone()))
        };
        let change = ask(Open::Change(view.clone()));
        let named = |words: AttrValue, icon, key: &'static str, on_choose| MenuChoice {
            detail: AttrValue::from(view.name.clone()),
            ..MenuChoice::act(key, words, icon, on_choose)
        };
        acts.push(named(t("views.change"), IconName::Edit, "change", change));
        acts.push(named(t("views.delete"), IconName::Trash, "delete", remove));
    }
    let groups = vec![
        saved(&views, current.map(|view| view.id), &on_show),
        MenuGroup {
            choices: acts,
            ..MenuGroup::default()
        },
    ];
    let dialog = match (*open).clone() {
        Some(Open::Save(filter)) => html! { <Edit {filter} {manages} {on_close} /> },
        Some(Open::Change(view)) => {
            html! { <Edit filter={view.filter.clone()} view={view} {manages} {on_close} /> }
        }
        None => html! { <span hidden=true /> },
    };
    html! {
        <div class="views">
            <Menu label={t("views.heading")} title={t("views.heading")} {groups} {on_open}>
                <Icon name={IconName::Eye} />
            </Menu>
            <div>{ dialog }</div>
        </div>
    }
}

/// The saved views, or why they are not there.
fn saved(views: &Query<ViewList>, current: Option<ViewId>, on_show: &Callback<ViewFilter>) -> MenuGroup {
    let group = MenuGroup {
        label: t("views.saved"),
        ..MenuGroup::default()
    };
    let Some(data) = &views.data else {
        let Some(error) = &views.error else {
            return MenuGroup {
                instead: Some(t("views.loading")),
                ..group
            };
        };
        let retry = MenuChoice {
            stays: true,
            ..MenuChoice::act("retry", t("error.retry"), IconName::Refresh, views.reload.clone())
        };
        return MenuGroup {
            instead: Some(error.message()),
            choices: vec![retry],
            ..group
        };
    };
    let choice = |view: &View| MenuChoice {
        key: AttrValue::from(view.id.to_string()),
        text: AttrValue::from(view.name.clone()),
        lead: html! { <Icon name={if view.is_shared { IconName::Users } else { IconName::User }} /> },
        detail: if view.is_shared {
            t("views.shared")
        } else {
            AttrValue::default()
        },
        checked: Checked::One(current == Some(view.id)),
        stays: false,
        on_choose: {
            let filter = view.filter.clone().normal();
            on_show.reform(move |()| filter.clone())
        },
    };
    let items = &data.value.items;
    MenuGroup {
        choices: items.iter().map(choice).collect(),
        instead: items.is_empty().then(|| t("views.none")),
        ..group
    }
}

/// What deleting a view takes.
#[derive(Clone)]
struct Deleting {
    api: Api,
    client: QueryClient,
    toasts: Toasts,
}

impl Deleting {
    /// Deletes a view at once and offers it back.
    fn delete(&self, view: View) {
        let (this, id) = (self.clone(), view.id);
        let mutating = Mutating {
            target: asks::all(topic::VIEWS),
            change: Box::new(move |list: &ViewList| ViewList {
                items: list.items.iter().filter(|view| view.id != id).cloned().collect(),
                ..list.clone()
            }),
        };
        let api = self.api.clone();
        // Runs to its end wherever the person goes meanwhile.
        self.client.mutate(
            mutating,
            async move { api.delete_view(id).await },
            move |outcome| {
                this.client.invalidate(asks::all(topic::VIEWS));
                match outcome {
                    // Gone already is as good.
                    Ok(()) | Err(ApiError::NotFound(_)) => this.offer_back(view),
                    Err(error) => this.toasts.alert(error.message()),
                }
            },
        );
    }

    fn offer_back(&self, view: View) {
        let undo = {
            let (this, view) = (self.clone(), view.clone());
            Callback::from(move |()| this.save_again(view.clone()))
        };
        self.toasts.status_with(
            t_with("views.deleted", &[("name", &view.name)]),
            ToastAct {
                about: AttrValue::from(format!("view {}", view.id)),
                label: t("actions.undo"),
                on_choose: undo,
            },
        );
    }

    fn save_again(&self, view: View) {
        let this = self.clone();
        let mutating = Mutating {
            target: asks::all(topic::VIEWS),
            change: Box::new(ViewList::clone),
        };
        let request = CreateView {
            id: view.id,
            name: view.name.clone(),
            is_shared: view.is_shared,
            filter: view.filter,
            position: Some(view.position),
        };
        let api = self.api.clone();
        self.client.mutate(
            mutating,
            async move { api.create_view(&request).await },
            move |outcome| {
                this.client.invalidate(asks::all(topic::VIEWS));
                match outcome {
                    Ok(_) => this.toasts.status(t_with("views.back", &[("name", &view.name)])),
                    Err(error) => this.toasts.alert(error.message()),
                }
            },
        );
    }
}

#[derive(Properties, PartialEq)]
struct EditProps {
    /// The view to change; a new one is saved without it.
    #[prop_or_default]
    view: Option<View>,
    /// What a new one lists.
    filter: ViewFilter,
    /// Whether the person may share it.
    manages: bool,
    on_close: Callback<()>,
}

/// Asks for a view's name, and whether it is for the whole team.
#[component]
fn Edit(props: &EditProps) -> Html {
    let (api, client, toasts) = (use_api(), use_query_client(), use_toasts());
    // Chosen once: a try whose answer was lost saves it once.
    let new_id = *use_memo((), |()| ViewId::from_parts(now().wall, random_bytes()));
    // Of the view as last seen; the server tells a newer one when it refuses.
    let version = use_mut_ref(|| props.view.as_ref().map_or(0, |view| view.version));
    let is_shared = use_state_eq(|| props.view.as_ref().is_some_and(|view| view.is_shared));
    let form = use_form(OPTIONS, || {
        let name = props.view.as_ref().map(|view| view.name.clone());
        vec![Field::text(NAME, view_name).holding(name.unwrap_or_default())]
    });
    let field = use_node_ref();
    let send = {
        let (known, filter, version, is_shared) =
            (props.view.clone(), props.filter.clone(), version, *is_shared);
        Rc::new(move |form: &FormHandle| {
            let (api, known, filter, version) = (api.clone(), known.clone(), filter.clone(), version.clone());
            let name = form.value(NAME).trim().to_owned();
            async move {
                let Some(known) = known else {
                    let request = CreateView {
                        id: new_id,
                        name,
                        is_shared,
                        filter,
                        position: None,
                    };
                    return api.create_view(&request).await;
                };
                let change = ChangeView {
                    name: Some(name),
                    is_shared: (is_shared != known.is_shared).then_some(is_shared),
                    ..ChangeView::default()
                };
                let seen = *version.borrow();
                let outcome = api.change_view(known.id, &change, seen).await;
                if let Some(current) = outcome.as_ref().err().and_then(newer) {
                    // Saving again then says: over that one.
                    *version.borrow_mut() = current.version;
                }
                outcome
            }
        })
    };
    let then = {
        let on_close = props.on_close.clone();
        Callback::from(move |view: View| {
            client.invalidate(asks::all(topic::VIEWS));
            toasts.status(t_with("views.done", &[("name", &view.name)]));
            on_close.emit(());
        })
    };
    let onsubmit = {
        let send = send.clone();
        form.onsubmit(move |form: &FormHandle| send(form), then.clone())
    };
    let on_confirm = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&*send, then.clone()))
    };
    let onchange = {
        let is_shared = is_shared.setter();
        Callback::from(move |on: bool| is_shared.set(on))
    };
    let current = form.failure().as_ref().and_then(newer);
    let title = match &props.view {
        Some(view) => t_with("views.change_title", &[("name", &view.name)]),
        None => t("views.save_title"),
    };
    html! {
        <Dialog
            {title}
            confirm={t("views.confirm")}
            busy={form.is_sending()}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} title={current.is_some().then(|| t("views.conflict"))}>
                    if let Some(current) = current {
                        <p class="text-2">{ t_with("views.conflict_text", &[("name", &current.name)]) }</p>
                    }
                </FormTrouble>
                <FormField form={form.clone()} name={NAME} autocomplete="off" node_ref={field} />
                <div>
                    if props.manages {
                        <Checkbox name={SHARED} label={t("views.share")} checked={*is_shared} {onchange} />
                    }
                </div>
            </form>
        </Dialog>
    }
}

/// The view as it is now, when that is why a change was refused.
fn newer(error: &ApiError) -> Option<View> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    serde::Deserialize::deserialize(problem.current.as_ref()?).ok()
}
