//! The second factor: setting it up, turning it off.

use switchboard_contract::auth::{DisableTotpRequest, TotpEnrolment};
use switchboard_contract::validate;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::super::settings::SettingsSection;
use super::enrolment::Enrolment;
use crate::api::ApiError;
use crate::auth::{use_api, use_auth, use_me};
use crate::browser::use_task;
use crate::forms::{CapsLock, FormField, FormHandle, FormOptions, FormTrouble, use_form};
use crate::i18n::t;
use crate::ui::{Button, ButtonKind, Dialog, IconName, Notice, Status, Tone, use_toasts};

const PASSWORD: &str = "currentPassword";

const OPTIONS: FormOptions = FormOptions {
    prefix: "disable",
    draft: None,
    label: |_| t("security.current_password"),
};

/// The section.
#[component]
pub fn SecondFactor() -> Html {
    let me = use_me();
    let api = use_api();
    let session = use_auth().session().clone();
    let enrolment = use_state(|| None::<TotpEnrolment>);
    let failure = use_state(|| None::<ApiError>);
    let busy = use_state(|| false);
    let asks = use_state(|| false);
    let task = use_task();
    let refresh_task = use_task();
    let on_begin = {
        let (api, enrolment) = (api.clone(), enrolment.setter());
        let (failure, busy) = (failure.setter(), busy.setter());
        Callback::from(move |_: MouseEvent| {
            let (api, enrolment) = (api.clone(), enrolment.clone());
            let (failure, busy) = (failure.clone(), busy.clone());
            busy.set(true);
            failure.set(None);
            task.run(async move {
                match api.enrol_totp().await {
                    Ok(begun) => enrolment.set(Some(begun)),
                    Err(error) => failure.set(Some(error)),
                }
                busy.set(false);
            });
        })
    };
    // Only once the recovery codes are put away: the page changes with what the person may do.
    let on_changed = {
        let (enrolment, asks) = (enrolment.setter(), asks.setter());
        Callback::from(move |()| {
            enrolment.set(None);
            asks.set(false);
            let (api, session) = (api.clone(), session.clone());
            refresh_task.run(async move {
                // Else the next renewal of the session brings it.
                if let Ok(me) = api.me().await {
                    session.update_me(me);
                }
            });
        })
    };
    let on_cancel = {
        let enrolment = enrolment.setter();
        Callback::from(move |()| enrolment.set(None))
    };
    let ask = |on: bool| {
        let asks = asks.setter();
        move || asks.set(on)
    };
    let (open, close) = (ask(true), ask(false));
    let body = match &*enrolment {
        Some(begun) => html! {
            <Enrolment enrolment={begun.clone()} on_done={on_changed.clone()} {on_cancel} />
        },
        None if me.totp_enabled => html! {
            <div class="row wrap row-3">
                <Status icon={IconName::Ok} tone="success" text={t("totp.on")} />
                <Button kind={ButtonKind::Danger} onclick={Callback::from(move |_: MouseEvent| open())}>
                    { t("totp.turn_off") }
                </Button>
            </div>
        },
        None => html! {
            <div class="form">
                <div>
                    if let Some(error) = &*failure {
                        <Notice tone={Tone::Danger}>{ error.message() }</Notice>
                    }
                </div>
                <div class="row wrap row-3">
                    <Status icon={IconName::Info} text={t("totp.off")} />
                    <Button kind={ButtonKind::Primary} busy={*busy} onclick={on_begin}>{ t("totp.set_up") }</Button>
                </div>
            </div>
        },
    };
    html! {
        <SettingsSection id="security-totp" title={t("totp.title")} about={t("totp.about")}>
            <div>{ body }</div>
            <div>
                if *asks {
                    <TurnOff on_done={on_changed} on_cancel={Callback::from(move |()| close())} />
                }
            </div>
        </SettingsSection>
    }
}

#[derive(Properties, PartialEq)]
struct TurnOffProps {
    on_done: Callback<()>,
    on_cancel: Callback<()>,
}

#[component]
fn TurnOff(props: &TurnOffProps) -> Html {
    let api = use_api();
    let toasts = use_toasts();
    let form = use_form(OPTIONS, || {
        vec![Field::secret(PASSWORD, validate::entered_password)]
    });
    let field = use_node_ref();
    let send = move |form: &FormHandle| {
        let api = api.clone();
        let request = DisableTotpRequest {
            current_password: form.value(PASSWORD),
        };
        async move { api.disable_totp(&request).await }
    };
    let then = {
        let on_done = props.on_done.clone();
        Callback::from(move |()| {
            toasts.status(t("totp.turned_off"));
            on_done.emit(());
        })
    };
    let onsubmit = form.onsubmit(send.clone(), then.clone());
    let on_confirm = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&send, then.clone()))
    };
    let is_required = matches!(form.failure(), Some(ApiError::Forbidden(_)));
    html! {
        <Dialog
            title={t("totp.turn_off_title")}
            confirm={t("totp.turn_off")}
            danger=true
            busy={form.is_sending()}
            {on_confirm}
            on_cancel={props.on_cancel.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <p>{ t("totp.turn_off_text") }</p>
                <FormTrouble form={form.clone()} title={is_required.then(|| t("totp.required"))} />
                <CapsLock>
                    <FormField
                        form={form.clone()}
                        name={PASSWORD}
                        kind="password"
                        autocomplete="current-password"
                        node_ref={field}
                    />
                </CapsLock>
            </form>
        </Dialog>
    }
}
