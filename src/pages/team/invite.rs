//! Inviting someone, and changing someone: one dialog each over the same fields.

use std::rc::Rc;

use serde::Deserialize;
use switchboard_contract::auth::{InviteRequest, Member, Role, UpdateMember};
use switchboard_contract::validate;
use switchboard_contract::website::Website;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::member_fields::{
    LOAD_CAP, MemberFields, ROLE, WEBSITES, fields, load_cap, load_cap_field, role, websites,
};
use crate::api::ApiError;
use crate::auth::use_api;
use crate::forms::{FormField, FormHandle, FormOptions, FormSelect, FormTrouble, use_form, use_unsaved};
use crate::i18n::{t, t_with};
use crate::pages::websites::cap_choices;
use crate::people::role_name;
use crate::ui::{Dialog, use_toasts};

const EMAIL: &str = "email";

const OPTIONS: FormOptions = FormOptions {
    prefix: "member",
    draft: None,
    label,
};

/// Of an invitation: closing the dialog gives it up, losing the tab does not.
const INVITATION: FormOptions = FormOptions {
    draft: Some(crate::storage::draft::INVITE),
    ..OPTIONS
};

fn label(field: &str) -> AttrValue {
    match field {
        EMAIL => t("login.email"),
        ROLE => t("profile.role"),
        LOAD_CAP => t("team.load_cap"),
        _ => t("team.websites"),
    }
}

/// Props for [`Invite`].
#[derive(Properties, PartialEq)]
pub struct InviteProps {
    /// The account's websites.
    pub sites: Option<Rc<Vec<Website>>>,
    /// The team has changed.
    pub on_changed: Callback<()>,
    /// Closed.
    pub on_close: Callback<()>,
}

/// Asks for an address and sends the invitation.
#[component]
pub fn Invite(props: &InviteProps) -> Html {
    let api = use_api();
    let toasts = use_toasts();
    let form = use_form(INVITATION, || {
        let mut all = vec![Field::text(EMAIL, validate::email)];
        all.extend(fields(Role::Agent, &[]));
        all
    });
    use_unsaved(&form);
    let field = use_node_ref();
    let send = move |form: &FormHandle| {
        let api = api.clone();
        let role = role(form);
        let request = InviteRequest {
            email: form.value(EMAIL).trim().to_owned(),
            role,
            website_ids: if role == Role::Agent {
                websites(form).into_iter().collect()
            } else {
                Vec::new()
            },
        };
        async move { api.invite(&request).await }
    };
    let then = {
        let (on_changed, on_close) = (props.on_changed.clone(), props.on_close.clone());
        Callback::from(move |member: Member| {
            toasts.status(t_with("team.invited", &[("email", &member.email)]));
            on_changed.emit(());
            on_close.emit(());
        })
    };
    let onsubmit = form.onsubmit(send.clone(), then.clone());
    let on_confirm = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&send, then.clone()))
    };
    let on_cancel = {
        let (form, on_close) = (form.clone(), props.on_close.clone());
        Callback::from(move |()| {
            form.discard();
            on_close.emit(());
        })
    };
    html! {
        <Dialog
            title={t("team.invite_title")}
            confirm={t("team.send_invitation")}
            busy={form.is_sending()}
            {on_confirm}
            {on_cancel}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} />
                <FormField
                    form={form.clone()}
                    name={EMAIL}
                    kind="email"
                    autocomplete="off"
                    hint={t("team.invite_hint")}
                    node_ref={field}
                />
                <MemberFields {form} sites={props.sites.clone()} />
            </form>
        </Dialog>
    }
}

/// Props for [`Change`].
#[derive(Properties, PartialEq)]
pub struct ChangeProps {
    /// Who.
    pub member: Member,
    /// The account's websites.
    pub sites: Option<Rc<Vec<Website>>>,
    /// The team has changed.
    pub on_changed: Callback<()>,
    /// Closed.
    pub on_close: Callback<()>,
}

/// Asks for another role, other websites or another limit.
#[component]
pub fn Change(props: &ChangeProps) -> Html {
    let api = use_api();
    let toasts = use_toasts();
    let member = &props.member;
    let name = member_name(member);
    // Of the member as last seen; the server tells a newer one when it refuses.
    let version = use_mut_ref(|| member.version);
    let form = use_form(OPTIONS, || {
        let mut all = Vec::from(fields(member.role, &member.website_ids));
        all.push(load_cap_field(member.load_cap));
        all
    });
    use_unsaved(&form);
    let send = {
        let id = member.id;
        move |form: &FormHandle| {
            let role = role(form);
            let change = UpdateMember {
                role: form.is_changed(ROLE).then_some(role),
                website_ids: (role == Role::Agent && form.is_changed(WEBSITES))
                    .then(|| websites(form).into_iter().collect()),
                load_cap: form.is_changed(LOAD_CAP).then(|| load_cap(form)),
            };
            let (api, version) = (api.clone(), version.clone());
            async move {
                let seen = *version.borrow();
                let outcome = api.update_member(id, &change, seen).await;
                if let Some(current) = outcome.as_ref().err().and_then(other_version) {
                    *version.borrow_mut() = current.version;
                }
                outcome
            }
        }
    };
    let then = {
        let (on_changed, on_close, name) = (props.on_changed.clone(), props.on_close.clone(), name.clone());
        Callback::from(move |_: Member| {
            toasts.status(t_with("team.changed", &[("name", &name)]));
            on_changed.emit(());
            on_close.emit(());
        })
    };
    let onsubmit = form.onsubmit(send.clone(), then.clone());
    let on_confirm = {
        let (form, on_close) = (form.clone(), props.on_close.clone());
        Callback::from(move |()| {
            if form.changes() == 0 {
                on_close.emit(());
            } else {
                form.submit(&send, then.clone());
            }
        })
    };
    let conflict = form.failure().as_ref().and_then(other_version);
    html! {
        <Dialog
            title={t_with("team.change_title", &[("name", &name)])}
            confirm={t("settings.save")}
            busy={form.is_sending()}
            {on_confirm}
            on_cancel={props.on_close.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} title={conflict.is_some().then(|| t("team.conflict"))}>
                    if let Some(current) = conflict {
                        <p>{ t_with("team.conflict_text", &[("role", &role_name(current.role))]) }</p>
                    }
                </FormTrouble>
                <MemberFields form={form.clone()} sites={props.sites.clone()} />
                <FormSelect
                    {form}
                    name={LOAD_CAP}
                    choices={cap_choices(member.load_cap)}
                    hint={t("team.load_cap_hint")}
                />
            </form>
        </Dialog>
    }
}

/// The member as they are now, when that is why a change was refused.
fn other_version(error: &ApiError) -> Option<Member> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    Member::deserialize(problem.current.as_ref()?).ok()
}

/// What to call someone who may not have told a name yet.
pub fn member_name(member: &Member) -> AttrValue {
    let name = if member.name.trim().is_empty() {
        &member.email
    } else {
        &member.name
    };
    AttrValue::from(name.clone())
}
