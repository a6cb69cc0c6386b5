//! The fields of colours and shape, of the launcher, and of what the widget does by itself.

use switchboard_contract::website::WidgetConfig;
use switchboard_contract::website::widget::colour::Colour;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::Part;
use super::values::{
    ACCENT, ACCENT_TEXT, BOTTOM, BRANDING, CORNER, FONT, HIDE_ON, ICON, LAUNCHER_TEXT, MOBILE, OPEN_AFTER,
    OPEN_ON_SCROLL, RADIUS, SHARE_DRAFTS, SIDE, SIZE, SOUND, values_of,
};
use crate::forms::{Choice, FormField, FormHandle, FormSelect, FormTextArea, Switch};
use crate::i18n::{t, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind};

/// Props of the parts.
#[derive(Properties, PartialEq)]
pub struct PartFormProps {
    /// The form.
    pub form: FormHandle,
}

/// A theme to begin with: accent, text on it, radius and font.
struct Preset {
    name: fn() -> AttrValue,
    values: [&'static str; 4],
}

const PRESETS: [Preset; 5] = [
    Preset {
        name: || t("widget.preset_harbour"),
        values: ["#3158cf", "#ffffff", "12", "system"],
    },
    Preset {
        name: || t("widget.preset_forest"),
        values: ["#1f6f4a", "#ffffff", "8", "system"],
    },
    Preset {
        name: || t("widget.preset_night"),
        values: ["#20242e", "#ffffff", "4", "mono"],
    },
    Preset {
        name: || t("widget.preset_sun"),
        values: ["#ffcf40", "#241c00", "18", "rounded"],
    },
    Preset {
        name: || t("widget.preset_paper"),
        values: ["#7a2e2e", "#fff8ef", "2", "serif"],
    },
];

fn choices<const N: usize>(all: [(&'static str, AttrValue); N]) -> Vec<Choice> {
    all.into_iter()
        .map(|(value, text)| Choice {
            value: AttrValue::Static(value),
            text,
        })
        .collect()
}

/// Colours and shape.
#[component]
pub fn Look(props: &PartFormProps) -> Html {
    let form = &props.form;
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: var(--space-4);
        align-items: start;

        @media (max-width: 480px) {
            grid-template-columns: minmax(0, 1fr);
        }
        "#
    );
    let on_reset = {
        let form = form.clone();
        Callback::from(move |_: MouseEvent| {
            let usual = values_of(&WidgetConfig::default());
            for name in [ACCENT, ACCENT_TEXT, RADIUS, FONT] {
                form.set(name, usual.get(name).cloned().unwrap_or_default());
            }
        })
    };
    html! {
        <Part id="widget-look" title={t("widget.look")}>
            <div role="group" aria-label={t("widget.presets")} class="row wrap">
                { for PRESETS.iter().enumerate().map(|(place, preset)| {
                    let form = form.clone();
                    let onclick = Callback::from(move |_: MouseEvent| {
                        for (name, value) in [ACCENT, ACCENT_TEXT, RADIUS, FONT].into_iter().zip(preset.values) {
                            form.set(name, value);
                        }
                    });
                    html! { <Button key={place} {onclick}>{ (preset.name)() }</Button> }
                }) }
                <Button kind={ButtonKind::Quiet} onclick={on_reset}>{ t("widget.reset") }</Button>
            </div>
            <div {class}>
                <ColourField form={form.clone()} name={ACCENT} />
                <ColourField form={form.clone()} name={ACCENT_TEXT} />
            </div>
            <Contrast form={form.clone()} />
            <FormField form={form.clone()} name={RADIUS} autocomplete="off" hint={t("widget.radius_hint")} />
            <FormSelect form={form.clone()} name={FONT} choices={choices([
                ("system", t("widget.font_system")),
                ("rounded", t("widget.font_rounded")),
                ("serif", t("widget.font_serif")),
                ("mono", t("widget.font_mono")),
            ])} />
            <OnOff form={form.clone()} name={BRANDING} />
        </Part>
    }
}

#[derive(Properties, PartialEq)]
struct NamedProps {
    form: FormHandle,
    name: &'static str,
}

/// A colour: typed, or picked from the browser's own palette.
#[component]
fn ColourField(props: &NamedProps) -> Html {
    let (form, name) = (&props.form, props.name);
    let value = form.value(name);
    let picked = Colour::parse(value.trim()).unwrap_or(Colour::WHITE).to_string();
    let oninput = form.setter(name).reform(|event: InputEvent| {
        event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            .map_or_else(String::new, |input| input.value())
    });
    let class = scoped!(
        r#"
        inline-size: 2.25rem;
        block-size: 1.5rem;
        margin-inline-start: auto;
        padding: 0;
        border: 1px solid var(--line-control);
        border-radius: var(--radius-xs);
        background: none;
        cursor: pointer;
        "#
    );
    let aside = html! {
        <input {class} type="color" value={picked} {oninput}
            aria-label={t_with("widget.pick", &[("field", &form.label(name))])} />
    };
    html! { <FormField form={form.clone()} {name} autocomplete="off" {aside} /> }
}

/// How well the text can be read, as it is typed, and a colour that would do.
#[component]
fn Contrast(props: &PartFormProps) -> Html {
    let form = &props.form;
    let colour = |name: &str| Colour::parse(form.value(name).trim());
    let (Some(accent), Some(text)) = (colour(ACCENT), colour(ACCENT_TEXT)) else {
        return html! { <p class="hint">{ t("widget.contrast_unknown") }</p> };
    };
    let ratio = format!("{:.2}", accent.contrast(text));
    if text.reads_on(accent) {
        return html! { <p class="hint" role="status">{ t_with("widget.contrast_good", &[("ratio", &ratio)]) }</p> };
    }
    let suggested = text.readable_ground(accent).to_string();
    let onclick = {
        let (form, suggested) = (form.clone(), suggested.clone());
        Callback::from(move |_: MouseEvent| form.set(ACCENT, suggested.clone()))
    };
    html! {
        <div>
            <p class="error-text" role="status">{ t_with("widget.contrast_bad", &[("ratio", &ratio)]) }</p>
            <Button {onclick}>{ t_with("widget.use_colour", &[("colour", &suggested)]) }</Button>
        </div>
    }
}

/// The button on the website.
#[component]
pub fn Launcher(props: &PartFormProps) -> Html {
    let form = &props.form;
    html! {
        <Part id="widget-launcher" title={t("widget.launcher")}>
            <FormField form={form.clone()} name={LAUNCHER_TEXT} autocomplete="off" hint={t("widget.launcher_text_hint")} />
            <FormSelect form={form.clone()} name={ICON} choices={choices([
                ("bubble", t("widget.icon_bubble")),
                ("bubbles", t("widget.icon_bubbles")),
                ("question", t("widget.icon_question")),
                ("envelope", t("widget.icon_envelope")),
            ])} />
            <FormField form={form.clone()} name={SIZE} autocomplete="off" hint={t("widget.size_hint")} />
            <FormSelect form={form.clone()} name={CORNER} hint={t("widget.corner_hint")} choices={choices([
                ("bottom-right", t("widget.bottom_right")),
                ("bottom-left", t("widget.bottom_left")),
            ])} />
            <FormField form={form.clone()} name={SIDE} autocomplete="off" />
            <FormField form={form.clone()} name={BOTTOM} autocomplete="off" />
        </Part>
    }
}

/// What the widget does by itself.
#[component]
pub fn Behaviour(props: &PartFormProps) -> Html {
    let form = &props.form;
    html! {
        <Part id="widget-behaviour" title={t("widget.behaviour")}>
            <FormField form={form.clone()} name={OPEN_AFTER} autocomplete="off" hint={t("widget.open_after_hint")} />
            <FormField form={form.clone()} name={OPEN_ON_SCROLL} autocomplete="off" hint={t("widget.open_on_scroll_hint")} />
            <FormTextArea form={form.clone()} name={HIDE_ON} rows=2 hint={t("widget.hide_on_hint")} />
            <FormSelect form={form.clone()} name={MOBILE} choices={choices([
                ("full_screen", t("widget.mobile_full_screen")),
                ("window", t("widget.mobile_window")),
                ("hidden", t("widget.mobile_hidden")),
            ])} />
            <OnOff form={form.clone()} name={SOUND} />
            <OnOff form={form.clone()} name={SHARE_DRAFTS} hint={t("widget.share_drafts_hint")} />
        </Part>
    }
}

#[derive(Properties, PartialEq)]
struct OnOffProps {
    form: FormHandle,
    name: &'static str,
    #[prop_or_default]
    hint: Option<AttrValue>,
}

/// A field that is on or off.
#[component]
fn OnOff(props: &OnOffProps) -> Html {
    let (form, name) = (&props.form, props.name);
    let onchange = form.setter(name).reform(|on: bool| on.to_string());
    html! { <Switch id={form.id(name)} label={form.label(name)} hint={props.hint.clone()} on={form.is_on(name)} {onchange} /> }
}
