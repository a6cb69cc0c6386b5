//! Who works in the account.

mod invite;
mod member_fields;
mod members;
mod requirement;
mod row;

use switchboard_contract::auth::Role;
use yew::prelude::*;

use super::settings::SettingsPage;
use crate::auth::use_me;
use crate::i18n::t;
use crate::routes::Route;
use crate::ui::{EmptyState, IconName, Link};
use members::Members;
use requirement::Requirement;

/// The page. Agents who come by its address are told whom it is for.
#[component]
pub fn Team() -> Html {
    let me = use_me();
    if !Route::Team.is_for(me.role) {
        return html! {
            <SettingsPage route={Route::Team} lead={t("team.lead")}>
                <EmptyState icon={IconName::Lock} title={t("team.forbidden")} text={t("team.forbidden_text")}>
                    <Link class="btn" to={Route::Profile}>{ t("verify.to_profile") }</Link>
                </EmptyState>
            </SettingsPage>
        };
    }
    html! {
        <SettingsPage route={Route::Team} lead={t("team.lead")}>
            <Members />
            <Requirement />
        </SettingsPage>
    }
}

/// Whether someone of this role may change or remove someone of that one.
const fn may_change(own: Role, other: Role) -> bool {
    match own {
        Role::Owner => true,
        Role::Admin => !matches!(other, Role::Owner),
        Role::Agent | Role::Unknown => false,
    }
}
