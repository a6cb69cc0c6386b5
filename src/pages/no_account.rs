//! Pages for what the account's owner does until people can do it themselves.

use yew::prelude::*;

use super::auth_layout::AuthLayout;
use crate::i18n::t;
use crate::routes::Route;
use crate::ui::Link;

/// How to get an account.
#[component]
pub fn Register() -> Html {
    html! {
        <AuthLayout route={Route::Register} lead={t("register.lead")}>
            <p>{ t("register.how") }</p>
            <p><Link class="link" to={Route::Login}>{ t("auth.back_to_login") }</Link></p>
        </AuthLayout>
    }
}

/// How to get a new password.
#[component]
pub fn ForgotPassword() -> Html {
    html! {
        <AuthLayout route={Route::ForgotPassword} lead={t("forgot.lead")}>
            <p>{ t("forgot.how") }</p>
            <p><Link class="link" to={Route::Login}>{ t("auth.back_to_login") }</Link></p>
        </AuthLayout>
    }
}
