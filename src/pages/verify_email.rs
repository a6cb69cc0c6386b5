//! Where the mail to a new address leads: of a registration, or of a change of address.

use switchboard_contract::auth::{EmailRequest, TokenRequest};
use switchboard_contract::problem::ProblemCode;
use switchboard_contract::validate;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::auth_layout::AuthLayout;
use super::mail_link::{is_dead, use_forget_token, use_link_token};
use crate::api::{ApiError, auth};
use crate::auth::{AuthState, use_api, use_auth};
use crate::browser::{Task, use_task};
use crate::forms::{FormField, FormHandle, FormOptions, FormTrouble, use_form};
use crate::i18n::{t, t_with};
use crate::routes::Route;
use crate::ui::{Button, ButtonKind, ErrorState, Link, Loading, Notice, Skeleton, Tone};

const OPTIONS: FormOptions = FormOptions {
    prefix: "",
    draft: None,
    label: |_| t("login.email"),
};

#[derive(Clone, PartialEq)]
enum Progress {
    Working,
    Verified,
    /// The link is missing, spent or too old.
    Dead,
    /// Someone began another account with the address.
    Taken,
    Failed(ApiError),
}

/// The page: it does what the link says, and tells what came of it.
#[component]
pub fn VerifyEmail() -> Html {
    let auth = use_auth();
    let api = use_api();
    let found = use_link_token();
    // The first one: it leaves the address once it is spent.
    let token = use_memo((), move |()| found);
    let forget = use_forget_token(Route::VerifyEmail);
    let progress = use_state(|| Progress::Working);
    let attempt = use_state(|| 0_u32);
    {
        let (auth, token, progress) = (auth.clone(), token.clone(), progress.setter());
        use_effect_with(*attempt, move |_| {
            let task = match &*token {
                None => {
                    progress.set(Progress::Dead);
                    None
                }
                Some(token) => {
                    let request = TokenRequest { token: token.clone() };
                    let transport = auth.session().transport().clone();
                    progress.set(Progress::Working);
                    Some(Task::spawn(async move {
                        let outcome = match auth::verify_email(&transport, &request).await {
                            Ok(()) => Progress::Verified,
                            Err(error) if is_dead(&error) => Progress::Dead,
                            Err(error) if error.code() == Some(ProblemCode::AddressInUse) => Progress::Taken,
                            Err(error) => Progress::Failed(error),
                        };
                        if !matches!(outcome, Progress::Failed(_)) {
                            forget.emit(());
                        }
                        progress.set(outcome);
                    }))
                }
            };
            move || drop(task)
        });
    }
    let is_member = matches!(auth.state, AuthState::SignedIn(_));
    {
        // A change of address shows everywhere at once.
        let (session, task) = (auth.session().clone(), use_task());
        use_effect_with((is_member, (*progress).clone()), move |(is_member, progress)| {
            if *is_member && *progress == Progress::Verified {
                task.run(async move {
                    // Else the next renewal of the session brings it.
                    if let Ok(me) = api.me().await {
                        session.update_me(me);
                    }
                });
            }
        });
    }
    let on_retry = {
        let attempt = attempt.clone();
        Callback::from(move |()| attempt.set(*attempt + 1))
    };
    let (lead, body) = match &*progress {
        Progress::Working => (
            t("verify.lead"),
            html! { <Loading label={t("verify.lead")}><Skeleton inline="60%" /></Loading> },
        ),
        Progress::Verified => (t("verify.done"), way_on(is_member)),
        Progress::Taken => (t("error.address_in_use"), way_on(is_member)),
        Progress::Dead => (t("verify.dead"), html! { <NewLink /> }),
        Progress::Failed(error) => (
            t("verify.failed"),
            html! { <ErrorState title={t("verify.failed_title")} error={error.clone()} {on_retry} /> },
        ),
    };
    html! {
        <AuthLayout route={Route::VerifyEmail} {lead}>
            <div class="stack">{ body }</div>
        </AuthLayout>
    }
}

/// The next step once the address is verified.
fn way_on(is_member: bool) -> Html {
    let (to, text) = if is_member {
        (Route::Profile, t("verify.to_profile"))
    } else {
        (Route::Login, t("login.heading"))
    };
    html! { <Link class="btn btn-primary btn-large" {to}>{ text }</Link> }
}

/// Another link for whoever came with a dead one.
#[component]
fn NewLink() -> Html {
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
                auth::resend_verification(&transport, &request).await?;
                Ok(request.email)
            }
        };
        let sent_to = sent_to.setter();
        form.onsubmit(send, Callback::from(move |email| sent_to.set(Some(email))))
    };
    html! {
        <div class="form">
            <div role="status">
                if let Some(email) = &*sent_to {
                    <Notice tone={Tone::Info}>{ t_with("resend.sent", &[("email", email)]) }</Notice>
                }
            </div>
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
                    { t("verify.new_link") }
                </Button>
            </form>
            <p><Link class="link" to={Route::Login}>{ t("auth.back_to_login") }</Link></p>
        </div>
    }
}
