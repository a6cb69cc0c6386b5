//! Makes a token, and shows its secret this once.

use std::rc::Rc;

use switchboard_contract::time::Timestamp;
use switchboard_contract::tokens::{ApiScope, CreateApiToken, CreatedApiToken, token_name};
use switchboard_contract::validate::Violation;
use switchboard_engine::form::Field;
use yew::prelude::*;

use crate::auth::use_api;
use crate::browser::{copy_text, now, use_task};
use crate::forms::{Choice, FormField, FormHandle, FormOptions, FormSelect, FormTrouble, use_form};
use crate::i18n::t;
use crate::query::asks::{self, topic};
use crate::query::use_query_client;
use crate::scoped;
use crate::ui::{Button, Checkbox, Dialog, Icon, IconName, IconSize, use_toasts};

const NAME: &str = "name";
const SCOPES: &str = "scopes";
const END: &str = "expiresAt";
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// What the form holds for a token that does not end.
const NEVER: &str = "never";

const OPTIONS: FormOptions = FormOptions {
    prefix: "token",
    draft: None,
    label: |field| match field {
        SCOPES => t("tokens.scopes"),
        END => t("tokens.ends"),
        _ => t("tokens.name"),
    },
};

/// What a scope is for.
fn scope_text(scope: ApiScope) -> AttrValue {
    match scope {
        ApiScope::ConversationsRead => t("tokens.scope_conversations_read"),
        ApiScope::ConversationsWrite => t("tokens.scope_conversations_write"),
        ApiScope::VisitorsRead => t("tokens.scope_visitors_read"),
        ApiScope::VisitorsWrite => t("tokens.scope_visitors_write"),
        ApiScope::WebsitesRead => t("tokens.scope_websites_read"),
        ApiScope::WebsitesWrite => t("tokens.scope_websites_write"),
        ApiScope::AnalyticsRead | ApiScope::Unknown => t("tokens.scope_analytics_read"),
    }
}

fn some_scope(text: &str) -> Result<(), Violation> {
    if text.trim().is_empty() {
        Err(Violation::Required)
    } else {
        Ok(())
    }
}

/// The scopes that are chosen: their words, with spaces between.
fn chosen(form: &FormHandle) -> Vec<ApiScope> {
    let text = form.value(SCOPES);
    ApiScope::ALL
        .into_iter()
        .filter(|scope| text.split_whitespace().any(|word| word == scope.as_str()))
        .collect()
}

/// When it ends, of the days that are chosen.
fn end(days: &str) -> Option<Timestamp> {
    let days: i64 = days.parse().ok()?;
    Some(now().wall.plus_millis(days * DAY_MS))
}

/// Props for [`Make`].
#[derive(Properties, PartialEq)]
pub(super) struct MakeProps {
    /// Done, or given up.
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub(super) fn Make(props: &MakeProps) -> Html {
    let (api, client) = (use_api(), use_query_client());
    let made = use_state(|| None::<CreatedApiToken>);
    let form = use_form(OPTIONS, || {
        vec![
            Field::text(NAME, token_name),
            Field::text(SCOPES, some_scope),
            Field::choice(END).holding("90"),
        ]
    });
    let field = use_node_ref();
    let send = Rc::new(move |form: &FormHandle| {
        let request = CreateApiToken {
            name: form.value(NAME).trim().to_owned(),
            scopes: chosen(form),
            expires_at: end(&form.value(END)),
        };
        let api = api.clone();
        async move { api.create_api_token(&request).await }
    });
    let then = {
        let made = made.setter();
        Callback::from(move |created: CreatedApiToken| {
            client.invalidate(asks::all(topic::TOKENS));
            made.set(Some(created));
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
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-2);
        min-inline-size: 0;
        padding: 0;
        border: 0;

        legend {
            padding: 0;
            margin-block-end: var(--space-1);
            font-weight: var(--weight-medium);
        }
        "#
    );
    if let Some(created) = &*made {
        return html! { <Secret secret={created.secret.clone()} on_close={props.on_close.clone()} /> };
    }
    let picked = chosen(&form);
    let scope_box = |scope: ApiScope| {
        let (form, picked) = (form.clone(), picked.clone());
        let is_on = picked.contains(&scope);
        let onchange = Callback::from(move |on: bool| {
            let words: Vec<&str> = ApiScope::ALL
                .into_iter()
                .filter(|known| {
                    if *known == scope {
                        on
                    } else {
                        picked.contains(known)
                    }
                })
                .map(ApiScope::as_str)
                .collect();
            form.set(SCOPES, words.join(" "));
        });
        html! {
            <Checkbox
                key={scope.as_str()}
                label={scope_text(scope)}
                name={scope.as_str()}
                checked={is_on}
                {onchange}
            />
        }
    };
    let ends = [
        ("30", t("tokens.days_30")),
        ("90", t("tokens.days_90")),
        ("365", t("tokens.days_365")),
        (NEVER, t("tokens.never")),
    ]
    .map(|(value, text)| Choice {
        value: value.into(),
        text,
    })
    .to_vec();
    let missing = form.error(SCOPES);
    html! {
        <Dialog
            title={t("tokens.make")}
            confirm={t("tokens.make")}
            busy={form.is_sending()}
            {on_confirm}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <form class="form" novalidate=true {onsubmit}>
                <FormTrouble form={form.clone()} />
                <FormField form={form.clone()} name={NAME} autocomplete="off" node_ref={field} />
                <fieldset {class} id={form.id(SCOPES)} tabindex="-1" aria-describedby="token-scopes-wrong">
                    <legend>{ t("tokens.scopes") }</legend>
                    { for ApiScope::ALL.into_iter().map(scope_box) }
                    <div id="token-scopes-wrong">
                        if let Some(missing) = missing {
                            <p class="error-text">
                                <Icon name={IconName::Alert} size={IconSize::Small} />
                                <span>{ missing }</span>
                            </p>
                        }
                    </div>
                </fieldset>
                <FormSelect form={form.clone()} name={END} choices={ends} />
            </form>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct SecretProps {
    secret: String,
    on_close: Callback<()>,
}

/// The secret, which nothing shows again.
#[component]
fn Secret(props: &SecretProps) -> Html {
    let (toasts, task) = (use_toasts(), use_task());
    let field = use_node_ref();
    let on_copy = {
        let secret = props.secret.clone();
        Callback::from(move |_: MouseEvent| {
            let (secret, toasts) = (secret.clone(), toasts.clone());
            task.run(async move {
                if copy_text(&secret).await {
                    toasts.status(t("tokens.copied"));
                } else {
                    toasts.alert(t("website.not_copied"));
                }
            });
        })
    };
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);

        input {
            font-family: var(--font-mono, monospace);
        }
        "#
    );
    html! {
        <Dialog
            title={t("tokens.made")}
            confirm={t("tokens.done")}
            on_confirm={props.on_close.clone()}
            on_cancel={props.on_close.clone()}
            first={field.clone()}
        >
            <div {class}>
                <p>{ t("tokens.made_text") }</p>
                <input ref={field} class="field" readonly=true dir="ltr" aria-label={t("tokens.secret")} value={props.secret.clone()} />
                <div><Button icon={IconName::Copy} onclick={on_copy}>{ t("tokens.copy") }</Button></div>
            </div>
        </Dialog>
    }
}
