//! Sounds and the desktop: what is chosen for the person, and beside it what belongs to this device and holds at once.

use switchboard_contract::notifications::AlertSound;
use yew::prelude::*;

use super::switch;
use super::values::{HIDE_TEXT, REPEAT, SOUND, SOUNDS, choice};
use crate::alerts::{AlertDevice, Alerting, Heard, LastSound, Permission};
use crate::browser::use_task;
use crate::forms::{Choice, FormHandle, FormSelect, Segments, Switch};
use crate::i18n::t;
use crate::ui::{Button, use_toasts};

/// How loud, to choose from.
const VOLUMES: [(u8, &str); 4] = [(0, "silent"), (25, "low"), (60, "medium"), (100, "high")];

/// Props for [`Sounds`] and [`OnDesktop`].
#[derive(Properties, PartialEq)]
pub(super) struct DeviceProps {
    /// The form.
    pub form: FormHandle,
}

/// How alerts come on this device, and the way to change it.
#[hook]
fn use_device() -> (AlertDevice, Callback<AlertDevice>) {
    let alerting = use_context::<Alerting>();
    let update = use_force_update();
    let toasts = use_toasts();
    let device = alerting.as_ref().map(Alerting::device).unwrap_or_default();
    let set = Callback::from(move |device: AlertDevice| {
        if let Some(alerting) = &alerting
            && !alerting.set_device(device)
        {
            toasts.alert(t("notifications.device_not_kept"));
        }
        update.force_update();
    });
    (device, set)
}

/// Which sound, how often, how loud.
#[component]
pub(super) fn Sounds(props: &DeviceProps) -> Html {
    let form = &props.form;
    let (device, set_device) = use_device();
    let alerting = use_context::<Alerting>();
    let LastSound(heard) = use_context::<LastSound>().unwrap_or(LastSound(None));
    let name = |word: &'static str| match word {
        "chime" => t("notifications.sound_chime"),
        "knock" => t("notifications.sound_knock"),
        "bell" => t("notifications.sound_bell"),
        _ => t("notifications.sound_off"),
    };
    let sounds: Vec<Choice> = SOUNDS
        .into_iter()
        .map(|(_, word)| Choice {
            value: AttrValue::Static(word),
            text: name(word),
        })
        .collect();
    let volume_name = |word: &'static str| match word {
        "silent" => t("notifications.volume_silent"),
        "low" => t("notifications.volume_low"),
        "medium" => t("notifications.volume_medium"),
        _ => t("notifications.volume_high"),
    };
    let volumes: Vec<Choice> = VOLUMES
        .into_iter()
        .map(|(_, word)| Choice {
            value: AttrValue::Static(word),
            text: volume_name(word),
        })
        .collect();
    let nearest = VOLUMES
        .into_iter()
        .min_by_key(|(volume, _)| volume.abs_diff(device.volume))
        .map_or("medium", |(_, word)| word);
    let on_volume = Callback::from(move |word: AttrValue| {
        let volume = choice(&VOLUMES, &word, device.volume);
        set_device.emit(AlertDevice { volume, ..device });
    });
    let sound = choice(&SOUNDS, &form.value(SOUND), AlertSound::Chime);
    let on_test = Callback::from(move |_: MouseEvent| {
        if let Some(alerting) = &alerting {
            alerting.play(sound);
        }
    });
    let is_silent = sound == AlertSound::Off || device.volume == 0;
    let trouble = match heard {
        _ if is_silent => Some(t("notifications.test_silent")),
        Some(Heard::Blocked) => Some(t("alerts.sound_blocked")),
        Some(Heard::Never) => Some(t("notifications.sound_never")),
        Some(Heard::Yes) | None => None,
    };
    html! {
        <>
            <FormSelect form={form.clone()} name={SOUND} choices={sounds} />
            { switch(form, REPEAT, Some(t("notifications.repeat_hint"))) }
            <Segments
                name="alert-volume"
                label={t("notifications.volume")}
                value={nearest}
                choices={volumes}
                onchange={on_volume}
            />
            <div class="row wrap">
                <Button onclick={on_test} disabled={is_silent}>{ t("notifications.test") }</Button>
                <p class="hint" role="status">{ trouble.unwrap_or_default() }</p>
            </div>
        </>
    }
}

/// Whether alerts stand on the desktop here, what the browser says to that, and how much they tell.
#[component]
pub(super) fn OnDesktop(props: &DeviceProps) -> Html {
    let (device, set_device) = use_device();
    let update = use_force_update();
    let task = use_task();
    let permission = Permission::now();
    let on_allow = {
        let set_device = set_device.clone();
        Callback::from(move |_: MouseEvent| {
            let (set_device, update) = (set_device.clone(), update.clone());
            task.run(async move {
                if Permission::ask().await == Permission::Granted {
                    set_device.emit(AlertDevice {
                        desktop: true,
                        ..device
                    });
                }
                update.force_update();
            });
        })
    };
    let onchange = set_device.reform(move |desktop: bool| AlertDevice { desktop, ..device });
    let state = match permission {
        Permission::Granted => html! {
            <Switch
                id="alerts-desktop"
                label={t("notifications.desktop_switch")}
                hint={t("notifications.desktop_hint")}
                on={device.desktop}
                {onchange}
            />
        },
        Permission::NotAsked => html! {
            <div class="form-item">
                <p class="hint">{ t("notifications.desktop_ask") }</p>
                <div><Button onclick={on_allow}>{ t("notifications.desktop_allow") }</Button></div>
            </div>
        },
        Permission::Denied => html! { <p>{ t("notifications.desktop_denied") }</p> },
        Permission::Unsupported => html! { <p>{ t("notifications.desktop_unsupported") }</p> },
    };
    html! {
        <>
            <div role="status">{ state }</div>
            { switch(&props.form, HIDE_TEXT, Some(t("notifications.hide_text_hint"))) }
        </>
    }
}
