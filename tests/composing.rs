//! What the place to answer offers for what is typed: canned replies, members, and marks around what is selected.
#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use support::{Mounted, flush, mount};
use switchboard::chat::Composing;
use switchboard::pages::{Aids, Composer, ComposerProps};
use switchboard_contract::ids::{CannedReplyId, ConversationId, MemberId};
use switchboard_contract::live_chat::{CannedReply, CannedScope, Values, Visibility};
use switchboard_contract::time::Timestamp;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{HtmlTextAreaElement, KeyboardEvent, KeyboardEventInit};
use yew::Callback;

wasm_bindgen_test_configure!(run_in_browser);

const AT: Timestamp = Timestamp::from_millis(0);

fn member(n: u8) -> MemberId {
    MemberId::from_parts(AT, [n; 10])
}

fn canned(n: u8, shortcut: &str, title: &str, content: &str) -> CannedReply {
    CannedReply {
        id: CannedReplyId::from_parts(AT, [n; 10]),
        shortcut: shortcut.to_owned(),
        title: title.to_owned(),
        content: content.to_owned(),
        scope: CannedScope::Shared,
        author_id: member(1),
        created_at: AT,
        updated_at: AT,
        version: 1,
    }
}

fn aids() -> Aids {
    Aids {
        replies: Some(Rc::new(vec![
            canned(1, "hello", "Greeting", "Hello {{visitor.firstName|there}}!"),
            canned(2, "mail", "Asks for an address", "Is {{visitor.email}} right?"),
        ])),
        replies_failed: false,
        members: Rc::new(vec![
            (member(2), "Mara Lindt".to_owned()),
            (member(3), "Tom".to_owned()),
        ]),
        values: Rc::new(Values {
            visitor_name: Some("Ines Falk".to_owned()),
            ..Values::default()
        }),
    }
}

struct Writing {
    composer: Mounted<Composer>,
    sent: Rc<RefCell<Vec<(String, Visibility)>>>,
    released: Rc<RefCell<u32>>,
}

impl Writing {
    async fn start() -> Self {
        let (sent, released): (Rc<RefCell<Vec<_>>>, Rc<RefCell<u32>>) = (Rc::default(), Rc::default());
        let (log, count) = (sent.clone(), released.clone());
        let props = ComposerProps {
            id: ConversationId::from_parts(AT, [1; 10]),
            read: Callback::from(|()| Composing::default()),
            revision: 0,
            on_send: Callback::from(move |message| log.borrow_mut().push(message)),
            on_draft: Callback::noop(),
            on_other: Callback::noop(),
            on_typing: Callback::noop(),
            wish: None,
            closed: false,
            aids: aids(),
            on_release: Callback::from(move |()| *count.borrow_mut() += 1),
            files: Vec::new(),
            on_files: Callback::noop(),
            on_detach: Callback::noop(),
        };
        Self {
            composer: mount::<Composer>(props).await,
            sent,
            released,
        }
    }

    fn area(&self) -> HtmlTextAreaElement {
        self.composer.get("textarea").unchecked_into()
    }

    async fn write(&self, text: &str) {
        self.area().set_value(text);
        let init = web_sys::InputEventInit::new();
        init.set_bubbles(true);
        let event = web_sys::InputEvent::new_with_event_init_dict("input", &init).expect("an event");
        self.area().dispatch_event(&event).expect("dispatched");
        flush().await;
    }

    async fn press(&self, key: &str, ctrl: bool) {
        let init = KeyboardEventInit::new();
        init.set_bubbles(true);
        init.set_cancelable(true);
        init.set_key(key);
        init.set_ctrl_key(ctrl);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event");
        self.area().dispatch_event(&event).expect("dispatched");
        flush().await;
    }

    fn selected(&self) -> (u32, u32) {
        let end = |end: Result<Option<u32>, _>| end.ok().flatten().expect("a place");
        (
            end(self.area().selection_start()),
            end(self.area().selection_end()),
        )
    }

