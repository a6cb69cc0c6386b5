//! Who else is here, in a browser: who types, what stands in the visitor's text box, who looks at the same conversation.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use switchboard::chat::Composing;
use switchboard::pages::{Composer, ComposerProps, Faces, FacesProps, TypingLine, TypingLineProps};
use switchboard_contract::ids::ConversationId;
use switchboard_contract::live_chat::Visibility;
use switchboard_contract::realtime::SenderKind;
use switchboard_contract::time::Timestamp;
use switchboard_engine::awareness::{Person, Typist};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::Callback;

use support::{Mounted, mount};

wasm_bindgen_test_configure!(run_in_browser);

fn person(kind: SenderKind, id: &str, name: Option<&str>) -> Person {
    Person {
        kind,
        id: id.into(),
        name: name.map(Into::into),
    }
}

fn types(person: Person, draft: Option<&str>) -> Typist {
    Typist {
        person,
        draft: draft.map(Into::into),
    }
}

async fn line(typists: Vec<Typist>) -> Mounted<TypingLine> {
    let visitor = "Vera".into();
    mount::<TypingLine>(TypingLineProps { typists, visitor }).await
}

#[wasm_bindgen_test]
async fn the_draft_is_text_and_only_who_types_is_announced() {
    let draft = "<img src=x onerror=alert(1)>";
    let visitor = types(person(SenderKind::Visitor, "v", None), Some(draft));
    let shown = line(vec![visitor]).await;
    assert_eq!(shown.text("[role=status]"), "Vera is typing…");
    assert_eq!(shown.text(".typing-draft"), draft);
    assert_eq!(shown.count("img"), 0);
}

#[wasm_bindgen_test]
async fn of_a_long_draft_the_newest_words_are_seen() {
    let draft = format!("{}and the last words", "é".repeat(900));
    let visitor = types(person(SenderKind::Visitor, "v", None), Some(&draft));
    let shown = line(vec![visitor]).await;
    let seen = shown.text(".typing-draft");
    assert!(
        seen.starts_with('…') && seen.ends_with("and the last words"),
        "{seen}"
    );
    assert!(seen.chars().count() < 100, "{seen}");
}

#[wasm_bindgen_test]
async fn several_are_named_and_nobody_leaves_the_line_in_its_place() {
    let shown = line(vec![
        types(person(SenderKind::Visitor, "v", Some("Vera K.")), None),
        types(person(SenderKind::Member, "m", Some("Mira")), None),
    ])
    .await;
    assert_eq!(shown.text("[role=status]"), "Vera, Mira are typing…");
    let empty = line(Vec::new()).await;
    assert_eq!(empty.text(".typing-line"), "");
}

#[wasm_bindgen_test]
async fn colleagues_have_faces_with_names_and_many_are_counted() {
    let names = ["Mira", "Ben", "Cora", "Dan", "Eve"];
    let people = |count: usize| {
        let people = names
            .iter()
            .take(count)
            .map(|name| person(SenderKind::Member, name, Some(name)));
        FacesProps {
            people: people.collect(),
        }
    };
    let shown = mount::<Faces>(people(5)).await;
    assert_eq!(shown.count("ul[aria-label='Also viewing'] > li"), 4);
    let text = shown.text("ul");
    assert!(
        names.iter().all(|name| text.contains(name)) && text.contains("+2"),
        "{text}"
    );
    let none = mount::<Faces>(people(0)).await;
    assert_eq!(none.count("ul"), 0);
}

#[wasm_bindgen_test]
async fn the_composer_says_for_whom_is_written() {
    let told = Rc::new(RefCell::new(Vec::new()));
    let on_typing = {
        let told = told.clone();
        Callback::from(move |visibility| told.borrow_mut().push(visibility))
    };
    let shown = mount::<Composer>(ComposerProps {
        id: ConversationId::from_parts(Timestamp::from_millis(1), [1; 10]),
        read: Callback::from(|()| Composing::default()),
        revision: 0,
        on_other: Callback::noop(),
        on_send: Callback::noop(),
        on_draft: Callback::noop(),
        on_typing,
        wish: None,
        closed: false,
        aids: switchboard::pages::Aids::default(),
        on_release: Callback::noop(),
        files: Vec::new(),
        on_files: Callback::noop(),
        on_detach: Callback::noop(),
    })
    .await;
    shown.fill("textarea", "Hi").await;
    shown.fill("textarea", "   ").await;
    shown.click("[aria-pressed]").await;
    shown.fill("textarea", "only for us").await;
    shown.click(".btn-primary").await;
    assert_eq!(
        *told.borrow(),
        [Some(Visibility::Public), None, Some(Visibility::Internal), None]
    );
}
