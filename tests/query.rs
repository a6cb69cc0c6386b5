//! What pages load, in a browser, against answers given at `fetch`: shared, shown again at once, changed before the server
//! has confirmed it.

#![allow(clippy::expect_used)]

mod support;

use std::cell::Cell;
use std::rc::Rc;

use serde_json::{Value, json};
use switchboard::api::{ApiError, Transport};
use switchboard::auth::{AuthProvider, AuthState, Session, use_api, use_auth};
use switchboard::query::asks::{self, topic};
use switchboard::query::{Mutating, QueryProvider, use_kept, use_query, use_query_client};
use switchboard_contract::auth::SessionList;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::prelude::*;

use support::{Answer, FakeServer, Mounted, mount};

wasm_bindgen_test_configure!(run_in_browser);

const SESSIONS: &str = "/api/auth/sessions";
const WEBSITES: &str = "/api/websites";

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
        AuthState::SignedIn(_) => html! { <QueryProvider><Desk /></QueryProvider> },
        _ => html! { <p id="nobody">{ "nobody" }</p> },
    }
}

/// Lists that come and go, one above the other.
#[component]
fn Desk() -> Html {
    let lists = use_state(|| 2_u32);
    let page = use_state(|| 1_u32);
    let session = use_auth().session().clone();
    let show = |count: u32| {
        let lists = lists.setter();
        Callback::from(move |_: MouseEvent| lists.set(count))
    };
    let next = {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.set(*page + 1))
    };
    html! {
        <>
            <button id="none" onclick={show(0)}>{ "none" }</button>
            <button id="one" onclick={show(1)}>{ "one" }</button>
            <button id="next" onclick={next}>{ "next" }</button>
            <button id="leave" onclick={Callback::from(move |_: MouseEvent| session.sign_out())}>{ "leave" }</button>
            <div>{ for (0..*lists).map(|place| html! { <List key={place} {place} /> }) }</div>
            <div><Sites page={*page} /></div>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct ListProps {
    place: u32,
}

#[component]
fn List(props: &ListProps) -> Html {
    let list = use_query(asks::sessions());
    let client = use_query_client();
    let api = use_api();
    let failed = use_state(|| false);
    let end = {
        let (failed, first) = (
            failed.setter(),
            list.data
                .as_ref()
                .and_then(|data| data.value.items.first().map(|one| one.id)),
        );
        Callback::from(move |_: MouseEvent| {
            let Some(id) = first else { return };
            let (api, failed) = (api.clone(), failed.clone());
            let mutating = Mutating {
                target: asks::all(topic::SESSIONS),
                change: Box::new(move |list: &SessionList| {
                    let mut list = list.clone();
                    list.items.retain(|one| one.id != id);
                    list
                }),
            };
            let call = async move { api.end_session(id).await };
            client.mutate(mutating, call, move |outcome: Result<(), ApiError>| {
                failed.set(outcome.is_err())
            });
        })
    };
    let devices: Vec<String> = list
        .data
        .iter()
        .flat_map(|data| data.value.items.iter().map(|one| one.device.clone()))
        .collect();
    let place = props.place;
    html! {
        <section id={format!("list-{place}")}>
            <span class="devices">{ devices.join(" ") }</span>
            <span class="state">
                { if list.is_loading { "loading" } else { "still" } }
                { if list.error.is_some() { " failed" } else { "" } }
                { if *failed { " refused" } else { "" } }
            </span>
            <button class="end" onclick={end}>{ "end" }</button>
            <button class="again" onclick={list.reload.reform(|_: MouseEvent| ())}>{ "again" }</button>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct SitesProps {
    page: u32,
}

#[component]
fn Sites(props: &SitesProps) -> Html {
    let sites = use_query(asks::websites(props.page, 20));
    let sites = use_kept(sites);
    let total = sites.data.as_ref().map_or(0, |data| data.value.total);
    html! { <p id="sites">{ format!("{total} {}", sites.is_loading) }</p> }
}

fn sessions(devices: &[&str]) -> Value {
    let items: Vec<Value> = devices
        .iter()
        .enumerate()
        .map(|(place, device)| {
            json!({
                "id": format!("01890a5d-ac96-774b-bcce-b302099a806{place}"),
                "device": device,
                "createdAt": "2026-01-01T00:00:00.000Z",
                "lastUsedAt": "2026-01-01T00:00:00.000Z",
                "expiresAt": "2026-02-01T00:00:00.000Z",
                "current": false,
            })
        })
        .collect();
    json!({ "items": items })
}

async fn open() -> Mounted<Page> {
    open_as(&Session::new(Transport::new("/api".into()))).await
}

async fn open_as(session: &Session) -> Mounted<Page> {
    support::forget_storage();
    let page = mount::<Page>(PageProps {
        session: session.clone(),
    })
    .await;
    support::sign_in(session).await;
    page
}

/// Answers the `n`th request for the sessions, from 1, by `answer`; ending one by `ended`.
fn serve(answer: impl Fn(u32) -> Answer + 'static, ended: impl Fn() -> Answer + 'static) -> FakeServer {
    let asked = Rc::new(Cell::new(0));
    FakeServer::install(move |seen| match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", SESSIONS) => {
            asked.set(asked.get() + 1);
            answer(asked.get())
        }
        ("GET", WEBSITES) => {
            let total = if seen.query.contains("page=1") { 41 } else { 42 };
            Answer::Json(
                200,
                json!({"items": [], "page": 1, "pageSize": 20, "total": total}),
            )
        }
        ("DELETE", _) => ended(),
        _ => Answer::Json(204, Value::Null),
    })
}

fn two() -> Answer {
    Answer::Json(200, sessions(&["phone", "laptop"]))
}

fn done() -> Answer {
    Answer::Json(204, Value::Null)
}

#[wasm_bindgen_test]
async fn what_two_components_want_is_fetched_once_and_there_at_once_for_the_next() {
    let server = serve(|_| two(), done);
    let page = open().await;
    page.until("both lists", |page| {
        page.text("#list-0 .devices") == "phone laptop" && page.text("#list-1 .devices") == "phone laptop"
    })
    .await;
    assert_eq!(server.count(SESSIONS), 1);
    page.click("#none").await;
    assert_eq!(page.count("section"), 0);
    page.click("#one").await;
    assert_eq!(
        page.text("#list-0 .devices"),
        "phone laptop",
        "without a moment of nothing"
    );
    assert_eq!(page.text("#list-0 .state"), "still");
    assert_eq!(server.count(SESSIONS), 1, "it is fresh");
}

#[wasm_bindgen_test]
async fn a_failure_keeps_the_last_good_data_and_a_retry_mends_it() {
    let _server = serve(
        |n| match n {
            2 => Answer::Json(500, json!({"code": "internal", "title": ""})),
            3 => Answer::Json(200, sessions(&["tablet"])),
            _ => two(),
        },
        done,
    );
    let page = open().await;
    page.until("the data", |page| page.text("#list-0 .devices") == "phone laptop")
        .await;
    page.click("#list-0 .again").await;
    page.until("the failure", |page| {
        page.text("#list-0 .state") == "still failed"
    })
    .await;
    assert_eq!(page.text("#list-1 .devices"), "phone laptop");
    page.click("#list-1 .again").await;
    page.until("new data", |page| page.text("#list-0 .devices") == "tablet")
        .await;
    assert_eq!(page.text("#list-0 .state"), "still");
}

#[wasm_bindgen_test]
async fn a_change_shows_at_once_everywhere_and_stays() {
    let server = serve(
        |n| {
            if n == 1 {
                two()
            } else {
                Answer::Json(200, sessions(&["laptop"]))
            }
        },
        done,
    );
    let page = open().await;
    page.until("the data", |page| page.text("#list-1 .devices") == "phone laptop")
        .await;
    page.click("#list-0 .end").await;
    assert_eq!(page.text("#list-1 .devices"), "laptop", "before any answer");
    page.until("the confirmation", |_| server.count(SESSIONS) == 2)
        .await;
    page.until("the end", |page| page.text("#list-0 .state") == "still")
        .await;
    assert_eq!(page.text("#list-0 .devices"), "laptop");
}

#[wasm_bindgen_test]
async fn a_change_that_is_refused_is_undone_and_told() {
    let _server = serve(
        |_| two(),
        || Answer::Json(403, json!({"code": "forbidden", "title": ""})),
    );
    let page = open().await;
    page.until("the data", |page| page.text("#list-1 .devices") == "phone laptop")
        .await;
    page.click("#list-0 .end").await;
    page.until("the refusal", |page| {
        page.text("#list-0 .state") == "still refused"
    })
    .await;
    assert_eq!(page.text("#list-1 .devices"), "phone laptop");
}

#[wasm_bindgen_test]
async fn a_page_of_a_list_stays_until_the_next_one_is_there() {
    let _server = serve(|_| two(), done);
    let page = open().await;
    page.until("the first page", |page| page.text("#sites") == "41 false")
        .await;
    page.click("#next").await;
    assert_eq!(page.text("#sites"), "41 true");
    page.until("the next page", |page| page.text("#sites") == "42 false")
        .await;
}

#[wasm_bindgen_test]
async fn nothing_is_asked_or_kept_after_a_sign_out() {
    let server = serve(|n| if n == 1 { two() } else { Answer::Silence }, done);
    let session = Session::new(Transport::new("/api".into()));
    let page = open_as(&session).await;
    page.until("the data", |page| page.text("#list-0 .devices") == "phone laptop")
        .await;
    page.click("#list-0 .again").await;
    page.until("the second request", |_| server.count(SESSIONS) == 2)
        .await;
    page.click("#leave").await;
    page.until("nobody", |page| page.count("#nobody") == 1).await;
    assert!(
        server.last_is_aborted(SESSIONS),
        "what was on its way is given up"
    );
    page.until("the sign-out", |_| server.count("/api/auth/logout") == 1)
        .await;
    assert_eq!(server.count(SESSIONS), 2, "nothing is asked for nobody");
    support::sign_in(&session).await;
    page.until("the next sign-in's own request", |_| server.count(SESSIONS) == 3)
        .await;
    assert_eq!(
        page.text("#list-0 .devices"),
        "",
        "nothing of the last one was kept"
    );
    assert_eq!(page.text("#list-0 .state"), "loading");
}