    fn options(&self) -> u32 {
        self.composer.count("[role='option']")
    }
}

#[wasm_bindgen_test]
async fn a_slash_offers_canned_replies_and_the_keys_choose_one() {
    let writing = Writing::start().await;
    writing.write("/").await;
    assert_eq!(writing.options(), 2);
    let active = writing
        .area()
        .get_attribute("aria-activedescendant")
        .expect("one is next");
    assert_eq!(
        writing
            .composer
            .get(&format!("[id='{active}']"))
            .get_attribute("aria-selected")
            .as_deref(),
        Some("true")
    );
    assert_eq!(writing.composer.text(".preview"), "Hello Ines!");
    writing.press("ArrowDown", false).await;
    assert_ne!(
        writing.area().get_attribute("aria-activedescendant"),
        Some(active)
    );
    writing.press("ArrowDown", false).await;
    writing.press("Enter", false).await;
    assert_eq!(writing.area().value(), "Hello Ines!");
    assert_eq!(writing.options(), 0);
    assert!(writing.sent.borrow().is_empty(), "Enter has chosen and not sent");
    writing.press("Enter", false).await;
    assert_eq!(
        *writing.sent.borrow(),
        [("Hello Ines!".to_owned(), Visibility::Public)]
    );
}

#[wasm_bindgen_test]
async fn what_has_no_value_is_selected_told_and_asked_about_once() {
    let writing = Writing::start().await;
    writing.write("/address").await;
    assert_eq!(writing.options(), 1, "by its title");
    assert_eq!(writing.composer.text(".preview mark"), "{{visitor.email}}");
    writing.press("Tab", false).await;
    assert_eq!(writing.area().value(), "Is {{visitor.email}} right?");
    assert_eq!(writing.selected(), (3, 20));
    assert!(
        writing
            .composer
            .text("[role='status']:not([hidden])")
            .contains("{{visitor.email}}")
    );
    writing.press("Enter", false).await;
    assert!(writing.sent.borrow().is_empty());
    writing.press("Enter", false).await;
    assert_eq!(writing.sent.borrow().len(), 1, "the person wants it as it is");
}

#[wasm_bindgen_test]
async fn escape_puts_the_list_away_until_another_word() {
    let writing = Writing::start().await;
    writing.write("/h").await;
    writing.press("Escape", false).await;
    assert_eq!(writing.options(), 0);
    writing.write("/he").await;
    assert_eq!(writing.options(), 0, "the same word");
    writing.write("/he /m").await;
    assert_eq!(writing.options(), 1);
}

#[wasm_bindgen_test]
async fn members_are_named_in_notes_only() {
    let writing = Writing::start().await;
    writing.write("@ma").await;
    assert_eq!(writing.options(), 0);
    writing.composer.click("[aria-pressed='false']").await;
    writing.write("see @ma").await;
    assert_eq!(writing.options(), 1);
    writing.press("Enter", false).await;
    assert_eq!(writing.area().value(), "see @Mara Lindt ");
}

#[wasm_bindgen_test]
async fn marks_are_put_around_what_is_selected() {
    let writing = Writing::start().await;
    writing.write("é very important").await;
    writing.area().set_selection_range(2, 6).expect("selected");
    writing.press("b", true).await;
    assert_eq!(writing.area().value(), "é **very** important");
    assert_eq!(writing.selected(), (4, 8));
    writing.press("b", true).await;
    assert_eq!(writing.area().value(), "é very important");
}

#[wasm_bindgen_test]
async fn a_second_enter_and_ctrl_enter_let_go_what_is_held_back() {
    let writing = Writing::start().await;
    writing.write("one").await;
    writing.press("Enter", false).await;
    assert_eq!(*writing.released.borrow(), 0);
    writing.press("Enter", false).await;
    assert_eq!(*writing.released.borrow(), 1);
    writing.write("two").await;
    writing.press("Enter", true).await;
    assert_eq!((writing.sent.borrow().len(), *writing.released.borrow()), (2, 2));
}
