//! Theme, density and how long a reply can be called back: at once, on this device and in the profile.

use switchboard_contract::auth::{Density, Preferences, Theme, UndoSend, UpdateMe};
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

const UNDO_SEND: [(UndoSend, &str); 3] = [
    (UndoSend::Off, "off"),
    (UndoSend::FiveSeconds, "five"),
    (UndoSend::TenSeconds, "ten"),
];

fn undo_send_name(undo_send: UndoSend) -> AttrValue {
    match undo_send {
        UndoSend::Off => t("writing.off"),
        UndoSend::FiveSeconds | UndoSend::Unknown => t("writing.five"),
        UndoSend::TenSeconds => t("writing.ten"),
    }
}

/// Shows preferences as chosen, and keeps them in the profile.
#[hook]
fn use_choose() -> Callback<Preferences> {
    let me = use_me();
    let api = use_api();
    let session = use_auth().session().clone();
    let toasts = use_toasts();
    let task = use_task();
    Callback::from(move |preferences: Preferences| {
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
    })
}

/// How replies are written.
#[component]
pub fn Writing() -> Html {
    let choose = use_choose();
    let kept = use_me().preferences.clone();
    let chosen = UNDO_SEND
        .into_iter()
        .find(|(undo_send, _)| *undo_send == kept.undo_send)
        .map_or("five", |(_, name)| name);
    let onchange = Callback::from(move |value: AttrValue| {
        if let Some((undo_send, _)) = UNDO_SEND.into_iter().find(|(_, name)| value == *name) {
            choose.emit(Preferences {
                undo_send,
                ..kept.clone()
            });
        }
    });
    let choices: Vec<Choice> = UNDO_SEND
        .into_iter()
        .map(|(undo_send, value)| Choice {
            value: value.into(),
            text: undo_send_name(undo_send),
        })
        .collect();
    html! {
        <SettingsSection id="profile-writing" title={t("writing.title")} about={t("writing.about")}>
            <Segments name="undo-send" label={t("writing.undo")} value={chosen} {choices} {onchange} />
        </SettingsSection>
    }
}

/// The look.
#[component]
pub fn Appearance() -> Html {
    let choose = use_choose();
    let me = use_me();
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
