//! Light or dark, and how dense: what a person likes, kept on the device so that the next visit starts with it, and in
//! the profile so that it follows the person. `assets/appearance.js` takes it up before the first paint.

use switchboard_contract::auth::{Density, Preferences, Theme};

use crate::browser::document;
use crate::storage::APPEARANCE;

/// Shows the page as `preferences` say, now and on the next visit.
pub fn adopt(preferences: &Preferences) {
    show(preferences);
    // Where storage is refused, the profile tells again after signing in.
    let _ = APPEARANCE.set(preferences);
}

fn show(preferences: &Preferences) {
    let theme = match preferences.theme {
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
        Theme::System | Theme::Unknown => None,
    };
    let density = match preferences.density {
        Density::Compact => Some("compact"),
        Density::Comfortable | Density::Unknown => None,
    };
    let Some(root) = document().and_then(|document| document.document_element()) else {
        return;
    };
    for (attribute, value) in [("data-theme", theme), ("data-density", density)] {
        // Refused only for names that are not valid.
        let _ = match value {
            Some(value) => root.set_attribute(attribute, value),
            None => root.remove_attribute(attribute),
        };
    }
}
