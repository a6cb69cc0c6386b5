//! What someone who signs out is asked while something waits, in a browser, against answers given at `fetch`. There is no
//! WebSocket here, so nothing that waits goes out: the journeys have one.

#![allow(clippy::expect_used)]

mod support;

use std::cell::Cell;
use std::rc::Rc;

use serde_json::json;
use switchboard::api::{Api, Transport};
use switchboard::auth::{AuthProvider, AuthState, Session, use_auth};
use switchboard::chat::{Chat, count_kept};
use switchboard::shell::{LeaveProvider, use_leave};
use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_contract::live_chat::Visibility;
use switchboard_contract::time::Timestamp;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::prelude::*;

use support::{Answer, FakeServer, Mounted, flush, focused, mount, press};

wasm_bindgen_test_configure!(run_in_browser);

const OWNER: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn owner() -> MemberId {
    OWNER.parse().expect("an id")
}

#[derive(Properties, PartialEq)]
struct PageProps {
    session: Session,
    chat: Option<Chat>,
    gone: Callback<()>,
}

/// A page with a button that asks, below a chat or without one.
#[component]
fn Page(props: &PageProps) -> Html {
    let body = html! {
        <LeaveProvider owner={owner()}>
            <Button gone={props.gone.clone()} />
        </LeaveProvider>
    };
    let body = match &props.chat {
        Some(chat) => {
            html! { <ContextProvider<Chat> context={chat.clone()}>{ body }</ContextProvider<Chat>> }
        }
        None => body,
    };
    html! { <AuthProvider session={props.session.clone()}>{ body }</AuthProvider> }
}

#[derive(Properties, PartialEq)]
struct ButtonProps {
    gone: Callback<()>,
}

#[component]
fn Button(props: &ButtonProps) -> Html {
    let leave = use_leave();
    let who = match use_auth().state {
        AuthState::SignedIn(_) => "member",
        _ => "nobody",
    };
    let ask = {
        let (leave, gone) = (leave.clone(), props.gone.clone());
        Callback::from(move |_: MouseEvent| leave.ask(gone.clone()))
    };
    let go = Callback::from(move |_: MouseEvent| leave.go());
    html! {
        <>
            <button id="ask" onclick={ask}>{ "ask" }</button>
            <button id="go" onclick={go}>{ "go" }</button>
            <output>{ who }</output>
        </>
    }
}

struct Opened {
    page: Mounted<Page>,
    gone: Rc<Cell<u32>>,
    chat: Option<Chat>,
    _server: FakeServer,
}

async fn open(with_chat: bool) -> Opened {
    support::forget_storage();
    // Nothing goes out, and whatever is given up was never there.
    let server = FakeServer::install(|seen| match seen.method.as_str() {
        "DELETE" => Answer::Json(204, serde_json::Value::Null),
        _ => Answer::Cut,
    });
    let session = Session::new(Transport::new("/api".into()));
    let chat = with_chat.then(|| {
        let chat = Chat::new(Api::new(session.clone()), owner(), Callback::noop());
        chat.start("ws://127.0.0.1:9/none".to_owned(), owner(), |_, _| ());
        chat
    });
    let gone = Rc::new(Cell::new(0));
    let count = gone.clone();
    let page = mount::<Page>(PageProps {
        session: session.clone(),
        chat: chat.clone(),
        gone: Callback::from(move |()| count.set(count.get() + 1)),
    })
    .await;
    let user = json!({
        "id": OWNER, "accountId": OWNER, "accountName": "Example", "name": "Example Person", "preferences": {"undoSend": "off"},
        "email": "person@example.com", "role": "agent",
    });
    let grant = json!({"accessToken": "token", "expiresInMs": 600_000, "user": user});
    session.adopt(serde_json::from_value(grant).expect("a grant"));
    flush().await;
    Opened {
        page,
        gone,
        chat,
        _server: server,
    }
}

