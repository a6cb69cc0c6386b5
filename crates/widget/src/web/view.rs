//! The document: built once, then changed message by message. Text is set as text, or becomes nodes ([`super::prose`]).

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use switchboard_contract::live_chat::LiveChatMessage;
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::widget::VisitorWidget;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, HtmlTextAreaElement};

use super::form::FormView;
use super::rate::RateView;

use crate::chat::{Chat, Notice};
use crate::rows::{Delivery, Key, Row, Side};
use crate::texts::Texts;

/// Closer to the end than this, in pixels, new messages are followed.
const NEAR_END_PX: i32 = 48;

/// A row and the elements that show it.
struct Drawn {
    row: Row,
    element: Element,
    bubble: Element,
    files: Element,
    meta: Element,
}

pub(super) struct View {
    document: Document,
    texts: &'static Texts,
    root: HtmlElement,
    log: Element,
    list: Element,
    typing: Element,
    earlier: Element,
    heading: Element,
    away: Element,
    notice: Element,
    form: FormView,
    /// The place to write.
    pub(super) composer: Element,
    brand: Element,
    rate: RateView,
    announcer: Element,
    textbox: HtmlTextAreaElement,
    error: Element,
    /// Pictures that were drawn and are to be fetched.
    pub(super) pictures: Vec<(String, Element)>,
    drawn: Vec<Drawn>,
    follow: bool,
    widget: Option<VisitorWidget>,
    time: Function,
    date: Function,
}

impl View {
    /// With what an earlier page left in the textbox and in the form.
    pub(super) fn new(
        document: &Document,
        texts: &'static Texts,
        draft: &str,
        answers: Vec<String>,
    ) -> Result<Self, JsValue> {
        let root: HtmlElement = document.document_element().ok_or("no document")?.unchecked_into();
        set(&root, &[("lang", texts.language), ("dir", texts.direction)])?;
        let body = document.body().ok_or("no body")?;
        body.set_text_content(None);

        let add =
            |parent: &Element, tag: &str, attributes: &[(&str, &str)]| add(document, parent, tag, attributes);
        let main = add(&body, "main", &[])?;
        let chat = add(&main, "section", &[("class", "chat"), ("aria-label", texts.chat)])?;
        let header = add(&chat, "header", &[("class", "head")])?;
        let heading = add(&header, "h1", &[])?;
        heading.set_text_content(Some(texts.title));
        button(document, &header, "close", "")?.set_attribute("aria-label", texts.close)?;

        let away = add(&chat, "p", &[("class", "away"), ("dir", "auto"), ("hidden", "")])?;
        let log = add(
            &chat,
            "div",
            &[
                ("class", "log"),
                ("role", "log"),
                ("aria-label", texts.messages),
                ("aria-live", "off"),
                ("tabindex", "0"),
            ],
        )?;
        let earlier = button(document, &log, "earlier", texts.earlier)?;
        earlier.set_attribute("hidden", "")?;
        let list = add(&log, "div", &[("class", "rows")])?;
        let typing = add(
            &log,
            "p",
            &[("class", "typing"), ("role", "status"), ("dir", "auto")],
        )?;

        let rate = RateView::new(document, &chat, texts)?;
        let notice = add(&chat, "p", &[("class", "notice"), ("role", "status")])?;
        let announcer = add(&chat, "p", &[("class", "unseen"), ("role", "status")])?;

        let form = FormView::new(document, &chat, texts, answers)?;
        let composer = add(&chat, "form", &[("class", "composer")])?;
        let textbox = add(
            &composer,
            "textarea",
            &[
                ("aria-label", texts.message),
                ("placeholder", texts.placeholder),
                ("rows", "1"),
                ("dir", "auto"),
                ("enterkeyhint", "send"),
            ],
        )?;
        let textbox: HtmlTextAreaElement = textbox.unchecked_into();
        textbox.set_value(draft);
        let attach = button(document, &composer, "attach", "")?;
        attach.set_attribute("aria-label", texts.attach)?;
        let send = add(&composer, "button", &[("class", "send"), ("type", "submit")])?;
        send.set_text_content(Some(texts.send));
        let error = add(&composer, "p", &[("class", "error"), ("role", "alert")])?;
        let brand = add(&chat, "p", &[("class", "brand"), ("hidden", "")])?;
        brand.set_text_content(Some(texts.powered));

        Ok(Self {
            document: document.clone(),
            texts,
            root,
            log,
            list,
            typing,
            earlier,
            heading,
            away,
            notice,
            form,
            composer,
            brand,
            rate,
            announcer,
            textbox,
            error,
            pictures: Vec::new(),
            drawn: Vec::new(),
            follow: true,
            widget: None,
            time: formatter(&[("timeStyle", "short")])?,
            date: formatter(&[("dateStyle", "medium"), ("timeStyle", "short")])?,
        })
    }

