//! Sign in.

use gloo_storage::{SessionStorage, Storage};
use switchboard_contract::auth::LoginRequest;
use switchboard_contract::validate;
use switchboard_engine::refresh::SignedOut;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::auth_layout::AuthLayout;
use crate::api::ApiError;
use crate::auth::{AuthState, use_auth};
use crate::browser::{Interval, monotonic_ms, use_task};
use crate::i18n::{duration_short, rule, t, t_with};
use crate::routes::Route;
use crate::ui::{Button, ButtonKind, Checkbox, Field, FieldProblem, FormSummary, Link, Notice};

const EMAIL: &str = "email";
const PASSWORD: &str = "password";
/// Keeps the address (never the password) across a reload of the tab.
const DRAFT: &str = "switchboard.login-email";

#[derive(Clone, Default, PartialEq)]
struct Errors {
    email: Option<AttrValue>,
    password: Option<AttrValue>,
}

impl Errors {
    fn of(email: &str, password: &str) -> Self {
        Self {
            email: validate::email(email).err().map(rule),
            password: validate::entered_password(password).err().map(rule),
        }
    }

    /// The server's messages, should its rules be stricter than this build's.
    fn of_server(error: &ApiError) -> Self {
        let first = |name: &str| {
            error
                .fields()
                .and_then(|fields| fields.get(name))
                .and_then(|messages| messages.first())
                .map(|message| AttrValue::from(message.clone()))
        };
        Self {
            email: first(EMAIL),
            password: first(PASSWORD),
        }
    }

    const fn any(&self) -> bool {
        self.email.is_some() || self.password.is_some()
    }

