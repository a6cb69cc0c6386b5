//! Who is signed in, and the way out.

use yew::prelude::*;
use yew_router::hooks::use_navigator;

use super::availability::{PresenceDot, use_availability_choices};
use super::use_sign_out;
use crate::auth::use_me;
use crate::chat::use_presence;
use crate::i18n::t;
use crate::people::availability_name;
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Avatar, IconName, Menu, MenuItem};

/// The menu behind the avatar.
#[component]
pub fn AccountMenu() -> Html {
    let me = use_me();
    let sign_out = use_sign_out();
    let navigator = use_navigator();
    let open_profile = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::Profile);
        }
    });
    let items = vec![
        MenuItem {
            key: "profile",
            text: t("account.profile"),
            icon: IconName::User,
            on_choose: open_profile,
        },
        MenuItem {
            key: "sign-out",
            text: t("account.sign_out"),
            icon: IconName::Logout,
            on_choose: sign_out,
        },
    ];
    let availability = use_presence(me.id).unwrap_or(me.availability);
    let choices = use_availability_choices();
    let groups = vec![choices];
    let head = html! {
        <div>
            <bdi class="strong truncate">{ me.name.clone() }</bdi>
            <bdi class="meta truncate">{ me.email.clone() }</bdi>
        </div>
    };
    html! {
        <Menu label={t("account.label")} description={availability_name(availability)} {items} {groups} {head} class={marked()}>
            <Avatar id={me.id.to_string()} name={me.name.clone()} size="1.5rem" picture={me.avatar_url.clone()} />
            <span class="account-presence"><PresenceDot {availability} /></span>
        </Menu>
    }
}

/// The dot sits on the picture's edge.
fn marked() -> Classes {
    scoped!(
        r#"
        .icon-btn {
            position: relative;
        }
        .account-presence {
            position: absolute;
            inset-block-end: 0.125rem;
            inset-inline-end: 0.125rem;
            display: grid;
            border-radius: 50%;
            background: var(--canvas);
            box-shadow: 0 0 0 2px var(--canvas);
        }
        "#
    )
    .into()
}
