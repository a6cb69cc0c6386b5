//! One member in the table.

use std::rc::Rc;

use switchboard_contract::auth::{Member, MemberStatus, Role};
use switchboard_contract::website::Website;
use yew::prelude::*;

use super::invite::member_name;
use crate::browser::now;
use crate::i18n::{relative, t, t_count, t_with};
use crate::people::role_name;
use crate::ui::{Avatar, Icon, IconName, Menu, MenuItem};

/// What can be done with a member.
#[derive(Clone, PartialEq)]
pub struct Acts {
    /// Asks for another role or other websites.
    pub change: Callback<Member>,
    /// Asks whether to remove.
    pub remove: Callback<Member>,
}

/// The row; `acts` only where the person may act.
pub fn row(member: &Member, is_me: bool, sites: Option<&Rc<Vec<Website>>>, acts: Option<&Acts>) -> Html {
    let name = member_name(member);
    let invited = member.status == MemberStatus::Invited;
    let seen = match (invited, member.last_seen_at) {
        (true, _) => t("team.not_joined"),
        (false, Some(at)) => AttrValue::from(relative(at, now().wall)),
        (false, None) => t("team.never_seen"),
    };
    let sites_text = websites_of(member, sites);
    let factor = if member.totp_enabled {
        t("totp.on")
    } else {
        t("totp.off")
    };
    html! {
        <tr role="row" key={member.id.to_string()}>
            <td role="cell">
                <div class="cell-main">
                    <Avatar
                        id={member.id.to_string()}
                        name={member.name.clone()}
                        size="1.75rem"
                        picture={member.avatar_url.clone()}
                    />
                    <div>
                        <div class="row row-1">
                            <bdi class="truncate strong" title={name.clone()}>{ name.clone() }</bdi>
                            if is_me {
                                <span class="chip">{ t("team.you") }</span>
                            } else if invited {
                                <span class="chip">{ t("team.invited_chip") }</span>
                            }
                        </div>
                        if !member.name.trim().is_empty() {
                            <bdi class="meta truncate" title={member.email.clone()}>{ member.email.clone() }</bdi>
                        }
                    </div>
                </div>
            </td>
            <td role="cell" data-label={t("profile.role")}>{ role_name(member.role) }</td>
            <td role="cell" data-label={t("team.websites")} class="text-2 truncate" title={sites_text.clone()}>{ sites_text }</td>
            <td role="cell" data-label={t("totp.title")} class="text-2">{ if invited { t("team.none") } else { factor } }</td>
            <td role="cell" data-label={t("team.seen")} class="text-2 col-low">{ seen }</td>
            <td role="cell" class="td-corner end">
                <div>
                    if let Some(acts) = acts {
                        { menu(member, &name, invited, acts) }
                    }
                </div>
            </td>
        </tr>
    }
}

fn menu(member: &Member, name: &AttrValue, invited: bool, acts: &Acts) -> Html {
    let act = |callback: &Callback<Member>| {
        let (callback, member) = (callback.clone(), member.clone());
        Callback::from(move |()| callback.emit(member.clone()))
    };
    let items = vec![
        MenuItem {
            key: "change",
            text: t("team.change"),
            icon: IconName::Settings,
            on_choose: act(&acts.change),
        },
        MenuItem {
            key: "remove",
            text: if invited {
                t("team.take_back")
            } else {
                t("team.remove")
            },
            icon: IconName::X,
            on_choose: act(&acts.remove),
        },
    ];
    html! {
        <Menu label={t_with("team.acts", &[("name", name)])} {items}>
            <Icon name={IconName::More} />
        </Menu>
    }
}

/// The one website's name, or how many.
fn websites_of(member: &Member, sites: Option<&Rc<Vec<Website>>>) -> AttrValue {
    if member.role != Role::Agent {
        return t("team.all_websites");
    }
    match member.website_ids.as_slice() {
        [] => t("team.no_websites"),
        [only] => sites
            .and_then(|sites| sites.iter().find(|site| site.id == *only))
            .map_or_else(
                || t_count("team.some_websites", 1, &[]),
                |site| AttrValue::from(site.name.clone()),
            ),
        more => t_count(
            "team.some_websites",
            u64::try_from(more.len()).unwrap_or(u64::MAX),
            &[],
        ),
    }
}
