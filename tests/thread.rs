//! The thread of a conversation in a browser: every kind and state of message, and the place to answer.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use switchboard::chat::{Composing, Typed};
use switchboard::pages::{Composer, ComposerProps, MessageRows, MessageRowsProps, RowStretch};
use switchboard_contract::ids::{ConversationId, MemberId, MessageId};
use switchboard_contract::live_chat::{LiveChatMessage, MAX_MESSAGE_CHARS, MessageType, Visibility};
use switchboard_contract::problem::{Problem, ProblemCode};
use switchboard_contract::time::Timestamp;
use switchboard_engine::desk::Row;
use switchboard_engine::queue::{Queued, State};
use switchboard_engine::store::{Action, Draft, Entry, action_id};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{HtmlTextAreaElement, KeyboardEvent, KeyboardEventInit};
use yew::Callback;

use support::{Mounted, flush, mount};

wasm_bindgen_test_configure!(run_in_browser);

const HOSTILE: &str = "<img src=x onerror=alert(1)>";

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_795_339_800_000 + minute * 60_000)
}

fn conversation() -> ConversationId {
    ConversationId::from_parts(at(0), [1; 10])
}

fn message(seq: u8, kind: MessageType, content: &str) -> LiveChatMessage {
    let by_operator = kind == MessageType::Bot;
    LiveChatMessage {
        id: MessageId::from_parts(at(0), [seq; 10]),
        conversation_id: conversation(),
        seq: u64::from(seq),
        kind,
        content: content.to_owned(),
        author_id: by_operator.then(|| MemberId::from_parts(at(0), [9; 10])),
        author_name: by_operator.then(|| "Operator".to_owned()),
        visibility: Visibility::Public,
        attachments: Vec::new(),
        mentions: Vec::new(),
        created_at: at(i64::from(seq)),
        delivered_at: None,
        read_at: None,
    }
}

fn note(seq: u8) -> LiveChatMessage {
    let mut note = message(seq, MessageType::Bot, "only for us");
    note.visibility = Visibility::Internal;
    note
}

/// One message that was refused and one behind it that waits.
fn queued() -> Vec<Row> {
    let refused = Problem::new(ProblemCode::ConversationClosed, "closed");
    let mut overtaken = Problem::new(ProblemCode::NewerReply, "newer");
    let reply = message(6, MessageType::Bot, "I have <i>answered</i>");
    overtaken.current = Some(serde_json::to_value(reply).expect("writes"));
    [
        (20, "refused", State::Blocked(Rc::new(refused))),
        (21, "waits", State::Waiting),
        (22, "overtaken", State::Blocked(Rc::new(overtaken))),
    ]
    .into_iter()
    .map(|(n, content, state)| {
        let draft = Draft {
            content: content.to_owned(),
            visibility: Visibility::Public,
            seen_seq: 5,
            mentions: Vec::new(),
            attachments: Vec::new(),
        };
        let id = action_id(MessageId::from_parts(at(0), [n; 10]));
        Row::Queued(Queued {
            entry: Entry::new(id, conversation(), Action::Send(draft), at(60)),
            state,
            kept: true,
        })
    })
    .collect()
}

fn rows() -> Vec<Row> {
    let stored = [
        message(1, MessageType::System, "Started on the shop"),
        message(2, MessageType::User, HOSTILE),
        message(3, MessageType::User, "second of a group"),
        message(
            4,
            MessageType::Bot,
            "**an** answer\n- https://a.example/x\n- two\n```\n<b>code</b>\n```",
        ),
        note(5),
    ];
    stored
        .into_iter()
        .map(|message| Row::Stored(Rc::new(message)))
        .chain(queued())
        .collect()
}

type Heard = Rc<RefCell<Vec<(&'static str, MessageId)>>>;

async fn thread() -> (Mounted<MessageRows>, Heard) {
    let heard = Heard::default();
    let hear = |what: &'static str| {
        let heard = heard.clone();
        Callback::from(move |id| heard.borrow_mut().push((what, id)))
    };
    let props = MessageRowsProps {
        stretches: vec![RowStretch::whole(rows())],
        gap_after: 0.0,
        new_from: Some(MessageId::from_parts(at(0), [3; 10])),
        marked: None,
        visitor: "Visitor".into(),
        me_id: MemberId::from_parts(at(0), [8; 10]),
        me_name: "Me".into(),
        on_retry: hear("retry"),
        on_discard: hear("discard"),
        on_edit: hear("edit"),
        on_release: Callback::noop(),
        on_copy: Callback::noop(),
    };
    (mount::<MessageRows>(props).await, heard)
}

#[wasm_bindgen_test]
async fn every_kind_of_message_stands_on_its_side() {
    let (thread, _) = thread().await;
    assert_eq!(thread.text(".system"), "Started on the shop");
    assert_eq!(thread.count(".msg-user"), 2);
    assert_eq!(thread.text(".msg-note .bubble"), "only for us");
    assert!(thread.count(".day") >= 1);
    thread.destroy().await;
}

#[wasm_bindgen_test]
async fn text_never_becomes_markup() {
    let (thread, _) = thread().await;
    assert_eq!(thread.text(".msg-user .bubble"), HOSTILE);
    assert_eq!(thread.count("img"), 0);
}

#[wasm_bindgen_test]
async fn links_and_emphasis_are_nodes() {
    let (thread, _) = thread().await;
    let said = ".msg-bot:not(.msg-note) .bubble";
    assert_eq!(thread.text(&format!("{said} strong")), "an");
    let link = thread.get(&format!("{said} a"));
    assert_eq!(link.get_attribute("href").as_deref(), Some("https://a.example/x"));
    assert_eq!(
        link.get_attribute("rel").as_deref(),
        Some("noopener noreferrer nofollow")
    );
    assert_eq!(thread.count(&format!("{said} ul li")), 2);
    assert_eq!(thread.text(&format!("{said} pre")), "<b>code</b>");
    thread.destroy().await;
}

