//! Where the mail to a new member leads.

use switchboard_contract::auth::{AcceptInvitationRequest, Invitation};
use switchboard_contract::password::Personal;
use switchboard_contract::validate;
use switchboard_engine::form::{Field, Form};
use yew::prelude::*;

use super::auth_layout::AuthLayout;
use super::login;
use super::mail_link::{is_dead, use_forget_token, use_link_token};
use crate::api::team;
use crate::auth::{AuthState, use_auth};
use crate::forms::{
    FormField, FormHandle, FormOptions, FormTrouble, NewPassword, new_password_field, use_form,
};
use crate::i18n::{t, t_with};
use crate::people::role_name;
use crate::query::{asks, use_query};
use crate::routes::Route;
use crate::shell::{LeaveProvider, use_sign_out};
use crate::ui::{Button, ButtonKind, ErrorState, Link, Loading, Notice, Skeleton, while_retrying};

const OPTIONS: FormOptions = FormOptions {
    prefix: "",
    draft: Some(crate::storage::draft::INVITATION),
    label,
};

fn label(field: &str) -> AttrValue {
    match field {
        "name" => t("register.name"),
        "email" => t("login.email"),
        _ => t("login.password"),
    }
}

/// The page.
#[component]
pub fn AcceptInvitation() -> Html {
    let found = use_link_token();
    let token = use_memo((), move |()| found.map(AttrValue::from));
    let forget = use_forget_token(Route::AcceptInvitation);
    let joined = use_state(|| None::<AttrValue>);
    let invitation = use_query(token.as_ref().as_ref().map(|token| asks::invitation(token)));
    let on_joined = {
        let joined = joined.setter();
        Callback::from(move |email: AttrValue| {
            forget.emit(());
            login::expect(&email);
            joined.set(Some(email));
        })
    };
    if let Some(email) = &*joined {
        return html! { <Joined email={email.clone()} /> };
    }
    let dead = || {
        html! {
            <AuthLayout
                route={Route::AcceptInvitation}
                heading={t("invitation.dead_heading")}
                lead={t("invitation.dead")}
            >
                <p><Link class="link" to={Route::Login}>{ t("auth.back_to_login") }</Link></p>
            </AuthLayout>
        }
    };
    match (&invitation.data, &invitation.error) {
        _ if token.is_none() => dead(),
        (Some(data), _) => {
            let invitation = &data.value;
            html! {
                <AuthLayout
                    route={Route::AcceptInvitation}
                    heading={t_with("invitation.join", &[("account", &invitation.account_name)])}
                    lead={t_with(
                        "invitation.lead",
                        &[("name", &invitation.invited_by), ("role", &role_name(invitation.role))],
                    )}
                >
                    <AcceptForm
                        token={(*token).clone().unwrap_or_default()}
                        invitation={(**invitation).clone()}
                        {on_joined}
                    />
                </AuthLayout>
            }
        }
        (None, Some(error)) if is_dead(error) => dead(),
        (None, Some(error)) => html! {
            <AuthLayout route={Route::AcceptInvitation} lead={t("invitation.loading")}>
                <ErrorState
                    title={t("invitation.failed")}
                    error={error.clone()}
                    busy={invitation.is_loading}
                    retrying={invitation.retrying.clone()}
                    on_retry={invitation.reload.clone()}
                />
            </AuthLayout>
        },
        (None, None) => html! {
            <AuthLayout route={Route::AcceptInvitation} lead={t("invitation.loading")}>
                { while_retrying(invitation.retrying.as_ref(), html! {
                    <Loading label={t("invitation.loading")}>
                        <div class="form">
                            { for (0..3).map(|row| html! { <Skeleton key={row} inline="100%" block="2.5rem" /> }) }
                        </div>
                    </Loading>
                }) }
            </AuthLayout>
        },
    }
}

#[derive(Properties, PartialEq)]
struct JoinedProps {
    email: AttrValue,
}

/// What comes after joining.
#[component]
fn Joined(props: &JoinedProps) -> Html {
    let auth = use_auth();
    let body = match &auth.state {
        AuthState::SignedIn(me) => html! {
            <LeaveProvider owner={me.id}>
                <div class="form">
                    <Notice>{ t_with("invitation.other_person", &[("email", &me.email)]) }</Notice>
                    <SignOut />
                </div>
            </LeaveProvider>
        },
        AuthState::SignedOut(_) | AuthState::Restoring(_) => html! {
            <Link class="btn btn-primary btn-large" to={Route::Login}>{ t("login.heading") }</Link>
        },
    };
    html! {
        <AuthLayout
            route={Route::AcceptInvitation}
            heading={t("invitation.joined_heading")}
            lead={t_with("invitation.joined", &[("email", &props.email)])}
        >
            <div>{ body }</div>
        </AuthLayout>
    }
}

/// Makes room for the new member.
#[component]
fn SignOut() -> Html {
    let onclick = use_sign_out().reform(|_: MouseEvent| ());
    html! {
        <Button kind={ButtonKind::Primary} large=true {onclick}>{ t("account.sign_out") }</Button>
    }
}

#[derive(Properties, PartialEq)]
struct AcceptFormProps {
    token: AttrValue,
    invitation: Invitation,
    /// Accepted: the address to sign in with.
    on_joined: Callback<AttrValue>,
}

#[component]
fn AcceptForm(props: &AcceptFormProps) -> Html {
    let auth = use_auth();
    let invitation = &props.invitation;
    let form = use_form(OPTIONS, || {
        vec![
            Field::text("name", validate::person_name),
            // Stands there for password managers and is not sent: the invitation knows it.
            Field::choice("email").holding(invitation.email.clone()),
            Field::choice("company").holding(invitation.account_name.clone()),
            new_password_field("password", who),
        ]
    });
    let onsubmit = {
        let (transport, token) = (auth.session().transport().clone(), props.token.clone());
        let email = AttrValue::from(invitation.email.clone());
        let send = move |form: &FormHandle| {
            let (transport, token, email) = (transport.clone(), token.clone(), email.clone());
            let request = AcceptInvitationRequest {
                name: form.value("name").trim().to_owned(),
                password: form.value("password"),
            };
            async move {
                team::accept_invitation(&transport, &token, &request).await?;
                Ok(email)
            }
        };
        form.onsubmit(send, props.on_joined.clone())
    };
    let about = ["email", "name", "company"].map(|field| AttrValue::from(form.value(field)));
    let dead = form.failure().as_ref().is_some_and(is_dead);
    html! {
        <form class="form" novalidate=true {onsubmit}>
            <FormTrouble form={form.clone()} title={dead.then(|| t("invitation.dead"))} />
            <div class="form-item">
                <label class="label" for="invited-email">{ t("login.email") }</label>
                <input
                    class="field field-large"
                    id="invited-email"
                    type="email"
                    autocomplete="username"
                    readonly=true
                    value={invitation.email.clone()}
                />
            </div>
            <FormField form={form.clone()} name="name" autocomplete="name" large=true />
            <NewPassword form={form.clone()} name="password" {about} large=true />
            <Button
                kind={ButtonKind::Primary}
                large=true
                submit=true
                busy={form.is_sending()}
                disabled={form.throttle().left() > 0}
            >
                { t("invitation.submit") }
            </Button>
        </form>
    }
}

fn who(form: &Form) -> Personal<'_> {
    Personal {
        email: form.value("email"),
        name: form.value("name"),
        company: form.value("company"),
    }
}