fn write(chat: &Chat, text: &str) {
    let conversation = ConversationId::from_parts(Timestamp::from_millis(0), [1; 10]);
    chat.send(conversation, text.to_owned(), Visibility::Public);
}

/// Erases what waits, and waits until that is durable: the next test opens the same store.
async fn forget(page: &Mounted<Page>, chat: &Chat) {
    page.until("everything kept", |_| {
        chat.queue().iter().all(|queued| queued.kept)
    })
    .await;
    chat.forget();
    chat.stop();
    let left = Rc::new(Cell::new(None));
    page.until("nothing kept any more", |_| {
        let seen = left.clone();
        count_kept(owner(), move |kept| seen.set(Some(kept.total())));
        left.get() == Some(0)
    })
    .await;
}

fn buttons(page: &Mounted<Page>) -> String {
    page.text("[role='dialog'] .foot")
}

#[wasm_bindgen_test]
async fn nothing_that_waits_is_nothing_to_ask_about() {
    for with_chat in [true, false] {
        let opened = open(with_chat).await;
        opened.page.click("#ask").await;
        let gone = opened.gone.clone();
        opened.page.until("going on", |_| gone.get() == 1).await;
        assert_eq!(opened.page.count("[role='dialog']"), 0);
        if let Some(chat) = &opened.chat {
            chat.stop();
        }
        opened.page.destroy().await;
    }
}

#[wasm_bindgen_test]
async fn what_waits_is_asked_about_and_staying_is_the_first_choice() {
    let Opened { page, gone, chat, .. } = open(true).await;
    let chat = chat.expect("a chat");
    write(&chat, "one");
    write(&chat, "two");
    page.click("#ask").await;
    assert!(page.text("[id^='dialog-text']").contains("2 replies and changes"));
    assert_eq!(buttons(&page), "StayDiscardSend, then sign out");
    assert_eq!(focused(), "Stay");
    press("Escape", false).await;
    assert_eq!(page.count("[role='dialog']"), 0);
    assert_eq!((gone.get(), chat.queue_len()), (0, 2), "nothing happened");

    page.click("#ask").await;
    page.click("[role='dialog'] .foot button:nth-of-type(2)").await;
    assert_eq!(gone.get(), 1, "given up");
    forget(&page, &chat).await;
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn sending_first_waits_until_nothing_waits() {
    let Opened { page, gone, chat, .. } = open(true).await;
    let chat = chat.expect("a chat");
    write(&chat, "one");
    page.click("#ask").await;
    page.click("[role='dialog'] .foot button:nth-of-type(3)").await;
    page.until("sending", |page| {
        page.text("[role='dialog'] [role='status']").contains("Sending.")
    })
    .await;
    assert_eq!(gone.get(), 0);
    // As good as arrived: nothing waits any more.
    forget(&page, &chat).await;
    page.until("going on", |_| gone.get() == 1).await;
    assert_eq!(page.count("[role='dialog']"), 0);
    page.destroy().await;
}

#[wasm_bindgen_test]
async fn a_page_without_a_chat_asks_about_what_the_browser_keeps() {
    let writer = open(true).await;
    let chat = writer.chat.clone().expect("a chat");
    write(&chat, "kept");
    writer
        .page
        .until("the message is kept", |_| {
            chat.queue().iter().all(|queued| queued.kept)
        })
        .await;
    chat.stop();
    writer.page.destroy().await;

    let Opened { page, gone, .. } = open(false).await;
    page.click("#ask").await;
    page.until("the question", |page| page.count("[role='dialog']") == 1)
        .await;
    assert!(page.text("[id^='dialog-text']").contains("1 reply or change"));
    assert_eq!(buttons(&page), "StayDiscard", "no chat, nothing to send it with");
    page.click("[role='dialog'] .foot button:nth-of-type(2)").await;
    assert_eq!(gone.get(), 1);
    page.click("#go").await;
    page.click("#ask").await;
    page.until("nothing kept any more", |_| gone.get() == 2).await;
    page.destroy().await;
}