    /// Whether its own words are these.
    pub(super) fn speaks(&self, texts: &Texts) -> bool {
        self.texts.language == texts.language
    }

    pub(super) fn typed(&self) -> String {
        self.textbox.value()
    }

    pub(super) fn empty_textbox(&self) {
        self.textbox.set_value("");
    }

    pub(super) fn focus(&self) {
        if self.composer.has_attribute("hidden") {
            self.form.focus();
        } else {
            let _ = self.textbox.focus();
        }
    }

    /// What was answered before the first message, if that is the form that was sent.
    pub(super) fn answers(&self, target: Option<&JsValue>) -> Option<Vec<String>> {
        self.form.is(target).then(|| self.form.answers())
    }

    /// What stands in the form, if that is one of its fields; with nothing named whatever stands there.
    pub(super) fn answering(&self, target: Option<&JsValue>) -> Option<Vec<String>> {
        (target.is_none() || self.form.is_field(target)).then(|| self.form.answers())
    }

    pub(super) fn is_textbox(&self, target: Option<&JsValue>) -> bool {
        target == Some(self.textbox.as_ref())
    }

    /// The next drawing ends at the newest message.
    pub(super) const fn follow_end(&mut self) {
        self.follow = true;
    }

    pub(super) fn show_unfit(&self) {
        set_text(&self.error, self.texts.unfit);
    }

    pub(super) fn show_error(&self, is_too_long: bool) {
        let text = is_too_long.then_some(self.texts.too_long);
        set_text(&self.error, text.unwrap_or_default());
        let invalid = if is_too_long { "true" } else { "false" };
        let _ = self.textbox.set_attribute("aria-invalid", invalid);
    }

    /// What stands in the box beside the rating.
    pub(super) fn comment(&self) -> String {
        self.rate.comment()
    }

    pub(super) fn announce(&self, message: &LiveChatMessage) {
        let mut text = String::from(message.author_name.as_deref().unwrap_or(self.texts.team));
        text.push_str(": ");
        text.push_str(&message.content);
        for file in &message.attachments {
            text.push(' ');
            text.push_str(&file.name);
        }
        self.announcer.set_text_content(Some(&text));
    }

    pub(super) fn draw(&mut self, chat: &Chat) {
        let log = &self.log;
        let from_end = log.scroll_height() - log.scroll_top();
        let at_end = from_end - log.client_height() <= NEAR_END_PX;
        let follow = std::mem::take(&mut self.follow) || at_end;
        let grew_before = self.draw_rows(chat.rows());

        let _ = self
            .earlier
            .toggle_attribute_with_force("hidden", !chat.has_earlier());
        let refused = &chat.widget().refused_message;
        let notice = match chat.notice() {
            Notice::Refused if !refused.is_empty() => refused,
            notice => notice_text(self.texts, notice),
        };
        set_text(&self.notice, notice);
        let is_asking = self.form.draw(&self.document, self.texts, chat.asking());
        let _ = self.composer.toggle_attribute_with_force("hidden", is_asking);
        self.rate.draw(self.texts, chat.question());
        self.draw_widget(chat.widget());

        let mut typing = String::from(chat.operator_typing().unwrap_or_default());
        if !typing.is_empty() {
            typing.push_str(self.texts.is_typing);
        }
        set_text(&self.typing, &typing);

        let log = &self.log;
        if follow {
            log.set_scroll_top(log.scroll_height());
        } else if grew_before {
            // Earlier messages push nothing out of sight.
            log.set_scroll_top(log.scroll_height() - from_end);
        }
    }

