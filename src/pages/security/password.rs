//! Changing the password.

use switchboard_contract::auth::ChangePasswordRequest;
use switchboard_contract::password::Personal;
use switchboard_contract::validate;
use switchboard_engine::form::{Field, Form};
use yew::prelude::*;

use super::super::settings::SettingsSection;
use crate::auth::{use_api, use_me};
use crate::forms::{
    CapsLock, FormField, FormHandle, FormOptions, FormTrouble, NewPassword, new_password_field, use_form,
    use_unsaved,
};
use crate::i18n::t;
use crate::ui::{Button, ButtonKind, use_toasts};

const CURRENT: &str = "currentPassword";
const NEW: &str = "newPassword";

const OPTIONS: FormOptions = FormOptions {
    prefix: "password",
    draft: None,
    label: |field| match field {
        CURRENT => t("security.current_password"),
        _ => t("password.new"),
    },
};

fn who(form: &Form) -> Personal<'_> {
    Personal {
        email: form.value("email"),
        name: form.value("name"),
        company: form.value("company"),
    }
}

/// The section.
#[component]
pub fn Password() -> Html {
    let me = use_me();
    let api = use_api();
    let toasts = use_toasts();
    let form = use_form(OPTIONS, || {
        vec![
            Field::secret(CURRENT, validate::entered_password),
            new_password_field(NEW, who),
            // What the new one must not be made of.
            Field::choice("email").holding(me.email.clone()),
            Field::choice("name").holding(me.name.clone()),
            Field::choice("company").holding(me.account_name.clone()),
        ]
    });
    use_unsaved(&form);
    let onsubmit = {
        let send = move |form: &FormHandle| {
            let api = api.clone();
            let request = ChangePasswordRequest {
                current_password: form.value(CURRENT),
                new_password: form.value(NEW),
            };
            async move { api.change_password(&request).await }
        };
        form.onsubmit(
            send,
            Callback::from(move |()| toasts.status(t("security.password_saved"))),
        )
    };
    let about = [&me.email, &me.name, &me.account_name].map(|text| AttrValue::from(text.clone()));
    html! {
        <SettingsSection id="security-password" title={t("login.password")} about={t("security.password_about")}>
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} />
                // Tells password managers whose password it is.
                <input
                    class="sr"
                    type="email"
                    autocomplete="username"
                    value={me.email.clone()}
                    readonly=true
                    tabindex="-1"
                    aria-hidden="true"
                />
                <CapsLock>
                    <FormField form={form.clone()} name={CURRENT} kind="password" autocomplete="current-password" />
                </CapsLock>
                <NewPassword form={form.clone()} name={NEW} {about} />
                <div>
                    <Button
                        kind={ButtonKind::Primary}
                        submit=true
                        busy={form.is_sending()}
                        disabled={form.throttle().left() > 0}
                    >
                        { t("settings.save") }
                    </Button>
                </div>
            </form>
        </SettingsSection>
    }
}
