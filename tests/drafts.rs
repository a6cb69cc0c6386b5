//! Drafts in a real IndexedDB, and in the text box of a conversation.

#![allow(clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use switchboard::chat::{Composing, Typed};
use switchboard::pages::Composer;
use switchboard::realtime::store::Notice;
use switchboard_contract::live_chat::Visibility;
use switchboard_engine::drafts::kept::{Answer, Op};
use switchboard_engine::drafts::{Draft, Kind, Place, Stamp};
use switchboard_engine::store::{Op as QueueOp, StoreError};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{HtmlTextAreaElement, IdbDatabase, IdbObjectStoreParameters};
use yew::prelude::*;

use support::store::{
    DATABASE, Desk, conversation, delete_database, done, factory, get, member, raw, reply, tamper, text,
};
use support::{document, mount};

wasm_bindgen_test_configure!(run_in_browser);

fn draft(count: u64, kind: Kind, text: &str) -> Draft {
    Draft {
        place: Place {
            conversation: conversation(1),
            kind,
        },
        text: text.to_owned(),
        stamp: Stamp {
            count,
            tab: "tab".to_owned(),
        },
        after: None,
    }
}

async fn ask(desk: &Desk, who: u8, op: Op) -> Result<Answer, StoreError> {
    let answer = Rc::new(RefCell::new(None));
    let promise = Promise::new(&mut |resolve, _| {
        let answer = answer.clone();
        desk.store.run_drafts(member(who), op.clone(), move |result| {
            *answer.borrow_mut() = Some(result);
            resolve.call0(&JsValue::UNDEFINED).expect("resolved");
        });
    });
    JsFuture::from(promise).await.expect("never rejected");
    answer.borrow_mut().take().expect("an answer")
}

async fn texts(desk: &Desk) -> Vec<String> {
    match ask(desk, 1, Op::Read).await {
        Ok(Answer::Read(drafts)) => drafts.into_iter().map(|draft| draft.text).collect(),
        other => panic!("drafts, not {other:?}"),
    }
}

#[wasm_bindgen_test]
async fn the_newer_draft_stays_and_outlives_the_tab() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    let put = |count, kind, text: &str| Op::Put(vec![draft(count, kind, text)]);
    ask(&desk, 1, put(2, Kind::Reply, "newer")).await.expect("kept");
    ask(&desk, 1, put(1, Kind::Note, "a note")).await.expect("kept");
    let answer = ask(&desk, 1, put(1, Kind::Reply, "older")).await;
    assert_eq!(
        answer,
        Ok(Answer::Kept {
            drafts: vec![draft(1, Kind::Reply, "older")],
            newer: vec![draft(2, Kind::Reply, "newer")],
        })
    );
    desk.store
        .put_drafts_now(&[draft(3, Kind::Reply, "the last word")]);
    drop(desk);
    assert_eq!(texts(&Desk::new()).await, ["a note", "the last word"]);
}

#[wasm_bindgen_test]
async fn they_go_with_the_person() {
    delete_database().await;
    let desk = Desk::new();
    let put = || Op::Put(vec![draft(1, Kind::Reply, "private")]);
    assert_eq!(
        ask(&desk, 1, put()).await,
        Ok(Answer::Foreign),
        "nobody is signed in"
    );
    desk.opened().await;
    ask(&desk, 1, put()).await.expect("kept");
    assert_eq!(ask(&desk, 2, Op::Read).await, Ok(Answer::Foreign));
    desk.run(QueueOp::Clear).await.expect("cleared");
    assert_eq!(raw("drafts").await.length(), 0);
    assert_eq!(ask(&desk, 1, put()).await, Ok(Answer::Foreign), "too late");
    assert_eq!(raw("drafts").await.length(), 0);

    desk.opened().await;
    ask(&desk, 1, put()).await.expect("kept");
    // Nothing waits to be sent: the next person takes the browser over without a question.
    desk.ask(member(2), QueueOp::Open { erase: false })
        .await
        .expect("opened");
    assert_eq!(raw("drafts").await.length(), 0);
}

#[wasm_bindgen_test]
async fn a_draft_that_cannot_be_read_is_set_aside() {
    delete_database().await;
    let desk = Desk::new();
    desk.opened().await;
    ask(&desk, 1, Op::Put(vec![draft(1, Kind::Reply, "good")]))
        .await
        .expect("kept");
    tamper("drafts", |store| {
        let key = JsValue::from_str("somewhere/else");
        store.put_with_key(&JsValue::from_str("{"), &key).expect("put");
    })
    .await;
    assert_eq!(texts(&desk).await, ["good"]);
    assert_eq!(desk.notices(), [Notice::SetAside(1)]);
    assert_eq!(texts(&desk).await, ["good"]);
    assert_eq!(desk.notices().len(), 1);
}

