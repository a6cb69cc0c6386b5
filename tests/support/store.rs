//! A store under test, and what its database holds when one looks past the program.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use switchboard::browser::{happening, random_bytes, within};
use switchboard::realtime::store::{Notice, Store};
use switchboard_contract::ids::{ActionId, ConversationId, MemberId};
use switchboard_contract::live_chat::Visibility;
use switchboard_contract::time::Timestamp;
use switchboard_engine::store::{Action, Answer, Draft, Entry, Op, StoreError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbRequest};
use yew::Callback;

use super::Replaced;

pub const DATABASE: &str = "switchboard";

pub fn member(n: u8) -> MemberId {
    MemberId::from_parts(Timestamp::from_millis(i64::from(n)), [n; 10])
}

pub fn conversation(n: u8) -> ConversationId {
    ConversationId::from_parts(Timestamp::from_millis(i64::from(n)), [n; 10])
}

pub fn reply(text: &str) -> Entry {
    let draft = Draft {
        content: text.to_owned(),
        visibility: Visibility::Public,
        seen_seq: 1,
        mentions: Vec::new(),
        attachments: Vec::new(),
    };
    let id = ActionId::from_parts(Timestamp::default(), random_bytes());
    Entry::new(id, conversation(1), Action::Send(draft), Timestamp::default())
}

pub fn text(entry: &Entry) -> &str {
    match &entry.action {
        Action::Send(draft) => &draft.content,
        other => panic!("a reply, not {other:?}"),
    }
}

/// A store, and what it told the person.
pub struct Desk {
    pub store: Store,
    notices: Rc<RefCell<Vec<Notice>>>,
}

impl Desk {
    pub fn new() -> Self {
        let notices = Rc::new(RefCell::new(Vec::new()));
        let told = notices.clone();
        let store = Store::open(Callback::from(move |notice| told.borrow_mut().push(notice)));
        Self { store, notices }
    }

    pub fn notices(&self) -> Vec<Notice> {
        self.notices.borrow().clone()
    }

    /// Asks now; the promise is kept when it is done.
    pub fn ask(&self, owner: MemberId, op: Op) -> impl Future<Output = Result<Answer, StoreError>> + use<> {
        let answer = Rc::new(RefCell::new(None));
        let slot = answer.clone();
        let store = self.store.clone();
        let promise = Promise::new(&mut |resolve, _| {
            let slot = slot.clone();
            store.run(owner, op.clone(), move |result| {
                *slot.borrow_mut() = Some(result);
                resolve.call0(&JsValue::UNDEFINED).expect("resolved");
            });
        });
        async move {
            JsFuture::from(promise).await.expect("never rejected");
            answer.borrow_mut().take().expect("an answer")
        }
    }

    pub async fn run(&self, op: Op) -> Result<Answer, StoreError> {
        self.ask(member(1), op).await
    }

    pub async fn opened(&self) -> Vec<Entry> {
        match self.run(Op::Open { erase: false }).await {
            Ok(Answer::Opened { entries, .. }) => entries,
            other => panic!("opened, not {other:?}"),
        }
    }

    pub async fn append(&self, entry: Entry) -> Entry {
        match self.run(Op::Append(Box::new(entry))).await {
            Ok(Answer::Appended { entry, .. }) => *entry,
            other => panic!("kept, not {other:?}"),
        }
    }
}

pub fn factory() -> IdbFactory {
    get(&js_sys::global(), "indexedDB").unchecked_into()
}

pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).expect("a property")
}

/// The request's result. One that other connections hold up takes too long.
pub async fn done(request: &IdbRequest) -> JsValue {
    let end = within(5_000, happening(request, &["success", "error"])).await;
    assert_eq!(end.expect("nobody holds it up").type_(), "success");
    request.result().expect("a result")
}

pub async fn delete_database() {
    done(&factory().delete_database(DATABASE).expect("asked")).await;
}

pub async fn open_raw(version: Option<u32>) -> IdbDatabase {
    let request: IdbOpenDbRequest = match version {
        Some(version) => factory().open_with_u32(DATABASE, version),
        None => factory().open(DATABASE),
    }
    .expect("asked");
    done(&request).await.unchecked_into()
}

/// Everything in one object store.
pub async fn raw(name: &str) -> js_sys::Array {
    let database = open_raw(None).await;
    let records = database
        .transaction_with_str(name)
        .and_then(|transaction| transaction.object_store(name))
        .and_then(|store| store.get_all())
        .expect("asked");
    let records = done(&records).await;
    database.close();
    records.unchecked_into()
}

/// Changes what is kept behind the program's back.
pub async fn tamper(name: &str, change: impl FnOnce(&web_sys::IdbObjectStore)) {
    let database = open_raw(None).await;
    let begin: Function = get(&database, "transaction").unchecked_into();
    let transaction: web_sys::IdbTransaction = begin
        .call2(
            &database,
            &JsValue::from_str(name),
            &JsValue::from_str("readwrite"),
        )
        .expect("begun")
        .unchecked_into();
    change(&transaction.object_store(name).expect("a store"));
    happening(&transaction, &["complete"]).await;
    database.close();
}

/// Replaces a method of the browser until the answer is dropped. `body` may use `original`, `this`, and the arguments, `given`.
pub fn replace(class: &str, name: &'static str, body: &str) -> Replaced {
    let prototype = get(&get(&js_sys::global(), class), "prototype");
    Replaced::new(&prototype, name, &format!("function (...given) {{ {body} }}"))
}
