//! Sign in: email and password, then a code where a second factor is set up.

use switchboard_contract::auth::{AccessGrant, LoginRequest, TotpLoginRequest};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate;
use switchboard_engine::form::Field;
use switchboard_engine::refresh::SignedOut;
use yew::prelude::*;

use super::auth_layout::AuthLayout;
use super::resend::Resend;
use crate::api::{ApiError, auth};
use crate::auth::{AuthState, use_auth};
use crate::browser::focus_node;
use crate::forms::{CapsLock, FormField, FormHandle, FormOptions, FormTrouble, prefill, use_form};
use crate::i18n::t;
use crate::routes::Route;
use crate::ui::{Button, ButtonKind, Checkbox, Link, Notice};

const EMAIL: &str = "email";
const PASSWORD: &str = "password";
const KEEP: &str = "keepSignedIn";
const CODE: &str = "code";
/// Keeps the address (never the password) across a reload of the tab.
const DRAFT: &str = crate::storage::draft::LOGIN;

const FIRST_STEP: FormOptions = FormOptions {
    prefix: "",
    draft: Some(DRAFT),
    label: |field| match field {
        EMAIL => t("login.email"),
        PASSWORD => t("login.password"),
        _ => t("login.keep"),
    },
};

const SECOND_STEP: FormOptions = FormOptions {
    prefix: "",
    draft: None,
    label: |_| t("login.code"),
};

/// Whoever comes to the page next in this tab is probably this person.
pub(super) fn expect(email: &str) {
    prefill(DRAFT, EMAIL, email);
}

/// The page.
#[component]
pub fn Login() -> Html {
    let auth = use_auth();
    let why = match auth.state {
        AuthState::SignedOut(SignedOut::Expired) => Some(t("login.session_ended")),
        AuthState::SignedOut(SignedOut::Revoked) => Some(t("login.session_revoked")),
        _ => None,
    };
    html! {
        <AuthLayout route={Route::Login} lead={t("login.lead")}>
            <div class="stack">
                if let Some(why) = why {
                    <Notice>{ why }</Notice>
                }
                <LoginForm />
            </div>
            <p class="text-2">
                { t("login.new_here") }{ " " }
                <Link class="link" to={Route::Register}>{ t("login.register") }</Link>
            </p>
        </AuthLayout>
    }
}

/// The forms of both steps. What was typed stays across failures.
#[component]
pub fn LoginForm() -> Html {
    let challenge = use_state(|| None::<AttrValue>);
    let on_challenge = {
        let challenge = challenge.setter();
        Callback::from(move |text: AttrValue| challenge.set(Some(text)))
    };
    let on_back = {
        let challenge = challenge.setter();
        Callback::from(move |()| challenge.set(None))
    };
    match &*challenge {
        None => html! { <PasswordStep {on_challenge} /> },
        Some(challenge) => html! { <CodeStep challenge={challenge.clone()} {on_back} /> },
    }
}

/// What the first step came to.
enum First {
    In(Box<AccessGrant>),
    CodeIsDue(AttrValue),
}

#[derive(Properties, PartialEq)]
struct PasswordStepProps {
    on_challenge: Callback<AttrValue>,
}

