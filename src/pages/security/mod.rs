//! Password, second factor, and where the person is signed in.

mod enrolment;
mod password;
mod qr;
mod second_factor;
mod sessions;

use yew::prelude::*;

use super::settings::SettingsPage;
use crate::auth::use_me;
use crate::i18n::t;
use crate::routes::Route;
use crate::ui::{Notice, Tone};
use password::Password;
use second_factor::SecondFactor;
use sessions::Sessions;

/// The page. While the account waits for the person's second factor, setting one up is all that it offers: the server
/// refuses the rest.
#[component]
pub fn Security() -> Html {
    let me = use_me();
    if me.totp_enrolment_due {
        return html! {
            <SettingsPage route={Route::Security} lead={t("security.lead")}>
                <Notice tone={Tone::Warning}>{ t("security.due") }</Notice>
                <SecondFactor />
            </SettingsPage>
        };
    }
    html! {
        <SettingsPage route={Route::Security} lead={t("security.lead")}>
            <Password />
            <SecondFactor />
            <Sessions />
        </SettingsPage>
    }
}
