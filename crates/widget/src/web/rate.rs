//! The question that stands above the textbox once the conversation is over. It comes and goes without taking the focus.

use switchboard_contract::live_chat::Rating;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlTextAreaElement};

use super::view::{add, button, set_text};
use crate::chat::Question;
use crate::texts::Texts;

pub(super) struct RateView {
    group: Element,
    words: Element,
    good: Element,
    bad: Element,
    more: Element,
    comment: HtmlTextAreaElement,
}

impl RateView {
    pub(super) fn new(document: &Document, parent: &Element, texts: &Texts) -> Result<Self, JsValue> {
        let group = add(
            document,
            parent,
            "div",
            &[
                ("class", "rate"),
                ("role", "group"),
                ("aria-label", texts.rate),
                ("hidden", ""),
            ],
        )?;
        let words = add(document, &group, "p", &[("role", "status")])?;
        let good = button(document, &group, "good", texts.good)?;
        let bad = button(document, &group, "bad", texts.bad)?;
        let more = add(document, &group, "div", &[("class", "more"), ("hidden", "")])?;
        let comment = add(
            document,
            &more,
            "textarea",
            &[
                ("aria-label", texts.comment),
                ("rows", "1"),
                ("maxlength", "1000"),
                ("dir", "auto"),
            ],
        )?;
        button(document, &more, "comment", texts.send_comment)?;
        Ok(Self {
            group,
            words,
            good,
            bad,
            more,
            comment: comment.unchecked_into(),
        })
    }

    pub(super) fn comment(&self) -> String {
        self.comment.value()
    }

    pub(super) fn draw(&self, texts: &Texts, question: Option<Question<'_>>) {
        show(&self.group, question.is_some());
        let Some(question) = question else { return };
        let text = match question {
            Question { failed: Some(""), .. } => texts.not_rated,
            Question {
                failed: Some(detail), ..
            } => detail,
            Question { rating: None, .. } => texts.rate,
            Question { commented: true, .. } => texts.thanks,
            _ => texts.rated,
        };
        set_text(&self.words, text);
        for (button, rating) in [(&self.good, Rating::Good), (&self.bad, Rating::Bad)] {
            let pressed = if question.rating == Some(rating) {
                "true"
            } else {
                "false"
            };
            let _ = button.set_attribute("aria-pressed", pressed);
        }
        let asks_more = question.rating.is_some() && !question.commented;
        if !asks_more {
            self.comment.set_value("");
        }
        show(&self.more, asks_more);
    }
}

fn show(element: &Element, shown: bool) {
    let _ = element.toggle_attribute_with_force("hidden", !shown);
}