    fn problems(&self) -> Vec<FieldProblem> {
        let line = |field: &'static str, label: AttrValue, error: &Option<AttrValue>| {
            error.as_ref().map(|error| FieldProblem {
                field: AttrValue::Static(field),
                text: t_with("form.problem", &[("field", &label), ("problem", error)]),
            })
        };
        [
            line(EMAIL, t("login.email"), &self.email),
            line(PASSWORD, t("login.password"), &self.password),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Why the last submission did not succeed.
#[derive(Clone, PartialEq)]
enum Trouble {
    Fields,
    Api(ApiError),
    /// Until this moment of the monotonic clock, in milliseconds.
    Throttled(f64),
}

/// The page.
#[component]
pub fn Login() -> Html {
    let auth = use_auth();
    let session_ended = matches!(
        auth.state,
        AuthState::SignedOut(SignedOut::Expired | SignedOut::Revoked)
    );
    html! {
        <AuthLayout route={Route::Login} lead={t("login.lead")}>
            <div class="stack">
                if session_ended {
                    <Notice>{ t("login.session_ended") }</Notice>
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

/// The form. What was typed stays across failures.
#[component]
pub fn LoginForm() -> Html {
    let auth = use_auth();
    let email = use_state(|| SessionStorage::get::<String>(DRAFT).unwrap_or_default());
    let password = use_state(String::new);
    let keep = use_state(|| true);
    let errors = use_state(Errors::default);
    let trouble = use_state(|| None::<Trouble>);
    let attempt = use_state(|| 0_u32);
    let is_sending = use_state(|| false);
    let task = use_task();
    let email_ref = use_node_ref();
    let password_ref = use_node_ref();

    let throttled_until = match &*trouble {
        Some(Trouble::Throttled(until)) => Some(*until),
        _ => None,
    };
    let wait = use_countdown(throttled_until);

    let onsubmit = {
        let (email, password, keep, errors) = (email.clone(), password.clone(), keep.clone(), errors.clone());
        let (trouble, attempt, is_sending) = (trouble.clone(), attempt.clone(), is_sending.clone());
        let task = task.clone();
        let (email_ref, password_ref) = (email_ref.clone(), password_ref.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *is_sending || wait > 0 {
                return;
            }
            // What a password manager filled in without telling is in the fields only.
            let typed = |node: &NodeRef, known: &str| {
                node.cast::<HtmlInputElement>()
                    .map_or_else(|| known.to_owned(), |input| input.value())
            };
            let (typed_email, typed_password) = (typed(&email_ref, &email), typed(&password_ref, &password));
            email.set(typed_email.clone());
            password.set(typed_password.clone());
            let found = Errors::of(&typed_email, &typed_password);
            attempt.set(*attempt + 1);
            if found.any() {
                errors.set(found);
                trouble.set(Some(Trouble::Fields));
                return;
            }
            errors.set(Errors::default());
            trouble.set(None);
            let request = LoginRequest {
                email: typed_email.trim().to_owned(),
                password: typed_password,
                keep_signed_in: *keep,
            };
            let auth = auth.clone();
            let (errors, trouble, done) = (errors.setter(), trouble.setter(), is_sending.setter());
            is_sending.set(true);
            task.run(async move {
                match auth.session().sign_in(&request).await {
                    Ok(grant) => {
                        SessionStorage::delete(DRAFT);
                        auth.adopt(grant);
                    }
                    Err(ApiError::RateLimited(wait)) => {
                        trouble.set(Some(Trouble::Throttled(monotonic_ms() + wait as f64)));
                    }
                    Err(error) => {
                        errors.set(Errors::of_server(&error));
                        trouble.set(Some(Trouble::Api(error)));
                    }
                }
                done.set(false);
            });
        })
    };
    let on_email = {
        let email = email.clone();
        Callback::from(move |text: String| {
            // Where storage is refused, only a reload loses it.
            let _ = SessionStorage::set(DRAFT, &text);
            email.set(text);
        })
    };
    let on_password = {
        let password = password.clone();
        Callback::from(move |text| password.set(text))
    };
    let on_email_blur = {
        let (email, errors) = (email.clone(), errors.clone());
        Callback::from(move |()| {
            // An empty field is told of on submit: leaving it by a link must not move the link away.
            let error = if email.trim().is_empty() {
                None
            } else {
                validate::email(&email).err().map(rule)
            };
            errors.set(Errors {
                email: error,
                ..(*errors).clone()
            });
        })
    };
    let on_keep = {
        let keep = keep.clone();
        Callback::from(move |on| keep.set(on))
    };
    let summary = trouble.as_ref().map(|trouble| match trouble {
        Trouble::Fields => html! {
            <FormSummary title={t("form.check_fields")} problems={errors.problems()} attempt={*attempt} />
        },
        Trouble::Api(error) => html! {
            <FormSummary title={error.message()} problems={errors.problems()} attempt={*attempt} />
        },
        Trouble::Throttled(_) => html! {
            <FormSummary title={t("login.throttled")} attempt={*attempt}>
                <span role="timer" class="num">
                    { if wait > 0 {
                        t_with("login.try_again_in", &[("wait", &duration_short(wait))])
                    } else {
                        t("login.try_again_now")
                    } }
                </span>
            </FormSummary>
        },
    });
    html! {
        <form class="form" novalidate=true {onsubmit}>
            <div hidden={summary.is_none()}>{ summary }</div>
            <Field
                id={EMAIL}
                name={EMAIL}
                kind="email"
                label={t("login.email")}
                autocomplete="username"
                value={(*email).clone()}
                error={errors.email.clone()}
                oninput={on_email}
                onblur={on_email_blur}
                node_ref={email_ref}
                large=true
            />
            <Field
                id={PASSWORD}
                name={PASSWORD}
                kind="password"
                label={t("login.password")}
                autocomplete="current-password"
                value={(*password).clone()}
                error={errors.password.clone()}
                oninput={on_password}
                node_ref={password_ref}
                large=true
                aside={html! { <Link class="link push" to={Route::ForgotPassword}>{ t("login.forgot") }</Link> }}
            />
            <Checkbox label={t("login.keep")} name="keep" checked={*keep} onchange={on_keep} />
            <Button
                kind={ButtonKind::Primary}
                large=true
                submit=true
                busy={*is_sending}
                disabled={wait > 0}
            >
                { t("login.submit") }
            </Button>
        </form>
    }
}

/// Seconds left until a moment of the monotonic clock, counted down once a second.
#[hook]
fn use_countdown(until: Option<f64>) -> i64 {
    let left = move || {
        until.map_or(0, |until| {
            ((until - monotonic_ms()) / 1_000.0).ceil().max(0.0) as i64
        })
    };
    let tick = use_force_update();
    use_effect_with(until.map(f64::to_bits), move |until| {
        let interval = until.map(|_| Interval::new(1_000, move || tick.force_update()));
        move || drop(interval)
    });
    left()
}
