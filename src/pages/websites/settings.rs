//! How a website is set up. What was typed is kept with the version that it was typed over, so that whatever others change
//! meanwhile, here or before a reload, is merged where it can be and shown side by side where it cannot.

use serde::Deserialize;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::website::Website;
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::super::settings::{SaveBar, SettingsSection};
use super::assignment::AssignmentField;
use super::conflict::{Clash, Disputed, use_kept_own};
use super::deleting::DeleteWebsite;
use super::domain::use_domain_asked;
use super::fields::{self, WindowField, ZoneField};
use super::funnels::Funnels;
use super::hours::HoursField;
use super::identity::IdentityVerification;
use super::values::{
    self, ARCHIVE, AUTO_CLOSE, DELETE, DOMAIN, FIELDS, NAME, ORIGINS, TIMEZONE, Values, values_of,
};
use super::{Heading, forbidden, use_may_change};
use crate::api::ApiError;
use crate::auth::use_api;
use crate::forms::{
    FormField, FormHandle, FormOptions, FormTextArea, FormTrouble, use_form_about, use_unsaved,
};
use crate::i18n::t;
use crate::query::asks::{self, topic};
use crate::query::{use_query, use_query_client};
use crate::routes::Route;
use crate::scoped;
use crate::ui::{Link, Loading, Skeleton, use_toasts, view_query};

const FORM_ID: &str = "website-form";
/// The website that the person's changes were made over, as JSON; kept with the draft.
const BASE: &str = "base";

const OPTIONS: FormOptions = FormOptions {
    prefix: "website",
    draft: Some(crate::storage::draft::WEBSITE),
    label: fields::label,
};

/// Props for [`WebsiteSettings`].
#[derive(Properties, PartialEq)]
pub struct WebsiteSettingsProps {
    /// Which website.
    pub id: WebsiteId,
}

/// The page.
#[component]
pub fn WebsiteSettings(props: &WebsiteSettingsProps) -> Html {
    let id = props.id;
    let may_change = use_may_change();
    let website = use_query(may_change.then(|| asks::website(id)));
    let class = scoped!(
        r#"
        max-inline-size: 52rem;
        margin-inline: auto;
        padding: var(--space-6) var(--space-8) var(--space-12);

        .parts {
            display: grid;
            grid-template-columns: minmax(0, 1fr);
            gap: var(--space-8);
        }

        @media (max-width: 900px) {
            padding: var(--space-5) var(--space-4) var(--space-8);
        }
        "#
    );
    if !may_change {
        return html! {
            <>
                <Heading text={Route::WebsiteSettings { id }.heading()} />
                { forbidden() }
            </>
        };
    }
    let ready = |website: &Website| {
        html! {
            // The funnels come with the fields above them: they would be pushed away by them otherwise.
            <div class="parts">
                <Editor website={website.clone()} />
                <Funnels website={id} />
                <IdentityVerification website={id} />
            </div>
        }
    };
    let name = website.data.as_ref().map(|data| data.value.name.clone());
    html! {
        <>
            <Heading text={Route::WebsiteSettings { id }.heading()}>
                if let Some(name) = name {
                    <Link class="btn btn-quiet" to={Route::Website { id }}><bdi class="truncate">{ name }</bdi></Link>
                }
            </Heading>
            <div {class}>
                { view_query(&website, &t("website.failed"), skeleton, ready) }
            </div>
        </>
    }
}

fn skeleton() -> Html {
    html! {
        <Loading label={t("website.loading")}>
            <SettingsSection id="website-general" title={t("website_settings.general")} about={t("website_settings.general_about")}>
                { for (0..3).map(|row| html! {
                    <div class="form-item" key={row}>
                        <Skeleton inline="8rem" />
                        <Skeleton inline="100%" block="2rem" />
                    </div>
                }) }
            </SettingsSection>
        </Loading>
    }
}

/// What the fields hold now.
fn held(form: &FormHandle) -> Values {
    FIELDS.into_iter().map(|name| (name, form.value(name))).collect()
}

fn text_of(website: &Website) -> String {
    serde_json::to_string(website).unwrap_or_default()
}

/// The website as it is now, when that is why a change was refused.
fn newer(error: &ApiError) -> Option<Website> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    Website::deserialize(problem.current.as_ref()?).ok()
}

#[derive(Properties, PartialEq)]
struct EditorProps {
    /// As the server has it.
    website: Website,
}

/// What the person's changes were made over: what stands in the draft, if there is one.
fn base_of(form: &FormHandle, website: &Website) -> Website {
    serde_json::from_str(&form.value(BASE)).unwrap_or_else(|_| website.clone())
}

