//! Canned replies: the team's, and the person's own.

mod deleting;
mod edit;

use std::rc::Rc;

use switchboard_contract::auth::Role;
use switchboard_contract::live_chat::{CannedReply, CannedReplyList, CannedScope};
use switchboard_engine::composing::best;
use yew::prelude::*;

use super::settings::{SettingsPage, SettingsSection, use_focus_kept};
use crate::auth::use_me;
use crate::i18n::{t, t_with};
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::ui::{
    Button, ButtonKind, EmptyState, Icon, IconName, Loading, Menu, MenuItem, SearchField, Skeleton, Table,
    view_query,
};
use deleting::use_delete;
use edit::Edit;

/// Whether someone of this role writes canned replies of the team.
const fn writes_shared(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Admin)
}

/// What the dialog is about.
#[derive(Clone, PartialEq)]
enum Open {
    Add,
    Change(CannedReply),
}

/// The page.
#[component]
pub fn CannedReplies() -> Html {
    let me = use_me();
    let list = use_query(asks::canned_replies());
    let root = use_focus_kept(list.data.as_ref().map_or(0, |data| data.value.items.len()));
    let query = use_state(String::new);
    let open = use_state(|| None::<Open>);
    let on_delete = use_delete();
    let on_input = {
        let query = query.setter();
        Callback::from(move |text: String| query.set(text))
    };
    let on_add = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(Some(Open::Add)))
    };
    let on_change = {
        let open = open.setter();
        Callback::from(move |reply: CannedReply| open.set(Some(Open::Change(reply))))
    };
    let on_close = {
        let open = open.setter();
        Callback::from(move |()| open.set(None))
    };
    let ready = |found: &CannedReplyList| {
        if found.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Chat} title={t("canned.empty")} text={t("canned.empty_text")} />
            };
        }
        let shown = best(
            query.trim().trim_start_matches('/'),
            &found.items,
            |reply| (reply.shortcut.as_str(), reply.title.as_str()),
            usize::MAX,
        );
        if shown.is_empty() {
            return html! {
                <EmptyState
                    icon={IconName::Search}
                    title={t_with("canned.none_found", &[("query", &*query)])}
                    text={t("canned.none_found_text")}
                />
            };
        }
        html! {
            <Table label={t("canned.heading")}>
                { head() }
                <tbody role="rowgroup">
                    { for shown.into_iter().map(|reply| {
                        let may = reply.scope == CannedScope::Personal || writes_shared(me.role);
                        row(reply, may.then_some((&on_change, &on_delete)))
                    }) }
                </tbody>
            </Table>
        }
    };
    let dialog = open.as_ref().map(|open| match open {
        Open::Add => html! { <Edit key="add" {on_close} /> },
        Open::Change(reply) => {
            html! { <Edit key={reply.id.to_string()} reply={Some(Rc::new(reply.clone()))} {on_close} /> }
        }
    });
    let tools = html! {
        <Button kind={ButtonKind::Primary} icon={IconName::Plus} onclick={on_add}>{ t("canned.add") }</Button>
    };
    html! {
        <SettingsPage route={Route::CannedReplies} lead={t("canned.lead")}>
            <SettingsSection id="canned-replies" {root} title={t("canned.all")} about={t("canned.about")} wide=true {tools}>
                <SearchField label={t("canned.search")} hint={t("canned.search")} value={(*query).clone()} {on_input} />
                <div>{ view_query(&list, &t("canned.failed"), skeleton, ready) }</div>
                <div>{ dialog }</div>
            </SettingsSection>
        </SettingsPage>
    }
}

/// What can be done with a reply, for those who may.
type Acts<'a> = (&'a Callback<CannedReply>, &'a Callback<CannedReply>);

fn row(reply: &CannedReply, acts: Option<Acts<'_>>) -> Html {
    let scope = match reply.scope {
        CannedScope::Shared => t("canned.shared"),
        CannedScope::Personal => t("canned.personal"),
    };
    let menu = acts.map(|(on_change, on_delete)| {
        let act = |act: &Callback<CannedReply>| {
            let (act, reply) = (act.clone(), reply.clone());
            Callback::from(move |()| act.emit(reply.clone()))
        };
        let items = vec![
            MenuItem {
                key: "change",
                text: t("canned.change"),
                icon: IconName::Edit,
                on_choose: act(on_change),
            },
            MenuItem {
                key: "delete",
                text: t("canned.delete"),
                icon: IconName::Trash,
                on_choose: act(on_delete),
            },
        ];
        let label = t_with("team.acts", &[("name", &format!("/{}", reply.shortcut))]);
        html! { <Menu {label} {items}><Icon name={IconName::More} /></Menu> }
    });
    html! {
        <tr role="row" key={reply.id.to_string()}>
            <td role="cell">
                <div class="row wrap">
                    <bdi class="strong">{ format!("/{}", reply.shortcut) }</bdi>
                    <span class="chip">{ scope }</span>
                </div>
            </td>
            <td role="cell" data-label={t("canned.column_title")}><bdi>{ reply.title.clone() }</bdi></td>
            <td role="cell" data-label={t("canned.column_content")} class="text-2">
                <bdi class="truncate">{ reply.content.clone() }</bdi>
            </td>
            <td role="cell" class="td-corner end">{ menu }</td>
        </tr>
    }
}

fn head() -> Html {
    html! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader">{ t("canned.column_shortcut") }</th>
                <th role="columnheader">{ t("canned.column_title") }</th>
                <th role="columnheader">{ t("canned.column_content") }</th>
                <th role="columnheader"><span class="sr">{ t("team.acts_column") }</span></th>
            </tr>
        </thead>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("canned.loading")}>
            <Table label="">
                { head() }
                <tbody role="rowgroup">
                    { for (0..3).map(|row| html! {
                        <tr key={row}>
                            <td><Skeleton inline="6rem" /></td>
                            <td><Skeleton inline="9rem" /></td>
                            <td><Skeleton inline="14rem" /></td>
                            <td></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}
