//! What a page shows while the program repeats a call by itself, in a browser, against answers given at `fetch`.

#![allow(clippy::expect_used)]

mod support;

use std::cell::Cell;
use std::rc::Rc;

use serde_json::json;
use switchboard::api::Transport;
use switchboard::auth::{AuthProvider, AuthState, Session, use_auth};
use switchboard::query::{QueryProvider, asks, use_query};
use switchboard::ui::view_query;
use switchboard_contract::page::NumberedPage;
use switchboard_contract::website::Website;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::prelude::*;

use support::{Answer, FakeServer, Mounted, mount};

wasm_bindgen_test_configure!(run_in_browser);

const PATH: &str = "/api/websites";
const CHIP: &str = ".while-retrying [role='status']";

#[derive(Properties, PartialEq)]
struct PageProps {
    session: Session,
}

#[component]
fn Page(props: &PageProps) -> Html {
    html! {
        <AuthProvider session={props.session.clone()}>
            <Body />
        </AuthProvider>
    }
}

#[component]
fn Body() -> Html {
    match use_auth().state {
        AuthState::SignedIn(_) => html! { <QueryProvider><List /></QueryProvider> },
        _ => html! { <p>{ "nobody" }</p> },
    }
}

#[component]
fn List() -> Html {
    let list = use_query(asks::websites(1, 20));
    let reload = list.reload.reform(|_: MouseEvent| ());
    let ready =
        |page: &NumberedPage<Website>| html! { <input id="ready" placeholder={page.total.to_string()} /> };
    html! {
        <>
            <button id="again" onclick={reload}>{ "again" }</button>
            <div id="view">
                { view_query(&list, &"It failed.".into(), || html! { <p id="shape">{ "…" }</p> }, ready) }
            </div>
        </>
    }
}

async fn open() -> Mounted<Page> {
    support::forget_storage();
    let session = Session::new(Transport::new("/api".into()));
    let page = mount::<Page>(PageProps {
        session: session.clone(),
    })
    .await;
    support::sign_in(&session).await;
    page
}

fn good() -> Answer {
    Answer::Json(200, json!({"items": [], "page": 1, "pageSize": 20, "total": 7}))
}

fn busy(wait_ms: u64) -> Answer {
    Answer::Json(
        503,
        json!({"code": "unavailable", "title": "", "retryAfterMs": wait_ms}),
    )
}

/// The `n`th request to the list, from 1, is answered by `answer`; everything else goes well.
fn serve(answer: impl Fn(u32) -> Answer + 'static) -> (FakeServer, Rc<Cell<u32>>) {
    let asked = Rc::new(Cell::new(0));
    let count = asked.clone();
    let server = FakeServer::install(move |seen| {
        if seen.path != PATH {
            return Answer::Json(204, serde_json::Value::Null);
        }
        count.set(count.get() + 1);
        answer(count.get())
    });
    (server, asked)
}

#[wasm_bindgen_test]
async fn the_first_failure_is_told_over_the_skeleton_until_data_comes() {
    let (_server, asked) = serve(|n| if n == 1 { busy(1_200) } else { good() });
    let page = open().await;
    page.until("the wait", |page| {
        page.text(CHIP).contains("Trying again in 2 s…")
    })
    .await;
    assert!(page.text(CHIP).contains("The server cannot answer now."));
    assert_eq!(page.count("#shape"), 1, "the skeleton stays");
    assert_eq!(page.count("[role='alert']"), 0, "nothing is lost yet");
    page.until("the count going down", |page| page.text(CHIP).contains("in 1 s…"))
        .await;
    page.until("the data", |page| page.count("#ready") == 1).await;
    assert_eq!(page.text(CHIP), "");
    assert_eq!(asked.get(), 2);
}

#[wasm_bindgen_test]
async fn data_stays_where_it_is_while_a_reload_is_repeated_and_when_it_fails() {
    let (_server, _) = serve(|n| match n {
        1 => good(),
        2 => busy(500),
        _ => Answer::Json(500, json!({"code": "internal", "title": ""})),
    });
    let page = open().await;
    page.until("the data", |page| page.count("#ready") == 1).await;
    page.fill("#ready", "typed").await;
    page.click("#again").await;
    page.until("the wait", |page| page.text(CHIP).contains("Trying again"))
        .await;
    page.until("the failure", |page| page.count("[role='alert']") == 1)
        .await;
    assert!(page.text(".stale").contains("It failed."));
    assert_eq!(page.text(CHIP), "", "nothing is tried any more");
    let typed: web_sys::HtmlInputElement = wasm_bindgen::JsCast::unchecked_into(page.get("#ready"));
    assert_eq!(typed.value(), "typed", "the same element as before");
}

#[wasm_bindgen_test]
async fn a_retry_of_what_never_came_says_when_it_is_repeated() {
    let (_server, asked) = serve(|n| match n {
        1 => Answer::Json(500, json!({"code": "internal", "title": ""})),
        2 => busy(700),
        _ => good(),
    });
    let page = open().await;
    page.until("the failure", |page| page.count("[role='alert'] button") == 1)
        .await;
    page.click("[role='alert'] button").await;
    page.until("the wait", |page| {
        page.text("[role='alert']").contains("Trying again in 1 s…")
    })
    .await;
    assert_eq!(page.text(CHIP), "", "told once");
    page.until("the data", |page| page.count("#ready") == 1).await;
    assert_eq!(asked.get(), 3);
}
