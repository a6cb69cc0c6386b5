//! Light or dark, how dense, whether things move, and in which language. What is chosen shows at once and is kept, on every
//! device of the person, once it is saved.

use serde::Deserialize;
use switchboard_contract::auth::{Density, Me, Motion, Preferences, Theme, UpdateMe};
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::settings::{SaveBar, SettingsPage, SettingsSection};
use crate::api::ApiError;
use crate::appearance;
use crate::auth::{use_api, use_auth, use_me};
use crate::forms::{
    Choice, FormHandle, FormOptions, FormSelect, FormTrouble, Segments, use_form, use_unsaved,
};
use crate::i18n::{LANGUAGES, language_for, language_of, own_name, t, t_with};
use crate::routes::Route;
use crate::scoped;
use crate::ui::use_toasts;

const FORM_ID: &str = "appearance-form";
const THEME: &str = "preferences.theme";
const DENSITY: &str = "preferences.density";
const MOTION: &str = "preferences.motion";
const LOCALE: &str = "preferences.locale";
const ALL: [&str; 4] = [THEME, DENSITY, MOTION, LOCALE];

const THEMES: [(Theme, &str); 3] = [
    (Theme::System, "system"),
    (Theme::Light, "light"),
    (Theme::Dark, "dark"),
];
const DENSITIES: [(Density, &str); 2] = [
    (Density::Comfortable, "comfortable"),
    (Density::Compact, "compact"),
];
const MOTIONS: [(Motion, &str); 2] = [(Motion::System, "system"), (Motion::Reduced, "reduced")];

const OPTIONS: FormOptions = FormOptions {
    prefix: "",
    draft: Some(crate::storage::draft::APPEARANCE),
    label,
};

fn label(field: &str) -> AttrValue {
    match field {
        THEME => t("appearance.theme"),
        DENSITY => t("appearance.density"),
        MOTION => t("appearance.motion"),
        _ => t("appearance.language"),
    }
}

/// What a field holds for these preferences.
fn text(preferences: &Preferences, field: &str) -> String {
    let word = match field {
        THEME => word(&THEMES, preferences.theme),
        DENSITY => word(&DENSITIES, preferences.density),
        MOTION => word(&MOTIONS, preferences.motion),
        _ => preferences
            .locale
            .as_deref()
            .and_then(language_of)
            .map_or("", |language| language.tag),
    };
    word.to_owned()
}

