//! Where the mail for a forgotten password leads.

use switchboard_contract::auth::ResetPasswordRequest;
use switchboard_contract::password::Personal;
use yew::prelude::*;

use super::auth_layout::AuthLayout;
use super::mail_link::{is_dead, use_forget_token, use_link_token};
use crate::api::auth;
use crate::auth::{AuthState, use_auth};
use crate::forms::{FormHandle, FormOptions, FormTrouble, NewPassword, new_password_field, use_form};
use crate::i18n::t;
use crate::routes::Route;
use crate::ui::{Button, ButtonKind, Link};

const OPTIONS: FormOptions = FormOptions {
    prefix: "",
    draft: None,
    label: |_| t("password.new"),
};

/// The page.
#[component]
pub fn ResetPassword() -> Html {
    let auth = use_auth();
    let found = use_link_token();
    let token = use_memo((), move |()| found);
    let forget = use_forget_token(Route::ResetPassword);
    let is_saved = use_state(|| false);
    let form = use_form(OPTIONS, || {
        vec![new_password_field("password", |_| Personal::default())]
    });
    let onsubmit = {
        let (transport, token) = (auth.session().transport().clone(), token.clone());
        let send = move |form: &FormHandle| {
            let transport = transport.clone();
            let request = ResetPasswordRequest {
                token: (*token).clone().unwrap_or_default(),
                password: form.value("password"),
            };
            async move { auth::reset_password(&transport, &request).await }
        };
        let (session, is_saved) = (auth.session().clone(), is_saved.setter());
        let on_saved = Callback::from(move |()| {
            forget.emit(());
            is_saved.set(true);
            // Saving ends every session, the one of this browser too.
            if matches!(session.state(), AuthState::SignedIn(_)) {
                session.sign_out();
            }
        });
        form.onsubmit(send, on_saved)
    };
    if *is_saved {
        return html! {
            <AuthLayout route={Route::ResetPassword} heading={t("reset.saved_heading")} lead={t("reset.saved")}>
                <Link class="btn btn-primary btn-large" to={Route::Login}>{ t("login.heading") }</Link>
            </AuthLayout>
        };
    }
    let dead = token.is_none() || form.failure().as_ref().is_some_and(is_dead);
    if dead {
        return html! {
            <AuthLayout route={Route::ResetPassword} heading={t("reset.dead_heading")} lead={t("reset.dead")}>
                <Link class="btn btn-primary btn-large" to={Route::ForgotPassword}>{ t("reset.new_link") }</Link>
                <p><Link class="link" to={Route::Login}>{ t("auth.back_to_login") }</Link></p>
            </AuthLayout>
        };
    }
    html! {
        <AuthLayout route={Route::ResetPassword} lead={t("reset.lead")}>
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} />
                <NewPassword
                    form={form.clone()}
                    name="password"
                    about={[AttrValue::default(), AttrValue::default(), AttrValue::default()]}
                    large=true
                />
                <Button
                    kind={ButtonKind::Primary}
                    large=true
                    submit=true
                    busy={form.is_sending()}
                    disabled={form.throttle().left() > 0}
                >
                    { t("reset.submit") }
                </Button>
            </form>
        </AuthLayout>
    }
}