    /// What the website has chosen; its words in place of the widget's own.
    fn draw_widget(&mut self, widget: &VisitorWidget) {
        if self.widget.as_ref() == Some(widget) {
            return;
        }
        let theme = &widget.theme;
        let own = |own: &'static str, chosen: &str| -> String {
            if chosen.is_empty() { own } else { chosen }.to_owned()
        };
        set_text(&self.heading, &own(self.texts.title, &widget.title));
        set_text(&self.away, &own(self.texts.away, &widget.offline_message));
        let placeholder = own(self.texts.placeholder, &widget.placeholder);
        let _ = self.textbox.set_attribute("placeholder", &placeholder);
        let _ = self.away.toggle_attribute_with_force("hidden", widget.is_open);
        let _ = self.brand.toggle_attribute_with_force("hidden", !widget.branding);
        if !widget.language.is_empty() {
            let direction = if widget.right_to_left { "rtl" } else { "ltr" };
            let _ = set(&self.root, &[("lang", &widget.language), ("dir", direction)]);
        }
        let style = self.root.style();
        for (name, value) in [("--accent", &theme.accent), ("--on-accent", &theme.accent_text)] {
            // Anything else than a colour could make the browser fetch something.
            if is_colour(value) {
                let _ = style.set_property(name, value);
            }
        }
        let mut radius = theme.radius.min(24).to_string();
        radius.push_str("px");
        let _ = style.set_property("--radius", &radius);
        let _ = style.set_property("--font", &theme.font);
        self.widget = Some(widget.clone());
    }

    /// Brings the list to `rows`, touching only what differs. Returns whether rows came in at the start.
    fn draw_rows(&mut self, rows: Vec<Row>) -> bool {
        let first = self.drawn.first().map(|drawn| drawn.row.key);
        let mut before: Vec<Option<Drawn>> = std::mem::take(&mut self.drawn).into_iter().map(Some).collect();
        let mut next = self.list.first_element_child();
        // Rows mostly keep their order, so the next one is looked for where the last one was found.
        let mut from = 0;
        for row in rows {
            let is_same =
                |drawn: &Option<Drawn>| drawn.as_ref().is_some_and(|drawn| drawn.row.key == row.key);
            let ahead = before[from..].iter().position(is_same).map(|index| index + from);
            let known = ahead.or_else(|| before[..from].iter().position(is_same));
            from = known.map_or(from, |index| index + 1);
            let drawn = match known.and_then(|index| before[index].take()) {
                Some(mut drawn) => {
                    if drawn.row != row {
                        self.fill(&mut drawn, row);
                    }
                    drawn
                }
                None => match self.create(row) {
                    Ok(drawn) => drawn,
                    Err(_) => continue,
                },
            };
            if next.as_ref() == Some(&drawn.element) {
                next = drawn.element.next_element_sibling();
            } else {
                let _ = self.list.insert_before(&drawn.element, next.as_deref());
            }
            self.drawn.push(drawn);
        }
        for gone in before.into_iter().flatten() {
            gone.element.remove();
        }
        first.is_some() && self.drawn.first().map(|drawn| drawn.row.key) != first
    }

    fn create(&mut self, row: Row) -> Result<Drawn, JsValue> {
        let element = self.document.create_element("div")?;
        let bubble = add(
            &self.document,
            &element,
            "div",
            &[("class", "bubble"), ("dir", "auto")],
        )?;
        let files = add(&self.document, &element, "div", &[("class", "files")])?;
        let meta = add(&self.document, &element, "div", &[("class", "meta")])?;
        let mut drawn = Drawn {
            row: row.clone(),
            element,
            bubble,
            files,
            meta,
        };
        self.fill(&mut drawn, row);
        Ok(drawn)
    }

    /// A message's files never change.
    fn fill_files(&mut self, drawn: &Drawn, row: &Row) -> Result<(), JsValue> {
        if row.files().is_empty() || drawn.files.first_element_child().is_some() {
            return Ok(());
        }
        for file in row.files() {
            let id = file.id.to_string();
            let button = button(&self.document, &drawn.files, "file", "")?;
            set(&button, &[("data-file", &id), ("data-name", &file.name)])?;
            if let (Some(width), Some(height)) = (file.width, file.height) {
                let (width, height) = (width.to_string(), height.to_string());
                let attributes = [
                    ("alt", file.name.as_str()),
                    ("width", &width),
                    ("height", &height),
                ];
                let picture = add(&self.document, &button, "img", &attributes)?;
                self.pictures.push((id, picture));
            } else {
                add(&self.document, &button, "bdi", &[])?.set_text_content(Some(&file.name));
            }
        }
        Ok(())
    }

    fn fill(&mut self, drawn: &mut Drawn, row: Row) {
        let _ = self.fill_files(drawn, &row);
        let _ = drawn
            .bubble
            .toggle_attribute_with_force("hidden", row.text().is_empty());
        let mut class = String::from(match row.side {
            Side::Team => "row team",
            Side::Visitor => "row visitor",
            Side::Notice => "row system",
        });
        if row.opens {
            class.push_str(" opens");
        }
        class.push_str(match row.delivery {
            Delivery::Sending => " sending",
            Delivery::NotSent(_) => " failed",
            _ => "",
        });
        drawn.element.set_class_name(&class);
        // Text is set as text should drawing it fail.
        if row.side != Side::Team || super::prose::draw(&self.document, &drawn.bubble, row.text()).is_err() {
            set_text(&drawn.bubble, row.text());
        }
        if row.ends && row.side != Side::Notice {
            set_text(&drawn.meta, &self.meta(&row));
        } else {
            set_text(&drawn.meta, "");
        }
        if let (Delivery::NotSent(_), Key::Message(id)) = (&row.delivery, row.key) {
            let id = id.to_string();
            for (act, text) in [("retry", self.texts.retry), ("discard", self.texts.discard)] {
                if let Ok(button) = button(&self.document, &drawn.meta, act, text) {
                    let _ = button.set_attribute("data-id", &id);
                }
            }
        }
        drawn.row = row;
    }

    /// Who, when, or how it stands.
    fn meta(&self, row: &Row) -> String {
        let mut text = String::from(match &row.delivery {
            Delivery::None if row.at.is_none() => return String::new(),
            Delivery::None => row.author().unwrap_or(self.texts.team),
            Delivery::Sending => return self.texts.sending.to_owned(),
            Delivery::Sent => self.texts.sent,
            Delivery::Read => self.texts.read,
            Delivery::NotSent(problem) => {
                let mut text = String::from(self.texts.not_sent);
                if !problem.detail.is_empty() {
                    text.push_str(": ");
                    text.push_str(&problem.detail);
                }
                text.push(' ');
                return text;
            }
        });
        if let Some(time) = row.at.and_then(|at| self.time(at)) {
            text.push_str(" · ");
            text.push_str(&time);
        }
        text
    }

    /// The time of day, with the day when it is another than today.
    fn time(&self, at: Timestamp) -> Option<String> {
        let date = Date::new(&JsValue::from_f64(at.as_millis() as f64));
        let is_today = date.to_date_string() == Date::new_0().to_date_string();
        let format = if is_today { &self.time } else { &self.date };
        format.call1(&JsValue::UNDEFINED, &date).ok()?.as_string()
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

const fn notice_text(texts: &Texts, notice: Notice) -> &'static str {
    match notice {
        Notice::None => "",
        Notice::Over => texts.over,
        Notice::Connecting => texts.connecting,
        Notice::Offline => texts.offline,
        Notice::Waits => texts.waits,
        Notice::Slowed => texts.slowed,
        Notice::Refused => texts.refused,
        Notice::Outdated => texts.outdated,
    }
}

