//! What the widget says, in its own language and in further ones; and what the fields are called.

use switchboard_contract::website::widget::WidgetTexts;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::Part;
use super::look::PartFormProps;
use super::values::{
    ACCENT, ACCENT_TEXT, BOTTOM, BRANDING, CORNER, FONT, GREETING, HIDE_ON, ICON, LAUNCHER_TEXT, LOCALE,
    MOBILE, OFFLINE, OPEN_AFTER, OPEN_ON_SCROLL, PLACEHOLDER, PRE_CHAT, RADIUS, REFUSED, SHARE_DRAFTS, SIDE,
    SIZE, SOUND, TITLE, TRANSLATIONS, pre_chat_of, translations_of,
};
use crate::forms::{Choice, FormField, FormHandle, FormTextArea, SelectField};
use crate::i18n::{language_name, t, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind};

/// What a field is called.
pub fn label(field: &str) -> AttrValue {
    match field {
        ACCENT => t("widget.accent"),
        ACCENT_TEXT => t("widget.accent_text"),
        RADIUS => t("widget.radius"),
        FONT => t("widget.font"),
        CORNER => t("widget.position"),
        SIDE => t("widget.side"),
        BOTTOM => t("widget.bottom"),
        ICON => t("widget.icon"),
        LAUNCHER_TEXT => t("widget.launcher_text"),
        SIZE => t("widget.size"),
        OPEN_AFTER => t("widget.open_after"),
        OPEN_ON_SCROLL => t("widget.open_on_scroll"),
        HIDE_ON => t("widget.hide_on"),
        MOBILE => t("widget.mobile"),
        SOUND => t("widget.sound"),
        LOCALE => t("widget.locale"),
        TITLE => t("widget.title"),
        GREETING => t("widget.greeting"),
        PLACEHOLDER => t("widget.placeholder"),
        OFFLINE => t("widget.offline"),
        REFUSED => t("widget.refused"),
        PRE_CHAT => t("widget.pre_chat"),
        TRANSLATIONS => t("widget.translations"),
        BRANDING => t("widget.branding"),
        SHARE_DRAFTS => t("widget.share_drafts"),
        _ => t("widget.heading"),
    }
}

/// What a field holds, as people read it.
pub fn shown(field: &str, value: &str) -> AttrValue {
    match (field, value) {
        (FONT, "rounded") => t("widget.font_rounded"),
        (FONT, "serif") => t("widget.font_serif"),
        (FONT, "mono") => t("widget.font_mono"),
        (FONT, _) => t("widget.font_system"),
        (CORNER, "bottom-left") => t("widget.bottom_left"),
        (CORNER, _) => t("widget.bottom_right"),
        (ICON, "bubbles") => t("widget.icon_bubbles"),
        (ICON, "question") => t("widget.icon_question"),
        (ICON, "envelope") => t("widget.icon_envelope"),
        (ICON, _) => t("widget.icon_bubble"),
        (MOBILE, "window") => t("widget.mobile_window"),
        (MOBILE, "hidden") => t("widget.mobile_hidden"),
        (MOBILE, _) => t("widget.mobile_full_screen"),
        (SOUND | BRANDING | SHARE_DRAFTS, "true") => t("conflict.on"),
        (SOUND | BRANDING | SHARE_DRAFTS, _) => t("conflict.off"),
        (PRE_CHAT, json) => {
            let form = pre_chat_of(json);
            let questions = form.fields.into_iter().map(|question| question.label);
            let lines: Vec<String> = [form.intro].into_iter().chain(questions).collect();
            match form.is_on {
                true => AttrValue::from(lines.join("\n").trim().to_owned()),
                false => t("conflict.off"),
            }
        }
        (TRANSLATIONS, json) => {
            let lines = translations_of(json).into_iter().map(|(tag, texts)| {
                let all: Vec<&str> = TEXTS
                    .iter()
                    .map(|text| (text.read)(&texts).as_str())
                    .filter(|text| !text.is_empty())
                    .collect();
                format!("{}: {}", language_name(&tag), all.join(" · "))
            });
            AttrValue::from(lines.collect::<Vec<_>>().join("\n"))
        }
        _ => AttrValue::from(value.to_owned()),
    }
}

/// Languages to choose from beside those that are there.
const LANGUAGES: [&str; 16] = [
    "ar", "cs", "da", "de", "en", "es", "fa", "fr", "he", "it", "ja", "nl", "pl", "pt-BR", "tr", "zh",
];

/// The texts.
#[component]
pub fn Words(props: &PartFormProps) -> Html {
    let form = &props.form;
    html! {
        <Part id="widget-words" title={t("widget.words")} about={t("widget.words_about")}>
            <FormField form={form.clone()} name={LOCALE} autocomplete="off" hint={t("widget.locale_hint")} />
            <FormField form={form.clone()} name={TITLE} autocomplete="off" hint={t("widget.own_words")} />
            <FormTextArea form={form.clone()} name={GREETING} rows=2 hint={t("widget.greeting_hint")} />
            <FormField form={form.clone()} name={PLACEHOLDER} autocomplete="off" hint={t("widget.own_words")} />
            <FormTextArea form={form.clone()} name={OFFLINE} rows=2 hint={t("widget.offline_hint")} />
            <FormTextArea form={form.clone()} name={REFUSED} rows=2 hint={t("widget.refused_hint")} />
            <Translations form={form.clone()} />
        </Part>
    }
}

