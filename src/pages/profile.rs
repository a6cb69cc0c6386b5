//! The signed-in person.

use yew::prelude::*;

use crate::auth::use_me;
use crate::i18n::t;
use crate::people::role_name;
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Avatar, Notice, PageHead};

/// The page.
#[component]
pub fn Profile() -> Html {
    let me = use_me();
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-6);
        inline-size: 100%;
        max-inline-size: 52rem;
        margin-inline: auto;
        padding: var(--space-6);

        .who {
            display: flex;
            align-items: center;
            gap: var(--space-4);
            min-inline-size: 0;
        }
        dl {
            display: grid;
            grid-template-columns: minmax(6rem, 13rem) minmax(0, 1fr);
            border-block-start: 1px solid var(--line);
        }
        dt, dd {
            padding-block: var(--space-3);
            border-block-end: 1px solid var(--line);
        }
        dt {
            color: var(--text-2);
        }
        dd {
            overflow-wrap: anywhere;
        }

        @media (max-width: 640px) {
            padding: var(--space-4);
        }
        "#
    );
    html! {
        <>
            <PageHead heading={Route::Profile.heading()} />
            <div {class}>
                <div class="who">
                    <Avatar id={me.id.to_string()} name={me.name.clone()} size="3.5rem" />
                    <div>
                        <h2 class="truncate"><bdi>{ me.name.clone() }</bdi></h2>
                        <p class="text-2">{ t("profile.lead") }</p>
                    </div>
                </div>
                <dl>
                    <dt>{ t("profile.name") }</dt>
                    <dd><bdi>{ me.name.clone() }</bdi></dd>
                    <dt>{ t("profile.email") }</dt>
                    <dd>{ me.email.clone() }</dd>
                    <dt>{ t("profile.role") }</dt>
                    <dd>{ role_name(me.role) }</dd>
                    <dt>{ t("profile.account") }</dt>
                    <dd><bdi>{ me.account_name.clone() }</bdi></dd>
                </dl>
                <Notice>{ t("profile.read_only") }</Notice>
            </div>
        </>
    }
}
