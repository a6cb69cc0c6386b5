//! A website's funnels: which pages each covers, what it says first, and in which order they are tried.

use std::rc::Rc;

use switchboard_contract::ids::{FunnelId, WebsiteId};
use switchboard_contract::validate::Violation;
use switchboard_contract::website::{CreateFunnel, Funnel, FunnelList, UpdateFunnel, rules};
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::super::settings::SettingsSection;
use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::{now, random_bytes, use_task};
use crate::forms::{FormField, FormHandle, FormOptions, FormTextArea, FormTrouble, use_form, use_unsaved};
use crate::i18n::{t, t_with};
use crate::query::asks::{self, topic};
use crate::query::{use_query, use_query_client};
use crate::ui::{
    Button, Dialog, Icon, IconName, Loading, Menu, MenuItem, Skeleton, Table, use_toasts, view_query,
};

const NAME: &str = "name";
const PAGES: &str = "pages";
const GREETING: &str = "greeting";

const OPTIONS: FormOptions = FormOptions {
    prefix: "funnel",
    draft: None,
    label: |field| match field {
        PAGES => t("funnels.pages"),
        GREETING => t("funnels.greeting"),
        _ => t("website.name"),
    },
};

/// Which dialog is open.
#[derive(Clone, PartialEq)]
enum Open {
    Add,
    Change(Funnel),
    Delete(Funnel),
}

/// Props for [`Funnels`].
#[derive(Properties, PartialEq)]
pub struct FunnelsProps {
    /// Whose.
    pub website: WebsiteId,
}

/// The section.
#[component]
pub fn Funnels(props: &FunnelsProps) -> Html {
    let (api, toasts, client, task) = (use_api(), use_toasts(), use_query_client(), use_task());
    let website = props.website;
    let list = use_query(asks::funnels(website));
    let open = use_state(|| None::<Open>);
    let on_close = {
        let open = open.setter();
        Callback::from(move |()| open.set(None))
    };
    let on_open = {
        let open = open.setter();
        Callback::from(move |what: Open| open.set(Some(what)))
    };
    let on_add = on_open.reform(|_: MouseEvent| Open::Add);
    let on_move = Callback::from(move |(funnel, place): (Funnel, u32)| {
        let (api, toasts, client) = (api.clone(), toasts.clone(), client.clone());
        task.run(async move {
            let change = UpdateFunnel {
                place: Some(place),
                ..UpdateFunnel::default()
            };
            if let Err(error) = api
                .update_funnel(website, funnel.id, &change, funnel.version)
                .await
            {
                toasts.alert(error.message());
            }
            client.invalidate(asks::all(topic::WEBSITES));
        });
    });
    let ready = |found: &FunnelList| {
        let last = found.items.iter().filter(|funnel| !funnel.is_default).count();
        html! {
            <Table label={t("funnels.heading")}>
                { head() }
                <tbody role="rowgroup">{ for found.items.iter().map(|funnel| row(funnel, last, &on_open, &on_move)) }</tbody>
            </Table>
        }
    };
    let dialog = open.as_ref().map(|open| match open {
        Open::Add => html! { <Edit {website} {on_close} /> },
        Open::Change(funnel) => html! { <Edit {website} funnel={funnel.clone()} {on_close} /> },
        Open::Delete(funnel) => html! { <Remove {website} funnel={funnel.clone()} {on_close} /> },
    });
    let tools = html! { <Button icon={IconName::Plus} onclick={on_add}>{ t("funnels.add") }</Button> };
    html! {
        <SettingsSection id="website-funnels" title={t("funnels.heading")} about={t("funnels.about")} wide=true {tools}>
            <div>{ view_query(&list, &t("funnels.failed"), skeleton, ready) }</div>
            <div>{ dialog }</div>
        </SettingsSection>
    }
}