/// One text of a further language.
struct Text {
    key: &'static str,
    label: fn() -> AttrValue,
    read: fn(&WidgetTexts) -> &String,
    write: fn(&mut WidgetTexts) -> &mut String,
}

const TEXTS: [Text; 7] = [
    Text {
        key: "title",
        label: || t("widget.title"),
        read: |texts| &texts.title,
        write: |texts| &mut texts.title,
    },
    Text {
        key: "greeting",
        label: || t("widget.greeting"),
        read: |texts| &texts.greeting,
        write: |texts| &mut texts.greeting,
    },
    Text {
        key: "placeholder",
        label: || t("widget.placeholder"),
        read: |texts| &texts.placeholder,
        write: |texts| &mut texts.placeholder,
    },
    Text {
        key: "launcher",
        label: || t("widget.launcher_text"),
        read: |texts| &texts.launcher_text,
        write: |texts| &mut texts.launcher_text,
    },
    Text {
        key: "offline",
        label: || t("widget.offline"),
        read: |texts| &texts.offline_message,
        write: |texts| &mut texts.offline_message,
    },
    Text {
        key: "refused",
        label: || t("widget.refused"),
        read: |texts| &texts.refused_message,
        write: |texts| &mut texts.refused_message,
    },
    Text {
        key: "intro",
        label: || t("widget.intro"),
        read: |texts| &texts.pre_chat_intro,
        write: |texts| &mut texts.pre_chat_intro,
    },
];

/// The further languages, each with its texts.
#[component]
fn Translations(props: &PartFormProps) -> Html {
    let form = &props.form;
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);

        fieldset {
            display: grid;
            gap: var(--space-3);
            margin: 0;
            padding: var(--space-3);
            border: 1px solid var(--line);
            border-radius: var(--radius-m);
            min-inline-size: 0;
        }
        .add {
            display: grid;
            grid-template-columns: minmax(0, 1fr) auto;
            gap: var(--space-2);
            align-items: end;
        }
        "#
    );
    let all = translations_of(&form.value(TRANSLATIONS));
    let chosen = use_state(|| AttrValue::Static("ar"));
    let own = form.value(LOCALE);
    let free: Vec<Choice> = LANGUAGES
        .into_iter()
        .filter(|tag| !all.contains_key(*tag) && !own.eq_ignore_ascii_case(tag))
        .map(|tag| Choice {
            value: AttrValue::Static(tag),
            text: AttrValue::from(language_name(tag)),
        })
        .collect();
    let wanted = free
        .iter()
        .find(|choice| choice.value == *chosen)
        .or(free.first())
        .map(|choice| choice.value.clone())
        .unwrap_or_default();
    let onchange = {
        let chosen = chosen.setter();
        Callback::from(move |tag: String| chosen.set(AttrValue::from(tag)))
    };
    let on_add = {
        let (form, wanted) = (form.clone(), wanted.clone());
        Callback::from(move |_: MouseEvent| {
            change(&form, |all| {
                all.entry(wanted.to_string()).or_default();
            });
        })
    };
    let error = form.error(TRANSLATIONS);
    html! {
        <div {class} role="group" aria-label={t("widget.translations")}>
            { for all.iter().map(|(tag, texts)| {
                html! { <Language key={tag.clone()} form={form.clone()} tag={tag.clone()} texts={texts.clone()} /> }
            }) }
            <div>
                if let Some(error) = error {
                    <p class="error-text">{ error }</p>
                }
            </div>
            <div class="add">
                <SelectField id="widget-language" label={t("widget.add_language")} value={wanted} choices={free} {onchange} />
                <Button onclick={on_add}>{ t("widget.add") }</Button>
            </div>
        </div>
    }
}

fn change(form: &FormHandle, act: impl FnOnce(&mut std::collections::BTreeMap<String, WidgetTexts>)) {
    let mut all = translations_of(&form.value(TRANSLATIONS));
    act(&mut all);
    form.set(TRANSLATIONS, serde_json::to_string(&all).unwrap_or_default());
}

#[derive(Properties, PartialEq)]
struct LanguageProps {
    form: FormHandle,
    tag: AttrValue,
    texts: WidgetTexts,
}

#[component]
fn Language(props: &LanguageProps) -> Html {
    let (form, tag) = (&props.form, &props.tag);
    let name = language_name(tag);
    let on_remove = {
        let (form, tag) = (form.clone(), tag.clone());
        Callback::from(move |_: MouseEvent| {
            change(&form, |all| {
                all.remove(tag.as_str());
            });
        })
    };
    html! {
        <fieldset lang={tag.clone()}>
            <legend class="label">{ name.clone() }</legend>
            { for TEXTS.iter().map(|text| {
                let (form, tag, write) = (form.clone(), tag.clone(), text.write);
                let oninput = Callback::from(move |event: InputEvent| {
                    let typed = event.target().and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
                    let typed = typed.map_or_else(String::new, |area| area.value());
                    change(&form, |all| *write(all.entry(tag.to_string()).or_default()) = typed);
                });
                let id = format!("widget-{}-{}", props.tag, text.key);
                html! {
                    <div class="form-item" key={text.key}>
                        <label class="label" for={id.clone()}>{ t_with("widget.in_language", &[("text", &(text.label)()), ("language", &name)]) }</label>
                        <textarea class="field field-area" {id} rows="1" dir="auto" value={(text.read)(&props.texts).clone()} {oninput} />
                    </div>
                }
            }) }
            <Button kind={ButtonKind::Quiet} onclick={on_remove}>{ t_with("widget.remove_language", &[("language", &name)]) }</Button>
        </fieldset>
    }
}
