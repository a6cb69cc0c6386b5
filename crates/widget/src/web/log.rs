//! The log: an element a message, changed in place by the message's id. Nothing is drawn twice.

use js_sys::{Array, Date, Intl, Object, Reflect};
use switchboard_contract::ids::MessageId;
use switchboard_contract::time::Timestamp;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, Node};

use super::dom::{button, element, labelled};
use crate::rows::{Delivery, Row, Side};
use crate::texts::Texts;

/// Nearer to the end than this, in pixels, the log follows new messages.
const NEAR_END_PX: i32 = 48;

/// A row as it stands in the document.
struct Shown {
    id: Option<MessageId>,
    element: HtmlElement,
    bubble: HtmlElement,
    meta: HtmlElement,
    text: String,
    face: Face,
}

/// What of a row changes its look: compared before the document is touched.
#[derive(PartialEq)]
struct Face {
    side: Side,
    name: Option<String>,
    at: Option<Timestamp>,
    closes_group: bool,
    is_last_own: bool,
    delivery: Delivery,
}

pub(super) struct Log {
    document: Document,
    texts: &'static Texts,
    element: HtmlElement,
    earlier: HtmlElement,
    shown: Vec<Shown>,
    clock: js_sys::Function,
    day_and_clock: js_sys::Function,
}

impl Log {
    pub(super) fn new(document: &Document, texts: &'static Texts) -> Result<Self, JsValue> {
        let log = element(document, "div", "log")?;
        for (name, value) in [
            ("role", "log"),
            ("aria-label", texts.messages),
            // Answers are read out one by one, by the view; history is not.
            ("aria-live", "off"),
            ("tabindex", "0"),
        ] {
            log.set_attribute(name, value)?;
        }
        let earlier = button(document, "earlier", texts.earlier, "earlier")?;
        earlier.set_hidden(true);
        log.append_child(&earlier)?;
        Ok(Self {
            document: document.clone(),
            texts,
            element: log,
            earlier,
            shown: Vec::new(),
            clock: formatter(&[("hour", "numeric"), ("minute", "2-digit")])?,
            day_and_clock: formatter(&[
                ("day", "numeric"),
                ("month", "short"),
                ("hour", "numeric"),
                ("minute", "2-digit"),
            ])?,
        })
    }

    pub(super) fn element(&self) -> &Node {
        &self.element
    }

    /// Goes to the end, as whoever sends something expects.
    pub(super) fn follow(&self) {
        self.element.set_scroll_top(self.element.scroll_height());
    }