fn word<T: Copy + PartialEq>(words: &[(T, &'static str)], value: T) -> &'static str {
    let known = words.iter().find(|(known, _)| *known == value);
    known.or(words.first()).map_or("", |(_, word)| word)
}

fn value<T: Copy + Default>(words: &[(T, &'static str)], text: &str) -> T {
    let known = words.iter().find(|(_, word)| *word == text);
    known.map_or_else(T::default, |(value, _)| *value)
}

/// What the form says over what was there before; the rest stays as it is.
fn read(form: &FormHandle, before: &Preferences) -> Preferences {
    let locale = form.value(LOCALE);
    Preferences {
        theme: value(&THEMES, &form.value(THEME)),
        density: value(&DENSITIES, &form.value(DENSITY)),
        motion: value(&MOTIONS, &form.value(MOTION)),
        // A language of another version of the dashboard stays until another one is chosen.
        locale: if form.is_changed(LOCALE) {
            (!locale.is_empty()).then_some(locale)
        } else {
            before.locale.clone()
        },
        undo_send: before.undo_send,
    }
}

/// The form over what the server knows: what changes elsewhere comes in where nothing was changed here.
#[hook]
fn use_preferences(me: &Me) -> FormHandle {
    let preferences = me.preferences.clone();
    let form = use_form(OPTIONS, || {
        ALL.into_iter()
            .map(|field| Field::choice(field).holding(text(&preferences, field)))
            .collect::<Vec<_>>()
    });
    {
        let form = form.clone();
        use_effect_with(preferences, move |preferences| {
            let values = ALL.into_iter().map(|field| (field, text(preferences, field)));
            form.rebase(values.collect());
        });
    }
    use_unsaved(&form);
    form
}

/// Shows what is chosen before it is saved, and what is saved to whoever leaves.
#[hook]
fn use_trial(me: &Me, form: &FormHandle) {
    let saved = me.preferences.clone();
    let chosen = read(form, &saved);
    use_effect_with((chosen, saved), |(chosen, saved)| {
        appearance::show(chosen);
        let saved = saved.clone();
        move || appearance::show(&saved)
    });
}

/// The page.
#[component]
pub fn Appearance() -> Html {
    let me = use_me();
    let form = use_preferences(&me);
    use_trial(&me, &form);
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
        <SettingsPage route={Route::Appearance} lead={t("appearance.lead")} {bar}>
            <form {class} id={FORM_ID} novalidate=true {onsubmit}>
                <div class="trouble">
                    <FormTrouble form={form.clone()} title={is_conflict.then(|| t("appearance.conflict"))} />
                </div>
                <SettingsSection id="appearance-theme" title={t("appearance.look")} about={t("appearance.look_about")}>
                    <Themes form={form.clone()} />
                    <Segments
                        name={form.id(DENSITY)}
                        label={form.label(DENSITY)}
                        value={form.value(DENSITY)}
                        choices={choices(&DENSITIES)}
                        onchange={choose(&form, DENSITY)}
                    />
                </SettingsSection>
                <SettingsSection id="appearance-motion" title={t("appearance.movement")} about={t("appearance.movement_about")}>
                    <Segments
                        name={form.id(MOTION)}
                        label={form.label(MOTION)}
                        value={form.value(MOTION)}
                        choices={choices(&MOTIONS)}
                        onchange={choose(&form, MOTION)}
                    />
                </SettingsSection>
                <SettingsSection id="appearance-language" title={t("appearance.languages")} about={t("appearance.languages_about")}>
                    <FormSelect form={form.clone()} name={LOCALE} choices={languages()} />
                </SettingsSection>
            </form>
        </SettingsPage>
    }
}

fn choose(form: &FormHandle, field: &'static str) -> Callback<AttrValue> {
    form.setter(field).reform(|word: AttrValue| word.to_string())
}

fn choices<T>(words: &[(T, &'static str)]) -> Vec<Choice> {
    words
        .iter()
        .map(|(_, word)| Choice {
            value: AttrValue::Static(word),
            text: name(word),
        })
        .collect()
}

fn name(word: &str) -> AttrValue {
    match word {
        "light" => t("appearance.light"),
        "dark" => t("appearance.dark"),
        "comfortable" => t("appearance.comfortable"),
        "compact" => t("appearance.compact"),
        "reduced" => t("appearance.reduced"),
        _ => t("appearance.system"),
    }
}

/// Each language by the name that it gives itself, so that who reads no other finds it.
fn languages() -> Vec<Choice> {
    let system = own_name(language_for(None).tag);
    let system = Choice {
        value: AttrValue::default(),
        text: t_with("appearance.system_language", &[("language", &system)]),
    };
    let known = LANGUAGES.into_iter().map(|language| Choice {
        value: AttrValue::Static(language.tag),
        text: own_name(language.tag).into(),
    });
    std::iter::once(system).chain(known).collect()
}

#[derive(Properties, PartialEq)]
struct ThemesProps {
    form: FormHandle,
}

/// The themes, each as a small window of its kind. The colours are the browser's own for a light and for a dark page: those of
/// the other theme are no tokens of this one.
#[component]
fn Themes(props: &ThemesProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-2);

        .themes {
            display: grid;
            grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr));
            gap: var(--space-3);
            max-inline-size: 30rem;
        }
        label {
            position: relative;
            display: grid;
            gap: var(--space-2);
            padding: var(--space-2);
            border: 1px solid var(--line);
            border-radius: var(--radius-m);
            color: var(--text-2);
            font-weight: var(--weight-medium);
            cursor: pointer;
        }
        label:hover {
            background: var(--hover);
            color: var(--text);
        }
        label:has(:checked) {
            border-color: var(--accent);
            box-shadow: inset 0 0 0 1px var(--accent);
            color: var(--text);
        }
        label:has(:focus-visible) {
            outline: var(--focus-width) solid var(--focus);
            outline-offset: var(--focus-offset);
        }
        input {
            position: absolute;
            inset: 0;
            inline-size: 100%;
            block-size: 100%;
            margin: 0;
            opacity: 0;
            cursor: pointer;
        }
        .window {
            display: grid;
            grid-template-columns: 1fr 1fr;
            block-size: 4.5rem;
            overflow: hidden;
            border-radius: var(--radius-s);
            border: 1px solid var(--line-strong);
        }
        .half {
            display: grid;
            align-content: start;
            gap: 0.375rem;
            padding: 0.625rem;
            background: Canvas;
        }
        .half i {
            block-size: 0.375rem;
            border-radius: var(--radius-full);
            background: color-mix(in srgb, CanvasText 22%, Canvas);
        }
        .half i:first-child {
            inline-size: 60%;
            background: var(--accent);
        }
        .half i:last-child {
            inline-size: 75%;
        }
        .is-light {
            color-scheme: only light;
        }
        .is-dark {
            color-scheme: only dark;
        }
        @media (forced-colors: active) {
            label:has(:checked) {
                outline: 2px solid Highlight;
            }
        }
        "#
    );
    let form = &props.form;
    let chosen = form.value(THEME);
    let half =
        |theme: &'static str| html! { <span class={classes!("half", theme)}><i></i><i></i><i></i></span> };
    let window = |theme: Theme| {
        let (start, end) = match theme {
            Theme::Light => ("is-light", "is-light"),
            Theme::Dark => ("is-dark", "is-dark"),
            Theme::System | Theme::Unknown => ("is-light", "is-dark"),
        };
        html! { <span class="window" aria-hidden="true">{ half(start) }{ half(end) }</span> }
    };
    html! {
        <fieldset {class}>
            <legend class="label">{ form.label(THEME) }</legend>
            <div class="themes">
                { for THEMES.into_iter().map(|(theme, word)| {
                    let set = form.setter(THEME);
                    html! {
                        <label key={word}>
                            <input
                                type="radio"
                                name={form.id(THEME)}
                                value={word}
                                checked={chosen == word}
                                onchange={Callback::from(move |_: Event| set.emit(word.to_owned()))}
                            />
                            { window(theme) }
                            { name(word) }
                        </label>
                    }
                }) }
            </div>
        </fieldset>
    }
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
            preferences: Some(read(form, &me.preferences)),
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