/// Makes the database as the first version of this program left it, with these records.
async fn first_version(queue: &JsValue, outbox: &js_sys::Array) {
    let request = factory().open_with_u32(DATABASE, 1).expect("asked");
    let opening = request.clone();
    let upgrade = Closure::once_into_js(move || {
        let database: IdbDatabase = opening.result().expect("open").unchecked_into();
        let by_id = IdbObjectStoreParameters::new();
        by_id.set_key_path(&JsValue::from_str("id"));
        let entries = database
            .create_object_store_with_optional_parameters("outbox", &by_id)
            .expect("created");
        entries.create_index_with_str("lane", "lane").expect("created");
        database.create_object_store("meta").expect("created");
        let numbered = IdbObjectStoreParameters::new();
        numbered.set_auto_increment(true);
        database
            .create_object_store_with_optional_parameters("setAside", &numbered)
            .expect("created");
    });
    request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    let database: IdbDatabase = done(&request).await.unchecked_into();
    database.close();
    tamper("meta", |store| {
        store
            .put_with_key(queue, &JsValue::from_str("queue"))
            .expect("put");
    })
    .await;
    tamper("outbox", |store| {
        for record in outbox.iter() {
            store.put(&record).expect("put");
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_database_of_the_first_version_keeps_its_queue_and_takes_drafts() {
    delete_database().await;
    let before = Desk::new();
    before.opened().await;
    before.append(reply("from before")).await;
    let (queue, outbox) = (raw("meta").await.get(0), raw("outbox").await);
    drop(before);
    delete_database().await;
    first_version(&queue, &outbox).await;

    let desk = Desk::new();
    let entries = desk.opened().await;
    assert_eq!(entries.iter().map(text).collect::<Vec<_>>(), ["from before"]);
    ask(&desk, 1, Op::Put(vec![draft(1, Kind::Reply, "new")]))
        .await
        .expect("kept");
    assert_eq!(texts(&desk).await, ["new"]);
    assert!(desk.notices().is_empty());
    let request = factory().open(DATABASE).expect("asked");
    let database = done(&request).await;
    assert_eq!(get(&database, "version"), JsValue::from(4));
    database.unchecked_into::<IdbDatabase>().close();
}

#[derive(Properties, PartialEq)]
struct BoxProps {
    known: Rc<RefCell<Composing>>,
    #[prop_or_default]
    drafts: Callback<Typed>,
    #[prop_or_default]
    others: Callback<(Visibility, bool)>,
}

/// A composer, and a button that tells it to look again.
#[component]
fn TextBox(props: &BoxProps) -> Html {
    let revision = use_state(|| 0_u32);
    let read = use_callback((), {
        let known = props.known.clone();
        move |(), ()| known.borrow().clone()
    });
    let onclick = {
        let revision = revision.clone();
        Callback::from(move |_: MouseEvent| revision.set(*revision + 1))
    };
    html! {
        <div>
            <button id="elsewhere" {onclick}>{ "changed" }</button>
            <Composer
                id={conversation(1)}
                {read}
                revision={*revision}
                on_send={Callback::noop()}
                on_draft={props.drafts.clone()}
                on_other={props.others.clone()}
            />
        </div>
    }
}

#[wasm_bindgen_test]
async fn replies_and_notes_are_drafts_of_their_own() {
    let known = Composing {
        reply: "to the visitor".to_owned(),
        note: "to the team".to_owned(),
        visibility: Visibility::Internal,
        ..Composing::default()
    };
    let told: Rc<RefCell<Vec<(String, Visibility)>>> = Rc::default();
    let log = told.clone();
    let shown = mount::<TextBox>(BoxProps {
        known: Rc::new(RefCell::new(known)),
        drafts: Callback::from(move |typed: Typed| log.borrow_mut().push((typed.text, typed.visibility))),
        others: Callback::noop(),
    })
    .await;
    let area = || {
        shown
            .get("textarea")
            .unchecked_into::<HtmlTextAreaElement>()
            .value()
    };
    assert_eq!(area(), "to the team", "what was typed last");
    shown.click("[aria-pressed='true']").await;
    assert_eq!(area(), "to the visitor");
    assert!(told.borrow().is_empty(), "nothing goes from one to the other");
    shown.fill("textarea", "").await;
    shown.click("[aria-pressed='false']").await;
    assert_eq!(area(), "to the team");
    assert_eq!(*told.borrow(), [(String::new(), Visibility::Public)]);
}

#[wasm_bindgen_test]
async fn what_is_typed_elsewhere_follows_and_another_text_is_offered() {
    let known = Rc::new(RefCell::new(Composing::default()));
    let chosen: Rc<RefCell<Vec<(Visibility, bool)>>> = Rc::default();
    let log = chosen.clone();
    let shown = mount::<TextBox>(BoxProps {
        known: known.clone(),
        drafts: Callback::noop(),
        others: Callback::from(move |choice| log.borrow_mut().push(choice)),
    })
    .await;
    let area = || {
        shown
            .get("textarea")
            .unchecked_into::<HtmlTextAreaElement>()
            .value()
    };
    known.borrow_mut().reply = "from another tab".to_owned();
    shown.click("#elsewhere").await;
    assert_eq!(area(), "from another tab");
    known.borrow_mut().others[0] = Some("and another text".to_owned());
    shown.click("#elsewhere").await;
    assert_eq!(area(), "from another tab");
    assert!(shown.text(".composer-other").contains("and another text"));
    shown.click(".composer-other button").await;
    assert_eq!(*chosen.borrow(), [(Visibility::Public, true)]);
    assert_eq!(document().active_element(), Some(shown.get("textarea").into()));
}