fn row(funnel: &Funnel, last: usize, on_open: &Callback<Open>, on_move: &Callback<(Funnel, u32)>) -> Html {
    let pages = match (funnel.is_default, funnel.pages.is_empty()) {
        (true, _) => t("funnels.other_pages"),
        (false, true) => t("funnels.no_pages"),
        (false, false) => AttrValue::from(funnel.pages.join(" ")),
    };
    let act = |what: fn(Funnel) -> Open| {
        let (on_open, funnel) = (on_open.clone(), funnel.clone());
        Callback::from(move |()| on_open.emit(what(funnel.clone())))
    };
    let go = |place: u32| {
        let (on_move, funnel) = (on_move.clone(), funnel.clone());
        Callback::from(move |()| on_move.emit((funnel.clone(), place)))
    };
    let mut items = vec![MenuItem {
        key: "change",
        text: t("funnels.change"),
        icon: IconName::Edit,
        on_choose: act(Open::Change),
    }];
    if !funnel.is_default {
        if funnel.place > 0 {
            items.push(MenuItem {
                key: "earlier",
                text: t("funnels.earlier"),
                icon: IconName::Left,
                on_choose: go(funnel.place - 1),
            });
        }
        if usize::try_from(funnel.place).is_ok_and(|place| place + 1 < last) {
            items.push(MenuItem {
                key: "later",
                text: t("funnels.later"),
                icon: IconName::Right,
                on_choose: go(funnel.place + 1),
            });
        }
        items.push(MenuItem {
            key: "delete",
            text: t("funnels.delete"),
            icon: IconName::X,
            on_choose: act(Open::Delete),
        });
    }
    html! {
        <tr role="row" key={funnel.id.to_string()}>
            <td role="cell">
                <div class="row wrap">
                    <bdi class="strong">{ funnel.name.clone() }</bdi>
                    if funnel.is_default {
                        <span class="chip">{ t("funnels.default") }</span>
                    }
                </div>
            </td>
            <td role="cell" data-label={t("funnels.pages")} class="text-2">{ pages }</td>
            <td role="cell" data-label={t("funnels.greeting")} class="text-2">
                <bdi class="truncate">{ funnel.greeting.clone().unwrap_or_else(|| "–".to_owned()) }</bdi>
            </td>
            <td role="cell" class="td-corner end">
                <Menu label={t_with("team.acts", &[("name", &funnel.name)])} {items}><Icon name={IconName::More} /></Menu>
            </td>
        </tr>
    }
}

fn head() -> Html {
    html! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader">{ t("website.name") }</th>
                <th role="columnheader">{ t("funnels.pages") }</th>
                <th role="columnheader">{ t("funnels.greeting") }</th>
                <th role="columnheader"><span class="sr">{ t("team.acts_column") }</span></th>
            </tr>
        </thead>
    }
}

fn skeleton() -> Html {
    html! { <Loading label={t("funnels.loading")}><Skeleton inline="100%" block="6rem" /></Loading> }
}

/// Lines that are not empty.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn pages_rule(text: &str) -> Result<(), Violation> {
    rules::page_rules(lines(text))
}

#[derive(Properties, PartialEq)]
struct EditProps {
    website: WebsiteId,
    /// The one to change; none to add one.
    #[prop_or_default]
    funnel: Option<Funnel>,
    on_close: Callback<()>,
}

