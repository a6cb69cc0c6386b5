//! Adding a website: details, hours, the widget, and what its pages embed. It is added before the last step, which shows its own
//! snippet and whether it is there; what was typed survives a reload until then, and the last step survives one by its address.

use switchboard_contract::ids::WebsiteId;
use switchboard_contract::website::{CreateWebsite, Website, WidgetConfig, rules};
use switchboard_engine::form::{Field, Step};
use yew::prelude::*;
use yew_router::hooks::{use_location, use_navigator};

use super::check::CheckInstall;
use super::domain::use_domain_asked;
use super::fields::{self, ZoneField};
use super::hours::HoursField;
use super::snippet::Snippet;
use super::values::{DOMAIN, HOURS, NAME, TIMEZONE, domain_field, hours_field, hours_of, timezone_field};
use super::{Heading, forbidden, use_may_change};
use crate::auth::use_api;
use crate::browser::{focus_node, now, own_time_zone, random_bytes};
use crate::forms::{
    FormField, FormHandle, FormOptions, FormStep, FormSteps, FormTrouble, StepList, step_place, use_form,
    use_unsaved,
};
use crate::i18n::{t, t_with};
use crate::query::asks::{self, topic};
use crate::query::{use_query, use_query_client};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Button, ButtonKind, IconName, Link, Loading, Skeleton, use_toasts, view_query};

const DETAILS: &str = "details";
const STEP_HOURS: &str = "hours";
const WIDGET: &str = "widget";
/// In the address: the website that was added, and whose snippet is shown.
const ADDED: &str = "added";
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
    ]
}

/// The website that the address says was added.
#[hook]
fn use_added() -> Option<WebsiteId> {
    let query = use_location()?.query::<Vec<(String, String)>>().ok()?;
    let (_, id) = query.into_iter().find(|(name, _)| name == ADDED)?;
    id.parse().ok()
}

/// The page.
#[component]
pub fn NewWebsite() -> Html {
    let added = use_added();
    let body = if !use_may_change() {
        forbidden()
    } else if let Some(id) = added {
        html! { <Installing {id} /> }
    } else {
        html! { <Wizard /> }
    };
    html! {
        <>
            <Heading text={Route::NewWebsite.heading()} />
            <div>{ body }</div>
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
    let added = move |website: &Website| {
        client.invalidate(asks::all(topic::WEBSITES));
        toasts.status(t_with("website_new.added", &[("name", &website.name)]));
    };
    let to_install = {
        let (added, navigator) = (added.clone(), navigator.clone());
        Callback::from(move |website: Website| {
            added(&website);
            if let Some(navigator) = &navigator {
                // A pair of texts always has a query form.
                let _ = navigator.replace_with_query(&Route::NewWebsite, [(ADDED, website.id.to_string())]);
            }
        })
    };
    let to_customiser = Callback::from(move |website: Website| {
        added(&website);
        if let Some(navigator) = &navigator {
            navigator.push(&Route::WebsiteWidget { id: website.id });
        }
    });
    let on_customise = {
        let (form, send) = (form.clone(), send.clone());
        Callback::from(move |_: MouseEvent| form.submit(&send, to_customiser.clone()))
    };
    let onsubmit = form.onsubmit(send, to_install);
    let on_back = {
        let form = form.clone();
        Callback::from(move |_: MouseEvent| form.back())
    };
    let class = wizard_style();
    let is_busy = form.is_sending() || form.is_waiting();
    html! {
        <form class={classes!("page", class)} novalidate=true {onsubmit}>
            <FormSteps form={form.clone()} after={vec![t("website_new.install")]} />
            <FormTrouble form={form.clone()} />
            <div>
                <FormStep form={form.clone()} step={DETAILS} after=1>
                    <FormField form={form.clone()} name={NAME} hint={t("website.name_hint")} autocomplete="off" />
                    <FormField form={form.clone()} name={DOMAIN} hint={t("website.domain_hint")} autocomplete="off" />
                    <ZoneField form={form.clone()} name={TIMEZONE} hint={t("website.timezone_hint")} />
                </FormStep>
                <FormStep form={form.clone()} step={STEP_HOURS} after=1>
                    <HoursField form={form.clone()} />
                </FormStep>
                <FormStep form={form.clone()} step={WIDGET} after=1>
                    <Look />
                    <p>{ t_with("website_new.add_text", &[("domain", &form.value(DOMAIN))]) }</p>
                    <p class="hint">{ t("website_new.windows") }</p>
                </FormStep>
            </div>
            <div class="acts">
                <Button kind={ButtonKind::Primary} submit=true busy={is_busy}>{ t("website_new.continue") }</Button>
                <div>
                    if form.is_last_step() {
                        <Button disabled={is_busy} onclick={on_customise}>{ t("website_new.customise") }</Button>
                    }
                </div>
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

fn wizard_style() -> AttrValue {
    scoped!(
        r#"
        max-inline-size: 40rem;

        .acts {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
        }
        .install {
            display: grid;
            grid-template-columns: minmax(0, 1fr);
            gap: var(--space-4);
        }
        "#
    )
}

#[derive(Properties, PartialEq)]
struct InstallingProps {
    id: WebsiteId,
}

/// The last step: the website is there, and its pages get the widget.
#[component]
fn Installing(props: &InstallingProps) -> Html {
    let id = props.id;
    let website = use_query(asks::website(id));
    let navigator = use_navigator();
    let on_finish = Callback::from(move |_: MouseEvent| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::Website { id });
        }
    });
    let class = wizard_style();
    let names = vec![
        t("website_new.details"),
        t("website_new.hours"),
        t("website_new.widget"),
        t("website_new.install"),
    ];
    let place = step_place(names.len() - 1, names.len());
    let skeleton =
        || html! { <Loading label={t("website.loading")}><Skeleton inline="100%" block="8rem" /></Loading> };
    let ready = |website: &Website| {
        html! {
            <section class="install">
                <InstallHead {place} />
                <p>{ t_with("website.install_hint", &[("domain", &website.domain)]) }</p>
                <Snippet public_key={website.public_key.clone()} />
                <CheckInstall website={id} />
                <div class="acts">
                    <Button kind={ButtonKind::Primary} onclick={on_finish.clone()}>{ t("website_new.finish") }</Button>
                    <Link class="btn" to={Route::WebsiteWidget { id }}>{ t("website_new.set_up") }</Link>
                </div>
            </section>
        }
    };
    html! {
        <div class={classes!("page", class)}>
            <StepList shown={names.len() - 1} {names} />
            <div>{ view_query(&website, &t("website.failed"), skeleton, ready) }</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct InstallHeadProps {
    place: AttrValue,
}

/// Its heading, which takes the focus when the step comes.
#[component]
fn InstallHead(props: &InstallHeadProps) -> Html {
    let heading = use_node_ref();
    {
        let heading = heading.clone();
        use_effect_with((), move |()| focus_node(&heading));
    }
    html! {
        <div>
            <p class="text-3">{ props.place.clone() }</p>
            <h2 ref={heading} tabindex="-1">{ t("website_new.install") }</h2>
        </div>
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
