//! The table of members, and what can be done with them.

use std::rc::Rc;

use switchboard_contract::auth::{Member, MemberList, MemberStatus};
use yew::prelude::*;

use super::super::settings::{SettingsSection, use_focus_kept};
use super::invite::{Change, Invite, member_name};
use super::may_change;
use super::row::{Acts, row};
use crate::api::ApiError;
use crate::auth::{use_api, use_me};
use crate::i18n::{t, t_with};
use crate::query::asks::{self, topic};
use crate::query::{Mutating, use_query, use_query_client};
use crate::ui::{Button, ButtonKind, Dialog, IconName, Loading, Skeleton, Table, use_toasts, view_query};

/// More websites than anyone assigns one by one; the server's largest page.
pub(super) const MOST_SITES: u32 = 200;

/// Which dialog is open.
#[derive(Clone, PartialEq)]
enum Open {
    Invite,
    Change(Member),
    Remove(Member),
}

/// The section.
#[component]
pub fn Members() -> Html {
    let me = use_me();
    let list = use_query(asks::members());
    let root = use_focus_kept(list.data.as_ref().map_or(0, |data| data.value.items.len()));
    let sites = use_query(asks::websites(1, MOST_SITES));
    let sites = sites.data.map(|data| Rc::new(data.value.items.clone()));
    let open = use_state(|| None::<Open>);
    let show = |what: fn(Member) -> Open| {
        let open = open.setter();
        Callback::from(move |member| open.set(Some(what(member))))
    };
    let acts = Acts {
        change: show(Open::Change),
        remove: show(Open::Remove),
    };
    let on_invite = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(Some(Open::Invite)))
    };
    let on_close = {
        let open = open.setter();
        Callback::from(move |()| open.set(None))
    };
    let ready = |found: &MemberList| {
        html! {
            <Table label={t("team.members")} fixed=true>
                { head() }
                <tbody role="rowgroup">
                    { for found.items.iter().map(|member| {
                        let is_me = member.id == me.id;
                        let allowed = !is_me && may_change(me.role, member.role);
                        row(member, is_me, sites.as_ref(), allowed.then_some(&acts))
                    }) }
                </tbody>
            </Table>
        }
    };
    let dialog = open.as_ref().map(|open| match open {
        Open::Invite => html! {
            <Invite sites={sites.clone()} on_changed={list.reload.clone()} {on_close} />
        },
        Open::Change(member) => html! {
            <Change member={member.clone()} sites={sites.clone()} on_changed={list.reload.clone()} {on_close} />
        },
        Open::Remove(member) => html! {
            <Remove member={member.clone()} {on_close} />
        },
    });
    let tools = html! {
        <Button kind={ButtonKind::Primary} icon={IconName::Plus} onclick={on_invite}>{ t("team.invite") }</Button>
    };
    html! {
        <SettingsSection id="team-members" {root} title={t("team.members")} about={t("team.members_about")} wide=true {tools}>
            <div>{ view_query(&list, &t("team.failed"), skeleton, ready) }</div>
            <div>{ dialog }</div>
        </SettingsSection>
    }
}

#[derive(Properties, PartialEq)]
struct RemoveProps {
    member: Member,
    on_close: Callback<()>,
}

/// Says what removing someone means, then does it.
#[component]
fn Remove(props: &RemoveProps) -> Html {
    let api = use_api();
    let toasts = use_toasts();
    let client = use_query_client();
    let name = member_name(&props.member);
    let invited = props.member.status == MemberStatus::Invited;
    let on_confirm = {
        let (id, name, on_close) = (props.member.id, name.clone(), props.on_close.clone());
        Callback::from(move |()| {
            let (api, toasts, name) = (api.clone(), toasts.clone(), name.clone());
            let mutating = Mutating {
                target: asks::all(topic::MEMBERS),
                change: Box::new(move |list: &MemberList| {
                    let mut list = list.clone();
                    list.items.retain(|member| member.id != id);
                    list
                }),
            };
            let call = async move {
                match api.remove_member(id).await {
                    // Gone already is as good.
                    Err(ApiError::NotFound(_)) => Ok(()),
                    outcome => outcome,
                }
            };
            client.mutate(mutating, call, move |outcome| match outcome {
                Ok(()) => toasts.status(t_with("team.removed", &[("name", &name)])),
                Err(error) => toasts.alert(error.message()),
            });
            on_close.emit(());
        })
    };
    let (title, text, confirm) = if invited {
        (
            t_with("team.take_back_title", &[("name", &name)]),
            t("team.take_back_text"),
            t("team.take_back"),
        )
    } else {
        (
            t_with("team.remove_title", &[("name", &name)]),
            t("team.remove_text"),
            t("team.remove"),
        )
    };
    html! {
        <Dialog {title} {confirm} danger=true {on_confirm} on_cancel={props.on_close.clone()}>
            <p>{ text }</p>
        </Dialog>
    }
}

fn head() -> Html {
    html! {
        <>
        <colgroup>
            <col />
            <col style="inline-size:5.5rem" />
            <col style="inline-size:8rem" />
            <col style="inline-size:7.5rem" />
            <col class="col-low" style="inline-size:8rem" />
            <col style="inline-size:2.5rem" />
        </colgroup>
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader">{ t("team.member") }</th>
                <th role="columnheader">{ t("profile.role") }</th>
                <th role="columnheader">{ t("team.websites") }</th>
                <th role="columnheader">{ t("totp.title") }</th>
                <th role="columnheader" class="col-low">{ t("team.seen") }</th>
                <th role="columnheader"><span class="sr">{ t("team.acts_column") }</span></th>
            </tr>
        </thead>
        </>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("team.loading")}>
            <Table label="" fixed=true>
                { head() }
                <tbody role="rowgroup">
                    { for (0..3).map(|row| html! {
                        <tr key={row}>
                            <td><div class="cell-main"><Skeleton inline="1.75rem" block="1.75rem" round=true /><Skeleton inline="8rem" /></div></td>
                            <td><Skeleton inline="3rem" /></td>
                            <td><Skeleton inline="5rem" /></td>
                            <td><Skeleton inline="2rem" /></td>
                            <td class="col-low"><Skeleton inline="4rem" /></td>
                            <td></td>
                        </tr>
                    }) }
                </tbody>
            </Table>
        </Loading>
    }
}
