//! How long a reply can be called back: at once, on this device and in the profile.

use switchboard_contract::auth::{Preferences, UndoSend};
use yew::prelude::*;

use super::super::settings::SettingsSection;
use crate::appearance::use_keep;
use crate::auth::use_me;
use crate::forms::{Choice, Segments};
use crate::i18n::t;

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

/// How replies are written.
#[component]
pub fn Writing() -> Html {
    let choose = use_keep();
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