#[wasm_bindgen_test]
async fn what_nobody_had_read_begins_below_a_line() {
    let (thread, _) = thread().await;
    assert_eq!(thread.text(".day-new"), "New");
    assert_eq!(
        thread.count(".msg-user.msg-first"),
        2,
        "what comes below the line is a group of its own"
    );
    thread.destroy().await;
}

#[wasm_bindgen_test]
async fn a_colleagues_newer_answer_is_shown_before_a_reply_goes_out() {
    let (thread, heard) = thread().await;
    assert_eq!(thread.text(".refused-for"), "I have <i>answered</i>");
    let overtaken = MessageId::from_parts(at(0), [22; 10]);
    for button in 1..=3 {
        thread
            .click(&format!(
                ".log-row:nth-last-child(2) .refused-acts button:nth-child({button})"
            ))
            .await;
    }
    assert_eq!(
        *heard.borrow(),
        [("retry", overtaken), ("edit", overtaken), ("discard", overtaken)]
    );
    thread.destroy().await;
}

#[wasm_bindgen_test]
async fn delivery_is_told_in_words() {
    let (thread, heard) = thread().await;
    let all = thread.root.text_content().unwrap_or_default();
    for word in ["Sent", "Pending", "Not sent. This conversation is closed."] {
        assert!(all.contains(word), "{word} in {all}");
    }
    assert_eq!(thread.count(".msg-note .delivery"), 0, "nobody receives a note");
    let blocked = MessageId::from_parts(at(0), [20; 10]);
    thread.click(".delivery-failed .text-btn").await;
    thread.click(".delivery-failed .text-btn-quiet").await;
    assert_eq!(*heard.borrow(), [("retry", blocked), ("discard", blocked)]);
}

struct Writing {
    composer: Mounted<Composer>,
    sent: Rc<RefCell<Vec<(String, Visibility)>>>,
    drafts: Rc<RefCell<Vec<Typed>>>,
}

impl Writing {
    async fn start(draft: &str) -> Self {
        let (sent, drafts) = (Rc::default(), Rc::default());
        let (log, kept): (Rc<RefCell<Vec<_>>>, Rc<RefCell<Vec<_>>>) = (Rc::clone(&sent), Rc::clone(&drafts));
        let props = ComposerProps {
            id: conversation(),
            read: {
                let reply = draft.to_owned();
                Callback::from(move |()| Composing {
                    reply: reply.clone(),
                    ..Composing::default()
                })
            },
            revision: 0,
            on_other: Callback::noop(),
            on_send: Callback::from(move |message| log.borrow_mut().push(message)),
            on_draft: Callback::from(move |text| kept.borrow_mut().push(text)),
            closed: false,
            aids: switchboard::pages::Aids::default(),
            on_release: Callback::noop(),
            on_typing: Callback::noop(),
            wish: None,
            files: Vec::new(),
            on_files: Callback::noop(),
            on_detach: Callback::noop(),
        };
        Self {
            composer: mount::<Composer>(props).await,
            sent,
            drafts,
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

    async fn press_enter(&self, with: impl Fn(&KeyboardEventInit)) {
        let init = KeyboardEventInit::new();
        init.set_bubbles(true);
        init.set_cancelable(true);
        init.set_key("Enter");
        with(&init);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event");
        self.area().dispatch_event(&event).expect("dispatched");
        flush().await;
    }
}

#[wasm_bindgen_test]
async fn enter_sends_and_empties_the_box() {
    let writing = Writing::start("").await;
    writing.press_enter(|_| {}).await;
    assert!(writing.sent.borrow().is_empty(), "there is nothing to send");
    writing.write("  hello \n").await;
    writing.press_enter(|init| init.set_shift_key(true)).await;
    assert!(writing.sent.borrow().is_empty(), "Shift and Enter make a line");
    writing.press_enter(|init| init.set_is_composing(true)).await;
    assert!(
        writing.sent.borrow().is_empty(),
        "the input method takes this Enter"
    );
    writing.press_enter(|_| {}).await;
    assert_eq!(*writing.sent.borrow(), [("hello".to_owned(), Visibility::Public)]);
    assert_eq!(writing.area().value(), "");
    assert_eq!(
        writing
            .drafts
            .borrow()
            .last()
            .map(|typed| typed.text.clone())
            .as_deref(),
        Some(""),
        "no draft is left"
    );
}

#[wasm_bindgen_test]
async fn a_note_is_sent_to_the_team_only() {
    let writing = Writing::start("kept from before").await;
    assert_eq!(writing.area().value(), "kept from before");
    writing.composer.click("[aria-pressed='false']").await;
    writing.composer.click(".btn-primary").await;
    assert_eq!(
        *writing.sent.borrow(),
        [("kept from before".to_owned(), Visibility::Internal)]
    );
}

#[wasm_bindgen_test]
async fn a_text_over_the_limit_is_not_sent_and_says_so() {
    let writing = Writing::start("").await;
    writing.write(&"x".repeat(MAX_MESSAGE_CHARS + 1)).await;
    writing.press_enter(|_| {}).await;
    assert!(writing.sent.borrow().is_empty());
    assert!(
        writing
            .composer
            .text(".composer-bar")
            .contains("1 characters too many")
    );
    assert_eq!(
        writing.area().value().len(),
        MAX_MESSAGE_CHARS + 1,
        "nothing typed is lost"
    );
}
