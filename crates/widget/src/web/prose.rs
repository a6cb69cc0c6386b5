//! The text of the team's messages with its links, emphasis, lists and code, as nodes.

use switchboard_engine::prose::{Kind, parse};
use wasm_bindgen::JsValue;
use web_sys::{Document, Element};

use super::view::add;

/// Draws a text in place of what stands in `bubble`.
pub(super) fn draw(document: &Document, bubble: &Element, text: &str) -> Result<(), JsValue> {
    bubble.set_text_content(None);
    // The list that the next entry goes into.
    let mut list: Option<(&str, Element)> = None;
    for block in parse(text) {
        let (tag, number) = match block.kind {
            Kind::Text => ("div", None),
            Kind::Quote => ("blockquote", None),
            Kind::Code => ("pre", None),
            Kind::Bullet => ("ul", Some(0)),
            Kind::Numbered(number) => ("ol", Some(number)),
        };
        let begun = list.take().filter(|(of, _)| *of == tag);
        let mut parent = match begun {
            Some((_, element)) => element,
            None => add(document, bubble, tag, &[("dir", "auto")])?,
        };
        if let Some(number) = number {
            list = Some((tag, parent.clone()));
            parent = add(document, &parent, "li", &[("value", &number.to_string())])?;
        }
        for span in block.spans {
            let mut node = parent.clone();
            let style = span.style;
            for (is_on, tag) in [(style.bold, "b"), (style.italic, "i"), (style.code, "code")] {
                if is_on {
                    node = add(document, &node, tag, &[])?;
                }
            }
            if let Some(href) = span.href() {
                let leads = [
                    ("href", href.as_str()),
                    ("target", "_blank"),
                    ("rel", "noopener noreferrer nofollow"),
                ];
                node = add(document, &node, "a", &leads)?;
            }
            node.append_with_str_1(span.text)?;
        }
    }
    Ok(())
}
