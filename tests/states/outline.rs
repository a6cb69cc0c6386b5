//! What a page tells those who do not see it: roles and accessible names, in the order of the page.

use switchboard::browser::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// One thing with a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// `heading`, `button`, `status`, …
    pub role: String,
    /// Its accessible name; of what is told as news without a name of its own, its words.
    pub name: String,
}

/// Everything with a role below `root` that is neither hidden nor invisible.
pub fn of(root: &Element) -> Vec<Told> {
    let mut all = Vec::new();
    walk(root, &mut |_, told| all.push(told));
    all
}

/// The first thing with this role and name.
pub fn find(root: &Element, role: &str, name: &str) -> Option<HtmlElement> {
    let mut found = None;
    walk(root, &mut |element, told| {
        if found.is_none() && told.role == role && told.name == name {
            found = element.dyn_ref::<HtmlElement>().cloned();
        }
    });
    found
}

fn walk(element: &Element, tell: &mut impl FnMut(&Element, Told)) {
    if is_hidden(element) {
        return;
    }
    // What is invisible may hold something visible.
    if let Some(role) = role(element).filter(|_| is_visible(element)) {
        let name = name(element, &role);
        tell(element, Told { role, name });
    }
    for child in children(element) {
        walk(&child, tell);
    }
}

fn children(element: &Element) -> impl Iterator<Item = Element> {
    let list = element.children();
    (0..list.length()).filter_map(move |place| list.item(place))
}

fn is_hidden(element: &Element) -> bool {
    element.has_attribute("hidden")
        || element.get_attribute("aria-hidden").as_deref() == Some("true")
        || style(element, "display") == "none"
}

fn is_visible(element: &Element) -> bool {
    style(element, "visibility") != "hidden"
}

fn style(element: &Element, property: &str) -> String {
    web_sys::window()
        .and_then(|window| window.get_computed_style(element).ok()?)
        .and_then(|style| style.get_property_value(property).ok())
        .unwrap_or_default()
}

fn role(element: &Element) -> Option<String> {
    if let Some(role) = element.get_attribute("role") {
        return Some(role);
    }
    let kind = element.get_attribute("type").unwrap_or_default();
    let role = match element.tag_name().to_lowercase().as_str() {
        "h1" | "h2" | "h3" | "h4" => "heading",
        "a" if element.has_attribute("href") => "link",
        "button" => "button",
        "nav" => "navigation",
        "main" => "main",
        "table" => "table",
        "textarea" => "textbox",
        "select" => "combobox",
        "progress" => "progressbar",
        "dd" => "definition",
        "section" if has_name(element) => "region",
        "input" => match kind.as_str() {
            "checkbox" => "checkbox",
            "radio" => "radio",
            "search" => "searchbox",
            "file" | "hidden" => return None,
            _ => "textbox",
        },
        _ => return None,
    };
    Some(role.to_owned())
}

fn has_name(element: &Element) -> bool {
    element.has_attribute("aria-label") || element.has_attribute("aria-labelledby")
}

fn name(element: &Element, role: &str) -> String {
    let by_id = |ids: String| {
        let texts = ids.split_whitespace().filter_map(|id| {
            let named = document()?.get_element_by_id(id)?;
            Some(named.get_attribute("aria-label").unwrap_or_else(|| text(&named)))
        });
        texts.collect::<Vec<_>>().join(" ")
    };
    let named = element
        .get_attribute("aria-labelledby")
        .map(by_id)
        .or_else(|| element.get_attribute("aria-label"))
        .or_else(|| label(element));
    if let Some(name) = named.filter(|name| !name.trim().is_empty()) {
        return squeeze(&name);
    }
    match role {
        "heading" | "button" | "link" | "tab" | "status" | "alert" | "columnheader" | "switch"
        | "menuitem" | "definition" => squeeze(&text(element)),
        _ => String::new(),
    }
}

fn label(element: &Element) -> Option<String> {
    let document = document()?;
    let named = element
        .get_attribute("id")
        .and_then(|id| document.query_selector(&format!("label[for='{id}']")).ok()?);
    named
        .or_else(|| element.closest("label").ok()?)
        .map(|label| text(&label))
}

/// The words of an element, without what is hidden from those who only hear them.
fn text(element: &Element) -> String {
    let mut words = String::new();
    gather(element.unchecked_ref(), &mut words);
    words
}

fn gather(node: &web_sys::Node, words: &mut String) {
    if let Some(element) = node.dyn_ref::<Element>() {
        if is_hidden(element) || !is_visible(element) {
            return;
        }
        if !style(element, "display").starts_with("inline") {
            words.push(' ');
        }
    }
    if node.node_type() == web_sys::Node::TEXT_NODE {
        words.push_str(&node.text_content().unwrap_or_default());
    }
    let mut child = node.first_child();
    while let Some(node) = child {
        gather(&node, words);
        child = node.next_sibling();
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