#[component]
fn Editor(props: &EditorProps) -> Html {
    let (api, toasts, client) = (use_api(), use_toasts(), use_query_client());
    let website = &props.website;
    let form = use_form_about(OPTIONS, Some(website.id.to_string()), || {
        let mut all = values::fields(website);
        all.push(Field::note(BASE));
        all
    });
    use_domain_asked(&form, Some(website.id));
    use_unsaved(&form);
    let base = use_mut_ref(|| base_of(&form, website));
    let refused = form.failure().as_ref().and_then(newer);
    // The newest that is known: what was loaded, or what came with a refusal.
    let theirs = match refused {
        Some(current) if current.version > website.version => current,
        _ => website.clone(),
    };
    let (kept, on_keep) = use_kept_own(theirs.version);
    let mine = held(&form);
    let clashes: Vec<&'static str> = if theirs.version > base.borrow().version {
        let mut all = values::conflicts(&base.borrow(), &theirs, &mine);
        all.retain(|field| !kept.contains(field));
        all
    } else {
        Vec::new()
    };
    {
        // What others changed and nobody disputes comes in, and becomes what the person's changes are made over.
        let (form, base, theirs) = (form.clone(), base.clone(), theirs.clone());
        let absorbs = clashes.is_empty();
        use_effect_with((theirs.version, absorbs), move |(version, absorbs)| {
            if *absorbs && *version > base.borrow().version {
                form.rebase(values_of(&theirs));
                *base.borrow_mut() = theirs;
            }
        });
    }
    {
        let (form, base) = (form.clone(), base.clone());
        let version = base.borrow().version;
        use_effect_with((form.changes() > 0, version), move |(dirty, _)| {
            if *dirty {
                form.set(BASE, text_of(&base.borrow()));
            }
        });
    }
    let attempts = use_state(|| 0_u32);
    let onsubmit = {
        let of_send = base.clone();
        let send = move |form: &FormHandle| {
            let (api, base, mine) = (api.clone(), of_send.borrow().clone(), held(form));
            let change = values::change(&base, &mine);
            async move {
                let outcome = api.update_website(base.id, &change, base.version).await;
                match outcome.as_ref().err().and_then(newer) {
                    // Somebody else has changed other fields: both changes stand.
                    Some(current) if values::conflicts(&base, &current, &mine).is_empty() => {
                        api.update_website(base.id, &change, current.version).await
                    }
                    _ => outcome,
                }
            }
        };
        let then = {
            let form = form.clone();
            Callback::from(move |website: Website| {
                form.rebase(values_of(&website));
                *base.borrow_mut() = website;
                client.invalidate(asks::all(topic::WEBSITES));
                toasts.status(t("settings.saved"));
            })
        };
        let submit = form.onsubmit(send, then);
        let (attempts, is_disputed) = (attempts.clone(), !clashes.is_empty());
        Callback::from(move |event: SubmitEvent| {
            if is_disputed {
                event.prevent_default();
                attempts.set(*attempts + 1);
            } else {
                submit.emit(event);
            }
        })
    };
    let on_discard = {
        let form = form.clone();
        Callback::from(move |()| form.discard())
    };
    let count = form.changes();
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-8);

        .bar {
            position: sticky;
            inset-block-end: 0;
            z-index: var(--z-sticky);
            background: var(--surface);
        }
        .bar:empty, .clash:empty, .clash:has(> [hidden]) {
            display: none;
        }

        @media (max-width: 900px) {
            .bar {
                inset-block-end: calc(var(--tabbar-block) + env(safe-area-inset-bottom));
            }
        }
        @media (max-width: 900px) and (max-height: 480px) {
            .bar {
                position: static;
            }
        }
        "#
    );
    // Once the person has decided, what the refusal was about is settled.
    let is_settled = clashes.is_empty() && form.failure().as_ref().and_then(newer).is_some();
    html! {
        <form {class} id={FORM_ID} novalidate=true {onsubmit}>
            <div class="clash">
                if !is_settled {
                    <FormTrouble form={form.clone()} />
                }
            </div>
            <div class="clash">
                if !clashes.is_empty() {
                    <Clash
                        form={form.clone()}
                        fields={Disputed::all(clashes, &values_of(&theirs), &mine, fields::shown)}
                        {on_keep}
                        attempt={*attempts}
                    />
                }
            </div>
            <SettingsSection id="website-general" title={t("website_settings.general")} about={t("website_settings.general_about")}>
                <FormField form={form.clone()} name={NAME} autocomplete="off" />
                <FormField form={form.clone()} name={DOMAIN} autocomplete="off" hint={t("website.domain_hint")} />
                <ZoneField form={form.clone()} name={TIMEZONE} hint={t("website.timezone_hint")} />
            </SettingsSection>
            <SettingsSection id="website-hours" title={t("website.hours")} about={t("website_settings.hours_about")}>
                <HoursField form={form.clone()} holidays=true />
            </SettingsSection>
            <SettingsSection id="website-handing-out" title={t("website_settings.assignment")} about={t("website_settings.assignment_about")}>
                <AssignmentField form={form.clone()} />
            </SettingsSection>
            <SettingsSection id="website-lifecycle" title={t("website_settings.lifecycle")} about={t("website_settings.lifecycle_about")}>
                <WindowField form={form.clone()} name={AUTO_CLOSE} hint={t("website.auto_close_hint")} />
                <WindowField form={form.clone()} name={ARCHIVE} hint={t("website.archive_hint")} />
                <WindowField form={form.clone()} name={DELETE} hint={t("website.delete_after_hint")} />
            </SettingsSection>
            <SettingsSection id="website-origins" title={t("website.origins")} about={t("website_settings.origins_about")}>
                <FormTextArea form={form.clone()} name={ORIGINS} hint={t("website.origins_hint")} />
            </SettingsSection>
            <SettingsSection id="website-deleting" title={t("website_delete.heading")} about={t("website_delete.about")}>
                <DeleteWebsite website={website.clone()} on_deleted={on_discard.clone()} />
            </SettingsSection>
            <div class="bar">
                if count > 0 {
                    <SaveBar changes={count} form={FORM_ID} busy={form.is_sending() || form.is_waiting()} {on_discard} />
                }
            </div>
        </form>
    }
}
