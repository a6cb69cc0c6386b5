//! Texts that do not come from the message files: every page in every state is shown in a language that nobody speaks, made of
//! the English texts by changing each of their letters. What still reads as a Latin word was written into the program.

use std::collections::BTreeSet;

use switchboard::i18n::{LANGUAGES, Messages, english, speak};
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use crate::support::Replaced;

/// Attributes that people read or hear.
const ATTRIBUTES: [&str; 6] = [
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "alt",
    "placeholder",
    "title",
];

/// Elements whose words are nobody's texts: what people or machines have written, and examples of it.
const FREE: &str = "bdi, code, pre, kbd, time, [translate='no'], script, style, [data-names]";

/// Names that no language changes.
pub const NAMES: &[&str] = &["Switchboard", "English", "UTC"];

/// Speaks the language that nobody speaks, until it is dropped. What `Intl` says is Arabic: no Latin word either.
pub struct Foreign {
    _asked: Replaced,
}

impl Foreign {
    pub fn speak() -> Self {
        let navigator = web_sys::window().expect("a window").navigator();
        let asked = Replaced::new(&navigator, "languages", "['ar']");
        speak(LANGUAGES[1], english().changed(foreign));
        Self { _asked: asked }
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        speak(LANGUAGES[0], Messages::default());
    }
}

/// The same text in letters of other scripts; placeholders stay.
fn foreign(text: &str) -> String {
    let mut in_placeholder = false;
    text.chars()
        .map(|c| {
            match c {
                '{' => in_placeholder = true,
                '}' => in_placeholder = false,
                _ => {}
            }
            match c {
                _ if in_placeholder => c,
                'a'..='z' => shifted(c, 'a', 'α'),
                'A'..='Z' => shifted(c, 'A', 'А'),
                _ => c,
            }
        })
        .collect()
}

fn shifted(c: char, from: char, to: char) -> char {
    char::from_u32(to as u32 + (c as u32 - from as u32) % 24).unwrap_or('?')
}

/// The Latin words below `root` that are not among `known`, each with where it stands.
pub fn latin(root: &Element, known: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    look(root, known, &mut found);
    found
}

fn look(element: &Element, known: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    for attribute in ATTRIBUTES {
        if let Some(text) = element.get_attribute(attribute) {
            note(&text, &format!("{} {attribute}", place(element)), known, found);
        }
    }
    if element.matches(FREE).unwrap_or(false) {
        return;
    }
    let children = element.child_nodes();
    for child in (0..children.length()).filter_map(|at| children.item(at)) {
        match child.dyn_ref::<Element>() {
            Some(child) => look(child, known, found),
            None if child.node_type() == Node::TEXT_NODE => {
                note(
                    &child.text_content().unwrap_or_default(),
                    &place(element),
                    known,
                    found,
                );
            }
            None => {}
        }
    }
}

fn place(element: &Element) -> String {
    element.tag_name().to_lowercase()
}

fn note(text: &str, place: &str, known: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    for word in words(text) {
        if !known.contains(word) {
            found.insert(format!("{place}: “{word}” in “{text}”"));
        }
    }
}

/// Latin words of at least three letters; shorter ones are units and keys.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| word.len() > 2)
}
