//! Setting up a second factor: the secret, a code that proves it, and the recovery codes.

use switchboard_contract::auth::{TotpCodeRequest, TotpEnrolment};
use switchboard_contract::validate;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::qr::QrCode;
use crate::api::ApiError;
use crate::auth::use_api;
use crate::browser::{copy_text, focus_node, use_task};
use crate::forms::{FormField, FormHandle, FormOptions, FormTrouble, use_form};
use crate::i18n::t;
use crate::scoped;
use crate::ui::{Button, ButtonKind, IconName, use_toasts};

const CODE: &str = "code";

const OPTIONS: FormOptions = FormOptions {
    prefix: "totp",
    draft: None,
    label: |_| t("login.code"),
};

/// Props for [`Enrolment`].
#[derive(Properties, PartialEq)]
pub struct EnrolmentProps {
    /// The secret that waits.
    pub enrolment: TotpEnrolment,
    /// It is set up and the recovery codes are put away.
    pub on_done: Callback<()>,
    /// Left for another time.
    pub on_cancel: Callback<()>,
}

/// The steps.
#[component]
pub fn Enrolment(props: &EnrolmentProps) -> Html {
    let api = use_api();
    let codes = use_state(|| None::<Vec<String>>);
    let form = use_form(OPTIONS, || vec![Field::secret(CODE, validate::totp_code)]);
    let title = use_node_ref();
    {
        let title = title.clone();
        // The button that led here, and then the form, have gone.
        use_effect_with(codes.is_some(), move |_| focus_node(&title));
    }
    let onsubmit = {
        let send = move |form: &FormHandle| {
            let api = api.clone();
            let request = TotpCodeRequest {
                code: validate::typed_code(&form.value(CODE)),
            };
            async move { api.confirm_totp(&request).await }
        };
        let codes = codes.setter();
        form.onsubmit(
            send,
            Callback::from(move |answer: switchboard_contract::auth::RecoveryCodes| {
                codes.set(Some(answer.recovery_codes));
            }),
        )
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-4);

        h3 {
            font-size: var(--text-13);
            line-height: var(--lh-13);
        }
        h3:focus {
            outline: none;
        }
        .scan {
            display: flex;
            flex-wrap: wrap;
            align-items: start;
            gap: var(--space-4);
        }
        .scan > div {
            display: grid;
            flex: 1 1 12rem;
            gap: var(--space-2);
        }
        .secret {
            font-family: var(--font-mono);
            overflow-wrap: anywhere;
            user-select: all;
        }
        "#
    );
    if let Some(codes) = &*codes {
        return html! {
            <div {class}>
                <h3 tabindex="-1" ref={title}>{ t("totp.codes_title") }</h3>
                <p class="text-2">{ t("totp.codes_text") }</p>
                <RecoveryCodes codes={codes.clone()} />
                <div>
                    <Button kind={ButtonKind::Primary} onclick={props.on_done.reform(|_: MouseEvent| ())}>
                        { t("totp.codes_done") }
                    </Button>
                </div>
            </div>
        };
    }
    let is_over = matches!(form.failure(), Some(ApiError::NotFound(_)));
    html! {
        <form {class} novalidate=true {onsubmit}>
            <h3 tabindex="-1" ref={title}>{ t("totp.scan_title") }</h3>
            <div class="scan">
                <QrCode rows={props.enrolment.qr.clone()} label={t("totp.qr")} />
                <div>
                    <p class="text-2">{ t("totp.scan") }</p>
                    <p class="text-2">{ t("totp.or_type") }</p>
                    <p class="secret">{ in_fours(&props.enrolment.secret) }</p>
                    <p><a class="link" href={props.enrolment.uri.clone()}>{ t("totp.open_app") }</a></p>
                </div>
            </div>
            <FormTrouble form={form.clone()} title={is_over.then(|| t("totp.start_again"))} />
            <FormField form={form.clone()} name={CODE} autocomplete="one-time-code" hint={t("totp.code_hint")} />
            <div class="row wrap">
                <Button kind={ButtonKind::Primary} submit=true busy={form.is_sending()} disabled={form.throttle().left() > 0}>
                    { t("totp.confirm") }
                </Button>
                <Button kind={ButtonKind::Quiet} onclick={props.on_cancel.reform(|_: MouseEvent| ())}>
                    { t("dialog.cancel") }
                </Button>
            </div>
        </form>
    }
}

/// In groups of four, so that it can be typed.
fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

#[derive(Properties, PartialEq)]
struct RecoveryCodesProps {
    codes: Vec<String>,
}

#[component]
fn RecoveryCodes(props: &RecoveryCodesProps) -> Html {
    let toasts = use_toasts();
    let task = use_task();
    let on_copy = {
        let text = props.codes.join("\n");
        Callback::from(move |_: MouseEvent| {
            let (text, toasts) = (text.clone(), toasts.clone());
            task.run(async move {
                if copy_text(&text).await {
                    toasts.status(t("totp.codes_copied"));
                } else {
                    toasts.alert(t("totp.codes_not_copied"));
                }
            });
        })
    };
    let class = scoped!(
        r#"
        display: grid;
        justify-items: start;
        gap: var(--space-3);

        ul {
            display: grid;
            grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr));
            gap: var(--space-1) var(--space-4);
            inline-size: 100%;
            padding: var(--space-3) var(--space-4);
            border: 1px solid var(--line);
            border-radius: var(--radius-m);
            background: var(--surface-sunken);
            font-family: var(--font-mono);
            font-variant-numeric: var(--numeric);
        }
        li {
            user-select: all;
        }
        "#
    );
    html! {
        <div {class}>
            <ul role="list" aria-label={t("totp.codes")}>
                { for props.codes.iter().map(|code| html! { <li key={code.clone()}>{ code.clone() }</li> }) }
            </ul>
            <Button icon={IconName::Copy} onclick={on_copy}>{ t("totp.copy_codes") }</Button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::in_fours;

    #[test]
    fn secrets_come_in_groups() {
        assert_eq!(in_fours("ABCDEFGHIJ"), "ABCD EFGH IJ");
        assert_eq!(in_fours(""), "");
    }
}
