//! Light or dark, how dense, and whether things move: what a person likes, kept on the device so that the next visit starts with it, and in
//! the profile so that it follows the person. `assets/appearance.js` takes it up before the first paint.

use switchboard_contract::auth::{Density, Me, Motion, Preferences, Theme, UpdateMe};
use yew::prelude::*;

use crate::auth::{use_api, use_auth, use_me};
use crate::browser::{document, use_task};
use crate::i18n::t;
use crate::storage::APPEARANCE;
use crate::ui::use_toasts;

/// What this device was shown with last; what a person likes who has not chosen anything, where it is not known.
#[must_use]
pub fn kept() -> Preferences {
    APPEARANCE.get().unwrap_or_default()
}

/// Shows the page as `preferences` say, now and on the next visit.
pub fn adopt(preferences: &Preferences) {
    show(preferences);
    // Where storage is refused, the profile tells again after signing in.
    let _ = APPEARANCE.set(preferences);
}

/// Shows the page as `preferences` say, for as long as nothing else is said.
pub fn show(preferences: &Preferences) {
    let theme = match preferences.theme {
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
        Theme::System | Theme::Unknown => None,
    };
    let density = match preferences.density {
        Density::Compact => Some("compact"),
        Density::Comfortable | Density::Unknown => None,
    };
    let motion = match preferences.motion {
        Motion::Reduced => Some("reduced"),
        Motion::System | Motion::Unknown => None,
    };
    let Some(document) = document() else { return };
    // What an installed window has around the page (index.html).
    for one in ["light", "dark"] {
        let media = match theme {
            Some(theme) if theme == one => "all".to_owned(),
            Some(_) => "not all".to_owned(),
            None => format!("(prefers-color-scheme: {one})"),
        };
        if let Some(meta) = document.get_element_by_id(&format!("theme-{one}")) {
            let _ = meta.set_attribute("media", &media);
        }
    }
    let Some(root) = document.document_element() else {
        return;
    };
    for (attribute, value) in [
        ("data-theme", theme),
        ("data-density", density),
        ("data-motion", motion),
    ] {
        // Refused only for names that are not valid.
        let _ = match value {
            Some(value) => root.set_attribute(attribute, value),
            None => root.remove_attribute(attribute),
        };
    }
}

/// Keeps preferences as chosen: at once, on this device, and in the profile.
///
/// # Panics
/// On pages for guests.
#[hook]
pub fn use_keep() -> Callback<Preferences> {
    let me = use_me();
    let api = use_api();
    let session = use_auth().session().clone();
    let toasts = use_toasts();
    let task = use_task();
    Callback::from(move |preferences: Preferences| {
        adopt(&preferences);
        // Shown as chosen from now on; the server hears of it meanwhile.
        session.update_me(Me {
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