#[component]
fn PasswordStep(props: &PasswordStepProps) -> Html {
    let auth = use_auth();
    let form = use_form(FIRST_STEP, || {
        vec![
            Field::text(EMAIL, validate::email),
            Field::secret(PASSWORD, validate::entered_password),
            Field::choice(KEEP).holding("true"),
        ]
    });
    let onsubmit = {
        let session = auth.session().clone();
        let send = move |form: &FormHandle| {
            let session = session.clone();
            let request = LoginRequest {
                email: form.value(EMAIL).trim().to_owned(),
                password: form.value(PASSWORD),
                keep_signed_in: form.is_on(KEEP),
            };
            async move {
                match session.sign_in(&request).await {
                    Ok(grant) => Ok(First::In(Box::new(grant))),
                    Err(error) => match challenge_of(&error) {
                        Some(challenge) => Ok(First::CodeIsDue(challenge)),
                        None => Err(error),
                    },
                }
            }
        };
        let (auth, on_challenge) = (auth.clone(), props.on_challenge.clone());
        let then = Callback::from(move |first| match first {
            First::In(grant) => auth.adopt(*grant),
            First::CodeIsDue(challenge) => on_challenge.emit(challenge),
        });
        form.onsubmit(send, then)
    };
    let on_keep = {
        let setter = form.setter(KEEP);
        Callback::from(move |on: bool| setter.emit(on.to_string()))
    };
    let unverified = form
        .failure()
        .is_some_and(|error| error.code() == Some(ProblemCode::EmailUnverified));
    html! {
        <form class="form" novalidate=true {onsubmit}>
            <FormTrouble form={form.clone()} title={unverified.then(|| t("login.unverified"))}>
                if unverified {
                    <Resend email={form.value(EMAIL)} />
                }
            </FormTrouble>
            <FormField form={form.clone()} name={EMAIL} kind="email" autocomplete="username" large=true />
            <CapsLock>
                <FormField
                    form={form.clone()}
                    name={PASSWORD}
                    kind="password"
                    autocomplete="current-password"
                    large=true
                    aside={html! { <Link class="link push" to={Route::ForgotPassword}>{ t("login.forgot") }</Link> }}
                />
            </CapsLock>
            <Checkbox label={t("login.keep")} name={KEEP} checked={form.is_on(KEEP)} onchange={on_keep} />
            <Button
                kind={ButtonKind::Primary}
                large=true
                submit=true
                busy={form.is_sending()}
                disabled={form.throttle().left() > 0}
            >
                { t("login.submit") }
            </Button>
        </form>
    }
}

/// What the second step wants back, when that is why the first one did not sign in.
fn challenge_of(error: &ApiError) -> Option<AttrValue> {
    let problem = error
        .problem()
        .filter(|problem| problem.code == ProblemCode::TotpRequired)?;
    problem.challenge.clone().map(AttrValue::from)
}

#[derive(Properties, PartialEq)]
struct CodeStepProps {
    challenge: AttrValue,
    /// Back to email and password.
    on_back: Callback<()>,
}

#[component]
fn CodeStep(props: &CodeStepProps) -> Html {
    let auth = use_auth();
    let form = use_form(SECOND_STEP, || vec![Field::secret(CODE, validate::second_factor)]);
    let field = use_node_ref();
    {
        let field = field.clone();
        // The field that had the focus has gone with the first step.
        use_effect_with((), move |()| focus_node(&field));
    }
    let onsubmit = {
        let (transport, challenge) = (auth.session().transport().clone(), props.challenge.clone());
        let send = move |form: &FormHandle| {
            let transport = transport.clone();
            let request = TotpLoginRequest {
                challenge: challenge.to_string(),
                code: form.value(CODE).trim().to_owned(),
            };
            async move { auth::login_totp(&transport, &request).await }
        };
        let auth = auth.clone();
        form.onsubmit(send, Callback::from(move |grant| auth.adopt(grant)))
    };
    let is_over = matches!(form.failure(), Some(ApiError::NotFound(_)));
    let on_back = props.on_back.reform(|_: MouseEvent| ());
    html! {
        <form class="form" novalidate=true {onsubmit}>
            <p class="text-2">{ t("login.code_lead") }</p>
            <FormTrouble form={form.clone()} title={is_over.then(|| t("login.too_late"))} />
            <FormField
                form={form.clone()}
                name={CODE}
                autocomplete="one-time-code"
                hint={t("login.code_hint")}
                large=true
                node_ref={field}
            />
            <Button
                kind={ButtonKind::Primary}
                large=true
                submit=true
                busy={form.is_sending()}
                disabled={form.throttle().left() > 0}
            >
                { t("login.submit") }
            </Button>
            <p><button class="link" type="button" onclick={on_back}>{ t("login.start_again") }</button></p>
        </form>
    }
}
