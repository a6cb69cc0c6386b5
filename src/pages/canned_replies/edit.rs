//! Adds a canned reply, or changes one, and shows what it would say.

use std::rc::Rc;

use switchboard_contract::ids::CannedReplyId;
use switchboard_contract::live_chat::{
    CannedReply, CannedScope, ChangeCannedReply, CreateCannedReply, VARIABLES, Values, canned_content,
    canned_title, expand, shortcut,
};
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::writes_shared;
use crate::api::ApiError;
use crate::auth::{use_api, use_me};
use crate::browser::{now, random_bytes};
use crate::forms::{
    Choice, FormField, FormHandle, FormOptions, FormSelect, FormTextArea, FormTrouble, use_form,
};
use crate::i18n::{t, t_with};
use crate::query::asks::{self, topic};
use crate::query::use_query_client;
use crate::scoped;
use crate::ui::Dialog;

const SHORTCUT: &str = "shortcut";
const TITLE: &str = "title";
const CONTENT: &str = "content";
const SCOPE: &str = "scope";
/// What the form holds for one of the team.
const SHARED: &str = "shared";

const OPTIONS: FormOptions = FormOptions {
    prefix: "canned",
    draft: None,
    label: |field| match field {
        SHORTCUT => t("canned.column_shortcut"),
        TITLE => t("canned.column_title"),
        SCOPE => t("canned.scope"),
        _ => t("canned.column_content"),
    },
};

/// Props for [`Edit`].
#[derive(Properties, PartialEq)]
pub(super) struct EditProps {
    /// The one to change; none to add one.
    #[prop_or_default]
    pub reply: Option<Rc<CannedReply>>,
    /// Done, or given up.
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub(super) fn Edit(props: &EditProps) -> Html {
    let (api, client, me) = (use_api(), use_query_client(), use_me());
    let known = props.reply.clone();
    // Chosen once: a try whose answer was lost adds it once.
    let new_id = *use_memo((), |()| CannedReplyId::from_parts(now().wall, random_bytes()));
    // Of the reply as last seen; the server tells a newer one when it refuses.
    let version = use_mut_ref(|| known.as_ref().map_or(0, |reply| reply.version));
    let form = use_form(OPTIONS, || {
        let of = |part: fn(&CannedReply) -> &String| {
            known
                .as_deref()
                .map(|reply| part(reply).clone())
                .unwrap_or_default()
        };
        let scope = if writes_shared(me.role) {
            SHARED
        } else {
            "personal"
        };
        vec![
            Field::text(SHORTCUT, shortcut).holding(of(|reply| &reply.shortcut)),
            Field::text(TITLE, canned_title).holding(of(|reply| &reply.title)),
            Field::text(CONTENT, canned_content).holding(of(|reply| &reply.content)),
            Field::text(SCOPE, |_| Ok(())).holding(scope.to_owned()),
        ]
    });
    let field = use_node_ref();
    let send = {
        let (known, version) = (known.clone(), version.clone());
        Rc::new(move |form: &FormHandle| {
            let (api, known, version) = (api.clone(), known.clone(), version.clone());
            let (shortcut, title, content) = (
                form.value(SHORTCUT),
                form.value(TITLE).trim().to_owned(),
                form.value(CONTENT),
            );
            let changed = [SHORTCUT, TITLE, CONTENT].map(|field| form.is_changed(field));
            let scope = if form.value(SCOPE) == SHARED {
                CannedScope::Shared
            } else {
                CannedScope::Personal
            };
            async move {
                let Some(known) = known else {
                    let request = CreateCannedReply {
                        id: new_id,
                        shortcut,
                        title,
                        content,
                        scope,
                    };
                    return api.create_canned_reply(&request).await;
                };
                let change = ChangeCannedReply {
                    shortcut: changed[0].then_some(shortcut),
                    title: changed[1].then_some(title),
                    content: changed[2].then_some(content),
                };
                let seen = *version.borrow();
                let outcome = api.change_canned_reply(known.id, &change, seen).await;
                if let Some(current) = outcome.as_ref().err().and_then(newer) {
                    // Saving again then says: over that one.
                    *version.borrow_mut() = current.version;
                }
                outcome
            }
        })
    };
    let then = {
        let on_close = props.on_close.clone();
        Callback::from(move |_: CannedReply| {
            client.invalidate(asks::all(topic::CANNED_REPLIES));
            on_close.emit(());
        })
    };
    let onsubmit = {
        let send = send.clone();
        form.onsubmit(move |form: &FormHandle| send(form), then.clone())
    };
    let on_confirm = {
        let form = form.clone();
        Callback::from(move |()| form.submit(&*send, then.clone()))
    };
    let current = form.failure().as_ref().and_then(newer);
    let title = match &known {
        Some(reply) => t_with("canned.change_title", &[("shortcut", &reply.shortcut)]),
        None => t("canned.add"),
    };
    let scopes = vec![
        Choice {
            value: SHARED.into(),
            text: t("canned.for_team"),
        },
        Choice {
            value: "personal".into(),
            text: t("canned.for_me"),
        },
    ];
    let names = VARIABLES.map(|variable| format!("{{{{{}}}}}", variable.name()));
    html! {
        <Dialog
            {title}
            confirm={t("settings.save")}
            busy={form.is_sending()}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} title={current.is_some().then(|| t("canned.conflict"))}>
                    if let Some(current) = current {
                        <p class="text-2">
                            { t_with("canned.conflict_text", &[
                                ("shortcut", &current.shortcut),
                                ("title", &current.title),
                                ("content", &current.content),
                            ]) }
                        </p>
                    }
                </FormTrouble>
                <FormField
                    form={form.clone()}
                    name={SHORTCUT}
                    autocomplete="off"
                    hint={t("canned.shortcut_hint")}
                    node_ref={field}
                />
                <FormField form={form.clone()} name={TITLE} autocomplete="off" />
                <FormTextArea
                    form={form.clone()}
                    name={CONTENT}
                    rows=5
                    hint={t_with("canned.content_hint", &[("names", &names.join(", ")), ("example", "{{visitor.firstName|there}}")])}
                />
                <Preview content={form.value(CONTENT)} agent={me.name.clone()} />
                <div>
                    if known.is_none() && writes_shared(me.role) {
                        <FormSelect form={form.clone()} name={SCOPE} choices={scopes} />
                    }
                </div>
            </form>
        </Dialog>
    }
}

