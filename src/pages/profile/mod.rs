//! The signed-in person.

mod account;
mod email;
mod identity;
mod preferences;

use yew::prelude::*;

use super::settings::{SaveBar, SettingsPage};
use crate::auth::use_me;
use crate::i18n::t;
use crate::routes::Route;
use account::Account;
use email::Email;
use identity::{FORM_ID, Identity, use_identity};
use preferences::Writing;

/// The page.
#[component]
pub fn Profile() -> Html {
    let me = use_me();
    let form = use_identity(&me);
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
    html! {
        <SettingsPage route={Route::Profile} lead={t("profile.lead")} {bar}>
            <Identity {form} />
            <Email />
            <Writing />
            <Account />
        </SettingsPage>
    }
}