    /// Shows these rows, touching what differs only.
    pub(super) fn show(&mut self, rows: &[Row<'_>], has_earlier: bool, loading_earlier: bool) {
        let log: &Element = &self.element;
        let (height, top) = (log.scroll_height(), log.scroll_top());
        let at_end = height - top - log.client_height() < NEAR_END_PX;
        let first_before = self.shown.first().and_then(|shown| shown.id);

        self.earlier.set_hidden(!has_earlier);
        let _ = self
            .earlier
            .set_attribute("aria-busy", if loading_earlier { "true" } else { "false" });
        // Fails only if somebody else moved the frame's elements, and nobody does.
        let _ = self.place(rows);

        if at_end {
            self.follow();
        } else if first_before != self.shown.first().and_then(|shown| shown.id) {
            // History came in above: what the visitor reads stays where it is.
            let log: &Element = &self.element;
            log.set_scroll_top(top + log.scroll_height() - height);
        }
    }

    fn place(&mut self, rows: &[Row<'_>]) -> Result<(), JsValue> {
        let mut before = std::mem::take(&mut self.shown);
        before.retain(|shown| {
            let stays = rows.iter().any(|row| row.id == shown.id);
            if !stays {
                shown.element.remove();
            }
            stays
        });
        let last_own = rows.iter().rposition(|row| row.side == Side::End);
        let mut cursor: Option<Node> = before.first().map(|shown| shown.element.clone().into());
        for (index, row) in rows.iter().enumerate() {
            let mut shown = match before.iter().position(|shown| shown.id == row.id) {
                Some(place) => before.remove(place),
                None => self.create(row)?,
            };
            self.dress(&mut shown, row, last_own == Some(index))?;
            let node: &Node = &shown.element;
            if cursor.as_ref() == Some(node) {
                cursor = node.next_sibling();
            } else {
                self.element.insert_before(node, cursor.as_ref())?;
            }
            self.shown.push(shown);
        }
        Ok(())
    }

    fn create(&self, row: &Row<'_>) -> Result<Shown, JsValue> {
        let outer = element(&self.document, "div", "")?;
        if let Some(id) = row.id {
            outer.set_attribute("data-id", &id.to_string())?;
        }
        let author = match row.side {
            Side::Start => row.name.unwrap_or(self.texts.team),
            Side::End => self.texts.you,
            Side::Centre => "",
        };
        if !author.is_empty() {
            outer.append_child(
                labelled(&self.document, "span", "unseen", &[author, ": "].concat())?.as_ref(),
            )?;
        }
        let bubble = labelled(&self.document, "p", "bubble", row.text)?;
        bubble.set_dir("auto");
        outer.append_child(&bubble)?;
        let meta = element(&self.document, "p", "meta")?;
        outer.append_child(&meta)?;
        Ok(Shown {
            id: row.id,
            element: outer,
            bubble,
            meta,
            text: row.text.to_owned(),
            face: Face {
                side: Side::Centre,
                name: None,
                at: None,
                closes_group: false,
                is_last_own: false,
                delivery: Delivery::Unsaid,
            },
        })
    }

    fn dress(&self, shown: &mut Shown, row: &Row<'_>, is_last_own: bool) -> Result<(), JsValue> {
        if shown.text != row.text {
            shown.bubble.set_text_content(Some(row.text));
            row.text.clone_into(&mut shown.text);
        }
        let face = Face {
            side: row.side,
            name: row.name.map(str::to_owned),
            at: row.at,
            closes_group: row.closes_group,
            is_last_own,
            delivery: row.delivery.clone(),
        };
        if shown.face == face && !shown.element.class_name().is_empty() {
            return Ok(());
        }
        let side = match row.side {
            Side::Start => "row start",
            Side::End => "row end",
            Side::Centre => "row centre",
        };
        let state = match row.delivery {
            Delivery::Sending => " sending",
            Delivery::NotSent(_) => " refused",
            _ => "",
        };
        let last = if row.closes_group { " last" } else { "" };
        shown.element.set_class_name(&[side, state, last].concat());
        shown.meta.set_text_content(Some(&self.meta(&face)));
        if matches!(face.delivery, Delivery::NotSent(_)) {
            shown
                .meta
                .append_child(button(&self.document, "", self.texts.retry, "retry")?.as_ref())?;
            shown
                .meta
                .append_child(button(&self.document, "", self.texts.discard, "discard")?.as_ref())?;
        }
        shown.face = face;
        Ok(())
    }

    /// The line below a bubble.
    fn meta(&self, face: &Face) -> String {
        let delivery = match &face.delivery {
            Delivery::NotSent(why) if why.is_empty() => return self.texts.not_sent.to_owned(),
            Delivery::NotSent(why) => return [self.texts.not_sent, ". ", why].concat(),
            Delivery::Sending => return self.texts.sending.to_owned(),
            Delivery::Sent if face.is_last_own => self.texts.sent,
            Delivery::Read if face.is_last_own => self.texts.read,
            _ => "",
        };
        if !face.closes_group || face.side == Side::Centre {
            return delivery.to_owned();
        }
        let time = face.at.map(|at| self.time(at)).unwrap_or_default();
        let parts = [face.name.as_deref().unwrap_or_default(), &time, delivery];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// As the visitor's own clock says it; with the day when it is another one.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
    fn time(&self, at: Timestamp) -> String {
        let date = Date::new(&JsValue::from_f64(at.as_millis() as f64));
        let today = Date::new_0();
        let same_day = date.get_date() == today.get_date()
            && date.get_month() == today.get_month()
            && date.get_full_year() == today.get_full_year();
        let format = if same_day {
            &self.clock
        } else {
            &self.day_and_clock
        };
        format
            .call1(&JsValue::UNDEFINED, &date)
            .ok()
            .and_then(|text| text.as_string())
            .unwrap_or_default()
    }
}

fn formatter(options: &[(&str, &str)]) -> Result<js_sys::Function, JsValue> {
    let object = Object::new();
    for (name, value) in options {
        Reflect::set(&object, &(*name).into(), &(*value).into())?;
    }
    Ok(Intl::DateTimeFormat::new(&Array::new(), &object).format())
}
