//! Adding a website: details, hours, the widget, and what its pages embed. It is added with the last step; what was typed
//! survives a reload until then.

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::website::{CreateWebsite, Website, WidgetConfig, rules};
use switchboard_engine::form::{Field, Step};
use yew::prelude::*;
use yew_router::hooks::use_navigator;

use super::domain::use_domain_asked;
use super::fields::{self, ZoneField};
use super::hours::HoursField;
use super::values::{DOMAIN, HOURS, NAME, TIMEZONE, domain_field, hours_field, hours_of, timezone_field};
use super::{Heading, forbidden, use_may_change};
use crate::auth::use_api;
use crate::browser::{now, own_time_zone, random_bytes};
use crate::forms::{
    FormField, FormHandle, FormOptions, FormStep, FormSteps, FormTrouble, use_form, use_unsaved,
};
use crate::i18n::{t, t_with};
use crate::query::asks::{self, topic};
use crate::query::use_query_client;
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Button, ButtonKind, IconName, Link, use_toasts};

const DETAILS: &str = "details";
const STEP_HOURS: &str = "hours";
const WIDGET: &str = "widget";
const INSTALL: &str = "install";
/// The id that it is added under: chosen once, so that a try whose answer was lost adds it once.
const ID: &str = "id";
/// Until a conversation closes by itself, and until it is archived, in seconds. Both can be changed in its settings.
const AUTO_CLOSE_S: u32 = 24 * 60 * 60;
const ARCHIVE_S: u32 = 30 * 24 * 60 * 60;

const OPTIONS: FormOptions = FormOptions {
    prefix: "website",
    draft: Some(crate::storage::draft::WEBSITE_NEW),
    label: |name| match name {
        DETAILS => t("website_new.details"),
        STEP_HOURS => t("website_new.hours"),
        WIDGET => t("website_new.widget"),
        INSTALL => t("website_new.install"),
        field => fields::label(field),
    },
};

fn steps() -> Vec<Step> {
    vec![
        Step::new(
            DETAILS,
            [
                Field::text(NAME, rules::name),
                domain_field(),
                timezone_field().holding(own_time_zone()),
                Field::note(ID),
            ],
        ),
        Step::new(STEP_HOURS, [hours_field()]),
        Step::new(WIDGET, []),
        Step::new(INSTALL, []),
    ]
}

/// The page.
#[component]
pub fn NewWebsite() -> Html {
    if !use_may_change() {
        return html! {
            <>
                <Heading text={Route::NewWebsite.heading()} />
                { forbidden() }
            </>
        };
    }
    html! {
        <>
            <Heading text={Route::NewWebsite.heading()} />
            <Wizard />
        </>
    }
}

/// What to ask of the server.
fn request(form: &FormHandle) -> CreateWebsite {
    let id = form.value(ID).parse().unwrap_or_else(|_| {
        let id = WebsiteId::from_parts(now().wall, random_bytes());
        form.set(ID, id.to_string());
        id
    });
    CreateWebsite {
        id,
        name: form.value(NAME).trim().to_owned(),
        domain: form.value(DOMAIN).trim().to_owned(),
        timezone: form.value(TIMEZONE),
        allowed_origins: Vec::new(),
        business_hours: hours_of(&form.value(HOURS)),
        auto_close_after: Some(AUTO_CLOSE_S),
        archive_after: Some(ARCHIVE_S),
        delete_after: None,
    }
}

#[component]
fn Wizard() -> Html {
    let (api, toasts, client, navigator) = (use_api(), use_toasts(), use_query_client(), use_navigator());
    let form = use_form(OPTIONS, steps);
    use_domain_asked(&form, None);
    use_unsaved(&form);
    let send = move |form: &FormHandle| {
        let (api, request) = (api.clone(), request(form));
        async move { api.create_website(&request).await }
    };
    let then = Callback::from(move |website: Website| {
        client.invalidate(asks::all(topic::WEBSITES));
        toasts.status(t_with("website_new.added", &[("name", &website.name)]));
        if let Some(navigator) = &navigator {
            navigator.push(&Route::Website { id: website.id });
        }
    });
    let onsubmit = form.onsubmit(send, then);
    let on_back = {
        let form = form.clone();
        Callback::from(move |_: MouseEvent| form.back())
    };
    let class = scoped!(
        r#"
        max-inline-size: 40rem;

        .acts {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
        }
        "#
    );
    let next = if form.is_last_step() {
        t("website_new.finish")
    } else {
        t("website_new.continue")
    };
    html! {
        <form class={classes!("page", class)} novalidate=true {onsubmit}>
            <FormSteps form={form.clone()} />
            <FormTrouble form={form.clone()} />
            <div>
                <FormStep form={form.clone()} step={DETAILS}>
                    <FormField form={form.clone()} name={NAME} hint={t("website.name_hint")} autocomplete="off" />
                    <FormField form={form.clone()} name={DOMAIN} hint={t("website.domain_hint")} autocomplete="off" />
                    <ZoneField form={form.clone()} name={TIMEZONE} hint={t("website.timezone_hint")} />
                </FormStep>
                <FormStep form={form.clone()} step={STEP_HOURS}>
                    <HoursField form={form.clone()} />
                </FormStep>
                <FormStep form={form.clone()} step={WIDGET}>
                    <Look />
                </FormStep>
                <FormStep form={form.clone()} step={INSTALL}>
                    <p>{ t_with("website_new.install_text", &[("domain", &form.value(DOMAIN))]) }</p>
                    <p class="hint">{ t("website_new.windows") }</p>
                </FormStep>
            </div>
            <div class="acts">
                <Button kind={ButtonKind::Primary} submit=true busy={form.is_sending() || form.is_waiting()}>{ next }</Button>
                <div>
                if form.step_number() > 0 {
                    <Button icon={IconName::Left} disabled={form.is_sending()} onclick={on_back}>{ t("website_new.back") }</Button>
                }
                </div>
                <Link class="btn btn-quiet" to={Route::Websites}>{ t("dialog.cancel") }</Link>
            </div>
        </form>
    }
}

/// How the widget looks to begin with.
#[component]
fn Look() -> Html {
    let config = WidgetConfig::default();
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);

        dl {
            display: grid;
            grid-template-columns: auto minmax(0, 1fr);
            gap: var(--space-2) var(--space-4);
        }
        dt {
            color: var(--text-2);
        }
        .swatch {
            display: inline-block;
            inline-size: 1rem;
            block-size: 1rem;
            margin-inline-end: var(--space-2);
            border-radius: var(--radius-xs);
            vertical-align: text-bottom;
            background: var(--swatch);
        }
        "#
    );
    html! {
        <div {class}>
            <p>{ t("website_new.look") }</p>
            <dl>
                <dt>{ t("website_new.colour") }</dt>
                <dd>
                    <span class="swatch" style={format!("--swatch:{}", config.theme.accent)} />
                    <code>{ config.theme.accent.clone() }</code>
                </dd>
                <dt>{ t("website_new.place") }</dt>
                <dd>{ t("website_new.corner") }</dd>
            </dl>
        </div>
    }
}
