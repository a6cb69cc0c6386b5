//! Quiet hours.

use switchboard_contract::notifications::QuietHours;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::values::{QUIET, quiet_hours, quiet_text};
use crate::forms::{FormHandle, Switch};
use crate::i18n::t;
use crate::scoped;
use crate::ui::{Icon, IconName, IconSize};

/// A night, to begin with.
const NIGHT: (&str, &str) = ("22:00", "07:00");

/// Props for [`QuietFields`].
#[derive(Properties, PartialEq)]
pub(super) struct QuietFieldsProps {
    /// The form.
    pub form: FormHandle,
}

/// Whether there are any, and from when to when.
#[component]
pub(super) fn QuietFields(props: &QuietFieldsProps) -> Html {
    let form = &props.form;
    let hours = quiet_hours(&form.value(QUIET));
    let onchange = form.setter(QUIET).reform(|on: bool| {
        if on {
            quiet_text(NIGHT.0, NIGHT.1)
        } else {
            String::new()
        }
    });
    let class = scoped!(
        r#"
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-4);

        input {
            inline-size: 8rem;
        }
        "#
    );
    let time = |id: &'static str, label: AttrValue, value: String, oninput: Callback<String>| {
        let oninput = oninput.reform(|event: InputEvent| {
            let input = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            input.map_or_else(String::new, |input| input.value())
        });
        html! {
            <div class="form-item">
                <label class="label" for={id}>{ label }</label>
                <input class="field" type="time" {id} {value} {oninput} />
            </div>
        }
    };
    let times = hours.map(|QuietHours { from, until }| {
        let set_from = {
            let until = until.clone();
            form.setter(QUIET)
                .reform(move |from: String| quiet_text(&from, &until))
        };
        let set_until = {
            let from = from.clone();
            form.setter(QUIET)
                .reform(move |until: String| quiet_text(&from, &until))
        };
        html! {
            <div {class}>
                { time("quiet-from", t("notifications.quiet_from"), from, set_from) }
                { time("quiet-until", t("notifications.quiet_until"), until, set_until) }
            </div>
        }
    });
    html! {
        <div class="form" id={form.id(QUIET)} tabindex="-1">
            <Switch id="quiet-hours" label={t("notifications.quiet_switch")} on={times.is_some()} {onchange} />
            <div>{ times }</div>
            <div>
                if let Some(error) = form.error(QUIET) {
                    <p class="error-text"><Icon name={IconName::Alert} size={IconSize::Small} /><span>{ error }</span></p>
                }
            </div>
        </div>
    }
}