/// `Intl.DateTimeFormat(undefined, options).format`: the visitor's own habits.
fn formatter(options: &[(&str, &str)]) -> Result<Function, JsValue> {
    let object = Object::new();
    for (name, value) in options {
        Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value))?;
    }
    Ok(Intl::DateTimeFormat::new(&Array::new(), &object).format())
}

#[inline(never)]
pub(super) fn add(
    document: &Document,
    parent: &Element,
    tag: &str,
    attributes: &[(&str, &str)],
) -> Result<Element, JsValue> {
    let element = document.create_element(tag)?;
    set(&element, attributes)?;
    parent.append_child(&element)?;
    Ok(element)
}

#[inline(never)]
fn set(element: &Element, attributes: &[(&str, &str)]) -> Result<(), JsValue> {
    for (name, value) in attributes {
        element.set_attribute(name, value)?;
    }
    Ok(())
}

pub(super) fn button(
    document: &Document,
    parent: &Element,
    act: &str,
    text: &str,
) -> Result<Element, JsValue> {
    let attributes = [("class", act), ("type", "button"), ("data-act", act)];
    let button = add(document, parent, "button", &attributes)?;
    button.set_text_content(Some(text));
    Ok(button)
}

#[inline(never)]
/// Sets text only when it differs, so that live regions speak once.
pub(super) fn set_text(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        element.set_text_content(Some(text));
    }
}
