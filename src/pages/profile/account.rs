//! Where the person belongs: for others to change.

use yew::prelude::*;

use super::super::settings::SettingsSection;
use crate::auth::use_me;
use crate::i18n::t;
use crate::people::role_name;
use crate::scoped;

/// The section.
#[component]
pub fn Account() -> Html {
    let me = use_me();
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: minmax(5rem, auto) minmax(0, 1fr);
        gap: var(--space-2) var(--space-4);
        justify-content: start;

        dt {
            color: var(--text-2);
        }
        dd {
            overflow-wrap: anywhere;
        }
        "#
    );
    html! {
        <SettingsSection id="profile-account" title={t("profile.account")} about={t("profile.account_about")}>
            <dl {class}>
                <dt>{ t("profile.company") }</dt>
                <dd><bdi>{ me.account_name.clone() }</bdi></dd>
                <dt>{ t("profile.role") }</dt>
                <dd>{ role_name(me.role) }</dd>
            </dl>
        </SettingsSection>
    }
}
