//! A new account.

use switchboard_contract::auth::RegisterRequest;
use switchboard_contract::password::Personal;
use switchboard_contract::validate;
use switchboard_engine::form::{Field, Form};
use yew::prelude::*;

use super::auth_layout::AuthLayout;
use super::login;
use super::resend::Resend;
use crate::api::auth;
use crate::auth::use_auth;
use crate::forms::{
    FormField, FormHandle, FormOptions, FormTrouble, NewPassword, new_password_field, use_form,
};
use crate::i18n::{t, t_with};
use crate::routes::Route;
use crate::storage::{SENT_TO, draft};
use crate::ui::{Button, ButtonKind, Link};

const OPTIONS: FormOptions = FormOptions {
    prefix: "",
    draft: Some(draft::REGISTER),
    label,
};

fn label(field: &str) -> AttrValue {
    match field {
        "name" => t("register.name"),
        "company" => t("register.company"),
        "email" => t("login.email"),
        _ => t("login.password"),
    }
}

fn who(form: &Form) -> Personal<'_> {
    Personal {
        email: form.value("email"),
        name: form.value("name"),
        company: form.value("company"),
    }
}

/// The page: the form, then where to look for the mail.
#[component]
pub fn Register() -> Html {
    let sent_to = use_state(|| SENT_TO.get());
    let on_sent = {
        let sent_to = sent_to.clone();
        Callback::from(move |email: String| {
            // Where storage is refused, a reload shows the form again.
            let _ = SENT_TO.set(&email);
            login::expect(&email);
            sent_to.set(Some(email));
        })
    };
    let on_again = {
        let sent_to = sent_to.clone();
        Callback::from(move |_: MouseEvent| {
            SENT_TO.delete();
            sent_to.set(None);
        })
    };
    let Some(email) = (*sent_to).clone() else {
        return html! {
            <AuthLayout route={Route::Register} lead={t("register.lead")}>
                <RegisterForm {on_sent} />
                <p class="text-2">
                    { t("register.have_one") }{ " " }
                    <Link class="link" to={Route::Login}>{ t("login.heading") }</Link>
                </p>
            </AuthLayout>
        };
    };
    html! {
        <AuthLayout
            route={Route::Register}
            heading={t("register.sent_heading")}
            lead={t_with("register.sent", &[("email", &email)])}
        >
            <div class="stack">
                <p class="text-2">{ t("register.sent_hint") }</p>
                <Resend {email} />
            </div>
            <p class="row wrap row-3">
                <Link class="link" to={Route::Login}>{ t("auth.back_to_login") }</Link>
                <button class="link" type="button" onclick={on_again}>{ t("register.other_address") }</button>
            </p>
        </AuthLayout>
    }
}

/// Props for [`RegisterForm`].
#[derive(Properties, PartialEq)]
pub struct RegisterFormProps {
    /// The server has taken it: the address that gets the mail.
    pub on_sent: Callback<String>,
}

/// The form.
#[component]
pub fn RegisterForm(props: &RegisterFormProps) -> Html {
    let auth = use_auth();
    let form = use_form(OPTIONS, || {
        vec![
            Field::text("name", validate::person_name),
            Field::text("company", validate::company),
            Field::text("email", validate::email),
            new_password_field("password", who),
        ]
    });
    let onsubmit = {
        let transport = auth.session().transport().clone();
        let send = move |form: &FormHandle| {
            let transport = transport.clone();
            let request = RegisterRequest {
                name: form.value("name").trim().to_owned(),
                company: form.value("company").trim().to_owned(),
                email: form.value("email").trim().to_owned(),
                password: form.value("password"),
            };
            async move {
                auth::register(&transport, &request).await?;
                Ok(request.email)
            }
        };
        form.onsubmit(send, props.on_sent.clone())
    };
    let about = ["email", "name", "company"].map(|field| AttrValue::from(form.value(field)));
    html! {
        <form class="form" novalidate=true {onsubmit}>
            <FormTrouble form={form.clone()} />
            <FormField form={form.clone()} name="name" autocomplete="name" large=true />
            <FormField form={form.clone()} name="company" autocomplete="organization" large=true />
            <FormField form={form.clone()} name="email" kind="email" autocomplete="username" large=true />
            <NewPassword form={form.clone()} name="password" {about} large=true />
            <Button
                kind={ButtonKind::Primary}
                large=true
                submit=true
                busy={form.is_sending()}
                disabled={form.throttle().left() > 0}
            >
                { t("register.submit") }
            </Button>
        </form>
    }
}
