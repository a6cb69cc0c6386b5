//! What visitors are asked before they write.

use switchboard_contract::website::widget::pre_chat::MAX_QUESTIONS;
use switchboard_contract::website::widget::{PreChatField, PreChatForm, PreChatKind};
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::Part;
use super::look::PartFormProps;
use super::values::{PRE_CHAT, pre_chat_of};
use crate::forms::{FormHandle, Switch};
use crate::i18n::{t, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind, Checkbox, Field};

fn change(form: &FormHandle, act: impl FnOnce(&mut PreChatForm)) {
    let mut asked = pre_chat_of(&form.value(PRE_CHAT));
    act(&mut asked);
    form.set(PRE_CHAT, serde_json::to_string(&asked).unwrap_or_default());
}

/// A key that no other question has.
fn free_key(form: &PreChatForm) -> String {
    let mut number = form.fields.len();
    loop {
        number += 1;
        let key = format!("question{number}");
        if form.fields.iter().all(|field| field.key != key) {
            return key;
        }
    }
}

/// A question of a kind, with words to begin with.
fn question(form: &PreChatForm, kind: PreChatKind) -> PreChatField {
    let (key, label) = match kind {
        PreChatKind::Name => ("name".to_owned(), t("widget.ask_name")),
        PreChatKind::Email => ("email".to_owned(), t("widget.ask_email")),
        PreChatKind::Text | PreChatKind::Unknown => (free_key(form), t("widget.ask_own")),
    };
    PreChatField {
        key,
        kind,
        label: label.to_string(),
        is_required: false,
    }
}

/// The form.
#[component]
pub fn Questions(props: &PartFormProps) -> Html {
    let form = &props.form;
    let asked = pre_chat_of(&form.value(PRE_CHAT));
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);

        .question {
            display: grid;
            gap: var(--space-2);
            padding: var(--space-3);
            border: 1px solid var(--line);
            border-radius: var(--radius-m);
        }
        "#
    );
    let onchange = {
        let form = form.clone();
        Callback::from(move |on: bool| {
            change(&form, |asked| {
                asked.is_on = on;
                if on && asked.fields.is_empty() {
                    asked.fields = vec![
                        question(asked, PreChatKind::Name),
                        question(asked, PreChatKind::Email),
                    ];
                }
            });
        })
    };
    let on_intro = {
        let form = form.clone();
        Callback::from(move |event: InputEvent| {
            let typed = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
            change(&form, |asked| {
                asked.intro = typed.map_or_else(String::new, |area| area.value())
            });
        })
    };
    let has = |kind: PreChatKind| asked.fields.iter().any(|field| field.kind == kind);
    let add = |kind: PreChatKind, text: AttrValue| {
        let form = form.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            change(&form, |asked| asked.fields.push(question(asked, kind)));
        });
        html! { <Button {onclick}>{ text }</Button> }
    };
    let has_room = asked.fields.len() < MAX_QUESTIONS;
    html! {
        <Part id="widget-questions" title={t("widget.pre_chat")} about={t("widget.pre_chat_about")}>
            <Switch id={form.id(PRE_CHAT)} label={t("widget.pre_chat_on")} on={asked.is_on} {onchange} />
            <div>
                if let Some(error) = form.error(PRE_CHAT) {
                    <p class="error-text">{ error }</p>
                }
            </div>
            <div>
                if asked.is_on {
                    <div {class}>
                        <div class="form-item">
                            <label class="label" for="widget-intro">{ t("widget.intro") }</label>
                            <textarea class="field field-area" id="widget-intro" rows="2" dir="auto" value={asked.intro.clone()} oninput={on_intro} />
                        </div>
                        { for asked.fields.iter().enumerate().map(|(place, field)| html! {
                            <Question key={field.key.clone()} form={form.clone()} {place} field={field.clone()} />
                        }) }
                        <div class="row wrap">
                            <span>
                                if has_room && !has(PreChatKind::Name) {
                                    { add(PreChatKind::Name, t("widget.add_name")) }
                                }
                            </span>
                            <span>
                                if has_room && !has(PreChatKind::Email) {
                                    { add(PreChatKind::Email, t("widget.add_email")) }
                                }
                            </span>
                            <span>
                                if has_room {
                                    { add(PreChatKind::Text, t("widget.add_question")) }
                                }
                            </span>
                        </div>
                    </div>
                }
            </div>
        </Part>
    }
}

#[derive(Properties, PartialEq)]
struct QuestionProps {
    form: FormHandle,
    place: usize,
    field: PreChatField,
}

#[component]
fn Question(props: &QuestionProps) -> Html {
    let (form, place, field) = (&props.form, props.place, &props.field);
    let on = |act: fn(&mut PreChatField, String)| {
        let form = form.clone();
        Callback::from(move |text: String| {
            change(&form, |asked| {
                if let Some(field) = asked.fields.get_mut(place) {
                    act(field, text);
                }
            });
        })
    };
    let on_required = on(|field, text| field.is_required = text == "true").reform(|on: bool| on.to_string());
    let on_remove = {
        let form = form.clone();
        Callback::from(move |_: MouseEvent| {
            change(&form, |asked| {
                if place < asked.fields.len() {
                    asked.fields.remove(place);
                }
            });
        })
    };
    let number = (place + 1).to_string();
    html! {
        <div class="question" role="group" aria-label={t_with("widget.question", &[("number", &number)])}>
            <Field
                id={format!("widget-question-{place}")}
                name=""
                label={t_with("widget.question", &[("number", &number)])}
                value={field.label.clone()}
                oninput={on(|field, text| field.label = text)}
            />
            <Checkbox label={t("widget.required")} name="" checked={field.is_required} onchange={on_required} />
            <Button kind={ButtonKind::Quiet} onclick={on_remove}>{ t_with("widget.remove_question", &[("number", &number)]) }</Button>
        </div>
    }
}
