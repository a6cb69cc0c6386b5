//! The team's labels. Everyone adds them; owners and admins rename, recolour and delete them.

mod deleting;
mod edit;

use switchboard_contract::auth::Role;
use switchboard_contract::live_chat::{Label, LabelColour, LabelList};
use yew::prelude::*;

use super::settings::{SettingsPage, SettingsSection, use_focus_kept};
use crate::auth::use_me;
use crate::i18n::{date_long, t, t_with};
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::ui::{
    Button, ButtonKind, EmptyState, Icon, IconName, LabelDot, Loading, Menu, MenuItem, Skeleton, Table,
    view_query,
};
use deleting::Delete;
use edit::Edit;

/// The colours to choose from, with the words that forms hold for them.
const COLOURS: [(LabelColour, &str); 7] = [
    (LabelColour::Grey, "grey"),
    (LabelColour::Blue, "blue"),
    (LabelColour::Green, "green"),
    (LabelColour::Yellow, "yellow"),
    (LabelColour::Orange, "orange"),
    (LabelColour::Red, "red"),
    (LabelColour::Purple, "purple"),
];

fn colour_name(colour: LabelColour) -> AttrValue {
    match colour {
        LabelColour::Grey | LabelColour::Unknown => t("labels.grey"),
        LabelColour::Blue => t("labels.blue"),
        LabelColour::Green => t("labels.green"),
        LabelColour::Yellow => t("labels.yellow"),
        LabelColour::Orange => t("labels.orange"),
        LabelColour::Red => t("labels.red"),
        LabelColour::Purple => t("labels.purple"),
    }
}

/// What the dialog is about.
#[derive(Clone, PartialEq)]
enum Open {
    Add,
    Change(Label),
    Delete(Label),
}

/// The page.
#[component]
pub fn Labels() -> Html {
    let me = use_me();
    let manages = matches!(me.role, Role::Owner | Role::Admin);
    let list = use_query(asks::labels());
    let root = use_focus_kept(list.data.as_ref().map_or(0, |data| data.value.items.len()));
    let open = use_state(|| None::<Open>);
    let on_add = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(Some(Open::Add)))
    };
    let on_open = {
        let open = open.setter();
        Callback::from(move |what: Open| open.set(Some(what)))
    };
    let on_close = {
        let open = open.setter();
        Callback::from(move |()| open.set(None))
    };
    let ready = |found: &LabelList| {
        if found.items.is_empty() {
            return html! {
                <EmptyState icon={IconName::Tag} title={t("labels.empty")} text={t("labels.empty_text")} />
            };
        }
        html! {
            <Table label={t("labels.heading")}>
                { head() }
                <tbody role="rowgroup">
                    { for found.items.iter().map(|label| row(label, manages.then_some(&on_open))) }
                </tbody>
            </Table>
        }
    };
    let dialog = open.as_ref().map(|open| match open {
        Open::Add => html! { <Edit key="add" {on_close} /> },
        Open::Change(label) => {
            html! { <Edit key={label.id.to_string()} label={Some(label.clone())} {on_close} /> }
        }
        Open::Delete(label) => {
            html! { <Delete key={format!("delete-{}", label.id)} label={label.clone()} {on_close} /> }
        }
    });
    let tools = html! {
        <Button kind={ButtonKind::Primary} icon={IconName::Plus} onclick={on_add}>{ t("labels.add") }</Button>
    };
    let about = if manages {
        t("labels.about")
    } else {
        t("labels.about_agent")
    };
    html! {
        <SettingsPage route={Route::Labels} lead={t("labels.lead")}>
            <SettingsSection id="labels" {root} title={t("labels.all")} {about} wide=true {tools}>
                <div>{ view_query(&list, &t("labels.failed"), skeleton, ready) }</div>
                <div>{ dialog }</div>
            </SettingsSection>
        </SettingsPage>
    }
}

fn row(label: &Label, on_open: Option<&Callback<Open>>) -> Html {
    let menu = on_open.map(|on_open| {
        let act = |what: fn(Label) -> Open| {
            let (on_open, label) = (on_open.clone(), label.clone());
            Callback::from(move |()| on_open.emit(what(label.clone())))
        };
        let items = vec![
            MenuItem {
                key: "change",
                text: t("labels.change"),
                icon: IconName::Edit,
                on_choose: act(Open::Change),
            },
            MenuItem {
                key: "delete",
                text: t("labels.delete"),
                icon: IconName::Trash,
                on_choose: act(Open::Delete),
            },
        ];
        html! {
            <Menu label={t_with("team.acts", &[("name", &label.name)])} {items}><Icon name={IconName::More} /></Menu>
        }
    });
    html! {
        <tr role="row" key={label.id.to_string()}>
            <td role="cell">
                <div class="row">
                    <LabelDot colour={label.colour} />
                    <bdi class="strong truncate" title={label.name.clone()}>{ label.name.clone() }</bdi>
                </div>
            </td>
            <td role="cell" data-label={t("labels.colour")} class="text-2">{ colour_name(label.colour) }</td>
            <td role="cell" data-label={t("labels.column_added")} class="text-2">{ date_long(label.created_at) }</td>
            <td role="cell" class="td-corner end">{ menu }</td>
        </tr>
    }
}

fn head() -> Html {
    html! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader">{ t("labels.column_name") }</th>
                <th role="columnheader">{ t("labels.colour") }</th>
                <th role="columnheader">{ t("labels.column_added") }</th>
                <th role="columnheader"><span class="sr">{ t("team.acts_column") }</span></th>
            </tr>
        </thead>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("labels.loading")}>
            <Table label="">
                { head() }
                <tbody role="rowgroup">
                    { for (0..3).map(|row| html! {
                        <tr key={row}>
                            <td><Skeleton inline="8rem" /></td>
                            <td><Skeleton inline="4rem" /></td>
                            <td><Skeleton inline="7rem" /></td>
                            <td></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}