/// Asks for a funnel's name, pages and greeting.
#[component]
fn Edit(props: &EditProps) -> Html {
    let (api, client) = (use_api(), use_query_client());
    let website = props.website;
    let known = props.funnel.clone();
    let is_default = known.as_ref().is_some_and(|funnel| funnel.is_default);
    // Chosen once: a try whose answer was lost adds it once.
    let new_id = *use_memo((), |()| FunnelId::from_parts(now().wall, random_bytes()));
    // Of the funnel as last seen; the server tells a newer one when it refuses.
    let version = use_mut_ref(|| known.as_ref().map_or(0, |funnel| funnel.version));
    let form = use_form(OPTIONS, || {
        let of = |part: fn(&Funnel) -> String| known.as_ref().map(part).unwrap_or_default();
        vec![
            Field::text(NAME, rules::name).holding(of(|funnel| funnel.name.clone())),
            Field::text(PAGES, pages_rule).holding(of(|funnel| funnel.pages.join("\n"))),
            Field::text(GREETING, rules::greeting)
                .holding(of(|funnel| funnel.greeting.clone().unwrap_or_default())),
        ]
    });
    use_unsaved(&form);
    let field = use_node_ref();
    let send = {
        let (known, version) = (known.clone(), version.clone());
        Rc::new(move |form: &FormHandle| {
            let (api, known, version) = (api.clone(), known.clone(), version.clone());
            let name = form.value(NAME).trim().to_owned();
            let pages: Vec<String> = lines(&form.value(PAGES)).map(str::to_owned).collect();
            let greeting = Some(form.value(GREETING).trim().to_owned()).filter(|text| !text.is_empty());
            let changed = |field: &str| form.is_changed(field);
            let (renamed, moved, reworded) = (changed(NAME), changed(PAGES), changed(GREETING));
            async move {
                let Some(known) = known else {
                    let request = CreateFunnel {
                        id: new_id,
                        name,
                        pages,
                        greeting,
                    };
                    return api.create_funnel(website, &request).await;
                };
                let change = UpdateFunnel {
                    name: renamed.then_some(name),
                    pages: moved.then_some(pages),
                    greeting: reworded.then_some(greeting),
                    place: None,
                };
                let seen = *version.borrow();
                let outcome = api.update_funnel(website, known.id, &change, seen).await;
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
        Callback::from(move |_: Funnel| {
            client.invalidate(asks::all(topic::WEBSITES));
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
    let current = form.failure().as_ref().and_then(newer);
    let title = match &known {
        Some(funnel) => t_with("funnels.change_title", &[("name", &funnel.name)]),
        None => t("funnels.add"),
    };
    html! {
        <Dialog
            {title}
            confirm={t("settings.save")}
            busy={form.is_sending()}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} title={current.is_some().then(|| t("funnels.conflict"))}>
                    if let Some(current) = current {
                        <p class="text-2">
                            { t_with("funnels.conflict_text", &[
                                ("name", &current.name),
                                ("pages", &current.pages.join(" ")),
                                ("greeting", current.greeting.as_deref().unwrap_or("–")),
                            ]) }
                        </p>
                    }
                </FormTrouble>
                <FormField form={form.clone()} name={NAME} autocomplete="off" node_ref={field} />
                <div>
                    if !is_default {
                        <FormTextArea form={form.clone()} name={PAGES} hint={t("funnels.pages_hint")} />
                    }
                </div>
                <FormTextArea form={form.clone()} name={GREETING} rows=2 hint={t("funnels.greeting_hint")} />
            </form>
        </Dialog>
    }
}

/// The funnel as it is now, when that is why a change was refused.
fn newer(error: &ApiError) -> Option<Funnel> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    serde::Deserialize::deserialize(problem.current.as_ref()?).ok()
}

#[derive(Properties, PartialEq)]
struct RemoveProps {
    website: WebsiteId,
    funnel: Funnel,
    on_close: Callback<()>,
}

/// Says what deleting a funnel means, then does it.
#[component]
fn Remove(props: &RemoveProps) -> Html {
    let (api, toasts, client, task) = (use_api(), use_toasts(), use_query_client(), use_task());
    let busy = use_state(|| false);
    let on_confirm = {
        let (website, id, on_close) = (props.website, props.funnel.id, props.on_close.clone());
        let busy = busy.clone();
        Callback::from(move |()| {
            busy.set(true);
            let (api, toasts, client) = (api.clone(), toasts.clone(), client.clone());
            let (on_close, busy) = (on_close.clone(), busy.setter());
            task.run(async move {
                match api.delete_funnel(website, id).await {
                    // Gone already is as good.
                    Ok(()) | Err(ApiError::NotFound(_)) => on_close.emit(()),
                    Err(error) => {
                        busy.set(false);
                        toasts.alert(error.message());
                    }
                }
                client.invalidate(asks::all(topic::WEBSITES));
            });
        })
    };
    html! {
        <Dialog
            title={t_with("funnels.delete_title", &[("name", &props.funnel.name)])}
            confirm={t("funnels.delete")}
            danger=true
            busy={*busy}
            {on_confirm}
            on_cancel={props.on_close.clone()}
        >
            <p>{ t("funnels.delete_text") }</p>
        </Dialog>
    }
}
