//! What the person is told of, and how.

mod device;
mod quiet;
mod values;
mod websites;
mod what;

use serde::Deserialize;
use switchboard_contract::auth::{Me, UpdateMe};
use yew::prelude::*;

use super::settings::{SaveBar, SettingsPage, SettingsSection};
use crate::api::ApiError;
use crate::auth::{use_api, use_auth, use_me};
use crate::forms::{Choice, FormHandle, FormOptions, FormSelect, FormTrouble, Switch, use_form, use_unsaved};
use crate::i18n::{t, t_count};
use crate::routes::Route;
use crate::scoped;
use crate::ui::use_toasts;

use device::{OnDesktop, Sounds};
use quiet::QuietFields;
use values::{
    ALL, ASSIGNED, AWAY_AFTER, HIDE_TEXT, MENTIONS, MESSAGES, MUTED, NEW, QUIET, REPEAT, SOUND, TROUBLE,
    WAITING, WHILE_AWAY,
};
use websites::{Limits, Websites};
use what::{What, minutes};

const FORM_ID: &str = "notifications-form";
/// Minutes without use to choose from.
const AWAY_MINUTES: [u32; 6] = [3, 5, 10, 15, 30, 60];

const OPTIONS: FormOptions = FormOptions {
    prefix: "",
    draft: Some(crate::storage::draft::NOTIFICATIONS),
    label,
};

fn label(field: &str) -> AttrValue {
    match field {
        NEW => t("notifications.new"),
        MESSAGES => t("notifications.messages"),
        ASSIGNED => t("notifications.assigned"),
        MENTIONS => t("notifications.mentions"),
        WAITING => t("notifications.waiting"),
        TROUBLE => t("notifications.trouble"),
        SOUND => t("notifications.sound"),
        REPEAT => t("notifications.repeat"),
        HIDE_TEXT => t("notifications.hide_text"),
        WHILE_AWAY => t("notifications.while_away"),
        QUIET => t("notifications.quiet"),
        MUTED => t("notifications.websites"),
        AWAY_AFTER => t("notifications.away_after"),
        _ => AttrValue::default(),
    }
}

/// The form over the person's settings as the server knows them: what changes elsewhere comes in where nothing was changed here.
#[hook]
fn use_settings(me: &Me) -> FormHandle {
    let settings = me.notifications.clone();
    let form = use_form(OPTIONS, || values::fields(&settings));
    {
        let form = form.clone();
        use_effect_with(settings, move |settings| {
            let values = ALL
                .into_iter()
                .map(|field| (field, values::text(settings, field)));
            form.rebase(values.collect());
        });
    }
    use_unsaved(&form);
    form
}

/// The page.
#[component]
pub fn Notifications() -> Html {
    let me = use_me();
    let form = use_settings(&me);
    let onsubmit = use_submit(&form);
    let changes = form.changes();
    let on_discard = {
        let form = form.clone();
        Callback::from(move |()| form.discard())
    };
    let bar = if changes > 0 {
        html! { <SaveBar {changes} form={FORM_ID} busy={form.is_sending()} {on_discard} /> }
    } else {
        html! { <span hidden=true /> }
    };
    let is_conflict = form.failure().as_ref().and_then(other_version).is_some();
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-8);

        & > .trouble:empty {
            display: none;
        }
        "#
    );
    html! {
        <SettingsPage route={Route::Notifications} lead={t("notifications.lead")} {bar}>
            <form {class} id={FORM_ID} novalidate=true {onsubmit}>
                <div class="trouble">
                    <FormTrouble form={form.clone()} title={is_conflict.then(|| t("notifications.conflict"))} />
                </div>
                <SettingsSection id="notifications-what" title={t("notifications.what")} about={t("notifications.what_about")}>
                    <What form={form.clone()} />
                </SettingsSection>
                <SettingsSection id="notifications-sound" title={t("notifications.sounds")} about={t("notifications.sounds_about")}>
                    <Sounds form={form.clone()} />
                </SettingsSection>
                <SettingsSection id="notifications-desktop" title={t("notifications.desktop")} about={t("notifications.desktop_about")}>
                    <OnDesktop form={form.clone()} />
                </SettingsSection>
                <SettingsSection id="notifications-quiet" title={t("notifications.quiet")} about={t("notifications.quiet_about")}>
                    <QuietFields form={form.clone()} />
                    { switch(&form, WHILE_AWAY, Some(t("notifications.while_away_hint"))) }
                </SettingsSection>
                <SettingsSection id="notifications-websites" title={t("notifications.websites")} about={t("notifications.websites_about")}>
                    <Websites form={form.clone()} />
                </SettingsSection>
                <SettingsSection id="notifications-presence" title={t("notifications.presence")} about={t("notifications.presence_about")}>
                    <FormSelect form={form.clone()} name={AWAY_AFTER} choices={away_choices(&form)} />
                    <Limits />
                </SettingsSection>
            </form>
        </SettingsPage>
    }
}

fn away_choices(form: &FormHandle) -> Vec<Choice> {
    minutes(&AWAY_MINUTES, &form.value(AWAY_AFTER), |count| {
        t_count("notifications.minutes", u64::from(count), &[])
    })
}

/// A field that is on or off.
fn switch(form: &FormHandle, field: &'static str, hint: Option<AttrValue>) -> Html {
    let onchange = form.setter(field).reform(|on: bool| on.to_string());
    html! { <Switch id={form.id(field)} label={form.label(field)} {hint} on={form.is_on(field)} {onchange} /> }
}

#[hook]
fn use_submit(form: &FormHandle) -> Callback<SubmitEvent> {
    let me = use_me();
    let api = use_api();
    let session = use_auth().session().clone();
    let toasts = use_toasts();
    let sender = session.clone();
    let send = move |form: &FormHandle| {
        let change = UpdateMe {
            notifications: Some(values::read(form)),
            ..UpdateMe::default()
        };
        let (api, session, version) = (api.clone(), sender.clone(), me.version);
        async move {
            let outcome = api.update_me(&change, Some(version)).await;
            if let Some(current) = outcome.as_ref().err().and_then(other_version) {
                // Saving again then says: replace that one.
                session.update_me(current);
            }
            outcome
        }
    };
    let then = Callback::from(move |me: Me| {
        session.update_me(me);
        toasts.status(t("settings.saved"));
    });
    form.onsubmit(send, then)
}

/// The person as they are now, when that is why a change was refused.
fn other_version(error: &ApiError) -> Option<Me> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    Me::deserialize(problem.current.as_ref()?).ok()
}
