//! Theme and density: at once, on this device and in the profile.

use switchboard_contract::auth::{Density, Preferences, Theme, UpdateMe};
use yew::prelude::*;

use super::super::settings::SettingsSection;
use crate::appearance;
use crate::auth::{use_api, use_auth, use_me};
use crate::browser::use_task;
use crate::forms::{Choice, Segments};
use crate::i18n::t;
use crate::ui::use_toasts;

const THEMES: [(Theme, &str); 3] = [
    (Theme::System, "system"),
    (Theme::Light, "light"),
    (Theme::Dark, "dark"),
];
const DENSITIES: [(Density, &str); 2] = [
    (Density::Comfortable, "comfortable"),
    (Density::Compact, "compact"),
];

fn theme_name(theme: Theme) -> AttrValue {
    match theme {
        Theme::Light => t("appearance.light"),
        Theme::Dark => t("appearance.dark"),
        Theme::System | Theme::Unknown => t("appearance.system"),
    }
}

fn density_name(density: Density) -> AttrValue {
    match density {
        Density::Compact => t("appearance.compact"),
        Density::Comfortable | Density::Unknown => t("appearance.comfortable"),
    }
}

/// The section.
#[component]
pub fn Appearance() -> Html {
    let me = use_me();
    let api = use_api();
    let session = use_auth().session().clone();
    let toasts = use_toasts();
    let task = use_task();
    let choose = Callback::from({
        let me = me.clone();
        move |preferences: Preferences| {
            appearance::adopt(&preferences);
            // Shown as chosen from now on; the server hears of it meanwhile.
            session.update_me(switchboard_contract::auth::Me {
                preferences: preferences.clone(),
                ..(*me).clone()
            });
            let change = UpdateMe {
                preferences: Some(preferences),
                ..UpdateMe::default()
            };
            let (api, session, toasts) = (api.clone(), session.clone(), toasts.clone());
            task.run(async move {
                match api.update_me(&change, None).await {
                    Ok(me) => session.update_me(me),
                    Err(_) => toasts.alert(t("appearance.not_saved")),
                }
            });
        }
    });
    let kept = me.preferences.clone();
    let on_theme = {
        let (choose, kept) = (choose.clone(), kept.clone());
        Callback::from(move |value: AttrValue| {
            if let Some((theme, _)) = THEMES.into_iter().find(|(_, name)| value == *name) {
                choose.emit(Preferences {
                    theme,
                    ..kept.clone()
                });
            }
        })
    };
    let on_density = {
        let kept = kept.clone();
        Callback::from(move |value: AttrValue| {
            if let Some((density, _)) = DENSITIES.into_iter().find(|(_, name)| value == *name) {
                choose.emit(Preferences {
                    density,
                    ..kept.clone()
                });
            }
        })
    };
    let chosen_theme = THEMES
        .into_iter()
        .find(|(theme, _)| *theme == kept.theme)
        .map_or("system", |(_, name)| name);
    let chosen_density = DENSITIES
        .into_iter()
        .find(|(density, _)| *density == kept.density)
        .map_or("comfortable", |(_, name)| name);
    let themes: Vec<Choice> = THEMES
        .into_iter()
        .map(|(theme, value)| Choice {
            value: value.into(),
            text: theme_name(theme),
        })
        .collect();
    let densities: Vec<Choice> = DENSITIES
        .into_iter()
        .map(|(density, value)| Choice {
            value: value.into(),
            text: density_name(density),
        })
        .collect();
    html! {
        <SettingsSection id="profile-appearance" title={t("appearance.title")} about={t("appearance.about")}>
            <Segments
                name="theme"
                label={t("appearance.theme")}
                value={chosen_theme}
                choices={themes}
                onchange={on_theme}
            />
            <Segments
                name="density"
                label={t("appearance.density")}
                value={chosen_density}
                choices={densities}
                onchange={on_density}
            />
        </SettingsSection>
    }
}
