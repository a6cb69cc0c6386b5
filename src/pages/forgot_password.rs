//! Asks for a mail that leads to a new password.

use switchboard_contract::auth::EmailRequest;
use switchboard_contract::validate;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::auth_layout::AuthLayout;
use crate::api::auth;
use crate::auth::use_auth;
use crate::forms::{FormField, FormHandle, FormOptions, FormTrouble, use_form};
use crate::i18n::{t, t_with};
use crate::routes::Route;
use crate::ui::{Button, ButtonKind, Link};

const OPTIONS: FormOptions = FormOptions {
    prefix: "",
    draft: Some(crate::storage::draft::FORGOT),
    label: |_| t("login.email"),
};

/// The page.
#[component]
pub fn ForgotPassword() -> Html {
    let auth = use_auth();
    let sent_to = use_state(|| None::<String>);
    let form = use_form(OPTIONS, || vec![Field::text("email", validate::email)]);
    let onsubmit = {
        let transport = auth.session().transport().clone();
        let send = move |form: &FormHandle| {
            let transport = transport.clone();
            let request = EmailRequest {
                email: form.value("email").trim().to_owned(),
            };
            async move {
                auth::forgot_password(&transport, &request).await?;
                Ok(request.email)
            }
        };
        let sent_to = sent_to.setter();
        form.onsubmit(send, Callback::from(move |email| sent_to.set(Some(email))))
    };
    let back = html! {
        <p><Link class="link" to={Route::Login}>{ t("auth.back_to_login") }</Link></p>
    };
    if let Some(email) = &*sent_to {
        let on_again = {
            let sent_to = sent_to.setter();
            Callback::from(move |_: MouseEvent| sent_to.set(None))
        };
        return html! {
            <AuthLayout
                route={Route::ForgotPassword}
                heading={t("register.sent_heading")}
                lead={t_with("forgot.sent", &[("email", email)])}
            >
                <div class="stack">
                    <p class="text-2">{ t("forgot.sent_hint") }</p>
                    <p><button class="link" type="button" onclick={on_again}>{ t("forgot.again") }</button></p>
                </div>
                { back }
            </AuthLayout>
        };
    }
    html! {
        <AuthLayout route={Route::ForgotPassword} lead={t("forgot.lead")}>
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} />
                <FormField form={form.clone()} name="email" kind="email" autocomplete="username" large=true />
                <Button
                    kind={ButtonKind::Primary}
                    large=true
                    submit=true
                    busy={form.is_sending()}
                    disabled={form.throttle().left() > 0}
                >
                    { t("forgot.submit") }
                </Button>
            </form>
            { back }
        </AuthLayout>
    }
}
