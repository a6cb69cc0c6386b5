//! The address to sign in with, and changing it.

use switchboard_contract::auth::ChangeEmailRequest;
use switchboard_contract::validate;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::super::settings::SettingsSection;
use crate::auth::{use_api, use_auth, use_me};
use crate::browser::focus_node;
use crate::forms::{CapsLock, FormField, FormHandle, FormOptions, FormTrouble, use_form};
use crate::i18n::{t, t_with};
use crate::ui::{Button, ButtonKind, Notice};

const EMAIL: &str = "email";
const PASSWORD: &str = "currentPassword";

const OPTIONS: FormOptions = FormOptions {
    prefix: "change-email",
    draft: None,
    label: |field| match field {
        EMAIL => t("profile.new_email"),
        _ => t("security.current_password"),
    },
};

/// The section.
#[component]
pub fn Email() -> Html {
    let me = use_me();
    let is_open = use_state(|| false);
    let button = use_node_ref();
    let open = {
        let is_open = is_open.setter();
        Callback::from(move |_: MouseEvent| is_open.set(true))
    };
    let on_close = {
        let is_open = is_open.setter();
        Callback::from(move |()| is_open.set(false))
    };
    {
        // The form took the focus with it.
        let (button, was_open) = (button.clone(), use_mut_ref(|| false));
        use_effect_with(*is_open, move |is_open| {
            if was_open.replace(*is_open) && !*is_open {
                focus_node(&button);
            }
        });
    }
    html! {
        <SettingsSection id="profile-email" title={t("login.email")} about={t("profile.email_about")}>
            <div role="status">
                if let Some(pending) = &me.pending_email {
                    <Notice>{ t_with("profile.email_pending", &[("email", pending)]) }</Notice>
                }
            </div>
            if *is_open {
                <ChangeEmail {on_close} />
            } else {
                <div class="row wrap row-3">
                    <span class="strong break"><bdi>{ me.email.clone() }</bdi></span>
                    <Button node_ref={button} onclick={open}>{ t("profile.change_email") }</Button>
                </div>
            }
        </SettingsSection>
    }
}

#[derive(Properties, PartialEq)]
struct ChangeEmailProps {
    on_close: Callback<()>,
}

#[component]
fn ChangeEmail(props: &ChangeEmailProps) -> Html {
    let api = use_api();
    let session = use_auth().session().clone();
    let form = use_form(OPTIONS, || {
        vec![
            Field::text(EMAIL, validate::email),
            Field::secret(PASSWORD, validate::entered_password),
        ]
    });
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with((), move |()| focus_node(&field));
    }
    let onsubmit = {
        let send = move |form: &FormHandle| {
            let (api, session) = (api.clone(), session.clone());
            let request = ChangeEmailRequest {
                email: form.value(EMAIL).trim().to_owned(),
                current_password: form.value(PASSWORD),
            };
            async move {
                api.change_email(&request).await?;
                // Else the next renewal of the session brings it.
                if let Ok(me) = api.me().await {
                    session.update_me(me);
                }
                Ok(())
            }
        };
        form.onsubmit(send, props.on_close.clone())
    };
    let on_close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <form class="form" novalidate=true {onsubmit}>
            <FormTrouble form={form.clone()} />
            <FormField
                form={form.clone()}
                name={EMAIL}
                kind="email"
                autocomplete="email"
                hint={t("profile.new_email_hint")}
                node_ref={field}
            />
            <CapsLock>
                <FormField form={form.clone()} name={PASSWORD} kind="password" autocomplete="current-password" />
            </CapsLock>
            <div class="row wrap">
                <Button kind={ButtonKind::Primary} submit=true busy={form.is_sending()} disabled={form.throttle().left() > 0}>
                    { t("profile.send_email_change") }
                </Button>
                <Button kind={ButtonKind::Quiet} onclick={on_close}>{ t("dialog.cancel") }</Button>
            </div>
        </form>
    }
}
