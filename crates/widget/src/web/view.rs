//! The document of the frame: header, log, what is shown of the connection, composer.

use switchboard_contract::ids::MessageId;
use switchboard_contract::website::WidgetConfig;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, HtmlElement, HtmlTextAreaElement};

use super::dom::{button, element, labelled};
use super::log::Log;
use crate::chat::{Chat, Status};
use crate::rows::rows;
use crate::texts::Texts;

/// What a button asks for.
pub(super) enum Action {
    Close,
    Earlier,
    Retry(MessageId),
    Discard(MessageId),
}

/// What the pressed button asks for.
pub(super) fn action(event: &Event) -> Option<Action> {
    let pressed: Element = event.target()?.unchecked_into();
    let pressed = pressed.closest("[data-do]").ok().flatten()?;
    let id = || {
        let row = pressed.closest("[data-id]").ok().flatten()?;
        row.get_attribute("data-id")?.parse().ok()
    };
    match pressed.get_attribute("data-do")?.as_str() {
        "close" => Some(Action::Close),
        "earlier" => Some(Action::Earlier),
        "retry" => id().map(Action::Retry),
        "discard" => id().map(Action::Discard),
        _ => None,
    }
}

pub(super) struct View {
    pub(super) texts: &'static Texts,
    pub(super) root: HtmlElement,
    pub(super) form: HtmlElement,
    pub(super) input: HtmlTextAreaElement,
    page: HtmlElement,
    log: Log,
    status: HtmlElement,
    hint: HtmlElement,
    announcer: HtmlElement,
    shown_status: Option<Status>,
}

impl View {
    pub(super) fn new(document: &Document, texts: &'static Texts, draft: &str) -> Result<Self, JsValue> {
        let page: HtmlElement = document.document_element().ok_or("no page")?.unchecked_into();
        page.set_lang(texts.language);
        page.set_dir(texts.direction);

        let root = element(document, "section", "chat")?;
        root.set_attribute("aria-label", texts.chat)?;

        let header = element(document, "header", "head")?;
        header.append_child(labelled(document, "h1", "", texts.title)?.as_ref())?;
        let close = button(document, "close", "", "close")?;
        close.set_attribute("aria-label", texts.close)?;
        header.append_child(&close)?;
        root.append_child(&header)?;

        let log = Log::new(document, texts)?;
        root.append_child(log.element())?;

        let status = element(document, "p", "status")?;
        status.set_attribute("role", "status")?;
        root.append_child(&status)?;

        let form = element(document, "form", "composer")?;
        let input: HtmlTextAreaElement = element(document, "textarea", "")?.unchecked_into();
        input.set_attribute("aria-label", texts.message)?;
        input.set_attribute("aria-describedby", "hint")?;
        input.set_attribute("dir", "auto")?;
        input.set_attribute("enterkeyhint", "send")?;
        input.set_placeholder(texts.placeholder);
        input.set_rows(1);
        input.set_value(draft);
        form.append_child(&input)?;
        form.append_child(labelled(document, "button", "send", texts.send)?.as_ref())?;
        root.append_child(&form)?;
        let hint = element(document, "p", "hint")?;
        hint.set_id("hint");
        hint.set_attribute("role", "alert")?;
        root.append_child(&hint)?;

        let announcer = element(document, "div", "unseen")?;
        announcer.set_attribute("aria-live", "polite")?;
        root.append_child(&announcer)?;

        document.body().ok_or("no body")?.append_child(&root)?;
        Ok(Self {
            texts,
            root,
            form,
            input,
            page,
            log,
            status,
            hint,
            announcer,
            shown_status: None,
        })
    }

    /// Puts on the website's colours. What is not a colour is left out.
    pub(super) fn dress(&self, widget: &WidgetConfig) {
        let style = self.page.style();
        for (name, value) in [
            ("--accent", &widget.theme.accent),
            ("--on-accent", &widget.theme.accent_text),
        ] {
            if is_colour(value) {
                // Refused for a value that is no CSS; this is.
                let _ = style.set_property(name, value);
            }
        }
    }

    pub(super) fn show_rows(&mut self, chat: &Chat) {
        let talk = chat.talk();
        self.log
            .show(&rows(chat), talk.has_earlier(), talk.is_loading_earlier());
    }

    pub(super) fn show_status(&mut self, status: Status) {
        if self.shown_status == Some(status) {
            return;
        }
        self.shown_status = Some(status);
        let (class, text) = match status {
            Status::Live => ("status", ""),
            Status::Connecting => ("status late", self.texts.connecting),
            Status::Offline => ("status late", self.texts.offline),
            Status::Waiting => ("status late", self.texts.waits),
            Status::Refused => ("status", self.texts.refused),
            Status::Outdated => ("status", self.texts.outdated),
        };
        self.status.set_class_name(class);
        self.status.set_text_content(Some(text));
    }

    /// Reads out an answer.
    pub(super) fn announce(&self, name: Option<&str>, text: &str) {
        let said = [name.unwrap_or(self.texts.team), ": ", text].concat();
        self.announcer.set_text_content(Some(&said));
    }

    /// Says what is wrong with what was typed.
    pub(super) fn explain(&self, text: &str) {
        self.hint.set_text_content(Some(text));
    }

    pub(super) fn clear(&self) {
        self.input.set_value("");
        self.explain("");
        self.log.follow();
    }

    pub(super) fn focus(&self) {
        // Fails only for an element outside the document.
        let _ = self.input.focus();
    }

    pub(super) fn is_input(&self, event: &Event) -> bool {
        event
            .target()
            .is_some_and(|target| target == *self.input.as_ref())
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}
