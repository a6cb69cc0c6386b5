//! Who is signed in, and the way out.

use yew::prelude::*;
use yew_router::hooks::use_navigator;

use super::use_sign_out;
use crate::auth::use_me;
use crate::i18n::t;
use crate::routes::Route;
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
    let head = html! {
        <div>
            <bdi class="strong truncate">{ me.name.clone() }</bdi>
            <bdi class="meta truncate">{ me.email.clone() }</bdi>
        </div>
    };
    html! {
        <Menu label={t("account.label")} {items} {head}>
            <Avatar id={me.id.to_string()} name={me.name.clone()} size="1.5rem" picture={me.avatar_url.clone()} />
        </Menu>
    }
}
