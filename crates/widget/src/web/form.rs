//! What the website asks before the first message, in place of the textbox.

use switchboard_contract::validate::Violation;
use switchboard_contract::website::widget::{PreChatForm, PreChatKind};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlInputElement};

use super::view::{add, set_text};
use crate::chat::{Asking, Fault};
use crate::texts::Texts;

pub(super) struct FormView {
    form: Element,
    body: Element,
    fields: Vec<(HtmlInputElement, Element)>,
    error: Element,
    asked: Option<PreChatForm>,
    /// What an earlier page left in the fields.
    draft: Vec<String>,
}

impl FormView {
    pub(super) fn new(
        document: &Document,
        parent: &Element,
        texts: &Texts,
        draft: Vec<String>,
    ) -> Result<Self, JsValue> {
        let form = add(
            document,
            parent,
            "form",
            &[("class", "ask"), ("novalidate", ""), ("hidden", "")],
        )?;
        let body = add(document, &form, "div", &[])?;
        let error = add(document, &form, "p", &[("class", "error"), ("role", "alert")])?;
        let send = add(
            document,
            &form,
            "button",
            &[("class", "send"), ("type", "submit")],
        )?;
        send.set_text_content(Some(texts.begin));
        Ok(Self {
            form,
            body,
            fields: Vec::new(),
            error,
            asked: None,
            draft,
        })
    }

    pub(super) fn is(&self, target: Option<&JsValue>) -> bool {
        target == Some(self.form.as_ref())
    }

    /// Whether it is one of the fields.
    pub(super) fn is_field(&self, target: Option<&JsValue>) -> bool {
        self.fields
            .iter()
            .any(|(field, _)| target == Some(field.as_ref()))
    }

    /// What stands in the fields, in their order.
    pub(super) fn answers(&self) -> Vec<String> {
        if self.fields.is_empty() {
            return self.draft.clone();
        }
        self.fields.iter().map(|(field, _)| field.value()).collect()
    }

    /// Puts the cursor into the first field that is wrong, or else the first one.
    pub(super) fn focus(&self) {
        let wrong = |field: &&(HtmlInputElement, Element)| {
            field.0.get_attribute("aria-invalid").as_deref() == Some("true")
        };
        if let Some((field, _)) = self.fields.iter().find(wrong).or(self.fields.first()) {
            let _ = field.focus();
        }
    }

    /// Shows the questions, or nothing. Answers whether they are there.
    pub(super) fn draw(&mut self, document: &Document, texts: &Texts, asking: Option<Asking<'_>>) -> bool {
        let _ = self.form.toggle_attribute_with_force("hidden", asking.is_none());
        let Some(asking) = asking else { return false };
        if self.asked.as_ref() != Some(asking.form) {
            let before = self.asked.replace(asking.form.clone());
            let given = if asking.given.is_empty() {
                self.answers()
            } else {
                asking.given.to_vec()
            };
            // The questions may change while somebody answers them.
            let before = before.filter(|_| asking.given.is_empty());
            let answered = before.as_ref().unwrap_or(asking.form);
            self.fields = self.build(document, asking.form).unwrap_or_default();
            for (question, answer) in answered.fields.iter().zip(&given) {
                let mut fields = asking.form.fields.iter();
                let place = fields.position(|field| field.key == question.key);
                if let Some((field, _)) = place.and_then(|place| self.fields.get(place)) {
                    field.set_value(answer);
                }
            }
        }
        for (place, (field, error)) in self.fields.iter().enumerate() {
            let fault = asking.faults.get(place).and_then(Option::as_ref);
            let text = match fault {
                None => "",
                Some(Fault::Rule(Violation::Required)) => texts.required,
                Some(Fault::Rule(Violation::Email)) => texts.bad_email,
                Some(Fault::Rule(_)) => texts.bad_answer,
                Some(Fault::Said(words)) => words,
            };
            set_text(error, text);
            let _ = field.set_attribute("aria-invalid", if fault.is_some() { "true" } else { "false" });
        }
        let failed = match asking.failed {
            None => "",
            Some("") => texts.not_rated,
            Some(detail) => detail,
        };
        set_text(&self.error, failed);
        true
    }

    fn build(
        &self,
        document: &Document,
        form: &PreChatForm,
    ) -> Result<Vec<(HtmlInputElement, Element)>, JsValue> {
        self.body.set_text_content(None);
        let intro = add(document, &self.body, "p", &[("dir", "auto")])?;
        intro.set_text_content(Some(&form.intro));
        let mut fields = Vec::new();
        for field in &form.fields {
            let label = add(document, &self.body, "label", &[("dir", "auto")])?;
            let mut words = field.label.clone();
            if field.is_required {
                words.push_str(" *");
            }
            add(document, &label, "span", &[])?.set_text_content(Some(&words));
            let (kind, complete) = match field.kind {
                PreChatKind::Name => ("text", "name"),
                PreChatKind::Email => ("email", "email"),
                _ => ("text", "off"),
            };
            let mut described = String::from("ask-");
            described.push_str(&field.key);
            let required = if field.is_required { "true" } else { "false" };
            let input = add(
                document,
                &label,
                "input",
                &[
                    ("type", kind),
                    ("autocomplete", complete),
                    ("aria-required", required),
                    ("aria-describedby", &described),
                    ("dir", "auto"),
                ],
            )?;
            let error = add(
                document,
                &self.body,
                "p",
                &[("class", "error"), ("id", &described)],
            )?;
            fields.push((input.unchecked_into(), error));
        }
        Ok(fields)
    }
}