/// The reply as it is now, when that is why a change was refused.
fn newer(error: &ApiError) -> Option<CannedReply> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    serde::Deserialize::deserialize(problem.current.as_ref()?).ok()
}

#[derive(Properties, PartialEq)]
struct PreviewProps {
    content: AttrValue,
    agent: AttrValue,
}

/// What a visitor with a name would read, and one without.
#[component]
fn Preview(props: &PreviewProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-2);

        .said {
            padding: var(--space-2) var(--space-3);
            border-radius: var(--radius-m);
            background: var(--bubble-agent, var(--hover));
            white-space: pre-wrap;
            overflow-wrap: anywhere;
        }
        "#
    );
    let named = Values {
        visitor_name: Some(t("canned.sample_name").to_string()),
        visitor_email: Some(t("canned.sample_email").to_string()),
        agent_name: Some(props.agent.to_string()),
        website_name: Some(t("canned.sample_website").to_string()),
    };
    let nameless = Values {
        visitor_name: None,
        visitor_email: None,
        ..named.clone()
    };
    let said = |values: &Values| expand(&props.content, values).text;
    html! {
        <div {class} hidden={props.content.trim().is_empty()}>
            <p class="label">{ t("canned.preview") }</p>
            <p class="said"><bdi>{ said(&named) }</bdi></p>
            <p class="label">{ t("canned.preview_nameless") }</p>
            <p class="said"><bdi>{ said(&nameless) }</bdi></p>
        </div>
    }
}
